#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test should panic"
)]

use std::collections::BTreeMap;

use super::case::Case;
use super::flow::Tables;
use super::standing::{Standing, standing};
use crate::book::Cells as _;
use crate::command::{Actor, Command, Refusal, Why};
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::testing::{At, County, by, of};
use crate::value::Value;

/// A county with one unit, one project of it and one issue.
struct Scene {
    county: County,
    town: UnitId,
    project: ProjectId,
    issue: RowId,
}

impl Scene {
    fn new(slug: &str, day: &str, programmes: &str, issue: &[(Column, Value)]) -> Self {
        let mut county = County::new(slug, day);
        let town = county.unit("Town", "township");
        let project = county.project(town);
        if !programmes.is_empty() {
            county.set(project, Field::Programmes, programmes);
        }
        let mut cells = vec![(Column::Description, Value::from("no land"))];
        cells.extend(issue.iter().cloned());
        let issue = county.put(of(project), Table::Issues, &cells);
        Self {
            county,
            town,
            project,
            issue,
        }
    }

    fn take(
        &mut self,
        actor: &Actor,
        table: Table,
        act: &str,
        more: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        let at = of(self.project);
        take(&mut self.county, actor, at, table, self.issue, act, more)
    }

    fn step(
        &mut self,
        actor: &Actor,
        act: &str,
        more: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        self.take(actor, Table::IssueSteps, act, more)
    }

    fn rule(
        &mut self,
        actor: &Actor,
        act: &str,
        more: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        self.take(actor, Table::IssueRulings, act, more)
    }

    fn clerk(&self) -> Actor {
        self.county.clerk(self.town)
    }

    fn standing(&self) -> Standing {
        let world = self.county.world();
        let case = Case::find(
            &world,
            Some(self.project),
            None,
            Tables::PROJECT,
            self.issue,
        );
        standing(&case.unwrap(), self.county.now)
    }
}

fn take(
    county: &mut County,
    actor: &Actor,
    at: At,
    table: Table,
    issue: RowId,
    act: &str,
    more: &[(Column, &str)],
) -> Result<RowId, Refusal> {
    let mut set = vec![
        (Column::Issue, Value::from(issue.to_string())),
        (Column::Act, Value::from(act)),
    ];
    set.extend(
        more.iter()
            .map(|(column, text)| (*column, Value::from(*text))),
    );
    county.record(actor, at, table, &set)
}

/// The guard and the clause a refusal names.
#[track_caller]
fn stopped<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (String, String) {
    let refusal = result.unwrap_err();
    let rule = refusal.rule.clone().unwrap_or_default();
    match refusal.why {
        Why::GateClosed(gate) => (gate.guard, rule),
        other => panic!("{other:?} {rule}"),
    }
}

fn is(guard: &str, clause: &str) -> (String, String) {
    (guard.to_owned(), clause.to_owned())
}

const UP_3: &[(Column, &str)] = &[(Column::Level, "L3"), (Column::Addressee, "main_leader")];
const UP_2: &[(Column, &str)] = &[(Column::Level, "L2")];
const UNSOLVED: &[(Column, &str)] = &[(Column::Outcome, "unsolved"), (Column::Text, "tried")];

#[test]
fn kaizhou_main_leaders_need_the_lead_units_record_and_a_report_to_the_leader_in_charge() {
    let mut scene = Scene::new("kaizhou", "2023-03-06", "", &[]);
    let clerk = scene.clerk();
    let refusal = scene.step(&clerk, "escalated", UP_3).unwrap_err();
    assert!(
        matches!(&refusal.why, Why::GateClosed(gate) if gate.lacks[0].contains("牵头责任单位"))
    );
    assert_eq!(stopped::<()>(Err(refusal)), is("step_exists", "KZ-2.7.3"));
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    let refusal = scene.step(&clerk, "escalated", UP_3).unwrap_err();
    assert!(matches!(&refusal.why, Why::GateClosed(gate) if gate.lacks == ["区政府分管领导"]));
    assert_eq!(stopped::<()>(Err(refusal)), is("reported_to", "KZ-2.7.3"));
    let solved = [
        (Column::Addressee, "gov_leader"),
        (Column::Outcome, "solved"),
    ];
    scene.step(&clerk, "reported", &solved).unwrap();
    assert_eq!(
        stopped(scene.step(&clerk, "escalated", UP_3)).0,
        "reported_to"
    );
    let unsolved = [
        (Column::Addressee, "gov_leader"),
        (Column::Outcome, "unsolved"),
    ];
    scene.step(&clerk, "reported", &unsolved).unwrap();
    scene.step(&clerk, "escalated", UP_3).unwrap();
    assert_eq!(scene.standing().level, "L3");
    // It is one record: the issue shows the level, and going up to where it is goes nowhere.
    let issue = scene
        .county
        .view(scene.project)
        .row(Table::Issues, scene.issue)
        .unwrap();
    assert_eq!(issue.text(Column::Level), "L3");
    let again = scene.step(&clerk, "escalated", UP_3).unwrap_err();
    assert!(matches!(again.why, Why::WrongState { .. }));
}

