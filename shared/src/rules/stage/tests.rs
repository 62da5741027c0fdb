//! Scenarios 19, 22 to 24 and 31 of domain.md 15, and the transitions of 3.4.

use super::*;
use crate::ids::{ProjectId, RowId};
use crate::rules::membership::Rolls;
use crate::testing::{County, by, of};

/// A project of a new township.
fn project(county: &mut County) -> ProjectId {
    let town = county.unit("a township", "township");
    county.project(town)
}

fn move_to(
    county: &mut County,
    project: ProjectId,
    set: &[(Column, Value)],
) -> Result<RowId, Refusal> {
    let officer = county.officer();
    county.record(&officer, of(project), Table::Transitions, set)
}

fn to(stage: &str) -> [(Column, Value); 1] {
    [(Column::ToStage, stage.into())]
}

fn attach(county: &mut County, project: ProjectId, kind: &str) {
    county.put(
        of(project),
        Table::Attachments,
        &[(Column::About, kind.into())],
    );
}

fn decide(county: &mut County, project: ProjectId, topic: &str) -> Result<RowId, Refusal> {
    let head = county.hub_head();
    let set = [
        (Column::DecisionTopic, topic.into()),
        (Column::Decider, "party_gov".into()),
        (Column::Approved, true.into()),
    ];
    county.record(&head, of(project), Table::Decisions, &set)
}

#[test]
fn a_stage_follows_only_from_the_one_before_it() {
    let mut county = County::new("longting", "2022-11-20");
    let project = project(&mut county);
    for wrong in [
        "construction",
        "operation",
        "suspended",
        "withdrawn",
        "closed",
    ] {
        let refused = move_to(&mut county, project, &to(wrong)).unwrap_err();
        assert!(
            matches!(refused.why, Why::WrongState { .. }),
            "{wrong}: {refused:?}"
        );
    }
    county.set(project, Field::Stage, "construction");
    let suspend = [
        (Column::ToStage, "suspended".into()),
        (Column::Reason, "no money".into()),
    ];
    let refused = move_to(&mut county, project, &to("suspended")).unwrap_err();
    assert_eq!(refused.why, Why::ReasonMissing);
    move_to(&mut county, project, &suspend).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Suspended);
    assert!(move_to(&mut county, project, &to("acceptance")).is_err());
    move_to(&mut county, project, &to("construction")).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Construction);
    let unit = county.unit("another", "township");
    let head = county.head(unit);
    let refused = county.record(&head, of(project), Table::Transitions, &to("acceptance"));
    assert_eq!(refused.unwrap_err().why, Why::HubOnly);
}

