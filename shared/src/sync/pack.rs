//! What a batch carries and how it is packed.
//!
//! The plain form names everything in full. The compact form leaves out what the receiver can find again: a document it
//! holds is named by four bytes of a hash, what a change builds on likewise, actors and messages once a batch, the chunk's
//! header not at all. The four bytes of the change's own checksum stay, so a wrong guess is noticed and the other candidates
//! are tried; when none fits, the receiver asks for the plain form. What looks random (checksums, short names) stands in a
//! stream of its own, uncompressed; the rest goes through zstd, where a thousand edits of one field look alike.
//!
//! Both forms decode within bounds whatever the bytes are: what comes out has a bound of its own ([`Room`]), since a byte may stand for
//! a message or an actor named before. An unpacked change is bytes that still have to pass the gate.

use std::collections::BTreeMap;

use crate::gate::trial::Weight;
use crate::identity::SEAL_BYTES;
use crate::ids::DocumentId;
use crate::wire::codec::{Reader, WireError, Writer};
use crate::wire::v1::BATCH_BYTES_MAX;

mod compact;

pub(crate) use compact::{ChangeParts, chunk_hash};

/// Plain items, not compressed.
pub(crate) const CODEC_PLAIN: u8 = 0;
/// Plain items in one zstd frame.
pub(crate) const CODEC_ZSTD: u8 = 1;
/// Compact items: the random stream, then the regular stream in one zstd frame.
pub(crate) const CODEC_COMPACT: u8 = 2;
// 3 is kept for compact items compressed against a prefix both sides hold (design.md 5).
/// Compact items as with 2, the columns of changes sorted by kind: for larger batches.
pub(crate) const CODEC_COLUMNS: u8 = 4;

/// Above this many changes the columns are sorted; below, their table costs more than it saves.
const APART_FROM: usize = 8;

/// Measured on 1,000 records with a year of history, batches of 256 KiB: 9 gives 4.2 kB a record, 15 gives 3.7, 19 no less. Nor
/// would a context over batches: all of them in one stream make 3,670 kB, each for itself 3,674 kB, each with the one before as its
/// prefix 3,918 kB. xz and brotli at their best give 4 % less: what is left is what people wrote.
const ZSTD_LEVEL: i32 = 15;
/// Items in one batch.
const ITEMS_MAX: usize = 100_000;
/// Changes of one document sent whole.
const WHOLE_MAX: usize = 100_000;
/// Bytes a batch may have once unpacked, with the room its changes take beside their own bytes.
const UNPACKED_BYTES_MAX: usize = 2 * BATCH_BYTES_MAX;
/// What one change, actor or message takes in memory beside its bytes while a batch is unpacked.
const OVERHEAD_BYTES: usize = 160;
/// Bytes of one change.
pub(crate) const CHANGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// One thing a batch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// Entries the receiver has from elsewhere (its own, come back).
    Skip(u64),
    /// One change.
    Change { document: DocumentId, raw: Vec<u8> },
    /// A document that became readable, whole and in causal order.
    Whole {
        document: DocumentId,
        count: u32,
        changes: Vec<Vec<u8>>,
    },
    /// A document that is not readable any more.
    Revoked { document: DocumentId },
    /// The sender knows that it may not read this document any more.
    Known { document: DocumentId },
    /// The hub's seal over the changes of this batch (`seal`). No entry of a log.
    Seal([u8; SEAL_BYTES]),
    /// A seal of the receiver's own, shown to it, with what it stands for. No entry of a log.
    Proof(Vec<u8>),
}

impl Item {
    /// How many changes it carries.
    fn changes(&self) -> usize {
        match self {
            Self::Change { .. } => 1,
            Self::Whole { changes, .. } => changes.len(),
            _ => 0,
        }
    }

    /// How many entries of a log it stands for.
    pub(crate) fn entries(&self) -> u64 {
        match self {
            Self::Skip(count) => *count,
            Self::Seal(_) | Self::Proof(_) => 0,
            _ => 1,
        }
    }

    /// What judging it can cost its receiver.
    pub(crate) fn cost(&self) -> Weight {
        match self {
            Self::Change { raw, .. } => Weight::of(raw),
            Self::Whole { changes, .. } => changes
                .iter()
                .fold(Weight::default(), |sum, raw| sum.plus(Weight::of(raw))),
            _ => Weight::default(),
        }
    }

    /// About how many bytes it has when plain.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Skip(_) => 4,
            Self::Change { raw, .. } => raw.len() + 24,
            Self::Whole { changes, .. } => {
                32 + changes.iter().map(|raw| raw.len() + 4).sum::<usize>()
            }
            Self::Revoked { .. } | Self::Known { .. } | Self::Seal(_) => 20,
            Self::Proof(proof) => proof.len() + 4,
        }
    }
}

