//! What a step may say, and how it becomes a command.

use std::collections::BTreeMap;

use super::ScenarioError;
use super::file::Block;
use super::look;
use super::values::Names;
use crate::command::{Command, FilingLine};
use crate::field::Table;
use crate::ids::RowId;
use crate::time::Timestamp;

/// Words every step may have.
const COMMON: &[&str] = &["at", "note"];
/// Words of a step in which somebody acts.
const ACT: &[&str] = &["as", "on", "do", "expect", "rule", "says"];
/// Words of a step that looks.
const LOOK: &[&str] = &["look", "on", "is", "has", "lacks", "says"];

/// What a person can do, and the words it takes.
const VERBS: &[(&str, &[&str])] = &[
    ("create", &["project", "unit", "set"]),
    ("edit", &["project", "set", "on_behalf"]),
    (
        "record",
        &[
            "table",
            "project",
            "unit",
            "row",
            "set",
            "change",
            "on_behalf",
        ],
    ),
    (
        "file",
        &[
            "report",
            "period",
            "unit",
            "projects",
            "nil",
            "row",
            "follows",
            "on_behalf",
        ],
    ),
    ("review", &["row", "filing", "unit", "accepted", "reason"]),
    ("excuse", &["row", "filing", "unit", "reason"]),
    ("resolve", &["project", "path", "seen", "keep"]),
    ("accept", &["project", "path"]),
    ("dismiss", &["project", "path", "reason"]),
    ("strike", &["project", "unit", "table", "row", "reason"]),
    ("comment", &["project", "row", "about", "text"]),
    ("delete", &["project", "reason"]),
    ("restore", &["project"]),
    ("move", &["project", "unit"]),
    ("cut", &["nodes"]),
    ("merge", &["nodes"]),
    ("wait", &[]),
];

/// Refuses a step with a word it does not take, a verb nobody knows, or neither verb nor look.
pub(super) fn check_words(step: &Block) -> Result<(), ScenarioError> {
    if let Some(what) = step.get("look") {
        let name = what.text()?;
        let words = look::words(name).ok_or_else(|| {
            let known: Vec<_> = look::names().collect();
            what.place.refuse(format!(
                "nothing is called `{name}`; one can look at {}",
                known.join(", ")
            ))
        })?;
        return step.only(&[COMMON, LOOK, words]);
    }
    let verb = step.need("do")?;
    let place = step.get("do").map_or(step.place, |item| item.place);
    let known = VERBS.iter().find(|(name, _)| *name == verb);
    let (_, words) = known.ok_or_else(|| {
        let names: Vec<_> = VERBS.iter().map(|(name, _)| *name).collect();
        place.refuse(format!("nobody can `{verb}`; known: {}", names.join(", ")))
    })?;
    step.only(&[COMMON, ACT, words])?;
    if let Some(expect) = step.get("expect")
        && !matches!(expect.text()?, "ok" | "refused" | "proposed")
        && !expect.text()?.starts_with("${")
    {
        return Err(expect.place.refuse("expect is ok, refused or proposed"));
    }
    if let Some(table) = step.get("table") {
        table_of(table.text()?, step)?;
    }
    Ok(())
}

fn table_of(name: &str, step: &Block) -> Result<Table, ScenarioError> {
    let place = step.get("table").map_or(step.place, |item| item.place);
    Table::from_id(name).ok_or_else(|| place.refuse(format!("no table is called `{name}`")))
}

