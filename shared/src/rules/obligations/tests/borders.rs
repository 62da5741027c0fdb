//! Every report of every county at the seconds where its verdict turns, told in UTC so that nothing here shares the engine's reckoning.

use std::sync::Arc;

use super::*;
use crate::profile::{ProfileHistory, Recur, Trigger, Version};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// When the days of a period open and close.
struct Case {
    slug: &'static str,
    rule: &'static str,
    recurrence: &'static str,
    period: &'static str,
    opens: &'static str,
    closes: &'static str,
    is_judged: bool,
}

/// A county, its report, its recurrence, the period; first second, last second, whether being late is judged.
macro_rules! cases {
    ($($slug:literal $rule:literal $recurrence:literal $period:literal $opens:literal $closes:literal $judged:literal,)*) => {
        &[$(Case {
            slug: $slug,
            rule: $rule,
            recurrence: $recurrence,
            period: $period,
            opens: $opens,
            closes: $closes,
            is_judged: $judged,
        }),*]
    };
}

/// Months of 28 to 31 days, a leap day, weeks and quarters over the turn of a year. A day at +08:00 begins at 16:00 UTC of the day before.
const CASES: &[Case] = cases! {
    "kaizhou" "R-KZ-1" "monthly:last" "2023-02" "2023-01-31T16:00:00Z" "2023-02-28T15:59:59Z" true,
    "kaizhou" "R-KZ-1" "monthly:last" "2024-02" "2024-01-31T16:00:00Z" "2024-02-29T15:59:59Z" true,
    "kaizhou" "R-KZ-1" "monthly:last" "2023-12" "2023-11-30T16:00:00Z" "2023-12-31T15:59:59Z" true,
    "honghe" "R-HH-1" "yearly:09-01..09-10" "2023" "2023-08-31T16:00:00Z" "2023-09-10T15:59:59Z" true,
    "kundulun" "R-KD-1" "monthly:last" "2017-04" "2017-03-31T16:00:00Z" "2017-04-30T15:59:59Z" false,
    "kundulun" "R-KD-2" "monthly:15,30" "2017-02-H1" "2017-01-31T16:00:00Z" "2017-02-15T15:59:59Z" true,
    "kundulun" "R-KD-2" "monthly:15,30" "2017-02-H2" "2017-02-15T16:00:00Z" "2017-02-28T15:59:59Z" true,
    "kundulun" "R-KD-2" "monthly:15,30" "2016-12-H2" "2016-12-15T16:00:00Z" "2016-12-30T15:59:59Z" true,
    "kundulun" "R-KD-3" "monthly:28" "2017-03" "2017-02-28T16:00:00Z" "2017-03-28T15:59:59Z" true,
    "kundulun" "R-KD-4" "quarterly" "2017-Q1" "2016-12-31T16:00:00Z" "2017-03-31T15:59:59Z" false,
    "kundulun" "R-KD-4" "yearly" "2017" "2016-12-31T16:00:00Z" "2017-12-31T15:59:59Z" false,
    "kundulun" "R-KD-5" "yearly:03-01..06-30" "2017" "2017-02-28T16:00:00Z" "2017-06-30T15:59:59Z" false,
    "wushan" "R-WS-1" "weekly:1" "2024-12-30" "2024-12-29T16:00:00Z" "2025-01-06T15:59:59Z" true,
    "wushan" "R-WS-2" "quarterly_start:1-10" "2025-Q1" "2024-12-31T16:00:00Z" "2025-01-10T15:59:59Z" true,
    "wushan" "R-WS-3" "yearly:10-31" "2025" "2024-12-31T16:00:00Z" "2025-10-31T15:59:59Z" true,
    "longting" "R-LT-1" "monthly:last" "2024-02" "2024-01-31T16:00:00Z" "2024-02-29T15:59:59Z" false,
};

/// `2023-01-31T16:00:00Z`, counted year by year.
fn utc(text: &str) -> Timestamp {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    let parts: Vec<i64> = digits.filter_map(|part| part.parse().ok()).collect();
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years = (1970..parts[0]).map(|year| 365 + i64::from(is_leap(year)));
    let february = 28 + i64::from(is_leap(parts[0]));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: i64 = months
        .iter()
        .take(usize::try_from(parts[1]).unwrap() - 1)
        .sum();
    let days = years.sum::<i64>() + months + parts[2] - 1;
    Timestamp(days * 24 * HOUR + parts[3] * HOUR + (parts[4] * 60 + parts[5]) * SECOND)
}

