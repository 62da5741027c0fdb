//! What is owed for one project: issues, tasks, promises, people to be named, duties, a replacement, money to return (domain.md 7, 9, 13.7c).

use super::{Asked, Ground, Memberships, blank, end_of, is_over};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::field::{Field, Table};
use crate::ids::UnitId;
use crate::profile::{Cond, Duty, Recur, Slot, SlotPer};
use crate::rules::brief::{Brief, Pending};
use crate::rules::pool::{self, Owed};
use crate::rules::routing;
use crate::rules::stage::Stage;

/// Days ahead in which a dated thing of a project is said.
const AHEAD_DAYS: i64 = 30;

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    let on = ground.memberships(asked.at());
    let owed = pool::owed(ground.units, ground.hub, asked.at());
    for brief in ground.briefs.iter().map(AsRef::as_ref) {
        if brief.deleted {
            continue;
        }
        replacement(ground, asked, brief, found);
        if let Some(owed) = owed.get(&brief.id) {
            give_back(ground, asked, brief, *owed, found);
        }
        if brief.is_out {
            continue;
        }
        dated(asked, brief, &brief.issues, ObligationKind::Issue, found);
        dated(asked, brief, &brief.tasks, ObligationKind::Task, found);
        dated(
            asked,
            brief,
            &brief.promises,
            ObligationKind::Commitment,
            found,
        );
        for slot in &ground.profile.slots {
            name(ground, brief, &on, slot, found);
        }
        for duty in &ground.profile.duties {
            owe(ground, brief, &on, duty, found);
        }
        checkpoints(ground, asked, brief, found);
        explain(ground, asked, brief, &on, found);
    }
}

fn of(brief: &Brief, kind: ObligationKind, rule: &str, name: &str, clause: &str) -> Obligation {
    let mut one = blank(kind, rule, name, clause);
    one.project = Some(brief.id);
    one.unit = brief.lead.or(brief.home);
    one
}

fn dated(
    asked: &Asked,
    brief: &Brief,
    pending: &[Pending],
    kind: ObligationKind,
    found: &mut Vec<Obligation>,
) {
    let rule = match kind {
        ObligationKind::Issue => Table::Issues,
        ObligationKind::Task => Table::Countdown,
        _ => Table::ApprovalSteps,
    };
    for item in pending {
        let Some(day) = item.due else { continue };
        if day > asked.to.plus_days(AHEAD_DAYS) {
            continue;
        }
        let mut one = of(brief, kind, rule.id(), &item.what, "");
        one.row = Some(item.row);
        one.person.clone_from(&item.person);
        one.unit = item.unit.or(one.unit);
        one.due = Some(end_of(day));
        if is_over(asked.at(), end_of(day)) {
            (one.standing, one.severity) = (Standing::Overdue, Severity::Red);
        }
        found.push(one);
    }
}

/// The unit behind an authority code of domain.md 0.7; `None`: the hub.
fn assigner(brief: &Brief, slot: &Slot) -> Option<UnitId> {
    match slot.assigners.first().map(String::as_str) {
        Some("H" | "B") => None,
        Some("U") => brief.lead.or(brief.home),
        Some("O") => brief.owners_unit(),
        _ => brief.home,
    }
}

fn name(
    ground: &Ground<'_>,
    brief: &Brief,
    on: &Memberships<'_>,
    slot: &Slot,
    found: &mut Vec<Obligation>,
) {
    let asked_for = slot.min > 0
        && slot.per != SlotPer::Unit
        && slot.when_record.is_none()
        && (slot.on_lists.is_empty() || slot.on_lists.iter().any(|list| on.has(brief.id, list)))
        && ground.in_programme(brief, &slot.programme, on)
        && slot.when.as_ref().is_none_or(|cond| holds(brief, on, cond));
    if !asked_for || is_named(brief, slot) {
        return;
    }
    let roster = slot.field.as_deref() == Some(Table::Team.id());
    let kind = if roster {
        ObligationKind::Roster
    } else {
        ObligationKind::Slot
    };
    let mut one = of(brief, kind, &slot.id, "", &slot.clause);
    one.name = proposed(ground, brief, slot);
    // The hub's officer of the sector looks after a new project until one is named for it.
    if slot.field.as_deref() == Some(Field::HubOfficer.id()) {
        one.person.clone_from(&one.name);
    }
    one.unit = assigner(brief, slot);
    one.role = slot.assigners.first().cloned().unwrap_or_default();
    one.severity = Severity::Amber;
    found.push(one);
}

