#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use crate::profile::Recur;
use crate::project::Writer;
use crate::rules::report::revisions;
use crate::time::Date;

const HOUR: i64 = 3_600_000;

/// `2017-03-28 20:00`, with seconds and thousandths if they matter.
fn at(text: &str) -> Timestamp {
    let (day, clock) = text.split_once(' ').unwrap_or((text, "12:00"));
    let (clock, ms) = clock.split_once('.').unwrap_or((clock, "0"));
    let part: Vec<u8> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let second = part.get(2).copied().unwrap_or(0);
    let moment = day.parse::<Date>().unwrap().at(part[0], part[1], second);
    moment.plus_ms(ms.parse().unwrap())
}

fn deadline(recur: &str, period: &str) -> Deadline {
    let period = recur.parse::<Recur>().unwrap().period_of(period).unwrap();
    Deadline {
        opens: Some(period.opens_at()),
        due: period.due_at((23, 59, 59)),
        grace_ms: 72 * HOUR,
        by_receipt: false,
        judged: true,
    }
}

/// One revision: when it was filed, when received (`-` for under way, empty for at once), what became of it.
fn chain(revisions: &[(&str, &str, &str)]) -> Vec<Filing> {
    let mut filings = Vec::new();
    for (index, (filed, received, fate)) in revisions.iter().enumerate() {
        let number = u8::try_from(index).unwrap() + 1;
        let by = Writer {
            user: None,
            name: String::new(),
            unit: String::new(),
            at: at(filed),
        };
        let review = |accepted| Review {
            accepted,
            reason: "because".to_owned(),
            cells: Default::default(),
            at: at(filed),
            by: by.clone(),
        };
        filings.push(Filing {
            id: RowId::from_parts(u64::from(number), [number; 10]),
            ledger: "R".to_owned(),
            period: "P".to_owned(),
            filed_at: at(filed),
            follows: (number > 1)
                .then(|| RowId::from_parts(u64::from(number - 1), [number - 1; 10])),
            lines: Vec::new(),
            reviews: match *fate {
                "returned" => vec![review(false)],
                "accepted" => vec![review(true)],
                _ => Vec::new(),
            },
            received_at: match *received {
                "-" => None,
                "" => Some(at(filed)),
                moment => Some(at(moment)),
            },
            excuse: (*fate == "excused").then(|| review(true)),
            by,
        });
    }
    filings
}

fn verdict(deadline: Deadline, filings: &[Filing], now: &str) -> Timeliness {
    judge(&revisions(filings, "R", "P"), deadline, at(now), None).timeliness
}

#[test]
fn the_scenarios_of_the_domain_are_judged_as_they_say() {
    use Timeliness::*;
    for (scenario, recur, period, revisions, expected) in [
        (
            9,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 23:59:59", "", "")][..],
            OnTime,
        ),
        (
            9,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 23:59:59.999", "", "")],
            OnTime,
        ),
        (
            9,
            "monthly:28",
            "2017-03",
            &[("2017-03-29 00:00:00", "", "")],
            Late,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 20:00", "2017-03-30 09:00", "")],
            OnTime,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 20:00", "2017-03-31 23:59:59.999", "")],
            OnTime,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 20:00", "2017-04-01 00:00:00", "")],
            LateNetwork,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 20:00", "2017-04-01 00:00:00", "excused")],
            Excused,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-28 20:00", "2017-03-30 09:00", "excused")],
            OnTime,
        ),
        (
            10,
            "monthly:28",
            "2017-03",
            &[("2017-03-29 20:00", "2017-03-30 09:00", "excused")],
            Late,
        ),
        (
            11,
            "monthly:15,30",
            "2017-02-H2",
            &[("2017-02-28 12:00", "", "")],
            OnTime,
        ),
        (
            11,
            "monthly:15,30",
            "2017-02-H1",
            &[("2017-02-16 00:00:00", "", "")],
            Late,
        ),
        (
            11,
            "monthly:15,30",
            "2016-12-H2",
            &[("2016-12-30 23:59:59", "", "")],
            OnTime,
        ),
        (
            11,
            "monthly:15,30",
            "2016-12-H2",
            &[("2016-12-31 00:00", "", "")],
            Late,
        ),
        (
            12,
            "monthly:last",
            "2023-02",
            &[("2023-02-28 12:00", "", "")],
            OnTime,
        ),
        (
            12,
            "monthly:last",
            "2023-02",
            &[("2023-03-01 00:00", "", "")],
            Late,
        ),
        (
            13,
            "weekly:1",
            "2024-09-02",
            &[("2024-09-09 23:59:59", "", "")],
            OnTime,
        ),
        (
            13,
            "weekly:1",
            "2024-09-02",
            &[("2024-09-10 00:00", "", "")],
            Late,
        ),
        (
            14,
            "yearly:10-31",
            "2024",
            &[("2024-10-31 12:00", "", "")],
            OnTime,
        ),
        (
            14,
            "yearly:10-31",
            "2024",
            &[("2024-11-01 00:00", "", "")],
            Late,
        ),
        (
            16,
            "yearly:09-01..09-10",
            "2022",
            &[("2022-09-10 23:59:59", "", "")],
            OnTime,
        ),
        (
            16,
            "yearly:09-01..09-10",
            "2022",
            &[("2022-09-11 00:00", "", "")],
            Late,
        ),
        (
            17,
            "monthly:28",
            "2017-03",
            &[("2017-03-20", "", "returned"), ("2017-03-29", "", "")],
            Late,
        ),
        (
            17,
            "monthly:28",
            "2017-03",
            &[("2017-03-20", "", "returned"), ("2017-03-28", "", "")],
            OnTime,
        ),
    ] {
        let found = verdict(deadline(recur, period), &chain(revisions), "2030-01-01");
        assert_eq!(found, expected, "{scenario}: {revisions:?}");
    }
}

