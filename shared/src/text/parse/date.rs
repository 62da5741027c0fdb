//! Dates and periods as people write them: `2024.3`, `2024年12月底`, `26.11.5`, `11/5`, a workbook's serial 45352, `2023.03-2025.12`.
//!
//! Month precision is legal. A day that does not exist is an error of its own kind, so that a person can be told which. A text
//! that only contains a date among other words is no date: `2018年11月开工,2021年5月合龙` stays text.

use super::{clean, is_placeholder};
use crate::time::{Date, Month};

/// A date as exactly as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// A year.
    Year(i16),
    /// A month.
    Month(Month),
    /// A day.
    Day(Date),
}

impl When {
    /// The value for a document, `YYYY-MM-DD` or `YYYY-MM`; `None` for a year, which no date field takes.
    #[must_use]
    pub fn to_value(self) -> Option<String> {
        match self {
            Self::Year(_) => None,
            Self::Month(month) => Some(month.to_string()),
            Self::Day(date) => Some(date.to_string()),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        match self {
            Self::Year(year) => year,
            Self::Month(month) => month.year(),
            Self::Day(date) => date.year(),
        }
    }

    /// The first day it can mean.
    #[must_use]
    pub fn first_day(self) -> Option<Date> {
        match self {
            Self::Year(year) => Date::new(year, 1, 1),
            Self::Month(month) => Some(month.first_day()),
            Self::Day(date) => Some(date),
        }
    }

    /// The last day it can mean.
    #[must_use]
    pub fn last_day(self) -> Option<Date> {
        match self {
            Self::Year(year) => Date::new(year, 12, 31),
            Self::Month(month) => Some(month.last_day()),
            Self::Day(date) => Some(date),
        }
    }
}

/// A period as written; at least one side is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Start.
    pub from: Option<When>,
    /// End.
    pub to: Option<When>,
}

/// Why a text is no date or period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum WhenError {
    /// It is something else, or a date among other words.
    #[error("not a date")]
    NotADate,
    /// The year lies outside 1900 to 2199.
    #[error("the year is out of range")]
    OutOfRange,
    /// It has the form of a date, and the day or month does not exist.
    #[error("the date does not exist")]
    Impossible,
}

/// Reads one date; `Ok(None)` for a placeholder. `year` is taken where the writer left it out (`11/5`).
///
/// # Errors
/// [`WhenError`] says why the text is no date.
pub fn parse(text: &str, year: i16) -> Result<Option<When>, WhenError> {
    if is_placeholder(text) {
        return Ok(None);
    }
    one(&clean::compact(text), year).map(Some)
}

