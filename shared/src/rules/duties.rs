//! Who answers for what in a project, and what was done about it (KZ-3.2, KP-6, LT-15): duties of the county's rules, tasks given from case to
//! case, the money investors are to pay in, and the notes on each.
//!
//! A note is written by the one who bears the duty, or by the hub. What it says last is where the duty stands; nothing is ticked beside it.

use std::collections::BTreeSet;

use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::{Directory, is_hub, refuse};
use crate::field::{Column, Field, Table};
use crate::ids::UnitId;
use crate::profile::{Profile, Responsibility, Tracked};
use crate::project::ProjectView;
use crate::rules::guards::{Ask, Lack, party};
use crate::rules::{Entry, Look, World, gates};
use crate::time::Date;

/// The kinds of responsibility somebody bears.
pub const BEARERS: &[&str] = &[OFFICE, "main", "lead", COOPERATION, "territorial"];
/// The responsibility of the office that runs the hub.
const OFFICE: &str = "office";
/// The responsibility of those who approve, guarantee and help.
const COOPERATION: &str = "cooperation";
/// The state of a duty that was done.
const DONE: &str = "done";
/// The state of one a project does not have.
const NOT_APPLICABLE: &str = "not_applicable";

/// An organisation with one of the county's responsibilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer<'a> {
    /// The responsibility.
    pub kind: &'a Responsibility,
    /// The organisation, as it stands in the record.
    pub named: &'a str,
    /// What it is called.
    pub org: String,
    /// The unit that answers for it: its own, else the project's home where the organisation has none of its own.
    pub unit: Option<UnitId>,
}

/// Who bears the responsibilities of a project, in their order.
pub fn bearers<'a>(
    profile: &'a Profile,
    directory: &Directory,
    view: &'a ProjectView,
    is_managed: impl Fn(&str) -> bool,
) -> Vec<Bearer<'a>> {
    let home = view.text(Field::HomeNode).parse().ok();
    let kinds = profile.responsibilities.iter();
    let kinds = kinds.filter(|kind| kind.programme == "all" || is_managed(&kind.programme));
    let mut found = Vec::new();
    for kind in kinds {
        if kind.id == OFFICE {
            let named = party(profile, &kind.programme, "hub");
            found.push(Bearer {
                kind,
                named,
                org: named.to_owned(),
                unit: directory.hub,
            });
        }
        let mut seen = BTreeSet::new();
        for named in orgs_of(view, &kind.id) {
            let org = directory.show(named);
            let own = directory.resolve(named);
            let own = own.filter(|unit| directory.units.contains_key(unit));
            let unit = own.or_else(|| home.filter(|_| kind.id != COOPERATION));
            if !org.is_empty() && seen.insert(org.clone()) {
                found.push(Bearer {
                    kind,
                    named,
                    org,
                    unit,
                });
            }
        }
    }
    found
}

/// The organisations a record names for a kind of responsibility, as they stand in it.
fn orgs_of<'a>(view: &'a ProjectView, kind: &str) -> Vec<&'a str> {
    let (fields, tables): (&[Field], &[Table]) = match kind {
        "main" => (&[Field::OwnerOrg], &[]),
        "lead" => (&[Field::LeadUnit], &[Table::RespUnits]),
        "territorial" => (&[Field::TerritorialOrg], &[]),
        COOPERATION => (
            &[],
            &[
                Table::CoopUnits,
                Table::Approvals,
                Table::Factors,
                Table::DeptChecks,
            ],
        ),
        _ => (&[], &[]),
    };
    let named = fields.iter().map(|field| view.text(*field));
    let rows = tables.iter().flat_map(|table| view.each(*table));
    let mut orgs: Vec<_> = named.chain(rows.map(|row| row.text(Column::Org))).collect();
    if kind == COOPERATION {
        orgs.sort_unstable();
    }
    orgs
}

/// The last note on a duty by one who bears it, or on a task.
#[must_use]
pub fn last_note<'a>(
    view: &'a ProjectView,
    directory: &Directory,
    about: About<'_>,
) -> Option<Row<'a>> {
    view.last(Table::DutyNotes, |row| match about {
        About::Item { item, org } => {
            row.is(Column::DutyItem, item) && directory.show(row.text(Column::Org)) == org
        }
        About::Task(task) => row.is(Column::DutyTask, task),
    })
}

