//! 项目台账 as a clerk works with it: views kept by name, groups with their sums, many projects written at once and taken back
//! (ux.md 5.3).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::http::Client;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const HEAD: &str = "赵刚";
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
    node.add_user(HEAD, "head", PASSWORD);
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

/// Presses 导出 and gives the file it leads to.
const EXPORT: &str = "const done = arguments[arguments.length - 1];
const own = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  HTMLAnchorElement.prototype.click = own;
  fetch(this.href).then(async (answer) => done(Array.from(new Uint8Array(await answer.arrayBuffer()))));
};
document.querySelector('#export-list').click();";

/// The rows of the workbook that 导出 gives, in the columns before the id.
async fn exported(browser: &Browser) -> Result<Vec<Vec<String>>> {
    let bytes: Vec<u8> = browser
        .driver
        .execute_async(EXPORT, Vec::new())
        .await?
        .convert()?;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes))?;
    let range = calamine::Reader::worksheet_range_at(&mut book, 0).context("a sheet")??;
    let rows = range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect());
    Ok(rows.collect())
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
    // The file holds the same lines in the same order.
    let rows = exported(&browser).await?;
    let table = rows.iter().skip_while(|row| row[0] != "序号").skip(1);
    let of_file: Vec<&str> = table
        .map(|row| {
            if row[1].is_empty() {
                &*row[0]
            } else {
                &*row[1]
            }
        })
        .take_while(|name| !name.starts_with("合"))
        .collect();
    ensure!(of_file.len() == names.len(), "{of_file:?} {names:?}");
    for (one, seen) in of_file.iter().zip(&names) {
        let name = one.split('（').next().unwrap_or(one);
        ensure!(seen.starts_with(name), "{one} {seen}");
    }
    ensure!(of_file[0].ends_with("小计"), "{of_file:?}");
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

    // The search of the frame finds while one types; a link leads on, and nothing stays open.
    browser.fill("#search", "wsy").await?;
    browser.find_with("#found a", PROJECTS[3].0).await?;
    browser.shoot("67-found").await?;
    browser.press_in("#found a", PROJECTS[3].0).await?;
    browser.find_with("h1", PROJECTS[3].0).await?;
    browser.gone("#found").await?;
    browser.fill("#search", "无此项目").await?;
    browser.find_with("#found", "没有符合条件的项目").await?;
    browser.quit().await.context("ending the browser")
}

/// Waits until a project's line in the list shows some words.
async fn shows(browser: &Browser, project: &str, words: &str) -> Result<()> {
    browser
        .find_with(&format!("[data-row='{project}']"), words)
        .await?;
    Ok(())
}

fn sector(person: &mut Client, project: &str) -> Value {
    person.project(project)["cells"]["sector"]["value"].clone()
}

async fn many_at_once(
    root: &Path,
    address: &str,
    clerk: &mut Client,
    head: &mut Client,
    projects: &[String],
) -> Result<()> {
    let browser = start(root, address).await?;
    // Rows are chosen by keyboard: one, a span, all; the sums are of those chosen.
    browser.find(".ledger__body").await?.focus().await?;
    keys(&browser, "x").await?;
    browser.find_with("#chosen", "已选 1 个").await?;
    keys(&browser, Key::Shift + Key::Down).await?;
    keys(&browser, Key::Shift + Key::Down).await?;
    browser.find_with("#chosen", "已选 3 个").await?;
    keys(&browser, Key::Shift + Key::Up).await?;
    browser.find_with("#chosen", "已选 2 个").await?;
    keys(&browser, Key::Escape + "").await?;
    browser.gone("#chosen").await?;
    keys(&browser, Key::Control + "a").await?;
    let chosen = browser.find_with("#chosen", "已选 5 个").await?;
    let sums = chosen.text().await?;
    ensure!(sums.contains("2,800.00"), "{sums}");
    browser.shoot("64-ledger-chosen").await?;

    // What would change is shown, and what would not is left out.
    browser.click("#change-chosen").await?;
    browser.press_in("#bulk-field option", "行业").await?;
    browser
        .press_in("#bulk [data-path='bulk'] option", "社会事业")
        .await?;
    browser
        .find_with("#bulk [role=status]", "将修改 3 个；2 个已是该值")
        .await?;
    let planned = browser.find(".bulk tbody").await?.text().await?;
    ensure!(
        planned.contains("松坪镇通村公路 交通 社会事业") && !planned.contains("卫生院"),
        "{planned}"
    );
    browser.shoot("65-ledger-bulk").await?;
    browser.find("#bulk-write:enabled").await?.focus().await?;
    keys(&browser, Key::Enter + "").await?;
    browser.find_with(".notice", "已提交 3 项修改").await?;
    for at in [0, 2, 4] {
        shows(&browser, &projects[at], "社会事业").await?;
    }

    // Another person writes one of them; all others are taken back at once, and that one is named.
    let heads = head.project(&projects[0])["heads"].clone();
    let edit = json!({ "do": "edit", "project": projects[0], "set": { "sector": "water" } });
    let answers = head.commands(&json!([ids::envelope_at(&edit, &heads, &[])]));
    ensure!(answers[0]["outcome"]["outcome"] == "done", "{answers}");
    shows(&browser, &projects[0], "水利").await?;
    browser.click(".notice [data-offer]").await?;
    let left = browser.find_with(".notice--bad", "没有改回").await?;
    let left = left.text().await?;
    ensure!(
        left.contains(PROJECTS[0].0) && !left.contains(PROJECTS[2].0),
        "{left}"
    );
    browser.find_with(".notice", "已撤销：2 项修改").await?;
    shows(&browser, &projects[2], "交通").await?;
    browser.shoot("66-ledger-bulk-undone").await?;
    ensure!(sector(clerk, &projects[0]) == "water");
    ensure!(sector(clerk, &projects[2]) == "transport");
    ensure!(sector(clerk, &projects[3]) == "social");
    ensure!(sector(clerk, &projects[4]).is_null());

    // The same by keys, forth and back.
    browser.find(".ledger__body").await?.focus().await?;
    keys(&browser, Key::Control + "y").await?;
    shows(&browser, &projects[2], "社会事业").await?;
    keys(&browser, Key::Control + "z").await?;
    shows(&browser, &projects[2], "交通").await?;
    ensure!(sector(clerk, &projects[0]) == "water");

    // What lies in the bin comes back from the list.
    browser.press_in("#chosen button", "取消选择").await?;
    let heads = clerk.project(&projects[4])["heads"].clone();
    let delete = json!({ "do": "delete_project", "project": projects[4], "reason": "重复" });
    let answers = clerk.commands(&json!([ids::envelope_at(&delete, &heads, &[])]));
    ensure!(answers[0]["outcome"]["outcome"] == "done", "{answers}");
    browser.press_in("#views option", "回收站").await?;
    shows(&browser, &projects[4], PROJECTS[4].0).await?;
    browser
        .click(&format!("[data-row='{}'] input", projects[4]))
        .await?;
    browser.press_in("#change-chosen", "恢复").await?;
    browser.see("没有符合条件的项目").await?;
    browser.press_in("#views option", "全部").await?;
    shows(&browser, &projects[4], PROJECTS[4].0).await?;
    browser.quit().await.context("ending the browser")
}

#[test]
fn many_projects_are_written_at_once_and_taken_back_where_nobody_wrote_since() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, mut clerk, projects) = township(root.path());
    let mut head = node.log_in(HEAD, PASSWORD);
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let look = many_at_once(root.path(), &address, &mut clerk, &mut head, &projects);
    if let Err(error) = runtime.block_on(look) {
        panic!("{error:?}");
    }
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
