//! Stages, reviews, categories of the year, grades and exits (domain.md 13.7, 13.8).

use serde::{Deserialize, Serialize};

use super::{Label, all};

/// The stages and what belongs to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// True: from an idea straight to a list.
    pub direct_listing: bool,
    /// Stage id and label, in order.
    pub stage_labels: Vec<Label>,
    /// Phases and the stages in them.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// What starts permitting.
    pub permitting_trigger: PermittingTrigger,
    /// Whether an operating project can be expanded.
    pub expansion: bool,
    /// Whether a pre-acceptance comes first.
    pub pre_acceptance: bool,
    /// Whether an evaluation ends the life cycle.
    pub evaluation_required: bool,
    /// Whether a custodian is named.
    pub custodian_required: bool,
}

impl Lifecycle {
    /// The label of a stage.
    #[must_use]
    pub fn stage_label(&self, id: &str) -> Option<&str> {
        self.stage_labels
            .iter()
            .find(|label| label.id == id)
            .map(|label| label.name_zh.as_str())
    }
}

/// A phase of the life cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Stage ids; empty where phases and stages are different things.
    #[serde(default)]
    pub stages: Vec<String>,
    /// The links a phase is divided into, where the source divides it; their stages are some of the phase's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<PhaseLink>,
}

impl Phase {
    /// The link of the phase a stage belongs to.
    #[must_use]
    pub fn link(&self, stage: &str) -> Option<&PhaseLink> {
        let mut links = self.links.iter();
        links.find(|link| link.stages.iter().any(|known| known == stage))
    }
}

/// A link of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhaseLink {
    /// Its name.
    pub name_zh: String,
    /// Stage ids.
    pub stages: Vec<String>,
}

/// What starts permitting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PermittingTrigger {
    /// The first approval that is applied for.
    FirstApprovalSubmitted,
    /// The approval of this item.
    Approved(String),
}

/// The review before a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// What sort of review.
    pub kind: ReviewKind,
    /// The programme it is for.
    #[serde(default = "all")]
    pub programme: String,
    /// What is looked at.
    pub contents: Vec<Label>,
    /// What is looked at when the whole report is argued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub report_contents: Vec<Label>,
    /// Who always sits in it.
    #[serde(default)]
    pub fixed_members: Vec<String>,
    /// Fields whose change asks for another review.
    #[serde(default)]
    pub rereview_on_change_of: Vec<String>,
    /// Change that is tolerated, in percent of the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_tolerance: Option<u32>,
}

/// Sorts of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Departments together.
    Joint,
    /// Experts.
    Expert,
    /// The hub's preliminary check.
    HubCheck,
    /// The proposing unit screens.
    Screening,
}

/// Whether the joint review must be passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JointReview {
    /// True: only a passed one opens the gate.
    pub must_pass: bool,
}

/// The category a project has in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct YearCategory {
    /// The field that holds it.
    pub field: String,
    /// The categories.
    #[serde(rename = "enum")]
    pub options: Vec<Label>,
    /// How one is proposed, first match first; absent: it is entered and only contradictions are warned about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<YearRule>,
    /// What the record says where a category is entered; a category without a line contradicts nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agrees: Vec<YearRecord>,
    /// The clause.
    pub clause: String,
}

/// What a record says that has a category of the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct YearRecord {
    /// The category.
    pub category: String,
    /// The stages it fits.
    pub stages: Vec<String>,
    /// True: something was signed; false: nothing; absent: either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// True: it was expanded; absent: either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expanded: Option<bool>,
}

/// One rule that proposes a category of the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct YearRule {
    /// When it matches.
    pub when: YearTest,
    /// What it proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The field it asks for instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
}

/// Tests of a plan year Y against start, completion and plan (domain.md 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum YearTest {
    /// Completion or commissioning lies in Y.
    CompletesInYear,
    /// Start before Y, completion after Y.
    StartedBeforeCompletesAfter,
    /// Really started, not finished, planned completion before Y.
    StartedUnfinishedOverdue,
    /// Start in Y is certain, preliminary work sound, an amount planned.
    StartsInYearCertain,
    /// Anything else.
    Otherwise,
}

/// A grade of the reserve and the document it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The kind of document.
    pub document: String,
}

/// Reasons for leaving, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exits {
    /// The only reasons; empty: any, in words.
    pub reasons: Vec<Label>,
    /// True: a replacement is owed for what leaves the reserve.
    pub replacement_required: bool,
    /// The clause.
    pub clause: String,
}
