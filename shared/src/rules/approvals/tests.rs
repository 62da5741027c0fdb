#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::command::{Actor, Why};
use crate::ids::{ProjectId, RowId, UnitId};
use crate::testing::{County, of};

/// A county with a project of one unit and an approval of another that departs from it.
struct Scene {
    county: County,
    bureau: UnitId,
    town: UnitId,
    project: ProjectId,
    item: RowId,
}

impl Scene {
    fn new(slug: &str, day: &str) -> Self {
        let mut county = County::new(slug, day);
        let town = county.unit("Town", "township");
        let bureau = county.unit("Bureau", "department");
        let project = county.project(town);
        let set = [
            (Column::ApprovalItem, "land".into()),
            (Column::Org, bureau.to_string().into()),
        ];
        let officer = county.officer();
        let item = county
            .record(&officer, of(project), Table::Approvals, &set)
            .unwrap();
        Self {
            county,
            bureau,
            town,
            project,
            item,
        }
    }

    fn step(
        &mut self,
        actor: &Actor,
        act: &str,
        more: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        self.step_on(self.item, actor, act, more)
    }

    fn step_on(
        &mut self,
        item: RowId,
        actor: &Actor,
        act: &str,
        more: &[(Column, &str)],
    ) -> Result<RowId, Refusal> {
        let mut set = vec![
            (Column::Approval, Value::from(item.to_string())),
            (Column::ApprovalAct, Value::from(act)),
        ];
        set.extend(
            more.iter()
                .map(|(column, text)| (*column, Value::from(*text))),
        );
        self.county
            .record(actor, of(self.project), Table::ApprovalSteps, &set)
    }

    fn people(&self) -> (Actor, Actor) {
        (self.county.clerk(self.town), self.county.clerk(self.bureau))
    }

