//! One field of the record: label, value, how its saving stands, its conflict, its history.

use shared::field::{Authority, FieldPath, Kind};
use shared::project::Cell;
use shared::text::hub::HubWord;
use shared::text::ui::Ui;
use shared::value::Value;
use yew::prelude::*;

use crate::component::component;

use super::conflict_card::{ConflictCardProps, conflict_card};
use super::value_input::ValueInput;
use crate::hooks::session::use_words;
use crate::markup::{classes, html};
use crate::state::answer;
use crate::state::entry;
use crate::state::keys::InputKey;
use crate::state::outbox::FieldStatus;
use crate::state::words::Words;

/// Props of [`FieldRow`].
#[derive(Properties, PartialEq)]
pub struct FieldRowProps {
    /// The path.
    pub path: FieldPath,
    /// Its label.
    pub label: AttrValue,
    /// What it holds.
    pub kind: Kind,
    /// Whose write counts.
    pub authority: Authority,
    /// Value and rivals.
    pub cell: Cell,
    /// How its saving stands.
    pub status: FieldStatus,
    /// The county demands it.
    #[prop_or_default]
    pub required: bool,
    /// The reader may not write.
    pub read_only: bool,
    /// A person wrote another value.
    pub on_edit: Callback<(FieldPath, Value)>,
    /// A person chose between rivals.
    pub on_resolve: Callback<(FieldPath, Value)>,
    /// A person gave a refused edit up.
    pub on_discard: Callback<FieldPath>,
    /// A key that means more than typing.
    pub on_key: Callback<(FieldPath, InputKey)>,
}

/// The row.
#[component]
pub fn FieldRow(props: &FieldRowProps) -> Html {
    let words = use_words();
    let engine = props.authority == Authority::Engine || entry::is_engines(props.kind);
    let conflict = props.cell.is_conflict();
    let read_only = props.read_only || engine || conflict;
    let refused = match &props.status {
        FieldStatus::Refused(item) => item.value_at(&props.path).cloned(),
        _ => None,
    };
    let path = props.path.clone();
    let wide = matches!(props.kind, Kind::Long | Kind::CoEdited);
    html! {
        <div class={classes!("field", wide.then_some("field--wide"), conflict.then_some("field--conflict"))} id={format!("field-{}", props.path)}>
            <div class="field__label">
                <span>{ &props.label }if props.required { <b class="required" title={words.t(Ui::Required)}>{ "*" }</b> }</span>
                if engine { <small>{ words.t(Ui::EngineField) }</small> }
                else if props.authority == Authority::Hub { <small>{ words.hub(HubWord::Fills) }</small> }
            </div>
            <div class="field__value">
                <ValueInput path={props.path.to_string()} kind={props.kind} value={props.cell.value.clone()} label={props.label.clone()}
                    {read_only} invalid={refused.is_some()} {refused}
                    on_edit={props.on_edit.reform({let path = path.clone(); move |value| (path.clone(), value)})}
                    on_key={props.on_key.reform({let path = path.clone(); move |key| (path.clone(), key)})} />
                if props.kind == Kind::Money { <span class="field__unit">{ words.t(Ui::Wan) }</span> }
            </div>
            <div class="field__side">
                { saving_mark(&words, &props.status) }
                <button type="button" class="button button--bare field__history" tabindex="-1" title={words.t(Ui::History)}
                    aria-label={format!("{} {}", words.t(Ui::History), props.label)}
                    onclick={props.on_key.reform({let path = path.clone(); move |_: MouseEvent| (path.clone(), InputKey::History)})}>{ "◷" }</button>
            </div>
            if let FieldStatus::Refused(item) = &props.status {
                <p class="field__refusal" role="alert">
                    { answer::standing(item, &words) }
                    <button type="button" class="button button--small" onclick={props.on_discard.reform({let path = path.clone(); move |_: MouseEvent| path.clone()})}>{ words.t(Ui::DiscardEdit) }</button>
                </p>
            }
            if conflict {
                { conflict_card(&words, &ConflictCardProps {
                    path: props.path.clone(),
                    kind: props.kind,
                    label: props.label.clone(),
                    contenders: props.cell.contenders.clone(),
                    read_only: props.read_only,
                    on_resolve: props.on_resolve.clone(),
                }) }
            }
        </div>
    }
}

/// A tick after the node's answer and never before; other signs before.
pub fn saving_mark(words: &Words, status: &FieldStatus) -> Html {
    let name = status.name();
    let (sign, word, key) = match status {
        FieldStatus::Idle => return html! { <span class="mark" data-status="idle"></span> },
        FieldStatus::Saving => ("…", Ui::Saving, String::new()),
        FieldStatus::Queued => ("↑", Ui::Queued, String::new()),
        FieldStatus::Saved(id) => ("✔", Ui::Saved, id.to_string()),
        FieldStatus::Proposed(id) => ("◇", Ui::BecameProposal, id.to_string()),
        FieldStatus::Refused(_) => ("✖", Ui::NotSaved, String::new()),
    };
    html! {
        <span {key} class={classes!("mark", format!("mark--{name}"))} data-status={name} title={words.t(word)} role="status">
            <span aria-hidden="true">{ sign }</span><span class="off-screen">{ words.t(word) }</span>
        </span>
    }
}
