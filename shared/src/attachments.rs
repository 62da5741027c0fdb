//! Attachments as documents name them: rows with the BLAKE3 of a file, whose bytes lie elsewhere.
//!
//! The documents alone say which files exist. An index (derived) leads from a file to the documents that name it, so that
//! who may read one can be told, and what is missing here can be listed without loading documents.

use std::collections::BTreeSet;

use automerge::{ROOT, ReadDoc as _};

use crate::document::Document;
use crate::field::{Column, Field, FieldPath, Table, Target};
use crate::ids::{DocumentId, RowId, UnitId};
use crate::store::{Reader, StoreError, Tree, Turn};
use crate::time::Timestamp;
use crate::wire::codec;

/// The name of a file: the BLAKE3 of its bytes.
pub type BlobName = [u8; 32];

/// Keys of the index.
const INDEX: &[u8] = b"blob/";
/// Entries of the index read in one go.
const PAGE: usize = 1_000;

/// A file some document names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The file.
    pub name: BlobName,
    /// Its bytes, as the row says.
    pub bytes: u64,
    /// The document.
    pub document: DocumentId,
    /// When it was attached, as the row's id says; the epoch where that is not known.
    pub at: Timestamp,
    /// The project's home unit, which answers for the room its files take.
    pub unit: Option<UnitId>,
}

/// A name as rows hold it: 64 hexadecimal digits.
#[must_use]
pub fn parse_name(text: &str) -> Option<BlobName> {
    let digits = text.as_bytes();
    let mut name = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in name.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(name)
}

/// The files a document names, struck rows included: they can be restored.
#[must_use]
pub fn named(id: &DocumentId, document: &Document) -> BTreeSet<Named> {
    let mut found = BTreeSet::new();
    if !matches!(id, DocumentId::Project(_)) {
        return found;
    }
    let home = document.value(&FieldPath::once(Field::HomeNode));
    let unit = home.as_text().and_then(|home| home.parse().ok());
    // Every change of every project comes by here: only the table's own keys are read.
    let prefix = FieldPath::table_prefix(Table::Attachments);
    // `0` follows `/`.
    let beyond = format!("{}0", Table::Attachments.id());
    for item in document.inner().map_range(ROOT, prefix..beyond) {
        let Ok(path) = item.key.parse::<FieldPath>() else {
            continue;
        };
        let Target::Cell(Table::Attachments, row, Column::Hash) = path.target() else {
            continue;
        };
        let Some(name) = document.value(&path).as_text().and_then(parse_name) else {
            continue;
        };
        let bytes = FieldPath::keyed(Table::Attachments, row, Column::Bytes)
            .ok()
            .and_then(|path| document.value(&path).as_text()?.parse().ok());
        found.insert(Named {
            name,
            bytes: bytes.unwrap_or(0),
            document: id.clone(),
            at: row.parse().map_or(Timestamp(0), RowId::time),
            unit,
        });
    }
    found
}

/// Writes the index entries of a document.
pub(crate) fn index(turn: &mut Turn<'_>, id: &DocumentId, document: &Document) {
    for file in named(id, document) {
        let mut key = INDEX.to_vec();
        key.extend(file.name);
        key.extend(id.to_bytes());
        let mut value = [file.bytes.to_be_bytes(), file.at.0.to_be_bytes()].concat();
        value.extend(file.unit.iter().flat_map(|unit| unit.to_bytes()));
        turn.put(Tree::Index, key, value);
    }
}

/// The documents that name a file, or with `None` every file any document names.
///
/// # Errors
/// When the store fails.
pub fn find(reader: &dyn Reader, name: Option<BlobName>) -> Result<Vec<Named>, StoreError> {
    let mut from = INDEX.to_vec();
    from.extend(name.iter().flatten());
    let mut to = from.clone();
    to.extend([0xff; 65]);
    let mut found = Vec::new();
    loop {
        let page = reader.range(Tree::Index, &from, &to, PAGE)?;
        let is_last = page.len() < PAGE;
        for (key, value) in page {
            from.clone_from(&key);
            from.push(0);
            let rest = key.get(INDEX.len()..).and_then(<[u8]>::split_first_chunk);
            let Some((name, id)) = rest else {
                continue;
            };
            if let Some(document) = DocumentId::from_bytes(id) {
                // What an earlier version indexed has neither time nor unit.
                let mut value = codec::Reader::new(&value);
                found.push(Named {
                    name: *name,
                    bytes: value.array().map_or(0, u64::from_be_bytes),
                    document,
                    at: Timestamp(value.array().map_or(0, i64::from_be_bytes)),
                    unit: value.array().ok().map(UnitId::from_bytes),
                });
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sixty_four_digits() {
        let text = "0f".repeat(32);
        assert_eq!(parse_name(&text), Some([15; 32]));
        for wrong in [
            "",
            "0f",
            &"0g".repeat(32),
            &"0f".repeat(33),
            &"名".repeat(32),
        ] {
            assert_eq!(parse_name(wrong), None, "{wrong}");
        }
    }
}
