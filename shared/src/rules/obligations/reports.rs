//! Reports: who owes which for which period, about which projects, and where each stands (domain.md 6.1, 13.10).

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, CARRY_DAYS, Ground, Memberships, blank, end_of, is_over};
use crate::api::Timeliness;
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::{Book, Cells as _};
use crate::decide::Directory;
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{LedgerPer, Period, Profile, Recur, Report, Trigger};
use crate::rules::brief::Brief;
use crate::rules::ledgers;
use crate::rules::report::{self, Deadline, Filing};
use crate::time::{Date, Timestamp};

/// What a report of one unit and period is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Charge {
    /// The projects, each with a line.
    pub subjects: BTreeSet<ProjectId>,
    /// True when the rule names no projects: which lines it has is the submitter's business.
    pub is_open: bool,
}

/// The units that owe a report for a period and what about: lists and stages as at its due moment, records as they are now.
#[must_use]
pub fn charged(
    ground: &Ground<'_>,
    report: &Report,
    period: &Period,
    at: Timestamp,
) -> BTreeMap<UnitId, Charge> {
    let due = due_of(ground.profile, period).min(at);
    let on = ground.memberships(due);
    charged_at(ground, report, &on, (period.last, due), at)
}

/// What one unit owes for a period; `None` when it owes nothing.
#[must_use]
pub fn charge(
    ground: &Ground<'_>,
    report: &Report,
    period: &Period,
    at: Timestamp,
    unit: UnitId,
) -> Option<Charge> {
    charged(ground, report, period, at).remove(&unit)
}

/// True for a report that is a form with a line for each name the unit put forward in its month (KB-5).
#[must_use]
pub fn forms(profile: &Profile, report: &Report) -> bool {
    let mut ledgers = report.ledgers.iter();
    let per_month = |id: &str| {
        let ledger = ledgers::find(profile, id);
        ledger.is_some_and(|ledger| ledger.per == LedgerPer::UnitMonth)
    };
    report.about.is_some() && ledgers.any(|part| per_month(&part.id))
}

/// The projects a unit put forward for the lists of the report's programme in the month that ends on this day.
fn put_forward(
    ground: &Ground<'_>,
    report: &Report,
    unit: UnitId,
    last: Date,
) -> BTreeSet<ProjectId> {
    let book = ground.units.get(&unit).unwrap_or(Book::EMPTY);
    let lists = ground.profile.lists.iter();
    let lists: Vec<_> = lists
        .filter(|list| report.programme == list.programme)
        .collect();
    let mut said: BTreeMap<ProjectId, bool> = BTreeMap::new();
    for row in book.each(Table::Nominations) {
        let of_month = row.at().date().month_of() == last.month_of();
        let of_list = lists.iter().any(|list| row.is(Column::List, &list.id));
        if let Some(project) = row.project().filter(|_| of_month && of_list) {
            said.insert(project, !row.is(Column::NominationAct, "cancel"));
        }
    }
    let standing = said.into_iter().filter(|(_, stands)| *stands);
    standing.map(|(project, _)| project).collect()
}

/// The moment by which subjects are chosen: the due moment, or the end of the period where no day is given.
fn due_of(profile: &Profile, period: &Period) -> Timestamp {
    let due = profile.due_at(period);
    due.unwrap_or_else(|| end_of(period.last))
}

fn charged_at(
    ground: &Ground<'_>,
    report: &Report,
    on: &Memberships<'_>,
    (last, due): (Date, Timestamp),
    recorded: Timestamp,
) -> BTreeMap<UnitId, Charge> {
    let mut owed: BTreeMap<UnitId, Charge> = BTreeMap::new();
    if report.about.is_some() {
        let form = forms(ground.profile, report);
        for unit in reporting_units(ground.directory, report, last) {
            let charge = owed.entry(unit).or_default();
            charge.is_open = true;
            if form {
                charge.subjects = put_forward(ground, report, unit, last);
            }
        }
        if !owed.is_empty() {
            return owed;
        }
    }
    // A county whose lists were never issued here keeps them elsewhere: then every living project is meant.
    let kept_here = report
        .subject_lists
        .iter()
        .any(|list| ground.listed.knows(list));
    for brief in &ground.briefs {
        let there = !brief.deleted && brief.was_recorded(recorded);
        if !there || !is_subject(ground, report, brief, on, due, kept_here) {
            continue;
        }
        for role in &report.submitters {
            if let Some(unit) = answers_as(brief, role) {
                let charge = owed.entry(unit).or_default();
                charge.subjects.insert(brief.id);
                charge.is_open = report.about.is_some();
            }
        }
    }
    owed
}

fn is_subject(
    ground: &Ground<'_>,
    report: &Report,
    brief: &Brief,
    on: &Memberships<'_>,
    due: Timestamp,
    kept_here: bool,
) -> bool {
    let stage = brief.stage_on(due.date());
    let out = if brief.moves.is_empty() {
        brief.is_out
    } else {
        matches!(stage, "closed" | "suspended" | "withdrawn")
    };
    if out || !ground.in_programme(brief, &report.programme, on) {
        return false;
    }
    let lists = &report.subject_lists;
    let listed = lists.is_empty() || !kept_here || lists.iter().any(|list| on.has(brief.id, list));
    let asked_stage = report.subject_stage.as_deref();
    listed && asked_stage.is_none_or(|asked| asked == stage)
}

/// The unit that acts in a role for a project; a kind of organisation means the unit the project belongs to.
#[must_use]
pub fn answers_as(brief: &Brief, role: &str) -> Option<UnitId> {
    match role {
        "owner" => brief.owners_unit(),
        "lead_unit" | "resp_unit" | "industry_dept" => brief.lead.or(brief.home),
        "investment_dept" => brief.investor.or(brief.lead).or(brief.home),
        "custodian" => brief.custodian.or(brief.home),
        "hub" => None,
        _ => brief.home,
    }
}

