//! 记录与登记: every kind of companion record, by place and subject; and one kind as a list with its form (通用表单).
//!
//! Both are drawn from what the node says about a kind; no table, column or option stands in this code.

use std::rc::Rc;

use shared::api::{DirectoryUnit, RecordChange, RecordRow, RecordType, Records as Answer};
use shared::command::Command;
use shared::field::{FieldPath, Table};
use shared::ids::{ProjectId, RowId};
use shared::text::figures;
use shared::text::ui::Ui;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::component::{UseStateHandle, component, use_effect_with, use_state};

use crate::client::live::Heard;
use crate::components::cells::{print_button, th};
use crate::components::conflict_card::{ConflictCardProps, by, conflict_card};
use crate::components::face::{Face, face_view};
use crate::components::reason_dialog::ReasonDialog;
use crate::components::record_form::RecordForm;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::use_outbox;
use crate::hooks::router::Link;
use crate::hooks::rows::use_rows;
use crate::hooks::session::{Session, use_session};
use crate::markup::{classes, html};
use crate::routes::{Of, Route};
use crate::state::remote::Remote;
use crate::state::words::Words;

/// Props of [`Registry`].
#[derive(Properties, PartialEq)]
pub struct RegistryProps {
    /// The project whose tables are meant.
    pub project: Option<ProjectId>,
}

/// Every kind, to choose one.
#[component]
pub fn Registry(props: &RegistryProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let rows = use_rows();
    let sought = use_state(String::new);
    let all: Vec<_> = rows
        .rows
        .ready()
        .map(|rows| rows.iter().filter(|row| row.deleted.is_empty()).cloned())
        .into_iter()
        .flatten()
        .collect();
    let navigator = session.way.navigator.clone();
    let choose = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>();
        let project = chosen.and_then(|select| select.value().parse().ok());
        navigator.push(&Route::Registry { project });
    });
    let seek = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            sought.set(input.map(|input| input.value()).unwrap_or_default());
        })
    };
    html! {
        <div class="records">
            <header class="toolbar"><h1>{ words.t(Ui::Records) }</h1><span class="toolbar__space"></span>
                <input class="value" id="records-search" type="search" placeholder={words.t(Ui::Filter)} aria-label={words.t(Ui::Filter)} oninput={seek} />
                <select class="value" id="records-project" aria-label={words.t(Ui::Project)} onchange={choose}>
                    <option value="" selected={props.project.is_none()}>{ words.t(Ui::ChooseProject) }</option>
                    { for all.iter().map(|row| html! {
                        <option key={row.id.to_string()} value={row.id.to_string()} selected={props.project == Some(row.id)}>{ &row.name }</option>
                    }) }
                </select>
            </header>
            <RecordKinds project={props.project} sought={AttrValue::from((*sought).clone())} only_project=false />
        </div>
    }
}

/// Props of [`RecordKinds`].
#[derive(Properties, PartialEq)]
pub struct RecordKindsProps {
    /// The project whose tables are meant.
    pub project: Option<ProjectId>,
    /// Words a label must hold.
    #[prop_or_default]
    pub sought: AttrValue,
    /// Shows the project's tables alone.
    pub only_project: bool,
}

/// A heading with the kinds under it.
type Subject<'a> = (&'a str, Vec<&'a RecordType>);

