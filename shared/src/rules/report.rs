//! A unit's month: which filing counts, how it stands against its due moment, and what the grid shows (domain.md 0.4.6–7, 6.1).

use std::collections::BTreeMap;

use crate::api::{FilingInfo, FilingState, ReportRow, ReportView};
use crate::book::Cells as _;
use crate::command::{CellRef, FilingLine};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Lights, Period, Profile, Report};
use crate::project::{ProjectRow, ProjectView, Writer};
use crate::rules::{lights, year};
use crate::text::Lang;
use crate::text::records::comma;
use crate::time::{Date, Month, Timestamp};
use crate::value::Value;

mod judge;
mod line;
mod read;
mod sheet;

pub use judge::{Judgement, judge};
pub use line::{Check, Explained, Remark, is_complete, remarks};
pub use read::filings_in;
pub use sheet::{CellNote, Sheet, SheetLine, Written};

/// The hub's verdict on a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// True: accepted; false: returned.
    pub accepted: bool,
    /// The hub's words.
    pub reason: String,
    /// What is to be corrected in single cells.
    pub cells: BTreeMap<CellRef, String>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Writer,
}

/// One filing of a unit, as its document holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The filing.
    pub id: RowId,
    /// The ledger or report.
    pub ledger: String,
    /// The period.
    pub period: String,
    /// When the person pressed the button, by the node's clock.
    pub filed_at: Timestamp,
    /// Who.
    pub by: Writer,
    /// The filing this one revises.
    pub follows: Option<RowId>,
    /// One line per project.
    pub lines: Vec<FilingLine>,
    /// The hub's verdicts, oldest first.
    pub reviews: Vec<Review>,
    /// When the hub held it: its own clock at the hub, the acknowledgement at a node; `None` while under way.
    pub received_at: Option<Timestamp>,
    /// The hub's excuse of its late arrival, with its reason.
    pub excuse: Option<Review>,
}

impl Filing {
    fn verdict(&self) -> Option<&Review> {
        self.reviews.last()
    }

    /// True while the hub's last word on it is that it shall be done again.
    #[must_use]
    pub fn is_returned(&self) -> bool {
        self.verdict().is_some_and(|review| !review.accepted)
    }
}

/// What a filing is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The first moment that counts; what is sent earlier is kept until it is confirmed. `None`: always open.
    pub opens: Option<Timestamp>,
    /// The last moment that is on time; `None` when the county gave no day.
    pub due: Option<Timestamp>,
    /// How long a filing may be under way.
    pub grace_ms: i64,
    /// True when the hub's receipt counts instead of the pressing of the button.
    pub by_receipt: bool,
    /// False when the county only asks whether, not when.
    pub judged: bool,
}

impl Deadline {
    /// The deadline of a report for a month under a profile.
    #[must_use]
    pub fn of(profile: &Profile, ledger: &str, month: Month) -> Self {
        let report = profile
            .report_of(ledger)
            .or_else(|| profile.monthly_report());
        let period = report.and_then(|report| {
            let mut recurrences = report.recurrence.iter();
            recurrences.find_map(|recur| recur.period(month.first_day()))
        });
        Self::new(
            profile,
            report,
            period.map(|period| period.opens_at()),
            report.and_then(|report| profile.due(report, month)),
        )
    }

    /// The deadline of a report for any of its periods.
    #[must_use]
    pub fn of_period(profile: &Profile, report: &Report, period: &Period) -> Self {
        Self::new(
            profile,
            Some(report),
            Some(period.opens_at()),
            profile.due_at(period),
        )
    }

    fn new(
        profile: &Profile,
        report: Option<&Report>,
        opens: Option<Timestamp>,
        due: Option<Timestamp>,
    ) -> Self {
        Self {
            opens,
            due,
            grace_ms: i64::from(profile.report.offline_grace_hours) * 3_600_000,
            by_receipt: profile.report.judged_by == crate::profile::JudgedBy::ReceivedAt,
            judged: report.is_some_and(|report| report.judged.unwrap_or(false)),
        }
    }
}

/// Revisions of one ledger and period, in the order of their chain (a revision after the one it follows).
#[must_use]
pub fn revisions<'a>(filings: &'a [Filing], ledger: &str, period: &str) -> Vec<&'a Filing> {
    let mut chain: Vec<&Filing> = filings
        .iter()
        .filter(|filing| filing.ledger == ledger && filing.period == period)
        .collect();
    let depth = |filing: &Filing| {
        let mut steps = 0;
        let mut at = filing.follows;
        while let Some(id) = at {
            steps += 1;
            // A chain longer than the filings is a circle somebody forged; it counts as that long.
            if steps > filings.len() {
                break;
            }
            at = filings
                .iter()
                .find(|other| other.id == id)
                .and_then(|other| other.follows);
        }
        steps
    };
    chain.sort_by_key(|filing| (depth(filing), filing.id));
    chain
}

