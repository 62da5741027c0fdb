//! The accept loop: every bound on what a stranger can hold open.
//!
//! warp's own runner sets no timer, knows no TLS and bounds nothing, so this loop stands in its place: connections in all
//! and per address, time for the TLS handshake and for the head of a request, size and number of headers. A connection
//! above a bound is closed at once, never queued. `/sync` is taken here, before the routes: it carries a nonce on the
//! upgrade's answer, refuses browsers (which send `Origin`), and its socket is tracked so that a stop can close it.
//!
//! Stop comes in two steps: `stop` ends accepting and lets running requests finish, `cut` ends what is left.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use shared::sync::{SessionId, Side};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::reply::{Reply as _, Response};

use crate::clock::Clock;
use crate::config::Limits;
use crate::driver::Handle;

use super::count::Counted;
use super::socket::{NONCE_HEADER, Opening, SYNC_PATH, run_session, socket_config};
use super::{Line, Listener};

/// Headers of one request (reliability.md 3).
const HEADERS_MAX: usize = 64;
/// Bytes of a request's head (reliability.md 3).
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Pause after the system refused a connection (no file handles left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Idle time after which TCP asks whether the other side still lives.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// What connections of all listeners share.
#[derive(Clone)]
pub struct Door {
    /// Takes the sessions.
    pub driver: Handle,
    /// Draws nonces.
    pub clock: Clock,
    /// The bounds.
    pub limits: Limits,
    /// Ends accepting; running requests finish.
    pub stop: CancellationToken,
    /// Ends everything.
    pub cut: CancellationToken,
    /// Everything that runs.
    pub tasks: TaskTracker,
    places: Arc<Places>,
    accepted: Arc<AtomicUsize>,
}

impl Door {
    /// A door nobody came through yet.
    #[must_use]
    pub fn new(driver: Handle, clock: Clock, limits: Limits) -> Self {
        Self {
            driver,
            clock,
            limits,
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            tasks: TaskTracker::new(),
            places: Arc::default(),
            accepted: Arc::default(),
        }
    }

    /// Connections that stand now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.places.lock().0
    }

    fn next_session(&self) -> SessionId {
        SessionId::accepted(self.accepted.fetch_add(1, Ordering::Relaxed) as u64)
    }
}

/// Connections in all and by address.
#[derive(Debug, Default)]
struct Places(Mutex<(usize, HashMap<IpAddr, usize>)>);

impl Places {
    fn lock(&self) -> std::sync::MutexGuard<'_, (usize, HashMap<IpAddr, usize>)> {
        // Counting cannot leave the counters half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Place> {
        let address = address.to_canonical();
        let mut taken = self.lock();
        let of_this = taken.1.get(&address).copied().unwrap_or_default();
        let full = of_this >= limits.connections_per_address && !address.is_loopback();
        if taken.0 >= limits.connections || full {
            return None;
        }
        taken.0 += 1;
        taken.1.insert(address, of_this + 1);
        Some(Place {
            places: Arc::clone(self),
            address,
        })
    }
}

/// One connection's place; given back when dropped, so a WebSocket keeps its clone for as long as it stands.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.0 = taken.0.saturating_sub(1);
        match taken.1.get(&self.address).copied() {
            Some(count) if count > 1 => {
                taken.1.insert(self.address, count - 1);
            }
            _ => {
                taken.1.remove(&self.address);
            }
        }
    }
}

/// Sends small frames at once and notices a dead peer; a socket that refuses these works without them.
pub(super) fn tune(stream: &TcpStream) {
    let _optional = stream.set_nodelay(true);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(Duration::from_secs(10));
    let _optional = SockRef::from(stream).set_tcp_keepalive(&keepalive);
}

