//! 收报 (hub): units × reported or not, totals, 序时进度, last contact (ux.md 5.9).

use shared::api::{Collection, Live};
use shared::text::ui::{Say, Ui};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::component;

use crate::components::cells::{print_button, td_number, th, th_number};
use crate::markup::{classes, html};

use crate::hooks::router::Link;

use crate::client::live::Heard;
use crate::client::{clipboard, clock};
use crate::components::face::{Face, face_view};
use crate::components::filing_badge::{filing_badge, timeliness_badge};
use crate::components::import_preview::figure;
use crate::components::progress_bar::progress_bar;
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::session::{Session, use_session};
use crate::routes::Route;
use crate::state::remote::Remote;
use crate::state::{numbers, pill};
use shared::api::FilingState;

/// The page.
#[component]
pub fn County() -> Html {
    let session = use_session();
    let overview =
        use_fetch::<Collection>(format!("/api/v1/overview?period={}", session.period).into());
    {
        let reload = overview.reload.clone();
        use_live(Callback::from(move |heard| {
            let again = match &heard {
                Heard::Open => true,
                Heard::Patch(live) => matches!(
                    live.as_ref(),
                    Live::Reports | Live::Rows { .. } | Live::Sync { .. }
                ),
                Heard::Closed => false,
            };
            if again {
                reload.emit(());
            }
        }));
    }
    match &overview.remote {
        Remote::Ready(collection) => matrix(&session, collection),
        other => Face::of(other, Ui::NoUnits)
            .map(|face| face_view(&session, &face, &overview.reload))
            .unwrap_or_default(),
    }
}

fn matrix(session: &Session, collection: &std::rc::Rc<Collection>) -> Html {
    let (words, notices) = (session.words.clone(), session.notices.clone());
    let pace = numbers::pace(collection.period);
    // Those who have not reported come first (ux.md 5.9).
    let (reported, mut units): (Vec<_>, Vec<_>) = collection
        .units
        .iter()
        .cloned()
        .partition(|unit| unit.state.is_reported());
    units.extend(reported);
    let count = |fits: fn(FilingState) -> bool| {
        u32::try_from(units.iter().filter(|unit| fits(unit.state)).count()).unwrap_or(u32::MAX)
    };
    let (plan, done, total) =
        units
            .iter()
            .fold((0_i64, 0_i64, 0_i64), |(plan, done, total), unit| {
                (
                    plan.saturating_add(unit.year_plan_fen),
                    done.saturating_add(unit.year_done_fen),
                    total.saturating_add(unit.total_fen),
                )
            });
    let projects: u32 = units
        .iter()
        .map(|unit| unit.projects)
        .fold(0, u32::saturating_add);
    let month = Say::Month {
        year: collection.period.year(),
        month: collection.period.month(),
    };
    let due = collection.due.map(|due| pill::moment(due, clock::now()));
    let remind = {
        let (words, text) = (words.clone(), collection.reminder.clone());
        Callback::from(move |_: MouseEvent| {
            let (words, notices, text) = (words.clone(), notices.clone(), text.clone());
            spawn_local(async move {
                if clipboard::copy(&text).await {
                    notices.say(words.t(Ui::Copied))
                } else {
                    notices.fail(text)
                }
            });
        })
    };
    let rate = numbers::rate(Some(done), Some(plan));
    html! {
        <div class="county">
            <header class="toolbar">
                <h1>{ words.t(Ui::County) }<small>{ words.say(&month) }{ " " }{ words.ledger(&collection.ledger) }
                    if let Some(due) = &due { { " · " }{ words.say(&Say::Due(due)) } }</small></h1>
                <span class="toolbar__space"></span>
                if !collection.reminder.is_empty() { <button class="button" onclick={remind}>{ words.t(Ui::CopyReminder) }</button> }
                { print_button(&words) }
            </header>
            <div class="figures">
                { figure(words.t(Ui::UnitsWord), u32::try_from(units.len()).unwrap_or(u32::MAX), "units") }
                { figure(words.t(Ui::Reported), count(FilingState::is_reported), "reported") }
                { figure(words.t(Ui::FilingReturned), count(|state| state == FilingState::Returned), "returned") }
                { figure(words.t(Ui::NotReported), count(|state| !state.is_reported() && state != FilingState::Returned), "missing") }
                { for collection.gaps.iter().map(|gap| figure(&gap.label, gap.projects, "gap")) }
                <div class="figure figure--wide"><strong>{ numbers::percent(rate) }</strong><span>{ words.t(Ui::Rate) }{ " · " }{ words.t(Ui::TimePace) }{ " " }{ numbers::percent(Some(pace)) }</span>
                    if let Some(done) = rate { { progress_bar(done, Some(pace), (words.t(Ui::Rate)).into()) } }
                </div>
            </div>
            if units.is_empty() { <p class="empty">{ words.t(Ui::NoUnits) }</p> } else {
                <div class="rows__scroll"><table class="table county__table" id="overview">
                    <thead><tr>
                        { th(words.t(Ui::UnitsWord)) }{ th(words.t(Ui::State)) }{ th(words.t(Ui::FiledAt)) }{ th(words.t(Ui::ReceivedAt)) }
                        { th_number(words.t(Ui::FiledWithProjects)) }{ th_number(words.t(Ui::TotalInvestment)) }{ th_number(words.t(Ui::YearPlan)) }
                        { th_number(words.t(Ui::YearDone)) }{ th(words.t(Ui::Rate)) }{ th_number(words.t(Ui::PaceGap)) }{ th(words.t(Ui::LastContact)) }
                    </tr></thead>
                    <tbody>{ for units.iter().map(|unit| unit_line(session, collection, unit, pace)) }</tbody>
                    <tfoot><tr>
                        <th scope="row" colspan="4">{ words.t(Ui::Total) }<small>{ " " }{ words.t(Ui::Wan) }</small></th>
                        { td_number((projects).to_string()) }{ td_number((numbers::wan(Some(total))).to_string()) }{ td_number((numbers::wan(Some(plan))).to_string()) }{ td_number((numbers::wan(Some(done))).to_string()) }
                        <td>{ numbers::percent(rate) }</td>{ td_number((rate.map(|rate| numbers::signed(rate - pace)).unwrap_or_default()).to_string()) }<td></td>
                    </tr></tfoot>
                </table></div>
            }
        </div>
    }
}

