//! Who must be named for a project, and who is not (domain.md 13.5): gaps of a project and of a unit, and the one who may be only one.

use crate::book::{Book, Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::{is_hub, refuse};
use crate::field::{Column, Field, Table};
use crate::profile::{Mode, Profile, Slot, SlotPer};
use crate::project::ProjectView;
use crate::rules::guards::{Ask, Guard, party_of_code, place_names};
use crate::rules::subject::{Among, Tenure, further_units, is_short, slot_count};
use crate::rules::{Entry, Look, World, gates};
use crate::time::Date;

/// A slot that is not filled as the county asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotGap<'a> {
    /// The slot.
    pub slot: &'a Slot,
    /// How many are named.
    pub count: usize,
    /// Fixed places that are empty.
    pub empty: Vec<String>,
    /// Who names them, in the county's words.
    pub from: &'a str,
}

/// What a slot is short of, or has too many of; `None` when it is as asked.
fn gap<'a>(look: &Look<'a>, slot: &'a Slot, count: usize, empty: &[&str]) -> Option<SlotGap<'a>> {
    let many = slot
        .max
        .is_some_and(|max| usize::try_from(max).is_ok_and(|max| count > max));
    (many || is_short(slot, count, empty)).then(|| {
        let code = slot.assigners.first().map_or("H", String::as_str);
        SlotGap {
            slot,
            count,
            empty: place_names(look.world.directory, empty),
            from: party_of_code(look.world.profile, &slot.programme, code),
        }
    })
}

/// The gaps of a project: every slot that is asked for and not filled as asked.
#[must_use]
pub fn gaps<'a>(look: &Look<'a>, project: &ProjectView) -> Vec<SlotGap<'a>> {
    let managed = gates::managed(look, project);
    let is_managed = |programme: &str| programme == "all" || managed.contains(&programme);
    let is_on = |list: &str| look.rolls().is_on(project.id, list);
    let among = Among {
        profile: look.world.profile,
        year: look.plan_year(),
        of: project,
        is_on: &is_on,
    };
    let slots = look.world.profile.slots.iter();
    slots
        .filter(|slot| slot.per != SlotPer::Unit && among.asks(slot, is_managed))
        .filter_map(|slot| {
            let (count, empty) = slot_count(project, slot, look.today());
            gap(look, slot, count, &empty)
        })
        .collect()
}

/// The gaps of a unit: its project section and its experts.
#[must_use]
pub fn unit_gaps<'a>(look: &Look<'a>, papers: &Book) -> Vec<SlotGap<'a>> {
    let slots = look.world.profile.slots.iter();
    slots
        .filter(|slot| slot.per == SlotPer::Unit && slot.mode != Mode::Optional)
        .filter_map(|slot| {
            let people = papers.each(Table::SectionPeople);
            let experts = slot.id == "expert_person";
            let count = people
                .filter(|row| !experts || row.flag(Column::Expert))
                .count();
            gap(look, slot, count, &[])
        })
        .collect()
}

/// Whether the three levels that carry a project are named (三级责任人): the slots the gate before its start asks for.
///
/// `None` where the county's rules know no such levels.
#[must_use]
pub fn three_levels(look: &Look<'_>, project: &ProjectView) -> Option<bool> {
    let profile = look.world.profile;
    let gate = profile.gates.iter().find(|gate| {
        gate.transition == "T5"
            && gate.guard == Guard::SlotFilled.id()
            && profile
                .slots
                .iter()
                .any(|slot| slot.programme == gate.programme && !slot.each_of.is_empty())
    })?;
    let ask = Ask::about(look, Some(project));
    let holds = crate::rules::guards::test(Guard::SlotFilled, &gate.params, &ask);
    Some(holds.is_met())
}

/// Judges a row of `lead_leaders`: where the county asks for exactly one, a second cannot be in office beside the first.
pub(super) fn judge_leader(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let look = Look::new(world, entry.now);
    let programmes = gates::programmes(&Ask::about(&look, Some(project)));
    let table = Table::LeadLeaders;
    let slots = world.profile.slots.iter().filter(|slot| {
        let of_programme = slot.programme == "all" || programmes.contains(&slot.programme.as_str());
        of_programme && slot.field.as_deref() == Some(table.id())
    });
    // Where one programme allows several, several are right.
    let Some(only) = slots
        .max_by_key(|slot| slot.max.unwrap_or(u32::MAX))
        .filter(|slot| slot.max == Some(1))
    else {
        return Ok(Vec::new());
    };
    let text = |row: &Row<'_>| row.text(Column::Person).to_owned();
    let person = set_or(project, entry, Column::Person, text);
    if !person.is_empty() && has_another(project, entry, look.today(), |row| !text(row).is_empty())
    {
        return Err(only_one(entry, &only.clause, Column::Person));
    }
    Ok(Vec::new())
}

