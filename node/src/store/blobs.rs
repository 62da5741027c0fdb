//! Attachments by content: a file under the BLAKE3 of its bytes, durable before it has its name.
//!
//! Whoever names a blob in a document has put it first, so a document never points at nothing. Reading checks the hash. What
//! all of them may take is bounded ([`Room`]): files may be refused, so that edits never are.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

use crate::platform::{free_bytes, sync_dir};

/// The name of a blob: the BLAKE3 of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// The bytes of the name.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The name with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

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
    /// The folder holds as much as it may.
    #[error("attachments hold {used} of the {limit} bytes they may have")]
    Full {
        /// Bytes they hold.
        used: u64,
        /// Bytes they may hold.
        limit: u64,
    },
    /// What is left on the disk is kept for edits.
    #[error("{free} bytes are left on the disk, which are kept for edits")]
    DiskLow {
        /// Bytes left.
        free: u64,
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

/// The room attachments may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes of all of them.
    pub bytes_max: u64,
    /// Bytes of the disk they leave free.
    pub spare_bytes: u64,
}

impl Room {
    /// As much as the disk has.
    pub const ALL: Self = Self {
        bytes_max: u64::MAX,
        spare_bytes: 0,
    };
}

/// `Blobs::used` before it was counted.
const UNCOUNTED: u64 = u64::MAX;

/// The directory of attachments.
#[derive(Debug)]
pub struct Blobs {
    dir: PathBuf,
    room: Room,
    used: AtomicU64,
    unfinished_count: AtomicU64,
}

