//! Damage of every kind is noticed, named, and never turned into fewer rows.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use super::*;
use crate::journal::record::SEGMENT_HEADER_BYTES;

/// A store of a few commits whose database is gone, so that everything must come from the journal.
struct Sample {
    place: Place,
    journal: Vec<u8>,
    content: Vec<(Tree, Vec<u8>, Vec<u8>)>,
}

impl Sample {
    fn new(commits: u32) -> Self {
        let place = Place::new();
        let mut store = place.create();
        fill(&mut store, 0, commits);
        let content = content(&store);
        // Before the store is closed, so that the journal ends with a commit.
        let journal = std::fs::read(place.segment(1)).unwrap();
        drop(store);
        Self {
            place,
            journal,
            content,
        }
    }

    fn with_journal(&self, bytes: &[u8]) {
        std::fs::write(self.place.segment(1), bytes).unwrap();
    }

    fn without_database(&self) {
        let _ = std::fs::remove_dir_all(self.place.database());
    }

    /// Where each record begins.
    fn record_offsets(&self) -> Vec<usize> {
        let mut offsets = Vec::new();
        let mut at = SEGMENT_HEADER_BYTES;
        while at < self.journal.len() {
            offsets.push(at);
            let header = crate::journal::record::RecordHeader::decode(&self.journal[at..]).unwrap();
            at += crate::journal::record::RECORD_HEADER_BYTES + header.payload_bytes;
        }
        offsets
    }
}

#[test]
fn an_incomplete_last_record_is_cut_at_every_byte() {
    let sample = Sample::new(3);
    let last = *sample.record_offsets().last().unwrap();
    for bytes in last..sample.journal.len() {
        sample.without_database();
        sample.with_journal(&sample.journal[..bytes]);
        let Opened { mut store, report } = sample.place.open();
        assert_eq!(report.cut_bytes, (bytes - last) as u64);
        assert_eq!(
            (report.position, &report.findings[..]),
            (Position(2), &[][..]),
            "at {bytes}"
        );
        assert_eq!(content(&store), sample.content[..2]);
        // What is written next follows the last whole record.
        if bytes % 40 == 0 {
            fill(&mut store, 2, 1);
            drop(store);
            assert_eq!(content(&sample.place.reopen()), sample.content);
        }
    }
}

#[test]
fn a_last_record_whose_sectors_were_never_written_is_cut() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 1);
    let before = std::fs::read(place.segment(1)).unwrap().len();
    let mut noise = [0; 3_000];
    ChaCha8Rng::seed_from_u64(1).fill_bytes(&mut noise);
    store.commit(put(Tree::Meta, b"long", &noise)).unwrap();
    let journal = std::fs::read(place.segment(1)).unwrap();
    drop(store);
    for sector in [0, 1, 3] {
        let mut torn = journal.clone();
        let from = (sector * 512).max(before);
        torn[from..(sector + 1) * 512].fill(0);
        std::fs::write(place.segment(1), torn).unwrap();
        std::fs::remove_dir_all(place.database()).unwrap();
        let report = place.open().report;
        assert_eq!(
            report.cut_bytes,
            (journal.len() - before) as u64,
            "sector {sector}"
        );
        assert_eq!(
            (report.position, &report.findings[..]),
            (Position(1), &[][..])
        );
    }
}

#[test]
fn an_acknowledged_record_that_vanished_from_the_journal_is_no_power_cut() {
    let sample = Sample::new(3);
    let last = *sample.record_offsets().last().unwrap();
    for bytes in [last, last + 7] {
        // The database had commit 3, so it was acknowledged.
        sample.with_journal(&sample.journal[..bytes]);
        let Opened { mut store, report } = sample.place.open();
        let behind = Finding::JournalBehind {
            journal: Position(2),
            database: Position(3),
        };
        assert!(report.is_read_only && report.findings == [behind]);
        assert_eq!(
            content(&store),
            sample.content,
            "what the database has is shown"
        );
        assert!(matches!(
            store.commit(put(Tree::Meta, b"a", b"1")),
            Err(StoreError::ReadOnly)
        ));
        store.commit(put(Tree::Row, b"a", b"1")).unwrap();
    }
}

#[test]
fn every_flipped_bit_of_the_journal_is_noticed() {
    let sample = Sample::new(4);
    for at in 0..sample.journal.len() {
        let mut flipped = sample.journal.clone();
        flipped[at] ^= 1 << (at % 8);
        sample.with_journal(&flipped);
        let findings = check(&sample.place.dir()).unwrap();
        assert!(
            matches!(findings.first(), Some(Finding::JournalDamaged(_))),
            "byte {at}: {findings:?}"
        );
    }
}

