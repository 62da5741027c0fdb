#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::time::{Date, Month, Timestamp};
use proptest::prelude::*;

/// Every form of the grammar at least once.
const FORMS: [&str; 24] = [
    "weekly",
    "weekly:1",
    "weekly:7",
    "monthly",
    "monthly:28",
    "monthly:31",
    "monthly:15,30",
    "monthly:last",
    "quarterly",
    "quarterly_start:1-10",
    "halfyearly",
    "yearly",
    "yearly:10-31",
    "yearly:02-29",
    "yearly:09-01..09-10",
    "yearly:08-01..null",
    "yearly:12-20..01-10",
    "yearly_months:4,10",
    "yearly_months:1,7,12",
    "every2m:even",
    "every2m:odd",
    "periodic",
    "immediate",
    "on_demand",
];

fn recur(text: &str) -> Recur {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn shown(period: Option<Period>) -> String {
    let Some(period) = period else {
        return "none".to_owned();
    };
    let due = period.due.map_or("-".to_owned(), |due| due.to_string());
    format!(
        "{} {}..{} opens {} due {due}",
        period.id, period.first, period.last, period.opens
    )
}

#[test]
fn every_form_reads_back_as_it_was_written() {
    for text in FORMS
        .into_iter()
        .chain(["once:confirmed", "once:t5_passed"])
    {
        assert_eq!(recur(text).to_string(), text);
        let json = serde_json::to_string(&recur(text)).unwrap();
        assert_eq!(serde_json::from_str::<Recur>(&json).unwrap(), recur(text));
    }
    assert_eq!(recur("yearly:8-1..null").to_string(), "yearly:08-01..null");
    let several: Vec<Recur> =
        serde_json::from_str(r#"["quarterly","yearly_months:7","yearly_months:12"]"#).unwrap();
    assert_eq!(several.len(), 3);
}

#[test]
fn what_no_calendar_has_is_refused() {
    for text in [
        "",
        "daily",
        "weekly:8",
        "weekly:0",
        "weekly:1,3",
        "monthly:32",
        "monthly:0",
        "monthly:+5",
        "monthly:005",
        "monthly:30,15",
        "monthly:15,15",
        "monthly:1,2,3",
        "monthly:",
        "quarterly:3",
        "quarterly_start:10-1",
        "quarterly_start:1-32",
        "yearly:13-01",
        "yearly:02-30",
        "yearly:04-31",
        "yearly:1",
        "yearly:09-01..",
        "yearly:null..09-01",
        "yearly_months",
        "yearly_months:13",
        "yearly_months:10,4",
        "every2m:2",
        "periodic:1",
        "once:",
        "once",
        "once:Signed off",
        "MONTHLY",
        " monthly",
        "monthly:１",
    ] {
        assert!(text.parse::<Recur>().is_err(), "{text}");
    }
}

#[test]
fn a_day_lies_in_its_period_with_window_and_due_day() {
    for (text, at, expected) in [
        // domain.md 15, 13: the week of 2 to 8 September is due on Monday the 9th.
        (
            "weekly:1",
            "2024-09-08",
            "2024-09-02 2024-09-02..2024-09-08 opens 2024-09-02 due 2024-09-09",
        ),
        (
            "weekly:7",
            "2024-12-30",
            "2024-12-30 2024-12-30..2025-01-05 opens 2024-12-30 due 2025-01-12",
        ),
        (
            "weekly",
            "2025-01-01",
            "2024-12-30 2024-12-30..2025-01-05 opens 2024-12-30 due -",
        ),
        // domain.md 15, 9 and 11.
        (
            "monthly:28",
            "2017-03-31",
            "2017-03 2017-03-01..2017-03-31 opens 2017-03-01 due 2017-03-28",
        ),
        (
            "monthly:15,30",
            "2017-02-15",
            "2017-02-H1 2017-02-01..2017-02-15 opens 2017-02-01 due 2017-02-15",
        ),
        (
            "monthly:15,30",
            "2017-02-16",
            "2017-02-H2 2017-02-16..2017-02-28 opens 2017-02-16 due 2017-02-28",
        ),
        (
            "monthly:15,30",
            "2016-12-31",
            "2016-12-H2 2016-12-16..2016-12-31 opens 2016-12-16 due 2016-12-30",
        ),
        (
            "monthly:10,25",
            "2016-12-12",
            "2016-12-H1 2016-12-01..2016-12-15 opens 2016-12-01 due 2016-12-10",
        ),
        (
            "monthly:last",
            "2024-02-01",
            "2024-02 2024-02-01..2024-02-29 opens 2024-02-01 due 2024-02-29",
        ),
        (
            "monthly:31",
            "2023-04-30",
            "2023-04 2023-04-01..2023-04-30 opens 2023-04-01 due 2023-04-30",
        ),
        (
            "monthly",
            "2023-04-30",
            "2023-04 2023-04-01..2023-04-30 opens 2023-04-01 due -",
        ),
        (
            "quarterly",
            "2024-09-30",
            "2024-Q3 2024-07-01..2024-09-30 opens 2024-07-01 due -",
        ),
        (
            "quarterly_start:1-10",
            "2024-12-01",
            "2024-Q4 2024-10-01..2024-12-31 opens 2024-10-01 due 2024-10-10",
        ),
        (
            "quarterly_start:3-10",
            "2024-12-01",
            "2024-Q4 2024-10-01..2024-12-31 opens 2024-10-03 due 2024-10-10",
        ),
        (
            "halfyearly",
            "2024-06-30",
            "2024-S1 2024-01-01..2024-06-30 opens 2024-01-01 due -",
        ),
        (
            "halfyearly",
            "2024-07-01",
            "2024-S2 2024-07-01..2024-12-31 opens 2024-07-01 due -",
        ),
        (
            "yearly",
            "2024-07-01",
            "2024 2024-01-01..2024-12-31 opens 2024-01-01 due -",
        ),
        (
            "yearly:10-31",
            "2024-11-01",
            "2024 2024-01-01..2024-12-31 opens 2024-01-01 due 2024-10-31",
        ),
        (
            "yearly:02-29",
            "2023-11-01",
            "2023 2023-01-01..2023-12-31 opens 2023-01-01 due 2023-02-28",
        ),
        (
            "yearly:09-01..09-10",
            "2022-08-31",
            "2022 2022-01-01..2022-12-31 opens 2022-09-01 due 2022-09-10",
        ),
        (
            "yearly:08-01..null",
            "2022-08-31",
            "2022 2022-01-01..2022-12-31 opens 2022-08-01 due -",
        ),
        (
            "yearly:12-20..01-10",
            "2023-01-05",
            "2022 2022-12-20..2023-12-19 opens 2022-12-20 due 2023-01-10",
        ),
        (
            "yearly:12-20..01-10",
            "2023-12-20",
            "2023 2023-12-20..2024-12-19 opens 2023-12-20 due 2024-01-10",
        ),
        (
            "yearly_months:7",
            "2024-07-09",
            "2024-07 2024-07-01..2024-07-31 opens 2024-07-01 due 2024-07-31",
        ),
        ("yearly_months:7", "2024-08-01", "none"),
        (
            "every2m:even",
            "2022-03-01",
            "2022-03..04 2022-03-01..2022-04-30 opens 2022-03-01 due -",
        ),
        (
            "every2m:even",
            "2022-12-31",
            "2022-11..12 2022-11-01..2022-12-31 opens 2022-11-01 due -",
        ),
        (
            "every2m:odd",
            "2023-01-31",
            "2022-12..01 2022-12-01..2023-01-31 opens 2022-12-01 due -",
        ),
        ("periodic", "2022-12-31", "none"),
        ("immediate", "2022-12-31", "none"),
        ("on_demand", "2022-12-31", "none"),
        ("once:confirmed", "2022-12-31", "none"),
    ] {
        assert_eq!(shown(recur(text).period(day(at))), expected, "{text} {at}");
    }
}

#[test]
fn windows_are_exact_to_the_second() {
    let september = recur("yearly:09-01..09-10")
        .period(day("2022-08-31"))
        .unwrap();
    assert!(!september.is_open(day("2022-08-31")));
    assert!(september.is_open(day("2022-09-01")));
    assert!(september.is_open(day("2022-09-10")));
    assert!(!september.is_open(day("2022-09-11")));
    // Midnight in China is 16:00 the day before in Greenwich.
    assert_eq!(september.opens_at(), Timestamp(1_661_961_600_000));
    assert_eq!(september.opens_at().to_string(), "2022-09-01 00:00:00");
    assert_eq!(
        september.due_at((23, 59, 59)).unwrap().to_string(),
        "2022-09-10 23:59:59"
    );
    assert_eq!(
        september.due_at((17, 0, 0)).unwrap().to_string(),
        "2022-09-10 17:00:00"
    );
    let open = recur("yearly:08-01..null")
        .period(day("2022-08-01"))
        .unwrap();
    assert!(open.is_open(day("2022-12-31")) && !open.is_open(day("2022-07-31")));
    assert_eq!(open.due_at((23, 59, 59)), None);
    let turn = recur("yearly:12-20..01-10")
        .period(day("2023-01-10"))
        .unwrap();
    assert!(turn.is_open(day("2023-01-10")) && !turn.is_open(day("2023-01-11")));
}

#[test]
fn periods_before_and_after_a_day_are_found() {
    for (text, at, previous, next) in [
        ("weekly", "2024-09-04", "2024-08-26", "2024-09-09"),
        ("monthly:last", "2024-01-31", "2023-12", "2024-02"),
        ("monthly:15,30", "2024-01-31", "2024-01-H1", "2024-02-H1"),
        ("quarterly", "2024-01-01", "2023-Q4", "2024-Q2"),
        ("every2m:odd", "2023-01-01", "2022-10..11", "2023-02..03"),
        ("yearly_months:4,10", "2024-04-30", "2023-10", "2024-10"),
        ("yearly_months:4,10", "2024-05-01", "2024-04", "2024-10"),
        ("yearly_months:12", "2024-11-30", "2023-12", "2024-12"),
        ("yearly:12-20..01-10", "2023-01-05", "2021", "2023"),
    ] {
        let recur = recur(text);
        assert_eq!(recur.previous(day(at)).unwrap().id, previous, "{text} {at}");
        assert_eq!(recur.next(day(at)).unwrap().id, next, "{text} {at}");
    }
    assert_eq!(recur("periodic").next(day("2024-01-01")), None);
    assert_eq!(recur("once:confirmed").previous(day("2024-01-01")), None);
}

#[test]
fn periods_are_counted_over_three_years() {
    let (from, to) = (day("2026-01-01"), day("2028-12-31"));
    for (text, count) in [
        ("weekly:1", 157),
        ("monthly:last", 36),
        ("monthly:15,30", 72),
        ("quarterly", 12),
        ("halfyearly", 6),
        ("yearly:10-31", 3),
        ("every2m:even", 18),
        ("every2m:odd", 19),
        ("yearly_months:4,10", 6),
        ("yearly:12-20..01-10", 4),
        ("periodic", 0),
    ] {
        assert_eq!(recur(text).periods(from, to).len(), count, "{text}");
    }
    assert!(recur("weekly").periods(to, from).is_empty());
    let endless = recur("weekly").periods(day("0001-01-01"), day("9999-12-31"));
    assert_eq!(endless.len(), 1_000);
    assert_eq!(recur("monthly").next(day("9999-12-31")), None);
}

#[test]
fn due_days_are_found_in_the_month_they_lie_in() {
    let due = |text: &str, month: &str| -> Vec<String> {
        let month: Month = month.parse().unwrap();
        recur(text)
            .due_days(month)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(
        due("monthly:15,30", "2017-02"),
        ["2017-02-15", "2017-02-28"]
    );
    assert_eq!(
        due("monthly:15,30", "2016-12"),
        ["2016-12-15", "2016-12-30"]
    );
    assert_eq!(due("quarterly_start:1-10", "2024-04"), ["2024-04-10"]);
    assert!(due("quarterly_start:1-10", "2024-05").is_empty());
    assert!(due("monthly", "2024-05").is_empty());
    // The first Monday of September answers for a week of August.
    assert_eq!(
        due("weekly:1", "2024-09"),
        [
            "2024-09-02",
            "2024-09-09",
            "2024-09-16",
            "2024-09-23",
            "2024-09-30"
        ]
    );
    assert_eq!(due("yearly:10-31", "2024-10"), ["2024-10-31"]);
    assert_eq!(due("yearly:12-20..01-10", "2023-01"), ["2023-01-10"]);
}

#[test]
fn several_cadences_of_one_thing_are_one_list() {
    let all = [
        recur("quarterly"),
        recur("yearly_months:7"),
        recur("yearly_months:7,12"),
    ];
    let ids: Vec<String> = Recur::periods_of_all(&all, day("2024-07-01"), day("2024-12-31"))
        .into_iter()
        .map(|period| period.id)
        .collect();
    assert_eq!(ids, ["2024-07", "2024-Q3", "2024-Q4", "2024-12"]);
}

#[test]
fn what_has_no_periods_says_what_sets_it_off() {
    assert_eq!(
        recur("once:confirmed").trigger(),
        Trigger::Event("confirmed")
    );
    assert_eq!(recur("immediate").trigger(), Trigger::Cause);
    assert_eq!(recur("on_demand").trigger(), Trigger::Request);
    assert_eq!(recur("periodic").trigger(), Trigger::Unset);
    assert_eq!(recur("monthly").trigger(), Trigger::Calendar);
}

#[test]
fn ids_that_name_no_period_find_none() {
    for (text, id) in [
        ("monthly", "2024-13"),
        ("monthly", "2024-1"),
        ("monthly", "2024-01-H1"),
        ("monthly:15,30", "2024-01"),
        ("weekly", "2024-09-03"),
        ("weekly", "2024-02-30"),
        ("quarterly", "2024-Q5"),
        ("halfyearly", "2024-S3"),
        ("every2m:even", "2024-04..05"),
        ("every2m:even", "2024-03..05"),
        ("yearly", "24"),
        ("yearly", "２０２４"),
        ("yearly_months:4", "2024-05"),
        ("periodic", "2024"),
    ] {
        assert_eq!(recur(text).period_of(id), None, "{text} {id}");
    }
}

proptest! {
    #[test]
    fn periods_hold_together(form in 0..FORMS.len(), days in -100_000i64..200_000) {
        let recur = recur(FORMS[form]);
        let at = Date::from_days(days);
        if let Some(period) = recur.period(at) {
            prop_assert_eq!(recur.trigger(), Trigger::Calendar);
            prop_assert!(period.contains(at));
            prop_assert!(period.contains(period.opens));
            prop_assert!(period.due.is_none_or(|due| due >= period.opens));
            // Every day of a period lies in the same one, and its id leads back to it.
            prop_assert_eq!(recur.period(period.first), Some(period.clone()));
            prop_assert_eq!(recur.period(period.last), Some(period.clone()));
            prop_assert_eq!(recur.period_of(&period.id), Some(period.clone()));
            let (before, after) = (recur.previous(at).unwrap(), recur.next(at).unwrap());
            prop_assert_eq!(recur.next(before.last), Some(period.clone()));
            prop_assert_eq!(recur.previous(after.first), Some(period.clone()));
            if !matches!(recur, Recur::YearlyMonths(_)) {
                prop_assert_eq!(before.last.plus_days(1), period.first);
                prop_assert_eq!(period.last.plus_days(1), after.first);
            }
            if let Some(due) = period.due {
                prop_assert!(recur.due_between(due, due).contains(&period));
            }
        } else if recur.trigger() == Trigger::Calendar {
            prop_assert!(recur.previous(at).unwrap().last < at);
            prop_assert!(recur.next(at).unwrap().first > at);
        }
    }

    #[test]
    fn what_reads_prints_and_reads_again(text in "(weekly|monthly|quarterly_start|yearly|yearly_months|every2m|once)(:[0-9a-z,.-]{0,12})?") {
        if let Ok(recur) = text.parse::<Recur>() {
            prop_assert_eq!(recur.to_string().parse::<Recur>(), Ok(recur));
        }
    }

    #[test]
    fn wild_text_never_panics(text in any::<String>()) {
        let _ = text.parse::<Recur>();
        for form in FORMS {
            let _ = recur(form).period_of(&text);
        }
    }

    #[test]
    fn wild_ids_never_panic(text in "[0-9]{3,5}-[-0-9HQS.]{0,8}") {
        for form in FORMS {
            let _ = recur(form).period_of(&text);
        }
    }
}
