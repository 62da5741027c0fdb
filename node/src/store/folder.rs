//! The data folder: its layout, its lock, and the note that says which version may read it.
//!
//! `journal/` the truth · `db/` the database beside it · `blobs/` attachments · `identity/` keys (private) · `quarantine/` what was
//! moved aside, never deleted by us · `backup/` · `format.json` · `lock`. One process holds the lock as long as it works on
//! the folder; the lock file names it.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::OpenError;
use crate::journal::{self, files::Files};
use crate::platform::{create_private_dir, sync_dir};

/// The layout this version writes, and the newest it reads. 2: the journal may begin with a checkpoint made by compaction. 3: small commits
/// may be packed against a dictionary.
pub const FORMAT: u32 = 3;

/// The note that says which version may read the folder.
pub const FORMAT_FILE: &str = "format.json";
const LOCK_FILE: &str = "lock";
const DIRECTORIES: [&str; 4] = ["journal", "blobs", "quarantine", "backup"];
const IDENTITY: &str = "identity";

/// What `format.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Format {
    /// The layout.
    format: u32,
    /// The oldest program format that may still read it.
    min_reader: u32,
    /// The version that made the folder.
    written_by: String,
}

/// A data folder, locked.
#[derive(Debug)]
pub struct DataFolder {
    dir: PathBuf,
    /// The layout it was found in.
    format: u32,
    _lock: Lock,
}

impl DataFolder {
    /// Makes a folder with an empty journal. What an interrupted attempt left is taken over.
    ///
    /// # Errors
    /// When there already is a data folder, another process works on it, or the disk refuses.
    pub fn create(dir: &Path, files: &dyn Files) -> Result<Self, OpenError> {
        let failed = |doing| OpenError::failed(dir, doing);
        std::fs::create_dir_all(dir).map_err(failed("making the data folder"))?;
        let lock = lock(dir)?;
        if dir.join(FORMAT_FILE).exists() {
            return Err(OpenError::AlreadyExists {
                dir: dir.to_owned(),
            });
        }
        let make = || -> io::Result<()> {
            make_directories(dir)?;
            let first = journal::segment_path(&dir.join("journal"), 1);
            if std::fs::metadata(&first).is_ok_and(|file| file.len() <= 64) {
                std::fs::remove_file(&first)?; // Made by an attempt that was interrupted; it holds no record.
            }
            journal::Journal::create(&dir.join("journal"), files)?;
            write_format(dir)?;
            dir.parent().map_or(Ok(()), sync_dir)
        };
        make().map_err(failed("making the data folder"))?;
        Ok(Self {
            dir: dir.to_owned(),
            format: FORMAT,
            _lock: lock,
        })
    }

    /// Locks an existing folder.
    ///
    /// # Errors
    /// When it is none, was written by a newer version, or another process works on it.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let text = match std::fs::read(dir.join(FORMAT_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(OpenError::NotADataFolder {
                    dir: dir.to_owned(),
                });
            }
            Err(source) => return Err(OpenError::failed(dir, "reading format.json")(source)),
        };
        let format: Format =
            serde_json::from_slice(&text).map_err(|source| OpenError::UnreadableFormat {
                dir: dir.to_owned(),
                source,
            })?;
        if format.min_reader > FORMAT {
            return Err(OpenError::TooNew {
                dir: dir.to_owned(),
                written_by: format.written_by,
                needed: format.min_reader,
            });
        }
        let lock = lock(dir)?;
        make_directories(dir).map_err(OpenError::failed(dir, "making its directories"))?;
        Ok(Self {
            dir: dir.to_owned(),
            format: format.format,
            _lock: lock,
        })
    }

    /// Notes that this version works on the folder from now on, so that an older one refuses it. What formats 1 and 2
    /// hold is read as it is.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn upgrade(&self) -> Result<(), OpenError> {
        if self.format >= FORMAT {
            return Ok(());
        }
        write_format(&self.dir).map_err(OpenError::failed(&self.dir, "writing format.json"))
    }

    /// The journal's directory.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    /// The database's directory.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.dir.join("db")
    }

    /// The directory of attachments.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        crate::node::blobs_dir(&self.dir)
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A new directory under `quarantine/` for something to be moved aside.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn make_quarantine(&self, what: &str) -> io::Result<PathBuf> {
        let quarantine = self.dir.join("quarantine");
        std::fs::create_dir_all(&quarantine)?;
        let mut number = 1_u32;
        loop {
            let path = quarantine.join(format!("broken-{what}-{number:04}"));
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    sync_dir(&quarantine)?;
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

/// True when the folder is a data folder of any version.
#[must_use]
pub fn is_data_folder(dir: &Path) -> bool {
    dir.join(FORMAT_FILE).exists()
}

fn write_format(dir: &Path) -> io::Result<()> {
    let format = Format {
        format: FORMAT,
        min_reader: FORMAT,
        written_by: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let text = serde_json::to_string_pretty(&format)? + "\n";
    write_file(&dir.join(FORMAT_FILE), text.as_bytes())
}

/// Writes a file that is either absent or whole: under another name, synced, then renamed.
///
/// # Errors
/// When the disk refuses.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

fn make_directories(dir: &Path) -> io::Result<()> {
    for name in DIRECTORIES {
        std::fs::create_dir_all(dir.join(name))?;
    }
    create_private_dir(&dir.join(IDENTITY))
}

/// The lock of a data folder, given back when it is dropped.
#[derive(Debug)]
struct Lock(File);

/// Closing the file would not be enough: a process that is just being started holds a copy of it until it runs its own program.
impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be unlocked is closed, and that unlocks it.
        let _ = self.0.unlock();
    }
}

fn lock(dir: &Path) -> Result<Lock, OpenError> {
    let failed = |source| OpenError::failed(dir, "locking the data folder")(source);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join(LOCK_FILE))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // On Windows a locked file cannot be read; then the process stays unnamed.
            let _ = file.take(20).read_to_string(&mut text);
            return Err(OpenError::InUse {
                dir: dir.to_owned(),
                pid: text.trim().parse().ok(),
            });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    let mut write_pid = || {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    write_pid().map_err(failed)?;
    Ok(Lock(file))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_copy_a_starting_process_holds_keeps_no_folder_locked() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).unwrap();
        let copy = held.0.try_clone().unwrap();
        assert!(matches!(
            lock(dir.path()),
            Err(OpenError::InUse { pid: Some(_), .. })
        ));
        drop(held);
        let _again = lock(dir.path()).unwrap();
        drop(copy);
    }
}
