//! A workbook as plain data: sheets of sparse rows of text, numbers by their decimal form, dates and errors.
//!
//! This is what the parsing child prints and its parent reads, one JSON line each ([`Line`]).

use serde::{Deserialize, Serialize};

/// What one cell holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellValue {
    /// Words.
    #[serde(rename = "t")]
    Text(String),
    /// A number by its shortest decimal form, at most 15 digits (all a workbook shows or a person can type).
    #[serde(rename = "n")]
    Number(String),
    /// A date the workbook formats as one, `YYYY-MM-DD`.
    #[serde(rename = "d")]
    Date(String),
    /// True or false.
    #[serde(rename = "b")]
    Bool(bool),
    /// `#DIV/0!` and its kin.
    #[serde(rename = "e")]
    Error(String),
}

impl CellValue {
    /// The cell as text, however it is stored.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::Error(text) => text,
            Self::Bool(true) => "TRUE",
            Self::Bool(false) => "FALSE",
        }
    }

    /// True when there is nothing to read but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if shared::text::parse::clean::is_blank(text))
    }
}

/// One row that holds at least one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The row's number, from 1.
    #[serde(rename = "r")]
    pub number: u32,
    /// Column (from 0) and content, in column order; blank cells are left out.
    #[serde(rename = "c")]
    pub cells: Vec<(u16, CellValue)>,
}

impl Row {
    /// The cell in a column (from 0), if it holds anything.
    #[must_use]
    pub fn cell(&self, column: u16) -> Option<&CellValue> {
        let index = self
            .cells
            .binary_search_by_key(&column, |(column, _)| *column)
            .ok()?;
        Some(&self.cells[index].1)
    }
}

/// A merged area: first row (from 1), first column (from 0), last row, last column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area(pub u32, pub u16, pub u32, pub u16);

impl Area {
    /// True when the area covers a cell.
    #[must_use]
    pub fn covers(&self, row: u32, column: u16) -> bool {
        (self.0..=self.2).contains(&row) && (self.1..=self.3).contains(&column)
    }
}

/// What a sheet is besides its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SheetHead {
    /// The sheet's name.
    pub name: String,
    /// True when the sheet itself is hidden.
    #[serde(default)]
    pub hidden: bool,
    /// Merged areas.
    #[serde(default)]
    pub merges: Vec<Area>,
    /// Hidden rows, from 1.
    #[serde(default)]
    pub hidden_rows: Vec<u32>,
    /// Hidden columns, from 0.
    #[serde(default)]
    pub hidden_columns: Vec<u16>,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Name and the like.
    pub head: SheetHead,
    /// Rows with content, in order.
    pub rows: Vec<Row>,
}

impl Sheet {
    /// The row with a number, if it has content.
    #[must_use]
    pub fn row(&self, number: u32) -> Option<&Row> {
        let index = self
            .rows
            .binary_search_by_key(&number, |row| row.number)
            .ok()?;
        Some(&self.rows[index])
    }

    /// The content of a cell, looking through merged areas to their first cell.
    #[must_use]
    pub fn merged_cell(&self, row: u32, column: u16) -> Option<&CellValue> {
        if let Some(cell) = self.row(row).and_then(|row| row.cell(column)) {
            return Some(cell);
        }
        let area = self
            .head
            .merges
            .iter()
            .find(|area| area.covers(row, column))?;
        self.row(area.0)?.cell(area.1)
    }
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workbook {
    /// The file's name as people know it.
    pub file: String,
    /// Its sheets, in order.
    pub sheets: Vec<Sheet>,
}

/// One line between the parsing child and its parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A sheet begins.
    #[serde(rename = "sheet")]
    Sheet(SheetHead),
    /// Everything was printed.
    #[serde(rename = "end")]
    End,
    /// The file cannot be read, and why.
    #[serde(rename = "error")]
    Error(Unreadable),
    /// A row of the sheet that began last.
    #[serde(untagged)]
    Row(Row),
}

/// Why a file cannot be read as a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Unreadable {
    /// It is neither a workbook nor a table in text form.
    #[error("the file is neither .xlsx, .xls nor .csv")]
    NotAWorkbook,
    /// It needs a password.
    #[error("the workbook is protected by a password")]
    Password,
    /// It is in a format of another office program.
    #[error("the format .{extension} cannot be read")]
    ForeignFormat {
        /// `et`, `ods`, `xlsb`, …
        extension: String,
    },
    /// It says it is a workbook, but its content is damaged.
    #[error("the workbook is damaged: {detail}")]
    Damaged {
        /// What the reader stumbled over.
        detail: String,
    },
    /// More than the limits allow.
    #[error("the workbook exceeds the limit of {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: String,
        /// How much is allowed.
        limit: u64,
    },
    /// The named sheet is not there.
    #[error("there is no sheet named `{name}`")]
    NoSuchSheet {
        /// The name asked for.
        name: String,
    },
}

/// The letter of a column, `A` for 0.
#[must_use]
pub fn column_letter(column: u16) -> String {
    let mut number = u32::from(column) + 1;
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// The column (from 0) with these letters; `None` for anything but one to three capital letters.
#[must_use]
pub fn column_index(letters: &str) -> Option<u16> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let number = letters
        .bytes()
        .fold(0u32, |number, b| number * 26 + u32::from(b - b'A') + 1);
    u16::try_from(number - 1).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn letters_and_columns_are_inverse() {
        for column in 0..18_000 {
            assert_eq!(column_index(&column_letter(column)), Some(column));
        }
        assert_eq!(column_letter(27), "AB");
        assert_eq!(column_index("总投资"), None);
    }

    #[test]
    fn lines_survive_their_journey() {
        for line in [
            Line::Sheet(SheetHead {
                name: "一".into(),
                merges: vec![Area(1, 0, 2, 3)],
                ..SheetHead::default()
            }),
            Line::Row(Row {
                number: 7,
                cells: vec![
                    (0, CellValue::Text("甲".into())),
                    (3, CellValue::Bool(true)),
                ],
            }),
            Line::Error(Unreadable::Password),
            Line::End,
        ] {
            let text = serde_json::to_string(&line).unwrap();
            assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line, "{text}");
        }
    }
}
