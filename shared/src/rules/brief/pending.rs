//! What is open in a project and has a day: issues, tasks of the countdown, promises with missing papers, approvals applied for; and the
//! steps a merge can leave without effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::listed;
use crate::book::{Cells as _, Row};
use crate::decide::{Directory, is_assigned};
use crate::field::{Column, FieldPath, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::Tracked;
use crate::project::ProjectView;
use crate::rules::acceptance;
use crate::rules::approvals::{self, Approval};
use crate::rules::issues::flow::{self, Tables, Taken};
use crate::rules::issues::{case, latest};
use crate::rules::{duties, information};
use crate::time::{Date, Month};
use crate::value::Value;

/// A thing with a day that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its row.
    pub row: RowId,
    /// What it is.
    pub what: String,
    /// When it is due.
    pub due: Option<Date>,
    /// Who is responsible, as written.
    pub person: String,
    /// The responsible unit, when it is one of the directory.
    pub unit: Option<UnitId>,
    /// Which rule it rests on.
    pub about: About,
}

/// What the clause of a pending thing follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// An issue.
    Issue {
        /// The programme it names; empty when it names none.
        programme: String,
        /// The level it stands on; empty for the lowest.
        level: String,
        /// True for what an inspection found.
        finding: bool,
        /// The other projects it concerns.
        concerns: Vec<ProjectId>,
    },
    /// A task of the countdown.
    Task,
    /// What is tracked under a duty of the county's rules.
    Tracked(Tracked),
    /// A promise with missing papers, for an item of approval.
    Promise {
        /// The item.
        item: String,
    },
}

/// A major change nobody was told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Its row, when it has one.
    pub row: Option<RowId>,
    /// What changed.
    pub what: String,
    /// When.
    pub on: Option<Date>,
}

/// An approval that was applied for and is not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Its row.
    pub row: RowId,
    /// The item.
    pub item: String,
    /// The department, when it is one of the directory.
    pub unit: Option<UnitId>,
    /// When it was applied for.
    pub on: Date,
    /// Its own limit in days, when it has one.
    pub limit_days: Option<i64>,
}

/// The steps of one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// The programme the issue names; empty when it names none.
    pub programme: String,
    /// Its steps, in their order.
    pub steps: Vec<Taken>,
}

pub(super) fn courses(view: &ProjectView) -> Vec<Steps> {
    let mut rows = flow::steps_by_issue(view, Tables::PROJECT);
    let issues = view.each(Table::Issues);
    let courses = issues.filter_map(|issue| {
        Some(Steps {
            programme: issue.text(Column::Programme).to_owned(),
            steps: flow::taken(rows.remove(issue.key)?),
        })
    });
    courses.collect()
}

pub(super) fn void(view: &ProjectView, approvals: &[Approval<'_>]) -> Vec<(Table, RowId, String)> {
    let approvals = approvals::void(approvals).into_iter().map(|(row, rule)| {
        let item = view.row(Table::Approvals, row).is_some();
        let table = if item {
            Table::Approvals
        } else {
            Table::ApprovalSteps
        };
        (table, row, rule)
    });
    let acceptance = acceptance::void(view).into_iter();
    let acceptance = acceptance.map(|(row, rule)| (Table::AcceptanceSteps, row, rule));
    approvals.chain(acceptance).collect()
}

/// A day, or the last day of a month.
fn day_of(text: &str) -> Option<Date> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<Month>().ok().map(Month::last_day))
}

pub(super) fn open_issues(view: &ProjectView, directory: &Directory) -> Vec<Pending> {
    let latest = latest(view);
    let mut given: BTreeMap<&str, Date> = BTreeMap::new();
    for ruling in view.each(Table::IssueRulings) {
        if let Some(day) = day_of(ruling.text(Column::Deadline)) {
            given.insert(ruling.text(Column::Issue), day);
        }
    }
    let mut open = Vec::new();
    for issue in view.each(Table::Issues) {
        let (act, raised) = latest.get(issue.key).copied().unwrap_or_default();
        let Some(row) = issue.id() else { continue };
        if matches!(act, "closed" | "reported_done") {
            continue;
        }
        let own = day_of(issue.text(Column::Deadline));
        let level = if raised.is_empty() {
            issue.text(Column::Level)
        } else {
            raised
        };
        open.push(Pending {
            row,
            what: issue.text(Column::Description).to_owned(),
            due: given.get(issue.key).copied().or(own),
            person: issue.text(Column::ResponsiblePerson).to_owned(),
            unit: listed(directory, issue.text(Column::ResponsibleUnit)),
            about: About::Issue {
                programme: issue.text(Column::Programme).to_owned(),
                level: level.to_owned(),
                finding: case::is_finding(&issue),
                concerns: case::concerned_by(&issue),
            },
        });
    }
    open
}

