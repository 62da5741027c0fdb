//! 项目台账: find, filter, compare, copy, export (ux.md 5.3).

use std::rc::Rc;

use shared::command::Command;
use shared::ids::ProjectId;
use shared::text::ui::{Say, Ui};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_memo, use_state};

use crate::components::bulk_edit::BulkEdit;
use crate::components::cells::print_button;
use crate::markup::html;

use crate::hooks::router::Link;

use crate::client::clipboard;
use crate::client::files;
use crate::components::dialog::Dialog;
use crate::components::face::{Face, face_view};
use crate::components::filters::Filters;
use crate::components::new_project::NewProject;
use crate::components::panel::Drawn;
use crate::components::project_table::{ProjectTable, facet_label};
use crate::hooks::notices::use_notices;
use crate::hooks::outbox::use_outbox;
use crate::hooks::rows::use_rows;
use crate::hooks::session::use_session;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::routes::Route;
use crate::state::answer;
use crate::state::ledger::{self, Line, Mark, Query, batch};
use crate::state::numbers;
use crate::state::remote::Remote;
use crate::state::words::Words;

/// The page.
#[component]
pub fn Projects() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let rows = use_rows();
    let notices = use_notices();
    let asked = crate::hooks::router::use_way().search;
    let query = use_state(Query::default);
    let creating = use_state(|| false);
    let by_hand = use_state(|| None::<String>);
    let picked = use_state(Vec::<ProjectId>::new);
    let changing = use_state(|| false);
    let outbox = use_outbox();
    {
        // The search box of the frame writes the address.
        let query = query.clone();
        use_effect_with(asked, move |asked| {
            if let Some(asked) = asked {
                query.set(Query {
                    words: asked.to_string(),
                    ..(*query.now()).clone()
                });
            }
        });
    }
    let all = rows.rows.ready().cloned().unwrap_or_default();
    let shown = use_memo((all.clone(), (*query).clone()), |(all, query)| {
        query.select(all)
    });
    let living = all.iter().filter(|row| row.deleted.is_empty()).count();
    let chosen = batch::chosen(&picked, &shown);
    let on_picked = {
        let picked = picked.clone();
        Callback::from(move |next| picked.set(next))
    };
    {
        let (outbox, changing) = (outbox.clone(), changing.clone());
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            let press = &pressed.press;
            let redo = match press.key.as_str() {
                "z" | "Z" => press.shift,
                "y" | "Y" => true,
                _ => return,
            };
            if press.ctrl && !pressed.typing && !*changing {
                pressed.take();
                outbox.step(redo, None, &|_| None);
            }
        }));
    }
    let act = {
        let (words, notices, chosen) = (words.clone(), notices.clone(), chosen.clone());
        let (changing, picked) = (changing.clone(), picked.clone());
        Callback::from(move |is_bin: bool| {
            if is_bin {
                for row in &chosen {
                    let label = format!("{} · {}", row.name, words.t(Ui::Restore));
                    outbox.submit(Command::RestoreProject { project: row.id }, None, label);
                }
                picked.set(Vec::new());
            } else if chosen.len() > batch::PROJECTS_MAX {
                notices.fail(words.say(&Say::TooManyChosen(batch::PROJECTS_MAX)));
            } else {
                changing.set(true);
            }
        })
    };
    let is_bin = query.marks.contains(&Mark::Deleted);
    let on_query = {
        let query = query.clone();
        Callback::from(move |next: Query| query.set(next))
    };
    let oninput = {
        let (query, on_query) = (query.clone(), on_query.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                on_query.emit(Query {
                    words: input.value(),
                    ..(*query.now()).clone()
                });
            }
        })
    };
    let oncopy = {
        let (shown, words, notices, by_hand) = (
            shown.clone(),
            words.clone(),
            notices.clone(),
            by_hand.clone(),
        );
        let (period, group) = (session.period, query.group);
        Callback::from(move |_: MouseEvent| {
            let header: Vec<&str> = [
                Ui::ProjectName,
                Ui::Code,
                Ui::Unit,
                Ui::Sector,
                Ui::Stage,
                Ui::TotalInvestment,
                Ui::YearPlan,
                Ui::YearDone,
                Ui::Rate,
                Ui::PaceGap,
                Ui::Image,
                Ui::OpenIssues,
                Ui::LeadUnit,
                Ui::UpdatedAt,
            ]
            .iter()
            .map(|word| words.t(*word))
            .collect();
            let text = ledger::tsv(&shown, group, &header, period, &|facet, value| {
                if value.is_empty() && group != Some(facet) {
                    String::new()
                } else {
                    facet_label(&words, facet, value)
                }
            });
            let (notices, by_hand, words) = (notices.clone(), by_hand.clone(), words.clone());
            spawn_local(async move {
                if clipboard::copy(&text).await {
                    notices.say(words.t(Ui::Copied));
                } else {
                    by_hand.set(Some(text));
                }
            });
        })
    };
    let export = {
        let (session, shown, notices) = (session.clone(), shown.clone(), notices.clone());
        let group = query.group;
        Callback::from(move |_: MouseEvent| {
            let words = session.words.clone();
            let said = ledger::lines(&shown, group)
                .into_iter()
                .map(|line| match line {
                    Line::Project(row) => row.id.to_string(),
                    Line::Group(value, _) => group.map_or_else(String::new, |facet| {
                        ["=", &facet_label(&words, facet, &value)].concat()
                    }),
                });
            let said: Vec<String> = said.collect();
            let (session, notices) = (session.clone(), notices.clone());
            spawn_local(async move {
                let path = "/api/v1/exports";
                match session.client.post::<_, Drawn>(path, &said).await {
                    Ok(Drawn(token)) => files::download_from(&format!(
                        "{path}?list={token}&period={}",
                        session.period
                    )),
                    Err(failure) => notices.fail(answer::failure(&failure, &session.words)),
                }
            });
        })
    };
    let sort = {
        let (query, on_query) = (query.clone(), on_query.clone());
        Callback::from(move |key| {
            let mut next = (*query.now()).clone();
            next.sort_by(key);
            on_query.emit(next);
        })
    };
    let body = match &rows.rows {
        Remote::Ready(_) if shown.is_empty() => html! {
            <div class="empty-list">
                if query.is_open() {
                    <p>{ words.t(Ui::FirstSteps) }</p>
                    <p><Link to={Route::Exchange} classes="button button--main">{ words.t(Ui::ImportExcel) }</Link></p>
                } else {
                    <p>{ words.t(Ui::NoMatch) }</p>
                    <p><button class="button" onclick={let on_query = on_query.clone(); move |_: MouseEvent| on_query.emit(Query::default())}>{ words.t(Ui::ClearFilters) }</button></p>
                }
            </div>
        },
        Remote::Ready(_) => html! {
            <ProjectTable rows={shown.clone()} chosen={Rc::new((*picked).clone())} on_chosen={on_picked.clone()} group={query.group} sort={query.sort} period={session.period} with_unit={session.is_hub()} on_sort={sort} />
        },
        other => Face::of(other, Ui::NoMatch)
            .map(|face| face_view(&session, &face, &rows.reload))
            .unwrap_or_default(),
    };
    html! {
        <div class="projects">
            <header class="toolbar">
                <h1>{ words.t(Ui::Projects) }<small id="shown-count">{ words.say(&Say::Shown(shown.len(), living)) }</small></h1>
                <input class="toolbar__search" id="list-search" type="search" value={query.words.clone()} {oninput} placeholder={words.t(Ui::SearchHint)} aria-label={words.t(Ui::SearchHint)} autocomplete="off" />
                <span class="toolbar__space"></span>
                <button class="button" onclick={oncopy}>{ words.t(Ui::CopyTable) }</button>
                <button class="button" id="export-list" onclick={export}>{ words.t(Ui::ExportXlsx) }</button>
                { print_button(&words) }
                if session.may_write() {
                    <button class="button button--main" id="new-project" onclick={let creating = creating.clone(); move |_: MouseEvent| creating.set(true)}>{ "＋ " }{ words.t(Ui::NewProject) }</button>
                }
            </header>
            <Filters query={(*query).clone()} rows={all} on_query={on_query.clone()} />
            { body }
            if !chosen.is_empty() {
                <div class="sums sums--chosen" id="chosen" role="status">
                    <b>{ words.say(&Say::Chosen(chosen.len())) }</b>
                    if session.may_write() {
                        <button class="button button--small" id="change-chosen" onclick={act.reform(move |_: MouseEvent| is_bin)}>{ words.t(if is_bin { Ui::Restore } else { Ui::BulkEdit }) }</button>
                    }
                    <button class="button button--small button--bare" onclick={on_picked.reform(|_: MouseEvent| Vec::new())}>{ words.t(Ui::Unchoose) }</button>
                    { sum_of(&words, &chosen) }
                </div>
            }
            <footer class="sums">
                <span>{ words.t(Ui::Total) }<small>{ words.t(Ui::Wan) }</small></span>
                { sum_of(&words, &shown) }
                <span>{ words.t(Ui::TimePace) }{ " " }<b class="number">{ numbers::percent(Some(numbers::pace(session.period))) }</b></span>
            </footer>
            if *changing { <BulkEdit rows={chosen} on_closed={Callback::from(move |()| changing.set(false))} /> }
            if *creating { <NewProject on_closed={let creating = creating.clone(); Callback::from(move |()| creating.set(false))} /> }
            if let Some(text) = by_hand.as_ref() {
                <Dialog title={words.t(Ui::CopyTable)} wide=true on_closed={let by_hand = by_hand.clone(); Callback::from(move |()| by_hand.set(None))}>
                    <p class="form__note">{ words.t(Ui::CopyFailed) }</p>
                    <textarea class="value" rows="12" readonly=true value={text.clone()} autofocus=true />
                </Dialog>
            }
        </div>
    }
}

/// The sums of rows.
fn sum_of(words: &Words, rows: &[ledger::Row]) -> Html {
    let sums = ledger::sums(rows);
    html! {
        <>
            { sum(words, Ui::TotalInvestment, sums.total, "total") }
            { sum(words, Ui::YearPlan, sums.plan, "plan") }
            { sum(words, Ui::YearDone, sums.done, "done") }
            { sum(words, Ui::MonthDone, sums.month, "month") }
            <span>{ words.t(Ui::Rate) }{ " " }<b class="number">{ numbers::percent(numbers::rate(Some(sums.done), Some(sums.plan))) }</b></span>
        </>
    }
}

fn sum(words: &Words, word: Ui, fen: i64, name: &'static str) -> Html {
    html! { <span>{ words.t(word) }{ " " }<b class="number" data-sum={name}>{ numbers::wan(Some(fen)) }</b></span> }
}
