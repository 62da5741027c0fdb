//! Versions of a year's plan: each step that made it final or opened it again is a baseline.
//!
//! Nothing is copied for them: the planned days of a version are those of the document as the author of the step saw it, which its
//! history keeps for ever. So a version cannot be changed afterwards, and plans fixed before there was a screen for it have theirs.

use crate::book::Cells as _;
use crate::cells::CellMap;
use crate::document::Entry;
use crate::field::{Column, FieldPath, Table};
use crate::ids::{DocumentId, ProjectId};
use crate::library::{Library, LibraryError};
use crate::project::{Cell, ProjectView, Writer};
use crate::store::Reader;
use crate::view::Names;

/// Versions of one year that are read; the newest count.
const VERSIONS_MAX: usize = 24;

/// A step of a year's plan with the record as it stood when it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersion {
    /// The key of the step.
    pub row: String,
    /// Which step of the year it was, from 1.
    pub number: usize,
    /// What was done, an option of `plan_act`.
    pub act: String,
    /// Why.
    pub reason: String,
    /// By whom, and when.
    pub by: Writer,
    /// The record as its author saw it.
    pub view: ProjectView,
}

/// The versions of a year's plan, oldest first.
///
/// # Errors
/// When a document cannot be read.
pub fn plan_versions(
    library: &mut Library,
    reader: &dyn Reader,
    id: ProjectId,
    year: i16,
) -> Result<Vec<PlanVersion>, LibraryError> {
    let document = DocumentId::Project(id);
    if !library.contains(reader, &document)? {
        return Ok(Vec::new());
    }
    let mut names = Names::load(library, reader)?;
    let document = library.document(reader, &document)?;
    let now = view(id, document.entries_of(Table::PlanSteps));
    let year = format!("{year:04}");
    let steps = now.each(Table::PlanSteps);
    let steps: Vec<_> = steps.filter(|step| step.is(Column::Year, &year)).collect();
    let skipped = steps.len().saturating_sub(VERSIONS_MAX);
    let mut versions = Vec::new();
    for (index, step) in steps.iter().enumerate().skip(skipped) {
        let act = FieldPath::keyed(Table::PlanSteps, step.key, Column::PlanAct).ok();
        let rival = act.and_then(|path| document.rivals(&path).pop());
        let Some(change) = rival.and_then(|rival| document.change_of(&rival.operation)) else {
            continue;
        };
        versions.push(PlanVersion {
            row: step.key.to_owned(),
            number: index + 1,
            act: step.text(Column::PlanAct).to_owned(),
            reason: step.text(Column::Reason).to_owned(),
            by: names.writer_of(reader, step.by(), step.at(), None)?,
            view: view(id, document.entries_at(&[change])),
        });
    }
    Ok(versions)
}

fn view(id: ProjectId, entries: Vec<Entry>) -> ProjectView {
    let mut cells = CellMap::new();
    for entry in entries {
        let value = entry.winner().clone();
        if !value.is_null() {
            let contenders = Vec::new();
            cells.insert(entry.path, Cell { value, contenders });
        }
    }
    ProjectView {
        id,
        heads: Vec::new(),
        cells,
    }
}
