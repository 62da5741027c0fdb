//! Score sheets: totals, ranks, ties, and what makes a sheet fit to be published (domain.md 10.2).
//!
//! A sheet is filled in the hub's notes, one value per subject and indicator. It can be computed only when the county has said how
//! (`score.mode`) and how much each indicator counts; until then it is refused in those words. Publishing writes the standings into
//! the ranking, with a digest of everything they were made of, and freezes the sheet. A tie on the edge of the top or the bottom is
//! never broken by the engine: the hub names the order and gives its reason.
//!
//! Where the county says from which records a value comes, the engine proposes it (`indicators`, `sheets`) and a value that a person gave
//! instead stands, marked as differing.
//!
//! Values and totals are hundredths of a point, so that nothing is rounded but the last step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::book::{Book, Cells as _, Row};
use crate::command::{ClosedGate, Refusal, Why};
use crate::decide::refuse;
use crate::field::{Column, Table};
use crate::ids::RowId;
use crate::profile::{Indicator, Profile, Scheme, ScoreMode, Trigger};

pub mod formula;
pub mod indicators;
mod publish;
pub mod sheets;
#[cfg(test)]
pub(crate) mod tests;

pub(super) use publish::{judge_ranking, judge_sheet, judge_value};

/// The state of a sheet that a ranking was published from.
pub const PUBLISHED: &str = "published";

/// One line of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// A unit, or a project.
    pub subject: String,
    /// Hundredths of a point.
    pub total: i64,
    /// 1, 2, 2, 4.
    pub rank: u32,
    /// Among the top the county looks at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_top: bool,
    /// Among the bottom.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_bottom: bool,
}

/// Equals of whom only some belong to the top or the bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ties {
    /// On the edge of the top.
    pub top: Vec<String>,
    /// On the edge of the bottom.
    pub bottom: Vec<String>,
}

impl Ties {
    /// True when nothing is to be decided.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.top.is_empty() && self.bottom.is_empty()
    }
}

/// A value as it is written, at most two decimals, in hundredths.
#[must_use]
pub fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part:0<2}")
        .parse::<i64>()
        .ok()
        .map(|number| sign * number)
}

/// Hundredths as they are written.
#[must_use]
pub fn written(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let size = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// Ranks totals, the highest first: equals share a rank and the next ones skip as many (1, 2, 2, 4). Equals stand in the order of
/// their names.
#[must_use]
pub fn rank(totals: &BTreeMap<String, i64>) -> Vec<Standing> {
    let mut lines: Vec<_> = totals.iter().collect();
    lines.sort_by_key(|(subject, total)| (std::cmp::Reverse(**total), *subject));
    let mut standings: Vec<Standing> = Vec::with_capacity(lines.len());
    for ((subject, total), place) in lines.into_iter().zip(1u32..) {
        let equal = standings.last().filter(|before| before.total == *total);
        let rank = equal.map_or(place, |before| before.rank);
        standings.push(Standing {
            subject: subject.clone(),
            total: *total,
            rank,
            is_top: false,
            is_bottom: false,
        });
    }
    standings
}

/// Marks the top and the bottom, and names the equals who stand across an edge.
///
/// `order`: the order the hub gave them; equals who are all in it need no further decision.
pub fn mark(standings: &mut [Standing], top_n: u32, bottom_n: u32, order: &[&str]) -> Ties {
    // The edges first, on the order of totals; then the chosen order within one total.
    let count = standings.len();
    let top = usize::try_from(top_n).unwrap_or(count).min(count);
    let bottom = usize::try_from(bottom_n).unwrap_or(count).min(count);
    let across = |standings: &[Standing], edge: usize| -> Vec<String> {
        let inside = edge.checked_sub(1).and_then(|last| standings.get(last));
        let (Some(inside), Some(outside)) = (inside, standings.get(edge)) else {
            return Vec::new();
        };
        if inside.total != outside.total {
            return Vec::new();
        }
        let equals = standings.iter().filter(|line| line.total == inside.total);
        equals.map(|line| line.subject.clone()).collect()
    };
    let decided = |equals: Vec<String>| {
        let all = equals
            .iter()
            .all(|subject| order.contains(&subject.as_str()));
        if all { Vec::new() } else { equals }
    };
    let ties = Ties {
        top: decided(across(standings, top)),
        bottom: decided(across(standings, count - bottom)),
    };
    let place = |subject: &str| order.iter().position(|known| *known == subject);
    standings.sort_by(|a, b| {
        let chosen = || place(&a.subject).cmp(&place(&b.subject));
        b.total
            .cmp(&a.total)
            .then_with(chosen)
            .then_with(|| a.subject.cmp(&b.subject))
    });
    for (index, line) in standings.iter_mut().enumerate() {
        line.is_top = index < top && !ties.top.contains(&line.subject);
        line.is_bottom = index >= count - bottom && !ties.bottom.contains(&line.subject);
    }
    ties
}

/// The scheme a sheet belongs to.
#[must_use]
pub fn scheme_of<'a>(profile: &'a Profile, sheet: &Row<'_>) -> Option<&'a Scheme> {
    let id = sheet.text(Column::Topic);
    let mut schemes = profile.assess.schemes.iter();
    match profile.assess.schemes.as_slice() {
        [only] if id.is_empty() => Some(only),
        _ => schemes.find(|scheme| scheme.id == id),
    }
}

/// True for a period in which the scheme is assessed.
#[must_use]
pub fn is_due_for(scheme: &Scheme, period: &str) -> bool {
    let mut cadence = scheme.cadence.iter();
    // A cadence without periods of its own leaves them to the hub.
    cadence.any(|recur| recur.trigger() != Trigger::Calendar || recur.period_of(period).is_some())
        || scheme.cadence.is_empty()
}

/// The indicators that count in a period: those without a time of their own, and those whose time it is.
#[must_use]
pub fn active<'a>(scheme: &'a Scheme, period: &str) -> Vec<&'a Indicator> {
    let counts = |indicator: &&Indicator| {
        let only = indicator.only.as_ref();
        only.is_none_or(|recur| recur.period_of(period).is_some())
    };
    scheme.indicators.iter().flatten().filter(counts).collect()
}

