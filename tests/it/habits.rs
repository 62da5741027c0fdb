//! What hands do without looking, in a real browser: a whole month by keyboard alone, with its keys counted; blocks from and to a
//! spreadsheet; and an input method, whose keys belong to it until it commits.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";
const PROJECTS: usize = 10;
/// Keys per project and month at most. Source: ux.md 6, G8.
const KEYS_MAX: usize = 25;

/// A township whose projects said something last month.
fn township(root: &Path) -> (Place, shared::time::Month) {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let now = shared::time::Timestamp(me["now"].as_i64().expect("the node's clock"));
    let month = now.date().month_of();
    for number in 1..=PROJECTS {
        let mut set = serde_json::Map::new();
        set.insert("name".to_owned(), format!("松坪镇{number:02}号工程").into());
        set.insert(format!("{}/month_image", month.plus(-1)), "路基完成".into());
        let create = json!({ "do": "create_project", "project": ids::project(), "home": me["unit"], "set": set });
        let answers = clerk.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }
    (node, month)
}

/// A person who has a keyboard and nothing else.
struct Hands<'a> {
    browser: &'a Browser,
    pressed: usize,
}

impl Hands<'_> {
    /// Types into whatever has the focus: a key a letter.
    async fn text(&mut self, text: &str) -> Result<()> {
        self.pressed += text.chars().count();
        let here = self.browser.driver.active_element().await?;
        Ok(here.send_keys(text).await?)
    }

    /// Presses one key.
    async fn key(&mut self, key: Key) -> Result<()> {
        self.pressed += 1;
        let here = self.browser.driver.active_element().await?;
        Ok(here.send_keys(key + "").await?)
    }

    /// Presses a key while another is held: two keys.
    async fn chord(&mut self, keys: TypingData) -> Result<()> {
        self.pressed += 2;
        let here = self.browser.driver.active_element().await?;
        Ok(here.send_keys(keys).await?)
    }
}

async fn start(root: &Path, address: &str) -> Result<Browser> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(address).await?;
    browser.find("form input").await?;
    Ok(browser)
}

async fn month_by_keyboard(root: &Path, address: &str) -> Result<()> {
    let browser = start(root, address).await?;
    let mut hands = Hands {
        browser: &browser,
        pressed: 0,
    };
    hands.text(CLERK).await?;
    hands.key(Key::Tab).await?;
    hands.text(PASSWORD).await?;
    hands.key(Key::Enter).await?;
    browser.find("#content .card").await?;
    hands.chord(Key::Alt + "2").await?;
    browser
        .find(&format!("#report-grid tr[data-line]:nth-child({PROJECTS})"))
        .await?;

    hands.pressed = 0;
    for number in 1..=PROJECTS {
        // The first open cell (F4), the amount, last month's words taken over, next month in four words.
        hands.key(Key::F4).await?;
        let line = format!("#report-grid tr[data-line]:nth-child({number})");
        browser
            .find(&format!("{line} [data-path$='month_done_fen']:focus"))
            .await?;
        hands.text(&format!("{}", 50 + number)).await?;
        hands.key(Key::Tab).await?;
        hands.text(" ").await?;
        hands.key(Key::Tab).await?;
        hands.text("路面铺筑").await?;
        hands.key(Key::Tab).await?;
        browser.find(&format!("{line}[data-filled='true']")).await?;
    }
    let each = hands.pressed.div_ceil(PROJECTS);
    ensure!(each <= KEYS_MAX, "{each} keys a project");
    browser
        .holds(
            "#report-grid tr:nth-child(3) [data-path$='month_image']",
            "路基完成",
        )
        .await?;

    // Ctrl+D takes what stands above; Esc leaves the cell, Ctrl+Enter files, Enter confirms.
    hands.key(Key::F4).await?;
    for _ in 0..3 {
        hands.key(Key::Down).await?;
    }
    hands.chord(Key::Control + "d").await?;
    browser
        .holds(
            "#report-grid tr:nth-child(4) [data-path$='month_done_fen']",
            "53",
        )
        .await?;
    hands.key(Key::Escape).await?;
    hands.chord(Key::Control + Key::Enter).await?;
    browser.find("dialog #confirm-filing:focus").await?;
    hands.key(Key::Enter).await?;
    browser.find("#receipt").await?;
    browser.shoot("80-month-by-keyboard").await?;
    browser.quit().await.context("ending the browser")
}

/// Pastes as a spreadsheet's block into what has the focus.
async fn paste(browser: &Browser, text: &str) -> Result<()> {
    const PASTE: &str = r"
        const data = new DataTransfer();
        data.setData('text/plain', arguments[0]);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
    browser
        .driver
        .execute(PASTE, vec![Value::from(text)])
        .await?;
    Ok(())
}

