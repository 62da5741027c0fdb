//! `xiangmu dump`: canonical JSON, one record a line, sorted by id.

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Event, Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `dump`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which documents
    #[arg(long, value_enum, default_value_t = Kind::Project)]
    pub kind: Kind,
    /// Only this unit's projects
    #[arg(long, value_name = "NAME")]
    pub unit: Option<String>,
}

/// Kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Projects
    Project,
    /// Every document
    All,
}

/// Prints the lines; they are the same with and without `--json`.
///
/// # Errors
/// When the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let request = Request::Dump {
        all: args.kind == Kind::All,
        unit: args.unit,
    };
    let mut target = Target::open(common)?;
    let outcome = target.perform(output.lang, request, Vec::new(), &mut |event| {
        if let Event::Line { text } = event {
            output.line(&text)
        } else {
            Ok(())
        }
    });
    target.close();
    match outcome? {
        Outcome::Lines { .. } => Ok(Exit::Done),
        other => Err(unexpected(&other)),
    }
}
