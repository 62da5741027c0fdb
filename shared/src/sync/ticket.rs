//! Tickets: how a hub sees that a node's disk is an old one, or that there are two of it.
//!
//! With every `Accept` the hub gives a fresh ticket; the node stores it and shows it in its next hello. The one before it is
//! good as well, since an `Accept` may be lost on the way. Any other was shown before: the disk was restored, or somebody
//! else runs a copy of it. Neither can harm (changes are known by hash, every process writes under its own actor id, and
//! cursors that contradict each other are reconciled), but an officer wants to know.

use crate::ids::NodeId;
use crate::store::{Reader, Tree, Turn};
use crate::time::Timestamp;

use super::error::ReplicaError;
use super::{Context, Replica};

/// One ticket.
pub(super) type Ticket = [u8; 8];

/// At the hub: the last two tickets of a node, the newer first.
const GIVEN: u8 = b't';
/// At the hub: when an old ticket of a node was seen last.
const COPIED: u8 = b'x';
/// At the node: the ticket to show.
const HELD: &[u8] = b"sync/ticket";

fn key(mark: u8, node: NodeId) -> Vec<u8> {
    let mut key = vec![mark];
    key.extend(node.to_bytes());
    key
}

impl Replica {
    /// Node: the ticket of the last session.
    pub(super) fn ticket(reader: &dyn Reader) -> Result<Ticket, ReplicaError> {
        let stored = reader.load(Tree::Meta, HELD)?;
        Ok(stored
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default())
    }

    /// Node: the hub gave a ticket.
    pub(super) fn hold_ticket(cx: &mut Context<'_, '_>, ticket: Ticket) {
        cx.turn.put(Tree::Meta, HELD, ticket);
    }

    /// Hub: takes the ticket a node shows and gives it another.
    pub(super) fn change_ticket(
        &mut self,
        cx: &mut Context<'_, '_>,
        node: NodeId,
        shown: Ticket,
    ) -> Result<Ticket, ReplicaError> {
        let given = cx.turn.load(Tree::Peer, &key(GIVEN, node))?;
        if let Some(given) = given {
            let is_known = given.chunks(8).any(|ticket| ticket == shown);
            if !is_known {
                self.copied.insert(node, cx.now);
                cx.turn
                    .put(Tree::Peer, key(COPIED, node), cx.now.0.to_be_bytes());
            }
        }
        let fresh: Ticket = cx.draw();
        cx.turn
            .put(Tree::Peer, key(GIVEN, node), [fresh, shown].concat());
        Ok(fresh)
    }

    /// Hub: what was given is not known any more, since this disk is an old one itself; the next ticket of each node counts.
    pub(super) fn forget_tickets(turn: &mut Turn<'_>) -> Result<(), ReplicaError> {
        for (key, _) in super::scan(turn, Tree::Peer, &[GIVEN])? {
            turn.remove(Tree::Peer, key);
        }
        Ok(())
    }

    /// Hub: which nodes' disks were seen to be old ones or copies.
    pub(super) fn load_copied(&mut self, reader: &dyn Reader) -> Result<(), ReplicaError> {
        for (key, value) in super::scan(reader, Tree::Peer, &[COPIED])? {
            let node = key.get(1..).and_then(|bytes| bytes.try_into().ok());
            let at = value.try_into().ok().map(i64::from_be_bytes);
            if let (Some(node), Some(at)) = (node, at) {
                self.copied.insert(NodeId::from_bytes(node), Timestamp(at));
            }
        }
        Ok(())
    }
}
