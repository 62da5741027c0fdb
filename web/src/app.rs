//! The application: log-in or shell, and the shell's providers in the order in which they need each other.

use std::rc::Rc;

use shared::api::Me;
use shared::text::Lang;
use shared::text::book::WordBook;
use shared::text::page::PageWords;
use shared::text::ui::{Bare, Ui};
use shared::time::Month;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{
    component, use_callback, use_effect_with, use_memo, use_reducer, use_state, use_state_eq,
};

use crate::hooks::router::Link;
use crate::markup::html;

use crate::client::http::{Client, Failure};
use crate::client::live::LiveLine;
use crate::client::{clock, page, prefs};
use crate::components::frame::Frame;
use crate::components::panel::Panel;
use crate::hooks::line::use_line_source;
use crate::hooks::notices::{NoticeList, Notices};
use crate::hooks::outbox::use_outbox_source;
use crate::hooks::router::use_way_source;
use crate::hooks::rows::use_rows_source;
use crate::hooks::session::{LookChange, Session, use_session};
use crate::hooks::sources::Sources;
use crate::pages::chart::Chart;
use crate::pages::desk::Desk;
use crate::pages::exchange::Exchange;
use crate::pages::issues::Issues;
use crate::pages::log_in::LogIn;
use crate::pages::project::Project;
use crate::pages::projects::Projects;
use crate::pages::report::Report;
use crate::pages::sync::Sync;
use crate::routes::{Of, Route};
use crate::state::answer;
use crate::state::words::{CountyWords, Sent, Words};

/// Who is at the page.
#[derive(Clone, PartialEq)]
enum Door {
    /// Not known yet.
    Asking,
    /// Nobody; true when a session ended.
    Closed { ended: bool },
    /// The node could not say.
    Silent(Failure),
    /// A person, with the words of records and the county's own.
    Open(Rc<Me>, Rc<WordBook>, Option<Rc<CountyWords>>),
}

/// The words of pages, which are asked for beside the session.
#[derive(Clone, PartialEq)]
enum Speech {
    /// Not here yet.
    Coming,
    /// The node could not send them, or sent another version's.
    Failed(Failure),
    /// Here for the page's life.
    Sent(Sent),
}

/// The whole application.
#[component]
pub fn Root() -> Html {
    let door = use_state(|| Door::Asking);
    let speech = use_state(|| Speech::Coming);
    let lang = use_state(prefs::lang);
    let large = use_state(prefs::large_type);
    let client = use_memo((), |()| Client::default());
    let client = (*client).clone();
    let tries = use_state(|| 0_u32);

    let open = {
        let (door, client) = (door.clone(), client.clone());
        use_callback((), move |me: Me, ()| {
            client.set_csrf(&me.csrf);
            let (door, client) = (door.clone(), client.clone());
            spawn_local(async move {
                let book = match client.fetch::<WordBook>("/api/v1/words").await {
                    Ok(book) => Rc::new(book),
                    Err(Failure::LoggedOut) => return door.set(Door::Closed { ended: true }),
                    Err(failure) => return door.set(Door::Silent(failure)),
                };
                // Without the county's words the product's own stand.
                let profile = client
                    .fetch::<CountyWords>("/api/v1/profile")
                    .await
                    .ok()
                    .map(Rc::new);
                door.set(Door::Open(Rc::new(me), book, profile));
            });
        })
    };
    {
        let (door, client, open) = (door.clone(), client.clone(), open.clone());
        let speech = speech.clone();
        use_effect_with(*tries, move |_| {
            if !matches!(*speech, Speech::Sent(_)) {
                let client = client.clone();
                spawn_local(async move {
                    let sent = client.fetch::<PageWords>("/api/v1/words/page").await;
                    let sent = sent.and_then(|words| Sent::keep(words).ok_or(Failure::Garbled));
                    speech.set(sent.map_or_else(Speech::Failed, Speech::Sent));
                });
            }
            spawn_local(async move {
                match client.fetch::<Me>("/api/v1/session").await {
                    Ok(me) => open.emit(me),
                    Err(Failure::LoggedOut) => door.set(Door::Closed { ended: false }),
                    Err(failure) => door.set(Door::Silent(failure)),
                }
            });
        });
    }
    let known = match &*door {
        Door::Open(_, book, profile) => (book.clone(), profile.clone()),
        Door::Asking | Door::Closed { .. } | Door::Silent(_) => Default::default(),
    };
    let sent = match &*speech {
        Speech::Sent(sent) => Some(*sent),
        Speech::Coming | Speech::Failed(_) => None,
    };
    let words = use_memo((*lang, sent, known), |(lang, sent, (book, profile))| {
        let words = |sent| Rc::new(Words::new(*lang, sent, profile.clone(), book.clone()));
        sent.map(words)
    });
    let words = (*words).clone();
    {
        let product = words.as_ref().map_or("", |words| words.t(Ui::Product));
        let title = match &*door {
            Door::Open(me, ..) => format!("{} · {product}", me.node.unit_name),
            _ => product.to_owned(),
        };
        use_effect_with((*lang, *large, title), |(lang, large, title)| {
            page::set_look(*lang, *large, title)
        });
    }
    let on_look = {
        let (lang, large) = (lang.clone(), large.clone());
        use_callback((), move |change: LookChange, ()| match change {
            LookChange::OtherLanguage => {
                let next = match prefs::lang() {
                    Lang::Zh => Lang::En,
                    Lang::En => Lang::Zh,
                };
                prefs::set_lang(next);
                lang.set(next);
            }
            LookChange::OtherSize => {
                let next = !prefs::large_type();
                prefs::set_large_type(next);
                large.set(next);
            }
        })
    };
    let on_ended = {
        let door = door.clone();
        use_callback((), move |(), ()| door.set(Door::Closed { ended: true }))
    };
    let failure = match (&*speech, &*door) {
        (Speech::Failed(failure), _) | (_, Door::Silent(failure)) => Some(failure),
        _ => None,
    };
    if let Some(failure) = failure {
        let (word, again): (_, Callback<MouseEvent>) = match failure {
            Failure::Garbled => (Bare::Reload, Callback::from(|_| page::reload())),
            _ => (Bare::Retry, Callback::from(move |_| tries.set(*tries + 1))),
        };
        return html! {
            <main class="boot" role="alert">
                <p>{ answer::early(failure, *lang) }</p>
                <button class="button button--main" onclick={again}>{ word.text(*lang) }</button>
            </main>
        };
    }
    match (&*door, words) {
        (Door::Closed { ended }, Some(words)) => html! {
            <LogIn {words} {client} ended={*ended} on_logged_in={open} on_language={on_look.reform(|()| LookChange::OtherLanguage)} />
        },
        (Door::Open(me, ..), Some(words)) => html! {
            <Shell key={me.user.to_string()} me={me.clone()} {client} {words} {on_look} {on_ended} large={*large} />
        },
        _ => html! { <p class="boot" aria-busy="true">{ Bare::Loading.text(*lang) }</p> },
    }
}

