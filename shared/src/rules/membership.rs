//! Which projects stand on which lists, from the editions the hub issued (domain.md 5.1).
//!
//! An edition is a row of `list_editions` and never changes. The first of a list and year holds every entry; a later one names the
//! edition it follows and holds only what changed: entered (在单) or taken out (调出). A roll is what all editions of a list and year
//! come to. A yearly list stays in force until one for a later year is; lists that look further ahead are replaced by their newest.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId};
use crate::profile::{List, ListKind, Profile};
use crate::time::Date;

/// The state of an entry that stands on the list.
pub const ON_LIST: &str = "on_list";
/// The state of an entry that was taken out.
pub const REMOVED: &str = "removed";

/// One issued edition.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// Its row.
    pub row: Row<'a>,
    /// Its number within list and year, from 1.
    pub number: i64,
}

/// The editions of a list and year, oldest first.
#[must_use]
pub fn editions<'a>(county: &'a Book, list: &str, year: &str) -> Vec<Edition<'a>> {
    let rows = county.each(Table::ListEditions);
    let mut editions: Vec<_> = rows
        .filter(|row| row.is(Column::List, list) && row.is(Column::Year, year))
        .map(|row| Edition {
            row,
            number: row.int(Column::Count).unwrap_or(0),
        })
        .collect();
    editions.sort_by_key(|edition| (edition.number, edition.row.key));
    editions
}

/// One project on a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The category under which it was entered, empty when the list has none.
    pub category: String,
    /// The edition that entered it.
    pub since: Option<RowId>,
}

/// What the editions of a list and year come to.
#[must_use]
pub fn roll(county: &Book, list: &str, year: &str) -> BTreeMap<ProjectId, Member> {
    let editions = editions(county, list, year);
    let order: BTreeMap<&str, usize> = editions
        .iter()
        .enumerate()
        .map(|(at, edition)| (edition.row.key, at))
        .collect();
    let mut entries: Vec<_> = county
        .each(Table::ListEntries)
        .filter_map(|entry| Some((*order.get(entry.text(Column::Edition))?, entry)))
        .collect();
    entries.sort_by_key(|(at, entry)| (*at, entry.key));
    let mut members = BTreeMap::new();
    for (_, entry) in entries {
        apply(&mut members, &entry);
    }
    members
}

fn apply(members: &mut BTreeMap<ProjectId, Member>, entry: &Row<'_>) {
    let Some(project) = entry.project() else {
        return;
    };
    if entry.is(Column::EntryState, ON_LIST) {
        let member = Member {
            category: entry.text(Column::Category).to_owned(),
            since: entry.reference(Column::Edition),
        };
        members.insert(project, member);
    } else {
        members.remove(&project);
    }
}

/// All lists in force on a day, by project. Built once for a day, then asked often.
#[derive(Debug, Clone, Default)]
pub struct Rolls {
    by_project: BTreeMap<ProjectId, BTreeMap<String, Member>>,
}

impl Rolls {
    /// What is in force on a day.
    #[must_use]
    pub fn of(profile: &Profile, county: &Book, today: Date) -> Self {
        // Editions by list and year; one pass over the entries fills all rolls.
        let mut years: BTreeMap<&str, BTreeSet<i16>> = BTreeMap::new();
        let mut place: BTreeMap<&str, (&str, i16, i64)> = BTreeMap::new();
        for row in county.each(Table::ListEditions) {
            let Ok(year) = row.text(Column::Year).parse::<i16>() else {
                continue;
            };
            let list = row.text(Column::List);
            years.entry(list).or_default().insert(year);
            place.insert(row.key, (list, year, row.int(Column::Count).unwrap_or(0)));
        }
        let mut entries: Vec<_> = county
            .each(Table::ListEntries)
            .filter_map(|entry| {
                let (list, year, number) = *place.get(entry.text(Column::Edition))?;
                let in_force = years.get(list).is_some_and(|years| {
                    let list = profile.lists.iter().find(|known| known.id == list);
                    list.is_none_or(|list| is_in_force(list, years, year, today))
                });
                in_force.then_some((list, year, number, entry))
            })
            .collect();
        entries.sort_by_key(|(list, year, number, entry)| (*list, *year, *number, entry.key));
        let mut rolls: BTreeMap<(&str, i16), BTreeMap<ProjectId, Member>> = BTreeMap::new();
        for (list, year, _, entry) in entries {
            apply(rolls.entry((list, year)).or_default(), &entry);
        }
        let mut by_project: BTreeMap<_, BTreeMap<String, Member>> = BTreeMap::new();
        for ((list, _), members) in rolls {
            for (project, member) in members {
                let lists = by_project.entry(project).or_default();
                lists.insert(list.to_owned(), member);
            }
        }
        Self { by_project }
    }

    /// True when the project stands on the list.
    #[must_use]
    pub fn is_on(&self, project: ProjectId, list: &str) -> bool {
        self.member(project, list).is_some()
    }

    /// The project's entry on the list.
    #[must_use]
    pub fn member(&self, project: ProjectId, list: &str) -> Option<&Member> {
        self.by_project.get(&project)?.get(list)
    }

    /// The lists a project stands on.
    pub fn lists_of(&self, project: ProjectId) -> impl Iterator<Item = (&str, &Member)> {
        let lists = self.by_project.get(&project).into_iter().flatten();
        lists.map(|(list, member)| (list.as_str(), member))
    }

    /// The projects on a list.
    pub fn on(&self, list: &str) -> impl Iterator<Item = ProjectId> {
        let projects = self.by_project.iter();
        projects
            .filter(move |(_, lists)| lists.contains_key(list))
            .map(|(project, _)| *project)
    }
}

/// Whether the roll of a year is in force on a day, given the years the list was issued for.
fn is_in_force(list: &List, years: &BTreeSet<i16>, year: i16, today: Date) -> bool {
    let yearly = matches!(list.horizon.as_deref(), Some("1y" | "next_year"))
        && list.kind != ListKind::Reserve;
    if !yearly {
        return years.last() == Some(&year);
    }
    let newest_begun = years.range(..=today.year()).next_back();
    year > today.year() || newest_begun == Some(&year)
}
