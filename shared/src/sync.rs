//! The whole protocol as one value: [`Replica`] takes inputs and asks for effects.
//!
//! It owns the documents (through the `Library`), the logs, the cursors, the sessions and the enrolment. It never waits, reads
//! a clock or rolls a die. The driver takes all inputs that are ready, lets [`Replica::handle`] see each within one
//! [`Turn`](crate::store::Turn), commits the turn, then performs the effects in order: so an acknowledgement, a save shown to a
//! person and a push to a peer all wait for the disk.

mod effect;
mod error;
mod input;

pub use effect::{CloseReason, Effect, Enrolment, Reply, RequestRefusal};
pub use error::ReplicaError;
pub use input::{Approval, Facts, Input, Line, LogContent, RequestId, SessionId, Side};

use rand_core::RngCore;

use crate::api::{PeerStatus, SyncState, SyncStatus};
use crate::ids::UnitId;
use crate::library::Library;
use crate::store::Turn;
use crate::time::Timestamp;

/// A node's whole state of documents and sync.
pub struct Replica {
    facts: Facts,
    library: Library,
}

impl Replica {
    /// A replica that knows nothing yet; its first input is [`Input::Start`].
    #[must_use]
    pub fn new(facts: Facts, library: Library) -> Self {
        Self { facts, library }
    }

    /// The documents.
    pub fn library(&mut self) -> &mut Library {
        &mut self.library
    }

    /// The unit this node hosts now, and its name: from `init` until an invite names another.
    #[must_use]
    pub fn unit(&self) -> (UnitId, &str) {
        (
            crate::identity::unit_id_of(&self.facts.name),
            &self.facts.name,
        )
    }

    /// Ends a turn, after its last input: rows, indexes and snapshots follow the documents that changed, and
    /// [`Effect::Changed`] names them. The driver calls this once a turn.
    ///
    /// # Errors
    /// As [`Replica::handle`].
    pub fn finish_turn(
        &mut self,
        turn: &mut Turn<'_>,
        out: &mut Vec<Effect>,
    ) -> Result<(), ReplicaError> {
        let documents: Vec<_> = self.library.refresh(turn)?.into_iter().collect();
        if !documents.is_empty() {
            out.push(Effect::Changed { documents });
        }
        Ok(())
    }

    /// Drops what memory holds beyond the store, after a turn that could not be committed.
    pub fn forget(&mut self) {
        self.library.forget();
    }

    /// Takes one fact and appends what is to be done once the turn is durable.
    ///
    /// # Errors
    /// Only when storage fails or our own data is damaged: the driver stops. A peer's mistakes are effects, not errors.
    pub fn handle(
        &mut self,
        now: Timestamp,
        rng: &mut dyn RngCore,
        turn: &mut Turn<'_>,
        input: Input,
        out: &mut Vec<Effect>,
    ) -> Result<(), ReplicaError> {
        let _ = (now, rng, turn, input, out, &self.facts);
        Ok(())
    }

    /// When [`Input::Wakeup`] is due at the latest.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        None
    }

    /// The truth about the line. Conflicts (S5) are laid over it by whoever knows the rows.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> SyncStatus {
        let _ = now;
        SyncStatus {
            state: SyncState::NotJoined,
            pending: 0,
            last_exchange: None,
            retry_at: None,
            hub: String::new(),
            peers: Vec::new(),
            quarantined: 0,
        }
    }

    /// At a hub: every enrolled node.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerStatus> {
        Vec::new()
    }
}
