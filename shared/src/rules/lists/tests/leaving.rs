//! How a project leaves a decided list by a transition, and when nominations are taken (domain.md 3.7, 13.6).

use super::*;

fn leave(county: &mut County, project: ProjectId, number: &str) -> Result<RowId, Refusal> {
    let officer = county.officer();
    let mut set = vec![
        (Column::ToStage, "withdrawn".into()),
        (Column::Reason, "conditions changed".into()),
    ];
    if !number.is_empty() {
        set.push((Column::Number, number.into()));
    }
    county.record(&officer, of(project), Table::Transitions, &set)
}

#[test]
fn a_decided_list_is_left_with_the_number_of_the_decision() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let (_, project) = town(&mut county);
    county.set(project, Field::Stage, "listed");
    put_on(&mut county, project, "kz.annual", "2022");
    let refused = leave(&mut county, project, "").unwrap_err();
    assert_eq!(
        (refused.why, refused.rule.as_deref()),
        (Why::Missing, Some("KZ-2.4.1"))
    );
    leave(&mut county, project, "5").unwrap();
    assert!(!is_on(&county, project, "kz.annual"));
    assert_eq!(Stage::of(county.view(project)), Stage::Withdrawn);
    let last = county.county.each(Table::ListEditions).last().unwrap();
    assert_eq!(last.int(Column::Count), Some(2));
}

#[test]
fn a_project_leaves_the_plan_of_kundulun_inside_its_window() {
    for (day, leaves) in [("2017-06-30", true), ("2017-07-01", false)] {
        let mut county = County::new("kundulun", day);
        let (_, project) = town(&mut county);
        county.set(project, Field::Stage, "listed");
        put_on(&mut county, project, "kd.annual", "2017");
        let left = leave(&mut county, project, "5");
        assert_eq!(left.is_ok(), leaves, "{day}: {left:?}");
        assert_eq!(is_on(&county, project, "kd.annual"), !leaves, "{day}");
        if let Err(refused) = left {
            assert_eq!(refused.rule.as_deref(), Some("KP-7.3"));
        }
    }
}

#[test]
fn a_list_of_some_of_the_year_s_projects_is_left_as_it_was_decided() {
    // Nobody decides the list of longting's leaders; two bodies decide kundulun's.
    for (slug, list, number, rule) in [
        ("kundulun", "kd.major", "", Some("KP-7.2")),
        ("kundulun", "kd.major", "5", None),
        ("kundulun", "kd.baolian_impl", "", Some("KB-5")),
        ("kundulun", "kd.baolian_impl", "5", None),
        ("longting", "lt.major", "", None),
    ] {
        let mut county = County::new(slug, "2022-11-20");
        let (_, project) = town(&mut county);
        county.set(project, Field::Stage, "listed");
        put_on(&mut county, project, list, "2022");
        let left = leave(&mut county, project, number);
        assert_eq!(
            left.err().and_then(|refused| refused.rule).as_deref(),
            rule,
            "{list} {number}"
        );
        assert_eq!(is_on(&county, project, list), rule.is_some(), "{list}");
    }
}

#[test]
fn honghe_s_june_is_used_up_by_one_who_left_in_it() {
    let mut county = County::new("honghe", "2023-01-10");
    let (_, first) = town(&mut county);
    let (_, second) = town(&mut county);
    for project in [first, second] {
        county.set(project, Field::Stage, "listed");
    }
    put_on(&mut county, first, "hh.annual", "2023");
    let edition = county.county.each(Table::ListEditions).next().unwrap();
    let entry = [
        (Column::Edition, edition.key.into()),
        (Column::Project, second.to_string().into()),
        (Column::EntryState, "on_list".into()),
    ];
    county.put(hub(), Table::ListEntries, &entry);
    county.on("2023-06-10");
    leave(&mut county, first, "5").unwrap();
    let refused = leave(&mut county, second, "6").unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("HH-3.2.2"));
    assert!(is_on(&county, second, "hh.annual"));
}

#[test]
fn a_nomination_outside_its_window_is_taken_and_known_as_such() {
    let mut county = County::new("honghe", "2022-09-11");
    let node = county.unit("a county", "county_node");
    let project = county.project(node);
    county.set(project, Field::TotalInvestmentFen, 10_000_000_000);
    let head = county.head(node);
    let more = [(Column::Year, "2023".into())];
    nominate(&mut county, &head, project, "hh.annual", &more).unwrap();
    let list = county.profile.list("hh.annual").unwrap();
    let taken = |day: &str| takes_nominations(list, day.parse().unwrap());
    assert_eq!(
        ["2022-08-31", "2022-09-01", "2022-09-10", "2022-09-11"].map(taken),
        [false, true, true, false]
    );
}

#[test]
fn a_step_the_hub_records_starts_permitting_and_a_unit_s_does_not() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let (unit, project) = town(&mut county);
    county.set(project, Field::Stage, "listed");
    let item = [(Column::ApprovalItem, "feasibility".into())];
    let approval = county.put(of(project), Table::Approvals, &item);
    let step = [
        (Column::Approval, approval.to_string().into()),
        (Column::ApprovalAct, "apply".into()),
    ];
    let clerk = county.clerk(unit);
    county
        .record(&clerk, of(project), Table::ApprovalSteps, &step)
        .unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Listed);
    let officer = county.officer();
    let accepts = [
        (Column::Approval, approval.to_string().into()),
        (Column::ApprovalAct, "accept".into()),
    ];
    county
        .record(&officer, of(project), Table::ApprovalSteps, &accepts)
        .unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Permitting);
    assert_eq!(county.count(project, Table::Transitions), 1);
}
