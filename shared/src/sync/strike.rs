//! What a hub remembers of nodes whose changes the gate refused (reliability.md 2.6): strikes, alarms, and how much each brings.
//!
//! A batch that holds what no honest program makes is one strike, however many such changes it holds; the third within a day suspends
//! the node, in the turn that judged it, until an officer approves it again. What is refused for who brought it (a foreign actor,
//! a document out of its reach) raises an alarm and is no strike: the nodes of a hub that was restored from a backup give it back
//! what it had written itself, and where no seal stands for it (`seal`) that looks the same. What came too early, or after a
//! project had moved, is neither.
//!
//! Two bounds keep one node from filling the hub: bytes within a minute, beyond which its line is closed, and bytes in quarantine,
//! beyond which it is suspended and the batch counts as not arrived, so that nothing of it is lost. All other nodes go on.
//! Strikes and alarms are durable; what was brought within a minute is not.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{AlarmKind, PeerAlarm};
use crate::gate::Reason;
use crate::ids::NodeId;
use crate::store::{Reader, Tree, Turn};
use crate::time::Timestamp;
use crate::wire::codec::{self, WireError, Writer};
use crate::wire::v1::Hash;

use super::effect::{CloseReason, Effect, Enrolment};
use super::error::ReplicaError;
use super::quarantine::Quarantined;
use super::{Context, Replica, scan};

/// Strikes within [`STRIKE_COUNTS_MS`] that suspend a node (design.md 5).
pub(super) const STRIKES_MAX: usize = 3;
/// How long a strike counts: a day.
const STRIKE_COUNTS_MS: i64 = 24 * 3_600_000;
/// Bytes a node may bring within a minute, attachments apart, which the hub asks for itself. A county's first exchange of 20,000
/// records has as many; an office writes some kilobytes a day.
pub(super) const MINUTE_BYTES_MAX: u64 = 60 * 1024 * 1024;
/// Bytes of refused changes kept for one node.
const QUARANTINE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// At the hub: strikes and alarm of a node.
const WATCHED: u8 = b'g';

/// Strikes and alarm of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Record {
    /// Oldest first, no more than suspend.
    strikes: Vec<(Timestamp, Reason)>,
    alarm: Option<(AlarmKind, Reason, Timestamp)>,
}

/// What a node brought lately: emptied at the rate of the bound.
#[derive(Debug, Clone, Copy)]
struct Intake {
    bytes: u64,
    at: Timestamp,
}

/// What is remembered of all nodes.
#[derive(Debug, Default)]
pub(super) struct Watch {
    records: BTreeMap<NodeId, Record>,
    intakes: BTreeMap<NodeId, Intake>,
    /// Bytes in quarantine, by who brought them.
    kept: BTreeMap<NodeId, u64>,
    /// The first change of the running batch that is a strike.
    struck: Option<Reason>,
    /// The first change of the running batch that its sender had no business to bring.
    forged: Option<Reason>,
    /// Changes of the running batch that stand under this hub's own seal.
    vouched: BTreeSet<Hash>,
    /// Something of the running batch found no room in quarantine.
    is_unkept: bool,
}

/// True for what no honest program makes.
const fn is_strike(reason: Reason) -> bool {
    match reason {
        Reason::TooLarge
        | Reason::NotAChange
        | Reason::TooManyOperations
        | Reason::Malformed
        | Reason::BadSequence
        | Reason::BadOperation
        | Reason::Breaks => true,
        Reason::ForeignActor
        | Reason::OutOfScope
        | Reason::MissingDependency
        | Reason::AfterRevocation => false,
    }
}

const fn kind_to_u8(kind: AlarmKind) -> u8 {
    match kind {
        AlarmKind::Suspended => 1,
        AlarmKind::Flooded => 2,
        AlarmKind::Forged => 3,
        AlarmKind::Struck => 4,
    }
}

fn kind_from_u8(number: u8) -> Result<AlarmKind, WireError> {
    let kinds = [
        AlarmKind::Suspended,
        AlarmKind::Flooded,
        AlarmKind::Forged,
        AlarmKind::Struck,
    ];
    let found = kinds.into_iter().find(|kind| kind_to_u8(*kind) == number);
    found.ok_or(WireError::UnknownKind {
        what: "alarm",
        found: number.into(),
    })
}

fn read_reason(input: &mut codec::Reader<'_>) -> Result<Reason, WireError> {
    let found = input.u8()?;
    Reason::from_u8(found).ok_or(WireError::UnknownKind {
        what: "reason",
        found: found.into(),
    })
}

