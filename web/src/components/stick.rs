//! U盘摆渡: a bundle made for the hub or a node, and one read in after a look at what it would bring.

use shared::api::{NodeRole, SyncState};
use shared::text::ui::Ui;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::face::{Face, face_view};
use crate::client::http::{Failure, encode};
use crate::client::wire;
use crate::component::{component, use_state, use_state_eq};
use crate::hooks::line::use_line;
use crate::hooks::session::use_session;
use crate::markup::html;
use crate::state::answer;

/// What is on the screen of the bundle that was chosen.
#[derive(Clone, PartialEq)]
enum Step {
    Nothing,
    Busy,
    Told(wire::Stick),
    Failed(Failure),
}

/// The card.
#[component]
pub fn Stick() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let line = use_line();
    let to = use_state_eq(String::new);
    let step = use_state(|| Step::Nothing);
    let peers = line.status.as_ref().map(|status| status.peers.clone());
    let peers = peers.unwrap_or_default();
    let is_alone = matches!(&line.status, Some(status) if status.state == SyncState::NotJoined);
    let to_whom = match session.me.node.role {
        // Nobody could open it.
        _ if is_alone => String::new(),
        NodeRole::Node => "hub".to_owned(),
        NodeRole::Hub if to.is_empty() => peers
            .first()
            .map_or_else(String::new, |peer| peer.id.to_string()),
        NodeRole::Hub => (*to).clone(),
    };
    let send = {
        let (session, step) = (session.clone(), step.clone());
        move |path: String, file: Option<web_sys::File>| {
            let (session, step) = (session.clone(), step.clone());
            step.set(Step::Busy);
            spawn_local(async move {
                let told = match file {
                    Some(file) => session.client.upload::<wire::Stick>(&path, &file).await,
                    None => session.client.work::<wire::Stick>(&path).await,
                };
                step.set(match told {
                    Ok(told) => Step::Told(told),
                    Err(failure) => {
                        session.note(&failure);
                        Step::Failed(failure)
                    }
                });
            });
        }
    };
    let onchange = {
        let send = send.clone();
        Callback::from(move |event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            if let Some(file) = input.as_ref().and_then(|input| input.files()?.get(0)) {
                send("/api/v1/bundles".to_owned(), Some(file));
            }
            // The same file may be chosen again.
            if let Some(input) = input {
                input.set_value("");
            }
        })
    };
    let choose = {
        let to = to.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                to.set(select.value());
            }
        })
    };
    let close = {
        let step = step.clone();
        move |_: MouseEvent| step.set(Step::Nothing)
    };
    let link = |id: &'static str, word: Ui, more: &str| {
        html! { <a class="button" {id} download="" href={format!("/api/v1/bundles?to={}{more}", encode(&to_whom))}>{ words.t(word) }</a> }
    };
    html! {
        <section class="card" id="stick">
            <h2>{ words.t(Ui::Stick) }</h2>
            <p class="form__note">{ words.t(Ui::StickNote) }</p>
            <p class="buttons">
                if !peers.is_empty() {
                    <label class="form__field form__field--inline"><span>{ words.t(Ui::StickFor) }</span>
                        <select class="value" id="stick-to" onchange={choose}>
                            { for peers.iter().map(|peer| html! { <option key={peer.id.to_string()} value={peer.id.to_string()} selected={peer.id.to_string() == to_whom}>{ &peer.unit_name }</option> }) }
                        </select></label>
                }
                if !to_whom.is_empty() { { link("stick-make", Ui::StickMake, "") }{ link("stick-whole", Ui::StickWhole, "&all=true") } }
                <label class="button files__add">{ words.t(Ui::StickRead) }<input id="stick-file" type="file" class="off-screen" accept=".xmb" disabled={*step == Step::Busy} {onchange} /></label>
            </p>
            { match &*step {
                Step::Nothing => Html::default(),
                Step::Busy => face_view(&session, &Face::Loading, &Callback::noop()),
                Step::Failed(failure) => html! { <p class="form__error" role="alert">{ answer::failure(failure, &words) }</p> },
                Step::Told(stick) => html! {
                    <div role="status" id="stick-told" data-preview={stick.token.is_some().to_string()}>
                        { for stick.told.iter().map(|sentence| html! { <p key={sentence.clone()}>{ sentence }</p> }) }
                        if let Some(token) = stick.token.clone() {
                            <p class="buttons"><button class="button button--main" id="stick-take" onclick={move |_: MouseEvent| send(format!("/api/v1/bundles/{token}"), None)}>{ words.t(Ui::StickTake) }</button>
                                <button class="button" onclick={close}>{ words.t(Ui::Cancel) }</button></p>
                        }
                    </div>
                },
            } }
        </section>
    }
}
