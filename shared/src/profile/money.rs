//! Amounts in profile files: a number with its unit, which must be whole fen (domain.md 0.5).

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::Fen;

/// An amount as a county writes it by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    text: String,
    fen: Fen,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no amount in whole fen with its unit")]
pub struct MoneyError(String);

impl Money {
    /// The amount.
    #[must_use]
    pub fn fen(&self) -> Fen {
        self.fen
    }
}

/// Units an amount may carry, the longest first, with the decimals that still are whole fen.
const UNITS: [(&str, u32); 3] = [
    ("\u{4e07}\u{5143}", 6),
    ("\u{4ebf}\u{5143}", 10),
    ("\u{5143}", 2),
];

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let error = || MoneyError(text.chars().take(32).collect());
        let (number, decimals) = UNITS
            .iter()
            .find_map(|(unit, decimals)| Some((text.strip_suffix(unit)?, *decimals)))
            .ok_or_else(error)?;
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return Err(error());
        }
        let part = part.trim_end_matches('0');
        let missing = usize::try_from(decimals)
            .unwrap_or(0)
            .checked_sub(part.len())
            .ok_or_else(error)?;
        let fen = format!("{whole}{part}{}", "0".repeat(missing))
            .parse::<i64>()
            .map_err(|_| error())?;
        Ok(Self {
            text: text.to_owned(),
            fen: Fen(fen),
        })
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
