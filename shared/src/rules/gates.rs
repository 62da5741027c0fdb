//! Which gates stand before a transition or act, and whether they are open (domain.md 3.5, 13.7b, 13.7c).
//!
//! A gate is a guard with a mode. `block` must be met; `override` is passed with an exception that names its clause (a row of
//! `exceptions`; for a whole list the act itself carries reason, body and number); `warn` and `optional` are only said.
//! What a county denies to projects on no list (`deny_without_list`) is a gate like any other.

use std::cell::OnceCell;

use crate::book::Cells as _;
use crate::command::{ClosedGate, Refusal, Role, Why};
use crate::decide::{is_hub, refuse};
use crate::field::{Column, Field, Table};
use crate::profile::{Duty, Gate, Mode, Params, Profile};
use crate::project::ProjectView;
use crate::rules::eligibility::{self, Fit};
use crate::rules::guards::{self, Ask, Guard, Holds, Lack};
use crate::rules::stage::Stage;
use crate::rules::subject::managed_in;
use crate::rules::{Look, reviews};

mod papers;

/// One gate before an act, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateState<'a> {
    /// What it asks.
    pub guard: Guard,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: &'a str,
    /// What it answers.
    pub holds: Holds,
    /// True when an exception from its clause is recorded.
    pub excepted: bool,
}

impl GateState<'_> {
    /// True when it keeps nobody out.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.mode {
            Mode::Block => self.holds.is_met(),
            Mode::Override => self.holds.is_met() || self.excepted,
            Mode::Warn | Mode::Optional => true,
        }
    }

    /// What is missing; `None` when nothing is, or when the county left the rule unset.
    #[must_use]
    pub fn lack(&self) -> Option<&Lack> {
        match &self.holds {
            Holds::Unmet(lack) => Some(lack),
            Holds::Met | Holds::Unset(_) => None,
        }
    }

    /// The refusal of somebody who comes to this gate while it is closed.
    #[must_use]
    pub fn refusal(&self, ask: &Ask<'_>) -> Refusal {
        let exception = self.mode == Mode::Override;
        let lack = match &self.holds {
            Holds::Unset(key) => {
                return Refusal {
                    rule: Some(self.clause.to_owned()),
                    ..refuse(Why::Unset {
                        key: (*key).to_owned(),
                    })
                };
            }
            Holds::Met => Lack::default(),
            Holds::Unmet(lack) => lack.clone(),
        };
        let why = match self.guard {
            Guard::InWindow => {
                let adjust = ask.list.map_or(&[][..], |list| list.adjust.list());
                let window = guards::next_window(adjust, ask.look.today());
                Why::OutsideWindow {
                    opens: window.map(|(opens, _)| opens),
                    closes: window.map(|(_, closes)| closes),
                    exception,
                }
            }
            Guard::CountBetween => {
                let quota = ask.list.and_then(|list| list.quota.as_ref());
                Why::Quota {
                    count: ask.members.unwrap_or(0),
                    min: quota.map_or(0, |quota| quota.min),
                    max: quota.map_or(u32::MAX, |quota| quota.max),
                }
            }
            guard => Why::GateClosed(Box::new(ClosedGate {
                guard: guard.id().to_owned(),
                lacks: lack.lacks,
                from: lack.from,
                exception,
            })),
        };
        Refusal {
            rule: Some(self.clause.to_owned()),
            missing: lack.missing,
            projects: ask.project.map(|project| project.id).into_iter().collect(),
            ..refuse(why)
        }
    }
}

/// The programmes whose rules speak of an act: that of the list in question; else those the project is managed in.
///
/// A project that is managed in none is under every programme's rules: silence is no way around a gate.
#[must_use]
pub fn programmes<'a>(ask: &Ask<'a>) -> Vec<&'a str> {
    let profile = ask.profile();
    if let Some(list) = ask.list.filter(|list| list.programme != "all") {
        return vec![&list.programme];
    }
    let managed = ask.project.map(|project| managed(ask.look, project));
    let managed = managed.filter(|managed| !managed.is_empty());
    managed.unwrap_or_else(|| {
        let all = profile.programmes.iter();
        all.map(|known| known.id.as_str()).collect()
    })
}

/// The programmes a project is managed in today.
#[must_use]
pub fn managed<'a>(look: &Look<'a>, project: &ProjectView) -> Vec<&'a str> {
    let said = project.text(Field::Programmes);
    managed_in(
        look.world.profile,
        |id| said.split(',').any(|said| said == id),
        |list| look.rolls().is_on(project.id, list),
    )
}

