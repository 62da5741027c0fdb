//! How an issue moves: who may take which step when, what it must carry, and what else is written with it (domain.md 7).
//!
//! `flow` holds the states and the ways between them, `case` one issue with all that is known about it, `ladder` the guards, `standing`
//! what follows for screens and ledgers. A unit's steps stand in the project's document; hand-over, assessment, return and
//! closing in the county's side of it, so that no unit can close its own issue. Both are one chain.
//!
//! Issues of no project stand in the papers of the unit that found them and move in the same way.

use std::collections::BTreeMap;

use crate::book::Cells;
use crate::command::{Help, Refusal, Role, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Table};
use crate::ids::ProjectId;
use crate::rules::guards::Lack;
use crate::rules::{Entry, World, actors};
use crate::value::Value;

pub mod case;
pub mod flow;
pub mod ladder;
pub mod standing;
pub mod ways;

use case::Case;
use flow::{Flow, IssueAct, Tables};
use ladder::Asked;

/// What an issue carries at its hand-over, of the fields a county names as its core (domain.md 7.1).
const HANDED_OVER: &[&str] = &[
    "description",
    "standard",
    "deadline",
    "responsible_unit",
    "responsible_person",
];

/// What every issue carries at its hand-over.
const ALWAYS: &[&str] = &["responsible_unit", "responsible_person"];

/// The rule of what an issue carries.
const RECORD: &str = "domain 7.1";

/// The state of every issue that has a step, as far as it can be told without the county's rules.
#[must_use]
pub fn latest_acts<V: Cells>(view: &V) -> BTreeMap<&str, &'static str> {
    let latest = latest(view).into_iter();
    latest.map(|(issue, (act, _))| (issue, act)).collect()
}

/// The last act on each issue of a project, and the level it was raised to; empty while it was not.
#[must_use]
pub fn latest<V: Cells>(view: &V) -> BTreeMap<&str, (&'static str, &str)> {
    let open = Flow::open();
    let steps = flow::steps_by_issue(view, Tables::PROJECT);
    let courses = steps.into_iter().map(|(issue, rows)| {
        let course = flow::replay(&open, rows);
        (issue, (course.state.id(), course.level))
    });
    courses.collect()
}

/// Judges an issue itself: what it names must exist.
pub(super) fn judge_issue(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let wrong = |column| Refusal {
        missing: vec![entry.at(column)],
        ..refuse(Why::NotInProfile)
    };
    let programme = entry.text(Column::Programme);
    let mut programmes = world.profile.programmes.iter();
    if !programme.is_empty() && !programmes.any(|known| known.id == programme) {
        return Err(wrong(Column::Programme));
    }
    let also = entry.text(Column::Concerns);
    let is_id = |id: &str| id.trim().parse::<ProjectId>().is_ok();
    if !also.is_empty() && !also.split(',').all(is_id) {
        return Err(Refusal {
            missing: vec![entry.at(Column::Concerns)],
            ..refuse(Why::NotFound)
        });
    }
    Ok(Vec::new())
}

/// Judges a step of a unit or a ruling of the county's side.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let act = IssueAct::from_id(entry.text(Column::Act)).ok_or_else(|| Refusal {
        missing: vec![entry.at(Column::Act)],
        ..refuse(Why::NotInProfile)
    })?;
    let tables = Tables::of(entry.table).ok_or_else(|| refuse(Why::NotWritable))?;
    let issue = entry.reference(Column::Issue);
    let case = issue.and_then(|issue| Case::find(world, entry.project, entry.unit, tables, issue));
    let case = case.ok_or_else(|| Refusal {
        missing: vec![entry.at(Column::Issue)],
        ..refuse(Why::NotFound)
    })?;
    may(&case, entry, act)?;
    carries(&case, entry, act)?;
    Ok(beside(&case, entry, act))
}

