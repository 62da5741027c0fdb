//! Where issues stand on a day: what screens, ledgers and dispatch pages show of them (domain.md 6.2, 7.2).

use crate::field::Column;
use crate::ids::RowId;
use crate::profile::Mode;
use crate::time::{Date, Timestamp};

use super::case::Case;
use super::flow::IssueAct;
use super::ladder::{self, Asked};

/// One line of a ledger of issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The issue.
    pub issue: Option<RowId>,
    /// What is wrong.
    pub description: String,
    /// What counts as solved.
    pub standard: String,
    /// Id of its state.
    pub state: &'static str,
    /// What the county calls the state.
    pub label: String,
    /// The level it is on.
    pub level: String,
    /// The responsible unit, by name.
    pub unit: String,
    /// The responsible person.
    pub person: String,
    /// The limit.
    pub deadline: Option<Date>,
    /// True: the limit is over and nobody reported it done.
    pub overdue: bool,
    /// Days since it was found, until it was closed.
    pub days_open: i64,
    /// The day it was closed.
    pub closed_on: Option<Date>,
    /// Time from the last decision on it to the feedback, or until now while there is none; `None` before any decision.
    pub feedback_ms: Option<i64>,
    /// True: the feedback took longer than the county allows; `None` where it gives no hours.
    pub feedback_late: Option<bool>,
    /// Steps that have no effect, each with the rule it breaks.
    pub void: Vec<(RowId, String)>,
    /// Steps that passed a gate that only warns, each with its clause.
    pub warned: Vec<(RowId, String)>,
}

/// Where an issue stands at a moment.
#[must_use]
pub fn standing(case: &Case<'_>, now: Timestamp) -> Standing {
    let text = |column| case.issue.text(column).to_owned();
    let charge = case.charge();
    let closed = case.course.done(IssueAct::Closed).next_back();
    let closed_on = closed
        .filter(|_| case.course.state == IssueAct::Closed)
        .map(|row| row.at().date());
    let is_done = matches!(case.course.state, IssueAct::ReportedDone | IssueAct::Closed);
    let until = closed_on.unwrap_or_else(|| now.date());
    let feedback_ms = feedback(case, now);
    let hours = case.world.profile.issue.immediate_hours.get();
    let allowed = hours.map(|hours| i64::from(*hours).saturating_mul(3_600_000));
    let void = case.course.steps.iter().filter_map(|step| {
        let rule = step.void.clone()?;
        Some((step.row.id()?, rule))
    });
    Standing {
        issue: case.issue.id(),
        description: text(Column::Description),
        standard: text(Column::Standard),
        state: case.course.state.id(),
        label: case.label(case.course.state).to_owned(),
        level: case.level().to_owned(),
        unit: case.world.directory.show(charge.unit),
        person: charge.person.to_owned(),
        deadline: charge.deadline,
        overdue: !is_done && charge.deadline.is_some_and(|limit| now.date() > limit),
        days_open: until.to_days() - case.issue.at().date().to_days(),
        closed_on,
        feedback_ms,
        feedback_late: allowed.and_then(|most| Some(feedback_ms? > most)),
        void: void.collect(),
        warned: warned(case),
    }
}

/// From the last decision (a hand-over, or coordination above the lowest level) to the feedback after it.
fn feedback(case: &Case<'_>, now: Timestamp) -> Option<i64> {
    let steps: Vec<_> = case
        .course
        .steps
        .iter()
        .filter(|step| step.counts())
        .collect();
    let decides = |act: Option<IssueAct>, level: &str| match act {
        Some(IssueAct::Assigned) => true,
        Some(IssueAct::Coordinated) => case.flow.rung(level).is_some_and(|rung| rung > 0),
        _ => false,
    };
    let decided = steps
        .iter()
        .rposition(|step| decides(step.act, step.row.text(Column::Level)))?;
    let (at, after) = steps.get(decided..)?.split_first()?;
    let answers =
        |act: Option<IssueAct>| matches!(act, Some(IssueAct::ReportedDone | IssueAct::Closed));
    let answer = after.iter().find(|step| answers(step.act));
    let until = answer.map_or(now, |step| step.row.at());
    Some(until.0.saturating_sub(at.row.at().0).max(0))
}

/// Escalations that passed a gate that only warns (a level was skipped), each judged on the steps before it.
fn warned(case: &Case<'_>) -> Vec<(RowId, String)> {
    let mut before = case.clone();
    before.course.steps = Vec::new();
    let mut found = Vec::new();
    for step in &case.course.steps {
        if step.counts() && step.act == Some(IssueAct::Escalated) {
            let asked = Asked::then(&step.row);
            let to = format!("escalate:{}", asked.level);
            let gates = [
                ladder::closed(&before, &asked, "escalate"),
                ladder::closed(&before, &asked, &to),
            ];
            let warns = gates
                .into_iter()
                .flatten()
                .filter(|(gate, _)| gate.mode == Mode::Warn);
            found.extend(warns.filter_map(|(gate, _)| Some((step.row.id()?, gate.clause.clone()))));
        }
        before.course.steps.push(step.clone());
    }
    found
}
