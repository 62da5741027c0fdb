#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::collections::BTreeMap;

use super::*;
use crate::book::Book;
use crate::decide::Directory;
use crate::profile::Profile;
use crate::project::{Cell, ProjectView};

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
                cells: BTreeMap::new(),
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
