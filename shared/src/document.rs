//! One automerge document as a flat map from [`FieldPath`] to [`Value`]: the only place that knows how a record lies in a CRDT.
//!
//! A `Document` owns the loaded automerge value. Every document starts with its kind's genesis change (`genesis`), a constant of
//! this crate, so that no two nodes can create rival containers; after it, one operation is one path. Clearing writes an
//! explicit null instead of deleting the key, because a deletion that meets an edit made elsewhere would vanish silently,
//! while a null stays visible as one side of a conflict.
//!
//! Names and types this version does not know are kept: they are read as text and never rewritten.
//! Loading is strict: a snapshot that is damaged or lacks history is an error, never fewer values.
//!
//! Traps behind the rules here are listed in research/sync.md 2: text encoding is set explicitly, changes are applied in
//! batches, automerge never chooses an actor id (`write`).

use std::collections::BTreeSet;
use std::ops::RangeBounds;

use automerge::{
    Automerge, AutomergeError, Change, ChangeHash, LoadOptions, ObjId, ObjType, OnPartialLoad,
    ROOT, ReadDoc, TextEncoding, ValueRef, VerificationMode,
};

use crate::field::{FieldPath, Kind, Table, Target};
use crate::ids::DocumentId;
use crate::value::Value;

pub mod actor;
pub mod branch;
pub mod genesis;
pub mod history;
pub mod write;

pub use write::{Author, Base, WriteError};

/// How positions in a text are counted, on every machine alike.
pub const TEXT_ENCODING: TextEncoding = TextEncoding::UnicodeCodePoint;

/// Why bytes did not become a document, or changes could not be added to one.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The snapshot does not decode or its hashes do not match.
    #[error("the snapshot is damaged")]
    DamagedSnapshot {
        /// What automerge found.
        source: Box<AutomergeError>,
    },
    /// A change names a change that is not here; nothing was applied.
    #[error("change {change} needs {missing}, which is not here")]
    MissingDependency {
        /// The change.
        change: ChangeHash,
        /// What it builds on.
        missing: ChangeHash,
    },
    /// Automerge refuses the changes.
    #[error("automerge refuses the changes")]
    Refused {
        /// What automerge found.
        source: Box<AutomergeError>,
    },
}

/// One operation that stands at a path: its value and the name of the operation.
#[derive(Debug, Clone)]
pub struct Rival {
    /// The value.
    pub value: Value,
    /// The operation, for [`Document::change_of`].
    pub operation: ObjId,
}

/// Everything that stands at one path, automerge's winner last.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The path.
    pub path: FieldPath,
    /// One element, or several after edits made apart.
    pub rivals: Vec<Rival>,
}

impl Entry {
    /// The value automerge shows.
    #[must_use]
    pub fn winner(&self) -> &Value {
        self.rivals
            .last()
            .map_or(&Value::Null, |rival| &rival.value)
    }

    /// True when values differ; equal values written twice are no conflict.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.rivals
            .windows(2)
            .any(|pair| pair[0].value != pair[1].value)
    }
}

/// Who made a change, as the change itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeInfo {
    /// The writing node: the first eight bytes of the actor id.
    pub node: [u8; 8],
    /// The change's message, `<kind>:<user>`.
    pub message: String,
    /// The writer's clock, in seconds since 1970.
    pub seconds: i64,
}

/// One loaded document.
#[derive(Debug, Clone)]
pub struct Document {
    inner: Automerge,
}

impl Document {
    /// A document that holds nothing but the genesis change of its kind.
    ///
    /// # Errors
    /// Never for the constants of this crate; the type is that of [`Document::apply`].
    pub fn new(id: &DocumentId) -> Result<Self, DocumentError> {
        genesis::document(genesis::kind_of(id))
    }

