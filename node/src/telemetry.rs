//! Logs: events with fields, one span per session and per request.
//!
//! `serve` writes one JSON object a line to stderr; every other command writes short text lines there, warnings and worse
//! unless asked for more.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStyle {
    /// One JSON object a line.
    Json,
    /// Short lines for people.
    Text,
}

/// Starts logging to stderr. `filter` is in the syntax of `tracing` (`info`, `node=debug,warn`); a second call does nothing.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(style: LogStyle, filter: &str) -> Result<(), FilterError> {
    let filter = EnvFilter::try_new(filter).map_err(|source| FilterError {
        filter: filter.to_owned(),
        source,
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // Only the first start of a process counts; tests start several nodes in one.
    let _already_started = match style {
        LogStyle::Json => builder.json().flatten_event(true).try_init(),
        LogStyle::Text => builder.without_time().with_target(false).try_init(),
    };
    Ok(())
}

/// Why the log filter was refused.
#[derive(Debug, thiserror::Error)]
#[error("log filter `{filter}` cannot be read")]
pub struct FilterError {
    filter: String,
    source: tracing_subscriber::filter::ParseError,
}
