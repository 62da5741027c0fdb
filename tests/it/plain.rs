//! The pages without script, in a real browser.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use tests::browser::Browser;
use tests::process::Place;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

fn workbook(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name)
}

/// Logs in, uploads a table, looks at what it would do, says yes, opens the list.
async fn month_without_script(browser: &Browser, node: &str) -> Result<()> {
    browser.open(&format!("{node}/plain")).await?;
    ensure!(!browser.driver.source().await?.contains("<script"));
    browser.fill("input[name='name']", CLERK).await?;
    browser
        .fill("input[name='password']", "something else")
        .await?;
    browser.click("button").await?;
    browser.see("Name or password is wrong").await?;
    browser.fill("input[name='name']", CLERK).await?;
    browser.fill("input[name='password']", PASSWORD).await?;
    browser.click("button").await?;
    browser.see("2. Upload the filled table").await?;
    browser.shoot("60-plain-home").await?;

    let table = workbook("ledger-small.xlsx");
    let chooser = browser.find("input[type='file']").await?;
    chooser.send_keys(table.to_string_lossy().as_ref()).await?;
    browser
        .click("form[action='/plain/imports'] button")
        .await?;
    browser.see("Nothing of this is written yet").await?;
    browser.shoot("61-plain-preview").await?;
    browser
        .click("form[action^='/plain/imports/'] button")
        .await?;
    browser.see("The import is done").await?;
    browser.click("a[href='/plain/projects']").await?;
    browser.see("List of projects").await?;
    let rows = browser.driver.find_all(By::Css("tbody tr")).await?;
    ensure!(rows.len() > 1, "only {} rows", rows.len());
    let last = rows.last().context("the sums")?.text().await?;
    ensure!(last.contains("Total"), "{last}");
    browser.show_print(true).await?;
    browser.shoot("62-plain-list-printed").await?;
    browser.show_print(false).await?;

    browser.click("a[href='/plain']").await?;
    browser
        .click("form[action='/plain/log-out'] button")
        .await?;
    browser.see("Log in").await?;
    browser.find("input[type='password']").await?;
    Ok(())
}

/// Opens any page with a browser that cannot run the module, and follows the only way there is.
async fn is_led_away(browser: &Browser, node: &str) -> Result<()> {
    browser.open(&format!("{node}/projects")).await?;
    browser.see("打开简易页面").await?;
    browser.click("a[href='/plain']").await?;
    browser
        .find("form[action='/plain/log-in'] input[type='password']")
        .await?;
    Ok(())
}

#[test]
fn a_browser_that_cannot_run_the_application_is_led_to_the_pages_without_script() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.start();
    let address = format!("http://{}", node.address());
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let runtime = Runtime::new().expect("a runtime");
    let kinds = [
        ("no-wasm", "delete window.WebAssembly"),
        ("no-references", "WebAssembly.validate = () => false"),
    ];
    for (name, older) in kinds {
        let outcome = runtime.block_on(async {
            let browser = Browser::start(&root.path().join(name), &shots).await?;
            let source = serde_json::json!({ "source": older });
            let tools = browser.driver.cdp();
            tools
                .send_raw("Page.addScriptToEvaluateOnNewDocument", source)
                .await?;
            is_led_away(&browser, &address).await?;
            browser.quit().await
        });
        if let Err(error) = outcome {
            panic!("{name}: {error:?}");
        }
    }
}

#[test]
fn a_clerk_with_an_old_browser_uploads_her_table_and_prints_the_list() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let address = format!("http://{}", node.address());
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let runtime = Runtime::new().expect("a runtime");
    let outcome = runtime.block_on(async {
        let browser = Browser::start(&root.path().join("old"), &shots).await?;
        month_without_script(&browser, &address).await?;
        browser.quit().await
    });
    if let Err(error) = outcome {
        panic!("{error:?}");
    }
    assert!(!node.dump("松坪镇").is_empty());
}
