//! What one field can hold: the four shapes automerge, JSON and the browser agree on.

use serde::{Deserialize, Serialize};

/// The value of one field.
///
/// Shape: money is `Int` in fen; a date is `Text` as `YYYY-MM-DD` or `YYYY-MM`; a choice is the ASCII id of its option as `Text`;
/// a set is `Text` with the sorted ids joined by commas; an absent field and `Null` mean the same.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing is known, or it was cleared.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number: fen, percent, count.
    Int(i64),
    /// Words, a date, an id.
    Text(String),
}

impl Value {
    /// True when nothing is known.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    /// The words, if there are any.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The flag, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self {
            Some(*flag)
        } else {
            None
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
