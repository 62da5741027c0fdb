//! Files of chained records, as the journal and the backups have them, taken apart and put together with all sums in order.

use node::journal::record::{self, Chain, Kind, RECORD_HEADER_BYTES, RecordHeader};

use super::CASE_BYTES_MAX;

const KINDS: [Kind; 8] = [
    Kind::Commit,
    Kind::StoreSynced,
    Kind::CheckpointStart,
    Kind::CheckpointPart,
    Kind::CheckpointEnd,
    Kind::BackupStart,
    Kind::BackupFile,
    Kind::BackupEnd,
];

/// The header of so many bytes, then of each record its kind and its payload unpacked.
pub(super) fn open(bytes: &[u8], header_bytes: usize) -> Option<Vec<Vec<u8>>> {
    let (header, mut rest) = bytes.split_at_checked(header_bytes)?;
    let mut parts = vec![header.to_vec()];
    while !rest.is_empty() {
        let head = RecordHeader::decode(rest)?;
        let end = RECORD_HEADER_BYTES + head.payload_bytes;
        let stored = rest.get(RECORD_HEADER_BYTES..end)?.to_vec();
        let (kind, payload) = head.open(stored, CASE_BYTES_MAX)?;
        let mut part = vec![kind as u8];
        part.extend(payload);
        parts.push(part);
        rest = &rest[end..];
    }
    Some(parts)
}

/// The records behind a header.
pub(super) fn close(header: &[u8], records: &[Vec<u8>], mut chain: Chain) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for record in records {
        let (number, payload) = record.split_first().unwrap_or((&0, &[]));
        let same = KINDS.into_iter().find(|kind| *kind as u8 == *number);
        let kind = same.unwrap_or(KINDS[usize::from(*number) % KINDS.len()]);
        if let Some((record, after)) = record::encode(chain, kind, payload) {
            bytes.extend(record);
            chain = after;
        }
    }
    bytes
}
