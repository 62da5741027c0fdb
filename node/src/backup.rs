//! Backups: one file that holds everything durable of a node at one moment, and a node made again from it.
//!
//! A backup is a header, then chained records as in the journal: what it is ([`Manifest`]), the keys and the configuration, all
//! content in key order ([`crate::journal::content`]), the attachments, and the sums over all of it (`Totals`). It is made from
//! files of the journal that stay where they are meanwhile ([`crate::store::Snapshot`]), so edits go on and it still is one moment.
//! It is written under another name, synced, read back as strictly as a stranger would ([`verify()`]), and only then named.
//!
//! [`restore()`] makes a new folder of it. That node is the same (its key is in the backup) in a new life of its log: what others
//! know of the log may go beyond it, so both sides reconcile and neither loses what it holds.
//!
//! A backup holds the node's key and the accounts: whoever has it can speak for the node. It is readable by this account alone; one
//! that leaves the house is better put under a passphrase (`seal`).

mod daily;
mod read;
mod restore;
mod seal;
mod verify;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::api::NodeRole;
use shared::desk::{Chain, Mark};
use shared::ids::NodeId;
use shared::time::{Date, Timestamp};

pub use daily::{Plan, run_daily};
pub use read::{Fault, ReadFailed, manifest_of};
pub use restore::{RestoreFailed, Restored, restore};
pub use verify::{Holds, Verified, verify};
pub use write::{Made, Progress, Source, WriteFailed, write};

/// The key of `Tree::Meta` under which the last backup is noted ([`Last`]).
pub const LAST_KEY: &[u8] = b"backup/last";

/// How the file begins; then the format, u32, and crc32c over both, u32, little-endian.
const MAGIC: &[u8; 8] = b"xmbackup";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 16;
/// Bytes of a file in one record.
const PIECE_BYTES: usize = 1024 * 1024;
/// Bytes of the longest name of a file.
const NAME_BYTES_MAX: usize = 128;
/// Bytes of the largest file beside the attachments.
const SMALL_FILE_BYTES_MAX: u64 = 1024 * 1024;
const BLOBS: &str = "blobs/";

/// What a backup is of, said at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// Its unit's name.
    pub unit: String,
    /// The county's profile.
    pub profile: String,
    /// The moment everything in it is of.
    pub made_at: Timestamp,
    /// The last commit in it.
    pub position: u64,
    /// The version of the program that made it.
    pub version: String,
    /// Lines of the audit trail.
    pub audit: u64,
    /// The chain over them, in hex: a backup is a witness of the trail.
    pub audit_chain: String,
    /// False when the attachments were left where they are.
    pub with_attachments: bool,
}

impl Manifest {
    /// Where the audit trail stood.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        let mut chain = Chain::default();
        hex::decode_to_slice(&self.audit_chain, &mut chain).ok()?;
        let number = self.audit;
        Some(Mark { number, chain })
    }
}

/// What is in a backup, said at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Totals {
    /// Durable pairs by the number of their tree.
    pairs: BTreeMap<u8, u64>,
    /// Attachments.
    attachments: u64,
    /// Their bytes.
    attachment_bytes: u64,
    /// Attachments that could not be read when it was made.
    left_out: Vec<String>,
}

/// The last backup that was made and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// When.
    pub made_at: Timestamp,
    /// The last commit in it.
    pub position: u64,
    /// Where it was put.
    pub file: PathBuf,
}

/// Where the backup of a day goes when nobody says otherwise.
#[must_use]
pub fn default_path(dir: &Path, day: Date) -> PathBuf {
    dir.join("backup").join(format!("{day}.xmbackup"))
}

/// True for the files that belong into a backup beside content and attachments.
fn is_small_file(name: &str) -> bool {
    name == crate::config::FILE
        || name
            .strip_prefix("identity/")
            .is_some_and(|name| crate::identity::BACKED_UP.contains(&name))
}
