//! Working days: Monday to Friday, less the official holidays, plus the weekend days that are worked instead.
//!
//! The days off are data, one file per year as the State Council's notice gives them ([`HolidayYear`]); the years known when this
//! version was made ship with it, the hub publishes later ones as rows of `holidays`, and a county's profile has its own days. A question that needs a year nobody supplied
//! is answered with [`YearMissing`] and the year, never by guessing from weekdays, so that a screen can say what to import.
//! A notice may already name days of the December before its year; until it is supplied that December counts by its own year.
//!
//! Working days only count what is left and plan backwards; a deadline never moves because of them (domain.md 0.4.5).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::book::{Book, Cells as _};
use crate::command::{Refusal, UnsoundFile, Why, Write};
use crate::decide::refuse_by;
use crate::field::{Column, Table};
use crate::profile::Calendar;
use crate::rules::Entry;
use crate::time::Date;

/// The notices that ship: one file per year.
const BUILT_IN: [&str; 3] = [
    include_str!("../../profiles/holidays/2024.json"),
    include_str!("../../profiles/holidays/2025.json"),
    include_str!("../../profiles/holidays/2026.json"),
];

/// Where it is fixed that a year's days come in by a file.
const RULE: &str = "domain 0.4.5";

/// Days beyond which counting stops: a century, far past any year that can be known.
const SPAN_DAYS_MAX: i64 = 36_525;

/// One year's official holidays, as a file states them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    /// The year.
    pub year: i16,
    /// Days off, weekends within them included.
    pub holidays: Vec<Date>,
    /// Saturdays and Sundays that are worked.
    pub workdays: Vec<Date>,
    /// The notice they come from.
    pub source: String,
}

/// Why a file of holidays is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidayError {
    /// It has not the form of such a file.
    #[error("not a file of holidays: {0}")]
    Form(String),
    /// It names no day off: a year announced but not yet filled.
    #[error("the year {0} has no holidays yet")]
    Empty(i16),
    /// It does not say where the days come from.
    #[error("the source is missing")]
    NoSource,
    /// It is the file of another year.
    #[error("it holds the days of {0}")]
    Another(i16),
    /// A day lies neither in the year nor in the December before it.
    #[error("{0} lies outside the year")]
    Outside(Date),
    /// A worked day is no Saturday or Sunday.
    #[error("{0} is worked anyway")]
    NoWeekend(Date),
    /// A day stands twice, or is both off and worked.
    #[error("{0} is named twice")]
    Twice(Date),
}

impl HolidayYear {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`HolidayError`] names the first thing that is wrong.
    pub fn parse(json: &str) -> Result<Self, HolidayError> {
        let year: Self =
            serde_json::from_str(json).map_err(|error| HolidayError::Form(error.to_string()))?;
        if year.holidays.is_empty() {
            return Err(HolidayError::Empty(year.year));
        }
        if year.source.trim().is_empty() {
            return Err(HolidayError::NoSource);
        }
        let mut seen = BTreeSet::new();
        for day in year.holidays.iter().chain(&year.workdays) {
            let before = day.year() == year.year - 1 && day.month() == 12;
            if day.year() != year.year && !before {
                return Err(HolidayError::Outside(*day));
            }
            if !seen.insert(*day) {
                return Err(HolidayError::Twice(*day));
            }
        }
        if let Some(day) = year.workdays.iter().find(|day| day.weekday() <= 5) {
            return Err(HolidayError::NoWeekend(*day));
        }
        Ok(year)
    }
}

/// Judges a year's notice that the hub publishes: whole and sound, or not at all.
///
/// # Errors
/// [`Why::Unsound`] with the first thing that is wrong.
pub(super) fn judge(entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let sound = HolidayYear::parse(entry.text(Column::Text)).map_err(|error| error.to_string());
    let sound = sound.and_then(|notice| {
        let named = entry.text(Column::Year);
        if notice.year.to_string() == named {
            Ok(())
        } else {
            Err(HolidayError::Another(notice.year).to_string())
        }
    });
    match sound {
        Ok(()) => Ok(Vec::new()),
        Err(message) => Err(refuse_by(
            Why::Unsound(Box::new(UnsoundFile {
                path: Table::Holidays.id().to_owned(),
                message,
                ..UnsoundFile::default()
            })),
            RULE,
        )),
    }
}

