//! Sending the outbox: in order, one request at a time, again after silence; and keeping it on this browser's disk.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use shared::api::{Code, Live};
use shared::command::Command;
use shared::field::FieldPath;
use shared::ids::{CommandId, ProjectId};
use shared::project::ProjectView;
use shared::value::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{
    UseReducerDispatcher, use_effect_with, use_mut_ref, use_reducer, use_state,
};

use super::live::use_live;
use super::notices::{Notices, use_notices};
use super::session::{Session, use_session};
use crate::client::clock;
use crate::client::http::Failure;
use crate::client::indexed_db::Store;
use crate::client::live::Heard;
use crate::client::wire::Answered;
use crate::state::answer;
use crate::state::outbox::{DrawnCommand, Happened, Item, Outbox, Standing};
use crate::state::record::{Batch, Edit, Turn, UndoStack};
use shared::text::ui::{Say, Ui};

/// Pause before sending again to a node that was silent; the live line usually notices earlier.
const RETRY_MS: u32 = 3_000;

/// The outbox with its verbs.
pub struct OutboxHandle {
    /// What is under way.
    pub outbox: Rc<Outbox>,
    dispatch: UseReducerDispatcher<Outbox>,
    session: Rc<Session>,
    notices: Notices,
    undo: Rc<RefCell<UndoStack>>,
}

impl PartialEq for OutboxHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.outbox, &other.outbox) && self.session == other.session
    }
}

/// An edit of one field.
#[derive(Debug, Clone)]
pub struct FieldEdit {
    /// The project.
    pub project: ProjectId,
    /// Heads its author saw.
    pub heads: Vec<String>,
    /// The field.
    pub path: FieldPath,
    /// What he saw in it.
    pub old: Value,
    /// What he wrote.
    pub new: Value,
    /// 代填: who asked and why.
    pub on_behalf: Option<String>,
}

/// A value that is on screen, and the heads of its project.
pub type Seen = (Value, Vec<String>);

impl OutboxHandle {
    /// Hands a command in; it is shown at once and ticked after the node's answer.
    pub fn submit(&self, command: Command, base: Option<Vec<String>>, label: String) -> CommandId {
        self.submit_drawn(DrawnCommand::of(&command, base, label))
    }

    /// Hands in a command that stands as JSON already.
    pub fn submit_drawn(&self, drawn: DrawnCommand) -> CommandId {
        let id = clock::new_command_id();
        let after = drawn
            .project
            .map(|project| self.dispatch.now().after(project));
        let me = &self.session.me;
        let item = Item::new(
            me.user,
            me.node.id,
            id,
            after.unwrap_or_default(),
            drawn,
            clock::now(),
        );
        self.dispatch.dispatch(Happened::Made(Box::new(item)));
        id
    }

    /// Writes one field. An earlier refused edit of the field gives way.
    pub fn edit(&self, edit: FieldEdit) {
        let written = Edit {
            label: self.session.words.path(&edit.path),
            project: edit.project,
            path: edit.path,
            old: edit.old,
            new: edit.new,
            on_behalf: edit.on_behalf,
        };
        self.edit_all(&[(written, edit.heads)]);
    }

    /// Writes fields at the heads their author saw; they are taken back together.
    pub fn edit_all(&self, edits: &[(Edit, Vec<String>)]) -> Batch {
        let mut batch = Vec::new();
        for (edit, heads) in edits {
            self.write(edit, edit.new.clone(), heads.clone());
            batch.push(edit.clone());
        }
        let batch = Rc::new(batch);
        self.undo.borrow_mut().push(batch.clone());
        batch
    }

    fn write(&self, edit: &Edit, new: Value, heads: Vec<String>) {
        if let crate::state::outbox::FieldStatus::Refused(item) =
            self.dispatch.now().status(edit.project, &edit.path)
        {
            self.delete(item.id);
        }
        // Maps made of lists sort them first, in much code; those that are filled do not.
        let mut set = BTreeMap::new();
        set.insert(edit.path.clone(), new);
        let command = Command::Edit {
            project: edit.project,
            set,
            on_behalf: edit.on_behalf.clone(),
        };
        self.submit(command, Some(heads), edit.label.clone());
    }

