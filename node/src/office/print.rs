//! How every sheet for people leaves the printer: A3 across, as wide as the paper, its head on each page, pages counted, and
//! under the table a line to sign.

use rust_xlsxwriter::{Format as CellFormat, Worksheet, XlsxError};

use shared::text::office;
use shared::time::Date;

/// A3 by the number workbooks give it.
const PAPER: u8 = 8;
/// Margins in inches: left, right, top, bottom, header, footer. A printer's own are about a quarter of an inch.
const MARGINS: [f64; 6] = [0.4, 0.4, 0.5, 0.6, 0.3, 0.3];
/// The height of the line for signatures, in points: room for a pen.
const SIGNATURES_HEIGHT: u8 = 36;

/// What is printed of a sheet.
pub(super) struct Printed {
    /// The last row of the head, which every page repeats from the first row on.
    pub head_row: u32,
    /// The first row under the table: the line for signatures.
    pub signatures_row: u32,
    /// The last column people see.
    pub last_column: u16,
    /// The day it is written on, where it is signed.
    pub today: Option<Date>,
}

/// Sets up the pages of a sheet.
///
/// # Errors
/// When a place lies outside a workbook.
pub(super) fn set_up(sheet: &mut Worksheet, printed: &Printed) -> Result<(), XlsxError> {
    let mut last_row = printed.signatures_row.saturating_sub(1);
    if let Some(today) = printed.today {
        last_row = printed.signatures_row;
        // Not merged and not wrapped: it runs over the empty cells beside it.
        let line = office::signatures(today.year(), today.month(), today.day());
        sheet.write_string_with_format(last_row, 0, line, &CellFormat::new())?;
        sheet.set_row_height(last_row, SIGNATURES_HEIGHT)?;
    }
    sheet.set_landscape();
    sheet.set_paper_size(PAPER);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_print_center_horizontally(true);
    let [left, right, top, bottom, header, footer] = MARGINS;
    sheet.set_margins(left, right, top, bottom, header, footer);
    sheet.set_repeat_rows(0, printed.head_row)?;
    sheet.set_print_area(0, 0, last_row, printed.last_column)?;
    sheet.set_footer(office::PAGE_OF);
    Ok(())
}
