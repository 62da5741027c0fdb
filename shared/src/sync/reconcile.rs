//! Repair: what to do when cursors explain nothing, and the daily proof that they do.
//!
//! Both sides compare their sets of (document, heads) by range fingerprints (`negentropy`), exchange the heads of what differs,
//! send what the other lacks, and then declare their logs held up to where they stood at the start (`Reset`). Streaming rests
//! meanwhile. The dialler always leads. Everything here is idempotent: changes are known by hash, so a repair cut off in the
//! middle is simply done again: the dialler remembers, durably, that something differs, until the hub's `Reset` comes, which the hub
//! says only once it has the dialler's. Either `Reset` alone makes cursors fit again, and what the other half had to bring would
//! never be asked for. A repair that stands still although the peer answers ends its session.
//!
//! Source: negentropy protocol v1; research/sync.md 7 "Repair"; items are ours: H(document ‖ sorted heads), all at time 0.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ChangeHash;
use negentropy::{Id, Negentropy, NegentropyStorageVector};

use crate::gate::trial::{TRIAL_FROM, Weight};
use crate::ids::DocumentId;
use crate::store::{Reader, Tree};
use crate::wire::v1::{Cursors, DIFFER_MAX, DocumentHeads, Frame, HEADS_MAX, Hash, Point, Scope};

use super::effect::CloseReason;
use super::error::ReplicaError;
use super::gather::Batch;
use super::greet::PROBE_EVERY_MS;
use super::input::SessionId;
use super::pack::{self, Item};
use super::seal::{self, Proofs};
use super::session::BATCH_TARGET_BYTES;
use super::{Context, Replica};

/// Bytes of one reconciliation message, so that it fits a frame.
const MESSAGE_BYTES_MAX: u64 = 15_000;
/// Documents one repair may name; beyond, the session ends and starts over with what is left.
const DOCUMENTS_MAX: usize = 200_000;

/// Plain bytes one repair sends before the session ends and the next one goes on with what still differs: what waits for a slow
/// line stays bounded.
const REPAIR_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Answers to pings without a word of the repair, one in 25 s. An answer comes after all the peer had to say to what it heard before;
/// only what waits for a trial may come later, and ten minutes are twenty of the longest trials.
const PONGS_MAX: u32 = 24;

/// At the dialler: something was found to differ, and the repair of it has not ended.
const BEGUN: &[u8] = b"sync/repair";

/// A repair on the way.
pub(crate) struct Repair {
    negentropy: Negentropy<'static, NegentropyStorageVector>,
    items: BTreeMap<Hash, DocumentId>,
    /// Where our log stood when the repair began.
    points: Vec<Point>,
    have: BTreeSet<Hash>,
    need: BTreeSet<Hash>,
    /// What the peer said so far about its heads.
    theirs: BTreeMap<DocumentId, Vec<Hash>>,
    /// Items the peer wants.
    wanted: BTreeSet<Hash>,
    /// True once we sent our `Reset`.
    is_sent: bool,
    /// True once the peer's `Reset` came.
    is_received: bool,
    /// Answers to pings since the last word of it.
    pongs: u32,
}

impl Replica {
    /// The daily probe, and the one a repair was asked for.
    pub(super) fn attend_probe(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get(&id) else {
            return Ok(());
        };
        let is_due = session.is_dialler
            && session.open().is_some_and(|open| {
                open.repair.is_none() && open.is_streaming && cx.now >= open.probe_at
            });
        if is_due {
            self.start_probe(cx, id)?;
        }
        Ok(())
    }

    /// Our log is not what the peer thinks: reconcile.
    pub(super) fn ask_for_probe(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        if self.sessions.get(&id).is_some_and(|s| s.is_dialler) {
            self.start_probe(cx, id)
        } else {
            self.send(cx, id, &Frame::PleaseProbe);
            Ok(())
        }
    }

    /// Dialler: begins a repair unless one is on the way.
    pub(super) fn start_probe(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        if !self.sessions.get(&id).is_some_and(|s| s.is_dialler) {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        if self.is_repairing(id) {
            return Ok(());
        }
        let Some(mut repair) = self.begin_repair(cx.turn, id)? else {
            self.close(cx, id, CloseReason::Limit);
            return Ok(());
        };
        match repair.negentropy.initiate() {
            Ok(message) => {
                self.enter_repair(cx, id, repair);
                self.send(cx, id, &Frame::Probe(message));
            }
            Err(_) => self.close(cx, id, CloseReason::Limit),
        }
        Ok(())
    }

    /// Dialler: takes up a repair that an earlier session did not end.
    pub(super) fn resume_repair(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        match cx.turn.load(Tree::Meta, BEGUN)? {
            Some(_) => self.start_probe(cx, id),
            // What the hub refused once it may hold by now.
            None if self.refused > 0 => self.start_probe(cx, id),
            None => Ok(()),
        }
    }

    fn is_repairing(&self, id: SessionId) -> bool {
        self.sessions
            .get(&id)
            .and_then(|session| session.open())
            .is_some_and(|open| open.repair.is_some())
    }

    fn enter_repair(&mut self, cx: &Context<'_, '_>, id: SessionId, repair: Repair) {
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            open.repair = Some(repair);
            open.is_streaming = false;
            open.flights.clear();
            open.probe_at = cx.now.plus_ms(PROBE_EVERY_MS);
        }
    }