fn key(node: NodeId) -> Vec<u8> {
    let mut key = vec![WATCHED];
    key.extend(node.to_bytes());
    key
}

impl Record {
    fn save(&self, turn: &mut Turn<'_>, node: NodeId) {
        let mut out = Writer::new();
        out.list(&self.strikes, |out, (at, reason)| {
            out.signed(at.0);
            out.u8(*reason as u8);
        });
        out.u8(self.alarm.is_some().into());
        if let Some((kind, reason, at)) = self.alarm {
            out.u8(kind_to_u8(kind));
            out.u8(reason as u8);
            out.signed(at.0);
        }
        turn.put(Tree::Peer, key(node), out.into_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut input = codec::Reader::new(bytes);
        Ok(Self {
            strikes: input.list(STRIKES_MAX, |input| {
                Ok((Timestamp(input.signed()?), read_reason(input)?))
            })?,
            alarm: match input.u8()? {
                0 => None,
                _ => Some((
                    kind_from_u8(input.u8()?)?,
                    read_reason(&mut input)?,
                    Timestamp(input.signed()?),
                )),
            },
        })
    }

    /// One more strike; true when it is one too many.
    fn strike(&mut self, now: Timestamp, reason: Reason) -> bool {
        // A clock that was put back makes no strike older than it is, and none that counts for years.
        for (at, _) in &mut self.strikes {
            *at = (*at).min(now);
        }
        self.strikes
            .retain(|(at, _)| now.0.saturating_sub(at.0) < STRIKE_COUNTS_MS);
        if self.strikes.len() >= STRIKES_MAX {
            self.strikes.remove(0);
        }
        self.strikes.push((now, reason));
        self.strikes.len() >= STRIKES_MAX
    }

    fn shown(&self) -> Option<PeerAlarm> {
        let struck = self.strikes.last();
        let struck = struck.map(|(at, reason)| (AlarmKind::Struck, *reason, *at));
        let (kind, reason, at) = self.alarm.or(struck)?;
        Some(PeerAlarm {
            kind,
            reason: reason.id().to_owned(),
            at,
            strikes: u8::try_from(self.strikes.len()).unwrap_or(u8::MAX),
        })
    }
}

impl Watch {
    /// Reads what is remembered.
    pub(super) fn load(
        reader: &dyn Reader,
        quarantined: &[Quarantined],
    ) -> Result<Self, ReplicaError> {
        let damaged = |_| ReplicaError::DamagedRecord { what: "strikes" };
        let mut watch = Self::default();
        for (key, value) in scan(reader, Tree::Peer, &[WATCHED])? {
            let node = key.get(1..).and_then(|bytes| bytes.try_into().ok());
            if let Some(node) = node {
                let record = Record::decode(&value).map_err(damaged)?;
                watch.records.insert(NodeId::from_bytes(node), record);
            }
        }
        for change in quarantined {
            watch.keep(change.from, change.raw.len());
        }
        Ok(watch)
    }

    /// What an officer should know of a node.
    pub(super) fn alarm(&self, node: NodeId) -> Option<PeerAlarm> {
        self.records.get(&node).and_then(Record::shown)
    }

    /// Counts bytes a node brings; false when they are too many within a minute. What is too much is not counted: it comes again.
    pub(super) fn takes(
        &mut self,
        now: Timestamp,
        node: NodeId,
        bytes: usize,
        minute_bytes: u64,
    ) -> bool {
        let intake = self.intakes.entry(node);
        let intake = intake.or_insert(Intake { bytes: 0, at: now });
        let passed = u64::try_from(now.0.saturating_sub(intake.at.0)).unwrap_or(0);
        let drained = passed.saturating_mul(minute_bytes) / 60_000;
        intake.at = now;
        let left = intake.bytes.saturating_sub(drained);
        let with = left.saturating_add(bytes as u64);
        let is_room = with <= minute_bytes;
        intake.bytes = if is_room { with } else { left };
        is_room
    }

    /// Counts bytes in quarantine.
    fn keep(&mut self, node: NodeId, bytes: usize) {
        let kept = self.kept.entry(node).or_default();
        *kept = kept.saturating_add(bytes as u64);
    }

    /// Some bytes are in quarantine no more.
    pub(super) fn let_go(&mut self, node: NodeId, bytes: usize) {
        if let Some(kept) = self.kept.get_mut(&node) {
            *kept = kept.saturating_sub(bytes as u64);
        }
    }

