//! What a refusal says besides why: the clause it rests on, who can help, and the request a hub-only act becomes (design.md 3).
//!
//! A rule that refuses names its clause itself. What is refused before any rule is asked (role, organisation, an empty cell) rests on
//! the clause of the county's rules the act is about, where one stands, and on domain.md's own order otherwise.
//!
//! Acts of domain.md 0.7 are the hub's alone; a unit can only ask for them. [`Judge::asks`] makes the row of `requests` that asks for what
//! was refused, and the node files it in the same breath (`desk`), judged like any request.

use std::collections::BTreeMap;

use super::{Judge, is_assigned, is_hub};
use crate::command::{Command, Help, Refusal, Requested, Role, Why};
use crate::field::{Authority, Column, FieldPath, Kind, Place, Table, Target};
use crate::ids::{ProjectId, UnitId};
use crate::rules::guards::Ask;
use crate::rules::stage::{self, Stage};
use crate::rules::{Look, actors, gates};
use crate::text::Lang;
use crate::text::refusal::{asked_for, office};
use crate::value::Value;

/// What a refused command was about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About<'a> {
    pub(super) table: Option<Table>,
    pub(super) project: Option<ProjectId>,
    pub(super) unit: Option<UnitId>,
    pub(super) set: Option<&'a BTreeMap<Column, Value>>,
}

impl<'a> About<'a> {
    pub(super) fn of(command: &'a Command) -> Self {
        let about = Self {
            project: command.project(),
            ..Self::default()
        };
        match command {
            Command::Record {
                unit, table, set, ..
            } => Self {
                table: Some(*table),
                unit: *unit,
                set: Some(set),
                ..about
            },
            Command::StrikeRow { unit, table, .. } => Self {
                table: Some(*table),
                unit: *unit,
                ..about
            },
            Command::ResolveConflict { unit, path, .. } => Self {
                table: table_of(path),
                unit: *unit,
                ..about
            },
            Command::Edit { set, .. } => Self {
                table: set.keys().find_map(table_of),
                ..about
            },
            Command::CreateProject { home, .. } => Self {
                project: None,
                unit: Some(*home),
                ..about
            },
            Command::File { unit, .. }
            | Command::ReviewFiling { unit, .. }
            | Command::ExcuseFiling { unit, .. } => Self {
                unit: Some(*unit),
                ..about
            },
            _ => about,
        }
    }

    fn text(&self, column: Column) -> &'a str {
        let value = self.set.and_then(|set| set.get(&column));
        value.and_then(Value::as_text).unwrap_or("")
    }

    /// The project the row stands in or names.
    fn names(&self) -> Option<ProjectId> {
        self.project
            .or_else(|| self.text(Column::Project).parse().ok())
    }
}

fn table_of(path: &FieldPath) -> Option<Table> {
    match path.target() {
        Target::Cell(table, ..) => Some(table),
        _ => None,
    }
}

/// Acts beside projects that a unit may ask the hub for (domain.md 0.7): lists, the pool, what is published.
const ASKED: &[Table] = &[
    Table::ListEditions,
    Table::ListCandidates,
    Table::PoolEntries,
    Table::PoolArrangements,
    Table::Publications,
    Table::Notices,
    Table::Rankings,
    Table::Rewards,
    Table::UnitIssueRulings,
];

