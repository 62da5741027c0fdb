//! The front end: what it weighs, how a list of 2,000 projects opens and is searched in headless Chromium, and how a month of 60 is typed.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use node::accounts::Accounts;
use node::accounts::password::Secret;
use node::clock::Clock;
use serde_json::json;
use shared::api::NodeRole;
use shared::command::Role;
use tests::browser::Browser;

use super::Plan;
use super::ground::{Running, create, loopback, runtime, write_records};
use super::table::{Measured, Row};

const PROJECTS: u64 = 2_000;
/// Rows of the month's grid.
const LINES: u64 = 60;
const NAME: &str = "李梅";
const PASSWORD: &str = "a long password";
/// How often the list is opened.
const OPENINGS: usize = 10;

/// The rows measured here, in this order.
pub const ROWS: &[Row] = &[
    Row {
        name: "front-end",
        what: "Scripts and modules of the front end in brotli",
        goal: "≤ 300 kB",
    },
    Row {
        name: "list",
        what: "A list of 2,000 projects in Chromium: first rows after the page is loaded",
        goal: "≤ 300 ms",
    },
    Row {
        name: "keystroke",
        what: "A keystroke in that list's search, to the next frame",
        goal: "≤ 50 ms",
    },
    Row {
        name: "grid",
        what: "A keystroke in the month's grid of 60 projects, to the next frame",
        goal: "≤ 50 ms",
    },
];

/// Notes when the first row of the list is painted; runs before the page's own scripts.
const WATCH: &str = "const watch = () => {
  if (document.querySelector('.ledger__row')) window.firstRow = performance.now();
  else requestAnimationFrame(watch);
};
requestAnimationFrame(watch);";

/// Milliseconds from the page's load to its first row.
const FIRST_ROW: &str = "const loaded = performance.getEntriesByType('navigation')[0].loadEventEnd;
return window.firstRow && loaded ? Math.max(0, window.firstRow - loaded) : null;";

/// Types and deletes digits in the search of the list, and times each to the end of the frame that shows it.
const KEYSTROKES: &str = "const done = arguments[arguments.length - 1];
const box = document.querySelector('#list-search');
const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
const texts = [];
for (const number of ['1', '17', '205', '1234', '1999', '88', '640', '3'])
  for (let end = 1; end <= number.length; end++) texts.push(number.slice(0, end));
texts.push('');
const times = [];
const type = (at) => {
  if (at === texts.length) return done(times);
  const begun = performance.now();
  set.call(box, texts[at]);
  box.dispatchEvent(new InputEvent('input', { bubbles: true, data: texts[at] }));
  requestAnimationFrame(() => setTimeout(() => {
    times.push(performance.now() - begun);
    setTimeout(() => type(at + 1), 30);
  }));
};
type(0);";

/// Types 200 letters into the cells of the month's grid, row after row, and times each likewise.
const GRID: &str = "const done = arguments[arguments.length - 1];
const cells = [...document.querySelectorAll(\"#report-grid tr[data-line] [data-path$='month_image']\")];
const times = [];
const type = (at) => {
  if (at === 200) return done(times);
  const cell = cells[Math.floor(at / 4) % cells.length];
  cell.focus();
  const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(cell), 'value').set;
  const begun = performance.now();
  set.call(cell, cell.value + '路');
  cell.dispatchEvent(new InputEvent('input', { bubbles: true, data: '路' }));
  requestAnimationFrame(() => setTimeout(() => {
    times.push(performance.now() - begun);
    setTimeout(() => type(at + 1), 30);
  }));
};
type(0);";

/// Measures all rows that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [weight, list, keystroke, grid] = ROWS else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if plan.wants_row(weight.name) {
        found.push(weigh(weight)?);
    }
    if plan.wants(&[list.name, keystroke.name]) {
        let (openings, keys) = runtime()?.block_on(open_list())?;
        found.push(Measured::times(list, openings, 300.0));
        found.push(Measured::times(keystroke, keys, 50.0));
    }
    if plan.wants_row(grid.name) {
        let keys = runtime()?.block_on(type_month())?;
        found.push(Measured::times(grid, keys, 50.0));
    }
    Ok(found)
}

fn weigh(row: &'static Row) -> anyhow::Result<Measured> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist/assets");
    let mut bytes = 0;
    for entry in std::fs::read_dir(&assets).context("run scripts/build-web")? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".js.br") || name.ends_with(".wasm.br") {
            bytes += path.metadata()?.len();
        }
    }
    ensure!(bytes > 0, "no scripts in {}", assets.display());
    let found = format!("{bytes} B");
    Ok(Measured::at_most(row, found, bytes as f64, 300_000.0))
}

/// A township with so many projects, and a clerk's browser on its first page.
async fn clerk_of(root: &Path, projects: u64) -> anyhow::Result<(Running, Browser)> {
    let dir = root.join("township");
    create(&dir, NodeRole::Node, "竹溪镇")?;
    let node = Running::start_plain(&dir, loopback(0)).await?;
    let handle = node.app.handle.clone();
    let accounts = Accounts::open(handle.clone(), Clock::system(), false).await?;
    let password = Secret::new(PASSWORD.to_owned());
    let unit = handle.info().unit;
    let _clerk = accounts.add(NAME, Role::Clerk, unit, password).await?;
    write_records(&handle, 0, projects).await?;
    // The server reads its accounts when it starts.
    node.stop().await?;
    let node = Running::start_plain(&dir, loopback(0)).await?;

    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser
        .open(&format!("http://{}", node.app.address))
        .await?;
    browser.log_in(NAME, PASSWORD).await?;
    Ok((node, browser))
}

/// Milliseconds to the first row of each opening of the list, and of each keystroke in its search.
async fn open_list() -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let root = tempfile::tempdir()?;
    let (node, browser) = clerk_of(root.path(), PROJECTS).await?;
    let source = json!({ "source": WATCH });
    let cdp = browser.driver.cdp();
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    let list = format!("http://{}/projects", node.app.address);
    let mut openings = Vec::new();
    for _ in 0..OPENINGS {
        browser.open(&list).await?;
        browser.find(".ledger__row").await?;
        openings.push(first_row(&browser).await?);
    }
    let keys = time_keys(&browser, KEYSTROKES).await?;
    browser.quit().await?;
    node.stop().await?;
    Ok((openings, keys))
}

/// Milliseconds of each keystroke in the month's grid.
async fn type_month() -> anyhow::Result<Vec<f64>> {
    let root = tempfile::tempdir()?;
    let (node, browser) = clerk_of(root.path(), LINES).await?;
    browser.click("nav a[href^='/report']").await?;
    let last = format!("#report-grid tr[data-line]:nth-child({LINES})");
    browser.find(&last).await?;
    let keys = time_keys(&browser, GRID).await?;
    browser.quit().await?;
    node.stop().await?;
    Ok(keys)
}

async fn time_keys(browser: &Browser, script: &str) -> anyhow::Result<Vec<f64>> {
    let times = browser.driver.execute_async(script, Vec::new()).await?;
    Ok(serde_json::from_value(times.json().clone())?)
}

/// Waits until the watch has seen a row and the page's load is over.
async fn first_row(browser: &Browser) -> anyhow::Result<f64> {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        let took = browser.driver.execute(FIRST_ROW, Vec::new()).await?;
        if let Some(took) = took.json().as_f64() {
            return Ok(took);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("no row was painted")
}
