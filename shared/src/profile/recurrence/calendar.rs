//! What the calendar makes of a recurrence: periods, their windows and due days (domain.md 0.4, 6.1, 13.0).
//!
//! Everything is a civil day at +08:00; a moment becomes a day before it comes here, and a day becomes a moment only through
//! [`Period::opens_at`] and [`Period::due_at`]. Nothing is invented: a recurrence without a day number has periods and no due day,
//! one without a cadence has no periods, and [`Recur::trigger`] says what sets it off instead.
//!
//! Periods of one recurrence never overlap. They follow one another without a gap, except those of named months.

use super::Recur;
use crate::time::{Date, Month, Timestamp, days_in_month};

/// Periods one question answers with at most; some nineteen years of weeks.
const PERIODS_MAX: usize = 1_000;

/// How far behind its period's last day a due day may lie: a week's report is due in the next week.
const DUE_LAG_DAYS: i64 = 7;

/// One period of a recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2026-11`, `2026-11-H1`, `2022-03..04`, `2026-Q4`, `2026-S2`, `2026`, or the Monday of a week.
    pub id: String,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// The day whose first second opens its window: its own first day, or that of the named window.
    pub opens: Date,
    /// Due, inclusive, when a day is named.
    pub due: Option<Date>,
}

impl Period {
    fn new(id: String, first: Date, last: Date, due: Option<Date>) -> Self {
        Self {
            id,
            first,
            last,
            opens: first,
            due,
        }
    }

    /// True when the day lies in it.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// The last day of its window, inclusive: the due day, or the period's last where none is named.
    #[must_use]
    pub fn closes(&self) -> Date {
        self.due.unwrap_or(self.last)
    }

    /// True on the days of its window.
    #[must_use]
    pub fn is_open(&self, day: Date) -> bool {
        (self.opens..=self.closes()).contains(&day)
    }

    /// The first moment at which something sent counts for it; anything earlier is sent in advance.
    #[must_use]
    pub fn opens_at(&self) -> Timestamp {
        self.opens.at(0, 0, 0)
    }

    /// The last second that is on time, for a county whose days end at this time; `None` when no day is named.
    #[must_use]
    pub fn due_at(&self, (hour, minute, second): (u8, u8, u8)) -> Option<Timestamp> {
        self.due.map(|day| day.at(hour, minute, second))
    }
}

/// What sets a recurrence off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger<'a> {
    /// The calendar: it has periods.
    Calendar,
    /// An event, once.
    Event(&'a str),
    /// Its own cause, at once.
    Cause,
    /// Somebody who asks.
    Request,
    /// The source says that it is regular and gives no cadence: shown as unset, never computed.
    Unset,
}

