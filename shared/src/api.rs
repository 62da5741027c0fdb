//! HTTP bodies between node and browser, and the closed list of error codes.
//!
//! Everything under `/api/v1` speaks these types as JSON; `/api/v1/live` sends [`Live`] and takes [`Watch`].

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::command::{Answer, ImportCounts, Outcome, Place, Refusal, Role};
use crate::field::FieldPath;
use crate::ids::{ImportId, NodeId, ProjectId, RowId, UnitId, UserId};
use crate::project::{ProjectRow, ProjectView, Writer};
use crate::text::Lang;
use crate::text::line::LineReason;
use crate::time::{Date, Month, Timestamp};
use crate::value::Value;

#[cfg(feature = "crdt")]
mod alarm;
mod attachments;
mod audit;
mod bundles;
mod chart;
mod issues;
pub mod obligations;
mod quarantine;
mod records;
pub mod rules;

#[cfg(feature = "crdt")]
pub use alarm::{AlarmKind, PeerAlarm};
pub use attachments::AttachmentInfo;
pub use audit::{Audit, AuditEntry};
pub use bundles::BundleReport;
pub use chart::ChartSheets;
pub use issues::{IssueBoard, IssueCard, IssueState, IssueStep, IssueWay};
pub use quarantine::{RefusedChange, Repair, RepairValue};
pub use records::{
    RecordAuthor, RecordCell, RecordChange, RecordColumn, RecordOption, RecordRow, RecordType,
    Records,
};

/// What went wrong, for programs; printed as `XM-nnnn`. A number is never used again for something else.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Code {
    /// No session, or it ended.
    #[serde(rename = "XM-1001")]
    NotLoggedIn,
    /// Name or password is wrong.
    #[serde(rename = "XM-1002")]
    LoginRefused,
    /// Too many tries; wait.
    #[serde(rename = "XM-1003")]
    TooManyTries,
    /// The account may not do this.
    #[serde(rename = "XM-1004")]
    Forbidden,
    /// The request does not come from this server's own pages.
    #[serde(rename = "XM-1005")]
    ForeignOrigin,
    /// No such thing here.
    #[serde(rename = "XM-2001")]
    NotFound,
    /// The server's name in the request is not one it answers to.
    #[serde(rename = "XM-1006")]
    ForeignHost,
    /// The request's form is off.
    #[serde(rename = "XM-2002")]
    BadRequest,
    /// The body is too large.
    #[serde(rename = "XM-2003")]
    TooLarge,
    /// The file's bytes are at another node; they were asked for.
    #[serde(rename = "XM-2004")]
    NotDownloaded,
    /// A rule refuses the command; see `refusal`.
    #[serde(rename = "XM-3001")]
    Refused,
    /// The workbook cannot be read.
    #[serde(rename = "XM-4001")]
    WorkbookUnreadable,
    /// The file cannot be attached: its size, kind, content or name, or there is no room for more.
    #[serde(rename = "XM-4003")]
    AttachmentRefused,
    /// The bundle is none, was changed, is for another node, or its sender is refused.
    #[serde(rename = "XM-4002")]
    BundleRefused,
    /// Storage failed; the node is read-only.
    #[serde(rename = "XM-5001")]
    StorageFailed,
    /// The node is starting or stopping.
    #[serde(rename = "XM-5002")]
    NotReady,
    /// Our own mistake; see the log under the request id.
    #[serde(rename = "XM-5003")]
    Internal,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The body of every failed request.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// For programs.
    pub code: Code,
    /// For people: what happened, why, what to do.
    pub message: String,
    /// The refusal, when a rule refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Finds the log lines.
    pub request_id: String,
}

/// The answer to a command over HTTP: a refusal also as a sentence in the reader's language, so that no page needs its words.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordedAnswer {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// Why it was refused, what is missing, which rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

impl WordedAnswer {
    /// Words an answer.
    #[must_use]
    pub fn new(answer: Answer, lang: Lang) -> Self {
        let sentence = match &answer.outcome {
            Outcome::Refused(refusal) => Some(refusal.sentence(lang)),
            Outcome::Done { .. } => None,
        };
        Self { answer, sentence }
    }
}

