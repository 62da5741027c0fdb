//! What a person types in a field, read by the field's kind, and how a value stands in the field.
//!
//! The reading of money, dates and percent is `shared::text::parse`'s; here it is bound to kinds, and each failure has words.
//! A form shows all decimals, a table two (domain.md 0.5).

use shared::field::Kind;
use shared::limits::{FEN_MAX, TEXT_CHARS_MAX};
use shared::money::Fen;
use shared::text::parse::{clean, date, money, percent};
use shared::text::ui::Ui;
use shared::value::Value;

/// Reads what was typed; the error is what to tell the person. `year` is taken where a date leaves it out.
///
/// # Errors
/// The words for the person.
pub fn parse(kind: Kind, text: &str, year: i16) -> Result<Value, Ui> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    if trimmed.chars().count() > TEXT_CHARS_MAX {
        return Err(Ui::TextTooLong);
    }
    match kind {
        Kind::Money => match money::parse(trimmed, money::Unit::Wan) {
            Ok(None) => Ok(Value::Null),
            Ok(Some(amount)) if amount.fen.0 > FEN_MAX => Err(Ui::BadMoney),
            Ok(Some(amount)) => Ok(Value::Int(amount.fen.0)),
            Err(money::MoneyError::FinerThanFen) => Err(Ui::MoneyTooFine),
            Err(money::MoneyError::Negative) => Err(Ui::NegativeMoney),
            Err(_) => Err(Ui::BadMoney),
        },
        Kind::Percent => match clean::compact(trimmed).trim_end_matches('%').parse::<i64>() {
            Ok(whole @ 0..=100) => Ok(Value::Int(whole)),
            // `85.0`, `约85%`: the reader of workbooks knows more forms than a form needs.
            _ => percent::parse(&format!("{}%", trimmed.trim_end_matches(['%', '％'])))
                .ok()
                .flatten()
                .and_then(percent::Percent::whole)
                .map(Value::Int)
                .ok_or(Ui::BadPercent),
        },
        Kind::Count => match clean::compact(trimmed).parse::<i64>() {
            Ok(count @ 0..) => Ok(Value::Int(count)),
            _ => Err(Ui::BadCount),
        },
        Kind::Date => match date::parse(trimmed, year) {
            Ok(None) => Ok(Value::Null),
            Ok(Some(when)) => when.to_value().map(Value::Text).ok_or(Ui::BadDate),
            Err(_) => Err(Ui::BadDate),
        },
        Kind::Years => years(trimmed).ok_or(Ui::BadYears),
        Kind::Text | Kind::Person | Kind::Unit | Kind::Reference => {
            Ok(Value::Text(clean::line(trimmed)))
        }
        Kind::Long | Kind::CoEdited | Kind::Rules => Ok(Value::Text(trimmed.replace("\r\n", "\n"))),
        Kind::Flag => Ok(Value::Bool(trimmed == "true")),
        Kind::Choice(_) | Kind::Set(_) | Kind::Json => Ok(Value::Text(trimmed.to_owned())),
        Kind::Moment => Err(Ui::EngineField),
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

/// The value as it stands in its input.
#[must_use]
pub fn print(kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Money, Value::Int(fen)) => Fen(*fen).wan_exact(),
        (Kind::Years, Value::Text(text)) => text.replace("..", "-"),
        (_, Value::Int(number)) => number.to_string(),
        (_, Value::Bool(flag)) => flag.to_string(),
        (_, Value::Text(text)) => text.clone(),
    }
}

/// True for kinds a person does not write.
#[must_use]
pub const fn is_engines(kind: Kind) -> bool {
    matches!(kind, Kind::Moment | Kind::Json | Kind::Reference)
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
            (Kind::Text, "  三合\u{3000}互通 ", text("三合 互通")),
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
