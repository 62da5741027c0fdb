//! 项目档案 part by part, in Chromium: what the node draws can be read and written, tab by tab (ux.md 5.4).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::http::Client;
use tests::ids;
use tests::process::Place;

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
    let move_site = json!({ "do": "edit", "project": project, "set": { "site": "河东", format!("{year}/year_plan_fen"): 500_000_000_i64 } });
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
    // The tasks were written in one piece, with the change made before.
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
    assert_eq!(tasks.len(), 11, "{tasks:?}");
    assert!(tasks.contains(&json!("县政府常务会议审议")), "{tasks:?}");
}
