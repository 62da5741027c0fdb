//! A document that does not load costs itself nothing that can be read, and the node its start not at all.

use std::path::Path;

use node::store::{self, Store as _};
use serde_json::json;
use shared::ids::DocumentId;
use shared::library::change_key;
use shared::limits::TEXT_CHARS_MAX;
use shared::store::{Batch, Reader as _, Tree};
use tests::process::{Place, wait_until};

const TOWNSHIP: &str = "松坪镇";

/// Makes one stored change of a document unreadable, and takes the database away, so that everything derived is computed anew.
fn spoil(dir: &Path, document: &DocumentId, number: u32) {
    let mut opened = store::open(dir).expect("nobody else has the folder");
    let key = change_key(document, number);
    let stored = opened.store.load(Tree::Change, &key);
    assert!(stored.expect("a sound store").is_some());
    let mut batch = Batch::default();
    let rubbish = Some(b"no change of automerge".to_vec());
    batch.writes.insert((Tree::Change, key), rubbish);
    let _position = opened.store.commit(batch).expect("room on the disk");
    drop(opened);
    std::fs::remove_dir_all(dir.join("db")).expect("it was there");
}

#[test]
fn a_node_starts_although_a_document_does_not_load_and_heals_it_from_the_hub() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.start();
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.start();
    node.join(&hub);
    let sound = node.create("松坪镇农贸市场");
    let broken = node.create("松坪镇小流域治理工程");
    for fen in 1..=6 {
        node.set(&broken, &json!({ "total_investment_fen": fen * 100 }));
    }
    node.sync();
    assert_eq!(hub.dump(TOWNSHIP), node.dump(TOWNSHIP));
    // Written while the line is away: only this disk has it, and it builds on what will be unreadable.
    assert!(hub.stop().success());
    node.set(&broken, &json!({ "site": "松坪镇老街" }));
    assert!(node.stop().success());
    let id = DocumentId::Project(broken.parse().expect("an id"));
    spoil(&node.dir, &id, 3);

    node.start();
    let dump = node.dump(TOWNSHIP);
    assert!(dump.contains(&sound) && dump.contains(&broken), "{dump}");
    assert!(
        !dump.contains("松坪镇老街"),
        "what builds on the lost waits: {dump}"
    );
    let status = node.cli(&["status"]).ok().json();
    let trouble = status["storage"]["trouble"].to_string();
    assert!(
        trouble.contains(&id.to_string()) && trouble.contains("set aside"),
        "{status}"
    );
    let named = |place: &Place, command: &str| {
        let said = place.cli(&[command]);
        said.stdout.contains(&id.to_string())
    };
    assert!(named(&node, "check") && named(&node, "doctor"));
    // The rest goes on as ever.
    node.set(&sound, &json!({ "total_investment_fen": 900 }));

    // The hub brings what it holds; what waited for it fits again and reaches the hub.
    hub.start_again();
    wait_until("both hold the same again", || {
        let dump = node.dump(TOWNSHIP);
        dump.contains("松坪镇老街") && dump == hub.dump(TOWNSHIP)
    });
    assert!(node.stop().success());
    node.start();
    assert!(node.dump(TOWNSHIP).contains("松坪镇老街"));
    let checked = hub.cli(&["check"]);
    assert_eq!(checked.code, Some(0), "{checked:#?}");
}

#[test]
fn what_nobody_can_read_again_is_let_go_of_with_a_reason_and_a_line_of_audit() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), TOWNSHIP);
    let broken = node.create("松坪镇小流域治理工程");
    for fen in 1..=3 {
        node.set(&broken, &json!({ "total_investment_fen": fen * 100 }));
    }
    let id = DocumentId::Project(broken.parse().expect("an id"));
    spoil(&node.dir, &id, 3);
    node.start();
    let set_aside = |place: &Place| {
        let said = place.cli(&["check"]).ok();
        said.stdout.contains("quarantine dismiss")
    };
    assert!(set_aside(&node));
    let id = id.to_string();
    let dismiss = |reason: &str| node.cli(&["quarantine", "dismiss", &id, "--reason", reason]);
    assert_eq!(dismiss("  ").code, Some(2));
    let long = dismiss(&"长".repeat(TEXT_CHARS_MAX + 1));
    assert_eq!(long.code, Some(2));
    assert!(long.stderr.contains("may have"), "{long:#?}");
    assert!(set_aside(&node), "no reason, no decision");
    node.add_user("李梅", "clerk", "a clerk of a township");
    node.add_user("王强", "head", "a head of a township");
    let dismiss_as = |name| {
        let why = ["--reason", "磁盘损坏，县里也没有", "--user", name];
        node.cli(&[&["quarantine", "dismiss", &id], &why[..]].concat())
    };
    let clerks = dismiss_as("李梅");
    assert_eq!(clerks.code, Some(1));
    assert!(clerks.stderr.contains("only the head"), "{clerks:#?}");
    assert!(set_aside(&node), "not a clerk's decision");
    let lines = |place: &Place| place.cli(&["audit", "verify"]).ok().json()["lines"].clone();
    let before = lines(&node).as_u64().expect("a number");
    let _done = dismiss_as("王强").ok();
    assert_eq!(lines(&node), before + 1);
    assert!(!set_aside(&node));
    assert_eq!(dismiss("再来一次").code, Some(1), "nothing is left of it");
    // What could be read stays, also after a start; and nothing is thrown away.
    assert!(node.stop().success());
    {
        let opened = store::open(&node.dir).expect("nobody else has it open");
        let kept = opened
            .store
            .range(Tree::Meta, b"dismissed/", b"dismissed0", 9);
        assert!(!kept.expect("it reads").is_empty());
    }
    node.start();
    assert!(!set_aside(&node));
    assert!(node.dump(TOWNSHIP).contains("松坪镇小流域治理工程"));
}
