//! Refused commands, listed with their rule and text until their author deletes them.

use std::rc::Rc;

use shared::text::figures;
use shared::text::ui::{Say, Ui};
use yew::prelude::*;

use super::conflict_card::display;
use super::history_bar::kind_of;
use crate::client::clock;
use crate::hooks::outbox::OutboxHandle;
use crate::markup::html;
use crate::state::answer;
use crate::state::outbox::Item;
use crate::state::words::Words;

/// The list; nothing while nothing was refused.
pub fn outbox_list(words: &Words, handle: &Rc<OutboxHandle>) -> Html {
    let refused: Vec<&Item> = handle.outbox.refused().collect();
    if refused.is_empty() {
        return Html::default();
    }
    html! {
        <details class="outbox" id="outbox">
            <summary>{ words.say(&Say::RefusedHere(refused.len())) }</summary>
            <p>{ words.t(Ui::OutboxNote) }</p>
            <ul>
                { for refused.iter().map(|item| {
                    let id = item.id;
                    let handle = handle.clone();
                    html! {
                        <li key={id.to_string()} data-command={id.to_string()}>
                            <div><strong>{ &item.label }</strong>{ " " }<q>{ text_of(item, words) }</q></div>
                            <div class="outbox__why">{ answer::standing(item, words) }{ " · " }{ figures::moment(item.made_at, clock::now()) }</div>
                            <button class="button button--small" onclick={move |_: MouseEvent| handle.delete(id)}>{ words.t(Ui::DiscardEdit) }</button>
                        </li>
                    }
                }) }
            </ul>
        </details>
    }
}

/// What the person had written.
fn text_of(item: &Item, words: &Words) -> String {
    let texts: Vec<String> = item
        .writes
        .iter()
        .map(|(path, value)| display(words, kind_of(path), value))
        .collect();
    words.list(&texts)
}
