//! Tells what each row under a header is: a project, a repeated header, a heading of a group, a row of sums, a note.

use std::collections::HashMap;

use shared::text::parse::clean;
use shared::text::synonyms::{NOTES, TOTALS};

use super::mapping::{Layout, Target};
use super::workbook::{Row, Sheet};
use shared::field::Field;

/// Bytes a title may have.
const TITLE_BYTES_MAX: usize = 120;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A project.
    Project,
    /// The header once more, at the top of a printed page.
    RepeatedHeader,
    /// The heading of a group of rows.
    Group,
    /// The sum of a group.
    Subtotal,
    /// The sum of the table.
    Total,
    /// A note or a line for signatures.
    Note,
    /// Nothing but a serial number.
    Empty,
}

/// The rows under the header with what each is, in order.
#[must_use]
pub fn classify<'a>(sheet: &'a Sheet, layout: &Layout) -> Vec<(RowKind, &'a Row)> {
    let titles = titles(layout);
    let mut after_total = false;
    let mut kinds = Vec::new();
    for row in sheet
        .rows
        .iter()
        .filter(|row| row.number > layout.header.rows.1)
    {
        let kind = kind(sheet, layout, &titles, row, after_total);
        after_total = match kind {
            RowKind::Total => true,
            // A table may go on behind a sum; then what follows is no note.
            RowKind::Project => false,
            _ => after_total,
        };
        kinds.push((kind, row));
    }
    kinds
}

fn kind(
    sheet: &Sheet,
    layout: &Layout,
    titles: &HashMap<u16, Vec<String>>,
    row: &Row,
    after_total: bool,
) -> RowKind {
    if repeats_header(titles, row) {
        return RowKind::RepeatedHeader;
    }
    let name_column = layout
        .column(Target::Once(Field::Name))
        .map(|column| column.heading.column);
    let Some((first_column, first)) = row.cells.first() else {
        return RowKind::Empty;
    };
    let label = clean::compact(first.text());
    let named = name_column
        .filter(|column| column != first_column)
        .and_then(|column| row.cell(column));
    if let Some(total) =
        total(&label).filter(|_| named.is_none_or(|name| total_word(&clean::compact(name.text()))))
    {
        return total;
    }
    if let Some(total) = named.and_then(|name| total(&clean::compact(name.text()))) {
        return total;
    }
    // A line of signatures may be as long as a row of the table, and then has no name or one more signature in its place.
    let is_no_project = named.is_none_or(|name| opens_note(&clean::compact(name.text())));
    if opens_note(&label) && (row.cells.len() <= 2 || is_no_project) {
        return RowKind::Note;
    }
    if row.cells.len() == 1 {
        let merged_wide = sheet.head.merges.iter().any(|area| {
            area.covers(row.number, *first_column) && area.3.saturating_sub(area.1) >= 2
        });
        let is_name = Some(*first_column) == name_column && !merged_wide;
        let serial = layout.columns.iter().any(|column| {
            column.target == Some(Target::Serial) && column.heading.column == *first_column
        });
        if serial
            && !merged_wide
            && label
                .chars()
                .all(|c| c.is_ascii_digit() || c == '-' || c == '.')
        {
            return RowKind::Empty;
        }
        if !is_name {
            return if after_total {
                RowKind::Note
            } else {
                RowKind::Group
            };
        }
    }
    RowKind::Project
}

fn opens_note(label: &str) -> bool {
    NOTES
        .iter()
        .any(|word| label.starts_with(&clean::compact(word)))
}

/// What kind of sum a label opens: `小计`, `合 计`, `健跳镇小计`, `合计（35个）`.
fn total(label: &str) -> Option<RowKind> {
    let word = TOTALS.iter().find(|word| {
        let rest = label.strip_prefix(**word);
        rest.is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(['(', ':', ','])
                || rest.chars().all(|c| c.is_ascii_digit())
        }) || (label.chars().count() <= 20 && label.ends_with(**word))
    })?;
    Some(if *word == "小计" {
        RowKind::Subtotal
    } else {
        RowKind::Total
    })
}

fn total_word(text: &str) -> bool {
    text.is_empty() || total(text).is_some()
}

/// The titles of each column in their compared form.
fn titles(layout: &Layout) -> HashMap<u16, Vec<String>> {
    let columns = layout.columns.iter();
    columns
        .map(|column| {
            let levels = column.heading.levels.iter();
            (
                column.heading.column,
                levels.map(|level| clean::normal(level)).collect(),
            )
        })
        .collect()
}

fn repeats_header(titles: &HashMap<u16, Vec<String>>, row: &Row) -> bool {
    let same = row
        .cells
        .iter()
        .filter(|(column, cell)| {
            // A title is short; what is longer need not be compared.
            let text = cell.text();
            text.len() <= TITLE_BYTES_MAX
                && titles
                    .get(column)
                    .is_some_and(|levels| levels.contains(&clean::normal(text)))
        })
        .count();
    same >= 2 && same * 10 >= row.cells.len() * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_sums_are_told_from_projects() {
        assert_eq!(total("小计"), Some(RowKind::Subtotal));
        assert_eq!(total("健跳镇小计"), Some(RowKind::Subtotal));
        assert_eq!(total("合计"), Some(RowKind::Total));
        assert_eq!(total("合计(35个)"), Some(RowKind::Total));
        assert_eq!(total("合计35"), Some(RowKind::Total));
        assert_eq!(total("合计村道路工程"), None);
        assert_eq!(total("累计降雨监测站项目"), None);
    }
}
