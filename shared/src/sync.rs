//! The whole protocol as one value: [`Replica`] takes inputs and asks for effects.
//!
//! It owns the documents (through the [`Library`]), the logs, the cursors, the sessions and the enrolment. It never waits,
//! reads a clock or rolls a die. The driver takes all inputs that are ready, lets [`Replica::handle`] see each within one
//! [`Turn`], commits the turn, then performs the effects in order: so an acknowledgement, a save shown to a person and a push
//! to a peer all wait for the disk.
//!
//! The way of one change: a command (or a batch from a peer that passed the `gate`) changes documents in the library;
//! `grant` writes for each scope that may read them what its log shall say; `exchange` packs what a peer's cursor lacks into
//! batches; the peer acknowledges after its own commit. Sessions start with `greet`; what cursors cannot explain goes through
//! `reconcile`.
//!
//! A node dials one hub; a hub accepts many and may itself dial an upper hub with the same code.

mod admit;
#[cfg(test)]
mod alone;
mod backoff;
mod blobs;
mod bundle;
mod command;
mod cursor;
mod effect;
mod enrol;
mod error;
mod exchange;
mod gather;
mod grant;
mod greet;
mod input;
mod log;
mod mark;
pub(crate) mod pack;
mod quarantine;
mod receipt;
mod reconcile;
mod repair;
mod seal;
mod session;
mod spool;
mod status;
mod strike;
mod ticket;
mod trying;
mod usage;

pub use blobs::BlobStored;
pub use bundle::{BundleDraft, BundleGap, BundleOrder, BundleRefusal, BundleTaken, BundleView};
pub use effect::{CloseReason, Effect, Enrolment, Reply, RequestRefusal};
pub use error::ReplicaError;
pub use input::{
    Approval, Facts, Input, Line, LineTrouble, LogContent, RequestId, SessionId, Side,
};
pub(crate) use pack::ChangeParts;
pub use quarantine::{Quarantined, quarantined};
pub use repair::{Plan, PlanMark, RepairRefusal, RepairWish, parted};
pub use status::Standing;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use rand_core::RngCore;

use crate::gate::trial::TRIAL_FROM;
use crate::identity::{ProcessActor, unit_id_of};
use crate::ids::{DocumentId, NodeId, UnitId};
use crate::library::Library;
use crate::profile::Profile;
use crate::store::{Pair, Reader, StoreError, Tree, Turn};
use crate::text::line::LineReason;
use crate::time::Timestamp;
use crate::wire::v1::{Frame, Scope};

use backoff::Backoff;
use command::Job;
use cursor::Held;
use enrol::{HubRecord, NodeRecord};
use log::Logs;
use session::{Session, State};
use spool::Incoming;

/// Requests that may wait for an exchange at once.
const WAITING_MAX: usize = 64;
/// Sessions at once; a county has some 500 nodes.
const SESSIONS_MAX: usize = 2_000;

