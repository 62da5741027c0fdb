//! The state of a filing, and how it stands against its due moment: shape, word, colour.

use shared::api::{FilingState, Timeliness};
use yew::prelude::*;

use crate::hooks::session::use_words;
use crate::state::answer;

/// Props of [`FilingBadge`].
#[derive(Properties, PartialEq)]
pub struct FilingBadgeProps {
    /// The state.
    pub state: FilingState,
}

/// One state.
#[component]
pub fn FilingBadge(props: &FilingBadgeProps) -> Html {
    let (shape, word, class) = answer::filing(props.state);
    badge(shape, use_words().t(word), class)
}

/// Props of [`TimelinessBadge`].
#[derive(Properties, PartialEq)]
pub struct TimelinessBadgeProps {
    /// How it stands.
    pub timeliness: Timeliness,
}

/// One verdict on time.
#[component]
pub fn TimelinessBadge(props: &TimelinessBadgeProps) -> Html {
    let (shape, word, class) = answer::timeliness(props.timeliness);
    badge(shape, use_words().t(word), class)
}

fn badge(shape: &'static str, word: &'static str, class: &'static str) -> Html {
    html! { <span class={classes!("state", class)}><span aria-hidden="true">{ shape }</span>{ " " }{ word }</span> }
}