impl Judge<'_> {
    /// Completes a refusal: what no rule named is named here.
    pub(super) fn named(&self, mut refusal: Refusal, about: &About<'_>) -> Refusal {
        let table = || refusal.missing.iter().find_map(table_of);
        let about = &About {
            table: about.table.or_else(table),
            ..*about
        };
        if refusal.rule.is_none() {
            refusal.rule = self.rests_on(&refusal.why, about);
        }
        let mut help = refusal.help.take().map_or_else(Help::default, |help| *help);
        if help.from.is_empty() {
            let assigned = refusal.missing.iter().any(is_assigned);
            help.from = match refusal.why {
                Why::RoleMayNot if assigned && is_hub(self.actor) => self.hub_office(Role::HubHead),
                _ => self.who(&refusal.why, about),
            };
        }
        if refusal.why == Why::HubOnly && help.request.is_none() {
            help.request = self.asks(about);
        }
        refusal.help = (help != Help::default()).then(|| Box::new(help));
        refusal
    }

    /// The clause of the act, else the part of domain.md that orders it. What a value must look like rests on no clause.
    fn rests_on(&self, why: &Why, about: &About<'_>) -> Option<String> {
        let order = match why {
            Why::RoleMayNot => "domain 1.3",
            Why::HubOnly | Why::NotYourUnit => "domain 0.7",
            Why::Missing => "domain 2.H",
            Why::ReasonMissing => "domain 3.7",
            Why::NotInProfile | Why::Unset { .. } => "domain 13",
            _ => return None,
        };
        Some(self.clause(about).unwrap_or(order).to_owned())
    }

    /// The clause of the county's rules a row is about.
    fn clause(&self, about: &About<'_>) -> Option<&str> {
        let profile = self.profile;
        let clause = match about.table? {
            Table::Transitions => return self.gate_of(about),
            Table::Exceptions => {
                let named = about.text(Column::ExceptionRule);
                gates::exceptable(profile).find(|clause| *clause == named)?
            }
            Table::Decisions
            | Table::ListEditions
            | Table::ListCandidates
            | Table::Consultations
            | Table::Nominations
            | Table::SelectionNotes
            | Table::HubDuties => &profile.list(about.text(Column::List))?.clause,
            Table::Publications => {
                let mut known = profile.publications.iter();
                let kind = about.text(Column::PublicationKind);
                &known.find(|known| known.id == kind)?.clause
            }
            Table::Meetings | Table::UnitMeetings | Table::Dispatches => {
                let mut known = profile.meetings.iter();
                let kind = about.text(Column::MeetingKind);
                &known.find(|known| known.id == kind)?.clause
            }
            Table::Inspections => {
                let mut known = profile.inspections.iter();
                let kind = about.text(Column::InspectionKind);
                &known.find(|known| known.id == kind)?.clause
            }
            Table::ScoreSheets | Table::Rankings => {
                let mut known = profile.assess.schemes.iter();
                let scheme = about.text(Column::Topic);
                &known.find(|known| known.id == scheme)?.clause
            }
            Table::PoolEntries | Table::PoolArrangements => profile.pool.clause.as_deref()?,
            table => {
                let mut slots = profile.slots.iter();
                let slot = slots.find(|slot| slot.field.as_deref() == Some(table.id()));
                &slot?.clause
            }
        };
        Some(clause)
    }

    /// The clause of the first gate before a transition.
    fn gate_of(&self, about: &About<'_>) -> Option<&str> {
        let project = self.state.projects.get(&about.names()?)?;
        let to = Stage::from_id(about.text(Column::ToStage))?;
        let id = stage::transition(Stage::of(project), to, stage::before(project))?;
        let world = self.state.world(self.profile);
        let look = Look::new(&world, self.now);
        let list = self.profile.list(about.text(Column::List));
        let ask = Ask::about(&look, Some(project)).for_list(list);
        let programmes = gates::programmes(&ask);
        let applies = |programme: &str| programme == "all" || programmes.contains(&programme);
        let mut gates = self.profile.gates.iter();
        let gate = gates.find(|gate| gate.transition == id && applies(&gate.programme));
        gate.map(|gate| gate.clause.as_str())
    }

    /// Who can do what was refused, in the county's words; empty when it is whoever asks.
    fn who(&self, why: &Why, about: &About<'_>) -> String {
        match why {
            Why::HubOnly => actors::name(self.profile, "hub"),
            Why::NotInProfile | Why::Unset { .. } => self.hub_office(Role::HubHead),
            Why::RoleMayNot => self.of_rank(about),
            Why::NotYourUnit => self.of_unit(about),
            _ => String::new(),
        }
    }

    fn hub_office(&self, role: Role) -> String {
        office(&actors::name(self.profile, "hub"), role)
    }

    /// The role the table of domain.md 1.3 gives the act to.
    fn of_rank(&self, about: &About<'_>) -> String {
        let hub = is_hub(self.actor);
        match about.table {
            Some(Table::ProfileApplies) => office("", Role::Admin),
            // Of the pool an officer writes everything but payments.
            Some(Table::PoolEntries) if hub => self.hub_office(Role::HubHead),
            Some(table) if hub && super::record::is_heads(table) => self.hub_office(Role::HubHead),
            Some(table) if super::record::is_signed(table) => {
                let unit = about.unit.unwrap_or(self.actor.unit);
                office(&self.state.directory.name(unit), Role::Head)
            }
            Some(table)
                if matches!(table.place(), Place::County | Place::Hub | Place::Oversight)
                    || table.authority() == Authority::Hub =>
            {
                actors::name(self.profile, "hub")
            }
            _ => self.of_unit(about),
        }
    }

    /// The organisations whose row it is.
    fn of_unit(&self, about: &About<'_>) -> String {
        let directory = self.state.directory;
        let project = about.project.and_then(|id| self.state.projects.get(&id));
        let Some(project) = project else {
            let unit = about.unit.unwrap_or(self.actor.unit);
            return directory.name(unit);
        };
        let parties = self.parties(project);
        let lead = parties.lead.filter(|lead| {
            Some(*lead) != parties.home
                && about
                    .table
                    .is_none_or(|table| table.authority() != Authority::Home)
        });
        let names = parties.home.into_iter().chain(lead);
        let names: Vec<_> = names.map(|unit| directory.name(unit)).collect();
        crate::text::refusal::or(&names)
    }

    /// The request that asks the hub for what only the hub may do; `None` where a unit has nothing to ask for.
    fn asks(&self, about: &About<'_>) -> Option<Requested> {
        let fills = matches!(self.actor.role, Role::Clerk | Role::Head);
        let (table, row) = about.table.zip(about.set)?;
        let asked = table.place() == Place::Oversight || ASKED.contains(&table);
        if !fills || is_hub(self.actor) || !asked {
            return None;
        }
        let project = about.names();
        let act = match (table, project) {
            (Table::Transitions, Some(_)) => match Stage::from_id(about.text(Column::ToStage))? {
                Stage::Construction => "start",
                Stage::Acceptance => "acceptance",
                _ => "transition",
            },
            (Table::Decisions, Some(_)) => "decision",
            _ => "other",
        };
        let mut set = BTreeMap::from([(Column::RequestAct, Value::from(act))]);
        if let Some(project) = project {
            set.insert(Column::Project, project.to_string().into());
        }
        for column in [Column::List, Column::ToStage, Column::Document] {
            if let Some(value) = row.get(&column).filter(|value| !value.is_null()) {
                set.insert(column, value.clone());
            }
        }
        set.insert(Column::Text, self.in_words(table, row).into());
        Some(Requested {
            unit: self.actor.unit,
            set,
            row: None,
        })
    }

    /// What was asked for, as a person reads it: the table and its cells that are words.
    fn in_words(&self, table: Table, row: &BTreeMap<Column, Value>) -> String {
        let cells = row.iter().filter_map(|(column, value)| {
            let text = value.as_text().filter(|text| !text.is_empty())?;
            let shown = match column.kind() {
                Kind::Reference | Kind::Json | Kind::Rules => return None,
                Kind::Choice(name) => self.option(name, text),
                Kind::Unit => self.state.directory.show(text),
                _ => text.to_owned(),
            };
            Some((column.label(Lang::Zh), shown))
        });
        asked_for(table.label(Lang::Zh), cells)
    }

    fn option(&self, name: &str, id: &str) -> String {
        let known = self.profile.named_options(name);
        let known = known.and_then(|options| {
            let mut options = options.into_iter();
            Some(options.find(|option| option.id == id)?.name_zh.to_owned())
        });
        let fixed = || crate::text::fields::fixed_label(name, id, Lang::Zh);
        known.unwrap_or_else(|| fixed().unwrap_or(id).to_owned())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
