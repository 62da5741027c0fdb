//! Forty-three townships mail their workbooks, the county brings them in at one go (ux.md G4): by the command line and on the page.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;
use shared::identity::unit_id_of;
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::By;

const TOWNSHIPS: usize = 43;
const ROWS: usize = 20;
const PASSWORD: &str = "a long password";
/// Every township has a project of this name.
const SAME_NAME: &str = "集镇道路工程";

/// Township `n`, from 0; no two share a name, and none stands within another.
fn township(n: usize) -> String {
    let (first, second) = (
        ["松", "云", "竹", "石", "渠", "铁", "麻"],
        ["坪", "溪", "桥", "门", "口", "岭", "湾"],
    );
    format!("{}{}镇", first[n / 7], second[n % 7])
}

/// Where a workbook says whose it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    File,
    ShortFile,
    Sheet,
    Cell,
    Nowhere,
}

fn sign(n: usize) -> Sign {
    match n {
        42 => Sign::Nowhere,
        _ => [Sign::File, Sign::Sheet, Sign::Cell, Sign::ShortFile][n % 4],
    }
}

/// One township's ledger; the name of its file and of its sheet.
fn write_one(folder: &Path, n: usize) -> (String, String) {
    let town = township(n);
    let file = match sign(n) {
        Sign::File => format!("{town}2026年11月重点项目台账.xlsx"),
        Sign::ShortFile => format!("{}（11月）.xlsx", town.trim_end_matches('镇')),
        _ => format!("台账{n:02}.xlsx"),
    };
    let sheet_name = if sign(n) == Sign::Sheet {
        &town
    } else {
        "Sheet1"
    };
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name).expect("a name");
    let title = "重点项目台账（单位：万元）";
    let plain = Format::new();
    sheet
        .merge_range(0, 0, 0, 3, title, &plain)
        .expect("a title");
    if sign(n) == Sign::Cell {
        sheet
            .write(1, 0, format!("填报单位：{town}人民政府"))
            .expect("a cell");
    }
    for (column, title) in (0u16..).zip(["序号", "项目名称", "总投资", "形象进度"]) {
        sheet.write(2, column, title).expect("a cell");
    }
    for row in 0..ROWS {
        let name = if row == 0 {
            SAME_NAME.to_owned()
        } else {
            format!("{n}号镇第{row}号工程")
        };
        let at = u32::try_from(row).expect("few") + 3;
        // One workbook has one row that cannot be taken.
        let total = if (n, row) == (5, 7) {
            -1.0
        } else {
            f64::from(at) * 100.5
        };
        sheet.write(at, 0, at - 2).expect("a cell");
        sheet.write(at, 1, name).expect("a cell");
        sheet.write(at, 2, total).expect("a cell");
        sheet.write(at, 3, "路基完成").expect("a cell");
    }
    book.save(folder.join(&file)).expect("a workbook");
    (file, sheet_name.to_owned())
}

/// All of them, and what else lies in such a folder; file and sheet of each township.
fn write_all(folder: &Path) -> Vec<(String, String)> {
    std::fs::create_dir(folder).expect("a folder");
    let names = (0..TOWNSHIPS).map(|n| write_one(folder, n)).collect();
    std::fs::write(folder.join("坏了.xlsx"), "PK no workbook").expect("a file");
    let locked = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ledger-locked.xlsx");
    std::fs::copy(locked, folder.join("加密.xlsx")).expect("a file");
    std::fs::write(folder.join("~$松坪镇.xlsx"), "left by an office program").expect("a file");
    names
}

/// A hub that knows the townships, none of which has a node yet.
fn county(root: &Path) -> Place {
    let mut hub = Place::hub(root, "演示县项目中心");
    hub.add_user("王科", "hub_officer", PASSWORD);
    hub.start();
    for name in (0..TOWNSHIPS).map(township) {
        let _code = hub.cli(&["invite", "--unit", &name]).ok();
    }
    hub
}

