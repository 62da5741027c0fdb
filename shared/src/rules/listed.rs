//! Which projects stand on which list at a moment: read from the editions the hub published (domain.md 5.1).
//!
//! An edition without a predecessor is the whole list of its year; one that follows another changes it entry by entry. In a year the
//! edition of that year holds; until it is issued, the one of the last year before it does.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId};
use crate::time::{Date, Timestamp};

/// One edition of a list.
#[derive(Debug, Clone)]
struct Edition {
    row: RowId,
    year: i16,
    follows: Option<RowId>,
    at: Timestamp,
}

/// Memberships as published.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// List → its editions, oldest first.
    editions: BTreeMap<String, Vec<Edition>>,
    /// Edition → project and whether it stands on the list after it.
    entries: BTreeMap<RowId, Vec<(ProjectId, bool)>>,
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
                year: year_of(&row),
                follows: row.reference(Column::Follows),
                at: row.at(),
            });
        }
        for row in county.each(Table::ListEntries) {
            let (Some(edition), Some(project)) = (row.reference(Column::Edition), row.project())
            else {
                continue;
            };
            let stands = !row.is(Column::EntryState, "removed");
            let entries = listed.entries.entry(edition).or_default();
            entries.push((project, stands));
        }
        listed
    }

    /// True when the list was ever issued.
    #[must_use]
    pub fn knows(&self, list: &str) -> bool {
        self.editions.contains_key(list)
    }

    /// True when an edition of the list for this year was issued up to this moment.
    #[must_use]
    pub fn is_issued(&self, list: &str, year: i16, until: Timestamp) -> bool {
        let editions = self.editions.get(list).into_iter().flatten();
        editions
            .into_iter()
            .any(|edition| edition.year == year && edition.at <= until)
    }

    /// The projects on a list at a moment.
    #[must_use]
    pub fn on(&self, list: &str, at: Timestamp) -> BTreeSet<ProjectId> {
        let mut projects = BTreeSet::new();
        for edition in self.chain(list, at) {
            for (project, stands) in self.entries.get(&edition).into_iter().flatten() {
                if *stands {
                    projects.insert(*project);
                } else {
                    projects.remove(project);
                }
            }
        }
        projects
    }

    /// The editions that make up the list at a moment, oldest first.
    fn chain(&self, list: &str, at: Timestamp) -> Vec<RowId> {
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
            return Vec::new();
        };
        let mut chain = Vec::new();
        for edition in issued().filter(|edition| edition.year == holds) {
            if edition.follows.is_none() {
                chain.clear();
            }
            chain.push(edition.row);
        }
        chain
    }
}

/// The first year an edition is for; 0 when it names none.
fn year_of(row: &Row<'_>) -> i16 {
    let text = row.text(Column::Year);
    text.get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or(0)
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
