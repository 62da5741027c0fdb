//! Working days: Monday to Friday, less the profile's holidays, plus the weekend days that are worked.
//!
//! They only count what is left; a deadline never moves because of them (domain.md 0.4.5).

use crate::profile::Calendar;
use crate::time::Date;

/// Days beyond which counting stops: some four years.
const SPAN_DAYS_MAX: i64 = 1_500;

/// True when the day is worked.
#[must_use]
pub fn is_workday(calendar: &Calendar, day: Date) -> bool {
    if calendar.workdays.contains(&day) {
        return true;
    }
    day.weekday() <= 5 && !calendar.holidays.contains(&day)
}

/// Working days from `today` to `due`: 0 on the due day, negative when it is over.
///
/// Shape: counts the working days after `today` up to and including `due` (or backwards); capped at about four years.
#[must_use]
pub fn working_days_left(calendar: &Calendar, today: Date, due: Date) -> i32 {
    let span = (due.to_days() - today.to_days()).clamp(-SPAN_DAYS_MAX, SPAN_DAYS_MAX);
    let count = |from: i64, to: i64| {
        (from..=to)
            .filter(|days| is_workday(calendar, Date::from_days(*days)))
            .count()
    };
    let start = today.to_days();
    let (days, sign) = if span >= 0 {
        (count(start + 1, start + span), 1)
    } else {
        (count(start + span + 1, start), -1)
    };
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    // A weekend alone after the due day still means that it is over.
    if span < 0 && days == 0 {
        -1
    } else {
        sign * days
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a failed test should panic")]
    fn weekends_do_not_count_and_the_due_day_is_zero() {
        let calendar = Profile::built_in("kaizhou").unwrap().calendar;
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (today, due, left) in [
            ("2026-11-23", "2026-11-30", 5),
            ("2026-11-30", "2026-11-30", 0),
            ("2026-11-28", "2026-11-30", 1),
            ("2026-12-01", "2026-11-30", -1),
            ("2026-11-22", "2026-11-20", -1),
            ("2026-12-07", "2026-11-30", -5),
        ] {
            assert_eq!(
                working_days_left(&calendar, day(today), day(due)),
                left,
                "{today} {due}"
            );
        }
    }

    #[test]
    #[expect(clippy::unwrap_used, reason = "a failed test should panic")]
    fn holidays_and_worked_weekends_come_from_the_profile() {
        let mut calendar = Profile::built_in("kaizhou").unwrap().calendar;
        let day = |text: &str| text.parse::<Date>().unwrap();
        calendar.holidays = vec![day("2026-11-24")];
        calendar.workdays = vec![day("2026-11-28")];
        assert_eq!(
            working_days_left(&calendar, day("2026-11-23"), day("2026-11-30")),
            5
        );
        calendar.workdays.clear();
        assert_eq!(
            working_days_left(&calendar, day("2026-11-23"), day("2026-11-30")),
            4
        );
    }
}
