//! `xiangmu check [--repair]`: looks for damage, one finding a line.

use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rebuild what can be rebuilt
    #[arg(long)]
    pub repair: bool,
}

/// Prints the findings; 0 when there are none, or all were repaired.
///
/// # Errors
/// When the node cannot be opened.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match Target::ask(
        common,
        output,
        Request::Check {
            repair: args.repair,
        },
    )? {
        Outcome::Checked {
            documents,
            entries,
            findings,
        } => {
            for found in &findings {
                if output.json {
                    output.value(found)?;
                } else {
                    let repaired = if found.repaired { " (repaired)" } else { "" };
                    output.line(&format!("{}: {}{repaired}", found.place, found.finding))?;
                }
            }
            let open = findings.iter().filter(|found| !found.repaired).count();
            if open == 0 {
                output.words(&System::AllWell { documents, entries })?;
                Ok(Exit::Done)
            } else {
                output.words(&System::Findings { count: open })?;
                Ok(Exit::Failed)
            }
        }
        other => Err(unexpected(&other)),
    }
}
