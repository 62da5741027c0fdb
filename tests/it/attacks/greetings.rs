//! Attacks at the door: who one says one is, with which invite, and what one says before one is let in.

use shared::identity::NodeKey;
use shared::sync::{Approval, Enrolment, Input, Reply};
use shared::wire::v1::Frame;
use tests::world::ByHand;

use super::hostile::{NEIGHBOUR, ROBBED, Scene};
use super::{Attack, CloseReason, Outcome, strange};
use CloseReason::{InviteInvalid, NotEnrolled, Protocol, Revoked, Suspended, Unproven};
use Outcome::Closed;

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

pub const GREETINGS: &[Attack] = &[
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
