//! A county of a given size, and everything its rules say of it on one day: what the engine is measured with.
//!
//! The county is made once (`made` says what is in it) and then held as the views a page would fetch: [`Day::views`] writes them as the
//! product sends them, [`Day::fetched`] reads them back with the brief of each, which the product keeps beside it (`summary`), and
//! [`Day::judge`] starts from there, as a page does once it has them. What two machines say of the same views is compared by
//! [`Day::texts`], which leaves nothing out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::County;
use crate::api::DirectoryUnit;
use crate::api::obligations::Obligation;
use crate::book::Book;
use crate::cells::CellMap;
use crate::decide::{Directory, UnitEntry};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Profile, TRANSITIONS};
use crate::project::ProjectView;
use crate::rules::brief::Brief;
use crate::rules::gates::GateState;
use crate::rules::guards::Holds;
use crate::rules::lights::{Colour, Light};
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::rules::{Look, gates, lights};
use crate::time::{Month, Timestamp};

mod made;

/// The month lights look at.
const MONTH: &str = "2026-06";

/// A county on one day.
pub struct Day {
    county: County,
    month: Month,
    briefs: Vec<Brief>,
}

/// What a page fetches before it judges: the bodies of the API, each view as it is sent.
#[derive(Serialize, Deserialize)]
struct Views {
    now: Timestamp,
    month: Month,
    profile: Profile,
    directory: Vec<DirectoryUnit>,
    projects: Vec<ProjectView>,
    units: BTreeMap<UnitId, CellMap>,
    county: CellMap,
    hub: CellMap,
}

/// How much was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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

/// All that was said.
struct Answers<'a> {
    obligations: Vec<Obligation>,
    projects: Vec<OfProject<'a>>,
}

/// What was said of one project: its light, and the gates before each transition.
struct OfProject<'a> {
    id: ProjectId,
    light: Option<Light>,
    gates: Vec<(&'static str, Vec<GateState<'a>>)>,
}

impl Day {
    /// A county under the rules that ship as `slug`, with so many projects.
    #[must_use]
    pub fn new(slug: &str, projects: usize) -> Self {
        made::county(slug, projects)
    }

    /// The views of the day, as they are sent.
    #[must_use]
    pub fn views(&self) -> String {
        let county = &self.county;
        let listed = county.directory.units.iter();
        let listed = listed.map(|(unit, entry)| DirectoryUnit {
            unit: *unit,
            name: entry.name.clone(),
            kind: entry.kind.clone(),
        });
        let units = county.units.iter();
        let views = Views {
            now: county.now,
            month: self.month,
            profile: county.profile.clone(),
            directory: listed.collect(),
            projects: county.projects.values().cloned().collect(),
            units: units
                .map(|(unit, book)| (*unit, book.cells.clone()))
                .collect(),
            county: county.county.cells.clone(),
            hub: county.hub.cells.clone(),
        };
        json!(views).to_string()
    }

    /// The day of views that were fetched.
    ///
    /// # Errors
    /// When the text is none of [`Day::views`].
    pub fn fetched(views: &str) -> Result<Self, serde_json::Error> {
        let views: Views = serde_json::from_str(views)?;
        let mut directory = Directory::default();
        for listed in views.directory {
            if listed.kind == "hub" {
                directory.hub = Some(listed.unit);
            }
            let entry = UnitEntry {
                name: listed.name,
                kind: listed.kind,
                hosted_at: None,
                since: None,
            };
            directory.units.insert(listed.unit, entry);
        }
        let units = views.units.into_iter();
        let county = County {
            profile: views.profile,
            hub_unit: directory.hub.unwrap_or_else(|| UnitId::from_bytes([0; 10])),
            directory,
            projects: views
                .projects
                .into_iter()
                .map(|view| (view.id, view))
                .collect(),
            units: units.map(|(unit, cells)| (unit, Book { cells })).collect(),
            county: Book {
                cells: views.county,
            },
            hub: Book { cells: views.hub },
            now: views.now,
            drawn: 0,
        };
        Ok(Self::of(county, views.month))
    }

    fn of(county: County, month: Month) -> Self {
        let projects = county.projects.values();
        let briefs = projects.map(|view| Brief::of(view, &county.directory));
        Self {
            briefs: briefs.collect(),
            county,
            month,
        }
    }

    /// Works out all obligations, lights and gates of the day; the answer is how much was said.
    #[must_use]
    pub fn judge(&self) -> Said {
        self.asked(|answers| answers.said())
    }

    /// The same; the answer is all of it, word for word: obligations, lights and gates, each a text of one JSON value a line.
    #[must_use]
    pub fn texts(&self) -> [String; 3] {
        self.asked(|answers| answers.texts())
    }

