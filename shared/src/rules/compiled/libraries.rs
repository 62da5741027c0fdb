//! 储备库: what the reserve libraries hold and what waits to be taken in, by unit, sector and stage; and whom a library collects from where
//! the source counts them (LT-5, LT-6, HH-3.2.1).

use std::collections::{BTreeMap, BTreeSet};

use super::lists::named;
use super::{Sheet, Sources, briefs, name, stage, text};
use crate::api::CountyFigure;
use crate::field::{Column, Field};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{List, ListKind, Profile};
use crate::rules::brief::Brief;
use crate::rules::eligibility::amount;
use crate::rules::guards::field_name;
use crate::rules::membership::ON_LIST;
use crate::rules::obligations::{Ground, Memberships};
use crate::text::compiled as words;
use crate::time::Timestamp;
use crate::value::Value;

/// The stage of what is in the reserve.
const RESERVE: &str = "reserve";

/// The county's libraries.
pub(super) fn lists(profile: &Profile) -> impl Iterator<Item = &List> {
    let lists = profile.lists.iter();
    lists.filter(|list| list.kind == ListKind::Reserve)
}

/// True when a library holds a project: an edition entered it, or the hub took it into the reserve.
fn is_in(list: &List, brief: &Brief, on: &Memberships<'_>) -> bool {
    !brief.deleted && (on.has(brief.id, &list.id) || brief.stage == RESERVE)
}

/// The same for one project.
pub(super) fn holds(ground: &Ground<'_>, list: &List, project: ProjectId, now: Timestamp) -> bool {
    let on = ground.memberships(now);
    let mut briefs = ground.briefs.iter().map(AsRef::as_ref);
    let brief = briefs.find(|brief: &&Brief| brief.id == project);
    brief.is_some_and(|brief| is_in(list, brief, &on))
}

/// What is in a library, and what waits to be taken in with the day it was put forward.
struct Holding<'g> {
    inside: Vec<&'g Brief>,
    waiting: Vec<&'g Brief>,
}

impl<'g> Holding<'g> {
    fn of(ground: &'g Ground<'_>, list: &List, whose: Option<UnitId>, now: Timestamp) -> Self {
        let on = ground.memberships(now);
        let names = named(ground, now).into_iter();
        let names: BTreeSet<_> = names
            .filter(|one| one.list.id == list.id)
            .map(|one| one.project)
            .collect();
        let (inside, others): (Vec<_>, Vec<_>) =
            briefs(ground, whose).partition(|brief| is_in(list, brief, &on));
        let waits = |brief: &&Brief| names.contains(&brief.id) && brief.stage == "idea";
        Self {
            inside,
            waiting: others.into_iter().filter(waits).collect(),
        }
    }
}

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    lists(ground.profile)
        .map(|list| Holding::of(ground, list, whose, now))
        .flat_map(|holding| holding.inside.into_iter().chain(holding.waiting))
        .map(|brief| brief.id)
        .collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let (ground, now) = (sources.ground, sources.now);
    for list in lists(ground.profile) {
        let holding = Holding::of(ground, list, sources.whose, now);
        let inside = holding.inside.iter().map(|brief| (*brief, ON_LIST));
        let waiting = holding.waiting.iter().map(|brief| (*brief, "applied"));
        let mut told: Vec<_> = inside.chain(waiting).collect();
        told.sort_by_key(|(brief, state)| (*state == ON_LIST, &brief.name, brief.id));
        for (brief, state) in told {
            let Some(view) = sources.world.projects.get(&brief.id) else {
                continue;
            };
            let since = brief.moves.iter().rev().find(|(_, to)| to == RESERVE);
            let total = amount(view, Field::TotalInvestmentFen);
            sheet.row(vec![
                (Column::List, list.id.as_str().into()),
                (Column::Project, name(&brief.id)),
                (Column::Org, view.once(Field::HomeNode).clone()),
                (Column::Sector, view.once(Field::Sector).clone()),
                (Column::Grade, view.once(Field::ReserveGrade).clone()),
                (Column::TotalFen, total.map_or(Value::Null, Value::Int)),
                (Column::Stage, stage(view).into()),
                (Column::EntryState, state.into()),
                (
                    Column::Date,
                    since.map_or(Value::Null, |(day, _)| day.to_string().as_str().into()),
                ),
            ]);
        }
    }
}

