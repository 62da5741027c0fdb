//! How a session begins: one frame each way, both proven, and nothing more when nothing changed.
//!
//! The hub's nonce comes with the upgrade's answer, so the dialler's first frame can already carry its proof; the hub's answer
//! signs the dialler's nonce and hello. Both signatures cover the hub's pinned key, so a proof given to one hub is worth nothing
//! at another. Each side says one digest of what it holds of the other's log and one of what it has for the other.

use crate::api::NodeRole;
use crate::identity::{InviteCode, UnitKind, is_signed_by};
use crate::ids::NodeId;
use crate::time::Timestamp;
use crate::wire::v1::{Accept, Cursors, Frame, Hello, Incarnation, InviteProof, Partial, Scope};

use super::backoff::Backoff;
use super::cursor::digest;
use super::effect::{CloseReason, Effect, Enrolment};
use super::error::ReplicaError;
use super::input::{Line, LineTrouble, SessionId, Side};
use super::session::{Open, Session, State};
use super::{Context, Dial, Replica, SESSIONS_MAX};

const HELLO_CONTEXT: &str = "xiangmu sync hello v1";
const ACCEPT_CONTEXT: &str = "xiangmu sync accept v1";
/// How often the equality probe runs when all looks well (design.md 5).
pub(super) const PROBE_EVERY_MS: i64 = 24 * 3_600_000;

impl Replica {
    pub(super) fn attend_dialling(&mut self, cx: &mut Context<'_, '_>) {
        if self.line == Line::Off {
            return;
        }
        let has_session = self.sessions.values().any(|session| session.is_dialler);
        let is_due = match &self.dial {
            Dial::Resting => self.hub.is_some() && !has_session,
            Dial::Waiting { retry_at, .. } => cx.now >= *retry_at && !has_session,
            Dial::Dialling(_) => false,
        };
        let Some(hub) = self.hub.as_ref().filter(|_| is_due) else {
            return;
        };
        self.dials += 1;
        let session = SessionId::dialled(self.dials);
        cx.out.push(Effect::Dial {
            session,
            addresses: hub.addresses.clone(),
            pin: hub.pin,
        });
        self.dial = Dial::Dialling(session);
    }

    pub(super) fn wait_to_dial(&mut self, cx: &mut Context<'_, '_>, trouble: LineTrouble) {
        let is_refused = self.hub.as_ref().is_some_and(|hub| hub.refusal.is_some());
        let retry_at = if is_refused {
            Backoff::after_refusal(cx.now, cx.rng)
        } else {
            self.backoff.next(cx.now, cx.rng)
        };
        self.dial = Dial::Waiting { retry_at, trouble };
        cx.out.push(Effect::Status);
    }

    pub(super) fn session_opened(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        side: Side,
        nonce: [u8; 32],
    ) -> Result<(), ReplicaError> {
        let (is_dialler, address) = match side {
            Side::Dialled { address } => (true, address),
            Side::Accepted { address } => (false, address),
        };
        let is_expected = !is_dialler || self.dial == Dial::Dialling(id);
        if self.line == Line::Off || !is_expected || self.sessions.len() >= SESSIONS_MAX {
            let reason = if self.line == Line::Off {
                CloseReason::LineOff
            } else {
                CloseReason::Limit
            };
            if self.dial == Dial::Dialling(id) {
                self.dial = Dial::Resting;
            }
            cx.out.push(Effect::Close {
                session: id,
                reason,
            });
            return Ok(());
        }
        let session = Session::new(is_dialler, address, nonce, cx.now);
        self.sessions.insert(id, session);
        if is_dialler {
            self.dial = Dial::Resting;
            self.say_hello(cx, id, nonce)?;
        }
        Ok(())
    }

