//! Who uses a data folder: servers and commands share it, and what replaces it wants it for itself. The system lets go
//! of a hold when its process ends, however it ends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// The file that is held. It is empty, and stays.
pub const FILE: &str = "lock";

/// A hold on a data folder, until it is dropped.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

impl Hold {
    /// Uses the folder beside others.
    ///
    /// # Errors
    /// When the folder cannot be written, or is being restored.
    pub fn shared(data_dir: &Path) -> io::Result<Self> {
        Self::take(data_dir, File::try_lock_shared, "it is being restored; wait until that is done")
    }

    /// Wants the folder alone.
    ///
    /// # Errors
    /// When the folder cannot be written, or somebody uses it.
    pub fn alone(data_dir: &Path) -> io::Result<Self> {
        Self::take(data_dir, File::try_lock, "a server or a command uses it; stop that first")
    }

    fn take(data_dir: &Path, lock: fn(&File) -> Result<(), TryLockError>, taken: &str) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(data_dir.join(FILE))?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(io::ErrorKind::ResourceBusy, taken)),
            // Some network file systems have no locks: then nobody can know.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Self { _file: file }),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_a_folder_and_one_has_it_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = (Hold::shared(folder.path()), Hold::shared(folder.path()));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(Hold::alone(folder.path()).expect_err("used").kind(), io::ErrorKind::ResourceBusy);
        drop((one, two));
        let alone = Hold::alone(folder.path());
        assert!(alone.is_ok() && Hold::shared(folder.path()).is_err());
    }
}