    /// `None` when there is nothing to compare on this session.
    fn begin_repair(
        &mut self,
        reader: &dyn Reader,
        id: SessionId,
    ) -> Result<Option<Repair>, ReplicaError> {
        let Some(node) = self.sessions.get(&id).and_then(|session| session.node()) else {
            return Ok(None);
        };
        let scopes = self.scopes_for(node);
        let mut storage = NegentropyStorageVector::new();
        let mut items = BTreeMap::new();
        for document in self.documents_in(reader, &scopes)? {
            let item = item_of(&document, &self.library.heads(reader, &document)?);
            if storage.insert(0, Id::from_byte_array(item)).is_err() {
                return Ok(None);
            }
            items.insert(item, document);
        }
        let negentropy = storage
            .seal()
            .and_then(|()| Negentropy::owned(storage, MESSAGE_BYTES_MAX));
        Ok(negentropy.ok().map(|negentropy| Repair {
            negentropy,
            items,
            points: self.logs.points(&scopes),
            have: BTreeSet::new(),
            need: BTreeSet::new(),
            theirs: BTreeMap::new(),
            wanted: BTreeSet::new(),
            is_sent: false,
            is_received: false,
            pongs: 0,
        }))
    }

    /// One message of the comparison.
    pub(super) fn on_probe(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        message: &[u8],
    ) -> Result<(), ReplicaError> {
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        if !self.is_repairing(id) {
            if is_dialler {
                self.close(cx, id, CloseReason::Protocol);
                return Ok(());
            }
            let Some(repair) = self.begin_repair(cx.turn, id)? else {
                self.close(cx, id, CloseReason::Limit);
                return Ok(());
            };
            self.enter_repair(cx, id, repair);
        }
        let Some(repair) = self.repair_mut(id) else {
            return Ok(());
        };
        if is_dialler {
            let (mut have, mut need) = (Vec::new(), Vec::new());
            let answer = repair
                .negentropy
                .reconcile_with_ids(message, &mut have, &mut need);
            repair.have.extend(have.into_iter().map(Id::to_bytes));
            repair.need.extend(need.into_iter().map(Id::to_bytes));
            let is_equal = repair.have.is_empty() && repair.need.is_empty();
            let differs = !is_equal || matches!(answer, Ok(Some(_)));
            if differs && cx.turn.load(Tree::Meta, BEGUN)?.is_none() {
                cx.turn.put(Tree::Meta, BEGUN, [1]);
            }
            match answer {
                Ok(Some(next)) => self.send(cx, id, &Frame::Probe(next)),
                Ok(None) => self.say_differ(cx, id)?,
                Err(_) => self.close(cx, id, CloseReason::Protocol),
            }
        } else {
            match repair.negentropy.reconcile(message) {
                Ok(answer) => self.send(cx, id, &Frame::Probe(answer)),
                Err(_) => self.close(cx, id, CloseReason::Protocol),
            }
        }
        Ok(())
    }

    /// The peer is there. A repair it says nothing more of will not end: the session does, and the next one starts over.
    pub(super) fn note_pong(&mut self, cx: &mut Context<'_, '_>, id: SessionId) {
        let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
        if let Some(repair) = open.and_then(|open| open.repair.as_mut()) {
            repair.pongs += 1;
            if repair.pongs > PONGS_MAX {
                self.close(cx, id, CloseReason::Silent);
            }
        }
    }

    /// The repair on the way, for the next word of it.
    fn repair_mut(&mut self, id: SessionId) -> Option<&mut Repair> {
        let repair = self.sessions.get_mut(&id)?.open_mut()?.repair.as_mut()?;
        repair.pongs = 0;
        Some(repair)
    }

