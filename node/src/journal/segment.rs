//! Reading one segment record by record, and saying what a stretch is that holds none.
//!
//! Owns no judgement about the journal as a whole: [`super::scan`] decides what an incomplete or damaged stretch means.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::record::{
    Chain, RECORD_HEADER_BYTES, RecordHeader, SEGMENT_HEADER_BYTES, SegmentHeader,
};

/// The smallest unit a disk writes. A torn write leaves whole sectors unwritten.
const SECTOR_BYTES: u64 = 512;

/// The header of a segment file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// As written.
    Good(SegmentHeader),
    /// The file ends inside the header, or the header was never written.
    Unwritten,
    /// Neither.
    Damaged,
}

/// Reads the header of a segment file.
///
/// # Errors
/// When the disk refuses.
pub fn read_header(path: &Path) -> io::Result<Head> {
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

/// What comes next in a segment.
pub enum Step {
    /// A sound record: its header and its payload as stored.
    Record(RecordHeader, Vec<u8>),
    /// The file ends here.
    End,
    /// Something else.
    Bad(Bad),
}

/// A stretch that is no sequence of records.
pub struct Bad {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
    /// What is wrong.
    pub what: &'static str,
    /// A valid record follows, and reading goes on there.
    pub resumes: bool,
    /// It is what an interrupted append leaves.
    pub is_incomplete: bool,
    /// Its header is good and it reaches exactly to the end: one record, no more.
    pub is_one_record: bool,
    /// The chain the next record must follow, as far as it is known.
    pub next_chain_before: Option<Chain>,
}

/// A segment being read.
pub struct Segment {
    file: BufReader<File>,
    file_bytes: u64,
    /// After what was read.
    pub offset: u64,
    /// Where the record read last begins.
    pub record_offset: u64,
    /// What was read ahead while looking for a valid record: all that is left of the file.
    ahead: Option<Ahead>,
    /// The next record was found by looking for it; what it follows is unknown.
    is_resuming: bool,
}

/// Bytes in memory, taken from the front.
struct Ahead {
    bytes: Vec<u8>,
    at: usize,
}

impl Ahead {
    fn left(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

impl Segment {
    /// Opens a file behind its header, to be read as if it had so many bytes at most.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(path: &Path, bytes_max: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let file_bytes = file.metadata()?.len().min(bytes_max);
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
            let left = ahead.left();
            let taken = left[..count.min(left.len())].to_vec();
            ahead.at += taken.len();
            return Ok(taken);
        }
        let mut bytes = vec![0; count];
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads what comes next, which should follow the record with this chain.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn next(&mut self, chain: Chain) -> io::Result<Step> {
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

    /// Puts bytes that were just taken back before what is still unread.
    fn unread(&mut self, mut bytes: Vec<u8>) -> io::Result<()> {
        let count = bytes.len();
        match &mut self.ahead {
            // They still stand there: a damaged file of many small records must not be moved about for each.
            Some(ahead) => ahead.at -= count,
            None => {
                let left = self.file_bytes - self.offset;
                self.file.by_ref().take(left).read_to_end(&mut bytes)?;
                self.ahead = Some(Ahead { bytes, at: 0 });
            }
        }
        self.offset -= count as u64;
        Ok(())
    }

    /// Decides what a bad stretch is, and moves to the next valid record or to the end.
    fn skip(&mut self, header: Option<&RecordHeader>, read: Vec<u8>) -> io::Result<Step> {
        self.unread(read)?;
        let bytes = self.ahead.as_ref().map_or(&[][..], Ahead::left);
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
        let sound_bytes = header.map_or(0, |_| RECORD_HEADER_BYTES);
        let bad = Bad {
            offset: self.record_offset,
            bytes: passed as u64,
            what: match header {
                Some(_) if is_short => "the file ends inside a record",
                Some(_) => "a record does not match its checksum",
                None => "a record's header is damaged",
            },
            resumes: found.is_some(),
            is_incomplete: found.is_none()
                && (is_short || has_hole(bytes, self.record_offset, sound_bytes)),
            is_one_record: whole == Some(bytes.len()),
            next_chain_before: match (header, whole) {
                (Some(header), Some(whole)) if found == Some(whole) => Some(header.chain),
                _ => None,
            },
        };
        self.is_resuming = found.is_some() && bad.next_chain_before.is_none();
        if let Some(ahead) = &mut self.ahead {
            ahead.at += passed;
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

/// True when a sector's share of a record, which begins at `offset` of the file, was never written: it holds nothing but zeros. Sectors that
/// hold some of the first `sound_bytes` were.
///
/// However short a share at either end is: a record begins with its length, so four zeros are no beginning; and that fewer of them, or
/// some at its end, were meant and the record is damaged elsewhere is far rarer than a power cut.
fn has_hole(record: &[u8], offset: u64, sound_bytes: usize) -> bool {
    let first = (SECTOR_BYTES - offset % SECTOR_BYTES) as usize;
    let (head, rest) = record.split_at(first.min(record.len()));
    let mut begins = 0;
    std::iter::once(head)
        .chain(rest.chunks(SECTOR_BYTES as usize))
        .any(|share| {
            let is_sound = begins < sound_bytes;
            begins += share.len();
            !is_sound && share.iter().all(|byte| *byte == 0)
        })
}
