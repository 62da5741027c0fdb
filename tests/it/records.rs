//! The generated forms of companion records in a real browser: an act is written and listed, one that a rule refuses says the
//! rule, a row is struck out, and the screen fits.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;
use thirtyfour::prelude::*;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

/// A township with one project that has a problem.
fn township(root: &Path) -> (Place, String) {
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user(CLERK, "clerk", PASSWORD);
    node.start();
    let mut clerk = node.log_in(CLERK, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let project = ids::project();
    let create = json!({ "do": "create_project", "project": project, "home": me["unit"], "set": { "name": "松坪镇集镇道路工程" } });
    let issue = json!({ "do": "record", "project": project, "table": "issues", "row": ids::row(), "set": { "description": "征地未完成" } });
    let answers = clerk.commands(&json!([ids::envelope(&create), ids::envelope(&issue)]));
    for answer in answers.as_array().expect("answers") {
        assert_eq!(answer["outcome"]["outcome"], "done", "{answer}");
    }
    (node, project)
}

/// Chooses an option of a list by its place.
async fn choose(browser: &Browser, path: &str) -> Result<String> {
    let option = browser
        .find(&format!(
            "#record-form [data-column='{path}'] option:nth-child(2)"
        ))
        .await?;
    let label = option.text().await?;
    option.click().await?;
    Ok(label)
}

/// Follows the link to a table's file; gives the status and how the file begins.
const EXPORT: &str = "const done = arguments[arguments.length - 1];
fetch(document.querySelector('#records-export').href).then(async (answer) => {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  done([answer.status, String.fromCharCode(bytes[0], bytes[1])]);
});";

async fn look(root: &Path, node: &str, project: &str) -> Result<()> {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    browser.open(node).await?;
    browser.log_in(CLERK, PASSWORD).await?;

    // From the project to its approvals; an act is written and listed.
    browser.open(&format!("{node}/projects/{project}")).await?;
    browser.click("[data-tab='Approvals']").await?;
    browser
        .press_in("#section-records [data-table='approvals'] a", "审批事项")
        .await?;
    browser.find(".empty").await?;
    let item = choose(&browser, "approval_item").await?;
    browser.click("#record-save").await?;
    browser.find_with("#records tr[data-row]", &item).await?;
    browser.find_with("#records tr[data-row]", CLERK).await?;
    browser.shoot("40-approvals").await?;
    // The same rows leave as a workbook.
    let file = browser.driver.execute_async(EXPORT, Vec::new()).await?;
    ensure!(
        file.json()[0] == 200 && file.json()[1] == "PK",
        "{:?}",
        file.json()
    );

    // Struck out with a reason, it stays in sight.
    browser.click("#records [data-ask^='&strike=']").await?;
    browser
        .fill("#record-strike [name='reason']", "重复登记")
        .await?;
    browser.click("#record-strike [type='submit']").await?;
    browser
        .find_with("#records tr.records__struck", "重复登记")
        .await?;
    browser.click("#records [data-ask^='&past=']").await?;
    browser.find_with("#record-history", &item).await?;
    browser.shoot("41-struck").await?;

    // A township may not close its own problem: the refusal names the rule, and what was typed stays.
    let steps = format!("{node}/records/issue_steps?project={project}");
    browser.open(&steps).await?;
    choose(&browser, "issue").await?;
    browser
        .fill("#record-form [data-column='act']", "closed")
        .await?;
    browser.click("#record-save").await?;
    browser
        .find_with("#record-refused", "只能在上级节点办理")
        .await?;
    browser
        .holds("#record-form [data-column='act']", "closed")
        .await?;
    browser.shoot("42-refused").await?;
    // Said as the rule lets it, the row stands and the refused word is gone.
    let act = "#record-form [data-column='act']";
    browser.fill(act, "coordinated").await?;
    browser
        .click("#record-form [data-column='outcome'] option[value='unsolved']")
        .await?;
    browser.click("#record-save").await?;
    browser
        .find_with("#records tr[data-row]", "coordinated")
        .await?;
    let refused = browser.driver.find_all(By::Css("#outbox")).await?;
    ensure!(refused.is_empty(), "the refused word still stands");

    // The registry, and what a township may not read.
    browser.open(&format!("{node}/records")).await?;
    browser.find("[data-table='requests'] a").await?;
    ensure!(
        browser
            .driver
            .find_all(By::Css("[data-table='meetings']"))
            .await?
            .is_empty(),
        "the hub's own records are offered"
    );
    browser.shoot("43-registry").await?;
    browser.quit().await.context("ending the browser")
}

#[test]
fn records_are_written_struck_and_refused_on_generated_forms() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, project) = township(root.path());
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(look(root.path(), &address, &project)) {
        panic!("{error:?}");
    }
}
