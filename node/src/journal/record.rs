//! Segment headers and records as bytes.
//!
//! A segment begins with `xmjrnl`, format `1`, flags, number u64, position before its first record u64, chain 16, crc32c u32
//! over all before. A record is length u32, kind u8, algorithm u8, chain 16, crc32c of the payload u32, crc32c of the header so
//! far u32, then the payload. All integers are little-endian.
//!
//! `chain` = first 16 bytes of BLAKE3(chain of the record before ‖ kind ‖ algorithm ‖ payload as stored). The header has a
//! checksum of its own so that a length can be believed before the payload is read: only then can an incomplete last
//! record be told from a damaged one, and what stands behind a damaged payload still be read.

use std::io::Read;
use std::sync::LazyLock;

use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The name of a record and of all before it.
pub type Chain = [u8; 16];

/// Bytes of a segment's header.
pub const SEGMENT_HEADER_BYTES: usize = 44;
/// Bytes of a record before its payload.
pub const RECORD_HEADER_BYTES: usize = 30;
/// Bytes of the largest payload. An import of 20,000 projects takes some 40 MB.
pub const PAYLOAD_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Payloads from this size on are compressed; below, the frame costs what it saves.
const COMPRESS_BYTES_MIN: usize = 512;
/// The same with the dictionary.
const DICTIONARY_BYTES_MIN: usize = 64;
/// Bytes of the largest commit that is packed against the dictionary. A larger one has its repetitions in itself.
pub const DICTIONARY_RECORD_BYTES_MAX: usize = 16 * 1024;
/// What commits have in common. Part of the format: made by `bench --train`, and never another under the same [`Algorithm`].
static DICTIONARY: &[u8] = include_bytes!("commit.dict");
/// A commit of one act takes microseconds at this level; 19 would save 1 % more and take a third of a millisecond.
const DICTIONARY_LEVEL: i32 = 3;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, DICTIONARY_LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

const MAGIC: [u8; 6] = *b"xmjrnl";
const FORMAT: u8 = 1;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The durable writes of one batch.
    Commit = 1,
    /// The database holds everything up to here durably.
    StoreSynced = 2,
    /// The whole content follows.
    CheckpointStart = 3,
    /// Some of the content.
    CheckpointPart = 4,
    /// The content is complete; position and digest.
    CheckpointEnd = 5,
    /// Of a backup file: what it is.
    BackupStart = 16,
    /// Of a backup file: some bytes of a file beside the journal.
    BackupFile = 17,
    /// Of a backup file: it is complete.
    BackupEnd = 18,
}

impl Kind {
    const fn from_u8(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Commit,
            2 => Self::StoreSynced,
            3 => Self::CheckpointStart,
            4 => Self::CheckpointPart,
            5 => Self::CheckpointEnd,
            16 => Self::BackupStart,
            17 => Self::BackupFile,
            18 => Self::BackupEnd,
            _ => return None,
        })
    }
}

/// How a payload is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Algorithm {
    Plain = 0,
    Zstd = 1,
    /// Zstd with [`DICTIONARY`], since format 3 of the folder.
    ZstdDictionary = 2,
}

/// The head of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Its number, as in the file's name.
    pub number: u64,
    /// The position before its first record.
    pub position: u64,
    /// True when it begins with a checkpoint, so that no earlier segment is needed.
    pub is_checkpoint: bool,
    /// The chain before its first record.
    pub chain: Chain,
}

impl SegmentHeader {
    /// The header as bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..6].copy_from_slice(&MAGIC);
        bytes[6] = FORMAT;
        bytes[7] = u8::from(self.is_checkpoint);
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.position.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.chain);
        let crc = crc32c::crc32c(&bytes[..40]);
        bytes[40..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header; `None` when it is none, or damaged.
    #[must_use]
    pub fn decode(bytes: &[u8; SEGMENT_HEADER_BYTES]) -> Option<Self> {
        if crc32c::crc32c(&bytes[..40]).to_le_bytes() != bytes[40..44]
            || bytes[..6] != MAGIC
            || bytes[6] != FORMAT
            || bytes[7] > 1
        {
            return None;
        }
        Some(Self {
            number: u64::from_le_bytes(bytes[8..16].try_into().ok()?),
            position: u64::from_le_bytes(bytes[16..24].try_into().ok()?),
            is_checkpoint: bytes[7] == 1,
            chain: bytes[24..40].try_into().ok()?,
        })
    }
}

/// The head of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHeader {
    /// Bytes of the payload as stored.
    pub payload_bytes: usize,
    kind: u8,
    algorithm: u8,
    /// The chain after this record.
    pub chain: Chain,
    payload_crc: u32,
}

