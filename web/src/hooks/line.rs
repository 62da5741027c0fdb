//! Whether the node answers, and what it says about its line to the hub: the facts behind the sync pill.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use shared::api::{Live, SyncStatus};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{use_callback, use_effect_with, use_state, use_state_eq};

use super::live::use_live;
use super::session::use_session;
use crate::client::http::Failure;
use crate::client::live::Heard;
use crate::state::pill::Reach;

/// How often the status is asked anew, should a live message be lost; spans on the pill grow with it.
const ASK_MS: u32 = 30_000;

/// The facts.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What the node said last.
    pub status: Option<Rc<SyncStatus>>,
    /// Whether it answers.
    pub reach: Reach,
    /// Takes a status that came as an answer.
    pub on_status: Callback<SyncStatus>,
    /// A request found that the node does not answer, or does.
    pub on_reach: Callback<Reach>,
}

/// The facts, for components below the shell.
pub fn use_line() -> Line {
    super::sources::use_sources().line.clone()
}

/// Keeps the facts; used once, by the shell.
pub fn use_line_source() -> Line {
    let session = use_session();
    let status = use_state(|| None::<Rc<SyncStatus>>);
    let reach = use_state_eq(|| Reach::Answers);
    // Each tick redraws, so that `离线 3天` does not stay at yesterday's count.
    let tick = use_state(|| 0_u32);

    let ask = {
        let (session, status, reach, tick) =
            (session.clone(), status.clone(), reach.clone(), tick.clone());
        use_callback((), move |(), ()| {
            let (session, status, reach, tick) =
                (session.clone(), status.clone(), reach.clone(), tick.clone());
            spawn_local(async move {
                match session.client.fetch::<SyncStatus>("/api/v1/sync").await {
                    Ok(heard) => {
                        status.set(Some(Rc::new(heard)));
                        reach.set(Reach::Answers);
                    }
                    Err(Failure::Unreachable) => reach.set(Reach::Silent),
                    Err(failure) => {
                        reach.set(Reach::Answers);
                        session.note(&failure);
                    }
                }
                tick.set(*tick + 1);
            });
        })
    };
    {
        let ask = ask.clone();
        use_effect_with((), move |()| {
            ask.emit(());
            let interval = Interval::new(ASK_MS, move || ask.emit(()));
            move || drop(interval)
        });
    }
    {
        let (status, ask) = (status.clone(), ask.clone());
        use_live(Callback::from(move |heard| match heard {
            Heard::Open | Heard::Closed => ask.emit(()),
            Heard::Patch(live) => {
                if let Live::Sync { status: heard } = live.as_ref() {
                    status.set(Some(Rc::new(heard.as_ref().clone())));
                }
            }
        }));
    }
    let on_status = {
        let status = status.clone();
        use_callback((), move |heard: SyncStatus, ()| {
            status.set(Some(Rc::new(heard)))
        })
    };
    let on_reach = {
        let reach = reach.clone();
        use_callback((), move |heard: Reach, ()| reach.set(heard))
    };
    Line {
        status: (*status).clone(),
        reach: *reach,
        on_status,
        on_reach,
    }
}
