use super::*;
use crate::document::{Author, Base, Document};
use crate::field::{Field, FieldPath};
use crate::identity::ProcessActor;
use crate::ids::ProjectId;
use crate::store::MemoryStore;
use crate::time::Timestamp;
use crate::value::Value;

fn key(number: u8) -> NodeKey {
    NodeKey::from_seed(&[number; 32])
}

fn project(number: u8) -> DocumentId {
    DocumentId::Project(ProjectId::from_bytes([number; 16]))
}

/// Changes of one document, written by turns under these keys, each upon the one before.
fn history(id: &DocumentId, writers: &[&NodeKey]) -> Vec<Vec<u8>> {
    let mut document = Document::new(id).expect("a genesis");
    let mut made = Vec::new();
    for (number, writer) in writers.iter().enumerate() {
        let author = Author {
            process: ProcessActor::new(writer.node_id(), [1; 7]),
            message: "edit".to_owned(),
            at: Timestamp(0),
            base: Base::Now,
        };
        let edit = (
            FieldPath::once(Field::Site),
            Value::from(format!("{number}").as_str()),
        );
        made.extend(document.write(&[edit], &author).expect("it writes"));
    }
    made.iter()
        .map(|change| change.raw_bytes().to_vec())
        .collect()
}

fn batch(id: &DocumentId, raws: &[Vec<u8>]) -> Vec<Item> {
    let change = |raw: &Vec<u8>| Item::Change {
        document: id.clone(),
        raw: raw.clone(),
    };
    raws.iter().map(change).collect()
}

/// What a node keeps of a batch of the hub's, as it shows it again.
fn proof(hub: &NodeKey, items: &[Item]) -> Item {
    let Some(Item::Seal(seal)) = seal(hub, items) else {
        panic!("changes are sealed");
    };
    let statement = encode(&tips_of(items)).expect("within the bound");
    Item::Proof([&seal[..], &statement].concat())
}

#[test]
fn a_tip_stands_for_its_whole_history_and_for_nothing_beside_or_after_it() {
    let (hub, town, id) = (key(1), key(2), project(1));
    let raws = history(&id, &[&town, &hub, &town, &hub, &town]);
    let sent = batch(&id, &raws[2..4]);
    assert_eq!(tips_of(&sent)[&id].len(), 1);
    let mut back = batch(&id, &raws);
    assert_eq!(under_seal(&hub, &back), []);
    back.push(proof(&hub, &sent));
    assert_eq!(under_seal(&hub, &back), [(id.clone(), raws[..4].to_vec())]);
    // Another document, another key, a torn proof: nothing.
    let mut other = batch(&project(2), &raws);
    other.push(proof(&hub, &sent));
    assert_eq!(under_seal(&hub, &other), []);
    assert_eq!(under_seal(&town, &back), []);
    let Some(Item::Proof(whole)) = back.pop() else {
        panic!("it was just added");
    };
    for at in 0..whole.len() {
        let mut wrong = whole.clone();
        wrong[at] ^= 1;
        back.push(Item::Proof(wrong));
        back.push(Item::Proof(whole[..at].to_vec()));
        assert_eq!(under_seal(&hub, &back), [], "byte {at}");
        back.truncate(raws.len());
    }
    assert_eq!(seal(&hub, &[Item::Skip(3)]), None);
}

#[test]
fn more_tips_than_a_seal_stands_for_are_neither_sealed_nor_kept() {
    let tip = |number: usize| {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        hash
    };
    let of = |count| Tips::from([(project(1), (0..count).map(tip).collect())]);
    let most = of(DOCUMENTS_MAX);
    let statement = encode(&most).expect("as many as may be");
    assert_eq!(decode(&statement), Ok(most));
    assert_eq!(encode(&of(DOCUMENTS_MAX + 1)), None);
}

#[test]
fn what_a_hub_had_the_last_word_on_is_told_from_what_came_after() {
    let (hub, town, id) = (key(1), key(2), project(1));
    let raws = history(&id, &[&town, &hub, &town, &town]);
    let hubs = BTreeSet::from([crate::identity::actor_prefix(hub.node_id())]);
    let (ours, rest) = spoken_by(&hubs, raws.clone());
    assert_eq!((ours, rest), (raws[..2].to_vec(), raws[2..].to_vec()));
}

#[test]
fn the_newest_seals_are_shown_as_few_as_stand_for_it_all_and_the_oldest_make_room() {
    let (hub, town, id) = (key(1), key(2), project(1));
    let raws = history(&id, &[&hub, &town, &hub, &hub]);
    let mut store = MemoryStore::new();
    let mut turn = Turn::new(&store);
    let mut kept = Kept::load(&turn).expect("memory reads");
    for upto in [1, 3, 4] {
        let mut items = batch(&id, &raws[upto - 1..upto]);
        items.extend(seal(&hub, &items));
        kept.keep(&mut turn, &items).expect("memory reads");
    }
    // A township's batch has no seal.
    kept.keep(&mut turn, &batch(&id, &raws[1..2]))
        .expect("memory reads");
    store.commit(turn.finish()).expect("memory takes it");
    let proofs = Proofs::load(&store).expect("memory reads");
    let shown = |raws: &[Vec<u8>]| proofs.of(&batch(&id, raws)).len();
    assert_eq!(
        (shown(&raws), shown(&raws[..3]), shown(&raws[1..2])),
        (1, 1, 0)
    );

    // A record that is none proves nothing, and takes nothing from the others.
    let mut turn = Turn::new(&store);
    turn.put(Tree::Peer, super::key(9), [7; 30]);
    let torn = Proofs::load(&turn).expect("it is passed over");
    assert_eq!(torn.of(&batch(&id, &raws)), proofs.of(&batch(&id, &raws)));

    let mut turn = Turn::new(&store);
    let mut kept = Kept::load(&turn).expect("memory reads");
    assert_eq!((kept.first, kept.next), (0, 3));
    kept.bytes += KEPT_BYTES_MAX - 200;
    let mut items = batch(&id, &raws[3..]);
    items.extend(seal(&hub, &items));
    kept.keep(&mut turn, &items).expect("memory reads");
    kept.keep(&mut turn, &items).expect("memory reads");
    assert!(kept.first > 0 && kept.next == 5, "{kept:?}");
    store.commit(turn.finish()).expect("memory takes it");
    let again = Kept::load(&store).expect("memory reads");
    assert_eq!((again.first, again.next), (kept.first, 5));
}
