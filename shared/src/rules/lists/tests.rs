//! Scenarios 18, 20, 21 and 26 to 30 of domain.md 15, and what editions promise.

use super::*;
use crate::command::Actor;
use crate::ids::UnitId;
use crate::rules::membership::Rolls;
use crate::testing::{County, by, hub, of};

mod leaving;
mod linked;
mod yearly;

/// Issues an edition of a list, as the head of the hub.
fn issue(
    county: &mut County,
    list: &str,
    year: &str,
    more: &[(Column, Value)],
) -> Result<RowId, Refusal> {
    let head = county.hub_head();
    let mut set = vec![(Column::List, list.into()), (Column::Year, year.into())];
    set.extend(more.iter().cloned());
    county.record(&head, hub(), Table::ListEditions, &set)
}

/// Who decided an edition, and the number of the paper.
fn decided(body: &str) -> [(Column, Value); 2] {
    [(Column::Decider, body.into()), (Column::Number, "3".into())]
}

fn candidate(
    county: &mut County,
    list: &str,
    year: &str,
    project: ProjectId,
    state: &str,
) -> Result<RowId, Refusal> {
    let officer = county.officer();
    let set = [
        (Column::List, list.into()),
        (Column::Year, year.into()),
        (Column::Project, project.to_string().into()),
        (Column::EntryState, state.into()),
        (Column::Reason, "as the meeting found".into()),
    ];
    county.record(&officer, hub(), Table::ListCandidates, &set)
}

fn nominate(
    county: &mut County,
    actor: &Actor,
    project: ProjectId,
    list: &str,
    more: &[(Column, Value)],
) -> Result<RowId, Refusal> {
    let mut set = vec![
        (Column::List, list.into()),
        (Column::Project, project.to_string().into()),
        (Column::NominationAct, "add".into()),
    ];
    for (column, value) in more {
        set.retain(|(known, _)| known != column);
        set.push((*column, value.clone()));
    }
    county.record(actor, by(actor.unit), Table::Nominations, &set)
}

fn is_on(county: &County, project: ProjectId, list: &str) -> bool {
    Rolls::of(&county.profile, &county.county, county.now.date()).is_on(project, list)
}

/// Puts a project on a list, unjudged.
fn put_on(county: &mut County, project: ProjectId, list: &str, year: &str) {
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

fn town(county: &mut County) -> (UnitId, ProjectId) {
    let unit = county.unit("a township", "township");
    let project = county.project(unit);
    (unit, project)
}

#[test]
fn money_is_denied_to_a_project_on_neither_list_until_an_exception() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let (unit, project) = town(&mut county);
    put_on(&mut county, project, "kz.reserve5", "2022");
    county.put(
        of(project),
        Table::Declarations,
        &[(Column::Declaration, "no_hidden_debt".into())],
    );
    let ask = [
        (Column::Project, project.to_string().into()),
        (Column::RequestAct, "gov_money".into()),
        (Column::AmountFen, 100.into()),
    ];
    let clerk = county.clerk(unit);
    let refused = county
        .record(&clerk, by(unit), Table::Requests, &ask)
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KZ-2.4.4"));
    let Why::GateClosed(gate) = refused.why else {
        panic!("a gate");
    };
    assert_eq!(gate.lacks, ["三年滚动规划项目清单", "年度建设计划项目清单"]);
    assert!(gate.exception);
    let exception = [
        (Column::ExceptionRule, "KZ-2.4.4".into()),
        (Column::Reason, "a flood".into()),
        (Column::Decider, "party_gov".into()),
        (Column::Number, "12".into()),
    ];
    let head = county.hub_head();
    county
        .record(&head, of(project), Table::Exceptions, &exception)
        .unwrap();
    county
        .record(&clerk, by(unit), Table::Requests, &ask)
        .unwrap();
    // The request stays marked: the exception stands beside it.
    assert_eq!(county.count(project, Table::Exceptions), 1);
    // What blocks takes no exception.
    let block = [
        (Column::ExceptionRule, "KZ-2.3.2".into()),
        (Column::Reason, "a flood".into()),
        (Column::Decider, "party_gov".into()),
        (Column::Number, "12".into()),
    ];
    assert!(
        county
            .record(&head, of(project), Table::Exceptions, &block)
            .is_err()
    );
}

