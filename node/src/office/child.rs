//! The parsing child: a workbook is read by a process of its own, which may run out of memory or time without harming the server.
//!
//! The parent ([`parse`]) starts this program again with the hidden subcommand [`SUBCOMMAND`], reads one JSON line at a time, and kills
//! it when it is late. The child ([`run`]) limits its own memory and processor time before it looks at the file. A file is
//! complete only when the last line says so: a child that dies half way is an error, never a shorter table.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use shared::text::Lang;
use shared::text::office::Office;

use super::reader::{self, Limits, ReadError, Sink};
use super::workbook::{Line, Row, Sheet, SheetHead, Unreadable, Workbook};
use crate::platform;

/// The hidden subcommand the child is started with.
pub const SUBCOMMAND: &str = "parse-workbook";

/// Address space of the child. The largest legal workbook needs some 300 MiB; the smallest hostile one asks for terabytes.
const MEMORY_BYTES_MAX: u64 = 768 * 1024 * 1024;
/// Processor time of the child.
const CPU_SECONDS_MAX: u64 = 30;
/// Bytes the parent takes from the child, above what any file within the caps can print.
const OUTPUT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Lines the child may be ahead of its parent.
const LINES_AHEAD_MAX: usize = 256;

/// How a workbook is parsed: which program, for how long.
#[derive(Debug, Clone)]
pub struct Parser {
    /// The program with the subcommand; this one, unless a test says otherwise.
    pub executable: PathBuf,
    /// Wall-clock time a file may take.
    pub timeout: Duration,
}

impl Parser {
    /// A parser that runs this very program.
    ///
    /// # Errors
    /// When the system does not tell where this program is.
    pub fn this_program() -> std::io::Result<Self> {
        Ok(Self {
            executable: std::env::current_exe()?,
            timeout: Duration::from_secs(60),
        })
    }
}

/// Why a workbook could not be parsed.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The file is at fault; the reason is for its owner.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Reading it took more memory than allowed, or crashed the child.
    #[error("reading the file needed more memory or time than allowed")]
    OverLimits,
    /// The wall-clock time was over.
    #[error("reading the file took longer than {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The child could not be started or spoke another language.
    #[error("the parsing process failed")]
    Child(#[source] std::io::Error),
}

impl ParseError {
    /// The sentence for the person who sent the file.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &'static str {
        let word = match self {
            Self::Unreadable(Unreadable::NotAWorkbook) => Office::NotAWorkbook,
            Self::Unreadable(Unreadable::Password) => Office::Password,
            Self::Unreadable(Unreadable::ForeignFormat { .. }) => Office::ForeignFormat,
            Self::Unreadable(Unreadable::Damaged { .. }) => Office::Damaged,
            Self::Unreadable(Unreadable::TooLarge { .. }) => Office::TooLarge,
            Self::Unreadable(Unreadable::NoSuchSheet { .. }) => Office::NoSuchSheet,
            Self::OverLimits | Self::TimedOut(_) => Office::OverLimits,
            Self::Child(_) => Office::ReaderFailed,
        };
        word.text(lang)
    }
}

