//! 作战图: months × projects, to look at, to hang on a wall (ux.md 5.6).
//!
//! The node draws; this page chooses the months and the paper, moves between cells and prints. A sheet is SVG of the node's own making,
//! in which whatever people wrote is text.

use shared::api::{ChartSheets, Live};
use shared::text::ui::Ui;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use crate::client::http::encode;
use crate::client::live::Heard;
use crate::client::page;
use crate::component::{component, use_effect_with, use_node_ref, use_state};
use crate::components::cells::{button, print_button};
use crate::components::face::{Face, face_view};
use crate::hooks::fetch::use_fetch;
use crate::hooks::live::use_live;
use crate::hooks::session::use_session;
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::markup::{classes, html};
use crate::state::remote::Remote;

const PAPERS: [&str; 4] = ["A4", "A3", "A2", "A1"];
/// Months of the rolling view, and how many of them lie before the chosen one.
const ROLLING: (i32, i32) = (18, 6);
/// Months of the rolling view on the narrowest sheet.
const NARROW: i32 = 12;
/// Widths of a sheet on the screen, in percent of the page's.
const ZOOMS: [u16; 5] = [100, 130, 170, 220, 300];

/// What a person chose.
#[derive(Clone, PartialEq)]
struct Chosen {
    rolling: bool,
    paper: &'static str,
    upright: bool,
    plain: bool,
    zoom: usize,
    words: String,
}

