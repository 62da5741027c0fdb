//! 问题与调度 in a real browser: a problem is written by pinyin and keyboard alone, the ladder says what it waits for, opens when that
//! is done, and the township cannot close its own problem.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
const PROBLEM: &str = "剩余3户未签征收协议，路基无法贯通";

fn township(root: &Path) -> Place {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    for name in ["松坪镇集镇道路工程", "松坪镇卫生院迁建工程"] {
        let create = json!({ "do": "create_project", "project": ids::project(), "home": me["unit"], "set": { "name": name } });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    node
}

async fn look(root: &Path, node: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(node).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(&format!("{node}/issues")).await?;
    browser.find(".empty").await?;
    browser.shoot("50-no-issues").await?;

    // N, the project's initials, Enter, one sentence, a day: no mouse.
    let body = browser.find("body").await?;
    body.send_keys("n").await?;
    browser.fill("#issue-project", "wsy").await?;
    browser.find_with("#issue-projects li", "卫生院").await?;
    let project = browser.find("#issue-project").await?;
    project.send_keys(Key::Enter + "").await?;
    browser
        .holds("#issue-project", "松坪镇卫生院迁建工程")
        .await?;
    browser.fill("#issue-line", PROBLEM).await?;
    // A day nobody can read stops the form, and what was typed stays.
    let limit = "dialog [data-path='new/deadline']";
    browser.fill(limit, "年底").await?;
    browser.click("#issue-save").await?;
    browser.find("dialog .value__error").await?;
    browser.fill(limit, "2026-12-20").await?;
    browser.shoot("51-new-issue").await?;
    browser.click("#issue-save").await?;
    let card = browser
        .find_with(".board__lane:first-child [data-issue]", PROBLEM)
        .await?;
    ensure!(
        card.text().await?.contains("2026-12-20"),
        "the limit is lost"
    );
    browser.shoot("52-board").await?;

    // The next level is closed and says what it waits for; closing is the county's.
    card.click().await?;
    browser
        .find_with("dialog [data-way='escalatedL2']", "依据 KZ-2.7.2")
        .await?;
    browser
        .find("dialog [data-way='closed'] button:disabled")
        .await?;
    // Nothing is closed yet that could be opened again.
    ensure!(
        browser
            .driver
            .find_all(By::Css("dialog [data-way='reopened']"))
            .await?
            .is_empty(),
        "opening again is offered"
    );
    browser.shoot("53-closed-ways").await?;

    // The unit has tried and failed: the level opens.
    browser.click("dialog [data-way='coordinated']").await?;
    let unsolved = "#record-form [data-path='outcome'] option[value='unsolved']";
    browser.click(unsolved).await?;
    browser
        .fill("#record-form [data-path='text']", "三次上门未谈成")
        .await?;
    browser.click("#record-save").await?;
    browser
        .find_with("dialog .history__list", "三次上门未谈成")
        .await?;
    browser
        .find("dialog button[data-way='escalatedL2']")
        .await?;
    browser.shoot("54-level-open").await?;
    let over = browser
        .driver
        .execute(
            "return document.documentElement.scrollWidth > window.innerWidth",
            Vec::new(),
        )
        .await?;
    ensure!(
        over.json() == &json!(false),
        "the page is wider than the screen"
    );
    browser.quit().await.context("ending the browser")
}

#[test]
fn a_problem_is_written_by_keyboard_and_climbs_only_as_the_rules_let_it() {
    let root = tempfile::tempdir().expect("a folder");
    let node = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address)) {
        panic!("{error:?}");
    }
}