fn unit_line(
    session: &Session,
    collection: &Collection,
    unit: &shared::api::CollectionUnit,
    pace: i64,
) -> Html {
    let words = &session.words;
    let now = clock::now();
    let rate = numbers::rate(Some(unit.year_done_fen), Some(unit.year_plan_fen));
    let to = Route::UnitReport {
        ledger: collection.ledger.clone(),
        period: collection.period,
        unit: unit.unit,
    };
    html! {
        <tr key={unit.unit.to_string()} data-unit={unit.unit.to_string()} data-unit-name={unit.name.clone()} data-filing-state={format!("{:?}", unit.state)}>
            <th scope="row"><Link {to}>{ &unit.name }</Link></th>
            <td class="nowrap">{ filing_badge(words, unit.state) }{ " " }if unit.state.is_reported() { { timeliness_badge(words, unit.timeliness) } }</td>
            <td class="nowrap">{ unit.filing.as_ref().map(|filing| pill::moment(filing.filed_at, now)).unwrap_or_default() }</td>
            <td class="nowrap">{ unit.filing.as_ref().and_then(|filing| filing.received_at).map(|at| pill::moment(at, now)).unwrap_or_default() }</td>
            { td_number((unit.projects).to_string()) }
            { td_number((numbers::wan(Some(unit.total_fen))).to_string()) }
            { td_number((numbers::wan(Some(unit.year_plan_fen))).to_string()) }
            { td_number((numbers::wan(Some(unit.year_done_fen))).to_string()) }
            <td class="ledger__rate"><span class="number">{ numbers::percent(rate) }</span>if let Some(done) = rate { { progress_bar(done, Some(pace), numbers::percent(rate)) } }</td>
            <td class={classes!("number", rate.is_some_and(|rate| rate < pace).then_some("behind"))}>{ rate.map(|rate| numbers::signed(rate - pace)).unwrap_or_default() }</td>
            <td class="nowrap" data-online={unit.online.to_string()}>
                if unit.online { <span class="state state--good">{ "■ " }{ words.t(Ui::Online) }</span> }
                else { <span class="state state--quiet">{ "▲ " }{ words.t(Ui::OfflineWord) }</span>{ " " }{ unit.last_contact.map_or_else(|| words.t(Ui::NeverSeen).to_owned(), |at| pill::moment(at, now)) } }
            </td>
        </tr>
    }
}
