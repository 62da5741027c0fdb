//! What a set of pairs must add up to: a sum of hashes that follows every single write, in any order.
//!
//! The hash of a pair is the first 16 bytes of BLAKE3 over tree, key and value; the digest is their sum modulo 2^128,
//! and their count. It finds loss and damage, not malice: who can write the files can write the digest as well.
//!
//! Source: AdHash (Bellare, Micciancio 1997), here against accidents only.

use shared::store::Tree;

/// The hash of one pair; also the checksum stored with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element(pub u128);

impl Element {
    /// Hashes a pair.
    #[must_use]
    pub fn of(tree: Tree, key: &[u8], value: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[tree as u8]);
        hasher.update(&(key.len() as u64).to_le_bytes());
        hasher.update(key);
        hasher.update(value);
        let mut first = [0; 16];
        hasher.finalize_xof().fill(&mut first);
        Self(u128::from_le_bytes(first))
    }
}

/// Sum and count of a set of pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest {
    /// The sum of the elements, modulo 2^128.
    pub sum: u128,
    /// How many there are.
    pub count: u64,
}

impl Digest {
    /// Takes a pair in.
    pub const fn add(&mut self, element: Element) {
        self.sum = self.sum.wrapping_add(element.0);
        self.count += 1;
    }

    /// Takes a pair out that was in.
    pub const fn remove(&mut self, element: Element) {
        self.sum = self.sum.wrapping_sub(element.0);
        self.count = self.count.saturating_sub(1);
    }

    /// Follows a write: what stood under the key before, what stands there now.
    pub fn replace(&mut self, old: Option<Element>, new: Option<Element>) {
        if let Some(old) = old {
            self.remove(old);
        }
        if let Some(new) = new {
            self.add(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_order_and_notices_every_part() {
        let a = Element::of(Tree::Meta, b"a", b"1");
        let b = Element::of(Tree::Meta, b"b", b"1");
        let (mut one, mut two) = (Digest::default(), Digest::default());
        one.add(a);
        one.add(b);
        two.add(b);
        two.replace(None, Some(a));
        assert_eq!(one, two);
        two.replace(Some(a), None);
        two.replace(Some(b), None);
        assert_eq!(two, Digest::default());
        for other in [
            Element::of(Tree::Peer, b"a", b"1"),
            Element::of(Tree::Meta, b"a1", b""),
            Element::of(Tree::Meta, b"a", b"2"),
        ] {
            assert_ne!(a, other);
        }
    }
}
