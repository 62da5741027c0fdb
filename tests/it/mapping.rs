//! The mapping of an import on its page: a workbook whose header nobody recognises, whose amounts name no unit, whose titles are the
//! office's own. A clerk shows where the header is and what the columns are; the next month's workbook needs neither.

use std::path::Path;

use anyhow::{Result, ensure};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::*;

const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

/// A month's list as one office keeps it: notes of any length above the table, a header of two rows, titles of its own, amounts in yuan,
/// a second table of other columns behind it.
fn write(path: &Path, notes: u32, rows: &[(&str, f64, f64)]) -> Result<()> {
    let mut book = Workbook::new();
    let plain = Format::new();
    let sheet = book.add_worksheet();
    sheet.set_name("在建")?;
    sheet.merge_range(0, 0, 0, 5, "我镇建设活儿一览", &plain)?;
    for note in 1..=notes {
        sheet.write(note, 0, format!("说明{note}：由各村上报"))?;
    }
    let top = notes + 1;
    for (column, title) in [(0, "号"), (1, "干什么"), (2, "谁干"), (5, "村里的话")] {
        sheet.merge_range(top, column, top + 1, column, title, &plain)?;
    }
    sheet.merge_range(top, 3, top, 4, "钱", &plain)?;
    sheet.write(top + 1, 3, "一共")?;
    sheet.write(top + 1, 4, "这个月花了")?;
    for (index, (name, total, month)) in (top + 2..).zip(rows) {
        sheet.write(index, 0, index - top - 1)?;
        sheet.write(index, 1, *name)?;
        sheet.write(index, 2, "松坪镇人民政府")?;
        sheet.write(index, 3, *total)?;
        sheet.write(index, 4, *month)?;
        sheet.write(index, 5, "正在抓紧")?;
    }
    let other = book.add_worksheet();
    other.set_name("储备")?;
    for (column, title) in [(0, "项目名称"), (1, "项目业主"), (2, "一共")] {
        other.write(0, column, title)?;
    }
    other.write(1, 0, "松坪镇养老院工程")?;
    other.write(1, 1, "松坪镇民政办")?;
    other.write(1, 2, "另议")?;
    book.save(path)?;
    Ok(())
}

async fn read(browser: &Browser, file: &Path) -> Result<()> {
    browser.find("label.drop").await?;
    let chooser = browser.driver.find(By::Css("#import-file")).await?;
    chooser.send_keys(file.to_string_lossy().as_ref()).await?;
    browser.find("#import-preview").await?;
    Ok(())
}

async fn send(browser: &Browser, letter: &str, target: &str) -> Result<()> {
    let option = format!("select[data-column='{letter}'] option[value='{target}']");
    browser.click(&option).await
}

/// The month the page is at.
async fn period(browser: &Browser) -> Result<String> {
    let period = browser.find("#period").await?.attr("data-period").await?;
    Ok(period.unwrap_or_default())
}

