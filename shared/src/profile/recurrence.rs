//! When something comes round again: the grammar of domain.md 13.0, and the periods and due days that follow from it.
//!
//! Days that do not exist in a month are clamped to its last one, days that exist in none are refused when the file is read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::{Date, Month, days_in_month};

/// A recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recur {
    /// Every week, due on a day (1 = Monday) if one is named.
    Weekly(Option<u8>),
    /// Every month, due on the named days; 32 stands for the last. Two days make two halves. None: no day was given.
    Monthly(Vec<u8>),
    /// Every quarter.
    Quarterly,
    /// In the first month of a quarter, between two days.
    QuarterlyStart(u8, u8),
    /// Every half year.
    HalfYearly,
    /// Every year.
    Yearly,
    /// Every year by a day.
    YearlyDay(u8, u8),
    /// Every year in a window; an end that is `None` is open.
    YearlyWindow((u8, u8), Option<(u8, u8)>),
    /// Every year in the named months.
    YearlyMonths(Vec<u8>),
    /// Every two months; true: the period ends with the even one.
    EveryTwoMonths(bool),
    /// Regularly, the source gives no number.
    Periodic,
    /// At once.
    Immediate,
    /// When somebody asks.
    OnDemand,
    /// Once, after an event.
    Once(String),
}

/// The day number that stands for the last day of a month.
const LAST: u8 = 32;

/// Why a text is no recurrence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no recurrence")]
pub struct RecurError(String);

/// One period of a recurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `2026-11`, `2026-11-H1`, `2026-Q4`, `2026-S2`, `2026`, or the Monday of a week.
    pub id: String,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Due, inclusive, when a day is named.
    pub due: Option<Date>,
}

impl Recur {
    /// True for reports of calendar months.
    #[must_use]
    pub fn is_monthly(&self) -> bool {
        matches!(self, Self::Monthly(days) if days.len() < 2)
    }

    /// The days of this month on which something is due, in order; empty when the recurrence names none.
    #[must_use]
    pub fn due_days(&self, month: Month) -> Vec<Date> {
        let Self::Monthly(days) = self else {
            return Vec::new();
        };
        days.iter().filter_map(|day| clamp(month, *day)).collect()
    }

    /// The period a day lies in; `None` for recurrences without periods.
    #[must_use]
    pub fn period(&self, day: Date) -> Option<Period> {
        let month = day.month_of();
        let year = day.year();
        Some(match self {
            Self::Weekly(due) => {
                let first = day.plus_days(1 - i64::from(day.weekday()));
                // A report for a week is due on the named day of the next one.
                let due = due.map(|weekday| first.plus_days(6 + i64::from(weekday)));
                Period {
                    id: first.to_string(),
                    first,
                    last: first.plus_days(6),
                    due,
                }
            }
            Self::Monthly(days) if days.len() == 2 => {
                let middle = clamp(month, days[0])?;
                let half = if day <= middle { 1 } else { 2 };
                Period {
                    id: format!("{month}-H{half}"),
                    first: if half == 1 {
                        month.first_day()
                    } else {
                        middle.plus_days(1)
                    },
                    last: if half == 1 { middle } else { month.last_day() },
                    due: clamp(month, days[half - 1]),
                }
            }
            Self::Monthly(days) => Period {
                id: month.to_string(),
                first: month.first_day(),
                last: month.last_day(),
                due: days.first().and_then(|due| clamp(month, *due)),
            },
            Self::Quarterly | Self::QuarterlyStart(..) => {
                let quarter = (month.month() - 1) / 3;
                let first = Month::new(year, quarter * 3 + 1)?;
                let due = match self {
                    Self::QuarterlyStart(_, day) => clamp(first, *day),
                    _ => None,
                };
                Period {
                    id: format!("{year:04}-Q{}", quarter + 1),
                    first: first.first_day(),
                    last: first.plus(2).last_day(),
                    due,
                }
            }
            Self::HalfYearly => {
                let half = (month.month() - 1) / 6;
                let first = Month::new(year, half * 6 + 1)?;
                Period {
                    id: format!("{year:04}-S{}", half + 1),
                    first: first.first_day(),
                    last: first.plus(5).last_day(),
                    due: None,
                }
            }
            Self::EveryTwoMonths(even) => {
                let ends_here = month.month().is_multiple_of(2) == *even;
                let last = if ends_here { month } else { month.plus(1) };
                Period {
                    id: last.to_string(),
                    first: last.plus(-1).first_day(),
                    last: last.last_day(),
                    due: None,
                }
            }
            Self::Yearly
            | Self::YearlyDay(..)
            | Self::YearlyWindow(..)
            | Self::YearlyMonths(..) => {
                let due = match self {
                    Self::YearlyDay(month, day) | Self::YearlyWindow(_, Some((month, day))) => {
                        clamp(Month::new(year, *month)?, *day)
                    }
                    _ => None,
                };
                Period {
                    id: format!("{year:04}"),
                    first: Date::new(year, 1, 1)?,
                    last: Date::new(year, 12, 31)?,
                    due,
                }
            }
            Self::Periodic | Self::Immediate | Self::OnDemand | Self::Once(_) => return None,
        })
    }

