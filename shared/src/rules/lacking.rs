//! What a rule asks for and does not find, and the refusal that says so.

use crate::command::{ClosedGate, Refusal, Why};
use crate::decide::refuse;
use crate::field::FieldPath;

/// What is missing, in the county's words, and who can supply it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacking {
    /// What is missing.
    pub what: Vec<String>,
    /// Cells that are empty.
    pub missing: Vec<FieldPath>,
    /// Who can supply it; empty when anybody can.
    pub from: String,
}

impl Lacking {
    /// Something named that is missing.
    #[must_use]
    pub fn of(what: Vec<String>) -> Self {
        Self {
            what,
            ..Self::default()
        }
    }

    /// Says who can supply it.
    #[must_use]
    pub fn from(self, from: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            ..self
        }
    }

    /// Met when nothing is in it.
    ///
    /// # Errors
    /// Itself, when something is.
    pub fn met(self) -> Result<(), Self> {
        if self.what.is_empty() && self.missing.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// The refusal of an act that a guard stops.
    #[must_use]
    pub fn closes(self, guard: &str, clause: &str, exception: bool) -> Refusal {
        let gate = ClosedGate {
            guard: guard.to_owned(),
            lacks: self.what,
            from: self.from,
            exception,
        };
        Refusal {
            rule: Some(clause.to_owned()),
            missing: self.missing,
            ..refuse(Why::GateClosed(Box::new(gate)))
        }
    }
}
