//! One table of rows in the record: add, edit in place, strike out with a reason.

use shared::field::{Column, FieldPath, Kind, Table};
use shared::ids::RowId;
use shared::project::{Cell, ProjectView};
use shared::text::ui::Ui;
use shared::value::Value;
use yew::prelude::*;

use crate::component::{component, use_state};

use super::reason_dialog::ReasonDialog;
use super::value_input::ValueInput;
use crate::client::clock;
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::use_words;
use crate::markup::{classes, html};
use crate::state::entry;
use crate::state::keys::InputKey;
use crate::state::outbox::FieldStatus;

/// Props of [`RecordRows`].
#[derive(Properties, PartialEq)]
pub struct RecordRowsProps {
    /// The project.
    pub view: std::rc::Rc<ProjectView>,
    /// The table.
    pub table: Table,
    /// The reader may not write.
    pub read_only: bool,
    /// A person wrote a cell.
    pub on_edit: Callback<(FieldPath, Value)>,
    /// A person struck a row out.
    pub on_struck: Callback<(RowId, String)>,
    /// A key that means more than typing.
    pub on_key: Callback<(FieldPath, InputKey)>,
}

/// The table. A new row exists on screen until its first cell is written.
#[component]
pub fn RecordRows(props: &RecordRowsProps) -> Html {
    let words = use_words();
    let outbox = use_outbox();
    let added = use_state(Vec::<RowId>::new);
    let striking = use_state(|| None::<RowId>);
    let table = props.table;
    let columns: Vec<Column> = table
        .columns()
        .iter()
        .copied()
        .filter(|column| !entry::is_engines(column.kind()))
        .collect();
    let mut keys: Vec<String> = props.view.rows(table);
    for row in added.iter() {
        let row = row.to_string();
        if !keys.contains(&row) && !is_struck(&props.view, table, &row) {
            keys.push(row);
        }
    }
    let add = {
        let added = added.clone();
        Callback::from(move |_: MouseEvent| {
            let mut rows = (*added.now()).clone();
            rows.push(clock::new_row_id());
            added.set(rows);
        })
    };
    html! {
        <section class="rows" id={format!("table-{}", table.id())} data-table={table.id()}>
            <header class="rows__head">
                <h3>{ words.table(table) }<small>{ keys.len() }</small></h3>
                if !props.read_only { <button class="button button--small" onclick={add}>{ "＋ " }{ words.t(Ui::AddRow) }</button> }
            </header>
            if !keys.is_empty() {
                <div class="rows__scroll"><table class="table rows__table">
                    <thead><tr>
                        { for columns.iter().map(|column| html! { <th key={column.id()} scope="col">{ words.column(*column) }</th> }) }
                        <th class="rows__actions"><span class="off-screen">{ words.t(Ui::Strike) }</span></th>
                    </tr></thead>
                    <tbody>
                        { for keys.iter().map(|key| {
                            let row = key.parse::<RowId>().ok();
                            let striking = striking.clone();
                            html! {
                                <tr key={key.clone()} data-row={key.clone()}>
                                    { for columns.iter().map(|column| cell(props, &outbox.outbox, &words, key, *column)) }
                                    <td class="rows__actions">
                                        if let (Some(row), false) = (row, props.read_only) {
                                            <button class="button button--bare" title={words.t(Ui::Strike)} aria-label={words.t(Ui::Strike)}
                                                onclick={move |_: MouseEvent| striking.set(Some(row))}>{ "⊘" }</button>
                                        }
                                    </td>
                                </tr>
                            }
                        }) }
                    </tbody>
                </table></div>
            }
            if let Some(row) = *striking {
                <ReasonDialog title={words.t(Ui::Strike)} verb={words.t(Ui::Strike)}
                    on_closed={let striking = striking.clone(); Callback::from(move |()| striking.set(None))}
                    on_given={let (striking, added, done, view) = (striking.clone(), added.clone(), props.on_struck.clone(), props.view.clone());
                        Callback::from(move |reason| {
                            striking.set(None);
                            // A row that was never written only leaves the screen.
                            if view.rows(table).contains(&row.to_string()) {
                                done.emit((row, reason));
                            }
                            added.set(added.iter().copied().filter(|known| *known != row).collect());
                        })} />
            }
        </section>
    }
}

fn is_struck(view: &ProjectView, table: Table, row: &str) -> bool {
    !view.row_value(table, row, Column::Deleted).is_null()
}

fn cell(
    props: &RecordRowsProps,
    outbox: &crate::state::outbox::Outbox,
    words: &crate::state::words::Words,
    key: &str,
    column: Column,
) -> Html {
    let Ok(path) = FieldPath::keyed(props.table, key, column) else {
        return html! { <td></td> };
    };
    let cell = props
        .view
        .cells
        .get(&path)
        .cloned()
        .unwrap_or_else(Cell::default);
    let status = outbox.status(props.view.id, &path);
    let number = matches!(column.kind(), Kind::Money | Kind::Percent);
    let conflict = cell.is_conflict();
    html! {
        <td key={column.id()} class={classes!(number.then_some("number"), conflict.then_some("cell--conflict"))}>
            <ValueInput path={path.to_string()} row={key.to_owned()} kind={column.kind()} value={cell.value.clone()} label={words.column(column)}
                read_only={props.read_only || conflict} invalid={matches!(status, FieldStatus::Refused(_))}
                on_edit={props.on_edit.reform({let path = path.clone(); move |value| (path.clone(), value)})}
                on_key={props.on_key.reform({let path = path.clone(); move |key| (path.clone(), key)})} />
            { crate::components::field_row::saving_mark(words, &status) }
            if conflict {
                <button class="chip chip--ask" onclick={props.on_key.reform(move |_: MouseEvent| (path.clone(), InputKey::History))}>{ words.t(Ui::Conflict) }</button>
            }
        </td>
    }
}
