use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ROOT};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::ids::ProjectId;

/// Knows everything that was ever packed, as a receiver in step does.
#[derive(Default)]
struct Known {
    documents: Vec<DocumentId>,
    changes: Vec<(DocumentId, [u8; 32])>,
}

impl Resolve for Known {
    fn documents(&mut self, short: [u8; 4]) -> Vec<DocumentId> {
        let fits = self.documents.iter().filter(|d| short_name(d) == short);
        fits.cloned().collect()
    }

    fn changes(&mut self, document: &DocumentId, short: [u8; 4]) -> Vec<[u8; 32]> {
        let of = self.changes.iter().filter(|(known, _)| known == document);
        of.map(|(_, hash)| *hash)
            .filter(|hash| hash[..4] == short)
            .collect()
    }
}

fn project(number: u8) -> DocumentId {
    DocumentId::Project(ProjectId::from_bytes([number; 16]))
}

/// A document with a history of single writes.
fn history(number: u8, writes: u8) -> Vec<automerge::Change> {
    let actor = ActorId::from([number; 16]);
    let mut document = Automerge::new().with_actor(actor);
    for write in 0..writes {
        let mut tx = document.transaction();
        tx.put(ROOT, "name", i64::from(write)).unwrap();
        let options = CommitOptions::default()
            .with_message("edit:abcdefgh")
            .with_time(1_795_000_000 + i64::from(write) * 60 - 2_000_000_000);
        tx.commit_with(options);
    }
    document.get_changes(&[])
}

fn round_trip(items: &[Item], known: &mut Known) -> Result<Vec<Item>, UnpackError> {
    let documents = known.documents.clone();
    let packed = pack_compact(items, |document| documents.contains(document));
    unpack(packed.codec, packed.raw_bytes, &packed.bytes, known)
}

#[test]
fn the_compact_form_gives_back_what_was_packed() {
    let mut known = Known::default();
    let mut items = vec![Item::Skip(3)];
    for number in 0..20 {
        let changes = history(number, 5);
        let document = project(number);
        known.documents.push(document.clone());
        known.changes.push((document.clone(), changes[0].hash().0));
        for change in &changes[1..] {
            items.push(Item::Change {
                document: document.clone(),
                raw: change.raw_bytes().to_vec(),
            });
        }
    }
    items.push(Item::Whole {
        document: project(99),
        count: 4,
        changes: history(99, 3)
            .iter()
            .map(|c| c.raw_bytes().to_vec())
            .collect(),
    });
    items.push(Item::Revoked {
        document: project(3),
    });
    items.push(Item::Known {
        document: project(4),
    });
    items.push(Item::Change {
        document: project(3),
        raw: b"no change at all".to_vec(),
    });
    items.push(Item::Seal([7; 12]));
    items.push(Item::Proof(vec![8; 100]));
    assert_eq!(round_trip(&items, &mut known), Ok(items.clone()));
    let plain = pack_plain(&items);
    assert_eq!(
        unpack(
            plain.codec,
            plain.raw_bytes,
            &plain.bytes,
            &mut Known::default()
        ),
        Ok(items)
    );
}

#[test]
fn what_the_receiver_does_not_know_is_asked_for_again() {
    let changes = history(1, 2);
    let item = Item::Change {
        document: project(1),
        raw: changes[1].raw_bytes().to_vec(),
    };
    let packed = pack_compact(&[item], |_| true);
    let read = |known: &mut Known| unpack(packed.codec, packed.raw_bytes, &packed.bytes, known);
    assert_eq!(read(&mut Known::default()), Err(UnpackError::Unresolved));
    let mut half = Known {
        documents: vec![project(1)],
        changes: Vec::new(),
    };
    assert_eq!(read(&mut half), Err(UnpackError::Unresolved));
}

#[test]
fn a_bomb_stays_within_its_announced_size() {
    let zeros = vec![0u8; 8 * 1024 * 1024];
    let bomb = zstd::bulk::compress(&zeros, 19).unwrap();
    let mut known = Known::default();
    assert!(unpack(CODEC_ZSTD, 1_000, &bomb, &mut known).is_err());
    assert!(unpack(CODEC_ZSTD, u64::MAX, &bomb, &mut known).is_err());
}

