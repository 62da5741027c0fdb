//! Smaller records of a project and what they ask (domain.md 12, 2.F): five regimes, works environment, violations, intermediaries, factors,
//! promotion.

use std::collections::BTreeMap;

use crate::book::{Cells, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, FieldPath, Table};
use crate::project::ProjectView;
use crate::rules::guards::Lack;
use crate::rules::{Entry, World};
use crate::time::Date;

/// The rule of violations: they are handed over before a project is closed.
const VIOLATIONS: &str = "domain 12";
/// The rule of seeking investors.
const PROMOTION: &str = "domain 12";

/// Violations that were found and not handed to a department yet; a project is not closed while there is one (KP-17).
#[must_use]
pub fn violations_open(view: &ProjectView) -> Vec<Row<'_>> {
    let is_handed =
        |row: &Row<'_>| !row.text(Column::Org).is_empty() && row.date(Column::Date).is_some();
    let followed: BTreeMap<&str, bool> = view
        .each(Table::Violations)
        .filter(|row| !row.text(Column::Follows).is_empty())
        .map(|row| (row.text(Column::Follows), is_handed(&row)))
        .fold(BTreeMap::new(), |mut all, (first, handed)| {
            *all.entry(first).or_default() |= handed;
            all
        });
    view.each(Table::Violations)
        .filter(|row| row.text(Column::Follows).is_empty() && !is_handed(row))
        .filter(|row| followed.get(row.key) != Some(&true))
        .collect()
}

/// Refuses the closing of a project while a violation waits to be handed over.
///
/// # Errors
/// What was found, in its words.
pub fn violations_handed_over(view: &ProjectView) -> Result<(), Refusal> {
    let open = violations_open(view);
    let words = open.iter().map(|row| row.text(Column::Text).to_owned());
    Lack::what(words.collect())
        .met()
        .map_err(|lacking| lacking.closes("violations_handed_over", VIOLATIONS, false))
}

/// Stop orders of a project, newest last: what the hub looks at (LT-13).
pub fn stop_orders(view: &ProjectView) -> impl Iterator<Item = Row<'_>> {
    view.each(Table::EnvContacts)
        .filter(|row| row.is(Column::ContactKind, "stop"))
}

/// Items of the works-environment checklist that are not kept; `None` while nobody filled the list.
#[must_use]
pub fn env_open(view: &ProjectView) -> Option<Vec<&str>> {
    let mut rows = view.each(Table::EnvChecks).peekable();
    rows.peek()?;
    let open = rows.filter(|row| !row.flag(Column::Kept));
    Some(open.map(|row| row.text(Column::Item)).collect())
}

/// Factors that are not secured, with their day.
#[must_use]
pub fn factors_open(view: &ProjectView) -> Vec<(&str, Option<Date>)> {
    view.each(Table::Factors)
        .filter(|row| !row.is(Column::FactorStatus, "secured"))
        .map(|row| (row.text(Column::Factor), row.date(Column::Date)))
        .collect()
}

/// Judges a row of these tables.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let registers = &world.profile.registers;
    let is_kept = match entry.table {
        Table::Intermediaries => registers.intermediaries,
        Table::Violations | Table::Supervisions => registers.supervision,
        Table::Publicity => registers.publicity,
        Table::PromotionSteps => registers.promotion,
        Table::Platforms => registers.external_platforms,
        _ => true,
    };
    if !is_kept {
        return Err(refuse(Why::NotInProfile));
    }
    match entry.table {
        Table::Factors => factor(world, entry),
        Table::EnvContacts if entry.get(Column::Basis).is_null() => Err(Refusal {
            missing: vec![FieldPath::cell(entry.table, entry.row, Column::Basis)],
            ..refuse(Why::Missing)
        }),
        Table::Violations => violation(world, entry),
        Table::PromotionSteps => promotion(world, entry),
        _ => Ok(Vec::new()),
    }
}

/// A factor is one of the county's; land says from which quota, where the county knows quotas.
fn factor(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let wrong = |column| Refusal {
        missing: vec![FieldPath::cell(entry.table, entry.row, column)],
        ..refuse(Why::NotInProfile)
    };
    let rules = &world.profile.factors;
    let factor = entry.text(Column::Factor);
    if !factor.is_empty() && !rules.items.iter().any(|known| known.id == factor) {
        return Err(wrong(Column::Factor));
    }
    let quota = entry.text(Column::QuotaSource);
    if !quota.is_empty() && !rules.land_quotas.iter().any(|known| known.id == quota) {
        return Err(wrong(Column::QuotaSource));
    }
    Ok(Vec::new())
}

/// Investors are sought for what enterprises invest in, at least in part (WS-1c); whoever was judged as a target is named.
fn promotion(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let view = world.project_of(entry)?;
    if !matches!(
        view.text(Field::InvestmentKind),
        "enterprise" | "ppp" | "mixed"
    ) {
        let lacking = Lack {
            missing: vec![FieldPath::once(Field::InvestmentKind)],
            ..Lack::default()
        };
        return Err(lacking.closes("promotion_offered", PROMOTION, false));
    }
    if entry.text(Column::PromotionAct) == "target" && entry.text(Column::Enterprise).is_empty() {
        return Err(Refusal {
            missing: vec![entry.at(Column::Enterprise)],
            ..refuse(Why::Missing)
        });
    }
    Ok(Vec::new())
}

/// What follows a violation is its handing over: it names the department and the day.
fn violation(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let Some(first) = entry.reference(Column::Follows) else {
        return Ok(Vec::new());
    };
    let view = entry
        .project
        .and_then(|project| world.projects.get(&project));
    if view
        .and_then(|view| view.row(Table::Violations, first))
        .is_none()
    {
        return Err(Refusal {
            missing: vec![FieldPath::cell(entry.table, entry.row, Column::Follows)],
            ..refuse(Why::NotFound)
        });
    }
    let missing: Vec<_> = [Column::Org, Column::Date]
        .into_iter()
        .filter(|column| entry.get(*column).is_null())
        .map(|column| FieldPath::cell(entry.table, entry.row, column))
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    Err(Refusal {
        missing,
        ..refuse(Why::Missing)
    })
}

#[cfg(test)]
mod tests;