    /// An empty document without a genesis; only for applying a complete history to it.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            inner: Automerge::new_with_encoding(TEXT_ENCODING),
        }
    }

    /// Loads what [`Document::save`] wrote, strictly: the whole history must be there and every hash must match.
    ///
    /// # Errors
    /// [`DocumentError::DamagedSnapshot`] for anything less.
    pub fn load(bytes: &[u8]) -> Result<Self, DocumentError> {
        let options = LoadOptions::new()
            .on_partial_load(OnPartialLoad::Error)
            .verification_mode(VerificationMode::Check)
            .text_encoding(TEXT_ENCODING);
        let inner = Automerge::load_with_options(bytes, options).map_err(|source| {
            DocumentError::DamagedSnapshot {
                source: Box::new(source),
            }
        })?;
        Ok(Self { inner })
    }

    /// The whole history, compacted.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    /// The same without packing it, for bytes that are read again at once.
    #[must_use]
    pub fn save_plain(&self) -> Vec<u8> {
        self.inner.save_nocompress()
    }

    /// The current tips, sorted.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.inner.get_heads()
    }

    /// True when the change is part of the history.
    #[must_use]
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.inner.get_change_meta_by_hash(hash).is_some()
    }

    /// The automerge document, for the gate's own checks.
    #[must_use]
    pub fn inner(&self) -> &Automerge {
        &self.inner
    }

    /// Applies changes as one batch. Changes that are here already are skipped.
    ///
    /// Shape of the result: the new changes in the order given, each once. Idempotent; the order of delivery does not matter
    /// as long as what a change builds on came before it.
    ///
    /// # Errors
    /// [`DocumentError::MissingDependency`] before anything is applied; [`DocumentError::Refused`] when automerge refuses.
    pub fn apply(&mut self, changes: Vec<Change>) -> Result<Vec<Change>, DocumentError> {
        let mut fresh = Vec::with_capacity(changes.len());
        let mut seen = BTreeSet::new();
        for change in changes {
            let hash = change.hash();
            if seen.contains(&hash) || self.contains(&hash) {
                continue;
            }
            for dependency in change.deps() {
                if !seen.contains(dependency) && !self.contains(dependency) {
                    return Err(DocumentError::MissingDependency {
                        change: hash,
                        missing: *dependency,
                    });
                }
            }
            seen.insert(hash);
            fresh.push(change);
        }
        if !fresh.is_empty() {
            self.inner
                .apply_changes(fresh.iter().cloned())
                .map_err(|source| DocumentError::Refused {
                    source: Box::new(source),
                })?;
        }
        Ok(fresh)
    }

    /// Every path that was ever set, in path order, with all that stands there. Keys that are no paths are left out.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries_within(.., None)
    }

    /// The same as it was at older heads.
    #[must_use]
    pub fn entries_at(&self, heads: &[ChangeHash]) -> Vec<Entry> {
        self.entries_within(.., Some(heads))
    }

    /// The entries of a table's cells. What else the document holds is not looked at, so this is cheap in a large one.
    #[must_use]
    pub fn entries_of(&self, table: Table) -> Vec<Entry> {
        let from = FieldPath::table_prefix(table);
        // The character after the slash that ends a prefix.
        let to = [table.id(), "0"].concat();
        self.entries_within(from..to, None)
    }

    fn entries_within(
        &self,
        range: impl RangeBounds<String>,
        heads: Option<&[ChangeHash]>,
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        let items = match heads {
            None => self.inner.map_range(ROOT, range),
            Some(heads) => self.inner.map_range_at(ROOT, range, heads),
        };
        for item in items {
            let Ok(path) = item.key.parse::<FieldPath>() else {
                continue;
            };
            if path.as_str().starts_with('_') {
                continue;
            }
            let rivals = if item.conflict {
                self.read_all(&path, heads)
            } else {
                let operation = item.id();
                let value = match &item.value {
                    ValueRef::Object(ObjType::Text) => self.text(&operation, heads),
                    ValueRef::Object(_) => Value::Null,
                    ValueRef::Scalar(_) => scalar(&item.value.clone().into()),
                };
                vec![Rival { value, operation }]
            };
            entries.push(Entry { path, rivals });
        }
        entries
    }

    /// All that stands at a path, automerge's winner last; empty when nothing was ever written.
    #[must_use]
    pub fn rivals(&self, path: &FieldPath) -> Vec<Rival> {
        self.read_all(path, None)
    }

    /// The value automerge shows at a path.
    #[must_use]
    pub fn value(&self, path: &FieldPath) -> Value {
        self.rivals(path).pop().map_or(Value::Null, |r| r.value)
    }

    /// The value automerge showed at a path as of older heads.
    #[must_use]
    pub fn value_at(&self, path: &FieldPath, heads: &[ChangeHash]) -> Value {
        self.read_all(path, Some(heads))
            .pop()
            .map_or(Value::Null, |r| r.value)
    }

    /// The change that holds an operation.
    #[must_use]
    pub fn change_of(&self, operation: &ObjId) -> Option<ChangeHash> {
        self.inner.hash_for_opid(operation)
    }

    /// The tips of what had been written by a moment, as the writers' clocks have it.
    ///
    /// Shape: sorted. A change counts once all it builds on does, so that a clock that ran slow brings nothing too early.
    #[must_use]
    pub fn heads_by(&self, seconds: i64) -> Vec<ChangeHash> {
        let mut counted = BTreeSet::new();
        let mut tips = BTreeSet::new();
        for change in self.inner.get_changes_meta(&[]) {
            if change.timestamp <= seconds && change.deps.iter().all(|one| counted.contains(one)) {
                for one in &change.deps {
                    tips.remove(one);
                }
                counted.insert(change.hash);
                tips.insert(change.hash);
            }
        }
        tips.into_iter().collect()
    }

    /// What a change says about its writer.
    #[must_use]
    pub fn change_info(&self, hash: &ChangeHash) -> Option<ChangeInfo> {
        let meta = self.inner.get_change_meta_by_hash(hash)?;
        Some(ChangeInfo {
            node: actor::node_prefix(meta.actor.as_ref()),
            message: meta.message.as_deref().unwrap_or("").to_owned(),
            seconds: meta.timestamp,
        })
    }

    /// The changes that are not among the ancestors of `heads`, in causal order.
    #[must_use]
    pub fn changes_since(&self, heads: &[ChangeHash]) -> Vec<Change> {
        self.inner.get_changes(heads)
    }

    fn read_all(&self, path: &FieldPath, heads: Option<&[ChangeHash]>) -> Vec<Rival> {
        let found = match heads {
            None => self.inner.get_all(ROOT, path.as_str()),
            Some(heads) => self.inner.get_all_at(ROOT, path.as_str(), heads),
        };
        let found = found.unwrap_or_default();
        found
            .into_iter()
            .map(|(value, operation)| {
                let value = match value {
                    automerge::Value::Object(ObjType::Text) => self.text(&operation, heads),
                    automerge::Value::Object(_) => Value::Null,
                    scalar_value => scalar(&scalar_value),
                };
                Rival { value, operation }
            })
            .collect()
    }

    fn text(&self, object: &ObjId, heads: Option<&[ChangeHash]>) -> Value {
        let text = match heads {
            None => self.inner.text(object),
            Some(heads) => self.inner.text_at(object, heads),
        };
        match text {
            Ok(text) if !text.is_empty() => Value::Text(text),
            _ => Value::Null,
        }
    }
}

