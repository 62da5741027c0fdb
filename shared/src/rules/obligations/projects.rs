//! What is owed for one project: issues, tasks, promises, people to be named, duties, a replacement, money to return (domain.md 7, 9, 13.7c).

use std::cell::LazyCell;

use super::{AHEAD_DAYS, Asked, Ground, Memberships, blank, both_sides, end_of, is_over};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::field::{Field, Table};
use crate::ids::UnitId;
use crate::profile::{Duty, Recur, Slot, SlotPer, Tracked};
use crate::rules::brief::{About, Brief, Pending};
use crate::rules::guards::{Guard, With};
use crate::rules::issues::case;
use crate::rules::issues::flow::without_effect;
use crate::rules::plan;
use crate::rules::pool::{self, Owed};
use crate::rules::routing;
use crate::rules::stage::Stage;
use crate::rules::subject::{Among, is_short, managed_in, open_parts, slot_count};
use crate::rules::{agency, gates};

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
        for pending in [&brief.issues, &brief.tasks, &brief.promises, &brief.tracked] {
            dated(ground, asked, brief, &on, pending, found);
        }
        limits(ground, asked, brief, found);
        tell(ground, brief, &on, found);
        above(ground, brief, found);
        void(ground, brief, &on, found);
        for slot in &ground.profile.slots {
            name(ground, asked, brief, &on, slot, found);
        }
        for duty in &ground.profile.duties {
            owe(ground, asked, brief, &on, duty, found);
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
    ground: &Ground<'_>,
    asked: &Asked,
    brief: &Brief,
    on: &Memberships<'_>,
    pending: &[Pending],
    found: &mut Vec<Obligation>,
) {
    for item in pending {
        let Some(day) = item.due else { continue };
        if day > asked.to.plus_days(AHEAD_DAYS) {
            continue;
        }
        let (kind, table) = match item.about {
            About::Issue { .. } => (ObligationKind::Issue, Table::Issues),
            About::Task => (ObligationKind::Task, Table::Countdown),
            About::Promise { .. } => (ObligationKind::Commitment, Table::ApprovalSteps),
            About::Tracked(Tracked::Tasks) => (ObligationKind::Duty, Table::DutyTasks),
            About::Tracked(Tracked::Investors) => (ObligationKind::Duty, Table::Investors),
            About::Tracked(Tracked::Checks) => (ObligationKind::Duty, Table::DeptChecks),
            // Never dated: see `above`.
            About::Tracked(Tracked::Upward) => continue,
        };
        let clause = clause_of(ground, brief, on, &item.about);
        let mut one = of(brief, kind, table.id(), &item.what, clause);
        if let About::Issue { concerns, .. } = &item.about {
            one.subjects.clone_from(concerns);
        }
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

/// What a department has to decide within a limit, its own or the county's (限时办结; domain.md 9.1). No source gives one.
fn limits(ground: &Ground<'_>, asked: &Asked, brief: &Brief, found: &mut Vec<Obligation>) {
    let rules = &ground.profile.approvals;
    for applied in &brief.applied {
        let days = applied.limit_days.or(rules.limit_days.map(i64::from));
        let Some(day) = days.map(|days| applied.on.plus_days(days)) else {
            continue;
        };
        if day > asked.to.plus_days(AHEAD_DAYS) {
            continue;
        }
        let mut items = rules.items.iter();
        let item = items.find(|known| known.id == applied.item);
        let name = item.map_or(applied.item.as_str(), |item| item.name_zh.as_str());
        let clause = item.map_or("engine", |item| item.clause.as_str());
        let table = Table::Approvals.id();
        let mut one = of(brief, ObligationKind::Approval, table, name, clause);
        one.row = Some(applied.row);
        one.unit = applied.unit;
        "approving_dept".clone_into(&mut one.role);
        one.opens = Some(applied.on);
        one.due = Some(end_of(day));
        if is_over(asked.at(), end_of(day)) {
            (one.standing, one.severity) = (Standing::Overdue, Severity::Red);
        }
        found.push(one);
    }
}

/// Approvals decided above that nobody has followed up there yet (LT-11; domain.md 9.1.8).
fn above(ground: &Ground<'_>, brief: &Brief, found: &mut Vec<Obligation>) {
    let rules = &ground.profile.approvals;
    if !rules.upward_followup {
        return;
    }
    let waits = |item: &&Pending| matches!(item.about, About::Tracked(Tracked::Upward));
    for item in brief.tracked.iter().filter(waits) {
        let kind = rules.items.iter().find(|kind| kind.id == item.what);
        let name = kind.map_or(item.what.as_str(), |kind| kind.name_zh.as_str());
        let clause = match ground.profile.tracking_clause(Tracked::Upward) {
            "engine" => kind.map_or("engine", |kind| kind.clause.as_str()),
            clause => clause,
        };
        let table = Table::Approvals.id();
        let mut one = of(brief, ObligationKind::Duty, table, name, clause);
        (one.row, one.severity) = (Some(item.row), Severity::Amber);
        one.unit = item.unit.or(one.unit);
        found.push(one);
    }
}

/// Major changes of which the hub has not told the bodies of the county's rules (KP-10.2).
fn tell(ground: &Ground<'_>, brief: &Brief, on: &Memberships<'_>, found: &mut Vec<Obligation>) {
    let rules = ground.profile.information.as_ref();
    let rules = rules.filter(|rules| ground.in_programme(brief, &rules.programme, on));
    let Some(rules) = rules else { return };
    let table = Table::MajorChanges.id();
    found.extend(brief.untold.iter().map(|change| Obligation {
        unit: None,
        role: "hub".to_owned(),
        row: change.row,
        opens: change.on,
        recipients: rules.changes_to.clone(),
        severity: Severity::Amber,
        ..of(
            brief,
            ObligationKind::Duty,
            table,
            &change.what,
            &rules.clause,
        )
    }));
}

/// Steps that a merge left without effect (未生效; design.md 2), an agency and final plans that the record no longer bears: a task of the unit
/// that leads the project and of the hub.
fn void(ground: &Ground<'_>, brief: &Brief, on: &Memberships<'_>, found: &mut Vec<Obligation>) {
    let profile = ground.profile;
    let managed = LazyCell::new(|| {
        managed_in(
            profile,
            |id| brief.programmes.contains(id),
            |list| on.has(brief.id, list),
        )
    });
    let of_issues = brief.courses.iter().flat_map(|issue| {
        let (_, flow) = case::way(profile, &managed, &issue.programme);
        let rows = without_effect(&flow, &issue.steps).into_iter();
        rows.map(move |step| (step.table, step.row, flow.rule.clone()))
    });
    let is_of = |programme: &str| {
        let mut lists = profile
            .lists
            .iter()
            .filter(|list| list.programme == programme);
        brief.programmes.contains(programme) || lists.any(|list| on.has(brief.id, &list.id))
    };
    let of_plans = brief.finals.iter().filter_map(|plan| {
        let rule = plan::broken_rule(profile, *plan, is_of)?;
        Some((Table::PlanSteps, plan.row, rule))
    });
    let rule = Some(&brief.agency).filter(|rows| !rows.is_empty());
    let rule = rule.and_then(|_| agency::void_rule(profile, brief));
    let of_agency = rule.iter().flat_map(|rule| {
        let rows = brief.agency.iter();
        rows.map(|(table, row)| (*table, *row, rule.clone()))
    });
    let all = of_issues.chain(of_plans).chain(of_agency);
    for (table, row, rule) in all.chain(brief.void.iter().cloned()) {
        let one = of(brief, ObligationKind::Void, table.id(), "", &rule);
        found.extend(both_sides(one, row));
    }
}

/// The clause a thing with a day rests on; `engine` where people set it themselves.
fn clause_of<'a>(
    ground: &'a Ground<'_>,
    brief: &'a Brief,
    on: &Memberships<'_>,
    about: &'a About,
) -> &'a str {
    let profile = ground.profile;
    let clause = match about {
        About::Issue {
            programme,
            level,
            finding,
            ..
        } => {
            let managed = managed_in(
                profile,
                |id| brief.programmes.contains(id),
                |list| on.has(brief.id, list),
            );
            let programme = case::ladder_of(profile, &managed, programme);
            Some(case::clause_of(profile, programme, level, *finding))
        }
        About::Task => {
            let mut ledgers = profile.ledgers.iter();
            let of_tasks = |field: &String| field.starts_with("countdown/");
            let ledger = ledgers.find(|ledger| ledger.fields.iter().any(of_tasks));
            ledger.map(|ledger| ledger.clause.as_str())
        }
        About::Tracked(tracked) => Some(profile.tracking_clause(*tracked)),
        About::Promise { item } => {
            let mut gates = profile.gates.iter();
            let gate = gates.find(|gate| gate.guard == Guard::Commitment.id());
            let own = || {
                profile
                    .approvals
                    .items
                    .iter()
                    .find(|known| known.id == *item)
            };
            let clause = gate.map(|gate| gate.clause.as_str());
            clause.or_else(|| own().map(|known| known.clause.as_str()))
        }
    };
    clause.unwrap_or("engine")
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
    asked: &Asked,
    brief: &Brief,
    on: &Memberships<'_>,
    slot: &Slot,
    found: &mut Vec<Obligation>,
) {
    let day = asked.at().date();
    let is_on = |list: &str| on.has(brief.id, list);
    let among = Among {
        profile: ground.profile,
        year: day.year(),
        of: brief,
        is_on: &is_on,
    };
    let is_managed = |programme: &str| ground.in_programme(brief, programme, on);
    if slot.per == SlotPer::Unit || slot.min == 0 || !among.asks(slot, is_managed) {
        return;
    }
    let (count, empty) = slot_count(brief, slot, day);
    if !is_short(slot, count, &empty) {
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
    if slot.per != SlotPer::RespUnit || empty.is_empty() {
        found.push(one);
        return;
    }
    // Each of several responsible units names its own.
    found.extend(empty.into_iter().map(|unit| Obligation {
        name: ground.directory.show(unit),
        unit: ground.directory.resolve(unit).or(one.unit),
        ..one.clone()
    }));
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

fn owe(
    ground: &Ground<'_>,
    asked: &Asked,
    brief: &Brief,
    on: &Memberships<'_>,
    duty: &Duty,
    found: &mut Vec<Obligation>,
) {
    let stands = Stage::from_id(&brief.stage).and_then(|stage| gates::duty_stands(duty, stage));
    let Some(overdue) = stands else { return };
    let is_on = |list: &str| on.has(brief.id, list);
    let among = Among {
        profile: ground.profile,
        year: asked.at().date().year(),
        of: brief,
        is_on: &is_on,
    };
    let concerned = ground.in_programme(brief, &duty.programme, on)
        && duty.when.as_ref().is_none_or(|when| among.holds(when));
    let open = Guard::from_id(&duty.guard)
        .filter(|_| concerned)
        .and_then(|guard| open_parts(ground.profile, guard, With(&duty.params), brief));
    if open.is_none_or(|open| open.is_empty()) {
        return;
    }
    let mut one = of(brief, ObligationKind::Duty, &duty.guard, "", &duty.clause);
    (one.standing, one.severity) = if overdue {
        (Standing::Overdue, Severity::Red)
    } else {
        (Standing::Open, Severity::Amber)
    };
    found.push(one);
}

fn replacement(ground: &Ground<'_>, asked: &Asked, brief: &Brief, found: &mut Vec<Obligation>) {
    let Some(exits) = &ground.profile.exits else {
        return;
    };
    let open = brief.unreplaced.filter(|at| *at <= asked.at());
    if let (true, Some(at)) = (exits.replacement_required, open) {
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
