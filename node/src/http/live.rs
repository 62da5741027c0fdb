//! The live socket of a browser: rows, the watched project and the state of the line, as they change.
//!
//! A socket is opened only from our own pages (Host and Origin), by a person who is logged in, and closed (1008) when the session
//! ends. It sends what [`Event`]s tell of, gathered for a moment so that an import is one message and not thousands, and never
//! more than the person may see. A socket that fell behind gets everything anew rather than a backlog.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::header::HeaderMap;
use shared::api::{Live, Watch};
use shared::ids::{DocumentId, ProjectId};
use shared::library::LibraryError;
use shared::rules::reading;
use shared::text::Lang;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Reply;
use warp::ws::{Message, WebSocket, Ws};

use super::reply::Failed;
use super::{Site, guard, language, secure};
use crate::accounts::Visitor;
use crate::accounts::session::Token;
use crate::driver::Event;
use crate::views;

/// Bytes of one message from a browser (reliability.md 3); a `Watch` has some fifty.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Bytes buffered for a browser that reads slowly.
const BUFFER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long events are gathered before they are sent.
const GATHER: Duration = Duration::from_millis(50);
/// How often the session is asked again and a ping goes out.
const RECHECK: Duration = Duration::from_secs(30);
/// Rows of one message.
const ROWS_AT_ONCE: usize = 500;
/// Close code: the session is over (RFC 6455, policy violation).
const POLICY: u16 = 1008;

/// The route of the live socket.
pub fn route(site: Site) -> BoxedFilter<(warp::reply::Response,)> {
    // A browser chooses no headers here: a page in another language than the browser's says so in the address.
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::path!("api" / "v1" / "live")
        .and(warp::header::headers_cloned())
        .and(query)
        .and(warp::ws())
        .then(move |headers: HeaderMap, query: String, ws: Ws| {
            let site = site.clone();
            let lang = match query.as_str() {
                "lang=en" => Lang::En,
                "lang=zh" => Lang::Zh,
                _ => language(&headers),
            };
            async move {
                match admit(&site, &headers).await {
                    Ok((visitor, token)) => ws
                        .max_message_size(MESSAGE_BYTES_MAX)
                        .max_frame_size(MESSAGE_BYTES_MAX)
                        .max_write_buffer_size(BUFFER_BYTES_MAX)
                        .on_upgrade(move |socket| converse(site, visitor, token, lang, socket))
                        .into_response(),
                    Err(failed) => {
                        let request_id = hex::encode(site.context.clock.random::<6>());
                        let mut response = failed.into_response(language(&headers), &request_id);
                        secure(response.headers_mut());
                        response.into_response()
                    }
                }
            }
        })
        .boxed()
}

async fn admit(site: &Site, headers: &HeaderMap) -> Result<(Visitor, Token), Failed> {
    let host = guard::host(headers, None);
    guard::check_host(&site.hosts, host)?;
    guard::check_origin(headers, host)?;
    let token = guard::token(headers, &site.cookie).ok_or(Failed::NotLoggedIn)?;
    let visitor = site
        .context
        .accounts
        .check(&token)
        .await
        .ok_or(Failed::NotLoggedIn)?;
    Ok((visitor, token))
}

/// What waits to be sent.
#[derive(Default)]
struct Waiting {
    projects: BTreeSet<ProjectId>,
    reports: bool,
    sync: bool,
    afresh: bool,
}

