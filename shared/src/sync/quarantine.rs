//! Changes that were refused: kept with their reason, listed, and taken in after all when an officer decides so.
//!
//! A refused change is neither lost nor tried again by itself. `readmit` judges it once more as if the hub itself had brought
//! it: what was refused for who sent it passes, what was refused for its shape does not. That is also how a hub that was
//! restored from a backup gets back what it had written itself where no seal stands for it (`seal`): nobody but a person can
//! say then that it is genuine.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::{self, Reason, Voice};
use crate::ids::{DocumentId, NodeId};
use crate::store::{Reader, Tree};
use crate::time::Timestamp;
use crate::wire::codec::{self, WireError, Writer};
use crate::wire::v1::Frame;

use super::effect::{Effect, Reply};
use super::error::ReplicaError;
use super::input::{RequestId, SessionId};
use super::log::Source;
use super::pack::CHANGE_BYTES_MAX;
use super::{Context, Replica, answer, scan};

/// One refused change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The document it is about.
    pub document: DocumentId,
    /// Its hash, or a hash of its bytes when it has none.
    pub hash: [u8; 32],
    /// Why it was refused.
    pub reason: Reason,
    /// Who brought it.
    pub from: NodeId,
    /// When.
    pub at: Timestamp,
    /// Its bytes.
    pub raw: Vec<u8>,
}

impl Quarantined {
    /// The key it stands under.
    pub(crate) fn key(&self) -> Vec<u8> {
        let mut key = self.document.to_bytes();
        key.extend(self.hash);
        key
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.u8(self.reason as u8);
        out.raw(&self.from.to_bytes());
        out.signed(self.at.0);
        out.bytes(&self.raw);
        out.into_bytes()
    }

    pub(super) fn decode(key: &[u8], value: &[u8]) -> Result<Self, WireError> {
        let unknown = |what| WireError::UnknownKind { what, found: 0 };
        let (document, hash) = key
            .split_last_chunk::<32>()
            .ok_or(unknown("quarantine key"))?;
        let mut input = codec::Reader::new(value);
        let reason = input.u8()?;
        Ok(Self {
            document: DocumentId::from_bytes(document).ok_or(unknown("document"))?,
            hash: *hash,
            reason: Reason::from_u8(reason).ok_or(unknown("reason"))?,
            from: NodeId::from_bytes(input.array()?),
            at: Timestamp(input.signed()?),
            raw: input.bytes(CHANGE_BYTES_MAX)?.to_vec(),
        })
    }
}

/// Everything in quarantine, by document.
///
/// # Errors
/// When the store fails or holds what this program did not write.
pub fn quarantined(reader: &dyn Reader) -> Result<Vec<Quarantined>, ReplicaError> {
    let pairs = scan(reader, Tree::Quarantine, &[])?;
    let read = |(key, value): (Vec<u8>, Vec<u8>)| Quarantined::decode(&key, &value);
    let all: Result<Vec<Quarantined>, WireError> = pairs.into_iter().map(read).collect();
    all.map_err(|_| ReplicaError::DamagedRecord {
        what: "quarantined change",
    })
}

/// In a `Nack`, in place of a [`Reason`]: it is refused no more. Programs that do not know it take no notice.
const TAKEN_IN: u8 = 0;
/// Refusals a node is told when it greets; each is some 60 bytes. The others follow once these are settled.
const TOLD_MAX: usize = 256;

/// Refused changes kept. An officer's whole attention is needed long before.
pub(super) const QUARANTINE_MAX: u64 = 100_000;

impl Replica {
    /// Hub: tells a node that greets what it is still refused: it may not have heard of it, or be put back to before it had.
    pub(super) fn tell_refusals(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        node: NodeId,
    ) -> Result<(), ReplicaError> {
        if !self.watch.keeps_of(node) {
            return Ok(());
        }
        let refused = quarantined(cx.turn)?.into_iter();
        for change in refused.filter(|change| change.from == node).take(TOLD_MAX) {
            let nack = Frame::Nack {
                document: change.document,
                hash: change.hash,
                reason: change.reason as u8,
            };
            self.send(cx, session, &nack);
        }
        Ok(())
    }

