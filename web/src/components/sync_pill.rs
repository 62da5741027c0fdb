//! The sync pill, drawn: shape, words and look of [`crate::state::pill`]; it leads to the sync page.

use yew::prelude::*;

use crate::client::clock;
use crate::hooks::line::use_line;
use crate::hooks::session::use_session;
use crate::routes::Route;
use crate::state::pill::pill;

/// The pill of the top bar.
#[component]
pub fn SyncPill() -> Html {
    let session = use_session();
    let line = use_line();
    let pill = pill(
        line.status.as_deref(),
        line.reach,
        session.me.node.role,
        clock::now(),
        session.words.lang,
    );
    let navigator = Some(crate::hooks::router::use_way().navigator);
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Sync);
        }
    });
    html! {
        <a href={Route::Sync.to_path()} {onclick} class={classes!("pill", pill.look.modifier())} data-state={pill.code} role="status" title={pill.text.clone()}>
            <span class="pill__shape" aria-hidden="true">{ pill.look.shape() }</span>
            <span class="pill__text">{ pill.text }</span>
        </a>
    }
}
