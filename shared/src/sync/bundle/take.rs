//! Taking a bundle in: first what its manifest says, then batch after batch, each in a turn of its own.
//!
//! A batch that begins beyond what is held is not taken: the sender counted on something that is not here. It is said how
//! much is missing; a whole bundle mends it. Everything already here passes by without a trace, so a bundle may come twice,
//! late, or after the line brought the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::NodeRole;
use crate::gate::Reason;
use crate::gate::trial::Weight;
use crate::ids::DocumentId;
use crate::store::{Reader, Tree};
use crate::time::Timestamp;
use crate::wire::bundle::{Bundle, CarriedBatch, Manifest};
use crate::wire::v1::{Point, Scope};

use super::super::effect::{Effect, Enrolment, Reply};
use super::super::error::ReplicaError;
use super::super::exchange::chain_fits;
use super::super::input::{RequestId, SessionId};
use super::super::pack::{self, Item, Resolve, UnpackError};
use super::super::{Context, Replica, answer};
use super::{BundleRefusal, documents_in, encode_held, files, held_key};

/// What a bundle would bring, before anything is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleView {
    /// Log entries in it.
    pub entries: u64,
    /// Those not held yet.
    pub fresh: u64,
    /// Documents it is about.
    pub documents: u64,
    /// What is missing before it.
    pub gap: Option<BundleGap>,
    /// Where the sender's enrolment stands or would stand.
    pub state: Enrolment,
}

/// A bundle begins beyond what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleGap {
    /// Entries held here.
    pub held: u64,
    /// The bundle goes on after so many.
    pub from: u64,
}

/// What one step of taking a bundle in came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BundleTaken {
    /// Where the sender's enrolment stands; nothing but an active one's batches are taken.
    pub state: Enrolment,
    /// Entries that were not held.
    pub fresh: u64,
    /// Changes that went into quarantine.
    pub refused: u64,
    /// The batch was not taken: something before it is missing.
    pub gap: Option<BundleGap>,
}

/// A bundle names everything in full.
struct Nothing;

impl Resolve for Nothing {
    fn documents(&mut self, _: [u8; 4]) -> Vec<DocumentId> {
        Vec::new()
    }

    fn changes(&mut self, _: &DocumentId, _: [u8; 4]) -> Vec<[u8; 32]> {
        Vec::new()
    }
}

pub(super) fn unpack(batch: &CarriedBatch) -> Result<Vec<Item>, UnpackError> {
    let head = &batch.head;
    pack::unpack(head.codec, head.raw_bytes, &batch.bytes, &mut Nothing)
}

/// A name for what is no session: sessions are counted from 1.
const NO_SESSION: SessionId = SessionId::dialled(0);

impl Replica {
    /// What a bundle would bring. Changes nothing.
    ///
    /// # Errors
    /// When the store fails; the inner one says why it would not be taken.
    pub fn view_bundle(
        &self,
        reader: &dyn Reader,
        now: Timestamp,
        bundle: &Bundle,
    ) -> Result<Result<BundleView, BundleRefusal>, ReplicaError> {
        let manifest = bundle.manifest();
        if let Err(refusal) = self.is_for_us(manifest) {
            return Ok(Err(refusal));
        }
        let state = if self.hub_id() == Some(manifest.from) {
            Enrolment::Active
        } else {
            let (from, invite) = (manifest.from, manifest.invite.as_ref());
            match self.would_enrol(reader, now, from, invite, &manifest.nonce)? {
                Ok(state) => state,
                Err(reason) => return Ok(Err(BundleRefusal::Refused(reason))),
            }
        };
        let mut view = BundleView {
            entries: 0,
            fresh: 0,
            documents: documents_in(bundle.batches()).len() as u64,
            gap: None,
            state,
        };
        let mut reached = BTreeMap::new();
        for CarriedBatch { head, .. } in bundle.batches() {
            let held = self.held_of(manifest, head.scope).0;
            let reached = reached.entry(head.scope).or_insert(held);
            view.entries += head.to - head.from;
            if head.from > *reached {
                view.gap.get_or_insert(BundleGap {
                    held,
                    from: head.from,
                });
            }
            view.fresh += head.to.saturating_sub(head.from.max(*reached));
            *reached = head.to.max(*reached);
        }
        Ok(Ok(view))
    }

