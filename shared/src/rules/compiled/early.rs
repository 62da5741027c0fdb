//! 前期工作台账汇总: the steps of early work of every project that was taken up, with their days, and the projects of which none is told
//! (WS-3).

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, name, on_lists, views};
use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{LedgerPer, ListKind, Profile, Report};
use crate::rules::ledgers;
use crate::rules::obligations::Ground;
use crate::time::Timestamp;

/// The column of a profile's ledger that says steps.
const STEP: &str = "step";

/// The county's reports of early work.
pub(super) fn reports(profile: &Profile) -> impl Iterator<Item = &Report> {
    profile.reports.iter().filter(|report| {
        let parts = report.ledgers.iter();
        let mut ledgers = parts.filter_map(|part| ledgers::find(profile, &part.id));
        ledgers.any(|ledger| {
            ledger.per == LedgerPer::Project && ledger.fields.iter().any(|field| field == STEP)
        })
    })
}

/// The projects whose early work is told: those the county keeps on a list or in its reserve, before they are built.
pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    let is_listed = on_lists(ground, now, &[ListKind::Annual, ListKind::Reserve]);
    let early = ["idea", "reserve", "listed", "permitting"];
    let briefs = briefs(ground, whose).filter(|brief| early.contains(&brief.stage.as_str()));
    let taken_up = briefs.filter(|brief| brief.stage != "idea" || is_listed(brief.id));
    taken_up.map(|brief| brief.id).collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let about = subjects(sources.ground, sources.whose, sources.now);
    let mut shown = views(sources, |brief| about.contains(&brief.id));
    // Those nothing is told of come first.
    shown.sort_by_key(|view| view.each(Table::EarlyWork).next().is_some());
    for view in shown {
        let home = view.once(Field::HomeNode).clone();
        let of = |standing: &str| {
            vec![
                (Column::Org, home.clone()),
                (Column::Project, name(&view.id)),
                (Column::Standing, standing.into()),
            ]
        };
        let mut steps = view.each(Table::EarlyWork).peekable();
        if steps.peek().is_none() {
            sheet.row(of("missing"));
        }
        for step in steps {
            let same = [
                Column::Task,
                Column::From,
                Column::To,
                Column::Person,
                Column::Progress,
                Column::State,
            ];
            let mut cells = of("filed");
            cells.push((Column::ResponsibleUnit, step.get(Column::Org).clone()));
            cells.extend(same.map(|column| (column, step.get(column).clone())));
            sheet.row(cells);
        }
    }
}
