//! One value, edited in place: saved on leave, given up on Esc, moved on from by Enter and arrows.
//!
//! The input owns only the draft; a draft that does not read as its kind stays with its error. A refused edit shows its own
//! text until it is written anew.

use std::rc::Rc;

use shared::api::RecordOption;
use shared::field::Kind;
use shared::text::ui::Ui;
use shared::value::Value;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::client::page;
use crate::component::{component, use_mut_ref, use_state};

use crate::hooks::session::use_session;
use crate::markup::{classes, html};
use crate::state::entry;
use crate::state::keys::{self, InputKey, Inside, Press};
use crate::state::words::Words;

/// Props of [`ValueInput`].
#[derive(Properties, PartialEq)]
pub struct ValueInputProps {
    /// The path, as `data-path`.
    pub path: AttrValue,
    /// The row it belongs to in a grid, as `data-row`.
    #[prop_or_default]
    pub row: AttrValue,
    /// What it holds.
    pub kind: Kind,
    /// What stands there.
    pub value: Value,
    /// The label, for readers of the screen.
    pub label: AttrValue,
    /// Shown in grey while empty.
    #[prop_or_default]
    pub hint: AttrValue,
    /// What the node offers to choose from, in place of the page's own options.
    #[prop_or_default]
    pub options: Rc<Vec<RecordOption>>,
    /// Nobody may write here.
    #[prop_or_default]
    pub read_only: bool,
    /// The value is refused or in conflict.
    #[prop_or_default]
    pub invalid: bool,
    /// A refused value that waits for its author.
    #[prop_or_default]
    pub refused: Option<Value>,
    /// The least it may be; less is said to be so, and such an input is reached by arrows and clicks alone, since it is another way to say what
    /// a cell beside it says.
    #[prop_or_default]
    pub least: Option<i64>,
    /// A person wrote another value.
    pub on_edit: Callback<Value>,
    /// A key that means more than typing.
    #[prop_or_default]
    pub on_key: Callback<InputKey>,
}