/// The answer needs the holidays of a year nobody supplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the holidays of {0} are not known")]
pub struct YearMissing(pub i16);

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkCalendar {
    years: BTreeMap<i16, HolidayYear>,
    /// The county's own days: true for worked.
    own: BTreeMap<Date, bool>,
}

impl WorkCalendar {
    /// The years that ship.
    #[must_use]
    pub fn built_in() -> Self {
        let years = BUILT_IN
            .iter()
            .filter_map(|json| HolidayYear::parse(json).ok());
        years.fold(Self::default(), Self::with_year)
    }

    /// The years that ship, then those the hub published (the last one of a year counts), then the days of a county's profile.
    #[must_use]
    pub fn of(calendar: &Calendar, published: &Book) -> Self {
        let notices = published.each(Table::Holidays);
        let notices =
            notices.filter_map(|notice| HolidayYear::parse(notice.text(Column::Text)).ok());
        let mut all = notices.fold(Self::built_in(), Self::with_year);
        let off = calendar.holidays.iter().map(|day| (*day, false));
        let worked = calendar.workdays.iter().map(|day| (*day, true));
        all.own.extend(off.chain(worked));
        all
    }

    /// The same with one more year; a year that was known is replaced.
    #[must_use]
    pub fn with_year(mut self, year: HolidayYear) -> Self {
        self.years.insert(year.year, year);
        self
    }

    /// The years that are known, in order.
    pub fn years(&self) -> impl Iterator<Item = &HolidayYear> {
        self.years.values()
    }

    /// True when the day is worked.
    ///
    /// # Errors
    /// [`YearMissing`] when neither the county nor a notice says it.
    pub fn is_worked(&self, day: Date) -> Result<bool, YearMissing> {
        if let Some(worked) = self.own.get(&day) {
            return Ok(*worked);
        }
        let own = self.years.get(&day.year()).ok_or(YearMissing(day.year()))?;
        // The next year's notice speaks last about the December before it.
        let next = self.years.get(&(day.year() + 1));
        let said = next.into_iter().chain([own]).find_map(|year| {
            if year.workdays.contains(&day) {
                Some(true)
            } else {
                year.holidays.contains(&day).then_some(false)
            }
        });
        Ok(said.unwrap_or(day.weekday() <= 5))
    }

    /// Working days from `from` to `to`, both included; 0 when `to` lies before `from`.
    ///
    /// # Errors
    /// [`YearMissing`] when a day between them lies in an unknown year.
    pub fn count(&self, from: Date, to: Date) -> Result<i32, YearMissing> {
        let mut count = 0;
        let span = (to.to_days() - from.to_days()).min(SPAN_DAYS_MAX);
        for step in 0..=span {
            count += i32::from(self.is_worked(from.plus_days(step))?);
        }
        Ok(count)
    }

    /// The day that is `days` working days after `day` (before it, when negative); `day` itself does not count.
    ///
    /// Zero is the day itself, worked or not.
    ///
    /// # Errors
    /// [`YearMissing`] when the way leads through an unknown year.
    pub fn plus(&self, day: Date, days: i32) -> Result<Date, YearMissing> {
        let step = i64::from(days.signum());
        let mut at = day;
        let mut left = days.unsigned_abs();
        while left > 0 {
            at = at.plus_days(step);
            left -= u32::from(self.is_worked(at)?);
        }
        Ok(at)
    }

    /// Plans backwards from a due day: the day each step must begin, in the order of the steps.
    ///
    /// Each step takes its number of working days; the last step's last day is the due day, or the last worked day before it.
    ///
    /// # Errors
    /// [`YearMissing`] when the way leads through an unknown year.
    pub fn plan_back(&self, due: Date, steps: &[u16]) -> Result<Vec<Date>, YearMissing> {
        // The day after the end of the step in hand.
        let mut after = due.plus_days(1);
        let mut starts = Vec::with_capacity(steps.len());
        for days in steps.iter().rev() {
            after = self.plus(after, -i32::from(*days))?;
            starts.push(after);
        }
        starts.reverse();
        Ok(starts)
    }

