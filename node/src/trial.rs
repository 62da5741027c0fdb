//! The gate's process: changes that may cost much are judged by a child with limits before this process touches them.
//!
//! The parent ([`run`]) starts this program again with the hidden subcommand [`SUBCOMMAND`], hands it the changes by document on
//! its standard input, and reads one byte a document, after one that says that it is the child it takes it for. A document the child died of, or was too long at, is not sound; the
//! documents behind it get another child, a few times. The child ([`run_child`]) limits its own memory and processor time before
//! it reads a byte. Why: `shared::gate::trial`.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use shared::gate::trial::{self, Suspect};

use crate::platform;

/// The hidden subcommand the child is started with.
pub const SUBCOMMAND: &str = "try-changes";

/// Address space of the child: a million operations take some 450 MB, and nothing honest comes near.
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Processor time of the child. What it needs is needed here again, while everybody waits.
const CPU_SECONDS_MAX: u64 = 5;
/// Wall-clock time of the child, on a machine that is busy.
const TIME_MAX: Duration = Duration::from_secs(30);
/// Children one batch may cost. After that, what is left of it is not sound.
const CHILDREN_MAX: usize = 3;
/// Bytes a child takes: one batch with the documents it is about.
const INPUT_BYTES_MAX: u64 = 512 * 1024 * 1024;

const READY: u8 = 2;
const SOUND: u8 = 1;
const UNSOUND: u8 = 0;

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The child could not be started.
    #[error("the process that tries changes cannot be started")]
    Child(#[source] std::io::Error),
    /// The child ended before it looked at anything.
    #[error("the process that tries changes does not answer")]
    NotReady,
    /// What is to be tried does not decode.
    #[error("what is to be tried does not decode")]
    Input(#[source] shared::wire::WireError),
}

/// The program whose child tries: this one.
///
/// # Errors
/// When the system does not tell where this program is.
pub fn this_program() -> Result<PathBuf, TrialError> {
    std::env::current_exe().map_err(TrialError::Child)
}

/// Tries changes in child processes. Blocks; call it where blocking is allowed.
///
/// Shape: one answer a document, in the order given: whether its changes can be judged without harm.
///
/// # Errors
/// [`TrialError`] when nothing could be tried, which says nothing about the changes.
pub fn run(executable: &Path, suspects: &[u8]) -> Result<Vec<bool>, TrialError> {
    let suspects = trial::decode(suspects).map_err(TrialError::Input)?;
    let mut found = Vec::with_capacity(suspects.len());
    for _ in 0..CHILDREN_MAX {
        let left = suspects.get(found.len()..).unwrap_or(&[]);
        if left.is_empty() {
            break;
        }
        let answers = run_one(executable, left)?;
        let is_done = answers.len() == left.len();
        found.extend(answers);
        if !is_done {
            // The next one was too much for it.
            found.push(false);
        }
    }
    found.resize(suspects.len(), false);
    Ok(found)
}

/// One child's answers, as far as it came.
fn run_one(executable: &Path, suspects: &[Suspect]) -> Result<Vec<bool>, TrialError> {
    let spawned = Command::new(executable)
        .arg(SUBCOMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env_clear()
        .envs(platform::LIMITED)
        .spawn();
    let mut guard = Guard(spawned.map_err(TrialError::Child)?);
    let (Some(mut input), Some(mut output)) = (guard.0.stdin.take(), guard.0.stdout.take()) else {
        return Err(TrialError::Child(std::io::Error::other("no pipes")));
    };
    let deadline = Instant::now() + TIME_MAX;
    let bytes = trial::encode(suspects);
    let most = suspects.len();
    let (sender, receiver) = mpsc::sync_channel(most + 1);
    // Both end when the child's pipes close, which the guard sees to.
    std::thread::spawn(move || {
        // A child that is gone takes nothing; what it answered until then counts.
        let _gone = input.write_all(&bytes);
    });
    std::thread::spawn(move || {
        let mut answer = [0; 1];
        while let Ok(1) = output.read(&mut answer) {
            if sender.send(answer[0]).is_err() {
                break;
            }
        }
    });
    let next = || {
        let left = deadline.saturating_duration_since(Instant::now());
        receiver.recv_timeout(left).ok()
    };
    if next() != Some(READY) {
        return Err(TrialError::NotReady);
    }
    let mut answers = Vec::with_capacity(most);
    while answers.len() < most
        && let Some(answer) = next()
    {
        answers.push(answer == SOUND);
    }
    Ok(answers)
}

/// Ends the child whatever happens to its parent's function.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only when the child is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The child: reads what is to be tried and answers a byte a document.
///
/// # Errors
/// When it cannot be limited, or its pipes close.
pub fn run_child() -> std::io::Result<()> {
    platform::limit_this_process(MEMORY_BYTES_MAX, CPU_SECONDS_MAX)?;
    answer(std::io::stdin().lock(), std::io::stdout().lock())
}

fn answer(input: impl Read, mut output: impl Write) -> std::io::Result<()> {
    output.write_all(&[READY])?;
    output.flush()?;
    let mut bytes = Vec::new();
    input.take(INPUT_BYTES_MAX).read_to_end(&mut bytes)?;
    let suspects = trial::decode(&bytes).map_err(std::io::Error::other)?;
    drop(bytes);
    for suspect in suspects {
        let is_sound = trial::is_sound(suspect);
        output.write_all(&[if is_sound { SOUND } else { UNSOUND }])?;
        output.flush()?;
    }
    Ok(())
}
