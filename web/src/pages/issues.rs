//! 问题与调度: every problem by where it stands, and one problem with its way (ux.md 5.5). The node draws it.

use yew::prelude::*;

use crate::client::page;
use crate::component::component;
use crate::components::panel::Panel;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::markup::html;

/// The page.
#[component]
pub fn Issues() -> Html {
    use_shortcuts(Callback::from(|pressed: Pressed| {
        if !pressed.typing && pressed.press.key == "n" {
            pressed.take();
            page::press("#new-issue");
        }
    }));
    html! { <Panel path="issues?" /> }
}
