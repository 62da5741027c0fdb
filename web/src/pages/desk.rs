//! 工作台: what must I do now, what is late, where do we stand (ux.md 5.1).

use shared::api::{Collection, Desk as DeskView, DeskDue, DeskFiling, Live};
use shared::text::hub::HubWord;
use shared::text::ui::{Say, Ui};
use yew::prelude::*;

use crate::component::{UseStateHandle, component, use_state};

use crate::components::cells::{fact, th, th_number};
use crate::markup::{classes, html};

use crate::hooks::router::Link;

use crate::client::clock;
use crate::client::live::Heard;
use crate::components::face::{Face, face_view};
use crate::components::filing_badge::filing_badge;
use crate::components::new_project::NewProject;
use crate::components::progress_bar::progress_bar;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::rows::use_rows;
use crate::hooks::session::{Session, use_session};
use crate::routes::Route;
use crate::state::ledger;
use crate::state::remote::Remote;
use crate::state::words::Words;
use crate::state::{answer, numbers, pill};

/// Rows of card 3 in sight (ux.md 5.1).
const DUE_SHOWN: usize = 12;

/// The page.
#[component]
pub fn Desk() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let rows = use_rows();
    let creating = use_state(|| false);
    let all_due = use_state(|| false);
    let desk = use_fetch::<DeskView>(format!("/api/v1/desk?period={}", session.period).into());
    {
        let reload = desk.reload.clone();
        use_live(Callback::from(move |heard| {
            let again = match &heard {
                Heard::Open => true,
                Heard::Patch(live) => matches!(live.as_ref(), Live::Reports | Live::Rows { .. }),
                Heard::Closed => false,
            };
            if again {
                reload.emit(());
            }
        }));
    }
    let none = rows
        .rows
        .ready()
        .is_some_and(|rows| rows.iter().all(|row| !row.deleted.is_empty()));
    let sums = rows.rows.ready().map(|rows| {
        let living: Vec<_> = rows
            .iter()
            .filter(|row| row.deleted.is_empty())
            .cloned()
            .collect();
        ledger::sums(&living)
    });
    let body = match &desk.remote {
        Remote::Ready(view) => cards(&session, view, &all_due),
        other => Face::of(other, Ui::NotFound)
            .map(|face| face_view(&session, &face, &desk.reload))
            .unwrap_or_default(),
    };
    let pace = numbers::pace(session.period);
    html! {
        <div class="desk">
            <div class="desk__main">
                if none && !session.is_hub() {
                    <section class="card first">
                        <h2>{ words.t(Ui::FirstSteps) }</h2>
                        <div class="first__choices">
                            <Link to={Route::Exchange} classes="first__choice"><strong>{ words.t(Ui::ImportExcel) }</strong><span>{ words.t(Ui::ImportExcelNote) }</span></Link>
                            <Link to={Route::Sync} classes="first__choice"><strong>{ words.hub(HubWord::Fetch) }</strong><span>{ words.t(Ui::FetchFromHubNote) }</span></Link>
                            <button class="first__choice" onclick={let creating = creating.clone(); move |_: MouseEvent| creating.set(true)}><strong>{ words.t(Ui::NewByHand) }</strong><span>{ words.t(Ui::NewByHandNote) }</span></button>
                        </div>
                    </section>
                }
                { body }
            </div>
            <aside class="desk__side">
                <section class="card">
                    <h2>{ words.t(Ui::Totals) }<small>{ words.t(Ui::Wan) }</small></h2>
                    if let Some(sums) = sums {
                        <dl class="totals">
                            <dt>{ words.t(Ui::Project) }</dt><dd class="number" data-total="count">{ sums.count }</dd>
                            <dt>{ words.t(Ui::TotalInvestment) }</dt><dd class="number" data-total="total">{ numbers::wan(Some(sums.total)) }</dd>
                            { fact(words.t(Ui::YearPlan), (numbers::wan(Some(sums.plan))).to_string()) }
                            { fact(words.t(Ui::YearDone), (numbers::wan(Some(sums.done))).to_string()) }
                            { fact(words.t(Ui::MonthDone), (numbers::wan(Some(sums.month))).to_string()) }
                            { fact(words.t(Ui::Rate), (numbers::percent(numbers::rate(Some(sums.done), Some(sums.plan)))).to_string()) }
                            { fact(words.t(Ui::TimePace), (numbers::percent(Some(pace))).to_string()) }
                        </dl>
                        if let Some(done) = numbers::rate(Some(sums.done), Some(sums.plan)) {
                            { progress_bar(done, Some(pace), (words.t(Ui::Rate)).into()) }
                        }
                    } else { { face_view(&session, &Face::Loading, &rows.reload) } }
                    <p><Link to={Route::Projects}>{ words.t(Ui::ToProjects) }{ " ▸" }</Link></p>
                </section>
            </aside>
            if *creating { <NewProject on_closed={let creating = creating.clone(); Callback::from(move |()| creating.set(false))} /> }
        </div>
    }
}