#[test]
fn a_joint_review_counts_when_all_is_concluded_by_all_for_what_stands_there() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let project = project(&mut county);
    let officer = county.officer();
    county.set(project, Field::TotalInvestmentFen, 1_200_000_000);
    county.set(project, Field::ContentScale, "a road");
    let lacks = |refusal: Refusal| match refusal.why {
        Why::GateClosed(gate) => gate.lacks,
        other => panic!("{other:?}"),
    };
    // Nobody decides before a review.
    let refused = decide(&mut county, project, "list").unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KZ-2.2.1"));

    // The minutes stand in the review itself.
    let kind = [
        (Column::ReviewKind, "joint".into()),
        (Column::Text, "minutes".into()),
    ];
    let review = county
        .record(&officer, of(project), Table::ProjectReviews, &kind)
        .unwrap();
    let conclude = |county: &mut County, content: &str| {
        let set = [
            (Column::Review, review.to_string().into()),
            (Column::Content, content.into()),
            (Column::Conclusion, "agree".into()),
        ];
        county
            .record(&officer, of(project), Table::ReviewContents, &set)
            .unwrap();
    };
    for content in [
        "necessity",
        "feasibility",
        "build_sequence",
        "content_scale",
        "funding",
    ] {
        conclude(&mut county, content);
    }
    let officer = county.officer();
    let attend = |county: &mut County, org: &str| {
        let set = [
            (Column::Review, review.to_string().into()),
            (Column::Org, org.into()),
            (Column::Present, true.into()),
        ];
        county
            .record(&officer, of(project), Table::ReviewMembers, &set)
            .unwrap();
    };
    attend(&mut county, "区规划自然资源局");
    let passed = [(Column::ReviewOutcome, "passed".into())];
    let pass = |county: &mut County| {
        let officer = county.officer();
        county.record_as(
            &officer,
            of(project),
            Table::ProjectReviews,
            review,
            &passed,
        )
    };
    assert_eq!(
        lacks(pass(&mut county).unwrap_err()),
        ["空间协同符合性", "区财政局"]
    );
    let set = [
        (Column::Review, review.to_string().into()),
        (Column::Content, "spatial_conformity".into()),
        (Column::Conclusion, "modify".into()),
    ];
    let officer = county.officer();
    county
        .record(&officer, of(project), Table::ReviewContents, &set)
        .unwrap();
    assert_eq!(lacks(pass(&mut county).unwrap_err()), ["区财政局"]);
    // The same through cells of the sheet.
    let cell = FieldPath::cell(Table::ProjectReviews, review, Column::ReviewOutcome);
    assert!(
        county
            .edit(&officer, project, &[(cell, "passed".into())])
            .is_err()
    );
    let set = [
        (Column::Review, review.to_string().into()),
        (Column::Org, "区财政局".into()),
        (Column::Present, true.into()),
    ];
    county
        .record(&officer, of(project), Table::ReviewMembers, &set)
        .unwrap();
    pass(&mut county).unwrap();
    decide(&mut county, project, "list").unwrap();

    county.set(project, Field::TotalInvestmentFen, 1_500_000_000);
    let refused = decide(&mut county, project, "list").unwrap_err();
    assert_eq!(lacks(refused), ["总投资"]);
    county.set(project, Field::TotalInvestmentFen, 1_200_000_000);
    county.set(project, Field::ContentScale, "a longer road");
    assert!(decide(&mut county, project, "list").is_err());
    county.set(project, Field::ContentScale, "a road");
    let list = [
        (Column::ToStage, "listed".into()),
        (Column::List, "kz.annual".into()),
    ];
    move_to(&mut county, project, &list).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Listed);
}

#[test]
fn passed_after_a_change_counts_once_the_change_is_made() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let project = project(&mut county);
    let review = [
        (Column::ReviewKind, "joint".into()),
        (Column::ReviewOutcome, "passed_after_change".into()),
        (Column::Text, "minutes".into()),
    ];
    let review = county.put(of(project), Table::ProjectReviews, &review);
    for content in county.profile.review.contents.clone() {
        let set = [
            (Column::Review, review.to_string().into()),
            (Column::Content, content.id.into()),
            (Column::Conclusion, "agree".into()),
        ];
        county.put(of(project), Table::ReviewContents, &set);
    }
    for member in county.profile.review.fixed_members.clone() {
        let set = [
            (Column::Review, review.to_string().into()),
            (Column::Org, member.into()),
            (Column::Present, true.into()),
        ];
        county.put(of(project), Table::ReviewMembers, &set);
    }
    assert!(decide(&mut county, project, "list").is_err());
    let officer = county.officer();
    let done = [(Column::ModifiedDone, true.into())];
    county
        .record_as(&officer, of(project), Table::ProjectReviews, review, &done)
        .unwrap();
    decide(&mut county, project, "list").unwrap();
}

