//! The life cycle of a project (domain.md 3): stages, transitions, and what each writes.
//!
//! A transition is a row of `transitions` in the county's side of the project; the hub alone writes it. It names the stage it leads to,
//! for T2 and T3 the list, for T2g the grade; the engine adds the stage it comes from and moves the field `stage`. Leaving the
//! reserve or a list also takes the project out of the lists it stands on, as a new edition of each.
//!
//! Nothing moves by itself but T4, and only where its gates are open: see [`permitting_begins`]. The county's side of a project is the
//! hub's alone to write, so a unit's own step moves the stage when it reaches the hub ([`begin_permitting`]).

use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::{Draw, refuse};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{DocumentId, RowId, UserId};
use crate::profile::{List, ListKind, PermittingTrigger, Phase, Profile};
use crate::project::ProjectView;
use crate::rules::guards::{Ask, Guard};
use crate::rules::{Entry, Look, World, acceptance, approvals, gates, lists, registers};
use crate::time::Timestamp;
use crate::value::Value;

/// The stages of domain.md 3.2; those up to `Closed` in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the ids are those of domain.md 3.2, their labels stand in the profile"
)]
pub enum Stage {
    Idea,
    Reserve,
    Listed,
    Permitting,
    Construction,
    Acceptance,
    Operation,
    Closed,
    Suspended,
    Withdrawn,
}

impl Stage {
    const IDS: [(Self, &'static str); 10] = [
        (Self::Idea, "idea"),
        (Self::Reserve, "reserve"),
        (Self::Listed, "listed"),
        (Self::Permitting, "permitting"),
        (Self::Construction, "construction"),
        (Self::Acceptance, "acceptance"),
        (Self::Operation, "operation"),
        (Self::Closed, "closed"),
        (Self::Suspended, "suspended"),
        (Self::Withdrawn, "withdrawn"),
    ];

    /// The id in documents and profiles.
    #[must_use]
    pub fn id(self) -> &'static str {
        let known = Self::IDS.iter().find(|(stage, _)| *stage == self);
        known.map_or("idea", |(_, id)| id)
    }

    /// The stage with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        let known = Self::IDS.iter().find(|(_, known)| *known == id);
        known.map(|(stage, _)| *stage)
    }

    /// The stage a project is in; an idea until the hub decided more.
    #[must_use]
    pub fn of(project: &ProjectView) -> Self {
        Self::from_id(project.text(Field::Stage)).unwrap_or(Self::Idea)
    }

    /// How far a project has come: its stage, or the one it was in before it was suspended; `None` once it is withdrawn.
    #[must_use]
    pub fn reached(project: &ProjectView) -> Option<Self> {
        match Self::of(project) {
            Self::Suspended => Some(before(project)),
            Self::Withdrawn => None,
            stage => Some(stage),
        }
    }

    /// The stage a transition leads to.
    #[must_use]
    pub fn after(transition: &str) -> Option<Self> {
        Some(match transition {
            "T1" | "T12" => Self::Idea,
            "T2" | "T2g" | "T13" => Self::Reserve,
            "T3" => Self::Listed,
            "T4" => Self::Permitting,
            "T5" | "T7r" => Self::Construction,
            "T6" => Self::Acceptance,
            "T7" | "T9" => Self::Operation,
            "T8" => Self::Closed,
            "T10" => Self::Suspended,
            "T11" => Self::Withdrawn,
            _ => return None,
        })
    }
}

/// The stage a suspended project was in.
#[must_use]
pub fn before(project: &ProjectView) -> Stage {
    let suspending = |row: &Row<'_>| row.is(Column::ToStage, Stage::Suspended.id());
    let last = project.last(Table::Transitions, suspending);
    last.and_then(|row| Stage::from_id(row.text(Column::FromStage)))
        .unwrap_or(Stage::Idea)
}

/// The transition from one stage to another; `None` when there is none. `before` is the stage a suspended project returns to.
#[must_use]
pub fn transition(from: Stage, to: Stage, before: Stage) -> Option<&'static str> {
    use Stage::{
        Acceptance, Closed, Construction, Idea, Listed, Operation, Permitting, Reserve, Suspended,
        Withdrawn,
    };
    Some(match (from, to) {
        (Idea, Reserve) => "T2",
        (Reserve, Reserve) => "T2g",
        (Idea | Reserve, Listed) => "T3",
        (Listed, Permitting) => "T4",
        (Listed | Permitting, Construction) => "T5",
        (Construction, Acceptance) => "T6",
        (Acceptance, Operation) => "T7",
        (Acceptance, Construction) => "T7r",
        (Operation, Closed) => "T8",
        (Suspended, to) if to == before => "T10",
        (Idea | Closed | Withdrawn | Suspended, Suspended) => return None,
        (_, Suspended) => "T10",
        (Reserve | Listed, Withdrawn) => "T11",
        (Withdrawn, Idea) => "T12",
        (Listed, Reserve) => "T13",
        _ => return None,
    })
}

