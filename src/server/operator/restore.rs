//! Putting back what a backup holds. It is unpacked and checked beside what is there; only then are names changed, and
//! what was there before keeps its content under another name. When anything fails, everything is as it was.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Failure,
    archive::{self, Note, Scratch},
    backup::beside,
    hold::{self, Hold},
};
use crate::server::{
    clock,
    commands::say,
    config::Config,
    db::{
        Db,
        inspect::{self, Schema},
    },
};

/// Files that SQLite keeps beside its database.
const OF_SQLITE: [&str; 2] = ["-wal", "-shm"];

/// Puts back what `file` holds. `is_forced`: what is there is replaced, and kept under another name.
///
/// # Errors
/// When the data folder is used or holds something already, the file is no whole backup for these settings, or
/// something cannot be written. Nothing has changed then.
pub async fn put_back(config: &Config, file: &Path, is_forced: bool) -> Result<(), Failure> {
    let in_folder = |error| Failure::File(config.data_dir.clone(), error);
    fs::create_dir_all(&config.data_dir).map_err(in_folder)?;
    let _hold = Hold::alone(&config.data_dir).map_err(in_folder)?;
    let database = inspect::sqlite_file(&config.database_url).map(Path::to_owned);
    if !is_forced {
        refuse_to_replace(config, database.as_deref())?;
    }
    let staged = Scratch::make(config.data_dir.join(format!(".restoring-{}", clock::new_id()))).map_err(in_folder)?;
    // Beside where it goes, which may be another disk: so that it gets there by its name alone.
    let near_database = match &database {
        Some(target) => {
            Scratch::make(beside(target, "restoring")).map_err(|error| Failure::File(target.clone(), error))?
        }
        None => Scratch::make(staged.0.join("unused")).map_err(in_folder)?,
    };
    let new_database = near_database.0.join(archive::DATABASE);
    let note = unpack(file, &staged.0, &new_database).await?;
    check(config, &note, &new_database).await?;
    let moves = moves(config, &note, database.as_deref(), &staged.0, &new_database);
    rename_all(&moves).map_err(in_folder)?;
    say(&summary(config, &note, &moves));
    Ok(())
}

fn refuse_to_replace(config: &Config, database: Option<&Path>) -> Result<(), Failure> {
    let entries = fs::read_dir(&config.data_dir).map_err(|error| Failure::File(config.data_dir.clone(), error))?;
    let is_empty = entries.flatten().all(|entry| entry.file_name() == hold::FILE);
    if is_empty && !database.is_some_and(Path::exists) {
        return Ok(());
    }
    let advice = "is not empty. Choose another folder with STREAMIT_DATA_DIR, or use --force: what is there is kept \
                  under another name.";
    Err(Failure::Told(format!("{} {advice}", config.data_dir.display())))
}

async fn unpack(file: &Path, folder: &Path, database: &Path) -> Result<Note, Failure> {
    let (archive, folder, database) = (file.to_owned(), folder.to_owned(), database.to_owned());
    let unpacking = tokio::task::spawn_blocking(move || archive::unpack(&archive, &folder, &database));
    let unpacked = unpacking.await.map_err(|error| Failure::Told(error.to_string()))?;
    unpacked.map_err(|error| Failure::File(file.to_owned(), error))
}

/// Whether it fits these settings, and the database is whole and not of a newer program.
async fn check(config: &Config, note: &Note, database: &Path) -> Result<(), Failure> {
    let told = |text: &str| Err(Failure::Told(text.to_owned()));
    match (note.has_database, inspect::sqlite_file(&config.database_url).is_some()) {
        (true, false) => {
            return told("This backup holds a SQLite database, and DATABASE_URL names PostgreSQL. Unset it.");
        }
        (false, true) => {
            return told("This backup holds no database, as it was PostgreSQL's. Set DATABASE_URL to that.");
        }
        (false, false) => return Ok(()),
        (true, true) => {}
    }
    let db = Db::look_into(&format!("sqlite:{}", database.display())).await?;
    let (damage, schema) = (inspect::find_damage(&db).await, inspect::schema(&db).await);
    db.close().await;
    if let Some(damage) = damage? {
        return Err(Failure::Told(format!("The database in this backup is damaged: {damage}")));
    }
    match schema? {
        Schema::Newer => told("This backup is of a newer StreamIt. Restore it with that one."),
        Schema::UpToDate | Schema::Older(_) => Ok(()),
    }
}

