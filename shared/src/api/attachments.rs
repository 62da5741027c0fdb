//! Files attached to a project.

use serde::{Deserialize, Serialize};

use crate::ids::{RowId, UserId};
use crate::time::Timestamp;

/// One attached file.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentInfo {
    /// Its row, by which it is downloaded and struck out.
    pub id: RowId,
    /// The file's name.
    pub name: String,
    /// What it is about: a kind of document of the profile, a row, or nothing.
    pub about: String,
    /// Its kind, for a browser.
    pub media_type: String,
    /// Its length.
    pub bytes: u64,
    /// The BLAKE3 of its bytes, in hex.
    pub hash: String,
    /// When it was attached, by its writer's clock.
    pub at: Timestamp,
    /// Who attached it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// False: 未下载, its bytes are at another node.
    pub here: bool,
}
