//! Requests to the node, and the four ways one can fail.
//!
//! A request never waits for ever: after its limit it counts as unreachable, and a command sent twice happens once, so
//! the caller may try again.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use serde::Serialize;
use shared::api::Code;
use shared::text::Lang;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::wire::{FlatError, FromWire};
use web_sys::{AbortController, File, Headers, RequestCredentials, RequestInit, Response};

/// How long an answer may take. A node answers in milliseconds; a busy hub's list may take a few seconds.
const ANSWER_MS_MAX: u32 = 20_000;
/// How long reading a workbook may take (20 MB in a child process).
const UPLOAD_MS_MAX: u32 = 300_000;
/// What a browser sends on behalf of a page that is gone, in bytes; theirs is 64 KiB for all requests together.
const KEPT_BYTES_MAX: usize = 16_000;

/// Why a request brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The node does not answer.
    Unreachable,
    /// The session ended.
    LoggedOut,
    /// The node says what is wrong.
    Told(Rc<FlatError>),
    /// A status without a body we know.
    Status(u16),
    /// An answer we cannot read; page and node may be of different versions.
    Garbled,
}

impl Failure {
    /// True when the thing asked for does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Told(error) => error.code == Code::NotFound,
            Self::Status(status) => *status == 404,
            _ => false,
        }
    }
}

/// The way to the node; holds the token every unsafe request carries.
#[derive(Debug, Clone, Default)]
pub struct Client {
    csrf: Rc<RefCell<String>>,
}

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.csrf, &other.csrf)
    }
}

enum Body<'a> {
    Empty,
    /// Nothing, and an answer that takes a while.
    Patience,
    Json(String),
    File(&'a File),
}

impl Client {
    /// Takes the token of a new session.
    pub fn set_csrf(&self, token: &str) {
        token.clone_into(&mut self.csrf.borrow_mut());
    }

    /// Asks for a thing.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn fetch<T: FromWire>(&self, path: &str) -> Result<T, Failure> {
        parse(&self.request("GET", path, Body::Empty).await?)
    }

    /// Asks for a thing and leaves the reading to the caller.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn fetch_text(&self, path: &str) -> Result<String, Failure> {
        self.request("GET", path, Body::Empty).await
    }

    /// Sends a thing and reads the answer.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn post<B: Serialize, T: FromWire>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let body = serde_json::to_string(body).map_err(|_| Failure::Garbled)?;
        parse(&self.request("POST", path, Body::Json(body)).await?)
    }

    /// Sends JSON that is ready, and reads the answer.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn post_json<T: FromWire>(&self, path: &str, json: String) -> Result<T, Failure> {
        parse(&self.request("POST", path, Body::Json(json)).await?)
    }

    /// Sends a thing whose answer does not matter beyond having worked.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn send<B: Serialize>(
        &self,
        method: &str,
        path: &str,
        body: &B,
    ) -> Result<(), Failure> {
        let body = serde_json::to_string(body).map_err(|_| Failure::Garbled)?;
        self.request(method, path, Body::Json(body))
            .await
            .map(|_| ())
    }

    /// Ends the session.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn delete(&self, path: &str) -> Result<(), Failure> {
        self.request("DELETE", path, Body::Empty).await.map(|_| ())
    }

    /// Takes something back, and hears what became of it.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn take_back<T: FromWire>(&self, path: &str) -> Result<T, Failure> {
        parse(&self.request("DELETE", path, Body::Empty).await?)
    }

    /// Uploads a file as the raw body.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn upload<T: FromWire>(&self, path: &str, file: &File) -> Result<T, Failure> {
        parse(&self.request("POST", path, Body::File(file)).await?)
    }

    /// Asks for work that may take as long as reading a file does.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn work<T: FromWire>(&self, path: &str) -> Result<T, Failure> {
        parse(&self.request("POST", path, Body::Patience).await?)
    }

    /// Boxed, so that no caller carries its state machine.
    fn request<'a>(
        &'a self,
        method: &'a str,
        path: &'a str,
        body: Body<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<String, Failure>> + 'a>> {
        Box::pin(self.exchange(method, path, body))
    }

    async fn exchange(&self, method: &str, path: &str, body: Body<'_>) -> Result<String, Failure> {
        let garbled = |_: JsValue| Failure::Garbled;
        let window = web_sys::window().ok_or(Failure::Garbled)?;
        let limit = match body {
            Body::File(_) | Body::Patience => UPLOAD_MS_MAX,
            Body::Empty | Body::Json(_) => ANSWER_MS_MAX,
        };
        let init = RequestInit::new();
        init.set_method(method);
        init.set_credentials(RequestCredentials::SameOrigin);
        let headers = Headers::new().map_err(garbled)?;
        headers.set("Accept", "application/json").map_err(garbled)?;
        // The node words its failures in the language of the page.
        let lang = match super::prefs::lang() {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        };
        headers.set("Accept-Language", lang).map_err(garbled)?;
        if method != "GET" {
            headers
                .set("X-CSRF", &self.csrf.borrow())
                .map_err(garbled)?;
        }
        match &body {
            Body::Empty | Body::Patience => {}
            Body::Json(text) => {
                headers
                    .set("Content-Type", "application/json")
                    .map_err(garbled)?;
                init.set_body(&JsValue::from_str(text));
                // What is written while the page is closed still leaves.
                if text.len() < KEPT_BYTES_MAX {
                    let _ = js_sys::Reflect::set(&init, &"keepalive".into(), &true.into());
                }
            }
            Body::File(file) => {
                headers
                    .set("Content-Type", "application/octet-stream")
                    .map_err(garbled)?;
                init.set_body(file);
            }
        }
        init.set_headers(&headers);
        let abort = AbortController::new().map_err(garbled)?;
        init.set_signal(Some(&abort.signal()));
        let _limit = Timeout::new(limit, move || abort.abort());

        let response = JsFuture::from(window.fetch_with_str_and_init(path, &init))
            .await
            .map_err(|_| Failure::Unreachable)?;
        let response: Response = response.dyn_into().map_err(garbled)?;
        let text = JsFuture::from(response.text().map_err(garbled)?)
            .await
            .map_err(|_| Failure::Unreachable)?
            .as_string()
            .unwrap_or_default();
        if response.ok() {
            return Ok(text);
        }
        match FlatError::from_wire(&text) {
            Some(error) if error.code == Code::NotLoggedIn => Err(Failure::LoggedOut),
            Some(error) => Err(Failure::Told(Rc::new(error))),
            None if response.status() == 401 => Err(Failure::LoggedOut),
            None => Err(Failure::Status(response.status())),
        }
    }
}

fn parse<T: FromWire>(text: &str) -> Result<T, Failure> {
    T::from_wire(text).ok_or(Failure::Garbled)
}

/// Percent-encodes a query value.
#[must_use]
pub fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
