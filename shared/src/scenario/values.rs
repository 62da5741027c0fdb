//! What a value of the file means: amounts with their unit, days, options, and the names of things the file declares.
//!
//! A word that could only be a typing error is refused: an option that neither county nor program has, a unit or row that nobody
//! declared. Names of organisations, people and papers outside the file are written in Chinese, which no id is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ScenarioError;
use super::file::{Block, Item, Node, Place};
use crate::field::{Column, FieldPath, Kind, Table, Target};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{DOCUMENTS, Money, Profile};
use crate::records::{Named, targets};
use crate::rules::issues::flow::IssueAct;
use crate::text::fields::fixed_options;
use crate::time::{Date, Month, Timestamp};
use crate::value::Value;

/// What the names of a file stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) units: BTreeMap<String, UnitId>,
    pub(super) projects: BTreeMap<String, ProjectId>,
    pub(super) rows: BTreeMap<String, RowId>,
    /// People with their accounts.
    pub(super) people: BTreeMap<String, String>,
    /// The rules the file begins with and those its steps bring: an option one of them has is known.
    pub(super) rules: Vec<Arc<Profile>>,
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

    /// The projects a name means: one, or with a star at its end all that begin so.
    pub(super) fn fitting(
        &self,
        pattern: &str,
        place: Place,
    ) -> Result<Vec<(String, ProjectId)>, ScenarioError> {
        let known = self.projects.iter();
        let fits: Vec<_> = known
            .filter(|(name, _)| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => *name == pattern,
            })
            .map(|(name, id)| (name.clone(), *id))
            .collect();
        if fits.is_empty() {
            return Err(place.refuse(format!("no project is called `{pattern}`")));
        }
        Ok(fits)
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
            let value = match path.target() {
                Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
                    self.value(field.kind(), item)?
                }
                Target::Cell(table, _, column) => self.cell(table, column, item)?,
                Target::Unknown => return Err(place.refuse(format!("unknown field `{word}`"))),
            };
            fields.insert(path, value);
        }
        Ok(fields)
    }

    /// A path as the file writes it; the row of a cell may be a name of the file.
    pub(super) fn path(&self, word: &str, place: Place) -> Result<FieldPath, ScenarioError> {
        let mut parts: Vec<String> = word.split('/').map(str::to_owned).collect();
        if let [table, row, _] = parts.as_mut_slice() {
            match self.rows.get(row.as_str()) {
                Some(id) => *row = id.to_string(),
                // Rosters and directories have natural keys.
                None if table == Table::Roster.id() || table == Table::Directory.id() => {}
                None if row.parse::<RowId>().is_ok() => {}
                None => return Err(place.refuse(format!("no row is called `{row}`"))),
            }
        }
        let path = parts.join("/").parse::<FieldPath>();
        let path = path.ok().filter(|path| path.target() != Target::Unknown);
        path.ok_or_else(|| place.refuse(format!("`{word}` is no field")))
    }

    /// The values of `set = { column = value }` of a table.
    pub(super) fn columns(
        &self,
        table: Table,
        set: &Block,
    ) -> Result<BTreeMap<Column, Value>, ScenarioError> {
        let mut columns = BTreeMap::new();
        for (word, place, item) in set.each() {
            let column = column_of(table, word, place)?;
            columns.insert(column, self.cell(table, column, item)?);
        }
        Ok(columns)
    }

    /// The value of a cell: what it names stands in the file, and a word of a closed list is one of it.
    fn cell(&self, table: Table, column: Column, item: &Item) -> Result<Value, ScenarioError> {
        if is_null(item) {
            return Ok(Value::Null);
        }
        let known = |words: &[&str]| match item.text()? {
            text if words.contains(&text) => Ok(()),
            text => Err(item
                .place
                .refuse(format!("`{text}` is none of {}", words.join(", ")))),
        };
        match (table, column) {
            (Table::Attachments, Column::About) => known(&[DOCUMENTS, &["other"]].concat())?,
            (_, Column::Act) if IssueAct::from_id(&item.word()?).is_none() => {
                return Err(item.place.refuse("no step of an issue is called so"));
            }
            (_, Column::Year) if item.year().is_none() => {
                return Err(item.place.refuse("this takes a year"));
            }
            _ => {}
        }
        match column.kind() {
            Kind::Reference => self.reference(targets(table, column), item),
            kind => self.value(kind, item),
        }
    }

    /// The id of what a word of the file names.
    fn reference(&self, named: Named, item: &Item) -> Result<Value, ScenarioError> {
        let name = item.text()?;
        let place = item.place;
        let row = || self.rows.get(name).map(ToString::to_string);
        let project = || self.projects.get(name).map(ToString::to_string);
        let unit = || self.units.get(name).map(ToString::to_string);
        let outside = || (!name.is_ascii()).then(|| name.to_owned());
        let (id, what) = match named {
            Named::Project => (project(), "project"),
            Named::Person => (self.people.get(name).cloned(), "person"),
            Named::Subject => {
                let id = unit().or_else(project).or_else(outside);
                (id, "unit or project")
            }
            Named::Rows(tables) => {
                let papers = tables == [Table::Attachments];
                (row().or_else(|| outside().filter(|_| papers)), "row")
            }
            Named::Free => (row().or_else(project).or_else(unit).or_else(outside), "row"),
        };
        id.map(Value::Text)
            .ok_or_else(|| place.refuse(format!("no {what} is called `{name}`")))
    }

    /// Refuses a word that neither the county nor the program has in an enumeration. One that a county leaves open takes any word.
    pub(super) fn option(&self, list: &str, id: &str, place: Place) -> Result<(), ScenarioError> {
        let mut known = BTreeSet::new();
        let mut is_open = true;
        for rules in &self.rules {
            if let Some(options) = rules.named_options(list) {
                is_open = options.is_empty();
                known.extend(options.iter().map(|option| option.id.to_owned()));
            }
        }
        if known.is_empty() {
            let fixed = fixed_options(list).unwrap_or_default();
            is_open &= fixed.is_empty();
            known.extend(fixed.iter().map(|option| option.id.to_owned()));
        }
        if is_open || known.contains(id) {
            return Ok(());
        }
        let known: Vec<_> = known.into_iter().collect();
        Err(place.refuse(format!("`{id}` is none of {}", known.join(", "))))
    }

    fn value(&self, kind: Kind, item: &Item) -> Result<Value, ScenarioError> {
        let place = item.place;
        if is_null(item) {
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
            (Kind::Flag, _) => Value::Bool(item.flag()?),
            (Kind::Choice(list), _) => {
                let id = item.word()?;
                self.option(list, &id, place)?;
                Value::Text(id)
            }
            (Kind::Set(list), _) => {
                let mut ids = item.texts()?;
                for id in &ids {
                    self.option(list, id, place)?;
                }
                ids.sort_unstable();
                Value::Text(ids.join(","))
            }
            (Kind::Unit, _) => {
                let name = item.text()?;
                let id = self.units.get(name).map(ToString::to_string);
                let id = id.or_else(|| {
                    let mut bodies = self.rules.iter().flat_map(|rules| &rules.bodies);
                    let is_body = bodies.any(|body| body.id == name);
                    (is_body || !name.is_ascii()).then(|| name.to_owned())
                });
                let id = id.ok_or_else(|| place.refuse(format!("no unit is called `{name}`")))?;
                Value::Text(id)
            }
            (Kind::Reference, _) => self.reference(Named::Free, item)?,
            (Kind::Date, _) => {
                let text = item.text()?;
                if text.parse::<Date>().is_err() && text.parse::<Month>().is_err() {
                    return Err(place.refuse(format!("`{text}` is no day like 2023-02-28")));
                }
                text.into()
            }
            _ => Value::Text(item.word()?),
        })
    }
}

fn is_null(item: &Item) -> bool {
    matches!(&item.node, Node::Text(text) if text == "null")
}

/// The column of a table by its id.
pub(super) fn column_of(table: Table, word: &str, place: Place) -> Result<Column, ScenarioError> {
    table.column(word).ok_or_else(|| {
        let known: Vec<_> = table.columns().iter().map(|column| column.id()).collect();
        place.refuse(format!(
            "`{}` has no column `{word}`; it has {}",
            table.id(),
            known.join(", ")
        ))
    })
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
