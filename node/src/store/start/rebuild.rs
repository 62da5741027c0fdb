//! Building the database again from the journal.

use shared::store::{Batch, StoreError};

use super::Ready;
use crate::journal::Write;
use crate::journal::scan::{Beyond, Entry, ScanError, Scanned, scan};
use crate::platform::sync_dir;
use crate::store::OpenError;
use crate::store::folder::DataFolder;
use crate::store::report::{Finding, Rebuilt, StartReport};
use crate::store::sled::{Database, DatabaseError, Inventory, Stamp};

/// Bytes of writes applied to the database at once.
pub const STEP_BYTES: usize = 2 * 1024 * 1024;

/// Moves the database aside and makes a new one from the journal.
pub fn rebuild(
    folder: &DataFolder,
    scanned: &Scanned,
    reason: Finding,
    before: Inventory,
    report: &mut StartReport,
) -> Result<Ready, OpenError> {
    let dir = folder.dir();
    let moved_to = folder.make_quarantine("db").and_then(|quarantine| {
        if folder.database().exists() {
            std::fs::rename(folder.database(), quarantine.join("db"))?;
            sync_dir(dir)?;
        }
        Ok(quarantine)
    });
    let moved_to = moved_to.map_err(OpenError::failed(dir, "moving the damaged database aside"))?;
    let unreadable = |message| OpenError::NewDatabaseFailed {
        dir: dir.to_owned(),
        message,
    };
    let database = Database::open(&folder.database()).map_err(|error| match error {
        DatabaseError::Broken(message) => unreadable(message),
        DatabaseError::Refused(source) => OpenError::failed(dir, "making a new database")(source),
    })?;
    let mut rebuilder = Rebuilder {
        database: &database,
        stamp: Stamp {
            derived_lost: true,
            ..Stamp::default()
        },
        step: Batch::default(),
        step_bytes: 0,
    };
    let replayed = scan(&folder.journal(), |entry| rebuilder.take(entry)).map(|_| ());
    let finished = match replayed {
        Ok(()) => rebuilder.write_step(),
        Err(ScanError::Io { path, source }) => {
            return Err(OpenError::failed(&path, "reading the journal")(source));
        }
        Err(ScanError::Visitor(error)) => Err(error),
    };
    finished.map_err(OpenError::database(dir))?;
    let stamp = rebuilder.stamp;
    let after = database.take_inventory().map_err(unreadable)?;
    let is_proven = after.durable == stamp.durable
        && stamp.durable == scanned.digest
        && scanned.beyond == Beyond::Nothing;
    if !is_proven && scanned.damage.is_empty() {
        report.findings.push(Finding::JournalIncomplete);
    }
    let mut missing = after.counts;
    for (tree, found) in before.counts {
        if let Some(count) = missing.get_mut(&tree) {
            *count = count.saturating_sub(found);
        }
    }
    missing.retain(|_, count| *count > 0);
    report.findings.push(reason.clone());
    report.rebuilt = Some(Rebuilt {
        reason,
        missing,
        moved_to,
    });
    Ok(Ready {
        database,
        stamp,
        is_proven,
        is_settled: false,
    })
}

/// Feeds a new database from the journal, in steps of bounded size.
struct Rebuilder<'a> {
    database: &'a Database,
    stamp: Stamp,
    step: Batch,
    step_bytes: usize,
}

impl Rebuilder<'_> {
    fn take(&mut self, entry: Entry) -> Result<(), StoreError> {
        match entry {
            Entry::Commit(commit) => {
                self.collect(commit.writes);
                self.stamp.position = commit.position;
            }
            Entry::CheckpointPart(pairs) => self.collect(pairs),
            Entry::CheckpointEnd(position, _, _) => self.stamp.position = position,
            Entry::StoreSynced | Entry::CheckpointStart(_) => {}
        }
        if self.step_bytes < STEP_BYTES {
            return Ok(());
        }
        self.write_step()
    }

    fn collect(&mut self, writes: Vec<Write>) {
        for (tree, key, value) in writes {
            self.step_bytes += 64 + key.len() + value.as_ref().map_or(0, Vec::len);
            self.step.writes.insert((tree, key), value);
        }
    }

    fn write_step(&mut self) -> Result<(), StoreError> {
        let planned = self.database.plan(std::mem::take(&mut self.step))?;
        self.step_bytes = 0;
        self.stamp = self.stamp.after(&planned);
        self.database.apply(&planned, &self.stamp)
    }
}