/// Whom the division of work proposes; empty when it says nothing.
fn proposed(ground: &Ground<'_>, brief: &Brief, slot: &Slot) -> String {
    let sector = brief.choices.get("sector").map_or("", String::as_str);
    match slot.field.as_deref() {
        Some("hub_officer") => routing::officer(ground.hub, sector)
            .unwrap_or_default()
            .to_owned(),
        Some("lead_leaders") => routing::leaders(ground.hub, sector).join("\n"),
        _ => String::new(),
    }
}

/// True when as many are named as the slot asks for.
fn is_named(brief: &Brief, slot: &Slot) -> bool {
    if !slot.each_of.is_empty() {
        return slot.each_of.iter().all(|post| brief.posts.contains(post));
    }
    if let Some(document) = &slot.document {
        return brief.papers.contains(document);
    }
    match &slot.field {
        Some(field) => brief.named.get(field).copied().unwrap_or(0) >= slot.min,
        // What no field holds cannot be judged here.
        None => true,
    }
}

/// Conditions of slots and duties; what a brief does not know does not hold.
fn holds(brief: &Brief, on: &Memberships<'_>, cond: &Cond) -> bool {
    match cond {
        Cond::Field(field) => brief.flags.contains(field) || brief.named.contains_key(field),
        Cond::Flag(flag) => brief.flags.contains(flag),
        Cond::OnList(list) => on.has(brief.id, list),
        Cond::InvestmentKind(kind) => brief
            .choices
            .get("investment_kind")
            .is_some_and(|is| is == kind),
        Cond::SectorIn(sectors) => brief
            .choices
            .get("sector")
            .is_some_and(|sector| sectors.contains(sector)),
        Cond::All(all) => all.iter().all(|cond| holds(brief, on, cond)),
        Cond::Any(any) => any.iter().any(|cond| holds(brief, on, cond)),
        _ => false,
    }
}

fn owe(
    ground: &Ground<'_>,
    brief: &Brief,
    on: &Memberships<'_>,
    duty: &Duty,
    found: &mut Vec<Obligation>,
) {
    // What is suspended or withdrawn stands outside the order and owes nothing.
    let reached = Stage::from_id(&brief.stage).filter(|stage| *stage <= Stage::Closed);
    let (Some(reached), Some(opens)) = (reached, Stage::after(&duty.opens)) else {
        return;
    };
    let asked_for = reached >= opens
        && ground.in_programme(brief, &duty.programme, on)
        && duty.when.as_ref().is_none_or(|cond| holds(brief, on, cond));
    if !asked_for || is_met(brief, duty) {
        return;
    }
    let over = duty.due.as_deref().and_then(Stage::after);
    let mut one = of(brief, ObligationKind::Duty, &duty.guard, "", &duty.clause);
    (one.standing, one.severity) = if over.is_some_and(|over| reached >= over) {
        (Standing::Overdue, Severity::Red)
    } else {
        (Standing::Open, Severity::Amber)
    };
    found.push(one);
}

fn is_met(brief: &Brief, duty: &Duty) -> bool {
    let ids = |key: &str| -> Vec<&str> {
        let value = duty.params.get(key);
        let list = value.and_then(serde_json::Value::as_array);
        let one = value.and_then(serde_json::Value::as_str);
        let many = list.into_iter().flatten().filter_map(|id| id.as_str());
        many.chain(one).collect()
    };
    match duty.guard.as_str() {
        "expert_review" => ids("contents")
            .iter()
            .all(|id| brief.concluded.contains(*id)),
        "regimes_recorded" => ids("regimes").iter().all(|id| brief.regimes.contains(*id)),
        "approvals_opened" => ids("item").iter().all(|id| brief.items.contains(*id)),
        "doc" => ids("document").iter().all(|id| brief.papers.contains(*id)),
        // A guard this list does not know is no gap it could name.
        _ => true,
    }
}

fn replacement(ground: &Ground<'_>, asked: &Asked, brief: &Brief, found: &mut Vec<Obligation>) {
    let Some(exits) = &ground.profile.exits else {
        return;
    };
    let open = brief.cancelled.filter(|at| *at <= asked.at());
    if let (true, Some(at), false) = (exits.replacement_required, open, brief.replaced) {
        let table = Table::Replacements.id();
        let mut one = of(brief, ObligationKind::Replacement, table, "", &exits.clause);
        one.opens = Some(at.date());
        one.severity = Severity::Amber;
        found.push(one);
    }
}

