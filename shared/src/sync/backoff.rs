//! When to dial again: doubling from a second to five minutes, with jitter, so that a county that comes back after a power cut
//! does not fall upon its hub in one second.

use rand_core::RngCore;

use crate::time::Timestamp;

const FIRST_MS: u64 = 1_000;
const LAST_MS: u64 = 300_000;
/// After the hub refused us, trying often helps nobody.
const REFUSED_MS: u64 = 600_000;

/// Counts failures in a row.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The line stood: the next failure starts from the beginning.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// When to try again after a failure: half of the step for certain, half by lot.
    pub(crate) fn next(&mut self, now: Timestamp, rng: &mut dyn RngCore) -> Timestamp {
        let step = FIRST_MS
            .saturating_mul(1 << self.failures.min(16))
            .min(LAST_MS);
        self.failures = self.failures.saturating_add(1);
        now.plus_ms(jitter(step, rng))
    }

    /// When to try again after the hub refused us.
    pub(crate) fn after_refusal(now: Timestamp, rng: &mut dyn RngCore) -> Timestamp {
        now.plus_ms(jitter(REFUSED_MS, rng))
    }
}

fn jitter(step: u64, rng: &mut dyn RngCore) -> i64 {
    let half = step / 2;
    i64::try_from(half + rng.next_u64() % (half + 1)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn waits_grow_to_five_minutes_and_start_over_after_success() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut backoff = Backoff::default();
        let zero = Timestamp(0);
        let waits: Vec<i64> = (0..12).map(|_| backoff.next(zero, &mut rng).0).collect();
        assert!((500..=1_000).contains(&waits[0]), "{waits:?}");
        assert!(waits[11] >= 150_000 && waits[11] <= 300_000, "{waits:?}");
        backoff.reset();
        assert!(backoff.next(zero, &mut rng).0 <= 1_000);
    }
}
