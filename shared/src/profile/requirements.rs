//! How strictly each field of the record is required (domain.md 13.19, the columns of part 2).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PerProgramme;

/// How strictly a field is required: one code, or one by programme.
pub type Requirement = PerProgramme<RequirementCode>;

/// One code of a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequirementCode {
    /// `R`: required.
    Required,
    /// `C(…)`: required under a condition.
    Conditional(Condition),
    /// `O`: optional.
    Optional,
    /// `-`: hidden unless filled.
    Unused,
}

/// What makes a field required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `key=one|other`: what `key` names has one of these values. Keys: a field's id, or one of [`CONDITION_KEYS`].
    Is {
        /// What is looked at.
        key: String,
        /// What it may be.
        values: Vec<String>,
    },
    /// A field that says yes, or has a value.
    Yes(String),
    /// Words the engine cannot test: the field is offered, its absence is no gap.
    Words(String),
}

/// Keys of a condition besides field ids.
pub const CONDITION_KEYS: &[&str] = &["on_list", "stage", "act", "record", "year_category"];

impl Condition {
    fn parse(text: &str) -> Self {
        let id = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        };
        match text.split_once('=') {
            Some((key, values)) if id(key) && values.split('|').all(id) => Self::Is {
                key: key.to_owned(),
                values: values.split('|').map(str::to_owned).collect(),
            },
            None if id(text) => Self::Yes(text.to_owned()),
            _ => Self::Words(text.to_owned()),
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Is { key, values } => write!(f, "{key}={}", values.join("|")),
            Self::Yes(text) | Self::Words(text) => f.write_str(text),
        }
    }
}

impl Serialize for RequirementCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Required => serializer.serialize_str("R"),
            Self::Conditional(condition) => serializer.collect_str(&format_args!("C({condition})")),
            Self::Optional => serializer.serialize_str("O"),
            Self::Unused => serializer.serialize_str("-"),
        }
    }
}

impl<'de> Deserialize<'de> for RequirementCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let condition = text
            .strip_prefix("C(")
            .and_then(|rest| rest.strip_suffix(')'));
        match (text.as_str(), condition) {
            ("R", _) => Ok(Self::Required),
            ("O", _) => Ok(Self::Optional),
            ("-", _) => Ok(Self::Unused),
            (_, Some(condition)) => Ok(Self::Conditional(Condition::parse(condition))),
            _ => Err(serde::de::Error::custom(format_args!(
                "`{text}` is no requirement"
            ))),
        }
    }
}

impl Requirement {
    /// True when a programme requires it without condition.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.values().any(|code| *code == RequirementCode::Required)
    }

    /// True when the county does not use the field: hidden unless filled.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.values().all(|code| *code == RequirementCode::Unused)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RequirementCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RequirementCode".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": r"^(R|O|-|C\(.+\))$"})
    }
}
