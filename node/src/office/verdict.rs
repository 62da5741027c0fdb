//! Turns the cells of one row into values, with a finding for everything that was not plain.
//!
//! An error keeps the whole row out: half a project is worse than none. A text that cannot become a value (a masked amount, 建设期为4年)
//! goes into the notes under its column's title, so that a person can put it right later.

use std::collections::BTreeMap;

use shared::api::Severity;
use shared::command::Why;
use shared::decide::check_value;
use shared::field::{Field, FieldPath, Kind, Target as PathTarget};
use shared::limits::TEXT_CHARS_MAX;
use shared::money::Fen;
use shared::profile::Profile;
use shared::text::finding::Found;
use shared::text::parse::date::{self, When, WhenError};
use shared::text::parse::money::{self, MoneyError, Unit};
use shared::text::parse::{clean, is_placeholder, percent};
use shared::time::Month;
use shared::value::Value;

use super::export::looks_like_formula;
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
                _ => return,
            },
        };
        if let CellValue::Error(text) = cell {
            let text = text.clone();
            return self.note(column, Found::CellError { text });
        }
        let text = cell.text();
        match target {
            Target::Once(field) => self.field(column, field, FieldPath::once(field), cell),
            Target::Year(year, field) => self.field(
                column,
                field,
                FieldPath::year(year.unwrap_or(self.year), field),
                cell,
            ),
            Target::Month(month, field) => {
                let month = month.unwrap_or_else(|| self.month_of(column));
                self.field(column, field, FieldPath::month(month, field), cell);
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

    fn remark(&mut self, column: &Column, text: &str) {
        let title = column.heading.levels.last().map_or("", String::as_str);
        let text = clean::line(text);
        self.draft.remarks.push(format!("{title}：{text}"));
    }

    fn put(&mut self, path: FieldPath, value: Value) {
        self.draft.set.insert(path, value);
    }

    fn field(&mut self, column: &Column, field: Field, path: FieldPath, cell: &CellValue) {
        let text = cell.text();
        match field.kind() {
            Kind::Money => {
                if let Some(fen) = self.money(column, cell) {
                    self.put(path, Value::Int(fen));
                }
            }
            Kind::Date => self.date(column, path, cell),
            Kind::Percent => match percent::parse(text) {
                Ok(None) => self.placeholder(column, text),
                Ok(Some(found)) if found.whole().is_some() => {
                    if let Some(whole) = found.whole() {
                        self.put(path, Value::Int(whole));
                    }
                }
                _ => {
                    self.note(
                        column,
                        Found::PercentUnreadable {
                            text: clean::line(text),
                        },
                    );
                    self.remark(column, text);
                }
            },
            Kind::Flag => match clean::compact(text).as_str() {
                "是" | "√" | "有" | "TRUE" | "Y" | "y" | "yes" | "1" => {
                    self.put(path, Value::Bool(true))
                }
                "否" | "×" | "无" | "FALSE" | "N" | "n" | "no" | "0" => {
                    self.put(path, Value::Bool(false))
                }
                _ if is_placeholder(text) => self.placeholder(column, text),
                _ => {
                    self.note(
                        column,
                        Found::FlagUnreadable {
                            text: clean::line(text),
                        },
                    );
                    self.remark(column, text);
                }
            },
            Kind::Count => match clean::compact(text).parse::<i64>() {
                Ok(count @ 0..) => self.put(path, Value::Int(count)),
                _ => self.remark(column, text),
            },
            Kind::Years => match date::parse_period(text, self.year) {
                Ok(None) => self.placeholder(column, text),
                Ok(Some(date::Period {
                    from: Some(from),
                    to: Some(to),
                })) => {
                    self.put(
                        path,
                        Value::Text(format!("{:04}..{:04}", from.year(), to.year())),
                    );
                }
                _ => self.unreadable_date(column, text),
            },
            Kind::Choice(options) => self.choice(column, path, options, text),
            Kind::Set(options) => self.set(column, path, options, text),
            Kind::Long | Kind::CoEdited => self.text(column, field, path, clean::long(text)),
            Kind::Text | Kind::Unit | Kind::Person => {
                let line = clean::line(text);
                if field == Field::Name && line != text {
                    self.note(column, Found::NameCleaned { text: line.clone() });
                }
                self.text(column, field, path, line);
            }
            Kind::Moment | Kind::Reference | Kind::Json => {}
        }
    }

    fn placeholder(&mut self, column: &Column, text: &str) {
        let text = clean::line(text);
        if !text.is_empty() {
            self.note(column, Found::Placeholder { text });
        }
    }

    fn text(&mut self, column: &Column, field: Field, path: FieldPath, text: String) {
        if text.is_empty() {
            return;
        }
        // A dash says nothing in any column; 无 is an answer to some questions.
        if text
            .chars()
            .all(|c| matches!(c, '-' | '—' | '/' | '／' | '–'))
        {
            return self.placeholder(column, &text);
        }
        let count = text.chars().count();
        if field == Field::Name && count > NAME_CHARS_MAX {
            return self.note(
                column,
                Found::NameTooLong {
                    max: NAME_CHARS_MAX.to_string(),
                },
            );
        }
        if count > TEXT_CHARS_MAX {
            return self.note(column, Found::TextTooLong);
        }
        if looks_like_formula(&text) {
            self.note(
                column,
                Found::FormulaText {
                    text: text.chars().take(60).collect(),
                },
            );
        }
        match (field, self.draft.set.get_mut(&path)) {
            (Field::Notes, Some(Value::Text(before))) => {
                before.push('\n');
                before.push_str(&text);
            }
            _ => self.put(path, Value::Text(text)),
        }
    }

    fn choice(&mut self, column: &Column, path: FieldPath, options: &str, text: &str) {
        if is_placeholder(text) {
            return self.placeholder(column, text);
        }
        let line = clean::line(text);
        match self.context.words.option(options, &line) {
            Some(id) => self.put(path, Value::Text(id.to_owned())),
            None => {
                self.note(column, Found::ChoiceUnknown { text: line.clone() });
                self.put(path, Value::Text(line));
            }
        }
    }

    fn set(&mut self, column: &Column, path: FieldPath, options: &str, text: &str) {
        if is_placeholder(text) {
            return self.placeholder(column, text);
        }
        let mut ids = Vec::new();
        for part in clean::line(text)
            .split(['、', '，', ',', ';', '；', '/'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match self.context.words.option(options, part) {
                Some(id) => ids.push(id.to_owned()),
                None => {
                    self.note(
                        column,
                        Found::ChoiceUnknown {
                            text: part.to_owned(),
                        },
                    );
                    ids.push(part.to_owned());
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        self.put(path, Value::Text(ids.join(",")));
    }

    fn money(&mut self, column: &Column, cell: &CellValue) -> Option<i64> {
        let text = cell.text();
        let shown = clean::line(text);
        let kept = |found: fn(String) -> Found| (found(shown.clone()), true);
        let (found, remark) = match money::parse(text, column.unit) {
            Ok(None) => {
                self.placeholder(column, text);
                return None;
            }
            Ok(Some(money)) => {
                let value = money.fen.wan_exact();
                if money.mark.is_some() {
                    self.note(column, Found::MoneyApproximate { text: shown, value });
                    self.remark(column, text);
                } else if matches!(cell, CellValue::Text(_))
                    && shown.parse::<u64>().is_err()
                    && column.unit == Unit::Wan
                {
                    self.note(column, Found::MoneyConverted { text: shown, value });
                }
                self.draft
                    .amounts
                    .push((column.heading.column, money.fen.0));
                return Some(money.fen.0);
            }
            Err(MoneyError::Negative) => (
                Found::MoneyNegative {
                    text: shown.clone(),
                },
                false,
            ),
            Err(MoneyError::FinerThanFen) => (
                Found::MoneyFinerThanFen {
                    text: shown.clone(),
                },
                false,
            ),
            Err(MoneyError::TooLarge) => (
                Found::MoneyTooLarge {
                    text: shown.clone(),
                },
                false,
            ),
            Err(MoneyError::Masked) => kept(|text| Found::MoneyMasked { text }),
            Err(MoneyError::Range) => kept(|text| Found::MoneyRange { text }),
            Err(MoneyError::Foreign) => kept(|text| Found::MoneyForeign { text }),
            Err(MoneyError::NotMoney) => kept(|text| Found::MoneyUnreadable { text }),
        };
        self.note(column, found);
        if remark {
            self.remark(column, text);
        }
        None
    }

    fn unreadable_date(&mut self, column: &Column, text: &str) {
        self.note(
            column,
            Found::DateUnreadable {
                text: clean::line(text),
            },
        );
        self.remark(column, text);
    }

    fn date(&mut self, column: &Column, path: FieldPath, cell: &CellValue) {
        let text = cell.text();
        let shown = clean::line(text);
        match date::parse(text, self.year) {
            Ok(None) => self.placeholder(column, text),
            Ok(Some(when)) => match when.to_value() {
                None => self.unreadable_date(column, text),
                Some(value) => {
                    match cell {
                        CellValue::Number(number) if !number.contains('.') => {
                            self.note(
                                column,
                                Found::DateFromSerial {
                                    text: shown,
                                    value: value.clone(),
                                },
                            );
                        }
                        CellValue::Number(number) if number.ends_with(".1") => {
                            self.note(column, Found::MonthAmbiguous { text: shown });
                        }
                        CellValue::Text(_) if shown != value => {
                            self.note(
                                column,
                                Found::DateRead {
                                    text: shown,
                                    value: value.clone(),
                                },
                            );
                        }
                        _ => {}
                    }
                    self.put(path, Value::Text(value));
                }
            },
            Err(WhenError::Impossible) => self.note(column, Found::DateImpossible { text: shown }),
            // Start and end in the cell of one of them.
            Err(_) => match date::parse_period(text, self.year) {
                Ok(Some(period)) => self.put_period(column, text, period),
                Err(WhenError::Impossible) => {
                    self.note(column, Found::DateImpossible { text: shown })
                }
                _ => self.unreadable_date(column, text),
            },
        }
    }

    fn period(&mut self, column: &Column, text: &str) {
        match date::parse_period(text, self.year) {
            Ok(None) => self.placeholder(column, text),
            Ok(Some(period)) => self.put_period(column, text, period),
            Err(WhenError::Impossible) => self.note(
                column,
                Found::DateImpossible {
                    text: clean::line(text),
                },
            ),
            Err(_) => self.unreadable_date(column, text),
        }
    }

    fn put_period(&mut self, column: &Column, text: &str, period: date::Period) {
        let shown = clean::line(text);
        if let (Some(When::Year(from)), Some(When::Year(to))) = (period.from, period.to) {
            self.put(
                FieldPath::once(Field::BuildYears),
                Value::Text(format!("{from:04}..{to:04}")),
            );
            return self.note(
                column,
                Found::PeriodSplit {
                    text: shown,
                    from: from.to_string(),
                    to: to.to_string(),
                },
            );
        }
        let side = |when: Option<When>| when.and_then(When::to_value);
        let (from, to) = (side(period.from), side(period.to));
        if period.from.is_some() != from.is_some() || period.to.is_some() != to.is_some() {
            return self.unreadable_date(column, text);
        }
        self.note(
            column,
            Found::PeriodSplit {
                text: shown,
                from: from.clone().unwrap_or_else(|| "—".into()),
                to: to.clone().unwrap_or_else(|| "—".into()),
            },
        );
        for (field, value) in [(Field::PlannedStart, from), (Field::PlannedCompletion, to)] {
            if let Some(value) = value {
                self.put(FieldPath::once(field), Value::Text(value));
            }
        }
    }

    fn ratio(&mut self, column: &Column, text: &str) {
        let shown = clean::line(text);
        match percent::parse(text) {
            Ok(None) => self.placeholder(column, text),
            Ok(Some(found)) => {
                let value = percent_text(found.hundredths);
                let found = match found.guessed {
                    true => Found::RatioGuessed { text: shown, value },
                    false => Found::RatioRead { text: shown, value },
                };
                self.note(column, found);
            }
            Err(_) => {
                self.note(column, Found::PercentUnreadable { text: shown });
                self.remark(column, text);
            }
        }
    }

    fn contact(&mut self, column: &Column, text: &str) {
        if is_placeholder(text) {
            return self.placeholder(column, text);
        }
        let mut names = Vec::new();
        let line = clean::line(text);
        for part in line
            .split([' ', '、', '，', ',', '/', '：', ':'])
            .filter(|part| !part.is_empty())
        {
            let start = part
                .find(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c))
                .unwrap_or(part.len());
            let (name, phone) = part.split_at(start);
            if clean::is_mobile_number(phone)
                || (phone.len() >= 7
                    && clean::compact(phone)
                        .chars()
                        .all(|c| c.is_ascii_digit() || c == '-'))
            {
                self.note(column, Found::Sensitive);
                self.put(
                    FieldPath::once(Field::LiaisonPhone),
                    Value::Text(clean::compact(phone)),
                );
                names.extend((!name.is_empty()).then(|| name.to_owned()));
            } else {
                names.push(part.to_owned());
            }
        }
        if !names.is_empty() {
            self.put(
                FieldPath::once(Field::Liaison),
                Value::Text(names.join("、")),
            );
        }
    }

    /// Checks that need the whole row, and values that come from none of its cells.
    fn finish(&mut self) {
        for (path, value) in self.context.constants {
            self.draft
                .set
                .entry(path.clone())
                .or_insert_with(|| value.clone());
        }
        let name_column = self
            .context
            .layout
            .column(Target::Once(Field::Name))
            .map(|column| column.heading.column);
        if self.draft.text(Field::Name).is_empty()
            && !self
                .draft
                .noted
                .iter()
                .any(|noted| noted.found.kind() == "name_too_long")
        {
            self.draft.note(name_column, Found::NameMissing);
        }
        self.stamp();
        self.check_dates();
        self.check_sums();
        self.check_values();
    }

    /// What the rules would refuse is found here, so that one cell cannot stop a whole import.
    fn check_values(&mut self) {
        let refused: Vec<_> = self
            .draft
            .set
            .iter()
            .filter_map(|(path, value)| {
                let refusal = check_value(self.context.profile, path, value).err()?;
                Some((path.clone(), value.clone(), refusal.why))
            })
            .collect();
        for (path, value, why) in refused {
            self.draft.set.remove(&path);
            let column = column_of(self.context.layout, &path);
            if why == Why::TooLong {
                let max = NAME_CHARS_MAX.to_string();
                let found = if path == FieldPath::once(Field::Name) {
                    Found::NameTooLong { max }
                } else {
                    Found::TextTooLong
                };
                self.draft
                    .note(column.map(|column| column.heading.column), found);
            } else if let (Some(column), Some(text)) = (column, value.as_text()) {
                self.remark(column, text);
            }
        }
    }

    /// The month the figures belong to goes beside the figures it belongs to.
    fn stamp(&mut self) {
        let Some(value) = self.as_at.and_then(When::to_value) else {
            return;
        };
        let mut used = false;
        for (figure, stamp) in [
            (Field::CumInvestmentFen, Field::CumInvestmentAsAt),
            (Field::ImageNow, Field::ImageNowAsAt),
        ] {
            if self.draft.set.contains_key(&FieldPath::once(figure)) {
                self.put(FieldPath::once(stamp), Value::Text(value.clone()));
                used = true;
            }
        }
        let periodic = self
            .draft
            .set
            .keys()
            .any(|path| path.as_str().contains('/'))
            || !self.draft.year_to_date.is_empty();
        if !used
            && !periodic
            && let Some(column) = self.context.layout.column(Target::AsAt)
        {
            self.remark(column, &value);
        }
    }

    /// A start after the completion is a contradiction (domain.md 2.I.5): both stay text until a person decides.
    fn check_dates(&mut self) {
        let (start, end) = (
            FieldPath::once(Field::PlannedStart),
            FieldPath::once(Field::PlannedCompletion),
        );
        let value = |path: &FieldPath| {
            self.draft
                .set
                .get(path)
                .and_then(Value::as_text)
                .map(str::to_owned)
        };
        let (Some(from), Some(to)) = (value(&start), value(&end)) else {
            return;
        };
        let compared = from.len().min(to.len());
        if from[..compared] <= to[..compared] {
            return;
        }
        self.draft.set.remove(&start);
        self.draft.set.remove(&end);
        let column = self
            .context
            .layout
            .column(Target::Once(Field::PlannedStart))
            .map(|column| column.heading.column);
        self.draft
            .remarks
            .push(format!("开工时间：{from}；竣工时间：{to}"));
        self.draft.note(column, Found::DatesReversed { from, to });
    }

    fn check_sums(&mut self) {
        let amount = |field| {
            self.draft
                .set
                .get(&FieldPath::once(field))
                .and_then(Value::as_int)
        };
        let (Some(total), Some(done)) = (
            amount(Field::TotalInvestmentFen),
            amount(Field::CumInvestmentFen),
        ) else {
            return;
        };
        if done > total {
            let column = self
                .context
                .layout
                .column(Target::Once(Field::CumInvestmentFen))
                .map(|column| column.heading.column);
            self.draft.note(
                column,
                Found::CumAboveTotal {
                    value: Fen(done).wan_exact(),
                    total: Fen(total).wan_exact(),
                },
            );
        }
    }
}

/// The column a path's value came from.
pub(super) fn column_of<'a>(layout: &'a Layout, path: &FieldPath) -> Option<&'a Column> {
    let field = match path.target() {
        PathTarget::Once(field) | PathTarget::Year(_, field) | PathTarget::Month(_, field) => field,
        _ => return None,
    };
    layout
        .columns
        .iter()
        .find(|column| column.target.and_then(Target::field) == Some(field))
}

/// `85%`, `106.01%`.
fn percent_text(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}
