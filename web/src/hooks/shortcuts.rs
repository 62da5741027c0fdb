//! Keys that mean something on every page, heard at the document.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::component::{use_effect_with, use_mut_ref};

use crate::client::page;
use crate::state::keys::Press;

/// A key press outside or inside of inputs.
#[derive(Debug, Clone)]
pub struct Pressed {
    /// The keys.
    pub press: Press,
    /// True when a person is typing text.
    pub typing: bool,
    event: KeyboardEvent,
}

impl Pressed {
    /// Keeps the browser from its own answer to the key.
    pub fn take(&self) {
        self.event.prevent_default();
    }
}

/// Calls back for every key press on the page, also those no element asked for.
pub fn use_shortcuts(pressed: Callback<Pressed>) {
    let latest = use_mut_ref(|| pressed.clone());
    latest.replace(pressed);
    use_effect_with((), move |()| {
        let listener = page::document().map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                    return;
                };
                if event.default_prevented() {
                    return;
                }
                let press = Press::of(event);
                if press.composing {
                    return;
                }
                let typing = event
                    .target()
                    .and_then(|target| target.dyn_into::<Element>().ok())
                    .is_some_and(|element| {
                        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                    });
                let callback = latest.borrow().clone();
                callback.emit(Pressed {
                    press,
                    typing,
                    event: event.clone(),
                });
            })
        });
        move || drop(listener)
    });
}
