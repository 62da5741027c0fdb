//! `xiangmu join`: enrols this node at the hub of a code. Without a server this process dials the hub itself, so that the
//! answer is the hub's.

use serde_json::json;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `join`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code `xiangmu invite` printed at the hub
    #[arg(value_name = "CODE")]
    pub code: String,
}

/// Prints where the enrolment stands.
///
/// # Errors
/// When the code is not good or the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match Target::ask_dialling(common, output, Request::Join { code: args.code })? {
        Outcome::Joined {
            unit: _,
            unit_name,
            state,
        } => {
            let words = System::Joined {
                unit: unit_name.clone(),
                active: state == "active",
            };
            output.either(&json!({"unit": unit_name, "state": state}), &words)?;
            Ok(Exit::Done)
        }
        other => Err(unexpected(&other)),
    }
}
