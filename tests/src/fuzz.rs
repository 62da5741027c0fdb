//! What hostile bytes meet, a pure function a target (reliability.md 6, S1), and the mutator that makes them from honest ones.
//!
//! A [`Target`] takes bytes in as the product does and answers whether it understood them. Its only way to fail is a panic. What
//! stands behind a checksum, a signature or a seal would never be reached by chance, so each target also says how its bytes come
//! apart and how they are put together again with all of these in order: damage is done in between.
//!
//! `tests/it/fuzz.rs` drives the targets with the mutator here; `tests/fuzz` with libFuzzer, whose damage [`Target::damage_with`] takes
//! the place of ours. What either finds is kept in `tests/fuzz/corpus`, a folder a target, and is run at every push.

mod backup;
mod batch;
mod bundle;
mod config;
mod frame;
pub mod gate;
mod journal;
mod records;
mod table;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;

use rand_core::RngCore;

use crate::mutate;

/// One kind of bytes from outside.
pub struct Target {
    /// Its name, also its folder's.
    pub name: &'static str,
    /// Takes bytes in; true when they were understood.
    pub run: fn(&[u8]) -> bool,
    /// Honest bytes of its kind.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Takes bytes apart into what damage is done to; nothing where they do not come apart.
    pub open: fn(&[u8]) -> Option<Vec<Vec<u8>>>,
    /// Puts the parts together, with every sum and signature in order.
    pub close: fn(Vec<Vec<u8>>) -> Vec<u8>,
    /// Cases of an ordinary test run. A night has fifty times as many.
    pub cases: u64,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    frame::TARGET,
    gate::TARGET,
    batch::TARGET,
    journal::TARGET,
    backup::TARGET,
    bundle::TARGET,
    table::WORKBOOK,
    table::CSV,
    config::TARGET,
];

/// Bytes of the largest case: what is worth finding fits.
const CASE_BYTES_MAX: usize = 1 << 20;

/// The words that programs stumble over, in libFuzzer's form.
const DICTIONARY: &str = include_str!("../fuzz/dictionary");

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The words of the dictionary.
#[must_use]
pub fn words() -> Vec<Vec<u8>> {
    let quoted = |line: &str| {
        let inside = line.strip_prefix('"')?.strip_suffix('"')?;
        let mut bytes = Vec::new();
        let mut rest = inside.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
            match (first, rest.first(), hex) {
                (b'\\', Some(b'x'), Some(hex)) => {
                    bytes.push(u8::from_str_radix(hex, 16).ok()?);
                    rest = &rest[3..];
                }
                (b'\\', Some(&next), _) => {
                    bytes.push(next);
                    rest = &rest[1..];
                }
                _ => bytes.push(first),
            }
        }
        Some(bytes)
    };
    DICTIONARY.lines().filter_map(quoted).collect()
}

impl Target {
    /// Where its cases are kept.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(self.name)
    }

    /// The cases that are kept, with the names of their files. What begins with `seed-` is honest.
    #[must_use]
    pub fn kept(&self) -> Vec<(String, Vec<u8>)> {
        let Ok(entries) = std::fs::read_dir(self.folder()) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut kept: Vec<_> = paths
            .map(|path| {
                let name = path.file_name().unwrap_or_default();
                let name = name.to_string_lossy().into_owned();
                (name, std::fs::read(&path).expect("a case can be read"))
            })
            .collect();
        kept.sort();
        kept
    }

    /// Damages bytes in one to three places, one time in eight behind no mended sum.
    pub fn mutate(&self, rng: &mut dyn RngCore, bytes: &[u8], stock: &Stock) -> Vec<u8> {
        let is_plain = rng.next_u64().is_multiple_of(8);
        let parts = if is_plain { None } else { (self.open)(bytes) };
        let places = 1 + rng.next_u64() % 3;
        let mut damaged = match parts {
            Some(mut parts) => {
                for _ in 0..places {
                    stock.damage_some(rng, &mut parts);
                }
                (self.close)(parts)
            }
            None => {
                let mut bytes = bytes.to_vec();
                for _ in 0..places {
                    stock.damage(rng, &mut bytes);
                }
                bytes
            }
        };
        damaged.truncate(CASE_BYTES_MAX);
        damaged
    }

    /// Damages one part of some bytes as the caller does it, and puts all in order again.
    pub fn damage_with(
        &self,
        bytes: &[u8],
        which: usize,
        damage: &mut dyn FnMut(Vec<u8>) -> Vec<u8>,
    ) -> Vec<u8> {
        let mut parts = (self.open)(bytes).unwrap_or_default();
        let count = parts.len().max(1);
        match parts.get_mut(which % count) {
            Some(part) => {
                *part = damage(std::mem::take(part));
                (self.close)(parts)
            }
            None => damage(bytes.to_vec()),
        }
    }
}

