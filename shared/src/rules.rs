//! What follows from records, the county's profile and the moment: pure functions, run alike by node, hub and browser.
//!
//! `report` judges filings and builds a unit's month, `desk` the cards of the work desk, `overview` the hub's table of who has reported, `workdays` counts
//! working days; `world` is what the county's rules look at. None of them reads a document: they take the views and rows the node has.
//!
//! Everything domain.md calls an act is a row in the table of its kind. [`judge`] says whether a row may be written now, by this
//! person, and what else is written with it; each table's rule stands in one module.

pub mod desk;
pub mod issues;
pub mod overview;
pub mod report;
pub mod workdays;
pub mod world;

use crate::command::{Refusal, Write};
use crate::decide::Draw;
use crate::field::Table;

pub use world::{Entry, World};

/// Judges a row: whether it may be written, and what is written beside it in the same act.
///
/// The caller has judged shape and authority already (`decide`).
///
/// # Errors
/// A [`Refusal`] that names the clause, what is missing and who can supply it.
pub fn judge(world: &World<'_>, entry: &Entry<'_>, _draw: Draw<'_>) -> Result<Vec<Write>, Refusal> {
    match entry.table {
        Table::IssueSteps | Table::IssueRulings => issues::judge(world, entry),
        _ => Ok(Vec::new()),
    }
}
