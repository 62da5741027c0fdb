//! Scenarios 33, 35 and 37 of domain.md 15.

use super::*;
use crate::command::Command;
use crate::field::{Field, FieldPath};
use crate::ids::{ProjectId, RowId};
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::testing::{County, hub, of};
use crate::value::Value;

fn gap_ids(county: &County, project: ProjectId) -> Vec<String> {
    let world = county.world();
    let look = Look::new(&world, county.now);
    let gaps = gaps(&look, county.view(project));
    gaps.iter().map(|gap| gap.slot.id.clone()).collect()
}

/// Puts a project on a list, as the first edition of a year does.
fn list(county: &mut County, project: ProjectId, list: &str, year: &str) {
    let edition = [
        (Column::List, list.into()),
        (Column::Year, year.into()),
        (Column::Count, 1.into()),
    ];
    let edition = county.put(hub(), Table::ListEditions, &edition);
    let entry = [
        (Column::Edition, edition.to_string().into()),
        (Column::Project, project.to_string().into()),
        (Column::EntryState, "on_list".into()),
    ];
    county.put(hub(), Table::ListEntries, &entry);
}

#[test]
fn two_nodes_propose_two_leaders_and_the_hub_assigns_one() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let one = county.unit("N1", "township");
    let two = county.unit("N2", "township");
    let project = county.project(one);
    county.set(project, Field::TerritorialOrg, two.to_string());
    list(&mut county, project, "kz.annual", "2022");
    let rows: Vec<_> = (0..3).map(|_| county.row_id()).collect();
    let person = |row| FieldPath::cell(Table::LeadLeaders, row, Column::Person);
    for (unit, row, name) in [(one, rows[0], "A"), (two, rows[1], "B")] {
        let clerk = county.clerk(unit);
        let decision = county
            .edit(&clerk, project, &[(person(row), name.into())])
            .unwrap();
        assert_eq!(decision.proposed, [person(row)]);
    }
    assert_eq!(county.count(project, Table::LeadLeaders), 0);
    assert_eq!(county.count(project, Table::Proposals), 2);
    assert!(gap_ids(&county, project).contains(&"leader".to_owned()));

    let head = county.hub_head();
    county
        .edit(&head, project, &[(person(rows[2]), "A".into())])
        .unwrap();
    assert_eq!(
        leaders_on(county.view(project), county.now.date()).count(),
        1
    );
    assert!(!gap_ids(&county, project).contains(&"leader".to_owned()));
    let fourth = county.row_id();
    let refused = county
        .edit(&head, project, &[(person(fourth), "B".into())])
        .unwrap_err();
    assert_eq!(
        (refused.why, refused.rule.as_deref()),
        (Why::OnlyOne, Some("KZ-2.8.1"))
    );
    let set = [(Column::Person, Value::from("B"))];
    let refused = county
        .record(&head, of(project), Table::LeadLeaders, &set)
        .unwrap_err();
    assert_eq!(refused.why, Why::OnlyOne);
    // Nor by accepting what the other node proposed.
    let proposals = county.view(project).rows(Table::Proposals);
    for proposal in proposals {
        let proposal = proposal.parse().unwrap();
        let accept = Command::AcceptProposal { project, proposal };
        assert_eq!(county.run(&head, &accept).unwrap_err().why, Why::OnlyOne);
    }
    // A hand-over is no second leader: the first ends before the next begins.
    let ends = FieldPath::cell(Table::LeadLeaders, rows[2], Column::To);
    county
        .edit(&head, project, &[(ends, "2022-11-30".into())])
        .unwrap();
    let set = [
        (Column::Person, Value::from("B")),
        (Column::From, "2022-12-01".into()),
    ];
    county
        .record(&head, of(project), Table::LeadLeaders, &set)
        .unwrap();
    assert_eq!(
        leaders_on(county.view(project), county.now.date()).count(),
        1
    );
}

