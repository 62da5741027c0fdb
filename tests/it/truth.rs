//! What a node says of its line is so (design.md 1 P2, ux.md G9): every state of the pill that the core knows can be reached, and in no
//! storm does a node say that all has arrived while something has not. S5 and S8 stand in `browser` and `queue`.

use shared::api::SyncState;
use shared::document::genesis::DocumentKind;
use shared::field::{Field, FieldPath};
use shared::ids::DocumentId;
use shared::sync::{Input, Line, Reply};
use shared::text::line::LineReason;
use tests::sizes;
use tests::world::{Weather, World};

fn state(world: &World) -> SyncState {
    let party = &world.parties[1];
    let replica = party.replica.as_ref().expect("it runs");
    replica.status(party.clock.at(world.now)).state
}

fn line(world: &mut World, line: Line) {
    let request = world.request(1);
    world.give(1, Input::SetLine { request, line });
}

/// What a person is told who asks for an exchange; nothing while it is under way.
fn asked(world: &mut World) -> Option<Reply> {
    let request = world.request(1);
    world.give(1, Input::SyncNow { request });
    world.run_for(700_000);
    world.parties[1].replies.remove(&request)
}

#[test]
fn every_state_of_the_line_is_reached_and_told() {
    let mut world = World::new(61, 1);
    assert_eq!(state(&world), SyncState::NotJoined);
    world.enrol(1);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(20_000);
    assert_eq!(state(&world), SyncState::Synced);
    // Written, and not yet on the line; then on it, and not yet acknowledged.
    let site = FieldPath::once(Field::Site);
    world.write_past_the_rules(1, &DocumentId::Project(project), site, "here");
    assert_eq!(state(&world), SyncState::Waiting);
    world.run_for(20_000);
    assert_eq!(state(&world), SyncState::Synced);
    world.edit(1, project, Field::Problems);
    let running = SyncState::Running { done: 0, total: 1 };
    assert_eq!(state(&world), running);
    world.run_for(20_000);
    // A person cuts the line; then the hub is away by itself.
    line(&mut world, Line::Off);
    let off = |switched_off| SyncState::Offline {
        reason: String::new(),
        switched_off,
    };
    assert_eq!(state(&world), off(true));
    line(&mut world, Line::On);
    world.run_for(20_000);
    assert_eq!(state(&world), SyncState::Synced);
    world.crash(0);
    world.run_for(200_000);
    assert_eq!(state(&world), off(false));
    world.start(0);
    world.run_for(700_000);
    assert_eq!(state(&world), SyncState::Synced);
    // A clock that is off, noticed with the next greeting.
    let ahead = 27;
    world.parties[1].clock.ahead_ms = ahead * 60_000;
    world.cut_all();
    world.run_for(700_000);
    assert_eq!(state(&world), SyncState::ClockSkew { minutes: ahead });
    world.parties[1].clock.ahead_ms = 0;
    world.cut_all();
    world.run_for(700_000);
    assert_eq!(state(&world), SyncState::Synced);
    // The hub takes nothing more.
    let (request, node) = (world.request(0), world.parties[1].key.node_id());
    world.give(0, Input::Suspend { request, node });
    world.run_for(20_000);
    let refused = SyncState::Refused {
        reason: String::new(),
    };
    assert_eq!(state(&world), refused);
    let told = asked(&mut world);
    assert!(
        matches!(
            told,
            Some(Reply::Synced {
                problem: Some(LineReason::Suspended),
                ..
            })
        ),
        "{told:?}"
    );
}

/// What a node that says 已同步 would be lying about.
fn lie(world: &mut World, index: usize) -> Option<String> {
    let hub = world.parties[0].replica.is_some();
    let party = &world.parties[index];
    let status = party.replica.as_ref()?.status(party.clock.at(world.now));
    if status.state != SyncState::Synced || !hub {
        return None;
    }
    if status.pending > 0 || status.quarantined > 0 {
        return Some(format!("{status:?}"));
    }
    for kind in [DocumentKind::Project, DocumentKind::Unit] {
        let party = &mut world.parties[index];
        let library = party.replica.as_mut()?.library();
        let ids = library.ids(&party.store, kind).expect("memory reads");
        for id in ids {
            let party = &mut world.parties[index];
            let library = party.replica.as_mut()?.library();
            let heads = library.heads(&party.store, &id).expect("memory reads");
            let hub = &mut world.parties[0];
            let library = hub.replica.as_mut()?.library();
            if library.heads(&hub.store, &id).expect("memory reads") == heads {
                continue;
            }
            let holds = library
                .document(&hub.store, &id)
                .is_ok_and(|document| heads.iter().all(|head| document.contains(head)));
            if !holds {
                return Some(format!("the hub lacks something of {id}"));
            }
        }
    }
    None
}

#[test]
fn nobody_says_that_all_has_arrived_while_something_has_not() {
    let seeds = sizes::of("XIANGMU_SIM_COUNT", 120, 4_000);
    let mut said = 0;
    for seed in 0..seeds {
        let nodes = 1 + usize::try_from(seed % 3).expect("few");
        let mut world = World::new(70_000 + seed, nodes);
        for index in 1..world.parties.len() {
            world.enrol(index);
        }
        world.weather = Weather::Storm;
        for _ in 0..60 {
            world.act();
            // Somebody writes what the hub refuses: from then on the node has something that does not arrive.
            if seed % 4 == 0 && world.draw(60) == 0 && world.parties[1].replica.is_some() {
                let home = world.unit(1);
                let project = world.create(1, home);
                let id = DocumentId::Project(project);
                // The power may have gone with it.
                if world.parties[1].replica.is_some() {
                    world.write_like_no_program(1, &id, FieldPath::once(Field::Site));
                }
            }
            for index in 1..world.parties.len() {
                let party = &world.parties[index];
                let status = party.replica.as_ref().map(|replica| {
                    let now = party.clock.at(world.now);
                    replica.status(now).state
                });
                said += u32::from(status == Some(SyncState::Synced));
                if let Some(lie) = lie(&mut world, index) {
                    panic!(
                        "seed {seed}, at {}: party {index} says 已同步: {lie}",
                        world.now.0
                    );
                }
            }
        }
    }
    assert!(said > 1_000, "said only {said} times");
}
