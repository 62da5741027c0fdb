//! A scenario under way: the hub and the nodes, who acts, the clock, and what each step is expected to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{Told, project_names, role_of, since_of, user_of};
use super::file::{Block, Item, Node, Place, Scenario};
use super::look::{self, Sight};
use super::site::Site;
use super::step;
use super::values::{Names, digest, moment, row_of};
use super::{Failure, Profiles, Report, ScenarioError};
use crate::api::NodeRole;
use crate::book::{Book, Cells as _};
use crate::command::{Actor, Command, Envelope, Outcome};
use crate::decide::Directory;
use crate::document::genesis::DocumentKind;
use crate::field::{Authority, Column, Field, FieldPath, Table, Target};
use crate::identity::unit_id_of;
use crate::ids::{CommandId, DocumentId, ProjectId, RowId, UnitId, UserId};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::rulebook::{Rulebook, rulebook};
use crate::rules::World;
use crate::rules::world::document_of;
use crate::text::Lang;
use crate::time::Timestamp;
use crate::value::Value;
use crate::{summary, view};

/// The name of the hub's own site in `on` and `nodes`.
pub(super) const HUB: &str = "hub";

impl Scenario {
    /// Carries the file out, each case by itself, and says which steps did not go as expected.
    ///
    /// # Errors
    /// What [`Scenario::check`] refuses: the file is wrong, not the engine. Nothing has run then.
    pub fn run(&self, profiles: &Profiles) -> Result<Report, ScenarioError> {
        let mut report = Report::default();
        for told in self.told(profiles)? {
            run(&told, &mut report)?;
        }
        Ok(report)
    }
}

fn run(told: &Told, report: &mut Report) -> Result<(), ScenarioError> {
    let mut play = Play::new(told)?;
    for unit in &told.units {
        play.unit(unit)?;
    }
    for person in &told.people {
        play.person(person)?;
    }
    play.enter_directory(&told.head)?;
    for project in &told.projects {
        play.project(project)?;
    }
    for given in &told.given {
        play.give(given)?;
    }
    play.exchange(&told.head)?;
    for step in &told.steps {
        report.steps += 1;
        if let Err(wrong) = play.step(step)? {
            report.failed.push(Failure {
                line: step.place.line,
                case: told.number,
                expected: wrong.expected,
                found: wrong.found,
            });
        }
    }
    Ok(())
}

/// What a step wanted and what it got.
struct Wrong {
    expected: String,
    found: String,
}

struct Play {
    profile: Arc<Profile>,
    /// The hub comes first.
    sites: Vec<Site>,
    /// Units with the site that hosts them.
    hosts: BTreeMap<UnitId, usize>,
    directory: Vec<(UnitId, String, String, Option<Timestamp>)>,
    people: BTreeMap<String, Actor>,
    names: Names,
    now: Timestamp,
    commands: u64,
}

impl Play {
    fn new(told: &Told) -> Result<Self, ScenarioError> {
        let head = &told.head;
        Ok(Self {
            profile: Arc::clone(&told.profile),
            sites: vec![Site::new(HUB, NodeRole::Hub)],
            hosts: BTreeMap::new(),
            directory: Vec::new(),
            people: BTreeMap::new(),
            names: Names {
                rules: told.rules.clone(),
                ..Names::default()
            },
            now: moment(head.need("clock")?, head.place_of("clock"))?,
            commands: 0,
        })
    }

    fn unit(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let name = block.text("name")?.map_or_else(|| block.need("id"), Ok)?;
        let id = unit_id_of(name);
        self.names.units.insert(block.need("id")?.to_owned(), id);
        let site = block.text("node")?.unwrap_or(HUB);
        let at = match self.sites.iter().position(|known| known.name == site) {
            Some(at) => at,
            None => {
                self.sites.push(Site::new(site, NodeRole::Node));
                self.sites.len() - 1
            }
        };
        self.hosts.insert(id, at);
        let kind = block.need("kind")?.to_owned();
        self.directory
            .push((id, name.to_owned(), kind, since_of(block)?));
        Ok(())
    }

    fn person(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let id = block.need("id")?;
        let role = role_of(block)?;
        let unit = self
            .names
            .unit(block.need("unit")?, block.place_of("unit"))?;
        let user = user_of(id);
        self.names.people.insert(id.to_owned(), user.to_string());
        let actor = Actor {
            user,
            name: block.text("name")?.unwrap_or(id).to_owned(),
            role,
            unit,
            at_hub: self.hosts.get(&unit) == Some(&0),
        };
        self.people.insert(id.to_owned(), actor);
        Ok(())
    }

