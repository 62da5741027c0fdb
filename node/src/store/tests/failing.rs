//! A disk that fails: the commit is refused, the store closes, and a restart finds exactly what was acknowledged.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::journal::files::{Appender, Disk, Files};

/// A disk that fails after so many calls: at a write (half of it done), or at a sync.
#[derive(Clone)]
struct Failing {
    calls_left: Arc<AtomicI64>,
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Write,
    Sync,
}

struct FailingFile {
    file: Box<dyn Appender>,
    disk: Failing,
}

impl Failing {
    fn fails(&self, at: At) -> bool {
        self.at == at && self.calls_left.fetch_sub(1, Ordering::Relaxed) <= 0
    }

    fn wrap(&self, file: io::Result<Box<dyn Appender>>) -> io::Result<Box<dyn Appender>> {
        Ok(Box::new(FailingFile {
            file: file?,
            disk: self.clone(),
        }))
    }
}

impl Files for Failing {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        self.wrap(Disk.create(path))
    }

    fn append_to(&self, path: &Path) -> io::Result<Box<dyn Appender>> {
        self.wrap(Disk.append_to(path))
    }
}

impl Appender for FailingFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.disk.fails(At::Write) {
            self.file.append(&bytes[..bytes.len() / 2])?;
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "no space left on device",
            ));
        }
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.disk.fails(At::Sync) {
            return Err(io::Error::other("input/output error"));
        }
        self.file.sync()
    }
}

/// Which calls fail, one after another: nightly every one of a script of 200 edits.
fn calls_max() -> i64 {
    if std::env::var_os("XIANGMU_NIGHTLY").is_some() {
        250
    } else {
        12
    }
}

#[test]
fn after_a_failed_write_or_sync_the_store_only_reads_and_a_restart_has_all_that_was_acknowledged() {
    for at in [At::Write, At::Sync] {
        for calls in 0..calls_max() {
            let place = Place::new();
            drop(place.create());
            let disk = Failing {
                calls_left: Arc::new(AtomicI64::new(calls)),
                at,
            };
            let settings = Settings {
                files: Arc::new(disk.clone()),
                segment_bytes_max: 300,
                ..Settings::default()
            };
            let folder = Arc::new(DataFolder::open(&place.dir()).unwrap());
            let mut store = start::start(folder, settings, Mode::Keep).unwrap().store;
            let mut acknowledged = 0_u32;
            let error = loop {
                match store.commit(put(Tree::Change, &acknowledged.to_be_bytes(), b"a change")) {
                    Ok(position) => {
                        acknowledged += 1;
                        assert_eq!(position, Position(u64::from(acknowledged)));
                    }
                    Err(error) => break error,
                }
                assert!(acknowledged < 300, "the disk never failed");
            };
            assert!(matches!(error, StoreError::Failed { .. }), "{error:?}");
            // The disk works again, but nothing is tried again.
            disk.calls_left.store(i64::MAX, Ordering::Relaxed);
            assert!(store.is_read_only());
            assert!(matches!(
                store.commit(put(Tree::Meta, b"a", b"1")),
                Err(StoreError::ReadOnly)
            ));
            assert!(matches!(
                store.commit(put(Tree::Row, b"a", b"1")),
                Err(StoreError::ReadOnly)
            ));
            assert_eq!(content(&store).len(), acknowledged as usize, "reads go on");
            drop(store);

            let Opened { mut store, report } = place.open();
            assert_eq!(report.findings, [], "{at:?} {calls}");
            let found = report.count as u32;
            // The failed one may have happened; nothing acknowledged may be missing.
            assert!(
                found == acknowledged || (at == At::Sync && found == acknowledged + 1),
                "{at:?} {calls}"
            );
            assert_eq!(content(&store).len(), found as usize);
            store.commit(put(Tree::Meta, b"a", b"1")).unwrap();
        }
    }
}

#[test]
fn a_process_killed_between_commits_is_found_as_the_journal_says() {
    // The journal is synced before a commit returns, so killing is the same as taking the journal as it is on the disk
    // and whatever state of the database: here one that saw nothing since it was made.
    let place = Place::new();
    let mut store = place.create();
    for round in 0..12 {
        fill(&mut store, round * 3, 3);
        let journal = std::fs::read(place.segment(1)).unwrap();
        let before = content(&store);
        let killed = Place::new();
        drop(killed.create());
        std::fs::remove_dir_all(killed.database()).unwrap();
        std::fs::write(killed.segment(1), journal).unwrap();
        let Opened { store, report } = killed.open();
        assert_eq!(content(&store), before);
        assert_eq!(
            (report.replayed, report.rebuilt.is_none()),
            (u64::from(round) * 3 + 3, true)
        );
    }
}

#[test]
fn a_full_disk_takes_writes_again_as_soon_as_it_has_room() {
    let place = Place::new();
    drop(place.create());
    let disk = Failing {
        calls_left: Arc::new(AtomicI64::new(5)),
        at: At::Write,
    };
    let settings = Settings {
        files: Arc::new(disk.clone()),
        ballast_bytes: 1 << 16,
        ..Settings::default()
    };
    let mut store: Box<dyn Store> = Box::new(open_with(&place.dir(), settings).unwrap().store);
    let ballast = place.dir().join("ballast");
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), 1 << 16);
    let mut acknowledged = 0;
    while store
        .commit(put(Tree::Change, &[acknowledged], b"a change"))
        .is_ok()
    {
        acknowledged += 1;
    }
    assert_eq!(
        (acknowledged, store.read_only()),
        (5, Some(ReadOnly::DiskFull))
    );
    assert!(!ballast.exists(), "the space kept back is given up");
    let journal = std::fs::metadata(place.segment(1)).unwrap().len();

    // Somebody makes room.
    disk.calls_left.store(i64::MAX, Ordering::Relaxed);
    assert!(store.tend(shared::time::Timestamp(1)).reopen && ballast.exists());
    let (mut store, report) = store.reopen().unwrap();
    assert_eq!(
        (report.findings, report.cut_bytes, store.read_only()),
        (Vec::new(), 0, None)
    );
    assert_eq!(content(&*store).len(), usize::from(acknowledged));
    assert!(std::fs::metadata(place.segment(1)).unwrap().len() >= journal);
    store
        .commit(put(Tree::Change, &[acknowledged], b"a change"))
        .unwrap();
    drop(store);
    assert_eq!(
        content(&place.reopen()).len(),
        usize::from(acknowledged) + 1
    );
}
