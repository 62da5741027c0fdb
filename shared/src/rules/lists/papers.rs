//! What comes before an edition: nominations of units and the hub's candidates.

use super::catalogue;
use crate::book::Cells as _;
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath, Table};
use crate::profile::{List, ListKind};
use crate::project::ProjectView;
use crate::rules::guards::{Ask, Guard, Lack, is_body, is_open, is_part, party};
use crate::rules::{Entry, Look, World, actors, gates, membership};
use crate::time::Date;

/// Guards the nominating unit can answer for; the others come later.
fn is_for_nominators(guard: Guard) -> bool {
    matches!(
        guard,
        Guard::InvestmentKindIs
            | Guard::Filled
            | Guard::Doc
            | Guard::DocForGrade
            | Guard::Materials
            | Guard::NominatedBy
    )
}

/// Judges a row of `nominations`.
pub(crate) fn judge_nomination(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let list = list_of(world, entry)?;
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    proposes(world, list, project, entry)?;
    let year = entry.text(Column::Year);
    let look = Look::new(world, entry.now).about_year(year.parse().ok());
    let ask = Ask::about(&look, Some(project))
        .writing(entry)
        .for_list(Some(list));
    let issued = !membership::editions(world.county, &list.id, year).is_empty();
    if issued {
        // What counts is when the paper was filed, not when the next edition comes (D-20).
        gates::pass_some(&ask, "list_adjust", |guard| guard == Guard::InWindow)?;
    }
    let act = entry.text(Column::NominationAct);
    if act == "cancel" {
        return match entry.text(Column::Reason).trim() {
            "" => Err(refuse(Why::ReasonMissing)),
            _ => Ok(Vec::new()),
        };
    }
    catalogue::refers(world.profile, world.county, list, look.plan_year(), entry)?;
    for act in acts_of(list) {
        gates::pass_some(&ask, act, is_for_nominators)?;
        eligible(&ask, act)?;
    }
    Ok(Vec::new())
}

/// The transition or act whose gates decide about entering a list.
fn acts_of(list: &List) -> &'static [&'static str] {
    match list.kind {
        ListKind::Reserve => &["T2"],
        ListKind::Annual => &["T3", "list_enter"],
        ListKind::Subset => &["list_enter"],
        ListKind::External | ListKind::Publication => &[],
    }
}

/// A nomination is refused for what speaks against it, not for what the hub has still to judge.
fn eligible(ask: &Ask<'_>, act: &str) -> Result<(), Refusal> {
    let is_eligible = |guard| matches!(guard, Guard::Eligible | Guard::InScope);
    let states = gates::states(ask, act, is_eligible);
    let closed = states.iter().find(|state| {
        let fails = state.lack().is_some_and(|lack| !lack.open);
        fails && !state.is_open()
    });
    closed.map_or(Ok(()), |state| Err(state.refusal(ask)))
}

fn list_of<'a>(world: &World<'a>, entry: &Entry<'_>) -> Result<&'a List, Refusal> {
    let list = world.profile.list(entry.text(Column::List));
    list.ok_or_else(|| Refusal {
        missing: vec![FieldPath::cell(entry.table, entry.row, Column::List)],
        ..refuse(Why::NotInProfile)
    })
}

/// The unit is one that may propose for this list. A proposer the directory does not know by name is whoever has that part.
fn proposes(
    world: &World<'_>,
    list: &List,
    project: &ProjectView,
    entry: &Entry<'_>,
) -> Result<(), Refusal> {
    let unit = entry.unit.unwrap_or(entry.actor.unit);
    let kind = world
        .directory
        .units
        .get(&unit)
        .map(|unit| unit.kind.as_str());
    let as_unit = crate::command::Actor {
        unit,
        at_hub: world.directory.hub == Some(unit),
        ..entry.actor.clone()
    };
    let mut proposers = list.proposers.iter();
    let may = list.proposers.is_empty()
        || proposers.any(|id| {
            kind == Some(id.as_str())
                || is_part(world, id)
                || actors::is_one_of(world, Some(project), &as_unit, id)
        });
    if may {
        Ok(())
    } else {
        Err(Refusal {
            rule: Some(list.clause.clone()),
            ..refuse(Why::NotYourUnit)
        })
    }
}

