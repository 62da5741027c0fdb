//! Ledgers out: .xlsx to print and to send back, .csv for other programs, .docx for a report; .ndjson are the lines of `dump`.
//!
//! An exported ledger is its own import template: its titles are those the import recognises, our id stands in a hidden column, and
//! reading it back changes nothing. Text is written as text: no cell a person filled can become a formula, here or in the program
//! that opens the file.

use std::io::Cursor;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as CellFormat, FormatAlign, FormatBorder, Formula,
    Workbook, Worksheet, XlsxError,
};

use shared::field::{Field, FieldPath, Kind, Scope};
use shared::money::Fen;
use shared::project::ProjectView;
use shared::rules::overview::rate;
use shared::text::Lang;
use shared::text::figures::percent;
use shared::text::office::{self, Office};
use shared::time::{Date, Month};
use shared::value::Value;

use super::import::Words;
use super::mapping::Target;
use super::offer::{Offers, note};
use super::print::{self, Printed};
use super::sheet::{self, Head, Style, TitledTable};
use super::workbook::column_letter;

/// The version of the ledger's layout, kept in the file's properties.
pub const TEMPLATE_VERSION: &str = "xiangmu ledger 1";

/// Digits a workbook keeps of a number; an amount with more is written as text.
const NUMBER_DIGITS_MAX: usize = 15;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Comma-separated text with a mark for Excel.
    Csv,
    /// The lines of `dump`.
    Ndjson,
    /// A text document with the short ledger.
    Docx,
}

impl Format {
    /// The format a file's name ends with.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "docx" => Some(Self::Docx),
            _ => None,
        }
    }

    /// The media type for downloads.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// Why a ledger could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The workbook could not be built.
    #[error("the workbook cannot be written")]
    Workbook(#[from] XlsxError),
    /// The text table could not be built.
    #[error("the table cannot be written")]
    Csv(#[from] csv::Error),
    /// The document could not be built.
    #[error("the document cannot be written")]
    Document(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A table of figures is no text document.
    #[error("this table is written as .xlsx, .csv or .ndjson")]
    NotATable,
    /// Lines of `dump` are the caller's to give.
    #[error("this format is not a ledger")]
    NotALedger,
}

/// What stands above a ledger and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Ledger<'a> {
    /// Its title without the period; empty: the usual one.
    pub name: &'a str,
    /// The fields of the county's ledger whose month this is; `None`: the standard ledger.
    pub month_fields: Option<&'a [String]>,
    /// The reporting unit.
    pub unit: &'a str,
    /// The period of 当年 and 本月.
    pub month: Month,
    /// The day it is written on.
    pub today: Date,
    /// Options of choice fields by their labels.
    pub words: &'a Words,
    /// True: for new projects, with a note at each title.
    pub is_template: bool,
    /// The columns it has besides the project's name ([`offered`] names them); empty: all.
    pub columns: &'a [String],
    /// What it is for.
    pub style: Style,
}

/// The columns of a ledger by their keys, with their titles.
#[must_use]
pub fn offered(ledger: &Ledger<'_>) -> Vec<(String, String)> {
    let all = Ledger {
        columns: &[],
        ..*ledger
    };
    let columns = columns(&all).into_iter();
    let open = columns.filter(|column| !is_kept(column.target));
    open.map(|column| (key(column.target), column.title))
        .collect()
}

/// The key of a column: its field, whatever its period.
fn key(target: Target) -> String {
    let rule = target.to_rule();
    rule.rsplit('/').next().unwrap_or_default().to_owned()
}

/// True for the columns every ledger has: without them it would not come back.
fn is_kept(target: Target) -> bool {
    matches!(
        target,
        Target::Serial | Target::Id | Target::Once(Field::Name)
    )
}

/// One column of a ledger.
struct Column {
    target: Target,
    group: &'static str,
    title: String,
    width: u8,
    short: bool,
}

/// The width of a column only this county's ledger has.
const WIDTH_OF_MORE: u8 = 14;

/// What one cell shows.
enum Shown {
    Nothing,
    Text(String),
    Wan(String),
    Count(usize),
}

impl Shown {
    fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) | Self::Wan(text) => text.clone(),
            Self::Count(number) => number.to_string(),
        }
    }
}

