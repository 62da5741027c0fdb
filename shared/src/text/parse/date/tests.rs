#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::*;
use proptest::prelude::*;

fn shown(when: When) -> String {
    match when {
        When::Year(year) => year.to_string(),
        other => other.to_value().unwrap(),
    }
}

#[test]
fn dates_are_read_as_people_write_them() {
    for (text, expected) in [
        ("2024-03-15", "2024-03-15"),
        ("2024-03-15T00:00:00", "2024-03-15"),
        ("2024-03-15 00:00:00", "2024-03-15"),
        ("2024.3", "2024-03"),
        ("2024年12月底", "2024-12"),
        ("2024/3/5", "2024-03-05"),
        ("2024年3月5日", "2024-03-05"),
        ("２０２４．３．５", "2024-03-05"),
        ("2024年 3 月", "2024-03"),
        ("26.11.5", "2026-11-05"),
        ("2026年底", "2026-12"),
        ("2026年初", "2026-01"),
        ("2024年5月上旬", "2024-05"),
        ("2017年", "2017"),
        ("2017", "2017"),
        ("11/5", "2026-11-05"),
        ("11月5日", "2026-11-05"),
        ("8月份", "2026-08"),
        ("45352", "2024-03-01"),
        ("45657", "2024-12-31"),
        ("202403", "2024-03"),
        ("20240229", "2024-02-29"),
        ("24/3/1", "2024-03-01"),
        ("2024年3月底", "2024-03"),
        ("三月上旬", "2026-03"),
        ("二〇二四年十二月二十一日", "2024-12-21"),
        ("２０２４年十月", "2024-10"),
    ] {
        let found = parse(text, 2026)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .unwrap();
        assert_eq!(shown(found), expected, "{text}");
    }
    assert_eq!(parse("—", 2026), Ok(None));
}

#[test]
fn what_is_no_date_says_why() {
    use WhenError::*;
    for (text, expected) in [
        ("2024/2/30", Impossible),
        ("2023年2月29日", Impossible),
        ("2024.13", Impossible),
        ("13/5", Impossible),
        ("1024-01-01", OutOfRange),
        ("三年完成", NotADate),
        ("2024-03/05", NotADate),
        ("18个月", NotADate),
        ("99999999999", NotADate),
        ("1.5", NotADate),
    ] {
        assert_eq!(parse(text, 2026), Err(expected), "{text}");
    }
}

#[test]
fn periods_are_split_into_start_and_end() {
    for (text, from, to) in [
        ("2023.03-2025.12", "2023-03", "2025-12"),
        ("2024年3月—2026年底", "2024-03", "2026-12"),
        ("2024年6月到12月", "2024-06", "2024-12"),
        ("2023年12月至2025年9月", "2023-12", "2025-09"),
        ("2023-03-2025-12", "2023-03", "2025-12"),
        ("2023-03-01至2025-12-31", "2023-03-01", "2025-12-31"),
        ("2023-2025", "2023", "2025"),
        ("起止年限为2019年-2020年", "2019", "2020"),
        ("项目建设年限: 2014年—2018年", "2014", "2018"),
        ("2018年11月开工", "2018-11", ""),
        ("2009年4月開工建设", "2009-04", ""),
        ("预计于2024年12月竣工", "", "2024-12"),
        ("计划2020年10月建成投产", "", "2020-10"),
        ("預(yù)計2023年10月竣工", "", "2023-10"),
        ("2021-2025年", "2021", "2025"),
        ("2021—2023", "2021", "2023"),
        ("2024年3月至2025年12月", "2024-03", "2025-12"),
        ("2024年上半年—2025年下半年", "2024-01", "2025-12"),
        ("２０２４．３～２０２５．６", "2024-03", "2025-06"),
        (
            "2020年8月开始建设，计划2023年6月底前全部竣工",
            "2020-08",
            "2023-06",
        ),
        ("2017年上半年竣工", "", "2017-06"),
        ("2017年下半年开工", "2017-07", ""),
    ] {
        let found = parse_period(text, 2026)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .unwrap();
        let side = |when: Option<When>| when.map_or(String::new(), shown);
        assert_eq!(
            (side(found.from).as_str(), side(found.to).as_str()),
            (from, to),
            "{text}"
        );
    }
    for text in [
        "建设期为4年",
        "争四保五",
        "2018年11月开工建设,2021年5月顺利合龙",
        "2017年3月",
        "2024-05-06",
    ] {
        assert!(parse_period(text, 2026).is_err(), "{text}");
    }
    assert_eq!(
        parse_period("2024年2月30日至2025年", 2026),
        Err(WhenError::Impossible)
    );
    assert_eq!(
        parse_period("2024年2月至2025年2月30日", 2026),
        Err(WhenError::Impossible)
    );
}

