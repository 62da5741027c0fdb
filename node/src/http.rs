//! The server's HTTP side: every route, its checks, its answers.
//!
//! A request passes, in this order: the Host allow-list, the table of routes, size and time of its body, the session, the proof
//! that an unsafe request comes from our own pages, the handler. What fails on the way is a [`reply::Failed`]; what succeeds is
//! an answer; both leave with the headers of `secure`. Paths no route knows are the front end's.
//!
//! [`Site`] is what handlers share. [`routes`] is the public listener's filter, [`control::routes`] the one for the loopback
//! listener of the command line.

pub mod assets;
pub mod attachments;
mod audit;
pub mod bundles;
pub mod chart;
pub mod commands;
pub mod control;
pub mod exports;
pub mod guard;
pub mod health;
pub mod imports;
pub mod live;
pub mod nodes;
pub mod openapi;
mod panels;
pub mod plain;
pub mod projects;
pub mod quarantine;
pub mod records;
pub mod reply;
pub mod reports;
pub mod session;
pub mod table;
pub mod users;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use shared::text::Lang;
use shared::text::ui::Ui;
use tracing::Instrument;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Reply;

use crate::accounts::Visitor;
use crate::control::{Context, ContextError};
use crate::identity::Secret;
use crate::server::{App, Reach};
use crate::transport::Line;

use bundles::Sticks;
use guard::HostList;
use health::Metrics;
use imports::Previews;
use reply::Failed;
use table::{Access, Endpoint, Found, Shape};

/// How long a client may take to send a body (reliability.md 3).
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// The node.
    pub context: Context,
    /// Names this server goes by.
    pub hosts: Arc<HostList>,
    /// The session cookie's name.
    pub cookie: Arc<str>,
    /// What is counted.
    pub metrics: Metrics,
    /// What the command line shows.
    pub control_token: Arc<Secret>,
    /// Previewed imports that wait for a person's yes.
    pub previews: Previews,
    /// Lists that wait to be fetched as files.
    pub lists: exports::Lists,
    /// Bundles that were opened and wait likewise.
    pub bundles: Sticks,
    /// Days without a line after which the work desk points to the stick.
    pub stick_after_days: u32,
    /// Where colleagues' browsers find this server.
    pub reach: Arc<Reach>,
}

impl Site {
    /// Prepares the routes of a server.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn open(app: &App) -> Result<Self, ContextError> {
        let context = Context::of_server(app).await?;
        let mut names = app.config.hosts.clone();
        names.extend(app.config.addresses.iter().cloned());
        if !app.address.ip().is_unspecified() {
            names.push(app.address.to_string());
        }
        Ok(Self {
            hosts: Arc::new(HostList::new(app.address, &names)),
            cookie: guard::cookie_name(app.info.id).into(),
            metrics: Metrics::default(),
            control_token: Arc::clone(&app.control_token),
            previews: Previews::default(),
            lists: exports::Lists::default(),
            bundles: Sticks::default(),
            stick_after_days: app.config.stick_after_days,
            reach: Arc::clone(&app.reach),
            context,
        })
    }
}

/// One request on its way to a handler.
#[derive(Debug)]
pub struct Call {
    /// The path's parameters, decoded.
    pub parameters: Vec<String>,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, within the route's bound.
    pub body: Bytes,
    /// Who asks, when logged in.
    pub visitor: Option<Visitor>,
    /// The other side's address, when known.
    pub peer: Option<SocketAddr>,
    /// True when the socket speaks TLS.
    pub secure: bool,
    /// The language the reader prefers.
    pub lang: Lang,
    /// Finds the log lines.
    pub request_id: String,
}

impl Call {
    /// The person who asks.
    ///
    /// # Errors
    /// [`Failed::NotLoggedIn`].
    pub fn person(&self) -> Result<&Visitor, Failed> {
        self.visitor.as_ref().ok_or(Failed::NotLoggedIn)
    }

    /// One parameter of the path, read as an id or a period.
    ///
    /// # Errors
    /// [`Failed::BadRequest`] when it has the wrong form.
    pub fn parameter<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        index: usize,
    ) -> Result<T, Failed> {
        let text = self.parameters.get(index).map_or("", String::as_str);
        text.parse()
            .map_err(|error: T::Err| Failed::BadRequest(error.to_string()))
    }

    /// One parameter of the query; `None` when absent or empty.
    ///
    /// # Errors
    /// [`Failed::BadRequest`] when it has the wrong form.
    pub fn asked<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Failed> {
        match self.query.get(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(Failed::BadRequest(format!("{name}: {error}"))),
            },
        }
    }
}

/// The parts of a request as warp takes them apart.
struct Parts {
    method: Method,
    path: String,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    line: Option<Line>,
}

/// The filter of the public listener: interface, live socket, front end.
pub fn routes(site: Site) -> BoxedFilter<(warp::reply::Response,)> {
    let query = warp::query::<BTreeMap<String, String>>()
        .or(warp::any().map(BTreeMap::new))
        .unify();
    let parts = warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Line>())
        .map(
            |method, path: warp::path::FullPath, query, headers, line| Parts {
                method,
                path: path.as_str().to_owned(),
                query,
                headers,
                line,
            },
        );
    let rest_site = site.clone();
    let rest = parts
        .and(warp::body::stream())
        .then(move |parts: Parts, body| {
            let site = rest_site.clone();
            async move { answer(site, parts, body).await.into_response() }
        });
    live::route(site).or(rest).unify().boxed()
}

