//! What a USB bundle is, would bring, or brought.

use serde::{Deserialize, Serialize};

use crate::ids::NodeId;
use crate::text::bundle::BundleWords;
use crate::time::Timestamp;

/// A bundle that was looked at or taken in.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReport {
    /// Confirms a preview (`POST /api/v1/bundles/{token}`); absent once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Who made it.
    pub from: NodeId,
    /// The sender's unit by name.
    pub unit: String,
    /// When, by the sender's clock.
    pub made_at: Timestamp,
    /// Entries of the sender's log in it.
    pub entries: u64,
    /// Those that were not here before; 0: it was taken in already.
    pub fresh: u64,
    /// Documents it is about.
    pub documents: u64,
    /// Changes that went into quarantine.
    pub refused: u64,
    /// Entries that are missing before it, so that (the rest of) it cannot be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// Attached files that go along.
    #[serde(default)]
    pub files: u64,
    /// Their bytes.
    #[serde(default)]
    pub file_bytes: u64,
    /// Those that were not here before.
    #[serde(default)]
    pub files_fresh: u64,
    /// Those that could not be taken: damaged, lost at the end of a torn file, or no document here names them.
    #[serde(default)]
    pub files_left: u64,
    /// The sender's enrolment: `active`, or `pending` and nothing is taken before somebody approves it.
    pub state: String,
    /// True: only looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// All of it in sentences, in the reader's language; a browser's answer has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

impl BundleReport {
    /// What it says to a person.
    #[must_use]
    pub fn words(&self) -> Vec<BundleWords> {
        let (unit, made_at) = (self.unit.clone(), self.made_at);
        let mut all = Vec::new();
        if self.dry_run {
            all.push(BundleWords::Seen {
                unit: unit.clone(),
                made_at,
                entries: self.entries,
                fresh: self.fresh,
                documents: self.documents,
            });
            if self.files > 0 {
                all.push(BundleWords::FilesSeen {
                    files: self.files,
                    bytes: self.file_bytes,
                    fresh: self.files_fresh,
                });
            }
        }
        if self.state != "active" {
            all.push(BundleWords::Pending { unit });
        } else if let Some(entries) = self.missing {
            all.push(BundleWords::Missing { entries });
        } else if self.entries > 0 && self.fresh == 0 {
            all.push(BundleWords::AlreadyTaken { unit, made_at });
        } else if !self.dry_run {
            all.push(BundleWords::Taken {
                unit,
                fresh: self.fresh,
                refused: self.refused,
            });
        }
        if self.files > 0 && !self.dry_run && self.state == "active" {
            all.push(BundleWords::FilesTaken {
                fresh: self.files_fresh,
                left: self.files_left,
            });
        }
        all
    }
}
