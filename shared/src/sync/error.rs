//! Why the core had to stop.

use crate::desk::ExecuteError;
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
    Command(#[from] ExecuteError),
    /// A record this program wrote earlier does not read back.
    #[error("the stored {what} is damaged")]
    DamagedRecord {
        /// Which record.
        what: &'static str,
    },
}

impl ReplicaError {
    /// The store's own failure, however deep it was met: it decides whether the node waits for room or is to be mended.
    ///
    /// # Errors
    /// The error itself, when it is another.
    pub fn into_storage(self) -> Result<StoreError, Self> {
        match self {
            Self::Store(found)
            | Self::Library(LibraryError::Store { source: found, .. })
            | Self::Command(ExecuteError::Store { source: found, .. }) => Ok(found),
            Self::Command(ExecuteError::Library { command, source }) => match *source {
                LibraryError::Store { source: found, .. } => Ok(found),
                other => Err(Self::Command(ExecuteError::Library {
                    command,
                    source: Box::new(other),
                })),
            },
            other => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CommandId, DocumentId};

    #[test]
    fn a_failure_of_the_store_is_found_however_deep_it_was_met() {
        let command = CommandId::from_parts(1, [1; 10]);
        let document = DocumentId::County(2026);
        let in_library = || LibraryError::Store {
            document: document.clone(),
            source: StoreError::ReadOnly,
        };
        let failures: [ReplicaError; 4] = [
            StoreError::ReadOnly.into(),
            in_library().into(),
            ReplicaError::Command(ExecuteError::Store {
                command,
                source: StoreError::ReadOnly,
            }),
            ReplicaError::Command(ExecuteError::Library {
                command,
                source: Box::new(in_library()),
            }),
        ];
        for failure in failures {
            assert!(matches!(failure.into_storage(), Ok(StoreError::ReadOnly)));
        }
        let absent = LibraryError::Absent { document };
        let other = ReplicaError::Command(ExecuteError::Library {
            command,
            source: Box::new(absent),
        });
        let said = other.to_string();
        assert_eq!(
            other.into_storage().map_err(|kept| kept.to_string()).err(),
            Some(said)
        );
    }
}
