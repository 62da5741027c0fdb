//! 项目台账: find, filter, compare, copy, export (ux.md 5.3).

use std::rc::Rc;

use shared::text::ui::{Say, Ui};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_memo, use_state};

use crate::components::cells::print_button;
use crate::markup::{classes, html};

use crate::hooks::router::Link;

use crate::client::clipboard;
use crate::client::files;
use crate::client::http::encode;
use crate::components::dialog::Dialog;
use crate::components::face::{Face, face_view};
use crate::components::new_project::NewProject;
use crate::components::project_table::ProjectTable;
use crate::hooks::notices::use_notices;
use crate::hooks::rows::use_rows;
use crate::hooks::session::{use_session, use_words};
use crate::routes::Route;
use crate::state::ledger::{self, Facet, Mark, Query};
use crate::state::numbers;
use crate::state::remote::Remote;
use crate::state::words::Words;

/// Values a filter offers at once; the search box finds the rest.
const VALUES_SHOWN: usize = 60;

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
    let sums = ledger::sums(&shown);
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
        let period = session.period;
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
            let text = ledger::tsv(&shown, &header, period, |facet, value| {
                label_of(&words, facet, value)
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
    let export = |format: &'static str| {
        let (query, period) = (query.clone(), session.period);
        Callback::from(move |_: MouseEvent| {
            files::download_from(&format!(
                "/api/v1/exports?format={format}&period={period}&q={}",
                encode(query.words.trim())
            ));
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
            <ProjectTable rows={shown.clone()} sort={query.sort} period={session.period} with_unit={session.is_hub()} on_sort={sort} />
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
                <button class="button" onclick={export("xlsx")}>{ words.t(Ui::ExportXlsx) }</button>
                { print_button(&words) }
                if session.may_write() {
                    <button class="button button--main" id="new-project" onclick={let creating = creating.clone(); move |_: MouseEvent| creating.set(true)}>{ "＋ " }{ words.t(Ui::NewProject) }</button>
                }
            </header>
            <Filters query={(*query).clone()} rows={all} on_query={on_query.clone()} />
            { body }
            <footer class="sums">
                <span>{ words.t(Ui::Total) }<small>{ words.t(Ui::Wan) }</small></span>
                { sum(&words, Ui::TotalInvestment, sums.total, "total") }
                { sum(&words, Ui::YearPlan, sums.plan, "plan") }
                { sum(&words, Ui::YearDone, sums.done, "done") }
                { sum(&words, Ui::MonthDone, sums.month, "month") }
                <span>{ words.t(Ui::Rate) }{ " " }<b class="number">{ numbers::percent(numbers::rate(Some(sums.done), Some(sums.plan))) }</b></span>
                <span>{ words.t(Ui::TimePace) }{ " " }<b class="number">{ numbers::percent(Some(numbers::pace(session.period))) }</b></span>
            </footer>
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

fn sum(words: &Words, word: Ui, fen: i64, name: &'static str) -> Html {
    html! { <span>{ words.t(word) }{ " " }<b class="number" data-sum={name}>{ numbers::wan(Some(fen)) }</b></span> }
}

fn label_of(words: &Words, facet: Facet, value: &str) -> String {
    match facet {
        Facet::Sector => words.option("sectors", value),
        Facet::Stage => words.option("stage", value),
        Facet::Kind => words.option("investment_kind", value),
        Facet::Unit | Facet::Lead => value.to_owned(),
    }
}

#[derive(Properties, PartialEq)]
struct FiltersProps {
    query: Query,
    rows: Rc<Vec<ledger::Row>>,
    on_query: Callback<Query>,
}

/// The filter chips: one menu a facet, one switch a mark.
#[component]
fn Filters(props: &FiltersProps) -> Html {
    let words = use_words();
    let offered = use_memo(props.rows.clone(), |rows| {
        Facet::ALL.map(|facet| (facet, ledger::values(rows, facet)))
    });
    let change = |edit: Box<dyn Fn(&mut Query)>| {
        let (query, on_query) = (props.query.clone(), props.on_query.clone());
        move || {
            let mut next = query.clone();
            edit(&mut next);
            on_query.emit(next);
        }
    };
    html! {
        <div class="filters" role="group" aria-label={words.t(Ui::Filter)}>
            { for offered.iter().filter(|(_, values)| values.len() > 1).map(|(facet, values)| {
                let facet = *facet;
                let chosen: Vec<&String> = props.query.facets.iter().filter(|(f, _)| *f == facet).map(|(_, value)| value).collect();
                let word = match facet {
                    Facet::Unit => Ui::Unit,
                    Facet::Sector => Ui::Sector,
                    Facet::Stage => Ui::Stage,
                    Facet::Kind => Ui::InvestmentKind,
                    Facet::Lead => Ui::LeadUnit,
                };
                let mut summary = words.t(word).to_owned();
                if let [only] = chosen.as_slice() {
                    summary = format!("{summary}: {}", label_of(&words, facet, only));
                } else if chosen.len() > 1 {
                    summary = format!("{summary}: {}", chosen.len());
                }
                html! {
                    <details class={classes!("filter", (!chosen.is_empty()).then_some("filter--on"))} name="filter" key={format!("{facet:?}")}>
                        <summary class={classes!("chip", (!chosen.is_empty()).then_some("chip--on"))}>{ summary }{ " ▾" }</summary>
                        <div class="filter__values">
                            { for values.iter().take(VALUES_SHOWN).map(|(value, count)| {
                                let checked = chosen.contains(&value);
                                let own = value.clone();
                                let toggle = change(Box::new(move |query| query.toggle(facet, &own)));
                                html! {
                                    <label key={value.clone()}><input type="checkbox" {checked} onchange={move |_: Event| toggle()} />
                                        <span>{ label_of(&words, facet, value) }</span><small class="number">{ *count }</small></label>
                                }
                            }) }
                        </div>
                    </details>
                }
            }) }
            { for Mark::ALL.iter().map(|mark| {
                let mark = *mark;
                let on = props.query.marks.contains(&mark);
                let word = match mark {
                    Mark::Conflict => Ui::OnlyConflicts,
                    Mark::Proposal => Ui::OnlyProposals,
                    Mark::Issue => Ui::OnlyIssues,
                    Mark::Unfilled => Ui::OnlyUnfilled,
                    Mark::Deleted => Ui::OnlyDeleted,
                };
                let toggle = change(Box::new(move |query| {
                    query.toggle_mark(mark);
                }));
                html! {
                    <button key={format!("{mark:?}")} class={classes!("chip", on.then_some("chip--on"))} aria-pressed={on.to_string()} onclick={move |_: MouseEvent| toggle()}>{ words.t(word) }</button>
                }
            }) }
            if !props.query.is_open() {
                <button class="button button--bare" onclick={let (on_query, sort) = (props.on_query.clone(), props.query.sort); move |_: MouseEvent| on_query.emit(Query { sort, ..Query::default() })}>{ words.t(Ui::ClearFilters) }</button>
            }
        </div>
    }
}
