//! Indicators that come from the records instead of a person's pen (domain.md 10.2.3). Rates are hundredths of a percent point.
//!
//! A profile names one of the sources below beside an indicator (`data_source`). All look at the year of a sheet up to the end of its
//! period, but `month_rate`, which looks at the months of the period alone, and `open_findings`, which counts what is open on its last day.

use crate::api::Timeliness;
use crate::api::obligations::{Obligation, ObligationKind};
use crate::ids::UnitId;
use crate::profile::{Indicator, Profile, ScoreMode};
use crate::rules::brief::Brief;
use crate::rules::scores::formula::{Formula, Way};
use crate::time::{Date, Month};

/// Where the value of an indicator can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Judged reports that came in time, of those whose day has come.
    ReportPunctuality,
    /// Tasks of the countdown that are done, of those that are due (domain.md 10.3: our definition).
    CountdownRate,
    /// Findings of inspections that are not closed: a count.
    OpenFindings,
    /// What was done of the plan of the period's months.
    MonthRate,
    /// What was done of the plan of the year's months so far.
    CumulativeRate,
    /// What was done of the plan of the year.
    YearRate,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] = [
        Self::ReportPunctuality,
        Self::CountdownRate,
        Self::OpenFindings,
        Self::MonthRate,
        Self::CumulativeRate,
        Self::YearRate,
    ];

    /// Its id, as profiles name it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::ReportPunctuality => "report_punctuality",
            Self::CountdownRate => "countdown_rate",
            Self::OpenFindings => "open_findings",
            Self::MonthRate => "month_rate",
            Self::CumulativeRate => "cumulative_rate",
            Self::YearRate => "year_rate",
        }
    }

    /// The source of an id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.id() == id)
    }

    /// The source an indicator names.
    #[must_use]
    pub fn of(indicator: &Indicator) -> Option<Self> {
        indicator.data_source.get().and_then(|id| Self::from_id(id))
    }

    /// The days it looks at, for a period.
    #[must_use]
    pub fn span(self, first: Date, last: Date) -> (Date, Date) {
        let year = Month::new(last.year(), 1).map_or(first, Month::first_day);
        match self {
            Self::MonthRate => (first, last),
            Self::OpenFindings => (last, last),
            _ => (year, last),
        }
    }
}

/// What the records say of one subject and one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// So much: reports, tasks, findings, or fen.
    pub done: i64,
    /// Of so much; absent for a count.
    pub of: Option<i64>,
}

impl Measure {
    /// A rate in hundredths of a percent, a count in hundredths; `None` of nothing.
    #[must_use]
    pub fn hundredths(self) -> Option<i64> {
        match self.of {
            Some(of) => rate(self.done, of),
            None => self.done.checked_mul(100),
        }
    }
}

/// What the records hold of one subject of an assessment.
#[derive(Debug, Default)]
pub struct Records<'a> {
    /// Its projects.
    pub briefs: Vec<&'a Brief>,
    /// The reports it owes.
    pub reports: Vec<&'a Obligation>,
    /// Findings it answers for that are open on the last day.
    pub findings: u32,
}

impl Records<'_> {
    /// What a source says for days; `None` where there is nothing to measure.
    #[must_use]
    pub fn measure(&self, source: Source, (from, to): (Date, Date)) -> Option<Measure> {
        let share = |share: Share| Measure {
            done: i64::from(share.done),
            of: Some(i64::from(share.of)),
        };
        let measured = match source {
            Source::ReportPunctuality => {
                let due = |one: &&&Obligation| {
                    let day = one.due.map(|due| due.date());
                    one.kind == ObligationKind::Report
                        && day.is_some_and(|day| (from..=to).contains(&day))
                };
                let judged = self.reports.iter().filter(due);
                share(punctuality(judged.filter_map(|one| one.verdict)))
            }
            Source::CountdownRate => share(countdown(self.briefs.iter().copied(), from, to)),
            Source::OpenFindings => Measure {
                done: i64::from(self.findings),
                of: None,
            },
            Source::MonthRate | Source::CumulativeRate => self.months(from, to),
            Source::YearRate => {
                let plans = self
                    .briefs
                    .iter()
                    .filter_map(|brief| brief.years.get(&to.year()));
                let plan = plans.map(|plan| plan.plan_fen).fold(0, i64::saturating_add);
                Measure {
                    done: self.months(from, to).done,
                    of: Some(plan),
                }
            }
        };
        measured.hundredths().map(|_| measured)
    }

    /// Plan and work of the months that lie within days.
    fn months(&self, from: Date, to: Date) -> Measure {
        let within = from.month_of()..=to.month_of();
        let months = self
            .briefs
            .iter()
            .flat_map(|brief| brief.months.range(within.clone()));
        let (done, of) = months.fold((0i64, 0i64), |(done, of), (_, month)| {
            (
                done.saturating_add(month.done_fen),
                of.saturating_add(month.plan_fen),
            )
        });
        Measure { done, of: Some(of) }
    }
}

