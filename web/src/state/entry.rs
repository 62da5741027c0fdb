//! What a person types in a field, read by the field's kind, and how a value stands in the field.
//!
//! The reading of money, dates and percent is `shared::text::parse`'s; here it is bound to kinds, and each failure has words.
//! A form shows all decimals, a table two (domain.md 0.5).

use shared::decide::{Misfit, check_shape};
use shared::field::Kind;
use shared::text::parse::{clean, date, money, percent};
pub use shared::text::records::{is_engines, typed as print};
use shared::text::ui::Ui;
use shared::value::Value;

/// Reads what was typed; the error is what to tell the person. `year` is taken where a date leaves it out. What it reads has
/// the shape that the node asks for too ([`check_shape`]).
///
/// # Errors
/// The words for the person.
pub fn parse(kind: Kind, text: &str, year: i16) -> Result<Value, Ui> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    let value = read(kind, trimmed, year)?;
    match check_shape(kind, &value) {
        Ok(()) => Ok(value),
        Err(Misfit::TooLong) => Err(Ui::TextTooLong),
        Err(Misfit::NotA(_) | Misfit::NotWritable) => Err(misread(kind)),
    }
}

fn read(kind: Kind, text: &str, year: i16) -> Result<Value, Ui> {
    let misread = misread(kind);
    match kind {
        Kind::Money => match money::parse(text, money::Unit::Wan) {
            Ok(amount) => Ok(amount.map_or(Value::Null, |amount| Value::Int(amount.fen.0))),
            Err(money::MoneyError::FinerThanFen) => Err(Ui::MoneyTooFine),
            Err(money::MoneyError::Negative) => Err(Ui::NegativeMoney),
            Err(_) => Err(misread),
        },
        Kind::Percent => match clean::compact(text).trim_end_matches('%').parse::<i64>() {
            Ok(whole) => Ok(Value::Int(whole)),
            // `85.0`, `约85%`: the reader of workbooks knows more forms than a form needs.
            Err(_) => percent::parse(&format!("{}%", text.trim_end_matches(['%', '％'])))
                .ok()
                .flatten()
                .and_then(percent::Percent::whole)
                .map(Value::Int)
                .ok_or(misread),
        },
        Kind::Count => {
            let count = clean::compact(text).parse();
            count.map(Value::Int).map_err(|_| misread)
        }
        Kind::Date => match date::parse(text, year) {
            Ok(None) => Ok(Value::Null),
            Ok(Some(when)) => when.to_value().map(Value::Text).ok_or(misread),
            Err(_) => Err(misread),
        },
        Kind::Years => years(text).ok_or(misread),
        Kind::Text | Kind::Person | Kind::Unit | Kind::Reference => Ok(written(clean::line(text))),
        Kind::Long | Kind::CoEdited | Kind::Rules => {
            let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
            Ok(written(text.chars().filter(is_kept).collect()))
        }
        Kind::Flag => Ok(Value::Bool(text == "true")),
        Kind::Set(_) => Ok(set(text.split(',').collect())),
        Kind::Choice(_) | Kind::Json => Ok(Value::Text(text.to_owned())),
        Kind::Moment => Err(misread),
    }
}

/// A set as it stands in documents: sorted. It has few members.
#[must_use]
pub fn set(mut ids: Vec<&str>) -> Value {
    for at in 1..ids.len() {
        let mut place = at;
        while place > 0 && ids[place] < ids[place - 1] {
            ids.swap(place, place - 1);
            place -= 1;
        }
    }
    written(ids.join(","))
}

fn written(text: String) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        Value::Text(text)
    }
}

/// What to write instead.
const fn misread(kind: Kind) -> Ui {
    match kind {
        Kind::Money => Ui::BadMoney,
        Kind::Percent => Ui::BadPercent,
        Kind::Count => Ui::BadCount,
        Kind::Date => Ui::BadDate,
        Kind::Years => Ui::BadYears,
        _ => Ui::EngineField,
    }
}

/// `2025-2027`, `2025年至2027年` or one year as `YYYY..YYYY`.
fn years(text: &str) -> Option<Value> {
    let text = clean::compact(text);
    let mut found = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let from: u16 = found.next()?.parse().ok()?;
    let to: u16 = found.next().map_or(Some(from), |part| part.parse().ok())?;
    let legal =
        found.next().is_none() && (1900..=2199).contains(&from) && (from..=2199).contains(&to);
    legal.then(|| Value::Text(format!("{from}..{to}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_the_value_of_its_kind() {
        let text = |text: &str| Ok(Value::Text(text.into()));
        for (kind, typed, value) in [
            (Kind::Money, "1,234.5", Ok(Value::Int(1_234_500_000))),
            (Kind::Money, "１２３４．５", Ok(Value::Int(1_234_500_000))),
            (Kind::Money, "1.2亿", Ok(Value::Int(12_000_000_000))),
            (Kind::Money, "—", Ok(Value::Null)),
            (Kind::Money, "", Ok(Value::Null)),
            (Kind::Money, "1.2345678", Err(Ui::MoneyTooFine)),
            (Kind::Money, "-5", Err(Ui::NegativeMoney)),
            (Kind::Money, "很多", Err(Ui::BadMoney)),
            (Kind::Percent, "85％", Ok(Value::Int(85))),
            (Kind::Percent, "1", Ok(Value::Int(1))),
            (Kind::Percent, "101", Err(Ui::BadPercent)),
            (Kind::Date, "2026年11月", text("2026-11")),
            (Kind::Date, "26.11.5", text("2026-11-05")),
            (Kind::Date, "11/5", text("2026-11-05")),
            (Kind::Date, "昨天", Err(Ui::BadDate)),
            (Kind::Years, "2025年至2027年", text("2025..2027")),
            (Kind::Years, "2027-2025", Err(Ui::BadYears)),
            (Kind::Set("areas"), "c,a,b", text("a,b,c")),
            (Kind::Text, "  三合\u{3000}互通 ", text("三合 互通")),
            (Kind::Text, &"长".repeat(501), Err(Ui::TextTooLong)),
            (Kind::Long, &"长".repeat(501), text(&"长".repeat(501))),
            (Kind::Long, "一\r\n\u{7}二", text("一\n二")),
            (Kind::CoEdited, &"长".repeat(8_001), Err(Ui::TextTooLong)),
            (Kind::Count, "-1", Err(Ui::BadCount)),
            (Kind::Money, "9999999999亿", Err(Ui::BadMoney)),
        ] {
            assert_eq!(parse(kind, typed, 2026), value, "{typed}");
        }
    }

    #[test]
    fn a_field_left_untouched_reads_back_its_own_value() {
        for (kind, value) in [
            (Kind::Money, Value::Int(123_456_789)),
            (Kind::Percent, Value::Int(1)),
            (Kind::Date, Value::from("2026-11")),
            (Kind::Years, Value::from("2025..2027")),
            (Kind::Long, Value::from("一\n二")),
            (Kind::Flag, Value::Bool(false)),
        ] {
            assert_eq!(parse(kind, &print(kind, &value), 2026), Ok(value));
        }
    }
}
