//! Everything a person can do, as data.
//!
//! A [`Command`] travels in an [`Envelope`]: with its own id (sent twice, it happens once), the heads its author saw, and the ids
//! of his own earlier commands that were not answered yet. `decide` judges it; what may be written where is decided there and
//! nowhere else.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::{Column, FieldPath, Table};
use crate::ids::{CommandId, DocumentId, IdError, ImportId, ProjectId, RowId, UnitId, UserId};
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// What a person may do (domain.md 1.3), narrowed to what the main job tells apart.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 经办: fills and edits.
    Clerk,
    /// 单位负责人: signs and files.
    Head,
    /// 项目中心经办.
    HubOfficer,
    /// 项目中心负责人.
    HubHead,
    /// 督查.
    Inspector,
    /// 领导 or his recorded secretary.
    Leader,
    /// 人大、政协: reads.
    Observer,
    /// 系统管理员: accounts and enrolment, no business.
    Admin,
}

/// Who acts: the account, its unit, and whether it stands on the hub.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The unit the person works for.
    pub unit: UnitId,
    /// True when the account is one of the hub's.
    pub at_hub: bool,
}

/// One command with what makes it idempotent and what its author saw.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Drawn by the client.
    pub id: CommandId,
    /// Heads (hex) of the project document when its author looked; absent: act on what is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Vec<String>>,
    /// The author's own earlier commands that had no answer yet, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<CommandId>,
    /// What to do.
    pub command: Command,
}

/// Everything a person can do. What the page never makes, it does not carry the code to write either.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Starts a project record. `set` must hold a name.
    CreateProject {
        /// Drawn by the client.
        project: ProjectId,
        /// The unit it belongs to.
        home: UnitId,
        /// First values.
        set: BTreeMap<FieldPath, Value>,
    },
    /// Writes fields and cells of rows. A row appears with its first cell.
    Edit {
        /// The project.
        project: ProjectId,
        /// New values; `null` clears.
        set: BTreeMap<FieldPath, Value>,
        /// 代填: an officer writes with the unit's authority; who asked for it and why. 更正: the unit changes what it filed, and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf: Option<String>,
    },
    /// Ends a conflict by naming the values seen and the one to keep.
    ResolveConflict {
        /// The project, for its fields and the tables of a project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        project: Option<ProjectId>,
        /// The unit, for tables of a unit; absent: the actor's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<UnitId>,
        /// The field.
        path: FieldPath,
        /// The values its author saw, in any order; refused when they are no longer all there is.
        seen: Vec<Value>,
        /// The value that shall stand.
        keep: Value,
    },
    /// The authority takes over a proposed value.
    AcceptProposal {
        /// The project.
        project: ProjectId,
        /// The row under `proposals`.
        proposal: RowId,
    },
    /// The authority declines a proposed value; it stays in the history.
    DismissProposal {
        /// The project.
        project: ProjectId,
        /// The row under `proposals`.
        proposal: RowId,
        /// Why.
        reason: String,
    },
    /// Marks a project deleted; it can be restored.
    DeleteProject {
        /// The project.
        project: ProjectId,
        /// Why.
        reason: String,
    },
    /// Takes a deletion back.
    RestoreProject {
        /// The project.
        project: ProjectId,
    },
    /// Strikes a row out; it stays in the history. Who may is judged as for writing it.
    StrikeRow {
        /// The project, for tables of a project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        project: Option<ProjectId>,
        /// The unit, for tables of a unit; absent: the actor's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<UnitId>,
        /// The table.
        table: Table,
        /// The row.
        row: RowId,
        /// Why.
        reason: String,
    },
    /// Adds a remark to a project or one of its fields.
    Comment {
        /// The project.
        project: ProjectId,
        /// Drawn by the client.
        row: RowId,
        /// The path it is about, or empty.
        about: String,
        /// The words.
        text: String,
    },
    /// Gives a project to another unit (hub only).
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "crdt")),
        serde(skip_serializing)
    )]
    MoveProject {
        /// The project.
        project: ProjectId,
        /// Its new unit.
        to: UnitId,
    },
    /// 报送: files a ledger of a period for a unit; what was filed is the documents at the named heads.
    File {
        /// Drawn by the client.
        filing: RowId,
        /// The filing unit.
        unit: UnitId,
        /// The ledger or report id of the profile.
        ledger: String,
        /// `2026-11`, `2026-Q4`, `2026-11-H1` or the Monday of a week.
        period: String,
        /// One line per project.
        lines: Vec<FilingLine>,
        /// The filing this one revises.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follows: Option<RowId>,
        /// Who files on the unit's behalf and why (代填).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf: Option<String>,
    },
    /// 通过 or 退回 (hub only).
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "crdt")),
        serde(skip_serializing)
    )]
    ReviewFiling {
        /// Drawn by the client.
        review: RowId,
        /// The filing's unit.
        unit: UnitId,
        /// The filing.
        filing: RowId,
        /// True: 通过.
        accepted: bool,
        /// Why; required for 退回.
        reason: String,
        /// What is to be corrected in single cells, a sentence each.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        cells: BTreeMap<CellRef, String>,
    },
    /// Excuses that a filing was under way too long (hub only).
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "crdt")),
        serde(skip_serializing)
    )]
    ExcuseFiling {
        /// Drawn by the client.
        review: RowId,
        /// The filing's unit.
        unit: UnitId,
        /// The filing.
        filing: RowId,
        /// Why.
        reason: String,
    },
    /// Writes one row of a companion record (domain.md 2.H): an act that a rule judges, or a row of a sheet.
    ///
    /// A request, a step, a review, a decision, a payment: each is a row in the table of its kind, in the document of its place.
    Record {
        /// The project, for tables of a project.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        project: Option<ProjectId>,
        /// The unit, for tables of a unit; absent: the actor's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<UnitId>,
        /// The table.
        table: Table,
        /// The row: drawn by the client, or one that stands.
        row: RowId,
        /// New values; `null` clears.
        set: BTreeMap<Column, Value>,
        /// 代填: an officer acts with the unit's authority; who asked for it and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_behalf: Option<String>,
    },
    /// Writes many records as one undoable import (previewed and confirmed). Large ones take many turns; `desk::imports` says how
    /// far one got.
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "crdt")),
        serde(skip_serializing)
    )]
    Import {
        /// Drawn by the importing node.
        import: ImportId,
        /// The file's name, for the list of imports.
        file: String,
        /// New and changed projects.
        items: Vec<ImportItem>,
    },
    /// Takes an import back: values nobody changed since return to what they were.
    #[cfg_attr(
        all(target_arch = "wasm32", not(feature = "crdt")),
        serde(skip_serializing)
    )]
    UndoImport {
        /// The import.
        import: ImportId,
    },
}

