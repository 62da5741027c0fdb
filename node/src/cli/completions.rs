//! `xiangmu completions bash|zsh|fish|powershell`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::output::Output;
use crate::exit::{Exit, Failure};

/// Flags of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    pub shell: ShellName,
}

/// Shells by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ShellName {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// Friendly interactive shell
    Fish,
    /// PowerShell
    Powershell,
}

/// Prints the script.
///
/// # Errors
/// When stdout is gone.
pub fn run(args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let shell = match args.shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
        ShellName::Powershell => Shell::PowerShell,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "xiangmu", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}
