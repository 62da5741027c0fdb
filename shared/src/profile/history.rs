//! The versions of a county's rules, and which one counts on a day: a new one takes effect at a date, what was filed before keeps the
//! rule it was judged by.

use super::{Profile, ProfileError};
use crate::time::{Date, Month};

/// The versions of one county's rules, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileHistory {
    first: Profile,
    later: Vec<(Date, Profile)>,
}

impl ProfileHistory {
    /// A county that never changed the rules it began with.
    #[must_use]
    pub fn new(first: Profile) -> Self {
        Self {
            first,
            later: Vec::new(),
        }
    }

    /// Adds a version from its file, with its first day. Of two that begin on the same day the one added last counts.
    ///
    /// # Errors
    /// When the file does not hold as a profile: a newer program wrote it, or it was damaged. The history stays as it was.
    pub fn add(&mut self, from: Date, json: &str) -> Result<(), ProfileError> {
        let profile = Profile::parse(json)?;
        let place = self.later.partition_point(|(begins, _)| *begins <= from);
        self.later.insert(place, (from, profile));
        Ok(())
    }

    /// The version in force on a day; before all others, the one the county began with.
    #[must_use]
    pub fn at(&self, day: Date) -> &Profile {
        let in_force = self.later.iter().rev().find(|(from, _)| *from <= day);
        in_force.map_or(&self.first, |(_, profile)| profile)
    }

    /// The version a month's report is judged by: the newest that is in force on the due day it names itself. A report without a
    /// due day is judged by what is in force at the end of the month.
    #[must_use]
    pub fn judging(&self, ledger_or_report: &str, month: Month) -> &Profile {
        let due = |profile: &Profile| {
            profile
                .report_of(ledger_or_report)
                .and_then(|report| profile.due(report, month))
                .map_or(month.last_day(), |due| due.date())
        };
        let judging = self.later.iter().rev();
        let judging = judging.map(|(from, profile)| (*from, profile));
        let mut judging = judging.filter(|(from, profile)| *from <= due(profile));
        judging.next().map_or(&self.first, |(_, profile)| profile)
    }

    /// The versions with their first days, oldest first; the one the county began with has none.
    pub fn versions(&self) -> impl Iterator<Item = (Option<Date>, &Profile)> {
        let later = self.later.iter();
        std::iter::once((None, &self.first))
            .chain(later.map(|(from, profile)| (Some(*from), profile)))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    /// The shipped file with another due day.
    fn due_on(day: u8) -> String {
        let text = Profile::json("kaizhou").unwrap();
        text.replacen("\"monthly:last\"", &format!("\"monthly:{day}\""), 1)
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn due(profile: &Profile, month: &str) -> String {
        let report = profile.report_of("kz.progress").unwrap();
        let due = profile.due(report, month.parse().unwrap()).unwrap();
        due.date().to_string()
    }

    fn history() -> ProfileHistory {
        let mut history = ProfileHistory::new(Profile::built_in("kaizhou").unwrap());
        // Added out of order, as rows may come.
        history.add(day("2027-01-01"), &due_on(20)).unwrap();
        history.add(day("2026-11-15"), &due_on(25)).unwrap();
        history
    }

    #[test]
    fn the_version_in_force_is_the_last_that_has_begun() {
        let history = history();
        for (on, expected) in [
            ("2020-01-01", "2026-11-30"),
            ("2026-11-14", "2026-11-30"),
            ("2026-11-15", "2026-11-25"),
            ("2026-12-31", "2026-11-25"),
            ("2027-01-01", "2026-11-20"),
        ] {
            assert_eq!(due(history.at(day(on)), "2026-11"), expected, "{on}");
        }
        let begins: Vec<_> = history.versions().map(|(from, _)| from).collect();
        assert_eq!(
            begins,
            [None, Some(day("2026-11-15")), Some(day("2027-01-01"))]
        );
    }

    #[test]
    fn a_month_is_judged_by_the_version_in_force_when_it_was_due() {
        let history = history();
        for (month, expected) in [
            ("2026-10", "2026-10-31"),
            ("2026-11", "2026-11-25"),
            ("2026-12", "2026-12-25"),
            ("2027-01", "2027-01-20"),
        ] {
            let judging = history.judging("kz.progress", month.parse().unwrap());
            assert_eq!(due(judging, month), expected, "{month}");
        }
    }

    #[test]
    fn of_two_versions_of_a_day_the_later_one_counts_and_a_broken_one_changes_nothing() {
        let mut history = history();
        history.add(day("2027-01-01"), &due_on(10)).unwrap();
        assert_eq!(due(history.at(day("2027-01-01")), "2027-01"), "2027-01-10");
        let before = history.clone();
        assert!(history.add(day("2028-01-01"), "{}").is_err());
        assert_eq!(history, before);
    }
}
