//! What is owed for a project is what its gaps, open duties and gates say: one rule, asked of the view and of the brief.

use super::*;
use crate::rules::{Look, gates, responsibility, stage, void};

fn world(county: &County) -> World<'_> {
    World {
        profile: &county.profile,
        directory: &county.directory,
        projects: &county.projects,
        units: &county.units,
        county: &county.county,
        hub: &county.hub,
        rolls: None,
    }
}

/// The slots a project is short of: as its gaps, and as what is owed.
fn short(county: &County, project: ProjectId, on: &str) -> [BTreeSet<String>; 2] {
    let world = world(county);
    let look = Look::new(&world, moment(on));
    let gaps = responsibility::gaps(&look, &county.projects[&project]);
    let few = gaps.iter().filter(|gap| {
        let min = usize::try_from(gap.slot.min).unwrap();
        gap.count < min || !gap.empty.is_empty()
    });
    let mut owed = county.owed(Whose::Project(project), on, on);
    owed.retain(|one| matches!(one.kind, ObligationKind::Slot | ObligationKind::Roster));
    [
        few.map(|gap| gap.slot.id.clone()).collect(),
        owed.into_iter().map(|one| one.rule).collect(),
    ]
}

/// The duties that are open: as the project's own, and as what is owed, each with whether it is late.
fn duties(county: &County, project: ProjectId, on: &str) -> [BTreeSet<(String, bool)>; 2] {
    let world = world(county);
    let look = Look::new(&world, moment(on));
    let open = gates::open_duties(&look, &county.projects[&project]);
    let mut owed = county.owed(Whose::Project(project), on, on);
    owed.retain(|one| one.kind == ObligationKind::Duty);
    let late = |one: &Obligation| (one.rule.clone(), one.standing == Standing::Overdue);
    [
        open.iter()
            .map(|open| (open.duty.guard.clone(), open.overdue))
            .collect(),
        owed.iter().map(late).collect(),
    ]
}

