//! 作战图 in a real browser: empty, drawn, walked through by arrow keys, in black and white, and printed as a sheet of its paper.

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
const ROAD: &str = "松坪镇集镇道路工程";

/// What each month of this year says of the road: planned and reached, planned and late, and so on to the end of the year.
fn months(year: i16, now: u8) -> serde_json::Map<String, serde_json::Value> {
    let mut set = serde_json::Map::new();
    for month in 1..=12_u8 {
        let at = format!("{year}-{month:02}");
        set.insert(
            format!("{at}/month_schedule"),
            format!("第{month}个月路基土石方与桥涵施工").into(),
        );
        if month < now && month % 2 == 0 {
            set.insert(format!("{at}/month_done_node"), true.into());
        }
    }
    set.insert("planned_start".to_owned(), format!("{year}-02").into());
    set.insert("planned_completion".to_owned(), format!("{year}-12").into());
    set.insert("actual_start".to_owned(), format!("{year}-01").into());
    set
}

async fn look(root: &Path, node: &Place, address: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.press_in("nav a", "作战图").await?;
    browser.find("#chart-empty").await?;
    browser.find("#chart-sheets svg").await?;

    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let now = shared::time::Timestamp(me["now"].as_i64().context("the node's clock")?).date();
    for (name, set) in [
        (ROAD, months(now.year(), now.month())),
        ("松坪镇卫生院迁建工程", serde_json::Map::new()),
    ] {
        let mut set = set;
        set.insert("name".to_owned(), name.into());
        let create = json!({ "do": "create_project", "project": ids::project(), "home": me["unit"], "set": set });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        ensure!(answers[0]["outcome"]["outcome"] == "done", "{answers}");
    }
    // It comes by the live line, without loading the page anew.
    browser
        .find_with("#chart-sheets .chart-line", "集镇道路")
        .await?;
    browser.gone("#chart-empty").await?;
    let count = async |selector: &str| -> Result<usize> {
        Ok(browser.driver.find_all(By::Css(selector)).await?.len())
    };
    let over = usize::from(now.month() - 1);
    ensure!(
        count("#chart-sheets .chart-line").await? == 2,
        "a project is missing"
    );
    // One flag of each kind stands in the legend.
    ensure!(
        count(".chart-line .chart-done").await? == over / 2,
        "a red flag is wrong"
    );
    ensure!(
        count(".chart-line .chart-overdue").await? == over.div_ceil(2),
        "a black flag is wrong"
    );
    ensure!(
        count(".chart-planned").await? == 1 && count(".chart-actual").await? == 1,
        "a bar is missing"
    );
    browser.shoot("70-chart").await?;

    // Arrows walk through the cells; Enter opens the project.
    for key in [Key::Down, Key::Right, Key::Right] {
        let here = browser.driver.active_element().await?;
        here.send_keys(key + "").await?;
    }
    let cell = browser.driver.active_element().await?;
    ensure!(
        cell.attr("data-cell").await?.as_deref() == Some("0-2"),
        "the arrows lead elsewhere"
    );
    browser.click("#chart-plain").await?;
    browser.find("#chart-plain[aria-pressed='true']").await?;
    browser.click("#chart-rolling").await?;
    browser
        .find_with(
            "#chart-sheets",
            &format!("{}年", now.month_of().plus(11).year() % 100),
        )
        .await?;
    browser.shoot("71-chart-rolling").await?;

    // On paper the sheet is alone, and the paper is the one that was chosen.
    for (paper, upright, wide, sides) in [
        ("A3", false, 420, (1191, 842)),
        ("A1", false, 841, (2384, 1684)),
        ("A4", true, 297, (595, 842)),
    ] {
        let sheet = |wide: u32| format!("#chart-sheets svg[width='{wide}mm']");
        let option = format!("#chart-paper option[value='{paper}']");
        browser.click(&option).await?;
        // Its sheets bring their own links, and buttons move.
        browser.find(&sheet(wide)).await?;
        let way = if upright {
            browser.click("#chart-upright").await?;
            "upright"
        } else {
            "across"
        };
        browser
            .find(&format!(".chart__sheets--{paper}-{way}"))
            .await?;
        browser
            .find(&sheet(if upright { 210 } else { wide }))
            .await?;
        let pdf = browser.paper().await?;
        let boxes: Vec<(i64, i64)> = pdf
            .split("/MediaBox [0 0 ")
            .skip(1)
            .filter_map(|rest| {
                let mut sides = rest.split([' ', ']']).map(|side| side.parse::<f64>());
                Some((
                    sides.next()?.ok()?.round() as i64,
                    sides.next()?.ok()?.round() as i64,
                ))
            })
            .collect();
        ensure!(boxes.len() == 1, "{paper}: {} pages", boxes.len());
        let (wide, high) = boxes[0];
        ensure!(
            (wide - sides.0).abs() <= 2 && (high - sides.1).abs() <= 2,
            "{paper}: {boxes:?}"
        );
    }
    browser.show_print(true).await?;
    for part in [".toolbar", ".rail", ".top"] {
        ensure!(
            !browser
                .driver
                .find(By::Css(part))
                .await?
                .is_displayed()
                .await?,
            "{part} is printed"
        );
    }
    browser.show_print(false).await?;

    // A click on a sheet leads to the project without leaving the application.
    browser.click(".chart-line a").await?;
    browser.find("#field-name").await?;
    browser.quit().await.context("ending the browser")
}

#[test]
fn a_chart_is_drawn_walked_through_and_printed_true_to_its_paper() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &node, &address)) {
        panic!("{error:?}");
    }
}
