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

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::{IdError, RowId};
use crate::time::Month;

mod by_id;
mod columns;
mod fields;
mod kind;
mod tables;

use by_id::by_id;
pub use columns::Column;
pub use fields::Field;
pub use kind::{Authority, Kind, Place, Rows, Scope, Section};
pub use tables::Table;

/// The name of one value in a document.
///
/// Shape: 1 to 4 segments of ASCII letters, digits, `_`, `-` and `.`, joined by `/`; at most 160 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldPath {
    /// What most paths differ in already.
    head: Head,
    text: Box<str>,
}

/// The first eight bytes of a path as a number that sorts as they do: rules search thousands of paths, and most of what they compare is
/// told apart by one number, without following a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Head(u64);

impl Head {
    /// The head of a text that is, or may be, a path.
    #[inline(never)]
    pub(crate) fn of(text: &str) -> Self {
        let mut first = [0; 8];
        for (to, byte) in first.iter_mut().zip(text.bytes()) {
            *to = byte;
        }
        Self(u64::from_be_bytes(first))
    }
}

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
    #[inline(never)]
    fn new(text: Box<str>) -> Self {
        let head = Head::of(&text);
        Self { head, text }
    }

    /// How the path stands to a text with this head, as their texts do.
    pub(crate) fn compare(&self, head: Head, text: &str) -> Ordering {
        self.head.cmp(&head).then_with(|| self.as_str().cmp(text))
    }

    /// The path of a field with one value.
    #[must_use]
    pub fn once(field: Field) -> Self {
        Self::new(field.id().into())
    }

    /// The path of a field's value in one year.
    #[must_use]
    pub fn year(year: i16, field: Field) -> Self {
        Self::new(format!("{year:04}/{}", field.id()).into())
    }

    /// The path of a field's value in one month.
    #[must_use]
    pub fn month(month: Month, field: Field) -> Self {
        let field = field.id();
        let mut text = String::with_capacity(8 + field.len());
        push_digits(&mut text, month.year(), &[1000, 100, 10, 1]);
        text.push('-');
        push_digits(&mut text, i16::from(month.month()), &[10, 1]);
        text.push('/');
        text.push_str(field);
        Self::new(text.into())
    }

    /// The path of a field's value for a month, or for its year, as the field has them.
    #[must_use]
    pub fn of(field: Field, month: Month) -> Self {
        match field.scope() {
            Scope::Month => Self::month(month, field),
            Scope::Year => Self::year(month.year(), field),
            Scope::Once => Self::once(field),
        }
    }

    /// The path of a field's value for a year; a field of months has none.
    #[must_use]
    pub fn of_year(field: Field, year: i16) -> Option<Self> {
        match field.scope() {
            Scope::Month => None,
            Scope::Year => Some(Self::year(year, field)),
            Scope::Once => Some(Self::once(field)),
        }
    }

    /// The path of one cell of a row named by a ULID.
    #[must_use]
    pub fn cell(table: Table, row: RowId, column: Column) -> Self {
        Self::new(format!("{}/{row}/{}", table.id(), column.id()).into())
    }

    /// The path of one cell of a row that has a natural key (a user's id in a roster).
    ///
    /// # Errors
    /// When the key is not a legal segment.
    pub fn keyed(table: Table, key: &str, column: Column) -> Result<Self, IdError> {
        format!("{}/{key}/{}", table.id(), column.id()).parse()
    }

    /// What stands there; `None` for a name this version does not know.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self.target() {
            Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
                Some(field.kind())
            }
            Target::Cell(_, _, column) => Some(column.kind()),
            Target::Unknown => None,
        }
    }

    /// The path as it stands in the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the path points at, as far as this version knows.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        let mut parts = self.text.split('/');
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

/// Adds the digits of a number at these powers of ten. Paths of months are made by the ten thousand, so this does without a formatter.
fn push_digits(text: &mut String, number: i16, powers: &[i16]) {
    for power in powers {
        let digit = u8::try_from(number / power % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
    }
}

impl Ord for FieldPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(other.head, &other.text)
    }
}

impl PartialOrd for FieldPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A path is looked up by its text, without making one.
impl std::borrow::Borrow<str> for FieldPath {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldPath({})", self.text)
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
            Ok(Self::new(text.into()))
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
        serializer.serialize_str(&self.text)
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
    fn paths_sort_as_their_texts_do() {
        let mut texts = [
            "name",
            "namely",
            "site-map",
            "site-map1",
            "site-map-old",
            "2026/a",
            "2026-01/a",
            "a/1/b",
            "a/1-2/b",
        ]
        .map(str::to_owned);
        let mut paths = texts.clone().map(|text| text.parse::<FieldPath>().unwrap());
        texts.sort_unstable();
        paths.sort_unstable();
        assert_eq!(
            paths.each_ref().map(FieldPath::as_str),
            texts.each_ref().map(String::as_str)
        );
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
