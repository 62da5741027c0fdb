//! The cells tables and lists of figures are made of: one body of code each, however many pages use them.

use shared::api::rules::LightSign;
use shared::text::sign;
use shared::text::ui::Ui;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::client::page;
use crate::markup::{classes, html};
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

/// A traffic light, as the node draws it (`node/src/http/panels/draw.rs`).
pub fn light(words: &Words, sign: Option<&LightSign>) -> Html {
    let Some(LightSign { colour, says }) = sign else {
        return html! { <>{ "—" }</> };
    };
    let (shape, word, class) = sign::light(colour);
    let word = words.t(word);
    html! {
        <span class={classes!("state", "light", class)} role="img" tabindex="0" data-light={colour.clone()} data-why={says.clone()}
            aria-label={[word, "：", says].concat()}>{ shape }{ " " }{ word }</span>
    }
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

/// A choice among options, told by their place; `onchange` hears the place.
pub fn choice(
    id: &'static str,
    word: &'static str,
    options: Vec<String>,
    chosen: usize,
    onchange: Callback<usize>,
) -> Html {
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            onchange.emit(usize::try_from(select.selected_index()).unwrap_or(0));
        }
    });
    html! {
        <label class={classes!("chip", (chosen > 0).then_some("chip--on"))}>{ word }{ " " }<select {id} {onchange}>
            { for options.into_iter().enumerate().map(|(at, option)| html! { <option selected={at == chosen}>{ option }</option> }) }
        </select></label>
    }
}
