//! Round trips of every frame, wild bytes, and golden snapshots: a format that changed by accident fails here.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::ids::ProjectId;

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::Repair),
        Just(Scope::Hub),
        Just(Scope::County),
        any::<[u8; 10]>().prop_map(|bytes| Scope::Unit(UnitId::from_bytes(bytes))),
    ]
}

fn point() -> impl Strategy<Value = Point> {
    (scope(), any::<u64>(), any::<Chain>()).prop_map(|(scope, position, chain)| Point {
        scope,
        position,
        chain,
    })
}

fn document() -> impl Strategy<Value = DocumentId> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|bytes| DocumentId::Project(ProjectId::from_bytes(bytes))),
        any::<[u8; 10]>().prop_map(|bytes| DocumentId::Unit(UnitId::from_bytes(bytes))),
        any::<u16>().prop_map(DocumentId::County),
    ]
}

fn blob() -> impl Strategy<Value = BlobFrame> {
    let numbers = (any::<Hash>(), any::<u64>(), any::<u64>());
    prop_oneof![
        numbers.prop_map(|(name, offset, length)| BlobFrame::Want {
            name,
            offset,
            length,
        }),
        (numbers, vec(any::<u8>(), 0..64)).prop_map(|((name, total, offset), bytes)| {
            BlobFrame::Part {
                name,
                total,
                offset,
                bytes,
            }
        }),
        any::<Hash>().prop_map(|name| BlobFrame::None { name }),
    ]
}

fn cursors() -> impl Strategy<Value = Cursors> {
    let partial = (
        scope(),
        any::<u64>(),
        any::<u64>(),
        any::<[u8; 8]>(),
        any::<u64>(),
    );
    let partial = partial.prop_map(|(scope, from, to, digest, offset)| Partial {
        scope,
        from,
        to,
        digest,
        offset,
    });
    (
        any::<[u8; 8]>(),
        vec(point(), 0..5),
        proptest::option::of(partial),
    )
        .prop_map(|(incarnation, points, partial)| Cursors {
            incarnation,
            points,
            partial,
        })
}

fn signature() -> impl Strategy<Value = [u8; 65]> {
    vec(any::<u8>(), 65).prop_map(|bytes| {
        let mut signature = [0; 65];
        signature.copy_from_slice(&bytes);
        signature
    })
}

fn heads() -> impl Strategy<Value = Vec<DocumentHeads>> {
    let one = (document(), vec(any::<Hash>(), 0..3));
    vec(
        one.prop_map(|(document, heads)| DocumentHeads { document, heads }),
        0..4,
    )
}

fn hello() -> impl Strategy<Value = Frame> {
    let invite = (any::<[u8; 8]>(), any::<[u8; 16]>());
    let invite = invite.prop_map(|(invite, proof)| InviteProof { invite, proof });
    (
        any::<[u8; 32]>(),
        any::<[u8; 8]>(),
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        proptest::option::of(invite),
        signature(),
    )
        .prop_map(|(node, short, held, own, invite, signature)| {
            Frame::Hello(Box::new(Hello {
                node: NodeId::from_bytes(node),
                incarnation: short,
                nonce: short,
                held,
                own,
                ticket: short,
                invite,
                signature,
            }))
        })
}

fn frame() -> impl Strategy<Value = Frame> {
    let head = (
        scope(),
        any::<u32>(),
        any::<u32>(),
        any::<Chain>(),
        any::<[u8; 8]>(),
    );
    let batch = (head, any::<u64>(), vec(any::<u8>(), 0..50)).prop_map(|(head, offset, bytes)| {
        let (scope, from, count, chain, digest) = head;
        Frame::Batch {
            head: BatchHead {
                scope,
                from: from.into(),
                to: u64::from(from) + u64::from(count),
                chain,
                codec: 2,
                raw_bytes: offset,
                packed_bytes: count.into(),
                digest,
            },
            offset,
            bytes,
        }
    });
    let accept = (
        any::<[u8; 8]>(),
        any::<[u8; 16]>(),
        any::<i64>(),
        signature(),
        proptest::option::of(cursors()),
    );
    let accept = accept.prop_map(|(short, digest, now, signature, cursors)| {
        Frame::Accept(Box::new(Accept {
            incarnation: short,
            held: digest,
            own: digest,
            ticket: short,
            now: Timestamp(now),
            signature,
            cursors,
        }))
    });
    prop_oneof![
        hello(),
        accept,
        batch,
        Just(Frame::Pending),
        Just(Frame::PleaseProbe),
        blob().prop_map(Frame::Blob),
        any::<u8>().prop_map(Frame::Refuse),
        any::<u8>().prop_map(Frame::Bye),
        cursors().prop_map(Frame::Cursors),
        cursors().prop_map(Frame::Reset),
        vec(any::<u8>(), 0..50).prop_map(Frame::Part),
        vec(any::<u8>(), 0..50).prop_map(Frame::Probe),
        (scope(), any::<u64>()).prop_map(|(scope, position)| Frame::Ack { scope, position }),
        (scope(), any::<u64>()).prop_map(|(scope, from)| Frame::Resend { scope, from }),
        (document(), any::<Hash>(), any::<u8>()).prop_map(|(document, hash, reason)| Frame::Nack {
            document,
            hash,
            reason
        }),
        (point(), signature()).prop_map(|(point, signature)| Frame::Sign { point, signature }),
        (point(), any::<i64>(), signature()).prop_map(|(point, at, signature)| Frame::Receipt {
            point,
            at: Timestamp(at),
            signature
        }),
        (heads(), vec(any::<Hash>(), 0..3), any::<bool>()).prop_map(|(have, need, is_last)| {
            Frame::Differ {
                have,
                need,
                is_last,
            }
        }),
        (heads(), any::<bool>())
            .prop_map(|(documents, is_last)| Frame::Heads { documents, is_last }),
        any::<i64>().prop_map(|now| Frame::Ping {
            now: Timestamp(now)
        }),
        (any::<bool>(), any::<i64>()).prop_map(|(is_idle, now)| Frame::Pong {
            is_idle,
            now: Timestamp(now)
        }),
    ]
}

