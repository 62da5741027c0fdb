//! Construction by a hired agency (建设管理代理制; domain.md 12): six steps in their order, and what the agency may not do.
//!
//! It is offered only where the county keeps the register, and only for public-interest projects of state organs and public institutions.
//! The works stay the owner's: [`asset_owner`] names nobody else, and matters under his seal cannot be done by the agency's account.
//! The fee may be counted in the total, and never has to be.

use crate::book::Cells as _;
use crate::command::{Refusal, Why, Write};
use crate::decide::{Parties, is_hub, refuse};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::RowId;
use crate::profile::{Gate, Profile};
use crate::project::ProjectView;
use crate::rules::guards::Lack;
use crate::rules::subject::Subject;
use crate::rules::{Entry, World, actors};
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// The rule of domain.md the agency follows where the county's own rules name no clause.
const RULE: &str = "domain 12";
/// Owners who may hire an agency.
const OWNERS: &[&str] = &["state_organ", "public_institution"];

/// `ordered` over the steps of the agency: every step before this one was taken.
///
/// # Errors
/// The steps that are missing.
pub fn ordered(view: &ProjectView, steps: &[&str], step: &str) -> Result<(), Lack> {
    let is_taken = |step: &&&str| {
        view.each(Table::AgencySteps)
            .any(|row| row.is(Column::AgencyAct, step))
    };
    let before = steps.iter().take_while(|known| **known != step);
    let missing = before.filter(|step| !is_taken(step));
    Lack::what(missing.map(|step| label(step)).collect()).met()
}

/// Who owns what is built: always the project's owner.
#[must_use]
pub fn asset_owner(view: &ProjectView) -> &str {
    view.text(Field::OwnerOrg)
}

/// True while the record lets the project have an agency; the contracts of one that may not are without effect.
#[must_use]
pub fn may_have(view: &ProjectView) -> bool {
    is_admitted(
        view.is_yes(Field::IsPublicInterest),
        view.text(Field::OwnerKind),
    )
}

/// What [`may_have`] asks of a record, of two of its values.
pub(crate) fn is_admitted(is_public_interest: bool, owner_kind: &str) -> bool {
    is_public_interest && OWNERS.contains(&owner_kind)
}

/// The agency's fee, as far as it is counted in the total investment; `None` when no contract in effect says so.
#[must_use]
pub fn fee_in_total(view: &ProjectView) -> Option<i64> {
    let contract = view.last(Table::AgencyContracts, |row| row.flag(Column::InTotal));
    let contract = contract.filter(|_| may_have(view))?;
    contract.int(Column::AmountFen)
}

/// Judges a step of the agency.
pub(super) fn judge_step(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let act = entry.text(Column::AgencyAct);
    offered(world, view, entry)?;
    if act == "seal" {
        return not_the_agency(world, view, entry);
    }
    may_take(world, view, entry, act)?;
    if act == "supervision" {
        return Ok(Vec::new());
    }
    let gate = gate(world, "agency_step");
    let steps = gate.and_then(|gate| gate.params.get("steps")?.as_array());
    let steps = steps
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    let steps: Vec<_> = steps.collect();
    ordered(view, &steps, act)
        .map(|()| Vec::new())
        .map_err(|lacking| lacking.closes("ordered", clause(gate), false))
}

/// Judges a contract: the steps before it were taken, and it is no agency's own.
pub(super) fn judge_contract(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    offered(world, view, entry)?;
    let gate = gate(world, "agency_step");
    let steps = gate.and_then(|gate| gate.params.get("steps")?.as_array());
    let steps = steps
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    let steps: Vec<_> = steps.collect();
    ordered(view, &steps, "contract")
        .map(|()| Vec::new())
        .map_err(|lacking| lacking.closes("ordered", clause(gate), false))
}

