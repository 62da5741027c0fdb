//! Blocks of cells between the month's grid and a spreadsheet: rows by line, cells by tab, as every spreadsheet copies them.

use shared::field::{Field, FieldPath};
use shared::ids::ProjectId;
use shared::text::ui::Ui;
use shared::value::Value;

use super::{COLUMNS, Line};
use crate::state::entry;

/// Cells a pasted block may have; more is no month of one unit.
const CELLS_MAX: usize = 20_000;

/// Reads a block; `None` when the text is a single cell, which the browser pastes by itself. In a cell of prose, lines without a tab and
/// without the end that spreadsheets write are one text.
#[must_use]
pub fn read(text: &str, prose: bool) -> Option<Vec<Vec<String>>> {
    if prose && !text.contains('\t') && !text.ends_with('\n') {
        return None;
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut rest = text.strip_suffix('\r').unwrap_or(text);
    let mut rows = vec![Vec::new()];
    for _ in 0..CELLS_MAX {
        let (cell, after) = cell(rest);
        rows.last_mut()?.push(cell);
        if let Some(next) = after.strip_prefix('\t') {
            rest = next;
        } else if let Some(next) = after.strip_prefix("\r\n").or(after.strip_prefix('\n')) {
            rows.push(Vec::new());
            rest = next;
        } else {
            let is_block = rows.len() > 1 || rows.first().is_some_and(|row| row.len() > 1);
            return is_block.then_some(rows);
        }
    }
    None
}

/// The first cell, and what follows it. One with line breaks or tabs stands in quotes, with quotes inside doubled; a quote without its
/// partner is a letter like others.
fn cell(text: &str) -> (String, &str) {
    if let Some(inside) = text.strip_prefix('"') {
        let mut ends = inside.match_indices('"').peekable();
        while let Some((at, _)) = ends.next() {
            if ends.next_if(|(next, _)| *next == at + 1).is_some() {
                continue;
            }
            let after = &inside[at + 1..];
            if after.is_empty() || after.starts_with(['\t', '\n', '\r']) {
                return (inside[..at].replace("\"\"", "\""), after);
            }
            break;
        }
    }
    let end = text.find(['\t', '\n']).unwrap_or(text.len());
    let (cell, after) = text.split_at(end);
    match cell.strip_suffix('\r') {
        Some(cell) if after.starts_with('\n') => (cell.to_owned(), after),
        _ => (cell.to_owned(), after),
    }
}

/// A cell that cannot take what was pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The line, counted from 1.
    pub line: usize,
    /// What was to be pasted.
    pub text: String,
    /// Why not.
    pub why: Ui,
}

/// What a block writes from a cell on: all of it, or nothing and the first cell that cannot be read. What lies beyond the grid is left out.
///
/// # Errors
/// The cell that cannot take its text.
pub fn paste(
    lines: &[Line],
    (first, field): (usize, Field),
    block: &[Vec<String>],
    year: i16,
) -> Result<Vec<(ProjectId, Field, Value)>, Misfit> {
    let column = COLUMNS.iter().position(|column| *column == field);
    let columns = &COLUMNS[column.unwrap_or(0)..];
    let mut edits = Vec::new();
    for ((at, line), row) in lines.iter().enumerate().skip(first).zip(block) {
        for (field, text) in columns.iter().zip(row) {
            let misfit = |why| Misfit {
                line: at + 1,
                text: text.clone(),
                why,
            };
            if line.conflicts.iter().any(|id| id == field.id()) {
                return Err(misfit(Ui::RowInConflict));
            }
            let value = entry::parse(field.kind(), text, year).map_err(misfit)?;
            if value != *line.cell(*field) {
                edits.push((line.project, *field, value));
            }
        }
    }
    Ok(edits)
}

