//! The store on disk against the twin in memory, with random batches and restarts of every kind.

use super::*;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::journal::files::Disk;

fn below(rng: &mut ChaCha8Rng, bound: u32) -> u32 {
    rng.next_u32() % bound
}

fn random_batch(rng: &mut ChaCha8Rng) -> Batch {
    let mut batch = Batch::default();
    for _ in 0..below(rng, 6) {
        let tree = Tree::ALL[below(rng, Tree::ALL.len() as u32) as usize];
        let key = (0..below(rng, 4))
            .map(|_| b"ab\xff"[below(rng, 3) as usize])
            .collect();
        let value = (below(rng, 4) > 0).then(|| {
            let long = below(rng, 12) == 0;
            let bytes = below(rng, if long { 30_000 } else { 200 });
            let first = rng.next_u32();
            (0..bytes)
                .map(|i| (first.wrapping_add(i) >> (i % 5)) as u8)
                .collect()
        });
        batch.writes.insert((tree, key), value);
    }
    batch
}

fn open_small(place: &Place) -> Opened {
    let settings = Settings {
        files: Arc::new(Disk),
        segment_bytes_max: 6_000,
        settle_bytes_max: 20_000,
        ..Settings::default()
    };
    start::start(
        Arc::new(DataFolder::open(&place.dir()).unwrap()),
        settings,
        Mode::Keep,
    )
    .unwrap()
}

#[test]
fn random_commits_and_restarts_end_like_the_model() {
    for seed in 0..6 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let place = Place::new();
        drop(place.create());
        let mut model = MemoryStore::new();
        let mut rebuilds = 0;
        for _ in 0..6 {
            let Opened { mut store, report } = open_small(&place);
            assert_eq!(
                report.findings.len(),
                usize::from(report.rebuilt.is_some()),
                "seed {seed}: {report:?}"
            );
            assert!(!report.is_read_only);
            rebuilds += u32::from(report.rebuilt.is_some());
            if store.derived_lost() {
                model = model.after_rebuild();
                model.derived_restored();
                store.derived_restored().unwrap();
            }
            for _ in 0..below(&mut rng, 40) {
                let batch = random_batch(&mut rng);
                let position = Store::commit(&mut store, batch.clone()).unwrap();
                assert_eq!(
                    position,
                    Position(model.commit(batch).unwrap()),
                    "seed {seed}"
                );
            }
            for tree in Tree::ALL {
                let expected = model.range(tree, b"", &[0xff; 9], usize::MAX).unwrap();
                let found = store.range(tree, b"", &[0xff; 9], usize::MAX).unwrap();
                assert!(expected == found, "seed {seed}: {tree:?} differs");
            }
            match below(&mut rng, 4) {
                0 => {
                    drop(store);
                    std::fs::remove_dir_all(place.database()).unwrap();
                }
                1 => {
                    drop(store);
                    sled::tests::lose_keys(&place.database(), |tree, key| {
                        tree.is_durable() && key.len() == 2
                    });
                }
                _ => drop(store),
            }
        }
        assert_eq!(
            std::fs::read_dir(place.dir().join("quarantine"))
                .unwrap()
                .count(),
            rebuilds as usize
        );
        let findings = check(&place.dir()).unwrap();
        assert!(findings.len() <= 1, "seed {seed}: {findings:?}");
    }
}

#[test]
fn a_database_from_before_the_last_commits_catches_up() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 10);
    let _ = Store::settle(&mut store);
    drop(store);
    let kept = place.dir().join("kept");
    copy_directory(&place.database(), &kept);
    let mut store = place.reopen();
    fill(&mut store, 10, 7);
    let after = content(&store);
    // The process dies without a word: the lock ends with it, the database is what it was when it was last durable.
    let journal = std::fs::read(place.segment(1)).unwrap();
    drop(store);
    std::fs::write(place.segment(1), journal).unwrap();
    std::fs::remove_dir_all(place.database()).unwrap();
    std::fs::rename(&kept, place.database()).unwrap();

    let Opened { store, report } = place.open();
    assert_eq!(content(&store), after);
    assert_eq!(
        (report.replayed, report.rebuilt, report.position),
        (7, None, Position(17))
    );
    assert!(report.derived_lost, "derived writes are not in the journal");
}

#[test]
fn a_database_older_than_the_journal_knows_is_rebuilt() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 10);
    drop(store);
    let kept = place.dir().join("kept");
    copy_directory(&place.database(), &kept);
    let mut store = place.reopen();
    fill(&mut store, 10, 7);
    let after = content(&store);
    drop(store);
    std::fs::remove_dir_all(place.database()).unwrap();
    std::fs::rename(&kept, place.database()).unwrap();

    let Opened { store, report } = place.open();
    assert_eq!(content(&store), after);
    let rebuilt = report.rebuilt.unwrap();
    assert_eq!(
        rebuilt.reason,
        Finding::DatabaseOld {
            database: Position(10),
            synced: Position(17)
        }
    );
    assert_eq!(rebuilt.missing, [(Tree::Change, 7)].into());
}

#[test]
fn a_copy_of_the_live_folder_opens_with_every_commit() {
    // What a kill or a backup tool catches: the database at some moment, the journal a little later.
    let place = Place::new();
    let mut store = place.create();
    for round in 0..10 {
        fill(&mut store, round * 20, 13);
        if round % 3 == 1 {
            Store::settle(&mut store).unwrap();
        }
        let copy = Place::new();
        drop(copy.create());
        std::fs::remove_dir_all(copy.database()).unwrap();
        copy_directory(&place.database(), &copy.database());
        fill(&mut store, round * 20 + 13, 7);
        std::fs::copy(place.segment(1), copy.segment(1)).unwrap();
        let Opened {
            store: copied,
            report,
        } = copy.open();
        assert_eq!(
            content(&copied),
            content(&store),
            "round {round}: {report:?}"
        );
        assert!(!report.is_read_only);
    }
}
