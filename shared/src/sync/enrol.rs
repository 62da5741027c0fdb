//! Who belongs to this hub, and to which hub this node belongs.
//!
//! A hub officer makes an invite for one unit; its holder's node proves the secret once, in its first hello, and waits as
//! `pending` until an officer approves (or is let in at once when the invite says so). A suspended or revoked node's session is
//! closed in the same turn. The secret itself is stored nowhere at the hub. Records are saved in the turn that changes them.

use crate::api::NodeRole;
use crate::field::{Column, FieldPath, Table};
use crate::identity::{InviteCode, UnitKind, is_valid_at, unit_id_of};
use crate::ids::{DocumentId, NodeId, UnitId};
use crate::store::{Reader, Tree, Turn};
use crate::summary;
use crate::time::Timestamp;
use crate::value::Value;
use crate::wire::codec::{self, WireError};
use crate::wire::v1::InviteProof;

use super::effect::{CloseReason, Effect, Enrolment, Reply, RequestRefusal};
use super::error::ReplicaError;
use super::grant::AUDIENCE;
use super::input::{Approval, RequestId};
use super::log::Source;
use super::session::State;
use super::{Context, Dial, Replica, answer, scan};

const NODE: u8 = b'n';
const INVITE: u8 = b'i';
const HUB: &[u8] = b"h";

/// How long an invite is good (reliability.md 2.4).
const INVITE_VALID_MS: i64 = 72 * 3_600_000;
/// Bytes of a unit's name.
const UNIT_NAME_BYTES_MAX: usize = 120;

/// One enrolled node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeRecord {
    pub(crate) unit: UnitId,
    pub(crate) unit_name: String,
    pub(crate) kind: UnitKind,
    pub(crate) state: Enrolment,
    pub(crate) last_contact: Option<Timestamp>,
}

/// The hub this node is enrolled at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HubRecord {
    pub(crate) pin: NodeId,
    pub(crate) addresses: Vec<String>,
    pub(crate) unit_name: String,
    /// Kept until the hub has accepted us once.
    pub(crate) invite: Option<([u8; 8], [u8; 32])>,
    pub(crate) state: Enrolment,
    /// Why the hub refused last, if it did.
    pub(crate) refusal: Option<CloseReason>,
}

struct InviteRecord {
    secret_hash: [u8; 32],
    unit_name: String,
    kind: UnitKind,
    approval: Approval,
    expires: Timestamp,
    used_by: Option<NodeId>,
}

const fn state_to_u8(state: Enrolment) -> u8 {
    match state {
        Enrolment::Pending => 1,
        Enrolment::Active => 2,
        Enrolment::Suspended => 3,
        Enrolment::Revoked => 4,
    }
}

fn state_from_u8(number: u8) -> Result<Enrolment, WireError> {
    Ok(match number {
        1 => Enrolment::Pending,
        2 => Enrolment::Active,
        3 => Enrolment::Suspended,
        4 => Enrolment::Revoked,
        found => {
            return Err(WireError::UnknownKind {
                what: "enrolment",
                found: found.into(),
            });
        }
    })
}

fn read_kind(input: &mut codec::Reader<'_>) -> Result<UnitKind, WireError> {
    let found = input.u8()?;
    UnitKind::from_u8(found).ok_or(WireError::UnknownKind {
        what: "unit kind",
        found: found.into(),
    })
}

fn damaged(what: &'static str) -> impl Fn(WireError) -> ReplicaError {
    move |_| ReplicaError::DamagedRecord { what }
}

