//! Who is who on the wire: unit ids from names, node keys, actor ids, signatures and invite codes.
//!
//! A node is its Ed25519 key; everything signed starts with an algorithm byte, so that another algorithm can be added
//! without changing a format. An actor id is derived from the key plus bytes drawn at each process start and is never
//! stored, so that a restored or cloned disk cannot reuse a sequence (design.md 5). Nothing here rolls a die: random
//! bytes are passed in. A secret never prints itself.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::ids::{NodeId, UnitId};
use crate::time::Timestamp;

mod invite;

pub use invite::{InviteCode, InviteError, UnitKind};

/// The algorithm byte of Ed25519. 2 is kept for SM2 (reliability.md 3.2).
pub const ALGORITHM_ED25519: u8 = 1;

/// Bytes of a signature with its algorithm byte.
pub const SIGNATURE_BYTES: usize = 65;

/// Bytes of a seal. Source: 96 bits, as RFC 2404 cuts its keyed hashes: only the key's holder tells a guess from a seal, try by try.
pub const SEAL_BYTES: usize = 12;

/// The unit with this name. The same on every machine, so that a node that never met its hub already has its unit's id.
///
/// Source: BLAKE3 over `xiangmu unit`, a zero byte and the trimmed name; the first ten bytes (ours).
#[must_use]
pub fn unit_id_of(name: &str) -> UnitId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"xiangmu unit\0");
    hasher.update(name.trim().as_bytes());
    let mut bytes = [0u8; 10];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    UnitId::from_bytes(bytes)
}

/// The first half of every actor id a node may write under: eight bytes of BLAKE3 over its public key.
#[must_use]
pub fn actor_prefix(node: NodeId) -> [u8; 8] {
    let mut prefix = [0u8; 8];
    prefix.copy_from_slice(&blake3::hash(&node.to_bytes()).as_bytes()[..8]);
    prefix
}

/// The identity under which one running process writes: 8 bytes of the node, 7 drawn at process start, 1 for the lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessActor {
    bytes: [u8; 15],
}

impl ProcessActor {
    /// Combines a node with the bytes drawn when its process started.
    #[must_use]
    pub fn new(node: NodeId, random: [u8; 7]) -> Self {
        let mut bytes = [0u8; 15];
        bytes[..8].copy_from_slice(&actor_prefix(node));
        bytes[8..].copy_from_slice(&random);
        Self { bytes }
    }

    /// The 16 bytes of the actor id in a lane; lane 0 is the normal one (design.md 5).
    #[must_use]
    pub fn lane(self, lane: u8) -> [u8; 16] {
        let mut actor = [0u8; 16];
        actor[..15].copy_from_slice(&self.bytes);
        actor[15] = lane;
        actor
    }

    /// The 15 bytes all lanes share.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 15] {
        self.bytes
    }
}

/// A node's secret key. Prints nothing.
#[derive(Clone)]
pub struct NodeKey(SigningKey);

impl NodeKey {
    /// The key grown from 32 secret bytes (drawn once, kept in `identity/`).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 secret bytes, for storing them and for the TLS certificate.
    #[must_use]
    pub fn to_seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half, which is the node's name.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        NodeId::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// A secret this node and another can each make and nobody else: X25519 over both Ed25519 keys. `None` when the other's name
    /// is no key.
    ///
    /// Source: RFC 7748 over the birational map of RFC 8032's curve; eprint 2021/509 for one key pair in both uses.
    #[must_use]
    pub fn agree(&self, other: NodeId) -> Option<[u8; 32]> {
        let point = VerifyingKey::from_bytes(&other.to_bytes()).ok()?;
        let secret = point
            .to_montgomery()
            .mul_clamped(self.0.to_scalar_bytes())
            .to_bytes();
        (secret != [0; 32]).then_some(secret)
    }

    /// Signs `parts` under a context. Shape: algorithm byte, then 64 bytes.
    #[must_use]
    pub fn sign(&self, context: &str, parts: &[&[u8]]) -> [u8; SIGNATURE_BYTES] {
        let mut bytes = [0u8; SIGNATURE_BYTES];
        bytes[0] = ALGORITHM_ED25519;
        bytes[1..].copy_from_slice(&self.0.sign(&to_be_signed(context, parts)).to_bytes());
        bytes
    }

    /// Seals bytes under a context: who has this key, and nobody else, makes a seal or knows one.
    ///
    /// Source: BLAKE3's keyed hash under a key derived for the context, its first bytes.
    #[must_use]
    pub fn seal(&self, context: &str, bytes: &[u8]) -> [u8; SEAL_BYTES] {
        let key = blake3::derive_key(context, &self.0.to_bytes());
        let mut seal = [0; SEAL_BYTES];
        seal.copy_from_slice(&blake3::keyed_hash(&key, bytes).as_bytes()[..SEAL_BYTES]);
        seal
    }