/// Writes a ledger of projects in a format.
///
/// # Errors
/// [`ExportError`]; [`Format::Ndjson`] is refused, since its lines are those of `dump`.
pub fn write(
    format: Format,
    ledger: &Ledger<'_>,
    projects: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    let columns = columns(ledger);
    match format {
        Format::Xlsx if ledger.style == Style::Data => write_data(ledger, &columns, projects),
        Format::Xlsx => write_xlsx(ledger, &columns, projects),
        Format::Csv => write_csv(ledger, &columns, projects),
        Format::Docx => write_docx(ledger, &columns, projects),
        Format::Ndjson => Err(ExportError::NotALedger),
    }
}

/// True when a spreadsheet would take a text for a formula or a command.
#[must_use]
pub fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0'])
}

/// True when a text needs the guard of `.csv`: it looks like a formula, or like one with the guard before it.
#[must_use]
pub fn needs_guard(text: &str) -> bool {
    looks_like_formula(text.trim_start_matches('\''))
}

fn columns(ledger: &Ledger<'_>) -> Vec<Column> {
    let month = ledger.month;
    let in_period = |target| match target {
        Target::Year(_, field) => Target::Year(Some(month.year()), field),
        Target::Month(_, field) => Target::Month(Some(month), field),
        target => target,
    };
    let titles = ledger
        .month_fields
        .map_or(office::LEDGER, |_| office::MONTH_LEDGER);
    let titled = titles.iter().filter_map(|column| {
        let title = column
            .title
            .replace("{year}", &month.year().to_string())
            .replace("{month}", &month.month().to_string());
        Some(Column {
            target: in_period(Target::parse(column.target).ok()?),
            group: column.group,
            title,
            width: column.width,
            short: column.short,
        })
    });
    let mut columns: Vec<Column> = titled.collect();
    for id in ledger.month_fields.into_iter().flatten() {
        let Some(field) = Field::from_id(id) else {
            continue;
        };
        let target = in_period(match field.scope() {
            Scope::Once => Target::Once(field),
            Scope::Year => Target::Year(None, field),
            Scope::Month => Target::Month(None, field),
        });
        if columns.iter().all(|column| column.target != target) {
            let notes = |column: &Column| column.target == Target::Once(Field::Notes);
            let at = columns.iter().position(notes).unwrap_or(columns.len());
            let more = Column {
                target,
                group: "",
                title: field.label(Lang::Zh).to_owned(),
                width: WIDTH_OF_MORE,
                short: false,
            };
            columns.insert(at, more);
        }
    }
    let wanted = |target| is_kept(target) || ledger.columns.contains(&key(target));
    columns.retain(|column| ledger.columns.is_empty() || wanted(column.target));
    columns
}

fn cell(ledger: &Ledger<'_>, column: &Column, number: usize, project: &ProjectView) -> Shown {
    let (path, field) = match column.target {
        Target::Once(field) => (FieldPath::once(field), field),
        Target::Year(Some(year), field) => (FieldPath::year(year, field), field),
        Target::Month(Some(month), field) => (FieldPath::month(month, field), field),
        Target::Serial => return Shown::Count(number),
        Target::YearToDate => {
            let done = year_to_date(ledger.month, project);
            return done.map_or(Shown::Nothing, |fen| Shown::Wan(Fen(fen).wan_exact()));
        }
        Target::Ratio => {
            let plan = project.year(ledger.month.year(), Field::YearPlanFen);
            let done = rate(year_to_date(ledger.month, project), plan.as_int());
            return done.map_or(Shown::Nothing, |done| Shown::Text(percent(Some(done))));
        }
        Target::Id => return Shown::Text(project.id.to_string()),
        _ => return Shown::Nothing,
    };
    match (project.value(&path), field.kind()) {
        (Value::Int(fen), Kind::Money) => Shown::Wan(Fen(*fen).wan_exact()),
        (Value::Int(number), _) => Shown::Text(number.to_string()),
        (Value::Bool(flag), _) => Shown::Text(
            if *flag { Office::Yes } else { Office::No }
                .text(Lang::Zh)
                .to_owned(),
        ),
        (Value::Text(text), Kind::Choice(options)) => {
            Shown::Text(ledger.words.label(options, text).to_owned())
        }
        (Value::Text(text), Kind::Set(options)) => {
            let labels: Vec<&str> = text
                .split(',')
                .map(|id| ledger.words.label(options, id))
                .collect();
            Shown::Text(labels.join("、"))
        }
        (Value::Text(text), Kind::Years) => Shown::Text(text.replace("..", "-")),
        (Value::Text(text), _) => Shown::Text(text.clone()),
        (Value::Null, _) => Shown::Nothing,
    }
}

