//! Documents that are no project, as the cells rules read (feature `crdt`).

use std::collections::BTreeSet;

use super::{Names, clash};
use crate::book::Book;
use crate::cells::CellMap;
use crate::document::Entry;
use crate::document::genesis::DocumentKind;
use crate::field::Authority;
use crate::ids::{DocumentId, UnitId};
use crate::library::{Library, LibraryError};
use crate::project::Cell;
use crate::store::Reader;

/// All documents of a kind, read as one: what the county published, or the hub's own notes, over all years.
///
/// # Errors
/// When a document cannot be read.
pub fn book(
    library: &mut Library,
    reader: &dyn Reader,
    kind: DocumentKind,
) -> Result<Book, LibraryError> {
    let mut book = Book::default();
    for id in library.ids(reader, kind)? {
        add(library, reader, &id, &mut book.cells)?;
    }
    Ok(book)
}

/// A unit's papers; empty when its document is not here.
///
/// # Errors
/// When the document cannot be read.
pub fn unit_book(
    library: &mut Library,
    reader: &dyn Reader,
    unit: UnitId,
) -> Result<Book, LibraryError> {
    let id = DocumentId::Unit(unit);
    let mut book = Book::default();
    if library.contains(reader, &id)? {
        add(library, reader, &id, &mut book.cells)?;
    }
    Ok(book)
}

fn add(
    library: &mut Library,
    reader: &dyn Reader,
    id: &DocumentId,
    cells: &mut CellMap,
) -> Result<(), LibraryError> {
    let mut clashes: Vec<Entry> = Vec::new();
    for entry in library.document(reader, id)?.entries() {
        if entry.is_conflict() {
            clashes.push(entry);
            continue;
        }
        let value = entry.winner().clone();
        if !value.is_null() {
            let contenders = Vec::new();
            cells.insert(entry.path, Cell { value, contenders });
        }
    }
    if clashes.is_empty() {
        return Ok(());
    }
    // A unit's own values count first in its papers; elsewhere the hub's do.
    let own = match id {
        DocumentId::Unit(unit) => Some(*unit),
        _ => None,
    };
    let counts = |authority| match authority {
        Authority::Home | Authority::Lead | Authority::Anyone => own.into_iter().collect(),
        Authority::Hub | Authority::Engine => BTreeSet::new(),
    };
    let mut names = Names::load(library, reader)?;
    for entry in clashes {
        let document = library.document(reader, id)?;
        let cell = clash(document, reader, &entry, &counts, &mut names)?;
        cells.insert(entry.path, cell);
    }
    Ok(())
}