/// A plan that was not fulfilled is explained once its year is over, for a year (KB-13, domain.md 10.4 PN-KB-1).
fn explain(
    ground: &Ground<'_>,
    asked: &Asked,
    brief: &Brief,
    on: &Memberships<'_>,
    found: &mut Vec<Obligation>,
) {
    let mut known = ground.profile.assess.consequences.iter();
    let Some(rule) = known.find(|rule| rule.id == "explanation") else {
        return;
    };
    let programme = if rule.programme.is_empty() {
        "all"
    } else {
        &rule.programme
    };
    let year = asked.at().date().year().saturating_sub(1);
    let missed = brief.years.get(&year).filter(|year| year.is_unfinished());
    let (Some(missed), true) = (missed, ground.in_programme(brief, programme, on)) else {
        return;
    };
    let table = Table::Explanations.id();
    let mut one = of(brief, ObligationKind::Explanation, table, "", &rule.clause);
    one.period = format!("{year:04}");
    one.recipients.clone_from(&rule.recipients);
    one.amount_fen = Some(missed.plan_fen.saturating_sub(missed.done_fen));
    (one.standing, one.severity) = if brief.explained.contains(&year) {
        (Standing::Done, Severity::None)
    } else {
        (Standing::Open, Severity::Amber)
    };
    found.push(one);
}

/// Money that came in opens the return of what was drawn (WS-14).
fn give_back(
    ground: &Ground<'_>,
    asked: &Asked,
    brief: &Brief,
    owed: Owed,
    found: &mut Vec<Obligation>,
) {
    // Only money that came after the first payment was helped by it.
    let mut came = brief
        .money_came
        .range(owed.since..=asked.at().date().max(owed.since));
    let Some(came) = came.next().copied().filter(|day| *day <= asked.at().date()) else {
        return;
    };
    let pool = &ground.profile.pool;
    let clause = pool.clause.as_deref().unwrap_or_default();
    let table = Table::PoolEntries.id();
    let mut one = of(brief, ObligationKind::Return, table, "", clause);
    one.amount_fen = Some(owed.fen);
    one.unit = brief.home;
    one.opens = Some(came);
    let days = pool.return_days.get().copied();
    one.due = days.map(|days| end_of(came.plus_days(i64::from(days))));
    (one.standing, one.severity) = if one.due.is_some_and(|due| is_over(asked.at(), due)) {
        (Standing::Overdue, Severity::Red)
    } else {
        (Standing::Open, Severity::Amber)
    };
    found.push(one);
}

/// Checkpoints of a state-owned owner's budget: the n-th of a year is the n-th field (KZ-2.3.1).
fn checkpoints(ground: &Ground<'_>, asked: &Asked, brief: &Brief, found: &mut Vec<Obligation>) {
    let budget = &ground.profile.soe_budget;
    let soe = brief
        .choices
        .get("owner_kind")
        .is_some_and(|kind| kind == "soe");
    if !budget.enabled || !soe {
        return;
    }
    for recur in &budget.checkpoints {
        let Recur::YearlyMonths(months) = recur else {
            continue;
        };
        let mut periods = recur.periods(asked.from, asked.to);
        periods.extend(recur.previous(asked.from));
        for period in periods {
            let place = months.binary_search(&period.first.month()).ok();
            let Some(place) = place.and_then(|place| u8::try_from(place).ok()) else {
                continue;
            };
            let clause = budget.clause.as_deref().unwrap_or_default();
            let mut one = of(brief, ObligationKind::Checkpoint, "soe_budget", "", clause);
            one.unit = brief.owners_unit();
            one.period.clone_from(&period.id);
            one.opens = Some(period.first);
            one.due = Some(end_of(period.last));
            let over = is_over(asked.at(), end_of(period.last));
            if brief.checkpoints.contains(&(period.first.year(), place)) {
                one.standing = Standing::Done;
            } else if over {
                (one.standing, one.severity) = (Standing::Overdue, Severity::Red);
            }
            if asked.touches(period.first, period.last) || one.standing.is_overdue() {
                found.push(one);
            }
        }
    }
}
