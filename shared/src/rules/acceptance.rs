//! Acceptance, custody and the evaluation after the works (domain.md 9.4, 2.F): application, outcome per item, who looks after it, four metrics.
//!
//! The owner's side applies; somebody else accepts. The latest outcome of an item counts, so that a failed one can be applied for
//! again. Where the county has a pre-acceptance it is the first of its items and comes before every other application.

use std::collections::BTreeSet;

use crate::book::{Cells, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::{is_hub, refuse};
use crate::field::{Column, Table};
use crate::ids::RowId;
use crate::profile::{AcceptanceItem, Profile};
use crate::project::ProjectView;
use crate::rules::approvals::{ApprovalStatus, approvals};
use crate::rules::guards::{Lack, is_body};
use crate::rules::issues::flow::in_order;
use crate::rules::{Entry, World, actors, requests};
use crate::text::Lang;
use crate::text::fields::fixed_label;

/// The rule of domain.md acceptance follows where the county's own rules name no clause.
const RULE: &str = "domain 9.4";

/// What came of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody applied.
    Open,
    /// Applied for.
    Applied,
    /// Accepted.
    Passed,
    /// Not accepted.
    Failed,
    /// Does not apply to this project, with a reason.
    NotApplicable,
}

impl Outcome {
    /// True when nothing more is asked.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Passed | Self::NotApplicable)
    }
}

/// The way of one item: what came of it, and what a merge left without effect.
struct Course<'a> {
    outcome: Outcome,
    last: Option<Row<'a>>,
    void: Vec<Row<'a>>,
}

fn course<'a>(view: &'a ProjectView, item: &str) -> Course<'a> {
    let about = |row: &Row<'_>| {
        let named = row.text(Column::AcceptanceItem);
        named == item || named.is_empty() && row.is(Column::AcceptanceAct, "apply")
    };
    let rows = view.each(Table::AcceptanceSteps).filter(about);
    let mut course = Course {
        outcome: Outcome::Open,
        last: None,
        void: Vec::new(),
    };
    for row in in_order(rows.collect()) {
        let own = row.is(Column::AcceptanceItem, item);
        let act = row.text(Column::AcceptanceAct);
        let follows = row.text(Column::Follows);
        let before = course.last.map_or("", |last| last.key);
        // Written beside a step its author did not know of, which it cannot follow.
        let apart = own && !follows.is_empty() && follows != before;
        let fits = match act {
            "apply" => course.outcome != Outcome::Passed,
            "pass" | "fail" => matches!(course.outcome, Outcome::Open | Outcome::Applied),
            _ => true,
        };
        if apart && !fits {
            course.void.push(row);
            continue;
        }
        course.outcome = match act {
            // An application for everything does not undo what was accepted.
            "apply" if own || !course.outcome.is_settled() => Outcome::Applied,
            "pass" => Outcome::Passed,
            "fail" => Outcome::Failed,
            "not_applicable" if !row.text(Column::Reason).is_empty() => Outcome::NotApplicable,
            _ => course.outcome,
        };
        if own {
            course.last = Some(row);
        }
    }
    course
}

/// What came of an item so far.
#[must_use]
pub fn outcome(view: &ProjectView, item: &str) -> Outcome {
    course(view, item).outcome
}

/// Steps on items that were taken beside others, each with the rule it breaks (`rules::void`).
#[must_use]
pub fn void(view: &ProjectView) -> Vec<(RowId, String)> {
    let steps = view.each(Table::AcceptanceSteps);
    let items: BTreeSet<_> = steps.map(|row| row.text(Column::AcceptanceItem)).collect();
    let named = items.into_iter().filter(|item| !item.is_empty());
    let void = named.flat_map(|item| course(view, item).void);
    void.filter_map(|row| Some((row.id()?, RULE.to_owned())))
        .collect()
}

/// The item that comes before all others, where the county has a pre-acceptance.
#[must_use]
pub fn pre_acceptance(profile: &Profile) -> Option<&AcceptanceItem> {
    let first = profile.acceptance.items.first();
    first.filter(|_| profile.lifecycle.pre_acceptance)
}

