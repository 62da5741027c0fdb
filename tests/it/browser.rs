//! The whole story once, in a real browser against real processes: a ledger comes in, the line is cut, both sides change one
//! field, the month is filed, the line comes back, one click ends the conflict. Pictures are kept in `target/screenshots`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::*;

const PASSWORD: &str = "a long password";
const TOWNSHIP: &str = "松坪镇";
const ROAD: &str = "松坪镇集镇道路工程";
const TOTAL: &str = "total_investment_fen";

/// A township's ledger as it is kept: a merged title, a header, three rows.
fn write_ledger(path: &Path) -> Result<()> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new();
    sheet.merge_range(0, 0, 0, 4, "松坪镇重点项目台账（单位：万元）", &plain)?;
    for (column, title) in [
        "序号",
        "项目名称",
        "建设内容及规模",
        "总投资（万元）",
        "项目业主",
    ]
    .iter()
    .enumerate()
    {
        sheet.write(1, u16::try_from(column)?, *title)?;
    }
    let rows = [
        (ROAD, "硬化道路3公里", 1830.5, "松坪镇人民政府"),
        (
            "松坪镇卫生院迁建工程",
            "新建门诊楼一栋",
            3400.0,
            "松坪镇卫生院",
        ),
        (
            "松坪镇小流域治理工程",
            "整治河道2.6公里",
            298.0,
            "松坪镇人民政府",
        ),
    ];
    for (index, (name, content, total, owner)) in rows.into_iter().enumerate() {
        let row = u32::try_from(index)? + 2;
        sheet.write(row, 0, u32::try_from(index)? + 1)?;
        sheet.write(row, 1, name)?;
        sheet.write(row, 2, content)?;
        sheet.write(row, 3, total)?;
        sheet.write(row, 4, owner)?;
    }
    book.save(path)?;
    Ok(())
}

/// Two tabs of one browser: the township's and the hub's, both logged in.
struct Story {
    browser: Browser,
    node: (WindowHandle, String),
    hub: (WindowHandle, String),
}

impl Story {
    async fn begin(browser: Browser, node: &Place, hub: &Place) -> Result<Self> {
        let (node_address, hub_address) = (
            format!("http://{}", node.address()),
            format!("http://{}", hub.address()),
        );
        let node_tab = browser.driver.window().await?;
        browser.open(&node_address).await?;
        browser.find("input[name='name']").await?;
        // Said before anybody has logged in, and only where it is so.
        browser.find_with(".log-in .demo-strip", "演示数据").await?;
        browser.shoot("01-log-in").await?;
        browser.log_in("周山", PASSWORD).await?;
        let hub_tab = browser.driver.new_tab().await?;
        browser.driver.switch_to_window(hub_tab.clone()).await?;
        browser.open(&hub_address).await?;
        browser.find("input[name='name']").await?;
        browser.gone(".demo-strip").await?;
        browser.log_in("王科", PASSWORD).await?;
        Ok(Self {
            browser,
            node: (node_tab, node_address),
            hub: (hub_tab, hub_address),
        })
    }

    async fn at_node(&self, path: &str) -> Result<()> {
        self.browser
            .driver
            .switch_to_window(self.node.0.clone())
            .await?;
        self.browser.open(&format!("{}{path}", self.node.1)).await
    }

    async fn at_hub(&self, path: &str) -> Result<()> {
        self.browser
            .driver
            .switch_to_window(self.hub.0.clone())
            .await?;
        self.browser.open(&format!("{}{path}", self.hub.1)).await
    }

    async fn watch_node(&self) -> Result<()> {
        Ok(self
            .browser
            .driver
            .switch_to_window(self.node.0.clone())
            .await?)
    }

    async fn watch_hub(&self) -> Result<()> {
        Ok(self
            .browser
            .driver
            .switch_to_window(self.hub.0.clone())
            .await?)
    }

