//! What only a whole row tells: what is missing, what contradicts itself, which month its figures belong to.

use shared::command::Why;
use shared::decide::check_value;
use shared::field::{Field, FieldPath, Kind};
use shared::money::Fen;
use shared::text::finding::Found;
use shared::text::parse::date::When;
use shared::value::Value;

use super::{Column, NAME_CHARS_MAX, RowReader, Target, column_of};

/// Figures of the national code of a project (投资项目统一代码).
const CODE_DIGITS: usize = 20;
/// Options named where a cell is none of them.
const OPTIONS_NAMED: usize = 12;

impl RowReader<'_, '_> {
    /// Checks that need the whole row, and values that come from none of its cells.
    pub(super) fn finish(&mut self) {
        let is_project = self.context.layout.table.is_none();
        for (path, value) in self.context.constants.iter().filter(|_| is_project) {
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
        self.check_code();
        self.check_values();
    }

    /// What the rules would refuse is found here, so that one cell cannot stop a whole import.
    pub(super) fn check_values(&mut self) {
        let refused: Vec<_> = self
            .draft
            .set
            .iter()
            .filter_map(|(path, value)| {
                let refusal = check_value(path, value).err()?;
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
                match path.kind() {
                    Some(Kind::Choice(list) | Kind::Set(list)) => {
                        self.not_offered(column, list, text)
                    }
                    _ => self.remark(column, text),
                }
            }
        }
    }

    /// What is none of the options stays out of a record, with what there is to choose; of a project it goes to the notes.
    fn not_offered(&mut self, column: &Column, list: &str, text: &str) {
        if self.context.layout.table.is_none() {
            return self.remark(column, text);
        }
        self.forget(column);
        let mut options = self.context.words.labels(list);
        options.truncate(OPTIONS_NAMED);
        let found = Found::CellNotOffered {
            title: column.heading.title(),
            text: text.to_owned(),
            options: options.join("、"),
        };
        self.note(column, found);
    }

    /// The month the figures belong to goes beside the figures it belongs to.
    pub(super) fn stamp(&mut self) {
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
    pub(super) fn check_dates(&mut self) {
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

    /// A code of figures that has too many or too few of them was copied badly.
    fn check_code(&mut self) {
        let code = self.draft.text(Field::ProjectCode);
        let digits = code.chars().filter(char::is_ascii_digit).count();
        let is_national = code.chars().all(|c| c.is_ascii_digit() || c == '-');
        if code.is_empty() || !is_national || digits == CODE_DIGITS {
            return;
        }
        let (text, digits) = (code.to_owned(), digits.to_string());
        let column = self.context.layout.column(Target::Once(Field::ProjectCode));
        let column = column.map(|column| column.heading.column);
        self.draft.note(column, Found::CodeOdd { text, digits });
    }

    pub(super) fn check_sums(&mut self) {
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
