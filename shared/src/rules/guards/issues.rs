//! Guards about issues and reports: steps at a level, a leader's assessment, what was reported to whom.

use super::words::party;
use super::{Ask, Holds, Lack, With, is_body};
use crate::book::{Cells, Row};
use crate::field::{Column, Table};

/// All steps and rulings of the issue in question, in the order of their writing.
fn steps<'a>(ask: &Ask<'a>) -> Vec<Row<'a>> {
    let Some(project) = ask.project else {
        return Vec::new();
    };
    let issue = ask.entry.map_or("", |entry| entry.text(Column::Issue));
    let mut steps: Vec<_> = project
        .each(Table::IssueSteps)
        .chain(project.each(Table::IssueRulings))
        .filter(|row| row.is(Column::Issue, issue))
        .collect();
    steps.sort_by_key(|row| row.key);
    steps
}

fn unsolved(row: &Row<'_>) -> bool {
    matches!(row.text(Column::Outcome), "unsolved" | "partly")
}

/// The level before the one asked for.
fn previous<'a>(ask: &Ask<'a>) -> &'a str {
    let asked = ask.entry.map_or("", |entry| entry.text(Column::Level));
    let levels = &ask.profile().issue.levels;
    let at = levels.iter().position(|level| level.id == asked);
    let before = at.and_then(|at| levels.get(at.checked_sub(1)?));
    before.map_or("", |level| level.id.as_str())
}

pub(super) fn step_exists(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let spared = with.text("not_for");
    let asked_of = ask.entry.map_or("", |entry| entry.text(Column::Person));
    if !spared.is_empty() && asked_of == spared {
        return Holds::Met;
    }
    let level = if with.flag("previous") == Some(true) {
        previous(ask)
    } else {
        with.text("level")
    };
    if level.is_empty() {
        return Holds::Met;
    }
    let need_unsolved = with.flag("solved") == Some(false);
    let there = steps(ask)
        .iter()
        .any(|row| row.is(Column::Level, level) && (!need_unsolved || unsolved(row)));
    Holds::when(there, || {
        let mut levels = ask.profile().issue.levels.iter();
        let actors = levels
            .find(|known| known.id == level)
            .map(|known| &known.actors);
        let by = with.text("by");
        let names = actors.into_iter().flatten().map(String::as_str);
        let names: Vec<_> = if by.is_empty() {
            names.collect()
        } else {
            vec![by]
        };
        let names: Vec<_> = names
            .iter()
            .map(|id| party(ask.profile(), "", id))
            .collect();
        Lack::of([level.to_owned()], names.join(", "))
    })
}

pub(super) fn assessed_by(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let assessed = steps(ask).iter().any(|row| row.is(Column::Act, "assessed"));
    Holds::when(assessed, || {
        let who = ["by", "actor"]
            .iter()
            .find_map(|key| with.texts(key).first().copied());
        Lack::of(
            [],
            party(ask.profile(), "", who.unwrap_or("leader")).to_owned(),
        )
    })
}

/// An issue was reported to a body, or the results of a finished project to the hub.
pub(super) fn reported_to(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let to = with.text("to");
    let about_issue = ask
        .entry
        .is_some_and(|entry| !entry.get(Column::Issue).is_null());
    let world = &ask.look.world;
    let met = if about_issue {
        let need_unsolved = with.flag("solved") == Some(false);
        steps(ask).iter().any(|row| {
            let named = is_body(world, row.text(Column::Person), to)
                || is_body(world, row.text(Column::Org), to)
                || is_body(world, row.text(Column::Level), to);
            named && (!need_unsolved || unsolved(row))
        })
    } else {
        let reports = |table| {
            ask.project
                .is_some_and(|project| project.each(table).next().is_some())
        };
        ask.project.is_none() || reports(Table::PerformanceReports)
    };
    Holds::when(met, || {
        let name = party(ask.profile(), "", to).to_owned();
        Lack::of([name.clone()], String::new())
    })
}
