//! The faces of what is not there: loading, missing, failed. Failed says what happened, why, and offers two ways on.

use shared::text::ui::{Bare, Ui};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::client::clipboard;
use crate::client::http::Failure;
use crate::hooks::session::Session;
use crate::markup::html;
use crate::state::answer;
use crate::state::remote::Remote;

/// Which face.
#[derive(Debug, Clone, PartialEq)]
pub enum Face {
    /// Asked, not answered.
    Loading,
    /// Not there.
    Missing(Ui),
    /// The asking failed.
    Failed(Failure),
}

impl Face {
    /// The face of something that is not ready.
    #[must_use]
    pub fn of<T>(remote: &Remote<T>, missing: Ui) -> Option<Self> {
        match remote {
            Remote::Ready(_) => None,
            Remote::Loading => Some(Self::Loading),
            Remote::Missing => Some(Self::Missing(missing)),
            Remote::Failed(failure) => Some(Self::Failed(failure.clone())),
        }
    }
}

/// One face.
pub fn face_view(session: &Session, face: &Face, on_retry: &Callback<()>) -> Html {
    let (words, notices) = (&session.words, session.notices.clone());
    match face {
        Face::Loading => {
            html! { <div class="face face--loading" aria-busy="true"><span class="face__bar"></span>{ words.bare(Bare::Loading) }</div> }
        }
        Face::Missing(word) => {
            html! { <div class="face face--missing"><p>{ words.t(*word) }</p></div> }
        }
        Face::Failed(failure) => {
            let text = answer::failure(failure, words);
            let code = answer::code(failure, words);
            let details = format!("{text} {}", code.clone().unwrap_or_default());
            let onretry = on_retry.reform(|_: MouseEvent| ());
            let copied = words.t(Ui::Copied);
            let oncopy = Callback::from(move |_: MouseEvent| {
                let (details, notices) = (details.clone(), notices.clone());
                spawn_local(async move {
                    if clipboard::copy(&details).await {
                        notices.say(copied);
                    } else {
                        notices.fail(details);
                    }
                });
            });
            html! {
                <div class="face face--failed" role="alert">
                    <p>{ text }</p>
                    <p class="face__actions">
                        <button class="button button--main" onclick={onretry}>{ words.bare(Bare::Retry) }</button>
                        <button class="button" onclick={oncopy}>{ words.t(Ui::CopyDetails) }</button>
                    </p>
                    if let Some(code) = code { <p class="face__code">{ code }</p> }
                </div>
            }
        }
    }
}
