//! 项目档案 part by part, in Chromium: what the node draws can be read and written, tab by tab (ux.md 5.4).

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
const PASSWORD: &str = "a long password";

/// Leaves an input for the next one.
const LEAVE: char = '\u{e004}';

async fn tab(browser: &Browser, name: &str, there: &str) -> Result<()> {
    browser.click(&format!("[data-tab='{name}']")).await?;
    browser.find(there).await?;
    Ok(())
}

/// What the node says of a field of the project, once it says so.
fn stands(clerk: &mut Client, project: &str, path: &str) -> Value {
    let view = clerk
        .get(&format!("/api/v1/projects/{project}"))
        .ok()
        .json();
    view["cells"][path]["value"].clone()
}

/// A plan made final is a version; a day moved afterwards stands beside it with the days between, in the table and as bars.
async fn baseline(browser: &Browser, year: &str) -> Result<()> {
    let add = "form[data-label='新增任务']";
    browser
        .fill(&format!("{add} [data-column='task']"), "路基完成")
        .await?;
    browser
        .fill(
            &format!("{add} [data-column='due']"),
            &format!("{year}-06-10"),
        )
        .await?;
    browser.press_in(&format!("{add} button"), "新增").await?;
    browser.find("#tasks tbody tr").await?;
    browser.find("#gantt .gantt__plan").await?;
    browser.find_with(".panel", "没有可比较的基线").await?;
    let fix = "form[data-plan='final']";
    browser
        .fill(
            &format!("{fix} [data-column='reason']"),
            "县政府常务会议审定",
        )
        .await?;
    browser.press_in(&format!("{fix} button"), "定稿").await?;
    browser
        .find_with("#versions tbody tr:first-child", "县政府常务会议审定")
        .await?;
    browser
        .find_with("#versions tbody tr:first-child", CLERK)
        .await?;
    let due = "#tasks tbody tr:first-child [data-column='due']";
    browser.fill(due, &format!("{year}-06-22{LEAVE}")).await?;
    browser.find(&format!("{due}[data-status='saved']")).await?;
    // Opening the plan again without a reason is refused; with one it is a version too.
    let open = "form[data-plan='revise']";
    browser.press_in(&format!("{open} button"), "调整").await?;
    browser.see("原因").await?;
    browser
        .fill(&format!("{open} [data-column='reason']"), "雨季推迟")
        .await?;
    browser.press_in(&format!("{open} button"), "调整").await?;
    browser
        .find_with("#versions tbody tr:first-child", "雨季推迟")
        .await?;
    browser
        .press_in("#versions tbody tr:last-child button", "与此版比较")
        .await?;
    browser
        .find_with("#deviation tbody tr:first-child", "推迟 12 天")
        .await?;
    browser.find("#gantt .gantt__mark").await?;
    browser.shoot("46-baseline").await
}

async fn look(
    root: &Path,
    address: &str,
    project: &str,
    year: &str,
    clerk: &mut Client,
) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser
        .open(&format!("{address}/projects/{project}"))
        .await?;
    browser.find("#field-name").await?;

    // A month's plan is one cell; what cannot be read says so and is not sent.
    tab(&browser, "Money", "#months").await?;
    let march = format!("[data-path='{year}-03/month_plan_fen']");
    browser.fill(&march, &format!("很多{LEAVE}")).await?;
    browser
        .find(&format!("{march}[aria-invalid='true']"))
        .await?;
    browser.fill(&march, &format!("1,200{LEAVE}")).await?;
    browser
        .find(&format!("{march}[data-status='saved']"))
        .await?;
    browser.find_with("#months tfoot", "1,200.00").await?;
    browser.find(".curve").await?;
    browser.shoot("45-money").await?;

    // Planned backwards, looked at, changed, written in one piece.
    tab(&browser, "Schedule", ".panel__fold").await?;
    browser.find_with(".panel", "还没有倒计时任务").await?;
    browser.click(".panel__fold > summary").await?;
    browser
        .fill("#plan-back [name='finish']", "2031-06-30")
        .await?;
    browser.press_in("#plan-back button", "推算").await?;
    browser
        .find_with(".panel", "2029、2030、2031 年的节假日尚未公布")
        .await?;
    browser
        .fill(
            "#planned tbody tr:first-child td:nth-child(2) input.value",
            "县政府常务会议审议",
        )
        .await?;
    browser.shoot("46-planned-back").await?;
    browser.press_in("#planned button", "写入").await?;
    browser.see("已保存").await?;
    baseline(&browser, year).await?;

    tab(&browser, "Approvals", "#nominate").await?;
    browser.find_with(".panel", "下一步").await?;
    browser.shoot("47-approvals").await?;
    tab(&browser, "Problems", ".panel h2").await?;
    tab(&browser, "Months", ".panel h2").await?;
    tab(&browser, "People", "#persons").await?;
    browser
        .fill(
            "[data-path='liaison_phone']",
            &format!("13800000000{LEAVE}"),
        )
        .await?;
    browser.find_with(".panel button", "复制电话").await?;
    browser.shoot("48-people").await?;
    tab(&browser, "Files", "#section-files").await?;

    // History goes back by one press.
    tab(&browser, "Past", ".past").await?;
    browser.fill("#past-filter [name='words']", "选址").await?;
    browser.press_in("#past-filter button", "筛选").await?;
    browser.find_with(".past td", "河西").await?;
    browser.shoot("49-past").await?;
    browser.press_in(".past button", "恢复原值").await?;
    browser.see("已保存").await?;
    ensure!(stands(clerk, project, "site") == "河西", "not restored");

    // Before the move the site was another, and nothing there can be written.
    browser
        .press_in(".past tbody tr:last-child button", "查看当时")
        .await?;
    browser.find_with("#then", "只读").await?;
    browser.find_with("#differs", "路基完成").await?;
    ensure!(
        browser
            .driver
            .find_all(By::Css(".panel [data-path]"))
            .await?
            .is_empty(),
        "the past can be written"
    );
    browser.shoot("49-then").await?;
    browser.click("#back-to-now").await?;
    browser.fill("#comment", "请尽快报送征地进度").await?;
    let area = browser.find("#comment").await?;
    area.send_keys(Key::Control + Key::Enter).await?;
    browser.find_with(".comments li", CLERK).await?;
    browser.find_with(".comments li", "征地进度").await?;
    ensure!(
        stands(clerk, project, &format!("{year}-03/month_plan_fen")) == 1_200_000_000_i64,
        "the plan of March"
    );

    browser.become_phone().await?;
    for name in ["Money", "Schedule", "Approvals", "People"] {
        tab(&browser, name, ".panel h2").await?;
        browser.shoot(&format!("45-phone-{name}")).await?;
    }
    browser.quit().await.context("ending the browser")
}

