//! One validated [`Config`]: flags over environment over file over defaults. Nothing else reads the environment.
//!
//! The file is `config.toml` in the data folder. A key it does not know is refused with file and key, so that a typing
//! error is not a silent default. `xiangmu.example.toml` beside the crate parses to exactly the defaults (tested).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::backup::Plan;
use crate::node::AttachmentBounds;
use crate::store::blobs::Room;

/// The file's name in the data folder.
pub const FILE: &str = "config.toml";

/// Closed files of the journal that wait for a backup before they are compacted; more would fill the disk of a node whose backups fail.
const BACKUP_WAIT_SEGMENTS: u64 = 8;
/// A file of the journal holds at least so much.
const SEGMENT_BYTES_MIN: u64 = 4096;
const MEBIBYTE: u64 = 1024 * 1024;

/// What a person said on the command line; `None` where nothing was said.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--insecure-http`.
    pub insecure_http: bool,
}

/// Everything the program was told, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Plain HTTP; only on loopback.
    pub insecure_http: bool,
    /// Addresses other nodes reach this one at (`https://host:port`); empty: the listening address.
    pub addresses: Vec<String>,
    /// Host names browsers may use for this server, beside loopback, the listening address and `addresses`.
    pub hosts: Vec<String>,
    /// What to log, in the syntax of `tracing`.
    pub log: String,
    /// Days without a line after which the work desk points to the stick.
    pub stick_after_days: u32,
    /// Bounds of the listener.
    pub limits: Limits,
    /// Sizes and rhythms of the store.
    pub storage: Storage,
    /// What attachments may take.
    pub attachments: Attachments,
}

/// What attachments may take.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attachments {
    /// MiB of all attachments in the folder.
    pub folder_mebibytes: u64,
    /// MiB of one unit's attachments after which a hub fetches no more of them by itself.
    pub unit_mebibytes: u64,
}

impl Default for Attachments {
    fn default() -> Self {
        Self {
            // A county of forty townships that all use a quarter of their share.
            folder_mebibytes: 50 * 1024,
            // Sixty projects with a hundred scans and photographs each.
            unit_mebibytes: 5 * 1024,
        }
    }
}

impl Attachments {
    /// The same as the node takes it. Of the disk they leave twice what is kept back for its last day (research/sync.md 9).
    #[must_use]
    pub fn bounds(&self, storage: &Storage) -> AttachmentBounds {
        AttachmentBounds {
            room: Room {
                bytes_max: self.folder_mebibytes.saturating_mul(MEBIBYTE),
                spare_bytes: storage.ballast_bytes.saturating_mul(2),
            },
            unit_bytes_max: self.unit_mebibytes.saturating_mul(MEBIBYTE),
        }
    }
}

/// Sizes and rhythms of the store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Bytes after which a file of the journal is closed; closed ones are compacted.
    pub segment_bytes: u64,
    /// Bytes kept back for the day the disk is full; 0: none.
    pub ballast_bytes: u64,
    /// Hours between two readings of everything.
    pub scrub_hours: u32,
    /// Hours between two backups a server makes by itself; 0: none.
    pub backup_hours: u32,
    /// Minutes from the start to the first of them.
    pub backup_delay_minutes: u32,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            segment_bytes: crate::journal::SEGMENT_BYTES_MAX,
            ballast_bytes: 16 * 1024 * 1024,
            scrub_hours: 24,
            backup_hours: 24,
            backup_delay_minutes: 10,
        }
    }
}

impl Storage {
    /// The same as the store takes it.
    #[must_use]
    pub fn settings(&self) -> crate::store::Settings {
        crate::store::Settings {
            segment_bytes_max: self.segment_bytes.max(SEGMENT_BYTES_MIN),
            ballast_bytes: self.ballast_bytes,
            scrub_every_ms: i64::from(self.scrub_hours.max(1)) * 60 * 60 * 1000,
            backup_wait_segments: if self.backup_hours > 0 {
                BACKUP_WAIT_SEGMENTS
            } else {
                0
            },
            ..crate::store::Settings::default()
        }
    }