async fn blocks(root: &Path, address: &str) -> Result<()> {
    let browser = start(root, address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.press_in("nav a", "月报").await?;
    let cell = |row: usize, field: &str| {
        format!("#report-grid tr:nth-child({row}) [data-path$='{field}']")
    };
    browser.click(&cell(2, "month_done_fen")).await?;
    paste(&browser, "1,234.5\t路基\n约五十\t桥涵").await?;
    browser
        .find_with(".notice", "第3行“约五十”不能读取")
        .await?;
    browser.holds(&cell(2, "month_done_fen"), "").await?;
    browser.click(&cell(2, "month_done_fen")).await?;
    paste(&browser, "1,234.5\t路基\t\"路面\n两层\"\n２．５\t桥涵").await?;
    browser.find_with(".notice", "已粘贴 5 格").await?;
    browser.holds(&cell(2, "month_done_fen"), "1234.5").await?;
    browser.holds(&cell(3, "month_done_fen"), "2.5").await?;
    browser.holds(&cell(2, "month_next"), "路面\n两层").await?;
    browser.holds(&cell(3, "month_image"), "桥涵").await?;
    // What is being typed takes a paste as text: no other cell is written, and the typing stays.
    let typed = browser.find(&cell(4, "month_done_fen")).await?;
    typed.click().await?;
    typed.send_keys("7").await?;
    paste(&browser, "8\t桥涵\n9\t路面").await?;
    typed.send_keys(Key::Tab + "").await?;
    browser
        .find("#report-grid tr:nth-child(4)[data-filled='true']")
        .await?;
    browser.holds(&cell(4, "month_done_fen"), "7").await?;
    browser.holds(&cell(5, "month_done_fen"), "").await?;
    browser.shoot("81-block-pasted").await?;
    browser.quit().await.context("ending the browser")
}

/// An input method composes letters in what has the focus, presses its own keys, and commits a text.
pub(crate) async fn compose(browser: &Browser, css: &str, letters: &str, text: &str) -> Result<()> {
    let tools = browser.driver.cdp();
    let length = letters.len();
    let composition = json!({ "text": letters, "selectionStart": length, "selectionEnd": length });
    tools
        .send_raw("Input.imeSetComposition", composition)
        .await?;
    // What browsers send for keys an input method takes: their names are lost, or kept with the code 229.
    for key in ["Process", "Enter", "ArrowDown", "Escape", " "] {
        let press = json!({ "type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229 });
        tools.send_raw("Input.dispatchKeyEvent", press).await?;
    }
    browser.find(&format!("{css}:focus")).await?;
    tools
        .send_raw("Input.insertText", json!({ "text": text }))
        .await?;
    browser.holds(css, text).await?;
    browser.find(&format!("{css}:focus")).await?;
    Ok(())
}

async fn input_method(root: &Path, address: &str) -> Result<()> {
    let browser = start(root, address).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.press_in("nav a", "月报").await?;
    let cell = |row: usize, field: &str| {
        format!("#report-grid tr:nth-child({row}) [data-path$='{field}']")
    };
    for (css, letters, text) in [
        (cell(1, "month_done_fen"), "wushi", "５０"),
        (cell(1, "month_image"), "luji", "路基完成"),
    ] {
        browser.click(&css).await?;
        compose(&browser, &css, letters, text).await?;
        // Now the key is a person's: it saves and goes down.
        browser
            .driver
            .active_element()
            .await?
            .send_keys(Key::Enter + "")
            .await?;
        browser
            .find(
                &css.replace("nth-child(1)", "nth-child(2)")
                    .replace("']", "']:focus"),
            )
            .await?;
    }
    browser.holds(&cell(1, "month_done_fen"), "50").await?;
    for (page, open, css) in [
        ("/projects", None, "#search"),
        ("/chart", None, "#chart-words"),
        ("/projects", Some("#new-project"), "dialog input"),
        ("/issues", Some("#new-issue"), "#issue-project"),
        // Inputs of the node's drawing.
        ("/records", None, "#records-search"),
        ("/records/requests", None, "#record-form textarea"),
    ] {
        browser.open(&format!("{address}{page}")).await?;
        if let Some(button) = open {
            browser.click(button).await?;
        }
        browser.click(css).await?;
        compose(&browser, css, "luji", "路基")
            .await
            .with_context(|| format!("{page} {css}"))?;
    }
    browser.quit().await.context("ending the browser")
}

fn with_township(look: impl AsyncFnOnce(&Path, &str) -> Result<()>) {
    let root = tempfile::tempdir().expect("a folder");
    let (node, _) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address)) {
        panic!("{error:?}");
    }
}

#[test]
fn a_month_is_filed_by_keyboard_with_few_keys() {
    with_township(month_by_keyboard);
}

#[test]
fn blocks_of_a_spreadsheet_are_pasted_whole_or_not_at_all() {
    with_township(blocks);
}

#[test]
fn the_keys_of_an_input_method_stay_its_own_in_every_input() {
    with_township(input_method);
}
