//! Assessment, scores, rankings and what follows from them (domain.md 13.16, 10).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Label, Money, Recur, Stated, all};

/// How units and projects are assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assess {
    /// The schemes, each with its sheet.
    pub schemes: Vec<Scheme>,
    /// A ready-made sheet that gives schemes without indicators theirs ([`crate::rules::scores::formula::presets`]); taken over as the file is
    /// read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Weights by indicator id; nothing is computed until they are set.
    pub weights: Option<BTreeMap<String, u32>>,
    /// True: subjects are ranked.
    pub ranking: bool,
    /// What follows.
    pub consequences: Vec<Consequence>,
    /// How many stand at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_n: Option<u32>,
    /// How many stand at the bottom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottom_n: Option<u32>,
    /// For how many quarters running the bottom counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottom_consecutive: Option<u32>,
    /// What the top shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award_total: Option<Money>,
    /// How the top shares it, by rank.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub award_split: Stated<Vec<Money>>,
    /// What is taken back, in percent.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub award_recovery: Stated<u32>,
    /// Who decides a tie on an edge.
    pub tie: String,
}

/// One scheme of assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The programme, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// What is assessed: roles, or `project`.
    pub subjects: Vec<String>,
    /// When.
    pub cadence: Vec<Recur>,
    /// What is looked at; unset: the source names nothing.
    pub indicators: Option<Vec<Indicator>>,
    /// What the points sum to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u32>,
    /// The clause.
    pub clause: String,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// Looked at only then; absent: each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Recur>,
    /// Where its value comes from, once a county says: a source of the records ([`crate::rules::scores::indicators::Source`]).
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub data_source: Stated<String>,
    /// How points are made of the value, once a county says ([`crate::rules::scores::formula::Formula`]).
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub formula: Stated<String>,
}

/// Something that follows from an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Consequence {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// The programme, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// The scheme it follows from; absent: any of its programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Points, percent or a table, where the source names one.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub value: Stated<i32>,
    /// The funds it touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<Label>,
    /// To whom it is addressed, where the source says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// The clause.
    pub clause: String,
}

/// How a score is made of its indicators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// How; nothing is computed until it is set.
    pub mode: Option<ScoreMode>,
    /// The most points an indicator gives, in mode `points`.
    #[serde(default, skip_serializing_if = "Stated::is_absent")]
    pub max_points: Stated<BTreeMap<String, u32>>,
}

/// Ways of making a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScoreMode {
    /// Weights times values; weights sum to 100.
    Weighted,
    /// The sum of points, each capped.
    Points,
}
