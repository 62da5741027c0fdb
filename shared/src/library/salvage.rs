//! A document some of whose changes cannot be read any more, or are refused by others and taken out (`sync::repair`): the rest of it stays.
//!
//! What cannot be read is set aside, never thrown away. Logs name a change by its number, so no number may vanish: a change that goes leaves the document's genesis in its place,
//! which every document holds and nobody misses. Peers are told nothing for such a number. What others hold of the document comes
//! back by reconciling, under new numbers; what was set aside because something before it was missing follows then. What can never
//! be read again stays in plain sight until a person lets go of it, with a reason; its bytes are kept all the same.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Change, ChangeHash};

use super::{Library, LibraryError, READ_BATCH, change_key, changes, damaged, genesis, store};
use crate::document::Document;
use crate::ids::DocumentId;
use crate::store::{Reader, StoreError, Tree, Turn};

/// Keys of changes set aside, in `Tree::Meta`: prefix ‖ document ‖ number.
const ASIDE: &[u8] = b"aside/";
/// Keys of changes that a person let go of, likewise.
const DISMISSED: &[u8] = b"dismissed/";
/// Keys of changes that a repair took out of a document, at the node that wrote them and at its hub: prefix ‖ document ‖ hash.
pub(crate) const PARTED: &[u8] = b"parted/";
/// Numbers that may be missing between changes that are there.
const GAPS_MAX: usize = 100_000;

/// Changes of one document that are set aside: their numbers and bytes, in order.
pub type Aside = Vec<(u32, Vec<u8>)>;

/// True for what stands in the place of a change that was set aside.
#[must_use]
pub fn is_hole(id: &DocumentId, number: u32, raw: &[u8]) -> bool {
    number > 0 && raw == genesis::bytes(genesis::kind_of(id))
}

fn aside_key(id: &DocumentId, number: u32) -> Vec<u8> {
    [ASIDE, &change_key(id, number)].concat()
}

/// The key of a change that a repair took out of a document.
pub(crate) fn parted_key(id: &DocumentId, hash: &[u8; 32]) -> Vec<u8> {
    [PARTED, &id.to_bytes(), hash].concat()
}

/// True for a change that a repair took out of its document, here or at the node it came from.
///
/// # Errors
/// When the store fails.
pub fn has_parted(
    reader: &dyn Reader,
    id: &DocumentId,
    hash: &[u8; 32],
) -> Result<bool, LibraryError> {
    let record = reader.load(Tree::Meta, &parted_key(id, hash));
    Ok(record.map_err(store(id))?.is_some())
}

/// What is set aside, by document.
///
/// # Errors
/// When the store fails.
pub fn aside(reader: &dyn Reader) -> Result<BTreeMap<DocumentId, Aside>, StoreError> {
    let (mut from, to) = (ASIDE.to_vec(), [ASIDE, &[0xff]].concat());
    let mut found: BTreeMap<_, Aside> = BTreeMap::new();
    loop {
        let page = reader.range(Tree::Meta, &from, &to, READ_BATCH)?;
        let is_last = page.len() < READ_BATCH;
        for (key, raw) in page {
            let named = key[ASIDE.len()..].split_last_chunk();
            if let Some((id, number)) = named
                && let Some(id) = DocumentId::from_bytes(id)
            {
                let number = u32::from_be_bytes(*number);
                found.entry(id).or_default().push((number, raw));
            }
            from = key;
            from.push(0);
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// Lets go of what is set aside of a document: nobody waits for it any more. How many changes that are.
///
/// # Errors
/// When the store fails.
pub fn dismiss(turn: &mut Turn<'_>, id: &DocumentId) -> Result<usize, StoreError> {
    let changes = aside(turn)?.remove(id).unwrap_or_default();
    for (number, raw) in &changes {
        turn.remove(Tree::Meta, aside_key(id, *number));
        let kept = [DISMISSED, &change_key(id, *number)].concat();
        turn.put(Tree::Meta, kept, raw.clone());
    }
    Ok(changes.len())
}

impl Library {
    /// Takes changes, and they must be all that build on one another, out of a document. Whoever does it keeps them.
    ///
    /// # Errors
    /// When the store fails, or what is left cannot be read.
    pub fn part(
        &mut self,
        turn: &mut Turn<'_>,
        id: &DocumentId,
        left: &BTreeSet<ChangeHash>,
    ) -> Result<(), LibraryError> {
        let first = genesis::bytes(genesis::kind_of(id));
        let (mut number, mut numbers) = (0u32, Vec::new());
        self.read_changes(turn, id, 0, |raw| {
            let change = Change::from_bytes(raw);
            if change.is_ok_and(|change| left.contains(&change.hash())) {
                numbers.push(number);
            }
            number += 1;
        })?;
        for number in numbers {
            turn.put(Tree::Change, change_key(id, number), first);
        }
        self.rebuild(turn, id)
    }

    /// Computes a document again from those of its changes that can be read, and sets the others aside. How many those are.
    ///
    /// # Errors
    /// When the store fails, or there is hardly anything of the document.
    pub fn salvage(&mut self, turn: &mut Turn<'_>, id: &DocumentId) -> Result<usize, LibraryError> {
        let mut stored: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let (mut from, mut to) = (change_key(id, 0), id.to_bytes());
        to.extend([0xff; 5]);
        loop {
            let page = turn
                .range(Tree::Change, &from, &to, READ_BATCH)
                .map_err(store(id))?;
            let is_last = page.len() < READ_BATCH;
            for (key, raw) in page {
                if let Some((_, number)) = key.split_last_chunk() {
                    stored.insert(u32::from_be_bytes(*number), raw);
                }
                from = key;
                from.push(0);
            }
            if is_last {
                break;
            }
        }
        let count = stored
            .keys()
            .next_back()
            .map_or(0, |last| *last as usize + 1);
        if count > stored.len() + GAPS_MAX {
            return Err(damaged(id, "its changes, most of which are missing"));
        }
        let first = genesis::bytes(genesis::kind_of(id));
        let mut document = Document::new(id).map_err(changes(id))?;
        let mut accepted = Vec::new();
        let mut set_aside = 0;
        for number in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let raw = stored.remove(&number);
            let change = raw.clone().and_then(|raw| Change::from_bytes(raw).ok());
            if let Some(change) = change {
                if document.apply(vec![change.clone()]).is_ok() {
                    accepted.push(change);
                    continue;
                }
                // A change that was refused may have left something behind.
                document = Document::new(id).map_err(changes(id))?;
                document.apply(accepted.clone()).map_err(changes(id))?;
            }
            set_aside += 1;
            if let Some(raw) = raw {
                turn.put(Tree::Meta, aside_key(id, number), raw);
            }
            turn.put(Tree::Change, change_key(id, number), first);
        }
        self.rebuild(turn, id)?;
        Ok(set_aside)
    }

    /// Puts back what was set aside and fits again, since what it builds on came from others. How many changes that are.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_back(&mut self, turn: &mut Turn<'_>) -> Result<usize, LibraryError> {
        let unknown = |source| LibraryError::Store {
            document: DocumentId::County(0),
            source,
        };
        let mut put_back = 0;
        for (id, changes) in aside(turn).map_err(unknown)? {
            for (number, raw) in changes {
                let Ok(change) = Change::from_bytes(raw) else {
                    continue;
                };
                match self.apply(turn, &id, vec![change]) {
                    // What others brought in the meantime is here under another number.
                    Ok(fresh) => {
                        put_back += fresh.len();
                        turn.remove(Tree::Meta, aside_key(&id, number));
                    }
                    Err(LibraryError::Changes { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(put_back)
    }
}
