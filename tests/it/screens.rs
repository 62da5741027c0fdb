//! How the screens stand: on paper, on a phone of 375 pixels, and with a conflict in the month's grid.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const HEAD: &str = "周山";
const PASSWORD: &str = "a long password";

/// A cell's parts beyond its own borders.
const SPILLED: &str = r"
    const out = [];
    for (const cell of document.querySelectorAll('#report-grid td')) {
        const own = cell.getBoundingClientRect();
        for (const part of cell.children) {
            const box = part.getBoundingClientRect();
            if (box.width > 0 && (box.right > own.right + 1 || box.left < own.left - 1 || box.bottom > own.bottom + 1))
                out.push(part.className + ' in ' + cell.className);
        }
        const chip = cell.querySelector('.chip'), value = cell.querySelector('.value');
        if (chip && chip.getBoundingClientRect().top < value.getBoundingClientRect().bottom - 1) out.push('chip over value in ' + cell.className);
    }
    return out.join('; ');";

async fn script(browser: &Browser, script: &str) -> Result<String> {
    let said = browser.driver.execute(script, Vec::new()).await?;
    Ok(said.json().as_str().unwrap_or_default().to_owned())
}

/// A township with a project whose names are long, the month's amount in conflict in a second one, and the month.
fn township(root: &Path) -> (Place, String, String) {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.add_user(HEAD, "head", PASSWORD);
    node.start();
    let (mut clerk, mut head) = (node.log_in(CLERK, PASSWORD), node.log_in(HEAD, PASSWORD));
    let me = clerk.get("/api/v1/session").ok().json();
    let now = me["now"].as_i64().expect("the node's clock");
    let date = shared::time::Timestamp(now).date();
    let period = date.month_of().to_string();
    let project = ids::project();
    let set = json!({
        "name": "松坪镇集镇道路及排水管网综合改造提升工程（二期）",
        "project_code": "2511-500154-04-01-123456",
        "content_scale": "硬化道路4公里，新建排水管网2.6公里及附属设施".repeat(4),
        "owner_org": "松坪镇人民政府基础设施建设服务中心",
        "total_investment_fen": 183_050_000_000_i64,
    });
    let create =
        json!({ "do": "create_project", "project": project, "home": me["unit"], "set": set });
    let done = |answers: Value| assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    done(clerk.commands(&json!([ids::envelope(&create)])));
    let heads = clerk.project(&project)["heads"].clone();
    for (client, fen) in [(&mut clerk, 5_000_000_i64), (&mut head, 6_000_000)] {
        let mut set = serde_json::Map::new();
        set.insert(format!("{period}/month_done_fen"), fen.into());
        set.insert(
            format!("{period}/month_image"),
            format!("路基完成{fen}").into(),
        );
        let edit = json!({ "do": "edit", "project": project, "set": set });
        done(client.commands(&json!([ids::envelope_at(&edit, &heads, &[])])));
    }
    (node, project, period)
}

async fn log_in(browser: &Browser, node: &str) -> Result<()> {
    browser.open(node).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    Ok(())
}

async fn look(root: &Path, node: &str, project: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    log_in(&browser, node).await?;

    // A conflict in the grid stays inside its cell.
    browser.press_in("nav a", "月报").await?;
    browser.find("#report-grid td .chip--ask").await?;
    browser.shoot("30-conflict-in-the-grid").await?;
    let spilled = script(&browser, SPILLED).await?;
    ensure!(spilled.is_empty(), "{spilled}");

    // The receipt is a sheet of its own.
    browser.click("#file-report").await?;
    browser.click("#confirm-filing").await?;
    browser.click("#open-receipt").await?;
    let sheet = browser.find(".receipt-sheet").await?;
    let text = sheet.text().await?;
    for words in [TOWNSHIP, CLERK, "回执编号", "报送时间", "送达时间"] {
        ensure!(text.contains(words), "{words} is missing in {text}");
    }
    browser.shoot("31-receipt").await?;
    browser.show_print(true).await?;
    let printed = browser.text().await;
    browser.shoot("32-receipt-on-paper").await?;
    ensure!(printed.contains("报送单位（盖章）"), "{printed}");
    for screen in ["#report-grid", ".toolbar", ".rail", ".top"] {
        let part = browser.driver.find(By::Css(screen)).await?;
        ensure!(!part.is_displayed().await?, "{screen} is printed");
    }
    browser.show_print(false).await?;
    browser.click("#open-receipt").await?;

    // The unit is called by its name.
    browser.open(&format!("{node}/projects/{project}")).await?;
    browser
        .holds("#field-home_node [data-path='home_node']", TOWNSHIP)
        .await?;
    browser.shoot("33-record").await?;

    // The screens of a phone.
    browser.become_phone().await?;
    browser.open(node).await?;
    browser.find("#content .card").await?;
    browser.shoot("34-phone-desk").await?;
    browser.open(&format!("{node}/projects/{project}")).await?;
    browser.find("#content .conflict").await?;
    browser.shoot("35-phone-record").await?;
    browser.click(".field__history").await?;
    browser.find(".history__list, .history .empty").await?;
    browser.shoot("36-phone-history").await?;
    browser.click(".history__head button").await?;
    browser.click("#delete-project").await?;
    browser.find("dialog textarea").await?;
    browser.shoot("37-phone-dialog").await?;
    browser.quit().await.context("ending the browser")
}

#[test]
fn screens_fit_paper_phones_and_the_cells_of_the_grid() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, project, _) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address, &project)) {
        panic!("{error:?}");
    }
}
