//! What a store does beside its commits: compaction of the journal, and a slow reading of everything (the scrub).
//!
//! The driver calls [`super::Store::tend`] between turns. Long work on files that no longer change runs on a thread of its
//! own, one piece at a time; the few steps that touch what commits use are done here, on the caller's thread: a
//! checkpoint takes its place, a slice of the database is read. The scrub follows commits that happen behind its back, so
//! its sum at the end must be the one the store carries ([`Pass`]).
//!
//! Damage found is not mended in place. The answer asks for the store to be opened again, and the start mends: it builds
//! the database again from the journal, or the journal from the database.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use shared::store::StoreError;
use shared::time::Timestamp;

use super::blobs::Blobs;
use super::report::Finding;
use super::sled::{Database, Planned, Slice, Stamp};
use crate::journal::checkpoint::{self, CheckpointError, Finished};
use crate::journal::scan::{ScanError, scan};

/// Bytes of values the scrub reads in one step.
const SCRUB_STEP_BYTES: usize = 256 * 1024;
/// The pause between two steps.
const SCRUB_PAUSE: Duration = Duration::from_secs(1);
/// How soon finished work of the thread is looked at.
const JOB_PAUSE: Duration = Duration::from_millis(200);
/// How long a compaction that failed is not tried again.
const RETRY_MS: i64 = 10 * 60 * 1000;

/// What tending a store came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tended {
    /// When to tend it again, at the latest; `None`: whenever something else happens.
    pub after: Option<Duration>,
    /// The store should be opened again: it is damaged and that mends it, or a full disk has room again.
    pub reopen: bool,
    /// Damage found since the last time.
    pub findings: Vec<Finding>,
}

/// How a store stands, for people who look after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Why nothing can be written.
    pub read_only: Option<ReadOnly>,
    /// How much journal there is.
    pub journal: crate::journal::Extent,
    /// A checkpoint is being made.
    pub is_compacting: bool,
    /// When everything was last read and found sound, by the scrub or else at the start.
    pub scrubbed_at: Option<Timestamp>,
}

/// Why nothing can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadOnly {
    /// It cannot be proven that everything is there; `check --repair` accepts the loss.
    Unproven,
    /// There is no room on the disk. Ends by itself when there is.
    DiskFull,
    /// The disk refused to write or to sync. Ends with a new start.
    DiskFailed(String),
}

/// Work on a thread of its own.
enum Job {
    Compaction(JoinHandle<Result<Finished, CheckpointError>>),
    Reading(JoinHandle<Vec<Finding>>),
}

/// One reading of the whole database, a slice at a time.
///
/// `sum` is the digest of what stands under the keys up to `after`; a commit that changes something there changes it too.
#[derive(Debug, Default)]
struct Pass {
    after: Option<Vec<u8>>,
    sum: Stamp,
}

/// The state of all this.
pub struct Keeper {
    journal_dir: PathBuf,
    blobs_dir: PathBuf,
    scrub_every_ms: i64,
    stop: Arc<AtomicBool>,
    job: Option<Job>,
    /// Handed out to whoever reads the journal's files: as long as somebody has one, they stay.
    hold: Arc<()>,
    pass: Option<Pass>,
    /// The last time all was known to be sound; the start reads everything.
    sound_at: Option<Timestamp>,
    compaction_failed_at: Option<Timestamp>,
}

impl Keeper {
    /// Nothing is going on.
    pub fn new(journal_dir: PathBuf, blobs_dir: PathBuf, scrub_every_ms: i64) -> Self {
        Self {
            journal_dir,
            blobs_dir,
            scrub_every_ms,
            stop: Arc::default(),
            job: None,
            hold: Arc::default(),
            pass: None,
            sound_at: None,
            compaction_failed_at: None,
        }
    }

    pub const fn is_compacting(&self) -> bool {
        matches!(self.job, Some(Job::Compaction(_)))
    }

    pub const fn sound_at(&self) -> Option<Timestamp> {
        self.sound_at
    }

    /// Keeps the journal's files where they are until it is dropped.
    pub fn hold(&self) -> Arc<()> {
        Arc::clone(&self.hold)
    }

    fn is_held(&self) -> bool {
        Arc::strong_count(&self.hold) > 1
    }

    /// Begins a compaction up to this segment, unless something else is going on or it failed a moment ago.
    pub fn begin_compaction(&mut self, last: u64, now: Timestamp) {
        let is_too_soon =
            |failed_at: Timestamp| (0..RETRY_MS).contains(&now.0.saturating_sub(failed_at.0));
        let is_busy = self.job.is_some() || self.is_held();
        if is_busy || self.compaction_failed_at.is_some_and(is_too_soon) {
            return;
        }
        let (dir, stop) = (self.journal_dir.clone(), Arc::clone(&self.stop));
        let compact = move || checkpoint::compact(&dir, last, &stop);
        match std::thread::Builder::new()
            .name("compaction".to_owned())
            .spawn(compact)
        {
            Ok(thread) => self.job = Some(Job::Compaction(thread)),
            Err(error) => self.note_failure(now, &error),
        }
    }

    /// A compaction that is done, to be adopted. It waits while somebody reads the files it would replace.
    pub fn take_compaction(&mut self, now: Timestamp) -> Option<Finished> {
        if self.is_held() {
            return None;
        }
        match self.job.take() {
            Some(Job::Compaction(thread)) if thread.is_finished() => match thread.join() {
                Ok(Ok(finished)) => Some(finished),
                Ok(Err(error)) => {
                    self.note_failure(now, &error);
                    None
                }
                Err(_) => {
                    self.note_failure(now, &CheckpointError::Stopped);
                    None
                }
            },
            other => {
                self.job = other;
                None
            }
        }
    }

