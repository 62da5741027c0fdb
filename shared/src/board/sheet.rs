//! A unit's report for any of its periods, gathered from documents (`rules::report::Sheet`).

use crate::field::Field;
use crate::ids::UnitId;
use crate::library::{Library, LibraryError};
use crate::rulebook::rulebook;
use crate::rules::report::{self, Deadline, Sheet, SheetLine, Written};
use crate::store::Reader;
use crate::view::{self, Names};

use super::corrected::Budget;
use super::{Question, charged, filings, noted};

/// A unit's report for a period; `None` when the county has no such report or period.
///
/// # Errors
/// When a document cannot be read.
pub fn sheet(
    library: &mut Library,
    reader: &dyn Reader,
    question: &Question<'_>,
    unit: UnitId,
    (ledger, id): (&str, &str),
) -> Result<Option<Sheet>, LibraryError> {
    let rules = rulebook(library, reader, question.profile)?;
    let profile = rules.history.judging(ledger, id);
    let Some(report) = profile.report_of(ledger) else {
        return Ok(None);
    };
    let mut recurrence = report.recurrence.iter();
    let found = recurrence.find_map(|recur| Some((recur, recur.period_of(id)?)));
    let Some((recur, period)) = found else {
        return Ok(None);
    };
    let mut names = Names::load(library, reader)?;
    let charged = charged(library, reader, profile, question, (&report.id, id))?;
    let charge = charged.and_then(|mut charged| charged.remove(&unit));
    let charge = charge.unwrap_or_default();
    let filings = filings(library, reader, profile, unit, &report.id, &mut names)?;
    let chain = report::revisions(&filings, &report.id, id);
    let nil = |project| {
        let lines = chain.last().map_or(&[][..], |filing| &filing.lines);
        lines.iter().any(|line| line.project == project && line.nil)
    };
    let mut lines = Vec::new();
    for project in &charge.subjects {
        let view = view::project_with(library, reader, *project, &mut names)?;
        if view.text(Field::Deleted).is_empty() {
            let nil = nil(*project);
            lines.push(SheetLine::of(profile, report, &period, view, nil));
        }
    }
    lines.sort_by(|a, b| a.view.text(Field::Name).cmp(b.view.text(Field::Name)));
    let deadline = Deadline::of_period(profile, report, &period);
    let filled = lines.iter().filter(|line| line.lacks.is_none()).count();
    let filled = u32::try_from(filled).unwrap_or(u32::MAX);
    let mut filing = report::info(&chain);
    let notes = noted(
        library,
        reader,
        (profile, question),
        (&report.id, &filings),
        filing.as_mut(),
        (&mut names, &mut Budget::default()),
    )?;
    Ok(Some(Sheet {
        unit,
        unit_name: names.directory.name(unit),
        written: Written::of(profile, report),
        before: recur.previous(period.first),
        after: recur.next(period.last),
        due: deadline.due,
        state: report::state(&chain, filled, deadline, question.now),
        timeliness: report::judge(&chain, deadline, question.now, None).timeliness,
        filing,
        notes,
        lines,
        is_open: charge.is_open,
        report: report.clone(),
        period,
    }))
}
