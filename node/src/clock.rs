//! The only reader of time and system randomness in the node.
//!
//! Everything else is handed a [`Clock`]. A test hands in [`Clock::manual`]: its time stands still until told, and its
//! randomness follows a seed, so that a run can be repeated. A debug build's server may be told how far ahead it is by a file
//! (`serve --clock FILE`), so that weeks pass in a test of whole processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use shared::time::Timestamp;

use crate::platform::Stopwatch;

/// Time and randomness, real or told.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System {
        started: Timestamp,
        since: Stopwatch,
    },
    Manual {
        now: Arc<AtomicI64>,
        steady: Arc<AtomicI64>,
        seed: Arc<AtomicU64>,
    },
    #[cfg(debug_assertions)]
    Ahead {
        file: Arc<std::path::Path>,
        clock: Box<Clock>,
        latest: Arc<AtomicI64>,
    },
}

impl Clock {
    /// The computer's clock and the operating system's randomness.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System {
            started: system_now(),
            since: Stopwatch::start(),
        })
    }

    /// A clock that stands at `now` until told otherwise, and randomness that follows `seed`.
    #[must_use]
    pub fn manual(now: Timestamp, seed: u64) -> Self {
        Self(Source::Manual {
            now: Arc::new(AtomicI64::new(now.0)),
            steady: Arc::new(AtomicI64::new(now.0)),
            seed: Arc::new(AtomicU64::new(seed)),
        })
    }

    /// The computer's clock moved on by what stands in a file: milliseconds, in decimal. Whoever writes more into it makes time pass.
    ///
    /// # Errors
    /// When the file holds no such number.
    #[cfg(debug_assertions)]
    pub fn ahead_by_file(file: &std::path::Path) -> std::io::Result<Self> {
        Ok(Self(Source::Ahead {
            file: file.into(),
            clock: Box::new(Self::system()),
            latest: Arc::new(AtomicI64::new(read_number(file)?)),
        }))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System { .. } => system_now(),
            Source::Manual { now, .. } => Timestamp(now.load(Ordering::SeqCst)),
            #[cfg(debug_assertions)]
            Source::Ahead {
                file,
                clock,
                latest,
            } => clock.now().plus_ms(ahead(file, latest)),
        }
    }

    /// The time this clock was made and what has passed since: for what lasts a while, and must neither end nor go on for years when
    /// somebody puts the computer's clock right, or wrong.
    #[must_use]
    pub fn steady(&self) -> Timestamp {
        match &self.0 {
            Source::System { started, since } => started.plus_ms(since.elapsed_ms()),
            Source::Manual { steady, .. } => Timestamp(steady.load(Ordering::SeqCst)),
            #[cfg(debug_assertions)]
            Source::Ahead {
                file,
                clock,
                latest,
            } => clock.steady().plus_ms(ahead(file, latest)),
        }
    }

    /// Moves a manual clock on; the computer's clock is left alone.
    pub fn advance_ms(&self, ms: i64) {
        if let Source::Manual { steady, .. } = &self.0 {
            steady.fetch_add(ms, Ordering::SeqCst);
            self.jump_ms(ms);
        }
    }

    /// Puts a manual clock forward or back, though no time passes.
    pub fn jump_ms(&self, ms: i64) {
        if let Source::Manual { now, .. } = &self.0 {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }

    /// A generator of randomness, different at every call.
    ///
    /// # Panics
    /// When the operating system has no randomness: no key, nonce or id could be trusted then.
    #[must_use]
    pub fn rng(&self) -> ChaCha20Rng {
        let mut seed = [0u8; 32];
        match &self.0 {
            Source::Manual { seed: next, .. } => {
                let number = next.fetch_add(1, Ordering::SeqCst);
                seed[..8].copy_from_slice(&number.to_be_bytes());
            }
            Source::System { .. } => fill_by_system(&mut seed),
            #[cfg(debug_assertions)]
            Source::Ahead { .. } => fill_by_system(&mut seed),
        }
        ChaCha20Rng::from_seed(seed)
    }

    /// That many random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.rng().fill_bytes(&mut bytes);
        bytes
    }
}

fn fill_by_system(seed: &mut [u8]) {
    getrandom::fill(seed).expect("the operating system provides randomness");
}

fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }))
}

/// How far ahead a file says to be; it never says less than before, nor anything while it is being written.
#[cfg(debug_assertions)]
fn ahead(file: &std::path::Path, latest: &AtomicI64) -> i64 {
    let known = latest.load(Ordering::SeqCst);
    let says = read_number(file).unwrap_or(known);
    latest.fetch_max(says, Ordering::SeqCst).max(says)
}

#[cfg(debug_assertions)]
fn read_number(file: &std::path::Path) -> std::io::Result<i64> {
    let text = std::fs::read_to_string(file)?;
    let number = text.trim().parse();
    number.map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_time_passes_and_never_jumps() {
        let clock = Clock::manual(Timestamp(5), 1);
        clock.jump_ms(-3_000_000);
        assert_eq!(clock.steady(), Timestamp(5));
        clock.advance_ms(10);
        assert_eq!(
            (clock.steady(), clock.now()),
            (Timestamp(15), Timestamp(-2_999_985))
        );
        let real = Clock::system();
        let (before, after) = (real.steady(), real.steady());
        assert!(before <= after && after.0 - real.now().0 < 60_000);
    }

    #[test]
    fn a_manual_clock_stands_still_and_repeats_its_randomness() {
        let clock = Clock::manual(Timestamp(5), 1);
        assert_eq!(clock.now(), Timestamp(5));
        clock.advance_ms(10);
        assert_eq!(clock.now(), Timestamp(15));
        let again = Clock::manual(Timestamp(5), 1);
        let (first, second): ([u8; 8], [u8; 8]) = (clock.random(), clock.random());
        assert_ne!(first, second);
        assert_eq!(first, again.random());
    }
}