    /// Remembers that a compaction failed; what it worked on is still there.
    pub fn note_failure(&mut self, now: Timestamp, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(
            error = crate::exit::one_line(error),
            "the journal was not compacted; the older files stay"
        );
        self.compaction_failed_at = Some(now);
    }

    /// Follows a commit.
    pub fn follow(&mut self, planned: &[Planned]) {
        let Some(pass) = &mut self.pass else {
            return;
        };
        for write in planned {
            if pass
                .after
                .as_ref()
                .is_some_and(|after| write.stored_key() <= *after)
            {
                pass.sum = pass.sum.after(std::slice::from_ref(write));
            }
        }
    }

    /// Does the next step of the scrub, when it is time. Answers what it found.
    pub fn scrub(&mut self, database: &Database, stamp: &Stamp, now: Timestamp) -> Vec<Finding> {
        if let Some(found) = self.take_reading(now) {
            return found;
        }
        let Some(pass) = &mut self.pass else {
            let last = *self.sound_at.get_or_insert(now);
            if now.0 < last.0 {
                self.sound_at = Some(now); // The clock was put back.
            }
            if self.job.is_none() && now.0.saturating_sub(last.0) >= self.scrub_every_ms {
                self.pass = Some(Pass::default());
            }
            return Vec::new();
        };
        match database.slice_after(pass.after.as_deref(), SCRUB_STEP_BYTES) {
            Err(message) => vec![Finding::DatabaseUnreadable { message }],
            Ok(Slice {
                damaged: Some((tree, key)),
                ..
            }) => vec![Finding::DatabaseDamaged {
                count: 1,
                tree,
                key: hex::encode(key),
            }],
            Ok(Slice {
                last: Some(last),
                sum,
                ..
            }) => {
                pass.sum.join(&sum);
                pass.after = Some(last);
                Vec::new()
            }
            Ok(Slice { last: None, .. }) => {
                let sum = pass.sum;
                self.pass = None;
                if sum.durable != stamp.durable
                    || (!stamp.derived_lost && sum.derived != stamp.derived)
                {
                    return vec![Finding::DatabaseIncomplete {
                        expected: Some(stamp.durable.count + stamp.derived.count),
                        found: sum.durable.count + sum.derived.count,
                    }];
                }
                self.begin_reading();
                Vec::new()
            }
        }
    }

    /// When there is something to do again.
    pub fn next(&self, now: Timestamp) -> Option<Duration> {
        if self.job.is_some() {
            return Some(JOB_PAUSE);
        }
        if self.pass.is_some() {
            return Some(SCRUB_PAUSE);
        }
        let due = self.sound_at?.0.saturating_add(self.scrub_every_ms);
        u64::try_from(due.saturating_sub(now.0))
            .ok()
            .map(Duration::from_millis)
    }

    /// The files of the journal and the attachments, which are read on the thread.
    fn begin_reading(&mut self) {
        let (journal, blobs) = (self.journal_dir.clone(), Blobs::at(self.blobs_dir.clone()));
        let stop = Arc::clone(&self.stop);
        let read = move || read_files(&journal, &blobs, &stop);
        match std::thread::Builder::new()
            .name("scrub".to_owned())
            .spawn(read)
        {
            Ok(thread) => self.job = Some(Job::Reading(thread)),
            Err(error) => tracing::warn!(%error, "the journal was not read through"),
        }
    }

    fn take_reading(&mut self, now: Timestamp) -> Option<Vec<Finding>> {
        match self.job.take() {
            Some(Job::Reading(thread)) if thread.is_finished() => {
                let found = thread.join().unwrap_or_default();
                self.sound_at = Some(now);
                Some(found)
            }
            other => {
                self.job = other;
                None
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        match self.job.take() {
            // A thread that panicked has said so.
            Some(Job::Compaction(thread)) => drop(thread.join()),
            Some(Job::Reading(thread)) => drop(thread.join()),
            None => {}
        }
    }
}

/// Reads the journal, whose last record may be half written just now, and every attachment.
fn read_files(journal: &std::path::Path, blobs: &Blobs, stop: &AtomicBool) -> Vec<Finding> {
    let is_stopped = || stop.load(Ordering::Relaxed);
    let scanned = scan(journal, |_| if is_stopped() { Err(()) } else { Ok(()) });
    let mut findings: Vec<Finding> = match scanned {
        Ok(scanned) => scanned
            .damage
            .into_iter()
            .map(Finding::JournalDamaged)
            .collect(),
        Err(ScanError::Io { path, source }) => vec![Finding::JournalUnreadable {
            message: format!("{}: {source}", path.display()),
        }],
        Err(ScanError::Visitor(())) => return Vec::new(),
    };
    for id in blobs.list().unwrap_or_default() {
        if is_stopped() {
            break;
        }
        if !matches!(blobs.load(id), Ok(Some(_))) {
            findings.push(Finding::BlobDamaged {
                name: id.to_string(),
            });
        }
    }
    findings
}

/// Why an error of the disk closes the store.
pub fn reason_of(error: &StoreError) -> ReadOnly {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if super::sled::is_full(error) {
            return ReadOnly::DiskFull;
        }
        cause = error.source();
    }
    ReadOnly::DiskFailed(crate::exit::one_line(error))
}
