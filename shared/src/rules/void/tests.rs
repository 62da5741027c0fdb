#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::api::obligations::ObligationKind;
use crate::book::Cells as _;
use crate::decide::Parties;
use crate::field::{Column, Field};
use crate::profile::Params;
use crate::rules::Look;
use crate::rules::actors;
use crate::rules::guards::{self, Ask, Guard};
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::testing::{At, County, by, hub, of};
use crate::time::Month;
use crate::value::Value;

fn put(county: &mut County, on: &str, at: At, table: Table, cells: &[(Column, &str)]) -> RowId {
    county.on(on);
    let cells: Vec<(Column, Value)> = cells
        .iter()
        .map(|(column, text)| (*column, (*text).into()))
        .collect();
    county.put(at, table, &cells)
}

/// What is owed because of a merge: by a unit, or by the hub.
fn owed(county: &County, whose: Whose) -> Void {
    let world = county.world();
    let asked = Asked::on(whose, county.now.date(), county.now);
    let owed = obligations(&Ground::of(&world), &asked).into_iter();
    let void = owed.filter(|one| one.kind == ObligationKind::Void);
    void.map(|one| (one.row.unwrap(), one.clause)).collect()
}

/// The void rows of everything a county has, which are what unit and hub owe.
fn all(county: &County, units: &[UnitId]) -> Void {
    let world = county.world();
    let mut void = Void::new();
    for view in county.projects.values() {
        void.extend(of_project(&world, view, county.now));
    }
    for unit in units {
        void.extend(of_unit(&world, *unit, county.now));
    }
    let of_units = void.clone();
    void.extend(of_hub(&world));
    assert_eq!(
        owed(county, Whose::Hub),
        void,
        "the hub looks at all of them"
    );
    let own: Void = units
        .iter()
        .flat_map(|unit| owed(county, Whose::Unit(*unit)))
        .collect();
    assert_eq!(own, of_units, "a unit looks at its own");
    void
}

#[test]
fn a_nomination_beside_the_window_of_a_list_that_was_issued_before_has_no_effect() {
    let mut county = County::new("kundulun", "2017-01-05");
    let town = county.unit("town", "township");
    let project = county.project(town);
    let id = project.to_string();
    let nominate = |county: &mut County, on: &str| {
        let cells = [
            (Column::Project, id.as_str()),
            (Column::List, "kd.annual"),
            (Column::Year, "2017"),
            (Column::NominationAct, "add"),
        ];
        put(county, on, by(town), Table::Nominations, &cells)
    };
    let early = nominate(&mut county, "2017-01-05");
    let edition = [(Column::List, "kd.annual"), (Column::Year, "2017")];
    put(
        &mut county,
        "2017-01-20",
        hub(),
        Table::ListEditions,
        &edition,
    );
    let late = nominate(&mut county, "2017-02-10");
    let inside = nominate(&mut county, "2017-04-10");
    for nomination in [early, late, inside] {
        let cells = [(Column::Nomination, Value::from(nomination.to_string()))];
        county.put(by(town), Table::Screenings, &cells);
    }
    let void = all(&county, &[town]);
    assert_eq!(void[&late], "KP-7.3");
    assert_eq!(void.len(), 2, "the late one and its screening: {void:?}");
    let opens = |county: &County| {
        let (world, list) = (county.world(), county.profile.list("kd.annual"));
        let look = Look::new(&world, county.now).about_year(Some(2017));
        let ask = Ask::about(&look, Some(county.view(project))).for_list(list);
        guards::test(Guard::NominatedBy, &Params::new(), &ask).is_met()
    };
    assert!(opens(&county), "those that count open what asks for one");
    let except = |county: &mut County, last: &str| {
        let exception = [(Column::ExceptionRule, "KP-7.3"), (Column::To, last)];
        put(
            county,
            "2017-05-02",
            of(project),
            Table::Exceptions,
            &exception,
        )
    };
    let mut alone = County::new("kundulun", "2017-01-20");
    let elsewhere = alone.unit("town", "township");
    assert_eq!((elsewhere, alone.project(elsewhere)), (town, project));
    put(
        &mut alone,
        "2017-01-20",
        hub(),
        Table::ListEditions,
        &edition,
    );
    nominate(&mut alone, "2017-02-10");
    assert!(!opens(&alone), "one without effect opens nothing");
    // An exception that ended before does not cover it; another, even one that came afterwards, does, and once for all.
    except(&mut county, "2017-02-09");
    assert_eq!(all(&county, &[town]).len(), 2);
    let given = except(&mut county, "2017-05-31").to_string();
    assert_eq!(all(&county, &[town]), Void::new());
    county.on("2017-06-01");
    assert_eq!(all(&county, &[town]), Void::new());
    let withdrawn = [
        (Column::ExceptionRule, "KP-7.3"),
        (Column::Follows, given.as_str()),
    ];
    put(
        &mut county,
        "2017-06-02",
        of(project),
        Table::Exceptions,
        &withdrawn,
    );
    assert_eq!(all(&county, &[town]), Void::new());
}