/// The input.
#[component]
pub fn ValueInput(props: &ValueInputProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let draft = use_state(|| None::<String>);
    // The draft as it is this moment: moving the focus on leaves the input before it is drawn anew, and must not save twice.
    let typed = use_mut_ref(|| None::<String>);
    let error = use_state(|| None::<Ui>);
    let shown_value = props.refused.as_ref().unwrap_or(&props.value);
    let shown = draft
        .as_ref()
        .cloned()
        .unwrap_or_else(|| entry::print(props.kind, shown_value));

    let write = {
        let (value, on_edit, refused) = (
            props.value.clone(),
            props.on_edit.clone(),
            props.refused.clone(),
        );
        move |new: Value| {
            if new != value || refused.is_some() {
                on_edit.emit(new);
            }
        }
    };
    let commit = {
        let typed = typed.clone();
        let (draft, error, write, kind) = (draft.clone(), error.clone(), write.clone(), props.kind);
        let (year, least) = (session.period.year(), props.least);
        move || {
            let Some(text) = typed.borrow_mut().take() else {
                return true;
            };
            let read = entry::parse(kind, &text, year);
            let read = read.and_then(|value| match value.as_int() < least && !value.is_null() {
                true => Err(Ui::LessThanBefore),
                false => Ok(value),
            });
            match read {
                Ok(value) => {
                    error.set(None);
                    draft.set(None);
                    write(value);
                    true
                }
                Err(why) => {
                    error.set(Some(why));
                    *typed.borrow_mut() = Some(text);
                    false
                }
            }
        }
    };
    let read_only = props.read_only;
    let lines = matches!(props.kind, Kind::Long | Kind::CoEdited | Kind::Rules);
    let onkeydown = {
        let typed = typed.clone();
        let (draft, error, commit, on_key) = (
            draft.clone(),
            error.clone(),
            commit.clone(),
            props.on_key.clone(),
        );
        let shown = shown.clone();
        Callback::from(move |event: KeyboardEvent| {
            let inside = Inside {
                lines,
                touched: draft.is_some(),
                empty: shown.is_empty(),
            };
            let Some(key) = keys::in_input(&Press::of(&event), inside) else {
                return;
            };
            match key {
                InputKey::GiveUp => {
                    if draft.is_some() {
                        event.stop_propagation();
                        event.prevent_default();
                    } else if let Some(input) = page::focused() {
                        // Nothing to give up: the page's own keys are heard again.
                        let _ = input.blur();
                    }
                    typed.borrow_mut().take();
                    draft.set(None);
                    error.set(None);
                }
                InputKey::Carry | InputKey::FillDown | InputKey::Write if read_only => {}
                InputKey::Write => {
                    event.prevent_default();
                    typed.replace(Some(shown.clone()));
                    draft.set(Some(shown.clone()));
                }
                InputKey::Carry if draft.is_some() => {}
                InputKey::Move { cells, .. }
                    if cells != 0 && event.target_dyn_into::<HtmlSelectElement>().is_some() => {}
                InputKey::Move { .. }
                    if event.target_dyn_into::<HtmlSelectElement>().is_some()
                        && event.key() != "Enter" => {}
                key => {
                    if key != InputKey::Carry {
                        event.prevent_default();
                    }
                    if commit() {
                        on_key.emit(key);
                    }
                }
            }
        })
    };
    // Into what is being typed a text is pasted as text, and out of it a part is cut; a fresh cell leaves both to its grid.
    let onpaste = {
        let typed = typed.clone();
        Callback::from(move |event: Event| {
            if read_only || typed.borrow().is_some() {
                event.stop_propagation();
            }
        })
    };
    let onblur = {
        let commit = commit.clone();
        Callback::from(move |_: FocusEvent| {
            commit();
        })
    };
    let invalid = (props.invalid || error.is_some()).then_some("value--invalid");
    let class = classes!(
        "value",
        invalid,
        (props.kind == Kind::Money || props.kind == Kind::Percent).then_some("value--number")
    );
    // Always there: what comes and goes beside an input would make the input anew, and its focus would be gone.
    let why = error.map_or("", |why| words.t(why));
    let common_error = html! { <span class="value__error" role="alert">{ why }</span> };

    let input = match props.kind {
        Kind::Flag => {
            let write = write.clone();
            let onchange = Callback::from(move |event: Event| {
                let chosen = event
                    .target_dyn_into::<HtmlSelectElement>()
                    .map(|select| select.value())
                    .unwrap_or_default();
                write(match chosen.as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    _ => Value::Null,
                });
            });
            let options = [
                ("", "—"),
                ("true", words.t(Ui::Yes)),
                ("false", words.t(Ui::No)),
            ];
            html! {
                <select {class} data-path={props.path.clone()} data-row={props.row.clone()} aria-label={props.label.clone()} disabled={props.read_only} {onchange} {onkeydown}>
                    { for options.iter().map(|(id, label)| html! { <option value={*id} selected={shown == *id}>{ *label }</option> }) }
                </select>
            }
        }
        kind @ (Kind::Choice(_) | Kind::Reference | Kind::Unit | Kind::Text)
            if matches!(kind, Kind::Choice(_)) || !props.options.is_empty() =>
        {
            let write = write.clone();
            let onchange = Callback::from(move |event: Event| {
                let chosen = event
                    .target_dyn_into::<HtmlSelectElement>()
                    .map(|select| select.value())
                    .unwrap_or_default();
                write(if chosen.is_empty() {
                    Value::Null
                } else {
                    Value::Text(chosen)
                });
            });
            let mut options = offered(&words, props);
            // A value nobody knows is kept and shown as such (design.md 2).
            if !shown.is_empty() && options.iter().all(|(id, _)| *id != shown) {
                options.push((shown.clone(), shown.clone()));
            }
            html! {
                <select {class} data-path={props.path.clone()} data-row={props.row.clone()} aria-label={props.label.clone()} disabled={props.read_only} {onchange} {onkeydown}>
                    <option value="" selected={shown.is_empty()}>{ if props.hint.is_empty() { AttrValue::from("—") } else { props.hint.clone() } }</option>
                    { for options.into_iter().map(|(id, label)| html! { <option selected={shown == id} value={id.clone()}>{ label }</option> }) }
                </select>
            }
        }
        Kind::Set(_) => html! {
            { set_input(&words, props, &shown, Callback::from(write.clone())) }
        },
        _ if lines => {
            let oninput = {
                let (draft, typed) = (draft.clone(), typed.clone());
                Callback::from(move |event: InputEvent| {
                    let text = event
                        .target_dyn_into::<HtmlTextAreaElement>()
                        .map(|area| area.value());
                    typed.borrow_mut().clone_from(&text);
                    draft.set(text);
                })
            };
            let rows = shown.lines().count().clamp(1, 8).to_string();
            html! {
                <textarea {class} data-path={props.path.clone()} data-row={props.row.clone()} aria-label={props.label.clone()} aria-invalid={invalid.map(|_| "true")}
                    placeholder={props.hint.clone()} readonly={props.read_only} {rows} value={shown.clone()} {oninput} oncut={onpaste.clone()} {onpaste} {onblur} {onkeydown} />
            }
        }
        _ => {
            let oninput = {
                let (draft, typed) = (draft.clone(), typed.clone());
                Callback::from(move |event: InputEvent| {
                    let text = event
                        .target_dyn_into::<HtmlInputElement>()
                        .map(|input| input.value());
                    typed.borrow_mut().clone_from(&text);
                    draft.set(text);
                })
            };
            let inputmode = if props.kind == Kind::Money {
                "decimal"
            } else {
                "text"
            };
            html! {
                <input {class} tabindex={props.least.map(|_| "-1")} data-path={props.path.clone()} data-row={props.row.clone()} aria-label={props.label.clone()} aria-invalid={invalid.map(|_| "true")} {inputmode}
                    autocomplete="off" placeholder={props.hint.clone()} readonly={props.read_only} value={shown.clone()} {oninput} oncut={onpaste.clone()} {onpaste} {onblur} {onkeydown} />
            }
        }
    };
    html! { <>{ input }{ common_error }</> }
}

