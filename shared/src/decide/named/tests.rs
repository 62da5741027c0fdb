//! What refusals name: the clause, who can help, the request (domain.md 0.7, 1.3; design.md 3).

use super::*;
use crate::command::Actor;
use crate::field::Field;
use crate::testing::{At, County, by, hub, of};

type Set = [(Column, Value)];

fn refused(county: &mut County, actor: &Actor, at: At, table: Table, set: &Set) -> Refusal {
    county.record(actor, at, table, set).unwrap_err()
}

#[test]
fn a_refusal_names_the_clause_and_who_can_do_it() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("临江镇", "township");
    let other = county.unit("汉丰街道", "township");
    let project = county.project(town);
    county.set(project, Field::Stage, "reserve");
    let (clerk, stranger) = (county.clerk(town), county.clerk(other));
    let (officer, observer) = (county.officer(), county.leader());
    let list = (Column::List, Value::from("kz.annual"));
    let decision = [
        (Column::DecisionTopic, "list".into()),
        (Column::Decider, "party_gov".into()),
        list.clone(),
    ];
    let exception = [
        (Column::ExceptionRule, "KZ-2.4.4".into()),
        (Column::Reason, "flood".into()),
        (Column::Decider, "party_gov".into()),
        (Column::Number, "7".into()),
    ];
    let nomination = [list.clone(), (Column::NominationAct, "add".into())];
    let task = [(Column::Task, "survey".into())];
    let listed = [(Column::ToStage, Value::from("listed"))];
    let clause = county.profile.list("kz.annual").unwrap().clause.clone();
    let center = "区项目中心";
    for (actor, at, table, set, rule, from) in [
        (
            &officer,
            of(project),
            Table::Decisions,
            &decision[..],
            clause.as_str(),
            "区项目中心负责人",
        ),
        (
            &officer,
            of(project),
            Table::Exceptions,
            &exception,
            "KZ-2.4.4",
            "区项目中心负责人",
        ),
        (
            &officer,
            hub(),
            Table::ListEditions,
            &[list.clone(), (Column::Year, "2023".into())],
            &clause,
            "区项目中心负责人",
        ),
        (
            &clerk,
            by(town),
            Table::Nominations,
            &nomination,
            &clause,
            "临江镇负责人",
        ),
        (
            &clerk,
            of(project),
            Table::Transitions,
            &listed,
            "KZ-0",
            center,
        ),
        (
            &clerk,
            of(project),
            Table::LeadLeaders,
            &[(Column::Person, "Li".into())],
            "KZ-2.8.1",
            center,
        ),
        (&clerk, hub(), Table::Trainings, &[], "domain 0.7", center),
        (
            &stranger,
            of(project),
            Table::EarlyWork,
            &task,
            "domain 0.7",
            "临江镇",
        ),
        (
            &stranger,
            by(town),
            Table::Requests,
            &[],
            "domain 0.7",
            "临江镇",
        ),
        (
            &observer,
            of(project),
            Table::EarlyWork,
            &task,
            "domain 1.3",
            "临江镇",
        ),
        (
            &observer,
            hub(),
            Table::Trainings,
            &[],
            "domain 1.3",
            center,
        ),
        (&clerk, of(project), Table::EarlyWork, &[], "domain 2.H", ""),
    ] {
        let refusal = refused(&mut county, actor, at, table, set);
        let said = (refusal.rule.as_deref(), refusal.from());
        assert_eq!(said, (Some(rule), from), "{table:?} {:?}", refusal.why);
        assert!(refusal.sentence(Lang::Zh).contains(from), "{table:?}");
    }
}

