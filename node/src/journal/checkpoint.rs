//! Checkpoints: the whole content at one position, as one segment, so that nothing before it is needed any more.
//!
//! A checkpoint is written under another name, read back strictly (`verify`), and only then takes its place. There are two
//! ways to one: the store writes it from a database proven whole after the journal was damaged, and [`compact`] makes
//! it of an older checkpoint and the closed segments behind it, without asking anybody: both are files that no longer change,
//! so it can run on a thread of its own while commits go on.
//!
//! Compaction: checkpoint m, segments m+1 … k  →  checkpoint k, under the name of segment k, which it replaces in one rename.
//! Until that rename is durable everything old is there; after it the older files are superfluous and removed. The next
//! segment follows the chain of the old segment k, which the checkpoint's last record therefore names.
//!
//! It holds every pair of the durable trees in key order; for documents these are all their changes, whole history. What
//! proves it is the digest over all of them, which must be the one of the last commit it covers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use shared::store::Tree;

use super::content::{Pairs, Records, Strict};
use super::digest::Digest;
use super::record::{Chain, PAYLOAD_BYTES_MAX, SegmentHeader};
use super::scan::{Entry, Limit, ScanError, Scanned, read_entry, scan_until};
use super::segment::{Head, Segment, Step, read_header};
use super::segment_path;

/// Why no checkpoint came about. The journal is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The disk refused.
    #[error("cannot write or read a checkpoint")]
    Io(#[from] io::Error),
    /// What it was to be made of does not read back whole.
    #[error("the journal cannot be compacted: segment {segment}: {what}")]
    Source {
        /// Where.
        segment: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// What was written does not read back as it was meant.
    #[error("the new checkpoint does not read back: {0}")]
    NotVerified(&'static str),
    /// Somebody wants this process to end.
    #[error("interrupted")]
    Stopped,
}

/// A checkpoint that was written, synced and read back, and does not have its name yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The segment it becomes.
    pub number: u64,
    /// The last commit it covers.
    pub position: u64,
    /// Its bytes.
    pub bytes: u64,
    /// What it holds.
    pub digest: Digest,
    /// The segments it makes superfluous.
    pub replaces: Vec<u64>,
}

/// Where a checkpoint grows until it is whole.
fn unfinished_path(dir: &Path, number: u64) -> PathBuf {
    segment_path(dir, number).with_extension("seg.new")
}

/// Removes checkpoints that were never finished.
///
/// # Errors
/// When the disk refuses.
pub fn remove_unfinished(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".seg.new") {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// A checkpoint being written.
pub struct Writer {
    dir: PathBuf,
    number: u64,
    position: u64,
    records: Records<BufWriter<File>>,
    pairs: Pairs,
}

impl Writer {
    /// Begins one that will be this segment and holds the content at this position.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn begin(dir: &Path, number: u64, position: u64) -> io::Result<Self> {
        let header = SegmentHeader {
            number,
            position,
            is_checkpoint: true,
            chain: Chain::default(),
        };
        let bytes = header.encode();
        let mut file = BufWriter::new(File::create(unfinished_path(dir, number))?);
        file.write_all(&bytes)?;
        let mut records = Records::behind(file, bytes.len() as u64);
        let pairs = Pairs::begin(&mut records, position)?;
        Ok(Self {
            dir: dir.to_owned(),
            number,
            position,
            records,
            pairs,
        })
    }

    /// Takes the next pair, in key order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&mut self, tree: Tree, key: Vec<u8>, value: Vec<u8>) -> io::Result<()> {
        self.pairs.put(&mut self.records, tree, key, value)
    }

    /// Ends it, brings it to the disk and reads it back. The next segment follows `chain`, or the checkpoint's own.
    ///
    /// # Errors
    /// When the disk refuses, or it does not hold what it should.
    pub fn finish(
        mut self,
        expected: Digest,
        chain: Option<Chain>,
        replaces: Vec<u64>,
    ) -> Result<Finished, CheckpointError> {
        let digest = self.pairs.end(&mut self.records, chain)?;
        if digest != expected {
            return Err(CheckpointError::NotVerified(
                "the pairs do not add up to the journal's digest",
            ));
        }
        let bytes = self.records.bytes();
        let file = self.records.into_inner();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        let finished = Finished {
            number: self.number,
            position: self.position,
            bytes,
            digest,
            replaces,
        };
        verify(&unfinished_path(&self.dir, self.number), &finished)?;
        Ok(finished)
    }
}

/// Gives a finished checkpoint its name and removes what it replaces. Either all of the old or the new is there at any time.
///
/// # Errors
/// When the disk refuses; the journal reads the same whichever step was the last.
pub fn adopt(dir: &Path, finished: &Finished) -> io::Result<()> {
    std::fs::rename(
        unfinished_path(dir, finished.number),
        segment_path(dir, finished.number),
    )?;
    crate::platform::sync_dir(dir)?;
    for number in &finished.replaces {
        std::fs::remove_file(segment_path(dir, *number))?;
    }
    crate::platform::sync_dir(dir)
}

