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

/// Where things stand. True of one list of cells as long as nothing is put in or taken out.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Fields, sorted; then those of a year and of a month.
    fields: Vec<(Field, usize)>,
    years: Vec<((i16, Field), usize)>,
    months: Vec<((Month, Field), usize)>,
    /// Everything that stands in no row of a table this version knows.
    singles: Vec<usize>,
    /// Tables with their rows among `spans`, sorted.
    tables: Vec<(Table, usize, usize)>,
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
        places.fields.sort_unstable();
        places.years.sort_unstable();
        places.months.sort_unstable();
        places.tables.sort_unstable();
        places
    }

    fn take_single(&mut self, path: &FieldPath, at: usize) {
        self.singles.push(at);
        match path.target() {
            Target::Once(field) => self.fields.push((field, at)),
            Target::Year(year, field) => self.years.push(((year, field), at)),
            Target::Month(month, field) => self.months.push(((month, field), at)),
            Target::Cell(..) | Target::Unknown => {}
        }
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
        self.tables.push((table, first_span, self.spans.len()));
        at
    }

    pub(super) fn field(&self, field: Field) -> Option<usize> {
        find(&self.fields, &field)
    }

    pub(super) fn year(&self, year: i16, field: Field) -> Option<usize> {
        find(&self.years, &(year, field))
    }

    pub(super) fn month(&self, month: Month, field: Field) -> Option<usize> {
        find(&self.months, &(month, field))
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
        let found = self
            .tables
            .binary_search_by_key(&table, |(known, ..)| *known);
        let bounds = found.ok().and_then(|found| self.tables.get(found));
        let spans = bounds.and_then(|(_, from, to)| self.spans.get(*from..*to));
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

fn find<K: Ord>(sorted: &[(K, usize)], key: &K) -> Option<usize> {
    let found = sorted.binary_search_by(|(known, _)| known.cmp(key));
    let (_, at) = sorted.get(found.ok()?)?;
    Some(*at)
}
