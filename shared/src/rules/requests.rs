//! What units ask of the hub: to start, for government money, for a decision, to move on (domain.md 3.5, 5.2).
//!
//! A request is refused at once when a rule already says no, so that the unit learns what is missing before the hub answers. One that
//! passes only because the head of the hub excepted the project names the clause, which nobody types.

use std::collections::BTreeSet;

use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath};
use crate::rules::guards::{Ask, Guard};
use crate::rules::stage::{self, Stage};
use crate::rules::{Entry, Look, World, gates, pool};

/// Guards a request itself leads to: the body decides afterwards, the application is this request.
fn comes_first(guard: Guard) -> bool {
    !matches!(
        guard,
        Guard::DecisionRecorded | Guard::ApplicationTo | Guard::RequestTo | Guard::Ordered
    )
}

/// Judges a row of `requests`.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    if !entry.get(Column::ExceptionRule).is_null() {
        return Err(Refusal {
            missing: vec![entry.at(Column::ExceptionRule)],
            ..refuse(Why::NotWritable)
        });
    }
    let act = entry.text(Column::RequestAct);
    match act {
        "other" => return says_what(entry),
        "pool" => return pool::judge_request(world, entry),
        _ => {}
    }
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let look = Look::new(world, entry.now);
    let list = world.profile.list(entry.text(Column::List));
    let ask = Ask::about(&look, Some(project))
        .writing(entry)
        .for_list(list);
    let transition = match act {
        "gov_money" => "fund_request",
        "decision" => "T3",
        "start" => "T5",
        "acceptance" => to(world, project, Stage::Acceptance)?,
        "transition" => {
            let stage = Stage::from_id(entry.text(Column::ToStage)).ok_or_else(|| Refusal {
                missing: vec![FieldPath::cell(entry.table, entry.row, Column::ToStage)],
                ..refuse(Why::Missing)
            })?;
            to(world, project, stage)?
        }
        // What the vocabulary does not know asks for nothing anybody could answer.
        _ => {
            return Err(Refusal {
                missing: vec![entry.at(Column::RequestAct)],
                ..refuse(Why::NotInProfile)
            });
        }
    };
    let passed = gates::pass_some(&ask, transition, comes_first)?;
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

fn to(
    world: &World<'_>,
    project: &crate::project::ProjectView,
    stage: Stage,
) -> Result<&'static str, Refusal> {
    let from = Stage::of(project);
    stage::transition(from, stage, stage::before(project))
        .ok_or_else(|| stage::wrong_state(world.profile, from))
}
