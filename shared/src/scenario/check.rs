//! Every name, id and value of a file, looked at before anything runs: a word that nobody declared, an option the county does not have,
//! a path that leads nowhere is refused with its place.
//!
//! The steps are gone through in order, as they will be carried out, so that a row is known only after the step that names it. What
//! an act would come to is not asked here: that is what the file tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::file::{Block, Item, Scenario};
use super::look;
use super::play::{HUB, changed, profile_of};
use super::step::{self, EVENTS, EXPECTED};
use super::values::{Names, digest, moment};
use super::{Profiles, ScenarioError};
use crate::command::Role;
use crate::field::{Column, Table};
use crate::ids::{ProjectId, RowId, UserId};
use crate::profile::Profile;
use crate::time::Timestamp;

/// A file with the words of one case put in, all of them known.
pub(super) struct Told {
    /// The case, from 1; `None` for a file without cases.
    pub(super) number: Option<usize>,
    /// The rules it begins with.
    pub(super) profile: Arc<Profile>,
    /// Those, and the ones its steps bring.
    pub(super) rules: Vec<Arc<Profile>>,
    pub(super) head: Block,
    pub(super) units: Vec<Block>,
    pub(super) people: Vec<Block>,
    pub(super) projects: Vec<Block>,
    pub(super) given: Vec<Block>,
    pub(super) steps: Vec<Block>,
}

impl Scenario {
    /// Looks at every name, id and value in all cases, and runs nothing.
    ///
    /// # Errors
    /// The first that is not known, with its place; a profile that is refused.
    pub fn check(&self, profiles: &Profiles) -> Result<(), ScenarioError> {
        self.told(profiles).map(drop)
    }

    /// The cases, all of them checked.
    pub(super) fn told(&self, profiles: &Profiles) -> Result<Vec<Told>, ScenarioError> {
        if self.cases.is_empty() {
            return Ok(vec![self.told_with(profiles, None)?]);
        }
        let cases = self.cases.iter().enumerate();
        cases
            .map(|(index, case)| self.told_with(profiles, Some((index + 1, case))))
            .collect()
    }

    fn told_with(
        &self,
        profiles: &Profiles,
        case: Option<(usize, &Block)>,
    ) -> Result<Told, ScenarioError> {
        let with = |block: &Block| match case {
            Some((_, case)) => block.with(case),
            None => Ok(block.clone()),
        };
        let all = |blocks: &[Block]| blocks.iter().map(with).collect::<Result<Vec<_>, _>>();
        let head = self.head.without_tables();
        let head = with(&head)?;
        let profile = Arc::new(profile_of(&head, profiles)?);
        let mut told = Told {
            number: case.map(|(number, _)| number),
            rules: vec![Arc::clone(&profile)],
            profile,
            head,
            units: all(&self.units)?,
            people: all(&self.people)?,
            projects: all(&self.projects)?,
            given: all(&self.given)?,
            steps: all(&self.steps)?,
        };
        told.rules.extend(versions(&told)?);
        Check::of(&told)?.steps(&told.steps)?;
        Ok(told)
    }
}

/// The rules that steps bring. One that is refused brings no words; whether it is refused is for the step to say.
fn versions(told: &Told) -> Result<Vec<Arc<Profile>>, ScenarioError> {
    let mut found = Vec::new();
    for change in told.steps.iter().filter_map(|step| step.get("change")) {
        let json = serde_json::to_string(&*told.profile).unwrap_or_default();
        let text = changed(&json, change.block()?)?;
        found.extend(Profile::parse(&text).ok().map(Arc::new));
    }
    Ok(found)
}

struct Check {
    names: Names,
    nodes: BTreeSet<String>,
    now: Timestamp,
}

impl Check {
    /// What stands when a file begins.
    fn of(told: &Told) -> Result<Self, ScenarioError> {
        let mut check = Self {
            names: Names {
                rules: told.rules.clone(),
                ..Names::default()
            },
            nodes: BTreeSet::from([HUB.to_owned()]),
            now: moment(told.head.need("clock")?, told.head.place_of("clock"))?,
        };
        for unit in &told.units {
            check.unit(unit)?;
        }
        for person in &told.people {
            check.person(person)?;
        }
        for project in &told.projects {
            check.project(project)?;
        }
        for given in &told.given {
            check.given(given)?;
        }
        Ok(check)
    }

    fn unit(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let id = block.need("id")?;
        let name = block.text("name")?.unwrap_or(id);
        let unit = crate::identity::unit_id_of(name);
        if self.names.units.values().any(|known| *known == unit)
            || self.names.units.insert(id.to_owned(), unit).is_some()
        {
            let message = format!("there is a unit of this id or name before: `{id}`");
            return Err(block.place_of("id").refuse(message));
        }
        let kind = block.need("kind")?;
        self.names
            .option("unit_kind", kind, block.place_of("kind"))?;
        since_of(block)?;
        self.nodes.extend(block.text("node")?.map(str::to_owned));
        Ok(())
    }

    fn person(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let id = block.need("id")?;
        block.text("name")?;
        role_of(block)?;
        self.names
            .unit(block.need("unit")?, block.place_of("unit"))?;
        let user = user_of(id).to_string();
        if self.names.people.insert(id.to_owned(), user).is_some() {
            let message = format!("there is a person `{id}` before");
            return Err(block.place_of("id").refuse(message));
        }
        Ok(())
    }

