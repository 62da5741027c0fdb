//! Whose nodes have a project: those of everybody who takes part in it, as `decide` says who does, and nobody else's.

use shared::command::Command;
use shared::field::{Column, Field, FieldPath, Table};
use shared::ids::{DocumentId, ProjectId, RowId, UnitId};
use shared::sync::{Input, Line};
use shared::value::Value;
use tests::invariants;
use tests::world::World;

/// Long enough for what is said at one place to be everywhere.
const ROUND_MS: i64 = 20_000;
/// More than there is room for among the readers of one project.
const MANY: u16 = 80;

fn readers(world: &World, project: ProjectId) -> Vec<UnitId> {
    let hub = &world.parties[0];
    let replica = hub.replica.as_ref().expect("the hub runs");
    let id = DocumentId::Project(project);
    replica.readers_of(&hub.store, &id).expect("memory reads")
}

/// Writes a row at a party, by its command; the row.
fn record(
    world: &mut World,
    at: usize,
    project: ProjectId,
    table: Table,
    set: &[(Column, Value)],
) -> RowId {
    let time = u64::try_from(world.now.0).unwrap_or(0);
    let row = RowId::from_parts(time, world.draw_ten());
    let command = Command::Record {
        project: Some(project),
        unit: None,
        table,
        row,
        set: set.iter().cloned().collect(),
        on_behalf: None,
    };
    world.command(at, command, Vec::new());
    world.run_for(ROUND_MS);
    row
}

fn value(world: &mut World, project: ProjectId, path: &FieldPath) -> Value {
    let hub = &mut world.parties[0];
    let library = hub.replica.as_mut().expect("the hub runs").library();
    let document = library.document(&hub.store, &DocumentId::Project(project));
    document.expect("it is there").value(path)
}

fn approval(of: &str) -> [(Column, Value); 2] {
    [
        (Column::ApprovalItem, "feasibility".into()),
        (Column::Org, of.into()),
    ]
}

/// A project of the first township; the second unit is a department with a node of its own.
fn county(seed: u64) -> (World, ProjectId) {
    let mut world = World::new(seed, 2);
    world.enrol(1);
    world.enrol(2);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(ROUND_MS);
    (world, project)
}

#[test]
fn a_department_has_what_it_approves_and_loses_it_when_its_row_is_struck() {
    let (mut world, project) = county(51);
    let (home, department) = (world.unit(1), world.unit(2));
    assert_eq!(readers(&world, project), [home]);
    let row = record(&mut world, 1, project, Table::Approvals, &approval("town2"));
    let mut both = [home, department];
    both.sort_unstable();
    assert_eq!(readers(&world, project), both);
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));

    // What the rules let it write at its own node counts at the hub.
    let step = |act: &str| {
        let approval = (Column::Approval, Value::from(row.to_string()));
        [approval, (Column::ApprovalAct, act.into())]
    };
    record(&mut world, 1, project, Table::ApprovalSteps, &step("apply"));
    let accepted = record(
        &mut world,
        2,
        project,
        Table::ApprovalSteps,
        &step("accept"),
    );
    let path = FieldPath::cell(Table::ApprovalSteps, accepted, Column::ApprovalAct);
    assert_eq!(value(&mut world, project, &path).as_text(), Some("accept"));

    // Out of reach while it is struck, it names itself again and takes back the mark: neither makes it a reader.
    let request = world.request(2);
    let line = |line| Input::SetLine { request, line };
    world.give(2, line(Line::Off));
    let strike = Command::StrikeRow {
        project: Some(project),
        unit: None,
        table: Table::Approvals,
        row,
        reason: "the wrong department".to_owned(),
    };
    world.command(1, strike, Vec::new());
    world.run_for(ROUND_MS);
    assert_eq!(readers(&world, project), [home]);
    let id = DocumentId::Project(project);
    let again = RowId::from_parts(7, [7; 10]);
    let org = FieldPath::cell(Table::Factors, again, Column::Org);
    world.write_past_the_rules(2, &id, org.clone(), "town2");
    let mark = FieldPath::cell(Table::Approvals, row, Column::Deleted);
    world.write_past_the_rules(2, &id, mark.clone(), "");
    world.give(2, line(Line::On));
    world.run_for(10 * ROUND_MS);
    assert_eq!(readers(&world, project), [home]);
    assert!(value(&mut world, project, &org).is_null());
    assert_ne!(value(&mut world, project, &mark).as_text(), Some(""));
}

#[test]
fn guarantors_and_an_agency_have_the_project_as_long_as_they_take_part() {
    let (mut world, project) = county(52);
    let (home, other) = (world.unit(1), world.unit(2));
    let set = [
        (Column::Factor, "land".into()),
        (Column::Org, other.to_string().into()),
    ];
    let row = record(&mut world, 1, project, Table::Factors, &set);
    assert!(readers(&world, project).contains(&other));
    let strike = Command::StrikeRow {
        project: Some(project),
        unit: None,
        table: Table::Factors,
        row,
        reason: "not needed".to_owned(),
    };
    world.command(1, strike, Vec::new());
    world.run_for(ROUND_MS);
    assert_eq!(readers(&world, project), [home]);

    // The record lets it have an agency or not; the same row opens it only while it does.
    let id = DocumentId::Project(project);
    let row = RowId::from_parts(8, [8; 10]);
    let org = FieldPath::cell(Table::AgencyContracts, row, Column::Org);
    world.write_past_the_rules(1, &id, org, "town2");
    world.run_for(ROUND_MS);
    assert_eq!(readers(&world, project), [home]);
    let owner = FieldPath::once(Field::OwnerKind);
    let public = FieldPath::once(Field::IsPublicInterest);
    world.set(1, project, owner.clone(), "state_organ".into());
    world.set(1, project, public, true.into());
    world.run_for(ROUND_MS);
    assert!(readers(&world, project).contains(&other));
    world.set(1, project, owner, "private".into());
    world.run_for(ROUND_MS);
    assert_eq!(readers(&world, project), [home]);
}

#[test]
fn a_unit_that_joins_later_receives_what_names_it_already() {
    let mut world = World::new(53, 2);
    world.enrol(1);
    let home = world.unit(1);
    let project = world.create(1, home);
    world.run_for(ROUND_MS);
    record(&mut world, 1, project, Table::Approvals, &approval("town2"));
    assert_eq!(readers(&world, project), [home]);
    world.enrol(2);
    world.run_for(ROUND_MS);
    assert!(readers(&world, project).contains(&world.unit(2)));
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));
}

/// Who may name readers may not flood the hub with them: units without a node are none, and take no room from who has one.
#[test]
fn a_node_that_names_units_by_the_dozen_makes_none_of_them_a_reader() {
    let (mut world, project) = county(54);
    let home = world.unit(1);
    let id = DocumentId::Project(project);
    for number in 0..MANY {
        let [high, low] = number.to_be_bytes();
        let mut bytes = [high; 10];
        bytes[9] = low;
        let unit = UnitId::from_bytes(bytes).to_string();
        let row = RowId::from_parts(u64::from(number), [9; 10]);
        let owner = FieldPath::once(Field::OwnerOrg);
        let approver = FieldPath::cell(Table::Approvals, row, Column::Org);
        world.write_past_the_rules(1, &id, owner, &unit);
        world.write_past_the_rules(1, &id, approver, &unit);
        world.run_for(100);
    }
    assert_eq!(readers(&world, project), [home]);
    record(&mut world, 1, project, Table::Approvals, &approval("town2"));
    assert!(readers(&world, project).contains(&world.unit(2)));
    assert_eq!(readers(&world, project).len(), 2);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));
}