    fn say_hello(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        nonce: [u8; 32],
    ) -> Result<(), ReplicaError> {
        let Some(hub) = &self.hub else {
            self.close(cx, id, CloseReason::NotEnrolled);
            return Ok(());
        };
        let pin = hub.pin;
        let invite = hub.invite.as_ref().map(|(invite, hash)| InviteProof {
            invite: *invite,
            proof: InviteCode::proof(hash, &nonce, self.node),
        });
        let ticket = Self::ticket(cx.turn)?;
        let points = self.logs.points(&[Scope::Hub]);
        let mut hello = Hello {
            node: self.node,
            incarnation: self.logs.incarnation,
            nonce: cx.draw(),
            held: self
                .held
                .get(&pin)
                .map_or([0; 16], super::cursor::Held::digest),
            own: digest(&self.logs.incarnation, &points),
            ticket,
            invite,
            signature: [0; 65],
        };
        let signed = hello.signed_part();
        let parts: [&[u8]; 3] = [&pin.to_bytes(), &nonce, &signed];
        hello.signature = self.facts.key.sign(HELLO_CONTEXT, &parts);
        self.send(cx, id, &Frame::Hello(Box::new(hello.clone())));
        if let Some(session) = self.sessions.get_mut(&id) {
            session.state = State::AwaitAccept {
                hello: Box::new(hello),
                points,
            };
        }
        Ok(())
    }

