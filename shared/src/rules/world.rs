//! Everything a rule may look at, and one row that somebody wants to write.
//!
//! A [`World`] is what a node knows at one moment: its county's rules, who exists, the views of the projects the question is about,
//! the papers of units, what is published and, on the hub, the hub's own notes. Rules read it and nothing else: no clock, no
//! store. What it does not hold does not exist for the rule, so the caller gathers what the question needs.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::command::{Actor, Refusal, Why, Write};
use crate::decide::{Directory, refuse};
use crate::field::{Column, FieldPath, Place, Table};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::membership::Rolls;
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// What is known at one moment.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who exists.
    pub directory: &'a Directory,
    /// Views of the projects the question is about.
    pub projects: &'a BTreeMap<ProjectId, ProjectView>,
    /// Papers of the units the question is about.
    pub units: &'a BTreeMap<UnitId, Book>,
    /// What the hub published, all years as one.
    pub county: &'a Book,
    /// The hub's own notes, all years as one; empty on a node.
    pub hub: &'a Book,
    /// Who stands on which list today, where the caller has read it once for many questions.
    pub rolls: Option<&'a Rolls>,
}

impl<'a> World<'a> {
    /// The project whose document a row stands in.
    ///
    /// # Errors
    /// When it is not here.
    pub fn project_of(&self, entry: &Entry<'_>) -> Result<&'a ProjectView, Refusal> {
        let view = entry
            .project
            .and_then(|project| self.projects.get(&project));
        view.ok_or_else(|| refuse(Why::NotFound))
    }
}

/// A row somebody wants to write: new, or a change of one that stands.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its table.
    pub table: Table,
    /// The row.
    pub row: RowId,
    /// The project, for tables of a project.
    pub project: Option<ProjectId>,
    /// The unit, for tables of a unit.
    pub unit: Option<UnitId>,
    /// The values.
    pub set: &'a BTreeMap<Column, Value>,
    /// True when the row does not stand yet.
    pub is_new: bool,
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
    /// True: an officer acts with a unit's authority (代填).
    pub on_behalf: bool,
}

impl<'a> Entry<'a> {
    /// The value of a column; `Null` when it is not set here.
    #[must_use]
    pub fn get(&self, column: Column) -> &'a Value {
        self.set.get(&column).unwrap_or(&Value::Null)
    }

    /// The text of a column, empty when unset.
    #[must_use]
    pub fn text(&self, column: Column) -> &'a str {
        self.get(column).as_text().unwrap_or("")
    }

    /// The number of a column.
    #[must_use]
    pub fn int(&self, column: Column) -> Option<i64> {
        self.get(column).as_int()
    }

    /// True when the column is set to yes.
    #[must_use]
    pub fn flag(&self, column: Column) -> bool {
        self.get(column).as_bool() == Some(true)
    }

    /// The day of a column.
    #[must_use]
    pub fn date(&self, column: Column) -> Option<Date> {
        self.text(column).parse().ok()
    }

    /// The row a column names.
    #[must_use]
    pub fn reference(&self, column: Column) -> Option<RowId> {
        self.text(column).parse().ok()
    }

    /// The project the row is about: the one whose document it stands in, or the one a column names.
    #[must_use]
    pub fn about(&self) -> Option<ProjectId> {
        self.project
            .or_else(|| self.text(Column::Project).parse().ok())
    }

    /// The document a table of this kind stands in, for this project, unit and year; `None` when the entry names none.
    #[must_use]
    pub fn document(&self, table: Table) -> Option<DocumentId> {
        document_of(table, self.about(), self.unit, self.now)
    }

    /// Where a column of the row stands.
    #[must_use]
    pub fn at(&self, column: Column) -> FieldPath {
        FieldPath::cell(self.table, self.row, column)
    }

    /// A write beside the row itself: a cell of another row in the same act.
    #[must_use]
    pub fn cell(&self, table: Table, row: RowId, column: Column, value: Value) -> Option<Write> {
        Some(Write {
            document: self.document(table)?,
            path: FieldPath::cell(table, row, column),
            value,
        })
    }
}

/// The document in which a table's rows stand.
#[must_use]
pub fn document_of(
    table: Table,
    project: Option<ProjectId>,
    unit: Option<UnitId>,
    now: Timestamp,
) -> Option<DocumentId> {
    let year = || u16::try_from(now.date().year()).ok();
    match table.place() {
        Place::Project => project.map(DocumentId::Project),
        Place::Oversight => project.map(DocumentId::Oversight),
        Place::Unit => unit.map(DocumentId::Unit),
        Place::County => year().map(DocumentId::County),
        Place::Hub => year().map(DocumentId::Hub),
    }
}
