//! The issues a reader may see, of projects and of units' papers, each with its steps and what he could do with it
//! (feature `crdt`). The engine's `Case` says where an issue stands; nothing is judged here.

use std::collections::BTreeMap;

use super::{Names, project_with, unit_book};
use crate::api::{IssueBoard, IssueCard, IssueState, IssueStep, IssueWay};
use crate::book::{Book, Row};
use crate::command::Actor;
use crate::document::genesis::DocumentKind;
use crate::field::{Column, Field};
use crate::ids::{ProjectId, UnitId, UserId};
use crate::library::{Library, LibraryError};
use crate::profile::Profile;
use crate::project::ProjectView;
use crate::records::rows::Around;
use crate::rules::World;
use crate::rules::issues::case::{Case, state_label};
use crate::rules::issues::flow::{Flow, IssueAct};
use crate::rules::issues::standing::standing;
use crate::rules::issues::ways::ways;
use crate::rules::membership::Rolls;
use crate::rules::reading;
use crate::rules::void::Void;
use crate::rules::workdays::WorkCalendar;
use crate::store::Reader;
use crate::text::Lang;
use crate::text::issues::{act_label, level_label, toward};
use crate::time::Timestamp;

/// Who asks for issues.
#[derive(Clone, Copy)]
pub struct IssuesQuestion<'a> {
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who asks.
    pub actor: &'a Actor,
    /// In which language.
    pub lang: Lang,
    /// When.
    pub now: Timestamp,
    /// Closed issues too.
    pub closed: bool,
}

/// What a step says, in the order a line reads.
const SAID: [Column; 7] = [
    Column::Addressee,
    Column::Org,
    Column::Person,
    Column::Deadline,
    Column::Outcome,
    Column::Text,
    Column::Document,
];

/// The issues somebody may see.
///
/// # Errors
/// When a document cannot be read.
pub fn issues(
    library: &mut Library,
    reader: &dyn Reader,
    question: &IssuesQuestion<'_>,
) -> Result<IssueBoard, LibraryError> {
    let IssuesQuestion {
        profile,
        actor,
        now,
        ..
    } = *question;
    let mut names = Names::load(library, reader)?;
    let directory = std::sync::Arc::clone(&names.directory);
    let county = super::book(library, reader, DocumentKind::County)?;
    let hub = if actor.at_hub {
        super::book(library, reader, DocumentKind::Hub)?
    } else {
        Book::default()
    };
    let mut projects = BTreeMap::new();
    let wanted: Vec<ProjectId> = library
        .facts(reader)?
        .iter()
        .filter(|(_, facts)| actor.at_hub || facts.readers.contains(&actor.unit))
        .filter(|(_, facts)| facts.row.deleted.is_empty())
        .filter(|(_, facts)| facts.row.open_issues > 0 || question.closed && facts.row.issues > 0)
        .map(|(id, _)| *id)
        .collect();
    for id in wanted {
        let view = project_with(library, reader, id, &mut names)?;
        if let Some(view) = reading::shown(profile, actor.role, view) {
            projects.insert(id, view);
        }
    }
    let mut units: BTreeMap<UnitId, Book> = BTreeMap::new();
    for unit in directory.units.keys() {
        if actor.at_hub || *unit == actor.unit {
            units.insert(*unit, unit_book(library, reader, *unit)?);
        }
    }
    let rolls = Rolls::of(profile, &county, now.date());
    let worked = WorkCalendar::of(&profile.calendar, &county);
    let world = World {
        profile,
        directory: &directory,
        projects: &projects,
        units: &units,
        county: &county,
        hub: &hub,
        rolls: Some(&rolls),
    };
    let of_projects = projects.keys().flat_map(|id| Case::of_project(&world, *id));
    let of_units = units.keys().flat_map(|unit| Case::of_unit(&world, *unit));
    let mut board = IssueBoard {
        states: states(profile),
        issues: Vec::new(),
    };
    for case in of_projects.chain(of_units) {
        if case.course.state != IssueAct::Closed || question.closed {
            let card = card(&case, question, &worked, &mut names, reader)?;
            board.issues.push(card);
        }
    }
    board.issues.sort_by(|a, b| {
        let order = |card: &IssueCard| (!card.overdue, card.deadline.is_none(), card.deadline);
        order(a)
            .cmp(&order(b))
            .then(b.days_open.cmp(&a.days_open))
            .then_with(|| a.row.cmp(&b.row))
    });
    Ok(board)
}