#[test]
fn gaps_and_duties_are_what_is_owed_in_every_county() {
    let mut seen = 0;
    for slug in Profile::slugs() {
        let mut county = County::of(slug);
        let all: Vec<_> = county.profile.programmes.iter().collect();
        let all: Vec<_> = all.iter().map(|one| one.id.as_str()).collect();
        let all = all.join(",");
        for (number, stage, programmes) in [
            (1, "idea", ""),
            (2, "reserve", all.as_str()),
            (3, "listed", all.as_str()),
            (4, "construction", all.as_str()),
            (5, "construction", ""),
        ] {
            let fields = [
                ("stage", stage),
                ("programmes", programmes),
                ("investment_kind", "government"),
                ("lead_unit", "A"),
            ];
            let fields: Vec<_> = fields
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .collect();
            let project = county.project(number, &fields);
            let signing = [(Column::Enterprise, "an enterprise".into())];
            county.row(
                In::Project(project),
                Table::Signings,
                "2024-01-10",
                &signing,
            );
            let regime = [
                (Column::Regime, "tender".into()),
                (Column::Kept, true.into()),
            ];
            county.row(In::Project(project), Table::Regimes, "2024-01-10", &regime);
            let opened = [(Column::ApprovalItem, "land".into())];
            county.row(
                In::Project(project),
                Table::Approvals,
                "2024-01-10",
                &opened,
            );
            let [gaps, owed] = short(&county, project, "2024-11-20");
            assert_eq!(gaps, owed, "{slug} {number}");
            seen += owed.len();
            let [open, owed] = duties(&county, project, "2024-11-20");
            assert_eq!(open, owed, "{slug} {number}");
            seen += owed.len();
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn a_leader_counts_from_his_first_day_to_his_last_for_gates_and_desks() {
    let mut county = County::of("wushan");
    let project = county.project(1, &[("stage", "listed"), ("lead_unit", "A")]);
    let term = [
        (Column::Person, "Li".into()),
        (Column::From, "2024-12-01".into()),
        (Column::To, "2025-03-31".into()),
    ];
    county.row(
        In::Project(project),
        Table::LeadLeaders,
        "2024-11-10",
        &term,
    );
    for (on, lacks) in [
        ("2024-11-30", true),
        ("2024-12-01", false),
        ("2025-03-31", false),
        ("2025-04-01", true),
    ] {
        let [gaps, owed] = short(&county, project, on);
        assert_eq!(gaps, owed, "{on}");
        assert_eq!(owed.contains("leader"), lacks, "{on}");
    }
}

#[test]
fn what_was_disagreed_or_failed_concludes_no_review() {
    let mut county = County::of("wushan");
    let project = county.project(1, &[("stage", "reserve")]);
    let open = |county: &County| {
        let [open, owed] = duties(county, project, "2024-11-20");
        assert_eq!(open, owed);
        owed.iter().any(|(guard, _)| guard == "expert_review")
    };
    let held = |county: &mut County, outcome: &str, conclusion: &str| {
        let set = [
            (Column::ReviewKind, "expert_report".into()),
            (Column::ReviewOutcome, outcome.into()),
        ];
        let into = In::Project(project);
        let review = county.row(into, Table::ProjectReviews, "2024-10-10", &set);
        for content in ["maturity", "funding_match", "development_fit"] {
            let set = [
                (Column::Review, review.to_string().into()),
                (Column::Content, content.into()),
                (Column::Conclusion, conclusion.into()),
            ];
            county.row(into, Table::ReviewContents, "2024-10-10", &set);
        }
    };
    held(&mut county, "failed", "agree");
    assert!(open(&county));
    held(&mut county, "passed", "disagree");
    assert!(open(&county));
    held(&mut county, "passed", "agree");
    assert!(!open(&county));
}

#[test]
fn a_replacement_is_owed_for_what_left_the_reserve_and_until_one_is_named() {
    let mut county = County::of("kundulun");
    for (number, from, owes) in [
        (1, "reserve", true),
        (2, "listed", false),
        (3, "idea", false),
    ] {
        let project = county.project(number, &[("stage", "withdrawn")]);
        let left = [
            (Column::FromStage, from.into()),
            (Column::ToStage, "withdrawn".into()),
        ];
        county.row(
            In::Project(project),
            Table::Transitions,
            "2017-02-10",
            &left,
        );
        let is_owed = |county: &County| {
            let owed = county.owed(Whose::Project(project), "2017-03-10", "2017-03-10");
            let owed = owed
                .iter()
                .any(|one| one.kind == ObligationKind::Replacement);
            let view = &county.projects[&project];
            assert_eq!(
                owed,
                stage::owes_replacement(&county.profile, view),
                "{from}"
            );
            owed
        };
        assert_eq!(is_owed(&county), owes, "{from}");
        let named = [(Column::Reason, "none is ready".into())];
        county.row(
            In::Project(project),
            Table::Replacements,
            "2017-02-20",
            &named,
        );
        assert!(!is_owed(&county), "{from}");
    }
}

#[test]
fn a_project_that_names_no_programme_is_managed_in_the_one_all_belong_to() {
    for (slug, programme, managed) in [
        ("kaizhou", "key", true),
        ("longting", "key", true),
        ("longting", "major", false),
        // Two programmes hold everything, so the hub says in which one it is.
        ("kundulun", "key", false),
        ("honghe", "major", false),
    ] {
        let mut county = County::of(slug);
        let project = county.project(1, &[("stage", "construction")]);
        let world = world(&county);
        let look = Look::new(&world, moment("2023-11-20"));
        let of_view = gates::managed(&look, &county.projects[&project]).contains(&programme);
        let ground = Ground::of(&world);
        let on = ground.memberships(moment("2023-11-20"));
        let of_brief = ground.in_programme(&ground.briefs[0], programme, &on);
        assert_eq!([of_view, of_brief], [managed; 2], "{slug} {programme}");
    }
}

#[test]
fn what_a_merge_left_without_effect_is_a_task_of_both_sides() {
    for slug in Profile::slugs() {
        let mut county = County::of(slug);
        let project = county.project(1, &[("stage", "construction")]);
        let into = In::Project(project);
        let day = "2024-02-10";
        let text = [(Column::Description, Value::from("no land"))];
        let issue = county.row(into, Table::Issues, day, &text);
        let act = |act: &str, issue: RowId| {
            [
                (Column::Issue, Value::from(issue.to_string())),
                (Column::Act, act.into()),
            ]
        };
        let acts: Vec<_> = county
            .profile
            .issue
            .workflow
            .iter()
            .map(|one| one.id.clone())
            .collect();
        for (number, id) in acts.iter().enumerate() {
            let ruling = !matches!(
                id.as_str(),
                "found" | "listed" | "handling" | "reported_done"
            );
            let back = matches!(id.as_str(), "returned" | "reopened" | "assessed");
            let table = if ruling {
                Table::IssueRulings
            } else {
                Table::IssueSteps
            };
            if !back && (number > 0 || id != "found") {
                county.row(into, table, day, &act(id, issue));
            }
        }
        // Written by somebody who did not know that it was closed.
        county.row(into, Table::IssueSteps, day, &act("coordinated", issue));
        let item = [(Column::ApprovalItem, Value::from("land"))];
        for _ in 0..2 {
            county.row(into, Table::Approvals, day, &item);
        }
        let of_unit = county.row(In::Unit, Table::UnitIssues, day, &text);
        county.row(
            In::Unit,
            Table::UnitIssueRulings,
            day,
            &act("closed", of_unit),
        );
        county.row(
            In::Unit,
            Table::UnitIssueSteps,
            day,
            &act("handling", of_unit),
        );
        let world = world(&county);
        let now = moment("2024-02-20");
        let mut rows = void::of_project(&world, &county.projects[&project], now);
        assert!(rows.len() >= 2, "{slug} {rows:?}");
        rows.extend(void::of_unit(&world, town(), now));
        let said = |whose: Whose| -> BTreeMap<RowId, String> {
            let owed = county.owed(whose, "2024-02-20", "2024-02-20").into_iter();
            let void = owed.filter(|one| one.kind == ObligationKind::Void);
            void.map(|one| (one.row.unwrap(), one.clause)).collect()
        };
        assert_eq!(said(Whose::Unit(town())), rows, "{slug}");
        assert_eq!(said(Whose::Hub), rows, "{slug}");
    }
}