#[test]
fn the_latest_revision_in_time_and_not_returned_counts() {
    use Timeliness::*;
    let march = deadline("monthly:28", "2017-03");
    for (revisions, counts, amended, expected) in [
        (&[("2017-03-20", "", "")][..], Some(1), false, OnTime),
        (
            &[("2017-03-20", "", ""), ("2017-03-21", "", "")],
            Some(2),
            false,
            OnTime,
        ),
        (
            &[("2017-03-20", "", ""), ("2017-03-21", "", "returned")],
            Some(1),
            false,
            OnTime,
        ),
        (
            &[("2017-03-20", "", "accepted"), ("2017-04-02", "", "")],
            Some(1),
            true,
            OnTime,
        ),
        (
            &[("2017-03-20", "", ""), ("2017-04-02", "", "returned")],
            Some(1),
            true,
            OnTime,
        ),
        // Network-late stays so, whatever comes later.
        (
            &[("2017-03-20", "2017-04-05", ""), ("2017-04-06", "", "")],
            Some(1),
            true,
            LateNetwork,
        ),
        (
            &[
                ("2017-03-20", "", "returned"),
                ("2017-03-29", "", "returned"),
                ("2017-03-30", "", ""),
            ],
            Some(3),
            false,
            Late,
        ),
        // Returned, and nothing new came by the day: late, not missing.
        (&[("2017-03-20", "", "returned")], None, false, Late),
    ] {
        let filings = chain(revisions);
        let chain = super::super::revisions(&filings, "R", "P");
        let found = judge(&chain, march, at("2017-04-30"), None);
        assert_eq!(found.timeliness, expected, "{revisions:?}");
        let id = counts.map(|number: u8| RowId::from_parts(u64::from(number), [number; 10]));
        assert_eq!(
            (found.counts, found.amended),
            (id, amended),
            "{revisions:?}"
        );
    }
    let returned = chain(&[("2017-03-20", "", "returned")]);
    assert_eq!(verdict(march, &returned, "2017-03-28 23:59:59"), Pending);
    assert_eq!(verdict(march, &returned, "2017-03-29 00:00:00"), Late);
}

#[test]
fn an_excuse_is_shown_only_where_it_changes_something() {
    let march = deadline("monthly:28", "2017-03");
    let filings = chain(&[("2017-03-28 20:00", "2017-04-02", "excused")]);
    let found = judge(&[&filings[0]], march, at("2017-04-30"), None);
    assert_eq!(found.excuse.unwrap().reason, "because");
    let filings = chain(&[("2017-03-28 20:00", "2017-03-29", "excused")]);
    assert_eq!(
        judge(&[&filings[0]], march, at("2017-04-30"), None).excuse,
        None
    );
}

#[test]
fn nothing_filed_is_missing_after_the_last_second_and_says_when_the_node_fell_silent() {
    let march = deadline("monthly:28", "2017-03");
    assert_eq!(
        verdict(march, &[], "2017-03-28 23:59:59.999"),
        Timeliness::Pending
    );
    assert_eq!(
        verdict(march, &[], "2017-03-29 00:00:00"),
        Timeliness::Missing
    );
    for (heard, offline) in [
        (None, None),
        (Some("2017-03-28 23:59:58"), Some("2017-03-28 23:59:58")),
        (Some("2017-03-28 23:59:59"), None),
        (Some("2017-03-29 08:00"), None),
    ] {
        let found = judge(&[], march, at("2017-03-30"), heard.map(at));
        assert_eq!(found.timeliness, Timeliness::Missing);
        assert_eq!(found.offline_since, offline.map(at), "{heard:?}");
    }
    let before = judge(&[], march, at("2017-03-28"), Some(at("2017-03-01")));
    assert_eq!(before.offline_since, None);
}

