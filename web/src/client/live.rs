//! The live line to the node: `/api/v1/live`, with reconnection.
//!
//! A [`LiveLine`] owns the socket, the listeners and the one project that is watched. It dials again after a pause that
//! doubles up to a limit; whoever listens for [`Heard::Open`] fetches anew what it may have missed.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use shared::api::{Live, Watch};
use shared::text::Lang;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket};
use yew::Callback;

use super::wire::FromWire;

/// First pause before dialling again.
const RETRY_MS_MIN: u32 = 500;
/// Longest pause: a person waits this long at most after the node came back.
const RETRY_MS_MAX: u32 = 8_000;

/// What a listener hears.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The line stands (again).
    Open,
    /// The line broke.
    Closed,
    /// A patch.
    Patch(Rc<Live>),
}

/// Ends a subscription when dropped.
pub struct Subscription {
    _callback: Rc<Callback<Heard>>,
}

struct Socket {
    socket: WebSocket,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _open: Closure<dyn FnMut()>,
    _close: Closure<dyn FnMut()>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

#[derive(Default)]
struct Inner {
    listeners: RefCell<Vec<Weak<Callback<Heard>>>>,
    socket: RefCell<Option<Socket>>,
    watched: RefCell<Option<Watch>>,
    retry: RefCell<Option<Timeout>>,
    pause_ms: Cell<u32>,
    open: Cell<bool>,
    stopped: Cell<bool>,
}

/// The handle to the live line, cheap to clone.
#[derive(Clone, Default)]
pub struct LiveLine {
    inner: Rc<Inner>,
}

impl PartialEq for LiveLine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl LiveLine {
    /// Hears everything from now on, until the subscription is dropped.
    #[must_use]
    pub fn subscribe(&self, callback: Callback<Heard>) -> Subscription {
        let callback = Rc::new(callback);
        self.inner
            .listeners
            .borrow_mut()
            .push(Rc::downgrade(&callback));
        Subscription {
            _callback: callback,
        }
    }

    /// Says which project this page shows.
    pub fn watch(&self, watch: Watch) {
        self.inner.send(&watch);
        *self.inner.watched.borrow_mut() = Some(watch);
    }

    /// Dials, and keeps dialling.
    pub fn start(&self) {
        self.inner.stopped.set(false);
        self.inner.pause_ms.set(RETRY_MS_MIN);
        dial(&self.inner);
    }

    /// Hangs up for good (the session ended).
    pub fn stop(&self) {
        self.inner.stopped.set(true);
        self.inner.open.set(false);
        self.inner.retry.borrow_mut().take();
        self.inner.socket.borrow_mut().take();
    }
}

impl Inner {
    fn send(&self, watch: &Watch) {
        if let (true, Some(socket), Ok(text)) = (
            self.open.get(),
            self.socket.borrow().as_ref(),
            serde_json::to_string(watch),
        ) {
            let _ = socket.socket.send_with_str(&text);
        }
    }

    fn tell(&self, heard: &Heard) {
        let listeners: Vec<_> = {
            let mut listeners = self.listeners.borrow_mut();
            listeners.retain(|listener| listener.strong_count() > 0);
            listeners.iter().filter_map(Weak::upgrade).collect()
        };
        for listener in listeners {
            listener.emit(heard.clone());
        }
    }
}

fn dial(inner: &Rc<Inner>) {
    if inner.stopped.get() {
        return;
    }
    let Some(location) = web_sys::window().map(|window| window.location()) else {
        return;
    };
    let scheme = match location.protocol() {
        Ok(protocol) if protocol == "https:" => "wss",
        _ => "ws",
    };
    let lang = match super::prefs::lang() {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let address = format!(
        "{scheme}://{}/api/v1/live?lang={lang}",
        location.host().unwrap_or_default()
    );
    let Ok(socket) = WebSocket::new(&address) else {
        retry(inner);
        return;
    };
    let weak = Rc::downgrade(inner);
    let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let (Some(inner), Some(text)) = (weak.upgrade(), event.data().as_string()) {
            // A newer node may send what this page does not know; the next fetch brings it.
            if let Some(live) = Live::from_wire(&text) {
                inner.tell(&Heard::Patch(Rc::new(live)));
            }
        }
    });
    let weak = Rc::downgrade(inner);
    let open = Closure::<dyn FnMut()>::new(move || {
        if let Some(inner) = weak.upgrade() {
            inner.open.set(true);
            inner.pause_ms.set(RETRY_MS_MIN);
            let watched = inner.watched.borrow().clone();
            if let Some(watched) = watched {
                inner.send(&watched);
            }
            inner.tell(&Heard::Open);
        }
    });
    let weak = Rc::downgrade(inner);
    let close = Closure::<dyn FnMut()>::new(move || {
        if let Some(inner) = weak.upgrade() {
            inner.open.set(false);
            inner.tell(&Heard::Closed);
            retry(&inner);
        }
    });
    socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
    socket.set_onopen(Some(open.as_ref().unchecked_ref()));
    socket.set_onclose(Some(close.as_ref().unchecked_ref()));
    *inner.socket.borrow_mut() = Some(Socket {
        socket,
        _message: message,
        _open: open,
        _close: close,
    });
}

fn retry(inner: &Rc<Inner>) {
    if inner.stopped.get() {
        return;
    }
    let pause = inner.pause_ms.get();
    inner.pause_ms.set((pause * 2).min(RETRY_MS_MAX));
    let weak = Rc::downgrade(inner);
    let timer = Timeout::new(pause, move || {
        if let Some(inner) = weak.upgrade() {
            dial(&inner);
        }
    });
    *inner.retry.borrow_mut() = Some(timer);
}
