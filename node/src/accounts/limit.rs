//! Slows down guessing: a bucket of tries per account and place, so that nobody can lock another person out.
//!
//! Ten tries at once, then one a minute (reliability.md 3). Time is passed in. The table is bounded: when it is full, the
//! buckets nearest to full are forgotten, which costs an attacker more places than he gains tries.

use std::collections::HashMap;
use std::net::IpAddr;

use shared::time::Timestamp;

/// Tries before it gets slow.
pub const BURST: u32 = 10;
/// Milliseconds until one more try is given.
pub const REFILL_MS: i64 = 60_000;
/// Buckets kept. A county has fewer accounts times places than this.
const BUCKETS_MAX: usize = 10_000;

/// Whose tries are counted: the account's name as typed, and the place.
pub type Key = (String, Option<IpAddr>);

/// The buckets.
#[derive(Debug, Default)]
pub struct Limiter {
    buckets: HashMap<Key, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Tries used up, counted in milliseconds of waiting.
    debt_ms: i64,
    /// When `debt_ms` was right.
    at: Timestamp,
}

impl Bucket {
    fn debt_at(self, now: Timestamp) -> i64 {
        let passed = now.0.saturating_sub(self.at.0).max(0);
        self.debt_ms.saturating_sub(passed).max(0)
    }
}

impl Limiter {
    /// Uses up one try.
    ///
    /// # Errors
    /// With the seconds until the next try, when there is none left.
    pub fn take(&mut self, key: &Key, now: Timestamp) -> Result<(), u64> {
        let room = i64::from(BURST) * REFILL_MS;
        let debt = self
            .buckets
            .get(key)
            .map_or(0, |bucket| bucket.debt_at(now));
        let wanted = debt + REFILL_MS;
        if wanted > room {
            let wait_ms = wanted - room;
            return Err(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000));
        }
        if self.buckets.len() >= BUCKETS_MAX && !self.buckets.contains_key(key) {
            self.forget_lightest(now);
        }
        self.buckets.insert(
            key.clone(),
            Bucket {
                debt_ms: wanted,
                at: now,
            },
        );
        Ok(())
    }

    /// Gives all tries back, after a log-in that succeeded.
    pub fn forgive(&mut self, key: &Key) {
        self.buckets.remove(key);
    }

    fn forget_lightest(&mut self, now: Timestamp) {
        self.buckets.retain(|_, bucket| bucket.debt_at(now) > 0);
        if self.buckets.len() < BUCKETS_MAX {
            return;
        }
        let mut debts: Vec<i64> = self.buckets.values().map(|b| b.debt_at(now)).collect();
        let middle = debts.len() / 2;
        let (_, median, _) = debts.select_nth_unstable(middle);
        let median = *median;
        // At least the lighter half goes, so that this is rare.
        self.buckets
            .retain(|_, bucket| bucket.debt_at(now) > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        (name.to_owned(), None)
    }

    #[test]
    fn ten_tries_then_one_a_minute() {
        let mut limiter = Limiter::default();
        let start = Timestamp(1_000_000);
        for _ in 0..BURST {
            assert_eq!(limiter.take(&key("a"), start), Ok(()));
        }
        assert_eq!(limiter.take(&key("a"), start), Err(60));
        assert_eq!(limiter.take(&key("a"), start.plus_ms(59_000)), Err(1));
        assert_eq!(limiter.take(&key("a"), start.plus_ms(60_000)), Ok(()));
        assert_eq!(limiter.take(&key("a"), start.plus_ms(60_000)), Err(60));
    }

    #[test]
    fn another_account_or_place_is_not_slowed_down() {
        let mut limiter = Limiter::default();
        let start = Timestamp(0);
        for _ in 0..BURST {
            limiter.take(&key("a"), start).ok();
        }
        assert!(limiter.take(&key("a"), start).is_err());
        assert!(limiter.take(&key("b"), start).is_ok());
        let elsewhere = ("a".to_owned(), Some(IpAddr::from([10, 0, 0, 1])));
        assert!(limiter.take(&elsewhere, start).is_ok());
    }

    #[test]
    fn a_success_gives_all_tries_back_and_a_clock_set_back_gives_none() {
        let mut limiter = Limiter::default();
        let start = Timestamp(10_000_000);
        for _ in 0..BURST {
            limiter.take(&key("a"), start).ok();
        }
        assert!(limiter.take(&key("a"), start.plus_ms(-5_000_000)).is_err());
        limiter.forgive(&key("a"));
        assert!(limiter.take(&key("a"), start).is_ok());
    }

    #[test]
    fn the_table_stays_bounded() {
        let mut limiter = Limiter::default();
        for number in 0..BUCKETS_MAX + 10 {
            limiter.take(&key(&number.to_string()), Timestamp(0)).ok();
        }
        assert!(limiter.buckets.len() <= BUCKETS_MAX);
    }
}
