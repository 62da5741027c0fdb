//! Dates and periods as people write them: `2024.3`, `2024年12月底`, `26.11.5`, `11/5`, a workbook's serial 45352, `2023.03-2025.12`.
//!
//! Month precision is legal. A day that does not exist is an error of its own kind, so that a person can be told which. A text
//! that only contains a date among other words is no date: `2018年11月开工,2021年5月合龙` stays text. In a period the length of the works
//! may stand beside the dates (`工期10个月,2026年3月开工,2026年12月完工`).

use super::{clean, is_placeholder, phrase};
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
    /// It counts from the day of writing: 今年, 明年, 年内.
    #[error("the date counts from a day that is not given")]
    Relative,
    /// There are dates in it, of something that is neither the start nor the end of the works, or of a part of them.
    #[error("the dates are of something else")]
    Other,
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
    let text = phrase::simple(text);
    let read = match period(&text, year) {
        Err(WhenError::NotADate) => period(&dated(&text), year),
        read => read,
    };
    match read {
        Err(WhenError::NotADate) if is_relative(&text) => Err(WhenError::Relative),
        Err(WhenError::NotADate) if holds_date(&text) && one(&text, year).is_err() => {
            Err(WhenError::Other)
        }
        read => read.map(Some),
    }
}

/// The clauses without those that give a length: `工期10个月,2026年3月开工` is a start.
fn dated(text: &str) -> String {
    let clauses = text.split([',', '…', '。', ';']);
    let kept: Vec<_> = clauses
        .filter(|clause| phrase::length(clause).is_none())
        .collect();
    kept.join(",")
}

/// True when a text counts from the day of writing.
fn is_relative(text: &str) -> bool {
    RELATIVE.iter().any(|word| text.contains(word)) || lead(text).starts_with("年底")
}

/// True when a year or month stands somewhere in the text.
fn holds_date(text: &str) -> bool {
    let before = |sign: char| {
        text.match_indices(sign)
            .any(|(at, _)| text[..at].ends_with(|c: char| c.is_ascii_digit()))
    };
    before('年') || before('月')
}

/// A text without the words that lead to a date.
fn lead(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = LEADING.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    rest
}

fn period(text: &str, year: i16) -> Result<Period, WhenError> {
    let rest = lead(text);
    let rest = rest.strip_suffix("至今").unwrap_or(rest);
    if rest.len() > 120 {
        return Err(WhenError::NotADate);
    }
    let mut worst = WhenError::NotADate;
    for (at, separator) in rest.char_indices() {
        if !matches!(separator, '-' | '~' | '至' | '到' | ',' | '…') {
            continue;
        }
        let left = strip_start(&rest[..at]);
        // Two clauses are a period only when the one says that it is the start and the other that it is the end.
        let clause = matches!(separator, ',' | '…');
        let after = &rest[at + separator.len_utf8()..];
        if clause && (left == &rest[..at] || strip_end(after) == after) {
            continue;
        }
        let right = lead(strip_end(after.trim_start_matches(['-', '~', '至'])));
        let from = match start(left, year) {
            Ok(from) => from,
            Err(error) => {
                worst = worst.max(error);
                continue;
            }
        };
        match end(right, from.year()) {
            // `2024-03` is a month, not the years 2024 to 3; `2024-5-6` is a day.
            Ok(to) if one(rest, year).is_err() => {
                return Ok(Period {
                    from: Some(from),
                    to: Some(to),
                });
            }
            Ok(_) => {}
            Err(error) => worst = worst.max(error),
        }
    }
    let left = strip_start(rest);
    let right = strip_end(rest);
    if left != rest {
        return start(left, year).map(|from| Period {
            from: Some(from),
            to: None,
        });
    }
    if right != rest {
        return end(right, year).map(|to| Period {
            from: None,
            to: Some(to),
        });
    }
    match one(rest, year) {
        Ok(_) => Err(WhenError::NotADate),
        Err(error) => Err(worst.max(error)),
    }
}

/// The half of a year as the month it begins or ends with.
fn half_year(text: &str, months: [&str; 2]) -> Option<String> {
    let (year, month) = match text.strip_suffix("上半年") {
        Some(year) => (year, months[0]),
        None => (text.strip_suffix("下半年")?, months[1]),
    };
    Some(format!("{year}{month}月"))
}

fn start(text: &str, year: i16) -> Result<When, WhenError> {
    half_year(text, ["1", "7"]).map_or_else(|| one(text, year), |text| one(&text, year))
}

fn end(text: &str, year: i16) -> Result<When, WhenError> {
    half_year(text, ["6", "12"]).map_or_else(|| one(text, year), |text| one(&text, year))
}

/// Words that count from the day of writing.
const RELATIVE: [&str; 5] = ["今年", "去年", "明年", "年内", "上年"];

const LEADING: [&str; 21] = [
    "项目", "建设", "起止", "年限", "时间", "期限", "计划", "预计", "预期", "力争", "为", "于",
    "自", "从", ":", "将", "工程", "在", "整个", "即", "该",
];

const STARTS: [&str; 11] = [
    "向施工单位下达了开工令",
    "开始施工",
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

/// The longer word of two before the shorter.
const ENDS: [&str; 25] = [
    "前全部竣工",
    "全部竣工",
    "全部完工",
    "全面竣工",
    "竣工投用",
    "竣工投入使用",
    "建成投产",
    "建成投用",
    "建成通车",
    "完工投用",
    "正式投入使用",
    "投入使用",
    "正式投用",
    "完成项目建设",
    "全面建设完成",
    "完成所有项目的交付",
    "竣工验收",
    "竣工",
    "完工",
    "建成",
    "投用",
    "投产",
    "通行",
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
    let text = text.strip_suffix('可').unwrap_or(text);
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
    let text = arabic(text).replace("年年", "年");
    let text = text.strip_suffix("左右").unwrap_or(&text);
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

/// Chinese numerals before 月, 日 and 号, and four of them before 年, as digits.
fn arabic(text: &str) -> String {
    const NUMERALS: &str = "〇一二三四五六七八九十零";
    let numeral = |c: char| NUMERALS.chars().position(|other| other == c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c| numeral(c).is_some()) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c| numeral(c).is_none()).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        let values: Vec<usize> = run
            .chars()
            .filter_map(numeral)
            .map(|value| value % 11)
            .collect();
        let number = match (after.chars().next(), values.as_slice()) {
            (Some('年'), [a, b, c, d]) if !run.contains('十') => {
                Some(((a * 10 + b) * 10 + c) * 10 + d)
            }
            (Some('月' | '日' | '号'), values) => match values {
                [one] => Some(*one),
                [10, one] => Some(10 + one),
                [tens, 10] => Some(tens * 10),
                [tens, 10, one] => Some(tens * 10 + one),
                _ => None,
            },
            _ => None,
        };
        out.push_str(before);
        match number {
            Some(number) => out += &number.to_string(),
            None => out += run,
        }
        rest = after;
    }
    out + rest
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
mod tests;