/// The page.
#[component]
pub fn Chart() -> Html {
    let session = use_session();
    let words = session.words.clone();
    let chosen = use_state(|| Chosen {
        rolling: false,
        paper: "A3",
        upright: false,
        plain: false,
        zoom: 0,
        words: String::new(),
    });
    let place = use_node_ref();
    let question = {
        let (months, before) = ROLLING;
        let months = if chosen.upright && chosen.paper == PAPERS[0] {
            NARROW
        } else {
            months
        };
        let span = if chosen.rolling {
            format!("&from={}&months={months}", session.period.plus(-before))
        } else {
            String::new()
        };
        format!(
            "?period={}{span}&paper={}&landscape={}&bw={}&q={}",
            session.period,
            chosen.paper,
            !chosen.upright,
            chosen.plain,
            encode(&chosen.words)
        )
    };
    let fetched = use_fetch::<ChartSheets>(format!("/api/v1/chart{question}").into());
    {
        let reload = fetched.reload.clone();
        use_live(Callback::from(move |heard| {
            let again = match &heard {
                Heard::Open => true,
                Heard::Patch(live) => matches!(live.as_ref(), Live::Rows { .. }),
                Heard::Closed => false,
            };
            if again {
                reload.emit(());
            }
        }));
    }
    let sheets = fetched.remote.ready().cloned();
    {
        let place = place.clone();
        use_effect_with(sheets.clone(), move |sheets| {
            if let (Some(place), Some(sheets)) = (place.cast::<Element>(), sheets) {
                let cell = page::focused().and_then(|cell| cell.get_attribute("data-cell"));
                place.set_inner_html(&sheets.pages.concat());
                if let Some(cell) = cell {
                    focus_cell(&cell);
                }
            }
        });
    }
    let change = {
        let chosen = chosen.clone();
        move |change: fn(&mut Chosen)| {
            let chosen = chosen.clone();
            Callback::from(move |_: MouseEvent| {
                let mut next = (*chosen.now()).clone();
                change(&mut next);
                chosen.set(next);
            })
        }
    };
    let zoom_by = {
        let chosen = chosen.clone();
        Callback::from(move |more: bool| {
            let mut next = (*chosen.now()).clone();
            next.zoom = match more {
                true => (next.zoom + 1).min(ZOOMS.len() - 1),
                false => next.zoom.saturating_sub(1),
            };
            chosen.set(next);
        })
    };
    {
        let (zoom_by, place) = (zoom_by.clone(), place.clone());
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            if pressed.typing || pressed.press.ctrl || pressed.press.alt {
                return;
            }
            let step = match pressed.press.key.as_str() {
                "ArrowUp" => (-1, 0),
                "ArrowDown" => (1, 0),
                "ArrowLeft" => (0, -1),
                "ArrowRight" => (0, 1),
                "+" | "=" => return zoom_by.emit(true),
                "-" => return zoom_by.emit(false),
                "p" => return page::print(),
                "t" => {
                    page::focus_on(".chart-today");
                    return;
                }
                "f" => {
                    if let Some(place) = place.cast::<Element>() {
                        let _ = place.request_fullscreen();
                    }
                    return;
                }
                _ => return,
            };
            if move_to_cell(step) {
                pressed.take();
            }
        }));
    }
    let follow = {
        let navigator = session.way.navigator.clone();
        Callback::from(move |event: MouseEvent| navigator.follow(&event))
    };
    let on_paper = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let name = event.target_dyn_into::<HtmlSelectElement>();
            let name = name.map(|select| select.value()).unwrap_or_default();
            if let Some(paper) = PAPERS.iter().find(|paper| **paper == name) {
                let mut next = (*chosen.now()).clone();
                next.paper = paper;
                chosen.set(next);
            }
        })
    };
    let on_words = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let input = event.target_dyn_into::<web_sys::HtmlInputElement>();
            let mut next = (*chosen.now()).clone();
            next.words = input.map(|input| input.value()).unwrap_or_default();
            chosen.set(next);
        })
    };
    let pressed = |on: bool| if on { "true" } else { "false" };
    let drawn = match &fetched.remote {
        Remote::Ready(sheets) if sheets.drawn == 0 => {
            html! { <p class="empty" id="chart-empty">{ words.t(Ui::ChartEmpty) }</p> }
        }
        Remote::Ready(sheets) if sheets.drawn < sheets.total => {
            html! { <p class="note" role="status">{ "▲ " }{ words.t(Ui::ChartTooMany) }{ " " }{ sheets.drawn }{ "/" }{ sheets.total }</p> }
        }
        Remote::Ready(_) => Html::default(),
        other => Face::of(other, Ui::ChartEmpty)
            .map(|face| face_view(&session, &face, &fetched.reload))
            .unwrap_or_default(),
    };
    let side = if chosen.upright { "upright" } else { "across" };
    html! {
        <div class="chart">
            <header class="toolbar">
                <h1>{ words.t(Ui::Chart) }<small>{ session.period.year() as u32 }</small></h1>
                <input type="search" class="toolbar__search" id="chart-words" aria-label={words.t(Ui::SearchHint)} placeholder={words.t(Ui::SearchHint)} onchange={on_words} />
                <span class="toolbar__space"></span>
                <button class="button" id="chart-rolling" aria-pressed={pressed(chosen.rolling)} onclick={change(|chosen| chosen.rolling = !chosen.rolling)}>{ words.t(Ui::ChartRolling) }</button>
                <select class="button" id="chart-paper" aria-label={words.t(Ui::Paper)} onchange={on_paper}>
                    { for PAPERS.iter().map(|paper| html! { <option value={*paper} selected={*paper == chosen.paper}>{ *paper }</option> }) }
                </select>
                <button class="button" id="chart-upright" aria-pressed={pressed(chosen.upright)} onclick={change(|chosen| chosen.upright = !chosen.upright)}>{ words.t(Ui::Upright) }</button>
                <button class="button" id="chart-plain" aria-pressed={pressed(chosen.plain)} onclick={change(|chosen| chosen.plain = !chosen.plain)}>{ words.t(Ui::BlackWhite) }</button>
                { button("button", "＋", zoom_by.reform(|_| true)) }
                { button("button", "－", zoom_by.reform(|_| false)) }
                { for (1..=sheets.as_ref().map_or(0, |sheets| sheets.pages.len())).map(|sheet| html! {
                    <a class="button" href={format!("/api/v1/chart{question}&page={sheet}")} download="">{ words.t(Ui::DownloadSvg) }{ " " }{ sheet }</a>
                }) }
                { print_button(&words) }
            </header>
            { drawn }
            <div ref={place} class={classes!("chart__sheets", format!("chart__sheets--{}-{side}", chosen.paper), format!("chart__sheets--zoom{}", ZOOMS[chosen.zoom]))} id="chart-sheets" onclick={follow}></div>
        </div>
    }
}

/// Moves the focus to a neighbour of the cell that has it, or to the first cell; false when there is none.
fn move_to_cell((rows, columns): (i32, i32)) -> bool {
    let focused = page::document().and_then(|document| document.active_element());
    let here = focused
        .and_then(|element| element.get_attribute("data-cell"))
        .and_then(|cell| {
            let (row, column) = cell.split_once('-')?;
            Some((row.parse::<i32>().ok()?, column.parse::<i32>().ok()?))
        });
    let (row, column) = here.map_or((0, 0), |(row, column)| (row + rows, column + columns));
    focus_cell(&format!("{row}-{column}"))
}

fn focus_cell(cell: &str) -> bool {
    page::focus_on(&format!("[data-cell=\"{cell}\"]"))
}
