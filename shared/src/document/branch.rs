//! A document without some of its changes and without all that builds on them: the way back from a change that others refuse
//! (research/reliability.md 2.6).
//!
//! What a person typed after such a change builds on it, so nobody else can take that in either. A [`Branch`] holds the document as it
//! would be without them, and every value that would be gone: who wrote it when, what he saw of what stays, and whether it can be written
//! again. Values that were written over in the meantime are not among them; the changes that leave hold them.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Change, ChangeHash, ObjId, ObjType, ReadDoc};

use super::{Base, ChangeInfo, Document, DocumentError, is_co_edited};
use crate::field::FieldPath;
use crate::value::Value;

/// A document parted from some of its changes.
#[derive(Debug)]
pub struct Branch {
    /// The document without them.
    pub kept: Document,
    /// The changes that leave, in causal order.
    pub left: Vec<Change>,
    /// The values that leave with them, in the order they were written.
    pub lost: Vec<Lost>,
    /// The changes each one that leaves builds on, itself not included.
    before: BTreeMap<ChangeHash, Before>,
}

/// A value that stands in the document and would be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where it stands.
    pub path: FieldPath,
    /// What is read there; of a text that several wrote, as its last writer among those that leave had it.
    pub value: Value,
    /// What would be read there instead.
    pub kept: Value,
    /// The change that wrote it.
    pub change: ChangeHash,
    /// Who and when, as that change says.
    pub by: ChangeInfo,
    /// False where it is a list or a map, which no program of ours puts anywhere.
    pub is_value: bool,
}

#[derive(Debug, Clone, Default)]
struct Before {
    /// Of those that stay: the latest.
    kept: BTreeSet<ChangeHash>,
    /// Of those that leave: all.
    left: BTreeSet<ChangeHash>,
}

impl Branch {
    /// What the writer of a change that leaves had seen; `again` names what became of those that were written again.
    #[must_use]
    pub fn base(&self, change: &ChangeHash, again: &BTreeMap<ChangeHash, Vec<ChangeHash>>) -> Base {
        let before = self.before.get(change).cloned().unwrap_or_default();
        let own = before.left.iter().filter_map(|hash| again.get(hash));
        Base::Seen {
            heads: self.kept.antichain(before.kept),
            own: own.flatten().copied().collect(),
        }
    }
}

impl Document {
    /// The document without these changes and all that builds on them.
    ///
    /// # Errors
    /// When automerge cannot build what is left, which would be its mistake: the rest names nothing that left.
    pub fn without(&self, refused: &BTreeSet<ChangeHash>) -> Result<Branch, DocumentError> {
        let mut before: BTreeMap<ChangeHash, Before> = BTreeMap::new();
        let (mut left, mut stay) = (Vec::new(), Vec::new());
        let mut actors = BTreeSet::new();
        for change in self.inner.get_changes(&[]) {
            let builds_on = change.deps().iter().any(|dep| before.contains_key(dep));
            // What an actor wrote after a change that leaves would have a number that does not follow.
            let leaves =
                builds_on || refused.contains(&change.hash()) || actors.contains(change.actor_id());
            if !leaves {
                stay.push(change);
                continue;
            }
            let mut seen = Before::default();
            for dep in change.deps() {
                match before.get(dep) {
                    None => {
                        seen.kept.insert(*dep);
                    }
                    Some(earlier) => {
                        seen.kept.extend(earlier.kept.iter().copied());
                        seen.left.extend(earlier.left.iter().copied());
                        seen.left.insert(*dep);
                    }
                }
            }
            actors.insert(change.actor_id().clone());
            before.insert(change.hash(), seen);
            left.push(change);
        }
        let mut kept = Self::blank();
        kept.apply(stay)?;
        let lost = self.lost(&kept, &left);
        Ok(Branch {
            kept,
            left,
            lost,
            before,
        })
    }

    fn lost(&self, kept: &Self, left: &[Change]) -> Vec<Lost> {
        let order: BTreeMap<ChangeHash, usize> =
            left.iter().map(Change::hash).zip(0usize..).collect();
        let writers = self.writers_of_texts(left);
        let mut lost = Vec::new();
        for entry in self.entries() {
            let path = entry.path;
            let stood = kept.value(&path);
            let mut found = Vec::new();
            if !is_co_edited(&path) {
                for rival in entry.rivals {
                    let is_value = !self.is_container(&rival.operation);
                    found.extend(
                        self.change_of(&rival.operation)
                            .filter(|change| order.contains_key(change))
                            .map(|change| (rival.value, change, is_value)),
                    );
                }
            } else if let Some(last) = writers.get(path.as_str())
                && self.value(&path) != stood
            {
                found.push((self.value_at(&path, &[*last]), *last, true));
            }
            for (value, change, is_value) in found {
                if let Some(by) = self.change_info(&change) {
                    lost.push(Lost {
                        path: path.clone(),
                        value,
                        kept: stood.clone(),
                        change,
                        by,
                        is_value,
                    });
                }
            }
        }
        lost.sort_by_key(|lost| order.get(&lost.change).copied());
        lost
    }

    /// The last of these changes that wrote each co-edited text.
    fn writers_of_texts(&self, left: &[Change]) -> BTreeMap<String, ChangeHash> {
        let mut writers = BTreeMap::new();
        for change in left {
            for path in self.touched_paths(change) {
                writers.insert(path, change.hash());
            }
        }
        writers
    }

    /// True for an operation that put a list or a map where our programs put values.
    fn is_container(&self, operation: &ObjId) -> bool {
        matches!(
            self.inner.object_type(operation),
            Ok(ObjType::Map | ObjType::List | ObjType::Table)
        )
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
