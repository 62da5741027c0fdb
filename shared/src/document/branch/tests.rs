use super::*;
use crate::identity::ProcessActor;
use crate::ids::{DocumentId, NodeId, ProjectId};
use crate::time::Timestamp;

fn author(node: u8, message: &str, base: Base) -> Author {
    Author {
        process: ProcessActor::new(NodeId::from_bytes([node; 32]), [node; 7]),
        message: message.to_owned(),
        at: Timestamp(1_790_000_000_000),
        base,
    }
}

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

fn project() -> Document {
    Document::new(&DocumentId::Project(ProjectId::from_parts(1, [1; 10]))).unwrap()
}

fn put(document: &mut Document, by: &Author, at: &str, value: &str) -> ChangeHash {
    let edits = [(path(at), Value::from(value))];
    document.write(&edits, by).unwrap()[0].hash()
}

/// Writes everything that was lost again.
fn again(branch: &Branch) -> Document {
    let by = |lost: &Lost| author(9, &lost.by.message, Base::Now);
    branch.again(|_| true, by).unwrap().document
}

fn values(document: &Document, at: &str) -> BTreeSet<Value> {
    let rivals = document.rivals(&path(at)).into_iter();
    rivals.map(|rival| rival.value).collect()
}

#[test]
fn what_was_typed_before_stays_and_what_was_typed_after_is_written_again_in_its_writers_name() {
    let mut document = project();
    put(
        &mut document,
        &author(1, "edit:a", Base::Now),
        "site",
        "east",
    );
    let bad = put(&mut document, &author(1, "bad", Base::Now), "problems", "x");
    put(
        &mut document,
        &author(1, "edit:b", Base::Now),
        "site",
        "west",
    );
    put(
        &mut document,
        &author(1, "edit:c", Base::Now),
        "progress",
        "half",
    );
    put(
        &mut document,
        &author(1, "edit:d", Base::Now),
        "progress",
        "done",
    );

    let branch = document.without(&[bad].into()).unwrap();
    assert_eq!(branch.left.len(), 4);
    assert_eq!(branch.kept.value(&path("site")), Value::from("east"));
    let lost = branch.lost.iter();
    let told: Vec<_> = lost
        .map(|lost| (lost.path.as_str(), &lost.value, lost.by.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("problems", &Value::from("x"), "bad"),
            ("site", &Value::from("west"), "edit:b"),
            ("progress", &Value::from("done"), "edit:d"),
        ]
    );
    assert_eq!(branch.lost[1].kept, Value::from("east"));
    let mended = again(&branch);
    assert!(!mended.contains(&bad));
    for at in ["site", "problems", "progress"] {
        assert_eq!(values(&mended, at), values(&document, at), "{at}");
    }
    let site = mended.rivals(&path("site")).pop().unwrap();
    let by = mended.change_of(&site.operation).unwrap();
    assert_eq!(mended.change_info(&by).unwrap().message, "edit:b");
}

#[test]
fn what_others_wrote_meanwhile_stays_beside_and_what_was_seen_is_replaced() {
    let mut document = project();
    let start = document.heads();
    let bad = put(&mut document, &author(1, "bad", Base::Now), "problems", "x");
    let early = put(
        &mut document,
        &author(1, "edit:a", Base::Now),
        "site",
        "ours",
    );
    // The hub has none of it.
    let mut hub = project();
    put(&mut hub, &author(2, "edit:h", Base::Now), "site", "theirs");
    put(
        &mut hub,
        &author(2, "edit:h", Base::Now),
        "industry",
        "theirs",
    );
    document.apply(hub.changes_since(&start)).unwrap();
    // This one was written over theirs, which its writer saw.
    put(
        &mut document,
        &author(1, "edit:b", Base::Now),
        "industry",
        "ours",
    );

    let branch = document.without(&[bad].into()).unwrap();
    assert!(branch.left.iter().any(|change| change.hash() == early));
    assert_eq!(branch.kept.heads(), hub.heads());
    let mended = again(&branch);
    let both = BTreeSet::from([Value::from("ours"), Value::from("theirs")]);
    assert_eq!(values(&document, "site"), both);
    assert_eq!(values(&mended, "site"), both);
    assert_eq!(values(&mended, "industry"), [Value::from("ours")].into());
}

