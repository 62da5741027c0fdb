//! What the records propose for the hub's open score sheets (domain.md 10.2.3), and where a value that was entered differs.
//!
//! A sheet's subjects are those the scheme names: units by what they are to a project, projects, leaders; and whoever already has a value in
//! it. A published sheet is frozen, so nothing is proposed for it any more.

use std::collections::BTreeMap;

use super::indicators::{Measure, Records, Source, open_findings, proposed};
use super::{PUBLISHED, active, scheme_of, values};
use crate::api::obligations::{Obligation, ObligationKind};
use crate::api::rules::{NamedId, ScoreCell, ScoreSheet};
use crate::book::{Cells as _, Row};
use crate::field::{Column, Table};
use crate::ids::UnitId;
use crate::profile::{Period, Profile, Scheme};
use crate::rules::brief::findings;
use crate::rules::issues::flow::Tables;
use crate::rules::obligations::{Ground, answers_as, end_of};
use crate::text::{Lang, fields::fixed_label};
use crate::time::{Date, Timestamp};

/// The open sheets of a year with the values the records make; `owed` are the year's obligations with their verdicts.
///
/// Shape: by row; cells by subject, then in the scheme's order of indicators. A sheet whose indicators name no source has no cells and is
/// left out.
#[must_use]
pub fn sheets(
    ground: &Ground<'_>,
    owed: &[Obligation],
    year: i16,
    now: Timestamp,
) -> Vec<ScoreSheet> {
    let of_year = format!("{year:04}");
    let open = ground.hub.each(Table::ScoreSheets).filter(|sheet| {
        !sheet.is(Column::State, PUBLISHED) && sheet.text(Column::Period).starts_with(&of_year)
    });
    let told = open.filter_map(|sheet| of_sheet(ground, owed, &sheet, now));
    told.filter(|sheet| !sheet.cells.is_empty()).collect()
}

fn of_sheet(
    ground: &Ground<'_>,
    owed: &[Obligation],
    sheet: &Row<'_>,
    now: Timestamp,
) -> Option<ScoreSheet> {
    let scheme = scheme_of(ground.profile, sheet)?;
    let period = period_of(scheme, sheet.text(Column::Period))?;
    let sourced: Vec<_> = active(scheme, &period.id)
        .into_iter()
        .filter_map(|indicator| Some((indicator, Source::of(indicator)?)))
        .collect();
    if sourced.is_empty() {
        return None;
    }
    let stated = values(ground.hub, sheet.key);
    let subjects = subjects(ground, owed, scheme, &period, stated.keys(), now);
    let mut cells: BTreeMap<(&str, usize), ScoreCell> = BTreeMap::new();
    for (place, (indicator, source)) in sourced.into_iter().enumerate() {
        let (from, to) = source.span(period.first, period.last);
        let measured = subjects.iter().filter_map(|(subject, records)| {
            Some((subject.as_str(), records.measure(source, (from, to))?))
        });
        let measured: Vec<(&str, Measure)> = measured.collect();
        let measures: Vec<Measure> = measured.iter().map(|(_, measure)| *measure).collect();
        let made = proposed(ground.profile, indicator, &measures);
        for ((subject, measure), proposed) in measured.into_iter().zip(made) {
            let given = stated
                .get(subject)
                .and_then(|of| of.get(indicator.id.as_str()));
            let cell = ScoreCell {
                subject: subject.to_owned(),
                name: name_of(ground, subject),
                indicator: NamedId {
                    id: indicator.id.clone(),
                    name: indicator.name_zh.clone(),
                },
                source: NamedId {
                    id: source.id().to_owned(),
                    name: fixed_label("score_source", source.id(), Lang::Zh)
                        .unwrap_or_default()
                        .to_owned(),
                },
                from,
                to,
                done: measure.done,
                of: measure.of,
                measured: measure.hundredths().unwrap_or_default(),
                proposed,
                stated: given.copied(),
                differs: given
                    .zip(proposed.as_ref())
                    .is_some_and(|(given, made)| given != made),
            };
            cells.insert((subject, place), cell);
        }
    }
    Some(ScoreSheet {
        row: sheet.id()?,
        scheme: NamedId {
            id: scheme.id.clone(),
            name: scheme.name_zh.clone(),
        },
        period: period.id,
        cells: cells.into_values().collect(),
    })
}

fn period_of(scheme: &Scheme, period: &str) -> Option<Period> {
    let mut cadence = scheme.cadence.iter();
    cadence.find_map(|recur| recur.period_of(period))
}

