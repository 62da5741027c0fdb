//! Every obligation names what it rests on; issues of no project, what comes after an inspection, and which version of the rules judges.

use super::*;
use crate::profile::{ProfileHistory, Recur, Version};

/// A project with everything people can set a day for, an issue of the unit, an inspection of every kind.
pub(super) fn busy(slug: &str) -> (County, ProjectId) {
    let mut county = County::of(slug);
    let all = county.profile.programmes.iter();
    let all: Vec<_> = all.map(|one| one.id.clone()).collect();
    let fields = [
        ("programmes", all.join(",")),
        ("stage", "construction".to_owned()),
        ("owner_kind", "soe".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(path, value)| (*path, value.as_str()))
        .collect();
    let project = county.project(1, &fields);
    let (into, day) = (In::Project(project), "2024-11-10");
    let due = (Column::Due, Value::from("2024-12-10"));
    let limit = (Column::Deadline, Value::from("2024-12-10"));
    let text = (Column::Description, Value::from("no land"));
    county.row(into, Table::Issues, day, &[text.clone(), limit.clone()]);
    let found = [
        text.clone(),
        limit.clone(),
        (Column::IssueSource, "inspection".into()),
    ];
    county.row(into, Table::Issues, day, &found);
    county.row(In::Unit, Table::UnitIssues, day, &[text, limit]);
    let task = [(Column::Task, "piles".into()), due.clone()];
    county.row(into, Table::Countdown, day, &task);
    let item = county.profile.approvals.items.first();
    let item = item.map_or_else(|| "feasibility".to_owned(), |item| item.id.clone());
    let approval = county.row(
        into,
        Table::Approvals,
        day,
        &[(Column::ApprovalItem, item.into())],
    );
    let promise = [
        (Column::Approval, approval.to_string().into()),
        (Column::ApprovalAct, "accept_tolerated".into()),
        due,
    ];
    county.row(into, Table::ApprovalSteps, day, &promise);
    let kinds: Vec<_> = county
        .profile
        .inspections
        .iter()
        .map(|one| one.id.clone())
        .collect();
    for kind in kinds {
        let set = [
            (Column::InspectionKind, kind.into()),
            (Column::Date, day.into()),
        ];
        county.row(In::Hub, Table::Inspections, day, &set);
    }
    (county, project)
}

#[test]
fn nothing_is_owed_without_a_clause() {
    for slug in Profile::slugs() {
        let (county, _) = busy(slug);
        let asked = Asked {
            whose: Whose::All,
            from: day("2024-01-01"),
            to: day("2024-12-31"),
            now: moment("2024-12-31"),
        };
        let owed = county.answer(&asked);
        let mut kinds = BTreeSet::new();
        for one in &owed {
            assert!(!one.clause.is_empty(), "{slug} {one:?}");
            kinds.insert(one.kind);
        }
        use ObligationKind::{Commitment, Issue, Task};
        let dated = [Commitment, Issue, Task];
        assert!(
            dated.iter().all(|kind| kinds.contains(kind)),
            "{slug} {kinds:?}"
        );
    }
}

#[test]
fn what_people_set_a_day_for_names_the_clause_it_comes_from() {
    use ObligationKind::{Commitment, Issue, Task};
    for (slug, kind, clauses) in [
        ("kaizhou", Issue, &["KZ-2.7.1", "KZ-2.9.5"][..]),
        ("kaizhou", Task, &["KZ-2.4.3"]),
        ("wushan", Issue, &["WS-13.3"]),
        ("wushan", Commitment, &["WS-5"]),
        ("kundulun", Issue, &["KB-10"]),
        ("longting", Issue, &["LT-16.1"]),
        ("honghe", Issue, &["HH-3.3.3", "HH-3.5.3"]),
    ] {
        let (county, project) = busy(slug);
        let owed = county.owed(Whose::Project(project), "2024-12-10", "2024-12-10");
        let owed = owed.iter().filter(|one| one.kind == kind);
        let found: BTreeSet<_> = owed.map(|one| one.clause.as_str()).collect();
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            clauses,
            "{slug} {kind:?}"
        );
    }
}

#[test]
fn an_issue_of_no_project_falls_due_for_its_unit_and_one_of_several_for_each() {
    let mut county = County::of("kaizhou");
    let first = county.project(1, &[("stage", "construction")]);
    let second = county.project(2, &[("stage", "construction")]);
    let third = county.project(3, &[("stage", "construction")]);
    let issue = |concerns: &str, limit: &str| {
        [
            (Column::Description, Value::from("no land")),
            (Column::Deadline, limit.into()),
            (Column::Concerns, concerns.into()),
        ]
    };
    let of_unit = issue("", "2022-12-10");
    let row = county.row(In::Unit, Table::UnitIssues, "2022-11-20", &of_unit);
    let of_both = issue(&second.to_string(), "2022-12-12");
    county.row(In::Project(first), Table::Issues, "2022-11-20", &of_both);
    let owed = |county: &County, whose: Whose, now: &str| {
        let mut owed = county.owed(whose, &moment(now).date().to_string(), now);
        owed.retain(|one| one.kind == ObligationKind::Issue);
        owed
    };
    let unit = Whose::Unit(town());
    let now = "2022-12-10 23:59:59";
    let standing =
        |owed: &[Obligation]| -> Vec<_> { owed.iter().map(|one| one.standing).collect() };
    assert_eq!(
        standing(&owed(&county, unit.clone(), now)),
        [Standing::Open; 2]
    );
    let late = owed(&county, unit.clone(), "2022-12-11 00:00:00");
    assert_eq!(standing(&late), [Standing::Overdue, Standing::Open]);
    assert_eq!((late[0].row, late[0].project), (Some(row), None));
    for (project, count) in [(first, 1), (second, 1), (third, 0)] {
        assert_eq!(owed(&county, Whose::Project(project), now).len(), count);
    }
    let done = [
        (Column::Issue, row.to_string().into()),
        (Column::Act, "reported_done".into()),
    ];
    county.row(In::Unit, Table::UnitIssueSteps, "2022-12-11", &done);
    assert_eq!(owed(&county, unit, "2022-12-12").len(), 1);
}

