//! Money: whole fen, shown in 万元 (domain.md 0.5). Parsing what people write lives in `text`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in fen; 100 fen are one yuan, 1,000,000 fen are one 万元.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// Fen in one 万元.
    pub const PER_WAN: i64 = 1_000_000;

    /// The amount in 万元 with exactly two decimals, half a unit away from zero, as tables show it.
    #[must_use]
    pub fn wan_rounded(self) -> String {
        let hundredths = (i128::from(self.0.unsigned_abs()) + 5_000) / 10_000;
        let sign = if self.0 < 0 && hundredths > 0 {
            "-"
        } else {
            ""
        };
        format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// The amount in 万元 with all its decimals (at most six), as forms and exports show it.
    #[must_use]
    pub fn wan_exact(self) -> String {
        let size = self.0.unsigned_abs();
        let (whole, rest) = (size / 1_000_000, size % 1_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        let decimals = format!("{rest:06}");
        format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.wan_exact())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_round_and_forms_do_not() {
        assert_eq!(Fen(123_456_789).wan_rounded(), "123.46");
        assert_eq!(Fen(123_456_789).wan_exact(), "123.456789");
        assert_eq!(Fen(-5_000).wan_rounded(), "-0.01");
        assert_eq!(Fen(-4_999).wan_rounded(), "0.00");
        assert_eq!(Fen(1_500_000).wan_exact(), "1.5");
        assert_eq!(Fen(i64::MIN).wan_rounded(), "-9223372036854.78");
    }
}