/// The gates of a transition or act for what is asked about, in the order of the profile.
fn gates_of<'a>(ask: &Ask<'a>, act: &str) -> Vec<&'a Gate> {
    let profile = ask.profile();
    let programmes = OnceCell::new();
    let speaks = |gate: &Gate| {
        let programmes = programmes.get_or_init(|| self::programmes(ask));
        programmes.contains(&gate.programme.as_str())
    };
    let list = ask.list.map(|list| list.id.as_str());
    let every_step = act.split_once(':').map(|(act, _)| act);
    let about =
        |gate: &Gate| gate.transition == act || Some(gate.transition.as_str()) == every_step;
    profile
        .gates
        .iter()
        .chain(&profile.issue.guards)
        .filter(|gate| about(gate))
        .filter(|gate| gate.programme == "all" || speaks(gate))
        .filter(|gate| {
            gate.lists.is_empty() || list.is_some_and(|list| gate.lists.iter().any(|id| id == list))
        })
        .filter(|gate| gate.when.as_ref().is_none_or(|when| concerns(ask, when)))
        .collect()
}

/// Whether a gate's own condition holds: of the issue for a flag of issues, of the nomination for a category it proposes,
/// otherwise of the project.
fn concerns(ask: &Ask<'_>, when: &crate::profile::Cond) -> bool {
    use crate::profile::Cond;
    if let Cond::Field(id) = when
        && let (Some(entry), Some(column)) = (ask.entry, Column::from_id(id))
    {
        let issue = entry.reference(Column::Issue);
        let row = issue.and_then(|issue| ask.project?.row(Table::Issues, issue));
        return entry.flag(column) || row.is_some_and(|row| row.flag(column));
    }
    if let (Cond::YearCategoryIn(categories), Some(entry)) = (when, ask.entry) {
        let proposed = entry.text(Column::Category);
        if !proposed.is_empty() {
            return categories.iter().any(|category| category == proposed);
        }
    }
    ask.project
        .is_none_or(|project| eligibility::holds(ask.look, project, when).fit == Fit::Fits)
}

/// Every gate before a transition or act, as it stands; `keep` leaves out guards the act in question fulfils itself or later.
#[must_use]
pub fn states<'a>(ask: &Ask<'a>, act: &str, keep: impl Fn(Guard) -> bool) -> Vec<GateState<'a>> {
    let mut states: Vec<GateState<'a>> = Vec::new();
    for gate in gates_of(ask, act) {
        let Some(guard) = Guard::from_id(&gate.guard).filter(|guard| keep(*guard)) else {
            continue;
        };
        let holds = guards::test(guard, &gate.params, ask);
        states.push(GateState {
            guard,
            mode: gate.mode,
            clause: &gate.clause,
            excepted: is_excepted(ask, gate.mode, &holds, &gate.clause),
            holds,
        });
    }
    for material in papers::asked(ask, act) {
        if !keep(papers::turn(material)) {
            continue;
        }
        let holds = papers::test(ask, material);
        states.push(GateState {
            guard: Guard::Materials,
            mode: material.mode,
            clause: &material.clause,
            excepted: is_excepted(ask, material.mode, &holds, &material.clause),
            holds,
        });
    }
    if let Some(deny) = &ask.profile().deny_without_list
        && deny.acts.iter().any(|denied| denied.id == act)
        && !states.iter().any(|state| state.clause == deny.clause)
        && keep(Guard::OnAnyList)
    {
        let lists = deny.lists.iter().map(|list| list.as_str().into()).collect();
        let params = Params::from([("lists".to_owned(), serde_json::Value::Array(lists))]);
        let holds = guards::test(Guard::OnAnyList, &params, ask);
        states.push(GateState {
            guard: Guard::OnAnyList,
            mode: deny.mode,
            clause: &deny.clause,
            excepted: is_excepted(ask, deny.mode, &holds, &deny.clause),
            holds,
        });
    }
    states
}

/// True when the head of the hub excepted the project from a clause that holds in principle and is not met, or gives the exception with
/// the act on a whole list.
fn is_excepted(ask: &Ask<'_>, mode: Mode, holds: &Holds, clause: &str) -> bool {
    if mode != Mode::Override || holds.is_met() {
        return false;
    }
    let recorded = ask.project.is_some_and(|project| {
        let mut exceptions = reviews::exceptions_on(project, ask.look.today());
        exceptions.any(|row| row.is(Column::ExceptionRule, clause))
    });
    let with_the_act = ask.entry.is_some_and(|entry| {
        let given = [Column::Reason, Column::Number, Column::Decider];
        entry.table == Table::ListEditions
            && is_hub(entry.actor)
            && entry.actor.role == Role::HubHead
            && given.iter().all(|column| !entry.text(*column).is_empty())
    });
    recorded || with_the_act
}

