//! Scenario files: given, when, then, in TOML, carried out by the same engine as the product (feature `scenario`).
//!
//! A file names a county's profile, organisations with the nodes they work on, people, projects and steps. A step lets a person do
//! something at a moment and says what is to be expected, or looks at what the engine says. Nodes can be cut off and merged again.
//! The format is described for its writers in `tests/scenarios/README.md`.
//!
//! [`Scenario::parse`] refuses an unknown or unused word with its line and column, [`Scenario::check`] every name, id and value that is not
//! known; both run nothing. [`Scenario::run`] checks, makes one hub and the nodes, each with its own store and documents, and answers with the
//! steps that did not go as expected. Everything is deterministic: ids come from names and the clock from the file, so a file has one
//! result wherever it runs. Nodes exchange whole documents here; how they do that over a line is `sync`'s business and tested elsewhere.

mod check;
mod file;
mod look;
mod play;
mod site;
mod step;
mod values;

use std::collections::BTreeMap;

pub use file::Scenario;

use crate::profile::{Profile, ProfileError};

/// Why a scenario file is refused: a word it should not hold, or one that is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScenarioError {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// A step that did not go as expected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The line of the step.
    pub line: usize,
    /// The case of the table, from 1; `None` for a file without cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<usize>,
    /// What the file expects.
    pub expected: String,
    /// What happened.
    pub found: String,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Report {
    /// Steps carried out, over all cases.
    pub steps: usize,
    /// Those that did not go as expected.
    pub failed: Vec<Failure>,
}

/// Where profiles come from: the ones that ship, or others put in their place (a county's own, a changed one).
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    /// JSON by slug; a slug that is not here is one that ships.
    pub instead: BTreeMap<String, String>,
}

impl Profiles {
    /// The text of a profile.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] for a slug nobody knows.
    pub fn json(&self, slug: &str) -> Result<&str, ProfileError> {
        match self.instead.get(slug) {
            Some(json) => Ok(json),
            None => Profile::json(slug),
        }
    }
}

#[cfg(test)]
mod tests;
