//! The names of things: newtypes with `Display` and `FromStr`, so that no two kinds of id can be mixed up.
//!
//! Ids that people or nodes create offline are ULIDs. A unit's id derives from its name (see `UnitId`), a node's id is
//! its public key. Nothing here rolls a die: random parts are passed in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use crate::time::Timestamp;

/// Why a text is no id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind}")]
pub struct IdError {
    /// The kind of id that was expected.
    pub kind: &'static str,
    /// What was found, shortened to 64 characters.
    pub text: String,
}

impl IdError {
    fn new(kind: &'static str, text: &str) -> Self {
        Self {
            kind,
            text: text.chars().take(64).collect(),
        }
    }
}

/// Tells OpenAPI that a type travels as one string.
macro_rules! text_schema {
    ($name:ident) => {
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::Object::with_type(utoipa::openapi::schema::Type::String)
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_schema;

macro_rules! text_serde {
    ($name:ident) => {
        text_schema!($name);
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// Makes an id from a time and ten random bytes, both passed in.
            #[must_use]
            pub fn from_parts(time_ms: u64, random: [u8; 10]) -> Self {
                let mut wide = [0u8; 16];
                wide[6..].copy_from_slice(&random);
                Self(Ulid::from_parts(time_ms, u128::from_be_bytes(wide)))
            }

            /// Makes an id from its 16 bytes.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Ulid::from_bytes(bytes))
            }

            /// When it was made, by the clock of whoever made it.
            #[must_use]
            pub fn time(self) -> Timestamp {
                Timestamp(i64::try_from(self.0.timestamp_ms()).unwrap_or(0))
            }

            /// The 16 bytes of the id, in sorting order.
            #[must_use]
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = Ulid::from_string(text).map_err(|_| IdError::new($kind, text))?;
                // One id has one spelling: lower case and the letters that stand for digits are refused.
                if id.to_string() == text { Ok(Self(id)) } else { Err(IdError::new($kind, text)) }
            }
        }

        text_serde!($name);
    };
}

ulid_id!(
    /// One project record.
    ProjectId, "project id"
);
ulid_id!(
    /// One row people append to a table of a document (issue, comment, funding line, proposal, filing).
    RowId, "row id"
);
impl RowId {
    /// What the text of a blank key begins with, before its two last digits: no other key has so many noughts, for none was made at that time.
    pub const BLANK: &str = "000000000000000000000000";

    /// The key of a row that a form offers; whoever sends the form puts a key of his own in its place. A form has one for each of its rows.
    #[must_use]
    pub fn blank(at: u8) -> Self {
        Self::from_parts(0, [0, 0, 0, 0, 0, 0, 0, 0, 0, at])
    }
}

ulid_id!(
    /// One command; sent twice, it happens once.
    CommandId, "command id"
);
ulid_id!(
    /// One import of a workbook, the handle by which it can be undone.
    ImportId, "import id"
);
ulid_id!(
    /// One person's document.
    PersonId, "person id"
);

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $bytes:literal, $chars:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Makes an id from its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; $bytes] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                base32_encode(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() != $chars {
                    return Err(IdError::new($kind, text));
                }
                let mut bytes = [0u8; $bytes];
                base32_decode(text, &mut bytes).ok_or_else(|| IdError::new($kind, text))?;
                Ok(Self(bytes))
            }
        }

        text_serde!($name);
    };
}

short_id!(
    /// One organisation: township, department, enterprise, or the hub's own office.
    ///
    /// Shape: 16 characters of base32. Source: the first ten bytes of BLAKE3 over `xiangmu unit` and the unit's name, so that a
    /// node that has never met the hub and the hub's directory agree (ours; `crdt` has the function).
    UnitId, "unit id", 10, 16
);
short_id!(
    /// One account. Shape: 8 characters of base32, so that it fits the message of a change (design.md 5).
    UserId, "user id", 5, 8
);
short_id!(
    /// One enrolled server: its Ed25519 public key.
    NodeId, "node id", 32, 52
);

/// Digits and lower-case letters without those that look alike (Crockford's set).
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn base32_encode(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut acc = 0u32;
    let mut bits = 0;
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    for &byte in bytes {
        acc = (acc << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(acc >> bits) as usize & 31]));
        }
        acc &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(acc << (5 - bits)) as usize & 31]));
    }
    f.pad(&text)
}

fn base32_decode(text: &str, out: &mut [u8]) -> Option<()> {
    let mut acc = 0u32;
    let mut bits = 0;
    let mut at = 0;
    for byte in text.bytes() {
        let digit = BASE32.iter().position(|&c| c == byte)?;
        acc = (acc << 5) | u32::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(at)? = u8::try_from((acc >> bits) & 0xff).ok()?;
            at += 1;
            acc &= (1 << bits) - 1;
        }
    }
    // Left-over bits must be zero, or one id would have several spellings.
    (at == out.len() && acc == 0).then_some(())
}

