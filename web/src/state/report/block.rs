//! Blocks of cells between the month's grid and a spreadsheet: rows by line, cells by tab, as every spreadsheet copies them.

use shared::field::{Field, FieldPath};
use shared::ids::ProjectId;
use shared::text::ui::Ui;
use shared::value::Value;

use super::{COLUMNS, Line};
use crate::state::entry;

/// Cells a pasted block may have; more is no month of one unit.
const CELLS_MAX: usize = 20_000;

/// Reads a block; `None` when the text is a single cell, which the browser pastes by itself.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Vec<String>>> {
    let mut rows = vec![vec![String::new()]];
    let mut cells = 1;
    let mut quoted = false;
    let mut letters = text.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(letter) = letters.next() {
        let row = rows.last_mut()?;
        let cell = row.last_mut()?;
        match letter {
            // A cell with line breaks stands in quotes, quotes inside are doubled.
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\t' if !quoted => {
                row.push(String::new());
                cells += 1;
            }
            '\r' if !quoted => {}
            '\n' if !quoted => {
                rows.push(vec![String::new()]);
                cells += 1;
            }
            letter => cell.push(letter),
        }
        if cells > CELLS_MAX {
            return None;
        }
    }
    (cells > 1).then_some(rows)
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
            let value = entry::parse(field.kind(), text, year).map_err(|why| Misfit {
                line: at + 1,
                text: text.clone(),
                why,
            })?;
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

/// The grid as a spreadsheet takes it.
#[must_use]
pub fn table(header: &[&str], lines: &[Line]) -> String {
    let mut text = header.join("\t");
    for line in lines {
        text.push('\n');
        text.push_str(&quoted(&line.name));
        let money = [line.plan, Some(line.before), line.done, Some(line.year)];
        for amount in money {
            text.push('\t');
            text.push_str(&entry::print(
                Field::MonthDoneFen.kind(),
                &amount.map_or(Value::Null, Value::Int),
            ));
        }
        for field in &COLUMNS[1..] {
            text.push('\t');
            text.push_str(&quoted(line.cell(*field).as_text().unwrap_or("")));
        }
    }
    text
}

/// A cell's text: what begins like a formula is kept from becoming one.
fn quoted(text: &str) -> String {
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if text.contains(['\t', '\n', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::state::ledger;
    use crate::state::report::{line, path_of};
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
            filled: false,
        };
        let november = Month::new(2026, 11).unwrap();
        [1, 2, 3]
            .map(|number| line(&row(number), november, &[]))
            .into()
    }

    #[test]
    fn a_block_of_a_spreadsheet_is_read_with_its_quotes_and_breaks() {
        let block = read("50\t\"路基\n完成\"\"80%\"\"\"\r\n51\t\r\n").unwrap();
        assert_eq!(block, [["50", "路基\n完成\"80%\""], ["51", ""]]);
        assert_eq!(read("一格"), None);
        assert_eq!(read("一格\n"), None);
        assert_eq!(read(&"\t".repeat(CELLS_MAX + 1)), None);
    }

    #[test]
    fn a_block_is_written_whole_or_not_at_all() {
        let lines = lines();
        let block = read("1,234.5\t路基\n２万\t桥涵\n9\t超出表格").unwrap();
        let edits = paste(&lines, (1, Field::MonthDoneFen), &block[..1], 2026).unwrap();
        let money = (
            lines[1].project,
            Field::MonthDoneFen,
            Value::Int(1_234_500_000),
        );
        assert_eq!(edits[0], money);
        assert_eq!(edits[1].1, Field::MonthImage);
        // The third row of the block lies below the grid, the second cannot be read here.
        let bad = read("50\t路基\n约五十\t桥涵").unwrap();
        let misfit = paste(&lines, (0, Field::MonthDoneFen), &bad, 2026).unwrap_err();
        assert_eq!((misfit.line, misfit.text.as_str()), (2, "约五十"));
        let beyond = paste(
            &lines,
            (2, Field::Problems),
            &read("一\t二\n三\t四").unwrap(),
            2026,
        )
        .unwrap();
        assert_eq!(beyond.len(), 1);
    }

    #[test]
    fn a_copied_table_comes_back_as_the_same_cells_and_holds_no_formula() {
        let mut lines = lines();
        let path = path_of(Field::MonthImage, Month::new(2026, 11).unwrap());
        assert_eq!(
            cell_at(&lines, &lines[1].project.to_string(), path.as_str()),
            Some((1, Field::MonthImage))
        );
        lines[0]
            .cells
            .insert("month_image".to_owned(), "=1+1\n完成".into());
        let text = table(&["项目名称"], &lines);
        let block = read(&text).unwrap();
        assert_eq!(block[1][5], "'=1+1\n完成");
        assert_eq!(block.len(), 4);
    }
}
