//! Rewards and penalties as records: who may get what, and what follows of itself (domain.md 10.4).
//!
//! An award is shared out in `award_shares` first and made by one row that names its ranking: only then are the shares added up, and
//! they must make the county's amount to the fen. A cut can only be recorded where the rankings propose one.

use std::collections::{BTreeMap, BTreeSet};

use crate::book::{Book, Cells as _};
use crate::command::{Refusal, Why, Write};
use crate::decide::refuse;
use crate::field::{Column, FieldPath, Table};
use crate::profile::{Consequence, Label, Profile, Recur, Scheme};
use crate::rules::scores::{Standing, published};
use crate::rules::{Entry, World};

/// All conditions of tolerance (domain.md 10.4, RW-KZ-3).
const TOLERANCE: &[&str] = &["corrected", "diligent", "lawful", "no_gain", "reform"];

/// The reduction of funds that follows from standing at the bottom for periods running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Who.
    pub subject: String,
    /// The period that made it so; its year is the year of the cut.
    pub period: String,
    /// The periods, oldest first.
    pub periods: Vec<String>,
    /// The funds it touches.
    pub funds: Vec<Label>,
    /// The share to cut, in percent; unset where the source gives none.
    pub ratio: Option<i32>,
    /// The clause.
    pub clause: String,
}

/// The period of a scheme before this one: of quarters the fourth comes before the first of the next year.
fn period_before(scheme: &Scheme, period: &str) -> Option<String> {
    let of = |recur: &Recur| {
        let period = recur.period_of(period)?;
        recur.previous(period.first)
    };
    Some(scheme.cadence.iter().find_map(of)?.id)
}

/// What follows from standing at the bottom of a scheme: the first consequence that touches funds and is not another scheme's.
fn cut_of<'a>(profile: &'a Profile, scheme: &Scheme) -> Option<&'a Consequence> {
    let mut consequences = profile.assess.consequences.iter();
    consequences.find(|known| {
        let own = known.scheme.as_ref().is_none_or(|id| *id == scheme.id);
        let programme = known.programme == "all" || known.programme == scheme.programme;
        !known.funds.is_empty() && own && programme
    })
}

/// The cuts the published rankings propose, by quarter and subject.
#[must_use]
pub fn cuts(profile: &Profile, county: &Book) -> Vec<Cut> {
    let assess = &profile.assess;
    let Some(running) = assess.bottom_consecutive.filter(|count| *count > 0) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for scheme in &assess.schemes {
        let consequence = cut_of(profile, scheme);
        let rankings = published(county, &scheme.id);
        let bottom: BTreeMap<&str, BTreeSet<&str>> = rankings
            .iter()
            .map(|(period, (_, lines))| {
                let at_bottom = lines.iter().filter(|line| line.is_bottom);
                (
                    *period,
                    at_bottom.map(|line| line.subject.as_str()).collect(),
                )
            })
            .collect();
        for (period, subjects) in &bottom {
            for subject in subjects {
                let mut periods = vec![(*period).to_owned()];
                while periods.len() < usize::try_from(running).unwrap_or(usize::MAX) {
                    let before = periods.last().and_then(|last| period_before(scheme, last));
                    let stood = before.as_deref().and_then(|before| bottom.get(before));
                    match (
                        before.clone(),
                        stood.is_some_and(|stood| stood.contains(subject)),
                    ) {
                        (Some(before), true) => periods.push(before),
                        _ => break,
                    }
                }
                if periods.len() == usize::try_from(running).unwrap_or(usize::MAX) {
                    periods.reverse();
                    found.push(Cut {
                        subject: (*subject).to_owned(),
                        period: (*period).to_owned(),
                        periods,
                        funds: consequence
                            .map(|known| known.funds.clone())
                            .unwrap_or_default(),
                        ratio: consequence.and_then(|known| known.value.get().copied()),
                        clause: consequence
                            .map_or(&scheme.clause, |known| &known.clause)
                            .clone(),
                    });
                }
            }
        }
    }
    found
}

fn consequence<'a>(profile: &'a Profile, id: &str) -> Option<&'a Consequence> {
    profile
        .assess
        .consequences
        .iter()
        .find(|known| known.id == id)
}

/// The shares of a ranking's award as the hub entered them, by subject.
#[must_use]
pub fn shares<'a>(hub: &'a Book, ranking: &str) -> BTreeMap<&'a str, i64> {
    let rows = hub
        .each(Table::AwardShares)
        .filter(|row| row.is(Column::Ranking, ranking));
    rows.filter_map(|row| Some((row.text(Column::Subject), row.int(Column::AmountFen)?)))
        .collect()
}

/// What is taken back of a share when the money is not used as it should be, in fen; `None` while the county gives no ratio.
#[must_use]
pub fn recoverable(profile: &Profile, share_fen: i64) -> Option<i64> {
    let percent = profile.assess.award_recovery.get()?;
    let part = i128::from(share_fen) * i128::from(*percent);
    i64::try_from((part + 50).div_euclid(100)).ok()
}

fn no(clause: Option<&str>, why: Why, paths: Vec<FieldPath>) -> Refusal {
    Refusal {
        rule: clause.map(str::to_owned),
        missing: paths,
        ..refuse(why)
    }
}

/// Judges a share of an award: nothing changes once the award is made.
pub(super) fn judge_share(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let row = world.hub.row(Table::AwardShares, entry.row);
    let stands = row.map_or("", |row| row.text(Column::Ranking));
    for ranking in [entry.text(Column::Ranking), stands] {
        if is_awarded(world.hub, ranking) {
            return Err(refuse(Why::Exists));
        }
    }
    Ok(Vec::new())
}

