//! 并联审批台账: every approval of every project side by side, with its department, the days it took and what it still owes (domain.md 9.2; WS-5,
//! LT-12).

use std::collections::BTreeSet;

use super::factors::{is_green, ranked};
use super::{Sheet, Sources, briefs, lead, name, text};
use crate::field::Column;
use crate::ids::{ProjectId, UnitId};
use crate::rules::approvals::approvals;
use crate::rules::obligations::Ground;
use crate::text::compiled as words;
use crate::text::records::comma;
use crate::value::Value;

/// The item of land, as far as a county has one.
const LAND: &str = "land";

pub(super) fn subjects(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    let briefs = briefs(ground, whose).filter(|brief| !brief.items.is_empty());
    briefs.map(|brief| brief.id).collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let (profile, today) = (sources.ground.profile, sources.now.date());
    for (view, lists) in ranked(sources) {
        for item in approvals(view) {
            let copy = |column| item.row.get(column).clone();
            let days = |days: Option<i64>| days.map_or(Value::Null, Value::Int);
            let lacks = words::of_approval(
                item.is_over_limit(profile, today),
                item.needs_rectification(today),
                item.lacks_followup(profile),
                sources.lang,
            );
            let mut cells = vec![
                (Column::Project, name(&view.id)),
                (Column::Org, lead(view)),
                (Column::Preference, text(&lists.join(comma(sources.lang)))),
                (Column::ApprovalItem, item.item().into()),
                (Column::ResponsibleUnit, copy(Column::Org)),
                (Column::Joint, copy(Column::Joint)),
                (Column::Person, copy(Column::Person)),
                (Column::ApprovalStatus, item.status.id().into()),
                (Column::DaysUsed, days(item.days_used(today))),
                (Column::LimitDays, days(item.limit_days(profile))),
                (Column::Lacks, text(&lacks)),
            ];
            if is_green(profile, &lists, item.item() == LAND) {
                cells.push((Column::GreenChannel, Value::Bool(true)));
            }
            sheet.row(cells);
        }
    }
}
