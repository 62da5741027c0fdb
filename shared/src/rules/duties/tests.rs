#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::command::Actor;
use crate::ids::{ProjectId, RowId};
use crate::testing::{County, of};
use crate::value::Value;

struct Scene {
    county: County,
    clerk: Actor,
    other: Actor,
    project: ProjectId,
}

impl Scene {
    fn new(slug: &str) -> Self {
        let mut county = County::new(slug, "2017-03-06");
        let bureau = county.unit("Bureau", "department");
        let town = county.unit("Town", "township");
        let project = county.project(town);
        county.set(project, Field::Programmes, "key");
        county.set(project, Field::LeadUnit, bureau.to_string().as_str());
        Self {
            clerk: county.clerk(bureau),
            other: county.clerk(town),
            project,
            county,
        }
    }

    fn write(
        &mut self,
        by: &Actor,
        table: Table,
        set: &[(Column, Value)],
    ) -> Result<RowId, Refusal> {
        self.county.record(by, of(self.project), table, set)
    }

    fn note(&mut self, by: &Actor, set: &[(Column, Value)]) -> Result<RowId, Refusal> {
        let said = [
            (Column::DutyState, "done".into()),
            (Column::Text, "seen to".into()),
        ];
        let set = [&said[..], set].concat();
        self.write(by, Table::DutyNotes, &set)
    }
}

#[test]
fn a_note_is_about_one_duty_and_by_the_one_who_bears_it() {
    let mut scene = Scene::new("kundulun");
    let (own, other) = (scene.clerk.clone(), scene.other.clone());
    let papers = (Column::DutyItem, Value::from("papers"));
    let refused = scene.note(&own, &[]).unwrap_err();
    assert_eq!((refused.why, refused.missing.len()), (Why::Missing, 2));
    let refused = scene.note(&own, &[(Column::DutyItem, "safety".into())]);
    assert_eq!(refused.unwrap_err().why, Why::NotInProfile);
    let refused = scene
        .note(&other, std::slice::from_ref(&papers))
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-6.5"));
    assert!(matches!(refused.why, Why::GateClosed(gate) if gate.from == "Bureau"));
    let noted = scene.note(&own, &[papers]).unwrap();
    let view = scene.county.view(scene.project);
    let row = view.row(Table::DutyNotes, noted).unwrap();
    assert_eq!(row.text(Column::Org), own.unit.to_string());
}

#[test]
fn a_task_stays_open_until_the_unit_it_was_given_to_notes_that_it_is_done() {
    let mut scene = Scene::new("kundulun");
    let (own, other) = (scene.clerk.clone(), scene.other.clone());
    let officer = scene.county.officer();
    let given = [
        (Column::Org, own.unit.to_string().as_str().into()),
        (Column::Task, "measure the load".into()),
        (Column::Due, "2017-03-20".into()),
    ];
    let task = scene.write(&officer, Table::DutyTasks, &given).unwrap();
    let of_task = [(Column::DutyTask, Value::from(task.to_string().as_str()))];
    let open = |scene: &Scene| open_tasks(scene.county.view(scene.project)).count();
    assert_eq!(open(&scene), 1);
    let refused = scene.note(&other, &of_task).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-6.6"));
    let both = [&of_task[..], &[(Column::DutyItem, "papers".into())]].concat();
    assert_eq!(scene.note(&own, &both).unwrap_err().why, Why::OnlyOne);
    scene.note(&own, &of_task).unwrap();
    assert_eq!(open(&scene), 0);
}

#[test]
fn money_agreed_and_not_paid_in_has_its_day() {
    let mut scene = Scene::new("kundulun");
    let own = scene.clerk.clone();
    for (paid, day) in [(5, Some("2017-04-01")), (9, Some("2017-04-02")), (0, None)] {
        let mut set = vec![
            (Column::Enterprise, "Firm".into()),
            (Column::AmountFen, Value::Int(9)),
            (Column::PaidFen, Value::Int(paid)),
        ];
        set.extend(day.map(|day| (Column::Due, day.into())));
        scene.write(&own, Table::Investors, &set).unwrap();
    }
    let days: Vec<_> = unpaid(scene.county.view(scene.project))
        .map(|(_, due)| due.to_string())
        .collect();
    assert_eq!(days, ["2017-04-01"]);
}

#[test]
fn a_check_is_open_until_its_result_is_there() {
    let mut scene = Scene::new("longting");
    let own = scene.clerk.clone();
    let mut open = Vec::new();
    for (due, result) in [
        (Some("2017-03-20"), ""),
        (Some("2017-03-21"), "passed"),
        (None, ""),
    ] {
        let mut set = vec![
            (Column::Org, own.unit.to_string().as_str().into()),
            (Column::Item, "dust".into()),
        ];
        set.extend(due.map(|due| (Column::Due, due.into())));
        set.extend((!result.is_empty()).then(|| (Column::Result, result.into())));
        scene.write(&own, Table::DeptChecks, &set).unwrap();
        open.push(open_checks(scene.county.view(scene.project)).count());
    }
    assert_eq!(open, [1, 1, 1]);
}
