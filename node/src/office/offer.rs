//! What a workbook offers where people fill it in: lists to choose from, kept on a sheet of their own, and notes on the titles.
//!
//! A list warns and does not forbid: what a county's list lacks is taken as it is written.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, Formula, Note, Workbook, Worksheet, XlsxError,
};

use shared::text::office::CHOICES_SHEET;

use super::workbook::column_letter;

/// Rows under the last one that still offer their lists.
const ROWS_BELOW: u32 = 1_000;
/// The width of a list's column, in characters.
const LIST_WIDTH: u8 = 24;

/// The lists of one workbook.
#[derive(Debug, Default)]
pub(super) struct Offers(Vec<(String, Vec<String>)>);

impl Offers {
    /// Offers a list in a column, from a row on.
    ///
    /// # Errors
    /// When a place lies outside a workbook.
    pub fn put(
        &mut self,
        sheet: &mut Worksheet,
        (column, first, last): (u16, u32, u32),
        title: &str,
        options: Vec<String>,
    ) -> Result<(), XlsxError> {
        if options.is_empty() {
            return Ok(());
        }
        let at = column_letter(u16::try_from(self.0.len()).unwrap_or(0));
        let end = options.len() + 1;
        let list = Formula::new(format!("='{CHOICES_SHEET}'!${at}$2:${at}${end}"));
        let offered = DataValidation::new()
            .allow_list_formula(list)
            .set_error_style(DataValidationErrorStyle::Warning);
        sheet.add_data_validation(first, column, last + ROWS_BELOW, column, &offered)?;
        self.0.push((title.to_owned(), options));
        Ok(())
    }

    /// Writes the lists behind the other sheets.
    ///
    /// # Errors
    /// When the sheet cannot be written.
    pub fn write(self, book: &mut Workbook) -> Result<(), XlsxError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let head = Format::new().set_bold();
        let sheet = book.add_worksheet();
        sheet.set_name(CHOICES_SHEET)?;
        for (at, (title, options)) in (0u16..).zip(self.0) {
            sheet.write_string_with_format(0, at, title, &head)?;
            sheet.set_column_width(at, f64::from(LIST_WIDTH))?;
            for (row, option) in (1u32..).zip(options) {
                sheet.write_string(row, at, option)?;
            }
        }
        Ok(())
    }
}

/// Says at a title what its column takes.
///
/// # Errors
/// When the place lies outside a workbook.
pub(super) fn note(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
) -> Result<(), XlsxError> {
    if !text.is_empty() {
        let note = Note::new(text).set_author("").add_author_prefix(false);
        sheet.insert_note(row, column, &note)?;
    }
    Ok(())
}