#[test]
fn kaizhou_lead_leader_needs_an_unsolved_record_and_a_leader_for_the_topic_does_not() {
    for (kind, to, outcome, passes) in [
        ("land", "leader", None, false),
        ("land", "leader", Some("solved"), false),
        ("land", "leader", Some("unsolved"), true),
        ("land", "leader", Some("partly"), true),
        ("land", "topic_leader", None, true),
        ("funds", "topic_leader", None, true),
        ("approval", "topic_leader", None, false),
    ] {
        let mut scene = Scene::new(
            "kaizhou",
            "2023-03-06",
            "",
            &[(Column::IssueKind, kind.into())],
        );
        let clerk = scene.clerk();
        if let Some(outcome) = outcome {
            scene
                .step(&clerk, "coordinated", &[(Column::Outcome, outcome)])
                .unwrap();
        }
        let up = [(Column::Level, "L2"), (Column::Addressee, to)];
        let result = scene.step(&clerk, "escalated", &up);
        assert_eq!(result.is_ok(), passes, "{kind} {to} {outcome:?}");
        if !passes {
            assert_eq!(stopped(result), is("step_exists", "KZ-2.7.2"));
        }
    }
}

#[test]
fn only_the_lead_units_own_record_counts() {
    let mut scene = Scene::new("kaizhou", "2023-03-06", "", &[]);
    let bureau = scene.county.unit("Bureau", "department");
    scene
        .county
        .set(scene.project, Field::LeadUnit, bureau.to_string());
    let (clerk, lead) = (scene.clerk(), scene.county.clerk(bureau));
    let up = [(Column::Level, "L2"), (Column::Addressee, "leader")];
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    assert_eq!(
        stopped(scene.step(&lead, "escalated", &up)).0,
        "step_exists"
    );
    scene.step(&lead, "coordinated", UNSOLVED).unwrap();
    scene.step(&lead, "escalated", &up).unwrap();
    // Above the lowest level coordination is not a unit's.
    let above = [(Column::Level, "L2"), (Column::Outcome, "unsolved")];
    assert_eq!(
        stopped(scene.step(&lead, "coordinated", &above)).0,
        "actor_is"
    );
}

#[test]
fn kundulun_key_projects_coordinate_first_and_bring_a_countermeasure() {
    let mut scene = Scene::new("kundulun", "2017-03-06", "key", &[]);
    let (clerk, officer) = (scene.clerk(), scene.county.officer());
    assert_eq!(
        stopped(scene.step(&clerk, "escalated", UP_2)),
        is("step_exists", "KP-18.3")
    );
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    scene.step(&clerk, "escalated", UP_2).unwrap();
    let up = [(Column::Level, "L3")];
    assert_eq!(
        stopped(scene.step(&clerk, "escalated", &up)),
        is("step_exists", "KP-14")
    );
    let at_2 = [(Column::Level, "L2"), (Column::Outcome, "unsolved")];
    scene.rule(&officer, "coordinated", &at_2).unwrap();
    assert_eq!(
        stopped(scene.step(&clerk, "escalated", &up)),
        is("filled", "KP-14")
    );
    let cells = [(Column::Countermeasure, Value::from("buy other land"))];
    scene
        .county
        .record_as(
            &clerk,
            of(scene.project),
            Table::Issues,
            scene.issue,
            &cells,
        )
        .unwrap();
    scene.step(&clerk, "escalated", &up).unwrap();
}

