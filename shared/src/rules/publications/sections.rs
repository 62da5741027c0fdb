//! The parts a publication is compiled from, project by project: the written reports of half a month (KB-11), the ledgers of a month
//! (KZ-2.9.1), or the ledgers of projects and problems as they stand (LT-18); and topic by topic what departments suggest (WS-13.2).

use super::Basis;
use crate::book::{Book, Cells as _, Row};
use crate::decide::lines_from_json;
use crate::field::{Column, Field, Table};
use crate::ids::ProjectId;
use crate::profile::{LedgerPer, Period, Publication};
use crate::rules::compiled::{Sources, compile, of_month};
use crate::rules::obligations::Ground;
use crate::rules::{World, ledgers};
use crate::text::fields::fixed_label;
use crate::text::records::amount;
use crate::text::{Lang, publications as text};
use crate::time::Timestamp;
use crate::value::Value;

/// What a report of suggestions is about, in the words of profiles.
const POLICY: &str = "policy";

/// One project's part of a compiled report, or one topic's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The project's name, or the topic.
    pub project: String,
    /// The unit that reported, or that leads it.
    pub unit: String,
    /// What it says, each under its column.
    pub said: Vec<(Column, String)>,
}

/// What the units wrote in what a publication rests on, project by project; empty when it is built from nothing of this kind.
#[must_use]
pub fn sections(
    world: &World<'_>,
    publication: &Publication,
    period: Option<&Period>,
    basis: &Basis,
    now: Timestamp,
) -> Vec<Section> {
    let built_from = |id: &String| publication.built_from.contains(id);
    let reports = world.profile.reports.iter();
    let reported = reports.filter(|report| built_from(&report.id));
    let reported = reported
        .flat_map(|report| &report.ledgers)
        .filter_map(|part| ledgers::find(world.profile, &part.id));
    let reported: Vec<LedgerPer> = reported.map(|ledger| ledger.per).collect();
    let mut named = world.profile.reports.iter();
    let of_policy = |about: &str| about == POLICY;
    if named.any(|report| built_from(&report.id) && report.about.as_deref().is_some_and(of_policy))
    {
        return suggestions(world, publication);
    }
    let kept = world.profile.ledgers.iter();
    let kept = kept.filter(|ledger| built_from(&ledger.id));
    let kept: Vec<LedgerPer> = kept.map(|ledger| ledger.per).collect();
    let mut sections = match period {
        Some(period) if reported.contains(&LedgerPer::ProjectHalfMonth) => {
            half_month(world, period, basis)
        }
        Some(period) if reported.contains(&LedgerPer::ProjectMonth) => {
            month(world, period, basis, now)
        }
        _ if kept.contains(&LedgerPer::Project) => standing(world, basis, now),
        _ => Vec::new(),
    };
    sections.sort_by(|a, b| (&a.unit, &a.project).cmp(&(&b.unit, &b.project)));
    sections
}

/// What the units suggested about policies since the last publication of this kind, each topic as a part.
fn suggestions(world: &World<'_>, publication: &Publication) -> Vec<Section> {
    let before = world.county.last(Table::Publications, |row| {
        row.is(Column::PublicationKind, &publication.id)
    });
    let since = before.map(|row| row.at());
    let mut sections = Vec::new();
    for (unit, book) in world.units {
        let rows = book.each(Table::PolicySuggestions);
        for row in rows.filter(|row| since.is_none_or(|since| row.at() > since)) {
            let direction = row.text(Column::Direction);
            let direction = fixed_label("funding_source", direction, Lang::Zh).unwrap_or(direction);
            let said = [
                (Column::Direction, direction),
                (Column::Text, row.text(Column::Text)),
            ];
            let said = said.into_iter().filter(|(_, text)| !text.is_empty());
            sections.push(Section {
                project: row.text(Column::Topic).to_owned(),
                unit: world.directory.name(*unit),
                said: said
                    .map(|(column, text)| (column, text.to_owned()))
                    .collect(),
            });
        }
    }
    sections.sort_by(|a, b| (&a.unit, &a.project).cmp(&(&b.unit, &b.project)));
    sections
}