#[test]
fn the_five_year_list_takes_government_investment_only() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let (unit, project) = town(&mut county);
    county.set(project, Field::TotalInvestmentFen, 1_000_000_000);
    county.set(project, Field::InvestmentKind, "enterprise");
    let head = county.head(unit);
    let refused = nominate(&mut county, &head, project, "kz.reserve5", &[]).unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KZ-2.4.1"));
    county.set(project, Field::InvestmentKind, "government");
    let clerk = county.clerk(unit);
    // A clerk prepares, the head of the unit signs.
    assert!(nominate(&mut county, &clerk, project, "kz.reserve5", &[]).is_err());
    nominate(&mut county, &head, project, "kz.reserve5", &[]).unwrap();
}

#[test]
fn an_issued_plan_of_kundulun_changes_from_march_to_june() {
    for (moment, accepted) in [
        ("2017-06-30 23:59:59", true),
        ("2017-07-01 00:00:00", false),
        ("2017-02-28 12:00:00", false),
        ("2017-03-01 00:00:00", true),
    ] {
        let mut county = County::new("kundulun", moment);
        let (unit, project) = town(&mut county);
        put_on(&mut county, project, "kd.annual", "2017");
        let head = county.head(unit);
        let cancel = [
            (Column::Year, "2017".into()),
            (Column::NominationAct, "cancel".into()),
            (Column::Reason, "conditions changed".into()),
        ];
        let asked = nominate(&mut county, &head, project, "kd.annual", &cancel);
        assert_eq!(asked.is_ok(), accepted, "{moment}: {asked:?}");
        if let Err(refused) = asked {
            assert_eq!(refused.rule.as_deref(), Some("KP-7.3"));
            assert!(matches!(
                refused.why,
                Why::OutsideWindow {
                    exception: true,
                    ..
                }
            ));
            let exception = [
                (Column::ExceptionRule, "KP-7.3".into()),
                (Column::Reason, "a flood".into()),
                (Column::Decider, "party_gov".into()),
                (Column::Number, "12".into()),
            ];
            let hub_head = county.hub_head();
            county
                .record(&hub_head, of(project), Table::Exceptions, &exception)
                .unwrap();
            nominate(&mut county, &head, project, "kd.annual", &cancel).unwrap();
        }
    }
}

/// A project of kundulun whose application is complete.
fn complete_application(county: &mut County) -> (UnitId, ProjectId) {
    let (unit, project) = town(county);
    for (field, value) in [
        (Field::SignificanceFlags, "feasible,major_influence"),
        (Field::KeyCategory, "c4"),
        (Field::InvestmentKind, "enterprise"),
        (Field::OwnerOrg, "an owner"),
        (Field::Site, "a site"),
        (Field::ContentScale, "a plant"),
        (Field::BuildYears, "2017..2018"),
    ] {
        county.set(project, field, value);
    }
    county.set(project, Field::TotalInvestmentFen, 10_000_000_000);
    county.set(project, Field::CumInvestmentFen, 0);
    county.set_year(project, 2017, Field::YearPlanFen, 100);
    county.set_year(project, 2017, Field::ImageTarget, "half");
    for kind in ["feasibility_study", "legal_entity_doc"] {
        county.put(
            of(project),
            Table::Attachments,
            &[(Column::About, kind.into())],
        );
    }
    (unit, project)
}