#[test]
fn kundulun_a_major_issue_needs_the_countermeasure_one_level_earlier() {
    let mut scene = Scene::new(
        "kundulun",
        "2017-03-06",
        "key",
        &[(Column::IsMajor, true.into())],
    );
    let clerk = scene.clerk();
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    let refusal = scene.step(&clerk, "escalated", UP_2).unwrap_err();
    assert_eq!(refusal.missing.len(), 1);
    assert_eq!(stopped::<()>(Err(refusal)), is("filled", "KP-6.3"));
}

#[test]
fn kundulun_leader_contracted_projects_go_through_the_office() {
    let mut scene = Scene::new("kundulun", "2017-03-06", "baolian", &[]);
    let (clerk, officer) = (scene.clerk(), scene.county.officer());
    assert_eq!(
        stopped(scene.step(&clerk, "escalated", UP_2)),
        is("step_exists", "KB-10")
    );
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    scene.step(&clerk, "escalated", UP_2).unwrap();
    let up = [(Column::Level, "L3")];
    assert_eq!(stopped(scene.step(&clerk, "escalated", &up)).0, "actor_is");
    scene.rule(&officer, "escalated", &up).unwrap();
}

#[test]
fn wushan_a_skipped_level_passes_and_is_marked() {
    let mut scene = Scene::new("wushan", "2024-10-08", "major", &[]);
    let clerk = scene.clerk();
    let skipped = scene.step(&clerk, "escalated", UP_2).unwrap();
    assert_eq!(scene.standing().warned, [(skipped, "WS-13.3".to_owned())]);
    let mut scene = Scene::new("wushan", "2024-10-08", "major", &[]);
    scene.step(&clerk, "coordinated", UNSOLVED).unwrap();
    scene.step(&clerk, "escalated", UP_2).unwrap();
    assert!(scene.standing().warned.is_empty());
}

const CORE: &[(Column, &str)] = &[
    (Column::Standard, "the land is handed over"),
    (Column::Deadline, "2022-06-30"),
    (Column::ResponsibleUnit, "Town"),
    (Column::ResponsiblePerson, "Wang"),
];

fn core() -> Vec<(Column, Value)> {
    CORE.iter()
        .map(|(column, text)| (*column, Value::from(*text)))
        .collect()
}

#[test]
fn longting_four_slips_skip_no_step() {
    let mut scene = Scene::new("longting", "2022-06-01", "key,major", &core());
    let leaders = [(Column::Person, "Leader".into())];
    scene
        .county
        .put(of(scene.project), Table::LeadLeaders, &leaders);
    let (clerk, officer, leader) = (scene.clerk(), scene.county.officer(), scene.county.leader());
    assert_eq!(stopped(scene.step(&clerk, "listed", &[])).0, "actor_is");
    scene.rule(&officer, "listed", &[]).unwrap();
    assert_eq!(
        stopped(scene.rule(&officer, "assigned", &[])),
        is("assessed_by", "LT-16.1")
    );
    let other = Actor {
        name: "Another".to_owned(),
        ..leader.clone()
    };
    assert_eq!(stopped(scene.rule(&other, "assessed", &[])).0, "actor_is");
    assert_eq!(stopped(scene.rule(&officer, "assessed", &[])).0, "actor_is");
    // A secretary names the leader he acts for.
    scene
        .rule(&other, "assessed", &[(Column::Person, "Leader")])
        .unwrap();
    scene.rule(&officer, "assigned", &[]).unwrap();
    let skips = scene.step(&clerk, "reported_done", &[]).unwrap_err();
    assert!(matches!(skips.why, Why::WrongState { state } if state == "交单"));
    scene.step(&clerk, "handling", &[]).unwrap();
    scene.step(&clerk, "reported_done", &[]).unwrap();
    assert_eq!(
        scene.step(&clerk, "closed", &[]).unwrap_err().why,
        Why::HubOnly
    );
    let for_the_unit = Command::Record {
        project: Some(scene.project),
        unit: None,
        table: Table::IssueRulings,
        row: scene.county.row_id(),
        set: BTreeMap::from([
            (Column::Issue, scene.issue.to_string().into()),
            (Column::Act, "closed".into()),
        ]),
        on_behalf: Some("Wang asked on the phone".to_owned()),
    };
    assert_eq!(
        stopped(scene.county.run(&officer, &for_the_unit)).0,
        "actor_is_not"
    );
    scene
        .rule(&officer, "returned", &[(Column::Text, "not seen")])
        .unwrap();
    scene.step(&clerk, "handling", &[]).unwrap();
    scene.step(&clerk, "reported_done", &[]).unwrap();
    scene.rule(&officer, "closed", &[]).unwrap();
    let standing = scene.standing();
    assert_eq!(
        (standing.state, standing.label.as_str()),
        ("closed", "清单（销号）")
    );
    assert_eq!(standing.closed_on, Some("2022-06-01".parse().unwrap()));
}

