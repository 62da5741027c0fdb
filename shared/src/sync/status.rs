//! The truth about the line, and what persons ask of it. Reasons are ids here; who shows them words them (`text::line`).
//!
//! 已同步 is said only when the hub has acknowledged every local entry and something was exchanged within a day. What is not
//! known is not claimed: before the first contact of a process the last receipt counts, not a memory of an acknowledgement.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Change, ChangeHash};

use crate::api::{NodeRole, PeerStatus, SyncState, SyncStatus};
use crate::ids::DocumentId;
use crate::store::{Reader, Tree};
use crate::text::line::LineReason;
use crate::time::Timestamp;
use crate::wire::v1::{Frame, Scope};

use super::effect::{CloseReason, Effect, Enrolment, Reply, RequestRefusal};
use super::error::ReplicaError;
use super::input::{Line, LineTrouble, RequestId, SessionId};
use super::log::EntryKind;
use super::session::{Session, State};
use super::{Context, Dial, LINE, Replica, WAITING_MAX, Waiting, answer};

/// An exchange older than this proves nothing about today (ux.md 5.0).
const FRESH_MS: i64 = 24 * 3_600_000;
/// Entries of the log that are looked through for what the hub lacks: a unit's months of edits, and quickly read.
const UNSEEN_MAX: usize = 2_000;
/// A clock further off than this is said aloud (S7).
const SKEW_MAX_MS: i64 = 5 * 60_000;

/// How a node stands with its hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No hub is configured.
    NotJoined,
    /// On the way: nothing is known yet.
    Asking,
    /// The hub waits for its officer.
    Pending,
    /// The hub has let the node in, and the line stands.
    Open,
    /// The hub refused.
    Refused(LineReason),
    /// No line, for now.
    Away(LineReason),
}

/// The hub does not take what this node brings.
fn refused(reason: LineReason) -> (SyncState, Option<LineTrouble>) {
    let state = SyncState::Refused {
        reason: String::new(),
    };
    (state, Some(reason.into()))
}

/// A person cut the line.
fn switched_off() -> (SyncState, Option<LineTrouble>) {
    let state = SyncState::Offline {
        reason: String::new(),
        switched_off: true,
    };
    (state, Some(LineReason::LineOff.into()))
}