/// The transitions that can follow a stage now, with the stage each leads to.
#[must_use]
pub fn next(profile: &Profile, project: &ProjectView) -> Vec<(&'static str, Stage)> {
    let from = Stage::of(project);
    let before = before(project);
    let stages = Stage::IDS.iter().map(|(stage, _)| *stage);
    stages
        .filter_map(|to| Some((transition(from, to, before)?, to)))
        .filter(|(id, _)| *id != "T2g" || !profile.reserve_grades.is_empty())
        .filter(|(id, _)| *id != "T3" || from == Stage::Reserve || profile.lifecycle.direct_listing)
        .collect()
}

/// The phase of the life cycle a project is in, where the county names phases (domain.md 3.3).
#[must_use]
pub fn phase<'a>(profile: &'a Profile, project: &ProjectView) -> Option<&'a Phase> {
    let stage = Stage::reached(project)?.id();
    let mut phases = profile.lifecycle.phases.iter();
    phases.find(|phase| phase.stages.iter().any(|known| known == stage))
}

/// What the phase of a project is called: its name, then the link of it the stage belongs to.
#[must_use]
pub fn phase_words<'a>(profile: &'a Profile, project: &ProjectView) -> Vec<&'a str> {
    let (phase, stage) = (phase(profile, project), Stage::reached(project));
    let link = phase
        .zip(stage)
        .and_then(|(phase, stage)| phase.link(stage.id()));
    let phase = phase.map(|phase| phase.name_zh.as_str());
    phase
        .into_iter()
        .chain(link.map(|link| link.name_zh.as_str()))
        .collect()
}

/// The rule of the stages and of what leads from one to the next.
pub(super) const RULE: &str = "domain 3.4";

/// Transitions that say why.
const REASONED: &[&str] = &["T7r", "T10", "T11", "T12", "T13"];

/// Judges a row of `transitions`.
pub(super) fn judge(
    world: &World<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
) -> Result<Vec<Write>, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let from = Stage::of(project);
    let to =
        Stage::from_id(entry.text(Column::ToStage)).ok_or_else(|| refuse(Why::NotInProfile))?;
    let back = before(project);
    let profile = world.profile;
    let direct = from == Stage::Reserve || profile.lifecycle.direct_listing;
    let id = transition(from, to, back).filter(|id| *id != "T3" || direct);
    let Some(id) = id else {
        return Err(wrong_state(profile, from));
    };
    let claimed = entry.text(Column::FromStage);
    if !claimed.is_empty() && claimed != from.id() {
        return Err(wrong_state(profile, from));
    }
    let resumes = from == Stage::Suspended;
    if REASONED.contains(&id) && !resumes && entry.text(Column::Reason).trim().is_empty() {
        return Err(refuse(Why::ReasonMissing));
    }
    let list = list_of(world, project, entry, id)?;
    let year = entry.text(Column::Year).parse().ok();
    let look = Look::new(world, entry.now).about_year(year);
    let ask = Ask::about(&look, Some(project))
        .writing(entry)
        .for_list(list);
    gates::pass(&ask, id)?;
    if id == "T8" {
        registers::violations_handed_over(project)?;
    }
    if matches!(id, "T11" | "T13") {
        lists::may_leave(&ask, project, entry)?;
    }
    match id {
        "T2g" => grade_up(&ask, project, entry)?,
        "T3" => lists::permits_listing(&ask, list)?,
        "T5" => {
            if from == Stage::Listed {
                nothing_outstanding(profile, project)?;
            }
            begins(&ask, project, entry)?;
        }
        "T7" => all_accepted(profile, project)?,
        _ => {}
    }
    let oversight = DocumentId::Oversight(project.id);
    let write = |path, value: Value| Write {
        document: oversight.clone(),
        path,
        value,
    };
    let from_stage = FieldPath::cell(Table::Transitions, entry.row, Column::FromStage);
    let mut writes = vec![write(from_stage, from.id().into())];
    if from != to {
        writes.push(write(FieldPath::once(Field::Stage), to.id().into()));
    }
    let grade = entry.text(Column::Grade);
    if !grade.is_empty() {
        writes.push(write(FieldPath::once(Field::ReserveGrade), grade.into()));
    }
    match (id, list) {
        ("T2", Some(list)) if !lists::is_decided_as_a_whole(profile, list) => {
            writes.extend(lists::enter(&look, entry, draw, project.id, list));
        }
        ("T11" | "T13", _) => {
            let reserve = |list: &str| {
                profile
                    .list(list)
                    .is_some_and(|list| list.kind == ListKind::Reserve)
            };
            for (list, _) in look.rolls().lists_of(project.id) {
                // What goes back to the reserve stays in it.
                if id == "T11" || !reserve(list) {
                    writes.extend(lists::leave(&look, entry, draw, project.id, list));
                }
            }
        }
        _ => {}
    }
    Ok(writes)
}

