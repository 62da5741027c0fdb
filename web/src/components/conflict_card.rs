//! A field with several values: each with its author, and the buttons that choose.

use shared::field::{FieldPath, Kind};
use shared::project::Contender;
use shared::text::figures;
use shared::text::hub::HubWord;
use shared::text::ui::{Say, Ui};
use shared::value::Value;
use yew::prelude::*;

use super::value_input::ValueInput;
use crate::client::clock;
use crate::markup::{classes, html};
use crate::state::words::Words;

/// What [`conflict_card`] draws.
pub struct ConflictCardProps {
    /// The field.
    pub path: FieldPath,
    /// What it holds.
    pub kind: Kind,
    /// Its label.
    pub label: AttrValue,
    /// The values, the provisional one first.
    pub contenders: Vec<Contender>,
    /// The reader may not choose.
    pub read_only: bool,
    /// A person chose.
    pub on_resolve: Callback<(FieldPath, Value)>,
}

/// The card.
pub fn conflict_card(words: &Words, props: &ConflictCardProps) -> Html {
    let say = Say::FieldConflict {
        label: &props.label,
        count: props.contenders.len(),
    };
    let adopt = |value: Value| {
        let path = props.path.clone();
        props
            .on_resolve
            .reform(move |_: MouseEvent| (path.clone(), value.clone()))
    };
    html! {
        <section class="conflict" data-conflict={props.path.to_string()} aria-label={words.say(&say)}>
            <h3><span aria-hidden="true">{ "◆ " }</span>{ words.say(&say) }</h3>
            <p class="conflict__note">{ words.t(Ui::ConflictNote) }</p>
            <div class="conflict__sides">
                { for props.contenders.iter().enumerate().map(|(index, contender)| html! {
                    <div class="conflict__side" key={index}>
                        <div class="conflict__who">
                            { writer(words, contender) }
                            if index == 0 { <span class="chip chip--quiet">{ words.t(Ui::Provisional) }</span> }
                        </div>
                        <div class={classes!("conflict__value", (props.kind == Kind::Money).then_some("number"))}>{ display(words, props.kind, &contender.value) }</div>
                        if !props.read_only {
                            <button type="button" class="button button--main" data-adopt={index.to_string()} onclick={adopt(contender.value.clone())}>{ words.t(Ui::Adopt) }</button>
                        }
                    </div>
                }) }
            </div>
            if !props.read_only {
                <details>
                    <summary class="button button--small">{ words.t(Ui::AdoptOther) }</summary>
                    <div class="conflict__other">
                        <ValueInput path={format!("{}#other", props.path)} kind={props.kind} value={Value::Null} label={props.label.clone()}
                            on_edit={props.on_resolve.reform({let path = props.path.clone(); move |value| (path.clone(), value)})} />
                    </div>
                </details>
            }
        </section>
    }
}

/// Who wrote a value and when, in one line.
#[must_use]
pub fn writer(words: &Words, contender: &Contender) -> String {
    by(words, &contender.by)
}

/// Name, unit and time of a writer.
#[must_use]
pub fn by(words: &Words, writer: &shared::project::Writer) -> String {
    let name = if writer.name.is_empty() {
        words.t(Ui::WriterUnknown)
    } else {
        &writer.name
    };
    let unit = if writer.unit == "hub" {
        words.hub(HubWord::Level)
    } else {
        writer.unit.clone()
    };
    let at = figures::moment(writer.at, clock::now());
    if unit.is_empty() {
        format!("{name} · {at}")
    } else {
        format!("{name} · {unit} · {at}")
    }
}

/// A value for reading.
#[must_use]
pub fn display(words: &Words, kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => words.t(Ui::Unset).to_owned(),
        (Kind::Money, Value::Int(fen)) => {
            let exact = shared::money::Fen(*fen).wan_exact();
            format!(
                "{} {}",
                crate::state::numbers::group(&exact),
                words.t(Ui::Wan)
            )
        }
        (Kind::Percent, Value::Int(number)) => format!("{number}%"),
        (_, Value::Bool(true)) => words.t(Ui::Yes).to_owned(),
        (_, Value::Bool(false)) => words.t(Ui::No).to_owned(),
        (Kind::Choice(list), Value::Text(id)) => words.option(list, id),
        (Kind::Set(list), Value::Text(ids)) => {
            let labels: Vec<String> = ids.split(',').map(|id| words.option(list, id)).collect();
            words.list(&labels)
        }
        (kind, value) => crate::state::entry::print(kind, value),
    }
}
