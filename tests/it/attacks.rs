//! Attacks by name: whoever holds a township's stolen key, or none, and speaks the protocol as he likes.
//!
//! Of each attack three things are shown: the hub refuses it as said, no document of the county differs for it, and an honest
//! township's next edit arrives as if nothing had been. One honest change goes the same way first, so that the way is proven
//! open (reliability.md 6, S3 and S12).

mod changes;
mod frames;
mod greetings;
mod hostile;
mod unpacking;

use shared::field::{Field, FieldPath, Table, Target};
use shared::gate::Reason;
use shared::identity::NodeKey;
use shared::sync::CloseReason;
use shared::value::Value;
use shared::wire::v1::{BlobFrame, Cursors, Frame, Point, Scope};
use tests::world::ByHand;

use hostile::{Item, NEIGHBOUR, ROBBED, Scene, put};

/// What becomes of an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The session ends.
    Closed(CloseReason),
    /// What it brought lies in quarantine, and its sender was told; the session goes on.
    Kept(Reason),
    /// Nothing at all.
    Nothing,
}

use Outcome::{Closed, Kept, Nothing};

type Attack = (&'static str, fn(&mut Scene), Outcome);

/// A key that is enrolled nowhere.
fn strange() -> NodeKey {
    NodeKey::from_seed(&[9; 32])
}

/// Sees one attack through; what is wrong, or nothing.
fn see_through(seed: u64, (name, attack, wanted): &Attack) -> Vec<String> {
    let mut scene = Scene::new(seed);
    let mut before = scene.heads();
    attack(&mut scene);
    scene.world.run_for(10_000);
    let mut wrong = Vec::new();
    let mut expect = |is_so: bool, what: String| {
        if !is_so {
            wrong.push(format!("{name}: {what}"));
        }
    };
    let kept = scene.kept();
    let found = match (scene.closed(), kept.first()) {
        (Some(reason), _) => Closed(reason),
        (None, Some(kept)) => Kept(kept.reason),
        (None, None) => Nothing,
    };
    expect(found == *wanted, format!("{found:?} instead of {wanted:?}"));
    if let Kept(reason) = *wanted {
        let (thief, number) = (scene.key.node_id(), reason as u8);
        expect(
            kept.iter().all(|kept| kept.from == thief),
            "the quarantine names somebody else".to_owned(),
        );
        let is_told = scene.heard().into_iter().any(
            |heard| matches!(heard, ByHand::Said(Frame::Nack { reason: said, .. }) if said == number),
        );
        expect(is_told, "its sender was not told".to_owned());
        let hub = scene.world.parties[0].replica.as_ref();
        let peers = hub.map(|hub| hub.peers()).unwrap_or_default();
        // What builds on something missing may be honest: the sender of a cut log brings it.
        let is_shown = reason == Reason::MissingDependency
            || peers
                .iter()
                .any(|peer| peer.id == thief && peer.alarm.is_some());
        expect(is_shown, "the hub's officers see nothing".to_owned());
    }
    // The directory names every unit that is invited; beside that not a head may differ.
    let invited_in = scene.has_invited.then(|| scene.county());
    let mut after = scene.heads();
    for heads in [&mut before, &mut after] {
        heads.retain(|(id, _)| Some(id) != invited_in.as_ref());
    }
    expect(before == after, "a document differs".to_owned());
    // The neighbour's day goes on.
    let theirs = scene.theirs;
    scene.world.edit(NEIGHBOUR, theirs, Field::Site);
    scene.world.run_for(20_000);
    let id = scene.theirs();
    let is_there = scene.world.heads(0, &id) == scene.world.heads(NEIGHBOUR, &id);
    expect(is_there, "the neighbour's edit did not arrive".to_owned());
    wrong
}

fn see_all_through(attacks: &[Attack]) {
    let mut wrong = Vec::new();
    for (seed, attack) in (100..).zip(attacks) {
        wrong.extend(see_through(seed, attack));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_honest_change_brought_by_hand_arrives() {
    let mut scene = Scene::new(1);
    let id = scene.own();
    let change = scene.change(&id);
    scene.bring(&id, vec![change]);
    assert!(scene.kept().is_empty(), "{:?}", scene.kept());
    assert_eq!(scene.closed(), None);
    let value = scene.document(&id).value(&FieldPath::once(Field::Site));
    assert_eq!(value, Value::from("by a thief"));
}

#[test]
fn whoever_cannot_prove_who_he_is_stays_outside() {
    see_all_through(greetings::GREETINGS);
}

#[test]
fn whoever_breaks_the_protocol_is_put_out() {
    see_all_through(frames::FRAMES);
}

#[test]
fn changes_a_stolen_key_may_not_make_lie_in_quarantine() {
    see_all_through(changes::CHANGES);
}

#[test]
fn what_a_township_decides_for_the_county_is_taken_back_and_proposed() {
    let mut scene = Scene::new(2);
    let id = scene.own();
    let path = FieldPath::once(Field::LeadUnit);
    let before = scene.document(&id).value(&path);
    let actor = Scene::actor_of(scene.node(ROBBED));
    let change = scene.change_by(&id, &actor, |writing| {
        put(writing, Field::LeadUnit, "town1");
    });
    scene.bring(&id, vec![change]);
    let after = scene.document(&id);
    assert_eq!(after.value(&path), before);
    let proposals = after
        .entries()
        .into_iter()
        .filter(|entry| matches!(entry.path.target(), Target::Cell(Table::Proposals, ..)));
    assert!(proposals.count() > 0, "the wish is kept");
}

/// Strikes the hub counts against the thief, and whether he is suspended.
fn struck(scene: &Scene) -> (u8, bool) {
    let hub = scene.world.parties[0].replica.as_ref().expect("it runs");
    let peers = hub.peers().into_iter();
    let mut thief = peers.filter(|peer| peer.id == scene.key.node_id());
    let thief = thief.next().expect("it is enrolled");
    let strikes = thief.alarm.map_or(0, |alarm| alarm.strikes);
    (strikes, thief.state == "suspended")
}

#[test]
fn a_batch_that_does_not_unpack_is_a_strike_and_ends_the_session() {
    let mut wrong = Vec::new();
    for (name, packed) in unpacking::all() {
        let mut scene = Scene::new(7);
        let before = scene.heads();
        scene.greet();
        let head = packed.head(Scope::Hub, 0, 1);
        scene.say_batch(head, packed.bytes);
        let found = (scene.closed(), struck(&scene), scene.heads() == before);
        if found != (Some(CloseReason::Protocol), (1, false), true) {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_third_batch_that_does_not_unpack_suspends_and_broken_frames_never_do() {
    let mut scene = Scene::new(8);
    // A broken gateway damages frames as well: they end the session, and count for nothing.
    for _ in 0..4 {
        scene.greet();
        scene.say_bytes(vec![0xff; 40]);
        assert_eq!(scene.closed(), Some(CloseReason::Protocol));
        scene.greet();
        let (mut head, bytes) = hostile::batch(Scope::Hub, 0, &[Item::Skip(1)]);
        head.digest[0] ^= 1;
        scene.say_batch(head, bytes);
        assert_eq!(scene.closed(), Some(CloseReason::Protocol));
    }
    assert_eq!(struck(&scene), (0, false));
    for (strike, (_, packed)) in (1..=3).zip(unpacking::all()) {
        scene.greet();
        let head = packed.head(Scope::Repair, 0, 1);
        scene.say_batch(head, packed.bytes);
        let (reason, is_last) = match strike {
            3 => (CloseReason::Suspended, true),
            _ => (CloseReason::Protocol, false),
        };
        assert_eq!(scene.closed(), Some(reason));
        assert_eq!(struck(&scene), (strike, is_last));
    }
    scene.greet_with(scene.hello());
    assert_eq!(scene.closed(), Some(CloseReason::Suspended));
}

#[test]
fn whoever_asks_for_what_is_the_neighbours_gets_nothing_of_it() {
    let mut scene = Scene::new(3);
    scene.greet();
    let neighbours = Scope::Unit(scene.unit(NEIGHBOUR));
    let accept = scene.heard().into_iter().find_map(|heard| match heard {
        ByHand::Said(Frame::Accept(accept)) => Some(accept),
        _ => None,
    });
    let point = Point {
        scope: neighbours,
        position: 0,
        chain: [0; 16],
    };
    scene.say(&Frame::Cursors(Cursors {
        incarnation: accept.expect("it is let in").incarnation,
        points: vec![point],
        partial: None,
    }));
    scene.say(&Frame::Resend {
        scope: neighbours,
        from: 0,
    });
    let name = [4; 32];
    scene.say(&Frame::Blob(BlobFrame::Want {
        name,
        offset: 0,
        length: 100,
    }));
    scene.world.run_for(10_000);
    let scopes: Vec<Scope> = scene
        .heard()
        .into_iter()
        .filter_map(|heard| match heard {
            ByHand::Said(Frame::Batch { head, .. }) => Some(head.scope),
            _ => None,
        })
        .collect();
    let own = Scope::Unit(scene.unit(ROBBED));
    assert!(scopes.contains(&own), "{scopes:?}");
    assert!(
        scopes
            .iter()
            .all(|scope| [own, Scope::County].contains(scope)),
        "{scopes:?}"
    );
    let none = ByHand::Said(Frame::Blob(BlobFrame::None { name }));
    assert!(scene.heard().contains(&none));
}
