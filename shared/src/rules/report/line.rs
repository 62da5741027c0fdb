//! One project's month in the grid: whether it is filled, and what does not fit (ux.md 5.2, domain.md 2.I, 6.1).
//!
//! What only warns can be set aside with a sentence (忽略并说明): a row of the project says which [`Check`], of which month, and of which
//! value it was said, so that it comes back once the value is another.

use std::collections::BTreeMap;

use crate::api::{ReportRow, Severity};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Field, Table};
use crate::ids::RowId;
use crate::profile::Checks;
use crate::project::{ProjectView, Writer};
use crate::rules::issues::flow::{Tables, steps_by_issue};
use crate::rules::issues::latest_acts;
use crate::rules::stage::Stage;
use crate::time::{Month, Timestamp};
use crate::value::Value;

/// What is looked at in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Neither an amount nor the statement that nothing changed.
    Missing,
    /// Nothing changed for another reason, which is not told.
    ReasonMissing,
    /// A field in conflict.
    Conflict,
    /// More than the year's plan.
    OverYearPlan,
    /// More than the total.
    OverTotal,
    /// Far more than in the months before.
    Surge,
    /// Money moved in a project that has not begun.
    NotStarted,
    /// Money moved and the words are last month's.
    SameImage,
    /// No words.
    ImageMissing,
    /// No photograph of a project under construction.
    PhotoMissing,
    /// A problem nobody wrote about for long.
    IssueStale,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::ReasonMissing,
        Self::Conflict,
        Self::OverYearPlan,
        Self::OverTotal,
        Self::Surge,
        Self::NotStarted,
        Self::SameImage,
        Self::ImageMissing,
        Self::PhotoMissing,
        Self::IssueStale,
    ];

    /// The id in documents.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::ReasonMissing => "reason_missing",
            Self::Conflict => "conflict",
            Self::OverYearPlan => "over_year_plan",
            Self::OverTotal => "over_total",
            Self::Surge => "surge",
            Self::NotStarted => "not_started",
            Self::SameImage => "same_image",
            Self::ImageMissing => "image_missing",
            Self::PhotoMissing => "photo_missing",
            Self::IssueStale => "issue_stale",
        }
    }

    /// How serious it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Missing | Self::ReasonMissing => Severity::Error,
            Self::Conflict
            | Self::OverYearPlan
            | Self::OverTotal
            | Self::Surge
            | Self::NotStarted
            | Self::SameImage => Severity::Warning,
            Self::ImageMissing | Self::PhotoMissing | Self::IssueStale => Severity::Hint,
        }
    }

    /// True for what may be set aside with a sentence.
    #[must_use]
    pub fn is_explainable(self) -> bool {
        self.severity() != Severity::Error && self != Self::Conflict
    }
}

/// One remark on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What was looked at.
    pub check: Check,
    /// The cell to go to.
    pub field: Field,
    /// Numbers its sentence names.
    pub facts: Vec<String>,
    /// The value it was found in, as text: what it is set aside for.
    pub about: String,
    /// The sentence it was set aside with.
    pub explained: Option<Explained>,
}

/// Why a remark was set aside, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The row that says so; `None` where its key is none of ours.
    pub row: Option<RowId>,
    /// The sentence.
    pub reason: String,
    /// Who and when.
    pub by: Writer,
}

/// True when a project's month needs nothing more: an amount, or the statement that nothing changed.
#[must_use]
pub const fn is_complete(done: bool, nil: bool) -> bool {
    done || nil
}

