//! A table of records as a file: the rows people read, compiled tables among them, as .xlsx, .csv or lines of JSON.
//!
//! Rows that belong to projects leave as a ledger that comes back ([`ledger`]): [`sheet`] knows it again, [`plan`] finds its rows.

use std::collections::BTreeMap;

use shared::api::{RecordRow, Records};
use shared::decide::Directory;
use shared::field::{Column, Kind};
use shared::ids::{ProjectId, UserId};
use shared::money::Fen;
use shared::profile::Profile;
use shared::project::ProjectView;
use shared::records::rows::Around;
use shared::rules::void::Void;
use shared::text::Lang;
use shared::text::office::{MONEY_UNIT, in_wan};
use shared::time::Date;
use shared::value::Value;

use super::export::{ExportError, Format};
use super::sheet::{Head, Shown, Style, TitledTable};

pub mod ledger;
pub mod plan;
pub mod sheet;

/// Whom rows name as their authors, and which of them have no effect: files say neither.
static NOBODY: BTreeMap<UserId, (String, String)> = BTreeMap::new();
static NONE_VOID: Void = Void::new();

/// What stands around the rows of one project, in the words of our files.
fn around<'a>(
    profile: &'a Profile,
    directory: &'a Directory,
    view: &'a ProjectView,
    projects: &'a BTreeMap<ProjectId, String>,
) -> Around<'a> {
    Around {
        profile,
        directory,
        lang: Lang::Zh,
        projects,
        people: &NOBODY,
        shelves: vec![&view.cells],
        void: &NONE_VOID,
    }
}

/// Writes the rows of a table that are not struck out.
///
/// # Errors
/// [`ExportError::NotATable`] for a text document; otherwise when the file cannot be built.
pub fn write(
    format: Format,
    records: &Records,
    (style, today): (Style, Date),
    lang: Lang,
) -> Result<Vec<u8>, ExportError> {
    let rows = || records.rows.iter().filter(|row| row.struck.is_empty());
    if format == Format::Ndjson {
        let lines = rows().map(|row| serde_json::json!(row).to_string() + "\n");
        return Ok(lines.collect::<String>().into_bytes());
    }
    let columns = || records.kind.columns.iter();
    let head: Vec<Head> = columns()
        .map(|column| head(column.column, &column.label, lang))
        .collect();
    let rows = rows().map(|row| columns().map(|column| cell(row, column.column)).collect());
    let table = TitledTable {
        title: title(records),
        line: has_money(&head).then(|| (String::new(), MONEY_UNIT.to_owned())),
        head,
        rows: rows.collect(),
        signed: Some(today),
        style,
        ..TitledTable::default()
    };
    written(format, table)
}

/// Writes a table in a format that takes one.
fn written(format: Format, table: TitledTable) -> Result<Vec<u8>, ExportError> {
    match format {
        Format::Xlsx => table.xlsx(),
        Format::Csv => table.csv(),
        Format::Ndjson | Format::Docx => Err(ExportError::NotATable),
    }
}

fn has_money(head: &[Head]) -> bool {
    head.iter().any(|column| column.is_money)
}

/// The head of a column.
fn head(column: Column, label: &str, lang: Lang) -> Head {
    let is_money = column.kind() == Kind::Money;
    let title = if is_money {
        in_wan(label, lang)
    } else {
        label.to_owned()
    };
    Head {
        is_money,
        ..Head::new(&title, width(column))
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
