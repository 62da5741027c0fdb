//! Bodies of `/api/v1/record-types` and `/api/v1/records`: the tables people write, their rows with what they show, and what
//! became of a row.
//!
//! Words come from the node, in the reader's language and the county's terms, so that a page drawn from them needs no table,
//! column or option in its own code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::project::{Contender, Writer};
use crate::time::Timestamp;
use crate::value::Value;

/// One kind of companion record.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordType {
    /// The table its rows stand in.
    pub table: Table,
    /// What it is called.
    pub label: String,
    /// Where its rows stand: `project`, `oversight`, `unit`, `county` or `hub`; `compiled` when they are worked out whenever they are read.
    pub place: String,
    /// What that place is called.
    pub place_label: String,
    /// What it is about, as a heading.
    pub subject: String,
    /// True: each row is an act, written once and whole. False: a sheet whose cells may be edited.
    pub acts: bool,
    /// True when this county keeps it.
    pub on: bool,
    /// True while no screen of its own shows it (通用表单).
    pub generic: bool,
    /// Living rows where the question looked, or the projects a compiled table is about; absent where it did not look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// Its columns, in order.
    pub columns: Vec<RecordColumn>,
}

/// One column of a kind of record.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordColumn {
    /// The column.
    pub column: Column,
    /// What it is called.
    pub label: String,
    /// What it holds: `text`, `long_text`, `money`, `percent`, `count`, `flag`, `date`, `years`, `choice`, `set`, `unit`, `person`,
    /// `moment`, `reference` or `json`.
    pub kind: String,
    /// True when a new row needs it.
    pub needed: bool,
    /// True when the engine fills it in: it is shown and never asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filled_in: bool,
    /// What can be chosen; empty where anything can be written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<RecordOption>,
}

/// One thing that can be chosen.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOption {
    /// What is written.
    pub id: String,
    /// What is shown.
    pub label: String,
}

/// `GET /api/v1/records`: the rows of one kind in one place.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// Their kind.
    pub kind: RecordType,
    /// The project they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// The unit whose papers they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// What the project or unit is called; empty for what the county publishes or the hub keeps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// Heads (hex) of the project document: the base of an edit made on this screen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<String>,
    /// Whether the reader may write rows here: `own`, `on_behalf` (代填, with who asked) or `no`.
    pub writing: String,
    /// Why not, as a sentence; empty when the reader may.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refusal: String,
    /// What columns that name another record can name, newest first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<Column, Vec<RecordOption>>,
    /// What is to be known of the list as a whole, in a sentence; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The rows, newest first; struck ones stay in their place. Those of a compiled table in the order of reading.
    pub rows: Vec<RecordRow>,
}

/// One row.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRow {
    /// Its key.
    pub row: String,
    /// Its cells that hold something.
    pub cells: BTreeMap<Column, RecordCell>,
    /// Who wrote it first, and when; absent on rows without an author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<RecordAuthor>,
    /// Why it was struck out; empty while it stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub struck: String,
    /// How it stands, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What is odd about it, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Who wrote a row.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordAuthor {
    /// The person's name, when a roster that is here knows it.
    pub name: String,
    /// The person's unit, empty when unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// When.
    pub at: Timestamp,
}

/// One cell of a row.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCell {
    /// What stands in the document.
    pub value: Value,
    /// What people read: names for ids, labels for options, amounts with their unit.
    pub shown: String,
    /// All values while they differ, the shown one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contenders: Vec<Contender>,
}

/// `GET /api/v1/records/history`: one write to a row.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordChange {
    /// The column.
    pub column: Column,
    /// What it is called.
    pub label: String,
    /// What it showed before; empty when nothing stood there.
    pub old: String,
    /// What it showed afterwards; empty when it was cleared.
    pub new: String,
    /// Who, when.
    pub by: Writer,
    /// What kind of act it was, in words.
    pub act: String,
    /// Why, when a reason was given (代填).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
