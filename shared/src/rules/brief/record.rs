//! What a brief keeps for indicators of assessment (domain.md 10.2.3): tasks of the countdown with their days, findings of inspections,
//! and the plan and the work of each month.

use serde::{Deserialize, Serialize};

use super::listed;
use crate::book::Cells;
use crate::decide::Directory;
use crate::field::{Column, Table};
use crate::ids::UnitId;
use crate::project::ProjectView;
use crate::rules::issues::case;
use crate::rules::issues::flow::{self, Flow, IssueAct, Tables};
use crate::time::Date;

/// A task of the countdown that has a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedTask {
    /// When it is due.
    pub due: Date,
    /// When it was done.
    pub done: Option<Date>,
}

/// What an inspection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundIssue {
    /// The unit it was handed to, when it is one of the directory.
    pub unit: Option<UnitId>,
    /// The day it was written down.
    pub from: Date,
    /// The day it was closed.
    pub until: Option<Date>,
}

impl FoundIssue {
    /// True when it was there and not closed at the end of a day.
    #[must_use]
    pub fn is_open_on(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|closed| closed > day)
    }
}

/// The plan of a month and what was done in it, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanMonth {
    /// The plan.
    pub plan_fen: i64,
    /// Done.
    pub done_fen: i64,
}

pub(super) fn countdown(view: &ProjectView) -> Vec<DatedTask> {
    let tasks = view.each(Table::Countdown);
    let dated = tasks.filter_map(|task| {
        Some(DatedTask {
            due: task.date(Column::Due)?,
            done: task.date(Column::Done),
        })
    });
    dated.collect()
}

/// What inspections found, of a project or of a unit without one.
#[must_use]
pub fn findings<V: Cells>(view: &V, tables: Tables, directory: &Directory) -> Vec<FoundIssue> {
    let mut issues = view.each(tables.issues).filter(case::is_finding).peekable();
    // Most projects have none, and steps need not be read for them.
    if issues.peek().is_none() {
        return Vec::new();
    }
    let open = Flow::open();
    let mut steps = flow::steps_by_issue(view, tables);
    let found = issues.map(|issue| {
        let course = flow::replay(&open, steps.remove(issue.key).unwrap_or_default());
        let handed = course.done(IssueAct::Assigned).next_back();
        let handed = handed.map_or("", |row| row.text(Column::Org));
        let closed = (course.state == IssueAct::Closed)
            .then(|| course.done(IssueAct::Closed).next_back())
            .flatten();
        FoundIssue {
            unit: listed(directory, handed)
                .or_else(|| listed(directory, issue.text(Column::ResponsibleUnit))),
            from: issue.at().date(),
            until: closed.map(|row| row.at().date()),
        }
    });
    found.collect()
}
