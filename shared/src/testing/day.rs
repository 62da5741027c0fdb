//! A county of a given size, and everything its rules say of it on one day: what the engine is measured with.
//!
//! The projects are like a year's work: on lists, with plans, amounts of months, money, people, issues and reports, some bare. All views
//! are there beforehand; [`Day::judge`] starts from them, as a node does once it has fetched them.

use super::{County, by, hub, of};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Profile, TRANSITIONS};
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::rules::{Look, gates, lights};
use crate::time::Month;
use crate::value::Value;

/// Units that share the projects.
const UNITS: usize = 40;

/// The day everything is asked about, and the month lights look at.
const DAY: &str = "2026-07-15";
const MONTH: &str = "2026-06";

/// A county on one day.
pub struct Day {
    county: County,
    month: Month,
}

/// How much was said, so that nothing can be left out unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Said {
    /// Obligations.
    pub obligations: usize,
    /// Projects with a light.
    pub lights: usize,
    /// Of these, the red ones.
    pub red: usize,
    /// Gates asked.
    pub gates: usize,
    /// Of these, the closed ones.
    pub closed: usize,
}

impl Day {
    /// A county under the rules that ship as `slug`, with so many projects.
    #[must_use]
    pub fn new(slug: &str, projects: usize) -> Self {
        let mut county = County::new(slug, DAY);
        let kinds = county.profile.levels.node_kinds.clone();
        let units: Vec<_> = (0..UNITS)
            .map(|number| {
                let kind = kinds.get(number % kinds.len()).map_or("", String::as_str);
                county.unit(&format!("unit {number}"), kind)
            })
            .collect();
        let mut day = Self {
            county,
            month: MONTH.parse().expect("a month"),
        };
        day.fill(&units, projects);
        day
    }

    fn fill(&mut self, units: &[UnitId], projects: usize) {
        let profile = self.county.profile.clone();
        let editions: Vec<_> = profile
            .lists
            .iter()
            .map(|list| {
                let set = [
                    (Column::List, Value::from(list.id.as_str())),
                    (Column::Year, "2026".into()),
                    (Column::Count, Value::Int(1)),
                ];
                self.county.put(hub(), Table::ListEditions, &set)
            })
            .collect();
        for (number, unit) in units.iter().cycle().take(projects).enumerate() {
            let project = self.project(&profile, number, *unit);
            for (place, edition) in editions.iter().enumerate() {
                if (number + place).is_multiple_of(2) {
                    let set = [
                        (Column::Edition, Value::from(edition.to_string())),
                        (Column::Project, project.to_string().into()),
                        (Column::EntryState, "on_list".into()),
                    ];
                    self.county.put(hub(), Table::ListEntries, &set);
                }
            }
        }
        for (unit, report) in units
            .iter()
            .flat_map(|unit| profile.reports.iter().map(move |report| (unit, report)))
        {
            for month in 1..=6 {
                let set = [
                    (Column::Ledger, Value::from(report.id.as_str())),
                    (Column::Period, format!("2026-{month:02}").into()),
                    (Column::FiledAt, Value::Int(self.county.now.0)),
                ];
                self.county.put(by(*unit), Table::Filings, &set);
            }
        }
    }

    fn project(&mut self, profile: &Profile, number: usize, unit: UnitId) -> ProjectId {
        let county = &mut self.county;
        let project = county.project(unit);
        let stages = ["reserve", "listed", "construction", "construction"];
        let stage = stages.get(number % stages.len()).copied().unwrap_or("idea");
        let fen = i64::try_from(number).unwrap_or(0) * 100_000_000 + 400_000_000;
        county.set(project, Field::Stage, stage);
        county.set(project, Field::InvestmentKind, "government");
        county.set(project, Field::TotalInvestmentFen, fen);
        county.set(project, Field::LeadUnit, unit.to_string());
        county.set(project, Field::OwnerOrg, unit.to_string());
        county.set(project, Field::ContentScale, "12 km of road");
        county.set(project, Field::PlannedStart, "2026-03-01");
        county.set(project, Field::PlannedCompletion, "2027-12-31");
        county.set_year(project, 2026, Field::YearPlanFen, fen / 2);
        let programmes = profile.programmes.iter().map(|one| one.id.as_str());
        let programmes: Vec<_> = programmes.collect();
        county.set(project, Field::Programmes, programmes.join(","));
        if let Some(sector) = profile.sectors.list().first() {
            county.set(project, Field::Sector, sector.id.as_str());
        }
        if stage == "construction" {
            county.set(project, Field::ActualStart, "2026-03-15");
        }
        for month in (1..=12).filter_map(|month| Month::new(2026, month)) {
            county.write(
                project,
                FieldPath::month(month, Field::MonthPlanFen),
                Value::Int(fen / 24),
            );
            if month <= self.month && !number.is_multiple_of(5) {
                county.write(
                    project,
                    FieldPath::month(month, Field::MonthDoneFen),
                    Value::Int(fen / 24 * i64::try_from(number % 3).unwrap_or(0)),
                );
            }
        }
        let set = [
            (Column::Source, Value::from("bank")),
            (Column::AmountFen, Value::Int(fen)),
            (Column::Status, "secured".into()),
        ];
        county.put(of(project), Table::Funding, &set);
        if number.is_multiple_of(2) {
            let set = [(
                Column::Person,
                Value::from(format!("leader {}", number % 20)),
            )];
            county.put(of(project), Table::LeadLeaders, &set);
        }
        for _ in 0..number % 3 {
            let set = [
                (Column::Description, Value::from("no land")),
                (Column::Deadline, "2026-07-01".into()),
            ];
            county.put(of(project), Table::Issues, &set);
        }
        project
    }

    /// All obligations, lights and gates of the day.
    #[must_use]
    pub fn judge(&self) -> Said {
        let world = self.county.world();
        let now = self.county.now;
        let ground = Ground::of(&world);
        let asked = Asked::on(Whose::All, now.date(), now);
        let mut said = Said {
            obligations: obligations(&ground, &asked).len(),
            ..Said::default()
        };
        let look = Look::new(&world, now);
        let rules = world.profile.lights.resolve();
        for view in self.county.projects.values() {
            let light = rules
                .as_ref()
                .and_then(|rules| lights::of_project(rules, view, self.month));
            said.lights += usize::from(light.is_some());
            said.red += usize::from(light.is_some_and(|light| light.colour == lights::Colour::Red));
            for transition in TRANSITIONS {
                let states = gates::open_gates(&look, view, transition);
                said.gates += states.len();
                said.closed += states.iter().filter(|state| !state.is_open()).count();
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_has_something_to_say_of_every_project() {
        for slug in Profile::slugs() {
            let said = Day::new(slug, 20).judge();
            assert!(said.obligations > 20, "{slug}: {said:?}");
            assert_eq!(said.lights, 20, "{slug}");
            assert!(said.red > 0 && said.red < 20, "{slug}: {said:?}");
            assert!(said.closed >= 20, "{slug}: {said:?}");
        }
    }
}