/// What a server is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// A township's (or department's) server.
    Node,
    /// The county's server.
    Hub,
}

/// `POST /api/v1/session`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The account's name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// `GET /api/v1/session`: who I am and where. Also the answer to a log-in.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The person's unit.
    pub unit: UnitId,
    /// This server.
    pub node: NodeInfo,
    /// Sent back as `X-CSRF` with every unsafe request.
    pub csrf: String,
    /// The server's clock when it answered.
    pub now: Timestamp,
    /// What the page offers this person; each command is judged on its own all the same.
    pub rights: Rights,
}

/// What a page offers a person, by the table of domain.md 1.3.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Fills records in.
    pub fills: bool,
    /// An officer of the hub: fills on a unit's behalf, reviews what is filed.
    pub hub: bool,
    /// Lets nodes in.
    pub enrols: bool,
}

/// The server a browser talks to.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// Its key.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// Its unit.
    pub unit: UnitId,
    /// That unit's name.
    pub unit_name: String,
    /// The county's profile.
    pub profile: String,
    /// True in `xiangmu demo`: pages say 演示数据, the 同步 page has the line switch.
    pub demo: bool,
    /// The program's version.
    pub version: String,
}

/// `GET /api/v1/projects?period=2026-11&q=&filter=&sort=&limit=&cursor=`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectList {
    /// The lines.
    pub rows: Vec<ProjectRow>,
    /// How many match, before `limit`.
    pub total: usize,
    /// Hand back as `cursor` for the next lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `PATCH /api/v1/projects/{id}`: an `Edit` without an envelope.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPatch {
    /// New values; `null` clears.
    pub set: BTreeMap<FieldPath, Value>,
    /// Heads its author saw.
    #[serde(default)]
    pub base: Option<Vec<String>>,
    /// 代填: who asked and why.
    #[serde(default)]
    pub on_behalf: Option<String>,
}

/// One entry of `GET /api/v1/projects/{id}/history?path=`: newest first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The path.
    pub path: FieldPath,
    /// The value before; `Null` when it was unset.
    pub old: Value,
    /// The value after.
    pub new: Value,
    /// Who, when, where.
    pub by: Writer,
    /// The kind of command, as an id of `text` (`edit`, `import`, `resolve`, …).
    pub act: String,
    /// For a 代填: who asked and why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// For a value this node took from a workbook: where it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The place in a workbook a value came from.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The import that brought it.
    pub import: ImportId,
    /// The file's name.
    pub file: String,
    /// Sheet and row.
    #[serde(flatten)]
    pub place: Place,
}

/// The state of one filing (domain.md 1.5, ux.md 5.2).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingState {
    /// Nothing is filled in.
    Empty,
    /// Some of it is.
    Filling,
    /// 已报送, not at the hub yet.
    FiledLocally,
    /// 已报送 and received.
    Filed,
    /// 退回.
    Returned,
    /// 通过.
    Accepted,
    /// Nothing was filed and the due moment is over.
    Missing,
}

impl FilingState {
    /// True once the unit has done its part.
    #[must_use]
    pub const fn is_reported(self) -> bool {
        matches!(self, Self::FiledLocally | Self::Filed | Self::Accepted)
    }
}

/// How a filing stands against its due moment (domain.md 0.4.6).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// 按时.
    OnTime,
    /// 网络迟到.
    LateNetwork,
    /// 逾期报送.
    Late,
    /// 未报.
    Missing,
    /// Not due yet.
    Pending,
    /// 预填: sent before the window opened, to be confirmed once it is open.
    Prefilled,
    /// 网络迟到, excused by the hub with a reason.
    Excused,
    /// 已报, where no verdict on time is given.
    Reported,
}

/// `GET /api/v1/reports/{ledger}/{period}?unit=`: one unit's month.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The ledger.
    pub ledger: String,
    /// The month.
    pub period: Month,
    /// Due, inclusive; `None` when the county gave no day.
    pub due: Option<Timestamp>,
    /// Where the filing stands.
    pub state: FilingState,
    /// Against the due moment.
    pub timeliness: Timeliness,
    /// The latest filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<FilingInfo>,
    /// The unit's projects with what this month's grid shows.
    pub rows: Vec<ReportRow>,
}

