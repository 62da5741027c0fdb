//! What a value of the file means: amounts with their unit, days, options, and the names of things the file declares.

use std::collections::BTreeMap;

use super::ScenarioError;
use super::file::{Block, Item, Node, Place};
use crate::field::{Column, FieldPath, Kind, Table, Target};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Money;
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// What the names of a file stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) units: BTreeMap<String, UnitId>,
    pub(super) projects: BTreeMap<String, ProjectId>,
    pub(super) rows: BTreeMap<String, RowId>,
}

impl Names {
    pub(super) fn project(&self, name: &str, place: Place) -> Result<ProjectId, ScenarioError> {
        let found = self.projects.get(name).copied();
        found.ok_or_else(|| place.refuse(format!("no project is called `{name}`")))
    }

    /// The project of this name: the one that has it, or a new one.
    pub(super) fn project_or_new(&mut self, name: &str) -> ProjectId {
        let fresh = ProjectId::from_parts(1, digest(name));
        *self.projects.entry(name.to_owned()).or_insert(fresh)
    }

    pub(super) fn unit(&self, name: &str, place: Place) -> Result<UnitId, ScenarioError> {
        let found = self.units.get(name).copied();
        found.ok_or_else(|| place.refuse(format!("no unit is called `{name}`")))
    }

    pub(super) fn row(&self, name: &str, place: Place) -> Result<RowId, ScenarioError> {
        let found = self.rows.get(name).copied();
        found.ok_or_else(|| place.refuse(format!("no row is called `{name}`")))
    }

    /// The row of this name: the one that has it, or a new one of this moment.
    pub(super) fn row_or_new(&mut self, name: &str, now: Timestamp) -> RowId {
        let fresh = row_of(name, now);
        *self.rows.entry(name.to_owned()).or_insert(fresh)
    }

    /// The values of `set = { path = value }`.
    pub(super) fn fields(&self, set: &Block) -> Result<BTreeMap<FieldPath, Value>, ScenarioError> {
        let mut fields = BTreeMap::new();
        for (word, place, item) in set.each() {
            let path = self.path(word, place)?;
            let kind = match path.target() {
                Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
                    field.kind()
                }
                Target::Cell(_, _, column) => column.kind(),
                Target::Unknown => return Err(place.refuse(format!("unknown field `{word}`"))),
            };
            fields.insert(path, self.value(kind, item)?);
        }
        Ok(fields)
    }

    /// A path as the file writes it; the row of a cell may be a name of the file.
    pub(super) fn path(&self, word: &str, place: Place) -> Result<FieldPath, ScenarioError> {
        let mut parts: Vec<String> = word.split('/').map(str::to_owned).collect();
        if let [_, row, _] = parts.as_mut_slice()
            && let Some(id) = self.rows.get(row.as_str())
        {
            *row = id.to_string();
        }
        let path = parts.join("/").parse::<FieldPath>();
        path.map_err(|_| place.refuse(format!("`{word}` is no field")))
    }

    /// The values of `set = { column = value }` of a table.
    pub(super) fn columns(
        &self,
        table: Table,
        set: &Block,
    ) -> Result<BTreeMap<Column, Value>, ScenarioError> {
        let mut columns = BTreeMap::new();
        for (word, place, item) in set.each() {
            let column = table.column(word).ok_or_else(|| {
                let known: Vec<_> = table.columns().iter().map(|column| column.id()).collect();
                place.refuse(format!(
                    "`{}` has no column `{word}`; it has {}",
                    table.id(),
                    known.join(", ")
                ))
            })?;
            let value = match column {
                Column::Project => Value::Text(self.subject(item)?),
                _ => self.value(column.kind(), item)?,
            };
            columns.insert(column, value);
        }
        Ok(columns)
    }

    fn subject(&self, item: &Item) -> Result<String, ScenarioError> {
        let name = item.text()?;
        self.project(name, item.place).map(|id| id.to_string())
    }

    fn value(&self, kind: Kind, item: &Item) -> Result<Value, ScenarioError> {
        let place = item.place;
        if matches!(&item.node, Node::Text(text) if text == "null") {
            return Ok(Value::Null);
        }
        Ok(match (kind, &item.node) {
            (Kind::Money, _) => {
                let amount = item.text()?.parse::<Money>();
                let amount = amount.map_err(|error| place.refuse(error.to_string()))?;
                Value::Int(amount.fen().0)
            }
            (Kind::Percent | Kind::Count, _) => Value::Int(item.int()?),
            (Kind::Moment, _) => Value::Int(moment(item.text()?, place)?.0),
            (Kind::Flag, Node::Flag(flag)) => Value::Bool(*flag),
            (Kind::Flag, _) => return Err(place.refuse("this takes true or false")),
            (Kind::Set(_), _) => {
                let mut ids = item.texts()?;
                ids.sort_unstable();
                Value::Text(ids.join(","))
            }
            (Kind::Unit, _) => {
                let name = item.text()?;
                let id = self.units.get(name).map(ToString::to_string);
                Value::Text(id.unwrap_or_else(|| name.to_owned()))
            }
            (Kind::Reference, _) => {
                let name = item.text()?;
                let id = self.rows.get(name).map(ToString::to_string);
                let id = id.or_else(|| self.projects.get(name).map(ToString::to_string));
                let id = id.or_else(|| self.units.get(name).map(ToString::to_string));
                Value::Text(id.unwrap_or_else(|| name.to_owned()))
            }
            (_, Node::Int(number)) => Value::Text(number.to_string()),
            _ => Value::Text(item.text()?.to_owned()),
        })
    }
}

/// The id a name has at a moment: later rows sort after earlier ones.
pub(super) fn row_of(name: &str, now: Timestamp) -> RowId {
    RowId::from_parts(u64::try_from(now.0).unwrap_or(0), digest(name))
}

/// Ten bytes of a name's digest.
pub(super) fn digest(name: &str) -> [u8; 10] {
    let mut bytes = [0; 10];
    for (to, from) in bytes
        .iter_mut()
        .zip(blake3::hash(name.as_bytes()).as_bytes())
    {
        *to = *from;
    }
    bytes
}

/// `2023-02-28`, `2023-02-28 17:00` or `2023-02-28 23:59:59`, at +08:00.
pub(super) fn moment(text: &str, place: Place) -> Result<Timestamp, ScenarioError> {
    let bad = || place.refuse(format!("`{text}` is no moment like 2023-02-28 17:00"));
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let day: Date = day.parse().map_err(|_| bad())?;
    let mut parts = clock.split(':').map(|part| part.parse::<u8>().ok());
    let mut next = || parts.next().unwrap_or(Some(0));
    let (hour, minute, second) = (next(), next(), next());
    match (hour, minute, second) {
        (Some(hour @ 0..24), Some(minute @ 0..60), Some(second @ 0..60)) => {
            Ok(day.at(hour, minute, second))
        }
        _ => Err(bad()),
    }
}
