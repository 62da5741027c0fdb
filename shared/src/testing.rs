//! A small county in memory, for tests of rules: units, projects, papers, and commands judged and carried out as a node would.
//!
//! It also is the ground on which every leaf of a profile is tried and the engine is measured (`tests`), so it is there with feature
//! `scenario` too, and never in the product. Its functions panic where a test went wrong.
//!
//! Rows can be put there as given ([`County::put`]) or through `decide` ([`County::record`]); both end in the same cells.

use std::collections::BTreeMap;

use crate::book::{Book, Cells as _};
use crate::cells::CellMap;
use crate::command::{Actor, Command, Refusal, Role, Write};
use crate::decide::{Decision, Directory, State, UnitEntry, decide};
use crate::field::{Column, Field, FieldPath, Place, Table};
use crate::ids::{DocumentId, ProjectId, RowId, UnitId, UserId};
use crate::profile::Profile;
use crate::project::{Cell, ProjectView};
use crate::rules::World;
use crate::time::{Date, Month, Timestamp};
use crate::value::Value;

pub mod day;
#[cfg(feature = "sync")]
pub mod packed;

/// One county with its rules, and the moment it is.
pub struct County {
    /// The rules.
    pub profile: Profile,
    /// Who exists; the hub is a unit of its own.
    pub directory: Directory,
    /// Projects, both sides merged.
    pub projects: BTreeMap<ProjectId, ProjectView>,
    /// Papers of units.
    pub units: BTreeMap<UnitId, Book>,
    /// What the hub published.
    pub county: Book,
    /// The hub's notes.
    pub hub: Book,
    /// Now.
    pub now: Timestamp,
    /// The hub's unit.
    pub hub_unit: UnitId,
    drawn: u64,
}

impl County {
    /// A county under the rules that ship as `slug`, at noon of a day.
    pub fn new(slug: &str, day: &str) -> Self {
        let profile = Profile::built_in(slug).expect("the profile ships");
        Self::under(profile, day)
    }

    /// A county under given rules.
    pub fn under(profile: Profile, day: &str) -> Self {
        let mut county = Self {
            profile,
            directory: Directory::default(),
            projects: BTreeMap::new(),
            units: BTreeMap::new(),
            county: Book::default(),
            hub: Book::default(),
            now: Timestamp(0),
            hub_unit: UnitId::from_bytes([0; 10]),
            drawn: 0,
        };
        county.on(day);
        county.hub_unit = county.unit("hub", "hub");
        county.directory.hub = Some(county.hub_unit);
        county
    }

    /// Moves to noon of a day, or to `2017-06-30 23:59:59`.
    pub fn on(&mut self, moment: &str) {
        let (day, clock) = moment.split_once(' ').unwrap_or((moment, "12:00:00"));
        let day: Date = day.parse().expect("a day");
        let parts: Vec<u8> = clock
            .split(':')
            .map(|part| part.parse().expect("a time"))
            .collect();
        self.now = day.at(parts[0], parts[1], parts[2]);
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn
    }

    /// A new unit of a kind of `unit_kind`.
    pub fn unit(&mut self, name: &str, kind: &str) -> UnitId {
        let mut bytes = [7; 10];
        bytes[2..].copy_from_slice(&self.draw().to_be_bytes());
        let unit = UnitId::from_bytes(bytes);
        let entry = UnitEntry {
            name: name.to_owned(),
            kind: kind.to_owned(),
            hosted_at: None,
            since: None,
        };
        self.directory.units.insert(unit, entry);
        self.units.insert(unit, Book::default());
        unit
    }

