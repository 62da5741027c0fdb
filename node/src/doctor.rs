//! The examination behind `doctor`: what is wrong with a node and its folder, as far as it can be told in a moment.
//!
//! [`folder()`] looks at the folder and the machine, and works when nothing else does. [`judge`] looks at what an open node says
//! of itself ([`Facts`], gathered by `control::doctor`); it is pure, so that every fault can be planted in a test. A thorough
//! reading of all data is `check`'s business.

use std::net::SocketAddr;
use std::path::Path;

use shared::api::{NodeRole, PeerStatus, SyncState};
use shared::text::doctor::Ailment;
use shared::text::line::LineReason;
use shared::time::Timestamp;

use crate::backup::Last;
use crate::control::AttachmentStatus;
use crate::platform;

/// Less room than this on the disk is said.
const ROOM_BYTES_MIN: u64 = 500 * MEBIBYTE;
const MEBIBYTE: u64 = 1024 * 1024;
/// Tenths of the room for attachments beyond which it is said.
const NEARLY_TENTHS: u64 = 9;
/// A clock further behind than this is said (ux.md 5.0, S7).
const BEHIND_MAX_MS: i64 = 5 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// Days without a backup after which it is said (reliability.md 4).
const BACKUP_DAYS_MAX: i64 = 3;
/// Days without an exchange after which waiting edits, or a node, are worth a word.
const SILENT_DAYS_MAX: i64 = 7;

/// Parts of a path that belong to programs which copy files about, in lower case.
const SYNCED: [&str; 9] = [
    "onedrive",
    "dropbox",
    "nutstore",
    "坚果云",
    "baidunetdisk",
    "百度网盘",
    "wpsdrive",
    "wps云盘",
    "icloud",
];

/// What an open node says of itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What it is.
    pub role: NodeRole,
    /// The clock.
    pub now: Timestamp,
    /// The last time the hub said.
    pub hub_time: Option<Timestamp>,
    /// The state of the line.
    pub sync: SyncState,
    /// Why the line is not there, when it is not.
    pub line: Option<LineReason>,
    /// What the system said of that.
    pub detail: String,
    /// Entries the hub has not acknowledged.
    pub pending: u64,
    /// The last exchange.
    pub last_exchange: Option<Timestamp>,
    /// Why nothing can be written.
    pub read_only: Option<String>,
    /// Damage found since the start.
    pub trouble: Vec<String>,
    /// How much room attachments take.
    pub attachments: AttachmentStatus,
    /// Accounts that can log in.
    pub accounts: usize,
    /// The last backup, and whether its file is where it was put, as far as that can be told.
    pub backup: Option<(Last, bool)>,
    /// When the folder was made.
    pub made_at: Timestamp,
    /// Years of holidays that are asked for and not known.
    pub holidays_missing: Vec<i16>,
    /// Versions of the rules that cannot be read.
    pub rules_unreadable: Vec<String>,
    /// Changes in quarantine.
    pub quarantined: u64,
    /// At a hub: its nodes.
    pub nodes: Vec<PeerStatus>,
}

/// What is wrong by what a node says of itself.
#[must_use]
pub fn judge(facts: &Facts) -> Vec<Ailment> {
    let mut found = Vec::new();
    let days = |since: Timestamp| facts.now.0.saturating_sub(since.0) / DAY_MS;
    found.extend(facts.read_only.clone().map(|why| Ailment::ReadOnly { why }));
    let trouble = facts.trouble.iter().cloned();
    found.extend(trouble.map(|what| Ailment::Damage { what }));
    if facts.accounts == 0 {
        found.push(Ailment::NobodyCanLogIn);
    }
    let backed_up = facts.backup.as_ref().map(|(last, _)| last.made_at);
    let known = facts.hub_time.max(backed_up).max(Some(facts.made_at));
    match (known, &facts.sync) {
        (_, SyncState::ClockSkew { minutes }) => {
            found.push(Ailment::ClockOff { minutes: *minutes })
        }
        (Some(known), _) if facts.now.0 + BEHIND_MAX_MS < known.0 => {
            found.push(Ailment::ClockBehind { known });
        }
        _ => {}
    }
    found.extend(facts.line.map(|reason| Ailment::Line {
        reason,
        detail: facts.detail.clone(),
    }));
    if let Some(since) = facts.last_exchange
        && facts.pending > 0
        && days(since) >= SILENT_DAYS_MAX
    {
        found.push(Ailment::Unsent {
            count: facts.pending,
            days: days(since),
        });
    }
    match &facts.backup {
        Some((last, _)) if days(last.made_at) >= BACKUP_DAYS_MAX => {
            found.push(Ailment::BackupOld {
                days: days(last.made_at),
            });
        }
        Some((last, false)) => found.push(Ailment::BackupGone {
            file: last.file.display().to_string(),
        }),
        None if days(facts.made_at) >= BACKUP_DAYS_MAX => found.push(Ailment::NoBackup),
        Some(_) | None => {}
    }
    judge_attachments(&facts.attachments, &mut found);
    let at_hub = facts.role == NodeRole::Hub;
    let years = facts.holidays_missing.iter();
    found.extend(years.map(|&year| Ailment::HolidaysMissing { year, at_hub }));
    let rules = facts.rules_unreadable.iter().cloned();
    found.extend(rules.map(|what| Ailment::RulesUnreadable { what }));
    if facts.quarantined > 0 {
        found.push(Ailment::Quarantine {
            count: facts.quarantined,
        });
    }
    for node in &facts.nodes {
        judge_node(node, facts.now, &mut found);
    }
    found
}

