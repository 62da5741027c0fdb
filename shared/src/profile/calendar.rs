//! What is held, inspected and published, and when (domain.md 13.13, 13.13b, 13.14).

use serde::{Deserialize, Serialize};

use super::{Label, Recur, Stated, all};

/// How binding a date is (domain.md 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A duty: red when it was not done.
    Duty,
    /// In principle: amber when it was not done.
    InPrinciple,
    /// When needed.
    OnDemand,
    /// Regularly, the source gives no number.
    Periodic,
}

/// A meeting or another event of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The programme it is for, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// What it is.
    pub kind: MeetingKind,
    /// When.
    pub recurrence: Vec<Recur>,
    /// How binding that is.
    pub class: Class,
    /// What has one of its own in each period.
    #[serde(default)]
    pub per: MeetingPer,
    /// Who calls it; unset: the source names nobody.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub conveners: Stated<Vec<String>>,
    /// Who always takes part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<String>,
    /// Publications made from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub publications: Vec<String>,
    /// What is talked about, where the source says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Label>,
    /// True: it counts as held once every topic is settled (四落实).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub settles: bool,
    /// The clause.
    pub clause: String,
}

/// What has a meeting of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeetingPer {
    /// The county.
    #[default]
    County,
    /// Each lead leader.
    Leader,
    /// Each lead unit.
    LeadUnit,
    /// Each project's team.
    Project,
}

/// Kinds of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeetingKind {
    /// A review before a decision.
    Review,
    /// Progress is looked at and told what to do.
    Dispatch,
    /// A meeting of several bodies.
    Joint,
    /// Work is given out.
    Deployment,
    /// An inspection.
    Inspection,
    /// Works are visited.
    Viewing,
    /// Units are compared.
    Comparison,
    /// Scores are made.
    Scoring,
    /// A ranking is made.
    Ranking,
    /// Something is published.
    Publication,
    /// Banks meet projects.
    BankMatch,
    /// Contracts are signed together.
    Signing,
    /// Works are started together.
    Start,
    /// People are taught.
    Training,
    /// Bodies hear how things stand.
    Hearing,
}

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The programme it is for, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// Who organises it; unset: the source names nobody.
    pub organisers: Option<Vec<String>>,
    /// Who may be invited.
    #[serde(default)]
    pub invited: Vec<String>,
    /// How it is done.
    #[serde(default)]
    pub methods: Vec<Label>,
    /// Who or what is inspected.
    #[serde(default)]
    pub targets: Vec<String>,
    /// How targets are chosen.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub sampling: Stated<Vec<Sampling>>,
    /// When, and how binding that is.
    pub recurrence: Vec<Recur>,
    /// How binding.
    pub class: Class,
    /// Publications made from it.
    #[serde(default)]
    pub output: Vec<String>,
    /// The ledger its findings stand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings_ledger: Option<String>,
    /// The way its findings go: a key of `issue.workflows`; absent: as every issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings_workflow: Option<String>,
    /// The clause.
    pub clause: String,
}

/// How targets are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// All.
    Full,
    /// At random, reproducibly.
    Random,
    /// Some, chosen with an aim.
    Targeted,
}

/// Something the hub compiles and sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Its form, as papers are called.
    pub form: String,
    /// The programme it is about, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// The list whose projects it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Who gets it; unset: the source names nobody.
    pub recipients: Option<Vec<String>>,
    /// When; unset: the source gives no cadence.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub cadence: Stated<Vec<Recur>>,
    /// Reports, ledgers, meetings and inspections it is made from or follows.
    #[serde(default)]
    pub built_from: Vec<String>,
    /// The clause.
    pub clause: String,
}