/// Passes the gates of a transition or act, or says which is closed.
///
/// # Errors
/// The refusal of the first closed gate.
pub fn pass<'a>(ask: &Ask<'a>, act: &str) -> Result<Vec<GateState<'a>>, Refusal> {
    pass_some(ask, act, |_| true)
}

/// Passes those gates whose guard is kept.
///
/// # Errors
/// The refusal of the first closed gate.
pub fn pass_some<'a>(
    ask: &Ask<'a>,
    act: &str,
    keep: impl Fn(Guard) -> bool,
) -> Result<Vec<GateState<'a>>, Refusal> {
    let states = states(ask, act, keep);
    match states.iter().find(|state| !state.is_open()) {
        Some(closed) => Err(closed.refusal(ask)),
        None => Ok(states),
    }
}

/// The gates before a project's transition, for a screen: met ones as well, so that what is missing stands beside what is done.
#[must_use]
pub fn open_gates<'a>(
    look: &'a Look<'a>,
    project: &'a ProjectView,
    transition: &str,
) -> Vec<GateState<'a>> {
    states(&Ask::about(look, Some(project)), transition, |_| true)
}

/// The clauses an exception can be recorded from: those that hold only in principle.
pub fn exceptable(profile: &Profile) -> impl Iterator<Item = &str> {
    let gates = profile.gates.iter().chain(&profile.issue.guards);
    let gates = gates.filter(|gate| gate.mode == Mode::Override);
    let deny = profile
        .deny_without_list
        .iter()
        .filter(|deny| deny.mode == Mode::Override);
    let papers = papers::of_their_own(profile);
    let papers = papers.filter(|material| material.mode == Mode::Override);
    let rules = profile
        .eligibility
        .values()
        .flat_map(crate::profile::Entry::rules);
    let rules = rules.filter(|rule| rule.mode == Mode::Override);
    gates
        .map(|gate| gate.clause.as_str())
        .chain(deny.map(|deny| deny.clause.as_str()))
        .chain(papers.map(|material| material.clause.as_str()))
        .chain(rules.map(|rule| rule.clause.as_str()))
}

/// True when a gate or rule of the county rests on the clause, whatever its mode.
#[must_use]
pub fn is_known(profile: &Profile, clause: &str) -> bool {
    let gates = profile.gates.iter().chain(&profile.issue.guards);
    let rules = profile
        .eligibility
        .values()
        .flat_map(crate::profile::Entry::rules);
    gates
        .map(|gate| &gate.clause)
        .chain(rules.map(|rule| &rule.clause))
        .any(|known| known == clause)
}

/// An obligation of a project that is no gate and not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDuty<'a> {
    /// The duty.
    pub duty: &'a Duty,
    /// What is missing.
    pub lack: Lack,
    /// True after the transition before which it was due.
    pub overdue: bool,
}

/// Whether a duty stands for a project in a stage, and if it does whether it is past the transition before which it was due. What is
/// suspended or withdrawn stands outside the order and owes nothing.
#[must_use]
pub fn duty_stands(duty: &Duty, stage: Stage) -> Option<bool> {
    let after = |transition: &str| Stage::after(transition).is_some_and(|target| stage >= target);
    let stands = stage <= Stage::Closed && after(&duty.opens);
    stands.then(|| duty.due.as_deref().is_some_and(after))
}

/// The duties of a project that are open now.
#[must_use]
pub fn open_duties<'a>(look: &Look<'a>, project: &ProjectView) -> Vec<OpenDuty<'a>> {
    let profile = look.world.profile;
    let stage = Stage::of(project);
    let ask = Ask::about(look, Some(project));
    let managed = managed(look, project);
    let mut open = Vec::new();
    for duty in &profile.duties {
        let Some(overdue) = duty_stands(duty, stage) else {
            continue;
        };
        let concerned = (duty.programme == "all" || managed.contains(&duty.programme.as_str()))
            && duty.when.as_ref().is_none_or(|when| concerns(&ask, when));
        let Some(guard) = Guard::from_id(&duty.guard).filter(|_| concerned) else {
            continue;
        };
        if let Holds::Unmet(lack) = guards::test(guard, &duty.params, &ask) {
            open.push(OpenDuty {
                duty,
                lack,
                overdue,
            });
        }
    }
    open
}
