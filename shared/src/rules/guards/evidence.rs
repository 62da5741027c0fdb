//! For which list and year a decision, a consultation, a check or a nomination counts (KP-7.1, KP-8.2, LT-9): a yearly list is made
//! anew each year, and so is what it rests on.

use super::Ask;
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::profile::ListKind;
use crate::time::Date;

/// True when a row counts for the list in question, and for its year.
///
/// Where no list is asked about, every row does. A row that names a list or a year is about those; one that names no year, about the
/// list that was made next after its day: an edition of an earlier year that was issued since has used it up. An act that names no
/// year means the list of this year or a later one; the reserve is asked for the year only where the act names it.
pub(super) fn counts(ask: &Ask<'_>, row: &Row<'_>, day: Date) -> bool {
    let Some(list) = ask.list else { return true };
    let about = row.text(Column::List);
    if !about.is_empty() && about != list.id {
        return false;
    }
    let asked = ask.look.year;
    if list.kind == ListKind::Reserve && asked.is_none() {
        return true;
    }
    if let Ok(year) = row.text(Column::Year).parse::<i16>() {
        return asked.map_or(year >= ask.look.today().year(), |asked| year == asked);
    }
    let plan_year = ask.look.plan_year();
    let mut editions = ask.look.world.county.each(Table::ListEditions);
    !editions.any(|edition| {
        let year = edition.text(Column::Year).parse::<i16>();
        edition.is(Column::List, &list.id)
            && year.is_ok_and(|year| year < plan_year)
            && day_of(&edition, Column::Date) >= day
    })
}

/// The day a row gives in a column, else the one on which it was written.
pub(super) fn day_of(row: &Row<'_>, column: Column) -> Date {
    row.date(column).unwrap_or_else(|| row.at().date())
}