    /// When a server makes backups by itself.
    #[must_use]
    pub fn backups(&self) -> Option<Plan> {
        (self.backup_hours > 0).then(|| Plan {
            every_ms: i64::from(self.backup_hours) * 60 * 60 * 1000,
            delay_ms: i64::from(self.backup_delay_minutes) * 60 * 1000,
        })
    }
}

/// Bounds of the listener (research/reliability.md 3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address; loopback is exempt, since a gateway or a demo speaks for many from there.
    pub connections_per_address: usize,
    /// Seconds a client may take to send the head of a request.
    pub header_seconds: u64,
    /// Seconds a client may take for the TLS handshake.
    pub handshake_seconds: u64,
    /// Seconds a stop may take before open connections are cut.
    pub stop_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_per_address: 32,
            header_seconds: 10,
            handshake_seconds: 10,
            stop_seconds: 10,
        }
    }
}

impl Limits {
    /// How long a client may take to send the head of a request.
    #[must_use]
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_seconds)
    }

    /// How long a client may take for the TLS handshake.
    #[must_use]
    pub fn handshake_timeout(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds)
    }

    /// How long a stop may take before open connections are cut.
    #[must_use]
    pub fn stop_deadline(&self) -> Duration {
        Duration::from_secs(self.stop_seconds)
    }
}

/// The file, before it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: SocketAddr,
    insecure_http: bool,
    addresses: Vec<String>,
    hosts: Vec<String>,
    log: String,
    stick_after_days: u32,
    limits: Limits,
    storage: Storage,
    attachments: Attachments,
}

impl Default for File {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8470)),
            insecure_http: false,
            addresses: Vec::new(),
            hosts: Vec::new(),
            log: "info".to_owned(),
            stick_after_days: 7,
            limits: Limits::default(),
            storage: Storage::default(),
            attachments: Attachments::default(),
        }
    }
}

impl Config {
    /// Puts flags, environment, file and defaults together and checks the result.
    ///
    /// # Errors
    /// When the file cannot be read or holds an unknown key, a value has the wrong form, or the parts contradict each other.
    pub fn load(
        flags: &Flags,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let data = data_dir(flags, environment)?;
        let path = data.join(FILE);
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&path, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => File::default(),
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        let listen = match (flags.listen, environment("XIANGMU_LISTEN")) {
            (Some(listen), _) => listen,
            (None, Some(text)) => text
                .parse()
                .map_err(|_| ConfigError::environment("XIANGMU_LISTEN", text, "ADDRESS:PORT"))?,
            (None, None) => file.listen,
        };
        let insecure_http = match (
            flags.insecure_http,
            environment("XIANGMU_INSECURE_HTTP").as_deref(),
        ) {
            (true, _) | (false, Some("1" | "true")) => true,
            (false, Some("0" | "false")) => false,
            (false, None) => file.insecure_http,
            (false, Some(text)) => {
                return Err(ConfigError::environment(
                    "XIANGMU_INSECURE_HTTP",
                    text.to_owned(),
                    "true or false",
                ));
            }
        };
        if insecure_http && !listen.ip().is_loopback() {
            return Err(ConfigError::InsecureBeyondLoopback { listen });
        }
        for address in &file.addresses {
            if !(address.starts_with("https://") || address.starts_with("http://")) {
                return Err(ConfigError::Address {
                    path,
                    address: address.clone(),
                });
            }
        }
        Ok(Self {
            data,
            listen,
            insecure_http,
            addresses: file.addresses,
            hosts: file.hosts,
            log: environment("XIANGMU_LOG").unwrap_or(file.log),
            stick_after_days: file.stick_after_days,
            limits: file.limits,
            storage: file.storage,
            attachments: file.attachments,
        })
    }

    /// The same from the process's own environment.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_process(flags: &Flags) -> Result<Self, ConfigError> {
        Self::load(flags, &|name| std::env::var(name).ok())
    }
}

