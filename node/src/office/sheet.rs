//! A titled table as a file: what the hub's results and the tables of records leave as, in .xlsx and .csv.
//!
//! What people wrote is written as text, so that none of it becomes a formula; figures as numbers, and their sums as formulas, so that a
//! county can go on reckoning. To be printed it has a title, the unit of money, borders and a line to sign; as data it is its titles and rows.

use rust_xlsxwriter::{
    Format as CellFormat, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
};

use shared::money::Fen;
use shared::text::Lang;
use shared::text::office::Office;
use shared::text::parse::money::{self, Unit};
use shared::time::Date;

use super::export::{ExportError, guard, write_amount};
use super::offer::{Offers, note};
use super::print::{self, Printed};
use super::workbook::column_letter;

/// Characters a sheet's name may have, and those it may not.
const NAME_MAX: usize = 31;
const NOT_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// How numbers are shown: as exactly as they are, with at least two places where they are money.
const MONEY: &str = "#,##0.00####";

/// What one cell shows.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// To be printed and signed (打印版).
    #[default]
    Print,
    /// For another program (数据版).
    Data,
}

/// One column.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Its title.
    pub title: String,
    /// Its width in characters.
    pub width: u8,
    /// Amounts of money, which are summed up.
    pub is_money: bool,
    /// Our own, behind what people see.
    pub is_hidden: bool,
    /// What is said at the title.
    pub note: String,
    /// What can be chosen.
    pub options: Vec<String>,
}

impl Head {
    /// A column with nothing but its title.
    pub fn new(title: &str, width: u8) -> Self {
        Self {
            title: title.to_owned(),
            width,
            ..Self::default()
        }
    }
}

/// A table with its title.
#[derive(Debug, Default)]
pub(super) struct TitledTable {
    /// The line over it.
    pub title: String,
    /// What its sheet is called; empty: as its title.
    pub sheet: String,
    /// The line under the title: who reports, the unit of money.
    pub line: Option<(String, String)>,
    /// Its columns.
    pub head: Vec<Head>,
    /// Columns that stay in sight while the others are moved.
    pub frozen: u16,
    /// Its rows.
    pub rows: Vec<Vec<Shown>>,
    /// What its rows are gathered under, in order: a line that names them, and how many they are; empty: nothing.
    pub groups: Vec<(String, usize)>,
    /// The day it is signed on, where it is.
    pub signed: Option<Date>,
    /// What it is for.
    pub style: Style,
}