/// Judges a row of `resp_units`: another unit beside the lead unit, and none twice (KP-9.1). Most counties have one alone.
pub(super) fn judge_unit(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let Some(slot) = each_unit(world.profile) else {
        return Err(not_kept());
    };
    let today = entry.now.date();
    let text = |row: &Row<'_>| row.text(Column::Org).to_owned();
    let org = set_or(project, entry, Column::Org, text);
    let same = |other: &str| is_same(world, other, &org);
    let is_lead = same(project.text(Field::LeadUnit));
    if is_lead || has_another(project, entry, today, |row| same(&text(row))) {
        return Err(Refusal {
            rule: Some(slot.clause.clone()),
            missing: vec![entry.at(Column::Org)],
            ..refuse(Why::Exists)
        });
    }
    Ok(Vec::new())
}

/// Judges a row of `unit_liaisons`: a further responsible unit names its own liaison, and one at a time (KP-16).
pub(super) fn judge_liaison(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let project = entry.about().and_then(|id| world.projects.get(&id));
    let project = project.ok_or_else(|| refuse(Why::NotFound))?;
    let Some(slot) = each_unit(world.profile) else {
        return Err(not_kept());
    };
    let no = |why| Refusal {
        rule: Some(slot.clause.clone()),
        missing: vec![entry.at(Column::Org)],
        ..refuse(why)
    };
    let today = entry.now.date();
    let text = |row: &Row<'_>| row.text(Column::Org).to_owned();
    let org = set_or(project, entry, Column::Org, text);
    let unit = world.directory.resolve(&org);
    let same = |other: &str| is_same(world, other, &org);
    if !is_hub(entry.actor) && unit != Some(entry.actor.unit) {
        return Err(no(Why::NotYourUnit));
    }
    if !further_units(project, today).into_iter().any(same) {
        return Err(no(Why::NotFound));
    }
    let beside = |row: &Row<'_>| !row.text(Column::Person).is_empty() && same(&text(row));
    if slot.max == Some(1) && has_another(project, entry, today, beside) {
        return Err(only_one(entry, &slot.clause, Column::Person));
    }
    Ok(Vec::new())
}

/// What each responsible unit of a project names, in a county whose projects have several (KP-9.1, KP-16).
#[must_use]
pub fn each_unit(profile: &Profile) -> Option<&Slot> {
    let mut slots = profile.slots.iter();
    slots.find(|slot| slot.per == SlotPer::RespUnit)
}

fn not_kept() -> Refusal {
    Refusal {
        rule: Some("domain 13.5".to_owned()),
        ..refuse(Why::NotInProfile)
    }
}

/// True when two cells name the same unit, by its id or its name.
fn is_same(world: &World<'_>, one: &str, other: &str) -> bool {
    let known = |text: &str| world.directory.resolve(text).filter(|_| !text.is_empty());
    one == other || known(one).is_some_and(|unit| known(other) == Some(unit))
}

fn only_one(entry: &Entry<'_>, clause: &str, column: Column) -> Refusal {
    Refusal {
        rule: Some(clause.to_owned()),
        missing: vec![entry.at(column)],
        ..refuse(Why::OnlyOne)
    }
}

/// What a text column of a row comes to: what is written now, else what stands.
fn set_or(
    project: &ProjectView,
    entry: &Entry<'_>,
    column: Column,
    stands: impl Fn(&Row<'_>) -> String,
) -> String {
    match entry.set.get(&column) {
        Some(value) => value.as_text().unwrap_or("").to_owned(),
        None => project
            .row(entry.table, entry.row)
            .map_or_else(String::new, |row| stands(&row)),
    }
}

/// True when another row of the table is in office beside this one: their days touch, and neither is over.
fn has_another(
    project: &ProjectView,
    entry: &Entry<'_>,
    today: Date,
    counts: impl Fn(&Row<'_>) -> bool,
) -> bool {
    let stands = project.row(entry.table, entry.row);
    let day_of = |column: Column| -> Option<Date> {
        match entry.set.get(&column) {
            Some(value) => value.as_text().and_then(|text| text.parse().ok()),
            None => stands.as_ref().and_then(|row| row.date(column)),
        }
    };
    let (from, to) = (day_of(Column::From), day_of(Column::To));
    if to.is_some_and(|to| to < today) {
        return false;
    }
    let mut rows = project.each(entry.table);
    rows.any(|row| {
        let own = row.id() == Some(entry.row);
        let before = row
            .date(Column::To)
            .zip(from)
            .is_some_and(|(to, from)| to < from);
        let after = row
            .date(Column::From)
            .zip(to)
            .is_some_and(|(from, to)| to < from);
        let over = row.date(Column::To).is_some_and(|to| to < today) && from.is_none();
        !own && !before && !after && !over && counts(&row)
    })
}

/// The leaders of a project who are in office on a day.
pub fn leaders_on(project: &ProjectView, today: Date) -> impl Iterator<Item = Row<'_>> {
    let rows = project.each(Table::LeadLeaders);
    rows.filter(move |row| Tenure::of(project, row).is_active(today))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
