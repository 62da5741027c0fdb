//! The rules engine on a county of 500 projects, natively and in headless Chromium: all obligations, lights and gates of one day.
//!
//! Both start from views as they are sent: the machine writes them, each side reads them once, with the brief the product keeps
//! beside each, and then judges as often as it is timed; what the reading took is said beside it. All answers of the browser must be those of the machine, by digests of obligations, lights and gates in full.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
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

/// The words of every answer, as short as they can be compared: for obligations, lights and gates the SHA-256 of their text.
fn digests(texts: &[String; 3]) -> [String; 3] {
    texts.each_ref().map(|text| {
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

/// Measures natively, on views that went through their own wire form.
pub fn natively(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = NATIVE else { return Ok(Vec::new()) };
    let mut runs = Vec::new();
    let mut reading = String::new();
    for slug in Profile::slugs() {
        let views = Day::new(slug, PROJECTS).views();
        let begun = Instant::now();
        let day = Day::fetched(&views)?;
        let read_ms = begun.elapsed().as_secs_f64() * 1e3;
        let mb = views.len() as f64 / 1e6;
        reading = format!("{reading}, {slug} {mb:.1} MB in {read_ms:.0} ms");
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
    let mut measured = slowest(row, runs, 50.0)?;
    measured.found = format!("{}; views read once{reading}", measured.found);
    Ok(vec![measured])
}

/// What the page found for one county.
#[derive(Deserialize)]
struct Found {
    /// How long it took to read the views after they had come.
    read_ms: f64,
    digests: [String; 3],
    runs: Vec<f64>,
}

/// Fetches each county's views once, reads them, hashes all answers, and takes the time of the rest.
const SCRIPT: &str = "import init, { Day } from './page.js';
await init({ module_or_path: './page_bg.wasm' });
const counties = {};
for (const slug of SLUGS) {
  const text = await (await fetch(`/${slug}.json`)).text();
  const come = performance.now();
  const day = new Day(text);
  const read_ms = performance.now() - come;
  const digests = [];
  for (const part of JSON.parse(day.answers())) {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(part));
    digests.push(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    day.judge();
    runs.push(performance.now() - begun);
  }
  day.free();
  counties[slug] = { read_ms, digests, runs };
  const done = document.createElement('p');
  done.id = `done-${Object.keys(counties).length}`;
  done.textContent = slug;
  document.body.prepend(done);
  await new Promise(go => setTimeout(go));
}
const out = document.createElement('pre');
out.id = 'answers';
out.textContent = JSON.stringify(counties);
document.body.append(out);";

/// Measures in a browser.
pub fn in_chromium(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = CHROMIUM else {
        return Ok(Vec::new());
    };
    let slugs = serde_json::to_string(&Profile::slugs().collect::<Vec<_>>())?;
    let script = SCRIPT
        .replace("SLUGS", &slugs)
        .replace("RUNS", &CHROMIUM_RUNS.to_string());
    let html = format!(
        "<!doctype html><meta charset=utf-8><title>bench</title><script type=module>{script}</script>"
    );
    let mut views = Vec::new();
    let mut wanted = BTreeMap::new();
    for slug in Profile::slugs() {
        let made = Day::new(slug, PROJECTS);
        let text = made.views().into_bytes();
        let mb = text.len() as f64 / 1e6;
        wanted.insert(slug, (digests(&made.texts()), mb));
        views.push((format!("/{slug}.json"), ("application/json", text)));
    }
    let address = page::serve(&html, views)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let text = runtime.block_on(async {
        let profile = tempfile::tempdir()?;
        let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
        let browser = Browser::start(profile.path(), &shots).await?;
        browser.open(&format!("http://{address}/")).await?;
        // Each county has its own time on a busy machine.
        for number in 1..=Profile::slugs().count() {
            let _done = browser.find(&format!("#done-{number}")).await?;
        }
        let out = browser.find("#answers").await?;
        let text = out.prop("textContent").await?.unwrap_or_default();
        browser.quit().await?;
        anyhow::Ok(text)
    })?;
    let mut counties: BTreeMap<String, Found> = serde_json::from_str(&text)?;
    let mut runs = Vec::new();
    let mut reading = String::new();
    for (slug, (wanted, mb)) in wanted {
        let found = counties.remove(slug).context("a county is missing")?;
        for (part, (found, wanted)) in ["obligations", "lights", "gates"]
            .iter()
            .zip(found.digests.iter().zip(&wanted))
        {
            ensure!(
                found == wanted,
                "{slug}: the browser's {part} are not the machine's"
            );
        }
        reading = format!("{reading}, {slug} {mb:.1} MB in {:.0} ms", found.read_ms);
        runs.push((slug.to_owned(), found.runs));
    }
    let mut measured = slowest(row, runs, 300.0)?;
    measured.found = format!("{}; views read once{reading}", measured.found);
    Ok(vec![measured])
}
