//! Every component in all its states, for those who build them: `/components` of a debug build (`scripts/build-web --debug`).
//!
//! What is shown is made up here and goes nowhere: what a state needs of the node stands as a value. A component whose look changes is looked
//! at here first; words are the reader's, so that both languages and 大字 can be seen.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{SyncState, SyncStatus};
use shared::command::Command;
use shared::field::{Authority, Column, Field, FieldPath, Kind, Table};
use shared::ids::{CommandId, ProjectId, RowId, UnitId};
use shared::project::{Cell, Contender, ProjectRow, ProjectView, Writer};
use shared::text::ui::Ui;
use shared::time::Timestamp;
use shared::value::Value;
use yew::prelude::*;

use crate::client::clock;
use crate::client::http::Failure;
use crate::component::{component, use_state};
use crate::components::cells::{
    button, choice, fact, print_button, strip_fact, td_number, th, th_number,
};
use crate::components::conflict_card::{ConflictCardProps, conflict_card};
use crate::components::dialog::Dialog;
use crate::components::face::{Face, face_view};
use crate::components::field_row::FieldRow;
use crate::components::key_list::key_list;
use crate::components::progress_bar::progress_bar;
use crate::components::project_table::ProjectTable;
use crate::components::proposal_list::ProposalList;
use crate::components::reason_dialog::ReasonDialog;
use crate::components::record_rows::RecordRows;
use crate::components::report_grid::{ReportGridProps, report_grid};
use crate::components::sync_pill::sync_pill;
use crate::components::value_input::ValueInput;
use crate::hooks::line::Line;
use crate::hooks::session::{Session, use_session};
use crate::markup::html;
use crate::state::ledger::{Facet, Sort, SortKey};
use crate::state::outbox::{DrawnCommand, FieldStatus, Item, Standing};
use crate::state::pill::{Reach, example};
use crate::state::report;

/// What stands over the page.
#[derive(Clone, Copy, PartialEq)]
enum Over {
    Nothing,
    Dialog,
    Reason,
    Keys,
}

