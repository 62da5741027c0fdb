//! Attachments on the line: pulled by who lacks them, a window at a time, and only when nothing else waits.
//!
//! A hub wants every file its nodes' documents name; a node wants what a person there asks for. What is wanted and how much
//! of it lies on the disk is known here ([`Wanted`]); the bytes are the driver's ([`Effect::ReadBlob`], [`Effect::WriteBlob`]).
//! A wish goes to a peer that can have the file, in windows that grow while the peer is quick. The peer answers one piece at
//! a time, and each only when every entry it has for us is acknowledged; so an edit waits for one piece at most. A cut line
//! costs the piece that was on the way: the next session asks from where the file on the disk ends.
//!
//! Source: research/sync.md R9; receiver-driven windows as in BitTorrent, sizes ours.

use std::collections::{BTreeMap, BTreeSet};

use crate::attachments::{self, BlobName};
use crate::identity::UnitKind;
use crate::ids::{DocumentId, NodeId, UnitId};
use crate::limits::ATTACHMENT_BYTES_MAX;
use crate::store::{Reader, StoreError};
use crate::time::Timestamp;
use crate::wire::v1::{BLOB_PART_BYTES, BlobFrame, Frame, Scope};

use super::bundle::files::note_held;
use super::effect::{CloseReason, Effect};
use super::error::ReplicaError;
use super::grant::Audience;
use super::input::SessionId;
use super::{Context, Replica};

/// Bytes asked for at first: a second on a bad line.
const WINDOW_MIN: u64 = 8 * 1024;
/// Bytes asked for at most: what may stand before an edit in a quick line's queue.
const WINDOW_MAX: u64 = 256 * 1024;
/// A window that arrives within this time is followed by a larger one, after twice as long by a smaller.
const QUICK_MS: i64 = 1_000;
/// A peer that brings nothing for so long is not waited for.
const PATIENCE_MS: i64 = 120_000;
/// Bytes read from the disk and sent in one go; after each, edits go first.
const PIECE_BYTES: u64 = 16 * 1024;
/// A file that arrives broken so often is not asked for again before the next start.
const TRIES_MAX: u8 = 3;
/// Files wanted at once; a hub that was down for a month has fewer.
const WANTED_MAX: usize = 10_000;

/// Where bytes of a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobStored {
    /// More is to come.
    Partial,
    /// It is whole and durable.
    Complete,
    /// Its bytes are not what its name says, or the disk refused them: nothing of it is kept.
    Broken,
}

/// A file that shall come here.
#[derive(Debug, Clone)]
struct Want {
    total: u64,
    /// Bytes on the disk, those on their way there included.
    held: u64,
    /// Whose nodes can have it; empty at a node, which asks its hub.
    units: BTreeSet<UnitId>,
    /// A person waits for it.
    is_urgent: bool,
    from: Option<SessionId>,
    tries: u8,
}

/// Everything that shall come here.
#[derive(Debug, Default)]
pub(crate) struct Wanted(BTreeMap<BlobName, Want>);

impl Wanted {
    /// The files a person waits for.
    pub(super) fn urgent(&self) -> impl Iterator<Item = BlobName> {
        let urgent = self.0.iter().filter(|(_, want)| want.is_urgent);
        urgent.map(|(name, _)| *name)
    }
}

/// What a session asks and is asked.
#[derive(Debug, Default)]
pub(crate) struct BlobLine {
    asking: Option<Asking>,
    serving: Option<Serving>,
    window: u64,
    /// What the peer said it does not have.
    absent: BTreeSet<BlobName>,
}

#[derive(Debug)]
struct Asking {
    name: BlobName,
    /// Asked for up to here.
    to: u64,
    asked_at: Timestamp,
    heard_at: Timestamp,
}

#[derive(Debug)]
struct Serving {
    name: BlobName,
    offset: u64,
    /// Up to here.
    to: u64,
    is_reading: bool,
}