/// Whether files still have room.
fn judge_attachments(room: &AttachmentStatus, found: &mut Vec<Ailment>) {
    let is_nearly = |bytes: u64, most: u64| bytes > most / 10 * NEARLY_TENTHS;
    if is_nearly(room.bytes, room.bytes_max) {
        found.push(Ailment::AttachmentsFull {
            mebibytes: room.bytes / MEBIBYTE,
            most: room.bytes_max / MEBIBYTE,
        });
    }
    let full = room.units.iter();
    let full = full.filter(|share| is_nearly(share.bytes, room.unit_bytes_max));
    found.extend(full.map(|share| Ailment::UnitFilesFull {
        unit: share.name.clone(),
        mebibytes: share.bytes / MEBIBYTE,
        most: room.unit_bytes_max / MEBIBYTE,
    }));
}

/// What is wrong with one node of a hub.
fn judge_node(node: &PeerStatus, now: Timestamp, found: &mut Vec<Ailment>) {
    let unit = node.unit_name.clone();
    let days = |since: Timestamp| now.0.saturating_sub(since.0) / DAY_MS;
    // A disk that was put back on purpose is no news for ever.
    if let Some(at) = node.copied.filter(|at| days(*at) < SILENT_DAYS_MAX) {
        let unit = unit.clone();
        found.push(Ailment::Copied { unit, at });
    }
    match (node.state.as_str(), node.last_contact) {
        ("suspended", _) => found.push(Ailment::Suspended {
            unit,
            node: node.id.to_string(),
        }),
        ("pending", _) => found.push(Ailment::AwaitsApproval {
            unit,
            node: node.id.to_string(),
        }),
        ("active", Some(at)) if !node.online && days(at) >= SILENT_DAYS_MAX => {
            let days = days(at);
            found.push(Ailment::LongSilent { unit, days });
        }
        _ => {}
    }
}

/// What is wrong with a folder and its machine, before anything is opened.
#[must_use]
pub fn folder(dir: &Path) -> Vec<Ailment> {
    let mut found = Vec::new();
    for part in ["", "journal", "backup", "blobs"] {
        let path = dir.join(part);
        if path.is_dir()
            && let Err(why) = platform::try_writing(&path)
        {
            found.push(Ailment::Unwritable {
                path: path.display().to_string(),
                why: why.to_string(),
            });
        }
    }
    let owner = platform::owner(dir);
    let mut files: Vec<_> = ["journal", "db", "identity", "blobs", "lock", "format.json"]
        .iter()
        .map(|name| dir.join(name))
        .collect();
    let keys = crate::identity::secret_files(dir);
    files.extend(keys.iter().cloned());
    for path in files.iter().filter(|path| path.exists()) {
        if platform::owner(path) != owner {
            found.push(Ailment::ForeignFiles {
                path: path.display().to_string(),
            });
            break;
        }
    }
    let backups = std::fs::read_dir(dir.join("backup"));
    let backups = backups
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    for path in keys.into_iter().chain(backups) {
        if platform::is_open_to_others(&path) {
            found.push(Ailment::KeyReadable {
                path: path.display().to_string(),
            });
        }
    }
    if let Some(bytes) = platform::free_bytes(dir).filter(|bytes| *bytes < ROOM_BYTES_MIN) {
        found.push(Ailment::DiskLow {
            mebibytes: bytes / MEBIBYTE,
        });
    }
    if let Some(kind) = platform::unfit_file_system(dir) {
        found.push(Ailment::FileSystem {
            kind: kind.to_owned(),
        });
    }
    found.extend(synced_part(dir).map(|part| Ailment::SyncedFolder { part }));
    found
}

/// The part of a path that belongs to a program which copies files about.
fn synced_part(dir: &Path) -> Option<String> {
    let whole = std::path::absolute(dir).ok()?;
    let parts = whole
        .components()
        .filter_map(|part| part.as_os_str().to_str());
    parts.map(str::to_owned).find(|part| {
        SYNCED
            .iter()
            .any(|name| part.to_lowercase().starts_with(name))
    })
}

/// Whether another program has the address the server would listen on.
#[must_use]
pub fn port(address: SocketAddr) -> Option<Ailment> {
    match std::net::TcpListener::bind(address) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Some(Ailment::PortTaken {
            address: address.to_string(),
        }),
        // Whatever else keeps it from listening, the server says when it starts.
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests;
