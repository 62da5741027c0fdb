//! What a node keeps of its imports: how far each got, who it was, and what every project was before.
//!
//! The record stands under the import's id and is written with every chunk, in the same turn as what it tells of. So it is true
//! after a power cut too: an import whose record says 400 of 900 wrote 400, and nobody works on it unless a process says so.

use serde::{Deserialize, Serialize};

use automerge::ChangeHash;

use crate::api::{ImportInfo, ImportState, Origin};
use crate::command::{Actor, ImportCounts, Place};
use crate::field::FieldPath;
use crate::ids::{CommandId, DocumentId, ImportId, ProjectId, UnitId, UserId};
use crate::project::Writer;
use crate::store::{Reader, StoreError, Tree};
use crate::time::Timestamp;
use crate::value::Value;

/// Paths an import's answer names as proposed at most; the proposals themselves stand in the projects.
const PROPOSED_NAMED_MAX: usize = 500;

/// One import as its node keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// The file's name.
    pub file: String,
    /// Who.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// For which unit.
    pub unit: UnitId,
    /// When it began.
    pub at: Timestamp,
    /// What it did so far.
    pub counts: ImportCounts,
    /// Projects with a record of what they were.
    pub items: u32,
    /// The command that brought it: sent again, it goes on where it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// Projects the command holds.
    #[serde(default)]
    pub total: u32,
    /// How many of them were dealt with; fewer than `total`: it is under way or was interrupted.
    #[serde(default)]
    pub done: u32,
    /// Paths that became proposals, for the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<FieldPath>,
    /// Projects taken back, of `items`.
    #[serde(default)]
    pub undone: u32,
    /// What taking back did so far.
    #[serde(default)]
    pub undo_counts: ImportCounts,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

impl ImportRecord {
    pub(super) fn begin(
        command: CommandId,
        actor: &Actor,
        at: Timestamp,
        file: &str,
        total: u32,
    ) -> Self {
        Self {
            file: file.to_owned(),
            user: actor.user,
            name: actor.name.clone(),
            unit: actor.unit,
            at,
            counts: ImportCounts::default(),
            items: 0,
            command: Some(command),
            total,
            done: 0,
            proposed: Vec::new(),
            undone: 0,
            undo_counts: ImportCounts::default(),
            undone_at: None,
        }
    }

    /// True when every project of the command was dealt with.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.done >= self.total
    }

    /// True when this command is the one that was interrupted, and nobody began to take it back.
    pub(super) fn goes_on_with(&self, command: CommandId, actor: &Actor, total: u32) -> bool {
        self.command == Some(command)
            && self.user == actor.user
            && self.total == total
            && !self.is_whole()
            && self.undone == 0
            && self.undone_at.is_none()
    }

    pub(super) fn note_proposed(&mut self, paths: &[FieldPath]) {
        for path in paths {
            if self.proposed.len() >= PROPOSED_NAMED_MAX {
                return;
            }
            if let Err(place) = self.proposed.binary_search(path) {
                self.proposed.insert(place, path.clone());
            }
        }
    }

    /// Where it stands. `is_running`: a process works on it now.
    #[must_use]
    pub const fn state(&self, is_running: bool) -> ImportState {
        match (self.undone_at, self.undone, is_running) {
            (Some(_), _, _) => ImportState::Undone,
            (None, 0, _) if self.is_whole() => ImportState::Done,
            (None, 0, true) => ImportState::Running,
            (None, 0, false) => ImportState::Interrupted,
            (None, _, true) => ImportState::Undoing,
            (None, _, false) => ImportState::UndoInterrupted,
        }
    }

    fn info(self, id: ImportId, is_running: bool) -> ImportInfo {
        let state = self.state(is_running);
        let (done, total) = match state {
            ImportState::Undoing | ImportState::UndoInterrupted => (self.undone, self.items),
            ImportState::Running
            | ImportState::Interrupted
            | ImportState::Done
            | ImportState::Undone => (self.done, self.total),
        };
        ImportInfo {
            id,
            file: self.file,
            by: Writer {
                user: Some(self.user),
                name: self.name,
                unit: String::new(),
                at: self.at,
            },
            counts: self.counts,
            state,
            done,
            total,
            undone_at: self.undone_at,
        }
    }
}

/// What an import did to one project.
#[derive(Serialize, Deserialize)]
pub(super) struct ItemRecord {
    pub(super) project: ProjectId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) created: bool,
    /// Hashes of the changes it made.
    pub(super) changes: Vec<String>,
    /// For a project that was there: document, path, value before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) before: Vec<(DocumentId, FieldPath, Value)>,
    /// Where it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<Place>,
}

/// Where the record of an import's `number`-th written project stands.
pub(super) fn item_key(import: ImportId, number: u32) -> Vec<u8> {
    let mut key = import.to_bytes().to_vec();
    key.extend(number.to_be_bytes());
    key
}

/// Where it stands which project of which import a change wrote. Behind every import, whose keys begin with a ULID.
pub(super) fn origin_key(change: ChangeHash) -> Vec<u8> {
    [b"\xfforigin/".as_slice(), &change.0].concat()
}

/// The place in a workbook a change of this node came from; `None` for what was typed, or imported before places were kept.
///
/// # Errors
/// When the store fails.
pub fn origin(reader: &dyn Reader, change: ChangeHash) -> Result<Option<Origin>, StoreError> {
    let Some(key) = reader.load(Tree::Import, &origin_key(change))? else {
        return Ok(None);
    };
    let Some(id) = key.first_chunk::<16>() else {
        return Ok(None);
    };
    let import = ImportId::from_bytes(*id);
    let item = reader.load(Tree::Import, &key)?;
    let item = item.and_then(|bytes| serde_json::from_slice::<ItemRecord>(&bytes).ok());
    let place = item.and_then(|item| item.place);
    Ok(load(reader, import)?
        .zip(place)
        .map(|(record, place)| Origin {
            import,
            file: record.file,
            place,
        }))
}

/// One import of this node. `running`: the one a process works on now.
///
/// # Errors
/// When the store fails.
pub fn import(
    reader: &dyn Reader,
    id: ImportId,
    running: Option<ImportId>,
) -> Result<Option<ImportInfo>, StoreError> {
    let record = load(reader, id)?;
    Ok(record.map(|record| record.info(id, running == Some(id))))
}

/// The imports of this node, newest first. `running`: the one a process works on now; any other that is not whole was interrupted.
///
/// # Errors
/// When the store fails.
pub fn imports(
    reader: &dyn Reader,
    running: Option<ImportId>,
) -> Result<Vec<ImportInfo>, StoreError> {
    let mut from = vec![0];
    let mut found = Vec::new();
    // Headers are sixteen bytes long; the items after each are stepped over.
    while let Some((key, bytes)) = reader.range(Tree::Import, &from, &[0xff], 1)?.pop() {
        let Some(id) = key.get(..16).and_then(|id| <[u8; 16]>::try_from(id).ok()) else {
            from = key;
            from.push(0);
            continue;
        };
        if key.len() == 16
            && let Ok(record) = serde_json::from_slice::<ImportRecord>(&bytes)
        {
            let import = ImportId::from_bytes(id);
            found.push(record.info(import, running == Some(import)));
        }
        from = id.to_vec();
        from.extend([0xff; 5]);
    }
    found.sort_by_key(|info| std::cmp::Reverse((info.by.at, info.id)));
    Ok(found)
}

pub(super) fn load(reader: &dyn Reader, id: ImportId) -> Result<Option<ImportRecord>, StoreError> {
    let bytes = reader.load(Tree::Import, &id.to_bytes())?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
