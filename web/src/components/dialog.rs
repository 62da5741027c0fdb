//! A modal dialog: the browser's own, which keeps the focus inside, closes on Esc and gives the focus back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_node_ref};

use crate::hooks::session::use_words;
use crate::markup::{classes, html};
use shared::text::ui::Ui;

/// Props of [`Dialog`].
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The heading.
    pub title: AttrValue,
    /// It was closed without the main action.
    pub on_closed: Callback<()>,
    /// Marks a wide dialog.
    #[prop_or_default]
    pub wide: bool,
    /// What stands in it.
    pub children: Html,
}

/// Opens while it is drawn.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let words = use_words();
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with((), move |()| {
            let dialog = place.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                let _ = dialog.show_modal();
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let oncancel = {
        let on_closed = props.on_closed.clone();
        Callback::from(move |event: Event| {
            event.prevent_default();
            on_closed.emit(());
        })
    };
    let onclick = props.on_closed.reform(|_: MouseEvent| ());
    html! {
        <dialog ref={place} class={classes!("dialog", props.wide.then_some("dialog--wide"))} {oncancel} aria-label={props.title.clone()}>
            <header class="dialog__head">
                <h2>{ &props.title }</h2>
                <button class="button button--bare" type="button" aria-label={words.t(Ui::Close)} {onclick}>{ "×" }</button>
            </header>
            { props.children.clone() }
        </dialog>
    }
}
