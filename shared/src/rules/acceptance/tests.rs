#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::command::Actor;
use crate::field::Field;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::testing::{County, by, of};
use crate::value::Value;

struct Scene {
    county: County,
    town: UnitId,
    bureau: UnitId,
    project: ProjectId,
}

impl Scene {
    fn new(slug: &str, stage: &str) -> Self {
        let mut county = County::new(slug, "2024-09-12");
        let town = county.unit("Town", "township");
        let bureau = county.unit("Bureau", "department");
        let project = county.project(town);
        county.set(project, Field::LeadUnit, bureau.to_string());
        county.set(project, Field::Stage, stage);
        Self {
            county,
            town,
            bureau,
            project,
        }
    }

    fn write(
        &mut self,
        actor: &Actor,
        table: Table,
        set: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        let set: Vec<_> = set
            .iter()
            .map(|(column, text)| (*column, Value::from(*text)))
            .collect();
        self.county.record(actor, of(self.project), table, &set)
    }

    fn accept(&mut self, actor: &Actor, item: &str, act: &str) -> Result<RowId, Refusal> {
        let set = [(Column::AcceptanceItem, item), (Column::AcceptanceAct, act)];
        self.write(actor, Table::AcceptanceSteps, &set)
    }

    fn go(&mut self, stage: &str) -> Result<RowId, Refusal> {
        let officer = self.county.officer();
        self.write(&officer, Table::Transitions, &[(Column::ToStage, stage)])
    }

    fn people(&self) -> (Actor, Actor) {
        (self.county.clerk(self.town), self.county.clerk(self.bureau))
    }
}

#[track_caller]
fn rule(result: Result<RowId, Refusal>) -> String {
    result.unwrap_err().rule.unwrap_or_default()
}

const APPLY: &[(Column, &str)] = &[(Column::AcceptanceAct, "apply"), (Column::Org, "Bureau")];

#[test]
fn wushan_is_in_use_with_six_items_and_closed_with_custodian_metrics_and_report() {
    let mut scene = Scene::new("wushan", "construction");
    let (clerk, bureau) = scene.people();
    assert_eq!(rule(scene.go("acceptance")), "WS-9");
    let nobody = scene
        .write(&clerk, Table::AcceptanceSteps, &APPLY[..1])
        .unwrap_err();
    assert_eq!(nobody.why, Why::Missing);
    let early = scene.accept(&bureau, "fire", "pass").unwrap_err();
    assert!(matches!(early.why, Why::GateClosed(gate) if gate.guard == "application_to"));
    scene.write(&clerk, Table::AcceptanceSteps, APPLY).unwrap();
    scene.go("acceptance").unwrap();
    let items: Vec<String> = scene
        .county
        .profile
        .acceptance
        .items
        .iter()
        .map(|item| item.id.clone())
        .collect();
    assert_eq!(items.len(), 6);
    let (last, five) = items.split_last().unwrap();
    for item in five {
        let own = scene.accept(&clerk, item, "pass").unwrap_err();
        assert!(matches!(own.why, Why::GateClosed(gate) if gate.guard == "actor_is_not"));
        scene.accept(&bureau, item, "pass").unwrap();
    }
    assert_eq!(rule(scene.go("operation")), "WS-9");
    scene.accept(&bureau, last, "fail").unwrap();
    assert_eq!(rule(scene.go("operation")), "WS-9");
    let bare = scene.accept(&bureau, last, "not_applicable").unwrap_err();
    assert_eq!(bare.why, Why::ReasonMissing);
    // What failed is applied for again before it can pass; the rest stays accepted.
    assert!(scene.accept(&bureau, last, "pass").is_err());
    let no_custodian = [(Column::Org, "Town"), (Column::Principle, "who_benefits")];
    assert_eq!(
        rule(scene.write(&clerk, Table::Custodians, &no_custodian)),
        "WS-10"
    );
    scene.write(&clerk, Table::AcceptanceSteps, APPLY).unwrap();
    scene.accept(&bureau, last, "pass").unwrap();
    scene.go("operation").unwrap();

    assert_eq!(rule(scene.go("closed")), "WS-10");
    let report = [(Column::Text, "in good repair")];
    assert_eq!(
        rule(scene.write(&clerk, Table::CustodyReports, &report)),
        "WS-10"
    );
    scene
        .write(&clerk, Table::Custodians, &no_custodian)
        .unwrap();
    scene.write(&clerk, Table::CustodyReports, &report).unwrap();
    for metric in ["investment_intensity", "capacity_rate", "tax_rate", "jobs"] {
        assert_eq!(rule(scene.go("closed")), "WS-11");
        assert_eq!(
            rule(scene.write(&clerk, Table::PerformanceReports, &report)),
            "WS-11"
        );
        let set = [
            (Column::Metric, metric),
            (Column::Measure, "12"),
            (Column::MeasureUnit, "%"),
            (Column::Basis, "the books of 2024"),
        ];
        scene.write(&clerk, Table::Performance, &set).unwrap();
    }
    assert_eq!(rule(scene.go("closed")), "WS-11");
    scene
        .write(&clerk, Table::PerformanceReports, &report)
        .unwrap();
    scene.go("closed").unwrap();
}