fn unit_of(n: usize) -> String {
    unit_id_of(&township(n)).to_string()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn sum(lines: &[Value], what: &str) -> u64 {
    lines.iter().filter_map(|line| line[what].as_u64()).sum()
}

/// The projects of the hub: name, unit, id.
fn projects(hub: &Place) -> BTreeSet<(String, String, String)> {
    let lines = hub.cli(&["dump"]).ok().lines();
    let part = |line: &Value, part: &str| line[part].as_str().unwrap_or_default().to_owned();
    let lines = lines.iter().filter(|line| line["deleted"].is_null());
    lines
        .map(|line| {
            (
                part(line, "name"),
                part(line, "home_node"),
                part(line, "id"),
            )
        })
        .collect()
}

#[test]
fn forty_three_workbooks_come_in_at_one_go_each_for_its_unit() {
    let root = tempfile::tempdir().expect("a folder");
    let hub = county(root.path());
    let folder = root.path().join("报表");
    let names = write_all(&folder);
    let errors = text(&root.path().join("退回.xlsx"));
    let said = hub.cli(&["import", &text(&folder), "--errors", &errors]);
    assert_eq!(said.code, Some(3), "{said:#?}");
    let lines = said.lines();
    assert_eq!(
        lines.len(),
        TOWNSHIPS + 2,
        "a line for each file, none for what is hidden"
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["error"].is_string())
            .count(),
        2
    );
    let of = |name: &str| {
        lines
            .iter()
            .find(|line| line["file"] == name)
            .expect("a line")
    };
    // What nobody's name stands in waits, and one line asks for it.
    let nobodys = of(&names[42].0);
    assert_eq!(
        (&nobodys["unit_unknown"], &nobodys["import_id"]),
        (&Value::Bool(true), &Value::Null)
    );
    assert!(
        said.stderr.contains(&names[42].0) && said.stderr.contains("--unit"),
        "{}",
        said.stderr
    );
    let refused = of(&names[5].0);
    assert_eq!(refused["refused"].as_array().map(Vec::len), Some(1));
    let back = root.path().join(format!("退回-{}", names[5].0));
    assert!(back.exists() && !root.path().join(format!("退回-{}", names[6].0)).exists());
    let all = (TOWNSHIPS - 1) * ROWS - 1;
    let written: Vec<Value> = lines
        .iter()
        .filter(|line| line["import_id"].is_string())
        .cloned()
        .collect();
    assert_eq!(sum(&written, "created"), all as u64);

    // The unit that was asked for is given.
    let last = text(&folder.join(&names[42].0));
    let given = hub.cli(&["import", &last, "--unit", &township(42)]).ok();
    assert_eq!(given.json()["created"], ROWS);
    let here = projects(&hub);
    assert_eq!(here.len(), all + ROWS);
    for n in 0..TOWNSHIPS {
        let unit = unit_of(n);
        let of_unit = here.iter().filter(|(_, home, _)| *home == unit);
        assert_eq!(
            of_unit.count(),
            ROWS - usize::from(n == 5),
            "{}",
            township(n)
        );
    }

    // Where a value came from is kept: file, sheet and row.
    let mut officer = hub.log_in("王科", PASSWORD);
    for n in [0, 1, 2, 3, 42] {
        let (file, sheet) = &names[n];
        let name = format!("{n}号镇第3号工程");
        let (.., id) = here
            .iter()
            .find(|(known, ..)| *known == name)
            .expect("a project");
        let history = officer.get(&format!(
            "/api/v1/projects/{id}/history?path=total_investment_fen"
        ));
        let origin = &history.ok().json()[0]["origin"];
        assert_eq!(
            (&origin["file"], &origin["sheet"], &origin["row"]),
            (
                &Value::from(file.as_str()),
                &Value::from(sheet.as_str()),
                &Value::from(7)
            )
        );
    }

    // All of it once more, and what the hub exports, change nothing.
    let again = hub.cli(&["import", &text(&folder)]).lines();
    assert_eq!(
        [sum(&again, "created"), sum(&again, "updated")],
        [0, 0],
        "{again:#?}"
    );
    let out = text(&root.path().join("全县.xlsx"));
    let _written = hub.cli(&["export", "--out", &out]).ok();
    let round = hub.cli(&["import", &out]).ok().json();
    let counted = [&round["created"], &round["updated"], &round["unchanged"]];
    assert_eq!(
        counted,
        [0, 0, all + ROWS]
            .map(Value::from)
            .iter()
            .collect::<Vec<_>>()
            .as_slice()
    );

    // One township's workbook is taken back by itself.
    let id = of(&names[7].0)["import_id"].as_str().expect("an id");
    let _undone = hub.cli(&["import", "--undo", id]).ok();
    let left = projects(&hub);
    assert_eq!(left.len(), all);
    assert!(left.iter().all(|(_, home, _)| *home != unit_of(7)));
}

/// Chooses all files at once, names the one unit nobody wrote down, and imports what can be.
async fn merge_on_the_page(root: &Path, hub: &Place, names: &[(String, String)]) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser
        .open(&format!("http://{}/exchange", hub.address()))
        .await?;
    browser.log_in("王科", PASSWORD).await?;
    browser
        .open(&format!("http://{}/exchange", hub.address()))
        .await?;
    browser.find("label.drop").await?;
    let broken = ["坏了.xlsx", "加密.xlsx"];
    let files = names.iter().map(|(file, _)| file.as_str()).chain(broken);
    let files: Vec<String> = files
        .map(|file| text(&root.join("报表").join(file)))
        .collect();
    let chooser = browser.driver.find(By::Css("#import-file")).await?;
    chooser.send_keys(files.join("\n")).await?;
    browser
        .find_with("#confirm-many:not([disabled])", "42")
        .await?;
    let row = |file: &str| format!("#import-many tr[data-file='{file}']");
    browser.find_with(&row("加密.xlsx"), "密码").await?;
    browser.find_with(&row(&names[1].0), &township(1)).await?;
    browser.find_with(&row(&names[42].0), "请选择单位").await?;
    browser.shoot("merge-1-read").await?;
    let choose = format!("{} option[value='{}']", row(&names[42].0), township(42));
    browser
        .holds(&format!("{} select", row(&names[42].0)), "")
        .await?;
    browser.click(&choose).await?;
    browser
        .find_with("#confirm-many:not([disabled])", "43")
        .await?;
    browser.click("#confirm-many").await?;
    browser.find_with(&row(&names[42].0), "导入完成").await?;
    browser.find_with(&row(&names[5].0), "未导入 1").await?;
    browser.find_with("#confirm-many[disabled]", "0").await?;
    let listed = browser
        .driver
        .find_all(By::Css("#imports tr[data-import]"))
        .await?;
    ensure!(
        listed.len() == TOWNSHIPS,
        "{} imports are listed",
        listed.len()
    );
    browser.shoot("merge-2-imported").await?;
    browser.quit().await
}

#[test]
fn forty_three_workbooks_are_chosen_at_once_on_the_page() {
    let root = tempfile::tempdir().expect("a folder");
    let hub = county(root.path());
    let names = write_all(&root.path().join("报表"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(merge_on_the_page(root.path(), &hub, &names)) {
        panic!("{error:?}");
    }
    let here = projects(&hub);
    for n in 0..TOWNSHIPS {
        let unit = unit_of(n);
        let of_unit = here.iter().filter(|(_, home, _)| *home == unit);
        let rows = ROWS - usize::from(n == 5);
        assert_eq!(of_unit.count(), rows, "{}", township(n));
    }
}
