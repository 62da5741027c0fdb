#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use crate::command::{Actor, Refusal, Why};
use crate::field::{Column, Field, FieldPath, Table};
use crate::ids::RowId;
use crate::profile::Profile;
use crate::testing::{County, hub, of};

/// The shipped file with one value put in another's place.
fn file(old: &str, new: &str) -> String {
    let text = Profile::json("kaizhou").unwrap();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

fn propose(county: &mut County, actor: &Actor, file: &str, from: &str) -> Result<RowId, Refusal> {
    let set = [
        (Column::Profile, file.into()),
        (Column::EffectiveFrom, from.into()),
        (Column::Number, "meeting of 20 November".into()),
    ];
    county.record(actor, hub(), Table::Profiles, &set)
}

fn apply(county: &mut County, actor: &Actor, version: RowId) -> Result<RowId, Refusal> {
    let set = [(Column::ProfileVersion, version.to_string().into())];
    county.record(actor, hub(), Table::ProfileApplies, &set)
}

#[test]
fn the_head_of_the_hub_decides_and_only_the_administrator_applies() {
    let mut county = County::new("kaizhou", "2026-11-20");
    let town = county.unit("town", "township");
    let sooner = file("\"monthly:last\"", "\"monthly:25\"");
    let others = [
        county.clerk(town),
        county.head(town),
        county.officer(),
        county.inspector(),
        county.leader(),
        county.admin(),
    ];
    for actor in &others {
        let refused = propose(&mut county, actor, &sooner, "2026-12-01").unwrap_err();
        assert!(
            matches!(refused.why, Why::RoleMayNot | Why::HubOnly),
            "{}: {refused:?}",
            actor.name
        );
    }
    let head = county.hub_head();
    let version = propose(&mut county, &head, &sooner, "2026-12-01").unwrap();
    for actor in others.iter().take(5).chain([&head]) {
        let refused = apply(&mut county, actor, version).unwrap_err();
        assert_eq!(refused.why, Why::RoleMayNot, "{}", actor.name);
    }
    let admin = county.admin();
    apply(&mut county, &admin, version).unwrap();
    let again = apply(&mut county, &admin, version).unwrap_err();
    assert_eq!(again.why, Why::Exists);
}

#[test]
fn the_administrator_does_no_other_business() {
    let mut county = County::new("kaizhou", "2026-11-20");
    let town = county.unit("town", "township");
    let project = county.project(town);
    let admin = county.admin();
    let edit = [(FieldPath::once(Field::Name), "another name".into())];
    let refused = county.edit(&admin, project, &edit).unwrap_err();
    assert_eq!(refused.why, Why::RoleMayNot);
    let set = [(Column::Text, "a notice".into())];
    let refused = county.record(&admin, hub(), Table::Notices, &set);
    assert_eq!(refused.unwrap_err().why, Why::RoleMayNot);
    let set = [(Column::Overview, "begun".into())];
    let refused = county.record(&admin, of(project), Table::PushPlans, &set);
    assert_eq!(refused.unwrap_err().why, Why::RoleMayNot);
    let mut elsewhere = admin;
    elsewhere.at_hub = false;
    let refused = apply(&mut county, &elsewhere, RowId::from_parts(1, [1; 10]));
    assert_eq!(refused.unwrap_err().why, Why::HubOnly);
}

#[test]
fn a_file_that_does_not_hold_is_refused_with_its_place() {
    let mut county = County::new("kaizhou", "2026-11-20");
    let head = county.hub_head();
    let foreign = Profile::json("wushan").unwrap().to_owned();
    for (file, place) in [
        (
            file("\"offline_grace_hours\"", "\"grace_hours\""),
            "report.grace_hours",
        ),
        (
            file("\"monthly:last\"", "\"monthly:32\""),
            "reports.0.recurrence",
        ),
        (foreign, "id"),
        ("{}".to_owned(), ""),
    ] {
        let refused = propose(&mut county, &head, &file, "2026-12-01").unwrap_err();
        let Why::Unsound(wrong) = &refused.why else {
            panic!("{refused:?}");
        };
        let (path, message) = (&wrong.path, &wrong.message);
        assert!(path.starts_with(place), "{place}: {path}");
        assert!(!message.is_empty());
        let words = refused.sentence(crate::text::Lang::En);
        assert!(words.contains(path.as_str()) && words.contains(message.as_str()));
    }
}

#[test]
fn a_version_never_reaches_back() {
    let mut county = County::new("kaizhou", "2026-11-20");
    let head = county.hub_head();
    let same = Profile::json("kaizhou").unwrap();
    for (from, may) in [
        ("2026-11-19", false),
        ("2026-11-20", true),
        ("2027-01-01", true),
    ] {
        let decided = propose(&mut county, &head, same, from);
        assert_eq!(decided.is_ok(), may, "{from}");
        if let Err(refused) = decided {
            assert!(matches!(refused.why, Why::OutsideWindow { .. }), "{from}");
        }
    }
    // A month alone is no day to begin on, though other dates may be one.
    let refused = propose(&mut county, &head, same, "2026-12").unwrap_err();
    assert!(matches!(refused.why, Why::BadValue { .. }));
}

#[test]
fn only_what_was_decided_can_be_applied() {
    let mut county = County::new("kaizhou", "2026-11-20");
    let admin = county.admin();
    let refused = apply(&mut county, &admin, RowId::from_parts(77, [1; 10])).unwrap_err();
    assert_eq!(refused.why, Why::NotFound);
}