/// The page.
#[component]
pub fn Components() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let over = use_state(|| Over::Nothing);
    let chosen = use_state(|| 0_usize);
    let open = |which: Over| {
        let over = over.clone();
        Callback::from(move |_: MouseEvent| over.set(which))
    };
    let close = {
        let over = over.clone();
        Callback::from(move |()| over.set(Over::Nothing))
    };
    let say = {
        let (notices, text) = (session.notices.clone(), words.t(Ui::Saved));
        Callback::from(move |_: MouseEvent| notices.say(text))
    };
    let fail = {
        let (notices, text) = (session.notices.clone(), words.t(Ui::BadMoney));
        Callback::from(move |_: MouseEvent| notices.fail(text))
    };
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |at| chosen.set(at))
    };
    html! {
        <div class="records" id="components">
            <header class="toolbar"><h1>{ "Components" }</h1></header>
            { shown("button, print_button, choice", html! {
                <p class="chips">
                    { button("button", words.t(Ui::Close), Callback::noop()) }
                    { button("button button--main", words.t(Ui::RecordSave), Callback::noop()) }
                    { button("button button--small", words.t(Ui::Cancel), Callback::noop()) }
                    { button("button button--bare", words.t(Ui::History), Callback::noop()) }
                    <button class="button button--main" disabled=true>{ words.t(Ui::Saving) }</button>
                    { print_button(&words) }
                    { choice("shown-choice", words.t(Ui::Stage), vec!["—".to_owned(), words.option("stage", "construction")], *chosen, choose) }
                </p>
            }) }
            { shown("progress_bar", html! {
                <>{ for [(0, None), (350, Some(917)), (917, Some(917)), (1000, Some(500))].into_iter().map(|(done, pace)| html! {
                    <p>{ progress_bar(done, pace, format!("{done}")) }</p>
                }) }</>
            }) }
            { shown("sync_pill", pills(&session)) }
            { shown("face", html! { <>{ for faces().into_iter().map(|face| face_view(&session, &face, &Callback::noop())) }</> }) }
            { shown("notice", html! {
                <p class="chips">{ button("button", words.t(Ui::Saved), say) }{ button("button", words.t(Ui::BadMoney), fail) }</p>
            }) }
            { shown("dialog, reason_dialog, key_list", html! {
                <p class="chips">{ button("button", "dialog", open(Over::Dialog)) }{ button("button", "reason_dialog", open(Over::Reason)) }{ button("button", "key_list", open(Over::Keys)) }</p>
            }) }
            { shown("th, td_number, fact, strip_fact", html! {
                <>
                    <table class="table"><thead><tr>{ th(words.t(Ui::ProjectName)) }{ th_number(words.t(Ui::TotalInvestment)) }</tr></thead>
                        <tbody><tr><td>{ "—" }</td>{ td_number("1,234.56".to_owned()) }</tr></tbody></table>
                    <dl class="totals">{ fact(words.t(Ui::TotalInvestment), "1,234.56".to_owned()) }</dl>
                    <dl class="strip">{ strip_fact(words.t(Ui::Rate).to_owned(), "85.0%".to_owned()) }</dl>
                </>
            }) }
            { shown("value_input", inputs()) }
            { shown("field_row, saving_mark", fields(&session)) }
            { shown("conflict_card", html! {
                <>{ for [false, true].into_iter().map(|read_only| conflict_card(&words, &ConflictCardProps {
                    path: FieldPath::once(Field::TotalInvestmentFen),
                    kind: Kind::Money,
                    label: words.t(Ui::TotalInvestment).into(),
                    contenders: contenders(),
                    read_only,
                    on_resolve: Callback::noop(),
                })) }</>
            }) }
            { shown("project_table", html! {
                <>{ for [None, Some(Facet::Sector)].into_iter().map(|group| html! {
                    <div class="rows__scroll"><ProjectTable rows={Rc::new(vec![Rc::new(row(1, 4)), Rc::new(row(2, 0))])} {group} sort={Sort { key: SortKey::Total, descending: true }}
                        period={session.period} with_unit=true chosen={Rc::new(vec![project(1)])} on_chosen={Callback::noop()} on_sort={Callback::noop()} /></div>
                }) }</>
            }) }
            { shown("report_grid", html! {
                <>{ for [false, true].into_iter().map(|read_only| report_grid(&words, &ReportGridProps {
                    lines: Rc::new(vec![line(&session, 1), line(&session, 2)]),
                    period: session.period,
                    read_only,
                    on_edit: Callback::noop(),
                    on_key: Callback::noop(),
                    on_history: Callback::noop(),
                    on_paste: Callback::noop(),
                    on_cut: Callback::noop(),
                })) }</>
            }) }
            { shown("proposal_list", html! {
                <ProposalList view={Rc::new(view())} read_only=false on_accepted={Callback::noop()} on_dismissed={Callback::noop()} />
            }) }
            { shown("record_rows", html! {
                <>{ for [false, true].into_iter().map(|read_only| html! {
                    <RecordRows view={Rc::new(view())} table={Table::Countdown} {read_only} on_edit={Callback::noop()} on_struck={Callback::noop()} on_key={Callback::noop()} />
                }) }</>
            }) }
            if *over == Over::Dialog { <Dialog title={words.t(Ui::Receipt)} on_closed={close.clone()}><p>{ words.t(Ui::ConflictNote) }</p></Dialog> }
            if *over == Over::Reason { <ReasonDialog title={words.t(Ui::Strike)} verb={words.t(Ui::Strike)} on_given={close.reform(|_: String| ())} on_closed={close.clone()} /> }
            if *over == Over::Keys { { key_list(&words, close.clone()) } }
        </div>
    }
}

fn shown(name: &'static str, states: Html) -> Html {
    html! { <section class="record__section" data-component={name}><h2>{ name }</h2>{ states }</section> }
}