#[test]
fn an_application_of_kundulun_brings_its_papers() {
    let mut county = County::new("kundulun", "2016-09-20");
    let (unit, project) = complete_application(&mut county);
    let head = county.head(unit);
    let lacks = |county: &mut County, category: &str| {
        let more = [
            (Column::Year, "2017".into()),
            (Column::Category, category.into()),
        ];
        let refused = nominate(county, &head, project, "kd.annual", &more).err()?;
        let Why::GateClosed(gate) = refused.why else {
            panic!("{refused:?}");
        };
        Some((gate.lacks, gate.exception, refused.missing))
    };
    county.put(
        of(project),
        Table::Funding,
        &[(Column::Source, "own".into())],
    );
    let (missing, exception, _) = lacks(&mut county, "start").unwrap();
    assert_eq!(
        (missing.as_slice(), exception),
        (&["列入年度重点建设项目的报告".to_owned()][..], false)
    );
    let paper = [(Column::About, "listing_application".into())];
    county.put(of(project), Table::Attachments, &paper);
    let (missing, exception, _) = lacks(&mut county, "start").unwrap();
    assert_eq!(missing, ["主管部门批准文件或年度固定资产投资计划批复文件"]);
    assert!(exception);
    let given = [
        (Column::ExceptionRule, "KP-8.2".into()),
        (Column::Reason, "it will come".into()),
        (Column::Decider, "party_gov".into()),
        (Column::Number, "12".into()),
    ];
    let hub_head = county.hub_head();
    county
        .record(&hub_head, of(project), Table::Exceptions, &given)
        .unwrap();
    assert_eq!(lacks(&mut county, "start"), None);
    // A project in preparation says how far it will come, government investment how it is funded.
    let (_, exception, missing) = lacks(&mut county, "prepare").unwrap();
    assert_eq!(missing, [FieldPath::year(2017, Field::PrelimTarget)]);
    assert!(!exception);
    county.set(project, Field::InvestmentKind, "government");
    let (missing, exception, _) = lacks(&mut county, "start").unwrap();
    assert_eq!((missing.len(), exception), (1, false));
}

#[test]
fn honghe_adjusts_once_in_march_and_once_in_june() {
    let mut county = County::new("honghe", "2023-01-20");
    let fresh = |county: &mut County| {
        let node = county.unit("a county", "county_node");
        let project = county.project(node);
        county.set(project, Field::TotalInvestmentFen, 10_000_000_000);
        let check = [
            (Column::ReviewKind, "hub_check".into()),
            (Column::ReviewOutcome, "passed".into()),
        ];
        county.put(of(project), Table::ProjectReviews, &check);
        let decision = [
            (Column::DecisionTopic, "list".into()),
            (Column::Decider, "gov".into()),
        ];
        county.put(of(project), Table::Decisions, &decision);
        candidate(county, "hh.annual", "2023", project, "chosen").unwrap();
    };
    fresh(&mut county);
    issue(&mut county, "hh.annual", "2023", &decided("gov")).unwrap();
    for (day, accepted) in [
        ("2023-03-10", true),
        ("2023-03-20", false),
        ("2023-04-10", false),
        ("2023-06-10", true),
    ] {
        county.on(day);
        fresh(&mut county);
        let adjusted = issue(&mut county, "hh.annual", "2023", &decided("gov"));
        assert_eq!(adjusted.is_ok(), accepted, "{day}: {adjusted:?}");
        if let Err(refused) = adjusted {
            assert_eq!(refused.rule.as_deref(), Some("HH-3.2.2"));
        }
    }
    // The head of the hub may, with the decision it rests on.
    county.on("2023-08-10");
    fresh(&mut county);
    assert!(issue(&mut county, "hh.annual", "2023", &decided("gov")).is_err());
    let exception = [
        (Column::Reason, "a flood".into()),
        (Column::Decider, "gov".into()),
        (Column::Number, "12".into()),
    ];
    issue(&mut county, "hh.annual", "2023", &exception).unwrap();
}

#[test]
fn longting_drafts_only_what_was_applied_for_and_screened() {
    let mut county = County::new("longting", "2022-11-20");
    let (unit, project) = town(&mut county);
    let lacks = |refused: Refusal| {
        assert_eq!(refused.rule.as_deref(), Some("LT-9"));
        match refused.why {
            Why::GateClosed(gate) => gate.lacks,
            other => panic!("{other:?}"),
        }
    };
    let refused = candidate(&mut county, "lt.key", "2023", project, "screened").unwrap_err();
    assert_eq!(lacks(refused), ["申报"]);
    let head = county.head(unit);
    // The catalogue of the year comes first, and the nomination names its item (LT-7).
    let year = (Column::Year, Value::from("2023"));
    let more = [year.clone(), (Column::Item, "industry".into())];
    let refused = nominate(&mut county, &head, project, "lt.key", &more).unwrap_err();
    assert!(matches!(refused.why, Why::GateClosed(gate) if gate.guard == "catalogue"));
    let catalogue = [year.clone(), (Column::Text, "industry, livelihood".into())];
    county.put(hub(), Table::Catalogues, &catalogue);
    let bare = nominate(&mut county, &head, project, "lt.key", &[year]).unwrap_err();
    assert_eq!(bare.why, Why::Missing);
    let nomination = nominate(&mut county, &head, project, "lt.key", &more).unwrap();
    let refused = candidate(&mut county, "lt.key", "2023", project, "screened").unwrap_err();
    assert_eq!(lacks(refused), ["筛选"]);
    let screening = [
        (Column::Nomination, nomination.to_string().into()),
        (Column::Project, project.to_string().into()),
        (Column::Approved, true.into()),
    ];
    county
        .record(&head, by(unit), Table::Screenings, &screening)
        .unwrap();
    candidate(&mut county, "lt.key", "2023", project, "screened").unwrap();
    let refused = candidate(&mut county, "lt.key", "2023", project, "chosen").unwrap_err();
    assert_eq!(lacks(refused), ["核验并征求部门意见"]);
}

