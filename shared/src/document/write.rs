//! Writing with a base: a real clash stays visible, nobody clashes with himself (design.md 3).
//!
//! An author saw some heads (and knows his own later, unanswered commands). For each path he writes, every operation that
//! stands there now is either one he saw or one he did not. If he saw them all, the write goes on top of the current heads. If not, it
//! goes at his base, so that both values stand. Such a write uses the first lane of the node's actor whose last change the base
//! contains: then automerge never has to derive an actor id of its own (its `isolate_actor` keeps index 0), and the
//! gate of every peer can tell whose change it is.

use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, AutomergeError, Change, ChangeHash, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue,
};

use super::{Document, actor, is_co_edited};
use crate::field::FieldPath;
use crate::identity::ProcessActor;
use crate::time::Timestamp;
use crate::value::Value;

/// Operations one change of ours may hold; longer commands become several changes (design.md 5: the gate takes 20,000).
const OPERATIONS_PER_CHANGE_MAX: usize = 5_000;

/// What the author saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing in particular: write on top of what is there.
    Now,
    /// A state of the document, and what became of his own commands since.
    Seen {
        /// The heads he looked at; empty means the bare genesis.
        heads: Vec<ChangeHash>,
        /// Changes his own later commands became.
        own: Vec<ChangeHash>,
    },
}

/// Who writes, when, and what he saw.
#[derive(Debug, Clone)]
pub struct Author {
    /// The node's actor.
    pub process: ProcessActor,
    /// The message of the change, `<kind>:<user>`, at most 16 bytes.
    pub message: String,
    /// The moment; stored in whole seconds.
    pub at: Timestamp,
    /// What the author saw.
    pub base: Base,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The base names a change this document does not hold.
    #[error("the base is not part of this document")]
    UnknownBase,
    /// All 256 lanes hold changes the base lacks.
    #[error("too many writes at old bases")]
    LanesExhausted,
    /// Automerge refused.
    #[error("automerge refuses the write")]
    Refused {
        /// What it found.
        source: Box<AutomergeError>,
    },
    /// Automerge made a change under an actor id that is not ours; our own bug.
    #[error("automerge derived an actor id")]
    ForeignActor,
}

impl From<AutomergeError> for WriteError {
    fn from(source: AutomergeError) -> Self {
        Self::Refused {
            source: Box::new(source),
        }
    }
}

/// Edits of one change at a base, with the lane's actor.
type AtBase<'a> = (Vec<ChangeHash>, ActorId, Vec<&'a (FieldPath, Value)>);

impl Document {
    /// Writes values and returns the changes this made: none for no edits, one as a rule, several where paths need different
    /// bases or the command is large.
    ///
    /// # Errors
    /// As [`WriteError`] says; then nothing was written.
    pub fn write(
        &mut self,
        edits: &[(FieldPath, Value)],
        author: &Author,
    ) -> Result<Vec<Change>, WriteError> {
        let before = self.inner.get_heads();
        let (on_top, mut at_base) = match &author.base {
            Base::Now => (edits.iter().collect(), BTreeMap::new()),
            Base::Seen { heads, own } => self.sort_by_base(edits, heads, own)?,
        };
        // Lanes are chosen before anything is written, so that a refusal leaves the document as it was.
        let mut used = BTreeSet::new();
        let mut plan: Vec<AtBase<'_>> = Vec::new();
        for (base, edits) in std::mem::take(&mut at_base) {
            for chunk in chunks(edits) {
                let lane = self.free_lane(author, &base, &used)?;
                used.insert(lane);
                plan.push((base.clone(), actor::lane(author.process, lane), chunk));
            }
        }
        for (base, actor, edits) in plan {
            self.inner.set_actor(actor.clone());
            let mut tx = self
                .inner
                .transaction_at(PatchLog::inactive(), &base)
                .map_err(|_| WriteError::ForeignActor)?;
            put_all(&mut tx, &edits)?;
            tx.commit_with(options(author));
            let last = self.inner.get_last_local_change();
            if last.is_none_or(|change| *change.actor_id() != actor) {
                return Err(WriteError::ForeignActor);
            }
        }
        for edits in chunks(on_top) {
            self.inner
                .set_actor(actor::lane(author.process, actor::LANE_NORMAL));
            let mut tx = self.inner.transaction();
            put_all(&mut tx, &edits)?;
            tx.commit_with(options(author));
        }
        Ok(self.inner.get_changes(&before))
    }

