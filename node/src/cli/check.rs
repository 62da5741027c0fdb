//! `xiangmu check [--repair]`: looks for damage, one finding a line.

use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};
use crate::integrity::{self, Checked};
use crate::store::OpenError;

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
    let dir = common.data_dir()?;
    let look = if args.repair {
        integrity::repair_folder
    } else {
        integrity::check_folder
    };
    let checked = match look(&dir) {
        Ok(checked) => checked,
        Err(OpenError::InUse { .. }) => ask_server(common, &args, output)?,
        Err(error @ OpenError::NotADataFolder { .. }) => {
            return Err(Failure::unusable(error).hint("name the folder with --data DIR"));
        }
        Err(error) => return Err(Failure::unusable(error)),
    };
    for found in &checked.findings {
        if output.json {
            output.value(found)?;
        } else {
            let repaired = if found.repaired { " (repaired)" } else { "" };
            output.line(&format!("{}: {}{repaired}", found.place, found.finding))?;
        }
    }
    let open = checked
        .findings
        .iter()
        .filter(|found| !found.repaired)
        .count();
    if checked.findings.is_empty() {
        output.words(&System::AllWell {
            documents: checked.documents,
            entries: checked.commits,
        })?;
        if !output.json {
            output.line(&format!(
                "journal: {}",
                super::status::journal(&checked.journal)
            ))?;
        }
    } else {
        let count = checked.findings.len();
        output.words(&System::Findings { count })?;
    }
    Ok(if open == 0 { Exit::Done } else { Exit::Failed })
}

/// Another process has the folder: a server, which checks itself.
fn ask_server(common: &Common, args: &Args, output: &mut Output) -> Result<Checked, Failure> {
    let repair = args.repair;
    match Target::ask(common, output, Request::Check { repair })? {
        Outcome::Checked {
            documents,
            entries,
            findings,
            journal,
        } => Ok(Checked {
            documents,
            commits: entries,
            journal,
            findings,
        }),
        other => Err(unexpected(&other)),
    }
}
