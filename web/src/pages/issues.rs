//! 问题与调度: every open problem by where it stands, and one problem with its way (ux.md 5.5).
//!
//! What a person could do, and why not, comes from the node's rules with each issue; this page only shows it and asks for what an
//! act must say.

use std::collections::BTreeMap;
use std::rc::Rc;

use shared::api::{IssueBoard, IssueCard, IssueState, IssueStep, IssueWay, Records};
use shared::command::Command;
use shared::field::{Column, Table};
use shared::ids::{CommandId, ProjectId};
use shared::text::ui::{Say, Ui};
use shared::value::Value;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::component::{UseStateHandle, component, use_effect_with, use_node_ref, use_state};

use crate::client::live::Heard;
use crate::client::wire::Told;
use crate::client::{clock, page};
use crate::components::cells::{button, print_button};
use crate::components::conflict_card::by;
use crate::components::dialog::Dialog;
use crate::components::face::{Face, face_view};
use crate::components::record_form::RecordForm;
use crate::components::value_input::ValueInput;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::outbox::use_outbox;
use crate::hooks::router::Link;
use crate::hooks::rows::use_rows;
use crate::hooks::session::{Session, use_session};
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::markup::{classes, html};
use crate::routes::{Of, Route};
use crate::state::ledger;
use crate::state::remote::Remote;

/// Projects offered while a name is typed.
const OFFERED: usize = 6;

#[derive(Clone, PartialEq)]
enum Over {
    Nothing,
    New,
    One(String),
}

/// The page.
#[component]
pub fn Issues() -> Html {
    let session = use_session();
    let outbox = use_outbox();
    let closed = use_state(|| false);
    let sought = use_state(String::new);
    let over = use_state(|| Over::Nothing);
    let fetched = use_fetch::<IssueBoard>(format!("/api/v1/issues?closed={}", *closed).into());
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
    {
        let over = over.clone();
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            if !pressed.typing && *over == Over::Nothing && pressed.press.key == "n" {
                pressed.take();
                over.set(Over::New);
            }
        }));
    }
    let chosen = use_state(|| None::<IssueWay>);
    let one = match (&*over, &fetched.remote) {
        (Over::One(row), Remote::Ready(board)) => board.issues.iter().find(|card| card.row == *row),
        _ => None,
    };
    let address = match (one, &*chosen) {
        (Some(card), Some(way)) => {
            let of = card.project.map(Of::Project).or(card.unit.map(Of::Unit));
            let of = of.unwrap_or(Of::Own).query('&');
            format!("/api/v1/records?table={}{of}", way.table.id())
        }
        _ => String::new(),
    };
    let records = use_fetch::<Records>(address.into());
    let Remote::Ready(board) = &fetched.remote else {
        return Face::of(&fetched.remote, Ui::NotFound)
            .map(|face| face_view(&session, &face, &fetched.reload))
            .unwrap_or_default();
    };
    let words = &session.words;
    let close = {
        let (over, chosen) = (over.clone(), chosen.clone());
        Callback::from(move |()| {
            over.set(Over::Nothing);
            chosen.set(None);
        })
    };
    let open = {
        let over = over.clone();
        Callback::from(move |row: String| over.set(Over::One(row)))
    };
    let seek = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            sought.set(input.map(|input| input.value()).unwrap_or_default());
        })
    };
    let toggle = {
        let closed = closed.clone();
        Callback::from(move |_: Event| closed.set(!*closed))
    };
    let create = {
        let over = over.clone();
        Callback::from(move |_: MouseEvent| over.set(Over::New))
    };
    let fits = |card: &&IssueCard| {
        let text = [&card.of, &card.description, &card.responsible, &card.person];
        text.iter().any(|text| text.contains(sought.trim()))
    };
    let shown: Vec<&IssueCard> = board.issues.iter().filter(fits).collect();
    let late = shown.iter().filter(|card| card.overdue).count();
    let lanes = columns(&board.states, *closed);
    html! {
        <div class="issues">
            <header class="toolbar">
                <h1>{ words.t(Ui::Issues) }</h1>
                <span class="chip">{ shown.len() }</span>
                if late > 0 { <span class="chip chip--bad">{ "▲ " }{ words.t(Ui::Overdue) }{ " " }{ late }</span> }
                <span class="toolbar__space"></span>
                <input class="value" id="issues-search" type="search" placeholder={words.t(Ui::Filter)} aria-label={words.t(Ui::Filter)} oninput={seek} />
                <label class="toolbar__tick"><input type="checkbox" id="issues-closed" checked={*closed} onchange={toggle} />{ words.t(Ui::ShowClosed) }</label>
                { print_button(words) }
                <button class="button button--main" id="new-issue" onclick={create}>{ words.t(Ui::NewIssue) }{ " (N)" }</button>
            </header>
            if board.issues.is_empty() {
                <p class="empty">{ words.t(Ui::NoIssues) }</p>
            }
            <div class="board">
                { for lanes.iter().map(|column| lane(&session, column, &shown, &open)) }
            </div>
            if *over == Over::New { <NewIssue on_closed={close.clone()} /> }
            if let Some(card) = one { { one_issue(&session, card, &(chosen, records.remote), close) } }
        </div>
    }
}

