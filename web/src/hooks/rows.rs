//! All rows of the project list for the chosen month, fetched once and kept true by the live line.

use std::rc::Rc;

use shared::api::{Live, ProjectList};
use shared::ids::UnitId;
use shared::value::Value;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{use_callback, use_effect_with, use_mut_ref, use_state, use_state_eq};

use super::live::use_live;
use super::session::use_session;
use crate::client::http::encode;
use crate::client::live::Heard;
use crate::state::ledger::{self, Row};
use crate::state::remote::Remote;

/// Rows asked for at once: the first answer should be quick to read, and a hub's 20,000 rows take few requests.
const ROWS_PER_REQUEST: usize = 4_000;

/// The rows with their verbs.
#[derive(Clone, PartialEq)]
pub struct Rows {
    /// The rows; ready with the first answer, complete after the last.
    pub rows: Remote<Rc<Vec<Row>>>,
    /// Fetches them now if nobody did yet.
    pub want: Callback<()>,
    /// Fetches them anew.
    pub reload: Callback<()>,
}

impl Rows {
    /// A unit's id as its name, for reading; anything else stays. Units are known by the projects they hold.
    #[must_use]
    pub fn named(&self, value: &Value) -> Value {
        let Some(unit) = value.as_text().and_then(|text| text.parse::<UnitId>().ok()) else {
            return value.clone();
        };
        let rows = self.rows.ready().map(|rows| rows.as_slice());
        rows.unwrap_or_default()
            .iter()
            .find(|row| row.home == Some(unit) && !row.home_name.is_empty())
            .map_or_else(|| value.clone(), |row| row.home_name.as_str().into())
    }
}

/// The rows, for components below the shell; asks for them on first use.
pub fn use_rows() -> Rows {
    let rows = super::sources::use_sources().rows.clone();
    {
        let want = rows.want.clone();
        use_effect_with((), move |()| want.emit(()));
    }
    rows
}

/// Keeps the rows; used once, by the shell.
pub fn use_rows_source() -> Rows {
    let session = use_session();
    let state = use_state(|| Remote::<Rc<Vec<Row>>>::Loading);
    let wanted = use_state_eq(|| false);
    let asked = use_state(|| 0_u32);
    let ticket = use_mut_ref(|| 0_u32);
    {
        let (state, ticket, session) = (state.clone(), ticket.clone(), session.clone());
        use_effect_with(
            (session.period, *wanted, *asked),
            move |(period, wanted, _)| {
                let period = *period;
                *ticket.borrow_mut() += 1;
                let mine = *ticket.borrow();
                if *wanted {
                    let ticket = ticket.clone();
                    spawn_local(async move {
                        let mut rows: Vec<Row> = Vec::new();
                        // Living projects first; the deleted ones follow for the bin.
                        for filter in ["", "&filter=deleted:true"] {
                            let mut cursor = String::new();
                            loop {
                                let path = format!(
                                    "/api/v1/projects?period={period}&limit={ROWS_PER_REQUEST}{filter}{cursor}"
                                );
                                let answer = session.client.fetch::<ProjectList>(&path).await;
                                if *ticket.borrow() != mine {
                                    return;
                                }
                                match answer {
                                    Ok(list) => {
                                        rows = ledger::merge(&rows, &list.rows);
                                        state.set(Remote::Ready(Rc::new(rows.clone())));
                                        match list.next {
                                            Some(next) => {
                                                cursor = format!("&cursor={}", encode(&next))
                                            }
                                            None => break,
                                        }
                                    }
                                    Err(failure) => {
                                        session.note(&failure);
                                        if rows.is_empty() && state.now().ready().is_none() {
                                            state.set(Remote::Failed(failure));
                                        }
                                        return;
                                    }
                                }
                            }
                        }
                    });
                }
                move || *ticket.borrow_mut() += 1
            },
        );
    }
    // The callback lives as long as the shell: it counts itself, since the state it captured never changes.
    let count = use_mut_ref(|| 0_u32);
    let reload = use_callback((), move |(), ()| {
        *count.borrow_mut() += 1;
        asked.set(*count.borrow());
    });
    {
        let (state, again, wanted) = (state.clone(), reload.clone(), wanted.clone());
        let was_closed = use_mut_ref(|| false);
        use_live(Callback::from(move |heard| match heard {
            Heard::Closed => *was_closed.borrow_mut() = true,
            Heard::Open => {
                if *wanted && was_closed.replace(false) {
                    again.emit(());
                }
            }
            Heard::Patch(live) => {
                let now = state.now();
                if let (Live::Rows { rows: changed }, Some(rows)) = (live.as_ref(), now.ready()) {
                    state.set(Remote::Ready(Rc::new(ledger::merge(rows, changed))));
                }
            }
        }));
    }
    let want = use_callback((), move |(), ()| wanted.set(true));
    Rows {
        rows: (*state).clone(),
        want,
        reload,
    }
}
