//! One month of one unit as the grid shows it: computed columns, totals.
//!
//! The node sends [`ReportRow`]s; the person's own unanswered edits are laid over them, so that sums follow the typing.

use std::collections::BTreeMap;

use shared::api::rules::LightSign;
use shared::api::{ReportRow, ReportView};
use shared::field::{Field, FieldPath};
use shared::ids::ProjectId;
use shared::rules::report::is_complete;
use shared::time::Month;
use shared::value::Value;

use super::numbers;

pub mod block;

/// The fields a person writes in the grid, in the order of their columns.
pub const COLUMNS: [Field; 4] = [
    Field::MonthDoneFen,
    Field::MonthImage,
    Field::MonthNext,
    Field::Problems,
];

/// The grid field a path of a month belongs to.
#[must_use]
pub fn field_of(path: &str, period: Month) -> Option<Field> {
    let mut fields = Field::ALL.iter().copied();
    fields.find(|field| FieldPath::of(*field, period).as_str() == path)
}

/// Where 本年累计 of a month is typed: no field of the record, since the months make it up.
#[must_use]
pub fn year_path(period: Month) -> String {
    format!("{period}/year")
}

/// One row as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// 总投资.
    pub total: Option<i64>,
    /// 年度计划.
    pub plan: Option<i64>,
    /// Done this year before this month.
    pub before: i64,
    /// 本月完成, or `None`.
    pub done: Option<i64>,
    /// 本年累计.
    pub year: i64,
    /// 完成率 in tenths of a percent.
    pub rate: Option<i64>,
    /// 序时差 in tenths of a point.
    pub gap: Option<i64>,
    /// Last month's 形象进度.
    pub last_image: String,
    /// Last month's 下月计划.
    pub last_next: String,
    /// What was to be reached this month.
    pub planned: String,
    /// Its category in the year; empty where the county has none.
    pub group: String,
    /// Why nothing changed, as an option id.
    pub nil: Option<String>,
    /// This month's cells with the person's own edits.
    pub cells: BTreeMap<String, Value>,
    /// What is said of a cell, by field id: that it was returned, or corrected.
    pub marks: BTreeMap<String, Value>,
    /// Its open issues.
    pub issues: u32,
    /// Field ids in conflict.
    pub conflicts: Vec<String>,
    /// Field ids the hub has not received.
    pub waiting: Vec<String>,
    /// Its traffic light, as the node judged what it holds.
    pub light: Option<LightSign>,
    /// This month needs nothing more.
    pub filled: bool,
}

impl Line {
    /// The value of a cell.
    #[must_use]
    pub fn cell(&self, field: Field) -> &Value {
        self.cells.get(field.id()).unwrap_or(&Value::Null)
    }

    /// Last month's words for a cell that waits for them to be confirmed; empty where there is nothing to take over.
    #[must_use]
    pub fn carried(&self, field: Field) -> &str {
        let said = match field {
            Field::MonthImage => &self.last_image,
            Field::MonthNext => &self.last_next,
            _ => return "",
        };
        match self.cell(field).as_text() {
            None | Some("") => said,
            Some(_) => "",
        }
    }
}

/// The lines of one category after the other, each with its place among all.
pub fn groups(lines: &[Line]) -> impl Iterator<Item = (usize, &[Line])> {
    let mut first = 0;
    lines.chunk_by(|a, b| a.group == b.group).map(move |group| {
        let at = first;
        first += group.len();
        (at, group)
    })
}

/// Lays the person's own edits over a row and computes the rest.
#[must_use]
pub fn line(row: &ReportRow, period: Month, edits: &[(FieldPath, Value)]) -> Line {
    let mut cells = row.cells.clone();
    for field in [
        Field::MonthDoneFen,
        Field::MonthImage,
        Field::MonthNext,
        Field::MonthNil,
        Field::MonthDeviation,
        Field::MonthDoneNode,
        Field::Problems,
    ] {
        let path = FieldPath::of(field, period);
        if let Some((_, value)) = edits.iter().rev().find(|(edited, _)| *edited == path) {
            cells.insert(field.id().to_owned(), value.clone());
        }
    }
    let value = |field: Field| cells.get(field.id()).unwrap_or(&Value::Null);
    let done = value(Field::MonthDoneFen).as_int();
    let nil = value(Field::MonthNil).as_text().map(str::to_owned);
    let year = row.before_fen.saturating_add(done.unwrap_or(0));
    let rate = numbers::rate(Some(year), row.row.year_plan_fen);
    let filled = is_complete(done.is_some(), nil.is_some());
    Line {
        project: row.row.id,
        name: row.row.name.clone(),
        total: row.row.total_fen,
        plan: row.row.year_plan_fen,
        before: row.before_fen,
        done,
        year,
        rate,
        gap: rate.map(|rate| rate - numbers::pace(period)),
        last_image: row.last_image.clone(),
        last_next: row.last_next.clone(),
        planned: row.planned.clone(),
        group: row.group.clone(),
        nil,
        marks: row.marks.clone(),
        issues: row.row.open_issues,
        conflicts: row.conflicts.clone(),
        waiting: row.waiting.clone(),
        light: row.light.clone(),
        filled,
        cells,
    }
}

