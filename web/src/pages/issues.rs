//! 问题与调度: every problem by where it stands, and one problem with its way (ux.md 5.5). The node draws it.

use shared::ids::ProjectId;
use yew::prelude::*;

use crate::client::page;
use crate::component::component;
use crate::components::panel::Panel;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::markup::html;

/// Props of [`Issues`].
#[derive(Properties, PartialEq)]
pub struct IssuesProps {
    /// The project whose problems are meant; none: all.
    pub of: Option<ProjectId>,
    /// The form of a new one stands open.
    pub new: bool,
}

/// The page.
#[component]
pub fn Issues(props: &IssuesProps) -> Html {
    use_shortcuts(Callback::from(|pressed: Pressed| {
        if !pressed.typing && pressed.press.key == "n" {
            pressed.take();
            page::press("#new-issue");
        }
    }));
    let of = props.of.map_or_else(String::new, |id| format!("of={id}"));
    let asked = if props.new { "&new=1" } else { "" };
    html! { <Panel key={[&of, asked].concat()} path={["issues?", &of].concat()} {asked} /> }
}
