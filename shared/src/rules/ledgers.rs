//! What a project's ledger says for a period: something, nothing and so (零报告), or not yet anything (domain.md 6.1, 6.2).

use crate::book::{Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Field, FieldPath, Scope, Table};
use crate::profile::{Ledger, LedgerPer, Period, Profile};
use crate::project::ProjectView;
use crate::rules::issues::latest_acts;
use crate::rules::{Entry, World};

/// What a ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It has something to say.
    Something,
    /// It says that there is nothing.
    Nothing,
    /// It lacks this.
    Lacks(FieldPath),
}

/// What a project's ledger says for a period.
///
/// A ledger of issues without an open issue says that there is none. One of several tables is asked for its first.
#[must_use]
pub fn said(ledger: &Ledger, view: &ProjectView, period: &Period) -> Said {
    let month = period.last.month_of();
    match ledger.per {
        LedgerPer::ProjectMonth => {
            let done = FieldPath::month(month, Field::MonthDoneFen);
            if !view.value(&done).is_null() {
                Said::Something
            } else if !view.month(month, Field::MonthNil).is_null() {
                Said::Nothing
            } else {
                Said::Lacks(done)
            }
        }
        LedgerPer::ProjectWeek => keyed(view, Table::Weekly, period, &WEEK),
        LedgerPer::ProjectHalfMonth => keyed(view, Table::Halves, period, &HALF_MONTH),
        LedgerPer::Issue | LedgerPer::Finding => issues(view),
        LedgerPer::UnitMonth => {
            // What is put forward is for this year or the next.
            let year = period.last.year();
            let lacking = lacking(ledger, view, &[year, year.saturating_add(1)]);
            match lacking.first().and_then(|id| path_of(id, year)) {
                Some(path) => Said::Lacks(path),
                None => Said::Something,
            }
        }
        LedgerPer::Project | LedgerPer::ProjectYear => {
            let tables = ledger.fields.iter().filter_map(|field| {
                let (table, _) = field.split_once('/')?;
                Table::from_id(table)
            });
            match tables.into_iter().next() {
                None => Said::Something,
                Some(Table::Issues) => issues(view),
                Some(table) => of_year(view, table, period),
            }
        }
    }
}

/// What a form requires of a project and its record does not say: ids of fields, and of tables that hold no row. A field of a year may
/// be filled for any of these.
#[must_use]
pub fn lacking<'l>(ledger: &'l Ledger, view: &ProjectView, years: &[i16]) -> Vec<&'l str> {
    let is_filled = |id: &&String| match (Field::from_id(id), Table::from_id(id)) {
        (Some(field), _) => match field.scope() {
            Scope::Once => !view.once(field).is_null(),
            Scope::Year => years.iter().any(|year| !view.year(*year, field).is_null()),
            Scope::Month => true,
        },
        (None, Some(table)) => view.each(table).next().is_some(),
        (None, None) => true,
    };
    let required = ledger.required.iter();
    required
        .filter(|id| !is_filled(id))
        .map(String::as_str)
        .collect()
}

/// Where what a form requires stands; a table by the first column of a new row.
fn path_of(id: &str, year: i16) -> Option<FieldPath> {
    if let Some(field) = Field::from_id(id) {
        return FieldPath::of_year(field, year);
    }
    let table = Table::from_id(id)?;
    let first = table.needs().first().or_else(|| table.columns().first())?;
    FieldPath::keyed(table, &format!("{year:04}"), *first).ok()
}

/// Judges an act whose columns a ledger of the county requires, such as the four sections of a plan to push a project (KB-8).
///
/// # Errors
/// The columns that say nothing, with the ledger's clause.
pub(super) fn judge_required(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    for ledger in &world.profile.ledgers {
        let columns = ledger.required.iter().filter_map(|field| {
            let (table, column) = field.split_once('/')?;
            let column = entry.table.column(column)?;
            (table == entry.table.id()).then_some(column)
        });
        let empty = columns.filter(|column| entry.text(*column).trim().is_empty());
        let missing: Vec<_> = empty.map(|column| entry.at(column)).collect();
        if !missing.is_empty() {
            return Err(Refusal {
                rule: Some(ledger.clause.clone()),
                missing,
                ..refuse(Why::Missing)
            });
        }
    }
    Ok(Vec::new())
}

