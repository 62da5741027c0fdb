//! The cells tables and lists of figures are made of: one body of code each, however many pages use them.

use shared::text::ui::Ui;
use yew::prelude::*;

use crate::client::page;
use crate::markup::html;
use crate::state::words::Words;

/// The heading of a column.
pub fn th(word: &'static str) -> Html {
    html! { <th scope="col">{ word }</th> }
}

/// The heading of a column of numbers.
pub fn th_number(word: &'static str) -> Html {
    html! { <th scope="col" class="number">{ word }</th> }
}

/// A cell with a number.
pub fn td_number(text: String) -> Html {
    html! { <td class="number">{ text }</td> }
}

/// A word and its figure in a list of figures.
pub fn fact(word: &'static str, text: String) -> Html {
    html! { <><dt>{ word }</dt><dd class="number">{ text }</dd></> }
}

/// A word and its figure in a strip.
pub fn strip_fact(word: String, text: String) -> Html {
    html! { <div><dt>{ word }</dt><dd class="number">{ text }</dd></div> }
}

/// A button with a word.
pub fn button(class: &'static str, word: &'static str, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" {class} {onclick}>{ word }</button> }
}

/// The button that prints the page.
pub fn print_button(words: &Words) -> Html {
    button(
        "button",
        words.t(Ui::Print),
        Callback::from(|_| page::print()),
    )
}