/// The changes items bring, by document, in the order documents appear: so they are judged.
pub(crate) fn by_document(items: &[Item]) -> Vec<(&DocumentId, Vec<&[u8]>)> {
    let mut found: Vec<(&DocumentId, Vec<&[u8]>)> = Vec::new();
    let mut places: BTreeMap<&DocumentId, usize> = BTreeMap::new();
    for item in items {
        let (document, raws): (_, &[Vec<u8>]) = match item {
            Item::Change { document, raw } => (document, std::slice::from_ref(raw)),
            Item::Whole {
                document, changes, ..
            } => (document, changes),
            _ => continue,
        };
        let place = *places.entry(document).or_insert(found.len());
        if place == found.len() {
            found.push((document, Vec::new()));
        }
        if let Some((_, all)) = found.get_mut(place) {
            all.extend(raws.iter().map(Vec::as_slice));
        }
    }
    found
}

/// Finds again what the compact form left out.
pub(crate) trait Resolve {
    /// Documents held whose short name this is.
    fn documents(&mut self, short: [u8; 4]) -> Vec<DocumentId>;
    /// Hashes of changes of a document that start with these bytes.
    fn changes(&mut self, document: &DocumentId, short: [u8; 4]) -> Vec<[u8; 32]>;
}

/// Why a batch cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnpackError {
    /// Malformed: the peer is at fault.
    #[error("the batch is malformed")]
    Malformed(#[from] WireError),
    /// A short name means nothing here: ask for the plain form.
    #[error("the batch names something unknown")]
    Unresolved,
}

/// The four bytes by which the compact form names a document the receiver holds.
pub(crate) fn short_name(document: &DocumentId) -> [u8; 4] {
    let mut short = [0; 4];
    short.copy_from_slice(&blake3::hash(&document.to_bytes()).as_bytes()[..4]);
    short
}

/// The room that is left for what a batch unpacks to.
struct Room(usize);

impl Room {
    const fn new() -> Self {
        Self(UNPACKED_BYTES_MAX)
    }

    /// Takes room for something of so many bytes.
    fn take(&mut self, bytes: usize) -> Result<(), WireError> {
        let found = bytes.saturating_add(OVERHEAD_BYTES);
        self.0 = self.0.checked_sub(found).ok_or(WireError::TooLong {
            found: found as u64,
            bound: UNPACKED_BYTES_MAX as u64,
        })?;
        Ok(())
    }
}

/// A packed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) codec: u8,
    pub(crate) raw_bytes: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Packs items in the plain form.
pub(crate) fn pack_plain(items: &[Item]) -> Packed {
    let mut out = Writer::new();
    out.list(items, write_plain);
    let raw = out.into_bytes();
    let raw_bytes = raw.len() as u64;
    match zstd::bulk::compress(&raw, ZSTD_LEVEL) {
        Ok(bytes) if bytes.len() < raw.len() => Packed {
            codec: CODEC_ZSTD,
            raw_bytes,
            bytes,
        },
        _ => Packed {
            codec: CODEC_PLAIN,
            raw_bytes,
            bytes: raw,
        },
    }
}

/// Packs items in the compact form. `held(document)`: the receiver holds it, so a short name will do.
pub(crate) fn pack_compact(items: &[Item], held: impl Fn(&DocumentId) -> bool) -> Packed {
    let changes: usize = items.iter().map(Item::changes).sum();
    let (codec, layout) = if changes < APART_FROM {
        (CODEC_COMPACT, compact::Layout::Inline)
    } else {
        (CODEC_COLUMNS, compact::Layout::Apart)
    };
    let (random, regular) = compact::write(items, layout, held);
    let raw_bytes = (random.len() + regular.len()) as u64;
    let mut out = Writer::new();
    out.bytes(&random);
    out.uint(regular.len() as u64);
    // Very short content grows under zstd; the byte says which it is.
    match zstd::bulk::compress(&regular, ZSTD_LEVEL) {
        Ok(packed) if packed.len() < regular.len() => {
            out.u8(1);
            out.raw(&packed);
        }
        _ => {
            out.u8(0);
            out.raw(&regular);
        }
    }
    Packed {
        codec,
        raw_bytes,
        bytes: out.into_bytes(),
    }
}

