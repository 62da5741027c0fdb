#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use proptest::prelude::*;

use super::*;
use crate::field::Place;
use crate::profile::Profile;
use crate::testing::{County, hub};
use crate::value::Value;

/// Honghe with a sheet of the quarter filled for 13 counties; totals fall from the first to the last unless told.
fn sheet(profile: Profile, period: &str, score: impl Fn(usize) -> String) -> (County, RowId) {
    let mut county = County::under(profile, "2022-10-10");
    let row = fill(&mut county, period, score);
    (county, row)
}

pub(in crate::rules) fn fill(
    county: &mut County,
    period: &str,
    score: impl Fn(usize) -> String,
) -> RowId {
    let head = county.hub_head();
    let scheme = county.profile.assess.schemes[0].clone();
    let cells = [
        (Column::Topic, scheme.id.as_str().into()),
        (Column::Period, period.into()),
    ];
    let sheet = county
        .record(&head, hub(), Table::ScoreSheets, &cells)
        .unwrap();
    for subject in 0..13 {
        for indicator in scheme.indicators.iter().flatten() {
            let cells = [
                (Column::ScoreSheet, sheet.to_string().into()),
                (Column::Subject, format!("county-{subject:02}").into()),
                (Column::Indicator, indicator.id.as_str().into()),
                (Column::Score, score(subject).into()),
            ];
            county
                .record(&head, hub(), Table::ScoreValues, &cells)
                .unwrap();
        }
    }
    sheet
}

pub(in crate::rules) fn weighted() -> Profile {
    let mut profile = Profile::built_in("honghe").unwrap();
    let indicators: Vec<_> = profile.assess.schemes[0]
        .indicators
        .iter()
        .flatten()
        .collect();
    let each = 100 / u32::try_from(indicators.len()).unwrap();
    let mut weights: BTreeMap<String, u32> = indicators
        .iter()
        .map(|indicator| (indicator.id.clone(), each))
        .collect();
    let last = indicators.last().unwrap().id.clone();
    let sum: u32 = weights.values().sum();
    *weights.get_mut(&last).unwrap() += 100 - sum;
    profile.assess.weights = Some(weights);
    profile.score.mode = Some(ScoreMode::Weighted);
    profile
}

pub(in crate::rules) fn publish(
    county: &mut County,
    sheet: RowId,
    more: &[(Column, Value)],
) -> Result<RowId, Refusal> {
    let mut cells = vec![(Column::ScoreSheet, sheet.to_string().into())];
    cells.extend_from_slice(more);
    let head = county.hub_head();
    county.record(&head, hub(), Table::Rankings, &cells)
}

fn falling(subject: usize) -> String {
    format!("{}.5", 90 - subject)
}

/// Domain.md 15, scenario 45, first half.
#[test]
fn a_ranking_is_refused_until_weights_and_mode_are_set() {
    let (mut county, sheet) = sheet(Profile::built_in("honghe").unwrap(), "2022-Q3", falling);
    let refused = publish(&mut county, sheet, &[]).unwrap_err();
    assert!(matches!(&refused.why, Why::GateClosed(gate) if gate.guard == "weights_set"));
    let sentence = refused.sentence(crate::text::Lang::Zh);
    assert!(sentence.contains("权重未配置"), "{sentence}");
    let set = weighted();
    county
        .profile
        .assess
        .weights
        .clone_from(&set.assess.weights);
    let refused = publish(&mut county, sheet, &[]).unwrap_err();
    assert_eq!(
        refused.why,
        Why::Unset {
            key: "score.mode".to_owned()
        }
    );
    county.profile.score.mode = set.score.mode;
    let ranking = publish(&mut county, sheet, &[]).unwrap();
    let rankings = published(&county.county, &county.profile.assess.schemes[0].id);
    let (id, lines) = &rankings["2022-Q3"];
    assert_eq!((*id, lines.len()), (ranking, 13));
    let marked = |test: fn(&Standing) -> bool| {
        let found = lines.iter().filter(|line| test(line));
        found.map(|line| line.rank).collect::<Vec<_>>()
    };
    assert_eq!(marked(|line| line.is_top), [1, 2, 3]);
    assert_eq!(marked(|line| line.is_bottom), [11, 12, 13]);
    assert_eq!(
        (lines[0].subject.as_str(), lines[0].total),
        ("county-00", 9_050)
    );
}