/// One lane of the board: its heading and the states it holds.
struct Lane {
    id: String,
    label: String,
    states: Vec<String>,
}

/// Everything before a hand-over stands in one lane, under the last word the county has for it; what came back is being handled.
fn columns(states: &[IssueState], closed: bool) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for state in states {
        let early = matches!(state.id.as_str(), "listed" | "assessed");
        let mut also = vec![state.id.clone()];
        match lanes.last_mut() {
            Some(lane) if early => {
                if state.id == "listed" {
                    lane.label.clone_from(&state.label);
                }
                lane.states.push(state.id.clone());
                continue;
            }
            _ if state.id == "closed" && !closed => continue,
            _ => {}
        }
        if state.id == "handling" {
            also.extend(["returned".to_owned(), "reopened".to_owned()]);
        }
        lanes.push(Lane {
            id: state.id.clone(),
            label: state.label.clone(),
            states: also,
        });
    }
    lanes
}

fn lane(session: &Session, lane: &Lane, cards: &[&IssueCard], open: &Callback<String>) -> Html {
    let held: Vec<_> = cards
        .iter()
        .filter(|card| lane.states.contains(&card.state))
        .collect();
    html! {
        <section class="board__lane" key={lane.id.clone()} data-lane={lane.id.clone()}>
            <h2>{ &lane.label }{ " " }<small>{ held.len() }</small></h2>
            { for held.into_iter().map(|card| tile(session, card, open)) }
        </section>
    }
}

fn tile(session: &Session, card: &IssueCard, open: &Callback<String>) -> Html {
    let words = &session.words;
    let (open, row) = (open.clone(), card.row.clone());
    html! {
        <button class={classes!("issue", card.overdue.then_some("issue--late"))} key={card.row.clone()} data-issue={card.row.clone()} onclick={move |_: MouseEvent| open.emit(row.clone())}>
            <b>{ &card.description }</b>
            <span class="issue__of">{ &card.of }</span>
            <span class="issue__line">
                if !card.kind.is_empty() { <span class="chip chip--quiet">{ &card.kind }</span> }
                { limit(session, card) }
                if !card.responsible.is_empty() { <span>{ &card.responsible }{ " " }{ &card.person }</span> }
                <span>{ words.say(&Say::DaysOpen(card.days_open)) }</span>
            </span>
            if !card.level.is_empty() { <span class="issue__of">{ &card.level }</span> }
        </button>
    }
}

/// The limit with a shape, a word and a colour.
fn limit(session: &Session, card: &IssueCard) -> Html {
    let Some(day) = card.deadline else {
        return Html::default();
    };
    let left = card
        .working_days_left
        .map(|left| session.words.say(&Say::DaysLeft(left)));
    let (sign, class) = match (card.overdue, card.working_days_left) {
        (true, _) => ("▲ ", "behind"),
        (_, Some(0..=3)) => ("◆ ", "soon"),
        _ => ("", ""),
    };
    html! { <span class={class}>{ sign }{ day.to_string() }{ " " }{ left.unwrap_or_default() }</span> }
}

/// The way somebody chose, and the records its row will join.
type Chosen = (UseStateHandle<Option<IssueWay>>, Remote<Rc<Records>>);