/// The subjects of a scheme, and those that have a value in the sheet, with what the records hold of each; lists as on the last day of the
/// period.
fn subjects<'a, 's>(
    ground: &'a Ground<'_>,
    owed: &'a [Obligation],
    scheme: &Scheme,
    period: &Period,
    stated: impl Iterator<Item = &'s &'s str>,
    now: Timestamp,
) -> BTreeMap<String, Records<'a>> {
    let day = period.last.min(now.date());
    let on = ground.memberships(end_of(day));
    let roles: Vec<&str> = scheme.subjects.iter().map(String::as_str).collect();
    let mut subjects: BTreeMap<String, Records<'a>> = stated
        .map(|subject| ((*subject).to_owned(), Records::default()))
        .collect();
    for (unit, entry) in &ground.directory.units {
        if roles.contains(&entry.kind.as_str()) {
            subjects.entry(unit.to_string()).or_default();
        }
    }
    for brief in ground.briefs.iter().map(AsRef::as_ref) {
        if brief.deleted || !ground.in_programme(brief, &scheme.programme, &on) {
            continue;
        }
        let mut named: Vec<String> = Vec::new();
        for role in &roles {
            match *role {
                "project" => named.push(brief.id.to_string()),
                "leader" => named.extend(brief.leaders_on(day).map(str::to_owned)),
                role => named.extend(answers_as(brief, role).map(|unit| unit.to_string())),
            }
        }
        // A unit may be two things to a project, and has it once all the same.
        named.sort();
        named.dedup();
        for subject in named {
            subjects.entry(subject).or_default().briefs.push(brief);
        }
    }
    let by_unit = findings_by_unit(ground, day);
    for (subject, records) in &mut subjects {
        let own = || {
            records
                .briefs
                .iter()
                .flat_map(|brief| open_findings(brief, day))
                .count()
        };
        let unit = subject.parse().ok();
        let unit = unit.filter(|unit| ground.directory.units.contains_key(unit));
        records.findings = match unit {
            Some(unit) => by_unit.get(&unit).copied().unwrap_or(0),
            None => u32::try_from(own()).unwrap_or(u32::MAX),
        };
    }
    hand_out(ground.profile, owed, scheme, &mut subjects);
    subjects
}

/// Gives each subject the reports it owes, of the scheme's programme.
fn hand_out<'a>(
    profile: &Profile,
    owed: &'a [Obligation],
    scheme: &Scheme,
    subjects: &mut BTreeMap<String, Records<'a>>,
) {
    for one in owed.iter().filter(|one| one.kind == ObligationKind::Report) {
        let rule = profile.reports.iter().find(|report| report.id == one.rule);
        let programme = rule.map_or("all", |report| report.programme.as_str());
        if scheme.programme != "all" && programme != "all" && programme != scheme.programme {
            continue;
        }
        let unit = one.unit.map(|unit| unit.to_string());
        let projects = one.subjects.iter().map(ToString::to_string);
        for subject in unit.into_iter().chain(projects) {
            if let Some(records) = subjects.get_mut(&subject) {
                records.reports.push(one);
            }
        }
    }
}

/// Findings that are open on a day by the unit that answers for them, those without a project among them.
fn findings_by_unit(ground: &Ground<'_>, day: Date) -> BTreeMap<UnitId, u32> {
    let of_projects = ground.briefs.iter().filter(|brief| !brief.deleted);
    let of_projects = of_projects.flat_map(|brief| open_findings(brief, day).flatten());
    let of_units = ground.units.iter().flat_map(|(unit, book)| {
        let found = findings(book, Tables::UNIT, ground.directory).into_iter();
        let open = found.filter(move |found| found.is_open_on(day));
        open.map(|found| found.unit.unwrap_or(*unit))
    });
    let mut by_unit: BTreeMap<UnitId, u32> = BTreeMap::new();
    for unit in of_projects.chain(of_units) {
        *by_unit.entry(unit).or_default() += 1;
    }
    by_unit
}

/// What a subject is called: a project by its name, a unit by the directory's, a leader as he is written.
fn name_of(ground: &Ground<'_>, subject: &str) -> String {
    let id = subject.parse().ok();
    let mut briefs = ground.briefs.iter();
    let project = briefs.find(|brief| Some(brief.id) == id);
    project.map_or_else(
        || ground.directory.show(subject),
        |brief| brief.name.clone(),
    )
}

#[cfg(test)]
mod tests;
