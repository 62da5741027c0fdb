//! Taking in what a peer brought: whose it may be, what counts, what goes into quarantine.
//!
//! The gate judges shape; here it is decided whether the sender may write the document at all, and whether each value counts.
//! A hub may write anything at its node. A node may write its unit's document and the projects its unit has a part in; a value
//! outside its authority (it was moved away while the node was offline, or the node is not what it says) is merged, so that
//! nobody's heads fall apart, and at once taken back by the hub into a proposal (建议值), with the reason. What a node wrote
//! after it had confirmed that a document is not its any more goes into quarantine, with a `Nack`; everything else flows on
//! and the cursor advances. Who does it again and again is suspended (`strike`).

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::{Act, PARTY_TABLES};
use crate::document::{Author, Base, Document};
use crate::field::{Authority, Column, Field, FieldPath, Table, Target};
use crate::gate::{self, Reason, Refused, Voice};
use crate::identity::{UnitKind, actor_prefix};
use crate::ids::{DocumentId, NodeId, ProjectId, RowId, UnitId};
use crate::library::LibraryError;
use crate::store::{Reader, Tree};
use crate::time::Timestamp;
use crate::value::Value;
use crate::wire::v1::{Frame, Scope};

use super::error::ReplicaError;
use super::grant::{Audience, Parties};
use super::input::SessionId;
use super::log::{EntryKind, Source, number_digest};
use super::pack::{Item, chunk_hash};
use super::quarantine::{QUARANTINE_MAX, Quarantined};
use super::{Context, Effect, Replica};

mod sealed;

/// What a sender is to a document.
enum Standing {
    /// Its word counts everywhere.
    Trusted,
    /// A unit with a part in it; values count by authority.
    Member(UnitId),
    /// A unit whose own document it is, or that brings a project of its own.
    Owner(UnitId),
    /// A unit that had a part and cannot know yet that it has none: all its values become proposals.
    Late,
    /// It has no business here.
    Refused(Reason),
}

/// Who brings changes, and as whose they are judged.
#[derive(Debug, Clone, Copy)]
struct Bearer {
    node: NodeId,
    speaker: NodeId,
    /// They stand under this hub's own seal.
    is_sealed: bool,
}

impl Bearer {
    /// Who brings its own.
    const fn of(node: NodeId) -> Self {
        Self {
            node,
            speaker: node,
            is_sealed: false,
        }
    }
}

/// The projects a batch brings something of.
fn touched(items: &[Item]) -> BTreeSet<ProjectId> {
    let documents = items.iter().filter_map(|item| match item {
        Item::Change { document, .. } | Item::Whole { document, .. } => Some(document),
        _ => None,
    });
    documents
        .filter_map(|document| match document {
            DocumentId::Project(project) => Some(*project),
            _ => None,
        })
        .collect()
}

impl Replica {
    /// Takes in the items of one batch.
    pub(super) fn admit(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        node: NodeId,
        items: Vec<Item>,
        refused: &BTreeMap<DocumentId, Reason>,
    ) -> Result<(), ReplicaError> {
        // One document's changes are judged together while nothing else is said about it in between.
        let mut group: Vec<(DocumentId, Vec<Vec<u8>>)> = Vec::new();
        let projects = touched(&items);
        self.admit_sealed(cx, id, node, &items, refused)?;
        if self.hub_id() == Some(node) {
            self.seals.keep(cx.turn, &items)?;
        }
        for item in items {
            match item {
                Item::Skip(_) | Item::Seal(_) | Item::Proof(_) => {}
                Item::Change { document, raw } => {
                    match group.iter_mut().find(|g| g.0 == document) {
                        Some((_, raws)) => raws.push(raw),
                        None => group.push((document, vec![raw])),
                    }
                }
                Item::Whole {
                    document, changes, ..
                } => match group.iter_mut().find(|g| g.0 == document) {
                    Some((_, raws)) => raws.extend(changes),
                    None => group.push((document, changes)),
                },
                Item::Revoked { document } => {
                    self.admit_all(cx, id, node, std::mem::take(&mut group), refused)?;
                    self.note_revoked(cx, node, &document);
                }
                Item::Known { document } => {
                    self.admit_all(cx, id, node, std::mem::take(&mut group), refused)?;
                    Self::note_known(cx.turn, node, &document);
                }
            }
        }
        self.admit_all(cx, id, node, group, refused)?;
        self.judge_sender(cx, node);
        if self.nodes.contains_key(&node) {
            self.begin_permitting(cx, projects)?;
        }
        match self.nodes.get(&node).map(|record| record.unit) {
            Some(unit) if self.library.contains(cx.turn, &DocumentId::Unit(unit))? => {
                self.receive_filings(cx, unit)
            }
            _ => Ok(()),
        }
    }

