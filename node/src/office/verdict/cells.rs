//! One cell as the value its field takes: texts, choices, flags, people.

use shared::field::{Field, FieldPath, Kind};
use shared::limits::TEXT_CHARS_MAX;
use shared::text::finding::Found;
use shared::text::parse::{clean, date, is_placeholder, percent};
use shared::value::Value;

use super::{Column, NAME_CHARS_MAX, RowReader};
use crate::office::export::looks_like_formula;
use crate::office::workbook::CellValue;

impl RowReader<'_, '_> {
    pub(super) fn value(&mut self, column: &Column, path: FieldPath, cell: &CellValue) {
        let text = cell.text();
        let Some(kind) = path.kind() else { return };
        match kind {
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
            Kind::Long | Kind::CoEdited => self.text(column, path, clean::long(text)),
            Kind::Text | Kind::Unit | Kind::Person | Kind::Reference => {
                let line = clean::line(text);
                if is_of(&path, Field::Name) && line != text {
                    self.note(column, Found::NameCleaned { text: line.clone() });
                }
                self.text(column, path, line);
            }
            Kind::Moment | Kind::Json | Kind::Rules => {}
        }
    }

    pub(super) fn placeholder(&mut self, column: &Column, text: &str) {
        let text = clean::line(text);
        if !text.is_empty() {
            self.note(column, Found::Placeholder { text });
        }
    }

    pub(super) fn text(&mut self, column: &Column, path: FieldPath, text: String) {
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
        if is_of(&path, Field::Name) && count > NAME_CHARS_MAX {
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
        let is_notes = is_of(&path, Field::Notes);
        match self.draft.set.get_mut(&path) {
            Some(Value::Text(before)) if is_notes => {
                before.push('\n');
                before.push_str(&text);
            }
            _ => self.put(path, Value::Text(text)),
        }
    }

    pub(super) fn choice(&mut self, column: &Column, path: FieldPath, options: &str, text: &str) {
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

    pub(super) fn set(&mut self, column: &Column, path: FieldPath, options: &str, text: &str) {
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

    pub(super) fn contact(&mut self, column: &Column, text: &str) {
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
}

/// True for the path of a field with one value.
fn is_of(path: &FieldPath, field: Field) -> bool {
    *path == FieldPath::once(field)
}