proptest! {
    #[test]
    fn decode_undoes_encode(number in any::<u64>(), frame in frame()) {
        let bytes = encode(number, &frame);
        prop_assert_eq!(decode(&bytes), Ok((number, frame)));
    }

    #[test]
    fn a_frame_with_a_byte_missing_or_too_many_is_refused_or_another_frame(frame in frame()) {
        let bytes = encode(1, &frame);
        let shorter = decode(&bytes[..bytes.len() - 1]);
        prop_assert!(shorter != Ok((1, frame.clone())));
        let mut longer = bytes;
        longer.push(0);
        prop_assert!(decode(&longer) != Ok((1, frame)));
    }

    #[test]
    fn wild_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn damaged_frames_never_panic(frame in frame(), at in any::<usize>(), with in any::<u8>()) {
        let mut bytes = encode(3, &frame);
        let at = at % bytes.len();
        bytes[at] ^= with;
        let _ = decode(&bytes);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_hello_is_these_bytes_for_ever() {
    let hello = Hello {
        node: NodeId::from_bytes([0xaa; 32]),
        incarnation: [0xbb; 8],
        nonce: [0xcc; 8],
        held: [0xdd; 16],
        own: [0xee; 16],
        ticket: [0x11; 8],
        invite: None,
        signature: [0x22; 65],
    };
    let expected = [
        "01",             // hello
        "00",             // the first frame of its side
        "01",             // version
        "00",             // no invite
        &"aa".repeat(32), // node
        &"bb".repeat(8),  // life of its log
        &"cc".repeat(8),  // nonce
        &"dd".repeat(16), // digest of what it holds of the hub's log
        &"ee".repeat(16), // digest of its own log's heads
        &"11".repeat(8),  // ticket
        &"22".repeat(65), // algorithm and signature
    ];
    let bytes = encode(0, &Frame::Hello(Box::new(hello)));
    assert_eq!(hex(&bytes), expected.concat());
    assert_eq!(bytes.len(), 157);
}

#[test]
fn a_batch_and_its_acknowledgement_are_these_bytes_for_ever() {
    let batch = Frame::Batch {
        head: BatchHead {
            scope: Scope::Unit(UnitId::from_bytes([7; 10])),
            from: 300,
            to: 301,
            chain: [5; 16],
            codec: 2,
            raw_bytes: 130,
            packed_bytes: 3,
            digest: [9; 8],
        },
        offset: 0,
        bytes: vec![1, 2, 3],
    };
    let expected = [
        "06",
        "04", // batch, the fifth frame of its side
        "03",
        &"07".repeat(10), // scope: a unit
        "ac02",
        "01",             // after position 300, one entry
        &"05".repeat(16), // chain at its end
        "02",             // compact
        "8201",
        "03",            // 130 bytes unpacked, 3 packed
        &"09".repeat(8), // digest of the packed bytes
        "00",            // from their first byte
        "010203",
    ];
    assert_eq!(hex(&encode(4, &batch)), expected.concat());
    let ack = Frame::Ack {
        scope: Scope::Hub,
        position: 301,
    };
    // ack, frame 200, scope of the hub, position 301
    assert_eq!(hex(&encode(200, &ack)), "08c80101ad02");
}

#[test]
fn a_frame_beyond_its_bound_is_refused_before_it_is_read() {
    let bytes = vec![0; crate::wire::FRAME_BYTES_MAX + 1];
    assert!(matches!(decode(&bytes), Err(WireError::TooLong { .. })));
    // A list that announces more than it may hold.
    assert!(matches!(
        decode(&[0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0x03]),
        Err(WireError::TooLong { .. })
    ));
}
