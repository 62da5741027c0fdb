//! What happened to a path: who wrote what over what, newest first.
//!
//! The changes of a document are walked once in causal order, so a thousand of them cost milliseconds. An operation names the
//! operations it replaced, which gives the old value even where two sides wrote apart. For the co-edited texts, whose operations
//! are single characters, the whole text before and after a change is shown instead.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc};

use super::{ChangeInfo, Document, actor, scalar};
use crate::field::{Column, Field, FieldPath, Kind, Table, Target};
use crate::value::Value;

/// One value written to one path.
#[derive(Debug, Clone)]
pub struct PastWrite {
    /// The path.
    pub path: FieldPath,
    /// The value it replaced.
    pub old: Value,
    /// The value written.
    pub new: Value,
    /// The change that did it.
    pub change: ChangeHash,
    /// Its writer.
    pub by: ChangeInfo,
    /// The reason recorded with it (代填), or empty.
    pub reason: String,
}

/// A write whose values are known, or a text whose values are read at the end.
enum Found {
    Scalar(PastWrite),
    /// The value that stood was kept: automerge only takes the others away, so what was kept is read at the end.
    Kept(PastWrite),
    Text(FieldPath, Vec<ChangeHash>, ChangeHash, ChangeInfo, String),
}

impl Document {
    /// The newest `limit` writes to a path, or to any path; newest first.
    #[must_use]
    pub fn history(&self, path: Option<&FieldPath>, limit: usize) -> Vec<PastWrite> {
        self.history_of(|written| path.is_none_or(|path| path == written), limit)
    }

    /// The newest `limit` writes to the paths that are wanted; newest first.
    #[must_use]
    pub fn history_of(&self, wanted: impl Fn(&FieldPath) -> bool, limit: usize) -> Vec<PastWrite> {
        let texts = self.text_objects();
        let mut values: HashMap<(u64, ActorId), Value> = HashMap::new();
        let mut found: VecDeque<Found> = VecDeque::new();
        for change in self.inner.get_changes(&[]) {
            let hash = change.hash();
            let expanded = change.decode();
            let by = ChangeInfo {
                node: actor::node_prefix(&expanded.actor_id),
                message: expanded.message.clone().unwrap_or_default(),
                seconds: expanded.time,
            };
            let reason = correction_reason(&expanded);
            let mut written_texts = BTreeSet::new();
            for (index, op) in (0u64..).zip(&expanded.operations) {
                match (&op.obj, &op.key) {
                    (ObjectId::Root, Key::Map(key)) => {
                        let written = match &op.action {
                            OpType::Put(value) => Some(value),
                            OpType::Delete => None,
                            _ => continue,
                        };
                        let Some(key) = key.parse::<FieldPath>().ok().filter(|key| wanted(key))
                        else {
                            continue;
                        };
                        let old = op
                            .pred
                            .iter()
                            .filter_map(|pred| values.get(&(pred.counter(), pred.actor().clone())))
                            .next_back()
                            .cloned()
                            .unwrap_or_default();
                        let mut write = PastWrite {
                            path: key,
                            old,
                            new: Value::Null,
                            change: hash,
                            by: by.clone(),
                            reason: reason.clone(),
                        };
                        let Some(value) = written else {
                            found.push_back(Found::Kept(write));
                            continue;
                        };
                        write.new =
                            scalar(&automerge::Value::Scalar(std::borrow::Cow::Borrowed(value)));
                        values.insert(
                            (expanded.start_op.get() + index, expanded.actor_id.clone()),
                            write.new.clone(),
                        );
                        found.push_back(Found::Scalar(write));
                    }
                    (ObjectId::Id(id), _) => {
                        if let Some(key) = texts.get(&(id.counter(), id.actor().clone())) {
                            written_texts.insert(key.clone());
                        }
                    }
                    _ => {}
                }
            }
            for key in written_texts {
                if let Some(key) = key.parse::<FieldPath>().ok().filter(|key| wanted(key)) {
                    found.push_back(Found::Text(
                        key,
                        expanded.deps.clone(),
                        hash,
                        by.clone(),
                        reason.clone(),
                    ));
                }
            }
            while found.len() > limit {
                found.pop_front();
            }
        }
        found
            .into_iter()
            .rev()
            .map(|found| match found {
                Found::Scalar(write) => write,
                Found::Kept(write) => PastWrite {
                    new: self.value_at(&write.path, &[write.change]),
                    ..write
                },
                Found::Text(path, before, change, by, reason) => PastWrite {
                    old: self.value_at(&path, &before),
                    new: self.value_at(&path, &[change]),
                    path,
                    change,
                    by,
                    reason,
                },
            })
            .collect()
    }

    /// The paths a change writes, as they stand in the document.
    pub(super) fn touched_paths(&self, change: &Change) -> BTreeSet<String> {
        let texts = self.text_objects();
        let mut paths = BTreeSet::new();
        for op in &change.decode().operations {
            match (&op.obj, &op.key) {
                (ObjectId::Root, Key::Map(key)) => {
                    paths.insert(key.to_string());
                }
                (ObjectId::Id(id), _) => {
                    if let Some(key) = texts.get(&(id.counter(), id.actor().clone())) {
                        paths.insert(key.clone());
                    }
                }
                _ => {}
            }
        }
        paths
    }

    /// The co-edited texts of this document by the operation that made them.
    pub(crate) fn text_objects(&self) -> BTreeMap<(u64, ActorId), String> {
        let mut texts = BTreeMap::new();
        for field in Field::ALL
            .iter()
            .filter(|field| field.kind() == Kind::CoEdited)
        {
            for (value, id) in self.inner.get_all(ROOT, field.id()).unwrap_or_default() {
                if let (automerge::Value::Object(ObjType::Text), ObjId::Id(counter, actor, _)) =
                    (value, id)
                {
                    texts.insert((counter, actor), field.id().to_owned());
                }
            }
        }
        texts
    }
}

/// The reason of a correction recorded in the same change as the values it explains.
fn correction_reason(change: &automerge::ExpandedChange) -> String {
    for op in &change.operations {
        let (ObjectId::Root, Key::Map(key), OpType::Put(value)) = (&op.obj, &op.key, &op.action)
        else {
            continue;
        };
        let Ok(path) = key.parse::<FieldPath>() else {
            continue;
        };
        if let (Target::Cell(Table::Corrections, _, Column::Reason), Some(text)) =
            (path.target(), value.as_str())
        {
            return text.to_owned();
        }
    }
    String::new()
}