/// Where a period stands on screen.
#[must_use]
pub fn state(chain: &[&Filing], filled: u32, deadline: Deadline, now: Timestamp) -> FilingState {
    match chain.last() {
        Some(filing) if filing.is_returned() => FilingState::Returned,
        Some(filing) if filing.verdict().is_some() => FilingState::Accepted,
        Some(filing) if filing.received_at.is_some() => FilingState::Filed,
        Some(_) => FilingState::FiledLocally,
        None if deadline
            .due
            .is_some_and(|due| now.seconds() > due.seconds()) =>
        {
            FilingState::Missing
        }
        None if filled == 0 => FilingState::Empty,
        None => FilingState::Filling,
    }
}

/// The latest revision of a chain as lists show it. What was corrected since is not counted here: that takes the documents.
#[must_use]
pub fn info(chain: &[&Filing]) -> Option<FilingInfo> {
    let (filing, earlier) = chain.split_last()?;
    let verdict = filing.verdict();
    Some(FilingInfo {
        id: filing.id,
        filed_at: filing.filed_at,
        by: filing.by.clone(),
        received_at: filing.received_at,
        reason: verdict.map_or_else(String::new, |review| review.reason.clone()),
        projects: u32::try_from(filing.lines.len()).unwrap_or(u32::MAX),
        amended: 0,
        corrected: Vec::new(),
        refiled: earlier.iter().any(|earlier| earlier.is_returned()),
        reviewed_by: verdict.map_or_else(String::new, |review| review.by.name.clone()),
    })
}

/// True when a project's month needs nothing more: an amount, or the statement that nothing changed.
#[must_use]
pub fn is_filled(view: &ProjectView, month: Month) -> bool {
    let says = |field| !view.month(month, field).is_null();
    is_complete(says(Field::MonthDoneFen), says(Field::MonthNil))
}

/// The fields of a month's grid.
pub const MONTH_FIELDS: [Field; 6] = [
    Field::MonthDoneFen,
    Field::MonthImage,
    Field::MonthNext,
    Field::MonthNil,
    Field::MonthDeviation,
    Field::MonthDoneNode,
];

/// One line of a month's grid.
#[must_use]
pub fn report_row(
    row: ProjectRow,
    view: &ProjectView,
    month: Month,
    (lights, lang): (Option<&Lights>, Lang),
) -> ReportRow {
    let mut cells = BTreeMap::new();
    let mut conflicts = Vec::new();
    let mut take = |field: Field, path: FieldPath| {
        let Some(cell) = view.cells.get(&path) else {
            return;
        };
        cells.insert(field.id().to_owned(), cell.value.clone());
        if cell.is_conflict() {
            conflicts.push(field.id().to_owned());
        }
    };
    for field in MONTH_FIELDS {
        take(field, FieldPath::month(month, field));
    }
    take(Field::Problems, FieldPath::once(Field::Problems));
    let before_fen = (1..month.month())
        .filter_map(|earlier| Month::new(month.year(), earlier))
        .filter_map(|earlier| view.month(earlier, Field::MonthDoneFen).as_int())
        .fold(0i64, i64::saturating_add);
    let last_image = match view.month(month.plus(-1), Field::MonthImage) {
        Value::Text(text) => text.clone(),
        _ => view.text(Field::ImageNow).to_owned(),
    };
    let before = view.month(month.plus(-1), Field::MonthNext);
    ReportRow {
        last_next: before.as_text().unwrap_or("").to_owned(),
        planned: planned(view, month, lang),
        group: String::new(),
        waiting: Vec::new(),
        heads: view.heads.clone(),
        before_fen,
        cells,
        last_image,
        conflicts,
        marks: BTreeMap::new(),
        filled: is_filled(view, month),
        light: lights.and_then(|lights| lights::sign(lights, view, month, lang)),
        row,
    }
}

/// What is to be reached in a month: nodes of the year and tasks due in it, else the works that were planned for it.
fn planned(view: &ProjectView, month: Month, lang: Lang) -> String {
    let due = |table, when, what| {
        let rows = view.each(table);
        let rows = rows.filter(move |row| row.date(when).map(Date::month_of) == Some(month));
        rows.map(move |row| row.text(what).to_owned())
    };
    let nodes = due(Table::YearNodes, Column::Date, Column::Image);
    let said: Vec<String> = nodes
        .chain(due(Table::Countdown, Column::Due, Column::Task))
        .filter(|text| !text.is_empty())
        .collect();
    if said.is_empty() {
        let works = view.month(month, Field::MonthSchedule);
        return works.as_text().unwrap_or("").to_owned();
    }
    said.join(comma(lang))
}

