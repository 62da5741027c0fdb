//! Imports, and taking one back.
//!
//! Each project is decided and written by itself, so that twenty thousand of them need little memory; all are one turn, so that the
//! journal holds an import whole or not at all. What a path was before is kept per project under `Tree::Import` (import ‖
//! number; the import itself stands under its id). Undoing returns the values that still stand as the import wrote them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Act, Base, Run, draw_row};
use crate::api::ImportInfo;
use crate::command::{ImportCounts, ImportItem, Outcome, Refusal, Why, Write};
use crate::decide::{ItemDecision, check_import, decide_item, is_hub, refuse};
use crate::document::Document;
use crate::field::{Field, FieldPath};
use crate::ids::{DocumentId, ImportId, ProjectId, UnitId, UserId};
use crate::library::{LibraryError, Written};
use crate::project::Writer;
use crate::store::{Reader, StoreError, Tree};
use crate::summary;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view;

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
    /// When.
    pub at: Timestamp,
    /// What it did.
    pub counts: ImportCounts,
    /// Projects with a record of what they were.
    pub items: u32,
    /// When it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

/// What an import did to one project.
#[derive(Serialize, Deserialize)]
struct ItemRecord {
    project: ProjectId,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    created: bool,
    /// Hashes of the changes it made.
    changes: Vec<String>,
    /// For a project that was there: document, path, value before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    before: Vec<(DocumentId, FieldPath, Value)>,
}

/// The imports of this node, newest first.
///
/// # Errors
/// When the store fails.
pub fn imports(reader: &dyn Reader) -> Result<Vec<ImportInfo>, StoreError> {
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
            found.push(ImportInfo {
                id: ImportId::from_bytes(id),
                file: record.file,
                by: Writer {
                    user: Some(record.user),
                    name: record.name,
                    unit: String::new(),
                    at: record.at,
                },
                counts: record.counts,
                undone_at: record.undone_at,
            });
        }
        from = id.to_vec();
        from.extend([0xff; 5]);
    }
    found.sort_by_key(|info| std::cmp::Reverse((info.by.at, info.id)));
    Ok(found)
}

impl Run<'_, '_> {
    pub(super) fn import(
        &mut self,
        import: ImportId,
        file: &str,
        items: &[ImportItem],
    ) -> Result<Outcome, LibraryError> {
        if let Some(refusal) = self.refused_import(import, file, items)? {
            return Ok(Outcome::Refused(refusal));
        }
        let directory = summary::directory(self.library, self.turn)?;
        let now = self.context.now;
        let mut counts = ImportCounts::default();
        let mut proposed = BTreeSet::new();
        let mut kept_items = 0u32;
        for item in items {
            let existing = self.view(item.project)?;
            let mut decided = {
                let rng = &mut *self.rng;
                let mut draw = || draw_row(rng, now);
                decide_item(
                    self.context.profile,
                    &directory,
                    self.actor,
                    now,
                    &mut draw,
                    existing.as_ref(),
                    item,
                )
            };
            let gone = existing
                .as_ref()
                .is_some_and(|view| !view.once(Field::Deleted).is_null());
            if gone && !self.revive(item.project, &mut decided)? {
                counts.kept += 1;
                continue;
            }
            if !decided.kept.is_empty() || !decided.proposed.is_empty() {
                counts.kept += 1;
            }
            proposed.extend(decided.proposed.iter().cloned());
            if decided.created {
                counts.created += 1;
            } else if decided.writes.is_empty() {
                counts.unchanged += 1;
                continue;
            } else {
                counts.updated += 1;
            }
            let record = self.import_item(item.project, decided)?;
            let mut key = import.to_bytes().to_vec();
            key.extend(kept_items.to_be_bytes());
            kept_items += 1;
            self.turn.put(
                Tree::Import,
                key,
                serde_json::to_vec(&record).unwrap_or_default(),
            );
            // Rows are made while the document is in memory, not after thousands of others.
            self.library.settle(self.turn)?;
        }
        let record = ImportRecord {
            file: file.to_owned(),
            user: self.actor.user,
            name: self.actor.name.clone(),
            unit: self.actor.unit,
            at: now,
            counts,
            items: kept_items,
            undone_at: None,
        };
        self.turn.put(
            Tree::Import,
            import.to_bytes(),
            serde_json::to_vec(&record).unwrap_or_default(),
        );
        Ok(Outcome::Done {
            heads: Vec::new(),
            proposed: proposed.into_iter().collect(),
            counts: Some(counts),
            at: now,
        })
    }

