//! The state of a filing, and how it stands against its due moment: shape, word, colour.

use shared::api::{FilingState, Timeliness};
use shared::text::sign;
use yew::prelude::*;

use crate::markup::{classes, html};
use crate::state::words::Words;

/// One state.
pub fn filing_badge(words: &Words, state: FilingState) -> Html {
    let (shape, word, class) = sign::filing(state);
    badge(shape, words.t(word), class)
}

/// One verdict on time.
pub fn timeliness_badge(words: &Words, timeliness: Timeliness) -> Html {
    let (shape, word, class) = sign::timeliness(timeliness);
    badge(shape, words.t(word), class)
}

/// Shape and word in a coloured box.
pub fn badge(shape: &'static str, word: &'static str, class: &'static str) -> Html {
    html! { <span class={classes!("state", class)}><span aria-hidden="true">{ shape }</span>{ " " }{ word }</span> }
}
