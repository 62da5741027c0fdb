//! Two browsers and one node: edits made while the node is down wait in their author's browser and nowhere else, and
//! what one person writes stands on another's screen by itself.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::{Place, wait_until};
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const HEAD: &str = "周山";
const PASSWORD: &str = "a long password";
const TOTAL: &str = "total_investment_fen";
const CONTENT: &str = "content_scale";
const START: &str = "planned_start";
const COMPLETION: &str = "planned_completion";

/// A served township with two people and one project.
fn township(root: &Path) -> (Place, String) {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.add_user(HEAD, "head", PASSWORD);
    node.start();
    let mut client = node.log_in(CLERK, PASSWORD);
    let me = client.get("/api/v1/session").ok().json();
    let project = ids::project();
    let create = json!({
        "do": "create_project", "project": project, "home": me["unit"],
        "set": { "name": "松坪镇集镇道路工程", START: "2026-05" },
    });
    let answers = client.commands(&json!([ids::envelope(&create)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    (node, project)
}

async fn browser(root: &Path, name: &str) -> Result<Browser> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    Browser::start(&root.join(name), &shots).await
}

/// Logs in and opens a page.
async fn enter(browser: &Browser, node: &str, name: &str, path: &str) -> Result<()> {
    browser.open(node).await?;
    browser.log_in(name, PASSWORD).await?;
    browser.open(&format!("{node}{path}")).await
}

/// Types into a field of the record and leaves it.
async fn write(browser: &Browser, path: &str, text: &str) -> Result<()> {
    let css = format!("[id='field-{path}'] [data-path='{path}']");
    browser.fill(&css, text).await?;
    browser.find(&css).await?.send_keys(Key::Tab + "").await?;
    Ok(())
}

async fn status(browser: &Browser, path: &str, status: &str) -> Result<()> {
    let css = format!("[id='field-{path}'] [data-status='{status}']");
    browser.find(&css).await?;
    Ok(())
}

async fn count(browser: &Browser, css: &str) -> Result<usize> {
    Ok(browser.driver.find_all(By::Css(css)).await?.len())
}

/// A tab with the record and one with the month's grid.
struct Tabs {
    record: WindowHandle,
    grid: WindowHandle,
    /// The grid's cell of this month's amount.
    cell: String,
}

async fn open_tabs(browser: &Browser, node: &str, project: &str) -> Result<Tabs> {
    enter(browser, node, CLERK, &format!("/projects/{project}")).await?;
    browser.find(&format!("#field-{TOTAL}")).await?;
    let record = browser.driver.window().await?;
    let grid = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(grid.clone()).await?;
    browser.open(node).await?;
    let period = browser.find("#period").await?.attr("data-period").await?;
    browser.press_in("nav a", "月报").await?;
    browser.find("#report-grid tr[data-line]").await?;
    let period = period.context("the month")?;
    Ok(Tabs {
        record,
        grid,
        cell: format!("#report-grid [data-path='{period}/month_done_fen']"),
    })
}

/// Edits in both tabs of a page whose node is gone.
async fn edit_without_node(browser: &Browser, tabs: &Tabs) -> Result<()> {
    browser.find("header .pill[data-state='S8']").await?;
    browser.find("[data-banner='S8']").await?;
    browser.fill(&tabs.cell, "120").await?;
    let cell = browser.find(&tabs.cell).await?;
    cell.send_keys(Key::Tab + "").await?;
    let queued = format!("{} ~ [data-status='queued']", tabs.cell);
    browser.find(&queued).await?;
    browser.find("[data-waiting='1']").await?;
    ensure!(count(browser, "[data-status='saved']").await? == 0);
    browser.shoot("20-queued-in-the-grid").await?;

    browser.driver.switch_to_window(tabs.record.clone()).await?;
    browser.find("header .pill[data-state='S8']").await?;
    write(browser, TOTAL, "1900").await?;
    write(browser, CONTENT, "硬化道路4公里").await?;
    write(browser, COMPLETION, "2026-03").await?;
    for path in [TOTAL, CONTENT, COMPLETION] {
        status(browser, path, "queued").await?;
    }
    browser.find("[data-waiting='3']").await?;
    ensure!(count(browser, "[data-status='saved']").await? == 0);
    browser.shoot("21-queued-in-the-record").await
}

/// The node answers again: what it takes is ticked, what it refuses is listed until its author deletes it.
async fn see_it_arrive(browser: &Browser, tabs: &Tabs) -> Result<()> {
    for path in [TOTAL, CONTENT] {
        status(browser, path, "saved").await?;
    }
    status(browser, COMPLETION, "refused").await?;
    browser
        .find_with(
            &format!("#field-{COMPLETION} .field__refusal"),
            "计划竣工时间早于计划开工时间",
        )
        .await?;
    browser.find("header .pill:not([data-state='S8'])").await?;
    browser.shoot("22-arrived").await?;
    browser.driver.switch_to_window(tabs.grid.clone()).await?;
    browser
        .find(&format!("{} ~ [data-status='saved']", tabs.cell))
        .await?;

    // The list of the refused outlives the page.
    browser.driver.switch_to_window(tabs.record.clone()).await?;
    browser.driver.refresh().await?;
    browser.click("#outbox summary").await?;
    let item = browser.find("#outbox [data-command]").await?;
    let text = item.text().await?;
    for words in ["计划竣工", "2026-03", "计划竣工时间早于计划开工时间"] {
        ensure!(text.contains(words), "{words} is missing in {text}");
    }
    browser.shoot("23-refused-is-listed").await?;
    item.find(By::Css("button")).await?.click().await?;
    browser.find("#content .record").await?;
    browser.gone("#outbox").await?;
    browser.driver.refresh().await?;
    browser.find("#content .record").await?;
    browser.gone("#outbox").await
}

#[test]
fn edits_made_while_the_node_is_down_arrive_when_it_answers_again_and_are_not_ticked_before() {
    let root = tempfile::tempdir().expect("a folder");
    let (mut node, project) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = Runtime::new().expect("a runtime");
    let (browser, tabs) = runtime
        .block_on(async {
            let browser = browser(root.path(), "clerk").await?;
            let tabs = open_tabs(&browser, &address, &project).await?;
            anyhow::Ok((browser, tabs))
        })
        .unwrap_or_else(|error| panic!("{error:?}"));

    let _status = node.stop();
    if let Err(error) = runtime.block_on(edit_without_node(&browser, &tabs)) {
        panic!("{error:?}");
    }
    let before = node.dump(TOWNSHIP);
    assert!(!before.contains("硬化道路4公里"), "{before}");

    node.start_again();
    if let Err(error) = runtime.block_on(see_it_arrive(&browser, &tabs)) {
        panic!("{error:?}");
    }
    let after = node.dump(TOWNSHIP);
    for written in ["1900000000", "硬化道路4公里", "120000000", "2026-05"] {
        assert!(after.contains(written), "{written} is missing in {after}");
    }
    assert!(!after.contains("2026-03"), "{after}");
    runtime.block_on(browser.quit()).expect("the browser ends");
}

/// The session ended meanwhile: another person logs in at the same browser, then the author.
async fn two_people_at_one_browser(
    browser: &Browser,
    node: &Place,
    project: &str,
    password: &str,
) -> Result<()> {
    browser.find("input[name='password']").await?;
    browser.log_in(HEAD, PASSWORD).await?;
    browser.find(&format!("#field-{TOTAL}")).await?;
    write(browser, "notes", "负责人的备注").await?;
    status(browser, "notes", "saved").await?;
    // Closed with a cell in hand, the page has left the cell.
    browser
        .fill("#field-notes [data-path='notes']", "负责人改过的备注")
        .await?;
    browser.driver.refresh().await?;
    browser.find(&format!("#field-{TOTAL}")).await?;
    wait_until("what was in hand is written", || {
        node.dump(TOWNSHIP).contains("负责人改过的备注")
    });
    ensure!(count(browser, "[data-waiting], #outbox").await? == 0);
    let dump = node.dump(TOWNSHIP);
    ensure!(dump.contains("负责人改过的备注"), "{dump}");
    ensure!(!dump.contains("1900000000"), "another's edit was sent");

    browser.click("#user-menu").await?;
    browser.click("#log-out").await?;
    // Who leaves is not told that his session was lost, and whoever comes next begins at the door.
    browser.find("input[name='name']:focus").await?;
    ensure!(count(browser, ".form__note").await? == 0);
    browser.log_in(CLERK, password).await?;
    browser.find(".desk").await?;
    browser
        .open(&format!("http://{}/projects/{project}", node.address()))
        .await?;
    let total = format!("#field-{TOTAL} [data-path='{TOTAL}']");
    browser.find(&total).await?;
    wait_until("the clerk's own edit is written", || {
        node.dump(TOWNSHIP).contains("1900000000")
    });
    browser.holds(&total, "1900").await
}

#[test]
fn a_queue_is_sent_by_its_author_only() {
    let root = tempfile::tempdir().expect("a folder");
    let (mut node, project) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = Runtime::new().expect("a runtime");
    let page = format!("/projects/{project}");
    let browser = runtime
        .block_on(async {
            let browser = browser(root.path(), "shared").await?;
            enter(&browser, &address, CLERK, &page).await?;
            browser.find(&format!("#field-{TOTAL}")).await?;
            anyhow::Ok(browser)
        })
        .unwrap_or_else(|error| panic!("{error:?}"));

    let _status = node.stop();
    let queued: Result<()> = runtime.block_on(async {
        write(&browser, TOTAL, "1900").await?;
        status(&browser, TOTAL, "queued").await?;
        // Without the node nobody can log out: the session would go on behind the closed door.
        browser.click("#user-menu").await?;
        browser.click("#log-out").await?;
        browser
            .find_with(".notice--bad", "本机程序没有响应")
            .await?;
        browser.find("header .pill[data-state='S8']").await?;
        Ok(())
    });
    if let Err(error) = queued {
        panic!("{error:?}");
    }
    // A new password ends the clerk's session, as a night would.
    let password = "another long password";
    let _changed = node
        .cli_with(
            &["user", "passwd", CLERK, "--password-stdin"],
            &format!("{password}\n"),
        )
        .ok();
    node.start_again();
    let done = runtime.block_on(two_people_at_one_browser(
        &browser, &node, &project, password,
    ));
    if let Err(error) = done {
        panic!("{error:?}");
    }
    runtime.block_on(browser.quit()).expect("the browser ends");
}

/// One person writes, the other watches; then the other way round, in the grid.
async fn watch_each_other(
    clerk: &Browser,
    head: &Browser,
    node: &str,
    project: &str,
) -> Result<()> {
    let page = format!("/projects/{project}");
    enter(clerk, node, CLERK, &page).await?;
    clerk.find(&format!("#field-{TOTAL}")).await?;
    enter(head, node, HEAD, &page).await?;
    head.find(&format!("#field-{TOTAL}")).await?;
    // A page that is loaded anew loses this.
    let mark = "window.loadedOnce = true";
    for browser in [clerk, head] {
        browser.driver.execute(mark, Vec::new()).await?;
    }
    write(clerk, TOTAL, "1900").await?;
    status(clerk, TOTAL, "saved").await?;
    head.holds(&format!("#field-{TOTAL} [data-path='{TOTAL}']"), "1900")
        .await?;
    head.press_in("nav a", "月报").await?;
    let cell = "#report-grid [data-path$='/month_done_fen']";
    head.find(cell).await?;
    clerk.press_in("nav a", "月报").await?;
    clerk.fill(cell, "77").await?;
    clerk.find(cell).await?.send_keys(Key::Tab + "").await?;
    clerk
        .find(&format!("{cell} ~ [data-status='saved']"))
        .await?;
    head.holds(cell, "77").await?;
    head.find_with("#filled-count", "/1").await?;
    for browser in [clerk, head] {
        let kept = browser
            .driver
            .execute("return window.loadedOnce === true", Vec::new())
            .await?;
        ensure!(kept.json().as_bool() == Some(true), "the page was reloaded");
    }
    Ok(())
}

#[test]
fn two_people_see_each_others_edits_without_loading_the_page_anew() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, project) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = Runtime::new().expect("a runtime");
    let seen: Result<()> = runtime.block_on(async {
        let (clerk, head) = (
            browser(root.path(), "clerk").await?,
            browser(root.path(), "head").await?,
        );
        watch_each_other(&clerk, &head, &address, &project).await?;
        clerk.quit().await?;
        head.quit().await
    });
    if let Err(error) = seen {
        panic!("{error:?}");
    }
}
