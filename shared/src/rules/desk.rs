//! The work desk: what must be done now, what was returned, what is late (ux.md 5.1, cards 1 to 3).

use std::collections::BTreeMap;

use crate::api::obligations::{Obligation, ObligationKind};
use crate::api::{Desk, DeskDue, DeskFiling, DeskReturned, ReportView};
use crate::ids::ProjectId;
use crate::profile::Profile;
use crate::rules::report::{self, Filing};
use crate::rules::workdays::WorkCalendar;
use crate::time::{Date, Timestamp};

/// Rows the desk shows at most; the list behind it shows all.
pub const DUE_ROWS_MAX: usize = 12;

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
        ledger_name: profile.ledger_name(&report.ledger).to_owned(),
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
            period: period.parse().ok()?,
            reason: review.reason.clone(),
            at: review.at,
        })
    });
    latest.collect()
}

/// Card 3: what is owed and has a day; the report card 1 shows is not said twice.
pub fn due_lines(
    owed: &[Obligation],
    card: Option<&DeskFiling>,
    names: &BTreeMap<ProjectId, String>,
    left: impl Fn(Date) -> Option<i32>,
) -> Vec<DeskDue> {
    let shown = |one: &Obligation| {
        card.is_some_and(|card| {
            one.kind == ObligationKind::Report && one.period == card.period.to_string()
        })
    };
    let open = owed
        .iter()
        .filter(|one| one.standing.is_open() && !shown(one));
    let lines = open.filter_map(|one| {
        let due = one.due?.date();
        let kind = match one.kind {
            ObligationKind::Issue => "issue",
            ObligationKind::Task => "node",
            ObligationKind::Report => "report",
            kind => kind.id(),
        };
        let name = one.project.and_then(|project| names.get(&project));
        Some(DeskDue {
            kind: kind.to_owned(),
            project: one.project,
            project_name: name.cloned().unwrap_or_default(),
            what: if one.period.is_empty() {
                one.name.clone()
            } else {
                format!("{} {}", one.name, one.period)
            },
            due,
            working_days_left: left(due),
            late: false,
            person: one.person.clone(),
        })
    });
    lines.collect()
}

/// Puts the cards of a desk in order: overdue first and marked, at most [`DUE_ROWS_MAX`] rows.
#[must_use]
pub fn arrange(mut desk: Desk, today: Date) -> Desk {
    for due in &mut desk.due {
        due.late = due.due < today;
    }
    desk.due.sort_by(|a, b| {
        a.due
            .cmp(&b.due)
            .then_with(|| a.project.cmp(&b.project))
            .then_with(|| a.what.cmp(&b.what))
    });
    desk.due.truncate(DUE_ROWS_MAX);
    desk
}
