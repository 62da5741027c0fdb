//! What a step can look at: one line per thing, each an answer of the engine as plain words and ids.
//!
//! A look reads what a site holds and never changes it. Its answer is a list of texts; `is` wants exactly that list, `has` wants some of
//! it, `lacks` none of it. `words` refuses, before anything runs, what no answer could say.

mod rules;
mod shape;
mod words;

pub(super) use words::{check, is_text, period_of_report, stands_in, table_of};

use std::collections::BTreeMap;

use super::ScenarioError;
use super::file::Block;
use super::values::{Names, column_of};
use crate::api::obligations::{Obligation, ObligationKind};
use crate::book::{Book, Cells as _};
use crate::command::Role;
use crate::field::{Column, Field, Table};
use crate::ids::{ProjectId, UnitId};
use crate::profile::{Profile, ProfileHistory};
use crate::project::ProjectView;
use crate::rules::World;
use crate::rules::compiled::is_compiled;
use crate::rules::obligations::{Asked, Ground, Whose, by_history, obligations};
use crate::rules::reading;
use crate::rules::report::{self, Deadline};
use crate::time::Timestamp;
use crate::value::Value;

/// What a look has before it.
pub(super) struct Sight<'a> {
    /// The versions of the county's rules.
    pub(super) history: &'a ProfileHistory,
    /// Everything the site holds, under the version in force.
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

/// Something that can be looked at.
pub(super) struct Look {
    /// What a file calls it.
    pub(super) name: &'static str,
    /// The words it needs.
    pub(super) needs: &'static [&'static str],
    /// The words it may have besides.
    pub(super) takes: &'static [&'static str],
    /// What its answers are made of.
    pub(super) says: Says,
    see: fn(&Sight<'_>) -> Result<Vec<String>, ScenarioError>,
}

/// What the answers of a look are made of: so that a word that no answer can hold is refused, and not taken for one that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// Text; `has` and `lacks` find a part of it.
    Text,
    /// One of these words.
    Only(&'static [&'static str]),
    /// What the field or column holds.
    Value,
    /// An option of an enumeration, or one of the words beside it.
    Option(&'static str, &'static [&'static str]),
    /// `slot:` and a slot of the county.
    Slots,
    /// Projects of the file.
    Projects,
    /// Units of the file.
    Units,
    /// Rows of the file.
    Rows,
    /// A category of the county, `none`, or `ask:` and a field.
    Category,
    /// The state of an issue, then what the county calls it.
    Issue,
    /// Numbers, then projects.
    Pool,
    /// A rank and a unit or project.
    Places,
    /// Lines of obligations; `has` and `lacks` name their beginning, whole words of it.
    Owed,
}

/// A look, as the table below writes it.
const fn look(
    name: &'static str,
    (needs, takes): (&'static [&'static str], &'static [&'static str]),
    says: Says,
    see: fn(&Sight<'_>) -> Result<Vec<String>, ScenarioError>,
) -> Look {
    Look {
        name,
        needs,
        takes,
        says,
        see,
    }
}

/// Everything that can be looked at: its name, the words it needs and may have, what it says, and how it is answered.
pub(super) const LOOKS: &[Look] = &[
    look("value", (&["project", "path"], &[]), Says::Value, value),
    look(
        "conflict",
        (&["project", "path"], &[]),
        Says::Value,
        conflict,
    ),
    look(
        "proposals",
        (&["project"], &["path"]),
        Says::Value,
        proposals,
    ),
    look("attempts", (&["project"], &[]), Says::Text, attempts),
    look(
        "rows",
        (&["table", "column"], &["project", "unit"]),
        Says::Value,
        rows,
    ),
    look(
        "stage",
        (&["project"], &[]),
        Says::Option("stage", &[]),
        stage,
    ),
    look("phase", (&["project"], &[]), Says::Text, rules::phase),
    look(
        "lists",
        (&["project"], &[]),
        Says::Option("lists", &[]),
        rules::lists,
    ),
    look("entries", (&["list"], &[]), Says::Projects, rules::entries),
    look(
        "category",
        (&["project", "year"], &[]),
        Says::Category,
        rules::category,
    ),
    look(
        "eligible",
        (&["project", "programme"], &[]),
        Says::Only(FIT),
        rules::eligible,
    ),
    look("gaps", (&["project"], &[]), Says::Slots, rules::gaps),
    look(
        "three_levels",
        (&["project"], &[]),
        Says::Only(LEVELS),
        rules::three_levels,
    ),
    look(
        "obligations",
        (&[], &["hub", "unit", "from", "to", "due", "severity"]),
        Says::Owed,
        owed,
    ),
    look(
        "filing",
        (&["unit", "report", "period"], &[]),
        Says::Only(TIMELINESS),
        filing,
    ),
    look(
        "filed",
        (&["unit", "report", "period"], &[]),
        Says::Text,
        filed,
    ),
    look(
        "issue",
        (&["project", "issue"], &[]),
        Says::Issue,
        rules::issue,
    ),
    look(
        "overdue_issues",
        (&["project"], &[]),
        Says::Rows,
        rules::overdue_issues,
    ),
    look(
        "rectifications",
        (&["project"], &[]),
        Says::Rows,
        rules::rectifications,
    ),
    look("pool", (&[], &[]), Says::Pool, rules::pool),
    look(
        "ranking",
        (&["period"], &["top"]),
        Says::Places,
        rules::ranking,
    ),
    look("cuts", (&["period"], &[]), Says::Units, rules::cut),
    look(
        "may_read",
        (&["person", "table"], &[]),
        Says::Only(YES_NO),
        may_read,
    ),
    look("label", (&["term"], &[]), Says::Text, label),
    look("profile", (&["change"], &[]), Says::Text, rules::profile),
    look(
        "rules",
        (&["project", "path"], &[]),
        Says::Text,
        rules::of_project,
    ),
    look(
        "county_rules",
        (&["path"], &["year"]),
        Says::Text,
        rules::of_county,
    ),
];

