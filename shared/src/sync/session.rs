//! One conversation with one peer: where it stands, and what is on the way.
//!
//! A session knows what it has sent and what was acknowledged, per scope; it owns no socket and no data. Greeting → (Pending)
//! → Open. A frame that does not fit the state ends the session with a reason; it is never skipped, since later frames may
//! depend on it. After a reconnect everything starts again from the cursors; only a batch cut off half-way is remembered
//! elsewhere (`spool`).

use std::collections::{BTreeMap, VecDeque};

use crate::ids::NodeId;
use crate::time::Timestamp;
use crate::wire::v1::{BatchHead, Frame, Hello, Incarnation, Point, Scope};

use super::blobs::BlobLine;
use super::pack::Item;
use super::reconcile::Repair;
use super::spool::Incoming;

/// A peer that says nothing for so long after connecting is let go (reliability.md 2.4).
pub(crate) const HELLO_WAIT_MS: i64 = 10_000;
/// Silence after which we ask whether the peer is there; below the usual 30 s of NAT boxes.
pub(crate) const PING_AFTER_MS: i64 = 25_000;
/// Silence after which we let go: two pings and some.
pub(crate) const SILENCE_MAX_MS: i64 = 70_000;
/// Changes made within this time travel together (research/sync.md 7).
pub(crate) const COALESCE_MS: i64 = 50;
/// Signatures and receipts are cumulative and no more frequent (design.md 7).
pub(crate) const SIGN_EVERY_MS: i64 = 5_000;
/// How long the peer's own changes wait until it is told where they stand in our log: nobody needs it soon, and a batch that says nothing
/// else costs a third of what the edit itself did.
pub(crate) const ECHO_AFTER_MS: i64 = 5_000;
/// More entries than these are told at once, so that a line that ends after a large exchange finds both sides equal.
pub(crate) const ECHO_ENTRIES_MAX: usize = 4;
/// Batches on the way without acknowledgement.
pub(crate) const FLIGHTS_MAX: usize = 4;
/// Bytes of frames that may wait for a trial: four large batches of an honest peer are less.
pub(crate) const DELAYED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Plain bytes of one batch: a few seconds on a bad line once packed.
pub(crate) const BATCH_TARGET_BYTES: usize = 96 * 1024;
/// Plain bytes of one batch between machines that are quick about it: more records side by side pack better.
const BATCH_LARGE_BYTES: usize = 256 * 1024;
/// An acknowledgement within this time is quick.
const QUICK_ACK_MS: i64 = 2_000;

/// One conversation.
pub(crate) struct Session {
    pub(crate) is_dialler: bool,
    pub(crate) address: String,
    pub(crate) nonce: [u8; 32],
    pub(crate) state: State,
    pub(crate) frames_in: u64,
    pub(crate) frames_out: u64,
    pub(crate) opened_at: Timestamp,
    pub(crate) heard_at: Timestamp,
    pub(crate) said_at: Timestamp,
}

/// Where a conversation stands.
pub(crate) enum State {
    /// Accepted; the dialler has not spoken.
    AwaitHello,
    /// Dialled; the hub has not answered this hello.
    AwaitAccept {
        hello: Box<Hello>,
        /// Our log's heads as the hello's digest says them.
        points: Vec<Point>,
    },
    /// The hub's officer has not decided.
    Pending { hello: Box<Hello> },
    /// Both know each other.
    Open(Box<Open>),
}

/// A batch whose cost is being found out, and what came after it.
pub(crate) struct Trying {
    pub(crate) trial: u64,
    pub(crate) head: BatchHead,
    pub(crate) items: Vec<Item>,
    /// Frames that wait until it is known.
    pub(crate) delayed: VecDeque<Frame>,
    /// Their bytes on the wire.
    pub(crate) delayed_bytes: usize,
}

/// How far one scope was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) sent: u64,
    pub(crate) acked: u64,
    /// Batches that end at or before this position go in the plain form: the receiver could not read the compact one.
    pub(crate) plain_to: u64,
}

/// An open conversation.
pub(crate) struct Open {
    pub(crate) node: NodeId,
    /// The life of the peer's log.
    pub(crate) incarnation: Incarnation,
    /// What we send, by scope.
    pub(crate) out: BTreeMap<Scope, Sent>,
    /// True once we know what the peer holds.
    pub(crate) is_streaming: bool,
    /// Batches on the way, oldest first: scope and last position.
    pub(crate) flights: VecDeque<(Scope, u64)>,
    pub(crate) incoming: Option<Incoming>,
    /// A batch that is tried elsewhere; everything after it waits.
    pub(crate) trying: Option<Trying>,
    pub(crate) push_at: Option<Timestamp>,
    pub(crate) pushed_at: Timestamp,
    /// When the peer is told of its own changes; unset: nothing else waits.
    pub(crate) echo_at: Option<Timestamp>,
    /// Plain bytes the next batches aim at.
    pub(crate) batch_bytes: usize,
    /// True when something was sent or received since the last signatures; they go out at `sign_at`.
    pub(crate) is_unsigned: bool,
    pub(crate) sign_at: Timestamp,
    pub(crate) repair: Option<Repair>,
    pub(crate) blobs: BlobLine,
    pub(crate) probe_at: Timestamp,
    /// True when the last thing heard about it was that the peer has nothing more for us.
    pub(crate) is_peer_idle: bool,
    /// True while a ping that asks for this is on the way.
    pub(crate) is_asking: bool,
}