/// What stands on the hub's overview of its libraries: how much they hold, what waits, by sector and by stage; and every number of names
/// that is not the one the source counts.
#[must_use]
pub fn figures(ground: &Ground<'_>, now: Timestamp) -> Vec<CountyFigure> {
    let profile = ground.profile;
    let mut found = Vec::new();
    for list in lists(profile) {
        let holding = Holding::of(ground, list, None, now);
        let mut put = |label: String, count: usize| {
            if count > 0 {
                found.push(CountyFigure {
                    label,
                    clause: list.clause.clone(),
                    projects: u32::try_from(count).unwrap_or(u32::MAX),
                });
            }
        };
        put(words::inside(&list.name_zh), holding.inside.len());
        put(words::waiting(&list.name_zh), holding.waiting.len());
        let counted = |of: &dyn Fn(&Brief) -> String| {
            let mut by: BTreeMap<String, usize> = BTreeMap::new();
            for brief in &holding.inside {
                *by.entry(of(brief)).or_default() += 1;
            }
            by
        };
        let sector = |brief: &Brief| brief.choices.get("sector").cloned().unwrap_or_default();
        for (sector, count) in counted(&sector) {
            put(
                words::of_sector(profile.option_label("sectors", &sector)),
                count,
            );
        }
        for (stage, count) in counted(&|brief: &Brief| brief.stage.clone()) {
            put(words::of_stage(profile.stage_label(&stage)), count);
        }
    }
    found
}

/// One group of those a library collects from.
struct Group {
    /// What it is called.
    label: String,
    /// How many the source counts.
    stated: usize,
    /// Its members with the projects each has in the library or waiting.
    members: Vec<(Value, usize)>,
}

/// Units of the county's own kind, then every enumeration of names the source counts.
fn groups(sources: &Sources<'_>) -> Vec<Group> {
    let profile = sources.ground.profile;
    let views: Vec<_> = subjects(sources.ground, sources.whose, sources.now)
        .iter()
        .filter_map(|project| sources.world.projects.get(project))
        .collect();
    let count = |field: Field, value: &str| {
        let of = views.iter().filter(|view| view.text(field) == value);
        of.count()
    };
    let mut found = Vec::new();
    let levels = &profile.levels;
    if let (Some(stated), Some(kind)) = (levels.node_count, levels.node_kinds.first()) {
        let units = sources.ground.directory.units.iter();
        let units = units.filter(|(_, entry)| entry.kind == *kind);
        let mut units: Vec<_> = units
            .filter(|(unit, _)| sources.whose.is_none_or(|whose| whose == **unit))
            .collect();
        units.sort_by_key(|(_, entry)| &entry.name);
        found.push(Group {
            label: levels.node_label.clone(),
            stated: usize::try_from(stated).unwrap_or(usize::MAX),
            members: units
                .into_iter()
                .map(|(unit, entry)| {
                    let projects = count(Field::HomeNode, &unit.to_string());
                    (Value::from(entry.name.as_str()), projects)
                })
                .collect(),
        });
    }
    for (enumeration, stated) in &profile.expected_counts {
        let field = match enumeration.as_str() {
            "sectors" => Field::Sector,
            "sectors_extra" => Field::SectorExtra,
            _ => continue,
        };
        let names = profile.options(enumeration).unwrap_or_default();
        found.push(Group {
            label: field_name(field.id()),
            stated: *stated,
            members: names
                .iter()
                .map(|label| {
                    let projects = count(field, &label.id);
                    (Value::from(label.name_zh.as_str()), projects)
                })
                .collect(),
        });
    }
    found
}

pub(super) fn fill_collected(sources: &Sources<'_>, sheet: &mut Sheet) {
    for group in groups(sources) {
        let there = group.members.len();
        // A unit sees itself alone, so that the number of the others says nothing.
        let wrong = there != group.stated && sources.whose.is_none();
        if wrong {
            sheet.row(vec![
                (Column::GroupName, text(&group.label)),
                (
                    Column::Lacks,
                    text(&words::wrong_count(group.stated, there, sources.lang)),
                ),
            ]);
        }
        for (member, projects) in group.members {
            sheet.row(vec![
                (Column::GroupName, text(&group.label)),
                (Column::Name, member),
                (
                    Column::Projects,
                    Value::Int(i64::try_from(projects).unwrap_or(i64::MAX)),
                ),
            ]);
        }
    }
}
