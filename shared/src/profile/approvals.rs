//! Approvals, factor guarantees, acceptance, custody (domain.md 13.15, 9).

use serde::{Deserialize, Serialize};

use super::{Label, Stated};

/// How approvals run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// Side by side.
    pub parallel: bool,
    /// Accepted with papers missing, against a commitment.
    pub tolerance: bool,
    /// All that is missing is said at once.
    pub one_notice: bool,
    /// Technical opinion and decision are two records of two actors.
    pub tech_admin_split: bool,
    /// No item waits for another.
    pub non_prerequisite: bool,
    /// Jobs several items share.
    pub joint_services: Vec<Label>,
    /// Handled within a time limit.
    pub time_limited: bool,
    /// Days of that limit; no source gives them.
    pub limit_days: Option<u32>,
    /// What is approved.
    pub items: Vec<ApprovalKind>,
    /// Departments that approve.
    #[serde(default)]
    pub departments: Vec<String>,
    /// A faster lane.
    pub green_channel: bool,
    /// What the faster lane is for, where the source says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub green_channel_for: Vec<Label>,
    /// Commitments are watched during the works and accepted afterwards.
    pub commitment_supervision: bool,
    /// Permits of the levels above are followed up.
    pub upward_followup: bool,
    /// One officer handles all approvals of a project.
    pub one_to_one: bool,
    /// Papers that may be missing.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub tolerance_papers: Stated<Vec<Label>>,
}

/// One thing that is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalKind {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Who approves, where the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// A topic of the review of enterprise investment.
    #[serde(default)]
    pub enterprise_review: bool,
    /// The clause.
    pub clause: String,
}

/// What must be guaranteed for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Factors {
    /// The factors.
    pub items: Vec<Label>,
    /// Where quotas of land come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub land_quotas: Vec<Label>,
}

/// How finished works are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// What is accepted; empty: a free list.
    pub items: Vec<AcceptanceItem>,
    /// Outcomes an item can have.
    pub outcomes: Vec<Label>,
    /// Departments that take part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
}

/// One thing that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptanceItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Who accepts; unset: the source assigns nobody.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub department: Stated<String>,
}

/// Who looks after finished works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Custodian {
    /// By which principle he is found.
    pub principles: Vec<Label>,
}