proptest! {
    #[test]
    fn every_date_reads_back_what_it_printed(days in -25_000i64..80_000) {
        let date = Date::from_days(days);
        prop_assert_eq!(parse(&date.to_string(), 2026), Ok(Some(When::Day(date))));
        let written = format!("{}年{}月{}日", date.year(), date.month(), date.day());
        prop_assert_eq!(parse(&written, 2026), Ok(Some(When::Day(date))));
        let month = date.month_of();
        prop_assert_eq!(parse(&month.to_string(), 2026), Ok(Some(When::Month(month))));
    }

    #[test]
    fn every_period_reads_back_what_it_printed(
        days in -25_000i64..70_000,
        length in 0i64..10_000,
        ways in 0usize..4,
    ) {
        let (from, to) = (Date::from_days(days), Date::from_days(days + length));
        let (months, years) = ((from.month_of(), to.month_of()), (from.year(), to.year()));
        let (text, first, last) = match ways {
            0 => (
                format!("{from}至{to}"),
                When::Day(from),
                When::Day(to),
            ),
            1 => (
                format!("{}年{}月-{}年{}月", years.0, months.0.month(), years.1, months.1.month()),
                When::Month(months.0),
                When::Month(months.1),
            ),
            2 => (
                format!("{}年—{}年", years.0, years.1),
                When::Year(years.0),
                When::Year(years.1),
            ),
            _ => (
                format!("{}年上半年至{}年下半年", years.0, years.1),
                When::Month(Month::new(years.0, 1).unwrap()),
                When::Month(Month::new(years.1, 12).unwrap()),
            ),
        };
        let both = Period { from: Some(first), to: Some(last) };
        prop_assert_eq!(parse_period(&text, 2026), Ok(Some(both)), "{}", text);
        let month = format!("{}年{}月", years.0, months.0.month());
        let when = Some(When::Month(months.0));
        let start = Period { from: when, to: None };
        prop_assert_eq!(parse_period(&format!("{month}开工"), 2026), Ok(Some(start)));
        let end = Period { from: None, to: when };
        prop_assert_eq!(parse_period(&format!("计划{month}底竣工"), 2026), Ok(Some(end)));
        let clauses = format!("工期12个月,{month}开工,{}年{}月完工", years.1, months.1.month());
        let told = Period { from: when, to: Some(When::Month(months.1)) };
        prop_assert_eq!(parse_period(&clauses, 2026), Ok(Some(told)), "{}", clauses);
    }

    #[test]
    fn serials_read_back(days in 10_000i64..80_000) {
        let When::Day(date) = serial(days).unwrap() else { panic!() };
        prop_assert_eq!(date.to_days() + 25_569, days);
    }

    #[test]
    fn wild_text_never_panics(text in any::<String>()) {
        let _ = parse(&text, 2026);
        let _ = parse_period(&text, 2026);
    }

    #[test]
    fn wild_dates_never_panic(text in "[-0-9./年月日底初至开工竣: T]{0,24}") {
        let _ = parse(&text, 2026);
        let _ = parse_period(&text, 2026);
    }
}
