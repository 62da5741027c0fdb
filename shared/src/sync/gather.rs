//! What of a log goes into one batch, for a line and for a stick: its entries in order, with what the reader wrote itself left
//! out, until the batch is full.

use crate::gate::trial::{TRIAL_FROM, Weight};
use crate::library::salvage::is_hole;
use crate::store::Reader;
use crate::wire::v1::{BatchHead, Chain, Scope};

use super::Replica;
use super::error::ReplicaError;
use super::log::{Entry, EntryKind, Source};
use super::pack::{Item, Packed};

/// Entries read from the log in one go.
const ENTRIES_MAX: usize = 4_000;

/// A batch ready to send.
pub(super) struct Batch {
    pub(super) head: BatchHead,
    pub(super) bytes: Vec<u8>,
}

impl Batch {
    pub(super) fn new(scope: Scope, from: u64, to: u64, chain: Chain, packed: Packed) -> Self {
        let mut digest = [0; 8];
        digest.copy_from_slice(&blake3::hash(&packed.bytes).as_bytes()[..8]);
        Self {
            head: BatchHead {
                scope,
                from,
                to,
                chain,
                codec: packed.codec,
                raw_bytes: packed.raw_bytes,
                packed_bytes: packed.bytes.len() as u64,
                digest,
            },
            bytes: packed.bytes,
        }
    }
}

/// A piece of a log.
pub(super) struct Span {
    pub(super) scope: Scope,
    /// The entries after this position.
    pub(super) from: u64,
    /// The last position wanted; as far as the log goes when unset.
    pub(super) to: Option<u64>,
    /// Where to stop before: these plain bytes, or changes so costly that the reader would try them in a process of its own.
    /// Unset: nowhere.
    pub(super) bytes: Option<usize>,
}

/// The items of a batch, and where in the log it ends.
pub(super) struct Gathered {
    pub(super) items: Vec<Item>,
    pub(super) position: u64,
    pub(super) chain: Chain,
}

impl Replica {
    /// The items of a span, as many as one batch holds, without what `receiver` wrote; `None` when the log has no entry there.
    pub(super) fn gather(
        &mut self,
        reader: &dyn Reader,
        span: Span,
        receiver: Option<Source>,
    ) -> Result<Option<Gathered>, ReplicaError> {
        let wanted = span.to.map(|to| to.saturating_sub(span.from));
        let limit = wanted.map_or(ENTRIES_MAX, |wanted| {
            usize::try_from(wanted).map_or(ENTRIES_MAX, |wanted| wanted.min(ENTRIES_MAX))
        });
        let mut gathered = Gathered {
            items: Vec::new(),
            position: span.from,
            chain: [0; 16],
        };
        let mut weight = 0;
        let mut cost = Weight::default();
        for entry in self.logs.entries(reader, span.scope, span.from, limit)? {
            let is_full = |bytes| weight >= bytes || cost.is_costly(TRIAL_FROM / 2);
            if span.bytes.is_some_and(is_full) {
                break;
            }
            let item = if receiver == Some(entry.source) {
                Item::Skip(1)
            } else {
                self.item_of(reader, &entry)?
            };
            gathered.position += 1;
            gathered.chain = entry.chain;
            match (gathered.items.last_mut(), item) {
                (Some(Item::Skip(count)), Item::Skip(more)) => *count += more,
                (_, item) => {
                    weight += item.weight();
                    cost = cost.plus(item.cost());
                    gathered.items.push(item);
                }
            }
        }
        Ok((gathered.position > span.from).then_some(gathered))
    }

    /// What an entry says. A unit that lost a document still gets what was written while it could read it: so it learns of
    /// the move itself.
    fn item_of(&mut self, reader: &dyn Reader, entry: &Entry) -> Result<Item, ReplicaError> {
        let document = entry.document.clone();
        Ok(match entry.kind {
            EntryKind::Change => {
                let raw = self.library.change(reader, &document, entry.number)?;
                let raw = raw.ok_or(ReplicaError::DamagedRecord { what: "change" })?;
                if is_hole(&document, entry.number, &raw) {
                    Item::Skip(1)
                } else {
                    Item::Change { document, raw }
                }
            }
            EntryKind::Grant => {
                let mut changes = Vec::new();
                for number in 1..entry.number {
                    let raw = self.library.change(reader, &document, number)?;
                    changes.push(raw.ok_or(ReplicaError::DamagedRecord { what: "change" })?);
                }
                Item::Whole {
                    document,
                    count: entry.number,
                    changes,
                }
            }
            EntryKind::Revoke => Item::Revoked { document },
            EntryKind::Known => Item::Known { document },
        })
    }
}