impl TitledTable {
    /// Writes it as a workbook.
    ///
    /// # Errors
    /// When the workbook cannot be built.
    pub(super) fn xlsx(self) -> Result<Vec<u8>, ExportError> {
        let mut book = Workbook::new();
        let mut offers = Offers::default();
        let sheet = book.add_worksheet();
        let called = if self.sheet.is_empty() {
            &self.title
        } else {
            &self.sheet
        };
        let name: String = called.replace(NOT_IN_NAMES, " ");
        sheet.set_name(name.chars().take(NAME_MAX).collect::<String>())?;
        let head_row = self.above(sheet)?;
        let plain = CellFormat::new()
            .set_border(FormatBorder::Thin)
            .set_text_wrap();
        let (text, money) = (
            plain.clone().set_num_format("@"),
            plain.clone().set_num_format(MONEY),
        );
        let head = plain.clone().set_bold().set_align(FormatAlign::Center);
        let first = head_row + 1;
        let lines = self.lines();
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX - 8);
        for (at, column) in (0u16..).zip(&self.head) {
            sheet.write_string_with_format(head_row, at, &*column.title, &head)?;
            sheet.set_column_width(at, f64::from(column.width))?;
            note(sheet, (head_row, at), &column.note)?;
            let place = (at, first, first + count);
            offers.put(sheet, place, &column.title, column.options.clone())?;
            if column.is_hidden {
                sheet.set_column_hidden(at)?;
            }
        }
        let shown = self.head.iter().filter(|column| !column.is_hidden).count();
        let printed = |sums: u32| Printed {
            head_row,
            signatures_row: first + count + sums,
            last_column: u16::try_from(shown.saturating_sub(1)).unwrap_or(0),
            today: self.signed.filter(|_| self.style == Style::Print),
        };
        for (row, line) in (first..).zip(&lines) {
            let cells = match line {
                Line::Row(cells) => *cells,
                Line::Group(name, rows) => {
                    let under = (row + 1, row + u32::try_from(rows.len()).unwrap_or(0));
                    self.sum_line(sheet, (row, under), name, rows)?;
                    continue;
                }
            };
            for ((at, cell), column) in (0u16..).zip(cells).zip(&self.head) {
                match cell {
                    Shown::Text(said) => sheet.write_string_with_format(row, at, said, &text)?,
                    Shown::Number(said) if column.is_money => {
                        write_amount(sheet, row, at, said, &money)?
                    }
                    Shown::Number(said) => write_amount(sheet, row, at, said, &plain)?,
                };
            }
        }
        let sums = u32::from(self.style == Style::Print && self.sums(sheet, first, count)?);
        print::set_up(sheet, &printed(sums))?;
        sheet.set_freeze_panes(first, self.frozen)?;
        offers.write(&mut book)?;
        Ok(book.save_to_buffer()?)
    }

    /// Writes what stands above the titles; gives the row of these.
    fn above(&self, sheet: &mut Worksheet) -> Result<u32, ExportError> {
        if self.style == Style::Data {
            return Ok(0);
        }
        let title = CellFormat::new().set_bold().set_font_size(16);
        let shown = self.head.iter().filter(|column| !column.is_hidden).count();
        let last = u16::try_from(shown.saturating_sub(1)).unwrap_or(0);
        match last {
            0 => drop(sheet.write_string_with_format(0, 0, &*self.title, &title)?),
            _ => {
                let title = title.set_align(FormatAlign::Center);
                sheet.merge_range(0, 0, 0, last, &self.title, &title)?;
            }
        }
        let Some((left, right)) = &self.line else {
            return Ok(1);
        };
        sheet.write_string(1, 0, left)?;
        if last > 0 {
            let format = CellFormat::new().set_align(FormatAlign::Right);
            sheet.write_string_with_format(1, last, right, &format)?;
        }
        Ok(2)
    }

    /// Its rows, each group's under a line of its own.
    fn lines(&self) -> Vec<Line<'_>> {
        let mut rest = &self.rows[..];
        let mut lines = Vec::new();
        for (name, count) in &self.groups {
            let (rows, more) = rest.split_at((*count).min(rest.len()));
            lines.push(Line::Group(name, rows));
            lines.extend(rows.iter().map(|cells| Line::Row(cells)));
            rest = more;
        }
        lines.extend(rest.iter().map(|cells| Line::Row(cells)));
        lines
    }

    /// Writes the sums of the amounts as formulas; false when there is nothing to sum up.
    fn sums(&self, sheet: &mut Worksheet, first: u32, count: u32) -> Result<bool, ExportError> {
        if count == 0 || self.head.iter().all(|column| !column.is_money) {
            return Ok(false);
        }
        let last = first + count;
        let total = Office::Total.text(Lang::Zh);
        self.sum_line(sheet, (last, (first, last - 1)), total, &self.rows)?;
        Ok(true)
    }

    /// Writes a line with a name and the sums of the rows from one to another. Sums of a part do not count in the sum of the whole.
    fn sum_line(
        &self,
        sheet: &mut Worksheet,
        (at, (from, to)): (u32, (u32, u32)),
        name: &str,
        rows: &[Vec<Shown>],
    ) -> Result<(), ExportError> {
        let plain = CellFormat::new().set_border(FormatBorder::Thin).set_bold();
        let money = plain.clone().set_num_format(MONEY);
        for (column, head) in (0u16..).zip(&self.head) {
            if head.is_money {
                let letter = column_letter(column);
                let range = format!("{letter}{}:{letter}{}", from + 1, to + 1);
                let sum = match self.groups.is_empty() {
                    true => Formula::new(format!("=SUM({range})")),
                    false => Formula::new(format!("=SUBTOTAL(9,{range})")),
                };
                let sum = sum.set_result(sum_of(rows, usize::from(column)));
                sheet.write_formula_with_format(at, column, sum, &money)?;
            } else if column == 0 {
                sheet.write_string_with_format(at, column, name, &plain)?;
            } else {
                sheet.write_blank(at, column, &plain)?;
            }
        }
        Ok(())
    }

    /// Writes it as text.
    ///
    /// # Errors
    /// When the text cannot be built.
    pub(super) fn csv(self) -> Result<Vec<u8>, ExportError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(self.head.iter().map(|column| &column.title))?;
        for row in self.rows {
            writer.write_record(row.into_iter().map(|cell| guard(cell.text())))?;
        }
        writer
            .into_inner()
            .map_err(|error| ExportError::Csv(error.into_error().into()))
    }
}

/// A line under the titles.
enum Line<'a> {
    /// What the rows behind it are gathered under.
    Group(&'a str, &'a [Vec<Shown>]),
    /// A row.
    Row(&'a [Shown]),
}

/// What the amounts of a column come to, for readers that do not reckon.
fn sum_of(rows: &[Vec<Shown>], at: usize) -> String {
    let cells = rows.iter().filter_map(|row| row.get(at));
    let amounts = cells.filter_map(|cell| match cell {
        Shown::Number(said) => Some(money::parse(said, Unit::Wan).ok()??.fen.0),
        Shown::Text(_) => None,
    });
    Fen(amounts.fold(0, i64::saturating_add)).wan_exact()
}
