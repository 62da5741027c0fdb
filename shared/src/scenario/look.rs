//! What a step can look at: one line per thing, each an answer of the engine as plain words and ids.
//!
//! A look reads what a site holds and never changes it. Its answer is a list of texts; `is` wants exactly that list, `has` wants some of
//! it, `lacks` none of it.

mod rules;

use std::collections::BTreeMap;

use super::ScenarioError;
use super::file::Block;
use super::values::Names;
use crate::api::obligations::{Obligation, ObligationKind};
use crate::book::{Book, Cells as _};
use crate::command::Role;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::obligations::{Asked, Ground, Whose, obligations};
use crate::rules::reading;
use crate::rules::report::{self, Deadline};
use crate::time::Timestamp;
use crate::value::Value;

/// What a look has before it.
pub(super) struct Sight<'a> {
    /// Everything the site holds.
    pub(super) world: World<'a>,
    /// What the names of the file stand for.
    pub(super) names: &'a Names,
    /// The moment.
    pub(super) now: Timestamp,
    /// The step.
    pub(super) step: &'a Block,
    /// The people and their roles.
    pub(super) roles: BTreeMap<String, Role>,
}

type Look = fn(&Sight<'_>) -> Result<Vec<String>, ScenarioError>;

/// Everything that can be looked at: its name, the words it takes, and how it is answered.
const LOOKS: &[(&str, &[&str], Look)] = &[
    ("value", &["project", "path"], value),
    ("conflict", &["project", "path"], conflict),
    ("proposals", &["project", "path"], proposals),
    ("attempts", &["project"], attempts),
    ("rows", &["project", "unit", "table", "column"], rows),
    ("stage", &["project"], stage),
    ("obligations", &["hub", "unit", "from", "to"], owed),
    ("filing", &["unit", "report", "period"], filing),
    ("may_read", &["person", "table"], may_read),
    ("label", &["term"], label),
    ("eligible", &["project", "programme"], rules::eligible),
    ("gaps", &["project"], rules::gaps),
    ("three_levels", &["project"], rules::three_levels),
    ("lists", &["project"], rules::lists),
    ("entries", &["list"], rules::entries),
    ("category", &["project", "year"], rules::category),
    ("phase", &["project"], rules::phase),
    ("issue", &["project", "issue"], rules::issue),
    ("overdue_issues", &["project"], rules::overdue_issues),
    ("rectifications", &["project"], rules::rectifications),
    ("profile", &["change"], rules::profile),
    ("pool", &[], rules::pool),
    ("ranking", &["period", "top"], rules::ranking),
    ("cuts", &["period"], rules::cut),
    ("rules", &["project", "path"], rules::of_project),
    ("county_rules", &["year", "path"], rules::of_county),
];

/// The words a look takes beside `is`, `has` and `lacks`.
pub(super) fn words(name: &str) -> Option<&'static [&'static str]> {
    let found = LOOKS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, words, _)| *words)
}

/// The names of all looks.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LOOKS.iter().map(|(name, ..)| *name)
}

/// Answers a look.
pub(super) fn answer(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let name = sight.step.need("look")?;
    match LOOKS.iter().find(|(known, ..)| *known == name) {
        Some((_, _, look)) => look(sight),
        None => Err(sight.step.place.refuse("this cannot be looked at")),
    }
}

impl<'a> Sight<'a> {
    /// The project the step names.
    pub(super) fn project(&self) -> Result<(ProjectId, &'a ProjectView), ScenarioError> {
        let id = self
            .names
            .project(self.step.need("project")?, self.step.place)?;
        let view = self.world.projects.get(&id);
        let view = view.ok_or_else(|| self.step.place.refuse("this project is not here"))?;
        Ok((id, view))
    }

    /// The unit the step names.
    pub(super) fn unit(&self) -> Result<UnitId, ScenarioError> {
        self.names.unit(self.step.need("unit")?, self.step.place)
    }

    /// The name the file gives a project.
    pub(super) fn name_of(&self, project: ProjectId) -> String {
        let found = self.names.projects.iter().find(|(_, id)| **id == project);
        found.map_or_else(|| project.to_string(), |(name, _)| name.clone())
    }

    /// A value as a file would write it.
    pub(super) fn show(&self, value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => self.name_in(text),
        }
    }

    fn name_in(&self, text: &str) -> String {
        let unit = text.parse::<UnitId>().ok();
        let unit = unit.and_then(|id| self.names.units.iter().find(|(_, known)| **known == id));
        let project = text.parse::<ProjectId>().ok();
        let project =
            project.and_then(|id| self.names.projects.iter().find(|(_, known)| **known == id));
        let row = text.parse().ok();
        let row = row.and_then(|id| self.names.rows.iter().find(|(_, known)| **known == id));
        let name = unit.map(|(name, _)| name);
        let name = name.or_else(|| project.map(|(name, _)| name));
        let name = name.or_else(|| row.map(|(name, _)| name));
        name.cloned().unwrap_or_else(|| text.to_owned())
    }
}

fn value(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let (_, view) = sight.project()?;
    let path = sight
        .names
        .path(sight.step.need("path")?, sight.step.place)?;
    Ok(vec![sight.show(view.value(&path))])
}

fn conflict(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let (_, view) = sight.project()?;
    let path = sight
        .names
        .path(sight.step.need("path")?, sight.step.place)?;
    let contenders = view.cells.get(&path).map(|cell| cell.contenders.as_slice());
    let mut values: Vec<_> = contenders
        .unwrap_or_default()
        .iter()
        .map(|contender| sight.show(&contender.value))
        .collect();
    values.sort();
    Ok(values)
}