#[test]
fn what_is_under_way_is_late_by_network_once_the_grace_is_over() {
    let march = deadline("monthly:28", "2017-03");
    let filings = chain(&[("2017-03-28 20:00", "-", "")]);
    assert_eq!(
        verdict(march, &filings, "2017-03-31 23:59:59"),
        Timeliness::OnTime
    );
    assert_eq!(
        verdict(march, &filings, "2017-04-01 00:00:00"),
        Timeliness::LateNetwork
    );
}

#[test]
fn a_county_may_judge_by_receipt() {
    let mut march = deadline("monthly:28", "2017-03");
    march.by_receipt = true;
    for (filed, received, now, expected) in [
        (
            "2017-03-28 20:00",
            "2017-03-28 23:59:59",
            "2017-04-30",
            Timeliness::OnTime,
        ),
        (
            "2017-03-28 20:00",
            "2017-03-29 00:00:00",
            "2017-04-30",
            Timeliness::Late,
        ),
        (
            "2017-03-28 20:00",
            "-",
            "2017-03-28 23:59:59",
            Timeliness::Pending,
        ),
        (
            "2017-03-28 20:00",
            "-",
            "2017-03-29 00:00:00",
            Timeliness::Late,
        ),
        // The node's clock ran ahead: the hub held it in time all the same.
        (
            "2017-03-29 00:10",
            "2017-03-28 23:50",
            "2017-04-30",
            Timeliness::OnTime,
        ),
    ] {
        let filings = chain(&[(filed, received, "")]);
        assert_eq!(
            verdict(march, &filings, now),
            expected,
            "{filed} {received} {now}"
        );
    }
}

#[test]
fn what_is_not_judged_is_reported_or_missing_and_never_late() {
    let mut nominations = deadline("monthly:last", "2017-03");
    nominations.judged = false;
    for (revisions, now, expected) in [
        (&[][..], "2017-03-31 23:59:59", Timeliness::Pending),
        (&[], "2017-04-01 00:00:00", Timeliness::Missing),
        (
            &[("2017-03-05", "", "")],
            "2017-04-01",
            Timeliness::Reported,
        ),
        (
            &[("2017-05-05", "2017-07-01", "")],
            "2017-08-01",
            Timeliness::Reported,
        ),
        (
            &[("2017-03-05", "", "returned")],
            "2017-04-01",
            Timeliness::Missing,
        ),
    ] {
        assert_eq!(
            verdict(nominations, &chain(revisions), now),
            expected,
            "{revisions:?}"
        );
    }
    // No day was given: nothing can be missing.
    nominations.due = None;
    nominations.judged = true;
    assert_eq!(verdict(nominations, &[], "2030-01-01"), Timeliness::Pending);
    let filings = chain(&[("2018-01-01", "", "")]);
    assert_eq!(
        verdict(nominations, &filings, "2030-01-01"),
        Timeliness::Reported
    );
}

#[test]
fn what_is_sent_before_the_window_opens_waits_for_its_confirmation() {
    use Timeliness::*;
    let september = deadline("yearly:09-01..09-10", "2022");
    for (revisions, now, expected) in [
        (
            &[("2022-08-31 23:59:59.999", "", "")][..],
            "2022-09-05",
            Prefilled,
        ),
        (&[("2022-09-01 00:00:00", "", "")], "2022-09-05", OnTime),
        (
            &[("2022-08-31", "", ""), ("2022-09-03", "", "")],
            "2022-09-05",
            OnTime,
        ),
        (
            &[("2022-08-31", "", ""), ("2022-09-11", "", "")],
            "2022-09-12",
            Late,
        ),
        // Never confirmed: nothing was filed in the window.
        (&[("2022-08-31", "", "")], "2022-09-10 23:59:59", Prefilled),
        (&[("2022-08-31", "", "")], "2022-09-11 00:00:00", Missing),
        (&[("2022-08-31", "", "returned")], "2022-09-05", Pending),
        // A returned confirmation does not make the early one count.
        (
            &[("2022-08-31", "", ""), ("2022-09-03", "", "returned")],
            "2022-09-12",
            Late,
        ),
    ] {
        assert_eq!(
            verdict(september, &chain(revisions), now),
            expected,
            "{revisions:?} {now}"
        );
    }
}

#[test]
fn the_due_time_of_the_county_is_the_last_second() {
    let mut march = deadline("monthly:28", "2017-03");
    march.due = Some(at("2017-03-28 17:00:00"));
    let on_time = chain(&[("2017-03-28 17:00:00.500", "", "")]);
    let late = chain(&[("2017-03-28 17:00:01", "", "")]);
    assert_eq!(verdict(march, &on_time, "2017-04-30"), Timeliness::OnTime);
    assert_eq!(verdict(march, &late, "2017-04-30"), Timeliness::Late);
}
