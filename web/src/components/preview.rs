//! What the node says of something before it is done, a person's yes to it, and what came of it: a bundle read in, a record repaired.

use std::rc::Rc;

use shared::text::ui::Ui;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::face::{Face, face_view};
use crate::client::http::Failure;
use crate::client::wire;
use crate::component::{UseStateHandle, use_state};
use crate::hooks::session::{Session, use_session};
use crate::markup::html;
use crate::state::answer;

/// What is on the screen.
#[derive(Clone, PartialEq)]
pub enum Step {
    /// Nothing yet, or it was closed.
    Nothing,
    /// The node is asked.
    Busy,
    /// What it said; with a token it waits for a yes.
    Told(wire::Preview),
    /// It did not do it.
    Failed(Failure),
}

/// What the node is asked.
pub enum Ask {
    /// What it would come to.
    Look,
    /// The same of a file.
    Upload(web_sys::File),
    /// To do it.
    Work,
}

/// One preview of a page.
#[derive(Clone)]
pub struct Preview {
    session: Rc<Session>,
    /// How far it is.
    pub step: UseStateHandle<Step>,
}

/// The preview of the component that calls this.
#[must_use]
pub fn use_preview() -> Preview {
    Preview {
        session: use_session(),
        step: use_state(|| Step::Nothing),
    }
}

impl Preview {
    /// Asks the node at an address.
    pub fn ask(&self, path: String, what: Ask) {
        let (session, step) = (self.session.clone(), self.step.clone());
        step.set(Step::Busy);
        spawn_local(async move {
            let client = &session.client;
            let told = match what {
                Ask::Look => client.fetch(&path).await,
                Ask::Upload(file) => client.upload(&path, &file).await,
                Ask::Work => client.work(&path).await,
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

    /// What was said, with a button that does it: `yes` is its word, `base` the address a token is put behind.
    pub fn view(&self, name: &'static str, yes: Ui, base: &str) -> Html {
        let words = &self.session.words;
        match &*self.step {
            Step::Nothing => Html::default(),
            Step::Busy => face_view(&self.session, &Face::Loading, &Callback::noop()),
            Step::Failed(failure) => {
                html! { <p class="form__error" role="alert">{ answer::failure(failure, words) }</p> }
            }
            Step::Told(told) => html! {
                <div role="status" id={format!("{name}-told")} data-preview={told.token.is_some().to_string()}>
                    { for told.told.iter().enumerate().map(|(index, sentence)| html! { <p key={index}>{ sentence }</p> }) }
                    if let Some(token) = &told.token {
                        <p class="buttons"><button class="button button--main" id={format!("{name}-take")} onclick={
                                let (preview, path) = (self.clone(), format!("{base}/{token}"));
                                move |_: MouseEvent| preview.ask(path.clone(), Ask::Work)
                            }>{ words.t(yes) }</button>
                            <button class="button" onclick={
                                let step = self.step.clone();
                                move |_: MouseEvent| step.set(Step::Nothing)
                            }>{ words.t(Ui::Cancel) }</button></p>
                    }
                </div>
            },
        }
    }
}
