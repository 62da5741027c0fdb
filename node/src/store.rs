//! Where a node keeps everything: named trees of keys, written in batches that are durable before anyone hears of them.
//!
//! [`Store`] is the point of durability. [`LocalStore`] is the one in use: a journal (`crate::journal`) that is the truth,
//! and a database beside it for fast reads, which can always be built again from the journal. [`MemoryStore`] is its twin
//! for tests. Both pass [`conformance::run`].
//!
//! A commit travels: digest of the content after it → one journal record → fsync → database. Only then does `commit`
//! return, and only then may the driver show, acknowledge or send anything that depends on it. The database is made
//! durable lazily ([`Store::settle`]); what it misses after a power cut is replayed from the journal.
//!
//! Damage is found at start-up by reading everything: each value carries a checksum, and the digest in the journal's last
//! record says what must be there. It is named in the [`StartReport`], never shown as fewer rows.

pub mod conformance;

use shared::store::{Batch, Reader, StoreError};

pub use shared::store::MemoryStore;

/// The number of a durable commit. Commits are numbered from 1 without gaps; 0 is the empty store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// Reads, and commits that are durable when they return.
pub trait Store: Reader + Send {
    /// Writes a batch, all of it or nothing, and returns once it is durable. Writes that change nothing are left out; a
    /// batch that changes nothing durable costs no fsync and keeps the position.
    ///
    /// # Errors
    /// When the medium fails: the batch may or may not be found after a restart, and every later commit answers
    /// [`StoreError::ReadOnly`]. A failed fsync is never tried again, since the kernel may have dropped the data.
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError>;

    /// Brings everything but the journal to the disk as well, so that the next start has nothing to replay. Meant for
    /// idle moments and for the orderly stop; correctness never needs it.
    ///
    /// # Errors
    /// When the medium fails.
    fn settle(&mut self) -> Result<(), StoreError>;

    /// The last durable commit.
    fn position(&self) -> Position;

    /// True when nothing can be written: after a failure, or since start-up found damage it cannot prove to be harmless.
    fn is_read_only(&self) -> bool;

    /// True when the derived trees are not what was last written to them (they are empty then, or partly computed again)
    /// and the core must compute all of them. Stays true across restarts until [`Store::derived_restored`].
    fn derived_lost(&self) -> bool;

    /// Takes note that the core has computed and committed the derived trees.
    ///
    /// # Errors
    /// When the medium fails.
    fn derived_restored(&mut self) -> Result<(), StoreError>;
}

impl Store for MemoryStore {
    fn commit(&mut self, batch: Batch) -> Result<Position, StoreError> {
        Self::commit(self, batch).map(Position)
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn position(&self) -> Position {
        Position(self.commit_count())
    }

    fn is_read_only(&self) -> bool {
        Self::is_read_only(self)
    }

    fn derived_lost(&self) -> bool {
        Self::derived_lost(self)
    }

    fn derived_restored(&mut self) -> Result<(), StoreError> {
        Self::derived_restored(self);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_in_memory_conforms() {
        conformance::run(|| Box::new(MemoryStore::new()));
    }
}
