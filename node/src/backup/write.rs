//! Making a backup.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::seal::{SealKey, Sealer};
use super::verify::{Verified, verify};
use super::{BLOBS, FORMAT, HEADER_BYTES, MAGIC, Manifest, PIECE_BYTES, Totals, read};
use crate::accounts::password::Secret;
use crate::journal::checkpoint::{CheckpointError, Merge};
use crate::journal::content::{Pairs, Records};
use crate::journal::record::Kind;
use crate::platform::{create_private, sync_dir};
use crate::store::blobs::{BlobError, Blobs};
use crate::store::{Finding, Snapshot};

/// What a backup is made of.
#[derive(Debug)]
pub struct Source {
    /// The durable content.
    pub snapshot: Snapshot,
    /// What it is of.
    pub manifest: Manifest,
    /// Keys and configuration: the name in the backup, and where the file is.
    pub files: Vec<(String, PathBuf)>,
    /// The attachments.
    pub blobs: PathBuf,
    /// The words it is put under, and a salt that was drawn for it.
    pub passphrase: Option<(Secret, [u8; 16])>,
}

/// How far a backup is, for whoever waits for it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Bytes done and bytes in all; 0 in all as long as that is not known.
    #[must_use]
    pub fn now(&self) -> (u64, u64) {
        let [done, total] = [&self.done, &self.total].map(|of| of.load(Ordering::Relaxed));
        (done, total)
    }

    /// Some bytes more are done.
    pub(super) fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more are to be done.
    pub(super) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A backup that was made, read back and named.
#[derive(Debug, Clone)]
pub struct Made {
    /// Where it is.
    pub file: PathBuf,
    /// What it holds.
    pub verified: Verified,
}

/// Why no backup came about. A file of that name is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteFailed {
    /// The disk refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file that belongs into it cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is something else under that name.
    #[error("{} is no backup and is not replaced by one", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// It is being made already.
    #[error("{} is being made already", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The content does not read whole.
    #[error("the journal does not read back whole")]
    Content(#[from] CheckpointError),
    /// It was written, and does not read back.
    #[error("the backup does not read back: {0}")]
    NotVerified(String),
}

/// Writes a backup to a file, reads it back, and gives it its name.
///
/// # Errors
/// [`WriteFailed`]; what was begun is removed.
pub fn write(source: &Source, out: &Path, progress: &Progress) -> Result<Made, WriteFailed> {
    if out.exists() && !read::begins_like_one(out) {
        return Err(WriteFailed::Occupied {
            path: out.to_owned(),
        });
    }
    let mut part = out.to_owned().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let failed = |source| WriteFailed::Io {
        path: out.to_owned(),
        source,
    };
    let busy = || WriteFailed::Busy {
        path: out.to_owned(),
    };
    let _alone = Alone::with(out).ok_or_else(busy)?;
    let file = create_private(&part).map_err(failed)?;
    let made = write_part(source, &file, out, progress);
    drop(file);
    let made = made.and_then(|()| {
        let words = source.passphrase.as_ref().map(|(words, _)| words);
        let verified = verify(&part, words, progress)
            .map_err(|error| WriteFailed::NotVerified(crate::exit::one_line(&error)))?;
        let fault = verified.faults.first();
        match (fault, &verified.holds) {
            (Some(fault), _) => Err(WriteFailed::NotVerified(fault.to_string())),
            (None, Some(holds)) if holds.manifest == source.manifest => Ok(verified),
            (None, _) => Err(WriteFailed::NotVerified(
                "it holds something else than was written".to_owned(),
            )),
        }
    });
    let verified = match made {
        Ok(verified) => verified,
        Err(error) => {
            // It is of no use, and in the way on a full disk. The next one would replace it.
            let _either_way = std::fs::remove_file(&part);
            return Err(error);
        }
    };
    std::fs::rename(&part, out).map_err(failed)?;
    out.parent().map_or(Ok(()), sync_dir).map_err(failed)?;
    Ok(Made {
        file: out.to_owned(),
        verified,
    })
}

/// The files that are being written: other processes are kept out by the folder's lock.
static BEING_MADE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The right to write one file.
struct Alone(PathBuf);

impl Alone {
    fn with(out: &Path) -> Option<Self> {
        let mut all = BEING_MADE.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(out.to_owned()).then(|| Self(out.to_owned()))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let mut all = BEING_MADE.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.0);
    }
}

