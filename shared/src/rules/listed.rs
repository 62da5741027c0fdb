//! The lists as the hub published them (domain.md 5.1): every edition and entry, read once and asked often.
//!
//! The first edition of a year is the whole list; one that follows another changes it entry by entry: entered (在单) or taken out
//! (调出). What the editions of a list and year come to is its roll. Which rolls are in force on a day is
//! `membership`'s to say; [`Listed::on`] says who stood on a list at a moment of the past: the edition of that year, and until it
//! was issued the one of the last year before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId};
use crate::rules::membership::{Member, REMOVED};
use crate::time::{Date, Timestamp};

/// One edition of a list.
#[derive(Debug, Clone)]
struct Edition {
    row: RowId,
    number: i64,
    year: i16,
    follows: Option<RowId>,
    at: Timestamp,
}

/// One entry of an edition.
#[derive(Debug, Clone)]
struct Entry {
    project: ProjectId,
    category: String,
    stands: bool,
}

/// Memberships as published.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// List → its editions, oldest first.
    editions: BTreeMap<String, Vec<Edition>>,
    /// Edition → what it enters and takes out.
    entries: BTreeMap<RowId, Vec<Entry>>,
}

impl Listed {
    /// Reads what the county published.
    #[must_use]
    pub fn of(county: &Book) -> Self {
        let mut listed = Self::default();
        for row in county.each(Table::ListEditions) {
            let Some(id) = row.id() else { continue };
            let list = listed
                .editions
                .entry(row.text(Column::List).to_owned())
                .or_default();
            list.push(Edition {
                row: id,
                number: row.int(Column::Count).unwrap_or(0),
                year: year_of(&row),
                follows: row.reference(Column::Follows),
                at: row.at(),
            });
        }
        for editions in listed.editions.values_mut() {
            editions.sort_by_key(|edition| (edition.number, edition.row));
        }
        for row in county.each(Table::ListEntries) {
            let (Some(edition), Some(project)) = (row.reference(Column::Edition), row.project())
            else {
                continue;
            };
            let entries = listed.entries.entry(edition).or_default();
            entries.push(Entry {
                project,
                category: row.text(Column::Category).to_owned(),
                stands: !row.is(Column::EntryState, REMOVED),
            });
        }
        listed
    }

    /// What was published before a moment.
    #[must_use]
    pub fn before(mut self, moment: Timestamp) -> Self {
        for editions in self.editions.values_mut() {
            editions.retain(|edition| edition.at < moment);
        }
        self.editions.retain(|_, editions| !editions.is_empty());
        self
    }

    /// True when the list was ever issued.
    #[must_use]
    pub fn knows(&self, list: &str) -> bool {
        self.editions.contains_key(list)
    }

    /// The lists that were issued, each with its years.
    pub fn issued(&self) -> impl Iterator<Item = (&str, BTreeSet<i16>)> {
        self.editions.iter().map(|(list, editions)| {
            let years = editions.iter().map(|edition| edition.year);
            (list.as_str(), years.collect())
        })
    }

    /// True when any edition of the list was issued before a moment.
    #[must_use]
    pub fn is_on_record(&self, list: &str, moment: Timestamp) -> bool {
        let editions = self.editions.get(list).into_iter().flatten();
        editions.into_iter().any(|edition| edition.at < moment)
    }

    /// True when an edition of the list for this year was issued up to this moment.
    #[must_use]
    pub fn is_issued(&self, list: &str, year: i16, until: Timestamp) -> bool {
        let editions = self.editions.get(list).into_iter().flatten();
        editions
            .into_iter()
            .any(|edition| edition.year == year && edition.at <= until)
    }

    /// What all editions of a list and year come to.
    #[must_use]
    pub fn roll(&self, list: &str, year: i16) -> BTreeMap<ProjectId, Member> {
        let editions = self.editions.get(list).into_iter().flatten();
        self.come_to(editions.filter(|edition| edition.year == year))
    }

    /// The projects on a list at a moment.
    #[must_use]
    pub fn on(&self, list: &str, at: Timestamp) -> BTreeSet<ProjectId> {
        let issued = || {
            let editions = self.editions.get(list).into_iter().flatten();
            editions.filter(|edition| edition.at <= at)
        };
        let year = at.date().year();
        let holds = issued()
            .map(|edition| edition.year)
            .filter(|of| *of <= year)
            .max();
        // Before the first year of a list, what was issued in advance is all there is.
        let Some(holds) = holds.or_else(|| issued().map(|edition| edition.year).min()) else {
            return BTreeSet::new();
        };
        let of_year: Vec<&Edition> = issued().filter(|edition| edition.year == holds).collect();
        // One that follows none is the whole list: what was issued before it is over.
        let whole = of_year.iter().rposition(|one| one.follows.is_none());
        let mut on = BTreeSet::new();
        for edition in of_year.into_iter().skip(whole.unwrap_or(0)) {
            for entry in self.entries.get(&edition.row).into_iter().flatten() {
                if entry.stands {
                    on.insert(entry.project);
                } else {
                    on.remove(&entry.project);
                }
            }
        }
        on
    }

    fn come_to<'a>(
        &self,
        editions: impl Iterator<Item = &'a Edition>,
    ) -> BTreeMap<ProjectId, Member> {
        let mut members = BTreeMap::new();
        for edition in editions {
            for entry in self.entries.get(&edition.row).into_iter().flatten() {
                if entry.stands {
                    let member = Member {
                        category: entry.category.clone(),
                        since: Some(edition.row),
                    };
                    members.insert(entry.project, member);
                } else {
                    members.remove(&entry.project);
                }
            }
        }
        members
    }
}

/// The first year a text names, of an edition that is for some years; 0 when it names none.
#[must_use]
pub fn year_in(text: &str) -> i16 {
    text.get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(0)
}

fn year_of(row: &Row<'_>) -> i16 {
    year_in(row.text(Column::Year))
}

/// The year an edition is for that is due on this day: what is due in the second half of a year is for the next one.
#[must_use]
pub fn year_due(day: Date) -> i16 {
    if day.month() > 6 {
        day.year() + 1
    } else {
        day.year()
    }
}
