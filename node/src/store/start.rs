//! Opening: prove that everything is there, or build it again, or say what is not.
//!
//! The journal is read whole, then the database. Its content is *proven* when the database adds up to its own stamp and,
//! with the later commits of the journal applied, to the digest in the journal's last record. Otherwise it is moved aside
//! and built again from the journal, and that result must add up instead.
//!
//! A damaged journal does not matter as long as the content is proven (the database had what the journal lost): then the
//! journal is written anew from it. When nothing proves the content, the best there is can be read, nothing can be
//! written, and the report names the damage. [`Mode::Repair`] accepts that loss and leaves a note under [`LOSS_KEY`].

use std::collections::BTreeMap;
use std::io;

use shared::store::{Batch, StoreError, Tree};

use super::folder::DataFolder;
use super::local::{LocalStore, Settings};
use super::report::{Finding, Rebuilt, StartReport};
use super::sled::{Database, Inventory, Stamp};
use super::{OpenError, Opened, Position};
use crate::journal::scan::{Beyond, Entry, ScanError, Scanned, scan};
use crate::journal::{self, Journal, Write};
use crate::platform::sync_dir;

/// The key in [`Tree::Meta`] under which a repair that accepted loss leaves the commit number it happened at (u64
/// big-endian). Whoever owns the node's incarnation changes it and removes the key: what others know of this node's log
/// may no longer be true.
pub const LOSS_KEY: &[u8] = b"storage/loss";

/// Bytes of writes applied to the database at once while rebuilding.
const REBUILD_STEP_BYTES: usize = 2 * 1024 * 1024;

/// What to do when the content cannot be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read only.
    Keep,
    /// Go on with what there is.
    Repair,
}

/// Opens the store of a locked folder.
pub fn start(folder: DataFolder, settings: Settings, mode: Mode) -> Result<Opened, OpenError> {
    let dir = folder.dir().to_owned();
    let (tail, scanned) = read_journal(&folder)?;
    let mut report = StartReport {
        cut_bytes: scanned.cut_bytes,
        findings: scanned
            .damage
            .iter()
            .cloned()
            .map(Finding::JournalDamaged)
            .collect(),
        ..StartReport::default()
    };
    let attempt = examine(&folder, &tail, &scanned);
    let must_rebuild = match &attempt {
        Err(_) => true,
        // A sound journal that says something else than the database is right.
        Ok(state) => {
            !state.is_proven
                && !state.is_ahead
                && scanned.damage.is_empty()
                && scanned.beyond == Beyond::Nothing
        }
    };
    let mut state = match attempt {
        Ok(state) if !must_rebuild => state
            .finish(&scanned, &mut report)
            .map_err(OpenError::database(&dir))?,
        Ok(state) => {
            let reason = Finding::DatabaseIncomplete {
                expected: Some(scanned.digest.count),
                found: state.inventory.durable.count,
            };
            rebuild(&folder, &scanned, reason, state.dissolve(), &mut report)?
        }
        Err((reason, inventory)) => rebuild(&folder, &scanned, reason, inventory, &mut report)?,
    };
    report.derived_lost = state.stamp.derived_lost;
    report.position = Position(state.stamp.position);

    let journal = if state.is_proven && scanned.damage.is_empty() {
        let journal = Journal::resume(
            &folder.journal(),
            settings.files,
            settings.segment_bytes_max,
            &scanned,
        );
        Some(journal.map_err(OpenError::failed(&dir, "opening the journal"))?)
    } else if state.is_proven || mode == Mode::Repair {
        Some(heal(
            &folder,
            settings.files,
            settings.segment_bytes_max,
            &mut state,
            &mut report,
        )?)
    } else {
        report.is_read_only = true;
        None
    };
    let blob_count = state.database.blob_count();
    if blob_count > 0 {
        report
            .findings
            .push(Finding::DatabaseHasBlobs { count: blob_count });
    }
    report.position = Position(state.stamp.position);
    report.count = state.stamp.durable.count;
    let is_settled = report.replayed == 0 && state.is_settled;
    let mut store = LocalStore::new(
        folder,
        state.database,
        state.stamp,
        journal,
        settings.settle_bytes_max,
        is_settled,
    );
    if report.rebuilt.is_some() && !report.is_read_only {
        super::Store::settle(&mut store).map_err(OpenError::database(&dir))?;
    }
    Ok(Opened { store, report })
}

/// What of the journal the database may lack: for each key the last write since the database was known to be durable.
#[derive(Debug, Default)]
pub struct Tail {
    position: u64,
    /// The database held everything up to here.
    pub synced: u64,
    pending: BTreeMap<(Tree, Vec<u8>), (u64, Option<Vec<u8>>)>,
}