fn proposals(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let (_, view) = sight.project()?;
    let open = view.each(Table::Proposals).filter(|row| {
        row.get(Column::State).is_null()
            && sight.step.get("path").is_none_or(|path| {
                path.text().is_ok_and(|text| {
                    text == row.text(Column::Path)
                        || row.text(Column::Path).starts_with(&format!("{text}/"))
                })
            })
    });
    let shown = open.map(|row| {
        let value = serde_json::from_str::<Value>(row.text(Column::Value)).unwrap_or_default();
        sight.show(&value)
    });
    Ok(shown.collect())
}

fn attempts(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let (_, view) = sight.project()?;
    let rules = view
        .each(Table::Attempts)
        .map(|row| row.text(Column::Rule).to_owned());
    Ok(rules.collect())
}

/// One column of all rows of a table.
fn rows(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let step = sight.step;
    let name = step.need("table")?;
    let table = Table::from_id(name)
        .ok_or_else(|| step.place.refuse(format!("no table is called `{name}`")))?;
    let name = step.need("column")?;
    let column = table
        .column(name)
        .ok_or_else(|| step.place.refuse(format!("no column is called `{name}`")))?;
    let of = |row: crate::book::Row<'_>| sight.show(row.get(column));
    Ok(match table.place() {
        crate::field::Place::Project | crate::field::Place::Oversight => {
            sight.project()?.1.each(table).map(of).collect()
        }
        crate::field::Place::Unit => {
            let book = sight.world.units.get(&sight.unit()?).unwrap_or(Book::EMPTY);
            book.each(table).map(of).collect()
        }
        crate::field::Place::County => sight.world.county.each(table).map(of).collect(),
        crate::field::Place::Hub => sight.world.hub.each(table).map(of).collect(),
    })
}

fn stage(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let (_, view) = sight.project()?;
    let stage = view.text(Field::Stage);
    Ok(vec![
        if stage.is_empty() { "idea" } else { stage }.to_owned(),
    ])
}

/// What is owed: `rule period standing`, `missed` for what is overdue; rules of lists begin with `list:`, other projects with what
/// is owed for them (`replacement:p`). `hub = true` or a unit; `from` and `to` are today when absent.
fn owed(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let day = |word: &str| match sight.step.text(word)? {
        Some(text) => text
            .parse()
            .map_err(|_| sight.step.place.refuse("this is no day")),
        None => Ok(sight.now.date()),
    };
    let whose = match (sight.step.text("unit")?, sight.step.get("hub")) {
        (Some(_), _) => Whose::Unit(sight.unit()?),
        (None, Some(_)) => Whose::Hub,
        (None, None) => Whose::All,
    };
    let asked = Asked {
        whose,
        from: day("from")?,
        to: day("to")?,
        now: sight.now,
    };
    let owed = obligations(&Ground::of(&sight.world), &asked);
    let line = |one: &Obligation| {
        let rule = match (one.kind, one.project) {
            (ObligationKind::ListIssue | ObligationKind::ListSubmission, _) => {
                format!("list:{}", one.rule)
            }
            (ObligationKind::Meeting, _) | (_, None) => one.rule.clone(),
            (kind, Some(project)) => format!("{}:{}", kind.id(), sight.name_of(project)),
        };
        let standing = if one.standing.is_overdue() {
            "missed".to_owned()
        } else {
            id(serde_json::to_value(one.standing))
        };
        match (one.period.as_str(), standing.as_str()) {
            ("", "open") => rule,
            ("", standing) => format!("{rule} {standing}"),
            (period, standing) => format!("{rule} {period} {standing}"),
        }
    };
    Ok(owed.iter().map(line).collect())
}

/// An id of the API: it always becomes a JSON text.
fn id(value: serde_json::Result<serde_json::Value>) -> String {
    let value = value.unwrap_or_default();
    value.as_str().unwrap_or("-").to_owned()
}

/// The verdict on a unit's report of a period.
fn filing(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let unknown = || {
        sight
            .step
            .place
            .refuse("the county has no such report or period")
    };
    let (name, period) = (sight.step.need("report")?, sight.step.need("period")?);
    let profile = sight.world.profile;
    let report = profile.report_of(name).ok_or_else(unknown)?;
    let mut recurrence = report.recurrence.iter();
    let period = recurrence
        .find_map(|recur| recur.period_of(period))
        .ok_or_else(unknown)?;
    let papers = sight.world.units.get(&sight.unit()?);
    let filings = papers.map(report::filings_in).unwrap_or_default();
    let chain = report::revisions(&filings, &report.id, &period.id);
    let deadline = Deadline::of_period(profile, report, &period);
    let verdict = report::judge(&chain, deadline, sight.now, None);
    Ok(vec![id(serde_json::to_value(verdict.timeliness))])
}

/// Whether a person may read a table: `yes` or `no`.
fn may_read(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let table = sight.step.need("table")?;
    let table = Table::from_id(table).ok_or_else(|| sight.step.place.refuse("no such table"))?;
    let role = sight.roles.get(sight.step.need("person")?);
    let role = role.ok_or_else(|| sight.step.place.refuse("no such person"))?;
    let may = reading::may_read(sight.world.profile, *role, table);
    Ok(vec![if may { "yes" } else { "no" }.to_owned()])
}

/// A word of the county's own, by its key in the profile: `term.node`, `levels.hub_label`.
fn label(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    let json = serde_json::to_value(sight.world.profile).unwrap_or_default();
    let pointer = format!("/{}", sight.step.need("term")?.replace('.', "/"));
    let word = json.pointer(&pointer).and_then(serde_json::Value::as_str);
    Ok(vec![word.unwrap_or("null").to_owned()])
}