/// Reads a period: two dates with a dash or 至 between, or one date with 开工 or 竣工; `Ok(None)` for a placeholder.
///
/// # Errors
/// [`WhenError`] says why the text is no period; one date without a word that tells which end it is, is none.
pub fn parse_period(text: &str, year: i16) -> Result<Option<Period>, WhenError> {
    if is_placeholder(text) {
        return Ok(None);
    }
    // Traditional forms of the words around a date are read like the simplified ones.
    let text: String = clean::compact(text).chars().map(simplified).collect();
    let mut rest = text.as_str();
    loop {
        let before = rest;
        for word in LEADING {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        if before == rest {
            break;
        }
    }
    if rest.len() > 120 {
        return Err(WhenError::NotADate);
    }
    let mut worst = WhenError::NotADate;
    for (at, separator) in rest.char_indices() {
        if !matches!(separator, '-' | '~' | '至' | '到') {
            continue;
        }
        let left = strip_start(&rest[..at]);
        let right = strip_end(rest[at + separator.len_utf8()..].trim_start_matches(['-', '~']));
        let from = match one(left, year) {
            Ok(from) => from,
            Err(error) => {
                worst = worst.max(error);
                continue;
            }
        };
        match one(right, from.year()) {
            // `2024-03` is a month, not the years 2024 to 3; `2024-5-6` is a day.
            Ok(to) if one(rest, year).is_err() => {
                return Ok(Some(Period {
                    from: Some(from),
                    to: Some(to),
                }));
            }
            Ok(_) => {}
            Err(error) => worst = worst.max(error),
        }
    }
    let start = strip_start(rest);
    let end = strip_end(rest);
    if start != rest {
        return one(start, year).map(|from| {
            Some(Period {
                from: Some(from),
                to: None,
            })
        });
    }
    if end != rest {
        return one(end, year).map(|to| {
            Some(Period {
                from: None,
                to: Some(to),
            })
        });
    }
    match one(rest, year) {
        Ok(_) => Err(WhenError::NotADate),
        Err(error) => Err(worst.max(error)),
    }
}

fn simplified(c: char) -> char {
    match c {
        '開' => '开',
        '動' => '动',
        '計' => '计',
        '劃' => '划',
        '預' => '预',
        '設' => '设',
        '為' => '为',
        '於' => '于',
        _ => c,
    }
}

const LEADING: [&str; 15] = [
    "项目", "建设", "起止", "年限", "时间", "期限", "计划", "预计", "预期", "力争", "为", "于",
    "自", "从", ":",
];

const STARTS: [&str; 9] = [
    "正式开工建设",
    "正式开工",
    "开工建设",
    "动工建设",
    "开始建设",
    "启动建设",
    "开工",
    "动工",
    "起",
];

const ENDS: [&str; 12] = [
    "前全部竣工",
    "全面竣工",
    "竣工投用",
    "建成投产",
    "建成投用",
    "竣工验收",
    "竣工",
    "完工",
    "建成",
    "投用",
    "交付",
    "止",
];

fn strip_start(text: &str) -> &str {
    STARTS
        .iter()
        .find_map(|word| text.strip_suffix(word))
        .unwrap_or(text)
}

fn strip_end(text: &str) -> &str {
    let text = ENDS
        .iter()
        .find_map(|word| text.strip_suffix(word))
        .unwrap_or(text);
    text.strip_prefix("预计")
        .or_else(|| text.strip_prefix("计划"))
        .unwrap_or(text)
}

/// One date without white space.
fn one(text: &str, year: i16) -> Result<When, WhenError> {
    // A time of day that a workbook added says nothing about a day.
    let text = match text.split_once('T') {
        Some((day, _)) if day.len() == 10 => day,
        _ if text.len() > 15 && text.is_ascii() && text[10..].contains(':') => &text[..10],
        _ => text,
    };
    let text = text.strip_suffix("左右").unwrap_or(text);
    let text = text.strip_suffix('前').unwrap_or(text);
    let (text, edge) = strip_edge(text);
    if text.is_empty() || text.len() > 24 {
        return Err(WhenError::NotADate);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits_only(text, edge);
    }
    let mut numbers = Vec::with_capacity(3);
    let mut signs = Vec::with_capacity(3);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if number.is_empty() || number.len() > 4 || numbers.len() == 3 {
            return Err(WhenError::NotADate);
        }
        numbers.push((
            number.len(),
            number.parse::<i16>().map_err(|_| WhenError::NotADate)?,
        ));
        let Some(sign) = after.chars().next() else {
            break;
        };
        if !matches!(sign, '-' | '/' | '.' | '年' | '月' | '日' | '号') {
            return Err(WhenError::NotADate);
        }
        signs.push(sign);
        rest = &after[sign.len_utf8()..];
    }
    let dash = |sign: Option<&char>| matches!(sign, Some('-' | '/' | '.'));
    match (numbers.as_slice(), signs.as_slice()) {
        ([(4, y)], ['年']) => year_with_edge(*y, edge),
        ([(ylen @ (2 | 4), y), (mlen, m)], [s, end @ ..])
            if (*s == '年' || (dash(Some(s)) && *ylen == 4))
                && *mlen <= 2
                && matches!(end, [] | ['月']) =>
        {
            month(full_year(*ylen, *y), *m)
        }
        ([(ylen @ (2 | 4), y), (mlen, m), (dlen, d)], [s, t, end @ ..])
            if *mlen <= 2
                && *dlen <= 2
                && edge.is_none()
                && ((*s == '年' && *t == '月' && matches!(end, [] | ['日' | '号']))
                    || (dash(Some(s)) && s == t && matches!(end, [] | ['日']))) =>
        {
            day(full_year(*ylen, *y), *m, *d)
        }
        ([(mlen, m), (dlen, d)], ['月', end @ ..])
            if *mlen <= 2 && *dlen <= 2 && matches!(end, [] | ['日' | '号']) =>
        {
            day(year, *m, *d)
        }
        ([(mlen, m), (dlen, d)], ['/' | '-']) if *mlen <= 2 && *dlen <= 2 => day(year, *m, *d),
        ([(mlen, m)], ['月']) if *mlen <= 2 => month(year, *m),
        _ => Err(WhenError::NotADate),
    }
}