/// A ledger of a pack, by id; an id the profile does not know is filed as it is.
#[must_use]
pub fn find<'a>(profile: &'a Profile, id: &str) -> Option<&'a Ledger> {
    profile.ledgers.iter().find(|ledger| ledger.id == id)
}

fn issues(view: &ProjectView) -> Said {
    let latest = latest_acts(view);
    let open = |row: &Row<'_>| latest.get(row.key) != Some(&"closed");
    if view.each(Table::Issues).any(|row| open(&row)) {
        Said::Something
    } else {
        Said::Nothing
    }
}

/// What a week's line says.
const WEEK: [Column; 1] = [Column::Image];

/// What a written report of half a month says: progress, procedures, problems with measures, proposals (KB-11).
pub const HALF_MONTH: [Column; 4] = [
    Column::Progress,
    Column::Procedures,
    Column::Problem,
    Column::Suggestion,
];

/// The row of a period: under the period's own name, or the last that names it.
#[must_use]
pub fn of_period<'a>(view: &'a ProjectView, table: Table, period: &Period) -> Option<Row<'a>> {
    view.last(table, |row| {
        row.key == period.id || row.is(Column::Period, &period.id)
    })
}

/// A row of the period that says each of these.
fn keyed(view: &ProjectView, table: Table, period: &Period, columns: &[Column]) -> Said {
    let row = of_period(view, table, period);
    let key = row.as_ref().map_or(period.id.as_str(), |row| row.key);
    let is_said = |column: &&Column| {
        let said = row.as_ref().map_or("", |row| row.text(**column));
        !said.trim().is_empty()
    };
    let lacking = columns.iter().find(|column| !is_said(column));
    match lacking.map(|column| FieldPath::keyed(table, key, *column)) {
        Some(Ok(path)) => Said::Lacks(path),
        _ => Said::Something,
    }
}

/// A row of the period's year, or any where rows name no year.
fn of_year(view: &ProjectView, table: Table, period: &Period) -> Said {
    let year = format!("{:04}", period.last.year());
    let of_year = |row: &Row<'_>| {
        let named = row.text(Column::Year);
        named.is_empty() || named == year
    };
    if view.each(table).any(|row| of_year(&row)) {
        return Said::Something;
    }
    let first = table.needs().first().or_else(|| table.columns().first());
    match first.map(|column| FieldPath::keyed(table, &year, *column)) {
        Some(Ok(path)) => Said::Lacks(path),
        _ => Said::Something,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::testing::{County, of};
    use crate::value::Value;

    #[test]
    fn a_plan_to_push_a_project_says_its_four_sections() {
        let sections = [
            Column::Overview,
            Column::Problem,
            Column::Solution,
            Column::Duty,
        ];
        let mut county = County::new("kundulun", "2017-02-10");
        let town = county.unit("a township", "township");
        let project = county.project(town);
        let clerk = county.clerk(town);
        let mut set = vec![(sections[0], Value::from("said"))];
        for next in &sections[1..] {
            let refused = county
                .record(&clerk, of(project), Table::PushPlans, &set)
                .unwrap_err();
            assert_eq!(
                (refused.why, refused.rule.as_deref()),
                (Why::Missing, Some("KB-8"))
            );
            let lacks = refused.missing.iter().any(|path| {
                matches!(path.target(), crate::field::Target::Cell(_, _, column) if column == *next)
            });
            assert!(lacks, "{:?}", refused.missing);
            set.push((*next, "said".into()));
        }
        county
            .record(&clerk, of(project), Table::PushPlans, &set)
            .unwrap();
        // A county whose ledgers name no sections takes a plan as it is written.
        let mut county = County::new("wushan", "2024-10-08");
        let town = county.unit("a township", "township");
        let project = county.project(town);
        county
            .record(
                &county.clerk(town),
                of(project),
                Table::PushPlans,
                &set[..1],
            )
            .unwrap();
    }
}
