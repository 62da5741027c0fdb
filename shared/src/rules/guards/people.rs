//! Guards about people and units: who is named for a project (13.5), who is filed, who acts.

use super::words::party_of_code;
use super::{Ask, Holds, Lack, With};
use crate::book::Cells as _;
use crate::command::Actor;
use crate::decide::Directory;
use crate::field::{Column, Field, Table};
use crate::ids::UnitId;
use crate::profile::Slot;
use crate::rules::actors;
use crate::rules::subject::{is_short, slot_count};
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// What fixed places of a team, or units, are called.
pub(crate) fn place_names(directory: &Directory, places: &[&str]) -> Vec<String> {
    let name = |place: &&str| {
        let fixed = fixed_label("procedure_slot", place, Lang::Zh);
        fixed.map_or_else(|| directory.show(place), str::to_owned)
    };
    places.iter().map(name).collect()
}

/// What a slot is called: the field or table that fills it.
pub(super) fn slot_name(slot: &Slot) -> String {
    let id = slot.field.as_deref().unwrap_or(&slot.id);
    super::words::field_name(id)
}

pub(super) fn slot_filled(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let profile = ask.profile();
    let today = ask.look.today();
    let mut lacks = Vec::new();
    let mut from = Vec::new();
    for id in with.texts("slots") {
        // The same slot may stand under several programmes; the guard means the strictest.
        let slots = profile.slots.iter().filter(|slot| slot.id == id);
        let Some(slot) = slots.max_by_key(|slot| (slot.min, slot.each_of.len())) else {
            continue;
        };
        let (count, empty) = slot_count(project, slot, today);
        if !is_short(slot, count, &empty) {
            continue;
        }
        if empty.is_empty() {
            lacks.push(slot_name(slot));
        } else {
            lacks.push(format!(
                "{} ({})",
                slot_name(slot),
                place_names(ask.look.world.directory, &empty).join(", ")
            ));
        }
        let code = slot.assigners.first().map_or("H", String::as_str);
        let who = party_of_code(profile, &slot.programme, code).to_owned();
        if !from.contains(&who) {
            from.push(who);
        }
    }
    Holds::unless(lacks, || from.join(", "))
}

pub(super) fn roster_filed(ask: &Ask<'_>, with: With<'_>) -> Holds {
    let Some(project) = ask.project else {
        return Holds::Met;
    };
    let id = with.text("roster");
    let slot = ask.profile().slots.iter().find(|slot| slot.id == id);
    let named = slot.is_none_or(|slot| slot_count(project, slot, ask.look.today()).0 > 0);
    let filed = id != "team" || !project.once(Field::TeamFiledAt).is_null();
    Holds::when(named && filed, || {
        let lack = if named {
            Field::TeamFiledAt.label(Lang::Zh).to_owned()
        } else {
            slot.map_or_else(|| id.to_owned(), slot_name)
        };
        let code = slot
            .and_then(|slot| slot.assigners.first())
            .map_or("O", String::as_str);
        Lack::of([lack], party_of_code(ask.profile(), "", code).to_owned())
    })
}

/// The unit an issue is handed to.
fn responsible_unit(ask: &Ask<'_>) -> Option<UnitId> {
    let entry = ask.entry?;
    let issue = entry.reference(Column::Issue)?;
    let project = ask.project?;
    let row = project.row(Table::Issues, issue)?;
    let text = row.text(Column::ResponsibleUnit);
    (!text.is_empty())
        .then(|| ask.look.world.directory.resolve(text))
        .flatten()
}

fn any_of(ask: &Ask<'_>, with: With<'_>) -> (bool, Vec<String>) {
    let ids: Vec<_> = ["actor", "actors"]
        .iter()
        .flat_map(|key| with.texts(key))
        .collect();
    let responsible = responsible_unit(ask);
    let is = |actor: &Actor| {
        let mut ids = ids.iter();
        ids.any(|id| match responsible {
            Some(unit) if *id == "responsible_unit" => actor.unit == unit,
            _ => actors::is_one_of(&ask.look.world, ask.project, actor, id),
        })
    };
    let met = ask.actor().is_some_and(is);
    let names = ids
        .iter()
        .map(|id| super::words::party(ask.profile(), "", id).to_owned());
    (met, names.collect())
}

pub(super) fn actor_is(ask: &Ask<'_>, with: With<'_>) -> Holds {
    if ask.actor().is_none() {
        return Holds::Met;
    }
    let (met, names) = any_of(ask, with);
    Holds::when(met, || Lack::of([], names.join(", ")))
}

pub(super) fn actor_is_not(ask: &Ask<'_>, with: With<'_>) -> Holds {
    if ask.actor().is_none() {
        return Holds::Met;
    }
    let (met, names) = any_of(ask, with);
    Holds::when(!met, || Lack::of(names, String::new()))
}
