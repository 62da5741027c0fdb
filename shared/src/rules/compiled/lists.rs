//! 候选项目表: what the units put forward for the lists, with what their form asks for, in the order in which the county prefers (KB-5, LT-6,
//! HH-3.2.1).
//!
//! The last word of a unit about a project, list and year counts; a withdrawal takes it out. A year's names are shown until that year is over.

use std::collections::{BTreeMap, BTreeSet};

use super::{Sheet, Sources, is_of, libraries, name, text};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Ledger, LedgerPer, List, ListKind, Profile};
use crate::project::ProjectView;
use crate::rules::Look;
use crate::rules::eligibility::{amount, preferred, sort_candidates};
use crate::rules::guards::field_name;
use crate::rules::ledgers;
use crate::rules::obligations::Ground;
use crate::text::compiled as words;
use crate::text::records::comma;
use crate::time::{Date, Timestamp};
use crate::value::Value;

/// A name a unit put forward.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'g> {
    /// For which list.
    pub list: &'g List,
    /// The project.
    pub project: ProjectId,
    /// The unit.
    pub unit: UnitId,
    /// For which year, empty for none.
    pub year: &'g str,
    /// On which day.
    pub on: Date,
}

/// The names that stand, as far as the papers that are here tell: lists in the county's order, then units.
pub(super) fn named<'g>(ground: &'g Ground<'_>, now: Timestamp) -> Vec<Named<'g>> {
    let mut last: BTreeMap<(usize, &str, UnitId, ProjectId), Row<'g>> = BTreeMap::new();
    for (unit, book) in ground.units {
        for row in book.each(Table::Nominations) {
            let of = |list: &List| row.is(Column::List, &list.id);
            let list = ground.profile.lists.iter().position(of);
            if let (Some(list), Some(project)) = (list, row.project()) {
                last.insert((list, row.text(Column::Year), *unit, project), row);
            }
        }
    }
    let this_year = now.date().year();
    let names = last
        .into_iter()
        .filter_map(|((list, year, unit, project), row)| {
            let is_over = year.parse::<i16>().is_ok_and(|year| year < this_year);
            let stands = !row.is(Column::NominationAct, "cancel") && !is_over;
            stands.then_some(Named {
                list: ground.profile.lists.get(list)?,
                project,
                unit,
                year,
                on: row.at().date(),
            })
        });
    names.collect()
}

/// Those of a unit: what it named itself, and its own projects.
fn of_unit<'g>(ground: &'g Ground<'_>, whose: Option<UnitId>, now: Timestamp) -> Vec<Named<'g>> {
    let briefs = ground.briefs.iter().map(AsRef::as_ref);
    let known: BTreeMap<_, bool> = briefs
        .filter(|brief| !brief.deleted)
        .map(|brief| (brief.id, is_of(brief, whose)))
        .collect();
    let mut names = named(ground, now);
    names.retain(|one| {
        let own = known.get(&one.project);
        own.is_some_and(|own| *own || whose == Some(one.unit))
    });
    names
}

pub(super) fn subjects(
    ground: &Ground<'_>,
    whose: Option<UnitId>,
    now: Timestamp,
) -> BTreeSet<ProjectId> {
    let names = of_unit(ground, whose, now);
    names.iter().map(|one| one.project).collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let look = Look::new(&sources.world, sources.now);
    let names = of_unit(sources.ground, sources.whose, sources.now);
    for list in &sources.ground.profile.lists {
        let of_list = names.iter().filter(|one| one.list.id == list.id);
        let mut by_project: BTreeMap<ProjectId, Vec<&Named<'_>>> = BTreeMap::new();
        for one in of_list {
            by_project.entry(one.project).or_default().push(one);
        }
        let views = by_project.keys();
        let mut views: Vec<_> = views
            .filter_map(|project| sources.world.projects.get(project))
            .collect();
        views.sort_by_key(|view| view.text(Field::Name));
        sort_candidates(&look, &list.programme, &mut views);
        for view in views {
            for one in by_project.get(&view.id).into_iter().flatten() {
                sheet.row(line(sources, &look, one, view));
            }
        }
    }
}

