//! 月度调度表: what the month's ledgers say of each project, with the problems that are open and those that were solved in it (KZ-2.7.1).
//!
//! It shows the month that runs and the one before, since a month is dispatched once its ledgers are in.

use std::collections::BTreeSet;

use super::{Sheet, Sources, is_of, issues, lead, name, text, views};
use crate::api::FilingState;
use crate::book::{Book, Cells as _};
use crate::decide::lines_from_json;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Period, Report};
use crate::project::ProjectView;
use crate::rules::obligations::{Ground, charged};
use crate::rules::report::{self, Deadline, Filing};
use crate::time::{Month, Timestamp};
use crate::value::Value;

/// The months that are dispatched now, the running one first.
fn running(now: Timestamp) -> [Month; 2] {
    let month = now.date().month_of();
    [month, month.plus(-1)]
}

/// The monthly report, with these months as its periods.
fn periods<'g>(ground: &'g Ground<'_>, months: &[Month]) -> Option<(&'g Report, Vec<Period>)> {
    let report = ground.profile.monthly_report()?;
    let periods = months.iter().filter_map(|month| {
        let id = month.to_string();
        report
            .recurrence
            .iter()
            .find_map(|recur| recur.period_of(&id))
    });
    Some((report, periods.collect()))
}

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    let Some((report, periods)) = periods(ground, &running(now)) else {
        return BTreeSet::new();
    };
    let charges = periods
        .iter()
        .flat_map(|period| charged(ground, report, period, now).into_values());
    let told: BTreeSet<_> = charges.flat_map(|charge| charge.subjects).collect();
    let briefs = ground.briefs.iter().map(AsRef::as_ref);
    briefs
        .filter(|brief| told.contains(&brief.id) && is_of(brief, whose))
        .map(|brief| brief.id)
        .collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    fill_months(sources, &running(sources.now), sheet);
}

pub(super) fn fill_months(sources: &Sources<'_>, months: &[Month], sheet: &mut Sheet) {
    let Some((report, periods)) = periods(sources.ground, months) else {
        return;
    };
    let shown = views(sources, |brief| is_of(brief, sources.whose));
    for period in &periods {
        let charged = charged(sources.ground, report, period, sources.now);
        for view in &shown {
            let tellers = charged.iter();
            let tellers = tellers.filter(|(_, charge)| charge.subjects.contains(&view.id));
            for (unit, _) in tellers {
                let standing = standing(sources, report, period, *unit, view);
                let month = period.last.month_of();
                sheet.row(line(sources, view, month, *unit, standing));
            }
        }
    }
}

fn line(
    sources: &Sources<'_>,
    view: &ProjectView,
    month: Month,
    unit: UnitId,
    standing: &str,
) -> Vec<(Column, Value)> {
    let of_month = |field| view.month(month, field).clone();
    let done_in = |month| view.month(month, Field::MonthDoneFen).as_int();
    let of_year = (1..=month.month()).filter_map(|number| Month::new(month.year(), number));
    let done: Vec<i64> = of_year.filter_map(done_in).collect();
    let year_done = done.iter().copied().reduce(i64::saturating_add);
    let said = issues::said(sources, view.id, month);
    vec![
        (Column::Period, month.to_string().as_str().into()),
        (Column::Project, name(&view.id)),
        (Column::Org, name(&unit)),
        (Column::LeadUnit, lead(view)),
        (Column::Standing, standing.into()),
        (Column::MonthDoneFen, of_month(Field::MonthDoneFen)),
        (
            Column::YearDoneFen,
            year_done.map_or(Value::Null, Value::Int),
        ),
        (
            Column::YearPlanFen,
            view.year(month.year(), Field::YearPlanFen).clone(),
        ),
        (Column::Image, of_month(Field::MonthImage)),
        (Column::Procedures, view.once(Field::ProceduresNow).clone()),
        (Column::Deviation, of_month(Field::MonthDeviation)),
        (Column::Next, of_month(Field::MonthNext)),
        (Column::Description, text(&said.open)),
        (Column::Solved, text(&said.solved)),
    ]
}

/// Where the month's report of a project stands. Where the papers of who reports are not here, only whether it is filled in can be said.
fn standing(
    sources: &Sources<'_>,
    report: &Report,
    period: &Period,
    unit: UnitId,
    view: &ProjectView,
) -> &'static str {
    let filings = sources.ground.filings.get(&unit);
    let filings = filings.map_or(&[][..], Vec::as_slice);
    let chain: Vec<&Filing> = report::revisions(filings, &report.id, &period.id);
    let papers = sources.ground.units.get(&unit).unwrap_or(Book::EMPTY);
    // What a filing leaves out is not reported by it.
    let covers = |filing: &&Filing| {
        let row = papers.row(Table::Filings, filing.id);
        let lines = row.map(|row| lines_from_json(row.text(Column::Lines)));
        lines.is_some_and(|lines| lines.iter().any(|line| line.project == view.id))
    };
    let chain: Vec<_> = chain.into_iter().filter(covers).collect();
    let filled = report::is_filled(view, period.last.month_of());
    let mut deadline = Deadline::of_period(sources.ground.profile, report, period);
    let papers_here = sources.whose.is_none_or(|whose| whose == unit);
    if !papers_here {
        deadline.due = None;
    }
    match report::state(&chain, u32::from(filled), deadline, sources.now) {
        FilingState::Empty => "empty",
        FilingState::Filling => "filling",
        FilingState::FiledLocally => "filed_locally",
        FilingState::Filed => "filed",
        FilingState::Returned => "returned",
        FilingState::Accepted => "accepted",
        FilingState::Missing => "missing",
    }
}