    /// Working days from `today` to `due`: 0 on the due day, negative when it is over.
    ///
    /// Shape: counts the working days after `today` up to and including `due` (or backwards).
    ///
    /// # Errors
    /// [`YearMissing`] when a day between them lies in an unknown year.
    pub fn left(&self, today: Date, due: Date) -> Result<i32, YearMissing> {
        if today <= due {
            return if today == due {
                Ok(0)
            } else {
                self.count(today.plus_days(1), due)
            };
        }
        // A weekend alone after the due day still means that it is over.
        Ok(-self.count(due.plus_days(1), today)?.max(1))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_years_that_ship_are_the_official_ones() {
        let calendar = WorkCalendar::built_in();
        assert_eq!(calendar.years().count(), BUILT_IN.len());
        for (year, worked) in [(2024, 251), (2025, 248), (2026, 248)] {
            let (from, to) = (
                Date::new(year, 1, 1).unwrap(),
                Date::new(year, 12, 31).unwrap(),
            );
            assert_eq!(calendar.count(from, to), Ok(worked), "{year}");
        }
        for (text, worked) in [
            ("2024-02-09", true),
            ("2024-02-18", true),
            ("2024-05-11", true),
            ("2024-10-07", false),
            ("2025-01-26", true),
            ("2025-06-02", false),
            ("2025-10-08", false),
            ("2026-01-02", false),
            ("2026-01-04", true),
            ("2026-02-23", false),
            ("2026-11-21", false),
            ("2026-11-23", true),
        ] {
            assert_eq!(calendar.is_worked(day(text)), Ok(worked), "{text}");
        }
    }

    #[test]
    fn a_year_nobody_supplied_is_named_and_not_guessed() {
        let calendar = WorkCalendar::built_in();
        let missing = Err(YearMissing(2027));
        assert_eq!(
            calendar.is_worked(day("2027-03-03")),
            Err(YearMissing(2027))
        );
        assert_eq!(calendar.left(day("2026-12-25"), day("2027-01-05")), missing);
        assert_eq!(calendar.left(day("2026-12-25"), day("2026-12-31")), Ok(4));
        assert_eq!(calendar.plus(day("2026-12-30"), 2), Err(YearMissing(2027)));
        assert_eq!(
            calendar.plan_back(day("2024-01-05"), &[10]),
            Err(YearMissing(2023))
        );
        // Supplied, it is counted; the notice may reach into the December before.
        let json = r#"{"year":2027,"holidays":["2026-12-31","2027-01-01"],"workdays":["2026-12-26"],"source":"test"}"#;
        let calendar = calendar.with_year(HolidayYear::parse(json).unwrap());
        assert_eq!(calendar.left(day("2026-12-25"), day("2027-01-05")), Ok(6));
    }

    #[test]
    fn a_file_that_cannot_be_right_is_refused() {
        let parse = |holidays: &str, workdays: &str, source: &str| {
            HolidayYear::parse(&format!(
                r#"{{"year":2027,"holidays":[{holidays}],"workdays":[{workdays}],"source":"{source}"}}"#
            ))
        };
        let first = r#""2027-01-01""#;
        assert!(parse(first, r#""2027-01-03""#, "notice").is_ok());
        assert_eq!(parse("", "", "notice"), Err(HolidayError::Empty(2027)));
        assert_eq!(parse(first, "", " "), Err(HolidayError::NoSource));
        assert_eq!(
            parse(r#""2028-01-01""#, "", "notice"),
            Err(HolidayError::Outside(day("2028-01-01")))
        );
        assert_eq!(
            parse(r#""2026-11-30""#, "", "notice"),
            Err(HolidayError::Outside(day("2026-11-30")))
        );
        assert_eq!(
            parse(first, r#""2027-01-04""#, "notice"),
            Err(HolidayError::NoWeekend(day("2027-01-04")))
        );
        assert_eq!(
            parse(r#""2027-01-02""#, r#""2027-01-02""#, "notice"),
            Err(HolidayError::Twice(day("2027-01-02")))
        );
        for json in [
            "",
            "{}",
            r#"{"year":2027,"holidays":["2027-02-30"],"workdays":[],"source":"x"}"#,
        ] {
            assert!(
                matches!(HolidayYear::parse(json), Err(HolidayError::Form(_))),
                "{json}"
            );
        }
    }

    #[test]
    fn plans_are_made_backwards_from_the_due_day() {
        let calendar = WorkCalendar::built_in();
        // National Day 2026: worked on 20 September and 10 October, off from the 1st to the 7th.
        let plan = calendar.plan_back(day("2026-10-10"), &[3, 2, 2]).unwrap();
        assert_eq!(plan, ["2026-09-24", "2026-09-30", "2026-10-09"].map(day));
        assert_eq!(
            calendar.plan_back(day("2026-11-22"), &[1]),
            Ok(vec![day("2026-11-20")])
        );
        assert_eq!(calendar.plan_back(day("2026-11-20"), &[]), Ok(Vec::new()));
    }

    #[test]
    fn weekends_do_not_count_and_the_due_day_is_zero() {
        let calendar =
            WorkCalendar::of(&Profile::built_in("kaizhou").unwrap().calendar, Book::EMPTY);
        for (today, due, left) in [
            ("2026-11-23", "2026-11-30", 5),
            ("2026-11-30", "2026-11-30", 0),
            ("2026-11-28", "2026-11-30", 1),
            ("2026-12-01", "2026-11-30", -1),
            ("2026-11-22", "2026-11-20", -1),
            ("2026-12-07", "2026-11-30", -5),
            ("2026-09-30", "2026-10-08", 1),
        ] {
            assert_eq!(
                calendar.left(day(today), day(due)),
                Ok(left),
                "{today} {due}"
            );
        }
    }

    #[test]
    fn a_county_has_days_of_its_own() {
        let mut calendar = Profile::built_in("kaizhou").unwrap().calendar;
        calendar.holidays = vec![day("2026-11-24"), day("2031-05-05")];
        calendar.workdays = vec![day("2026-11-28")];
        let left = |calendar: &Calendar| {
            WorkCalendar::of(calendar, Book::EMPTY).left(day("2026-11-23"), day("2026-11-30"))
        };
        assert_eq!(left(&calendar), Ok(5));
        // A single day of its own says nothing about the rest of an unknown year.
        let own = WorkCalendar::of(&calendar, Book::EMPTY);
        assert_eq!(own.is_worked(day("2031-05-05")), Ok(false));
        assert_eq!(own.is_worked(day("2031-05-06")), Err(YearMissing(2031)));
        calendar.workdays.clear();
        assert_eq!(left(&calendar), Ok(4));
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(start in 0i64..900, days in 1i32..60) {
            let calendar = WorkCalendar::built_in();
            let from = day("2024-01-01").plus_days(start);
            let Ok(to) = calendar.plus(from, days) else { return Ok(()) };
            prop_assert!(calendar.is_worked(to).unwrap());
            prop_assert_eq!(calendar.count(from.plus_days(1), to), Ok(days));
            prop_assert_eq!(calendar.left(from, to), Ok(days));
            if calendar.is_worked(from).unwrap() {
                prop_assert_eq!(calendar.plus(to, -days), Ok(from));
                prop_assert_eq!(calendar.left(to, from), Ok(-days));
            }
        }

        #[test]
        fn a_plan_leaves_each_step_its_days(start in 300i64..1_000, steps in prop::collection::vec(1u16..15, 0..6)) {
            let calendar = WorkCalendar::built_in();
            let due = day("2024-01-01").plus_days(start);
            let starts = calendar.plan_back(due, &steps).unwrap();
            prop_assert_eq!(starts.len(), steps.len());
            for (index, days) in steps.iter().enumerate() {
                let end = starts.get(index + 1).map_or(due, |next| next.plus_days(-1));
                prop_assert_eq!(calendar.count(starts[index], end), Ok(i32::from(*days)));
                prop_assert!(calendar.is_worked(starts[index]).unwrap());
            }
        }

        #[test]
        fn wild_files_never_panic(text in any::<String>()) {
            prop_assert!(HolidayYear::parse(&text).is_err());
        }
    }
}
