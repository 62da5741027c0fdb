//! 批量修改: one value for one field of the chosen projects. What each holds now is read from the node first, and what would change is
//! shown before it is written.

use std::cell::Cell;
use std::rc::Rc;

use shared::field::{Authority, Field, FieldPath, Kind};
use shared::project::ProjectView;
use shared::text::ui::{Say, Ui};
use shared::value::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::cells::{choice, th};
use super::conflict_card::display;
use super::dialog::Dialog;
use super::value_input::ValueInput;
use crate::client::http::Failure;
use crate::client::page;
use crate::component::{component, use_effect_with, use_state};
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::use_session;
use crate::markup::html;
use crate::state::answer;
use crate::state::ledger::Row;
use crate::state::ledger::batch::{Plan, is_shared, plan};

/// Props of [`BulkEdit`].
#[derive(Properties, PartialEq)]
pub struct BulkEditProps {
    /// The projects.
    pub rows: Vec<Row>,
    /// It is done, or was left.
    pub on_closed: Callback<()>,
}

/// The dialog.
#[component]
pub fn BulkEdit(props: &BulkEditProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let outbox = use_outbox();
    let views = use_state(Vec::<Rc<ProjectView>>::new);
    let failed = use_state(|| None::<Failure>);
    let field_at = use_state(|| 0_usize);
    let value = use_state(|| None::<Value>);
    let behalf = use_state(|| Value::Null);
    {
        let (rows, outbox, views, failed) = (
            props.rows.clone(),
            outbox.clone(),
            views.clone(),
            failed.clone(),
        );
        use_effect_with((), move |()| {
            let open = Rc::new(Cell::new(true));
            let still = open.clone();
            spawn_local(async move {
                for row in rows {
                    let looked = outbox.look_up(row.id).await;
                    if !still.get() {
                        return;
                    }
                    match looked {
                        Ok(view) => {
                            let mut next = (*views.now()).clone();
                            next.push(Rc::new(view));
                            views.set(next);
                        }
                        Err(failure) => return failed.set(Some(failure)),
                    }
                }
            });
            move || open.set(false)
        });
    }
    let officer = session.is_officer();
    let mut fields = Vec::<Field>::new();
    for field in Field::ALL {
        if is_shared(*field, officer) && !words.is_unused(*field) {
            fields.push(*field);
        }
    }
    let names = fields.iter().map(|field| words.field(*field)).collect();
    let field = fields.get(*field_at).copied().unwrap_or(Field::Sector);
    let path = FieldPath::of(field, session.period);
    let label = words.path(&path);
    let planned = match &*value {
        Some(value) => plan(&views, &path, &label, value, &behalf),
        None => Plan::default(),
    };
    let planned = Rc::new(planned);
    let total = props.rows.len();
    let ready = views.len() == total && !planned.edits.is_empty();
    let on_field = {
        let (field_at, value) = (field_at.clone(), value.clone());
        Callback::from(move |at| {
            value.set(None);
            field_at.set(at);
        })
    };
    let write = {
        let (outbox, session) = (outbox.clone(), session.clone());
        let (planned, on_closed) = (planned.clone(), props.on_closed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if page::stops_at_unreadable(&event) {
                return;
            }
            let said = session.words.say(&Say::Written(planned.edits.len()));
            let batch = outbox.edit_all(&planned.edits);
            let outbox = outbox.clone();
            let undo = Callback::from(move |()| outbox.step(false, Some(&batch), &|_| None));
            session.notices.offer(said, session.words.t(Ui::Undo), undo);
            on_closed.emit(());
        })
    };
    let kind = field.kind();
    let line = |(edit, _): &(crate::state::record::Edit, Vec<String>)| {
        let name = props.rows.iter().find(|row| row.id == edit.project);
        html! {
            <tr key={edit.project.to_string()}>
                <td>{ name.map(|row| row.name.clone()) }</td>
                <td>{ display(&words, kind, &edit.old) }</td>
                <td>{ display(&words, kind, &edit.new) }</td>
            </tr>
        }
    };
    html! {
        <Dialog title={words.t(Ui::BulkEdit)} wide=true on_closed={props.on_closed.clone()}>
            <form class="form" id="bulk" onsubmit={write}>
                <p>{ choice("bulk-field", words.t(Ui::Field), names, *field_at, on_field) }</p>
                <div class="form__field"><span>{ &label }</span>
                    <ValueInput key={path.to_string()} path="bulk" {kind} value={(*value).clone().unwrap_or_default()} {label}
                        on_edit={let value = value.clone(); move |new| value.set(Some(new))} />
                </div>
                if officer && field.authority() != Authority::Hub {
                    <label class="form__field"><span>{ words.t(Ui::OnBehalf) }</span>
                        <ValueInput path="on_behalf" kind={Kind::Text} value={(*behalf).clone()} label={words.t(Ui::OnBehalf)} hint={words.t(Ui::OnBehalfNote)}
                            on_edit={move |value| behalf.set(value)} />
                    </label>
                }
                if let Some(failure) = &*failed {
                    <p class="form__error" role="alert">{ answer::failure(failure, &words) }</p>
                } else {
                    <p class="form__note" role="status">{ if views.len() < total { words.say(&Say::Looked(views.len(), total)) } else {
                        words.say(&Say::Planned { writes: planned.edits.len(), same: planned.same, barred: planned.barred })
                    } }</p>
                }
                if !planned.edits.is_empty() {
                    <div class="rows__scroll"><table class="table bulk">
                        <thead><tr>{ th(words.t(Ui::ProjectName)) }{ th(words.t(Ui::Before)) }{ th(words.t(Ui::After)) }</tr></thead>
                        <tbody>{ for planned.edits.iter().map(line) }</tbody>
                    </table></div>
                }
                <footer class="dialog__foot">
                    <button type="button" class="button" onclick={props.on_closed.reform(|_: MouseEvent| ())}>{ words.t(Ui::Cancel) }</button>
                    <button type="submit" class="button button--main" id="bulk-write" disabled={!ready}>{ words.t(Ui::BulkWrite) }{ " " }{ planned.edits.len() }</button>
                </footer>
            </form>
        </Dialog>
    }
}