/// The values of a sheet in hundredths, by subject and indicator. The last row on a cell counts.
#[must_use]
pub fn values<'a>(hub: &'a Book, sheet: &str) -> BTreeMap<&'a str, BTreeMap<&'a str, i64>> {
    let mut values: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for row in hub.each(Table::ScoreValues) {
        if row.is(Column::ScoreSheet, sheet)
            && let Some(value) = hundredths(row.text(Column::Score))
        {
            let of = values.entry(row.text(Column::Subject)).or_default();
            of.insert(row.text(Column::Indicator), value);
        }
    }
    values
}

/// How much each indicator counts: its weight or, in mode `points`, its cap.
#[must_use]
pub fn weights(profile: &Profile) -> Option<&BTreeMap<String, u32>> {
    if profile.score.mode == Some(ScoreMode::Points) {
        profile.score.max_points.get()
    } else {
        profile.assess.weights.as_ref()
    }
}

/// The totals of a sheet in hundredths, by subject.
///
/// # Errors
/// 权重未配置 while weights or caps are missing, [`Why::Unset`] while the way of computing is; [`Why::Missing`] while a value is.
pub fn totals(
    profile: &Profile,
    indicators: &[&Indicator],
    values: &BTreeMap<&str, BTreeMap<&str, i64>>,
) -> Result<BTreeMap<String, i64>, Refusal> {
    let clause = profile
        .assess
        .schemes
        .first()
        .map(|scheme| scheme.clause.clone());
    let no = |why: Why| Refusal {
        rule: clause.clone(),
        ..refuse(why)
    };
    let unweighted = |lacks: Vec<String>| {
        no(Why::GateClosed(Box::new(ClosedGate {
            guard: "weights_set".to_owned(),
            lacks,
            from: String::new(),
            exception: false,
        })))
    };
    let weights = weights(profile).ok_or_else(|| unweighted(Vec::new()))?;
    let unset: Vec<String> = indicators
        .iter()
        .filter(|indicator| !weights.contains_key(&indicator.id))
        .map(|indicator| indicator.name_zh.clone())
        .collect();
    if !unset.is_empty() || indicators.is_empty() {
        return Err(unweighted(unset));
    }
    let Some(mode) = profile.score.mode else {
        let key = "score.mode".to_owned();
        return Err(no(Why::Unset { key }));
    };
    let weight = |indicator: &Indicator| weights.get(&indicator.id).copied().unwrap_or(0);
    let sum: u32 = indicators.iter().map(|indicator| weight(indicator)).sum();
    if mode == ScoreMode::Weighted && sum != 100 {
        let (count, min, max) = (sum, 100, 100);
        return Err(no(Why::Quota { count, min, max }));
    }
    let mut totals = BTreeMap::new();
    for (subject, of) in values {
        let mut total = 0i64;
        for indicator in indicators {
            let Some(value) = of.get(indicator.id.as_str()) else {
                let check = "score_missing".to_owned();
                return Err(no(Why::Inconsistent { check }));
            };
            let weight = i64::from(weight(indicator));
            let part = match mode {
                ScoreMode::Weighted => value.saturating_mul(weight),
                ScoreMode::Points => (*value).min(weight.saturating_mul(100)).saturating_mul(100),
            };
            total = total.saturating_add(part);
        }
        // Half a hundredth up.
        totals.insert((*subject).to_owned(), (total + 50).div_euclid(100));
    }
    if totals.is_empty() {
        let check = "score_missing".to_owned();
        return Err(no(Why::Inconsistent { check }));
    }
    Ok(totals)
}

/// What a published ranking was made of, in one order of bytes: the same inputs give the same bytes on every node.
#[must_use]
pub fn canonical(
    scheme: &str,
    period: &str,
    weights: &BTreeMap<&str, u32>,
    values: &BTreeMap<&str, BTreeMap<&str, i64>>,
    standings: &[Standing],
) -> Vec<u8> {
    // Maps are sorted and the tuple has one order, so JSON has one form.
    serde_json::to_vec(&(scheme, period, weights, values, standings)).unwrap_or_default()
}

/// The digest of bytes, hex: BLAKE3. The browser publishes nothing and has no digest.
#[cfg(feature = "crdt")]
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The published rankings of a scheme, oldest first: period and standings. A later ranking of a period replaces the earlier.
#[must_use]
pub fn published<'a>(county: &'a Book, scheme: &str) -> BTreeMap<&'a str, (RowId, Vec<Standing>)> {
    let mut rankings = BTreeMap::new();
    for row in county.each(Table::Rankings) {
        let lines = serde_json::from_str(row.text(Column::Lines)).ok();
        if let (true, Some(id), Some(lines)) = (row.is(Column::Topic, scheme), row.id(), lines) {
            rankings.insert(row.text(Column::Period), (id, lines));
        }
    }
    rankings
}