/// A node's whole state of documents and sync.
pub struct Replica {
    facts: Facts,
    node: NodeId,
    library: Library,
    /// The rules the county began with; `None` when this program does not know the county.
    profile: Option<Arc<Profile>>,
    is_started: bool,
    /// Something was logged after the last `handle` of a turn: the next comes at once.
    is_unpushed: bool,
    seed: ProcessActor,
    unit: UnitId,
    unit_name: String,
    logs: Logs,
    held: BTreeMap<NodeId, Held>,
    /// Hub: enrolled nodes.
    nodes: BTreeMap<NodeId, NodeRecord>,
    /// Where this node (or lower hub) is enrolled.
    hub: Option<HubRecord>,
    line: Line,
    sessions: BTreeMap<SessionId, Session>,
    by_node: BTreeMap<NodeId, SessionId>,
    dial: Dial,
    backoff: Backoff,
    dials: u64,
    /// Batches that were cut off, by peer.
    partials: BTreeMap<NodeId, Incoming>,
    /// Documents by the short name the compact form uses.
    shorts: BTreeMap<[u8; 4], BTreeSet<DocumentId>>,
    quarantined: u64,
    /// Those among them that this node wrote and its hub refused.
    refused: u64,
    /// Strikes and alarms of nodes.
    watch: strike::Watch,
    /// The hub's seals over what it sent.
    seals: seal::Kept,
    /// Attachments that shall come here.
    wanted: blobs::Wanted,
    usage: usage::Usage,
    /// At a hub: nodes whose disk was seen to be an old one or a copy, and when.
    copied: BTreeMap<NodeId, Timestamp>,
    /// Entries of the log for the hub that the hub acknowledged.
    hub_acked: u64,
    /// The session that streams to the hub, and what the hub had acknowledged when this exchange began.
    exchange: Option<(SessionId, u64)>,
    last_exchange: Option<Timestamp>,
    /// How far this clock is ahead of the hub's.
    skew_ms: i64,
    waiting: Vec<Waiting>,
    /// Requests with an import that takes more turns, the running one first.
    jobs: VecDeque<Job>,
    /// This turn wrote a chunk of an import.
    is_chunk_turn: bool,
    /// Operations of a batch from which it is tried elsewhere first.
    trial_from: u64,
    /// Bytes a node may bring within a minute.
    minute_bytes: u64,
    /// Counts trials.
    trials: u64,
    /// Entries sent and received since the process started.
    sent: u64,
    received: u64,
    peer_contact: BTreeMap<NodeId, Timestamp>,
    /// The clock at the last input.
    last_now: Option<Timestamp>,
    /// The last positions signed, and those receipted, by peer.
    signed_points: BTreeMap<(NodeId, Scope), u64>,
    receipted_points: BTreeMap<NodeId, u64>,
}

/// How dialling stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Dial {
    /// Not enrolled anywhere, or a session stands.
    Resting,
    /// On the way.
    Dialling(SessionId),
    /// Until then.
    Waiting {
        retry_at: Timestamp,
        trouble: LineTrouble,
    },
}

/// A person waits for an exchange.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    request: RequestId,
    sent: u64,
    received: u64,
}

/// Which sessions an input is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// None by itself.
    Nobody,
    One(SessionId),
    /// It may change what any of them may do or read.
    All,
}

impl About {
    fn of(input: &Input) -> Self {
        match input {
            Input::Frame { session, .. }
            | Input::BlobRead { session, .. }
            | Input::Tried { session, .. }
            | Input::SessionOpened { session, .. }
            | Input::SessionClosed { session, .. }
            | Input::DialFailed { session, .. } => Self::One(*session),
            Input::BlobStored { state, .. } if *state != BlobStored::Broken => Self::Nobody,
            Input::Wakeup | Input::Command { .. } => Self::Nobody,
            Input::Start { .. }
            | Input::WantBlob { .. }
            | Input::BlobStored { .. }
            | Input::SetLine { .. }
            | Input::SyncNow { .. }
            | Input::CreateInvite { .. }
            | Input::Join { .. }
            | Input::Approve { .. }
            | Input::Suspend { .. }
            | Input::Revoke { .. }
            | Input::Readmit { .. }
            | Input::Repair { .. }
            | Input::MarkAudit
            | Input::TakeBundle { .. } => Self::All,
        }
    }

    fn concerns(self, id: SessionId) -> bool {
        match self {
            Self::Nobody => false,
            Self::One(session) => session == id,
            Self::All => true,
        }
    }
}

/// What one call of `handle` works with.
struct Context<'a, 'turn> {
    now: Timestamp,
    rng: &'a mut dyn RngCore,
    turn: &'a mut Turn<'turn>,
    out: &'a mut Vec<Effect>,
}

impl Context<'_, '_> {
    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }
}