impl Blobs {
    /// Uses a directory; it is made when the first blob is put.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self::bounded(dir, Room::ALL)
    }

    /// The same with bounds. Only who keeps files through one such value keeps them.
    #[must_use]
    pub fn bounded(dir: PathBuf, room: Room) -> Self {
        Self {
            dir,
            room,
            used: AtomicU64::new(UNCOUNTED),
            unfinished_count: AtomicU64::new(0),
        }
    }

    /// Bytes of all blobs that are here whole, and what they may come to.
    #[must_use]
    pub fn used(&self) -> (u64, u64) {
        let mut used = self.used.load(Ordering::Relaxed);
        if used == UNCOUNTED {
            // A folder that cannot be read refuses the file itself.
            let ids = self.list().unwrap_or_default();
            used = ids.into_iter().map(|id| self.bytes(id)).sum();
            self.used.store(used, Ordering::Relaxed);
        }
        (used, self.room.bytes_max)
    }

    /// Refuses what would go beyond the room there is.
    fn admit(&self, bytes: u64) -> Result<(), BlobError> {
        let (used, limit) = self.used();
        if used.saturating_add(bytes) > limit {
            return Err(BlobError::Full { used, limit });
        }
        let above = self.dir.parent().unwrap_or(&self.dir);
        match free_bytes(above) {
            Some(free) if free < self.room.spare_bytes.saturating_add(bytes) => {
                Err(BlobError::DiskLow { free })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a blob that has its name now.
    fn count(&self, bytes: u64) {
        let counted = |used| (used != UNCOUNTED).then(|| used + bytes);
        // Who has not counted yet will count it.
        let _uncounted = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted);
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
        // A damaged one is put right whatever room there is.
        let is_new = !self.contains(id);
        if is_new {
            self.admit(bytes.len() as u64)?;
        }
        self.write(&path, bytes)
            .map_err(|source| BlobError::Io { path, source })?;
        if is_new {
            self.count(bytes.len() as u64);
        }
        // What was there of it by line is of no use any more; most often there is nothing.
        let _gone = std::fs::remove_file(self.unfinished(id));
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

    /// The length of a blob that is here; its bytes are not read.
    #[must_use]
    pub fn bytes(&self, id: BlobId) -> u64 {
        std::fs::metadata(self.path(id)).map_or(0, |found| found.len())
    }

    /// True when a file of this name is here; its bytes are not read.
    #[must_use]
    pub fn contains(&self, id: BlobId) -> bool {
        self.path(id).exists()
    }

    /// Bytes that are here of a blob that is still arriving.
    #[must_use]
    pub fn held(&self, id: BlobId) -> u64 {
        std::fs::metadata(self.unfinished(id)).map_or(0, |found| found.len())
    }

    /// Keeps bytes of a blob that arrives in pieces, from an offset on. True once it is whole: then it was checked and is durable.
    ///
    /// Only the end is synced. What a power cut took from the middle is noticed by the hash, and the blob begins again.
    ///
    /// # Errors
    /// When the disk refuses, or [`BlobError::Damaged`] when the bytes do not make what the name says, or something before them
    /// is missing. Nothing of it is kept then.
    pub fn append(
        &self,
        id: BlobId,
        total: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Result<bool, BlobError> {
        let path = self.unfinished(id);
        if offset == 0 && !self.contains(id) {
            self.admit(total)?;
        }
        let appended = self.append_to(&path, total, offset, bytes);
        let whole = match appended {
            Ok(None) => return Ok(false),
            Ok(Some(whole)) => whole,
            Err(source) => {
                // It may be a full disk: what is there helps nobody.
                let _gone = std::fs::remove_file(&path);
                return Err(BlobError::Io { path, source });
            }
        };
        if BlobId::of(&whole) != id {
            let _gone = std::fs::remove_file(&path);
            return Err(BlobError::Damaged { id });
        }
        let to = self.path(id);
        let is_new = !self.contains(id);
        self.finish(&path, &to)
            .map_err(|source| BlobError::Io { path, source })?;
        if is_new {
            self.count(total);
        }
        Ok(true)
    }

    /// The whole content once the last bytes are there; empty content for bytes that do not follow what is held.
    fn append_to(
        &self,
        path: &Path,
        total: u64,
        offset: u64,
        bytes: &[u8],
    ) -> io::Result<Option<Vec<u8>>> {
        std::fs::create_dir_all(&self.dir)?;
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        if file.metadata()?.len() < offset {
            return Ok(Some(Vec::new()));
        }
        file.set_len(offset)?;
        file.seek(io::SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
        if offset + (bytes.len() as u64) < total {
            return Ok(None);
        }
        file.sync_all()?;
        std::fs::read(path).map(Some)
    }

    fn finish(&self, from: &Path, to: &Path) -> io::Result<()> {
        let parent = to.parent().unwrap_or(&self.dir);
        std::fs::create_dir_all(parent)?;
        std::fs::rename(from, to)?;
        sync_dir(parent)?;
        sync_dir(&self.dir)
    }

    /// Some bytes of a blob, and how many it has; `Ok(None)` when it is not here. The first piece is given only of a blob that is
    /// sound as a whole.
    ///
    /// # Errors
    /// When the disk refuses, or the bytes are not what they were.
    pub fn read_part(
        &self,
        id: BlobId,
        offset: u64,
        length: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, BlobError> {
        if offset == 0 && self.load(id)?.is_none() {
            return Ok(None);
        }
        let path = self.path(id);
        let read = || {
            let mut file = File::open(&path)?;
            let total = file.metadata()?.len();
            file.seek(io::SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            Ok(Some((total, bytes)))
        };
        match read() {
            Err(error) if io::Error::kind(&error) == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(BlobError::Io { path, source }),
            Ok(read) => Ok(read),
        }
    }

    fn unfinished(&self, id: BlobId) -> PathBuf {
        self.dir.join(format!("{id}.part"))
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

    #[test]
    fn what_goes_beyond_the_room_is_refused_and_what_is_here_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("blobs");
        let room = |bytes_max, spare_bytes| Room {
            bytes_max,
            spare_bytes,
        };
        let blobs = Blobs::bounded(dir.clone(), room(10, 0));
        let first = blobs.put(b"12345678").unwrap();
        assert_eq!(blobs.used(), (8, 10));
        let full = |put| matches!(put, Err(BlobError::Full { used: 8, limit: 10 }));
        assert!(full(blobs.put(b"abc").map(drop)));
        let other = BlobId::of(b"abc");
        assert!(full(blobs.append(other, 3, 0, b"a").map(drop)));
        assert_eq!((blobs.held(other), blobs.contains(other)), (0, false));
        // The same once more, or put right after it rotted, takes no room.
        assert_eq!(blobs.put(b"12345678").unwrap(), first);
        std::fs::write(blobs.path(first), b"12345679").unwrap();
        blobs.put(b"12345678").unwrap();
        assert!(blobs.append(BlobId::of(b"ab"), 2, 0, b"ab").unwrap());
        assert_eq!(blobs.used(), (10, 10));
        // Another process counts what is there.
        assert_eq!(Blobs::bounded(dir.clone(), room(10, 0)).used(), (10, 10));
        let low = Blobs::bounded(dir, room(99, u64::MAX)).put(b"abc");
        if free_bytes(folder.path()).is_some() {
            assert!(matches!(low, Err(BlobError::DiskLow { .. })));
        }
    }

    #[test]
    fn a_blob_that_arrives_in_pieces_goes_on_where_it_was_and_is_checked_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("blobs");
        let blobs = Blobs::at(dir.clone());
        let bytes: Vec<u8> = (0..50_000_u32).map(|at| (at % 251) as u8).collect();
        let id = BlobId::of(&bytes);
        let total = bytes.len() as u64;
        assert_eq!(blobs.held(id), 0);
        assert!(!blobs.append(id, total, 0, &bytes[..20_000]).unwrap());
        // Another process goes on; a piece that came twice is taken once.
        let blobs = Blobs::at(dir);
        assert_eq!(blobs.held(id), 20_000);
        assert!(
            !blobs
                .append(id, total, 10_000, &bytes[10_000..30_000])
                .unwrap()
        );
        assert_eq!(
            blobs.list().unwrap(),
            [],
            "it is not here before it is whole"
        );
        assert!(blobs.append(id, total, 30_000, &bytes[30_000..]).unwrap());
        assert_eq!(
            (blobs.held(id), blobs.load(id).unwrap()),
            (0, Some(bytes.clone()))
        );
        let (all, part) = blobs.read_part(id, 100, 50).unwrap().unwrap();
        assert_eq!((all, part.as_slice()), (total, &bytes[100..150]));
        assert!(blobs.read_part(BlobId::of(b"x"), 0, 9).unwrap().is_none());

        let other = BlobId::of(b"another");
        let wrong = blobs.append(other, 4, 0, b"pear");
        assert!(matches!(wrong, Err(BlobError::Damaged { .. })));
        let gap = blobs.append(other, 9, 5, b"r");
        assert!(matches!(gap, Err(BlobError::Damaged { .. })));
        assert_eq!(blobs.held(other), 0, "nothing of it is kept");
    }
}