fn cards(session: &Session, view: &DeskView, all_due: &UseStateHandle<bool>) -> Html {
    let words = &session.words;
    html! {
        <>
            if !view.notice.is_empty() { <p class="card card--ask" data-card="notice">{ &view.notice }</p> }
            if let Some(filing) = &view.filing { { filing_card(session, filing) } }
            if let Some(collection) = &view.collection { { collection_card(session, collection) } }
            if !view.conflicts.is_empty() || session.is_hub() {
                <section class={classes!("card", (!view.conflicts.is_empty()).then_some("card--ask"))} data-card="conflicts">
                    <h2>{ words.t(Ui::CardConflicts) }<small>{ view.conflicts.len() }</small></h2>
                    if view.conflicts.is_empty() { <p class="empty">{ words.t(Ui::NoConflicts) }</p> }
                    <ul class="list">
                        { for view.conflicts.iter().map(|conflict| html! {
                            <li key={format!("{}{}", conflict.project, conflict.path)}>
                                <Link to={Route::Project { id: conflict.project }}>{ &conflict.project_name }</Link>
                                <span>{ words.path(&conflict.path) }</span>
                            </li>
                        }) }
                    </ul>
                </section>
            }
            if !session.is_hub() {
                <section class={classes!("card", (!view.returned.is_empty()).then_some("card--ask"))} data-card="returned">
                    <h2>{ words.t(Ui::CardReturned) }<small>{ view.returned.len() }</small></h2>
                    if view.returned.is_empty() { <p class="empty">{ words.t(Ui::NothingReturned) }</p> }
                    <ul class="list">
                        { for view.returned.iter().map(|returned| html! {
                            <li key={format!("{}{}", returned.ledger, returned.period)}>
                                <span>{ words.say(&Say::Month { year: returned.period.year(), month: returned.period.month() }) }{ " · " }{ words.ledger(&returned.ledger) }</span>
                                <q>{ &returned.reason }</q>
                                <small>{ pill::moment(returned.at, clock::now()) }</small>
                                <Link to={Route::Report { ledger: returned.ledger.clone(), period: returned.period }} classes="button button--small">{ words.t(Ui::Correct) }</Link>
                            </li>
                        }) }
                    </ul>
                </section>
            }
            <section class="card" data-card="due">
                <h2>{ words.t(Ui::CardDue) }<small>{ view.due.len() }</small></h2>
                if view.due.is_empty() { <p class="empty">{ words.t(Ui::NothingDue) }</p> } else {
                    <div class="rows__scroll"><table class="table due">
                        <thead><tr>
                            { th(words.t(Ui::DueKind)) }{ th(words.t(Ui::Project)) }{ th(words.t(Ui::DueWhat)) }
                            { th(words.t(Ui::DueDate)) }{ th_number(words.t(Ui::WorkingDaysLeft)) }{ th(words.t(Ui::Person)) }
                        </tr></thead>
                        <tbody>{ for view.due.iter().take(if **all_due { usize::MAX } else { DUE_SHOWN }).enumerate().map(|(index, due)| due_line(session, index, due, view.kinds.get(&due.kind))) }</tbody>
                    </table></div>
                    if view.due.len() > DUE_SHOWN && !**all_due {
                        <button class="button button--small" onclick={let all_due = all_due.clone(); move |_: MouseEvent| all_due.set(true)}>{ words.t(Ui::All) }{ " " }{ view.due.len() }</button>
                    }
                }
            </section>
        </>
    }
}

fn due_line(session: &Session, index: usize, due: &DeskDue, kind: Option<&String>) -> Html {
    let words = &session.words;
    let late = due.late;
    html! {
        <tr key={index}>
            <td data-due={due.kind.clone()}>{ kind.cloned().unwrap_or_default() }</td>
            <td>{ match due.project {
                Some(id) => html! { <Link to={Route::Project { id }}>{ &due.project_name }</Link> },
                None => html! { { &due.project_name } },
            } }</td>
            <td>{ &due.what }</td>
            <td class="nowrap">{ due.due.map(|day| day.to_string()).unwrap_or_default() }</td>
            <td class={classes!("number", late.then_some("behind"))}>{ if late { "▲ " } else { "" } }if due.due.is_some() { { days_left(words, due.working_days_left) } }</td>
            <td>{ &due.person }</td>
        </tr>
    }
}

