//! What the hub compiles and sends: expected in its period, or in the next one when it is made from a report, or after each inspection
//! and meeting it is made from (domain.md 6.4, 13.14).

use std::collections::BTreeSet;

use super::events::{Calendar, Subject, expected, inspections_of, missed};
use super::{Asked, Ground, blank, end_of};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::profile::{Class, Publication, Recur, Trigger};
use crate::time::Date;

/// Days an inspection of which nothing was published is carried on.
const CARRY_DAYS: i64 = 366;

pub(super) fn collect(
    ground: &Ground<'_>,
    asked: &Asked,
    calendar: &Calendar,
    found: &mut Vec<Obligation>,
) {
    for publication in &ground.profile.publications {
        publish(ground, asked, calendar, publication, found);
    }
}

/// The days on which a publication's inspection or meeting was held and after which none has come out, up to a day (domain.md 6.4). One
/// that comes out speaks for all before it.
fn unpublished(
    ground: &Ground<'_>,
    calendar: &Calendar,
    publication: &Publication,
    today: Date,
) -> BTreeSet<Date> {
    let built_from = |id: &String| publication.built_from.contains(id);
    let inspections = ground.profile.inspections.iter().map(|known| &known.id);
    let meetings = ground.profile.meetings.iter();
    let meetings = meetings.filter(|meeting| {
        let mut stands_for = inspections_of(ground, meeting);
        built_from(&meeting.id) || stands_for.any(|inspection| built_from(&inspection.id))
    });
    let sources = inspections.filter(|id| built_from(id));
    let sources: Vec<_> = sources.chain(meetings.map(|meeting| &meeting.id)).collect();
    let last = calendar.days(&publication.id, today).max();
    let since = ground
        .profile
        .effective_from
        .max(today.plus_days(-CARRY_DAYS));
    let held = sources.iter().flat_map(|id| calendar.days(id, today));
    held.filter(|on| *on >= since && last.is_none_or(|last| last < *on))
        .collect()
}

/// What the hub compiles: in the period itself, or in the next one when it is made from a report.
fn publish(
    ground: &Ground<'_>,
    asked: &Asked,
    calendar: &Calendar,
    publication: &Publication,
    found: &mut Vec<Obligation>,
) {
    let at = asked.at();
    let plain = || {
        let mut one = blank(
            ObligationKind::Publication,
            &publication.id,
            &publication.name_zh,
            &publication.clause,
        );
        "hub".clone_into(&mut one.role);
        one.recipients = publication.recipients.clone().unwrap_or_default();
        one
    };
    if publication.cadence.is_unset() {
        let mut one = plain();
        one.standing = Standing::Unset;
        found.push(one);
    }
    let on_demand = |recur: &Recur| recur.trigger() == Trigger::Request;
    if publication.cadence.list().iter().any(on_demand) {
        for on in unpublished(ground, calendar, publication, at.date()) {
            let mut one = plain();
            one.opens = Some(on);
            one.severity = Severity::Amber;
            found.push(one);
        }
    }
    let reported = ground.profile.reports.iter();
    let reported = reported.filter(|report| publication.built_from.contains(&report.id));
    let follows = reported.count() > 0;
    let keys = [publication.id.clone()];
    for recur in publication.cadence.list() {
        let mut periods = expected(std::slice::from_ref(recur), asked);
        periods.sort_by_key(|period| period.first);
        let earlier = periods
            .first()
            .and_then(|first| recur.previous(first.first));
        periods.extend(earlier.filter(|_| follows));
        for period in periods {
            let ends = match recur.next(period.last) {
                Some(next) if follows => next.last,
                _ => period.last,
            };
            let mut one = plain();
            one.period.clone_from(&period.id);
            one.opens = Some(if follows { period.last } else { period.first });
            one.due = Some(end_of(ends));
            if let Some(on) = calendar.held(&keys, &Subject::County, &period, at.date()) {
                one.standing = Standing::Done;
                one.done_at = Some(on.at(0, 0, 0));
            } else if follows && at.date() < period.last {
                one.standing = Standing::Upcoming;
            } else {
                (one.standing, one.severity) = missed(at, end_of(ends), Class::Duty);
            }
            if asked.touches(period.first, ends) || one.standing.is_overdue() {
                found.push(one);
            }
        }
    }
}