/// Links to kinds with their counts, by place and subject.
#[component]
pub fn RecordKinds(props: &RecordKindsProps) -> Html {
    let session = use_session();
    let words = &session.words;
    let of = props.project.map(|id| format!("?project={id}"));
    let address = format!("/api/v1/record-types{}", of.unwrap_or_default());
    let types = use_fetch::<Vec<RecordType>>(address.into());
    let Remote::Ready(types) = &types.remote else {
        return Face::of(&types.remote, Ui::ProjectMissing)
            .map(|face| face_view(&session, &face, &types.reload))
            .unwrap_or_default();
    };
    let of_project = |kind: &RecordType| matches!(&*kind.place, "project" | "oversight");
    let shown: Vec<_> = types
        .iter()
        .filter(|kind| kind.label.contains(&*props.sought))
        // What the reader may not read has no count; a project's tables need a project.
        .filter(|kind| kind.rows.is_some() && (!props.only_project || of_project(kind)))
        .collect();
    let mut groups: Vec<(&str, Vec<Subject<'_>>)> = Vec::new();
    for kind in shown {
        let at = groups
            .iter()
            .position(|(place, _)| *place == kind.place_label);
        let at = at.unwrap_or_else(|| {
            groups.push((&kind.place_label, Vec::new()));
            groups.len() - 1
        });
        let subjects = &mut groups[at].1;
        match subjects.iter_mut().find(|(name, _)| *name == kind.subject) {
            Some((_, kinds)) => kinds.push(kind),
            None => subjects.push((&kind.subject, vec![kind])),
        }
    }
    html! {
        <>{ for groups.into_iter().map(|(place, subjects)| html! {
            <section class="record__section" key={place.to_owned()}><h2>{ place }</h2>
                { for subjects.into_iter().map(|(subject, kinds)| html! {
                    <div class="records__subject" key={subject.to_owned()}><h3>{ subject }</h3><ul class="chips">
                        { for kinds.into_iter().map(|kind| kind_link(words, kind, props.project)) }
                    </ul></div>
                }) }
            </section>
        }) }</>
    }
}

fn kind_link(words: &Words, kind: &RecordType, project: Option<ProjectId>) -> Html {
    let of = match (&*kind.place, project) {
        ("project" | "oversight", Some(project)) => Of::Project(project),
        _ => Of::Own,
    };
    html! {
        <li key={kind.table.id()} data-table={kind.table.id()}>
            <Link to={Route::Rows { table: kind.table, of }} classes={classes!("chip", (!kind.on).then_some("chip--quiet"))}>
                { &kind.label }{ " " }<b>{ kind.rows.unwrap_or(0) }</b>
                if !kind.on { { " · " }{ words.t(Ui::RecordsOff) } }
            </Link>
        </li>
    }
}

/// Props of [`RecordList`].
#[derive(Properties, PartialEq)]
pub struct RecordListProps {
    /// The table.
    pub table: Table,
    /// Whose rows.
    pub of: Of,
}

#[derive(Clone, Copy, PartialEq)]
enum Over {
    Nothing,
    Striking(RowId),
    Past(RowId),
    Editing(RowId),
}

/// One kind as a list with its form.
#[component]
pub fn RecordList(props: &RecordListProps) -> Html {
    let session = use_session();
    let outbox = use_outbox();
    let over = use_state(|| Over::Nothing);
    let query = format!("?table={}{}", props.table.id(), props.of.query('&'));
    let fetched = use_fetch::<Answer>(format!("/api/v1/records{query}").into());
    let past = match *over {
        Over::Past(row) => format!("/api/v1/records/history{query}&row={row}"),
        _ => String::new(),
    };
    let past = use_fetch::<Vec<RecordChange>>(past.into());
    let units = if session.is_hub() {
        "/api/v1/directory"
    } else {
        ""
    };
    let units = use_fetch::<Vec<DirectoryUnit>>(units.into());
    {
        let reload = fetched.reload.clone();
        use_live(Callback::from(move |heard| {
            if !matches!(heard, Heard::Closed) {
                reload.emit(());
            }
        }));
    }
    // What this person did is answered before the live line says so.
    {
        let reload = fetched.reload.clone();
        use_effect_with(outbox.outbox.waiting(), move |_| reload.emit(()));
    }
    let Remote::Ready(records) = &fetched.remote else {
        return Face::of(&fetched.remote, Ui::NotFound)
            .map(|face| face_view(&session, &face, &fetched.reload))
            .unwrap_or_default();
    };
    let words = &session.words;
    let close = {
        let over = over.clone();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let writes = records.writing != "no";
    let editing = match *over {
        Over::Editing(row) => Some(row),
        _ => None,
    };
    let prefix = FieldPath::table_prefix(props.table);
    let queued = outbox.outbox.items.iter().filter(|item| {
        let mine = |(path, _): &(FieldPath, _)| path.as_str().starts_with(&prefix);
        !item.is_refused() && item.project == records.project && item.writes.iter().any(mine)
    });
    let queued = queued.count();
    let kind = &records.kind;
    // The hub reads the papers of any unit.
    let navigator = session.way.navigator.clone();
    let table = props.table;
    let choose = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(unit) = chosen.and_then(|select| select.value().parse().ok()) {
            let of = Of::Unit(unit);
            navigator.push(&Route::Rows { table, of });
        }
    });
    let strike = {
        let (outbox, records, over) = (outbox.clone(), records.clone(), over.clone());
        Callback::from(move |reason| {
            if let Over::Striking(row) = *over {
                let command = Command::StrikeRow {
                    project: records.project,
                    unit: records.unit,
                    table: records.kind.table,
                    row,
                    reason,
                };
                outbox.submit(command, None, records.kind.label.clone());
            }
            over.set(Over::Nothing);
        })
    };
    html! {
        <div class="records" data-table={props.table.id()}>
            <header class="toolbar">
                <h1>{ &kind.label }if !records.of.is_empty() { <small>{ &records.of }</small> }</h1>
                if kind.generic { <span class="chip chip--quiet" id="generic-form">{ words.t(Ui::GenericForm) }</span> }
                if !kind.on { <span class="chip">{ words.t(Ui::RecordsOff) }</span> }
                if queued > 0 { <span class="chip chip--ask" data-queued={queued.to_string()}>{ words.t(Ui::Queued) }{ " " }{ queued }</span> }
                <span class="toolbar__space"></span>
                if let (Some(own), Remote::Ready(units)) = (records.unit, &units.remote) {
                    <select class="value" id="records-unit" aria-label={words.t(Ui::Unit)} onchange={choose}>
                        { for units.iter().map(|unit| html! {
                            <option key={unit.unit.to_string()} value={unit.unit.to_string()} selected={unit.unit == own}>{ &unit.name }</option>
                        }) }
                    </select>
                }
                if let Some(id) = records.project { <Link to={Route::Project { id }} classes="button">{ words.t(Ui::Project) }</Link> }
                <Link to={Route::Registry { project: records.project }} classes="button">{ words.t(Ui::Records) }</Link>
                <a class="button" id="records-export" download="" href={format!("/api/v1/exports{query}&format=xlsx")}>{ words.t(Ui::ExportXlsx) }</a>
                { print_button(words) }
            </header>
            if !records.refusal.is_empty() { <p class="form__note" id="record-read-only">{ words.t(Ui::ReadOnly) }{ " · " }{ &records.refusal }</p> }
            if !records.note.is_empty() { <p class="form__note">{ &records.note }</p> }
            if writes {
                <section class="record__section">
                    if kind.acts { <p class="form__note">{ words.t(Ui::ActsNote) }</p> }
                    <RecordForm key={editing.map(|row| row.to_string()).unwrap_or_default()} records={records.clone()} row={editing} on_done={close.clone()} />
                </section>
            }
            if records.rows.is_empty() { <p class="empty">{ words.t(Ui::NoRecords) }</p> } else {
                <div class="rows__scroll"><table class="table" id="records">
                    <thead><tr>
                        { for kind.columns.iter().map(|column| html! { <th scope="col" key={column.column.id()}>{ &column.label }</th> }) }
                        { th(words.t(Ui::By)) }<th scope="col"><span class="off-screen">{ words.t(Ui::History) }</span></th>
                    </tr></thead>
                    <tbody>{ for records.rows.iter().map(|row| line(&session, records, row, writes, &over)) }</tbody>
                </table></div>
            }
            { for records.rows.iter().flat_map(|row| clashes(words, records, row, &outbox)) }
            if let (Over::Past(_), Remote::Ready(changes)) = (*over, &past.remote) {
                <section class="record__section" id="record-history"><h2>{ words.t(Ui::HistoryOf) }</h2>
                    <ol class="history__list">{ for changes.iter().map(|change| html! {
                        <li><div class="history__who">{ by(words, &change.by) }{ " " }<span class="chip chip--quiet">{ &change.act }</span></div>
                            <div class="history__values">{ &change.label }{ " " }<del>{ &change.old }</del>{ " → " }<ins>{ &change.new }</ins></div>
                            <div class="history__reason">{ &change.reason }</div></li>
                    }) }</ol>
                    <button class="button" onclick={close.reform(|_: MouseEvent| ())}>{ words.t(Ui::Close) }</button>
                </section>
            }
            if let Over::Striking(_) = *over {
                <ReasonDialog title={words.t(Ui::Strike)} verb={words.t(Ui::Strike)} on_given={strike} on_closed={close} />
            }
        </div>
    }
}