impl Tail {
    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Commit(commit) => {
                self.position = commit.position;
                for (tree, key, value) in commit.writes {
                    self.pending.insert((tree, key), (commit.position, value));
                }
            }
            Entry::StoreSynced => {
                self.synced = self.position;
                self.pending.clear();
            }
            Entry::CheckpointStart(_) | Entry::CheckpointPart(_) => {}
            Entry::CheckpointEnd(position, _) => {
                self.position = position;
                self.synced = position;
                self.pending.clear();
            }
        }
    }

    fn writes_after(&self, position: u64) -> Batch {
        let later = self
            .pending
            .iter()
            .filter(|(_, (written, _))| *written > position);
        Batch {
            writes: later
                .map(|(key, (_, value))| (key.clone(), value.clone()))
                .collect(),
        }
    }
}

/// Reads the journal without changing anything.
pub fn read_journal(folder: &DataFolder) -> Result<(Tail, Scanned), OpenError> {
    let mut tail = Tail::default();
    let scanned = scan(&folder.journal(), |entry| {
        tail.take(entry);
        Ok::<_, std::convert::Infallible>(())
    });
    match scanned {
        Ok(scanned) => Ok((tail, scanned)),
        Err(ScanError::Io { path, source }) => {
            Err(OpenError::failed(&path, "reading the journal")(source))
        }
        Err(ScanError::Visitor(never)) => match never {},
    }
}

/// A database that adds up to its own stamp, before the journal's later writes.
pub struct Examined {
    database: Database,
    inventory: Inventory,
    /// The stamp as found.
    stamp: Stamp,
    /// The stamp once the later writes are applied.
    target: Stamp,
    planned: Vec<super::sled::Planned>,
    /// The content then is what the journal's last record says.
    pub is_proven: bool,
    /// The database knows commits the journal does not hold.
    pub is_ahead: bool,
}

/// What is left of a failed examination: why, and what the database did hold.
type Rejected = (Finding, Inventory);

/// Opens and reads the database and compares it with the journal, without changing its content.
pub fn examine(folder: &DataFolder, tail: &Tail, scanned: &Scanned) -> Result<Examined, Rejected> {
    let unreadable = |message| {
        (
            Finding::DatabaseUnreadable { message },
            Inventory::default(),
        )
    };
    let database = Database::open(&folder.database()).map_err(unreadable)?;
    let inventory = database.take_inventory().map_err(unreadable)?;
    if let Some((tree, key)) = inventory.damaged.first() {
        let key = hex::encode(key);
        let finding = Finding::DatabaseDamaged {
            count: inventory.damaged_count,
            tree: *tree,
            key,
        };
        return Err((finding, inventory));
    }
    let found = inventory.durable.count;
    let stamp = match inventory.stamp {
        Some(stamp) => stamp,
        None if inventory.counts.is_empty() => Stamp::default(),
        None => {
            return Err((
                Finding::DatabaseIncomplete {
                    expected: None,
                    found,
                },
                inventory,
            ));
        }
    };
    if stamp.durable != inventory.durable {
        let expected = Some(stamp.durable.count);
        return Err((Finding::DatabaseIncomplete { expected, found }, inventory));
    }
    if stamp.position < tail.synced {
        let (database, synced) = (Position(stamp.position), Position(tail.synced));
        return Err((Finding::DatabaseOld { database, synced }, inventory));
    }
    let planned = database
        .plan(tail.writes_after(stamp.position))
        .map_err(|error| {
            (
                Finding::DatabaseUnreadable {
                    message: error.to_string(),
                },
                Inventory::default(),
            )
        })?;
    let mut target = stamp.after(&planned);
    target.position = stamp.position.max(scanned.position);
    let is_ahead = stamp.position > scanned.position;
    let is_proven = match scanned.beyond {
        Beyond::Nothing => !is_ahead && target.durable == scanned.digest,
        Beyond::Records(count) => stamp.position >= scanned.position + count,
        Beyond::Unknown => false,
    };
    Ok(Examined {
        database,
        inventory,
        stamp,
        target,
        planned,
        is_proven,
        is_ahead,
    })
}

/// The store's content, ready but for the journal.
struct Ready {
    database: Database,
    stamp: Stamp,
    is_proven: bool,
    is_settled: bool,
}

