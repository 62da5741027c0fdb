//! A refused change in plain sight (design.md 1, P4): the hub's officer sees it in the browser with who brought it and why, and takes
//! it along as a file; nobody else does.

use std::path::Path;

use anyhow::{Result, ensure};
use shared::field::Field;
use tests::browser::Browser;
use tests::process::{Place, wait_until};

use crate::strikes::{PASSWORD, hostile_node, write};

const BAD: &str = "坏镇";

async fn look(root: &Path, hub: &Place) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let address = format!("http://{}", hub.address());
    browser.open(&address).await?;
    browser.log_in("王科", PASSWORD).await?;
    browser.open(&format!("{address}/sync")).await?;
    browser.find_with("#quarantine [data-hash]", BAD).await?;
    let line = browser.find("#quarantine [data-hash]").await?;
    let told = line.text().await?;
    ensure!(told.contains("被隔离"), "{told}");
    browser.shoot("99-quarantine").await?;
    browser.quit().await
}

#[test]
fn a_refused_change_is_shown_with_its_reason_and_given_as_a_file() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, _township) = Place::hub_and_township(root.path(), "青山镇", PASSWORD);
    hub.add_user("陈代表", "observer", PASSWORD);
    let invited = hub.cli(&["invite", "--unit", BAD, "--approve"]).ok().json();
    let code = invited["code"].as_str().expect("a code").to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = runtime.block_on(hostile_node(code, BAD));
    runtime.block_on(write(&hostile, 1, Field::Site, "x".repeat(1_000)));
    wait_until("the hub refused it", || {
        hub.cli(&["status"]).ok().json()["quarantined"] == 1
    });

    let mut officer = hub.log_in("王科", PASSWORD);
    let listed = officer.get("/api/v1/quarantine").ok().json();
    let hash = listed[0]["hash"].as_str().expect("a hash").to_owned();
    let file = officer.get("/api/v1/quarantine/file").ok().text();
    assert!(file.contains(&hash) && file.contains("\"raw\""), "{file}");
    assert_eq!(file.lines().count(), 1);
    // Whole changes are for those whose matter they are, whatever else others may read.
    let mut observer = hub.log_in("陈代表", PASSWORD);
    for path in ["/api/v1/quarantine", "/api/v1/quarantine/file"] {
        assert_eq!(observer.get(path).status, 403, "{path}");
    }
    let accepted = hub.cli(&["quarantine", "accept", &hash]);
    assert_eq!(accepted.code, Some(1), "refused again: {accepted:?}");
    assert_eq!(hub.cli(&["status"]).ok().json()["quarantined"], 1);

    if let Err(error) = runtime.block_on(look(root.path(), &hub)) {
        panic!("{error:?}");
    }
    runtime.block_on(hostile.close());
}
