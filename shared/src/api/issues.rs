//! Body of `/api/v1/issues`: the issues a reader may see, where each stands, and what he could do with it.
//!
//! Words come from the node in the county's terms. What is closed to the reader says why, in the rule's sentence, so that no page
//! needs a rule of its own.

use serde::{Deserialize, Serialize};

use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::project::Writer;
use crate::time::Date;

/// Every issue, and the states of the county's way in order.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IssueBoard {
    /// The states an issue passes, first to last.
    pub states: Vec<IssueState>,
    /// The issues: overdue first, then by limit, then the oldest.
    pub issues: Vec<IssueCard>,
}

/// A state of the way.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueState {
    /// Its id.
    pub id: String,
    /// What the county calls it.
    pub label: String,
}

/// One issue.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueCard {
    /// Its row.
    pub row: String,
    /// The project it stands in; absent for an issue of no project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// The unit whose papers it stands in, for an issue of no project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The name of the project or unit.
    pub of: String,
    /// The unit the project belongs to, by name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub home: String,
    /// What is wrong.
    pub description: String,
    /// What kind it is, as the county calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What counts as solved.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub standard: String,
    /// Id of its state.
    pub state: String,
    /// What the county calls the state.
    pub state_label: String,
    /// The level it is on, in words: what the level handles, and who acts there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// The responsible unit, by name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub responsible: String,
    /// The responsible person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
    /// The limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
    /// Working days left, negative when the limit is over; absent without a limit or a known calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_days_left: Option<i32>,
    /// True: the limit is over and nobody reported it done.
    #[serde(default)]
    pub overdue: bool,
    /// Days since it was found, until it was closed.
    pub days_open: i64,
    /// What was done, first to last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<IssueStep>,
    /// What the reader could do now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<IssueWay>,
}

/// One step of an issue.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueStep {
    /// What was done.
    pub label: String,
    /// By whom and when.
    pub by: Writer,
    /// What it says: level, addressee, person, text, outcome, document, each shown.
    pub said: Vec<String>,
    /// The rule it breaks where it stands, so that it has no effect (未生效); empty when it took effect.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub void: String,
    /// The clause of a gate it passed with a warning only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub warned: String,
}

/// Something the reader could do with an issue.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueWay {
    /// Id of the act.
    pub act: String,
    /// What it is called, with the level it goes to.
    pub label: String,
    /// The level it goes to; empty for acts that keep the level.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// The table its row is written to.
    pub table: Table,
    /// The columns it carries beside the issue, the act and the level.
    pub asks: Vec<Column>,
    /// Why it is not possible now, as one sentence; empty when it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refusal: String,
}
