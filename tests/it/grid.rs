//! The month's grid under a clerk's hands, in Chromium: last month's words taken over at once, 本年累计 typed instead of 本月, cells cut, the
//! history of a cell, a problem entered from its words, categories with their sums (ux.md 5.2).

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::time::{Month, Timestamp};
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::{Key, TypingData};

use crate::{axe, habits};

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
const WORDS: &str = "两处征地未完成，桥台无法开工";
/// Tab of WebDriver.
const LEAVE: char = '\u{e004}';

/// A township of a county with two projects that had words last month, and the month.
fn township(root: &Path, county: &str) -> (Place, Month, Vec<String>) {
    let mut node = Place::under(county, root, "node", TOWNSHIP, &[]);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let now = Timestamp(me["now"].as_i64().expect("the node's clock"));
    let (month, last) = (now.date().month_of(), now.date().month_of().plus(-1));
    let mut projects = Vec::new();
    for number in 1..=2 {
        let project = node.create(&format!("松坪镇{number:02}号工程"));
        let mut set = json!({ "total_investment_fen": 50_000_000_000_i64 });
        set[format!("{last}/month_done_fen")] = json!(3_000_000_000_i64);
        set[format!("{last}/month_image")] = json!("路基完成");
        set[format!("{last}/month_next")] = json!("铺设水稳层");
        set[format!("{month}/month_schedule")] = json!("完成桥台浇筑");
        node.set(&project, &set);
        projects.push(project);
    }
    (node, month, projects)
}

fn run(work: impl Future<Output = Result<()>>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(work) {
        panic!("{error:?}");
    }
}

/// The page with what is often done on it.
struct Hands {
    browser: Browser,
    month: Month,
}

impl Hands {
    async fn at(root: &Path, node: &Place, month: Month, report: &str) -> Result<Self> {
        let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        let browser = Browser::start(&root.join("profile"), &shots).await?;
        let address = format!("http://{}", node.address());
        browser.open(&address).await?;
        browser.log_in(CLERK, PASSWORD).await?;
        browser
            .open(&format!("{address}/report/{report}/{month}"))
            .await?;
        browser.find("#report-grid tr[data-line]").await?;
        Ok(Self { browser, month })
    }

    fn cell(&self, row: usize, field: &str) -> String {
        let month = self.month;
        format!("#report-grid tr[data-line]:nth-child({row}) [data-path='{month}/{field}']")
    }

    async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        let here = self.browser.driver.active_element().await?;
        Ok(here.send_keys(keys).await?)
    }

    /// Puts the focus on a cell, wherever the grid was scrolled to.
    async fn go(&self, css: &str) -> Result<()> {
        let _cell = self.browser.find(css).await?;
        let _done = self
            .ask(&format!("document.querySelector(\"{css}\").focus()"))
            .await?;
        self.browser.find(&format!("{css}:focus")).await?;
        Ok(())
    }

    async fn ask(&self, script: &str) -> Result<Value> {
        let said = self.browser.driver.execute(script, Vec::new()).await?;
        Ok(said.json().clone())
    }
}

async fn words(hands: &Hands) -> Result<()> {
    let browser = &hands.browser;
    let (image, next) = (hands.cell(2, "month_image"), hands.cell(2, "month_next"));
    // Grey words are no words yet: nothing would be filed of them. One press takes them all over, one step takes them all back.
    browser.holds(&next, "").await?;
    browser.find_with("#check-counts", "2 未确认").await?;
    browser.find_with("#carry-all", "4").await?;
    browser.click("#carry-all").await?;
    browser.holds(&image, "路基完成").await?;
    browser.holds(&next, "铺设水稳层").await?;
    browser.gone("#carry-all").await?;
    browser.find_with("#check-counts", "0 未确认").await?;
    browser.click("h1").await?;
    hands.press(Key::Control + "z").await?;
    browser.holds(&image, "").await?;
    browser.holds(&next, "").await?;
    browser.find_with("#carry-all", "4").await?;
    // The one cell by its own key.
    hands.go(&next).await?;
    hands.press(" ").await?;
    hands.press(Key::Tab + "").await?;
    browser.holds(&next, "铺设水稳层").await?;
    browser.find_with("#carry-all", "3").await?;
    Ok(())
}