/// One filing as lists show it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingInfo {
    /// The filing.
    pub id: RowId,
    /// When the person pressed 报送.
    pub filed_at: Timestamp,
    /// Who.
    pub by: Writer,
    /// When the hub received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The hub's reason, when it returned it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Projects in it.
    pub projects: u32,
    /// Projects in which a field of this period says something else now than when it was filed (事后更正).
    #[serde(default)]
    pub amended: u32,
    /// What says something else, in the reader's language: project, field, filed → now; the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<String>,
    /// True when it follows one that was returned (退回后重报).
    #[serde(default)]
    pub refiled: bool,
    /// Who at the hub returned or accepted it; empty when that is not known here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reviewed_by: String,
}

/// One project in a month's grid.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The project's line.
    pub row: ProjectRow,
    /// Heads of the project document, the base of edits made from this grid.
    pub heads: Vec<String>,
    /// Done in the year up to the month before, in fen.
    pub before_fen: i64,
    /// This month's cells by field id (`month_done_fen`, `month_image`, `month_next`, `month_nil`, `month_deviation`, `problems`).
    pub cells: BTreeMap<String, Value>,
    /// Last month's 形象进度, offered in grey.
    pub last_image: String,
    /// Field ids of this row that are in conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// What the hub returned of a field, or that it was corrected since it was filed and why, by field id, as text in the reader's language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub marks: BTreeMap<String, Value>,
    /// True when this month needs nothing more from this row.
    pub filled: bool,
    /// Last month's 下月计划, offered in grey.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_next: String,
    /// What was planned to be reached in the month: the year's nodes and tasks due in it, else its works.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub planned: String,
    /// The category it has in the year, by which rows are grouped and in whose order they stand; empty where the county has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Field ids of this row whose value the hub has not received yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<String>,
    /// Its traffic light at the end of the month; absent when no rule has its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<rules::LightSign>,
}

/// `GET /api/v1/desk?period=`: cards 1–3 of the 工作台 (ux.md 5.1).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Card 1 of a unit: this period's filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<DeskFiling>,
    /// Card 1 of the hub: who has reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Collection>,
    /// Card 2: what the hub returned.
    pub returned: Vec<DeskReturned>,
    /// Card 3: due soon or overdue, overdue first; then what is open and has no day.
    pub due: Vec<DeskDue>,
    /// Fields in conflict, over all projects I see.
    pub conflicts: Vec<DeskConflict>,
    /// Proposals that wait for my unit.
    pub proposals: u32,
    /// What the kinds of `due` are called, in the reader's language.
    #[serde(default)]
    pub kinds: BTreeMap<String, String>,
    /// What the person should know first, in the reader's language; empty when there is nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notice: String,
}

/// This period's filing on the 工作台.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskFiling {
    /// The ledger.
    pub ledger: String,
    /// Its name in the profile's words.
    pub ledger_name: String,
    /// The month.
    pub period: Month,
    /// Due, inclusive.
    pub due: Option<Timestamp>,
    /// Working days left, 0 on the due day, negative when over; `None` without a due day, and when the holidays of a year in
    /// between are not known.
    pub working_days_left: Option<i32>,
    /// True once the last moment is over, whatever was filed.
    #[serde(default)]
    pub late: bool,
    /// Rows filled.
    pub filled: u32,
    /// Rows in all.
    pub rows: u32,
    /// Rows with errors.
    pub errors: u32,
    /// Where it stands.
    pub state: FilingState,
    /// The latest filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<FilingInfo>,
}

/// A returned filing.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskReturned {
    /// The ledger.
    pub ledger: String,
    /// The period: a month, a week by its Monday, half a month, a quarter, a year.
    pub period: String,
    /// The hub's words.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who; empty when that is not known here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
}