    fn admit_all(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: SessionId,
        node: NodeId,
        group: Vec<(DocumentId, Vec<Vec<u8>>)>,
        refused: &BTreeMap<DocumentId, Reason>,
    ) -> Result<(), ReplicaError> {
        for (document, raws) in group {
            match refused.get(&document) {
                Some(&reason) => self.refuse_unread(cx, id, node, &document, raws, reason)?,
                None => self.admit_document(cx, id, Bearer::of(node), &document, raws)?,
            }
        }
        Ok(())
    }

    fn admit_document(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        bearer: Bearer,
        id: &DocumentId,
        raws: Vec<Vec<u8>>,
    ) -> Result<(), ReplicaError> {
        let Bearer { node, speaker, .. } = bearer;
        let document = self.document_or_new(cx.turn, id)?;
        let standing = match self.standing(cx.turn, speaker, id)? {
            // The hub took it in once; whatever its author's part was then, he has none now.
            Standing::Refused(_) if bearer.is_sealed => Standing::Late,
            standing => standing,
        };
        if let Standing::Refused(reason) = standing {
            return self.refuse_all(cx, session, node, id, &document, raws, reason);
        }
        if matches!(standing, Standing::Trusted) {
            self.note_brought(cx, id, &raws)?;
        }
        let voice = self.voice_of(speaker);
        let verdict = gate::judge(&document, id, raws, &voice);
        for refused in verdict.refused {
            self.quarantine(cx, session, node, id, refused)?;
        }
        let Some(after) = verdict.after else {
            return Ok(());
        };
        let mut paths: BTreeSet<FieldPath> = BTreeSet::new();
        for passed in &verdict.passed {
            paths.extend(passed.paths.iter().cloned());
        }
        let authors = verdict.passed.last().and_then(|passed| {
            let message = passed.change.message()?;
            Some(message.split_once(':')?.1.to_owned())
        });
        let changes = verdict.passed.into_iter().map(|passed| passed.change);
        let changes: Vec<automerge::Change> = changes.collect();
        let overreach = match &standing {
            Standing::Trusted | Standing::Refused(_) => BTreeSet::new(),
            Standing::Late => paths
                .iter()
                .filter(|path| !is_appended(path))
                .cloned()
                .collect(),
            Standing::Member(unit) => self.overreach(cx.turn, id, *unit, &paths)?,
            Standing::Owner(unit) => {
                if !is_legal_birth(&after, id, *unit) {
                    let raws = changes.iter().map(|c| c.raw_bytes().to_vec()).collect();
                    return self.refuse_all(
                        cx,
                        session,
                        node,
                        id,
                        &document,
                        raws,
                        Reason::OutOfScope,
                    );
                }
                BTreeSet::new()
            }
        };
        if self.quarantined > 0 {
            self.release(cx, id, &changes)?;
        }
        self.library
            .adopt(cx.turn, id, &document.heads(), after, changes)?;
        self.log_changed(cx.turn, Source::peer(node))?;
        if !overreach.is_empty() {
            self.take_back(cx, id, &document, &overreach, authors.as_deref())?;
        }
        Ok(())
    }

    /// A copy of a document as it stands here, or its beginning.
    pub(super) fn document_or_new(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
    ) -> Result<Document, ReplicaError> {
        if self.library.contains(reader, id)? {
            return Ok(self.library.document(reader, id)?.clone());
        }
        let document = id.clone();
        let new = Document::new(id).map_err(|source| LibraryError::Changes { document, source });
        Ok(new?)
    }

    /// Whose changes a sender may bring.
    fn voice_of(&self, node: NodeId) -> Voice {
        if self.hub.as_ref().is_some_and(|hub| hub.pin == node) {
            return Voice::All;
        }
        match self.nodes.get(&node) {
            // A lower hub speaks for every node under it.
            Some(record) if record.kind == UnitKind::CountyNode => Voice::All,
            Some(record) => {
                let unit = record.unit;
                let same = self.nodes.iter().filter(|(_, other)| other.unit == unit);
                Voice::Only(same.map(|(&other, _)| actor_prefix(other)).collect())
            }
            None => Voice::Only(BTreeSet::new()),
        }
    }

