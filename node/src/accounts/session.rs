//! Sessions: a random token in the browser's cookie, its hash in the store.
//!
//! Two hours without a request or twelve hours in all end a session. reliability.md 3 asks for thirty minutes of idleness; an
//! office PC in a township stands in a locked room and its clerk fills a month's grid between visitors, so two hours it is.
//! Times are those of a clock that does not jump (`Clock::steady`): a computer whose clock is put right, or wrong, neither ends the
//! sessions of everybody nor lets one live for years.

use std::fmt;

use serde::{Deserialize, Serialize};
use shared::ids::UserId;
use shared::time::Timestamp;

/// Milliseconds a session lives at most.
pub const ABSOLUTE_MS: i64 = 12 * 3_600_000;
/// Milliseconds a session lives without a request.
pub const IDLE_MS: i64 = 2 * 3_600_000;
/// How stale the stored `seen_at` may become before it is written again.
const SEEN_STEP_MS: i64 = 10 * 60_000;

/// The secret in a cookie: 256 random bits. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// What the store knows of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// Makes a token from random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a token from a cookie: 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The token as it stands in the cookie.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(self.0)
    }

    /// The token's hash.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(*blake3::hash(&self.0).as_bytes())
    }

    /// What unsafe requests must carry as `X-CSRF`: derived from the token, so that it needs no storage.
    #[must_use]
    pub fn csrf(&self) -> String {
        let derived = blake3::derive_key("xiangmu 2026 csrf", &self.0);
        hex::encode(&derived[..16])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl TokenHash {
    /// Makes a hash from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash's bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

/// One session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose it is.
    pub user: UserId,
    /// When the person logged in.
    pub made_at: Timestamp,
    /// When a request last came, give or take ten minutes.
    pub seen_at: Timestamp,
}

impl Session {
    /// True when the session has lived too long or stood idle too long, or is of a time that has not come: then the clock went back while
    /// the server was off, and nobody knows how old the session is.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        let age = |from: Timestamp| now.0.saturating_sub(from.0);
        age(self.made_at) >= ABSOLUTE_MS
            || age(self.seen_at) >= IDLE_MS
            || age(self.seen_at) < -SEEN_STEP_MS
    }

    /// Notes a request; true when the stored copy has become too stale.
    pub fn see(&mut self, now: Timestamp) -> bool {
        let stale = now.0.saturating_sub(self.seen_at.0) >= SEEN_STEP_MS;
        if stale {
            self.seen_at = now;
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a failed test should panic")]
    fn a_token_reads_back_and_prints_nothing() {
        let token = Token::from_bytes([7; 32]);
        assert_eq!(Token::parse(&token.reveal()).unwrap(), token);
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_eq!(Token::parse("zz"), None);
        assert_ne!(token.csrf(), hex::encode(&token.hash().to_bytes()[..16]));
    }

    #[test]
    fn idleness_and_age_end_a_session() {
        let user = UserId::from_bytes([1; 5]);
        let start = Timestamp(0);
        let mut session = Session {
            user,
            made_at: start,
            seen_at: start,
        };
        assert!(!session.is_over(Timestamp(IDLE_MS - 1)));
        assert!(session.is_over(Timestamp(IDLE_MS)));
        let mut now = start;
        while now.0 < ABSOLUTE_MS - IDLE_MS {
            now = now.plus_ms(IDLE_MS - 1);
            assert!(!session.is_over(now));
            assert!(session.see(now));
        }
        assert!(session.is_over(Timestamp(ABSOLUTE_MS)));
    }

    #[test]
    fn a_session_of_a_time_to_come_is_over() {
        let user = UserId::from_bytes([1; 5]);
        let year = 366 * 24 * 3_600_000;
        let session = |at| Session {
            user,
            made_at: Timestamp(at),
            seen_at: Timestamp(at),
        };
        assert!(session(year).is_over(Timestamp(0)));
        assert!(session(i64::MAX).is_over(Timestamp(i64::MIN)));
        assert!(session(i64::MIN).is_over(Timestamp(i64::MAX)));
        assert!(
            !session(60_000).is_over(Timestamp(0)),
            "put right by a minute"
        );
    }
}
