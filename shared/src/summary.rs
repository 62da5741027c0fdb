//! What lists and cards show, computed from documents (feature `crdt`).
//!
//! `Derived` is the in-memory side of `Tree::Row` and `Tree::Index`.

use std::collections::BTreeSet;

use crate::ids::DocumentId;
use crate::library::{Library, LibraryError};
use crate::store::Turn;

/// Facts about documents held in memory for lists; always computable again.
pub struct Derived {
    keys: fn(&str) -> String,
}

impl Derived {
    pub(crate) fn new(keys: fn(&str) -> String) -> Self {
        Self { keys }
    }

    pub(crate) fn forget(&mut self) {}
}

pub(crate) fn refresh(
    library: &mut Library,
    turn: &mut Turn<'_>,
    changed: &BTreeSet<DocumentId>,
) -> Result<(), LibraryError> {
    let _ = (library.derived.keys, turn, changed);
    Ok(())
}
