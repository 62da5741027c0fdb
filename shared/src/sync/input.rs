//! Everything that can happen to a node, as data. Reading [`Input`] tells what the core can be told.

use std::sync::Arc;

use crate::api::NodeRole;
use crate::attachments::{BlobName, Named};
use crate::command::{Actor, Envelope};
use crate::identity::{NodeKey, UnitKind};
use crate::ids::NodeId;
use crate::text::line::LineReason;
use crate::wire::bundle::Bundle;

use super::blobs::BlobStored;
use super::repair::RepairWish;

/// One conversation with one peer.
///
/// Units: dialled sessions are numbered by the Replica (even), accepted ones by the driver (odd), so the two never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(u64);

impl SessionId {
    /// The `n`-th session this process accepted. The driver counts.
    #[must_use]
    pub const fn accepted(n: u64) -> Self {
        Self(n * 2 + 1)
    }

    /// The `n`-th session this process dialled. The Replica counts.
    #[must_use]
    pub(crate) const fn dialled(n: u64) -> Self {
        Self(n * 2)
    }

    /// The number, for logs.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Why there is no line, or no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTrouble {
    /// As people are told.
    pub reason: LineReason,
    /// What the system said, for technicians; empty when that adds nothing.
    pub detail: String,
}

impl From<LineReason> for LineTrouble {
    fn from(reason: LineReason) -> Self {
        Self {
            reason,
            detail: String::new(),
        }
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// A question to the core whose answer comes back as [`super::Effect::Answer`]. The driver counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What a process knows about itself when it starts.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The node's key.
    pub key: NodeKey,
    /// What the node is.
    pub role: NodeRole,
    /// The name of its own unit, as given to `init`. A joined node's unit comes from its invite instead.
    pub name: String,
    /// The county's profile.
    pub profile: String,
}

/// Whether everything ever logged is still in the store when a process starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogContent {
    /// The store proved itself complete (or is new).
    Intact,
    /// It was restored, rebuilt from a damaged journal, or cut: the log takes a new incarnation.
    Doubtful,
}

/// Whether the line to the hub may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Dial and accept.
    On,
    /// Close what stands and dial no more until switched on.
    Off,
}

/// Which side of a session this node is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// This node dialled: the peer is the hub with the pinned key.
    Dialled {
        /// The address that answered.
        address: String,
    },
    /// This node was dialled.
    Accepted {
        /// The peer's address, for logs.
        address: String,
    },
}

/// Whether a newly joined node works at once or waits for an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// An officer approves each node (`nodes approve`).
    ByOfficer,
    /// The invite's holder is let in at once (`invite --approve`).
    AtOnce,
}

/// One fact for the core.
#[derive(Debug, Clone)]
pub enum Input {
    /// The process started; comes first, once.
    Start {
        /// What the store's start-up check found.
        log: LogContent,
    },
    /// A person's commands, all by one actor, in order. Answered by `Reply::Commands`.
    Command {
        /// Names the answer.
        request: RequestId,
        /// Who.
        actor: Actor,
        /// What.
        envelopes: Vec<Envelope>,
    },
    /// A WebSocket stands. The nonce is the one in the upgrade's answer, the same on both sides.
    SessionOpened {
        /// As named by `Effect::Dial`, or a fresh `SessionId::accepted`.
        session: SessionId,
        /// Which side.
        side: Side,
        /// Drawn by the accepting transport for this socket alone.
        nonce: [u8; 32],
    },
    /// One binary message arrived.
    Frame {
        /// On which session.
        session: SessionId,
        /// The message.
        bytes: Vec<u8>,
    },
    /// The socket is gone (also after `Effect::Close`).
    SessionClosed {
        /// Which.
        session: SessionId,
        /// Why.
        trouble: LineTrouble,
    },
    /// No socket came of an `Effect::Dial`.
    DialFailed {
        /// Which.
        session: SessionId,
        /// Why.
        trouble: LineTrouble,
    },
    /// `next_wakeup` is reached.
    Wakeup,
    /// What came of an `Effect::Try`.
    Tried {
        /// On which session.
        session: SessionId,
        /// The trial's name.
        trial: u64,
        /// For each document, in order, whether its changes can be judged without harm; `None` when nothing could be tried.
        outcome: Option<Vec<bool>>,
    },
    /// A person switched the line (`sync --off`, `--on`). Answered by `Reply::Line`.
    SetLine {
        /// Names the answer.
        request: RequestId,
        /// The wish.
        line: Line,
    },
    /// A person asks for an exchange now. Answered by `Reply::Synced` when nothing more moves or the line failed.
    SyncNow {
        /// Names the answer.
        request: RequestId,
    },
    /// Hub: makes a one-time invite. Answered by `Reply::Invited`.
    CreateInvite {
        /// Names the answer.
        request: RequestId,
        /// The name of the unit whose node shall join.
        unit: String,
        /// What kind of unit it is.
        kind: UnitKind,
        /// Where this hub can be dialled.
        addresses: Vec<String>,
        /// Whether the holder is let in at once.
        approval: Approval,
    },
    /// Node: enrols at the hub of a code. Answered by `Reply::Joined` at once; the line follows.
    Join {
        /// Names the answer.
        request: RequestId,
        /// The code as typed.
        code: String,
    },
    /// Hub: lets a waiting (or suspended) node in. Answered by `Reply::Node`.
    Approve {
        /// Names the answer.
        request: RequestId,
        /// The node.
        node: NodeId,
    },
    /// Hub: closes a node's line until it is approved again. Answered by `Reply::Node`.
    Suspend {
        /// Names the answer.
        request: RequestId,
        /// The node.
        node: NodeId,
    },
    /// Hub: ends a node's enrolment for good. Answered by `Reply::Node`.
    Revoke {
        /// Names the answer.
        request: RequestId,
        /// The node.
        node: NodeId,
    },
    /// An officer takes refused changes in after all: one, or all with `None`. Answered by `Reply::Readmitted`.
    Readmit {
        /// Names the answer.
        request: RequestId,
        /// The change.
        hash: Option<[u8; 32]>,
    },
    /// Node: makes a document anew without what the hub refused of it. Answered by `Reply::Repaired`.
    Repair {
        /// Names the answer.
        request: RequestId,
        /// What a person saw and wants.
        wish: RepairWish,
    },
    /// An attachment is not here and shall be: a hub's documents name it, or a person asks for it.
    WantBlob {
        /// The file, and the document that names it.
        file: Named,
        /// Bytes of it that are here already.
        held: u64,
        /// A person waits.
        is_urgent: bool,
    },
    /// What came of [`super::Effect::ReadBlob`].
    BlobRead {
        /// For whom it was read.
        session: SessionId,
        /// The file.
        name: BlobName,
        /// From where.
        offset: u64,
        /// All its bytes, and some of them; `None`: it is not here whole and sound.
        read: Option<(u64, Vec<u8>)>,
    },
    /// What came of [`super::Effect::WriteBlob`].
    BlobStored {
        /// The file.
        name: BlobName,
        /// How it stands.
        state: BlobStored,
    },
    /// At a hub: publishes where the audit trail stands, for nodes to witness.
    MarkAudit,
    /// A person brought a bundle: one step of taking it in. Answered by `Reply::BundleTaken`.
    TakeBundle {
        /// Names the answer.
        request: RequestId,
        /// The bundle.
        bundle: Arc<Bundle>,
        /// Its batch with this number; `None`, which comes first: what its manifest says.
        batch: Option<usize>,
    },
}
