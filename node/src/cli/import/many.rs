//! Many workbooks in one go: each is an import of its own, that can be taken back by itself, and none stops another.
//!
//! A hub does not guess whose projects a workbook brings: one that nobody's name stands in is left out, and at the end one line asks for
//! the units of all of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;
use shared::text::system::System;

use super::{Asked, ImportReport, bring, name_of, print_refused, read_file, told, write_errors};
use crate::cli::Common;
use crate::cli::output::Output;
use crate::cli::target::Target;
use crate::exit::{Exit, Failure};

/// A file's line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    report: Option<&'a ImportReport>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Imports every file, and every file of every folder.
pub(super) fn run(
    common: &Common,
    named: &[PathBuf],
    asked: &Asked,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let files = files(named)?;
    let mut target = Target::open(common)?;
    let ended = import(&mut target, &files, asked, output);
    target.close();
    ended
}

fn import(
    target: &mut Target,
    files: &[PathBuf],
    asked: &Asked,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let (mut done, mut clean) = (0, 0);
    let mut nobodys = Vec::new();
    let mut written = BTreeSet::new();
    for (index, file) in files.iter().enumerate() {
        let name = name_of(file);
        let brought = read_file(file)
            .and_then(|attachment| bring(target, file, attachment, asked, true, output));
        let (report, errors) = match brought {
            Ok(brought) => brought,
            Err(failure) => {
                told_failed(&name, &failure, output)?;
                continue;
            }
        };
        if output.json {
            let (file, report) = (name.as_str(), Some(&report));
            let error = None;
            output.value(&Line {
                file,
                report,
                error,
            })?;
        } else {
            let units = report.units.join("、");
            let (told, id) = (told(&report).text(output.lang), report.import_id);
            let id = id.map(|id| System::ImportId { id: id.to_string() }.text(output.lang));
            output.line(&format!(
                "{name}  {units}  {told} {}",
                id.unwrap_or_default()
            ))?;
            print_refused(&report, output)?;
        }
        if let Some(out) = &asked.errors {
            let mut path = beside(out, file, None);
            if !written.insert(path.clone()) {
                path = beside(out, file, Some(index + 1));
            }
            write_errors(&path, &errors, output)?;
        }
        if report.unit_unknown {
            nobodys.push(name);
            continue;
        }
        done += 1;
        clean += usize::from(report.refused.is_empty());
    }
    let files = files.len();
    output.words(&System::ImportedMany { done, files })?;
    if !nobodys.is_empty() {
        let files = nobodys.join(" ");
        output.note(&System::UnitsAsked { files }.text(output.lang));
    }
    Ok(match (clean == files, done) {
        (true, _) => Exit::Done,
        (false, 0) => Exit::Failed,
        (false, _) => Exit::Partly,
    })
}

fn told_failed(name: &str, failure: &Failure, output: &mut Output) -> Result<(), Failure> {
    let error = format!("{:#}", failure.error);
    if output.json {
        return output.value(&Line {
            file: name,
            report: None,
            error: Some(error),
        });
    }
    output.line(&format!("{name}  {error}"))
}

/// `OUT.xlsx` and `township.xlsx` make `OUT-township.xlsx`.
fn beside(out: &Path, file: &Path, number: Option<usize>) -> PathBuf {
    let stem = |path: &Path| {
        let stem = path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let number = number.map_or_else(String::new, |number| format!("-{number}"));
    out.with_file_name(format!("{}-{}{number}.xlsx", stem(out), stem(file)))
}

/// The files that were named, and those of the folders that were, in the order of their names. Hidden ones are none: what an open office
/// program leaves beside a workbook begins with `~$`.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let cannot = |error: std::io::Error| {
            let cannot = format!("cannot read {}", path.display());
            Failure::unusable(anyhow::Error::new(error).context(cannot))
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(path).map_err(cannot)? {
            let entry = entry.map_err(cannot)?.path();
            let name = name_of(&entry);
            if entry.is_file() && !name.starts_with('.') && !name.starts_with("~$") {
                found.push(entry);
            }
        }
        found.sort();
        files.append(&mut found);
    }
    if files.is_empty() {
        return Err(Failure::unusable(anyhow::anyhow!("there is no file in it")));
    }
    Ok(files)
}
