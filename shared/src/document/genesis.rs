//! The first change of every document: one constant per kind, equal on every node, known by hash (design.md 2).
//!
//! It carries the containers a kind needs: the two co-edited texts of a project. Other kinds get their name under `_kind`, so
//! that they too start from a known change. Actor and time are fixed; a later schema ships a second constant change that
//! depends on this one.

use std::sync::OnceLock;

use automerge::{Change, ChangeHash};

use super::{Document, DocumentError};
use crate::ids::DocumentId;

/// The kinds of document, each with its genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// `project/<id>`.
    Project,
    /// `oversight/<id>`.
    Oversight,
    /// `unit/<id>`.
    Unit,
    /// `county/<year>`.
    County,
    /// `hub/<year>`.
    Hub,
    /// `person/<id>`.
    Person,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Project,
        Self::Oversight,
        Self::Unit,
        Self::County,
        Self::Hub,
        Self::Person,
    ];
}

/// The kind of a document.
#[must_use]
pub fn kind_of(id: &DocumentId) -> DocumentKind {
    match id {
        DocumentId::Project(_) => DocumentKind::Project,
        DocumentId::Oversight(_) => DocumentKind::Oversight,
        DocumentId::Unit(_) => DocumentKind::Unit,
        DocumentId::County(_) => DocumentKind::County,
        DocumentId::Hub(_) => DocumentKind::Hub,
        DocumentId::Person(_) => DocumentKind::Person,
    }
}

/// The genesis change of a kind, as raw bytes.
#[must_use]
pub fn bytes(kind: DocumentKind) -> &'static [u8] {
    match kind {
        DocumentKind::Project => constants::PROJECT,
        DocumentKind::Oversight => constants::OVERSIGHT,
        DocumentKind::Unit => constants::UNIT,
        DocumentKind::County => constants::COUNTY,
        DocumentKind::Hub => constants::HUB,
        DocumentKind::Person => constants::PERSON,
    }
}

/// The genesis change of a kind.
///
/// # Errors
/// Never for the constants of this crate (tested).
pub fn change(kind: DocumentKind) -> Result<Change, DocumentError> {
    Change::from_bytes(bytes(kind).to_vec()).map_err(|source| DocumentError::Refused {
        source: Box::new(source.into()),
    })
}

/// The hash of a kind's genesis, by which it is known.
#[must_use]
pub fn hash(kind: DocumentKind) -> ChangeHash {
    static HASHES: [OnceLock<ChangeHash>; DocumentKind::ALL.len()] =
        [const { OnceLock::new() }; DocumentKind::ALL.len()];
    // The constants decode (tested); an all-zero hash matches nothing.
    *HASHES[kind as usize]
        .get_or_init(|| change(kind).map_or(ChangeHash([0; 32]), |change| change.hash()))
}

/// A document that holds a kind's genesis and nothing else. Made once a process and copied: every new record begins as it.
///
/// # Errors
/// As [`change`].
pub(super) fn document(kind: DocumentKind) -> Result<Document, DocumentError> {
    static DOCUMENTS: [OnceLock<Document>; DocumentKind::ALL.len()] =
        [const { OnceLock::new() }; DocumentKind::ALL.len()];
    let kept = &DOCUMENTS[kind as usize];
    if let Some(document) = kept.get() {
        return Ok(document.clone());
    }
    let mut document = Document::blank();
    document.apply(vec![change(kind)?])?;
    Ok(kept.get_or_init(|| document).clone())
}

/// True when the change is the genesis of this document's kind.
#[must_use]
pub fn is_genesis(id: &DocumentId, hash_found: &ChangeHash) -> bool {
    hash(kind_of(id)) == *hash_found
}