#[test]
fn an_edition_never_changes_and_the_next_one_holds_what_did() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let (_, stays) = town(&mut county);
    let (_, goes) = town(&mut county);
    for project in [stays, goes] {
        // Both are in work, so the gates of entering a stage lie behind them.
        county.set(project, Field::Stage, "construction");
        county.set(project, Field::TotalInvestmentFen, 1_000_000_000);
        candidate(&mut county, "kz.rolling3", "2023", project, "chosen").unwrap();
    }
    let first = issue(&mut county, "kz.rolling3", "2023", &decided("party_gov")).unwrap();
    assert!(is_on(&county, stays, "kz.rolling3") && is_on(&county, goes, "kz.rolling3"));
    // Nothing changed: there is nothing to issue.
    assert_eq!(
        issue(&mut county, "kz.rolling3", "2023", &decided("party_gov"))
            .unwrap_err()
            .why,
        Why::Missing
    );
    candidate(&mut county, "kz.rolling3", "2023", goes, "removed").unwrap();
    let second = issue(&mut county, "kz.rolling3", "2023", &decided("party_gov")).unwrap();
    assert!(is_on(&county, stays, "kz.rolling3") && !is_on(&county, goes, "kz.rolling3"));
    let entries_of = |edition: RowId| {
        let entries = county.county.each(Table::ListEntries);
        entries
            .filter(|entry| entry.reference(Column::Edition) == Some(edition))
            .count()
    };
    assert_eq!((entries_of(first), entries_of(second)), (2, 1));
    let row = county.county.row(Table::ListEditions, second).unwrap();
    assert_eq!(
        (row.int(Column::Count), row.reference(Column::Follows)),
        (Some(2), Some(first))
    );
}

#[test]
fn what_an_edition_says_of_a_category_decides_about_the_start() {
    let mut county = County::new("kundulun", "2017-03-20");
    let (_, project) = town(&mut county);
    county.set(project, Field::Programmes, "key");
    county.set(project, Field::Stage, "listed");
    county.set(project, Field::ActualStart, "2017-03-01");
    put_on(&mut county, project, "kd.annual", "2017");
    county.set_year(project, 2017, Field::FourBatch, "prepare");
    let officer = county.officer();
    let start = [(Column::ToStage, "construction".into())];
    let refused = county
        .record(&officer, of(project), Table::Transitions, &start)
        .unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KP-7"));
    county.set_year(project, 2017, Field::FourBatch, "start");
    county
        .record(&officer, of(project), Table::Transitions, &start)
        .unwrap();
}

#[test]
fn in_kaizhou_the_rolling_or_the_annual_list_is_the_basis_for_a_start() {
    for (list, starts) in [
        ("kz.rolling3", true),
        ("kz.annual", true),
        ("kz.reserve5", false),
    ] {
        let mut county = County::new("kaizhou", "2022-11-20");
        let (_, project) = town(&mut county);
        county.set(project, Field::Stage, "permitting");
        put_on(&mut county, project, list, "2022");
        let officer = county.officer();
        let start = [
            (Column::ToStage, "construction".into()),
            (Column::Date, "2022-11-18".into()),
        ];
        let started = county.record(&officer, of(project), Table::Transitions, &start);
        assert_eq!(started.is_ok(), starts, "{list}: {started:?}");
        if let Err(refused) = started {
            assert_eq!(refused.rule.as_deref(), Some("KZ-2.4.4"));
        }
    }
}