    /// A project as the node tells it now, with the person's own commands in it.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn look_up(&self, project: ProjectId) -> Result<ProjectView, Failure> {
        let began = clock::now();
        let path = format!("/api/v1/projects/{project}");
        let view = self.session.client.fetch::<ProjectView>(&path).await?;
        self.fetched(Some(project), began);
        Ok(self.dispatch.now().overlay(&view))
    }

    /// Takes the last edits back, or these; or does the last undone ones again. `look` gives the value and the heads of a project that is on
    /// screen, others are asked of the node. What somebody wrote since stays, and is named.
    pub fn step(
        self: &Rc<Self>,
        redo: bool,
        only: Option<&Batch>,
        look: &dyn Fn(&Edit) -> Option<Seen>,
    ) {
        let words = self.session.words.clone();
        let batch = self.undo.borrow_mut().step(redo, only);
        let Some(batch) = batch else {
            let word = if redo {
                Ui::NothingToRedo
            } else {
                Ui::NothingToUndo
            };
            self.notices.say(words.t(word));
            return;
        };
        let mut seen = Vec::new();
        for edit in batch.iter() {
            seen.push(look(edit));
        }
        let handle = self.clone();
        spawn_local(async move {
            let (mut turns, mut blocked) = (Vec::new(), Vec::new());
            for (edit, seen) in batch.iter().zip(seen) {
                let (value, heads) = match seen {
                    Some(seen) => seen,
                    None => match handle.look_up(edit.project).await {
                        Ok(view) => (view.value(&edit.path).clone(), view.heads),
                        // Nothing is taken back by half: it can be tried again.
                        Err(failure) => {
                            handle.session.note(&failure);
                            handle.undo.borrow_mut().step(!redo, Some(&batch));
                            return handle.notices.fail(answer::failure(&failure, &words));
                        }
                    },
                };
                match edit.turn(redo, &value) {
                    Turn::Write(new) => turns.push((edit, new, heads)),
                    Turn::Nothing => {}
                    Turn::Blocked => blocked.push(edit.label.clone()),
                }
            }
            if blocked.len() < batch.len() {
                let label = match batch.as_slice() {
                    [edit] => edit.label.clone(),
                    _ => words.say(&Say::Fields(turns.len())),
                };
                handle.notices.say(words.say(&if redo {
                    Say::Redid(&label)
                } else {
                    Say::Undid(&label)
                }));
            }
            for (edit, new, heads) in turns {
                handle.write(edit, new, heads);
            }
            if !blocked.is_empty() {
                let names = words.list(&blocked);
                handle.notices.fail(words.say(&Say::UndoBlocked(&names)));
            }
        });
    }

    /// True when everything a person wrote has reached the node.
    #[must_use]
    pub fn settled(&self) -> bool {
        let now = self.dispatch.now();
        now.waiting() == 0 && !now.silent
    }

    /// Deletes a refused command.
    pub fn delete(&self, id: CommandId) {
        self.dispatch.dispatch(Happened::Deleted(id));
    }

    /// A view of a project came over the live line.
    pub fn seen(&self, project: ProjectId, heads: Vec<String>) {
        self.dispatch.dispatch(Happened::Seen(project, heads));
    }

    /// A fetch that began at this moment was answered.
    pub fn fetched(&self, project: Option<ProjectId>, began: shared::time::Timestamp) {
        self.dispatch.dispatch(Happened::Fetched(project, began));
    }
}

/// The outbox, for components below the shell.
pub fn use_outbox() -> Rc<OutboxHandle> {
    super::sources::use_sources().outbox.clone()
}