/// Unpacks what any of the packers made.
pub(crate) fn unpack(
    codec: u8,
    raw_bytes: u64,
    bytes: &[u8],
    resolve: &mut dyn Resolve,
) -> Result<Vec<Item>, UnpackError> {
    let bound = usize::try_from(raw_bytes)
        .ok()
        .filter(|&bound| bound <= BATCH_BYTES_MAX)
        .ok_or(WireError::TooLong {
            found: raw_bytes,
            bound: BATCH_BYTES_MAX as u64,
        })?;
    match codec {
        CODEC_PLAIN => read_plain_list(bytes),
        CODEC_ZSTD => read_plain_list(&inflate(bytes, bound)?),
        CODEC_COMPACT | CODEC_COLUMNS => {
            let layout = if codec == CODEC_COMPACT {
                compact::Layout::Inline
            } else {
                compact::Layout::Apart
            };
            let mut input = Reader::new(bytes);
            let random = input.bytes(bound)?.to_vec();
            let regular_bytes = input.bounded(bound)?;
            let regular = match input.u8()? {
                0 => input.rest().to_vec(),
                1 => inflate(input.rest(), regular_bytes)?,
                found => {
                    return Err(WireError::UnknownKind {
                        what: "packing",
                        found: found.into(),
                    }
                    .into());
                }
            };
            compact::read(&random, &regular, layout, resolve)
        }
        found => Err(WireError::UnknownKind {
            what: "codec",
            found: found.into(),
        }
        .into()),
    }
}

/// Never grows beyond the announced size, which is bounded.
fn inflate(bytes: &[u8], bound: usize) -> Result<Vec<u8>, WireError> {
    zstd::bulk::decompress(bytes, bound).map_err(|_| WireError::Truncated)
}

const SKIP: u8 = 0;
const CHANGE: u8 = 1;
const WHOLE: u8 = 2;
const REVOKED: u8 = 3;
const KNOWN: u8 = 4;
const SEAL: u8 = 5;
const PROOF: u8 = 6;

fn write_plain(out: &mut Writer, item: &Item) {
    match item {
        Item::Skip(count) => {
            out.u8(SKIP);
            out.uint(*count);
        }
        Item::Change { document, raw } => {
            out.u8(CHANGE);
            out.bytes(&document.to_bytes());
            out.bytes(raw);
        }
        Item::Whole {
            document,
            count,
            changes,
        } => {
            out.u8(WHOLE);
            out.bytes(&document.to_bytes());
            out.uint((*count).into());
            out.list(changes, |out, raw| out.bytes(raw));
        }
        Item::Revoked { document } => {
            out.u8(REVOKED);
            out.bytes(&document.to_bytes());
        }
        Item::Known { document } => {
            out.u8(KNOWN);
            out.bytes(&document.to_bytes());
        }
        Item::Seal(seal) => {
            out.u8(SEAL);
            out.raw(seal);
        }
        Item::Proof(proof) => {
            out.u8(PROOF);
            out.bytes(proof);
        }
    }
}

fn read_plain_list(bytes: &[u8]) -> Result<Vec<Item>, UnpackError> {
    let mut input = Reader::new(bytes);
    let mut room = Room::new();
    let items = input.list(ITEMS_MAX, |input| read_plain(input, &mut room))?;
    input.finish()?;
    Ok(items)
}

fn read_document(input: &mut Reader<'_>) -> Result<DocumentId, WireError> {
    let bytes = input.bytes(32)?;
    DocumentId::from_bytes(bytes).ok_or(WireError::UnknownKind {
        what: "document",
        found: bytes.first().copied().unwrap_or(0).into(),
    })
}

fn read_count(input: &mut Reader<'_>) -> Result<u32, WireError> {
    let found = input.uint()?;
    u32::try_from(found).map_err(|_| WireError::TooLong {
        found,
        bound: u32::MAX.into(),
    })
}

fn read_plain(input: &mut Reader<'_>, room: &mut Room) -> Result<Item, WireError> {
    let mut raw = |input: &mut Reader<'_>| {
        let raw = input.bytes(CHANGE_BYTES_MAX)?;
        room.take(raw.len())?;
        Ok(raw.to_vec())
    };
    Ok(match input.u8()? {
        SKIP => Item::Skip(input.uint()?),
        CHANGE => Item::Change {
            document: read_document(input)?,
            raw: raw(input)?,
        },
        WHOLE => Item::Whole {
            document: read_document(input)?,
            count: read_count(input)?,
            changes: input.list(WHOLE_MAX, raw)?,
        },
        REVOKED => Item::Revoked {
            document: read_document(input)?,
        },
        KNOWN => Item::Known {
            document: read_document(input)?,
        },
        SEAL => Item::Seal(input.array()?),
        PROOF => Item::Proof(raw(input)?),
        found => {
            return Err(WireError::UnknownKind {
                what: "item",
                found: found.into(),
            });
        }
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
