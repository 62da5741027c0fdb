//! Dates of lists: days on which proposals are taken, submission, issue (domain.md 5.1, 13.6).

use super::{Asked, Ground, blank, end_of, is_over, weight};
use crate::api::obligations::{Obligation, ObligationKind, Severity, Standing};
use crate::book::{Book, Cells as _};
use crate::field::{Column, Table};
use crate::ids::UnitId;
use crate::profile::{Class, List, Recur, Trigger};
use crate::rules::guards::field_name;
use crate::rules::listed::year_due;
use crate::rules::lists::is_published;
use crate::rules::void::papers::is_window_of;
use crate::time::Date;

/// Days a list that was not submitted or issued is carried on.
const CARRY_DAYS: i64 = 366;

pub(super) fn collect(ground: &Ground<'_>, asked: &Asked, found: &mut Vec<Obligation>) {
    for list in &ground.profile.lists {
        catalogue(ground, asked, list, found);
        windows(ground, asked, list, found);
        adjustments(ground, asked, list, found);
        for recur in list.submit_by.list() {
            dated(ground, asked, list, recur, Step::Submission, found);
        }
        for recur in list.decide_by.list() {
            dated(ground, asked, list, recur, Step::Decision, found);
        }
        if let Some(issue) = list.issue_by.get() {
            let step = Step::Issue(issue.class);
            dated(ground, asked, list, &issue.recurrence, step, found);
        }
    }
}

/// The catalogue a list is chosen by, of the year that is asked about. The source gives no day, so it is never late.
fn catalogue(ground: &Ground<'_>, asked: &Asked, list: &List, found: &mut Vec<Obligation>) {
    if !list.catalogue_required {
        return;
    }
    let year = asked.to.year();
    let table = Table::Catalogues;
    let (kind, name) = (ObligationKind::Publication, field_name(table.id()));
    let mut one = blank(kind, table.id(), &name, &list.clause);
    one.period = format!("{year:04}");
    "hub".clone_into(&mut one.role);
    one.recipients.clone_from(&list.proposers);
    if is_published(ground.county, year) {
        one.standing = Standing::Done;
    }
    found.push(one);
}

/// True when a unit proposed a project for a list on these days.
fn proposed(ground: &Ground<'_>, unit: UnitId, list: &List, first: Date, last: Date) -> bool {
    let book = ground.units.get(&unit).unwrap_or(Book::EMPTY);
    let mut rows = book.each(Table::Nominations);
    rows.any(|row| {
        let day = row.at().date();
        let cancels = row.is(Column::NominationAct, "cancel");
        row.is(Column::List, &list.id) && !cancels && first <= day && day <= last
    })
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
                } else if proposed(ground, *unit, list, period.opens, period.closes()) {
                    Standing::Done
                } else if is_over(asked.at(), end_of(period.closes())) {
                    Standing::Missing
                } else {
                    Standing::Open
                };
                found.push(one);
            }
        }
    }
}

/// Days in which the hub brings a list up to date that it issued (WS-2). Where a gate keeps changes to a window, the window lets a list be
/// changed and asks for nothing.
fn adjustments(ground: &Ground<'_>, asked: &Asked, list: &List, found: &mut Vec<Obligation>) {
    if ground
        .profile
        .gates
        .iter()
        .any(|gate| is_window_of(gate, list))
    {
        return;
    }
    let on_calendar = |recur: &&Recur| recur.trigger() == Trigger::Calendar;
    for recur in list.adjust.list().iter().filter(on_calendar) {
        for period in recur.periods(asked.from, asked.to) {
            let (opens, closes) = (period.opens_at(), end_of(period.closes()));
            let begun = ground.listed.is_on_record(&list.id, opens);
            if !begun || !asked.touches(period.opens, period.closes()) {
                continue;
            }
            let mut one = blank(
                ObligationKind::ListIssue,
                &list.id,
                &list.name_zh,
                &list.clause,
            );
            one.period.clone_from(&period.id);
            one.opens = Some(period.opens);
            one.due = ground.profile.due_at(&period);
            "hub".clone_into(&mut one.role);
            one.recipients = list.deciders.list().to_vec();
            let mut editions = ground.county.each(Table::ListEditions);
            let is_done = editions.any(|edition| {
                edition.is(Column::List, &list.id) && (opens..=closes).contains(&edition.at())
            });
            if is_done {
                one.standing = Standing::Done;
            }
            found.push(one);
        }
    }
}

