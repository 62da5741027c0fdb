//! Taking an import back: values that still stand as it wrote them return to what they were, chunk by chunk.
//!
//! What anybody changed since is left alone and counted. An import that was interrupted is taken back as far as it got; an
//! undoing that was interrupted goes on where it stopped, by whichever command asks for it.

use std::collections::BTreeMap;

use super::record::{self, ItemRecord, item_key};
use super::{Step, import_error};
use crate::command::{ImportCounts, Outcome, Role, Why};
use crate::decide::is_hub;
use crate::desk::{Act, Base, Run};
use crate::document::{Document, is_co_edited};
use crate::field::{Field, FieldPath};
use crate::ids::{DocumentId, ImportId};
use crate::library::LibraryError;
use crate::limits;
use crate::store::{Reader, Tree};
use crate::value::Value;

impl Run<'_, '_> {
    pub(in crate::desk) fn undo_import(&mut self, import: ImportId) -> Result<Step, LibraryError> {
        let Some(mut record) = record::load(self.turn, import).map_err(import_error)? else {
            return Ok(Step::refused(Why::NotFound));
        };
        if !is_hub(self.actor) && record.unit != self.actor.unit {
            return Ok(Step::refused(Why::NotYourUnit));
        }
        if !matches!(self.actor.role, Role::Clerk | Role::Head) && !is_hub(self.actor) {
            return Ok(Step::refused(Why::RoleMayNot));
        }
        if record.undone_at.is_some() {
            return Ok(Step::refused(Why::NotFound));
        }
        let is_first = record.undone == 0;
        let chunk = u32::try_from(limits::IMPORT_CHUNK_PROJECTS).unwrap_or(1);
        let end = record.undone.saturating_add(chunk).min(record.items);
        for number in record.undone..end {
            let key = item_key(import, number);
            let bytes = self.turn.load(Tree::Import, &key).map_err(import_error)?;
            let Some(item) =
                bytes.and_then(|bytes| serde_json::from_slice::<ItemRecord>(&bytes).ok())
            else {
                continue;
            };
            self.undo_item(&item, import, &mut record.undo_counts)?;
            self.library.settle(self.turn)?;
        }
        record.undone = end;
        if end < record.items {
            self.keep(import, &record);
            return Ok(if is_first { Step::Begun } else { Step::GoesOn });
        }
        record.undone_at = Some(self.context.now);
        self.keep(import, &record);
        Ok(Step::Ended(Outcome::Done {
            heads: Vec::new(),
            proposed: Vec::new(),
            counts: Some(record.undo_counts),
            at: self.context.now,
        }))
    }

    fn undo_item(
        &mut self,
        item: &ItemRecord,
        import: ImportId,
        counts: &mut ImportCounts,
    ) -> Result<(), LibraryError> {
        let project = DocumentId::Project(item.project);
        if item.created {
            let document = self.library.document(self.turn, &project)?;
            let changes = document.changes_since(&[]);
            // The genesis and nothing but what the import wrote.
            let untouched = changes
                .iter()
                .skip(1)
                .all(|change| item.changes.contains(&change.hash().to_string()));
            if untouched {
                let edit = (
                    FieldPath::once(Field::Deleted),
                    Value::Text(format!("undo {import}")),
                );
                self.write(&project, &[edit], Act::Undo, Base::Now)?;
                counts.updated += 1;
            } else {
                counts.kept += 1;
            }
            return Ok(());
        }
        let mut by_document: BTreeMap<&DocumentId, Vec<(FieldPath, Value)>> = BTreeMap::new();
        let mut left_alone = false;
        for (id, path, old) in &item.before {
            let document = self.library.document(self.turn, id)?;
            if stands_as_written(document, path, &item.changes) {
                by_document
                    .entry(id)
                    .or_default()
                    .push((path.clone(), old.clone()));
            } else {
                left_alone = true;
            }
        }
        counts.kept += u32::from(left_alone);
        counts.updated += u32::from(!by_document.is_empty());
        for (id, edits) in by_document {
            self.write(id, &edits, Act::Undo, Base::Now)?;
        }
        Ok(())
    }
}

/// True when the one thing that stands at a path was written by one of these changes.
fn stands_as_written(document: &Document, path: &FieldPath, changes: &[String]) -> bool {
    if is_co_edited(path) {
        // A text has many writers; it is taken back when the last of them was the import.
        return document
            .history(Some(path), 1)
            .first()
            .is_some_and(|write| changes.contains(&write.change.to_string()));
    }
    let rivals = document.rivals(path);
    rivals.len() == 1
        && rivals
            .first()
            .and_then(|rival| document.change_of(&rival.operation))
            .is_some_and(|hash| changes.contains(&hash.to_string()))
}