/// The states of the county's way; what only some issues pass (an assessment) is among them.
fn states(profile: &Profile) -> Vec<IssueState> {
    let order = Flow::of(profile, "", true).order;
    let states = order.into_iter().map(|act| IssueState {
        id: act.id().to_owned(),
        label: state_label(profile, false, act).to_owned(),
    });
    states.collect()
}

fn card(
    case: &Case<'_>,
    question: &IssuesQuestion<'_>,
    worked: &WorkCalendar,
    names: &mut Names,
    reader: &dyn Reader,
) -> Result<IssueCard, LibraryError> {
    let stands = standing(case, question.now);
    let around = Around {
        profile: question.profile,
        directory: case.world.directory,
        lang: question.lang,
        projects: &BTreeMap::new(),
        people: &BTreeMap::new(),
        shelves: Vec::new(),
        void: &Void::new(),
    };
    let mut steps = Vec::new();
    for step in &case.course.steps {
        let row = &step.row;
        let user = row.text(Column::By).parse::<UserId>().ok();
        let id = row.id();
        let broken = |of: &[(crate::ids::RowId, String)]| {
            let found = of.iter().find(|(row, _)| Some(*row) == id);
            found.map_or_else(String::new, |(_, rule)| rule.clone())
        };
        let said = |column: &Column| around.shown(row.table, *column, row.get(*column));
        let said = SAID.iter().map(said).filter(|said| !said.is_empty());
        let label = match step.act {
            Some(act) => act_name(case, act, row.text(Column::Level), question.lang),
            None => row.text(Column::Act).to_owned(),
        };
        steps.push(IssueStep {
            label,
            by: names.writer_of(reader, user, row.at(), None)?,
            said: said.collect(),
            void: broken(&stands.void),
            warned: broken(&stands.warned),
        });
    }
    let ways = ways(case, question.actor, question.now);
    let ways = ways.into_iter().map(|way| IssueWay {
        act: way.act.id().to_owned(),
        label: act_name(case, way.act, &way.level, question.lang),
        asks: way.asks,
        refusal: way
            .refusal
            .map(|refusal| refusal.sentence(question.lang))
            .unwrap_or_default(),
        level: way.level,
        table: way.table,
    });
    let own = |column| shown(&around, &case.issue, column);
    let left = stands.deadline.filter(|_| stands.closed_on.is_none());
    Ok(IssueCard {
        row: case.issue.key.to_owned(),
        project: case.view.map(|view| view.id),
        unit: case.unit,
        of: owner(case),
        home: home(case),
        kind: own(Column::IssueKind),
        standard: stands.standard,
        state: stands.state.to_owned(),
        state_label: stands.label,
        level: level_name(case, &stands.level),
        responsible: stands.unit,
        person: stands.person,
        deadline: stands.deadline,
        working_days_left: left.and_then(|day| worked.left(question.now.date(), day).ok()),
        overdue: stands.overdue,
        days_open: stands.days_open,
        steps,
        ways: ways.collect(),
        description: stands.description,
    })
}

fn shown(around: &Around<'_>, row: &Row<'_>, column: Column) -> String {
    around.shown(row.table, column, row.get(column))
}

fn owner(case: &Case<'_>) -> String {
    let project = case
        .view
        .map(|view: &ProjectView| view.text(Field::Name).to_owned());
    project.unwrap_or_else(|| {
        let unit = case.unit.map(|unit| case.world.directory.name(unit));
        unit.unwrap_or_default()
    })
}

/// The unit a project belongs to.
fn home(case: &Case<'_>) -> String {
    let home = case
        .view
        .and_then(|view| view.text(Field::HomeNode).parse().ok());
    home.map(|unit| case.world.directory.name(unit))
        .unwrap_or_default()
}

/// An act in words, with the level it goes to.
fn act_name(case: &Case<'_>, act: IssueAct, level: &str, lang: Lang) -> String {
    let words = act_label(act, case.label(act), lang);
    let level = level_name(case, level);
    if act == IssueAct::Escalated && !level.is_empty() {
        toward(&words, &level, lang)
    } else {
        words
    }
}

fn level_name(case: &Case<'_>, level: &str) -> String {
    let profile = case.world.profile;
    let mut ladder = profile.issue.ladder(case.programme);
    let rung = ladder.find(|rung| rung.id == level);
    rung.map_or_else(String::new, |rung| level_label(profile, rung))
}
