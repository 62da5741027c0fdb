//! Bundles from a stick: sealed for a hub, signed by one of its townships, with attached files behind them or without.

use std::cell::OnceCell;

use node::office::{parcel, seal};
use shared::identity::{NodeKey, SIGNATURE_BYTES};
use shared::testing::packed::{Held, unpack};
use shared::time::Timestamp;
use shared::wire::bundle::{
    self, CarriedBatch, CarriedFile, CarriedReceipt, CarriedRefusal, Files, Manifest,
};
use shared::wire::v1::{self, Frame, InviteProof, Point, Scope};

use super::{Target, frame, gate};
use crate::world::World;

pub(super) const TARGET: Target = Target {
    name: "bundle",
    run,
    seeds,
    open,
    close,
    cases: 1_500,
};

/// As bundles are signed (`shared::wire::bundle`).
const CONTEXT: &str = "xiangmu bundle v1";
const HUB: usize = 0;
const TOWN: usize = 1;

thread_local! {
    static COUNTY: OnceCell<World> = const { OnceCell::new() };
}

fn in_county<T>(ask: impl FnOnce(&World) -> T) -> T {
    COUNTY.with(|county| {
        ask(county.get_or_init(|| {
            let mut world = World::new(5, 1);
            world.enrol(TOWN);
            world.run_for(5_000);
            world
        }))
    })
}

fn key_of(party: usize) -> NodeKey {
    in_county(|world| world.parties[party].key.clone())
}

/// The envelopes of a file, as far as they can be read.
fn envelopes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parcel = parcel::Parcel::open(bytes).expect("memory reads");
    let next = || parcel.next_envelope().ok().flatten();
    std::iter::from_fn(next).collect()
}

fn run(bytes: &[u8]) -> bool {
    let key = key_of(HUB);
    let envelopes = envelopes(bytes);
    let mut opened = envelopes.iter().map(|sealed| seal::open(sealed, &key));
    let Some(Ok(content)) = opened.next() else {
        return false;
    };
    let _files = opened.count();
    let Ok(bundle) = bundle::read(&content) else {
        return false;
    };
    for batch in bundle.batches() {
        let head = batch.head;
        unpack(
            head.codec,
            head.raw_bytes,
            &batch.bytes,
            &mut Held::default(),
        );
    }
    in_county(|world| {
        let hub = &world.parties[HUB];
        let replica = hub.replica.as_ref().expect("the hub runs");
        let viewed = replica.view_bundle(&hub.store, world.now, &bundle);
        viewed.expect("memory reads").is_ok()
    })
}

/// The signed content without its signature, then the attached files.
fn open(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let key = key_of(HUB);
    let envelopes = envelopes(bytes).into_iter();
    let opened = envelopes.map(|sealed| seal::open(&sealed, &key).ok());
    let mut parts = opened.collect::<Option<Vec<_>>>()?;
    let bundle = parts.first_mut()?;
    bundle.truncate(bundle.len().checked_sub(SIGNATURE_BYTES)?);
    Some(parts)
}

fn close(parts: Vec<Vec<u8>>) -> Vec<u8> {
    let mut parts = parts.into_iter();
    let mut content = parts.next().unwrap_or_default();
    let signature = key_of(TOWN).sign(CONTEXT, &[&content]);
    content.extend(signature);
    series(sealed(&content), parts.as_slice())
}

/// A file with attached ones behind the bundle, where there are any.
fn series(bundle: Vec<u8>, files: &[Vec<u8>]) -> Vec<u8> {
    if files.is_empty() {
        return bundle;
    }
    let files = files.iter().map(|file| parcel::next(&sealed(file)));
    let mut whole = parcel::begin(&bundle);
    whole.extend(files.flatten());
    whole
}

fn sealed(content: &[u8]) -> Vec<u8> {
    let reader = key_of(HUB).node_id();
    seal::seal(content, reader, &[8; 32]).expect("a hub's name is a key")
}

/// The batches of a session, carried; an empty bundle; one with everything a manifest can say, without files and with.
fn seeds() -> Vec<Vec<u8>> {
    let frames = frame::said();
    let frames = frames.iter().filter_map(|bytes| v1::decode(bytes).ok());
    let batches: Vec<CarriedBatch> = frames
        .filter_map(|(_, frame)| match frame {
            Frame::Batch { head, bytes, .. } if bytes.len() as u64 == head.packed_bytes => {
                Some(CarriedBatch { head, bytes })
            }
            _ => None,
        })
        .collect();
    let key = key_of(TOWN);
    let plain = Manifest {
        from: key.node_id(),
        to: key_of(HUB).node_id(),
        unit_name: "town1".to_owned(),
        profile: "kaizhou".to_owned(),
        incarnation: [1; 8],
        made_at: Timestamp(1_795_219_200_000),
        nonce: [2; 32],
        invite: None,
        held_incarnation: [3; 8],
        held: Vec::new(),
        heads: Vec::new(),
        receipt: None,
        refusals: Vec::new(),
        files: None,
    };
    let point = Point {
        scope: Scope::Hub,
        position: 3,
        chain: [4; 16],
    };
    let full = Manifest {
        invite: Some(InviteProof {
            invite: [5; 8],
            proof: [6; 16],
        }),
        held: vec![point],
        heads: vec![(point, [7; SIGNATURE_BYTES])],
        receipt: Some(CarriedReceipt {
            point,
            at: plain.made_at,
            signature: [9; SIGNATURE_BYTES],
        }),
        refusals: vec![CarriedRefusal {
            document: gate::id(),
            hash: [1; 32],
            reason: 2,
        }],
        files: Some(Files {
            carried: vec![CarriedFile {
                name: [4; 32],
                bytes: 900,
            }],
            held: vec![[5; 8]],
            wanted: vec![[6; 32]],
        }),
        ..plain.clone()
    };
    let made = [(&plain, &batches[..]), (&plain, &[]), (&full, &batches[..])];
    let made = made.map(|(manifest, batches)| sealed(&bundle::write(manifest, batches, &key)));
    let files = [b"a photo".to_vec(), vec![7; 900]];
    let with_files = series(made[2].clone(), &files);
    made.into_iter().chain([with_files]).collect()
}
