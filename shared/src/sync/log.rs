//! The logs: for each scope, what its readers are to receive, in order, with gapless positions and a hash chain.
//!
//! An entry names a change by its document and number in this store; the bytes stay where they are (`Tree::Change`), so an
//! entry costs some 40 bytes and a hub reads only what a peer may see. Rule: a change is logged only after everything it
//! builds on, so every prefix of a log is causally closed and a receiver never sees an orphan. Entry, change and cursor are
//! written in one turn.
//!
//! A position is counted from 1; position 0 with a zero chain is the beginning.

use std::collections::{BTreeMap, BTreeSet};

use crate::identity::actor_prefix;
use crate::ids::{DocumentId, NodeId};
use crate::store::{Reader, Tree, Turn};
use crate::wire::codec;
use crate::wire::v1::{Chain, Incarnation, Point, Scope};

use super::error::ReplicaError;

/// Where a change came from: the first bytes of a node's key hash, or zero for this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source([u8; 8]);

impl Source {
    /// Made here.
    pub(crate) const OWN: Self = Self([0; 8]);

    /// Received from a peer.
    pub(crate) fn peer(node: NodeId) -> Self {
        Self(actor_prefix(node))
    }
}

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// The change with this number.
    Change,
    /// The document becomes readable: everything before this number, whole.
    Grant,
    /// The document is not readable any more.
    Revoke,
    /// This node knows that it may not read the document any more: what follows was written knowing it.
    Known,
}

/// One entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: EntryKind,
    pub(crate) source: Source,
    pub(crate) document: DocumentId,
    pub(crate) number: u32,
    /// The chain after this entry.
    pub(crate) chain: Chain,
}

/// The heads of all logs; entries stay in the store.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    pub(crate) incarnation: Incarnation,
    heads: BTreeMap<Scope, (u64, Chain)>,
    /// Scopes that grew since [`Logs::take_grown`] was last asked.
    grown: BTreeSet<Scope>,
}

const HEAD: u8 = b'l';

impl Logs {
    /// Entries in all logs together.
    pub(crate) fn total(&self) -> u64 {
        self.heads.values().map(|(position, _)| position).sum()
    }

    /// Reads the heads, at start.
    pub(crate) fn load(
        reader: &dyn Reader,
        incarnation: Incarnation,
    ) -> Result<Self, ReplicaError> {
        let mut heads = BTreeMap::new();
        for (key, value) in super::scan(reader, Tree::Peer, &[HEAD])? {
            let damaged = || ReplicaError::DamagedRecord { what: "log head" };
            let scope = Scope::read(&mut codec::Reader::new(&key[1..])).map_err(|_| damaged())?;
            let mut input = codec::Reader::new(&value);
            let position = input.uint().map_err(|_| damaged())?;
            let chain = input.array().map_err(|_| damaged())?;
            heads.insert(scope, (position, chain));
        }
        Ok(Self {
            incarnation,
            heads,
            grown: BTreeSet::new(),
        })
    }

    /// The scopes that grew since the last call: only their readers are behind now.
    pub(crate) fn take_grown(&mut self) -> BTreeSet<Scope> {
        std::mem::take(&mut self.grown)
    }

    /// The end of a scope's log.
    pub(crate) fn head(&self, scope: Scope) -> (u64, Chain) {
        self.heads.get(&scope).copied().unwrap_or((0, [0; 16]))
    }

    /// The ends of the given scopes, without empty ones.
    pub(crate) fn points(&self, scopes: &[Scope]) -> Vec<Point> {
        let mut points: Vec<Point> = scopes
            .iter()
            .map(|&scope| {
                let (position, chain) = self.head(scope);
                Point {
                    scope,
                    position,
                    chain,
                }
            })
            .filter(|point| point.position > 0)
            .collect();
        points.sort_unstable();
        points
    }

