//! What can be late has four faces, all of them drawn (style.md 9).

use crate::client::http::Failure;

/// Something asked of the node.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Remote<T> {
    /// Asked, not answered yet.
    #[default]
    Loading,
    /// Here it is.
    Ready(T),
    /// There is no such thing.
    Missing,
    /// The asking failed.
    Failed(Failure),
}

impl<T> Remote<T> {
    /// The thing, once it is there.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(thing) => Some(thing),
            Self::Loading | Self::Missing | Self::Failed(_) => None,
        }
    }

    /// Takes an answer.
    #[must_use]
    pub fn from_answer(answer: Result<T, Failure>) -> Self {
        match answer {
            Ok(thing) => Self::Ready(thing),
            Err(failure) if failure.is_missing() => Self::Missing,
            Err(failure) => Self::Failed(failure),
        }
    }
}
