//! Hostile changes: honest ones damaged behind a mended checksum, and bombs built by hand.
//!
//! A change chunk is `magic checksum type length body`; damage in the body alone would be caught by the checksum, so the
//! mutator mends length and checksum after its work, as an attacker would. Everything follows one seed.
//!
//! Source: automerge's binary format; the kinds of damage are those that panicked or poisoned automerge in reliability.md
//! facts 7 and 8.

use rand_core::RngCore;
use sha2::{Digest as _, Sha256};

/// Bytes before the length: magic, checksum, type.
const HEAD: usize = 9;
/// The column that says what each operation does: run lengths of small numbers.
pub const ACTION_COLUMN: u64 = 66;

/// Takes a chunk's body out; `None` when it is no raw change.
#[must_use]
pub fn body(raw: &[u8]) -> Option<&[u8]> {
    let mut at = HEAD;
    let length = read_uint(raw, &mut at)?;
    raw.get(at..at + usize::try_from(length).ok()?)
}

/// A chunk with this body: length and checksum fit.
#[must_use]
pub fn chunk(body: &[u8]) -> Vec<u8> {
    let mut rest = vec![1];
    write_uint(&mut rest, body.len() as u64);
    rest.extend(body);
    let mut raw = vec![0x85, 0x6f, 0x4a, 0x83];
    raw.extend(&Sha256::digest(&rest)[..4]);
    raw.extend(rest);
    raw
}

/// Damages a change in one to four places, with pieces of other bodies. One in eight keeps its old, now wrong, checksum.
pub fn mutate(rng: &mut dyn RngCore, raw: &[u8], pieces: &[Vec<u8>]) -> Vec<u8> {
    let Some(old) = body(raw) else {
        return raw.to_vec();
    };
    let mut body = old.to_vec();
    for _ in 0..=rng.next_u64() % 4 {
        damage(rng, &mut body, pieces);
    }
    let mut mended = chunk(&body);
    if rng.next_u64().is_multiple_of(8) {
        mended[4..8].copy_from_slice(&raw[4..8]);
    }
    mended
}

/// Draws a number below `bound`.
pub fn below(rng: &mut dyn RngCore, bound: usize) -> usize {
    let bound = bound.max(1) as u64;
    usize::try_from(rng.next_u64() % bound).unwrap_or(0)
}

/// Damages bytes in one place; `pieces` are put in from elsewhere.
pub fn damage(rng: &mut dyn RngCore, bytes: &mut Vec<u8>, pieces: &[Vec<u8>]) {
    let mut draws = [0_u64; 5].map(|_| rng.next_u64()).into_iter();
    let mut below = |bound: usize| {
        let drawn = draws.next().unwrap_or(0) % bound.max(1) as u64;
        usize::try_from(drawn).unwrap_or(0)
    };
    if bytes.is_empty() {
        bytes.push(0);
    }
    let at = below(bytes.len());
    match below(10) {
        // A bit, a byte.
        0 | 1 => bytes[at] ^= 1 << below(8),
        2 => bytes[at] = u8::try_from(below(256)).unwrap_or(0),
        // Interesting bytes: zero, signs, the ends of LEB128.
        3 => bytes[at] = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x40][below(6)],
        // A huge integer where a small one stood.
        4 => {
            let mut number = Vec::new();
            write_uint(&mut number, u64::MAX >> below(64));
            bytes.splice(at..=at, number);
        }
        // Bytes gone, bytes doubled.
        5 => {
            let end = (at + 1 + below(8)).min(bytes.len());
            bytes.drain(at..end);
        }
        6 => {
            let end = (at + 1 + below(16)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        // A piece of something else.
        7 | 8 => {
            if let Some(other) = pieces.get(below(pieces.len())) {
                let from = below(other.len());
                let end = (from + 1 + below(32)).min(other.len());
                let to = (at + end - from).min(bytes.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
        }
        // The end is missing.
        _ => bytes.truncate(at),
    }
}

/// A change as an attacker would write it by hand: one actor, one dependency, and columns of his choice.
#[derive(Debug, Clone)]
pub struct Forged {
    /// What it builds on.
    pub dependency: [u8; 32],
    /// Its author.
    pub actor: Vec<u8>,
    /// Its number.
    pub seq: u64,
    /// Its first operation.
    pub start_op: u64,
    /// Kind and bytes.
    pub columns: Vec<(u64, Vec<u8>)>,
}

impl Forged {
    /// The chunk.
    #[must_use]
    pub fn to_raw(&self) -> Vec<u8> {
        let mut body = vec![1];
        body.extend(self.dependency);
        write_uint(&mut body, self.actor.len() as u64);
        body.extend(&self.actor);
        write_uint(&mut body, self.seq);
        write_uint(&mut body, self.start_op);
        // Time, message, other actors.
        body.extend([0, 0, 0]);
        write_uint(&mut body, self.columns.len() as u64);
        for (kind, bytes) in &self.columns {
            write_uint(&mut body, *kind);
            write_uint(&mut body, bytes.len() as u64);
        }
        for (_, bytes) in &self.columns {
            body.extend(bytes);
        }
        chunk(&body)
    }
}

/// A run of one unsigned value in automerge's run-length form: the count as a signed integer, then the value.
#[must_use]
pub fn run(count: i64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut left = count;
    loop {
        let byte = u8::try_from(left & 0x7f).unwrap_or(0);
        left >>= 7;
        if (left == 0 && byte & 0x40 == 0) || (left == -1 && byte & 0x40 != 0) {
            out.push(byte);
            break;
        }
        out.push(byte | 0x80);
    }
    write_uint(&mut out, value);
    out
}

fn read_uint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn write_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng;

    #[test]
    fn a_body_comes_out_as_it_went_in_and_a_seed_repeats_itself() {
        let raw = chunk(b"some body of a change");
        assert_eq!(body(&raw).unwrap(), b"some body of a change");
        let other = [b"another".to_vec()];
        let again = |seed| mutate(&mut ChaCha8Rng::seed_from_u64(seed), &raw, &other);
        assert_eq!(again(3), again(3));
        assert!((0..20).any(|seed| again(seed) != raw));
    }

    #[test]
    fn runs_are_written_as_automerge_reads_them() {
        assert_eq!(run(5, 1), [5, 1]);
        assert_eq!(run(2_000_000, 1), [0x80, 0x89, 0xfa, 0x00, 1]);
    }
}