/// What the months of a year say was done up to one of them; `None` when none says anything.
fn year_to_date(month: Month, project: &ProjectView) -> Option<i64> {
    (1..=month.month())
        .filter_map(|earlier| Month::new(month.year(), earlier))
        .filter_map(|earlier| project.month(earlier, Field::MonthDoneFen).as_int())
        .reduce(i64::saturating_add)
}

/// The sum of a column of amounts, in 万元.
fn sum(ledger: &Ledger<'_>, column: &Column, projects: &[ProjectView]) -> Option<String> {
    if column.target == Target::YearToDate {
        let done = projects
            .iter()
            .filter_map(|project| year_to_date(ledger.month, project));
        return Some(Fen(done.fold(0, i64::saturating_add)).wan_exact());
    }
    let path = match column.target {
        Target::Once(field) if field.kind() == Kind::Money => FieldPath::once(field),
        Target::Year(Some(year), field) if field.kind() == Kind::Money => {
            FieldPath::year(year, field)
        }
        Target::Month(Some(month), field) if field.kind() == Kind::Money => {
            FieldPath::month(month, field)
        }
        _ => return None,
    };
    let fen = projects
        .iter()
        .filter_map(|project| project.value(&path).as_int())
        .fold(0i64, i64::saturating_add);
    Some(Fen(fen).wan_exact())
}

fn title(ledger: &Ledger<'_>) -> String {
    let name = if ledger.name.is_empty() {
        office::LEDGER_NAME
    } else {
        ledger.name
    };
    office::ledger_title(name, ledger.month.year(), ledger.month.month())
}

struct Formats {
    title: CellFormat,
    line: CellFormat,
    right: CellFormat,
    head: CellFormat,
    text: CellFormat,
    money: CellFormat,
    sum: CellFormat,
    sum_text: CellFormat,
}

impl Formats {
    fn new() -> Self {
        let cell = || {
            CellFormat::new()
                .set_border(FormatBorder::Thin)
                .set_align(FormatAlign::VerticalCenter)
        };
        let money = "#,##0.00####";
        Self {
            title: CellFormat::new()
                .set_bold()
                .set_font_size(18)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            line: CellFormat::new(),
            right: CellFormat::new().set_align(FormatAlign::Right),
            head: cell()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_text_wrap(),
            text: cell().set_text_wrap().set_num_format("@"),
            money: cell().set_num_format(money),
            sum: cell().set_bold().set_num_format(money),
            sum_text: cell().set_bold().set_align(FormatAlign::Center),
        }
    }
}

const TITLE_ROW: u32 = 0;
const UNIT_ROW: u32 = 1;
const HEAD_ROW: u32 = 2;
const FIRST_ROW: u32 = 4;

fn write_xlsx(
    ledger: &Ledger<'_>,
    columns: &[Column],
    projects: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    let formats = Formats::new();
    let mut book = Workbook::new();
    let (year, month, day) = (
        ledger.today.year(),
        ledger.today.month(),
        ledger.today.day(),
    );
    let made = ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(2000), month, day)?;
    let properties = DocProperties::new()
        .set_title(title(ledger))
        .set_creation_datetime(&made)
        .set_custom_property("XiangmuTemplate", TEMPLATE_VERSION);
    book.set_properties(&properties);
    let sheet = book.add_worksheet();
    sheet.set_name(office::LEDGER_NAME)?;
    write_head(sheet, ledger, columns, &formats)?;
    let mut offers = Offers::default();
    let rows = u32::try_from(projects.len()).unwrap_or(u32::MAX);
    for (at, column) in (0u16..).zip(columns) {
        offer(sheet, &mut offers, ledger, (at, rows), column)?;
    }
    for (index, project) in projects.iter().enumerate() {
        let row = FIRST_ROW + u32::try_from(index).unwrap_or(u32::MAX);
        for (at, column) in (0u16..).zip(columns) {
            match cell(ledger, column, index + 1, project) {
                Shown::Nothing => sheet.write_blank(row, at, &formats.text)?,
                Shown::Text(text) => {
                    sheet.write_string_with_format(row, at, text, &formats.text)?
                }
                Shown::Wan(text) => write_amount(sheet, row, at, &text, &formats.money)?,
                Shown::Count(number) => sheet.write_number_with_format(
                    row,
                    at,
                    u32::try_from(number).unwrap_or(u32::MAX),
                    &formats.text,
                )?,
            };
        }
    }
    let last = FIRST_ROW + u32::try_from(projects.len()).unwrap_or(u32::MAX);
    for (at, column) in (0u16..).zip(columns) {
        match sum(ledger, column, projects) {
            Some(sum) if !projects.is_empty() => {
                let letter = column_letter(at);
                let formula =
                    Formula::new(format!("=SUM({letter}{}:{letter}{last})", FIRST_ROW + 1))
                        .set_result(sum);
                sheet.write_formula_with_format(last, at, formula, &formats.sum)?;
            }
            _ if at == 0 => {
                sheet.write_string_with_format(
                    last,
                    at,
                    Office::Total.text(Lang::Zh),
                    &formats.sum_text,
                )?;
            }
            _ => {
                sheet.write_blank(last, at, &formats.sum_text)?;
            }
        }
    }
    let printed = Printed {
        head_row: FIRST_ROW - 1,
        signatures_row: last + 1,
        last_column: last_shown(columns),
        today: Some(ledger.today),
    };
    print::set_up(sheet, &printed)?;
    offers.write(&mut book)?;
    Ok(book.save_to_buffer()?)
}