impl NodeRecord {
    fn save(&self, turn: &mut Turn<'_>, node: NodeId) {
        let mut out = codec::Writer::new();
        out.text(&self.unit_name);
        out.u8(self.kind.to_u8());
        out.u8(state_to_u8(self.state));
        out.signed(self.last_contact.map_or(0, |at| at.0));
        let mut key = vec![NODE];
        key.extend(node.to_bytes());
        turn.put(Tree::Peer, key, out.into_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut input = codec::Reader::new(bytes);
        let unit_name = input.text(UNIT_NAME_BYTES_MAX)?;
        Ok(Self {
            unit: unit_id_of(&unit_name),
            unit_name,
            kind: read_kind(&mut input)?,
            state: state_from_u8(input.u8()?)?,
            last_contact: Some(Timestamp(input.signed()?)).filter(|at| at.0 > 0),
        })
    }
}

impl HubRecord {
    fn save(&self, turn: &mut Turn<'_>) {
        let mut out = codec::Writer::new();
        out.raw(&self.pin.to_bytes());
        out.list(&self.addresses, |out, address| out.text(address));
        out.text(&self.unit_name);
        out.u8(self.invite.is_some().into());
        if let Some((invite, hash)) = &self.invite {
            out.raw(invite);
            out.raw(hash);
        }
        out.u8(state_to_u8(self.state));
        turn.put(Tree::Peer, HUB, out.into_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut input = codec::Reader::new(bytes);
        Ok(Self {
            pin: NodeId::from_bytes(input.array()?),
            addresses: input.list(8, |input| input.text(256))?,
            unit_name: input.text(UNIT_NAME_BYTES_MAX)?,
            invite: match input.u8()? {
                0 => None,
                _ => Some((input.array()?, input.array()?)),
            },
            state: state_from_u8(input.u8()?)?,
            refusal: None,
        })
    }
}

impl InviteRecord {
    /// Where the enrolment of who uses it first stands.
    const fn first_state(&self) -> Enrolment {
        match self.approval {
            Approval::ByOfficer => Enrolment::Pending,
            Approval::AtOnce => Enrolment::Active,
        }
    }

    fn save(&self, turn: &mut Turn<'_>, invite: [u8; 8]) {
        let mut out = codec::Writer::new();
        out.raw(&self.secret_hash);
        out.text(&self.unit_name);
        out.u8(self.kind.to_u8());
        out.u8((self.approval == Approval::AtOnce).into());
        out.signed(self.expires.0);
        out.u8(self.used_by.is_some().into());
        if let Some(node) = self.used_by {
            out.raw(&node.to_bytes());
        }
        let mut key = vec![INVITE];
        key.extend(invite);
        turn.put(Tree::Peer, key, out.into_bytes());
    }

    fn load(reader: &dyn Reader, invite: [u8; 8]) -> Result<Option<Self>, ReplicaError> {
        let mut key = vec![INVITE];
        key.extend(invite);
        let Some(bytes) = reader.load(Tree::Peer, &key)? else {
            return Ok(None);
        };
        let read = |mut input: codec::Reader<'_>| -> Result<Self, WireError> {
            Ok(Self {
                secret_hash: input.array()?,
                unit_name: input.text(UNIT_NAME_BYTES_MAX)?,
                kind: read_kind(&mut input)?,
                approval: match input.u8()? {
                    0 => Approval::ByOfficer,
                    _ => Approval::AtOnce,
                },
                expires: Timestamp(input.signed()?),
                used_by: match input.u8()? {
                    0 => None,
                    _ => Some(NodeId::from_bytes(input.array()?)),
                },
            })
        };
        read(codec::Reader::new(&bytes))
            .map(Some)
            .map_err(damaged("invite"))
    }
}

/// What a hub says to a node of this state.
fn standing(state: Option<Enrolment>) -> Result<Enrolment, CloseReason> {
    match state {
        None => Err(CloseReason::NotEnrolled),
        Some(Enrolment::Suspended) => Err(CloseReason::Suspended),
        Some(Enrolment::Revoked) => Err(CloseReason::Revoked),
        Some(state) => Ok(state),
    }
}

impl Replica {
    pub(super) fn load_enrolment(&mut self, reader: &dyn Reader) -> Result<(), ReplicaError> {
        for (key, value) in scan(reader, Tree::Peer, &[NODE])? {
            let node = codec::Reader::new(&key[1..])
                .array()
                .map_err(damaged("node"))?;
            let record = NodeRecord::decode(&value).map_err(damaged("node"))?;
            self.nodes.insert(NodeId::from_bytes(node), record);
        }
        if let Some(bytes) = reader.load(Tree::Peer, HUB)? {
            let record = HubRecord::decode(&bytes).map_err(damaged("hub"))?;
            self.unit = unit_id_of(&record.unit_name);
            self.unit_name.clone_from(&record.unit_name);
            self.hub = Some(record);
        }
        Ok(())
    }