impl Command {
    /// True when carrying it out may take many turns.
    #[must_use]
    pub const fn is_bulk(&self) -> bool {
        matches!(self, Command::Import { .. } | Command::UndoImport { .. })
    }

    /// The one project the command is about; `None` for filings and imports.
    #[must_use]
    pub const fn project(&self) -> Option<ProjectId> {
        match self {
            Command::CreateProject { project, .. }
            | Command::Edit { project, .. }
            | Command::AcceptProposal { project, .. }
            | Command::DismissProposal { project, .. }
            | Command::DeleteProject { project, .. }
            | Command::RestoreProject { project }
            | Command::Comment { project, .. }
            | Command::MoveProject { project, .. } => Some(*project),
            Command::Record { project, .. }
            | Command::ResolveConflict { project, .. }
            | Command::StrikeRow { project, .. } => *project,
            Command::File { .. }
            | Command::ReviewFiling { .. }
            | Command::ExcuseFiling { .. }
            | Command::Import { .. }
            | Command::UndoImport { .. } => None,
        }
    }
}

/// One cell of a report, as text `project/path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellRef {
    /// The project.
    pub project: ProjectId,
    /// The field or cell in it.
    pub path: FieldPath,
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.path)
    }
}

impl FromStr for CellRef {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (project, path) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self {
            project: project.parse()?,
            path: path.parse()?,
        })
    }
}

impl Serialize for CellRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CellRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

crate::ids::text_schema!(CellRef);

/// One project in a filing.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingLine {
    /// The project.
    pub project: ProjectId,
    /// Heads (hex) of the project document that are filed; filled by the node when empty.
    #[serde(default)]
    pub heads: Vec<String>,
    /// True for 零报告: nothing changed this period.
    #[serde(default)]
    pub nil: bool,
    /// Ledgers of the pack that have nothing to say for this project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nil_ledgers: Vec<String>,
}

/// One project in an import.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportItem {
    /// The project, existing or new.
    pub project: ProjectId,
    /// The unit a new project belongs to.
    pub home: UnitId,
    /// Values to write.
    pub set: BTreeMap<FieldPath, Value>,
    /// Where they stand in the workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A row of a workbook.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sheet's name.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
}

/// One write `decide` allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The document.
    pub document: DocumentId,
    /// The path in it.
    pub path: FieldPath,
    /// The new value; `Null` clears.
    pub value: Value,
}

/// Why a command is refused: the rule, what is missing, who can help. The words are `text`'s.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of refusal, with its facts.
    pub why: Why,
    /// The clause of a source (`KZ-2.4.3`) or of design.md, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Paths that are missing or stand in the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<FieldPath>,
    /// Projects in which it is missing, for a filing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ProjectId>,
    /// What can be done about it; absent when whoever asked can do it himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Box<Help>>,
}