/// One issue: what it is, what was done, what can be done.
fn one_issue(
    session: &Session,
    card: &IssueCard,
    chosen: &Chosen,
    on_closed: Callback<()>,
) -> Html {
    let words = &session.words;
    let (chosen, records) = chosen;
    let done = {
        let chosen = chosen.clone();
        Callback::from(move |()| chosen.set(None))
    };
    let facts = [
        (Column::ResponsibleUnit, card.responsible.clone()),
        (Column::ResponsiblePerson, card.person.clone()),
        (Column::Level, card.level.clone()),
        (Column::Standard, card.standard.clone()),
        (Column::IssueKind, card.kind.clone()),
    ];
    html! {
        <Dialog title={card.description.clone()} on_closed={on_closed} wide=true>
            <div class="issue-one" data-issue={card.row.clone()}>
                <p class="issue__line">
                    <span class="chip" id="issue-state">{ &card.state_label }</span>{ limit(session, card) }
                    <span>{ words.say(&Say::DaysOpen(card.days_open)) }</span>
                    if let Some(id) = card.project { <Link to={Route::Project { id }}>{ &card.of }</Link> } else { <span>{ &card.of }</span> }
                </p>
                <dl class="facts">
                    { for facts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(column, text)| html! {
                        <><dt>{ words.column(column) }</dt><dd>{ text }</dd></>
                    }) }
                </dl>
                <div class="issue-one__ways">
                    { for card.ways.iter().map(|way| way_button(way, chosen)) }
                </div>
                if let (Some(way), Remote::Ready(records)) = (&**chosen, records) {
                    <RecordForm key={way.label.clone()} records={records.clone()} asks={way.asks.clone()} verb={way.label.clone()} given={given(card, way)} on_done={done} />
                }
                if !card.steps.is_empty() {
                    <h3>{ words.t(Ui::IssueSteps) }</h3>
                    <ol class="history__list">{ for card.steps.iter().map(|step| step_line(session, step)) }</ol>
                }
            </div>
        </Dialog>
    }
}

/// What a step says that its form does not ask.
fn given(card: &IssueCard, way: &IssueWay) -> BTreeMap<Column, Value> {
    let mut given = BTreeMap::new();
    given.insert(Column::Issue, Value::Text(card.row.clone()));
    given.insert(Column::Act, Value::Text(way.act.clone()));
    if !way.level.is_empty() {
        given.insert(Column::Level, Value::Text(way.level.clone()));
    }
    given
}

/// An open way is a button; a closed one says what it waits for.
fn way_button(way: &IssueWay, chosen: &UseStateHandle<Option<IssueWay>>) -> Html {
    let pressed = chosen.as_ref() == Some(way);
    let (chosen, own) = (chosen.clone(), way.clone());
    let key = format!("{}{}", way.act, way.level);
    if way.refusal.is_empty() {
        html! {
            <button class="button" key={key.clone()} data-way={key} aria-pressed={if pressed { "true" } else { "false" }} onclick={move |_: MouseEvent| chosen.set(Some(own.clone()))}>{ &way.label }</button>
        }
    } else {
        html! {
            <p class="issue-one__closed" key={key.clone()} data-way={key}><button class="button" disabled=true>{ &way.label }</button><span>{ &way.refusal }</span></p>
        }
    }
}

