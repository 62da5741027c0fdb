//! Actor ids: who writes, in sixteen bytes (design.md 5).
//!
//! Eight bytes name the node, seven are drawn at each process start and never stored, the last is the lane. So a node restored
//! from a backup can never continue an actor's sequence that its lost future already used.

use automerge::ActorId;

use crate::ids::NodeId;

/// Lane of ordinary writes. Others are for writes at an old base.
pub const LANE_NORMAL: u8 = 0;

/// The first eight bytes of BLAKE3 over a node's public key: how changes name their node.
#[must_use]
pub fn actor_prefix(node: NodeId) -> [u8; 8] {
    let hash = blake3::hash(&node.to_bytes());
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&hash.as_bytes()[..8]);
    prefix
}

/// An actor id without its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorSeed([u8; 15]);

impl ActorSeed {
    /// The seed of one process of a node.
    #[must_use]
    pub fn new(node: NodeId, drawn: [u8; 7]) -> Self {
        let mut seed = [0; 15];
        seed[..8].copy_from_slice(&actor_prefix(node));
        seed[8..].copy_from_slice(&drawn);
        Self(seed)
    }

    /// The actor id of a lane.
    #[must_use]
    pub fn lane(self, lane: u8) -> ActorId {
        let mut bytes = [0; 16];
        bytes[..15].copy_from_slice(&self.0);
        bytes[15] = lane;
        ActorId::from(bytes)
    }
}

/// The node an actor id names; zero for ids of another form (the genesis actor, foreign documents).
#[must_use]
pub fn node_prefix(actor: &ActorId) -> [u8; 8] {
    let mut prefix = [0; 8];
    if let (16, Some(bytes)) = (actor.to_bytes().len(), actor.to_bytes().get(..8)) {
        prefix.copy_from_slice(bytes);
    }
    prefix
}
