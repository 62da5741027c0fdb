//! Events of the calendar: meetings and inspections, expected in each period, held or not (domain.md 8.1, 13.13).
//!
//! An event in any month of its period counts. A row that names its period counts for that one alone; one that names only its day for
//! every period the day lies in. What the hub compiles has its own rules (`publications`).

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Ground, Memberships, blank, end_of, is_over, publications, weight};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Class, Inspection, Meeting, MeetingKind, MeetingPer, Period, Recur, Trigger};
use crate::rules::brief::Brief;
use crate::rules::scores;
use crate::time::{Date, Timestamp};

/// What has an event of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    County,
    Unit(UnitId),
    Project(ProjectId),
    Leader(String),
}

/// Days and named periods of events, by what they are and whose.
#[derive(Debug, Default)]
pub(super) struct Calendar {
    held: BTreeMap<(String, Subject), Vec<(Date, String)>>,
    /// Topics that were settled, with the first day each was.
    settled: BTreeMap<(String, Subject), BTreeMap<String, Date>>,
}

impl Calendar {
    fn note(&mut self, kind: &str, subjects: Vec<Subject>, on: Date, period: &str) {
        for subject in subjects {
            let held = self.held.entry((kind.to_owned(), subject)).or_default();
            held.push((on, period.to_owned()));
        }
    }

    fn row(&mut self, kind: &str, row: &Row<'_>, unit: Option<UnitId>) {
        let mut subjects = vec![Subject::County];
        subjects.extend(unit.map(Subject::Unit));
        subjects.extend(row.project().map(Subject::Project));
        let person = row.text(Column::Person);
        if !person.is_empty() {
            subjects.push(Subject::Leader(person.to_owned()));
        }
        let on = row.date(Column::Date).unwrap_or_else(|| row.at().date());
        let topics = row.text(Column::TopicsDone).split(',');
        self.settle(
            kind,
            &subjects,
            on,
            topics.filter(|topic| !topic.is_empty()),
        );
        self.note(kind, subjects, on, row.text(Column::Period));
    }

    fn settle<'t>(
        &mut self,
        kind: &str,
        subjects: &[Subject],
        on: Date,
        topics: impl Iterator<Item = &'t str>,
    ) {
        for topic in topics {
            for subject in subjects {
                let settled = self.settled.entry((kind.to_owned(), subject.clone()));
                let first = settled.or_default().entry(topic.to_owned()).or_insert(on);
                *first = on.min(*first);
            }
        }
    }

    /// The day on which the last topic of a meeting was settled, from one day to another; `None` while one is open.
    fn all_settled(
        &self,
        meeting: &Meeting,
        subject: &Subject,
        from: Date,
        until: Date,
    ) -> Option<Date> {
        let settled = self.settled.get(&(meeting.id.clone(), subject.clone()))?;
        let days = meeting.topics.iter().map(|topic| {
            let day = settled.get(&topic.id).copied();
            day.filter(|day| (from..=until).contains(day))
        });
        days.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// The first day on which the event of a period was held, up to a day.
    pub(super) fn held(
        &self,
        keys: &[String],
        subject: &Subject,
        period: &Period,
        until: Date,
    ) -> Option<Date> {
        let held = keys
            .iter()
            .filter_map(|key| self.held.get(&(key.clone(), subject.clone())))
            .flatten();
        held.filter(|(on, named)| {
            *on <= until
                && if named.is_empty() {
                    period.contains(*on)
                } else {
                    *named == period.id
                }
        })
        .map(|(on, _)| *on)
        .min()
    }

    fn ever(&self, keys: &[String], subject: &Subject, from: Date, until: Date) -> Option<Date> {
        let held = keys
            .iter()
            .filter_map(|key| self.held.get(&(key.clone(), subject.clone())))
            .flatten();
        held.map(|(on, _)| *on)
            .filter(|on| (from..=until).contains(on))
            .min()
    }

    /// The days on which an event of the county was held, up to a day.
    pub(super) fn days(&self, key: &str, until: Date) -> impl Iterator<Item = Date> {
        let held = self.held.get(&(key.to_owned(), Subject::County));
        let held = held.into_iter().flatten();
        held.map(|(on, _)| *on).filter(move |on| *on <= until)
    }

    fn of(ground: &Ground<'_>) -> Self {
        let mut calendar = Self::default();
        for row in ground.hub.each(Table::Meetings) {
            calendar.row(row.text(Column::MeetingKind), &row, None);
        }
        for row in ground.hub.each(Table::Inspections) {
            calendar.row(row.text(Column::InspectionKind), &row, None);
        }
        for (table, kind) in BY_REGISTER {
            for row in ground.hub.each(*table) {
                calendar.row(&of_kind(*kind), &row, None);
            }
        }
        for row in ground.hub.each(Table::ScoreSheets) {
            if let Some(scheme) = scores::scheme_of(ground.profile, &row) {
                calendar.row(&of_scheme(&scheme.id), &row, None);
            }
        }
        for row in ground.county.each(Table::Publications) {
            calendar.row(row.text(Column::PublicationKind), &row, None);
        }
        for row in ground.county.each(Table::Rankings) {
            calendar.row(&of_kind(MeetingKind::Ranking), &row, None);
        }
        for (unit, book) in ground.units {
            for row in book.each(Table::UnitMeetings) {
                calendar.row(row.text(Column::MeetingKind), &row, Some(*unit));
            }
        }
        for brief in &ground.briefs {
            for held in &brief.held {
                let subjects = vec![
                    Subject::County,
                    Subject::Project(brief.id),
                    Subject::Leader(held.person.clone()),
                ];
                let kind = if held.kind == "joint" || held.kind.starts_with("expert") {
                    of_kind(MeetingKind::Review)
                } else {
                    held.kind.clone()
                };
                let topics = held.settled.iter().map(String::as_str);
                calendar.settle(&kind, &subjects, held.on, topics);
                calendar.note(&kind, subjects, held.on, "");
            }
        }
        calendar
    }
}

