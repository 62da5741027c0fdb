//! The command line: parse, find the node (running or not), ask, print.
//!
//! `cli.md` is the contract. Each subcommand is one file; each turns its flags into a [`control::Request`](crate::control::Request)
//! and its outcome into text or JSON. Whether a server runs on the folder is [`target`]'s business alone. Text for people goes to stdout, or one JSON value
//! with `--json`; progress, warnings and errors go to stderr. Nothing waits for a prompt when stdin is no terminal.

pub mod audit;
pub mod backup;
pub mod bundle;
pub mod check;
pub mod completions;
pub mod demo;
pub mod doctor;
pub mod dump;
pub mod edit;
pub mod export;
pub mod file;
pub mod import;
pub mod init;
pub mod invite;
pub mod join;
pub mod nodes;
pub mod output;
pub mod profile;
mod quarantine;
pub mod restore;
pub mod scenario;
pub mod scores;
pub mod serve;
pub mod status;
pub mod sync;
pub mod target;
pub mod user;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use shared::text::Lang;

use crate::config::{self, Flags};
use crate::exit::{Exit, Failure};
use crate::office::child;
use crate::trial;

use output::Output;

/// One hub, many townships: the ledger of a county's projects, with or without a line.
#[derive(Debug, Parser)]
#[command(
    name = "xiangmu",
    bin_name = "xiangmu",
    version,
    disable_help_subcommand = true,
    propagate_version = true
)]
pub struct Cli {
    /// What all commands know.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// The data folder [default: XIANGMU_DATA, or the platform's folder for data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print JSON on stdout and nothing else
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of people's text [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<LangName>,
}

/// Languages by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangName {
    /// Chinese
    Zh,
    /// English
    En,
}

impl Common {
    /// The data folder.
    ///
    /// # Errors
    /// When neither flag, environment nor platform names one.
    pub fn data_dir(&self) -> Result<PathBuf, Failure> {
        config::data_dir(&self.flags(), &|name| std::env::var(name).ok())
            .map_err(|error| Failure::unusable(error).hint("name the folder with --data DIR"))
    }

    /// What the configuration is made from.
    #[must_use]
    pub fn flags(&self) -> Flags {
        Flags {
            data: self.data.clone(),
            ..Flags::default()
        }
    }

    /// The reader's language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang_from(&|name| std::env::var(name).ok())
    }

    fn lang_from(&self, environment: &dyn Fn(&str) -> Option<String>) -> Lang {
        match self.lang {
            Some(LangName::Zh) => return Lang::Zh,
            Some(LangName::En) => return Lang::En,
            None => {}
        }
        let told = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| environment(name).filter(|value| !value.is_empty()));
        // A bare system (`C`, `POSIX`, nothing) may not even show Chinese.
        match told {
            Some(told) if told.starts_with("zh") => Lang::Zh,
            _ => Lang::En,
        }
    }
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a data folder: keys and an empty store
    Init(init::Args),
    /// Run the server until told to stop
    Serve(serve::Args),
    /// Hub: make a one-time code for a node
    Invite(invite::Args),
    /// Node: enrol at the hub of a code
    Join(join::Args),
    /// Hub: show, approve, suspend or revoke nodes
    Nodes(nodes::Args),
    /// Accounts of people
    User(user::Args),
    /// Bring a workbook in (.xlsx, .xls, .csv, .csv.gz)
    Import(import::Args),
    /// Write the projects to a file (.xlsx, .csv, .ndjson, .docx)
    Export(export::Args),
    /// Print every record as canonical JSON, one a line
    Dump(dump::Args),
    /// Carry out commands from a file or stdin, one JSON a line
    Edit(edit::Args),
    /// Show what this node is and how it stands
    Status(status::Args),
    /// Show, export or accept changes that were refused
    Quarantine(quarantine::Args),
    /// Ask for an exchange, or cut and restore the line
    Sync(sync::Args),
    /// Carry data on a stick: write a bundle for a node, or take one in
    Bundle(bundle::Args),
    /// County rules: name, show or check profile files
    Profile(profile::Args),
    /// Show what the records propose for open score sheets, or fill one
    Scores(scores::Args),
    /// Look for damage
    Check(check::Args),
    /// Say what is wrong with this node and what to do, a line each
    Doctor(doctor::Args),
    /// Put everything durable into one file and read it back, or verify one
    Backup(backup::Args),
    /// Make a node again from a backup, in a new folder
    Restore(restore::Args),
    /// Prove that the audit trail is what was written
    Audit(audit::Args),
    /// A hub and three townships on this machine, with a sample
    Demo(demo::Args),
    /// Run scenario files against the rules
    Scenario(scenario::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

/// Parses the arguments, does what they say, and gives the number to end with.
///
/// The hidden subcommands of child processes, which read a workbook ([`crate::office::child`]) or try changes
/// ([`crate::trial`]), are no part of the contract and are taken first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match arguments.get(1).and_then(|word| word.to_str()) {
        Some(child::SUBCOMMAND) => return child::run(arguments.into_iter().skip(2)),
        Some(trial::SUBCOMMAND) => {
            let is_done = trial::run_child().is_ok();
            return if is_done { Exit::Done } else { Exit::Failed }.into();
        }
        _ => {}
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes; clap knows which of the two streams each belongs to.
            let exit = if error.use_stderr() {
                Exit::Unusable
            } else {
                Exit::Done
            };
            let _unheard = error.print();
            return exit.into();
        }
    };
    let mut output = Output::new(cli.common.json, cli.common.lang());
    match dispatch(cli, &mut output) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(),
    }
}

