//! How the program ends: the three lines an operator reads, and the number a script reads.
//!
//! 0 done and clean · 1 failed, or findings · 2 wrong usage, configuration or could not start · 3 done in part. On stderr:
//! `error:` what, `caused by:` one line per cause, `hint:` the next command to type. A panic prints version and backtrace;
//! where a panic must not be survived ([`guard`]), the process ends.

use std::backtrace::Backtrace;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// The numbers the program ends with (cli.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done and clean.
    Done = 0,
    /// Failed, or findings.
    Failed = 1,
    /// Wrong usage or configuration, or could not start.
    Unusable = 2,
    /// Done in part: some rows were refused.
    Partly = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The status a process ends with after a panic, as Rust's own runtime uses.
const PANIC_STATUS: i32 = 101;

/// A failure on its way to the operator: the error, the number, and what to type next.
#[derive(Debug)]
pub struct Failure {
    /// The number to end with.
    pub exit: Exit,
    /// What happened, with its causes.
    pub error: anyhow::Error,
    /// The next command to type, when there is one.
    pub hint: Option<String>,
}

impl Failure {
    /// The work failed (1).
    pub fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::Failed,
            error: error.into(),
            hint: None,
        }
    }

    /// Wrong usage or configuration, or it could not start (2).
    pub fn unusable(error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit: Exit::Unusable,
            error: error.into(),
            hint: None,
        }
    }

    /// Adds what to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints the failure on stderr and gives the number.
    #[expect(clippy::print_stderr, reason = "this is where the program speaks")]
    pub fn report(&self) -> ExitCode {
        eprint!("{self}");
        self.exit.into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.error)?;
        for cause in self.error.chain().skip(1) {
            writeln!(f, "caused by: {cause}")?;
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "hint: {hint}")?;
        }
        Ok(())
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::failed(error)
    }
}

/// One error and its causes on one line, for logs and for people who read one line.
#[must_use]
pub fn one_line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Makes every panic print thread, place, version and backtrace, whether or not someone catches it. Only what the gate catches
/// is no failure of this program: it is refused, and takes one line.
#[expect(clippy::print_stderr, reason = "this is where the program speaks")]
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        if shared::gate::is_guarded() {
            let place = panic.location().map(ToString::to_string);
            let place = place.unwrap_or_default();
            tracing::warn!(
                place,
                "a change from outside made its reading panic; it is refused"
            );
            return;
        }
        let thread = std::thread::current();
        eprintln!(
            "panic: xiangmu {} thread {}: {panic}\n{}",
            env!("CARGO_PKG_VERSION"),
            thread.name().unwrap_or("unnamed"),
            Backtrace::force_capture()
        );
    }));
}

/// Runs what must not be survived when it panics: the process ends with version and backtrace (printed by the hook).
pub fn guard<T>(work: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(_) => std::process::exit(PANIC_STATUS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_prints_error_causes_and_hint() {
        let cause = std::io::Error::other("disk is gone");
        let failure =
            Failure::unusable(anyhow::Error::new(cause).context("cannot open the journal"))
                .hint("xiangmu check --data DIR");
        assert_eq!(
            failure.to_string(),
            "error: cannot open the journal\ncaused by: disk is gone\nhint: xiangmu check --data DIR\n"
        );
        assert_eq!(failure.exit, Exit::Unusable);
    }
}