async fn sums(hands: &Hands) -> Result<()> {
    let browser = &hands.browser;
    let (done, year) = (hands.cell(1, "month_done_fen"), hands.cell(1, "year"));
    // What the year comes to is typed, and the month is worked out; less than before is none.
    browser.fill(&year, &format!("3050.5{LEAVE}")).await?;
    browser.holds(&done, "50.5").await?;
    browser.fill(&year, &format!("2999{LEAVE}")).await?;
    browser
        .find_with(
            "#report-grid td.grid__year .value__error",
            "不能少于上月累计",
        )
        .await?;
    browser.holds(&done, "50.5").await?;
    browser
        .find(&year)
        .await?
        .send_keys(Key::Escape + "")
        .await?;
    browser.holds(&year, "3050.5").await?;
    Ok(())
}

async fn keys(hands: &Hands) -> Result<()> {
    let browser = &hands.browser;
    let (done, image) = (
        hands.cell(1, "month_done_fen"),
        hands.cell(1, "month_image"),
    );
    // F2 leaves the arrows to the text; without it they lead on.
    hands.go(&done).await?;
    hands.press(Key::F2 + "").await?;
    hands.press(Key::Left + "").await?;
    browser.find(&format!("{done}:focus")).await?;
    hands.press(Key::Escape + "").await?;
    hands.press(Key::Down + "").await?;
    browser
        .find(&format!("{}:focus", hands.cell(2, "month_done_fen")))
        .await?;
    hands.press(Key::Control + Key::End).await?;
    browser
        .find(&format!("{}:focus", hands.cell(2, "month_nil")))
        .await?;
    hands.press(Key::Control + Key::Home).await?;
    browser.find(&format!("{done}:focus")).await?;

    // A cell is cut whole and pasted elsewhere.
    browser.fill(&image, &format!("桥台完成{LEAVE}")).await?;
    hands.go(&image).await?;
    hands.press(Key::Control + "x").await?;
    browser.holds(&image, "").await?;
    let problems = "#report-grid tr[data-line]:nth-child(2) [data-path='problems']";
    hands.go(problems).await?;
    hands.press(Key::Control + "v").await?;
    hands.press(Key::Tab + "").await?;
    browser.holds(problems, "桥台完成").await?;

    // The history of the cell in hand, and back to it.
    hands.go(&done).await?;
    hands.press(Key::Control + Key::Enter).await?;
    browser.find_with(".history", "50.5").await?;
    browser.shoot("86-cell-history").await?;
    browser.click(".history__head button").await?;
    browser.gone(".history").await?;
    browser.find(&format!("{done}:focus")).await?;

    // Readers of the screen hear where they are.
    let told = hands
        .ask(&format!(
            "const cell = document.querySelector(\"{done}\"); const table = cell.closest('table'); return [table.getAttribute('role'), \
             table.getAttribute('aria-rowcount'), cell.closest('tr').getAttribute('aria-rowindex'), \
             cell.closest('td').getAttribute('aria-colindex'), cell.getAttribute('aria-label')]"
        ))
        .await?;
    let expected = json!([
        "grid",
        "4",
        "2",
        "7",
        "本月完成，万元，松坪镇01号工程，必填"
    ]);
    ensure!(told == expected, "{told}");
    Ok(())
}

async fn reasons(hands: &Hands) -> Result<()> {
    let browser = &hands.browser;
    // Nothing changed for a reason no list has: it is told in words.
    let nil = browser.find(&hands.cell(2, "month_nil")).await?;
    nil.send_keys("其他").await?;
    browser.find(&hands.cell(2, "month_deviation")).await?;
    browser.find_with("#check-counts", "1 错误").await?;
    browser
        .fill(
            &hands.cell(2, "month_deviation"),
            &format!("连日暴雨{LEAVE}"),
        )
        .await?;
    browser.find_with("#check-counts", "0 错误").await?;
    // The node planned for the month, and whether it was reached.
    browser
        .find_with("#report-grid td.grid__node", "完成桥台浇筑")
        .await?;
    let reached = browser.find(&hands.cell(1, "month_done_node")).await?;
    reached.send_keys("是").await?;
    browser
        .find("#report-grid td.grid__done .mark[data-status='saved']")
        .await?;
    Ok(())
}