/// What a note is about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// A duty of the rules, borne by an organisation as it is called.
    Item {
        /// The duty.
        item: &'a str,
        /// Who bears it.
        org: &'a str,
    },
    /// A task given from case to case, by its row's key.
    Task(&'a str),
}

/// Tasks that were given with a day and are not done.
pub fn open_tasks(view: &ProjectView) -> impl Iterator<Item = (Row<'_>, Date)> {
    let tasks = view.each(Table::DutyTasks);
    tasks.filter_map(|task| {
        let about = |row: &Row<'_>| row.is(Column::DutyTask, task.key);
        let last = view.last(Table::DutyNotes, about);
        let state = last.map_or("", |row| row.text(Column::DutyState));
        let due = task.date(Column::Due)?;
        (!matches!(state, DONE | NOT_APPLICABLE)).then_some((task, due))
    })
}

/// Investors that have not paid in what they agreed to, with their day.
pub fn unpaid(view: &ProjectView) -> impl Iterator<Item = (Row<'_>, Date)> {
    let investors = view.each(Table::Investors);
    investors.filter_map(|row| {
        let agreed = row.int(Column::AmountFen)?;
        let paid = row.int(Column::PaidFen).unwrap_or(0);
        Some((row, row.date(Column::Due)?)).filter(|_| paid < agreed)
    })
}

/// Checks of departments that have a day and no result.
pub fn open_checks(view: &ProjectView) -> impl Iterator<Item = (Row<'_>, Date)> {
    let checks = view.each(Table::DeptChecks);
    let open = checks.filter(|row| row.text(Column::Result).is_empty());
    open.filter_map(|row| Some((row, row.date(Column::Due)?)))
}

/// Judges a note: it is about one duty or one task, written by the one who bears it, and is filed under his name.
pub(super) fn judge_note(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    let profile = world.profile;
    let item = entry.text(Column::DutyItem);
    let task = entry.reference(Column::DutyTask);
    let missing = |why| Refusal {
        missing: vec![entry.at(Column::DutyItem), entry.at(Column::DutyTask)],
        ..refuse(why)
    };
    let (clause, what, bearing) = match (item, task) {
        ("", None) => return Err(missing(Why::Missing)),
        ("", Some(task)) => {
            let row = view.row(Table::DutyTasks, task);
            let row = row.ok_or_else(|| missing(Why::NotFound))?;
            let named = row.text(Column::Org);
            let clause = profile.tracking_clause(Tracked::Tasks);
            let what = row.text(Column::Task);
            let unit = world.directory.resolve(named);
            (clause, what, vec![(named, unit)])
        }
        (item, None) => {
            let mut known = profile.duty_items();
            let (kind, duty) = known
                .find(|(_, duty)| duty.id == item)
                .ok_or_else(|| missing(Why::NotInProfile))?;
            let look = Look::new(world, entry.now);
            let managed = gates::programmes(&Ask::about(&look, Some(view)));
            let all = bearers(profile, world.directory, view, |id| managed.contains(&id));
            let all = all.into_iter().filter(|bearer| bearer.kind.id == kind.id);
            let bearing = all.map(|bearer| (bearer.named, bearer.unit)).collect();
            (duty.clause_in(kind), duty.name_zh.as_str(), bearing)
        }
        (_, Some(_)) => return Err(missing(Why::OnlyOne)),
    };
    let show = |named: &str| world.directory.show(named);
    let stated = Some(show(entry.text(Column::Org))).filter(|org| !org.is_empty());
    let mut may = bearing.iter().filter(|(named, unit)| {
        let is_stated = stated.as_ref().is_none_or(|org| *org == show(named));
        is_stated && (*unit == Some(entry.actor.unit) || is_hub(entry.actor))
    });
    let Some((named, _)) = may.next() else {
        let names: Vec<_> = bearing.iter().map(|(named, _)| show(named)).collect();
        let lack = Lack::what(vec![what.to_owned()]).by(names.join("\u{3001}"));
        return Err(lack.closes("duty_bearer", clause, false));
    };
    let org = || entry.cell(entry.table, entry.row, Column::Org, (*named).into());
    let beside = stated.is_none().then(org).flatten();
    Ok(beside.into_iter().collect())
}

#[cfg(test)]
mod tests;