/// Reads a checkpoint strictly: every record sound and in its place, every key after the one before, the digest as expected.
fn verify(path: &Path, expected: &Finished) -> Result<(), CheckpointError> {
    let bad = CheckpointError::NotVerified;
    match read_header(path)? {
        Head::Good(header)
            if header.is_checkpoint
                && (header.number, header.position) == (expected.number, expected.position) => {}
        _ => return Err(bad("its header")),
    }
    let mut segment = Segment::open(path, u64::MAX)?;
    let mut chain = Chain::default();
    let mut strict = Strict::default();
    let mut digest = None;
    loop {
        let (header, stored) = match segment.next(chain)? {
            Step::Record(header, stored) => (header, stored),
            Step::End => break,
            Step::Bad(found) => return Err(bad(found.what)),
        };
        chain = header.chain;
        let entry = header
            .open(stored, PAYLOAD_BYTES_MAX)
            .and_then(|(kind, payload)| read_entry(kind, &payload));
        match entry {
            Some(Entry::CheckpointStart(position)) if position == expected.position => {
                strict.begin(position).map_err(bad)?;
            }
            Some(Entry::CheckpointPart(pairs)) => strict.take(&pairs).map_err(bad)?,
            Some(Entry::CheckpointEnd(position, said, _)) => {
                digest = Some(strict.end(position, said).map_err(bad)?);
            }
            _ => return Err(bad("a record that does not belong there")),
        }
    }
    if digest != Some(expected.digest) || segment.offset != expected.bytes {
        return Err(bad("its content"));
    }
    Ok(())
}

/// Makes a checkpoint of everything up to and with segment `last`, which must be closed.
///
/// Costs memory for what the segments behind the older checkpoint wrote, and time in proportion to the whole content. Says
/// nothing until it is done; `stop` ends it early.
///
/// # Errors
/// [`CheckpointError`]; what was begun is removed at the next start.
pub fn compact(dir: &Path, last: u64, stop: &AtomicBool) -> Result<Finished, CheckpointError> {
    let limit = Limit {
        segment: last,
        bytes: u64::MAX,
    };
    let (merge, scanned) = Merge::read(dir, limit, stop)?;
    let next = read_header(&segment_path(dir, last + 1))?;
    let follows = (scanned.end.chain, scanned.position);
    if !matches!(next, Head::Good(header) if (header.chain, header.position) == follows) {
        return Err(CheckpointError::Source {
            segment: last + 1,
            what: "the segment does not continue the one before",
        });
    }
    let mut writer = Writer::begin(dir, last, scanned.position)?;
    merge.put_all(stop, |tree, key, value| writer.put(tree, key, value))?;
    let mut replaces = scanned.stale_segments;
    replaces.extend(scanned.segments.iter().map(|(number, _)| *number));
    replaces.retain(|number| *number != last);
    writer.finish(scanned.digest, Some(scanned.end.chain), replaces)
}

/// The content up to a point of the journal: its checkpoint, and over that what was written since.
pub struct Merge<'a> {
    dir: &'a Path,
    /// The segment that begins with a checkpoint.
    checkpoint: Option<u64>,
    later: BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>>,
}

impl<'a> Merge<'a> {
    /// Reads the journal up to a limit, all of which must be sound.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn read(
        dir: &'a Path,
        limit: Limit,
        stop: &AtomicBool,
    ) -> Result<(Self, Scanned), CheckpointError> {
        let mut later = BTreeMap::new();
        let scanned = strictly(scan_until(dir, limit, |entry| {
            go_on(stop)?;
            if let Entry::Commit(commit) = entry {
                for (tree, key, value) in commit.writes {
                    later.insert((tree, key), value);
                }
            }
            Ok(())
        }))?;
        let is_cut = scanned.end.segment != limit.segment || scanned.cut_bytes > 0;
        if is_cut || !scanned.damage.is_empty() {
            let damage = scanned.damage.first();
            return Err(CheckpointError::Source {
                segment: damage.map_or(limit.segment, |damage| damage.segment),
                what: damage.map_or("it does not end with a whole record", |damage| damage.what),
            });
        }
        let merge = Self {
            dir,
            checkpoint: scanned.checkpoint.map(|_| scanned.first_segment),
            later,
        };
        Ok((merge, scanned))
    }

    /// Hands out every pair in key order.
    ///
    /// # Errors
    /// [`CheckpointError`], the disk's refusal to take a pair included.
    pub fn put_all(
        self,
        stop: &AtomicBool,
        mut put: impl FnMut(Tree, Vec<u8>, Vec<u8>) -> io::Result<()>,
    ) -> Result<(), CheckpointError> {
        let mut put = |tree, key, value: Option<Vec<u8>>| match value {
            Some(value) => put(tree, key, value),
            None => Ok(()),
        };
        let mut later = self.later.into_iter().peekable();
        if let Some(segment) = self.checkpoint {
            let limit = Limit {
                segment,
                bytes: u64::MAX,
            };
            strictly(scan_until(self.dir, limit, |entry| {
                go_on(stop)?;
                let Entry::CheckpointPart(pairs) = entry else {
                    return Ok(());
                };
                for (tree, key, value) in pairs {
                    let place = (tree, key);
                    while let Some(((tree, key), value)) =
                        later.next_if(|(other, _)| *other < place)
                    {
                        put(tree, key, value)?;
                    }
                    let value = match later.next_if(|(other, _)| *other == place) {
                        Some((_, newer)) => newer,
                        None => value,
                    };
                    put(place.0, place.1, value)?;
                }
                Ok(())
            }))?;
        }
        for ((tree, key), value) in later {
            go_on(stop)?;
            put(tree, key, value)?;
        }
        Ok(())
    }
}

fn go_on(stop: &AtomicBool) -> Result<(), CheckpointError> {
    if stop.load(Ordering::Relaxed) {
        return Err(CheckpointError::Stopped);
    }
    Ok(())
}

fn strictly<T>(result: Result<T, ScanError<CheckpointError>>) -> Result<T, CheckpointError> {
    result.map_err(|error| match error {
        ScanError::Io { source, .. } => CheckpointError::Io(source),
        ScanError::Visitor(error) => error,
    })
}