/// What does not fit in a line at a moment, the gravest first.
#[must_use]
pub fn remarks(
    checks: &Checks,
    row: &ReportRow,
    view: &ProjectView,
    month: Month,
    now: Timestamp,
) -> Vec<Remark> {
    let cell = |field: Field| row.cells.get(field.id()).unwrap_or(&Value::Null);
    let words = |field: Field| cell(field).as_text().unwrap_or("").trim();
    let done = cell(Field::MonthDoneFen).as_int();
    let nil = words(Field::MonthNil);
    let moved = done.filter(|done| *done > 0);
    let amount = done.unwrap_or(0).to_string();
    let mut found = Vec::new();
    let mut say = |check, field, facts: Vec<String>, about: String| {
        let explained = None;
        found.push(Remark {
            check,
            field,
            facts,
            about,
            explained,
        });
    };
    let money = Field::MonthDoneFen;
    if !is_complete(done.is_some(), !nil.is_empty()) {
        say(Check::Missing, money, Vec::new(), String::new());
    }
    if nil == "other" && words(Field::MonthDeviation).is_empty() {
        let field = Field::MonthDeviation;
        say(Check::ReasonMissing, field, Vec::new(), String::new());
    }
    if let Some(field) = row.conflicts.first() {
        let field = Field::from_id(field).unwrap_or(money);
        say(Check::Conflict, field, Vec::new(), String::new());
    }
    let year = row.before_fen.saturating_add(done.unwrap_or(0));
    if row.row.year_plan_fen.is_some_and(|plan| year > plan) {
        say(Check::OverYearPlan, money, Vec::new(), year.to_string());
    }
    if row.row.total_fen.is_some_and(|total| year > total) {
        say(Check::OverTotal, money, Vec::new(), year.to_string());
    }
    if let (Some(done), Some(mean)) = (moved, mean(view, month, checks.surge_months))
        && done > mean.saturating_mul(checks.surge_times.into())
    {
        let facts = [checks.surge_months, checks.surge_times];
        let facts = facts.map(|number| number.to_string()).into();
        say(Check::Surge, money, facts, amount.clone());
    }
    let reached = Stage::reached(view);
    let unstarted = view.text(Field::ActualStart).is_empty()
        && reached.is_none_or(|stage| stage < Stage::Construction);
    if moved.is_some() && unstarted {
        say(Check::NotStarted, money, Vec::new(), amount);
    }
    let image = words(Field::MonthImage);
    if moved.is_some() && !image.is_empty() && image == row.last_image.trim() {
        say(
            Check::SameImage,
            Field::MonthImage,
            Vec::new(),
            image.to_owned(),
        );
    }
    if nil.is_empty() && done.is_some() && image.is_empty() {
        say(
            Check::ImageMissing,
            Field::MonthImage,
            Vec::new(),
            String::new(),
        );
    }
    if reached == Some(Stage::Construction) && !has_photo(view, month) {
        say(
            Check::PhotoMissing,
            Field::MonthImage,
            Vec::new(),
            String::new(),
        );
    }
    let stale = stale(view, now, checks.issue_days);
    if !stale.is_empty() {
        let facts = vec![stale.len().to_string(), checks.issue_days.to_string()];
        say(Check::IssueStale, Field::Problems, facts, stale.join(","));
    }
    explain(view, month, &mut found);
    found.sort_by_key(|remark| remark.check);
    found
}

/// The mean of the months before that have an amount; `None` where none of them moved money.
fn mean(view: &ProjectView, month: Month, months: u8) -> Option<i64> {
    let before = (1..=i32::from(months)).map(|back| month.plus(-back));
    let amounts: Vec<i64> = before
        .filter_map(|month| view.month(month, Field::MonthDoneFen).as_int())
        .collect();
    let sum = amounts.iter().copied().fold(0, i64::saturating_add);
    let mean = sum.checked_div(i64::try_from(amounts.len()).ok()?)?;
    (mean > 0).then_some(mean)
}

/// True when a picture was attached in the month.
fn has_photo(view: &ProjectView, month: Month) -> bool {
    let mut files = view.each(Table::Attachments);
    files.any(|file| {
        file.text(Column::MediaType).starts_with("image/") && file.at().date().month_of() == month
    })
}

/// The keys of open problems nobody wrote about for more than these days.
fn stale<'a>(view: &'a ProjectView, now: Timestamp, days: u16) -> Vec<&'a str> {
    let acts = latest_acts(view);
    let steps = steps_by_issue(view, Tables::PROJECT);
    let is_stale = |issue: &Row<'a>| {
        let rows = steps.get(issue.key).map_or(&[][..], Vec::as_slice);
        let last = rows.iter().map(Row::at).max().unwrap_or(issue.at());
        let last = last.max(issue.at()).date();
        acts.get(issue.key).is_none_or(|act| *act != "closed")
            && last.plus_days(days.into()) < now.date()
    };
    let issues = view.each(Table::Issues).filter(is_stale);
    issues.map(|issue| issue.key).collect()
}

/// Lays the sentences of the month over what was found: the last one that was said of the value as it stands.
fn explain(view: &ProjectView, month: Month, found: &mut [Remark]) {
    let month = month.to_string();
    let mut said: BTreeMap<(&str, &str), Row<'_>> = BTreeMap::new();
    for row in view.each(Table::Explained) {
        if row.is(Column::Period, &month) {
            said.insert((row.text(Column::MonthCheck), row.text(Column::Text)), row);
        }
    }
    for remark in found
        .iter_mut()
        .filter(|remark| remark.check.is_explainable())
    {
        let row = said.get(&(remark.check.id(), remark.about.as_str()));
        remark.explained = row.map(|row| Explained {
            row: row.key.parse().ok(),
            reason: row.text(Column::Reason).to_owned(),
            by: Writer {
                user: row.by(),
                name: String::new(),
                unit: String::new(),
                at: row.at(),
            },
        });
    }
}

#[cfg(test)]
mod tests;
