//! Frames of a session.

use shared::wire::v1;

use super::{Target, close_plain, open_plain};
use crate::world::World;

pub(super) const TARGET: Target = Target {
    name: "frame",
    run,
    seeds,
    open: open_plain,
    close: close_plain,
    cases: 20_000,
};

fn run(bytes: &[u8]) -> bool {
    let Ok((number, frame)) = v1::decode(bytes) else {
        return false;
    };
    let again = v1::decode(&v1::encode(number, &frame));
    assert_eq!(
        again,
        Ok((number, frame)),
        "it means something else when said again"
    );
    true
}

/// Frames as they were said in a short life of two nodes.
pub(super) fn said() -> Vec<Vec<u8>> {
    let mut world = World::new(11, 1);
    world.recording = Some(Vec::new());
    world.enrol(1);
    let home = world.unit(1);
    let project = world.create(1, home);
    for index in [0, 1] {
        world.edit(index, project, shared::field::Field::Site);
    }
    world.run_for(9_000);
    let frames = world.recording.unwrap_or_default();
    frames.into_iter().map(|(_, bytes)| bytes).collect()
}

fn seeds() -> Vec<Vec<u8>> {
    said()
}