/// What [`report`] is about.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: &'a str,
    /// The ledger.
    pub ledger: &'a str,
    /// The month.
    pub month: Month,
    /// The moment.
    pub now: Timestamp,
    /// The reader's language.
    pub lang: Lang,
}

/// A unit's month with what does not fit in it.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthView {
    /// The month as pages and programs have it.
    pub view: ReportView,
    /// What is remarked of its projects.
    pub remarks: BTreeMap<ProjectId, Vec<Remark>>,
}

/// A unit's month. Deleted projects are left out.
#[must_use]
pub fn report(
    profile: &Profile,
    asked: &Asked<'_>,
    projects: Vec<(ProjectRow, ProjectView)>,
    filings: &[Filing],
) -> MonthView {
    let deadline = Deadline::of(profile, asked.ledger, asked.month);
    let chain = revisions(filings, asked.ledger, &asked.month.to_string());
    let living = projects
        .into_iter()
        .filter(|(row, _)| row.deleted.is_empty());
    let lights = profile.lights.resolve();
    let ask = (lights.as_ref(), asked.lang);
    let mut found = BTreeMap::new();
    let mut rows: Vec<_> = living
        .map(|(row, view)| {
            let mut row = report_row(row, &view, asked.month, ask);
            let label = year::label(profile, &view, asked.month.year());
            let place = label.map_or(usize::MAX, |(place, _)| place);
            row.group = label.map_or_else(String::new, |(_, label)| label.to_owned());
            let checks = &profile.report.checks;
            let remarks = remarks(checks, &row, &view, asked.month, asked.now);
            found.insert(row.row.id, remarks);
            (place, row)
        })
        .collect();
    // Those of one category stand together, in the county's order; what has none comes last.
    rows.sort_by_key(|(place, _)| *place);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let filled = u32::try_from(rows.iter().filter(|row| row.filled).count()).unwrap_or(u32::MAX);
    let view = ReportView {
        unit: asked.unit,
        unit_name: asked.unit_name.to_owned(),
        ledger: asked.ledger.to_owned(),
        period: asked.month,
        due: deadline.due,
        state: state(&chain, filled, deadline, asked.now),
        timeliness: judge(&chain, deadline, asked.now, None).timeliness,
        filing: info(&chain),
        rows,
    };
    MonthView {
        view,
        remarks: found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: Timestamp = Timestamp(1_000_000_000);

    fn filing(
        number: u8,
        filed_at: i64,
        received_at: Option<i64>,
        verdict: Option<bool>,
    ) -> Filing {
        let by = Writer {
            user: None,
            name: String::new(),
            unit: String::new(),
            at: Timestamp(filed_at),
        };
        let review = |accepted| Review {
            accepted,
            reason: "because".to_owned(),
            cells: BTreeMap::new(),
            at: Timestamp(filed_at),
            by: by.clone(),
        };
        Filing {
            id: RowId::from_parts(u64::from(number), [number; 10]),
            ledger: "progress".to_owned(),
            period: "2026-11".to_owned(),
            filed_at: Timestamp(filed_at),
            by: by.clone(),
            follows: (number > 1)
                .then(|| RowId::from_parts(u64::from(number - 1), [number - 1; 10])),
            lines: Vec::new(),
            reviews: verdict.map(review).into_iter().collect(),
            received_at: received_at.map(Timestamp),
            excuse: None,
        }
    }

    #[test]
    fn a_forged_circle_of_revisions_ends() {
        let mut first = filing(1, 1, None, None);
        first.follows = Some(RowId::from_parts(2, [2; 10]));
        let pair = [first, filing(2, 2, None, None)];
        assert_eq!(revisions(&pair, "progress", "2026-11").len(), 2);
    }

    #[test]
    fn the_state_follows_the_latest_revision() {
        let deadline = Deadline {
            opens: None,
            due: Some(DUE),
            grace_ms: 0,
            by_receipt: false,
            judged: true,
        };
        let at = |filings: &[Filing], filled| {
            state(
                &filings.iter().collect::<Vec<_>>(),
                filled,
                deadline,
                Timestamp(1),
            )
        };
        assert_eq!(at(&[], 0), FilingState::Empty);
        assert_eq!(at(&[], 3), FilingState::Filling);
        assert_eq!(
            at(&[filing(1, 1, None, None)], 3),
            FilingState::FiledLocally
        );
        assert_eq!(at(&[filing(1, 1, Some(1), None)], 3), FilingState::Filed);
        assert_eq!(
            at(&[filing(1, 1, Some(1), Some(false))], 3),
            FilingState::Returned
        );
        assert_eq!(
            at(&[filing(1, 1, Some(1), Some(true))], 3),
            FilingState::Accepted
        );
    }
}
