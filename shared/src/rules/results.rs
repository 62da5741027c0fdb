//! What a county's schemes of assessment come to in a year, for each unit and each leader (domain.md 10.1; KB-13): the plans that were
//! filed, what was done of them, which are unfinished and explained, and the scores the hub gave.
//!
//! Figures come from the projects' own plans and months, scores from the hub's sheets; nothing is weighed here, since that needs the
//! county's weights (`scores`). A unit answers for the projects it leads, or that are at home with it while nobody leads them; a leader
//! for those he is in office for.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::rules::{Assessed, NamedId, SheetValue};
use crate::book::Cells as _;
use crate::decide::Directory;
use crate::field::Table;
use crate::profile::Scheme;
use crate::rules::brief::Brief;
use crate::rules::obligations::{Ground, Memberships};
use crate::rules::scores::indicators::rate;
use crate::rules::scores::{active, scheme_of, values};
use crate::time::{Date, Timestamp};

/// The roles of domain.md 10.1 whose results are gathered from projects.
const UNIT: &str = "lead_unit";
const LEADER: &str = "leader";

/// The results of a year, as they stand at a moment.
///
/// Shape: by scheme in the profile's order, units before leaders, each by name.
#[must_use]
pub fn results(ground: &Ground<'_>, year: i16, at: Timestamp) -> Vec<Assessed> {
    let on = ground.memberships(at);
    let schemes = ground.profile.assess.schemes.iter();
    schemes
        .flat_map(|scheme| of_scheme(ground, &on, scheme, year, at.date()))
        .collect()
}

fn of_scheme(
    ground: &Ground<'_>,
    on: &Memberships<'_>,
    scheme: &Scheme,
    year: i16,
    day: Date,
) -> Vec<Assessed> {
    let mut scores = scores(ground, scheme, year);
    let mut lines: BTreeMap<(bool, String), Assessed> = BTreeMap::new();
    let asked = |role: &str| scheme.subjects.iter().any(|known| known == role);
    for brief in ground.briefs.iter().map(AsRef::as_ref) {
        let had_plan = brief.years.contains_key(&year) || brief.pushed.contains(&year);
        if brief.deleted || !had_plan && brief.is_out {
            continue;
        }
        if !ground.in_programme(brief, &scheme.programme, on) {
            continue;
        }
        let unit = brief.lead.or(brief.home).filter(|_| asked(UNIT));
        let unit = unit.map(|unit| (UNIT, unit.to_string()));
        let leaders = brief.leaders_on(day).filter(|_| asked(LEADER));
        let leaders = leaders.map(|name| (LEADER, name.to_owned()));
        for (role, subject) in unit.into_iter().chain(leaders) {
            let key = (role == LEADER, subject.clone());
            let line = lines
                .entry(key)
                .or_insert_with(|| blank(ground.directory, scheme, role, subject));
            add(line, brief, year);
        }
    }
    // Who was given a score stands here also without a project of his own.
    for subject in scores.keys() {
        let is_unit = ground.directory.resolve(subject).is_some();
        let role = if is_unit { UNIT } else { LEADER };
        let key = (role == LEADER, subject.clone());
        if asked(role) {
            lines
                .entry(key)
                .or_insert_with(|| blank(ground.directory, scheme, role, subject.clone()));
        }
    }
    let mut lines: Vec<_> = lines.into_iter().collect();
    lines.sort_by(|((a_leader, _), a), ((b_leader, _), b)| {
        (a_leader, &a.name, &a.subject).cmp(&(b_leader, &b.name, &b.subject))
    });
    lines
        .into_iter()
        .map(|(_, mut line)| {
            line.rate = rate(line.done_fen, line.plan_fen);
            line.scores = scores.remove(&line.subject).unwrap_or_default();
            line
        })
        .collect()
}

fn blank(directory: &Directory, scheme: &Scheme, role: &str, subject: String) -> Assessed {
    Assessed {
        scheme: NamedId {
            id: scheme.id.clone(),
            name: scheme.name_zh.clone(),
        },
        clause: scheme.clause.clone(),
        role: role.to_owned(),
        name: directory.show(&subject),
        subject,
        projects: 0,
        pushed: 0,
        planned: 0,
        plan_fen: 0,
        done_fen: 0,
        rate: None,
        unfinished: Vec::new(),
        explained: 0,
        scores: Vec::new(),
    }
}

fn add(line: &mut Assessed, brief: &Brief, year: i16) {
    line.projects += 1;
    line.pushed += u32::from(brief.pushed.contains(&year));
    line.explained += u32::from(brief.explained.contains(&year));
    if let Some(plan) = brief.years.get(&year) {
        line.planned += 1;
        line.plan_fen = line.plan_fen.saturating_add(plan.plan_fen);
        line.done_fen = line.done_fen.saturating_add(plan.done_fen);
        if plan.is_unfinished() {
            line.unfinished.push(brief.name.clone());
        }
    }
}

/// What the hub's sheets of a year say of each subject, by period.
fn scores(ground: &Ground<'_>, scheme: &Scheme, year: i16) -> BTreeMap<String, Vec<SheetValue>> {
    let of_year = format!("{year:04}");
    let sheets = ground.hub.each(Table::ScoreSheets).filter(|sheet| {
        let known = scheme_of(ground.profile, sheet).is_some_and(|known| known.id == scheme.id);
        known
            && sheet
                .text(crate::field::Column::Period)
                .starts_with(&of_year)
    });
    // A sheet that was made twice for a period is told once: the last one counts.
    let by_period: BTreeMap<&str, &str> = sheets
        .map(|sheet| (sheet.text(crate::field::Column::Period), sheet.key))
        .collect();
    let mut found: BTreeMap<String, Vec<SheetValue>> = BTreeMap::new();
    for (period, sheet) in by_period {
        let indicators = active(scheme, period);
        let counted: BTreeSet<&str> = indicators.iter().map(|one| one.id.as_str()).collect();
        for (subject, of) in values(ground.hub, sheet) {
            let given = of
                .iter()
                .filter(|(indicator, _)| counted.contains(**indicator));
            let told = given.map(|(indicator, hundredths)| {
                let name = indicators.iter().find(|one| one.id == **indicator);
                SheetValue {
                    period: period.to_owned(),
                    indicator: NamedId {
                        id: (*indicator).to_owned(),
                        name: name.map_or_else(String::new, |one| one.name_zh.clone()),
                    },
                    hundredths: *hundredths,
                }
            });
            found.entry(subject.to_owned()).or_default().extend(told);
        }
    }
    found
}
