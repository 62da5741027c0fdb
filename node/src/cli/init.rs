//! `xiangmu init`: makes a data folder.

use serde_json::json;
use shared::api::NodeRole;
use shared::profile::Profile;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use crate::clock::Clock;
use crate::exit::{Exit, Failure};
use crate::identity::IdentityError;
use crate::node::{Creation, Node, OpenError};

/// Flags of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A township's server, or the county's
    #[arg(long, value_enum)]
    pub role: RoleName,
    /// The name: of the unit, or of the county's office
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// The county's rules
    #[arg(long, value_name = "SLUG")]
    pub profile: String,
    /// Mark every page as demonstration data
    #[arg(long, hide = true)]
    pub demo: bool,
}

/// Roles by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleName {
    /// The county's server
    Hub,
    /// A township's (or department's) server
    Node,
}

/// Makes the folder.
///
/// # Errors
/// When the folder is in use, the name or the profile is none, or the folder cannot be written.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let dir = common.data_dir()?;
    if args.name.trim().is_empty()
        || args.name.chars().count() > 60
        || args.name.chars().any(char::is_control)
    {
        return Err(Failure::unusable(anyhow::anyhow!(
            "a name has 1 to 60 characters and no control characters"
        )));
    }
    if let Err(error) = Profile::built_in(&args.profile) {
        let known: Vec<_> = Profile::slugs().collect();
        return Err(Failure::unusable(error).hint(format!("--profile {}", known.join("|"))));
    }
    let (role, word) = match args.role {
        RoleName::Hub => (NodeRole::Hub, "hub"),
        RoleName::Node => (NodeRole::Node, "node"),
    };
    let creation = Creation {
        role,
        name: args.name,
        profile: args.profile,
        demo: args.demo,
    };
    let info = Node::create(&dir, &creation, &Clock::system()).map_err(|error| match &error {
        OpenError::NotEmpty { .. } | OpenError::Identity(IdentityError::Exists { .. }) => {
            Failure::unusable(error).hint("name an empty folder with --data DIR")
        }
        _ => Failure::unusable(error),
    })?;
    let words = System::Created {
        name: info.name.clone(),
        role: word.to_owned(),
        dir: dir.display().to_string(),
    };
    output.either(
        &json!({"id": info.id, "role": word, "name": info.name, "profile": info.profile}),
        &words,
    )?;
    Ok(Exit::Done)
}
