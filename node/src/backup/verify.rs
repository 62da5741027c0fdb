//! Opening a backup as a stranger would: every record, every sum, and every document made from its changes.
//!
//! Content comes in key order, so that one document at a time is in memory.

use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};
use shared::desk::{MARK_KEY, Mark};
use shared::identity::NodeKey;
use shared::ids::DocumentId;
use shared::store::{Batch, MemoryStore, Tree};

use super::Manifest;
use super::read::{Fault, Piece, ReadFailed, document_of, name_of, read};
use super::write::Progress;
use crate::accounts::password::Secret;
use crate::identity::{self, NODE_KEY};
use crate::integrity;
use crate::journal::Write;

/// What a backup holds, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// What it is of.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// Documents.
    pub documents: u64,
    /// Projects among them.
    pub projects: u64,
    /// Accounts.
    pub accounts: u64,
    /// Attachments.
    pub attachments: u64,
    /// Their bytes.
    pub attachment_bytes: u64,
    /// Attachments that were damaged already when it was made, and are not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// The bytes of the file.
    pub bytes: u64,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the backup holds; `None` when not even that can be read.
    pub holds: Option<Holds>,
    /// Where it is not as it was written. Nothing is restored from it then.
    pub faults: Vec<Fault>,
    /// Documents that cannot be made from their changes, and could not when it was made. That keeps no backup from being made: all
    /// else is worth as much.
    pub unsound: Vec<Fault>,
}

/// Reads a backup to its end.
///
/// # Errors
/// [`ReadFailed`]: the file is not there, or of a newer program. A damaged backup is no error.
pub fn verify(
    path: &Path,
    passphrase: Option<&Secret>,
    progress: &Progress,
) -> Result<Verified, ReadFailed> {
    let mut content = Content::default();
    let mut whole = read(path, passphrase, progress, &mut |offset, piece| {
        content.take(offset, piece);
        ControlFlow::Continue(())
    })?;
    content.end_document();
    let is_whole = whole.faults.is_empty();
    let mut faults = std::mem::take(&mut whole.faults);
    if is_whole && !content.has_key {
        content.fault(0, identity::NODE_KEY, "the node's key is not in it");
    }
    let said = whole.manifest.as_ref().and_then(Manifest::mark);
    if is_whole && said != Some(content.mark) {
        // Whether the trail itself is whole is for `audit verify` to say: a node whose trail is not needs backups all the more.
        content.fault(
            0,
            "the audit trail",
            "it is not the one the beginning names",
        );
    }
    // Where a record is lost, its documents are short of changes as well, which is no second fault.
    if is_whole {
        faults.extend(content.faults);
    }
    let totals = whole.totals;
    let holds = whole.manifest.map(|manifest| Holds {
        manifest,
        documents: content.documents,
        projects: content.projects,
        accounts: content.accounts,
        attachments: totals.attachments,
        attachment_bytes: totals.attachment_bytes,
        left_out: totals.left_out,
        bytes: whole.bytes,
    });
    let unsound = if is_whole {
        content.unsound
    } else {
        Vec::new()
    };
    Ok(Verified {
        holds,
        faults,
        unsound,
    })
}

/// The content as it goes by.
#[derive(Default)]
struct Content {
    manifest: Option<Manifest>,
    has_key: bool,
    /// The document whose changes are going by, and the byte they began at.
    open: Option<(DocumentId, u64, Batch)>,
    documents: u64,
    projects: u64,
    accounts: u64,
    /// The audit trail's own note of its last line.
    mark: Mark,
    faults: Vec<Fault>,
    unsound: Vec<Fault>,
}

impl Content {
    fn fault(&mut self, offset: u64, place: &str, what: &str) {
        self.faults.push(Fault::new(offset, place, what));
    }

    fn take(&mut self, offset: u64, piece: Piece) {
        match piece {
            Piece::Start(manifest) => self.manifest = Some(*manifest),
            Piece::File(name, bytes) => {
                if name.strip_prefix("identity/") != Some(NODE_KEY) {
                    return;
                }
                self.has_key = true;
                let node = identity::parse_key(&bytes).map(|key| NodeKey::node_id(&key));
                if node != self.manifest.as_ref().map(|said| said.node) {
                    self.fault(offset, &name, "it is another node's key");
                }
            }
            Piece::Pairs(pairs) => {
                for pair in pairs {
                    self.take_pair(offset, pair);
                }
            }
        }
    }

    fn take_pair(&mut self, offset: u64, (tree, key, value): Write) {
        match tree {
            Tree::Change => {
                let Some(id) = document_of(tree, &key) else {
                    let place = name_of(tree, &key);
                    let fault = Fault::new(offset, &place, "a change of no document");
                    self.unsound.push(fault);
                    return;
                };
                if self.open.as_ref().is_none_or(|(open, ..)| *open != id) {
                    self.end_document();
                    self.open = Some((id, offset, Batch::default()));
                }
                if let Some((.., batch)) = &mut self.open {
                    batch.writes.insert((tree, key), value);
                }
            }
            Tree::Account => self.accounts += u64::from(key.first() == Some(&b'u')),
            Tree::Meta if key == MARK_KEY => {
                let mark = value.as_deref().and_then(Mark::decode);
                self.mark = mark.unwrap_or_default();
            }
            _ => {}
        }
    }

    /// Makes the document that just went by.
    fn end_document(&mut self) {
        let Some((id, offset, batch)) = self.open.take() else {
            return;
        };
        self.documents += 1;
        self.projects += u64::from(matches!(id, DocumentId::Project(_)));
        let mut store = MemoryStore::new();
        if store.commit(batch).is_err() {
            // Memory takes a batch; only a test makes it refuse.
            return;
        }
        for found in integrity::check_documents(&store, &[id]) {
            let fault = Fault::new(offset, &found.place, &found.finding);
            self.unsound.push(fault);
        }
    }
}
