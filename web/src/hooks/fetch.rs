//! Asking the node for one thing, with its four faces; late answers are dropped.

use std::any::Any;
use std::rc::Rc;

use shared::time::Timestamp;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::component::{use_callback, use_effect_with, use_mut_ref, use_state};

use super::session::use_session;
use crate::client::clock;
use crate::client::http::Failure;
use crate::client::wire::FromWire;
use crate::state::remote::Remote;

/// One thing asked of the node.
pub struct Fetched<T: 'static> {
    /// Its face.
    pub remote: Remote<Rc<T>>,
    /// When the answered request began; it shows everything written before.
    pub began: Timestamp,
    /// Asks again; the old answer stays in sight meanwhile.
    pub reload: Callback<()>,
    /// Replaces the answer by one that came another way (the live line, the answer of a command).
    pub replace: Callback<T>,
}

/// Reads an answer into whatever it is.
type Reader = fn(&str) -> Option<Rc<dyn Any>>;

/// Asks for `path` now and whenever it changes. An empty path asks for nothing.
pub fn use_fetch<T: FromWire + 'static>(path: AttrValue) -> Fetched<T> {
    let (state, reload, replace) = use_fetch_any(path, |text| Some(Rc::new(T::from_wire(text)?)));
    let remote = match state.0 {
        Remote::Ready(thing) => thing.downcast::<T>().map_or(Remote::Loading, Remote::Ready),
        Remote::Loading => Remote::Loading,
        Remote::Missing => Remote::Missing,
        Remote::Failed(failure) => Remote::Failed(failure),
    };
    Fetched {
        remote,
        began: state.1,
        reload,
        replace: replace.reform(|thing: T| Rc::new(thing) as Rc<dyn Any>),
    }
}

type Asked = (Remote<Rc<dyn Any>>, Timestamp);

/// The same for any thing: one body of code for all of them.
fn use_fetch_any(path: AttrValue, read: Reader) -> (Asked, Callback<()>, Callback<Rc<dyn Any>>) {
    let session = use_session();
    let state = use_state(|| (Remote::<Rc<dyn Any>>::Loading, Timestamp(0)));
    let asked = use_state(|| 0_u32);
    let ticket = use_mut_ref(|| 0_u32);
    let shown_for = use_mut_ref(|| AttrValue::from(""));

    {
        let (state, ticket) = (state.clone(), ticket.clone());
        use_effect_with((path, *asked), move |(path, _)| {
            let path = path.clone();
            *ticket.borrow_mut() += 1;
            let mine = *ticket.borrow();
            if *shown_for.borrow() != path {
                *shown_for.borrow_mut() = path.clone();
                state.set((Remote::Loading, Timestamp(0)));
            }
            if !path.is_empty() {
                let ticket = ticket.clone();
                spawn_local(async move {
                    let began = clock::now();
                    let answer = session.client.fetch_text(&path).await;
                    if *ticket.borrow() != mine {
                        return;
                    }
                    if let Err(failure) = &answer {
                        session.note(failure);
                        // What is on screen stays; the pill says that the node is silent.
                        if matches!(failure, Failure::Unreachable)
                            && state.now().0.ready().is_some()
                        {
                            return;
                        }
                    }
                    let thing = answer.and_then(|text| read(&text).ok_or(Failure::Garbled));
                    state.set((Remote::from_answer(thing), began));
                });
            }
            move || *ticket.borrow_mut() += 1
        });
    }

    // The callback lives as long as the page: it counts itself, since the state it captured never changes.
    let count = use_mut_ref(|| 0_u32);
    let reload = use_callback((), move |(), ()| {
        *count.borrow_mut() += 1;
        asked.set(*count.borrow());
    });
    let replace = {
        let state = state.clone();
        use_callback((), move |thing: Rc<dyn Any>, ()| {
            let began = state.now().1;
            state.set((Remote::Ready(thing), began));
        })
    };
    ((state.0.clone(), state.1), reload, replace)
}
