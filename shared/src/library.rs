//! The documents of one node: loaded on demand, bounded in memory, every change kept in the order it arrived.
//!
//! A `Library` owns a cache of loaded [`Document`]s over three trees: `Change` (document ‖ number → raw change, the truth),
//! `Snapshot` (number of changes covered ‖ compacted history, derived) and `Head` (heads and counts, derived), so that equality of
//! documents is known without loading any. It writes only through the [`Turn`] it is given.
//!
//! Every change it takes or makes marks its document; [`Library::refresh`], called once at the end of a turn, folds
//! snapshots, recomputes rows and indexes of the marked documents and says what changed. A turn whose commit failed leaves the cache ahead
//! of the store: call [`Library::forget`].
//!
//! Bounds: the cache is held under an estimate of bytes (research/sync.md 2: 17 kB for a new record, 190 B a change).

pub mod salvage;

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Change, ChangeHash};

use crate::document::{Author, Document, DocumentError, WriteError, genesis};
use crate::field::FieldPath;
use crate::ids::DocumentId;
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::value::Value;

/// Loose changes after which a snapshot is worth its cost (research/sync.md 2).
const LOOSE_CHANGES_MAX: u32 = 50;
/// Loose bytes below which no snapshot is made whatever their share.
const LOOSE_BYTES_MIN: u64 = 8 * 1024;
/// Changes read from the store in one go.
const READ_BATCH: usize = 1_000;

/// Why a document could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The store failed.
    #[error("cannot read or write document {document}")]
    Store {
        /// The document.
        document: DocumentId,
        /// What the store found.
        source: StoreError,
    },
    /// The document is not here.
    #[error("document {document} is not here")]
    Absent {
        /// The document.
        document: DocumentId,
    },
    /// The stored changes do not give the heads that were recorded.
    #[error("document {document} does not have the heads that were recorded for it")]
    HeadsDiffer {
        /// The document.
        document: DocumentId,
    },
    /// A stored change or a derived record does not decode.
    #[error("document {document} holds damaged data at {place}")]
    Damaged {
        /// The document.
        document: DocumentId,
        /// Which record.
        place: String,
    },
    /// Changes do not fit the document; nothing was applied.
    #[error("changes do not fit document {document}")]
    Changes {
        /// The document.
        document: DocumentId,
        /// Why.
        source: DocumentError,
    },
    /// A write was refused; nothing was written.
    #[error("cannot write to document {document}")]
    Write {
        /// The document.
        document: DocumentId,
        /// Why.
        source: WriteError,
    },
}

/// One change this node made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The document.
    pub document: DocumentId,
    /// The change.
    pub hash: ChangeHash,
    /// Its number in this store, from 0.
    pub number: u32,
}

/// What `Tree::Head` says about a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeadRecord {
    /// Changes stored, the genesis included; the next change gets this number.
    pub count: u32,
    /// Changes the snapshot covers; 0 without one.
    pub snapshot_count: u32,
    /// Bytes of the snapshot.
    pub snapshot_bytes: u64,
    /// Bytes of the changes after it.
    pub loose_bytes: u64,
    /// The heads, sorted.
    pub heads: Vec<ChangeHash>,
}

impl HeadRecord {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(25 + self.heads.len() * 32);
        bytes.push(1);
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(self.snapshot_count.to_be_bytes());
        bytes.extend(self.snapshot_bytes.to_be_bytes());
        bytes.extend(self.loose_bytes.to_be_bytes());
        for head in &self.heads {
            bytes.extend(head.0);
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        if *version != 1 {
            return None;
        }
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let (snapshot_count, rest) = rest.split_first_chunk::<4>()?;
        let (snapshot_bytes, rest) = rest.split_first_chunk::<8>()?;
        let (loose_bytes, rest) = rest.split_first_chunk::<8>()?;
        let (hashes, left) = rest.as_chunks::<32>();
        left.is_empty().then(|| Self {
            count: u32::from_be_bytes(*count),
            snapshot_count: u32::from_be_bytes(*snapshot_count),
            snapshot_bytes: u64::from_be_bytes(*snapshot_bytes),
            loose_bytes: u64::from_be_bytes(*loose_bytes),
            heads: hashes.iter().map(|hash| ChangeHash(*hash)).collect(),
        })
    }

    fn wants_snapshot(&self) -> bool {
        let loose = self.count - self.snapshot_count;
        loose > LOOSE_CHANGES_MAX
            || (self.loose_bytes > LOOSE_BYTES_MIN && self.loose_bytes >= self.snapshot_bytes)
    }
}

