//! Time without a clock: moments, civil dates and reporting periods at fixed +08:00 (domain.md 0.4).
//!
//! The moment is always passed in. China has one zone and no daylight saving since 1991, so the offset is a constant and
//! no zone database is needed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// The calendar date at +08:00.
    #[must_use]
    pub fn date(self) -> Date {
        Date::from_days((self.0.saturating_add(OFFSET_MS)).div_euclid(DAY_MS))
    }

    /// Hour, minute and second of the day at +08:00.
    #[must_use]
    pub fn clock(self) -> (u8, u8, u8) {
        let seconds = self.0.saturating_add(OFFSET_MS).rem_euclid(DAY_MS) / 1000;

        (
            (seconds / 3600) as u8,
            (seconds / 60 % 60) as u8,
            (seconds % 60) as u8,
        )
    }

    /// Whole seconds since 1970, as automerge counts commit time.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment this many milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl fmt::Display for Timestamp {
    /// `2026-11-21 14:32:05`, at +08:00.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.clock();
        write!(f, "{} {hour:02}:{minute:02}:{second:02}", self.date())
    }
}

/// Why a text is no date or period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date or period")]
pub struct DateError(pub String);

/// A civil date, proleptic Gregorian, years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i16,
    month: u8,
    day: u8,
}

impl Date {
    /// Makes a date; `None` for a day that does not exist.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// The day of the week, 1 = Monday to 7 = Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        let day = (self.to_days() + 3).rem_euclid(7) as u8;
        day + 1
    }

    /// The date this many days later (or earlier).
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.to_days().saturating_add(days))
    }

    /// Days since 1970-01-01. Source: Howard Hinnant, days_from_civil.
    #[must_use]
    pub fn to_days(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The date this many days after 1970-01-01, clamped to years 1 to 9999. Source: Howard Hinnant, civil_from_days.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let shifted = days.clamp(-719_162, 2_932_896) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);

        Self {
            year: year as i16,
            month: month as u8,
            day: day as u8,
        }
    }

    /// The moment `hour:minute:second` of this day at +08:00.
    #[must_use]
    pub fn at(self, hour: u8, minute: u8, second: u8) -> Timestamp {
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Timestamp(self.to_days() * DAY_MS + seconds * 1000 - OFFSET_MS)
    }

    /// The month this date lies in.
    #[must_use]
    pub fn month_of(self) -> Month {
        Month {
            year: self.year,
            month: self.month,
        }
    }
}

/// Days in a month of the Gregorian calendar; `month` is 1 to 12.
#[must_use]
pub fn days_in_month(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;
    /// Reads `YYYY-MM-DD` and nothing else; what people write is `text`'s business.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.chars().take(32).collect());
        if text.len() != 10 || !text.is_ascii() || &text[4..5] != "-" || &text[7..8] != "-" {
            return Err(error());
        }
        let part = |range: std::ops::Range<usize>| text[range].parse::<u16>().map_err(|_| error());
        let year = i16::try_from(part(0..4)?).map_err(|_| error())?;
        let small = |number: u16| u8::try_from(number).map_err(|_| error());
        Self::new(year, small(part(5..7)?)?, small(part(8..10)?)?).ok_or_else(error)
    }
}

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: u8,
}

impl Month {
    /// Makes a month; `None` outside years 1 to 9999 and months 1 to 12.
    #[must_use]
    pub fn new(year: i16, month: u8) -> Option<Self> {
        ((1..=9999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The month this many months later (or earlier), clamped to years 1 to 9999.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        let index = (i32::from(self.year) * 12 + i32::from(self.month) - 1 + months)
            .clamp(12, 9999 * 12 + 11);

        Self {
            year: (index / 12) as i16,
            month: (index % 12) as u8 + 1,
        }
    }

    /// The last day of the month.
    #[must_use]
    pub fn last_day(self) -> Date {
        Date {
            year: self.year,
            month: self.month,
            day: days_in_month(self.year, self.month),
        }
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date {
            year: self.year,
            month: self.month,
            day: 1,
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.chars().take(32).collect());
        if text.len() != 7 || !text.is_ascii() || &text[4..5] != "-" {
            return Err(error());
        }
        let year = text[..4]
            .parse::<u16>()
            .ok()
            .and_then(|year| i16::try_from(year).ok())
            .ok_or_else(error)?;
        let month = text[5..].parse().map_err(|_| error())?;
        Self::new(year, month).ok_or_else(error)
    }
}

macro_rules! text_serde {
    ($name:ident) => {
        crate::ids::text_schema!($name);
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
text_serde!(Date);
text_serde!(Month);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse_over_four_centuries() {
        for days in -200_000..200_000 {
            assert_eq!(Date::from_days(days).to_days(), days);
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_china() {
        let midnight = Date::new(2026, 11, 21).unwrap().at(0, 0, 0);
        assert_eq!(midnight.date().to_string(), "2026-11-21");
        assert_eq!(midnight.plus_ms(-1).date().to_string(), "2026-11-20");
        assert_eq!(midnight.to_string(), "2026-11-21 00:00:00");
        assert_eq!(Date::new(2026, 11, 21).unwrap().weekday(), 6);
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(Date::new(2024, 2, 30).is_none());
        assert!("2023-02-29".parse::<Date>().is_err());
        assert!("2024-02-29".parse::<Date>().is_ok());
        assert!("２０２４".parse::<Month>().is_err());
        assert_eq!(
            "2026-12".parse::<Month>().unwrap().plus(1).to_string(),
            "2027-01"
        );
    }
}
