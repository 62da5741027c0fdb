//! Batches that were cut off half-way: kept, so that the next session goes on at the byte, also after a restart.
//!
//! What has arrived of a batch is kept in memory when its session ends. On a slow line it is also written to the store as it
//! arrives, in pieces of one value each, and what stands there is taken up at the next start. On a quick line nothing is
//! written: such a batch is sent again sooner than it could be kept. The batch's digest vouches for the whole, so a piece that
//! belongs to another batch costs a repetition and nothing else.

use std::collections::BTreeMap;

use crate::ids::NodeId;
use crate::store::{Reader, Tree, Turn};
use crate::time::Timestamp;
use crate::wire::codec;
use crate::wire::v1::{BatchHead, Incarnation};

use super::error::ReplicaError;
use super::scan;

/// Head of a kept batch, and its pieces, by peer.
const PARTIAL: u8 = b'p';
/// Bytes of one piece: one value of the store (design.md 4).
const PIECE_BYTES: usize = 4_000;
/// Pieces written together: at 64 kbit/s one write a second.
const PIECES_STEP: usize = 2;
/// A batch that arrives for so long is on a slow line.
const SPOOL_AFTER_MS: i64 = 1_000;
/// Bytes kept of one batch. Only a whole document of a size nobody has is larger.
const SPOOL_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A batch whose bytes are arriving.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) head: BatchHead,
    /// The life of the peer's log it is from.
    pub(crate) incarnation: Incarnation,
    pub(crate) bytes: Vec<u8>,
    /// When its first byte came in this session.
    begun_at: Timestamp,
    /// Bytes that stand in the store.
    spooled: usize,
}

impl Incoming {
    pub(crate) fn new(head: BatchHead, incarnation: Incarnation, now: Timestamp) -> Self {
        Self {
            head,
            incarnation,
            bytes: Vec::new(),
            begun_at: now,
            spooled: 0,
        }
    }

    /// A session goes on with it.
    pub(crate) fn resume(&mut self, now: Timestamp) {
        self.begun_at = now;
    }

    /// Writes what has arrived since the last time, when the line is slow and it is worth a write.
    pub(crate) fn spool(&mut self, turn: &mut Turn<'_>, node: NodeId, now: Timestamp) {
        let is_slow = now.0.saturating_sub(self.begun_at.0) >= SPOOL_AFTER_MS;
        let whole = self.bytes.len() / PIECE_BYTES * PIECE_BYTES;
        if is_slow && whole >= self.spooled + PIECES_STEP * PIECE_BYTES {
            self.write(turn, node, whole);
        }
    }

    /// Writes all that has arrived: the session is over.
    pub(crate) fn spool_all(&mut self, turn: &mut Turn<'_>, node: NodeId, now: Timestamp) {
        let is_slow = now.0.saturating_sub(self.begun_at.0) >= SPOOL_AFTER_MS;
        if is_slow && self.bytes.len() > self.spooled {
            self.write(turn, node, self.bytes.len());
        }
    }

    fn write(&mut self, turn: &mut Turn<'_>, node: NodeId, end: usize) {
        if end > SPOOL_BYTES_MAX {
            return;
        }
        // The last piece may have been a short one.
        let first = self.spooled / PIECE_BYTES;
        let pieces = self.bytes.get(..end).unwrap_or(&[]).chunks(PIECE_BYTES);
        for (number, piece) in pieces.enumerate().skip(first) {
            turn.put(Tree::Peer, key(node, number), piece);
        }
        self.spooled = end;
        let mut out = codec::Writer::new();
        out.raw(&self.incarnation);
        out.uint(end as u64);
        self.head.write(&mut out);
        turn.put(Tree::Peer, head_key(node), out.into_bytes());
    }

    /// It is complete, or of no use any more.
    pub(crate) fn unspool(&mut self, turn: &mut Turn<'_>, node: NodeId) {
        if self.spooled == 0 {
            return;
        }
        turn.remove(Tree::Peer, head_key(node));
        for number in 0..self.spooled.div_ceil(PIECE_BYTES) {
            turn.remove(Tree::Peer, key(node, number));
        }
        self.spooled = 0;
    }

    /// Reads what was kept, at start. What does not fit together is left out: it is sent again.
    pub(crate) fn load_all(
        reader: &dyn Reader,
        now: Timestamp,
    ) -> Result<BTreeMap<NodeId, Self>, ReplicaError> {
        let mut all: BTreeMap<NodeId, Self> = BTreeMap::new();
        // A head sorts before its pieces.
        for (key, value) in scan(reader, Tree::Peer, &[PARTIAL])? {
            let Some((node, number)) = key
                .get(1..)
                .and_then(|rest| rest.split_first_chunk::<32>())
                .map(|(node, number)| (NodeId::from_bytes(*node), number))
            else {
                continue;
            };
            if number.is_empty() {
                let mut input = codec::Reader::new(&value);
                let read = |input: &mut codec::Reader<'_>| {
                    Ok::<_, codec::WireError>((
                        input.array()?,
                        input.bounded(SPOOL_BYTES_MAX)?,
                        BatchHead::read(input)?,
                    ))
                };
                if let Ok((incarnation, spooled, head)) = read(&mut input) {
                    let mut incoming = Self::new(head, incarnation, now);
                    incoming.spooled = spooled;
                    all.insert(node, incoming);
                }
            } else if let Some(incoming) = all.get_mut(&node) {
                incoming.bytes.extend(value);
                // A short last piece may have been written over a longer one of the batch before.
                incoming.bytes.truncate(incoming.spooled);
            }
        }
        all.retain(|_, incoming| incoming.bytes.len() == incoming.spooled);
        Ok(all)
    }
}

fn head_key(node: NodeId) -> Vec<u8> {
    let mut key = vec![PARTIAL];
    key.extend(node.to_bytes());
    key
}

fn key(node: NodeId, number: usize) -> Vec<u8> {
    let mut key = head_key(node);
    key.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    key
}