async fn problem(hands: &Hands, project: &str) -> Result<()> {
    let browser = &hands.browser;
    let (script, mut found) = (axe::script()?, Vec::new());
    axe::look(browser, &script, "grid", &mut found).await?;
    // The words of the cell become a problem with a form of its own, whose project and sentence stand there.
    let line = format!("#report-grid tr[data-line='{project}']");
    browser
        .fill(
            &format!("{line} [data-path='problems']"),
            &format!("{WORDS}{LEAVE}"),
        )
        .await?;
    browser.shoot("87-grid").await?;
    browser
        .press_in(&format!("{line} .grid__issues"), "登记为问题")
        .await?;
    browser.holds("#issue-project", "松坪镇01号工程").await?;
    browser.holds("#issue-line", WORDS).await?;
    browser.click("#issue-save").await?;
    browser.find_with(".board .issue", WORDS).await?;
    browser.gone("#issue-form").await?;
    // Back in the month it is counted, and the count leads to this project's problems alone.
    browser.driver.back().await?;
    browser
        .press_in(&format!("{line} .grid__issues"), "1")
        .await?;
    browser.find_with("#issues-of", "松坪镇01号工程").await?;
    browser.find_with(".board .issue", WORDS).await?;
    axe::look(browser, &script, "issues of one", &mut found).await?;
    browser.click("#issues-of").await?;
    browser.gone("#issues-of").await?;
    ensure!(found.is_empty(), "{found:#?}");
    Ok(())
}

#[test]
fn a_clerk_takes_words_over_types_the_year_cuts_cells_and_enters_a_problem() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, month, projects) = township(root.path(), "kaizhou");
    run(async {
        let hands = Hands::at(root.path(), &node, month, "R-KZ-1").await?;
        words(&hands).await?;
        sums(&hands).await?;
        keys(&hands).await?;
        reasons(&hands).await?;
        problem(&hands, &projects[0]).await?;
        hands.browser.quit().await.context("ending the browser")
    });
}

async fn ledgers(hands: &Hands) -> Result<()> {
    let browser = &hands.browser;
    let (script, mut found) = (axe::script()?, Vec::new());
    browser.press_in(".tabs button", "问题台账").await?;
    browser.find_with("#ledger-problems", WORDS).await?;
    browser.gone("#report-grid").await?;
    // An input method has its Enter; the person's own enters what was done.
    let input = "#ledger-problems input:not([type='hidden'])";
    browser.find(input).await?.click().await?;
    habits::compose(browser, input, "yida", "已达成补偿协议").await?;
    hands.press(Key::Enter + "").await?;
    browser
        .find_with("#ledger-problems .ledger-progress p", "已达成补偿协议")
        .await?;
    browser.holds(input, "").await?;
    axe::look(browser, &script, "problems of the month", &mut found).await?;
    browser.shoot("89-problem-ledger").await?;

    browser.press_in(".tabs button", "倒计时台账").await?;
    let done = "#ledger-countdown [data-path$='/done']";
    browser
        .find_with("#ledger-countdown", "完成桥面铺装")
        .await?;
    browser.find(done).await?.click().await?;
    // Today by one chord; the day is written when the cell is left, and nothing is left to do.
    hands.press(Key::Control + ";").await?;
    let today = browser
        .find(done)
        .await?
        .prop("value")
        .await?
        .unwrap_or_default();
    ensure!(today.starts_with(&hands.month.to_string()), "{today}");
    hands.press(Key::Tab + "").await?;
    browser.find_with("#ledger-countdown", "✔").await?;
    axe::look(browser, &script, "countdown of the month", &mut found).await?;
    browser.shoot("90-countdown-ledger").await?;
    browser.show_print(true).await?;
    browser.find_with(".report__ledger", "完成桥面铺装").await?;
    browser.show_print(false).await?;
    browser.press_in(".tabs button", "进度台账").await?;
    browser.find("#report-grid tr[data-line]").await?;
    ensure!(found.is_empty(), "{found:#?}");
    Ok(())
}