impl Case {
    /// What the town owes for the period at a moment, with at most one filing: when it was sent and when it arrived.
    fn owed(&self, now: Timestamp, sent: Option<(Timestamp, Timestamp)>) -> Obligation {
        let mut county = reporting(self.slug);
        if let Some((filed, received)) = sent {
            let (filed, received) = (filed.to_string(), received.to_string());
            county.file(self.rule, self.period, &filed, Some(&received));
        }
        let asked = Asked {
            whose: Whose::Unit(town()),
            from: utc(self.opens).date(),
            to: utc(self.closes).date().plus_days(30),
            now,
        };
        let mut owed = county.answer(&asked);
        owed.retain(|one| one.rule == self.rule && one.period == self.period);
        assert_eq!(owed.len(), 1, "{} {}", self.rule, self.period);
        owed.remove(0)
    }

    fn verdict(&self, verdict: Timeliness) -> Option<Timeliness> {
        self.is_judged.then_some(verdict)
    }
}

#[test]
fn every_cadence_of_every_report_is_tried_at_its_borders() {
    let mut shipped = BTreeSet::new();
    for slug in Profile::slugs() {
        for report in Profile::built_in(slug).unwrap().reports {
            let cadences = report.recurrence.iter();
            let cadences = cadences.filter(|recur| recur.trigger() == Trigger::Calendar);
            shipped.extend(
                cadences.map(|recur| (slug.to_owned(), report.id.clone(), recur.to_string())),
            );
        }
    }
    let tried = CASES.iter().map(|case| {
        let parts = [case.slug, case.rule, case.recurrence];
        let [slug, rule, recurrence] = parts.map(str::to_owned);
        (slug, rule, recurrence)
    });
    assert_eq!(tried.collect::<BTreeSet<_>>(), shipped);
}

#[test]
fn nothing_filed_is_upcoming_open_and_missing_to_the_second() {
    for case in CASES {
        let (opens, closes) = (utc(case.opens), utc(case.closes));
        for (now, standing, severity) in [
            (opens.plus_ms(-SECOND), Standing::Upcoming, Severity::None),
            (opens, Standing::Open, Severity::None),
            (closes, Standing::Open, Severity::None),
            (closes.plus_ms(SECOND - 1), Standing::Open, Severity::None),
            (
                closes.plus_ms(SECOND),
                Standing::Missing,
                if case.is_judged {
                    Severity::Red
                } else {
                    Severity::Amber
                },
            ),
        ] {
            let one = case.owed(now, None);
            let told = (one.standing, one.severity);
            assert_eq!(
                told,
                (standing, severity),
                "{} {} {now}",
                case.rule,
                case.period
            );
            let missing = standing == Standing::Missing;
            let verdict = if missing {
                Timeliness::Missing
            } else {
                Timeliness::Pending
            };
            assert_eq!(one.verdict, case.verdict(verdict), "{} {now}", case.rule);
        }
    }
}

#[test]
fn what_was_filed_counts_from_the_first_second_to_the_last() {
    use Timeliness::{Late, LateNetwork, Missing, OnTime, Prefilled};
    for case in CASES {
        let (opens, closes) = (utc(case.opens), utc(case.closes));
        let (early, late) = (opens.plus_ms(-SECOND), closes.plus_ms(SECOND));
        let grace = closes.plus_ms(72 * HOUR);
        let (after, long_after) = (late, grace.plus_ms(HOUR));
        for (filed, received, now, standing, verdict) in [
            (early, early, closes, Standing::Prefilled, Prefilled),
            (early, early, after, Standing::Missing, Missing),
            (opens, opens, after, Standing::Received, OnTime),
            (closes, closes, after, Standing::Received, OnTime),
            (late, late, after, Standing::Received, Late),
            (closes, grace, long_after, Standing::Received, OnTime),
            (
                closes,
                grace.plus_ms(SECOND),
                long_after,
                Standing::Received,
                LateNetwork,
            ),
        ] {
            let one = case.owed(now, Some((filed, received)));
            let what = format!("{} {} {filed} {received} {now}", case.rule, case.period);
            assert_eq!(one.standing, standing, "{what}");
            assert_eq!(one.verdict, case.verdict(verdict), "{what}");
        }
    }
}

