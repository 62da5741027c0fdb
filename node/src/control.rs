//! What commands and routes work on: one open node with its accounts.
//!
//! A [`Context`] is the same whether a server runs around the node or the command line opened the folder itself.

use std::path::PathBuf;
use std::sync::Arc;

use shared::api::{NodeInfo, SyncState, SyncStatus, UserInfo};

use crate::accounts::rows::Account;
use crate::accounts::{AccountError, Accounts};
use crate::clock::Clock;
use crate::driver::{DriverError, Handle};

/// One open node. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Reaches the driver.
    pub handle: Handle,
    /// What this node is.
    pub info: Arc<NodeInfo>,
    /// Time and randomness.
    pub clock: Clock,
    /// Its accounts.
    pub accounts: Accounts,
    /// Its data folder.
    pub dir: Arc<PathBuf>,
}

impl Context {
    /// Puts a context around a running driver.
    ///
    /// # Errors
    /// When the accounts cannot be read.
    pub async fn open(
        handle: Handle,
        info: Arc<NodeInfo>,
        clock: Clock,
        dir: PathBuf,
    ) -> Result<Self, AccountError> {
        let at_hub = info.role == shared::api::NodeRole::Hub;
        let accounts = Accounts::open(handle.clone(), clock.clone(), at_hub).await?;
        Ok(Self {
            handle,
            info,
            clock,
            accounts,
            dir: Arc::new(dir),
        })
    }

    /// How an account is shown, with its unit's name.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn user_info(&self, account: &Account) -> Result<UserInfo, DriverError> {
        let unit_name = if account.unit == self.info.unit {
            self.info.unit_name.clone()
        } else {
            String::new()
        };
        Ok(UserInfo {
            id: account.id,
            name: account.name.clone(),
            role: account.role,
            unit: account.unit,
            unit_name,
            disabled: account.disabled,
        })
    }

    /// The truth about the line.
    ///
    /// # Errors
    /// When the driver does not answer.
    pub async fn sync_status(&self) -> Result<SyncStatus, DriverError> {
        self.handle
            .read(|_| SyncStatus {
                state: SyncState::NotJoined,
                pending: 0,
                last_exchange: None,
                retry_at: None,
                hub: String::new(),
                peers: Vec::new(),
                quarantined: 0,
            })
            .await
    }
}
