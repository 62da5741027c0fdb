//! Batches as a session unpacks them, for whoever sends it hostile bytes (`tests`). Never in the product.

use std::collections::BTreeMap;

use crate::gate::trial::Weight;
use crate::ids::DocumentId;
use crate::sync::pack::{self, Item, Resolve, UnpackError, short_name};
use crate::wire::codec::Writer;

/// Above this many bytes of changes a batch is not packed again: packing well takes its time.
const REPACKED_BYTES_MAX: usize = 64 * 1024;

/// What the receiver of a batch holds: its documents with the hashes of their changes.
#[derive(Debug, Clone, Default)]
pub struct Held(pub BTreeMap<DocumentId, Vec<[u8; 32]>>);

impl Resolve for Held {
    fn documents(&mut self, short: [u8; 4]) -> Vec<DocumentId> {
        let fits = self.0.keys().filter(|id| short_name(id) == short);
        fits.cloned().collect()
    }

    fn changes(&mut self, document: &DocumentId, short: [u8; 4]) -> Vec<[u8; 32]> {
        let hashes = self.0.get(document).into_iter().flatten();
        hashes.filter(|hash| hash[..4] == short).copied().collect()
    }
}

/// Unpacks a batch; how many changes it brings and their bytes, or nothing when it is refused.
///
/// # Panics
/// When what came out would mean something else once it was packed again.
pub fn unpack(codec: u8, raw_bytes: u64, bytes: &[u8], held: &mut Held) -> Option<(usize, usize)> {
    let items = pack::unpack(codec, raw_bytes, bytes, held).ok()?;
    let weight: usize = items.iter().map(Item::weight).sum();
    let cost = items.iter().map(Item::cost);
    let cost = cost.fold(Weight::default(), Weight::plus);
    assert!(cost.bytes <= weight as u64, "it counts less than it holds");
    let changes = pack::by_document(&items);
    let count = changes.iter().map(|(_, raws)| raws.len()).sum();
    if weight <= REPACKED_BYTES_MAX {
        let plain = pack::pack_plain(&items);
        let again = pack::unpack(plain.codec, plain.raw_bytes, &plain.bytes, held);
        assert_eq!(again.as_ref(), Ok(&items), "the plain form");
        let compact = pack::pack_compact(&items, |id| held.0.contains_key(id));
        match pack::unpack(compact.codec, compact.raw_bytes, &compact.bytes, held) {
            // It may name what is not held: the sender is asked for the plain form.
            Err(UnpackError::Unresolved) => {}
            again => assert_eq!(again, Ok(items), "the compact form"),
        }
    }
    Some((count, weight))
}

/// Packs changes of one document in the compact form: `codec, announced size, packed bytes`.
#[must_use]
pub fn pack(document: &DocumentId, raws: &[Vec<u8>], held: &Held) -> Vec<u8> {
    let items: Vec<Item> = raws
        .iter()
        .map(|raw| Item::Change {
            document: document.clone(),
            raw: raw.clone(),
        })
        .collect();
    let packed = pack::pack_compact(&items, |id| held.0.contains_key(id));
    let mut out = Writer::new();
    out.u8(packed.codec);
    out.uint(packed.raw_bytes);
    out.raw(&packed.bytes);
    out.into_bytes()
}
