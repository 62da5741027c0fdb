//! The list of keys (`?`).

use shared::text::ui::Ui;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::markup::html;
use crate::state::words::Words;

const KEYS: [(&str, Ui); 20] = [
    ("/", Ui::KeySearch),
    ("Alt 1–9", Ui::KeyRail),
    ("?", Ui::KeyHelp),
    ("Esc", Ui::KeyEscape),
    ("Ctrl Z · Ctrl Y", Ui::KeyUndo),
    ("Ctrl S", Ui::KeySave),
    ("Ctrl Enter", Ui::KeyHistory),
    ("J · K · Enter", Ui::KeyRows),
    ("X · Shift ↑↓ · Ctrl A", Ui::Choose),
    ("V", Ui::Views),
    ("Enter", Ui::KeyDown),
    ("Tab", Ui::KeyRight),
    ("F2", Ui::KeyWrite),
    ("F4", Ui::KeyFirst),
    ("Ctrl Home · Ctrl End", Ui::KeyEdge),
    ("Ctrl X", Ui::KeyCut),
    ("Ctrl ;", Ui::KeyToday),
    ("Ctrl D", Ui::KeyFillDown),
    ("Alt R", Ui::KeyNil),
    ("Space", Ui::CarryConfirm),
];

/// The dialog with the list.
pub fn key_list(words: &Words, on_closed: Callback<()>) -> Html {
    html! {
        <Dialog title={words.t(Ui::KeyList)} {on_closed}>
            <dl class="keys">
                { for KEYS.iter().map(|(keys, word)| html! {
                    <><dt><kbd>{ *keys }</kbd></dt><dd>{ words.t(*word) }</dd></>
                }) }
            </dl>
        </Dialog>
    }
}