/// Registers of the hub whose rows are events of a kind.
const BY_REGISTER: &[(Table, MeetingKind)] = &[
    (Table::BankMatches, MeetingKind::BankMatch),
    (Table::SigningEvents, MeetingKind::Signing),
    (Table::StartEvents, MeetingKind::Start),
    (Table::Trainings, MeetingKind::Training),
    (Table::PromoPublications, MeetingKind::Publication),
    (Table::ScoreSheets, MeetingKind::Scoring),
];

/// A key that no id of a profile can be.
fn of_kind(kind: MeetingKind) -> String {
    format!("#{kind:?}")
}

/// The key of a scheme's score sheets.
fn of_scheme(id: &str) -> String {
    format!("#scheme {id}")
}

/// Inspections a meeting of the calendar stands for: the same clause, the same programme.
pub(super) fn inspections_of<'a>(
    ground: &Ground<'a>,
    meeting: &'a Meeting,
) -> impl Iterator<Item = &'a Inspection> {
    let inspects = matches!(meeting.kind, MeetingKind::Inspection | MeetingKind::Viewing);
    let same = move |inspection: &&Inspection| inspects && inspection.clause == meeting.clause;
    ground.profile.inspections.iter().filter(same)
}

/// What counts as this meeting in a period: an inspection only where it has such a period itself, so that a quarterly one is no
/// yearly assessment; and the score sheet of the assessment the same clause asks for.
fn keys_in(
    ground: &Ground<'_>,
    meeting: &Meeting,
    keys: &[String],
    period: &Period,
) -> Vec<String> {
    let inspections = inspections_of(ground, meeting).filter(|inspection| {
        let mut recurrence = inspection.recurrence.iter();
        recurrence.any(|recur| recur.period_of(&period.id).is_some())
    });
    let schemes = ground.profile.assess.schemes.iter();
    let schemes = schemes
        .filter(|scheme| scheme.clause == meeting.clause && scores::is_due_for(scheme, &period.id));
    let mut all = keys.to_vec();
    all.extend(inspections.map(|inspection| inspection.id.clone()));
    all.extend(schemes.map(|scheme| of_scheme(&scheme.id)));
    all
}