#[test]
fn three_levels_are_named_when_all_five_procedures_have_a_person() {
    let mut county = County::new("kundulun", "2016-11-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    county.set(project, Field::Programmes, "baolian");
    county.set(project, Field::LeadUnit, town.to_string());
    let named = |county: &County| {
        let world = county.world();
        three_levels(&Look::new(&world, county.now), county.view(project))
    };
    county.put(
        of(project),
        Table::LeadLeaders,
        &[(Column::Person, "A".into())],
    );
    for place in [
        "planning",
        "land",
        "environment",
        "dev_reform",
        "economy_info",
    ] {
        assert_eq!(named(&county), Some(false), "before {place}");
        let set = [(Column::Slot, place.into()), (Column::Person, "P".into())];
        county.put(of(project), Table::ProcedureTeam, &set);
    }
    assert_eq!(named(&county), Some(true));
    let county = County::new("kaizhou", "2022-11-20");
    let world = county.world();
    let look = Look::new(&world, county.now);
    let mut other = County::new("kaizhou", "2022-11-20");
    let town = other.unit("a township", "township");
    let project = other.project(town);
    assert_eq!(three_levels(&look, other.view(project)), None);
}

#[test]
fn a_major_project_without_its_service_officer_is_a_gap() {
    let mut county = County::new("longting", "2022-11-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    county.set(project, Field::LeadUnit, town.to_string());
    let officer_missing =
        |county: &County| gap_ids(county, project).contains(&"chief_service_officer".to_owned());
    assert!(!officer_missing(&county));
    list(&mut county, project, "lt.major", "2022");
    assert!(officer_missing(&county));
    let clerk = county.clerk(town);
    let officer = FieldPath::once(Field::ChiefServiceOfficer);
    county
        .edit(&clerk, project, &[(officer.clone(), "C".into())])
        .unwrap();
    assert!(!officer_missing(&county));
    county
        .edit(&clerk, project, &[(officer, "D".into())])
        .unwrap();
    // One field: the second took the place of the first.
    assert_eq!(county.view(project).text(Field::ChiefServiceOfficer), "D");
}

#[test]
fn a_unit_without_project_section_or_expert_is_a_gap() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("a township", "township");
    let gaps_of = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        unit_gaps(&look, &county.units[&town]).len()
    };
    assert_eq!(gaps_of(&county), 2);
    let person = [(Column::Person, "P".into())];
    county.put(crate::testing::by(town), Table::SectionPeople, &person);
    assert_eq!(gaps_of(&county), 1);
    let expert = [(Column::Person, "E".into()), (Column::Expert, true.into())];
    county.put(crate::testing::by(town), Table::SectionPeople, &expert);
    assert_eq!(gaps_of(&county), 0);
}

#[test]
fn owner_and_responsible_unit_each_name_a_liaison() {
    let mut county = County::new("kundulun", "2016-11-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    county.set(project, Field::LeadUnit, town.to_string());
    county.set(project, Field::Programmes, "key");
    let liaisons = |county: &County| {
        let gaps = gap_ids(county, project).into_iter();
        gaps.filter(|id| id.ends_with("liaison"))
            .collect::<Vec<_>>()
    };
    assert_eq!(liaisons(&county), ["liaison", "unit_liaison"]);
    let clerk = county.clerk(town);
    let name = |field| (FieldPath::once(field), Value::from("L"));
    county
        .edit(&clerk, project, &[name(Field::Liaison)])
        .unwrap();
    assert_eq!(liaisons(&county), ["unit_liaison"]);
    county
        .edit(&clerk, project, &[name(Field::UnitLiaison)])
        .unwrap();
    assert!(liaisons(&county).is_empty());
}

/// What an edit is refused for, an import leaves out, with the same refusal; and neither takes two where one is asked for.
#[test]
fn an_import_names_no_second_leader() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let unit = county.unit("N1", "township");
    let project = county.project(unit);
    list(&mut county, project, "kz.annual", "2022");
    let rows: Vec<_> = (0..3).map(|_| county.row_id()).collect();
    let person = |row| FieldPath::cell(Table::LeadLeaders, row, Column::Person);
    let head = county.hub_head();
    let import = |county: &County, people: &[(RowId, &str)]| {
        let site = (FieldPath::once(Field::Site), "by the river".into());
        let people = people
            .iter()
            .map(|(row, name)| (person(*row), (*name).into()));
        let item = crate::command::ImportItem {
            project,
            home: unit,
            place: None,
            set: people.chain([site]).collect(),
        };
        let rules = crate::decide::ImportRules {
            profile: &county.profile,
            directory: &county.directory,
            county: &county.county,
            issued: &crate::rules::plan::Issued::of(
                &county.profile,
                &county.county,
                county.now.date(),
            ),
        };
        let view = Some(county.view(project));
        let mut draw = || RowId::from_parts(1, [1; 10]);
        crate::decide::decide_item(&rules, &head, county.now, &mut draw, view, &item)
    };
    // Two in one row of a workbook: the first counts.
    let both = [(rows[0], "A"), (rows[1], "B")];
    let decided = import(&county, &both);
    assert_eq!(decided.kept, [person(rows[1])]);
    assert_eq!(decided.refused[0].why, Why::OnlyOne);
    let written: Vec<_> = decided.writes.iter().map(|write| &write.path).collect();
    assert!(
        written.contains(&&person(rows[0])) && written.contains(&&FieldPath::once(Field::Site))
    );
    let at_once = both.map(|(row, name)| (person(row), name.into()));
    let refused = county.edit(&head, project, &at_once).unwrap_err();
    assert_eq!(decided.refused, [refused]);
    // Another one beside who stands.
    county.edit(&head, project, &at_once[..1]).unwrap();
    let second = import(&county, &[(rows[2], "C")]);
    let refused = county.edit(&head, project, &[(person(rows[2]), "C".into())]);
    assert_eq!(second.refused, [refused.unwrap_err()]);
    assert!(
        second
            .writes
            .iter()
            .all(|write| write.path == FieldPath::once(Field::Site))
    );
}

