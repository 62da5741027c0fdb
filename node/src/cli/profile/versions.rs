//! How a county changes its rules: the head of the hub decides on a file, the system administrator applies it.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use shared::ids::RowId;
use shared::profile::Profile;
use shared::text::system::System;
use shared::time::Date;

use super::super::Common;
use super::super::output::Output;
use super::super::target::{Target, unexpected};
use crate::control::{Outcome, Request, Rules};
use crate::exit::{Exit, Failure};

/// Flags of `profile propose`.
#[derive(Debug, clap::Args)]
pub struct Propose {
    /// The file
    pub file: PathBuf,
    /// The day it counts from, today or later
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// The decision it rests on: a number, a meeting
    #[arg(long, value_name = "TEXT")]
    pub reference: String,
    /// The account of the head of the hub
    #[arg(long, value_name = "NAME", visible_alias = "as")]
    pub user: String,
}

/// Flags of `profile apply`.
#[derive(Debug, clap::Args)]
pub struct Apply {
    /// The version, as `profile versions` names it
    #[arg(value_name = "ID")]
    pub id: RowId,
    /// The account of the system administrator
    #[arg(long, value_name = "NAME", visible_alias = "as")]
    pub user: String,
}

fn rules(common: &Common, output: &mut Output) -> Result<Box<Rules>, Failure> {
    match Target::ask(common, output, Request::Rules)? {
        Outcome::Rules { rules } => Ok(rules),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn show(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let rules = rules(common, output)?;
    let profile = Profile::parse(&rules.text).map_err(Failure::failed)?;
    super::print(&profile, &rules.text, output)
}

pub(super) fn list(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let rules = rules(common, output)?;
    for version in &rules.versions {
        if output.json {
            output.value(version)?;
            continue;
        }
        output.line(&format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            version.id,
            version.state.label(output.lang),
            version.from,
            version.decided_by,
            version.applied_by,
            version.reference,
        ))?;
        if !version.trouble.is_empty() {
            output.warn(&format!("{}: {}", version.id, version.trouble));
        }
    }
    Ok(Exit::Done)
}

pub(super) fn propose(
    common: &Common,
    args: Propose,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let text = super::read(&args.file)
        .with_context(|| format!("cannot read {}", args.file.display()))
        .map_err(Failure::unusable)?;
    let request = Request::RulesPropose {
        text,
        from: args.from,
        reference: args.reference,
        user: args.user,
    };
    let version = recorded(common, request, output)?;
    if output.json {
        output.value(&json!({"version": version}))?;
    } else {
        output.words(&System::RulesProposed {
            version: version.to_string(),
        })?;
    }
    Ok(Exit::Done)
}

pub(super) fn apply(common: &Common, args: Apply, output: &mut Output) -> Result<Exit, Failure> {
    let request = Request::RulesApply {
        version: args.id,
        user: args.user,
    };
    recorded(common, request, output)?;
    if output.json {
        output.value(&json!({"version": args.id}))?;
    } else {
        output.words(&System::RulesApplied {
            version: args.id.to_string(),
        })?;
    }
    Ok(Exit::Done)
}

fn recorded(common: &Common, request: Request, output: &mut Output) -> Result<RowId, Failure> {
    match Target::ask(common, output, request)? {
        Outcome::Recorded { row } => Ok(row),
        other => Err(unexpected(&other)),
    }
}
