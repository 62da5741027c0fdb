//! Lists and libraries: who proposes, who decides, by when, how many (domain.md 13.6, 5).

use serde::{Deserialize, Serialize};

use super::{Class, Label, Mode, Recur, Stated, all};

/// What a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    /// Projects being prepared.
    Reserve,
    /// Decided for a year or some years.
    Annual,
    /// Chosen from another list.
    Subset,
    /// Decided by the level above; a tag here.
    External,
    /// Published, not decided.
    Publication,
}

/// A list or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// What it is.
    pub kind: ListKind,
    /// The programme whose projects it holds, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// What it looks ahead to: `1y`, `3y`, `5y`, `next_year`, `long`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon: Option<String>,
    /// True: only government investment.
    #[serde(default)]
    pub gov_only: bool,
    /// The list its projects are taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_list: Option<String>,
    /// Roles and bodies that propose.
    #[serde(default)]
    pub proposers: Vec<String>,
    /// Who examines before the decision, in order.
    #[serde(default)]
    pub reviewers: Vec<String>,
    /// Whose opinion is asked.
    #[serde(default)]
    pub consult: Vec<String>,
    /// What is weighed in choosing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weigh: Vec<Label>,
    /// Who decides, in order; unset: the source names nobody.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub deciders: Stated<Vec<String>>,
    /// Offered as the default choice where the source names nobody.
    #[serde(default)]
    pub deciders_default: Vec<String>,
    /// Who issues; empty: who decided.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// When proposals are taken.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub propose_window: Stated<Vec<Recur>>,
    /// By when the hub submits it: opens an obligation of the hub, never blocks.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub submit_by: Stated<Vec<Recur>>,
    /// By when it is decided.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub decide_by: Stated<Vec<Recur>>,
    /// By when it is issued.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub issue_by: Stated<IssueBy>,
    /// When an issued edition may change.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub adjust: Stated<Vec<Recur>>,
    /// How many adjustments a month of the window takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjust_times_per_month: Option<u32>,
    /// How many projects it may hold when it is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// True: a project on it may start.
    pub permits_start: bool,
    /// Categories of the year that do not start all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permits_start_except: Vec<String>,
    /// The list whose categories decide instead when the project stands there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_decided_by: Option<String>,
    /// The category of the year a project has when it leaves by a decision to implement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_exit: Option<String>,
    /// The only reasons for cancelling; empty: any, in words.
    #[serde(default)]
    pub exit_reasons: Vec<Label>,
    /// True: each project on it has a lead leader.
    #[serde(default)]
    pub leader_required: bool,
    /// True: each project on it keeps a countdown.
    #[serde(default)]
    pub countdown: bool,
    /// True: experts review before a project enters.
    #[serde(default)]
    pub expert_review_required: bool,
    /// True: the year's catalogue is used in screening.
    #[serde(default)]
    pub catalogue_required: bool,
    /// True: it only proposes.
    #[serde(default)]
    pub proposal_only: bool,
    /// The level that decides an external list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The clause.
    pub clause: String,
}

/// By when a list is issued, and how strictly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IssueBy {
    /// When.
    pub recurrence: Recur,
    /// How strictly.
    pub class: Class,
}

/// How many projects a list may hold, both inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
    /// How strictly.
    pub mode: Mode,
}

/// What is denied to a project on none of some lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DenyWithoutList {
    /// The lists.
    pub lists: Vec<String>,
    /// The acts, by the transitions and acts of the gates.
    pub acts: Vec<Label>,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}
