//! Scenarios 1 to 8 of domain.md 15, and the bounds they name.

use super::*;
use crate::command::Why;
use crate::field::Column;
use crate::ids::ProjectId;
use crate::testing::{County, by, hub, of};
use crate::value::Value;

/// Yuan as fen.
const fn yuan(amount: i64) -> i64 {
    amount * 100
}

fn fit(county: &County, project: ProjectId, programme: &str) -> Fit {
    let world = county.world();
    let look = Look::new(&world, county.now);
    check(&look, county.view(project), programme, &[]).fit
}

fn with(county: &mut County, set: &[(Field, Value)]) -> ProjectId {
    let town = county.unit(&format!("town {}", county.projects.len()), "township");
    let project = county.project(town);
    for (field, value) in set {
        county.set(project, *field, value.clone());
    }
    project
}

#[test]
fn the_threshold_of_kaizhou_includes_itself() {
    let mut county = County::new("kaizhou", "2022-11-20");
    for (total, expected) in [(4_000_000, Fit::Fits), (3_999_999, Fit::FitsNot)] {
        let set = [
            (Field::Sector, "transport".into()),
            (Field::TotalInvestmentFen, yuan(total).into()),
        ];
        let project = with(&mut county, &set);
        assert_eq!(fit(&county, project, "key"), expected, "{total}");
    }
    let project = with(&mut county, &[]);
    assert_eq!(fit(&county, project, "key"), Fit::Open);
}

#[test]
fn a_verdict_names_the_rule_and_the_numbers() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let set = [(Field::TotalInvestmentFen, yuan(3_999_999).into())];
    let project = with(&mut county, &set);
    let world = county.world();
    let look = Look::new(&world, county.now);
    let verdict = check(&look, county.view(project), "key", &[]);
    let [rule] = verdict.rules.as_slice() else {
        panic!("one rule");
    };
    assert_eq!(rule.rule.clause, "KZ-0");
    assert_eq!(
        words(&county.profile, rule),
        "EL-KZ-1 399.9999万元 (≥ 400万元)"
    );
}

#[test]
fn sectors_of_kundulun_have_their_own_thresholds() {
    let mut county = County::new("kundulun", "2016-11-20");
    for (sector, total, expected) in [
        ("agri_forest_water", 29_990_000, Fit::FitsNot),
        ("agri_forest_water", 30_000_000, Fit::Fits),
        ("trade", 49_999_999, Fit::FitsNot),
        ("trade", 50_000_000, Fit::Fits),
        ("industry", 99_999_999, Fit::FitsNot),
        ("industry", 100_000_000, Fit::Fits),
        ("energy", 100_000_000, Fit::Fits),
        // No rule speaks of it: the hub judges.
        ("ecology", 500_000_000, Fit::Open),
    ] {
        let set = [
            (Field::Sector, sector.into()),
            (Field::SignificanceFlags, "overall".into()),
            (Field::TotalInvestmentFen, yuan(total).into()),
        ];
        let project = with(&mut county, &set);
        assert_eq!(
            fit(&county, project, "baolian"),
            expected,
            "{sector} {total}"
        );
    }
}

#[test]
fn what_the_hub_has_not_judged_is_open_and_enters_no_list() {
    let mut county = County::new("kundulun", "2016-11-20");
    let set = [
        (Field::Sector, "industry".into()),
        (Field::TotalInvestmentFen, yuan(200_000_000).into()),
    ];
    let project = with(&mut county, &set);
    assert_eq!(fit(&county, project, "baolian"), Fit::Open);
    let head = county.hub_head();
    let candidate = [
        (Column::List, "kd.baolian_impl".into()),
        (Column::Year, "2017".into()),
        (Column::Project, project.to_string().into()),
        (Column::EntryState, "chosen".into()),
    ];
    county
        .record(&head, hub(), Table::ListCandidates, &candidate)
        .unwrap();
    let edition = [
        (Column::List, "kd.baolian_impl".into()),
        (Column::Year, "2017".into()),
        (Column::Decider, "major_group".into()),
        (Column::Number, "1".into()),
    ];
    let refused = county
        .record(&head, hub(), Table::ListEditions, &edition)
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KB-3"));
    assert_eq!(refused.projects, [project]);
}

