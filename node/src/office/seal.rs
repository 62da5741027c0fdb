//! The sealed envelope around a bundle: only the node it is for can open it, and no byte of it can change unnoticed.
//!
//! Shape: `XMB1`, the reader's key, a key drawn for this envelope, then the content in chunks of 64 KiB, each with its tag. The
//! secret of a chunk comes from both keys (X25519 over the nodes' own Ed25519 keys), so a node needs no other key than its
//! name; a chunk's nonce is its number and whether it is the last, so none can be left out, swapped or cut off. Who made the
//! content is signed inside it (`shared::wire::bundle`).
//!
//! Source: the STREAM construction as age uses it (Hoang et al. 2015), ChaCha20-Poly1305 of RFC 8439 from ring; key pairs for
//! both signing and agreement: eprint 2021/509.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use shared::identity::NodeKey;
use shared::ids::NodeId;

/// How a sealed bundle begins; the digit is the version.
pub(super) const MAGIC: &[u8; 3] = b"XMB";
const VERSION: u8 = b'1';
pub(super) const HEADER_BYTES: usize = 4 + 32 + 32;
/// Plain bytes of one chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes of a chunk's tag.
pub const TAG_BYTES: usize = 16;
const CONTEXT: &str = "xiangmu bundle seal v1";

/// Why an envelope was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It does not begin like one.
    #[error("the file is no bundle")]
    NoBundle,
    /// A newer program sealed it.
    #[error("the bundle was written by a newer version; upgrade this one first")]
    Newer,
    /// It was sealed for somebody else.
    #[error("the bundle is for another node ({0})")]
    ForAnother(NodeId),
    /// A byte is not what it was, or some are missing.
    #[error("the bundle was changed on the way, or is incomplete; nothing of it was taken")]
    Changed,
    /// The reader's name is no key.
    #[error("nothing can be sealed for {0}: its name is no key")]
    NoKey(NodeId),
}

/// Seals bytes for one reader. `seed` is drawn for this envelope and used for nothing else.
///
/// # Errors
/// [`SealError::NoKey`].
pub fn seal(content: &[u8], reader: NodeId, seed: &[u8; 32]) -> Result<Vec<u8>, SealError> {
    let own = NodeKey::from_seed(seed);
    let mut sealed = Vec::with_capacity(HEADER_BYTES + content.len() + 1024);
    sealed.extend(MAGIC);
    sealed.push(VERSION);
    sealed.extend(reader.to_bytes());
    sealed.extend(own.node_id().to_bytes());
    let secret = own.agree(reader).ok_or(SealError::NoKey(reader))?;
    let header = sealed.clone();
    let key = chunk_key(&secret, &header).ok_or(SealError::NoKey(reader))?;
    let mut chunks = content.chunks(CHUNK_BYTES).peekable();
    let mut number = 0;
    loop {
        let mut chunk = chunks.next().unwrap_or(&[]).to_vec();
        let is_last = chunks.peek().is_none();
        key.seal_in_place_append_tag(nonce(number, is_last), Aad::from(&header), &mut chunk)
            .map_err(|_| SealError::NoKey(reader))?;
        sealed.extend(chunk);
        number += 1;
        if is_last {
            return Ok(sealed);
        }
    }
}

/// Opens an envelope made for `own`.
///
/// # Errors
/// [`SealError`]; nothing of the content is given away then.
pub fn open(sealed: &[u8], own: &NodeKey) -> Result<Vec<u8>, SealError> {
    let (header, mut rest) = sealed
        .split_at_checked(HEADER_BYTES)
        .ok_or(SealError::NoBundle)?;
    let (version, keys) = match header.strip_prefix(MAGIC).and_then(<[u8]>::split_first) {
        Some((version, keys)) => (*version, keys),
        None => return Err(SealError::NoBundle),
    };
    if version != VERSION {
        return Err(if version > VERSION {
            SealError::Newer
        } else {
            SealError::NoBundle
        });
    }
    let node = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map(NodeId::from_bytes);
    let (reader, sender) = keys.split_at(32);
    let (Ok(reader), Ok(sender)) = (node(reader), node(sender)) else {
        return Err(SealError::NoBundle);
    };
    if reader != own.node_id() {
        return Err(SealError::ForAnother(reader));
    }
    let secret = own.agree(sender).ok_or(SealError::Changed)?;
    let key = chunk_key(&secret, header).ok_or(SealError::Changed)?;
    let mut content = Vec::with_capacity(rest.len());
    let mut number = 0;
    loop {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK_BYTES + TAG_BYTES));
        let mut chunk = chunk.to_vec();
        let is_last = after.is_empty();
        let plain = key
            .open_in_place(nonce(number, is_last), Aad::from(header), &mut chunk)
            .map_err(|_| SealError::Changed)?;
        content.extend_from_slice(plain);
        number += 1;
        rest = after;
        if is_last {
            return Ok(content);
        }
    }
}

fn chunk_key(secret: &[u8; 32], header: &[u8]) -> Option<LessSafeKey> {
    let key = blake3::derive_key(CONTEXT, &[secret, header].concat());
    UnboundKey::new(&CHACHA20_POLY1305, &key)
        .ok()
        .map(LessSafeKey::new)
}

/// The nonce of a chunk: its number, and whether it is the last.
#[must_use]
pub fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = is_last.into();
    Nonce::assume_unique_for_key(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    #[test]
    fn only_the_reader_opens_it_whatever_its_length() {
        let reader = NodeKey::from_seed(&[1; 32]);
        for length in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let sealed = seal(&content, reader.node_id(), &[9; 32]).unwrap();
            assert_eq!(open(&sealed, &reader).unwrap(), content);
            let other = NodeKey::from_seed(&[2; 32]);
            let for_another = SealError::ForAnother(reader.node_id());
            assert_eq!(open(&sealed, &other), Err(for_another));
        }
    }

    #[test]
    fn no_changed_byte_and_no_cut_passes() {
        let reader = NodeKey::from_seed(&[1; 32]);
        let content = vec![7; CHUNK_BYTES + 40];
        let sealed = seal(&content, reader.node_id(), &[9; 32]).unwrap();
        for at in (0..200).chain((200..sealed.len()).step_by(997)) {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert!(open(&wrong, &reader).is_err(), "byte {at}");
            assert!(open(&sealed[..at], &reader).is_err(), "cut at {at}");
        }
        let first_chunk = HEADER_BYTES + CHUNK_BYTES + TAG_BYTES;
        assert_eq!(
            open(&sealed[..first_chunk], &reader),
            Err(SealError::Changed)
        );
        assert_eq!(open(b"a workbook", &reader), Err(SealError::NoBundle));
        let mut newer = sealed;
        newer[3] = b'2';
        assert_eq!(open(&newer, &reader), Err(SealError::Newer));
        // A point of small order: everybody would share its secret.
        let mut nobody = [0; 32];
        nobody[0] = 1;
        let nobody = NodeId::from_bytes(nobody);
        assert_eq!(seal(b"", nobody, &[9; 32]), Err(SealError::NoKey(nobody)));
    }
}
