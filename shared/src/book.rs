//! Cells of documents by path, and the rows of their tables: what rules read.
//!
//! A [`Book`] is a document, or several merged into one, without its history: a unit's papers, what the county published, the hub's
//! own notes. A project's documents become a [`ProjectView`], which reads the same way through [`Cells`]. Rows that were
//! struck out are not seen here.

use crate::cells::{CellMap, Place};
use crate::field::{Column, FieldPath, Table};
use crate::ids::{ProjectId, RowId, UserId};
use crate::project::{Cell, ProjectView};
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// The cells of one document, or of several that are read as one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// Every set path.
    pub cells: CellMap,
}

impl Book {
    /// A book that holds nothing.
    pub const EMPTY: &'static Self = {
        static EMPTY: Book = Book {
            cells: CellMap::new(),
        };
        &EMPTY
    };
}

/// Anything that holds cells by path.
pub trait Cells {
    /// Every set path.
    fn cells(&self) -> &CellMap;

    /// The rows of a table that are not struck out, oldest first (ULIDs sort by time of creation).
    fn each(&self, table: Table) -> impl Iterator<Item = Row<'_>> {
        let living = self.cells().rows(table).filter(|row| !row.is_struck);
        living.map(move |place| Row::new(table, place))
    }

    /// One row, `None` when it is not here or struck out.
    fn row(&self, table: Table, key: RowId) -> Option<Row<'_>> {
        let row = self.cells().row(table, &key.to_string())?;
        (!row.is_struck).then(|| Row::new(table, row))
    }

    /// True when anything was ever written in a row, struck out or not.
    fn any_row(&self, table: Table, key: RowId) -> bool {
        self.cells().row(table, &key.to_string()).is_some()
    }

    /// The newest row of a table for which the test holds.
    fn last<'a>(&'a self, table: Table, test: impl Fn(&Row<'a>) -> bool) -> Option<Row<'a>> {
        self.each(table).filter(|row| test(row)).last()
    }
}

impl Cells for Book {
    fn cells(&self) -> &CellMap {
        &self.cells
    }
}

impl Cells for ProjectView {
    fn cells(&self) -> &CellMap {
        &self.cells
    }
}

/// One row of a table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its cells and no others.
    cells: &'a [(FieldPath, Cell)],
    columns: &'a [Option<Column>],
    /// Its table.
    pub table: Table,
    /// Its key: a ULID, or a natural key (a unit's or user's id).
    pub key: &'a str,
}

impl<'a> Row<'a> {
    const fn new(table: Table, place: Place<'a>) -> Self {
        Self {
            cells: place.cells,
            columns: place.columns,
            table,
            key: place.key,
        }
    }

    /// The value of a column, `Null` when unset.
    #[must_use]
    pub fn get(&self, column: Column) -> &'a Value {
        let place = self.columns.iter().position(|known| *known == Some(column));
        let cell = place.and_then(|place| self.cells.get(place));
        cell.map_or(&Value::Null, |(_, cell)| &cell.value)
    }

    /// The text of a column, empty when unset.
    #[must_use]
    pub fn text(&self, column: Column) -> &'a str {
        self.get(column).as_text().unwrap_or("")
    }

    /// True when the column holds exactly this text.
    #[must_use]
    pub fn is(&self, column: Column, text: &str) -> bool {
        self.get(column).as_text() == Some(text)
    }

    /// The number of a column.
    #[must_use]
    pub fn int(&self, column: Column) -> Option<i64> {
        self.get(column).as_int()
    }

    /// True when the column holds yes.
    #[must_use]
    pub fn flag(&self, column: Column) -> bool {
        self.get(column).as_bool() == Some(true)
    }

    /// The day of a column; `None` when unset or only a month.
    #[must_use]
    pub fn date(&self, column: Column) -> Option<Date> {
        self.text(column).parse().ok()
    }

    /// The row a column names.
    #[must_use]
    pub fn reference(&self, column: Column) -> Option<RowId> {
        self.text(column).parse().ok()
    }

    /// The project a row is about.
    #[must_use]
    pub fn project(&self) -> Option<ProjectId> {
        self.text(Column::Project).parse().ok()
    }

    /// Its ULID; `None` for a row with a natural key.
    #[must_use]
    pub fn id(&self) -> Option<RowId> {
        self.key.parse().ok()
    }

    /// When it was written, by its writer's clock.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp(self.int(Column::At).unwrap_or(0))
    }

    /// Who wrote it.
    #[must_use]
    pub fn by(&self) -> Option<UserId> {
        self.text(Column::By).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_oldest_first_and_struck_ones_not_at_all() {
        let mut book = Book::default();
        let mut put = |row: u64, column, value: Value| {
            let cell = Cell {
                value,
                contenders: Vec::new(),
            };
            let path = FieldPath::cell(Table::Requests, RowId::from_parts(row, [1; 10]), column);
            book.cells.insert(path, cell);
        };
        put(2, Column::Text, "two".into());
        put(1, Column::Text, "one".into());
        put(3, Column::Text, "three".into());
        put(3, Column::Deleted, "a mistake".into());
        put(2, Column::AmountFen, 5.into());
        let texts: Vec<_> = book
            .each(Table::Requests)
            .map(|row| row.text(Column::Text))
            .collect();
        assert_eq!(texts, ["one", "two"]);
        assert!(book.each(Table::Screenings).next().is_none());
        assert!(
            book.row(Table::Requests, RowId::from_parts(3, [1; 10]))
                .is_none()
        );
        assert!(book.any_row(Table::Requests, RowId::from_parts(3, [1; 10])));
    }
}
