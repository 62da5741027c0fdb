//! Proof: each side signs its own log up to a point, and what it holds of the other's.
//!
//! A receipt is what 已到县 stands on when somebody asks later: the hub's signature that it holds a node's log up to a point,
//! durably, at a moment. The sender's own signature lets a log be handed on by others. Both are cumulative, so one every five
//! seconds is enough however many edits there were, and the last one replaces those before it.

use crate::identity::{SIGNATURE_BYTES, is_signed_by};
use crate::ids::NodeId;
use crate::store::{Reader, StoreError, Tree};
use crate::time::Timestamp;
use crate::wire::codec::{self, Writer};
use crate::wire::v1::{Frame, Incarnation, Point, Scope};

use super::effect::{CloseReason, Effect};
use super::error::ReplicaError;
use super::input::SessionId;
use super::{Context, Replica};

pub(super) const SIGN_CONTEXT: &str = "xiangmu sync log v1";
pub(super) const RECEIPT_CONTEXT: &str = "xiangmu sync receipt v1";
/// The last receipt of each peer for our log.
const RECEIPT: u8 = b'r';
/// The last signature of each peer over its own log.
const SIGNED: u8 = b's';

pub(super) fn point_bytes(incarnation: &Incarnation, point: &Point) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(incarnation);
    point.write(&mut out);
    out.into_bytes()
}

impl Replica {
    /// Signs what was acknowledged since the last time, when it is time.
    pub(super) fn attend_signing(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return Ok(());
        };
        if !open.is_unsigned || cx.now < open.sign_at {
            return Ok(());
        }
        open.is_unsigned = false;
        let (node, incarnation) = (open.node, open.incarnation);
        let acked: Vec<(Scope, u64)> = open.out.iter().map(|(s, sent)| (*s, sent.acked)).collect();
        for (scope, position) in acked {
            let Some(chain) = self.logs.chain_at(cx.turn, scope, position)? else {
                continue;
            };
            if position == 0 || self.signed_points.get(&(node, scope)) == Some(&position) {
                continue;
            }
            self.signed_points.insert((node, scope), position);
            let point = Point {
                scope,
                position,
                chain,
            };
            let bytes = point_bytes(&self.logs.incarnation, &point);
            let signature = self.facts.key.sign(SIGN_CONTEXT, &[&bytes]);
            self.send(cx, id, &Frame::Sign { point, signature });
        }
        // Only a hub's receipt means anything: it is the hub that says 已到县.
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let held = self
            .held
            .get(&node)
            .filter(|held| held.incarnation == incarnation && !is_dialler);
        if let Some((position, chain)) = held.map(|held| held.newest(Scope::Hub))
            && position > 0
            && self.receipted_points.get(&node) != Some(&position)
        {
            self.receipted_points.insert(node, position);
            let point = Point {
                scope: Scope::Hub,
                position,
                chain,
            };
            let bytes = point_bytes(&incarnation, &point);
            let moment = cx.now.0.to_be_bytes();
            let signature = self
                .facts
                .key
                .sign(RECEIPT_CONTEXT, &[&node.to_bytes(), &bytes, &moment]);
            self.send(
                cx,
                id,
                &Frame::Receipt {
                    point,
                    at: cx.now,
                    signature,
                },
            );
        }
        Ok(())
    }

    pub(super) fn on_sign(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        point: Point,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(());
        };
        let (node, incarnation) = (open.node, open.incarnation);
        if !Self::keep_signature(cx, node, &incarnation, &point, signature) {
            self.close(cx, id, CloseReason::Unproven);
        }
        Ok(())
    }

    /// Keeps a peer's signature over its own log; false when it is none.
    pub(super) fn keep_signature(
        cx: &mut Context<'_, '_>,
        node: NodeId,
        incarnation: &Incarnation,
        point: &Point,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> bool {
        let bytes = point_bytes(incarnation, point);
        if !is_signed_by(node, SIGN_CONTEXT, &[&bytes], signature) {
            return false;
        }
        let mut key = vec![SIGNED];
        key.extend(node.to_bytes());
        key.extend(point.scope.to_bytes());
        let mut value = bytes;
        value.extend(signature);
        cx.turn.put(Tree::Peer, key, value);
        true
    }

    pub(super) fn on_receipt(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        point: Point,
        at: Timestamp,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(());
        };
        let node = open.node;
        if !self.keep_receipt(cx, node, point, at, signature)? {
            self.close(cx, id, CloseReason::Unproven);
        }
        Ok(())
    }

    /// Keeps a peer's receipt for our log; false when it is none, or for another log than ours is now.
    pub(super) fn keep_receipt(
        &mut self,
        cx: &mut Context<'_, '_>,
        node: NodeId,
        point: Point,
        at: Timestamp,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<bool, ReplicaError> {
        let bytes = point_bytes(&self.logs.incarnation, &point);
        let moment = at.0.to_be_bytes();
        let parts: [&[u8]; 3] = [&self.node.to_bytes(), &bytes, &moment];
        let is_ours = self
            .logs
            .chain_at(cx.turn, point.scope, point.position)?
            .is_some_and(|chain| chain == point.chain);
        if !is_ours || !is_signed_by(node, RECEIPT_CONTEXT, &parts, signature) {
            return Ok(false);
        }
        if point.scope == Scope::Hub && self.scopes_for(node) == [Scope::Hub] {
            let mut value = Writer::new();
            value.uint(point.position);
            value.raw(&point.chain);
            value.signed(at.0);
            value.raw(&self.logs.incarnation);
            value.raw(signature);
            let mut key = vec![RECEIPT];
            key.extend(node.to_bytes());
            cx.turn.put(Tree::Peer, key, value.into_bytes());
            self.hub_acked = self.hub_acked.max(point.position);
            cx.out.push(Effect::Status);
        }
        Ok(true)
    }

    /// True when the hub's signed receipt stands for everything this node has logged for it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn is_receipted(&self, reader: &dyn Reader) -> Result<bool, StoreError> {
        let head = self.logs.head(Scope::Hub).0;
        let Some(hub) = self.hub.as_ref().filter(|_| head > 0) else {
            return Ok(true);
        };
        let mut key = vec![RECEIPT];
        key.extend(hub.pin.to_bytes());
        let stored = reader.load(Tree::Peer, &key)?;
        let position = stored.and_then(|bytes| codec::Reader::new(&bytes).uint().ok());
        Ok(position.is_some_and(|position| position >= head))
    }

    /// At start: what the hub has proven to hold is known without asking it.
    pub(super) fn load_receipt(&mut self, reader: &dyn Reader) -> Result<(), ReplicaError> {
        let Some(hub) = &self.hub else {
            return Ok(());
        };
        let mut key = vec![RECEIPT];
        key.extend(hub.pin.to_bytes());
        if let Some(bytes) = reader.load(Tree::Peer, &key)? {
            let mut input = codec::Reader::new(&bytes);
            let position = input
                .uint()
                .map_err(|_| ReplicaError::DamagedRecord { what: "receipt" })?;
            let chain = input.array().ok();
            let at = input.raw(0).ok().and_then(|_| input.signed().ok());
            // A receipt for another life of the log says nothing about this one.
            if self.logs.chain_at(reader, Scope::Hub, position)? == chain {
                self.hub_acked = position;
                self.last_exchange = at.map(Timestamp);
            }
        }
        Ok(())
    }
}
