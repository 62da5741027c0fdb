//! Sockets: the accept loop, TLS with a pinned key, the WebSocket between nodes, and dialling.

use std::net::SocketAddr;

/// Where a request came in; an extension of every request.
#[derive(Debug, Clone)]
pub struct Line {
    /// The other side's address.
    pub peer: SocketAddr,
    /// Which of our listeners took it.
    pub listener: Listener,
    /// True when the socket speaks TLS.
    pub secure: bool,
}

/// Our listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// The one people and nodes reach.
    Public,
    /// The one on loopback for the command line.
    Control,
}