#[test]
fn an_inspection_asks_for_its_circular_until_one_comes_out() {
    for (slug, table, column, source, publication) in [
        (
            "kaizhou",
            Table::Inspections,
            Column::InspectionKind,
            "I-KZ-1",
            "P-KZ-2",
        ),
        (
            "kundulun",
            Table::Inspections,
            Column::InspectionKind,
            "I-KP-2",
            "P-KD-5",
        ),
        (
            "honghe",
            Table::Meetings,
            Column::MeetingKind,
            "M-HH-6",
            "P-HH-5",
        ),
    ] {
        let mut county = County::of(slug);
        let open = |county: &County, on: &str| {
            let mut owed = county.owed(Whose::Hub, on, on);
            owed.retain(|one| one.rule == publication && one.period.is_empty());
            owed.iter()
                .map(|one| one.opens.unwrap().to_string())
                .collect::<Vec<_>>()
        };
        assert!(open(&county, "2024-05-20").is_empty(), "{slug}");
        for held in ["2024-04-10", "2024-05-10"] {
            let set = [(column, source.into()), (Column::Date, held.into())];
            county.row(In::Hub, table, held, &set);
        }
        assert_eq!(open(&county, "2024-05-09"), ["2024-04-10"], "{slug}");
        assert_eq!(open(&county, "2024-05-20"), ["2024-04-10", "2024-05-10"]);
        let out = [
            (Column::PublicationKind, publication.into()),
            (Column::Date, "2024-05-01".into()),
        ];
        county.row(In::County, Table::Publications, "2024-05-01", &out);
        assert_eq!(open(&county, "2024-05-20"), ["2024-05-10"], "{slug}");
        let out = [
            (Column::PublicationKind, publication.into()),
            (Column::Date, "2024-05-20".into()),
        ];
        county.row(In::County, Table::Publications, "2024-05-20", &out);
        assert!(open(&county, "2024-05-20").is_empty(), "{slug}");
    }
}

#[test]
fn a_quarter_is_judged_by_the_rules_in_force_at_its_end() {
    let first = Profile::built_in("kaizhou").unwrap();
    let mut changed = first.clone();
    for meeting in &mut changed.meetings {
        if meeting.id == "M-KZ-5" {
            meeting.recurrence = vec![Recur::Monthly(Vec::new())];
        }
    }
    let mut history = ProfileHistory::new(Arc::new(first.clone()));
    history.add(Version {
        id: None,
        begins: moment("2023-02-15 00:00:00"),
        profile: Arc::new(changed.clone()),
    });
    let now = moment("2023-05-10");
    let counted = |profile: Profile, from: &str, to: &str| {
        let mut county = County::of("kaizhou");
        county.profile = profile.clone();
        let asked = Asked {
            whose: Whose::All,
            from: day(from),
            to: day(to),
            now,
        };
        let mut owed = county.answer(&asked);
        owed.retain(|one| one.rule == "M-KZ-5");
        let counts = |one: &Obligation| **judged_by(&history, one, now) == profile;
        owed.retain(counts);
        owed.into_iter().map(|one| one.period).collect::<Vec<_>>()
    };
    // The last quarter of 2022 stays a quarter, though months are asked for now; what ended before the change is no month.
    let before = counted(first, "2022-10-01", "2023-04-30");
    assert_eq!(before, ["2022-Q3", "2022-Q4"]);
    let after = counted(changed, "2022-10-01", "2023-04-30");
    assert_eq!(after, ["2023-02", "2023-03", "2023-04"]);
}

#[test]
fn a_department_owes_its_decision_within_the_limit_and_nothing_where_none_is_set() {
    let mut county = County::of("honghe");
    let bureau = UnitId::from_bytes([5; 10]);
    county.unit(bureau, "a bureau", "department");
    let project = county.project(1, &[("stage", "permitting")]);
    let into = In::Project(project);
    let item = [
        (Column::ApprovalItem, Value::from("land")),
        (Column::Org, bureau.to_string().into()),
    ];
    let approval = county.row(into, Table::Approvals, "2023-03-01", &item);
    let step = |act: &str| {
        [
            (Column::Approval, Value::from(approval.to_string())),
            (Column::ApprovalAct, act.into()),
        ]
    };
    let owed = |county: &County, now: &str| {
        let mut owed = county.owed(Whose::Unit(bureau), &moment(now).date().to_string(), now);
        owed.retain(|one| one.kind == ObligationKind::Approval);
        owed.iter().map(|one| one.standing).collect::<Vec<_>>()
    };
    county.profile.approvals.limit_days = Some(10);
    assert_eq!(owed(&county, "2023-03-05"), []);
    county.row(into, Table::ApprovalSteps, "2023-03-01", &step("apply"));
    assert_eq!(owed(&county, "2023-03-11 23:59:59"), [Standing::Open]);
    assert_eq!(owed(&county, "2023-03-12 00:00:00"), [Standing::Overdue]);
    county.profile.approvals.limit_days = None;
    assert_eq!(owed(&county, "2023-03-12 00:00:00"), []);
    county.profile.approvals.limit_days = Some(10);
    county.row(into, Table::ApprovalSteps, "2023-03-12", &step("accept"));
    county.row(into, Table::ApprovalSteps, "2023-03-12", &step("approve"));
    assert_eq!(owed(&county, "2023-03-13"), []);
}