const YES_NO: &[&str] = &["yes", "no"];
const FIT: &[&str] = &["yes", "no", "open"];
const LEVELS: &[&str] = &["yes", "no", "unknown"];
const TIMELINESS: &[&str] = &[
    "on_time",
    "late_network",
    "late",
    "missing",
    "pending",
    "prefilled",
    "excused",
    "reported",
];

/// The look of this name.
pub(super) fn find(name: &str) -> Option<&'static Look> {
    LOOKS.iter().find(|look| look.name == name)
}

/// Answers a look.
pub(super) fn answer(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    match find(sight.step.need("look")?) {
        Some(look) => (look.see)(sight),
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
    let column = column_of(table, step.need("column")?, step.place_of("column"))?;
    let of = |row: crate::book::Row<'_>| sight.show(row.get(column));
    if is_compiled(table) {
        return Ok(rules::compiled(sight, table)?.each(table).map(of).collect());
    }
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

/// What is owed: `rule period standing`, without a period where it has none, `missed` for what is overdue; rules of lists begin with
/// `list:`, what is owed for a project with its kind (`replacement:p`). `hub = true` or a unit; `from` and `to` are today when absent.
/// `due` keeps what falls due on a day or in a month, `severity` what matters so much.
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
    let under = |profile: &Profile| {
        let world = World {
            profile,
            ..sight.world
        };
        obligations(&Ground::of(&world), &asked)
    };
    let mut owed = by_history(sight.history, sight.now, under);
    if let Some(due) = sight.step.text("due")? {
        let day = |one: &Obligation| one.due.map(|moment| moment.date().to_string());
        owed.retain(|one| day(one).is_some_and(|day| day.starts_with(due)));
    }
    if let Some(severity) = sight.step.text("severity")? {
        owed.retain(|one| id(serde_json::to_value(one.severity)) == severity);
    }
    let line = |one: &Obligation| {
        let rule = match (one.kind, one.project) {
            (
                ObligationKind::ListIssue
                | ObligationKind::ListSubmission
                | ObligationKind::ListDecision,
                _,
            ) => {
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
        match one.period.as_str() {
            "" => format!("{rule} {standing}"),
            period => format!("{rule} {period} {standing}"),
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
    judged(sight, |verdict, _| {
        vec![id(serde_json::to_value(verdict.timeliness))]
    })
}

/// When the report that counts was filed, and when the hub received it; nothing before there is one.
fn filed(sight: &Sight<'_>) -> Result<Vec<String>, ScenarioError> {
    judged(sight, |verdict, chain| {
        let counts = chain
            .iter()
            .filter(|filing| verdict.counts == Some(filing.id));
        counts
            .flat_map(|filing| {
                let received = filing.received_at.map(|at| at.to_string());
                let received = received.unwrap_or_else(|| "null".to_owned());
                [filing.filed_at.to_string(), received]
            })
            .collect()
    })
}

fn judged(
    sight: &Sight<'_>,
    say: impl Fn(report::Judgement<'_>, &[&report::Filing]) -> Vec<String>,
) -> Result<Vec<String>, ScenarioError> {
    let unknown = || {
        sight
            .step
            .place
            .refuse("the county has no such report or period")
    };
    let (name, period) = (sight.step.need("report")?, sight.step.need("period")?);
    let profile = sight.history.judging(name, period);
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
    Ok(say(verdict, &chain))
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
