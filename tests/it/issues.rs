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

    // N, the project's initials, Enter, one sentence, its kind, a day: no mouse. What is chosen with Enter can be another.
    let body = browser.find("body").await?;
    body.send_keys("n").await?;
    browser.fill("#issue-project", "sp").await?;
    let project = browser.find("#issue-project").await?;
    project.send_keys(Key::Enter + "").await?;
    browser.find_with("#issue-projects", "松坪镇").await?;
    browser.fill("#issue-project", "wsy").await?;
    let project = browser.find("#issue-project").await?;
    project.send_keys(Key::Enter + "").await?;
    browser
        .holds("#issue-project", "松坪镇卫生院迁建工程")
        .await?;
    browser.fill("#issue-line", "剩余2户未签征收协议").await?;
    browser
        .click("#issue-form [data-column='kind'] option[value='land']")
        .await?;
    // A day nobody can read stops the form, and what was typed stays.
    let limit = "#issue-limit";
    ensure!(
        browser
            .find(limit)
            .await?
            .attr("placeholder")
            .await?
            .is_some_and(|day| day.len() == 10),
        "the day does not show how it is written"
    );
    browser.fill(limit, "年底").await?;
    browser.click("#issue-save").await?;
    browser.find("#issue-limit[aria-invalid='true']").await?;
    browser.fill(limit, "2026-12-20").await?;
    browser.shoot("51-new-issue").await?;
    // Tab leads from the day to the button that saves.
    browser.find(limit).await?.send_keys(Key::Tab + "").await?;
    let save = browser.find("#issue-save:focus").await?;
    save.send_keys(Key::Enter + "").await?;
    browser.see("已保存").await?;
    let card = browser
        .find_with(".board__lane:first-child [data-issue]", "剩余2户")
        .await?;
    browser.find(".issue--fresh:focus").await?;
    let said = card.text().await?;
    for part in ["2026-12-20", "用地", TOWNSHIP] {
        ensure!(said.contains(part), "the card lacks {part}: {said}");
    }
    // One state, one word: what the card says stands over its lane.
    let state = card.find(By::Css(".chip")).await?.text().await?;
    browser
        .find_with(".board__lane:first-child h2", &state)
        .await?;
    browser.shoot("52-board").await?;

    // Who wrote the sentence puts it right; what it said before is history.
    browser
        .click(".board__lane:first-child [data-issue]")
        .await?;
    browser.click("#issue-correct summary").await?;
    browser
        .fill(
            "#issue-correct [data-column='description']",
            &format!("{PROBLEM}\u{e004}"),
        )
        .await?;
    browser.find_with("#issue-one h2", PROBLEM).await?;

    // The next level is closed and says what it waits for; closing is the county's.
    browser
        .find_with("#issue-one [data-way='escalatedL2']", "依据 KZ-2.7.2")
        .await?;
    browser
        .find("#issue-one [data-way='closed'] button:disabled")
        .await?;
    // Nothing is closed yet that could be opened again.
    ensure!(
        browser
            .driver
            .find_all(By::Css("#issue-one [data-way='reopened']"))
            .await?
            .is_empty(),
        "opening again is offered"
    );
    browser.shoot("53-closed-ways").await?;

    // The unit has tried and failed: the level opens.
    browser.click("#issue-one [data-way='coordinated']").await?;
    let unsolved = "#record-form [data-column='outcome'] option[value='unsolved']";
    browser.click(unsolved).await?;
    browser
        .fill("#record-form [data-column='text']", "三次上门未谈成")
        .await?;
    browser.click("#record-save").await?;
    browser
        .find_with("#issue-one .history__list", "三次上门未谈成")
        .await?;
    browser
        .find("#issue-one button[data-way='escalatedL2']")
        .await?;
    browser.shoot("54-level-open").await?;
    browser.click("#issue-close").await?;

    // The same as a table: in order, in groups, as text and as a file.
    browser
        .click("#issues-filter [name='view'] option[value='table']")
        .await?;
    browser.press_in("#issues-filter button", "筛选").await?;
    browser.find_with("#issues-table tbody tr", PROBLEM).await?;
    browser.click("[data-sort='due']").await?;
    browser.find("th[aria-sort='ascending']").await?;
    browser
        .click("#issues-filter [name='group'] option[value='home']")
        .await?;
    browser.press_in("#issues-filter button", "筛选").await?;
    browser.find_with(".issues__group", TOWNSHIP).await?;
    let copied = browser.find(".issues [data-copied='table']").await?;
    let copied = copied.attr("data-copy").await?.unwrap_or_default();
    ensure!(
        copied.lines().count() == 2 && copied.contains(&format!("\t{PROBLEM}\t用地\t")),
        "{copied}"
    );
    let words = browser.find(".issues [data-copied='words']").await?;
    let words = words.attr("data-copy").await?.unwrap_or_default();
    ensure!(
        words.lines().count() == 1 && words.contains(&format!("：{PROBLEM}；")),
        "{words}"
    );
    browser.find("#issues-export[download]").await?;
    browser.shoot("55-table").await?;
    // A new problem begins beside a sorted table as well, and leaves it as it was.
    browser.click("#new-issue").await?;
    browser.fill("#issue-project", "spz").await?;
    browser.press_in("#issue-new button", "查找项目").await?;
    browser.find_with("#issue-projects", "松坪镇").await?;
    browser.press_in("#issue-new button", "取消").await?;
    browser.gone("#issue-new").await?;
    browser.find("th[aria-sort='ascending']").await?;
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
    browser.become_phone().await?;
    browser.shoot("55-phone-table").await?;
    browser.quit().await.context("ending the browser")
}

/// Two problems written in the one form that stood open when the node went away.
async fn write_without_node(browser: &Browser) -> Result<()> {
    browser.find("header .pill[data-state='S8']").await?;
    for (count, line) in [(1, "灌渠被占，渠水不通"), (2, "电杆挡在路基上")] {
        browser.fill("#issue-line", line).await?;
        browser.click("#issue-save").await?;
        browser.find(&format!("[data-waiting='{count}']")).await?;
        browser.holds("#issue-line", "").await?;
    }
    browser.shoot("56-problems-wait").await
}

#[test]
fn problems_written_while_the_node_is_down_are_each_there_when_it_answers_again() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let opened: Result<Browser> = runtime.block_on(async {
        let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        let browser = Browser::start(&root.path().join("profile"), &shots).await?;
        browser.open(&address).await?;
        browser.log_in(CLERK, PASSWORD).await?;
        browser.open(&format!("{address}/issues")).await?;
        browser.click("#new-issue").await?;
        browser.fill("#issue-project", "wsy").await?;
        browser
            .find("#issue-project")
            .await?
            .send_keys(Key::Enter + "")
            .await?;
        browser.find("#issue-line").await?;
        Ok(browser)
    });
    let browser = opened.unwrap_or_else(|error| panic!("{error:?}"));
    let _status = node.stop();
    if let Err(error) = runtime.block_on(write_without_node(&browser)) {
        panic!("{error:?}");
    }
    node.start_again();
    let arrived: Result<()> = runtime.block_on(async {
        for line in ["灌渠被占", "电杆挡在"] {
            browser.find_with(".board__lane [data-issue]", line).await?;
        }
        browser.quit().await
    });
    if let Err(error) = arrived {
        panic!("{error:?}");
    }
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
