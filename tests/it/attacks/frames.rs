//! Attacks by frames: out of turn, out of bounds, about logs and documents that are somebody else's.

use shared::wire::v1::{BATCH_BYTES_MAX, BlobFrame, Cursors, DocumentHeads, Frame, Point, Scope};

use super::hostile::{Item, NEIGHBOUR, batch, raw};
use super::{Attack, CloseReason, Outcome, strange};
use CloseReason::{Protocol, Unproven, Version};
use Outcome::{Closed, Nothing};

pub const FRAMES: &[Attack] = &[
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
