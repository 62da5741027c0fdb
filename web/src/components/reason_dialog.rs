//! Asking for a reason: 代填, deleting, striking a row, returning a report, declining a proposal; or for a name.

use shared::text::ui::Ui;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::component::{component, use_node_ref, use_state};

use super::dialog::Dialog;
use crate::hooks::session::use_words;
use crate::markup::html;
use crate::state::keys::Press;

/// Props of [`ReasonDialog`].
#[derive(Properties, PartialEq)]
pub struct ReasonDialogProps {
    /// The heading.
    pub title: AttrValue,
    /// What the reason is for.
    #[prop_or_default]
    pub note: AttrValue,
    /// What is asked for, where it is no reason but a name in one line.
    #[prop_or_default]
    pub asks: Option<Ui>,
    /// The button's verb.
    pub verb: AttrValue,
    /// The reason, never empty.
    pub on_given: Callback<String>,
    /// It was closed.
    pub on_closed: Callback<()>,
}

/// The dialog.
#[component]
pub fn ReasonDialog(props: &ReasonDialogProps) -> Html {
    let words = use_words();
    let place = use_node_ref();
    let missing = use_state(|| false);
    let give = {
        let (place, missing, on_given) = (place.clone(), missing.clone(), props.on_given.clone());
        Callback::from(move |()| {
            let reason = place
                .cast::<HtmlTextAreaElement>()
                .map(|area| area.value())
                .unwrap_or_default();
            if reason.trim().is_empty() {
                missing.set(true);
            } else {
                on_given.emit(reason.trim().to_owned());
            }
        })
    };
    let onsubmit = {
        let give = give.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            give.emit(());
        })
    };
    let is_line = props.asks.is_some();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let press = Press::of(&event);
        if press.key == "Enter" && (press.ctrl || is_line) && !press.composing {
            event.prevent_default();
            give.emit(());
        }
    });
    html! {
        <Dialog title={props.title.clone()} on_closed={props.on_closed.clone()}>
            <form class="form" {onsubmit}>
                if !props.note.is_empty() { <p class="form__note">{ &props.note }</p> }
                <label class="form__field">
                    <span>{ words.t(props.asks.unwrap_or(Ui::Reason)) }<b class="required" aria-hidden="true">{ "*" }</b></span>
                    <textarea ref={place} name="reason" rows={if is_line { "1" } else { "3" }} maxlength="500" autofocus=true required=true {onkeydown} />
                </label>
                if *missing { <p class="form__error" role="alert">{ words.t(Ui::ReasonMissing) }</p> }
                <footer class="dialog__foot">
                    <button type="button" class="button" onclick={props.on_closed.reform(|_: MouseEvent| ())}>{ words.t(Ui::Cancel) }</button>
                    <button type="submit" class="button button--main">{ &props.verb }</button>
                </footer>
            </form>
        </Dialog>
    }
}
