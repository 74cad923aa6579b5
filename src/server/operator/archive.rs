//! The file that `backup` writes and `restore` reads: a tar, compressed, with a note of what is in it at its head, then
//! the SQLite database, the secret and the pictures, as far as they are in the data folder. Anything else in such a file
//! is refused, so that nothing is ever written where it does not belong.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, Entry, Header};

use crate::domain::media::MediaFile;

const NOTE: &str = "streamit-backup.json";
/// The copy of the SQLite database.
pub const DATABASE: &str = "streamit.db";
/// The installation's secret.
pub const SECRET: &str = "secret";
/// The folder of pictures.
pub const PICTURES: &str = "media";
/// Goes up when an older program could not read what is written.
const FORMAT: u32 = 1;
/// The longest note that is read, in bytes.
const MAX_NOTE_BYTES: u64 = 64 * 1024;

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    format: u32,
    /// The version of the program that wrote it.
    pub streamit: String,
    /// When, as RFC 3339.
    pub made_at: String,
    /// Whether the database is in it; else it was PostgreSQL.
    pub has_database: bool,
    /// Whether the secret is in it; else it was a setting.
    pub has_secret: bool,
    /// Whether pictures are in it; else they were in S3.
    pub has_pictures: bool,
}

impl Note {
    /// A note of this program.
    pub fn new(made_at: String, has_database: bool, has_secret: bool, has_pictures: bool) -> Self {
        let streamit = env!("CARGO_PKG_VERSION").to_owned();
        Self { format: FORMAT, streamit, made_at, has_database, has_secret, has_pictures }
    }
}

/// A folder that goes when this does, with all in it.
#[derive(Debug)]
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes it, for this user alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make(folder: PathBuf) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is in a folder that says what it is.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A new file, for this user alone.
///
/// # Errors
/// When it is there already, or cannot be made.
pub fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Waits until a changed name is on the disk, too: it is when its folder is.
///
/// # Errors
/// When the folder cannot be written.
pub fn settle(name: &Path) -> io::Result<()> {
    let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Where the parts of an archive come from.
#[derive(Debug)]
pub struct Parts {
    /// The copy of the database.
    pub database: Option<PathBuf>,
    /// The file of the secret.
    pub secret: Option<PathBuf>,
    /// The folder of pictures.
    pub pictures: Option<PathBuf>,
}

/// Writes an archive; says how many pictures are in it.
///
/// # Errors
/// When something cannot be read or written.
pub fn pack(file: &Path, note: &Note, parts: &Parts) -> io::Result<usize> {
    let mut tar = Builder::new(GzEncoder::new(private_file(file)?, Compression::default()));
    add(&mut tar, NOTE, &serde_json::to_vec_pretty(note)?)?;
    if let Some(secret) = &parts.secret {
        add(&mut tar, SECRET, &fs::read(secret)?)?;
    }
    if let Some(database) = &parts.database {
        let mut copy = File::open(database)?;
        let mut header = header(copy.metadata()?.len());
        tar.append_data(&mut header, DATABASE, &mut copy)?;
    }
    let pictures = parts.pictures.as_deref().map_or(Ok(0), |folder| add_pictures(&mut tar, folder))?;
    let file = tar.into_inner()?.finish()?;
    file.sync_all()?;
    Ok(pictures)
}

type Writer = Builder<GzEncoder<File>>;

fn header(bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

fn add(tar: &mut Writer, name: &str, bytes: &[u8]) -> io::Result<()> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    tar.append_data(&mut header(size), name, bytes)
}

fn add_pictures(tar: &mut Writer, folder: &Path) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // What is being written has another name until it is there as a whole.
        let Some(name) = entry.file_name().to_str().and_then(MediaFile::parse).map(|file| file.name()) else {
            continue;
        };
        match fs::read(entry.path()) {
            Ok(bytes) => add(tar, &format!("{PICTURES}/{name}"), &bytes)?,
            // The server has just taken it away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        count += 1;
    }
    Ok(count)
}

