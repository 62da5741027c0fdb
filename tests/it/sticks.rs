//! The browser's U盘摆渡: with the line cut a township's changes are carried to the hub and the hub's answer back, each looked at
//! before it is taken in; a spoiled file says so and brings nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const PASSWORD: &str = "a long password";

/// Saves what a link of the page gives to the person who is logged in there.
async fn save(browser: &Browser, place: &Place, name: &str, link: &str, to: &Path) -> Result<()> {
    let href = browser.find(link).await?.attr("href").await?;
    let bytes = place.log_in(name, PASSWORD).get(&href.context("a link")?);
    Ok(std::fs::write(to, bytes.ok().body)?)
}

async fn read_in(browser: &Browser, file: &Path) -> Result<()> {
    let chooser = browser.driver.find(By::Css("#stick-file")).await?;
    Ok(chooser.send_keys(file.to_string_lossy().as_ref()).await?)
}

async fn take(browser: &Browser, file: &Path) -> Result<()> {
    read_in(browser, file).await?;
    browser.find("#stick-told[data-preview='true']").await?;
    browser.click("#stick-take").await?;
    browser.find("#stick-told[data-preview='false']").await?;
    Ok(())
}

async fn enter(browser: &Browser, place: &Place, name: &str) -> Result<()> {
    browser.open(&format!("http://{}", place.address())).await?;
    browser.log_in(name, PASSWORD).await?;
    exchange(browser, place).await
}

async fn exchange(browser: &Browser, place: &Place) -> Result<()> {
    let page = format!("http://{}/exchange", place.address());
    browser.open(&page).await?;
    browser.find("#stick-make").await?;
    Ok(())
}

async fn carry(root: &Path, hub: &Place, node: &Place) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let file = |name: &str| -> PathBuf { root.join(name) };
    let (up, spoiled, down) = (file("up.xmb"), file("spoiled.xmb"), file("down.xmb"));
    enter(&browser, node, "李梅").await?;
    save(&browser, node, "李梅", "#stick-make", &up).await?;
    let mut bytes = std::fs::read(&up)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&spoiled, bytes)?;

    enter(&browser, hub, "王科").await?;
    read_in(&browser, &spoiled).await?;
    browser.find_with("#stick", "没有读入任何内容").await?;
    ensure!(!hub.dump(TOWNSHIP).contains("松坪镇老街"));
    read_in(&browser, &up).await?;
    browser.find_with("#stick-told", TOWNSHIP).await?;
    ensure!(!hub.dump(TOWNSHIP).contains("松坪镇老街"), "only looked at");
    browser.find("#stick").await?.scroll_into_view().await?;
    browser.shoot("97-stick-preview").await?;
    take(&browser, &up).await?;
    ensure!(hub.dump(TOWNSHIP).contains("松坪镇老街"));
    take(&browser, &up).await?;
    browser.find_with("#stick-told", "没有变化").await?;
    browser.find_with("#stick-to option", TOWNSHIP).await?;
    save(&browser, hub, "王科", "#stick-make", &down).await?;

    exchange(&browser, node).await?;
    take(&browser, &down).await?;
    browser.shoot("98-stick-taken").await?;
    browser.quit().await
}

#[test]
fn changes_are_carried_by_stick_in_the_browser_and_answered() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, node) = Place::hub_and_township(root.path(), TOWNSHIP, PASSWORD);
    let project = node.create("松坪镇小流域治理工程");
    node.sync();
    let _cut = node.cli(&["sync", "--off"]).ok();
    node.set(&project, &json!({ "site": "松坪镇老街" }));
    assert_eq!(node.cli(&["status"]).ok().json()["unreceipted"], 1);

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(carry(root.path(), &hub, &node)) {
        panic!("{error:?}");
    }
    assert_eq!(hub.dump(TOWNSHIP), node.dump(TOWNSHIP));
    let status = node.cli(&["status"]).ok().json();
    assert_eq!(status["unreceipted"], 0, "the hub's receipt came: {status}");
}
