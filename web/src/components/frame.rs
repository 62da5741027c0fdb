//! The frame of every page: top bar, rail, content; and the keys that work everywhere.

use gloo_events::EventListener;
use shared::field::{FieldPath, Kind};
use shared::text::ui::{Say, Ui};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::component::{component, use_effect_with, use_state};

use crate::hooks::router::Link;
use crate::markup::{classes, html};

use super::key_list::key_list;
use super::outbox_list::outbox_list;
use super::panel::Panel;
use super::sync_pill::sync_pill;
use crate::client::http::{Failure, encode};
use crate::client::{clock, page, prefs};
use crate::hooks::line::use_line;
use crate::hooks::notices::use_notices;
use crate::hooks::outbox::use_outbox;
use crate::hooks::session::{LookChange, use_session};
use crate::hooks::shortcuts::{Pressed, use_shortcuts};
use crate::routes::{Route, belongs, rail};
use crate::state::answer;
use crate::state::pill::Reach;

/// Props of [`Frame`].
#[derive(Properties, PartialEq)]
pub struct FrameProps {
    /// The page.
    pub children: Html,
}

/// The frame.
#[component]
pub fn Frame(props: &FrameProps) -> Html {
    let session = use_session();
    let words = session.words.clone();
    let way = crate::hooks::router::use_way();
    let route = way.route.clone();
    let navigator = Some(way.navigator.clone());
    let line = use_line();
    let notices = use_notices();
    let outbox = use_outbox();
    let keys_open = use_state(|| false);
    let menu_open = use_state(|| false);
    let narrow = use_state(prefs::narrow_rail);
    let items = rail(session.me.node.role, words.monthly_ledger(), session.period);

    {
        let (items, navigator, keys_open) = (items.clone(), navigator.clone(), keys_open.clone());
        let outbox = outbox.clone();
        let words = words.clone();
        use_shortcuts(Callback::from(move |pressed: Pressed| {
            let press = &pressed.press;
            match press.key.as_str() {
                "/" if !pressed.typing && !press.ctrl && !press.alt => {
                    pressed.take();
                    page::focus_on("#search");
                }
                "?" if !pressed.typing => {
                    pressed.take();
                    keys_open.set(true);
                }
                "F1" => {
                    pressed.take();
                    keys_open.set(true);
                }
                "s" | "S" if press.ctrl => {
                    pressed.take();
                    page::save_in_hand();
                    // What is on its way shows its own tick, what cannot be read its own word.
                    if outbox.settled() && !page::has("[aria-invalid=true], form[data-draft]") {
                        notices.say(words.t(Ui::AutoSaved));
                    }
                }
                ";" if press.ctrl => {
                    let path = page::focused().and_then(|input| input.get_attribute("data-path"));
                    let path: Option<FieldPath> = path.and_then(|path| path.parse().ok());
                    if path.and_then(|path| path.kind()) == Some(Kind::Date) {
                        pressed.take();
                        page::type_in(&clock::now().date().to_string());
                    }
                }
                digit if press.alt && !press.ctrl => {
                    let chosen = digit
                        .parse::<usize>()
                        .ok()
                        .and_then(|digit| items.get(digit.checked_sub(1)?));
                    if let (Some((route, ..)), Some(navigator)) = (chosen, &navigator) {
                        pressed.take();
                        navigator.push(route);
                    }
                }
                _ => {}
            }
        }));
    }

    // Who closes the page with a cell in hand has left the cell.
    use_effect_with((), |()| {
        let window = web_sys::window();
        let leaving =
            window.map(|window| EventListener::new(&window, "pagehide", |_| page::save_in_hand()));
        move || drop(leaving)
    });
    let sought = use_state(String::new);
    {
        let sought = sought.clone();
        use_effect_with(route.clone(), move |_| sought.set(String::new()));
    }
    let seek = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            sought.set(input.map_or_else(String::new, |input| input.value()));
        })
    };
    let search = {
        let navigator = navigator.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let words = page::document()
                .and_then(|document| document.get_element_by_id("search"))
                .and_then(|element| {
                    wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(element).ok()
                })
                .map(|input| input.value())
                .unwrap_or_default();
            if let Some(navigator) = &navigator {
                navigator.search(&words);
            }
        })
    };
    let period = session.period;
    let step = |months: i32| {
        let (on_period, route, navigator) =
            (session.on_period.clone(), route.clone(), navigator.clone());
        Callback::from(move |_: MouseEvent| {
            let next = period.plus(months);
            on_period.emit(next);
            // A report's month stands in its address.
            if let (Route::Report { ledger, unit, .. }, Some(navigator)) =
                (route.clone(), &navigator)
            {
                let period = next;
                navigator.replace(&Route::Report {
                    ledger,
                    period,
                    unit,
                });
            }
        })
    };
    let log_out = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| {
            let session = session.clone();
            wasm_bindgen_futures::spawn_local(async move {
                // A node that does not answer keeps the session: nobody is told that he is out.
                match session.client.delete("/api/v1/session").await {
                    Err(Failure::Unreachable) => {
                        let told = answer::failure(&Failure::Unreachable, &session.words);
                        session.notices.fail(told);
                    }
                    // Whoever comes next begins at the door, with nothing of this person in the page.
                    _ => {
                        page::go(&Route::Desk.to_path(), true);
                        page::reload();
                    }
                }
            });
        })
    };
    let look = |change: LookChange| session.on_look.reform(move |_: MouseEvent| change);
    let waiting = outbox.outbox.waiting();

    html! {
        <div class={classes!("frame", narrow.then_some("frame--narrow"))}>
            <a class="skip" href="#content">{ words.t(Ui::SkipToContent) }</a>
            <header class="top">
                <div class="top__unit" title={session.me.node.name.clone()}>
                    <span class="top__seal" aria-hidden="true">{ session.me.node.unit_name.chars().next().unwrap_or('乡') }</span>
                    <span class="top__name">{ &session.me.node.unit_name }</span>
                </div>
                <div class="top__period" role="group" aria-label={words.t(Ui::Period)}>
                    <button class="button button--bare" aria-label={words.t(Ui::PreviousMonth)} onclick={step(-1)}>{ "‹" }</button>
                    <span id="period" data-period={period.to_string()}>{ words.say(&Say::Month { year: period.year(), month: period.month() }) }</span>
                    <button class="button button--bare" aria-label={words.t(Ui::NextMonth)} onclick={step(1)}>{ "›" }</button>
                </div>
                <form class="top__search" role="search" onsubmit={search}>
                    <input id="search" type="search" placeholder={words.t(Ui::SearchHint)} aria-label={words.t(Ui::SearchHint)} autocomplete="off" oninput={seek} />
                    <kbd aria-hidden="true">{ "/" }</kbd>
                    if !sought.trim().is_empty() {
                        <div class="top__found" id="found"><Panel path={format!("found?q={}", encode(sought.trim()))} /></div>
                    }
                </form>
                { sync_pill(&session, &line) }
                <div class="top__user">
                    <button class="button button--bare" id="user-menu" aria-expanded={(*menu_open).to_string()} aria-label={format!("{} {}", session.me.name, words.t(Ui::Menu))}
                        onclick={let menu_open = menu_open.clone(); move |_: MouseEvent| menu_open.set(!*menu_open)}>
                        { &session.me.name }<span aria-hidden="true">{ " ▾" }</span>
                    </button>
                    if *menu_open {
                        <div class="menu" onclick={let menu_open = menu_open.clone(); move |_: MouseEvent| menu_open.set(false)}>
                            <p class="menu__who">{ &session.me.name }{ " · " }{ words.role(session.me.role) }</p>
                            <button class="menu__item" onclick={look(LookChange::OtherSize)} aria-pressed={prefs::large_type().to_string()}>
                                { words.t(Ui::LargeType) }<span aria-hidden="true">{ if prefs::large_type() { " ✔" } else { "" } }</span></button>
                            <button class="menu__item" onclick={look(LookChange::OtherLanguage)}>{ words.t(Ui::Language) }</button>
                            <button class="menu__item" onclick={let keys_open = keys_open.clone(); move |_: MouseEvent| keys_open.set(true)}>{ words.t(Ui::KeyList) }</button>
                            <button class="menu__item" id="log-out" onclick={log_out}>{ words.t(Ui::LogOut) }</button>
                        </div>
                    }
                </div>
            </header>
            <nav class="rail" aria-label={words.t(Ui::Product)}>
                { for items.iter().enumerate().map(|(index, (to, word, sign))| {
                    let current = belongs(to, &route);
                    html! {
                        { rail_link(to, current, sign, words.t(*word), index + 1) }
                    }
                }) }
                <p class="rail__foot"><button class="button button--bare" id="rail" title={words.t(Ui::Rail)} aria-label={words.t(Ui::Rail)} aria-pressed={narrow.to_string()}
                    onclick={let narrow = narrow.clone(); move |_: MouseEvent| { prefs::set_narrow_rail(!*narrow); narrow.set(!*narrow); }}>{ if *narrow { "»" } else { "«" } }</button>
                    <span class="rail__label">{ "v" }{ &session.me.node.version }</span></p>
            </nav>
            <div class="frame__main">
                if session.me.node.demo {
                    <div class="demo-strip" title={words.t(Ui::DemoNote)}><strong>{ words.t(Ui::Demo) }</strong><span>{ words.t(Ui::DemoNote) }</span></div>
                }
                if line.reach == Reach::Silent {
                    <div class="silent-strip" role="alert" data-banner="S8"><strong>{ "● " }{ words.t(Ui::NodeSilent) }</strong><span>{ words.t(Ui::NodeSilentNote) }</span></div>
                }
                if waiting > 0 && line.reach == Reach::Silent {
                    <div class="waiting-strip" data-waiting={waiting.to_string()}>{ words.say(&Say::WaitingHere(waiting)) }</div>
                }
                { outbox_list(&words, &outbox) }
                <main id="content" class="content" tabindex="-1">{ props.children.clone() }</main>
            </div>
            if *keys_open {
                { key_list(&words, { let keys_open = keys_open.clone(); Callback::from(move |()| keys_open.set(false)) }) }
            }
        </div>
    }
}

fn rail_link(
    to: &Route,
    current: bool,
    sign: &'static str,
    label: &'static str,
    digit: usize,
) -> Html {
    html! {
        <span key={digit} class={classes!("rail__item", current.then_some("rail__item--current"))} aria-current={current.then_some("page")} title={format!("Alt+{digit}")}>
            <Link to={to.clone()}>
                <span class="rail__sign" aria-hidden="true">{ sign }</span><span class="rail__label">{ label }</span>
            </Link>
        </span>
    }
}