/// The data folder: flag, `XIANGMU_DATA`, or the platform's folder for data.
///
/// # Errors
/// When none of them names one.
pub fn data_dir(
    flags: &Flags,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<PathBuf, ConfigError> {
    let named = |name| environment(name).filter(|value| !value.is_empty());
    if let Some(dir) = &flags.data {
        return Ok(dir.clone());
    }
    if let Some(dir) = named("XIANGMU_DATA") {
        return Ok(dir.into());
    }
    let base = if cfg!(windows) {
        named("LOCALAPPDATA").map(PathBuf::from)
    } else {
        named("XDG_DATA_HOME")
            .map(PathBuf::from)
            .or_else(|| named("HOME").map(|home| PathBuf::from(home).join(".local/share")))
    };
    base.map(|base| base.join("xiangmu"))
        .ok_or(ConfigError::NoDataFolder)
}

fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file holds an unknown key or a value of the wrong form; the cause names key and line.
    #[error("{} is no valid configuration", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: Box<toml::de::Error>,
    },
    /// A variable has the wrong form.
    #[error("{name} is `{value}`, expected {expected}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// Passwords must not cross a network in the clear.
    #[error("plain HTTP is only allowed on loopback, not on {listen}")]
    InsecureBeyondLoopback {
        /// The address asked for.
        listen: SocketAddr,
    },
    /// An address other nodes shall dial has the wrong form.
    #[error("{}: `{address}` in `addresses` does not start with https://", path.display())]
    Address {
        /// The file.
        path: PathBuf,
        /// The address.
        address: String,
    },
    /// Neither flag nor environment names a folder.
    #[error("no data folder is named and the platform has no default")]
    NoDataFolder,
}

impl ConfigError {
    fn environment(name: &'static str, value: String, expected: &'static str) -> Self {
        Self::Environment {
            name,
            value,
            expected,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use super::*;

    fn load(file: &str, flags: Flags, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), file).unwrap();
        let flags = Flags {
            data: Some(dir.path().to_owned()),
            ..flags
        };
        let find = |name: &str| {
            environment
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Config::load(&flags, &find)
    }

    #[test]
    fn the_example_file_says_exactly_the_defaults() {
        let example = include_str!("../xiangmu.example.toml");
        assert_eq!(
            parse(Path::new("example"), example).unwrap(),
            File::default()
        );
        // Every key is shown, so that nobody has to guess one.
        for key in [
            "listen",
            "insecure_http",
            "addresses",
            "hosts",
            "log",
            "connections",
            "connections_per_address",
            "header_seconds",
            "handshake_seconds",
            "stop_seconds",
            "segment_bytes",
            "ballast_bytes",
            "scrub_hours",
            "backup_hours",
            "backup_delay_minutes",
        ] {
            assert!(example.contains(&format!("\n{key} = ")), "{key}");
        }
    }

    #[test]
    fn flags_go_over_environment_over_file_over_defaults() {
        let port = |config: Config| config.listen.port();
        let file = "listen = \"127.0.0.1:1\"";
        let flags = || Flags {
            listen: Some("127.0.0.1:3".parse().unwrap()),
            ..Flags::default()
        };
        let environment = [("XIANGMU_LISTEN", "127.0.0.1:2")];
        assert_eq!(port(load("", Flags::default(), &[]).unwrap()), 8470);
        assert_eq!(port(load(file, Flags::default(), &[]).unwrap()), 1);
        assert_eq!(port(load(file, Flags::default(), &environment).unwrap()), 2);
        assert_eq!(port(load(file, flags(), &environment).unwrap()), 3);
    }

    #[test]
    fn an_unknown_key_is_refused_with_file_and_key() {
        let error = load("listne = \"127.0.0.1:1\"", Flags::default(), &[]).unwrap_err();
        let text = crate::exit::one_line(&error);
        assert!(text.contains(FILE) && text.contains("listne"), "{text}");
    }

    #[test]
    fn plain_http_beyond_loopback_is_refused() {
        let error = load(
            "listen = \"0.0.0.0:1\"\ninsecure_http = true",
            Flags::default(),
            &[],
        )
        .unwrap_err();
        assert!(matches!(error, ConfigError::InsecureBeyondLoopback { .. }));
    }
}
