//! `xiangmu nodes [approve|suspend|revoke ID]`.

use clap::Subcommand;
use shared::api::{NodeAct, PeerStatus};
use shared::ids::NodeId;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Flags of `nodes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do; without it the nodes are shown
    #[command(subcommand)]
    pub act: Option<Act>,
}

/// What can be done with a node.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Let a waiting node in, or a suspended one again
    Approve {
        /// The node
        #[arg(value_name = "ID")]
        id: NodeId,
    },
    /// Close a node's line until it is approved again
    Suspend {
        /// The node
        #[arg(value_name = "ID")]
        id: NodeId,
    },
    /// End a node's enrolment for good
    Revoke {
        /// The node
        #[arg(value_name = "ID")]
        id: NodeId,
    },
}

/// Shows or changes.
///
/// # Errors
/// When this is no hub, there is no such node, or it cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let changed = args.act.is_some();
    let request = match args.act {
        None => Request::Nodes,
        Some(Act::Approve { id }) => Request::NodeAct {
            id,
            act: NodeAct::Approve,
        },
        Some(Act::Suspend { id }) => Request::NodeAct {
            id,
            act: NodeAct::Suspend,
        },
        Some(Act::Revoke { id }) => Request::NodeAct {
            id,
            act: NodeAct::Revoke,
        },
    };
    let nodes = match Target::ask(common, output, request)? {
        Outcome::Nodes { nodes } => nodes,
        other => return Err(unexpected(&other)),
    };
    for node in &nodes {
        if output.json {
            output.value(node)?;
        } else if changed {
            output.words(&System::NodeChanged {
                unit: node.unit_name.clone(),
                state: node.state.clone(),
            })?;
        } else {
            output.line(&line(node))?;
        }
    }
    if nodes.is_empty() {
        output.words(&System::Nothing)?;
    }
    Ok(Exit::Done)
}

fn line(node: &PeerStatus) -> String {
    let last = node
        .last_contact
        .map_or_else(|| "-".to_owned(), |at| at.to_string());
    let online = if node.online { "online" } else { "offline" };
    let mut line = format!(
        "{}  {}  {}  {online}  position {}  last contact {last}",
        node.id, node.unit_name, node.state, node.position
    );
    if !node.note.is_empty() {
        line = format!("{line}  {}", node.note);
    }
    line
}
