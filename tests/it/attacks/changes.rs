//! Attacks by changes: under another's name, of another's document, out of order, of no shape the product makes.

use automerge::transaction::Transactable as _;
use automerge::{ActorId, ObjType, ROOT};
use shared::field::Field;
use shared::gate::Reason;
use shared::ids::{DocumentId, PersonId, ProjectId};

use super::Attack;
use super::Outcome::Kept;
use super::hostile::{NEIGHBOUR, ROBBED, Scene, put, raw, site, stands_for};

/// Brings a change of the own project that was spoiled on the way.
fn spoiled(scene: &mut Scene, spoil: impl FnOnce(&mut automerge::ExpandedChange)) {
    let id = scene.own();
    let mut change = scene.change(&id);
    spoil(&mut change);
    scene.bring(&id, vec![change]);
}

/// Brings what the hub is said to have decided, with a seal for it that was made of one the hub gave.
fn decided(scene: &mut Scene, id: &DocumentId, make: impl FnOnce(&[u8], Vec<u8>) -> Vec<u8>) {
    let actor = Scene::actor_of(scene.node(0));
    let change = scene.change_by(id, &actor, |writing| put(writing, Field::LeadUnit, "town1"));
    let statement = stands_for(id, &change);
    let given = scene.seals().pop().expect("the hub sealed what it sent");
    let proof = make(&given, statement);
    scene.bring_under_seal(id, change, &proof);
}

/// Brings a change of a document that is none of the thief's.
fn trespass(scene: &mut Scene, id: &DocumentId) {
    let change = scene.change(id);
    scene.bring(id, vec![change]);
}

pub const CHANGES: &[Attack] = &[
    (
        "a change under the neighbour's actor",
        |scene| {
            let id = scene.own();
            let actor = Scene::actor_of(scene.node(NEIGHBOUR));
            let change = scene.change_by(&id, &actor, site);
            scene.bring(&id, vec![change]);
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a change under the hub's actor",
        |scene| {
            let id = scene.own();
            let actor = Scene::actor_of(scene.node(0));
            let change = scene.change_by(&id, &actor, site);
            scene.bring(&id, vec![change]);
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a decision of the hub's under a seal of the thief's making",
        |scene| {
            let id = scene.own();
            decided(scene, &id, |_, statement| [vec![7; 12], statement].concat());
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a decision of the hub's under a seal it gave for something else",
        |scene| {
            let id = scene.own();
            decided(scene, &id, |given, statement| {
                [&given[..12], &statement].concat()
            });
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a decision of the hub's beside what a true seal stands for",
        |scene| {
            let id = scene.own();
            decided(scene, &id, |given, _| given.to_vec());
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a decision on the county's side of the project under a seal of the thief's making",
        |scene| {
            let id = DocumentId::Oversight(scene.own);
            decided(scene, &id, |_, statement| [vec![0; 12], statement].concat());
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change from the end of time",
        |scene| spoiled(scene, |change| change.time = i64::MAX),
        Kept(Reason::BadOperation),
    ),
    (
        "a change from before all time",
        |scene| spoiled(scene, |change| change.time = i64::MIN),
        Kept(Reason::BadOperation),
    ),
    (
        "a change under an actor of another length",
        |scene| {
            spoiled(scene, |change| {
                let mut actor = change.actor_id.to_bytes().to_vec();
                actor.extend([0; 16]);
                change.actor_id = ActorId::from(actor);
            });
        },
        Kept(Reason::ForeignActor),
    ),
    (
        "a change of the neighbour's project",
        |scene| {
            let id = scene.theirs();
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change of what the county publishes",
        |scene| {
            let id = scene.county();
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change of the hub's drafts",
        |scene| {
            let id = DocumentId::Hub(scene.year());
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change of the county's side of the own project",
        |scene| {
            let id = DocumentId::Oversight(scene.own);
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change of the neighbour's filings",
        |scene| {
            let id = DocumentId::Unit(scene.unit(NEIGHBOUR));
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a change of a person's document",
        |scene| {
            let id = DocumentId::Person(PersonId::from_bytes([2; 16]));
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a new project without a home",
        |scene| {
            let id = DocumentId::Project(ProjectId::from_bytes([2; 16]));
            trespass(scene, &id);
        },
        Kept(Reason::OutOfScope),
    ),
    (
        "a number left out",
        |scene| spoiled(scene, |change| change.seq += 1),
        Kept(Reason::BadSequence),
    ),
    (
        "a number used a second time",
        |scene| {
            let id = scene.own();
            let document = scene.document(&id);
            let metas = document.inner().get_changes_meta(&[]);
            let ours = shared::identity::actor_prefix(scene.node(ROBBED));
            let real = metas
                .iter()
                .map(|meta| meta.actor.to_bytes())
                .find(|actor| actor.starts_with(&ours));
            let actor = real.expect("the township wrote it").to_vec();
            let mut change = scene.change_by(&id, &actor, site);
            change.seq = 1;
            scene.bring(&id, vec![change]);
        },
        Kept(Reason::BadSequence),
    ),
    (
        "operations that begin too early",
        |scene| {
            spoiled(scene, |change| {
                change.start_op = 1.try_into().expect("not zero")
            });
        },
        Kept(Reason::BadSequence),
    ),
    (
        "operations that begin near the end of numbers",
        |scene| {
            spoiled(scene, |change| {
                change.start_op = (1 << 30).try_into().expect("not zero");
            });
        },
        Kept(Reason::BadSequence),
    ),
    (
        "a change that builds on nothing",
        |scene| spoiled(scene, |change| change.deps.clear()),
        Kept(Reason::BadSequence),
    ),
    (
        "a change that builds on what nobody has",
        |scene| {
            spoiled(scene, |change| {
                change.deps.push(automerge::ChangeHash([7; 32]));
            });
        },
        Kept(Reason::MissingDependency),
    ),
    (
        "a change that says too much of itself",
        |scene| spoiled(scene, |change| change.message = Some("x".repeat(200))),
        Kept(Reason::BadOperation),
    ),
    (
        "a change with something behind its end",
        |scene| spoiled(scene, |change| change.extra_bytes = vec![1; 100]),
        Kept(Reason::BadOperation),
    ),
    (
        "a container of its own",
        |scene| {
            let id = scene.own();
            let actor = Scene::actor_of(scene.node(ROBBED));
            let change = scene.change_by(&id, &actor, |writing| {
                let made = writing.put_object(ROOT, "site", ObjType::Map);
                made.expect("a root takes objects");
            });
            scene.bring(&id, vec![change]);
        },
        Kept(Reason::BadOperation),
    ),
    (
        "a change whose checksum is another's",
        |scene| {
            let id = scene.own();
            let mut bytes = raw(scene.change(&id));
            bytes[4] ^= 1;
            scene.bring_raw(&id, vec![bytes]);
        },
        Kept(Reason::Malformed),
    ),
    (
        "a deflated chunk",
        |scene| {
            let id = scene.own();
            let mut bytes = raw(scene.change(&id));
            bytes[8] = 2;
            scene.bring_raw(&id, vec![bytes]);
        },
        Kept(Reason::NotAChange),
    ),
    (
        "bytes that are no change",
        |scene| {
            let id = scene.own();
            scene.bring_raw(&id, vec![b"DROP TABLE projects".to_vec()]);
        },
        Kept(Reason::NotAChange),
    ),
];
