//! The category a project has in a year (domain.md 3.6): proposed by the county's rules, confirmed by the hub; contradictions are warned of.

use crate::book::Cells as _;
use crate::field::{Column, Field, FieldPath, Table};
use crate::profile::{Profile, YearRecord, YearRule, YearTest};
use crate::project::ProjectView;
use crate::rules::Look;
use crate::rules::stage::Stage;
use crate::time::{Date, Month};

/// What the rules say about a project in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal<'a> {
    /// A category.
    Category(&'a str),
    /// No category; a field has to be brought up to date first.
    Ask(Field),
}

/// Proposes the category for a plan year: the first rule that matches; `None` where the county has no rules.
#[must_use]
pub fn propose<'a>(profile: &'a Profile, project: &ProjectView, year: i16) -> Option<Proposal<'a>> {
    let rules = &profile.year_category.as_ref()?.rules;
    let facts = Facts::of(project, year);
    let rule: &YearRule = rules.iter().find(|rule| facts.meets(rule.when))?;
    match (&rule.category, &rule.ask) {
        (Some(category), _) => Some(Proposal::Category(category)),
        (None, Some(ask)) => Field::from_id(ask).map(Proposal::Ask),
        (None, None) => None,
    }
}

/// What the county calls a project's category in a year: the one that is stated, else the one its rules propose; `None` where it has no
/// categories or none is known.
#[must_use]
pub fn label<'a>(
    profile: &'a Profile,
    project: &ProjectView,
    year: i16,
) -> Option<(usize, &'a str)> {
    let known = profile.year_category.as_ref()?;
    let field = Field::from_id(&known.field)?;
    let stated = project.year(year, field).as_text();
    let id = stated.or_else(|| match propose(profile, project, year)? {
        Proposal::Category(id) => Some(id),
        Proposal::Ask(_) => None,
    })?;
    let mut options = known.options.iter().enumerate();
    let (at, option) = options.find(|(_, option)| option.id == id)?;
    Some((at, &option.name_zh))
}

/// What the rules look at, as days; a month alone counts as its first day for a start, its last for an end.
struct Facts {
    year: i16,
    start: Option<Date>,
    completion: Option<Date>,
    in_use: Option<Date>,
    really_started: bool,
    really_finished: bool,
    certain: bool,
    planned: bool,
    sound: bool,
}

impl Facts {
    fn of(project: &ProjectView, year: i16) -> Self {
        let really = |field| day(project.text(field), false);
        let actual_start = really(Field::ActualStart);
        let finished = really(Field::ActualCompletion);
        Self {
            year,
            start: actual_start.or_else(|| day(project.text(Field::PlannedStart), false)),
            completion: finished.or_else(|| day(project.text(Field::PlannedCompletion), true)),
            in_use: day(project.text(Field::Commissioning), true),
            really_started: actual_start.is_some(),
            really_finished: finished.is_some(),
            certain: project.year(year, Field::StartCertain).as_bool() == Some(true),
            planned: project
                .year(year, Field::YearPlanFen)
                .as_int()
                .is_some_and(|fen| fen > 0),
            sound: is_sound(project),
        }
    }

    fn meets(&self, test: YearTest) -> bool {
        let in_year = |day: Option<Date>| day.is_some_and(|day| day.year() == self.year);
        let started_before = self.start.is_some_and(|start| start.year() < self.year);
        match test {
            YearTest::CompletesInYear => in_year(self.completion) || in_year(self.in_use),
            YearTest::StartedBeforeCompletesAfter => {
                started_before && self.completion.is_some_and(|end| end.year() > self.year)
            }
            YearTest::StartedUnfinishedOverdue => {
                self.really_started
                    && !self.really_finished
                    && self.completion.is_some_and(|end| end.year() < self.year)
            }
            YearTest::StartsInYearCertain => {
                in_year(self.start) && self.certain && self.sound && self.planned
            }
            YearTest::Otherwise => true,
        }
    }
}

/// Preliminary work is sound unless an approval was refused and not granted since.
fn is_sound(project: &ProjectView) -> bool {
    let mut last = std::collections::BTreeMap::new();
    for step in project.each(Table::ApprovalSteps) {
        let act = step.text(Column::ApprovalAct);
        if matches!(
            act,
            "approve" | "refuse" | "not_applicable" | "apply" | "accept"
        ) {
            last.insert(step.text(Column::Approval), act);
        }
    }
    !last.values().any(|act| *act == "refuse")
}

fn day(text: &str, end: bool) -> Option<Date> {
    let month = || {
        let month: Month = text.parse().ok()?;
        Some(if end {
            month.last_day()
        } else {
            month.first_day()
        })
    };
    text.parse().ok().or_else(month)
}

/// Paths of entered phases that contradict the record (HH-3.2.2); empty when all agree, or where phases are not entered.
#[must_use]
pub fn contradictions(look: &Look<'_>, project: &ProjectView, year: i16) -> Vec<FieldPath> {
    let Some(category) = &look.world.profile.year_category else {
        return Vec::new();
    };
    let field = Field::from_id(&category.field).filter(|_| category.rules.is_empty());
    let Some(field) = field else {
        return Vec::new();
    };
    let entered = project.year(year, field).as_text();
    let mut records = category.agrees.iter();
    let record = records.find(|record| Some(record.category.as_str()) == entered);
    let stage = Stage::reached(project).unwrap_or(Stage::Idea).id();
    let there = |table| project.each(table).next().is_some();
    let fits = |asked: Option<bool>, table| asked.is_none_or(|asked| asked == there(table));
    let agrees = |record: &YearRecord| {
        record.stages.iter().any(|known| known == stage)
            && fits(record.signed, Table::Signings)
            && fits(record.expanded, Table::Expansions)
    };
    if record.is_none_or(agrees) {
        Vec::new()
    } else {
        vec![FieldPath::year(year, field), FieldPath::once(Field::Stage)]
    }
}

#[cfg(test)]
mod tests;
