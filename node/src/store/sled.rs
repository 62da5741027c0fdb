//! The database: sled behind the few calls the store makes of it. No other module names sled.
//!
//! What sled does not promise is done here or by the caller: its `flush` is not durable on Linux, so its file is synced
//! by ourselves; flipped bits and lost keys go unnoticed, so every value carries its checksum and a [`Stamp`] written in the
//! same atomic batch says what must be there; it may panic on a damaged file, so opening and scanning are caught.
//!
//! Everything stands in one tree ([`super::chunk`] has the keys) so that one `apply_batch` is one atomic write. One
//! thread writes. Reads are consistent because nothing is read while it writes.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use shared::store::{Batch, Pair, StoreError, Tree};

use super::ballast;
use super::chunk::{self, Body, Head};
use super::report::Finding;
use crate::journal::digest::{Digest, Element};
use crate::platform::sync_dir;

/// Memory for pages. The default of sled is 1 GB.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// How often sled writes its buffers to the file by itself, a net below our own flushes.
const FLUSH_EVERY_MS: u64 = 500;

/// How often a database that is still held is tried again: sled lets go of its file a moment after its last handle is dropped.
const LOCK_TRIES: u32 = 60;

/// How long to wait between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(50);
const STAMP_KEY: [u8; 1] = [0];
const STAMP_BYTES: usize = 8 + 24 + 24 + 1;

/// What the database must hold, written together with every change of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The last commit applied.
    pub position: u64,
    /// All durable trees.
    pub durable: Digest,
    /// All derived trees.
    pub derived: Digest,
    /// The derived trees were emptied and are not complete again.
    pub derived_lost: bool,
}

impl Stamp {
    /// The digest a tree belongs to.
    pub const fn digest_of(&mut self, tree: Tree) -> &mut Digest {
        if tree.is_durable() {
            &mut self.durable
        } else {
            &mut self.derived
        }
    }

    /// The stamp after planned writes.
    #[must_use]
    pub fn after(mut self, planned: &[Planned]) -> Self {
        for write in planned {
            self.digest_of(write.tree).replace(write.old, write.new);
        }
        self
    }

    /// Takes in what another sum holds.
    pub fn join(&mut self, other: &Self) {
        for (sum, more) in [
            (&mut self.durable, other.durable),
            (&mut self.derived, other.derived),
        ] {
            sum.sum = sum.sum.wrapping_add(more.sum);
            sum.count += more.count;
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(STAMP_BYTES + 4);
        bytes.extend_from_slice(&self.position.to_le_bytes());
        for digest in [self.durable, self.derived] {
            bytes.extend_from_slice(&digest.sum.to_le_bytes());
            bytes.extend_from_slice(&digest.count.to_le_bytes());
        }
        bytes.push(u8::from(self.derived_lost));
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (content, crc) = bytes.split_last_chunk::<4>()?;
        if content.len() != STAMP_BYTES || crc32c::crc32c(content) != u32::from_le_bytes(*crc) {
            return None;
        }
        let number = |at: usize| {
            Some(u64::from_le_bytes(
                content.get(at..at + 8)?.try_into().ok()?,
            ))
        };
        let digest = |at: usize| {
            let sum = u128::from_le_bytes(content.get(at..at + 16)?.try_into().ok()?);
            Some(Digest {
                sum,
                count: number(at + 16)?,
            })
        };
        Some(Self {
            position: number(0)?,
            durable: digest(8)?,
            derived: digest(32)?,
            derived_lost: content[56] != 0,
        })
    }
}

/// A write with what it replaces.
#[derive(Debug)]
pub struct Planned {
    /// Where.
    pub tree: Tree,
    /// Under which key.
    pub key: Vec<u8>,
    /// The new value; `None` removes.
    pub value: Option<Vec<u8>>,
    new: Option<Element>,
    old: Option<Element>,
    old_chunk_count: u32,
}

impl Planned {
    /// The key it is stored under.
    #[must_use]
    pub fn stored_key(&self) -> Vec<u8> {
        chunk::head_key(self.tree, &self.key)
    }
}

/// A stretch of the database, read.
#[derive(Debug, Default)]
pub struct Slice {
    /// The last key read, as stored; `None` when there was none left.
    pub last: Option<Vec<u8>>,
    /// What was read.
    pub sum: Stamp,
    /// A value that does not match its checksum.
    pub damaged: Option<(Tree, Vec<u8>)>,
}

/// What a reading of everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// What the database says it holds; `None` when it never said, or the saying is damaged.
    pub stamp: Option<Stamp>,
    /// What it holds.
    pub durable: Digest,
    /// What it holds of derived trees.
    pub derived: Digest,
    /// Sound pairs by tree.
    pub counts: BTreeMap<Tree, u64>,
    /// Durable values that do not match their checksum: the first few.
    pub damaged: Vec<(Tree, Vec<u8>)>,
    /// How many there are of them in all.
    pub damaged_count: u64,
    /// Damaged values of derived trees; these are computed again, not mourned.
    pub derived_damaged_count: u64,
}

