//! 工作台: what must I do now, what is late, where do we stand (ux.md 5.1). The node draws it.

use yew::prelude::*;

use crate::component::{component, use_state};
use crate::components::new_project::NewProject;
use crate::components::panel::Panel;
use crate::hooks::session::use_session;
use crate::markup::html;

/// The page.
#[component]
pub fn Desk() -> Html {
    let session = use_session();
    let creating = use_state(|| false);
    let open = {
        let creating = creating.clone();
        Callback::from(move |_: String| creating.set(true))
    };
    html! {
        <>
            <Panel path={format!("desk?period={}", session.period)} on_act={open} />
            if *creating { <NewProject on_closed={let creating = creating.clone(); Callback::from(move |()| creating.set(false))} /> }
        </>
    }
}
