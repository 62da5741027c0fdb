//! Commands on their way to the node: shown at once, sent in order, ticked only after the node's answer.
//!
//! An [`Outbox`] owns the person's unanswered and refused commands, and those answered whose result no view has shown yet.
//! While the node is silent commands wait (also on this browser's disk); a refused one stays listed with its rule and text
//! until its author deletes it. It belongs to one person on one node.
//!
//! A command's `after` names the author's own commands that the heads on his screen do not contain yet: unanswered ones, and
//! answered ones until a view arrives, so that nobody clashes with himself (design.md 3).

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use shared::command::Command;
use shared::field::{Column, Field, FieldPath, Table};
use shared::ids::{CommandId, NodeId, ProjectId, UserId};
use shared::project::{Cell, ProjectView};
use shared::time::Timestamp;
use shared::value::Value;
use yew::Reducible;

use crate::client::wire::{Answered, Told};

/// Commands sent in one request. Small against the node's limit, so that one request stays quick.
const BATCH_MAX: usize = 50;
/// Answers remembered for pages that wait for one.
const ANSWERS_MAX: usize = 64;

/// Where a command stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not sent, or sent without an answer.
    Waiting,
    /// On its way.
    Sending,
    /// Refused, with the rule or reason in words.
    Refused(String),
}

/// A command as the JSON it is sent as, with what the page shows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnCommand {
    /// The command.
    pub command: String,
    /// The project it is about.
    pub project: Option<ProjectId>,
    /// What it writes there, as far as the browser can tell.
    pub writes: Vec<(FieldPath, Value)>,
    /// Heads of the document that its author saw.
    pub base: Option<Vec<String>>,
    /// What it is about, in words.
    pub label: String,
}

impl DrawnCommand {
    /// A command made in the browser.
    #[must_use]
    pub fn of(command: &Command, base: Option<Vec<String>>, label: String) -> Self {
        Self {
            command: serde_json::to_string(command).unwrap_or_default(),
            project: command.project(),
            writes: writes_of(command),
            base,
            label,
        }
    }
}

/// One command with what lists show of it.
///
/// The envelope is kept as the JSON that is sent: nothing here needs to read a command again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Whose it is; sent only under his session.
    pub user: UserId,
    /// The node it was made for.
    pub node: NodeId,
    /// The command's id.
    pub id: CommandId,
    /// The project it is about.
    pub project: Option<ProjectId>,
    /// What it writes there, as far as the browser can tell.
    pub writes: Vec<(FieldPath, Value)>,
    /// The envelope as JSON.
    pub body: String,
    /// What it is about, in words.
    pub label: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Where it stands.
    pub standing: Standing,
}

impl Item {
    /// A new item for a command, which stands in an envelope (`shared::command::Envelope`) after its author's own.
    #[must_use]
    pub fn new(
        user: UserId,
        node: NodeId,
        id: CommandId,
        after: Vec<CommandId>,
        drawn: DrawnCommand,
        made_at: Timestamp,
    ) -> Self {
        let json = |list: &Vec<String>| serde_json::to_string(list).unwrap_or_default();
        let base = drawn.base.as_ref().map_or_else(|| "null".to_owned(), json);
        let after = json(&after.iter().map(CommandId::to_string).collect());
        let command = &drawn.command;
        Self {
            user,
            node,
            id,
            project: drawn.project,
            writes: drawn.writes,
            body: format!(r#"{{"id":"{id}","base":{base},"after":{after},"command":{command}}}"#),
            label: drawn.label,
            made_at,
            standing: Standing::Waiting,
        }
    }

    /// True when the node refused it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.standing, Standing::Refused(_))
    }

    /// What it writes at a path.
    #[must_use]
    pub fn value_at(&self, path: &FieldPath) -> Option<&Value> {
        self.writes
            .iter()
            .find(|(written, _)| written == path)
            .map(|(_, value)| value)
    }
}

/// A command that is done, until a view shows it.
#[derive(Debug, Clone, PartialEq)]
struct Unseen {
    project: ProjectId,
    id: CommandId,
    writes: Vec<(FieldPath, Value)>,
    heads: Vec<String>,
    answered_at: Timestamp,
    views: u8,
}

/// How one field stands.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldStatus {
    /// Nothing is under way.
    Idle,
    /// On its way.
    Saving,
    /// Waits for the node.
    Queued,
    /// Saved a moment ago by this command.
    Saved(CommandId),
    /// Became a proposal.
    Proposed(CommandId),
    /// Refused; the text and the reason are in the item.
    Refused(Box<Item>),
}

impl FieldStatus {
    /// Its name in the page.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Saving => "saving",
            Self::Queued => "queued",
            Self::Saved(_) => "saved",
            Self::Proposed(_) => "proposed",
            Self::Refused(_) => "refused",
        }
    }
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox {
    /// Unanswered and refused commands, oldest first.
    pub items: Vec<Item>,
    /// True while the last try to send found no node.
    pub silent: bool,
    unseen: Vec<Unseen>,
    answers: Vec<(CommandId, Told)>,
    saved: Vec<(CommandId, ProjectId, FieldPath, bool)>,
}

