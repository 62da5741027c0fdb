//! One data folder, open: identity, store and the running driver, without any listener.
//!
//! The command line works on a [`Node`] when no server runs on the folder; `server` puts the network around it. Start
//! order: identity (who), store (checked, and where needed rebuilt from its journal), the node's own facts, the core on
//! its thread. Each step logs one line. [`Node::close`] goes the other way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::api::{NodeInfo, NodeRole};
use shared::identity::{NodeKey, unit_id_of};
use shared::library::Library;
use shared::store::{Batch, Reader as _, StoreError, Tree};
use shared::sync::{Facts, LogContent, Replica};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::driver::{self, Handle, Network, Parts, StartError};
use crate::identity::{Identity, IdentityError};
use crate::search;
use crate::store::blobs::Room;
use crate::store::{self, Blobs, LOSS_KEY, Opened, StartReport, Store as _};

/// The key of `Tree::Meta` under which a node's facts stand.
const FACTS: &[u8] = b"node/facts";
/// Bytes of loaded documents kept in memory. A node with 500 projects fits whole; a hub of 20,000 keeps what is in use
/// (design.md 7: node ≤ 120 MB, hub ≤ 600 MB).
const LIBRARY_BYTES: usize = 64 * 1024 * 1024;

/// What a new node is.
#[derive(Debug, Clone)]
pub struct Creation {
    /// Township node or county hub.
    pub role: NodeRole,
    /// Its name, which is its unit's name until an invite says otherwise.
    pub name: String,
    /// The county's profile.
    pub profile: String,
    /// Whether its pages say 演示数据.
    pub demo: bool,
}

/// How to open a data folder.
#[derive(Clone)]
pub struct Options {
    /// Time and randomness.
    pub clock: Clock,
    /// Whether this process may dial the hub.
    pub dialling: Dialling,
    /// How the store is set.
    pub store: store::Settings,
    /// What attachments may take.
    pub attachments: AttachmentBounds,
}

/// What attachments may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentBounds {
    /// All of them in the folder.
    pub room: Room,
    /// Bytes of one unit's files after which a hub fetches no more of them by itself.
    pub unit_bytes_max: u64,
}

impl Default for AttachmentBounds {
    fn default() -> Self {
        Self {
            room: Room::ALL,
            unit_bytes_max: u64::MAX,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
            dialling: Dialling::Never,
            store: store::Settings::default(),
            attachments: AttachmentBounds::default(),
        }
    }
}

/// Whether a process that opened a data folder may dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialling {
    /// It works on the folder only (most of the command line).
    Never,
    /// It dials as the core asks (a server, and `sync` without one).
    Allowed,
}

/// One open data folder with its running driver. Close it with [`Node::close`]; what a dropped one leaves undone, the next
/// start does.
pub struct Node {
    /// Reaches the driver.
    pub handle: Handle,
    /// What this node was when it was opened; [`Handle::info`] follows changes.
    pub info: Arc<NodeInfo>,
    /// Its data folder.
    pub dir: PathBuf,
    /// Its keys.
    pub identity: Identity,
    /// Time and randomness.
    pub clock: Clock,
    network: Network,
}

/// A node's facts as they are stored. New fields need a default: older stores lack them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredFacts {
    role: NodeRole,
    name: String,
    profile: String,
    #[serde(default)]
    demo: bool,
}

impl Node {
    /// Makes a new data folder: keys, an empty store, the node's facts. A folder in use is refused.
    ///
    /// # Errors
    /// When the folder holds anything but a configuration, or cannot be written.
    pub fn create(dir: &Path, creation: &Creation, clock: &Clock) -> Result<NodeInfo, OpenError> {
        if in_use(dir)? {
            return Err(OpenError::NotEmpty {
                dir: dir.to_owned(),
            });
        }
        // The store's folder comes first: it is locked, so that two cannot make the same node.
        let mut store = store::create(dir)?.store;
        let identity = Identity::create(dir, clock)?;
        let facts = StoredFacts {
            role: creation.role,
            name: creation.name.trim().to_owned(),
            profile: creation.profile.clone(),
            demo: creation.demo,
        };
        let mut batch = Batch::default();
        let text = serde_json::to_vec(&facts).map_err(|source| OpenError::Facts { source })?;
        batch
            .writes
            .insert((Tree::Meta, FACTS.to_vec()), Some(text));
        store.commit(batch)?;
        store.settle()?;
        Ok(info(&identity.key, &facts))
    }

    /// Opens a data folder, checks and where needed rebuilds its store, and starts the driver. Needs a running tokio runtime.
    ///
    /// # Errors
    /// When the folder is no data folder, is in use by another process, or is damaged beyond rebuilding.
    pub async fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let identity = Identity::load(dir)?;
        tracing::info!(node = %identity.key.node_id(), dir = %dir.display(), "identity read");
        let folder = dir.to_owned();
        // Proving a large store complete, or building it again, takes a while.
        let settings = options.store.clone();
        let opened = tokio::task::spawn_blocking(move || store::open_with(&folder, settings));
        let Opened { store, report } = opened.await.map_err(|_| OpenError::Panicked)??;
        log_report(&report);
        let log = match store.load(Tree::Meta, LOSS_KEY)? {
            Some(_) => LogContent::Doubtful,
            None => LogContent::Intact,
        };
        let stored = store
            .load(Tree::Meta, FACTS)?
            .ok_or_else(|| OpenError::Unfinished {
                dir: dir.to_owned(),
            })?;
        let facts: StoredFacts =
            serde_json::from_slice(&stored).map_err(|source| OpenError::Facts { source })?;
        let info = info(&identity.key, &facts);
        let mut replica = replica(identity.key.clone(), facts);
        replica.set_files_of_unit_max(options.attachments.unit_bytes_max);
        let network = network();
        let handle = driver::spawn(Parts {
            store: Box::new(store),
            replica,
            log,
            clock: options.clock.clone(),
            info,
            report,
            blobs: Some(Arc::new(Blobs::bounded(
                blobs_dir(dir),
                options.attachments.room,
            ))),
            network: (options.dialling == Dialling::Allowed).then(|| network.clone()),
        })
        .await?;
        let info = handle.info();
        tracing::info!(role = ?info.role, name = info.name, unit = %info.unit, "driver started");
        Ok(Self {
            handle,
            info,
            dir: dir.to_owned(),
            identity,
            clock: options.clock,
            network,
        })
    }

    /// Ends dialled sessions, handles what the driver has in its queue, and brings everything to the disk.
    pub async fn close(self) {
        stop(self.network, &self.handle).await;
        tracing::info!("driver stopped");
    }
}

