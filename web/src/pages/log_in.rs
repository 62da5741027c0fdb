//! The log-in page.

use std::rc::Rc;

use shared::api::{Login, Me};
use shared::text::ui::Ui;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_node_ref, use_state};

use crate::client::http::{Client, Failure};
use crate::client::page;
use crate::markup::html;
use crate::state::answer;
use crate::state::words::Words;

/// Props of [`LogIn`].
#[derive(Properties, PartialEq)]
pub struct LogInProps {
    /// The words.
    pub words: Rc<Words>,
    /// The way to the node.
    pub client: Client,
    /// True when a session ended.
    pub ended: bool,
    /// Logged in.
    pub on_logged_in: Callback<Me>,
    /// The other language.
    pub on_language: Callback<()>,
}

/// The page.
#[component]
pub fn LogIn(props: &LogInProps) -> Html {
    let words = props.words.clone();
    let name = use_node_ref();
    let password = use_node_ref();
    let busy = use_state(|| false);
    let error = use_state(|| None::<String>);
    // Put in later than the page, an input is not given the focus by itself.
    use_effect_with((), |()| {
        page::focus_on("[name=name]");
    });
    let onsubmit = {
        let (client, on_logged_in) = (props.client.clone(), props.on_logged_in.clone());
        let (name, password, busy, error, words) = (
            name.clone(),
            password.clone(),
            busy.clone(),
            error.clone(),
            words.clone(),
        );
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            let text = |place: &NodeRef| {
                place
                    .cast::<HtmlInputElement>()
                    .map(|input| input.value())
                    .unwrap_or_default()
            };
            let login = Login {
                name: text(&name).trim().to_owned(),
                password: text(&password),
            };
            let (client, on_logged_in) = (client.clone(), on_logged_in.clone());
            let (busy, error, words) = (busy.clone(), error.clone(), words.clone());
            busy.set(true);
            spawn_local(async move {
                let answer = client.post::<_, Me>("/api/v1/session", &login).await;
                busy.set(false);
                match answer {
                    Ok(me) => on_logged_in.emit(me),
                    Err(Failure::LoggedOut) => {
                        error.set(Some(words.t(Ui::LogInRefused).to_owned()))
                    }
                    Err(failure) => error.set(Some(answer::failure(&failure, &words))),
                }
            });
        })
    };
    html! {
        <main class="log-in">
            <form class="log-in__card" {onsubmit}>
                if let Some(mark) = page::mark() { <p class="demo-strip"><strong>{ mark }</strong></p> }
                <div class="log-in__seal" aria-hidden="true">{ words.t(Ui::Seal) }</div>
                <h1>{ words.t(Ui::Product) }</h1>
                if props.ended && error.is_none() { <p class="form__note" role="status">{ words.t(Ui::SessionEnded) }</p> }
                <label class="form__field"><span>{ words.t(Ui::UserName) }</span><input ref={name} name="name" autocomplete="username" autofocus=true required=true /></label>
                <label class="form__field"><span>{ words.t(Ui::Password) }</span><input ref={password} name="password" type="password" autocomplete="current-password" required=true /></label>
                if let Some(error) = error.as_ref() { <p class="form__error" role="alert">{ error }</p> }
                <button class="button button--main log-in__go" type="submit" disabled={*busy}>{ if *busy { words.t(Ui::LoggingIn) } else { words.t(Ui::LogIn) } }</button>
                <button class="button button--bare" type="button" onclick={props.on_language.reform(|_: MouseEvent| ())}>{ words.t(Ui::Language) }</button>
            </form>
        </main>
    }
}
