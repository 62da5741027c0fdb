//! The ways of making points of a number (ux.md 6.2): a county writes one as a short text beside an indicator.
//!
//! `linear:100` a share of the target · `best` the best gets all, others in proportion · `average` the average gets all ·
//! `bands:60=6,80=8,100=10` the points of the highest step reached · `grades:20,10,6,3` one of the given points · `count:5` so many
//! points each, negative for deductions · `manual` points given by hand with a note. `;cap=150` and `;floor=0` bound the result in
//! percent of the full points; without them nothing goes above full nor below zero, but deductions stay deductions.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::profile::{Indicator, Profile, ScoreMode, Stated};

/// A formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// How.
    pub way: Way,
    /// At most, in percent of the full points.
    pub cap: i64,
    /// At least, in percent of the full points; `None`: a deduction may be as large as it is.
    pub floor: Option<i64>,
    text: String,
}

/// Ways of making points. Numbers are hundredths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A share of this target.
    Linear(i64),
    /// A share of the best.
    Best,
    /// A share of the average.
    Average,
    /// Points from these steps on.
    Bands(Vec<(i64, i64)>),
    /// One of these.
    Grades(Vec<i64>),
    /// Points each.
    Count(i64),
    /// By hand.
    Manual,
}

/// Why a text is no formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no formula")]
pub struct FormulaError(String);

impl Formula {
    /// The points, in hundredths, of a value among all values of its indicator. `full`: the points of a full score, in hundredths.
    #[must_use]
    pub fn points(&self, full: i64, value: i64, all: &[i64]) -> i64 {
        let share = |of: i64| {
            if of <= 0 {
                return 0;
            }
            let points = i128::from(full) * i128::from(value) * 2 + i128::from(of);
            i64::try_from(points.div_euclid(i128::from(of) * 2)).unwrap_or(i64::MAX)
        };
        let raw = match &self.way {
            Way::Linear(target) => share(*target),
            Way::Best => share(all.iter().copied().max().unwrap_or(0)),
            Way::Average => {
                let sum = all
                    .iter()
                    .fold(0i64, |sum, value| sum.saturating_add(*value));
                let count = i64::try_from(all.len()).unwrap_or(i64::MAX).max(1);
                share(sum / count)
            }
            Way::Bands(steps) => {
                let reached = steps.iter().filter(|(from, _)| value >= *from);
                reached.map(|(_, points)| *points).next_back().unwrap_or(0)
            }
            Way::Grades(grades) if !grades.contains(&value) => 0,
            Way::Grades(_) | Way::Manual => value,
            Way::Count(each) => each.saturating_mul(value / 100),
        };
        let percent = |percent: i64| full.saturating_mul(percent) / 100;
        let capped = raw.min(percent(self.cap));
        self.floor
            .map_or(capped, |floor| capped.max(percent(floor)))
    }
}

impl FromStr for Formula {
    type Err = FormulaError;

