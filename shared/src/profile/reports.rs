//! Periodic reports and their ledgers (domain.md 13.10, 13.11).

use serde::{Deserialize, Serialize};

use super::{Recur, all};

/// A periodic report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The programme whose projects it covers, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// Lists whose projects it covers; empty: all projects of the submitter.
    #[serde(default)]
    pub subject_lists: Vec<String>,
    /// The stage its projects are in at the due moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_stage: Option<String>,
    /// Roles that submit.
    pub submitters: Vec<String>,
    /// Who receives it.
    #[serde(default = "to_hub")]
    pub recipients: Vec<String>,
    /// The ledgers of the pack; empty: a written report.
    #[serde(default)]
    pub ledgers: Vec<ReportLedger>,
    /// When it is due; `periodic` and `on_demand`: no day, no lateness.
    pub recurrence: Vec<Recur>,
    /// What it is about besides projects: `nominations`, `adjustments`, `platforms`, `policy`, `progress`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What whoever files it states with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<ReportStatement>,
    /// Whether lateness is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<bool>,
    /// The clause.
    pub clause: String,
}

/// What is stated with a report by whoever files it: filing it is stating it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportStatement {
    /// Its words, which stand in the filing.
    pub text_zh: String,
    /// The clause.
    pub clause: String,
}

fn to_hub() -> Vec<String> {
    vec!["hub".to_owned()]
}

/// One ledger in a report's pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportLedger {
    /// The ledger.
    pub id: String,
    /// Asked for only from projects on this list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_on_list: Option<String>,
}

/// A ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// What has a row of its own.
    pub per: LedgerPer,
    /// Field ids, `table/column` and computed columns, in order.
    pub fields: Vec<String>,
    /// Fields a row may not lack; columns of a table of acts cannot be left out when an act is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Who keeps it; empty: who submits it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_by: Vec<String>,
    /// True: the source names the fields; false: it gives only the ledger's name and a county may change them.
    #[serde(default)]
    pub fields_from_source: bool,
    /// The clause.
    pub clause: String,
}

/// What has a row in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LedgerPer {
    /// A project.
    Project,
    /// A project in a week.
    ProjectWeek,
    /// A project in half a month.
    ProjectHalfMonth,
    /// A project in a month.
    ProjectMonth,
    /// A project in a year.
    ProjectYear,
    /// A unit in a month.
    UnitMonth,
    /// An issue.
    Issue,
    /// A finding of an inspection.
    Finding,
}

/// Columns a ledger may show that stand in no field: computed by the engine, or kept in companion records.
pub const COMPUTED: &[&str] = &[
    "month",
    "week",
    "half_month",
    "year_done_fen",
    "year_rate",
    "month_rate",
    "days_left",
    "inspection",
    "handling_state",
    "node_comparison",
    "tasks_progress",
    "step",
    "step_state",
    "financing_use",
    "financing_term",
    "financing_bank",
    "financing_state",
    "closed_at",
    "handed_over_by",
    "checked_by",
];