impl Inventory {
    /// The fault of a database that does not hold what this stamp says, sound and whole.
    #[must_use]
    pub fn find_damage(&self, stamp: &Stamp) -> Option<Finding> {
        if let Some((tree, key)) = self.damaged.first() {
            return Some(Finding::DatabaseDamaged {
                count: self.damaged_count,
                tree: *tree,
                key: hex::encode(key),
            });
        }
        (stamp.durable != self.durable).then_some(Finding::DatabaseIncomplete {
            expected: Some(stamp.durable.count),
            found: self.durable.count,
        })
    }
}

/// Why the database could not be opened.
#[derive(Debug)]
pub enum DatabaseError {
    /// The machine refuses: no space, no permission, still in use. The database may be sound.
    Refused(io::Error),
    /// sled gave up or panicked. What is on the disk is not to be trusted.
    Broken(String),
}

/// The open database.
#[derive(Debug)]
pub struct Database {
    dir: PathBuf,
    db: sled::Db,
    is_directory_synced: bool,
}

/// Damaged values named one by one in an inventory; more are only counted.
const DAMAGED_NAMED_MAX: usize = 20;
/// Keys of one tree removed in one batch while emptying it.
const REMOVED_AT_ONCE: usize = 1_000;

impl Database {
    /// Opens or makes the database, whatever sled does about it.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn open(dir: &Path) -> Result<Self, DatabaseError> {
        remove_unfinished_snapshots(dir).map_err(DatabaseError::Refused)?;
        let config = sled::Config::default()
            .path(dir)
            .mode(sled::Mode::LowSpace)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        match caught(|| open_when_free(&config)).map_err(DatabaseError::Broken)? {
            Ok(db) => Ok(Self {
                dir: dir.to_owned(),
                db,
                is_directory_synced: false,
            }),
            Err(sled::Error::Io(error)) if is_refusal(&error) => Err(DatabaseError::Refused(error)),
            Err(error) => Err(DatabaseError::Broken(error.to_string())),
        }
    }

    /// Closes a database that is not to be used, whatever sled does about it.
    pub fn close(self) {
        // What it says here was said before.
        let _ = caught(move || drop(self));
    }

    /// Reads everything and checks every value.
    ///
    /// # Errors
    /// A sentence, when sled fails or panics.
    pub fn take_inventory(&self) -> Result<Inventory, String> {
        caught(|| self.try_inventory())?.map_err(|error| error.to_string())
    }

    fn try_inventory(&self) -> Result<Inventory, sled::Error> {
        let mut found = Inventory::default();
        for entry in self.db.iter() {
            let (stored_key, bytes) = entry?;
            if stored_key == STAMP_KEY {
                found.stamp = Stamp::decode(&bytes);
                continue;
            }
            let Some((tree, key)) = chunk::split_head_key(&stored_key) else {
                continue; // A chunk: read with its head.
            };
            match self.value(tree, key, &bytes)? {
                Some((element, _)) => {
                    let digest = if tree.is_durable() {
                        &mut found.durable
                    } else {
                        &mut found.derived
                    };
                    digest.add(element);
                    *found.counts.entry(tree).or_default() += 1;
                }
                None if !tree.is_durable() => found.derived_damaged_count += 1,
                None => {
                    found.damaged_count += 1;
                    if found.damaged.len() < DAMAGED_NAMED_MAX {
                        found.damaged.push((tree, key.to_vec()));
                    }
                }
            }
        }
        Ok(found)
    }

    /// Reads and checks values after a stored key (from the first, when there is none) until the budget is used up.
    ///
    /// # Errors
    /// A sentence, when sled fails or panics.
    pub fn slice_after(&self, after: Option<&[u8]>, budget_bytes: usize) -> Result<Slice, String> {
        caught(|| self.try_slice(after, budget_bytes))?.map_err(|error| error.to_string())
    }

    fn try_slice(&self, after: Option<&[u8]>, budget_bytes: usize) -> Result<Slice, sled::Error> {
        // The stamp's key comes before all others, and no key is followed more closely than by itself and a zero.
        let from = [after.unwrap_or(&STAMP_KEY), &[0]].concat();
        let to = vec![chunk::first_byte_of_chunks(Tree::ALL[0])];
        let mut slice = Slice::default();
        let mut bytes_so_far = 0;
        for entry in self.db.range(from..to) {
            let (stored_key, bytes) = entry?;
            slice.last = Some(stored_key.to_vec());
            let Some((tree, key)) = chunk::split_head_key(&stored_key) else {
                continue;
            };
            match self.value(tree, key, &bytes)? {
                Some((element, value)) => {
                    slice.sum.digest_of(tree).add(element);
                    bytes_so_far += stored_key.len() + value.len();
                }
                None => {
                    slice.damaged = Some((tree, key.to_vec()));
                    break;
                }
            }
            if bytes_so_far >= budget_bytes {
                break;
            }
        }
        Ok(slice)
    }

    /// The value under a key.
    ///
    /// # Errors
    /// When sled fails or the value is damaged.
    pub fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(bytes) = self.db.get(chunk::head_key(tree, key)).map_err(reading)? else {
            return Ok(None);
        };
        self.sound_value(tree, key, &bytes).map(Some)
    }

    /// Pairs in key order.
    ///
    /// # Errors
    /// When sled fails or a value is damaged.
    pub fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let mut pairs = Vec::new();
        for entry in self
            .db
            .range(chunk::head_key(tree, from)..chunk::head_key(tree, to))
            .take(limit)
        {
            let (stored_key, bytes) = entry.map_err(reading)?;
            let key = stored_key.get(1..).unwrap_or_default();
            pairs.push((key.to_vec(), self.sound_value(tree, key, &bytes)?));
        }
        Ok(pairs)
    }

    /// Pairs of a tree after a key (from the first, when there is none), as many as fit into the budget, at least one.
    ///
    /// # Errors
    /// When sled fails or a value is damaged.
    pub fn pairs_after(
        &self,
        tree: Tree,
        after: Option<&[u8]>,
        budget_bytes: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let mut from = chunk::head_key(tree, after.unwrap_or_default());
        if after.is_some() {
            from.push(0);
        }
        let mut pairs = Vec::new();
        let mut bytes_so_far = 0;
        for entry in self.db.range(from..vec![tree as u8 + 1]) {
            let (stored_key, bytes) = entry.map_err(reading)?;
            let key = stored_key.get(1..).unwrap_or_default();
            let value = self.sound_value(tree, key, &bytes)?;
            bytes_so_far += key.len() + value.len();
            pairs.push((key.to_vec(), value));
            if bytes_so_far >= budget_bytes {
                break;
            }
        }
        Ok(pairs)
    }

    /// Compares a batch with what is there, and leaves out writes that change nothing.
    ///
    /// # Errors
    /// When sled fails or what is there cannot be read.
    pub fn plan(&self, batch: Batch) -> Result<Vec<Planned>, StoreError> {
        let mut planned = Vec::with_capacity(batch.writes.len());
        for ((tree, key), value) in batch.writes {
            let new = value.as_deref().map(|value| Element::of(tree, &key, value));
            let stored = self.db.get(chunk::head_key(tree, &key)).map_err(reading)?;
            let old = match &stored {
                None => None,
                Some(bytes) => Some(Head::decode(bytes).ok_or_else(|| damaged(tree, &key))?),
            };
            let (old, old_chunk_count) = (
                old.map(|head| head.element),
                old.map_or(0, |head| head.chunk_count()),
            );
            if old != new {
                planned.push(Planned {
                    tree,
                    key,
                    value,
                    new,
                    old,
                    old_chunk_count,
                });
            }
        }
        Ok(planned)
    }

    /// Writes what was planned, with the stamp, all or nothing. Not durable before [`Self::flush`].
    ///
    /// # Errors
    /// When sled fails.
    pub fn apply(&self, planned: &[Planned], stamp: &Stamp) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for write in planned {
            let mut chunk_count = 0;
            match (&write.value, write.new) {
                (Some(value), Some(element)) => {
                    let (head, chunks) =
                        chunk::encode(element, value).ok_or_else(|| StoreError::Failed {
                            doing: "storing a value of 4 GB",
                            source: "too large".into(),
                        })?;
                    for part in chunks {
                        batch.insert(chunk::chunk_key(write.tree, &write.key, chunk_count), part);
                        chunk_count += 1;
                    }
                    batch.insert(chunk::head_key(write.tree, &write.key), head);
                }
                _ => batch.remove(chunk::head_key(write.tree, &write.key)),
            }
            for index in chunk_count..write.old_chunk_count {
                batch.remove(chunk::chunk_key(write.tree, &write.key, index));
            }
        }
        batch.insert(&STAMP_KEY, stamp.encode());
        self.db
            .apply_batch(batch)
            .map_err(|source| StoreError::Failed {
                doing: "writing to the database",
                source: source.into(),
            })
    }

    /// Removes everything derived, and writes the stamp that says so. Interrupted, it is found undone and done again.
    ///
    /// # Errors
    /// When sled fails.
    pub fn clear_derived(&self, stamp: &Stamp) -> Result<(), StoreError> {
        loop {
            let mut batch = sled::Batch::default();
            let mut count = 0;
            for tree in Tree::ALL.into_iter().filter(|tree| !tree.is_durable()) {
                for first in [tree as u8, chunk::first_byte_of_chunks(tree)] {
                    for key in self
                        .db
                        .range(vec![first]..vec![first + 1])
                        .keys()
                        .take(REMOVED_AT_ONCE)
                    {
                        batch.remove(key.map_err(reading)?);
                        count += 1;
                    }
                }
            }
            batch.insert(&STAMP_KEY, stamp.encode());
            self.db
                .apply_batch(batch)
                .map_err(|source| StoreError::Failed {
                    doing: "emptying the derived trees",
                    source: source.into(),
                })?;
            if count == 0 {
                return Ok(());
            }
        }
    }

    /// Makes everything applied durable.
    ///
    /// # Errors
    /// When sled or the disk fails; not to be tried again.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| StoreError::Failed {
            doing: "flushing the database",
            source,
        };
        self.db.flush().map_err(|source| failed(source.into()))?;
        self.sync_files().map_err(|source| failed(source.into()))
    }

    fn sync_files(&mut self) -> io::Result<()> {
        let sync = |name: &str| {
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(self.dir.join(name))?
                .sync_all()
        };
        sync("db")?;
        if !self.is_directory_synced {
            sync("conf")?;
            sync_dir(&self.dir)?;
            if let Some(parent) = self.dir.parent() {
                sync_dir(parent)?;
            }
            self.is_directory_synced = true;
        }
        Ok(())
    }

    /// Number of files sled made for values it found too long. Must be none.
    #[must_use]
    pub fn blob_count(&self) -> usize {
        std::fs::read_dir(self.dir.join("blobs")).map_or(0, Iterator::count)
    }

    fn sound_value(&self, tree: Tree, key: &[u8], head: &[u8]) -> Result<Vec<u8>, StoreError> {
        let value = self.value(tree, key, head).map_err(reading)?;
        value
            .map(|(_, value)| value)
            .ok_or_else(|| damaged(tree, key))
    }

    /// The checked value behind a head; `None` when it is damaged.
    fn value(
        &self,
        tree: Tree,
        key: &[u8],
        head: &[u8],
    ) -> Result<Option<(Element, Vec<u8>)>, sled::Error> {
        let Some(head) = Head::decode(head) else {
            return Ok(None);
        };
        let value = match head.body {
            Body::Inline(value) => value.to_vec(),
            Body::Chunks(bytes) => {
                let mut value = Vec::new();
                for index in 0..head.chunk_count() {
                    match self.db.get(chunk::chunk_key(tree, key, index))? {
                        Some(part) => value.extend_from_slice(&part),
                        None => return Ok(None),
                    }
                }
                if value.len() != bytes as usize {
                    return Ok(None);
                }
                value
            }
        };
        Ok((Element::of(tree, key, &value) == head.element).then_some((head.element, value)))
    }
}

