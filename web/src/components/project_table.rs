//! The table of projects: only the rows in sight are in the page, however many there are.

use std::rc::Rc;

use gloo_events::EventListener;
use shared::ids::ProjectId;
use shared::text::figures;
use shared::text::ui::{Say, Ui};
use shared::time::Month;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::component::{
    component, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_state_eq,
};

use super::progress_bar::progress_bar;
use crate::client::clock;
use crate::hooks::session::use_words;
use crate::markup::{classes, html};
use crate::routes::Route;
use crate::state::keys::Press;
use crate::state::ledger::{self, Facet, Figures, Line, Row, Sort, SortKey, batch};
use crate::state::numbers;
use crate::state::words::Words;

/// The height of a row, as the style sheet has it.
const ROW_PX: i32 = 44;

/// Props of [`ProjectTable`].
#[derive(Properties, PartialEq)]
pub struct ProjectTableProps {
    /// The rows to show, in order.
    pub rows: Rc<Vec<Row>>,
    /// What the groups are made by.
    pub group: Option<Facet>,
    /// The order, for the headings.
    pub sort: Sort,
    /// The month, for the pace.
    pub period: Month,
    /// Shows each row's unit (the hub's list).
    pub with_unit: bool,
    /// The chosen projects.
    pub chosen: Rc<Vec<ProjectId>>,
    /// A person chose others.
    pub on_chosen: Callback<Vec<ProjectId>>,
    /// Sorts by a column.
    pub on_sort: Callback<SortKey>,
}

