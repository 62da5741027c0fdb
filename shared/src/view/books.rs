//! Documents that are no project, as the cells rules read (feature `crdt`).

use std::collections::BTreeMap;

use crate::book::Book;
use crate::document::Document;
use crate::document::genesis::DocumentKind;
use crate::field::FieldPath;
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
        add(library.document(reader, &id)?, &mut book.cells);
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
        add(library.document(reader, &id)?, &mut book.cells);
    }
    Ok(book)
}

fn add(document: &Document, cells: &mut BTreeMap<FieldPath, Cell>) {
    for entry in document.entries() {
        let value = entry.winner().clone();
        if !value.is_null() {
            let contenders = Vec::new();
            cells.insert(entry.path, Cell { value, contenders });
        }
    }
}
