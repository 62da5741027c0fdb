//! The check an operator asks for: the store ([`crate::store::check`]), and that every document can be made from its changes.
//!
//! Without a server the folder is read as it is, before any start could mend it; `--repair` then mends what can be mended.
//! A running node is checked from its own thread, between turns (`control::check`), and mends at its next start.

use std::path::Path;

use shared::gate;
use shared::ids::DocumentId;
use shared::library::{Library, LibraryError, salvage};
use shared::store::{Reader, Turn};

use crate::control::Found;
use crate::exit::one_line;
use crate::journal::Extent;
use crate::store::{self, Finding, LOSS_KEY, OpenError, Store};

/// What a check looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Documents made from their changes.
    pub documents: u64,
    /// Commits of the journal.
    pub commits: u64,
    /// How much journal there is.
    pub journal: Extent,
    /// What is wrong.
    pub findings: Vec<Found>,
}

/// Checks a data folder no other process works on.
///
/// # Errors
/// When it cannot be read at all; [`OpenError::InUse`] when a server has it.
pub fn check_folder(dir: &Path) -> Result<Checked, OpenError> {
    let found = store::check(dir)?;
    if !found.is_empty() {
        // Opening would mend, and the operator has not asked for that.
        let findings = found
            .iter()
            .map(|finding| describe(finding, false))
            .collect();
        return Ok(Checked {
            findings,
            ..Checked::default()
        });
    }
    let opened = store::open(dir)?;
    Ok(check_all_documents(&opened.store))
}

/// Mends a data folder no other process works on, and checks what there is then.
///
/// # Errors
/// As [`check_folder`]; or when the disk refuses to be written.
pub fn repair_folder(dir: &Path) -> Result<Checked, OpenError> {
    let damaged_blobs = store::check(dir)?;
    let opened = store::repair(dir)?;
    let mut checked = check_all_documents(&opened.store);
    let is_blob = |finding: &&Finding| matches!(finding, Finding::BlobDamaged { .. });
    let mended = opened
        .report
        .findings
        .iter()
        .map(|finding| describe(finding, true));
    let blobs = damaged_blobs
        .iter()
        .filter(is_blob)
        .map(|finding| describe(finding, false));
    checked.findings = mended.chain(blobs).chain(checked.findings).collect();
    if matches!(
        opened.store.load(shared::store::Tree::Meta, LOSS_KEY),
        Ok(Some(_))
    ) {
        checked.findings.push(Found {
            place: "journal".to_owned(),
            finding: "it cannot be proven that nothing was lost; what others hold comes back with the next exchange".to_owned(),
            repaired: true,
        });
    }
    Ok(checked)
}

/// Names what is damaged in the store of a running node.
///
/// # Errors
/// When the disk refuses to be read.
pub fn check_store(store: &dyn Store) -> Result<Vec<Found>, OpenError> {
    let damage = store.find_damage()?;
    Ok(damage
        .iter()
        .map(|finding| describe(finding, false))
        .collect())
}

/// Names the documents that cannot be made from their changes, or come out other than was recorded.
#[must_use]
pub fn check_documents(reader: &dyn Reader, ids: &[DocumentId]) -> Vec<Found> {
    let mut findings = Vec::new();
    for id in ids {
        // What comes from a backup may be anything: what reads it may give up on it.
        match gate::guarded(|| makes_what_was_recorded(reader, id)) {
            Some(Ok(true)) => {}
            None => findings.push(Found {
                place: format!("document {id}"),
                finding: "its changes cannot be read: whatever reads them gives up".to_owned(),
                repaired: false,
            }),
            Some(Ok(false)) => findings.push(Found {
                place: format!("document {id}"),
                finding: "its changes do not make the document that was recorded".to_owned(),
                repaired: false,
            }),
            Some(Err(error)) => findings.push(found(&format!("document {id}"), &*error)),
        }
    }
    findings
}

/// Names the documents of which changes are set aside, since they could not be read, or what they build on is missing.
#[must_use]
pub fn check_aside(reader: &dyn Reader) -> Vec<Found> {
    match salvage::aside(reader) {
        Ok(documents) => documents
            .into_iter()
            .map(|(id, changes)| Found {
                place: format!("document {id}"),
                finding: format!(
                    "{} of its changes could not be read and are set aside; what others hold comes back with the next exchange, and `xiangmu quarantine dismiss {id} --reason TEXT` lets go of what nobody holds",
                    changes.len()
                ),
                repaired: true,
            })
            .collect(),
        Err(error) => vec![found("documents", &error)],
    }
}