/// True when the path is one of the co-edited texts, which are automerge Text objects.
#[must_use]
pub fn is_co_edited(path: &FieldPath) -> bool {
    matches!(path.target(), Target::Once(field) if field.kind() == Kind::CoEdited)
}

/// Reads an automerge scalar. Types this version never writes are shown as text, so that they are seen and not lost.
fn scalar(value: &automerge::Value<'_>) -> Value {
    use automerge::ScalarValue as S;
    let automerge::Value::Scalar(scalar) = value else {
        return Value::Null;
    };
    match scalar.as_ref() {
        S::Null => Value::Null,
        S::Boolean(flag) => Value::Bool(*flag),
        S::Int(number) | S::Timestamp(number) => Value::Int(*number),
        S::Uint(number) => {
            i64::try_from(*number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
        }
        S::Str(text) => Value::Text(text.to_string()),
        S::F64(number) => Value::Text(number.to_string()),
        S::Counter(counter) => Value::Int(i64::from(counter)),
        S::Bytes(bytes) => Value::Text(format!("bytes:{}", hex(bytes))),
        S::Unknown { type_code, bytes } => Value::Text(format!("type {type_code}:{}", hex(bytes))),
    }
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Heads as people and files carry them: hex, sorted.
#[must_use]
pub fn heads_to_hex(heads: &[ChangeHash]) -> Vec<String> {
    let mut hex: Vec<_> = heads.iter().map(ToString::to_string).collect();
    hex.sort_unstable();
    hex
}

/// Reads what [`heads_to_hex`] wrote; `None` when one is no hash.
#[must_use]
pub fn heads_from_hex(heads: &[String]) -> Option<Vec<ChangeHash>> {
    heads.iter().map(|text| text.parse().ok()).collect()
}

#[cfg(test)]
mod tests;
