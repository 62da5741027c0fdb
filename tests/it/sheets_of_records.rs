//! Records by the table: a template is taken from the page, filled in and imported, and every ledger that leaves comes back: unchanged it
//! changes nothing, one changed cell is one change, and an import of rows is taken back like any other.

use std::path::Path;

use anyhow::{Result, ensure};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::http::Client;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

/// A township with two projects.
fn township(root: &Path) -> (Place, Client, [String; 2]) {
    let mut node = Place::township(root, "松坪镇");
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let projects = ["河东大桥", "河西公园"].map(|name| {
        let project = ids::project();
        let create = json!({ "do": "create_project", "project": project, "home": me["unit"], "set": { "name": name } });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
        project
    });
    (node, clerk, projects)
}

/// What an import of a table would do.
fn preview(clerk: &mut Client, file: &str, text: &str) -> Value {
    let path = format!("/api/v1/imports?file={file}");
    clerk.upload(&path, "text/csv", text.as_bytes()).ok().json()
}

/// Created, updated, unchanged, and errors.
fn counts(preview: &Value) -> [u64; 4] {
    let count = |name: &str| preview["counts"][name].as_u64().expect("a number");
    let findings = preview["findings"].as_array().expect("findings").iter();
    let errors = findings
        .filter(|finding| finding["severity"] == "error")
        .count();
    [
        count("created"),
        count("updated"),
        count("unchanged"),
        errors as u64,
    ]
}

fn confirm(clerk: &mut Client, preview: &Value) -> Value {
    let path = format!(
        "/api/v1/imports/{}",
        preview["token"].as_str().expect("a token")
    );
    let answer = clerk.send("POST", &path, None).ok().json();
    assert_eq!(answer["outcome"]["outcome"], "done", "{answer}");
    answer["outcome"]["counts"].clone()
}