    pub(super) fn create_invite(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        unit: &str,
        kind: UnitKind,
        addresses: Vec<String>,
        approval: Approval,
    ) -> Result<(), ReplicaError> {
        let unit = unit.trim();
        let refusal = if self.facts.role != NodeRole::Hub {
            Some(RequestRefusal::NotHub)
        } else if unit.is_empty() || unit.len() > UNIT_NAME_BYTES_MAX {
            Some(RequestRefusal::BadUnitName)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            answer(cx, request, Reply::Refused(refusal));
            return Ok(());
        }
        let code = InviteCode {
            addresses,
            pins: vec![self.node],
            invite: cx.draw(),
            secret: cx.draw(),
            unit: unit.to_owned(),
            kind,
            expires: cx.now.plus_ms(INVITE_VALID_MS),
        };
        let record = InviteRecord {
            secret_hash: InviteCode::secret_hash(&code.secret),
            unit_name: code.unit.clone(),
            kind,
            approval,
            expires: code.expires,
            used_by: None,
        };
        record.save(cx.turn, code.invite);
        self.list_in_directory(cx, unit, kind, None)?;
        answer(
            cx,
            request,
            Reply::Invited {
                code: code.to_string(),
                expires: code.expires,
                unit: code.unit_id(),
                unit_name: code.unit,
            },
        );
        Ok(())
    }

    /// Every unit that was ever invited stands in the county's directory, with the node that hosts it.
    pub(super) fn list_in_directory(
        &mut self,
        cx: &mut Context<'_, '_>,
        name: &str,
        kind: UnitKind,
        host: Option<NodeId>,
    ) -> Result<(), ReplicaError> {
        let known = summary::directory(&mut self.library, cx.turn)?;
        let is_new = !known.units.contains_key(&unit_id_of(name));
        let unit = unit_id_of(name).to_string();
        let mut wanted = vec![
            (Column::Name, Value::from(name)),
            (Column::UnitKind, Value::from(kind.id())),
        ];
        if let Some(host) = host {
            wanted.push((Column::HostedAt, Value::Text(host.to_string())));
        }
        if is_new {
            wanted.push((Column::At, Value::Int(cx.now.0)));
        }
        let year = u16::try_from(cx.now.date().year()).unwrap_or(1);
        let id = DocumentId::County(year);
        self.library.ensure_genesis(cx.turn, &id)?;
        let document = self.library.document(cx.turn, &id)?;
        let mut edits = Vec::new();
        for (column, value) in wanted {
            if let Ok(path) = FieldPath::keyed(Table::Directory, &unit, column)
                && document.value(&path) != value
            {
                edits.push((path, value));
            }
        }
        let author = self.engine_author(cx.now, "enrol");
        self.library.write(cx.turn, &id, &edits, &author)?;
        Ok(())
    }