/// The table.
#[component]
pub fn ProjectTable(props: &ProjectTableProps) -> Html {
    let words = use_words();
    let navigator = Some(crate::hooks::router::use_way().navigator);
    let place = use_node_ref();
    let seen = use_state_eq(|| (0_i32, 600_i32));
    let cursor = use_state_eq(|| 0_usize);
    // Where a span of chosen rows began, and what was chosen before it.
    let span = use_mut_ref(|| None::<(usize, Rc<Vec<ProjectId>>)>);
    let lines = use_memo((props.rows.clone(), props.group), |(rows, group)| {
        ledger::lines(rows, *group)
    });
    {
        let (place, seen) = (place.clone(), seen.clone());
        use_effect_with((), move |()| {
            let element = place.cast::<HtmlElement>();
            let look = {
                let (element, seen) = (element.clone(), seen.clone());
                move || {
                    if let Some(element) = &element {
                        seen.set((element.scroll_top(), element.client_height()));
                    }
                }
            };
            look();
            let after = look.clone();
            let resized = web_sys::window().map(|window| {
                let look = look.clone();
                EventListener::new(&window, "resize", move |_| look())
            });
            let scrolled = element
                .as_ref()
                .map(|element| EventListener::new(element, "scroll", move |_| look()));
            // Paper has no window: every row is drawn before printing.
            let printing = web_sys::window().map(|window| {
                EventListener::new(&window, "beforeprint", move |_| seen.set((0, i32::MAX)))
            });
            let printed = web_sys::window()
                .map(|window| EventListener::new(&window, "afterprint", move |_| after()));
            move || drop((resized, scrolled, printing, printed))
        });
    }
    {
        // A new selection starts at its top.
        let place = place.clone();
        let first = props.rows.first().map(|row| row.id);
        use_effect_with((first, props.rows.len()), move |_| {
            if let Some(element) = place.cast::<HtmlElement>()
                && element.scroll_top() > 0
            {
                element.set_scroll_top(0);
            }
        });
    }
    let count = lines.len();
    let (from, to) = ledger::window(seen.0, seen.1, ROW_PX, count);
    let pace = numbers::pace(props.period);

    // Chooses the project of a line, or all between the cursor and it.
    let pick = {
        let (cursor, lines, span) = (cursor.clone(), lines.clone(), span.clone());
        let (chosen, on_chosen) = (props.chosen.clone(), props.on_chosen.clone());
        Callback::from(move |(at, spans): (usize, bool)| {
            let mut span = span.borrow_mut();
            if spans {
                let (from, before) = span.get_or_insert_with(|| (*cursor.now(), chosen.clone()));
                on_chosen.emit(batch::extended(before, &lines, *from, at));
            } else if let Some(row) = ledger::project_at(&lines, at) {
                *span = None;
                on_chosen.emit(batch::toggled(&chosen, row.id));
                cursor.set(at);
            }
        })
    };
    let onkeydown = {
        let (pick, on_chosen) = (pick.clone(), props.on_chosen.clone());
        let (cursor, lines, place, navigator) = (
            cursor.clone(),
            lines.clone(),
            place.clone(),
            navigator.clone(),
        );
        Callback::from(move |event: KeyboardEvent| {
            let press = Press::of(&event);
            let is_all = press.ctrl && matches!(press.key.as_str(), "a" | "A");
            if press.composing || press.ctrl != is_all || press.alt {
                return;
            }
            let at = ledger::step(&lines, *cursor, *cursor);
            let next = match press.key.as_str() {
                "j" | "J" | "ArrowDown" => at + 1,
                "k" | "K" | "ArrowUp" => at.saturating_sub(1),
                "PageDown" => at + 10,
                "PageUp" => at.saturating_sub(10),
                _ if is_all => {
                    event.prevent_default();
                    return on_chosen.emit(batch::extended(&[], &lines, 0, lines.len()));
                }
                "x" | "X" | " " => {
                    event.prevent_default();
                    return pick.emit((at, false));
                }
                "Escape" => return on_chosen.emit(Vec::new()),
                "Home" => 0,
                "End" => lines.len(),
                "Enter" => {
                    if let (Some(row), Some(navigator)) =
                        (ledger::project_at(&lines, at), &navigator)
                    {
                        event.prevent_default();
                        navigator.push(&Route::Project { id: row.id });
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            let next = ledger::step(&lines, at, next);
            if press.shift {
                pick.emit((next, true));
            } else {
                span.take();
            }
            cursor.set(next);
            if let Some(element) = place.cast::<HtmlElement>() {
                let top = i32::try_from(next)
                    .unwrap_or(i32::MAX)
                    .saturating_mul(ROW_PX);
                let height = element.client_height();
                let row = ROW_PX;
                if top < element.scroll_top() {
                    element.set_scroll_top(top);
                } else if top + 3 * row > element.scroll_top() + height {
                    element.set_scroll_top(top + 3 * row - height);
                }
            }
        })
    };
    let head = |key: SortKey, word: Ui, class: &'static str| {
        let sorted = props.sort.key == key;
        let direction = if props.sort.descending {
            "descending"
        } else {
            "ascending"
        };
        let sign = if !sorted {
            ""
        } else if props.sort.descending {
            " ↓"
        } else {
            " ↑"
        };
        html! {
            <div role="columnheader" class={class} aria-sort={sorted.then_some(direction)}>
                <button class="ledger__sort" onclick={props.on_sort.reform(move |_: MouseEvent| key)}>{ words.t(word) }<span aria-hidden="true">{ sign }</span></button>
            </div>
        }
    };
    let (space, block) = (use_node_ref(), use_node_ref());
    {
        // Geometry goes through the style object: the page's policy forbids style attributes.
        let (space, block) = (space.clone(), block.clone());
        use_effect_with((count, from), move |(count, from)| {
            if let (Some(space), Some(block)) =
                (space.cast::<HtmlElement>(), block.cast::<HtmlElement>())
            {
                let _ = space.style().set_property("height", &pixels(*count));
                let _ = block
                    .style()
                    .set_property("transform", &format!("translateY({})", pixels(*from)));
            }
        });
    }
    let now = clock::now();
    let cursor = ledger::step(&lines, *cursor, *cursor);
    let figures_of = |figures: Figures| {
        let rate = ledger::rate_of(figures);
        let [total, plan, done] = figures.map(numbers::wan);
        html! {
            <>
                { amount(total) }{ amount(plan) }{ amount(done) }
                <div role="cell" class="ledger__rate">
                    <span class="number">{ numbers::percent(rate) }</span>
                    if let Some(done) = rate { { progress_bar(done, Some(pace), numbers::percent(rate)) } }
                </div>
                <div role="cell" class={classes!("number", rate.is_some_and(|rate| rate < pace).then_some("behind"))}>{ rate.map(|rate| numbers::signed(rate - pace)).unwrap_or_default() }</div>
            </>
        }
    };
    let draw = |(offset, line): (usize, &Line)| {
        let index = from + offset;
        let row = match line {
            Line::Group(value, sums) => {
                let name = props
                    .group
                    .map_or_else(String::new, |facet| facet_label(&words, facet, value));
                return html! {
                    <div key={format!("/{value}")} role="row" data-group={value.clone()} aria-rowindex={(index + 1).to_string()} class="ledger__row ledger__group">
                        <div role="cell"></div><div role="cell" class="ledger__name">{ name }<small>{ words.say(&Say::Shown(sums.count, sums.count)) }</small></div>
                        if props.with_unit { <div role="cell"></div> }
                        <div role="cell"></div><div role="cell"></div>
                        { figures_of(sums.figures()) }
                    </div>
                };
            }
            Line::Project(row) => row,
        };
        let id = row.id;
        let (navigator, pick) = (navigator.clone(), pick.clone());
        html! {
            <div key={row.id.to_string()} role="row" data-row={row.id.to_string()} aria-rowindex={(index + 1).to_string()}
                class={classes!("ledger__row", (cursor == index).then_some("ledger__row--cursor"), (index % 2 == 1).then_some("ledger__row--odd"))}
                onclick={move |_: MouseEvent| if let Some(navigator) = &navigator { navigator.push(&Route::Project { id }) }}>
                <div role="cell" class="ledger__pick" onclick={move |event: MouseEvent| {
                    event.stop_propagation();
                    pick.emit((index, event.shift_key()));
                }}><input type="checkbox" tabindex="-1" checked={props.chosen.contains(&id)} aria-label={format!("{} {}", words.t(Ui::Choose), row.name)} /></div>
                <div role="cell" class="ledger__name">
                    <a href={Route::Project { id }.to_path()} onclick={|event: MouseEvent| event.prevent_default()}>{ &row.name }</a>
                    <small>
                        if row.conflicts > 0 { <span class="chip chip--ask">{ "◆ " }{ words.t(Ui::Conflict) }{ " " }{ row.conflicts }</span> }
                        if row.proposals > 0 { <span class="chip chip--quiet">{ "◇ " }{ words.t(Ui::Proposal) }{ " " }{ row.proposals }</span> }
                        { &row.code }{ if row.code.is_empty() || row.owner.is_empty() { "" } else { " · " } }{ &row.owner }
                    </small>
                </div>
                if props.with_unit { <div role="cell">{ &row.home_name }</div> }
                <div role="cell">{ words.option("sectors", &row.sector) }</div>
                <div role="cell">{ words.option("stage", &row.stage) }</div>
                { figures_of(ledger::figures_of(row)) }
                <div role="cell" class="number">{ if row.open_issues > 0 { row.open_issues.to_string() } else { String::new() } }</div>
                <div role="cell" class="ledger__when">{ figures::moment(row.updated_at, now) }</div>
            </div>
        }
    };
    html! {
        <div class={classes!("ledger", props.with_unit.then_some("ledger--units"))} role="table" aria-rowcount={count.to_string()} aria-label={words.t(Ui::Projects)}>
            <div class="ledger__head" role="row">
                <div role="columnheader"><span class="off-screen">{ words.t(Ui::Choose) }</span></div>
                { head(SortKey::Name, Ui::ProjectName, "ledger__name") }
                if props.with_unit { { head(SortKey::Unit, Ui::Unit, "") } }
                { head(SortKey::Sector, Ui::Sector, "") }
                { head(SortKey::Stage, Ui::Stage, "") }
                { head(SortKey::Total, Ui::TotalInvestment, "number") }
                { head(SortKey::Plan, Ui::YearPlan, "number") }
                { head(SortKey::Done, Ui::YearDone, "number") }
                { head(SortKey::Rate, Ui::Rate, "") }
                <div role="columnheader" class="number">{ words.t(Ui::PaceGap) }</div>
                { head(SortKey::Issues, Ui::OpenIssues, "number") }
                { head(SortKey::Updated, Ui::UpdatedAt, "") }
            </div>
            <div class="ledger__body" ref={place} tabindex="0" role="rowgroup" {onkeydown}>
                <div class="ledger__space" ref={space}>
                    <div class="ledger__rows" ref={block}>
                        { for lines.get(from..to).unwrap_or_default().iter().enumerate().map(draw) }
                    </div>
                </div>
            </div>
        </div>
    }
}

fn amount(text: String) -> Html {
    html! { <div role="cell" class="number">{ text }</div> }
}

/// What a facet's value is called.
#[must_use]
pub fn facet_label(words: &Words, facet: Facet, value: &str) -> String {
    match facet {
        _ if value.is_empty() => words.t(Ui::Unset).to_owned(),
        Facet::Sector => words.option("sectors", value),
        Facet::Stage => words.option("stage", value),
        Facet::Kind => words.option("investment_kind", value),
        Facet::Unit | Facet::Lead | Facet::Size => value.to_owned(),
    }
}

/// The height of so many rows, for the style object.
fn pixels(rows: usize) -> String {
    let height = i32::try_from(rows)
        .unwrap_or(i32::MAX)
        .saturating_mul(ROW_PX);
    format!("{height}px")
}
