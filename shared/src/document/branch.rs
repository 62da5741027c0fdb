//! A document without some of its changes and without all that builds on them: the way back from a change that others refuse
//! (research/reliability.md 2.6).
//!
//! What a person typed after such a change builds on it, so nobody else can take that in either. A [`Branch`] holds the document as it
//! would be without them, and every value that would be gone: who wrote it when, what he saw of what stays, and whether it can be written
//! again. Values that were written over in the meantime are not among them; the changes that leave hold them.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Change, ChangeHash, ObjId, ObjType, ReadDoc};

use super::{Author, Base, ChangeInfo, Document, DocumentError, WriteError, is_co_edited};
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
    /// What each change that leaves names as what it builds on.
    deps: BTreeMap<ChangeHash, Vec<ChangeHash>>,
}

/// A value that stands in the document and would be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where it stands.
    pub path: FieldPath,
    /// What is read there; of a text that several wrote, as those that leave made it among them.
    pub value: Value,
    /// What would be read there instead.
    pub kept: Value,
    /// The change that wrote it; of a text the last one.
    pub change: ChangeHash,
    /// Of a text: the other changes that leave and wrote it.
    pub others: Vec<ChangeHash>,
    /// Who and when, as that change says.
    pub by: ChangeInfo,
    /// False where it is a list or a map, which no program of ours puts anywhere.
    pub is_value: bool,
}

/// Values that were written again.
#[derive(Debug)]
pub struct Again {
    /// The document with them.
    pub document: Document,
    /// The changes that hold them.
    pub changes: Vec<Change>,
    /// How many they are.
    pub values: usize,
}

impl Branch {
    /// Writes lost values again on the document without what left, those that are wanted: each on what its writer had seen, so that what
    /// others wrote meanwhile stands beside it. `author` says in whose name; its base is not looked at.
    ///
    /// # Errors
    /// As [`Document::write`]: when more values than there are lanes stand beside others'.
    pub fn again(
        &self,
        is_wanted: impl Fn(&Lost) -> bool,
        author: impl Fn(&Lost) -> Author,
    ) -> Result<Again, WriteError> {
        let mut document = self.kept.clone();
        let mut changes: Vec<Change> = Vec::new();
        let mut values = 0;
        let mut made: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
        // A text has a base of its own: that of all who wrote it.
        let is_one = |a: &Lost, b: &Lost| a.change == b.change && a.others == b.others;
        for of_change in self.lost.chunk_by(is_one) {
            let wanted = of_change.iter().filter(|lost| is_wanted(lost));
            let edits: Vec<(FieldPath, Value)> = wanted
                .map(|lost| (lost.path.clone(), lost.value.clone()))
                .collect();
            let Some(first) = of_change.first().filter(|_| !edits.is_empty()) else {
                continue;
            };
            let author = Author {
                base: self.base(first, &made),
                ..author(first)
            };
            let written = document.write(&edits, &author)?;
            let hashes = written.iter().map(Change::hash);
            made.entry(first.change).or_default().extend(hashes);
            changes.extend(written);
            values += edits.len();
        }
        Ok(Again {
            document,
            changes,
            values,
        })
    }

    /// What the writers of a lost value had seen; `again` names what became of changes that were written again.
    fn base(&self, lost: &Lost, again: &BTreeMap<ChangeHash, Vec<ChangeHash>>) -> Base {
        let mut todo: Vec<ChangeHash> = lost.others.clone();
        todo.push(lost.change);
        let (mut kept, mut own) = (BTreeSet::new(), Vec::new());
        let mut seen = BTreeSet::new();
        while let Some(hash) = todo.pop() {
            match self.deps.get(&hash) {
                None => drop(kept.insert(hash)),
                Some(deps) if seen.insert(hash) => {
                    todo.extend(deps);
                    own.extend(again.get(&hash).into_iter().flatten().copied());
                }
                Some(_) => {}
            }
        }
        Base::Seen {
            heads: self.kept.antichain(kept),
            own,
        }
    }
}

impl Document {
    /// The document without these changes and all that builds on them.
    ///
    /// # Errors
    /// When automerge cannot build what is left, which would be its mistake: the rest names nothing that left.
    pub fn without(&self, refused: &BTreeSet<ChangeHash>) -> Result<Branch, DocumentError> {
        let mut gone: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
        let (mut left, mut stay) = (Vec::new(), Vec::new());
        let mut actors = BTreeSet::new();
        for change in self.inner.get_changes(&[]) {
            // What an actor wrote after a change that leaves would have a number that does not follow.
            let leaves = refused.contains(&change.hash())
                || actors.contains(change.actor_id())
                || change.deps().iter().any(|dep| gone.contains_key(dep));
            if leaves {
                actors.insert(change.actor_id().clone());
                gone.insert(change.hash(), change.deps().to_vec());
                left.push(change);
            } else {
                stay.push(change);
            }
        }
        let mut kept = Self::blank();
        kept.apply(stay)?;
        let lost = self.lost(&kept, &left);
        Ok(Branch {
            kept,
            left,
            lost,
            deps: gone,
        })
    }

    fn lost(&self, kept: &Self, left: &[Change]) -> Vec<Lost> {
        let order: BTreeMap<ChangeHash, usize> =
            left.iter().map(Change::hash).zip(0usize..).collect();
        let writers = self.writers(left);
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
                            .map(|change| (rival.value, change, Vec::new(), is_value)),
                    );
                }
            } else if let Some((last, others)) = writers
                .get(path.as_str())
                .and_then(|writers| writers.split_last())
                && self.value(&path) != stood
            {
                let ends = self.antichain(others.iter().chain([last]).copied().collect());
                let value = self.value_at(&path, &ends);
                found.push((value, *last, others.to_vec(), true));
            }
            for (value, change, others, is_value) in found {
                if let Some(by) = self.change_info(&change) {
                    lost.push(Lost {
                        path: path.clone(),
                        value,
                        kept: stood.clone(),
                        change,
                        others,
                        by,
                        is_value,
                    });
                }
            }
        }
        lost.sort_by_key(|lost| order.get(&lost.change).copied());
        lost
    }

    /// Which of these changes wrote each path, in their order.
    fn writers(&self, left: &[Change]) -> BTreeMap<String, Vec<ChangeHash>> {
        let mut writers: BTreeMap<String, Vec<ChangeHash>> = BTreeMap::new();
        for change in left {
            for path in self.touched_paths(change) {
                writers.entry(path).or_default().push(change.hash());
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
