//! The front end: what it weighs, and how a list of 2,000 projects opens and is searched in headless Chromium.

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

/// Measures all rows that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [weight, list, keystroke] = ROWS else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    if plan.wants_row(weight.name) {
        found.push(weigh(weight)?);
    }
    if plan.wants(&[list.name, keystroke.name]) {
        let (openings, keys) = runtime()?.block_on(in_chromium())?;
        found.push(Measured::times(list, openings, 300.0));
        found.push(Measured::times(keystroke, keys, 50.0));
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

/// Milliseconds to the first row of each opening, and of each keystroke.
async fn in_chromium() -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let root = tempfile::tempdir()?;
    let dir = root.path().join("township");
    create(&dir, NodeRole::Node, "竹溪镇")?;
    let node = Running::start_plain(&dir, loopback(0)).await?;
    let handle = node.app.handle.clone();
    let accounts = Accounts::open(handle.clone(), Clock::system(), false).await?;
    let password = Secret::new(PASSWORD.to_owned());
    let unit = handle.info().unit;
    let _clerk = accounts.add(NAME, Role::Clerk, unit, password).await?;
    write_records(&handle, 0, PROJECTS).await?;
    // The server reads its accounts when it starts.
    node.stop().await?;
    let node = Running::start_plain(&dir, loopback(0)).await?;

    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.path().join("profile"), &shots).await?;
    let address = format!("http://{}", node.app.address);
    browser.open(&address).await?;
    browser.log_in(NAME, PASSWORD).await?;
    let source = json!({ "source": WATCH });
    let cdp = browser.driver.cdp();
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    let mut openings = Vec::new();
    for _ in 0..OPENINGS {
        browser.open(&format!("{address}/projects")).await?;
        browser.find(".ledger__row").await?;
        openings.push(first_row(&browser).await?);
    }
    let times = browser.driver.execute_async(KEYSTROKES, Vec::new()).await?;
    let keys = serde_json::from_value(times.json().clone())?;
    browser.quit().await?;
    node.stop().await?;
    Ok((openings, keys))
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