/// What every county's days of all kinds have in common: the last second of a day at +08:00, and late the second after.
#[test]
fn whatever_is_due_on_a_day_is_over_one_second_after_it() {
    let mut seen = BTreeSet::new();
    for slug in Profile::slugs() {
        let (county, _) = super::sources::busy(slug);
        let ask = |now: Timestamp| {
            county.answer(&Asked {
                whose: Whose::All,
                from: day("2024-11-01"),
                to: day("2025-02-28"),
                now,
            })
        };
        let key = |one: &Obligation| {
            (
                one.rule.clone(),
                one.period.clone(),
                one.unit,
                one.project,
                one.row,
                one.person.clone(),
            )
        };
        let over = |standing| {
            matches!(
                standing,
                Standing::Missing | Standing::Overdue | Standing::NotHeld | Standing::NotIssued
            )
        };
        let last = utc("2025-02-27T15:59:59Z");
        let all = ask(last);
        let dues: BTreeSet<_> = all.iter().filter_map(|one| one.due).collect();
        for due in dues {
            assert_eq!(due.0 % (24 * HOUR), 16 * HOUR - SECOND, "{slug} {due}");
            let before = ask(due);
            let after = ask(due.plus_ms(SECOND));
            for one in before.iter().filter(|one| one.due == Some(due)) {
                assert!(!over(one.standing), "{slug} {one:?}");
                let then = after.iter().find(|then| key(then) == key(one));
                if one.standing == Standing::Open && due <= last {
                    let then = then.map(|then| then.standing);
                    assert!(then.is_some_and(over), "{slug} {one:?} {then:?}");
                    seen.insert((slug, one.kind));
                }
            }
        }
    }
    for kind in [
        ObligationKind::Report,
        ObligationKind::Issue,
        ObligationKind::Task,
    ] {
        let counties = seen.iter().filter(|(_, known)| *known == kind).count();
        assert!(counties >= 3, "{kind:?} {seen:?}");
    }
}

/// A version that moves every due day forward begins the second after a period is over: that period keeps its verdict, the next has the new day.
#[test]
fn a_period_that_is_over_keeps_the_rule_it_was_judged_by_in_every_county() {
    for case in CASES.iter().filter(|case| case.is_judged) {
        let closes = utc(case.closes);
        let first = Profile::built_in(case.slug).unwrap();
        let mut stricter = first.clone();
        for report in &mut stricter.reports {
            report.recurrence = vec![match case.recurrence {
                "weekly:1" => Recur::Weekly(None),
                "quarterly_start:1-10" => Recur::QuarterlyStart(1, 2),
                "monthly:15,30" => Recur::Monthly(vec![2, 17]),
                "yearly:09-01..09-10" => Recur::YearlyWindow((9, 1), Some((9, 2))),
                "yearly:10-31" => Recur::YearlyDay(2, 1),
                _ => Recur::Monthly(vec![2]),
            }];
        }
        let filed = (closes, closes);
        let judged = |begins: Timestamp| {
            let mut history = ProfileHistory::new(Arc::new(first.clone()));
            history.add(Version {
                id: None,
                begins,
                profile: Arc::new(stricter.clone()),
            });
            let now = closes.plus_ms(40 * 24 * HOUR);
            let one = case.owed(now, Some(filed));
            let is_first = **judged_by(&history, &one, now) == first;
            (is_first, one.verdict)
        };
        let kept = judged(closes.plus_ms(SECOND));
        assert_eq!(
            kept,
            (true, Some(Timeliness::OnTime)),
            "{} {}",
            case.rule,
            case.period
        );
        // What comes into force long before the period asks for its own day.
        let (is_first, _) = judged(utc(case.opens).plus_ms(-400 * 24 * HOUR));
        assert!(!is_first, "{} {}", case.rule, case.period);
    }
}
