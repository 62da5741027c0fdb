//! The network around a [`Node`]: bind, then serve until told to stop.
//!
//! Start: configuration, data folder, listeners, certificate, routes; only then is the address announced. Stop goes in
//! reverse: no new connections or sessions, running requests finish and sessions say goodbye within a deadline, what is
//! left is cut, the driver handles its queue and brings everything to the disk. A listener on loopback serves the command
//! line beside the public one; its address and token stand in `identity/`.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use hyper_util::service::TowerToHyperService;
use shared::api::{NodeInfo, NodeRole};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::backup::run_daily;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::ContextError;
use crate::driver::Handle;
use crate::http::{self, Site};
use crate::identity::{Control, IdentityError, Secret};
use crate::node::{Dialling, Node, OpenError, Options};
use crate::platform::{self, ServiceState};
use crate::transport::Listener;
use crate::transport::accept::{Door, run_accept};
use crate::transport::tls::{TlsError, server_config};

/// What routes are built from; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Reaches the driver.
    pub handle: Handle,
    /// What this node was when it started; [`Handle::info`] follows changes.
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
    pub control_token: Arc<Secret>,
    /// True when the public listener speaks TLS.
    pub secure: bool,
    /// Where browsers on the network find this server.
    pub reach: Arc<Reach>,
    /// Ends when the server stops: open WebSockets of browsers close then.
    pub stop: CancellationToken,
}

impl App {
    /// Where other nodes can dial this one, best first: as configured, else the listening address.
    #[must_use]
    pub fn dial_addresses(&self) -> Vec<String> {
        if !self.config.addresses.is_empty() {
            return self.config.addresses.clone();
        }
        let scheme = if self.secure { "https" } else { "http" };
        let address = SocketAddr::new(seen_from_outside(self.address), self.address.port());
        vec![format!("{scheme}://{address}")]
    }
}

/// Where browsers on the network find a server, and how they know it.
#[derive(Debug)]
pub struct Reach {
    listen: SocketAddr,
    hosts: Vec<String>,
    /// SHA-256 of the certificate browsers are shown, as they print it: pairs of hex digits with colons; none without TLS.
    pub certificate: Option<String>,
}

impl Reach {
    /// Of a server that listens there, goes by these names and shows this certificate.
    #[must_use]
    pub fn of(listen: SocketAddr, hosts: Vec<String>, certificate: Option<&[u8]>) -> Self {
        let print = |certificate: &[u8]| {
            let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
            let pairs = digest.as_ref().iter().map(|byte| format!("{byte:02X}"));
            pairs.collect::<Vec<_>>().join(":")
        };
        Self {
            listen,
            hosts,
            certificate: certificate.map(print),
        }
    }

    /// True when only this computer reaches the server.
    #[must_use]
    pub const fn is_only_here(&self) -> bool {
        self.listen.ip().is_loopback()
    }

    /// `https://host:port`, the computer's own address as it is now first. None where only this computer reaches it, or there is no
    /// network and no name.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        if self.is_only_here() {
            return Vec::new();
        }
        let own = seen_from_outside(self.listen);
        let port = self.listen.port();
        let own = (!own.is_loopback()).then(|| SocketAddr::new(own, port).to_string());
        let named = self.hosts.iter().map(|host| format!("{host}:{port}"));
        let found = own.into_iter().chain(named);
        found.map(|host| format!("https://{host}")).collect()
    }
}

/// The address others use for a listener: its own, or this computer's where it listens on all.
fn seen_from_outside(listen: SocketAddr) -> IpAddr {
    match listen.ip() {
        ip if ip.is_unspecified() => outward_address(),
        ip => ip,
    }
}