/// What counts as this meeting whenever it is held.
fn keys(meeting: &Meeting) -> Vec<String> {
    let mut keys = vec![meeting.id.clone()];
    match meeting.kind {
        MeetingKind::BankMatch
        | MeetingKind::Signing
        | MeetingKind::Start
        | MeetingKind::Training
        | MeetingKind::Scoring
        | MeetingKind::Review => keys.push(of_kind(meeting.kind)),
        MeetingKind::Publication | MeetingKind::Ranking | MeetingKind::Comparison => {
            keys.push(of_kind(meeting.kind));
            keys.extend(meeting.publications.iter().cloned());
        }
        MeetingKind::Dispatch
        | MeetingKind::Joint
        | MeetingKind::Deployment
        | MeetingKind::Inspection
        | MeetingKind::Viewing
        | MeetingKind::Hearing => {}
    }
    keys
}

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    let calendar = Calendar::of(ground);
    let on = ground.memberships(asked.at());
    for meeting in &ground.profile.meetings {
        meetings(ground, asked, &calendar, &on, meeting, found);
    }
    for inspection in &ground.profile.inspections {
        let mut meetings = ground.profile.meetings.iter();
        let same = |meeting: &Meeting| {
            inspections_of(ground, meeting).any(|known| known.id == inspection.id)
        };
        if !meetings.any(same) {
            inspect(ground, asked, &calendar, inspection, found);
        }
    }
    publications::collect(ground, asked, &calendar, found);
}

fn meetings(
    ground: &Ground<'_>,
    asked: &Asked,
    calendar: &Calendar,
    on: &Memberships<'_>,
    meeting: &Meeting,
    found: &mut Vec<Obligation>,
) {
    let keys = keys(meeting);
    let plain = || {
        let mut one = blank(
            ObligationKind::Meeting,
            &meeting.id,
            &meeting.name_zh,
            &meeting.clause,
        );
        one.role = meeting
            .conveners
            .list()
            .first()
            .cloned()
            .unwrap_or_default();
        one
    };
    match meeting.recurrence.first().map(Recur::trigger) {
        Some(Trigger::Calendar) => {}
        Some(Trigger::Unset) => {
            let mut one = plain();
            one.standing = Standing::Unset;
            found.push(one);
            return;
        }
        Some(Trigger::Event(event)) => {
            after_event(ground, asked, calendar, on, meeting, event, &keys, found);
            return;
        }
        Some(Trigger::Cause | Trigger::Request) | None => return,
    }
    let subjects = subjects(ground, meeting, on, asked.at().date());
    for period in expected(&meeting.recurrence, asked) {
        let keys = keys_in(ground, meeting, &keys, &period);
        for subject in &subjects {
            let mut one = plain();
            address(&mut one, subject);
            judge(
                &mut one,
                calendar,
                &keys,
                subject,
                &period,
                meeting.class,
                asked,
            );
            push_if_asked(one, &period, asked, found);
        }
    }
}

/// An event that follows another one, once.
#[expect(
    clippy::too_many_arguments,
    reason = "what an event is judged by, and the event"
)]
fn after_event(
    ground: &Ground<'_>,
    asked: &Asked,
    calendar: &Calendar,
    on: &Memberships<'_>,
    meeting: &Meeting,
    event: &str,
    keys: &[String],
    found: &mut Vec<Obligation>,
) {
    let today = asked.at().date();
    let mut owe = |subject: &Subject, since: Date| {
        let mut one = blank(
            ObligationKind::Meeting,
            &meeting.id,
            &meeting.name_zh,
            &meeting.clause,
        );
        address(&mut one, subject);
        one.opens = Some(since);
        let held = if meeting.settles {
            calendar.all_settled(meeting, subject, since, today)
        } else {
            calendar.ever(keys, subject, since, today)
        };
        if let Some(on) = held {
            one.standing = Standing::Done;
            one.done_at = Some(on.at(0, 0, 0));
        }
        found.push(one);
    };
    match event {
        // Once for each project that was taken on.
        "confirmed" => {
            for brief in living(ground) {
                if ground.in_programme(brief, &meeting.programme, on) {
                    owe(&Subject::Project(brief.id), ground.profile.effective_from);
                }
            }
        }
        // Once the yearly names are in.
        "names_collected" => {
            let mut reports = ground.profile.reports.iter();
            let yearly = reports.find_map(|report| {
                let recur = report.recurrence.iter();
                let mut recur = recur.filter(|recur| matches!(recur, Recur::YearlyDay(..)));
                recur.next().filter(|_| report.about.is_some())
            });
            let due = yearly
                .map(|recur| recur.due_between(today.plus_days(-366), today.plus_days(-1)))
                .and_then(|periods| periods.last().and_then(|period| period.due));
            if let Some(due) = due {
                owe(&Subject::County, due.plus_days(1));
            }
        }
        _ => {}
    }
}

