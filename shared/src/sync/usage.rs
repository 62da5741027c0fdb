//! How much the files of each unit's projects come to, so that one unit cannot fill the hub's disk.
//!
//! A hub fetches files by itself only while their unit is within its share; what an officer asks for comes anyway. Edits are never
//! held up. Counted is what documents name, a file once for each unit; the home unit of a project answers for its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::attachments::{BlobName, Named};
use crate::ids::UnitId;
use crate::limits::ATTACHMENT_BYTES_MAX;

/// The files of all units.
#[derive(Debug)]
pub(crate) struct Usage {
    /// Bytes one unit's files may come to.
    bytes_max: u64,
    units: BTreeMap<UnitId, Share>,
}

/// The files of one unit.
#[derive(Debug, Default)]
struct Share {
    names: BTreeSet<BlobName>,
    bytes: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            bytes_max: u64::MAX,
            units: BTreeMap::new(),
        }
    }
}

impl Usage {
    /// Sets what one unit's files may come to.
    pub(crate) fn set_limit(&mut self, bytes_max: u64) {
        self.bytes_max = bytes_max;
    }

    /// What one unit's files may come to.
    pub(crate) fn limit(&self) -> u64 {
        self.bytes_max
    }

    /// Counts a file, once.
    pub(crate) fn note(&mut self, file: &Named) {
        let Some(unit) = file.unit.filter(|_| file.bytes <= ATTACHMENT_BYTES_MAX) else {
            return;
        };
        let share = self.units.entry(unit).or_default();
        if share.names.insert(file.name) {
            share.bytes += file.bytes;
        }
    }

    /// True while the file's unit is within its share.
    pub(crate) fn has_room(&self, file: &Named) -> bool {
        let share = file.unit.and_then(|unit| self.units.get(&unit));
        share.is_none_or(|share| share.bytes <= self.bytes_max)
    }

    /// Each unit with the bytes of its files, in the order of ids.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (UnitId, u64)> {
        self.units.iter().map(|(unit, share)| (*unit, share.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{DocumentId, ProjectId};
    use crate::time::Timestamp;

    fn file(name: u8, bytes: u64, unit: u8) -> Named {
        Named {
            name: [name; 32],
            bytes,
            document: DocumentId::Project(ProjectId::from_bytes([1; 16])),
            at: Timestamp(0),
            unit: Some(UnitId::from_bytes([unit; 10])),
        }
    }

    #[test]
    fn a_unit_beyond_its_share_has_no_room_and_the_others_have() {
        let mut usage = Usage::default();
        usage.set_limit(100);
        usage.note(&file(1, 60, 1));
        usage.note(&file(1, 60, 1));
        assert!(usage.has_room(&file(1, 60, 1)), "a file counts once");
        usage.note(&file(2, 41, 1));
        usage.note(&file(3, 100, 2));
        // A row that lies about a size no file may have fills nobody's share.
        usage.note(&file(4, u64::MAX, 2));
        assert!(!usage.has_room(&file(2, 41, 1)));
        assert!(usage.has_room(&file(3, 100, 2)));
        let bytes: Vec<u64> = usage.shares().map(|(_, bytes)| bytes).collect();
        assert_eq!(bytes, [101, 100]);
    }
}
