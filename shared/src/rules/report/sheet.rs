//! The sheet of a report for any of its periods: where its words are written, what they were the period before, what is missing.
//!
//! A report of weeks or half months is written in rows of its own table, one for each project and period. Any other is told by fields of
//! the record as it stands: what was filed is the record at the heads the filing names.

use crate::api::{FilingInfo, FilingState, Timeliness};
use crate::book::Cells as _;
use crate::field::{Column, Field, FieldPath, Scope, Table, Target};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::profile::{Ledger, LedgerPer, Period, Profile, Report};
use crate::project::ProjectView;
use crate::rules::ledgers::{self, Said};
use crate::time::Timestamp;
use crate::value::Value;

/// Where the words of a report are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// In these columns of the period's row.
    Row(Table, &'static [Column]),
    /// In the fields of its month.
    Months,
    /// In these fields of the record.
    Record(Vec<Field>),
}

/// What the hub or a later hand says of one cell of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellNote {
    /// The project.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// The cell.
    pub path: FieldPath,
    /// In the reader's language.
    pub text: String,
    /// True: the hub returned it with this; false: it was corrected since it was filed.
    pub returned: bool,
}

/// What a month's sheet says, in the order of its columns.
const OF_MONTH: [Field; 5] = [
    Field::MonthDoneFen,
    Field::MonthImage,
    Field::MonthNext,
    Field::Problems,
    Field::MonthNil,
];

/// What a written report without a ledger tells of each project: progress, procedures, problems (KP-16).
const WRITTEN: [Field; 3] = [Field::ImageNow, Field::ProceduresNow, Field::Problems];

impl Written {
    /// Where a report of a county is written.
    #[must_use]
    pub fn of(profile: &Profile, report: &Report) -> Self {
        let ledgers: Vec<&Ledger> = report
            .ledgers
            .iter()
            .filter_map(|part| ledgers::find(profile, &part.id))
            .collect();
        for ledger in &ledgers {
            match ledger.per {
                LedgerPer::ProjectWeek => {
                    return Self::Row(Table::Weekly, &[Column::Image, Column::InvestmentFen]);
                }
                LedgerPer::ProjectHalfMonth => {
                    return Self::Row(Table::Halves, &ledgers::HALF_MONTH);
                }
                LedgerPer::ProjectMonth => return Self::Months,
                _ => {}
            }
        }
        let fields = ledgers.iter().flat_map(|ledger| &ledger.fields);
        let fields = fields.filter_map(|id| Field::from_id(id));
        let fields: Vec<_> = fields
            .filter(|field| field.scope() == Scope::Once)
            .collect();
        Self::Record(if fields.is_empty() {
            WRITTEN.to_vec()
        } else {
            fields
        })
    }

    /// The places of a project's line, in the order of the columns.
    #[must_use]
    pub fn places(&self, view: &ProjectView, period: &Period) -> Vec<FieldPath> {
        match self {
            Self::Row(table, columns) => {
                let row = ledgers::of_period(view, *table, period);
                let key = row.map_or_else(
                    || row_of(view, *table, period).to_string(),
                    |row| row.key.to_owned(),
                );
                let place = |column: &Column| FieldPath::keyed(*table, &key, *column).ok();
                columns.iter().filter_map(place).collect()
            }
            Self::Months => {
                let month = period.last.month_of();
                OF_MONTH.map(|field| FieldPath::of(field, month)).to_vec()
            }
            Self::Record(fields) => fields.iter().map(|field| FieldPath::once(*field)).collect(),
        }
    }

    /// The fields its columns are, where they are fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Row(..) => &[],
            Self::Months => &OF_MONTH,
            Self::Record(fields) => fields,
        }
    }

    /// What names the period in a row that does not stand yet: it is written with the row's first words.
    #[must_use]
    pub fn names_period(&self, view: &ProjectView, period: &Period) -> Option<FieldPath> {
        let Self::Row(table, _) = self else {
            return None;
        };
        ledgers::of_period(view, *table, period)
            .is_none()
            .then(|| FieldPath::cell(*table, row_of(view, *table, period), Column::Period))
    }
}

/// The row a project's period is begun in: the same on every node, so that two people who begin it apart begin one row. One that was
/// struck out is left to itself.
fn row_of(view: &ProjectView, table: Table, period: &Period) -> RowId {
    let mut random = [0; 10];
    random.copy_from_slice(&view.id.to_bytes()[6..]);
    let first = period.first.at(0, 0, 0).0.unsigned_abs();
    let mut keys = (first..).map(|time| RowId::from_parts(time, random));
    let free = keys.find(|key| !view.any_row(table, *key));
    free.unwrap_or_else(|| RowId::from_parts(first, random))
}

