//! What commands and routes work on: one open node with its accounts, and the requests of the command line.
//!
//! A [`Context`] is the same whether a server runs around the node or the command line opened the folder itself; [`perform()`] is the
//! one place where a [`Request`] is carried out, so that both ways give the same.

mod audit;
pub mod backup;
pub mod bundle;
mod check;
mod doctor;
mod dump;
mod edit;
mod export;
mod import;
mod invite;
pub mod line;
mod perform;
pub mod quarantine;
pub mod repair;
mod request;
mod rules;
mod scores;

use std::path::PathBuf;
use std::sync::Arc;

use shared::api::{NodeInfo, NodeRole, SyncStatus, UserInfo};
use shared::command::{Actor, Role};
use shared::ids::{UnitId, UserId};
use shared::library::LibraryError;
use shared::profile::{Profile, ProfileError};
use shared::text::Lang;

use crate::accounts::rows::Account;
use crate::accounts::{AccountError, Accounts};
use crate::clock::Clock;
use crate::config::Config;
use crate::driver::{DriverError, Handle};
use crate::node::{Node, blobs_dir};
use crate::server::App;
use crate::store::Blobs;
use crate::views;

pub use edit::new_command_id;
pub use export::{
    ExportFailed, Exported, RESULTS, RecordFile, Titled, archive, export, record_ledger, results,
};
pub use import::{Choices, ImportError, Prepared, Upload, commit, prepare, undo};
pub use invite::{InviteFailed, invite};
pub use perform::perform;
pub use request::{
    AttachmentStatus, AuditBroken, Event, Found, ImportReport, Outcome, QuarantinedChange,
    Question, RefusedRow, Request, Rules, RulesVersion, Status, StorageStatus, Trouble, UnitShare,
};

/// Where requests of the command line go on the control listener.
pub const PATH: &str = "/control/v1";
/// Where the command line asks whether a listener is our server's.
pub const PING_PATH: &str = "/control/v1/ping";
/// Events that may wait for a slow reader.
pub const EVENTS_WAITING: usize = 256;
/// Bytes of a file sent along with a request. An upload by browser is bound more tightly (`limits`); who works on the
/// folder itself may bring a larger one.
pub const ATTACHMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a node's context could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// The accounts cannot be read.
    #[error("cannot read the accounts")]
    Accounts(#[from] AccountError),
    /// The county's rules are not known to this program.
    #[error("cannot read the county's profile")]
    Profile(#[from] ProfileError),
}

/// One open node. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Reaches the driver.
    pub handle: Handle,
    /// The attachments' bytes.
    pub blobs: Arc<Blobs>,
    /// Time and randomness.
    pub clock: Clock,
    /// Its accounts.
    pub accounts: Accounts,
    /// Its data folder.
    pub dir: Arc<PathBuf>,
    /// Where other nodes can dial this one, best first.
    pub addresses: Arc<[String]>,
    /// True when a server runs around the node.
    pub serving: bool,
    /// The rules the county began with; [`Context::profile`] gives those in force.
    pub built_in: Arc<Profile>,
}

impl Context {
    /// The context of a running server.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn of_server(app: &App) -> Result<Self, ContextError> {
        Self::open(
            app.handle.clone(),
            app.clock.clone(),
            app.config.data.clone(),
            app.dial_addresses(),
            true,
        )
        .await
    }

    /// The context of a folder the command line opened itself.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn of_node(node: &Node, config: &Config) -> Result<Self, ContextError> {
        let addresses = if config.addresses.is_empty() {
            let plain = config.insecure_http
                || (node.info.role == NodeRole::Node && config.listen.ip().is_loopback());
            let scheme = if plain { "http" } else { "https" };
            vec![format!("{scheme}://{}", config.listen)]
        } else {
            config.addresses.clone()
        };
        Self::open(
            node.handle.clone(),
            node.clock.clone(),
            node.dir.clone(),
            addresses,
            false,
        )
        .await
    }

    async fn open(
        handle: Handle,
        clock: Clock,
        dir: PathBuf,
        addresses: Vec<String>,
        serving: bool,
    ) -> Result<Self, ContextError> {
        let info = handle.info();
        let built_in = Arc::new(Profile::built_in(&info.profile)?);
        let at_hub = info.role == NodeRole::Hub;
        let accounts = Accounts::open(handle.clone(), clock.clone(), at_hub).await?;
        Ok(Self {
            blobs: handle
                .blobs()
                .unwrap_or_else(|| Arc::new(Blobs::at(blobs_dir(&dir)))),
            handle,
            clock,
            accounts,
            dir: Arc::new(dir),
            addresses: addresses.into(),
            serving,
            built_in,
        })
    }

    /// What this node is now.
    #[must_use]
    pub fn info(&self) -> Arc<NodeInfo> {
        self.handle.info()
    }

    /// The county's rules in force now.
    ///
    /// # Errors
    /// When the driver does not answer, or the county's documents cannot be read.
    pub async fn profile(&self) -> Result<Result<Arc<Profile>, LibraryError>, DriverError> {
        let built_in = Arc::clone(&self.built_in);
        self.handle
            .read(move |context| views::profile(context, &built_in))
            .await
    }

    /// True at the county's hub.
    #[must_use]
    pub fn at_hub(&self) -> bool {
        self.info().role == NodeRole::Hub
    }

    /// Whoever sits at this computer's console: acts for the node's own unit, and has no account.
    #[must_use]
    pub fn console(&self) -> Actor {
        let info = self.info();
        let at_hub = info.role == NodeRole::Hub;
        Actor {
            user: UserId::from_bytes([0; 5]),
            name: "console".to_owned(),
            role: if at_hub { Role::HubHead } else { Role::Head },
            unit: info.unit,
            at_hub,
        }
    }

    /// How an account is shown, with its unit's name.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn user_info(&self, account: &Account) -> Result<UserInfo, DriverError> {
        let unit_name = self.unit_name(account.unit).await?;
        Ok(UserInfo {
            id: account.id,
            name: account.name.clone(),
            role: account.role,
            unit: account.unit,
            unit_name,
            disabled: account.disabled,
        })
    }

    /// A unit's name, empty when this node does not know it.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn unit_name(&self, unit: UnitId) -> Result<String, DriverError> {
        let info = self.info();
        if unit == info.unit {
            return Ok(info.unit_name.clone());
        }
        // A directory that cannot be read costs the name, not the answer.
        let units = self
            .handle
            .read(views::directory)
            .await?
            .unwrap_or_default();
        let known = units.into_iter().find(|known| known.unit == unit);
        Ok(known.map(|known| known.name).unwrap_or_default())
    }

    /// The truth about the line, its reason in the reader's language.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn sync_status(&self, lang: Lang) -> Result<SyncStatus, DriverError> {
        let status = self.handle.read(views::sync_status).await?;
        Ok(status.worded(lang))
    }
}
