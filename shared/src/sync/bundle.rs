//! Bundles: what a line would have carried, as one file on a stick (摆渡包).
//!
//! A bundle for a peer holds everything of the log the peer is not known to hold, from the last point it acknowledged by line
//! or by stick. So the newest one alone is enough, whichever were lost or came late; an older one brings nothing new and does
//! no harm. `whole` starts from the beginning and leaves nothing out, for a peer that lost its own data.
//!
//! Making one only reads. It goes batch by batch, so that nobody waits long for the store: [`Replica::begin_bundle`], then
//! [`Replica::next_of_bundle`] until there is no more, then [`Replica::finish_bundle`]. Taking one in (`take`) goes through the
//! same gate as the line, a batch a turn. Attached files lie behind a bundle, each for itself (`files`).

use std::collections::{BTreeMap, BTreeSet};

use crate::attachments::{BlobName, Named};
use crate::ids::NodeId;
use crate::store::{Reader, Tree};
use crate::time::Timestamp;
use crate::wire::bundle::{
    CarriedBatch, CarriedFile, CarriedReceipt, CarriedRefusal, Manifest, REFUSALS_MAX, write,
};
use crate::wire::codec::{self, Writer};
use crate::wire::v1::{InviteProof, Point, SCOPES_MAX, Scope};

use super::effect::{CloseReason, Enrolment};
use super::error::ReplicaError;
use super::gather::{Batch, Gathered, Span};
use super::log::Source;
use super::pack::{self, Item};
use super::receipt::{RECEIPT_CONTEXT, SIGN_CONTEXT, point_bytes};
use super::{Replica, quarantined, seal};
use crate::identity::InviteCode;

pub(super) mod files;
mod take;

pub use take::{BundleGap, BundleTaken, BundleView};

/// What a peer said in its last bundle that it holds of our log.
const HELD: u8 = b'b';
/// Plain bytes of one batch.
const BATCH_BYTES: usize = 256 * 1024;

/// Why there is no bundle for a node, or none is taken from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleRefusal {
    /// A node without a hub has nobody to send to or hear from.
    #[error("this node is not enrolled at a hub")]
    NotJoined,
    /// No such node here.
    #[error("no such node is enrolled")]
    UnknownNode,
    /// The officer has not decided.
    #[error("the node waits for approval")]
    Pending,
    /// The hub does not take anything from this node.
    #[error("the bundle's sender is refused")]
    Refused(#[source] CloseReason),
    /// It was made for somebody else.
    #[error("the bundle is for another node ({0})")]
    ForAnother(NodeId),
    /// The node's own.
    #[error("the bundle was made by this node itself")]
    OwnBundle,
}

/// A bundle somebody asks for.
#[derive(Debug)]
pub struct BundleOrder {
    /// Who it is for.
    pub to: NodeId,
    /// Drawn for it alone.
    pub nonce: [u8; 32],
    /// Everything, whatever the peer is known to hold.
    pub whole: bool,
    /// The attached files that lie here; `None`: it says nothing about files.
    pub files_here: Option<BTreeSet<BlobName>>,
}

/// A bundle being made.
#[derive(Debug)]
pub struct BundleDraft {
    manifest: Manifest,
    /// Files the peer is not known to hold, the most welcome first.
    lacking: Vec<Named>,
    /// What is still to be packed: the end of a scope's log and where to go on.
    todo: Vec<(Point, u64)>,
    /// Entries of its own are left out for this reader.
    reader_is: Option<Source>,
}

impl BundleDraft {
    /// Log entries it will hold.
    #[must_use]
    pub fn entries(&self) -> u64 {
        let left = self.todo.iter().map(|(end, from)| end.position - from);
        left.sum()
    }

    /// Files here that the peer is not known to hold: first what somebody there waits for, then the newest.
    #[must_use]
    pub fn files(&self) -> &[Named] {
        &self.lacking
    }

    /// Settles which files go along.
    pub fn carry(&mut self, carried: Vec<CarriedFile>) {
        if let Some(files) = &mut self.manifest.files {
            files.carried = carried;
        }
    }
}

impl Replica {
    /// The hub this node is enrolled at.
    #[must_use]
    pub fn hub_id(&self) -> Option<NodeId> {
        self.hub.as_ref().map(|hub| hub.pin)
    }

