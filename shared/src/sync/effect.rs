//! Everything the core can ask for, as data. The driver commits the turn first, then performs these in order.

use crate::api::PeerAlarm;
use crate::attachments::{BlobName, Named};
use crate::command::Answer;
use crate::ids::{DocumentId, NodeId, UnitId};
use crate::text::line::LineReason;
use crate::time::Timestamp;

use super::bundle::{BundleRefusal, BundleTaken};
use super::input::{Line, RequestId, SessionId};
use super::repair::RepairRefusal;

/// One thing to do after the turn is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Sends one binary message.
    Send {
        /// On which session.
        session: SessionId,
        /// The message, at most `wire::FRAME_BYTES_MAX`.
        bytes: Vec<u8>,
    },
    /// Closes a socket after what was sent before is flushed. `Input::SessionClosed` may or may not follow.
    Close {
        /// Which.
        session: SessionId,
        /// Why.
        reason: CloseReason,
    },
    /// Opens a socket to the first address that answers with the pinned key; answered by `SessionOpened` or `DialFailed`.
    Dial {
        /// The session it becomes.
        session: SessionId,
        /// `host:port`, best first.
        addresses: Vec<String>,
        /// The key the hub must have: its TLS certificate's Ed25519 key.
        pin: NodeId,
    },
    /// Judges costly changes in a process with limits (`gate::trial`); answered by `Input::Tried`.
    Try {
        /// The session that waits for it; when it is gone, nobody does.
        session: SessionId,
        /// Names the answer.
        trial: u64,
        /// The changes by document, as `gate::trial::encode` writes them.
        suspects: Vec<u8>,
    },
    /// Answers a request.
    Answer {
        /// Which.
        request: RequestId,
        /// With what.
        reply: Reply,
    },
    /// These documents have new content: screens and rows follow.
    Changed {
        /// Sorted, without repetition.
        documents: Vec<DocumentId>,
    },
    /// The truth about the line may read differently now.
    Status,
    /// Something about a node that its hub's officers are to know, and the log.
    Alarm {
        /// The node.
        node: NodeId,
        /// What it is.
        alarm: PeerAlarm,
    },
    /// Finds out which of these attachments are not here; answered by `Input::WantBlob` for each.
    SeekBlobs {
        /// What documents name.
        files: Vec<Named>,
    },
    /// Reads some bytes of an attachment for a peer; answered by `Input::BlobRead`.
    ReadBlob {
        /// For whom.
        session: SessionId,
        /// The file.
        name: BlobName,
        /// From where.
        offset: u64,
        /// How many at most.
        length: u64,
    },
    /// Keeps bytes of an attachment that arrived; answered by `Input::BlobStored`.
    WriteBlob {
        /// The file.
        name: BlobName,
        /// All its bytes.
        total: u64,
        /// Where these stand.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// Why this side ends a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum CloseReason {
    /// A frame that does not fit: gap, duplicate, malformed, out of place.
    #[error("the peer broke the protocol")]
    Protocol,
    /// The peer speaks another version.
    #[error("the peer speaks another version")]
    Version,
    /// The signature or the invite's proof does not hold.
    #[error("the peer could not prove who it is")]
    Unproven,
    /// The node is not enrolled here.
    #[error("the node is not enrolled")]
    NotEnrolled,
    /// The invite is used, expired or unknown.
    #[error("the invite is not valid any more")]
    InviteInvalid,
    /// The node is suspended.
    #[error("the node is suspended")]
    Suspended,
    /// The enrolment was revoked.
    #[error("the enrolment was revoked")]
    Revoked,
    /// A newer session of the same node took over.
    #[error("a newer session of the same node took over")]
    Replaced,
    /// Nothing was heard for too long.
    #[error("nothing was heard for too long")]
    Silent,
    /// A person switched the line off.
    #[error("the line is switched off")]
    LineOff,
    /// A bound of `wire` or `sync::limits` was reached.
    #[error("a limit was reached")]
    Limit,
    /// The peer said goodbye.
    #[error("the peer ended the session")]
    PeerEnded,
}

impl CloseReason {
    const ALL: [Self; 12] = [
        Self::Protocol,
        Self::Version,
        Self::Unproven,
        Self::NotEnrolled,
        Self::InviteInvalid,
        Self::Suspended,
        Self::Revoked,
        Self::Replaced,
        Self::Silent,
        Self::LineOff,
        Self::Limit,
        Self::PeerEnded,
    ];

