//! The error workbook: the rows an import refused, as they stood, with the reasons beside them.
//!
//! Columns keep their letters and the lines above the table are copied with it, so that a person corrects the red cells and imports the
//! same file again. Every cell from the file is written as text or number, never as a formula.

use rust_xlsxwriter::{Color, Format, FormatBorder, Note, Workbook, Worksheet, XlsxError};

use shared::text::Lang;
use shared::text::office::Office;

use super::import::{Preview, Refused};
use super::mapping::Layout;
use super::workbook::{self, CellValue, Sheet};

/// Characters a workbook takes in one cell.
const CELL_CHARS_MAX: usize = 32_000;

/// Writes the refused rows of a preview as a workbook; `None` when there are none.
///
/// # Errors
/// When the workbook cannot be built.
pub fn write(
    source: &workbook::Workbook,
    preview: &Preview,
    lang: Lang,
) -> Result<Option<Vec<u8>>, XlsxError> {
    if preview.refused.is_empty() {
        return Ok(None);
    }
    let mut book = Workbook::new();
    for (index, layout) in &preview.layouts {
        let refused: Vec<&Refused> = preview
            .refused
            .iter()
            .filter(|refused| refused.sheet == *index)
            .collect();
        if let (Some(sheet), false) = (source.sheets.get(*index), refused.is_empty()) {
            let out = book.add_worksheet();
            out.set_name(sheet_name(&sheet.head.name, *index))?;
            write_sheet(out, sheet, layout, &refused, lang)?;
        }
    }
    book.save_to_buffer().map(Some)
}

/// A name a workbook accepts; names from .csv files may hold anything.
fn sheet_name(name: &str, index: usize) -> String {
    let legal: String = name
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\'))
        .take(31)
        .collect();
    let legal = legal.trim_matches('\'').to_owned();
    if legal.trim().is_empty() {
        format!("Sheet{}", index + 1)
    } else {
        legal
    }
}

fn write_sheet(
    out: &mut Worksheet,
    sheet: &Sheet,
    layout: &Layout,
    refused: &[&Refused],
    lang: Lang,
) -> Result<(), XlsxError> {
    let plain = Format::new().set_border(FormatBorder::Thin).set_text_wrap();
    let head = plain.clone().set_bold();
    let wrong = plain
        .clone()
        .set_background_color(Color::RGB(0x00FF_C7CE))
        .set_font_color(Color::RGB(0x009C_0006));
    let header_end = layout.header.rows.1;
    let last = layout
        .columns
        .iter()
        .map(|column| column.heading.column)
        .max()
        .unwrap_or(0);
    let (reason_at, row_at) = (last + 1, last + 2);
    for row in sheet.rows.iter().take_while(|row| row.number <= header_end) {
        for (column, cell) in &row.cells {
            write_cell(out, row.number - 1, *column, cell, &head)?;
        }
    }
    for area in sheet
        .head
        .merges
        .iter()
        .filter(|area| area.2 <= header_end && area.0 >= layout.header.rows.0)
    {
        let text = sheet
            .row(area.0)
            .and_then(|row| row.cell(area.1))
            .map_or("", CellValue::text);
        out.merge_range(area.0 - 1, area.1, area.2 - 1, area.3, text, &head)?;
    }
    out.write_string_with_format(header_end - 1, reason_at, Office::Reason.text(lang), &head)?;
    out.write_string_with_format(header_end - 1, row_at, Office::SourceRow.text(lang), &head)?;
    for (at, refused) in (header_end..).zip(refused) {
        let Some(row) = sheet.row(refused.row) else {
            continue;
        };
        for (column, cell) in &row.cells {
            let reason = refused.reasons.iter().find(|(at, _)| *at == Some(*column));
            write_cell(
                out,
                at,
                *column,
                cell,
                if reason.is_some() { &wrong } else { &plain },
            )?;
        }
        for (column, reason) in &refused.reasons {
            let Some(column) = column else { continue };
            if row.cell(*column).is_none() {
                out.write_blank(at, *column, &wrong)?;
            }
            out.insert_note(at, *column, &Note::new(reason.as_str()))?;
        }
        let reasons: Vec<&str> = refused
            .reasons
            .iter()
            .map(|(_, reason)| reason.as_str())
            .collect();
        out.write_string_with_format(at, reason_at, reasons.join("；"), &wrong)?;
        out.write_number_with_format(at, row_at, refused.row, &plain)?;
    }
    out.set_column_width(reason_at, 60)?;
    out.set_freeze_panes(header_end, 0)?;
    Ok(())
}

fn write_cell(
    out: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &CellValue,
    format: &Format,
) -> Result<(), XlsxError> {
    match cell {
        CellValue::Number(text) => match text.parse::<f64>() {
            Ok(number) => out.write_number_with_format(row, column, number, format)?,
            Err(_) => out.write_string_with_format(row, column, text, format)?,
        },
        other => {
            let text: String = other.text().chars().take(CELL_CHARS_MAX / 2).collect();
            out.write_string_with_format(row, column, text, format)?
        }
    };
    Ok(())
}
