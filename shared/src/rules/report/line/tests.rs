#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use serde_json::json;

use super::*;
use crate::ids::ProjectId;
use crate::rules::report::report_row;
use crate::testing::{County, of};
use crate::text::Lang;

const WAN: i64 = 1_000_000;

fn month(number: u8) -> Month {
    Month::new(2026, number).unwrap()
}

/// A project of a town on the 20th of November.
struct Story {
    county: County,
    project: ProjectId,
    town: crate::ids::UnitId,
}

impl Story {
    fn new() -> Self {
        let mut county = County::new("kaizhou", "2026-11-20");
        let town = county.unit("town", "township");
        let project = county.project(town);
        county.set(project, Field::Stage, "construction");
        county.set(project, Field::ActualStart, "2026-03-01");
        Self {
            county,
            project,
            town,
        }
    }

    fn done(&mut self, number: u8, amount: i64) {
        self.write(number, Field::MonthDoneFen, Value::Int(amount * WAN));
    }

    fn write(&mut self, number: u8, field: Field, value: Value) {
        let project = self.project;
        self.county.set_month(project, month(number), field, value);
    }

    fn found(&self) -> Vec<Remark> {
        let (profile, view) = (&self.county.profile, self.county.view(self.project));
        let fen = |value: &Value| value.as_int();
        let row = json!({
            "id": self.project, "name": "road", "code": "", "home": self.town, "home_name": "", "territory": "", "owner": "", "lead_unit": "",
            "sector": "", "investment_kind": "", "stage": "", "total_fen": fen(view.once(Field::TotalInvestmentFen)),
            "year_plan_fen": fen(view.year(2026, Field::YearPlanFen)), "year_done_fen": null, "month_done_fen": null, "cum_fen": null,
            "image": "", "open_issues": 0, "conflicts": 0, "proposals": 0, "keys": "", "updated_at": 0,
        });
        let row = serde_json::from_value(row).unwrap();
        let row = report_row(row, view, month(11), (None, Lang::Zh));
        let now = self.county.now;
        remarks(&profile.report.checks, &row, view, month(11), now)
    }

    fn checks(&self) -> Vec<Check> {
        self.found().iter().map(|remark| remark.check).collect()
    }
}

#[test]
fn a_line_says_what_does_not_fit_the_gravest_first() {
    let mut story = Story::new();
    let photo = Check::PhotoMissing;
    assert_eq!(story.checks(), [Check::Missing, photo]);
    story.write(11, Field::MonthNil, "season".into());
    assert_eq!(story.checks(), [photo]);
    // Another reason is told in words.
    story.write(11, Field::MonthNil, "other".into());
    assert_eq!(story.checks(), [Check::ReasonMissing, photo]);
    story.write(11, Field::MonthDeviation, "flood".into());
    assert_eq!(story.checks(), [photo]);
    story.write(11, Field::MonthNil, Value::Null);
    // Of words that are last month's, and of amounts above plan and total.
    story.write(10, Field::MonthImage, "walls".into());
    story.write(11, Field::MonthImage, "walls ".into());
    story.done(11, 0);
    assert_eq!(story.checks(), [photo]);
    story.done(11, 40);
    assert_eq!(story.checks(), [Check::SameImage, photo]);
    story.write(11, Field::MonthImage, "roof".into());
    story
        .county
        .set_year(story.project, 2026, Field::YearPlanFen, 39 * WAN);
    story
        .county
        .set(story.project, Field::TotalInvestmentFen, 39 * WAN);
    assert_eq!(
        story.checks(),
        [Check::OverYearPlan, Check::OverTotal, photo]
    );
    story.done(11, 39);
    assert_eq!(story.checks(), [photo]);
    story.write(11, Field::MonthImage, Value::Null);
    assert_eq!(story.checks(), [Check::ImageMissing, photo]);
}