fn undo(clerk: &mut Client, token: &str) {
    let reply = clerk.send("DELETE", &format!("/api/v1/imports/{token}"), None);
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn export(clerk: &mut Client, table: &str, format: &str) -> Vec<u8> {
    let path = format!("/api/v1/exports?table={table}&format={format}");
    clerk.get(&path).ok().body
}

fn text_of(clerk: &mut Client, table: &str) -> String {
    String::from_utf8(export(clerk, table, "csv")).expect("text")
}

#[test]
fn rows_of_records_come_in_go_out_come_back_and_are_taken_back() {
    let root = tempfile::tempdir().expect("a folder");
    let (_node, mut clerk, [bridge, _]) = township(root.path());
    let clerk = &mut clerk;
    // Each ledger as an office writes it, and one cell of it that changes.
    let ledgers = [
        (
            "issues",
            "问题台账.csv",
            "项目名称,问题描述,责任人,整改时限\n河东大桥,征地未完成,李梅,2026-12-31\n河西公园,资金缺口,王强,\n",
            "王强",
            "王强华",
        ),
        (
            "year_nodes",
            "年度节点.csv",
            "项目名称,年度,日期,投资（万元）,形象进度\n河东大桥,2026,2026-12-31,800,主体完成\n",
            "主体完成",
            "主体封顶",
        ),
        (
            "funding",
            "资金来源.csv",
            "项目名称,资金来源,金额（万元）\n河东大桥,中央预算内资金,500\n",
            "500",
            "650",
        ),
    ];
    for (table, file, text, old, new) in ledgers {
        let read = preview(clerk, file, text);
        let rows = text.lines().count() as u64 - 1;
        assert_eq!(read["sheets"][0]["ledger"], table, "{read}");
        assert_eq!(counts(&read), [rows, 0, 0, 0], "{table}: {read}");
        assert_eq!(confirm(clerk, &read)["created"], rows, "{table}");

        let there = text_of(clerk, table);
        let read = preview(clerk, "导出.csv", &there);
        assert_eq!(counts(&read), [0, 0, rows, 0], "{table}: {there}\n{read}");
        let changed = there.replacen(old, new, 1);
        assert_ne!(changed, there, "{table}");
        let read = preview(clerk, "导出.csv", &changed);
        assert_eq!(counts(&read), [0, 1, rows - 1, 0], "{table}: {read}");
        let panel = format!(
            "/api/v1/panels/import?token={}",
            read["token"].as_str().expect("a token")
        );
        let drawn = clerk.get(&panel).ok().text();
        let said = format!("<del>{old}</del> → ");
        assert!(drawn.contains("<ins>"), "{drawn}");
        assert!(
            old.parse::<u32>().is_ok() || drawn.contains(&said),
            "{drawn}"
        );
        assert_eq!(confirm(clerk, &read)["updated"], 1, "{table}");
        assert!(text_of(clerk, table).contains(new), "{table}");

        // The change is taken back, and the rows stand as they stood.
        let token = read["token"].as_str().expect("a token");
        undo(clerk, token);
        assert_eq!(text_of(clerk, table), there, "{table}");
    }

    // An approval is an act: it is written once, and a table does not rewrite it.
    let kinds = clerk
        .get("/api/v1/record-types?table=approvals")
        .ok()
        .json();
    let item = kinds[0]["columns"][0]["options"][0]["label"]
        .as_str()
        .expect("an item");
    let text = format!("项目,审批事项,审批部门,法定工作日\n河东大桥,{item},县发展改革局,15\n");
    let read = preview(clerk, "审批事项.csv", &text);
    assert_eq!(counts(&read), [1, 0, 0, 0], "{read}");
    assert_eq!(confirm(clerk, &read)["created"], 1);
    let token = read["token"].as_str().expect("a token").to_owned();
    let there = text_of(clerk, "approvals");
    assert_eq!(
        counts(&preview(clerk, "a.csv", &there)),
        [0, 0, 1, 0],
        "{there}"
    );
    let read = preview(clerk, "a.csv", &there.replace(",15,", ",20,"));
    assert_eq!(counts(&read), [0, 0, 0, 1], "{read}");
    let reason = read["findings"].to_string();
    assert!(reason.contains("划去后重新登记"), "{reason}");
    undo(clerk, &token);
    let path = format!("/api/v1/records?table=approvals&project={bridge}");
    assert_eq!(clerk.get(&path).ok().json()["rows"], json!([]));
}

#[test]
fn what_leaves_is_what_was_asked_for() {
    let root = tempfile::tempdir().expect("a folder");
    let (_node, mut clerk, _) = township(root.path());
    let text = "项目名称,存在问题,责任人\n河东大桥,征地未完成,李梅\n";
    let read = preview(&mut clerk, "问题.csv", text);
    confirm(&mut clerk, &read);
    let sheet = |clerk: &mut Client, query: &str| {
        let bytes = clerk.get(&format!("/api/v1/exports?{query}")).ok().body;
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("a workbook");
        let range = calamine::Reader::worksheet_range_at(&mut book, 0);
        let range = range.expect("a sheet").expect("its cells");
        let rows = range
            .rows()
            .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>());
        rows.collect::<Vec<_>>()
    };
    // Data begins with its titles; what is printed has its title, the unit of money and a line to sign.
    let data = sheet(&mut clerk, "table=issues&format=data&columns=description");
    assert_eq!(data[0], ["序号", "项目名称", "存在问题", "系统编号"]);
    assert_eq!(data.len(), 2);
    let print = sheet(&mut clerk, "table=issues&format=xlsx");
    assert_eq!(print[0][0], "问题");
    assert_eq!(print[1][0], "填报单位：松坪镇");
    assert!(print.last().expect("a line")[0].starts_with("单位负责人"));
    let projects = sheet(
        &mut clerk,
        "format=data&columns=total_investment_fen,image_now",
    );
    assert_eq!(
        projects[0],
        ["序号", "项目名称", "总投资（万元）", "形象进度", "系统编号"]
    );
    assert_eq!(projects.len(), 3);
    // Everything is one archive, and a template holds nothing but its titles.
    let all = clerk.get("/api/v1/exports?format=zip").ok().body;
    let archive = zip::ZipArchive::new(std::io::Cursor::new(all)).expect("an archive");
    let names = archive
        .file_names()
        .map(|name| name.expect("a name").into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["重点项目台账.ndjson", "重点项目台账.xlsx", "问题.xlsx"]
    );
    for what in ["", "&table=issues", "&table=approvals"] {
        let path = format!("/api/v1/exports?template=1{what}");
        let bytes = clerk.get(&path).ok().body;
        let read = clerk
            .upload(
                "/api/v1/imports?file=t.xlsx",
                "application/octet-stream",
                &bytes,
            )
            .ok()
            .json();
        assert_eq!(read["rows"], 0, "{what}: {read}");
        assert_eq!(read["sheets"].as_array().map(Vec::len), Some(1), "{what}");
    }
}

