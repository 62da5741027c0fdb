//! `xiangmu profile holidays [FILE]`: a year's official holidays, as the State Council's notice gives them.
//!
//! The hub publishes them; nodes learn of them by sync. A year published again is corrected.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use shared::text::system::System;

use super::super::Common;
use super::super::output::Output;
use super::super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `profile holidays`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One year: {"year":2027,"holidays":["2027-01-01",…],"workdays":[weekend days worked],"source":"the notice"}
    pub file: Option<PathBuf>,
    /// The account to act as [default: the head of the hub, at the console]
    #[arg(long, value_name = "NAME", visible_alias = "as", requires = "file")]
    pub user: Option<String>,
}

pub(super) fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match args.file {
        Some(file) => publish(common, &file, args.user, output),
        None => list(common, output),
    }
}

fn publish(
    common: &Common,
    file: &std::path::Path,
    user: Option<String>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let text = super::read(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .map_err(Failure::unusable)?;
    match Target::ask(common, output, Request::HolidaysPublish { text, user })? {
        Outcome::Recorded { row } => {
            output.either(&json!({"notice": row}), &System::HolidaysPublished)?;
            Ok(Exit::Done)
        }
        other => Err(unexpected(&other)),
    }
}

fn list(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let (years, missing) = match Target::ask(common, output, Request::Holidays)? {
        Outcome::Holidays { years, missing } => (years, missing),
        other => return Err(unexpected(&other)),
    };
    for known in &years {
        if output.json {
            output.value(known)?;
        } else {
            output.line(&format!(
                "{}\t{}\t{}\t{}",
                known.year, known.holidays, known.workdays, known.source
            ))?;
        }
    }
    for year in &missing {
        output.warn(&System::HolidaysMissing { year: *year }.text(output.lang));
    }
    Ok(if missing.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}
