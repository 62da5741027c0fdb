//! What each kind of organisation answers for in a project (KZ-3.2, KP-6, LT-15; domain.md 1.4), and what the hub is told of (KP-10.2).

use serde::{Deserialize, Serialize};

use super::{Profile, all};

/// What a kind of organisation answers for in every project it has a part in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Responsibility {
    /// `office` (the hub's), `main`, `lead`, `cooperation` or `territorial`.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// The programme whose projects it is for, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// What it comprises; their ids are unique in the county.
    pub tasks: Vec<DutyItem>,
    /// The clause.
    pub clause: String,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DutyItem {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// What is tracked under it beside its notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Tracked>,
    /// Its own clause, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// Rows that belong to a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tracked {
    /// Tasks given from case to case (`duty_tasks`).
    Tasks,
    /// Money that investors are to pay in (`investors`).
    Investors,
    /// Supervision checks of departments (`dept_checks`).
    Checks,
    /// Approvals that are decided above and are followed up there (`approvals`).
    Upward,
}

/// What the hub keeps together of projects at every stage, those only talked about among them (KP-10.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Information {
    /// The programme whose projects it is about, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// Whom the hub tells of a major change.
    pub changes_to: Vec<String>,
    /// The clause.
    pub clause: String,
}

impl Profile {
    /// Every duty of the county's rules, with the responsibility it belongs to.
    pub fn duty_items(&self) -> impl Iterator<Item = (&Responsibility, &DutyItem)> {
        let kinds = self.responsibilities.iter();
        kinds.flat_map(|kind| kind.tasks.iter().map(move |item| (kind, item)))
    }

    /// The clause of rows that are tracked under a duty; `engine` where no duty of the county tracks them.
    #[must_use]
    pub fn tracking_clause(&self, tracked: Tracked) -> &str {
        let mut items = self.duty_items();
        let found = items.find(|(_, item)| item.tracks == Some(tracked));
        found.map_or("engine", |(kind, item)| item.clause_in(kind))
    }
}

impl DutyItem {
    /// Its clause: its own, or that of its responsibility.
    #[must_use]
    pub fn clause_in<'a>(&'a self, kind: &'a Responsibility) -> &'a str {
        self.clause.as_deref().unwrap_or(&kind.clause)
    }
}