#[test]
fn a_grade_of_the_reserve_needs_its_document() {
    let mut county = County::new("kundulun", "2016-11-20");
    let project = project(&mut county);
    county.set(project, Field::ReserveSector, "industry");
    let reserve = |grade: &str| {
        [
            (Column::ToStage, "reserve".into()),
            (Column::Grade, grade.into()),
        ]
    };
    assert!(move_to(&mut county, project, &reserve("concept")).is_err());
    attach(&mut county, project, "project_plan_doc");
    move_to(&mut county, project, &reserve("concept")).unwrap();
    assert_eq!(county.view(project).text(Field::ReserveGrade), "concept");
    attach(&mut county, project, "project_proposal");
    let refused = move_to(&mut county, project, &reserve("full")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-12"));
    attach(&mut county, project, "feasibility_study");
    move_to(&mut county, project, &reserve("full")).unwrap();
    assert_eq!(county.view(project).text(Field::ReserveGrade), "full");
    let refused = move_to(&mut county, project, &reserve("initial")).unwrap_err();
    assert_eq!(refused.why, Why::ReasonMissing);
}

/// A project in the reserve of kundulun, entered by the hub.
fn in_reserve(county: &mut County) -> ProjectId {
    let project = project(county);
    county.set(project, Field::ReserveSector, "industry");
    attach(county, project, "project_plan_doc");
    let set = [
        (Column::ToStage, "reserve".into()),
        (Column::Grade, "concept".into()),
    ];
    move_to(county, project, &set).unwrap();
    assert!(is_on(county, project, "kd.reserve"));
    project
}

fn is_on(county: &County, project: ProjectId, list: &str) -> bool {
    Rolls::of(&county.profile, &county.county, county.now.date()).is_on(project, list)
}

#[test]
fn the_decision_to_implement_ends_the_reserve() {
    let mut county = County::new("kundulun", "2016-11-20");
    let project = in_reserve(&mut county);
    let other = in_reserve(&mut county);
    decide(&mut county, project, "implement").unwrap();
    assert!(!is_on(&county, project, "kd.reserve"));
    assert!(is_on(&county, other, "kd.reserve"));
    let category = county.view(project).year(2016, Field::FourBatch).as_text();
    assert_eq!(category, Some("start"));
}

#[test]
fn leaving_the_reserve_takes_one_of_three_reasons_and_owes_a_replacement() {
    let mut county = County::new("kundulun", "2016-11-20");
    let project = in_reserve(&mut county);
    let leave = |reason: &str| {
        [
            (Column::ToStage, "withdrawn".into()),
            (Column::Reason, reason.into()),
        ]
    };
    let refused = move_to(&mut county, project, &leave("nobody wants it")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-12.3"));
    move_to(&mut county, project, &leave("因资金无法落实难以实施")).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Withdrawn);
    assert!(!is_on(&county, project, "kd.reserve"));
    assert!(owes_replacement(&county.profile, county.view(project)));
    let officer = county.officer();
    let nothing: [(Column, Value); 0] = [];
    assert!(
        county
            .record(&officer, of(project), Table::Replacements, &nothing)
            .is_err()
    );
    let waived = [(Column::Reason, "the sector has enough".into())];
    county
        .record(&officer, of(project), Table::Replacements, &waived)
        .unwrap();
    assert!(!owes_replacement(&county.profile, county.view(project)));
    let revive = [
        (Column::ToStage, "idea".into()),
        (Column::Reason, "money came".into()),
    ];
    move_to(&mut county, project, &revive).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Idea);
}

#[test]
fn wushan_permits_only_after_the_feasibility_report_is_approved() {
    let mut county = County::new("wushan", "2024-11-20");
    let project = project(&mut county);
    county.set(project, Field::Stage, "listed");
    let phase_of = |county: &County| {
        let phase = phase(&county.profile, county.view(project));
        phase.map(|phase| phase.id.clone())
    };
    assert_eq!(phase_of(&county).as_deref(), Some("early"));
    let refused = move_to(&mut county, project, &to("permitting")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("WS-III"));
    attach(&mut county, project, "feasibility_study");
    attach(&mut county, project, "special_reports");
    let item = [(Column::ApprovalItem, "feasibility".into())];
    let approval = county.put(of(project), Table::Approvals, &item);
    let step = |act: &str| {
        [
            (Column::Approval, approval.to_string().into()),
            (Column::ApprovalAct, act.into()),
        ]
    };
    county.put(of(project), Table::ApprovalSteps, &step("apply"));
    let begins = |county: &County| {
        let world = county.world();
        permitting_begins(&Look::new(&world, county.now), county.view(project), None)
    };
    assert!(!begins(&county));
    county.put(of(project), Table::ApprovalSteps, &step("approve"));
    assert!(begins(&county));
    move_to(&mut county, project, &to("permitting")).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Permitting);
}