    /// Starts a bundle.
    ///
    /// # Errors
    /// When the store fails; the inner one says why there is none for this node.
    pub fn begin_bundle(
        &mut self,
        reader: &dyn Reader,
        now: Timestamp,
        order: &BundleOrder,
    ) -> Result<Result<BundleDraft, BundleRefusal>, ReplicaError> {
        let BundleOrder {
            to, nonce, whole, ..
        } = *order;
        let is_upward = self.hub_id() == Some(to);
        if !is_upward {
            match self.nodes.get(&to).map(|record| record.state) {
                Some(Enrolment::Active) => {}
                Some(Enrolment::Pending) => return Ok(Err(BundleRefusal::Pending)),
                Some(Enrolment::Suspended) => {
                    return Ok(Err(BundleRefusal::Refused(CloseReason::Suspended)));
                }
                Some(Enrolment::Revoked) => {
                    return Ok(Err(BundleRefusal::Refused(CloseReason::Revoked)));
                }
                None if self.facts.role == crate::api::NodeRole::Node && self.hub.is_none() => {
                    return Ok(Err(BundleRefusal::NotJoined));
                }
                None => return Ok(Err(BundleRefusal::UnknownNode)),
            }
        }
        let scopes = self.scopes_for(to);
        let ends = self.logs.points(&scopes);
        let held = if whole {
            BTreeMap::new()
        } else {
            self.known_to_hold(reader, to)?
        };
        let todo = ends.iter().map(|&end| {
            let from = held.get(&end.scope).copied().unwrap_or(0);
            (end, from.min(end.position))
        });
        let todo = todo.filter(|(end, from)| *from < end.position).collect();
        let heads = ends.iter().map(|&point| {
            let bytes = point_bytes(&self.logs.incarnation, &point);
            (point, self.facts.key.sign(SIGN_CONTEXT, &[&bytes]))
        });
        let (files, lacking) = match &order.files_here {
            Some(here) => self.files_for(reader, to, whole, here)?,
            None => (None, Vec::new()),
        };
        let theirs = self.held.get(&to);
        let invite = self.hub.as_ref().filter(|_| is_upward);
        let invite = invite.and_then(|hub| hub.invite.as_ref());
        let manifest = Manifest {
            from: self.node,
            to,
            unit_name: self.unit_name.clone(),
            profile: self.facts.profile.clone(),
            incarnation: self.logs.incarnation,
            made_at: now,
            nonce,
            invite: invite.map(|(invite, hash)| InviteProof {
                invite: *invite,
                proof: InviteCode::proof(hash, &nonce, self.node),
            }),
            held_incarnation: theirs.map(|held| held.incarnation).unwrap_or_default(),
            held: theirs.map(super::cursor::Held::points).unwrap_or_default(),
            heads: heads.collect(),
            receipt: (!is_upward).then(|| self.receipt_for(to, now)).flatten(),
            refusals: refusals_of(reader, to)?,
            files,
        };
        Ok(Ok(BundleDraft {
            manifest,
            lacking,
            todo,
            reader_is: (!whole).then(|| Source::peer(to)),
        }))
    }

