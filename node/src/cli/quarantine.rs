//! `xiangmu quarantine [export FILE|accept HASH|accept all|dismiss DOCUMENT]`.

use std::path::PathBuf;

use clap::Subcommand;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, QuarantinedChange, Request};
use crate::exit::{Exit, Failure};
use shared::ids::DocumentId;
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

fn write(file: &PathBuf, changes: &[QuarantinedChange]) -> Result<(), Failure> {
    let text = QuarantinedChange::lines(changes).map_err(Failure::failed)?;
    std::fs::write(file, text).map_err(Failure::failed)
}