impl Waiting {
    fn take_event(&mut self, event: Event) {
        match event {
            Event::Changed(documents) => {
                for document in documents.iter() {
                    match document {
                        DocumentId::Project(id) | DocumentId::Oversight(id) => {
                            self.projects.insert(*id);
                        }
                        DocumentId::Unit(_) | DocumentId::County(_) | DocumentId::Hub(_) => {
                            self.reports = true
                        }
                        DocumentId::Person(_) => {}
                    }
                }
            }
            Event::Sync => self.sync = true,
            Event::Stopping => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.projects.is_empty() && !self.reports && !self.sync && !self.afresh
    }
}

async fn converse(site: Site, visitor: Visitor, token: Token, lang: Lang, socket: WebSocket) {
    site.metrics.live_sockets.inc();
    let end = run_socket(&site, &visitor, &token, lang, socket).await;
    site.metrics.live_sockets.dec();
    if let Err(error) = end {
        tracing::debug!(%error, "a live socket ended");
    }
}

async fn run_socket(
    site: &Site,
    visitor: &Visitor,
    token: &Token,
    lang: Lang,
    socket: WebSocket,
) -> Result<(), warp::Error> {
    let (mut out, mut input) = socket.split();
    let mut events = site.context.handle.subscribe();
    let mut waiting = Waiting {
        sync: true,
        ..Waiting::default()
    };
    let mut watched: Option<ProjectId> = None;
    let mut send_at = Some(Instant::now());
    let mut recheck = tokio::time::interval(RECHECK);
    recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = async {
            match send_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {
                send_at = None;
                for live in gather(site, visitor, std::mem::take(&mut waiting), watched, lang).await {
                    let Ok(text) = serde_json::to_string(&live) else { continue };
                    out.send(Message::text(text)).await?;
                }
            }
            event = events.recv() => match event {
                Ok(Event::Stopping) | Err(RecvError::Closed) => return out.send(Message::close()).await,
                Ok(event) => waiting.take_event(event),
                Err(RecvError::Lagged(_)) => waiting.afresh = true,
            },
            message = input.next() => {
                let Some(message) = message else { return Ok(()) };
                let message = message?;
                if message.is_close() {
                    return Ok(());
                }
                let Ok(text) = message.to_str() else { continue };
                match serde_json::from_str(text) {
                    Ok(Watch::Project { id }) => {
                        watched = Some(id);
                        waiting.projects.insert(id);
                    }
                    Ok(Watch::Nothing) => watched = None,
                    Err(_) => return out.send(Message::close_with(1007_u16, "not a watch")).await,
                }
            },
            _ = recheck.tick() => {
                if site.context.accounts.check(token).await.is_none() {
                    return out.send(Message::close_with(POLICY, "the session is over")).await;
                }
                out.send(Message::ping(Vec::new())).await?;
            }
        }
        if !site.context.accounts.stands(visitor.session) {
            return out
                .send(Message::close_with(POLICY, "the session is over"))
                .await;
        }
        if !waiting.is_empty() && send_at.is_none() {
            send_at = Some(Instant::now() + GATHER);
        }
    }
}

/// Turns what changed into messages.
async fn gather(
    site: &Site,
    visitor: &Visitor,
    waiting: Waiting,
    watched: Option<ProjectId>,
    lang: Lang,
) -> Vec<Live> {
    let mut messages = Vec::new();
    if waiting.sync || waiting.afresh {
        match site.context.sync_status(lang).await {
            Ok(status) => messages.push(Live::Sync {
                status: Box::new(status),
            }),
            Err(error) => tracing::debug!(%error, "no status for a live socket"),
        }
    }
    if waiting.reports || waiting.afresh {
        messages.push(Live::Reports);
    }
    let (changed, afresh) = (waiting.projects, waiting.afresh);
    let watched = watched.filter(|id| afresh || changed.contains(id));
    let month = views::this_month(site.context.clock.now());
    let (built_in, role) = (site.context.built_in.clone(), visitor.actor.role);
    let read = site.context.handle.read(move |read| {
        let profile = views::profile(read, &built_in)?;
        let facts = views::facts(read)?;
        let rows: Vec<_> = facts
            .iter()
            .filter(|facts| afresh || changed.contains(&facts.row.id))
            .filter(|facts| reading::may_see(&profile, role, &facts.row.stage))
            .map(|facts| facts.row_for(month))
            .collect();
        let view = match watched {
            Some(id) => {
                let view = views::project(read, id)?;
                view.and_then(|view| reading::shown(&profile, role, view))
            }
            None => None,
        };
        Ok::<_, LibraryError>((rows, view))
    });
    match read.await {
        Ok(Ok((rows, view))) => {
            messages.extend(rows.chunks(ROWS_AT_ONCE).map(|rows| Live::Rows {
                rows: rows.to_vec(),
            }));
            messages.extend(view.map(|view| Live::Project {
                view: Box::new(view),
            }));
        }
        Ok(Err(error)) => tracing::warn!(%error, "no rows for a live socket"),
        Err(error) => tracing::debug!(%error, "no rows for a live socket"),
    }
    messages
}