/// The refusal of an act that does not fit the stage.
pub(super) fn wrong_state(profile: &Profile, stage: Stage) -> Refusal {
    let state = profile.stage_label(stage.id()).to_owned();
    Refusal {
        rule: Some(RULE.to_owned()),
        ..refuse(Why::WrongState { state })
    }
}

/// The list a transition is about: the one named; else the only one it can mean.
fn list_of<'a>(
    world: &World<'a>,
    project: &ProjectView,
    entry: &Entry<'_>,
    transition: &str,
) -> Result<Option<&'a List>, Refusal> {
    let profile = world.profile;
    let named = entry.text(Column::List);
    let reserve = transition == "T2" || transition == "T11" && Stage::of(project) == Stage::Reserve;
    let kind_fits = |list: &List| match transition {
        "T2" => list.kind == ListKind::Reserve,
        "T3" => matches!(list.kind, ListKind::Annual | ListKind::Subset),
        _ => true,
    };
    if !named.is_empty() {
        let list = profile.list(named).filter(|list| kind_fits(list));
        return list.map(Some).ok_or_else(|| refuse(Why::NotInProfile));
    }
    let mut reserves = profile
        .lists
        .iter()
        .filter(|list| list.kind == ListKind::Reserve);
    match (reserve, reserves.next(), reserves.next()) {
        (true, Some(only), None) => Ok(Some(only)),
        _ => Ok(None),
    }
}

/// T2g: the grade's document is there; going down says why.
fn grade_up(ask: &Ask<'_>, project: &ProjectView, entry: &Entry<'_>) -> Result<(), Refusal> {
    let grades = &ask.profile().reserve_grades;
    let rank = |id: &str| grades.iter().position(|grade| grade.id == id);
    let (now, then) = (
        rank(project.text(Field::ReserveGrade)),
        rank(entry.text(Column::Grade)),
    );
    let Some(then) = then else {
        return Err(Refusal {
            missing: vec![FieldPath::cell(
                Table::Transitions,
                entry.row,
                Column::Grade,
            )],
            ..refuse(Why::Missing)
        });
    };
    gates::pass_some(ask, "T2", |guard| guard == Guard::DocForGrade)?;
    if now.is_some_and(|now| then < now) && entry.text(Column::Reason).trim().is_empty() {
        return Err(refuse(Why::ReasonMissing));
    }
    Ok(())
}

/// T5: the start was reported, and some list the project stands on lets it start.
fn begins(ask: &Ask<'_>, project: &ProjectView, entry: &Entry<'_>) -> Result<(), Refusal> {
    if project.once(Field::ActualStart).is_null() && entry.get(Column::Date).is_null() {
        return Err(Refusal {
            missing: vec![FieldPath::once(Field::ActualStart)],
            ..refuse(Why::Missing)
        });
    }
    lists::permits_begin(ask, project)
}

/// T5 without the stage of permitting: no approval that was opened is outstanding.
fn nothing_outstanding(profile: &Profile, project: &ProjectView) -> Result<(), Refusal> {
    let done = approvals::none_outstanding(profile, project);
    done.map_err(|lack| Refusal {
        projects: vec![project.id],
        ..lack.closes(Guard::ApprovalsDoneOrTolerated.id(), "domain 3.4", false)
    })
}

/// T7: of the acceptance items that were taken up, each is passed or does not apply, with a reason.
fn all_accepted(profile: &Profile, project: &ProjectView) -> Result<(), Refusal> {
    let lacks = acceptance::outstanding(profile, project);
    if lacks.is_empty() {
        return Ok(());
    }
    let gate = crate::command::ClosedGate {
        guard: Guard::AcceptanceAll.id().to_owned(),
        lacks,
        from: String::new(),
        exception: false,
    };
    Err(Refusal {
        rule: Some("domain 3.4".to_owned()),
        ..refuse(Why::GateClosed(Box::new(gate)))
    })
}