/// Whether a step may be taken now, whatever it carries.
fn may(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Result<(), Refusal> {
    let asked = Asked::now(entry);
    in_its_table(case, entry, act)?;
    is_known(case, entry, act)?;
    if act == IssueAct::Assigned {
        // Said before the order is: what is missing is the assessment, not a state.
        ladder::pass(case, &asked, "issue_assign")?;
    }
    if !case.flow.admits(case.course.state, act) {
        let state = case.label(case.course.state).to_owned();
        return Err(Refusal {
            rule: Some(case.flow.rule.clone()),
            ..refuse(Why::WrongState { state })
        });
    }
    may_take(case, entry, act)?;
    match act {
        IssueAct::Escalated => {
            ladder::pass(case, &asked, "escalate")?;
            let to = format!("escalate:{}", asked.level);
            ladder::pass(case, &asked, &to)
        }
        IssueAct::Closed => ladder::pass(case, &asked, "issue_close"),
        _ => Ok(()),
    }
}

/// What only the county's side does is no step of a unit, and a unit's work is no ruling.
fn in_its_table(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Result<(), Refusal> {
    let ruling = entry.table == case.tables.rulings;
    if flow::is_ruling(act) && !ruling {
        let mut gates = case.world.profile.gates_of(case.programme, "issue_close");
        let rule = gates
            .next()
            .map_or(case.flow.rule.as_str(), |gate| &gate.clause);
        return Err(Refusal {
            rule: Some(rule.to_owned()),
            help: Some(Box::new(Help {
                from: actors::name(case.world.profile, "hub"),
                request: None,
            })),
            ..refuse(Why::HubOnly)
        });
    }
    if ruling && matches!(act, IssueAct::Handling | IssueAct::ReportedDone) {
        return Err(refuse(Why::NotWritable));
    }
    Ok(())
}

/// The state is one of the county's, the level one of the ladder's and above the one it is on.
fn is_known(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Result<(), Refusal> {
    let mut states = case.world.profile.issue.workflow.iter();
    let state = case.label(act);
    if act.is_state() && !states.any(|known| known.id == act.id()) && state == act.id() {
        return Err(Refusal {
            missing: vec![entry.at(Column::Act)],
            ..refuse(Why::NotInProfile)
        });
    }
    let level = entry.text(Column::Level);
    let rung = case.flow.rung(level);
    if !level.is_empty() && rung.is_none() {
        return Err(Refusal {
            missing: vec![entry.at(Column::Level)],
            ..refuse(Why::NotInProfile)
        });
    }
    if act == IssueAct::Escalated && rung.is_some() && rung <= case.flow.rung(case.course.level) {
        return Err(Refusal {
            rule: Some("domain 7.3".to_owned()),
            ..refuse(Why::WrongState {
                state: case.level().to_owned(),
            })
        });
    }
    Ok(())
}

/// Who may take a step (domain.md 7.2).
fn may_take(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Result<(), Refusal> {
    let asked = Asked::now(entry);
    let by = |who: &[&str]| {
        ladder::actor_is(case, &asked, who)
            .map_err(|lacking| lacking.closes("actor_is", &case.flow.rule, false))
    };
    let closers: Vec<&str> = case.closers().iter().map(String::as_str).collect();
    // Findings with a way of their own are listed and handed over by those who close them.
    let has_own_way = case.world.profile.issue.workflows.contains_key("finding");
    let is_inspected = case.is_finding() && has_own_way;
    match act {
        IssueAct::Listed | IssueAct::Assigned if is_inspected => by(&closers),
        IssueAct::Listed if case.flow.strict => by(&["hub"]),
        IssueAct::Assigned if case.is_finding() => {
            let who = [closers.as_slice(), &["hub", "leader"]].concat();
            by(&who)
        }
        IssueAct::Assigned => by(&["hub", "leader"]),
        IssueAct::Assessed => is_lead_leader(case, entry),
        IssueAct::Handling if entry.actor.at_hub && entry.on_behalf => Ok(()),
        IssueAct::ReportedDone => is_responsible(case, entry),
        IssueAct::Closed | IssueAct::Returned | IssueAct::Reopened => {
            by(&closers)?;
            let own = ladder::actor_is_not(case, &asked, &["responsible_unit"]);
            let forbidden = case.world.profile.issue.self_close_forbidden;
            own.or_else(|lacking| if forbidden { Err(lacking) } else { Ok(()) })
                .map_err(|lacking| lacking.closes("actor_is_not", &closing_rule(case), false))
        }
        IssueAct::Coordinated => is_of_level(case, entry),
        _ => Ok(()),
    }
}

fn closing_rule(case: &Case<'_>) -> String {
    let mut gates = case.world.profile.gates_of(case.programme, "issue_close");
    let own = gates.find(|gate| gate.guard == "actor_is_not");
    own.map_or_else(|| case.flow.rule.clone(), |gate| gate.clause.clone())
}

/// Only the responsible unit reports done, or an officer for it.
fn is_responsible(case: &Case<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    if entry.on_behalf || case.answers() == Some(entry.actor.unit) {
        return Ok(());
    }
    let directory = case.world.directory;
    let who = case.answers().map(|unit| directory.name(unit));
    let lacking = Lack::what(who.clone().into_iter().collect()).by(who.unwrap_or_default());
    Err(lacking.closes("actor_is", &case.flow.rule, false))
}

/// Above the lowest level, coordination is the county's: leaders and the hub.
fn is_of_level(case: &Case<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    let level = Some(entry.text(Column::Level)).filter(|level| !level.is_empty());
    let level = level.unwrap_or(case.level());
    let is_lowest = case.flow.rung(level).unwrap_or(0) == 0;
    if is_lowest || entry.actor.at_hub && !entry.on_behalf {
        return Ok(());
    }
    let mut ladder = case.world.profile.issue.ladder(case.programme);
    let rung = ladder.find(|rung| rung.id == level);
    let actors = rung.map_or(&[][..], |rung| rung.actors.as_slice());
    let names = actors
        .iter()
        .map(|who| actors::name(case.world.profile, who));
    let lacking = Lack::what(names.collect());
    Err(lacking.closes("actor_is", "domain 7.3", false))
}

/// A leader assesses what is his: he is named for the project, and acts himself or through his secretary, who names him.
fn is_lead_leader(case: &Case<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    let said = Some(entry.text(Column::Person)).filter(|person| !person.is_empty());
    let person = said.unwrap_or(&entry.actor.name);
    let today = entry.now.date();
    let in_office = |row: &crate::book::Row<'_>| row.date(Column::To).is_none_or(|to| today <= to);
    let named: Vec<_> = case
        .view
        .into_iter()
        .flat_map(|view| view.each(Table::LeadLeaders))
        .filter(in_office)
        .map(|row| row.text(Column::Person))
        .collect();
    if entry.actor.role == Role::Leader && named.contains(&person) {
        return Ok(());
    }
    let who = actors::name(case.world.profile, "leader");
    let names = named.iter().filter(|name| !name.is_empty());
    let mut what: Vec<String> = names.map(|name| (*name).to_owned()).collect();
    if what.is_empty() {
        what.push(who.clone());
    }
    Err(Lack::what(what)
        .by(who)
        .closes("actor_is", &case.flow.rule, false))
}

/// What a step and its issue must carry (domain.md 7.1).
fn carries(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Result<(), Refusal> {
    let needed = match act {
        IssueAct::Coordinated => Some(Column::Outcome),
        IssueAct::Escalated => Some(Column::Level),
        IssueAct::Reported => Some(Column::Addressee),
        _ => None,
    };
    if let Some(column) = needed.filter(|column| entry.get(*column).is_null()) {
        return Err(Refusal {
            missing: vec![entry.at(column)],
            ..refuse(Why::Missing)
        });
    }
    let core: Vec<&str> = case
        .world
        .profile
        .issue
        .core_fields
        .iter()
        .map(String::as_str)
        .collect();
    let mut asked_for = match act {
        IssueAct::Listed if case.flow.strict => core,
        IssueAct::Assigned => {
            let core = core.into_iter().filter(|field| HANDED_OVER.contains(field));
            let limit = case.is_finding().then_some("deadline");
            core.chain(ALWAYS.iter().copied()).chain(limit).collect()
        }
        _ => return Ok(()),
    };
    asked_for.sort_unstable();
    asked_for.dedup();
    if case.issue.is(Column::IssueSource, "meeting") {
        asked_for.push("meeting");
    }
    ladder::filled(case, &Asked::now(entry), &asked_for)
        .map_err(|lacking| lacking.closes("filled", RECORD, false))
}

/// What is written with the step: who took it, what it follows, its level; a hand-over and a rise show on the issue itself.
fn beside(case: &Case<'_>, entry: &Entry<'_>, act: IssueAct) -> Vec<Write> {
    let mut writes = Vec::new();
    let mut own = |column, value: Value| {
        if entry.get(column).is_null() {
            writes.extend(entry.cell(entry.table, entry.row, column, value));
        }
    };
    if let Some(last) = case.course.last() {
        own(Column::Follows, last.key.into());
    }
    if act != IssueAct::Assigned {
        let acts_for = case.answers().filter(|_| entry.on_behalf);
        own(
            Column::Org,
            acts_for.unwrap_or(entry.actor.unit).to_string().into(),
        );
    }
    if act == IssueAct::Coordinated {
        own(Column::Level, case.level().into());
    }
    let shown: &[(Column, Column)] = match act {
        IssueAct::Escalated => &[(Column::Level, Column::Level)],
        IssueAct::Assigned => &[
            (Column::Org, Column::ResponsibleUnit),
            (Column::Person, Column::ResponsiblePerson),
            (Column::Deadline, Column::Deadline),
        ],
        _ => &[],
    };
    let issue = case.issue.id();
    writes.extend(shown.iter().filter_map(|(from, to)| {
        let value = entry.get(*from);
        (!value.is_null()).then_some(())?;
        entry.cell(case.tables.issues, issue?, *to, value.clone())
    }));
    writes
}

#[cfg(test)]
mod tests;
