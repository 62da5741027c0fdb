//! What compiled tables hold for whom, where scenarios do not say it.

#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::book::Cells as _;
use crate::rules::guards::has_document;
use crate::testing::{County, by, of};

/// A column of a compiled table, a text for each row.
fn column(county: &County, table: Table, whose: Option<UnitId>, column: Column) -> Vec<String> {
    let world = county.world();
    let ground = Ground::of(&world);
    let sources = Sources {
        ground: &ground,
        world,
        whose,
        now: county.now,
        lang: Lang::Zh,
    };
    let book = Book {
        cells: compile(&sources, table),
    };
    let texts = book.each(table).map(|row| match row.get(column) {
        Value::Int(number) => number.to_string(),
        value => value.as_text().unwrap_or("").to_owned(),
    });
    texts.collect()
}

/// Figures of the hub's overview, as `label number`.
fn told(county: &County) -> Vec<String> {
    let world = county.world();
    let found = figures(&Ground::of(&world), county.now);
    let lines = found.iter();
    lines
        .map(|one| format!("{} {}", one.label, one.projects))
        .collect()
}

#[test]
fn a_reserve_library_is_counted_by_sector_and_stage_for_the_hub() {
    let mut county = County::new("longting", "2024-03-05");
    let town = county.unit("a township", "township");
    let projects: Vec<_> = (0..4).map(|_| county.project(town)).collect();
    assert!(told(&county).is_empty(), "a library that holds nothing");
    for (project, sector) in projects
        .iter()
        .zip(["industrial", "industrial", "livelihood"])
    {
        county.set(*project, Field::Sector, sector);
    }
    for project in &projects[..2] {
        county.set(*project, Field::Stage, "reserve");
    }
    let set = [
        (Column::List, "lt.reserve".into()),
        (Column::NominationAct, "add".into()),
        (Column::Project, projects[2].to_string().into()),
    ];
    county.put(by(town), Table::Nominations, &set);
    assert_eq!(
        told(&county),
        [
            "区重点项目储备库：在库 2",
            "区重点项目储备库：待入库 1",
            "在库 · 产业 2",
            "在库 · 环节：储备 2"
        ]
    );
    // What was withdrawn waits no longer; what was deleted is in no library.
    let cancel = [
        set[0].clone(),
        (Column::NominationAct, "cancel".into()),
        set[2].clone(),
    ];
    county.put(by(town), Table::Nominations, &cancel);
    county.set(projects[0], Field::Deleted, "made twice");
    let left = told(&county);
    assert_eq!(left[..2], ["区重点项目储备库：在库 1", "在库 · 产业 1"]);
}

#[test]
fn a_unit_sees_what_it_leads_owns_or_is_the_home_of_and_no_more() {
    let mut county = County::new("longting", "2024-05-06");
    let (town, bureau) = (
        county.unit("a township", "township"),
        county.unit("a bureau", "department"),
    );
    let (led, own) = (county.project(town), county.project(bureau));
    for project in [led, own] {
        county.set(project, Field::Stage, "construction");
        county.set(project, Field::Name, project.to_string());
    }
    let seen =
        |county: &County, whose| column(county, Table::ProjectLedger, whose, Column::Project);
    assert_eq!(seen(&county, Some(town)), [led.to_string()]);
    assert_eq!(seen(&county, Some(bureau)), [own.to_string()]);
    county.set(led, Field::LeadUnit, bureau.to_string());
    assert_eq!(seen(&county, Some(town)), [led.to_string()]);
    assert_eq!(seen(&county, Some(bureau)).len(), 2);
    assert_eq!(seen(&county, None).len(), 2);
}

#[test]
fn problems_that_were_closed_stand_behind_the_open_ones_and_the_nearest_limit_first() {
    let mut county = County::new("longting", "2024-05-06");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    for (what, limit) in [
        ("later", "2024-09-01"),
        ("sooner", "2024-06-01"),
        ("done", "2024-05-07"),
    ] {
        let set = [
            (Column::Description, what.into()),
            (Column::Deadline, limit.into()),
        ];
        let issue = county.put(of(project), Table::Issues, &set);
        if what == "done" {
            for act in [
                "listed",
                "assessed",
                "assigned",
                "handling",
                "reported_done",
                "closed",
            ] {
                let table = match act {
                    "handling" | "reported_done" | "listed" => Table::IssueSteps,
                    _ => Table::IssueRulings,
                };
                let set = [
                    (Column::Issue, issue.to_string().into()),
                    (Column::Act, act.into()),
                ];
                county.put(of(project), table, &set);
            }
        }
    }
    let what = column(&county, Table::IssueLedger, Some(town), Column::Description);
    assert_eq!(what, ["sooner", "later", "done"]);
    let done = column(&county, Table::IssueLedger, Some(town), Column::Done);
    assert_eq!(done, ["", "", "2024-05-06"]);
}

#[test]
fn a_county_offers_the_compiled_tables_its_rules_ask_for() {
    let kept = |table| -> Vec<&str> {
        Profile::slugs()
            .filter(|slug| is_kept(&Profile::built_in(slug).unwrap(), table))
            .collect()
    };
    assert_eq!(
        kept(Table::MonthDispatch),
        ["kaizhou", "kundulun", "longting"]
    );
    assert_eq!(kept(Table::ProjectLedger), ["longting"]);
    assert_eq!(kept(Table::Collected), ["honghe"]);
    assert_eq!(kept(Table::Library).len(), 5);
    assert_eq!(
        kept(Table::DutyLedger),
        ["kaizhou", "wushan", "kundulun", "longting"]
    );
    assert_eq!(kept(Table::DeptLedger), ["wushan", "longting"]);
    assert_eq!(kept(Table::ReportPackage), ["wushan"]);
    assert_eq!(kept(Table::InfoNetwork), ["kundulun"]);
}

#[test]
fn special_reports_are_there_once_each_has_its_file() {
    let mut county = County::new("wushan", "2024-09-10");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    let are_there = |county: &County| has_document(county.view(project), "special_reports");
    assert!(!are_there(&county));
    let file = county.row_id().to_string();
    for (file, whole) in [(Some(file.as_str()), true), (None, false)] {
        let mut set = vec![(Column::Name, "Water".into())];
        set.extend(file.map(|file| (Column::Document, file.into())));
        county.put(of(project), Table::SpecialReports, &set);
        assert_eq!(are_there(&county), whole);
    }
}
