//! The parts of a profile, one type per section of domain.md 13.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Money, Recur};
use crate::time::Date;

/// An ASCII id and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Stands in documents.
    pub id: String,
    /// Stands on screens and papers.
    pub name_zh: String,
}

/// Something that only has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    pub name_zh: String,
}

/// The document the rules come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: String,
    /// Document number.
    pub doc_no: Option<String>,
    /// Date of issue.
    pub date: Date,
    /// True while on trial.
    pub trial: bool,
}

/// What hub, node and the level above are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// `district`, `county` or `prefecture`.
    pub hub: String,
    /// Short label of the hub's level.
    pub hub_label: String,
    /// Kinds of organisation that run nodes.
    pub node_kinds: Vec<String>,
    /// Short label of a node's level.
    pub node_label: String,
    /// How many there are, when the source says.
    pub node_count: Option<u32>,
    /// Short label of the level above.
    pub upper_label: String,
}

/// The top coordinating body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadingBody {
    /// Its name.
    pub name_zh: String,
    /// Who heads it.
    pub head: Option<String>,
    /// Who deputises.
    pub deputies: Option<String>,
    /// Who sits in it.
    pub members: Option<String>,
    /// Its groups.
    pub groups: Vec<String>,
}

/// How money is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyDisplay {
    /// The unit on screens and papers.
    pub display_unit: String,
}

/// Calendar conventions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// `none`: weekends and holidays move no deadline.
    pub holiday_shift: String,
    /// Days that count as the first ten of a month.
    pub first_days_window: String,
    /// Which months end a period of two.
    pub bimonthly: String,
    /// Weekdays off, beyond Saturdays and Sundays; only counts of working days use them.
    #[serde(default)]
    pub holidays: Vec<Date>,
    /// Saturdays and Sundays that are worked.
    #[serde(default)]
    pub workdays: Vec<Date>,
}

/// How reports are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judging {
    /// Hours a filing may be under way.
    pub offline_grace_hours: u32,
    /// `filed_at_with_grace` or `received_at`.
    pub judged_by: String,
    /// The moment of the due day.
    pub due_time: TimeOfDay,
}

/// Hour, minute and second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub (u8, u8, u8));

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (hour, minute, second) = self.0;
        serializer.collect_str(&format_args!("{hour:02}:{minute:02}:{second:02}"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.split(':').map(|part| part.parse::<u8>().ok());
        let parsed = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(hour)), Some(Some(minute)), None, None) => Some((hour, minute, 0)),
            (Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None) => {
                Some((hour, minute, second))
            }
            _ => None,
        };
        parsed
            .filter(|(hour, minute, second)| *hour < 24 && *minute < 60 && *second < 60)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is no time of day")))
    }
}

/// How amounts are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// True: a bound includes the number itself.
    pub inclusive: bool,
}

/// The county's words for common things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the terms of domain.md 13.2")]
pub struct Terms {
    pub project: String,
    pub hub: String,
    pub leader: String,
    pub lead_unit: String,
    pub owner: String,
    pub liaison: String,
    pub node: String,
    pub reserve: String,
    pub list_annual: String,
    pub issue_close: String,
    pub team: String,
    pub inspection: String,
}

/// A management track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// `all`, or a list whose projects it holds.
    pub population: String,
}

/// How strictly a rule is kept (domain.md 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Cannot be passed.
    Block,
    /// Can be passed with a recorded exception.
    Override,
    /// Is said and recorded.
    Warn,
    /// Is offered.
    Optional,
}

/// One condition on a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cond {
    /// An amount compared with a bound.
    Amount {
        /// The field without its `_fen`.
        field: String,
        /// `>=`, `>`, `<=`, `<` or `=`.
        op: String,
        /// The bound.
        value: Money,
    },
    /// One of these sectors.
    SectorIn(Vec<String>),
    /// A flag the hub set.
    Flag(String),
    /// One of these origins.
    OriginIn(Vec<String>),
    /// At least this level.
    OriginLevelMin(String),
    /// One of these categories.
    CategoryIn(Vec<String>),
    /// On this list.
    OnList(String),
    /// This kind of investment.
    InvestmentKind(String),
    /// Government money of at least this level.
    GovLevelMin(String),
    /// All of these.
    All(Vec<Cond>),
    /// Any of these.
    Any(Vec<Cond>),
}