impl Replica {
    /// A replica that knows nothing yet; its first input is [`Input::Start`].
    #[must_use]
    pub fn new(facts: Facts, library: Library) -> Self {
        let node = facts.key.node_id();
        let unit = unit_id_of(&facts.name);
        let unit_name = facts.name.trim().to_owned();
        let profile = Profile::built_in(&facts.profile).ok().map(Arc::new);
        Self {
            facts,
            node,
            library,
            profile,
            is_started: false,
            is_unpushed: false,
            seed: ProcessActor::new(node, [0; 7]),
            unit,
            unit_name,
            logs: Logs::default(),
            held: BTreeMap::new(),
            nodes: BTreeMap::new(),
            hub: None,
            line: Line::On,
            sessions: BTreeMap::new(),
            by_node: BTreeMap::new(),
            dial: Dial::Resting,
            backoff: Backoff::default(),
            dials: 0,
            partials: BTreeMap::new(),
            shorts: BTreeMap::new(),
            quarantined: 0,
            refused: 0,
            watch: strike::Watch::default(),
            seals: seal::Kept::default(),
            wanted: blobs::Wanted::default(),
            usage: usage::Usage::default(),
            copied: BTreeMap::new(),
            hub_acked: 0,
            exchange: None,
            last_exchange: None,
            skew_ms: 0,
            waiting: Vec::new(),
            jobs: VecDeque::new(),
            is_chunk_turn: false,
            trial_from: TRIAL_FROM,
            minute_bytes: strike::MINUTE_BYTES_MAX,
            trials: 0,
            sent: 0,
            received: 0,
            peer_contact: BTreeMap::new(),
            last_now: None,
            signed_points: BTreeMap::new(),
            receipted_points: BTreeMap::new(),
        }
    }

    /// Has batches tried from another number of operations on than [`TRIAL_FROM`]: a simulation wants trials of everything.
    #[must_use]
    pub fn trying_from(mut self, operations: u64) -> Self {
        self.trial_from = operations;
        self
    }

    /// Lets a node bring another number of bytes within a minute than it usually may: a simulation reaches a small bound sooner.
    #[must_use]
    pub fn taking_at_most(mut self, minute_bytes: u64) -> Self {
        self.minute_bytes = minute_bytes;
        self
    }

    /// Sets what the files of one unit's projects may come to before the hub fetches no more of them by itself.
    pub fn set_files_of_unit_max(&mut self, bytes: u64) {
        self.usage.set_limit(bytes);
    }

    /// At a hub: each unit with what the files of its projects come to, and what one unit's may.
    #[must_use]
    pub fn files_of_units(&self) -> (Vec<(UnitId, u64)>, u64) {
        (self.usage.shares().collect(), self.usage.limit())
    }

    /// The documents.
    #[must_use]
    pub fn library(&mut self) -> &mut Library {
        &mut self.library
    }

    /// The unit this node hosts: its invite's, or its own name's before it joined.
    #[must_use]
    pub fn unit(&self) -> (UnitId, &str) {
        (self.unit, &self.unit_name)
    }

    /// This node.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Under which actor ids this process writes; drawn at `Input::Start`, and again when a record is repaired.
    #[must_use]
    pub fn actor_seed(&self) -> ProcessActor {
        self.seed
    }

    /// Takes one fact and appends what is to be done once the turn is durable.
    ///
    /// # Errors
    /// Only when storage fails or our own data is damaged: the driver stops, since what is held in memory is then ahead of the
    /// store. A peer's mistakes are effects, not errors.
    pub fn handle(
        &mut self,
        now: Timestamp,
        rng: &mut dyn RngCore,
        turn: &mut Turn<'_>,
        input: Input,
        out: &mut Vec<Effect>,
    ) -> Result<(), ReplicaError> {
        let mut cx = Context {
            now,
            rng,
            turn,
            out,
        };
        self.follow_clock(now);
        let about = About::of(&input);
        self.dispatch(&mut cx, input)?;
        if !self.is_started {
            return Ok(());
        }
        // What a peer brought was logged where it was taken in; what is left was made here.
        self.log_changed(cx.turn, log::Source::OWN)?;
        self.attend(&mut cx, about)
    }

    /// Ends a turn, after its last input: what was written past `handle` is logged, rows, indexes and snapshots follow the
    /// documents that changed, and [`Effect::Changed`] names them. The driver calls this once a turn.
    ///
    /// # Errors
    /// As [`Replica::handle`].
    pub fn finish_turn(
        &mut self,
        turn: &mut Turn<'_>,
        out: &mut Vec<Effect>,
    ) -> Result<(), ReplicaError> {
        if self.is_started {
            self.is_unpushed |= self.log_changed(turn, log::Source::OWN)?;
        }
        let documents: Vec<_> = self.library.refresh(turn)?.into_iter().collect();
        self.let_go_of_chunk(&documents);
        if !documents.is_empty() {
            self.seek_blobs(turn, &documents, out)?;
            out.push(Effect::Changed { documents });
        }
        Ok(())
    }

