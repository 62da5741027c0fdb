//! The hub's seal: by it a hub whose disk was lost knows again what it once sent, whoever brings it back.
//!
//! Every batch a hub sends ends with a seal over the tips of what it brings of each document. A change names what it builds on by
//! hash, so a tip stands for its whole history. The receiver keeps tips and seal in the turn that stores the batch; when it
//! brings its hub changes of others, which only a repair does, it shows the seals that stand for them. So a hub that was restored
//! from a backup knows its own later decisions, and what other nodes wrote whose machines are gone, whoever brings them
//! (`admit::sealed`). All else is judged as ever, and the gate judges the shape of everything.
//!
//! A seal is a keyed hash under a key that grows from the hub's own, which a backup holds too: nobody but the hub ever checks
//! one, and it costs a fifth of a signature. It names no life of a log, no position and no receiver, so it outlasts restores,
//! repairs and compaction. Whoever guesses has the hub alone to tell him whether he hit one of 96 bits: a million tries a second for a
//! thousand years hit with a chance of one in a million million.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::{NodeKey, SEAL_BYTES};
use crate::ids::DocumentId;
use crate::store::{Reader, Tree, Turn};
use crate::wire::codec::{self, WireError, Writer};
use crate::wire::v1::Hash;

use super::error::ReplicaError;
use super::pack::{self, ChangeParts, Item, chunk_hash};
use super::scan;

/// What a seal is for.
const CONTEXT: &str = "xiangmu 2026-11 seal of a hub over what it sent v1";
/// Seals kept of the hub's batches, in order: number → seal ‖ tips.
const SEALED: u8 = b'e';
/// Bytes of seals a node keeps. One of a live change takes some 80, so this is a hundred thousand of them; the oldest go first, and
/// what stood under them alone needs an officer again if the hub ever loses it.
const KEPT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Documents one seal stands for, and tips of one of them: no honest batch has more.
const DOCUMENTS_MAX: usize = 100_000;

/// The last changes of each document that a batch brings something of.
type Tips = BTreeMap<DocumentId, BTreeSet<Hash>>;

fn tips_of(items: &[Item]) -> Tips {
    let mut tips = Tips::new();
    for (document, raws) in pack::by_document(items) {
        let tips = tips.entry(document.clone()).or_default();
        for raw in raws {
            for dep in deps_of(raw) {
                tips.remove(&dep);
            }
            tips.insert(chunk_hash(raw));
        }
    }
    tips
}

/// What a change builds on; nothing when that cannot be read.
fn deps_of(raw: &[u8]) -> Vec<Hash> {
    ChangeParts::parse(raw).map_or_else(|_| Vec::new(), |parts| parts.deps)
}

/// What a seal is made over; none of more than [`decode`] takes.
fn encode(tips: &Tips) -> Option<Vec<u8>> {
    let is_bounded = |count| count <= DOCUMENTS_MAX;
    if !is_bounded(tips.len()) || !tips.values().all(|tips| is_bounded(tips.len())) {
        return None;
    }
    let mut out = Writer::new();
    out.uint(tips.len() as u64);
    for (document, tips) in tips {
        out.bytes(&document.to_bytes());
        out.uint(tips.len() as u64);
        for tip in tips {
            out.raw(tip);
        }
    }
    Some(out.into_bytes())
}

fn decode(bytes: &[u8]) -> Result<Tips, WireError> {
    let mut input = codec::Reader::new(bytes);
    let documents = input.list(DOCUMENTS_MAX, |input| {
        let id = DocumentId::from_bytes(input.bytes(32)?);
        let id = id.ok_or(WireError::UnknownKind {
            what: "document",
            found: 0,
        })?;
        Ok((id, input.list(DOCUMENTS_MAX, codec::Reader::array)?))
    })?;
    input.finish()?;
    let tips = documents.into_iter();
    Ok(tips
        .map(|(id, tips)| (id, tips.into_iter().collect()))
        .collect())
}

/// The seal that ends a batch; none when it brings no change, or more tips than a seal stands for.
pub(super) fn seal(key: &NodeKey, items: &[Item]) -> Option<Item> {
    let tips = tips_of(items);
    let statement = encode(&tips).filter(|_| !tips.is_empty())?;
    Some(Item::Seal(key.seal(CONTEXT, &statement)))
}

/// Changes of one document that stand under a seal, in the order given.
pub(super) type Sealed = (DocumentId, Vec<Vec<u8>>);

/// Parts sealed changes into those one of `speakers` wrote or built upon, and the others.
pub(super) fn spoken_by(
    speakers: &BTreeSet<[u8; 8]>,
    sealed: Vec<Vec<u8>>,
) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut below: BTreeSet<Hash> = BTreeSet::new();
    let (mut theirs, mut others) = (Vec::new(), Vec::new());
    for raw in sealed.into_iter().rev() {
        let is_below = below.contains(&chunk_hash(&raw));
        if is_below || author_of(&raw).is_some_and(|author| speakers.contains(&author)) {
            below.extend(deps_of(&raw));
            theirs.push(raw);
        } else {
            others.push(raw);
        }
    }
    theirs.reverse();
    others.reverse();
    (theirs, others)
}

