//! Compiled tables as a reader sees them: what they are worked out of, for whom (feature `crdt`).
//!
//! For the hub's people a table is about the whole county, or about the unit they ask for; for all others, those of a department whose
//! accounts are the hub's among them, about their own unit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::records::RecordsQuestion;
use super::unit_book;
use crate::book::Book;
use crate::cells::CellMap;
use crate::decide::Directory;
use crate::document::genesis::DocumentKind;
use crate::field::Table;
use crate::ids::{ProjectId, UnitId};
use crate::library::{Library, LibraryError};
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::compiled::{self, Sources};
use crate::rules::obligations::Ground;
use crate::store::Reader;

/// What compiled tables are worked out of, but for the views of projects.
pub(super) struct Known {
    directory: Arc<Directory>,
    units: BTreeMap<UnitId, Book>,
    county: Book,
    hub: Book,
    whose: Option<UnitId>,
}

impl Known {
    /// Reads it; the papers of all units and the hub's notes only at the hub.
    pub(super) fn load(
        library: &mut Library,
        reader: &dyn Reader,
        question: &RecordsQuestion<'_>,
    ) -> Result<Self, LibraryError> {
        let actor = question.actor;
        let asked = question.unit.unwrap_or(actor.unit);
        let directory = crate::summary::directory(library, reader)?;
        let is_hub = match directory.units.get(&asked) {
            Some(entry) => entry.kind == "hub",
            None => asked == actor.unit,
        };
        let whose = (!(actor.at_hub && is_hub)).then_some(asked);
        let mut known = Self {
            county: super::book(library, reader, DocumentKind::County)?,
            hub: Book::default(),
            units: BTreeMap::new(),
            directory,
            whose,
        };
        let papers: BTreeSet<UnitId> = if actor.at_hub {
            known.hub = super::book(library, reader, DocumentKind::Hub)?;
            known.directory.units.keys().copied().collect()
        } else {
            BTreeSet::from([asked])
        };
        for unit in papers {
            let book = unit_book(library, reader, unit)?;
            known.units.insert(unit, book);
        }
        Ok(known)
    }

    fn world<'a>(
        &'a self,
        question: &RecordsQuestion<'a>,
        projects: &'a BTreeMap<ProjectId, ProjectView>,
    ) -> World<'a> {
        World {
            profile: question.profile,
            directory: &self.directory,
            projects,
            units: &self.units,
            county: &self.county,
            hub: &self.hub,
            rolls: None,
        }
    }

    /// The projects a table is about.
    pub(super) fn subjects(
        &self,
        library: &mut Library,
        reader: &dyn Reader,
        question: &RecordsQuestion<'_>,
        tables: &[Table],
    ) -> Result<Vec<BTreeSet<ProjectId>>, LibraryError> {
        let none = BTreeMap::new();
        let facts = library.facts(reader)?;
        let briefs = facts.values().map(|facts| Cow::Borrowed(&facts.brief));
        let ground = Ground::new(&self.world(question, &none), briefs.collect());
        let about = |table| compiled::subjects(&ground, table, self.whose, question.now);
        Ok(tables.iter().map(|table| about(*table)).collect())
    }

    /// A table's rows, made from the views of its subjects.
    pub(super) fn cells(
        &self,
        library: &mut Library,
        reader: &dyn Reader,
        question: &RecordsQuestion<'_>,
        table: Table,
        views: &BTreeMap<ProjectId, ProjectView>,
    ) -> Result<CellMap, LibraryError> {
        let facts = library.facts(reader)?;
        let briefs = facts.values().map(|facts| Cow::Borrowed(&facts.brief));
        let world = self.world(question, views);
        let ground = Ground::new(&world, briefs.collect());
        let sources = Sources {
            ground: &ground,
            world,
            whose: self.whose,
            now: question.now,
            lang: question.lang,
        };
        Ok(compiled::compile(&sources, table))
    }
}

/// The projects whose views a table is made of; none for a table that stands in documents.
///
/// # Errors
/// When a document cannot be read.
pub fn compiled_subjects(
    library: &mut Library,
    reader: &dyn Reader,
    question: &RecordsQuestion<'_>,
    table: Table,
) -> Result<BTreeSet<ProjectId>, LibraryError> {
    if !compiled::is_compiled(table) {
        return Ok(BTreeSet::new());
    }
    let known = Known::load(library, reader, question)?;
    let mut about = known.subjects(library, reader, question, &[table])?;
    Ok(about.pop().unwrap_or_default())
}
