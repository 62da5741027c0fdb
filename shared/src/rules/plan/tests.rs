#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::testing::{County, hub, of};

const YUAN: i64 = 100;

fn month(number: u8) -> Month {
    Month::new(2025, number).unwrap()
}

/// A project with a plan of the year, spread over the months with what is over in December.
fn county(slug: &str, year: i64, months: i64) -> (County, ProjectId) {
    let mut county = County::new(slug, "2024-12-20");
    let unit = county.unit("town", "township");
    let project = county.project(unit);
    county.set_year(project, 2025, Field::YearPlanFen, year * YUAN);
    let each = months * YUAN / 12;
    for number in 1..=12 {
        let rest = if number == 12 {
            months * YUAN - each * 12
        } else {
            0
        };
        set(
            &mut county,
            project,
            FieldPath::month(month(number), Field::MonthPlanFen),
            (each + rest).into(),
        );
        set(
            &mut county,
            project,
            FieldPath::month(month(number), Field::MonthSchedule),
            "foundations".into(),
        );
    }
    (county, project)
}

fn set(county: &mut County, project: ProjectId, path: FieldPath, value: Value) {
    let view = county.projects.get_mut(&project).unwrap();
    let contenders = Vec::new();
    view.cells
        .insert(path, crate::project::Cell { value, contenders });
}

fn step(
    county: &mut County,
    project: ProjectId,
    act: &str,
    reason: &str,
) -> Result<RowId, Refusal> {
    let unit = county.view(project).text(Field::HomeNode).parse().unwrap();
    let head = county.head(unit);
    let mut cells = vec![(Column::Year, "2025".into()), (Column::PlanAct, act.into())];
    if !reason.is_empty() {
        cells.push((Column::Reason, reason.into()));
    }
    county.record(&head, of(project), Table::PlanSteps, &cells)
}

fn edit(
    county: &mut County,
    project: ProjectId,
    set: &[(FieldPath, Value)],
) -> Result<(), Refusal> {
    let unit = county.view(project).text(Field::HomeNode).parse().unwrap();
    let clerk = county.clerk(unit);
    county.edit(&clerk, project, set).map(drop)
}

fn list(county: &mut County, project: ProjectId, list: &str, year: &str) {
    let edition = [
        (Column::List, list.into()),
        (Column::Year, year.into()),
        (Column::Count, Value::Int(1)),
    ];
    let edition = county.put(hub(), Table::ListEditions, &edition);
    let entry = [
        (Column::Edition, edition.to_string().into()),
        (Column::Project, project.to_string().into()),
        (Column::EntryState, "on_list".into()),
    ];
    county.put(hub(), Table::ListEntries, &entry);
}

fn found(county: &County, project: ProjectId) -> Vec<(&'static str, Mode)> {
    let rolls = Rolls::of(&county.profile, &county.county, county.now.date());
    let reading = Reading::of(county.view(project));
    let findings = findings(&county.profile, &rolls, &reading, 2025);
    findings
        .iter()
        .map(|found| (found.check, found.mode))
        .collect()
}

/// Domain.md 15, scenario 15.
#[test]
fn a_plan_whose_months_miss_the_year_by_half_a_million_is_not_made_final() {
    let (mut county, project) = county("wushan", 36_500_000, 36_000_000);
    assert_eq!(found(&county, project), [("month_plan_sum", Mode::Block)]);
    let refused = step(&mut county, project, "final", "").unwrap_err();
    assert_eq!(
        refused.why,
        Why::Differs {
            fen: 500_000 * YUAN
        }
    );
    assert_eq!(refused.rule.as_deref(), Some("WS-8"));
    let december = FieldPath::month(month(12), Field::MonthPlanFen);
    let more = county.view(project).value(&december).as_int().unwrap() + 500_000 * YUAN;
    edit(&mut county, project, &[(december.clone(), more.into())]).unwrap();
    step(&mut county, project, "final", "").unwrap();
    let plan = state(county.view(project), 2025);
    assert_eq!((plan.is_final, plan.revision), (true, 1));
    // What is final keeps adding up.
    let refused = edit(
        &mut county,
        project,
        &[(december.clone(), (more - 1).into())],
    )
    .unwrap_err();
    assert_eq!(refused.why, Why::Differs { fen: 1 });
    assert_eq!(refused.missing, std::slice::from_ref(&december));
    let january = FieldPath::month(month(1), Field::MonthPlanFen);
    let first = county.view(project).value(&january).as_int().unwrap();
    edit(
        &mut county,
        project,
        &[(december, (more - 1).into()), (january, (first + 1).into())],
    )
    .unwrap();
}