/// The value of a sheet that measures make, in the order of the measures: what the county's formula makes of them or, where it gives none
/// and a value is a share of a hundred, a rate itself. A count says nothing without a formula.
#[must_use]
pub fn proposed(
    profile: &Profile,
    indicator: &Indicator,
    measures: &[Measure],
) -> Vec<Option<i64>> {
    let points = profile.score.mode == Some(ScoreMode::Points);
    let formula = indicator
        .formula
        .get()
        .and_then(|text| text.parse::<Formula>().ok());
    let full = match profile.score.max_points.get() {
        Some(caps) if points => caps.get(&indicator.id).map(|cap| i64::from(*cap) * 100),
        _ if points => None,
        _ => Some(10_000),
    };
    let all: Vec<i64> = measures.iter().filter_map(|one| one.hundredths()).collect();
    let value = |one: &Measure| {
        let measured = one.hundredths()?;
        let made = match &formula {
            Some(formula) if formula.way == Way::Manual => return None,
            Some(formula) => formula.points(full?, measured, &all),
            None if points || one.of.is_none() => return None,
            None => measured.min(10_000),
        };
        // What a sheet takes is never below nothing.
        Some(made.max(0))
    };
    measures.iter().map(value).collect()
}

/// How many of the judged months were on time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// So many did.
    pub done: u32,
    /// Of so many.
    pub of: u32,
}

impl Share {
    /// The share in hundredths of a percent, half up; `None` of nothing.
    #[must_use]
    pub fn hundredths(self) -> Option<i64> {
        rate(i64::from(self.done), i64::from(self.of))
    }

    fn count(&mut self, done: bool) {
        self.of += 1;
        self.done += u32::from(done);
    }
}

/// What was done of an amount, in hundredths of a percent, half up; `None` of nothing.
#[must_use]
pub fn rate(done: i64, of: i64) -> Option<i64> {
    let (done, of) = (i128::from(done), i128::from(of));
    let share = (of > 0).then(|| (done * 20_000 + of).div_euclid(of * 2))?;
    i64::try_from(share).ok()
}

/// Reports that were on time, of those whose day has come.
#[must_use]
pub fn punctuality(periods: impl IntoIterator<Item = Timeliness>) -> Share {
    let mut share = Share::default();
    for judged in periods {
        if judged != Timeliness::Pending {
            share.count(judged == Timeliness::OnTime);
        }
    }
    share
}

/// Tasks of the countdown that were due within days, and are done by the last of them.
fn countdown<'a>(briefs: impl IntoIterator<Item = &'a Brief>, from: Date, to: Date) -> Share {
    let mut share = Share::default();
    for task in briefs.into_iter().flat_map(|brief| &brief.countdown) {
        if (from..=to).contains(&task.due) {
            share.count(task.done.is_some_and(|done| done <= to));
        }
    }
    share
}

/// The findings of a project that are open at the end of a day, by the unit that answers for them.
pub fn open_findings(brief: &Brief, day: Date) -> impl Iterator<Item = Option<UnitId>> {
    let open = brief
        .findings
        .iter()
        .filter(move |found| found.is_open_on(day));
    open.map(|found| found.unit.or(brief.lead).or(brief.home))
}