    pub(super) fn join(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        code: &str,
    ) -> Result<(), ReplicaError> {
        let code: InviteCode = match code.parse() {
            Ok(code) => code,
            Err(source) => {
                answer(cx, request, Reply::Refused(RequestRefusal::BadCode(source)));
                return Ok(());
            }
        };
        let Some(&pin) = code.pins.first() else {
            let source = crate::identity::InviteError::BadChecksum;
            answer(cx, request, Reply::Refused(RequestRefusal::BadCode(source)));
            return Ok(());
        };
        let enrolled_elsewhere = self.hub.as_ref().is_some_and(|hub| {
            hub.pin != pin && hub.invite.is_none() && hub.state != Enrolment::Revoked
        });
        let refusal = if pin == self.node {
            Some(RequestRefusal::OwnCode)
        } else if enrolled_elsewhere {
            Some(RequestRefusal::AlreadyJoined)
        } else if !is_valid_at(code.expires, cx.now) {
            Some(RequestRefusal::Expired)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            answer(cx, request, Reply::Refused(refusal));
            return Ok(());
        }
        let record = HubRecord {
            pin,
            addresses: code.addresses.clone(),
            unit_name: code.unit.trim().to_owned(),
            invite: Some((code.invite, InviteCode::secret_hash(&code.secret))),
            state: Enrolment::Pending,
            refusal: None,
        };
        record.save(cx.turn);
        let old_unit = self.unit;
        self.unit = unit_id_of(&record.unit_name);
        self.unit_name.clone_from(&record.unit_name);
        self.library.set_own_unit(self.unit, self.unit_name.clone());
        self.hub = Some(record);
        if old_unit != self.unit && self.facts.role == NodeRole::Node {
            self.rehome(cx, old_unit)?;
        }
        // A hub that joins an upper hub has logged nothing for it yet.
        for (key, _) in scan(cx.turn, Tree::Peer, &[AUDIENCE])? {
            if let Some(id) = DocumentId::from_bytes(&key[1..]) {
                self.log_one(cx.turn, &id, Source::OWN)?;
            }
        }
        let standing: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.is_dialler)
            .map(|(&id, _)| id)
            .collect();
        for id in standing {
            self.close(cx, id, CloseReason::Replaced);
        }
        // The new hub is dialled in this turn.
        self.dial = Dial::Resting;
        answer(
            cx,
            request,
            Reply::Joined {
                unit: self.unit,
                unit_name: self.unit_name.clone(),
                state: Enrolment::Pending,
            },
        );
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// The invite's unit name won: projects made under the old one belong to the new one.
    fn rehome(&mut self, cx: &mut Context<'_, '_>, old: UnitId) -> Result<(), ReplicaError> {
        let path = FieldPath::once(crate::field::Field::HomeNode);
        let old = Value::Text(old.to_string());
        let new = Value::Text(self.unit.to_string());
        let author = self.engine_author(cx.now, "rehome");
        let projects = self
            .library
            .ids(cx.turn, crate::document::genesis::DocumentKind::Project)?;
        for id in projects {
            if self.library.document(cx.turn, &id)?.value(&path) == old {
                let edits = [(path.clone(), new.clone())];
                self.library.write(cx.turn, &id, &edits, &author)?;
            }
        }
        Ok(())
    }

    /// Hub: what a proven hello means for enrolment.
    pub(super) fn enrolment_of(
        &mut self,
        cx: &mut Context<'_, '_>,
        node: NodeId,
        invite: Option<&InviteProof>,
        nonce: &[u8; 32],
    ) -> Result<Result<Enrolment, CloseReason>, ReplicaError> {
        let known = self.nodes.get(&node).map(|record| record.state);
        if let Some(proof) = invite
            && let Err(reason) = self.redeem(cx, node, proof, nonce)?
        {
            // A node that was let in before may still carry its old invite.
            if known.is_none_or(|state| state == Enrolment::Revoked) {
                return Ok(Err(reason));
            }
        }
        let state = self.nodes.get(&node).map(|record| record.state);
        Ok(standing(state))
    }

    /// The same without doing it: where the enrolment of who shows this would stand.
    pub(super) fn would_enrol(
        &self,
        reader: &dyn Reader,
        now: Timestamp,
        node: NodeId,
        invite: Option<&InviteProof>,
        nonce: &[u8; 32],
    ) -> Result<Result<Enrolment, CloseReason>, ReplicaError> {
        let known = self.nodes.get(&node).map(|record| record.state);
        let (Some(proof), None | Some(Enrolment::Revoked)) = (invite, known) else {
            return Ok(standing(known));
        };
        let judged = self.judge_invite(reader, now, node, proof, nonce)?;
        Ok(match judged {
            Err(reason) => Err(reason),
            Ok(invite) if invite.used_by.is_some() => standing(known),
            Ok(invite) => Ok(invite.first_state()),
        })
    }

    /// The invite a proof is for, when it is good for this node.
    fn judge_invite(
        &self,
        reader: &dyn Reader,
        now: Timestamp,
        node: NodeId,
        proof: &InviteProof,
        nonce: &[u8; 32],
    ) -> Result<Result<InviteRecord, CloseReason>, ReplicaError> {
        let Some(invite) = InviteRecord::load(reader, proof.invite)? else {
            return Ok(Err(CloseReason::InviteInvalid));
        };
        if InviteCode::proof(&invite.secret_hash, nonce, node) != proof.proof {
            return Ok(Err(CloseReason::Unproven));
        }
        let is_over = invite.used_by.is_some() || !is_valid_at(invite.expires, now);
        if is_over && invite.used_by != Some(node) {
            return Ok(Err(CloseReason::InviteInvalid));
        }
        Ok(Ok(invite))
    }

