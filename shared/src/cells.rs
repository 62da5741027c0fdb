//! The cells of a record by path, in the order of their paths: what views and books are made of and rules read by the thousand.
//!
//! A sorted list and no tree: the rows of a table, and the cells of a row, are slices of it, so that reading one costs a search and no
//! memory. Filled in order, or all at once, it is made in one pass; single cells in between move what follows them. Where its fields and
//! rows stand is found when first asked for, and forgotten when a cell comes or goes.

use std::borrow::Borrow;
use std::fmt;
use std::iter::Map;
use std::slice;
use std::sync::OnceLock;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::{Field, FieldPath, Head, Table};
use crate::project::Cell;
use crate::time::Month;

mod places;

pub use places::Place;
use places::{Key, Places};

/// Cells by path.
///
/// Shape: sorted by path, no path twice. In JSON an object.
#[derive(Clone, Default)]
pub struct CellMap {
    cells: Vec<(FieldPath, Cell)>,
    places: OnceLock<Places>,
}

/// Goes over the cells of a [`CellMap`] in order.
pub type Iter<'a> =
    Map<slice::Iter<'a, (FieldPath, Cell)>, fn(&'a (FieldPath, Cell)) -> (&'a FieldPath, &'a Cell)>;

impl CellMap {
    /// No cells.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cells: Vec::new(),
            places: OnceLock::new(),
        }
    }

    /// The cell at a path.
    #[must_use]
    pub fn get<P: Borrow<str> + ?Sized>(&self, path: &P) -> Option<&Cell> {
        let place = self.place(path.borrow()).ok()?;
        self.cells.get(place).map(|(_, cell)| cell)
    }

    /// True when there is a cell at a path.
    #[must_use]
    pub fn contains_key<P: Borrow<str> + ?Sized>(&self, path: &P) -> bool {
        self.place(path.borrow()).is_ok()
    }

    /// The cell of a field with one value.
    #[must_use]
    pub fn once(&self, field: Field) -> Option<&Cell> {
        self.cell_of(Key::Once(field))
    }

    /// The cell of a field in one year.
    #[must_use]
    pub fn year(&self, year: i16, field: Field) -> Option<&Cell> {
        self.cell_of(Key::Year(year, field))
    }

    /// The cell of a field in one month.
    #[must_use]
    pub fn month(&self, month: Month, field: Field) -> Option<&Cell> {
        self.cell_of(Key::Month(month, field))
    }

    fn cell_of(&self, key: Key) -> Option<&Cell> {
        let place = self.places().field(key)?;
        self.cells.get(place).map(|(_, cell)| cell)
    }

    /// Every cell that stands in no row of a table this version knows, with its path, in order.
    pub fn singles(&self) -> impl Iterator<Item = &(FieldPath, Cell)> {
        let places = self.places().singles().iter();
        places.filter_map(|place| self.cells.get(*place))
    }

    /// The rows of a table in the order of their keys, struck ones too.
    pub fn rows(&self, table: Table) -> impl Iterator<Item = Place<'_>> {
        self.places().rows(&self.cells, table)
    }

    /// The row of a table with a key, struck out or not.
    #[must_use]
    pub fn row(&self, table: Table, key: &str) -> Option<Place<'_>> {
        self.places().row(&self.cells, table, key)
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| Places::of(&self.cells))
    }

    /// The cells, to be changed.
    fn changed(&mut self) -> &mut Vec<(FieldPath, Cell)> {
        self.places.take();
        &mut self.cells
    }

    /// Puts a cell at a path, and gives back what stood there.
    pub fn insert(&mut self, path: FieldPath, cell: Cell) -> Option<Cell> {
        // Cells mostly come in order.
        if self.cells.last().is_none_or(|(last, _)| *last < path) {
            self.changed().push((path, cell));
            return None;
        }
        match self.place(path.as_str()) {
            Ok(place) => {
                let (_, old) = self.changed().get_mut(place)?;
                Some(std::mem::replace(old, cell))
            }
            Err(place) => {
                self.changed().insert(place, (path, cell));
                None
            }
        }
    }

    /// Takes a cell out.
    pub fn remove<P: Borrow<str> + ?Sized>(&mut self, path: &P) -> Option<Cell> {
        let place = self.place(path.borrow()).ok()?;
        Some(self.changed().remove(place).1)
    }

    /// Keeps the cells for which the test holds.
    pub fn retain(&mut self, mut test: impl FnMut(&FieldPath, &Cell) -> bool) {
        self.changed().retain(|(path, cell)| test(path, cell));
    }

    /// How many cells there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.cells.len()
    }

    /// True when there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Every cell with its path, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.cells.iter().map(|(path, cell)| (path, cell))
    }

    /// Every path, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &FieldPath> {
        self.cells.iter().map(|(path, _)| path)
    }

    fn place(&self, path: &str) -> Result<usize, usize> {
        let head = Head::of(path);
        self.cells
            .binary_search_by(|(known, _)| known.compare(head, path))
    }
}

/// Of several cells at one path the last counts.
impl Extend<(FieldPath, Cell)> for CellMap {
    fn extend<I: IntoIterator<Item = (FieldPath, Cell)>>(&mut self, more: I) {
        let cells = self.changed();
        cells.extend(more);
        if cells.is_sorted_by(|(a, _), (b, _)| a < b) {
            return;
        }
        cells.sort_by(|(a, _), (b, _)| a.cmp(b));
        cells.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }
}

