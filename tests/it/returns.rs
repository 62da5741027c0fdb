//! A month that is returned cell by cell and corrected with a reason, in Chromium and over two servers (ux.md 5.2, 5.9).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use shared::time::{Month, Timestamp};
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::Key;

use crate::axe;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const OFFICER: &str = "王科";
const PASSWORD: &str = "a long password";
const REMARK: &str = "与监理月报不一致，请核实";

struct Two {
    hub: Place,
    node: Place,
    month: Month,
    unit: String,
}

impl Two {
    fn begin(root: &Path) -> Self {
        let (hub, node) = Place::hub_and_township(root, TOWNSHIP, PASSWORD);
        let mut clerk = node.log_in(CLERK, PASSWORD);
        let me = clerk.get("/api/v1/session").ok().json();
        let now = Timestamp(me["now"].as_i64().expect("the node's clock"));
        let month = now.date().month_of();
        for number in 1..=2 {
            let project = node.create(&format!("松坪镇{number:02}号工程"));
            let mut set = json!({ "total_investment_fen": 50_000_000_000_i64 });
            set[format!("{month}/month_done_fen")] = json!(600_000_000_i64);
            set[format!("{month}/month_image")] = json!("路基完成");
            node.set(&project, &set);
        }
        let unit = me["unit"].as_str().expect("a unit").to_owned();
        Self {
            hub,
            node,
            month,
            unit,
        }
    }

    /// A cell of the township's grid.
    fn cell(&self, row: usize, field: &str) -> String {
        let month = self.month;
        format!("#report-grid tbody tr:nth-child({row}) [data-path='{month}/{field}']")
    }
}

/// Opens the township's month and files it.
async fn file(browser: &Browser) -> Result<()> {
    browser.click("#file-report").await?;
    browser.click("#confirm-filing").await?;
    browser.find(".report[data-filing-state^='Filed']").await?;
    Ok(())
}

async fn walk(root: &Path, two: &Two) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let (script, mut found) = (axe::script()?, Vec::new());
    let node = format!("http://{}", two.node.address());
    let township = Browser::start(&root.join("township"), &shots).await?;
    township.open(&node).await?;
    township.log_in(CLERK, PASSWORD).await?;
    township.press_in("nav a", "月报").await?;
    township.find(&two.cell(1, "month_done_fen")).await?;
    file(&township).await?;
    two.node.sync();

    // The officer says of one cell what is wrong with it.
    let address = format!("http://{}", two.hub.address());
    let hub = Browser::start(&root.join("hub"), &shots).await?;
    hub.open(&address).await?;
    hub.log_in(OFFICER, PASSWORD).await?;
    let report = format!("{address}/report/R-KZ-1/{}/{}", two.month, two.unit);
    hub.open(&report).await?;
    hub.click("#return-report").await?;
    hub.find("#returning").await?;
    axe::look(&hub, &script, "returning", &mut found).await?;
    hub.fill("#returning [name='reason']", "两处不符").await?;
    let cell = "#returning tbody tr:nth-child(2) [data-cell$='month_done_fen']";
    hub.fill(cell, REMARK).await?;
    hub.shoot("95-returning").await?;
    hub.click("#confirm-return").await?;
    hub.find(".report[data-filing-state='Returned']").await?;
    two.node.sync();

    // The unit sees the cell marked, is led to it, and the mark goes when the cell is changed.
    township
        .find(".report[data-filing-state='Returned']")
        .await?;
    township.find_with("#remarked", REMARK).await?;
    township
        .find("#report-grid tbody tr:nth-child(2) .corner")
        .await?;
    township.click("#remarked button").await?;
    let done = two.cell(2, "month_done_fen");
    township.find(&format!("{done}:focus")).await?;
    township.find_with("#report-grid .corner", REMARK).await?;
    axe::look(&township, &script, "returned", &mut found).await?;
    township.shoot("96-returned-cell").await?;
    township.fill(&done, "580").await?;
    township.find(&done).await?.send_keys(Key::Tab + "").await?;
    township.gone("#report-grid .corner").await?;
    township.gone("#remarked").await?;
    file(&township).await?;
    two.node.sync();

    // What was filed is locked until somebody says why it is changed.
    let locked = township.find(&done).await?;
    ensure!(
        !locked.is_enabled().await? || locked.attr("readonly").await?.is_some(),
        "open after filing"
    );
    township.click("#correct-report").await?;
    township
        .fill("dialog textarea[name='reason']", "监理复核后核减")
        .await?;
    township.click("dialog button[type='submit']").await?;
    township.gone("dialog").await?;
    township.fill(&done, "570").await?;
    township.find(&done).await?.send_keys(Key::Tab + "").await?;
    township
        .find("#report-grid tbody tr:nth-child(2) .corner")
        .await?;
    township.click(&done).await?;
    township
        .find_with("#report-grid .corner", "原报 580 万元")
        .await?;
    township
        .find_with("#report-grid .corner", "原因：监理复核后核减")
        .await?;
    township.shoot("97-corrected").await?;
    two.node.sync();
    hub.open(&format!("{address}/county")).await?;
    hub.click("[data-amended] summary").await?;
    hub.find_with("[data-amended] li", "580 万元 → 570 万元")
        .await?;
    hub.find_with("[data-amended] li", "原因：监理复核后核减")
        .await?;
    hub.shoot("98-corrected-at-the-hub").await?;
    ensure!(found.is_empty(), "{}", found.join("\n"));
    township
        .quit()
        .await
        .context("ending the township's browser")?;
    hub.quit().await.context("ending the hub's browser")
}

#[test]
fn a_month_is_returned_by_its_cells_and_corrected_with_a_reason() {
    let root = tempfile::tempdir().expect("a folder");
    let two = Two::begin(root.path());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(walk(root.path(), &two)) {
        panic!("{error:?}");
    }
}
