#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::path::PathBuf;
use std::sync::Arc;

use shared::store::Tree;
use tempfile::TempDir;

use super::*;
use crate::journal::segment_path;

mod damage;
mod failing;
mod keep;
mod model;

/// A folder for one test.
pub struct Place {
    temporary: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self {
            temporary: tempfile::tempdir().unwrap(),
        }
    }

    pub fn dir(&self) -> PathBuf {
        self.temporary.path().join("data")
    }

    pub fn segment(&self, number: u64) -> PathBuf {
        segment_path(&self.dir().join("journal"), number)
    }

    pub fn database(&self) -> PathBuf {
        self.dir().join("db")
    }

    pub fn create(&self) -> LocalStore {
        let opened = create(&self.dir()).unwrap();
        assert_eq!(opened.report, StartReport::default());
        opened.store
    }

    pub fn open(&self) -> Opened {
        open(&self.dir()).unwrap()
    }

    /// Opens what must be sound.
    pub fn reopen(&self) -> LocalStore {
        let opened = self.open();
        assert_eq!(opened.report.findings, []);
        assert_eq!(opened.report.rebuilt, None);
        opened.store
    }
}

/// Everything in the durable trees.
pub fn content(store: &dyn Store) -> Vec<(Tree, Vec<u8>, Vec<u8>)> {
    let durable = Tree::ALL.into_iter().filter(|tree| tree.is_durable());
    let pairs = durable.flat_map(|tree| {
        let pairs = store.range(tree, b"", &[0xff; 64], usize::MAX).unwrap();
        pairs
            .into_iter()
            .map(move |(key, value)| (tree, key, value))
    });
    pairs.collect()
}

/// One write as a batch.
pub fn put(tree: Tree, key: &[u8], value: &[u8]) -> Batch {
    conformance::batch(&[(tree, key, Some(value))])
}

/// Commits `count` small records, numbered from `from`, each with a derived companion.
pub fn fill(store: &mut dyn Store, from: u32, count: u32) {
    for number in from..from + count {
        let mut batch = put(Tree::Change, &number.to_be_bytes(), &[number as u8; 90]);
        batch.writes.insert(
            (Tree::Row, number.to_be_bytes().to_vec()),
            Some(vec![1; 20]),
        );
        store.commit(batch).unwrap();
    }
}

/// Copies the files of a closed database.
pub fn copy_directory(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn the_store_in_memory_conforms() {
    conformance::run(|| Box::new(MemoryStore::new()));
}

#[test]
fn the_store_on_disk_conforms_and_makes_no_blobs() {
    let mut places = Vec::new();
    conformance::run(|| {
        places.push(Place::new());
        Box::new(places.last().unwrap().create())
    });
    for place in &places {
        assert_eq!(check(&place.dir()).unwrap(), []);
    }
}

#[test]
fn a_folder_is_made_once_and_opened_by_one_process_at_a_time() {
    let place = Place::new();
    assert!(matches!(
        open(&place.dir()),
        Err(OpenError::NotADataFolder { .. })
    ));
    assert!(!is_data_folder(&place.dir()));
    let store = place.create();
    assert!(is_data_folder(&place.dir()));
    let error = open(&place.dir()).err().unwrap();
    assert!(
        error
            .to_string()
            .ends_with(&format!("is in use by process {}", std::process::id()))
    );
    assert!(matches!(check(&place.dir()), Err(OpenError::InUse { .. })));
    drop(store);
    assert!(matches!(
        create(&place.dir()),
        Err(OpenError::AlreadyExists { .. })
    ));
    drop(place.reopen());
}

#[test]
fn data_of_a_newer_version_is_refused_in_plain_words() {
    let place = Place::new();
    drop(place.create());
    let path = place.dir().join("format.json");
    std::fs::write(
        &path,
        r#"{"format": 9, "min_reader": 9, "written_by": "7.0"}"#,
    )
    .unwrap();
    let error = open(&place.dir()).err().unwrap().to_string();
    assert!(
        error.contains("was written by xiangmu 7.0 and needs a program of format 9"),
        "{error}"
    );
    std::fs::write(&path, "{").unwrap();
    assert!(matches!(
        open(&place.dir()),
        Err(OpenError::UnreadableFormat { .. })
    ));
}

#[test]
fn making_a_folder_goes_on_where_it_was_interrupted() {
    let place = Place::new();
    std::fs::create_dir_all(place.dir().join("journal")).unwrap();
    std::fs::write(place.segment(1), b"xmj").unwrap();
    drop(place.create());
    drop(place.reopen());
}

#[test]
fn an_orderly_stop_leaves_nothing_to_replay() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 20);
    drop(store);
    let Opened { store, report } = place.open();
    let expected = StartReport {
        position: Position(20),
        count: 20,
        ..StartReport::default()
    };
    assert_eq!(report, expected);
    assert_eq!(
        store.range(Tree::Row, b"", &[0xff; 9], 99).unwrap().len(),
        20
    );
}

#[test]
fn lost_derived_trees_are_reported_until_they_are_restored() {
    let place = Place::new();
    let mut store = place.create();
    fill(&mut store, 0, 5);
    drop(store);
    assert_eq!(
        super::sled::tests::lose_keys(&place.database(), |tree, key| tree == Tree::Row
            && key[3] == 2),
        1
    );
    for _ in 0..2 {
        let Opened { store, report } = place.open();
        assert!(report.derived_lost && store.derived_lost());
        assert_eq!((report.rebuilt, report.findings), (None, Vec::new()));
        assert_eq!(
            store.range(Tree::Row, b"", &[0xff; 9], 99).unwrap(),
            [],
            "nothing rather than half of it"
        );
        assert_eq!(content(&store).len(), 5);
    }
    let mut store = place.open().store;
    store.commit(put(Tree::Row, b"again", b"1")).unwrap();
    store.derived_restored().unwrap();
    drop(store);
    let store = place.reopen();
    assert!(!store.derived_lost());
    assert_eq!(
        store.range(Tree::Row, b"", &[0xff; 9], 99).unwrap().len(),
        1
    );
}
