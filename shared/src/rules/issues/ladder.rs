//! What must hold before an issue goes up, is handed over or closed (domain.md 7.3, 13.7b): the guards over the steps of one issue.

use crate::book::Row;
use crate::command::{Actor, Refusal};
use crate::decide::Parties;
use crate::field::{Column, FieldPath};
use crate::profile::{Cond, Gate, Mode, Params};
use crate::project::ProjectView;
use crate::rules::eligibility::{self, Fit};
use crate::rules::guards::{self, Ask, Guard, Holds, Lack, With};
use crate::rules::{Entry, Look, actors, reviews};
use crate::time::{Date, Timestamp};

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
    /// When.
    pub at: Timestamp,
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
            at: entry.now,
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
            at: row.at(),
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
                .is_some_and(|view| has_exception(view, &gate.clause, asked.at.date()))
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
pub fn closed<'a>(case: &Case<'a>, asked: &Asked<'_>, transition: &str) -> Vec<(&'a Gate, Lack)> {
    let gates = case.world.profile.gates_of(case.programme, transition);
    gates
        .filter(|gate| {
            gate.when
                .as_ref()
                .is_none_or(|when| holds(case, asked, when))
        })
        .filter_map(|gate| Some((gate, guard(case, asked, gate).err()?)))
        .collect()
}

/// True when an exception from a clause that the head of the hub recorded for the project holds on a day.
fn has_exception(view: &ProjectView, clause: &str, today: Date) -> bool {
    reviews::exceptions_on(view, today).any(|row| row.is(Column::ExceptionRule, clause))
}

/// A condition on the issue: one of its own flags; every other is one on the project it stands in.
fn holds(case: &Case<'_>, asked: &Asked<'_>, when: &Cond) -> bool {
    let of_the_issue = |id: &String| Column::from_id(id).map(|column| case.issue.flag(column));
    match when {
        Cond::Field(id) if of_the_issue(id).is_some() => of_the_issue(id) == Some(true),
        Cond::All(all) => all.iter().all(|when| holds(case, asked, when)),
        Cond::Any(any) => any.iter().any(|when| holds(case, asked, when)),
        other => case.view.is_none_or(|view| {
            let look = Look::new(&case.world, asked.at);
            eligibility::holds(&look, view, other).fit == Fit::Fits
        }),
    }
}

/// Asks a guard about an issue: those over its steps and its own fields here, every other of the project it stands in.
#[must_use]
pub fn test(case: &Case<'_>, asked: &Asked<'_>, guard: Guard, params: &Params) -> Holds {
    let with = With(params);
    match guard {
        Guard::StepExists => step_exists(case, asked, &Before::of(case, asked, with)).into(),
        Guard::ReportedTo => reported_to(case, with.text("to")).into(),
        Guard::AssessedBy => assessed_by(case, with.text("by")).into(),
        Guard::Filled => filled(case, asked, &with.texts("fields")).into(),
        Guard::ActorIs => actor_is(case, asked, &with.texts("actor")).into(),
        Guard::ActorIsNot => actor_is_not(case, asked, &with.texts("actor")).into(),
        other => {
            let look = Look::new(&case.world, asked.at);
            guards::test(other, params, &Ask::about(&look, case.view))
        }
    }
}

fn guard(case: &Case<'_>, asked: &Asked<'_>, gate: &Gate) -> Result<(), Lack> {
    let Some(guard) = Guard::from_id(&gate.guard) else {
        return Ok(());
    };
    match test(case, asked, guard, &gate.params) {
        Holds::Met => Ok(()),
        Holds::Unmet(lack) => Err(lack),
        Holds::Unset(key) => Err(Lack::what(vec![key.to_owned()])),
    }
}

/// The coordination record a gate asks for.
struct Before<'a> {
    level: &'a str,
    by: Option<&'a str>,
    not_for: Option<&'a str>,
}

impl<'a> Before<'a> {
    fn of(case: &'a Case<'_>, asked: &Asked<'_>, with: With<'a>) -> Self {
        let text = |key: &str| Some(with.text(key)).filter(|text| !text.is_empty());
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
fn step_exists(case: &Case<'_>, asked: &Asked<'_>, before: &Before<'_>) -> Result<(), Lack> {
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
    Err(Lack::what(vec![format!("{} {who}", before.level)]).by(who))
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
fn reported_to(case: &Case<'_>, to: &str) -> Result<(), Lack> {
    let acts = [IssueAct::Reported, IssueAct::Coordinated];
    let mut records = acts.iter().flat_map(|act| case.course.done(*act));
    if records.any(|row| row.is(Column::Addressee, to) && is_unsolved(row)) {
        return Ok(());
    }
    Err(Lack::what(vec![actors::name(case.world.profile, to)]))
}

/// `assessed_by`: the leader has assessed it.
///
/// # Errors
/// Whose assessment is missing.
fn assessed_by(case: &Case<'_>, by: &str) -> Result<(), Lack> {
    if case.course.done(IssueAct::Assessed).next().is_some() {
        return Ok(());
    }
    let who = actors::name(case.world.profile, by);
    Err(Lack::what(vec![case.label(IssueAct::Assessed).to_owned()]).by(who))
}

/// `filled`: columns of the issue, or of the hand-over itself.
///
/// # Errors
/// The empty ones.
pub fn filled(case: &Case<'_>, asked: &Asked<'_>, columns: &[&str]) -> Result<(), Lack> {
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
    Lack {
        missing: missing.collect(),
        ..Lack::default()
    }
    .met()
}

/// `actor_is`: one of those named acts.
///
/// # Errors
/// Who has to.
pub fn actor_is<S: AsRef<str>>(case: &Case<'_>, asked: &Asked<'_>, who: &[S]) -> Result<(), Lack> {
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
    Err(Lack::what(names.clone()).by(names.join("/")))
}

/// `actor_is_not`: none of those named acts, nor an officer who acts for one.
///
/// # Errors
/// Who must not.
pub fn actor_is_not(case: &Case<'_>, asked: &Asked<'_>, who: &[&str]) -> Result<(), Lack> {
    let Some(actor) = asked.actor else {
        return Ok(());
    };
    let acts = |who: &&&str| match **who {
        "responsible_unit" => asked.on_behalf || case.answers() == Some(actor.unit),
        who => actors::is_one_of(&case.world, case.view, actor, who),
    };
    match who.iter().find(acts) {
        None => Ok(()),
        Some(who) => Err(Lack::what(vec![actors::name(case.world.profile, who)])),
    }
}
