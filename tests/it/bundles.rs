//! Data carried by stick between two real processes that never dial each other: joining, both directions, repetition, order, and
//! every way a file can be spoiled, and the attached files that go along.

use std::path::Path;

use serde_json::{Value, json};
use tests::http::Client;
use tests::process::{Place, Said};

const PASSWORD: &str = "a long password";
const TOWNSHIP: &str = "松坪镇";

/// A served hub and a township that only the command line works on.
struct Pair {
    hub: Place,
    node: Place,
    stick: tempfile::TempDir,
}

impl Pair {
    /// Both know each other, and the hub holds the township's first project: by files alone.
    fn new(root: &Path) -> Self {
        let mut hub = Place::hub(root, "演示县项目中心");
        hub.add_user("王科", "hub_officer", PASSWORD);
        hub.start();
        let node = Place::township(root, TOWNSHIP);
        let _never_dials = node.cli(&["sync", "--off"]).ok();
        let stick = tempfile::tempdir().expect("a stick");
        Self { hub, node, stick }
    }

    fn file(&self, name: &str) -> String {
        self.stick.path().join(name).to_string_lossy().into_owned()
    }

    fn export(&self, from: &Place, to: &str, name: &str) -> Value {
        let file = self.file(name);
        from.cli(&["bundle", "export", "--to", to, "--out", &file])
            .ok()
            .json()
    }

    fn import(&self, at: &Place, name: &str) -> Said {
        at.cli(&["bundle", "import", &self.file(name)])
    }

    fn dumps(&self) -> (String, String) {
        (self.hub.dump(TOWNSHIP), self.node.dump(TOWNSHIP))
    }

    fn expect_equal_dumps(&self) {
        let (hub, node) = self.dumps();
        assert!(node.contains("\"name\""), "{node}");
        assert_eq!(hub, node, "the hub's dump and the township's");
    }
}

#[test]
fn a_township_joins_and_works_by_stick_alone() {
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let early = pair
        .node
        .cli(&["bundle", "export", "--to", "hub", "--out", &pair.file("x")]);
    assert_eq!(early.code, Some(1), "{early:#?}");
    assert!(early.stderr.contains("not enrolled at a hub"), "{early:#?}");

    // Joining: the code by telephone, the rest by stick. The officer looks at it first.
    let invite = pair.hub.cli(&["invite", "--unit", TOWNSHIP]).ok().json();
    let code = invite["code"].as_str().expect("a code");
    let joined = pair.node.cli(&["join", code]).ok().json();
    assert_eq!(joined["state"], "pending");
    let road = pair.node.create("松坪镇小流域治理工程");
    pair.export(&pair.node, "hub", "up-1.xmb");
    let waiting = pair.import(&pair.hub, "up-1.xmb");
    assert_eq!(waiting.code, Some(3), "{waiting:#?}");
    assert_eq!(waiting.json()["state"], "pending");
    assert_eq!(pair.hub.dump(TOWNSHIP), "", "nothing before the approval");
    let nodes = pair.hub.cli(&["nodes"]).ok().lines();
    let id = nodes[0]["id"].as_str().expect("an id").to_owned();
    let _approved = pair.hub.cli(&["nodes", "approve", &id]).ok();
    let file = pair.file("up-1.xmb");
    let seen = pair
        .hub
        .cli(&["bundle", "import", &file, "--dry-run"])
        .ok()
        .json();
    assert_eq!(seen["dry_run"], true);
    assert_eq!(seen["unit"], TOWNSHIP);
    assert!(seen["fresh"].as_u64() >= Some(1), "{seen}");
    assert_eq!(pair.hub.dump(TOWNSHIP), "", "a preview writes nothing");
    let taken = pair.import(&pair.hub, "up-1.xmb").ok().json();
    assert_eq!(taken["fresh"], seen["fresh"]);
    let first = pair.export(&pair.hub, TOWNSHIP, "down-1.xmb");
    assert_eq!(first["to"], id);
    let _taken = pair.import(&pair.node, "down-1.xmb").ok();
    pair.expect_equal_dumps();
    let status = pair.node.cli(&["status"]).ok().json();
    assert_eq!(
        status["unreceipted"], 0,
        "the hub's receipt came along: {status}"
    );

    // Both sides write; the county's change comes down, the township's goes up; now with the servers the other way round.
    assert!(pair.hub.stop().success());
    pair.node.start();
    let on_behalf = json!({
        "do": "edit", "project": road, "set": { "site": "松坪镇老街" }, "on_behalf": "电话更正",
    });
    pair.hub.edit(&on_behalf);
    pair.node
        .set(&road, &json!({ "total_investment_fen": 120_000_000 }));
    pair.export(&pair.node, "hub", "up-2.xmb");
    pair.export(&pair.hub, &id, "down-2.xmb");
    let _up = pair.import(&pair.hub, "up-2.xmb").ok();
    let _down = pair.import(&pair.node, "down-2.xmb").ok();
    pair.expect_equal_dumps();

    // A later bundle holds what an earlier one did: order does not matter, repetition neither.
    pair.node
        .set(&road, &json!({ "total_investment_fen": 130_000_000 }));
    pair.export(&pair.node, "hub", "up-3.xmb");
    let _made = pair.node.create("松坪镇农贸市场");
    pair.export(&pair.node, "hub", "up-4.xmb");
    let _late = pair.import(&pair.hub, "up-4.xmb").ok();
    pair.expect_equal_dumps();
    let before = (
        pair.hub.dump(TOWNSHIP),
        pair.hub.cli(&["status"]).json()["position"].clone(),
    );
    for name in ["up-3.xmb", "up-4.xmb", "up-1.xmb", "up-4.xmb"] {
        let again = pair.import(&pair.hub, name).ok().json();
        assert_eq!(again["fresh"], 0, "{name}: {again}");
    }
    let after = (
        pair.hub.dump(TOWNSHIP),
        pair.hub.cli(&["status"]).json()["position"].clone(),
    );
    assert_eq!(before, after);
    assert_eq!(pair.hub.cli(&["check"]).ok().code, Some(0));
}

