//! A world at a moment, with what was already worked out about it: asked by many rules in one judgement.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::rules::World;
use crate::rules::membership::Rolls;
use crate::time::{Date, Timestamp};

/// A world at a moment.
#[derive(Debug)]
pub struct Look<'a> {
    /// What is known.
    pub world: World<'a>,
    /// When.
    pub now: Timestamp,
    /// The year a plan or list in question is for; the year of `now` unless told.
    pub year: Option<i16>,
    rolls: OnceCell<Rolls>,
    applications: OnceCell<Applications>,
}

/// Rows in the papers of units: units in order, rows of each oldest first.
type OfUnits = Vec<(UnitId, RowId)>;

/// Nominations and their screenings in the papers of all units, by what they are about.
#[derive(Debug, Default)]
struct Applications {
    nominations: BTreeMap<ProjectId, OfUnits>,
    /// By the nomination they name.
    screenings: BTreeMap<String, OfUnits>,
    /// Those that name a project alone.
    of_projects: BTreeMap<ProjectId, OfUnits>,
}

impl Applications {
    fn of(world: &World<'_>) -> Self {
        let mut all = Self::default();
        for (unit, book) in world.units {
            for row in book.each(Table::Nominations) {
                if let (Some(project), Some(id)) = (row.project(), row.id()) {
                    let of_project = all.nominations.entry(project).or_default();
                    of_project.push((*unit, id));
                }
            }
            for row in book.each(Table::Screenings) {
                let Some(id) = row.id() else { continue };
                if !row.get(Column::Nomination).is_null() {
                    let named = row.text(Column::Nomination).to_owned();
                    all.screenings.entry(named).or_default().push((*unit, id));
                } else if let Some(project) = row.project() {
                    let of_project = all.of_projects.entry(project).or_default();
                    of_project.push((*unit, id));
                }
            }
        }
        all
    }
}

impl<'a> Look<'a> {
    /// Looks at a world now.
    #[must_use]
    pub fn new(world: &World<'a>, now: Timestamp) -> Self {
        Self {
            world: *world,
            now,
            year: None,
            rolls: OnceCell::new(),
            applications: OnceCell::new(),
        }
    }

    /// The same, about the plan of a year.
    #[must_use]
    pub fn about_year(mut self, year: Option<i16>) -> Self {
        self.year = year;
        self
    }

    /// The day it is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// The year in question.
    #[must_use]
    pub fn plan_year(&self) -> i16 {
        self.year.unwrap_or_else(|| self.today().year())
    }

    fn applications(&self) -> &Applications {
        let read = || Applications::of(&self.world);
        self.applications.get_or_init(read)
    }

    fn row_of(&self, table: Table, (unit, row): (UnitId, RowId)) -> Option<(UnitId, Row<'a>)> {
        Some((unit, self.world.units.get(&unit)?.row(table, row)?))
    }

    /// Nominations of a project in the papers of units: units in order, those of each oldest first.
    pub fn nominations(&self, project: ProjectId) -> impl Iterator<Item = (UnitId, Row<'a>)> {
        let found = self.applications().nominations.get(&project);
        let found = found.into_iter().flatten();
        found.filter_map(|row| self.row_of(Table::Nominations, *row))
    }

    /// Screenings of one of these nominations, or of the project without naming any; in no order.
    pub fn screenings(
        &self,
        nominations: &[&str],
        project: ProjectId,
    ) -> impl Iterator<Item = (UnitId, Row<'a>)> {
        let all = self.applications();
        let named = nominations.iter();
        let named = named.filter_map(|nomination| all.screenings.get(*nomination));
        let found = named.chain(all.of_projects.get(&project)).flatten();
        found.filter_map(|row| self.row_of(Table::Screenings, *row))
    }

    /// Who stands on which list today.
    #[must_use]
    pub fn rolls(&self) -> &Rolls {
        let read = || Rolls::of(self.world.profile, self.world.county, self.today());
        let known = self.world.rolls;
        known.unwrap_or_else(|| self.rolls.get_or_init(read))
    }
}