    fn refused_import(
        &mut self,
        import: ImportId,
        file: &str,
        items: &[ImportItem],
    ) -> Result<Option<Refusal>, LibraryError> {
        if file.chars().count() > 255 {
            return Ok(Some(refuse(Why::TooLong)));
        }
        if self.import_record(import)?.is_some() {
            return Ok(Some(refuse(Why::Exists)));
        }
        Ok(check_import(self.context.profile, self.actor, items).err())
    }

    /// A project deleted by undoing an import comes back with the next one; one a person deleted stays deleted.
    fn revive(
        &mut self,
        project: ProjectId,
        decided: &mut ItemDecision,
    ) -> Result<bool, LibraryError> {
        let id = DocumentId::Project(project);
        let path = FieldPath::once(Field::Deleted);
        let undone = view::act_at(self.library.document(self.turn, &id)?, &path) == Some(Act::Undo);
        if undone {
            decided.writes.push(Write {
                document: id,
                path,
                value: Value::Null,
            });
        }
        Ok(undone)
    }

    fn import_item(
        &mut self,
        project: ProjectId,
        decided: ItemDecision,
    ) -> Result<ItemRecord, LibraryError> {
        let mut by_document: BTreeMap<DocumentId, Vec<(FieldPath, Value)>> = BTreeMap::new();
        let mut before = Vec::new();
        for Write {
            document,
            path,
            value,
        } in decided.writes
        {
            if !decided.created {
                let there = self.library.contains(self.turn, &document)?;
                let old = if there {
                    self.library.document(self.turn, &document)?.value(&path)
                } else {
                    Value::Null
                };
                before.push((document.clone(), path.clone(), old));
            }
            by_document.entry(document).or_default().push((path, value));
        }
        let first = self.written.len();
        for (document, edits) in by_document {
            self.write(&document, &edits, Act::Import, Base::Now)?;
        }
        let made: &[Written] = self.written.get(first..).unwrap_or(&[]);
        let changes = made
            .iter()
            .map(|written| written.hash.to_string())
            .collect();
        Ok(ItemRecord {
            project,
            created: decided.created,
            changes,
            before,
        })
    }

    pub(super) fn undo_import(&mut self, import: ImportId) -> Result<Outcome, LibraryError> {
        let Some(mut record) = self.import_record(import)? else {
            return Ok(Outcome::Refused(refuse(Why::NotFound)));
        };
        if !is_hub(self.actor) && record.unit != self.actor.unit {
            return Ok(Outcome::Refused(refuse(Why::NotYourUnit)));
        }
        if !matches!(
            self.actor.role,
            crate::command::Role::Clerk | crate::command::Role::Head
        ) && !is_hub(self.actor)
        {
            return Ok(Outcome::Refused(refuse(Why::RoleMayNot)));
        }
        if record.undone_at.is_some() {
            return Ok(Outcome::Refused(refuse(Why::NotFound)));
        }
        let mut counts = ImportCounts::default();
        for number in 0..record.items {
            let mut key = import.to_bytes().to_vec();
            key.extend(number.to_be_bytes());
            let bytes = self.turn.load(Tree::Import, &key).map_err(import_error)?;
            let Some(item) =
                bytes.and_then(|bytes| serde_json::from_slice::<ItemRecord>(&bytes).ok())
            else {
                continue;
            };
            self.undo_item(&item, import, &mut counts)?;
            self.library.settle(self.turn)?;
        }
        record.undone_at = Some(self.context.now);
        self.turn.put(
            Tree::Import,
            import.to_bytes(),
            serde_json::to_vec(&record).unwrap_or_default(),
        );
        Ok(Outcome::Done {
            heads: Vec::new(),
            proposed: Vec::new(),
            counts: Some(counts),
            at: self.context.now,
        })
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

    fn import_record(&self, import: ImportId) -> Result<Option<ImportRecord>, LibraryError> {
        let bytes = self
            .turn
            .load(Tree::Import, &import.to_bytes())
            .map_err(import_error)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

fn import_error(source: StoreError) -> LibraryError {
    LibraryError::Store {
        document: DocumentId::Hub(0),
        source,
    }
}

/// True when the one thing that stands at a path was written by one of these changes.
fn stands_as_written(document: &Document, path: &FieldPath, changes: &[String]) -> bool {
    if crate::document::is_co_edited(path) {
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
