//! Changes the gate refused, as people are shown them.

use serde::{Deserialize, Serialize};

/// One refused change.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedChange {
    /// Its hash in hex, by which the command line takes it in after all.
    pub hash: String,
    /// What it is about, who brought it when, and why it was refused, in the reader's language.
    pub told: String,
}