fn reading(source: sled::Error) -> StoreError {
    StoreError::Failed {
        doing: "reading the database",
        source: source.into(),
    }
}

fn damaged(tree: Tree, key: &[u8]) -> StoreError {
    StoreError::Damaged {
        tree,
        key: hex::encode(key),
    }
}

/// Turns a panic inside sled into a sentence.
fn caught<T>(action: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(action)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        format!(
            "the database panicked: {}",
            text.unwrap_or("without a word")
        )
    })
}

/// True when an error, of ours or of sled, says that there is no room.
pub fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let of_sled = match error.downcast_ref::<sled::Error>() {
        Some(sled::Error::Io(error)) => Some(error),
        _ => None,
    };
    of_sled
        .or_else(|| error.downcast_ref::<io::Error>())
        .is_some_and(ballast::is_full)
}

/// True for errors that say nothing about what is in the files.
fn is_refusal(error: &io::Error) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let kinds = [PermissionDenied, ReadOnlyFilesystem];
    ballast::is_full(error) || kinds.contains(&error.kind()) || is_held(error)
}

/// Opens, waiting a little for who closed the database last: sled's own threads give its lock back after the drop.
fn open_when_free(config: &sled::Config) -> Result<sled::Db, sled::Error> {
    for _ in 0..LOCK_TRIES {
        match config.open() {
            Err(sled::Error::Io(error)) if is_held(&error) => std::thread::sleep(LOCK_PAUSE),
            opened => return opened,
        }
    }
    config.open()
}