fn dispatch(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    let Cli { common, command } = cli;
    match command {
        Command::Init(args) => init::run(&common, args, output),
        Command::Serve(args) => serve::run(&common, args, output),
        Command::Invite(args) => invite::run(&common, args, output),
        Command::Join(args) => join::run(&common, args, output),
        Command::Nodes(args) => nodes::run(&common, args, output),
        Command::User(args) => user::run(&common, args, output),
        Command::Import(args) => import::run(&common, args, output),
        Command::Export(args) => export::run(&common, args, output),
        Command::Dump(args) => dump::run(&common, args, output),
        Command::Edit(args) => edit::run(&common, args, output),
        Command::Status(args) => status::run(&common, args, output),
        Command::Quarantine(args) => quarantine::run(&common, args, output),
        Command::Sync(args) => sync::run(&common, args, output),
        Command::Bundle(args) => bundle::run(&common, args, output),
        Command::Profile(args) => profile::run(&common, args, output),
        Command::Scores(args) => scores::run(&common, args, output),
        Command::Check(args) => check::run(&common, args, output),
        Command::Doctor(args) => doctor::run(&common, args, output),
        Command::Audit(args) => audit::run(&common, args, output),
        Command::Backup(args) => backup::run(&common, args, output),
        Command::Restore(args) => restore::run(&common, args, output),
        Command::Demo(args) => demo::run(&common, args, output),
        Command::Scenario(args) => scenario::run(&common, args, output),
        Command::Completions(args) => completions::run(args, output),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_has_no_contradictions() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_language_follows_flag_then_environment() {
        let common = |lang| Common {
            data: None,
            json: false,
            lang,
        };
        let zh = |name: &str| (name == "LANG").then(|| "zh_CN.UTF-8".to_owned());
        let bare = |_: &str| None;
        assert_eq!(common(None).lang_from(&zh), Lang::Zh);
        assert_eq!(common(Some(LangName::En)).lang_from(&zh), Lang::En);
        assert_eq!(common(None).lang_from(&bare), Lang::En);
        let over = |name: &str| match name {
            "LC_ALL" => Some("en_GB".to_owned()),
            "LANG" => Some("zh_CN".to_owned()),
            _ => None,
        };
        assert_eq!(common(None).lang_from(&over), Lang::En);
    }
}