    /// Drops what memory holds beyond the store, after a turn that could not be committed. The replica is of no use for
    /// anything but reading after that.
    pub fn forget(&mut self) {
        self.library.forget();
        self.is_started = false;
        self.sessions.clear();
        self.by_node.clear();
        self.jobs.clear();
        self.dial = Dial::Resting;
    }

    /// A clock that was put back must not make us wait for a moment that was an hour away by mistake.
    fn follow_clock(&mut self, now: Timestamp) {
        let back = self.last_now.replace(now).map_or(0, |last| now.0 - last.0);
        if back >= 0 {
            return;
        }
        if let Dial::Waiting { retry_at, .. } = &mut self.dial {
            *retry_at = retry_at.plus_ms(back);
        }
        for session in self.sessions.values_mut() {
            session.follow_clock(back);
        }
    }

    fn dispatch(&mut self, cx: &mut Context<'_, '_>, input: Input) -> Result<(), ReplicaError> {
        if let Input::Start { log } = input {
            return self.start(cx, log);
        }
        if !self.is_started {
            if let Some(request) = request_of(&input) {
                answer(cx, request, Reply::Refused(RequestRefusal::NotReady));
            }
            return Ok(());
        }
        match input {
            Input::Start { .. } => Ok(()),
            Input::Wakeup => self.go_on(cx),
            Input::Command {
                request,
                actor,
                envelopes,
            } => self.command(cx, request, actor, envelopes),
            Input::SessionOpened {
                session,
                side,
                nonce,
            } => self.session_opened(cx, session, side, nonce),
            Input::Frame { session, bytes } => self.frame(cx, session, &bytes),
            Input::SessionClosed { session, trouble } => {
                self.session_closed(cx, session, trouble);
                Ok(())
            }
            Input::DialFailed { session, trouble } => {
                if self.dial == Dial::Dialling(session) {
                    self.wait_to_dial(cx, trouble);
                }
                Ok(())
            }
            Input::Tried {
                session,
                trial,
                outcome,
            } => self.tried(cx, session, trial, outcome),
            Input::SetLine { request, line } => self.set_line(cx, request, line),
            Input::SyncNow { request } => {
                self.sync_now(cx, request);
                Ok(())
            }
            Input::CreateInvite {
                request,
                unit,
                kind,
                addresses,
                approval,
            } => self.create_invite(cx, request, &unit, kind, addresses, approval),
            Input::Join { request, code } => self.join(cx, request, &code),
            Input::Approve { request, node } => {
                self.set_enrolment(cx, request, node, Enrolment::Active)
            }
            Input::Suspend { request, node } => {
                self.set_enrolment(cx, request, node, Enrolment::Suspended)
            }
            Input::Revoke { request, node } => {
                self.set_enrolment(cx, request, node, Enrolment::Revoked)
            }
            Input::Readmit { request, hash } => self.readmit(cx, request, hash),
            Input::Repair { request, wish } => self.repair(cx, request, &wish),
            Input::WantBlob {
                file,
                held,
                is_urgent,
            } => self.want_blob(cx.turn, &file, held, is_urgent),
            Input::BlobRead {
                session,
                name,
                offset,
                read,
            } => {
                self.blob_read(cx, session, name, offset, read);
                Ok(())
            }
            Input::BlobStored { name, state } => {
                self.blob_stored(cx, name, state);
                Ok(())
            }
            Input::TakeBundle {
                request,
                bundle,
                batch,
            } => self.take_bundle(cx, request, &bundle, batch),
            Input::MarkAudit => self.mark_audit(cx),
        }
    }