    /// The periods that touch the days from `from` to `to`, in order; at most a thousand.
    #[must_use]
    pub fn periods(&self, from: Date, to: Date) -> Vec<Period> {
        let mut periods = Vec::new();
        let mut day = from;
        while day <= to && periods.len() < 1_000 {
            let Some(period) = self.period(day) else {
                break;
            };
            day = period.last.plus_days(1);
            periods.push(period);
        }
        periods
    }
}

fn clamp(month: Month, day: u8) -> Option<Date> {
    Date::new(
        month.year(),
        month.month(),
        day.min(days_in_month(month.year(), month.month())),
    )
}

impl FromStr for Recur {
    type Err = RecurError;

    fn from_str(text: &str) -> Result<Self, RecurError> {
        let (head, tail) = match text.split_once(':') {
            Some((head, tail)) => (head, Some(tail)),
            None => (text, None),
        };
        let parsed = match (head, tail) {
            ("weekly", None) => Some(Self::Weekly(None)),
            ("weekly", Some(day)) => number(day, 7).map(|day| Self::Weekly(Some(day))),
            ("monthly", None) => Some(Self::Monthly(Vec::new())),
            ("monthly", Some("last")) => Some(Self::Monthly(vec![LAST])),
            ("monthly", Some(days)) => numbers(days, 31)
                .filter(|days| days.len() <= 2)
                .map(Self::Monthly),
            ("quarterly", None) => Some(Self::Quarterly),
            ("quarterly_start", Some(days)) => days
                .split_once('-')
                .and_then(|(from, to)| Some((number(from, 31)?, number(to, 31)?)))
                .filter(|(from, to)| from <= to)
                .map(|(from, to)| Self::QuarterlyStart(from, to)),
            ("halfyearly", None) => Some(Self::HalfYearly),
            ("yearly", None) => Some(Self::Yearly),
            ("yearly", Some(when)) => match when.split_once("..") {
                None => month_day(when).map(|(month, day)| Self::YearlyDay(month, day)),
                Some((from, "null")) => month_day(from).map(|from| Self::YearlyWindow(from, None)),
                Some((from, to)) => month_day(from)
                    .zip(month_day(to))
                    .map(|(from, to)| Self::YearlyWindow(from, Some(to))),
            },
            ("yearly_months", Some(months)) => numbers(months, 12).map(Self::YearlyMonths),
            ("every2m", Some("even")) => Some(Self::EveryTwoMonths(true)),
            ("every2m", Some("odd")) => Some(Self::EveryTwoMonths(false)),
            ("periodic", None) => Some(Self::Periodic),
            ("immediate", None) => Some(Self::Immediate),
            ("on_demand", None) => Some(Self::OnDemand),
            ("once", Some(event)) if !event.is_empty() => Some(Self::Once(event.to_owned())),
            _ => None,
        };
        parsed.ok_or_else(|| RecurError(text.chars().take(64).collect()))
    }
}

fn number(text: &str, max: u8) -> Option<u8> {
    text.parse()
        .ok()
        .filter(|number| (1..=max).contains(number))
}

fn numbers(text: &str, max: u8) -> Option<Vec<u8>> {
    let numbers: Vec<u8> = text
        .split(',')
        .map(|part| number(part, max))
        .collect::<Option<_>>()?;
    numbers.is_sorted_by(|a, b| a < b).then_some(numbers)
}

fn month_day(text: &str) -> Option<(u8, u8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (number(month, 12)?, number(day, 31)?);
    // 2024 is a leap year, so that 29 February passes.
    (day <= days_in_month(2024, month)).then_some((month, day))
}

impl fmt::Display for Recur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |numbers: &[u8]| {
            numbers
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        match self {
            Self::Weekly(None) => write!(f, "weekly"),
            Self::Weekly(Some(day)) => write!(f, "weekly:{day}"),
            Self::Monthly(days) if days.is_empty() => write!(f, "monthly"),
            Self::Monthly(days) if *days == [LAST] => write!(f, "monthly:last"),
            Self::Monthly(days) => write!(f, "monthly:{}", list(days)),
            Self::Quarterly => write!(f, "quarterly"),
            Self::QuarterlyStart(from, to) => write!(f, "quarterly_start:{from}-{to}"),
            Self::HalfYearly => write!(f, "halfyearly"),
            Self::Yearly => write!(f, "yearly"),
            Self::YearlyDay(month, day) => write!(f, "yearly:{month:02}-{day:02}"),
            Self::YearlyWindow((m, d), None) => write!(f, "yearly:{m:02}-{d:02}..null"),
            Self::YearlyWindow((m, d), Some((n, e))) => {
                write!(f, "yearly:{m:02}-{d:02}..{n:02}-{e:02}")
            }
            Self::YearlyMonths(months) => write!(f, "yearly_months:{}", list(months)),
            Self::EveryTwoMonths(true) => write!(f, "every2m:even"),
            Self::EveryTwoMonths(false) => write!(f, "every2m:odd"),
            Self::Periodic => write!(f, "periodic"),
            Self::Immediate => write!(f, "immediate"),
            Self::OnDemand => write!(f, "on_demand"),
            Self::Once(event) => write!(f, "once:{event}"),
        }
    }
}

impl Serialize for Recur {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Recur {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
