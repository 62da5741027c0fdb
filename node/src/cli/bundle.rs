//! `xiangmu bundle export|import`: data carried on a stick.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use shared::text::bundle::BundleWords;
use shared::text::system::System;

use super::Common;
use super::file;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};
use crate::office::parcel::Parcel;

/// Flags of `bundle`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub act: Act,
}

/// What can be done with bundles.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Write everything a node is not known to hold into one sealed file
    Export {
        /// Who it is for: a node's id, its unit's name, or `hub`
        #[arg(long, value_name = "NODE")]
        to: String,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Everything, not only what the node is not known to hold
        #[arg(long)]
        all: bool,
        /// Room for attached files, in MiB: what somebody there waits for first, then the newest. 0 leaves them out [default: 64 with everything else]
        #[arg(long, value_name = "MIB")]
        files: Option<u64>,
    },
    /// Take a bundle in that was made for this node
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only say what it would bring
        #[arg(long)]
        dry_run: bool,
    },
}

/// Writes or takes in; 3 when something was refused, is missing or waits.
///
/// # Errors
/// When the node or the file cannot be reached, or the bundle does not prove itself.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match args.act {
        Act::Export {
            to,
            out,
            all,
            files,
        } => {
            let request = Request::BundleExport {
                to,
                all,
                files_bytes: files.map(|mebibytes| mebibytes.saturating_mul(1024 * 1024)),
            };
            export(common, output, request, &out)
        }
        Act::Import { file, dry_run } => import(common, output, &file, dry_run),
    }
}

fn export(
    common: &Common,
    output: &mut Output,
    request: Request,
    out: &Path,
) -> Result<Exit, Failure> {
    let (outcome, bytes) = file::fetch(common, output, request, out)?;
    let Outcome::BundleMade {
        to,
        unit,
        entries,
        files,
        files_left,
        left_bytes,
    } = outcome
    else {
        return Err(unexpected(&outcome));
    };
    let file = out.display().to_string();
    let value = json!({
        "to": to, "unit": unit, "entries": entries, "files": files, "files_left": files_left, "bytes": bytes,
        "file": file,
    });
    let words = BundleWords::Made {
        unit,
        entries,
        files,
        file,
    };
    output.either(&value, &System::Bundle(words))?;
    if files_left > 0 {
        let words = BundleWords::FilesStay {
            files: files_left,
            bytes: left_bytes,
        };
        output.warn(&System::Bundle(words).text(output.lang));
    }
    Ok(Exit::Done)
}

fn import(
    common: &Common,
    output: &mut Output,
    file: &Path,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let cannot = |error: std::io::Error| {
        let error = anyhow::Error::new(error);
        Failure::failed(error.context(format!("cannot read {}", file.display())))
    };
    let source = std::fs::File::open(file).map_err(cannot)?;
    let mut parcel = Parcel::open(std::io::BufReader::new(source)).map_err(cannot)?;
    let bundle = match parcel.next_envelope() {
        Ok(bundle) => bundle.unwrap_or_default(),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            return Err(Failure::failed(anyhow::anyhow!(
                "{} is larger than a bundle may be",
                file.display()
            )));
        }
        Err(error) => return Err(cannot(error)),
    };
    let mut target = Target::open(common)?;
    let request = Request::BundleImport { dry_run };
    let report = target.perform_printing(output, request, bundle);
    let report = report.and_then(|outcome| match outcome {
        Outcome::BundleTaken { report } => Ok(report),
        other => Err(unexpected(&other)),
    });
    let report = report.and_then(|mut report| {
        // One file after the other: a stick may carry more than memory holds.
        while !dry_run
            && report.state == "active"
            && let Some(envelope) = parcel.next_envelope().map_err(cannot)?
        {
            match target.perform_printing(output, Request::BundleFile, envelope)? {
                Outcome::BundleFile { taken } => taken.count(&mut report),
                other => return Err(unexpected(&other)),
            }
        }
        Ok(report)
    });
    target.close();
    let report = report?;
    if output.json {
        output.value(&report)?;
    } else {
        for words in report.words() {
            output.words(&System::Bundle(words))?;
        }
    }
    let is_whole = report.refused == 0
        && report.missing.is_none()
        && report.files_left == 0
        && report.state == "active";
    Ok(if is_whole { Exit::Done } else { Exit::Partly })
}
