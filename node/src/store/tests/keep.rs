//! Compaction of the journal and the slow reading of everything: nothing is lost at any step, and damage is found.

use std::sync::atomic::AtomicBool;

use shared::time::Timestamp;

use super::*;
use crate::journal::checkpoint;
use crate::journal::scan::list_segments;
use crate::store::folder::FORMAT;

const HOUR_MS: i64 = 60 * 60 * 1000;

fn open_small(place: &Place) -> LocalStore {
    let opened = open_with(&place.dir(), small()).unwrap();
    assert_eq!(
        (opened.report.findings, opened.report.rebuilt),
        (Vec::new(), None)
    );
    opened.store
}

fn small() -> Settings {
    Settings {
        segment_bytes_max: 2_000,
        scrub_every_ms: HOUR_MS,
        ..Settings::default()
    }
}

/// Tends the store until nothing is going on any more.
fn tend_until_quiet(store: &mut dyn Store, now: Timestamp) -> Tended {
    for _ in 0..10_000 {
        let tended = store.tend(now);
        let is_quiet = tended.after.is_none_or(|after| after.as_secs() > 1);
        if is_quiet || tended.reopen {
            return tended;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    panic!("the store never comes to rest");
}

/// All durable pairs.
type Content = Vec<(Tree, Vec<u8>, Vec<u8>)>;

/// A store with a checkpoint, closed segments behind it and an open one, closed in order; and what it holds.
fn compacted() -> (Place, Content) {
    let place = Place::new();
    drop(place.create());
    let mut store = open_small(&place);
    fill(&mut store, 0, 60);
    tend_until_quiet(&mut store, Timestamp(0));
    fill(&mut store, 60, 30);
    let content = content(&store);
    drop(store);
    (place, content)
}

#[test]
fn closed_segments_become_a_checkpoint_that_holds_everything() {
    let place = Place::new();
    drop(place.create());
    let mut store = open_small(&place);
    let mut checkpoints = Vec::new();
    for round in 0..8_u32 {
        fill(&mut store, round * 40, 40);
        // Overwritten and removed keys as well.
        store
            .commit(put(Tree::Meta, b"round", &round.to_be_bytes()))
            .unwrap();
        let removed = conformance::batch(&[(Tree::Change, &(round * 40 + 3).to_be_bytes(), None)]);
        store.commit(removed).unwrap();
        tend_until_quiet(&mut store, Timestamp(0));
        checkpoints.extend(store.condition().journal.checkpoint);
    }
    checkpoints.dedup();
    assert!(
        checkpoints.len() > 3 && checkpoints.is_sorted(),
        "{checkpoints:?}"
    );
    let extent = store.condition().journal;
    let files = list_segments(&place.dir().join("journal")).unwrap();
    assert_eq!(extent.files, files.len() as u64);
    assert!(!place.segment(1).exists(), "{files:?}");
    let before = content(&store);
    assert_eq!(store.find_damage().unwrap(), []);
    drop(store);
    assert_eq!(check(&place.dir()).unwrap(), []);
    assert_eq!(content(&open_small(&place)), before);
    // The journal alone makes it all again.
    std::fs::remove_dir_all(place.database()).unwrap();
    let mut store = open_with(&place.dir(), small()).unwrap().store;
    assert_eq!(content(&store), before);
    fill(&mut store, 400, 1);
    drop(store);
    assert_eq!(content(&open_small(&place)).len(), before.len() + 1);
}

#[test]
fn closed_segments_wait_for_a_backup_but_do_not_fill_the_disk() {
    let place = Place::new();
    drop(place.create());
    let settings = Settings {
        backup_wait_segments: 6,
        ..small()
    };
    let mut store = open_with(&place.dir(), settings).unwrap().store;
    let files = |store: &LocalStore| store.condition().journal.files;
    let mut number = 0;
    let mut fill_until = |store: &mut LocalStore, segments: u64| {
        while files(store) < segments {
            fill(store, number, 1);
            number += 1;
            tend_until_quiet(store, Timestamp(0));
        }
    };
    fill_until(&mut store, 5);
    assert_eq!(store.condition().journal.checkpoint, None);
    // A backup of an earlier moment holds too little.
    let note = |position: u64| {
        let last = crate::backup::Last {
            made_at: Timestamp(0),
            position,
            file: PathBuf::new(),
        };
        put(
            Tree::Meta,
            crate::backup::LAST_KEY,
            &serde_json::to_vec(&last).unwrap(),
        )
    };
    store.commit(note(3)).unwrap();
    tend_until_quiet(&mut store, Timestamp(0));
    assert_eq!(store.condition().journal.checkpoint, None);
    store.commit(note(store.position().0)).unwrap();
    tend_until_quiet(&mut store, Timestamp(0));
    let first = store.condition().journal.checkpoint;
    assert!(first.is_some());
    assert!(files(&store) <= 2);
    // Nobody makes backups any more: some segments wait, and then they go all the same.
    fill_until(&mut store, 6);
    assert_eq!(store.condition().journal.checkpoint, first);
    for more in 0..400 {
        fill(&mut store, 10_000 + more, 1);
        tend_until_quiet(&mut store, Timestamp(0));
        assert!(files(&store) <= 9, "{}", files(&store));
    }
    assert!(store.condition().journal.checkpoint > first);
    assert_eq!(store.find_damage().unwrap(), []);
}

#[test]
fn a_compaction_interrupted_at_any_step_loses_nothing() {
    let (place, content_before) = compacted();
    let dir = place.dir().join("journal");
    let last = list_segments(&dir)
        .unwrap()
        .into_iter()
        .rev()
        .nth(1)
        .unwrap();
    let old: Vec<(PathBuf, Vec<u8>)> = list_segments(&dir)
        .unwrap()
        .into_iter()
        .map(|number| {
            (
                segment_path(&dir, number),
                std::fs::read(segment_path(&dir, number)).unwrap(),
            )
        })
        .collect();
    let finished = checkpoint::compact(&dir, last, &AtomicBool::new(false)).unwrap();
    assert!(!finished.replaces.is_empty() && finished.number == last);
    let new = std::fs::read(segment_path(&dir, last).with_extension("seg.new")).unwrap();
    checkpoint::adopt(&dir, &finished).unwrap();

    // So many bytes of the new file; then its name; then so many of the old ones removed.
    let mut steps: Vec<(usize, bool, usize)> = (0..=new.len())
        .step_by(97)
        .map(|bytes| (bytes, false, 0))
        .collect();
    steps.extend((0..=finished.replaces.len()).map(|removed| (new.len(), true, removed)));
    for (bytes, is_named, removed) in steps {
        for number in list_segments(&dir).unwrap() {
            std::fs::remove_file(segment_path(&dir, number)).unwrap();
        }
        for (path, bytes) in &old {
            std::fs::write(path, bytes).unwrap();
        }
        let unfinished = segment_path(&dir, last).with_extension("seg.new");
        std::fs::write(&unfinished, &new[..bytes]).unwrap();
        if is_named {
            std::fs::rename(&unfinished, segment_path(&dir, last)).unwrap();
        }
        for number in &finished.replaces[..removed] {
            std::fs::remove_file(segment_path(&dir, *number)).unwrap();
        }
        assert_eq!(
            check(&place.dir()).unwrap(),
            [],
            "{bytes} {is_named} {removed}"
        );
        let store = open_small(&place);
        assert!(
            content(&store) == content_before,
            "{bytes} {is_named} {removed}"
        );
        assert!(!unfinished.exists());
        drop(store);
        if bytes.is_multiple_of(5) || is_named {
            std::fs::remove_dir_all(place.database()).unwrap();
            let store = open_with(&place.dir(), small()).unwrap().store;
            assert!(
                content(&store) == content_before,
                "{bytes} {is_named} {removed}"
            );
        }
    }
}

#[test]
fn what_does_not_read_back_whole_is_never_compacted() {
    let (place, _) = compacted();
    let dir = place.dir().join("journal");
    let numbers = list_segments(&dir).unwrap();
    let last = numbers[numbers.len() - 2];
    for number in &numbers[..numbers.len() - 1] {
        let path = segment_path(&dir, *number);
        let sound = std::fs::read(&path).unwrap();
        for at in [3, 50, 90, sound.len() - 2] {
            let mut bytes = sound.clone();
            bytes[at] ^= 4;
            std::fs::write(&path, &bytes).unwrap();
            let refused = checkpoint::compact(&dir, last, &AtomicBool::new(false));
            assert!(refused.is_err(), "segment {number} byte {at}");
        }
        std::fs::write(&path, &sound[..sound.len() - 1]).unwrap();
        assert!(checkpoint::compact(&dir, last, &AtomicBool::new(false)).is_err());
        std::fs::write(&path, sound).unwrap();
    }
    let stopped = checkpoint::compact(&dir, last, &AtomicBool::new(true));
    assert!(matches!(stopped, Err(checkpoint::CheckpointError::Stopped)));
    checkpoint::compact(&dir, last, &AtomicBool::new(false)).unwrap();
}

#[test]
fn the_scrub_follows_commits_and_finds_nothing_in_a_sound_store() {
    let place = Place::new();
    drop(place.create());
    let mut store = open_small(&place);
    fill(&mut store, 0, 200);
    let long = vec![3; 300_000];
    for number in 0..6_u8 {
        store.commit(put(Tree::Import, &[number], &long)).unwrap();
    }
    let mut now = Timestamp(1);
    assert_eq!(store.tend(now).findings, []);
    now.0 += HOUR_MS;
    for round in 0..60_u32 {
        let tended = store.tend(now);
        assert_eq!(
            (tended.findings, tended.reopen),
            (Vec::new(), false),
            "round {round}"
        );
        // Before, under and behind the place the reading has come to.
        fill(&mut store, 1_000 + round, 1);
        store
            .commit(put(Tree::Change, &round.to_be_bytes(), b"another"))
            .unwrap();
        store
            .commit(put(Tree::Meta, b"round", &round.to_be_bytes()))
            .unwrap();
        let removed = conformance::batch(&[(Tree::Import, &[(round % 6) as u8], None)]);
        store.commit(removed).unwrap();
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    assert_eq!(tend_until_quiet(&mut store, now).findings, []);
    assert_eq!(
        store.condition().scrubbed_at,
        Some(now),
        "the reading came to its end"
    );
}

#[test]
fn the_scrub_finds_what_is_lost_or_damaged_and_opening_again_mends_it() {
    for fault in ["lost", "flipped", "journal"] {
        let place = Place::new();
        drop(place.create());
        let mut store = open_small(&place);
        fill(&mut store, 0, 120);
        tend_until_quiet(&mut store, Timestamp(1));
        let before = content(&store);
        let key = chunk::head_key(Tree::Change, &7_u32.to_be_bytes());
        match fault {
            "lost" => sled::tests::lose_under(store.database(), &key),
            "flipped" => sled::tests::flip_under(store.database(), &key),
            _ => {
                let path = segment_path(
                    &place.dir().join("journal"),
                    list_segments(&place.dir().join("journal")).unwrap()[0],
                );
                let mut bytes = std::fs::read(&path).unwrap();
                bytes[100] ^= 1;
                std::fs::write(&path, bytes).unwrap();
            }
        }
        let tended = tend_until_quiet(&mut store, Timestamp(1 + HOUR_MS));
        assert_eq!(
            (tended.findings.len(), tended.reopen),
            (1, true),
            "{fault}: {tended:?}"
        );
        let (mut store, report) = Box::new(store).reopen().unwrap();
        assert!(
            !report.findings.is_empty() && !report.is_read_only,
            "{fault}: {report:?}"
        );
        assert_eq!(report.rebuilt.is_some(), fault != "journal", "{fault}");
        assert_eq!(
            report.journal_moved_to.is_some(),
            fault == "journal",
            "{fault}"
        );
        assert_eq!(content(&*store), before, "{fault}");
        fill(&mut *store, 500, 1);
        drop(store);
        assert_eq!(check(&place.dir()).unwrap(), [], "{fault}");
    }
}

#[test]
fn a_folder_of_an_older_format_is_read_and_from_then_on_refused_by_older_programs() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 3);
    drop(store);
    let path = place.dir().join("format.json");
    std::fs::write(
        &path,
        r#"{"format": 1, "min_reader": 1, "written_by": "0.1.0"}"#,
    )
    .unwrap();
    assert_eq!(check(&place.dir()).unwrap(), []);
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("\"format\": 1"),
        "a check changes nothing"
    );
    assert_eq!(content(&place.reopen()).len(), 3);
    let text = std::fs::read_to_string(&path).unwrap();
    let refused_below = format!("\"min_reader\": {FORMAT}");
    assert!(text.contains(&refused_below), "{text}");
}
