//! Keeping what is stored: the SQLite database as it is at one moment, the secret and the pictures, in one file. The
//! server may run meanwhile. PostgreSQL has a better tool of its own, which is named.

use std::path::{Path, PathBuf};

use super::{
    Failure,
    archive::{self, Note, Parts, Scratch},
    hold::Hold,
};
use crate::server::{clock, commands::say, config::Config, db::inspect};

/// Writes a backup to `file`: all of it or nothing.
///
/// # Errors
/// When `file` is there already, or something cannot be read or written.
pub async fn write(config: &Config, file: &Path) -> Result<(), Failure> {
    if file.exists() {
        return Err(Failure::Told(format!("{} is there already. Choose another name.", file.display())));
    }
    let of_file = |error| Failure::File(file.to_owned(), error);
    // What is copied is not replaced meanwhile.
    let _hold = Hold::shared(&config.data_dir).map_err(|error| Failure::File(config.data_dir.clone(), error))?;
    let scratch = Scratch::make(beside(file, "partial")).map_err(of_file)?;
    let database = copy_database(config, &scratch).await?;
    let parts = Parts { database, ..parts_of(config) };
    let made_at = clock::now().to_rfc3339().unwrap_or_default();
    let note = Note::new(made_at, parts.database.is_some(), parts.secret.is_some(), parts.pictures.is_some());
    let packed = scratch.0.join("archive");
    let packing = {
        let (packed, note) = (packed.clone(), note.clone());
        tokio::task::spawn_blocking(move || archive::pack(&packed, &note, &parts))
    };
    let pictures = packing.await.map_err(|error| Failure::Told(error.to_string()))?.map_err(of_file)?;
    std::fs::rename(&packed, file).and_then(|()| archive::settle(file)).map_err(of_file)?;
    say(&summary(config, file, &note, pictures));
    Ok(())
}

/// A hidden name in the same folder, that nobody else has.
pub(super) fn beside(file: &Path, what: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{what}-{}", clock::new_id()))
}

async fn copy_database(config: &Config, scratch: &Scratch) -> Result<Option<PathBuf>, Failure> {
    let Some(source) = inspect::sqlite_file(&config.database_url) else { return Ok(None) };
    let copy = scratch.0.join(archive::DATABASE);
    if !source.exists() {
        let hint = "there is no database to keep. Is STREAMIT_DATA_DIR or DATABASE_URL what the server has?";
        return Err(Failure::Told(format!("{}: {hint}", source.display())));
    }
    inspect::copy_sqlite(source, &copy).await?;
    Ok(Some(copy))
}

/// What there is of it beside the database.
fn parts_of(config: &Config) -> Parts {
    let secret = config.data_dir.join(archive::SECRET);
    let pictures = config.data_dir.join(archive::PICTURES);
    Parts {
        database: None,
        secret: (config.secret.is_none() && secret.is_file()).then_some(secret),
        pictures: (config.s3.is_none() && pictures.is_dir()).then_some(pictures),
    }
}

fn summary(config: &Config, file: &Path, note: &Note, pictures: usize) -> String {
    let mut lines = vec![format!("Wrote {}. Whoever reads it can be anybody here: keep it safe.", file.display())];
    lines.push(match note.has_database {
        true => "  database: as it was at the start of this command".to_owned(),
        // The command works as it stands where the server's settings are: the password is in no list of processes.
        false => "  database: not in it. Keep PostgreSQL's with\n    \
                  pg_dump --format=custom --file=streamit.dump \"$DATABASE_URL\"\n  \
                  and put it back, into an empty database, with\n    \
                  pg_restore --no-owner --exit-on-error --dbname=\"$DATABASE_URL\" streamit.dump"
            .to_owned(),
    });
    lines.push(match (note.has_secret, config.secret.is_some()) {
        (true, _) => "  secret: in it".to_owned(),
        (false, true) => {
            "  secret: not in it. Keep STREAMIT_SECRET: without it nobody's stream key can be read".to_owned()
        }
        (false, false) => "  secret: there is none yet".to_owned(),
    });
    lines.push(match note.has_pictures {
        true => format!("  pictures: {pictures} files"),
        false => "  pictures: not in it; they are in S3, or there are none yet".to_owned(),
    });
    lines.join("\n") + "\n"
}
