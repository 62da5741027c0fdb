//! Hearing the live line for as long as a component is drawn.

use yew::prelude::*;

use crate::component::{use_effect_with, use_mut_ref};

use super::session::use_session;
use crate::client::live::Heard;

/// Calls back for everything the live line says.
pub fn use_live(heard: Callback<Heard>) {
    let session = use_session();
    let latest = use_mut_ref(|| heard.clone());
    latest.replace(heard);
    use_effect_with((), move |()| {
        let callback = Callback::from(move |heard: Heard| {
            let callback = latest.borrow().clone();
            callback.emit(heard);
        });
        let subscription = session.live.subscribe(callback);
        move || drop(subscription)
    });
}
