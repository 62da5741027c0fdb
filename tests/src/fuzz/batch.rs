//! Batches: `codec, announced size, packed bytes`, unpacked by a receiver that holds some of what they name.

use std::cell::OnceCell;

use shared::ids::DocumentId;
use shared::testing::packed::{Held, unpack};
use shared::wire::codec::{Reader, Writer};
use shared::wire::v1::{self, BatchHead, Frame};

use super::{Target, frame, gate};

pub(super) const TARGET: Target = Target {
    name: "batch",
    run,
    seeds,
    open,
    close,
    cases: 8_000,
};

const ZSTD: u8 = 1;
const COMPACT: [u8; 2] = [2, 4];
/// What a mutant may inflate to while it is made.
const INFLATED_BYTES_MAX: usize = 1 << 20;

/// The same whatever comes: the changes of one document, which seeds build on.
fn held() -> Held {
    let (mut document, raws) = gate::corpus();
    let changes = raws
        .iter()
        .map(|raw| shared::gate::parse(raw).expect("a change"));
    document.apply(changes.collect()).expect("they apply");
    let metas = document.inner().get_changes_meta(&[]);
    Held([(gate::id(), metas.iter().map(|meta| meta.hash.0).collect())].into())
}

fn run(bytes: &[u8]) -> bool {
    thread_local! {
        static HELD: OnceCell<Held> = const { OnceCell::new() };
    }
    let mut input = Reader::new(bytes);
    let (Ok(codec), Ok(raw_bytes)) = (input.u8(), input.uint()) else {
        return false;
    };
    HELD.with(|known| {
        let mut held = known.get_or_init(held).clone();
        unpack(codec, raw_bytes, input.rest(), &mut held).is_some()
    })
}

fn case(codec: u8, raw_bytes: u64, bytes: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(codec);
    out.uint(raw_bytes);
    out.raw(bytes);
    out.into_bytes()
}

/// Whole batches as they were said in a session, and the changes of one document in the plain form.
fn seeds() -> Vec<Vec<u8>> {
    let frames = frame::said();
    let frames = frames.iter().filter_map(|bytes| v1::decode(bytes).ok());
    let mut seeds: Vec<Vec<u8>> = frames
        .filter_map(|(_, frame)| match frame {
            Frame::Batch { head, bytes, .. } if bytes.len() as u64 == head.packed_bytes => {
                let BatchHead {
                    codec, raw_bytes, ..
                } = head;
                Some(case(codec, raw_bytes, &bytes))
            }
            _ => None,
        })
        .filter(|seed| run(seed))
        .collect();
    let mut plain = Writer::new();
    let raws = gate::corpus().1;
    plain.list(&raws, |out, raw| {
        out.u8(1);
        out.bytes(&DocumentId::to_bytes(&gate::id()));
        out.bytes(raw);
    });
    let plain = plain.into_bytes();
    seeds.push(case(0, plain.len() as u64, &plain));
    seeds.push({
        let held = held();
        shared::testing::packed::pack(&gate::id(), &raws, &held)
    });
    seeds
}

/// The announced size beside it, the streams uncompressed: `codec`, the random stream, the regular one.
fn open(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut input = Reader::new(bytes);
    let codec = input.u8().ok()?;
    let _announced = input.uint().ok()?;
    if codec == ZSTD {
        let plain = zstd::bulk::decompress(input.rest(), INFLATED_BYTES_MAX).ok()?;
        return Some(vec![vec![0], Vec::new(), plain]);
    }
    if !COMPACT.contains(&codec) {
        return Some(vec![vec![codec], Vec::new(), input.rest().to_vec()]);
    }
    let random = input.bytes(INFLATED_BYTES_MAX).ok()?.to_vec();
    let regular_bytes = input.bounded(INFLATED_BYTES_MAX).ok()?;
    let regular = match input.u8().ok()? {
        1 => zstd::bulk::decompress(input.rest(), regular_bytes).ok()?,
        _ => input.rest().to_vec(),
    };
    Some(vec![vec![codec], random, regular])
}

fn close(parts: Vec<Vec<u8>>) -> Vec<u8> {
    let mut parts = parts.into_iter();
    let codec = parts.next().and_then(|codec| codec.first().copied());
    let codec = codec.unwrap_or(0);
    let random = parts.next().unwrap_or_default();
    let regular = parts.flatten().collect::<Vec<u8>>();
    let raw_bytes = (random.len() + regular.len()) as u64;
    if !COMPACT.contains(&codec) {
        return case(codec, raw_bytes, &[random, regular].concat());
    }
    let mut out = Writer::new();
    out.bytes(&random);
    out.uint(regular.len() as u64);
    out.u8(0);
    out.raw(&regular);
    case(codec, raw_bytes, &out.into_bytes())
}
