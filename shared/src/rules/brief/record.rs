//! What a brief keeps for indicators of assessment (domain.md 10.2.3): tasks of the countdown with their days, findings of inspections,
//! and the plan and the work of each month; and for what a merge leaves without effect (`rules::void`): the moves from stage to stage as
//! they were written, and the exceptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Brief, listed};
use crate::book::Cells;
use crate::decide::Directory;
use crate::field::{Column, Table};
use crate::ids::UnitId;
use crate::project::ProjectView;
use crate::rules::issues::case;
use crate::rules::issues::flow::{self, Flow, IssueAct, Tables};
use crate::rules::stage::Stage;
use crate::time::{Date, Timestamp};

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

/// A move from one stage to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// When it was written.
    pub at: Timestamp,
    /// Where from.
    pub from: String,
    /// Where to.
    pub to: String,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The clause it is from.
    pub rule: String,
    /// The last day: the one it names, or that on which it was withdrawn.
    pub last: Option<Date>,
}

pub(super) fn steps(view: &ProjectView) -> Vec<Move> {
    let rows = view.each(Table::Transitions);
    let mut steps: Vec<_> = rows
        .map(|row| Move {
            at: row.at(),
            from: row.text(Column::FromStage).to_owned(),
            to: row.text(Column::ToStage).to_owned(),
        })
        .collect();
    steps.sort_by_key(|step| step.at);
    steps
}

pub(super) fn exceptions(view: &ProjectView) -> Vec<Exception> {
    let rows = || view.each(Table::Exceptions);
    let withdrawn: BTreeMap<&str, Date> = rows()
        .filter(|row| !row.text(Column::Follows).is_empty())
        .map(|row| (row.text(Column::Follows), row.at().date()))
        .collect();
    let given = rows().filter(|row| row.text(Column::Follows).is_empty());
    let exceptions = given.map(|row| {
        let named = row.date(Column::To).into_iter();
        Exception {
            rule: row.text(Column::ExceptionRule).to_owned(),
            last: named.chain(withdrawn.get(row.key).copied()).min(),
        }
    });
    exceptions.collect()
}

impl Brief {
    /// The stage it was in just before a moment, and the one a suspended project would have returned to then.
    #[must_use]
    pub fn stage_before(&self, at: Timestamp) -> (Stage, Stage) {
        before(&self.steps, &self.stage, at)
    }

    /// True when an exception from a clause covers what was done on a day; what was done under one stays done once it is over.
    #[must_use]
    pub fn is_excepted(&self, clause: &str, day: Date) -> bool {
        covers(&self.exceptions, clause, day)
    }
}

/// The stage a project was in just before a moment, and the one it would have returned to then, had it been suspended.
#[must_use]
pub fn stage_before(view: &ProjectView, at: Timestamp) -> (Stage, Stage) {
    before(&steps(view), Stage::of(view).id(), at)
}

/// True when an exception of a project from a clause covers what was done on a day.
#[must_use]
pub fn was_excepted(view: &ProjectView, clause: &str, day: Date) -> bool {
    covers(&exceptions(view), clause, day)
}

fn before(steps: &[Move], now: &str, at: Timestamp) -> (Stage, Stage) {
    let known = steps.partition_point(|step| step.at < at);
    let (past, later) = steps.split_at(known);
    let stage = match (past.last(), later.first()) {
        (Some(step), _) => step.to.as_str(),
        // Nobody moved it yet: it was where the first move took it from, or is there still.
        (None, Some(step)) if !step.from.is_empty() => step.from.as_str(),
        _ => now,
    };
    let suspended = past.iter().rfind(|step| step.to == Stage::Suspended.id());
    let back = suspended.and_then(|step| Stage::from_id(&step.from));
    (
        Stage::from_id(stage).unwrap_or(Stage::Idea),
        back.unwrap_or(Stage::Idea),
    )
}

fn covers(exceptions: &[Exception], clause: &str, day: Date) -> bool {
    let mut held = exceptions.iter();
    held.any(|one| one.rule == clause && one.last.is_none_or(|last| day <= last))
}