async fn answer<B: Buf>(
    site: Site,
    parts: Parts,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
) -> Response<Bytes> {
    let request_id = hex::encode(site.context.clock.random::<6>());
    let lang = language(&parts.headers);
    let head_only = parts.method == Method::HEAD;
    let span = tracing::info_span!("request", id = %request_id, method = %parts.method);
    let (route, result) = respond(&site, parts, body, &request_id, lang)
        .instrument(span)
        .await;
    let mut response = result.unwrap_or_else(|failed| {
        if route.starts_with("/plain") {
            plain::failed(failed, lang, &request_id)
        } else {
            failed.into_response(lang, &request_id)
        }
    });
    site.metrics
        .requests
        .get_or_create(&health::RequestLabels {
            route,
            class: response.status().as_u16() / 100,
        })
        .inc();
    secure(response.headers_mut());
    if head_only {
        *response.body_mut() = Bytes::new();
    }
    response
}

async fn respond<B: Buf>(
    site: &Site,
    parts: Parts,
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
    request_id: &str,
    lang: Lang,
) -> (&'static str, Result<Response<Bytes>, Failed>) {
    let host = guard::host(&parts.headers, None);
    if let Err(error) = guard::check_host(&site.hosts, host) {
        return ("(foreign host)", Err(error.into()));
    }
    let Some(segments) = segments(&parts.path) else {
        return ("(bad path)", Err(Failed::BadRequest("path".to_owned())));
    };
    let (route, parameters) = match table::find(&parts.method, &segments) {
        Found::Route(route, parameters) => (route, parameters),
        Found::WrongMethod => return ("(wrong method)", Err(Failed::WrongMethod)),
        Found::Nothing => {
            let ours = segments
                .first()
                .is_some_and(|first| first == "api" || first == "control");
            let page = !ours && (parts.method == Method::GET || parts.method == Method::HEAD);
            let result = if page {
                let demo = site.context.info().demo;
                // The page's language is the browser's own choice, which only the page knows.
                let mark = demo.then(|| [Lang::Zh, Lang::En].map(|lang| Ui::Demo.text(lang)));
                let mark = mark.map(|words| words.join(" · "));
                Ok(assets::serve(&parts.path, &parts.headers, mark.as_deref()))
            } else {
                Err(Failed::NotFound)
            };
            return ("(front end)", result);
        }
    };
    let result = async {
        let visitor = match guard::token(&parts.headers, &site.cookie) {
            Some(token) => site.context.accounts.check(&token).await,
            None => None,
        };
        if route.access == Access::Person && visitor.is_none() {
            return Err(Failed::NotLoggedIn);
        }
        if !parts.method.is_safe() {
            let has_body = !matches!(route.takes, Shape::Nothing);
            if matches!(route.takes, Shape::Form) {
                // Its proof is a field; the handler cannot get at the form without it.
                guard::check_origin(&parts.headers, host)?;
            } else {
                // A log-in starts a new session whatever cookie came along, so it needs none of the old one's proof.
                let csrf = match route.endpoint {
                    Endpoint::LogIn => None,
                    _ => visitor.as_ref().map(|visitor| visitor.csrf.as_str()),
                };
                guard::check_unsafe(&parts.headers, host, has_body, csrf)?;
            }
        }
        let body = read_body(body, route.body_bytes_max()).await?;
        let call = Call {
            parameters,
            query: parts.query,
            headers: parts.headers.clone(),
            body,
            visitor,
            peer: parts.line.as_ref().map(|line| line.peer),
            secure: parts.line.as_ref().is_some_and(|line| line.secure),
            lang,
            request_id: request_id.to_owned(),
        };
        handle(site, route.endpoint, &call).await
    }
    .await;
    (route.path, result)
}