    /// Hub: the dialler's first frame.
    pub(super) fn on_hello(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        hello: Hello,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get(&id) else {
            return Ok(());
        };
        if session.is_dialler || !matches!(session.state, State::AwaitHello) {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        let nonce = session.nonce;
        let signed = hello.signed_part();
        let parts: [&[u8]; 3] = [&self.node.to_bytes(), &nonce, &signed];
        if !is_signed_by(hello.node, HELLO_CONTEXT, &parts, &hello.signature) {
            self.refuse(cx, id, CloseReason::Unproven);
            return Ok(());
        }
        if self.facts.role != NodeRole::Hub {
            self.refuse(cx, id, CloseReason::NotEnrolled);
            return Ok(());
        }
        match self.enrolment_of(cx, hello.node, hello.invite.as_ref(), &nonce)? {
            Err(reason) => self.refuse(cx, id, reason),
            Ok(state) => {
                // A half-open socket of the same node may still look alive: the newer one counts.
                if let Some(old) = self.by_node.insert(hello.node, id) {
                    self.close(cx, old, CloseReason::Replaced);
                    self.by_node.insert(hello.node, id);
                }
                if state == Enrolment::Active {
                    self.accept(cx, id, hello)?;
                } else {
                    self.send(cx, id, &Frame::Pending);
                    if let Some(session) = self.sessions.get_mut(&id) {
                        session.state = State::Pending {
                            hello: Box::new(hello),
                        };
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn refuse(&mut self, cx: &mut Context<'_, '_>, id: SessionId, reason: CloseReason) {
        self.send(cx, id, &Frame::Refuse(reason.to_u8()));
        self.close(cx, id, reason);
    }

    /// Hub: lets a proven, active node in.
    pub(super) fn accept(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        hello: Hello,
    ) -> Result<(), ReplicaError> {
        let node = hello.node;
        let scopes = self.scopes_for(node);
        let points = self.logs.points(&scopes);
        let own = digest(&self.logs.incarnation, &points);
        let held = self.held_digest(node, hello.incarnation);
        let mut accept = Accept {
            incarnation: self.logs.incarnation,
            held,
            own,
            ticket: self.change_ticket(cx, node, hello.ticket)?,
            now: cx.now,
            signature: [0; 65],
            cursors: (held != hello.own).then(|| self.cursors_of(node, hello.incarnation)),
        };
        let signed = accept.signed_part();
        let parts: [&[u8]; 3] = [&hello.node.to_bytes(), &hello.nonce, &signed];
        accept.signature = self.facts.key.sign(ACCEPT_CONTEXT, &parts);
        self.send(cx, id, &Frame::Accept(Box::new(accept)));
        let mut open = Open::new(node, hello.incarnation, cx.now);
        if hello.held == own {
            open.start_at(&scopes, &points);
            open.is_peer_idle = held == hello.own;
        }
        self.peer_contact.insert(node, cx.now);
        self.enter(cx, id, open);
        self.tell_refusals(cx, id, node)
    }

    /// Dialler: the hub let us in.
    pub(super) fn on_accept(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        accept: Accept,
    ) -> Result<(), ReplicaError> {
        let pin = self.hub.as_ref().map(|hub| hub.pin);
        let state = self.sessions.get(&id).map(|session| &session.state);
        let (Some(pin), Some(State::AwaitAccept { hello, points })) = (pin, state) else {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        };
        let (nonce, own, held) = (hello.nonce, hello.own, hello.held);
        let points = points.clone();
        let signed = accept.signed_part();
        let parts: [&[u8]; 3] = [&self.node.to_bytes(), &nonce, &signed];
        if !is_signed_by(pin, ACCEPT_CONTEXT, &parts, &accept.signature) {
            self.close(cx, id, CloseReason::Unproven);
            return Ok(());
        }
        self.note_accepted(cx);
        Self::hold_ticket(cx, accept.ticket);
        Self::note_hub_time(cx, accept.now)?;
        self.backoff.reset();
        self.skew_ms = cx.now.0 - accept.now.0;
        self.last_exchange = Some(cx.now);
        let mut open = Open::new(pin, accept.incarnation, cx.now);
        // What the digests stand for is what stood when we greeted; the log may have grown while we waited.
        let is_held = accept.held == own;
        if is_held {
            open.start_at(&[Scope::Hub], &points);
            self.hub_acked = points.first().map_or(0, |point| point.position);
        }
        // The hub compares the same two digests and waits for our cursors when they differ.
        let wants = held != accept.own;
        open.is_peer_idle = !wants;
        self.by_node.insert(pin, id);
        self.enter(cx, id, open);
        if wants {
            let cursors = self.cursors_of(pin, accept.incarnation);
            self.send(cx, id, &Frame::Cursors(cursors));
        }
        match accept.cursors {
            Some(cursors) => self.on_cursors(cx, id, &cursors)?,
            None if !is_held => self.close(cx, id, CloseReason::Protocol),
            None => {}
        }
        self.resume_repair(cx, id)
    }

    fn enter(&mut self, cx: &mut Context<'_, '_>, id: SessionId, open: Open) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.state = State::Open(Box::new(open));
        }
        cx.out.push(Effect::Status);
    }

    /// What this node streams to a peer.
    pub(super) fn scopes_for(&self, node: NodeId) -> Vec<Scope> {
        if self.hub.as_ref().is_some_and(|hub| hub.pin == node) {
            return vec![Scope::Hub];
        }
        match self.nodes.get(&node) {
            Some(record) if record.kind == UnitKind::CountyNode => vec![Scope::Unit(record.unit)],
            Some(record) => vec![Scope::County, Scope::Unit(record.unit)],
            None => Vec::new(),
        }
    }

    /// What we hold of a node's log, in one word. A log in a new life that is still empty must not look like one we hold
    /// nothing of: the node brought us entries in an earlier life, which our own log will not send it back.
    pub(super) fn held_digest(&self, node: NodeId, incarnation: Incarnation) -> [u8; 16] {
        match self.held.get(&node) {
            Some(held) if held.incarnation == incarnation || !held.is_empty() => held.digest(),
            _ => digest(&incarnation, &[]),
        }
    }

    /// What we hold of a peer's log, as we tell it.
    fn cursors_of(&self, node: NodeId, incarnation: Incarnation) -> Cursors {
        let held = self.held.get(&node);
        let partial = self
            .partials
            .get(&node)
            .filter(|incoming| incoming.incarnation == incarnation)
            .filter(|_| held.is_none_or(|held| held.incarnation == incarnation))
            .map(|incoming| Partial {
                scope: incoming.head.scope,
                from: incoming.head.from,
                to: incoming.head.to,
                digest: incoming.head.digest,
                offset: incoming.bytes.len() as u64,
            });
        Cursors {
            // The life our points belong to; when it is not the peer's present one, it sees that.
            incarnation: held.map_or(incarnation, |held| held.incarnation),
            points: held.map(super::cursor::Held::points).unwrap_or_default(),
            partial,
        }
    }
}

impl Open {
    fn new(node: NodeId, incarnation: Incarnation, now: Timestamp) -> Self {
        Self {
            node,
            incarnation,
            out: std::collections::BTreeMap::new(),
            is_streaming: false,
            flights: std::collections::VecDeque::new(),
            incoming: None,
            trying: None,
            push_at: None,
            pushed_at: Timestamp(i64::MIN / 2),
            echo_at: None,
            batch_bytes: super::session::BATCH_TARGET_BYTES,
            is_unsigned: false,
            sign_at: now.plus_ms(super::session::SIGN_EVERY_MS),
            repair: None,
            blobs: super::blobs::BlobLine::default(),
            probe_at: now.plus_ms(PROBE_EVERY_MS),
            is_peer_idle: false,
            is_asking: false,
        }
    }
}
