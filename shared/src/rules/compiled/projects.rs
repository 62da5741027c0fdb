//! 项目台账: each project from its listing to its use, with what it is, what it is to reach and how far its tasks are (LT-18).

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, lead, name, on_lists, stage, text};
use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::ListKind;
use crate::project::ProjectView;
use crate::rules::obligations::Ground;
use crate::text::Lang;
use crate::text::compiled as words;
use crate::time::{Month, Timestamp};
use crate::value::Value;

/// The stages before a project is one of the county's, and after it left.
const OUTSIDE: [&str; 4] = ["idea", "reserve", "withdrawn", "closed"];

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    let is_listed = on_lists(ground, now, &[ListKind::Annual, ListKind::Subset]);
    let briefs = briefs(ground, whose);
    briefs
        .filter(|brief| !OUTSIDE.contains(&brief.stage.as_str()) || is_listed(brief.id))
        .map(|brief| brief.id)
        .collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose, sources.now);
    for view in super::views(sources, |brief| about.contains(&brief.id)) {
        let mut row = vec![
            (Column::Project, name(&view.id)),
            (Column::Org, view.once(Field::HomeNode).clone()),
            (Column::LeadUnit, lead(view)),
            (Column::Stage, stage(view).into()),
        ];
        row.extend(said(view, sources.now, sources.lang));
        sheet.row(row);
    }
}

/// What a ledger says of a project: what it is, what it is to reach, how far it is.
pub(super) fn said(view: &ProjectView, now: Timestamp, lang: Lang) -> Vec<(Column, Value)> {
    let year = now.date().year();
    let background = [view.text(Field::Background), view.text(Field::ContentScale)];
    let background: Vec<_> = background
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    vec![
        (Column::Background, text(&background.join("\n"))),
        (Column::Target, view.year(year, Field::ImageTarget).clone()),
        (Column::TaskProgress, text(&tasks(view, now, lang))),
        (Column::BuildTime, text(&words::built(view, lang))),
    ]
}

/// How far the tasks are: what is to be seen, what was done of the month's dispatch, the nodes of the year and its dated tasks.
fn tasks(view: &ProjectView, now: Timestamp, lang: Lang) -> String {
    let running = now.date().month_of();
    let months = (0..12).map(|back| running.plus(-back));
    let last = |field: Field| {
        let mut said = months
            .clone()
            .map(|month: Month| (month, view.month(month, field).as_text().unwrap_or("")));
        said.find(|(_, text)| !text.is_empty())
    };
    let mut parts = Vec::new();
    match last(Field::MonthImage) {
        Some((month, image)) => parts.push(words::in_month(month, image, lang)),
        None => parts.push(view.text(Field::ImageNow).to_owned()),
    }
    if let Some((month, done)) = last(Field::MonthsDispatchExecuted) {
        parts.push(words::dispatched(month, done, lang));
    }
    let year = format!("{:04}", now.date().year());
    let of_year = |row: &crate::book::Row<'_>| row.is(Column::Year, &year);
    let tasks: Vec<_> = view.each(Table::Countdown).filter(of_year).collect();
    if !tasks.is_empty() {
        let done = tasks.iter().filter(|row| row.date(Column::Done).is_some());
        parts.push(words::tasks_done(done.count(), tasks.len(), lang));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}