/// True once the award of a ranking was made.
#[must_use]
pub fn is_awarded(hub: &Book, ranking: &str) -> bool {
    let mut rows = hub.each(Table::Rewards);
    !ranking.is_empty()
        && rows.any(|row| row.is(Column::RewardKind, "award") && row.is(Column::Ranking, ranking))
}

/// Judges a reward or penalty.
pub(super) fn judge(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let at = |column| FieldPath::cell(entry.table, entry.row, column);
    let demand = |columns: &[Column]| {
        let empty = columns
            .iter()
            .filter(|column| entry.get(**column).is_null());
        let missing: Vec<_> = empty.map(|column| at(*column)).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(no(None, Why::Missing, missing))
        }
    };
    let kind = entry.text(Column::RewardKind);
    if kind == "award" {
        demand(&[Column::Ranking])?;
        return award(world, entry);
    }
    demand(&[Column::Subject])?;
    match kind {
        "tolerance" => {
            demand(&[Column::ToleranceOutcome, Column::Text])?;
            let met: BTreeSet<&str> = entry.text(Column::ToleranceChecks).split(',').collect();
            let all = TOLERANCE.iter().all(|check| met.contains(check));
            if !all && entry.text(Column::ToleranceOutcome) != "not_granted" {
                let clause = consequence(world.profile, "fault_tolerance");
                let clause = clause.map(|known| known.clause.as_str());
                return Err(no(clause, Why::Missing, vec![at(Column::ToleranceChecks)]));
            }
        }
        "cut" => {
            demand(&[Column::Period])?;
            let (subject, period) = (entry.text(Column::Subject), entry.text(Column::Period));
            let mut proposed = cuts(world.profile, world.county).into_iter();
            if !proposed.any(|cut| cut.subject == subject && cut.period == period) {
                let check = "cut_not_proposed".to_owned();
                return Err(no(
                    None,
                    Why::Inconsistent { check },
                    vec![at(Column::Period)],
                ));
            }
        }
        // The scores of the period are approved first; how many points they make is the county's to say (KP-20).
        "points" => {
            demand(&[Column::Period, Column::Approved, Column::Text])?;
            let period = entry.text(Column::Period);
            let mut schemes = world.profile.assess.schemes.iter();
            let approved = entry.flag(Column::Approved)
                && schemes.any(|scheme| published(world.county, &scheme.id).contains_key(period));
            if !approved {
                let clause = consequence(world.profile, "points");
                let clause = clause.map(|known| known.clause.as_str());
                return Err(no(clause, Why::Missing, vec![at(Column::Approved)]));
            }
        }
        "circular" | "letter" | "explanation" => demand(&[Column::Text])?,
        _ => {}
    }
    Ok(Vec::new())
}

/// The award of a ranking: its shares go to the top and to nobody else, and make exactly the county's amount.
fn award(world: &World<'_>, entry: &Entry<'_>) -> Result<Vec<Write>, Refusal> {
    let at = |column| FieldPath::cell(entry.table, entry.row, column);
    let assess = &world.profile.assess;
    let ranking = entry.text(Column::Ranking);
    let row = entry.reference(Column::Ranking);
    let row = row.and_then(|id| world.county.row(Table::Rankings, id));
    let row = row.ok_or_else(|| no(None, Why::NotFound, vec![at(Column::Ranking)]))?;
    if is_awarded(world.hub, ranking) {
        return Err(refuse(Why::Exists));
    }
    let mut schemes = assess.schemes.iter();
    let scheme = schemes.find(|scheme| scheme.id == row.text(Column::Topic));
    let clause = scheme.map(|scheme| scheme.clause.as_str());
    let key = "assess.award_total".to_owned();
    let total = assess.award_total.as_ref();
    let total = total
        .ok_or_else(|| no(clause, Why::Unset { key }, Vec::new()))?
        .fen()
        .0;
    let lines: Vec<Standing> = serde_json::from_str(row.text(Column::Lines)).unwrap_or_default();
    let top: BTreeSet<&str> = lines
        .iter()
        .filter(|line| line.is_top)
        .map(|line| line.subject.as_str())
        .collect();
    let shares = shares(world.hub, ranking);
    if !shares.keys().copied().eq(top.iter().copied()) {
        let check = "award_subjects".to_owned();
        return Err(no(
            clause,
            Why::Inconsistent { check },
            vec![at(Column::Ranking)],
        ));
    }
    let sum = shares
        .values()
        .fold(0i64, |sum, fen| sum.saturating_add(*fen));
    if sum != total {
        let fen = total.saturating_sub(sum);
        return Err(no(clause, Why::Differs { fen }, Vec::new()));
    }
    if let Some(split) = assess.award_split.get() {
        let by_place = lines.iter().filter(|line| line.is_top).zip(split);
        let differs = |(line, money): (&Standing, &crate::profile::Money)| {
            shares.get(line.subject.as_str()) != Some(&money.fen().0)
        };
        if by_place.into_iter().any(differs) {
            let check = "award_split".to_owned();
            return Err(no(clause, Why::Inconsistent { check }, Vec::new()));
        }
    }
    let amount = entry.cell(entry.table, entry.row, Column::AmountFen, sum.into());
    let period = entry.cell(
        entry.table,
        entry.row,
        Column::Period,
        row.text(Column::Period).into(),
    );
    Ok(amount.into_iter().chain(period).collect())
}

#[cfg(test)]
mod tests;
