//! 项目台账 as a clerk works with it: views kept by name, groups with their sums, many projects written at once and taken back
//! (ux.md 5.3).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::http::Client;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

/// Projects of the ledger: name, sector, 万元.
const PROJECTS: [(&str, &str, i64); 5] = [
    ("松坪镇集镇道路工程", "transport", 1_200),
    ("松坪镇中学扩建", "social", 800),
    ("松坪镇通村公路", "transport", 300),
    ("松坪镇卫生院", "social", 450),
    ("松坪镇未定项目", "", 50),
];

/// A township with the projects, the clerk's line to it, and the projects' ids.
fn township(root: &Path) -> (Place, Client, Vec<String>) {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let create = |(name, sector, wan): (&str, &str, i64)| {
        let project = ids::project();
        let mut set = json!({ "name": name, "total_investment_fen": wan * 1_000_000 });
        if !sector.is_empty() {
            set["sector"] = sector.into();
        }
        let create =
            json!({ "do": "create_project", "project": project, "home": unit, "set": set });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
        project
    };
    let made = PROJECTS.map(create).to_vec();
    (node, clerk, made)
}

async fn start(root: &Path, address: &str) -> Result<Browser> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(&format!("{address}/projects")).await?;
    browser.find_with(".ledger__row", PROJECTS[0].0).await?;
    Ok(browser)
}

/// Keys for whatever has the focus.
async fn keys(browser: &Browser, keys: impl Into<TypingData>) -> Result<()> {
    let here = browser.driver.active_element().await?;
    Ok(here.send_keys(keys).await?)
}

/// The first line of each line of the list.
async fn lines(browser: &Browser) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in browser.driver.find_all(By::Css(".ledger__name")).await? {
        let text = line.text().await?;
        lines.push(text.lines().next().unwrap_or_default().to_owned());
    }
    Ok(lines[1..].to_vec())
}

async fn views_and_groups(root: &Path, address: &str) -> Result<()> {
    let browser = start(root, address).await?;
    // Groups: heads with sums before their rows, which keep the order of the list; what has no value comes last.
    browser.click("#group-by").await?;
    browser.press_in("#group-by option", "行业").await?;
    browser.find("[data-group='social']").await?;
    let first = browser
        .find("[data-group='transport']")
        .await?
        .text()
        .await?;
    ensure!(first.contains("1,500.00"), "{first}");
    let names = lines(&browser).await?;
    let of = |name: &str| {
        names
            .iter()
            .position(|line| line.starts_with(name))
            .context(name.to_owned())
    };
    let heads: Vec<usize> = [
        "松坪镇集镇道路工程",
        "松坪镇通村公路",
        "松坪镇中学扩建",
        "松坪镇卫生院",
        "未填",
        "松坪镇未定项目",
    ]
    .iter()
    .map(|name| of(name))
    .collect::<Result<_>>()?;
    ensure!(
        names.len() == 8 && heads[0].abs_diff(heads[1]) == 1 && heads[2].abs_diff(heads[3]) == 1,
        "{names:?}"
    );
    ensure!(heads[4] == 6 && heads[5] == 7, "{names:?}");
    browser.shoot("60-ledger-groups").await?;
    browser.show_print(true).await?;
    browser.shoot("61-ledger-groups-on-paper").await?;
    browser.show_print(false).await?;

    // Rows keep their keys: the cursor steps over the heads.
    browser.click(".ledger__group").await?;
    for _ in 0..2 {
        keys(&browser, "j").await?;
    }
    let here = browser.find(".ledger__row--cursor").await?.text().await?;
    ensure!(here.starts_with(names[4].as_str()), "{here} {names:?}");

    // What is shown is kept under a name; V leads to the views.
    browser.fill("#list-search", "松坪").await?;
    browser
        .press_in("[role=columnheader] button", "总投资")
        .await?;
    browser.click("#save-view").await?;
    browser.find("dialog textarea:focus").await?;
    keys(&browser, "按行业看大项目").await?;
    browser.shoot("62-ledger-view-name").await?;
    keys(&browser, Key::Enter + "").await?;
    browser.gone("dialog").await?;
    browser.holds("#views", "按行业看大项目").await?;
    browser
        .driver
        .execute("document.activeElement.blur()", Vec::new())
        .await?;
    keys(&browser, "v").await?;
    browser.find("#views:focus").await?;
    browser.shoot("63-ledger-views").await?;
    keys(&browser, Key::Up + "").await?;
    keys(&browser, Key::Enter + "").await?;
    browser.holds("#views", "在建").await?;
    browser.see("没有符合条件的项目").await?;
    browser.holds("#list-search", "").await?;
    browser.gone("#delete-view").await?;

    // The browser keeps it for the next page of the same person, until it is deleted.
    browser.open(&format!("{address}/projects")).await?;
    browser.find_with(".ledger__row", PROJECTS[0].0).await?;
    browser.press_in("#views option", "按行业看大项目").await?;
    browser.find("[data-group='transport']").await?;
    browser.holds("#list-search", "松坪").await?;
    let sorted = lines(&browser).await?;
    ensure!(
        sorted[1] == PROJECTS[0].0 && sorted[2] == PROJECTS[2].0,
        "{sorted:?}"
    );
    let kept = "return Object.keys(localStorage).filter(key => key.startsWith('views/')).length";
    let kept = browser.driver.execute(kept, Vec::new()).await?;
    ensure!(kept.json() == 1, "{:?}", kept.json());
    browser.click("#delete-view").await?;
    browser.see_no_more("按行业看大项目").await?;
    browser.holds("#views", "—").await?;
    browser.quit().await.context("ending the browser")
}

fn with_township(look: impl AsyncFnOnce(&Path, &str) -> Result<()>) {
    let root = tempfile::tempdir().expect("a folder");
    let (node, ..) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address)) {
        panic!("{error:?}");
    }
}

#[test]
fn what_the_list_was_asked_for_is_kept_under_a_name_and_groups_have_sums() {
    with_township(views_and_groups);
}