#[test]
fn every_responsible_unit_of_kundulun_names_one_liaison() {
    let mut county = County::new("kundulun", "2017-04-10");
    let town = county.unit("a township", "township");
    let bureau = county.unit("a bureau", "department");
    let other = county.unit("another bureau", "department");
    let project = county.project(town);
    county.set(project, Field::Programmes, "key");
    county.set(project, Field::LeadUnit, bureau.to_string());
    county.set(project, Field::UnitLiaison, "Li");
    let gap = |county: &County| {
        let world = county.world();
        let look = Look::new(&world, county.now);
        let gaps = gaps(&look, county.view(project)).into_iter();
        let mut gaps = gaps.filter(|gap| gap.slot.id == "unit_liaison");
        gaps.next().map(|gap| (gap.count, gap.empty))
    };
    let owed = |county: &County| -> Vec<_> {
        let asked = Asked::on(Whose::All, county.now.date(), county.now);
        let found = obligations(&Ground::of(&county.world()), &asked).into_iter();
        let found = found.filter(|one| one.rule == "unit_liaison");
        found.map(|one| (one.unit, one.name)).collect()
    };
    assert_eq!((gap(&county), owed(&county)), (None, vec![]));
    let officer = county.officer();
    let unit = |unit: crate::ids::UnitId| [(Column::Org, Value::from(unit.to_string()))];
    let twice = county.record(&officer, of(project), Table::RespUnits, &unit(bureau));
    assert_eq!(twice.unwrap_err().why, Why::Exists, "the lead unit is one");
    county
        .record(&officer, of(project), Table::RespUnits, &unit(other))
        .unwrap();
    let twice = county.record(&officer, of(project), Table::RespUnits, &unit(other));
    assert_eq!(twice.unwrap_err().why, Why::Exists);
    let lacks = (1, vec!["another bureau".to_owned()]);
    assert_eq!(gap(&county), Some(lacks));
    assert_eq!(owed(&county), [(Some(other), "another bureau".to_owned())]);

    let liaison = |person: &str, from: &str| {
        [
            (Column::Org, Value::from(other.to_string())),
            (Column::Person, person.into()),
            (Column::From, from.into()),
        ]
    };
    let stranger = county.clerk(bureau);
    let wang = liaison("Wang", "2017-01-01");
    let refused = county.record(&stranger, of(project), Table::UnitLiaisons, &wang);
    assert_eq!(refused.unwrap_err().why, Why::NotYourUnit);
    let clerk = county.clerk(other);
    let first = county
        .record(&clerk, of(project), Table::UnitLiaisons, &wang)
        .unwrap();
    assert_eq!((gap(&county), owed(&county)), (None, vec![]));
    let zhao = liaison("Zhao", "2017-05-01");
    let refused = county.record(&clerk, of(project), Table::UnitLiaisons, &zhao);
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.why, refused.rule.as_deref()),
        (Why::OnlyOne, Some("KP-16"))
    );
    // The first ends before the next begins; from a day to a day each is in office.
    let ends = [(Column::To, Value::from("2017-04-30"))];
    county
        .record_as(&clerk, of(project), Table::UnitLiaisons, first, &ends)
        .unwrap();
    county
        .record(&clerk, of(project), Table::UnitLiaisons, &zhao)
        .unwrap();
    for day in ["2017-04-30", "2017-05-01"] {
        county.on(day);
        assert_eq!(gap(&county), None, "{day}");
    }
    // Who lost its own is short as well.
    county.set(project, Field::UnitLiaison, Value::Null);
    let lacks = (1, vec!["a bureau".to_owned()]);
    assert_eq!(gap(&county), Some(lacks));
    // A county of one responsible unit has no other.
    let mut county = County::new("kaizhou", "2023-04-10");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    let cells = [(Column::Org, Value::from("a bureau"))];
    let refused = county
        .record(&county.officer(), of(project), Table::RespUnits, &cells)
        .unwrap_err();
    assert_eq!(
        (refused.why, refused.rule.as_deref()),
        (Why::NotInProfile, Some("domain 13.5"))
    );
}

#[test]
fn whoever_is_in_a_team_is_there_from_a_day_to_a_day() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("a township", "township");
    let project = county.project(town);
    list(&mut county, project, "kz.annual", "2022");
    let team = [
        (Column::Person, Value::from("A")),
        (Column::From, "2022-11-20".into()),
        (Column::To, "2022-11-30".into()),
    ];
    county.put(of(project), Table::Team, &team);
    for (day, is_short) in [
        ("2022-11-19", true),
        ("2022-11-20", false),
        ("2022-11-30", false),
        ("2022-12-01", true),
    ] {
        county.on(day);
        assert_eq!(
            gap_ids(&county, project).contains(&"team".to_owned()),
            is_short,
            "{day}"
        );
    }
}