#[test]
fn a_published_sheet_is_frozen_with_a_digest_of_its_inputs() {
    let (mut county, sheet) = sheet(weighted(), "2022-Q3", falling);
    let head = county.hub_head();
    let any = county
        .hub
        .each(Table::ScoreValues)
        .next()
        .unwrap()
        .id()
        .unwrap();
    let ranking = publish(&mut county, sheet, &[]).unwrap();
    let digest = |county: &County, ranking| {
        let row = county.county.row(Table::Rankings, ranking).unwrap();
        row.text(Column::Digest).to_owned()
    };
    assert_eq!(digest(&county, ranking).len(), 64);
    let change = [(Column::Score, "1".into())];
    let frozen = county
        .record_as(&head, hub(), Table::ScoreValues, any, &change)
        .unwrap_err();
    assert!(matches!(frozen.why, Why::WrongState { .. }));
    let frozen = county.record_as(
        &head,
        hub(),
        Table::ScoreSheets,
        sheet,
        &[(Column::Period, "2022-Q4".into())],
    );
    assert!(matches!(frozen.unwrap_err().why, Why::WrongState { .. }));
    assert!(matches!(
        publish(&mut county, sheet, &[]).unwrap_err().why,
        Why::WrongState { .. }
    ));
    // The same inputs give the same digest; one other value gives another.
    let again = fill(&mut county, "2022-Q3", falling);
    let again = publish(&mut county, again, &[]).unwrap();
    assert_eq!(digest(&county, again), digest(&county, ranking));
    let other = fill(&mut county, "2022-Q3", |subject| {
        if subject == 12 {
            "1".into()
        } else {
            falling(subject)
        }
    });
    let other = publish(&mut county, other, &[]).unwrap();
    assert_ne!(digest(&county, other), digest(&county, ranking));
}

#[test]
fn equals_on_an_edge_wait_for_the_hub() {
    // The third and the fourth are equal; so are the first and the second, which no edge parts.
    let score = |subject: usize| match subject {
        0 | 1 => "90".to_owned(),
        2 | 3 => "80".to_owned(),
        other => format!("{}", 70 - other),
    };
    let (mut county, sheet) = sheet(weighted(), "2022-Q3", score);
    let refused = publish(&mut county, sheet, &[]).unwrap_err();
    assert!(matches!(&refused.why, Why::Inconsistent { check } if check == "rank_tie"));
    let order = (Column::TieOrder, "county-03, county-02".into());
    let refused = publish(&mut county, sheet, std::slice::from_ref(&order)).unwrap_err();
    assert_eq!(refused.why, Why::ReasonMissing);
    let reason = (Column::Reason, "more started in the quarter".into());
    publish(&mut county, sheet, &[order, reason]).unwrap();
    let rankings = published(&county.county, &county.profile.assess.schemes[0].id);
    let lines = &rankings["2022-Q3"].1;
    let top: Vec<_> = lines
        .iter()
        .filter(|line| line.is_top)
        .map(|line| (line.subject.as_str(), line.rank))
        .collect();
    assert_eq!(top, [("county-00", 1), ("county-01", 1), ("county-03", 3)]);
    assert_eq!(lines[3].rank, 3, "the rank itself stays shared");
}