impl Replica {
    /// The truth about the line. Conflicts (S5) are laid over it by whoever knows the rows.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> SyncStatus {
        let head = self.logs.head(Scope::Hub).0;
        let is_enrolled = self.hub.is_some();
        let pending = if is_enrolled {
            head.saturating_sub(self.hub_acked)
        } else {
            0
        };
        let dialled = self.sessions.values().find(|session| session.is_dialler);
        let hub = match dialled {
            Some(session) => Some(&session.address),
            None => self.hub.as_ref().and_then(|hub| hub.addresses.first()),
        };
        let (state, trouble) = self.sync_state(now, pending);
        let (cause, detail) = match trouble {
            Some(trouble) => (Some(trouble.reason), trouble.detail),
            None => (None, String::new()),
        };
        SyncStatus {
            state,
            pending,
            last_exchange: self.last_exchange,
            retry_at: match (&self.dial, self.line) {
                (Dial::Waiting { retry_at, .. }, Line::On) => Some(*retry_at),
                _ => None,
            },
            hub: hub.cloned().unwrap_or_default(),
            peers: self.peers(),
            quarantined: self.quarantined,
            cause,
            detail,
        }
    }

    /// Changes the hub has not acknowledged, by document: those of the next entries of its log; none where no hub is.
    ///
    /// # Errors
    /// When the store fails or the log is damaged.
    pub fn unacknowledged(
        &self,
        reader: &dyn Reader,
    ) -> Result<BTreeMap<DocumentId, BTreeSet<ChangeHash>>, ReplicaError> {
        let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        if self.hub.is_none() {
            return Ok(found);
        }
        let entries = self
            .logs
            .entries(reader, Scope::Hub, self.hub_acked, UNSEEN_MAX)?;
        for entry in entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Change)
        {
            let raw = self.library.change(reader, &entry.document, entry.number)?;
            let change = raw.and_then(|raw| Change::from_bytes(raw).ok());
            if let Some(change) = change {
                let of = found.entry(entry.document.clone()).or_default();
                of.insert(change.hash());
            }
        }
        Ok(found)
    }

    /// How this node stands with its hub.
    #[must_use]
    pub fn hub_standing(&self, now: Timestamp) -> Standing {
        let Some(hub) = &self.hub else {
            return Standing::NotJoined;
        };
        if self.line == Line::Off {
            return Standing::Away(LineReason::LineOff);
        }
        if let Some(reason) = hub.refusal {
            return Standing::Refused(reason.into());
        }
        match (self.dialled(), &self.dial) {
            (Some(session), _) if session.open().is_some() => Standing::Open,
            (Some(session), _) if session.is_told_to_wait(now) => Standing::Pending,
            (None, Dial::Waiting { trouble, .. }) => Standing::Away(trouble.reason),
            _ => Standing::Asking,
        }
    }

    /// Entries sent and received since the process started.
    #[must_use]
    pub fn exchanged(&self) -> (u64, u64) {
        (self.sent, self.received)
    }

    /// The session with the hub, as far as it is.
    fn dialled(&self) -> Option<&Session> {
        self.sessions.values().find(|session| session.is_dialler)
    }

    /// Remembers where an exchange began: with a session, or with the first entry after everything was acknowledged.
    pub(super) fn follow_exchange(&mut self) {
        let streaming = self
            .sessions
            .iter()
            .find(|(_, session)| session.is_dialler)
            .filter(|(_, session)| session.open().is_some_and(|open| open.is_streaming))
            .map(|(&id, _)| id);
        let is_done = self.hub_acked >= self.logs.head(Scope::Hub).0;
        self.exchange = match (streaming, self.exchange) {
            (Some(id), Some((known, from))) if known == id && !is_done => Some((id, from)),
            (Some(id), _) => Some((id, self.hub_acked)),
            (None, _) => None,
        };
    }

    /// Entries this node has logged for its peers, over all scopes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.logs.total()
    }

    fn sync_state(&self, now: Timestamp, pending: u64) -> (SyncState, Option<LineTrouble>) {
        let Some(hub) = &self.hub else {
            return self.hub_state();
        };
        if self.line == Line::Off {
            return switched_off();
        }
        if let Some(reason) = hub.refusal {
            return refused(reason.into());
        }
        let session = self.dialled();
        let Some(open) = session.and_then(Session::open) else {
            let is_waiting = session
                .is_some_and(|session| matches!(session.state, State::AwaitAccept { .. }))
                && hub.state == Enrolment::Pending;
            let trouble = match &self.dial {
                Dial::Waiting { trouble, .. } => Some(trouble.clone()),
                _ if is_waiting => Some(LineReason::AwaitsApproval.into()),
                _ => None,
            };
            let state = SyncState::Offline {
                reason: String::new(),
                switched_off: false,
            };
            return (state, trouble);
        };
        if self.skew_ms.abs() > SKEW_MAX_MS {
            let minutes = self.skew_ms / 60_000;
            return (SyncState::ClockSkew { minutes }, None);
        }
        let is_moving = !open.is_streaming
            || open.incoming.is_some()
            || open.trying.is_some()
            || !open.flights.is_empty();
        let is_fresh = self.last_exchange.is_some_and(|at| now.0 - at.0 < FRESH_MS);
        let state = if is_moving && pending > 0 {
            let from = self.exchange.map_or(self.hub_acked, |(_, from)| from);
            SyncState::Running {
                done: self.hub_acked.saturating_sub(from),
                total: self.logs.head(Scope::Hub).0.saturating_sub(from),
            }
        } else if pending > 0 || !is_fresh {
            SyncState::Waiting
        } else {
            SyncState::Synced
        };
        match state {
            SyncState::Synced | SyncState::Waiting if self.refused > 0 => {
                refused(LineReason::ChangesRefused)
            }
            state => (state, None),
        }
    }

    /// A hub without an upper hub is where the merged truth is: it has nobody to be behind.
    fn hub_state(&self) -> (SyncState, Option<LineTrouble>) {
        let has_nodes = self
            .nodes
            .values()
            .any(|record| record.state == Enrolment::Active);
        if self.facts.role != NodeRole::Hub || !has_nodes {
            return (SyncState::NotJoined, None);
        }
        if self.line == Line::Off {
            return switched_off();
        }
        let waiting = self.sessions.keys().any(|id| {
            let heads = self.heads_for(*id);
            let open = self.sessions.get(id).and_then(|session| session.open());
            open.is_some_and(|open| !open.is_all_acked(&heads))
        });
        let state = if waiting {
            SyncState::Waiting
        } else {
            SyncState::Synced
        };
        (state, None)
    }

    /// At a hub: every enrolled node.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerStatus> {
        let peers = self.nodes.iter().map(|(&id, record)| {
            let is_open = self
                .by_node
                .get(&id)
                .and_then(|session| self.sessions.get(session))
                .is_some_and(|session| session.open().is_some());
            PeerStatus {
                id,
                unit: record.unit,
                unit_name: record.unit_name.clone(),
                state: record.state.id().to_owned(),
                online: is_open,
                position: self
                    .held
                    .get(&id)
                    .map_or(0, |held| held.newest(Scope::Hub).0),
                last_contact: self.peer_contact.get(&id).copied().or(record.last_contact),
                copied: self.copied.get(&id).copied(),
                alarm: self.watch.alarm(id),
                note: String::new(),
            }
        });
        peers.collect()
    }

    pub(super) fn set_line(
        &mut self,
        cx: &mut Context<'_, '_>,
        request: RequestId,
        line: Line,
    ) -> Result<(), ReplicaError> {
        if self.line != line {
            self.line = line;
            cx.turn.put(Tree::Meta, LINE, [u8::from(line == Line::On)]);
            match line {
                Line::Off => {
                    let ids: Vec<SessionId> = self.sessions.keys().copied().collect();
                    for id in ids {
                        self.close(cx, id, CloseReason::LineOff);
                    }
                    if let Dial::Dialling(session) = self.dial {
                        cx.out.push(Effect::Close {
                            session,
                            reason: CloseReason::LineOff,
                        });
                    }
                    self.dial = Dial::Resting;
                }
                Line::On => {
                    self.backoff.reset();
                    self.dial = Dial::Resting;
                }
            }
            cx.out.push(Effect::Status);
        }
        answer(cx, request, Reply::Line(line));
        Ok(())
    }

    pub(super) fn sync_now(&mut self, cx: &mut Context<'_, '_>, request: RequestId) {
        if self.waiting.len() >= WAITING_MAX {
            answer(cx, request, Reply::Refused(RequestRefusal::NotReady));
            return;
        }
        self.waiting.push(Waiting {
            request,
            sent: self.sent,
            received: self.received,
        });
        if let Dial::Waiting { retry_at, .. } = &mut self.dial {
            *retry_at = cx.now;
        }
        let open = self
            .sessions
            .iter_mut()
            .find(|(_, session)| session.is_dialler)
            .and_then(|(&id, session)| Some((id, session.open_mut()?)));
        if let Some((id, open)) = open {
            open.is_peer_idle = false;
            open.is_asking = true;
            let now = cx.now;
            self.send(cx, id, &Frame::Ping { now });
        }
    }

    /// Tells those who wait for an exchange when it is complete, or that it cannot be.
    pub(super) fn answer_waiting(&mut self, cx: &mut Context<'_, '_>) {
        if self.waiting.is_empty() {
            return;
        }
        let left = self.logs.head(Scope::Hub).0.saturating_sub(self.hub_acked);
        let session = self.sessions.iter().find(|(_, session)| session.is_dialler);
        let problem = match (&self.hub, self.line, &self.dial) {
            (None, ..) => match self.facts.role {
                // A hub at the top has nothing to fetch from anybody.
                NodeRole::Hub => Some(None),
                NodeRole::Node => Some(Some(LineReason::NotJoined)),
            },
            (_, Line::Off, _) => Some(Some(LineReason::LineOff)),
            (Some(hub), _, Dial::Waiting { trouble, retry_at }) if *retry_at > cx.now => {
                Some(Some(hub.refusal.map_or(trouble.reason, LineReason::from)))
            }
            _ => None,
        };
        let done = match (problem, session) {
            (Some(problem), _) => Some(problem),
            (None, Some((&id, session))) => match session.open() {
                Some(open) => {
                    let heads = self.heads_for(id);
                    let is_done = open.is_all_acked(&heads);
                    let is_caught_up = open.is_peer_idle;
                    if is_done && !is_caught_up && !open.is_asking {
                        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
                            open.is_asking = true;
                        }
                        let now = cx.now;
                        self.send(cx, id, &Frame::Ping { now });
                    }
                    let refused = (self.refused > 0).then_some(LineReason::ChangesRefused);
                    (is_done && is_caught_up).then_some(refused)
                }
                None if session.is_told_to_wait(cx.now) => Some(Some(LineReason::AwaitsApproval)),
                None => None,
            },
            (None, None) => None,
        };
        let Some(problem) = done else {
            return;
        };
        let left = if self.hub.is_some() { left } else { 0 };
        for waiting in std::mem::take(&mut self.waiting) {
            let reply = Reply::Synced {
                sent: self.sent - waiting.sent,
                received: self.received - waiting.received,
                left,
                problem,
            };
            answer(cx, waiting.request, reply);
        }
    }
}