    /// Dialler: what differs, with our heads.
    fn say_differ(&mut self, cx: &mut Context<'_, '_>, id: SessionId) -> Result<(), ReplicaError> {
        let Some(repair) = self.repair_mut(id) else {
            return Ok(());
        };
        let documents: Vec<DocumentId> = repair
            .have
            .iter()
            .filter_map(|item| repair.items.get(item).cloned())
            .collect();
        self.settle_refused(cx, &documents.iter().cloned().collect())?;
        let Some(repair) = self.repair_mut(id) else {
            return Ok(());
        };
        let mut need: Vec<Hash> = repair.need.iter().copied().collect();
        let mut have = self.heads_of(cx.turn, documents)?;
        loop {
            let some_have: Vec<_> = have.drain(..have.len().min(DIFFER_MAX)).collect();
            let some_need: Vec<_> = need.drain(..need.len().min(DIFFER_MAX)).collect();
            let is_last = have.is_empty() && need.is_empty();
            self.send(
                cx,
                id,
                &Frame::Differ {
                    have: some_have,
                    need: some_need,
                    is_last,
                },
            );
            if is_last {
                return Ok(());
            }
        }
    }

    fn heads_of(
        &mut self,
        reader: &dyn Reader,
        documents: Vec<DocumentId>,
    ) -> Result<Vec<DocumentHeads>, ReplicaError> {
        let mut all = Vec::with_capacity(documents.len());
        for document in documents {
            let heads = self.library.heads(reader, &document)?;
            let heads = heads.iter().take(HEADS_MAX).map(|hash| hash.0).collect();
            all.push(DocumentHeads { document, heads });
        }
        Ok(all)
    }

    /// Hub: the dialler's finding.
    pub(super) fn on_differ(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        have: Vec<DocumentHeads>,
        need: Vec<Hash>,
        is_last: bool,
    ) -> Result<(), ReplicaError> {
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let Some(repair) = self.repair_mut(id).filter(|_| !is_dialler) else {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        };
        repair
            .theirs
            .extend(have.into_iter().map(|entry| (entry.document, entry.heads)));
        repair.wanted.extend(need);
        if repair.theirs.len() + repair.wanted.len() > DOCUMENTS_MAX {
            self.close(cx, id, CloseReason::Limit);
            return Ok(());
        }
        if !is_last {
            return Ok(());
        }
        let readable: BTreeSet<DocumentId> = repair.items.values().cloned().collect();
        let wanted = repair
            .wanted
            .iter()
            .filter_map(|item| repair.items.get(item));
        let mut both: BTreeSet<DocumentId> = wanted.cloned().collect();
        let named: Vec<DocumentId> = repair.theirs.keys().cloned().collect();
        both.extend(named.iter().filter(|d| readable.contains(*d)).cloned());
        // Of a document it may not read, the peer learns only that we lack nothing or everything of its own.
        let unread = named.into_iter().filter(|d| !readable.contains(d));
        let mut answers = self.heads_of(cx.turn, both.iter().cloned().collect())?;
        answers.extend(unread.map(|document| DocumentHeads {
            document,
            heads: Vec::new(),
        }));
        loop {
            let some: Vec<_> = answers.drain(..answers.len().min(DIFFER_MAX)).collect();
            let is_last = answers.is_empty();
            self.send(
                cx,
                id,
                &Frame::Heads {
                    documents: some,
                    is_last,
                },
            );
            if is_last {
                break;
            }
        }
        self.send_repairs(cx, id, both)
    }

    /// Dialler: the hub's heads of what differs.
    pub(super) fn on_heads(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        documents: Vec<DocumentHeads>,
        is_last: bool,
    ) -> Result<(), ReplicaError> {
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let Some(repair) = self.repair_mut(id).filter(|_| is_dialler) else {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        };
        repair.theirs.extend(
            documents
                .into_iter()
                .map(|entry| (entry.document, entry.heads)),
        );
        if !is_last {
            return Ok(());
        }
        let ours: BTreeSet<DocumentId> = repair
            .have
            .iter()
            .filter_map(|item| repair.items.get(item).cloned())
            .collect();
        self.send_repairs(cx, id, ours)
    }

