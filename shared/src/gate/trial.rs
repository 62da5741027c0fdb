//! Trying costly changes where they can harm nobody (reliability.md 2.6, step 9).
//!
//! What a batch can cost is read from run lengths before anything is unrolled ([`Weight`]). Most batches are cheap: below
//! [`TRIAL_FROM`] operations the gate judges them at once, in some megabytes. A batch that may cost more is first judged in a
//! process of its own with limits of memory and time ([`is_sound`]). Only documents which that process survived are judged here:
//! by the same code, so at the same cost, which is known by then. What it died of is refused unread.

use crate::document::Document;
use crate::ids::DocumentId;
use crate::wire::codec::{Reader, WireError, Writer};
use crate::wire::v1::BATCH_BYTES_MAX;

use super::{CHANGE_BYTES_MAX, OPERATIONS_MAX, Voice, columns_of, count_operations, judge};

/// Operations of one batch from which it is tried first. Measured on hostile changes: some 450 B each while they are judged
/// (reliability.md fact 8), so 9 MB at most are spent in this process on a batch that was not tried.
pub const TRIAL_FROM: u64 = 20_000;
/// Bytes of one batch, all changes raw, from which it is tried first. Honest batches aim at half of it.
pub const TRIAL_FROM_BYTES: u64 = 512 * 1024;
/// Operations of one batch that is not even tried. A whole document has at most half as many.
pub const BATCH_OPERATIONS_MAX: u64 = 1_000_000;
/// Bytes of one document's whole history, as saved (reliability.md 2.6).
const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Documents and changes in one trial: what fits a batch.
const SUSPECTS_MAX: usize = 100_000;

/// What changes can cost, judged by their run lengths alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Operations they unroll to; changes that are refused unparsed count nothing.
    pub operations: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Weight {
    /// The weight of one change.
    #[must_use]
    pub fn of(raw: &[u8]) -> Self {
        let counted = columns_of(raw).and_then(count_operations);
        Self {
            operations: counted
                .ok()
                .filter(|&found| found <= OPERATIONS_MAX)
                .unwrap_or(0),
            bytes: raw.len() as u64,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            operations: self.operations.saturating_add(other.operations),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// True when a batch of this weight is to be tried first; `from` is [`TRIAL_FROM`] unless a test says otherwise.
    #[must_use]
    pub fn is_costly(self, from: u64) -> bool {
        self.operations >= from || self.bytes >= TRIAL_FROM_BYTES
    }

    /// True when a batch of this weight is refused untried.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.operations > BATCH_OPERATIONS_MAX
    }
}

/// What is brought for one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The document.
    pub document: DocumentId,
    /// The document as it is saved here; empty when it is new.
    pub before: Vec<u8>,
    /// The changes.
    pub raws: Vec<Vec<u8>>,
}

/// Writes suspects for another process.
#[must_use]
pub fn encode(suspects: &[Suspect]) -> Vec<u8> {
    let mut out = Writer::new();
    out.list(suspects, |out, suspect| {
        out.bytes(&suspect.document.to_bytes());
        out.bytes(&suspect.before);
        out.list(&suspect.raws, |out, raw| out.bytes(raw));
    });
    out.into_bytes()
}

/// Reads suspects.
///
/// # Errors
/// When the bytes are not what [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Result<Vec<Suspect>, WireError> {
    let mut input = Reader::new(bytes);
    let suspects = input.list(SUSPECTS_MAX, |input| {
        let document = input.bytes(32)?;
        let unknown = WireError::UnknownKind {
            what: "document",
            found: 0,
        };
        Ok(Suspect {
            document: DocumentId::from_bytes(document).ok_or(unknown)?,
            before: input.bytes(BATCH_BYTES_MAX)?.to_vec(),
            raws: input.list(SUSPECTS_MAX, |input| {
                Ok(input.bytes(CHANGE_BYTES_MAX)?.to_vec())
            })?,
        })
    })?;
    input.finish()?;
    Ok(suspects)
}

/// Judges one document's changes to the end, whoever's they are. True: it can be done here as well, and the document stays
/// within its bounds. That changes are refused along the way is no harm.
#[must_use]
pub fn is_sound(suspect: Suspect) -> bool {
    let loaded = if suspect.before.is_empty() {
        Document::new(&suspect.document)
    } else {
        Document::load(&suspect.before)
    };
    let Ok(mut document) = loaded else {
        return false;
    };
    let verdict = judge(&document, &suspect.document, suspect.raws, &Voice::All);
    let changes = verdict.passed.into_iter().map(|passed| passed.change);
    document.apply(changes.collect()).is_ok() && document.save().len() <= DOCUMENT_BYTES_MAX
}
