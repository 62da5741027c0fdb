//! The hub's table: every unit, whether it has reported, and its sums (ux.md 5.9), and the posts nobody is named for, the pace of
//! the year.

use std::collections::BTreeSet;

use crate::api::obligations::{Obligation, ObligationKind};
use crate::api::{Collection, CollectionUnit, CountyFigure};
use crate::ids::UnitId;
use crate::profile::{Profile, Slot};
use crate::project::ProjectRow;
use crate::rules::guards;
use crate::rules::report::{self, Deadline, Filing};
use crate::text::hub::missing_post;
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
    gaps: Vec<CountyFigure>,
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
        gaps,
        working_days_left: None,
        reminder: String::new(),
    }
}

/// How many projects lack a post somebody must be named for, by post, in the order of the county's rules (KZ-2.8.1–3).
#[must_use]
pub fn post_gaps(profile: &Profile, owed: &[Obligation]) -> Vec<CountyFigure> {
    let lacks = |slot: &Slot| {
        let of_slot = |one: &&Obligation| {
            let kind = matches!(one.kind, ObligationKind::Slot | ObligationKind::Roster);
            let same = one.rule == slot.id && one.clause == slot.clause;
            kind && same && one.project.is_some() && one.standing.is_open()
        };
        let lacking: BTreeSet<_> = owed.iter().filter(of_slot).map(|one| one.project).collect();
        let what = slot.field.as_deref().unwrap_or(&slot.id);
        (!lacking.is_empty()).then(|| CountyFigure {
            label: missing_post(&guards::field_name(what)),
            clause: slot.clause.clone(),
            projects: u32::try_from(lacking.len()).unwrap_or(u32::MAX),
        })
    };
    profile.slots.iter().filter_map(lacks).collect()
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
    let judged = report::judge(&chain, deadline, now, unit.last_contact);
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
        timeliness: judged.timeliness,
        offline_since: judged.offline_since,
        filing: report::info(&chain),
        year_plan_fen: sum(|row| row.year_plan_fen),
        year_done_fen: sum(|row| row.year_done_fen),
        total_fen: sum(|row| row.total_fen),
        last_contact: unit.last_contact,
        online: unit.online,
    }
}

/// The pace of the year at the end of a month, in tenths of a percent: 11 months of 12 are 917.
#[must_use]
pub fn pace(month: Month) -> i64 {
    (i64::from(month.month()) * 1000 + 6) / 12
}

/// Done against plan in tenths of a percent, half away from zero; `None` without a plan.
#[must_use]
pub fn rate(done_fen: Option<i64>, plan_fen: Option<i64>) -> Option<i64> {
    let (done, plan) = (i128::from(done_fen?), i128::from(plan_fen?));
    if plan <= 0 {
        return None;
    }
    let doubled = done * 2000 + if done < 0 { -plan } else { plan };
    i64::try_from(doubled / (plan * 2)).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;
    use crate::api::FilingState;
    use crate::field::{Column, Field, Table};
    use crate::rules::obligations::{Asked, Ground, Whose, obligations};
    use crate::testing::{County, hub, of};

    #[test]
    fn november_is_eleven_twelfths_of_the_year() {
        assert_eq!(pace(Month::new(2026, 11).unwrap()), 917);
        assert_eq!(pace(Month::new(2026, 12).unwrap()), 1000);
        assert_eq!(rate(Some(874), Some(1000)), Some(874));
        assert_eq!(rate(Some(1), Some(3)), Some(333));
        assert_eq!(rate(Some(6125), Some(10_000)), Some(613));
        assert_eq!(rate(Some(i64::MAX), Some(i64::MAX)), Some(1000));
        assert_eq!(rate(Some(5), Some(0)), None);
        assert_eq!(rate(None, Some(5)), None);
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
            collection(
                &profile,
                &ledger,
                month,
                now,
                std::slice::from_ref(&unit),
                Vec::new(),
            )
            .units[0]
                .state
        };
        let due = Deadline::of(&profile, &ledger, month).due.unwrap();
        assert_eq!(due.to_string(), "2026-10-31 23:59:59");
        assert_eq!(at(due), FilingState::Empty);
        assert_eq!(at(due.plus_ms(999)), FilingState::Empty);
        assert_eq!(at(due.plus_ms(1_000)), FilingState::Missing);
    }

    #[test]
    fn posts_nobody_is_named_for_are_counted_for_the_hub() {
        let mut county = County::new("kaizhou", "2023-01-05");
        let town = county.unit("town", "township");
        let set = [
            (Column::List, "kz.rolling3".into()),
            (Column::Year, "2023".into()),
        ];
        let edition = county.put(hub(), Table::ListEditions, &set);
        let projects: Vec<_> = (0..3).map(|_| county.project(town)).collect();
        for project in &projects {
            let set = [
                (Column::Edition, edition.to_string().into()),
                (Column::Project, project.to_string().into()),
                (Column::EntryState, "on_list".into()),
            ];
            county.put(hub(), Table::ListEntries, &set);
        }
        // One on no list owes nobody; what is named is not missing.
        county.project(town);
        county.set(projects[0], Field::LeadUnit, town.to_string());
        county.set(projects[0], Field::Liaison, "Li");
        county.set(projects[1], Field::Liaison, "Wu");
        let leader = [(Column::Person, "Zhou".into())];
        county.put(of(projects[2]), Table::LeadLeaders, &leader);
        let asked = Asked::on(Whose::All, county.now.date(), county.now);
        let owed = obligations(&Ground::of(&county.world()), &asked);
        let gaps = post_gaps(&county.profile, &owed);
        let of = |clause: &str| {
            let gap = gaps.iter().find(|gap| gap.clause == clause).unwrap();
            assert!(!gap.label.contains('_'), "{}", gap.label);
            gap.projects
        };
        assert_eq!([of("KZ-2.8.1"), of("KZ-2.8.2"), of("KZ-2.8.3")], [2, 2, 1]);
    }
}