    fn standing(
        &mut self,
        reader: &dyn Reader,
        node: NodeId,
        id: &DocumentId,
    ) -> Result<Standing, ReplicaError> {
        if self.hub.as_ref().is_some_and(|hub| hub.pin == node) {
            return Ok(Standing::Trusted);
        }
        let Some(record) = self.nodes.get(&node) else {
            return Ok(Standing::Refused(Reason::OutOfScope));
        };
        let unit = record.unit;
        if record.kind == UnitKind::CountyNode {
            let is_countys = matches!(id, DocumentId::County(_) | DocumentId::Hub(_));
            return Ok(if is_countys {
                Standing::Refused(Reason::OutOfScope)
            } else {
                Standing::Trusted
            });
        }
        Ok(match id {
            DocumentId::Unit(owner) if *owner == unit => Standing::Owner(unit),
            DocumentId::Project(_) => {
                let audience = Audience::load(reader, id)?;
                if audience.scopes.contains(&Scope::Unit(unit)) {
                    Standing::Member(unit)
                } else if audience.logged == 0 {
                    Standing::Owner(unit)
                } else if !audience.former.contains(&unit) {
                    Standing::Refused(Reason::OutOfScope)
                } else if Self::knows_of_revocation(reader, node, id)? {
                    Standing::Refused(Reason::AfterRevocation)
                } else {
                    Standing::Late
                }
            }
            _ => Standing::Refused(Reason::OutOfScope),
        })
    }

    /// The paths a unit wrote without authority (design.md 2), by the same table `decide` uses.
    fn overreach(
        &mut self,
        reader: &dyn Reader,
        id: &DocumentId,
        unit: UnitId,
        paths: &BTreeSet<FieldPath>,
    ) -> Result<BTreeSet<FieldPath>, ReplicaError> {
        let DocumentId::Project(project) = id else {
            return Ok(BTreeSet::new());
        };
        let parties = self.parties_of(reader, *project)?;
        Ok(paths
            .iter()
            .filter(|path| !may_write(path, &parties, unit))
            .cloned()
            .collect())
    }

    /// Puts back what stood at paths that were written without authority, and proposes what was written.
    fn take_back(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: &DocumentId,
        before: &Document,
        paths: &BTreeSet<FieldPath>,
        author: Option<&str>,
    ) -> Result<(), ReplicaError> {
        let mut edits = Vec::new();
        for path in paths {
            let old = before.value(path);
            let there = self.library.document(cx.turn, id)?;
            let new = there.value(path);
            // The same value written twice takes nothing from anybody.
            if there.rivals(path).iter().all(|rival| rival.value == old) {
                continue;
            }
            edits.push((path.clone(), old.clone()));
            if new == old {
                continue;
            }
            let row = self.draw_row(cx);
            let said = serde_json::to_string(&new).unwrap_or_default();
            let mut cell = |column, value: Value| {
                edits.push((FieldPath::cell(Table::Proposals, row, column), value));
            };
            cell(Column::Path, path.to_string().into());
            cell(Column::Value, said.into());
            cell(Column::Reason, Value::from(LATE_REASON));
            cell(Column::At, Value::Int(cx.now.0));
            if let Some(author) = author {
                cell(Column::By, Value::from(author));
            }
        }
        let author = self.engine_author(cx.now, Act::System.id());
        self.library.write(cx.turn, id, &edits, &author)?;
        // Ours, not the peer's: it has to hear of it.
        self.log_changed(cx.turn, Source::OWN)?;
        Ok(())
    }

    fn draw_row(&mut self, cx: &mut Context<'_, '_>) -> RowId {
        let time = u64::try_from(cx.now.0).unwrap_or(0);
        RowId::from_parts(time, cx.draw())
    }

