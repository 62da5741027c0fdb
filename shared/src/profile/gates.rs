//! Gates, duties and the papers they ask for (domain.md 13.7b, 13.7c, 13.9), with the vocabulary the engine implements.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cond, Mode, all};

/// Parameters of a guard: ids of this profile and of the engine's vocabulary, never labels.
pub type Params = BTreeMap<String, serde_json::Value>;

/// What guards a transition or an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The programme, or `all`.
    pub programme: String,
    /// One of [`TRANSITIONS`] or [`ACTS`].
    pub transition: String,
    /// The lists the transition or act must be about; empty: any, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// A guard of the vocabulary ([`crate::rules::guards::Guard`]).
    pub guard: String,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: Params,
    /// The projects (in issue guards, the issues) it is for; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// An obligation that is no gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Duty {
    /// The programme.
    pub programme: String,
    /// Transition that opens it.
    pub opens: String,
    /// Transition before which it is due.
    pub due: Option<String>,
    /// A guard of the vocabulary ([`crate::rules::guards::Guard`]).
    pub guard: String,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: Params,
    /// The projects it is for; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// The clause.
    pub clause: String,
}

/// A paper that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// The programme, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// The transition or act that asks for it.
    pub transition: String,
    /// How strictly.
    pub mode: Mode,
    /// One of [`DOCUMENTS`] is enough; empty: it is no document.
    #[serde(default)]
    pub alternatives: Vec<String>,
    /// Fields it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The projects it is asked for; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// A companion record that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_record: Option<String>,
    /// The clause.
    pub clause: String,
}

/// Transitions of the life cycle (domain.md 3.4).
pub const TRANSITIONS: &[&str] = &[
    "T1", "T2", "T2g", "T3", "T4", "T5", "T6", "T7", "T7r", "T8", "T9", "T10", "T11", "T12", "T13",
];

/// Acts besides transitions that a gate may guard. `escalate` is every step up, `escalate:L2` the one to a level.
pub const ACTS: &[&str] = &[
    "fund_request",
    "agency_step",
    "seal_act",
    "open_approval",
    "accept_tolerated",
    "second_notice",
    "plan_final",
    "pool_pay",
    "list_enter",
    "list_submit",
    "list_issue",
    "list_adjust",
    "mark_major",
    "issue_assign",
    "issue_close",
    "escalate",
    "publish_ranking",
];

/// Kinds of document (domain.md 2.G, and the papers of 13.9 that it does not list).
pub const DOCUMENTS: &[&str] = &[
    "project_plan_doc",
    "project_proposal",
    "feasibility_study",
    "listing_application",
    "approval_docs",
    "fixed_asset_plan_approval",
    "legal_entity_doc",
    "preparation_office_doc",
    "application_form",
    "special_reports",
    "push_plan_doc",
    "work_list",
    "push_ledger",
    "review_minutes",
    "commitment",
    "agency_contract",
    "intermediary_contract",
    "legal_counsel_opinion",
    "acceptance_application",
    "acceptance_docs",
    "decision_procedure_doc",
    "site_photos",
];