#[test]
fn elsewhere_the_first_application_starts_permitting() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let project = project(&mut county);
    county.set(project, Field::Stage, "listed");
    let item = [(Column::ApprovalItem, "feasibility".into())];
    let approval = county.put(of(project), Table::Approvals, &item);
    let step = [
        (Column::Approval, approval.to_string().into()),
        (Column::ApprovalAct, "apply".into()),
    ];
    county.put(of(project), Table::ApprovalSteps, &step);
    let world = county.world();
    assert!(permitting_begins(
        &Look::new(&world, county.now),
        county.view(project),
        None
    ));
}

#[test]
fn works_begin_straight_from_the_plan_when_no_approval_is_outstanding() {
    let mut county = County::new("longting", "2022-11-20");
    let project = project(&mut county);
    county.set(project, Field::Programmes, "key");
    county.set(project, Field::ActualStart, "2022-11-01");
    county.set(project, Field::Stage, "listed");
    let item = [(Column::ApprovalItem, "land".into())];
    let approval = county.put(of(project), Table::Approvals, &item);
    let refused = move_to(&mut county, project, &to("construction")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("domain 3.4"));
    let Why::GateClosed(gate) = refused.why else {
        panic!("a gate");
    };
    assert_eq!(
        (gate.guard.as_str(), gate.lacks.len()),
        ("approvals_done_or_tolerated", 1)
    );
    for act in ["apply", "accept", "approve"] {
        let step = [
            (Column::Approval, approval.to_string().into()),
            (Column::ApprovalAct, act.into()),
        ];
        county.put(of(project), Table::ApprovalSteps, &step);
    }
    move_to(&mut county, project, &to("construction")).unwrap();
    // Once permitting has begun, only a gate of the county asks for it.
    county.set(project, Field::Stage, "permitting");
    let other = [(Column::ApprovalItem, "environment".into())];
    county.put(of(project), Table::Approvals, &other);
    move_to(&mut county, project, &to("construction")).unwrap();
}

#[test]
fn works_are_in_use_when_every_acceptance_passed() {
    let mut county = County::new("wushan", "2024-11-20");
    let project = project(&mut county);
    county.set(project, Field::Stage, "acceptance");
    let pass = |county: &mut County, item: &str, act: &str, reason: &str| {
        let mut set = vec![
            (Column::AcceptanceItem, item.into()),
            (Column::AcceptanceAct, act.into()),
        ];
        if !reason.is_empty() {
            set.push((Column::Reason, reason.into()));
        }
        county.put(of(project), Table::AcceptanceSteps, &set);
    };
    for item in [
        "planning_land_check",
        "fire",
        "quality_supervision",
        "archives",
        "completion_filing",
    ] {
        pass(&mut county, item, "pass", "");
    }
    let refused = move_to(&mut county, project, &to("operation")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("WS-9"));
    pass(&mut county, "civil_defence", "not_applicable", "");
    assert!(move_to(&mut county, project, &to("operation")).is_err());
    pass(&mut county, "civil_defence", "not_applicable", "a road");
    move_to(&mut county, project, &to("operation")).unwrap();
    assert_eq!(Stage::of(county.view(project)), Stage::Operation);
    let refused = move_to(&mut county, project, &to("closed")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("WS-10"));
    let custodian = [
        (Column::Org, "a village".into()),
        (Column::Principle, "who_benefits".into()),
    ];
    county.put(of(project), Table::Custodians, &custodian);
    for metric in ["investment_intensity", "capacity_rate", "tax_rate", "jobs"] {
        let refused = move_to(&mut county, project, &to("closed")).unwrap_err();
        assert_eq!(refused.rule.as_deref(), Some("WS-11"));
        let set = [
            (Column::Metric, metric.into()),
            (Column::Measure, "12".into()),
        ];
        county.put(of(project), Table::Performance, &set);
    }
    assert!(move_to(&mut county, project, &to("closed")).is_err());
    county.put(
        of(project),
        Table::PerformanceReports,
        &[(Column::Text, "done".into())],
    );
    move_to(&mut county, project, &to("closed")).unwrap();
}

