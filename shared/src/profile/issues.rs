//! How issues move: states, ladder, guards, closers (domain.md 13.12, 7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Gate, Label, Stated, all};

/// How issues move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueFlow {
    /// State ids and labels, in order.
    pub workflow: Vec<Label>,
    /// True: no state of the way may be left out.
    #[serde(default)]
    pub strict_order: bool,
    /// Labels of states in a way of their own: `finding` for what inspections found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub workflows: BTreeMap<String, Vec<Label>>,
    /// The ladder.
    pub levels: Vec<IssueLevel>,
    /// What must hold to enter a level or a state.
    pub guards: Vec<Gate>,
    /// Hours of "at once".
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub immediate_hours: Stated<u32>,
    /// Who closes: `finding` for findings, `other` otherwise.
    pub closer: BTreeMap<String, Vec<String>>,
    /// Kinds of issue; empty: in words.
    pub kinds: Vec<Label>,
    /// True: the responsible unit can never close its own.
    pub self_close_forbidden: bool,
    /// Fields an issue needs at hand-over.
    #[serde(default)]
    pub core_fields: Vec<String>,
}

impl IssueFlow {
    /// The rungs of a programme's ladder, in order.
    pub fn ladder(&self, programme: &str) -> impl Iterator<Item = &IssueLevel> {
        self.levels
            .iter()
            .filter(move |level| level.programme == "all" || level.programme == programme)
    }
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueLevel {
    /// `L1`, `L2`, …
    pub id: String,
    /// The programme, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// Roles and bodies that act.
    pub actors: Vec<String>,
    /// What it handles; empty where the source does not say.
    #[serde(default)]
    pub handles: String,
    /// The clause.
    pub clause: String,
}

/// States an issue can have (domain.md 7.2).
pub const ISSUE_STATES: &[&str] = &[
    "found",
    "listed",
    "assessed",
    "assigned",
    "handling",
    "reported_done",
    "closed",
    "returned",
    "reopened",
];
