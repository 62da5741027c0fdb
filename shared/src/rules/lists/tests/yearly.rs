//! What is asked again for each year's list, of projects that are long in work, and of those taken out (domain.md 3.7, 5.2).

use super::*;

fn consult(county: &mut County, project: ProjectId, list: &str, year: &str, day: &str) {
    let set = [
        (Column::List, list.into()),
        (Column::Year, year.into()),
        (Column::Body, "city_dev_reform".into()),
        (Column::Replied, day.into()),
    ];
    let set: Vec<_> = set
        .into_iter()
        .filter(|(_, value): &(Column, Value)| value.as_text() != Some(""))
        .collect();
    county.put(of(project), Table::Consultations, &set);
}

fn check(county: &mut County, project: ProjectId, day: &str) {
    let set = [
        (Column::ReviewKind, "hub_check".into()),
        (Column::ReviewOutcome, "passed".into()),
        (Column::Date, day.into()),
    ];
    county.put(of(project), Table::ProjectReviews, &set);
}

#[test]
fn the_next_year_s_list_of_kaizhou_asks_of_works_under_way_what_it_asks_of_new_ones() {
    let mut county = County::new("kaizhou", "2023-12-20");
    let (_, project) = town(&mut county);
    county.set(project, Field::Stage, "construction");
    put_on(&mut county, project, "kz.rolling3", "2023");
    candidate(&mut county, "kz.annual", "2024", project, "chosen").unwrap();
    let rule = |issued: Result<RowId, Refusal>| issued.err().and_then(|refused| refused.rule);
    let party_gov = decided("party_gov");
    // Three million yuan are not enough, though the works have begun.
    county.set(project, Field::TotalInvestmentFen, 300_000_000);
    let issued = issue(&mut county, "kz.annual", "2024", &party_gov);
    assert_eq!(rule(issued).as_deref(), Some("KZ-0"));
    county.set(project, Field::TotalInvestmentFen, 500_000_000);
    let issued = issue(&mut county, "kz.annual", "2024", &[]);
    assert_eq!(rule(issued).as_deref(), Some("KZ-2.4.2"));
    let issued = issue(&mut county, "kz.annual", "2024", &decided("dev_reform"));
    assert_eq!(rule(issued).as_deref(), Some("KZ-2.4.2"));
    issue(&mut county, "kz.annual", "2024", &party_gov).unwrap();
    assert!(is_on(&county, project, "kz.annual"));
    // Taking it out is decided as well.
    candidate(&mut county, "kz.annual", "2024", project, "removed").unwrap();
    let refused = issue(&mut county, "kz.annual", "2024", &[]).unwrap_err();
    assert_eq!(
        (refused.rule.as_deref(), refused.missing.len()),
        (Some("KZ-2.4.1"), 2)
    );
    let refused = issue(&mut county, "kz.annual", "2024", &decided("dev_reform")).unwrap_err();
    let Why::GateClosed(gate) = refused.why else {
        panic!("a gate");
    };
    assert_eq!(gate.guard, "decision_recorded");
    issue(&mut county, "kz.annual", "2024", &party_gov).unwrap();
    assert!(!is_on(&county, project, "kz.annual"));
}

/// A project of kundulun on the plan of 2017, in work, whose papers are there, a candidate for 2018.
fn candidate_of_2018(county: &mut County) -> ProjectId {
    let (_, project) = complete_application(county);
    county.set(project, Field::Stage, "construction");
    county.set_year(project, 2018, Field::YearPlanFen, 100);
    county.set_year(project, 2018, Field::ImageTarget, "done");
    county.set_year(project, 2018, Field::FourBatch, "finish");
    let paid = [
        (Column::Source, "own".into()),
        (Column::Status, "secured".into()),
    ];
    county.put(of(project), Table::Funding, &paid);
    for kind in ["listing_application", "fixed_asset_plan_approval"] {
        let paper = [(Column::About, kind.into())];
        county.put(of(project), Table::Attachments, &paper);
    }
    candidate(county, "kd.annual", "2018", project, "chosen").unwrap();
    project
}

#[test]
fn what_was_checked_and_answered_for_one_year_s_plan_does_not_open_the_next() {
    for (year, day, fits) in [
        ("2018", "2017-11-20", true),
        ("2017", "2017-11-20", false),
        // Without a year it is about the plan that was made next: here the one of January 2017.
        ("", "2016-11-20", false),
        ("", "2017-11-20", true),
    ] {
        let mut county = County::new("kundulun", "2017-01-10");
        let project = candidate_of_2018(&mut county);
        put_on(&mut county, project, "kd.annual", "2017");
        county.on("2018-01-10");
        check(&mut county, project, "2017-11-20");
        consult(&mut county, project, "kd.annual", year, day);
        let issued = issue(&mut county, "kd.annual", "2018", &decided("party_gov"));
        assert_eq!(issued.is_ok(), fits, "{year} {day}: {issued:?}");
        let gate = issued.err().map(|refused| match refused.why {
            Why::GateClosed(gate) => gate.guard,
            other => panic!("{other:?}"),
        });
        assert_eq!(gate.as_deref(), (!fits).then_some("consulted"), "{day}");
    }
}

#[test]
fn the_check_of_the_year_before_is_used_up_by_its_plan() {
    for (day, fits) in [("2016-11-20", false), ("2017-11-20", true)] {
        let mut county = County::new("kundulun", "2017-01-10");
        let project = candidate_of_2018(&mut county);
        put_on(&mut county, project, "kd.annual", "2017");
        county.on("2018-01-10");
        check(&mut county, project, day);
        consult(&mut county, project, "kd.annual", "2018", "2017-11-20");
        let issued = issue(&mut county, "kd.annual", "2018", &decided("party_gov"));
        assert_eq!(issued.is_ok(), fits, "{day}: {issued:?}");
    }
}

#[test]
fn a_paper_for_the_plan_is_asked_of_works_under_way_too() {
    let mut county = County::new("kundulun", "2018-01-10");
    let project = candidate_of_2018(&mut county);
    check(&mut county, project, "2017-11-20");
    consult(&mut county, project, "kd.annual", "2018", "2017-11-20");
    county.set_year(project, 2018, Field::YearPlanFen, Value::Null);
    let refused = issue(&mut county, "kd.annual", "2018", &decided("party_gov")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-8.2"));
    county.set_year(project, 2018, Field::YearPlanFen, 100);
    issue(&mut county, "kd.annual", "2018", &decided("party_gov")).unwrap();
}

#[test]
fn a_decision_on_something_else_decides_no_list() {
    for (topic, opens) in [("push_plan", false), ("agency", false), ("list", true)] {
        let mut county = County::new("kundulun", "2018-01-10");
        let (_, project) = town(&mut county);
        county.set(project, Field::Stage, "construction");
        let decision = [
            (Column::DecisionTopic, topic.into()),
            (Column::Decider, "party_gov".into()),
            (Column::Approved, true.into()),
        ];
        county.put(of(project), Table::Decisions, &decision);
        let world = county.world();
        let look = Look::new(&world, county.now).about_year(Some(2018));
        let list = county.profile.list("kd.annual");
        let ask = Ask::about(&look, Some(county.view(project))).for_list(list);
        let states = gates::states(&ask, "T3", |guard| guard == Guard::DecisionRecorded);
        let open: Vec<_> = states.iter().map(gates::GateState::is_open).collect();
        assert_eq!(open, [opens], "{topic}");
    }
}
