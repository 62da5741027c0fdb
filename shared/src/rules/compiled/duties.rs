//! 责任清单: what everybody answers for in every project, the tasks given beside it, and what was noted on each last (KZ-3.2, KP-6, LT-15).
//!
//! At a unit: the duties it bears itself, and those that others bear in the projects at home there.

use std::collections::{BTreeMap, BTreeSet};

use super::{Sheet, Sources, name, text, views, with_a_part};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::Tracked;
use crate::project::ProjectView;
use crate::rules::approvals::approvals;
use crate::rules::brief::Brief;
use crate::rules::duties::{About, bearers, last_note, open_checks, open_tasks, unpaid};
use crate::rules::obligations::Ground;
use crate::text::compiled as words;
use crate::text::records::comma;
use crate::value::Value;

pub(super) fn subjects(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    with_a_part(ground, whose)
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose);
    let on = sources.ground.memberships(sources.now);
    let briefs = sources.ground.briefs.iter().map(|brief| (brief.id, brief));
    let briefs: BTreeMap<_, _> = briefs.collect();
    for view in views(sources, |brief| about.contains(&brief.id)) {
        let Some(brief) = briefs.get(&view.id) else {
            continue;
        };
        let is_managed = |programme: &str| sources.ground.in_programme(brief, programme, &on);
        of_project(sources, brief, view, is_managed, sheet);
    }
}

fn of_project(
    sources: &Sources<'_>,
    brief: &Brief,
    view: &ProjectView,
    is_managed: impl Fn(&str) -> bool,
    sheet: &mut Sheet,
) {
    let (profile, directory) = (sources.ground.profile, sources.ground.directory);
    let today = sources.now.date();
    let is_shown = |unit: Option<UnitId>| {
        let whose = sources.whose;
        whose.is_none() || whose == unit || whose == brief.home
    };
    for bearer in bearers(profile, directory, view, is_managed) {
        if !is_shown(bearer.unit) {
            continue;
        }
        for item in &bearer.kind.tasks {
            let org = bearer.org.as_str();
            let duty = About::Item {
                item: &item.id,
                org,
            };
            let lacks = lacks(sources, view, item.tracks, org);
            let mut cells = vec![
                (Column::Project, name(&view.id)),
                (Column::ResponsibleUnit, bearer.named.into()),
                (Column::Responsibility, text(&bearer.kind.name_zh)),
                (Column::Task, text(&item.name_zh)),
                (Column::Lacks, text(&lacks)),
            ];
            cells.extend(noted(last_note(view, directory, duty)));
            sheet.row(cells);
        }
    }
    let open: BTreeSet<&str> = open_tasks(view)
        .filter(|(_, due)| *due < today)
        .map(|(task, _)| task.key)
        .collect();
    for task in view.each(Table::DutyTasks) {
        if !is_shown(directory.resolve(task.text(Column::Org))) {
            continue;
        }
        let over = open.contains(task.key);
        let lacks = if over {
            words::overdue(sources.lang)
        } else {
            ""
        };
        let mut cells = vec![
            (Column::Project, name(&view.id)),
            (Column::ResponsibleUnit, task.get(Column::Org).clone()),
            (Column::Responsibility, task.get(Column::Duty).clone()),
            (Column::Task, task.get(Column::Task).clone()),
            (Column::Due, task.get(Column::Due).clone()),
            (Column::Lacks, text(lacks)),
        ];
        cells.extend(noted(last_note(view, directory, About::Task(task.key))));
        sheet.row(cells);
    }
}

/// Where it stands, since when and in which words.
fn noted(note: Option<Row<'_>>) -> Vec<(Column, Value)> {
    let Some(note) = note else { return Vec::new() };
    let day = match note.get(Column::Date) {
        Value::Null => name(&note.at().date()),
        day => day.clone(),
    };
    let same = [Column::DutyState, Column::Text].map(|column| (column, note.get(column).clone()));
    same.into_iter().chain([(Column::Date, day)]).collect()
}

/// What is late or missing of the rows tracked under a duty, as far as its bearer answers for it.
fn lacks(sources: &Sources<'_>, view: &ProjectView, tracked: Option<Tracked>, org: &str) -> String {
    let (profile, directory) = (sources.ground.profile, sources.ground.directory);
    let (today, lang) = (sources.now.date(), sources.lang);
    let is_own = |row: &Row<'_>| directory.show(row.text(Column::Org)) == org;
    match tracked {
        Some(Tracked::Investors) => {
            let late = unpaid(view).filter(|(_, due)| *due < today);
            let names = late.map(|(row, _)| row.text(Column::Enterprise));
            words::not_paid_in(&names.collect::<Vec<_>>().join(comma(lang)), lang)
        }
        Some(Tracked::Checks) => {
            let mut late = open_checks(view).filter(|(row, due)| is_own(row) && *due < today);
            late.next().map_or("", |_| words::overdue(lang)).to_owned()
        }
        Some(Tracked::Upward) => {
            let own = approvals(view).into_iter().filter(|item| is_own(&item.row));
            let waits = own.filter(|item| item.lacks_followup(profile)).count() > 0;
            words::of_approval(false, false, waits, lang)
        }
        Some(Tracked::Tasks) | None => String::new(),
    }
}