fn step_line(session: &Session, step: &IssueStep) -> Html {
    let words = &session.words;
    html! {
        <li class={(!step.void.is_empty()).then_some("records__struck")}>
            <div class="history__who"><b>{ &step.label }</b>{ " " }{ by(words, &step.by) }
                if !step.void.is_empty() { <span class="chip chip--bad">{ words.t(Ui::Void) }{ " " }{ &step.void }</span> }
                if !step.warned.is_empty() { <span class="chip chip--ask">{ words.t(Ui::WarnedStep) }{ " " }{ &step.warned }</span> }
            </div>
            <div class="history__values">{ step.said.join(" · ") }</div>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct NewIssueProps {
    on_closed: Callback<()>,
}

/// A problem in twenty seconds: the project, one sentence, a limit.
#[component]
fn NewIssue(props: &NewIssueProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let outbox = use_outbox();
    let rows = use_rows();
    let typed = use_state(String::new);
    let project = use_state(|| None::<(ProjectId, String)>);
    let line = use_node_ref();
    let limit = use_state(|| Value::Null);
    let sent = use_state(|| None::<CommandId>);
    let outcome = sent.and_then(|id| outbox.outbox.outcome(id).cloned());
    let silent = outbox.outbox.silent;
    {
        let (over, on_closed) = (
            sent.is_some() && (silent || matches!(outcome, Some(Told::Done { .. }))),
            props.on_closed.clone(),
        );
        use_effect_with(over, move |over| {
            if *over {
                on_closed.emit(());
            }
        });
    }
    let all = rows.rows.ready();
    let found = match (&*project, all) {
        (None, Some(rows)) if !typed.trim().is_empty() => ledger::find(rows, &typed, OFFERED),
        _ => Vec::new(),
    };
    let choose = {
        let (project, line) = (project.clone(), line.clone());
        Callback::from(move |(id, name): (ProjectId, String)| {
            project.set(Some((id, name)));
            if let Some(area) = line.cast::<HtmlTextAreaElement>() {
                let _ = area.focus();
            }
        })
    };
    let oninput = {
        let (typed, project) = (typed.clone(), project.clone());
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            typed.set(input.map(|input| input.value()).unwrap_or_default());
            project.set(None);
        })
    };
    let onkeydown = {
        let (first, choose) = (found.first().cloned(), choose.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let (Some(row), "Enter", false) = (&first, &*event.key(), event.is_composing()) {
                event.prevent_default();
                choose.emit((row.id, row.name.clone()));
            }
        })
    };
    let submit = {
        let (project, line, limit, sent, outbox) = (
            project.clone(),
            line.clone(),
            limit.clone(),
            sent.clone(),
            outbox.clone(),
        );
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if page::stops_at_unreadable(&event) {
                return;
            }
            let said = line.cast::<HtmlTextAreaElement>().map(|area| area.value());
            let said = said.unwrap_or_default().trim().to_owned();
            let Some((id, name)) = (*project).clone().filter(|_| !said.is_empty()) else {
                return;
            };
            if let Some(before) = *sent {
                outbox.delete(before);
            }
            let mut set = BTreeMap::new();
            set.insert(Column::Description, Value::Text(said));
            if !limit.is_null() {
                set.insert(Column::Deadline, (*limit).clone());
            }
            let command = Command::Record {
                project: Some(id),
                unit: None,
                table: Table::Issues,
                row: clock::new_row_id(),
                set,
                on_behalf: None,
            };
            sent.set(Some(outbox.submit(command, None, name)));
        })
    };
    let shown = project
        .as_ref()
        .map_or_else(|| (*typed).clone(), |(_, name)| name.clone());
    let lost = project.is_none() && !typed.trim().is_empty() && found.is_empty() && all.is_some();
    let on_limit = {
        let limit = limit.clone();
        Callback::from(move |value| limit.set(value))
    };
    html! {
        <Dialog title={words.t(Ui::NewIssue)} on_closed={props.on_closed.clone()}>
            <form class="form" onsubmit={submit}>
                <label class="form__field"><span>{ words.t(Ui::Project) }<b class="required" aria-hidden="true">{ "*" }</b></span>
                    <input class="value" id="issue-project" autocomplete="off" autofocus=true required=true placeholder={words.t(Ui::SearchHint)} value={shown} {oninput} {onkeydown} />
                </label>
                <ul class="offers" id="issue-projects">{ for found.into_iter().map(|row| {
                    let (choose, id, name) = (choose.clone(), row.id, row.name.clone());
                    html! { <li key={row.id.to_string()}><button type="button" class="menu__item" onclick={move |_: MouseEvent| choose.emit((id, name.clone()))}>{ &row.name }<small>{ &row.home_name }</small></button></li> }
                }) }</ul>
                if lost { <p class="form__note">{ words.t(Ui::NoProjectFound) }</p> }
                <label class="form__field"><span>{ words.t(Ui::IssueLine) }<b class="required" aria-hidden="true">{ "*" }</b></span>
                    <textarea ref={line} id="issue-line" rows="2" maxlength="500" required=true />
                </label>
                <label class="form__field"><span>{ words.column(Column::Deadline) }</span>
                    <ValueInput path="new/deadline" kind={Column::Deadline.kind()} value={(*limit).clone()} label={words.column(Column::Deadline)} on_edit={on_limit} />
                </label>
                if let Some(Told::Refused(why)) = &outcome { <p class="form__error" role="alert">{ why }</p> }
                <footer class="dialog__foot">
                    { button("button", words.t(Ui::Cancel), props.on_closed.reform(|_: MouseEvent| ())) }
                    <button type="submit" class="button button--main" id="issue-save" disabled={sent.is_some() && outcome.is_none()}>{ words.t(Ui::NewIssue) }</button>
                </footer>
            </form>
        </Dialog>
    }
}