impl PartialEq for CellMap {
    fn eq(&self, other: &Self) -> bool {
        self.cells == other.cells
    }
}

impl Eq for CellMap {}

impl FromIterator<(FieldPath, Cell)> for CellMap {
    fn from_iter<I: IntoIterator<Item = (FieldPath, Cell)>>(cells: I) -> Self {
        let mut map = Self::new();
        map.extend(cells);
        map
    }
}

impl<'a> IntoIterator for &'a CellMap {
    type Item = (&'a FieldPath, &'a Cell);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for CellMap {
    type Item = (FieldPath, Cell);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.cells.into_iter()
    }
}

impl fmt::Debug for CellMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for CellMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for CellMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = CellMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("cells by path")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CellMap, A::Error> {
                // A node writes them in order; sorting those of anybody else would cost the browser a sort's code.
                let mut cells = CellMap::new();
                while let Some((path, cell)) = map.next_entry()? {
                    cells.insert(path, cell);
                }
                Ok(cells)
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn path(name: &str) -> FieldPath {
        name.parse().expect("a path")
    }

    fn cell(number: i64) -> Cell {
        Cell {
            value: Value::Int(number),
            contenders: Vec::new(),
        }
    }

    fn shown(cells: &CellMap) -> Vec<(&str, &Value)> {
        let shown = cells
            .iter()
            .map(|(path, cell)| (path.as_str(), &cell.value));
        shown.collect()
    }

    #[test]
    fn cells_stand_in_order_and_the_last_written_counts_however_they_came() {
        let written = [("b", 1), ("a", 2), ("c", 3), ("b", 4)];
        let mut one_by_one = CellMap::new();
        for (name, number) in written {
            let _old = one_by_one.insert(path(name), cell(number));
        }
        let at_once: CellMap = written
            .map(|(name, number)| (path(name), cell(number)))
            .into_iter()
            .collect();
        assert_eq!(one_by_one, at_once);
        let wanted = [
            ("a", &Value::Int(2)),
            ("b", &Value::Int(4)),
            ("c", &Value::Int(3)),
        ];
        assert_eq!(shown(&at_once), wanted);
        assert_eq!(one_by_one.remove("b"), Some(cell(4)));
        assert_eq!(one_by_one.get("b"), None);
        assert_eq!(one_by_one.get(&path("c")), Some(&cell(3)));
    }

    #[test]
    fn fields_and_rows_are_found_again_after_every_change() {
        let names = [
            "2026-01/month_done_fen",
            "comments/2/text",
            "issues",
            "issues/1-2/title",
            "issues/1/deleted",
            "issues/1/title",
            "issues/odd",
            "issues_of_tomorrow/1/title",
            "name",
        ];
        let mut cells: CellMap = names
            .map(|name| (path(name), cell(0)))
            .into_iter()
            .collect();
        let rows = |cells: &CellMap| {
            let rows = cells.rows(Table::Issues);
            let told = rows.map(|row| (row.key.to_owned(), row.cells.len(), row.is_struck));
            told.collect::<Vec<_>>()
        };
        let row = |key: &str, cells, is_struck| (key.to_owned(), cells, is_struck);
        assert_eq!(rows(&cells), [row("1-2", 1, false), row("1", 2, true)]);
        assert_eq!(cells.once(Field::Name), Some(&cell(0)));
        let found = |cells: &CellMap, key| cells.row(Table::Issues, key).map(|row| row.cells.len());
        assert_eq!(
            ["1", "1-2", "1-", "2", "odd"].map(|key| found(&cells, key)),
            [Some(2), Some(1), None, None, None]
        );
        assert_eq!(cells.rows(Table::Approvals).count(), 0);
        assert_eq!(cells.remove("issues/1/deleted"), Some(cell(0)));
        let _new = cells.insert(path("approvals/3/org"), cell(1));
        assert_eq!(rows(&cells), [row("1-2", 1, false), row("1", 1, false)]);
        assert_eq!(cells.rows(Table::Approvals).count(), 1);
        let _old = cells.insert(path("name"), cell(5));
        assert_eq!(cells.once(Field::Name), Some(&cell(5)));
        let _new = cells.insert(path("2026/year_plan_fen"), cell(6));
        assert_eq!(cells.year(2026, Field::YearPlanFen), Some(&cell(6)));
        assert_eq!(cells.year(2025, Field::YearPlanFen), None);
        let month = Month::new(2026, 1).expect("a month");
        assert_eq!(cells.month(month, Field::MonthDoneFen), Some(&cell(0)));
        let singles = cells.singles().map(|(path, _)| path.as_str());
        let wanted = [
            "2026-01/month_done_fen",
            "2026/year_plan_fen",
            "issues",
            "issues_of_tomorrow/1/title",
            "name",
        ];
        assert_eq!(singles.collect::<Vec<_>>(), wanted);
        cells.retain(|path, _| path.as_str() != "name");
        assert_eq!(cells.once(Field::Name), None);
    }

    #[test]
    fn in_json_it_is_an_object() {
        let cells: CellMap = [(path("b"), cell(2)), (path("a"), cell(1))]
            .into_iter()
            .collect();
        let text = serde_json::to_string(&cells).expect("JSON");
        assert_eq!(text, r#"{"a":{"value":1},"b":{"value":2}}"#);
        let read: CellMap = serde_json::from_str(&text).expect("cells");
        assert_eq!(read, cells);
    }
}
