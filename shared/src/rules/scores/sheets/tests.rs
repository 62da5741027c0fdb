#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::field::Field;
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Profile, Stated};
use crate::rules::obligations::{Asked, Whose, obligations};
use crate::testing::{County, by, hub, of};
use crate::time::Month;

/// A county whose scheme takes its first indicator from a source, with two units of a project each and one that has none.
fn county(source: &str, formula: Option<&str>) -> (County, [UnitId; 3], [ProjectId; 2]) {
    let mut profile = Profile::built_in("kundulun").unwrap();
    let key = profile
        .assess
        .schemes
        .iter_mut()
        .find(|one| one.id == "key")
        .unwrap();
    key.subjects.push("township".to_owned());
    let first = key.indicators.as_mut().unwrap().first_mut().unwrap();
    first.data_source = Stated::Given(source.to_owned());
    first.formula = formula.map_or(Stated::Absent, |text| Stated::Given(text.to_owned()));
    for indicator in key.indicators.iter_mut().flatten().skip(1) {
        indicator.data_source = Stated::Absent;
    }
    let mut county = County::under(profile, "2017-08-01");
    let units = ["east", "west", "none"].map(|name| county.unit(name, "township"));
    let projects = [0, 1].map(|place| {
        let project = county.project(units[place]);
        county.set(project, Field::Programmes, "key");
        project
    });
    (county, units, projects)
}

fn july(county: &mut County) -> String {
    let cells = [
        (Column::Topic, "key".into()),
        (Column::Period, "2017-07".into()),
    ];
    let head = county.hub_head();
    county
        .record(&head, hub(), Table::ScoreSheets, &cells)
        .unwrap()
        .to_string()
}

fn told(county: &County) -> Vec<ScoreSheet> {
    let world = county.world();
    let ground = Ground::of(&world);
    let day = |text: &str| text.parse().unwrap();
    let asked = Asked {
        whose: Whose::All,
        from: day("2017-01-01"),
        to: day("2017-12-31"),
        now: county.now,
    };
    let owed = obligations(&ground, &asked);
    sheets(&ground, &owed, 2017, county.now)
}

/// The cells as `name done/of measured proposed`.
fn lines(county: &County) -> Vec<String> {
    let sheets = told(county);
    let cells = sheets.iter().flat_map(|sheet| &sheet.cells);
    let mut lines: Vec<_> = cells
        .map(|cell| {
            let of = cell.of.map_or_else(|| "-".to_owned(), |of| of.to_string());
            let proposed = cell
                .proposed
                .map_or_else(|| "-".to_owned(), |made| made.to_string());
            format!(
                "{} {}/{of} {} {proposed}",
                cell.name, cell.done, cell.measured
            )
        })
        .collect();
    lines.sort();
    lines
}

fn plan(county: &mut County, project: ProjectId, month: u8, plan: i64, done: i64) {
    let month = Month::new(2017, month).unwrap();
    county.set_month(project, month, Field::MonthPlanFen, plan);
    county.set_month(project, month, Field::MonthDoneFen, done);
}

#[test]
fn months_are_measured_against_their_plans() {
    for (source, expected) in [
        (
            "month_rate",
            ["east 30/40 7500 7500", "west 90/60 15000 10000"],
        ),
        (
            "cumulative_rate",
            ["east 50/80 6250 6250", "west 90/60 15000 10000"],
        ),
        (
            "year_rate",
            ["east 50/200 2500 2500", "west 90/100 9000 9000"],
        ),
    ] {
        let (mut county, _, [east, west]) = county(source, None);
        county.set_year(east, 2017, Field::YearPlanFen, 200);
        county.set_year(west, 2017, Field::YearPlanFen, 100);
        plan(&mut county, east, 3, 40, 20);
        plan(&mut county, east, 7, 40, 30);
        // What comes after the period is none of it.
        plan(&mut county, east, 8, 40, 40);
        plan(&mut county, west, 7, 60, 90);
        july(&mut county);
        assert_eq!(lines(&county), expected, "{source}");
    }
}

#[test]
fn tasks_that_are_due_and_done_make_the_rate_of_the_countdown() {
    let (mut county, _, [east, _]) = county("countdown_rate", None);
    for (due, done) in [
        ("2017-03-31", "2017-04-02"),
        ("2017-07-31", "2017-07-31"),
        ("2017-07-31", "2017-08-01"),
        ("2017-06-30", ""),
        ("2017-09-30", "2017-07-01"),
        ("2016-12-31", ""),
    ] {
        let cells = [(Column::Due, due.into()), (Column::Done, done.into())];
        county.put(of(east), Table::Countdown, &cells);
    }
    july(&mut county);
    // Whoever has no task has no rate.
    assert_eq!(lines(&county), ["east 2/4 5000 5000"]);
}