    /// Splits edits into those whose author saw all that stands at their path, and those that must go at a base.
    #[expect(
        clippy::type_complexity,
        reason = "two lists used at once by the only caller"
    )]
    fn sort_by_base<'a>(
        &self,
        edits: &'a [(FieldPath, Value)],
        heads: &[ChangeHash],
        own: &[ChangeHash],
    ) -> Result<
        (
            Vec<&'a (FieldPath, Value)>,
            BTreeMap<Vec<ChangeHash>, Vec<&'a (FieldPath, Value)>>,
        ),
        WriteError,
    > {
        let genesis;
        let heads = if heads.is_empty() {
            genesis = self
                .inner
                .get_changes_meta(&[])
                .first()
                .map(|meta| vec![meta.hash])
                .unwrap_or_default();
            &genesis
        } else {
            heads
        };
        let own: Vec<_> = own
            .iter()
            .copied()
            .filter(|hash| self.contains(hash))
            .collect();
        if heads.iter().any(|hash| !self.contains(hash)) {
            return Err(WriteError::UnknownBase);
        }
        let mut on_top = Vec::new();
        let mut at_base: BTreeMap<Vec<ChangeHash>, Vec<_>> = BTreeMap::new();
        if self.inner.get_heads() == heads {
            return Ok((edits.iter().collect(), at_base));
        }
        let unseen: BTreeSet<_> = self
            .inner
            .get_changes_meta(heads)
            .into_iter()
            .map(|meta| meta.hash)
            .filter(|hash| !own.contains(hash))
            .collect();
        let touched = self.paths_of(&own);
        for edit in edits {
            let path = &edit.0;
            let clash = if is_co_edited(path) {
                let seen = self.base_of(path, heads, &touched);
                self.value_at(path, &seen) != self.value(path)
            } else {
                self.rivals(path)
                    .iter()
                    .filter_map(|rival| self.change_of(&rival.operation))
                    .any(|hash| unseen.contains(&hash))
            };
            if clash {
                at_base
                    .entry(self.base_of(path, heads, &touched))
                    .or_default()
                    .push(edit);
            } else {
                on_top.push(edit);
            }
        }
        Ok((on_top, at_base))
    }

    /// The author's base for one path: his heads, and those of his own changes that touched the path.
    fn base_of(
        &self,
        path: &FieldPath,
        heads: &[ChangeHash],
        touched: &BTreeMap<ChangeHash, BTreeSet<String>>,
    ) -> Vec<ChangeHash> {
        let mut base: BTreeSet<_> = heads.iter().copied().collect();
        base.extend(
            touched
                .iter()
                .filter(|(_, paths)| paths.contains(path.as_str()))
                .map(|(hash, _)| *hash),
        );
        self.antichain(base)
    }

    /// Drops every hash that is an ancestor of another, so that a change names no dependency twice.
    pub(super) fn antichain(&self, hashes: BTreeSet<ChangeHash>) -> Vec<ChangeHash> {
        if hashes.len() < 2 {
            return hashes.into_iter().collect();
        }
        let mut kept = hashes.clone();
        for hash in &hashes {
            let later: BTreeSet<_> = self
                .inner
                .get_changes_meta(&[*hash])
                .into_iter()
                .map(|meta| meta.hash)
                .collect();
            kept.retain(|other| other == hash || later.contains(other));
        }
        kept.into_iter().collect()
    }

    /// Which paths each of these changes wrote.
    fn paths_of(&self, changes: &[ChangeHash]) -> BTreeMap<ChangeHash, BTreeSet<String>> {
        changes
            .iter()
            .filter_map(|hash| self.inner.get_change_by_hash(hash))
            .map(|change| {
                let paths = self.touched_paths(&change);
                (change.hash(), paths)
            })
            .collect()
    }

    /// The first lane whose changes the base contains all, and that this write has not used.
    fn free_lane(
        &self,
        author: &Author,
        base: &[ChangeHash],
        used: &BTreeSet<u8>,
    ) -> Result<u8, WriteError> {
        let busy: BTreeSet<_> = self
            .inner
            .get_changes_meta(base)
            .into_iter()
            .map(|meta| meta.actor.as_ref().clone())
            .collect();
        (0..=u8::MAX)
            .find(|lane| {
                !used.contains(lane) && !busy.contains(&actor::lane(author.process, *lane))
            })
            .ok_or(WriteError::LanesExhausted)
    }
}

fn options(author: &Author) -> CommitOptions {
    CommitOptions::default()
        .with_message(author.message.clone())
        .with_time(author.at.seconds())
}

fn chunks(edits: Vec<&(FieldPath, Value)>) -> Vec<Vec<&(FieldPath, Value)>> {
    let mut chunks = Vec::new();
    let mut current = Vec::new();
    let mut weight = 0;
    for edit in edits {
        let cost = match (&edit.1, is_co_edited(&edit.0)) {
            (Value::Text(text), true) => text.chars().count() * 2,
            _ => 1,
        };
        if !current.is_empty() && weight + cost > OPERATIONS_PER_CHANGE_MAX {
            chunks.push(std::mem::take(&mut current));
            weight = 0;
        }
        weight += cost;
        current.push(edit);
    }
    if !current.is_empty() {
        chunks.push(current);
    }
    chunks
}

fn put_all(
    tx: &mut automerge::transaction::Transaction<'_>,
    edits: &[&(FieldPath, Value)],
) -> Result<(), AutomergeError> {
    for (path, value) in edits {
        if is_co_edited(path)
            && let Some((automerge::Value::Object(ObjType::Text), object)) =
                tx.get(ROOT, path.as_str())?
        {
            tx.update_text(&object, value.as_text().unwrap_or(""))?;
            continue;
        }
        let scalar = match value {
            Value::Null => ScalarValue::Null,
            Value::Bool(flag) => ScalarValue::Boolean(*flag),
            Value::Int(number) => ScalarValue::Int(*number),
            Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        };
        tx.put(ROOT, path.as_str(), scalar)?;
    }
    Ok(())
}