pub(super) fn open_tasks(view: &ProjectView) -> Vec<Pending> {
    let tasks = view.each(Table::Countdown);
    tasks
        .filter(|task| task.text(Column::Done).is_empty())
        .filter_map(|task| {
            Some(Pending {
                row: task.id()?,
                what: task.text(Column::Task).to_owned(),
                due: day_of(task.text(Column::Due)),
                person: task.text(Column::Person).to_owned(),
                unit: None,
                about: About::Task,
            })
        })
        .collect()
}

/// Tasks given to units, money of investors and checks of departments, each with its day; then approvals to be followed up above.
pub(super) fn tracked(
    view: &ProjectView,
    approvals: &[Approval<'_>],
    directory: &Directory,
) -> Vec<Pending> {
    let of = |(row, due): (Row<'_>, Option<Date>), what: &str, about| {
        Some(Pending {
            row: row.id()?,
            what: what.to_owned(),
            due,
            person: row.text(Column::Person).to_owned(),
            unit: listed(directory, row.text(Column::Org)),
            about: About::Tracked(about),
        })
    };
    let dated = |(row, due), column, about| {
        let row: Row<'_> = row;
        of((row, Some(due)), row.text(column), about)
    };
    let tasks = duties::open_tasks(view);
    let tasks = tasks.filter_map(|one| dated(one, Column::Task, Tracked::Tasks));
    let unpaid = duties::unpaid(view);
    let unpaid = unpaid.filter_map(|one| dated(one, Column::Enterprise, Tracked::Investors));
    let checks = duties::open_checks(view);
    let checks = checks.filter_map(|one| dated(one, Column::Item, Tracked::Checks));
    let above = approvals.iter().filter(|item| item.is_unfollowed());
    let above = above.filter_map(|item| of((item.row, None), item.item(), Tracked::Upward));
    tasks.chain(unpaid).chain(checks).chain(above).collect()
}

pub(super) fn untold(view: &ProjectView) -> Vec<Untold> {
    let changes = information::untold(view).map(|row| Untold {
        row: row.id(),
        what: row.text(Column::Text).to_owned(),
        on: row.date(Column::Date).or_else(|| Some(row.at().date())),
    });
    let unexplained = information::is_unexplained(view).then(|| Untold {
        row: None,
        what: String::new(),
        on: None,
    });
    changes.chain(unexplained).collect()
}

/// Proposals of who leads the project that nobody took or turned down, and that say what the record does not say already.
pub(super) fn assigned(view: &ProjectView) -> Vec<(RowId, FieldPath)> {
    let rows = view.each(Table::Proposals);
    let open = rows.filter(|row| row.get(Column::State).is_null());
    let about = open.filter_map(|row| {
        let path: FieldPath = row.text(Column::Path).parse().ok()?;
        let stands = view.cells.get(&path).map(|cell| &cell.value);
        let proposed = serde_json::from_str::<Value>(row.text(Column::Value)).ok();
        let differs = is_assigned(&path) && proposed.as_ref() != stands;
        differs.then_some((row.id()?, path))
    });
    about.collect()
}

pub(super) fn applied(approvals: &[Approval<'_>], directory: &Directory) -> Vec<Applied> {
    let open = approvals.iter();
    let open = open.filter(|approval| !approval.status.is_final());
    open.filter_map(|approval| {
        Some(Applied {
            row: approval.row.id()?,
            item: approval.item().to_owned(),
            unit: listed(directory, approval.row.text(Column::Org)),
            on: approval.applied?,
            limit_days: approval.row.int(Column::LimitDays),
        })
    })
    .collect()
}

pub(super) fn open_promises(view: &ProjectView, directory: &Directory) -> Vec<Pending> {
    let steps: Vec<Row<'_>> = view.each(Table::ApprovalSteps).collect();
    let kept = |promise: &Row<'_>| {
        steps.iter().any(|step| {
            let same = match step.text(Column::Follows) {
                "" => step.key > promise.key,
                follows => follows == promise.key,
            };
            step.is(Column::ApprovalAct, "promise_kept")
                && step.text(Column::Approval) == promise.text(Column::Approval)
                && same
        })
    };
    let item_of = |approval: &str| {
        let row = view.each(Table::Approvals).find(|row| row.key == approval);
        row.map_or_else(String::new, |row| row.text(Column::ApprovalItem).to_owned())
    };
    let given = steps
        .iter()
        .filter(|step| step.is(Column::ApprovalAct, "accept_tolerated") && !kept(step));
    given
        .filter_map(|step| {
            Some(Pending {
                row: step.id()?,
                what: step.text(Column::Papers).to_owned(),
                due: day_of(step.text(Column::Due)),
                person: step.text(Column::Person).to_owned(),
                unit: listed(directory, step.text(Column::Org)),
                about: About::Promise {
                    item: item_of(step.text(Column::Approval)),
                },
            })
        })
        .collect()
}