#[test]
fn a_request_for_what_its_project_cannot_do_any_more_has_no_effect() {
    const DONE: &str = "2023-02-10";
    for (from, to, asked, on, is_void) in [
        // Suspended before it was asked, by somebody else.
        ("construction", "suspended", ("acceptance", ""), DONE, true),
        (
            "listed",
            "withdrawn",
            ("transition", "permitting"),
            DONE,
            true,
        ),
        ("permitting", "suspended", ("start", ""), DONE, true),
        ("permitting", "construction", ("start", ""), DONE, true),
        ("listed", "withdrawn", ("gov_money", ""), DONE, true),
        ("listed", "withdrawn", ("pool", ""), DONE, true),
        ("reserve", "withdrawn", ("decision", ""), DONE, true),
        ("operation", "closed", ("decision", ""), DONE, true),
        // Asked before.
        (
            "construction",
            "suspended",
            ("acceptance", ""),
            "2023-02-08",
            false,
        ),
        (
            "permitting",
            "construction",
            ("start", ""),
            "2023-02-08",
            false,
        ),
        // Still fits, or fits whatever became of the project.
        (
            "listed",
            "permitting",
            ("transition", "construction"),
            DONE,
            false,
        ),
        ("construction", "suspended", ("decision", ""), DONE, false),
        ("listed", "withdrawn", ("other", ""), DONE, false),
        // What was suspended goes back where it was.
        (
            "construction",
            "suspended",
            ("transition", "construction"),
            DONE,
            false,
        ),
        (
            "permitting",
            "suspended",
            ("transition", "construction"),
            DONE,
            true,
        ),
    ] {
        let mut county = County::new("wushan", "2023-02-01");
        let town = county.unit("town", "township");
        let project = county.project(town);
        county.set(project, Field::Stage, to);
        let moved = [(Column::FromStage, from), (Column::ToStage, to)];
        put(
            &mut county,
            "2023-02-09",
            of(project),
            Table::Transitions,
            &moved,
        );
        let id = project.to_string();
        let cells = [
            (Column::Project, id.as_str()),
            (Column::RequestAct, asked.0),
            (Column::ToStage, asked.1),
        ];
        let request = put(&mut county, on, by(town), Table::Requests, &cells);
        county.on("2023-02-11");
        let void = all(&county, &[town]);
        let rule = void.get(&request).map(String::as_str);
        assert_eq!(
            rule,
            is_void.then_some("domain 3.4"),
            "{from} {to} {asked:?} {on}"
        );
        // What the hub answered, a person has looked at.
        let answer = [(Column::Request, Value::from(request.to_string()))];
        county.put(by(town), Table::RequestAnswers, &answer);
        assert_eq!(all(&county, &[town]), Void::new());
    }
}

#[test]
fn a_request_of_what_was_taken_off_the_lists_before_has_no_effect() {
    let mut county = County::new("kaizhou", "2023-01-05");
    let town = county.unit("town", "township");
    let project = county.project(town);
    county.set(project, Field::Stage, "listed");
    let id = project.to_string();
    let edition = |county: &mut County, on: &str, number: i64, state: &str| {
        let mut cells = vec![
            (Column::List, Value::from("kz.annual")),
            (Column::Year, "2023".into()),
            (Column::Count, number.into()),
        ];
        county.on(on);
        if number > 1 {
            let first = county.county.each(Table::ListEditions).next().unwrap();
            cells.push((Column::Follows, first.key.into()));
        }
        let edition = county.put(hub(), Table::ListEditions, &cells).to_string();
        let entry = [
            (Column::Edition, edition.as_str()),
            (Column::Project, id.as_str()),
            (Column::EntryState, state),
        ];
        put(county, on, hub(), Table::ListEntries, &entry);
    };
    let ask = |county: &mut County, act: &str, on: &str| {
        let cells = [(Column::Project, id.as_str()), (Column::RequestAct, act)];
        put(county, on, by(town), Table::Requests, &cells)
    };
    edition(&mut county, "2023-01-10", 1, "on_list");
    let early = ask(&mut county, "start", "2023-02-01");
    edition(&mut county, "2023-02-05", 2, "removed");
    let start = ask(&mut county, "start", "2023-02-06");
    let money = ask(&mut county, "gov_money", "2023-02-06");
    let decision = ask(&mut county, "decision", "2023-02-06");
    let void = all(&county, &[town]);
    assert_eq!(void[&start], "KZ-2.4.4");
    assert_eq!(void[&money], "KZ-2.4.4");
    assert!(!void.contains_key(&early) && !void.contains_key(&decision));
    // Listed anew, what was asked before is still not asked by something listed; an exception heals it.
    edition(&mut county, "2023-02-08", 3, "on_list");
    assert_eq!(all(&county, &[town]), void);
    let exception = [
        (Column::ExceptionRule, "KZ-2.4.4"),
        (Column::To, "2023-03-31"),
    ];
    put(
        &mut county,
        "2023-02-09",
        of(project),
        Table::Exceptions,
        &exception,
    );
    assert_eq!(all(&county, &[town]), Void::new());
}