impl Examined {
    /// What is wrong, besides damage of the journal itself.
    pub fn findings(&self, scanned: &Scanned) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.is_ahead {
            findings.push(Finding::JournalBehind {
                journal: Position(scanned.position),
                database: Position(self.stamp.position),
            });
        } else if !self.is_proven && scanned.damage.is_empty() {
            findings.push(Finding::DatabaseIncomplete {
                expected: Some(scanned.digest.count),
                found: self.target.durable.count,
            });
        }
        if self.database.blob_count() > 0 {
            findings.push(Finding::DatabaseHasBlobs {
                count: self.database.blob_count(),
            });
        }
        findings
    }

    /// Closes the database; what it held is kept for comparison.
    fn dissolve(self) -> Inventory {
        self.inventory
    }

    /// Applies the later writes, and empties the derived trees unless they are exactly what belongs to them.
    fn finish(self, scanned: &Scanned, report: &mut StartReport) -> Result<Ready, StoreError> {
        if self.is_ahead {
            report.findings.extend(self.findings(scanned));
        }
        report.replayed = self.target.position - self.stamp.position;
        let mut stamp = self.target;
        let is_derived_whole = report.replayed == 0
            && self.inventory.derived == self.stamp.derived
            && self.inventory.derived_damaged_count == 0;
        if report.replayed > 0 {
            self.database.apply(&self.planned, &stamp)?;
        }
        if !is_derived_whole {
            stamp.derived_lost = true;
            stamp.derived = super::sled::Stamp::default().derived;
            self.database.clear_derived(&stamp)?;
        }
        Ok(Ready {
            database: self.database,
            stamp,
            is_proven: self.is_proven,
            is_settled: is_derived_whole,
        })
    }
}

/// Moves the database aside and makes a new one from the journal.
fn rebuild(
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
    let database = Database::open(&folder.database()).map_err(unreadable)?;
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
            Entry::CheckpointEnd(position, _) => self.stamp.position = position,
            Entry::StoreSynced | Entry::CheckpointStart(_) => {}
        }
        if self.step_bytes < REBUILD_STEP_BYTES {
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

/// Writes the journal anew from the database, and moves the damaged one aside.
fn heal(
    folder: &DataFolder,
    files: Box<dyn journal::files::Files>,
    segment_bytes_max: u64,
    state: &mut Ready,
    report: &mut StartReport,
) -> Result<Journal, OpenError> {
    let dir = folder.dir();
    let journal_dir = folder.journal();
    if !state.is_proven {
        state.stamp.position += 1;
        let mut note = Batch::default();
        let value = Some(state.stamp.position.to_be_bytes().to_vec());
        note.writes.insert((Tree::Meta, LOSS_KEY.to_vec()), value);
        let write_note = || -> Result<Stamp, StoreError> {
            let planned = state.database.plan(note)?;
            let stamp = state.stamp.after(&planned);
            state.database.apply(&planned, &stamp)?;
            Ok(stamp)
        };
        state.stamp = write_note().map_err(OpenError::database(dir))?;
        state.is_proven = true;
    }
    let old = journal::scan::list_segments(&journal_dir)
        .map_err(OpenError::failed(dir, "reading the journal"))?;
    let number = old.last().map_or(1, |last| last + 1);
    let mut source = Pairs {
        database: &state.database,
        trees: durable_trees(),
        after: None,
    };
    journal::write_checkpoint(
        &journal_dir,
        number,
        state.stamp.position,
        state.stamp.durable,
        || source.next_part(),
    )
    .map_err(|error: PairsError| match error {
        PairsError::Io(source) => OpenError::failed(dir, "writing the journal anew")(source),
        PairsError::Store(source) => OpenError::database(dir)(source),
    })?;
    let moved = folder.make_quarantine("journal").and_then(|quarantine| {
        for number in old {
            let from = journal::segment_path(&journal_dir, number);
            std::fs::rename(&from, quarantine.join(from.file_name().unwrap_or_default()))?;
        }
        sync_dir(&quarantine)?;
        sync_dir(&journal_dir)?;
        Ok(quarantine)
    });
    report.journal_moved_to =
        Some(moved.map_err(OpenError::failed(dir, "moving the damaged journal aside"))?);
    let (_, scanned) = read_journal(folder)?;
    Journal::resume(&journal_dir, files, segment_bytes_max, &scanned)
        .map_err(OpenError::failed(dir, "opening the journal"))
}

fn durable_trees() -> Vec<Tree> {
    let mut trees: Vec<Tree> = Tree::ALL
        .into_iter()
        .filter(|tree| tree.is_durable())
        .collect();
    trees.reverse();
    trees
}

/// Hands out all durable pairs, some at a time.
struct Pairs<'a> {
    database: &'a Database,
    /// Trees still to come, the next one last.
    trees: Vec<Tree>,
    after: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
enum PairsError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Pairs<'_> {
    fn next_part(&mut self) -> Result<Vec<Write>, PairsError> {
        while let Some(tree) = self.trees.last().copied() {
            let pairs =
                self.database
                    .pairs_after(tree, self.after.as_deref(), REBUILD_STEP_BYTES)?;
            if let Some((key, _)) = pairs.last() {
                self.after = Some(key.clone());
                return Ok(pairs
                    .into_iter()
                    .map(|(key, value)| (tree, key, Some(value)))
                    .collect());
            }
            self.trees.pop();
            self.after = None;
        }
        Ok(Vec::new())
    }
}
