//! What stands in a record: positions, writes, digests, with integers as LEB128.
//!
//! A write is the tree's number (high bit: a removal), the bytes its key shares with the key before, the rest of the key,
//! and the value. Batches are sorted, and keys of one document share its id, so that most keys cost a few bytes.

use shared::store::Tree;

use super::Write;
use super::digest::Digest;
use super::record::Chain;

const REMOVAL: u8 = 0x80;

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its number.
    pub position: u64,
    /// What it wrote.
    pub writes: Vec<Write>,
    /// All durable content after it.
    pub digest: Digest,
}

/// A commit as bytes.
#[must_use]
pub fn encode_commit(position: u64, writes: &[Write], digest: Digest) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + writes.iter().map(write_bytes).sum::<usize>());
    put_number(&mut out, position);
    put_digest(&mut out, digest);
    put_writes(&mut out, writes);
    out
}

/// Reads a commit; `None` when the bytes are none.
#[must_use]
pub fn decode_commit(bytes: &[u8]) -> Option<Commit> {
    let mut input = bytes;
    let position = take_number(&mut input)?;
    let digest = take_digest(&mut input)?;
    let writes = take_writes(input)?;
    Some(Commit {
        position,
        writes,
        digest,
    })
}

/// A position as bytes.
#[must_use]
pub fn encode_position(position: u64) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, position);
    out
}

/// Reads a position.
#[must_use]
pub fn decode_position(bytes: &[u8]) -> Option<u64> {
    let mut input = bytes;
    let position = take_number(&mut input)?;
    input.is_empty().then_some(position)
}

/// Some of a checkpoint's content as bytes.
#[must_use]
pub fn encode_part(pairs: &[Write]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pairs.iter().map(write_bytes).sum());
    put_writes(&mut out, pairs);
    out
}

/// Reads some of a checkpoint's content.
#[must_use]
pub fn decode_part(bytes: &[u8]) -> Option<Vec<Write>> {
    take_writes(bytes)
}

/// The end of a checkpoint as bytes; with the chain the next segment follows, where it is not the checkpoint's own.
#[must_use]
pub fn encode_end(position: u64, digest: Digest, chain: Option<Chain>) -> Vec<u8> {
    let mut out = encode_position(position);
    put_digest(&mut out, digest);
    out.extend_from_slice(chain.as_ref().map_or(&[], |chain| chain.as_slice()));
    out
}

/// Reads the end of a checkpoint.
#[must_use]
pub fn decode_end(bytes: &[u8]) -> Option<(u64, Digest, Option<Chain>)> {
    let mut input = bytes;
    let (position, digest) = (take_number(&mut input)?, take_digest(&mut input)?);
    let chain = match input {
        [] => None,
        rest => Some(rest.try_into().ok()?),
    };
    Some((position, digest, chain))
}

fn write_bytes(write: &Write) -> usize {
    12 + write.1.len() + write.2.as_ref().map_or(0, Vec::len)
}

fn put_writes(out: &mut Vec<u8>, writes: &[Write]) {
    let mut before: (Option<Tree>, &[u8]) = (None, &[]);
    for (tree, key, value) in writes {
        let shared = match before {
            (Some(last), last_key) if last == *tree => {
                last_key.iter().zip(key).take_while(|(a, b)| a == b).count()
            }
            _ => 0,
        };
        out.push(*tree as u8 | if value.is_none() { REMOVAL } else { 0 });
        put_number(out, shared as u64);
        put_number(out, (key.len() - shared) as u64);
        out.extend_from_slice(&key[shared..]);
        if let Some(value) = value {
            put_number(out, value.len() as u64);
            out.extend_from_slice(value);
        }
        before = (Some(*tree), key);
    }
}

fn take_writes(mut input: &[u8]) -> Option<Vec<Write>> {
    let mut writes: Vec<Write> = Vec::new();
    while let Some(first) = take(&mut input, 1) {
        let tree = Tree::from_u8(first[0] & !REMOVAL)?;
        let shared = usize::try_from(take_number(&mut input)?).ok()?;
        let mut key = match writes.last() {
            _ if shared == 0 => Vec::new(),
            Some((last, key, _)) if *last == tree => key.get(..shared)?.to_vec(),
            _ => return None,
        };
        key.extend_from_slice(take_counted(&mut input)?);
        let value = if first[0] & REMOVAL == 0 {
            Some(take_counted(&mut input)?.to_vec())
        } else {
            None
        };
        writes.push((tree, key, value));
    }
    Some(writes)
}

fn put_digest(out: &mut Vec<u8>, digest: Digest) {
    out.extend_from_slice(&digest.sum.to_le_bytes());
    put_number(out, digest.count);
}

fn take_digest(input: &mut &[u8]) -> Option<Digest> {
    let sum = u128::from_le_bytes(take(input, 16)?.try_into().ok()?);
    Some(Digest {
        sum,
        count: take_number(input)?,
    })
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(input: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(input, 1)?[0];
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_counted<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let count = usize::try_from(take_number(input)?).ok()?;
    take(input, count)
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = input.split_at_checked(count)?;
    *input = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn writes() -> impl Strategy<Value = Vec<Write>> {
        let key = proptest::collection::vec(0_u8..3, 0..6);
        let value = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300));
        let write = (0..Tree::ALL.len(), key, value).prop_map(|(t, k, v)| (Tree::ALL[t], k, v));
        proptest::collection::vec(write, 0..12)
    }

    proptest! {
        #[test]
        fn decode_undoes_encode(position: u64, sum: u128, count: u64, writes in writes()) {
            let digest = Digest { sum, count };
            let bytes = encode_commit(position, &writes, digest);
            prop_assert_eq!(decode_commit(&bytes), Some(Commit { position, writes: writes.clone(), digest }));
            prop_assert_eq!(decode_part(&encode_part(&writes)), Some(writes));
            for chain in [None, Some([7; 16])] {
                prop_assert_eq!(decode_end(&encode_end(position, digest, chain)), Some((position, digest, chain)));
            }
            prop_assert_eq!(decode_position(&encode_position(position)), Some(position));
        }

        #[test]
        fn wild_bytes_never_panic(bytes: Vec<u8>) {
            let _ = (decode_commit(&bytes), decode_part(&bytes), decode_end(&bytes), decode_position(&bytes));
        }
    }
}