#[test]
fn a_request_is_arranged_once_and_not_after_its_refusal() {
    let mut county = County::new("wushan", "2024-09-10");
    let town = county.unit("town", "township");
    let project = county.project(town).to_string();
    let request = |county: &mut County| {
        let cells = [
            (Column::Project, project.as_str()),
            (Column::RequestAct, "pool"),
        ];
        put(county, "2024-09-10", by(town), Table::Requests, &cells).to_string()
    };
    let (twice, refused) = (request(&mut county), request(&mut county));
    let arrange = |county: &mut County, request: &str, on: &str| {
        put(
            county,
            on,
            hub(),
            Table::PoolArrangements,
            &[(Column::Request, request)],
        )
    };
    arrange(&mut county, &twice, "2024-09-11");
    let second = arrange(&mut county, &twice, "2024-09-12");
    let answer = [
        (Column::Request, refused.as_str()),
        (Column::RequestOutcome, "refused"),
    ];
    put(
        &mut county,
        "2024-09-12",
        by(town),
        Table::RequestAnswers,
        &answer,
    );
    let after = arrange(&mut county, &refused, "2024-09-13");
    let void = all(&county, &[town]);
    assert_eq!(void.keys().copied().collect::<Vec<_>>(), [second, after]);
    assert_eq!(void[&after], "WS-14");
}

#[test]
fn an_agency_of_a_project_that_may_have_none_and_a_plan_that_does_not_add_up_have_no_effect() {
    let mut county = County::new("kaizhou", "2023-02-01");
    let town = county.unit("town", "township");
    let project = county.project(town);
    county.set(project, Field::IsPublicInterest, true);
    county.set(project, Field::OwnerKind, "state_organ");
    let step = [(Column::AgencyAct, "owner_request")];
    let step = put(
        &mut county,
        "2023-02-01",
        of(project),
        Table::AgencySteps,
        &step,
    );
    let agency = county.unit("agency", "agency_org");
    let org = agency.to_string();
    let takes_part = |county: &County| {
        let view = county.view(project);
        let parties = Parties::of(view, &county.directory);
        let world = county.world();
        parties.all().contains(&agency) && actors::agency_of(&world, view) == Some(agency)
    };
    let contract = [(Column::Org, org.as_str())];
    let contract = put(
        &mut county,
        "2023-02-02",
        of(project),
        Table::AgencyContracts,
        &contract,
    );
    assert_eq!(all(&county, &[town]), Void::new());
    assert!(takes_part(&county));
    county.set(project, Field::OwnerKind, "private");
    assert!(
        !takes_part(&county),
        "a contract without effect names no party"
    );
    let void = all(&county, &[town]);
    assert_eq!(
        void.into_iter().collect::<Vec<_>>(),
        [(step, "KZ-2.6".to_owned()), (contract, "KZ-2.6".to_owned())]
    );

    let mut county = County::new("wushan", "2025-01-05");
    let town = county.unit("town", "township");
    let project = county.project(town);
    county.set_year(project, 2025, Field::YearPlanFen, 1_200);
    for month in 1..=12 {
        let month = Month::new(2025, month).unwrap();
        county.set_month(project, month, Field::MonthPlanFen, 100);
    }
    let cells = [(Column::Year, "2025"), (Column::PlanAct, "final")];
    let step = put(
        &mut county,
        "2025-01-05",
        of(project),
        Table::PlanSteps,
        &cells,
    );
    assert_eq!(all(&county, &[town]), Void::new());
    let may = Month::new(2025, 5).unwrap();
    county.set_month(project, may, Field::MonthPlanFen, 101);
    assert_eq!(
        all(&county, &[town]),
        Void::from([(step, "WS-8".to_owned())])
    );

    // Where dated nodes are asked for instead (LT-18), a plan without one, of a project the county asks it of.
    let mut county = County::new("longting", "2023-01-05");
    let town = county.unit("town", "township");
    let project = county.project(town);
    county.set_year(project, 2023, Field::YearPlanFen, 1_200);
    let cells = [(Column::Year, "2023"), (Column::PlanAct, "final")];
    let step = put(
        &mut county,
        "2023-01-05",
        of(project),
        Table::PlanSteps,
        &cells,
    );
    assert_eq!(all(&county, &[town]), Void::new());
    county.set(project, Field::Programmes, "major");
    assert_eq!(
        all(&county, &[town]).keys().copied().collect::<Vec<_>>(),
        [step]
    );
}
