//! Reports of weeks and of half months, in Chromium and over two servers: filled from the desk on, filed with what the sheet carries, seen
//! at the hub as on time; readable for a screen reader, and on a telephone without scrolling sideways.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::time::{Date, Timestamp};
use tests::browser::Browser;
use tests::process::Place;

use crate::axe;

const PASSWORD: &str = "a long password";
const CLERK: &str = "李梅";
const OFFICER: &str = "王科";
const PROJECT: &str = "松坪镇三号桥改造工程";

/// Leaves an input for the next one.
const LEAVE: char = '\u{e004}';

/// True when the page is wider than the screen.
const TOO_WIDE: &str =
    "return document.documentElement.scrollWidth > document.documentElement.clientWidth;";

/// One county's report and what is written in it.
struct Case {
    profile: &'static str,
    unit: &'static str,
    /// What the hub says of the project, so that the report is about it.
    hubs: Value,
    report: &'static str,
    /// What the menu calls the page from which it is reached.
    menu: &'static str,
    period: fn(Date) -> String,
    /// Column and words.
    words: &'static [(&'static str, &'static str)],
    shot: &'static str,
}

fn monday(day: Date) -> String {
    day.plus_days(1 - i64::from(day.weekday())).to_string()
}

fn half(day: Date) -> String {
    let half = if day.day() > 15 { 2 } else { 1 };
    format!("{}-H{half}", day.month_of())
}

/// Writes into a cell until it holds the words: the node draws the sheet anew while one types.
async fn write(browser: &Browser, cell: &str, words: &str) -> Result<()> {
    let mut tries = 0;
    while let Err(error) = browser.fill(cell, &format!("{words}{LEAVE}")).await {
        tries += 1;
        ensure!(tries < 10, "{error:?}");
    }
    browser.holds(cell, words).await
}

async fn walk(
    root: &Path,
    case: &Case,
    node: &str,
    hub: &Place,
    place: &Place,
    of: &str,
) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let (script, mut found) = (axe::script()?, Vec::new());
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(node).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    // From the menu and from the desk to the sheet.
    browser.press_in("nav a", case.menu).await?;
    let link = format!("a[href='/report/{of}']");
    browser.find(&link).await?;
    browser.shoot(&format!("{}-menu", case.shot)).await?;
    browser.press_in("nav a", "工作台").await?;
    let way = format!("[data-card='reports'] {link}");
    browser.find(&way).await?;
    browser.shoot(&format!("{}-desk", case.shot)).await?;
    browser.click(&way).await?;
    browser.find_with("#sheet", PROJECT).await?;
    browser.find_with("#lacking", "还缺 1 处").await?;
    for (column, words) in case.words {
        let cell = format!("#sheet [data-column='{column}']");
        write(&browser, &cell, words).await?;
    }
    browser.find_with("#lacking", "没有缺项").await?;
    axe::look(&browser, &script, "sheet", &mut found).await?;
    browser.shoot(&format!("{}-filled", case.shot)).await?;
    browser.click("#file-sheet").await?;
    browser.find_with("#filing", "■ 按时").await?;
    axe::look(&browser, &script, "filing", &mut found).await?;
    browser.shoot(&format!("{}-filing", case.shot)).await?;
    browser.click("#confirm-filing").await?;
    browser.find("#receipt").await?;
    browser.gone("#filing").await?;
    place.sync();
    browser.find("#receipt[data-received='true']").await?;
    browser.shoot(&format!("{}-filed", case.shot)).await?;
    // What was filed stands on paper.
    browser.show_print(true).await?;
    for (_, words) in case.words {
        browser.find_with(".print-sheet", words).await?;
    }
    browser.shoot(&format!("{}-paper", case.shot)).await?;
    browser.show_print(false).await?;
    browser.become_phone().await?;
    browser.open(&format!("{node}/report/{of}")).await?;
    browser.find_with("#sheet", PROJECT).await?;
    let wide = browser.driver.execute(TOO_WIDE, Vec::new()).await?;
    browser.shoot(&format!("{}-phone", case.shot)).await?;
    ensure!(
        wide.json().as_bool() == Some(false),
        "wider than a telephone"
    );
    browser.quit().await.context("ending the browser")?;

    let browser = Browser::start(&root.join("hub-profile"), &shots).await?;
    let address = format!("http://{}", hub.address());
    browser.open(&address).await?;
    browser.log_in(OFFICER, PASSWORD).await?;
    browser.open(&format!("{address}/report/{of}")).await?;
    browser.find_with("#reported", "已报 1/1").await?;
    browser.find_with("#period tbody tr", "按时").await?;
    axe::look(&browser, &script, "hub", &mut found).await?;
    browser.shoot(&format!("{}-hub", case.shot)).await?;
    browser.press_in("#period a", case.unit).await?;
    for (_, words) in case.words {
        browser.find_with("#sheet", words).await?;
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    browser.quit().await.context("ending the hub's browser")
}

fn file(case: &Case) {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::under(case.profile, root.path(), "hub", "演示区项目中心", &[]);
    hub.add_user(OFFICER, "hub_officer", PASSWORD);
    hub.start();
    let mut node = Place::under(case.profile, root.path(), "node", case.unit, &[]);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    node.join(&hub);
    let project = node.create(PROJECT);
    node.sync();
    hub.set(&project, &case.hubs);
    node.sync();
    let session = node.log_in(CLERK, PASSWORD).get("/api/v1/session").ok();
    let now = session.json()["now"].as_i64().expect("the node's clock");
    let of = format!("{}/{}", case.report, (case.period)(Timestamp(now).date()));
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let walked = walk(root.path(), case, &address, &hub, &node, &of);
    if let Err(error) = runtime.block_on(walked) {
        panic!("{}: {error:?}", case.profile);
    }
}

#[test]
fn a_week_is_filled_filed_and_on_time_at_the_hub() {
    file(&Case {
        profile: "wushan",
        unit: "松坪镇",
        hubs: json!({ "stage": "construction" }),
        report: "R-WS-1",
        menu: "本期填报",
        period: monday,
        words: &[("investment_fen", "120"), ("image", "桥面铺装完成六成")],
        shot: "93-week",
    });
}

#[test]
fn half_a_month_is_filled_filed_and_on_time_at_the_hub() {
    file(&Case {
        profile: "kundulun",
        unit: "工业园区管委会",
        hubs: json!({ "programmes": "baolian" }),
        report: "R-KD-2",
        menu: "月报填报",
        period: half,
        words: &[
            ("progress", "主体结构封顶"),
            ("procedures", "施工许可证已办结"),
            ("problem", "电力接入待协调"),
            ("suggestion", "请区级协调供电部门"),
        ],
        shot: "94-half",
    });
}
