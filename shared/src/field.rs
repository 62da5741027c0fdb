//! What a project record is made of: every field and table of domain.md 2.A–2.E, its type, its section and who writes it.
//!
//! A document is one flat map from [`FieldPath`] to [`crate::value::Value`]: `name`, `2026/year_plan_fen`,
//! `2026-11/month_done_fen`, `issues/01J…/deadline`. So two nodes can never create rival containers, a row people append
//! is a set of keys under its own ULID, and one operation of a change is one path (history, conflict, authority and the
//! gate all speak of the same thing). The one co-edited
//! text is an automerge Text object made by the genesis change; what workbooks bring is atomic, because two imports of the
//! same text would be spliced together into that text twice.
//!
//! Labels live in `text`, requirements per county in its profile. A name that is not listed here is kept and shown as
//! unknown, never refused: a newer node may know it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{IdError, RowId};
use crate::time::Month;

/// The variants of an enum sorted by their ids when it is compiled: an id is found by halving, which takes far fewer bytes of a
/// module than a match over some hundred texts.
macro_rules! by_id {
    () => {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated when compiled; a mistake would not compile"
        )]
        const BY_ID: [Self; Self::ALL.len()] = {
            let mut sorted = [Self::ALL[0]; Self::ALL.len()];
            let mut next = 0;
            while next < sorted.len() {
                let mut place = next;
                while place > 0 && super::comes_before(Self::ALL[next].id(), sorted[place - 1].id())
                {
                    sorted[place] = sorted[place - 1];
                    place -= 1;
                }
                sorted[place] = Self::ALL[next];
                next += 1;
            }
            sorted
        };
    };
}
use by_id;

/// The order of texts, for use while compiling.
#[expect(
    clippy::indexing_slicing,
    reason = "bounded by the loop; there are no iterators in constants"
)]
const fn comes_before(text: &str, other: &str) -> bool {
    let (text, other) = (text.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < text.len() && at < other.len() {
        if text[at] != other[at] {
            return text[at] < other[at];
        }
        at += 1;
    }
    text.len() < other.len()
}

mod columns;
mod fields;
mod kind;
mod tables;

pub use columns::Column;
pub use fields::Field;
pub use kind::{Authority, Kind, Place, Rows, Scope, Section};
pub use tables::Table;

/// The name of one value in a document.
///
/// Shape: 1 to 4 segments of ASCII letters, digits, `_`, `-` and `.`, joined by `/`; at most 160 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Box<str>);

/// What a path points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target<'a> {
    /// A field that has one value.
    Once(Field),
    /// A field that has one value a year.
    Year(i16, Field),
    /// A field that has one value a month.
    Month(Month, Field),
    /// One cell of a row.
    Cell(Table, &'a str, Column),
    /// A name this version does not know; kept and shown as such.
    Unknown,
}

impl FieldPath {
    /// The path of a field with one value.
    #[must_use]
    pub fn once(field: Field) -> Self {
        Self(field.id().into())
    }

    /// The path of a field's value in one year.
    #[must_use]
    pub fn year(year: i16, field: Field) -> Self {
        Self(format!("{year:04}/{}", field.id()).into())
    }

    /// The path of a field's value in one month.
    #[must_use]
    pub fn month(month: Month, field: Field) -> Self {
        Self(format!("{month}/{}", field.id()).into())
    }

    /// The path of one cell of a row named by a ULID.
    #[must_use]
    pub fn cell(table: Table, row: RowId, column: Column) -> Self {
        Self(format!("{}/{row}/{}", table.id(), column.id()).into())
    }

    /// The path of one cell of a row that has a natural key (a user's id in a roster).
    ///
    /// # Errors
    /// When the key is not a legal segment.
    pub fn keyed(table: Table, key: &str, column: Column) -> Result<Self, IdError> {
        format!("{}/{key}/{}", table.id(), column.id()).parse()
    }

    /// The path as it stands in the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the cell of a row, whatever its table.
    #[must_use]
    pub fn is_of_row(&self) -> bool {
        self.0.bytes().filter(|byte| *byte == b'/').count() == 2
    }

    /// What the path points at, as far as this version knows.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        let mut parts = self.0.split('/');
        let (first, second, third, rest) = (
            parts.next().unwrap_or(""),
            parts.next(),
            parts.next(),
            parts.next(),
        );
        let known = match (second, third, rest) {
            (None, ..) => Field::from_id(first)
                .filter(|field| field.scope() == Scope::Once)
                .map(Target::Once),
            (Some(name), None, _) if first.len() == 4 => {
                let field = Field::from_id(name).filter(|field| field.scope() == Scope::Year);
                field.and_then(|field| Some(Target::Year(first.parse().ok()?, field)))
            }
            (Some(name), None, _) => {
                let field = Field::from_id(name).filter(|field| field.scope() == Scope::Month);
                field.and_then(|field| Some(Target::Month(first.parse().ok()?, field)))
            }
            (Some(row), Some(column), None) => Table::from_id(first)
                .and_then(|table| Some(Target::Cell(table, row, table.column(column)?))),
            _ => None,
        };
        known.unwrap_or(Target::Unknown)
    }

    /// What the paths of a table's cells begin with, `issues/`.
    #[must_use]
    pub fn table_prefix(table: Table) -> String {
        [table.id(), "/"].concat()
    }
}

