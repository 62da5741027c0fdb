//! How a value stands in the database: a head with its checksum, and chunks for what is too long for one entry.
//!
//! sled moves values above its page size into files it never cleans up (`blobs/`), so none longer than 4 KB is given to it.
//!
//! Shape: head = `0` ‖ element 16 ‖ value, or `1` ‖ element 16 ‖ length u32; the element ([`crate::journal::digest`]) is the
//! checksum over tree, key and value. Keys: head = tree ‖ key; chunk n = (tree | 0x80) ‖ key ‖ n u32 big-endian. Two heads
//! never share a chunk's key: the key is all but the last four bytes.

use shared::store::Tree;

use crate::journal::digest::Element;

/// Bytes of the longest value kept in its head.
pub const INLINE_BYTES_MAX: usize = 4_000;
/// Bytes of a chunk.
const CHUNK_BYTES: usize = 4_000;
const CHUNK_KEY: u8 = 0x80;

const INLINE: u8 = 0;
const CHUNKED: u8 = 1;

/// The head of a value, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its checksum.
    pub element: Element,
    /// Where the value is.
    pub body: Body<'a>,
}

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// Here.
    Inline(&'a [u8]),
    /// In chunks, of this length together.
    Chunks(u32),
}

impl<'a> Head<'a> {
    /// Reads a head; `None` when it is none.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (element, rest) = rest.split_first_chunk::<16>()?;
        let element = Element(u128::from_le_bytes(*element));
        let body = match *kind {
            INLINE => Body::Inline(rest),
            CHUNKED => Body::Chunks(u32::from_le_bytes(rest.try_into().ok()?)),
            _ => return None,
        };
        Some(Self { element, body })
    }

    /// How many chunks it has.
    #[must_use]
    pub const fn chunk_count(&self) -> u32 {
        match self.body {
            Body::Inline(_) => 0,
            Body::Chunks(bytes) => bytes.div_ceil(CHUNK_BYTES as u32),
        }
    }
}

/// A value as head and chunks; `None` when it is 4 GB or longer.
#[must_use]
pub fn encode(element: Element, value: &[u8]) -> Option<(Vec<u8>, std::slice::Chunks<'_, u8>)> {
    let bytes = u32::try_from(value.len()).ok()?;
    let mut head = Vec::with_capacity(21 + value.len().min(INLINE_BYTES_MAX));
    let is_inline = value.len() <= INLINE_BYTES_MAX;
    head.push(if is_inline { INLINE } else { CHUNKED });
    head.extend_from_slice(&element.0.to_le_bytes());
    if is_inline {
        head.extend_from_slice(value);
        Some((head, [].chunks(CHUNK_BYTES)))
    } else {
        head.extend_from_slice(&bytes.to_le_bytes());
        Some((head, value.chunks(CHUNK_BYTES)))
    }
}

/// The key of a head.
#[must_use]
pub fn head_key(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + key.len());
    bytes.push(tree as u8);
    bytes.extend_from_slice(key);
    bytes
}

/// Tree and key of a head's key; `None` for chunks and whatever else is kept.
#[must_use]
pub fn split_head_key(bytes: &[u8]) -> Option<(Tree, &[u8])> {
    let (tree, key) = bytes.split_first()?;
    Some((Tree::from_u8(*tree)?, key))
}

/// The first byte of the keys of a tree's chunks.
#[must_use]
pub const fn first_byte_of_chunks(tree: Tree) -> u8 {
    tree as u8 | CHUNK_KEY
}

/// The key of a chunk.
#[must_use]
pub fn chunk_key(tree: Tree, key: &[u8], index: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(5 + key.len());
    bytes.push(first_byte_of_chunks(tree));
    bytes.extend_from_slice(key);
    bytes.extend_from_slice(&index.to_be_bytes());
    bytes
}
