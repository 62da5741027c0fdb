//! The store in use: the journal, and the database that follows it.
//!
//! A commit is planned against the database (what changes, and the digest after it), journaled and fsynced, applied to the
//! database, and only then answered. The first failure of the disk closes the store for writing: whether the failed
//! commit happened is decided by the next start, from the journal. A store whose content could not be proven at the start
//! takes derived writes only, so that what there is can at least be shown.

use shared::store::{Batch, Pair, Reader, StoreError, Tree};

use super::check::check_blobs;
use super::folder::DataFolder;
use super::sled::{Database, Planned, Stamp};
use super::{Finding, OpenError, Position, Store, start};
use crate::journal::files::{Disk, Files};
use crate::journal::{AppendError, Journal, SEGMENT_BYTES_MAX, Write};

/// Bytes journaled before the database is made durable without being asked: bounds what a start has to replay.
const SETTLE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What tests change.
pub struct Settings {
    /// How files are written.
    pub files: Box<dyn Files>,
    /// When a segment of the journal is closed.
    pub segment_bytes_max: u64,
    /// When the database is made durable.
    pub settle_bytes_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            files: Box::new(Disk),
            segment_bytes_max: SEGMENT_BYTES_MAX,
            settle_bytes_max: SETTLE_BYTES_MAX,
        }
    }
}

/// What may be written.
enum Access {
    /// Everything.
    All(Box<Journal>),
    /// Derived trees only, since the start.
    Derived,
    /// Nothing, since the disk failed.
    Nothing,
}

/// The store on this machine's disk.
pub struct LocalStore {
    database: Database,
    stamp: Stamp,
    access: Access,
    unsettled_bytes: u64,
    settle_bytes_max: u64,
    is_settled: bool,
    folder: DataFolder,
}

impl LocalStore {
    pub(super) fn new(
        folder: DataFolder,
        database: Database,
        stamp: Stamp,
        journal: Option<Journal>,
        settle_bytes_max: u64,
        is_settled: bool,
    ) -> Self {
        Self {
            database,
            stamp,
            access: journal.map_or(Access::Derived, |journal| Access::All(Box::new(journal))),
            unsettled_bytes: 0,
            settle_bytes_max,
            is_settled,
            folder,
        }
    }

    /// Durable pairs in the store.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.stamp.durable.count
    }

    /// The folder it stands in.
    #[must_use]
    pub fn dir(&self) -> &std::path::Path {
        self.folder.dir()
    }

    fn write(&mut self, planned: Vec<Planned>) -> Result<(), StoreError> {
        let mut stamp = self.stamp.after(&planned);
        let mut journaled_bytes = 0;
        let (planned, writes) = split_journaled(planned);
        if !writes.is_empty() {
            let Access::All(journal) = &mut self.access else {
                return Err(StoreError::ReadOnly);
            };
            stamp.position += 1;
            journaled_bytes = journal
                .append_commit(stamp.position, &writes, stamp.durable)
                .map_err(appending)?;
        }
        let planned = rejoin(planned, writes);
        self.database.apply(&planned, &stamp)?;
        self.stamp = stamp;
        self.is_settled = false;
        self.unsettled_bytes += journaled_bytes;
        if self.unsettled_bytes >= self.settle_bytes_max {
            self.try_settle()?;
        }
        Ok(())
    }

    const fn check_access(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Nothing => Err(StoreError::ReadOnly),
            Access::All(_) | Access::Derived => Ok(()),
        }
    }

    fn try_settle(&mut self) -> Result<(), StoreError> {
        self.database.flush()?;
        if let Access::All(journal) = &mut self.access {
            journal.append_store_synced().map_err(appending)?;
        }
        self.unsettled_bytes = 0;
        self.is_settled = true;
        Ok(())
    }

    /// Closes the store for writing when the disk failed.
    fn guard<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Failed { .. })) {
            self.access = Access::Nothing;
        }
        result
    }
}

/// Takes the durable writes out of a plan for the journal, values and all, so that nothing is copied.
fn split_journaled(mut planned: Vec<Planned>) -> (Vec<Planned>, Vec<Write>) {
    let durable = planned.iter_mut().filter(|write| write.tree.is_durable());
    let writes = durable
        .map(|write| {
            (
                write.tree,
                std::mem::take(&mut write.key),
                write.value.take(),
            )
        })
        .collect();
    (planned, writes)
}

/// Puts them back.
fn rejoin(mut planned: Vec<Planned>, writes: Vec<Write>) -> Vec<Planned> {
    let durable = planned.iter_mut().filter(|write| write.tree.is_durable());
    for (write, (_, key, value)) in durable.zip(writes) {
        write.key = key;
        write.value = value;
    }
    planned
}

fn appending(source: AppendError) -> StoreError {
    StoreError::Failed {
        doing: "writing the journal",
        source: source.into(),
    }
}

impl Reader for LocalStore {
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.database.load(tree, key)
    }

    fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.database.range(tree, from, to, limit)
    }
}

impl Store for LocalStore {
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError> {
        self.check_access()?;
        // Nothing is written yet: what cannot be read here leaves the store as it is.
        let planned = self.database.plan(batch)?;
        if !planned.is_empty() {
            let written = self.write(planned);
            self.guard(written)?;
        }
        Ok(self.position())
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        if self.is_settled {
            return Ok(());
        }
        self.check_access()?;
        let settled = self.try_settle();
        self.guard(settled)
    }

    fn find_damage(&self) -> Result<Vec<Finding>, OpenError> {
        let (_, scanned) = start::read_journal(&self.folder)?;
        let damage = scanned.damage.into_iter();
        let mut findings: Vec<Finding> = damage.map(Finding::JournalDamaged).collect();
        match self.database.take_inventory() {
            Ok(inventory) => findings.extend(inventory.find_damage(&self.stamp)),
            Err(message) => findings.push(Finding::DatabaseUnreadable { message }),
        }
        findings.extend(check_blobs(&self.folder)?);
        Ok(findings)
    }

    fn position(&self) -> Position {
        Position(self.stamp.position)
    }

    fn is_read_only(&self) -> bool {
        !matches!(self.access, Access::All(_))
    }

    fn derived_lost(&self) -> bool {
        self.stamp.derived_lost
    }

    fn derived_restored(&mut self) -> Result<(), StoreError> {
        if !self.stamp.derived_lost {
            return Ok(());
        }
        self.check_access()?;
        let stamp = Stamp {
            derived_lost: false,
            ..self.stamp
        };
        let applied = self.database.apply(&[], &stamp);
        self.guard(applied)?;
        self.stamp = stamp;
        self.is_settled = false;
        Ok(())
    }
}

impl Drop for LocalStore {
    fn drop(&mut self) {
        // A failure here costs the next start a replay, nothing else.
        let _ = self.settle();
    }
}