/// The units of the directory whose kind a report about no project names. A period that ended before a unit was listed is not its own.
fn reporting_units(directory: &Directory, report: &Report, last: Date) -> Vec<UnitId> {
    let named = |kind: &str| {
        report.submitters.iter().any(|role| match role.as_str() {
            "industry_dept" => kind == "department",
            "lead_unit" | "unit" => !matches!(kind, "" | "hub"),
            role => role == kind,
        })
    };
    let units = directory.units.iter();
    units
        .filter(|(_, entry)| named(&entry.kind) && entry.is_there_on(last))
        .map(|(unit, _)| *unit)
        .collect()
}

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    let at = asked.at();
    let start = asked.from.plus_days(-CARRY_DAYS);
    let start = start.max(ground.profile.effective_from);
    for report in &ground.profile.reports {
        let calendar = report
            .recurrence
            .iter()
            .any(|recur| recur.trigger() == Trigger::Calendar);
        if !calendar {
            unset(ground, asked, report, found);
            continue;
        }
        for period in Recur::periods_of_all(&report.recurrence, start, asked.to) {
            // A week is owed on a day of the next one, so it touches the days up to its due day.
            let touches = asked.touches(period.opens.min(period.first), period.closes());
            let due = due_of(ground.profile, &period);
            let on = ground.memberships(due.min(at));
            for (unit, charge) in
                charged_at(ground, report, &on, (period.last, due.min(at)), due.min(at))
            {
                let one = entry(ground, report, &period, unit, charge, at);
                if touches || one.standing.is_open() && due < asked.from.at(0, 0, 0) {
                    found.push(one);
                }
            }
        }
    }
}

/// A report whose cadence the source leaves open: shown, never computed.
fn unset(ground: &Ground<'_>, asked: &Asked, report: &Report, found: &mut Vec<Obligation>) {
    let at = asked.at();
    let on = ground.memberships(at);
    for (unit, charge) in charged_at(ground, report, &on, (at.date(), at), at) {
        let filings = ground.filings.get(&unit).map_or(&[][..], Vec::as_slice);
        let last = filings
            .iter()
            .filter(|filing| filing.ledger == report.id && filing.filed_at <= at)
            .max_by_key(|filing| filing.filed_at);
        let mut one = plain(report, unit, charge);
        one.standing = last.map_or(Standing::Unset, standing_of);
        one.done_at = last.map(|filing| filing.filed_at);
        one.received_at = last.and_then(|filing| filing.received_at);
        found.push(one);
    }
}

fn plain(report: &Report, unit: UnitId, charge: Charge) -> Obligation {
    let mut one = blank(
        ObligationKind::Report,
        &report.id,
        &report.name_zh,
        &report.clause,
    );
    one.role = report.submitters.first().cloned().unwrap_or_default();
    one.unit = Some(unit);
    one.recipients.clone_from(&report.recipients);
    one.subjects = charge.subjects.into_iter().collect();
    one
}

fn entry(
    ground: &Ground<'_>,
    report: &Report,
    period: &Period,
    unit: UnitId,
    charge: Charge,
    at: Timestamp,
) -> Obligation {
    let filings = ground.filings.get(&unit).map_or(&[][..], Vec::as_slice);
    let chain: Vec<&Filing> = report::revisions(filings, &report.id, &period.id)
        .into_iter()
        .filter(|filing| filing.filed_at <= at)
        .collect();
    let deadline = Deadline::of_period(ground.profile, report, period);
    let mut one = plain(report, unit, charge);
    one.period.clone_from(&period.id);
    one.opens = Some(period.opens);
    one.due = deadline.due;
    one.standing = standing(&chain, period, deadline, at);
    let verdict = report::judge(&chain, deadline, at, None);
    if deadline.judged {
        one.verdict = Some(verdict.timeliness);
    }
    one.severity = match (one.standing, one.verdict) {
        (Standing::Missing, Some(_)) => Severity::Red,
        (Standing::Missing | Standing::Returned, _)
        | (_, Some(Timeliness::Late | Timeliness::LateNetwork)) => Severity::Amber,
        _ => Severity::None,
    };
    let counts = chain
        .iter()
        .find(|filing| Some(filing.id) == verdict.counts);
    if let Some(counts) = counts.or_else(|| chain.last()) {
        one.done_at = Some(counts.filed_at);
        one.received_at = counts.received_at;
    }
    one.amended = verdict.amended;
    one
}

/// Where a period's filing stands (domain.md 6.1).
fn standing(chain: &[&Filing], period: &Period, deadline: Deadline, at: Timestamp) -> Standing {
    let over = is_over(at, deadline.due.unwrap_or_else(|| end_of(period.last)));
    let waiting = if over {
        Standing::Missing
    } else if at < period.opens_at() {
        Standing::Upcoming
    } else {
        Standing::Open
    };
    let Some(last) = chain.last() else {
        return waiting;
    };
    let early = chain
        .iter()
        .all(|filing| filing.filed_at < period.opens_at());
    match standing_of(last) {
        Standing::Returned => Standing::Returned,
        _ if early && over => Standing::Missing,
        _ if early => Standing::Prefilled,
        standing => standing,
    }
}

fn standing_of(filing: &Filing) -> Standing {
    match filing.reviews.last() {
        Some(review) if review.accepted => Standing::Accepted,
        Some(_) => Standing::Returned,
        None if filing.received_at.is_some() => Standing::Received,
        None => Standing::Filed,
    }
}