    /// Changes of the running batch are known to be genuine: who brings them is not to blame, whatever becomes of them.
    pub(super) fn vouch(&mut self, hashes: impl Iterator<Item = Hash>) {
        self.vouched.extend(hashes);
    }

    /// Notes why one change of the running batch was refused.
    pub(super) fn note_reason(&mut self, reason: Reason, hash: &Hash) {
        if is_strike(reason) {
            self.struck.get_or_insert(reason);
        }
        let is_foreign = matches!(reason, Reason::ForeignActor | Reason::OutOfScope);
        if is_foreign && !self.vouched.contains(hash) {
            self.forged.get_or_insert(reason);
        }
    }

    /// True when something that a node brought lies in quarantine.
    pub(super) fn keeps_of(&self, node: NodeId) -> bool {
        self.kept.get(&node).is_some_and(|bytes| *bytes > 0)
    }

    /// Counts one refused change of the running batch; false when there is no room for it.
    pub(super) fn note_refused(&mut self, node: NodeId, bytes: usize) -> bool {
        let kept = self.kept.get(&node).copied().unwrap_or(0);
        if kept.saturating_add(bytes as u64) > QUARANTINE_BYTES_MAX {
            self.note_unkept();
            return false;
        }
        self.keep(node, bytes);
        true
    }

    /// Something of the running batch is kept nowhere.
    pub(super) fn note_unkept(&mut self) {
        self.is_unkept = true;
    }

    /// True, once, when the batch must count as not arrived.
    pub(super) fn take_unkept(&mut self) -> bool {
        std::mem::take(&mut self.is_unkept)
    }

    /// An officer looked at it: what was before counts no more.
    pub(super) fn clear(&mut self, turn: &mut Turn<'_>, node: NodeId) {
        if self.records.remove(&node).is_some() {
            turn.remove(Tree::Peer, key(node));
        }
    }

    /// What a node had no business to bring was taken in or dropped: nothing is left to be alarmed about.
    pub(super) fn settle(&mut self, turn: &mut Turn<'_>) {
        for (node, record) in &mut self.records {
            let is_forged = matches!(record.alarm, Some((AlarmKind::Forged, ..)));
            if is_forged && self.kept.get(node).is_none_or(|kept| *kept == 0) {
                record.alarm = None;
                record.save(turn, *node);
            }
        }
    }
}

impl Replica {
    /// Hub: draws the consequences of a batch, once all of it was judged.
    pub(super) fn judge_sender(&mut self, cx: &mut Context<'_, '_>, node: NodeId) {
        let (struck, forged) = (self.watch.struck.take(), self.watch.forged.take());
        self.watch.vouched.clear();
        if !self.nodes.contains_key(&node) {
            return;
        }
        if self.watch.is_unkept {
            let reason = struck.or(forged).unwrap_or(Reason::TooLarge);
            self.raise(cx, node, AlarmKind::Flooded, reason);
            return;
        }
        if let Some(reason) = forged {
            self.raise(cx, node, AlarmKind::Forged, reason);
        }
        if let Some(reason) = struck {
            self.strike(cx, node, reason);
        }
    }

    /// Hub: one strike for a node.
    pub(super) fn strike(&mut self, cx: &mut Context<'_, '_>, node: NodeId, reason: Reason) {
        if !self.nodes.contains_key(&node) {
            return;
        }
        let record = self.watch.records.entry(node).or_default();
        let is_last = record.strike(cx.now, reason);
        record.save(cx.turn, node);
        if is_last {
            self.raise(cx, node, AlarmKind::Suspended, reason);
        } else {
            self.tell_alarm(cx, node);
        }
    }

    /// Remembers an alarm, and suspends the node when it is one for which nodes are suspended.
    fn raise(&mut self, cx: &mut Context<'_, '_>, node: NodeId, kind: AlarmKind, reason: Reason) {
        let record = self.watch.records.entry(node).or_default();
        record.alarm = Some((kind, reason, cx.now));
        record.save(cx.turn, node);
        if matches!(kind, AlarmKind::Suspended | AlarmKind::Flooded) {
            self.enrol_as(cx, node, Enrolment::Suspended);
            if let Some(session) = self.by_node.get(&node).copied() {
                self.close(cx, session, CloseReason::Suspended);
            }
        }
        self.tell_alarm(cx, node);
    }

    fn tell_alarm(&self, cx: &mut Context<'_, '_>, node: NodeId) {
        if let Some(alarm) = self.watch.alarm(node) {
            cx.out.push(Effect::Alarm { node, alarm });
        }
        cx.out.push(Effect::Status);
    }
}

#[cfg(test)]
mod tests;