impl Replica {
    /// The documents that changed name files; at a hub all of them shall come.
    pub(super) fn seek_blobs(
        &mut self,
        reader: &dyn Reader,
        documents: &[DocumentId],
        out: &mut Vec<Effect>,
    ) -> Result<(), ReplicaError> {
        if self.facts.role != crate::api::NodeRole::Hub {
            return Ok(());
        }
        let mut files = BTreeSet::new();
        for id in documents {
            if matches!(id, DocumentId::Project(_)) && self.library.contains(reader, id)? {
                let document = self.library.document(reader, id)?;
                files.extend(attachments::named(id, document));
            }
        }
        files.iter().for_each(|file| self.usage.note(file));
        if !files.is_empty() {
            out.push(Effect::SeekBlobs {
                files: files.into_iter().collect(),
            });
        }
        Ok(())
    }

    /// At start: everything any document names is looked for.
    pub(super) fn seek_all_blobs(&mut self, cx: &mut Context<'_, '_>) -> Result<(), StoreError> {
        if self.facts.role == crate::api::NodeRole::Hub {
            let files = attachments::find(cx.turn, None)?;
            files.iter().for_each(|file| self.usage.note(file));
            if !files.is_empty() {
                cx.out.push(Effect::SeekBlobs { files });
            }
        }
        Ok(())
    }

    /// A file is not here and shall be.
    pub(super) fn want_blob(
        &mut self,
        reader: &dyn Reader,
        file: &attachments::Named,
        held: u64,
        is_urgent: bool,
    ) -> Result<(), ReplicaError> {
        let is_possible = (1..=ATTACHMENT_BYTES_MAX).contains(&file.bytes) && held <= file.bytes;
        let has_room = is_urgent || self.usage.has_room(file);
        if !is_possible || !has_room || self.wanted.0.len() >= WANTED_MAX {
            return Ok(());
        }
        let units = self.readers_of(reader, &file.document)?;
        let want = self.wanted.0.entry(file.name).or_insert_with(|| Want {
            total: file.bytes,
            held,
            units: BTreeSet::new(),
            is_urgent: false,
            from: None,
            tries: 0,
        });
        want.units.extend(units);
        want.is_urgent |= is_urgent;
        if is_urgent {
            // Who asks again may have reason to believe that it is there by now.
            for session in self.sessions.values_mut() {
                if let Some(open) = session.open_mut() {
                    open.blobs.absent.remove(&file.name);
                }
            }
        }
        Ok(())
    }

    /// The driver wrote what came, or could not.
    pub(super) fn blob_stored(
        &mut self,
        cx: &mut Context<'_, '_>,
        name: BlobName,
        state: BlobStored,
    ) {
        let Some(want) = self.wanted.0.get_mut(&name) else {
            return;
        };
        match state {
            BlobStored::Partial => {}
            BlobStored::Complete => {
                let session = want.from.and_then(|id| self.sessions.get(&id));
                if let Some(open) = session.and_then(|session| session.open()) {
                    note_held(cx.turn, open.node, &name);
                }
                self.wanted.0.remove(&name);
                cx.out.push(Effect::Status);
            }
            BlobStored::Broken => {
                want.held = 0;
                want.from = None;
                want.tries += 1;
                if want.tries >= TRIES_MAX {
                    self.wanted.0.remove(&name);
                }
                // What was asked for on top of it is of no use.
                for session in self.sessions.values_mut() {
                    if let Some(open) = session.open_mut()
                        && open.blobs.asking.as_ref().is_some_and(|a| a.name == name)
                    {
                        open.blobs.asking = None;
                        open.blobs.absent.insert(name);
                    }
                }
            }
        }
    }

    /// A session ended: what it was bringing can come from another.
    pub(super) fn release_blobs(&mut self, id: SessionId) {
        for want in self.wanted.0.values_mut() {
            if want.from == Some(id) {
                want.from = None;
            }
        }
    }

