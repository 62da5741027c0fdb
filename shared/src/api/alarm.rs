//! Why an officer of the hub should look at a node. For programs; people read `PeerStatus::note`.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What the gate noticed about a node.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// The third batch within a day that held what no honest program makes: it is suspended.
    Suspended,
    /// What was refused of it fills the quarantine: it is suspended.
    Flooded,
    /// It brought what it had no business to bring.
    Forged,
    /// A batch held what no honest program makes; not the third yet.
    Struck,
}

/// The last alarm about a node.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerAlarm {
    /// What it is.
    pub kind: AlarmKind,
    /// Why the change that raised it was refused, as an id: `malformed`, `foreign_actor`, ….
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Strikes that were counted within a day of each other.
    pub strikes: u8,
}