    /// The engine itself as the author of a change.
    pub(super) fn engine_author(&self, now: Timestamp, act: &str) -> Author {
        Author {
            process: self.seed,
            message: act.to_owned(),
            at: now,
            base: Base::Now,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one refusal, told in full")]
    fn refuse_all(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        node: NodeId,
        id: &DocumentId,
        document: &Document,
        raws: Vec<Vec<u8>>,
        reason: Reason,
    ) -> Result<(), ReplicaError> {
        for raw in raws {
            let (hash, reason) = match gate::parse(&raw) {
                Ok(change) if document.contains(&change.hash()) => continue,
                Ok(change) => (change.hash().0, reason),
                Err(found) => (*blake3::hash(&raw).as_bytes(), found),
            };
            self.quarantine(cx, session, node, id, Refused { hash, raw, reason })?;
        }
        Ok(())
    }

    /// Refuses changes that are not safe to read.
    fn refuse_unread(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        node: NodeId,
        id: &DocumentId,
        raws: Vec<Vec<u8>>,
        reason: Reason,
    ) -> Result<(), ReplicaError> {
        for raw in raws {
            let hash = chunk_hash(&raw);
            let is_here = self.library.contains(cx.turn, id)?
                && self
                    .library
                    .document(cx.turn, id)?
                    .contains(&automerge::ChangeHash(hash));
            if !is_here {
                self.quarantine(cx, session, node, id, Refused { hash, raw, reason })?;
            }
        }
        Ok(())
    }

    /// Keeps a refused change where an officer can see it, and tells its sender; once.
    fn quarantine(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        node: NodeId,
        id: &DocumentId,
        refused: Refused,
    ) -> Result<(), ReplicaError> {
        let mut key = id.to_bytes();
        key.extend(refused.hash);
        let nack = Frame::Nack {
            document: id.clone(),
            hash: refused.hash,
            reason: refused.reason as u8,
        };
        if cx.turn.load(Tree::Quarantine, &key)?.is_some() {
            // Who brings it again has not heard.
            self.send(cx, session, &nack);
            return Ok(());
        }
        if self.quarantined >= QUARANTINE_MAX {
            self.watch.note_unkept();
            self.close(cx, session, super::CloseReason::Limit);
            return Ok(());
        }
        self.watch.note_reason(refused.reason, &refused.hash);
        if !self.watch.note_refused(node, refused.raw.len()) {
            return Ok(());
        }
        let refused = Quarantined {
            document: id.clone(),
            hash: refused.hash,
            reason: refused.reason,
            from: node,
            at: cx.now,
            raw: refused.raw,
        };
        cx.turn.put(Tree::Quarantine, key, refused.encode());
        self.quarantined += 1;
        self.send(cx, session, &nack);
        cx.out.push(Effect::Status);
        Ok(())
    }

    /// A change that came too early, and now fits, is in quarantine no more.
    fn release(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: &DocumentId,
        changes: &[automerge::Change],
    ) -> Result<(), ReplicaError> {
        for change in changes {
            let mut key = id.to_bytes();
            key.extend(change.hash().0);
            self.reinstate(cx, id, key)?;
        }
        Ok(())
    }

    /// The hub says a document is not ours any more: confirmed in our own log, so that the hub can tell what we wrote before
    /// from what we wrote after.
    fn note_revoked(&mut self, cx: &mut Context<'_, '_>, node: NodeId, id: &DocumentId) {
        if self.hub.as_ref().is_some_and(|hub| hub.pin == node) {
            self.logs.append(
                cx.turn,
                Scope::Hub,
                EntryKind::Known,
                Source::OWN,
                id,
                0,
                &number_digest(0),
            );
        }
    }
}

/// A document a node brings must be its own: a project names the node's unit as its home.
fn is_legal_birth(born: &Document, id: &DocumentId, unit: UnitId) -> bool {
    let home = || born.value(&FieldPath::once(Field::HomeNode));
    !matches!(id, DocumentId::Project(_)) || home() == Value::Text(unit.to_string())
}

/// An id of `text`: the author could not know that the record had moved.
const LATE_REASON: &str = "late_without_authority";

/// Rows that name their author and only ever add: they need no authority. What decides who reads the project is none of them, or a unit that was
/// struck could name itself again.
fn is_appended(path: &FieldPath) -> bool {
    let Target::Cell(table, _, column) = path.target() else {
        return false;
    };
    let names_reader =
        PARTY_TABLES.contains(&table) && matches!(column, Column::Org | Column::Deleted);
    table.authority() == Authority::Anyone && !names_reader
}

/// Whether a unit's write of a path counts. `decide` is finer (roles, the name of a listed project); what it allows passes here.
fn may_write(path: &FieldPath, parties: &Parties, unit: UnitId) -> bool {
    let is_home = parties.home == Some(unit);
    let authority = match path.target() {
        // The engine of the home node writes these.
        Target::Once(Field::Deleted | Field::Demo) => Authority::Home,
        Target::Once(field) | Target::Year(_, field) | Target::Month(_, field) => field.authority(),
        Target::Cell(table, ..) => table.authority(),
        // The gate refuses shape, never vocabulary: a newer node may know the name.
        Target::Unknown => Authority::Home,
    };
    match authority {
        Authority::Anyone => true,
        Authority::Home => is_home,
        Authority::Lead => is_home || parties.lead == Some(unit),
        Authority::Hub | Authority::Engine => false,
    }
}
