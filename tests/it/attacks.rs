//! Attacks by name: whoever holds a township's stolen key, or none, and speaks the protocol as he likes.
//!
//! Of each attack three things are shown: the hub refuses it as said, no document of the county differs for it, and an honest
//! township's next edit arrives as if nothing had been. One honest change goes the same way first, so that the way is proven
//! open (reliability.md 6, S3 and S12).

mod hostile;

use automerge::transaction::Transactable as _;
use automerge::{ActorId, ObjType, ROOT};
use shared::field::{Field, FieldPath, Table, Target};
use shared::gate::Reason;
use shared::identity::NodeKey;
use shared::ids::{DocumentId, PersonId, ProjectId};
use shared::sync::{Approval, CloseReason, Enrolment, Input, Reply};
use shared::value::Value;
use shared::wire::v1::{BATCH_BYTES_MAX, BlobFrame, Cursors, DocumentHeads, Frame, Point, Scope};
use tests::world::ByHand;

use hostile::{Item, NEIGHBOUR, ROBBED, Scene, batch, put, raw, site};

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

use CloseReason::{InviteInvalid, NotEnrolled, Protocol, Revoked, Suspended, Unproven, Version};
use Outcome::{Closed, Kept, Nothing};

type Attack = (&'static str, fn(&mut Scene), Outcome);

/// A key that is enrolled nowhere.
fn strange() -> NodeKey {
    NodeKey::from_seed(&[9; 32])
}

/// Makes the robbed township's enrolment end.
fn end_enrolment(scene: &mut Scene, state: Enrolment) {
    let request = scene.world.request(0);
    let node = scene.node(ROBBED);
    let input = match state {
        Enrolment::Revoked => Input::Revoke { request, node },
        _ => Input::Suspend { request, node },
    };
    scene.world.give(0, input);
    let answered = scene.world.parties[0].replies.get(&request);
    assert_eq!(answered, Some(&Reply::Node { node, state }));
}

const GREETING: &[Attack] = &[
    (
        "a neighbour's name under one's own signature",
        |scene| {
            let node = scene.node(NEIGHBOUR);
            let hello = scene.hello();
            scene.greet_with(shared::wire::v1::Hello { node, ..hello });
        },
        Closed(Unproven),
    ),
    (
        "a greeting made for another hub",
        |scene| {
            scene.open();
            let hello = scene.signed(scene.hello(), scene.node(NEIGHBOUR), &[6; 32]);
            scene.say(&Frame::Hello(Box::new(hello)));
        },
        Closed(Unproven),
    ),
    (
        "a greeting overheard on another socket",
        |scene| {
            scene.open();
            let hello = scene.signed(scene.hello(), scene.node(0), &[1; 32]);
            scene.say(&Frame::Hello(Box::new(hello)));
        },
        Closed(Unproven),
    ),
    (
        "a greeting altered after it was signed",
        |scene| {
            scene.open();
            let mut hello = scene.signed(scene.hello(), scene.node(0), &[6; 32]);
            hello.held = [1; 16];
            scene.say(&Frame::Hello(Box::new(hello)));
        },
        Closed(Unproven),
    ),
    (
        "a key that nobody enrolled",
        |scene| {
            scene.key = strange();
            scene.greet_with(scene.hello());
        },
        Closed(NotEnrolled),
    ),
    (
        "an invite somebody else used",
        |scene| {
            let code = scene.invite("new town", Approval::AtOnce);
            for seed in [8, 9] {
                scene.key = NodeKey::from_seed(&[seed; 32]);
                let mut hello = scene.hello();
                hello.invite = Some(scene.proof(&code));
                scene.greet_with(hello);
            }
        },
        Closed(InviteInvalid),
    ),
    (
        "an invite of last week",
        |scene| {
            let code = scene.invite("new town", Approval::AtOnce);
            scene.world.run_for(73 * 3_600_000);
            scene.key = strange();
            let mut hello = scene.hello();
            hello.invite = Some(scene.proof(&code));
            scene.greet_with(hello);
        },
        Closed(InviteInvalid),
    ),
    (
        "an invite whose secret is guessed",
        |scene| {
            let mut code = scene.invite("new town", Approval::AtOnce);
            code.secret[15] ^= 1;
            scene.key = strange();
            let mut hello = scene.hello();
            hello.invite = Some(scene.proof(&code));
            scene.greet_with(hello);
        },
        Closed(Unproven),
    ),
    (
        "a proof of an invite made for another's key",
        |scene| {
            let code = scene.invite("new town", Approval::AtOnce);
            let overheard = scene.proof(&code);
            scene.key = strange();
            let mut hello = scene.hello();
            hello.invite = Some(overheard);
            scene.greet_with(hello);
        },
        Closed(Unproven),
    ),
    (
        "an invite that was never given",
        |scene| {
            let mut code = scene.invite("new town", Approval::AtOnce);
            code.invite[0] ^= 1;
            scene.key = strange();
            let mut hello = scene.hello();
            hello.invite = Some(scene.proof(&code));
            scene.greet_with(hello);
        },
        Closed(InviteInvalid),
    ),
    (
        "a node that waits for its officer and pushes meanwhile",
        |scene| {
            let code = scene.invite("new town", Approval::ByOfficer);
            scene.key = strange();
            let mut hello = scene.hello();
            hello.invite = Some(scene.proof(&code));
            scene.greet_with(hello);
            assert_eq!(scene.heard(), [ByHand::Said(Frame::Pending)]);
            let id = scene.own();
            let change = scene.change(&id);
            scene.bring(&id, vec![change]);
        },
        Closed(Protocol),
    ),
    (
        "a revoked node",
        |scene| {
            end_enrolment(scene, Enrolment::Revoked);
            scene.greet_with(scene.hello());
        },
        Closed(Revoked),
    ),
    (
        "a suspended node",
        |scene| {
            end_enrolment(scene, Enrolment::Suspended);
            scene.greet_with(scene.hello());
        },
        Closed(Suspended),
    ),
    (
        "a batch before any greeting",
        |scene| {
            scene.open();
            let id = scene.own();
            let change = scene.change(&id);
            scene.bring(&id, vec![change]);
        },
        Closed(Protocol),
    ),
    (
        "a second greeting",
        |scene| {
            scene.greet();
            let hello = scene.signed(scene.hello(), scene.node(0), &[6; 32]);
            scene.say(&Frame::Hello(Box::new(hello)));
        },
        Closed(Protocol),
    ),
    (
        "a dialler that speaks as the hub",
        |scene| {
            scene.greet();
            let accept = scene.heard().into_iter().find_map(|heard| match heard {
                ByHand::Said(frame @ Frame::Accept(_)) => Some(frame),
                _ => None,
            });
            scene.say(&accept.expect("it was let in"));
        },
        Closed(Protocol),
    ),
];

const FRAMES: &[Attack] = &[
    (
        "a frame said twice",
        |scene| {
            scene.greet();
            let ping = Frame::Ping {
                now: scene.world.now,
            };
            scene.say(&ping);
            scene.say_as(1, &ping);
        },
        Closed(Protocol),
    ),
    (
        "a frame left out",
        |scene| {
            scene.greet();
            let ping = Frame::Ping {
                now: scene.world.now,
            };
            scene.say_as(2, &ping);
        },
        Closed(Protocol),
    ),
    (
        "bytes that are no frame",
        |scene| {
            scene.greet();
            scene.say_bytes(vec![0xff; 40]);
        },
        Closed(Protocol),
    ),
    (
        "a frame longer than any",
        |scene| {
            scene.greet();
            scene.say(&Frame::Part(vec![0; 64 * 1024]));
        },
        Closed(Protocol),
    ),
    (
        "a greeting of another version",
        |scene| {
            scene.open();
            let hello = scene.signed(scene.hello(), scene.node(0), &[6; 32]);
            let mut bytes = shared::wire::v1::encode(0, &Frame::Hello(Box::new(hello)));
            bytes[2] = 77;
            scene.say_bytes(bytes);
        },
        Closed(Version),
    ),
    (
        "a log of the county's, told by a township",
        |scene| {
            scene.greet();
            let id = scene.county();
            let change = raw(scene.change(&id));
            let (head, bytes) = batch(Scope::County, 0, &[Item::Change(&id, &change)]);
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a log of the neighbour's",
        |scene| {
            scene.greet();
            let id = scene.theirs();
            let change = raw(scene.change(&id));
            let scope = Scope::Unit(scene.unit(NEIGHBOUR));
            let (head, bytes) = batch(scope, 0, &[Item::Change(&id, &change)]);
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a batch that is not what its digest says",
        |scene| {
            scene.greet();
            let (mut head, bytes) = batch(Scope::Hub, 0, &[Item::Skip(1)]);
            head.digest[0] ^= 1;
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a batch that would unpack to gigabytes",
        |scene| {
            scene.greet();
            let (mut head, bytes) = batch(Scope::Hub, 0, &[Item::Skip(1)]);
            head.raw_bytes = 2 * BATCH_BYTES_MAX as u64;
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a batch whose entries are more than it announces",
        |scene| {
            scene.greet();
            let (mut head, bytes) = batch(Scope::Hub, 0, &[Item::Skip(u64::MAX)]);
            head.to = 1;
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a log whose chain does not fit its entries",
        |scene| {
            scene.greet();
            let id = scene.own();
            let change = raw(scene.change(&id));
            let (head, bytes) = batch(Scope::Hub, 0, &[Item::Change(&id, &change)]);
            scene.say_batch(head, bytes);
        },
        Closed(Protocol),
    ),
    (
        "a log with a gap",
        |scene| {
            scene.greet();
            let id = scene.own();
            let change = raw(scene.change(&id));
            let items = [Item::Skip(1), Item::Change(&id, &change)];
            let (head, bytes) = batch(Scope::Hub, 5, &items);
            scene.say_batch(head, bytes);
        },
        Nothing,
    ),
    (
        "a neighbour's push, overheard and brought again",
        |scene| {
            let id = scene.theirs();
            let document = scene.document(&id);
            let changes = document.inner().get_changes(&[]);
            let raws = changes.iter().map(|change| change.raw_bytes().to_vec());
            let raws = raws.collect();
            // What is here already is no news, whoever brings it.
            scene.bring_raw(&id, raws);
        },
        Nothing,
    ),
    (
        "a confirmation of what was never sent",
        |scene| {
            scene.greet();
            scene.ask_for_all();
            scene.say(&Frame::Ack {
                scope: Scope::County,
                position: 1_000_000_000,
            });
        },
        Closed(Protocol),
    ),
    (
        "a log signed with another key",
        |scene| {
            scene.greet();
            scene.sign(&strange());
        },
        Closed(Unproven),
    ),
    (
        "a receipt nobody gave",
        |scene| {
            scene.greet();
            let (at, signature) = (scene.world.now, [3; 65]);
            let point = Point {
                scope: Scope::Hub,
                position: 1,
                chain: [1; 16],
            };
            scene.say(&Frame::Receipt {
                point,
                at,
                signature,
            });
        },
        Closed(Unproven),
    ),
    (
        "a repair's end that had no beginning",
        |scene| {
            scene.greet();
            scene.say(&Frame::Reset(Cursors::default()));
        },
        Closed(Protocol),
    ),
    (
        "a wish for documents outside any repair",
        |scene| {
            scene.greet();
            let document = scene.theirs();
            let heads = Vec::new();
            scene.say(&Frame::Differ {
                have: vec![DocumentHeads { document, heads }],
                need: vec![[1; 32]],
                is_last: true,
            });
        },
        Closed(Protocol),
    ),
    (
        "an attachment asked for beyond its end",
        |scene| {
            scene.greet();
            scene.say(&Frame::Blob(BlobFrame::Want {
                name: [4; 32],
                offset: u64::MAX,
                length: 1,
            }));
        },
        Closed(Protocol),
    ),
];

/// Brings a change of the own project that was spoiled on the way.
fn spoiled(scene: &mut Scene, spoil: impl FnOnce(&mut automerge::ExpandedChange)) {
    let id = scene.own();
    let mut change = scene.change(&id);
    spoil(&mut change);
    scene.bring(&id, vec![change]);
}

/// Brings a change of a document that is none of the thief's.
fn trespass(scene: &mut Scene, id: &DocumentId) {
    let change = scene.change(id);
    scene.bring(id, vec![change]);
}

const CHANGES: &[Attack] = &[
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
    see_all_through(GREETING);
}

#[test]
fn whoever_breaks_the_protocol_is_put_out() {
    see_all_through(FRAMES);
}

#[test]
fn changes_a_stolen_key_may_not_make_lie_in_quarantine() {
    see_all_through(CHANGES);
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
