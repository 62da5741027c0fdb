//! Changes the gate refused, as people are shown them, and the repair of the record they stand in.

use serde::{Deserialize, Serialize};

use crate::field::FieldPath;
use crate::ids::DocumentId;

/// One refused change.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedChange {
    /// Its hash in hex, by which the command line takes it in after all.
    pub hash: String,
    /// What it is about, who brought it when, and why it was refused, in the reader's language.
    pub told: String,
    /// On the first change of a record that this node can repair: the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<DocumentId>,
}

/// What the repair of a record would come to, or came to: it parts from refused changes and what builds on them, and writes again what
/// they say.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// Confirms it (`POST /api/v1/quarantine/{kind}/{id}/{token}`); absent once it is done. Of a record that moved it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What it comes to, then every value in a sentence, oldest first: what stood before it, who wrote it and when.
    pub told: Vec<String>,
    /// Where those values stand, in the same order, and whether a program of ours can write them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<RepairValue>,
}

/// One value of a repair.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairValue {
    /// Where it stands.
    pub path: FieldPath,
    /// False: it is left out.
    pub is_writable: bool,
}
