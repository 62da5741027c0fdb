//! Amounts and lengths of time inside the phrases of reports: `总投资估算约9000万元`, `總投資1.83億元`, `建设工期:12个月`.
//!
//! Only words that say nothing about the amount are passed over, and which words those are depends on what the column asks for:
//! `一期计划投资21.8亿元` is a part of the project and stays unread, `已完成投资300万元` is no total. A remark behind the amount
//! (`,其中省级投资1200万元`, `,占年度任务的61%`) is passed over too. Used where text comes from files; a form needs none of it.

use super::clean;
use super::money::{self, Money, MoneyError, Unit};

/// What the column asks for, which decides the words that may stand around an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The whole project.
    Total,
    /// The plan of a year.
    Plan,
    /// What was done.
    Done,
}

impl Asked {
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Total => &["造价", "立项", "设计", "耗资", "预计"],
            Self::Plan => &["年度", "任务", "目标", "将", "预计", "本次", "分配"],
            Self::Done => &["累计", "已", "先期", "完成", "投入"],
        }
    }
}

/// Words that may stand before any amount.
const NEUTRAL: [&str; 18] = [
    "项目", "工程", "该", "财政", "估算", "概算", "匡算", "预算", "计划", "总", "投资", "资金",
    "金额", "额", "建设", "为", "投", "共",
];

/// Words of amounts that are of a phase, of this year or of some of its months.
const PARTS: [&str; 7] = ["一期", "二期", "三期", "今年", "个月", "截至", "首期"];

/// Where a remark behind an amount begins.
const REMARKS: [&str; 6] = [",其中", ",占", "(其中", "(含", "(不含", "(详见"];

/// Reads the amount of a phrase; `Ok(None)` for a placeholder.
///
/// # Errors
/// As [`money::parse`]: [`MoneyError::Part`] for the amount of a part, [`MoneyError::NotMoney`] when the phrase says more than the one
/// amount that was asked for.
pub fn amount(text: &str, unit: Unit, asked: Asked) -> Result<Option<Money>, MoneyError> {
    let plain = money::parse(text, unit);
    if plain != Err(MoneyError::NotMoney) {
        return plain;
    }
    let text = simple(text);
    match one_amount(&text, unit, asked) {
        Err(MoneyError::NotMoney) if PARTS.iter().any(|word| text.contains(word)) => {
            Err(MoneyError::Part)
        }
        read => read,
    }
}

fn one_amount(text: &str, unit: Unit, asked: Asked) -> Result<Option<Money>, MoneyError> {
    // Beside an amount of another kind the total is named: `静态投资2.75亿元,总投资为2.99亿元`.
    let text = match text.split_once(",总投资") {
        Some((before, whole)) if asked == Asked::Total && !before.contains("总投资") => whole,
        _ => text,
    };
    let text = match text.split_once('年') {
        Some((year, after)) if asked == Asked::Plan && is_year(year) => after,
        _ => text,
    };
    let end = REMARKS.iter().filter_map(|sign| text.find(sign)).min();
    let text = text.get(..end.unwrap_or(text.len())).unwrap_or(text);
    let rest = passed_over(text, asked.words()).trim_end_matches(['.', '。', '!']);
    // A label may name the unit: `金额(万元)20`.
    let label = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let label = label.and_then(|(name, rest)| Some((Unit::from_name(name)?, rest)));
    let (unit, rest) = label.unwrap_or((unit, rest));
    if rest.is_empty() {
        return Err(MoneyError::NotMoney);
    }
    money::parse(rest, unit)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text behind every word of the two lists it begins with.
fn passed_over<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let mut rest = text;
    while let Some(after) = words
        .iter()
        .chain(&NEUTRAL)
        .find_map(|word| rest.strip_prefix(word))
    {
        rest = after;
    }
    rest
}

/// A unit of time in which people give the length of works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// 年.
    Years,
    /// 个月.
    Months,
    /// 天.
    Days,
    /// 个工作日.
    WorkingDays,
}

/// Reads the length of works: `36个月`, `建设期为4年`, `工期:90个工作日`; `None` when the text says anything else.
#[must_use]
pub fn length(text: &str) -> Option<(u16, Span)> {
    const WORDS: [&str; 7] = ["工期", "期限", "周期", "施工", "期", ":", "计划"];
    let text = simple(text);
    let text = text
        .split_once('(')
        .map_or(text.as_str(), |(before, _)| before);
    let rest = passed_over(text, &WORDS);
    let end = rest.find(|c: char| !c.is_ascii_digit() && small(c).is_none())?;
    let (number, unit) = rest.split_at(end);
    let span = match unit {
        "年" => Span::Years,
        "个月" => Span::Months,
        "天" => Span::Days,
        "个工作日" => Span::WorkingDays,
        _ => return None,
    };
    let mut written = number.chars();
    let count = match (written.next(), written.next()) {
        (Some(only), None) if !only.is_ascii_digit() => small(only)?,
        _ => number.parse().ok()?,
    };
    // `2024年` is a year, not a length.
    (1..1900).contains(&count).then_some((count, span))
}

fn small(c: char) -> Option<u16> {
    let at = "一二三四五六七八九十".chars().position(|digit| digit == c);
    match c {
        '两' => Some(2),
        _ => at.and_then(|at| u16::try_from(at + 1).ok()),
    }
}

/// Narrow, without white space, traditional signs of amounts as simplified ones, and without the readings that some converters
/// leave behind a sign: `萬(wàn)`.
pub(super) fn simple(text: &str) -> String {
    let text: String = clean::compact(text).chars().map(simplified).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, inside)) = rest.split_once('(') {
        out.push_str(before);
        match inside.split_once(')') {
            Some((reading, after)) if is_reading(reading) => rest = after,
            _ => {
                out.push('(');
                rest = inside;
            }
        }
    }
    out + rest
}

fn is_reading(text: &str) -> bool {
    let latin = |c: char| c.is_ascii_lowercase() || matches!(c, 'à'..='ü' | 'ā'..='ǜ');
    !text.is_empty() && text.chars().all(latin)
}

fn simplified(c: char) -> char {
    match c {
        '億' => '亿',
        '萬' => '万',
        '總' => '总',
        '資' => '资',
        '計' => '计',
        '劃' => '划',
        '項' => '项',
        '設' => '设',
        '預' => '预',
        '財' => '财',
        '約' => '约',
        '達' => '达',
        '額' => '额',
        '為' => '为',
        '餘' => '余',
        '過' => '过',
        '將' => '将',
        '價' => '价',
        '個' => '个',
        '開' => '开',
        '動' => '动',
        '於' => '于',
        '爭' => '争',
        '內' => '内',
        '該' => '该',
        '車' => '车',
        _ => c,
    }
}

#[cfg(test)]
mod tests;
