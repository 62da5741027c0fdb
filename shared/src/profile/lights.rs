//! Rules for traffic lights: which number is looked at and from where on it is amber or red (domain.md 11.3, ux.md 6.1).
//!
//! Every threshold is data. A county names one of the presets that ship, or writes its own rules.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The presets that ship: id and file.
const PRESETS: &[(&str, &str)] = &[
    (
        Lights::STANDARD,
        include_str!("../../profiles/lights/standard.json"),
    ),
    (
        "yinchuan",
        include_str!("../../profiles/lights/yinchuan.json"),
    ),
    ("sanya", include_str!("../../profiles/lights/sanya.json")),
    (
        "xinhuang",
        include_str!("../../profiles/lights/xinhuang.json"),
    ),
    ("ouhai", include_str!("../../profiles/lights/ouhai.json")),
    (
        "tianjin",
        include_str!("../../profiles/lights/tianjin.json"),
    ),
];

/// How lights are judged: a preset by its id, or a county's own rules.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(untagged))]
pub enum LightRules {
    /// The id of a preset.
    Preset(String),
    /// Own rules.
    Own(Lights),
}

/// A set of rules for lights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lights {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// Where it comes from.
    pub source: String,
    /// The rules; the worst colour counts.
    pub rules: Vec<LightRule>,
}

/// One rule: a number and its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LightRule {
    /// Its id.
    pub id: String,
    /// What is looked at.
    pub metric: Metric,
    /// What the number needs besides the records.
    #[serde(default, skip_serializing_if = "LightParams::is_empty")]
    pub params: LightParams,
    /// Green with a remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Bound>,
    /// Amber.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amber: Option<Bound>,
    /// Red.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red: Option<Bound>,
}

/// What some numbers need besides the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LightParams {
    /// The platform a project is to be entered in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The growth that was planned, in percent; unset: not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub growth_planned: Option<i32>,
}

impl LightParams {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a light looks at. Rates and gaps count in percent and percentage points, delays in months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Done since January against the plan up to this month.
    CumulativeRate,
    /// Done this month against its plan.
    MonthRate,
    /// Points by which the rate of the year lies behind the time passed.
    BehindPace,
    /// The same shortfall as a share of the time passed.
    ShortOfPace,
    /// Earlier months of the year that missed their plan, while the plan up to now is met.
    MonthsMadeGood,
    /// Months since the planned start without a start.
    MonthsNotStarted,
    /// Months since the start without an entry in a platform.
    MonthsNotRegistered,
    /// Points by which secured funding lies behind the time passed.
    FundsBehindPace,
    /// Growth over the same months of the year before.
    Growth,
    /// Points by which that growth lies behind the planned one.
    GrowthBehindPlan,
    /// Points by which that growth lies behind the average.
    GrowthBehindAverage,
}

/// From where on a colour holds, in whole percent, points or months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Less than this.
    Below(i32),
    /// This or less.
    AtMost(i32),
    /// More than this.
    Above(i32),
    /// This or more.
    AtLeast(i32),
}

impl Bound {
    /// True when a number, in tenths, lies there.
    #[must_use]
    pub fn holds(self, tenths: i64) -> bool {
        let bound = |whole: i32| i64::from(whole) * 10;
        match self {
            Self::Below(whole) => tenths < bound(whole),
            Self::AtMost(whole) => tenths <= bound(whole),
            Self::Above(whole) => tenths > bound(whole),
            Self::AtLeast(whole) => tenths >= bound(whole),
        }
    }

    /// The number of the bound.
    #[must_use]
    pub fn whole(self) -> i32 {
        match self {
            Self::Below(whole)
            | Self::AtMost(whole)
            | Self::Above(whole)
            | Self::AtLeast(whole) => whole,
        }
    }
}

impl Lights {
    /// The preset that holds where a county names none: the default of domain.md 11.3.
    pub const STANDARD: &'static str = "standard";

    /// The preset with this id.
    #[must_use]
    pub fn preset(id: &str) -> Option<Self> {
        let (_, json) = PRESETS.iter().find(|(known, _)| *known == id)?;
        serde_json::from_str(json).ok()
    }

    /// The ids of the presets that ship.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.iter().map(|(id, _)| *id)
    }
}

impl Default for LightRules {
    fn default() -> Self {
        Self::Preset(Lights::STANDARD.to_owned())
    }
}

impl LightRules {
    /// True when the county says nothing of its own.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The rules themselves; `None` when the id is no preset's (the profile's lint refuses that).
    #[must_use]
    pub fn resolve(&self) -> Option<Lights> {
        match self {
            Self::Preset(id) => Lights::preset(id),
            Self::Own(lights) => Some(lights.clone()),
        }
    }
}

impl Serialize for LightRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Preset(id) => serializer.serialize_str(id),
            Self::Own(lights) => lights.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LightRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PresetOrRules;

        impl<'de> serde::de::Visitor<'de> for PresetOrRules {
            type Value = LightRules;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the id of a preset, or rules for lights")
            }

            fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<LightRules, E> {
                Ok(LightRules::Preset(id.to_owned()))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<LightRules, A::Error> {
                let reader = serde::de::value::MapAccessDeserializer::new(map);
                Lights::deserialize(reader).map(LightRules::Own)
            }
        }

        deserializer.deserialize_any(PresetOrRules)
    }
}
