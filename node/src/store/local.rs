//! The store in use: the journal, and the database that follows it.
//!
//! A commit is planned against the database (what changes, and the digest after it), journaled and fsynced, applied to the
//! database, and only then answered. The first failure of the disk closes the store for writing: whether the failed
//! commit happened is decided by the next start, from the journal. A store whose content could not be proven at the start
//! takes derived writes only, so that what there is can at least be shown.

use std::sync::Arc;
use std::time::Duration;

use shared::store::{Batch, Pair, Reader, StoreError, Tree};
use shared::time::Timestamp;

use super::ballast::Ballast;
use super::check::check_blobs;
use super::folder::DataFolder;
use super::sled::{Database, Planned, Stamp};
use super::start::{self, Mode};
use super::tend::{Condition, Keeper, ReadOnly, Tended, reason_of};
use super::{Finding, OpenError, Opened, Position, Snapshot, StartReport, Store};
use crate::backup::{LAST_KEY, Last};
use crate::journal::files::{Disk, Files};
use crate::journal::{AppendError, Due, Extent, Journal, SEGMENT_BYTES_MAX, Write};

/// Bytes journaled before the database is made durable without being asked: bounds what a start has to replay.
const SETTLE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How often everything is read through.
const SCRUB_EVERY_MS: i64 = 24 * 60 * 60 * 1000;
/// How often a full disk is asked whether it has room again.
const ROOM_AFTER: Duration = Duration::from_secs(5);

/// What an operator or a test may want otherwise.
#[derive(Clone)]
pub struct Settings {
    /// How files are written.
    pub files: Arc<dyn Files>,
    /// When a segment of the journal is closed.
    pub segment_bytes_max: u64,
    /// When the database is made durable.
    pub settle_bytes_max: u64,
    /// Space kept back for the day the disk is full; 0: none.
    pub ballast_bytes: u64,
    /// How often everything is read through, in milliseconds.
    pub scrub_every_ms: i64,
    /// How many closed segments of the journal wait for a backup before they are compacted without one; 0: none waits.
    pub backup_wait_segments: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            files: Arc::new(Disk),
            segment_bytes_max: SEGMENT_BYTES_MAX,
            settle_bytes_max: SETTLE_BYTES_MAX,
            ballast_bytes: 0,
            scrub_every_ms: SCRUB_EVERY_MS,
            backup_wait_segments: 0,
        }
    }
}

/// What may be written.
enum Access {
    /// Everything.
    All(Box<Journal>),
    /// Derived trees only, since the start.
    Derived,
    /// Nothing, since the disk failed or had no room.
    Nothing(ReadOnly),
}

/// The store on this machine's disk.
pub struct LocalStore {
    database: Database,
    stamp: Stamp,
    access: Access,
    unsettled_bytes: u64,
    is_settled: bool,
    keeper: Keeper,
    settings: Settings,
    folder: Arc<DataFolder>,
}

impl LocalStore {
    pub(super) fn new(
        folder: Arc<DataFolder>,
        database: Database,
        stamp: Stamp,
        journal: Result<Journal, ReadOnly>,
        settings: Settings,
        is_settled: bool,
    ) -> Self {
        let access = match journal {
            Ok(journal) => Access::All(Box::new(journal)),
            Err(ReadOnly::Unproven) => Access::Derived,
            Err(reason) => Access::Nothing(reason),
        };
        Self {
            database,
            stamp,
            access,
            unsettled_bytes: 0,
            is_settled,
            keeper: Keeper::new(folder.journal(), folder.blobs(), settings.scrub_every_ms),
            settings,
            folder,
        }
    }

