//! What must hold before an issue goes up, is handed over or closed (domain.md 7.3, 13.7b): the guards over the steps of one issue.

use serde_json::Value as Param;

use crate::book::{Cells as _, Row};
use crate::command::{Actor, Refusal};
use crate::decide::Parties;
use crate::field::{Column, FieldPath, Table};
use crate::profile::{Cond, Gate, Mode};
use crate::project::ProjectView;
use crate::rules::lacking::Lacking;
use crate::rules::{Entry, actors};

use super::case::Case;
use super::flow::IssueAct;

/// Outcomes that mean: it could not be solved here.
const UNSOLVED: &[&str] = &["unsolved", "partly"];

/// A step that somebody wants to take, or took.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The level it goes to.
    pub level: &'a str,
    /// Whom it is put to.
    pub addressee: &'a str,
    /// The organisation it names.
    pub org: &'a str,
    /// The person it names.
    pub person: &'a str,
    /// The limit it sets.
    pub deadline: &'a str,
    /// Who acts; `None` for a step that was taken.
    pub actor: Option<&'a Actor>,
    /// True: an officer acts with a unit's authority.
    pub on_behalf: bool,
}

impl<'a> Asked<'a> {
    /// A step that is asked for.
    #[must_use]
    pub fn now(entry: &Entry<'a>) -> Self {
        Self {
            level: entry.text(Column::Level),
            addressee: entry.text(Column::Addressee),
            org: entry.text(Column::Org),
            person: entry.text(Column::Person),
            deadline: entry.text(Column::Deadline),
            actor: Some(entry.actor),
            on_behalf: entry.on_behalf,
        }
    }

    /// A step that was taken.
    #[must_use]
    pub fn then(row: &Row<'a>) -> Self {
        Self {
            level: row.text(Column::Level),
            addressee: row.text(Column::Addressee),
            org: row.text(Column::Org),
            person: row.text(Column::Person),
            deadline: row.text(Column::Deadline),
            actor: None,
            on_behalf: false,
        }
    }
}

/// Judges the gates of an act on an issue: a closed one refuses, unless it only warns or the head of the hub recorded an exception.
///
/// # Errors
/// The first gate that is closed.
pub fn pass(case: &Case<'_>, asked: &Asked<'_>, transition: &str) -> Result<(), Refusal> {
    for (gate, lacking) in closed(case, asked, transition) {
        let excepted = || {
            case.view
                .is_some_and(|view| has_exception(view, &gate.clause))
        };
        match gate.mode {
            Mode::Warn | Mode::Optional => {}
            Mode::Override if excepted() => {}
            Mode::Override => return Err(lacking.closes(&gate.guard, &gate.clause, true)),
            Mode::Block => return Err(lacking.closes(&gate.guard, &gate.clause, false)),
        }
    }
    Ok(())
}

/// The gates of an act that are not open, with what each lacks; those that only warn too.
pub fn closed<'a>(
    case: &Case<'a>,
    asked: &Asked<'_>,
    transition: &str,
) -> Vec<(&'a Gate, Lacking)> {
    let gates = case.world.profile.gates_of(case.programme, transition);
    gates
        .filter(|gate| gate.when.as_ref().is_none_or(|when| holds(case, when)))
        .filter_map(|gate| Some((gate, guard(case, asked, gate).err()?)))
        .collect()
}

/// True when the head of the hub recorded an exception from a clause for the project.
fn has_exception(view: &ProjectView, clause: &str) -> bool {
    view.each(Table::Exceptions)
        .any(|row| row.is(Column::ExceptionRule, clause))
}

/// A condition on the issue: one of its own flags.
fn holds(case: &Case<'_>, when: &Cond) -> bool {
    match when {
        Cond::Field(column) => {
            Column::from_id(column).is_some_and(|column| case.issue.flag(column))
        }
        Cond::All(all) => all.iter().all(|when| holds(case, when)),
        Cond::Any(any) => any.iter().any(|when| holds(case, when)),
        _ => true,
    }
}