/// Reads an archive to its end: `folder` gets secret and pictures, `database` the database. What is there already is
/// never written over.
///
/// # Errors
/// When it is no whole archive of ours, or something cannot be written.
pub fn unpack(file: &Path, folder: &Path, database: &Path) -> io::Result<Note> {
    let mut archive = Archive::new(GzDecoder::new(File::open(file)?));
    let mut entries = archive.entries()?;
    let note = read_note(entries.next().ok_or_else(foreign)??)?;
    let (mut has_database, mut has_secret) = (false, false);
    fs::create_dir_all(folder.join(PICTURES))?;
    for entry in entries {
        let mut entry = entry?;
        let name = entry.path()?.to_str().ok_or_else(foreign)?.to_owned();
        let target = match name.as_str() {
            DATABASE => database.to_owned(),
            SECRET => folder.join(SECRET),
            name => {
                let picture = name.strip_prefix(PICTURES).and_then(|rest| rest.strip_prefix('/'));
                let picture = picture.and_then(MediaFile::parse).ok_or_else(foreign)?;
                folder.join(PICTURES).join(picture.name())
            }
        };
        if !entry.header().entry_type().is_file() {
            return Err(foreign());
        }
        has_database |= name == DATABASE;
        has_secret |= name == SECRET;
        write_whole(&mut entry, &target)?;
    }
    // The sum of all bytes stands behind the last entry, and is compared when the end is reached.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    if (has_database, has_secret) != (note.has_database, note.has_secret) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "parts of it are missing"));
    }
    Ok(note)
}

fn write_whole(from: &mut impl Read, target: &Path) -> io::Result<()> {
    let mut file = private_file(target)?;
    io::copy(from, &mut file)?;
    file.flush()?;
    file.sync_all()
}

fn read_note(entry: Entry<'_, impl Read>) -> io::Result<Note> {
    if entry.path()?.to_str() != Some(NOTE) {
        return Err(foreign());
    }
    let mut text = Vec::new();
    entry.take(MAX_NOTE_BYTES).read_to_end(&mut text)?;
    let note: Note = serde_json::from_slice(&text).map_err(|_| foreign())?;
    if note.format > FORMAT {
        let reason = format!("it was written by StreamIt {}, which is newer than this program", note.streamit);
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    Ok(note)
}

fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no backup of StreamIt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::{Picture, PictureKind};

    fn packed(folder: &Path) -> PathBuf {
        let picture = Picture::new(PictureKind::Chosen, 7).large();
        fs::create_dir(folder.join(PICTURES)).expect("writable");
        fs::write(folder.join(PICTURES).join(picture.name()), "picture").expect("writable");
        fs::write(folder.join(PICTURES).join("other#1"), "half").expect("writable");
        fs::write(folder.join("copy.db"), "rows".repeat(5000)).expect("writable");
        fs::write(folder.join("secret"), "s".repeat(43)).expect("writable");
        let parts = Parts {
            database: Some(folder.join("copy.db")),
            secret: Some(folder.join("secret")),
            pictures: Some(folder.join(PICTURES)),
        };
        let file = folder.join("backup.tar.gz");
        let note = Note::new("2026-08-01T00:00:00Z".into(), true, true, true);
        assert_eq!(pack(&file, &note, &parts).expect("writable"), 1);
        file
    }

    fn unpacked(file: &Path) -> (tempfile::TempDir, io::Result<Note>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let result = unpack(file, folder.path(), &folder.path().join("new.db"));
        (folder, result)
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (target, note) = unpacked(&packed(folder.path()));
        assert!(note.expect("whole").has_database);
        assert_eq!(fs::read(target.path().join("new.db")).expect("there").len(), 20_000);
        assert_eq!(fs::read_to_string(target.path().join("secret")).expect("there").len(), 43);
        assert_eq!(fs::read_dir(target.path().join(PICTURES)).expect("there").count(), 1);
    }

    #[test]
    fn half_a_file_a_changed_one_and_another_one_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let whole = fs::read(packed(folder.path())).expect("there");
        let file = folder.path().join("bad");
        let mut changed = whole.clone();
        let at = changed.len() - 6;
        changed[at] ^= 1;
        for bad in [&whole[..whole.len() / 2], &whole[..whole.len() - 4], &changed, b"no archive at all", b""] {
            fs::write(&file, bad).expect("writable");
            assert!(unpacked(&file).1.is_err(), "{} bytes", bad.len());
        }
    }

    #[test]
    fn a_file_that_would_land_elsewhere_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("evil");
        let mut tar = Builder::new(GzEncoder::new(private_file(&file).expect("new"), Compression::fast()));
        let note = Note::new("2026-08-01T00:00:00Z".into(), false, false, true);
        add(&mut tar, NOTE, &serde_json::to_vec(&note).expect("JSON")).expect("writable");
        add(&mut tar, "media/evil.sh", b"x").expect("writable");
        tar.into_inner().and_then(GzEncoder::finish).expect("writable");
        assert_eq!(unpacked(&file).1.expect_err("refused").to_string(), "it is no backup of StreamIt");
    }
}