fn living<'a>(ground: &'a Ground<'_>) -> impl Iterator<Item = &'a Brief> {
    let briefs = ground.briefs.iter().map(AsRef::as_ref);
    briefs.filter(|brief: &&Brief| !brief.is_out)
}

fn subjects(
    ground: &Ground<'_>,
    meeting: &Meeting,
    on: &Memberships<'_>,
    day: Date,
) -> Vec<Subject> {
    let of_programme =
        || living(ground).filter(|brief| ground.in_programme(brief, &meeting.programme, on));
    match meeting.per {
        MeetingPer::County => vec![Subject::County],
        MeetingPer::Leader => {
            let leaders: BTreeSet<_> = of_programme().flat_map(|one| one.leaders_on(day)).collect();
            let leaders = leaders.into_iter().map(str::to_owned);
            leaders.map(Subject::Leader).collect()
        }
        MeetingPer::LeadUnit => {
            let units: BTreeSet<_> = of_programme().filter_map(|brief| brief.lead).collect();
            units.into_iter().map(Subject::Unit).collect()
        }
        MeetingPer::Project => of_programme()
            .map(|brief| Subject::Project(brief.id))
            .collect(),
    }
}

fn address(one: &mut Obligation, subject: &Subject) {
    match subject {
        Subject::County => {}
        Subject::Unit(unit) => one.unit = Some(*unit),
        Subject::Project(project) => one.project = Some(*project),
        Subject::Leader(person) => one.person.clone_from(person),
    }
}

/// The periods that are asked for, and the one before the first.
pub(super) fn expected(recurrence: &[Recur], asked: &Asked) -> Vec<Period> {
    let mut periods = Recur::periods_of_all(recurrence, asked.from, asked.to);
    let before = recurrence
        .iter()
        .filter_map(|recur| recur.previous(asked.from));
    for previous in before {
        if !periods.contains(&previous) {
            periods.push(previous);
        }
    }
    periods
}

fn judge(
    one: &mut Obligation,
    calendar: &Calendar,
    keys: &[String],
    subject: &Subject,
    period: &Period,
    class: Class,
    asked: &Asked,
) {
    let at = asked.at();
    one.period.clone_from(&period.id);
    one.opens = Some(period.opens);
    one.due = Some(end_of(period.last));
    if let Some(on) = calendar.held(keys, subject, period, at.date()) {
        one.standing = Standing::Done;
        one.done_at = Some(on.at(0, 0, 0));
        return;
    }
    (one.standing, one.severity) = missed(at, end_of(period.last), class);
}

pub(super) fn missed(at: Timestamp, end: Timestamp, class: Class) -> (Standing, Severity) {
    if is_over(at, end) {
        (Standing::NotHeld, weight(class))
    } else {
        (Standing::Open, Severity::None)
    }
}

fn push_if_asked(one: Obligation, period: &Period, asked: &Asked, found: &mut Vec<Obligation>) {
    if asked.touches(period.first, period.last) || one.standing.is_overdue() {
        found.push(one);
    }
}

fn inspect(
    _ground: &Ground<'_>,
    asked: &Asked,
    calendar: &Calendar,
    inspection: &Inspection,
    found: &mut Vec<Obligation>,
) {
    let keys = [inspection.id.clone()];
    let plain = || {
        let mut one = blank(
            ObligationKind::Inspection,
            &inspection.id,
            &inspection.name_zh,
            &inspection.clause,
        );
        let organisers = inspection.organisers.as_deref().unwrap_or_default();
        one.role = organisers.first().cloned().unwrap_or_default();
        // Whom it is announced to: those who are invited to it (domain.md 13.13b).
        one.recipients.clone_from(&inspection.invited);
        one
    };
    if inspection.class == Class::Periodic {
        let mut one = plain();
        one.standing = Standing::Unset;
        found.push(one);
        return;
    }
    for period in expected(&inspection.recurrence, asked) {
        let mut one = plain();
        judge(
            &mut one,
            calendar,
            &keys,
            &Subject::County,
            &period,
            inspection.class,
            asked,
        );
        push_if_asked(one, &period, asked, found);
    }
}
