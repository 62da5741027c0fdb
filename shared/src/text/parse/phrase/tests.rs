#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use super::super::date::{self, When, WhenError};
use super::*;
use crate::limits::FEN_MAX;
use crate::money::Fen;
use proptest::prelude::*;

/// The amounts and periods of 255 public notices: number, column, wording, what is read, and what a person read.
///
/// What is read is an amount in 万元, `from..to`, a length, or the reason in angle brackets.
const GOLDEN: &str = include_str!("../golden/wordings.tsv");

/// The year of a wording that names none cannot be known here; no year is taken instead of this one.
const NO_YEAR: i16 = 0;

fn read_amount(text: &str, asked: Asked) -> String {
    match amount(text, Unit::Wan, asked) {
        Ok(None) => "<Empty>".to_owned(),
        Ok(Some(money)) => money.fen.wan_exact(),
        Err(reason) => format!("<{reason:?}>"),
    }
}

fn read_period(text: &str) -> String {
    let side = |when: Option<When>| match when {
        None => String::new(),
        Some(When::Year(year)) => year.to_string(),
        Some(when) => when.to_value().unwrap(),
    };
    match date::parse_period(text, NO_YEAR) {
        Ok(None) => "<Empty>".to_owned(),
        Ok(Some(period)) => format!("{}..{}", side(period.from), side(period.to)),
        Err(reason) => match (length(text), date::parse(text, NO_YEAR)) {
            (Some((count, span)), _) => format!("{count} {span:?}"),
            (None, Ok(Some(when))) => format!("<NoSide> {}", side(Some(when))),
            _ if reason == WhenError::OutOfRange => "<NoYear>".to_owned(),
            _ => format!("<{reason:?}>"),
        },
    }
}

/// What a person wrote down for a period, as [`read_period`] writes it.
fn as_read(person: &str) -> String {
    let person = person.split('（').next().unwrap_or(person);
    for (unit, span) in [
        ("个工作日", "WorkingDays"),
        ("个月", "Months"),
        ("天", "Days"),
        ("年", "Years"),
    ] {
        if let Some(count) = person.strip_suffix(unit) {
            return format!("{count} {span}");
        }
    }
    if let Some((from, to)) = person.split_once('至') {
        return format!("{from}..{to}");
    }
    let at = person.find(|c: char| !c.is_ascii_digit() && c != '-');
    match at.map(|at| person.split_at(at)) {
        Some((from, "开工")) => format!("{from}.."),
        Some((to, _)) => format!("..{to}"),
        None => person.to_owned(),
    }
}

#[test]
fn every_wording_of_the_notices_is_a_value_or_a_reason() {
    let mut wrong = String::new();
    let mut rows = std::collections::BTreeSet::new();
    for line in GOLDEN.lines() {
        let [number, column, text, read, person] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        rows.insert(number);
        let found = match column {
            "total" => read_amount(text, Asked::Total),
            "plan" => read_amount(text, Asked::Plan),
            "done" => read_amount(text, Asked::Done),
            _ => read_period(text),
        };
        if found != read {
            wrong += &format!("{number}\t{column}\t{text}\t{found}\t{person}\n");
        }
    }
    assert_eq!(rows.len(), 255);
    assert!(wrong.is_empty(), "read otherwise:\n{wrong}");
}

/// Every wording that a person read otherwise, or read where the program gives a reason, or left out.
const DIFFERENT: &str = include_str!("../golden/different.tsv");

#[test]
fn what_is_read_from_the_notices_is_what_a_person_read() {
    let mut other = String::new();
    for line in GOLDEN.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let (read, person) = (cells[3], cells[4]);
        let is_same = match cells[1] {
            "period" => as_read(person) == read,
            _ => person == read,
        };
        let is_nothing = read == "<Empty>" && person.is_empty();
        if !is_same && !is_nothing {
            other += &format!("{}\t{}\t{read}\t{person}\n", cells[0], cells[1]);
        }
    }
    let known: String = DIFFERENT
        .lines()
        .map(|line| {
            let (known, why) = line.rsplit_once('\t').unwrap();
            assert!(!why.is_empty(), "{line}");
            format!("{known}\n")
        })
        .collect();
    assert_eq!(other, known);
}