    fn approval(&self) -> Approval<'_> {
        approvals(self.county.view(self.project))
            .into_iter()
            .next()
            .unwrap()
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The guard and the clause a refusal names.
#[track_caller]
fn stopped(result: Result<RowId, Refusal>) -> (String, String) {
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

const TOLD: &[(Column, &str)] = &[(Column::Papers, "a\nb\nc"), (Column::Due, "2024-09-20")];

#[test]
fn wushan_says_once_what_is_missing_and_by_when() {
    let mut scene = Scene::new("wushan", "2024-09-12");
    let (clerk, bureau) = scene.people();
    scene.step(&clerk, "apply", &[]).unwrap();
    let bare = scene
        .step(&bureau, "notice", &[(Column::Papers, "a")])
        .unwrap_err();
    assert_eq!((bare.why, bare.missing.len()), (Why::Missing, 1));
    scene.step(&bureau, "notice", TOLD).unwrap();
    assert_eq!(scene.approval().status, ApprovalStatus::Noticed);
    assert_eq!(
        stopped(scene.step(&bureau, "notice", TOLD)),
        is("exception_reason", "WS-5")
    );
    let with_reason = [TOLD, &[(Column::Reason, "asked for since this week")]].concat();
    scene.step(&bureau, "notice", &with_reason).unwrap();
    // A new application may be told once again; where the county has no such rule, as often as need be.
    scene.step(&clerk, "supplement", &[]).unwrap();
    scene.step(&bureau, "accept", &[]).unwrap();
    scene
        .step(&bureau, "technical", &[(Column::Person, "An")])
        .unwrap();
    scene
        .step(&bureau, "refuse", &[(Column::Person, "Bo")])
        .unwrap();
    scene.step(&clerk, "apply", &[]).unwrap();
    scene.step(&bureau, "notice", TOLD).unwrap();
    let mut scene = Scene::new("longting", "2022-09-12");
    let (clerk, bureau) = scene.people();
    scene.step(&clerk, "apply", &[]).unwrap();
    scene.step(&bureau, "notice", &[]).unwrap();
    scene.step(&bureau, "notice", &[]).unwrap();
}

#[test]
fn missing_papers_are_tolerated_against_a_commitment_and_rectified_from_the_day_after() {
    let mut scene = Scene::new("wushan", "2024-09-12");
    let (clerk, bureau) = scene.people();
    let officer = scene.county.officer();
    scene.step(&clerk, "apply", &[]).unwrap();
    for half in [
        &[][..],
        &[(Column::Papers, "title")],
        &[(Column::Due, "2024-10-10")],
    ] {
        assert_eq!(
            stopped(scene.step(&bureau, "accept_tolerated", half)),
            is("commitment", "WS-5")
        );
    }
    let promise = [(Column::Papers, "title"), (Column::Due, "2024-10-10")];
    scene.step(&bureau, "accept_tolerated", &promise).unwrap();
    assert!(!scene.approval().needs_rectification(day("2024-10-10")));
    assert!(scene.approval().needs_rectification(day("2024-10-11")));
    // Not kept is the hub's to say, and only once it is so.
    scene.county.on("2024-10-10 23:59:59");
    assert!(matches!(
        scene.step(&officer, "promise_broken", &[]).unwrap_err().why,
        Why::WrongState { .. }
    ));
    scene.county.on("2024-10-11 00:00:00");
    assert_eq!(
        stopped(scene.step(&bureau, "promise_broken", &[])).0,
        "actor_is"
    );
    scene.step(&officer, "promise_broken", &[]).unwrap();
    assert!(scene.approval().promise.unwrap().broken);
    scene.step(&bureau, "promise_kept", &[]).unwrap();
    assert!(!scene.approval().needs_rectification(day("2024-12-31")));
}

#[test]
fn a_county_without_tolerance_takes_no_commitment() {
    let mut scene = Scene::new("kaizhou", "2022-11-20");
    let (clerk, bureau) = scene.people();
    scene.step(&clerk, "apply", &[]).unwrap();
    let promise = [(Column::Papers, "title"), (Column::Due, "2022-12-10")];
    let refused = scene
        .step(&bureau, "accept_tolerated", &promise)
        .unwrap_err();
    assert_eq!(refused.why, Why::NotInProfile);
    scene.county.profile.approvals.tolerance = true;
    scene.step(&bureau, "accept_tolerated", &promise).unwrap();
}

#[test]
fn wushan_keeps_the_opinion_and_the_decision_apart() {
    let mut scene = Scene::new("wushan", "2024-09-12");
    let (clerk, bureau) = scene.people();
    scene.step(&clerk, "apply", &[]).unwrap();
    scene.step(&bureau, "accept", &[]).unwrap();
    assert_eq!(
        stopped(scene.step(&bureau, "approve", &[])).0,
        "technical_opinion"
    );
    scene
        .step(&bureau, "technical", &[(Column::Person, "An")])
        .unwrap();
    let same = [(Column::Person, "An")];
    assert_eq!(
        stopped(scene.step(&bureau, "approve", &same)).0,
        "two_actors"
    );
    scene
        .step(&bureau, "approve", &[(Column::Person, "Bo")])
        .unwrap();
    assert_eq!(scene.approval().status, ApprovalStatus::Approved);
    // Unnamed, the account counts.
    let mut scene = Scene::new("wushan", "2024-09-12");
    let (clerk, bureau) = scene.people();
    scene.step(&clerk, "apply", &[]).unwrap();
    scene.step(&bureau, "accept", &[]).unwrap();
    scene.step(&bureau, "technical", &[]).unwrap();
    assert_eq!(stopped(scene.step(&bureau, "approve", &[])).0, "two_actors");
    let head = scene.county.head(scene.bureau);
    scene.step(&head, "approve", &[]).unwrap();
}

#[test]
fn items_run_side_by_side() {
    let mut scene = Scene::new("wushan", "2024-09-12");
    let (clerk, bureau) = scene.people();
    let set = [
        (Column::ApprovalItem, "eia".into()),
        (Column::Org, scene.bureau.to_string().into()),
        (Column::Joint, "evaluation".into()),
    ];
    let at = of(scene.project);
    let eia = scene
        .county
        .record(&clerk, at, Table::Approvals, &set)
        .unwrap();
    let again = scene
        .county
        .record(&clerk, at, Table::Approvals, &set)
        .unwrap_err();
    assert_eq!(again.why, Why::OnlyOne);
    // The land item has no opinion yet; the other does not wait for it.
    scene.step(&clerk, "apply", &[]).unwrap();
    scene.step_on(eia, &clerk, "apply", &[]).unwrap();
    scene.step_on(eia, &bureau, "accept", &[]).unwrap();
    scene
        .step_on(eia, &bureau, "technical", &[(Column::Person, "An")])
        .unwrap();
    scene
        .step_on(eia, &bureau, "approve", &[(Column::Person, "Bo")])
        .unwrap();
    let wrong = [
        (Column::ApprovalItem, "spatial".into()),
        (Column::Joint, "no_such".into()),
    ];
    let refused = scene
        .county
        .record(&clerk, at, Table::Approvals, &wrong)
        .unwrap_err();
    assert_eq!(refused.why, Why::NotInProfile);
}

#[test]
fn the_owners_side_applies_and_the_department_decides() {
    let mut scene = Scene::new("kaizhou", "2022-11-20");
    let (clerk, bureau) = scene.people();
    let officer = scene.county.officer();
    assert!(matches!(
        scene.step(&officer, "approve", &[]).unwrap_err().why,
        Why::WrongState { state } if state == "准备"
    ));
    assert_eq!(stopped(scene.step(&bureau, "apply", &[])).0, "actor_is");
    scene.step(&clerk, "apply", &[]).unwrap();
    for act in ["accept", "notice", "refuse"] {
        assert_eq!(stopped(scene.step(&clerk, act, &[])).0, "actor_is", "{act}");
    }
    scene.step(&officer, "accept", &[]).unwrap();
    scene.step(&bureau, "approve", &[]).unwrap();
    assert!(scene.step(&officer, "accept", &[]).is_err());
    let strange = scene.county.unit("Elsewhere", "township");
    let strange = scene.county.clerk(strange);
    assert_eq!(
        scene.step(&strange, "note", &[]).unwrap_err().why,
        Why::NotYourUnit
    );
    assert_eq!(
        approved(
            &scene.county.profile,
            scene.county.view(scene.project),
            "land"
        ),
        Ok(())
    );
}

#[test]
fn what_does_not_apply_says_why_and_days_are_counted_without_a_verdict() {
    let mut scene = Scene::new("honghe", "2022-11-20");
    let (clerk, bureau) = scene.people();
    scene
        .step(&clerk, "apply", &[(Column::Date, "2022-11-01")])
        .unwrap();
    assert_eq!(scene.approval().days_used(day("2022-11-20")), Some(19));
    assert_eq!(scene.approval().limit_days(&scene.county.profile), None);
    assert!(
        !scene
            .approval()
            .is_over_limit(&scene.county.profile, day("2023-11-20"))
    );
    scene.county.profile.approvals.limit_days = Some(19);
    assert!(
        !scene
            .approval()
            .is_over_limit(&scene.county.profile, day("2022-11-20"))
    );
    assert!(
        scene
            .approval()
            .is_over_limit(&scene.county.profile, day("2022-11-21"))
    );
    let bare = scene.step(&bureau, "not_applicable", &[]).unwrap_err();
    assert_eq!(bare.why, Why::ReasonMissing);
    scene
        .step(&bureau, "not_applicable", &[(Column::Reason, "no land")])
        .unwrap();
    assert_eq!(scene.approval().days_used(day("2023-11-20")), Some(19));
}

#[test]
fn honghe_sets_the_one_officer_on_every_item() {
    for (slug, expected) in [("honghe", "Li"), ("kaizhou", "")] {
        let mut scene = Scene::new(slug, "2022-11-20");
        scene
            .county
            .set(scene.project, Field::OneToOneOfficer, "Li");
        let (clerk, _) = scene.people();
        let set = [(Column::ApprovalItem, "funds".into())];
        let at = of(scene.project);
        let item = scene
            .county
            .record(&clerk, at, Table::Approvals, &set)
            .unwrap();
        let view = scene.county.view(scene.project);
        let row = view.row(Table::Approvals, item).unwrap();
        assert_eq!(row.text(Column::Person), expected);
    }
}

#[test]
fn longting_follows_up_what_is_decided_above() {
    let mut scene = Scene::new("longting", "2022-11-20");
    let (clerk, bureau) = scene.people();
    let set = [
        (Column::ApprovalItem, "ecology".into()),
        (Column::Org, scene.bureau.to_string().into()),
        (Column::Level, "city".into()),
    ];
    let at = of(scene.project);
    let above = scene
        .county
        .record(&clerk, at, Table::Approvals, &set)
        .unwrap();
    let lacks = |scene: &Scene| {
        let all = approvals(scene.county.view(scene.project));
        let lacking = all
            .iter()
            .filter(|item| item.lacks_followup(&scene.county.profile));
        lacking
            .map(|item| item.item().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(lacks(&scene), ["ecology"]);
    scene
        .step_on(
            above,
            &bureau,
            "upward",
            &[(Column::Text, "asked the city")],
        )
        .unwrap();
    assert!(lacks(&scene).is_empty());
    let mut scene = Scene::new("kaizhou", "2022-11-20");
    let (_, bureau) = scene.people();
    assert_eq!(
        scene.step(&bureau, "upward", &[]).unwrap_err().why,
        Why::NotInProfile
    );
}

/// Puts an approval there with its last step, unjudged.
fn put(county: &mut County, project: ProjectId, item: &str, acts: &[&str]) {
    let row = county.put(
        of(project),
        Table::Approvals,
        &[(Column::ApprovalItem, item.into())],
    );
    for act in acts {
        let set = [
            (Column::Approval, row.to_string().into()),
            (Column::ApprovalAct, (*act).into()),
        ];
        county.put(of(project), Table::ApprovalSteps, &set);
    }
}

#[test]
fn every_item_is_approved_tolerated_or_does_not_apply_before_the_works() {
    let mut county = County::new("wushan", "2024-09-12");
    let town = county.unit("Town", "township");
    let project = county.project(town);
    let kinds: Vec<String> = county
        .profile
        .approvals
        .items
        .iter()
        .map(|kind| kind.id.clone())
        .collect();
    let open = |county: &County| {
        let result = approvals_done_or_tolerated(&county.profile, county.view(project));
        result.map_or_else(|lack| lack.lacks.len(), |()| 0)
    };
    assert_eq!(open(&county), kinds.len());
    for (at, kind) in kinds.iter().enumerate() {
        let acts: &[&str] = match at {
            0 => &["apply", "accept_tolerated"],
            1 => &["not_applicable"],
            2 => &["apply", "accept_tolerated", "technical"],
            _ => &["apply", "accept", "technical", "approve"],
        };
        put(&mut county, project, kind, acts);
        assert_eq!(open(&county), kinds.len() - at - 1, "{kind}");
    }
    put(&mut county, project, "a paper nobody listed", &["apply"]);
    assert_eq!(open(&county), 1);
    put(
        &mut county,
        project,
        "another",
        &["apply", "accept_tolerated", "promise_broken"],
    );
    assert_eq!(open(&county), 2);
    put(
        &mut county,
        project,
        "a third",
        &["apply", "accept", "refuse"],
    );
    assert_eq!(open(&county), 3);
}

#[test]
fn honghe_opens_four_topics_before_permitting_and_concludes_them_before_the_works() {
    let mut county = County::new("honghe", "2022-11-20");
    let town = county.unit("Town", "county_node");
    let project = county.project(town);
    let topics = ["ecology", "saving", "safety", "legality"];
    let asks = |county: &County, concluded| {
        four_topic_review(&county.profile, county.view(project), &topics, concluded)
    };
    for topic in topics.iter().take(3) {
        put(&mut county, project, topic, &["apply", "accept", "approve"]);
    }
    assert_eq!(asks(&county, false).unwrap_err().lacks, ["合法合规"]);
    put(&mut county, project, "legality", &["apply"]);
    assert_eq!(asks(&county, false), Ok(()));
    assert_eq!(asks(&county, true).unwrap_err().lacks, ["合法合规"]);
    put(
        &mut county,
        project,
        "legality",
        &["apply", "accept", "refuse"],
    );
    assert!(asks(&county, true).is_err());
    put(
        &mut county,
        project,
        "legality",
        &["apply", "accept", "approve"],
    );
    assert_eq!(asks(&county, true), Ok(()));
}