#[test]
fn open_findings_are_counted_where_they_were_handed_to_and_need_a_formula() {
    let (mut county, [east, west, none], [project, _]) = county("open_findings", None);
    county.on("2017-05-02");
    for (unit, source) in [(east, "inspection"), (west, "inspection"), (west, "report")] {
        let cells = [
            (Column::Description, "x".into()),
            (Column::IssueSource, source.into()),
            (Column::ResponsibleUnit, unit.to_string().into()),
        ];
        county.put(of(project), Table::Issues, &cells);
    }
    let closed = [
        (Column::Description, "y".into()),
        (Column::IssueSource, "inspection".into()),
    ];
    let issue = county.put(of(project), Table::Issues, &closed).to_string();
    for act in ["listed", "assigned", "handling", "reported_done", "closed"] {
        let table = match act {
            "handling" | "reported_done" => Table::IssueSteps,
            _ => Table::IssueRulings,
        };
        let cells = [
            (Column::Issue, issue.as_str().into()),
            (Column::Act, act.into()),
        ];
        county.put(of(project), table, &cells);
    }
    let cells = [
        (Column::Description, "z".into()),
        (Column::IssueSource, "inspection".into()),
    ];
    county.put(by(none), Table::UnitIssues, &cells);
    county.on("2017-08-01");
    july(&mut county);
    assert_eq!(
        lines(&county),
        ["east 1/- 100 -", "none 1/- 100 -", "west 1/- 100 -"]
    );
}

#[test]
fn whoever_has_a_value_in_the_sheet_is_measured_as_well() {
    let (mut county, _, [project, _]) = county("open_findings", Some("count:-5;floor=0"));
    let office = county.unit("office", "soe");
    let cells = [
        (Column::Description, "x".into()),
        (Column::IssueSource, "inspection".into()),
        (Column::ResponsibleUnit, office.to_string().into()),
    ];
    county.on("2017-05-02");
    county.put(of(project), Table::Issues, &cells);
    county.on("2017-08-01");
    let sheet = july(&mut county);
    assert!(!lines(&county).contains(&"office 1/- 100 0".to_owned()));
    let head = county.hub_head();
    let cells = [
        (Column::ScoreSheet, sheet.into()),
        (Column::Subject, office.to_string().into()),
        (Column::Indicator, "start_completion".into()),
        (Column::Score, "90".into()),
    ];
    county
        .record(&head, hub(), Table::ScoreValues, &cells)
        .unwrap();
    assert!(lines(&county).contains(&"office 1/- 100 0".to_owned()));
}

#[test]
fn a_formula_makes_points_of_what_was_measured() {
    let (mut county, _, [east, west]) = county("year_rate", Some("best"));
    for (project, done) in [(east, 30), (west, 60)] {
        county.set_year(project, 2017, Field::YearPlanFen, 100);
        plan(&mut county, project, 7, 0, done);
    }
    july(&mut county);
    assert_eq!(
        lines(&county),
        ["east 30/100 3000 5000", "west 60/100 6000 10000"]
    );
    let (mut county, ..) = self::county("open_findings", Some("count:-5;floor=0"));
    july(&mut county);
    assert_eq!(lines(&county)[0], "east 0/- 0 0");
    // Points by hand are nobody's to propose.
    let (mut county, _, [east, _]) = self::county("year_rate", Some("manual"));
    county.set_year(east, 2017, Field::YearPlanFen, 100);
    july(&mut county);
    assert_eq!(lines(&county), ["east 0/100 0 -"]);
}

#[test]
fn reports_of_the_schemes_programme_count_by_when_they_came() {
    let (mut county, [east, ..], _) = county("report_punctuality", None);
    july(&mut county);
    let all = told(&county);
    let cell = all[0]
        .cells
        .iter()
        .find(|cell| cell.subject == east.to_string())
        .unwrap();
    // R-KD-3 is due on the 28th of each month from January to July; nothing came. R-KD-2 is the other programme's.
    assert_eq!((cell.done, cell.of, cell.proposed), (0, Some(7), Some(0)));
    let (from, to) = (cell.from.to_string(), cell.to.to_string());
    assert_eq!((from.as_str(), to.as_str()), ("2017-01-01", "2017-07-31"));
}

#[test]
fn a_value_that_differs_is_marked_and_a_published_sheet_is_left_alone() {
    let (mut county, [east, west, _], [one, two]) = county("year_rate", None);
    for project in [one, two] {
        county.set_year(project, 2017, Field::YearPlanFen, 100);
        plan(&mut county, project, 7, 0, 80);
    }
    let sheet = july(&mut county);
    let head = county.hub_head();
    for (unit, score) in [(east, "80"), (west, "81")] {
        let cells = [
            (Column::ScoreSheet, sheet.as_str().into()),
            (Column::Subject, unit.to_string().into()),
            (Column::Indicator, "start_completion".into()),
            (Column::Score, score.into()),
        ];
        county
            .record(&head, hub(), Table::ScoreValues, &cells)
            .unwrap();
    }
    let all = told(&county);
    let stands: Vec<_> = all[0]
        .cells
        .iter()
        .map(|cell| (cell.name.as_str(), cell.stated, cell.differs))
        .collect();
    assert_eq!(
        stands,
        [("east", Some(8_000), false), ("west", Some(8_100), true)]
    );
    let (mut county, _, [project, _]) = self::county("year_rate", None);
    county.set_year(project, 2017, Field::YearPlanFen, 100);
    let published = [
        (Column::Topic, "key".into()),
        (Column::Period, "2017-07".into()),
        (Column::State, PUBLISHED.into()),
    ];
    county.put(hub(), Table::ScoreSheets, &published);
    assert!(told(&county).is_empty());
}
