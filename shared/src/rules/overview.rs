//! The hub's table: every unit, whether it has reported, and its sums (ux.md 5.9), and the pace of the year .

use crate::api::{Collection, CollectionUnit, FilingState};
use crate::ids::UnitId;
use crate::profile::Profile;
use crate::project::ProjectRow;
use crate::rules::report::{self, Deadline, Filing};
use crate::time::{Month, Timestamp};

/// What the overview needs of one unit.
#[derive(Debug, Clone)]
pub struct UnitMonth<'a> {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: &'a str,
    /// Its projects' rows for the asked month.
    pub rows: Vec<&'a ProjectRow>,
    /// Its filings.
    pub filings: &'a [Filing],
    /// When its node was last heard.
    pub last_contact: Option<Timestamp>,
    /// True while its line stands.
    pub online: bool,
}

/// Who has reported a month, with sums.
#[must_use]
pub fn collection(
    profile: &Profile,
    ledger: &str,
    month: Month,
    now: Timestamp,
    units: &[UnitMonth<'_>],
) -> Collection {
    let deadline = Deadline::of(profile, ledger, month);
    Collection {
        ledger: ledger.to_owned(),
        period: month,
        due: deadline.due,
        units: units
            .iter()
            .map(|unit| line(unit, ledger, month, deadline, now))
            .collect(),
    }
}

fn line(
    unit: &UnitMonth<'_>,
    ledger: &str,
    month: Month,
    deadline: Deadline,
    now: Timestamp,
) -> CollectionUnit {
    let chain = report::revisions(unit.filings, ledger, &month.to_string());
    let living: Vec<_> = unit
        .rows
        .iter()
        .filter(|row| row.deleted.is_empty())
        .collect();
    let filled = living
        .iter()
        .filter(|row| row.month_done_fen.is_some())
        .count();
    let sum = |amount: fn(&ProjectRow) -> Option<i64>| {
        living
            .iter()
            .filter_map(|row| amount(row))
            .fold(0i64, i64::saturating_add)
    };
    CollectionUnit {
        unit: unit.unit,
        name: unit.name.to_owned(),
        projects: u32::try_from(living.len()).unwrap_or(u32::MAX),
        state: report::state(
            &chain,
            u32::try_from(filled).unwrap_or(u32::MAX),
            deadline,
            now,
        ),
        timeliness: report::timeliness(&chain, deadline, now),
        filing: chain.last().map(|filing| report::info(filing, |_| None)),
        year_plan_fen: sum(|row| row.year_plan_fen),
        year_done_fen: sum(|row| row.year_done_fen),
        total_fen: sum(|row| row.total_fen),
        last_contact: unit.last_contact,
        online: unit.online,
    }
}

/// True when a unit's filing has reached the hub or is on its way.
#[must_use]
pub const fn has_reported(state: FilingState) -> bool {
    matches!(
        state,
        FilingState::Filed | FilingState::FiledLocally | FilingState::Accepted
    )
}

/// The share of the year that is over at the end of a month, in hundredths of a percent: 11 months are 9167.
#[must_use]
pub fn pace_of_year(month: Month) -> i64 {
    (i64::from(month.month()) * 10_000 + 6) / 12
}

/// Done against plan in hundredths of a percent; `None` without a plan.
#[must_use]
pub fn rate(done_fen: i64, plan_fen: i64) -> Option<i64> {
    if plan_fen <= 0 {
        return None;
    }
    let scaled = i128::from(done_fen) * 10_000;
    let plan = i128::from(plan_fen);
    i64::try_from((scaled + plan / 2).div_euclid(plan)).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    #[test]
    fn november_is_eleven_twelfths_of_the_year() {
        assert_eq!(pace_of_year(Month::new(2026, 11).unwrap()), 9167);
        assert_eq!(pace_of_year(Month::new(2026, 12).unwrap()), 10_000);
        assert_eq!(rate(874, 1000), Some(8740));
        assert_eq!(rate(1, 3), Some(3333));
        assert_eq!(rate(5, 0), None);
    }

    #[test]
    fn a_unit_without_a_filing_is_missing_after_the_due_moment() {
        let profile = Profile::built_in("kaizhou").unwrap();
        let month = Month::new(2026, 10).unwrap();
        let unit = UnitMonth {
            unit: UnitId::from_bytes([1; 10]),
            name: "A",
            rows: Vec::new(),
            filings: &[],
            last_contact: None,
            online: false,
        };
        let ledger = profile.monthly_report().unwrap().id.clone();
        let at = |now| {
            collection(&profile, &ledger, month, now, std::slice::from_ref(&unit)).units[0].state
        };
        let due = Deadline::of(&profile, &ledger, month).due.unwrap();
        assert_eq!(due.to_string(), "2026-10-31 23:59:59");
        assert_eq!(at(due), FilingState::Empty);
        assert_eq!(at(due.plus_ms(1)), FilingState::Missing);
    }
}