/// True when a list takes nominations on a day. One that comes outside is taken all the same and shown as such (13.7b).
#[must_use]
pub fn takes_nominations(list: &List, day: Date) -> bool {
    let window = list.propose_window.list();
    window.is_empty() || is_open(window, day)
}

/// Leaving lists by a transition: as the county adjusts each, with as many left as it holds, and with the number of the decision where
/// a body decides it. The reserve is left by its own gates.
pub(crate) fn may_leave(
    ask: &Ask<'_>,
    project: &ProjectView,
    entry: &Entry<'_>,
) -> Result<(), Refusal> {
    for (id, _) in ask.look.rolls().lists_of(project.id) {
        let list = ask.profile().list(id);
        let Some(list) = list.filter(|list| list.kind != ListKind::Reserve) else {
            continue;
        };
        let year = super::year_of(ask.look, project.id, id);
        let members = membership::roll(ask.look.world.county, id, &year).len();
        let ask = Ask {
            members: u32::try_from(members.saturating_sub(1)).ok(),
            ..ask.for_list(Some(list))
        };
        gates::pass(&ask, "list_adjust")?;
        super::holds_its_count(&ask, list)?;
        if is_decided(list) && entry.text(Column::Number).trim().is_empty() {
            return Err(Refusal {
                rule: Some(list.clause.clone()),
                missing: vec![FieldPath::cell(entry.table, entry.row, Column::Number)],
                ..refuse(Why::Missing)
            });
        }
    }
    Ok(())
}

/// True for a list each change of which a body decides (domain.md 5.2, 3.7). The reserve is decided where a gate says so.
fn is_decided(list: &List) -> bool {
    matches!(list.kind, ListKind::Annual | ListKind::Subset) && !list.deciders.list().is_empty()
}

/// Every edition of a decided list says which of its bodies decided it, and the number of its paper, whether it enters or takes out.
pub(crate) fn is_decided_by(ask: &Ask<'_>, list: &List, entry: &Entry<'_>) -> Result<(), Refusal> {
    if !is_decided(list) {
        return Ok(());
    }
    let needed = [Column::Decider, Column::Number].into_iter();
    let empty = needed.filter(|column| entry.text(*column).trim().is_empty());
    let missing: Vec<_> = empty.map(|column| entry.at(column)).collect();
    if !missing.is_empty() {
        return Err(Refusal {
            rule: Some(list.clause.clone()),
            missing,
            ..refuse(Why::Missing)
        });
    }
    let world = &ask.look.world;
    let mut bodies = list.deciders.list().iter();
    if bodies.any(|body| is_body(world, entry.text(Column::Decider), body)) {
        return Ok(());
    }
    let profile = ask.profile();
    let bodies = list.deciders.list().iter();
    let names = bodies.map(|body| party(profile, "", body).to_owned());
    let lack = Lack::of(names, party(profile, "", "hub").to_owned());
    Err(lack.closes(Guard::DecisionRecorded.id(), &list.clause, false))
}

/// Judges a row of `list_candidates`: steps that come first were taken, and who is taken out is taken out with a reason.
pub(crate) fn judge_candidate(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let stands = world.hub.row(Table::ListCandidates, entry.row);
    let of_row = |column| {
        let said = entry.text(column);
        let kept = || stands.as_ref().map_or("", |row| row.text(column));
        if said.is_empty() { kept() } else { said }
    };
    let list = world.profile.list(of_row(Column::List));
    let list = list.ok_or_else(|| refuse(Why::NotInProfile))?;
    let project = of_row(Column::Project)
        .parse()
        .ok()
        .and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let state = of_row(Column::EntryState);
    if state == membership::REMOVED && of_row(Column::Reason).trim().is_empty() {
        return Err(refuse(Why::ReasonMissing));
    }
    if matches!(state, "screened" | "chosen" | membership::ON_LIST) {
        let look = Look::new(world, entry.now).about_year(of_row(Column::Year).parse().ok());
        let ask = Ask::about(&look, Some(project))
            .writing(entry)
            .for_list(Some(list));
        gates::pass_some(&ask, "T3", |guard| guard == Guard::Ordered)?;
    }
    Ok(Vec::new())
}
