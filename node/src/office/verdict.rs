//! Turns the cells of one row into values, with a finding for everything that was not plain.
//!
//! An error keeps the whole row out: half a project is worse than none. A text that cannot become a value (a masked amount, 建设期为4年)
//! goes into the notes under its column's title, so that a person can put it right later; a row of records has no such notes, so there it
//! keeps the row out.

mod cells;
mod figures;
mod row;

use std::collections::BTreeMap;

use shared::api::Severity;
use shared::field::{Column as TableColumn, Field, FieldPath, Table, Target as PathTarget};
use shared::ids::RowId;
use shared::money::Fen;
use shared::profile::Profile;
use shared::text::finding::Found;
use shared::text::parse::date::{self, When};
use shared::text::parse::{clean, is_placeholder};
use shared::time::Month;
use shared::value::Value;

use super::import::Words;
use super::mapping::{Column, Layout, Target};
use super::workbook::{CellValue, Row, Sheet};

/// Characters in a project's name (domain.md 2.A).
const NAME_CHARS_MAX: usize = 200;

/// A finding at a place of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The row, from 1.
    pub row: u32,
    /// The column, from 0; `None` for the whole row.
    pub column: Option<u16>,
    /// What was found.
    pub found: Found,
}

/// Money done since January that becomes a month's amount once the earlier months are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearToDate {
    /// The last month it covers.
    pub month: Month,
    /// The amount.
    pub fen: i64,
}

/// One row as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Which sheet of the workbook.
    pub sheet: usize,
    /// The row, from 1.
    pub row: u32,
    /// The id in an exported ledger.
    pub id: Option<String>,
    /// The values.
    pub set: BTreeMap<FieldPath, Value>,
    /// What goes into the notes beside them.
    pub remarks: Vec<String>,
    /// Amounts since January.
    pub year_to_date: Vec<YearToDate>,
    /// The leader in charge.
    pub leaders: Vec<String>,
    /// Fields whose cells are empty.
    pub blank: Vec<FieldPath>,
    /// What was found.
    pub noted: Vec<Noted>,
    /// Amounts by column, for the check of sums.
    pub amounts: Vec<(u16, i64)>,
}

impl Draft {
    /// The text of a field with one value.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.set
            .get(&FieldPath::once(field))
            .and_then(Value::as_text)
            .unwrap_or("")
    }

    /// The value a row of records has in a column.
    #[must_use]
    pub fn cell(&self, table: Table, column: TableColumn) -> Option<&Value> {
        self.set.get(&unplaced(table, column))
    }

    /// True when the row stays out.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.noted
            .iter()
            .any(|noted| noted.found.severity() == Severity::Error)
    }

    /// Adds a finding.
    pub fn note(&mut self, column: Option<u16>, found: Found) {
        self.noted.push(Noted {
            row: self.row,
            column,
            found,
        });
    }
}

/// The path of a cell of a row whose key is not known yet.
#[must_use]
pub fn unplaced(table: Table, column: TableColumn) -> FieldPath {
    FieldPath::cell(table, RowId::from_parts(0, [0; 10]), column)
}

/// What reading a row needs to know.
pub struct Context<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its number in the workbook.
    pub index: usize,
    /// Where its columns go.
    pub layout: &'a Layout,
    /// Options of fields by their labels.
    pub words: &'a Words,
    /// The county's rules, by which every value is checked.
    pub profile: &'a Profile,
    /// Values every row gets.
    pub constants: &'a BTreeMap<FieldPath, Value>,
}

/// Reads one row.
#[must_use]
pub fn read(context: &Context<'_>, row: &Row) -> Draft {
    let mut draft = Draft {
        sheet: context.index,
        row: row.number,
        ..Draft::default()
    };
    let as_at = as_at(context, row);
    let mut reader = RowReader {
        context,
        row,
        year: as_at.map_or(context.layout.year, When::year),
        as_at,
        draft: &mut draft,
    };
    for column in &context.layout.columns {
        reader.column(column);
    }
    reader.finish();
    draft
}

/// The month a row says its figures belong to.
fn as_at(context: &Context<'_>, row: &Row) -> Option<When> {
    let column = context.layout.column(Target::AsAt)?;
    let cell = row.cell(column.heading.column)?;
    date::parse(cell.text(), context.layout.year)
        .ok()
        .flatten()
        .filter(|when| !matches!(when, When::Year(_)))
}

struct RowReader<'a, 'b> {
    context: &'b Context<'a>,
    row: &'b Row,
    year: i16,
    as_at: Option<When>,
    draft: &'b mut Draft,
}