/// What becomes of a list by a day.
#[derive(Clone, Copy)]
enum Step {
    Submission,
    Decision,
    Issue(Class),
}

impl Step {
    const fn kind(self) -> ObligationKind {
        match self {
            Self::Submission => ObligationKind::ListSubmission,
            Self::Decision => ObligationKind::ListDecision,
            Self::Issue(_) => ObligationKind::ListIssue,
        }
    }

    /// To whom it goes, or whose act it is: who issues where the county names somebody, who decides otherwise.
    fn parties(self, list: &List) -> Vec<String> {
        match self {
            Self::Issue(_) if !list.issuers.is_empty() => list.issuers.clone(),
            _ => list.deciders.list().to_vec(),
        }
    }
}

fn dated(
    ground: &Ground<'_>,
    asked: &Asked,
    list: &List,
    recur: &Recur,
    step: Step,
    found: &mut Vec<Obligation>,
) {
    let at = asked.at();
    let from = asked.from.plus_days(-CARRY_DAYS);
    let from = from.max(ground.profile.effective_from);
    for period in recur.due_between(from, asked.to.plus_days(31)) {
        let Some(day) = period.due else { continue };
        let year = year_due(day);
        let issued = ground.listed.is_issued(&list.id, year, at);
        // What is issued was decided and submitted.
        let submitted = || matches!(step, Step::Submission) && is_submitted(ground, list, year);
        let done = issued || submitted();
        let due = ground.profile.due_at(&period);
        let over = due.is_some_and(|due| is_over(at, due));
        let mut one = blank(step.kind(), &list.id, &list.name_zh, &list.clause);
        one.period = format!("{year:04}");
        one.opens = Some(period.opens);
        one.due = due;
        "hub".clone_into(&mut one.role);
        one.recipients = step.parties(list);
        (one.standing, one.severity) = match (done, over, step) {
            (true, ..) => (Standing::Done, Severity::None),
            (false, true, Step::Issue(class)) => (Standing::NotIssued, weight(class)),
            (false, true, _) => (Standing::Overdue, Severity::Red),
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

#[cfg(test)]
mod tests {
    use super::super::{Whose, obligations};
    use super::*;
    use crate::profile::Stated;
    use crate::testing::{County, by, hub};

    fn owed(county: &County, from: &str, rule: &str) -> Vec<Obligation> {
        let asked = Asked {
            whose: Whose::All,
            from: from.parse().expect("a day"),
            to: county.now.date(),
            now: county.now,
        };
        let found = obligations(&Ground::of(&county.world()), &asked);
        let of_list = found.into_iter().filter(|one| one.rule == rule);
        of_list.collect()
    }

    #[test]
    fn a_reserve_that_was_issued_is_brought_up_to_date_every_quarter() {
        let mut county = County::new("wushan", "2025-01-05");
        let owed = |county: &County, day: &str| -> Vec<_> {
            let day: Date = day.parse().expect("a day");
            let asked = Asked::on(Whose::Hub, day, day.at(12, 0, 0));
            let found = obligations(&Ground::of(&county.world()), &asked).into_iter();
            let found = found.filter(|one| one.rule == "ws.reserve");
            let found = found.filter(|one| one.kind == ObligationKind::ListIssue);
            found.map(|one| (one.period, one.standing)).collect()
        };
        assert_eq!(owed(&county, "2025-04-05"), []);
        let edition = [
            (Column::List, "ws.reserve".into()),
            (Column::Year, "2025".into()),
        ];
        county.put(hub(), Table::ListEditions, &edition);
        let open = [("2025-Q2".to_owned(), Standing::Open)];
        for (day, expected) in [
            ("2025-03-31", &[][..]),
            ("2025-04-01", &open),
            ("2025-04-10", &open),
            ("2025-04-11", &[]),
        ] {
            assert_eq!(owed(&county, day), expected, "{day}");
        }
        county.on("2025-04-08");
        county.put(hub(), Table::ListEditions, &edition);
        let done = [("2025-Q2".to_owned(), Standing::Done)];
        assert_eq!(owed(&county, "2025-04-09"), done);
    }

    #[test]
    fn the_hub_owes_the_catalogue_until_it_is_published() {
        let mut county = County::new("longting", "2022-03-01");
        let standing = |county: &County| {
            let found = owed(county, "2022-03-01", "catalogues");
            found.iter().map(|one| one.standing).collect::<Vec<_>>()
        };
        assert_eq!(standing(&county), [Standing::Open]);
        let set = [
            (Column::Year, "2022".into()),
            (Column::Text, "industry".into()),
        ];
        county.put(hub(), Table::Catalogues, &set);
        assert_eq!(standing(&county), [Standing::Done]);
        assert!(
            owed(
                &County::new("kaizhou", "2022-03-01"),
                "2022-03-01",
                "catalogues"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_day_of_decision_is_owed_and_an_issue_names_who_issues() {
        let mut county = County::new("kundulun", "2017-11-20");
        let list = county
            .profile
            .lists
            .iter_mut()
            .find(|list| list.id == "kd.annual");
        let list = list.expect("the list is there");
        list.decide_by = Stated::Given(vec!["yearly:11-15".parse().expect("a recurrence")]);
        list.issuers = vec!["gov".to_owned()];
        let found = owed(&county, "2017-11-01", "kd.annual");
        let decision = found
            .iter()
            .filter(|one| one.kind == ObligationKind::ListDecision);
        let decision: Vec<_> = decision
            .map(|one| (one.period.as_str(), one.standing, one.recipients.join(",")))
            .collect();
        // The year before was not decided either.
        let by = || "party_gov".to_owned();
        assert_eq!(
            decision,
            [
                ("2017", Standing::Overdue, by()),
                ("2018", Standing::Overdue, by())
            ]
        );
        county.on("2018-01-20");
        let found = owed(&county, "2018-01-01", "kd.annual");
        let mut issue = found
            .iter()
            .filter(|one| one.kind == ObligationKind::ListIssue);
        let issue = issue.next().expect("the issue is owed");
        assert_eq!(issue.recipients, ["gov"]);
        // What was issued was decided.
        let set = [
            (Column::List, "kd.annual".into()),
            (Column::Year, "2018".into()),
        ];
        county.put(hub(), Table::ListEditions, &set);
        let found = owed(&county, "2018-01-01", "kd.annual");
        let open = found.iter().filter(|one| one.standing.is_overdue());
        let open: Vec<_> = open.map(|one| (one.kind, one.period.as_str())).collect();
        assert!(
            !open.contains(&(ObligationKind::ListDecision, "2018")),
            "{open:?}"
        );
    }

    #[test]
    fn a_window_of_proposals_is_done_by_who_proposed() {
        let mut county = County::new("kundulun", "2016-09-05");
        let (one, other) = (
            county.unit("one", "township"),
            county.unit("other", "township"),
        );
        let set = [
            (Column::List, "kd.annual".into()),
            (Column::NominationAct, "add".into()),
        ];
        county.put(by(one), Table::Nominations, &set);
        county.on("2017-01-02");
        let found = owed(&county, "2016-12-01", "kd.annual");
        let of = |unit| {
            let mut of_unit = found.iter().filter(|found| found.unit == Some(unit));
            of_unit.next().map(|found| found.standing)
        };
        assert_eq!(of(one), Some(Standing::Done));
        assert_eq!(of(other), Some(Standing::Missing));
    }
}
