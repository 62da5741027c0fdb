//! Guards about money and scores: plans that add up, the pool, weights. Each asks the module that owns the rule (domain.md 10.2, 11).

use super::words::word;
use super::{Ask, Holds, Lack};
use crate::field::{Column, Field, FieldPath};
use crate::money::Fen;
use crate::rules::pool::{self, Account, Wait};
use crate::rules::{plan, scores};

pub(super) fn months_sum_equals_year(ask: &Ask<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let year = ask.look.plan_year();
    let by = plan::months_differ(project, year);
    Holds::when(by == Some(0), || Lack {
        missing: vec![FieldPath::year(year, Field::YearPlanFen)],
        ..Lack::of(
            by.map(|by| Fen(by).to_string()),
            word(&ask.profile().term.lead_unit, "").to_owned(),
        )
    })
}

pub(super) fn balance_enough(ask: &Ask<'_>) -> Holds {
    let asked = ask
        .entry
        .and_then(|entry| entry.int(Column::AmountFen))
        .unwrap_or(0);
    let left = Account::of(ask.look.world.hub).balance_fen;
    Holds::when(asked <= left, || {
        let unit = &ask.profile().money.display_unit;
        Lack::of(
            [format!("{}{unit} < {}{unit}", Fen(left), Fen(asked))],
            String::new(),
        )
    })
}

/// The request that is being paid, as it waits.
fn waiting(ask: &Ask<'_>) -> Option<(pool::Queue, pool::Waiting)> {
    let request = ask.entry?.reference(Column::Request)?;
    let queue = pool::queue(ask.look, &Account::of(ask.look.world.hub));
    let found = queue.find(request)?.clone();
    Some((queue, found))
}

pub(super) fn trigger_approved(ask: &Ask<'_>) -> Holds {
    let Some(trigger) = ask.profile().pool.trigger.get() else {
        return Holds::Unset("pool.trigger");
    };
    let of_request = waiting(ask).map(|(_, found)| found.request.approved.is_some());
    let met = of_request.unwrap_or_else(|| {
        let released = |view| pool::released(ask.profile(), view, "").is_some();
        ask.project.is_some_and(released)
    });
    Holds::when(met, || {
        let mut items = ask.profile().approvals.items.iter();
        let name = items
            .find(|item| item.id == *trigger)
            .map(|item| item.name_zh.clone());
        Lack::of(name, String::new())
    })
}

/// Nobody whose approval came earlier still waits (domain.md 11.1).
pub(super) fn queue_first(ask: &Ask<'_>) -> Holds {
    let Some((queue, found)) = waiting(ask) else {
        return Holds::Met;
    };
    let Wait::Behind(before) = found.wait else {
        return Holds::Met;
    };
    let before = queue.find(before).map(|before| before.request.project);
    let view = before.and_then(|project| ask.look.world.projects.get(&project));
    let name = view.map(|view| view.text(Field::Name).to_owned());
    Holds::Unmet(Lack::of(name, String::new()))
}

/// Scores can be computed: first the weights are asked for, then the way of computing (domain.md 10.2.1).
pub(super) fn weights_set(ask: &Ask<'_>) -> Holds {
    let profile = ask.profile();
    if scores::weights(profile).is_none() {
        return Holds::Unmet(Lack::default());
    }
    if profile.score.mode.is_none() {
        return Holds::Unset("score.mode");
    }
    Holds::Met
}
