//! Which records a sheet holds, and which column of theirs a title means.
//!
//! A sheet of records has a column with the project each row belongs to, and is known by what it is called (its name, a line above its
//! head) or by titles that fit a table better than they fit projects. Nobody's word is needed for a ledger this program wrote; a person's
//! word (`ledger SHEET`) stands above all of it.

use std::collections::HashSet;

use shared::field::{Column, Field, Kind, Place, Table};
use shared::records::kinds;
use shared::text::Lang;
use shared::text::parse::clean;
use shared::text::synonyms;
use shared::time::Month;

use super::super::header;
use super::super::mapping::{Layout, Mapping, Target, layout_as};
use super::super::workbook::{CellValue, Sheet};

/// Rows looked at for titles.
const SEARCH_ROWS: usize = 60;
/// Characters a title has at most.
const TITLE_CHARS_MAX: usize = 40;
/// Columns that speak for a table nobody names.
const UNNAMED_COLUMNS_MIN: usize = 3;

/// The tables whose rows belong to projects and which workbooks bring, in the order of the tables.
pub fn ledgers() -> impl Iterator<Item = Table> {
    kinds().filter(|table| matches!(table.place(), Place::Project | Place::Oversight))
}

/// True for the tables whose rows workbooks bring.
#[must_use]
pub fn is_ledger(table: Table) -> bool {
    ledgers().any(|known| known == table)
}

/// True for the columns of a table that a person fills.
#[must_use]
pub fn takes(table: Table, column: Column) -> bool {
    let is_engines = matches!(column.kind(), Kind::Json | Kind::Rules | Kind::Moment);
    // A list of projects by their ids, which a screen puts together.
    let is_ids = column == Column::Concerns;
    let is_written = table.columns().contains(&column) && !table.filled_in().contains(&column);
    is_written && !is_engines && !is_ids
}

/// The columns of a table that a person fills, in order.
pub fn columns(table: Table) -> impl Iterator<Item = Column> {
    let all = table.columns().iter().copied();
    all.filter(move |column| takes(table, *column))
}

/// True when content can go there on a sheet of projects (`None`) or of records.
#[must_use]
pub fn fits(table: Option<Table>, target: Target) -> bool {
    match (table, target) {
        (_, Target::Ignored | Target::Serial | Target::Id) => true,
        (None, target) => !matches!(target, Target::Cell(..)),
        (Some(_), Target::Once(field)) => matches!(field, Field::Name | Field::ProjectCode),
        (Some(table), Target::Cell(of, _)) => of == table,
        (Some(_), _) => false,
    }
}

/// The target a title (in its compared form) means on a sheet of a table's rows: what the table calls its columns counts before what
/// offices call them.
#[must_use]
pub fn target(table: Table, title: &str) -> Option<String> {
    let cell = |column: Column| Target::Cell(table, column).to_rule();
    let labelled = columns(table).find(|column| clean::normal(column.label(Lang::Zh)) == title);
    let meant = || {
        let meant = synonyms::cell_columns(title);
        meant.iter().find_map(|id| {
            let column = Column::from_id(id)?;
            takes(table, column).then_some(column)
        })
    };
    let of_project = || {
        let target = synonyms::target(title)?;
        let parsed = Target::parse(target).ok()?;
        fits(Some(table), parsed).then(|| target.to_owned())
    };
    labelled
        .map(cell)
        .or_else(of_project)
        .or_else(|| meant().map(cell))
}