impl Refusal {
    /// Who can supply or do it, in the county's words; empty when it is whoever asked.
    #[must_use]
    pub fn from(&self) -> &str {
        self.help.as_ref().map_or("", |help| &help.from)
    }

    /// What a hub-only act becomes on a node.
    #[must_use]
    pub fn request(&self) -> Option<&Requested> {
        self.help.as_ref()?.request.as_ref()
    }
}

/// What can be done about a refusal.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Help {
    /// Who can supply or do it, in the county's words; empty when it is whoever asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// What a hub-only act becomes on a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Requested>,
}

/// The request a refused hub-only act becomes: a row of `requests` of the unit that asked.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    /// The unit.
    pub unit: UnitId,
    /// The row's values.
    pub set: BTreeMap<Column, Value>,
    /// The row, once the node has filed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
}

/// The kinds of refusal. Each is one sentence per language in `text`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// The thing the command names is not here.
    NotFound,
    /// It is here already.
    Exists,
    /// This role may not do this.
    RoleMayNot,
    /// Only the hub may do this; a node files a request.
    HubOnly,
    /// The unit is not the actor's.
    NotYourUnit,
    /// A value has the wrong shape for its field.
    BadValue {
        /// What the field takes, as an id of `text`.
        expected: String,
    },
    /// The text is longer than allowed.
    TooLong,
    /// The command holds more than allowed.
    TooMany,
    /// The field is in conflict; only `ResolveConflict` may write it.
    InConflict,
    /// The conflict is not (or no longer) what its author saw.
    ConflictChanged,
    /// A required value is missing.
    Missing,
    /// A reason is required.
    ReasonMissing,
    /// The path is written by the engine alone or belongs to another document.
    NotWritable,
    /// The project is deleted.
    Deleted,
    /// A filing with this ledger and period is filed already; revise it.
    AlreadyFiled,
    /// The ledger, period or other profile term is not one of this county's.
    NotInProfile,
    /// A consistency rule of domain.md 2.I that blocks.
    Inconsistent {
        /// Which rule, an id of `text`.
        check: String,
    },
    /// A guard of the county's rules is not met (domain.md 13.7b).
    GateClosed(Box<ClosedGate>),
    /// The thing is in a state in which this cannot be done.
    WrongState {
        /// The state it is in, in the county's words.
        state: String,
    },
    /// Outside the days on which this may be done.
    OutsideWindow {
        /// First day, when one is given.
        opens: Option<Date>,
        /// Last day, when one is given.
        closes: Option<Date>,
        /// True: the head of the hub may record an exception.
        exception: bool,
    },
    /// Too few or too many.
    Quota {
        /// There are.
        count: u32,
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// Two sums that must be equal differ.
    Differs {
        /// By so much, in fen.
        fen: i64,
    },
    /// There is not so much left.
    NotEnough {
        /// What is there, in fen.
        fen: i64,
    },
    /// The county has not set what this needs (未配置).
    Unset {
        /// The profile's key.
        key: String,
    },
    /// There may be only one, and one is there.
    OnlyOne,
    /// A file of rules has errors.
    Unsound(Box<UnsoundFile>),
}

/// The errors of a file of rules.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UnsoundFile {
    /// The place of the first: keys and indices joined by dots.
    pub path: String,
    /// Its line, from 1; 0 when that is not known.
    #[serde(default)]
    pub line: u32,
    /// What is wrong there.
    pub message: String,
    /// How many more there are.
    #[serde(default)]
    pub more: u32,
}

/// A guard that is not met.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedGate {
    /// The guard, an id of `text`.
    pub guard: String,
    /// What is missing, in the county's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// Who can supply it, in the county's words; empty when anybody can.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// True: the head of the hub may record an exception.
    #[serde(default)]
    pub exception: bool,
}

/// The answer to one envelope.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The command.
    pub id: CommandId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a command. `Done` is sent only after it is durable.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Written and durable.
    Done {
        /// Heads (hex) of the project document afterwards.
        #[serde(default)]
        heads: Vec<String>,
        /// Paths that became proposals (建议值) because their author lacks the authority or the base.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proposed: Vec<FieldPath>,
        /// Import counts, for `Import` and `UndoImport`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counts: Option<ImportCounts>,
        /// When it was written.
        at: Timestamp,
    },
    /// Not written.
    Refused(Refusal),
}

/// What an import (or its undoing) did, in projects.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportCounts {
    /// New projects.
    pub created: u32,
    /// Projects with at least one changed value.
    pub updated: u32,
    /// Projects that were as the file says.
    pub unchanged: u32,
    /// Projects or values left alone (someone changed them since; in conflict; proposals).
    pub kept: u32,
}