    fn start(&mut self, cx: &mut Context<'_, '_>, content: LogContent) -> Result<(), ReplicaError> {
        self.seed = ProcessActor::new(self.node, cx.draw());
        let stored: Option<[u8; 8]> = cx
            .turn
            .load(Tree::Meta, INCARNATION)?
            .and_then(|bytes| bytes.try_into().ok());
        let incarnation = match (stored, content) {
            (Some(incarnation), LogContent::Intact) => incarnation,
            _ => {
                let fresh: [u8; 8] = cx.draw();
                cx.turn.put(Tree::Meta, INCARNATION, fresh);
                Self::forget_tickets(cx.turn)?;
                fresh
            }
        };
        self.logs = Logs::load(cx.turn, incarnation)?;
        self.held = Held::load_all(cx.turn)?;
        self.partials = Incoming::load_all(cx.turn, cx.now)?;
        self.line = match cx.turn.load(Tree::Meta, LINE)?.as_deref() {
            Some([0]) => Line::Off,
            _ => Line::On,
        };
        self.load_enrolment(cx.turn)?;
        self.library.set_own_unit(self.unit, self.unit_name.clone());
        if self.facts.role == crate::api::NodeRole::Hub {
            // Everybody tells the hub's values from others by its entry in the directory.
            let name = self.unit_name.clone();
            self.list_in_directory(cx, &name, crate::identity::UnitKind::Hub, Some(self.node))?;
        }
        self.load_receipt(cx.turn)?;
        self.load_copied(cx.turn)?;
        let refused = quarantined(cx.turn)?;
        self.quarantined = refused.len() as u64;
        let is_own = |change: &&Quarantined| change.from == self.node;
        self.refused = refused.iter().filter(is_own).count() as u64;
        self.watch = strike::Watch::load(cx.turn, &refused)?;
        self.seals = seal::Kept::load(cx.turn)?;
        for (key, _) in scan(cx.turn, Tree::Peer, &[grant::AUDIENCE])? {
            if let Some(id) = DocumentId::from_bytes(&key[1..]) {
                self.remember_short(&id);
            }
        }
        self.seek_all_blobs(cx)?;
        self.is_started = true;
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// What is due after every input: dialling, pushing, pings, signatures, answers to those who wait.
    ///
    /// Of five hundred sessions an input concerns one or two, and looking after all of them costs more than the input: only
    /// those that it is about, that a log grew for, or that are due.
    fn attend(&mut self, cx: &mut Context<'_, '_>, about: About) -> Result<(), ReplicaError> {
        self.is_unpushed = false;
        self.attend_dialling(cx);
        let grown = self.logs.take_grown();
        let ids: Vec<SessionId> = self
            .sessions
            .iter()
            .filter(|(id, session)| {
                about.concerns(**id)
                    || session.wakeup() <= cx.now
                    || !grown.is_empty() && self.reads_any(session, &grown)
            })
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.attend_session(cx, id)?;
        }
        self.answer_waiting(cx);
        self.follow_exchange();
        Ok(())
    }

    /// True when one of these scopes is streamed on the session.
    fn reads_any(&self, session: &Session, scopes: &BTreeSet<Scope>) -> bool {
        let streamed = session.node().map(|node| self.scopes_for(node));
        streamed.is_some_and(|streamed| streamed.iter().any(|scope| scopes.contains(scope)))
    }

    fn attend_session(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get(&id) else {
            return Ok(());
        };
        let greets_too_long =
            matches!(session.state, State::AwaitHello | State::AwaitAccept { .. })
                && cx.now >= session.opened_at.plus_ms(session::HELLO_WAIT_MS);
        if greets_too_long || cx.now >= session.heard_at.plus_ms(session::SILENCE_MAX_MS) {
            self.close(cx, id, CloseReason::Silent);
            return Ok(());
        }
        if matches!(session.state, State::Pending { .. } | State::Open(_))
            && cx.now >= session.said_at.plus_ms(session::PING_AFTER_MS)
        {
            let now = cx.now;
            self.send(cx, id, &Frame::Ping { now });
        }
        self.attend_exchange(cx, id)?;
        self.attend_signing(cx, id)?;
        self.attend_probe(cx, id)?;
        self.attend_blobs(cx, id);
        Ok(())
    }

