//! What is missing for a guard, on the way to an answer or a refusal: rules of single subjects say it as an error.

use crate::command::{ClosedGate, Refusal, Why};
use crate::decide::refuse;
use crate::rules::guards::{Holds, Lack};

impl Lack {
    /// Something named that is missing.
    #[must_use]
    pub fn what(lacks: Vec<String>) -> Self {
        Self {
            lacks,
            ..Self::default()
        }
    }

    /// Says who can supply it.
    #[must_use]
    pub fn by(self, from: impl Into<String>) -> Self {
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
        if self.lacks.is_empty() && self.missing.is_empty() {
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
            lacks: self.lacks,
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

impl From<Result<(), Lack>> for Holds {
    fn from(result: Result<(), Lack>) -> Self {
        match result {
            Ok(()) => Self::Met,
            Err(lack) => Self::Unmet(lack),
        }
    }
}