    /// The hub knows every unit and where it is hosted.
    fn enter_directory(&mut self, head: &Block) -> Result<(), ScenarioError> {
        let mut edits = Vec::new();
        for (unit, name, kind, since) in &self.directory {
            let node = self.hosts.get(unit).and_then(|at| self.sites.get(*at));
            let key = unit.to_string();
            let values = [
                (Column::Name, Some(Value::Text(name.clone()))),
                (Column::UnitKind, Some(Value::Text(kind.clone()))),
                (
                    Column::HostedAt,
                    node.map(|site| Value::Text(site.id.to_string())),
                ),
                (Column::At, since.map(|since| Value::Int(since.0))),
            ];
            for (column, value) in values {
                if let (Ok(path), Some(value)) =
                    (FieldPath::keyed(Table::Directory, &key, column), value)
                {
                    edits.push((path, value));
                }
            }
        }
        let document = document_of(Table::Directory, None, None, self.now);
        match document {
            Some(document) => self.write(0, &document, edits, None, head.place),
            None => Ok(()),
        }
    }

    /// One project, or `count` of them whose names end in their number.
    fn project(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let home = self
            .names
            .unit(block.need("unit")?, block.place_of("unit"))?;
        for name in project_names(block)? {
            let project = ProjectId::from_parts(1, digest(&name));
            self.names.projects.insert(name.clone(), project);
            let mut fields = match block.get("set") {
                Some(set) => self.names.fields(set.block()?)?,
                None => BTreeMap::new(),
            };
            fields
                .entry(FieldPath::once(Field::Name))
                .or_insert_with(|| name.as_str().into());
            fields.insert(FieldPath::once(Field::HomeNode), home.to_string().into());
            let (hubs, units): (Vec<_>, Vec<_>) =
                fields.into_iter().partition(|(path, _)| is_hubs(path));
            let at = self.hosts.get(&home).copied().unwrap_or(0);
            self.write(at, &DocumentId::Project(project), units, None, block.place)?;
            self.write(0, &DocumentId::Oversight(project), hubs, None, block.place)?;
        }
        Ok(())
    }

