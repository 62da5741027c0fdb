//! `xiangmu backup [--out FILE]` and `xiangmu backup verify FILE`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;
use shared::text::recovery::RecoveryWords;
use shared::text::system::System;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use super::user::read_password;
use crate::accounts::password::Secret;
use crate::backup::{self, Fault, Holds, Progress, ReadFailed};
use crate::control::{Found, Outcome, Request};
use crate::exit::{Exit, Failure};

/// How often it is shown how far the work is.
const SHOW: Duration = Duration::from_millis(200);

/// Flags of `backup`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// The file [default: backup/DAY.xmbackup in the data folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Put it under a passphrase, which is read from stdin
    #[arg(long)]
    pub passphrase_stdin: bool,
    /// What else can be done; without it a backup is made
    #[command(subcommand)]
    pub act: Option<Act>,
}

/// What can be done with backups.
#[derive(Debug, Subcommand)]
pub enum Act {
    /// Read a backup to its end, make every document in it, and say what it holds
    Verify {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Read its passphrase from stdin
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

/// Makes or verifies a backup; 1 when it is damaged, 3 when a damaged attachment stayed out or a document was unsound already.
///
/// # Errors
/// When the node or the file cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    match args.act {
        Some(Act::Verify {
            file,
            passphrase_stdin,
        }) => verify(&file, passphrase(passphrase_stdin)?.as_ref(), output),
        None => {
            let passphrase = passphrase(args.passphrase_stdin)?;
            make(common, args.out.as_deref(), passphrase, output)
        }
    }
}

/// The words a backup is or shall be under.
pub(super) fn passphrase(from_stdin: bool) -> Result<Option<Secret>, Failure> {
    from_stdin.then(|| read_password(true)).transpose()
}

fn make(
    common: &Common,
    out: Option<&Path>,
    passphrase: Option<Secret>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let is_sealed = passphrase.is_some();
    // A running server has another current directory.
    let out = out.map(std::path::absolute).transpose();
    let out = out.map_err(Failure::unusable)?;
    let (file, holds, unsound) =
        match Target::ask(common, output, Request::Backup { out, passphrase })? {
            Outcome::BackedUp {
                file,
                holds: Some(holds),
                unsound,
            } => (file.display().to_string(), holds, unsound),
            other => return Err(unexpected(&other)),
        };
    if output.json {
        let mut value = serde_json::to_value(&holds).map_err(Failure::failed)?;
        value["file"] = json!(file);
        output.value(&value)?;
    } else {
        say(output, RecoveryWords::Made { file })?;
        say(output, words(&holds))?;
        if !is_sealed {
            say(output, RecoveryWords::HoldsKey)?;
        }
    }
    for attachment in &holds.left_out {
        let attachment = attachment.clone();
        output.warn(&RecoveryWords::LeftOut { attachment }.text(output.lang));
    }
    warn(output, &unsound);
    Ok(if holds.left_out.is_empty() && unsound.is_empty() {
        Exit::Done
    } else {
        Exit::Partly
    })
}

fn verify(file: &Path, passphrase: Option<&Secret>, output: &mut Output) -> Result<Exit, Failure> {
    let verified = watched(output, |progress| {
        backup::verify(file, passphrase, progress)
    });
    let verified = verified.map_err(unreadable)?;
    let faults = [verified.faults, verified.unsound].concat();
    show(output, &faults)?;
    match verified.holds {
        Some(holds) if faults.is_empty() => {
            output.either(&holds, &System::Recovery(words(&holds)))?;
            say(output, RecoveryWords::Sound)?;
            Ok(Exit::Done)
        }
        holds => {
            if let Some(holds) = holds {
                say(output, words(&holds))?;
            }
            let places = faults.len();
            say(output, RecoveryWords::Damaged { places })?;
            Ok(Exit::Failed)
        }
    }
}

/// Prints the faults of a backup, one a line.
pub(super) fn show(output: &mut Output, faults: &[Fault]) -> Result<(), Failure> {
    for fault in faults {
        if output.json {
            output.value(&Found {
                place: format!("byte {}, {}", fault.offset, fault.place),
                finding: fault.what.clone(),
                repaired: false,
            })?;
        } else {
            output.line(&fault.to_string())?;
        }
    }
    Ok(())
}

/// Warns of documents that were unsound before anything was written.
pub(super) fn warn(output: &mut Output, unsound: &[Fault]) {
    for fault in unsound {
        output.warn(&format!("{}: {}", fault.place, fault.what));
    }
}

/// What a backup holds, in words.
pub(super) fn words(holds: &Holds) -> RecoveryWords {
    RecoveryWords::Holds {
        name: holds.manifest.name.clone(),
        made_at: holds.manifest.made_at,
        position: holds.manifest.position,
        documents: holds.documents,
        projects: holds.projects,
        accounts: holds.accounts,
        audit: holds.manifest.audit,
        attachments: holds.attachments,
    }
}

/// Words for people.
pub(super) fn say(output: &mut Output, words: RecoveryWords) -> Result<(), Failure> {
    output.words(&System::Recovery(words))
}

/// A file that cannot be read is no damaged one.
pub(super) fn unreadable(error: ReadFailed) -> Failure {
    let is_sealed = matches!(error, ReadFailed::Sealed | ReadFailed::WrongPassphrase);
    let failure = Failure::unusable(error);
    if is_sealed {
        failure.hint("add --passphrase-stdin and pipe the passphrase in")
    } else {
        failure
    }
}

/// Does long work and shows how far it is.
pub(super) fn watched<T: Send>(output: &mut Output, work: impl FnOnce(&Progress) -> T + Send) -> T {
    let progress = Progress::default();
    std::thread::scope(|scope| {
        let waiting = std::thread::current();
        let progress = &progress;
        let thread = scope.spawn(move || {
            let result = work(progress);
            waiting.unpark();
            result
        });
        while !thread.is_finished() {
            std::thread::park_timeout(SHOW);
            let (done, total) = progress.now();
            output.progress(done, total);
        }
        output.end_progress();
        match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
