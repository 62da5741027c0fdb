//! One issue with everything its rules look at: its row, its steps, whose it is, and the way it goes here.

use crate::book::{Book, Cells, Row};
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Label, LedgerPer, Profile};
use crate::project::ProjectView;
use crate::rules::subject::managed_in;
use crate::rules::{World, actors, membership};
use crate::time::Date;

use super::flow::{Course, Flow, IssueAct, Tables, replay, steps_by_issue};

/// One issue and what is known about it.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// What is known.
    pub world: World<'a>,
    /// The project it stands in; `None` for an issue of no project.
    pub view: Option<&'a ProjectView>,
    /// The unit whose papers it stands in, for an issue of no project.
    pub unit: Option<UnitId>,
    /// Where it stands.
    pub tables: Tables,
    /// Its row.
    pub issue: Row<'a>,
    /// The programme whose ladder it climbs.
    pub programme: &'a str,
    /// Its way.
    pub flow: Flow,
    /// Its steps.
    pub course: Course<'a>,
}

/// Who has to do what by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charge<'a> {
    /// The responsible unit: an id, or a name.
    pub unit: &'a str,
    /// The responsible person.
    pub person: &'a str,
    /// The limit.
    pub deadline: Option<Date>,
}

impl<'a> Case<'a> {
    /// The issue with this id in a project or in a unit's papers; `None` when it is not here.
    #[must_use]
    pub fn find(
        world: &World<'a>,
        project: Option<ProjectId>,
        unit: Option<UnitId>,
        tables: Tables,
        issue: RowId,
    ) -> Option<Self> {
        let key = issue.to_string();
        if tables.issues == Table::Issues {
            let view = world.projects.get(&project?)?;
            Self::among(world, view, Some(view), None, tables).find(|case| case.issue.key == key)
        } else {
            let book = world.units.get(&unit?)?;
            Self::among(world, book, None, unit, tables).find(|case| case.issue.key == key)
        }
    }

    /// Every issue of a project.
    pub fn of_project(world: &World<'a>, project: ProjectId) -> Vec<Self> {
        let view = world.projects.get(&project);
        view.map_or_else(Vec::new, |view| {
            Self::among(world, view, Some(view), None, Tables::PROJECT).collect()
        })
    }

    /// Every issue of a unit that concerns no project.
    pub fn of_unit(world: &World<'a>, unit: UnitId) -> Vec<Self> {
        let book = world.units.get(&unit);
        book.map_or_else(Vec::new, |book| {
            Self::among(world, book, None, Some(unit), Tables::UNIT).collect()
        })
    }

    fn among<V: Cells>(
        world: &World<'a>,
        cells: &'a V,
        view: Option<&'a ProjectView>,
        unit: Option<UnitId>,
        tables: Tables,
    ) -> impl Iterator<Item = Self> {
        let world = *world;
        let mut steps = steps_by_issue(cells, tables);
        let member = view.map_or_else(Vec::new, |view| programmes_of(&world, view));
        cells.each(tables.issues).map(move |issue| {
            let (programme, flow) = way(world.profile, &member, issue.text(Column::Programme));
            let course = replay(&flow, steps.remove(issue.key).unwrap_or_default());
            Self {
                world,
                view,
                unit,
                tables,
                issue,
                programme,
                flow,
                course,
            }
        })
    }

    /// True for what an inspection found.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        is_finding(&self.issue)
    }

    /// Who has to do what by when: what the last hand-over says, else the issue itself.
    #[must_use]
    pub fn charge(&self) -> Charge<'a> {
        let said = |column| {
            let rulings = self.course.done(IssueAct::Assigned).rev();
            rulings
                .map(|row| row.text(column))
                .find(|text| !text.is_empty())
        };
        let of = |ruled, own| said(ruled).unwrap_or_else(|| self.issue.text(own));
        Charge {
            unit: of(Column::Org, Column::ResponsibleUnit),
            person: of(Column::Person, Column::ResponsiblePerson),
            deadline: of(Column::Deadline, Column::Deadline).parse().ok(),
        }
    }

    /// The unit that answers for it: the responsible one, else the one that leads the project or owns the paper.
    #[must_use]
    pub fn answers(&self) -> Option<UnitId> {
        let directory = self.world.directory;
        let named = Some(self.charge().unit).filter(|unit| !unit.is_empty());
        named
            .and_then(|unit| directory.resolve(unit))
            .filter(|unit| directory.units.contains_key(unit))
            .or_else(|| {
                self.view
                    .and_then(|view| actors::lead_of(&self.world, view))
            })
            .or(self.unit)
    }

    /// The level it is on: the one it was raised to, the one stated, else the lowest.
    #[must_use]
    pub fn level(&self) -> &str {
        let stated = self.issue.text(Column::Level);
        if !self.course.level.is_empty() {
            self.course.level
        } else if self.flow.rung(stated).is_some() {
            stated
        } else {
            self.flow.ladder.first().map_or("", String::as_str)
        }
    }

    /// Who may close it, in the words of the profile.
    #[must_use]
    pub fn closers(&self) -> &'a [String] {
        let profile = self.world.profile;
        let kind = if self.is_finding() {
            "finding"
        } else {
            "other"
        };
        let closers = profile.issue.closer.get(kind);
        closers.map_or(&[], Vec::as_slice)
    }

    /// What a state is called for this issue.
    #[must_use]
    pub fn label(&self, state: IssueAct) -> &'a str {
        state_label(self.world.profile, self.is_finding(), state)
    }

    /// The projects it concerns besides the one it stands in.
    #[must_use]
    pub fn concerns(&self) -> Vec<ProjectId> {
        concerned_by(&self.issue)
    }
}