/// Sums over the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// 年度计划.
    pub plan: i64,
    /// Before this month.
    pub before: i64,
    /// 本月完成.
    pub done: i64,
    /// 本年累计.
    pub year: i64,
    /// 总投资.
    pub total: i64,
    /// Filled lines.
    pub filled: usize,
    /// Lines without change.
    pub nil: usize,
}

/// Adds the lines up.
#[must_use]
pub fn totals(lines: &[Line]) -> Totals {
    let mut sums = Totals::default();
    for line in lines {
        sums.plan = sums.plan.saturating_add(line.plan.unwrap_or(0));
        sums.before = sums.before.saturating_add(line.before);
        sums.done = sums.done.saturating_add(line.done.unwrap_or(0));
        sums.year = sums.year.saturating_add(line.year);
        sums.total = sums.total.saturating_add(line.total.unwrap_or(0));
        sums.filled += usize::from(line.filled);
        sums.nil += usize::from(line.nil.is_some());
    }
    sums
}

/// The lines of a report with the person's own edits.
#[must_use]
pub fn lines(view: &ReportView, edits: impl Fn(ProjectId) -> Vec<(FieldPath, Value)>) -> Vec<Line> {
    view.rows
        .iter()
        .map(|row| line(row, view.period, &edits(row.row.id)))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::state::ledger;

    fn row(done: Option<i64>, image: &str) -> ReportRow {
        let mut project = ledger::tests::row(1, "三合互通", "三合镇");
        project.year_plan_fen = Some(10_000_000_000);
        project.total_fen = Some(50_000_000_000);
        let mut cells = BTreeMap::new();
        if let Some(done) = done {
            cells.insert("month_done_fen".to_owned(), Value::Int(done));
        }
        if !image.is_empty() {
            cells.insert("month_image".to_owned(), Value::from(image));
        }
        ReportRow {
            row: project,
            heads: Vec::new(),
            before_fen: 8_000_000_000,
            cells,
            last_image: "路基完成".into(),
            conflicts: Vec::new(),
            marks: BTreeMap::new(),
            filled: done.is_some(),
            last_next: String::new(),
            planned: String::new(),
            group: String::new(),
            waiting: Vec::new(),
            light: None,
        }
    }

    fn november() -> Month {
        Month::new(2026, 11).unwrap()
    }

    #[test]
    fn an_edit_changes_the_computed_columns_at_once() {
        let path = FieldPath::of(Field::MonthDoneFen, november());
        let typed = line(
            &row(None, ""),
            november(),
            &[(path, Value::Int(1_000_000_000))],
        );
        assert_eq!(
            (typed.year, typed.rate, typed.filled),
            (9_000_000_000, Some(900), true)
        );
        assert_eq!(typed.gap, Some(900 - numbers::pace(november())));
        let empty = line(&row(None, ""), november(), &[]);
        assert_eq!(
            (empty.year, empty.rate, empty.filled),
            (8_000_000_000, Some(800), false)
        );
    }

    #[test]
    fn words_wait_to_be_taken_over_while_their_cell_is_empty() {
        let empty = line(&row(None, ""), november(), &[]);
        assert_eq!(empty.carried(Field::MonthImage), "路基完成");
        assert_eq!(empty.carried(Field::MonthNext), "");
        assert_eq!(empty.carried(Field::MonthDoneFen), "");
        let written = line(&row(None, "桥梁"), november(), &[]);
        assert_eq!(written.carried(Field::MonthImage), "");
    }

    #[test]
    fn lines_of_one_category_stand_together_with_their_sums() {
        let of = |group: &str, done| {
            let mut line = line(&row(Some(done), ""), november(), &[]);
            line.group = group.to_owned();
            line
        };
        let lines = [of("促进开工", 1), of("促进开工", 2), of("", 4)];
        let found: Vec<_> = groups(&lines)
            .map(|(at, lines)| (at, lines.len(), totals(lines).done))
            .collect();
        assert_eq!(found, [(0, 2, 3), (2, 1, 4)]);
    }

    #[test]
    fn nothing_reported_and_nothing_changed_are_different_things() {
        let missing = line(&row(None, ""), november(), &[]);
        assert!(!missing.filled);
        let nil = FieldPath::of(Field::MonthNil, november());
        let unchanged = line(&row(None, ""), november(), &[(nil, Value::from("weather"))]);
        assert!(unchanged.filled);
        assert_eq!(totals(&[unchanged]).nil, 1);
    }
}