/// The name of one automerge document (design.md 2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentId {
    /// The record of a project, written by its units and the hub.
    Project(ProjectId),
    /// The county's side of one project, written by the hub.
    Oversight(ProjectId),
    /// A unit's filings, rosters and requests.
    Unit(UnitId),
    /// What the hub publishes to all nodes, one document a year.
    County(u16),
    /// The hub's drafts, one document a year.
    Hub(u16),
    /// One person's name, duty and phone.
    Person(PersonId),
}

impl DocumentId {
    /// The project whose record, or whose county side, it is.
    #[must_use]
    pub const fn project(&self) -> Option<ProjectId> {
        match self {
            Self::Project(id) | Self::Oversight(id) => Some(*id),
            Self::Unit(_) | Self::County(_) | Self::Hub(_) | Self::Person(_) => None,
        }
    }

    /// The document's name as bytes: one byte for the kind, then the id. Sorts like the enum.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(17);
        match self {
            Self::Project(id) => {
                bytes.push(1);
                bytes.extend(id.to_bytes());
            }
            Self::Oversight(id) => {
                bytes.push(2);
                bytes.extend(id.to_bytes());
            }
            Self::Unit(id) => {
                bytes.push(3);
                bytes.extend(id.to_bytes());
            }
            Self::County(year) => {
                bytes.push(4);
                bytes.extend(year.to_be_bytes());
            }
            Self::Hub(year) => {
                bytes.push(5);
                bytes.extend(year.to_be_bytes());
            }
            Self::Person(id) => {
                bytes.push(6);
                bytes.extend(id.to_bytes());
            }
        }
        bytes
    }

    /// Reads what [`DocumentId::to_bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        Some(match kind {
            1 => Self::Project(ProjectId::from_bytes(rest.try_into().ok()?)),
            2 => Self::Oversight(ProjectId::from_bytes(rest.try_into().ok()?)),
            3 => Self::Unit(UnitId::from_bytes(rest.try_into().ok()?)),
            4 => Self::County(u16::from_be_bytes(rest.try_into().ok()?)),
            5 => Self::Hub(u16::from_be_bytes(rest.try_into().ok()?)),
            6 => Self::Person(PersonId::from_bytes(rest.try_into().ok()?)),
            _ => return None,
        })
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(id) => write!(f, "project/{id}"),
            Self::Oversight(id) => write!(f, "oversight/{id}"),
            Self::Unit(id) => write!(f, "unit/{id}"),
            Self::County(year) => write!(f, "county/{year}"),
            Self::Hub(year) => write!(f, "hub/{year}"),
            Self::Person(id) => write!(f, "person/{id}"),
        }
    }
}

impl FromStr for DocumentId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = || IdError::new("document id", text);
        let (kind, id) = text.split_once('/').ok_or_else(error)?;
        let year = || match id.len() {
            4 => id.parse::<u16>().map_err(|_| error()),
            _ => Err(error()),
        };
        Ok(match kind {
            "project" => Self::Project(id.parse()?),
            "oversight" => Self::Oversight(id.parse()?),
            "unit" => Self::Unit(id.parse()?),
            "county" => Self::County(year()?),
            "hub" => Self::Hub(year()?),
            "person" => Self::Person(id.parse()?),
            _ => return Err(error()),
        })
    }
}

text_serde!(DocumentId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_reads_back_what_it_printed() {
        let project = ProjectId::from_parts(1_700_000_000_000, [7; 10]);
        assert_eq!(project.to_string().parse(), Ok(project));
        let unit = UnitId::from_bytes([0, 1, 2, 3, 250, 251, 252, 253, 254, 255]);
        assert_eq!(unit.to_string().len(), 16);
        assert_eq!(unit.to_string().parse(), Ok(unit));
        let node = NodeId::from_bytes([0xa5; 32]);
        assert_eq!(node.to_string().len(), 52);
        assert_eq!(node.to_string().parse(), Ok(node));
        for id in [
            DocumentId::Project(project),
            DocumentId::Unit(unit),
            DocumentId::County(2026),
        ] {
            assert_eq!(id.to_string().parse(), Ok(id.clone()));
            assert_eq!(DocumentId::from_bytes(&id.to_bytes()), Some(id));
        }
    }

    #[test]
    fn one_id_has_one_spelling() {
        let project = ProjectId::from_parts(1, [1; 10]).to_string();
        assert!(project.to_lowercase().parse::<ProjectId>().is_err());
        // The last of 52 characters carries four spare bits, which must be zero.
        let node = NodeId::from_bytes([0; 32]).to_string();
        let twisted = format!("{}1", &node[..51]);
        assert!(twisted.parse::<NodeId>().is_err());
    }
}