/// True for a row of an issue that an inspection found.
#[must_use]
pub fn is_finding(issue: &Row<'_>) -> bool {
    issue.is(Column::IssueSource, "inspection") || !issue.text(Column::Inspection).is_empty()
}

/// The projects a row of an issue concerns besides the one it stands in.
#[must_use]
pub fn concerned_by(issue: &Row<'_>) -> Vec<ProjectId> {
    let ids = issue.text(Column::Concerns).split(',');
    ids.filter_map(|id| id.trim().parse().ok()).collect()
}

/// What a state is called: findings may have words of their own.
#[must_use]
pub fn state_label(profile: &Profile, finding: bool, state: IssueAct) -> &str {
    let flow = &profile.issue;
    let find = |labels: &'_ [Label]| labels.iter().position(|label| label.id == state.id());
    let own = flow.workflows.get("finding").filter(|_| finding);
    let words = own.map_or(flow.workflow.as_slice(), Vec::as_slice);
    let found = find(words).and_then(|at| words.get(at));
    found.map_or(state.id(), |label| label.name_zh.as_str())
}

/// The programmes a project is managed in.
#[must_use]
pub fn programmes_of<'a>(world: &World<'a>, view: &ProjectView) -> Vec<&'a str> {
    let said = view.text(Field::Programmes);
    managed_in(
        world.profile,
        |id| said.split(',').any(|said| said == id),
        |list| match world.rolls {
            Some(rolls) => rolls.is_on(view.id, list),
            None => on_list(world.county, list, view.id),
        },
    )
}

/// True when the list holds the project in the newest year it was issued for.
fn on_list(county: &Book, list: &str, project: ProjectId) -> bool {
    let editions = county.each(Table::ListEditions);
    let years = editions.filter(|edition| edition.is(Column::List, list));
    let newest = years.map(|edition| edition.text(Column::Year)).max();
    newest.is_some_and(|year| membership::roll(county, list, year).contains_key(&project))
}

/// The programme whose ladder an issue climbs and the way it goes, by the programmes of its project and the one it names itself.
pub(crate) fn way<'a>(profile: &'a Profile, member: &[&'a str], named: &'a str) -> (&'a str, Flow) {
    let assessed = assessed_in(profile, member);
    let programme = match assessed {
        Some(programme) if named.is_empty() => programme,
        _ => ladder_of(profile, member, named),
    };
    let flow = Flow::of(profile, programme, assessed.is_some());
    (programme, flow)
}

/// The programme of a project in which a leader has to assess an issue before it is handed over, when there is one.
fn assessed_in<'a>(profile: &Profile, member: &[&'a str]) -> Option<&'a str> {
    let mut guards = profile.issue.guards.iter();
    guards.find_map(|gate| {
        let mut member = member.iter().copied();
        let found = member.find(|id| gate.programme == "all" || gate.programme == *id);
        found.filter(|_| gate.guard == "assessed_by")
    })
}

/// The programme whose ladder an issue climbs: the one it names, else the first of the project that has a ladder.
pub(crate) fn ladder_of<'a>(profile: &'a Profile, member: &[&'a str], named: &'a str) -> &'a str {
    let all = || profile.programmes.iter().map(|known| known.id.as_str());
    if let Some(named) = all().find(|known| *known == named) {
        return named;
    }
    let has_ladder = |programme: &&str| profile.issue.ladder(programme).next().is_some();
    let mut own = member.iter().copied().chain(all());
    own.find(has_ladder).unwrap_or("")
}

/// The clause an issue rests on: that of the ledger of findings for what an inspection found, else that of the rung it stands on.
#[must_use]
pub fn clause_of<'a>(profile: &'a Profile, programme: &str, level: &str, finding: bool) -> &'a str {
    let mut ledgers = profile.ledgers.iter();
    let findings = ledgers.find(|ledger| finding && ledger.per == LedgerPer::Finding);
    let rungs = || profile.issue.ladder(programme);
    let rung = rungs()
        .find(|rung| rung.id == level)
        .or_else(|| rungs().next());
    let clause = findings.map(|ledger| &ledger.clause);
    clause
        .or_else(|| rung.map(|rung| &rung.clause))
        .map_or("engine", String::as_str)
}
