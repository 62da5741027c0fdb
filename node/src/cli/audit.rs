//! `xiangmu audit verify`.

use clap::Subcommand;
use serde_json::json;
use shared::text::recovery::RecoveryWords;

use super::Common;
use super::backup::say;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub act: Act,
}

/// What can be done with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Follow the chain of its lines from the first to the last, and compare it with what backups and nodes saw
    Verify,
}

/// Says what the trail is, or where it is broken; 1 when it is.
///
/// # Errors
/// When the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let Act::Verify = args.act;
    let outcome = Target::ask(common, output, Request::AuditVerify)?;
    let Outcome::AuditVerified {
        lines,
        first,
        last,
        chain,
        witnesses,
        broken,
    } = outcome
    else {
        return Err(unexpected(&outcome));
    };
    if let Some(broken) = broken {
        if output.json {
            output.value(&broken)?;
        }
        say(
            output,
            RecoveryWords::AuditBroken {
                line: broken.line,
                at: broken.at,
                what: broken.what,
            },
        )?;
        return Ok(Exit::Failed);
    }
    if output.json {
        output.value(&json!({
            "lines": lines, "first": first, "last": last, "chain": chain, "witnesses": witnesses,
        }))?;
    }
    say(output, RecoveryWords::AuditWhole { lines, first, last })?;
    Ok(Exit::Done)
}
