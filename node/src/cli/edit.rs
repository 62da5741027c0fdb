//! `xiangmu edit FILE|-`: carries out one JSON command a line and answers each in order, only after it is durable.
//!
//! Lines that are ready go together, so that a file of a thousand lines is a few turns of the driver; a program that writes one
//! line and waits for its answer gets it at once.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use shared::limits::COMMANDS_PER_REQUEST_MAX;

use super::Common;
use super::output::Output;
use super::target::{Target, unexpected};
use crate::control::{Event, Outcome, Request};
use crate::exit::{Exit, Failure};

/// Bytes of one line; a command has at most some thousand fields.
const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of lines that go together.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Flags of `edit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file of lines, or - for stdin
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Act as this account [default: the console]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

/// Answers every line.
///
/// # Errors
/// When the file cannot be read or the node cannot be reached.
pub fn run(common: &Common, args: Args, output: &mut Output) -> Result<Exit, Failure> {
    let lines = read_lines(&args.file)?;
    let mut target = Target::open(common)?;
    let result = run_lines(&mut target, &lines, args.user.as_deref(), output);
    target.close();
    let (done, refused) = result?;
    Ok(match (done, refused) {
        (_, 0) => Exit::Done,
        (0, _) => Exit::Failed,
        _ => Exit::Partly,
    })
}

fn run_lines(
    target: &mut Target,
    lines: &Receiver<Result<String, std::io::Error>>,
    user: Option<&str>,
    output: &mut Output,
) -> Result<(u64, u64), Failure> {
    let (mut done, mut refused) = (0, 0);
    while let Some(batch) = next_batch(lines)? {
        let request = Request::Edit {
            lines: batch,
            user: user.map(str::to_owned),
        };
        let outcome =
            target.perform(output.lang, request, Vec::new(), &mut |event| match event {
                Event::Line { text } => {
                    output.line(&text)?;
                    output.flush()
                }
                _ => Ok(()),
            })?;
        match outcome {
            Outcome::Lines {
                done: more,
                refused: less,
            } => {
                done += more;
                refused += less;
            }
            other => return Err(unexpected(&other)),
        }
    }
    Ok((done, refused))
}

/// Waits for one line, then takes what else is ready.
fn next_batch(
    lines: &Receiver<Result<String, std::io::Error>>,
) -> Result<Option<Vec<String>>, Failure> {
    let Ok(first) = lines.recv() else {
        return Ok(None);
    };
    let mut batch = vec![first.map_err(unreadable)?];
    let mut bytes = batch[0].len();
    while batch.len() < COMMANDS_PER_REQUEST_MAX && bytes < BATCH_BYTES_MAX {
        // A writer that is in the middle of several lines is given the moment it needs.
        match lines.recv_timeout(Duration::from_millis(1)) {
            Ok(line) => {
                let line = line.map_err(unreadable)?;
                bytes += line.len();
                batch.push(line);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(Some(batch))
}

fn unreadable(error: std::io::Error) -> Failure {
    Failure::failed(anyhow::Error::new(error).context("reading the lines"))
}

fn read_lines(file: &Path) -> Result<Receiver<Result<String, std::io::Error>>, Failure> {
    let reader: Box<dyn BufRead + Send> = if file == Path::new("-") {
        Box::new(BufReader::new(stdin()))
    } else {
        let opened = File::open(file).map_err(|error| {
            Failure::unusable(
                anyhow::Error::new(error).context(format!("cannot read {}", file.display())),
            )
        })?;
        Box::new(BufReader::new(opened))
    };
    let (send, receive) = sync_channel(COMMANDS_PER_REQUEST_MAX);
    std::thread::Builder::new()
        .name("lines".to_owned())
        .spawn(move || {
            let mut reader = reader;
            loop {
                let mut line = Vec::new();
                let read = read_bounded(&mut reader, &mut line);
                let item = match read {
                    Ok(0) => return,
                    Ok(_) => String::from_utf8(line).map_err(|_| {
                        std::io::Error::new(
                            std::io::ErrorKind::InvalidData,
                            "a line is no UTF-8 text",
                        )
                    }),
                    Err(error) => Err(error),
                };
                let failed = item.is_err();
                let blank = item.as_ref().is_ok_and(|line| line.trim().is_empty());
                if !blank && send.send(item.map(|line| line.trim().to_owned())).is_err() || failed {
                    return;
                }
            }
        })
        .map_err(Failure::failed)?;
    Ok(receive)
}

fn read_bounded(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<usize, std::io::Error> {
    let mut taken = std::io::Read::take(reader, LINE_BYTES_MAX as u64 + 1);
    let count = taken.read_until(b'\n', line)?;
    if count > LINE_BYTES_MAX {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "a line is longer than 4 MiB",
        ));
    }
    Ok(count)
}
