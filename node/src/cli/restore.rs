//! `xiangmu restore FILE --data NEW`.

use std::path::PathBuf;

use shared::api::NodeRole;
use shared::text::recovery::RecoveryWords;

use super::Common;
use super::backup::{passphrase, say, show, unreadable, warn, watched, words};
use super::output::Output;
use crate::backup::{RestoreFailed, Restored, restore};
use crate::clock::Clock;
use crate::exit::{Exit, Failure};

/// Flags of `restore`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Read its passphrase from stdin
    #[arg(long)]
    pub passphrase_stdin: bool,
}

/// Verifies a backup and makes its node again; 1 when the backup is damaged.
///
/// # Errors
/// When the file cannot be read, or the folder is not empty or cannot be written.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let dir = common.data_dir()?;
    let clock = Clock::system();
    let passphrase = passphrase(args.passphrase_stdin)?;
    let restored = watched(output, |progress| {
        restore(&args.file, passphrase.as_ref(), &dir, &clock, progress)
    });
    let holds = match restored {
        Ok(Restored::Whole(holds, unsound)) => {
            warn(output, &unsound);
            holds
        }
        Ok(Restored::Damaged(faults)) => {
            show(output, &faults)?;
            say(output, RecoveryWords::NotRestored)?;
            return Ok(Exit::Failed);
        }
        Err(RestoreFailed::Read(error)) => return Err(unreadable(error)),
        Err(error @ RestoreFailed::NotEmpty { .. }) => {
            return Err(Failure::unusable(error).hint(
                "name a folder that does not exist with --data NEW; the old one stays as it is",
            ));
        }
        Err(error @ RestoreFailed::Folder { .. }) => return Err(Failure::unusable(error)),
        Err(error) => return Err(Failure::failed(error)),
    };
    if output.json {
        output.value(&holds)?;
    } else {
        say(output, words(&holds))?;
        let dir = dir.display().to_string();
        say(output, RecoveryWords::Restored { dir })?;
        if holds.manifest.role == NodeRole::Hub {
            say(output, RecoveryWords::RestoredHub)?;
        }
    }
    Ok(Exit::Done)
}