/// A path is looked up by its text, without making one.
impl std::borrow::Borrow<str> for FieldPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldPath({})", self.0)
    }
}

impl FromStr for FieldPath {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let legal = |segment: &str| {
            !segment.is_empty()
                && segment
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        };
        if text.len() <= 160 && text.split('/').count() <= 4 && text.split('/').all(legal) {
            Ok(Self(text.into()))
        } else {
            Err(IdError {
                kind: "field path",
                text: text.chars().take(64).collect(),
            })
        }
    }
}

crate::ids::text_schema!(FieldPath);
crate::ids::text_schema!(Table);

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_field_again() {
        let month = Month::new(2026, 11).unwrap();
        for (path, target) in [
            (FieldPath::once(Field::Name), Target::Once(Field::Name)),
            (
                FieldPath::year(2026, Field::YearPlanFen),
                Target::Year(2026, Field::YearPlanFen),
            ),
            (
                FieldPath::month(month, Field::MonthDoneFen),
                Target::Month(month, Field::MonthDoneFen),
            ),
        ] {
            assert_eq!(path.target(), target);
            assert_eq!(path.as_str().parse(), Ok(path));
        }
        let row = RowId::from_parts(5, [1; 10]);
        let path = FieldPath::cell(Table::Issues, row, Column::Deadline);
        let key = row.to_string();
        assert_eq!(
            path.target(),
            Target::Cell(Table::Issues, &key, Column::Deadline)
        );
    }

    #[test]
    fn what_is_not_known_is_kept_and_what_is_not_legal_is_refused() {
        assert_eq!(
            "colour_of_roof".parse::<FieldPath>().unwrap().target(),
            Target::Unknown
        );
        assert_eq!(
            "2026/name".parse::<FieldPath>().unwrap().target(),
            Target::Unknown
        );
        for bad in ["", "/", "a//b", "名称", "a b", "a/b/c/d/e"] {
            assert!(bad.parse::<FieldPath>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_id_is_found_again() {
        for field in Field::ALL {
            assert_eq!(Field::from_id(field.id()), Some(*field));
        }
        for table in Table::ALL {
            assert_eq!(Table::from_id(table.id()), Some(*table));
        }
        for column in Column::ALL {
            assert_eq!(Column::from_id(column.id()), Some(*column));
        }
        assert_eq!(Column::from_id(""), None);
        assert_eq!(Column::from_id("zzz"), None);
    }

    #[test]
    fn ids_of_fields_and_tables_are_unique() {
        let mut ids: Vec<_> = Field::ALL
            .iter()
            .map(|field| field.id())
            .chain(Table::ALL.iter().map(|t| t.id()))
            .collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
