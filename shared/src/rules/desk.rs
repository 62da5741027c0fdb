//! The work desk: what must be done now, what was returned, what is late (ux.md 5.1, cards 1 to 3).

use std::collections::BTreeMap;

use crate::api::obligations::{Obligation, ObligationKind};
use crate::api::{Desk, DeskDue, DeskFiling, DeskReturned, ReportView};
use crate::field::{Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::Profile;
use crate::rules::report::{self, Filing};
use crate::rules::workdays::WorkCalendar;
use crate::text::{Lang, period};
use crate::time::{Date, Timestamp};

/// Rows with a day the desk shows at most, and rows without one; the list behind it shows all.
pub const DUE_ROWS_MAX: usize = 100;

/// When something is due, as people plan: weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// 已逾期.
    Late,
    /// 本周.
    ThisWeek,
    /// 下周.
    NextWeek,
    /// 以后.
    Later,
    /// 未定日期.
    Undated,
}

impl When {
    /// Every group, in the order of the desk.
    pub const ALL: [Self; 5] = [
        Self::Late,
        Self::ThisWeek,
        Self::NextWeek,
        Self::Later,
        Self::Undated,
    ];

    /// The group of a day, seen from another.
    #[must_use]
    pub fn of(due: Option<Date>, today: Date) -> Self {
        let sunday = today.plus_days(7 - i64::from(today.weekday()));
        match due {
            None => Self::Undated,
            Some(day) if day < today => Self::Late,
            Some(day) if day <= sunday => Self::ThisWeek,
            Some(day) if day <= sunday.plus_days(7) => Self::NextWeek,
            Some(_) => Self::Later,
        }
    }
}

/// Card 1 of a unit from its month.
#[must_use]
pub fn filing_card(
    profile: &Profile,
    worked: &WorkCalendar,
    report: &ReportView,
    now: Timestamp,
) -> DeskFiling {
    let count = |keep: &dyn Fn(&crate::api::ReportRow) -> bool| {
        u32::try_from(report.rows.iter().filter(|row| keep(row)).count()).unwrap_or(u32::MAX)
    };
    DeskFiling {
        ledger: report.ledger.clone(),
        ledger_name: profile.report_name(&report.ledger).to_owned(),
        period: report.period,
        due: report.due,
        working_days_left: report
            .due
            .and_then(|due| worked.left(now.date(), due.date()).ok()),
        late: report.due.is_some_and(|due| now.seconds() > due.seconds()),
        filled: count(&|row| row.filled),
        rows: count(&|_| true),
        errors: count(&|row| !row.conflicts.is_empty()),
        state: report.state,
        filing: report.filing.clone(),
    }
}

