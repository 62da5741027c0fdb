//! What a step may say, and how it becomes a command.

use std::collections::BTreeMap;

use super::ScenarioError;
use super::file::Block;
use super::look;
use super::values::Names;
use crate::command::{Command, FilingLine};
use crate::ids::RowId;
use crate::time::Timestamp;

/// Words every step may have.
pub(super) const COMMON: &[&str] = &["at", "note"];
/// Words of a step in which somebody acts.
pub(super) const ACT: &[&str] = &["as", "on", "do", "expect", "rule", "says"];
/// Words of a step that looks.
pub(super) const LOOK: &[&str] = &["look", "on", "is", "has", "lacks"];

/// What can become of an act.
pub(super) const EXPECTED: &[&str] = &["ok", "refused", "proposed"];

/// What a person can do, and the words it takes.
pub(super) const VERBS: &[(&str, &[&str])] = &[
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
    ("review", &["filing", "unit", "accepted", "reason"]),
    ("excuse", &["filing", "unit", "reason"]),
    ("resolve", &["project", "path", "seen", "keep"]),
    ("accept", &["project", "path"]),
    ("dismiss", &["project", "path", "reason"]),
    ("strike", &["project", "unit", "table", "row", "reason"]),
    ("comment", &["project", "about", "text"]),
    ("delete", &["project", "reason"]),
    ("restore", &["project"]),
    ("move", &["project", "unit"]),
];

/// What happens to nodes and the clock, by nobody's hand, and the words it takes.
pub(super) const EVENTS: &[(&str, &[&str])] =
    &[("cut", &["nodes"]), ("merge", &["nodes"]), ("wait", &[])];

/// Refuses a step with a word it does not take, a verb nobody knows, or neither verb nor look.
pub(super) fn check_words(step: &Block) -> Result<(), ScenarioError> {
    if let Some(what) = step.get("look") {
        let name = what.text()?;
        let look = look::find(name).ok_or_else(|| {
            let known: Vec<_> = look::LOOKS.iter().map(|look| look.name).collect();
            what.place.refuse(format!(
                "nothing is called `{name}`; one can look at {}",
                known.join(", ")
            ))
        })?;
        step.only(&[COMMON, LOOK, look.needs, look.takes])?;
        for word in look.needs {
            step.need_any(word)?;
        }
        if !["is", "has", "lacks"]
            .iter()
            .any(|word| step.get(word).is_some())
        {
            return Err(what
                .place
                .refuse("a look says what it expects: is, has or lacks"));
        }
        return Ok(());
    }
    if step.get("do").is_none() {
        let verbs = VERBS.iter().chain(EVENTS).flat_map(|(_, words)| *words);
        let known: Vec<_> = verbs.copied().collect();
        step.only(&[COMMON, ACT, LOOK, &known])?;
    }
    let verb = step.need("do")?;
    let place = step.get("do").map_or(step.place, |item| item.place);
    let named = |(name, _): &&(&str, &[&str])| *name == verb;
    if let Some((_, words)) = EVENTS.iter().find(named) {
        return step.only(&[COMMON, &["do"], words]);
    }
    let (_, words) = VERBS.iter().find(named).ok_or_else(|| {
        let names: Vec<_> = VERBS.iter().chain(EVENTS).map(|(name, _)| *name).collect();
        place.refuse(format!("nobody can `{verb}`; known: {}", names.join(", ")))
    })?;
    step.only(&[COMMON, ACT, words])?;
    step.need_any("as")?;
    Ok(())
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
            let table = look::table_of(step.need("table")?, place("table"))?;
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
            accepted: step.need_any("accepted")?.flag()?,
            reason: reason()?,
            cells: BTreeMap::new(),
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
            table: look::table_of(step.need("table")?, place("table"))?,
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
