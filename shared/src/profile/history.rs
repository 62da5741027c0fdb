//! The versions of a county's rules, and which one counts when: a new one takes effect at a moment, what was due before keeps the
//! rule it was judged by.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Profile;
use crate::ids::RowId;
use crate::time::{Month, Timestamp};

/// One version of a county's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its row in the county's document; `None` for the one the county began with.
    pub id: Option<RowId>,
    /// The first moment it counts.
    pub begins: Timestamp,
    /// The rules.
    pub profile: Arc<Profile>,
}

/// How a version of the rules stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// Decided, and not applied.
    Proposed,
    /// Applied; its day has not come.
    Waiting,
    /// In force.
    InForce,
    /// A later one is in force.
    Past,
    /// Applied, but this program cannot read it.
    Unreadable,
}

/// The versions of one county's rules, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileHistory {
    first: Arc<Profile>,
    later: Vec<Version>,
}

impl ProfileHistory {
    /// A county that never changed the rules it began with.
    #[must_use]
    pub fn new(first: Arc<Profile>) -> Self {
        Self {
            first,
            later: Vec::new(),
        }
    }

    /// Adds a version. Of two that begin at the same moment the one added last counts.
    pub fn add(&mut self, version: Version) {
        let place = self
            .later
            .partition_point(|other| other.begins <= version.begins);
        self.later.insert(place, version);
    }

    /// The version in force at a moment; before all others, the one the county began with.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> &Arc<Profile> {
        self.version_at(moment)
            .map_or(&self.first, |version| &version.profile)
    }

    /// The version in force at a moment; `None` for the one the county began with.
    #[must_use]
    pub fn version_at(&self, moment: Timestamp) -> Option<&Version> {
        let mut newest_first = self.later.iter().rev();
        newest_first.find(|version| version.begins <= moment)
    }

    /// The version a report's period is judged by: the one that is in force when it is due by its own words. Once that moment has
    /// passed no later version is asked, so a verdict never changes; and no version sets a due moment that passed before it
    /// began. Where a version names no day the report counts as due when its period ends.
    #[must_use]
    pub fn judging(&self, ledger_or_report: &str, period: &str) -> &Arc<Profile> {
        let known = |profile: &Profile| known(profile, ledger_or_report, period);
        let all = self.later.iter().map(|version| &version.profile);
        let mut ends = std::iter::once(&self.first)
            .chain(all)
            .filter_map(|profile| known(profile).map(|(_, ends)| ends));
        let ends = ends.next();
        let due = |profile: &Profile| known(profile).map(|(due, _)| due).or(ends);
        let mut judging = &self.first;
        for version in &self.later {
            let begins = version.begins.seconds();
            if due(judging).is_some_and(|due| due.seconds() < begins) {
                break;
            }
            if due(&version.profile).is_some_and(|due| due.seconds() >= begins) {
                judging = &version.profile;
            }
        }
        judging
    }

    /// True when some version has such a report or ledger.
    #[must_use]
    pub fn reports(&self, ledger_or_report: &str) -> bool {
        let all = self.later.iter().map(|version| &version.profile);
        std::iter::once(&self.first)
            .chain(all)
            .any(|profile| profile.report_of(ledger_or_report).is_some())
    }

    /// The version the county began with.
    #[must_use]
    pub fn first(&self) -> &Arc<Profile> {
        &self.first
    }

    /// The versions that came after the one the county began with, by the moment they begin.
    #[must_use]
    pub fn later(&self) -> &[Version] {
        &self.later
    }
}

/// When a period is due under a version, and when it ends; `None` when the version has no such report or period.
fn known(profile: &Profile, report: &str, period: &str) -> Option<(Timestamp, Timestamp)> {
    let report = profile.report_of(report)?;
    let mut recurrence = report.recurrence.iter();
    if let Some(period) = recurrence.find_map(|recur| recur.period_of(period)) {
        let ends = period.last.at(23, 59, 59);
        return Some((profile.due_at(&period).unwrap_or(ends), ends));
    }
    let month: Month = period.parse().ok()?;
    let ends = month.last_day().at(23, 59, 59);
    Some((profile.due(report, month).unwrap_or(ends), ends))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::time::Date;

    /// The shipped file with another due day.
    fn due_on(day: &str) -> Arc<Profile> {
        let text = Profile::json("kaizhou").unwrap();
        let text = text.replacen("\"monthly:last\"", &format!("\"{day}\""), 1);
        Arc::new(Profile::parse(&text).unwrap())
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn from(text: &str, due: &str) -> Version {
        Version {
            id: None,
            begins: day(text).at(0, 0, 0),
            profile: due_on(due),
        }
    }

    fn due(profile: &Profile, month: &str) -> String {
        let report = profile.report_of("kz.progress").unwrap();
        let due = profile.due(report, month.parse().unwrap()).unwrap();
        due.date().to_string()
    }

    fn check(history: &ProfileHistory, table: &[(&str, &str)]) {
        for (month, expected) in table {
            let judging = history.judging("kz.progress", month);
            assert_eq!(due(judging, month), *expected, "{month}");
        }
    }

    fn history() -> ProfileHistory {
        let first = Arc::new(Profile::built_in("kaizhou").unwrap());
        let mut history = ProfileHistory::new(first);
        // Added out of order, as rows may come.
        history.add(from("2027-01-01", "monthly:20"));
        history.add(from("2026-11-15", "monthly:25"));
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
            let noon = day(on).at(12, 0, 0);
            assert_eq!(due(history.at(noon), "2026-11"), expected, "{on}");
        }
        let last_second = day("2026-11-14").at(23, 59, 59);
        assert_eq!(due(history.at(last_second), "2026-11"), "2026-11-30");
    }

    #[test]
    fn a_month_is_judged_by_the_version_in_force_when_it_was_due() {
        let table = [
            ("2026-10", "2026-10-31"),
            ("2026-11", "2026-11-25"),
            ("2026-12", "2026-12-25"),
            ("2027-01", "2027-01-20"),
        ];
        check(&history(), &table);
    }

    #[test]
    fn a_verdict_that_was_given_stays_when_a_later_version_allows_more_time() {
        let mut history = ProfileHistory::new(due_on("monthly:20"));
        history.add(from("2026-11-25", "monthly:last"));
        let table = [("2026-11", "2026-11-20"), ("2026-12", "2026-12-31")];
        check(&history, &table);
        // Nobody could have kept a day that had passed when the version began.
        history.add(from("2026-12-15", "monthly:10"));
        let table = [("2026-12", "2026-12-31"), ("2027-01", "2027-01-10")];
        check(&history, &table);
    }

    #[test]
    fn of_two_versions_of_a_moment_the_later_one_counts() {
        let mut history = history();
        history.add(from("2027-01-01", "monthly:10"));
        let new_year = day("2027-01-01").at(0, 0, 0);
        assert_eq!(due(history.at(new_year), "2027-01"), "2027-01-10");
    }
}