#[test]
fn longting_without_a_leader_the_assessment_is_left_out_and_the_core_is_whole() {
    let mut scene = Scene::new("longting", "2022-06-01", "key", &core()[1..]);
    let (officer, leader) = (scene.county.officer(), scene.county.leader());
    let refusal = scene.rule(&officer, "listed", &[]).unwrap_err();
    assert_eq!(refusal.missing.len(), 1);
    assert_eq!(stopped::<()>(Err(refusal)), is("filled", "domain 7.1"));
    let cells = [(Column::Standard, Value::from("the land is handed over"))];
    scene
        .county
        .record_as(
            &officer,
            of(scene.project),
            Table::Issues,
            scene.issue,
            &cells,
        )
        .unwrap();
    scene.rule(&officer, "listed", &[]).unwrap();
    let assessed = scene.rule(&leader, "assessed", &[]).unwrap_err();
    assert!(matches!(assessed.why, Why::WrongState { .. }));
    scene.rule(&officer, "assigned", &[]).unwrap();
}

#[test]
fn longting_a_hand_over_of_a_meeting_names_the_meeting() {
    let mut cells = core();
    cells.push((Column::IssueSource, "meeting".into()));
    let mut scene = Scene::new("longting", "2022-06-01", "key", &cells);
    let officer = scene.county.officer();
    assert_eq!(stopped(scene.rule(&officer, "listed", &[])).0, "filled");
    let meeting = scene.county.row_id();
    let cells = [(Column::Meeting, meeting.to_string().into())];
    scene
        .county
        .record_as(
            &officer,
            of(scene.project),
            Table::Issues,
            scene.issue,
            &cells,
        )
        .unwrap();
    scene.rule(&officer, "listed", &[]).unwrap();
}

fn finding() -> Vec<(Column, Value)> {
    vec![
        (Column::IssueSource, "inspection".into()),
        (Column::ResponsibleUnit, "Town".into()),
        (Column::ResponsiblePerson, "Wang".into()),
    ]
}

#[test]
fn kaizhou_findings_are_overdue_at_midnight_and_closed_by_the_inspection_alone() {
    let mut scene = Scene::new("kaizhou", "2022-11-20", "", &finding());
    let (clerk, inspector) = (scene.clerk(), scene.county.inspector());
    scene.rule(&inspector, "listed", &[]).unwrap();
    assert_eq!(
        stopped(scene.rule(&inspector, "assigned", &[])),
        is("filled", "domain 7.1")
    );
    let limit = [(Column::Deadline, "2022-12-10")];
    let leader = scene.county.leader();
    assert_eq!(
        stopped(scene.rule(&leader, "assigned", &limit)).0,
        "actor_is"
    );
    scene.rule(&inspector, "assigned", &limit).unwrap();
    assert_eq!(scene.standing().label, "定向交办");
    scene.county.on("2022-12-10 23:59:59");
    assert!(!scene.standing().overdue);
    scene.county.on("2022-12-11 00:00:00");
    assert!(scene.standing().overdue);
    assert_eq!(scene.standing().days_open, 21);
    assert_eq!(
        scene.step(&clerk, "closed", &[]).unwrap_err().why,
        Why::HubOnly
    );
    scene.step(&clerk, "reported_done", &[]).unwrap();
    assert!(!scene.standing().overdue);
    scene.rule(&inspector, "returned", &[]).unwrap();
    assert!(scene.standing().overdue);
    scene.step(&clerk, "reported_done", &[]).unwrap();
    scene.rule(&inspector, "closed", &[]).unwrap();
    assert_eq!(scene.standing().label, "落实销号");
    scene.rule(&inspector, "reopened", &[]).unwrap();
    assert_eq!(scene.standing().closed_on, None);
}

