use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ObjType, ROOT};
use proptest::prelude::*;

use super::*;
use crate::document::{Author, Base};
use crate::identity::{ProcessActor, actor_prefix};
use crate::ids::{NodeId, ProjectId};
use crate::time::Timestamp;
use crate::value::Value;

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 32])
}

fn id() -> DocumentId {
    DocumentId::Project(ProjectId::from_bytes([1; 16]))
}

fn voice(number: u8) -> Voice {
    Voice::Only([actor_prefix(node(number))].into())
}

/// A document, and changes a node made on top of it.
fn edits(number: u8, count: usize) -> (Document, Vec<Vec<u8>>) {
    let base = Document::new(&id()).unwrap();
    let mut copy = base.clone();
    let author = Author {
        process: ProcessActor::new(node(number), [9; 7]),
        message: "edit:abcdefgh".into(),
        at: Timestamp(1_795_000_000_000),
        base: Base::Now,
    };
    let mut raws = Vec::new();
    for index in 0..count {
        let edits = [
            (
                "site".parse().unwrap(),
                Value::Text(format!("place {index}")),
            ),
            (
                "notes".parse().unwrap(),
                Value::Text(format!("note {index}")),
            ),
        ];
        let made = copy.write(&edits, &author).unwrap();
        raws.extend(made.iter().map(|change| change.raw_bytes().to_vec()));
    }
    (base, raws)
}

/// A change made by hand under a legal actor.
fn forged(make: impl Fn(&mut automerge::transaction::Transaction<'_>)) -> (Document, Vec<u8>) {
    let base = Document::new(&id()).unwrap();
    let actor = ProcessActor::new(node(1), [9; 7]).lane(0);
    let mut raw: Automerge = base.inner().clone().with_actor(ActorId::from(actor));
    let before = raw.get_heads();
    let mut tx = raw.transaction();
    make(&mut tx);
    tx.commit_with(CommitOptions::default());
    let change = raw.get_changes(&before)[0].raw_bytes().to_vec();
    (base, change)
}

fn reasons(document: &Document, raws: Vec<Vec<u8>>, voice: &Voice) -> Vec<Reason> {
    let verdict = judge(document, &id(), raws, voice);
    verdict
        .refused
        .iter()
        .map(|refused| refused.reason)
        .collect()
}

#[test]
fn honest_changes_pass_in_order_and_name_their_paths() {
    let (document, raws) = edits(1, 3);
    let verdict = judge(&document, &id(), raws.clone(), &voice(1));
    assert_eq!(verdict.refused, []);
    assert_eq!(verdict.passed.len(), 3);
    let paths: Vec<_> = verdict.passed[0]
        .paths
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(paths, ["notes", "site"]);
    let mut after = document;
    after
        .apply(
            verdict
                .passed
                .into_iter()
                .map(|passed| passed.change)
                .collect(),
        )
        .unwrap();
    let again = judge(&after, &id(), raws, &voice(1));
    assert!(again.passed.is_empty() && again.refused.is_empty());
}

#[test]
fn a_change_under_anothers_actor_is_refused() {
    let (document, raws) = edits(2, 1);
    assert_eq!(
        reasons(&document, raws.clone(), &voice(1)),
        [Reason::ForeignActor]
    );
    assert_eq!(reasons(&document, raws, &Voice::All), []);
}

#[test]
fn what_builds_on_a_missing_change_is_refused_and_nothing_else() {
    let (document, mut raws) = edits(1, 3);
    raws.remove(1);
    assert_eq!(
        reasons(&document, raws, &voice(1)),
        [Reason::MissingDependency]
    );
}

#[test]
fn operations_the_product_never_makes_are_refused() {
    type Make = fn(&mut automerge::transaction::Transaction<'_>);
    let cases: [(&str, Make); 5] = [
        ("a nested map", |tx| {
            tx.put_object(ROOT, "nested", ObjType::Map).unwrap();
        }),
        ("a key that is no path", |tx| {
            tx.put(ROOT, "a b", 1).unwrap()
        }),
        ("a text replaced", |tx| {
            tx.put(ROOT, "worklog", "gone").unwrap()
        }),
        ("a huge value", |tx| {
            tx.put(ROOT, "site", "x".repeat(VALUE_BYTES_MAX + 1))
                .unwrap();
        }),
        ("a counter", |tx| {
            tx.put(ROOT, "site", ScalarValue::counter(1)).unwrap();
        }),
    ];
    for (what, make) in cases {
        let (document, raw) = forged(make);
        assert_eq!(
            reasons(&document, vec![raw], &voice(1)),
            [Reason::BadOperation],
            "{what}"
        );
    }
}

#[test]
fn too_many_operations_are_counted_before_anything_is_unrolled() {
    let (document, raw) = forged(|tx| {
        for index in 0..=OPERATIONS_MAX {
            tx.put(ROOT, format!("site{index}"), 1).unwrap();
        }
    });
    assert_eq!(
        reasons(&document, vec![raw], &voice(1)),
        [Reason::TooManyOperations]
    );
}

#[test]
fn an_unknown_name_passes() {
    let (document, raw) = forged(|tx| tx.put(ROOT, "colour_of_roof", "red").unwrap());
    assert_eq!(reasons(&document, vec![raw], &voice(1)), []);
}

#[test]
fn a_deflated_chunk_is_no_change_here() {
    let (document, raws) = edits(1, 1);
    let mut raw = raws[0].clone();
    raw[8] = 2;
    assert_eq!(
        reasons(&document, vec![raw], &voice(1)),
        [Reason::NotAChange]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Changes damaged behind a corrected checksum, the kind that panics or poisons automerge (reliability.md fact 7).
    #[test]
    fn damaged_changes_never_panic_nor_break_a_document(at in 9usize..400, with in 1u8.., second in 9usize..400) {
        let (document, raws) = edits(1, 2);
        let mut raw = raws[0].clone();
        let length = raw.len();
        raw[9 + at % (length - 9)] ^= with;
        raw[9 + second % (length - 9)] ^= with >> 1;
        let hash = sha2_of(&raw[8..]);
        raw[4..8].copy_from_slice(&hash[..4]);
        let verdict = judge(&document, &id(), vec![raw, raws[0].clone(), raws[1].clone()], &voice(1));
        let mut after = document.clone();
        after.apply(verdict.passed.into_iter().map(|passed| passed.change).collect()).unwrap();
        prop_assert!(Document::load(&after.save()).is_ok());
    }
}

fn sha2_of(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).to_vec()
}
