//! The frames of version 1.
//!
//! How a conversation goes: the dialler says [`Hello`], which also proves who it is against the nonce the hub gave in the
//! upgrade's answer. The hub says [`Accept`] (or `Pending`, or `Refuse`). Each names one digest of what it holds of the
//! other's log and one of what it has for the other; when they match, the session is idle after that one round trip. Else
//! `Cursors` lists what is held, `Batch` and `Part` carry what is missing, `Ack` says up to where it is durable, and `Sign`
//! and `Receipt` prove it later. `Probe`, `Differ`, `Heads` and `Reset` repair what cursors cannot explain.

use crate::identity::SIGNATURE_BYTES;
use crate::ids::{DocumentId, NodeId, UnitId};
use crate::time::Timestamp;

use super::codec::{Reader, WireError, Writer};

mod blobs;
mod frames;
#[cfg(test)]
mod tests;

pub use blobs::{BLOB_PART_BYTES, BlobFrame};
pub use frames::{decode, encode};

/// The chain value of a log at a position: everything before it, folded.
pub type Chain = [u8; 16];

/// A change's hash, as automerge computes it.
pub type Hash = [u8; 32];

/// Names one life of a node's log.
pub type Incarnation = [u8; 8];

/// Scopes in one list of cursors.
pub const SCOPES_MAX: usize = 256;
/// Documents in one `Differ` or `Heads` frame.
pub const DIFFER_MAX: usize = 128;
/// Heads of one document in a frame. More concurrent tips than that are merged first.
pub const HEADS_MAX: usize = 64;
/// Bytes of one packed batch.
pub const PACKED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of one batch once unpacked.
pub const BATCH_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A set of documents that is synchronised together, seen from the log that feeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// No log: documents sent to repair what cursors cannot explain.
    Repair,
    /// Everything a node has for its hub.
    Hub,
    /// What the hub publishes to all nodes.
    County,
    /// What one unit may read.
    Unit(UnitId),
}

impl Scope {
    /// The scope as a key: sorts like the enum.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Repair => vec![0],
            Self::Hub => vec![1],
            Self::County => vec![2],
            Self::Unit(unit) => {
                let mut bytes = vec![3];
                bytes.extend(unit.to_bytes());
                bytes
            }
        }
    }

    fn write(self, out: &mut Writer) {
        out.raw(&self.to_bytes());
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        match input.u8()? {
            0 => Ok(Self::Repair),
            1 => Ok(Self::Hub),
            2 => Ok(Self::County),
            3 => Ok(Self::Unit(UnitId::from_bytes(input.array()?))),
            found => Err(WireError::UnknownKind {
                what: "scope",
                found: found.into(),
            }),
        }
    }
}

/// A point in a scope's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The scope.
    pub scope: Scope,
    /// Entries up to here, from 0.
    pub position: u64,
    /// The chain at that position.
    pub chain: Chain,
}

impl Point {
    pub(crate) fn write(&self, out: &mut Writer) {
        self.scope.write(out);
        out.uint(self.position);
        out.raw(&self.chain);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            scope: Scope::read(input)?,
            position: input.uint()?,
            chain: input.array()?,
        })
    }
}

/// The proof that the holder of an invite sends once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteProof {
    /// The invite.
    pub invite: [u8; 8],
    /// `InviteCode::proof`.
    pub proof: [u8; 16],
}

/// The dialler's first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Who dials.
    pub node: NodeId,
    /// The life of its log.
    pub incarnation: Incarnation,
    /// Its half of the challenge, which the hub signs.
    pub nonce: [u8; 8],
    /// Digest of what it holds of the hub's log.
    pub held: [u8; 16],
    /// Digest of its own log's heads.
    pub own: [u8; 16],
    /// The ticket of its last session: an old one shows a restored or cloned disk.
    pub ticket: [u8; 8],
    /// Present until the hub accepted it once.
    pub invite: Option<InviteProof>,
    /// Over everything above, the hub's key and nonce.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// The hub's answer to a dialler it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The life of the hub's log.
    pub incarnation: Incarnation,
    /// Digest of what it holds of the dialler's log.
    pub held: [u8; 16],
    /// Digest of its log's heads in the dialler's scopes.
    pub own: [u8; 16],
    /// For the next session.
    pub ticket: [u8; 8],
    /// The hub's clock.
    pub now: Timestamp,
    /// Over everything above and the dialler's hello.
    pub signature: [u8; SIGNATURE_BYTES],
    /// What it holds of the dialler's log, when the digests differ.
    pub cursors: Option<Cursors>,
}