/// The node part of a change's actor id.
pub(super) fn author_of(raw: &[u8]) -> Option<[u8; 8]> {
    let parts = ChangeParts::parse(raw).ok()?;
    parts.actor.first_chunk().copied()
}

/// What of a batch stands under seals of this key that were shown with it: by document, in the order given.
pub(super) fn under_seal(key: &NodeKey, items: &[Item]) -> Vec<Sealed> {
    let mut sealed = Tips::new();
    for item in items {
        let Item::Proof(proof) = item else { continue };
        let Some((seal, statement)) = proof.split_first_chunk() else {
            continue;
        };
        if key.is_sealed(CONTEXT, statement, seal) {
            for (id, tips) in decode(statement).into_iter().flatten() {
                sealed.entry(id).or_default().extend(tips);
            }
        }
    }
    if sealed.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (document, raws) in pack::by_document(items) {
        let Some(known) = sealed.get_mut(document) else {
            continue;
        };
        // From the last to the first: what a sealed change builds on is sealed with it.
        let mut covered: Vec<Vec<u8>> = Vec::new();
        for raw in raws.into_iter().rev() {
            if known.contains(&chunk_hash(raw)) {
                known.extend(deps_of(raw));
                covered.push(raw.to_vec());
            }
        }
        covered.reverse();
        if !covered.is_empty() {
            found.push((document.clone(), covered));
        }
    }
    found
}

/// Which seals are kept here.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Numbers in use: from here to before `next`.
    first: u64,
    next: u64,
    bytes: usize,
}

impl Kept {
    /// Reads what is kept.
    pub(super) fn load(reader: &dyn Reader) -> Result<Self, ReplicaError> {
        let mut kept = Self::default();
        for (key, value) in scan(reader, Tree::Peer, &[SEALED])? {
            let number = key.get(1..).and_then(|bytes| bytes.try_into().ok());
            let number = number.map(u64::from_be_bytes);
            let number = number.ok_or(ReplicaError::DamagedRecord { what: "seal" })?;
            if kept.bytes == 0 {
                kept.first = number;
            }
            kept.next = number + 1;
            kept.bytes += value.len();
        }
        Ok(kept)
    }

    /// Keeps the seal of a batch of the hub's, if it has one.
    pub(super) fn keep(&mut self, turn: &mut Turn<'_>, items: &[Item]) -> Result<(), ReplicaError> {
        let seal = items.iter().find_map(|item| match item {
            Item::Seal(seal) => Some(seal),
            _ => None,
        });
        let Some(seal) = seal else {
            return Ok(());
        };
        let Some(statement) = encode(&tips_of(items)) else {
            return Ok(());
        };
        let value = [&seal[..], &statement].concat();
        self.bytes += value.len();
        turn.put(Tree::Peer, key(self.next), value);
        self.next += 1;
        while self.bytes > KEPT_BYTES_MAX && self.first + 1 < self.next {
            let oldest = key(self.first);
            let freed = turn
                .load(Tree::Peer, &oldest)?
                .map_or(0, |value| value.len());
            turn.remove(Tree::Peer, oldest);
            self.bytes = self.bytes.saturating_sub(freed);
            self.first += 1;
        }
        Ok(())
    }
}

fn key(number: u64) -> Vec<u8> {
    let mut key = vec![SEALED];
    key.extend(number.to_be_bytes());
    key
}

/// All seals kept here, by what they stand for.
pub(super) struct Proofs {
    kept: Vec<Vec<u8>>,
    /// The newest that has it.
    by_tip: BTreeMap<(DocumentId, Hash), usize>,
}

impl Proofs {
    pub(super) fn load(reader: &dyn Reader) -> Result<Self, ReplicaError> {
        let mut proofs = Self {
            kept: Vec::new(),
            by_tip: BTreeMap::new(),
        };
        for (_, value) in scan(reader, Tree::Peer, &[SEALED])? {
            let statement = value.get(SEAL_BYTES..).unwrap_or(&[]);
            // What cannot be read proves nothing, and stops no repair.
            let Ok(tips) = decode(statement) else {
                continue;
            };
            for (id, tips) in tips {
                let tips = tips.into_iter().map(|tip| (id.clone(), tip));
                let number = proofs.kept.len();
                proofs.by_tip.extend(tips.map(|tip| (tip, number)));
            }
            proofs.kept.push(value);
        }
        Ok(proofs)
    }

    /// The seals that stand for as much of these items as any do.
    pub(super) fn of(&self, items: &[Item]) -> Vec<Item> {
        let mut wanted = BTreeSet::new();
        for (document, raws) in pack::by_document(items) {
            let mut covered: BTreeSet<Hash> = BTreeSet::new();
            for raw in raws.into_iter().rev() {
                let hash = chunk_hash(raw);
                if !covered.contains(&hash) {
                    let Some(&number) = self.by_tip.get(&(document.clone(), hash)) else {
                        continue;
                    };
                    wanted.insert(number);
                }
                covered.extend(deps_of(raw));
            }
        }
        let wanted = wanted
            .into_iter()
            .filter_map(|number| self.kept.get(number));
        wanted.map(|kept| Item::Proof(kept.clone())).collect()
    }
}

#[cfg(test)]
mod tests;
