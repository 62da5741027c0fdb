//! The sync pill, drawn: shape, words and look of [`crate::state::pill`]; it leads to the sync page.

use yew::prelude::*;

use crate::client::clock;
use crate::hooks::line::Line;
use crate::hooks::session::Session;
use crate::markup::{classes, html};
use crate::routes::Route;
use crate::state::pill::pill;

/// The pill of the top bar.
pub fn sync_pill(session: &Session, line: &Line) -> Html {
    let role = session.me.node.role;
    let pill = pill(
        line.status.as_deref(),
        line.reach,
        role,
        clock::now(),
        &session.words,
    );
    let navigator = session.way.navigator.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        navigator.push(&Route::Sync);
    });
    html! {
        <a href={Route::Sync.to_path()} {onclick} class={classes!("pill", pill.look.modifier())} data-state={pill.code} role="status" title={pill.text.clone()}>
            <span class="pill__shape" aria-hidden="true">{ pill.look.shape() }</span>
            <span class="pill__text">{ pill.text }</span>
        </a>
    }
}
