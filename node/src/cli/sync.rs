//! `xiangmu sync [--now] [--wait SECONDS] [--off|--on]`. Without a server this process dials the hub itself.

use serde_json::json;
use shared::text::Lang;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Seconds an exchange may take when nothing else is said.
const WAIT_SECONDS: u64 = 30;

/// Flags of `sync`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask for an exchange now (the default)
    #[arg(long)]
    pub now: bool,
    /// Wait this long until nothing is left to send or fetch
    #[arg(long, value_name = "SECONDS", conflicts_with = "off")]
    pub wait: Option<u64>,
    /// Close the line and stop dialling until --on
    #[arg(long, conflicts_with_all = ["on", "now"])]
    pub off: bool,
    /// Dial again
    #[arg(long, conflicts_with = "now")]
    pub on: bool,
}

/// Asks, or switches the line.
///
/// # Errors
/// When the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    if args.off || args.on {
        let outcome = Target::ask(common, output, Request::SetLine { on: args.on })?;
        if args.wait.is_none() {
            return report(output, outcome);
        }
    }
    let wait_seconds = args.wait.unwrap_or(WAIT_SECONDS);
    let outcome = Target::ask_dialling(common, output, Request::Sync { wait_seconds })?;
    report(output, outcome)
}

fn report(output: &mut Output, outcome: Outcome) -> Result<Exit, Failure> {
    match outcome {
        Outcome::Line { on } => {
            let words = if on { System::LineOn } else { System::LineOff };
            output.either(&json!({"line": if on { "on" } else { "off" }}), &words)?;
            Ok(Exit::Done)
        }
        Outcome::Synced {
            sent,
            received,
            left,
            problem,
        } => {
            let complete = left == 0 && problem.is_none();
            let mut value = json!({"sent": sent, "received": received, "left": left});
            if let Some(problem) = problem {
                value["problem"] = json!(problem);
                let (why, advice) = (problem.text(output.lang), problem.advice(output.lang));
                output.warn(&match output.lang {
                    Lang::Zh => format!("{why}。{advice}"),
                    Lang::En => format!("{why}. {advice}"),
                });
            }
            output.either(
                &value,
                &System::Synced {
                    sent,
                    received,
                    left,
                    complete,
                },
            )?;
            Ok(if complete { Exit::Done } else { Exit::Failed })
        }
        other => Err(unexpected(&other)),
    }
}
