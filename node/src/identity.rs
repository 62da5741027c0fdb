//! What makes a data folder this node's: its keys, and where a running server can be reached (`identity/`).
//!
//! `node.key` is the Ed25519 key, which is the node's name and its TLS identity towards nodes. `tls.crt` and `tls.key` are
//! what browsers see; an operator may put his own there. `control.token` lets the command line of the same account talk to
//! a running server, whose address is in `control.json`. All are readable by this account only; nothing here prints a secret.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use shared::identity::NodeKey;

use crate::clock::Clock;
use crate::platform;
use crate::transport::tls::{TlsError, browser_certificate};

const FOLDER: &str = "identity";
/// The node's key.
pub const NODE_KEY: &str = "node.key";
const CONTROL_TOKEN: &str = "control.token";
const CONTROL: &str = "control.json";
const BROWSER_CERTIFICATE: &str = "tls.crt";
const BROWSER_KEY: &str = "tls.key";

/// What of the identity goes into a backup. The control token does not: every folder has its own.
pub const BACKED_UP: [&str; 3] = [NODE_KEY, BROWSER_CERTIFICATE, BROWSER_KEY];

/// A text that prints nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that compares or sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True when `other` is the same text; takes as long for a wrong guess as for a right one of the same length.
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        let (own, other) = (self.0.as_bytes(), other.as_bytes());
        own.len() == other.len()
            && own
                .iter()
                .zip(other)
                .fold(0, |differing, (a, b)| differing | (a ^ b))
                == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The keys of one data folder.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The node's key.
    pub key: NodeKey,
    /// What the command line shows to a running server.
    pub control_token: Secret,
    folder: PathBuf,
}

/// Why the identity could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The folder has an identity already.
    #[error("{} holds a node already", dir.display())]
    Exists {
        /// The data folder.
        dir: PathBuf,
    },
    /// The folder has none.
    #[error("{} is no data folder of xiangmu", dir.display())]
    Missing {
        /// The data folder.
        dir: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot access {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A certificate could not be made.
    #[error("cannot make the certificate for browsers")]
    Tls(#[from] TlsError),
}

/// Where a running server can be reached by the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// The control listener, on loopback.
    pub address: SocketAddr,
    /// The server's process.
    pub pid: u32,
}

impl Identity {
    /// True when the folder holds an identity.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        dir.join(FOLDER).join(NODE_KEY).exists()
    }

    /// Draws the keys of a new node.
    ///
    /// # Errors
    /// When there is an identity already, or it cannot be written.
    pub fn create(dir: &Path, clock: &Clock) -> Result<Self, IdentityError> {
        if Self::exists(dir) {
            return Err(IdentityError::Exists {
                dir: dir.to_owned(),
            });
        }
        let (folder, token) = begin(dir, clock)?;
        // The key comes last: a folder with a key is complete.
        let key = NodeKey::from_seed(&clock.random());
        write(
            &folder.join(NODE_KEY),
            hex::encode(key.to_seed()).as_bytes(),
        )?;
        Ok(Self {
            key,
            control_token: token,
            folder,
        })
    }

    /// Reads the keys of an existing node.
    ///
    /// # Errors
    /// When there are none, or they cannot be read.
    pub fn load(dir: &Path) -> Result<Self, IdentityError> {
        if !Self::exists(dir) {
            return Err(IdentityError::Missing {
                dir: dir.to_owned(),
            });
        }
        let folder = dir.join(FOLDER);
        let path = folder.join(NODE_KEY);
        let key = parse_key(read(&path)?.as_bytes()).ok_or(IdentityError::Damaged { path })?;
        let token = read(&folder.join(CONTROL_TOKEN))?;
        Ok(Self {
            key,
            control_token: Secret::new(token.trim().to_owned()),
            folder,
        })
    }

    /// Takes the keys of a backup over into a new folder.
    ///
    /// # Errors
    /// When there is an identity already, the keys hold none, or they cannot be written.
    pub fn adopt(
        dir: &Path,
        files: &[(String, Vec<u8>)],
        clock: &Clock,
    ) -> Result<(), IdentityError> {
        if Self::exists(dir) {
            return Err(IdentityError::Exists {
                dir: dir.to_owned(),
            });
        }
        let (folder, _) = begin(dir, clock)?;
        let (key, others): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| name == NODE_KEY);
        for (name, bytes) in others.into_iter().chain(key) {
            write(&folder.join(name), bytes)?;
        }
        Self::load(dir).map(|_| ())
    }

    /// What browsers are shown: the operator's certificate, or our own, made for `names` when there is none yet.
    ///
    /// # Errors
    /// When it cannot be made, read or understood.
    pub fn browser_certificate(
        &self,
        names: Vec<String>,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), IdentityError> {
        let certificate = self.folder.join(BROWSER_CERTIFICATE);
        let key = self.folder.join(BROWSER_KEY);
        if !certificate.exists() || !key.exists() {
            let (certificate_pem, key_pem) = browser_certificate(names)?;
            write(&key, key_pem.as_bytes())?;
            write(&certificate, certificate_pem.as_bytes())?;
        }
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(read(&certificate)?.as_bytes()).collect();
        let chain = chain.map_err(|_| IdentityError::Damaged { path: certificate })?;
        let secret = PrivateKeyDer::from_pem_slice(read(&key)?.as_bytes())
            .map_err(|_| IdentityError::Damaged { path: key })?;
        Ok((chain, secret))
    }

    /// Notes where the running server can be reached.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_control(&self, control: &Control) -> Result<(), IdentityError> {
        let text = serde_json::json!({"address": control.address, "pid": control.pid}).to_string();
        write(&self.folder.join(CONTROL), text.as_bytes())
    }

    /// Takes the note away again, when the server stops.
    pub fn remove_control(&self) {
        // A note that stays behind names a port nobody answers on, which every reader copes with after a crash too.
        let _stale = std::fs::remove_file(self.folder.join(CONTROL));
    }
}

