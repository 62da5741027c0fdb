//! `xiangmu export --out FILE`: the projects as a file, in the format its name ends with.

use std::path::PathBuf;

use serde_json::json;
use shared::text::system::System;
use shared::time::Month;

use super::Common;
use super::file;
use super::output::Output;
use super::target::unexpected;
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `export`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file; .xlsx, .csv, .ndjson or .docx
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// A ledger of the county
    #[arg(long, value_name = "NAME")]
    pub ledger: Option<String>,
    /// A view of the list: conflicts, issues, proposals, deleted, demo, a stage, or FIELD:VALUE as the list filters; at the hub also
    /// results: what assessment came to in the year of --period, for units and leaders
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// Only this unit's projects
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
    /// The month [default: the current one]
    #[arg(long, value_name = "YYYY-MM")]
    pub period: Option<Month>,
}

/// Writes the file; it appears whole or not at all.
///
/// # Errors
/// When the name has no known ending, or the file cannot be written.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let ending = args
        .out
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    if !matches!(ending.as_str(), "xlsx" | "csv" | "ndjson" | "docx") {
        return Err(Failure::unusable(anyhow::anyhow!(
            "the name of {} does not say the format",
            args.out.display()
        ))
        .hint("let it end with .xlsx, .csv, .ndjson or .docx"));
    }
    let request = Request::Export {
        format: ending,
        ledger: args.ledger,
        view: args.view,
        unit: args.unit,
        period: args.period,
    };
    let (outcome, _) = file::fetch(common, output, request, &args.out)?;
    let Outcome::Exported { rows } = outcome else {
        return Err(unexpected(&outcome));
    };
    let file = args.out.display().to_string();
    let words = System::Exported {
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        file: file.clone(),
    };
    output.either(&json!({"rows": rows, "file": file}), &words)?;
    Ok(Exit::Done)
}
