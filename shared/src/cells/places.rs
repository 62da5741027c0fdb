//! Where the fields and rows of a record stand among its cells, found in one pass and then asked for by number.
//!
//! Rules ask a view for some hundred fields, months and tables, most of them absent; comparing texts for each was half of what a
//! county's day cost.

use crate::field::{Column, Field, FieldPath, Head, Table, Target};
use crate::project::Cell;
use crate::time::Month;

/// The cells of one row.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
    /// Where its columns begin.
    columns: usize,
    /// Bytes of its key.
    key: usize,
    is_struck: bool,
}

/// One row as it stands among the cells.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its cells and no others.
    pub cells: &'a [(FieldPath, Cell)],
    /// The column of each cell; `None` for a name this version does not know.
    pub columns: &'a [Option<Column>],
    /// Its key.
    pub key: &'a str,
    /// True when it was struck out.
    pub is_struck: bool,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Once(Field),
    Year(i16, Field),
    Month(Month, Field),
    Rows(Table),
}

/// Where things stand. True of one list of cells as long as nothing is put in or taken out.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Sorted: where a field's cell stands, or the rows of a table among `spans`.
    known: Vec<(Key, usize, usize)>,
    /// Everything that stands in no row of a table this version knows.
    singles: Vec<usize>,
    spans: Vec<Span>,
    /// The columns of all rows' cells, as the spans have them.
    columns: Vec<Option<Column>>,
}

impl Places {
    pub(super) fn of(cells: &[(FieldPath, Cell)]) -> Self {
        let mut places = Self::default();
        let mut at = 0;
        while let Some((path, _)) = cells.get(at) {
            let text = path.as_str();
            let table = text.split_once('/');
            let table = table.and_then(|(named, _)| Table::from_id(named));
            if let Some(table) = table {
                at = places.take_table(cells, at, table);
            } else {
                places.take_single(path, at);
                at += 1;
            }
        }
        places.known.sort_unstable_by_key(|(key, ..)| *key);
        places
    }

    fn take_single(&mut self, path: &FieldPath, at: usize) {
        self.singles.push(at);
        let key = match path.target() {
            Target::Once(field) => Key::Once(field),
            Target::Year(year, field) => Key::Year(year, field),
            Target::Month(month, field) => Key::Month(month, field),
            Target::Cell(..) | Target::Unknown => return,
        };
        self.known.push((key, at, at));
    }

    /// Takes the rows of a table whose cells begin here; answers where they end.
    fn take_table(&mut self, cells: &[(FieldPath, Cell)], first: usize, table: Table) -> usize {
        let first_span = self.spans.len();
        let key_at = table.id().len() + 1;
        let is_in_table = |path: &FieldPath| {
            let rest = path.as_str().strip_prefix(table.id());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let mut at = first;
        while let Some((path, _)) = cells.get(at).filter(|(path, _)| is_in_table(path)) {
            let text = path.as_str();
            let rest = text.get(key_at..).unwrap_or_default();
            let Some((key, _)) = rest.split_once('/') else {
                // A name that is no cell of a row; a newer program may know it.
                at += 1;
                continue;
            };
            let start = text.get(..key_at + key.len() + 1).unwrap_or_default();
            let (from, columns) = (at, self.columns.len());
            let mut is_struck = false;
            while let Some((path, cell)) = cells.get(at) {
                let Some(column) = path.as_str().strip_prefix(start) else {
                    break;
                };
                let column = Column::from_id(column);
                is_struck |= column == Some(Column::Deleted) && !cell.value.is_null();
                self.columns.push(column);
                at += 1;
            }
            self.spans.push(Span {
                from,
                to: at,
                columns,
                key: key.len(),
                is_struck,
            });
        }
        let rows = (Key::Rows(table), first_span, self.spans.len());
        self.known.push(rows);
        at
    }

    fn find(&self, key: Key) -> Option<(usize, usize)> {
        let found = self.known.binary_search_by_key(&key, |(known, ..)| *known);
        let (_, from, to) = self.known.get(found.ok()?)?;
        Some((*from, *to))
    }

    /// Where the cell of a field stands.
    pub(super) fn field(&self, key: Key) -> Option<usize> {
        self.find(key).map(|(at, _)| at)
    }

    pub(super) fn singles(&self) -> &[usize] {
        &self.singles
    }

    pub(super) fn rows<'a>(
        &'a self,
        cells: &'a [(FieldPath, Cell)],
        table: Table,
    ) -> impl Iterator<Item = Place<'a>> {
        let spans = self.spans_of(table).iter();
        spans.filter_map(move |span| self.place(cells, table, span))
    }

    /// The row whose cells' paths start with this.
    pub(super) fn row<'a>(
        &'a self,
        cells: &'a [(FieldPath, Cell)],
        table: Table,
        key: &str,
    ) -> Option<Place<'a>> {
        let start = [table.id(), "/", key, "/"].concat();
        let head = Head::of(&start);
        let spans = self.spans_of(table);
        let comes_before = |span: &Span| {
            let first = cells.get(span.from);
            first.is_some_and(|(path, _)| path.compare(head, &start).is_lt())
        };
        let found = spans.get(spans.partition_point(comes_before))?;
        self.place(cells, table, found).filter(|row| row.key == key)
    }

    fn spans_of(&self, table: Table) -> &[Span] {
        let bounds = self.find(Key::Rows(table));
        let spans = bounds.and_then(|(from, to)| self.spans.get(from..to));
        spans.unwrap_or_default()
    }

    fn place<'a>(
        &'a self,
        cells: &'a [(FieldPath, Cell)],
        table: Table,
        span: &Span,
    ) -> Option<Place<'a>> {
        let cells = cells.get(span.from..span.to)?;
        let (first, _) = cells.first()?;
        let key_at = table.id().len() + 1;
        Some(Place {
            cells,
            columns: self.columns.get(span.columns..span.columns + cells.len())?,
            key: first.as_str().get(key_at..key_at + span.key)?,
            is_struck: span.is_struck,
        })
    }
}
