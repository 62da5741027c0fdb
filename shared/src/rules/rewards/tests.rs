#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::ids::RowId;
use crate::rules::scores::tests::{fill, publish, weighted};
use crate::testing::{County, hub};
use crate::value::Value;

const YUAN: i64 = 100;

/// The rank of `county-12` in a quarter; the others follow their numbers.
fn rank_in(county: &mut County, period: &str, wanted: usize) -> RowId {
    let sheet = fill(county, period, |subject| {
        let place = if subject == 12 {
            wanted * 2 - 1
        } else {
            (subject + 1) * 2
        };
        format!("{}", 90 - place)
    });
    publish(county, sheet, &[]).unwrap()
}

fn record(county: &mut County, table: Table, cells: &[(Column, Value)]) -> Result<RowId, Refusal> {
    let head = county.hub_head();
    county.record(&head, hub(), table, cells)
}

/// Domain.md 15, scenario 45, second half.
#[test]
fn what_is_taken_back_of_an_award_follows_the_ratio_once_the_county_has_one() {
    let mut profile = Profile::built_in("honghe").unwrap();
    assert_eq!(super::recoverable(&profile, 150_000_001), None);
    profile.assess.award_recovery = serde_json::from_str("50").unwrap();
    assert_eq!(super::recoverable(&profile, 150_000_001), Some(75_000_001));
}

#[test]
fn the_shares_of_the_top_three_make_the_award_exactly() {
    let mut county = County::under(weighted(), "2022-10-10");
    let ranking = rank_in(&mut county, "2022-Q3", 13);
    let mut shares = Vec::new();
    for (subject, yuan) in [
        ("county-00", 1_500_000),
        ("county-01", 1_100_000),
        ("county-02", 800_000),
    ] {
        let cells = [
            (Column::Ranking, ranking.to_string().into()),
            (Column::Subject, subject.into()),
            (Column::AmountFen, Value::Int(yuan * YUAN)),
        ];
        shares.push(record(&mut county, Table::AwardShares, &cells).unwrap());
    }
    let award = [
        (Column::RewardKind, "award".into()),
        (Column::Ranking, ranking.to_string().into()),
    ];
    let refused = record(&mut county, Table::Rewards, &award).unwrap_err();
    assert_eq!(
        refused.why,
        Why::Differs {
            fen: 100_000 * YUAN
        }
    );
    let head = county.hub_head();
    let more = [(Column::AmountFen, Value::Int(900_000 * YUAN))];
    county
        .record_as(&head, hub(), Table::AwardShares, shares[2], &more)
        .unwrap();
    let row = record(&mut county, Table::Rewards, &award).unwrap();
    let made = county.hub.row(Table::Rewards, row).unwrap();
    assert_eq!(
        (made.int(Column::AmountFen), made.text(Column::Period)),
        (Some(3_500_000 * YUAN), "2022-Q3")
    );
    // What is awarded stands.
    assert_eq!(
        record(&mut county, Table::Rewards, &award).unwrap_err().why,
        Why::Exists
    );
    let less = [(Column::AmountFen, Value::Int(0))];
    let refused = county
        .record_as(&head, hub(), Table::AwardShares, shares[2], &less)
        .unwrap_err();
    assert_eq!(refused.why, Why::Exists);
}

#[test]
fn nobody_below_the_top_shares_in_the_award() {
    let mut county = County::under(weighted(), "2022-10-10");
    let ranking = rank_in(&mut county, "2022-Q3", 13);
    for (subject, yuan) in [
        ("county-00", 2_000_000),
        ("county-01", 1_000_000),
        ("county-05", 500_000),
    ] {
        let cells = [
            (Column::Ranking, ranking.to_string().into()),
            (Column::Subject, subject.into()),
            (Column::AmountFen, Value::Int(yuan * YUAN)),
        ];
        record(&mut county, Table::AwardShares, &cells).unwrap();
    }
    let award = [
        (Column::RewardKind, "award".into()),
        (Column::Ranking, ranking.to_string().into()),
    ];
    let refused = record(&mut county, Table::Rewards, &award).unwrap_err();
    assert!(matches!(refused.why, Why::Inconsistent { check } if check == "award_subjects"));
}

/// Domain.md 15, scenario 46.
#[test]
fn the_bottom_twice_running_proposes_a_cut_across_the_turn_of_the_year() {
    for (second, expected) in [(11, true), (10, false)] {
        let mut county = County::under(weighted(), "2023-04-10");
        rank_in(&mut county, "2022-Q4", 12);
        rank_in(&mut county, "2023-Q1", second);
        let found = cuts(&county.profile, &county.county);
        let of_twelve: Vec<_> = found
            .iter()
            .filter(|cut| cut.subject == "county-12")
            .collect();
        assert_eq!(!of_twelve.is_empty(), expected, "rank {second}");
        let cells = [
            (Column::RewardKind, "cut".into()),
            (Column::Subject, "county-12".into()),
            (Column::Period, "2023-Q1".into()),
        ];
        if let [cut] = of_twelve.as_slice() {
            assert_eq!(
                (cut.period.as_str(), &cut.periods[..]),
                ("2023-Q1", &["2022-Q4".to_owned(), "2023-Q1".to_owned()][..])
            );
            assert_eq!(
                (cut.funds.len(), cut.ratio),
                (4, None),
                "four kinds of funds, no ratio in the text"
            );
            record(&mut county, Table::Rewards, &cells).unwrap();
        } else {
            let refused = record(&mut county, Table::Rewards, &cells).unwrap_err();
            assert!(
                matches!(refused.why, Why::Inconsistent { check } if check == "cut_not_proposed")
            );
        }
    }
}

#[test]
fn tolerance_needs_all_five_conditions() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let all = "corrected,diligent,lawful,no_gain,reform";
    for (checks, outcome, allowed) in [
        (all, "exempt", true),
        (all, "lenient", true),
        ("corrected,diligent,lawful,reform", "exempt", false),
        ("reform", "not_granted", true),
    ] {
        let cells = [
            (Column::RewardKind, "tolerance".into()),
            (Column::Subject, "a person".into()),
            (Column::ToleranceChecks, checks.into()),
            (Column::ToleranceOutcome, outcome.into()),
            (Column::Text, "what happened".into()),
        ];
        let result = record(&mut county, Table::Rewards, &cells);
        assert_eq!(result.is_ok(), allowed, "{checks} {outcome}");
        if let Err(refused) = result {
            assert_eq!(refused.rule.as_deref(), Some("KZ-3.4"));
        }
    }
}

#[test]
fn the_bottom_counts_over_the_periods_of_its_own_scheme() {
    let mut profile = weighted();
    profile.assess.schemes[0].cadence = vec!["halfyearly".parse().unwrap()];
    let mut county = County::under(profile, "2023-10-10");
    for period in ["2022-S2", "2023-S1"] {
        rank_in(&mut county, period, 13);
    }
    let of = |county: &County| -> Vec<_> {
        let cuts = cuts(&county.profile, &county.county).into_iter();
        let of_last = cuts.filter(|cut| cut.subject == "county-12");
        of_last.map(|cut| (cut.periods, cut.funds.len())).collect()
    };
    let both = vec!["2022-S2".to_owned(), "2023-S1".to_owned()];
    assert_eq!(of(&county), [(both.clone(), 4)]);
    // What follows from another scheme touches none of this one's funds.
    let consequence = county.profile.assess.consequences.iter_mut();
    for known in consequence {
        known.scheme = Some("another".to_owned());
    }
    assert_eq!(of(&county), [(both, 0)]);
}
