//! Where a node keeps everything: named trees of keys, written in batches that are durable before anyone hears of them.
//!
//! [`Store`] is the point of durability. [`LocalStore`] is the one in use: a journal (`crate::journal`) that is the truth,
//! and a database beside it for fast reads, which can always be built again from the journal. [`MemoryStore`] is its twin
//! for tests. Both pass [`conformance::run`].
//!
//! A commit travels: digest of the content after it → one journal record → fsync → database. Only then does `commit`
//! return, and only then may the driver show, acknowledge or send anything that depends on it. The database is made
//! durable lazily ([`Store::settle`]); what it misses after a power cut is replayed from the journal.
//!
//! Derived trees ([`shared::store::Tree::is_durable`]) are not journaled. After a crash they are what they were after some
//! earlier commit, or empty with [`Store::derived_lost`]; so whoever derives something writes it in the same batch as what it
//! is derived from, and a batch of derived writes alone may be undone by a crash without a word.
//!
//! Damage is found at start-up by reading everything: each value carries a checksum, and the digest in the journal's last
//! record says what must be there. It is named in the [`StartReport`], never shown as fewer rows.

pub mod blobs;
pub mod conformance;
pub mod folder;
pub mod report;

mod ballast;
mod check;
mod chunk;
mod local;
mod sled;
mod start;
mod tend;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::store::{Batch, Reader, StoreError};
use shared::time::Timestamp;

use crate::journal::digest::Digest;
use crate::journal::files::Disk;
use crate::journal::scan::Limit;
use folder::DataFolder;
use start::Mode;

pub use blobs::Blobs;
pub use check::{check, repair};
pub use folder::is_data_folder;
pub use local::{LocalStore, Settings};
pub use report::{Finding, Rebuilt, StartReport};
pub use shared::store::MemoryStore;
pub use start::LOSS_KEY;
pub use tend::{Condition, ReadOnly, Tended};

/// A store, and what was found while opening it.
pub struct Opened {
    /// The store.
    pub store: LocalStore,
    /// What the operator should hear of.
    pub report: StartReport,
}

/// Makes a data folder with an empty store and opens it.
///
/// # Errors
/// When there already is one, another process works on it, or the disk refuses.
pub fn create(dir: &Path) -> Result<Opened, OpenError> {
    let folder = Arc::new(DataFolder::create(dir, &Disk)?);
    start::start(folder, Settings::default(), Mode::Keep)
}

/// Opens the store of a data folder, checks all of it, and rebuilds its database where needed.
///
/// # Errors
/// When it is no data folder, was written by a newer version, is in use, or the disk refuses. Damage is no error: the
/// report names it, and at worst the store only reads.
pub fn open(dir: &Path) -> Result<Opened, OpenError> {
    open_with(dir, Settings::default())
}

/// The same, set otherwise than usual.
///
/// # Errors
/// As [`open`].
pub fn open_with(dir: &Path, settings: Settings) -> Result<Opened, OpenError> {
    start::start(Arc::new(DataFolder::open(dir)?), settings, Mode::Keep)
}

/// Why a store could not be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no `format.json`.
    #[error("{} is no data folder of xiangmu", dir.display())]
    NotADataFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// There is one already.
    #[error("{} already is a data folder of xiangmu", dir.display())]
    AlreadyExists {
        /// The folder.
        dir: PathBuf,
    },
    /// Another process has it open.
    #[error("{} is in use by {}", dir.display(), pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}")))]
    InUse {
        /// The folder.
        dir: PathBuf,
        /// The process, where its lock file could be read.
        pid: Option<u32>,
    },
    /// A newer version wrote it.
    #[error("{} was written by xiangmu {written_by} and needs a program of format {needed}, this one is of format {}", dir.display(), folder::FORMAT)]
    TooNew {
        /// The folder.
        dir: PathBuf,
        /// The version that wrote it.
        written_by: String,
        /// The format needed to read it.
        needed: u32,
    },
    /// `format.json` is not what it should be.
    #[error("format.json in {} cannot be understood", dir.display())]
    UnreadableFormat {
        /// The folder.
        dir: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// The disk refused.
    #[error("failed {doing} at {}", path.display())]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The database failed after it was found sound.
    #[error("the database in {} failed", dir.display())]
    Database {
        /// The folder.
        dir: PathBuf,
        /// The cause.
        source: StoreError,
    },
    /// Not even an empty database could be made.
    #[error("cannot make a new database in {}: {message}", dir.display())]
    NewDatabaseFailed {
        /// The folder.
        dir: PathBuf,
        /// What it said.
        message: String,
    },
}