#[test]
fn a_spoiled_bundle_is_refused_and_nothing_of_it_is_taken() {
    let root = tempfile::tempdir().expect("a folder");
    let pair = Pair::new(root.path());
    let invite = pair
        .hub
        .cli(&["invite", "--unit", TOWNSHIP, "--approve"])
        .ok()
        .json();
    let _joined = pair
        .node
        .cli(&["join", invite["code"].as_str().expect("a code")])
        .ok();
    let _made = pair.node.create("松坪镇小流域治理工程");
    pair.export(&pair.node, "hub", "up.xmb");
    let good = std::fs::read(pair.file("up.xmb")).expect("the bundle");
    let before = (
        pair.hub.dump(TOWNSHIP),
        pair.hub.cli(&["nodes"]).stdout,
        pair.hub.cli(&["status"]).json()["position"].clone(),
    );

    // Every byte of the head, many of the rest: by the page's way, which is the quicker one.
    let mut officer = pair.hub.log_in("王科", PASSWORD);
    let step = (good.len() / 60).max(1);
    let offsets = (0..72).chain((72..good.len()).step_by(step));
    for at in offsets.chain([good.len() - 1]) {
        let mut wrong = good.clone();
        wrong[at] ^= 0x04;
        let reply = officer.upload("/api/v1/bundles", "application/octet-stream", &wrong);
        assert_eq!(reply.status, 422, "byte {at}");
        assert_eq!(reply.json()["code"], "XM-4002", "byte {at}");
        assert!(
            reply.json()["message"]
                .as_str()
                .is_some_and(|why| why.contains("摆渡包"))
        );
    }
    for cut in [0, 3, 68, 69, good.len() / 2, good.len() - 1] {
        let reply = officer.upload("/api/v1/bundles", "application/octet-stream", &good[..cut]);
        assert_eq!(reply.status, 422, "cut at {cut}");
    }
    let mut wrong = good.clone();
    wrong[good.len() / 2] ^= 1;
    std::fs::write(pair.file("wrong.xmb"), wrong).expect("a spoiled copy");
    let refused = pair.import(&pair.hub, "wrong.xmb");
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(
        refused.stderr.contains("changed on the way"),
        "{refused:#?}"
    );
    // Whoever it was not made for cannot open it, its maker included.
    let foreign = pair.import(&pair.node, "up.xmb");
    assert_eq!(foreign.code, Some(1), "{foreign:#?}");
    assert!(foreign.stderr.contains("for another node"), "{foreign:#?}");
    let after = (
        pair.hub.dump(TOWNSHIP),
        pair.hub.cli(&["nodes"]).stdout,
        pair.hub.cli(&["status"]).json()["position"].clone(),
    );
    assert_eq!(before, after, "nothing was taken, nobody enrolled");

    // The sound one by the page: a preview, then the yes; a preview counts once.
    let preview = officer.upload("/api/v1/bundles", "application/octet-stream", &good);
    let preview = preview.ok().json();
    let path = format!(
        "/api/v1/bundles/{}",
        preview["token"].as_str().expect("a token")
    );
    let taken = officer.send("POST", &path, None).ok().json();
    assert_eq!(taken["fresh"], preview["fresh"]);
    assert_eq!(officer.send("POST", &path, None).status, 404);
    let down = officer.get(&format!(
        "/api/v1/bundles?to={}",
        taken["from"].as_str().expect("an id")
    ));
    assert!(
        down.header("content-disposition")
            .is_some_and(|d| d.starts_with("attachment"))
    );
    std::fs::write(pair.file("down.xmb"), down.ok().body).expect("the way back");
    let _down = pair.import(&pair.node, "down.xmb").ok();
    pair.expect_equal_dumps();
}