struct Cached {
    document: Document,
    used: u64,
    bytes: usize,
}

/// The documents of one node.
pub struct Library {
    cache: BTreeMap<DocumentId, Cached>,
    bytes: usize,
    bytes_max: usize,
    tick: u64,
    changed: BTreeSet<DocumentId>,
    settled: BTreeSet<DocumentId>,
    unlogged: BTreeSet<DocumentId>,
    pub(crate) derived: crate::summary::Derived,
    pub(crate) rules: crate::rulebook::Shelf,
}

impl Library {
    /// An empty cache that holds at most about `bytes_max` bytes of loaded documents.
    ///
    /// `keys` makes the search keys of a name (pinyin; `node` has the tables).
    #[must_use]
    pub fn new(bytes_max: usize, keys: fn(&str) -> String) -> Self {
        Self {
            cache: BTreeMap::new(),
            bytes: 0,
            bytes_max,
            tick: 0,
            changed: BTreeSet::new(),
            settled: BTreeSet::new(),
            unlogged: BTreeSet::new(),
            derived: crate::summary::Derived::new(keys),
            rules: crate::rulebook::Shelf::default(),
        }
    }

    /// Drops everything held in memory, as after a failed commit or a rebuild of the store.
    pub fn forget(&mut self) {
        self.cache.clear();
        self.bytes = 0;
        self.changed.clear();
        self.settled.clear();
        self.unlogged.clear();
        self.derived.forget();
        self.rules = crate::rulebook::Shelf::default();
    }

