//! Opening: prove that everything is there, or build it again, or say what is not.
//!
//! The journal is read whole, then the database. Its content is *proven* when the database adds up to its own stamp and,
//! with the later commits of the journal applied, to the digest in the journal's last record. Otherwise it is moved aside
//! and built again from the journal, and that result must add up instead.
//!
//! A damaged journal does not matter as long as the content is proven (the database had what the journal lost): then the
//! journal is written anew from it. When nothing proves the content, the best there is can be read, nothing can be
//! written, and the report names the damage. [`Mode::Repair`] accepts that loss and leaves a note under [`LOSS_KEY`].

mod heal;
mod rebuild;

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::store::{Batch, StoreError, Tree};

use super::ballast::{Ballast, is_full};
use super::folder::DataFolder;
use super::local::{LocalStore, Settings};
use super::report::{Finding, StartReport};
use super::sled::{Database, DatabaseError, Inventory, Planned, Stamp};
use super::tend::ReadOnly;
use super::{OpenError, Opened, Position};
use crate::journal::Journal;
use crate::journal::digest::Digest;
use crate::journal::scan::{Beyond, Entry, ScanError, Scanned, scan};

/// The key in [`Tree::Meta`] under which a repair that accepted loss leaves the commit number it happened at (u64
/// big-endian). Whoever owns the node's incarnation changes it and removes the key: what others know of this node's log
/// may no longer be true.
pub const LOSS_KEY: &[u8] = b"storage/loss";

/// What to do when the content cannot be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Read only.
    Keep,
    /// Go on with what there is.
    Repair,
}

/// Opens the store of a locked folder. On a full disk the ballast is given up for it, and the store only reads.
pub fn start(folder: Arc<DataFolder>, settings: Settings, mode: Mode) -> Result<Opened, OpenError> {
    let ballast = Ballast::of(folder.dir(), settings.ballast_bytes);
    let opened = match try_start(Arc::clone(&folder), settings.clone(), mode) {
        Err(error) if settings.ballast_bytes > 0 && error.is_full() => {
            ballast.release();
            try_start(folder, settings, mode)
        }
        opened => opened,
    };
    let mut opened = opened?;
    if let Err(error) = ballast.make() {
        if is_full(&error) {
            tracing::error!("the disk has no room: this node only reads until it has");
            opened.store.close_for_want_of_room();
        } else {
            tracing::warn!(%error, "no space could be kept back for the day the disk is full");
        }
    }
    Ok(opened)
}

