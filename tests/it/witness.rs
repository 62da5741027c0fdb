//! What nodes hold against a hub whose audit trail is not what it was.

use serde_json::{Value, json};
use tests::disks::copy_folder;
use tests::process::{Place, wait_until};

const TOWNSHIP: &str = "松坪镇";

/// Something the hub's trail has a line of.
fn correct(hub: &Place, project: &str, fen: i64) {
    let command = json!({
        "do": "edit", "project": project, "set": { "total_investment_fen": fen }, "on_behalf": "电话更正",
    });
    hub.edit(&command);
}

/// The mark a place holds of the hub's trail, or nothing.
fn mark_at(place: &Place) -> String {
    let dump = place.cli(&["dump", "--kind", "all"]).ok().stdout;
    let marks = dump.lines().filter_map(|line| {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = value.to_string();
        let at = text.find("audit_mark")?;
        Some(text[at..].chars().take(120).collect::<String>())
    });
    marks.collect()
}

#[test]
fn a_trail_that_lost_lines_is_found_by_what_nodes_hold() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.start();
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.start();
    node.join(&hub);
    let stick = tempfile::tempdir().expect("a stick");
    let backup = |hub: &Place, name: &str| {
        let file = stick.path().join(name);
        let _made = hub.cli(&["backup", "--out", &file.to_string_lossy()]).ok();
        std::fs::remove_file(file).expect("the stick is lost, and with it what the backup saw");
    };
    let project = node.create("松坪镇农贸市场");
    node.sync();
    correct(&hub, &project, 1);
    backup(&hub, "one");
    node.sync();
    let first = mark_at(&node);
    assert!(!first.is_empty(), "the township holds no mark");
    let verified = hub.cli(&["audit", "verify"]).ok().json();
    assert!(verified["witnesses"].as_u64() >= Some(1), "{verified}");
    let lines = verified["lines"].as_u64().expect("a number");

    // The hub's disk as it is now is put back after more was written and witnessed.
    assert!(hub.stop().success());
    let old = root.path().join("old");
    copy_folder(&hub.dir, &old);
    hub.start_again();
    for fen in 2..5 {
        correct(&hub, &project, fen);
    }
    backup(&hub, "two");
    node.sync();
    wait_until("the township holds the second mark", || {
        mark_at(&node) != first
    });
    let _sound = hub.cli(&["audit", "verify"]).ok();
    assert!(hub.stop().success());
    std::fs::remove_dir_all(&hub.dir).expect("the newer disk is gone");
    copy_folder(&old, &hub.dir);
    hub.start_again();
    let mut said = hub.cli(&["audit", "verify"]);
    assert_eq!(said.code, Some(0), "by itself it looks whole: {said:#?}");
    wait_until("the township's mark came back", || {
        said = hub.cli(&["audit", "verify"]);
        said.code == Some(1)
    });
    let broken = said.json();
    assert_eq!(broken["what"], "missing", "{broken}");
    assert_eq!(broken["line"], lines + 1, "{broken}");
}
