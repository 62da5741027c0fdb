//! What the core asks of storage: named trees of keys, snapshot reads, and one batch a turn.
//!
//! The core never waits: a [`Turn`] collects what one round of inputs wants written and what should happen afterwards; the
//! driver makes the batch durable (one fsync) and only then performs the effects. So nothing that reveals data can
//! overtake the commit it depends on. Reads inside a turn see the turn's own writes.

mod memory;

use std::collections::BTreeMap;
use std::ops::Bound;

pub use memory::MemoryStore;

/// A family of keys. Durable trees are journaled; derived ones can always be computed again from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tree {
    /// Document id ‖ sequence number → one change, raw bytes. Durable.
    Change = 1,
    /// Scope ‖ position → one entry of a scope's log. Durable.
    Log = 2,
    /// Peers: enrolment, cursors, receipts, invites. Durable.
    Peer = 3,
    /// Accounts and sessions of people. Durable.
    Account = 4,
    /// Answers to commands by id, so that one sent twice happens once. Durable.
    Command = 5,
    /// Imports and how to undo them; remembered mappings. Durable.
    Import = 6,
    /// The audit trail. Durable.
    Audit = 7,
    /// Facts of this node: name, role, incarnation, last hub time, switches. Durable.
    Meta = 8,
    /// Refused changes with their reasons. Durable.
    Quarantine = 9,
    /// Document id → compacted snapshot of its changes. Derived.
    Snapshot = 32,
    /// Document id → heads and change count. Derived.
    Head = 33,
    /// Project id → the row shown in lists. Derived.
    Row = 34,
    /// Everything else that speeds up look-ups. Derived.
    Index = 35,
}

impl Tree {
    /// Every tree.
    pub const ALL: [Self; 13] = [
        Self::Change,
        Self::Log,
        Self::Peer,
        Self::Account,
        Self::Command,
        Self::Import,
        Self::Audit,
        Self::Meta,
        Self::Quarantine,
        Self::Snapshot,
        Self::Head,
        Self::Row,
        Self::Index,
    ];

    /// True when the tree's content is journaled and part of the store's digest.
    #[must_use]
    pub const fn is_durable(self) -> bool {
        (self as u8) < 32
    }

    /// The tree with this number.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|tree| *tree as u8 == number)
    }
}

/// Why a read or a commit failed. "Absent" is never an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A value does not match its checksum, or a tree does not match its digest.
    #[error("{tree:?} holds damaged data at key {key}")]
    Damaged {
        /// Where.
        tree: Tree,
        /// The key, in hex.
        key: String,
    },
    /// The medium refused; nothing was acknowledged and the store accepts no more writes.
    #[error("storage failed while {doing}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An earlier failure closed the store for writing.
    #[error("storage is read-only since an earlier failure")]
    ReadOnly,
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Snapshot reads by key and range.
pub trait Reader {
    /// The value under a key; `Ok(None)` when there is none.
    ///
    /// # Errors
    /// When the medium fails or the value is damaged.
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Pairs with `from <= key < to` in key order, at most `limit`.
    ///
    /// # Errors
    /// When the medium fails or a value is damaged.
    fn range(
        &self,
        tree: Tree,
        from: &[u8],
        to: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError>;
}

/// Writes that happen together or not at all. The last write to a key counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// New values; `None` removes the key.
    pub writes: BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>>,
}

impl Batch {
    /// True when nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// True when nothing durable is to be written, so that no fsync is needed.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.writes.keys().all(|(tree, _)| !tree.is_durable())
    }
}

/// One turn of the core over a store: reads that see the turn's own writes, and the batch so far.
pub struct Turn<'a> {
    reader: &'a dyn Reader,
    batch: Batch,
}

impl<'a> Turn<'a> {
    /// Starts a turn over a store.
    #[must_use]
    pub fn new(reader: &'a dyn Reader) -> Self {
        Self {
            reader,
            batch: Batch::default(),
        }
    }

    /// Writes a value.
    pub fn put(&mut self, tree: Tree, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.batch
            .writes
            .insert((tree, key.into()), Some(value.into()));
    }

    /// Removes a key.
    pub fn remove(&mut self, tree: Tree, key: impl Into<Vec<u8>>) {
        self.batch.writes.insert((tree, key.into()), None);
    }

    /// Takes over the writes of a turn that was laid over this one.
    pub fn absorb(&mut self, batch: Batch) {
        self.batch.writes.extend(batch.writes);
    }

    /// Ends the turn: what must be committed before any effect is performed.
    #[must_use]
    pub fn finish(self) -> Batch {
        self.batch
    }
}

impl Reader for Turn<'_> {
    fn load(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.batch.writes.get(&(tree, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => self.reader.load(tree, key),
        }
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
        let own: Vec<_> = self.batch.writes.range(bounds).collect();
        // Each of our removals can hide one stored pair, so that many more are asked for.
        let stored = self
            .reader
            .range(tree, from, to, limit.saturating_add(own.len()))?;
        if own.is_empty() {
            return Ok(stored);
        }
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = stored.into_iter().collect();
        for ((_, key), value) in own {
            match value {
                Some(value) => {
                    merged.insert(key.clone(), value.clone());
                }
                None => {
                    merged.remove(key);
                }
            }
        }
        Ok(merged.into_iter().take(limit).collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    struct Fixed(BTreeMap<Vec<u8>, Vec<u8>>);

    impl Reader for Fixed {
        fn load(&self, _: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(self.0.get(key).cloned())
        }
        fn range(
            &self,
            _: Tree,
            from: &[u8],
            to: &[u8],
            limit: usize,
        ) -> Result<Vec<Pair>, StoreError> {
            Ok(self
                .0
                .range(from.to_vec()..to.to_vec())
                .take(limit)
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect())
        }
    }

    #[test]
    fn a_turn_reads_its_own_writes() {
        let stored = Fixed(
            [
                (b"a".to_vec(), b"1".to_vec()),
                (b"b".to_vec(), b"2".to_vec()),
                (b"d".to_vec(), b"4".to_vec()),
            ]
            .into(),
        );
        let mut turn = Turn::new(&stored);
        turn.remove(Tree::Meta, *b"a");
        turn.put(Tree::Meta, *b"c", *b"3");
        let keys = |limit| {
            turn.range(Tree::Meta, b"a", b"z", limit)
                .unwrap()
                .into_iter()
                .map(|(k, _)| k)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(9), [b"b".to_vec(), b"c".to_vec(), b"d".to_vec()]);
        assert_eq!(keys(1), [b"b".to_vec()]);
        assert_eq!(turn.load(Tree::Meta, b"a").unwrap(), None);
        assert!(turn.range(Tree::Meta, b"z", b"a", 9).unwrap().is_empty());
    }
}