/// Something somebody owes.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskDue {
    /// `issue`, `node`, `start`, `completion`, or an id of `obligations::ObligationKind`; [`Desk::kinds`] has its word.
    pub kind: String,
    /// The project, if it belongs to one.
    pub project: Option<ProjectId>,
    /// Its name.
    pub project_name: String,
    /// What is due.
    pub what: String,
    /// When; absent where the rule gives no day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// Working days left; negative when overdue; `None` without a day, and when the holidays of a year in between are not known.
    pub working_days_left: Option<i32>,
    /// True once the day is over.
    #[serde(default)]
    pub late: bool,
    /// Who is responsible, empty when not named.
    pub person: String,
    /// The page on which it is done; empty where the project's page is meant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// A field in conflict.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskConflict {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub project_name: String,
    /// The field.
    pub path: FieldPath,
}

/// `GET /api/v1/overview?period=` (hub): townships × reported / not, totals, 序时进度.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The ledger.
    pub ledger: String,
    /// The month.
    pub period: Month,
    /// Due, inclusive.
    pub due: Option<Timestamp>,
    /// One line a unit, in the directory's order.
    pub units: Vec<CollectionUnit>,
    /// Who is not named that must be (牵头领导、牵头责任单位、联络员…), one line for each post somebody is missing at; then what the reserve
    /// libraries hold, what waits to be taken in, by sector and by stage.
    #[serde(default)]
    pub gaps: Vec<CountyFigure>,
    /// Working days until it is due, negative when it is over; `None` without a due day or without that year's holidays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_days_left: Option<i32>,
    /// 催报: the text that asks those who have not reported, in the reader's language; empty when all have.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reminder: String,
}

/// A number of projects beside the reports: a post that nobody fills in them, or what a reserve library holds of them.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyFigure {
    /// What is counted, in the county's words.
    pub label: String,
    /// The clause.
    pub clause: String,
    /// How many projects.
    pub projects: u32,
}

/// One unit in the hub's overview.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// Its projects.
    pub projects: u32,
    /// Where its filing stands.
    pub state: FilingState,
    /// Against the due moment.
    pub timeliness: Timeliness,
    /// The latest filing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing: Option<FilingInfo>,
    /// Sum of this year's plans, in fen.
    pub year_plan_fen: i64,
    /// Sum done this year up to the month, in fen.
    pub year_done_fen: i64,
    /// Sum of total investment, in fen.
    pub total_fen: i64,
    /// 未报（节点离线自 …）: nothing came and its node was last heard before the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_since: Option<Timestamp>,
    /// When its node was last heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Timestamp>,
    /// True while its line stands.
    pub online: bool,
}

/// The truth about the line (ux.md 5.0, S0–S8). S8 is the browser's own finding.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SyncState {
    /// S0 未接入: no hub is configured (or this is the hub and no node is enrolled).
    NotJoined,
    /// S1 已同步: nothing waits and the last exchange is less than a day old.
    Synced,
    /// S2 待上传: local changes, the line is fine.
    Waiting,
    /// S3 同步中.
    Running {
        /// Entries the hub acknowledged of those.
        done: u64,
        /// Entries that waited when this exchange began, and what was added since.
        total: u64,
    },
    /// S4 离线.
    Offline {
        /// Why, in the reader's language.
        reason: String,
        /// True when a person cut the line (`xiangmu sync --off`).
        switched_off: bool,
    },
    /// S5 需确认: conflicts wait for a person.
    Conflicts {
        /// How many fields.
        count: u64,
    },
    /// S6 上传失败: the hub refused.
    Refused {
        /// Why, in the reader's language.
        reason: String,
    },
    /// S7 时间相差.
    ClockSkew {
        /// Minutes this node's clock is ahead of the hub's.
        minutes: i64,
    },
}

/// `GET /api/v1/sync`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncStatus {
    /// The pill.
    #[serde(flatten)]
    pub state: SyncState,
    /// Local entries the hub has not acknowledged.
    pub pending: u64,
    /// When something was last exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_exchange: Option<Timestamp>,
    /// When the next dial is due, while offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// The hub, as this node knows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hub: String,
    /// At the hub: its nodes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<PeerStatus>,
    /// Changes in quarantine.
    #[serde(default)]
    pub quarantined: u64,
    /// Why the line is away or the hub refuses, for programs; people read the state's `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<LineReason>,
    /// What the system said of it, for technicians.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The answer to `POST /api/v1/sync`: how the line stands now and, to [`SyncAct::Now`], what the exchange came to.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// The line.
    #[serde(flatten)]
    pub status: SyncStatus,
    /// Entries sent by the exchange.
    pub sent: u64,
    /// Entries received.
    pub received: u64,
    /// True when nothing is left either way.
    pub complete: bool,
    /// The outcome, a sentence in the reader's language; empty when no exchange was asked for.
    pub outcome: String,
}