    fn redeem(
        &mut self,
        cx: &mut Context<'_, '_>,
        node: NodeId,
        proof: &InviteProof,
        nonce: &[u8; 32],
    ) -> Result<Result<(), CloseReason>, ReplicaError> {
        let judged = self.judge_invite(cx.turn, cx.now, node, proof, nonce)?;
        let mut invite = match judged {
            Ok(invite) if invite.used_by == Some(node) => return Ok(Ok(())),
            Ok(invite) => invite,
            Err(reason) => return Ok(Err(reason)),
        };
        invite.used_by = Some(node);
        invite.save(cx.turn, proof.invite);
        let record = NodeRecord {
            unit: unit_id_of(&invite.unit_name),
            unit_name: invite.unit_name.clone(),
            kind: invite.kind,
            state: invite.first_state(),
            last_contact: Some(cx.now),
        };
        let unit = record.unit;
        record.save(cx.turn, node);
        self.nodes.insert(node, record);
        self.list_in_directory(cx, &invite.unit_name, invite.kind, Some(node))?;
        self.grant_named(cx.turn, unit, &invite.unit_name)?;
        cx.out.push(Effect::Status);
        Ok(Ok(()))
    }

    pub(super) fn set_enrolment(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        node: NodeId,
        state: Enrolment,
    ) -> Result<(), ReplicaError> {
        let Some(record) = self.nodes.get(&node) else {
            let refusal = if self.facts.role == NodeRole::Hub {
                RequestRefusal::UnknownNode
            } else {
                RequestRefusal::NotHub
            };
            answer(cx, request, Reply::Refused(refusal));
            return Ok(());
        };
        if record.state == Enrolment::Revoked && state != Enrolment::Revoked {
            answer(cx, request, Reply::Refused(RequestRefusal::Revoked));
            return Ok(());
        }
        self.enrol_as(cx, node, state);
        if state == Enrolment::Active {
            self.watch.clear(cx.turn, node);
        }
        let session = self.by_node.get(&node).copied();
        match (state, session) {
            (Enrolment::Suspended, Some(session)) => {
                self.close(cx, session, CloseReason::Suspended);
            }
            (Enrolment::Revoked, Some(session)) => self.close(cx, session, CloseReason::Revoked),
            (Enrolment::Active, Some(session)) => self.let_in(cx, session)?,
            _ => {}
        }
        answer(cx, request, Reply::Node { node, state });
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// Says where a node's enrolment stands from now on.
    pub(super) fn enrol_as(&mut self, cx: &mut Context<'_, '_>, node: NodeId, state: Enrolment) {
        if let Some(record) = self.nodes.get_mut(&node) {
            record.state = state;
            record.save(cx.turn, node);
        }
    }

    /// A node that waited on an open session is let in.
    fn let_in(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: super::SessionId,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        if !matches!(session.state, State::Pending { .. }) {
            return Ok(());
        }
        if let State::Pending { hello } = std::mem::replace(&mut session.state, State::AwaitHello) {
            self.accept(cx, id, *hello)?;
        }
        Ok(())
    }

    /// Node: the hub let us in.
    pub(super) fn note_accepted(&mut self, cx: &mut Context<'_, '_>) {
        if let Some(hub) = &mut self.hub {
            hub.refusal = None;
            if hub.state != Enrolment::Active || hub.invite.is_some() {
                hub.state = Enrolment::Active;
                hub.invite = None;
                hub.save(cx.turn);
                cx.out.push(Effect::Status);
            }
        }
    }

    /// Node: the hub does not let us in.
    pub(super) fn note_refused(&mut self, cx: &mut Context<'_, '_>, reason: CloseReason) {
        if let Some(hub) = &mut self.hub {
            hub.refusal = Some(reason);
            let state = match reason {
                CloseReason::Suspended => Enrolment::Suspended,
                CloseReason::Revoked => Enrolment::Revoked,
                _ => hub.state,
            };
            if hub.state != state {
                hub.state = state;
                hub.save(cx.turn);
            }
        }
        cx.out.push(Effect::Status);
    }

    /// Remembers when a node was heard, at the end of its session: once, not with every frame.
    pub(super) fn note_contact(&mut self, turn: &mut Turn<'_>, node: NodeId, at: Timestamp) {
        if let Some(record) = self.nodes.get_mut(&node) {
            record.last_contact = Some(at);
            record.save(turn, node);
        }
    }
}