/// One rule of eligibility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// What must hold.
    pub when: Cond,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// Who must be named for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The slot's id.
    pub id: String,
    /// At least.
    pub min: u32,
    /// At most; `None` is unbounded.
    pub max: Option<u32>,
    /// Lists on which it is asked for; empty: everywhere.
    #[serde(default)]
    pub on_lists: Vec<String>,
    /// A flag of the project that asks for it.
    #[serde(default)]
    pub when_flag: Option<String>,
    /// `project` or `unit`.
    pub per: String,
    /// Who names: an authority code of domain.md 0.7.
    pub assigner: String,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// A list or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys of domain.md 13.6")]
pub struct List {
    pub id: String,
    pub name_zh: String,
    pub kind: String,
    pub horizon: Option<String>,
    #[serde(default)]
    pub gov_only: bool,
    pub proposers: Vec<String>,
    #[serde(default)]
    pub reviewers: Vec<String>,
    #[serde(default)]
    pub consult: Vec<String>,
    pub deciders: Option<Vec<String>>,
    #[serde(default)]
    pub deciders_default: Vec<String>,
    #[serde(default)]
    pub issuer: Option<String>,
    #[serde(default)]
    pub propose_window: Vec<Recur>,
    #[serde(default)]
    pub submit_by: Vec<Recur>,
    #[serde(default)]
    pub decide_by: Vec<Recur>,
    #[serde(default)]
    pub issue_by: Option<IssueBy>,
    #[serde(default)]
    pub adjust: Vec<Recur>,
    #[serde(default)]
    pub quota: Option<Quota>,
    pub permits_start: bool,
    #[serde(default)]
    pub on_exit: Option<String>,
    #[serde(default)]
    pub exit_reasons: Vec<String>,
    #[serde(default)]
    pub leader_required: bool,
    #[serde(default)]
    pub countdown: bool,
    pub clause: String,
}

/// By when a list is issued, and how strictly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueBy {
    /// When.
    pub recurrence: Recur,
    /// `duty` or `in_principle`.
    pub class: String,
}

/// How many projects a list may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// What is denied to a project on none of some lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenyWithoutList {
    /// The lists.
    pub lists: Vec<String>,
    /// The acts.
    pub acts: Vec<String>,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// The stages and what belongs to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// True: from an idea straight to a list.
    pub direct_listing: bool,
    /// Stage id and label, in order.
    pub stage_labels: Vec<Label>,
    /// Phases: name and the stages in it.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// What starts permitting.
    pub permitting_trigger: String,
    /// Whether an operating project can be expanded.
    pub expansion: bool,
    /// Whether a pre-acceptance comes first.
    pub pre_acceptance: bool,
    /// Whether an evaluation ends the life cycle.
    pub evaluation_required: bool,
    /// Whether a custodian is named.
    pub custodian_required: bool,
}

impl Lifecycle {
    /// The label of a stage.
    #[must_use]
    pub fn stage_label(&self, id: &str) -> Option<&str> {
        self.stage_labels
            .iter()
            .find(|label| label.id == id)
            .map(|label| label.name_zh.as_str())
    }
}

/// A phase of the life cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its name.
    pub name_zh: String,
    /// Stage ids.
    pub stages: Vec<String>,
}

/// The review before a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// `joint`, `expert`, `hub_check` or `screening`.
    pub kind: String,
    /// What is looked at.
    pub contents: Vec<String>,
    /// Who always sits in it.
    #[serde(default)]
    pub fixed_members: Vec<String>,
    /// Fields whose change asks for another review.
    #[serde(default)]
    pub rereview_on_change_of: Vec<String>,
    /// Change that is tolerated.
    #[serde(default)]
    pub change_tolerance: Option<u32>,
}

/// Whether the joint review must be passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointReview {
    /// True: only a passed one opens the gate.
    pub must_pass: bool,
}

