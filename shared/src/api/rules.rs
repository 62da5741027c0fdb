//! What the county's rules say of a project and of the hub's own business at a moment (`GET /api/v1/projects/{id}/rules`,
//! `GET /api/v1/rules`).
//!
//! Nothing here is stored: `rules::verdicts` works it out of records, profile and clock. Ids are those of profile and `text`; what people
//! read stands beside them in the reader's language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::Refusal;
use crate::field::FieldPath;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::time::Date;

/// An id and what the county calls it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedId {
    /// The id.
    pub id: String,
    /// The county's word.
    pub name: String,
}

/// What the rules say of one project.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRules {
    /// The project.
    pub project: ProjectId,
    /// Its stage.
    pub stage: NamedId,
    /// The phase of the life cycle the stage belongs to, where the county names phases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<NamedId>,
    /// The lists it stands on.
    pub lists: Vec<String>,
    /// Whether it fits each programme.
    pub eligibility: Vec<Eligibility>,
    /// The category of the year, where the county has categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// What can come next, with every gate before it, open ones as well.
    pub next: Vec<Next>,
    /// Who is not named as the county asks.
    pub gaps: Vec<Gap>,
    /// What each organisation answers for, where the county says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    /// Whether all three levels that carry it are named; absent where the county has no such status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub three_levels: Option<bool>,
    /// Obligations of the project that are no gate and not met.
    pub duties: Vec<Duty>,
    /// What does not fit together in the record, what its money still owes on paper, what passed with a warning.
    pub findings: Vec<RuleFinding>,
    /// The traffic light of this month; absent when no rule has its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// The same as it is drawn, also for what is completed or not to be started yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<LightSign>,
    /// The dated nodes of the year beside what was done by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<YearNode>,
    /// Its issues.
    pub issues: Vec<Issue>,
    /// Its approvals, side by side.
    pub approvals: Vec<Approval>,
    /// 绿色通道: what the county's faster lane is for, empty when for everything; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_channel: Option<Vec<String>>,
    /// 限时办结: approvals are handled within a limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_limited: bool,
    /// Clauses from which the head of the hub excepted it, for ever.
    pub exceptions: Vec<String>,
    /// Rows of all its records that have no effect since a merge brought what came before them, each with the rule it breaks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub void: BTreeMap<RowId, String>,
}

/// Whether a project fits a programme.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligibility {
    /// The programme.
    pub programme: String,
    /// `yes`, `no`, or `open` while something is missing or not judged by the hub.
    pub fit: String,
    /// The same in a word.
    pub says: String,
    /// Every rule with what it came to.
    pub rules: Vec<EligibilityRule>,
}

/// What one rule of a programme came to.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EligibilityRule {
    /// The rule.
    pub rule: String,
    /// Its clause.
    pub clause: String,
    /// `yes`, `no` or `open`.
    pub fit: String,
    /// The rule with the amounts that miss their bound.
    pub says: String,
    /// What is not filled in, or not judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<FieldPath>,
}

/// The category of a year.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// The year.
    pub year: i16,
    /// What the dates propose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<String>,
    /// The field that must be brought up to date before anything is proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<FieldPath>,
    /// What the record says; empty when nothing.
    pub stated: String,
    /// True when the record says another than the dates propose.
    pub differs: bool,
}

/// A transition that can come next.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// The transition, an id of domain.md 3.4.
    pub transition: String,
    /// The stage it leads to.
    pub to: NamedId,
    /// The gates before it.
    pub gates: Vec<Gate>,
}

/// A gate as it stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// What it asks, an id of domain.md 13.7b.
    pub guard: String,
    /// The clause.
    pub clause: String,
    /// `block`, `override`, `warn` or `optional`.
    pub mode: String,
    /// True when what it asks is there.
    pub met: bool,
    /// True when an exception from its clause is recorded.
    pub excepted: bool,
    /// True when it keeps nobody out.
    pub open: bool,
    /// Why not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// The same as a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
}

/// Somebody is not named as the county asks.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The slot.
    pub slot: String,
    /// The clause.
    pub clause: String,
    /// How many are named.
    pub count: usize,
    /// How many should be at least.
    pub min: u32,
    /// How many may be at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Fixed places that are empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub empty: Vec<String>,
    /// Who names them, in the county's words.
    pub from: String,
}

/// An organisation with a part in a project, and what it answers for.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its name.
    pub org: String,
    /// The kind of responsibility.
    pub kind: NamedId,
    /// What that comprises by the county's rules, then what was put down for this organisation.
    pub tasks: Vec<String>,
    /// The clause.
    pub clause: String,
}

