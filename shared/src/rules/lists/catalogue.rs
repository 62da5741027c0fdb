//! The catalogue that guides the choice for a list (选择指导目录, LT-7): published by the hub for a year, named by every nomination.

use crate::book::{Book, Cells as _};
use crate::command::{Refusal, Why};
use crate::decide::refuse;
use crate::field::{Column, Table};
use crate::profile::{List, Profile};
use crate::rules::Entry;
use crate::rules::guards::{Lack, party};

/// True when the catalogue of a year is published.
#[must_use]
pub fn is_published(county: &Book, year: i16) -> bool {
    let year = format!("{year:04}");
    let mut rows = county.each(Table::Catalogues);
    rows.any(|row| row.is(Column::Year, &year))
}

/// Where a list asks for it: the catalogue of the year is there, and the nomination names the item it falls under.
pub(super) fn refers(
    profile: &Profile,
    county: &Book,
    list: &List,
    year: i16,
    entry: &Entry<'_>,
) -> Result<(), Refusal> {
    if !list.catalogue_required {
        return Ok(());
    }
    if !is_published(county, year) {
        let lacks = format!(
            "{year:04} {}",
            crate::rules::guards::field_name(Table::Catalogues.id())
        );
        let lack = Lack::of([lacks], party(profile, "", "hub").to_owned());
        return Err(lack.closes("catalogue", &list.clause, false));
    }
    if entry.text(Column::Item).trim().is_empty() {
        return Err(Refusal {
            rule: Some(list.clause.clone()),
            missing: vec![entry.at(Column::Item)],
            ..refuse(Why::Missing)
        });
    }
    Ok(())
}
