//! What values only point at, by name: the accounts, units and rows a project's record mentions.

use std::collections::BTreeMap;

use shared::book::Cells as _;
use shared::field::{Column, Field, FieldPath, Kind, Table, Target};
use shared::ids::{UnitId, UserId};
use shared::library::LibraryError;
use shared::project::ProjectView;
use shared::summary;
use shared::value::Value;

use super::super::draw::Reader;
use super::File;
use crate::http::Site;
use crate::http::reply::Failed;
use crate::views;

/// Names known on this node.
pub(super) struct Named {
    people: BTreeMap<UserId, String>,
    units: BTreeMap<UnitId, String>,
}

impl Named {
    /// Those a record mentions.
    pub(super) async fn of(site: &Site, file: &File) -> Result<Self, Failed> {
        let users: Vec<UserId> = if file.is_observed() {
            Vec::new()
        } else {
            let cells = file.view.cells.iter();
            let by = cells.filter(|(path, _)| is_of(path, Column::By));
            by.filter_map(|(_, cell)| cell.value.as_text()?.parse().ok())
                .collect()
        };
        let known = site.context.handle.read(move |context| {
            let mut people = BTreeMap::new();
            for user in users {
                if let Some(person) = summary::person(context.reader, user)? {
                    people.insert(user, person.name);
                }
            }
            let units = views::directory(context)?;
            let units = units.into_iter().map(|unit| (unit.unit, unit.name));
            Ok::<_, LibraryError>(Self {
                people,
                units: units.collect(),
            })
        });
        Ok(known.await??)
    }

    /// Who an account is; empty where no roster here names it.
    pub(super) fn person(&self, user: &str) -> &str {
        let user = user.parse().ok();
        user.and_then(|user: UserId| self.people.get(&user))
            .map_or("", String::as_str)
    }

    /// A value for reading, never an id.
    pub(super) fn shown(
        &self,
        reader: &Reader,
        view: &ProjectView,
        path: &FieldPath,
        value: &Value,
    ) -> String {
        let kind = path.kind().unwrap_or(Kind::Text);
        let text = value.as_text().unwrap_or_default();
        let points_at_unit = kind == Kind::Unit || is_field(path, Field::HomeNode);
        match kind {
            _ if points_at_unit => {
                let unit = text
                    .parse()
                    .ok()
                    .and_then(|unit: UnitId| self.units.get(&unit));
                unit.map_or_else(|| text.to_owned(), Clone::clone)
            }
            Kind::Reference if is_of(path, Column::By) => self.person(text).to_owned(),
            Kind::Reference => title(view, text),
            _ => reader.shown(kind, value),
        }
    }
}

fn is_of(path: &FieldPath, column: Column) -> bool {
    matches!(path.target(), Target::Cell(_, _, of) if of == column)
}

fn is_field(path: &FieldPath, field: Field) -> bool {
    matches!(path.target(), Target::Once(of) if of == field)
}

/// True for what only says when, by whom and after what a row was written: whoever shows changes shows it beside them.
pub(super) fn is_of_writing(path: &FieldPath) -> bool {
    [Column::By, Column::At, Column::Follows]
        .into_iter()
        .any(|column| is_of(path, column))
}

/// What a row of a record says first; empty where there is none.
pub(super) fn title(view: &ProjectView, key: &str) -> String {
    let mut rows = Table::ALL.iter().flat_map(|table| view.each(*table));
    let row = rows.find(|row| row.key == key);
    row.map(|row| title_of(view, row.table, key))
        .unwrap_or_default()
}

/// What a row of a table says first.
pub(super) fn title_of(view: &ProjectView, table: Table, key: &str) -> String {
    let columns = table.columns().iter();
    let mut said = columns
        .filter(|column| !matches!(column, Column::Year | Column::Period))
        .filter(|column| matches!(column.kind(), Kind::Text | Kind::Long | Kind::Person))
        .filter_map(|column| view.row_value(table, key, *column).as_text());
    said.next().unwrap_or_default().to_owned()
}
