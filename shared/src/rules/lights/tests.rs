#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::profile::LightRules;
use crate::testing::{County, of};
use crate::value::Value;

const WAN: i64 = 1_000_000;

fn november() -> Month {
    Month::new(2026, 11).unwrap()
}

/// A project with the same plan each month and the given amounts done, in 万元, January first.
fn project(plan: i64, done: &[i64]) -> ProjectView {
    let mut county = County::new("kaizhou", "2026-11-20");
    let unit = county.unit("town", "township");
    let project = county.project(unit);
    county.set_year(project, 2026, Field::YearPlanFen, plan * 12 * WAN);
    let mut view = county.view(project).clone();
    let mut put = |month: u8, field, amount: i64| {
        let path = crate::field::FieldPath::month(Month::new(2026, month).unwrap(), field);
        let cell = crate::project::Cell {
            value: Value::Int(amount * WAN),
            contenders: Vec::new(),
        };
        view.cells.insert(path, cell);
    };
    for month in 1..=12 {
        put(month, Field::MonthPlanFen, plan);
    }
    for (month, amount) in (1..).zip(done) {
        put(month, Field::MonthDoneFen, *amount);
    }
    view
}

fn light(preset: &str, view: &ProjectView) -> Option<Light> {
    of_project(&Lights::preset(preset).unwrap(), view, november())
}

fn colour(preset: &str, view: &ProjectView) -> Option<Colour> {
    light(preset, view).map(|light| light.colour)
}

/// Domain.md 11.3: green from 100 % of the cumulative plan, amber from 80 %, red below.
#[test]
fn the_default_looks_at_the_cumulative_plan_and_says_why() {
    let standard = LightRules::default().resolve().unwrap();
    for (done, expected) in [
        (100, Colour::Green),
        (99, Colour::Amber),
        (80, Colour::Amber),
        (79, Colour::Red),
    ] {
        let view = project(100, &[done; 11]);
        let light = of_project(&standard, &view, november()).unwrap();
        assert_eq!(light.colour, expected, "{done} of 100");
        let reason = &light.reasons[0];
        assert_eq!((reason.tenths, reason.from_year_plan), (done * 10, false));
        assert_eq!(reason.bound.is_none(), expected == Colour::Green);
    }
}

#[test]
fn without_plans_of_months_twelfths_of_the_year_stand_and_without_any_plan_there_is_no_light() {
    let mut view = project(100, &[100; 11]);
    view.cells
        .retain(|path, _| !path.as_str().ends_with("month_plan_fen"));
    let found = light("standard", &view).unwrap();
    assert!(found.reasons[0].from_year_plan);
    assert_eq!(
        (found.colour, found.reasons[0].tenths),
        (Colour::Green, 1_000)
    );
    view.cells
        .retain(|path, _| !path.as_str().ends_with("year_plan_fen"));
    assert_eq!(light("standard", &view), None);
}

/// ux.md 6.1, each preset at its bounds.
#[test]
fn every_preset_has_its_own_bounds() {
    let even = |done: i64| project(100, &[done; 11]);
    // Behind the pace of the year (91.7 %): 10 points amber, more than 30 red; up to 10 green with a remark.
    let slightly = light("yinchuan", &even(95)).unwrap();
    assert_eq!(slightly.colour, Colour::Green);
    assert!(
        slightly.reasons[0].bound.is_some(),
        "the gap the source leaves open is remarked"
    );
    assert_eq!(colour("yinchuan", &even(85)), Some(Colour::Amber));
    assert_eq!(colour("yinchuan", &even(60)), Some(Colour::Red));
    // Short by half of the pace.
    assert_eq!(colour("sanya", &even(100)), Some(Colour::Green));
    assert_eq!(colour("sanya", &even(51)), Some(Colour::Amber));
    assert_eq!(colour("sanya", &even(49)), Some(Colour::Red));
    // This month alone.
    for (done, expected) in [
        (80, Colour::Green),
        (79, Colour::Amber),
        (60, Colour::Amber),
        (59, Colour::Red),
    ] {
        let mut months = [100; 11];
        months[10] = done;
        assert_eq!(
            colour("xinhuang", &project(100, &months)),
            Some(expected),
            "{done}"
        );
    }
    // An earlier month made good later is amber, a month not done red.
    let mut months = [100; 11];
    (months[3], months[4]) = (50, 150);
    assert_eq!(colour("ouhai", &project(100, &months)), Some(Colour::Amber));
    months[10] = 99;
    assert_eq!(colour("ouhai", &project(100, &months)), Some(Colour::Red));
    assert_eq!(colour("ouhai", &even(100)), Some(Colour::Green));
}

#[test]
fn a_late_start_and_a_late_entry_are_seen() {
    let mut county = County::new("honghe", "2026-11-20");
    let unit = county.unit("a county", "county_node");
    let project = county.project(unit);
    for (planned, expected) in [
        ("2026-12", Colour::Green),
        ("2026-11", Colour::Amber),
        ("2026-10-15", Colour::Amber),
        ("2026-09", Colour::Red),
    ] {
        county.set(project, Field::PlannedStart, planned);
        assert_eq!(
            colour("yinchuan", county.view(project)),
            Some(expected),
            "{planned}"
        );
    }
    county.set(project, Field::ActualStart, "2026-08-01");
    assert_eq!(colour("yinchuan", county.view(project)), Some(Colour::Red));
    let entered = [(Column::Platform, "statistics".into())];
    county.put(of(project), Table::Platforms, &entered);
    assert_eq!(
        colour("yinchuan", county.view(project)),
        Some(Colour::Green)
    );
}