    /// A new project of a unit, with a name and nothing else; stage `idea`.
    pub fn project(&mut self, home: UnitId) -> ProjectId {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.draw().to_be_bytes());
        let project = ProjectId::from_parts(1, random);
        let view = ProjectView {
            id: project,
            heads: Vec::new(),
            cells: CellMap::new(),
        };
        self.projects.insert(project, view);
        self.set(project, Field::Name, "a project");
        self.set(project, Field::HomeNode, home.to_string());
        project
    }

    /// The project as it is.
    pub fn view(&self, project: ProjectId) -> &ProjectView {
        &self.projects[&project]
    }

    /// Sets a field with one value, unjudged.
    pub fn set(&mut self, project: ProjectId, field: Field, value: impl Into<Value>) {
        self.write(project, FieldPath::once(field), value.into());
    }

    /// Sets a field of a year, unjudged.
    pub fn set_year(
        &mut self,
        project: ProjectId,
        year: i16,
        field: Field,
        value: impl Into<Value>,
    ) {
        self.write(project, FieldPath::year(year, field), value.into());
    }

    /// Sets a field of a month, unjudged.
    pub fn set_month(
        &mut self,
        project: ProjectId,
        month: Month,
        field: Field,
        value: impl Into<Value>,
    ) {
        self.write(project, FieldPath::month(month, field), value.into());
    }

    fn write(&mut self, project: ProjectId, path: FieldPath, value: Value) {
        self.apply(vec![Write {
            document: DocumentId::Project(project),
            path,
            value,
        }]);
    }

    /// Puts a row there as given, unjudged: of a project, of a unit, or of the county's and the hub's own tables.
    pub fn put(&mut self, at: At, table: Table, set: &[(Column, Value)]) -> RowId {
        let row = self.row_id();
        let document = self.document(at, table);
        let by = (Column::By, Value::Text(self.user(9).to_string()));
        let moment = (Column::At, Value::Int(self.now.0));
        let writes = set
            .iter()
            .chain([&by, &moment])
            .map(|(column, value)| Write {
                document: document.clone(),
                path: FieldPath::cell(table, row, *column),
                value: value.clone(),
            });
        self.apply(writes.collect());
        row
    }

    /// A row id later than all before.
    pub fn row_id(&mut self) -> RowId {
        RowId::from_parts(self.draw(), [3; 10])
    }

    /// Writes a row as this person would, and carries out what was decided.
    pub fn record(
        &mut self,
        actor: &Actor,
        at: At,
        table: Table,
        set: &[(Column, Value)],
    ) -> Result<RowId, Refusal> {
        let row = self.row_id();
        self.record_as(actor, at, table, row, set).map(|_| row)
    }

    /// Writes or changes a row with this id.
    pub fn record_as(
        &mut self,
        actor: &Actor,
        at: At,
        table: Table,
        row: RowId,
        set: &[(Column, Value)],
    ) -> Result<Decision, Refusal> {
        let command = Command::Record {
            project: at.project,
            unit: at.unit,
            table,
            row,
            set: set.iter().cloned().collect(),
            on_behalf: None,
        };
        self.run(actor, &command)
    }

    /// Edits cells as this person would.
    pub fn edit(
        &mut self,
        actor: &Actor,
        project: ProjectId,
        set: &[(FieldPath, Value)],
    ) -> Result<Decision, Refusal> {
        let command = Command::Edit {
            project,
            set: set.iter().cloned().collect(),
            on_behalf: None,
        };
        self.run(actor, &command)
    }

    /// Judges a command and carries it out.
    pub fn run(&mut self, actor: &Actor, command: &Command) -> Result<Decision, Refusal> {
        let mut drawn = self.drawn;
        let decision = {
            let mut draw = || {
                drawn += 1;
                RowId::from_parts(drawn, [3; 10])
            };
            let state = self.state();
            decide(&state, &self.profile, actor, self.now, &mut draw, command)
        };
        self.drawn = drawn;
        let decision = decision?;
        self.apply(decision.writes.clone());
        Ok(decision)
    }

    fn state(&self) -> State<'_> {
        let mut state = State::new(&self.directory);
        state.projects.clone_from(&self.projects);
        state.units.clone_from(&self.units);
        state.county = self.county.clone();
        state.hub = self.hub.clone();
        state
    }

    /// What rules look at.
    pub fn world(&self) -> World<'_> {
        World {
            profile: &self.profile,
            directory: &self.directory,
            projects: &self.projects,
            units: &self.units,
            county: &self.county,
            hub: &self.hub,
            rolls: None,
        }
    }

    fn document(&self, at: At, table: Table) -> DocumentId {
        let year = u16::try_from(self.now.date().year()).expect("a year");
        match table.place() {
            Place::Project => DocumentId::Project(at.project.expect("a project")),
            Place::Oversight => DocumentId::Oversight(at.project.expect("a project")),
            Place::Unit => DocumentId::Unit(at.unit.expect("a unit")),
            Place::County => DocumentId::County(year),
            Place::Hub => DocumentId::Hub(year),
        }
    }

    fn apply(&mut self, writes: Vec<Write>) {
        for Write {
            document,
            path,
            value,
        } in writes
        {
            let cells = match document {
                DocumentId::Project(id) | DocumentId::Oversight(id) => {
                    &mut self.projects.get_mut(&id).expect("the project").cells
                }
                DocumentId::Unit(id) => &mut self.units.entry(id).or_default().cells,
                DocumentId::County(_) => &mut self.county.cells,
                DocumentId::Hub(_) => &mut self.hub.cells,
                other => panic!("no rule writes {other:?}"),
            };
            if value.is_null() {
                cells.remove(&path);
            } else {
                let contenders = Vec::new();
                cells.insert(path, Cell { value, contenders });
            }
        }
    }

    fn user(&self, number: u8) -> UserId {
        UserId::from_bytes([number; 5])
    }

    fn actor(&self, number: u8, role: Role, unit: UnitId) -> Actor {
        Actor {
            user: self.user(number),
            name: format!("{role:?}"),
            role,
            unit,
            at_hub: unit == self.hub_unit,
        }
    }

    /// 经办 of a unit.
    pub fn clerk(&self, unit: UnitId) -> Actor {
        self.actor(1, Role::Clerk, unit)
    }

    /// 负责人 of a unit.
    pub fn head(&self, unit: UnitId) -> Actor {
        self.actor(2, Role::Head, unit)
    }

    /// 项目中心经办.
    pub fn officer(&self) -> Actor {
        self.actor(3, Role::HubOfficer, self.hub_unit)
    }

    /// 项目中心负责人.
    pub fn hub_head(&self) -> Actor {
        self.actor(4, Role::HubHead, self.hub_unit)
    }

    /// 系统管理员.
    pub fn admin(&self) -> Actor {
        self.actor(7, Role::Admin, self.hub_unit)
    }

    /// 督查.
    pub fn inspector(&self) -> Actor {
        self.actor(5, Role::Inspector, self.hub_unit)
    }

    /// 领导.
    pub fn leader(&self) -> Actor {
        self.actor(6, Role::Leader, self.hub_unit)
    }

    /// How many living rows a table of a project has.
    pub fn count(&self, project: ProjectId, table: Table) -> usize {
        self.view(project).each(table).count()
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Default)]
pub struct At {
    /// The project, for tables of projects.
    pub project: Option<ProjectId>,
    /// The unit, for tables of units.
    pub unit: Option<UnitId>,
}

/// In a project's documents.
pub fn of(project: ProjectId) -> At {
    At {
        project: Some(project),
        unit: None,
    }
}

/// In a unit's papers.
pub fn by(unit: UnitId) -> At {
    At {
        project: None,
        unit: Some(unit),
    }
}

/// In what the hub published or keeps.
pub fn hub() -> At {
    At::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_stands_afterwards() {
        let mut county = County::new("kaizhou", "2022-11-20");
        let town = county.unit("town", "township");
        let project = county.project(town);
        let clerk = county.clerk(town);
        let set = [(Column::Text, "to be solved above".into())];
        let refused = county.record(&clerk, of(project), Table::Notices, &set);
        assert!(refused.is_err());
        let set = [(Column::Overview, "begun".into())];
        let row = county
            .record(&clerk, of(project), Table::PushPlans, &set)
            .expect("the unit writes its plan");
        let plan = county.view(project).row(Table::PushPlans, row);
        assert_eq!(plan.map(|plan| plan.text(Column::Overview)), Some("begun"));
        assert_eq!(county.count(project, Table::PushPlans), 1);
    }
}
