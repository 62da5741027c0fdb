//! Reading the journal from its newest checkpoint to its end, and telling an interrupted write from damage.
//!
//! [`scan`] hands every readable record to a visitor in order and answers where the journal ends and what is wrong with it.
//! It changes nothing on the disk.
//!
//! The last record is *incomplete*, as after a power cut, when the file ends inside it, or when it does not check out, no
//! valid record follows, and part of it was never written (a sector of zeros). Whatever else does not fit is damage: the
//! reader looks for the next record that checks out and goes on there, so that one flipped bit costs one record.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::digest::Digest;
use super::payload::{self, Commit};
use super::record::{
    Chain, Kind, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
};
use super::{Write, segment_path};

/// The smallest unit a disk writes. A torn write leaves whole sectors unwritten.
const SECTOR_BYTES: u64 = 512;
/// Fewer zeros than this prove nothing: they may be data.
const HOLE_BYTES_MIN: usize = 16;

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
    /// It is complete.
    CheckpointEnd(u64, Digest),
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

/// What a scan found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The first segment needed.
    pub first_segment: u64,
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
    mut visit: impl FnMut(Entry) -> Result<(), E>,
) -> Result<Scanned, ScanError<E>> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ScanError::Io { path, source }
    };
    let mut segments = Vec::new();
    for number in list_segments(dir).map_err(failed(dir))? {
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
        let mut segment = Segment::open(&path).map_err(failed(&path))?;
        loop {
            match segment.next(scanned.end.chain).map_err(failed(&path))? {
                Step::Record(header, stored) => {
                    scanned.end.chain = header.chain;
                    match header
                        .open(stored)
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

/// The header of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Good(SegmentHeader),
    /// The file ends inside the header, or the header was never written.
    Unwritten,
    Damaged,
}

fn read_header(path: &Path) -> io::Result<Head> {
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    let mut file = File::open(path)?;
    let file_bytes = file.metadata()?.len();
    if file_bytes < SEGMENT_HEADER_BYTES as u64 {
        return Ok(Head::Unwritten);
    }
    file.read_exact(&mut bytes)?;
    Ok(match SegmentHeader::decode(&bytes) {
        Some(header) => Head::Good(header),
        None if file_bytes == SEGMENT_HEADER_BYTES as u64 && bytes.iter().all(|b| *b == 0) => {
            Head::Unwritten
        }
        None => Head::Damaged,
    })
}

fn read_entry(kind: Kind, payload: &[u8]) -> Option<Entry> {
    Some(match kind {
        Kind::Commit => Entry::Commit(payload::decode_commit(payload)?),
        Kind::StoreSynced => {
            payload::decode_position(payload)?;
            Entry::StoreSynced
        }
        Kind::CheckpointStart => Entry::CheckpointStart(payload::decode_position(payload)?),
        Kind::CheckpointPart => Entry::CheckpointPart(payload::decode_part(payload)?),
        Kind::CheckpointEnd => {
            let (position, digest) = payload::decode_end(payload)?;
            Entry::CheckpointEnd(position, digest)
        }
    })
}

impl Scanned {
    /// Drops what is not needed from the list: segments before the newest checkpoint, and a last one never begun.
    fn starting_at(segments: &mut Vec<(u64, Head)>) -> Self {
        let is_checkpoint =
            |head: &Head| matches!(head, Head::Good(header) if header.is_checkpoint);
        if let Some(base) = segments.iter().rposition(|(_, head)| is_checkpoint(head)) {
            segments.drain(..base);
        }
        let mut torn_segments = Vec::new();
        if segments.len() > 1 && matches!(segments.last(), Some((_, Head::Unwritten))) {
            torn_segments.extend(segments.pop().map(|(number, _)| number));
        }
        let first_segment = match segments.first() {
            Some((number, head)) if is_checkpoint(head) => *number,
            _ => 1,
        };
        let mut scanned = Self {
            first_segment,
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
            Entry::CheckpointEnd(position, digest) => {
                self.position = *position;
                self.digest = *digest;
            }
            Entry::StoreSynced | Entry::CheckpointStart(_) | Entry::CheckpointPart(_) => {}
        }
    }
}

/// What comes next in a segment.
enum Step {
    Record(RecordHeader, Vec<u8>),
    End,
    Bad(Bad),
}

/// A stretch that is no sequence of records.
struct Bad {
    offset: u64,
    bytes: u64,
    what: &'static str,
    /// A valid record follows, and reading goes on there.
    resumes: bool,
    /// It is what an interrupted append leaves.
    is_incomplete: bool,
    /// Its header is good and it reaches exactly to the end: one record, no more.
    is_one_record: bool,
    /// The chain the next record must follow, as far as it is known.
    next_chain_before: Option<Chain>,
}

/// A segment being read.
struct Segment {
    file: BufReader<File>,
    file_bytes: u64,
    /// After what was read.
    offset: u64,
    /// Where the record read last begins.
    record_offset: u64,
    /// What was read ahead while looking for a valid record.
    ahead: Option<Vec<u8>>,
    /// The next record was found by looking for it; what it follows is unknown.
    is_resuming: bool,
}

impl Segment {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let file_bytes = file.metadata()?.len();
        let mut file = BufReader::with_capacity(64 * 1024, file);
        let skipped = file_bytes.min(SEGMENT_HEADER_BYTES as u64);
        file.seek_relative(skipped as i64)?;
        Ok(Self {
            file,
            file_bytes,
            offset: skipped,
            record_offset: skipped,
            ahead: None,
            is_resuming: false,
        })
    }

    fn take(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let count = count.min(self.file_bytes - self.offset) as usize;
        self.offset += count as u64;
        if let Some(ahead) = &mut self.ahead {
            return Ok(ahead.drain(..count.min(ahead.len())).collect());
        }
        let mut bytes = vec![0; count];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn next(&mut self, chain: Chain) -> io::Result<Step> {
        self.record_offset = self.offset;
        let head = self.take(RECORD_HEADER_BYTES as u64)?;
        if head.is_empty() {
            return Ok(Step::End);
        }
        let header = RecordHeader::decode(&head);
        let stored = match &header {
            Some(header) => self.take(header.payload_bytes as u64)?,
            None => Vec::new(),
        };
        let is_resuming = std::mem::take(&mut self.is_resuming);
        match header {
            Some(header) if header.fits(&stored) => {
                if is_resuming || header.follows(chain, &stored) {
                    return Ok(Step::Record(header, stored));
                }
                // Intact, but not the one that belongs here. It is handed out next, after the damage was named.
                self.unread([head, stored].concat())?;
                self.is_resuming = true;
                Ok(Step::Bad(Bad {
                    offset: self.record_offset,
                    bytes: 0,
                    what: "the chain of records is broken",
                    resumes: true,
                    is_incomplete: false,
                    is_one_record: false,
                    next_chain_before: None,
                }))
            }
            header => self.skip(header.as_ref(), [head, stored].concat()),
        }
    }

    /// Puts bytes back before what is still unread.
    fn unread(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        let count = bytes.len() as u64;
        match self.ahead.take() {
            Some(rest) => bytes.extend(rest),
            None => {
                self.file.read_to_end(&mut bytes)?;
            }
        }
        self.offset -= count;
        self.ahead = Some(bytes);
        Ok(())
    }

    /// Decides what a bad stretch is, and moves to the next valid record or to the end.
    fn skip(&mut self, header: Option<&RecordHeader>, read: Vec<u8>) -> io::Result<Step> {
        self.unread(read)?;
        let bytes = self.ahead.as_deref().unwrap_or_default();
        let whole = header.map(|header| RECORD_HEADER_BYTES + header.payload_bytes);
        let from = match whole {
            Some(whole) if whole <= bytes.len() => whole,
            Some(_) => bytes.len(),
            None => 1,
        };
        let found = (from..bytes.len()).find(|start| is_record(&bytes[*start..]));
        let is_short =
            bytes.len() < RECORD_HEADER_BYTES || whole.is_some_and(|whole| whole > bytes.len());
        let passed = found.unwrap_or(bytes.len());
        let bad = Bad {
            offset: self.record_offset,
            bytes: passed as u64,
            what: match header {
                Some(_) if is_short => "the file ends inside a record",
                Some(_) => "a record does not match its checksum",
                None => "a record's header is damaged",
            },
            resumes: found.is_some(),
            is_incomplete: found.is_none() && (is_short || has_hole(bytes, self.record_offset)),
            is_one_record: whole == Some(bytes.len()),
            next_chain_before: match (header, whole) {
                (Some(header), Some(whole)) if found == Some(whole) => Some(header.chain),
                _ => None,
            },
        };
        self.is_resuming = found.is_some() && bad.next_chain_before.is_none();
        if let Some(ahead) = &mut self.ahead {
            ahead.drain(..passed);
        }
        if !bad.is_incomplete {
            self.offset += passed as u64;
        }
        Ok(Step::Bad(bad))
    }
}

fn is_record(bytes: &[u8]) -> bool {
    RecordHeader::decode(bytes).is_some_and(|header| {
        let stored = bytes.get(RECORD_HEADER_BYTES..RECORD_HEADER_BYTES + header.payload_bytes);
        stored.is_some_and(|stored| header.fits(stored))
    })
}

/// True when a sector's share of these bytes, which begin at `offset` of the file, holds nothing but zeros.
fn has_hole(bytes: &[u8], offset: u64) -> bool {
    let first = ((SECTOR_BYTES - offset % SECTOR_BYTES) as usize).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    std::iter::once(head)
        .chain(rest.chunks(SECTOR_BYTES as usize))
        .any(|sector| sector.len() >= HOLE_BYTES_MIN && sector.iter().all(|byte| *byte == 0))
}