/// What guards a transition or an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The programme, or `all`.
    pub programme: String,
    /// Transition id or act.
    pub transition: String,
    /// A guard of the engine's vocabulary.
    pub guard: String,
    /// Its parameters.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// An obligation that is no gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The programme.
    pub programme: String,
    /// Transition that opens it.
    pub opens: String,
    /// Transition before which it is due.
    pub due: Option<String>,
    /// A guard of the engine's vocabulary.
    pub guard: String,
    /// Its parameters.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    /// The clause.
    pub clause: String,
}

/// A periodic report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Lists whose projects it covers; empty: all projects of the submitter.
    pub subject_lists: Vec<String>,
    /// Who submits.
    pub submitter: String,
    /// The ledgers of the pack.
    pub ledgers: Vec<ReportLedger>,
    /// When it is due.
    pub recurrence: Vec<Recur>,
    /// Whether lateness is judged.
    pub judged: Option<bool>,
    /// The clause.
    pub clause: String,
}

/// One ledger in a report's pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLedger {
    /// The ledger.
    pub id: String,
    /// Asked for only from projects on this list.
    #[serde(default)]
    pub if_on_list: Option<String>,
}

/// A ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// `project_month`, `project`, `project_year`, `finding`.
    pub per: String,
    /// Field ids and computed columns, in order.
    pub fields: Vec<String>,
    /// The clause.
    pub clause: String,
}

/// How issues move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueFlow {
    /// State ids and labels, in order.
    pub workflow: Vec<Label>,
    /// The ladder.
    pub levels: Vec<IssueLevel>,
    /// What must hold to enter a level.
    pub guards: Vec<Gate>,
    /// Hours of "at once".
    #[serde(default)]
    pub immediate_hours: Option<u32>,
    /// Who closes: for findings and otherwise.
    pub closer: BTreeMap<String, Vec<String>>,
    /// Kinds of issue.
    pub kinds: Vec<Label>,
    /// True: the responsible unit can never close its own.
    pub self_close_forbidden: bool,
    /// Fields an issue needs at hand-over.
    #[serde(default)]
    pub core_fields: Vec<String>,
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueLevel {
    /// `L1`, `L2`, …
    pub id: String,
    /// Who acts.
    pub actors: Vec<String>,
    /// What it handles.
    pub handles: String,
}

/// How strictly a field is required (domain.md 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Requirement {
    /// `R`, `O`, `-` or `C(<condition>)`.
    One(RequirementCode),
    /// By programme.
    ByProgramme(BTreeMap<String, RequirementCode>),
}

/// One code of a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequirementCode {
    /// Required.
    Required,
    /// Required under a condition, in words.
    Conditional(String),
    /// Optional.
    Optional,
    /// Hidden.
    Unused,
}

impl Serialize for RequirementCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Required => serializer.serialize_str("R"),
            Self::Conditional(condition) => serializer.collect_str(&format_args!("C({condition})")),
            Self::Optional => serializer.serialize_str("O"),
            Self::Unused => serializer.serialize_str("-"),
        }
    }
}

impl<'de> Deserialize<'de> for RequirementCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let condition = text
            .strip_prefix("C(")
            .and_then(|rest| rest.strip_suffix(')'));
        match (text.as_str(), condition) {
            ("R", _) => Ok(Self::Required),
            ("O", _) => Ok(Self::Optional),
            ("-", _) => Ok(Self::Unused),
            (_, Some(condition)) => Ok(Self::Conditional(condition.to_owned())),
            _ => Err(serde::de::Error::custom(format_args!(
                "`{text}` is no requirement"
            ))),
        }
    }
}

impl Requirement {
    /// The strictest code over all programmes.
    #[must_use]
    pub fn is_required(&self) -> bool {
        match self {
            Self::One(code) => *code == RequirementCode::Required,
            Self::ByProgramme(codes) => codes
                .values()
                .any(|code| *code == RequirementCode::Required),
        }
    }

    /// True when the county does not use the field: hidden unless filled.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        match self {
            Self::One(code) => *code == RequirementCode::Unused,
            Self::ByProgramme(codes) => codes.values().all(|code| *code == RequirementCode::Unused),
        }
    }
}