fn line(
    session: &Session,
    records: &Rc<Answer>,
    row: &RecordRow,
    writes: bool,
    over: &UseStateHandle<Over>,
) -> Html {
    let words = &session.words;
    let id = row.row.parse::<RowId>().ok();
    let act = |word: Ui, sign: &'static str, to: fn(RowId) -> Over| {
        let over = over.clone();
        html! {
            <button class="button button--bare" title={words.t(word)} aria-label={words.t(word)} data-act={sign}
                onclick={move |_: MouseEvent| if let Some(id) = id { over.set(to(id)) }}>{ sign }</button>
        }
    };
    let stands = row.struck.is_empty();
    let cell = |column: &shared::api::RecordColumn| {
        let cell = row.cells.get(&column.column);
        let clash = cell.is_some_and(|cell| !cell.contenders.is_empty());
        let number = matches!(&*column.kind, "money" | "percent" | "count");
        html! { <td key={column.column.id()} class={classes!(number.then_some("number"), clash.then_some("cell--conflict"))}>{ cell.map(|cell| cell.shown.clone()) }</td> }
    };
    html! {
        <tr key={row.row.clone()} data-row={row.row.clone()} class={(!stands).then_some("records__struck")}>
            { for records.kind.columns.iter().map(cell) }
            <td class="records__who">
                if let Some(by) = &row.by { { &by.name }{ " " }{ figures::moment(by.at, crate::client::clock::now()) } }
                { for row.notes.iter().map(|note| html! { <p>{ note }</p> }) }
                if !stands { <p class="form__error">{ words.t(Ui::Strike) }{ "：" }{ &row.struck }</p> }
                else { { for row.warnings.iter().map(|warning| html! { <p class="form__error">{ "▲ " }{ warning }</p> }) } }
            </td>
            <td class="rows__actions">
                // What is worked out when it is read has no past of its own.
                if records.kind.place != "compiled" { { act(Ui::History, "↺", Over::Past) } }
                if writes && stands && !records.kind.acts { { act(Ui::Correct, "✎", Over::Editing) } }
                if writes && stands { { act(Ui::Strike, "⊘", Over::Striking) } }
            </td>
        </tr>
    }
}

/// The cells of a row that hold several values, each to be ended.
fn clashes(
    words: &Words,
    records: &Rc<Answer>,
    row: &RecordRow,
    outbox: &Rc<crate::hooks::outbox::OutboxHandle>,
) -> Vec<Html> {
    let cells = row
        .cells
        .iter()
        .filter(|(_, cell)| !cell.contenders.is_empty());
    cells
        .filter_map(|(column, cell)| {
            let path = FieldPath::keyed(records.kind.table, &row.row, *column).ok()?;
            let (outbox, records, seen) =
                (outbox.clone(), records.clone(), cell.contenders.clone());
            Some(conflict_card(
                words,
                &ConflictCardProps {
                    path,
                    kind: column.kind(),
                    label: words.column(*column).into(),
                    contenders: cell.contenders.clone(),
                    read_only: records.writing == "no",
                    on_resolve: Callback::from(move |(path, keep)| {
                        let command = Command::ResolveConflict {
                            project: records.project,
                            unit: records.unit,
                            path,
                            seen: seen.iter().map(|side| side.value.clone()).collect(),
                            keep,
                        };
                        outbox.submit(command, None, records.kind.label.clone());
                    }),
                },
            ))
        })
        .collect()
}