fn half_month(world: &World<'_>, period: &Period, basis: &Basis) -> Vec<Section> {
    let mut sections = Vec::new();
    for (unit, book) in world.units {
        let filings = book.each(Table::Filings);
        let counting = filings.filter(|row| row.id().is_some_and(|id| basis.filings.contains(&id)));
        for line in counting.flat_map(|row| lines_from_json(row.text(Column::Lines))) {
            let Some(view) = world.projects.get(&line.project) else {
                continue;
            };
            let row = ledgers::of_period(view, Table::Halves, period);
            let said = ledgers::HALF_MONTH.iter().filter_map(|column| {
                let said = row.as_ref()?.text(*column).trim();
                (!said.is_empty()).then(|| (*column, said.to_owned()))
            });
            sections.push(Section {
                project: view.text(Field::Name).to_owned(),
                unit: world.directory.name(*unit),
                said: said.collect(),
            });
        }
    }
    sections
}

/// What the month's ledgers say of the projects of the publication.
fn month(world: &World<'_>, period: &Period, basis: &Basis, now: Timestamp) -> Vec<Section> {
    const SAID: [Column; 7] = [
        Column::MonthDoneFen,
        Column::YearDoneFen,
        Column::Image,
        Column::Deviation,
        Column::Next,
        Column::Description,
        Column::Solved,
    ];
    let ground = Ground::of(world);
    let rows = of_month(&sources(world, &ground, now), period.last.month_of());
    let found = parts(world, &rows, Table::MonthDispatch, &SAID, basis);
    found.into_iter().map(|(_, section)| section).collect()
}

/// What the ledgers say now: each project, with its problems that are open.
fn standing(world: &World<'_>, basis: &Basis, now: Timestamp) -> Vec<Section> {
    const SAID: [Column; 4] = [
        Column::Background,
        Column::Target,
        Column::TaskProgress,
        Column::BuildTime,
    ];
    const PROBLEM: [Column; 4] = [
        Column::Standard,
        Column::Deadline,
        Column::ResponsibleUnit,
        Column::ResponsiblePerson,
    ];
    let ground = Ground::of(world);
    let sources = sources(world, &ground, now);
    let projects = Book {
        cells: compile(&sources, Table::ProjectLedger),
    };
    let problems = Book {
        cells: compile(&sources, Table::IssueLedger),
    };
    let mut found = parts(world, &projects, Table::ProjectLedger, &SAID, basis);
    for row in problems.each(Table::IssueLedger) {
        let is_open = row.get(Column::Done).is_null();
        let mut of = found.iter_mut();
        let of = of.find(|(project, _)| is_open && row.project() == Some(*project));
        let Some((_, section)) = of else { continue };
        let said = PROBLEM.iter().filter_map(|column| {
            let said = shown(world, &row, *column);
            (!said.is_empty()).then_some((*column, said))
        });
        let said: Vec<_> = said.collect();
        let problem = text::problem(row.text(Column::Description), &said);
        section.said.push((Column::Description, problem));
    }
    found.into_iter().map(|(_, section)| section).collect()
}

fn sources<'a>(world: &World<'a>, ground: &'a Ground<'a>, now: Timestamp) -> Sources<'a> {
    Sources {
        ground,
        world: *world,
        whose: None,
        now,
        lang: Lang::Zh,
    }
}

/// The rows of a compiled table about the projects of a publication.
fn parts(
    world: &World<'_>,
    rows: &Book,
    table: Table,
    columns: &[Column],
    basis: &Basis,
) -> Vec<(ProjectId, Section)> {
    let rows = rows.each(table);
    let about = rows.filter_map(|row| {
        let project = row.project()?;
        let view = world.projects.get(&project)?;
        let said = columns.iter().filter_map(|column| {
            let said = shown(world, &row, *column);
            (!said.is_empty()).then_some((*column, said))
        });
        let section = Section {
            project: view.text(Field::Name).to_owned(),
            unit: world.directory.show(row.text(Column::LeadUnit)),
            said: said.collect(),
        };
        basis
            .projects
            .contains(&project)
            .then_some((project, section))
    });
    about.collect()
}

fn shown(world: &World<'_>, row: &Row<'_>, column: Column) -> String {
    match row.get(column) {
        Value::Int(fen) => amount(*fen, Lang::Zh),
        Value::Text(text) => world.directory.show(text),
        _ => String::new(),
    }
}