fn strip_edge(text: &str) -> (&str, Option<u8>) {
    for (word, month) in [
        ("份", None),
        ("年初", Some(1)),
        ("年末", Some(12)),
        ("年底", Some(12)),
        ("月初", None),
        ("月末", None),
        ("月底", None),
        ("上旬", None),
        ("中旬", None),
        ("下旬", None),
        ("底", None),
        ("初", None),
    ] {
        if let Some(before) = text.strip_suffix(word) {
            let kept = match word {
                "年初" | "年末" | "年底" => text.get(..before.len() + '年'.len_utf8()),
                "月初" | "月末" | "月底" => text.get(..before.len() + '月'.len_utf8()),
                _ => Some(before),
            };
            return (kept.unwrap_or(before), month.or(Some(0)));
        }
    }
    (text, None)
}

fn full_year(length: usize, year: i16) -> i16 {
    if length == 2 { 2000 + year } else { year }
}

fn year_with_edge(year: i16, edge: Option<u8>) -> Result<When, WhenError> {
    in_range(year)?;
    match edge {
        Some(month @ 1..) => Month::new(year, month)
            .map(When::Month)
            .ok_or(WhenError::Impossible),
        Some(0) => Err(WhenError::NotADate),
        None => Ok(When::Year(year)),
    }
}

fn in_range(year: i16) -> Result<(), WhenError> {
    if (1900..2200).contains(&year) {
        Ok(())
    } else {
        Err(WhenError::OutOfRange)
    }
}

fn month(year: i16, month: i16) -> Result<When, WhenError> {
    in_range(year)?;
    let month = u8::try_from(month).map_err(|_| WhenError::Impossible)?;
    Month::new(year, month)
        .map(When::Month)
        .ok_or(WhenError::Impossible)
}

fn day(year: i16, month: i16, day: i16) -> Result<When, WhenError> {
    in_range(year)?;
    let small = |number: i16| u8::try_from(number).map_err(|_| WhenError::Impossible);
    Date::new(year, small(month)?, small(day)?)
        .map(When::Day)
        .ok_or(WhenError::Impossible)
}

fn digits_only(text: &str, edge: Option<u8>) -> Result<When, WhenError> {
    let number =
        |range: std::ops::Range<usize>| text[range].parse::<i16>().map_err(|_| WhenError::NotADate);
    match text.len() {
        4 => year_with_edge(number(0..4)?, edge),
        5 if edge.is_none() => serial(text.parse().map_err(|_| WhenError::NotADate)?),
        6 => month(number(0..4)?, number(4..6)?),
        8 if edge.is_none() => day(number(0..4)?, number(4..6)?, number(6..8)?),
        _ => Err(WhenError::NotADate),
    }
}

/// The day a workbook's serial number stands for (1900 system; its phantom 29 February 1900 lies before every serial taken).
///
/// # Errors
/// [`WhenError::NotADate`] outside 1927 to 2119: such a number is no date in a ledger of projects.
pub fn serial(days: i64) -> Result<When, WhenError> {
    if (10_000..80_000).contains(&days) {
        Ok(When::Day(Date::from_days(days - 25_569)))
    } else {
        Err(WhenError::NotADate)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
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
}
