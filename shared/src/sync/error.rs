//! Why the core had to stop.

use crate::library::LibraryError;
use crate::store::StoreError;

/// Why an input could not be handled. A peer's mistakes are never here.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// Storage failed; nothing of this turn may be acknowledged.
    #[error("storage failed in a turn")]
    Store(#[from] StoreError),
    /// A document could not be read or written.
    #[error("a document could not be worked on")]
    Library(#[from] LibraryError),
    /// A command could not be carried out.
    #[error("a command could not be carried out")]
    Command(#[from] crate::desk::ExecuteError),
    /// A record this program wrote earlier does not read back.
    #[error("the stored {what} is damaged")]
    DamagedRecord {
        /// Which record.
        what: &'static str,
    },
}