#[test]
fn a_unit_is_the_sum_of_its_projects_and_is_held_against_the_others() {
    let lights = Lights::preset("tianjin").unwrap();
    let with_before = |done: i64, before: i64| {
        let mut view = project(100, &[done; 11]);
        for month in 1..=11 {
            let path = crate::field::FieldPath::month(
                Month::new(2025, month).unwrap(),
                Field::MonthDoneFen,
            );
            let cell = crate::project::Cell {
                value: Value::Int(before * WAN),
                contenders: Vec::new(),
            };
            view.cells.insert(path, cell);
        }
        Facts::of(&view, november(), None)
    };
    let mut unit = with_before(110, 100);
    unit.add(&with_before(90, 100));
    assert_eq!(unit.growth(), Some(0));
    assert_eq!(unit.schedule_gap_fen(), Some(0));
    let other = with_before(120, 100);
    let shrunk = with_before(90, 100);
    let peers = peers([unit, other].iter());
    assert_eq!(peers.average_growth, Some(100));
    let colour = |facts: &Facts| judge(&lights, facts, &peers).unwrap().colour;
    assert_eq!(colour(&other), Colour::Green);
    assert_eq!(colour(&unit), Colour::Amber, "below the average");
    assert_eq!(colour(&shrunk), Colour::Red);
    let reasons = judge(&lights, &unit, &peers).unwrap().reasons;
    let unset = reasons
        .iter()
        .any(|reason| reason.metric == Metric::GrowthBehindPlan);
    assert!(!unset, "a plan that is not set judges nothing");
}

#[test]
fn every_preset_parses_and_a_county_may_write_its_own() {
    for id in Lights::presets() {
        let lights = Lights::preset(id).unwrap();
        assert_eq!(lights.id, id);
        assert!(!lights.rules.is_empty());
    }
    let own = r#"{"id":"own","name_zh":"本县","source":"","rules":[{"id":"x","metric":"month_rate","red":{"below":50}}]}"#;
    let own: LightRules = serde_json::from_str(own).unwrap();
    assert!(matches!(&own, LightRules::Own(lights) if lights.rules.len() == 1));
    let again: LightRules = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
    assert_eq!(again, own);
    let mistyped = r#"{"id":"own","name_zh":"本县","source":"","rules":[],"treshold":1}"#;
    assert!(serde_json::from_str::<LightRules>(mistyped).is_err());
}

#[test]
fn a_light_is_drawn_with_its_number_its_bound_and_whose_rule_it_is() {
    let mut view = project(100, &[70; 11]);
    let says = |preset: &str, view: &ProjectView| {
        let lights = Lights::preset(preset).unwrap();
        let sign = sign(&lights, view, november(), Lang::Zh).unwrap();
        (sign.colour, sign.says)
    };
    let (colour, said) = says("standard", &view);
    assert_eq!(colour, "red");
    assert_eq!(
        said,
        "累计完成为同期计划的70.0%，低于80%为滞后；按“累计计划完成率”判为滞后"
    );
    let (colour, said) = says("yinchuan", &view);
    assert_eq!(colour, "amber");
    assert!(
        said.starts_with("年度完成率比序时欠27.5个百分点，达到10个百分点为预警；"),
        "{said}"
    );
    // A project of next spring is not behind; with a plan for its months it is judged by that.
    let mut put = |path: &str, value: Value| {
        let contenders = Vec::new();
        let cell = crate::project::Cell { value, contenders };
        view.cells.insert(path.parse().unwrap(), cell);
    };
    put("planned_start", "2027-03".into());
    put("actual_completion", "2026-10-30".into());
    assert_eq!(
        says("standard", &view),
        ("done".into(), "2026-10-30竣工".into())
    );
    let mut later = view.clone();
    later.cells.retain(|path, _| {
        let path = path.as_str();
        !path.ends_with("_done_fen") && path != "actual_completion"
    });
    assert_eq!(says("standard", &later).0, "red");
    later
        .cells
        .retain(|path, _| !path.as_str().ends_with("month_plan_fen"));
    assert_eq!(
        says("standard", &later),
        ("not_due".into(), "计划2027-03开工，尚未到期".into())
    );
}

#[test]
fn every_number_of_every_preset_has_its_words() {
    for preset in Lights::presets() {
        for rule in Lights::preset(preset).unwrap().rules {
            for tenths in [-305, 0, 305] {
                let said = words::Found {
                    metric: rule.metric,
                    tenths,
                    bound: rule
                        .red
                        .or(rule.amber)
                        .map(|bound| (bound, crate::text::ui::Ui::LightRed)),
                    from_year_plan: false,
                };
                for lang in [Lang::Zh, Lang::En] {
                    let text = said.text(lang);
                    assert!(!text.contains("--") && text.chars().count() > 5, "{text}");
                }
            }
        }
    }
}