fn item_name(profile: &Profile, id: &str) -> String {
    let mut items = profile.acceptance.items.iter();
    let known = items.find(|item| item.id == id);
    known.map_or(id, |item| item.name_zh.as_str()).to_owned()
}

/// `acceptance_all`: every item passed or does not apply; without a list of the county's, every item that was applied for.
///
/// # Errors
/// The items that are outstanding.
pub fn acceptance_all(profile: &Profile, view: &ProjectView, items: &[&str]) -> Result<(), Lack> {
    let listed = profile.acceptance.items.iter().map(|item| item.id.as_str());
    let asked: Vec<_> = if items.is_empty() {
        listed.collect()
    } else {
        items.to_vec()
    };
    let outstanding = asked
        .iter()
        .filter(|item| !outcome(view, item).is_settled());
    Lack::what(outstanding.map(|item| item_name(profile, item)).collect()).met()
}

/// Of the items that were taken up, those that neither passed nor are put aside with a reason, by name (T7).
#[must_use]
pub fn outstanding(profile: &Profile, view: &ProjectView) -> Vec<String> {
    let steps = view.each(Table::AcceptanceSteps);
    let judged = steps.filter(|row| !row.is(Column::AcceptanceAct, "apply"));
    let items: BTreeSet<_> = judged.map(|row| row.text(Column::AcceptanceItem)).collect();
    let open = items
        .into_iter()
        .filter(|item| !outcome(view, item).is_settled());
    open.map(|item| item_name(profile, item)).collect()
}

/// `acceptance_by`: the last item passed, by the department that approved the project where an approval names one.
///
/// # Errors
/// What is missing, and from whom.
pub fn acceptance_by(world: &World<'_>, view: &ProjectView, by: &str) -> Result<(), Lack> {
    let profile = world.profile;
    let Some(last) = profile.acceptance.items.last() else {
        return Ok(());
    };
    let from = actors::name(profile, by);
    if outcome(view, &last.id) != Outcome::Passed {
        return Err(Lack::what(vec![last.name_zh.clone()]).by(from));
    }
    let passed = view.last(Table::AcceptanceSteps, |row| {
        row.is(Column::AcceptanceItem, &last.id) && row.is(Column::AcceptanceAct, "pass")
    });
    let org = passed.map_or("", |row| row.text(Column::Org));
    if is_approver(view, org) || is_body(world, org, by) {
        return Ok(());
    }
    Err(Lack::what(vec![from.clone()]).by(from))
}

/// True when the organisation approved something of this project; while no approval names one, any that is named.
fn is_approver(view: &ProjectView, org: &str) -> bool {
    let approved = approvals(view);
    let mut orgs = approved
        .iter()
        .filter(|approval| approval.status == ApprovalStatus::Approved)
        .map(|approval| approval.row.text(Column::Org))
        .filter(|org| !org.is_empty())
        .peekable();
    !org.is_empty() && (orgs.peek().is_none() || orgs.any(|approver| approver == org))
}

/// `pre_acceptance_passed`: the item before all others passed.
///
/// # Errors
/// That item.
pub fn pre_acceptance_passed(profile: &Profile, view: &ProjectView) -> Result<(), Lack> {
    let lacks = pre_acceptance(profile)
        .filter(|item| outcome(view, &item.id) != Outcome::Passed)
        .map(|item| item.name_zh.clone());
    let from = actors::name(profile, "lead_unit");
    Lack::what(lacks.into_iter().collect()).by(from).met()
}

/// `application_to` and `request_to`: the owner's side applied to a named organisation, for the works as a whole or for an item other
/// than the pre-acceptance, or filed a request for acceptance.
///
/// # Errors
/// To whom nobody has applied.
pub fn applied_to(world: &World<'_>, view: &ProjectView, to: &str) -> Result<(), Lack> {
    let profile = world.profile;
    let first = pre_acceptance(profile).map(|item| item.id.as_str());
    let applied = |row: &Row<'_>| {
        row.is(Column::AcceptanceAct, "apply")
            && !row.text(Column::Org).is_empty()
            && first.is_none_or(|first| !row.is(Column::AcceptanceItem, first))
    };
    let requested = |book: &crate::book::Book| {
        let mut requests = book.each(Table::Requests);
        requests.any(|row| {
            row.is(Column::RequestAct, "acceptance")
                && row.project() == Some(view.id)
                && !requests::came_too_late(&row, view)
        })
    };
    if view.each(Table::AcceptanceSteps).any(|row| applied(&row))
        || world.units.values().any(requested)
    {
        return Ok(());
    }
    let from = actors::name(profile, "owner");
    Err(Lack::what(vec![actors::name(profile, to)]).by(from))
}