impl Open {
    /// The peer holds our log up to these points: stream from there.
    pub(crate) fn start_at(&mut self, scopes: &[Scope], points: &[Point]) {
        for &scope in scopes {
            let position = points
                .iter()
                .find(|point| point.scope == scope)
                .map_or(0, |point| point.position);
            let plain_to = self.out.get(&scope).map_or(0, |sent| sent.plain_to);
            self.out.insert(
                scope,
                Sent {
                    sent: position,
                    acked: position,
                    plain_to,
                },
            );
        }
        self.flights.clear();
        self.is_streaming = true;
        // A new line begins with all that is open.
        self.echo_at = Some(Timestamp(i64::MIN / 2));
    }

    /// Batches grow while they are acknowledged quickly, and shrink again on a line or a hub that takes its time.
    pub(crate) fn size_batches(&mut self, now: Timestamp) {
        let is_quick = now.0.saturating_sub(self.pushed_at.0) <= QUICK_ACK_MS;
        self.batch_bytes = if is_quick {
            BATCH_LARGE_BYTES
        } else {
            BATCH_TARGET_BYTES
        };
    }

    /// Something is to be signed or receipted: together with what follows within the next seconds.
    pub(crate) fn want_signing(&mut self, now: Timestamp) {
        if !self.is_unsigned {
            self.is_unsigned = true;
            self.sign_at = now.plus_ms(SIGN_EVERY_MS);
        }
    }

    /// True when all we have for the peer is acknowledged.
    pub(crate) fn is_all_acked(&self, heads: &[Point]) -> bool {
        self.is_streaming
            && self.repair.is_none()
            && heads.iter().all(|point| {
                self.out
                    .get(&point.scope)
                    .is_some_and(|sent| sent.acked >= point.position)
            })
    }
}

impl Session {
    pub(crate) fn new(is_dialler: bool, address: String, nonce: [u8; 32], now: Timestamp) -> Self {
        Self {
            is_dialler,
            address,
            nonce,
            state: State::AwaitHello,
            frames_in: 0,
            frames_out: 0,
            opened_at: now,
            heard_at: now,
            said_at: now,
        }
    }

    /// The peer, once it has proved who it is.
    pub(crate) fn node(&self) -> Option<NodeId> {
        match &self.state {
            State::AwaitHello | State::AwaitAccept { .. } => None,
            State::Pending { hello } => Some(hello.node),
            State::Open(open) => Some(open.node),
        }
    }

    /// True when the hub said that its officer decides: the time limit of the greeting was lifted.
    pub(crate) fn is_told_to_wait(&self, now: Timestamp) -> bool {
        matches!(self.state, State::AwaitAccept { .. }) && self.opened_at > now
    }

    pub(crate) fn open(&self) -> Option<&Open> {
        match &self.state {
            State::Open(open) => Some(open),
            _ => None,
        }
    }

    pub(crate) fn open_mut(&mut self) -> Option<&mut Open> {
        match &mut self.state {
            State::Open(open) => Some(open),
            _ => None,
        }
    }

    /// Numbers and encodes the next frame.
    pub(crate) fn encode(&mut self, now: Timestamp, frame: &Frame) -> Vec<u8> {
        let bytes = crate::wire::v1::encode(self.frames_out, frame);
        self.frames_out += 1;
        self.said_at = now;
        bytes
    }

    /// Moves every moment along with a clock that was put back.
    pub(crate) fn follow_clock(&mut self, by_ms: i64) {
        self.opened_at = self.opened_at.plus_ms(by_ms);
        self.heard_at = self.heard_at.plus_ms(by_ms);
        self.said_at = self.said_at.plus_ms(by_ms);
        if let Some(open) = self.open_mut() {
            open.push_at = open.push_at.map(|at| at.plus_ms(by_ms));
            open.pushed_at = open.pushed_at.plus_ms(by_ms);
            open.echo_at = open.echo_at.map(|at| at.plus_ms(by_ms));
            open.sign_at = open.sign_at.plus_ms(by_ms);
            open.probe_at = open.probe_at.plus_ms(by_ms);
        }
    }

    /// When this session wants to be woken at the latest.
    pub(crate) fn wakeup(&self) -> Timestamp {
        let silent = self.heard_at.plus_ms(SILENCE_MAX_MS);
        match &self.state {
            State::AwaitHello | State::AwaitAccept { .. } => self.opened_at.plus_ms(HELLO_WAIT_MS),
            State::Pending { .. } => silent.min(self.said_at.plus_ms(PING_AFTER_MS)),
            State::Open(open) => {
                let mut at = silent.min(self.said_at.plus_ms(PING_AFTER_MS));
                if let Some(push) = open.push_at {
                    at = at.min(push);
                }
                if open.is_unsigned {
                    at = at.min(open.sign_at);
                }
                if self.is_dialler && open.repair.is_none() {
                    at = at.min(open.probe_at);
                }
                at
            }
        }
    }
}