fn guard(case: &Case<'_>, asked: &Asked<'_>, gate: &Gate) -> Result<(), Lacking> {
    let text = |key: &str| gate.params.get(key).and_then(Param::as_str).unwrap_or("");
    match gate.guard.as_str() {
        "step_exists" => step_exists(case, asked, &Before::of(case, asked, gate)),
        "reported_to" => reported_to(case, text("to")),
        "assessed_by" => assessed_by(case, text("by")),
        "filled" => filled(case, asked, &words(gate, "fields")),
        "actor_is" => actor_is(case, asked, &words(gate, "actor")),
        "actor_is_not" => actor_is_not(case, asked, &words(gate, "actor")),
        _ => Ok(()),
    }
}

/// A parameter that is one word or several.
fn words<'a>(gate: &'a Gate, key: &str) -> Vec<&'a str> {
    match gate.params.get(key) {
        Some(Param::String(word)) => vec![word],
        Some(Param::Array(words)) => words.iter().filter_map(Param::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The coordination record a gate asks for.
struct Before<'a> {
    level: &'a str,
    by: Option<&'a str>,
    not_for: Option<&'a str>,
}

impl<'a> Before<'a> {
    fn of(case: &'a Case<'_>, asked: &Asked<'_>, gate: &'a Gate) -> Self {
        let text = |key: &str| gate.params.get(key).and_then(Param::as_str);
        let target = case.flow.rung(asked.level);
        let before = target.and_then(|rung| rung.checked_sub(1));
        let previous = before.and_then(|rung| case.flow.ladder.get(rung));
        Self {
            level: text("level").unwrap_or_else(|| previous.map_or("", String::as_str)),
            by: text("by"),
            not_for: text("not_for"),
        }
    }
}

/// `step_exists`: somebody of the level before tried and could not solve it.
///
/// # Errors
/// What is missing, and whose coordination it would be.
fn step_exists(case: &Case<'_>, asked: &Asked<'_>, before: &Before<'_>) -> Result<(), Lacking> {
    let spared = before
        .not_for
        .is_some_and(|who| asked.addressee == who && answers_for_kind(case, who));
    let is_lowest = before.level.is_empty();
    let mut records = case.course.done(IssueAct::Coordinated);
    let found = records.any(|row| {
        let level = Some(row.text(Column::Level)).filter(|level| !level.is_empty());
        level.unwrap_or_else(|| case.flow.ladder.first().map_or("", String::as_str)) == before.level
            && is_unsolved(row)
            && before.by.is_none_or(|who| is_by(case, row, who))
    });
    if found || spared || is_lowest {
        return Ok(());
    }
    let profile = case.world.profile;
    let level = profile
        .issue
        .ladder(case.programme)
        .find(|level| level.id == before.level);
    let who = match (before.by, level) {
        (Some(who), _) => actors::name(profile, who),
        (None, Some(level)) => level
            .actors
            .iter()
            .map(|actor| actors::name(profile, actor))
            .collect::<Vec<_>>()
            .join("/"),
        (None, None) => before.level.to_owned(),
    };
    Err(Lacking::of(vec![format!("{} {who}", before.level)]).from(who))
}

/// True when a leader for single topics exists for the issue's kind: without a kind, or when some meeting of his names it.
fn answers_for_kind(case: &Case<'_>, who: &str) -> bool {
    let kind = case.issue.text(Column::IssueKind);
    let meetings = case.world.profile.meetings.iter();
    let mut topics = meetings
        .filter(|meeting| {
            meeting
                .conveners
                .list()
                .iter()
                .any(|convener| convener == who)
        })
        .flat_map(|meeting| &meeting.topics)
        .peekable();
    kind.is_empty() || topics.peek().is_none() || topics.any(|topic| topic.id == kind)
}

fn is_unsolved(row: &Row<'_>) -> bool {
    UNSOLVED.contains(&row.text(Column::Outcome))
}

/// True when a step was taken by those a guard names.
fn is_by(case: &Case<'_>, row: &Row<'_>, who: &str) -> bool {
    let directory = case.world.directory;
    let org = row.text(Column::Org);
    let unit = directory.resolve(org);
    match (who, case.view) {
        ("lead_unit" | "responsible_unit", Some(view)) => {
            unit.is_some() && unit == actors::lead_of(&case.world, view)
        }
        ("lead_unit" | "responsible_unit", None) => unit.is_some() && unit == case.unit,
        ("team", Some(view)) => {
            let parties = Parties::of(view, directory).all();
            unit.is_some_and(|unit| parties.contains(&unit)) || row.table == case.tables.rulings
        }
        _ => {
            row.is(Column::Addressee, who)
                || directory.show(org) == case.world.profile.body_name(who)
        }
    }
}

/// `reported_to`: it was reported to somebody for dispatch, or dispatched by him, without being solved.
///
/// # Errors
/// Whom it has not been reported to.
fn reported_to(case: &Case<'_>, to: &str) -> Result<(), Lacking> {
    let acts = [IssueAct::Reported, IssueAct::Coordinated];
    let mut records = acts.iter().flat_map(|act| case.course.done(*act));
    if records.any(|row| row.is(Column::Addressee, to) && is_unsolved(row)) {
        return Ok(());
    }
    Err(Lacking::of(vec![actors::name(case.world.profile, to)]))
}

/// `assessed_by`: the leader has assessed it.
///
/// # Errors
/// Whose assessment is missing.
fn assessed_by(case: &Case<'_>, by: &str) -> Result<(), Lacking> {
    if case.course.done(IssueAct::Assessed).next().is_some() {
        return Ok(());
    }
    let who = actors::name(case.world.profile, by);
    Err(Lacking::of(vec![case.label(IssueAct::Assessed).to_owned()]).from(who))
}

/// `filled`: columns of the issue, or of the hand-over itself.
///
/// # Errors
/// The empty ones.
pub fn filled(case: &Case<'_>, asked: &Asked<'_>, columns: &[&str]) -> Result<(), Lacking> {
    let charge = case.charge();
    let row = case.issue.id();
    let path = |column| row.map(|row| FieldPath::cell(case.tables.issues, row, column));
    let missing = columns.iter().filter_map(|id| {
        let column = Column::from_id(id)?;
        let is_there = match column {
            Column::ResponsibleUnit => !asked.org.is_empty() || !charge.unit.is_empty(),
            Column::ResponsiblePerson => !asked.person.is_empty() || !charge.person.is_empty(),
            Column::Deadline => !asked.deadline.is_empty() || charge.deadline.is_some(),
            column => !case.issue.get(column).is_null(),
        };
        path(column).filter(|_| !is_there)
    });
    Lacking {
        missing: missing.collect(),
        ..Lacking::default()
    }
    .met()
}

/// `actor_is`: one of those named acts.
///
/// # Errors
/// Who has to.
pub fn actor_is<S: AsRef<str>>(
    case: &Case<'_>,
    asked: &Asked<'_>,
    who: &[S],
) -> Result<(), Lacking> {
    let one = |actor| {
        let mut who = who.iter();
        who.any(|who| actors::is_one_of(&case.world, case.view, actor, who.as_ref()))
    };
    if asked.actor.is_none_or(one) {
        return Ok(());
    }
    let names = who
        .iter()
        .map(|who| actors::name(case.world.profile, who.as_ref()));
    let names: Vec<_> = names.collect();
    Err(Lacking::of(names.clone()).from(names.join("/")))
}

/// `actor_is_not`: none of those named acts, nor an officer who acts for one.
///
/// # Errors
/// Who must not.
pub fn actor_is_not(case: &Case<'_>, asked: &Asked<'_>, who: &[&str]) -> Result<(), Lacking> {
    let Some(actor) = asked.actor else {
        return Ok(());
    };
    let acts = |who: &&&str| match **who {
        "responsible_unit" => asked.on_behalf || case.answers() == Some(actor.unit),
        who => actors::is_one_of(&case.world, case.view, actor, who),
    };
    match who.iter().find(acts) {
        None => Ok(()),
        Some(who) => Err(Lacking::of(vec![actors::name(case.world.profile, who)])),
    }
}
