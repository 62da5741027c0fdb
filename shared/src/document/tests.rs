#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::collections::BTreeMap;

use super::*;
use crate::field::Field;
use crate::identity::{ProcessActor, actor_prefix};
use crate::ids::{NodeId, ProjectId};
use crate::time::Timestamp;

fn seed(node: u8) -> ProcessActor {
    ProcessActor::new(NodeId::from_bytes([node; 32]), [node; 7])
}

fn author(node: u8, base: Base) -> Author {
    Author {
        process: seed(node),
        message: "edit:00000000".into(),
        at: Timestamp(1_790_000_000_000),
        base,
    }
}

fn project() -> Document {
    Document::new(&DocumentId::Project(ProjectId::from_parts(1, [1; 10]))).unwrap()
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

fn set(document: &mut Document, node: u8, base: Base, at: &str, value: &str) -> Vec<ChangeHash> {
    let changes = document
        .write(&[(path(at), Value::from(value))], &author(node, base))
        .unwrap();
    changes.iter().map(Change::hash).collect()
}

fn seen(heads: &[ChangeHash], own: &[ChangeHash]) -> Base {
    Base::Seen {
        heads: heads.to_vec(),
        own: own.to_vec(),
    }
}

fn values(document: &Document, at: &str) -> Vec<Value> {
    let mut values: Vec<_> = document
        .rivals(&path(at))
        .into_iter()
        .map(|rival| rival.value)
        .collect();
    values.sort();
    values
}

#[test]
fn two_browsers_with_one_base_leave_both_values_standing() {
    let mut document = project();
    let base = document.heads();
    set(&mut document, 1, seen(&base, &[]), "site", "east");
    set(&mut document, 1, seen(&base, &[]), "site", "west");
    assert_eq!(
        values(&document, "site"),
        [Value::from("east"), Value::from("west")]
    );
    set(&mut document, 1, seen(&base, &[]), "site", "north");
    assert_eq!(values(&document, "site").len(), 3);
}

#[test]
fn one_person_typing_three_times_before_an_answer_leaves_one_value() {
    let mut document = project();
    let base = document.heads();
    let mut own = set(&mut document, 1, seen(&base, &[]), "site", "a");
    own.extend(set(&mut document, 1, seen(&base, &own), "site", "ab"));
    set(&mut document, 1, seen(&base, &own), "site", "abc");
    assert_eq!(values(&document, "site"), [Value::from("abc")]);
}

#[test]
fn what_another_wrote_unseen_is_not_hidden_by_ones_own_earlier_command() {
    let mut document = project();
    let base = document.heads();
    set(&mut document, 2, Base::Now, "name", "theirs");
    // My first command goes on top of their change, which I have not seen; my second must still not hide their name.
    let own = set(&mut document, 1, seen(&base, &[]), "site", "mine");
    set(&mut document, 1, seen(&base, &own), "name", "mine");
    assert_eq!(
        values(&document, "name"),
        [Value::from("mine"), Value::from("theirs")]
    );
}

#[test]
fn an_edit_of_another_field_goes_on_top_and_merges_heads() {
    let mut document = project();
    let base = document.heads();
    set(&mut document, 1, seen(&base, &[]), "site", "east");
    set(&mut document, 2, seen(&base, &[]), "name", "bridge");
    assert_eq!(document.heads().len(), 1);
}

#[test]
fn automerge_never_derives_an_actor_of_its_own() {
    let mut document = project();
    let base = document.heads();
    for number in 0..20 {
        set(
            &mut document,
            1,
            seen(&base, &[]),
            "site",
            &format!("value {number}"),
        );
        set(
            &mut document,
            2,
            seen(&base, &[]),
            "site",
            &format!("other {number}"),
        );
    }
    let mut lanes = BTreeSet::new();
    for change in document.changes_since(&[]).iter().skip(1) {
        let bytes = change.actor_id().to_bytes();
        assert_eq!(bytes.len(), 16);
        assert!(bytes[..15] == seed(1).to_bytes() || bytes[..15] == seed(2).to_bytes());
        lanes.insert(bytes.to_vec());
    }
    assert_eq!(lanes.len(), 40);
    let loaded = Document::load(&document.save()).unwrap();
    assert_eq!(loaded.heads(), document.heads());
    assert_eq!(values(&loaded, "site").len(), 40);
}

#[test]
fn two_people_writing_notes_apart_keep_both_texts() {
    let mut document = project();
    set(&mut document, 1, Base::Now, "worklog", "middle");
    let base = document.heads();
    set(
        &mut document,
        1,
        seen(&base, &[]),
        "worklog",
        "start middle",
    );
    set(&mut document, 2, seen(&base, &[]), "worklog", "middle end");
    assert_eq!(
        document.value(&path("worklog")),
        Value::from("start middle end")
    );
    assert!(!document.entries().iter().any(Entry::is_conflict));
}

#[test]
fn equal_values_written_apart_are_no_conflict() {
    let mut document = project();
    let base = document.heads();
    set(&mut document, 1, seen(&base, &[]), "site", "east");
    set(&mut document, 2, seen(&base, &[]), "site", "east");
    assert_eq!(values(&document, "site").len(), 2);
    assert!(!document.entries().iter().any(Entry::is_conflict));
}

#[test]
fn a_cleared_value_stands_against_one_written_apart() {
    let mut document = project();
    set(&mut document, 1, Base::Now, "site", "east");
    let base = document.heads();
    document
        .write(&[(path("site"), Value::Null)], &author(1, seen(&base, &[])))
        .unwrap();
    set(&mut document, 2, seen(&base, &[]), "site", "west");
    assert_eq!(
        values(&document, "site"),
        [Value::Null, Value::from("west")]
    );
    assert!(document.entries().iter().any(Entry::is_conflict));
}

#[test]
fn an_unknown_base_writes_nothing() {
    let mut document = project();
    let before = document.heads();
    let refused = document.write(
        &[(path("site"), Value::from("x"))],
        &author(1, seen(&[ChangeHash([7; 32])], &[])),
    );
    assert!(matches!(refused, Err(WriteError::UnknownBase)));
    assert_eq!(document.heads(), before);
}

#[test]
fn names_and_types_of_a_newer_version_are_kept_and_shown() {
    use automerge::transaction::Transactable;
    let mut foreign = project().inner.clone();
    foreign
        .transact::<_, _, AutomergeError>(|tx| {
            tx.put(ROOT, "colour_of_roof", "red")?;
            tx.put(ROOT, "height", 1.5)?;
            Ok(())
        })
        .unwrap();
    let mut document = project();
    document.apply(foreign.get_changes(&[])).unwrap();
    set(&mut document, 1, Base::Now, "site", "east");
    let shown: Vec<_> = document
        .entries()
        .into_iter()
        .map(|entry| (entry.path.to_string(), entry.winner().clone()))
        .collect();
    assert!(shown.contains(&("colour_of_roof".into(), Value::from("red"))));
    assert!(shown.contains(&("height".into(), Value::from("1.5"))));
}

#[test]
fn a_damaged_snapshot_is_an_error_and_never_fewer_values() {
    let mut document = project();
    for number in 0..30 {
        set(&mut document, 1, Base::Now, "site", &format!("{number}"));
    }
    let good = document.save();
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        let loaded = Document::load(&bad);
        assert!(
            loaded.is_err()
                || loaded.is_ok_and(|d| d.heads() == document.heads()
                    && d.value(&path("site")) == Value::from("29"))
        );
    }
    assert!(Document::load(&good[..good.len() - 3]).is_err());
}

