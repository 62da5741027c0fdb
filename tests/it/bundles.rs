//! Data carried by stick between two real processes that never dial each other: joining, both directions, repetition, order, and
//! every way a file can be spoiled.

use std::path::Path;

use serde_json::{Value, json};
use tests::ids;
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

fn edit(place: &Place, command: &Value) {
    let line = json!({ "command": command }).to_string();
    let said = place.cli_with(&["edit", "-"], &format!("{line}\n"));
    assert_eq!(said.ok().lines()[0]["ok"], true);
}

fn set(place: &Place, project: &str, values: &Value) {
    let line = json!({ "id": project, "set": values }).to_string();
    let said = place.cli_with(&["edit", "-"], &format!("{line}\n"));
    assert_eq!(said.ok().lines()[0]["ok"], true);
}

fn create(place: &Place, name: &str) -> String {
    let unit = place.cli(&["status"]).ok().json()["unit"].clone();
    let project = ids::project();
    let command = json!({
        "do": "create_project", "project": project, "home": unit, "set": { "name": name },
    });
    edit(place, &command);
    project
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
    let road = create(&pair.node, "松坪镇小流域治理工程");
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
    edit(&pair.hub, &on_behalf);
    set(
        &pair.node,
        &road,
        &json!({ "total_investment_fen": 120_000_000 }),
    );
    pair.export(&pair.node, "hub", "up-2.xmb");
    pair.export(&pair.hub, &id, "down-2.xmb");
    let _up = pair.import(&pair.hub, "up-2.xmb").ok();
    let _down = pair.import(&pair.node, "down-2.xmb").ok();
    pair.expect_equal_dumps();

    // A later bundle holds what an earlier one did: order does not matter, repetition neither.
    set(
        &pair.node,
        &road,
        &json!({ "total_investment_fen": 130_000_000 }),
    );
    pair.export(&pair.node, "hub", "up-3.xmb");
    create(&pair.node, "松坪镇农贸市场");
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
    create(&pair.node, "松坪镇小流域治理工程");
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
