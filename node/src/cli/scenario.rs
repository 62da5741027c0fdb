//! `xiangmu scenario FILE…`: carries out scenario files against the engine; needs no node.

use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::scenario::{Failure as Wrong, Profiles, Scenario};
use shared::text::system::System;

use super::Common;
use super::output::Output;
use crate::exit::{Exit, Failure};

/// Bytes of one scenario file. The largest that ships has some 20 kB.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Flags of `scenario`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Scenario files (TOML)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Another file for a profile that ships, as SLUG=FILE
    #[arg(long, value_name = "SLUG=FILE")]
    pub profile: Vec<String>,
}

/// A failed step and its file, as `--json` prints it.
#[derive(Serialize)]
struct Failed<'a> {
    file: String,
    #[serde(flatten)]
    wrong: &'a Wrong,
}

/// Runs the files; 0 when every step went as expected, 1 otherwise, 2 for a file that is no scenario.
///
/// # Errors
/// When a file cannot be read or holds a word nobody knows.
pub fn run(_common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let mut profiles = Profiles::default();
    for given in &args.profile {
        let (slug, file) = given
            .split_once('=')
            .ok_or_else(|| Failure::unusable(anyhow::anyhow!("--profile takes SLUG=FILE")))?;
        let json = read(Path::new(file))?;
        profiles.instead.insert(slug.to_owned(), json);
    }
    // Every file is read and checked before the first is run: a word nobody knows is found at once.
    let mut scenarios = Vec::with_capacity(args.files.len());
    for file in &args.files {
        let parsed = Scenario::parse(&read(file)?).map_err(|error| at(file, error))?;
        parsed.check(&profiles).map_err(|error| at(file, error))?;
        scenarios.push((file, parsed));
    }
    let mut steps = 0;
    let mut failed = Vec::new();
    for (done, (file, scenario)) in scenarios.iter().enumerate() {
        output.progress(done as u64, scenarios.len() as u64);
        let report = scenario.run(&profiles).map_err(|error| at(file, error))?;
        steps += report.steps;
        failed.extend(report.failed.into_iter().map(|wrong| (*file, wrong)));
    }
    let clean = failed.is_empty();
    if output.json {
        let failed: Vec<_> = failed
            .iter()
            .map(|(file, wrong)| Failed {
                file: file.display().to_string(),
                wrong,
            })
            .collect();
        output.value(&serde_json::json!({
            "files": scenarios.len(),
            "steps": steps,
            "failed": failed,
        }))?;
    } else {
        for (file, wrong) in &failed {
            output.words(&System::StepFailed {
                place: match wrong.case {
                    Some(case) => format!("{}:{} ({case})", file.display(), wrong.line),
                    None => format!("{}:{}", file.display(), wrong.line),
                },
                expected: wrong.expected.clone(),
                found: wrong.found.clone(),
            })?;
        }
        output.words(&System::ScenariosRun {
            files: scenarios.len(),
            steps,
            failed: failed.len(),
        })?;
    }
    Ok(if clean { Exit::Done } else { Exit::Failed })
}

fn read(file: &Path) -> Result<String, Failure> {
    let name = || format!("reading {}", file.display());
    let unusable =
        |error: std::io::Error| Failure::unusable(anyhow::Error::new(error).context(name()));
    let bytes = std::fs::metadata(file).map_err(unusable)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(Failure::unusable(anyhow::anyhow!(
            "{} is larger than {FILE_BYTES_MAX} bytes",
            file.display()
        )));
    }
    std::fs::read_to_string(file).map_err(unusable)
}

fn at(file: &Path, error: shared::scenario::ScenarioError) -> Failure {
    Failure::unusable(anyhow::Error::new(error).context(file.display().to_string()))
        .hint("tests/scenarios/README.md describes the words of a scenario")
}
