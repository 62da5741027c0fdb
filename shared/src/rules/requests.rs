//! What units ask of the hub: to start, for government money, for a decision, to move on (domain.md 3.5, 5.2).
//!
//! A request is refused at once when a rule already says no, so that the unit learns what is missing before the hub answers. One that
//! passes only because the head of the hub excepted the project names the clause, which nobody types (`Table::filled_in`).

use std::collections::BTreeSet;

use crate::book::Row;
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath};
use crate::project::ProjectView;
use crate::rules::guards::{Ask, Guard};
use crate::rules::stage::{self, Stage};
use crate::rules::{Entry, Look, World, brief, gates, pool};

/// Guards a request itself leads to: the body decides afterwards, the application is this request.
fn comes_first(guard: Guard) -> bool {
    !matches!(
        guard,
        Guard::DecisionRecorded | Guard::ApplicationTo | Guard::RequestTo | Guard::Ordered
    )
}

/// Judges a row of `requests`.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let act = entry.text(Column::RequestAct);
    match act {
        "other" => return says_what(entry),
        "pool" => return pool::judge_request(world, entry),
        _ => {}
    }
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let (from, before) = (Stage::of(project), stage::before(project));
    let asked = entry.text(Column::ToStage);
    if act == "transition" && Stage::from_id(asked).is_none() {
        return Err(Refusal {
            missing: vec![FieldPath::cell(entry.table, entry.row, Column::ToStage)],
            ..refuse(Why::Missing)
        });
    }
    let look = Look::new(world, entry.now);
    let list = world.profile.list(entry.text(Column::List));
    let ask = Ask::about(&look, Some(project))
        .writing(entry)
        .for_list(list);
    let transition = match act {
        "gov_money" | "decision" | "start" | "acceptance" | "transition" => {
            guarded(act, asked, from, before)
        }
        // What the vocabulary does not know asks for nothing anybody could answer.
        _ => {
            return Err(Refusal {
                missing: vec![entry.at(Column::RequestAct)],
                ..refuse(Why::NotInProfile)
            });
        }
    };
    let transition = transition.ok_or_else(|| stage::wrong_state(world.profile, from))?;
    let passed = gates::pass_some(&ask, transition, comes_first)?;
    if !fits(act, asked, from, before) {
        return Err(stage::wrong_state(world.profile, from));
    }
    let excepted = passed.iter().filter(|gate| gate.excepted);
    let excepted: BTreeSet<&str> = excepted.map(|gate| gate.clause).collect();
    if excepted.is_empty() {
        return Ok(Vec::new());
    }
    // Filed by an exception, it stays marked with the clause (domain.md 0.3).
    let clauses = excepted.into_iter().collect::<Vec<_>>().join(",");
    let mark = entry.cell(
        entry.table,
        entry.row,
        Column::ExceptionRule,
        clauses.into(),
    );
    Ok(mark.into_iter().collect())
}

/// A request of no kind of its own says in words what is asked for.
fn says_what(entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    if entry.text(Column::Text).trim().is_empty() {
        return Err(Refusal {
            missing: vec![entry.at(Column::Text)],
            ..refuse(Why::Missing)
        });
    }
    Ok(Vec::new())
}

/// What stands before the act that a request asks for; `None` when there is no way to it from where the project is.
pub(super) fn guarded(act: &str, to: &str, from: Stage, before: Stage) -> Option<&'static str> {
    match act {
        "gov_money" => Some("fund_request"),
        "decision" => Some("T3"),
        "start" => Some("T5"),
        "acceptance" => stage::transition(from, Stage::Acceptance, before),
        "transition" => stage::transition(from, Stage::from_id(to)?, before),
        _ => None,
    }
}

/// Whether a request fits how far its project has come; `before`: where a suspended one returns to.
///
/// Works begin once. What is withdrawn or at its end gets neither money nor a place on a list; while it is suspended it may still ask.
pub(super) fn fits(act: &str, to: &str, from: Stage, before: Stage) -> bool {
    match act {
        "start" => from < Stage::Construction,
        "decision" | "gov_money" | "pool" => !matches!(from, Stage::Closed | Stage::Withdrawn),
        "acceptance" | "transition" => guarded(act, to, from, before).is_some(),
        _ => true,
    }
}

/// True for a request that was written when its project was no longer where it could ask for that: its author did not know it yet.
pub(super) fn came_too_late(row: &Row<'_>, project: &ProjectView) -> bool {
    let (from, before) = brief::stage_before(project, row.at());
    let to = row.text(Column::ToStage);
    !fits(row.text(Column::RequestAct), to, from, before)
}