/// Accepts until told to stop. The tasks it spawned are in `door.tasks`.
pub async fn run_accept<R>(
    listener: TcpListener,
    kind: Listener,
    tls: Option<TlsAcceptor>,
    door: Door,
    routes: R,
) where
    R: Service<Request<Incoming>, Response = Response, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    R::Future: Send,
{
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = door.stop.cancelled() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(place) = door.places.take(peer.ip(), &door.limits) else {
            tracing::warn!(%peer, "too many connections");
            continue;
        };
        tune(&stream);
        let (tls, routes, in_task) = (tls.clone(), routes.clone(), door.clone());
        door.tasks.spawn(async move {
            let stream = Counted::new(stream);
            let line = Line {
                peer,
                listener: kind,
                secure: tls.is_some(),
                bytes: stream.bytes(),
                place: Arc::new(place),
            };
            let serve = async {
                match tls {
                    None => serve(stream, line, &in_task, routes).await,
                    Some(tls) => {
                        let timeout = in_task.limits.handshake_timeout();
                        match tokio::time::timeout(timeout, tls.accept(stream)).await {
                            Ok(Ok(stream)) => serve(stream, line, &in_task, routes).await,
                            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS handshake"),
                            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
                        }
                    }
                }
            };
            tokio::select! {
                () = serve => {}
                () = in_task.cut.cancelled() => {}
            }
        });
    }
}

async fn serve<S, R>(stream: S, line: Line, door: &Door, routes: R)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    R: Service<Request<Incoming>, Response = Response, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    R::Future: Send,
{
    let peer = line.peer;
    let service = service_fn(|mut request: Request<Incoming>| {
        let (line, door, routes) = (line.clone(), door.clone(), routes.clone());
        async move {
            // What a proxy is asked names no path (RFC 9112 3.2.3), which warp's routes cannot read.
            if request.uri().path_and_query().is_none() {
                return Ok(refuse(StatusCode::BAD_REQUEST, "this is no proxy"));
            }
            // People's browsers ask for the page of the same name; only a node asks to change the protocol.
            let asks_to_sync = request.uri().path() == SYNC_PATH
                && (request.headers().contains_key(header::UPGRADE)
                    || request.method() != Method::GET);
            if asks_to_sync && line.listener == Listener::Public {
                return Ok(open_session(request, line, door));
            }
            request.extensions_mut().insert(line);
            routes.call(request).await
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(door.limits.header_timeout())
        .max_headers(HEADERS_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = door.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

/// Turns a request for `/sync` into a session, or into a refusal.
fn open_session(mut request: Request<Incoming>, line: Line, door: Door) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return refuse(StatusCode::FORBIDDEN, "this path is for nodes");
    }
    if request.method() != Method::GET {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "this path is a WebSocket");
    }
    let upgrade = hyper::upgrade::on(&mut request);
    let Ok(answer) = create_response(&request.map(|_| ())) else {
        return refuse(StatusCode::UPGRADE_REQUIRED, "this path is a WebSocket");
    };
    let nonce: [u8; 32] = door.clock.random();
    let opening = Opening {
        session: door.next_session(),
        side: Side::Accepted {
            address: line.peer.to_string(),
        },
        nonce,
        socket: Arc::clone(&line.bytes),
    };
    let (driver, stop, cut) = (door.driver.clone(), door.stop.clone(), door.cut.clone());
    door.tasks.spawn(async move {
        // The place at the door is given back when the session ends.
        let _place = line.place;
        let run = async {
            match upgrade.await {
                Ok(upgraded) => {
                    let config = Some(socket_config());
                    let io = TokioIo::new(upgraded);
                    let socket = WebSocketStream::from_raw_socket(io, Role::Server, config).await;
                    run_session(socket, opening, driver, stop).await;
                }
                Err(error) => tracing::debug!(%error, "upgrade failed"),
            }
        };
        tokio::select! {
            () = run => {}
            () = cut.cancelled() => {}
        }
    });
    let (mut parts, ()) = answer.into_parts();
    // Hex is always a legal header value.
    if let Ok(value) = hex::encode(nonce).parse() {
        parts.headers.insert(NONCE_HEADER, value);
    }
    http::Response::from_parts(parts, "").into_response()
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    warp::reply::with_status(why, status).into_response()
}

#[cfg(test)]
mod tests;