    /// True when the document is here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn contains(&self, reader: &dyn Reader, id: &DocumentId) -> Result<bool, LibraryError> {
        Ok(self.head(reader, id)?.is_some())
    }

    /// Heads and counts without loading the document; `None` when it is not here.
    ///
    /// # Errors
    /// When the store fails or the record is damaged.
    pub fn head(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<Option<HeadRecord>, LibraryError> {
        let bytes = reader.load(Tree::Head, &id.to_bytes()).map_err(store(id))?;
        bytes
            .map(|bytes| HeadRecord::decode(&bytes).ok_or_else(|| damaged(id, "its heads")))
            .transpose()
    }

    /// The heads, sorted, without loading the document; empty when it is not here.
    ///
    /// # Errors
    /// When the store fails or the record is damaged.
    pub fn heads(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<Vec<ChangeHash>, LibraryError> {
        Ok(self.head(reader, id)?.unwrap_or_default().heads)
    }

    /// Ids of the documents that are here and of this kind, sorted.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ids(
        &self,
        reader: &dyn Reader,
        kind: genesis::DocumentKind,
    ) -> Result<Vec<DocumentId>, LibraryError> {
        let first = kind_byte(kind);
        let mut from = vec![first];
        let to = [first + 1];
        let mut ids = Vec::new();
        loop {
            let page = reader
                .range(Tree::Head, &from, &to, READ_BATCH)
                .map_err(|source| LibraryError::Store {
                    document: DocumentId::County(0),
                    source,
                })?;
            let Some((last, _)) = page.last() else {
                return Ok(ids);
            };
            from.clone_from(last);
            from.push(0);
            let full = page.len() == READ_BATCH;
            ids.extend(
                page.iter()
                    .filter_map(|(key, _)| DocumentId::from_bytes(key)),
            );
            if !full {
                return Ok(ids);
            }
        }
    }

    /// The loaded document.
    ///
    /// # Errors
    /// [`LibraryError::Absent`] when it is not here; others when the store fails or holds damaged data.
    pub fn document(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<&Document, LibraryError> {
        self.load(reader, id)?;
        self.tick += 1;
        let tick = self.tick;
        match self.cache.get_mut(id) {
            Some(cached) => {
                cached.used = tick;
                Ok(&cached.document)
            }
            None => Err(LibraryError::Absent {
                document: id.clone(),
            }),
        }
    }

    /// Makes the document with its genesis change unless it is here. True when it was made.
    ///
    /// The genesis is stored as number 0 and known to every node by its hash, so it needs no place in a log.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ensure_genesis(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
    ) -> Result<bool, LibraryError> {
        if self.contains(turn, id)? {
            return Ok(false);
        }
        let document = Document::new(id).map_err(changes(id))?;
        let bytes = genesis::bytes(genesis::kind_of(id));
        turn.put(Tree::Change, change_key(id, 0), bytes);
        let record = HeadRecord {
            count: 1,
            loose_bytes: bytes.len() as u64,
            heads: document.heads(),
            ..HeadRecord::default()
        };
        turn.put(Tree::Head, id.to_bytes(), record.encode());
        self.insert(id.clone(), document, &record);
        self.mark_changed(id);
        Ok(true)
    }

    /// Writes values to a document, making it first if need be.
    ///
    /// Shape: the changes this made, in order; none for no edits.
    ///
    /// # Errors
    /// [`LibraryError::Write`] when the base is unknown (nothing was written); others when the store fails.
    pub fn write(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        edits: &[(FieldPath, Value)],
        author: &Author,
    ) -> Result<Vec<Written>, LibraryError> {
        self.ensure_genesis(turn, id)?;
        let mut document = self.take(turn, id)?;
        match document.write(edits, author) {
            Ok(made) => self.store_changes(turn, id, document, &made),
            Err(source) => {
                // A refused write may have left operations behind; the next reader loads afresh.
                Err(LibraryError::Write {
                    document: id.clone(),
                    source,
                })
            }
        }
    }

    /// Takes changes that passed the gate, as one batch; the document and its genesis are made if need be.
    ///
    /// Shape: the changes that were new, in the order given, with their numbers. Idempotent.
    ///
    /// # Errors
    /// [`LibraryError::Changes`] when something they build on is missing (nothing was applied).
    pub fn apply(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        incoming: Vec<Change>,
    ) -> Result<Vec<(ChangeHash, u32)>, LibraryError> {
        self.ensure_genesis(turn, id)?;
        let mut document = self.take(turn, id)?;
        let fresh = document.apply(incoming).map_err(changes(id))?;
        let written = self.store_changes(turn, id, document, &fresh)?;
        Ok(written.into_iter().map(|w| (w.hash, w.number)).collect())
    }

    /// The same for changes that were judged already: `after` is the document as it was at `before`, with them.
    ///
    /// # Errors
    /// As [`Library::apply`].
    pub fn adopt(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        before: &[ChangeHash],
        after: Document,
        fresh: Vec<Change>,
    ) -> Result<(), LibraryError> {
        self.ensure_genesis(turn, id)?;
        if self.heads(turn, id)? != before {
            // It went on meanwhile.
            return self.apply(turn, id, fresh).map(|_| ());
        }
        self.store_changes(turn, id, after, &fresh).map(|_| ())
    }

    /// The raw bytes of a change by its number in this store.
    ///
    /// # Errors
    /// When the store fails.
    pub fn change(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
        number: u32,
    ) -> Result<Option<Vec<u8>>, LibraryError> {
        reader
            .load(Tree::Change, &change_key(id, number))
            .map_err(store(id))
    }

    /// Changes of a document that are not ancestors of `heads`, in causal order.
    ///
    /// # Errors
    /// As [`Library::document`].
    pub fn changes_since(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
        heads: &[ChangeHash],
    ) -> Result<Vec<Change>, LibraryError> {
        Ok(self.document(reader, id)?.changes_since(heads))
    }

    /// Ends a turn: folds what grew too long, recomputes what lists show, and names the documents that changed.
    ///
    /// # Errors
    /// When a document cannot be read or the store fails.
    pub fn refresh(&mut self, turn: &mut Turn<'_>) -> Result<BTreeSet<DocumentId>, LibraryError> {
        self.settle(turn)?;
        Ok(std::mem::take(&mut self.settled))
    }

    /// Does the work of [`Library::refresh`] in the middle of a turn; the documents are still named at its end.
    ///
    /// # Errors
    /// As [`Library::refresh`].
    pub fn settle(&mut self, turn: &mut Turn<'_>) -> Result<(), LibraryError> {
        let changed = std::mem::take(&mut self.changed);
        for id in &changed {
            self.fold(turn, id)?;
            if matches!(id, DocumentId::Project(_)) {
                let document = self.document(turn, id)?;
                crate::attachments::index(turn, id, document);
            }
        }
        crate::summary::refresh(self, turn, &changed)?;
        self.shrink();
        self.settled.extend(changed);
        Ok(())
    }

    fn mark_changed(&mut self, id: &DocumentId) {
        self.changed.insert(id.clone());
        self.unlogged.insert(id.clone());
    }

    /// Documents changed since the last call, for the logs of `sync`.
    pub fn take_unlogged(&mut self) -> BTreeSet<DocumentId> {
        std::mem::take(&mut self.unlogged)
    }

    /// Computes everything derived about a document again from its changes, as after a rebuild of the store.
    ///
    /// # Errors
    /// When changes are missing or damaged.
    pub fn rebuild(&mut self, turn: &mut Turn<'_>, id: &DocumentId) -> Result<(), LibraryError> {
        self.drop_cached(id);
        turn.remove(Tree::Snapshot, id.to_bytes());
        let mut all = Vec::new();
        let mut bytes = 0u64;
        self.read_changes(turn, id, 0, |raw| {
            bytes += raw.len() as u64;
            all.push(raw);
        })?;
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut document = Document::blank();
        document.apply(decode_all(id, all)?).map_err(changes(id))?;
        let record = HeadRecord {
            count,
            loose_bytes: bytes,
            heads: document.heads(),
            ..HeadRecord::default()
        };
        turn.put(Tree::Head, id.to_bytes(), record.encode());
        self.insert(id.clone(), document, &record);
        self.mark_changed(id);
        Ok(())
    }

    /// Ids of all documents with changes in the store, found without any derived tree.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ids_from_changes(reader: &dyn Reader) -> Result<Vec<DocumentId>, StoreError> {
        let mut ids = Vec::new();
        let mut from = vec![0];
        while let Some((key, _)) = reader.range(Tree::Change, &from, &[0xff], 1)?.pop() {
            let Some(id) = key
                .len()
                .checked_sub(4)
                .and_then(|cut| DocumentId::from_bytes(&key[..cut]))
            else {
                from = key;
                from.push(0);
                continue;
            };
            from = id.to_bytes();
            from.extend([0xff; 5]);
            ids.push(id);
        }
        Ok(ids)
    }

    fn load(&mut self, reader: &dyn Reader, id: &DocumentId) -> Result<(), LibraryError> {
        if self.cache.contains_key(id) {
            return Ok(());
        }
        let record = self.head(reader, id)?.ok_or_else(|| LibraryError::Absent {
            document: id.clone(),
        })?;
        let document = match self.load_snapshot(reader, id, &record)? {
            Some(document) => document,
            // A damaged snapshot is no loss: it is derived, the changes are the truth.
            None => self.load_changes(reader, id, Document::blank(), 0)?,
        };
        if document.heads() != record.heads {
            return Err(LibraryError::HeadsDiffer {
                document: id.clone(),
            });
        }
        self.insert(id.clone(), document, &record);
        self.shrink();
        Ok(())
    }

    fn load_snapshot(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
        record: &HeadRecord,
    ) -> Result<Option<Document>, LibraryError> {
        if record.snapshot_count == 0 {
            return Ok(None);
        }
        let Some(bytes) = reader
            .load(Tree::Snapshot, &id.to_bytes())
            .map_err(store(id))?
        else {
            return Ok(None);
        };
        let Some((count, snapshot)) = bytes.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let Ok(document) = Document::load(snapshot) else {
            return Ok(None);
        };
        self.load_changes(reader, id, document, u32::from_be_bytes(*count))
            .map(Some)
    }

    fn load_changes(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
        mut document: Document,
        from: u32,
    ) -> Result<Document, LibraryError> {
        let mut raw = Vec::new();
        self.read_changes(reader, id, from, |bytes| raw.push(bytes))?;
        document.apply(decode_all(id, raw)?).map_err(changes(id))?;
        Ok(document)
    }

    fn read_changes(
        &self,
        reader: &dyn Reader,
        id: &DocumentId,
        mut from: u32,
        mut take: impl FnMut(Vec<u8>),
    ) -> Result<(), LibraryError> {
        let mut to = id.to_bytes();
        to.extend([0xff; 5]);
        loop {
            let page = reader
                .range(Tree::Change, &change_key(id, from), &to, READ_BATCH)
                .map_err(store(id))?;
            let full = page.len() == READ_BATCH;
            for (key, bytes) in page {
                if key != change_key(id, from) {
                    return Err(damaged(id, &format!("change {from}, which is missing")));
                }
                from += 1;
                take(bytes);
            }
            if !full {
                return Ok(());
            }
        }
    }

    fn take(&mut self, reader: &dyn Reader, id: &DocumentId) -> Result<Document, LibraryError> {
        self.load(reader, id)?;
        match self.drop_cached(id) {
            Some(document) => Ok(document),
            None => Err(LibraryError::Absent {
                document: id.clone(),
            }),
        }
    }

    fn store_changes(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        document: Document,
        fresh: &[Change],
    ) -> Result<Vec<Written>, LibraryError> {
        let mut record = self.head(turn, id)?.unwrap_or_default();
        let mut written = Vec::with_capacity(fresh.len());
        for change in fresh {
            turn.put(
                Tree::Change,
                change_key(id, record.count),
                change.raw_bytes(),
            );
            written.push(Written {
                document: id.clone(),
                hash: change.hash(),
                number: record.count,
            });
            record.count += 1;
            record.loose_bytes += change.raw_bytes().len() as u64;
        }
        if !fresh.is_empty() {
            record.heads = document.heads();
            turn.put(Tree::Head, id.to_bytes(), record.encode());
            self.mark_changed(id);
        }
        self.insert(id.clone(), document, &record);
        Ok(written)
    }

    fn fold(&mut self, turn: &mut Turn<'_>, id: &DocumentId) -> Result<(), LibraryError> {
        let Some(mut record) = self.head(turn, id)? else {
            return Ok(());
        };
        if !record.wants_snapshot() {
            return Ok(());
        }
        let snapshot = self.document(turn, id)?.save();
        record.snapshot_count = record.count;
        record.snapshot_bytes = snapshot.len() as u64;
        record.loose_bytes = 0;
        let mut bytes = record.count.to_be_bytes().to_vec();
        bytes.extend(snapshot);
        turn.put(Tree::Snapshot, id.to_bytes(), bytes);
        turn.put(Tree::Head, id.to_bytes(), record.encode());
        Ok(())
    }

    fn insert(&mut self, id: DocumentId, document: Document, record: &HeadRecord) {
        let bytes = 17_000 + record.count as usize * 192;
        self.tick += 1;
        self.bytes += bytes;
        let cached = Cached {
            document,
            used: self.tick,
            bytes,
        };
        if let Some(old) = self.cache.insert(id, cached) {
            self.bytes -= old.bytes;
        }
    }

    /// Gives back the memory of a document; the next look loads it again. A document with unfinished business stays.
    pub fn let_go(&mut self, id: &DocumentId) {
        if !self.changed.contains(id) && !self.unlogged.contains(id) {
            self.drop_cached(id);
        }
    }

    /// The documents in memory.
    #[cfg(test)]
    pub(crate) fn loaded(&self) -> impl Iterator<Item = &DocumentId> {
        self.cache.keys()
    }

    fn drop_cached(&mut self, id: &DocumentId) -> Option<Document> {
        let cached = self.cache.remove(id)?;
        self.bytes -= cached.bytes;
        Some(cached.document)
    }

    /// Drops the longest unused documents until a tenth of the space is free; the newest one always stays.
    fn shrink(&mut self) {
        if self.bytes <= self.bytes_max {
            return;
        }
        let mut by_age: Vec<_> = self
            .cache
            .iter()
            .map(|(id, cached)| (cached.used, id.clone()))
            .collect();
        by_age.sort_unstable();
        by_age.pop();
        for (_, id) in by_age {
            if self.bytes <= self.bytes_max / 10 * 9 {
                break;
            }
            self.drop_cached(&id);
        }
    }
}