    /// Node: but for these documents the hub holds what we hold, so nothing of them is refused any more.
    pub(super) fn settle_refused(
        &mut self,
        cx: &mut Context<'_, '_>,
        differ: &BTreeSet<DocumentId>,
    ) -> Result<(), ReplicaError> {
        if self.refused == 0 {
            return Ok(());
        }
        for change in quarantined(cx.turn)? {
            if change.from == self.node && !differ.contains(&change.document) {
                self.unquarantine(cx, change.key())?;
            }
        }
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// Node: the hub refused a change we hold. It stands in quarantine here as well, so that its author hears of it; the
    /// document keeps it. Hub: a node parted from one that was refused.
    pub(super) fn on_nack(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        document: DocumentId,
        hash: [u8; 32],
        reason: u8,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get(&session) else {
            return Ok(());
        };
        match (session.is_dialler, session.node()) {
            (true, _) if self.answer_parted(cx, &document, hash)? => Ok(()),
            (true, _) => self.note_refusal(cx, document, hash, reason),
            (false, Some(node)) => self.note_parted(cx, node, &document, hash),
            (false, None) => Ok(()),
        }
    }

    /// Node: the hub says, over the line or in a bundle, that it refused a change of ours.
    pub(super) fn note_refusal(
        &mut self,
        cx: &mut Context<'_, '_>,
        document: DocumentId,
        hash: [u8; 32],
        reason: u8,
    ) -> Result<(), ReplicaError> {
        if reason == TAKEN_IN {
            let mut key = document.to_bytes();
            key.extend(hash);
            self.unquarantine(cx, key)?;
            cx.out.push(Effect::Status);
            return Ok(());
        }
        let Some(reason) = Reason::from_u8(reason) else {
            return Ok(());
        };
        if self.quarantined >= QUARANTINE_MAX || !self.library.contains(cx.turn, &document)? {
            return Ok(());
        }
        let loaded = self.library.document(cx.turn, &document)?;
        let found = loaded.changes_since(&[]);
        let Some(change) = found.into_iter().find(|change| change.hash().0 == hash) else {
            return Ok(());
        };
        let refused = Quarantined {
            document,
            hash,
            reason,
            from: self.node,
            at: cx.now,
            raw: change.raw_bytes().to_vec(),
        };
        let key = refused.key();
        let is_news = match cx.turn.load(Tree::Quarantine, &key)? {
            None => {
                self.quarantined += 1;
                self.refused += 1;
                true
            }
            // The record may have been moved, or moved back.
            Some(stood) => {
                Quarantined::decode(&key, &stood).is_ok_and(|stood| stood.reason != reason)
            }
        };
        if is_news {
            cx.turn.put(Tree::Quarantine, key, refused.encode());
            cx.out.push(Effect::Status);
        }
        Ok(())
    }

    /// Node: the hub brings a change that it refused before; somebody there took it in.
    pub(super) fn note_brought(
        &mut self,
        cx: &mut Context<'_, '_>,
        document: &DocumentId,
        raws: &[Vec<u8>],
    ) -> Result<(), ReplicaError> {
        if self.quarantined == 0 {
            return Ok(());
        }
        for raw in raws {
            let Ok(change) = gate::parse(raw) else {
                continue;
            };
            let mut key = document.to_bytes();
            key.extend(change.hash().0);
            self.unquarantine(cx, key)?;
        }
        Ok(())
    }

    /// Hub: a change that was refused is taken in after all; who brought it is told, if he is there.
    pub(super) fn reinstate(
        &mut self,
        cx: &mut Context<'_, '_>,
        document: &DocumentId,
        key: Vec<u8>,
    ) -> Result<(), ReplicaError> {
        let stood = cx.turn.load(Tree::Quarantine, &key)?;
        let stood = stood.and_then(|value| Quarantined::decode(&key, &value).ok());
        self.unquarantine(cx, key)?;
        let session = stood
            .as_ref()
            .and_then(|change| self.by_node.get(&change.from));
        if let (Some(change), Some(&session)) = (&stood, session) {
            let taken = Frame::Nack {
                document: document.clone(),
                hash: change.hash,
                reason: TAKEN_IN,
            };
            self.send(cx, session, &taken);
        }
        Ok(())
    }

    /// Takes a change out of quarantine, if it is there.
    pub(super) fn unquarantine(
        &mut self,
        cx: &mut Context<'_, '_>,
        key: Vec<u8>,
    ) -> Result<(), ReplicaError> {
        let Some(value) = cx.turn.load(Tree::Quarantine, &key)? else {
            return Ok(());
        };
        if let Ok(change) = Quarantined::decode(&key, &value) {
            self.watch.let_go(change.from, change.raw.len());
            if change.from == self.node {
                self.refused = self.refused.saturating_sub(1);
            }
        }
        cx.turn.remove(Tree::Quarantine, key);
        self.quarantined = self.quarantined.saturating_sub(1);
        Ok(())
    }

    /// Takes refused changes in after all: one, or all with `None`.
    pub(super) fn readmit(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        hash: Option<[u8; 32]>,
    ) -> Result<(), ReplicaError> {
        let mut wanted: BTreeMap<DocumentId, Vec<Quarantined>> = BTreeMap::new();
        for change in quarantined(cx.turn)? {
            // What the hub refused of ours we hold already: only there can it be taken in, and until then it stays in sight.
            let is_others = change.from != self.node;
            if is_others && hash.is_none_or(|hash| hash == change.hash) {
                let of_document = wanted.entry(change.document.clone()).or_default();
                of_document.push(change);
            }
        }
        let mut taken = 0;
        for (id, waiting) in wanted {
            taken += self.readmit_document(cx, &id, waiting)?;
        }
        self.log_changed(cx.turn, Source::OWN)?;
        self.watch.settle(cx.turn);
        let left = self.quarantined;
        answer(cx, request, Reply::Readmitted { taken, left });
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// They stand by hash and not in their order: what builds on another follows in the next round.
    fn readmit_document(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: &DocumentId,
        mut waiting: Vec<Quarantined>,
    ) -> Result<u64, ReplicaError> {
        let mut taken = 0;
        loop {
            let document = self.document_or_new(cx.turn, id)?;
            let raws = waiting.iter().map(|change| change.raw.clone()).collect();
            let verdict = gate::judge(&document, id, raws, &Voice::All);
            let passed: Vec<automerge::Change> = verdict
                .passed
                .into_iter()
                .map(|passed| passed.change)
                .collect();
            // Refused again, or known by now.
            let refused: Vec<[u8; 32]> = verdict.refused.iter().map(|found| found.hash).collect();
            let (left, done): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|change| refused.contains(&change.hash));
            for change in &done {
                self.reinstate(cx, id, change.key())?;
            }
            taken += done.len() as u64;
            if let Some(after) = verdict.after {
                self.library
                    .adopt(cx.turn, id, &document.heads(), after, passed)?;
            }
            if done.is_empty() || left.is_empty() {
                return Ok(taken);
            }
            waiting = left;
        }
    }
}