    /// True when the seal is this key's own. Takes as long for a wrong one as for a right one.
    #[must_use]
    pub fn is_sealed(&self, context: &str, bytes: &[u8], seal: &[u8; SEAL_BYTES]) -> bool {
        let pairs = self.seal(context, bytes).into_iter().zip(seal);
        pairs.fold(0, |differs, (ours, theirs)| differs | (ours ^ theirs)) == 0
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeKey({})", self.node_id())
    }
}

/// True when `signature` is `node`'s over `parts` in this context. Anything malformed is simply no signature.
#[must_use]
pub fn is_signed_by(
    node: NodeId,
    context: &str,
    parts: &[&[u8]],
    signature: &[u8; SIGNATURE_BYTES],
) -> bool {
    if signature[0] != ALGORITHM_ED25519 {
        return false;
    }
    let mut raw = [0u8; 64];
    raw.copy_from_slice(&signature[1..]);
    VerifyingKey::from_bytes(&node.to_bytes()).is_ok_and(|key| {
        key.verify_strict(&to_be_signed(context, parts), &Signature::from_bytes(&raw))
            .is_ok()
    })
}

/// Every part is preceded by its length, so that no two lists of parts give the same bytes.
fn to_be_signed(context: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + parts.iter().map(|part| part.len() + 4).sum::<usize>());
    for part in std::iter::once(context.as_bytes()).chain(parts.iter().copied()) {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

/// A short form of a key two people can compare over the telephone: six groups of four digits and letters.
#[must_use]
pub fn fingerprint(node: NodeId) -> String {
    let hash = blake3::hash(&node.to_bytes());
    let text = invite::base32(&hash.as_bytes()[..15]);
    let groups: Vec<&str> = (0..6).filter_map(|i| text.get(i * 4..i * 4 + 4)).collect();
    groups.join("-")
}

/// True when an invite that ends at `expires` may still be used. The last millisecond counts.
#[must_use]
pub fn is_valid_at(expires: Timestamp, now: Timestamp) -> bool {
    now <= expires
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_has_one_id_whatever_blanks_surround_its_name() {
        assert_eq!(unit_id_of(" 竹溪镇\n"), unit_id_of("竹溪镇"));
        assert_ne!(unit_id_of("竹溪镇"), unit_id_of("竹溪乡"));
        // Every document of every county depends on this value: it never changes.
        assert_eq!(unit_id_of("竹溪镇").to_string(), "bp0zwcdy47st87ra");
    }

    #[test]
    fn a_signature_holds_for_its_key_context_and_parts_only() {
        let key = NodeKey::from_seed(&[7; 32]);
        let other = NodeKey::from_seed(&[8; 32]);
        let signature = key.sign("a", &[b"one", b"two"]);
        assert!(is_signed_by(
            key.node_id(),
            "a",
            &[b"one", b"two"],
            &signature
        ));
        assert!(!is_signed_by(
            other.node_id(),
            "a",
            &[b"one", b"two"],
            &signature
        ));
        assert!(!is_signed_by(
            key.node_id(),
            "b",
            &[b"one", b"two"],
            &signature
        ));
        assert!(!is_signed_by(
            key.node_id(),
            "a",
            &[b"onet", b"wo"],
            &signature
        ));
        let mut wrong = signature;
        wrong[0] = 2;
        assert!(!is_signed_by(key.node_id(), "a", &[b"one", b"two"], &wrong));
        assert!(!is_signed_by(
            NodeId::from_bytes([0xff; 32]),
            "a",
            &[],
            &signature
        ));
    }

    #[test]
    fn two_keys_agree_on_a_secret_no_third_has() {
        let keys = [[7; 32], [8; 32], [9; 32]].map(|seed| NodeKey::from_seed(&seed));
        let secret = keys[0].agree(keys[1].node_id());
        assert!(secret.is_some());
        assert_eq!(secret, keys[1].agree(keys[0].node_id()));
        assert_ne!(secret, keys[2].agree(keys[0].node_id()));
        // A point of small order gives everybody the same secret.
        let mut small = [0; 32];
        small[0] = 1;
        assert_eq!(keys[0].agree(NodeId::from_bytes(small)), None);
    }

    #[test]
    fn actors_of_one_process_differ_in_the_lane_only() {
        let node = NodeKey::from_seed(&[7; 32]).node_id();
        let actor = ProcessActor::new(node, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(actor.lane(0)[..8], actor_prefix(node));
        assert_eq!(actor.lane(0)[..15], actor.lane(3)[..15]);
        assert_eq!(actor.lane(3)[15], 3);
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let key = NodeKey::from_seed(&[7; 32]);
        assert_eq!(format!("{key:?}"), format!("NodeKey({})", key.node_id()));
        assert_eq!(fingerprint(key.node_id()).len(), 29);
    }
}