/// The text of changes, as a page sends it.
fn with(clerk: &mut Client, file: &str, text: &str, changes: &Value) -> Value {
    let said = changes.to_string();
    let said: String = said.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/api/v1/imports?file={file}&changes={said}");
    clerk.upload(&path, "text/csv", text.as_bytes()).ok().json()
}

#[test]
fn a_scheme_is_kept_by_name_and_every_file_of_a_folder_has_its_refused_rows() {
    let root = tempfile::tempdir().expect("a folder");
    let (_node, mut clerk, _) = township(root.path());
    let clerk = &mut clerk;
    let drawn = |clerk: &mut Client, read: &Value| {
        let token = read["token"].as_str().expect("a token");
        clerk
            .get(&format!("/api/v1/panels/import?part=choices&token={token}"))
            .ok()
            .text()
    };
    // Titles of the office's own, said once and kept as a scheme.
    let text = "项目名称,活儿,花费\n河东大桥,修桥墩,120\n";
    let said = json!({"column 活儿": "image_now", "column 花费": "total_investment_fen", "unit 花费": "元", "scheme": "松坪镇月报"});
    let read = with(clerk, "a.csv", text, &said);
    assert!(drawn(clerk, &read).contains("value=\"松坪镇月报\""));
    confirm(clerk, &read);
    // It is proposed for the same titles, and can be chosen for others.
    let read = preview(clerk, "b.csv", &text.replace("120", "130"));
    assert_eq!(
        (&read["remembered"], counts(&read)),
        (&json!(true), [0, 1, 0, 0])
    );
    let chip = "aria-pressed=\"true\" data-act=\"use=松坪镇月报\"";
    assert!(
        drawn(clerk, &read).contains(chip),
        "{}",
        drawn(clerk, &read)
    );
    let other = "序号,项目名称,活儿,花费\n1,河东大桥,修桥墩,140\n";
    let read = preview(clerk, "c.csv", other);
    assert_eq!(
        (&read["remembered"], counts(&read)),
        (&json!(false), [0, 0, 1, 0])
    );
    let read = with(clerk, "c.csv", other, &json!({"use": "松坪镇月报"}));
    assert_eq!(
        (&read["remembered"], counts(&read)),
        (&json!(true), [0, 1, 0, 0])
    );

    // More files than previews are kept: each has its refused rows, before and after the right ones are imported.
    let mut tokens = Vec::new();
    for number in 0..12 {
        let text = format!("项目名称,总投资（万元）\n第{number}号路,10\n第{number}号桥,-5\n");
        let read = preview(clerk, &format!("{number}.csv"), &text);
        tokens.push(read["token"].as_str().expect("a token").to_owned());
        if number == 11 {
            confirm(clerk, &read);
        }
    }
    for (number, token) in tokens.iter().enumerate() {
        let bytes = clerk
            .get(&format!("/api/v1/imports/{token}/errors"))
            .ok()
            .body;
        let read = clerk.upload(
            "/api/v1/imports?file=e.xlsx",
            "application/octet-stream",
            &bytes,
        );
        let read = read.ok().json();
        let top = read["sheets"][0]["top"].to_string();
        assert!(
            top.contains(&format!("第{number}号桥")) && !top.contains("号路"),
            "{top}"
        );
    }
}

