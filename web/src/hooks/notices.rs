//! Short messages at the edge of the page: outcomes of what a person asked for. Never the only place of a failure.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::component::UseReducerDispatcher;

use crate::markup::{classes, html};

/// How long a message stays; failures stay until closed.
const SHOWN_MS: u32 = 6_000;
/// How long one stays that offers something to do.
const OFFERED_MS: u32 = 30_000;
/// Messages in sight at once.
const NOTICES_MAX: usize = 4;

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something worked, or a plain word.
    Plain,
    /// Something did not.
    Bad,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// The words.
    pub text: AttrValue,
    /// What can be done about it: a verb, and what does it.
    pub offer: Option<(&'static str, Callback<()>)>,
}

/// The messages in sight.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoticeList {
    /// Oldest first.
    pub notices: Vec<Notice>,
}

/// What happens to the messages.
pub enum NoticeAction {
    /// A new one.
    Say(Notice),
    /// One goes.
    Close(AttrValue),
}

impl Reducible for NoticeList {
    type Action = NoticeAction;

    fn reduce(self: Rc<Self>, action: NoticeAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            NoticeAction::Say(new) => {
                next.notices.retain(|notice| notice.text != new.text);
                next.notices.push(new);
                let surplus = next.notices.len().saturating_sub(NOTICES_MAX);
                next.notices.drain(..surplus);
            }
            NoticeAction::Close(text) => next.notices.retain(|notice| notice.text != text),
        }
        Rc::new(next)
    }
}

/// Says things.
#[derive(Clone, PartialEq)]
pub struct Notices {
    dispatch: UseReducerDispatcher<NoticeList>,
}

impl Notices {
    /// Wraps the list's dispatcher.
    #[must_use]
    pub fn new(dispatch: UseReducerDispatcher<NoticeList>) -> Self {
        Self { dispatch }
    }

    /// A plain word; it goes by itself.
    pub fn say(&self, text: impl Into<AttrValue>) {
        self.tell(Tone::Plain, text.into(), None);
    }

    /// Something did not work; it stays until closed.
    pub fn fail(&self, text: impl Into<AttrValue>) {
        self.tell(Tone::Bad, text.into(), None);
    }

    /// A plain word with something that can be done about it.
    pub fn offer(&self, text: impl Into<AttrValue>, verb: &'static str, act: Callback<()>) {
        self.tell(Tone::Plain, text.into(), Some((verb, act)));
    }

    fn tell(&self, tone: Tone, text: AttrValue, offer: Option<(&'static str, Callback<()>)>) {
        let shown_ms = match (&offer, tone) {
            (_, Tone::Bad) => None,
            (None, Tone::Plain) => Some(SHOWN_MS),
            (Some(_), Tone::Plain) => Some(OFFERED_MS),
        };
        let notice = Notice {
            tone,
            text: text.clone(),
            offer,
        };
        self.dispatch.dispatch(NoticeAction::Say(notice));
        if let Some(shown_ms) = shown_ms {
            let dispatch = self.dispatch.clone();
            Timeout::new(shown_ms, move || {
                dispatch.dispatch(NoticeAction::Close(text))
            })
            .forget();
        }
    }

    /// The messages, drawn.
    pub fn draw(&self, list: &NoticeList, close: &'static str) -> Html {
        html! {
            <div class="notices" role="status" aria-live="polite">
                { for list.notices.iter().map(|notice| {
                    let (dispatch, text) = (self.dispatch.clone(), notice.text.clone());
                    let bad = notice.tone == Tone::Bad;
                    let offer = notice.offer.clone().map(|(verb, act)| {
                        let (dispatch, text) = (dispatch.clone(), text.clone());
                        html! { <button class="button button--bare" data-offer="" onclick={move |_: MouseEvent| {
                            dispatch.dispatch(NoticeAction::Close(text.clone()));
                            act.emit(());
                        }}>{ verb }</button> }
                    });
                    html! {
                        <div key={notice.text.to_string()} class={classes!("notice", bad.then_some("notice--bad"))}>
                            <span>{ &notice.text }</span>{ offer }
                            <button class="button button--bare" aria-label={close} onclick={move |_: MouseEvent| dispatch.dispatch(NoticeAction::Close(text.clone()))}>{ "×" }</button>
                        </div>
                    }
                }) }
            </div>
        }
    }
}

/// The handle.
pub fn use_notices() -> Notices {
    super::session::use_session().notices.clone()
}
