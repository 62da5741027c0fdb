//! That what is reported is true, stated by whoever answers for it (LT-15).
//!
//! Filing for one's own unit is stating it: the words of the county's rules then stand in the filing. Nobody states it for another, so what is
//! filed on a unit's behalf rests on the statement the unit made for that report and period. A report on occasion says it in its own row.

use crate::book::{Book, Cells as _, Row};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, Table};
use crate::profile::{Profile, Report, ReportStatement};
use crate::rules::guards::Lack;
use crate::rules::{Entry, World, actors};
use crate::text::Lang;

/// What a report of progress on occasion is about, in the words of profiles.
const PROGRESS: &str = "progress";

/// Refuses what is filed on a unit's behalf while its papers hold no statement for this report and period.
///
/// # Errors
/// Names the statement, and the unit that makes it.
pub fn stated_for(
    statement: &ReportStatement,
    papers: Option<&Book>,
    (report, period): (&Report, &str),
    unit: &str,
) -> Result<(), Refusal> {
    let mut made = papers
        .into_iter()
        .flat_map(|papers| papers.each(Table::ReportStatements));
    let is_of =
        |row: &Row<'_>| row.is(Column::ReportKind, &report.id) && row.is(Column::Period, period);
    if made.any(|row| is_of(&row)) {
        return Ok(());
    }
    let name = Table::ReportStatements.label(Lang::Zh).to_owned();
    let lack = Lack::what(vec![name]).by(unit);
    Err(lack.closes("report_statement", &statement.clause, false))
}

/// Judges a unit's statement: it is for a report that asks for one, and for a period of it.
pub(super) fn judge(profile: &Profile, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let wrong = |column| Refusal {
        missing: vec![entry.at(column)],
        ..refuse(Why::NotInProfile)
    };
    let mut reports = profile.reports.iter();
    let report = reports.find(|report| report.id == entry.text(Column::ReportKind));
    let report = report.filter(|report| report.statement.is_some());
    let report = report.ok_or_else(|| wrong(Column::ReportKind))?;
    let mut recurrence = report.recurrence.iter();
    let period = entry.text(Column::Period);
    if recurrence.all(|recur| recur.period_of(period).is_none()) {
        return Err(wrong(Column::Period));
    }
    Ok(Vec::new())
}

/// The county's report of progress on occasion.
pub(crate) fn of_progress(profile: &Profile) -> Option<&Report> {
    let mut reports = profile.reports.iter();
    reports.find(|report| report.about.as_deref() == Some(PROGRESS))
}

/// Judges a report of progress on occasion: it says that it is true where the county asks for that.
pub(super) fn judge_report(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let report = of_progress(world.profile);
    let statement = report.and_then(|report| Some((report, report.statement.as_ref()?)));
    let Some((report, statement)) = statement.filter(|_| !entry.flag(Column::Truthful)) else {
        return Ok(Vec::new());
    };
    let from = report.submitters.first();
    let from = from.map(|who| actors::name(world.profile, who));
    let lack = Lack::what(vec![statement.text_zh.clone()]).by(from.unwrap_or_default());
    let refusal = lack.closes("truthful", &statement.clause, false);
    Err(Refusal {
        missing: vec![entry.at(Column::Truthful)],
        ..refusal
    })
}

#[cfg(test)]
mod tests;