#[test]
fn a_damaged_journal_is_written_anew_from_a_database_proven_whole() {
    let sample = Sample::new(5);
    for record in 0..4 {
        // Each round damages the one before the last of whatever journal there is now.
        let mut flipped = sample.journal.clone();
        flipped[sample.record_offsets()[record] + 50] ^= 8;
        let place = Place::new();
        drop(place.create());
        std::fs::write(place.segment(1), &flipped).unwrap();
        std::fs::remove_dir_all(place.database()).unwrap();
        copy_directory(&sample.place.database(), &place.database());
        let Opened { mut store, report } = place.open();
        assert!(
            !report.is_read_only && report.rebuilt.is_none(),
            "{report:?}"
        );
        assert_eq!(report.findings.len(), 1, "{report:?}");
        assert!(
            report
                .journal_moved_to
                .is_some_and(|path| path.join("00000001.seg").exists())
        );
        assert_eq!(content(&store), sample.content);
        fill(&mut store, 5, 1);
        let after = content(&store);
        drop(store);
        assert_eq!(check(&place.dir()).unwrap(), []);
        assert_eq!(content(&place.reopen()), after);
        // The new journal stands on its own.
        std::fs::remove_dir_all(place.database()).unwrap();
        assert_eq!(content(&place.open().store), after);
    }
}

#[test]
fn what_neither_journal_nor_database_has_makes_the_store_read_only_until_repaired() {
    let sample = Sample::new(5);
    let mut flipped = sample.journal.clone();
    flipped[sample.record_offsets()[2] + 50] ^= 8;
    sample.with_journal(&flipped);
    sample.without_database();
    for _ in 0..2 {
        let Opened { mut store, report } = sample.place.open();
        assert!(report.is_read_only && store.is_read_only());
        assert!(
            matches!(report.findings[0], Finding::JournalDamaged(_)),
            "{report:?}"
        );
        assert_eq!(
            content(&store).len(),
            4,
            "the records that can be read are shown"
        );
        assert!(matches!(
            store.commit(put(Tree::Meta, b"a", b"1")),
            Err(StoreError::ReadOnly)
        ));
    }
    assert!(!check(&sample.place.dir()).unwrap().is_empty());

    let Opened { mut store, report } = repair(&sample.place.dir()).unwrap();
    assert!(!report.is_read_only && report.journal_moved_to.is_some());
    assert_eq!(
        store.load(Tree::Meta, LOSS_KEY).unwrap().unwrap(),
        6_u64.to_be_bytes()
    );
    fill(&mut store, 2, 1);
    store
        .commit(conformance::batch(&[(Tree::Meta, LOSS_KEY, None)]))
        .unwrap();
    drop(store);
    assert_eq!(content(&sample.place.reopen()), sample.content);
    assert_eq!(check(&sample.place.dir()).unwrap(), []);
}

#[test]
fn random_keys_deleted_from_the_database_are_noticed_rebuilt_and_reported() {
    for modulus in [2, 3, 7] {
        let place = Place::new();
        let mut store = place.create();
        fill(&mut store, 0, 30);
        store
            .commit(put(Tree::Meta, b"name", b"a township"))
            .unwrap();
        let before = content(&store);
        drop(store);
        let lost = sled::tests::lose_keys(&place.database(), |tree, key| {
            tree == Tree::Meta || (tree == Tree::Change && key[3] % modulus == 0)
        });
        let found = check(&place.dir()).unwrap();
        let expected = Finding::DatabaseIncomplete {
            expected: Some(31),
            found: 31 - lost as u64,
        };
        assert_eq!(found, std::slice::from_ref(&expected));
        let Opened { store, report } = place.open();
        assert_eq!(content(&store), before);
        let rebuilt = report.rebuilt.unwrap();
        assert_eq!(rebuilt.reason, expected);
        assert_eq!(
            rebuilt.missing,
            [(Tree::Change, lost as u64 - 1), (Tree::Meta, 1)].into()
        );
        assert!(rebuilt.moved_to.join("db").exists() && report.derived_lost);
        drop(store);
        assert_eq!(content(&place.reopen()), before);
    }
}