/// One enrolled node, as the hub shows it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerStatus {
    /// The node.
    pub id: NodeId,
    /// Its unit.
    pub unit: UnitId,
    /// That unit's name.
    pub unit_name: String,
    /// `pending`, `active`, `suspended` or `revoked`.
    pub state: String,
    /// True while its line stands.
    pub online: bool,
    /// Entries of its log the hub holds.
    pub position: u64,
    /// When it was last heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_contact: Option<Timestamp>,
    /// When its disk was last seen to be an older copy: restored from a backup, or run by somebody else as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<Timestamp>,
    /// What the gate noticed about it, for programs; people read `note`, and so does the browser, which is built without this.
    #[cfg(feature = "crdt")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<PeerAlarm>,
    /// The alarm as a sentence in the reader's language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// `POST /api/v1/sync`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncAct {
    /// 立即同步.
    Now,
    /// Closes the line and stops dialling.
    Off,
    /// Dials again.
    On,
}

/// What an upload would do: the answer to `POST /api/v1/imports` (multipart or raw body, `?file=&sheet=&unit=`).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// Confirm with `POST /api/v1/imports/{token}`.
    pub token: ImportId,
    /// The file's name.
    pub file: String,
    /// The sheets found, and what was done with each.
    pub sheets: Vec<SheetPreview>,
    /// What a sheet can hold besides projects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledgers: Vec<RecordOption>,
    /// Projects and rows the import would create, change, leave.
    pub counts: ImportCounts,
    /// Rows in all.
    pub rows: u32,
    /// True when the columns go where somebody said for a workbook with the same titles before.
    #[serde(default)]
    pub remembered: bool,
    /// At a hub: the units the projects belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// At a hub: new projects whose unit neither a person nor the workbook names; they would be the hub's own.
    #[serde(default)]
    pub unassigned: u32,
    /// Rows refused and other findings, in row order.
    pub findings: Vec<Finding>,
    /// The first rows as they were understood, below one (number 0) that says what each column is.
    pub sample: Vec<TopRow>,
}

/// One sheet of an upload.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetPreview {
    /// Its name.
    pub name: String,
    /// The rows of the header (from 1), or `None` when no table was found.
    pub header_rows: Option<(u32, u32)>,
    /// The table of records its rows are; empty for projects.
    #[serde(default)]
    pub ledger: String,
    /// What its columns can hold where its rows are records; empty for what those of projects can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<RecordOption>,
    /// The money unit found, `万元`, `亿元` or `元`.
    pub money_unit: String,
    /// Column letter, its title, and the path it goes to (`None`: ignored).
    pub columns: Vec<ColumnMapping>,
    /// Rows of data.
    pub rows: u32,
    /// The first rows as they stand in the file, for whoever has to show where the header is.
    #[serde(default)]
    pub top: Vec<TopRow>,
}

/// One of the first rows.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopRow {
    /// Its number, from 1.
    pub row: u32,
    /// Its cells; of a row as it stands in the file the beginnings, from column `A` on.
    pub cells: Vec<String>,
}

/// Where one column goes.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// `A`, `B`, …
    pub column: String,
    /// The title as found, header levels joined by `/`.
    pub title: String,
    /// The path, with `{year}` and `{month}` resolved; `None` ignores the column.
    pub path: Option<String>,
    /// The same as a mapping writes it: a period only where the title names one, so that it fits the next month too.
    #[serde(default)]
    pub target: Option<String>,
    /// The unit of its amounts, `元` to `亿元`; empty for what is no money.
    #[serde(default)]
    pub unit: String,
    /// The first values below the title, as they stand in the file.
    #[serde(default)]
    pub sample: Vec<String>,
}