#[test]
fn values_stay_within_a_hundred_and_every_cell_is_filled() {
    let (mut county, sheet) = sheet(weighted(), "2022-Q3", falling);
    let head = county.hub_head();
    let any = county
        .hub
        .each(Table::ScoreValues)
        .next()
        .unwrap()
        .id()
        .unwrap();
    for bad in ["100.01", "-1", "12.345", "many"] {
        let change = [(Column::Score, bad.into())];
        let refused = county.record_as(&head, hub(), Table::ScoreValues, any, &change);
        assert!(
            matches!(refused.unwrap_err().why, Why::BadValue { .. }),
            "{bad}"
        );
    }
    county
        .record_as(
            &head,
            hub(),
            Table::ScoreValues,
            any,
            &[(Column::Score, Value::Null)],
        )
        .unwrap();
    let refused = publish(&mut county, sheet, &[]).unwrap_err();
    assert!(matches!(&refused.why, Why::Inconsistent { check } if check == "score_missing"));
    // A sheet of a scheme the county does not have.
    let foreign = [
        (Column::Topic, "beauty".into()),
        (Column::Period, "2022-Q3".into()),
    ];
    let refused = county
        .record(&head, hub(), Table::ScoreSheets, &foreign)
        .unwrap_err();
    assert_eq!(refused.why, Why::NotInProfile);
    assert_eq!(Table::ScoreSheets.place(), Place::Hub);
}

#[test]
fn points_are_capped_and_summed() {
    let mut profile = weighted();
    profile.score.mode = Some(ScoreMode::Points);
    let refused = totals(
        &profile,
        &active(&profile.assess.schemes[0], "2022-Q3"),
        &BTreeMap::new(),
    );
    assert!(
        matches!(refused.unwrap_err().why, Why::GateClosed(_)),
        "caps are not set"
    );
    let caps = profile.assess.weights.clone().unwrap();
    let first = caps.keys().next().unwrap().clone();
    profile.score.max_points = crate::profile::Stated::Given(caps.clone());
    let scheme = &profile.assess.schemes[0];
    let indicators = active(scheme, "2022-Q3");
    let mut of: BTreeMap<&str, i64> = indicators
        .iter()
        .map(|known| (known.id.as_str(), 100))
        .collect();
    of.insert(&first, 99_999);
    let values = BTreeMap::from([("x", of)]);
    let expected =
        i64::from(caps[&first]) * 100 + 100 * (i64::try_from(indicators.len()).unwrap() - 1);
    assert_eq!(
        totals(&profile, &indicators, &values).unwrap()["x"],
        expected
    );
}

#[test]
fn weights_that_do_not_make_a_hundred_are_refused() {
    let mut profile = weighted();
    *profile
        .assess
        .weights
        .as_mut()
        .unwrap()
        .values_mut()
        .next()
        .unwrap() += 1;
    let indicators = active(&profile.assess.schemes[0], "2022-Q3");
    let refused = totals(&profile, &indicators, &BTreeMap::new()).unwrap_err();
    assert!(matches!(refused.why, Why::Quota { count: 101, .. }));
}

proptest! {
    /// Competition ranking: equals share a rank, and a rank is one more than the number of those with more points.
    #[test]
    fn a_rank_counts_those_above(totals in prop::collection::btree_map("[a-z]{1,4}", 0i64..6, 1..20), top in 0u32..5, bottom in 0u32..5) {
        let mut standings = rank(&totals);
        prop_assert_eq!(standings.len(), totals.len());
        for line in &standings {
            let above = totals.values().filter(|total| **total > line.total).count();
            prop_assert_eq!(line.rank as usize, above + 1);
        }
        let ties = mark(&mut standings, top, bottom, &[]);
        let tops = standings.iter().filter(|line| line.is_top).count();
        // Nobody is at the top past its size, and without a tie it is full.
        prop_assert!(tops <= top as usize);
        if ties.top.is_empty() {
            prop_assert_eq!(tops, totals.len().min(top as usize));
        }
        if ties.bottom.is_empty() {
            let bottoms = standings.iter().filter(|line| line.is_bottom).count();
            prop_assert_eq!(bottoms, totals.len().min(bottom as usize));
        }
        // An order of all names decides every tie.
        let order: Vec<&str> = totals.keys().map(String::as_str).collect();
        prop_assert!(mark(&mut standings, top, bottom, &order).is_empty());
    }
}
