//! Versions of the county's rules: the head of the hub decides on a file, the system administrator applies it (domain.md 1.3, D-47).
//!
//! A row of `profiles` holds the whole file and the day it shall count from; it is checked here and changes nothing yet. A row of
//! `profile_applies` names it, and from then on `rulebook` counts it.

use crate::book::Cells as _;
use crate::command::{Refusal, UnsoundFile, Why, Write};
use crate::decide::{refuse, refuse_at, refuse_by};
use crate::field::{Column, FieldPath, Table};
use crate::profile::{Finding, Profile};
use crate::rules::{Entry, World};

/// Where the two acts are fixed.
const RULE: &str = "D-47";

/// Judges a proposed version, or its application.
///
/// # Errors
/// [`Why::Unsound`] with the place in the file; [`Why::OutsideWindow`] for a day that has passed; what stands in the way of
/// applying it.
pub fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    match entry.table {
        Table::Profiles => proposed(world, entry)?,
        _ => applied(world, entry)?,
    }
    Ok(Vec::new())
}

fn proposed(world: &World<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    sound(world, entry.text(Column::Profile))?;
    let today = entry.now.date();
    match entry.date(Column::EffectiveFrom) {
        Some(from) if from >= today => Ok(()),
        // A version never reaches back: what was due before was judged.
        Some(_) => Err(refuse_by(
            Why::OutsideWindow {
                opens: Some(today),
                closes: None,
                exception: false,
            },
            RULE,
        )),
        None => Err(at(
            entry,
            Column::EffectiveFrom,
            Why::BadValue {
                expected: "date".to_owned(),
            },
        )),
    }
}

fn applied(world: &World<'_>, entry: &Entry<'_>) -> Result<(), Refusal> {
    let id = entry.reference(Column::ProfileVersion);
    let version = id.and_then(|id| world.county.row(Table::Profiles, id));
    let Some(version) = version else {
        return Err(at(entry, Column::ProfileVersion, Why::NotFound));
    };
    let named = entry.text(Column::ProfileVersion);
    let mut earlier = world.county.each(Table::ProfileApplies);
    if earlier.any(|row| row.is(Column::ProfileVersion, named)) {
        return Err(refuse(Why::Exists));
    }
    // A newer program may have taken what this one does not know.
    sound(world, version.text(Column::Profile))
}

/// The file holds as the rules of this county.
fn sound(world: &World<'_>, json: &str) -> Result<(), Refusal> {
    let profile = Profile::lint(json).map_err(|found| unsound(&found))?;
    if profile.id == world.profile.id {
        return Ok(());
    }
    Err(unsound(&[Finding {
        path: "id".to_owned(),
        line: None,
        message: format!("`{}` is not `{}`", profile.id, world.profile.id),
    }]))
}

fn unsound(found: &[Finding]) -> Refusal {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let file = found
        .first()
        .map_or_else(UnsoundFile::default, |first| UnsoundFile {
            path: first.path.clone(),
            line: first.line.map_or(0, number),
            message: first.message.clone(),
            more: number(found.len() - 1),
        });
    refuse_by(Why::Unsound(Box::new(file)), RULE)
}

fn at(entry: &Entry<'_>, column: Column, why: Why) -> Refusal {
    refuse_at(why, vec![FieldPath::cell(entry.table, entry.row, column)])
}

#[cfg(test)]
mod tests;
