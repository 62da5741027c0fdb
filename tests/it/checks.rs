//! What does not fit in a month, set aside with a sentence that the county reads, in Chromium over two servers (ux.md 5.2).

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::json;
use shared::time::{Month, Timestamp};
use tests::browser::Browser;
use tests::process::Place;

use crate::axe;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const OFFICER: &str = "王科";
const PASSWORD: &str = "a long password";
const WHY: &str = "设备到货集中付款";

async fn walk(root: &Path, hub: &Place, node: &Place, month: Month, unit: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let (script, mut found) = (axe::script()?, Vec::new());
    let township = Browser::start(&root.join("township"), &shots).await?;
    township.open(&format!("http://{}", node.address())).await?;
    township.log_in(CLERK, PASSWORD).await?;
    township.press_in("nav a", "月报").await?;
    let cell = format!("#report-grid [data-path='{month}/month_done_fen']");
    township.find(&cell).await?;
    township.find_with("#check-counts", "1 错误").await?;

    // Ten times what the months before had, before the start: two warnings, each with the way to its cell.
    let leave = |text: &str| format!("{text}\u{e004}");
    township.fill(&cell, &leave("1000")).await?;
    township.click("#check-report").await?;
    township.find_with("#remarks", "前3个月平均数的3倍").await?;
    township
        .find_with("#remarks", "尚未开工，本月有投资")
        .await?;
    township
        .press_in("#remarks [data-check='surge'] button", "超过前3个月")
        .await?;
    township.find(&format!("{cell}:focus")).await?;

    // One is set aside with a sentence, and is gone from the list.
    township
        .press_in("#remarks [data-check='surge'] button", "忽略并说明")
        .await?;
    axe::look(&township, &script, "explaining", &mut found).await?;
    township.shoot("97-explaining").await?;
    township
        .fill("#explain input:not([type='hidden'])", WHY)
        .await?;
    township.press_in("#explain button", "忽略并说明").await?;
    township.gone("#remarks [data-check='surge']").await?;
    township.find("#remarks [data-check='not_started']").await?;

    // With another amount it is back; with the same one the sentence holds again.
    township.fill(&cell, &leave("1001")).await?;
    township.find("#remarks [data-check='surge']").await?;
    township.fill(&cell, &leave("1000")).await?;
    township.gone("#remarks [data-check='surge']").await?;

    // It is filed, and the officer who reviews it reads the sentence with its author.
    township.click("#file-report").await?;
    township.find_with("dialog", "0 错误").await?;
    township.click("#confirm-filing").await?;
    township.find_with("#explained", WHY).await?;
    node.sync();
    let county = Browser::start(&root.join("hub"), &shots).await?;
    let address = format!("http://{}", hub.address());
    county.open(&address).await?;
    county.log_in(OFFICER, PASSWORD).await?;
    county
        .open(&format!("{address}/report/R-KZ-1/{month}/{unit}"))
        .await?;
    county.find("#accept-report").await?;
    county.find_with("#explained", WHY).await?;
    county.find_with("#explained", CLERK).await?;
    axe::look(&county, &script, "explained", &mut found).await?;
    county.shoot("98-explained").await?;
    anyhow::ensure!(found.is_empty(), "{found:#?}");
    county.quit().await?;
    township.quit().await.context("ending the browser")
}

#[test]
fn a_warning_is_set_aside_with_a_sentence_the_county_reads_and_is_back_with_another_amount() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, node) = Place::hub_and_township(root.path(), TOWNSHIP, PASSWORD);
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let now = Timestamp(me["now"].as_i64().expect("the node's clock"));
    let month = now.date().month_of();
    let project = node.create("松坪镇01号工程");
    let mut set = json!({});
    for back in 1..=3 {
        set[format!("{}/month_done_fen", month.plus(-back))] = json!(100_000_000_i64);
    }
    node.set(&project, &set);
    let unit = me["unit"].as_str().expect("a unit").to_owned();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let walked = walk(root.path(), &hub, &node, month, &unit);
    if let Err(error) = runtime.block_on(walked) {
        panic!("{error:?}");
    }
}
