//! The cells of a record by path, in the order of their paths: what views and books are made of and rules read by the thousand.
//!
//! A sorted list and no tree: the rows of a table, and the cells of a row, are slices of it, so that reading one costs a search and no
//! memory. Filled in order, or all at once, it is made in one pass; single cells in between move what follows them.

use std::borrow::Borrow;
use std::fmt;
use std::iter::Map;
use std::slice;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::field::{FieldPath, Head};
use crate::project::Cell;

/// Cells by path.
///
/// Shape: sorted by path, no path twice. In JSON an object.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CellMap(Vec<(FieldPath, Cell)>);

/// Goes over the cells of a [`CellMap`] in order.
pub type Iter<'a> =
    Map<slice::Iter<'a, (FieldPath, Cell)>, fn(&'a (FieldPath, Cell)) -> (&'a FieldPath, &'a Cell)>;

impl CellMap {
    /// No cells.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The cell at a path.
    #[must_use]
    pub fn get<P: Borrow<str> + ?Sized>(&self, path: &P) -> Option<&Cell> {
        let place = self.place(path.borrow()).ok()?;
        self.0.get(place).map(|(_, cell)| cell)
    }

    /// True when there is a cell at a path.
    #[must_use]
    pub fn contains_key<P: Borrow<str> + ?Sized>(&self, path: &P) -> bool {
        self.place(path.borrow()).is_ok()
    }

    /// Puts a cell at a path, and gives back what stood there.
    pub fn insert(&mut self, path: FieldPath, cell: Cell) -> Option<Cell> {
        // Cells mostly come in order.
        if self.0.last().is_none_or(|(last, _)| *last < path) {
            self.0.push((path, cell));
            return None;
        }
        match self.place(path.as_str()) {
            Ok(place) => {
                let (_, old) = self.0.get_mut(place)?;
                Some(std::mem::replace(old, cell))
            }
            Err(place) => {
                self.0.insert(place, (path, cell));
                None
            }
        }
    }

    /// Takes a cell out.
    pub fn remove<P: Borrow<str> + ?Sized>(&mut self, path: &P) -> Option<Cell> {
        let place = self.place(path.borrow()).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Keeps the cells for which the test holds.
    pub fn retain(&mut self, mut test: impl FnMut(&FieldPath, &Cell) -> bool) {
        self.0.retain(|(path, cell)| test(path, cell));
    }

    /// How many cells there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every cell with its path, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|(path, cell)| (path, cell))
    }

    /// Every path, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &FieldPath> {
        self.0.iter().map(|(path, _)| path)
    }

    /// The cells whose paths start with a text.
    #[must_use]
    pub fn under(&self, start: &str) -> &[(FieldPath, Cell)] {
        let head = Head::of(start);
        let first = self
            .0
            .partition_point(|(path, _)| path.compare(head, start).is_lt());
        let from = self.0.get(first..).unwrap_or_default();
        let begins = |(path, _): &(FieldPath, Cell)| path.as_str().starts_with(start);
        // Most of what is asked for is not there.
        if !from.first().is_some_and(begins) {
            return &[];
        }
        from.get(..from.partition_point(begins)).unwrap_or_default()
    }

    fn place(&self, path: &str) -> Result<usize, usize> {
        let head = Head::of(path);
        self.0
            .binary_search_by(|(known, _)| known.compare(head, path))
    }
}

/// Of several cells at one path the last counts.
impl Extend<(FieldPath, Cell)> for CellMap {
    fn extend<I: IntoIterator<Item = (FieldPath, Cell)>>(&mut self, cells: I) {
        self.0.extend(cells);
        if self.0.is_sorted_by(|(a, _), (b, _)| a < b) {
            return;
        }
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.0.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }
}

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
        self.0.into_iter()
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
                let mut cells = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    cells.push(entry);
                }
                Ok(cells.into_iter().collect())
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
    fn what_starts_alike_is_one_slice() {
        let names = ["t/1/a", "t/1-2/a", "t/10/a", "s/1/a", "u"];
        let cells: CellMap = names
            .map(|name| (path(name), cell(0)))
            .into_iter()
            .collect();
        let under = |start| {
            let found = cells.under(start).iter().map(|(path, _)| path.as_str());
            found.collect::<Vec<_>>()
        };
        assert_eq!(under("t/"), ["t/1-2/a", "t/1/a", "t/10/a"]);
        assert_eq!(under("t/1/"), ["t/1/a"]);
        assert_eq!(under("v"), [""; 0]);
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
