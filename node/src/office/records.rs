//! A table of records as a file: the rows people read, compiled tables among them, as .xlsx, .csv or lines of JSON.

use shared::api::{RecordRow, Records};
use shared::field::{Column, Kind};
use shared::money::Fen;
use shared::text::Lang;
use shared::text::office::in_wan;
use shared::value::Value;

use super::export::{ExportError, Format};
use super::sheet::{Shown, TitledTable};

/// Writes the rows of a table that are not struck out.
///
/// # Errors
/// [`ExportError::NotATable`] for a text document; otherwise when the file cannot be built.
pub fn write(format: Format, records: &Records, lang: Lang) -> Result<Vec<u8>, ExportError> {
    let rows = || records.rows.iter().filter(|row| row.struck.is_empty());
    if format == Format::Ndjson {
        let lines = rows().map(|row| serde_json::json!(row).to_string() + "\n");
        return Ok(lines.collect::<String>().into_bytes());
    }
    let titles: Vec<String> = records
        .kind
        .columns
        .iter()
        .map(|column| match column.column.kind() {
            Kind::Money => in_wan(&column.label, lang),
            _ => column.label.clone(),
        })
        .collect();
    let columns = || records.kind.columns.iter().map(|column| column.column);
    let title = title(records);
    let table = TitledTable {
        title: &title,
        head: titles
            .iter()
            .map(String::as_str)
            .zip(columns().map(width))
            .collect(),
        frozen: 0,
        rows: rows()
            .map(|row| columns().map(|column| cell(row, column)).collect())
            .collect(),
    };
    match format {
        Format::Xlsx => table.xlsx(),
        Format::Csv => table.csv(),
        Format::Ndjson | Format::Docx => Err(ExportError::NotATable),
    }
}

/// What the table is called, with whose it is.
#[must_use]
pub fn title(records: &Records) -> String {
    if records.of.is_empty() {
        records.kind.label.clone()
    } else {
        format!("{}（{}）", records.kind.label, records.of)
    }
}

/// How wide a column is, by what it holds, in characters.
const fn width(column: Column) -> u8 {
    match column.kind() {
        Kind::Long | Kind::CoEdited => 36,
        Kind::Reference | Kind::Unit => 20,
        Kind::Money | Kind::Moment => 16,
        _ => 12,
    }
}

fn cell(row: &RecordRow, column: Column) -> Shown {
    let Some(cell) = row.cells.get(&column) else {
        return Shown::Text(String::new());
    };
    match (column.kind(), &cell.value) {
        (Kind::Money, Value::Int(fen)) => Shown::Number(Fen(*fen).wan_exact()),
        (Kind::Count | Kind::Percent, Value::Int(number)) => Shown::Number(number.to_string()),
        _ => Shown::Text(cell.shown.clone()),
    }
}