/// What happens to an outbox.
#[derive(Debug, Clone)]
pub enum Happened {
    /// The person's commands of an earlier page were found.
    Loaded(Vec<Item>),
    /// A person did something.
    Made(Box<Item>),
    /// These are being sent.
    Sent(Vec<CommandId>),
    /// The node answered, at a moment.
    Answered(Vec<Answered>, Timestamp),
    /// The node refused the whole request, for a reason that will not pass.
    Declined(Vec<CommandId>, String),
    /// No node was reached.
    Unreached,
    /// The node is there again.
    Reached,
    /// The author deletes a command.
    Deleted(CommandId),
    /// A view arrived over the live line.
    Seen(ProjectId, Vec<String>),
    /// A fetch that began at this moment was answered: it shows everything answered before.
    Fetched(Option<ProjectId>, Timestamp),
}

impl Reducible for Outbox {
    type Action = Happened;

    fn reduce(self: Rc<Self>, happened: Happened) -> Rc<Self> {
        let mut next = (*self).clone();
        next.apply(happened);
        Rc::new(next)
    }
}

impl Outbox {
    fn apply(&mut self, happened: Happened) {
        match happened {
            Happened::Loaded(items) => {
                for mut item in items {
                    if item.standing == Standing::Sending {
                        item.standing = Standing::Waiting;
                    }
                    if self.items.iter().all(|known| known.id != item.id) {
                        // ULIDs sort by time: the older command goes before.
                        let place = self.items.iter().position(|known| known.id > item.id);
                        self.items.insert(place.unwrap_or(self.items.len()), item);
                    }
                }
            }
            Happened::Made(item) => self.items.push(*item),
            Happened::Sent(ids) => self.mark(&ids, &Standing::Sending),
            Happened::Answered(answers, now) => {
                self.silent = false;
                for answer in answers {
                    self.take(answer, now);
                }
            }
            Happened::Declined(ids, message) => self.mark(&ids, &Standing::Refused(message)),
            Happened::Unreached => {
                self.silent = true;
                for item in &mut self.items {
                    if item.standing == Standing::Sending {
                        item.standing = Standing::Waiting;
                    }
                }
            }
            Happened::Reached => self.silent = false,
            Happened::Deleted(id) => self.items.retain(|item| item.id != id),
            Happened::Seen(project, heads) => {
                // The first view after an answer may have been on its way already; the second was not.
                for entry in self
                    .unseen
                    .iter_mut()
                    .filter(|entry| entry.project == project)
                {
                    entry.views += 1;
                }
                self.unseen.retain(|entry| {
                    entry.project != project
                        || entry.views < 2 && !entry.heads.iter().all(|head| heads.contains(head))
                });
            }
            Happened::Fetched(project, began) => self.unseen.retain(|entry| {
                project.is_some_and(|project| project != entry.project)
                    || entry.answered_at >= began
            }),
        }
    }

    fn mark(&mut self, ids: &[CommandId], standing: &Standing) {
        for item in &mut self.items {
            if ids.contains(&item.id) {
                item.standing = standing.clone();
            }
        }
    }

