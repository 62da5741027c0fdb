#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::collections::BTreeMap;

use super::*;
use crate::book::Book;
use crate::cells::CellMap;
use crate::command::{Command, FilingLine};
use crate::decide::Directory;
use crate::profile::Profile;
use crate::project::{Cell, ProjectView};
use crate::testing::{County, hub, of};

/// KZ-2.9.1: the monthly circular is about the projects of the annual plan and no other.
#[test]
fn the_monthly_circular_is_about_the_annual_plan_only() {
    let profile = Profile::built_in("kaizhou").unwrap();
    let publication = profile.publications.iter().find(|one| one.id == "P-KZ-1");
    let publication = publication.unwrap();
    let id = |number: u8| ProjectId::from_parts(1, [number; 10]);
    let projects: BTreeMap<_, _> = [1, 2]
        .into_iter()
        .map(|number| {
            let view = ProjectView {
                id: id(number),
                heads: vec![format!("{number:02}")],
                cells: CellMap::new(),
            };
            (id(number), view)
        })
        .collect();
    let mut county = Book::default();
    let mut put = |table, row: u8, column, value: &str| {
        let row = RowId::from_parts(1, [row; 10]);
        let cell = Cell {
            value: value.into(),
            contenders: Vec::new(),
        };
        let path = FieldPath::cell(table, row, column);
        county.cells.insert(path, cell);
        row.to_string()
    };
    let edition = put(Table::ListEditions, 1, Column::List, "kz.annual");
    put(Table::ListEditions, 1, Column::Year, "2022");
    put(Table::ListEntries, 2, Column::Edition, &edition);
    put(Table::ListEntries, 2, Column::Project, &id(2).to_string());
    put(Table::ListEntries, 2, Column::EntryState, "on_list");
    let directory = Directory::default();
    let digest = |projects: &BTreeMap<ProjectId, ProjectView>| {
        let world = World {
            profile: &profile,
            directory: &directory,
            projects,
            units: &BTreeMap::new(),
            county: &county,
            hub: Book::EMPTY,
            rolls: None,
        };
        let month = publication.cadence.list()[0].period_of("2022-11").unwrap();
        let now = month.last.plus_days(3).at(9, 0, 0);
        let basis = basis(&world, publication, Some(&month), now);
        assert_eq!(basis.projects, BTreeSet::from([id(2)]));
        basis.digest
    };
    let before = digest(&projects);
    assert_eq!(before, digest(&projects));
    // What is not on the list changes nothing, what is on it does.
    let mut other = projects.clone();
    other.get_mut(&id(1)).unwrap().heads = vec!["ff".to_owned()];
    assert_eq!(before, digest(&other));
    other.get_mut(&id(2)).unwrap().heads = vec!["ff".to_owned()];
    assert_ne!(before, digest(&other));
}

/// KB-11: each report of half a month says four things, and the hub's report to the leading group is made of them.
#[test]
fn the_hub_compiles_the_written_reports_of_a_half_month_and_each_says_four_things() {
    let mut county = County::new("kundulun", "2017-03-14");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    county.set(project, Field::Name, "River road");
    let (head, officer) = (county.head(town), county.officer());
    let half = "2017-03-H1";
    let paper = [
        (Column::PublicationKind, Value::from("P-KD-1")),
        (Column::Period, half.into()),
    ];
    let written = county.row_id();
    let say = |county: &mut County, said: &[(Column, &str)]| {
        let said: Vec<_> = said
            .iter()
            .map(|(column, text)| (*column, Value::from(*text)))
            .collect();
        let done = county.record_as(&head, of(project), Table::Halves, written, &said);
        done.unwrap();
    };
    let file = |county: &mut County| {
        let filing = county.row_id();
        let line = FilingLine {
            project,
            heads: Vec::new(),
            nil: false,
            nil_ledgers: Vec::new(),
        };
        let command = Command::File {
            filing,
            unit: town,
            ledger: "R-KD-2".to_owned(),
            period: half.to_owned(),
            lines: vec![line],
            follows: None,
            on_behalf: None,
        };
        county.run(&head, &command)
    };
    // Nobody has reported: there is nothing to compile.
    let refusal = county.record(&officer, hub(), Table::Publications, &paper);
    assert_eq!(refusal.unwrap_err().why, Why::Missing);
    say(
        &mut county,
        &[
            (Column::Period, half),
            (Column::Progress, "piers stand"),
            (Column::Procedures, "permit granted"),
            (Column::Problem, "no sand; a second pit is opened"),
        ],
    );
    let refusal = file(&mut county).unwrap_err();
    let lacks = FieldPath::cell(Table::Halves, written, Column::Suggestion);
    assert_eq!(refusal.missing, [lacks]);
    say(&mut county, &[(Column::Suggestion, "a depot of its own")]);
    file(&mut county).unwrap();
    county.on("2017-03-16");
    let row = county.record(&officer, hub(), Table::Publications, &paper);
    let row = row.unwrap();
    let row = county.county.row(Table::Publications, row).unwrap();
    let text = row.text(Column::Text);
    for said in [
        "River road",
        "Town",
        "piers stand",
        "permit granted",
        "no sand; a second pit is opened",
        "a depot of its own",
    ] {
        assert!(text.contains(said), "{said} is not in: {text}");
    }
    assert_eq!(
        row.text(Column::Recipients),
        county.profile.body_name("major_group")
    );
}