#[test]
fn a_month_or_its_works_left_out_are_named() {
    let (mut county, project) = county("wushan", 12, 12);
    let schedule = FieldPath::month(month(5), Field::MonthSchedule);
    set(&mut county, project, schedule.clone(), Value::Null);
    let refused = step(&mut county, project, "final", "").unwrap_err();
    assert_eq!(
        (refused.why, refused.missing),
        (Why::Missing, vec![schedule])
    );
    let plan = FieldPath::month(month(7), Field::MonthPlanFen);
    set(&mut county, project, plan.clone(), Value::Null);
    let refused = step(&mut county, project, "final", "").unwrap_err();
    assert_eq!((refused.why, refused.missing), (Why::Missing, vec![plan]));
}

/// Elsewhere the same difference only shows (2.I.1).
#[test]
fn a_county_that_asks_for_no_breakdown_is_warned() {
    let (mut county, project) = county("kaizhou", 36_500_000, 36_000_000);
    assert_eq!(found(&county, project), [("month_plan_sum", Mode::Warn)]);
    step(&mut county, project, "final", "").unwrap();
}

#[test]
fn an_issued_list_locks_the_plan_until_a_revision_is_opened_with_a_reason() {
    let (mut county, project) = county("kaizhou", 120, 120);
    list(&mut county, project, "kz.annual", "2025");
    let year = FieldPath::year(2025, Field::YearPlanFen);
    let change = [(year.clone(), Value::Int(240 * YUAN))];
    let refused = edit(&mut county, project, &change).unwrap_err();
    assert!(matches!(&refused.why, Why::Inconsistent { check } if check == "plan_locked"));
    assert_eq!(refused.missing, [year]);
    edit(
        &mut county,
        project,
        &[(FieldPath::year(2026, Field::YearPlanFen), Value::Int(1))],
    )
    .unwrap();
    let refused = step(&mut county, project, "revise", "").unwrap_err();
    assert_eq!(refused.why, Why::ReasonMissing);
    step(&mut county, project, "revise", "the design was changed").unwrap();
    edit(&mut county, project, &change).unwrap();
    step(&mut county, project, "final", "").unwrap();
    assert!(
        edit(
            &mut county,
            project,
            &[(FieldPath::year(2025, Field::YearPlanFen), Value::Int(1))]
        )
        .is_err()
    );
}

/// An import meets the same rules: it leaves out what an edit would be refused for (one list of checks).
#[test]
fn an_import_leaves_a_locked_plan_alone() {
    let (mut county, project) = county("kaizhou", 120, 120);
    list(&mut county, project, "kz.annual", "2025");
    let issued = Issued::of(&county.profile, &county.county, county.now.date());
    let rules = crate::decide::ImportRules {
        profile: &county.profile,
        directory: &county.directory,
        county: &county.county,
        issued: &issued,
    };
    let year = FieldPath::year(2025, Field::YearPlanFen);
    let site = FieldPath::once(Field::Site);
    let item = crate::command::ImportItem {
        project,
        home: county.view(project).text(Field::HomeNode).parse().unwrap(),
        place: None,
        set: [
            (year.clone(), Value::Int(1)),
            (site.clone(), "by the river".into()),
        ]
        .into(),
    };
    let clerk = county.clerk(item.home);
    let view = county.view(project).clone();
    let mut draw = || RowId::from_parts(1, [1; 10]);
    let decided =
        crate::decide::decide_item(&rules, &clerk, county.now, &mut draw, Some(&view), &item);
    assert_eq!(decided.kept, std::slice::from_ref(&year));
    // With the very refusal the edit gets.
    let refused = edit(&mut county, project, &[(year, Value::Int(1))]).unwrap_err();
    assert_eq!(decided.refused, [refused]);
    assert_eq!(decided.writes.len(), 1);
    assert_eq!(decided.writes[0].path, site);
}

