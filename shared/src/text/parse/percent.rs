//! Percent as people write it: `85%`, `0.85`, `85`, `100％`.
//!
//! A number up to 2 without a sign is taken as a ratio (how workbooks store 85 %), a larger one as percent; the latter is a guess
//! and says so.

use super::{clean, is_placeholder};

/// A percentage with the way it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent {
    /// Hundredths of a percent: 85 % is 8500. Rounded half up, since a ratio may have any number of digits.
    pub hundredths: i64,
    /// True when neither a sign nor the size told which form was meant.
    pub guessed: bool,
}

impl Percent {
    /// Whole percent, rounded half up, when it lies between 0 and 100.
    #[must_use]
    pub fn whole(self) -> Option<i64> {
        let whole = (self.hundredths + 50).div_euclid(100);
        (0..=100).contains(&whole).then_some(whole)
    }
}

/// Why a text is no percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a percentage")]
pub struct PercentError;

/// Reads a percentage; `Ok(None)` for a placeholder.
///
/// # Errors
/// When the text is no number, negative, or above a thousandfold.
pub fn parse(text: &str) -> Result<Option<Percent>, PercentError> {
    if is_placeholder(text) {
        return Ok(None);
    }
    let text = clean::compact(text);
    let text = text.strip_prefix('约').unwrap_or(&text);
    let (number, signed) = match text.strip_suffix(['%', '﹪']) {
        Some(number) => (number, true),
        None => (text, false),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |part: &str| part.len() <= 30 && part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || !digits(whole) || !digits(fraction) {
        return Err(PercentError);
    }
    // Six decimals are enough: half a hundredth of a percent is 0.00005.
    let scaled = format!("{whole}{fraction:0<6.6}");
    let millionths: i64 = scaled.parse().map_err(|_| PercentError)?;
    let as_percent = (millionths + 5_000) / 10_000;
    let as_ratio = (millionths + 50) / 100;
    let (hundredths, guessed) = match signed {
        true => (as_percent, false),
        false if millionths <= 2_000_000 => (as_ratio, millionths == 1_000_000),
        false => (as_percent, true),
    };
    if hundredths > 10_000_000 {
        Err(PercentError)
    } else {
        Ok(Some(Percent {
            hundredths,
            guessed,
        }))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percent_is_read_in_three_forms() {
        for (text, hundredths, guessed) in [
            ("85%", 8_500, false),
            ("85％", 8_500, false),
            ("0.85", 8_500, false),
            ("85", 8_500, true),
            ("1.0601482572296126", 10_601, false),
            ("106.01%", 10_601, false),
            ("1", 10_000, true),
            ("0", 0, false),
            ("0.5%", 50, false),
        ] {
            assert_eq!(
                parse(text),
                Ok(Some(Percent {
                    hundredths,
                    guessed
                })),
                "{text}"
            );
        }
        assert_eq!(parse("—"), Ok(None));
        for text in ["-5%", "八成", "%", "1e3", ".5", "99999999"] {
            assert_eq!(parse(text), Err(PercentError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn percent_reads_back(hundredths in 0i64..=1_000_000) {
            let text = format!("{}.{:02}%", hundredths / 100, hundredths % 100);
            prop_assert_eq!(parse(&text).unwrap().unwrap().hundredths, hundredths);
        }

        #[test]
        fn wild_text_never_panics(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
