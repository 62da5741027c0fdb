//! When something comes round again: the grammar of domain.md 13.0, as text and as a value.
//!
//! What the calendar makes of it (periods, windows, due days) stands in `calendar`. One text has one value and is printed back
//! unchanged, but for a leading zero somebody wrote. Days that exist in no month are refused when the file is read; days that
//! do not exist in one month are clamped to its last day (domain.md 0.4.4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::days_in_month;

mod calendar;

pub use calendar::{Period, Trigger};

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
    /// Every year in a window; an end that is `None` is open, one before the start lies in the next year.
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
            // Without its months or days the county's calendar says which (`Profile::lint`); these are its readings.
            ("every2m", None) => Some(Self::EveryTwoMonths(true)),
            ("quarterly_start", None) => Some(Self::QuarterlyStart(1, 10)),
            ("every2m", Some("even")) => Some(Self::EveryTwoMonths(true)),
            ("every2m", Some("odd")) => Some(Self::EveryTwoMonths(false)),
            ("periodic", None) => Some(Self::Periodic),
            ("immediate", None) => Some(Self::Immediate),
            ("on_demand", None) => Some(Self::OnDemand),
            ("once", Some(event)) if is_event(event) => Some(Self::Once(event.to_owned())),
            _ => None,
        };
        parsed.ok_or_else(|| RecurError(text.chars().take(64).collect()))
    }
}

/// One or two digits, from 1 to `max`.
fn number(text: &str, max: u8) -> Option<u8> {
    let digits = text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && (1..=max).contains(number))
}

/// Events are ids of the engine: lower case, digits and underscores.
fn is_event(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    !text.is_empty() && text.bytes().all(letter)
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

#[cfg(test)]
mod tests;