/// True while somebody holds the database; sled has no kind for its own lock.
fn is_held(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// Removes what an interrupted snapshot of sled leaves behind; sled would stumble over it.
fn remove_unfinished_snapshots(dir: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_unfinished = name.ends_with(".generating") || entry.metadata()?.len() == 0;
        if name.starts_with("snap.") && is_unfinished {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
pub mod tests {
    use super::*;

    /// Removes keys behind the store's back, as a fault of sled does.
    pub fn lose_keys(dir: &Path, mut choose: impl FnMut(Tree, &[u8]) -> bool) -> usize {
        let db = open_when_free(&sled::Config::default().path(dir)).unwrap();
        let keys: Vec<_> = db.iter().keys().map(Result::unwrap).collect();
        let mut lost = 0;
        for key in keys {
            if chunk::split_head_key(&key).is_some_and(|(tree, key)| choose(tree, key)) {
                db.remove(key).unwrap();
                lost += 1;
            }
        }
        db.flush().unwrap();
        lost
    }

    /// Flips one bit of one stored entry.
    pub fn flip_value(dir: &Path, stored_key: &[u8]) {
        let db = open_when_free(&sled::Config::default().path(dir)).unwrap();
        let mut value = db.get(stored_key).unwrap().unwrap().to_vec();
        let last = value.len() - 1;
        value[last] ^= 4;
        db.insert(stored_key, value).unwrap();
        db.flush().unwrap();
    }

    /// Removes an entry of a database in use, as a fault of sled does.
    pub fn lose_under(database: &Database, stored_key: &[u8]) {
        assert!(database.db.remove(stored_key).unwrap().is_some());
    }

    /// Flips a bit of an entry of a database in use.
    pub fn flip_under(database: &Database, stored_key: &[u8]) {
        let mut value = database.db.get(stored_key).unwrap().unwrap().to_vec();
        let last = value.len() - 1;
        value[last] ^= 4;
        database.db.insert(stored_key, value).unwrap();
    }

    #[test]
    fn a_stamp_is_read_back_and_a_flipped_bit_refused() {
        let digest = |sum, count| Digest { sum, count };
        let stamp = Stamp {
            position: 7,
            durable: digest(u128::MAX - 3, 9),
            derived: digest(5, 2),
            derived_lost: true,
        };
        let bytes = stamp.encode();
        assert_eq!(Stamp::decode(&bytes), Some(stamp));
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_eq!(Stamp::decode(&flipped), None);
        }
        assert_eq!(Stamp::decode(&[]), None);
    }
}