/// Fields without which an agency is not offered, as far as they do not say yes (domain.md 12).
fn barred(subject: &impl Subject) -> Vec<FieldPath> {
    let mut missing = Vec::new();
    if !subject.is_yes(Field::IsPublicInterest) {
        missing.push(FieldPath::once(Field::IsPublicInterest));
    }
    if !OWNERS.contains(&Subject::text(subject, Field::OwnerKind)) {
        missing.push(FieldPath::once(Field::OwnerKind));
    }
    missing
}

/// The rule that leaves a project's agency without effect, where its record no longer lets it have one: somebody changed what the project
/// is while another, who did not know it, went on with the agency (`rules::void`).
pub(super) fn void_rule(profile: &Profile, subject: &impl Subject) -> Option<String> {
    let mut gates = profile.gates.iter();
    let gate = gates.find(|gate| gate.transition == "agency_step");
    (!barred(subject).is_empty()).then(|| clause(gate).to_owned())
}

/// The rows of a project's agency, in the order of their tables.
pub(super) fn rows(view: &ProjectView) -> impl Iterator<Item = (Table, RowId)> {
    let tables = [Table::AgencySteps, Table::AgencyContracts].into_iter();
    tables.flat_map(|table| {
        view.each(table)
            .filter_map(move |row| Some((table, row.id()?)))
    })
}

/// Only for public-interest projects of state organs and public institutions, where the county has it at all.
fn offered(world: &World<'_>, view: &ProjectView, entry: &Entry<'_>) -> Result<(), Refusal> {
    if !world.profile.registers.agency_construction {
        return Err(Refusal {
            missing: vec![FieldPath::cell(entry.table, entry.row, Column::AgencyAct)],
            ..refuse(Why::NotInProfile)
        });
    }
    let lacking = Lack {
        missing: barred(view),
        ..Lack::default()
    };
    lacking.met().map_err(|lacking| {
        lacking.closes("agency_offered", clause(gate(world, "agency_step")), false)
    })
}

/// `actor_is_not(agency)`: a matter under seal is the owner's.
fn not_the_agency(
    world: &World<'_>,
    view: &ProjectView,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    if !actors::is_one_of(world, Some(view), entry.actor, "agency") {
        return Ok(Vec::new());
    }
    let owner = actors::name(world.profile, "owner");
    let lacking = Lack::what(vec![actors::name(world.profile, "agency")]).by(owner);
    Err(lacking.closes("actor_is_not", clause(gate(world, "seal_act")), false))
}

/// The agency's account keeps the log of supervision and nothing else; the rest is the owner's side and the hub's, for bodies.
fn may_take(
    world: &World<'_>,
    view: &ProjectView,
    entry: &Entry<'_>,
    act: &str,
) -> Result<(), Refusal> {
    let parties = Parties::of(view, world.directory);
    let unit = Some(entry.actor.unit);
    let side = [parties.home, parties.lead, actors::owner_of(world, view)].contains(&unit);
    let is_agency = actors::agency_of(world, view) == unit;
    let allowed = match act {
        "supervision" => true,
        // A department consents by its own account where it takes part.
        "dept_consent" => !is_agency,
        _ => side && !is_agency,
    };
    if is_hub(entry.actor) || allowed {
        return Ok(());
    }
    let who = actors::name(world.profile, "owner");
    let lacking = Lack::what(vec![who.clone()]).by(who);
    Err(lacking.closes("actor_is", clause(gate(world, "agency_step")), false))
}

fn gate<'a>(world: &World<'a>, act: &str) -> Option<&'a Gate> {
    world
        .profile
        .gates
        .iter()
        .find(|gate| gate.transition == act)
}

fn clause(gate: Option<&Gate>) -> &str {
    gate.map_or(RULE, |gate| gate.clause.as_str())
}

fn label(step: &str) -> String {
    fixed_label("agency_act", step, Lang::Zh)
        .unwrap_or(step)
        .to_owned()
}

#[cfg(test)]
mod tests;
