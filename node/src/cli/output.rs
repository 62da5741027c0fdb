//! Where a command speaks: stdout for its result, stderr for everything else.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use shared::text::Lang;
use shared::text::system::System;

use crate::exit::Failure;

/// The two streams, and how to speak on them.
pub struct Output {
    /// True: JSON on stdout.
    pub json: bool,
    /// The reader's language.
    pub lang: Lang,
    bar: Option<ProgressBar>,
    is_total_known: bool,
}

/// How often what is shown of a work under way moves, so that a person sees that it goes on.
const TICK: Duration = Duration::from_millis(100);

impl Output {
    /// Speaks as told.
    #[must_use]
    pub fn new(json: bool, lang: Lang) -> Self {
        Self {
            json,
            lang,
            bar: None,
            is_total_known: false,
        }
    }

    /// One line on stdout.
    ///
    /// # Errors
    /// When the reader is gone.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.end_progress();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").map_err(|error| {
            Failure::failed(anyhow::Error::new(error).context("writing to stdout"))
        })
    }

    /// Makes sure that what was printed has left, so that a program that reads it may go on.
    ///
    /// # Errors
    /// When the reader is gone.
    pub fn flush(&mut self) -> Result<(), Failure> {
        std::io::stdout().flush().map_err(Failure::failed)
    }

    /// One JSON value on one line of stdout.
    ///
    /// # Errors
    /// When the reader is gone.
    pub fn value(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(Failure::failed)?;
        self.line(&text)
    }

    /// The value with `--json`, else the words.
    ///
    /// # Errors
    /// When the reader is gone.
    pub fn either(&mut self, value: &impl Serialize, words: &System) -> Result<(), Failure> {
        if self.json {
            self.value(value)
        } else {
            self.line(&words.text(self.lang))
        }
    }

    /// Words for people on stdout, without `--json`.
    ///
    /// # Errors
    /// When the reader is gone.
    pub fn words(&mut self, words: &System) -> Result<(), Failure> {
        if self.json {
            Ok(())
        } else {
            self.line(&words.text(self.lang))
        }
    }

    /// What happens, on stderr.
    #[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
    pub fn note(&mut self, text: &str) {
        self.end_progress();
        eprintln!("{text}");
    }

    /// A warning on stderr.
    #[expect(clippy::print_stderr, reason = "this is where the command line speaks")]
    pub fn warn(&mut self, text: &str) {
        self.end_progress();
        eprintln!("warning: {text}");
    }

    /// How far the work is, on stderr when that is a terminal. A total of 0 is one that is not known yet.
    pub fn progress(&mut self, done: u64, total: u64) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let is_known = total > 0;
        if is_known != self.is_total_known {
            // What was shown until the total was known makes room for the bar.
            self.end_progress();
            self.is_total_known = is_known;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = if is_known {
                "{bar:40} {pos}/{len} {elapsed} (eta {eta})"
            } else {
                "{spinner} {elapsed}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        if is_known {
            bar.set_length(total.max(done));
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn end_progress(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
