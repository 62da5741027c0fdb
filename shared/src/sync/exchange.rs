//! The open conversation: packing what a peer lacks, taking in what it sends, acknowledging.
//!
//! A batch is made from the log when it is due, at most four are on the way, and everything after a lost line is found again
//! from the cursors. Acknowledgements leave with the turn that stored the batch. New entries are pushed at once, then at most
//! every 50 ms; where the peer's own changes stand in our log it is told every 5 s at most.

use std::collections::{BTreeMap, BTreeSet};

use crate::gate::Reason;
use crate::ids::DocumentId;
use crate::library::Library;
use crate::store::Reader;
use crate::wire::v1::{self, BatchHead, Cursors, Frame, PACKED_BYTES_MAX, Point, Scope};
use crate::wire::{PART_BYTES_MAX, WireError};

use super::effect::{CloseReason, Effect};
use super::error::ReplicaError;
use super::gather::{Batch, Gathered, Span};
use super::input::SessionId;
use super::log::{EntryKind, Source, fold, number_digest};
use super::pack::{self, Item, Resolve, UnpackError};
use super::session::{COALESCE_MS, ECHO_AFTER_MS, ECHO_ENTRIES_MAX, FLIGHTS_MAX, State};
use super::spool::Incoming;
use super::{Context, Replica, seal};

/// Finds again what the compact form leaves out.
struct Resolver<'a> {
    library: &'a mut Library,
    reader: &'a dyn Reader,
    shorts: &'a BTreeMap<[u8; 4], BTreeSet<DocumentId>>,
    /// All changes of the documents whose heads did not do, each looked through once.
    older: BTreeMap<DocumentId, BTreeMap<[u8; 4], Vec<[u8; 32]>>>,
    /// Changes that may still be looked through. Who names more is asked for the plain form.
    older_left: usize,
}

/// Changes looked through for one batch: twice what the longest document has.
const OLDER_MAX: usize = 200_000;

impl Resolver<'_> {
    fn older(&mut self, document: &DocumentId, short: [u8; 4]) -> Vec<[u8; 32]> {
        if !self.older.contains_key(document) && self.older_left > 0 {
            let mut names: BTreeMap<[u8; 4], Vec<[u8; 32]>> = BTreeMap::new();
            if let Ok(loaded) = self.library.document(self.reader, document) {
                let metas = loaded.inner().get_changes_meta(&[]);
                self.older_left = self.older_left.saturating_sub(metas.len().max(1));
                for hash in metas.iter().map(|meta| meta.hash.0) {
                    let [a, b, c, d, ..] = hash;
                    names.entry([a, b, c, d]).or_default().push(hash);
                }
            }
            self.older.insert(document.clone(), names);
        }
        let found = self.older.get(document).and_then(|names| names.get(&short));
        found.cloned().unwrap_or_default()
    }
}

