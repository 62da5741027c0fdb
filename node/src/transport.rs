//! Sockets: the accept loop, TLS, the WebSocket between nodes, and dialling.
//!
//! A hub is recognised by its Ed25519 key, which is also its name ([`tls`]): its certificate carries nothing else that
//! counts. Browsers on the same port get a P-256 certificate, since they do not know Ed25519. One WebSocket at `/sync`
//! carries the frames of one session ([`socket`]); what the frames mean is `shared::sync`'s business. Every bound on what a
//! stranger can hold open stands in [`accept`].
//!
//! Source: research/sync.md Appendix A for the loop around `warp::service`; research/reliability.md 2.3 and 3.

use std::net::SocketAddr;
use std::sync::Arc;

pub mod accept;
pub mod count;
pub mod dial;
pub mod socket;
pub mod tls;

/// Where a request came in; an extension of every request.
#[derive(Debug, Clone)]
pub struct Line {
    /// The other side's address.
    pub peer: SocketAddr,
    /// Which of our listeners took it.
    pub listener: Listener,
    /// True when the socket speaks TLS.
    pub secure: bool,
    /// Bytes over this socket so far.
    pub bytes: Arc<count::Bytes>,
    /// This connection's place at the door; whoever keeps a `Line` keeps the place taken.
    place: Arc<accept::Place>,
}

/// Our listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// The one people and nodes reach.
    Public,
    /// The one on loopback for the command line.
    Control,
}