impl RecordHeader {
    fn encode(&self) -> [u8; RECORD_HEADER_BYTES] {
        let mut bytes = [0; RECORD_HEADER_BYTES];
        // The payload is at most PAYLOAD_BYTES_MAX, which fits.
        bytes[..4].copy_from_slice(&(self.payload_bytes as u32).to_le_bytes());
        bytes[4] = self.kind;
        bytes[5] = self.algorithm;
        bytes[6..22].copy_from_slice(&self.chain);
        bytes[22..26].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..26]);
        bytes[26..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header from the first bytes; `None` when there are too few, or they are none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..RECORD_HEADER_BYTES)?;
        if crc32c::crc32c(&bytes[..26]).to_le_bytes() != bytes[26..30] {
            return None;
        }
        let header = Self {
            payload_bytes: u32::from_le_bytes(bytes[..4].try_into().ok()?) as usize,
            kind: bytes[4],
            algorithm: bytes[5],
            chain: bytes[6..22].try_into().ok()?,
            payload_crc: u32::from_le_bytes(bytes[22..26].try_into().ok()?),
        };
        (header.payload_bytes <= PAYLOAD_BYTES_MAX).then_some(header)
    }

    /// True when these are the bytes the header was written for.
    #[must_use]
    pub fn fits(&self, stored: &[u8]) -> bool {
        stored.len() == self.payload_bytes && crc32c::crc32c(stored) == self.payload_crc
    }

    /// True when the record follows one with this chain.
    #[must_use]
    pub fn follows(&self, chain: Chain, stored: &[u8]) -> bool {
        chain_of(chain, self.kind, self.algorithm, stored) == self.chain
    }

    /// What the record says, unpacked to so many bytes at most; `None` for more, and for a kind or an algorithm this version does not
    /// know.
    #[must_use]
    pub fn open(&self, stored: Vec<u8>, bytes_max: usize) -> Option<(Kind, Vec<u8>)> {
        let kind = Kind::from_u8(self.kind)?;
        if self.algorithm == Algorithm::Plain as u8 {
            return Some((kind, stored));
        }
        let decoder = if self.algorithm == Algorithm::Zstd as u8 {
            zstd::stream::read::Decoder::with_buffer(stored.as_slice())
        } else if self.algorithm == Algorithm::ZstdDictionary as u8 {
            zstd::stream::read::Decoder::with_prepared_dictionary(stored.as_slice(), &DECODER)
        } else {
            return None;
        };
        let mut payload = Vec::new();
        let bound = bytes_max as u64 + 1;
        let decoder = decoder.ok()?;
        decoder.take(bound).read_to_end(&mut payload).ok()?;
        (payload.len() <= bytes_max).then_some((kind, payload))
    }
}

/// A record as bytes and the chain after it; `None` when the payload is too large.
#[must_use]
pub fn encode(chain: Chain, kind: Kind, payload: &[u8]) -> Option<(Vec<u8>, Chain)> {
    if payload.len() > PAYLOAD_BYTES_MAX {
        return None;
    }
    let packed =
        pack(kind, payload).filter(|(_, packed)| packed.len() < payload.len() - payload.len() / 8);
    let (algorithm, stored) = match &packed {
        Some((algorithm, packed)) => (*algorithm, packed.as_slice()),
        None => (Algorithm::Plain, payload),
    };
    let header = RecordHeader {
        payload_bytes: stored.len(),
        kind: kind as u8,
        algorithm: algorithm as u8,
        chain: chain_of(chain, kind as u8, algorithm as u8, stored),
        payload_crc: crc32c::crc32c(stored),
    };
    let mut bytes = Vec::with_capacity(RECORD_HEADER_BYTES + stored.len());
    bytes.extend_from_slice(&header.encode());
    bytes.extend_from_slice(stored);
    Some((bytes, header.chain))
}

fn pack(kind: Kind, payload: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
    let with_dictionary = DICTIONARY_BYTES_MIN..=DICTIONARY_RECORD_BYTES_MAX;
    if kind == Kind::Commit && with_dictionary.contains(&payload.len()) {
        let mut compressor = zstd::bulk::Compressor::with_prepared_dictionary(&ENCODER).ok()?;
        compressor.include_dictid(false).ok()?;
        let packed = compressor.compress(payload).ok()?;
        return Some((Algorithm::ZstdDictionary, packed));
    }
    // What waits for an fsync is packed fast, a checkpoint well.
    let level = if kind == Kind::CheckpointPart { 6 } else { 1 };
    let packed = (payload.len() >= COMPRESS_BYTES_MIN)
        .then(|| zstd::bulk::compress(payload, level).ok())
        .flatten()?;
    Some((Algorithm::Zstd, packed))
}

fn chain_of(before: Chain, kind: u8, algorithm: u8, stored: &[u8]) -> Chain {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&before);
    hasher.update(&[kind, algorithm]);
    hasher.update(stored);
    let mut chain = Chain::default();
    hasher.finalize_xof().fill(&mut chain);
    chain
}
