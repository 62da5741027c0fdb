#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::sync::atomic::{AtomicBool, Ordering};

use shared::api::NodeRole;
use shared::identity::{NodeKey, unit_id_of};
use shared::library::Library;
use shared::store::{Batch, MemoryStore, Pair, Tree};
use shared::sync::{Facts, LogContent};

use crate::clock::Clock;
use crate::store::{OpenError, Position, ReadOnly, StartReport, Store};

use super::*;

/// A store whose commits fail once told so, or that only reads from the start.
struct Failing {
    inner: MemoryStore,
    fails: Arc<AtomicBool>,
    only_reads: bool,
}

impl Reader for Failing {
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.load(tree, key)
    }
    fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.inner.range(tree, from, to, limit)
    }
}

impl Store for Failing {
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Failed {
                doing: "writing the journal",
                source: "no space left".into(),
            });
        }
        Store::commit(&mut self.inner, batch)
    }
    fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
    fn position(&self) -> Position {
        Store::position(&self.inner)
    }
    fn read_only(&self) -> Option<ReadOnly> {
        self.only_reads.then_some(ReadOnly::Unproven)
    }
    fn reopen(self: Box<Self>) -> Result<(Box<dyn Store>, StartReport), OpenError> {
        Ok((self, StartReport::default()))
    }
    fn derived_lost(&self) -> bool {
        false
    }
    fn derived_restored(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

async fn start() -> (Handle, Arc<AtomicBool>) {
    start_on(MemoryStore::new(), false).await
}

async fn start_on(inner: MemoryStore, only_reads: bool) -> (Handle, Arc<AtomicBool>) {
    let key = NodeKey::from_seed(&[1; 32]);
    let fails = Arc::<AtomicBool>::default();
    let handle = spawn(Parts {
        store: Box::new(Failing {
            inner,
            fails: Arc::clone(&fails),
            only_reads,
        }),
        replica: Replica::new(
            Facts {
                key: key.clone(),
                role: NodeRole::Node,
                name: "竹溪镇".to_owned(),
                profile: "kaizhou".to_owned(),
            },
            Library::new(1 << 20, |_| String::new()),
        ),
        log: LogContent::Intact,
        blobs: None,
        report: StartReport::default(),
        clock: Clock::manual(Timestamp(1_790_000_000_000), 1),
        info: NodeInfo {
            id: key.node_id(),
            name: "竹溪镇".to_owned(),
            role: NodeRole::Node,
            unit: unit_id_of("竹溪镇"),
            unit_name: "竹溪镇".to_owned(),
            profile: "kaizhou".to_owned(),
            demo: false,
            version: String::new(),
        },
        network: None,
    })
    .await
    .unwrap();
    (handle, fails)
}

async fn load(handle: &Handle, key: &'static [u8]) -> Option<Vec<u8>> {
    handle
        .read(move |context| context.reader.load(Tree::Meta, key).unwrap())
        .await
        .unwrap()
}

async fn put(
    handle: &Handle,
    key: &'static [u8],
    then: Result<(), &'static str>,
) -> Result<Result<(), &'static str>, DriverError> {
    handle
        .write(move |context| {
            context.turn.put(Tree::Meta, key, *b"1");
            then
        })
        .await
}

#[tokio::test]
async fn a_write_is_kept_when_its_closure_succeeds_and_dropped_when_it_fails() {
    let (handle, _) = start().await;
    // Both stand in the queue together, so that they may share a turn.
    let (kept, dropped) = tokio::join!(
        put(&handle, b"kept", Ok(())),
        put(&handle, b"dropped", Err("no"))
    );
    assert_eq!(kept.unwrap(), Ok(()));
    assert_eq!(dropped.unwrap(), Err("no"));
    assert!(load(&handle, b"kept").await.is_some());
    assert!(load(&handle, b"dropped").await.is_none());
}

#[tokio::test]
async fn after_a_storage_failure_writes_are_refused_and_reads_go_on() {
    let (handle, fails) = start().await;
    put(&handle, b"before", Ok(())).await.unwrap().unwrap();
    fails.store(true, Ordering::SeqCst);
    let failed = put(&handle, b"lost", Ok(())).await;
    assert!(matches!(failed, Err(DriverError::StorageFailed(_))));
    // Even when the medium works again: what memory holds may differ from it.
    fails.store(false, Ordering::SeqCst);
    let refused = put(&handle, b"later", Ok(())).await;
    assert!(matches!(refused, Err(DriverError::StorageFailed(_))));
    assert!(load(&handle, b"before").await.is_some());
    assert!(load(&handle, b"lost").await.is_none());
    assert!(load(&handle, b"later").await.is_none());
}

#[tokio::test]
async fn a_stop_handles_what_waits_and_ends_the_driver() {
    let (handle, _) = start().await;
    let mut events = handle.subscribe();
    let (kept, ()) = tokio::join!(put(&handle, b"kept", Ok(())), handle.stop());
    assert_eq!(kept.unwrap(), Ok(()));
    while !matches!(events.recv().await.unwrap(), Event::Stopping) {}
    assert!(matches!(
        put(&handle, b"late", Ok(())).await,
        Err(DriverError::Stopped)
    ));
}

#[tokio::test]
async fn a_store_that_only_reads_can_be_read_from_the_start() {
    let mut store = MemoryStore::new();
    let mut batch = Batch::default();
    batch
        .writes
        .insert((Tree::Meta, b"before".to_vec()), Some(b"1".to_vec()));
    store.commit(batch).unwrap();
    let (handle, _) = start_on(store, true).await;
    assert!(load(&handle, b"before").await.is_some());
    assert!(matches!(
        put(&handle, b"refused", Ok(())).await,
        Err(DriverError::StorageFailed(_))
    ));
    assert!(load(&handle, b"refused").await.is_none());
}
