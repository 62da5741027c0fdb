//! Reading the journal from its newest checkpoint to its end, and telling an interrupted write from damage.
//!
//! [`scan`] hands every readable record to a visitor in order and answers where the journal ends and what is wrong with it.
//! It changes nothing on the disk.
//!
//! The last record is *incomplete*, as after a power cut, when the file ends inside it, or when it does not check out, no
//! valid record follows, and part of it was never written (its share of a sector is zeros). Whatever else does not fit is damage: the
//! reader looks for the next record that checks out and goes on there, so that one flipped bit costs one record.

use std::io;
use std::path::Path;

use super::digest::Digest;
use super::payload::{self, Commit};
use super::record::{Chain, Kind, PAYLOAD_BYTES_MAX, SEGMENT_HEADER_BYTES};
use super::segment::{Head, Segment, Step, read_header};
use super::{Write, segment_path};

/// What one record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Writes.
    Commit(Commit),
    /// The database held everything so far durably.
    StoreSynced,
    /// Forget everything: the content at this position follows.
    CheckpointStart(u64),
    /// Some of that content.
    CheckpointPart(Vec<Write>),
    /// It is complete: position, digest, and the chain the next segment follows where it is not the checkpoint's own.
    CheckpointEnd(u64, Digest, Option<Chain>),
}

/// One place that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub segment: u64,
    /// The first bad byte.
    pub offset: u64,
    /// How many bytes were passed over.
    pub bytes: u64,
    /// What is wrong.
    pub what: &'static str,
}

/// How many commits may be missing after the last readable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// None, as far as the journal can tell.
    Nothing,
    /// Exactly so many.
    Records(u64),
    /// Nobody knows.
    Unknown,
}

/// Where to append next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The last segment.
    pub segment: u64,
    /// Its length without an incomplete record.
    pub offset: u64,
    /// The chain of the last record.
    pub chain: Chain,
}

/// How far to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The last segment.
    pub segment: u64,
    /// Bytes of it.
    pub bytes: u64,
}

impl Limit {
    /// To the end.
    pub const NONE: Self = Self {
        segment: u64::MAX,
        bytes: u64::MAX,
    };
}

/// What a scan found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The first segment needed.
    pub first_segment: u64,
    /// The segments read, in order, with the bytes of each.
    pub segments: Vec<(u64, u64)>,
    /// The first one begins with a checkpoint at this position.
    pub checkpoint: Option<u64>,
    /// That checkpoint was made of the segments before it, which it replaces.
    pub is_compacted: bool,
    /// Segments from before the checkpoint that are still there.
    pub stale_segments: Vec<u64>,
    /// Where the journal ends.
    pub end: End,
    /// The last readable commit.
    pub position: u64,
    /// All content after it.
    pub digest: Digest,
    /// What was read, in bytes.
    pub bytes: u64,
    /// Bytes of an incomplete last record.
    pub cut_bytes: u64,
    /// Segments whose making was interrupted; they hold nothing.
    pub torn_segments: Vec<u64>,
    /// What could not be read.
    pub damage: Vec<Damage>,
    /// What may be missing at the end.
    pub beyond: Beyond,
    /// The last thing read was damage, which explains a gap in the numbers of commits.
    is_after_damage: bool,
}

/// Why a scan could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum ScanError<E> {
    /// The directory or a file cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// Which.
        path: std::path::PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The visitor gave up.
    #[error(transparent)]
    Visitor(E),
}

/// Reads everything from the newest checkpoint on.
///
/// # Errors
/// When the disk refuses to read, or the visitor fails. Damage is no error.
pub fn scan<E>(
    dir: &Path,
    visit: impl FnMut(Entry) -> Result<(), E>,
) -> Result<Scanned, ScanError<E>> {
    scan_until(dir, Limit::NONE, visit)
}

/// The same up to a limit, as if nothing were there behind it.
///
/// # Errors
/// As [`scan`].
pub fn scan_until<E>(
    dir: &Path,
    limit: Limit,
    mut visit: impl FnMut(Entry) -> Result<(), E>,
) -> Result<Scanned, ScanError<E>> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ScanError::Io { path, source }
    };
    let mut segments = Vec::new();
    let mut numbers = list_segments(dir).map_err(failed(dir))?;
    numbers.retain(|number| *number <= limit.segment);
    for number in numbers {
        let path = segment_path(dir, number);
        segments.push((number, read_header(&path).map_err(failed(&path))?));
    }
    let mut scanned = Scanned::starting_at(&mut segments);
    let mut expected = scanned.first_segment;
    let last = segments.len().saturating_sub(1);
    for (index, (number, head)) in segments.iter().enumerate() {
        let path = segment_path(dir, *number);
        if *number != expected {
            scanned.note(expected, 0, 0, "segments are missing");
        }
        expected = number + 1;
        scanned.enter(*number, head);
        let bytes_max = if *number == limit.segment {
            limit.bytes
        } else {
            u64::MAX
        };
        let mut segment = Segment::open(&path, bytes_max).map_err(failed(&path))?;
        loop {
            match segment.next(scanned.end.chain).map_err(failed(&path))? {
                Step::Record(header, stored) => {
                    scanned.end.chain = header.chain;
                    match header
                        .open(stored, PAYLOAD_BYTES_MAX)
                        .and_then(|(kind, payload)| read_entry(kind, &payload))
                    {
                        Some(entry) => {
                            scanned.take(&entry, segment.record_offset);
                            visit(entry).map_err(ScanError::Visitor)?;
                        }
                        None => scanned.note(
                            *number,
                            segment.record_offset,
                            0,
                            "a record of an unknown kind",
                        ),
                    }
                    scanned.end.offset = segment.offset;
                }
                Step::End => break,
                Step::Bad(bad) if index == last && bad.is_incomplete => {
                    scanned.cut_bytes += bad.bytes;
                    break;
                }
                Step::Bad(bad) => {
                    scanned.note(*number, bad.offset, bad.bytes, bad.what);
                    scanned.beyond = match (bad.resumes, scanned.beyond) {
                        (true, beyond) => beyond,
                        (false, Beyond::Nothing) if bad.is_one_record => Beyond::Records(1),
                        (false, _) => Beyond::Unknown,
                    };
                    if let Some(chain) = bad.next_chain_before {
                        scanned.end.chain = chain;
                    }
                    scanned.end.offset = segment.offset;
                }
            }
        }
        scanned.bytes += segment.offset;
        scanned.segments.push((*number, segment.offset));
    }
    Ok(scanned)
}