fn line(
    sources: &Sources<'_>,
    look: &Look<'_>,
    one: &Named<'_>,
    view: &ProjectView,
) -> Vec<(Column, Value)> {
    let once = |field| view.once(field).clone();
    let year = plan_year(one.year, sources.now);
    let leaders = view.each(Table::LeadLeaders);
    let leaders: Vec<_> = leaders.map(|row| row.text(Column::Person)).collect();
    let matters = view.each(Table::LeaderMatters);
    let matters: Vec<_> = matters.map(|row| row.text(Column::Text)).collect();
    let lacks = form(sources.ground.profile, one.list)
        .map(|ledger| ledgers::lacking(ledger, view, &[year]))
        .unwrap_or_default();
    let lacks: Vec<_> = lacks.into_iter().map(field_name).collect();
    let total = amount(view, Field::TotalInvestmentFen);
    vec![
        (Column::List, one.list.id.as_str().into()),
        (Column::Year, text(one.year)),
        (Column::Project, name(&view.id)),
        (Column::Org, name(&one.unit)),
        (
            Column::Preference,
            text(preferred(look, view, &one.list.programme).unwrap_or("")),
        ),
        (Column::Sector, once(Field::Sector)),
        (Column::Scale, once(Field::ContentScale)),
        (Column::TotalFen, total.map_or(Value::Null, Value::Int)),
        (
            Column::YearPlanFen,
            view.year(year, Field::YearPlanFen).clone(),
        ),
        (Column::Owner, once(Field::OwnerOrg)),
        (Column::Territory, once(Field::TerritorialOrg)),
        (Column::Person, text(&leaders.join(comma(sources.lang)))),
        (Column::Progress, once(Field::ImageNow)),
        (Column::BuildTime, text(&words::planned(view, sources.lang))),
        (Column::MattersForLeader, text(&matters.join("\n"))),
        (Column::EntryState, state(sources, look, one).into()),
        (Column::Date, one.on.to_string().as_str().into()),
        (Column::Lacks, text(&lacks.join(comma(sources.lang)))),
    ]
}

/// The year a name is for; this one where it says none.
fn plan_year(year: &str, now: Timestamp) -> i16 {
    year.parse().unwrap_or_else(|_| now.date().year())
}

/// The form on which units put names forward for a list: the monthly one of its programme.
fn form<'p>(profile: &'p Profile, list: &List) -> Option<&'p Ledger> {
    let reports = profile.reports.iter();
    let of_names =
        reports.filter(|report| report.about.is_some() && report.programme == list.programme);
    of_names
        .flat_map(|report| &report.ledgers)
        .filter_map(|part| ledgers::find(profile, &part.id))
        .find(|ledger| ledger.per == LedgerPer::UnitMonth)
}

/// How far a name is: on the list, where the hub's notes say it stands, or put forward.
fn state<'s>(sources: &Sources<'s>, look: &Look<'s>, one: &Named<'_>) -> &'s str {
    let listed = &sources.ground.listed;
    let is_on = match one.year.parse() {
        Ok(year) => listed.roll(&one.list.id, year).contains_key(&one.project),
        Err(_) => look.rolls().is_on(one.project, &one.list.id),
    };
    let accepted = one.list.kind == ListKind::Reserve
        && libraries::holds(sources.ground, one.list, one.project, sources.now);
    if is_on || accepted {
        return crate::rules::membership::ON_LIST;
    }
    let project = one.project.to_string();
    let noted = sources.world.hub.last(Table::ListCandidates, |row| {
        row.is(Column::Project, &project)
            && row.is(Column::List, &one.list.id)
            && row.text(Column::Year) == one.year
    });
    noted.map_or("applied", |row| row.text(Column::EntryState))
}