/// Whether what starts permitting has happened to a listed project and its gates are open: T4, the one transition that needs nobody.
///
/// `step` is the act on an approval that is being written, by item; it counts as done.
#[must_use]
pub fn permitting_begins(
    look: &Look<'_>,
    project: &ProjectView,
    step: Option<(&str, &str)>,
) -> bool {
    if Stage::of(project) != Stage::Listed {
        return false;
    }
    let steps = project.each(Table::ApprovalSteps);
    let item_of = |approval: &str| {
        let mut approvals = project.each(Table::Approvals);
        let row = approvals.find(|row| row.key == approval);
        row.map_or("", |row| row.text(Column::ApprovalItem))
    };
    let mut done: Vec<(&str, &str)> = steps
        .map(|row| {
            (
                item_of(row.text(Column::Approval)),
                row.text(Column::ApprovalAct),
            )
        })
        .collect();
    done.extend(step);
    let triggered = match &look.world.profile.lifecycle.permitting_trigger {
        PermittingTrigger::FirstApprovalSubmitted => done
            .iter()
            .any(|(_, act)| matches!(*act, "apply" | "accept" | "accept_tolerated" | "approve")),
        PermittingTrigger::Approved(trigger) => done
            .iter()
            .any(|(item, act)| item == trigger && *act == "approve"),
    };
    let ask = Ask::about(look, Some(project));
    let by_step = |guard: Guard| step.is_none() || guard != Guard::Approved;
    triggered
        && gates::states(&ask, "T4", by_step)
            .iter()
            .all(gates::GateState::is_open)
}

/// The writes of T4 when the step that starts permitting is recorded at the hub; nothing otherwise.
pub(super) fn after_approval_step(
    world: &World<'_>,
    entry: &Entry<'_>,
    draw: Draw<'_>,
) -> Vec<Write> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let Some(project) = project.filter(|_| entry.actor.at_hub) else {
        return Vec::new();
    };
    let approval = entry.reference(Column::Approval);
    let approval = approval.and_then(|row| project.row(Table::Approvals, row));
    let item = approval
        .as_ref()
        .map_or("", |row| row.text(Column::ApprovalItem));
    let look = Look::new(world, entry.now);
    let step = (item, entry.text(Column::ApprovalAct));
    if !permitting_begins(&look, project, Some(step)) {
        return Vec::new();
    }
    permitting(project, draw(), entry.now, Some(entry.actor.user))
}

/// The writes of T4 for a project as it stands, with nobody as their author: what a unit did while it was away starts permitting
/// when the hub learns of it. Nothing while a gate is closed.
#[must_use]
pub fn begin_permitting(look: &Look<'_>, project: &ProjectView, draw: Draw<'_>) -> Vec<Write> {
    if permitting_begins(look, project, None) {
        permitting(project, draw(), look.now, None)
    } else {
        Vec::new()
    }
}

fn permitting(project: &ProjectView, row: RowId, now: Timestamp, by: Option<UserId>) -> Vec<Write> {
    let mut writes = Vec::new();
    let mut cell = |path, value: Value| {
        writes.push(Write {
            document: DocumentId::Oversight(project.id),
            path,
            value,
        });
    };
    let of_row = |column| FieldPath::cell(Table::Transitions, row, column);
    cell(FieldPath::once(Field::Stage), Stage::Permitting.id().into());
    cell(of_row(Column::ToStage), Stage::Permitting.id().into());
    cell(of_row(Column::FromStage), Stage::Listed.id().into());
    cell(of_row(Column::At), Value::Int(now.0));
    if let Some(by) = by {
        cell(of_row(Column::By), by.to_string().into());
    }
    writes
}

/// Judges a row of `expansions` (T9, 增资): only where the county knows it, and of what is in operation.
pub(super) fn judge_expansion(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    if !world.profile.lifecycle.expansion {
        return Err(refuse(Why::NotInProfile));
    }
    if Stage::of(project) != Stage::Operation {
        return Err(wrong_state(world.profile, Stage::of(project)));
    }
    Ok(Vec::new())
}

/// True while a replacement is owed for a project that left the reserve (KD, domain.md 3.7).
#[must_use]
pub fn owes_replacement(profile: &Profile, project: &ProjectView) -> bool {
    let exits = profile.exits.as_ref();
    exits.is_some_and(|exits| exits.replacement_required) && unreplaced_since(project).is_some()
}

/// When a project left the reserve for good, while nobody has linked another in its place or said why none comes.
#[must_use]
pub fn unreplaced_since(project: &ProjectView) -> Option<Timestamp> {
    let left = |row: &Row<'_>| {
        row.is(Column::ToStage, Stage::Withdrawn.id())
            && row.is(Column::FromStage, Stage::Reserve.id())
    };
    let exit = project.last(Table::Transitions, left)?;
    let mut after = project.each(Table::Replacements);
    let stands = Stage::of(project) == Stage::Withdrawn && !after.any(|row| row.key > exit.key);
    stands.then(|| exit.at())
}

/// Judges a row of `replacements`: it links a project or says why none comes, and something is owed.
pub(super) fn judge_replacement(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let project = entry.project.and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let says = |column| !entry.text(column).trim().is_empty();
    if !says(Column::Project) && !says(Column::Reason) {
        return Err(refuse(Why::ReasonMissing));
    }
    if !owes_replacement(world.profile, project) {
        return Err(wrong_state(world.profile, Stage::of(project)));
    }
    Ok(Vec::new())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