/// The numbers of the segments that exist, in order.
///
/// # Errors
/// When the directory cannot be read.
pub fn list_segments(dir: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_suffix(".seg")?.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// What a record says; `None` when its payload is none of its kind.
pub fn read_entry(kind: Kind, payload: &[u8]) -> Option<Entry> {
    Some(match kind {
        Kind::Commit => Entry::Commit(payload::decode_commit(payload)?),
        Kind::StoreSynced => {
            payload::decode_position(payload)?;
            Entry::StoreSynced
        }
        Kind::CheckpointStart => Entry::CheckpointStart(payload::decode_position(payload)?),
        Kind::CheckpointPart => Entry::CheckpointPart(payload::decode_part(payload)?),
        Kind::CheckpointEnd => {
            let (position, digest, chain) = payload::decode_end(payload)?;
            Entry::CheckpointEnd(position, digest, chain)
        }
        Kind::BackupStart | Kind::BackupFile | Kind::BackupEnd => return None,
    })
}

impl Scanned {
    /// Drops what is not needed from the list: segments before the newest checkpoint, and a last one never begun.
    fn starting_at(segments: &mut Vec<(u64, Head)>) -> Self {
        let is_checkpoint =
            |head: &Head| matches!(head, Head::Good(header) if header.is_checkpoint);
        let base = segments.iter().rposition(|(_, head)| is_checkpoint(head));
        let stale = segments.drain(..base.unwrap_or(0));
        let stale_segments = stale.map(|(number, _)| number).collect();
        let mut torn_segments = Vec::new();
        if segments.len() > 1 && matches!(segments.last(), Some((_, Head::Unwritten))) {
            torn_segments.extend(segments.pop().map(|(number, _)| number));
        }
        let (first_segment, checkpoint) = match segments.first() {
            Some((number, Head::Good(header))) if header.is_checkpoint => {
                (*number, Some(header.position))
            }
            _ => (1, None),
        };
        let mut scanned = Self {
            first_segment,
            segments: Vec::new(),
            checkpoint,
            is_compacted: false,
            stale_segments,
            end: End {
                segment: first_segment,
                offset: 0,
                chain: Chain::default(),
            },
            position: 0,
            digest: Digest::default(),
            bytes: 0,
            cut_bytes: 0,
            torn_segments,
            damage: Vec::new(),
            beyond: Beyond::Nothing,
            is_after_damage: false,
        };
        if segments.is_empty() {
            scanned.note(first_segment, 0, 0, "there are no segments");
            scanned.beyond = Beyond::Unknown;
        }
        scanned
    }

    fn note(&mut self, segment: u64, offset: u64, bytes: u64, what: &'static str) {
        self.is_after_damage = true;
        self.damage.push(Damage {
            segment,
            offset,
            bytes,
            what,
        });
    }

    fn enter(&mut self, number: u64, head: &Head) {
        match head {
            Head::Good(header) if header.number != number => {
                self.note(number, 0, 0, "the segment belongs under another number");
            }
            Head::Good(header) if header.is_checkpoint => self.position = header.position,
            Head::Good(header) => {
                if (header.chain, header.position) != (self.end.chain, self.position) {
                    self.note(number, 0, 0, "the segment does not continue the one before");
                    self.end.chain = header.chain;
                    self.position = self.position.max(header.position);
                }
            }
            Head::Unwritten | Head::Damaged => {
                self.note(
                    number,
                    0,
                    SEGMENT_HEADER_BYTES as u64,
                    "the segment's header is damaged",
                );
            }
        }
        self.end.segment = number;
        self.end.offset = SEGMENT_HEADER_BYTES as u64;
    }

    fn take(&mut self, entry: &Entry, offset: u64) {
        // Something readable stands behind whatever was damaged before.
        self.beyond = Beyond::Nothing;
        let is_after_damage = std::mem::take(&mut self.is_after_damage);
        match entry {
            Entry::Commit(commit) => {
                if commit.position != self.position + 1 && !is_after_damage {
                    self.note(
                        self.end.segment,
                        offset,
                        0,
                        "commits are missing before this one",
                    );
                }
                self.position = commit.position;
                self.digest = commit.digest;
            }
            Entry::CheckpointEnd(position, digest, chain) => {
                self.position = *position;
                self.digest = *digest;
                if let Some(chain) = chain {
                    self.end.chain = *chain;
                    self.is_compacted = true;
                }
            }
            Entry::StoreSynced | Entry::CheckpointStart(_) | Entry::CheckpointPart(_) => {}
        }
    }
}
