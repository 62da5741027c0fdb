//! The rules engine on a county of 500 projects, natively and in headless Chromium: all obligations, lights and gates of one day.
//!
//! The views are there beforehand. Both must say the same, so that neither leaves anything out.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use shared::profile::Profile;
use shared::testing::day::Day;
use tests::browser::Browser;
use tests::page;

use super::Plan;
use super::table::{Measured, Row};

const PROJECTS: usize = 500;
const NATIVE_RUNS: usize = 40;
const CHROMIUM_RUNS: usize = 20;

/// The row of the machine itself.
pub const NATIVE: &[Row] = &[Row {
    name: "day",
    what: "All obligations, lights and gates of 500 projects for one day, natively (slowest county)",
    goal: "≤ 50 ms",
}];

/// The row of the browser.
pub const CHROMIUM: &[Row] = &[Row {
    name: "day-chromium",
    what: "The same in headless Chromium, on views fetched once (slowest county)",
    goal: "≤ 300 ms",
}];

fn median(runs: &[f64]) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Of every county, the slowest counts.
fn slowest(
    row: &'static Row,
    runs: Vec<(String, Vec<f64>)>,
    goal_ms: f64,
) -> anyhow::Result<Measured> {
    let slowest = runs
        .into_iter()
        .max_by(|(_, a), (_, b)| median(a).total_cmp(&median(b)));
    let (slug, runs) = slowest.context("no county")?;
    let mut measured = Measured::times(row, runs, goal_ms);
    measured.found = format!("{} ({slug})", measured.found);
    Ok(measured)
}

/// Measures natively.
pub fn natively(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = NATIVE else { return Ok(Vec::new()) };
    let mut runs = Vec::new();
    for slug in Profile::slugs() {
        let day = Day::new(slug, PROJECTS);
        let said = day.judge();
        ensure!(
            said.lights == PROJECTS && said.gates > 0,
            "{slug}: {said:?}"
        );
        let times = (0..NATIVE_RUNS).map(|_| {
            let begun = Instant::now();
            let again = std::hint::black_box(&day).judge();
            assert_eq!(said, again, "the same county says the same");
            begun.elapsed().as_secs_f64() * 1e3
        });
        runs.push((slug.to_owned(), times.collect()));
    }
    Ok(vec![slowest(row, runs, 50.0)?])
}

/// Measures in a browser.
pub fn in_chromium(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = CHROMIUM else {
        return Ok(Vec::new());
    };
    let slugs = serde_json::to_string(&Profile::slugs().collect::<Vec<_>>())?;
    let html = format!(
        "<!doctype html><meta charset=utf-8><title>bench</title><script type=module>
import init, {{ Day }} from './page.js';
await init({{ module_or_path: './page_bg.wasm' }});
const counties = {{}};
for (const slug of {slugs}) {{
  const day = new Day(slug, {PROJECTS});
  const said = JSON.parse(day.judge());
  const runs = [];
  for (let run = 0; run < {CHROMIUM_RUNS}; run++) {{
    const begun = performance.now();
    day.judge();
    runs.push(performance.now() - begun);
  }}
  counties[slug] = {{ said, runs }};
}}
const out = document.createElement('pre');
out.id = 'answers';
out.textContent = JSON.stringify(counties);
document.body.append(out);
</script>"
    );
    let address = page::serve(&html, [])?;
    let runtime = tokio::runtime::Runtime::new()?;
    let text = runtime.block_on(async {
        let profile = tempfile::tempdir()?;
        let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        let browser = Browser::start(profile.path(), &shots).await?;
        browser.open(&format!("http://{address}/")).await?;
        let out = browser.find("#answers").await?;
        let text = out.prop("textContent").await?.unwrap_or_default();
        browser.quit().await?;
        anyhow::Ok(text)
    })?;
    let counties: serde_json::Map<String, Value> = serde_json::from_str(&text)?;
    let mut runs = Vec::new();
    for (slug, answer) in counties {
        let said = Day::new(&slug, PROJECTS).judge();
        ensure!(
            answer.get("said") == Some(&serde_json::to_value(said)?),
            "{slug}: the browser says {:?}, the machine {said:?}",
            answer.get("said")
        );
        let times = answer.get("runs").cloned().unwrap_or_default();
        runs.push((slug, serde_json::from_value(times)?));
    }
    Ok(vec![slowest(row, runs, 300.0)?])
}