async fn handle(site: &Site, endpoint: Endpoint, call: &Call) -> Result<Response<Bytes>, Failed> {
    match endpoint {
        Endpoint::Healthz => Ok(reply::text(StatusCode::OK, "ok\n")),
        Endpoint::Readyz => health::ready(site).await,
        Endpoint::Metrics => health::metrics(site, call).await,
        Endpoint::OpenApi => Ok(reply::plain(
            StatusCode::OK,
            "application/json",
            openapi::document().into(),
        )),
        Endpoint::Docs => Ok(plain::docs(call.lang)),
        Endpoint::LogIn => session::log_in(site, call).await,
        Endpoint::Me => Ok(session::who(site, call.person()?)),
        Endpoint::LogOut => session::log_out(site, call, call.person()?).await,
        Endpoint::Quarantine => quarantine::list(site, call).await,
        Endpoint::QuarantineFile => quarantine::export(site, call).await,
        Endpoint::RepairPlan => quarantine::plan(site, call).await,
        Endpoint::Repair => quarantine::carry_out(site, call).await,
        Endpoint::Audit => audit::trail(site, call).await,
        Endpoint::Users => users::list(site, call).await,
        Endpoint::AddUser => users::add(site, call).await,
        Endpoint::ChangeUser => users::change(site, call).await,
        Endpoint::Live => Err(Failed::BadRequest("WebSocket".to_owned())),
        Endpoint::Profile => projects::profile(site).await,
        Endpoint::Words => Ok(projects::words()),
        Endpoint::PageWords => Ok(projects::page_words()),
        Endpoint::Directory => projects::directory(site).await,
        Endpoint::Projects => projects::list(site, call).await,
        Endpoint::Project => projects::one(site, call).await,
        Endpoint::PatchProject => projects::patch(site, call).await,
        Endpoint::Attachments => attachments::list(site, call).await,
        Endpoint::Attach => attachments::attach(site, call).await,
        Endpoint::Attachment => attachments::download(site, call).await,
        Endpoint::History => projects::history(site, call).await,
        Endpoint::Commands => commands::run(site, call).await,
        Endpoint::RecordTypes => records::types(site, call).await,
        Endpoint::Records => records::rows(site, call).await,
        Endpoint::RecordHistory => records::history(site, call).await,
        Endpoint::Report => reports::report(site, call).await,
        Endpoint::Desk => reports::desk(site, call).await,
        Endpoint::Obligations => reports::obligations(site, call).await,
        Endpoint::ProjectRules => reports::project_rules(site, call).await,
        Endpoint::CountyRules => reports::county_rules(site, call).await,
        Endpoint::Issues => records::issues(site, call).await,
        Endpoint::Chart => chart::chart(site, call).await,
        Endpoint::Overview => reports::overview(site, call).await,
        Endpoint::Panel => panels::panel(site, call).await,
        Endpoint::Sync => nodes::sync(site, call).await,
        Endpoint::SyncAct => nodes::sync_act(site, call).await,
        Endpoint::Imports => imports::list(site).await,
        Endpoint::ImportPreview => imports::preview(site, call).await,
        Endpoint::ImportConfirm => imports::confirm(site, call).await,
        Endpoint::ImportErrors => imports::errors(site, call).await,
        Endpoint::ImportUndo => imports::undo(site, call).await,
        Endpoint::Export => exports::export(site, call).await,
        Endpoint::ExportList => exports::see(site, call),
        Endpoint::BundleExport => bundles::export(site, call).await,
        Endpoint::BundlePreview => bundles::preview(site, call).await,
        Endpoint::BundleConfirm => bundles::confirm(site, call).await,
        Endpoint::Nodes => nodes::list(site, call).await,
        Endpoint::Invite => nodes::invite(site, call).await,
        Endpoint::ChangeNode => nodes::change(site, call).await,
        Endpoint::PlainHome => Ok(plain::home(site, call)),
        Endpoint::PlainStyle => Ok(plain::style()),
        Endpoint::PlainLogIn => plain::log_in(site, call).await,
        Endpoint::PlainLogOut => plain::log_out(site, call).await,
        Endpoint::PlainImport => plain::preview(site, call).await,
        Endpoint::PlainConfirm => plain::confirm(site, call).await,
        Endpoint::PlainProjects => plain::projects(site, call).await,
        Endpoint::PlainColleagues => plain::colleagues(site, call),
    }
}

/// Takes a body in, up to a bound and within [`BODY_TIMEOUT`].
async fn read_body<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>> + Send,
    bytes_max: u64,
) -> Result<Bytes, Failed> {
    let reading = async {
        let mut body = std::pin::pin!(body);
        let mut whole = BytesMut::new();
        while let Some(part) = body.next().await {
            let mut part = part.map_err(Failed::Body)?;
            let length = whole.len().saturating_add(part.remaining());
            if u64::try_from(length).unwrap_or(u64::MAX) > bytes_max {
                return Err(Failed::TooLarge(bytes_max));
            }
            whole.extend_from_slice(&part.copy_to_bytes(part.remaining()));
        }
        Ok(whole.freeze())
    };
    tokio::time::timeout(BODY_TIMEOUT, reading)
        .await
        .unwrap_or(Err(Failed::Slow))
}

/// The segments of a path, percent-decoded; `None` when an escape is wrong or a segment is no text.
fn segments(path: &str) -> Option<Vec<String>> {
    path.trim_start_matches('/')
        .split('/')
        .map(percent_decode)
        .collect()
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let (high, low) = (char::from(rest.next()?), char::from(rest.next()?));
            let value = high.to_digit(16)? * 16 + low.to_digit(16)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The reader's language: English when it is asked for first, else Chinese.
fn language(headers: &HeaderMap) -> Lang {
    let first = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split([',', ';']).next())
        .unwrap_or("");
    if first.trim().to_ascii_lowercase().starts_with("en") {
        Lang::En
    } else {
        Lang::Zh
    }
}

/// Headers of every answer (reliability.md 3).
const SECURE: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

/// Adds what an answer did not set for itself: a page of forms needs its referrer, a file may want a stricter policy.
fn secure(headers: &mut HeaderMap) {
    for (name, value) in SECURE {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests;
