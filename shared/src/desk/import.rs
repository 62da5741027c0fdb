//! Imports, chunk by chunk, and taking one back the same way.
//!
//! Each project is decided and written by itself; a chunk of them is one turn, so that twenty thousand projects need the memory of
//! a few hundred and everybody else at the node is served in between. [`super::execute`] does the next chunk whenever it is
//! called with the same envelope again: going on after a chunk and going on after a crash are one path. How far an import got
//! stands in its [`ImportRecord`], written with each chunk; what every path was before stands beside it (import ‖ number), so
//! that an import can be taken back wherever it stopped.

mod record;
mod undo;

use std::collections::BTreeMap;

use super::{Act, Base, Run, draw_row};
use crate::command::{ImportItem, Outcome, Refusal, Why, Write};
use crate::decide::{ImportRules, ItemDecision, check_import, decide_item, refuse};
use crate::document::genesis::DocumentKind;
use crate::field::{Field, FieldPath};
use crate::ids::{CommandId, DocumentId, ImportId, ProjectId};
use crate::library::{LibraryError, Written};
use crate::limits;
use crate::rules::plan::Issued;
use crate::store::{StoreError, Tree};
use crate::summary;
use crate::value::Value;
use crate::view;

pub use record::{ImportRecord, import, imports, origin};
use record::{ItemRecord, item_key, origin_key};

/// What one call did of an import or of its undoing.
pub(super) enum Step {
    /// The first chunk of several is written.
    Begun,
    /// A further chunk is written, and more are left.
    GoesOn,
    /// Nothing is left, or it is refused.
    Ended(Outcome),
}

impl Step {
    fn refused(why: Why) -> Self {
        Self::Ended(Outcome::Refused(refuse(why)))
    }
}

impl Run<'_, '_> {
    pub(super) fn import(
        &mut self,
        command: CommandId,
        import: ImportId,
        file: &str,
        items: &[ImportItem],
    ) -> Result<Step, LibraryError> {
        // `check_import` refuses more than fit.
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let known = record::load(self.turn, import).map_err(import_error)?;
        let is_first = known.is_none();
        let mut record = match known {
            Some(record) if record.goes_on_with(command, self.actor, total) => record,
            Some(_) => return Ok(Step::refused(Why::Exists)),
            None => {
                if let Err(refusal) = self.check_whole(file, items) {
                    return Ok(Step::Ended(Outcome::Refused(refusal)));
                }
                ImportRecord::begin(command, self.actor, self.context.now, file, total)
            }
        };
        let left = usize::try_from(record.done).ok();
        let chunk = chunk_of(left.and_then(|done| items.get(done..)).unwrap_or_default());
        // What was allowed when it began may be forbidden by the time somebody goes on with it.
        if !is_first && let Err(refusal) = check_import(self.actor, chunk) {
            return Ok(Step::Ended(Outcome::Refused(refusal)));
        }
        let directory = summary::directory(self.library, self.turn)?;
        let county = view::book(self.library, self.turn, DocumentKind::County)?;
        let profile = self.context.profile;
        let rules = ImportRules {
            profile,
            directory: &directory,
            county: &county,
            issued: &Issued::of(profile, &county, self.context.now.date()),
        };
        for item in chunk {
            self.import_one(import, &mut record, &rules, item)?;
        }
        record.done = record
            .done
            .saturating_add(u32::try_from(chunk.len()).unwrap_or(u32::MAX));
        self.keep(import, &record);
        Ok(match (record.is_whole(), is_first) {
            (true, _) => Step::Ended(Outcome::Done {
                heads: Vec::new(),
                proposed: record.proposed,
                counts: Some(record.counts),
                at: self.context.now,
            }),
            (false, true) => Step::Begun,
            (false, false) => Step::GoesOn,
        })
    }

    fn check_whole(&self, file: &str, items: &[ImportItem]) -> Result<(), Refusal> {
        if file.chars().count() > limits::IMPORT_NAME_CHARS_MAX {
            return Err(refuse(Why::TooLong));
        }
        check_import(self.actor, items)
    }

    fn import_one(
        &mut self,
        import: ImportId,
        record: &mut ImportRecord,
        rules: &ImportRules<'_>,
        item: &ImportItem,
    ) -> Result<(), LibraryError> {
        let now = self.context.now;
        let existing = self.view(item.project)?;
        let mut decided = {
            let rng = &mut *self.rng;
            let mut draw = || draw_row(rng, now);
            decide_item(rules, self.actor, now, &mut draw, existing.as_ref(), item)
        };
        let gone = existing
            .as_ref()
            .is_some_and(|view| !view.once(Field::Deleted).is_null());
        if gone && !self.revive(item.project, &mut decided)? {
            record.counts.kept += 1;
            return Ok(());
        }
        if !decided.kept.is_empty() || !decided.proposed.is_empty() {
            record.counts.kept += 1;
        }
        record.note_proposed(&decided.proposed);
        if decided.created || decided.adds_rows && !decided.writes.is_empty() {
            record.counts.created += 1;
        } else if decided.writes.is_empty() {
            record.counts.unchanged += 1;
            return Ok(());
        } else {
            record.counts.updated += 1;
        }
        let first = self.written.len();
        let created = decided.created;
        let before = self.import_item(decided)?;
        let made: &[Written] = self.written.get(first..).unwrap_or(&[]);
        let written = ItemRecord {
            project: item.project,
            created,
            changes: made.iter().map(|made| made.hash.to_string()).collect(),
            before,
            place: item.place.clone(),
        };
        let key = item_key(import, record.items);
        for made in made {
            self.turn
                .put(Tree::Import, origin_key(made.hash), key.as_slice());
        }
        self.turn.put(
            Tree::Import,
            key,
            serde_json::to_vec(&written).unwrap_or_default(),
        );
        record.items += 1;
        // Rows are made while the document is in memory, not after hundreds of others.
        self.library.settle(self.turn)
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

    /// Writes what was decided; gives what stood there before.
    fn import_item(
        &mut self,
        decided: ItemDecision,
    ) -> Result<Vec<(DocumentId, FieldPath, Value)>, LibraryError> {
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
        for (document, edits) in by_document {
            self.write(&document, &edits, Act::Import, Base::Now)?;
        }
        Ok(before)
    }

    fn keep(&mut self, import: ImportId, record: &ImportRecord) {
        self.turn.put(
            Tree::Import,
            import.to_bytes(),
            serde_json::to_vec(record).unwrap_or_default(),
        );
    }
}

/// The projects the next turn takes: bounded in number and in values, and always one.
fn chunk_of(left: &[ImportItem]) -> &[ImportItem] {
    let mut values = 0;
    let fits = |item: &&ImportItem| {
        values += item.set.len();
        values <= limits::IMPORT_CHUNK_VALUES
    };
    let count = left
        .iter()
        .take(limits::IMPORT_CHUNK_PROJECTS)
        .take_while(fits)
        .count();
    left.get(..count.max(1)).unwrap_or(left)
}

fn import_error(source: StoreError) -> LibraryError {
    LibraryError::Store {
        document: DocumentId::Hub(0),
        source,
    }
}