impl Recur {
    /// What sets it off; only [`Trigger::Calendar`] has periods.
    #[must_use]
    pub fn trigger(&self) -> Trigger<'_> {
        match self {
            Self::Once(event) => Trigger::Event(event),
            Self::Immediate => Trigger::Cause,
            Self::OnDemand => Trigger::Request,
            Self::Periodic => Trigger::Unset,
            Self::Weekly(_)
            | Self::Monthly(_)
            | Self::Quarterly
            | Self::QuarterlyStart(..)
            | Self::HalfYearly
            | Self::Yearly
            | Self::YearlyDay(..)
            | Self::YearlyWindow(..)
            | Self::YearlyMonths(_)
            | Self::EveryTwoMonths(_) => Trigger::Calendar,
        }
    }

    /// True for reports of calendar months.
    #[must_use]
    pub fn is_monthly(&self) -> bool {
        matches!(self, Self::Monthly(days) if days.len() < 2)
    }

    /// The due days that lie in this month, in order; empty when the recurrence names none.
    #[must_use]
    pub fn due_days(&self, month: Month) -> Vec<Date> {
        self.due_between(month.first_day(), month.last_day())
            .into_iter()
            .filter_map(|period| period.due)
            .collect()
    }

    /// The period a day lies in; `None` for recurrences without periods, and between named months.
    #[must_use]
    pub fn period(&self, day: Date) -> Option<Period> {
        let month = day.month_of();
        let year = day.year();
        Some(match self {
            Self::Weekly(due) => {
                let monday = day.plus_days(1 - i64::from(day.weekday()));
                // A report for a week is due on the named day of the next one.
                let due = due.map(|weekday| monday.plus_days(6 + i64::from(weekday)));
                Period::new(monday.to_string(), monday, monday.plus_days(6), due)
            }
            Self::Monthly(days) => match days.as_slice() {
                [first_due, second_due, ..] => half_month(day, *first_due, *second_due)?,
                [due] => months(month, 1, month.to_string(), clamp(month, *due)),
                [] => months(month, 1, month.to_string(), None),
            },
            Self::Quarterly => quarter(month)?,
            Self::QuarterlyStart(from, to) => {
                let mut period = quarter(month)?;
                let start = period.first.month_of();
                period.opens = clamp(start, *from)?;
                period.due = clamp(start, *to);
                period
            }
            Self::HalfYearly => {
                let half = (month.month() - 1) / 6;
                let first = Month::new(year, half * 6 + 1)?;
                months(first, 6, format!("{year:04}-S{}", half + 1), None)
            }
            Self::EveryTwoMonths(even) => {
                let ends_here = month.month().is_multiple_of(2) == *even;
                let first = if ends_here { month.plus(-1) } else { month };
                let id = format!("{first}..{:02}", first.plus(1).month());
                months(first, 2, id, None)
            }
            Self::Yearly => whole_year(year, None)?,
            Self::YearlyDay(month, day) => whole_year(year, on(year, (*month, *day)))?,
            Self::YearlyWindow(from, to) => match to {
                // A window over the turn of the year belongs to the year it opens in, and so do the days up to the next one.
                Some(to) if to < from => {
                    let opened = if day < on(year, *from)? {
                        year - 1
                    } else {
                        year
                    };
                    let opens = on(opened, *from)?;
                    let last = on(opened + 1, *from)?.plus_days(-1);
                    Period::new(format!("{opened:04}"), opens, last, on(opened + 1, *to))
                }
                to => {
                    let mut period = whole_year(year, to.and_then(|to| on(year, to)))?;
                    period.opens = on(year, *from)?;
                    period
                }
            },
            Self::YearlyMonths(named) => {
                named.binary_search(&month.month()).ok()?;
                months(month, 1, month.to_string(), Some(month.last_day()))
            }
            Self::Periodic | Self::Immediate | Self::OnDemand | Self::Once(_) => return None,
        })
    }

    /// The period a day lies in, or else the first one after it.
    #[must_use]
    pub fn period_from(&self, day: Date) -> Option<Period> {
        self.period(day).or_else(|| {
            let month = day.month_of();
            (1..=12).find_map(|later| self.period(month.plus(later).first_day()))
        })
    }

    /// The first period that begins after the day.
    #[must_use]
    pub fn next(&self, day: Date) -> Option<Period> {
        let after = self.period(day).map_or(day, |period| period.last);
        self.period_from(after.plus_days(1))
            .filter(|next| next.first > day)
    }

    /// The last period that ended before the day.
    #[must_use]
    pub fn previous(&self, day: Date) -> Option<Period> {
        let first = self.period(day).map_or(day, |period| period.first);
        let before = first.plus_days(-1);
        let month = before.month_of();
        self.period(before)
            .or_else(|| (1..=12).find_map(|earlier| self.period(month.plus(-earlier).last_day())))
            .filter(|previous| previous.last < day)
    }

    /// The periods that touch the days from `from` to `to`, in order; at most a thousand.
    #[must_use]
    pub fn periods(&self, from: Date, to: Date) -> Vec<Period> {
        let first = self.period_from(from);
        std::iter::successors(first, |period| self.next(period.last))
            .take_while(|period| period.first <= to)
            .take(PERIODS_MAX)
            .collect()
    }

    /// The periods whose due day lies between `from` and `to`, both included, by due day.
    #[must_use]
    pub fn due_between(&self, from: Date, to: Date) -> Vec<Period> {
        let mut periods = self.periods(from.plus_days(-DUE_LAG_DAYS), to);
        periods.retain(|period| period.due.is_some_and(|due| (from..=to).contains(&due)));
        periods
    }

    /// The period with this id; `None` when the recurrence has no such period.
    #[must_use]
    pub fn period_of(&self, id: &str) -> Option<Period> {
        self.period(day_in(id)?).filter(|period| period.id == id)
    }

    /// The periods of several recurrences of one thing that touch the days from `from` to `to`, by last day and then by first;
    /// a period that two of them share stands once.
    #[must_use]
    pub fn periods_of_all(all: &[Self], from: Date, to: Date) -> Vec<Period> {
        let mut periods: Vec<Period> = all
            .iter()
            .flat_map(|recur| recur.periods(from, to))
            .collect();
        periods.sort_by(|a, b| (a.last, a.first, &a.id).cmp(&(b.last, b.first, &b.id)));
        periods.dedup();
        periods
    }
}

