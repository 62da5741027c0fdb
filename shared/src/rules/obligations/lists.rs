//! Dates of lists: days on which proposals are taken, submission, issue (domain.md 5.1, 13.6).

use super::{Asked, Ground, blank, end_of, is_over, weight};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::Cells as _;
use crate::field::{Column, Table};
use crate::profile::{Class, List, Recur, Trigger};
use crate::rules::listed::year_due;

/// Days a list that was not submitted or issued is carried on.
const CARRY_DAYS: i64 = 366;

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    for list in &ground.profile.lists {
        windows(ground, asked, list, found);
        for recur in list.submit_by.list() {
            dated(ground, asked, list, recur, None, found);
        }
        if let Some(issue) = list.issue_by.get() {
            dated(
                ground,
                asked,
                list,
                &issue.recurrence,
                Some(issue.class),
                found,
            );
        }
    }
}

/// Days on which a list takes proposals, for the kinds of unit that propose. Where a report collects the names, it says so itself.
fn windows(ground: &Ground<'_>, asked: &Asked, list: &List, found: &mut Vec<Obligation>) {
    let reported = |recur: &Recur| {
        let mut reports = ground.profile.reports.iter();
        reports.any(|report| report.about.is_some() && report.recurrence.contains(recur))
    };
    for recur in list.propose_window.list() {
        if recur.trigger() != Trigger::Calendar || reported(recur) {
            continue;
        }
        for period in recur.periods(asked.from, asked.to) {
            if !asked.touches(period.opens, period.closes()) {
                continue;
            }
            for (unit, entry) in &ground.directory.units {
                if !list.proposers.contains(&entry.kind) {
                    continue;
                }
                let mut one = blank(
                    ObligationKind::ListProposal,
                    &list.id,
                    &list.name_zh,
                    &list.clause,
                );
                one.period.clone_from(&period.id);
                one.opens = Some(period.opens);
                one.due = ground.profile.due_at(&period);
                one.role.clone_from(&entry.kind);
                one.unit = Some(*unit);
                one.recipients.push("hub".to_owned());
                one.standing = if asked.at() < period.opens_at() {
                    Standing::Upcoming
                } else if is_over(asked.at(), end_of(period.closes())) {
                    Standing::Done
                } else {
                    Standing::Open
                };
                found.push(one);
            }
        }
    }
}

/// Issue when a class is given, submission otherwise.
fn dated(
    ground: &Ground<'_>,
    asked: &Asked,
    list: &List,
    recur: &Recur,
    issue: Option<Class>,
    found: &mut Vec<Obligation>,
) {
    let at = asked.at();
    let from = asked.from.plus_days(-CARRY_DAYS);
    let from = from.max(ground.profile.effective_from);
    let kind = match issue {
        Some(_) => ObligationKind::ListIssue,
        None => ObligationKind::ListSubmission,
    };
    for period in recur.due_between(from, asked.to.plus_days(31)) {
        let Some(day) = period.due else { continue };
        let year = year_due(day);
        let issued = ground.listed.is_issued(&list.id, year, at);
        let done = issued || issue.is_none() && is_submitted(ground, list, year);
        let due = ground.profile.due_at(&period);
        let over = due.is_some_and(|due| is_over(at, due));
        let mut one = blank(kind, &list.id, &list.name_zh, &list.clause);
        one.period = format!("{year:04}");
        one.opens = Some(period.opens);
        one.due = due;
        "hub".clone_into(&mut one.role);
        one.recipients.clone_from(&list.deciders.list().to_vec());
        (one.standing, one.severity) = match (done, over, issue) {
            (true, ..) => (Standing::Done, Severity::None),
            (false, true, Some(class)) => (Standing::NotIssued, weight(class)),
            (false, true, None) => (Standing::Overdue, Severity::Red),
            (false, false, _) if asked.to < day.month_of().first_day() => {
                (Standing::Upcoming, Severity::None)
            }
            (false, false, _) => (Standing::Open, Severity::None),
        };
        if asked.touches(day.month_of().first_day(), day) || one.standing.is_overdue() {
            found.push(one);
        }
    }
}

/// True when the hub recorded that the list of a year was submitted.
fn is_submitted(ground: &Ground<'_>, list: &List, year: i16) -> bool {
    let year = format!("{year:04}");
    let mut duties = ground.hub.each(Table::HubDuties);
    duties.any(|duty| {
        duty.is(Column::List, &list.id) && duty.text(Column::Year).starts_with(year.as_str())
    })
}
