//! Guards about money and scores: plans that add up, the pool, weights. The plain reading of their rows (domain.md 10.2, 11).

use super::words::word;
use super::{Ask, Holds, Lack};
use crate::book::{Cells, Row};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::RowId;
use crate::money::Fen;
use crate::time::{Month, Timestamp};

pub(super) fn months_sum_equals_year(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let year = ask.look.plan_year();
    let plan = project.year(year, Field::YearPlanFen).as_int().unwrap_or(0);
    let months = (1..=12).filter_map(|month| Month::new(year, month));
    let sum: i64 = months
        .filter_map(|month| project.month(month, Field::MonthPlanFen).as_int())
        .fold(0, i64::saturating_add);
    Holds::when(sum == plan, || Lack {
        missing: vec![FieldPath::year(year, Field::YearPlanFen)],
        ..Lack::of(
            [Fen(plan.saturating_sub(sum)).to_string()],
            word(&ask.profile().term.lead_unit, "").to_owned(),
        )
    })
}

/// What stands in the pool: opened, plus returned, less paid.
fn balance(ask: &Ask<'_>) -> i64 {
    let entries = ask.look.world.hub.each(Table::PoolEntries);
    entries.fold(0, |sum: i64, row| {
        let amount = row.int(Column::AmountFen).unwrap_or(0);
        match row.text(Column::PoolAct) {
            "open" | "give_back" => sum.saturating_add(amount),
            "pay" => sum.saturating_sub(amount),
            _ => sum,
        }
    })
}

pub(super) fn balance_enough(ask: &Ask<'_>) -> Holds {
    let asked = ask
        .entry
        .and_then(|entry| entry.int(Column::AmountFen))
        .unwrap_or(0);
    let left = balance(ask);
    Holds::when(asked <= left, || {
        let unit = &ask.profile().money.display_unit;
        Lack::of(
            [format!("{}{unit} < {}{unit}", Fen(left), Fen(asked))],
            String::new(),
        )
    })
}

/// When the approval that triggers payment was given to a project.
fn triggered_at(ask: &Ask<'_>, project: crate::ids::ProjectId) -> Option<(String, Timestamp)> {
    let view = ask.look.world.projects.get(&project)?;
    let item = ask.profile().pool.trigger.get()?;
    let approvals: Vec<_> = view
        .each(Table::Approvals)
        .filter(|row| row.is(Column::ApprovalItem, item))
        .map(|row| row.key)
        .collect();
    let steps = view.each(Table::ApprovalSteps);
    let approved = steps.filter(|step| {
        approvals.contains(&step.text(Column::Approval)) && step.is(Column::ApprovalAct, "approve")
    });
    approved
        .map(|step| (step.text(Column::Date).to_owned(), step.at()))
        .min()
}

fn project_of(ask: &Ask<'_>) -> Option<crate::ids::ProjectId> {
    ask.project
        .map(|project| project.id)
        .or_else(|| ask.entry?.about())
}

pub(super) fn trigger_approved(ask: &Ask<'_>) -> Holds {
    if ask.profile().pool.trigger.get().is_none() {
        return Holds::Unset("pool.trigger");
    }
    let met = project_of(ask).is_some_and(|project| triggered_at(ask, project).is_some());
    Holds::when(met, || {
        let trigger = ask.profile().pool.trigger.get().map_or("", String::as_str);
        let mut items = ask.profile().approvals.items.iter();
        let name = items
            .find(|item| item.id == trigger)
            .map(|item| item.name_zh.clone());
        Lack::of(name, String::new())
    })
}

/// Nobody whose approval came earlier still waits (domain.md 11.1).
pub(super) fn queue_first(ask: &Ask<'_>) -> Holds {
    let (Some(project), Some(entry)) = (project_of(ask), ask.entry) else {
        return Holds::Met;
    };
    let own = triggered_at(ask, project);
    let request = entry.reference(Column::Request);
    let paid: Vec<_> = ask
        .look
        .world
        .hub
        .each(Table::PoolEntries)
        .filter(|row| row.is(Column::PoolAct, "pay"))
        .filter_map(|row| row.reference(Column::Request))
        .collect();
    let waiting = ask
        .look
        .world
        .hub
        .each(Table::PoolArrangements)
        .filter(|row| {
            let arranged: Option<RowId> = row.reference(Column::Request);
            arranged != request && !arranged.is_some_and(|arranged| paid.contains(&arranged))
        });
    let earlier = |row: &Row<'_>| {
        let other = row.project().and_then(|other| triggered_at(ask, other));
        other.is_some_and(|other| own.as_ref().is_none_or(|own| other < *own))
    };
    let ahead = waiting.filter(earlier).count();
    Holds::when(ahead == 0, || Lack::of([ahead.to_string()], String::new()))
}

pub(super) fn weights_set(ask: &Ask<'_>) -> Holds {
    let profile = ask.profile();
    if profile.score.mode.is_none() {
        return Holds::Unset("score.mode");
    }
    if profile.assess.weights.is_none() {
        return Holds::Unset("assess.weights");
    }
    Holds::Met
}
