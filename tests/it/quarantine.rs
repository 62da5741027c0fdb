//! A refused change in plain sight (design.md 1, P4): the hub's officer sees it in the browser with who brought it and why, takes
//! it along as a file, and asks for it to be taken in after all, which the gate goes on refusing.

use std::path::Path;

use anyhow::{Result, ensure};
use shared::field::Field;
use tests::browser::Browser;
use tests::process::{Place, wait_until};

use crate::strikes::{PASSWORD, hostile_node, hub_and_township, write};

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
    browser.click("#quarantine [data-hash] button").await?;
    browser.find_with(".notice", "还有 1 处").await?;
    browser.quit().await
}

#[test]
fn a_refused_change_is_shown_with_its_reason_and_given_as_a_file() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, township) = hub_and_township(root.path());
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
    // It is the hub's matter; and no hash is no question for the store.
    let mut clerk = township.log_in("李梅", PASSWORD);
    let accept = |hash: &str| format!("/api/v1/quarantine/{hash}");
    let forbidden = clerk.send("POST", &accept("all"), None);
    assert_eq!(forbidden.status, 403, "{}", forbidden.text());
    assert_eq!(officer.send("POST", &accept("xyz"), None).status, 400);

    if let Err(error) = runtime.block_on(look(root.path(), &hub)) {
        panic!("{error:?}");
    }
    runtime.block_on(hostile.close());
}
