//! What the hub compiles and sends: generated from data that is frozen by its digest, numbered, corrected only by a new one (domain.md 6.4).
//!
//! A publication that is built from what the units report or keep is compiled from it where the hub writes no text of its own
//! ([`sections()`]). [`basis`] says which projects and filings a publication of a period rests on; its digest names exactly these states, so that
//! everybody can see later whether the same data give the same paper.

use std::collections::BTreeSet;

mod sections;

use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{ProjectId, RowId};
use crate::profile::{Period, Publication, Trigger};
use crate::rules::listed::Listed;
use crate::rules::meetings::fnv;
use crate::rules::report::{self, Deadline};
use crate::rules::{Entry, World, actors};
use crate::text::publications as text;
use crate::time::Timestamp;
use crate::value::Value;

pub use sections::{Section, sections};

/// The data a publication is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Basis {
    /// The projects it is about.
    pub projects: BTreeSet<ProjectId>,
    /// The filings that count for its period.
    pub filings: BTreeSet<RowId>,
    /// Names these states: two hashes of 64 bits, in hex.
    pub digest: String,
}

/// What a publication of a period rests on, as it stands now.
#[must_use]
pub fn basis(
    world: &World<'_>,
    publication: &Publication,
    period: Option<&Period>,
    now: Timestamp,
) -> Basis {
    let mut basis = Basis::default();
    let on = publication.list.as_ref().map(|list| {
        let listed = Listed::of(world.county);
        let until = period.and_then(|period| world.profile.due_at(period));
        listed.on(list, until.map_or(now, |due| due.min(now)))
    });
    let mut words = String::new();
    for (id, view) in world.projects {
        let living = view.once(Field::Deleted).is_null();
        if living && on.as_ref().is_none_or(|on| on.contains(id)) {
            basis.projects.insert(*id);
            words.push_str(&format!("{id} {}\n", view.heads.join(" ")));
        }
    }
    let reports = world.profile.reports.iter();
    for report in reports.filter(|report| publication.built_from.contains(&report.id)) {
        for (unit, book) in world.units {
            let filings = report::filings_in(book);
            let named = period.map(|period| period.id.as_str()).unwrap_or_default();
            let chain = report::revisions(&filings, &report.id, named);
            let Some(period) = period else { continue };
            let deadline = Deadline::of_period(world.profile, report, period);
            if let Some(counts) = report::judge(&chain, deadline, now, None).counts {
                basis.filings.insert(counts);
                words.push_str(&format!("{unit} {counts}\n"));
            }
        }
    }
    let whole = fnv(&[words.as_bytes()]);
    let half = fnv(&[b"xiangmu", words.as_bytes()]);
    basis.digest = format!("{whole:016x}{half:016x}");
    basis
}

/// Judges a publication and completes it: its number, its recipients, the digest of what it rests on.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let path = |column| FieldPath::cell(entry.table, entry.row, column);
    let kind = entry.text(Column::PublicationKind);
    let mut known = world.profile.publications.iter();
    let Some(publication) = known.find(|publication| publication.id == kind) else {
        return Err(Refusal {
            missing: vec![path(Column::PublicationKind)],
            ..refuse(Why::NotInProfile)
        });
    };
    let refuse_by = |why, column| Refusal {
        rule: Some(publication.clause.clone()),
        missing: vec![path(column)],
        ..refuse(why)
    };
    let named = entry.text(Column::Period);
    let cadence = publication.cadence.list();
    let period = cadence.iter().find_map(|recur| recur.period_of(named));
    let regular = cadence
        .iter()
        .all(|recur| recur.trigger() == Trigger::Calendar);
    match &period {
        None if !named.is_empty() => return Err(refuse_by(Why::NotInProfile, Column::Period)),
        None if regular && !cadence.is_empty() => {
            return Err(refuse_by(Why::Missing, Column::Period));
        }
        Some(period) if period.first > entry.now.date() => {
            let check = "period_not_open".into();
            return Err(refuse_by(Why::Inconsistent { check }, Column::Period));
        }
        _ => {}
    }
    let same =
        |row: &Row<'_>| row.is(Column::PublicationKind, kind) && row.text(Column::Period) == named;
    let before = world.county.last(Table::Publications, |row| same(row));
    match (before, entry.reference(Column::Corrects)) {
        // A mistake is put right by a new one that says which it corrects; nothing is published twice.
        (Some(_), None) if !named.is_empty() => {
            return Err(refuse_by(Why::OnlyOne, Column::Corrects));
        }
        (_, Some(corrects)) => {
            let wrong = world.county.row(Table::Publications, corrects);
            if !wrong.is_some_and(|wrong| same(&wrong)) {
                return Err(refuse_by(Why::NotFound, Column::Corrects));
            }
        }
        _ => {}
    }
    let year = entry.now.date().year();
    let earlier = world.county.each(Table::Publications);
    let earlier = earlier
        .filter(|row| row.is(Column::PublicationKind, kind) && row.at().date().year() == year)
        .count();
    let basis = basis(world, publication, period.as_ref(), entry.now);
    let mut beside = Vec::new();
    let mut complete = |column, value: String| {
        if entry.get(column).is_null() {
            let value = Value::from(value.as_str());
            beside.extend(entry.cell(entry.table, entry.row, column, value));
        }
    };
    complete(Column::Number, format!("{year:04}-{}", earlier + 1));
    let compiled = text::compiled(&sections(
        world,
        publication,
        period.as_ref(),
        &basis,
        entry.now,
    ));
    if compiled.is_empty() && entry.get(Column::Text).is_null() {
        return Err(refuse_by(Why::Missing, Column::Text));
    }
    complete(Column::Text, compiled);
    complete(Column::Digest, basis.digest);
    if let Some(recipients) = &publication.recipients {
        let names = recipients
            .iter()
            .map(|who| actors::name(world.profile, who));
        complete(Column::Recipients, names.collect::<Vec<_>>().join("\n"));
    }
    Ok(beside)
}

#[cfg(test)]
mod tests;
