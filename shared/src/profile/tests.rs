#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;

#[test]
fn every_profile_that_ships_reads_and_reads_back() {
    for slug in Profile::slugs() {
        let profile = Profile::built_in(slug).unwrap();
        assert_eq!(profile.id, slug);
        let again = serde_json::to_string(&profile).unwrap();
        assert_eq!(Profile::parse(&again).unwrap(), profile);
    }
    assert!(matches!(
        Profile::built_in("atlantis"),
        Err(ProfileError::Unknown { .. })
    ));
}

#[test]
fn a_monthly_report_is_due_at_the_end_of_the_last_day() {
    let profile = Profile::built_in("kaizhou").unwrap();
    let report = profile.report_of("kz.progress").unwrap();
    assert_eq!(report.id, "R-KZ-1");
    for (month, due) in [
        ("2026-02", "2026-02-28 23:59:59"),
        ("2028-02", "2028-02-29 23:59:59"),
        ("2026-11", "2026-11-30 23:59:59"),
    ] {
        assert_eq!(
            profile
                .due(report, month.parse().unwrap())
                .unwrap()
                .to_string(),
            due
        );
    }
}

#[test]
fn a_key_that_is_not_in_the_schema_is_refused_with_its_place() {
    let good = BUILT_IN[0].1;
    let bad = good.replacen("\"offline_grace_hours\"", "\"offline_grace_huors\"", 1);
    let Err(ProfileError::Form { path, message, .. }) = Profile::parse(&bad) else {
        panic!("it was taken");
    };
    assert_eq!(path, "report.offline_grace_huors");
    assert!(message.contains("unknown field"), "{message}");
    let bad = good.replacen("\"monthly:last\"", "\"monthly:32\"", 1);
    let Err(ProfileError::Form { path, .. }) = Profile::parse(&bad) else {
        panic!("it was taken");
    };
    assert!(path.starts_with("reports.0.recurrence"), "{path}");
    let bad = good.replacen("\"400万元\"", "\"400.0000001万元\"", 1);
    assert!(Profile::parse(&bad).is_err());
    let bad = good.replacen("\"guard\": \"eligible\"", "\"guard\": \"elligible\"", 1);
    assert!(matches!(
        Profile::parse(&bad),
        Err(ProfileError::Lint { .. })
    ));
}

#[test]
fn amounts_are_whole_fen() {
    for (text, fen) in [
        ("400万元", 400_000_000),
        ("1亿元", 10_000_000_000),
        ("0.5元", 50),
        ("1.234567万元", 1_234_567),
    ] {
        assert_eq!(text.parse::<Money>().unwrap().fen().0, fen, "{text}");
    }
    for text in [
        "400",
        "万元",
        "-1元",
        "1.005元",
        "1,000元",
        "99999999999999亿元",
        "1..2元",
    ] {
        assert!(text.parse::<Money>().is_err(), "{text}");
    }
}

#[test]
fn recurrences_read_back_and_impossible_days_are_refused() {
    for text in [
        "weekly",
        "weekly:1",
        "monthly",
        "monthly:28",
        "monthly:15,30",
        "monthly:last",
        "quarterly",
        "quarterly_start:1-10",
        "halfyearly",
        "yearly",
        "yearly:10-31",
        "yearly:09-01..09-10",
        "yearly:08-01..null",
        "yearly_months:4,10",
        "every2m:even",
        "every2m:odd",
        "periodic",
        "immediate",
        "on_demand",
        "once:confirmed",
    ] {
        assert_eq!(text.parse::<Recur>().unwrap().to_string(), text);
    }
    for text in [
        "monthly:32",
        "yearly:13-01",
        "yearly:02-30",
        "weekly:8",
        "monthly:30,15",
        "monthly:0",
        "once:",
        "daily",
        "quarterly_start:10-1",
    ] {
        assert!(text.parse::<Recur>().is_err(), "{text}");
    }
}

#[test]
fn periods_follow_one_another_without_gap() {
    let from = Date::new(2026, 1, 1).unwrap();
    let to = Date::new(2028, 12, 31).unwrap();
    for (text, count) in [
        ("monthly:last", 36),
        ("monthly:15,30", 72),
        ("quarterly", 12),
        ("halfyearly", 6),
        ("yearly:10-31", 3),
        ("every2m:even", 18),
        ("weekly:1", 157),
    ] {
        let periods = text.parse::<Recur>().unwrap().periods(from, to);
        assert_eq!(periods.len(), count, "{text}");
        for pair in periods.windows(2) {
            assert_eq!(pair[0].last.plus_days(1), pair[1].first, "{text}");
        }
    }
    let halves = "monthly:15,30".parse::<Recur>().unwrap().periods(
        Date::new(2026, 2, 1).unwrap(),
        Date::new(2026, 2, 28).unwrap(),
    );
    assert_eq!(halves[1].due.unwrap().to_string(), "2026-02-28");
    let week = "weekly:1"
        .parse::<Recur>()
        .unwrap()
        .period(Date::new(2026, 11, 22).unwrap())
        .unwrap();
    assert_eq!(
        (week.id.as_str(), week.due.unwrap().to_string().as_str()),
        ("2026-11-16", "2026-11-23")
    );
}