    /// Writes the total investment in 万元 and waits until it is saved.
    async fn write_total(&self, wan: &str) -> Result<()> {
        self.browser
            .fill(&format!("#field-{TOTAL} [data-path='{TOTAL}']"), wan)
            .await?;
        let field = self
            .browser
            .find(&format!("#field-{TOTAL} [data-path='{TOTAL}']"))
            .await?;
        field.send_keys(Key::Tab + "").await?;
        self.browser
            .find(&format!("#field-{TOTAL} [data-status='saved']"))
            .await?;
        Ok(())
    }

    async fn pill(&self, code: &str) -> Result<()> {
        self.browser
            .find(&format!("header .pill[data-state='{code}']"))
            .await?;
        Ok(())
    }
}

/// Brings the ledger in on the import page.
async fn import(story: &Story, ledger: &Path) -> Result<()> {
    let browser = &story.browser;
    story.at_node("/exchange").await?;
    browser.find("label.drop").await?;
    let chooser = browser.driver.find(By::Css("#import-file")).await?;
    chooser.send_keys(ledger.to_string_lossy().as_ref()).await?;
    browser.find_with("[data-figure='created']", "3").await?;
    browser.shoot("02-import-preview").await?;
    browser.click("#confirm-import").await?;
    browser.find("#imports tr[data-import]").await?;
    browser.shoot("03-imported").await?;
    Ok(())
}

/// Opens a project from the list and gives back the path of its page.
async fn open_project(story: &Story, name: &str) -> Result<String> {
    story.at_node("/projects").await?;
    story.browser.find_with(".ledger__row", name).await?;
    story.browser.shoot("04-projects").await?;
    story.browser.press_in(".ledger__row", name).await?;
    let page = story.browser.find("[data-project]").await?;
    let id = page
        .attr("data-project")
        .await?
        .context("the page names its project")?;
    story.browser.shoot("05-project").await?;
    Ok(format!("/projects/{id}"))
}

/// Fills every row of the month and files it.
async fn file_month(story: &Story) -> Result<()> {
    let browser = &story.browser;
    story.at_node("/").await?;
    browser.find("#content .card").await?;
    browser.shoot("08-desk").await?;
    let month = browser
        .find("#period")
        .await?
        .attr("data-period")
        .await?
        .context("the month")?;
    browser.press_in("nav a", "月报").await?;
    browser.find("#report-grid tr[data-line]").await?;
    let lines = browser
        .driver
        .find_all(By::Css("#report-grid tr[data-line]"))
        .await?;
    let mut projects = Vec::new();
    for line in &lines {
        projects.push(
            line.attr("data-line")
                .await?
                .context("a line names its project")?,
        );
    }
    for (index, project) in projects.iter().enumerate() {
        for (field, words) in [
            ("month_done_fen", format!("{}", 50 + index)),
            ("month_image", "路基完成80%".to_owned()),
        ] {
            let css = format!("[data-row='{project}'][data-path='{month}/{field}']");
            browser.fill(&css, &words).await?;
            browser.find(&css).await?.send_keys(Key::Tab + "").await?;
        }
    }
    let all = format!("{0}/{0}", projects.len());
    browser.find_with("#filled-count", &all).await?;
    browser.shoot("09-month-filled").await?;
    browser.click("#file-report").await?;
    browser.click("#confirm-filing").await?;
    browser.find("#receipt[data-received='false']").await?;
    // The total, two cells a project, and the filing.
    let waiting = format!("待上传 {}", 1 + 2 * projects.len() + 1);
    browser
        .find_with("header .pill[data-state='S4']", &waiting)
        .await?;
    browser.shoot("10-filed-while-offline").await?;
    Ok(())
}