/// The folder of an identity with a token of its own, and without a key yet.
fn begin(dir: &Path, clock: &Clock) -> Result<(PathBuf, Secret), IdentityError> {
    let folder = dir.join(FOLDER);
    platform::create_private_dir(&folder).map_err(|source| IdentityError::Io {
        path: folder.clone(),
        source,
    })?;
    let token = Secret::new(hex::encode(clock.random::<32>()));
    write(&folder.join(CONTROL_TOKEN), token.reveal().as_bytes())?;
    Ok((folder, token))
}

/// The key in a file of that name; `None` when it holds none.
#[must_use]
pub fn parse_key(file: &[u8]) -> Option<NodeKey> {
    let mut seed = [0; 32];
    hex::decode_to_slice(file.trim_ascii(), &mut seed).ok()?;
    Some(NodeKey::from_seed(&seed))
}

/// The files of a folder that nobody else may read.
#[must_use]
pub fn secret_files(dir: &Path) -> Vec<PathBuf> {
    let names = [NODE_KEY, CONTROL_TOKEN, BROWSER_KEY];
    names.map(|name| file(dir, name)).to_vec()
}

/// A file of the identity.
#[must_use]
pub fn file(dir: &Path, name: &str) -> PathBuf {
    dir.join(FOLDER).join(name)
}

/// Where a server on this folder says it can be reached. It may have died since: connect to find out.
///
/// # Errors
/// When the note is there but cannot be read.
pub fn find_control(dir: &Path) -> Result<Option<Control>, IdentityError> {
    let path = dir.join(FOLDER).join(CONTROL);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| IdentityError::Damaged { path }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IdentityError::Io { path, source }),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), IdentityError> {
    platform::write_private(path, content).map_err(|source| IdentityError::Io {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, IdentityError> {
    std::fs::read_to_string(path).map_err(|source| IdentityError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn an_identity_reads_back_and_is_made_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp(0), 1);
        let made = Identity::create(dir.path(), &clock).unwrap();
        let read = Identity::load(dir.path()).unwrap();
        assert_eq!(made.key.node_id(), read.key.node_id());
        assert!(read.control_token.matches(made.control_token.reveal()));
        assert!(!read.control_token.matches("guess"));
        assert!(matches!(
            Identity::create(dir.path(), &clock),
            Err(IdentityError::Exists { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_readable_by_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        Identity::create(dir.path(), &Clock::manual(Timestamp(0), 1)).unwrap();
        for name in [NODE_KEY, CONTROL_TOKEN] {
            let path = dir.path().join(FOLDER).join(name);
            let mode = std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}");
        }
    }

    #[test]
    fn the_certificate_for_browsers_stays_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let identity = Identity::create(dir.path(), &Clock::system()).unwrap();
        let (first, _) = identity
            .browser_certificate(vec!["localhost".to_owned()])
            .unwrap();
        let (second, _) = identity.browser_certificate(Vec::new()).unwrap();
        assert_eq!(first, second);
    }
}
