//! What a judgement is made on: views, the directory, the filings of a unit. Built from documents by the node, from JSON by the browser.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::Book;
use crate::command::{CellRef, FilingLine};
use crate::ids::{NodeId, ProjectId, RowId, UnitId, UserId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rules::World;
use crate::time::{Date, Timestamp};

/// One organisation of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry {
    /// Its name.
    pub name: String,
    /// Its kind, an id of the enumeration `unit_kind`.
    pub kind: String,
    /// The node that hosts it; `None`: the hub.
    pub hosted_at: Option<NodeId>,
    /// Since when it stands in the directory; `None` where nobody wrote that down: always.
    pub since: Option<Timestamp>,
}

impl UnitEntry {
    /// True when it stood in the directory on a day.
    #[must_use]
    pub fn is_there_on(&self, day: Date) -> bool {
        self.since.is_none_or(|since| since.date() <= day)
    }
}

/// Who exists: written by the hub, read by all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// Units by id.
    pub units: BTreeMap<UnitId, UnitEntry>,
    /// The unit of the hub, when a record says so.
    pub hub: Option<UnitId>,
}

impl Directory {
    /// The unit a value of [`crate::field::Kind::Unit`] means: an id, or the name of one that is listed.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<UnitId> {
        if let Ok(id) = text.parse::<UnitId>() {
            return Some(id);
        }
        let name = text.trim();
        self.units
            .iter()
            .find(|(_, entry)| entry.name == name)
            .map(|(id, _)| *id)
    }

    /// The unit's name, its id when it is not listed.
    #[must_use]
    pub fn name(&self, unit: UnitId) -> String {
        self.units
            .get(&unit)
            .map_or_else(|| unit.to_string(), |entry| entry.name.clone())
    }

    /// What a value of [`crate::field::Kind::Unit`] shows: the listed name, or the text as it stands.
    #[must_use]
    pub fn show(&self, text: &str) -> String {
        match text.parse::<UnitId>() {
            Ok(id) => self.name(id),
            Err(_) => text.to_owned(),
        }
    }
}

/// What the hub said about a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingReview {
    /// Its row.
    pub id: RowId,
    /// `received`, `accepted`, `returned`, or `excused` for a late arrival the hub excuses.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// What is to be corrected in single cells.
    pub cells: BTreeMap<CellRef, String>,
    /// When, by the hub's clock.
    pub at: Timestamp,
    /// Who.
    pub by: Option<UserId>,
}

/// One filing of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its row.
    pub id: RowId,
    /// The report's id.
    pub ledger: String,
    /// The period.
    pub period: String,
    /// When the person pressed 报送.
    pub filed_at: Timestamp,
    /// Who.
    pub by: Option<UserId>,
    /// The one it revises.
    pub follows: Option<RowId>,
    /// What it covers.
    pub lines: Vec<FilingLine>,
    /// 代填: on whose behalf and why; empty otherwise.
    pub reason: String,
    /// What the hub said, oldest first.
    pub reviews: Vec<FilingReview>,
}

impl Filed {
    /// The last verdict that accepts or returns.
    #[must_use]
    pub fn verdict(&self) -> Option<&FilingReview> {
        self.reviews
            .iter()
            .rev()
            .find(|review| matches!(review.verdict.as_str(), "accepted" | "returned"))
    }

    /// When the hub received it.
    #[must_use]
    pub fn received_at(&self) -> Option<Timestamp> {
        self.reviews.iter().map(|review| review.at).min()
    }

    /// True when the hub returned it.
    #[must_use]
    pub fn is_returned(&self) -> bool {
        self.verdict()
            .is_some_and(|review| review.verdict == "returned")
    }
}

/// What a judgement is made on. Holds what the command names; the rest may be empty.
#[derive(Debug)]
pub struct State<'a> {
    /// Who exists.
    pub directory: &'a Directory,
    /// The projects the command names, as far as they are here.
    pub projects: BTreeMap<ProjectId, ProjectView>,
    /// For a filing: the living projects of the filing unit.
    pub unit_projects: BTreeSet<ProjectId>,
    /// For a filing or its review: the unit's filings, oldest first.
    pub filings: Vec<Filed>,
    /// For rows of companion records: the papers of units.
    pub units: BTreeMap<UnitId, Book>,
    /// What the hub published.
    pub county: Book,
    /// The hub's own notes; empty on a node.
    pub hub: Book,
}

impl<'a> State<'a> {
    /// A state that knows the directory and nothing else.
    #[must_use]
    pub fn new(directory: &'a Directory) -> Self {
        Self {
            directory,
            projects: BTreeMap::new(),
            unit_projects: BTreeSet::new(),
            filings: Vec::new(),
            units: BTreeMap::new(),
            county: Book::default(),
            hub: Book::default(),
        }
    }

    /// What rules look at.
    #[must_use]
    pub fn world<'b>(&'b self, profile: &'b Profile) -> World<'b> {
        World {
            profile,
            directory: self.directory,
            projects: &self.projects,
            units: &self.units,
            county: &self.county,
            hub: &self.hub,
            rolls: None,
        }
    }

    /// The filings of one report and period, oldest first.
    pub fn filings_of(&self, ledger: &str, period: &str) -> impl Iterator<Item = &Filed> {
        self.filings
            .iter()
            .filter(move |filed| filed.ledger == ledger && filed.period == period)
    }
}
