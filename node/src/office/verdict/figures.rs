//! One cell as a figure: money, dates, periods, ratios. What cannot be one goes into the notes.

use shared::field::{Field, FieldPath};
use shared::text::finding::Found;
use shared::text::parse::date::{self, When, WhenError};
use shared::text::parse::money::{MoneyError, Unit};
use shared::text::parse::phrase::{self, Asked};
use shared::text::parse::{clean, percent};
use shared::value::Value;

use super::{Column, RowReader};
use crate::office::mapping::Target;
use crate::office::workbook::CellValue;

/// Projects in hand are of this century; an earlier date was mistyped.
const OLDEST_YEAR: i16 = 2000;

/// Which words may stand around an amount of this column.
fn asked_of(column: &Column) -> Asked {
    match column.target {
        Some(Target::YearToDate | Target::Month(..)) => Asked::Done,
        Some(Target::Year(_, Field::YearPlanFen)) => Asked::Plan,
        _ => Asked::Total,
    }
}

impl RowReader<'_, '_> {
    pub(super) fn money(&mut self, column: &Column, cell: &CellValue) -> Option<i64> {
        let text = cell.text();
        let shown = clean::line(text);
        let kept = |found: fn(String) -> Found| (found(shown.clone()), true);
        let (found, remark) = match phrase::amount(text, column.unit, asked_of(column)) {
            Ok(None) => {
                self.placeholder(column, text);
                return None;
            }
            Ok(Some(money)) => {
                let value = money.fen.wan_exact();
                self.draft
                    .amounts
                    .push((column.heading.column, money.fen.0));
                if money.mark.is_some() {
                    self.note(column, Found::MoneyApproximate { text: shown, value });
                    self.remark(column, text);
                } else if matches!(cell, CellValue::Text(_))
                    && shown.parse::<u64>().is_err()
                    && column.unit == Unit::Wan
                {
                    self.note(column, Found::MoneyConverted { text: shown, value });
                }
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
            Err(MoneyError::NotMoney | MoneyError::Part) => {
                kept(|text| Found::MoneyUnreadable { text })
            }
        };
        self.note(column, found);
        if remark {
            self.remark(column, text);
        }
        None
    }

    pub(super) fn unreadable_date(&mut self, column: &Column, text: &str) {
        self.note(
            column,
            Found::DateUnreadable {
                text: clean::line(text),
            },
        );
        self.remark(column, text);
    }

    pub(super) fn date(&mut self, column: &Column, path: FieldPath, cell: &CellValue) {
        let text = cell.text();
        let shown = clean::line(text);
        match date::parse(text, self.year) {
            Ok(None) => self.placeholder(column, text),
            Ok(Some(when)) => match when.to_value() {
                None => self.unreadable_date(column, text),
                Some(value) => {
                    if when.year() < OLDEST_YEAR {
                        let text = shown.clone();
                        self.note(column, Found::DateOld { text });
                    }
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
            Err(_) if self.context.layout.table.is_some() => self.unreadable_date(column, text),
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

    pub(super) fn period(&mut self, column: &Column, text: &str) {
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

    pub(super) fn put_period(&mut self, column: &Column, text: &str, period: date::Period) {
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

    pub(super) fn ratio(&mut self, column: &Column, text: &str) {
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
}

/// `85%`, `106.01%`.
fn percent_text(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}%")
}