    fn is_for_us(&self, manifest: &Manifest) -> Result<(), BundleRefusal> {
        if manifest.to != self.node {
            return Err(if manifest.from == self.node {
                BundleRefusal::OwnBundle
            } else {
                BundleRefusal::ForAnother(manifest.to)
            });
        }
        if self.hub.is_none() && self.facts.role == NodeRole::Node {
            return Err(BundleRefusal::NotJoined);
        }
        Ok(())
    }

    /// How far the sender's log is held in a scope, in the life the bundle is about.
    fn held_of(&self, manifest: &Manifest, scope: Scope) -> (u64, crate::wire::v1::Chain) {
        match self.held.get(&manifest.from) {
            Some(held) if held.incarnation == manifest.incarnation => held.newest(scope),
            _ => (0, [0; 16]),
        }
    }

    /// One step: the manifest with `None`, else the batch with this number.
    pub(in super::super) fn take_bundle(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        bundle: &Arc<Bundle>,
        batch: Option<usize>,
    ) -> Result<(), ReplicaError> {
        let manifest = bundle.manifest();
        let reply = match self.is_for_us(manifest) {
            Err(refusal) => Err(refusal),
            Ok(()) => match batch {
                None => self.take_manifest(cx, manifest)?,
                Some(index) => match bundle.batches().get(index) {
                    Some(batch) => self.take_batch(cx, manifest, batch)?,
                    None => Err(BundleRefusal::UnknownNode),
                },
            },
        };
        let reply = match reply {
            Ok(taken) => Reply::BundleTaken(taken),
            Err(refusal) => Reply::Refused(refusal.into()),
        };
        answer(cx, request, reply);
        Ok(())
    }

    fn take_manifest(
        &mut self,
        cx: &mut Context<'_, '_>,
        manifest: &Manifest,
    ) -> Result<Result<BundleTaken, BundleRefusal>, ReplicaError> {
        let from = manifest.from;
        let before = self.quarantined;
        let is_hubs = self.hub_id() == Some(from);
        let state = if is_hubs {
            // Only an active node is given a bundle.
            self.note_accepted(cx);
            Self::note_hub_time(cx, manifest.made_at.min(cx.now))?;
            Enrolment::Active
        } else {
            let invite = manifest.invite.as_ref();
            match self.enrolment_of(cx, from, invite, &manifest.nonce)? {
                Ok(state) => state,
                Err(reason) => return Ok(Err(BundleRefusal::Refused(reason))),
            }
        };
        let contact = manifest.made_at.min(cx.now);
        if is_hubs {
            self.last_exchange = self.last_exchange.max(Some(contact));
        } else {
            self.note_contact(cx.turn, from, contact);
        }
        if state == Enrolment::Active {
            for (point, signature) in &manifest.heads {
                Self::keep_signature(cx, from, &manifest.incarnation, point, signature);
            }
            self.note_held(cx, manifest)?;
            if let Some(files) = &manifest.files {
                files::learn(cx.turn, from, files)?;
            }
            if let Some(receipt) = manifest.receipt.filter(|_| is_hubs) {
                self.keep_receipt(cx, from, receipt.point, receipt.at, &receipt.signature)?;
            }
            for refusal in manifest.refusals.iter().filter(|_| is_hubs) {
                let document = refusal.document.clone();
                self.note_refusal(cx, document, refusal.hash, refusal.reason)?;
            }
        }
        cx.out.push(Effect::Status);
        Ok(Ok(BundleTaken {
            state,
            fresh: 0,
            refused: self.quarantined.saturating_sub(before),
            gap: None,
        }))
    }