/// How serious a finding is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row (or cell) stays out.
    Error,
    /// It goes in, marked.
    Warning,
    /// For information.
    Hint,
}

/// One verdict about one place of a workbook.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1; 0 for the sheet itself.
    pub row: u32,
    /// The column's letter, or empty for the row.
    pub column: String,
    /// How serious.
    pub severity: Severity,
    /// An id for programs (`money_finer_than_fen`).
    pub kind: String,
    /// For people.
    pub reason: String,
}

/// One import in `GET /api/v1/imports`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportInfo {
    /// The import.
    pub id: ImportId,
    /// The file's name.
    pub file: String,
    /// Who and when.
    pub by: Writer,
    /// What it did so far.
    pub counts: ImportCounts,
    /// Where it stands.
    pub state: ImportState,
    /// Projects dealt with: written, or taken back while it is being undone.
    pub done: u32,
    /// Of how many.
    pub total: u32,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

/// Where an import stands. It is written in chunks, so that a stop in between leaves a part of it behind, in plain sight.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Being written now.
    Running,
    /// The node stopped before it was whole: undo it, or import the file again.
    Interrupted,
    /// Whole.
    Done,
    /// Being taken back now.
    Undoing,
    /// The node stopped before it was taken back: undo it again.
    UndoInterrupted,
    /// Taken back.
    Undone,
}

impl ImportState {
    /// True while the node works on it.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }

    /// True when a part of it is missing and nobody works on it.
    #[must_use]
    pub const fn is_interrupted(self) -> bool {
        matches!(self, Self::Interrupted | Self::UndoInterrupted)
    }
}

/// One account, in `GET /api/v1/users`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInfo {
    /// The account.
    pub id: UserId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The unit the person works for.
    pub unit: UnitId,
    /// That unit's name.
    pub unit_name: String,
    /// True when it may not log in.
    pub disabled: bool,
}

/// `POST /api/v1/users`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// The account's name, unique on this server.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The unit's name; this server's own unit when absent.
    #[serde(default)]
    pub unit: Option<String>,
    /// The first password.
    pub password: String,
}

/// `PATCH /api/v1/users/{id}`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UserChange {
    /// A new password; ends the account's sessions.
    #[serde(default)]
    pub password: Option<String>,
    /// Bars or admits the account; barring ends its sessions.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// One unit of the county, in `GET /api/v1/directory`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: String,
    /// `township`, `department`, `soe`, `county_node` or `hub`; empty when unknown.
    pub kind: String,
}

/// `POST /api/v1/nodes` (hub): asks for a one-time code.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInvite {
    /// The unit's name.
    pub unit: String,
    /// What kind of unit; `township` when absent.
    #[serde(default)]
    pub kind: Option<String>,
    /// True: the holder needs no second confirmation.
    #[serde(default)]
    pub approve: bool,
}

/// A one-time code, as `xiangmu invite` and `POST /api/v1/nodes` answer.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteInfo {
    /// What `xiangmu join` takes.
    pub code: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The unit it is for.
    pub unit: String,
}

/// `PATCH /api/v1/nodes/{id}` (hub).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeAct {
    /// Lets a waiting node in, or a suspended one again.
    Approve,
    /// Closes its line until it is approved again.
    Suspend,
    /// Ends its enrolment for good.
    Revoke,
}

/// From the node to the browser over `/api/v1/live`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "live", rename_all = "snake_case")]
pub enum Live {
    /// Lines that changed (or appeared).
    Rows {
        /// The lines.
        rows: Vec<ProjectRow>,
    },
    /// The watched project changed.
    Project {
        /// The whole view.
        view: Box<ProjectView>,
    },
    /// Filings or the directory changed: reports and overview should be fetched again.
    Reports,
    /// The line's state changed.
    Sync {
        /// The state.
        status: Box<SyncStatus>,
    },
}

/// From the browser to the node over `/api/v1/live`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "watch", rename_all = "snake_case")]
pub enum Watch {
    /// Send this project's view now and whenever it changes; replaces an earlier one.
    Project {
        /// The project.
        id: ProjectId,
    },
    /// Stop sending a project.
    Nothing,
}