/// `custodian_set`: somebody looks after the finished works, by a principle.
///
/// # Errors
/// That nobody does.
pub fn custodian_set(profile: &Profile, view: &ProjectView) -> Result<(), Lack> {
    let is_set = |row: &Row<'_>| {
        !row.text(Column::Org).is_empty() && !row.text(Column::Principle).is_empty()
    };
    if view.each(Table::Custodians).any(|row| is_set(&row)) {
        return Ok(());
    }
    let name = Table::Custodians.label(Lang::Zh).to_owned();
    Err(Lack::what(vec![name]).by(actors::name(profile, "owner")))
}

/// `performance_filled`: each metric has a value. Its unit and basis are asked for beside it and stand in the record.
///
/// # Errors
/// The metrics without one.
pub fn performance_filled(view: &ProjectView, metrics: &[&str]) -> Result<(), Lack> {
    let is_filled = |metric: &str| {
        view.each(Table::Performance)
            .any(|row| row.is(Column::Metric, metric) && !row.text(Column::Measure).is_empty())
    };
    let missing = metrics.iter().filter(|metric| !is_filled(metric));
    let name = |metric: &&str| {
        fixed_label("performance_metric", metric, Lang::Zh)
            .unwrap_or(metric)
            .to_owned()
    };
    Lack::what(missing.map(name).collect()).met()
}

/// `reported_to` of an evaluation: it was filed with the hub.
///
/// # Errors
/// To whom it has not been reported.
pub fn evaluation_reported(profile: &Profile, view: &ProjectView, to: &str) -> Result<(), Lack> {
    if view.each(Table::PerformanceReports).next().is_some() {
        return Ok(());
    }
    let from = actors::name(profile, "owner");
    Err(Lack::what(vec![actors::name(profile, to)]).by(from))
}

/// Judges an application or an outcome.
pub(super) fn judge_step(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let rules = &world.profile.acceptance;
    let item = entry.text(Column::AcceptanceItem);
    let act = entry.text(Column::AcceptanceAct);
    let is_free = rules.items.is_empty();
    if !item.is_empty() && !is_free && !rules.items.iter().any(|known| known.id == item) {
        return Err(at(entry, Column::AcceptanceItem, Why::NotInProfile));
    }
    let last = course(view, item)
        .last
        .filter(|_| !item.is_empty() && entry.get(Column::Follows).is_null());
    let follows =
        last.and_then(|last| entry.cell(entry.table, entry.row, Column::Follows, last.key.into()));
    let chained = follows.into_iter().collect();
    if act == "apply" {
        return applies(world, view, entry).map(|()| chained);
    }
    if item.is_empty() {
        return Err(at(entry, Column::AcceptanceItem, Why::Missing));
    }
    if !rules.outcomes.iter().any(|known| known.id == act) {
        return Err(at(entry, Column::AcceptanceAct, Why::NotInProfile));
    }
    if act == "not_applicable" && entry.text(Column::Reason).is_empty() {
        return Err(at(entry, Column::Reason, Why::ReasonMissing));
    }
    // The pre-acceptance is the responsible unit's own act; nobody applies for it.
    let is_first = pre_acceptance(world.profile).is_some_and(|first| first.id == item);
    let is_asked = outcome(view, item) == Outcome::Applied
        || outcome(view, item) == Outcome::Open
            && applied_to(world, view, "approving_dept").is_ok();
    if act != "not_applicable" && !is_first && !is_asked {
        let name = item_name(world.profile, item);
        return Err(Lack::what(vec![name]).closes("application_to", RULE, false));
    }
    accepts(world, view, entry, item)?;
    Ok(chained)
}

