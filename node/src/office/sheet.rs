//! A titled table as a file: what the hub's results and the tables of records leave as, in .xlsx and .csv.
//!
//! What people wrote is written as text, so that none of it becomes a formula; figures as numbers, so that a county can add them up.

use rust_xlsxwriter::{Format as CellFormat, FormatBorder, Workbook};

use super::export::{ExportError, guard, write_amount};
use super::print::{self, Printed};

/// The row of the titles, under the name of the table.
const HEAD_ROW: u32 = 1;
/// Characters a sheet's name may have, and those it may not.
const NAME_MAX: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// What one cell shows.
pub(super) enum Shown {
    /// Words.
    Text(String),
    /// A number in plain decimals.
    Number(String),
}

impl Shown {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// A table with its title.
pub(super) struct TitledTable<'a> {
    /// The line over it.
    pub title: &'a str,
    /// The titles of its columns, with their widths in characters.
    pub head: Vec<(&'a str, u8)>,
    /// Columns that stay in sight while the others are moved.
    pub frozen: u16,
    /// Its rows.
    pub rows: Vec<Vec<Shown>>,
}

impl TitledTable<'_> {
    /// Writes it as a workbook.
    ///
    /// # Errors
    /// When the workbook cannot be built.
    pub(super) fn xlsx(self) -> Result<Vec<u8>, ExportError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let name: String = self.title.replace(NOT_IN_NAMES, " ");
        sheet.set_name(name.chars().take(NAME_MAX).collect::<String>())?;
        let (bold, plain) = (CellFormat::new().set_bold(), CellFormat::new());
        let plain = plain.set_border(FormatBorder::Thin).set_text_wrap();
        let head = plain.clone().set_bold();
        sheet.write_string_with_format(0, 0, self.title, &bold)?;
        for (at, (title, width)) in (0u16..).zip(&self.head) {
            sheet.write_string_with_format(HEAD_ROW, at, *title, &head)?;
            sheet.set_column_width(at, f64::from(*width))?;
        }
        let count = u32::try_from(self.rows.len()).unwrap_or(u32::MAX - 2);
        for (row, cells) in (HEAD_ROW + 1..).zip(self.rows) {
            for (at, cell) in (0u16..).zip(cells) {
                match cell {
                    Shown::Text(text) => sheet.write_string_with_format(row, at, text, &plain)?,
                    Shown::Number(text) => write_amount(sheet, row, at, &text, &plain)?,
                };
            }
        }
        let printed = Printed {
            head_row: HEAD_ROW,
            signatures_row: HEAD_ROW + 1 + count,
            last_column: u16::try_from(self.head.len().saturating_sub(1)).unwrap_or(0),
            today: None,
        };
        print::set_up(sheet, &printed)?;
        sheet.set_freeze_panes(HEAD_ROW + 1, self.frozen)?;
        Ok(book.save_to_buffer()?)
    }

    /// Writes it as text.
    ///
    /// # Errors
    /// When the text cannot be built.
    pub(super) fn csv(self) -> Result<Vec<u8>, ExportError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(self.head.iter().map(|(title, _)| *title))?;
        for row in self.rows {
            writer.write_record(row.into_iter().map(|cell| guard(cell.text())))?;
        }
        writer
            .into_inner()
            .map_err(|error| ExportError::Csv(error.into_error().into()))
    }
}