    /// The next batch of a bundle; `None` when there is no more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn next_of_bundle(
        &mut self,
        reader: &dyn Reader,
        draft: &mut BundleDraft,
    ) -> Result<Option<CarriedBatch>, ReplicaError> {
        let Some((end, from)) = draft.todo.first().copied() else {
            return Ok(None);
        };
        let span = Span {
            scope: end.scope,
            from,
            to: Some(end.position),
            bytes: Some(BATCH_BYTES),
        };
        let Some(Gathered {
            mut items,
            position,
            chain,
        }) = self.gather(reader, span, draft.reader_is)?
        else {
            return Err(ReplicaError::DamagedRecord { what: "log" });
        };
        if end.scope != Scope::Hub {
            items.extend(seal::seal(&self.facts.key, &items));
        }
        match draft.todo.first_mut() {
            Some(first) if position < end.position => first.1 = position,
            _ => drop(draft.todo.remove(0)),
        }
        let packed = pack::pack_plain(&items);
        let batch = Batch::new(end.scope, from, position, chain, packed);
        Ok(Some(CarriedBatch {
            head: batch.head,
            bytes: batch.bytes,
        }))
    }

    /// Signs what was packed.
    #[must_use]
    pub fn finish_bundle(&self, draft: &BundleDraft, batches: &[CarriedBatch]) -> Vec<u8> {
        write(&draft.manifest, batches, &self.facts.key)
    }

    /// Up to where a peer holds our log, as far as we know for sure.
    fn known_to_hold(
        &self,
        reader: &dyn Reader,
        node: NodeId,
    ) -> Result<BTreeMap<Scope, u64>, ReplicaError> {
        if self.hub_id() == Some(node) {
            return Ok(BTreeMap::from([(Scope::Hub, self.hub_acked)]));
        }
        let mut known = BTreeMap::new();
        for point in self.said_to_hold(reader, node)? {
            if self.logs.chain_at(reader, point.scope, point.position)? == Some(point.chain) {
                known.insert(point.scope, point.position);
            }
        }
        let session = self.by_node.get(&node).and_then(|id| self.sessions.get(id));
        if let Some(open) = session.and_then(super::session::Session::open) {
            for (&scope, sent) in &open.out {
                let known = known.entry(scope).or_insert(0);
                *known = sent.acked.max(*known);
            }
        }
        Ok(known)
    }

    /// What a peer's last bundle said it holds of this life of our log.
    fn said_to_hold(&self, reader: &dyn Reader, node: NodeId) -> Result<Vec<Point>, ReplicaError> {
        let Some(bytes) = reader.load(Tree::Peer, &held_key(node))? else {
            return Ok(Vec::new());
        };
        let damaged = |_| ReplicaError::DamagedRecord {
            what: "bundle cursor",
        };
        let mut input = codec::Reader::new(&bytes);
        let incarnation = input.array().map_err(damaged)?;
        let points = input.list(SCOPES_MAX, Point::read).map_err(damaged)?;
        Ok(if self.logs.incarnation == incarnation {
            points
        } else {
            Vec::new()
        })
    }

    /// Our signature that we hold a node's log up to where we do.
    fn receipt_for(&self, node: NodeId, now: Timestamp) -> Option<CarriedReceipt> {
        let held = self.held.get(&node)?;
        let (position, chain) = held.newest(Scope::Hub);
        let point = Point {
            scope: Scope::Hub,
            position,
            chain,
        };
        let bytes = point_bytes(&held.incarnation, &point);
        let parts: [&[u8]; 3] = [&node.to_bytes(), &bytes, &now.0.to_be_bytes()];
        (position > 0).then(|| CarriedReceipt {
            point,
            at: now,
            signature: self.facts.key.sign(RECEIPT_CONTEXT, &parts),
        })
    }
}

fn held_key(node: NodeId) -> Vec<u8> {
    let mut key = vec![HELD];
    key.extend(node.to_bytes());
    key
}

fn encode_held(incarnation: &[u8; 8], points: &[Point]) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(incarnation);
    out.list(points, |out, point| point.write(out));
    out.into_bytes()
}

/// What a node brought and we refused.
fn refusals_of(reader: &dyn Reader, node: NodeId) -> Result<Vec<CarriedRefusal>, ReplicaError> {
    let of_node = quarantined(reader)?
        .into_iter()
        .filter(|change| change.from == node);
    let told = of_node.take(REFUSALS_MAX).map(|change| CarriedRefusal {
        document: change.document,
        hash: change.hash,
        reason: change.reason as u8,
    });
    Ok(told.collect())
}

/// The documents the batches of a bundle are about; malformed batches count nothing here, and are refused when taken in.
fn documents_in(batches: &[CarriedBatch]) -> std::collections::BTreeSet<crate::ids::DocumentId> {
    let mut documents = std::collections::BTreeSet::new();
    for batch in batches {
        for item in take::unpack(batch).unwrap_or_default() {
            match item {
                Item::Change { document, .. }
                | Item::Whole { document, .. }
                | Item::Revoked { document }
                | Item::Known { document } => drop(documents.insert(document)),
                Item::Skip(_) | Item::Seal(_) | Item::Proof(_) => {}
            }
        }
    }
    documents
}

impl From<BundleRefusal> for super::RequestRefusal {
    fn from(refusal: BundleRefusal) -> Self {
        Self::Bundle(refusal)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
