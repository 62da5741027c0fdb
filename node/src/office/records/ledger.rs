//! The rows of one table of all projects as a ledger, which is also the template for new ones: it comes back by import and changes nothing.
//!
//! Each row names its project; behind what people see stands our own id, project and row. Lists to choose from are the county's, and the
//! projects those of the person who asked.

use std::collections::BTreeMap;

use serde_json::json;
use shared::api::RecordRow;
use shared::decide::Directory;
use shared::field::{Column, Kind, Table};
use shared::ids::ProjectId;
use shared::profile::Profile;
use shared::project::ProjectView;
use shared::records::choices;
use shared::text::Lang;
use shared::text::office::{self, MONEY_UNIT, Office, Reading};
use shared::text::records::flag;
use shared::time::Date;

use super::super::export::{ExportError, Format};
use super::super::sheet::{Head, Shown, Style, TitledTable};
use super::sheet::columns;
use super::{around, cell, has_money, head, written};

/// Widths of the columns before and behind those of the table, in characters.
const SERIAL_WIDTH: u8 = 5;
const NAME_WIDTH: u8 = 28;
const ID_WIDTH: u8 = 28;

/// What a ledger of records is made of.
#[derive(Debug, Clone, Copy)]
pub struct RecordLedger<'a> {
    /// The table.
    pub table: Table,
    /// The county's rules.
    pub profile: &'a Profile,
    /// Who exists.
    pub directory: &'a Directory,
    /// The projects whose rows these are, in order, with their names: all that may be named.
    pub names: &'a [(ProjectId, String)],
    /// The unit that reports.
    pub unit: &'a str,
    /// The day it is written on.
    pub today: Date,
    /// The columns it has besides the project's name, by their ids; empty: all.
    pub columns: &'a [String],
    /// What it is for.
    pub style: Style,
    /// True: for new rows, with a note at each title and nothing filled in.
    pub is_template: bool,
}

/// Writes the rows of projects.
///
/// # Errors
/// [`ExportError::NotATable`] for a text document; otherwise when the file cannot be built.
pub fn write(
    format: Format,
    ledger: &RecordLedger<'_>,
    views: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    let names: BTreeMap<ProjectId, String> = ledger.names.iter().cloned().collect();
    let rows = |view: &ProjectView| -> Vec<RecordRow> {
        let around = around(ledger.profile, ledger.directory, view, &names);
        let rows = around.rows(&view.cells, ledger.table).into_iter().rev();
        rows.filter(|row| row.struck.is_empty()).collect()
    };
    if format == Format::Ndjson {
        let lines = views.iter().flat_map(|view| {
            let name = names.get(&view.id).cloned().unwrap_or_default();
            let line = move |row| json!({ "project": view.id, "name": name, "row": row });
            rows(view).into_iter().map(line)
        });
        let lines = lines.map(|line| line.to_string() + "\n");
        return Ok(lines.collect::<String>().into_bytes());
    }
    let mut table = TitledTable {
        title: ledger.table.label(Lang::Zh).to_owned(),
        sheet: ledger.table.label(Lang::Zh).to_owned(),
        head: heads(ledger),
        frozen: 2,
        signed: Some(ledger.today).filter(|_| !ledger.is_template),
        style: ledger.style,
        ..TitledTable::default()
    };
    let money = if has_money(&table.head) {
        MONEY_UNIT
    } else {
        ""
    };
    table.line = Some((office::reporting_unit(ledger.unit), money.to_owned()));
    for view in views {
        for row in rows(view) {
            let name = names.get(&view.id).cloned().unwrap_or_default();
            let number = Shown::Number((table.rows.len() + 1).to_string());
            let cells = ledger.own().map(|column| cell(&row, column));
            let id = format!("{}/{}", view.id, row.row);
            let around = [number, Shown::Text(name)].into_iter();
            let cells = around.chain(cells).chain([Shown::Text(id)]);
            table.rows.push(cells.collect());
        }
    }
    written(format, table)
}

impl RecordLedger<'_> {
    /// The columns of the table it has.
    fn own(&self) -> impl Iterator<Item = Column> {
        let wanted = |column: &Column| {
            let named = |id: &String| id == column.id();
            self.columns.is_empty() || self.columns.iter().any(named)
        };
        columns(self.table).filter(wanted)
    }
}

fn heads(ledger: &RecordLedger<'_>) -> Vec<Head> {
    let serial = Head::new(Reading::Serial.text(Lang::Zh), SERIAL_WIDTH);
    let mut name = Head::new(Office::ProjectName.text(Lang::Zh), NAME_WIDTH);
    name.options = ledger.names.iter().map(|(_, name)| name.clone()).collect();
    if ledger.is_template {
        name.note = Office::ProjectNote.text(Lang::Zh).to_owned();
    }
    let id = Head {
        is_hidden: true,
        ..Head::new(Reading::Id.text(Lang::Zh), ID_WIDTH)
    };
    let own = ledger.own().map(|column| {
        let mut head = head(column, column.label(Lang::Zh), Lang::Zh);
        head.options = match column.kind() {
            Kind::Choice(list) => {
                let offered = choices(ledger.profile, list, Lang::Zh).into_iter();
                offered.map(|option| option.label).collect()
            }
            Kind::Flag => [true, false]
                .map(|yes| flag(yes, Lang::Zh).to_owned())
                .to_vec(),
            Kind::Unit => {
                let units = ledger.directory.units.values();
                units.map(|unit| unit.name.clone()).collect()
            }
            _ => Vec::new(),
        };
        if ledger.is_template {
            let is_needed = ledger.table.needs().contains(&column);
            head.note = office::title_note(column.kind(), is_needed);
        }
        head
    });
    [serial, name].into_iter().chain(own).chain([id]).collect()
}