    fn project(&mut self, block: &Block) -> Result<(), ScenarioError> {
        self.names
            .unit(block.need("unit")?, block.place_of("unit"))?;
        for name in project_names(block)? {
            let id = ProjectId::from_parts(1, digest(&name));
            if self.names.projects.insert(name.clone(), id).is_some() {
                let message = format!("there is a project `{name}` before");
                return Err(block.place_of("id").refuse(message));
            }
        }
        match block.get("set") {
            Some(set) => self.names.fields(set.block()?).map(drop),
            None => Ok(()),
        }
    }

    fn given(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let name = block.need("table")?;
        let table = look::table_of(name, block.place_of("table"))?;
        if let Some(at) = block.text("at")? {
            moment(at, block.place_of("at"))?;
        }
        if let Some(by) = block.text("by")? {
            self.somebody(by, block, "by")?;
        }
        if let Some(unit) = block.text("unit")? {
            self.names.unit(unit, block.place_of("unit"))?;
        }
        if !table.columns().contains(&Column::Project) {
            look::stands_in(block, name, true)?;
        }
        if let Some(pattern) = block.text("project")? {
            self.names.fitting(pattern, block.place_of("project"))?;
        }
        if let Some(set) = block.get("set") {
            self.names.columns(table, set.block()?)?;
        }
        if let Some(row) = block.text("row")? {
            self.names.row_or_new(row, self.now);
        }
        Ok(())
    }

    fn steps(&mut self, steps: &[Block]) -> Result<(), ScenarioError> {
        for step in steps {
            if let Some(at) = step.text("at")? {
                let at = moment(at, step.place_of("at"))?;
                if at < self.now {
                    return Err(step.place_of("at").refuse("time does not run backwards"));
                }
                self.now = at;
            }
            if let Some(note) = step.get("note") {
                note.text()?;
            }
            if let Some(node) = step.get("on") {
                self.node(node)?;
            }
            match step.text("do")? {
                Some(event) if EVENTS.iter().any(|(name, _)| *name == event) => {
                    let nodes = step.get("nodes").map(Item::items).unwrap_or_default();
                    nodes.into_iter().try_for_each(|node| self.node(node))?;
                }
                Some(verb) => self.act(verb, step)?,
                None => look::check(step, &self.names)?,
            }
        }
        Ok(())
    }

    /// Goes through an act as it will be carried out, and through what it is expected to come to.
    fn act(&mut self, verb: &str, step: &Block) -> Result<(), ScenarioError> {
        self.somebody(step.need("as")?, step, "as")?;
        match verb {
            "record" | "strike" => {
                let table = step.need("table")?;
                look::stands_in(step, table, false)?;
                let is_version = table == Table::Profiles.id();
                if let Some(change) = step.get("change").filter(|_| !is_version) {
                    return Err(change
                        .place
                        .refuse("only a row of `profiles` changes rules"));
                }
            }
            "file" => look::period_of_report(step, &self.names)?,
            _ => {}
        }
        let proposal = Some(RowId::from_parts(0, [0; 10]));
        step::command(step, &mut self.names, proposal, self.now)?;
        let expected = step.text("expect")?.unwrap_or("ok");
        let is_refused = expected == "refused";
        if !EXPECTED.contains(&expected) {
            let message = format!("expect is one of {}", EXPECTED.join(", "));
            return Err(step.place_of("expect").refuse(message));
        }
        let mut says = Vec::new();
        for word in ["rule", "says"] {
            let words = step.get(word).map_or_else(|| Ok(Vec::new()), Item::texts)?;
            let words = words.into_iter().filter(|text| !text.is_empty());
            says.extend(words.map(|_| word));
        }
        match says.first() {
            Some(word) if !is_refused => Err(step
                .place_of(word)
                .refuse("only a refusal has a rule or words")),
            None if is_refused => Err(step
                .place_of("expect")
                .refuse("a refusal names its rule, or says something")),
            _ => Ok(()),
        }
    }

    fn somebody(&self, name: &str, block: &Block, word: &str) -> Result<(), ScenarioError> {
        if self.names.people.contains_key(name) {
            return Ok(());
        }
        let place = block.place_of(word);
        Err(place.refuse(format!("nobody is called `{name}`")))
    }

    fn node(&self, item: &Item) -> Result<(), ScenarioError> {
        let name = item.text()?;
        if self.nodes.contains(name) {
            return Ok(());
        }
        let nodes: Vec<_> = self.nodes.iter().map(String::as_str).collect();
        let message = format!("no node is called `{name}`; there are {}", nodes.join(", "));
        Err(item.place.refuse(message))
    }
}

/// The role of a person.
pub(super) fn role_of(block: &Block) -> Result<Role, ScenarioError> {
    let role = serde_json::from_value::<Role>(block.need("role")?.into());
    role.map_err(|_| {
        let place = block.place_of("role");
        place.refuse("no role is called so; tests/scenarios/README.md lists them")
    })
}

/// Since when a unit stands in the directory, where the file says so.
pub(super) fn since_of(block: &Block) -> Result<Option<Timestamp>, ScenarioError> {
    let said = block.text("since")?;
    said.map(|said| moment(said, block.place_of("since")))
        .transpose()
}

/// The account of a person.
pub(super) fn user_of(id: &str) -> UserId {
    let mut user = [0; 5];
    for (to, from) in user.iter_mut().zip(digest(id)) {
        *to = from;
    }
    UserId::from_bytes(user)
}

/// The names of a project, or of the `count` whose names end in their number.
pub(super) fn project_names(block: &Block) -> Result<Vec<String>, ScenarioError> {
    let id = block.need("id")?;
    Ok(match block.get("count") {
        Some(count) => (1..=count.int()?).map(|n| format!("{id}{n}")).collect(),
        None => vec![id.to_owned()],
    })
}
