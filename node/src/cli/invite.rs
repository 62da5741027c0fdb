//! `xiangmu invite`: a one-time code for a node, with the hub's addresses and key pin.

use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `invite`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of the unit whose node shall join
    #[arg(long, value_name = "NAME")]
    pub unit: String,
    /// What kind of unit it is
    #[arg(long, value_parser = ["township", "department", "soe", "county_node"], default_value = "township")]
    pub kind: String,
    /// Let the holder in without a second confirmation
    #[arg(long)]
    pub approve: bool,
}

/// Prints the code.
///
/// # Errors
/// When this is no hub or it cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let request = Request::Invite {
        unit: args.unit,
        kind: args.kind,
        approve: args.approve,
    };
    match Target::ask(common, output, request)? {
        Outcome::Invited { invite } => {
            if output.json {
                output.value(&invite)?;
            } else {
                output.words(&System::Invited {
                    unit: invite.unit,
                    until: invite.expires_at,
                })?;
                output.line(&invite.code)?;
            }
            Ok(Exit::Done)
        }
        other => Err(unexpected(&other)),
    }
}