    /// Sends what the peer lacks of these documents; the dialler then declares its log held, the hub once it was told so.
    fn send_repairs(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        documents: BTreeSet<DocumentId>,
    ) -> Result<(), ReplicaError> {
        let Some(repair) = self.repair_mut(id) else {
            return Ok(());
        };
        let theirs = std::mem::take(&mut repair.theirs);
        let mut items: Vec<Item> = Vec::new();
        let (mut weight, mut number) = (0, 0);
        let mut cost = Weight::default();
        let mut total = 0;
        let is_upward = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let proofs = if is_upward {
            Some(Proofs::load(cx.turn)?)
        } else {
            None
        };
        // What the hub decided says who may write the rest, so it goes first.
        let mut documents: Vec<DocumentId> = documents.into_iter().collect();
        documents.sort_by_key(|id| !matches!(id, DocumentId::County(_) | DocumentId::Oversight(_)));
        for document in documents {
            if !self.library.contains(cx.turn, &document)? {
                continue;
            }
            let loaded = self.library.document(cx.turn, &document)?;
            let known: Vec<ChangeHash> = theirs
                .get(&document)
                .into_iter()
                .flatten()
                .map(|hash| ChangeHash(*hash))
                .filter(|hash| loaded.contains(hash))
                .collect();
            let changes = loaded.changes_since(&known);
            let changes: Vec<Vec<u8>> = changes
                .into_iter()
                .map(|change| change.raw_bytes().to_vec())
                .collect();
            if changes.is_empty() {
                continue;
            }
            let item = Item::Whole {
                document,
                count: 0,
                changes,
            };
            weight += item.weight();
            total += item.weight();
            cost = cost.plus(item.cost());
            items.push(item);
            if weight >= BATCH_TARGET_BYTES || cost.is_costly(TRIAL_FROM / 2) {
                self.send_repair(cx, id, &mut items, proofs.as_ref(), &mut number);
                weight = 0;
                cost = Weight::default();
            }
            if total >= REPAIR_BYTES_MAX {
                self.send_repair(cx, id, &mut items, proofs.as_ref(), &mut number);
                self.close(cx, id, CloseReason::Limit);
                return Ok(());
            }
        }
        self.send_repair(cx, id, &mut items, proofs.as_ref(), &mut number);
        if is_upward {
            self.say_reset(cx, id);
        }
        Ok(())
    }

    /// Declares our log held up to where it stood when the repair began.
    fn say_reset(&mut self, cx: &mut Context<'_, '_>, id: SessionId) {
        let Some(repair) = self.repair_mut(id) else {
            return;
        };
        repair.is_sent = true;
        let points = repair.points.clone();
        self.send(
            cx,
            id,
            &Frame::Reset(Cursors {
                incarnation: self.logs.incarnation,
                points: points.clone(),
                partial: None,
            }),
        );
        let scopes = self
            .sessions
            .get(&id)
            .and_then(|session| session.node())
            .map(|node| self.scopes_for(node))
            .unwrap_or_default();
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            open.start_at(&scopes, &points);
            // Held only once the peer says so.
            for sent in open.out.values_mut() {
                sent.acked = 0;
            }
        }
        self.end_repair(cx, id);
    }

    fn send_repair(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        items: &mut Vec<Item>,
        proofs: Option<&Proofs>,
        number: &mut u64,
    ) {
        if items.is_empty() {
            return;
        }
        let count = items.len() as u64;
        match proofs {
            Some(proofs) => items.extend(proofs.of(items)),
            None => items.extend(seal::seal(&self.facts.key, items)),
        }
        let packed = pack::pack_plain(&std::mem::take(items));
        let batch = Batch::new(Scope::Repair, *number, *number + count, [0; 16], packed);
        *number += count;
        self.send_batch(cx, id, &batch, 0);
    }

    /// The peer's log counts as held up to these points: everything before them came by repair.
    pub(super) fn on_reset(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        cursors: &Cursors,
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return Ok(());
        };
        let (node, incarnation) = (open.node, open.incarnation);
        let Some(repair) = open.repair.as_mut() else {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        };
        repair.is_received = true;
        if cursors.incarnation != incarnation {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        let held = self.held.entry(node).or_default();
        if !held.is_at(incarnation, &cursors.points) {
            // A log that is empty in its new life has no points, and yet the old ones are over.
            held.forget(cx.turn, node, incarnation);
            for point in &cursors.points {
                held.advance(cx.turn, node, incarnation, *point);
            }
        }
        for point in &cursors.points {
            self.send(
                cx,
                id,
                &Frame::Ack {
                    scope: point.scope,
                    position: point.position,
                },
            );
        }
        if self.sessions.get(&id).is_some_and(|s| s.is_dialler) {
            if cx.turn.load(Tree::Meta, BEGUN)?.is_some() {
                cx.turn.remove(Tree::Meta, BEGUN);
            }
        } else {
            self.say_reset(cx, id);
        }
        self.end_repair(cx, id);
        Ok(())
    }

    /// A repair ends for good when both sides have said `Reset`.
    fn end_repair(&mut self, cx: &Context<'_, '_>, id: SessionId) {
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut())
            && let Some(repair) = &open.repair
            && repair.is_sent
            && repair.is_received
        {
            open.repair = None;
            open.push_at = Some(cx.now);
        }
    }
}

/// One item of the comparison. Source: ours; the content alone decides, so it is equal on both sides.
fn item_of(document: &DocumentId, heads: &[ChangeHash]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&document.to_bytes());
    for head in heads {
        hasher.update(&head.0);
    }
    *hasher.finalize().as_bytes()
}
