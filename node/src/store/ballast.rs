//! Space kept back for the day the disk is full: a file that is given up so that what is open can be closed in order.
//!
//! A full disk refuses even to open the database again, so without this file a full disk would need a technician. While
//! the ballast cannot be made, the store only reads; that it can be made is the proof that there is room again.

use std::io;
use std::path::{Path, PathBuf};

use crate::platform;

/// The file and its size.
#[derive(Debug, Clone)]
pub struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// The ballast of a data folder. Of size 0 there is none, and always room.
    #[must_use]
    pub fn of(dir: &Path, bytes: u64) -> Self {
        Self {
            path: dir.join("ballast"),
            bytes,
        }
    }

    /// Makes sure that the file is there and its space taken.
    ///
    /// # Errors
    /// When the disk refuses; nothing is left behind then.
    pub fn make(&self) -> io::Result<()> {
        if self.bytes == 0
            || std::fs::metadata(&self.path).is_ok_and(|file| file.len() == self.bytes)
        {
            return Ok(());
        }
        let made = platform::allocate(&self.path, self.bytes);
        if made.is_err() {
            self.release();
        }
        made
    }

    /// Gives the space up.
    pub fn release(&self) {
        // What cannot be removed was not there, or the disk is worse off than full.
        let _either_way = std::fs::remove_file(&self.path);
    }
}

/// True when an error says that there is no room, for the disk, the quota or the file.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    [StorageFull, QuotaExceeded, FileTooLarge].contains(&error.kind())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn the_ballast_takes_real_space_until_it_is_released() {
        let place = tempfile::tempdir().unwrap();
        let ballast = Ballast::of(place.path(), 1 << 20);
        ballast.make().unwrap();
        ballast.make().unwrap();
        let file = std::fs::metadata(place.path().join("ballast")).unwrap();
        assert_eq!(file.len(), 1 << 20);
        #[cfg(target_os = "linux")]
        assert!(
            std::os::unix::fs::MetadataExt::blocks(&file) * 512 >= 1 << 20,
            "no hole"
        );
        ballast.release();
        assert!(!place.path().join("ballast").exists());
        Ballast::of(place.path(), 0).make().unwrap();
        assert!(!place.path().join("ballast").exists());
    }
}
