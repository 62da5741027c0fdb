//! Who acts, in the words of the county's rules: the engine's roles and the bodies of the profile.

use crate::book::Cells as _;
use crate::command::{Actor, Role};
use crate::decide::{Parties, is_hub};
use crate::field::{Column, Field, Table};
use crate::ids::UnitId;
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::guards::{is_body, party};
use crate::rules::{World, agency, routing};

/// The unit that leads a project: the lead unit, the home unit while none is named or the one named has no account.
#[must_use]
pub fn lead_of(world: &World<'_>, view: &ProjectView) -> Option<UnitId> {
    let parties = Parties::of(view, world.directory);
    parties.lead.or(parties.home)
}

/// The unit that acts for the owner: the owner's own account, else the home unit that hosts it.
#[must_use]
pub fn owner_of(world: &World<'_>, view: &ProjectView) -> Option<UnitId> {
    let parties = Parties::of(view, world.directory);
    let named = world.directory.resolve(view.text(Field::OwnerOrg));
    named
        .filter(|unit| world.directory.units.contains_key(unit))
        .or(parties.home)
}

/// The agency that manages construction under contract.
#[must_use]
pub fn agency_of(world: &World<'_>, view: &ProjectView) -> Option<UnitId> {
    let contract = view.last(Table::AgencyContracts, |row| {
        !row.text(Column::Org).is_empty()
    });
    let contract = contract.filter(|_| agency::may_have(view))?;
    world.directory.resolve(contract.text(Column::Org))
}

/// True when the actor is one of those a rule names: a role of the engine, or a body of the profile.
#[must_use]
pub fn is_one_of(world: &World<'_>, view: Option<&ProjectView>, actor: &Actor, who: &str) -> bool {
    let unit = |found: Option<UnitId>| found == Some(actor.unit);
    let at_hub = |role| actor.at_hub && actor.role == role;
    let named = |field| {
        let text = view.map_or("", |view| view.text(field));
        world.directory.resolve(text).filter(|_| !text.is_empty())
    };
    match who {
        "hub" => is_hub(actor),
        "hub_head" => at_hub(Role::HubHead),
        "inspector" => at_hub(Role::Inspector),
        "leader" | "topic_leader" | "main_leader" => at_hub(Role::Leader),
        "lead_unit" => unit(view.and_then(|view| lead_of(world, view))),
        "responsible_unit" => view.is_some_and(|view| {
            let mut further = view.each(Table::RespUnits);
            unit(lead_of(world, view))
                || further.any(|row| unit(world.directory.resolve(row.text(Column::Org))))
        }),
        "territorial" => unit(named(Field::TerritorialOrg)),
        "investment_dept" => {
            unit(named(Field::InvestmentDept)) || unit(view.and_then(|view| lead_of(world, view)))
        }
        "sector_dept" => {
            let sector = view.map_or("", |view| view.text(Field::ReserveSector));
            let dept = routing::sector_dept(world.county, sector);
            unit(dept.and_then(|dept| world.directory.resolve(dept)))
                || speaks_for(world, actor, who)
        }
        "owner" => unit(view.and_then(|view| owner_of(world, view))),
        "agency" => unit(view.and_then(|view| agency_of(world, view))),
        "team" => view.is_some_and(|view| Parties::of(view, world.directory).takes_part(actor)),
        body => speaks_for(world, actor, body),
    }
}

/// True when the actor works for a body of the profile: his unit bears its name or is of that kind, or it is the hub under another
/// name.
fn speaks_for(world: &World<'_>, actor: &Actor, body: &str) -> bool {
    let profile = world.profile;
    let unit = world.directory.units.get(&actor.unit);
    let of_kind = unit.is_some_and(|unit| unit.kind == body);
    if of_kind || is_body(world, &actor.unit.to_string(), body) {
        return true;
    }
    is_hub(actor) && is_hub_by_name(profile, body)
}

/// True when a body of the profile is the hub: said so, or the hub's full name holds the body's.
fn is_hub_by_name(profile: &Profile, body: &str) -> bool {
    let name = profile.body_name(body);
    let mut names = profile.hub.name_zh.values();
    profile.hub.bodies.iter().any(|id| id == body) || names.any(|hub| hub.contains(name))
}

/// What a role or body is called here.
#[must_use]
pub fn name(profile: &Profile, who: &str) -> String {
    party(profile, "", who).to_owned()
}