/// The table whose rows a sheet holds; `None`: projects, or nothing known.
#[must_use]
pub fn recognise(sheet: &Sheet, file: &str, this_month: Month) -> Option<Table> {
    let titles = titles(sheet);
    let has = |table: Table, column: Column| {
        let cell = Target::Cell(table, column).to_rule();
        titles
            .iter()
            .any(|title| target(table, title).as_ref() == Some(&cell))
    };
    let candidates = ledgers().filter(|table| {
        let needs = table.needs();
        let least = if needs.is_empty() {
            columns(*table).take(2).count()
        } else {
            0
        };
        needs.iter().all(|need| has(*table, *need))
            && columns(*table)
                .filter(|column| has(*table, *column))
                .take(least)
                .count()
                == least
    });
    let guessed = Mapping::default();
    let read = |table| layout_as(sheet, file, &guessed, this_month, table);
    let mut found: Vec<(bool, bool, usize, Table)> = candidates
        .filter_map(|table| {
            let layout = read(Some(table))?;
            let needs = table.needs().iter();
            let whole = needs
                .copied()
                .all(|need| layout.column(Target::Cell(table, need)).is_some());
            let (exact, named) = names(sheet, &layout, table);
            whole.then(|| (exact, named, known(&layout), table))
        })
        .collect();
    found.sort_by_key(|(exact, named, known, table)| {
        std::cmp::Reverse((*exact, *named, *known, table.label(Lang::Zh).len()))
    });
    let (exact, named, fit, table) = *found.first()?;
    if exact {
        return Some(table);
    }
    // Of two tables that fit alike, and that nobody names, a person has to say which it is.
    let second = found.get(1);
    let is_tie = second.is_some_and(|(_, _, other, _)| *other == fit);
    let as_projects = read(None).map_or(0, |layout| known(&layout));
    let fits = fit > as_projects && (named || fit >= UNNAMED_COLUMNS_MIN && !is_tie);
    fits.then_some(table)
}

/// Whether a sheet is called as the table is, and whether its name or a line above its head holds that name.
fn names(sheet: &Sheet, layout: &Layout, table: Table) -> (bool, bool) {
    let label = clean::normal(table.label(Lang::Zh));
    let name = clean::normal(&sheet.head.name);
    let above = sheet.rows.iter();
    let above = above.take_while(|row| row.number < layout.header.rows.0);
    let mut above = above.flat_map(|row| &row.cells);
    let said = |text: &str| clean::normal(text).contains(&label);
    let is_named = said(&name) || above.any(|(_, cell)| said(cell.text()));
    (name == label, is_named)
}

/// Columns of a layout that say something beyond which project a row is about.
fn known(layout: &Layout) -> usize {
    let targets = layout.columns.iter().filter_map(|column| column.target);
    let says = |target: &Target| {
        let about = matches!(target, Target::Serial | Target::Id | Target::Ignored);
        !about
            && *target != Target::Once(Field::Name)
            && *target != Target::Once(Field::ProjectCode)
    };
    targets.filter(says).count()
}

/// What may be titles at the top of a sheet, in every compared form.
fn titles(sheet: &Sheet) -> HashSet<String> {
    let cells = sheet
        .rows
        .iter()
        .take(SEARCH_ROWS)
        .flat_map(|row| &row.cells);
    let texts = cells.filter_map(|(_, cell)| match cell {
        CellValue::Text(text) if text.chars().count() <= TITLE_CHARS_MAX => Some(text),
        _ => None,
    });
    texts
        .flat_map(|text| header::forms(&clean::line(text).replace(' ', "")))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_a_ledger_is_found_by_its_own_title() {
        for table in ledgers() {
            for column in columns(table) {
                let title = clean::normal(column.label(Lang::Zh));
                let expected = Target::Cell(table, column).to_rule();
                assert_eq!(target(table, &title), Some(expected.clone()), "{table:?}");
                assert_eq!(Target::parse(&expected).unwrap().to_rule(), expected);
            }
        }
        assert!(ledgers().count() > 30);
        assert!(!is_ledger(Table::Meetings) && !is_ledger(Table::Attachments));
    }

    #[test]
    fn a_title_means_what_the_table_has() {
        for (table, title, meant) in [
            (Table::Issues, "问题描述", Some("issues/description")),
            (Table::Issues, "整改时限", Some("issues/deadline")),
            (Table::Issues, "项目名称", Some("name")),
            (Table::Issues, "总投资", None),
            (Table::Approvals, "审批部门", Some("approvals/org")),
            (Table::Issues, "审批部门", None),
        ] {
            assert_eq!(target(table, title).as_deref(), meant, "{title}");
        }
    }
}
