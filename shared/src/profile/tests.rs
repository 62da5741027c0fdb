#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;

mod counties;
mod lints;

#[test]
fn every_profile_that_ships_reads_and_reads_back() {
    for slug in Profile::slugs() {
        let profile = Profile::built_in(slug).unwrap_or_else(|error| panic!("{slug}: {error:#?}"));
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
    let found = Profile::lint(&bad).unwrap_err();
    assert_eq!(found[0].path, "report.offline_grace_huors");
    assert!(found[0].message.contains("unknown field"), "{found:?}");
    let bad = good.replacen("\"monthly:last\"", "\"monthly:32\"", 1);
    let found = Profile::lint(&bad).unwrap_err();
    assert!(
        found[0].path.starts_with("reports.0.recurrence"),
        "{found:?}"
    );
    let bad = good.replacen("\"400万元\"", "\"400.0000001万元\"", 1);
    assert!(Profile::parse(&bad).is_err());
    let bad = good.replacen("\"guard\": \"eligible\"", "\"guard\": \"elligible\"", 1);
    let found = Profile::lint(&bad).unwrap_err();
    assert_eq!(found[0].path, "gates.1.guard");
    assert!(found[0].line.is_some(), "{found:?}");
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
fn a_prefectures_rules_hold_no_word_of_townships_or_of_a_districts_office() {
    let rules = Profile::json("honghe").unwrap();
    for word in ["乡镇", "街道", "项目中心", "区委", "区政府"] {
        assert!(!rules.contains(word), "{word}");
    }
    // The words are those of another county, so that their absence says something.
    let district = Profile::json("kaizhou").unwrap();
    assert!(district.contains("项目中心") && district.contains("乡镇"));
}