#[test]
fn who_closes_depends_on_where_it_came_from() {
    for (slug, cells, officer_closes, inspector_closes) in [
        ("kaizhou", finding(), true, true),
        ("kaizhou", Vec::new(), true, false),
        ("honghe", finding(), false, true),
        ("longting", finding(), true, false),
    ] {
        for (as_officer, closes) in [(true, officer_closes), (false, inspector_closes)] {
            let mut scene = Scene::new(slug, "2022-11-20", "", &cells);
            for (table, act) in [
                (Table::IssueSteps, "listed"),
                (Table::IssueRulings, "assigned"),
                (Table::IssueSteps, "handling"),
                (Table::IssueSteps, "reported_done"),
            ] {
                let set = [
                    (Column::Issue, scene.issue.to_string().into()),
                    (Column::Act, act.into()),
                ];
                scene.county.put(of(scene.project), table, &set);
            }
            let (officer, inspector) = (scene.county.officer(), scene.county.inspector());
            let actor = if as_officer { officer } else { inspector };
            let closed = scene.rule(&actor, "closed", &[]);
            assert_eq!(closed.is_ok(), closes, "{slug} {:?} {cells:?}", actor.role);
        }
    }
}

#[test]
fn nobody_closes_his_own_issue() {
    let mut scene = Scene::new("kaizhou", "2022-11-20", "", &[]);
    let officer = scene.county.officer();
    let own = officer.unit.to_string();
    let given = [(Column::Org, own.as_str()), (Column::Person, "Li")];
    scene.rule(&officer, "assigned", &given).unwrap();
    assert_eq!(
        stopped(scene.rule(&officer, "closed", &[])).0,
        "actor_is_not"
    );
}

#[test]
fn honghe_hands_over_with_a_limit_and_a_responsible_unit() {
    let mut scene = Scene::new("honghe", "2022-11-20", "major", &[]);
    let (clerk, leader) = (scene.clerk(), scene.county.leader());
    assert_eq!(
        stopped(scene.rule(&leader, "assigned", &[])),
        is("filled", "HH-3.3.3")
    );
    let given = [
        (Column::Org, "Town"),
        (Column::Person, "Wang"),
        (Column::Deadline, "2022-12-01"),
    ];
    assert_eq!(
        scene.rule(&clerk, "assigned", &given).unwrap_err().why,
        Why::HubOnly
    );
    scene.rule(&leader, "assigned", &given).unwrap();
    let standing = scene.standing();
    assert_eq!(
        (standing.unit.as_str(), standing.person.as_str()),
        ("Town", "Wang")
    );
    // The way of this county has no list: the state is not one of its own.
    assert_eq!(
        scene.step(&clerk, "listed", &[]).unwrap_err().why,
        Why::NotInProfile
    );
    let other = scene.county.unit("Elsewhere", "county_node");
    scene
        .county
        .set(scene.project, Field::TerritorialOrg, other.to_string());
    let other = scene.county.clerk(other);
    assert_eq!(
        stopped(scene.step(&other, "reported_done", &[])).0,
        "actor_is"
    );
    scene.step(&clerk, "reported_done", &[]).unwrap();
}

#[test]
fn after_a_merge_what_came_too_late_stays_without_effect() {
    let mut scene = Scene::new("kaizhou", "2022-11-20", "", &[]);
    let officer = scene.county.officer();
    scene.rule(&officer, "closed", &[]).unwrap();
    // Written on a node that had not heard of the closing.
    let set = [
        (Column::Issue, scene.issue.to_string().into()),
        (Column::Act, "escalated".into()),
        (Column::Level, "L2".into()),
    ];
    let late = scene.county.put(of(scene.project), Table::IssueSteps, &set);
    let standing = scene.standing();
    assert_eq!((standing.state, standing.level.as_str()), ("closed", "L1"));
    assert_eq!(standing.void, [(late, "domain 7.2".to_owned())]);
    let acts = super::latest_acts(scene.county.view(scene.project));
    assert_eq!(acts.values().copied().collect::<Vec<_>>(), ["closed"]);
    // A step that says it came before the closing does take effect, whatever the clocks said.
    let mut scene = Scene::new("kaizhou", "2022-11-20", "", &[]);
    let closing = scene.county.row_id();
    let up = scene
        .county
        .put(of(scene.project), Table::IssueSteps, &set_of(scene.issue));
    let ends = [
        (Column::Issue, scene.issue.to_string().into()),
        (Column::Act, "closed".into()),
        (Column::Follows, up.to_string().into()),
    ];
    let officer = scene.county.officer();
    scene
        .county
        .record_as(
            &officer,
            of(scene.project),
            Table::IssueRulings,
            closing,
            &ends,
        )
        .unwrap();
    assert!(closing < up);
    let standing = scene.standing();
    assert_eq!((standing.level.as_str(), standing.void.len()), ("L2", 0));
}

