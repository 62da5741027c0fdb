//! Attachments by content: a file under the BLAKE3 of its bytes, durable before it has its name.
//!
//! Whoever names a blob in a document has put it first, so a document never points at nothing. Reading checks the hash.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use std::fs::File;
use std::io::Write as _;

use crate::platform::sync_dir;

/// The name of a blob: the BLAKE3 of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A text that is no name of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a blob is named by 64 hexadecimal digits")]
pub struct ParseBlobIdError;

impl FromStr for BlobId {
    type Err = ParseBlobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseBlobIdError)?;
        Ok(Self(bytes))
    }
}

/// Why a blob could not be read or written. Absence is no error.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The file does not hold what its name says.
    #[error("attachment {id} is damaged")]
    Damaged {
        /// Which.
        id: BlobId,
    },
    /// The disk refused.
    #[error("cannot access {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// The directory of attachments.
#[derive(Debug)]
pub struct Blobs {
    dir: PathBuf,
    unfinished_count: AtomicU64,
}

impl Blobs {
    /// Uses a directory; it is made when the first blob is put.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self {
            dir,
            unfinished_count: AtomicU64::new(0),
        }
    }

    /// Keeps bytes and returns when they are durable. Putting them twice is the same as once.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobId, BlobError> {
        let id = BlobId::of(bytes);
        if matches!(self.load(id), Ok(Some(_))) {
            return Ok(id);
        }
        let path = self.path(id);
        self.write(&path, bytes)
            .map_err(|source| BlobError::Io { path, source })?;
        Ok(id)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = path.parent().unwrap_or(&self.dir);
        std::fs::create_dir_all(parent)?;
        let number = self.unfinished_count.fetch_add(1, Ordering::Relaxed);
        let unfinished = self
            .dir
            .join(format!("{}-{number}.new", std::process::id()));
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&unfinished, path)?;
        sync_dir(parent)?;
        sync_dir(&self.dir)
    }

    /// The bytes of a blob, checked; `Ok(None)` when it is not here.
    ///
    /// # Errors
    /// When the disk refuses, or the bytes are not what they were.
    pub fn load(&self, id: BlobId) -> Result<Option<Vec<u8>>, BlobError> {
        let path = self.path(id);
        match std::fs::read(&path) {
            Ok(bytes) if BlobId::of(&bytes) == id => Ok(Some(bytes)),
            Ok(_) => Err(BlobError::Damaged { id }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(BlobError::Io { path, source }),
        }
    }

    /// True when a file of this name is here; its bytes are not read.
    #[must_use]
    pub fn contains(&self, id: BlobId) -> bool {
        self.path(id).exists()
    }

    /// Every blob that is here, in no particular order.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> io::Result<Vec<BlobId>> {
        let mut ids = Vec::new();
        for group in std::fs::read_dir(&self.dir)? {
            let group = group?.path();
            if !group.is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(group)? {
                ids.extend(
                    entry?
                        .file_name()
                        .to_str()
                        .and_then(|name| name.parse::<BlobId>().ok()),
                );
            }
        }
        Ok(ids)
    }

    fn path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        self.dir.join(&name[..2]).join(name)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_found_under_its_hash_and_damage_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(folder.path().join("blobs"));
        let id = blobs.put(b"a photograph").unwrap();
        assert_eq!(blobs.put(b"a photograph").unwrap(), id);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(blobs.load(id).unwrap().unwrap(), b"a photograph");
        assert!(blobs.contains(id));
        assert_eq!(blobs.list().unwrap(), [id]);
        let absent = BlobId::of(b"another");
        assert!(blobs.load(absent).unwrap().is_none() && !blobs.contains(absent));

        std::fs::write(blobs.path(id), b"a photograpH").unwrap();
        assert!(matches!(blobs.load(id), Err(BlobError::Damaged { .. })));
        blobs.put(b"a photograph").unwrap();
        assert!(
            blobs.load(id).unwrap().is_some(),
            "putting it again mends it"
        );
        assert!("xyz".parse::<BlobId>().is_err());
    }
}