/// Keeps and sends the outbox; used once, by the shell.
pub fn use_outbox_source() -> OutboxHandle {
    let session = use_session();
    let notices = use_notices();
    let (outbox, dispatch) = use_reducer(Outbox::default);
    let store = use_mut_ref(Store::default);
    let kept = use_mut_ref(Vec::<(CommandId, bool)>::new);
    let undo = use_mut_ref(UndoStack::default);
    let retry = use_state(|| 0_u32);

    // What an earlier page of this person left behind.
    {
        let (session, store, dispatch) = (session.clone(), store.clone(), dispatch.clone());
        use_effect_with(session.me.user, move |user| {
            let (user, node) = (*user, session.me.node.id);
            let store = store.borrow().clone();
            spawn_local(async move {
                let records = store.load_all().await.unwrap_or_default();
                let items = records
                    .iter()
                    .filter_map(|record| crate::client::json::read::<Item>(record).ok());
                let own: Vec<Item> = items
                    .filter(|item| item.user == user && item.node == node)
                    .collect();
                if !own.is_empty() {
                    dispatch.dispatch(Happened::Loaded(own));
                }
            });
        });
    }

    // The disk follows the list: new and newly refused commands are put, answered and deleted ones dropped.
    {
        let store = store.clone();
        use_effect_with(outbox.items.clone(), move |items| {
            let store = store.borrow().clone();
            let mut kept = kept.borrow_mut();
            let mut puts = Vec::new();
            for item in items {
                let refused = matches!(item.standing, Standing::Refused(_));
                let known = kept.iter().position(|(id, _)| *id == item.id);
                if known.is_some_and(|at| kept[at].1 == refused) {
                    continue;
                }
                if let Ok(record) = serde_json::to_string(item) {
                    puts.push((item.id.to_string(), record));
                }
                match known {
                    Some(at) => kept[at].1 = refused,
                    None => kept.push((item.id, refused)),
                }
            }
            let mut gone = Vec::new();
            kept.retain(|(id, _)| {
                let stays = items.iter().any(|item| item.id == *id);
                if !stays {
                    gone.push(*id);
                }
                stays
            });
            spawn_local(async move {
                for (key, record) in puts {
                    let _ = store.put(&key, &record).await;
                }
                for id in gone {
                    let _ = store.delete(&id.to_string()).await;
                }
            });
        });
    }

    // Sends what waits.
    {
        let (session, notices, dispatch) = (session.clone(), notices.clone(), dispatch.clone());
        let ((waiting, batch), silent) = (outbox.next_batch(), outbox.silent);
        let again = retry.clone();
        use_effect_with((waiting, silent, *retry), move |(ids, silent, attempt)| {
            let mut timer = None;
            if !ids.is_empty() {
                // After silence the first try of a pause sends; until then the timer waits.
                if *silent && attempt % 2 == 0 {
                    let next = attempt + 1;
                    timer = Some(Timeout::new(RETRY_MS, move || again.set(next)));
                } else {
                    let ids = ids.clone();
                    if *silent {
                        again.set(attempt + 1);
                    }
                    dispatch.dispatch(Happened::Sent(ids.clone()));
                    spawn_local(
                        async move { send(&session, &notices, &dispatch, ids, batch).await },
                    );
                }
            }
            move || drop(timer)
        });
    }

    {
        let dispatch = dispatch.clone();
        use_live(Callback::from(move |heard| match heard {
            Heard::Open => dispatch.dispatch(Happened::Reached),
            Heard::Closed => {}
            Heard::Patch(live) => {
                if let Live::Project { view } = live.as_ref() {
                    dispatch.dispatch(Happened::Seen(view.id, view.heads.clone()));
                }
            }
        }));
    }

    OutboxHandle {
        outbox,
        dispatch: dispatch.clone(),
        session,
        notices,
        undo,
    }
}

async fn send(
    session: &Session,
    notices: &Notices,
    dispatch: &UseReducerDispatcher<Outbox>,
    ids: Vec<CommandId>,
    batch: String,
) {
    let answered = session
        .client
        .post_json::<Vec<Answered>>("/api/v1/commands", batch)
        .await;
    let happened = match answered {
        Ok(answers) => Happened::Answered(answers, clock::now()),
        Err(Failure::Unreachable) => Happened::Unreached,
        Err(failure) => {
            session.note(&failure);
            let words = answer::failure(&failure, &session.words);
            // Some reasons pass: the commands wait. Others will not: the commands stay listed with the reason.
            let passes = match &failure {
                Failure::LoggedOut => true,
                Failure::Told(error) => {
                    matches!(
                        error.code,
                        Code::StorageFailed | Code::NotReady | Code::Internal | Code::TooManyTries
                    )
                }
                Failure::Status(status) => *status >= 500,
                Failure::Garbled | Failure::Unreachable => false,
            };
            notices.fail(words.clone());
            if passes {
                Happened::Unreached
            } else {
                Happened::Declined(ids, words)
            }
        }
    };
    dispatch.dispatch(happened);
}
