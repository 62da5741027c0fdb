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

use super::digest::{Digest, Element};
use super::payload;
use super::record::{self, Chain, Kind, SegmentHeader};
use super::scan::{Entry, ScanError, read_entry, scan_until};
use super::segment::{Head, Segment, Step, read_header};
use super::{Write, segment_path};

/// Bytes of pairs in one record.
const PART_BYTES: usize = 2 * 1024 * 1024;

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
    file: BufWriter<File>,
    bytes: u64,
    chain: Chain,
    digest: Digest,
    part: Vec<Write>,
    part_bytes: usize,
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
        let mut writer = Self {
            dir: dir.to_owned(),
            number,
            position,
            file: BufWriter::new(File::create(unfinished_path(dir, number))?),
            bytes: bytes.len() as u64,
            chain: Chain::default(),
            digest: Digest::default(),
            part: Vec::new(),
            part_bytes: 0,
        };
        writer.file.write_all(&bytes)?;
        writer.append(Kind::CheckpointStart, &payload::encode_position(position))?;
        Ok(writer)
    }

    /// Takes the next pair, in key order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&mut self, tree: Tree, key: Vec<u8>, value: Vec<u8>) -> io::Result<()> {
        self.digest.add(Element::of(tree, &key, &value));
        self.part_bytes += key.len() + value.len();
        self.part.push((tree, key, Some(value)));
        if self.part_bytes >= PART_BYTES {
            self.write_part()?;
        }
        Ok(())
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
        if !self.part.is_empty() {
            self.write_part()?;
        }
        if self.digest != expected {
            return Err(CheckpointError::NotVerified(
                "the pairs do not add up to the journal's digest",
            ));
        }
        let end = payload::encode_end(self.position, self.digest, chain);
        self.append(Kind::CheckpointEnd, &end)?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        let finished = Finished {
            number: self.number,
            position: self.position,
            bytes: self.bytes,
            digest: self.digest,
            replaces,
        };
        verify(&unfinished_path(&self.dir, self.number), &finished)?;
        Ok(finished)
    }

    fn write_part(&mut self) -> io::Result<()> {
        let part = payload::encode_part(&std::mem::take(&mut self.part));
        self.part_bytes = 0;
        self.append(Kind::CheckpointPart, &part)
    }

    fn append(&mut self, kind: Kind, payload: &[u8]) -> io::Result<()> {
        let (bytes, chain) = record::encode(self.chain, kind, payload)
            .ok_or_else(|| io::Error::other("a record of the checkpoint is too large"))?;
        self.chain = chain;
        self.bytes += bytes.len() as u64;
        self.file.write_all(&bytes)
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
    let mut segment = Segment::open(path)?;
    let mut chain = Chain::default();
    let mut digest = Digest::default();
    let mut last: Option<(Tree, Vec<u8>)> = None;
    let mut is_begun = false;
    let mut end = None;
    loop {
        let (header, stored) = match segment.next(chain)? {
            Step::Record(header, stored) => (header, stored),
            Step::End => break,
            Step::Bad(found) => return Err(bad(found.what)),
        };
        chain = header.chain;
        let entry = header
            .open(stored)
            .and_then(|(kind, payload)| read_entry(kind, &payload));
        match entry {
            Some(Entry::CheckpointStart(position))
                if !is_begun && position == expected.position =>
            {
                is_begun = true;
            }
            Some(Entry::CheckpointPart(pairs)) if is_begun && end.is_none() => {
                for (tree, key, value) in pairs {
                    let value = value.ok_or(bad("a removal"))?;
                    digest.add(Element::of(tree, &key, &value));
                    let here = Some((tree, key));
                    if here <= last {
                        return Err(bad("its keys are out of order"));
                    }
                    last = here;
                }
            }
            Some(Entry::CheckpointEnd(position, said, _)) if is_begun && end.is_none() => {
                end = Some((position, said));
            }
            _ => return Err(bad("a record that does not belong there")),
        }
    }
    let is_whole = end == Some((expected.position, expected.digest));
    if !is_whole || digest != expected.digest || segment.offset != expected.bytes {
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
    let mut later: BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>> = BTreeMap::new();
    let scanned = strictly(scan_until(dir, last, |entry| {
        go_on(stop)?;
        if let Entry::Commit(commit) = entry {
            for (tree, key, value) in commit.writes {
                later.insert((tree, key), value);
            }
        }
        Ok(())
    }))?;
    if scanned.end.segment != last || !scanned.damage.is_empty() || scanned.cut_bytes > 0 {
        let damage = scanned.damage.first();
        return Err(CheckpointError::Source {
            segment: damage.map_or(last, |damage| damage.segment),
            what: damage.map_or("it does not end with a whole record", |damage| damage.what),
        });
    }
    let next = read_header(&segment_path(dir, last + 1))?;
    let follows = (scanned.end.chain, scanned.position);
    if !matches!(next, Head::Good(header) if (header.chain, header.position) == follows) {
        return Err(CheckpointError::Source {
            segment: last + 1,
            what: "the segment does not continue the one before",
        });
    }
    let mut writer = Writer::begin(dir, last, scanned.position)?;
    let mut later = later.into_iter().peekable();
    if scanned.checkpoint.is_some() {
        strictly(scan_until(dir, scanned.first_segment, |entry| {
            go_on(stop)?;
            let Entry::CheckpointPart(pairs) = entry else {
                return Ok(());
            };
            for (tree, key, value) in pairs {
                let place = (tree, key);
                while let Some(((tree, key), value)) = later.next_if(|(other, _)| *other < place) {
                    put(&mut writer, tree, key, value)?;
                }
                let value = match later.next_if(|(other, _)| *other == place) {
                    Some((_, newer)) => newer,
                    None => value,
                };
                put(&mut writer, place.0, place.1, value)?;
            }
            Ok(())
        }))?;
    }
    for ((tree, key), value) in later {
        go_on(stop)?;
        put(&mut writer, tree, key, value)?;
    }
    let mut replaces = scanned.stale_segments;
    replaces.extend(scanned.segments.iter().map(|(number, _)| *number));
    replaces.retain(|number| *number != last);
    writer.finish(scanned.digest, Some(scanned.end.chain), replaces)
}

fn put(writer: &mut Writer, tree: Tree, key: Vec<u8>, value: Option<Vec<u8>>) -> io::Result<()> {
    match value {
        Some(value) => writer.put(tree, key, value),
        None => Ok(()),
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
