//! The information network of projects (KP-10.2): what changed greatly in one is written down by whoever takes part in it, and told to the
//! bodies the county names, by the hub.

use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, Table};
use crate::project::ProjectView;
use crate::rules::guards::{Lack, is_body};
use crate::rules::{Entry, World};

/// The mark of a project that changed greatly.
const MARK: &str = "major_change";

/// Major changes nobody was told of, oldest first.
pub fn untold(view: &ProjectView) -> impl Iterator<Item = Row<'_>> {
    view.each(Table::MajorChanges).filter(|change| {
        let mut told = view.each(Table::ChangeReports);
        told.all(|row| !row.is(Column::Change, change.key))
    })
}

/// True for a project that is marked as changed while nothing says what changed.
#[must_use]
pub fn is_unexplained(view: &ProjectView) -> bool {
    let mut marks = view.text(Field::StatusFlags).split(',');
    marks.any(|mark| mark == MARK) && view.each(Table::MajorChanges).next().is_none()
}

/// Judges what the hub tells of a change: it goes to the body the county names, once.
pub(super) fn judge_report(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let wrong = |why| Refusal {
        missing: vec![entry.at(Column::Change)],
        ..refuse(why)
    };
    let information = world.profile.information.as_ref();
    let information = information.ok_or_else(|| wrong(Why::NotInProfile))?;
    let change = entry.reference(Column::Change);
    let change = change.and_then(|change| view.row(Table::MajorChanges, change));
    let change = change.ok_or_else(|| wrong(Why::NotFound))?;
    let is_known =
        |row: &Row<'_>| row.is(Column::Change, change.key) && row.id() != Some(entry.row);
    if view.each(Table::ChangeReports).any(|row| is_known(&row)) {
        return Err(Refusal {
            rule: Some(information.clause.clone()),
            ..wrong(Why::OnlyOne)
        });
    }
    let bodies = &information.changes_to;
    let body = entry.text(Column::Body);
    if body.is_empty() {
        let first = bodies.first().map(|first| first.as_str().into());
        let cell = first.and_then(|first| entry.cell(entry.table, entry.row, Column::Body, first));
        return Ok(cell.into_iter().collect());
    }
    if bodies.iter().any(|known| is_body(world, body, known)) {
        return Ok(Vec::new());
    }
    let names = bodies.iter().map(|known| world.profile.body_name(known));
    let lack = Lack::what(names.map(str::to_owned).collect());
    Err(lack.closes("reported_to", &information.clause, false))
}

#[cfg(test)]
mod tests;