    fn from_str(text: &str) -> Result<Self, FormulaError> {
        let error = || FormulaError(text.chars().take(64).collect());
        let number = |text: &str| super::hundredths(text).ok_or_else(error);
        let list = |text: &str| text.split(',').map(number).collect::<Result<Vec<_>, _>>();
        let mut parts = text.split(';');
        let head = parts.next().unwrap_or("");
        let (name, rest) = head.split_once(':').unwrap_or((head, ""));
        let way = match name {
            "linear" => Way::Linear(number(rest).ok().filter(|of| *of > 0).ok_or_else(error)?),
            "best" => Way::Best,
            "average" => Way::Average,
            "bands" => {
                let step = |part: &str| {
                    let (from, points) = part.split_once('=').ok_or_else(error)?;
                    Ok((number(from)?, number(points)?))
                };
                let steps = rest.split(',').map(step).collect::<Result<Vec<_>, _>>()?;
                if !steps.is_sorted_by(|a, b| a.0 < b.0) {
                    return Err(error());
                }
                Way::Bands(steps)
            }
            "grades" => Way::Grades(list(rest)?),
            "count" => Way::Count(number(rest)?),
            "manual" => Way::Manual,
            _ => return Err(error()),
        };
        let takes = matches!(way, Way::Best | Way::Average | Way::Manual);
        if takes && head.contains(':') {
            return Err(error());
        }
        let deducts = matches!(way, Way::Count(each) if each < 0);
        let (mut cap, mut floor) = (100, (!deducts).then_some(0));
        for part in parts {
            let bound = |text: &str| text.parse::<i64>().map_err(|_| error());
            match part.split_once('=') {
                Some(("cap", percent)) => cap = bound(percent)?,
                Some(("floor", percent)) => floor = Some(bound(percent)?),
                _ => return Err(error()),
            }
        }
        Ok(Self {
            way,
            cap,
            floor,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for Formula {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A ready-made scheme a county may copy from: indicators with their points and formulas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// Where it comes from.
    pub source: String,
    /// What is scored.
    pub items: Vec<PresetItem>,
}

/// One indicator of a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresetItem {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name_zh: String,
    /// The points of a full score; unset: the source does not say.
    pub points: Option<i64>,
    /// How points are made; unset: the source does not say.
    pub formula: Option<Formula>,
}

/// The presets that ship.
const PRESETS: &[&str] = &[
    include_str!("../../../profiles/scores/rate.json"),
    include_str!("../../../profiles/scores/quarterly_five.json"),
    include_str!("../../../profiles/scores/per_project.json"),
    include_str!("../../../profiles/scores/township.json"),
    include_str!("../../../profiles/scores/monthly.json"),
];

/// Takes over the preset a county names (`assess.preset`): schemes for which it names no indicator have those of the preset and, where the
/// county has not said how a score is made and the preset knows all its points, `score` is that of the preset. What the county says stays.
///
/// A preset that does not ship is left named, for the lint to refuse.
pub fn take_preset(profile: &mut Profile) {
    let wanted = profile.assess.preset.as_ref();
    let known = wanted.and_then(|id| presets().into_iter().find(|preset| preset.id == *id));
    let Some(preset) = known else { return };
    profile.assess.preset = None;
    let mut open = profile
        .assess
        .schemes
        .iter_mut()
        .filter(|scheme| scheme.indicators.is_none());
    let mut taken = false;
    for scheme in open.by_ref() {
        taken = true;
        scheme.indicators = Some(preset.items.iter().map(PresetItem::indicator).collect());
    }
    let points = preset.items.iter().map(|item| {
        let points = u32::try_from(item.points?).ok()?;
        Some((item.id.clone(), points))
    });
    let points: Option<BTreeMap<String, u32>> = points.collect();
    let unsaid = profile.score.mode.is_none() && profile.score.max_points.get().is_none();
    if let (true, true, Some(points)) = (taken, unsaid, points) {
        profile.score.mode = Some(ScoreMode::Points);
        profile.score.max_points = Stated::Given(points);
    }
}

impl PresetItem {
    fn indicator(&self) -> Indicator {
        let formula = self.formula.as_ref();
        Indicator {
            id: self.id.clone(),
            name_zh: self.name_zh.clone(),
            only: None,
            data_source: Stated::Unset,
            formula: formula.map_or(Stated::Unset, |formula| Stated::Given(formula.to_string())),
        }
    }
}

/// Every preset that ships.
#[must_use]
pub fn presets() -> Vec<Preset> {
    let parsed = PRESETS
        .iter()
        .filter_map(|json| serde_json::from_str(json).ok());
    parsed.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test should panic")]
    use super::*;

    fn points(formula: &str, value: i64, all: &[i64]) -> i64 {
        formula
            .parse::<Formula>()
            .unwrap()
            .points(2_000, value * 100, all)
    }

    #[test]
    fn each_way_makes_its_points_of_twenty() {
        for (formula, value, all, expected) in [
            ("linear:100", 50, vec![], 1_000),
            ("linear:100", 120, vec![], 2_000),
            ("linear:100;cap=110", 120, vec![], 2_200),
            ("best", 30, vec![3_000, 6_000], 1_000),
            ("best", 60, vec![3_000, 6_000], 2_000),
            ("average;cap=150", 20, vec![500, 1_500, 1_000], 3_000),
            ("average;cap=150;floor=0", -5, vec![1_000, 1_000], 0),
            ("bands:60=6,80=8,100=20", 99, vec![], 800),
            ("bands:60=6,80=8,100=20", 59, vec![], 0),
            ("grades:20,10,6,3", 10, vec![], 1_000),
            ("grades:20,10,6,3", 11, vec![], 0),
            ("count:5", 3, vec![], 1_500),
            ("count:5", 9, vec![], 2_000),
            ("count:-5", 4, vec![], -2_000),
            ("manual", 17, vec![], 1_700),
        ] {
            assert_eq!(
                points(formula, value, &all),
                expected,
                "{formula} of {value}"
            );
        }
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        for bad in [
            "",
            "linear",
            "linear:0",
            "best:3",
            "bands:80=1,60=2",
            "bands:",
            "count:x",
            "best;cap",
            "best;top=3",
            "sum",
        ] {
            assert!(bad.parse::<Formula>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_preset_is_whole_and_has_its_own_id() {
        let all = presets();
        assert_eq!(all.len(), PRESETS.len(), "a preset does not parse");
        let ids: std::collections::BTreeSet<_> = all.iter().map(|preset| &preset.id).collect();
        assert_eq!(ids.len(), all.len());
        for preset in &all {
            let given: Option<i64> = preset.items.iter().map(|item| item.points).sum();
            assert!(!preset.items.is_empty());
            // Where every item has points, a sheet of a hundred sums to a hundred.
            if matches!(preset.id.as_str(), "rate" | "monthly") {
                assert_eq!(given, Some(100), "{}", preset.id);
            }
        }
    }

    fn with_preset(id: &str) -> String {
        let file = Profile::json("longting").unwrap();
        let named = format!("\"preset\": \"{id}\", \"weights\": null");
        file.replacen("\"weights\": null", &named, 1)
    }

    #[test]
    fn a_county_that_names_a_preset_has_its_indicators_and_points() {
        let plain = Profile::built_in("longting").unwrap();
        assert_eq!(plain.assess.schemes[0].indicators, None);
        let profile = Profile::parse(&with_preset("monthly")).unwrap();
        let preset = presets()
            .into_iter()
            .find(|one| one.id == "monthly")
            .unwrap();
        let indicators = profile.assess.schemes[0].indicators.as_ref().unwrap();
        let ids: Vec<_> = indicators.iter().map(|one| &one.id).collect();
        assert_eq!(
            ids,
            preset.items.iter().map(|item| &item.id).collect::<Vec<_>>()
        );
        assert_eq!(profile.score.mode, Some(ScoreMode::Points));
        assert_eq!(profile.score.max_points.get().unwrap().len(), ids.len());
        // What was read is a whole file again, without the name of the preset.
        let again = serde_json::to_string(&profile).unwrap();
        assert_eq!(Profile::parse(&again).unwrap(), profile);
        // Where the county says how its score is made, it stays so.
        let own = with_preset("monthly").replacen("\"mode\": null", "\"mode\": \"weighted\"", 1);
        let own = Profile::parse(&own).unwrap();
        assert_eq!(own.score.mode, Some(ScoreMode::Weighted));
        assert!(own.score.max_points.get().is_none());
    }

    #[test]
    fn a_preset_that_does_not_ship_is_refused() {
        let found = Profile::lint(&with_preset("luck")).unwrap_err();
        assert!(
            found.iter().any(|one| one.path == "assess.preset"),
            "{found:?}"
        );
    }
}
