//! The simulator's time: one true clock, and each party's own, which may be wrong and jump.

use shared::time::Timestamp;

/// A party's clock: the true time and how far it is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Milliseconds ahead of the true time.
    pub ahead_ms: i64,
}

impl Clock {
    /// What this clock shows at a true time.
    #[must_use]
    pub fn at(self, truth: Timestamp) -> Timestamp {
        truth.plus_ms(self.ahead_ms)
    }
}

/// When every simulation starts: 2026-11-21, by nobody's clock.
pub const START: Timestamp = Timestamp(1_795_219_200_000);
