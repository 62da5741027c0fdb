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
