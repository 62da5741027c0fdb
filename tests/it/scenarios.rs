//! The county's rules as scenario files: all of them pass natively, and inside a browser with the same answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::scenario::{Profiles, Scenario};
use tests::browser::Browser;
use tests::page;

/// How many acceptance scenarios domain.md 15 has.
const SCENARIOS: i64 = 50;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every scenario file by name.
fn files() -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("tests/scenarios"))? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.insert(name.into_owned(), std::fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

/// What the native engine says of a file, in the form the page uses.
fn natively(text: &str) -> Value {
    let report = Scenario::parse(text).and_then(|scenario| scenario.run(&Profiles::default()));
    match report {
        Ok(report) => json!({ "steps": report.steps, "failed": report.failed }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

#[test]
fn every_acceptance_scenario_has_a_file_and_passes() -> Result<()> {
    let mut told = BTreeSet::new();
    let mut wrong = Vec::new();
    for (name, text) in files()? {
        let scenario = Scenario::parse(&text).with_context(|| name.clone())?;
        told.extend(scenario.numbers());
        let answer = natively(&text);
        if answer["failed"] != json!([]) {
            wrong.push(format!("{name}: {answer}"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = (1..=SCENARIOS)
        .filter(|number| !told.contains(number))
        .collect();
    ensure!(missing.is_empty(), "no file tells scenario {missing:?}");
    Ok(())
}

#[test]
fn a_browser_gives_the_same_answers() -> Result<()> {
    let files = files()?;
    let texts: BTreeMap<_, _> = files.iter().collect();
    let page = "<!doctype html><meta charset=utf-8><title>scenarios</title><script type=module>
import init, { run } from './page.js';
await init({ module_or_path: './page_bg.wasm' });
const texts = await (await fetch('./files.json')).json();
const answers = {};
for (const [name, text] of Object.entries(texts)) {
  answers[name] = JSON.parse(run(text));
  const done = document.createElement('p');
  done.id = `done-${Object.keys(answers).length}`;
  done.textContent = name;
  document.body.prepend(done);
  await new Promise(go => setTimeout(go));
}
const out = document.createElement('pre');
out.id = 'answers';
out.textContent = JSON.stringify(answers);
document.body.append(out);
</script>";
    let files_json = ("application/json", serde_json::to_vec(&texts)?);
    let address = page::serve(page, [("/files.json".to_owned(), files_json)])?;
    let runtime = tokio::runtime::Runtime::new()?;
    let answers: BTreeMap<String, Value> = runtime.block_on(async {
        let profile = tempfile::tempdir()?;
        let shots = root().join("target/screenshots");
        let browser = Browser::start(profile.path(), &shots).await?;
        browser.open(&format!("http://{address}/")).await?;
        // Each file has its own time: all together take longer than anybody waits for one thing.
        for number in 1..=files.len() {
            let _done = browser.find(&format!("#done-{number}")).await?;
        }
        let out = browser.find("#answers").await?;
        let text = out.prop("textContent").await?.unwrap_or_default();
        browser.quit().await?;
        anyhow::Ok(serde_json::from_str(&text)?)
    })?;
    ensure!(answers.len() == files.len());
    for (name, text) in &files {
        ensure!(
            answers.get(name) == Some(&natively(text)),
            "{name}: {:?}",
            answers.get(name)
        );
    }
    Ok(())
}
