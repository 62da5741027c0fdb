//! Actor ids: who writes, in sixteen bytes (design.md 5). `identity` makes them; here they meet automerge.

use automerge::ActorId;

use crate::identity::ProcessActor;

/// Lane of ordinary writes. Others are for writes at an old base.
pub const LANE_NORMAL: u8 = 0;

/// The actor id of a lane.
#[must_use]
pub fn lane(process: ProcessActor, lane: u8) -> ActorId {
    ActorId::from(process.lane(lane))
}

/// The node an actor id names; zero for ids of another form (foreign documents).
#[must_use]
pub fn node_prefix(actor: &ActorId) -> [u8; 8] {
    let mut prefix = [0; 8];
    if let (16, Some(bytes)) = (actor.to_bytes().len(), actor.to_bytes().get(..8)) {
        prefix.copy_from_slice(bytes);
    }
    prefix
}