impl RowReader<'_, '_> {
    fn column(&mut self, column: &Column) {
        let Some(target) = column.target else { return };
        let at = column.heading.column;
        let filled;
        let cell = match self.row.cell(at) {
            Some(cell) => cell,
            None => match self.filled_down(at) {
                Some(cell) if target != Target::Serial => {
                    filled = cell.clone();
                    self.note(
                        column,
                        Found::MergedFilled {
                            text: clean::line(filled.text()),
                        },
                    );
                    &filled
                }
                _ => {
                    self.draft.blank.extend(self.path(target, column));
                    return;
                }
            },
        };
        if let CellValue::Error(text) = cell {
            let text = text.clone();
            return self.note(column, Found::CellError { text });
        }
        let text = cell.text();
        match target {
            Target::Once(_) | Target::Year(..) | Target::Month(..) | Target::Cell(..) => {
                if let Some(path) = self.path(target, column) {
                    self.value(column, path, cell);
                }
            }
            Target::Serial => {
                let text = clean::compact(text);
                if !text.is_empty() && text.parse::<u32>().is_err() {
                    self.note(column, Found::SerialIgnored { text });
                }
            }
            Target::Id => self.draft.id = Some(clean::compact(text)).filter(|id| !id.is_empty()),
            Target::Period => self.period(column, text),
            Target::AsAt => {
                if self.as_at.is_none() && !is_placeholder(text) {
                    self.remark(column, text);
                }
            }
            Target::Ratio => self.ratio(column, text),
            Target::YearToDate => {
                if let Some(fen) = self.money(column, cell) {
                    let month = self.month_of(column);
                    self.note(
                        column,
                        Found::YearToDate {
                            title: column.heading.title(),
                            month: month.to_string(),
                        },
                    );
                    self.draft.year_to_date.push(YearToDate { month, fen });
                }
            }
            Target::Contact => self.contact(column, text),
            Target::Leader => {
                if !is_placeholder(text) {
                    let names = clean::line(text);
                    self.draft.leaders.extend(
                        names
                            .split(['、', '，', ',', ' '])
                            .filter(|name| !name.is_empty())
                            .map(str::to_owned),
                    );
                }
            }
            Target::Ignored => {}
        }
    }

    /// The path a column's content goes to, where it is one.
    fn path(&self, target: Target, column: &Column) -> Option<FieldPath> {
        Some(match target {
            Target::Once(field) => FieldPath::once(field),
            Target::Year(year, field) => FieldPath::year(year.unwrap_or(self.year), field),
            Target::Month(month, field) => {
                FieldPath::month(month.unwrap_or_else(|| self.month_of(column)), field)
            }
            Target::Cell(table, column) => unplaced(table, column),
            _ => return None,
        })
    }

    /// The content of a merged cell that began in an earlier row of the same column.
    fn filled_down(&self, column: u16) -> Option<&CellValue> {
        let row = self.row.number;
        let sheet = self.context.sheet;
        let area = sheet
            .head
            .merges
            .iter()
            .find(|area| area.covers(row, column))?;
        let beside = area.1 == column && area.0 < row && area.0 > self.context.layout.header.rows.1;
        if beside {
            sheet.row(area.0)?.cell(column)
        } else {
            None
        }
    }

    /// The month a column's amounts belong to.
    fn month_of(&self, column: &Column) -> Month {
        let row_month = self
            .as_at
            .and_then(|when| Some(when.last_day()?.month_of()));
        let named = column.heading.months.and_then(|(_, last)| {
            let year = column
                .heading
                .year
                .or(row_month.map(Month::year))
                .unwrap_or(self.context.layout.year);
            Month::new(year, last)
        });
        let year_end = || {
            column.heading.year.and_then(|year| {
                Month::new(
                    year,
                    if year == self.context.layout.year {
                        self.context.layout.month.month()
                    } else {
                        12
                    },
                )
            })
        };
        named
            .or(row_month)
            .or_else(year_end)
            .unwrap_or(self.context.layout.month)
    }

    fn note(&mut self, column: &Column, found: Found) {
        self.draft.note(Some(column.heading.column), found);
    }

    /// Drops what was found of a cell that keeps its row out: it says where the text is kept, and it is not.
    fn forget(&mut self, column: &Column) {
        let at = Some(column.heading.column);
        self.draft.noted.retain(|noted| noted.column != at);
    }

    fn remark(&mut self, column: &Column, text: &str) {
        let title = column.heading.levels.last().map_or("", String::as_str);
        let text = clean::line(text);
        if self.context.layout.table.is_some() {
            self.forget(column);
            let at = Some(column.heading.column);
            let value = self
                .draft
                .amounts
                .iter()
                .rev()
                .find(|(of, _)| Some(*of) == at);
            let (title, value) = (
                title.to_owned(),
                value.map(|(_, fen)| Fen(*fen).wan_exact()),
            );
            let found = match value {
                Some(value) => Found::CellUnsure { title, text, value },
                None => Found::CellUnreadable { title, text },
            };
            return self.note(column, found);
        }
        self.draft.remarks.push(format!("{title}：{text}"));
    }

    fn put(&mut self, path: FieldPath, value: Value) {
        self.draft.set.insert(path, value);
    }
}

/// The column a path's value came from.
pub(super) fn column_of<'a>(layout: &'a Layout, path: &FieldPath) -> Option<&'a Column> {
    let field = match path.target() {
        PathTarget::Once(field) | PathTarget::Year(_, field) | PathTarget::Month(_, field) => field,
        PathTarget::Cell(table, _, column) if layout.table == Some(table) => {
            return layout.column(Target::Cell(table, column));
        }
        PathTarget::Cell(Table::LeadLeaders, ..) => return layout.column(Target::Leader),
        _ => return None,
    };
    layout
        .columns
        .iter()
        .find(|column| column.target.and_then(Target::field) == Some(field))
}