#[rustfmt::skip]
mod constants {
    //! Written by the test `the_constants_are_what_automerge_makes_of_the_schema`, which prints them when they differ.
    pub const PROJECT: &[u8] = &[133, 111, 74, 131, 34, 94, 65, 110, 1, 50, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 5, 21, 9, 52, 1, 66, 2, 86, 2, 112, 2, 127, 7, 119, 111, 114, 107, 108, 111, 103, 1, 127, 4, 127, 0, 127, 0];
    pub const OVERSIGHT: &[u8] = &[133, 111, 74, 131, 249, 255, 19, 151, 1, 60, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 6, 21, 7, 52, 1, 66, 2, 86, 3, 87, 9, 112, 2, 127, 5, 95, 107, 105, 110, 100, 1, 127, 1, 127, 150, 1, 111, 118, 101, 114, 115, 105, 103, 104, 116, 127, 0];
    pub const UNIT: &[u8] = &[133, 111, 74, 131, 106, 32, 29, 194, 1, 54, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 6, 21, 7, 52, 1, 66, 2, 86, 2, 87, 4, 112, 2, 127, 5, 95, 107, 105, 110, 100, 1, 127, 1, 127, 70, 117, 110, 105, 116, 127, 0];
    pub const COUNTY: &[u8] = &[133, 111, 74, 131, 120, 17, 181, 3, 1, 56, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 6, 21, 7, 52, 1, 66, 2, 86, 2, 87, 6, 112, 2, 127, 5, 95, 107, 105, 110, 100, 1, 127, 1, 127, 102, 99, 111, 117, 110, 116, 121, 127, 0];
    pub const HUB: &[u8] = &[133, 111, 74, 131, 86, 75, 143, 11, 1, 53, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 6, 21, 7, 52, 1, 66, 2, 86, 2, 87, 3, 112, 2, 127, 5, 95, 107, 105, 110, 100, 1, 127, 1, 127, 54, 104, 117, 98, 127, 0];
    pub const PERSON: &[u8] = &[133, 111, 74, 131, 161, 56, 240, 144, 1, 56, 0, 16, 120, 105, 97, 110, 103, 109, 117, 32, 103, 101, 110, 101, 115, 105, 115, 49, 1, 1, 0, 0, 0, 6, 21, 7, 52, 1, 66, 2, 86, 2, 87, 6, 112, 2, 127, 5, 95, 107, 105, 110, 100, 1, 127, 1, 127, 102, 112, 101, 114, 115, 111, 110, 127, 0];
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a failed test should panic and say what to paste"
)]
mod tests {
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, Automerge, ObjType, ROOT};

    use super::*;
    use crate::document::TEXT_ENCODING;
    use crate::field::{Field, Kind};

    fn build(kind: DocumentKind) -> Vec<u8> {
        let mut doc = Automerge::new_with_encoding(TEXT_ENCODING)
            .with_actor(ActorId::from(*b"xiangmu genesis1"));
        let mut tx = doc.transaction();
        let name = match kind {
            DocumentKind::Project => {
                for field in Field::ALL.iter().filter(|f| f.kind() == Kind::CoEdited) {
                    tx.put_object(ROOT, field.id(), ObjType::Text).unwrap();
                }
                None
            }
            DocumentKind::Oversight => Some("oversight"),
            DocumentKind::Unit => Some("unit"),
            DocumentKind::County => Some("county"),
            DocumentKind::Hub => Some("hub"),
            DocumentKind::Person => Some("person"),
        };
        if let Some(name) = name {
            tx.put(ROOT, "_kind", name).unwrap();
        }
        tx.commit_with(CommitOptions::default().with_time(0));
        doc.get_changes(&[])[0].raw_bytes().to_vec()
    }

    #[test]
    fn the_constants_are_what_automerge_makes_of_the_schema() {
        let mut differ = false;
        for kind in DocumentKind::ALL {
            let made = build(kind);
            if made != bytes(kind) {
                eprintln!(
                    "pub const {}: &[u8] = &{made:?};",
                    format!("{kind:?}").to_uppercase()
                );
                differ = true;
            }
        }
        assert!(
            !differ,
            "a genesis change may never change once released; paste only before the first release"
        );
    }

    #[test]
    fn the_hashes_are_fixed_forever() {
        let hashes: Vec<_> = DocumentKind::ALL
            .iter()
            .map(|kind| hash(*kind).to_string()[..8].to_owned())
            .collect();
        assert_eq!(
            hashes,
            [
                "225e416e", "f9ff1397", "6a201dc2", "7811b503", "564b8f0b", "a138f090"
            ]
        );
    }
}
