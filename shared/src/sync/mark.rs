//! The hub's audit trail, witnessed by its nodes: where the trail stands is signed and written into the county's document.
//!
//! Every node keeps that document with its whole history, and gives it back to a hub whose disk was put back or whose store was
//! written anew. So a trail that lost lines, or was rewritten, does not fit what nodes hold. The mark goes the way of any other
//! fact: no frame of its own, nothing to ask nodes for.

use automerge::legacy::{Key, OpType};
use automerge::{Change, ScalarValue};

use crate::api::NodeRole;
use crate::desk::Mark;
use crate::document::genesis::DocumentKind;
use crate::field::{Column, FieldPath, Table};
use crate::gate::is_small;
use crate::identity::{SIGNATURE_BYTES, is_signed_by};
use crate::ids::{DocumentId, NodeId};
use crate::store::Reader;
use crate::value::Value;

use super::error::ReplicaError;
use super::{Context, Replica, quarantined};

/// What the signature of a mark is for.
const CONTEXT: &str = "xiangmu audit mark v1";

/// A mark as it stands in the document: number, chain and signature.
fn write(mark: Mark, signature: &[u8; SIGNATURE_BYTES]) -> String {
    format!("{}:{}:{}", mark.number, hex(&mark.chain), hex(signature))
}

/// Reads a mark that `node` signed; anything else is no witness.
fn read(text: &str, node: NodeId) -> Option<Mark> {
    let mut parts = text.split(':');
    let mark = Mark {
        number: parts.next()?.parse().ok()?,
        chain: unhex(parts.next()?)?,
    };
    let signature: [u8; SIGNATURE_BYTES] = unhex(parts.next()?)?;
    let is_whole = parts.next().is_none();
    let number = mark.number.to_be_bytes();
    let is_its = is_signed_by(node, CONTEXT, &[&number, &mark.chain], &signature);
    (is_whole && is_its).then_some(mark)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The texts a change writes to a path; none of one that does not decode.
fn texts_at(raw: &[u8], path: &FieldPath) -> Vec<String> {
    let Ok(change) = Change::from_bytes(raw.to_vec()) else {
        return Vec::new();
    };
    let operations = change.decode().operations.into_iter();
    let texts = operations.filter_map(|operation| match (operation.key, operation.action) {
        (Key::Map(key), OpType::Put(ScalarValue::Str(text))) if *key == *path.as_str() => {
            Some(text.to_string())
        }
        _ => None,
    });
    texts.collect()
}

impl Replica {
    /// At a hub: publishes where the audit trail stands, when it grew since the last time.
    pub(super) fn mark_audit(&mut self, cx: &mut Context<'_, '_>) -> Result<(), ReplicaError> {
        let mark = Mark::load(cx.turn)?;
        if self.facts.role != NodeRole::Hub || mark.number == 0 {
            return Ok(());
        }
        let year = u16::try_from(cx.now.date().year()).unwrap_or(1);
        let id = DocumentId::County(year);
        let Some(path) = self.mark_path() else {
            return Ok(());
        };
        self.library.ensure_genesis(cx.turn, &id)?;
        let number = mark.number.to_be_bytes();
        let signature = self.facts.key.sign(CONTEXT, &[&number, &mark.chain]);
        let value = Value::Text(write(mark, &signature));
        if self.library.document(cx.turn, &id)?.value(&path) != value {
            let author = self.engine_author(cx.now, "audit");
            self.library
                .write(cx.turn, &id, &[(path, value)], &author)?;
        }
        Ok(())
    }

    /// Every mark of this node's own trail that stands in the county's documents, as they came back from nodes too.
    ///
    /// # Errors
    /// When a document cannot be read.
    pub fn audit_marks(&mut self, reader: &dyn Reader) -> Result<Vec<Mark>, ReplicaError> {
        let mut marks = Vec::new();
        let (node, Some(path)) = (self.node, self.mark_path()) else {
            return Ok(marks);
        };
        for id in self.library.ids(reader, DocumentKind::County)? {
            let document = self.library.document(reader, &id)?;
            for written in document.history(Some(&path), usize::MAX) {
                marks.extend(written.new.as_text().and_then(|text| read(text, node)));
            }
        }
        // Where no seal stands for what a node gives back of this node's own, it lies here. The signature is ours all the same.
        for change in quarantined(reader)? {
            if matches!(change.document, DocumentId::County(_)) && is_small(&change.raw) {
                let texts = texts_at(&change.raw, &path);
                marks.extend(texts.iter().filter_map(|text| read(text, node)));
            }
        }
        Ok(marks)
    }

    /// In the directory's row of the hub's own unit.
    fn mark_path(&self) -> Option<FieldPath> {
        let unit = self.unit.to_string();
        FieldPath::keyed(Table::Directory, &unit, Column::AuditMark).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::NodeKey;

    #[test]
    fn a_mark_reads_back_and_only_its_own_signer_makes_one() {
        let key = NodeKey::from_seed(&[7; 32]);
        let mark = Mark {
            number: 900,
            chain: [3; 16],
        };
        let number = mark.number.to_be_bytes();
        let text = write(mark, &key.sign(CONTEXT, &[&number, &mark.chain]));
        assert_eq!(read(&text, key.node_id()), Some(mark));
        assert_eq!(read(&text, NodeKey::from_seed(&[8; 32]).node_id()), None);
        assert_eq!(read(&text.replacen("900", "901", 1), key.node_id()), None);
        assert_eq!(read(&format!("{text}:"), key.node_id()), None);
        for wrong in ["", ":", "900:03", "名:字:节"] {
            assert_eq!(read(wrong, key.node_id()), None, "{wrong}");
        }
    }
}