    /// Serves and asks, when nothing else waits on this session.
    pub(super) fn attend_blobs(&mut self, cx: &mut Context<'_, '_>, id: SessionId) {
        let open = self.sessions.get(&id).and_then(|session| session.open());
        let Some(line) = open.map(|open| &open.blobs) else {
            return;
        };
        let waits = line.serving.as_ref().is_some_and(|s| !s.is_reading);
        let is_late = |asking: &Asking| cx.now >= asking.heard_at.plus_ms(PATIENCE_MS);
        let late = line.asking.as_ref().filter(|asking| is_late(asking));
        if let Some(name) = late.map(|asking| asking.name) {
            self.give_up_asking(id, name);
        }
        if waits {
            self.serve_blob(cx, id);
        }
        if !self.wanted.0.is_empty() {
            self.ask_for_blob(cx, id);
        }
    }

    /// Nothing came for long: another may have it, or the same later.
    fn give_up_asking(&mut self, id: SessionId, name: BlobName) {
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            open.blobs.asking = None;
        }
        self.free_blob(name);
    }

    /// Has the next piece read, once the peer has everything else.
    fn serve_blob(&mut self, cx: &mut Context<'_, '_>, id: SessionId) {
        let heads = self.heads_for(id);
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return;
        };
        if !open.is_all_acked(&heads) {
            return;
        }
        if let Some(serving) = open.blobs.serving.as_mut() {
            serving.is_reading = true;
            cx.out.push(Effect::ReadBlob {
                session: id,
                name: serving.name,
                offset: serving.offset,
                length: PIECE_BYTES.min(serving.to - serving.offset),
            });
        }
    }

    fn free_blob(&mut self, name: BlobName) {
        if let Some(want) = self.wanted.0.get_mut(&name) {
            want.from = None;
        }
    }

    fn ask_for_blob(&mut self, cx: &mut Context<'_, '_>, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let is_dialler = session.is_dialler;
        let Some(open) = session.open_mut().filter(|open| open.is_streaming) else {
            return;
        };
        if open.blobs.asking.is_some() {
            return;
        }
        let record = self.nodes.get(&open.node);
        let absent = &open.blobs.absent;
        let can_have = |want: &Want| match record {
            Some(record) => {
                record.kind == UnitKind::CountyNode || want.units.contains(&record.unit)
            }
            None => is_dialler,
        };
        let mut fitting = self.wanted.0.iter_mut().filter(|(name, want)| {
            want.held < want.total
                && want.from.is_none_or(|from| from == id)
                && !absent.contains(*name)
                && can_have(want)
        });
        let first = fitting.next();
        let Some((name, want)) = (match first {
            Some((name, want)) if !want.is_urgent => {
                let urgent = fitting.find(|(_, want)| want.is_urgent);
                urgent.or(Some((name, want)))
            }
            other => other,
        }) else {
            return;
        };
        want.from = Some(id);
        let window = open.blobs.window.clamp(WINDOW_MIN, WINDOW_MAX);
        let length = window.min(want.total - want.held);
        let (name, offset) = (*name, want.held);
        open.blobs.asking = Some(Asking {
            name,
            to: offset + length,
            asked_at: cx.now,
            heard_at: cx.now,
        });
        let frame = BlobFrame::Want {
            name,
            offset,
            length,
        };
        self.send(cx, id, &Frame::Blob(frame));
    }

    /// One frame about an attachment.
    pub(super) fn on_blob(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        frame: BlobFrame,
    ) -> Result<(), ReplicaError> {
        match frame {
            BlobFrame::Want {
                name,
                offset,
                length,
            } => self.on_want(cx, id, name, offset, length),
            BlobFrame::Part {
                name,
                total,
                offset,
                bytes,
            } => {
                self.on_blob_part(cx, id, name, total, offset, bytes);
                Ok(())
            }
            BlobFrame::None { name } => {
                if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
                    open.blobs.asking = None;
                    open.blobs.absent.insert(name);
                }
                self.free_blob(name);
                Ok(())
            }
        }
    }

    fn on_want(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        name: BlobName,
        offset: u64,
        length: u64,
    ) -> Result<(), ReplicaError> {
        let Some(open) = self.sessions.get(&id).and_then(|session| session.open()) else {
            return Ok(());
        };
        let to = offset.saturating_add(length);
        if !(1..=WINDOW_MAX).contains(&length) || to > ATTACHMENT_BYTES_MAX {
            self.close(cx, id, CloseReason::Protocol);
            return Ok(());
        }
        if !self.may_have(cx.turn, open.node, name)? {
            self.send(cx, id, &Frame::Blob(BlobFrame::None { name }));
            return Ok(());
        }
        if let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) {
            // One at a time: who asks anew has given up what it asked for before.
            open.blobs.serving = Some(Serving {
                name,
                offset,
                to,
                is_reading: false,
            });
        }
        Ok(())
    }

    /// A hub may have everything; a node what a document it may read names.
    fn may_have(
        &self,
        reader: &dyn Reader,
        node: NodeId,
        name: BlobName,
    ) -> Result<bool, ReplicaError> {
        let scopes = self.scopes_for(node);
        if scopes == [Scope::Hub] {
            return Ok(true);
        }
        for file in attachments::find(reader, Some(name))? {
            let audience = Audience::load(reader, &file.document)?;
            if scopes.iter().any(|scope| audience.scopes.contains(scope)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The driver read what a peer asked for; `None`: it is not here whole and sound.
    pub(super) fn blob_read(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        name: BlobName,
        offset: u64,
        read: Option<(u64, Vec<u8>)>,
    ) {
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return;
        };
        let Some(mut serving) = open.blobs.serving.take() else {
            return;
        };
        if serving.name != name || serving.offset != offset {
            open.blobs.serving = Some(serving);
            return;
        }
        let Some((total, bytes)) = read.filter(|(_, bytes)| !bytes.is_empty()) else {
            self.send(cx, id, &Frame::Blob(BlobFrame::None { name }));
            return;
        };
        serving.is_reading = false;
        serving.offset += bytes.len() as u64;
        if serving.offset < serving.to.min(total) {
            open.blobs.serving = Some(serving);
        } else if serving.offset >= total {
            // What is lost on the way now is asked for again, or said to be lacking by the next bundle.
            note_held(cx.turn, open.node, &name);
        }
        let mut at = offset;
        for part in bytes.chunks(BLOB_PART_BYTES) {
            let frame = BlobFrame::Part {
                name,
                total,
                offset: at,
                bytes: part.to_vec(),
            };
            at += part.len() as u64;
            self.send(cx, id, &Frame::Blob(frame));
        }
    }

    fn on_blob_part(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        name: BlobName,
        total: u64,
        offset: u64,
        bytes: Vec<u8>,
    ) {
        let Some(open) = self.sessions.get_mut(&id).and_then(|s| s.open_mut()) else {
            return;
        };
        // What was given up in the meantime may still arrive.
        let Some(asking) = open.blobs.asking.as_mut().filter(|a| a.name == name) else {
            return;
        };
        let Some(want) = self.wanted.0.get_mut(&name) else {
            open.blobs.asking = None;
            return;
        };
        let end = offset.saturating_add(bytes.len() as u64);
        if total != want.total || end > asking.to {
            // A row may lie about its file's size; that costs the file, not the line.
            want.from = None;
            open.blobs.asking = None;
            open.blobs.absent.insert(name);
            return;
        }
        if offset != want.held || bytes.is_empty() {
            // Asked for twice, since the first answer took so long.
            return;
        }
        want.held = end;
        asking.heard_at = cx.now;
        if end == asking.to {
            let took = cx.now.0 - asking.asked_at.0;
            let window = open.blobs.window.clamp(WINDOW_MIN, WINDOW_MAX);
            open.blobs.window = if took <= QUICK_MS {
                (window * 2).min(WINDOW_MAX)
            } else if took > 2 * QUICK_MS {
                (window / 2).max(WINDOW_MIN)
            } else {
                window
            };
            open.blobs.asking = None;
        }
        cx.out.push(Effect::WriteBlob {
            name,
            total,
            offset,
            bytes,
        });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