#[test]
fn problems_and_tasks_of_the_units_projects_are_ledgers_of_the_month() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, month, projects) = township(root.path(), "kaizhou");
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let issue = json!({ "do": "record", "project": projects[0], "table": "issues", "row": ids::row(), "set": { "description": WORDS } });
    let _done = clerk.commands(&json!([ids::envelope(&issue)]));
    let row = ids::row();
    let mut task = json!({});
    task[format!("countdown/{row}/year")] = json!(month.year().to_string());
    task[format!("countdown/{row}/task")] = json!("完成桥面铺装");
    task[format!("countdown/{row}/due")] = json!(format!("{}-12-31", month.year()));
    node.set(&projects[1], &task);
    run(async {
        let hands = Hands::at(root.path(), &node, month, "R-KZ-1").await?;
        ledgers(&hands).await?;
        hands.browser.quit().await.context("ending the browser")
    });
}

#[test]
fn a_cell_says_that_the_hub_has_not_received_it_until_it_has() {
    let root = tempfile::tempdir().expect("a folder");
    let (mut hub, node) = Place::hub_and_township(root.path(), TOWNSHIP, PASSWORD);
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let now = clerk.get("/api/v1/session").ok().json()["now"].as_i64();
    let month = Timestamp(now.expect("the node's clock")).date().month_of();
    let _project = node.create("松坪镇01号工程");
    node.sync();
    run(async {
        let hands = Hands::at(root.path(), &node, month, "R-KZ-1").await?;
        let browser = &hands.browser;
        browser
            .fill(&hands.cell(1, "month_image"), &format!("路基完成{LEAVE}"))
            .await?;
        node.sync();
        browser.gone("#report-grid .waits").await?;
        // The hub is away: what is written now waits, what it has does not.
        hub.kill();
        browser
            .fill(&hands.cell(1, "month_done_fen"), &format!("12{LEAVE}"))
            .await?;
        browser.find("#report-grid td.grid__input .waits").await?;
        browser.gone("#report-grid td.grid__image .waits").await?;
        hub.start_again();
        node.sync();
        browser.gone("#report-grid .waits").await?;
        hands.browser.quit().await.context("ending the browser")
    });
}

#[test]
fn rows_of_one_category_stand_together_with_their_sums() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, month, projects) = township(root.path(), "kundulun");
    // What is to be completed this year, and what is only prepared: proposed by the county's rules.
    let set = json!({ "planned_completion": format!("{}-12-20", month.year()) });
    node.set(&projects[1], &set);
    run(async {
        let hands = Hands::at(root.path(), &node, month, "R-KD-2").await?;
        let browser = &hands.browser;
        let told = "return [...document.querySelectorAll('#report-grid tbody tr')].map(row => row.querySelector('th').innerText.trim())";
        let told = hands.ask(told).await?;
        let expected = json!([
            "竣工投产 1",
            "松坪镇02号工程",
            "前期储备 1",
            "松坪镇01号工程"
        ]);
        ensure!(told == expected, "{told}");
        let last = format!(
            "#report-grid tr[data-line='{}'] [data-path='{month}/month_done_fen']",
            projects[0]
        );
        browser.fill(&last, &format!("12{LEAVE}")).await?;
        let sums = "return [...document.querySelectorAll('#report-grid [data-total=month]')].map(cell => cell.innerText)";
        ensure!(hands.ask(sums).await? == json!(["0.00", "12.00", "12.00"]));
        browser.shoot("88-categories").await?;
        hands.browser.quit().await.context("ending the browser")
    });
}
