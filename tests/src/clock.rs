//! The simulator's time: one true clock, and each party's own, which may be wrong, jump and stand still.

use shared::time::Timestamp;

/// A party's clock: the true time and how far it is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Milliseconds ahead of the true time.
    pub ahead_ms: i64,
    /// It stands still and shows this.
    pub stands_at: Option<Timestamp>,
}

impl Clock {
    /// What this clock shows at a true time.
    #[must_use]
    pub fn at(self, truth: Timestamp) -> Timestamp {
        self.stands_at
            .unwrap_or_else(|| truth.plus_ms(self.ahead_ms))
    }

    /// The true time at which this clock shows a moment; `None` when it never does.
    #[must_use]
    pub fn truth_at(self, shown: Timestamp) -> Option<Timestamp> {
        match self.stands_at {
            Some(stands) if shown > stands => None,
            Some(_) => Some(Timestamp(i64::MIN)),
            None => Some(shown.plus_ms(-self.ahead_ms)),
        }
    }

    /// Shows another time, and goes on from there.
    pub fn show(&mut self, truth: Timestamp, shown: Timestamp) {
        *self = Self {
            ahead_ms: shown.0 - truth.0,
            stands_at: None,
        };
    }
}

/// When every simulation starts: 2026-11-21, by nobody's clock.
pub const START: Timestamp = Timestamp(1_795_219_200_000);
