//! 新增项目: a dialog with the few fields a project starts with; the rest comes later.

use std::collections::BTreeMap;

use shared::api::DirectoryUnit;
use shared::command::Command;
use shared::field::{Field, FieldPath};
use shared::ids::{CommandId, ProjectId, UnitId};
use shared::text::ui::Ui;
use shared::value::Value;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use super::dialog::Dialog;
use super::value_input::ValueInput;
use crate::client::wire::Told;
use crate::client::{clock, page};
use crate::hooks::fetch::use_fetch;
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::use_session;
use crate::markup::html;
use crate::routes::Route;
use crate::state::remote::Remote;

/// Props of [`NewProject`].
#[derive(Properties, PartialEq)]
pub struct NewProjectProps {
    /// It was closed.
    pub on_closed: Callback<()>,
}

/// The fields a project starts with.
const FIRST: [Field; 6] = [
    Field::Name,
    Field::ProjectCode,
    Field::Sector,
    Field::InvestmentKind,
    Field::TotalInvestmentFen,
    Field::YearPlanFen,
];

/// The dialog.
#[component]
pub fn NewProject(props: &NewProjectProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let outbox = use_outbox();
    let navigator = Some(crate::hooks::router::use_way().navigator);
    let set = use_state(BTreeMap::<FieldPath, Value>::new);
    let home = use_state(|| session.me.unit);
    let missing = use_state(|| false);
    let sent = use_state(|| None::<(CommandId, ProjectId)>);
    let address = if session.is_hub() {
        "/api/v1/directory"
    } else {
        ""
    };
    let directory = use_fetch::<Vec<DirectoryUnit>>(address.into());

    let outcome = sent.and_then(|(id, _)| outbox.outbox.outcome(id).cloned());
    {
        let (sent, on_closed) = (sent.clone(), props.on_closed.clone());
        use_effect_with(outcome.clone(), move |outcome| {
            if let (Some(Told::Done { .. }), Some((_, project)), Some(navigator)) =
                (outcome, *sent, navigator)
            {
                on_closed.emit(());
                navigator.push(&Route::Project { id: project });
            }
        });
    }
    let submit = {
        let (set, missing, sent, outbox, home) = (
            set.clone(),
            missing.clone(),
            sent.clone(),
            outbox.clone(),
            home.clone(),
        );
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if page::stops_at_unreadable(&event) {
                return;
            }
            let named = set
                .get(&FieldPath::once(Field::Name))
                .and_then(Value::as_text)
                .unwrap_or("")
                .to_owned();
            missing.set(named.is_empty());
            if named.is_empty() {
                return;
            }
            if let Some((id, _)) = *sent {
                outbox.delete(id);
            }
            let project = clock::new_project_id();
            let command = Command::CreateProject {
                project,
                home: *home,
                set: (*set.now()).clone(),
            };
            sent.set(Some((outbox.submit(command, None, named), project)));
        })
    };
    let choose_home = {
        let home = home.clone();
        Callback::from(move |event: Event| {
            let chosen = event
                .target_dyn_into::<HtmlSelectElement>()
                .and_then(|select| select.value().parse::<UnitId>().ok());
            if let Some(chosen) = chosen {
                home.set(chosen);
            }
        })
    };
    html! {
        <Dialog title={words.t(Ui::NewProject)} on_closed={props.on_closed.clone()}>
            <form class="form" onsubmit={submit}>
                <p class="form__note">{ words.t(Ui::CreateHint) }</p>
                if let Remote::Ready(units) = &directory.remote {
                    <label class="form__field"><span>{ words.t(Ui::Unit) }</span>
                        <select class="value" name="home" onchange={choose_home}>
                            { for units.iter().map(|unit| html! {
                                <option key={unit.unit.to_string()} value={unit.unit.to_string()} selected={unit.unit == *home}>{ &unit.name }</option>
                            }) }
                        </select>
                    </label>
                }
                { for FIRST.iter().map(|field| {
                    let path = FieldPath::of(*field, session.period);
                    let set = set.clone();
                    let value = set.get(&path).cloned().unwrap_or_default();
                    html! {
                        <label class="form__field" key={field.id()}>
                            <span>{ words.field(*field) }
                                if *field == Field::Name { <b class="required" aria-hidden="true">{ "*" }</b> }
                                if field.kind() == shared::field::Kind::Money { <small>{ words.t(Ui::Wan) }</small> }
                            </span>
                            <ValueInput path={format!("new/{path}")} kind={field.kind()} {value} label={words.field(*field)}
                                on_edit={Callback::from(move |value: Value| {
                                    let mut next = (*set.now()).clone();
                                    if value.is_null() { next.remove(&path); } else { next.insert(path.clone(), value); }
                                    set.set(next);
                                })} />
                        </label>
                    }
                }) }
                if *missing { <p class="form__error" role="alert">{ words.t(Ui::NameMissing) }</p> }
                if let Some(Told::Refused(refusal)) = &outcome { <p class="form__error" role="alert">{ refusal }</p> }
                <footer class="dialog__foot">
                    <button type="button" class="button" onclick={props.on_closed.reform(|_: MouseEvent| ())}>{ words.t(Ui::Cancel) }</button>
                    <button type="submit" class="button button--main" id="create-project" disabled={sent.is_some() && outcome.is_none()}>{ words.t(Ui::NewProject) }</button>
                </footer>
            </form>
        </Dialog>
    }
}
