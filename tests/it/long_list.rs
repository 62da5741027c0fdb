//! A county's whole list, 2,000 projects, in a browser (ux.md G33): only what is in sight is drawn, all of it can be reached, found and
//! printed. How quick it is stands in `scripts/bench` (`list`, `keystroke`).

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::By;

const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
const PROJECTS: usize = 2_000;
/// Rows a screen shows, with some beyond each edge.
const DRAWN_MAX: usize = 100;

fn name(number: usize) -> String {
    format!("第{number:04}号工程")
}

async fn drawn(browser: &Browser) -> Result<usize> {
    Ok(browser
        .driver
        .find_all(By::Css(".ledger__row"))
        .await?
        .len())
}

async fn run(browser: &Browser, script: &str) -> Result<()> {
    browser.driver.execute(script, Vec::new()).await?;
    Ok(())
}

async fn look(root: &Path, address: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(&format!("{address}/projects")).await?;
    browser.find_with(".ledger__row", &name(1)).await?;
    let first = drawn(&browser).await?;
    ensure!(first <= DRAWN_MAX, "{first} rows are drawn");

    let bottom = "const row = document.querySelector('.ledger__row');
        let box = row;
        while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement;
        (box || document.scrollingElement).scrollTop = 1e9;";
    run(&browser, bottom).await?;
    browser.find_with(".ledger__row", &name(PROJECTS)).await?;
    browser.see_no_more(&name(1)).await?;
    let last = drawn(&browser).await?;
    ensure!(last <= DRAWN_MAX, "{last} rows are drawn");
    browser.shoot("97-long-list").await?;

    // Paper does not scroll.
    run(&browser, "window.dispatchEvent(new Event('beforeprint'))").await?;
    browser.find_with(".ledger__row", &name(1)).await?;
    ensure!(drawn(&browser).await? == PROJECTS, "paper lacks rows");
    run(&browser, "window.dispatchEvent(new Event('afterprint'))").await?;

    browser.fill("#list-search", "1234").await?;
    browser.find_with(".ledger__row", &name(1_234)).await?;
    browser.see_no_more(&name(PROJECTS)).await?;
    ensure!(drawn(&browser).await? == 1, "one is called that");
    browser.quit().await
}

#[test]
fn of_two_thousand_projects_those_in_sight_are_drawn_and_all_are_found_and_printed() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let numbers: Vec<usize> = (1..=PROJECTS).collect();
    for some in numbers.chunks(100) {
        let create = |number: &usize| {
            let set = json!({ "name": name(*number) });
            ids::envelope(
                &json!({ "do": "create_project", "project": ids::project(), "home": unit, "set": set }),
            )
        };
        let envelopes: Vec<_> = some.iter().map(create).collect();
        let answers = clerk.commands(&json!(envelopes));
        assert_eq!(answers[some.len() - 1]["outcome"]["outcome"], "done");
    }
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address)) {
        panic!("{error:?}");
    }
}