/// An open obligation of a project.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// What it asks, an id of domain.md 13.7b.
    pub guard: String,
    /// The clause.
    pub clause: String,
    /// What is missing, in the county's words.
    pub lacks: Vec<String>,
    /// True after the transition before which it was due.
    pub overdue: bool,
    /// What it asks, as a sentence.
    pub says: String,
}

/// Something in a record that does not fit together or passed with a warning.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFinding {
    /// Which check, or the guard that warned.
    pub check: String,
    /// How strictly the county holds it: `block`, `override`, `warn` or `optional`.
    pub mode: String,
    /// The clause, when the check is one's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Where.
    pub paths: Vec<FieldPath>,
    /// By how much, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fen: Option<i64>,
    /// As a sentence.
    pub says: String,
}

/// A traffic light as it is drawn (`text::sign::light`).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightSign {
    /// `green`, `amber`, `red`; `done` for what is completed, `not_due` for what is not to be started yet.
    pub colour: String,
    /// Why, as a sentence.
    pub says: String,
}

/// A traffic light.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Light {
    /// `green`, `amber` or `red`.
    pub colour: String,
    /// What each rule found, the worst first.
    pub reasons: Vec<LightReason>,
}

/// What one rule of a light found.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightReason {
    /// The rule.
    pub rule: String,
    /// What it means.
    pub colour: String,
    /// The number, in tenths of a percent, a point or a month.
    pub tenths: i64,
    /// True when the plan of the months was taken from the year's.
    pub from_year_plan: bool,
}

/// A dated node of a year beside what was done.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearNode {
    /// The day.
    pub date: Date,
    /// What was to be invested by then since January, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investment_fen: Option<i64>,
    /// What was invested up to its month, in fen.
    pub done_fen: i64,
    /// What was to be seen by then.
    pub image: String,
    /// What the month's report says is to be seen.
    pub image_done: String,
    /// True when its day is over and less was invested.
    pub behind: bool,
}

/// An issue as it stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its row.
    pub row: Option<RowId>,
    /// What is wrong.
    pub description: String,
    /// Where it stands, in the county's words.
    pub state: NamedId,
    /// The level it is on.
    pub level: String,
    /// The responsible unit, by name.
    pub unit: String,
    /// The responsible person.
    pub person: String,
    /// The limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
    /// True: the limit is over and nobody reported it done.
    pub overdue: bool,
    /// Days since it was found, until it was closed.
    pub days_open: i64,
    /// Time from the last decision on it to the feedback, or until now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_ms: Option<i64>,
    /// True: the feedback took longer than the county allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_late: Option<bool>,
    /// Steps that have no effect since a merge brought what came before them, each with the rule it breaks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub void: BTreeMap<RowId, String>,
    /// Steps that passed a gate that only warns, each with its clause.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
    pub warned: BTreeMap<RowId, String>,
}

/// An approval as it stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its row.
    pub row: Option<RowId>,
    /// The item.
    pub item: NamedId,
    /// The department in the lead, by name.
    pub org: String,
    /// The joint service it is handled in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub joint: String,
    /// The officer who looks after it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub officer: String,
    /// An option of `approval_status`.
    pub status: String,
    /// Days from the application to the decision, or until today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_used: Option<i64>,
    /// Days allowed; absent where no source gives any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_days: Option<i64>,
    /// True when more days were used than are allowed.
    pub over_limit: bool,
    /// True while papers that were promised are overdue.
    pub rectify: bool,
    /// True when it is decided above and nobody followed it up.
    pub lacks_followup: bool,
}

/// What the rules say of the hub's own business.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyRules {
    /// The pool of preliminary-work money, where the county has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
    /// The published rankings, oldest first.
    pub rankings: Vec<Ranking>,
    /// The shares of awards as the hub entered them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// Cuts of funds the rankings propose.
    pub cuts: Vec<Cut>,
    /// Reports on time in the year, by unit.
    pub punctuality: Vec<Punctuality>,
    /// What assessment comes to in the year, by scheme, for units and leaders.
    pub results: Vec<Assessed>,
    /// What the records propose for the open score sheets of the year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<ScoreSheet>,
    /// Units of the county's own kind, where there are not as many as its source counts (domain.md 17, D-27).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<UnitCount>,
}

/// A number of units that differs from the one the county's source names.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitCount {
    /// As many the source counts.
    pub stated: u32,
    /// As many are in the directory.
    pub there: u32,
}

