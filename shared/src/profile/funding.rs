//! Money rules besides the projects' own amounts, and the registers a county keeps (domain.md 13.17, 13.18).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cond, Label, Money, Recur, Stated};

/// The pool of money for preliminary work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Whether there is one.
    pub enabled: bool,
    /// How much it opens with, as one entry.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub size: Stated<Money>,
    /// Kinds of source the opening entry is broken down by later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Label>,
    /// What it opens with: `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<String>,
    /// The sources' shares, which must sum to the size.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub shares: Stated<BTreeMap<String, Money>>,
    /// Which projects come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Cond>,
    /// The approval that releases a payment.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub trigger: Stated<String>,
    /// In which order is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<PoolOrder>,
    /// True: a request that cannot be paid holds up those behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_queue: Option<bool>,
    /// Days in which drawn money returns.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub return_days: Stated<u32>,
    /// The clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// Orders of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PoolOrder {
    /// By the moment the approval was completed, earliest first.
    ApprovalCompletedAtAsc,
}

/// The annual investment plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// How strictly the year is broken down.
    pub month_breakdown: MonthBreakdown,
    /// The programme whose projects give dated nodes, where the breakdown asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes_for: Option<String>,
}

/// How a plan is broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MonthBreakdown {
    /// Months may be given.
    Optional,
    /// Months must be given and sum to the year.
    RequiredSumEqual,
    /// Dated nodes must be given for major projects.
    NodesForMajor,
}

/// The budget of owners that are state-owned enterprises.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SoeBudget {
    /// Whether there is one.
    pub enabled: bool,
    /// When it is looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<Recur>,
    /// The clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// Yearly money for packaging projects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PackagingFund {
    /// When.
    pub recurrence: Recur,
    /// How much.
    pub amount: Option<Money>,
    /// The clause.
    pub clause: String,
}

/// Registers a county keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the rows of domain.md 13.18, each on or off")]
pub struct Registers {
    pub intermediaries: bool,
    pub agency_construction: bool,
    pub expert_bank: bool,
    pub promotion: bool,
    pub events: bool,
    pub bank_match: bool,
    pub policy_suggestion: bool,
    pub training: bool,
    pub catalogue: bool,
    pub procedure_manual: bool,
    pub supervision: bool,
    pub publicity: bool,
    pub observers: bool,
    pub external_platforms: bool,
}
