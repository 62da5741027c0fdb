//! The record of one project as people see it: a pure function of its documents.
//!
//! The node builds a [`ProjectView`] from the project's and the oversight document; the browser receives it as JSON and both hand
//! it to `decide`. A field in conflict keeps all its values; while it stands every replica shows the same one (design.md 2).

use serde::{Deserialize, Serialize};

use crate::book::Cells as _;
use crate::cells::CellMap;
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{ProjectId, UnitId, UserId};
use crate::time::{Month, Timestamp};
use crate::value::Value;

/// Who wrote a value, when, and on which node.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// The account, when the change names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The person's name, when a roster this node holds knows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The unit of the writing node, empty when unknown; `hub` for the hub.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The writing node's own clock.
    pub at: Timestamp,
}

/// One of several values a field holds after two sides changed it while apart.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contender {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub by: Writer,
}

/// The value of one path, and its rivals while a conflict stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// The value every replica shows.
    pub value: Value,
    /// All values, the shown one first; empty unless they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contenders: Vec<Contender>,
}

impl Cell {
    /// True while several different values stand.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        !self.contenders.is_empty()
    }
}

/// One project: all its values by path, its rows, its heads.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectView {
    /// The project.
    pub id: ProjectId,
    /// Heads of the project document, hex, sorted; the base of the reader's next command.
    pub heads: Vec<String>,
    /// Every set path. Unknown paths are kept.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, Cell>))]
    pub cells: CellMap,
}

impl ProjectView {
    /// The value at a path, `Null` when unset.
    #[must_use]
    pub fn value(&self, path: &FieldPath) -> &Value {
        self.at(path.as_str())
    }

    fn at(&self, path: &str) -> &Value {
        let cell = self.cells.get(path);
        cell.map_or(&Value::Null, |cell| &cell.value)
    }

    /// The value of a field with one value.
    #[must_use]
    pub fn once(&self, field: Field) -> &Value {
        let cell = self.cells.once(field);
        cell.map_or(&Value::Null, |cell| &cell.value)
    }

    /// The text of a field with one value, empty when unset.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.once(field).as_text().unwrap_or("")
    }

    /// The value of a field in one year.
    #[must_use]
    pub fn year(&self, year: i16, field: Field) -> &Value {
        let cell = self.cells.year(year, field);
        cell.map_or(&Value::Null, |cell| &cell.value)
    }

    /// The value of a field in one month.
    #[must_use]
    pub fn month(&self, month: Month, field: Field) -> &Value {
        let cell = self.cells.month(month, field);
        cell.map_or(&Value::Null, |cell| &cell.value)
    }

    /// The keys of a table's rows that are not struck out, sorted (ULIDs sort by time of creation).
    #[must_use]
    pub fn rows(&self, table: Table) -> Vec<String> {
        self.each(table).map(|row| row.key.to_owned()).collect()
    }

    /// One cell of a row, `Null` when unset.
    #[must_use]
    pub fn row_value(&self, table: Table, row: &str, column: Column) -> &Value {
        self.at(&[table.id(), "/", row, "/", column.id()].concat())
    }

    /// Paths whose values differ and wait for a person.
    pub fn conflicts(&self) -> impl Iterator<Item = (&FieldPath, &Cell)> {
        self.cells.iter().filter(|(_, cell)| cell.is_conflict())
    }
}

/// One line of the project list, with what filters, totals and search need.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    /// The project.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// 项目代码, empty when unset.
    pub code: String,
    /// The unit it belongs to.
    pub home: Option<UnitId>,
    /// That unit's name.
    pub home_name: String,
    /// The territory as written in the ledger, empty when unset.
    pub territory: String,
    /// The owner, empty when unset.
    pub owner: String,
    /// The lead unit, empty when none is named.
    pub lead_unit: String,
    /// Sector id or text.
    pub sector: String,
    /// Investment kind id.
    pub investment_kind: String,
    /// Stage id (domain.md 3.2); `idea` unless the hub decided more.
    pub stage: String,
    /// Total investment in fen.
    pub total_fen: Option<i64>,
    /// This year's plan in fen. "This year" is the year of the asked period.
    pub year_plan_fen: Option<i64>,
    /// Done in the year up to and including the asked month, in fen; `None` when no month is filled.
    pub year_done_fen: Option<i64>,
    /// Done in the asked month, in fen.
    pub month_done_fen: Option<i64>,
    /// Done since the start, in fen, as last stated.
    pub cum_fen: Option<i64>,
    /// The latest 形象进度.
    pub image: String,
    /// Problems that are open.
    pub open_issues: u32,
    /// Problems altogether, closed ones too.
    #[serde(default)]
    pub issues: u32,
    /// Fields in conflict.
    pub conflicts: u32,
    /// Proposals (建议值) that wait for the authority.
    pub proposals: u32,
    /// Search keys: lower-case pinyin initials and full pinyin of the name with all readings, separated by spaces.
    pub keys: String,
    /// When any of its documents changed last, by the writer's clock.
    pub updated_at: Timestamp,
    /// Why it was deleted; empty for a living project.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub deleted: String,
    /// True for projects of the demo data set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}
