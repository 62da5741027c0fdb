//! The truth about the line, and what persons ask of it.
//!
//! 已同步 is said only when the hub has acknowledged every local entry and something was exchanged within a day. What is not
//! known is not claimed: before the first contact of a process the last receipt counts, not a memory of an acknowledgement.

use crate::api::{NodeRole, PeerStatus, SyncState, SyncStatus};
use crate::store::Tree;
use crate::time::Timestamp;
use crate::wire::v1::{Frame, Scope};

use super::effect::{CloseReason, Effect, Enrolment, Reply, RequestRefusal};
use super::error::ReplicaError;
use super::input::{Line, RequestId, SessionId};
use super::session::State;
use super::{Context, Dial, LINE, Replica, WAITING_MAX, Waiting, answer};

/// An exchange older than this proves nothing about today (ux.md 5.0).
const FRESH_MS: i64 = 24 * 3_600_000;
/// A clock further off than this is said aloud (S7).
const SKEW_MAX_MS: i64 = 5 * 60_000;

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
        SyncStatus {
            state: self.sync_state(now, pending),
            pending,
            last_exchange: self.last_exchange,
            retry_at: match (&self.dial, self.line) {
                (Dial::Waiting { retry_at, .. }, Line::On) => Some(*retry_at),
                _ => None,
            },
            hub: hub.cloned().unwrap_or_default(),
            peers: self.peers(),
            quarantined: self.quarantined,
        }
    }

    /// Entries this node has logged for its peers, over all scopes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.logs.total()
    }

    fn sync_state(&self, now: Timestamp, pending: u64) -> SyncState {
        let Some(hub) = &self.hub else {
            return self.hub_state();
        };
        if self.line == Line::Off {
            return SyncState::Offline {
                reason: CloseReason::LineOff.to_string(),
                switched_off: true,
            };
        }
        if let Some(reason) = hub.refusal {
            return SyncState::Refused {
                reason: reason.to_string(),
            };
        }
        let session = self.sessions.values().find(|session| session.is_dialler);
        let Some(open) = session.and_then(|session| session.open()) else {
            let is_waiting = session
                .is_some_and(|session| matches!(session.state, State::AwaitAccept { .. }))
                && hub.state == Enrolment::Pending;
            let reason = match &self.dial {
                Dial::Waiting { reason, .. } => reason.clone(),
                _ if is_waiting => "waits for the hub's approval".to_owned(),
                _ => String::new(),
            };
            return SyncState::Offline {
                reason,
                switched_off: false,
            };
        };
        if self.skew_ms.abs() > SKEW_MAX_MS {
            return SyncState::ClockSkew {
                minutes: self.skew_ms / 60_000,
            };
        }
        let is_moving = !open.is_streaming
            || open.incoming.is_some()
            || open.trying.is_some()
            || !open.flights.is_empty();
        if is_moving && pending > 0 {
            let total = self.logs.head(Scope::Hub).0;
            return SyncState::Running {
                done: total - pending.min(total),
                total,
            };
        }
        if pending > 0 {
            return SyncState::Waiting;
        }
        let is_fresh = self.last_exchange.is_some_and(|at| now.0 - at.0 < FRESH_MS);
        if is_fresh {
            SyncState::Synced
        } else {
            SyncState::Waiting
        }
    }

    /// A hub without an upper hub is where the merged truth is: it has nobody to be behind.
    fn hub_state(&self) -> SyncState {
        let has_nodes = self
            .nodes
            .values()
            .any(|record| record.state == Enrolment::Active);
        if self.facts.role != NodeRole::Hub || !has_nodes {
            return SyncState::NotJoined;
        }
        if self.line == Line::Off {
            return SyncState::Offline {
                reason: CloseReason::LineOff.to_string(),
                switched_off: true,
            };
        }
        let waiting = self.sessions.keys().any(|id| {
            let heads = self.heads_for(*id);
            let open = self.sessions.get(id).and_then(|session| session.open());
            open.is_some_and(|open| !open.is_all_acked(&heads))
        });
        if waiting {
            SyncState::Waiting
        } else {
            SyncState::Synced
        }
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
                NodeRole::Node => Some(Some("this node is not enrolled at a hub".to_owned())),
            },
            (_, Line::Off, _) => Some(Some(CloseReason::LineOff.to_string())),
            (_, _, Dial::Waiting { reason, retry_at }) if *retry_at > cx.now => {
                Some(Some(reason.clone()))
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
                    (is_done && is_caught_up).then_some(None)
                }
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
                problem: problem.clone(),
            };
            answer(cx, waiting.request, reply);
        }
    }
}
