//! Reviews, decisions, consultations and exceptions (domain.md 8.4, 3.4): what may be concluded, and for what it counts.
//!
//! A joint review is passed only when every content has a conclusion, none is refused, and the fixed members were there. With the
//! outcome the engine stores what was reviewed: total investment and a digest of the content, so that a later change asks for another.

use std::collections::BTreeSet;

use crate::book::{Cells as _, Row};
use crate::command::{ClosedGate, Refusal, Why, Write};
use crate::decide::{Draw, refuse};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::DocumentId;
use crate::profile::ListKind;
use crate::project::ProjectView;
use crate::rules::eligibility::amount;
use crate::rules::guards::{Ask, Guard, joint_review_lacks, party};
use crate::rules::{Entry, Look, World, gates, lists};
use crate::time::Date;
use crate::value::Value;

/// Sixteen hex digits that differ when the reviewed content does (FNV-1a over its bytes; no secret, only a mark of change).
#[must_use]
pub fn content_digest(project: &ProjectView) -> String {
    let content = project.text(Field::ContentScale);
    let hash = content
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}

fn project_of<'a>(world: &World<'a>, entry: &Entry<'_>) -> Result<&'a ProjectView, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    project.ok_or_else(|| refuse(Why::NotFound))
}

/// The clause of the gate with this guard, for refusals that rest on it.
fn clause_of(world: &World<'_>, guard: Guard) -> Option<String> {
    let mut gates = world.profile.gates.iter();
    let gate = gates.find(|gate| gate.guard == guard.id());
    gate.map(|gate| gate.clause.clone())
}

/// Judges a row of `project_reviews`.
pub(super) fn judge_review(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let project = project_of(world, entry)?;
    let outcome = entry.text(Column::ReviewOutcome);
    let stands = project.row(Table::ProjectReviews, entry.row);
    let kind = match (entry.text(Column::ReviewKind), &stands) {
        ("", Some(row)) => row.text(Column::ReviewKind),
        (kind, _) => kind,
    };
    let passes = matches!(outcome, "passed" | "passed_after_change");
    if kind == "joint" && passes {
        let lacks = joint_review_lacks(world, project, &entry.row.to_string());
        if !lacks.is_empty() {
            let gate = ClosedGate {
                guard: Guard::JointReviewPassed.id().to_owned(),
                lacks,
                from: party(world.profile, "", "hub").to_owned(),
                exception: false,
            };
            return Err(Refusal {
                rule: clause_of(world, Guard::JointReviewPassed),
                ..refuse(Why::GateClosed(Box::new(gate)))
            });
        }
    }
    let mut writes = Vec::new();
    if matches!(
        outcome,
        "passed" | "passed_after_change" | "failed" | "concluded"
    ) {
        let mut keep = |column, value: Value| {
            if entry.get(column).is_null() && !value.is_null() {
                writes.push(Write {
                    document: DocumentId::Oversight(project.id),
                    path: FieldPath::cell(Table::ProjectReviews, entry.row, column),
                    value,
                });
            }
        };
        let total = amount(project, Field::TotalInvestmentFen);
        keep(Column::AmountFen, total.map_or(Value::Null, Value::Int));
        keep(Column::Digest, content_digest(project).into());
    }
    Ok(writes)
}

/// A body the rules name, or one they do not: the record says who decided, and it must be somebody.
fn known_body(world: &World<'_>, entry: &Entry<'_>, column: Column) -> Result<(), Refusal> {
    let body = entry.text(column);
    let profile = world.profile;
    let named = |label: &crate::profile::Label| label.id == body || label.name_zh == body;
    let known = profile.bodies.iter().any(named) || matches!(body, "hub" | "leader" | "public");
    if known || body.is_empty() {
        Ok(())
    } else {
        Err(Refusal {
            missing: vec![FieldPath::cell(entry.table, entry.row, column)],
            ..refuse(Why::NotInProfile)
        })
    }
}

