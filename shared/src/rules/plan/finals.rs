//! Plans that were made final: what of them a merge can have taken apart, and whether the county minds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{RULE, final_clause, months_differ, rolls_of};
use crate::book::Cells as _;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, RowId};
use crate::profile::{MonthBreakdown, Profile};
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::membership::Rolls;
use crate::time::Timestamp;

/// The plan of a year that was made final, as far as a merge can have taken it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalPlan {
    /// The year.
    pub year: i16,
    /// The step that made it final.
    pub row: RowId,
    /// True when the months' plans do not sum up to the year's.
    pub differs: bool,
    /// True when the year has a plan without a dated node.
    pub lacks_nodes: bool,
}

/// The years whose last step made the plan final.
#[must_use]
pub fn finals(view: &ProjectView) -> Vec<FinalPlan> {
    let steps = view.each(Table::PlanSteps);
    let last: BTreeMap<&str, _> = steps.map(|step| (step.text(Column::Year), step)).collect();
    let finals = last.into_iter().filter_map(|(text, step)| {
        let year = text.parse().ok()?;
        let planned = !view.year(year, Field::YearPlanFen).is_null();
        step.is(Column::PlanAct, "final").then_some(FinalPlan {
            year,
            row: step.id()?,
            differs: months_differ(view, year).is_some_and(|by| by != 0),
            lacks_nodes: planned && !has_node(view, text),
        })
    });
    finals.collect()
}

/// The rule a final plan breaks, as the county asks; `is_of`: whether the project belongs to a programme, by its record or a list.
pub fn broken_rule(
    profile: &Profile,
    plan: FinalPlan,
    is_of: impl Fn(&str) -> bool,
) -> Option<String> {
    let breaks = match profile.plan.month_breakdown {
        MonthBreakdown::RequiredSumEqual => plan.differs,
        MonthBreakdown::NodesForMajor => {
            plan.lacks_nodes && profile.plan.nodes_for.as_deref().is_some_and(is_of)
        }
        MonthBreakdown::Optional => false,
    };
    breaks.then(|| final_clause(profile).unwrap_or_else(|| RULE.to_owned()))
}

/// Plans that were made final and no longer add up, since somebody who did not know it changed a month: the last step of each such
/// year, with the rule (`rules::void`). What a command would break it is refused for.
#[must_use]
pub fn void(world: &World<'_>, view: &ProjectView, now: Timestamp) -> Vec<(RowId, String)> {
    let finals = finals(view);
    if finals.is_empty() {
        return Vec::new();
    }
    let rolls = rolls_of(world, now.date());
    let is_of = |programme: &str| {
        is_of(
            world.profile,
            &rolls,
            view.id,
            view.text(Field::Programmes),
            programme,
        )
    };
    let broken = finals.into_iter().filter_map(|plan| {
        let rule = broken_rule(world.profile, plan, is_of)?;
        Some((plan.row, rule))
    });
    broken.collect()
}

/// True when a project belongs to a programme: it says so itself, or a list of the programme holds it.
pub(super) fn is_of(
    profile: &Profile,
    rolls: &Rolls,
    project: ProjectId,
    said: &str,
    programme: &str,
) -> bool {
    let mut lists = rolls.lists_of(project);
    said.split(',').any(|id| id == programme)
        || lists.any(|(list, _)| {
            let list = profile.list(list);
            list.is_some_and(|list| list.programme == programme)
        })
}

/// True when a year has a dated node.
pub(super) fn has_node(view: &ProjectView, year: &str) -> bool {
    let mut rows = view.each(Table::YearNodes);
    rows.any(|row| row.is(Column::Year, year) && row.date(Column::Date).is_some())
}
