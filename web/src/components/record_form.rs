//! A form made of a kind of record: one input per column, by its kind, with what the node offers to choose from.
//!
//! It owns the draft. It shows what became of the last try, and keeps what was typed until that is done. Rows that stand are edited in
//! the same form; only what changed is written.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{RecordColumn, Records};
use shared::command::Command;
use shared::field::{Column, Kind};
use shared::ids::{CommandId, RowId};
use shared::text::ui::Ui;
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use super::value_input::ValueInput;
use crate::client::wire::Told;
use crate::client::{clock, page};
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::use_words;
use crate::markup::{classes, html};

/// Props of [`RecordForm`].
#[derive(Properties, PartialEq)]
pub struct RecordFormProps {
    /// The kind and its place.
    pub records: Rc<Records>,
    /// The row to change; a new one when absent.
    #[prop_or_default]
    pub row: Option<RowId>,
    /// What the row says beside what the form asks.
    #[prop_or_default]
    pub given: BTreeMap<Column, Value>,
    /// The only columns to ask for; all when absent.
    #[prop_or_default]
    pub asks: Option<Vec<Column>>,
    /// The button's verb.
    #[prop_or_default]
    pub verb: AttrValue,
    /// Something is done, or the form was left.
    pub on_done: Callback<()>,
}

/// The form.
#[component]
pub fn RecordForm(props: &RecordFormProps) -> Html {
    let words = use_words();
    let outbox = use_outbox();
    let draft = use_state(BTreeMap::<Column, Value>::new);
    let behalf = use_state(|| Value::Null);
    let sent = use_state(|| None::<CommandId>);
    let outcome = sent.and_then(|id| outbox.outbox.outcome(id).cloned());
    let under_way = sent.is_some() && outcome.is_none();
    let queued = under_way && outbox.outbox.silent;
    {
        let (sent, draft, on_done) = (sent.clone(), draft.clone(), props.on_done.clone());
        let over = queued || matches!(outcome, Some(Told::Done { .. }));
        // A queued row is listed as such; the form is free for the next one.
        use_effect_with((*sent, over), move |(_, over)| {
            if *over {
                sent.set(None);
                draft.set(BTreeMap::new());
                on_done.emit(());
            }
        });
    }
    let records = &props.records;
    let needs_behalf = records.writing == "on_behalf";
    let submit = {
        let (records, draft, behalf, sent, outbox, row, given) = (
            records.clone(),
            draft.clone(),
            behalf.clone(),
            sent.clone(),
            outbox.clone(),
            props.row,
            props.given.clone(),
        );
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if page::stops_at_unreadable(&event) {
                return;
            }
            if draft.is_empty() && given.is_empty() {
                return;
            }
            if let Some(id) = *sent {
                outbox.delete(id);
            }
            let mut set = given.clone();
            for (column, value) in draft.now().iter() {
                set.insert(*column, value.clone());
            }
            let command = Command::Record {
                project: records.project,
                unit: records.unit,
                table: records.kind.table,
                row: row.unwrap_or_else(clock::new_row_id),
                set,
                on_behalf: needs_behalf.then(|| behalf.as_text().unwrap_or("").to_owned()),
            };
            let base = row.map(|_| records.heads.clone());
            let base = base.filter(|heads| !heads.is_empty());
            sent.set(Some(outbox.submit(
                command,
                base,
                records.kind.label.clone(),
            )));
        })
    };
    let standing = |column: Column| {
        let row = props.row?.to_string();
        let row = records.rows.iter().find(|known| known.row == row)?;
        row.cells.get(&column).map(|cell| cell.value.clone())
    };
    let field = |column: &RecordColumn| {
        let id = column.column;
        let kind = id.kind();
        let offered = records.choices.get(&id).unwrap_or(&column.options).clone();
        let value = draft.get(&id).cloned().or_else(|| standing(id));
        let draft = draft.clone();
        html! {
            <label class={classes!("form__field", matches!(kind, Kind::Long).then_some("form__field--wide"))} key={id.id()}>
                <span>{ &column.label }
                    if column.needed { <b class="required" aria-hidden="true">{ "*" }</b> }
                    if kind == Kind::Money { <small>{ words.t(Ui::Wan) }</small> }
                </span>
                <ValueInput path={id.id()} {kind} value={value.unwrap_or_default()} label={column.label.clone()} options={Rc::new(offered)}
                    on_edit={move |value: Value| {
                        let mut next = (*draft.now()).clone();
                        next.insert(id, value);
                        draft.set(next);
                    }} />
            </label>
        }
    };
    html! {
        <form class="form record-form" id="record-form" onsubmit={submit}>
            { for records.kind.columns.iter().filter(|column| !column.filled_in && props.asks.as_ref().is_none_or(|asks| asks.contains(&column.column))).map(field) }
            if needs_behalf {
                <label class="form__field form__field--wide"><span>{ words.t(Ui::OnBehalf) }<b class="required" aria-hidden="true">{ "*" }</b></span>
                    <ValueInput path="on_behalf" kind={Kind::Text} value={(*behalf).clone()} label={words.t(Ui::OnBehalf)} hint={words.t(Ui::OnBehalfNote)}
                        on_edit={let behalf = behalf.clone(); move |value| behalf.set(value)} />
                </label>
            }
            if let Some(Told::Refused(why)) = &outcome { <p class="form__error" role="alert" id="record-refused">{ why }</p> }
            <footer class="dialog__foot">
                if props.row.is_some() || props.asks.is_some() {
                    <button type="button" class="button" onclick={props.on_done.reform(|_: MouseEvent| ())}>{ words.t(Ui::Cancel) }</button>
                }
                <button type="submit" class="button button--main" id="record-save" disabled={under_way}>{ if under_way { words.t(Ui::Saving).into() } else if props.verb.is_empty() { words.t(Ui::RecordSave).into() } else { props.verb.clone() } }</button>
            </footer>
        </form>
    }
}
