//! `xiangmu bundle export|import`: data carried on a stick.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use shared::api::BundleReport;
use shared::text::bundle::BundleWords;
use shared::text::system::System;
use shared::wire::bundle::BUNDLE_BYTES_MAX;

use super::Common;
use super::file;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

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
        Act::Export { to, out, all } => export(common, output, to, &out, all),
        Act::Import { file, dry_run } => import(common, output, &file, dry_run),
    }
}

fn export(
    common: &Common,
    output: &mut Output,
    to: String,
    out: &Path,
    all: bool,
) -> Result<Exit, Failure> {
    let request = Request::BundleExport { to, all };
    let (outcome, bytes) = file::fetch(common, output, request, out)?;
    let Outcome::BundleMade { to, unit, entries } = outcome else {
        return Err(unexpected(&outcome));
    };
    let file = out.display().to_string();
    let value = json!({
        "to": to, "unit": unit, "entries": entries, "bytes": bytes, "file": file,
    });
    let words = BundleWords::Made {
        unit,
        entries,
        file,
    };
    output.either(&value, &System::Bundle(words))?;
    Ok(Exit::Done)
}

fn import(
    common: &Common,
    output: &mut Output,
    file: &Path,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let attachment = read_file(file)?;
    let mut target = Target::open(common)?;
    let request = Request::BundleImport { dry_run };
    let outcome = target.perform_printing(output, request, attachment);
    target.close();
    let report = match outcome? {
        Outcome::BundleTaken { report } => report,
        other => return Err(unexpected(&other)),
    };
    if output.json {
        output.value(&report)?;
    } else {
        for words in words(&report) {
            output.words(&System::Bundle(words))?;
        }
    }
    let is_whole = report.refused == 0 && report.missing.is_none() && report.state == "active";
    Ok(if is_whole { Exit::Done } else { Exit::Partly })
}

fn words(report: &BundleReport) -> Vec<BundleWords> {
    let (unit, made_at) = (report.unit.clone(), report.made_at);
    let mut all = Vec::new();
    if report.dry_run {
        all.push(BundleWords::Seen {
            unit: unit.clone(),
            made_at,
            entries: report.entries,
            fresh: report.fresh,
            documents: report.documents,
        });
    }
    if report.state != "active" {
        all.push(BundleWords::Pending { unit });
    } else if let Some(entries) = report.missing {
        all.push(BundleWords::Missing { entries });
    } else if report.entries > 0 && report.fresh == 0 {
        all.push(BundleWords::AlreadyTaken { unit, made_at });
    } else if !report.dry_run {
        all.push(BundleWords::Taken {
            unit,
            fresh: report.fresh,
            refused: report.refused,
        });
    }
    all
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::failed(
            anyhow::Error::new(error).context(format!("cannot read {}", path.display())),
        )
    };
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    let bound = BUNDLE_BYTES_MAX as u64;
    file.take(bound + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > bound {
        return Err(Failure::failed(anyhow::anyhow!(
            "{} is larger than a bundle may be",
            path.display()
        )));
    }
    Ok(bytes)
}
