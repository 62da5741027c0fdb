//! Numbers as tables show them: 万元 with two decimals and grouped digits, rates in tenths of a percent, the pace of the year.

use shared::money::Fen;
use shared::time::{Date, Month, days_in_month};

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

/// Done against plan in tenths of a percent, half away from zero; `None` without a plan.
#[must_use]
pub fn rate(done: Option<i64>, plan: Option<i64>) -> Option<i64> {
    let (done, plan) = (i128::from(done?), i128::from(plan?));
    if plan <= 0 {
        return None;
    }
    let doubled = done * 2000 + if done < 0 { -plan } else { plan };
    i64::try_from(doubled / (plan * 2)).ok()
}

/// The share of the year gone at the end of a month, in tenths of a percent.
#[must_use]
pub fn pace(period: Month) -> i64 {
    let start = Date::new(period.year(), 1, 1).map_or(0, Date::to_days);
    let days = period.last_day().to_days() - start + 1;
    let all = 337 + i64::from(days_in_month(period.year(), 2));
    (days * 2000 + all) / (all * 2)
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

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
    fn a_rate_needs_a_plan_and_rounds_half_up() {
        assert_eq!(rate(Some(1), Some(0)), None);
        assert_eq!(rate(None, Some(5)), None);
        assert_eq!(percent(rate(Some(6125), Some(10_000))), "61.3%");
        assert_eq!(percent(rate(Some(i64::MAX), Some(i64::MAX))), "100.0%");
        assert_eq!(percent(None), "—");
    }

    #[test]
    fn november_ends_at_nine_tenths_of_the_year() {
        assert_eq!(percent(Some(pace(Month::new(2026, 11).unwrap()))), "91.5%");
        assert_eq!(pace(Month::new(2024, 12).unwrap()), 1000);
    }
}
