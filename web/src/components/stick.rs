//! U盘摆渡: a bundle made for the hub or a node, and one read in after a look at what it would bring.

use shared::api::{NodeRole, SyncState};
use shared::text::ui::Ui;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::preview::{Ask, Step, use_preview};
use crate::client::http::encode;
use crate::component::{component, use_state_eq};
use crate::hooks::line::use_line;
use crate::hooks::session::use_session;
use crate::markup::html;

/// Where bundles are made and taken in.
const BUNDLES: &str = "/api/v1/bundles";

/// The card.
#[component]
pub fn Stick() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let line = use_line();
    let to = use_state_eq(String::new);
    let preview = use_preview();
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
    let onchange = {
        let preview = preview.clone();
        Callback::from(move |event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            if let Some(file) = input.as_ref().and_then(|input| input.files()?.get(0)) {
                preview.ask(BUNDLES.to_owned(), Ask::Upload(file));
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
    let link = |id: &'static str, word: Ui, more: &str| {
        html! { <a class="button" {id} download="" href={format!("{BUNDLES}?to={}{more}", encode(&to_whom))}>{ words.t(word) }</a> }
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
                <label class="button files__add">{ words.t(Ui::StickRead) }<input id="stick-file" type="file" class="off-screen" accept=".xmb" disabled={*preview.step == Step::Busy} {onchange} /></label>
            </p>
            { preview.view("stick", Ui::StickTake, BUNDLES) }
        </section>
    }
}