impl OpenError {
    /// True when there was no room for it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Failed { source, .. } => ballast::is_full(source),
            Self::Database { source, .. } => tend::reason_of(source) == ReadOnly::DiskFull,
            _ => false,
        }
    }

    fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Failed {
            doing,
            path,
            source,
        }
    }

    fn database(dir: &Path) -> impl FnOnce(StoreError) -> Self {
        let dir = dir.to_owned();
        move |source| Self::Database { dir, source }
    }
}

/// The number of a durable commit. Commits are numbered from 1 without gaps; 0 is the empty store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// All durable content at one moment, as a stretch of the journal. Its files stay where they are until this is dropped.
#[derive(Debug)]
pub struct Snapshot {
    /// The journal's directory.
    pub journal: PathBuf,
    /// How much of it.
    pub limit: Limit,
    /// The last commit in it.
    pub position: Position,
    /// What its pairs must add up to.
    pub digest: Digest,
    /// Bytes to be read.
    pub bytes: u64,
    _hold: Arc<()>,
}

/// Reads, and commits that are durable when they return.
pub trait Store: Reader + Send {
    /// Writes a batch, all of it or nothing, and returns once it is durable. Writes that change nothing are left out; a
    /// batch that changes nothing durable costs no fsync and keeps the position.
    ///
    /// # Errors
    /// When the medium fails: the batch may or may not be found after a restart, and every later commit answers
    /// [`StoreError::ReadOnly`]. A failed fsync is never tried again, since the kernel may have dropped the data.
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError>;

    /// Brings everything but the journal to the disk as well, so that the next start has nothing to replay. Meant for
    /// idle moments and for the orderly stop; correctness never needs it.
    ///
    /// # Errors
    /// When the medium fails.
    fn settle(&mut self) -> Result<(), StoreError>;

    /// Reads everything there is and names what is damaged, for the check of a running node. Costs a reading of the whole
    /// store.
    ///
    /// # Errors
    /// When the disk refuses to read at all.
    fn find_damage(&self) -> Result<Vec<Finding>, OpenError> {
        Ok(Vec::new())
    }

    /// The last durable commit.
    fn position(&self) -> Position;

    /// Why nothing can be written: after a failure, for want of room, or since start-up found damage it cannot prove to be
    /// harmless. `None` when it can.
    fn read_only(&self) -> Option<ReadOnly>;

    /// True when nothing can be written.
    fn is_read_only(&self) -> bool {
        self.read_only().is_some()
    }

    /// All durable content of this moment, to be read while commits go on. `None` when there is no journal, or it is not to be
    /// trusted.
    fn snapshot(&self) -> Option<Snapshot> {
        None
    }

    /// How it stands, for people who look after it.
    fn condition(&self) -> Condition {
        Condition {
            read_only: self.read_only(),
            ..Condition::default()
        }
    }

    /// Does a little of what is done beside commits, never much at a time: compaction, the slow reading of everything, and
    /// asking a full disk for room. To be called between turns.
    fn tend(&mut self, _now: Timestamp) -> Tended {
        Tended::default()
    }

    /// Takes note that it failed under somebody's reading: nothing is written any more, for the reason the error gives.
    fn close(&mut self, _error: &StoreError) {}

    /// Opens it again, as a new start would: mends what [`Store::tend`] found damaged, and writes again where there is room.
    ///
    /// # Errors
    /// When it cannot be opened. Then it is gone.
    fn reopen(self: Box<Self>) -> Result<(Box<dyn Store>, StartReport), OpenError>;

    /// True when the derived trees are not what was last written to them (they are empty then, or partly computed again)
    /// and the core must compute all of them. Stays true across restarts until [`Store::derived_restored`].
    fn derived_lost(&self) -> bool;

    /// Takes note that the core has computed and committed the derived trees.
    ///
    /// # Errors
    /// When the medium fails.
    fn derived_restored(&mut self) -> Result<(), StoreError>;
}

impl Store for MemoryStore {
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError> {
        Self::commit(self, batch).map(Position)
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn position(&self) -> Position {
        Position(self.commit_count())
    }

    fn read_only(&self) -> Option<ReadOnly> {
        Self::is_read_only(self).then(|| ReadOnly::DiskFailed("it was told to fail".to_owned()))
    }

    fn reopen(self: Box<Self>) -> Result<(Box<dyn Store>, StartReport), OpenError> {
        Ok((self, StartReport::default()))
    }

    fn derived_lost(&self) -> bool {
        Self::derived_lost(self)
    }

    fn derived_restored(&mut self) -> Result<(), StoreError> {
        Self::derived_restored(self);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