/// A number of working days, or that a year's holidays are not known.
fn days_left(words: &Words, days: Option<i32>) -> String {
    days.map_or_else(
        || words.t(Ui::HolidaysMissing).to_owned(),
        |days| days.to_string(),
    )
}

fn filing_card(session: &Session, filing: &DeskFiling) -> Html {
    let words = &session.words;
    let month = Say::Month {
        year: filing.period.year(),
        month: filing.period.month(),
    };
    let due = filing.due.map(|due| {
        let at = pill::moment(due, clock::now());
        words.say(&Say::Due(&at))
    });
    let left = filing.due.map(|_| match filing.working_days_left {
        Some(days) => words.say(&Say::DaysLeft(days)),
        None => words.t(Ui::HolidaysMissing).to_owned(),
    });
    let late = filing.late;
    let reported = filing.state.is_reported();
    let done =
        numbers::rate(Some(i64::from(filing.filled)), Some(i64::from(filing.rows))).unwrap_or(0);
    let to = Route::Report {
        ledger: filing.ledger.clone(),
        period: filing.period,
    };
    html! {
        <section class="card card--lead" data-card="filing" data-filing-state={format!("{:?}", filing.state)}>
            <h2>{ words.t(Ui::CardFiling) }{ filing_badge(words, filing.state) }</h2>
            <div class="filing">
                <div class="filing__what">
                    <p class="filing__name">{ words.say(&month) }{ " " }{ &filing.ledger_name }</p>
                    <p class={classes!("filing__due", (late && !reported).then_some("behind"))}>
                        { due.unwrap_or_else(|| words.hub(HubWord::NoDue)) }
                        if let (Some(left), false) = (left, reported) { { "（" }{ left }{ "）" } }
                    </p>
                    if let (Some(info), true) = (&filing.filing, reported) {
                        <p>{ words.say(&Say::FiledBy { at: &pill::moment(info.filed_at, clock::now()), name: &info.by.name }) }
                            if let Some(at) = info.received_at { { " · " }{ words.hub(HubWord::Received) }{ " " }{ pill::moment(at, clock::now()) } }
                        </p>
                    }
                </div>
                <div class="filing__progress">
                    { progress_bar(done, None, words.say(&Say::Filled(filing.filled, filing.rows))) }
                    <p>{ words.say(&Say::Filled(filing.filled, filing.rows)) }
                        if filing.errors > 0 { <span class="behind">{ " · " }{ words.say(&Say::ToCorrect(filing.errors)) }</span> }
                    </p>
                </div>
                <Link {to} classes="button button--main">{ words.t(if reported { Ui::ViewReport } else { Ui::ContinueFilling }) }{ " ▸" }</Link>
            </div>
        </section>
    }
}

fn collection_card(session: &Session, collection: &Collection) -> Html {
    let words = &session.words;
    let reported = collection
        .units
        .iter()
        .filter(|unit| unit.state.is_reported())
        .count();
    let missing: Vec<_> = collection
        .units
        .iter()
        .filter(|unit| !unit.state.is_reported())
        .collect();
    let done = numbers::rate(
        i64::try_from(reported).ok(),
        i64::try_from(collection.units.len()).ok(),
    )
    .unwrap_or(0);
    let month = Say::Month {
        year: collection.period.year(),
        month: collection.period.month(),
    };
    html! {
        <section class="card card--lead" data-card="collection">
            <h2>{ words.say(&month) }{ " " }{ words.ledger(&collection.ledger) }
                if let Some(due) = collection.due { <small>{ words.say(&Say::Due(&pill::moment(due, clock::now()))) }</small> }
            </h2>
            <div class="filing">
                <p class="filing__name" data-received={reported.to_string()}>{ words.say(&Say::Received(reported, collection.units.len())) }</p>
                <div class="filing__progress">{ progress_bar(done, None, words.say(&Say::Received(reported, collection.units.len()))) }</div>
                <Link to={Route::County} classes="button button--main">{ words.t(Ui::County) }{ " ▸" }</Link>
            </div>
            if collection.units.is_empty() { <p class="empty">{ words.t(Ui::NoUnits) }</p> }
            else if missing.is_empty() { <p>{ "✔ " }{ words.t(Ui::AllReported) }</p> }
            else {
                <p class="chips"><span>{ words.t(Ui::NotReported) }</span>
                    { for missing.iter().map(|unit| {
                        let (shape, word, class) = answer::filing(unit.state);
                        html! {
                            <Link key={unit.unit.to_string()} to={Route::UnitReport { ledger: collection.ledger.clone(), period: collection.period, unit: unit.unit }} classes={classes!("chip", class)}>
                                { &unit.name }<span title={words.t(word)}>{ " " }{ shape }</span></Link>
                        }
                    }) }
                </p>
            }
        </section>
    }
}