/// Parses a file in a child process. Blocks; call it where blocking is allowed.
///
/// `name` is what people call the file (its ending tells formats apart that look alike), `sheet` reads one sheet only.
///
/// # Errors
/// [`ParseError`] tells the file's faults from ours.
pub fn parse(
    parser: &Parser,
    path: &Path,
    name: &str,
    sheet: Option<&str>,
) -> Result<Workbook, ParseError> {
    let mut command = Command::new(&parser.executable);
    command.arg(SUBCOMMAND).arg("--name").arg(name);
    if let Some(sheet) = sheet {
        command.arg("--sheet").arg(sheet);
    }
    command.arg("--").arg(path);
    let spawned = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env_clear()
        .envs(platform::LIMITED)
        .spawn();
    let mut guard = Guard(spawned.map_err(ParseError::Child)?);
    let Some(output) = guard.0.stdout.take() else {
        return Err(ParseError::Child(std::io::Error::other("no output pipe")));
    };
    let deadline = Instant::now() + parser.timeout;
    let (sender, receiver) = mpsc::sync_channel(LINES_AHEAD_MAX);
    // The thread ends when the pipe closes, which the guard sees to, or when nobody listens any more.
    std::thread::spawn(move || {
        let mut lines = BufReader::new(output.take(OUTPUT_BYTES_MAX));
        loop {
            let mut line = String::new();
            let read = lines.read_line(&mut line);
            let ended = !matches!(read, Ok(1..));
            if sender.send(read.map(|_| line)).is_err() || ended {
                break;
            }
        }
    });
    let mut book = Workbook {
        file: name.to_owned(),
        sheets: Vec::new(),
    };
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let line = match receiver.recv_timeout(left) {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(ParseError::Child(error)),
            Err(_) => return Err(ParseError::TimedOut(parser.timeout)),
        };
        if line.is_empty() {
            // The pipe closed before the last line: limits, or a crash.
            return Err(ParseError::OverLimits);
        }
        match serde_json::from_str(&line) {
            Ok(Line::Sheet(head)) => book.sheets.push(Sheet {
                head,
                rows: Vec::new(),
            }),
            Ok(Line::Row(row)) => match book.sheets.last_mut() {
                Some(sheet) => sheet.rows.push(row),
                None => {
                    return Err(ParseError::Child(std::io::Error::other(
                        "a row without a sheet",
                    )));
                }
            },
            Ok(Line::End) => return Ok(book),
            Ok(Line::Error(error)) => return Err(error.into()),
            // The last line of a child that was cut off is no JSON.
            Err(_) if !line.ends_with('\n') => return Err(ParseError::OverLimits),
            Err(error) => return Err(ParseError::Child(error.into())),
        }
    }
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

/// The child: reads the file its arguments (after the subcommand) name and prints its lines.
#[must_use]
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.peekable();
    let (mut name, mut sheet, mut path) = (String::new(), None, None);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--name") => {
                name = arguments
                    .next()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default()
            }
            Some("--sheet") => {
                sheet = arguments
                    .next()
                    .map(|name| name.to_string_lossy().into_owned())
            }
            Some("--") => path = arguments.next().map(PathBuf::from),
            _ => return ExitCode::from(2),
        }
    }
    let Some(path) = path else {
        return ExitCode::from(2);
    };
    if platform::limit_this_process(MEMORY_BYTES_MAX, CPU_SECONDS_MAX).is_err() {
        return ExitCode::from(2);
    }
    let mut printer = Printer(BufWriter::new(std::io::stdout().lock()));
    match read_and_print(&path, &name, sheet.as_deref(), &mut printer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn read_and_print(
    path: &Path,
    name: &str,
    sheet: Option<&str>,
    printer: &mut Printer<impl Write>,
) -> Result<(), ReadError> {
    let limits = Limits::default();
    let last =
        match load(path).and_then(|bytes| reader::read(&bytes, name, sheet, &limits, printer)) {
            Ok(()) => Line::End,
            Err(ReadError::Unreadable(error)) => Line::Error(error),
            Err(error) => return Err(error),
        };
    printer.print(&last)?;
    printer.0.flush().map_err(ReadError::Output)
}

fn load(path: &Path) -> Result<Vec<u8>, ReadError> {
    let damaged = |error: std::io::Error| Unreadable::Damaged {
        detail: error.to_string(),
    };
    let limit = shared::limits::UPLOAD_BYTES_MAX;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(damaged)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(damaged)?;
    if bytes.len() as u64 > limit {
        return Err(Unreadable::TooLarge {
            what: "bytes".into(),
            limit,
        }
        .into());
    }
    Ok(bytes)
}

struct Printer<W>(W);

impl<W: Write> Printer<W> {
    fn print(&mut self, line: &Line) -> Result<(), ReadError> {
        serde_json::to_writer(&mut self.0, line)
            .map_err(|error| ReadError::Output(error.into()))?;
        self.0.write_all(b"\n").map_err(ReadError::Output)
    }
}

impl<W: Write> Sink for Printer<W> {
    fn sheet(&mut self, head: SheetHead) -> Result<(), ReadError> {
        self.print(&Line::Sheet(head))
    }

    fn row(&mut self, row: Row) -> Result<(), ReadError> {
        if row.cells.is_empty() {
            Ok(())
        } else {
            self.print(&Line::Row(row))
        }
    }
}