/// Card 2: every period whose latest revision the hub returned, newest first.
#[must_use]
pub fn returned(filings: &[Filing]) -> Vec<DeskReturned> {
    let mut keys: Vec<_> = filings
        .iter()
        .map(|filing| (filing.period.as_str(), filing.ledger.as_str()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let latest = keys.into_iter().rev().filter_map(|(period, ledger)| {
        let last = report::revisions(filings, ledger, period).pop()?;
        let review = last.reviews.last().filter(|review| !review.accepted)?;
        Some(DeskReturned {
            ledger: ledger.to_owned(),
            period: period.to_owned(),
            reason: review.reason.clone(),
            at: review.at,
            by: review.by.name.clone(),
        })
    });
    latest.collect()
}

/// Card 3: what is owed, with a day or without; the month of card 1 among it, since that is a day like the others.
pub fn due_lines(
    profile: &Profile,
    owed: &[Obligation],
    names: &BTreeMap<ProjectId, String>,
    left: impl Fn(Date) -> Option<i32>,
    at_hub: bool,
) -> Vec<DeskDue> {
    let open = owed.iter().filter(|one| one.standing.is_open());
    let lines = open.map(|one| {
        let due = one.due.map(|due| due.date());
        let kind = match one.kind {
            ObligationKind::Issue => "issue",
            ObligationKind::Task => "node",
            ObligationKind::Report => "report",
            kind => kind.id(),
        };
        let name = one.project.and_then(|project| names.get(&project));
        DeskDue {
            kind: kind.to_owned(),
            project: one.project,
            project_name: name.cloned().unwrap_or_default(),
            what: what(profile, one),
            due,
            working_days_left: due.and_then(&left),
            late: false,
            person: one.person.clone(),
            link: link(one, at_hub),
        }
    });
    lines.collect()
}

/// True for a report that was due before its unit's first record here: it was told another way and is no task that waits.
///
/// `begun`: the day of each unit's first project.
#[must_use]
pub fn is_before(one: &Obligation, begun: &BTreeMap<UnitId, Date>) -> bool {
    let since = one.unit.and_then(|unit| begun.get(&unit));
    let due = one.due.map(|due| due.date());
    one.kind == ObligationKind::Report && due.zip(since).is_some_and(|(due, since)| due < *since)
}

/// The page of a report's period; the hub looks at a named unit's.
fn link(one: &Obligation, at_hub: bool) -> String {
    if one.kind != ObligationKind::Report || one.period.is_empty() {
        return String::new();
    }
    let unit = one.unit.filter(|_| at_hub);
    let unit = unit.map_or_else(String::new, |unit| format!("/{unit}"));
    format!("/report/{}/{}{unit}", one.rule, one.period)
}

/// What is owed, in one line: the post or record it is about, what it is called, its period; the clause where it has no name.
fn what(profile: &Profile, one: &Obligation) -> String {
    let mut posts = profile.slots.iter();
    let post = posts.find(|slot| {
        matches!(one.kind, ObligationKind::Slot | ObligationKind::Roster) && slot.id == one.rule
    });
    let about = post.and_then(|slot| slot.field.as_deref().or(slot.document.as_deref()));
    let of_rows = matches!(
        one.kind,
        ObligationKind::Void | ObligationKind::Confirm | ObligationKind::Duty
    );
    let about = about.or(of_rows.then_some(&one.rule));
    let field = about.and_then(Field::from_id);
    let table = about.and_then(Table::from_id);
    let label = field
        .map(|field| field.label(Lang::Zh))
        .or(table.map(|table| table.label(Lang::Zh)));
    let period = period::period(&one.period, Lang::Zh);
    let said = [label.unwrap_or_default(), &one.name, &period];
    let said: Vec<_> = said.into_iter().filter(|part| !part.is_empty()).collect();
    if said.is_empty() {
        one.clause.clone()
    } else {
        said.join(" ")
    }
}

/// Puts the cards of a desk in order: overdue first and marked, what has no day last; at most [`DUE_ROWS_MAX`] rows of each.
#[must_use]
pub fn arrange(mut desk: Desk, today: Date) -> Desk {
    for due in &mut desk.due {
        due.late = due.due.is_some_and(|day| day < today);
    }
    desk.due.sort_by(|a, b| {
        (a.due.is_none(), a.due)
            .cmp(&(b.due.is_none(), b.due))
            .then_with(|| a.project.cmp(&b.project))
            .then_with(|| a.what.cmp(&b.what))
    });
    let dated = desk.due.partition_point(|due| due.due.is_some());
    let mut undated = desk.due.split_off(dated);
    desk.due.truncate(DUE_ROWS_MAX);
    undated.truncate(DUE_ROWS_MAX);
    desk.due.append(&mut undated);
    desk
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::api::obligations::{Severity, Standing};

    #[test]
    fn a_report_due_before_a_units_first_record_waits_for_nobody() {
        let unit = UnitId::from_bytes([1; 10]);
        let begun = BTreeMap::from([(unit, "2026-11-05".parse().unwrap())]);
        let of = |kind, due| {
            let mut one = owed(kind, "R-KZ-1", Some(due));
            one.unit = Some(unit);
            is_before(&one, &begun)
        };
        assert!(of(ObligationKind::Report, "2026-10-31"));
        assert!(!of(ObligationKind::Report, "2026-11-05"));
        assert!(
            !of(ObligationKind::Task, "2026-10-31"),
            "another kind stays"
        );
        let of_all = owed(ObligationKind::Report, "R-KZ-1", Some("2026-10-31"));
        assert!(!is_before(&of_all, &begun), "nobody's in particular stays");
    }

    fn owed(kind: ObligationKind, rule: &str, due: Option<&str>) -> Obligation {
        Obligation {
            kind,
            rule: rule.to_owned(),
            name: String::new(),
            clause: "KZ-2.8.1".to_owned(),
            period: String::new(),
            opens: None,
            due: due.map(|day| day.parse::<Date>().unwrap().at(23, 59, 59)),
            standing: Standing::Open,
            verdict: None,
            severity: Severity::Amber,
            role: String::new(),
            unit: None,
            person: String::new(),
            recipients: Vec::new(),
            project: None,
            row: None,
            subjects: Vec::new(),
            amount_fen: None,
            done_at: None,
            received_at: None,
            amended: false,
        }
    }

    fn desk(due: Vec<DeskDue>) -> Desk {
        Desk {
            filing: None,
            collection: None,
            returned: Vec::new(),
            due,
            conflicts: Vec::new(),
            proposals: 0,
            kinds: BTreeMap::new(),
            notice: String::new(),
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        // 2026-11-21 is a Saturday.
        let of =
            |due: &str, today: &str| When::of(Some(due.parse().unwrap()), today.parse().unwrap());
        for (due, today, when) in [
            ("2026-11-20", "2026-11-21", When::Late),
            ("2026-11-21", "2026-11-21", When::ThisWeek),
            ("2026-11-22", "2026-11-21", When::ThisWeek),
            ("2026-11-23", "2026-11-21", When::NextWeek),
            ("2026-11-23", "2026-11-22", When::NextWeek),
            ("2026-11-29", "2026-11-22", When::NextWeek),
            ("2026-11-30", "2026-11-22", When::Later),
            ("2026-11-29", "2026-11-23", When::ThisWeek),
        ] {
            assert_eq!(of(due, today), when, "{due} seen from {today}");
        }
        assert_eq!(When::of(None, "2026-11-21".parse().unwrap()), When::Undated);
    }

    #[test]
    fn what_has_no_day_stands_on_the_desk_after_what_has_one_and_says_what_it_is() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let slot = profile
            .slots
            .iter()
            .find(|slot| slot.field.as_deref() == Some("lead_leaders"))
            .unwrap();
        let mut all = vec![
            owed(ObligationKind::Slot, &slot.id, None),
            owed(ObligationKind::Duty, "unnamed", None),
            owed(ObligationKind::Task, "countdown", Some("2026-11-20")),
        ];
        let mut month = owed(ObligationKind::Report, "R-KZ-9", Some("2026-12-31"));
        month.period = "2026-11".to_owned();
        all.push(month);
        let days = |count: usize| {
            (0..count).map(|_| owed(ObligationKind::Task, "countdown", Some("2026-11-21")))
        };
        all.extend(days(DUE_ROWS_MAX));
        let left = |_: Date| Some(3);
        let lines = due_lines(&profile, &all, &BTreeMap::new(), left, false);
        let today = "2026-11-22".parse().unwrap();
        let desk = arrange(desk(lines), today);
        assert_eq!(desk.due.len(), DUE_ROWS_MAX + 2);
        assert!(desk.due.first().unwrap().late);
        let undated: Vec<_> = desk.due.iter().filter(|line| line.due.is_none()).collect();
        let said: Vec<_> = undated
            .iter()
            .map(|line| (&*line.kind, &*line.what))
            .collect();
        let leader = Table::LeadLeaders.label(Lang::Zh);
        assert_eq!(said, [("duty", "KZ-2.8.1"), ("slot", leader)]);
        assert!(
            undated
                .iter()
                .all(|line| !line.late && line.working_days_left.is_none())
        );
        assert!(desk.due.last().unwrap().due.is_none());
    }
}
