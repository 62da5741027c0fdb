//! Programmes, conditions and who may enter (domain.md 13.3–13.5).

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Label, Money, all};

/// A management track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name_zh: String,
    /// `all`, or a list whose projects it holds.
    pub population: String,
    /// Kinds of project in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Label>,
}

/// How strictly a rule is kept (domain.md 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Cannot be passed.
    Block,
    /// Can be passed with a recorded exception.
    Override,
    /// Is said and recorded.
    Warn,
    /// Is offered.
    Optional,
}

impl Mode {
    /// The id in profiles and in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Override => "override",
            Self::Warn => "warn",
            Self::Optional => "optional",
        }
    }
}

/// How an amount is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Compared {
    /// At least; above, when the county counts bounds as exclusive.
    #[serde(rename = ">=")]
    AtLeast,
    /// Above.
    #[serde(rename = ">")]
    Above,
    /// At most; below, when the county counts bounds as exclusive.
    #[serde(rename = "<=")]
    AtMost,
    /// Below.
    #[serde(rename = "<")]
    Below,
    /// Exactly.
    #[serde(rename = "=")]
    Equal,
}

/// One condition on a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Cond {
    /// An amount compared with a bound.
    Amount {
        /// The field without its `_fen`.
        field: String,
        /// How.
        op: Compared,
        /// The bound.
        value: Money,
    },
    /// One of these sectors.
    SectorIn(Vec<String>),
    /// A flag the hub set (`significance_flags`).
    Flag(String),
    /// A field of the record (of the issue, in issue guards) that says yes.
    Field(String),
    /// One of these origins.
    OriginIn(Vec<String>),
    /// The plan it comes from has at least this level.
    OriginLevelMin(String),
    /// One of these categories of key projects.
    CategoryIn(Vec<String>),
    /// One of these categories of the year.
    YearCategoryIn(Vec<String>),
    /// On this list.
    OnList(String),
    /// This kind of investment.
    InvestmentKind(String),
    /// Government money of at least this level.
    GovLevelMin(String),
    /// All of these.
    All(Vec<Cond>),
    /// Any of these.
    Any(Vec<Cond>),
}

/// One rule of eligibility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// Its id, which verdicts name.
    pub id: String,
    /// What must hold.
    pub when: Cond,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// Who may enter a programme: rules, all of which must hold, or anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// `"any"`: the source asks nothing that could be tested.
    Any,
    /// All of these.
    Rules(Vec<Eligibility>),
}

impl Entry {
    /// The rules; none when anybody may enter.
    #[must_use]
    pub fn rules(&self) -> &[Eligibility] {
        match self {
            Self::Any => &[],
            Self::Rules(rules) => rules,
        }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("any"),
            Self::Rules(rules) => rules.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyOrRules;

        impl<'de> Visitor<'de> for AnyOrRules {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`any` or a list of rules")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Entry, E> {
                if text == "any" {
                    Ok(Entry::Any)
                } else {
                    Err(E::custom(format_args!("`{text}` is not `any`")))
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, rules: A) -> Result<Entry, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(rules)).map(Entry::Rules)
            }
        }

        deserializer.deserialize_any(AnyOrRules)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Entry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Entry".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let rules = generator.subschema_for::<Vec<Eligibility>>();
        schemars::json_schema!({"anyOf": [{"const": "any"}, rules]})
    }
}

/// What comes first among candidates; sorts, and never needs an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// The programme whose candidates are sorted.
    pub programme: String,
    /// Which come first.
    pub when: Cond,
    /// What they are marked with.
    pub name_zh: String,
    /// The clause.
    pub clause: String,
}

/// Who must be named for a project, or what must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The slot's id.
    pub id: String,
    /// The programme, or `all`.
    #[serde(default = "all")]
    pub programme: String,
    /// At least.
    pub min: u32,
    /// At most; `None` is unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// The field or table of the record that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The kind of document that fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// One of each of these, at least.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each_of: Vec<String>,
    /// Lists on which it is asked for; empty: everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_lists: Vec<String>,
    /// Lists on which it is offered besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered_on: Vec<String>,
    /// What asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// A companion record that asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_record: Option<String>,
    /// What has as many of it.
    pub per: SlotPer,
    /// Who names: authority codes of domain.md 0.7, the first by right.
    pub assigners: Vec<String>,
    /// How strictly.
    pub mode: Mode,
    /// The clause.
    pub clause: String,
}

/// What a slot's numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlotPer {
    /// Each project.
    Project,
    /// Each unit, whatever it carries.
    Unit,
    /// Each owner of the project.
    Owner,
    /// Each responsible unit of the project.
    RespUnit,
}