    /// The number that travels in `Refuse` and `Bye`, from 1.
    pub(crate) fn to_u8(self) -> u8 {
        let index = Self::ALL.iter().position(|reason| *reason == self);
        index
            .and_then(|index| u8::try_from(index + 1).ok())
            .unwrap_or(0)
    }

    /// The reason with this number; a newer peer's unknown one reads as `PeerEnded`.
    pub(crate) fn from_u8(number: u8) -> Self {
        let index = usize::from(number).wrapping_sub(1);
        Self::ALL.get(index).copied().unwrap_or(Self::PeerEnded)
    }
}

impl From<CloseReason> for LineReason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Protocol => Self::Protocol,
            CloseReason::Version => Self::Version,
            CloseReason::Unproven => Self::Unproven,
            CloseReason::NotEnrolled => Self::NotEnrolled,
            CloseReason::InviteInvalid => Self::InviteInvalid,
            CloseReason::Suspended => Self::Suspended,
            CloseReason::Revoked => Self::Revoked,
            CloseReason::Replaced => Self::Replaced,
            CloseReason::Silent => Self::Silent,
            CloseReason::LineOff => Self::LineOff,
            CloseReason::Limit => Self::Limit,
            CloseReason::PeerEnded => Self::PeerEnded,
        }
    }
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// One answer per envelope, in order.
    Commands(Vec<Answer>),
    /// The line stands as wished.
    Line(Line),
    /// What an asked-for exchange came to.
    Synced {
        /// Entries sent since it was asked for.
        sent: u64,
        /// Entries received.
        received: u64,
        /// Local entries the hub has not acknowledged. 0 with no `problem`: nothing is left either way.
        left: u64,
        /// Why it could not be completed.
        problem: Option<LineReason>,
    },
    /// A new invite.
    Invited {
        /// The text to hand over.
        code: String,
        /// When it ends.
        expires: Timestamp,
        /// The unit.
        unit: UnitId,
        /// The unit's name.
        unit_name: String,
    },
    /// The code was accepted here; the hub is dialled next.
    Joined {
        /// The unit this node now hosts.
        unit: UnitId,
        /// Its name.
        unit_name: String,
        /// Where the enrolment stands.
        state: Enrolment,
    },
    /// A node's enrolment after the request.
    Node {
        /// The node.
        node: NodeId,
        /// Where it stands.
        state: Enrolment,
    },
    /// What became of changes in quarantine.
    Readmitted {
        /// Taken in, or here by now.
        taken: u64,
        /// Still in quarantine, over all documents.
        left: u64,
    },
    /// What the repair of a document came to.
    Repaired {
        /// Values written again.
        values: u64,
        /// Changes that left the document.
        changes: u64,
    },
    /// What a step of taking a bundle in came to.
    BundleTaken(BundleTaken),
    /// Not done.
    Refused(RequestRefusal),
}

/// Where an enrolment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enrolment {
    /// Waits for an officer.
    Pending,
    /// Works.
    Active,
    /// Closed until approved again.
    Suspended,
    /// Ended for good.
    Revoked,
}

impl Enrolment {
    /// The state's id on the command line and in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
}

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// Only a hub does this.
    #[error("only a hub can do this")]
    NotHub,
    /// The code cannot be read.
    #[error("the invite code cannot be used")]
    BadCode(#[source] crate::identity::InviteError),
    /// The code is over.
    #[error("the invite code has expired")]
    Expired,
    /// The node is enrolled at another hub already.
    #[error("this node is enrolled already")]
    AlreadyJoined,
    /// A hub cannot join itself.
    #[error("the code is this server's own")]
    OwnCode,
    /// No such node.
    #[error("no such node is enrolled")]
    UnknownNode,
    /// A revoked node needs a new invite.
    #[error("the enrolment was revoked; make a new invite")]
    Revoked,
    /// A unit needs a name.
    #[error("the unit's name is empty or too long")]
    BadUnitName,
    /// The process is not ready or stopping.
    #[error("the node is not ready")]
    NotReady,
    /// The bundle is not taken.
    #[error(transparent)]
    Bundle(BundleRefusal),
    /// The document is not repaired.
    #[error(transparent)]
    Repair(RepairRefusal),
}
