//! 问题台账: every problem of the projects and of the units' papers with what counts as solved, by when, by whom, and how it stands
//! (KZ-2.4.3, WS-15.1, LT-18): the open ones first, those whose limit is nearest before the others.

use std::collections::BTreeSet;

use super::{Sheet, Sources, briefs, is_of, name, text};
use crate::field::Column;
use crate::ids::{ProjectId, UnitId};
use crate::profile::LedgerPer;
use crate::rules::issues::case::Case;
use crate::rules::issues::flow::IssueAct;
use crate::rules::issues::standing::{Standing, standing};
use crate::rules::obligations::Ground;
use crate::text::Lang;
use crate::text::compiled as words;
use crate::text::issues::level_label;
use crate::text::records::comma;
use crate::time::{Date, Month};
use crate::value::Value;

pub(super) fn subjects(ground: &Ground<'_>, whose: Option<UnitId>) -> BTreeSet<ProjectId> {
    let has_some =
        |brief: &&crate::rules::brief::Brief| !brief.issues.is_empty() || !brief.courses.is_empty();
    let briefs = briefs(ground, whose).filter(has_some);
    briefs.map(|brief| brief.id).collect()
}

pub(super) fn fill(sources: &Sources<'_>, sheet: &mut Sheet) {
    let projects = super::views(sources, |brief| is_of(brief, sources.whose));
    let of_projects = projects
        .iter()
        .flat_map(|view| Case::of_project(&sources.world, view.id));
    let units = sources.world.units.keys();
    let units = units.filter(|unit| sources.whose.is_none_or(|whose| whose == **unit));
    let of_units = units.flat_map(|unit| Case::of_unit(&sources.world, *unit));
    let mut told: Vec<_> = of_projects
        .chain(of_units)
        .map(|case| (standing(&case, sources.now), case))
        .collect();
    let order = |stands: &Standing| {
        let limit = stands.deadline.map_or(i64::MAX, Date::to_days);
        (stands.closed_on.is_some(), limit)
    };
    told.sort_by_key(|(stands, _)| order(stands));
    for (stands, case) in told {
        sheet.row(line(&stands, &case, sources.lang));
    }
}

fn line(stands: &Standing, case: &Case<'_>, lang: Lang) -> Vec<(Column, Value)> {
    let own = |column| case.issue.get(column).clone();
    let charge = case.charge();
    let day = |date: Date| Value::from(date.to_string().as_str());
    vec![
        (
            Column::Project,
            case.view.map_or(Value::Null, |view| name(&view.id)),
        ),
        (Column::Description, own(Column::Description)),
        (Column::Standard, own(Column::Standard)),
        (Column::Deadline, stands.deadline.map_or(Value::Null, day)),
        (Column::ResponsibleUnit, text(charge.unit)),
        (Column::ResponsiblePerson, text(charge.person)),
        (Column::IssueKind, own(Column::IssueKind)),
        (Column::Level, text(&level(case))),
        (Column::Date, day(case.issue.at().date())),
        (Column::State, text(&stands.label)),
        (Column::Result, text(last_word(case))),
        (Column::Done, stands.closed_on.map_or(Value::Null, day)),
        (Column::Lacks, text(&lacks(case, lang))),
    ]
}

/// What the county's ledger of problems requires of a row and this one does not say.
fn lacks(case: &Case<'_>, lang: Lang) -> String {
    let ledgers = case.world.profile.ledgers.iter();
    let required = ledgers
        .filter(|ledger| ledger.per == LedgerPer::Issue)
        .flat_map(|ledger| &ledger.required);
    let charge = case.charge();
    let empty = required.filter_map(|field| {
        let column = Column::from_id(field.strip_prefix("issues/")?)?;
        let is_said = match column {
            Column::ResponsibleUnit => !charge.unit.is_empty(),
            Column::ResponsiblePerson => !charge.person.is_empty(),
            Column::Deadline => charge.deadline.is_some(),
            other => !case.issue.get(other).is_null(),
        };
        (!is_said).then(|| column.label(lang))
    });
    empty.collect::<Vec<_>>().join(comma(lang))
}

/// What was said last about it.
fn last_word<'a>(case: &Case<'a>) -> &'a str {
    let steps = case.course.steps.iter().rev();
    let mut said = steps.filter(|step| step.counts());
    said.find_map(|step| Some(step.row.text(Column::Text)).filter(|text| !text.is_empty()))
        .unwrap_or("")
}

/// The level it is on, in the county's words.
fn level(case: &Case<'_>) -> String {
    let profile = case.world.profile;
    let mut ladder = profile.issue.ladder(case.programme);
    let rung = ladder.find(|rung| rung.id == case.level());
    rung.map_or_else(String::new, |rung| level_label(profile, rung))
}

/// What a project's problems come to in a month.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Those that are open, a line each.
    pub open: String,
    /// Those that were closed in the month, a line each.
    pub solved: String,
}

/// What the problems of a project come to in a month.
pub(super) fn said(sources: &Sources<'_>, project: ProjectId, month: Month) -> Said {
    let mut said = Said::default();
    for case in Case::of_project(&sources.world, project) {
        let stands = standing(&case, sources.now);
        let found = case.issue.at().date().month_of();
        // What was closed later was open in this month.
        let closed = stands.closed_on.filter(|day| day.month_of() <= month);
        match closed {
            Some(day) if day.month_of() == month => {
                let how = case.course.done(IssueAct::Closed).next_back();
                let how = how.map_or("", |row| row.text(Column::Text));
                add(&mut said.solved, &words::solved(&stands, day, how));
            }
            None if found <= month => {
                let line = words::open(&stands, &level(&case), sources.lang);
                add(&mut said.open, &line);
            }
            _ => {}
        }
    }
    said
}

fn add(lines: &mut String, line: &str) {
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines.push_str(line);
}