fn try_start(folder: Arc<DataFolder>, settings: Settings, mode: Mode) -> Result<Opened, OpenError> {
    let dir = folder.dir().to_owned();
    folder.upgrade()?;
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
    let mut state = match examine(&folder, &tail, &scanned)? {
        Ok(state) if state.is_to_be_kept(&scanned) => {
            let finished = state.finish(&scanned, &mut report);
            finished.map_err(OpenError::database(&dir))?
        }
        Ok(state) => {
            let reason = Finding::DatabaseIncomplete {
                expected: Some(scanned.digest.count),
                found: state.inventory.durable.count,
            };
            state.database.close();
            rebuild::rebuild(&folder, &scanned, reason, state.inventory, &mut report)?
        }
        Err((reason, inventory)) => {
            rebuild::rebuild(&folder, &scanned, reason, inventory, &mut report)?
        }
    };
    let journal = if state.is_proven && scanned.damage.is_empty() {
        if !scanned.is_compacted && !scanned.stale_segments.is_empty() {
            // A journal was written anew, and the machine stopped before the damaged one was moved.
            report.journal_moved_to = Some(heal::move_aside(&folder, &scanned.stale_segments)?);
        }
        let journal = Journal::resume(
            &folder.journal(),
            Arc::clone(&settings.files),
            settings.segment_bytes_max,
            &scanned,
        );
        Ok(journal.map_err(OpenError::failed(&dir, "opening the journal"))?)
    } else if state.is_proven || mode == Mode::Repair {
        Ok(heal::heal(&folder, &settings, &mut state, &mut report)?)
    } else {
        report.is_read_only = true;
        Err(ReadOnly::Unproven)
    };
    let blob_count = state.database.blob_count();
    if blob_count > 0 {
        report
            .findings
            .push(Finding::DatabaseHasBlobs { count: blob_count });
    }
    report.derived_lost = state.stamp.derived_lost;
    report.position = Position(state.stamp.position);
    report.count = state.stamp.durable.count;
    let is_settled = report.replayed == 0 && state.is_settled;
    let mut store = LocalStore::new(
        folder,
        state.database,
        state.stamp,
        journal,
        settings,
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
    /// By key: the commit that wrote it last, and what.
    pending: BTreeMap<(Tree, Vec<u8>), Pending>,
}

/// A write that may be missing in the database: the commit's number, and the value.
type Pending = (u64, Option<Vec<u8>>);

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
            Entry::CheckpointEnd(position, _, _) => {
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
    planned: Vec<Planned>,
    /// The content then is what the journal's last record says.
    pub is_proven: bool,
    /// The database knows commits the journal does not hold.
    pub is_ahead: bool,
}

/// Why a database is not to be used, and what it did hold.
pub type Rejected = (Finding, Inventory);

/// Opens and reads the database and compares it with the journal, without changing its content.
///
/// # Errors
/// When the disk refuses. A database that is not to be used is no error.
pub fn examine(
    folder: &DataFolder,
    tail: &Tail,
    scanned: &Scanned,
) -> Result<Result<Examined, Rejected>, OpenError> {
    let unreadable = |message| {
        Ok(Err((
            Finding::DatabaseUnreadable { message },
            Inventory::default(),
        )))
    };
    let database = match Database::open(&folder.database()) {
        Ok(database) => database,
        Err(DatabaseError::Broken(message)) => return unreadable(message),
        Err(DatabaseError::Refused(source)) => {
            return Err(OpenError::failed(folder.dir(), "opening the database")(
                source,
            ));
        }
    };
    let inventory = match database.take_inventory() {
        Ok(inventory) => inventory,
        Err(message) => {
            database.close();
            return unreadable(message);
        }
    };
    let planned = check_stamp(&inventory, tail).and_then(|stamp| {
        let planned = database.plan(tail.writes_after(stamp.position));
        let planned = planned.map_err(|error| Finding::DatabaseUnreadable {
            message: error.to_string(),
        })?;
        Ok((stamp, planned))
    });
    let (stamp, planned) = match planned {
        Ok(sound) => sound,
        Err(finding) => {
            database.close();
            return Ok(Err((finding, inventory)));
        }
    };
    let mut target = stamp.after(&planned);
    target.position = stamp.position.max(scanned.position);
    let is_ahead = stamp.position > scanned.position;
    let is_proven = match scanned.beyond {
        Beyond::Nothing => !is_ahead && target.durable == scanned.digest,
        Beyond::Records(count) => stamp.position >= scanned.position + count,
        Beyond::Unknown => false,
    };
    Ok(Ok(Examined {
        database,
        inventory,
        stamp,
        target,
        planned,
        is_proven,
        is_ahead,
    }))
}

/// The stamp of a database that holds what it says it holds, and at least what the journal knows it to have held.
fn check_stamp(inventory: &Inventory, tail: &Tail) -> Result<Stamp, Finding> {
    let stamp = match inventory.stamp {
        Some(stamp) => stamp,
        None if inventory.counts.is_empty() => Stamp::default(),
        None => {
            let found = inventory.durable.count;
            return Err(Finding::DatabaseIncomplete {
                expected: None,
                found,
            });
        }
    };
    if let Some(finding) = inventory.find_damage(&stamp) {
        return Err(finding);
    }
    if stamp.position < tail.synced {
        let (database, synced) = (Position(stamp.position), Position(tail.synced));
        return Err(Finding::DatabaseOld { database, synced });
    }
    Ok(stamp)
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

    /// False when a sound journal says something else than the database: then the journal is right.
    fn is_to_be_kept(&self, scanned: &Scanned) -> bool {
        let is_journal_sound = scanned.damage.is_empty() && scanned.beyond == Beyond::Nothing;
        self.is_proven || self.is_ahead || !is_journal_sound
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
            stamp.derived = Digest::default();
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