/// The command a step means; `proposal` is the one its path stands for. Steps about nodes (`cut`, `merge`, `wait`) have none.
pub(super) fn command(
    step: &Block,
    names: &mut Names,
    proposal: Option<RowId>,
    now: Timestamp,
) -> Result<Option<Command>, ScenarioError> {
    let place = |word: &str| step.get(word).map_or(step.place, |item| item.place);
    let project = |names: &Names| names.project(step.need("project")?, place("project"));
    let reason = || Ok(step.text("reason")?.unwrap_or("").to_owned());
    let on_behalf = step.text("on_behalf")?.map(str::to_owned);
    let fields = |names: &Names| match step.get("set") {
        Some(set) => names.fields(set.block()?),
        None => Ok(BTreeMap::new()),
    };
    let name_of_row = || format!("{}:{}", step.place.line, now.0);
    Ok(Some(match step.need("do")? {
        "create" => Command::CreateProject {
            project: names.project_or_new(step.need("project")?),
            home: names.unit(step.need("unit")?, place("unit"))?,
            set: fields(names)?,
        },
        "edit" => Command::Edit {
            project: project(names)?,
            set: fields(names)?,
            on_behalf,
        },
        "record" => {
            let table = table_of(step.need("table")?, step)?;
            let row = step.text("row")?.map_or_else(name_of_row, str::to_owned);
            let row = names.row_or_new(&row, now);
            let set = match step.get("set") {
                Some(set) => names.columns(table, set.block()?)?,
                None => BTreeMap::new(),
            };
            Command::Record {
                project: step.text("project")?.map(|_| project(names)).transpose()?,
                unit: match step.text("unit")? {
                    Some(unit) => Some(names.unit(unit, place("unit"))?),
                    None => None,
                },
                table,
                row,
                set,
                on_behalf,
            }
        }
        "file" => {
            let row = step.text("row")?.map_or_else(name_of_row, str::to_owned);
            let listed = |word: &str| {
                step.get(word)
                    .map_or_else(|| Ok(Vec::new()), |item| item.texts())
            };
            let nil = listed("nil")?;
            let mut lines = Vec::new();
            for name in listed("projects")?.iter().chain(&nil) {
                lines.push(FilingLine {
                    project: names.project(name, place("projects"))?,
                    heads: Vec::new(),
                    nil: nil.contains(name),
                    nil_ledgers: Vec::new(),
                });
            }
            Command::File {
                filing: names.row_or_new(&row, now),
                unit: names.unit(step.need("unit")?, place("unit"))?,
                ledger: step.need("report")?.to_owned(),
                period: step.need("period")?.to_owned(),
                lines,
                follows: match step.text("follows")? {
                    Some(filing) => Some(names.row(filing, place("follows"))?),
                    None => None,
                },
                on_behalf,
            }
        }
        "review" => Command::ReviewFiling {
            review: names.row_or_new(&name_of_row(), now),
            unit: names.unit(step.need("unit")?, place("unit"))?,
            filing: names.row(step.need("filing")?, place("filing"))?,
            accepted: matches!(
                step.get("accepted").map(|item| &item.node),
                Some(super::file::Node::Flag(true))
            ),
            reason: reason()?,
        },
        "excuse" => Command::ExcuseFiling {
            review: names.row_or_new(&name_of_row(), now),
            unit: names.unit(step.need("unit")?, place("unit"))?,
            filing: names.row(step.need("filing")?, place("filing"))?,
            reason: reason()?,
        },
        "resolve" => {
            let path = names.path(step.need("path")?, place("path"))?;
            let text = |item: &super::file::Item| item.text().map(Into::into);
            let seen = match step.get("seen").map(|item| &item.node) {
                Some(super::file::Node::List(items)) => {
                    items.iter().map(text).collect::<Result<_, _>>()?
                }
                _ => return Err(place("seen").refuse("seen lists the values there were")),
            };
            Command::ResolveConflict {
                project: Some(project(names)?),
                unit: None,
                path,
                seen,
                keep: step.need("keep")?.into(),
            }
        }
        "accept" => Command::AcceptProposal {
            project: project(names)?,
            proposal: proposal.ok_or_else(|| step.place.refuse("no value is proposed for this"))?,
        },
        "dismiss" => Command::DismissProposal {
            project: project(names)?,
            proposal: proposal.ok_or_else(|| step.place.refuse("no value is proposed for this"))?,
            reason: reason()?,
        },
        "strike" => Command::StrikeRow {
            project: step.text("project")?.map(|_| project(names)).transpose()?,
            unit: match step.text("unit")? {
                Some(unit) => Some(names.unit(unit, place("unit"))?),
                None => None,
            },
            table: table_of(step.need("table")?, step)?,
            row: names.row(step.need("row")?, place("row"))?,
            reason: reason()?,
        },
        "comment" => Command::Comment {
            project: project(names)?,
            row: names.row_or_new(&name_of_row(), now),
            about: step.text("about")?.unwrap_or("").to_owned(),
            text: step.need("text")?.to_owned(),
        },
        "delete" => Command::DeleteProject {
            project: project(names)?,
            reason: reason()?,
        },
        "restore" => Command::RestoreProject {
            project: project(names)?,
        },
        "move" => Command::MoveProject {
            project: project(names)?,
            to: names.unit(step.need("unit")?, place("unit"))?,
        },
        _ => return Ok(None),
    }))
}