fn pills(session: &Session) -> Html {
    let state = |state, pending| example(state, pending, clock::now());
    let offline = SyncState::Offline {
        reason: String::new(),
        switched_off: false,
    };
    let refused = SyncState::Refused {
        reason: session.words.t(Ui::ReadOnly).to_owned(),
    };
    let states = [
        Some(state(SyncState::NotJoined, 0)),
        Some(state(SyncState::Synced, 0)),
        Some(state(SyncState::Waiting, 12)),
        Some(state(SyncState::Running { done: 3, total: 12 }, 9)),
        Some(state(offline, 12)),
        Some(state(SyncState::Conflicts { count: 2 }, 0)),
        Some(state(refused, 1)),
        Some(state(SyncState::ClockSkew { minutes: -27 }, 0)),
        None,
    ];
    let line = |status: Option<SyncStatus>| Line {
        reach: if status.is_some() {
            Reach::Answers
        } else {
            Reach::Silent
        },
        status: status.map(Rc::new),
        on_status: Callback::noop(),
        on_reach: Callback::noop(),
    };
    html! { <p class="chips">{ for states.into_iter().map(|status| sync_pill(session, &line(status))) }</p> }
}

fn faces() -> Vec<Face> {
    let failures = [Failure::Unreachable, Failure::Status(500), Failure::Garbled];
    let failed = failures.into_iter().map(Face::Failed);
    [Face::Loading, Face::Missing(Ui::ProjectMissing)]
        .into_iter()
        .chain(failed)
        .collect()
}

/// One input of each kind: empty, filled, refused, read only.
fn inputs() -> Html {
    let kinds = [
        (Kind::Text, Value::from("Bridge")),
        (Kind::Long, Value::from("Line one\nLine two")),
        (Kind::Money, Value::Int(123_456_000_000)),
        (Kind::Percent, Value::Int(85)),
        (Kind::Count, Value::Int(12)),
        (Kind::Flag, Value::Bool(true)),
        (Kind::Date, Value::from("2026-11-23")),
        (Kind::Years, Value::from("2025..2027")),
        (Kind::Choice("stage"), Value::from("construction")),
        (Kind::Set("investment_kind"), Value::Null),
        (Kind::Person, Value::from("Li Mei")),
    ];
    html! {
        <table class="table table--cells"><tbody>{ for kinds.into_iter().map(|(kind, value)| {
            let input = |value: Value, invalid: bool, read_only: bool| html! {
                <td><ValueInput path="shown" {kind} {value} {invalid} {read_only} label="shown" on_edit={Callback::noop()} /></td>
            };
            html! {
                <tr><th scope="row">{ format!("{kind:?}") }</th>{ input(Value::Null, false, false) }{ input(value.clone(), false, false) }{ input(value.clone(), true, false) }{ input(value, false, true) }</tr>
            }
        }) }</tbody></table>
    }
}

/// A field as it is edited, in every state of its saving.
fn fields(session: &Session) -> Html {
    let path = FieldPath::once(Field::TotalInvestmentFen);
    let id = CommandId::from_parts(1, [1; 10]);
    let value = Value::Int(123_456_000_000);
    let command = Command::Edit {
        project: project(1),
        set: [(path.clone(), value.clone())].into(),
        on_behalf: None,
    };
    let drawn = DrawnCommand::of(&command, None, String::new());
    let mut item = Item::new(
        session.me.user,
        session.me.node.id,
        id,
        Vec::new(),
        drawn,
        Timestamp(0),
    );
    item.standing = Standing::Refused(session.words.t(Ui::ReadOnly).to_owned());
    let states = [
        (FieldStatus::Idle, false),
        (FieldStatus::Saving, false),
        (FieldStatus::Queued, false),
        (FieldStatus::Saved(id), false),
        (FieldStatus::Proposed(id), false),
        (FieldStatus::Refused(Box::new(item)), false),
        (FieldStatus::Idle, true),
    ];
    html! {
        <>{ for states.into_iter().map(|(status, conflict)| html! {
            <FieldRow path={path.clone()} label={session.words.t(Ui::TotalInvestment)} kind={Kind::Money} authority={Authority::Home} required=true
                cell={Cell { value: value.clone(), contenders: if conflict { contenders() } else { Vec::new() } }} {status} read_only=false
                on_edit={Callback::noop()} on_resolve={Callback::noop()} on_discard={Callback::noop()} on_key={Callback::noop()} />
        }) }</>
    }
}

