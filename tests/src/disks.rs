//! What the tests of faults share: how many, from which seed, and a store whose content at every commit is known.
//!
//! A failing test names its seed; `XIANGMU_DISKS_SEED` replays it. `XIANGMU_DISKS` sets how many cases each test runs; without
//! it a push runs few, and `scripts/test --nightly` the numbers of research/reliability.md 6.

use std::collections::BTreeMap;
use std::path::Path;

use node::store::{Settings, Store};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use shared::store::{Batch, Tree};
use shared::time::Timestamp;

use crate::sizes;

/// How many cases to run: as `XIANGMU_DISKS` says, else by what runs the tests.
#[must_use]
pub fn count(push: usize, nightly: usize) -> usize {
    let count = sizes::of("XIANGMU_DISKS", push as u64, nightly as u64);
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The seed of the first case; each case has the one after.
#[must_use]
pub fn first_seed() -> u64 {
    let said = std::env::var("XIANGMU_DISKS_SEED").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// A number below `bound`.
pub fn below(dice: &mut ChaCha8Rng, bound: usize) -> usize {
    usize::try_from(dice.next_u64() % (bound.max(1) as u64)).unwrap_or(0)
}

/// All durable content of a store.
pub type Content = BTreeMap<(Tree, Vec<u8>), Vec<u8>>;

/// The batch of a commit of the script; every one changes something durable.
#[must_use]
pub fn batch(commit: u64) -> Batch {
    let mut dice = ChaCha8Rng::seed_from_u64(commit);
    let mut batch = Batch::default();
    let value = |dice: &mut ChaCha8Rng| {
        let long = below(dice, 25) == 0;
        let mut bytes = vec![0; 1 + below(dice, if long { 9_000 } else { 260 })];
        dice.fill_bytes(&mut bytes);
        bytes
    };
    let change = (Tree::Change, commit.to_be_bytes().to_vec());
    let bytes = value(&mut dice);
    batch.writes.insert(change, Some(bytes));
    for _ in 0..below(&mut dice, 3) {
        // Keys that are written again and removed again.
        let tree = [Tree::Meta, Tree::Peer, Tree::Account][below(&mut dice, 3)];
        let key = vec![u8::try_from(below(&mut dice, 12)).unwrap_or(0)];
        let bytes = (below(&mut dice, 4) > 0).then(|| value(&mut dice));
        batch.writes.insert((tree, key), bytes);
    }
    let row = (Tree::Row, vec![u8::try_from(commit % 50).unwrap_or(0)]);
    batch
        .writes
        .insert(row, Some(commit.to_be_bytes().to_vec()));
    batch
}

/// What the store holds after so many commits of the script.
#[must_use]
pub fn content_after(commits: u64) -> Content {
    let mut content = Content::new();
    for commit in 1..=commits {
        for (place, value) in batch(commit).writes {
            if !place.0.is_durable() {
                continue;
            }
            match value {
                Some(value) => content.insert(place, value),
                None => content.remove(&place),
            };
        }
    }
    content
}

/// What a store holds.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn content_of(store: &dyn Store) -> Content {
    let mut content = Content::new();
    for tree in Tree::ALL.into_iter().filter(|tree| tree.is_durable()) {
        let pairs = store.range(tree, b"", &[0xff; 64], usize::MAX);
        for (key, value) in pairs.expect("the store can be read") {
            content.insert((tree, key), value);
        }
    }
    content
}

/// Small files, so that a short script closes and compacts many.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        segment_bytes_max: 12_000,
        settle_bytes_max: 30_000,
        ..Settings::default()
    }
}

/// Carries out commits of the script, compacting as the server does, and tells of each before and after.
///
/// # Panics
/// When the store refuses one.
pub fn write_script(store: &mut dyn Store, from: u64, to: u64, mut tell: impl FnMut(char, u64)) {
    for commit in from..=to {
        tell('b', commit);
        let position = store.commit(batch(commit)).expect("the disk takes it");
        assert_eq!(position.0, commit);
        tell('a', commit);
        let _later = store.tend(Timestamp(0));
        if commit.is_multiple_of(97) {
            store.settle().expect("the disk takes it");
        }
    }
}

/// Copies a folder with all in it.
///
/// # Panics
/// When the disk refuses.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
