//! A store that lives in memory: the twin of the node's store on disk, for tests and the simulator.
//!
//! It keeps exactly what was committed. A crash of the process that owns it is therefore: forget the core, and start a new
//! one over [`MemoryStore::after_crash`]. A clone shares its content until one of the two writes, so that a simulator can
//! keep "the backup of last Tuesday" for nothing. It passes the same conformance suite as the store on disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::{Batch, Pair, Reader, StoreError, Tree};

/// Named trees of keys in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    content: Arc<Content>,
    commit_count: u64,
    derived_lost: bool,
    state: State,
}

type Content = BTreeMap<(Tree, Vec<u8>), Arc<[u8]>>;

/// Whether commits succeed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Commits succeed.
    #[default]
    Writable,
    /// So many commits succeed yet, then one fails.
    FailingAfter(u64),
    /// One failed; none succeeds any more.
    ReadOnly,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a batch; all of it or nothing. Answers the number of durable commits so far.
    ///
    /// # Errors
    /// [`StoreError::Failed`] once where [`Self::fail_after`] asked for it, [`StoreError::ReadOnly`] from then on.
    pub fn commit(&mut self, batch: Batch) -> Result<u64, StoreError> {
        match self.state {
            State::Writable => {}
            State::FailingAfter(0) => {
                self.state = State::ReadOnly;
                return Err(StoreError::Failed {
                    doing: "writing to memory",
                    source: "a failure the test asked for".into(),
                });
            }
            State::FailingAfter(left) => self.state = State::FailingAfter(left - 1),
            State::ReadOnly => return Err(StoreError::ReadOnly),
        }
        let mut durable_changed = false;
        let content = Arc::make_mut(&mut self.content);
        for ((tree, key), value) in batch.writes {
            let changed = match value {
                Some(value) => {
                    let value: Arc<[u8]> = value.into();
                    content.insert((tree, key), value.clone()) != Some(value)
                }
                None => content.remove(&(tree, key)).is_some(),
            };
            durable_changed |= changed && tree.is_durable();
        }
        self.commit_count += u64::from(durable_changed);
        Ok(self.commit_count)
    }

    /// The number of commits that changed something durable.
    #[must_use]
    pub const fn commit_count(&self) -> u64 {
        self.commit_count
    }

    /// What a new process finds after this one died: every committed batch, writable again.
    #[must_use]
    pub fn after_crash(&self) -> Self {
        Self {
            state: State::Writable,
            ..self.clone()
        }
    }

    /// What a new process finds when the database had to be rebuilt from the journal: the derived trees are empty.
    #[must_use]
    pub fn after_rebuild(&self) -> Self {
        let durable = self
            .content
            .iter()
            .filter(|((tree, _), _)| tree.is_durable());
        Self {
            content: Arc::new(durable.map(|(k, v)| (k.clone(), v.clone())).collect()),
            derived_lost: true,
            ..self.after_crash()
        }
    }

    /// Lets so many more commits succeed, then fails one and refuses the rest, as a full or dying disk does.
    pub const fn fail_after(&mut self, commits: u64) {
        self.state = State::FailingAfter(commits);
    }

    /// True when nothing is written any more.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.state == State::ReadOnly
    }

    /// True until the derived trees were computed again after a rebuild.
    #[must_use]
    pub const fn derived_lost(&self) -> bool {
        self.derived_lost
    }

    /// Takes note that the derived trees are complete again.
    pub const fn derived_restored(&mut self) {
        self.derived_lost = false;
    }

    /// Every pair, for comparing two stores.
    pub fn iter(&self) -> impl Iterator<Item = (Tree, &[u8], &[u8])> {
        self.content
            .iter()
            .map(|((tree, key), value)| (*tree, key.as_slice(), value.as_ref()))
    }
}

impl Reader for MemoryStore {
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .content
            .get(&(tree, key.to_vec()))
            .map(|value| value.to_vec()))
    }

    fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let bounds = (
            Bound::Included((tree, from.to_vec())),
            Bound::Excluded((tree, to.to_vec())),
        );
        let found = self.content.range(bounds).take(limit);
        Ok(found
            .map(|((_, key), value)| (key.clone(), value.to_vec()))
            .collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn batch(pairs: &[(Tree, &[u8], &[u8])]) -> Batch {
        let mut batch = Batch::default();
        for (tree, key, value) in pairs {
            batch
                .writes
                .insert((*tree, key.to_vec()), Some(value.to_vec()));
        }
        batch
    }

    #[test]
    fn a_clone_does_not_see_later_commits() {
        let mut store = MemoryStore::new();
        store.commit(batch(&[(Tree::Meta, b"a", b"1")])).unwrap();
        let backup = store.clone();
        store.commit(batch(&[(Tree::Meta, b"a", b"2")])).unwrap();
        assert_eq!(backup.load(Tree::Meta, b"a").unwrap().unwrap(), b"1");
        assert_eq!((backup.commit_count(), store.commit_count()), (1, 2));
    }

    #[test]
    fn a_rebuild_loses_derived_trees_only_and_says_so() {
        let mut store = MemoryStore::new();
        store
            .commit(batch(&[(Tree::Meta, b"a", b"1"), (Tree::Row, b"a", b"1")]))
            .unwrap();
        let mut rebuilt = store.after_rebuild();
        assert!(rebuilt.derived_lost() && !store.derived_lost());
        assert_eq!(rebuilt.iter().count(), 1);
        rebuilt.derived_restored();
        assert!(!rebuilt.derived_lost());
    }

    #[test]
    fn after_a_failed_commit_nothing_is_written_until_a_restart() {
        let mut store = MemoryStore::new();
        store.fail_after(1);
        store.commit(batch(&[(Tree::Meta, b"a", b"1")])).unwrap();
        let lost = batch(&[(Tree::Meta, b"b", b"2")]);
        assert!(matches!(
            store.commit(lost.clone()),
            Err(StoreError::Failed { .. })
        ));
        assert!(matches!(
            store.commit(lost.clone()),
            Err(StoreError::ReadOnly)
        ));
        let mut restarted = store.after_crash();
        assert_eq!(restarted.load(Tree::Meta, b"b").unwrap(), None);
        restarted.commit(lost).unwrap();
    }
}