fn contenders() -> Vec<Contender> {
    let side = |fen: i64, unit: &str| Contender {
        value: Value::Int(fen),
        by: Writer {
            user: None,
            name: "Li Mei".to_owned(),
            unit: unit.to_owned(),
            at: clock::now(),
        },
    };
    vec![
        side(123_456_000_000, "hub"),
        side(99_000_000_000, "Songping"),
    ]
}

fn project(number: u8) -> ProjectId {
    ProjectId::from_parts(u64::from(number), [number; 10])
}

fn row(number: u8, open_issues: u32) -> ProjectRow {
    ProjectRow {
        id: project(number),
        name: format!("Bridge {number}"),
        code: format!("2026-{number}"),
        home: Some(UnitId::from_bytes([1; 10])),
        home_name: "Songping".to_owned(),
        territory: String::new(),
        owner: "Owner".to_owned(),
        lead_unit: String::new(),
        sector: "transport".to_owned(),
        investment_kind: String::new(),
        stage: "construction".to_owned(),
        total_fen: Some(123_456_000_000),
        year_plan_fen: Some(50_000_000_000),
        year_done_fen: Some(30_000_000_000 * i64::from(number)),
        month_done_fen: None,
        cum_fen: None,
        image: String::new(),
        open_issues,
        issues: open_issues,
        conflicts: u32::from(number == 1),
        proposals: u32::from(number == 2),
        keys: String::new(),
        updated_at: clock::now(),
        deleted: String::new(),
        demo: false,
    }
}

/// A line of the month: the first filled, the second empty with what stood there last month.
fn line(session: &Session, number: u8) -> report::Line {
    let mut cells = BTreeMap::new();
    if number == 1 {
        cells.insert(
            Field::MonthDoneFen.id().to_owned(),
            Value::Int(5_000_000_000),
        );
        cells.insert(Field::MonthImage.id().to_owned(), Value::from("Piers done"));
    }
    let row = shared::api::ReportRow {
        row: row(number, u32::from(number)),
        heads: Vec::new(),
        before_fen: 20_000_000_000,
        cells,
        last_image: "Piles done".to_owned(),
        marks: BTreeMap::new(),
        conflicts: Vec::new(),
        filled: number == 1,
        last_next: String::new(),
        planned: String::new(),
        group: String::new(),
        waiting: Vec::new(),
        light: Some(shared::api::rules::LightSign {
            colour: "amber".to_owned(),
            says: "91.0 % of the plan up to now".to_owned(),
        }),
    };
    report::line(&row, session.period, &[])
}

/// A project with a proposal that waits and a task.
fn view() -> ProjectView {
    let key = RowId::from_parts(1, [1; 10]);
    let cells = [
        (
            Table::Proposals,
            Column::Path,
            Field::TotalInvestmentFen.id(),
        ),
        (Table::Proposals, Column::Value, "88000000000"),
        (Table::Proposals, Column::Reason, "Letter of 12 November"),
        (Table::Countdown, Column::Task, "Piers"),
        (Table::Countdown, Column::Due, "2026-12-31"),
    ];
    let cells = cells.into_iter().map(|(table, column, text)| {
        let value = Value::from(text);
        (
            FieldPath::cell(table, key, column),
            Cell {
                value,
                contenders: Vec::new(),
            },
        )
    });
    ProjectView {
        id: project(1),
        heads: Vec::new(),
        cells: cells.collect(),
    }
}
