//! The county's rules as scenario files: all of them pass natively, and inside a browser with the same answers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::scenario::{Profiles, Scenario};
use tests::browser::Browser;

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
    let folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = folder.join("rules");
    let read = |name: &str| {
        std::fs::read(folder.join(name))
            .with_context(|| format!("{name} is missing; run scripts/build-page"))
    };
    let files = files()?;
    let texts: BTreeMap<_, _> = files.iter().collect();
    let page = "<!doctype html><meta charset=utf-8><title>scenarios</title><script type=module>
import init, { run } from './page.js';
await init({ module_or_path: './page_bg.wasm' });
const texts = await (await fetch('./files.json')).json();
const answers = {};
for (const [name, text] of Object.entries(texts)) answers[name] = JSON.parse(run(text));
const out = document.createElement('pre');
out.id = 'answers';
out.textContent = JSON.stringify(answers);
document.body.append(out);
</script>";
    let served = BTreeMap::from([
        ("/", ("text/html", page.as_bytes().to_vec())),
        ("/page.js", ("text/javascript", read("page.js")?)),
        ("/page_bg.wasm", ("application/wasm", read("page_bg.wasm")?)),
        (
            "/files.json",
            ("application/json", serde_json::to_vec(&texts)?),
        ),
    ]);
    let address = serve(served)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let answers: BTreeMap<String, Value> = runtime.block_on(async {
        let profile = tempfile::tempdir()?;
        let shots = root().join("target/screenshots");
        let browser = Browser::start(profile.path(), &shots).await?;
        browser.open(&format!("http://{address}/")).await?;
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

type Served = BTreeMap<&'static str, (&'static str, Vec<u8>)>;

/// Serves a few files on a free port of loopback until the process ends.
fn serve(served: Served) -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let served = Arc::new(served);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let served = Arc::clone(&served);
            std::thread::spawn(move || answer(&stream, &served));
        }
    });
    Ok(address)
}

fn answer(stream: &TcpStream, served: &Served) -> Option<()> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?;
    let (status, kind, body) = match served.get(path) {
        Some((kind, body)) => ("200 OK", *kind, body.as_slice()),
        None => ("404 Not Found", "text/plain", &b"not here"[..]),
    };
    let mut out = stream;
    write!(
        out,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .ok()?;
    out.write_all(body).ok()
}