#[test]
fn a_text_of_several_keeps_what_each_side_added() {
    let at = "worklog";
    assert!(is_co_edited(&path(at)));
    let mut document = project();
    put(&mut document, &author(1, "edit:a", Base::Now), at, "一二三");
    let start = document.heads();
    let mut hub = document.clone();
    let bad = put(&mut document, &author(1, "bad", Base::Now), "site", "x");
    put(
        &mut document,
        &author(1, "edit:a", Base::Now),
        at,
        "零一二三",
    );
    put(&mut hub, &author(2, "edit:h", Base::Now), at, "一二三四");
    document.apply(hub.changes_since(&start)).unwrap();
    assert_eq!(document.value(&path(at)), Value::from("零一二三四"));

    let branch = document.without(&[bad].into()).unwrap();
    assert_eq!(branch.kept.value(&path(at)), Value::from("一二三四"));
    assert_eq!(again(&branch).value(&path(at)), Value::from("零一二三四"));
}

#[test]
fn of_a_text_that_two_wrote_apart_after_a_bad_change_nothing_is_lost() {
    let at = "worklog";
    let mut document = project();
    put(&mut document, &author(1, "edit:a", Base::Now), at, "一二三");
    let bad = put(&mut document, &author(1, "bad", Base::Now), "site", "x");
    let base = || Base::Seen {
        heads: vec![bad],
        own: Vec::new(),
    };
    put(&mut document, &author(1, "edit:a", base()), at, "零一二三");
    put(&mut document, &author(1, "edit:b", base()), at, "一二三四");
    assert_eq!(document.value(&path(at)), Value::from("零一二三四"));
    let branch = document.without(&[bad].into()).unwrap();
    assert_eq!(again(&branch).value(&path(at)), Value::from("零一二三四"));
}

#[test]
fn what_cannot_all_stand_beside_others_is_refused_and_nothing_is_written() {
    let mut document = project();
    let start = document.heads();
    let bad = put(&mut document, &author(1, "bad", Base::Now), "site", "x");
    let paths: Vec<String> = (0..300).map(|number| format!("unknown_{number}")).collect();
    for at in &paths {
        put(&mut document, &author(1, "edit:a", Base::Now), at, "ours");
    }
    let mut hub = project();
    for at in &paths {
        put(&mut hub, &author(2, "edit:h", Base::Now), at, "theirs");
    }
    document.apply(hub.changes_since(&start)).unwrap();
    let branch = document.without(&[bad].into()).unwrap();
    let by = |lost: &Lost| author(9, &lost.by.message, Base::Now);
    let refused = branch.again(|_| true, by);
    assert!(
        matches!(refused, Err(WriteError::LanesExhausted)),
        "{refused:?}"
    );
    assert_eq!(branch.kept.heads(), hub.heads());
}

#[test]
fn a_list_where_a_value_belongs_is_told_from_an_empty_value() {
    use automerge::transaction::Transactable;
    let mut document = project();
    let mut hostile = document.inner().clone();
    hostile.set_actor(crate::document::actor::lane(
        author(1, "", Base::Now).process,
        0,
    ));
    let mut tx = hostile.transaction();
    tx.put_object(automerge::ROOT, "site", ObjType::List)
        .unwrap();
    tx.put(automerge::ROOT, "problems", ()).unwrap();
    tx.commit();
    let bad = hostile.get_last_local_change().unwrap();
    document.apply(vec![bad.clone()]).unwrap();
    let branch = document.without(&[bad.hash()].into()).unwrap();
    let told: BTreeMap<_, _> = branch
        .lost
        .iter()
        .map(|lost| (lost.path.as_str(), lost.is_value))
        .collect();
    assert_eq!(told, [("problems", true), ("site", false)].into());
    assert_eq!(branch.kept.heads(), project().heads());
}