    /// A row that stands when the scenario begins; `project = "p*"` gives one to every project whose name begins so.
    fn give(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let table = look::table_of(block.need("table")?, block.place_of("table"))?;
        let at = match block.text("at")? {
            Some(text) => moment(text, block.place_of("at"))?,
            None => self.now,
        };
        let user = match block.text("by")? {
            Some(name) => Some(self.actor(name, block)?.user),
            None => None,
        };
        let row = block.text("row")?;
        let projects = match block.text("project")? {
            None => vec![None],
            Some(pattern) => {
                let fits = self.names.fitting(pattern, block.place_of("project"))?;
                fits.into_iter().map(Some).collect()
            }
        };
        for project in projects {
            let line = block.place.line;
            let suffix = project.as_ref().map_or("", |(name, _)| name);
            let row = match row {
                Some(name) => self.names.row_or_new(name, at),
                None => row_of(&format!("{line}:{suffix}"), at),
            };
            let set = match block.get("set") {
                Some(set) => self.names.columns(table, set.block()?)?,
                None => BTreeMap::new(),
            };
            let unit = match block.text("unit")? {
                Some(name) => Some(self.names.unit(name, block.place)?),
                None => None,
            };
            let project = project.map(|(_, id)| id);
            let document = document_of(table, project, unit, at)
                .ok_or_else(|| block.place.refuse("this table needs its project or unit"))?;
            let mut edits: Vec<_> = set
                .into_iter()
                .map(|(column, value)| (FieldPath::cell(table, row, column), value))
                .collect();
            if let Some(project) = project.filter(|_| table.columns().contains(&Column::Project)) {
                let path = FieldPath::cell(table, row, Column::Project);
                edits.push((path, project.to_string().into()));
            }
            edits.push((FieldPath::cell(table, row, Column::At), Value::Int(at.0)));
            if let Some(user) = user {
                let path = FieldPath::cell(table, row, Column::By);
                edits.push((path, user.to_string().into()));
            }
            let site = match (&document, unit) {
                (DocumentId::Unit(unit), _) => self.hosts.get(unit).copied().unwrap_or(0),
                _ => 0,
            };
            self.write(site, &document, edits, user, block.place)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        at: usize,
        document: &DocumentId,
        edits: Vec<(FieldPath, Value)>,
        user: Option<UserId>,
        place: Place,
    ) -> Result<(), ScenarioError> {
        let (profile, now) = (&self.profile, self.now);
        let Some(site) = self.sites.get_mut(at) else {
            return Ok(());
        };
        let written = site.give(profile, now, document, edits, user);
        written.map_err(|message| place.refuse(message))
    }

    fn actor(&self, name: &str, block: &Block) -> Result<&Actor, ScenarioError> {
        let found = self.people.get(name);
        found.ok_or_else(|| block.place.refuse(format!("nobody is called `{name}`")))
    }

    /// All sites that are not cut off exchange what they have.
    fn exchange(&mut self, block: &Block) -> Result<(), ScenarioError> {
        let units: Vec<_> = self.hosts.keys().copied().collect();
        let (profile, now) = (&self.profile, self.now);
        let Some((hub, nodes)) = self.sites.split_first_mut() else {
            return Ok(());
        };
        let said = |message: String| block.place.refuse(message);
        for node in nodes.iter_mut().filter(|node| !node.is_cut) {
            hub.take_from(node, profile, now, &units).map_err(said)?;
        }
        for node in nodes.iter_mut().filter(|node| !node.is_cut) {
            node.take_from(hub, profile, now, &units).map_err(said)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Block) -> Result<Result<(), Wrong>, ScenarioError> {
        if let Some(at) = step.text("at")? {
            let at = moment(at, step.place)?;
            // Acts in one second of the file are milliseconds apart.
            if at.plus_ms(999) < self.now {
                return Err(step.place.refuse("time does not run backwards"));
            }
            self.now = self.now.max(at);
        }
        if step.get("look").is_some() {
            return self.look(step);
        }
        match step.need("do")? {
            verb @ ("cut" | "merge") => {
                let named = step.get("nodes").map(Item::texts).transpose()?;
                for site in self.sites.iter_mut().skip(1) {
                    if named
                        .as_ref()
                        .is_none_or(|names| names.contains(&site.name.as_str()))
                    {
                        site.is_cut = verb == "cut";
                    }
                }
                self.exchange(step)?;
                Ok(Ok(()))
            }
            "wait" => Ok(Ok(())),
            _ => self.act(step),
        }
    }

    fn act(&mut self, step: &Block) -> Result<Result<(), Wrong>, ScenarioError> {
        let actor = self.actor(step.need("as")?, step)?.clone();
        let at = match step.text("on")? {
            Some(name) => self.site(name, step)?,
            None => self.hosts.get(&actor.unit).copied().unwrap_or(0),
        };
        let proposal = self.proposal(step, at)?;
        let command = step::command(step, &mut self.names, proposal, self.now)?;
        let mut command = command.ok_or_else(|| step.place.refuse("nothing is done here"))?;
        if let (Command::Record { set, .. }, Some(change)) = (&mut command, step.get("change")) {
            set.insert(Column::Profile, self.version(change.block()?)?.into());
        }
        self.commands += 1;
        let moment = u64::try_from(self.now.0).unwrap_or(0);
        let id = CommandId::from_parts(moment, digest(&self.commands.to_string()));
        let envelope = Envelope {
            id,
            base: None,
            after: Vec::new(),
            command,
        };
        let (profile, now) = (&self.profile, self.now);
        let outcome = match self.sites.get_mut(at) {
            Some(site) => site.send(profile, now, &actor, &envelope),
            None => Err("no such site".to_owned()),
        };
        // Two acts are never at the same millisecond, so that rows keep the order of the file.
        self.now = self.now.plus_ms(1);
        self.exchange(step)?;
        let found = match outcome {
            Ok(outcome) => outcome,
            Err(message) => {
                return Ok(Err(Wrong {
                    expected: "an answer".into(),
                    found: message,
                }));
            }
        };
        judge(step, &found)
    }

    /// The county's file of rules with some values put in other ones' place.
    fn version(&self, change: &Block) -> Result<String, ScenarioError> {
        let begun = serde_json::to_string(&*self.profile).unwrap_or_default();
        let changed = changed(&begun, change)?;
        let value: serde_json::Value = serde_json::from_str(&changed).unwrap_or_default();
        Ok(value.to_string())
    }

    /// The open proposal for the path a step names.
    fn proposal(&mut self, step: &Block, at: usize) -> Result<Option<RowId>, ScenarioError> {
        if !matches!(step.need("do")?, "accept" | "dismiss") {
            return Ok(None);
        }
        let project = self.names.project(step.need("project")?, step.place)?;
        let path = self.names.path(step.need("path")?, step.place)?;
        let view = match self.sites.get_mut(at) {
            Some(site) => view::project(&mut site.library, &site.store, project),
            None => Ok(None),
        };
        let view = view.map_err(|error| step.place.refuse(error.to_string()))?;
        let found = view.as_ref().and_then(|view| {
            view.last(Table::Proposals, |row| {
                row.is(Column::Path, path.as_str()) && row.get(Column::State).is_null()
            })
        });
        let row = found.and_then(|row| row.id());
        row.map(Some)
            .ok_or_else(|| step.place.refuse("no value is proposed for this"))
    }

    fn site(&self, name: &str, step: &Block) -> Result<usize, ScenarioError> {
        let found = self.sites.iter().position(|site| site.name == name);
        found.ok_or_else(|| step.place.refuse(format!("no node is called `{name}`")))
    }

    fn look(&mut self, step: &Block) -> Result<Result<(), Wrong>, ScenarioError> {
        let at = match step.text("on")? {
            Some(name) => self.site(name, step)?,
            None => 0,
        };
        let known = self
            .gather(at)
            .map_err(|message| step.place.refuse(message))?;
        let sight = Sight {
            history: &known.rules.history,
            world: World {
                profile: known.rules.history.at(self.now),
                directory: &known.directory,
                projects: &known.projects,
                units: &known.units,
                county: &known.county,
                hub: &known.hub,
                rolls: None,
            },
            names: &self.names,
            step,
            now: self.now,
            roles: self
                .people
                .iter()
                .map(|(id, actor)| (id.clone(), actor.role))
                .collect(),
        };
        let found = look::answer(&sight)?;
        compare(step, &found, &self.names)
    }

    /// Everything a site holds.
    fn gather(&mut self, at: usize) -> Result<Known, String> {
        let units: Vec<_> = self.hosts.keys().copied().collect();
        let Some(site) = self.sites.get_mut(at) else {
            return Err("no such site".to_owned());
        };
        let (library, reader) = (&mut site.library, &site.store);
        let rules = rulebook(library, reader, &self.profile).map_err(said)?;
        let mut known = Known {
            rules,
            directory: Directory::clone(&*summary::directory(library, reader).map_err(said)?),
            projects: BTreeMap::new(),
            units: BTreeMap::new(),
            county: view::book(library, reader, DocumentKind::County).map_err(said)?,
            hub: view::book(library, reader, DocumentKind::Hub).map_err(said)?,
        };
        for id in self.names.projects.values() {
            if let Some(view) = view::project(library, reader, *id).map_err(said)? {
                known.projects.insert(*id, view);
            }
        }
        for unit in units {
            let book = view::unit_book(library, reader, unit).map_err(said)?;
            known.units.insert(unit, book);
        }
        Ok(known)
    }
}

fn said(error: crate::library::LibraryError) -> String {
    error.to_string()
}

/// What a site holds, for looks.
struct Known {
    rules: Arc<Rulebook>,
    directory: Directory,
    projects: BTreeMap<ProjectId, ProjectView>,
    units: BTreeMap<UnitId, Book>,
    county: Book,
    hub: Book,
}

/// Compares an outcome with `expect`, `rule` and `says`.
fn judge(step: &Block, outcome: &Outcome) -> Result<Result<(), Wrong>, ScenarioError> {
    let expect = step.text("expect")?.unwrap_or("ok");
    let (found, rule, sentence) = match outcome {
        Outcome::Done { proposed, .. } if proposed.is_empty() => ("ok", "", String::new()),
        Outcome::Done { .. } => ("proposed", "", String::new()),
        Outcome::Refused(refusal) => (
            "refused",
            refusal.rule.as_deref().unwrap_or(""),
            refusal.sentence(Lang::Zh),
        ),
    };
    let mut wanted = expect.to_owned();
    let mut is_right = found == expect;
    if let Some(clause) = step.text("rule")? {
        wanted.push_str(&format!(", rule {clause}"));
        is_right &= rule == clause;
    }
    if let Some(words) = step.get("says") {
        for word in words.texts()? {
            wanted.push_str(&format!(", says {word}"));
            is_right &= sentence.contains(word);
        }
    }
    if is_right {
        return Ok(Ok(()));
    }
    let found = match outcome {
        Outcome::Refused(refusal) => {
            format!("refused, rule {rule}: {sentence} ({:?})", refusal.why)
        }
        Outcome::Done { .. } => found.to_owned(),
    };
    Ok(Err(Wrong {
        expected: wanted,
        found,
    }))
}

/// Compares what is seen with `is`, `has` and `lacks`. The latter two look for a part of a text, for a line of obligations that begins
/// with these words, and for the very word in all else.
fn compare(
    step: &Block,
    found: &[String],
    names: &Names,
) -> Result<Result<(), Wrong>, ScenarioError> {
    let is_text = look::is_text(step, names);
    let is_there = |word: &&str| {
        found.iter().any(|line| {
            let rest = line.strip_prefix(word);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
                || is_text && line.contains(word)
        })
    };
    let mut expected = Vec::new();
    let mut is_right = true;
    let shown = |words: &[&str]| words.join(" | ");
    if let Some(item) = step.get("is") {
        let words = texts(item)?;
        is_right &= words
            .iter()
            .map(String::as_str)
            .eq(found.iter().map(String::as_str));
        expected.push(format!("is {}", words.join(" | ")));
    }
    if let Some(item) = step.get("has") {
        let words = item.texts()?;
        is_right &= words.iter().all(is_there);
        expected.push(format!("has {}", shown(&words)));
    }
    if let Some(item) = step.get("lacks") {
        let words = item.texts()?;
        is_right &= !words.iter().any(is_there);
        expected.push(format!("lacks {}", shown(&words)));
    }
    Ok(if is_right {
        Ok(())
    } else {
        Err(Wrong {
            expected: expected.join(", "),
            found: found.join(" | "),
        })
    })
}

/// What `is` may hold: one text, number or flag, or a list of them.
fn texts(item: &Item) -> Result<Vec<String>, ScenarioError> {
    Ok(match &item.node {
        Node::List(items) => {
            let mut words = Vec::new();
            for item in items {
                words.extend(texts(item)?);
            }
            words
        }
        Node::Int(number) => vec![number.to_string()],
        Node::Flag(flag) => vec![flag.to_string()],
        _ => vec![item.text()?.to_owned()],
    })
}

/// Fields the hub writes stand in the county's side of a project.
fn is_hubs(path: &FieldPath) -> bool {
    match path.target() {
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => {
            field.authority() == Authority::Hub
        }
        Target::Cell(table, ..) => table.authority() == Authority::Hub,
        Target::Unknown => false,
    }
}

/// The profile a file names, with its changes.
pub(super) fn profile_of(head: &Block, profiles: &Profiles) -> Result<Profile, ScenarioError> {
    let place = head.get("profile").map_or(head.place, |item| item.place);
    let json = profiles.json(head.need("profile")?);
    let json = json.map_err(|error| place.refuse(error.to_string()))?;
    let Some(change) = head.get("change") else {
        return Profile::parse(json).map_err(|error| place.refuse(error.to_string()));
    };
    let changed = changed(json, change.block()?)?;
    Profile::parse(&changed).map_err(|error| change.place.refuse(error.to_string()))
}

/// A profile's text with some values put in other ones' place. A path goes by key, or by the id of an element of a list:
/// `lists/kz.annual/quota`.
pub(super) fn changed(json: &str, change: &Block) -> Result<String, ScenarioError> {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    for (path, place, item) in change.each() {
        let mut at = &mut value;
        for part in path.split('/') {
            let missing = || place.refuse(format!("the profile has no `{part}` in `{path}`"));
            at = match at {
                serde_json::Value::Object(map) => {
                    map.entry(part).or_insert(serde_json::Value::Null)
                }
                serde_json::Value::Array(list) => {
                    let by_id = list.iter().position(|element| {
                        element.get("id").and_then(serde_json::Value::as_str) == Some(part)
                    });
                    let index = by_id.or_else(|| part.parse().ok()).ok_or_else(missing)?;
                    list.get_mut(index).ok_or_else(missing)?
                }
                _ => return Err(missing()),
            };
        }
        *at = item.to_json();
    }
    Ok(serde_json::to_string_pretty(&value).unwrap_or_default())
}
