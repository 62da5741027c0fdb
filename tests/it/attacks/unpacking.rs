//! Batches that do not unpack though their digest is right: made so by whoever sent them, so each is a strike and ends the session.

use shared::wire::codec::Writer;
use shared::wire::v1::BATCH_BYTES_MAX;

use super::Item;
use super::hostile::{Packed, plain};

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const COMPACT: u8 = 2;
/// Kept for items compressed against a prefix both sides hold; nobody speaks it yet.
const PREFIXED: u8 = 3;
const COLUMNS: u8 = 4;

fn packed(codec: u8, raw_bytes: u64, bytes: Vec<u8>) -> Packed {
    Packed {
        codec,
        raw_bytes,
        bytes,
    }
}

/// The compact form: the random stream, what the regular one is said to have, how it is packed, and its bytes.
fn compact(random: &[u8], regular_bytes: u64, packing: u8, regular: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.bytes(random);
    out.uint(regular_bytes);
    out.u8(packing);
    out.raw(regular);
    out.into_bytes()
}

/// By name; each with its announced size in bounds.
pub fn all() -> Vec<(&'static str, Packed)> {
    let honest = plain(&[Item::Skip(1)]);
    let zeros = vec![0; 4 * 1024 * 1024];
    let bomb = zstd::bulk::compress(&zeros, 19).expect("it packs");
    let longest = BATCH_BYTES_MAX as u64;
    vec![
        (
            "bytes that are no zstd",
            packed(ZSTD, 1_000, vec![0x5a; 90]),
        ),
        ("no bytes of zstd", packed(ZSTD, 1_000, vec![0x28])),
        ("zstd cut short", {
            let whole = zstd::bulk::compress(&[7; 5_000], 3).expect("it packs");
            packed(ZSTD, 5_000, whole[..whole.len() - 3].to_vec())
        }),
        ("zstd with a dictionary nobody has", {
            // Its header names dictionary 9; the frame is else in order.
            let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x21, 9, 1, 9, 0, 0, 0];
            packed(ZSTD, 100, frame.to_vec())
        }),
        ("more than it announces", packed(ZSTD, 1_000, bomb.clone())),
        (
            "a list longer than its bytes",
            packed(ZSTD, longest, {
                let list = [0xff, 0xff, 0x05, 0, 1];
                zstd::bulk::compress(&list, 3).expect("it packs")
            }),
        ),
        ("items of an unknown kind", packed(PLAIN, 3, vec![2, 99, 0])),
        ("something behind the last item", {
            let bytes = [honest.clone(), vec![0]].concat();
            packed(PLAIN, 9, bytes)
        }),
        ("a packing nobody knows", packed(77, 9, honest.clone())),
        ("a prefix nobody agreed on", packed(PREFIXED, 9, honest)),
        ("a random stream longer than the batch", {
            packed(COMPACT, 1_000, vec![0xff, 0xff, 0xff, 0x7f])
        }),
        ("a regular stream that is no zstd", {
            packed(COMPACT, 1_000, compact(&[], 50, 1, &[0x5a; 20]))
        }),
        ("a regular stream longer than it says", {
            packed(COMPACT, 1_000, compact(&[], 50, 1, &bomb))
        }),
        ("an unknown packing of the regular stream", {
            packed(COMPACT, 1_000, compact(&[], 2, 9, &[1, 0]))
        }),
        ("columns that are not there", {
            packed(COLUMNS, 1_000, compact(&[], 2, 0, &[1, 1]))
        }),
    ]
}