#[test]
fn history_tells_who_wrote_what_over_what_newest_first() {
    let mut document = project();
    set(&mut document, 1, Base::Now, "site", "east");
    set(&mut document, 1, Base::Now, "name", "bridge");
    set(&mut document, 2, Base::Now, "site", "west");
    set(&mut document, 2, Base::Now, "worklog", "first");
    set(&mut document, 1, Base::Now, "worklog", "first, second");
    let site = document.history(Some(&path("site")), 10);
    let told: Vec<_> = site
        .iter()
        .map(|write| (write.old.clone(), write.new.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (Value::from("east"), Value::from("west")),
            (Value::Null, Value::from("east"))
        ]
    );
    assert_eq!(site[0].by.node, actor_prefix(NodeId::from_bytes([2; 32])));
    assert_eq!(site[0].by.message, "edit:00000000");
    let notes = document.history(Some(&FieldPath::once(Field::Worklog)), 1);
    assert_eq!(
        (notes[0].old.clone(), notes[0].new.clone()),
        (Value::from("first"), Value::from("first, second"))
    );
    assert_eq!(document.history(None, 100).len(), 5);
}

#[test]
fn history_tells_who_kept_the_value_that_stood() {
    let mut here = project();
    set(&mut here, 1, Base::Now, "site", "east");
    let mut there = here.clone();
    set(&mut here, 1, Base::Now, "site", "north");
    set(&mut there, 2, Base::Now, "site", "west");
    here.apply(there.changes_since(&[])).unwrap();
    let stands = here.value(&path("site"));
    let lost = if stands == Value::from("west") {
        "north"
    } else {
        "west"
    };
    here.write(&[(path("site"), stands.clone())], &author(3, Base::Now))
        .unwrap();
    let past = here.history(Some(&path("site")), 10);
    assert_eq!(past.len(), 4);
    assert_eq!(past[0].by.node, actor_prefix(NodeId::from_bytes([3; 32])));
    assert_eq!((&past[0].old, &past[0].new), (&Value::from(lost), &stands));
}

