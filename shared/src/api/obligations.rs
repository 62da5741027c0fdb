//! What is owed: one entry for each thing a rule asks of somebody (domain.md 6.1, 8.1, 1.5).

use serde::{Deserialize, Serialize};

use super::Timeliness;
use crate::ids::{ProjectId, RowId, UnitId};
use crate::time::{Date, Timestamp};

/// What kind of thing is owed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObligationKind {
    /// A periodic report.
    Report,
    /// Proposals for a list are taken on these days.
    ListProposal,
    /// A list is to be submitted.
    ListSubmission,
    /// A list is to be decided.
    ListDecision,
    /// A list is to be issued.
    ListIssue,
    /// A meeting or another event of the calendar.
    Meeting,
    /// An inspection.
    Inspection,
    /// Something the hub compiles and sends.
    Publication,
    /// A checkpoint of a state-owned owner's budget.
    Checkpoint,
    /// A promise given with papers that were missing.
    Commitment,
    /// A decision of a department that has a limit in days.
    Approval,
    /// An issue with a deadline.
    Issue,
    /// A task of a project's countdown.
    Task,
    /// An obligation of a project that is no gate.
    Duty,
    /// Somebody is to be named.
    Slot,
    /// A roster is to be filed.
    Roster,
    /// Another project is to be found for one that was cancelled.
    Replacement,
    /// Money is to be given back.
    Return,
    /// A plan that was not fulfilled is to be explained.
    Explanation,
    /// A step that a merge left without effect is to be looked at, by its unit and by the hub.
    Void,
    /// What was prepared and waits for the head of the hub.
    Confirm,
}

impl ObligationKind {
    /// The kind's id in the API and in `text`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::ListProposal => "list_proposal",
            Self::ListSubmission => "list_submission",
            Self::ListDecision => "list_decision",
            Self::ListIssue => "list_issue",
            Self::Meeting => "meeting",
            Self::Inspection => "inspection",
            Self::Publication => "publication",
            Self::Checkpoint => "checkpoint",
            Self::Commitment => "commitment",
            Self::Approval => "approval",
            Self::Issue => "issue",
            Self::Task => "task",
            Self::Duty => "duty",
            Self::Slot => "slot",
            Self::Roster => "roster",
            Self::Replacement => "replacement",
            Self::Return => "return",
            Self::Explanation => "explanation",
            Self::Void => "void",
            Self::Confirm => "confirm",
        }
    }
}

/// Where it stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The source gives no cadence: nothing is computed.
    Unset,
    /// Its days have not come.
    Upcoming,
    /// To be done now.
    Open,
    /// Sent before its days came; to be confirmed.
    Prefilled,
    /// Filed, not at the hub yet.
    Filed,
    /// Filed and received.
    Received,
    /// Accepted.
    Accepted,
    /// Given back.
    Returned,
    /// Not filed, and its day is over.
    Missing,
    /// Not done, and its day is over.
    Overdue,
    /// An event that was not held in its period.
    NotHeld,
    /// A list that was not issued by its day.
    NotIssued,
    /// Done.
    Done,
}

impl Standing {
    /// True while somebody still has to act.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Unset
                | Self::Upcoming
                | Self::Filed
                | Self::Received
                | Self::Accepted
                | Self::Done
        )
    }

    /// True when its day is over and it was not done.
    #[must_use]
    pub const fn is_overdue(self) -> bool {
        matches!(
            self,
            Self::Missing | Self::Overdue | Self::NotHeld | Self::NotIssued
        )
    }
}

/// How much it matters.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Said, not judged.
    None,
    /// In principle, or never judged by its day.
    Amber,
    /// A duty.
    Red,
}

/// One thing that a rule asks of somebody.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// What kind.
    pub kind: ObligationKind,
    /// The rule of the profile: a report, list, meeting, publication, slot or guard; a field or table for the rest.
    pub rule: String,
    /// What it is called: the profile's word, or the record's own; for a slot, whom the division of work proposes.
    pub name: String,
    /// The clause it rests on; `engine` for what people set themselves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// The period, when there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// The first day on which doing it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Date>,
    /// The last second that is in time; `None` when no day is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Where it stands.
    pub standing: Standing,
    /// A report's verdict on time; `None` where lateness is not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Timeliness>,
    /// How much it matters that it is not done.
    pub severity: Severity,
    /// Who owes it: the role of the rule.
    pub role: String,
    /// The unit that owes it; `None`: the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The person that owes it, as the record names him.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
    /// To whom: roles and bodies of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// The project it is about, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// The row it is about, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    /// The projects a report covers, or an issue concerns besides its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<ProjectId>,
    /// The amount it is about, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// When the filing that counts was sent, or the thing was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// When the hub received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// True when a later revision came after the due moment without changing the verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub amended: bool,
}