/// The application comes from the owner's side, names who is asked, and comes after the pre-acceptance.
fn applies(world: &World<'_>, view: &ProjectView, entry: &Entry<'_>) -> Result<(), Refusal> {
    let profile = world.profile;
    let item = entry.text(Column::AcceptanceItem);
    let first = pre_acceptance(profile).map(|first| first.id.as_str());
    if first.is_some_and(|first| first != item) {
        let clause = clause_of(profile, "pre_acceptance_passed");
        pre_acceptance_passed(profile, view)
            .map_err(|lacking| lacking.closes("pre_acceptance_passed", clause, false))?;
    }
    if first != Some(item) && entry.get(Column::Org).is_null() {
        return Err(at(entry, Column::Org, Why::Missing));
    }
    let is_settled = !item.is_empty() && outcome(view, item) == Outcome::Passed;
    if is_settled {
        let state = fixed_label("acceptance_act", "pass", Lang::Zh)
            .unwrap_or("pass")
            .to_owned();
        return Err(refuse(Why::WrongState { state }));
    }
    Ok(())
}

/// Nobody accepts his own works. The pre-acceptance is the responsible unit's, where no department is named for it.
fn accepts(
    world: &World<'_>,
    view: &ProjectView,
    entry: &Entry<'_>,
    item: &str,
) -> Result<(), Refusal> {
    let owner = actors::owner_of(world, view);
    let lead = actors::lead_of(world, view);
    let is_first = pre_acceptance(world.profile).is_some_and(|first| first.id == item);
    let is_own = owner == Some(entry.actor.unit) || entry.on_behalf;
    let leads = is_first && lead == Some(entry.actor.unit);
    if is_hub(entry.actor) && !entry.on_behalf || !is_own || leads {
        return Ok(());
    }
    let who = actors::name(world.profile, "owner");
    Err(Lack::what(vec![who]).closes(
        "actor_is_not",
        clause_of(world.profile, "acceptance_all"),
        false,
    ))
}

/// Judges the naming of a custodian: by one of the county's principles, after acceptance.
pub(super) fn judge_custodian(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let principle = entry.text(Column::Principle);
    let known = world.profile.custodian.as_ref();
    let is_known = known.is_none_or(|rules| {
        principle == "other" || rules.principles.iter().any(|known| known.id == principle)
    });
    if !is_known {
        return Err(at(entry, Column::Principle, Why::NotInProfile));
    }
    if known.is_some() {
        let clause = clause_of(world.profile, "custodian_set");
        acceptance_all(world.profile, view, &[])
            .map_err(|lacking| lacking.closes("acceptance_all", clause, false))?;
    }
    Ok(Vec::new())
}

/// Judges a report of the custodian: there is one.
pub(super) fn judge_custody_report(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let clause = clause_of(world.profile, "custodian_set");
    custodian_set(world.profile, view)
        .map(|()| Vec::new())
        .map_err(|lacking| lacking.closes("custodian_set", clause, false))
}

/// Judges the filing of an evaluation: the metrics the county asks for are there.
pub(super) fn judge_evaluation(
    world: &World<'_>,
    entry: &Entry<'_>,
) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let mut gates = world.profile.gates.iter();
    let Some(gate) = gates.find(|gate| gate.guard == "performance_filled") else {
        return Ok(Vec::new());
    };
    let metrics = gate
        .params
        .get("metrics")
        .and_then(serde_json::Value::as_array);
    let metrics = metrics
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    performance_filled(view, &metrics.collect::<Vec<_>>())
        .map(|()| Vec::new())
        .map_err(|lacking| lacking.closes("performance_filled", &gate.clause, false))
}

fn clause_of<'a>(profile: &'a Profile, guard: &str) -> &'a str {
    let mut gates = profile.gates.iter();
    gates
        .find(|gate| gate.guard == guard)
        .map_or(RULE, |gate| gate.clause.as_str())
}

fn at(entry: &Entry<'_>, column: Column, why: Why) -> Refusal {
    Refusal {
        missing: vec![entry.at(column)],
        ..refuse(why)
    }
}

#[cfg(test)]
mod tests;
