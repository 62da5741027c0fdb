//! The work desk: what must be done now, what was returned, what is late (ux.md 5.1, cards 1 to 3).

use crate::api::{Desk, DeskConflict, DeskDue, DeskFiling, DeskReturned, ReportView};
use crate::field::{Column, Field, FieldPath, Table};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::report::{self, Filing};
use crate::rules::workdays::working_days_left;
use crate::time::{Date, Month, Timestamp};

/// Days ahead that count as soon.
const SOON_DAYS: i64 = 30;
/// Rows the desk shows at most; the list behind it shows all.
pub const DUE_ROWS_MAX: usize = 12;

/// The dates a project waits for: open problems, countdown tasks, planned start and completion.
///
/// Shape: overdue or due within a month, earliest first.
#[must_use]
pub fn due_items(profile: &Profile, view: &ProjectView, today: Date) -> Vec<DeskDue> {
    let mut items = Vec::new();
    let mut add = |kind: &str, what: String, date: Option<Date>, person: String| {
        let Some(due) = date.filter(|due| *due <= today.plus_days(SOON_DAYS)) else {
            return;
        };
        items.push(DeskDue {
            kind: kind.to_owned(),
            project: Some(view.id),
            project_name: view.text(Field::Name).to_owned(),
            what,
            due,
            working_days_left: working_days_left(&profile.calendar, today, due),
            person,
        });
    };
    let text = |table, row: &str, column| {
        view.row_value(table, row, column)
            .as_text()
            .unwrap_or("")
            .to_owned()
    };
    for row in view.rows(Table::Issues) {
        if is_open(view, &row) {
            let deadline = full_date(&text(Table::Issues, &row, Column::Deadline));
            add(
                "issue",
                text(Table::Issues, &row, Column::Description),
                deadline,
                text(Table::Issues, &row, Column::ResponsiblePerson),
            );
        }
    }
    for row in view.rows(Table::Countdown) {
        if view
            .row_value(Table::Countdown, &row, Column::Done)
            .is_null()
        {
            let due = full_date(&text(Table::Countdown, &row, Column::Due));
            add(
                "node",
                text(Table::Countdown, &row, Column::Task),
                due,
                text(Table::Countdown, &row, Column::Person),
            );
        }
    }
    let person = || view.text(Field::Liaison).to_owned();
    if view.once(Field::ActualStart).is_null() {
        add(
            "start",
            String::new(),
            full_date(view.text(Field::PlannedStart)),
            person(),
        );
    }
    if view.once(Field::ActualCompletion).is_null() && !view.once(Field::ActualStart).is_null() {
        add(
            "completion",
            String::new(),
            full_date(view.text(Field::PlannedCompletion)),
            person(),
        );
    }
    items.sort_by(|a, b| a.due.cmp(&b.due).then_with(|| a.what.cmp(&b.what)));
    items
}

/// True while no step of the problem closed it.
#[must_use]
pub fn is_open(view: &ProjectView, issue: &str) -> bool {
    !view.rows(Table::IssueSteps).iter().any(|step| {
        view.row_value(Table::IssueSteps, step, Column::Issue)
            .as_text()
            == Some(issue)
            && view
                .row_value(Table::IssueSteps, step, Column::Act)
                .as_text()
                == Some("closed")
    })
}

/// A date as a deadline: a month alone means its last day.
fn full_date(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<Month>().ok().map(Month::last_day))
}

/// Card 1 of a unit from its month.
#[must_use]
pub fn filing_card(profile: &Profile, report: &ReportView, now: Timestamp) -> DeskFiling {
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
            .map(|due| working_days_left(&profile.calendar, now.date(), due.date())),
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

/// The fields of one project that wait for a person's decision.
#[must_use]
pub fn conflicts(view: &ProjectView) -> Vec<DeskConflict> {
    let name = view.text(Field::Name);
    let of = |path: &FieldPath| DeskConflict {
        project: view.id,
        project_name: name.to_owned(),
        path: path.clone(),
    };
    view.conflicts().map(|(path, _)| of(path)).collect()
}

/// Puts the cards of a desk in order: overdue first, at most [`DUE_ROWS_MAX`] rows.
#[must_use]
pub fn arrange(mut desk: Desk) -> Desk {
    desk.due.sort_by(|a, b| {
        a.due
            .cmp(&b.due)
            .then_with(|| a.project.cmp(&b.project))
            .then_with(|| a.what.cmp(&b.what))
    });
    desk.due.truncate(DUE_ROWS_MAX);
    desk
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::ids::{ProjectId, RowId};
    use crate::project::Cell;
    use crate::value::Value;

    fn view(cells: &[(FieldPath, Value)]) -> ProjectView {
        let cells = cells.iter().map(|(path, value)| {
            (
                path.clone(),
                Cell {
                    value: value.clone(),
                    contenders: Vec::new(),
                },
            )
        });
        ProjectView {
            id: ProjectId::from_parts(1, [0; 10]),
            heads: Vec::new(),
            cells: cells.collect(),
        }
    }

    #[test]
    fn an_open_problem_is_due_until_a_step_closes_it() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let today: Date = "2026-11-21".parse().unwrap();
        let issue = RowId::from_parts(2, [0; 10]);
        let step = RowId::from_parts(3, [0; 10]);
        let mut cells = vec![
            (
                FieldPath::cell(Table::Issues, issue, Column::Description),
                Value::from("land"),
            ),
            (
                FieldPath::cell(Table::Issues, issue, Column::Deadline),
                Value::from("2026-11-20"),
            ),
        ];
        let items = due_items(&profile, &view(&cells), today);
        assert_eq!((items.len(), items[0].working_days_left), (1, -1));
        cells.push((
            FieldPath::cell(Table::IssueSteps, step, Column::Issue),
            Value::from(issue.to_string()),
        ));
        cells.push((
            FieldPath::cell(Table::IssueSteps, step, Column::Act),
            Value::from("closed"),
        ));
        assert!(due_items(&profile, &view(&cells), today).is_empty());
    }

    #[test]
    fn a_month_is_due_on_its_last_day_and_far_dates_are_left_out() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let today: Date = "2026-11-21".parse().unwrap();
        let start = |text: &str| view(&[(FieldPath::once(Field::PlannedStart), Value::from(text))]);
        assert_eq!(
            due_items(&profile, &start("2026-11"), today)[0]
                .due
                .to_string(),
            "2026-11-30"
        );
        assert!(due_items(&profile, &start("2027-06"), today).is_empty());
        assert!(due_items(&profile, &start("soon"), today).is_empty());
    }
}
