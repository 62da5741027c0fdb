//! The network around a [`crate::node::Node`]: bind, then serve until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use shared::api::NodeInfo;

use crate::clock::Clock;
use crate::config::Config;
use crate::driver::Handle;

/// What routes are built from; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Reaches the driver.
    pub handle: Handle,
    /// What this node is.
    pub info: Arc<NodeInfo>,
    /// The validated configuration.
    pub config: Arc<Config>,
    /// Time and randomness.
    pub clock: Clock,
    /// Where the public listener listens.
    pub address: SocketAddr,
    /// Where the control listener listens.
    pub control_address: SocketAddr,
    /// What requests on the control listener must show as `Authorization: Bearer`.
    pub control_token: Arc<crate::identity::Secret>,
}
