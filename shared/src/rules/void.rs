//! What has no effect since a merge brought what came before it (未生效; design.md 2): a pure function over the rows of every table whose
//! rule looks at the rows before.
//!
//! A row is void when it was written without knowing a row that stands before it now, and the rule of its table would refuse it
//! there; a final plan and an agency, when the record they rest on no longer bears them. Nothing is dropped: the row stays, marked with the rule, and counts for nothing that follows from it. A row that was
//! refused where it was written never came to be; one that was in order when all was known stays in order, whatever the county's
//! rules say later.

use std::collections::BTreeMap;

use crate::book::Book;
use crate::field::Table;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::project::ProjectView;
use crate::rules::brief::Brief;
use crate::rules::issues::case::Case;
use crate::rules::issues::standing::standing;
use crate::rules::{World, acceptance, agency, approvals, plan};
use crate::time::Timestamp;

pub mod papers;

use papers::Papers;

/// Void rows with the rule each breaks.
pub type Void = BTreeMap<RowId, String>;

/// The tables whose rows can become void.
#[must_use]
pub const fn is_chained(table: Table) -> bool {
    matches!(
        table,
        Table::Approvals
            | Table::ApprovalSteps
            | Table::AcceptanceSteps
            | Table::AgencySteps
            | Table::AgencyContracts
            | Table::PlanSteps
            | Table::Nominations
            | Table::Screenings
            | Table::Requests
            | Table::PoolArrangements
            | Table::IssueSteps
            | Table::IssueRulings
            | Table::UnitIssueSteps
            | Table::UnitIssueRulings
    )
}

/// The void rows of a project, of all tables; its view is one of the world's.
#[must_use]
pub fn of_project(world: &World<'_>, view: &ProjectView, now: Timestamp) -> Void {
    let mut void = of_cases(&Case::of_project(world, view.id), now);
    let mut add = |rows: Vec<(RowId, String)>| void.extend(rows);
    add(approvals::void(&approvals::approvals(view)));
    add(acceptance::void(view));
    add(plan::void(world, view, now));
    if let Some(rule) = agency::void_rule(world.profile, view) {
        add(agency::rows(view)
            .map(|(_, row)| (row, rule.clone()))
            .collect());
    }
    void
}

/// The void rows of a unit's papers; they are among the world's, and so are the projects they name.
#[must_use]
pub fn of_unit(world: &World<'_>, unit: UnitId, now: Timestamp) -> Void {
    let mut void = of_cases(&Case::of_unit(world, unit), now);
    let briefs = briefs(world);
    let papers = Papers::new(world.profile, world.county);
    let book = world.units.get(&unit).unwrap_or(Book::EMPTY);
    let rows = papers.of_unit(book, |project| briefs.get(&project));
    void.extend(rows.into_iter().map(|(_, row, rule)| (row, rule)));
    void
}

/// The void rows of the hub's notes; the papers of all units and the projects they name are among the world's.
#[must_use]
pub fn of_hub(world: &World<'_>) -> Void {
    let briefs = briefs(world);
    let papers = Papers::new(world.profile, world.county);
    let books = world.units.values();
    let broken: Vec<_> = books
        .flat_map(|book| papers.of_unit(book, |project| briefs.get(&project)))
        .collect();
    let rows = papers::of_hub(world.profile, world.hub, world.units, &broken).into_iter();
    rows.map(|(_, row, rule)| (row, rule)).collect()
}

fn briefs(world: &World<'_>) -> BTreeMap<ProjectId, Brief> {
    let views = world.projects.iter();
    views
        .map(|(id, view)| (*id, Brief::of(view, world.directory)))
        .collect()
}

fn of_cases(cases: &[Case<'_>], now: Timestamp) -> Void {
    let cases = cases.iter();
    cases.flat_map(|case| standing(case, now).void).collect()
}

#[cfg(test)]
mod tests;