#[test]
fn only_honghe_expands_what_is_in_operation() {
    for (slug, stage, allowed) in [
        ("honghe", "operation", true),
        ("honghe", "construction", false),
        ("kaizhou", "operation", false),
    ] {
        let mut county = County::new(slug, "2022-11-20");
        let project = project(&mut county);
        county.set(project, Field::Stage, stage);
        let officer = county.officer();
        let more = [(Column::AmountFen, 100.into())];
        let expanded = county.record(&officer, of(project), Table::Expansions, &more);
        assert_eq!(expanded.is_ok(), allowed, "{slug} {stage}");
    }
}

#[test]
fn pre_acceptance_comes_first_in_kundulun() {
    let mut county = County::new("kundulun", "2016-11-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    county.set(project, Field::Programmes, "key");
    county.set(project, Field::Stage, "construction");
    let refused = move_to(&mut county, project, &to("acceptance")).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-6.4"));
    let ask = [
        (Column::Project, project.to_string().into()),
        (Column::RequestAct, "acceptance".into()),
    ];
    let clerk = county.clerk(town);
    let refused = county
        .record(&clerk, by(town), Table::Requests, &ask)
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-6.4"));
    let passed = [
        (Column::AcceptanceItem, "pre_acceptance".into()),
        (Column::AcceptanceAct, "pass".into()),
    ];
    county.put(of(project), Table::AcceptanceSteps, &passed);
    county
        .record(&clerk, by(town), Table::Requests, &ask)
        .unwrap();
    move_to(&mut county, project, &to("acceptance")).unwrap();
}

#[test]
fn duties_open_with_their_transition_and_fall_due_with_the_next() {
    let mut county = County::new("kundulun", "2016-11-20");
    let project = project(&mut county);
    county.set(project, Field::Programmes, "key");
    let duties = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        let open = gates::open_duties(&look, county.view(project));
        open.iter().map(|open| open.overdue).collect::<Vec<_>>()
    };
    assert!(duties(&county).is_empty());
    county.set(project, Field::Stage, "listed");
    assert_eq!(duties(&county), [false]);
    county.set(project, Field::Stage, "construction");
    assert_eq!(duties(&county), [true]);
    for regime in [
        "legal_person",
        "tender",
        "supervision",
        "quality",
        "legal_counsel",
    ] {
        let set = [(Column::Regime, regime.into()), (Column::Kept, true.into())];
        county.put(of(project), Table::Regimes, &set);
    }
    assert!(duties(&county).is_empty());
    county.set(project, Field::InvestmentKind, "government");
    assert_eq!(duties(&county), [true]);
}

/// Domain.md 13.6 `reviewers`: the first examination of a list is that of whom the county names for it.
#[test]
fn a_check_by_somebody_else_is_no_first_examination() {
    let mut county = County::new("kundulun", "2016-10-20");
    let town = county.unit("town", "township");
    let project = county.project(town);
    let checked = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        let list = county.profile.list("kd.annual");
        let ask = Ask::about(&look, Some(county.view(project))).for_list(list);
        let states = gates::states(&ask, "T3", |guard| guard == Guard::HubChecked);
        let state = states.first().unwrap();
        let from = state.lack().map(|lack| lack.from.clone());
        (state.is_open(), from.unwrap_or_default())
    };
    let reviewer = county.profile.body_name("key_office").to_owned();
    assert_eq!(checked(&county), (false, reviewer.clone()));
    let review = |county: &mut County, org: &str| {
        let cells = [
            (Column::ReviewKind, "hub_check".into()),
            (Column::ReviewOutcome, "passed".into()),
            (Column::Org, org.into()),
        ];
        county.put(of(project), Table::ProjectReviews, &cells);
    };
    review(&mut county, "a bureau");
    assert!(!checked(&county).0);
    review(&mut county, &reviewer);
    assert!(checked(&county).0);
}