/// What a peer holds of the other's log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursors {
    /// The life of the log the points belong to.
    pub incarnation: Incarnation,
    /// Sorted by scope.
    pub points: Vec<Point>,
    /// A batch that was cut off, to go on at the byte.
    pub partial: Option<Partial>,
}

/// How much of one batch has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partial {
    /// The batch.
    pub scope: Scope,
    /// Its first position, exclusive.
    pub from: u64,
    /// Its last position.
    pub to: u64,
    /// Names its packed bytes.
    pub digest: [u8; 8],
    /// Packed bytes held.
    pub offset: u64,
}

/// What one batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHead {
    /// The scope.
    pub scope: Scope,
    /// Entries from here, exclusive.
    pub from: u64,
    /// Up to here.
    pub to: u64,
    /// The chain at `to`.
    pub chain: Chain,
    /// How the bytes are packed (`sync::pack`).
    pub codec: u8,
    /// Bytes once unpacked.
    pub raw_bytes: u64,
    /// Bytes as packed.
    pub packed_bytes: u64,
    /// Names the packed bytes.
    pub digest: [u8; 8],
}

/// A document and its tips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentHeads {
    /// The document.
    pub document: DocumentId,
    /// Sorted; empty when the sender does not hold it.
    pub heads: Vec<Hash>,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The dialler introduces and proves itself.
    Hello(Box<Hello>),
    /// The hub lets it in and proves itself.
    Accept(Box<Accept>),
    /// The hub waits for its officer; the session stays open.
    Pending,
    /// The hub does not let it in. The number is a `CloseReason`'s.
    Refuse(u8),
    /// What is held of the other's log.
    Cursors(Cursors),
    /// A batch begins, or goes on at `offset` after a cut.
    Batch {
        /// What it is.
        head: BatchHead,
        /// Where `bytes` stand in the packed bytes.
        offset: u64,
        /// The first of them.
        bytes: Vec<u8>,
    },
    /// The next bytes of the batch.
    Part(Vec<u8>),
    /// Everything up to the position is durable here.
    Ack {
        /// The scope.
        scope: Scope,
        /// The position.
        position: u64,
    },
    /// A hub put a change into quarantine; everything else goes on. Said when it happens, when the change is brought again, and at each
    /// greeting. From a node: it parted from a change that was refused.
    Nack {
        /// The document.
        document: DocumentId,
        /// The change's hash, or a hash of its bytes when it has none.
        hash: Hash,
        /// Why (`gate::Reason`); 0: it is refused no more.
        reason: u8,
    },
    /// The packed form could not be read here: send from this position again, plainly.
    Resend {
        /// The scope.
        scope: Scope,
        /// From here, exclusive.
        from: u64,
    },
    /// The sender signs its log up to a point.
    Sign {
        /// The point.
        point: Point,
        /// Over the incarnation and the point.
        signature: [u8; SIGNATURE_BYTES],
    },
    /// The receiver signs that it holds the other's log up to a point, durably.
    Receipt {
        /// The point.
        point: Point,
        /// When, by the receiver's clock.
        at: Timestamp,
        /// Over the log's incarnation, the point and the moment.
        signature: [u8; SIGNATURE_BYTES],
    },
    /// One message of set reconciliation (negentropy).
    Probe(Vec<u8>),
    /// The initiator's finding: documents it has otherwise or alone, and items it lacks.
    Differ {
        /// Its own heads of documents that differ.
        have: Vec<DocumentHeads>,
        /// Items of the other side it does not have.
        need: Vec<Hash>,
        /// True on the last of several frames.
        is_last: bool,
    },
    /// The responder's heads of the documents that differ.
    Heads {
        /// The heads.
        documents: Vec<DocumentHeads>,
        /// True on the last of several frames.
        is_last: bool,
    },
    /// After a repair: the sender's log counts as held up to these points.
    Reset(Cursors),
    /// Are you there?
    Ping {
        /// The asking side's clock.
        now: Timestamp,
    },
    /// I am.
    Pong {
        /// True when there is nothing more for you.
        is_idle: bool,
        /// The answering side's clock.
        now: Timestamp,
    },
    /// Goodbye. The number is a `CloseReason`'s.
    Bye(u8),
    /// The cursors explain nothing here: the dialler shall probe.
    PleaseProbe,
    /// About an attachment.
    Blob(BlobFrame),
}
