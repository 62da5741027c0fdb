#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::testing::{County, of};
use crate::value::Value;

#[test]
fn a_major_change_is_told_once_to_the_body_the_county_names() {
    let mut county = County::new("kundulun", "2017-03-06");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    let (clerk, officer) = (county.clerk(town), county.officer());
    county.set(project, Field::StatusFlags, "suspended,major_change");
    assert!(is_unexplained(county.view(project)));
    let set = [(Column::Text, Value::from("the investor left"))];
    let change = county.record(&clerk, of(project), Table::MajorChanges, &set);
    let change = Value::from(change.unwrap().to_string().as_str());
    assert!(!is_unexplained(county.view(project)));
    assert_eq!(untold(county.view(project)).count(), 1);
    let mut tell = |body: &str| {
        let mut set = vec![(Column::Change, change.clone())];
        set.extend((!body.is_empty()).then(|| (Column::Body, body.into())));
        county.record(&officer, of(project), Table::ChangeReports, &set)
    };
    let refused = tell("party_gov").unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-10.2"));
    let told = tell("").unwrap();
    assert_eq!(tell("key_group").unwrap_err().why, Why::OnlyOne);
    let view = county.view(project);
    let row = view.row(Table::ChangeReports, told).unwrap();
    assert_eq!(row.text(Column::Body), "key_group");
    assert_eq!(untold(view).count(), 0);
}