#[test]
fn a_change_under_the_checksum_of_another_comes_back_as_it_is() {
    let changes = history(1, 3);
    let document = project(1);
    let mut known = Known::default();
    known.documents.push(document.clone());
    known.changes.push((document.clone(), changes[1].hash().0));
    let mut raw = changes[2].raw_bytes().to_vec();
    // A byte of what it builds on, behind the four that stand for it; the checksum stays that of the honest change.
    let dependency = changes[1].hash().0;
    let at = raw.windows(32).position(|bytes| bytes == dependency);
    raw[at.unwrap() + 20] ^= 1;
    let items = [Item::Change { document, raw }];
    assert_eq!(round_trip(&items, &mut known), Ok(items.to_vec()));
}

/// Changes of one document in the compact form, each naming an actor of 64 bytes many times by one byte a time.
fn named_again(changes: u64, others: u64) -> Vec<u8> {
    let mut regular = Writer::new();
    let mut random = Writer::new();
    regular.uint(1);
    regular.u8(WHOLE);
    regular.uint(0);
    let id = project(1).to_bytes();
    regular.u8(id[0]);
    regular.u8(u8::try_from(id.len() - 1).unwrap());
    random.raw(&id[1..]);
    regular.uint(changes + 1);
    regular.uint(changes + 1);
    // A change as it is, on which the others build.
    regular.u8(0);
    regular.bytes(b"first");
    for change in 0..changes {
        regular.u8(2);
        regular.uint(u64::from(change > 0));
        if change == 0 {
            regular.uint(64);
            random.raw(&[7; 64]);
        }
        regular.raw(&[0, 0, 0]);
        regular.uint(u64::from(change > 0));
        if change == 0 {
            regular.bytes(b"edit:abcdefgh");
        }
        regular.uint(others);
        (0..others).for_each(|_| regular.uint(1));
        regular.bytes(&[]);
    }
    let (random, regular) = (random.into_bytes(), regular.into_bytes());
    let mut out = Writer::new();
    out.bytes(&random);
    out.uint(regular.len() as u64);
    out.u8(1);
    out.raw(&zstd::bulk::compress(&regular, 3).unwrap());
    out.into_bytes()
}

#[test]
fn what_a_batch_names_again_and_again_has_a_bound() {
    let read = |bytes: &[u8]| {
        let bound = BATCH_BYTES_MAX as u64;
        unpack(CODEC_COMPACT, bound, bytes, &mut Known::default())
    };
    let Ok(items) = read(&named_again(20, 4_000)) else {
        panic!("as much as some programs write");
    };
    let bytes: usize = items.iter().map(Item::weight).sum();
    assert!(bytes > 20 * 4_000 * 64, "{bytes}");
    // Two megabytes on the wire would be a gigabyte here; half as many are refused before they take the room.
    let bomb = named_again(500, 4_000);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert!(matches!(
        read(&bomb),
        Err(UnpackError::Malformed(WireError::TooLong { .. }))
    ));
    // Changes of no bytes take room as well.
    let mut out = Writer::new();
    let nothing = vec![Vec::new(); 100_000];
    out.uint(5);
    for _ in 0..5 {
        let (document, changes) = (project(1), nothing.clone());
        let count = 0;
        let whole = Item::Whole {
            document,
            count,
            changes,
        };
        write_plain(&mut out, &whole);
    }
    let plain = out.into_bytes();
    let bound = plain.len() as u64;
    assert!(unpack(CODEC_PLAIN, bound, &plain, &mut Known::default()).is_err());
}

proptest! {
    #[test]
    fn wild_batches_never_panic(codec in 0u8..6, raw in 0u64..100_000, bytes in vec(any::<u8>(), 0..300)) {
        let _ = unpack(codec, raw, &bytes, &mut Known::default());
    }

    #[test]
    fn damaged_batches_never_panic(at in any::<usize>(), with in 1u8.., which in any::<bool>()) {
        let items: Vec<Item> = history(1, 12)
            .iter()
            .map(|change| Item::Change { document: project(1), raw: change.raw_bytes().to_vec() })
            .collect();
        let packed = if which { pack_plain(&items) } else { pack_compact(&items, |_| false) };
        let mut bytes = packed.bytes;
        let at = at % bytes.len();
        bytes[at] ^= with;
        let _ = unpack(packed.codec, packed.raw_bytes, &bytes, &mut Known::default());
    }
}
