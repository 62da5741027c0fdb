//! Figures as people read them: 万元 with two decimals and grouped digits, rates in tenths of a percent, moments as short as they stay clear.

use crate::money::Fen;
use crate::time::Timestamp;

/// An amount in 万元 with two decimals and grouped thousands; empty when unknown.
#[must_use]
pub fn wan(fen: Option<i64>) -> String {
    fen.map_or_else(String::new, |fen| group(&Fen(fen).wan_rounded()))
}

/// Groups the digits before the point by three.
#[must_use]
pub fn group(number: &str) -> String {
    let (sign, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, decimals) = rest
        .split_once('.')
        .map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(decimals) = decimals {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

/// Tenths of a percent as `61.2%`; a dash when unknown.
#[must_use]
pub fn percent(tenths: Option<i64>) -> String {
    tenths.map_or_else(
        || "—".to_owned(),
        |tenths| {
            let sign = if tenths < 0 { "-" } else { "" };
            format!(
                "{sign}{}.{}%",
                tenths.unsigned_abs() / 10,
                tenths.unsigned_abs() % 10
            )
        },
    )
}

/// Tenths of a point with an explicit sign: `+3.1`, `-30.5`.
#[must_use]
pub fn signed(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "+" };
    format!(
        "{sign}{}.{}",
        tenths.unsigned_abs() / 10,
        tenths.unsigned_abs() % 10
    )
}

/// A moment as short as it stays clear: the clock on the same day, else the date with it.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let (hour, minute, _) = at.clock();
    let date = at.date();
    if date == now.date() {
        format!("{hour:02}:{minute:02}")
    } else if date.year() == now.date().year() {
        format!(
            "{:02}-{:02} {hour:02}:{minute:02}",
            date.month(),
            date.day()
        )
    } else {
        format!("{date} {hour:02}:{minute:02}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use crate::rules::overview::{pace, rate};
    use crate::time::Month;

    #[test]
    fn amounts_are_grouped_and_keep_their_sign() {
        for (fen, text) in [
            (0, "0.00"),
            (99_999_000_000, "99,999.00"),
            (-123_456_780_000, "-123,456.78"),
            (100_000_000, "100.00"),
        ] {
            assert_eq!(wan(Some(fen)), text);
        }
        assert_eq!(wan(None), "");
    }

    #[test]
    fn rates_read_as_percent_and_an_unknown_one_as_a_dash() {
        assert_eq!(percent(rate(Some(6125), Some(10_000))), "61.3%");
        assert_eq!(percent(Some(pace(Month::new(2026, 11).unwrap()))), "91.7%");
        assert_eq!(percent(None), "—");
    }
}