/// A name that changes.
#[derive(Debug)]
struct Move {
    from: PathBuf,
    to: PathBuf,
    /// It makes room: what it moves was there before.
    is_kept: bool,
}

fn moves(config: &Config, note: &Note, database: Option<&Path>, staged: &Path, new_database: &Path) -> Vec<Move> {
    let stamp = clock::now().to_rfc3339().unwrap_or_default().replace([':', '.'], "-");
    let mut all = Vec::new();
    let mut replace = |target: PathBuf, new: PathBuf, endings: &[&str]| {
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for ending in endings {
            let from = target.with_file_name(format!("{name}{ending}"));
            if from.exists() {
                // So named, SQLite finds what belongs to the old database.
                all.push(Move {
                    from,
                    to: target.with_file_name(format!("{name}.before-{stamp}{ending}")),
                    is_kept: true,
                });
            }
        }
        all.push(Move { from: new, to: target, is_kept: false });
    };
    if let Some(database) = database {
        replace(database.to_owned(), new_database.to_owned(), &["", OF_SQLITE[0], OF_SQLITE[1]]);
    }
    if note.has_secret {
        replace(config.data_dir.join(archive::SECRET), staged.join(archive::SECRET), &[""]);
    }
    if note.has_pictures {
        replace(config.data_dir.join(archive::PICTURES), staged.join(archive::PICTURES), &[""]);
    }
    all
}

/// Changes all names, or none.
fn rename_all(moves: &[Move]) -> io::Result<()> {
    for (count, one) in moves.iter().enumerate() {
        if let Err(error) = fs::rename(&one.from, &one.to) {
            for done in moves[..count].iter().rev() {
                fs::rename(&done.to, &done.from)?;
            }
            return Err(error);
        }
    }
    for one in moves {
        // It is done; a power cut in the next seconds could undo it, and no more than that.
        let _ = archive::settle(&one.to);
    }
    Ok(())
}

fn summary(config: &Config, note: &Note, moves: &[Move]) -> String {
    let mut lines = vec![format!("Restored what was stored at {}.", note.made_at)];
    let kept = moves.iter().filter(|one| one.is_kept);
    lines.extend(kept.map(|one| format!("  {} was there before; it is now {}", one.from.display(), one.to.display())));
    if !note.has_database {
        lines.push("  The database is PostgreSQL's: put it back with pg_restore.".into());
    }
    if !note.has_secret && config.secret.is_none() {
        lines.push("  The secret was a setting: set STREAMIT_SECRET to what it was.".into());
    }
    if note.has_secret && config.secret.is_some() {
        lines.push("  STREAMIT_SECRET is set and is used instead of the secret in the backup.".into());
    }
    if note.has_pictures && config.s3.is_some() {
        let folder = config.data_dir.join(archive::PICTURES);
        lines.push(format!(
            "  Pictures are kept in S3 now: copy what is in {} into the bucket, under the same names.",
            folder.display()
        ));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_keeps_pictures_in_s3_now_reads_where_those_of_the_backup_are() {
        let note = Note::new("2026-01-01T00:00:00Z".into(), true, true, true);
        let said = |in_s3: bool| {
            let config = Config::from_lookup(|name| match name {
                "STREAMIT_DATA_DIR" => Some("/kept".to_owned()),
                "STREAMIT_S3_ENDPOINT" => None,
                _ => (in_s3 && name.starts_with("STREAMIT_S3_")).then(|| "eu-1".to_owned()),
            });
            summary(&config.expect("valid"), &note, &[])
        };
        assert!(said(true).contains("copy what is in /kept/media into the bucket"), "{}", said(true));
        assert!(!said(false).contains("bucket"));
    }

    #[test]
    fn when_one_name_cannot_be_changed_all_are_as_they_were() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("secret"), "old").expect("writable");
        fs::write(path("new"), "new").expect("writable");
        let moves = [("secret", "kept"), ("new", "secret"), ("missing", "x")].map(|(from, to)| Move {
            from: path(from),
            to: path(to),
            is_kept: false,
        });
        assert!(rename_all(&moves).is_err());
        assert_eq!(fs::read_to_string(path("secret")).expect("there"), "old");
        assert_eq!(fs::read_to_string(path("new")).expect("there"), "new");
    }
}
