#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::command::Actor;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::testing::{County, of};
use crate::value::Value;

const STEPS: &[&str] = &[
    "owner_request",
    "dept_consent",
    "gov_decision",
    "plan_in_doc",
    "clarified_in_approval",
    "contract",
];

fn scene(slug: &str, owner_kind: &str, public: bool) -> (County, UnitId, ProjectId) {
    let mut county = County::new(slug, "2022-11-20");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    county.set(project, Field::OwnerKind, owner_kind);
    county.set(project, Field::IsPublicInterest, public);
    (county, town, project)
}

fn step(
    county: &mut County,
    actor: &Actor,
    project: ProjectId,
    act: &str,
) -> Result<RowId, Refusal> {
    let set = [(Column::AgencyAct, act.into())];
    county.record(actor, of(project), Table::AgencySteps, &set)
}

#[track_caller]
fn stopped(result: Result<RowId, Refusal>) -> (String, String) {
    let refusal = result.unwrap_err();
    let rule = refusal.rule.clone().unwrap_or_default();
    match refusal.why {
        Why::GateClosed(gate) => (gate.guard, rule),
        other => panic!("{other:?} {rule}"),
    }
}

fn is(guard: &str, clause: &str) -> (String, String) {
    (guard.to_owned(), clause.to_owned())
}

#[test]
fn it_is_for_public_interest_projects_of_state_organs_and_institutions() {
    for (slug, owner, public, offered) in [
        ("kaizhou", "state_organ", true, true),
        ("kaizhou", "public_institution", true, true),
        ("kaizhou", "soe", true, false),
        ("kaizhou", "state_organ", false, false),
    ] {
        let (mut county, town, project) = scene(slug, owner, public);
        let clerk = county.clerk(town);
        let result = step(&mut county, &clerk, project, "owner_request");
        assert_eq!(result.is_ok(), offered, "{owner} {public}");
        if !offered {
            assert_eq!(stopped(result), is("agency_offered", "KZ-2.6"));
        }
    }
    let (mut county, town, project) = scene("wushan", "state_organ", true);
    let clerk = county.clerk(town);
    let refused = step(&mut county, &clerk, project, "owner_request").unwrap_err();
    assert_eq!(refused.why, Why::NotInProfile);
}

#[test]
fn six_steps_come_in_their_order() {
    let (mut county, town, project) = scene("kaizhou", "state_organ", true);
    let clerk = county.clerk(town);
    for (at, act) in STEPS.iter().enumerate() {
        for later in STEPS.iter().skip(at + 1) {
            let early = step(&mut county, &clerk, project, later);
            assert_eq!(
                stopped(early),
                is("ordered", "KZ-2.6"),
                "{later} before {act}"
            );
        }
        if *act == "contract" {
            break;
        }
        let contract = [(Column::Org, "Builders".into())];
        let early = county.record(&clerk, of(project), Table::AgencyContracts, &contract);
        assert_eq!(stopped(early), is("ordered", "KZ-2.6"), "{act}");
        step(&mut county, &clerk, project, act).unwrap();
    }
    step(&mut county, &clerk, project, "contract").unwrap();
}

#[test]
fn the_agency_supervises_and_seals_nothing_and_the_works_stay_the_owners() {
    let (mut county, town, project) = scene("kaizhou", "public_institution", true);
    county.set(project, Field::OwnerOrg, town.to_string());
    let agency = county.unit("Builders", "department");
    let (clerk, builder) = (county.clerk(town), county.clerk(agency));
    for act in STEPS {
        step(&mut county, &clerk, project, act).unwrap();
    }
    let contract = [
        (Column::Org, agency.to_string().into()),
        (Column::AmountFen, 5_000.into()),
    ];
    let contract = county
        .record(&clerk, of(project), Table::AgencyContracts, &contract)
        .unwrap();
    assert_eq!(fee_in_total(county.view(project)), None);
    let counted = [(Column::InTotal, Value::from(true))];
    county
        .record_as(
            &clerk,
            of(project),
            Table::AgencyContracts,
            contract,
            &counted,
        )
        .unwrap();
    assert_eq!(fee_in_total(county.view(project)), Some(5_000));
    step(&mut county, &builder, project, "supervision").unwrap();
    assert_eq!(
        stopped(step(&mut county, &builder, project, "seal")),
        is("actor_is_not", "KZ-2.6.6")
    );
    assert_eq!(
        stopped(step(&mut county, &builder, project, "contract")).0,
        "actor_is"
    );
    step(&mut county, &clerk, project, "seal").unwrap();
    assert_eq!(asset_owner(county.view(project)), town.to_string());
}