/// A workbook of problems whose sheet says nothing of what it holds.
fn write(path: &Path) -> Result<()> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("表一")?;
    for (column, title) in (0u16..).zip(["项目名称", "事情", "谁负责"]) {
        sheet.write(0, column, title)?;
    }
    for (column, text) in (0u16..).zip(["河东大桥", "电力杆线未迁改", "李梅"]) {
        sheet.write(1, column, text)?;
    }
    book.save(path)?;
    Ok(())
}

async fn look(root: &Path, node: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let page = format!("{node}/exchange");
    browser.open(&page).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.open(&page).await?;
    browser.click("#templates > summary").await?;
    let link = browser.find("[data-template='issues']").await?;
    let href = link.attr("href").await?.unwrap_or_default();
    ensure!(
        href.contains("template=1") && href.ends_with("&table=issues"),
        "{href}"
    );
    browser.shoot("exchange-1-templates").await?;
    browser.click("[data-export='issues']").await?;
    browser.find_with("#export-form", "存在问题").await?;
    browser
        .find("[data-export='issues'][aria-pressed='true']")
        .await?;
    browser.shoot("exchange-2-export").await?;

    // A sheet that says nothing of what it holds: a person says it, and what its columns are.
    let file = root.join("事情.xlsx");
    write(&file)?;
    browser.find("label.drop").await?;
    let chooser = browser.driver.find(By::Css("#import-file")).await?;
    chooser.send_keys(file.to_string_lossy().as_ref()).await?;
    browser.find("#import-preview").await?;
    browser
        .click("select[data-sheet='表一'] option[value='issues']")
        .await?;
    browser.click("[data-header-row='1']").await?;
    browser
        .find("select[data-column='B'] option[value='issues/description']")
        .await?;
    browser
        .click("select[data-column='B'] option[value='issues/description']")
        .await?;
    browser
        .click("select[data-column='C'] option[value='issues/responsible_person']")
        .await?;
    browser.click("#apply-mapping").await?;
    browser.find_with("[data-figure='created']", "1").await?;
    browser.find_with("#import-rows", "电力杆线未迁改").await?;
    browser.shoot("exchange-3-problems").await?;
    // The row means another project, says a person; an empty cell shall empty what stands.
    browser.click("[data-match='表一!2']").await?;
    browser.shoot("exchange-4-match").await?;
    browser.press_in("#import-match button", "河西公园").await?;
    browser.find_with("#import-rows", "人工指定").await?;
    browser.find_with("#import-rows", "河西公园").await?;
    browser.click("[data-act='blank=clear']").await?;
    browser
        .find("[data-act='blank=clear'][aria-pressed='true']")
        .await?;
    browser.find_with("#import-rows", "河西公园").await?;
    browser.fill("#scheme-name", "松坪镇问题").await?;
    browser
        .press_in("#import-preview button", "按此名保存")
        .await?;
    browser.holds("#scheme-name", "松坪镇问题").await?;
    browser.shoot("exchange-5-choices").await?;
    browser.click("#confirm-import").await?;
    browser.find_with("#imports", "事情.xlsx").await?;
    browser.open(&format!("{node}/issues")).await?;
    browser.see("电力杆线未迁改").await?;
    browser.see("河西公园").await?;
    browser.quit().await
}

#[test]
fn a_template_is_taken_from_the_page_and_problems_come_in_by_a_workbook() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, ..) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address)) {
        panic!("{error:?}");
    }
}