#[test]
fn an_officer_prepares_who_leads_and_the_head_assigns() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("临江镇", "township");
    let project = county.project(town);
    let (officer, head) = (county.officer(), county.hub_head());
    let set = [(Column::Person, Value::from("王区长"))];
    let refusal = refused(&mut county, &officer, of(project), Table::LeadLeaders, &set);
    assert_eq!(
        (refusal.why.clone(), refusal.request()),
        (Why::RoleMayNot, None)
    );
    assert_eq!(refusal.from(), "区项目中心负责人");
    let path = FieldPath::cell(Table::LeadLeaders, county.row_id(), Column::Person);
    let prepared = county.edit(&officer, project, &[(path.clone(), "王区长".into())]);
    assert_eq!(prepared.unwrap().proposed, [path]);
    assert_eq!(county.count(project, Table::LeadLeaders), 0);
    let proposal = county.view(project).rows(Table::Proposals);
    let proposal = proposal.first().unwrap().parse().unwrap();
    let accept = Command::AcceptProposal { project, proposal };
    let refusal = county.run(&officer, &accept).unwrap_err();
    assert_eq!(refusal.why, Why::RoleMayNot);
    assert_eq!(refusal.from(), "区项目中心负责人");
    county.run(&head, &accept).unwrap();
    assert_eq!(county.count(project, Table::LeadLeaders), 1);
    let reward = [(Column::RewardKind, Value::from("letter"))];
    let refusal = refused(&mut county, &officer, hub(), Table::Rewards, &reward);
    assert_eq!(refusal.why, Why::RoleMayNot);
}

#[test]
fn a_hub_only_act_becomes_a_request_of_its_kind() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("临江镇", "township");
    let project = county.project(town);
    let (clerk, officer) = (county.clerk(town), county.officer());
    let to = |stage: &str| vec![(Column::ToStage, Value::from(stage))];
    let decision = vec![
        (Column::DecisionTopic, Value::from("list")),
        (Column::Decider, "party_gov".into()),
        (Column::List, "kz.annual".into()),
    ];
    let leader = vec![(Column::Person, Value::from("王区长"))];
    for (at, table, set, act) in [
        (of(project), Table::Transitions, to("construction"), "start"),
        (
            of(project),
            Table::Transitions,
            to("acceptance"),
            "acceptance",
        ),
        (of(project), Table::Transitions, to("reserve"), "transition"),
        (of(project), Table::Decisions, decision, "decision"),
        (of(project), Table::LeadLeaders, leader, "other"),
    ] {
        let refusal = refused(&mut county, &clerk, at, table, &set);
        assert_eq!(refusal.why, Why::HubOnly, "{table:?}");
        let asked = refusal.request().unwrap();
        assert_eq!((asked.unit, asked.row), (town, None));
        assert_eq!(asked.set[&Column::RequestAct], Value::from(act));
        assert_eq!(
            asked.set[&Column::Project],
            Value::from(project.to_string())
        );
        for kept in [Column::ToStage, Column::List] {
            let given = set.iter().find(|(column, _)| *column == kept);
            assert_eq!(asked.set.get(&kept), given.map(|(_, value)| value));
        }
    }
    // The words of a request say what was to be recorded.
    let set = [(Column::Person, Value::from("王区长"))];
    let refusal = refused(&mut county, &clerk, of(project), Table::LeadLeaders, &set);
    let text = refusal.request().unwrap().set[&Column::Text].clone();
    assert!(text.as_text().unwrap().contains("王区长"), "{text:?}");
    // What the hub keeps for itself, and what is refused at the hub, nobody asks for.
    let own = refused(&mut county, &clerk, hub(), Table::Trainings, &[]);
    assert_eq!((own.why.clone(), own.request()), (Why::HubOnly, None));
    let list = [
        (Column::List, "kz.annual".into()),
        (Column::Year, "2023".into()),
    ];
    let edition = refused(&mut county, &officer, hub(), Table::ListEditions, &list);
    assert_eq!(edition.request(), None);
}

#[test]
fn a_request_says_what_it_asks_for() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("临江镇", "township");
    let clerk = county.clerk(town);
    let other = (Column::RequestAct, Value::from("other"));
    let bare = refused(
        &mut county,
        &clerk,
        by(town),
        Table::Requests,
        std::slice::from_ref(&other),
    );
    assert_eq!(bare.why, Why::Missing);
    let unknown = [(Column::RequestAct, "wish".into())];
    refused(&mut county, &clerk, by(town), Table::Requests, &unknown);
    let said = [other, (Column::Text, "a bridge".into())];
    county
        .record(&clerk, by(town), Table::Requests, &said)
        .unwrap();
}