    fn take(&mut self, answer: Answered, now: Timestamp) {
        let Some(index) = self.items.iter().position(|item| item.id == answer.id) else {
            return;
        };
        match &answer.told {
            Told::Done {
                heads, proposed, ..
            } => {
                let mut item = self.items.remove(index);
                if let Some(project) = item.project {
                    for (path, _) in &item.writes {
                        self.saved
                            .retain(|(_, p, q, _)| !(*p == project && q == path));
                        self.saved.push((
                            answer.id,
                            project,
                            path.clone(),
                            proposed.contains(path),
                        ));
                    }
                    item.writes.retain(|(path, _)| !proposed.contains(path));
                    self.unseen.push(Unseen {
                        project,
                        id: item.id,
                        writes: item.writes,
                        heads: heads.clone(),
                        answered_at: now,
                        views: 0,
                    });
                }
                let surplus = self.saved.len().saturating_sub(ANSWERS_MAX);
                self.saved.drain(..surplus);
            }
            Told::Refused(refusal) => {
                if let Some(item) = self.items.get_mut(index) {
                    item.standing = Standing::Refused(refusal.clone());
                }
            }
        }
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.remove(0);
        }
        self.answers.push((answer.id, answer.told));
    }

    /// The next commands to send, as ids and the JSON of a list: none while some are on their way, since order matters.
    #[must_use]
    pub fn next_batch(&self) -> (Vec<CommandId>, String) {
        if self
            .items
            .iter()
            .any(|item| item.standing == Standing::Sending)
        {
            return (Vec::new(), String::new());
        }
        let waiting = self
            .items
            .iter()
            .filter(|item| item.standing == Standing::Waiting)
            .take(BATCH_MAX);
        let (mut ids, mut json) = (Vec::new(), String::from("["));
        for item in waiting {
            if !ids.is_empty() {
                json.push(',');
            }
            ids.push(item.id);
            json.push_str(&item.body);
        }
        json.push(']');
        (ids, json)
    }

    /// The author's own commands about a project that the view on his screen may not contain yet, oldest first.
    #[must_use]
    pub fn after(&self, project: ProjectId) -> Vec<CommandId> {
        let unseen = self
            .unseen
            .iter()
            .filter(|entry| entry.project == project)
            .map(|entry| entry.id);
        unseen
            .chain(self.pending(project).map(|item| item.id))
            .collect()
    }

    fn pending(&self, project: ProjectId) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .filter(move |item| !item.is_refused() && item.project == Some(project))
    }

    /// The answer to a command, for a page that waits for it.
    #[must_use]
    pub fn outcome(&self, id: CommandId) -> Option<&Told> {
        self.answers
            .iter()
            .rev()
            .find(|(known, _)| *known == id)
            .map(|(_, told)| told)
    }

    /// How many commands wait or are on their way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.items.iter().filter(|item| !item.is_refused()).count()
    }

    /// The refused commands.
    pub fn refused(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.is_refused())
    }

    /// How one field of a project stands.
    #[must_use]
    pub fn status(&self, project: ProjectId, path: &FieldPath) -> FieldStatus {
        let about = |item: &&Item| item.project == Some(project) && item.value_at(path).is_some();
        if let Some(item) = self.items.iter().rev().find(about) {
            return match item.standing {
                Standing::Refused(_) => FieldStatus::Refused(Box::new(item.clone())),
                Standing::Waiting if self.silent => FieldStatus::Queued,
                Standing::Waiting | Standing::Sending => FieldStatus::Saving,
            };
        }
        let saved = self
            .saved
            .iter()
            .rev()
            .find(|(_, p, q, _)| *p == project && q == path);
        match saved {
            Some((id, _, _, true)) => FieldStatus::Proposed(*id),
            Some((id, _, _, false)) => FieldStatus::Saved(*id),
            None => FieldStatus::Idle,
        }
    }

    /// What a person's own commands change in a project, in order; proposals and refused ones change nothing.
    #[must_use]
    pub fn edits(&self, project: ProjectId) -> Vec<(FieldPath, Value)> {
        let mut edits = Vec::new();
        for entry in self.unseen.iter().filter(|entry| entry.project == project) {
            edits.extend(entry.writes.iter().cloned());
        }
        for item in self.pending(project) {
            edits.extend(item.writes.iter().cloned());
        }
        edits
    }

    /// The view with the person's own commands in it, as if all of them were done.
    #[must_use]
    pub fn overlay(&self, view: &ProjectView) -> ProjectView {
        let mut view = view.clone();
        for (path, value) in self.edits(view.id) {
            view.cells.insert(
                path,
                Cell {
                    value,
                    contenders: Vec::new(),
                },
            );
        }
        view
    }
}

/// The values a command writes, as far as the browser can tell.
fn writes_of(command: &Command) -> Vec<(FieldPath, Value)> {
    match command {
        Command::Edit { set, .. } | Command::CreateProject { set, .. } => set
            .iter()
            .map(|(path, value)| (path.clone(), value.clone()))
            .collect(),
        Command::ResolveConflict { path, keep, .. } => vec![(path.clone(), keep.clone())],
        Command::DeleteProject { reason, .. } => {
            vec![(FieldPath::once(Field::Deleted), reason.as_str().into())]
        }
        Command::RestoreProject { .. } => vec![(FieldPath::once(Field::Deleted), Value::Null)],
        Command::StrikeRow {
            table, row, reason, ..
        } => {
            vec![(
                FieldPath::cell(*table, *row, Column::Deleted),
                reason.as_str().into(),
            )]
        }
        Command::DismissProposal {
            proposal, reason, ..
        } => {
            vec![(
                FieldPath::cell(Table::Proposals, *proposal, Column::Deleted),
                reason.as_str().into(),
            )]
        }
        Command::Comment {
            row, about, text, ..
        } => vec![
            (
                FieldPath::cell(Table::Comments, *row, Column::About),
                about.as_str().into(),
            ),
            (
                FieldPath::cell(Table::Comments, *row, Column::Text),
                text.as_str().into(),
            ),
        ],
        Command::Record {
            table, row, set, ..
        } => set
            .iter()
            .map(|(column, value)| (FieldPath::cell(*table, *row, *column), value.clone()))
            .collect(),
        Command::AcceptProposal { .. }
        | Command::MoveProject { .. }
        | Command::File { .. }
        | Command::ReviewFiling { .. }
        | Command::Import { .. }
        | Command::UndoImport { .. }
        | Command::ExcuseFiling { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