#[test]
fn a_document_is_read_as_it_was_at_a_moment() {
    let mut here = project();
    let at = |document: &mut Document, node, seconds: i64, to: &str, value: &str| {
        let author = Author {
            at: Timestamp(seconds * 1000),
            ..author(node, Base::Now)
        };
        let edit = [(path(to), Value::from(value))];
        document.write(&edit, &author).unwrap();
    };
    let start = 1_790_000_000;
    at(&mut here, 1, start, "site", "east");
    at(&mut here, 1, start, "worklog", "first");
    let mut there = here.clone();
    at(&mut here, 1, start + 20, "site", "north");
    // A clock that runs an hour slow, and one more on top of it that is right.
    at(&mut there, 2, start - 3600, "worklog", "first, second");
    at(&mut there, 2, start + 30, "name", "bridge");
    here.apply(there.changes_since(&[])).unwrap();
    let read = |seconds| -> BTreeMap<String, Value> {
        let entries = here.entries_at(&here.heads_by(seconds)).into_iter();
        entries
            .map(|entry| (entry.path.to_string(), entry.winner().clone()))
            .collect()
    };
    let of = |cells: &[(&str, &str)]| -> BTreeMap<String, Value> {
        let cells = cells.iter();
        cells
            .map(|(path, value)| ((*path).to_owned(), Value::from(*value)))
            .collect()
    };
    // What the slow clock wrote builds on what was there at the start, so it is not older than that.
    assert!(read(start - 10).values().all(Value::is_null));
    let began = of(&[("site", "east"), ("worklog", "first, second")]);
    assert_eq!(read(start + 10), began);
    let moved = of(&[("site", "north"), ("worklog", "first, second")]);
    assert_eq!(read(start + 20), moved);
    assert_eq!(here.heads_by(start + 30), here.heads());
}

#[test]
fn a_large_command_becomes_several_changes_of_one_group() {
    let mut document = project();
    let edits: Vec<_> = (0..12_000)
        .map(|n| (path(&format!("x{n}")), Value::Int(n)))
        .collect();
    let changes = document.write(&edits, &author(1, Base::Now)).unwrap();
    assert_eq!(changes.len(), 3);
    assert_eq!(document.heads().len(), 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, ..Default::default() })]
    #[test]
    fn any_order_of_delivery_gives_equal_heads_and_equal_values(
        steps in proptest::collection::vec((0u8..3, 0usize..4, 0i64..5, proptest::bool::ANY), 1..40),
        pick in proptest::collection::vec(0usize..1000, 0..200),
    ) {
        // Three replicas edit apart and now and then take everything from a neighbour.
        let mut replicas = [project(), project(), project()];
        for (node, field, value, merge) in steps {
            let node = usize::from(node);
            if merge {
                let from = replicas[(node + 1) % 3].changes_since(&[]);
                replicas[node].apply(from).unwrap();
            }
            let at = ["site", "name", "2026/year_plan_fen", "worklog"][field];
            let base = replicas[node].heads();
            let value = if field == 3 { Value::from(format!("note {value}")) } else { Value::Int(value) };
            let who = u8::try_from(node).unwrap();
            replicas[node].write(&[(path(at), value)], &author(who, seen(&base, &[]))).unwrap();
        }
        let all: Vec<Change> = replicas.iter().flat_map(|r| r.changes_since(&[])).collect();
        // Deliver in an arbitrary order that respects causality, one at a time, with repetitions.
        let mut late = project();
        let mut waiting = all.clone();
        let mut turn = 0;
        while !waiting.is_empty() {
            let at = pick.get(turn).copied().unwrap_or(turn) % waiting.len();
            turn += 1;
            let change = waiting[at].clone();
            if late.apply(vec![change]).is_ok() {
                waiting.remove(at);
            }
        }
        let [mut first, second, third] = replicas;
        first.apply(second.changes_since(&[])).unwrap();
        first.apply(third.changes_since(&[])).unwrap();
        proptest::prop_assert_eq!(first.heads(), late.heads());
        let show = |d: &Document| d.entries().into_iter().map(|e| (e.path, e.rivals.into_iter().map(|r| r.value).collect::<Vec<_>>())).collect::<Vec<_>>();
        proptest::prop_assert_eq!(show(&first), show(&late));
    }
}

#[test]
fn the_entries_of_a_table_are_its_own_alone_conflicts_included() {
    let mut document = project();
    let base = document.heads();
    set(&mut document, 1, seen(&base, &[]), "approvals/a/org", "one");
    set(&mut document, 2, seen(&base, &[]), "approvals/a/org", "two");
    let others = [
        "approval_steps/a/org",
        "approvals-old/a/org",
        "approvals0/a/org",
        "approvals",
        "site",
        "factors/a/org",
    ];
    for other in others {
        set(&mut document, 1, Base::Now, other, "else");
    }
    let entries = document.entries_of(Table::Approvals);
    let seen: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(seen, ["approvals/a/org"]);
    assert!(entries[0].is_conflict());
    assert!(document.entries_of(Table::Comments).is_empty());
    assert_eq!(document.entries_of(Table::Factors).len(), 1);
}