#[test]
fn foreign_money_counts_as_converted_and_an_amount_in_principle_yields_to_an_exception() {
    assert_eq!(convert("15000000", "6.70"), Some(yuan(100_500_000)));
    assert_eq!(convert("15,000,000", "6.60"), Some(yuan(99_000_000)));
    // Half a fen goes up.
    assert_eq!(convert("0.01", "0.5"), Some(1));
    assert_eq!(convert("0.01", "0.49"), Some(0));
    assert_eq!(convert("1e3", "1"), None);

    let mut county = County::new("kundulun", "2016-09-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    for (field, value) in [
        (Field::SignificanceFlags, "feasible,major_influence"),
        (Field::KeyCategory, "c4"),
        (Field::FxCurrency, "USD"),
        (Field::FxAmount, "15000000"),
        (Field::FxRate, "6.70"),
        (Field::InvestmentKind, "enterprise"),
        (Field::OwnerOrg, "an owner"),
        (Field::Site, "a site"),
        (Field::ContentScale, "a plant"),
        (Field::BuildYears, "2017..2018"),
    ] {
        county.set(project, field, value);
    }
    for field in [Field::TotalInvestmentFen, Field::CumInvestmentFen] {
        county.set(project, field, yuan(1));
    }
    county.set_year(project, 2017, Field::YearPlanFen, yuan(1));
    county.set_year(project, 2017, Field::ImageTarget, "half");
    county.put(
        of(project),
        Table::Funding,
        &[(Column::Source, "own".into())],
    );
    for kind in [
        "listing_application",
        "feasibility_study",
        "approval_docs",
        "legal_entity_doc",
    ] {
        county.put(
            of(project),
            Table::Attachments,
            &[(Column::About, kind.into())],
        );
    }
    assert_eq!(fit(&county, project, "key"), Fit::Fits);
    county.set(project, Field::FxRate, "6.60");
    assert_eq!(fit(&county, project, "key"), Fit::FitsNot);

    let head = county.head(town);
    let nomination = [
        (Column::List, "kd.annual".into()),
        (Column::Year, "2017".into()),
        (Column::Project, project.to_string().into()),
        (Column::NominationAct, "add".into()),
        (Column::Category, "start".into()),
    ];
    let refused = county
        .record(&head, by(town), Table::Nominations, &nomination)
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-2"));
    let Why::GateClosed(gate) = &refused.why else {
        panic!("{refused:?}");
    };
    assert!(gate.exception);
    let exception = [
        (Column::ExceptionRule, "KP-2".into()),
        (Column::Reason, "it matters".into()),
        (Column::Decider, "party_gov".into()),
        (Column::Number, "7".into()),
    ];
    let officer = county.officer();
    assert!(
        county
            .record(&officer, of(project), Table::Exceptions, &exception)
            .is_err()
    );
    let hub_head = county.hub_head();
    county
        .record(&hub_head, of(project), Table::Exceptions, &exception)
        .unwrap();
    county
        .record(&head, by(town), Table::Nominations, &nomination)
        .unwrap();
}

#[test]
fn longting_has_two_ways_to_be_a_key_project() {
    let mut county = County::new("longting", "2022-11-20");
    for (flags, total, expected) in [
        ("drives_district,industrial_plan", 49_999_999, Fit::FitsNot),
        ("drives_district,industrial_plan", 50_000_000, Fit::Fits),
        ("livelihood", 8_000_000, Fit::Fits),
    ] {
        let set = [
            (Field::SignificanceFlags, flags.into()),
            (Field::InvestmentKind, "enterprise".into()),
            (Field::TotalInvestmentFen, yuan(total).into()),
        ];
        let project = with(&mut county, &set);
        assert_eq!(fit(&county, project, "key"), expected, "{flags} {total}");
    }
}