/// Offers what can be chosen in a column, and in a template says what it takes.
fn offer(
    sheet: &mut Worksheet,
    offers: &mut Offers,
    ledger: &Ledger<'_>,
    (at, rows): (u16, u32),
    column: &Column,
) -> Result<(), ExportError> {
    let Some(field) = column.target.field() else {
        return Ok(());
    };
    let options = match field.kind() {
        Kind::Choice(list) => ledger.words.labels(list),
        Kind::Flag => [Office::Yes, Office::No]
            .map(|word| word.text(Lang::Zh).to_owned())
            .to_vec(),
        _ => Vec::new(),
    };
    offers.put(
        sheet,
        (at, FIRST_ROW, FIRST_ROW + rows),
        &column.title,
        options,
    )?;
    if ledger.is_template {
        let text = office::title_note(field.kind(), field == Field::Name);
        let row = if column.group.is_empty() {
            HEAD_ROW
        } else {
            HEAD_ROW + 1
        };
        note(sheet, (row, at), &text)?;
    }
    Ok(())
}

pub(super) fn write_amount<'a>(
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &CellFormat,
) -> Result<&'a mut Worksheet, XlsxError> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(number) if digits <= NUMBER_DIGITS_MAX => {
            sheet.write_number_with_format(row, column, number, format)
        }
        _ => sheet.write_string_with_format(row, column, text, format),
    }
}

/// The last column people see; our id stands hidden behind it.
fn last_shown(columns: &[Column]) -> u16 {
    let shown = columns
        .iter()
        .filter(|column| column.target != Target::Id)
        .count();
    u16::try_from(shown.saturating_sub(1)).unwrap_or(0)
}

fn write_head(
    sheet: &mut Worksheet,
    ledger: &Ledger<'_>,
    columns: &[Column],
    formats: &Formats,
) -> Result<(), ExportError> {
    let last = last_shown(columns);
    sheet.merge_range(
        TITLE_ROW,
        0,
        TITLE_ROW,
        last,
        &title(ledger),
        &formats.title,
    )?;
    sheet.set_row_height(TITLE_ROW, 32)?;
    sheet.write_string_with_format(
        UNIT_ROW,
        0,
        office::reporting_unit(ledger.unit),
        &formats.line,
    )?;
    sheet.write_string_with_format(UNIT_ROW, last, office::MONEY_UNIT, &formats.right)?;
    let mut at = 0usize;
    while let Some(column) = columns.get(at) {
        let here = u16::try_from(at).unwrap_or(u16::MAX);
        let width = columns[at..]
            .iter()
            .take_while(|next| !column.group.is_empty() && next.group == column.group)
            .count();
        if width < 2 {
            sheet.merge_range(
                HEAD_ROW,
                here,
                HEAD_ROW + 1,
                here,
                &column.title,
                &formats.head,
            )?;
            at += 1;
            continue;
        }
        let end = u16::try_from(at + width - 1).unwrap_or(u16::MAX);
        sheet.merge_range(HEAD_ROW, here, HEAD_ROW, end, column.group, &formats.head)?;
        for (offset, column) in (here..).zip(&columns[at..at + width]) {
            sheet.write_string_with_format(
                HEAD_ROW + 1,
                offset,
                column.title.as_str(),
                &formats.head,
            )?;
        }
        at += width;
    }
    for (at, column) in (0u16..).zip(columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        if column.target == Target::Id {
            sheet.set_column_hidden(at)?;
        }
    }
    sheet.set_freeze_panes(FIRST_ROW, 2)?;
    Ok(())
}