    fn asked<R>(&self, take: impl FnOnce(&Answers<'_>) -> R) -> R {
        let world = self.county.world();
        let now = self.county.now;
        let briefs = self.briefs.iter().map(Cow::Borrowed).collect();
        let ground = Ground::new(&world, briefs);
        let asked = Asked::on(Whose::All, now.date(), now);
        let obligations = obligations(&ground, &asked);
        let look = Look::new(&world, now);
        let rules = world.profile.lights.resolve();
        let projects = self.county.projects.values().map(|view| OfProject {
            id: view.id,
            light: rules
                .as_ref()
                .and_then(|rules| lights::of_project(rules, view, self.month)),
            gates: TRANSITIONS
                .iter()
                .map(|transition| (*transition, gates::open_gates(&look, view, transition)))
                .collect(),
        });
        let projects = projects.collect();
        take(&Answers {
            obligations,
            projects,
        })
    }

    /// Every set path, over all views.
    #[must_use]
    pub fn cells(&self) -> usize {
        let county = &self.county;
        let projects = county.projects.values().map(|view| view.cells.len());
        let units = county.units.values().map(|book| book.cells.len());
        let hub = [&county.county, &county.hub].map(|book| book.cells.len());
        projects.chain(units).chain(hub).sum()
    }
}

impl Answers<'_> {
    fn said(&self) -> Said {
        let mut said = Said {
            obligations: self.obligations.len(),
            ..Said::default()
        };
        for project in &self.projects {
            said.lights += usize::from(project.light.is_some());
            let red = |light: &Light| light.colour == Colour::Red;
            said.red += usize::from(project.light.as_ref().is_some_and(red));
            let states = project.gates.iter().flat_map(|(_, states)| states);
            for state in states {
                said.gates += 1;
                said.closed += usize::from(!state.is_open());
            }
        }
        said
    }

    fn texts(&self) -> [String; 3] {
        let mut texts = [String::new(), String::new(), String::new()];
        let [obligations, lights, gates] = &mut texts;
        for one in &self.obligations {
            let _ = writeln!(obligations, "{}", json!(one));
        }
        for project in &self.projects {
            let id = project.id.to_string();
            let light = project.light.as_ref().map(|light| {
                let reasons = light.reasons.iter().map(|reason| {
                    let (colour, bound) = (reason.colour.id(), reason.bound);
                    let planned = reason.from_year_plan;
                    json!([
                        reason.rule,
                        reason.metric,
                        reason.tenths,
                        colour,
                        bound,
                        planned
                    ])
                });
                json!([light.colour.id(), reasons.collect::<Vec<_>>()])
            });
            let _ = writeln!(lights, "{}", json!([id, light]));
            for (transition, states) in &project.gates {
                for state in states {
                    let holds = match &state.holds {
                        Holds::Met => json!("met"),
                        Holds::Unset(key) => json!({ "unset": key }),
                        Holds::Unmet(lack) => {
                            json!([lack.lacks, lack.from, lack.missing, lack.open])
                        }
                    };
                    let gate = json!([
                        id,
                        transition,
                        state.guard.id(),
                        state.mode.id(),
                        state.clause,
                        state.excepted,
                        holds
                    ]);
                    let _ = writeln!(gates, "{gate}");
                }
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_has_something_to_say_of_every_project() {
        for slug in Profile::slugs() {
            let said = Day::new(slug, 40).judge();
            assert!(said.obligations > 40, "{slug}: {said:?}");
            assert_eq!(said.lights, 40, "{slug}");
            assert!(said.red > 0 && said.red < 40, "{slug}: {said:?}");
            assert!(
                said.closed >= 40 && said.closed < said.gates,
                "{slug}: {said:?}"
            );
        }
    }

    #[test]
    fn views_that_were_fetched_answer_as_those_they_were_made_from() {
        for slug in Profile::slugs() {
            let made = Day::new(slug, 16);
            let fetched = Day::fetched(&made.views()).expect("views");
            let (said, again) = (made.texts(), fetched.texts());
            assert_eq!(said, again, "{slug}");
            assert!(said.iter().all(|text| text.lines().count() >= 16), "{slug}");
        }
    }

    #[test]
    fn what_was_changed_on_the_way_changes_the_answers() {
        let made = Day::new("wushan", 16);
        let views = made.views();
        let other = views.replace(r#"{"value":"agree"}"#, r#"{"value":"disagree"}"#);
        assert!(views != other, "contents of reviews are in the views");
        let other = Day::fetched(&other).expect("views");
        assert_eq!(made.judge().gates, other.judge().gates);
        assert!(
            made.texts() != other.texts(),
            "the same count, other answers"
        );
    }
}