impl Resolve for Resolver<'_> {
    fn documents(&mut self, short: [u8; 4]) -> Vec<DocumentId> {
        self.shorts
            .get(&short)
            .map(|ids| ids.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn changes(&mut self, document: &DocumentId, short: [u8; 4]) -> Vec<[u8; 32]> {
        let fits = |hash: &automerge::ChangeHash| hash.0[..4] == short;
        let mut found: Vec<[u8; 32]> = Vec::new();
        if let Ok(heads) = self.library.heads(self.reader, document) {
            found.extend(heads.iter().filter(|hash| fits(hash)).map(|hash| hash.0));
        }
        let genesis = crate::document::genesis::hash(crate::document::genesis::kind_of(document));
        if fits(&genesis) {
            found.push(genesis.0);
        }
        if found.is_empty() {
            // Rare: the change builds on something older than the heads.
            found = self.older(document, short);
        }
        found
    }
}

impl Replica {
    /// One message from a peer.
    pub(super) fn frame(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        bytes: &[u8],
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        let frame = match v1::decode(bytes) {
            Ok((number, frame)) if number == session.frames_in => frame,
            Err(WireError::UnknownKind {
                what: "version", ..
            }) => {
                // Said while greeting, so that the other side can tell its people why.
                self.refuse(cx, id, CloseReason::Version);
                return Ok(());
            }
            _ => {
                self.close(cx, id, CloseReason::Protocol);
                return Ok(());
            }
        };
        session.frames_in += 1;
        session.heard_at = cx.now;
        if let Some(node) = session.node() {
            self.peer_contact.insert(node, cx.now);
            // What we asked for ourselves comes as fast as we ask.
            let is_counted = !session.is_dialler && !matches!(frame, Frame::Blob(_));
            if is_counted
                && !self
                    .watch
                    .takes(cx.now, node, bytes.len(), self.minute_bytes)
            {
                self.close(cx, id, CloseReason::Limit);
                return Ok(());
            }
        }
        match frame {
            Frame::Hello(hello) => self.on_hello(cx, id, *hello),
            Frame::Accept(accept) => self.on_accept(cx, id, *accept),
            Frame::Pending => {
                if !self.awaits_accept(id) {
                    self.close(cx, id, CloseReason::Protocol);
                } else if let Some(session) = self.sessions.get_mut(&id) {
                    // The officer may take days: the time limit of the greeting is over.
                    session.opened_at = crate::time::Timestamp(i64::MAX / 4);
                    self.backoff.reset();
                    cx.out.push(Effect::Status);
                }
                Ok(())
            }
            Frame::Refuse(reason) => {
                if self.awaits_accept(id) {
                    self.note_refused(cx, CloseReason::from_u8(reason));
                }
                self.close(cx, id, CloseReason::PeerEnded);
                Ok(())
            }
            Frame::Bye(reason) => {
                let reason = CloseReason::from_u8(reason);
                let is_hubs = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
                if is_hubs && matches!(reason, CloseReason::Suspended | CloseReason::Revoked) {
                    self.note_refused(cx, reason);
                }
                self.close(cx, id, CloseReason::PeerEnded);
                Ok(())
            }
            Frame::Ping { now } => {
                if self.sessions.get(&id).is_some_and(|s| s.is_dialler) {
                    self.skew_ms = cx.now.0.saturating_sub(now.0);
                }
                self.on_ping(cx, id)
            }
            frame => self.open_frame_in_turn(cx, id, frame, bytes.len()),
        }
    }

    fn awaits_accept(&self, id: SessionId) -> bool {
        matches!(
            self.sessions.get(&id).map(|session| &session.state),
            Some(State::AwaitAccept { .. })
        )
    }

    /// Frames that only an open conversation has.
    pub(super) fn open_frame(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        frame: Frame,
    ) -> Result<(), ReplicaError> {
        let is_waiting = matches!(frame, Frame::Pong { .. });
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            // A waiting node answers pings too.
            if !is_waiting {
                self.close(cx, id, CloseReason::Protocol);
            }
            return Ok(());
        };
        match frame {
            Frame::Cursors(cursors) => self.on_cursors(cx, id, &cursors),
            Frame::Batch {
                head,
                offset,
                bytes,
            } => self.on_batch(cx, id, head, offset, bytes),
            Frame::Part(bytes) => self.on_part(cx, id, &bytes),
            Frame::Ack { scope, position } => {
                self.on_ack(cx, id, scope, position);
                Ok(())
            }
            Frame::Nack {
                document,
                hash,
                reason,
            } => self.on_nack(cx, id, document, hash, reason),
            Frame::Resend { scope, from } => {
                if let Some(sent) = open.out.get_mut(&scope) {
                    sent.plain_to = sent.sent;
                    sent.sent = from.min(sent.sent).max(sent.acked);
                    open.flights.retain(|(other, _)| *other != scope);
                    open.push_at = Some(cx.now);
                }
                Ok(())
            }
            Frame::Sign { point, signature } => self.on_sign(cx, id, point, &signature),
            Frame::Receipt {
                point,
                at,
                signature,
            } => self.on_receipt(cx, id, point, at, &signature),
            Frame::Pong { is_idle, now } => {
                if is_dialler {
                    self.skew_ms = cx.now.0.saturating_sub(now.0);
                }
                open.is_peer_idle = is_idle;
                open.is_asking = false;
                if is_idle {
                    self.last_exchange = Some(cx.now);
                }
                self.note_pong(cx, id);
                Ok(())
            }
            Frame::Probe(message) => self.on_probe(cx, id, &message),
            Frame::PleaseProbe => self.start_probe(cx, id),
            Frame::Differ {
                have,
                need,
                is_last,
            } => self.on_differ(cx, id, have, need, is_last),
            Frame::Heads { documents, is_last } => self.on_heads(cx, id, documents, is_last),
            Frame::Reset(cursors) => self.on_reset(cx, id, &cursors),
            Frame::Blob(frame) => self.on_blob(cx, id, frame),
            Frame::Hello(_)
            | Frame::Accept(_)
            | Frame::Pending
            | Frame::Refuse(_)
            | Frame::Ping { .. }
            | Frame::Bye(_) => Ok(()),
        }
    }

    /// Answers a ping; everything we have for the peer goes first, so the answer can say whether more is left.
    fn on_ping(&mut self, cx: &mut Context<'_, '_>, id: SessionId) -> Result<(), ReplicaError> {
        self.push(cx, id)?;
        let heads = self.heads_for(id);
        let is_idle = self
            .sessions
            .get(&id)
            .and_then(|session| session.open())
            .is_some_and(|open| open.is_all_acked(&heads));
        let now = cx.now;
        self.send(cx, id, &Frame::Pong { is_idle, now });
        Ok(())
    }

    pub(super) fn heads_for(&self, id: SessionId) -> Vec<Point> {
        let node = self.sessions.get(&id).and_then(|session| session.node());
        node.map(|node| self.logs.points(&self.scopes_for(node)))
            .unwrap_or_default()
    }

    /// What the peer says it holds of our log.
    pub(super) fn on_cursors(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        cursors: &Cursors,
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(());
        };
        let scopes = self.scopes_for(open.node);
        let mut points = Vec::new();
        let mut is_contradicted = false;
        for &scope in &scopes {
            let claimed = cursors.points.iter().filter(|point| point.scope == scope);
            let Some(newest) = claimed.max_by_key(|point| point.position) else {
                continue;
            };
            // What the peer holds and we do not, we lost: an older common point would bring it what is new here, but us nothing
            // back, since a log leaves out what its reader brought.
            let is_ours = cursors.incarnation == self.logs.incarnation
                && self.logs.chain_at(cx.turn, scope, newest.position)? == Some(newest.chain);
            is_contradicted |= !is_ours;
            points.push(*newest);
        }
        if is_contradicted {
            return self.ask_for_probe(cx, id);
        }
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            open.start_at(&scopes, &points);
            open.push_at = Some(cx.now);
            if open.is_streaming && scopes == [Scope::Hub] {
                self.hub_acked = points.first().map_or(0, |point| point.position);
            }
        }
        if let Some(partial) = cursors.partial {
            let is_next = points
                .iter()
                .any(|point| point.scope == partial.scope && point.position == partial.from)
                || partial.from == 0;
            if is_next && scopes.contains(&partial.scope) {
                self.resume(cx, id, partial)?;
            }
        }
        Ok(())
    }

    /// Goes on with a batch that was cut off, if it still packs to the same bytes.
    fn resume(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        partial: v1::Partial,
    ) -> Result<(), ReplicaError> {
        let Some(batch) = self.make_batch(cx, id, partial.scope, partial.from, Some(partial.to))?
        else {
            return Ok(());
        };
        if batch.head.digest != partial.digest
            || batch.head.to != partial.to
            || partial.offset >= batch.bytes.len() as u64
        {
            return Ok(());
        }
        self.send_batch(cx, id, &batch, usize::try_from(partial.offset).unwrap_or(0));
        self.note_flight(id, batch.head.scope, batch.head.to);
        Ok(())
    }

    fn note_flight(&mut self, id: SessionId, scope: Scope, to: u64) {
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            if let Some(sent) = open.out.get_mut(&scope) {
                sent.sent = to;
            }
            open.flights.push_back((scope, to));
        }
    }

    /// Pushes when something is new and the pause is over.
    pub(super) fn attend_exchange(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
    ) -> Result<(), ReplicaError> {
        let heads = self.heads_for(id);
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return Ok(());
        };
        let is_behind = open.is_streaming
            && heads.iter().any(|point| {
                open.out
                    .get(&point.scope)
                    .is_none_or(|sent| sent.sent < point.position)
            });
        if !is_behind {
            open.push_at = None;
            open.echo_at = None;
            return Ok(());
        }
        if open.flights.len() >= FLIGHTS_MAX {
            open.push_at = None;
            return Ok(());
        }
        if self.is_echo(cx.turn, id, &heads)?
            && let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut())
        {
            let at = *open.echo_at.get_or_insert(cx.now.plus_ms(ECHO_AFTER_MS));
            if cx.now < at {
                open.push_at = Some(at);
                return Ok(());
            }
        }
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return Ok(());
        };
        let due = open.pushed_at.plus_ms(COALESCE_MS);
        if cx.now < due && open.push_at.is_none_or(|at| cx.now < at) {
            open.push_at = Some(due);
            return Ok(());
        }
        self.push(cx, id)
    }

    /// True when all we have for a peer is a few changes it wrote itself.
    fn is_echo(
        &self,
        reader: &dyn Reader,
        id: SessionId,
        heads: &[Point],
    ) -> Result<bool, ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(false);
        };
        let receiver = Source::peer(open.node);
        for point in heads {
            let sent = open.out.get(&point.scope).map_or(0, |sent| sent.sent);
            if point.position.saturating_sub(sent) > ECHO_ENTRIES_MAX as u64 {
                return Ok(false);
            }
            let left = self
                .logs
                .entries(reader, point.scope, sent, ECHO_ENTRIES_MAX)?;
            if left.iter().any(|entry| entry.source != receiver) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends batches until nothing is left or enough are on the way.
    fn push(&mut self, cx: &mut Context<'_, '_>, id: SessionId) -> Result<(), ReplicaError> {
        let heads = self.heads_for(id);
        for point in heads {
            loop {
                let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
                    return Ok(());
                };
                open.push_at = None;
                open.echo_at = None;
                let from = open.out.get(&point.scope).map_or(0, |sent| sent.sent);
                if !open.is_streaming || from >= point.position || open.flights.len() >= FLIGHTS_MAX
                {
                    break;
                }
                open.out.entry(point.scope).or_default();
                open.pushed_at = cx.now;
                let Some(batch) = self.make_batch(cx, id, point.scope, from, None)? else {
                    break;
                };
                self.send_batch(cx, id, &batch, 0);
                self.note_flight(id, batch.head.scope, batch.head.to);
            }
        }
        Ok(())
    }

    /// Makes the batch of a scope that starts after `from`, as long as is good or exactly to `to`.
    fn make_batch(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        scope: Scope,
        from: u64,
        to: Option<u64>,
    ) -> Result<Option<Batch>, ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(None);
        };
        let receiver = Source::peer(open.node);
        let target = open.batch_bytes;
        let is_plain = open
            .out
            .get(&scope)
            .is_some_and(|sent| from < sent.plain_to);
        let span = Span {
            scope,
            from,
            to,
            bytes: to.is_none().then_some(target),
        };
        let is_downward = self.nodes.contains_key(&open.node);
        let Some(Gathered {
            mut items,
            position,
            chain,
        }) = self.gather(cx.turn, span, Some(receiver))?
        else {
            return Ok(None);
        };
        if is_downward {
            items.extend(seal::seal(&self.facts.key, &items));
        }
        let packed = if is_plain {
            pack::pack_plain(&items)
        } else {
            // A change always follows the grant that brought its document.
            let whole: BTreeSet<&DocumentId> = items
                .iter()
                .filter_map(|item| match item {
                    Item::Whole { document, .. } => Some(document),
                    _ => None,
                })
                .collect();
            pack::pack_compact(&items, |document| !whole.contains(document))
        };
        Ok(Some(Batch::new(scope, from, position, chain, packed)))
    }

    /// Sends a batch's bytes from an offset on, in frames.
    pub(super) fn send_batch(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        batch: &Batch,
        offset: usize,
    ) {
        let bytes = batch.bytes.get(offset..).unwrap_or(&[]);
        let (first, rest) = bytes.split_at(bytes.len().min(PART_BYTES_MAX));
        self.send(
            cx,
            id,
            &Frame::Batch {
                head: batch.head,
                offset: offset as u64,
                bytes: first.to_vec(),
            },
        );
        for part in rest.chunks(PART_BYTES_MAX) {
            self.send(cx, id, &Frame::Part(part.to_vec()));
        }
        self.sent += batch.head.to - batch.head.from;
    }

    fn on_ack(&mut self, cx: &mut Context<'_, '_>, id: SessionId, scope: Scope, position: u64) {
        let is_dialler = self.sessions.get(&id).is_some_and(|s| s.is_dialler);
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return;
        };
        let Some(sent) = open.out.get_mut(&scope) else {
            return;
        };
        if position > sent.sent {
            self.close(cx, id, CloseReason::Protocol);
            return;
        }
        sent.acked = sent.acked.max(position);
        open.flights
            .retain(|&(other, to)| other != scope || to > position);
        open.size_batches(cx.now);
        open.want_signing(cx.now);
        if is_dialler && scope == Scope::Hub {
            self.hub_acked = self.hub_acked.max(position);
            self.last_exchange = Some(cx.now);
        }
        cx.out.push(Effect::Status);
    }

    fn on_batch(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        head: BatchHead,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<(), ReplicaError> {
        let Some(session) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        let is_dialler = session.is_dialler;
        let Some(open) = session.open_mut() else {
            return Ok(());
        };
        let is_legal = match head.scope {
            Scope::Repair => true,
            Scope::Hub => !is_dialler,
            Scope::County | Scope::Unit(_) => is_dialler,
        };
        let is_bounded = head.packed_bytes <= PACKED_BYTES_MAX as u64
            && head.raw_bytes <= v1::BATCH_BYTES_MAX as u64
            && head.to > head.from
            && open.incoming.is_none();
        if !is_legal || !is_bounded {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        let (node, incarnation) = (open.node, open.incarnation);
        let is_rest =
            |kept: &Incoming| offset > 0 && kept.head == head && kept.bytes.len() as u64 == offset;
        let mut kept = self.partials.remove(&node);
        if let Some(kept) = kept.as_mut().filter(|kept| !is_rest(kept)) {
            kept.unspool(cx.turn, node);
        }
        let mut incoming = match kept {
            Some(mut kept) if is_rest(&kept) => {
                kept.resume(cx.now);
                kept
            }
            _ if offset == 0 => Incoming::new(head, incarnation, cx.now),
            _ => {
                self.close(cx, id, CloseReason::Protocol);
                return Ok(());
            }
        };
        incoming.bytes.extend(bytes);
        self.take_in(cx, id, incoming)
    }

    fn on_part(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        bytes: &[u8],
    ) -> Result<(), ReplicaError> {
        let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
        match open.and_then(|open| open.incoming.take()) {
            Some(mut incoming) => {
                incoming.bytes.extend(bytes);
                self.take_in(cx, id, incoming)
            }
            None => {
                self.close(cx, id, CloseReason::Protocol);
                Ok(())
            }
        }
    }

    /// Waits for the rest of a batch, or takes the whole one in.
    fn take_in(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        mut incoming: Incoming,
    ) -> Result<(), ReplicaError> {
        let arrived = incoming.bytes.len() as u64;
        let open = self.sessions.get_mut(&id).and_then(|s| s.open_mut());
        let Some(open) = open else {
            return Ok(());
        };
        if arrived < incoming.head.packed_bytes {
            incoming.spool(cx.turn, open.node, cx.now);
            open.incoming = Some(incoming);
            return Ok(());
        }
        incoming.unspool(cx.turn, open.node);
        let head = incoming.head;
        let digest = blake3::hash(&incoming.bytes);
        if arrived > head.packed_bytes || digest.as_bytes()[..8] != head.digest {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        let mut resolver = Resolver {
            library: &mut self.library,
            reader: cx.turn,
            shorts: &self.shorts,
            older: BTreeMap::new(),
            older_left: OLDER_MAX,
        };
        match pack::unpack(head.codec, head.raw_bytes, &incoming.bytes, &mut resolver) {
            Ok(items) => self.weigh(cx, id, head, items),
            Err(UnpackError::Unresolved) if head.scope != Scope::Repair => {
                self.send(
                    cx,
                    id,
                    &Frame::Resend {
                        scope: head.scope,
                        from: head.from,
                    },
                );
                Ok(())
            }
            Err(error) => {
                // Its digest holds, so it was made like this: a bomb, or bytes that are no batch.
                let node = self.sessions.get(&id).and_then(|session| session.node());
                if let (Some(node), UnpackError::Malformed(_)) = (node, error) {
                    self.strike(cx, node, Reason::Malformed);
                }
                self.close(cx, id, CloseReason::Protocol);
                Ok(())
            }
        }
    }

    /// Stores what a batch brought, moves the cursor and acknowledges. What was brought for `refused` documents is refused
    /// unread.
    pub(super) fn receive(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        head: &BatchHead,
        items: Vec<Item>,
        refused: &BTreeMap<DocumentId, Reason>,
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(());
        };
        let (node, incarnation) = (open.node, open.incarnation);
        let count: u64 = items.iter().map(Item::entries).fold(0, u64::saturating_add);
        if head.scope == Scope::Repair {
            self.admit(cx, id, node, items, refused)?;
            self.watch.take_unkept();
            return Ok(());
        }
        let held = self.held.get(&node);
        let (position, chain) = match held {
            Some(held) if held.incarnation == incarnation => held.newest(head.scope),
            _ => (0, [0; 16]),
        };
        // A gap would hide entries for ever; an overlap is only a repetition.
        if head.from > position || count != head.to - head.from {
            // A batch may follow one we asked to be resent: it comes again.
            if head.from <= position {
                self.close(cx, id, CloseReason::Protocol);
            }
            return Ok(());
        }
        if head.from == position && !chain_fits(chain, &items, head.chain) {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        self.admit(cx, id, node, items, refused)?;
        if self.watch.take_unkept() {
            // Without room for all of it, it did not arrive: it comes again when somebody has made room.
            return Ok(());
        }
        self.received += count;
        if head.to > position || head.from < position {
            let point = Point {
                scope: head.scope,
                position: head.to,
                chain: head.chain,
            };
            self.held
                .entry(node)
                .or_default()
                .advance(cx.turn, node, incarnation, point);
        }
        self.send(
            cx,
            id,
            &Frame::Ack {
                scope: head.scope,
                position: head.to,
            },
        );
        self.last_exchange = Some(cx.now);
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            open.want_signing(cx.now);
        }
        cx.out.push(Effect::Status);
        Ok(())
    }
}

/// True when the entries give the chain the sender says; entries left out cannot be checked and pass.
pub(super) fn chain_fits(mut chain: v1::Chain, items: &[Item], wanted: v1::Chain) -> bool {
    for item in items {
        chain = match item {
            Item::Skip(_) => return true,
            Item::Change { document, raw } => fold(
                &chain,
                EntryKind::Change,
                document,
                blake3::hash(raw).as_bytes(),
            ),
            Item::Whole {
                document, count, ..
            } => fold(&chain, EntryKind::Grant, document, &number_digest(*count)),
            Item::Revoked { document } => {
                fold(&chain, EntryKind::Revoke, document, &number_digest(0))
            }
            Item::Known { document } => fold(&chain, EntryKind::Known, document, &number_digest(0)),
            Item::Seal(_) | Item::Proof(_) => chain,
        };
    }
    chain == wanted
}
