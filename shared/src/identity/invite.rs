//! One-time invites: what a hub officer reads over the telephone or hands over on paper, and a node turns into a place to dial.
//!
//! Shape: `XM1-` and groups of five of Crockford's base32, ending in a checksum, so that a slip of the pen is found before
//! anything is dialled. Case, blanks and dashes do not matter; `O` reads as 0, `I` and `L` as 1.
//! The secret never travels: the node proves that it knows it (`proof`), the hub stores only its hash.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{NodeId, UnitId};
use crate::time::Timestamp;
use crate::wire::codec::{Reader, Writer};

/// What kind of organisation a unit is (cli.md `invite --kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A township.
    Township,
    /// A department of the county.
    Department,
    /// A state-owned enterprise.
    Soe,
    /// Another county's hub that dials this one.
    CountyNode,
    /// The hub's own office.
    Hub,
}

impl UnitKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Township,
        Self::Department,
        Self::Soe,
        Self::CountyNode,
        Self::Hub,
    ];

    /// The kind's id in documents, files and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Township => "township",
            Self::Department => "department",
            Self::Soe => "soe",
            Self::CountyNode => "county_node",
            Self::Hub => "hub",
        }
    }

    /// The kind with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    pub(crate) const fn to_u8(self) -> u8 {
        match self {
            Self::Township => 1,
            Self::Department => 2,
            Self::Soe => 3,
            Self::CountyNode => 4,
            Self::Hub => 5,
        }
    }

    pub(crate) fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_u8() == number)
    }
}

/// Why a text is no invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It does not start with `XM1-`.
    #[error("an invite code starts with XM1-")]
    NoInvite,
    /// A character that no code has.
    #[error("an invite code has no character `{0}`")]
    BadCharacter(char),
    /// The checksum does not fit: something was mistyped or left out.
    #[error("the invite code is incomplete or mistyped")]
    BadChecksum,
    /// It was written by a newer version.
    #[error("the invite code was written by a newer version")]
    Newer,
}

/// A one-time invite in full.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteCode {
    /// Where the hub can be dialled, `host:port`, best first.
    pub addresses: Vec<String>,
    /// Keys the hub may answer with: the current one and, if known, the next.
    pub pins: Vec<NodeId>,
    /// The invite's name at the hub.
    pub invite: [u8; 8],
    /// What only the holder knows.
    pub secret: [u8; 16],
    /// The name of the unit the holder's node shall host.
    pub unit: String,
    /// What kind of unit it is.
    pub kind: UnitKind,
    /// When the invite ends.
    pub expires: Timestamp,
}

impl InviteCode {
    /// The unit's id.
    #[must_use]
    pub fn unit_id(&self) -> UnitId {
        super::unit_id_of(&self.unit)
    }

    /// What the hub stores instead of the secret.
    #[must_use]
    pub fn secret_hash(secret: &[u8; 16]) -> [u8; 32] {
        blake3::derive_key("xiangmu invite secret v1", secret)
    }

