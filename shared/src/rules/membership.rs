//! Which projects stand on which lists on a day (domain.md 5.1): which of the rolls that were published (`listed`) are in force.
//!
//! A yearly list stays in force until one for a later year is; lists that look further ahead are replaced by their newest.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId};
use crate::profile::{List, ListKind, Profile};
use crate::rules::listed::{Listed, year_in};
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
    Listed::of(county).roll(list, year_in(year))
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
        Self::in_force(profile, &Listed::of(county), today)
    }

    /// What is in force on a day, of lists that were read before.
    #[must_use]
    pub fn in_force(profile: &Profile, listed: &Listed, today: Date) -> Self {
        let mut by_project: BTreeMap<_, BTreeMap<String, Member>> = BTreeMap::new();
        for (list, years) in listed.issued() {
            let known = profile.list(list);
            for year in &years {
                if !known.is_none_or(|known| is_in_force(known, &years, *year, today)) {
                    continue;
                }
                for (project, member) in listed.roll(list, *year) {
                    let lists = by_project.entry(project).or_default();
                    lists.insert(list.to_owned(), member);
                }
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

/// True when a list of the level above holds a project, as the hub recorded it (上级清单): such a list has no editions here. `rows` are
/// the levels it recorded, oldest first, each with whether the project was listed; a later one says how it stands now.
#[must_use]
pub fn is_listed_above<'r>(
    profile: &Profile,
    list: &str,
    rows: impl Iterator<Item = (&'r str, bool)>,
) -> bool {
    let external = profile
        .list(list)
        .filter(|list| list.kind == ListKind::External);
    let Some(list) = external else { return false };
    let level = list.level.as_deref().unwrap_or_default();
    let about = rows.filter(|(known, _)| *known == list.id || *known == level);
    about.last().is_some_and(|(_, listed)| listed)
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