/// What damage is made of: words, and pieces of honest bytes.
pub struct Stock {
    words: Vec<Vec<u8>>,
    pieces: Vec<Vec<u8>>,
}

impl Stock {
    /// The stock of a target with these honest bytes.
    #[must_use]
    pub fn of(target: &Target, honest: &[Vec<u8>]) -> Self {
        let opened = honest.iter().filter_map(|bytes| (target.open)(bytes));
        Self {
            words: words(),
            pieces: opened.flatten().filter(|part| !part.is_empty()).collect(),
        }
    }

    fn damage(&self, rng: &mut dyn RngCore, bytes: &mut Vec<u8>) {
        if rng.next_u64().is_multiple_of(4) {
            let word = &self.words[mutate::below(rng, self.words.len())];
            let at = mutate::below(rng, bytes.len() + 1);
            let end = (at + word.len() * mutate::below(rng, 2)).min(bytes.len());
            bytes.splice(at..end, word.iter().copied());
        } else {
            mutate::damage(rng, bytes, &self.pieces);
        }
    }

    /// Damages one of the parts, or their order.
    fn damage_some(&self, rng: &mut dyn RngCore, parts: &mut Vec<Vec<u8>>) {
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        let which = mutate::below(rng, parts.len());
        match mutate::below(rng, 12) {
            0 if parts.len() > 1 => drop(parts.remove(which)),
            1 if parts.len() > 1 => parts.insert(which, parts[which].clone()),
            2 if parts.len() > 1 => {
                let other = mutate::below(rng, parts.len());
                parts.swap(which, other);
            }
            _ => self.damage(rng, &mut parts[which]),
        }
    }
}

thread_local! {
    /// What the last panic of this thread said, while panics are to be caught: thousands of them, each with its backtrace, take minutes.
    static QUIET: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs some work; what it said where it panicked. Panics of other threads speak as ever.
///
/// # Errors
/// The panic's words and place.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_quiet = QUIET.with_borrow_mut(|said| {
                said.as_mut()
                    .map(|said| *said = panic.to_string())
                    .is_some()
            });
            if !is_quiet {
                loud(panic);
            }
        }));
    });
    QUIET.set(Some(String::new()));
    let done = catch_unwind(AssertUnwindSafe(work));
    let said = QUIET.take().unwrap_or_default();
    done.map_err(|_| said.replace('\n', " "))
}

/// For what stands behind no sum: it is one part.
fn open_plain(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    Some(vec![bytes.to_vec()])
}

fn close_plain(parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng as _;

    #[test]
    fn what_is_taken_apart_and_put_together_again_is_understood_as_before() {
        for target in &TARGETS {
            for seed in (target.seeds)() {
                let parts = (target.open)(&seed).expect("a seed comes apart");
                let whole = (target.close)(parts);
                assert!((target.run)(&whole), "{}: {whole:?}", target.name);
            }
        }
    }

    #[test]
    fn a_seed_repeats_itself_and_another_does_something_else() {
        for target in &TARGETS {
            let honest = (target.seeds)();
            let stock = Stock::of(target, &honest);
            let mutant = |seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                target.mutate(&mut rng, &honest[0], &stock)
            };
            assert_eq!(mutant(3), mutant(3), "{}", target.name);
            assert!((0..20).any(|seed| mutant(seed) != honest[0]));
        }
    }

    #[test]
    fn the_dictionary_is_read_as_libfuzzer_reads_it() {
        let words = words();
        assert!(words.contains(&b"\xff\xff\xff\xff".to_vec()));
        assert!(words.contains(&b"\"".to_vec()));
        assert!(words.len() > 30);
    }
}