    /// The sender says what it holds of our log: the next bundle for it goes on from there. What is not in our log says that
    /// one of the two went back in time; then the next one starts at the beginning.
    fn note_held(
        &mut self,
        cx: &mut Context<'_, '_>,
        manifest: &Manifest,
    ) -> Result<(), ReplicaError> {
        let mut points: Vec<Point> = Vec::new();
        if manifest.held_incarnation == self.logs.incarnation {
            for point in &manifest.held {
                let ours = self.logs.chain_at(cx.turn, point.scope, point.position)?;
                if ours == Some(point.chain) {
                    points.push(*point);
                }
            }
        }
        if self.hub_id() == Some(manifest.from) {
            let of_hub = points.iter().find(|point| point.scope == Scope::Hub);
            let position = of_hub.map_or(0, |point| point.position);
            // The hub signed it, as it would have signed an acknowledgement's receipt.
            self.hub_acked = self.hub_acked.max(position);
        }
        let held = encode_held(&self.logs.incarnation, &points);
        cx.turn.put(Tree::Peer, held_key(manifest.from), held);
        Ok(())
    }

    fn take_batch(
        &mut self,
        cx: &mut Context<'_, '_>,
        manifest: &Manifest,
        batch: &CarriedBatch,
    ) -> Result<Result<BundleTaken, BundleRefusal>, ReplicaError> {
        let (node, head) = (manifest.from, &batch.head);
        let is_hubs = self.hub_id() == Some(node);
        let state = self.nodes.get(&node).map(|record| record.state);
        let state = if is_hubs {
            Some(Enrolment::Active)
        } else {
            state
        };
        if state != Some(Enrolment::Active) {
            return Ok(Err(BundleRefusal::Pending));
        }
        let is_legal = match head.scope {
            Scope::Repair => false,
            Scope::Hub => !is_hubs,
            Scope::County | Scope::Unit(_) => is_hubs,
        };
        let unpacked = unpack(batch);
        if let Err(UnpackError::Malformed(_)) = unpacked {
            // Its sender signed it, so it was made like this.
            self.strike(cx, node, Reason::Malformed);
        }
        let Some(items) = unpacked.ok().filter(|_| is_legal) else {
            let reason = super::super::CloseReason::Protocol;
            return Ok(Err(BundleRefusal::Refused(reason)));
        };
        let (position, chain) = self.held_of(manifest, head.scope);
        let is_torn = head.from == position && !chain_fits(chain, &items, head.chain);
        let mut taken = BundleTaken {
            state: Enrolment::Active,
            fresh: 0,
            refused: 0,
            gap: None,
        };
        if head.from > position || is_torn {
            taken.gap = Some(BundleGap {
                held: position,
                from: head.from,
            });
            return Ok(Ok(taken));
        }
        let before = self.quarantined;
        // An officer brought it and waits: what the line would have tried elsewhere is judged here, unless it is beyond all measure.
        let weight = items
            .iter()
            .fold(Weight::default(), |sum, item| sum.plus(item.cost()));
        let mut refused = BTreeMap::new();
        if weight.is_over() {
            let documents = pack::by_document(&items).into_iter();
            let all = documents.map(|(id, _)| (id.clone(), Reason::TooManyOperations));
            refused.extend(all);
        }
        self.admit(cx, NO_SESSION, node, items, &refused)?;
        if self.watch.take_unkept() {
            let reason = super::super::CloseReason::Limit;
            return Ok(Err(BundleRefusal::Refused(reason)));
        }
        taken.refused = self.quarantined.saturating_sub(before);
        if head.to > position {
            taken.fresh = head.to - position;
            self.received += taken.fresh;
            let point = Point {
                scope: head.scope,
                position: head.to,
                chain: head.chain,
            };
            let held = self.held.entry(node).or_default();
            held.advance(cx.turn, node, manifest.incarnation, point);
        }
        cx.out.push(Effect::Status);
        Ok(Ok(taken))
    }
}