    /// Proves knowledge of the secret for one handshake: keyed by the secret's hash, over the hub's nonce and the node's key.
    #[must_use]
    pub fn proof(secret_hash: &[u8; 32], nonce: &[u8; 32], node: NodeId) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new_keyed(secret_hash);
        hasher.update(nonce);
        hasher.update(&node.to_bytes());
        let mut proof = [0u8; 16];
        proof.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        proof
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new();
        out.u8(1);
        out.list(&self.addresses, |out, address| out.text(address));
        out.list(&self.pins, |out, pin| out.raw(&pin.to_bytes()));
        out.raw(&self.invite);
        out.raw(&self.secret);
        out.text(&self.unit);
        out.u8(self.kind.to_u8());
        out.signed(self.expires.0);
        let mut bytes = out.into_bytes();
        let sum = blake3::hash(&bytes);
        bytes.extend(&sum.as_bytes()[..4]);
        f.write_str("XM1")?;
        let text = base32(&bytes);
        for group in text.as_bytes().chunks(5) {
            f.write_str("-")?;
            for &byte in group {
                fmt::Write::write_char(f, char::from(byte.to_ascii_uppercase()))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InviteCode({} {})", self.unit, self.expires)
    }
}

impl FromStr for InviteCode {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let body = plain.strip_prefix("xm1").ok_or(InviteError::NoInvite)?;
        let mut bytes = unbase32(body)?;
        if bytes.len() < 5 {
            return Err(InviteError::BadChecksum);
        }
        let sum = bytes.split_off(bytes.len() - 4);
        if blake3::hash(&bytes).as_bytes()[..4] != sum[..] {
            return Err(InviteError::BadChecksum);
        }
        let mut input = Reader::new(&bytes);
        if input.u8().map_err(|_| InviteError::BadChecksum)? != 1 {
            return Err(InviteError::Newer);
        }
        let read = |input: &mut Reader<'_>| -> Result<Self, crate::wire::WireError> {
            Ok(Self {
                addresses: input.list(8, |input| input.text(256))?,
                pins: input.list(4, |input| Ok(NodeId::from_bytes(input.array()?)))?,
                invite: input.array()?,
                secret: input.array()?,
                unit: input.text(256)?,
                kind: UnitKind::from_u8(input.u8()?).unwrap_or(UnitKind::Department),
                expires: Timestamp(input.signed()?),
            })
        };
        read(&mut input).map_err(|_| InviteError::BadChecksum)
    }
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Crockford's base32, lower case, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut acc, mut bits) = (0u32, 0);
    for &byte in bytes {
        acc = (acc << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(acc >> bits) as usize & 31]));
        }
        acc &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(acc << (5 - bits)) as usize & 31]));
    }
    text
}

fn unbase32(text: &str) -> Result<Vec<u8>, InviteError> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut acc, mut bits) = (0u32, 0);
    for c in text.chars() {
        let c = match c {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let digit = DIGITS
            .iter()
            .position(|&digit| char::from(digit) == c)
            .ok_or(InviteError::BadCharacter(c))?;
        acc = (acc << 5) | u32::try_from(digit).unwrap_or(0);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((acc >> bits) & 0xff).unwrap_or(0));
            acc &= (1 << bits) - 1;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn sample() -> InviteCode {
        InviteCode {
            addresses: vec!["10.0.0.1:7443".into(), "hub.example:443".into()],
            pins: vec![NodeId::from_bytes([9; 32])],
            invite: [1; 8],
            secret: [2; 16],
            unit: "竹溪镇".into(),
            kind: UnitKind::Township,
            expires: Timestamp(1_800_000_000_000),
        }
    }

    #[test]
    fn a_code_reads_back_however_it_was_copied() {
        let code = sample();
        let text = code.to_string();
        assert!(text.starts_with("XM1-"), "{text}");
        assert_eq!(text.parse(), Ok(code.clone()));
        assert_eq!(
            text.to_lowercase().replace('-', " \n").parse(),
            Ok(code.clone())
        );
        assert_eq!(text.replacen('0', "o", 1).parse(), Ok(code));
    }

    #[test]
    fn a_slip_of_the_pen_is_found() {
        let text = sample().to_string();
        for at in 4..text.len() {
            if text.as_bytes()[at] == b'-' {
                continue;
            }
            let mut wrong = text.clone().into_bytes();
            wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert!(wrong.parse::<InviteCode>().is_err(), "{wrong}");
        }
        assert_eq!("XM2-1".parse::<InviteCode>(), Err(InviteError::NoInvite));
        assert_eq!(
            "XM1-名".parse::<InviteCode>(),
            Err(InviteError::BadCharacter('名'))
        );
        assert_eq!("XM1-".parse::<InviteCode>(), Err(InviteError::BadChecksum));
    }

    #[test]
    fn a_proof_is_for_one_node_and_one_handshake() {
        let hash = InviteCode::secret_hash(&[2; 16]);
        let node = NodeId::from_bytes([3; 32]);
        let proof = InviteCode::proof(&hash, &[4; 32], node);
        assert_ne!(proof, InviteCode::proof(&hash, &[5; 32], node));
        assert_ne!(
            proof,
            InviteCode::proof(&hash, &[4; 32], NodeId::from_bytes([4; 32]))
        );
    }
}