async fn correct(root: &Path, node: &Place) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let page = format!("http://{}/exchange", node.address());
    browser.open(&page).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(&page).await?;
    let first = root.join("台账一.xlsx");
    write(&first, 2, &[("修桥", 18_300_000.0, 120_000.0)])?;
    read(&browser, &first).await?;
    // Only the second sheet says what it is; the first shows its rows as they stand.
    browser.find_with("[data-figure='created']", "1").await?;
    browser.click("#import-preview details summary").await?;
    browser
        .find_with("#import-preview .preview__top", "说明2：由各村上报")
        .await?;
    browser.shoot("mapping-1-no-header").await?;
    browser.click("[data-header-row='4']").await?;
    browser.find_with("#import-preview", "第 4–5 行").await?;
    let row = "tr:has(select[data-column='D'])";
    browser.find_with(row, "钱/一共").await?;
    browser.find_with(row, "18300000").await?;
    browser
        .find_with("tr:has(select[data-column='B'])", "修桥")
        .await?;
    send(&browser, "B", "name").await?;
    send(&browser, "C", "owner_org").await?;
    send(&browser, "D", "total_investment_fen").await?;
    send(&browser, "E", "{month}/month_done_fen").await?;
    send(&browser, "F", "{month}/month_image").await?;
    browser.gone("#confirm-import").await?;
    browser.shoot("mapping-2-columns").await?;
    browser.click("#apply-mapping").await?;
    // The sheets keep their own columns: what stands in B of the one is not what stands in B of the other.
    browser.find_with("[data-figure='created']", "2").await?;
    for letter in ["D", "E"] {
        let unit = format!("select[data-unit='{letter}']");
        browser.holds(&unit, "万元").await?;
        browser.click(&format!("{unit} option[value='元']")).await?;
    }
    browser.click("#apply-mapping").await?;
    browser.holds("select[data-unit='D']", "元").await?;
    browser.holds("select[data-column='B']", "name").await?;
    browser.shoot("mapping-3-applied").await?;
    browser.click("#confirm-import").await?;
    browser.find_with("#imports", "台账一.xlsx").await?;
    let month = period(&browser).await?;

    // The next month: more notes above, another row, nothing to say.
    let second = root.join("台账二.xlsx");
    let rows = [
        ("修桥", 18_300_000.0, 450_000.0),
        ("修路", 6_000_000.0, 80_000.0),
    ];
    write(&second, 5, &rows)?;
    browser.click("header [aria-label='下一月']").await?;
    browser
        .find(&format!("#period:not([data-period='{month}'])"))
        .await?;
    read(&browser, &second).await?;
    browser.find("#import-remembered").await?;
    browser.find_with("[data-figure='created']", "1").await?;
    browser.find_with("[data-figure='updated']", "1").await?;
    browser.holds("select[data-unit='E']", "元").await?;
    browser.find_with("#import-rows td", "修桥").await?;
    browser.find_with("#import-rows ins", "45.00").await?;
    browser.shoot("mapping-4-remembered").await?;
    browser.click("#confirm-import").await?;
    browser.find_with("#imports", "台账二.xlsx").await?;
    let next = period(&browser).await?;

    // A wrong workbook is taken back, and what became of it is said.
    let third = root.join("台账三.xlsx");
    write(&third, 5, &[("修渠", 1_000_000.0, 10_000.0)])?;
    read(&browser, &third).await?;
    browser.find_with("[data-figure='created']", "1").await?;
    browser.click("#confirm-import").await?;
    browser.find_with("#imports", "台账三.xlsx").await?;
    browser
        .click("#imports tbody tr:first-child button")
        .await?;
    browser
        .find_with(".notice", "已撤销：1 个项目恢复原状，0 个")
        .await?;
    browser
        .find_with("#imports tbody tr:first-child", "已撤销")
        .await?;
    browser.quit().await?;
    check(node, &month, &next)
}

/// What stands in a field of the project with this name.
fn field(node: &Place, name: &str, path: &str) -> Value {
    let lines = node.cli(&["dump"]).ok().lines();
    let project = lines.iter().find(|line| line["name"] == name);
    let id = project.and_then(|line| line["id"].as_str());
    let mut client = node.log_in(CLERK, PASSWORD);
    let view = id.map_or(Value::Null, |id| client.project(id));
    view["cells"][path]["value"].clone()
}

fn check(node: &Place, month: &str, next: &str) -> Result<()> {
    for (name, path, fen) in [
        ("修桥", "total_investment_fen".to_owned(), 1_830_000_000_i64),
        ("修桥", format!("{month}/month_done_fen"), 12_000_000),
        ("修桥", format!("{next}/month_done_fen"), 45_000_000),
        ("修路", format!("{next}/month_done_fen"), 8_000_000),
    ] {
        let kept = field(node, name, &path);
        ensure!(kept == fen, "{name} {path}: {kept}");
    }
    ensure!(field(node, "修路", "owner_org") == "松坪镇人民政府");
    ensure!(field(node, "松坪镇养老院工程", "owner_org") == "松坪镇民政办");
    Ok(())
}

#[test]
fn a_clerk_shows_header_columns_and_units_once_and_the_next_month_follows() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(correct(root.path(), &node)) {
        panic!("{error:?}");
    }
}
