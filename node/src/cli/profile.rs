//! `xiangmu profile list|show|lint|schema`: the county rules that ship, and a check of a county's own file; `versions|propose|apply`:
//! how a county changes its rules; `scores`: indicators to copy from; `holidays`: which days a year are worked.
//!
//! The first need no data folder: a county writes and checks its file before any server knows of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use shared::profile::{Finding, Profile, schema};
use shared::text::system::System;

use super::Common;
use super::output::Output;
use crate::exit::{Exit, Failure};

mod holidays;
mod scores;
mod versions;

/// A profile file is some 50 KB; more is another file.
const LARGEST: u64 = 4 << 20;

/// Flags of `profile`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with profiles.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Name the profiles that ship
    List,
    /// Print the file of the rules in force on this node, or of a profile that ships; unset values are marked
    Show {
        /// A profile that ships [default: the rules in force on this node]
        slug: Option<String>,
    },
    /// Check a profile file: errors with place and line, and every value that is not set
    Lint {
        /// The file
        file: PathBuf,
    },
    /// Print the JSON Schema of profile files, for editors
    Schema,
    /// List the versions the county decided on since it began
    Versions,
    /// Hub: decide on a new version, as the head of the hub
    Propose(versions::Propose),
    /// Hub: apply a decided version, as the system administrator
    Apply(versions::Apply),
    /// List the ready-made sheets of indicators, or print one as a piece of a profile file
    Scores {
        /// Which one
        id: Option<String>,
    },
    /// List the years whose official holidays are known; with a file, at the hub, publish a year's
    Holidays(holidays::Args),
}

/// Does it.
///
/// # Errors
/// When the profile or the file cannot be read.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match args.what {
        What::List => list(output),
        What::Show { slug: Some(slug) } => show(&slug, output),
        What::Show { slug: None } => versions::show(common, output),
        What::Versions => versions::list(common, output),
        What::Propose(args) => versions::propose(common, args, output),
        What::Apply(args) => versions::apply(common, args, output),
        What::Scores { id } => scores::run(id.as_deref(), output),
        What::Holidays(args) => holidays::run(common, args, output),
        What::Lint { file } => lint(&file, output),
        What::Schema => {
            let text = serde_json::to_string_pretty(&schema()).map_err(Failure::failed)?;
            output.line(&text)?;
            Ok(Exit::Done)
        }
    }
}

fn list(output: &mut Output) -> Result<Exit, Failure> {
    for slug in Profile::slugs() {
        let profile = Profile::built_in(slug).map_err(Failure::failed)?;
        if output.json {
            output.value(&json!({
                "id": profile.id,
                "name": profile.name_zh,
                "effective_from": profile.effective_from,
                "unset": profile.warnings().len(),
            }))?;
        } else {
            output.line(&format!("{slug}\t{}", profile.name_zh))?;
        }
    }
    Ok(Exit::Done)
}

fn show(slug: &str, output: &mut Output) -> Result<Exit, Failure> {
    let known: Vec<_> = Profile::slugs().collect();
    let profile = Profile::built_in(slug).map_err(|error| {
        Failure::unusable(error).hint(format!("xiangmu profile show {}", known.join("|")))
    })?;
    let text = Profile::json(slug).map_err(Failure::failed)?;
    print(&profile, text, output)
}

/// Prints a file, its unset values marked.
fn print(profile: &Profile, text: &str, output: &mut Output) -> Result<Exit, Failure> {
    if output.json {
        let value: serde_json::Value = serde_json::from_str(text).map_err(Failure::failed)?;
        output.value(&value)?;
        return Ok(Exit::Done);
    }
    let unset: BTreeSet<usize> = profile
        .warnings_in(text)
        .into_iter()
        .filter_map(|finding| finding.line)
        .collect();
    let mark = System::Unset.text(output.lang);
    for (index, line) in text.lines().enumerate() {
        if unset.contains(&(index + 1)) {
            output.line(&format!("{line}    <- {mark}"))?;
        } else {
            output.line(line)?;
        }
    }
    Ok(Exit::Done)
}

fn lint(file: &Path, output: &mut Output) -> Result<Exit, Failure> {
    let text = read(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .map_err(Failure::unusable)?;
    let (errors, warnings) = match Profile::lint(&text) {
        Ok(profile) => (Vec::new(), profile.warnings_in(&text)),
        Err(errors) => (errors, Vec::new()),
    };
    if output.json {
        output.value(&json!({
            "file": file.display().to_string(),
            "ok": errors.is_empty(),
            "errors": errors,
            "warnings": warnings,
        }))?;
    } else {
        let place = |finding: &Finding| {
            let line = finding
                .line
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            format!(
                "{}{line}: {}: {}",
                file.display(),
                finding.path,
                finding.message
            )
        };
        for warning in &warnings {
            output.warn(&place(warning));
        }
        for error in &errors {
            output.line(&place(error))?;
        }
    }
    if errors.is_empty() {
        output.words(&System::ProfileSound {
            unset: warnings.len(),
        })?;
        Ok(Exit::Done)
    } else {
        output.words(&System::Findings {
            count: errors.len(),
        })?;
        Ok(Exit::Failed)
    }
}

/// The text of a file of a sensible size, without the mark some editors put in front.
fn read(file: &Path) -> anyhow::Result<String> {
    let size = std::fs::metadata(file)?.len();
    anyhow::ensure!(size <= LARGEST, "{size} bytes are no profile");
    let text = std::fs::read_to_string(file)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::text::Lang;

    use super::*;

    #[test]
    fn a_files_faults_end_with_one_and_a_sound_file_with_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sixth.json");
        let good = Profile::json("wushan").unwrap();
        let mut output = Output::new(true, Lang::En);
        std::fs::write(&file, good).unwrap();
        assert_eq!(lint(&file, &mut output).unwrap(), Exit::Done);
        std::fs::write(&file, good.replacen("\"size\"", "\"treshold\"", 1)).unwrap();
        assert_eq!(lint(&file, &mut output).unwrap(), Exit::Failed);
        let missing = folder.path().join("missing.json");
        assert_eq!(
            lint(&missing, &mut output).unwrap_err().exit,
            Exit::Unusable
        );
    }

    #[test]
    fn the_schema_knows_the_keys_and_refuses_others() {
        let schema = schema();
        assert_eq!(schema["additionalProperties"], false);
        for key in ["lists", "gates", "field_requirements", "assess"] {
            assert!(schema["properties"][key].is_object(), "{key}");
        }
        assert!(schema["$defs"]["Cond"].is_object());
    }
}
