//! `xiangmu quarantine [export FILE|accept HASH|accept all|repair DOCUMENT|dismiss DOCUMENT]`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, QuarantinedChange, Request};
use crate::exit::{Exit, Failure};
use shared::api::Repair;
use shared::field::FieldPath;
use shared::ids::DocumentId;
use shared::text::repair::RepairWords;
use shared::text::system::System;

/// Flags of `quarantine`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do; without it the refused changes are shown
    #[command(subcommand)]
    pub act: Option<Act>,
}

/// What can be done with refused changes.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Write them with their bytes to a file, one JSON a line
    Export {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take one, or all of them, in after all
    Accept {
        /// Its hash, or `all`
        #[arg(value_name = "HASH")]
        hash: String,
    },
    /// Part a record of this unit from what the hub refused of it, and write again what was typed since
    Repair {
        /// The record, as `quarantine` names it
        #[arg(value_name = "DOCUMENT")]
        document: DocumentId,
        /// A value that shall not be written again, by its path; once for each
        #[arg(long, value_name = "PATH")]
        leave: Vec<FieldPath>,
        /// Only show what it would come to
        #[arg(long)]
        dry_run: bool,
        /// Whose decision it is, by the name of his account
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Let go of changes that cannot be read and are set aside
    Dismiss {
        /// The document, as `check` names it
        #[arg(value_name = "DOCUMENT")]
        document: DocumentId,
        /// Why, for the audit trail
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Whose decision it is, by the name of his account
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
}

/// Shows, exports or accepts; 1 when something is left in quarantine.
///
/// # Errors
/// When the node cannot be reached or the file cannot be written.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let with_bytes = matches!(args.act, Some(Act::Export { .. }));
    let request = match &args.act {
        None | Some(Act::Export { .. }) => Request::Quarantine { with_bytes },
        Some(Act::Accept { hash }) => Request::QuarantineAccept { hash: hash.clone() },
        Some(Act::Repair {
            document,
            leave,
            dry_run,
            user,
        }) => Request::Repair {
            document: document.clone(),
            leave: leave.clone(),
            is_dry: *dry_run,
            user: user.clone(),
        },
        Some(Act::Dismiss {
            document,
            reason,
            user,
        }) => Request::AsideDismiss {
            document: document.clone(),
            reason: reason.clone(),
            user: user.clone(),
        },
    };
    match Target::ask(common, output, request)? {
        Outcome::Quarantine { changes } => {
            if let Some(Act::Export { file }) = &args.act {
                write(file, &changes)?;
            } else {
                show(&changes, output)?;
            }
            if changes.is_empty() {
                output.words(&System::Nothing)?;
                return Ok(Exit::Done);
            }
            Ok(if with_bytes { Exit::Done } else { Exit::Failed })
        }
        Outcome::QuarantineAccepted { taken, left } => {
            output.words(&System::QuarantineAccepted { taken, left })?;
            Ok(if left == 0 { Exit::Done } else { Exit::Failed })
        }
        Outcome::Repair { plan, done } => {
            show_repair(&plan, done, output)?;
            Ok(Exit::Done)
        }
        Outcome::AsideDismissed { changes } => {
            output.words(&System::AsideDismissed { changes })?;
            Ok(Exit::Done)
        }
        other => Err(unexpected(&other)),
    }
}

fn show(changes: &[QuarantinedChange], output: &mut Output) -> Result<(), Failure> {
    for change in changes {
        if output.json {
            output.value(change)?;
        } else {
            output.line(&format!(
                "{}  {}",
                change.hash,
                change.words(change.document.to_string()).text(output.lang)
            ))?;
        }
    }
    Ok(())
}

fn show_repair(
    plan: &Repair,
    done: Option<(u64, u64)>,
    output: &mut Output,
) -> Result<(), Failure> {
    if output.json {
        return output.value(&serde_json::json!({
            "plan": plan,
            "values": done.map(|done| done.0),
            "changes": done.map(|done| done.1),
        }));
    }
    let mut told = plan.told.iter();
    if let Some(plan) = told.next() {
        output.line(plan)?;
    }
    for (value, told) in plan.values.iter().zip(told) {
        output.line(&format!("{}  {told}", value.path))?;
    }
    match done {
        Some((values, changes)) => {
            output.line(&RepairWords::Done { values, changes }.text(output.lang))
        }
        None => Ok(()),
    }
}

fn write(file: &PathBuf, changes: &[QuarantinedChange]) -> Result<(), Failure> {
    let text = QuarantinedChange::lines(changes).map_err(Failure::failed)?;
    std::fs::write(file, text).map_err(Failure::failed)
}