    #[expect(clippy::too_many_arguments, reason = "an entry in full")]
    /// Appends an entry. `digest` names the content: the hash of the change's bytes, or of the number.
    pub(crate) fn append(
        &mut self,
        turn: &mut Turn<'_>,
        scope: Scope,
        kind: EntryKind,
        source: Source,
        document: &DocumentId,
        number: u32,
        digest: &[u8; 32],
    ) {
        let (position, chain) = self.head(scope);
        let position = position + 1;
        let chain = fold(&chain, kind, document, digest);
        let mut out = codec::Writer::new();
        out.u8(match kind {
            EntryKind::Change => 1,
            EntryKind::Grant => 2,
            EntryKind::Revoke => 3,
            EntryKind::Known => 4,
        });
        if source == Source::OWN {
            out.u8(0);
        } else {
            out.u8(1);
            out.raw(&source.0);
        }
        out.bytes(&document.to_bytes());
        out.uint(number.into());
        out.raw(&chain);
        turn.put(Tree::Log, entry_key(scope, position), out.into_bytes());
        let mut head = codec::Writer::new();
        head.uint(position);
        head.raw(&chain);
        let mut key = vec![HEAD];
        key.extend(scope.to_bytes());
        turn.put(Tree::Peer, key, head.into_bytes());
        self.heads.insert(scope, (position, chain));
        self.grown.insert(scope);
    }

    /// The entries after `from`, at most `limit`.
    pub(crate) fn entries(
        &self,
        reader: &dyn Reader,
        scope: Scope,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReplicaError> {
        let (last, _) = self.head(scope);
        let pairs = reader.range(
            Tree::Log,
            &entry_key(scope, from + 1),
            &entry_key(scope, last.saturating_add(1)),
            limit,
        )?;
        pairs
            .iter()
            .enumerate()
            .map(|(index, (key, value))| {
                if *key != entry_key(scope, from + 1 + index as u64) {
                    return Err(ReplicaError::DamagedRecord { what: "log" });
                }
                decode(value).ok_or(ReplicaError::DamagedRecord { what: "log entry" })
            })
            .collect()
    }

    /// The chain at a position; `None` beyond the end.
    pub(crate) fn chain_at(
        &self,
        reader: &dyn Reader,
        scope: Scope,
        position: u64,
    ) -> Result<Option<Chain>, ReplicaError> {
        if position == 0 {
            return Ok(Some([0; 16]));
        }
        let (last, chain) = self.head(scope);
        if position == last {
            return Ok(Some(chain));
        }
        if position > last {
            return Ok(None);
        }
        let value = reader.load(Tree::Log, &entry_key(scope, position))?;
        match value.as_deref().and_then(decode) {
            Some(entry) => Ok(Some(entry.chain)),
            None => Err(ReplicaError::DamagedRecord { what: "log entry" }),
        }
    }
}

/// The chain after an entry: sixteen bytes of BLAKE3 over the chain before it and what the entry says.
pub(crate) fn fold(
    chain: &Chain,
    kind: EntryKind,
    document: &DocumentId,
    digest: &[u8; 32],
) -> Chain {
    let mut hasher = blake3::Hasher::new();
    hasher.update(chain);
    hasher.update(&[kind as u8 + 1]);
    hasher.update(&document.to_bytes());
    hasher.update(digest);
    let mut next = [0; 16];
    next.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    next
}

/// What an entry without a change folds into the chain.
pub(crate) fn number_digest(number: u32) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    digest
}

fn entry_key(scope: Scope, position: u64) -> Vec<u8> {
    let mut key = scope.to_bytes();
    key.extend(position.to_be_bytes());
    key
}

fn decode(bytes: &[u8]) -> Option<Entry> {
    let mut input = codec::Reader::new(bytes);
    let kind = match input.u8().ok()? {
        1 => EntryKind::Change,
        2 => EntryKind::Grant,
        3 => EntryKind::Revoke,
        4 => EntryKind::Known,
        _ => return None,
    };
    let source = match input.u8().ok()? {
        0 => Source::OWN,
        1 => Source(input.array().ok()?),
        _ => return None,
    };
    Some(Entry {
        kind,
        source,
        document: DocumentId::from_bytes(input.bytes(32).ok()?)?,
        number: u32::try_from(input.uint().ok()?).ok()?,
        chain: input.array().ok()?,
    })
}