#[test]
fn wushan_five_items_and_one_that_does_not_apply_are_enough() {
    let mut scene = Scene::new("wushan", "acceptance");
    let (clerk, bureau) = scene.people();
    scene.write(&clerk, Table::AcceptanceSteps, APPLY).unwrap();
    let items: Vec<String> = scene
        .county
        .profile
        .acceptance
        .items
        .iter()
        .map(|item| item.id.clone())
        .collect();
    for item in items.iter().filter(|item| *item != "civil_defence") {
        scene.accept(&bureau, item, "pass").unwrap();
    }
    let set = [
        (Column::AcceptanceItem, "civil_defence"),
        (Column::AcceptanceAct, "not_applicable"),
        (Column::Reason, "a road"),
    ];
    scene.write(&bureau, Table::AcceptanceSteps, &set).unwrap();
    scene.go("operation").unwrap();
}

#[test]
fn kundulun_asks_for_acceptance_after_the_pre_acceptance_and_from_those_who_approved() {
    let mut scene = Scene::new("kundulun", "construction");
    scene.county.set(scene.project, Field::Programmes, "key");
    let (clerk, bureau) = scene.people();
    let officer = scene.county.officer();
    let planning = scene.county.unit("Planning", "department");
    let item = [
        (Column::ApprovalItem, "planning".into()),
        (Column::Org, planning.to_string().into()),
    ];
    let approval = scene.county.put(of(scene.project), Table::Approvals, &item);
    let step = [
        (Column::Approval, approval.to_string().into()),
        (Column::ApprovalAct, "approve".into()),
    ];
    scene
        .county
        .put(of(scene.project), Table::ApprovalSteps, &step);
    let planning_text = planning.to_string();
    let last = [
        (Column::AcceptanceItem, "final"),
        (Column::AcceptanceAct, "apply"),
        (Column::Org, planning_text.as_str()),
    ];
    let asked = scene
        .write(&bureau, Table::AcceptanceSteps, &last)
        .unwrap_err();
    assert!(matches!(asked.why, Why::GateClosed(gate) if gate.guard == "pre_acceptance_passed"));
    assert_eq!(asked.rule.as_deref(), Some("KP-6.4"));
    let request = [
        (Column::Project, scene.project.to_string().into()),
        (Column::RequestAct, "acceptance".into()),
    ];
    let town = by(scene.town);
    let refused = scene.county.record(&clerk, town, Table::Requests, &request);
    assert_eq!(rule(refused), "KP-6.4");
    scene.accept(&bureau, "pre_acceptance", "fail").unwrap();
    assert_eq!(
        rule(scene.write(&bureau, Table::AcceptanceSteps, &last)),
        "KP-6.4"
    );
    scene.accept(&bureau, "pre_acceptance", "pass").unwrap();
    scene.write(&bureau, Table::AcceptanceSteps, &last).unwrap();
    scene.go("acceptance").unwrap();
    // This county knows no item that does not apply.
    let none = scene
        .accept(&officer, "final", "not_applicable")
        .unwrap_err();
    assert_eq!(none.why, Why::NotInProfile);
    let by_another = [
        (Column::AcceptanceItem, "final"),
        (Column::AcceptanceAct, "pass"),
        (Column::Org, "Bureau"),
    ];
    scene
        .write(&officer, Table::AcceptanceSteps, &by_another)
        .unwrap();
    assert_eq!(rule(scene.go("operation")), "KP-6.4");
    let world = scene.county.world();
    let view = scene.county.view(scene.project);
    assert!(acceptance_by(&world, view, "project_approver").is_err());
    let by_planning = [
        (Column::AcceptanceItem, "final".into()),
        (Column::AcceptanceAct, "pass".into()),
        (Column::Org, planning_text.as_str().into()),
    ];
    scene
        .county
        .put(of(scene.project), Table::AcceptanceSteps, &by_planning);
    scene.go("operation").unwrap();
}

#[test]
fn counties_without_a_list_name_their_own_items() {
    let mut scene = Scene::new("kaizhou", "acceptance");
    let (clerk, bureau) = scene.people();
    let set = [
        (Column::AcceptanceItem, "the lifts"),
        (Column::AcceptanceAct, "apply"),
        (Column::Org, "Bureau"),
    ];
    scene.write(&clerk, Table::AcceptanceSteps, &set).unwrap();
    scene.accept(&bureau, "the lifts", "pass").unwrap();
    let again = scene
        .write(&clerk, Table::AcceptanceSteps, &set)
        .unwrap_err();
    assert!(matches!(again.why, Why::WrongState { .. }));
    let mut scene = Scene::new("wushan", "acceptance");
    let (clerk, _) = scene.people();
    let unknown = scene
        .write(&clerk, Table::AcceptanceSteps, &set)
        .unwrap_err();
    assert_eq!(unknown.why, Why::NotInProfile);
}