/// The title of a column that stands alone, with its unit.
fn title_in_wan(column: &Column) -> String {
    match column.target.is_money() {
        true => office::in_wan(&column.title, Lang::Zh),
        false => column.title.clone(),
    }
}

/// The ledger as data: one line of titles, no sums, nothing for the printer.
fn write_data(
    ledger: &Ledger<'_>,
    columns: &[Column],
    projects: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    let head = columns.iter().map(|column| Head {
        is_money: column.target.is_money(),
        is_hidden: column.target == Target::Id,
        ..Head::new(&title_in_wan(column), column.width)
    });
    let row = |(index, project): (usize, &ProjectView)| {
        let cells = columns
            .iter()
            .map(|column| cell(ledger, column, index + 1, project));
        let cells = cells.map(|cell| match cell {
            Shown::Wan(said) => sheet::Shown::Number(said),
            Shown::Count(number) => sheet::Shown::Number(number.to_string()),
            Shown::Nothing => sheet::Shown::Text(String::new()),
            Shown::Text(said) => sheet::Shown::Text(said),
        });
        cells.collect()
    };
    let table = TitledTable {
        title: office::LEDGER_NAME.to_owned(),
        head: head.collect(),
        frozen: 2,
        rows: projects.iter().enumerate().map(row).collect(),
        style: ledger.style,
        ..TitledTable::default()
    };
    table.xlsx()
}

fn write_csv(
    ledger: &Ledger<'_>,
    columns: &[Column],
    projects: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns.iter().map(title_in_wan))?;
    for (index, project) in projects.iter().enumerate() {
        writer.write_record(
            columns
                .iter()
                .map(|column| guard(cell(ledger, column, index + 1, project).text())),
        )?;
    }
    writer
        .into_inner()
        .map_err(|error| ExportError::Csv(error.into_error().into()))
}

/// Puts a `'` before text that a spreadsheet would take for a formula; the import takes it off again.
pub(super) fn guard(text: String) -> String {
    if needs_guard(&text) {
        format!("'{text}")
    } else {
        text
    }
}

fn write_docx(
    ledger: &Ledger<'_>,
    columns: &[Column],
    projects: &[ProjectView],
) -> Result<Vec<u8>, ExportError> {
    use docx_rs::{
        AlignmentType, Docx, PageOrientationType, Paragraph, Run, RunFonts, Table, TableCell,
        TableRow,
    };
    let columns: Vec<&Column> = columns.iter().filter(|column| column.short).collect();
    let paragraph = |text: &str| Paragraph::new().add_run(Run::new().add_text(text).size(18));
    let row = |cells: Vec<String>, bold: bool| {
        let cells = cells.into_iter().map(|text| {
            // A line break inside a cell is a paragraph of its own.
            text.split('\n').fold(TableCell::new(), |cell, line| {
                let run = Run::new().add_text(line).size(18);
                cell.add_paragraph(Paragraph::new().add_run(if bold { run.bold() } else { run }))
            })
        });
        TableRow::new(cells.collect())
    };
    let mut rows = vec![row(
        columns.iter().map(|column| column.title.clone()).collect(),
        true,
    )];
    rows.extend(projects.iter().enumerate().map(|(index, project)| {
        row(
            columns
                .iter()
                .map(|column| cell(ledger, column, index + 1, project).text())
                .collect(),
            false,
        )
    }));
    let sums =
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| match (sum(ledger, column, projects), at) {
                (Some(sum), _) => sum,
                (None, 0) => Office::Total.text(Lang::Zh).replace(' ', ""),
                (None, _) => String::new(),
            });
    rows.push(row(sums.collect(), true));
    let head = Paragraph::new()
        .align(AlignmentType::Center)
        .add_run(Run::new().add_text(title(ledger)).size(36).bold());
    let document = Docx::new()
        .page_size(16_838, 11_906)
        .page_orient(PageOrientationType::Landscape)
        .default_fonts(RunFonts::new().east_asia("仿宋"))
        .custom_property("XiangmuTemplate", TEMPLATE_VERSION)
        .add_paragraph(head)
        .add_paragraph(paragraph(&format!(
            "{}    {}",
            office::reporting_unit(ledger.unit),
            office::MONEY_UNIT
        )))
        .add_table(Table::new(rows));
    let mut out = Cursor::new(Vec::new());
    document
        .build()
        .pack(&mut out)
        .map_err(|error| ExportError::Document(error.into()))?;
    Ok(out.into_inner())
}