/// Names the changes in quarantine: nothing is damaged by them, but an officer has to decide.
#[must_use]
pub fn check_quarantine(reader: &dyn Reader) -> Vec<Found> {
    match shared::sync::quarantined(reader) {
        Ok(changes) => changes
            .into_iter()
            .map(|change| Found {
                place: "quarantine".to_owned(),
                finding: format!(
                    "{}: change {} brought by {} at {}: {}",
                    change.document,
                    hex::encode(&change.hash[..8]),
                    change.from,
                    change.at,
                    change.reason.id()
                ),
                repaired: false,
            })
            .collect(),
        Err(error) => vec![found("quarantine", &error)],
    }
}

fn check_all_documents(store: &dyn Store) -> Checked {
    let reader: &dyn Reader = store;
    let (commits, journal) = (store.position().0, store.condition().journal);
    match Library::ids_from_changes(reader) {
        Ok(ids) => Checked {
            documents: ids.len() as u64,
            commits,
            journal,
            findings: [
                check_documents(reader, &ids),
                check_aside(reader),
                check_quarantine(reader),
            ]
            .concat(),
        },
        Err(error) => Checked {
            commits,
            journal,
            findings: vec![found("documents", &error)],
            ..Checked::default()
        },
    }
}

/// Makes a document from its changes; a library and a turn for each, so that memory stays bounded. Nothing is kept.
fn makes_what_was_recorded(
    reader: &dyn Reader,
    id: &DocumentId,
) -> Result<bool, Box<LibraryError>> {
    let mut library = Library::new(0, |_| String::new());
    let mut turn = Turn::new(reader);
    // Derived, so it may be absent.
    let recorded = library.head(reader, id)?;
    library.rebuild(&mut turn, id)?;
    let made = library.head(&turn, id)?;
    Ok(recorded.is_none_or(|recorded| made.is_some_and(|made| made.heads == recorded.heads)))
}

fn describe(finding: &Finding, repaired: bool) -> Found {
    let place = match finding {
        Finding::JournalDamaged(_)
        | Finding::JournalUnreadable { .. }
        | Finding::JournalBehind { .. }
        | Finding::JournalIncomplete => "journal",
        Finding::DatabaseUnreadable { .. }
        | Finding::DatabaseDamaged { .. }
        | Finding::DatabaseIncomplete { .. }
        | Finding::DatabaseOld { .. }
        | Finding::DatabaseHasBlobs { .. } => "database",
        Finding::BlobDamaged { .. } => "attachments",
    };
    Found {
        place: place.to_owned(),
        finding: finding.to_string(),
        repaired,
    }
}

fn found(place: &str, error: &dyn std::error::Error) -> Found {
    Found {
        place: place.to_owned(),
        finding: one_line(error),
        repaired: false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::store::{Batch, Tree};

    use super::*;
    use crate::store::folder::DataFolder;

    fn put(tree: Tree, key: &[u8], value: &[u8]) -> Batch {
        let mut batch = Batch::default();
        batch
            .writes
            .insert((tree, key.to_vec()), Some(value.to_vec()));
        batch
    }

    #[test]
    fn a_check_names_what_is_wrong_and_a_repair_mends_it() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("data");
        let mut store = store::create(&dir).unwrap().store;
        for number in 0..4_u32 {
            store
                .commit(put(Tree::Audit, &number.to_be_bytes(), b"an entry"))
                .unwrap();
        }
        assert_eq!(check_store(&store).unwrap(), []);
        drop(store);
        let checked = check_folder(&dir).unwrap();
        assert_eq!((checked.documents, checked.commits), (0, 4));
        assert_eq!(
            (checked.journal.files, checked.journal.checkpoint),
            (1, None)
        );
        assert_eq!(checked.findings, []);

        let folder = DataFolder::open(&dir).unwrap();
        assert!(matches!(check_folder(&dir), Err(OpenError::InUse { .. })));
        let segment = crate::journal::segment_path(&folder.journal(), 1);
        drop(folder);
        let mut bytes = std::fs::read(&segment).unwrap();
        bytes[90] ^= 1;
        std::fs::write(&segment, bytes).unwrap();
        let found = check_folder(&dir).unwrap().findings;
        assert_eq!(
            (found.len(), found[0].place.as_str(), found[0].repaired),
            (1, "journal", false)
        );
        let mended = repair_folder(&dir).unwrap().findings;
        assert_eq!(mended.len(), 1);
        assert!(mended[0].repaired, "the database had everything");
        assert_eq!(check_folder(&dir).unwrap().findings, []);
    }

    #[test]
    fn changes_that_make_no_document_are_found() {
        let place = tempfile::tempdir().unwrap();
        let mut store = store::create(&place.path().join("data")).unwrap().store;
        let id = DocumentId::Project("01J9ZZZZZZZZZZZZZZZZZZZZZZ".parse().unwrap());
        let key = [id.to_bytes(), vec![0; 4]].concat();
        store
            .commit(put(Tree::Change, &key, b"no change of automerge"))
            .unwrap();
        let checked = check_all_documents(&store);
        assert_eq!(checked.documents, 1);
        assert_eq!(checked.findings[0].place, format!("document {id}"));
    }
}
