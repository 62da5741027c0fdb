#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::command::Actor;
use crate::field::Field;
use crate::ids::ProjectId;
use crate::ids::RowId;
use crate::testing::{County, of};
use crate::value::Value;

fn scene(slug: &str) -> (County, Actor, ProjectId) {
    let mut county = County::new(slug, "2017-03-06");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    let clerk = county.clerk(town);
    (county, clerk, project)
}

fn write(
    county: &mut County,
    actor: &Actor,
    project: ProjectId,
    table: Table,
    set: &[(Column, &str)],
) -> Result<RowId, Refusal> {
    let set: Vec<_> = set
        .iter()
        .map(|(column, text)| (*column, Value::from(*text)))
        .collect();
    county.record(actor, of(project), table, &set)
}

#[test]
fn a_violation_is_handed_over_before_the_project_is_closed() {
    let (mut county, clerk, project) = scene("kundulun");
    county.set(project, Field::Programmes, "key");
    county.set(project, Field::Stage, "operation");
    let found = write(
        &mut county,
        &clerk,
        project,
        Table::Violations,
        &[(Column::Text, "waste dumped")],
    );
    let found = found.unwrap().to_string();
    let officer = county.officer();
    let close = [(Column::ToStage, "closed")];
    let refused = write(&mut county, &officer, project, Table::Transitions, &close).unwrap_err();
    assert!(matches!(refused.why, Why::GateClosed(gate) if gate.lacks == ["waste dumped"]));
    let half = [
        (Column::Follows, found.as_str()),
        (Column::Text, "told"),
        (Column::Org, "Police"),
    ];
    let refused = write(&mut county, &clerk, project, Table::Violations, &half).unwrap_err();
    assert_eq!((refused.why, refused.missing.len()), (Why::Missing, 1));
    let whole = [&half[..], &[(Column::Date, "2017-03-05")]].concat();
    write(&mut county, &clerk, project, Table::Violations, &whole).unwrap();
    assert!(violations_open(county.view(project)).is_empty());
    write(&mut county, &officer, project, Table::Transitions, &close).unwrap();
}

#[test]
fn registers_the_county_does_not_keep_take_no_rows() {
    for (slug, table, kept) in [
        ("kaizhou", Table::Intermediaries, true),
        ("wushan", Table::Intermediaries, true),
        ("longting", Table::Intermediaries, false),
        ("kundulun", Table::Publicity, true),
        ("honghe", Table::Publicity, false),
        ("honghe", Table::Platforms, true),
        ("kaizhou", Table::Platforms, false),
        ("kundulun", Table::Supervisions, true),
        ("wushan", Table::Supervisions, false),
    ] {
        let (mut county, clerk, project) = scene(slug);
        let set: &[(Column, &str)] = match table {
            Table::Intermediaries => &[(Column::Org, "Advisers"), (Column::WorkScope, "studies")],
            Table::Publicity => &[(Column::Media, "the daily"), (Column::Name, "a bridge")],
            Table::Platforms => &[(Column::Platform, "national")],
            _ => &[(Column::Org, "Audit"), (Column::Text, "in order")],
        };
        let result = write(&mut county, &clerk, project, table, set);
        assert_eq!(result.is_ok(), kept, "{slug} {table:?}");
    }
}

#[test]
fn factors_and_quotas_are_the_countys_own() {
    let (mut county, clerk, project) = scene("longting");
    let land = [
        (Column::Factor, "land"),
        (Column::QuotaSource, "linked_turnover"),
    ];
    write(&mut county, &clerk, project, Table::Factors, &land).unwrap();
    assert_eq!(factors_open(county.view(project)), [("land", None)]);
    let forest = [(Column::Factor, "forest")];
    let refused = write(&mut county, &clerk, project, Table::Factors, &forest).unwrap_err();
    assert_eq!(refused.why, Why::NotInProfile);
    let (mut county, clerk, project) = scene("honghe");
    write(&mut county, &clerk, project, Table::Factors, &forest).unwrap();
    let quota = [
        (Column::Factor, "land"),
        (Column::QuotaSource, "linked_turnover"),
    ];
    assert!(write(&mut county, &clerk, project, Table::Factors, &quota).is_err());
    let secured = [(Column::Factor, "funds"), (Column::FactorStatus, "secured")];
    write(&mut county, &clerk, project, Table::Factors, &secured).unwrap();
    assert_eq!(factors_open(county.view(project)), [("forest", None)]);
}

#[test]
fn checks_fines_and_stop_orders_name_their_legal_basis() {
    let (mut county, clerk, project) = scene("longting");
    let bare = [
        (Column::Date, "2017-03-05"),
        (Column::Org, "Fire brigade"),
        (Column::ContactKind, "stop"),
    ];
    let refused = write(&mut county, &clerk, project, Table::EnvContacts, &bare).unwrap_err();
    assert_eq!(refused.why, Why::Missing);
    let whole = [&bare[..], &[(Column::Basis, "art. 1")]].concat();
    write(&mut county, &clerk, project, Table::EnvContacts, &whole).unwrap();
    assert_eq!(stop_orders(county.view(project)).count(), 1);
    assert_eq!(env_open(county.view(project)), None);
    for (item, kept) in [("covered", true), ("sprinkled", false)] {
        let set = [(Column::Item, item.into()), (Column::Kept, kept.into())];
        county
            .record(&clerk, of(project), Table::EnvChecks, &set)
            .unwrap();
    }
    assert_eq!(env_open(county.view(project)), Some(vec!["sprinkled"]));
}