/// A unit's report for a period.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The report.
    pub report: Report,
    /// The period.
    pub period: Period,
    /// The period before.
    pub before: Option<Period>,
    /// The period after.
    pub after: Option<Period>,
    /// Due, inclusive; `None` when the county gave no day.
    pub due: Option<Timestamp>,
    /// Where the filing stands.
    pub state: FilingState,
    /// Against the due moment.
    pub timeliness: Timeliness,
    /// The latest filing.
    pub filing: Option<FilingInfo>,
    /// Where its words are written.
    pub written: Written,
    /// What the hub returned of it, and what was corrected since.
    pub notes: Vec<CellNote>,
    /// One line a project.
    pub lines: Vec<SheetLine>,
    /// True when the rule names no projects: which ones it tells of is the unit's business.
    pub is_open: bool,
}

/// One project in it.
#[derive(Debug, Clone)]
pub struct SheetLine {
    /// The project.
    pub view: ProjectView,
    /// The first place that lacks something.
    pub lacks: Option<FieldPath>,
    /// True when the latest filing said that there is nothing to report.
    pub nil: bool,
}

impl SheetLine {
    /// A project's line; `nil`: what the latest filing said of it.
    #[must_use]
    pub fn of(
        profile: &Profile,
        report: &Report,
        period: &Period,
        view: ProjectView,
        nil: bool,
    ) -> Self {
        let mut parts = report.ledgers.iter();
        let lacks = parts.find_map(|part| {
            match ledgers::said(ledgers::find(profile, &part.id)?, &view, period) {
                Said::Lacks(path) => Some(path),
                Said::Something | Said::Nothing => None,
            }
        });
        // The engine names a row that does not stand by the period; here it has a key that can be written.
        let lacks = lacks.map(|path| match path.target() {
            Target::Cell(table, key, column) if key == period.id => {
                FieldPath::cell(table, row_of(&view, table, period), column)
            }
            _ => path,
        });
        Self { view, lacks, nil }
    }

    /// What stood in a place's column the period before; empty for fields of the record, which stand until they are changed.
    #[must_use]
    pub fn before(&self, written: &Written, before: Option<&Period>) -> Vec<Value> {
        let (Written::Row(table, columns), Some(before)) = (written, before) else {
            return Vec::new();
        };
        let row = ledgers::of_period(&self.view, *table, before);
        let said = |column: &Column| {
            let row = row.as_ref();
            row.map_or(Value::Null, |row| {
                self.view.row_value(*table, row.key, *column).clone()
            })
        };
        columns.iter().map(said).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::testing::{County, of};

    fn period(profile: &Profile, report: &str, id: &str) -> (Report, Period) {
        let report = profile.report_of(report).unwrap().clone();
        let mut recurrence = report.recurrence.iter();
        let period = recurrence.find_map(|recur| recur.period_of(id)).unwrap();
        (report, period)
    }

    #[test]
    fn a_weeks_row_has_one_key_until_it_stands_and_then_its_own() {
        let mut county = County::new("wushan", "2024-09-09");
        let town = county.unit("town", "township");
        let project = county.project(town);
        let (report, week) = period(&county.profile, "R-WS-1", "2024-09-02");
        let written = Written::of(&county.profile, &report);
        let view = |county: &County| county.view(project).clone();
        let first = written.places(&view(&county), &week);
        assert_eq!(first, written.places(&view(&county), &week));
        assert_eq!(first.len(), 2);
        let named = written.names_period(&view(&county), &week).unwrap();
        assert!(named.as_str().ends_with("/period"));
        let clerk = county.clerk(town);
        let set = [
            (Column::Period, week.id.as_str().into()),
            (Column::Image, "roof".into()),
        ];
        let stands = county
            .record(&clerk, of(project), Table::Weekly, &set)
            .unwrap();
        let now = written.places(&view(&county), &week);
        assert!(now[0].as_str().contains(&stands.to_string()), "{now:?}");
        assert_eq!(written.names_period(&view(&county), &week), None);
        // The week after shows what this one said.
        let (_, next) = period(&county.profile, "R-WS-1", "2024-09-09");
        let line = SheetLine::of(&county.profile, &report, &next, view(&county), false);
        assert_eq!(line.before(&written, Some(&week))[0], Value::from("roof"));
        assert_eq!(
            line.lacks.as_ref(),
            written.places(&view(&county), &next).first()
        );
    }

    #[test]
    fn what_a_report_is_written_in_follows_its_ledger() {
        let of = |slug: &str, id: &str| {
            let profile = Profile::built_in(slug).unwrap();
            Written::of(&profile, profile.report_of(id).unwrap())
        };
        assert_eq!(
            of("kundulun", "R-KD-2"),
            Written::Row(Table::Halves, &ledgers::HALF_MONTH)
        );
        assert_eq!(of("kundulun", "R-KD-4"), Written::Record(WRITTEN.to_vec()));
        let Written::Record(form) = of("kundulun", "R-KD-1") else {
            panic!("a form of names is told by the record")
        };
        assert!(form.contains(&Field::Name) && form.contains(&Field::ImageNow));
    }
}