/// What a scheme of assessment comes to for a unit or a leader in a year.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// The scheme.
    pub scheme: NamedId,
    /// Its clause.
    pub clause: String,
    /// `lead_unit` or `leader`.
    pub role: String,
    /// The unit's id, or the leader as the records name him.
    pub subject: String,
    /// What it is called.
    pub name: String,
    /// Projects of the scheme's programme.
    pub projects: u32,
    /// Those with a plan to push them on that was filed in the year.
    pub pushed: u32,
    /// Those with an investment plan of the year.
    pub planned: u32,
    /// The plans of the year, in fen.
    pub plan_fen: i64,
    /// What was done in its months, in fen.
    pub done_fen: i64,
    /// The share that was done, in hundredths of a percent; absent without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<i64>,
    /// The projects of which less was done than planned.
    pub unfinished: Vec<String>,
    /// How many were explained (情况说明).
    pub explained: u32,
    /// What the hub's sheets of the year say.
    pub scores: Vec<SheetValue>,
}

/// One value of a score sheet.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetValue {
    /// The period of the sheet.
    pub period: String,
    /// The indicator.
    pub indicator: NamedId,
    /// Hundredths of a point.
    pub hundredths: i64,
}

/// An open score sheet, with the values that come from the records (domain.md 10.2.3).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreSheet {
    /// The sheet.
    pub row: RowId,
    /// Its scheme.
    pub scheme: NamedId,
    /// Its period.
    pub period: String,
    /// Its cells, by subject and indicator.
    pub cells: Vec<ScoreCell>,
}

/// What the records say of one subject and indicator, beside what the sheet says.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCell {
    /// A unit, a project, or a leader as the records name him.
    pub subject: String,
    /// What it is called.
    pub name: String,
    /// The indicator.
    pub indicator: NamedId,
    /// The records it comes from.
    pub source: NamedId,
    /// The first day that was looked at.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// So much: reports in time, tasks done, open findings, or fen.
    pub done: i64,
    /// Of so much; absent for a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<i64>,
    /// The share in hundredths of a percent; for a count, hundredths of one.
    pub measured: i64,
    /// The value of the sheet this makes, in hundredths; absent while no formula of the county makes one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<i64>,
    /// The value that stands in the sheet, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<i64>,
    /// A warning: what stands in the sheet is not what the records make.
    pub differs: bool,
}

/// The pool of preliminary-work money.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// What it holds, in fen.
    pub balance_fen: i64,
    /// What is not yet broken down by source, in fen.
    pub undivided_fen: i64,
    /// The sources with their parts, in fen.
    pub parts: BTreeMap<String, i64>,
    /// Requests that wait to be arranged, first first.
    pub arranging: Vec<Waiting>,
    /// Requests that wait to be paid, first first.
    pub paying: Vec<Waiting>,
}

/// A request that waits, and for what.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The request.
    pub request: RowId,
    /// The unit that asked.
    pub unit: UnitId,
    /// The project.
    pub project: ProjectId,
    /// How much, in fen.
    pub amount_fen: i64,
    /// When the approval that releases it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Date>,
    /// `arrangement`, `evaluation`, `approval`, `next`, `money` or `behind`.
    pub wait: String,
    /// True once an officer prepared its payment for the head of the hub to confirm.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prepared: bool,
    /// For `money`: how much more than the pool holds, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_fen: Option<i64>,
    /// For `behind`: the request before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<RowId>,
}

/// A published ranking.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// The scheme.
    pub scheme: NamedId,
    /// The period.
    pub period: String,
    /// The places, first first.
    pub places: Vec<Place>,
}

/// A place of a ranking.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// A unit, or a project.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// 1, 2, 2, 4.
    pub rank: u32,
    /// Hundredths of a point.
    pub total: i64,
    /// Among the top the county looks at.
    pub top: bool,
    /// Among the bottom.
    pub bottom: bool,
}

/// A share of an award.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The period of the ranking.
    pub period: String,
    /// Who.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// The share, in fen.
    pub amount_fen: i64,
    /// What can be taken back of it, in fen; absent while the county gives no ratio (未配置).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recoverable_fen: Option<i64>,
}

/// A cut of funds that rankings propose.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Who.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// The period that made it so.
    pub period: String,
    /// The year whose funds are cut.
    pub year: String,
    /// The funds.
    pub funds: Vec<NamedId>,
    /// The share, in percent; absent where the source gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<i32>,
    /// The clause.
    pub clause: String,
}

/// How many of a unit's reports came in time.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Punctuality {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Judged reports of the year whose day has come.
    pub due: u32,
    /// Those in time.
    pub on_time: u32,
    /// The share in hundredths of a percent.
    pub rate: i64,
}