    /// When [`Input::Wakeup`] is due at the latest.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        if !self.is_started {
            return None;
        }
        if self.is_unpushed || !self.jobs.is_empty() {
            return Some(Timestamp(0));
        }
        let dial = match &self.dial {
            Dial::Waiting { retry_at, .. } if self.line == Line::On => Some(*retry_at),
            _ => None,
        };
        let sessions = self.sessions.values().map(Session::wakeup);
        sessions.chain(dial).min()
    }

    /// True when a turn should be held though nothing arrived: the moment has come, or the clock was put back, which moves it.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.last_now.is_some_and(|last| now < last)
            || self.next_wakeup().is_some_and(|at| at <= now)
    }

    fn send(&mut self, cx: &mut Context<'_, '_>, id: SessionId, frame: &Frame) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let bytes = session.encode(cx.now, frame);
            cx.out.push(Effect::Send { session: id, bytes });
        }
    }

    /// Ends a session from this side.
    fn close(&mut self, cx: &mut Context<'_, '_>, id: SessionId, reason: CloseReason) {
        if !self.sessions.contains_key(&id) {
            return;
        }
        if reason != CloseReason::PeerEnded {
            self.send(cx, id, &Frame::Bye(reason.to_u8()));
        }
        cx.out.push(Effect::Close {
            session: id,
            reason,
        });
        self.session_closed(cx, id, LineReason::from(reason).into());
    }

    fn session_closed(&mut self, cx: &mut Context<'_, '_>, id: SessionId, trouble: LineTrouble) {
        if self.dial == Dial::Dialling(id) {
            self.wait_to_dial(cx, trouble.clone());
        }
        let Some(mut session) = self.sessions.remove(&id) else {
            return;
        };
        self.release_blobs(id);
        if let Some(node) = session.node() {
            if !session.is_dialler {
                self.note_contact(cx.turn, node, session.heard_at);
            }
            if self.by_node.get(&node) == Some(&id) {
                self.by_node.remove(&node);
            }
            if let Some(mut incoming) = session.open_mut().and_then(|open| open.incoming.take()) {
                incoming.spool_all(cx.turn, node, cx.now);
                self.partials.insert(node, incoming);
            }
        }
        if session.is_dialler && self.dial == Dial::Resting && self.hub.is_some() {
            self.wait_to_dial(cx, trouble);
        }
        cx.out.push(Effect::Status);
    }

    fn remember_short(&mut self, id: &DocumentId) {
        self.shorts
            .entry(pack::short_name(id))
            .or_default()
            .insert(id.clone());
    }
}

const INCARNATION: &[u8] = b"sync/incarnation";
const LINE: &[u8] = b"sync/line";

fn answer(cx: &mut Context<'_, '_>, request: RequestId, reply: Reply) {
    cx.out.push(Effect::Answer { request, reply });
}

fn request_of(input: &Input) -> Option<RequestId> {
    match input {
        Input::Command { request, .. }
        | Input::SetLine { request, .. }
        | Input::SyncNow { request }
        | Input::CreateInvite { request, .. }
        | Input::Join { request, .. }
        | Input::Approve { request, .. }
        | Input::Suspend { request, .. }
        | Input::Revoke { request, .. }
        | Input::Readmit { request, .. }
        | Input::Repair { request, .. }
        | Input::TakeBundle { request, .. } => Some(*request),
        Input::Start { .. }
        | Input::MarkAudit
        | Input::WantBlob { .. }
        | Input::BlobRead { .. }
        | Input::BlobStored { .. }
        | Input::SessionOpened { .. }
        | Input::Frame { .. }
        | Input::SessionClosed { .. }
        | Input::DialFailed { .. }
        | Input::Tried { .. }
        | Input::Wakeup => None,
    }
}

/// Every pair of a tree whose key starts with a prefix, in key order.
fn scan(reader: &dyn Reader, tree: Tree, prefix: &[u8]) -> Result<Vec<Pair>, StoreError> {
    const PAGE: usize = 1_000;
    let mut to = prefix.to_vec();
    to.extend([0xff; 64]);
    let mut from = prefix.to_vec();
    let mut pairs = Vec::new();
    loop {
        let page = reader.range(tree, &from, &to, PAGE)?;
        let is_last = page.len() < PAGE;
        pairs.extend(page);
        match pairs.last() {
            Some((key, _)) if !is_last => {
                from.clone_from(key);
                from.push(0);
            }
            _ => return Ok(pairs),
        }
    }
}