#[test]
fn words_belong_to_what_was_asked() {
    for (text, asked, read) in [
        ("总投资估算约9000万元", Asked::Total, "9000"),
        ("總投資約 2.74 億元", Asked::Total, "27400"),
        (
            "總投資3032萬(wàn)元,其中,中央預(yù)算內(nèi)投資為1819萬(wàn)元",
            Asked::Total,
            "3032",
        ),
        ("已完成投资300万元", Asked::Done, "300"),
        ("已完成投资300万元", Asked::Total, "<NotMoney>"),
        ("年度计划投资6亿元", Asked::Plan, "60000"),
        ("年度计划投资6亿元", Asked::Total, "<NotMoney>"),
        ("一期计划投资21.8亿元", Asked::Total, "<Part>"),
        ("今年已完成投资3326万元", Asked::Done, "<Part>"),
        ("2017年将投资5277万元", Asked::Plan, "5277"),
        ("2017年将投资5277万元", Asked::Total, "<NotMoney>"),
        ("本次分配金额(亿元) 2", Asked::Plan, "20000"),
        ("静态投资2.75亿元,总投资为2.99亿元", Asked::Total, "29900"),
        ("总投资1,234万元,其中一期100万元", Asked::Total, "1234"),
        ("总投资3000-5000万元", Asked::Total, "<Range>"),
        ("总投资100万美元", Asked::Total, "<Foreign>"),
        ("总投资", Asked::Total, "<NotMoney>"),
        ("总投资-3万元", Asked::Total, "<Negative>"),
        ("待定", Asked::Total, "<Empty>"),
    ] {
        assert_eq!(read_amount(text, asked), read, "{text}");
    }
}

#[test]
fn lengths_are_read_and_dates_are_none() {
    for (text, read) in [
        ("36个月", Some((36, Span::Months))),
        ("建设期为4年", Some((4, Span::Years))),
        ("建设期限两年", Some((2, Span::Years))),
        ("３６ 个月", Some((36, Span::Months))),
        ("计划总工期为90个工作日", Some((90, Span::WorkingDays))),
        ("建设工期400天", Some((400, Span::Days))),
        ("2024年", Some((2024, Span::Years))),
        ("0个月", None),
        ("十八个月", None),
        ("2024年3月", None),
        ("99999999个月", None),
        ("个月", None),
        ("争四保五", None),
    ] {
        let read = read.filter(|(count, _)| *count < 1900);
        assert_eq!(length(text), read, "{text}");
    }
}

proptest! {
    #[test]
    fn an_amount_in_words_reads_back(fen in 0..=FEN_MAX) {
        let text = format!("估算总投资约{}万元(含前期)", Fen(fen).wan_exact());
        let read = amount(&text, Unit::Yi, Asked::Total).unwrap().unwrap();
        prop_assert_eq!(read.fen, Fen(fen));
        prop_assert_eq!(read.mark, Some(money::Mark::About));
    }

    #[test]
    fn lengths_read_back(count in 1u16..1900) {
        prop_assert_eq!(length(&format!("建设工期:{count}个月")), Some((count, Span::Months)));
    }

    #[test]
    fn wild_text_never_panics(text in any::<String>()) {
        let _ = amount(&text, Unit::Wan, Asked::Done);
        let _ = length(&text);
    }

    #[test]
    fn wild_phrases_never_panic(text in "[总投资约其中占,(含)0-9.亿万元工期年个月一两àn ]{0,24}") {
        let _ = amount(&text, Unit::Wan, Asked::Total);
        let _ = length(&text);
    }
}
