//! What start-up and the offline check have to say about a data folder.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use shared::store::Tree;

use super::Position;
use crate::journal::scan::Damage;

/// What happened while a store was opened. Everything but the position is empty or false on an ordinary day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartReport {
    /// The last durable commit.
    pub position: Position,
    /// Durable pairs in the store.
    pub count: u64,
    /// Commits the database had missed and got from the journal: what a power cut or a kill leaves to do.
    pub replayed: u64,
    /// Bytes of an incomplete last record. It was never acknowledged to anybody.
    pub cut_bytes: u64,
    /// The database was made anew from the journal.
    pub rebuilt: Option<Rebuilt>,
    /// The derived trees are empty and must be computed again; see [`super::Store::derived_lost`].
    pub derived_lost: bool,
    /// Damage, all of it, whether or not it could be made good.
    pub findings: Vec<Finding>,
    /// The journal was damaged, but its content was proven complete; it was written anew and the old one moved here.
    pub journal_moved_to: Option<PathBuf>,
    /// It cannot be proven that everything is there: the store only reads until `check --repair` accepts the loss.
    pub is_read_only: bool,
}

/// A rebuilt database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Why.
    pub reason: Finding,
    /// Durable pairs the old database lacked, or held damaged, by tree.
    pub missing: BTreeMap<Tree, u64>,
    /// Where the old one was moved.
    pub moved_to: PathBuf,
}

/// One fault of a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A stretch of the journal cannot be read.
    JournalDamaged(Damage),
    /// The journal cannot be read at all.
    JournalUnreadable {
        /// What the disk said.
        message: String,
    },
    /// The database knows of commits the journal no longer holds.
    JournalBehind {
        /// The last commit in the journal.
        journal: Position,
        /// The last commit the database knows.
        database: Position,
    },
    /// The journal's records do not add up to what its last one says.
    JournalIncomplete,
    /// The database cannot be opened or read.
    DatabaseUnreadable {
        /// What it said.
        message: String,
    },
    /// Values in the database do not match their checksums.
    DatabaseDamaged {
        /// How many.
        count: u64,
        /// One of them: its tree.
        tree: Tree,
        /// One of them: its key, in hex.
        key: String,
    },
    /// Pairs are missing in the database, or there are too many.
    DatabaseIncomplete {
        /// How many there should be, where that is known.
        expected: Option<u64>,
        /// How many there are.
        found: u64,
    },
    /// The database is older than the journal says it is.
    DatabaseOld {
        /// Its last commit.
        database: Position,
        /// What the journal knows it to have held.
        synced: Position,
    },
    /// An attachment does not hold what its name says, or cannot be read.
    BlobDamaged {
        /// Which.
        name: String,
    },
    /// sled stored values in files of its own, which it never removes.
    DatabaseHasBlobs {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JournalDamaged(Damage {
                segment,
                offset,
                bytes,
                what,
            }) => {
                write!(f, "journal segment {segment} at byte {offset}: {what}")?;
                if *bytes > 0 {
                    write!(f, " ({bytes} bytes unreadable)")?;
                }
                Ok(())
            }
            Self::JournalUnreadable { message } => {
                write!(f, "the journal cannot be read: {message}")
            }
            Self::JournalBehind { journal, database } => write!(
                f,
                "the journal ends at commit {}, the database knows commit {}",
                journal.0, database.0
            ),
            Self::JournalIncomplete => {
                f.write_str("the journal's records do not add up to its last digest")
            }
            Self::DatabaseUnreadable { message } => {
                write!(f, "the database cannot be read: {message}")
            }
            Self::DatabaseDamaged { count, tree, key } => write!(
                f,
                "{count} values in the database do not match their checksum, one of them in {tree:?} at key {key}"
            ),
            Self::DatabaseIncomplete {
                expected: Some(expected),
                found,
            } => {
                write!(
                    f,
                    "the database holds {found} records, which are not the {expected} it should hold"
                )
            }
            Self::DatabaseIncomplete {
                expected: None,
                found,
            } => {
                write!(
                    f,
                    "the database holds {found} records and no note of how many it should hold"
                )
            }
            Self::DatabaseOld { database, synced } => write!(
                f,
                "the database stands at commit {}, but held commit {} once",
                database.0, synced.0
            ),
            Self::BlobDamaged { name } => write!(f, "attachment {name} is damaged"),
            Self::DatabaseHasBlobs { count } => {
                write!(f, "the database keeps {count} values outside its file")
            }
        }
    }
}