#[test]
fn a_flipped_bit_of_a_stored_value_is_noticed_on_reading_and_mended_by_the_next_start() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 3);
    store
        .commit(put(Tree::Import, b"long", &[7; 20_000]))
        .unwrap();
    drop(store);
    sled::tests::flip_value(
        &place.database(),
        &chunk::chunk_key(Tree::Import, b"long", 3),
    );
    sled::tests::flip_value(
        &place.database(),
        &chunk::head_key(Tree::Change, &1_u32.to_be_bytes()),
    );
    assert!(matches!(
        check(&place.dir()).unwrap()[..],
        [Finding::DatabaseDamaged { count: 2, .. }]
    ));

    let database = sled::Database::open(&place.database()).unwrap();
    assert!(matches!(
        database.load(Tree::Import, b"long"),
        Err(StoreError::Damaged { .. })
    ));
    let all = database.range(Tree::Change, b"", &[0xff; 9], 9);
    assert!(
        matches!(all, Err(StoreError::Damaged { tree: Tree::Change, key }) if key == "00000001")
    );
    drop(database);

    let Opened { store, report } = place.open();
    assert_eq!(
        report.rebuilt.unwrap().missing,
        [(Tree::Change, 1), (Tree::Import, 1)].into()
    );
    assert_eq!(
        store.load(Tree::Import, b"long").unwrap().unwrap(),
        [7; 20_000]
    );
}

#[test]
fn a_damaged_database_file_never_shows_fewer_rows() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 200);
    let before = content(&store);
    drop(store);
    let file = place.database().join("db");
    let sound = std::fs::read(&file).unwrap();
    let used = sound.iter().rposition(|byte| *byte != 0).unwrap();
    for round in 0..16 {
        let mut bytes = std::fs::read(&file).unwrap();
        match round % 3 {
            0 => {
                let at = (round * 7_919 + 13) % used.min(bytes.len());
                bytes[at] ^= 0x10;
            }
            1 => bytes.truncate(bytes.len() * (round % 5) / 5),
            _ => {
                let at = (round * 4_099) % used.min(bytes.len());
                let end = (at + 4_096).min(bytes.len());
                bytes[at..end].fill(0);
            }
        }
        std::fs::write(&file, bytes).unwrap();
        let Opened { store, report } = place.open();
        assert!(content(&store) == before, "round {round}: {report:?}");
        assert!(!report.is_read_only);
    }
}

#[test]
fn missing_segments_are_damage() {
    let place = Place::new();
    drop(place.create());
    let settings = || Settings {
        segment_bytes_max: 500,
        ..Settings::default()
    };
    let start = |mode| {
        start::start(
            Arc::new(DataFolder::open(&place.dir()).unwrap()),
            settings(),
            mode,
        )
        .unwrap()
    };
    let mut store = start(Mode::Keep).store;
    fill(&mut store, 0, 40);
    drop(store);
    assert!(place.segment(4).exists());
    let middle = std::fs::read(place.segment(2)).unwrap();
    std::fs::remove_file(place.segment(2)).unwrap();
    assert!(!check(&place.dir()).unwrap().is_empty());
    std::fs::write(place.segment(2), middle).unwrap();
    assert_eq!(check(&place.dir()).unwrap(), []);
    // A segment whose making was interrupted holds nothing and is made again.
    let next = crate::journal::scan::list_segments(&place.dir().join("journal"))
        .unwrap()
        .len() as u64
        + 1;
    std::fs::write(place.segment(next), b"xmjrnl").unwrap();
    let Opened { mut store, report } = start(Mode::Keep);
    assert_eq!(report.findings, []);
    fill(&mut store, 40, 10);
    drop(store);
    drop(place.reopen());

    for number in 1..=next + 9 {
        let _ = std::fs::remove_file(place.segment(number));
    }
    let report = start(Mode::Keep).report;
    assert!(report.is_read_only && !report.findings.is_empty());
    assert_eq!(report.count, 50, "the database still shows everything");
    let opened = start(Mode::Repair);
    assert_eq!(
        (opened.report.count, opened.report.is_read_only),
        (51, false)
    );
}

#[test]
fn a_running_store_finds_damage_that_happens_under_it() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 5);
    assert_eq!(store.find_damage().unwrap(), []);
    let sound = std::fs::read(place.segment(1)).unwrap();
    let mut bytes = sound.clone();
    bytes[100] ^= 1;
    std::fs::write(place.segment(1), bytes).unwrap();
    assert!(matches!(
        store.find_damage().unwrap()[..],
        [Finding::JournalDamaged(_)]
    ));
    std::fs::write(place.segment(1), sound).unwrap();
    assert_eq!(store.find_damage().unwrap(), []);
}

#[test]
fn damaged_attachments_are_found_by_the_check() {
    let place = Place::new();
    drop(place.create());
    let blobs = Blobs::at(place.dir().join("blobs"));
    let id = blobs.put(b"a contract").unwrap();
    assert_eq!(check(&place.dir()).unwrap(), []);
    let name = id.to_string();
    std::fs::write(
        place.dir().join("blobs").join(&name[..2]).join(&name),
        b"a contracT",
    )
    .unwrap();
    assert_eq!(
        check(&place.dir()).unwrap(),
        [Finding::BlobDamaged { name }]
    );
}
