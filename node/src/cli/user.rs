//! `xiangmu user add|list|disable|enable|passwd`.
//!
//! A password comes from stdin with `--password-stdin`; without it, it is asked for on a terminal and nowhere else.

use std::io::{IsTerminal, Read};

use clap::Subcommand;
use serde_json::json;
use shared::api::UserInfo;
use shared::command::Role;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::accounts::password::Secret;
use crate::control::{Outcome, Request};
use crate::exit::{Exit, Failure};

/// Bytes of stdin read as a password.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Flags of `user`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub act: Act,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Make an account
    Add {
        /// The account's name
        #[arg(long, value_name = "NAME")]
        name: String,
        /// clerk, head, hub_officer, hub_head, inspector, leader, observer or admin
        #[arg(long, value_name = "ROLE", value_parser = role)]
        role: Role,
        /// The unit the person works for [default: this node's own]
        #[arg(long, value_name = "NAME")]
        unit: Option<String>,
        /// Read the password from stdin
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show the accounts
    List,
    /// Bar an account and end its log-ins
    Disable {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Admit a barred account again
    Enable {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Give an account a new password and end its log-ins
    Passwd {
        /// The account's name
        #[arg(value_name = "NAME")]
        name: String,
        /// Read the password from stdin
        #[arg(long)]
        password_stdin: bool,
    },
}

fn role(text: &str) -> Result<Role, String> {
    serde_json::from_value(json!(text)).map_err(|_| {
        "expected clerk, head, hub_officer, hub_head, inspector, leader, observer or admin"
            .to_owned()
    })
}

/// Does it.
///
/// # Errors
/// When the node cannot be reached or refuses.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let (request, words): (Request, fn(String) -> System) = match args.act {
        Act::Add {
            name,
            role,
            unit,
            password_stdin,
        } => {
            let password = read_password(password_stdin)?;
            (
                Request::UserAdd {
                    name,
                    role,
                    unit,
                    password,
                },
                |name| System::UserAdded { name },
            )
        }
        Act::List => return list(common, output),
        Act::Disable { name } => (
            Request::UserDisable {
                name,
                disabled: true,
            },
            |name| System::UserBarred { name },
        ),
        Act::Enable { name } => (
            Request::UserDisable {
                name,
                disabled: false,
            },
            |name| System::UserAdmitted { name },
        ),
        Act::Passwd {
            name,
            password_stdin,
        } => {
            let password = read_password(password_stdin)?;
            (Request::UserPassword { name, password }, |name| {
                System::PasswordSet { name }
            })
        }
    };
    match Target::ask(common, output, request)? {
        Outcome::User { user } => {
            let name = user.name.clone();
            output.either(&user, &words(name))?;
            Ok(Exit::Done)
        }
        other => Err(unexpected(&other)),
    }
}

fn list(common: &Common, output: &mut Output) -> Result<Exit, Failure> {
    let users = match Target::ask(common, output, Request::UserList)? {
        Outcome::Users { users } => users,
        other => return Err(unexpected(&other)),
    };
    for user in &users {
        if output.json {
            output.value(user)?;
        } else {
            output.line(&line(user))?;
        }
    }
    if users.is_empty() {
        output.words(&System::Nothing)?;
    }
    Ok(Exit::Done)
}

fn line(user: &UserInfo) -> String {
    let role = serde_json::to_value(user.role).ok();
    let role = role.as_ref().and_then(|role| role.as_str()).unwrap_or("");
    let unit = if user.unit_name.is_empty() {
        user.unit.to_string()
    } else {
        user.unit_name.clone()
    };
    let barred = if user.disabled { "  disabled" } else { "" };
    format!("{}  {role}  {unit}{barred}", user.name)
}

/// The password: from a pipe, or asked for twice at the terminal, which does not show it.
pub(super) fn read_password(from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .take(PASSWORD_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(Failure::unusable)?;
        return Ok(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::unusable(anyhow::anyhow!("no password was given"))
            .hint("add --password-stdin and pipe the password in"));
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(Failure::unusable);
    let password = ask("password (not shown): ")?;
    if ask("the same again: ")? != password {
        return Err(Failure::unusable(anyhow::anyhow!(
            "the two passwords differ"
        )));
    }
    Ok(Secret::new(&password))
}