#[test]
fn a_projects_file_is_read_and_written_part_by_part() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, mut clerk) = Place::staffed_township(root.path(), TOWNSHIP, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let project = ids::project();
    let set = json!({ "name": "松坪镇集镇道路工程", "total_investment_fen": 183_050_000_i64, "site": "河西" });
    let create =
        json!({ "do": "create_project", "project": project, "home": me["unit"], "set": set });
    let year = shared::time::Timestamp(me["now"].as_i64().expect("a moment"))
        .date()
        .year()
        .to_string();
    let move_site = json!({ "do": "edit", "project": project, "set": { "site": "河东", format!("{year}/year_plan_fen"): 1_200_000_000_i64 } });
    for command in [create, move_site] {
        let answers = clerk.commands(&json!([ids::envelope(&command)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let looked = runtime.block_on(look(root.path(), &address, &project, &year, &mut clerk));
    if let Err(error) = looked {
        panic!("{error:?}");
    }
    // The tasks were written in one piece, with the change made before, beside the one that was added.
    let view = clerk
        .get(&format!("/api/v1/projects/{project}"))
        .ok()
        .json();
    let cells = view["cells"].as_object().expect("cells");
    let tasks: Vec<_> = cells
        .iter()
        .filter(|(path, _)| path.starts_with("countdown/") && path.ends_with("/task"))
        .map(|(_, cell)| cell["value"].clone())
        .collect();
    assert_eq!(tasks.len(), 12, "{tasks:?}");
    assert!(tasks.contains(&json!("县政府常务会议审议")), "{tasks:?}");
}

/// What observers may read of a file they read part by part, without persons (domain.md scenario 50).
#[test]
fn an_observer_reads_a_projects_file_without_persons() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::hub(root.path(), "演示县项目中心");
    node.add_user(CLERK, "hub_officer", PASSWORD);
    node.add_user("陈代表", "observer", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let unit = clerk.get("/api/v1/session").ok().json()["unit"].clone();
    let (project, draft) = (ids::project(), ids::project());
    for (id, stage) in [(&project, "construction"), (&draft, "reserve")] {
        let set = json!({ "name": "松坪镇集镇道路工程", "site": "河西", "liaison": "赵联络", "stage": stage });
        let create = json!({ "do": "create_project", "project": id, "home": unit, "set": set });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    let mut observer = node.log_in("陈代表", PASSWORD);
    for part in [
        "schedule",
        "money",
        "approvals",
        "problems",
        "months",
        "people",
        "past",
    ] {
        let path = format!("/api/v1/panels/project?project={project}&part={part}");
        let drawn = observer.get(&path).ok().text();
        assert!(
            !drawn.contains("赵联络") && !drawn.contains(CLERK),
            "{part}: {drawn}"
        );
        if part == "past" {
            assert!(drawn.contains("河西"), "{drawn}");
        }
        assert!(clerk.get(&path).ok().text().contains("data-project"));
        let hidden = format!("/api/v1/panels/project?project={draft}&part={part}");
        assert_eq!(observer.get(&hidden).status, 404, "{part}");
    }
    // A problem and what was done about it are read without who did it.
    let issue = ids::row();
    let record = |table: &str, row: &str, set: Value| json!({ "do": "record", "project": project, "table": table, "row": row, "set": set });
    let problem = record("issues", &issue, json!({ "description": "征地未完成" }));
    let step = record(
        "issue_steps",
        &ids::row(),
        json!({ "issue": issue, "act": "listed", "text": "已列单" }),
    );
    for command in [problem, step] {
        let answers = clerk.commands(&json!([ids::envelope(&command)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    let board = format!("/api/v1/panels/issues?one={issue}");
    let drawn = observer.get(&board).ok().text();
    assert!(
        drawn.contains("征地未完成") && drawn.contains("已列单") && !drawn.contains(CLERK),
        "{drawn}"
    );
    assert!(clerk.get(&board).ok().text().contains(CLERK));

    let then = format!("/api/v1/panels/project?project={project}&part=past&at=9999999999999");
    let drawn = observer.get(&then).ok().text();
    assert!(
        drawn.contains("河西") && !drawn.contains("赵联络"),
        "{drawn}"
    );
    assert!(clerk.get(&then).ok().text().contains("赵联络"));
}