/// A node without a folder: the whole of one but its disk, which is gone with the process. Many of them make the load that a hub is
/// measured under.
pub struct MemoryNode {
    /// Reaches the driver.
    pub handle: Handle,
    network: Network,
}

impl MemoryNode {
    /// Starts one. Needs a running tokio runtime.
    ///
    /// # Errors
    /// When its thread cannot be started.
    pub async fn start(
        key: NodeKey,
        creation: &Creation,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let facts = StoredFacts {
            role: creation.role,
            name: creation.name.clone(),
            profile: creation.profile.clone(),
            demo: creation.demo,
        };
        let info = info(&key, &facts);
        let replica = replica(key, facts);
        let network = network();
        let handle = driver::spawn(Parts {
            store: Box::new(store::MemoryStore::new()),
            replica,
            log: LogContent::Intact,
            clock,
            info,
            report: StartReport::default(),
            blobs: None,
            network: Some(network.clone()),
        })
        .await?;
        Ok(Self { handle, network })
    }

    /// Ends its sessions and its thread.
    pub async fn close(self) {
        stop(self.network, &self.handle).await;
    }
}

fn network() -> Network {
    Network {
        runtime: tokio::runtime::Handle::current(),
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    }
}

async fn stop(network: Network, handle: &Handle) {
    network.stop.cancel();
    network.tasks.close();
    network.tasks.wait().await;
    handle.stop().await;
}

/// Where a data folder keeps attachments.
#[must_use]
pub fn blobs_dir(dir: &Path) -> PathBuf {
    dir.join("blobs")
}

/// A folder may hold a configuration and nothing else.
fn in_use(dir: &Path) -> Result<bool, OpenError> {
    let unreadable = |source| OpenError::Unreadable {
        dir: dir.to_owned(),
        source,
    };
    match std::fs::read_dir(dir) {
        Ok(entries) => {
            for entry in entries {
                if entry.map_err(unreadable)?.file_name() != crate::config::FILE {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unreadable(error)),
    }
}

/// Says what the opening of the store found; nothing of it is kept quiet.
pub(crate) fn log_report(report: &StartReport) {
    tracing::info!(
        position = report.position.0,
        records = report.count,
        replayed = report.replayed,
        cut_bytes = report.cut_bytes,
        "store opened"
    );
    for finding in &report.findings {
        tracing::warn!(%finding, "the store was damaged");
    }
    if let Some(rebuilt) = &report.rebuilt {
        tracing::warn!(reason = %rebuilt.reason, moved_to = %rebuilt.moved_to.display(), "the database was built again from the journal");
    }
    if let Some(moved_to) = &report.journal_moved_to {
        tracing::warn!(moved_to = %moved_to.display(), "the journal was written again from the database");
    }
    if report.is_read_only {
        tracing::error!(
            "it cannot be proven that everything is there: this node only reads until `check --repair`"
        );
    }
}

fn replica(key: NodeKey, facts: StoredFacts) -> Replica {
    let facts = Facts {
        key,
        role: facts.role,
        name: facts.name,
        profile: facts.profile,
    };
    Replica::new(facts, Library::new(LIBRARY_BYTES, search::keys))
}

fn info(key: &NodeKey, facts: &StoredFacts) -> NodeInfo {
    NodeInfo {
        id: key.node_id(),
        name: facts.name.clone(),
        role: facts.role,
        unit: unit_id_of(&facts.name),
        unit_name: facts.name.clone(),
        profile: facts.profile.clone(),
        demo: facts.demo,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Why a data folder could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is something in the folder already.
    #[error("{} is not empty", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// Its creation did not come to an end.
    #[error("{} was never finished by init", dir.display())]
    Unfinished {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder cannot be read.
    #[error("cannot read {}", dir.display())]
    Unreadable {
        /// The folder.
        dir: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The keys are missing or unreadable.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The store cannot be made or opened.
    #[error(transparent)]
    Folder(#[from] store::OpenError),
    /// The store answers no more.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// Opening the store ended in a panic, which was printed.
    #[error("opening the store ended unexpectedly")]
    Panicked,
    /// The node's own facts do not read back.
    #[error("the node's own facts cannot be read")]
    Facts {
        /// The cause.
        source: serde_json::Error,
    },
    /// The core could not start.
    #[error("the node cannot start")]
    Start(#[from] StartError),
}

impl OpenError {
    /// True when another process has the folder open.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::Folder(store::OpenError::InUse { .. }))
    }
}
