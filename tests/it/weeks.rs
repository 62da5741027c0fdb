//! The hub away for thirty days (ux.md 6, G7): a township types every day, checks, files a month, begins the next one, reads its
//! history; a restart in the middle; and all of it reaches the hub once when the line is back.
//!
//! Hub, node and browser are ahead of the computer's time by what a file says, so weeks pass in seconds.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde_json::{Value, json};
use shared::time::{Month, Timestamp};
use tests::browser::Browser;
use tests::process::{Place, wait_until};
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const HEAD: &str = "周山";
const PASSWORD: &str = "a long password";
const PROJECTS: usize = 3;
const DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 3_600_000;

/// Hub, township and the clock both follow.
struct Weeks {
    clock: PathBuf,
    ahead_ms: i64,
    hub: Place,
    node: Place,
    projects: Vec<String>,
}

impl Weeks {
    fn begin(root: &Path) -> Self {
        let clock = root.join("clock");
        let mut weeks = Self {
            clock,
            ahead_ms: until_mid_month() * DAY_MS,
            hub: Place::hub(root, "演示县项目中心"),
            node: Place::township(root, TOWNSHIP),
            projects: Vec::new(),
        };
        weeks.show();
        weeks.hub.add_user("王科", "hub_officer", PASSWORD);
        weeks.node.add_user(CLERK, "clerk", PASSWORD);
        weeks.node.add_user(HEAD, "head", PASSWORD);
        for place in [&mut weeks.hub, &mut weeks.node] {
            place.follow_clock(&weeks.clock);
            place.start();
        }
        weeks.node.join(&weeks.hub);
        for number in 1..=PROJECTS {
            let name = format!("松坪镇{number:02}号工程");
            weeks.projects.push(weeks.node.create(&name));
        }
        weeks.node.sync();
        weeks
    }

    fn show(&self) {
        let file = self.clock.with_extension("new");
        std::fs::write(&file, self.ahead_ms.to_string()).expect("the clock can be set");
        std::fs::rename(&file, &self.clock).expect("and shown");
    }

    fn pass(&mut self, days: i64) {
        self.ahead_ms += days * DAY_MS;
        self.show();
    }

    /// The month by the node's clock.
    fn month(&self) -> Month {
        let session = self
            .node
            .log_in(CLERK, PASSWORD)
            .get("/api/v1/session")
            .ok();
        let now = session.json()["now"].as_i64().expect("the node's clock");
        Timestamp(now).date().month_of()
    }

    /// The days of one stretch: something is typed on each.
    fn work(&mut self, days: std::ops::RangeInclusive<i64>) {
        for day in days {
            self.pass(1);
            let total = json!({ "total_investment_fen": 100_000_000 + day * 1_000_000 });
            self.node.set(&self.projects[0], &total);
        }
    }

    fn waiting(&self) -> u64 {
        let status = self.node.log_in(CLERK, PASSWORD).get("/api/v1/sync").ok();
        let status = status.json();
        assert_ne!(status["state"], "online", "{status}");
        status["pending"].as_u64().expect("what waits is counted")
    }

    fn at_the_hub(&self, month: Month) -> Value {
        let mut officer = self.hub.log_in("王科", PASSWORD);
        let asked = format!("/api/v1/overview?period={month}");
        let overview = officer.get(&asked).ok().json();
        let units = overview["units"].as_array().expect("units");
        let unit = units.iter().find(|unit| unit["name"] == TOWNSHIP);
        unit.expect("the township")["state"].clone()
    }
}

/// Days until the middle of a month, so that thirty more days always end in the next one.
fn until_mid_month() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = i64::try_from(since.expect("after 1970").as_millis()).expect("not so long after");
    let day = |ahead: &i64| Timestamp(now + ahead * DAY_MS).date().day();
    (0..32)
        .find(|ahead| day(ahead) == 15)
        .expect("every month has a 15th")
}

/// Moves the browser's clock on, from the next page on.
async fn pass(browser: &Browser, days: i64) -> Result<()> {
    let source = format!(
        "const shown = Date.now.bind(Date); Date.now = () => shown() + {};",
        days * DAY_MS
    );
    let tools = browser.driver.cdp();
    let wish = json!({ "source": source });
    tools
        .send_raw("Page.addScriptToEvaluateOnNewDocument", wish)
        .await?;
    Ok(())
}