/// What can be chosen: what the node offers, else what the page knows.
fn offered(words: &Words, props: &ValueInputProps) -> Vec<(String, String)> {
    match props.kind {
        Kind::Choice(list) | Kind::Set(list) if props.options.is_empty() => words.options(list),
        _ => {
            let options = props.options.iter();
            options
                .map(|option| (option.id.clone(), option.label.clone()))
                .collect()
        }
    }
}

/// Several options of a list: a line of the chosen ones that opens to boxes.
fn set_input(
    words: &Words,
    props: &ValueInputProps,
    value: &str,
    on_edit: Callback<Value>,
) -> Html {
    let chosen: Vec<String> = value
        .split(',')
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    let mut options = offered(words, props);
    for id in &chosen {
        if options.iter().all(|(known, _)| known != id) {
            options.push((id.clone(), id.clone()));
        }
    }
    let known = options.iter().filter(|(id, _)| chosen.contains(id));
    let labels: Vec<String> = known.map(|(_, label)| label.clone()).collect();
    let summary = if labels.is_empty() {
        words.t(Ui::Unset).to_owned()
    } else {
        words.list(&labels)
    };
    if props.read_only {
        return html! { <span class="value value--set" data-path={props.path.clone()}>{ summary }</span> };
    }
    html! {
        <details class="value value--set" data-path={props.path.clone()}>
            <summary aria-label={format!("{} {summary}", props.label)} class={chosen.is_empty().then_some("value__unset")}>{ summary }</summary>
            <div class="value__boxes">
                { for options.into_iter().map(|(id, label)| {
                    let checked = chosen.contains(&id);
                    let (chosen, on_edit) = (chosen.clone(), on_edit.clone());
                    let own = id.clone();
                    let onchange = Callback::from(move |event: Event| {
                        let on = event
                            .target()
                            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
                            .is_some_and(|input| input.checked());
                        let kept = chosen.iter().filter(|id| **id != own);
                        on_edit.emit(entry::set(kept.chain(on.then_some(&own)).map(String::as_str).collect()));
                    });
                    html! { <label key={id.clone()}><input type="checkbox" {checked} {onchange} />{ label }</label> }
                }) }
            </div>
        </details>
    }
}