/// A day of the period with this id: the last one of its year for a year, since a window may open late in it.
fn day_in(id: &str) -> Option<Date> {
    let (year, rest) = match id.split_once('-') {
        Some((year, rest)) => (year, Some(rest)),
        None => (id, None),
    };
    let year: i16 = (year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
        .then(|| year.parse().ok())
        .flatten()?;
    let month = |text: &str| Month::new(year, two_digits(text)?);
    match rest {
        None => Date::new(year, 12, 31),
        Some("Q1" | "S1") => Date::new(year, 1, 1),
        Some("Q2") => Date::new(year, 4, 1),
        Some("Q3" | "S2") => Date::new(year, 7, 1),
        Some("Q4") => Date::new(year, 10, 1),
        Some(rest) => match rest.split_once("..") {
            Some((from, _)) => month(from).map(Month::first_day),
            None => match rest.split_once('-') {
                Some((half, "H1")) => month(half).map(Month::first_day),
                Some((half, "H2")) => month(half).map(Month::last_day),
                Some((of, day)) => Date::new(year, two_digits(of)?, two_digits(day)?),
                None => month(rest).map(Month::first_day),
            },
        },
    }
}

fn two_digits(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `count` whole months.
fn months(first: Month, count: i32, id: String, due: Option<Date>) -> Period {
    Period::new(id, first.first_day(), first.plus(count - 1).last_day(), due)
}

/// Days 1 to 15, or 16 to the last, whatever the two due days are (domain.md 0.4.8).
fn half_month(day: Date, first_due: u8, second_due: u8) -> Option<Period> {
    let month = day.month_of();
    let middle = clamp(month, 15)?;
    Some(if day <= middle {
        Period::new(
            format!("{month}-H1"),
            month.first_day(),
            middle,
            clamp(month, first_due),
        )
    } else {
        Period::new(
            format!("{month}-H2"),
            middle.plus_days(1),
            month.last_day(),
            clamp(month, second_due),
        )
    })
}

fn quarter(month: Month) -> Option<Period> {
    let quarter = (month.month() - 1) / 3;
    let first = Month::new(month.year(), quarter * 3 + 1)?;
    let id = format!("{:04}-Q{}", month.year(), quarter + 1);
    Some(months(first, 3, id, None))
}

fn whole_year(year: i16, due: Option<Date>) -> Option<Period> {
    Some(months(Month::new(year, 1)?, 12, format!("{year:04}"), due))
}

/// A day of a year, clamped to its month.
fn on(year: i16, (month, day): (u8, u8)) -> Option<Date> {
    clamp(Month::new(year, month)?, day)
}

/// A day of a month, or its last one; so is the number that stands for the last day.
fn clamp(month: Month, day: u8) -> Option<Date> {
    let last = days_in_month(month.year(), month.month());
    Date::new(month.year(), month.month(), day.min(last))
}
