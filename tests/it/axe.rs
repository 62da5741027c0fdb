//! Every screen of a township, looked at by axe-core (npm, tests only): nothing serious that keeps a person with a screen reader or a
//! keyboard out. `scripts/test` installs it; by hand `npm ci --prefix tests/axe`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tests::browser::Browser;
use tests::ids;
use tests::process::Place;

const TOWNSHIP: &str = "松坪镇";
const CLERK: &str = "李梅";
const PASSWORD: &str = "a long password";

/// What axe calls serious or critical, a line each.
const LOOK: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        found => done(found.violations
            .filter(one => one.impact === 'serious' || one.impact === 'critical')
            .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160)).slice(0, 4).join(' | '))
            .join('\n')),
        error => done('axe failed: ' + error));";

/// axe-core itself.
pub(crate) fn script() -> Result<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&script)
        .with_context(|| format!("{} is missing: npm ci --prefix tests/axe", script.display()))
}

/// Adds what axe finds on the page that is open.
pub(crate) async fn look(
    browser: &Browser,
    axe: &str,
    what: &str,
    found: &mut Vec<String>,
) -> Result<()> {
    browser.driver.execute(axe, Vec::new()).await?;
    let said = browser.driver.execute_async(LOOK, Vec::new()).await?;
    let said = said.json().as_str().unwrap_or("no answer").to_owned();
    found.extend(said.lines().map(|line| format!("{what}: {line}")));
    Ok(())
}

async fn all(root: &Path, address: &str, project: &str) -> Result<()> {
    let axe = script()?;
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    let browser = Browser::start(&root.join("profile"), &shots).await?;
    let mut found = Vec::new();
    browser.open(address).await?;
    browser.find("form input").await?;
    look(&browser, &axe, "log-in", &mut found).await?;
    browser.log_in(CLERK, PASSWORD).await?;
    browser.find("#content .card").await?;
    look(&browser, &axe, "/", &mut found).await?;
    let one = format!("/projects/{project}");
    for (path, there, opens) in [
        ("/projects", ".ledger", None),
        ("/projects", "#new-project", Some("#new-project")),
        (one.as_str(), "#field-name", None),
        (one.as_str(), ".field__history", Some(".field__history")),
        ("/issues", "#new-issue", None),
        ("/issues", "#new-issue", Some("#new-issue")),
        ("/chart", ".chart-line", None),
        ("/records", "#content h1", None),
        ("/exchange", "#import-file", None),
        ("/sync", "#content h1", None),
    ] {
        browser.open(&format!("{address}{path}")).await?;
        browser.find(there).await?;
        if let Some(button) = opens {
            browser.click(button).await?;
            browser.find("dialog, .history, #issue-new").await?;
        }
        let what = format!("{path} {}", opens.unwrap_or_default());
        look(&browser, &axe, &what, &mut found).await?;
    }
    browser.open(&format!("{address}/projects")).await?;
    browser.click(".ledger__row input").await?;
    browser.click("#change-chosen").await?;
    browser.find("#bulk").await?;
    look(&browser, &axe, "/projects together", &mut found).await?;
    browser.click("dialog .dialog__head button").await?;
    browser.gone("dialog").await?;
    browser.open(&format!("{address}{one}")).await?;
    browser.find("#field-name").await?;
    for tab in [
        "Schedule",
        "Money",
        "Approvals",
        "Problems",
        "Months",
        "People",
        "Past",
    ] {
        browser.click(&format!("[data-tab='{tab}']")).await?;
        browser.find(".panel h2, .panel form").await?;
        look(&browser, &axe, tab, &mut found).await?;
    }
    browser.press_in("nav a", "月报").await?;
    browser.find("#report-grid tr[data-line]").await?;
    look(&browser, &axe, "report", &mut found).await?;
    browser.click("#file-report").await?;
    browser.find("dialog").await?;
    look(&browser, &axe, "filing", &mut found).await?;
    ensure!(found.is_empty(), "{}", found.join("\n"));
    browser.quit().await.context("ending the browser")
}

#[test]
fn no_screen_has_a_serious_fault_of_accessibility() {
    let root = tempfile::tempdir().expect("a folder");
    let (node, mut clerk) = Place::staffed_township(root.path(), TOWNSHIP, PASSWORD);
    let me = clerk.get("/api/v1/session").ok().json();
    let project = ids::project();
    let set = json!({ "name": "松坪镇集镇道路工程", "total_investment_fen": 183_050_000_i64 });
    let create =
        json!({ "do": "create_project", "project": project, "home": me["unit"], "set": set });
    let answers = clerk.commands(&json!([ids::envelope(&create)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    let address = format!("http://{}", node.address());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Err(error) = runtime.block_on(all(root.path(), &address, &project)) {
        panic!("{error:?}");
    }
}