/// A photograph of some size; nothing can compress it.
fn photo(seed: u8, length: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0".to_vec();
    let mut hash = blake3::Hasher::new();
    hash.update(&[seed]);
    bytes.resize(length, 0);
    hash.finalize_xof().fill(&mut bytes[4..]);
    bytes
}

fn attach(person: &mut Client, project: &str, name: &str, bytes: &[u8]) {
    let path = format!("/api/v1/projects/{project}/attachments?name={name}");
    let _attached = person.upload(&path, "application/octet-stream", bytes).ok();
}

/// The names of a project's files that are at a place, in order; and how many are not.
fn files(person: &mut Client, project: &str) -> (Vec<String>, usize) {
    let path = format!("/api/v1/projects/{project}/attachments");
    let listed = person.get(&path).ok().json();
    let rows = listed.as_array().expect("a list");
    let (here, away): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row["here"] == true);
    let name = |row: &&Value| row["name"].as_str().unwrap_or_default().to_owned();
    let mut here: Vec<String> = here.iter().map(name).collect();
    here.sort();
    (here, away.len())
}

#[test]
fn attached_files_go_along_and_only_those_a_record_names_are_kept() {
    const MIB: usize = 1024 * 1024;
    let root = tempfile::tempdir().expect("a folder");
    let mut pair = Pair::new(root.path());
    let invite = pair.hub.cli(&["invite", "--unit", TOWNSHIP, "--approve"]);
    let invite = invite.ok().json();
    let code = invite["code"].as_str().expect("a code");
    let _joined = pair.node.cli(&["join", code]).ok();
    pair.node.add_user("李梅", "clerk", PASSWORD);
    pair.node.start();
    let mut clerk = pair.node.log_in("李梅", PASSWORD);
    let mut officer = pair.hub.log_in("王科", PASSWORD);
    let road = pair.node.create("松坪镇小流域治理工程");
    for (seed, name) in [(1, "a.jpg"), (2, "b.jpg"), (3, "c.jpg")] {
        attach(&mut clerk, &road, name, &photo(seed, MIB));
    }

    // Room for two: the newest go, and it is said that one stays.
    let up = pair.file("up.xmb");
    let made = pair.node.cli(&[
        "bundle", "export", "--to", "hub", "--out", &up, "--files", "2",
    ]);
    let made = made.ok();
    assert!(made.stderr.contains("1 more attached file"), "{made:#?}");
    assert_eq!(
        (&made.json()["files"], &made.json()["files_left"]),
        (&json!(2), &json!(1))
    );
    let seen = pair
        .hub
        .cli(&["bundle", "import", &up, "--dry-run"])
        .ok()
        .json();
    assert_eq!(seen["files"], 2, "{seen}");
    assert_eq!(seen["file_bytes"], 2 * MIB, "{seen}");
    assert_eq!(seen["files_fresh"], 2, "{seen}");

    // A torn stick: the records and the first file arrive, the second is said to be missing. Nothing wrong is kept.
    let good = std::fs::read(&up).expect("the bundle");
    std::fs::write(pair.file("torn.xmb"), &good[..good.len() - 1_000]).expect("a torn copy");
    let torn = pair.import(&pair.hub, "torn.xmb");
    assert_eq!(torn.code, Some(3), "{torn:#?}");
    assert_eq!(
        (&torn.json()["files_fresh"], &torn.json()["files_left"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(files(&mut officer, &road), (vec!["c.jpg".to_owned()], 2));
    let mut wrong = good.clone();
    let at = wrong.len() - 5_000;
    wrong[at] ^= 1;
    std::fs::write(pair.file("wrong.xmb"), &wrong).expect("a spoiled copy");
    let spoiled = pair.import(&pair.hub, "wrong.xmb");
    assert_eq!(spoiled.code, Some(3), "{spoiled:#?}");
    assert_eq!(
        (
            &spoiled.json()["files_fresh"],
            &spoiled.json()["files_left"]
        ),
        (&json!(0), &json!(1))
    );
    // The same by a page, after which the sound one brings what is missing, and a second time nothing.
    let preview = officer
        .upload("/api/v1/bundles", "application/octet-stream", &good)
        .ok();
    let token = preview.json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let taken = officer.send("POST", &format!("/api/v1/bundles/{token}"), None);
    let taken = taken.ok().json();
    assert_eq!(
        (&taken["files_fresh"], &taken["files_left"]),
        (&json!(1), &json!(0))
    );
    let again = pair.import(&pair.hub, "up.xmb").ok().json();
    assert_eq!(
        (&again["fresh"], &again["files_fresh"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        files(&mut officer, &road),
        (vec!["b.jpg".to_owned(), "c.jpg".to_owned()], 1)
    );

    // The hub's answer says what it holds, so the next stick carries the one that is left, and the one after it none.
    attach(&mut officer, &road, "review.jpg", &photo(4, MIB));
    let down = pair.export(&pair.hub, TOWNSHIP, "down.xmb");
    assert_eq!(down["files"], 1, "{down}");
    let down = pair.import(&pair.node, "down.xmb").ok().json();
    assert_eq!(down["files_fresh"], 1, "{down}");
    let all = ["a.jpg", "b.jpg", "c.jpg", "review.jpg"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(files(&mut clerk, &road), (all.clone(), 0));
    let rest = pair.export(&pair.node, "hub", "rest.xmb");
    assert_eq!(
        (&rest["files"], &rest["files_left"]),
        (&json!(1), &json!(0)),
        "{rest}"
    );
    let _rest = pair.import(&pair.hub, "rest.xmb").ok();
    assert_eq!(files(&mut officer, &road), (all, 0));
    let _answer = pair.export(&pair.hub, TOWNSHIP, "answer.xmb");
    let _answer = pair.import(&pair.node, "answer.xmb").ok();
    assert_eq!(pair.export(&pair.node, "hub", "none.xmb")["files"], 0);
    pair.expect_equal_dumps();

    // A file whose record is not known here is no file of this node, however well it is sealed: its record went by another stick.
    let other = pair.node.create("松坪镇农贸市场");
    attach(&mut clerk, &other, "d.jpg", &photo(5, MIB));
    pair.export(&pair.node, "hub", "with.xmb");
    let with = std::fs::read(pair.file("with.xmb")).expect("the bundle");
    let envelope = |bytes: &[u8], at: usize| -> Vec<u8> {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("a length"));
        bytes[at..at + 4 + length as usize].to_vec()
    };
    let records = envelope(&good, 4);
    let stray = envelope(&with, 4 + envelope(&with, 4).len());
    let mixed = [&good[..4], &records, &stray].concat();
    std::fs::write(pair.file("mixed.xmb"), mixed).expect("records of one, a file of another");
    let mixed = pair.import(&pair.hub, "mixed.xmb").json();
    assert_eq!(mixed["files_fresh"], 0, "{mixed}");
    assert_eq!(
        pair.import(&pair.hub, "with.xmb").ok().json()["files_fresh"],
        1
    );
    assert_eq!(files(&mut officer, &other), (vec!["d.jpg".to_owned()], 0));
    assert_eq!(pair.hub.cli(&["check"]).ok().code, Some(0));
}