    /// Durable pairs in the store.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.stamp.durable.count
    }

    /// The database, for faults behind its back.
    #[cfg(test)]
    pub(super) const fn database(&self) -> &Database {
        &self.database
    }

    /// Takes note that the derived trees are not there: the core computes them at its start.
    ///
    /// # Errors
    /// When the medium fails.
    pub fn lose_derived(&mut self) -> Result<(), StoreError> {
        self.mark_derived(true)
    }

    /// Writes into the database whether the derived trees are to be computed.
    fn mark_derived(&mut self, derived_lost: bool) -> Result<(), StoreError> {
        self.check_access()?;
        let stamp = Stamp {
            derived_lost,
            ..self.stamp
        };
        let applied = self.database.apply(&[], &stamp);
        self.guard(applied)?;
        self.stamp = stamp;
        self.is_settled = false;
        Ok(())
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
        self.keeper.follow(&planned);
        self.stamp = stamp;
        self.is_settled = false;
        self.unsettled_bytes += journaled_bytes;
        if self.unsettled_bytes >= self.settings.settle_bytes_max {
            self.try_settle()?;
        }
        Ok(())
    }

    fn check_access(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Nothing(_) => Err(StoreError::ReadOnly),
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

    /// Closes the store for writing when the disk failed. Of a full disk, what is open is closed in order first.
    fn guard<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error @ StoreError::Failed { .. }) = &result {
            self.close_for(reason_of(error));
        }
        result
    }

    fn close_for(&mut self, reason: ReadOnly) {
        if reason == ReadOnly::DiskFull {
            Ballast::of(self.folder.dir(), self.settings.ballast_bytes).release();
            if let Access::All(journal) = &mut self.access {
                // Only spares the next start some work, so that failing changes nothing.
                let _either_way = journal.cut_incomplete();
                let _either_way = self.database.flush();
            }
        }
        self.access = Access::Nothing(reason);
    }

    /// Takes no more writes until there is room on the disk.
    pub(super) fn close_for_want_of_room(&mut self) {
        if matches!(self.access, Access::All(_)) {
            self.access = Access::Nothing(ReadOnly::DiskFull);
        }
    }

    /// Begins, or ends, a compaction of the journal.
    fn tend_journal(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if let Some(finished) = self.keeper.take_compaction(now) {
            // The checkpoint says that the database held its position durably.
            self.try_settle()?;
            if let Access::All(journal) = &mut self.access {
                match journal.adopt(&finished) {
                    Ok(()) => tracing::info!(
                        position = finished.position,
                        bytes = finished.bytes,
                        files = finished.replaces.len() + 1,
                        "the journal was compacted"
                    ),
                    Err(error) => self.keeper.note_failure(now, &error),
                }
            }
        }
        if let Access::All(journal) = &self.access
            && let Some(due) = journal.compaction_due()
            && self.is_backed_up(journal, due)?
        {
            self.keeper.begin_compaction(due.last, now);
        }
        Ok(())
    }

    /// True when a backup holds what these segments say, or too many of them wait for one (design.md 4).
    fn is_backed_up(&self, journal: &Journal, due: Due) -> Result<bool, StoreError> {
        let wait_bytes = self.settings.backup_wait_segments * self.settings.segment_bytes_max;
        if due.bytes >= wait_bytes {
            return Ok(true);
        }
        let noted = self.database.load(Tree::Meta, LAST_KEY)?;
        let noted = noted.and_then(|noted| serde_json::from_slice::<Last>(&noted).ok());
        // What cannot be read now is found by the compaction itself.
        let end = journal.position_after(due.last);
        Ok(noted
            .zip(end)
            .is_some_and(|(noted, end)| noted.position >= end))
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

    fn read_only(&self) -> Option<ReadOnly> {
        match &self.access {
            Access::All(_) => None,
            Access::Derived => Some(ReadOnly::Unproven),
            Access::Nothing(reason) => Some(reason.clone()),
        }
    }

    fn snapshot(&self) -> Option<Snapshot> {
        let Access::All(journal) = &self.access else {
            return None;
        };
        Some(Snapshot {
            journal: self.folder.journal(),
            limit: journal.end(),
            position: self.position(),
            digest: self.stamp.durable,
            bytes: journal.extent().bytes,
            _hold: self.keeper.hold(),
        })
    }

    fn condition(&self) -> Condition {
        Condition {
            read_only: self.read_only(),
            journal: match &self.access {
                Access::All(journal) => journal.extent(),
                Access::Derived | Access::Nothing(_) => Extent::default(),
            },
            is_compacting: self.keeper.is_compacting(),
            scrubbed_at: self.keeper.sound_at(),
        }
    }

    fn tend(&mut self, now: Timestamp) -> Tended {
        match &self.access {
            Access::All(_) => {}
            Access::Nothing(ReadOnly::DiskFull) => {
                let ballast = Ballast::of(self.folder.dir(), self.settings.ballast_bytes);
                return Tended {
                    after: Some(ROOM_AFTER),
                    reopen: ballast.make().is_ok(),
                    findings: Vec::new(),
                };
            }
            Access::Derived | Access::Nothing(_) => return Tended::default(),
        }
        let tended = self.tend_journal(now);
        // A failure has closed the store, which the next write hears and the next look at its condition shows.
        let _said = self.guard(tended);
        let findings = self.keeper.scrub(&self.database, &self.stamp, now);
        let is_mendable = |finding: &Finding| !matches!(finding, Finding::BlobDamaged { .. });
        Tended {
            after: self.keeper.next(now),
            reopen: findings.iter().any(is_mendable),
            findings,
        }
    }

    fn close(&mut self, error: &StoreError) {
        let is_failure = matches!(error, StoreError::Failed { .. });
        if is_failure && matches!(self.access, Access::All(_)) {
            self.close_for(reason_of(error));
        }
    }

    fn reopen(self: Box<Self>) -> Result<(Box<dyn Store>, StartReport), OpenError> {
        let (folder, settings) = (Arc::clone(&self.folder), self.settings.clone());
        // The database is closed, and the folder stays locked.
        drop(self);
        let Opened { store, report } = start::start(folder, settings, Mode::Keep)?;
        Ok((Box::new(store), report))
    }

    fn derived_lost(&self) -> bool {
        self.stamp.derived_lost
    }

    fn derived_restored(&mut self) -> Result<(), StoreError> {
        if !self.stamp.derived_lost {
            return Ok(());
        }
        self.mark_derived(false)
    }
}

impl Drop for LocalStore {
    fn drop(&mut self) {
        // A failure here costs the next start a replay, nothing else.
        let _ = self.settle();
    }
}