/// Judges a row of `decisions`: what has to be reviewed first was; a decision to implement ends the reserve (KP-12.3).
pub(super) fn judge_decision(
    world: &World<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    known_body(world, entry, Column::Decider)?;
    let project = project_of(world, entry)?;
    let refused = matches!(entry.get(Column::Approved), Value::Bool(false));
    let topic = entry.text(Column::DecisionTopic);
    if refused {
        return Ok(Vec::new());
    }
    let oversight = DocumentId::Oversight(project.id);
    match topic {
        "list" | "implement" => {}
        "extra_major" => {
            let write = |field, value| Write {
                document: oversight.clone(),
                path: FieldPath::once(field),
                value,
            };
            let number = entry.text(Column::Number);
            let mut writes = vec![write(Field::IsExtraMajor, Value::Bool(true))];
            if !number.is_empty() {
                writes.push(write(Field::ExtraMajorDecision, number.into()));
            }
            return Ok(writes);
        }
        _ => return Ok(Vec::new()),
    }
    let look = Look::new(world, entry.now).about_year(entry.text(Column::Year).parse().ok());
    let list = world.profile.list(entry.text(Column::List));
    let ask = Ask::about(&look, Some(project))
        .writing(entry)
        .for_list(list);
    let reviewed = |guard| matches!(guard, Guard::JointReviewPassed | Guard::ExpertReview);
    let reserve = list.is_some_and(|list| list.kind == ListKind::Reserve);
    if !reserve {
        gates::pass_some(&ask, "T3", reviewed)?;
    }
    let mut writes = Vec::new();
    if topic == "implement" {
        let on: Vec<String> = look
            .rolls()
            .lists_of(project.id)
            .map(|(list, _)| list.to_owned())
            .collect();
        for id in on {
            let known = world
                .profile
                .list(&id)
                .filter(|list| list.kind == ListKind::Reserve);
            let Some(category) = known.and_then(|list| list.on_exit.as_deref()) else {
                continue;
            };
            writes.extend(lists::leave(&look, entry, draw, project.id, &id));
            let field = world
                .profile
                .year_category
                .as_ref()
                .map(|kept| kept.field.as_str());
            if let Some(field) = field.and_then(Field::from_id) {
                writes.push(Write {
                    document: oversight.clone(),
                    path: FieldPath::year(look.plan_year(), field),
                    value: category.into(),
                });
            }
        }
    }
    Ok(writes)
}

/// Judges a row of `consultations`.
pub(super) fn judge_consultation(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    known_body(world, entry, Column::Body)?;
    Ok(Vec::new())
}

/// The exceptions of a project that hold on a day: until their last day where they name one, and until another row withdraws them.
///
/// All of them stay on the record (domain.md 0.3); what was done under one stays done.
pub fn exceptions_on(project: &ProjectView, today: Date) -> impl Iterator<Item = Row<'_>> {
    let rows = || project.each(Table::Exceptions);
    let withdrawn: BTreeSet<&str> = rows().map(|row| row.text(Column::Follows)).collect();
    rows().filter(move |row| {
        row.text(Column::Follows).is_empty()
            && !withdrawn.contains(row.key)
            && row.date(Column::To).is_none_or(|last| today <= last)
    })
}

/// A row that follows an exception withdraws it: it holds today, and the clause is the same.
fn withdraws(world: &World<'_>, entry: &Entry<'_>, clause: &str) -> Result<(), Refusal> {
    let project = world.project_of(entry)?;
    let names = entry.text(Column::Follows);
    let mut held = exceptions_on(project, entry.now.date());
    if held.any(|row| row.key == names && row.is(Column::ExceptionRule, clause)) {
        return Ok(());
    }
    Err(Refusal {
        rule: Some("domain 0.3".to_owned()),
        missing: vec![entry.at(Column::Follows)],
        ..refuse(Why::NotFound)
    })
}

/// Judges a row of `exceptions`: only what holds in principle can be excepted from (domain.md 0.3).
pub(super) fn judge_exception(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let clause = entry.text(Column::ExceptionRule);
    if !entry.get(Column::Follows).is_null() {
        return withdraws(world, entry, clause).map(|()| Vec::new());
    }
    if gates::exceptable(world.profile).any(|known| known == clause) {
        return Ok(Vec::new());
    }
    let known = gates::is_known(world.profile, clause);
    Err(Refusal {
        rule: Some(if known { clause } else { "domain 0.3" }.to_owned()),
        missing: vec![FieldPath::cell(
            Table::Exceptions,
            entry.row,
            Column::ExceptionRule,
        )],
        ..refuse(Why::NotInProfile)
    })
}
