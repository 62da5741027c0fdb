//! What has no effect since a merge brought what came before it (未生效; design.md 2): a pure function over the rows of every table whose
//! rule looks at the rows before.
//!
//! A row is void when it was written without knowing a row that stands before it now, and the rule of its table would refuse it
//! there. Nothing is dropped: the row stays, marked with the rule, and counts for nothing that follows from it. A row that was
//! refused where it was written never came to be; one that was in order when all was known stays in order, whatever the county's
//! rules say later.

use std::collections::BTreeMap;

use crate::field::Table;
use crate::ids::{RowId, UnitId};
use crate::project::ProjectView;
use crate::rules::issues::case::Case;
use crate::rules::issues::standing::standing;
use crate::rules::{World, acceptance, approvals, plan};
use crate::time::Timestamp;

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
            | Table::PlanSteps
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
    add(approvals::void(view));
    add(acceptance::void(view));
    add(plan::void(world, view, now));
    void
}

/// The void rows of a unit's papers; they are among the world's.
#[must_use]
pub fn of_unit(world: &World<'_>, unit: UnitId, now: Timestamp) -> Void {
    of_cases(&Case::of_unit(world, unit), now)
}

fn of_cases(cases: &[Case<'_>], now: Timestamp) -> Void {
    let cases = cases.iter();
    cases.flat_map(|case| standing(case, now).void).collect()
}
