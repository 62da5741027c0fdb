//! The audit trail as its readers get it (design.md 2): local to a node, never a document.

use serde::{Deserialize, Serialize};

use crate::command::Role;
use crate::ids::{ProjectId, UnitId, UserId};
use crate::time::Timestamp;

/// `GET /api/v1/audit`: lines of the trail of this server.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The lines, oldest first.
    pub entries: Vec<AuditEntry>,
    /// True when there are more: ask again from the moment of the last.
    pub more: bool,
}

/// One line of the audit trail.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub user: UserId,
    /// The person's name then.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// For which unit.
    pub unit: UnitId,
    /// What was asked for: a command's name, or another act (`log_in`).
    pub what: String,
    /// The project it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// 代填: on whose behalf and why; a reason given, a file's name, a version of the rules.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// `done`, or why it was refused; `begun` for an import that takes more than one turn.
    pub outcome: String,
    /// The clause that refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}