#[derive(Properties, PartialEq)]
struct ShellProps {
    me: Rc<Me>,
    client: Client,
    words: Rc<Words>,
    on_look: Callback<LookChange>,
    on_ended: Callback<()>,
    large: bool,
}

/// What stands while one person is logged in.
#[component]
fn Shell(props: &ShellProps) -> Html {
    let live = use_memo((), |()| LiveLine::default());
    let period = use_state_eq(|| first_period(&props.me));
    {
        let live = live.clone();
        // The node words what it sends: another language is another line.
        use_effect_with(prefs::lang(), move |_| {
            live.start();
            move || live.stop()
        });
    }
    let on_period = {
        let period = period.clone();
        use_callback((), move |month: Month, ()| period.set(month))
    };
    let (list, dispatch) = use_reducer(NoticeList::default);
    let notices = Notices::new(dispatch);
    let drawn = notices.draw(&list, props.words.t(Ui::Close));
    let way = use_way_source();
    let session = Rc::new(Session {
        me: props.me.clone(),
        client: props.client.clone(),
        live: (*live).clone(),
        words: props.words.clone(),
        notices,
        way,
        period: *period,
        on_period,
        on_look: props.on_look.clone(),
        on_ended: props.on_ended.clone(),
    });
    let below = html! { <><Pages />{ drawn }</> };
    // The session comes first: all below speaks to its node in its words.
    yew::html! { <ContextProvider<Rc<Session>> context={session}>{ below }</ContextProvider<Rc<Session>>> }
}

/// The page of the address in its frame, with what all pages share.
#[component]
fn Pages() -> Html {
    let session = use_session();
    let sources = Rc::new(Sources {
        line: use_line_source(),
        outbox: Rc::new(use_outbox_source()),
        rows: use_rows_source(),
    });
    let page = draw(&session);
    let framed = html! { <Frame>{ page }</Frame> };
    yew::html! { <ContextProvider<Rc<Sources>> context={sources}>{ framed }</ContextProvider<Rc<Sources>>> }
}

/// The month by the node's clock, which may be right where the PC's is not.
fn first_period(me: &Me) -> Month {
    let now = if me.now.0 > 0 { me.now } else { clock::now() };
    now.date().month_of()
}

fn draw(session: &Session) -> Html {
    match session.way.route.clone() {
        Route::Desk => html! { <Desk /> },
        Route::Projects => html! { <Projects /> },
        Route::Project { id } => html! { <Project key={id.to_string()} {id} /> },
        Route::Report {
            ledger,
            period,
            unit,
        } => {
            html! { <Report key={unit.map(|unit| unit.to_string()).unwrap_or_default()} {ledger} {period} {unit} /> }
        }
        Route::Reports { of } => {
            html! { <Panel key={of.clone()} path={format!("reports?of={of}")} /> }
        }
        Route::County if session.is_hub() => {
            html! { <Panel key="county" path={format!("county?period={}", session.period)} /> }
        }
        Route::Registry { project } => {
            let of = project.map_or(Of::Own, Of::Project);
            html! { <Panel key="registry" path={format!("registry?{}", of.query('&'))} /> }
        }
        Route::Rows { table, of } => {
            let rows = format!("{}{}", table.id(), of.query('&'));
            html! { <Panel key={rows.clone()} path={format!("records?table={rows}")} /> }
        }
        Route::Issues { of, new } => html! { <Issues {of} {new} /> },
        Route::Chart => html! { <Chart /> },
        Route::Exchange => html! { <Exchange /> },
        Route::Sync => html! { <Sync /> },
        #[cfg(debug_assertions)]
        Route::Components => html! { <crate::pages::components::Components /> },
        Route::County | Route::NotFound => nowhere(&session.words),
    }
}

/// Nothing stands at this address.
fn nowhere(words: &Words) -> Html {
    html! {
        <section class="nowhere">
            <h1>{ words.t(Ui::NotFound) }</h1>
            <p>{ words.t(Ui::NotFoundHint) }</p>
            <Link to={Route::Desk} classes="button button--main">{ words.t(Ui::ToDesk) }</Link>
        </section>
    }
}