fn set_of(issue: RowId) -> Vec<(Column, Value)> {
    vec![
        (Column::Issue, issue.to_string().into()),
        (Column::Act, "escalated".into()),
        (Column::Level, "L2".into()),
    ]
}

#[test]
fn the_time_from_decision_to_feedback_is_counted_and_judged_only_where_hours_are_set() {
    let mut scene = Scene::new("kundulun", "2017-03-06 09:00:00", "baolian", &[]);
    let (clerk, officer) = (scene.clerk(), scene.county.officer());
    assert_eq!(scene.standing().feedback_ms, None);
    let given = [
        (Column::Org, "Town"),
        (Column::Person, "Wang"),
        (Column::Deadline, "2017-03-20"),
    ];
    let cells: Vec<(Column, Value)> = vec![(Column::IssueKind, "land".into())];
    scene
        .county
        .record_as(
            &clerk,
            of(scene.project),
            Table::Issues,
            scene.issue,
            &cells,
        )
        .unwrap();
    scene.rule(&officer, "assigned", &given).unwrap();
    scene.county.on("2017-03-06 15:00:00");
    assert_eq!(scene.standing().feedback_ms, Some(6 * 3_600_000));
    scene.step(&clerk, "reported_done", &[]).unwrap();
    scene.county.on("2017-03-09 15:00:00");
    let standing = scene.standing();
    assert_eq!(standing.feedback_ms, Some(6 * 3_600_000));
    assert_eq!(standing.feedback_late, None);
}

#[test]
fn an_issue_of_no_project_stands_in_its_units_papers() {
    let mut county = County::new("kaizhou", "2022-11-20");
    let town = county.unit("Town", "township");
    let (clerk, officer) = (county.clerk(town), county.officer());
    let set = [(Column::Description, "no staff".into())];
    let issue = county
        .record(&clerk, by(town), Table::UnitIssues, &set)
        .unwrap();
    let (steps, rulings) = (Table::UnitIssueSteps, Table::UnitIssueRulings);
    let up = [(Column::Level, "L2"), (Column::Addressee, "leader")];
    let refused = take(
        &mut county,
        &clerk,
        by(town),
        steps,
        issue,
        "escalated",
        &up,
    );
    assert_eq!(stopped(refused).0, "step_exists");
    take(
        &mut county,
        &clerk,
        by(town),
        steps,
        issue,
        "coordinated",
        UNSOLVED,
    )
    .unwrap();
    take(
        &mut county,
        &clerk,
        by(town),
        steps,
        issue,
        "escalated",
        &up,
    )
    .unwrap();
    let own = take(&mut county, &clerk, by(town), steps, issue, "closed", &[]);
    assert_eq!(own.unwrap_err().why, Why::HubOnly);
    take(
        &mut county,
        &officer,
        by(town),
        rulings,
        issue,
        "closed",
        &[],
    )
    .unwrap();
    let world = county.world();
    let all = Case::of_unit(&world, town);
    assert_eq!(standing(&all[0], county.now).state, "closed");
}

#[test]
fn an_issue_may_concern_several_projects() {
    let mut scene = Scene::new("kaizhou", "2022-11-20", "", &[]);
    let other = scene.county.project(scene.town);
    let clerk = scene.clerk();
    let at = of(scene.project);
    let wrong = [(Column::Concerns, "the bridge".into())];
    let refused = scene
        .county
        .record_as(&clerk, at, Table::Issues, scene.issue, &wrong);
    assert_eq!(refused.unwrap_err().why, Why::NotFound);
    let right = [(Column::Concerns, other.to_string().into())];
    scene
        .county
        .record_as(&clerk, at, Table::Issues, scene.issue, &right)
        .unwrap();
    let world = scene.county.world();
    let case = Case::of_project(&world, scene.project);
    assert_eq!(case[0].concerns(), [other]);
}
