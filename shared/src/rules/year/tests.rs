//! Scenario 25 of domain.md 15, and rule 2b.

#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::testing::County;

#[test]
fn the_category_of_2017_follows_from_start_end_and_certainty() {
    let mut county = County::new("kundulun", "2016-09-20");
    let town = county.unit("a township", "township");
    for (start, end, certain, plan, expected) in [
        ("2016-05", "2018-06", false, 0, "speed_up"),
        ("2017-04", "2018-10", true, 2_000_000_000, "start"),
        ("2017-04", "2018-10", true, 0, "prepare"),
        ("2016-03", "2017-11", false, 0, "complete"),
        ("2017-02", "2017-11", true, 2_000_000_000, "complete"),
        ("2017-10", "2018-10", false, 2_000_000_000, "prepare"),
        ("2016-12", "2018-10", false, 0, "speed_up"),
    ] {
        let project = county.project(town);
        county.set(project, Field::PlannedStart, start);
        county.set(project, Field::PlannedCompletion, end);
        county.set_year(project, 2017, Field::StartCertain, certain);
        county.set_year(project, 2017, Field::YearPlanFen, plan);
        let proposal = propose(&county.profile, county.view(project), 2017);
        assert_eq!(
            proposal,
            Some(Proposal::Category(expected)),
            "{start} {end}"
        );
        // What the hub states goes before what the rules propose.
        let label = |county: &County| {
            label(&county.profile, county.view(project), 2017).map(|(_, name)| name.to_owned())
        };
        assert!(label(&county).is_some());
        county.set_year(project, 2017, Field::FourBatch, "prepare");
        assert_eq!(label(&county).as_deref(), Some("前期储备"));
    }
}

#[test]
fn works_that_should_be_finished_and_are_not_get_a_new_date_first() {
    let mut county = County::new("kundulun", "2016-09-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    county.set(project, Field::ActualStart, "2014-05-01");
    county.set(project, Field::PlannedCompletion, "2016-10");
    let proposal = propose(&county.profile, county.view(project), 2017);
    assert_eq!(proposal, Some(Proposal::Ask(Field::PlannedCompletion)));
}

#[test]
fn an_entered_phase_that_contradicts_the_stage_is_named() {
    let mut county = County::new("honghe", "2022-09-20");
    let town = county.unit("a county", "county_node");
    let project = county.project(town);
    county.set_year(project, 2022, Field::HhPhase, "operating");
    let wrong = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        contradictions(&look, county.view(project), 2022).len()
    };
    assert_eq!(wrong(&county), 2);
    county.set(project, Field::Stage, "operation");
    assert_eq!(wrong(&county), 0);
}

#[test]
fn a_category_of_another_county_contradicts_what_its_rules_say_and_nothing_else() {
    let mut county = County::new("honghe", "2022-09-20");
    let category = county.profile.year_category.as_mut().unwrap();
    let paused: crate::profile::Label =
        serde_json::from_str(r#"{"id": "paused", "name_zh": "缓建"}"#).unwrap();
    category.options.push(paused);
    let town = county.unit("a county", "county_node");
    let project = county.project(town);
    county.set_year(project, 2022, Field::HhPhase, "paused");
    let wrong = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        contradictions(&look, county.view(project), 2022).len()
    };
    assert_eq!(wrong(&county), 0, "no line, no contradiction");
    let line = crate::profile::YearRecord {
        category: "paused".to_owned(),
        stages: vec!["construction".to_owned()],
        signed: None,
        expanded: None,
    };
    let category = county.profile.year_category.as_mut().unwrap();
    category.agrees.push(line);
    assert_eq!(wrong(&county), 2);
    county.set(project, Field::Stage, "construction");
    assert_eq!(wrong(&county), 0);
}