async fn story(root: &Path, node: &Place, hub: &Place) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let story = Story::begin(browser, node, hub).await?;
    let browser = &story.browser;
    let ledger: PathBuf = root.join("松坪镇重点项目台账.xlsx");
    write_ledger(&ledger)?;

    import(&story, &ledger).await?;
    let page = open_project(&story, ROAD).await?;
    story.at_hub("/projects").await?;
    browser
        .find_with(".ledger__row", ROAD)
        .await
        .context("the hub shows the imported project")?;

    story.at_node("/sync").await?;
    story.pill("S1").await?;
    browser.click("#sync-now").await?;
    browser.find_with(".notice", "成功（上传 ").await?;
    browser.click("#line-off").await?;
    story.pill("S4").await?;
    browser.shoot("06-line-cut").await?;

    story.at_node(&page).await?;
    story.write_total("1900").await?;
    story.at_hub(&page).await?;
    browser.click("#on-behalf").await?;
    browser
        .fill("dialog textarea[name='reason']", "周山电话告知，按批复更正")
        .await?;
    browser.click("dialog button[type='submit']").await?;
    browser.find("[data-behalf='on']").await?;
    story.write_total("2000").await?;
    browser.shoot("07-on-behalf-at-the-hub").await?;

    file_month(&story).await?;
    story.at_hub("/county").await?;
    let row = browser
        .find(&format!("tr[data-unit-name='{TOWNSHIP}']"))
        .await?;
    let state = row.attr("data-filing-state").await?.unwrap_or_default();
    ensure!(state != "Filed", "the hub cannot know of the filing yet");
    browser.shoot("11-county-before").await?;

    story.at_node("/sync").await?;
    browser.click("#line-on").await?;
    story.pill("S5").await?;
    browser.shoot("12-line-restored").await?;
    story.watch_hub().await?;
    browser
        .find(&format!(
            "tr[data-unit-name='{TOWNSHIP}'][data-filing-state='Filed']"
        ))
        .await
        .context("the open page of the hub shows the filing by itself")?;
    browser.shoot("13-county-after").await?;

    let both = format!("[data-conflict='{TOTAL}']");
    story.at_hub(&page).await?;
    browser.find_with(&both, "1,900").await?;
    browser.find_with(&both, "2,000").await?;
    browser.find(&both).await?.scroll_into_view().await?;
    browser.shoot("14-conflict-at-the-hub").await?;
    story.at_node(&page).await?;
    browser.find_with(&both, "1,900").await?;
    let side = browser
        .find_with(&format!("{both} .conflict__side"), "2,000")
        .await?;
    side.scroll_into_view().await?;
    browser.shoot("15-conflict-at-the-township").await?;
    side.find(By::Css("[data-adopt]")).await?.click().await?;

    for (number, watch) in [(16, true), (17, false)] {
        if watch {
            story.watch_node().await?
        } else {
            story.watch_hub().await?
        }
        let value = browser
            .find(&format!(
                "#field-{TOTAL}:not(.field--conflict) [data-path='{TOTAL}']"
            ))
            .await?;
        let shown = value.prop("value").await?.unwrap_or_default();
        ensure!(shown.replace(',', "") == "2000", "the field holds {shown}");
        browser.shoot(&format!("{number}-resolved")).await?;
    }
    story.watch_node().await?;
    story.pill("S1").await?;
    // The rail's width is remembered by the browser.
    let wide = browser.find(".rail").await?.rect().await?.width;
    browser.click("#rail").await?;
    story.at_node("/").await?;
    let narrow = browser.find(".rail").await?.rect().await?.width;
    ensure!(wide > 100.0 && narrow < 60.0, "{wide} then {narrow}");
    browser.shoot("18-narrow-rail").await?;
    story.browser.quit().await
}

#[test]
fn the_whole_story_in_a_browser() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.add_user("王科", "hub_officer", PASSWORD);
    hub.start();
    let mut node = Place::demo_township(root.path(), TOWNSHIP);
    node.add_user("周山", "head", PASSWORD);
    node.start();
    node.join(&hub);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(story(root.path(), &node, &hub)) {
        panic!("{error:?}");
    }
}