#[test]
fn what_does_not_fit_together_is_found_with_its_mode() {
    let (mut county, project) = county("kaizhou", 120, 120);
    assert_eq!(found(&county, project), []);
    for (field, value) in [
        (Field::TotalInvestmentFen, 1_000.into()),
        (Field::CumInvestmentFen, 1_001.into()),
        (Field::PlannedStart, "2025-06".into()),
        (Field::PlannedCompletion, "2025-05-31".into()),
        (Field::InvestmentKind, "enterprise".into()),
        (Field::BankFinanceFen, Value::from("a lot")),
    ] {
        county.set(project, field, value);
    }
    list(&mut county, project, "kz.reserve5", "2025");
    county.put(
        of(project),
        Table::Funding,
        &[(Column::AmountFen, Value::Int(999))],
    );
    let correction = FieldPath::month(month(3), Field::MonthCorrection);
    set(&mut county, project, correction, "counted twice".into());
    assert_eq!(
        found(&county, project),
        [
            ("funding_sum", Mode::Warn),
            ("cumulative_above_total", Mode::Warn),
            ("completion_before_start", Mode::Block),
            ("reserve_not_government", Mode::Block),
            ("money_not_whole", Mode::Block),
            ("cumulative_corrected", Mode::Warn),
        ]
    );
    let refused = edit(
        &mut county,
        project,
        &[(FieldPath::once(Field::InvestmentKind), "ppp".into())],
    );
    let refused = refused.unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("KZ-2.4.1"));
}

/// The amounts of domain.md 15, scenario 4, and what floating point would get wrong.
#[test]
fn foreign_money_is_converted_to_the_fen() {
    for (amount, rate, fen) in [
        ("15000000", "6.70", Some(10_050_000_000)),
        ("15,000,000", "6.60", Some(9_900_000_000)),
        ("0.05", "0.1", Some(1)),
        ("0.04", "0.1", Some(0)),
        ("1.005", "1", Some(101)),
        ("100000000000000", "9", Some(90_000_000_000_000_000)),
        ("15e6", "6.7", None),
        ("", "6.7", None),
        ("-1", "6.7", None),
        ("999999999999999", "99999999999999", None),
    ] {
        assert_eq!(convert(amount, rate), fen, "{amount} at {rate}");
    }
    let (mut county, project) = county("kundulun", 120, 120);
    county.set(project, Field::FxAmount, "15000000");
    county.set(project, Field::FxRate, "6.70");
    county.set(project, Field::TotalInvestmentFen, 10_050_000_000);
    assert_eq!(found(&county, project), []);
    county.set(project, Field::TotalInvestmentFen, 10_050_000_001);
    assert_eq!(found(&county, project), [("fx_conversion", Mode::Warn)]);
}

#[test]
fn what_stands_on_a_list_of_the_programme_gives_dated_nodes_whatever_it_says() {
    let (mut county, project) = county("longting", 1_000, 1_000);
    let asked = |county: &County| {
        let found = found(county, project);
        found.iter().any(|(check, _)| *check == "plan_nodes")
    };
    assert!(!asked(&county), "a key project gives none");
    list(&mut county, project, "lt.major", "2025");
    county.on("2025-01-10");
    assert!(asked(&county));
    let refused = step(&mut county, project, "final", "").unwrap_err();
    assert!(matches!(refused.why, Why::Inconsistent { check } if check == "plan_nodes"));
    let node = [
        (Column::Year, "2025".into()),
        (Column::Date, "2025-06-30".into()),
    ];
    county.put(of(project), Table::YearNodes, &node);
    assert!(!asked(&county));
    step(&mut county, project, "final", "").unwrap();
}