/// The key of a change: document ‖ number.
#[must_use]
pub fn change_key(id: &DocumentId, number: u32) -> Vec<u8> {
    let mut key = id.to_bytes();
    key.extend(number.to_be_bytes());
    key
}

fn kind_byte(kind: genesis::DocumentKind) -> u8 {
    use genesis::DocumentKind as K;
    match kind {
        K::Project => 1,
        K::Oversight => 2,
        K::Unit => 3,
        K::County => 4,
        K::Hub => 5,
        K::Person => 6,
    }
}

fn decode_all(id: &DocumentId, raw: Vec<Vec<u8>>) -> Result<Vec<Change>, LibraryError> {
    raw.into_iter()
        .enumerate()
        .map(|(index, bytes)| {
            Change::from_bytes(bytes)
                .map_err(|_| damaged(id, &format!("a change ({index} after the snapshot)")))
        })
        .collect()
}

fn damaged(id: &DocumentId, place: &str) -> LibraryError {
    LibraryError::Damaged {
        document: id.clone(),
        place: place.to_owned(),
    }
}

fn store(id: &DocumentId) -> impl FnOnce(StoreError) -> LibraryError {
    let document = id.clone();
    move |source| LibraryError::Store { document, source }
}

fn changes(id: &DocumentId) -> impl FnOnce(DocumentError) -> LibraryError {
    let document = id.clone();
    move |source| LibraryError::Changes { document, source }
}

#[cfg(test)]
mod tests;