/// The address this computer shows to the outside; no packet is sent to find out.
fn outward_address() -> IpAddr {
    let find = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        // An address kept for documentation: any route outwards will do.
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    find().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address: SocketAddr| {
        address.ip()
    })
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The data folder cannot be opened.
    #[error("cannot open the data folder")]
    Open(#[from] OpenError),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// The keys or the certificate cannot be used.
    #[error("cannot set up the server's identity")]
    Identity(#[from] IdentityError),
    /// TLS cannot be set up.
    #[error("cannot set up TLS")]
    Tls(#[from] TlsError),
    /// Accounts or profile cannot be read.
    #[error("cannot prepare the site")]
    Site(#[from] ContextError),
}

/// A server that listens but does not answer yet.
pub struct Server {
    node: Node,
    app: App,
    site: Site,
    door: Door,
    public: TcpListener,
    control: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Server {
    /// Opens the data folder and starts listening.
    ///
    /// # Errors
    /// When the folder cannot be opened or the address cannot be listened on.
    pub async fn bind(config: Config) -> Result<Self, BindError> {
        Self::bind_at(config, Clock::system()).await
    }

    /// The same with a given source of time and randomness.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub async fn bind_at(config: Config, clock: Clock) -> Result<Self, BindError> {
        // The listener comes first: a taken port should be found out before the folder is worked on.
        let public = listen(config.listen).await?;
        let control = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let options = Options {
            clock,
            dialling: Dialling::Allowed,
            store: config.storage.settings(),
            attachments: config.attachments.bounds(&config.storage),
        };
        let node = Node::open(&config.data, options).await?;
        let (address, control_address) = (local_address(&public)?, local_address(&control)?);
        // A township node on its own loopback needs no TLS; a hub always has it, and everything beyond loopback.
        let secure = !config.insecure_http
            && (node.info.role == NodeRole::Hub || !config.listen.ip().is_loopback());
        let mut shown = None;
        let tls = if secure {
            let names = certificate_names(&config, address);
            let browser = node.identity.browser_certificate(names)?;
            shown = browser.0.first().cloned();
            let tls = server_config(&node.identity.key, browser)?;
            Some(TlsAcceptor::from(Arc::new(tls)))
        } else {
            None
        };
        let reach = Reach::of(address, config.hosts.clone(), shown.as_deref());
        let door = Door::new(
            node.handle.clone(),
            node.clock.clone(),
            config.limits.clone(),
        );
        let app = App {
            handle: node.handle.clone(),
            info: Arc::clone(&node.info),
            config: Arc::new(config),
            clock: node.clock.clone(),
            address,
            control_address,
            control_token: Arc::new(node.identity.control_token.clone()),
            secure,
            reach: Arc::new(reach),
            stop: door.stop.clone(),
        };
        let site = Site::open(&app).await?;
        Ok(Self {
            node,
            app,
            site,
            door,
            public,
            control,
            tls,
        })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// What routes are built from.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `shutdown` ends, then stops in order and within the configured deadline.
    ///
    /// # Errors
    /// When the command line cannot be told where to reach this server.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Result<(), BindError> {
        let Self {
            node,
            app,
            site,
            door,
            public,
            control,
            tls,
        } = self;
        if let Some(plan) = app.config.storage.backups() {
            let backups = run_daily(site.context.clone(), plan, door.stop.clone());
            tokio::spawn(backups);
        }
        let public_routes = TowerToHyperService::new(warp::service(http::routes(site.clone())));
        let control_routes = TowerToHyperService::new(warp::service(http::control::routes(site)));
        node.identity.write_control(&Control {
            address: app.control_address,
            pid: std::process::id(),
        })?;
        tracing::info!(listen = %app.address, tls = app.secure, "serving");
        platform::notify_service(ServiceState::Ready);
        let stop = async {
            shutdown.await;
            tracing::info!("stopping");
            platform::notify_service(ServiceState::Stopping);
            // From here on the command line works on the folder itself, as soon as it is free.
            node.identity.remove_control();
            door.stop.cancel();
        };
        tokio::join!(
            run_accept(public, Listener::Public, tls, door.clone(), public_routes),
            run_accept(
                control,
                Listener::Control,
                None,
                door.clone(),
                control_routes
            ),
            stop,
        );
        door.tasks.close();
        let deadline = app.config.limits.stop_deadline();
        if tokio::time::timeout(deadline, door.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                open = door.connections(),
                "cutting what did not end in time"
            );
            door.cut.cancel();
            door.tasks.wait().await;
        }
        node.close().await;
        Ok(())
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| BindError::Listen { address, source })
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, BindError> {
    listener.local_addr().map_err(|source| BindError::Listen {
        address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        source,
    })
}

/// The names browsers may use, for a certificate that is made at the first start.
fn certificate_names(config: &Config, address: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let own = seen_from_outside(address);
    if !own.is_loopback() {
        names.push(own.to_string());
    }
    names.extend(config.hosts.iter().cloned());
    for configured in &config.addresses {
        let host_port = configured.rsplit('/').next().unwrap_or(configured);
        let host = host_port
            .rsplit_once(':')
            .map_or(host_port, |(host, _)| host);
        names.push(host.trim_matches(['[', ']']).to_owned());
    }
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests;