/// Opens a page, after logging in where the session is over.
async fn open(browser: &Browser, address: &str) -> Result<()> {
    browser.open(address).await?;
    browser.find("input[name='password'], header .pill").await?;
    let asked = browser.driver.find_all(By::Css("input[name='password']"));
    if !asked.await?.is_empty() {
        browser.log_in(HEAD, PASSWORD).await?;
        browser.open(address).await?;
    }
    browser.find("header .pill[data-state='S4']").await?;
    Ok(())
}

/// Fills the month's rows but the last cell, is told of it, fills that too, and files.
async fn file_month(browser: &Browser, node: &str, month: Month, shot: &str) -> Result<()> {
    open(browser, node).await?;
    browser.press_in("nav a", "月报").await?;
    let cell = |row: usize, field: &str| {
        format!("#report-grid tr:nth-child({row}) [data-path='{month}/{field}']")
    };
    for row in 1..=PROJECTS {
        browser.fill(&cell(row, "month_image"), "路基完成").await?;
        if row < PROJECTS {
            browser
                .fill(&cell(row, "month_done_fen"), &format!("{}", 50 + row))
                .await?;
        }
    }
    let last = cell(PROJECTS, "month_done_fen");
    browser.click(&last).await?;
    browser.find_with("#filled-count", "2/3").await?;
    browser.click("#check-report").await?;
    browser.find_with("#remarks", "号工程").await?;
    browser.press_in("#remarks button", "03号工程").await?;
    browser.find("#report-grid tr:nth-child(3) :focus").await?;
    browser.shoot(&format!("{shot}-checked")).await?;
    browser.fill(&last, "53").await?;
    browser.find(&last).await?.send_keys(Key::Tab + "").await?;
    browser.find_with("#filled-count", "3/3").await?;
    browser.click("#file-report").await?;
    browser.click("#confirm-filing").await?;
    browser.find("#receipt[data-received='false']").await?;
    browser.shoot(&format!("{shot}-filed")).await
}

/// The values of the first, the middle and the last day stand in the field's history.
async fn read_history(browser: &Browser, node: &str, weeks: &Weeks) -> Result<()> {
    open(browser, &format!("{node}/projects/{}", weeks.projects[0])).await?;
    browser
        .click("#field-total_investment_fen .field__history")
        .await?;
    for day in [1, DAYS / 2, DAYS] {
        let value = format!("{}", 100 + day);
        browser.find_with(".history", &value).await?;
    }
    browser.shoot("92-thirty-days-of-history").await
}

#[test]
fn a_township_whose_hub_is_away_for_thirty_days_works_files_and_loses_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    let mut weeks = Weeks::begin(root.path());
    let first = weeks.month();
    let _status = weeks.hub.stop();
    let node = format!("http://{}", weeks.node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let done = |step: Result<()>| {
        if let Err(error) = step {
            panic!("{error:?}");
        }
    };
    let browser = runtime
        .block_on(Browser::start(&root.path().join("profile"), &shots))
        .expect("a browser");

    weeks.work(1..=1);
    done(runtime.block_on(async {
        pass(&browser, weeks.ahead_ms / DAY_MS).await?;
        file_month(&browser, &node, first, "90-day-1").await
    }));
    let waited = weeks.waiting();
    weeks.work(2..=DAYS / 2);
    weeks.node.kill();
    weeks.node.start_again();
    weeks.work(DAYS / 2 + 1..=DAYS);
    assert!(weeks.waiting() >= waited + DAYS.unsigned_abs() - 1);
    let last = weeks.month();
    assert_ne!(first, last, "thirty days end in another month");
    done(runtime.block_on(async {
        pass(&browser, DAYS - 1).await?;
        file_month(&browser, &node, last, "91-day-30").await?;
        read_history(&browser, &node, &weeks).await?;
        Ok(())
    }));

    weeks.hub.start_again();
    assert_ne!(weeks.at_the_hub(first), "filed", "the hub cannot know yet");
    weeks.node.sync();
    for month in [first, last] {
        wait_until("the hub shows the filing", || {
            weeks.at_the_hub(month) == "filed"
        });
    }
    let (hub, own) = (weeks.hub.dump(TOWNSHIP), weeks.node.dump(TOWNSHIP));
    assert_eq!(hub, own, "the hub's dump and the township's");
    runtime.block_on(browser.quit()).expect("the browser ends");
}