#[test]
fn a_major_project_of_longting_is_a_key_project_first() {
    let mut county = County::new("longting", "2022-11-20");
    let industrial = |total| {
        [
            (Field::Sector, "industrial".into()),
            (Field::InvestmentKind, "enterprise".into()),
            (Field::SignificanceFlags, "overall_drive".into()),
            (Field::TotalInvestmentFen, yuan(total).into()),
        ]
    };
    let large = with(&mut county, &industrial(100_000_000));
    assert_eq!(fit(&county, large, "major"), Fit::FitsNot);
    let edition = [
        (Column::List, "lt.key".into()),
        (Column::Year, "2022".into()),
        (Column::Count, 1.into()),
    ];
    let edition = county.put(hub(), Table::ListEditions, &edition);
    let list = |county: &mut County, project: ProjectId| {
        let entry = [
            (Column::Edition, edition.to_string().into()),
            (Column::Project, project.to_string().into()),
            (Column::EntryState, "on_list".into()),
        ];
        county.put(hub(), Table::ListEntries, &entry);
    };
    list(&mut county, large);
    assert_eq!(fit(&county, large, "major"), Fit::Fits);
    let small = with(&mut county, &industrial(99_999_999));
    list(&mut county, small);
    assert_eq!(fit(&county, small, "major"), Fit::FitsNot);
    let in_city_library = with(&mut county, &industrial(60_000_000));
    county.set(in_city_library, Field::SignificanceFlags, "city_library");
    list(&mut county, in_city_library);
    assert_eq!(fit(&county, in_city_library, "major"), Fit::Fits);
}

#[test]
fn a_nomination_to_the_annual_list_of_honghe_needs_the_amount() {
    let mut county = County::new("honghe", "2022-09-05");
    for (total, accepted) in [(50_000_000, true), (49_999_999, false)] {
        let node = county.unit(&format!("county {total}"), "county_node");
        let project = county.project(node);
        county.set(project, Field::TotalInvestmentFen, yuan(total));
        let nomination = [
            (Column::List, "hh.annual".into()),
            (Column::Year, "2023".into()),
            (Column::Project, project.to_string().into()),
            (Column::NominationAct, "add".into()),
        ];
        let head = county.head(node);
        let nominated = county.record(&head, by(node), Table::Nominations, &nomination);
        assert_eq!(nominated.is_ok(), accepted, "{total}: {nominated:?}");
    }
}

#[test]
fn wushan_asks_where_a_project_comes_from_and_for_no_amount() {
    let mut county = County::new("wushan", "2024-09-05");
    for (origin, level, expected) in [
        ("promotion", "", Fit::Fits),
        ("other", "", Fit::FitsNot),
        ("special_plan", "county", Fit::Fits),
        ("special_plan", "province", Fit::Fits),
        ("special_plan", "", Fit::Open),
    ] {
        let project = with(&mut county, &[(Field::OriginKind, origin.into())]);
        county.set(project, Field::TotalInvestmentFen, yuan(1_000_000));
        if !level.is_empty() {
            county.set(project, Field::OriginLevel, level);
        }
        assert_eq!(fit(&county, project, "major"), expected, "{origin} {level}");
    }
}

#[test]
fn candidates_that_meet_the_preference_come_first_and_nobody_is_kept_out() {
    let mut county = County::new("kundulun", "2016-11-20");
    let industrial = |total: i64| [(Field::TotalInvestmentFen, yuan(total).into())];
    let large = with(&mut county, &industrial(300_000_000));
    let key = with(&mut county, &industrial(100_000_000));
    let edition = [
        (Column::List, "kd.annual".into()),
        (Column::Year, "2016".into()),
        (Column::Count, 1.into()),
    ];
    let edition = county.put(hub(), Table::ListEditions, &edition);
    let entry = [
        (Column::Edition, edition.to_string().into()),
        (Column::Project, key.to_string().into()),
        (Column::EntryState, "on_list".into()),
    ];
    county.put(hub(), Table::ListEntries, &entry);
    let world = county.world();
    let look = Look::new(&world, county.now);
    let mut candidates = [county.view(large), county.view(key)];
    sort_candidates(&look, "baolian", &mut candidates);
    assert_eq!(candidates.map(|project| project.id), [key, large]);
    assert_eq!(
        preferred(&look, county.view(key), "baolian"),
        Some("亿元以上重点优先")
    );
    assert_eq!(preferred(&look, county.view(large), "baolian"), None);
}