#[test]
fn a_month_above_three_times_the_mean_of_three_is_remarked_and_a_county_sets_both_numbers() {
    let mut story = Story::new();
    story.write(11, Field::MonthImage, "roof".into());
    for (number, amount) in [(7, 900), (8, 10), (9, 20), (10, 30)] {
        story.done(number, amount);
    }
    story.done(11, 60);
    assert_eq!(story.checks(), [Check::PhotoMissing]);
    story.done(11, 61);
    let found = story.found();
    assert_eq!(found[0].check, Check::Surge);
    assert_eq!(found[0].facts, ["3", "3"]);
    story.county.profile.report.checks.surge_months = 4;
    assert_eq!(story.checks(), [Check::PhotoMissing]);
    // Where no month moved money there is no mean to compare with.
    for number in 7..=10 {
        story.done(number, 0);
    }
    assert_eq!(story.checks(), [Check::PhotoMissing]);
}

#[test]
fn money_before_the_start_a_month_without_photographs_and_old_problems_are_remarked() {
    let mut story = Story::new();
    story.write(11, Field::MonthImage, "roof".into());
    story.done(11, 5);
    let picture = [
        (Column::MediaType, "image/jpeg".into()),
        (Column::Name, "a.jpg".into()),
    ];
    story.county.on("2026-10-31");
    story
        .county
        .put(of(story.project), Table::Attachments, &picture);
    story.county.on("2026-11-20");
    assert_eq!(story.checks(), [Check::PhotoMissing], "October's");
    story
        .county
        .put(of(story.project), Table::Attachments, &picture);
    assert_eq!(story.checks(), []);
    story
        .county
        .set(story.project, Field::ActualStart, Value::Null);
    assert_eq!(story.checks(), [], "it is under construction");
    story.county.set(story.project, Field::Stage, "permitting");
    assert_eq!(story.checks(), [Check::NotStarted]);
    story
        .county
        .set(story.project, Field::Stage, "construction");

    let problem = [(Column::Description, "a wall in the way".into())];
    story.county.on("2026-10-21");
    let issue = story.county.put(of(story.project), Table::Issues, &problem);
    story.county.on("2026-11-20");
    assert_eq!(story.checks(), [], "thirty days");
    story.county.on("2026-11-21");
    let found = story.found();
    assert_eq!(found[0].check, Check::IssueStale);
    assert_eq!(
        (found[0].facts.as_slice(), found[0].about.as_str()),
        (&["1".to_owned(), "30".to_owned()][..], &*issue.to_string())
    );
    // A word about it is enough.
    let step = [
        (Column::Issue, issue.to_string().into()),
        (Column::Act, "handling".into()),
        (Column::Text, "half of it is gone".into()),
    ];
    story
        .county
        .put(of(story.project), Table::IssueSteps, &step);
    assert_eq!(story.checks(), []);
}

#[test]
fn a_remark_that_was_explained_comes_back_with_another_value() {
    let mut story = Story::new();
    story
        .county
        .set(story.project, Field::TotalInvestmentFen, WAN);
    story.write(11, Field::MonthImage, "roof".into());
    story.done(11, 5);
    let clerk = story.county.clerk(story.town);
    let said = |check: Check, about: &str| {
        [
            (Column::Period, "2026-11".into()),
            (Column::MonthCheck, check.id().into()),
            (Column::Text, about.into()),
            (Column::Reason, "the total is being raised".into()),
        ]
    };
    let about = (5 * WAN).to_string();
    let set = said(Check::OverTotal, &about);
    let project = of(story.project);
    story
        .county
        .record(&clerk, project, Table::Explained, &set)
        .unwrap();
    let explained = story.found()[0].explained.clone().unwrap();
    assert_eq!(explained.reason, "the total is being raised");
    assert_eq!(explained.by.user, Some(clerk.user));
    story.done(11, 6);
    assert_eq!(story.found()[0].explained, None);
    story.done(11, 5);
    assert!(story.found()[0].explained.is_some());
    // What is wrong is not explained away.
    let set = said(Check::Missing, "x");
    assert!(
        story
            .county
            .record(&clerk, project, Table::Explained, &set)
            .is_err()
    );
}