/// The cell a path of the grid belongs to.
#[must_use]
pub fn cell_at(lines: &[Line], row: &str, path: &str) -> Option<(usize, Field)> {
    let at = lines
        .iter()
        .position(|line| line.project.to_string() == row)?;
    let path: FieldPath = path.parse().ok()?;
    let field = COLUMNS
        .iter()
        .find(|field| path.as_str().ends_with(field.id()))?;
    Some((at, *field))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::state::ledger;
    use crate::state::report::line;
    use shared::api::ReportRow;
    use shared::time::Month;

    fn lines() -> Vec<Line> {
        let row = |number| ReportRow {
            row: ledger::tests::row(number, "三合互通", "三合镇"),
            heads: Vec::new(),
            before_fen: 0,
            cells: Default::default(),
            last_image: String::new(),
            conflicts: Vec::new(),
            marks: Default::default(),
            filled: false,
            last_next: String::new(),
            planned: String::new(),
            group: String::new(),
            waiting: Vec::new(),
            light: None,
        };
        let november = Month::new(2026, 11).unwrap();
        [1, 2, 3]
            .map(|number| line(&row(number), november, &[]))
            .into()
    }

    #[test]
    fn a_block_of_a_spreadsheet_is_read_with_its_quotes_and_breaks() {
        let block = read("50\t\"路基\n完成\"\"80%\"\"\"\r\n51\t\r\n", true).unwrap();
        assert_eq!(block, [["50", "路基\n完成\"80%\""], ["51", ""]]);
        assert_eq!(read("一格", false), None);
        assert_eq!(read("一格\n", true), None);
        assert_eq!(read(&"\t".repeat(CELLS_MAX + 1), true), None);
        // A quote that never closes, and one that closes in the middle, are letters.
        assert_eq!(
            read("\"一号桥\t50\n51", true).unwrap(),
            [vec!["\"一号桥", "50"], vec!["51"]]
        );
        assert_eq!(
            read("\"一号\"桥\t50", true).unwrap(),
            [["\"一号\"桥", "50"]]
        );
        // Empty rows at the end are rows; two lines of prose are one text.
        assert_eq!(read("5\n\n\n", false).unwrap(), [["5"], [""], [""]]);
        assert_eq!(read("第一行\n第二行", true), None);
        assert_eq!(read("第一行\n第二行\n", true).unwrap().len(), 2);
    }

    #[test]
    fn a_block_is_written_whole_or_not_at_all() {
        let lines = lines();
        let block = read("1,234.5\t路基\n２万\t桥涵\n9\t超出表格", false).unwrap();
        let edits = paste(&lines, (1, Field::MonthDoneFen), &block[..1], 2026).unwrap();
        let money = (
            lines[1].project,
            Field::MonthDoneFen,
            Value::Int(1_234_500_000),
        );
        assert_eq!(edits[0], money);
        assert_eq!(edits[1].1, Field::MonthImage);
        // The third row of the block lies below the grid, the second cannot be read here.
        let bad = read("50\t路基\n约五十\t桥涵", false).unwrap();
        let misfit = paste(&lines, (0, Field::MonthDoneFen), &bad, 2026).unwrap_err();
        assert_eq!((misfit.line, misfit.text.as_str()), (2, "约五十"));
        let mut clash = self::lines();
        clash[1].conflicts.push("month_done_fen".to_owned());
        let misfit = paste(&clash, (0, Field::MonthDoneFen), &block, 2026).unwrap_err();
        assert_eq!((misfit.line, misfit.why), (2, Ui::RowInConflict));
        let beyond = paste(
            &lines,
            (2, Field::Problems),
            &read("一\t二\n三\t四", true).unwrap(),
            2026,
        )
        .unwrap();
        assert_eq!(beyond.len(), 1);
    }

    #[test]
    fn a_copied_table_comes_back_as_the_same_cells() {
        let mut lines = lines();
        let path = FieldPath::of(Field::MonthImage, Month::new(2026, 11).unwrap());
        let here = cell_at(&lines, &lines[1].project.to_string(), path.as_str());
        assert_eq!(here, Some((1, Field::MonthImage)));
        lines[0]
            .cells
            .insert("month_done_fen".to_owned(), Value::Int(1_234_500_000));
        lines[0]
            .cells
            .insert("month_image".to_owned(), "路基\n完成\t80%".into());
        // As the node writes it (`panels::draw::block`).
        let block = read("1234.5\t\"路基\n完成\t80%\"\t\t", true).unwrap();
        assert_eq!(
            paste(&lines, (0, Field::MonthDoneFen), &block, 2026).unwrap(),
            []
        );
    }
}
