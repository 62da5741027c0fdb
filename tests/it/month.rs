//! Filling a month as a new user does it, in Chromium: the cell in hand is in sight, what cannot be read is never filed as something else,
//! and the printed sheet holds what was typed.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::{By, Key};

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
/// More rows than any screen shows.
const PROJECTS: usize = 25;
const IMAGE: &str = "路基完成八成，正在铺设水稳层";

/// The key of WebDriver.
const ENTER: char = '\u{e007}';

/// True when nothing of the grid lies over the cell that has the focus.
const IN_SIGHT: &str = r"
    const box = document.activeElement.getBoundingClientRect();
    const at = y => document.elementFromPoint(box.left + box.width / 2, y);
    return document.activeElement.matches('#report-grid [data-path]')
        && [box.top + 3, box.bottom - 3].every(y => at(y) === document.activeElement);";

async fn fill(root: &Path, address: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.press_in("nav a", "月报").await?;
    browser.find("#report-grid tr[data-line]").await?;
    let in_sight = async |row: usize| {
        let told = browser.driver.execute(IN_SIGHT, Vec::new()).await?;
        ensure!(told.json().as_bool() == Some(true), "row {row} is hidden");
        Ok(())
    };

    // Down the column with Enter, and up again, the cell in hand stays in sight.
    browser
        .click("#report-grid tbody tr td.grid__input input")
        .await?;
    for row in 1..=PROJECTS {
        in_sight(row).await?;
        let cell = browser.driver.active_element().await?;
        cell.send_keys(format!("{row}{ENTER}")).await?;
    }
    for row in (1..PROJECTS).rev() {
        let cell = browser.driver.active_element().await?;
        cell.send_keys(Key::Up + "").await?;
        in_sight(row).await?;
    }
    browser
        .find_with("#filled-count", &format!("{PROJECTS}/{PROJECTS}"))
        .await?;

    // The light is a shape and a word, and says why to whoever points at it or comes by with Tab.
    let light = browser.find("#report-grid [data-light='red']").await?;
    ensure!(light.text().await?.trim() == "● 滞后", "no shape and word");
    let why = light.attr("aria-label").await?.unwrap_or_default();
    ensure!(
        why.contains("低于80%为滞后；按“累计计划完成率”判为滞后"),
        "{why}"
    );
    browser
        .driver
        .execute("arguments[0].focus()", vec![light.to_json()?])
        .await?;
    let shown = "return getComputedStyle(document.activeElement, '::after').content";
    let shown = browser.driver.execute(shown, Vec::new()).await?;
    ensure!(
        shown
            .json()
            .as_str()
            .is_some_and(|text| text.contains("低于80%")),
        "the reason is not shown"
    );
    browser.shoot("81-light").await?;
    browser
        .driver
        .execute(
            "document.querySelector('#report-grid tbody td.grid__input input').focus()",
            Vec::new(),
        )
        .await?;

    // What cannot be read says so beneath the cell, keeps the focus, and keeps the month from being filed as it was before.
    let first = browser.driver.active_element().await?;
    first.send_keys(Key::Control + "a").await?;
    first.send_keys(format!("4o{ENTER}")).await?;
    browser
        .find_with("#report-grid .value__error", "请填金额")
        .await?;
    browser.shoot("82-unreadable").await?;
    let there = browser.driver.active_element().await?;
    ensure!(
        there.prop("value").await?.as_deref() == Some("4o"),
        "the focus is gone"
    );
    browser.click("#file-report").await?;
    browser.see("这一格的内容不能识别").await?;
    ensure!(
        browser.driver.find(By::Css("dialog")).await.is_err(),
        "it could be filed"
    );
    browser
        .driver
        .active_element()
        .await?
        .send_keys(Key::Escape + "")
        .await?;

    // On paper stands what was typed, with the unit of money and three signatures; no input does.
    browser
        .fill("#report-grid tbody tr td.grid__image textarea", IMAGE)
        .await?;
    browser
        .driver
        .active_element()
        .await?
        .send_keys(Key::Control + "s")
        .await?;
    browser
        .find("#report-grid .mark[data-status='saved']")
        .await?;
    browser.show_print(true).await?;
    browser.find_with(".print-sheet", IMAGE).await?;
    for words in [
        "单位：万元",
        "单位负责人：",
        "填表人：",
        "25.00",
        "月度工作台账",
    ] {
        browser.find_with(".print-sheet", words).await?;
    }
    ensure!(
        !browser
            .driver
            .find(By::Css("#report-grid"))
            .await?
            .is_displayed()
            .await?,
        "the grid is printed"
    );
    browser.shoot("83-month-on-paper").await?;
    browser.show_print(false).await?;

    // Large type keeps every column.
    browser.click("#user-menu").await?;
    browser.press_in(".menu button", "大字").await?;
    let image = browser.find("#report-grid td.grid__image").await?;
    ensure!(
        image.rect().await?.width > 90.0,
        "形象进度 is gone in large type"
    );
    browser.shoot("84-large-type").await?;
    browser.quit().await.context("ending the browser")
}

#[test]
fn a_month_of_many_projects_is_filled_in_sight_and_printed_whole() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, mut clerk) = Place::staffed_township(root.path(), TOWNSHIP, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let due = clerk.get("/api/v1/desk").ok().json();
    let year = due["filing"]["period"].as_str().expect("a month")[..4].to_owned();
    let create = |number: usize| {
        // The first has a plan and is far behind it.
        let plan = (number == 1).then_some(120_000_000_000_i64);
        let set = json!({ "name": format!("松坪镇第{number}号道路工程"), "total_investment_fen": 183_050_000_i64, format!("{year}/year_plan_fen"): plan });
        ids::envelope(
            &json!({ "do": "create_project", "project": ids::project(), "home": me["unit"], "set": set }),
        )
    };
    let commands: Vec<_> = (1..=PROJECTS).map(create).collect();
    let _answers = clerk.commands(&json!(commands));
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(fill(root.path(), &address)) {
        panic!("{error:?}");
    }
}