fn write_part(
    source: &Source,
    file: &File,
    out: &Path,
    progress: &Progress,
) -> Result<(), WriteFailed> {
    let failed = |source| WriteFailed::Io {
        path: out.to_owned(),
        source,
    };
    file.set_len(0).map_err(failed)?;
    let mut to = match &source.passphrase {
        Some((words, salt)) => {
            let key = SealKey::new(words, *salt).map_err(failed)?;
            Out::Sealed(Box::new(
                Sealer::begin(BufWriter::new(file), key).map_err(failed)?,
            ))
        }
        None => Out::Plain(BufWriter::new(file)),
    };
    to.write_all(&header()).map_err(failed)?;
    let mut records = Records::behind(to, HEADER_BYTES as u64);
    let manifest = serde_json::to_vec(&source.manifest).map_err(|error| failed(error.into()))?;
    records
        .append(Kind::BackupStart, &manifest)
        .map_err(failed)?;
    for (name, path) in &source.files {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            // A configuration or a certificate need not be there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => {
                let path = path.clone();
                return Err(WriteFailed::Unreadable { path, source });
            }
        };
        append_file(&mut records, name, &bytes, progress).map_err(failed)?;
    }
    let mut totals = Totals {
        pairs: append_content(&mut records, &source.snapshot, failed)?,
        ..Totals::default()
    };
    if source.manifest.with_attachments {
        append_blobs(&mut records, source, &mut totals, progress, failed)?;
    }
    let end = serde_json::to_vec(&totals).map_err(|error| failed(error.into()))?;
    records.append(Kind::BackupEnd, &end).map_err(failed)?;
    records.into_inner().end().map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Where the bytes of a backup go.
enum Out<W: io::Write> {
    Plain(W),
    Sealed(Box<Sealer<W>>),
}

impl<W: io::Write> Out<W> {
    fn end(self) -> io::Result<()> {
        match self {
            Self::Plain(mut out) => out.flush(),
            Self::Sealed(sealer) => sealer.end()?.flush(),
        }
    }
}

impl<W: io::Write> io::Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Sealed(sealer) => sealer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Sealed(sealer) => sealer.flush(),
        }
    }
}

fn append_content(
    records: &mut Records<impl io::Write>,
    snapshot: &Snapshot,
    failed: impl Fn(io::Error) -> WriteFailed,
) -> Result<BTreeMap<u8, u64>, WriteFailed> {
    let never = AtomicBool::new(false);
    let (merge, scanned) = Merge::read(&snapshot.journal, snapshot.limit, &never)?;
    let is_the_moment =
        (scanned.position, scanned.digest) == (snapshot.position.0, snapshot.digest);
    let mut counts = BTreeMap::new();
    let mut pairs = Pairs::begin(records, snapshot.position.0).map_err(&failed)?;
    merge.put_all(&never, |tree, key, value| {
        *counts.entry(tree as u8).or_default() += 1;
        pairs.put(records, tree, key, value)
    })?;
    let digest = pairs.end(records, None).map_err(failed)?;
    if !is_the_moment || digest != snapshot.digest {
        return Err(WriteFailed::NotVerified(
            Finding::JournalIncomplete.to_string(),
        ));
    }
    Ok(counts)
}

fn append_blobs(
    records: &mut Records<impl io::Write>,
    source: &Source,
    totals: &mut Totals,
    progress: &Progress,
    failed: impl Fn(io::Error) -> WriteFailed,
) -> Result<(), WriteFailed> {
    let blobs = Blobs::at(source.blobs.clone());
    let mut ids = match blobs.list() {
        Ok(ids) => ids,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let path = source.blobs.clone();
            return Err(WriteFailed::Unreadable {
                path,
                source: error,
            });
        }
    };
    ids.sort_unstable();
    progress.expect(ids.iter().map(|id| blobs.bytes(*id)).sum());
    for id in ids {
        match blobs.load(id) {
            Ok(Some(bytes)) => {
                totals.attachments += 1;
                totals.attachment_bytes += bytes.len() as u64;
                append_file(records, &format!("{BLOBS}{id}"), &bytes, progress).map_err(&failed)?;
            }
            Err(BlobError::Io { path, source }) => {
                return Err(WriteFailed::Unreadable { path, source });
            }
            // It is named by `check` as well; a backup without it is better than none.
            Ok(None) | Err(_) => totals.left_out.push(id.to_string()),
        }
    }
    Ok(())
}

/// The header of a backup file.
fn header() -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend(FORMAT.to_le_bytes());
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    header
}

/// One file in pieces: length of the name u16, name, bytes in all u64, offset u64, the piece.
fn append_file(
    records: &mut Records<impl io::Write>,
    name: &str,
    bytes: &[u8],
    progress: &Progress,
) -> io::Result<()> {
    let mut offset = 0;
    loop {
        let piece = &bytes[offset..bytes.len().min(offset + PIECE_BYTES)];
        let mut payload = Vec::with_capacity(18 + name.len() + piece.len());
        // Names are ours, and short.
        payload.extend((name.len() as u16).to_le_bytes());
        payload.extend(name.as_bytes());
        payload.extend((bytes.len() as u64).to_le_bytes());
        payload.extend((offset as u64).to_le_bytes());
        payload.extend(piece);
        records.append(Kind::BackupFile, &payload)?;
        progress.advance(piece.len() as u64);
        offset += piece.len();
        if offset == bytes.len() {
            return Ok(());
        }
    }
}
