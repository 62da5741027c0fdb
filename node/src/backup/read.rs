//! Reading a backup record by record. Whatever does not fit is a [`Fault`] with its place; nothing is believed before it fits.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shared::ids::DocumentId;
use shared::store::Tree;

use super::seal::{self, Locked, Opener, SealKey};
use super::write::Progress;
use super::{
    BLOBS, FORMAT, HEADER_BYTES, MAGIC, Manifest, NAME_BYTES_MAX, PIECE_BYTES,
    SMALL_FILE_BYTES_MAX, Totals, is_small_file,
};
use crate::accounts::password::Secret;
use crate::control::ATTACHMENT_BYTES_MAX;
use crate::journal::Write;
use crate::journal::content::Strict;
use crate::journal::record::{Chain, Kind, RECORD_HEADER_BYTES, RecordHeader};
use crate::journal::scan::{Entry, read_entry};
use crate::store::blobs::BlobId;

/// Bytes of the largest record once unpacked: some 2 MiB of pairs and one pair more, of which a batch on its way is the largest (16
/// MiB). A file that comes from elsewhere may say anything.
const PAYLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Faults named one by one; a file that has more is not worth the paper.
const FAULTS_MAX: usize = 100;

/// One place of a backup that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The first byte of the record it is in.
    pub offset: u64,
    /// What stands there.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    /// A fault at a place.
    pub(super) fn new(offset: u64, place: &str, what: &str) -> Self {
        Self {
            offset,
            place: place.to_owned(),
            what: what.to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}, {}: {}", self.offset, self.place, self.what)
    }
}

/// Why a backup could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadFailed {
    /// The file is not there, or the disk refuses.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is under a passphrase, and none was given.
    #[error("the backup is under a passphrase")]
    Sealed,
    /// Other words open it.
    #[error("this is not the passphrase of the backup")]
    WrongPassphrase,
    /// A newer program made it.
    #[error("a newer version made this backup (format {found}, this program reads {FORMAT})")]
    Newer {
        /// Its format.
        found: u32,
    },
}

/// One piece of a backup that fits.
pub enum Piece {
    /// What it is of.
    Start(Box<Manifest>),
    /// A whole file: its name, its bytes.
    File(String, Vec<u8>),
    /// Some content.
    Pairs(Vec<Write>),
}

/// A backup that was read to its end, or to where it cannot be read any more.
#[derive(Debug, Default)]
pub struct Whole {
    /// What it is of.
    pub manifest: Option<Manifest>,
    /// What it holds.
    pub totals: Totals,
    /// Its bytes.
    pub bytes: u64,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

/// True when a file begins as backups do.
pub fn begins_like_one(path: &Path) -> bool {
    let mut begin = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && [MAGIC, seal::MAGIC].contains(&&begin)
}

/// What a file says it is a backup of; `None` when it is none, or that part of it is damaged.
#[must_use]
pub fn manifest_of(path: &Path) -> Option<Manifest> {
    let whole = read(path, None, &Progress::default(), &mut |_, _| {
        ControlFlow::Break(())
    });
    whole.ok()?.manifest
}

/// Reads a backup and hands out what fits, with the byte it begins at, until it is told to break off.
///
/// # Errors
/// [`ReadFailed`]; a damaged backup is no error.
pub fn read(
    path: &Path,
    passphrase: Option<&Secret>,
    progress: &Progress,
    take: &mut dyn FnMut(u64, Piece) -> ControlFlow<()>,
) -> Result<Whole, ReadFailed> {
    let failed = |source| ReadFailed::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    progress.expect(bytes);
    let mut walk = Walk {
        whole: Whole {
            bytes,
            ..Whole::default()
        },
        ..Walk::default()
    };
    let mut input = BufReader::with_capacity(64 * 1024, file);
    let is_sealed = input.fill_buf().map_err(failed)?.starts_with(seal::MAGIC);
    let walked = if is_sealed {
        let passphrase = passphrase.ok_or(ReadFailed::Sealed)?;
        let mut header = Vec::new();
        let mut begin = input.by_ref().take(seal::HEADER_BYTES as u64);
        begin.read_to_end(&mut header).map_err(failed)?;
        match SealKey::open(header, passphrase).map_err(failed)? {
            Ok(key) => Opener::begin(input, key)
                .and_then(|mut opener| walk.read_all(&mut opener, progress, take)),
            Err(Locked::WrongPassphrase) => return Err(ReadFailed::WrongPassphrase),
            Err(Locked::Newer(found)) => return Err(ReadFailed::Newer { found }),
            Err(Locked::Damaged) => {
                walk.place = "the header".to_owned();
                walk.fault(0, "its beginning is damaged");
                Ok(())
            }
        }
    } else {
        walk.read_all(&mut input, progress, take)
    };
    match walked {
        Ok(()) => {}
        // A chunk of a sealed backup that does not open; nothing behind it can be told from noise.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            walk.fault(walk.offset, &error.to_string());
        }
        Err(error) => return Err(failed(error)),
    }
    match walk.format {
        found if found > FORMAT => Err(ReadFailed::Newer { found }),
        _ => Ok(walk.whole),
    }
}

/// The state of a reading.
#[derive(Default)]
struct Walk {
    whole: Whole,
    format: u32,
    offset: u64,
    chain: Chain,
    /// Something is wrong already: sums that do not come out then are no news.
    is_hurt: bool,
    is_ended: bool,
    is_started: bool,
    content: Strict,
    /// A file of which pieces came: name, bytes in all, bytes so far.
    file: Option<(String, u64, Vec<u8>)>,
    /// What was counted; to be the totals at the end.
    counted: Totals,
    /// Where we are, for people.
    place: String,
}

impl Walk {
    fn read_all(
        &mut self,
        input: &mut impl Read,
        progress: &Progress,
        take: &mut dyn FnMut(u64, Piece) -> ControlFlow<()>,
    ) -> io::Result<()> {
        if self.read_header(input)? && self.format <= FORMAT {
            self.read_records(input, progress, take)?;
        }
        Ok(())
    }

    fn read_header(&mut self, input: &mut impl Read) -> io::Result<bool> {
        let mut header = Vec::new();
        input.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
        self.offset = header.len() as u64;
        self.place = "the header".to_owned();
        let sum = header.len().checked_sub(4).map(|at| header.split_at(at));
        let is_sound = sum.is_some_and(|(said, sum)| {
            header.len() == HEADER_BYTES && crc32c::crc32c(said).to_le_bytes() == *sum
        });
        if !is_sound || header[..MAGIC.len()] != *MAGIC {
            self.fault(0, "this is no backup, or its beginning is damaged");
            return Ok(false);
        }
        let format = header[MAGIC.len()..].first_chunk::<4>();
        self.format = format.map_or(0, |bytes| u32::from_le_bytes(*bytes));
        Ok(true)
    }

    fn read_records(
        &mut self,
        input: &mut impl Read,
        progress: &Progress,
        take: &mut dyn FnMut(u64, Piece) -> ControlFlow<()>,
    ) -> io::Result<()> {
        loop {
            let begin = self.offset;
            let mut head = Vec::new();
            input
                .take(RECORD_HEADER_BYTES as u64)
                .read_to_end(&mut head)?;
            if head.is_empty() {
                break;
            }
            let Some(header) = RecordHeader::decode(&head) else {
                self.fault(
                    begin,
                    "a record's head is damaged; what follows cannot be read",
                );
                return Ok(());
            };
            let mut stored = Vec::new();
            input
                .take(header.payload_bytes as u64)
                .read_to_end(&mut stored)?;
            let length = (head.len() + stored.len()) as u64;
            self.offset += length;
            progress.advance(length);
            let follows = header.follows(self.chain, &stored);
            self.chain = header.chain;
            if stored.len() < header.payload_bytes {
                self.fault(begin, "the file ends inside a record");
                return Ok(());
            }
            if !header.fits(&stored) || !follows {
                self.fault(begin, "a record does not match its checksum");
                self.file = None;
                continue;
            }
            let piece = match header.open(stored, PAYLOAD_BYTES_MAX) {
                Some((kind, payload)) => self.take(kind, &payload),
                None => Err("a record of an unknown kind, or larger than one is".to_owned()),
            };
            match piece {
                Ok(Some(piece)) => {
                    if take(begin, piece).is_break() {
                        return Ok(());
                    }
                }
                Ok(None) => {}
                Err(what) => self.fault(begin, &what),
            }
            if self.whole.faults.len() >= FAULTS_MAX {
                return Ok(());
            }
        }
        if !self.is_ended && !self.is_hurt {
            self.fault(self.offset, "the file ends before its end");
        }
        Ok(())
    }

    fn fault(&mut self, offset: u64, what: &str) {
        self.is_hurt = true;
        self.whole
            .faults
            .push(Fault::new(offset, &self.place, what));
    }

    /// Takes one sound record. A consequence of an earlier fault is none.
    fn take(&mut self, kind: Kind, payload: &[u8]) -> Result<Option<Piece>, String> {
        let is_hurt = self.is_hurt;
        let unless_hurt = |wrong: Result<(), &str>| match wrong {
            Err(what) if !is_hurt => Err(what.to_owned()),
            _ => Ok(()),
        };
        if self.is_ended {
            return Err("something follows the end".to_owned());
        }
        if !self.is_started && kind != Kind::BackupStart {
            return unless_hurt(Err("it does not say first what it is of")).map(|()| None);
        }
        match kind {
            Kind::BackupStart if self.is_started => Err("it begins twice".to_owned()),
            Kind::BackupStart => {
                self.is_started = true;
                self.place = "the keys".to_owned();
                let manifest: Manifest = serde_json::from_slice(payload)
                    .map_err(|error| format!("what it is of cannot be understood: {error}"))?;
                self.whole.manifest = Some(manifest.clone());
                Ok(Some(Piece::Start(Box::new(manifest))))
            }
            Kind::BackupFile => self.take_file(payload),
            Kind::BackupEnd => {
                self.is_ended = true;
                let said: Totals = serde_json::from_slice(payload)
                    .map_err(|error| format!("its sums cannot be understood: {error}"))?;
                self.counted.left_out.clone_from(&said.left_out);
                let is_whole =
                    said == self.counted && self.content.is_ended() && self.file.is_none();
                unless_hurt(if is_whole {
                    Ok(())
                } else {
                    Err("its sums do not come out")
                })?;
                self.whole.totals = said;
                Ok(None)
            }
            kind => {
                let entry = read_entry(kind, payload)
                    .ok_or_else(|| "a record that does not belong there".to_owned())?;
                match entry {
                    Entry::CheckpointStart(position) => {
                        self.place = "the content".to_owned();
                        let said = self.whole.manifest.as_ref().map(|said| said.position);
                        let is_the_moment = said == Some(position);
                        unless_hurt(self.content.begin(position))?;
                        unless_hurt(if is_the_moment {
                            Ok(())
                        } else {
                            Err("its content is of another moment than it says")
                        })?;
                        Ok(None)
                    }
                    Entry::CheckpointPart(pairs) => {
                        unless_hurt(self.content.take(&pairs))?;
                        for (tree, ..) in &pairs {
                            *self.counted.pairs.entry(*tree as u8).or_default() += 1;
                        }
                        if let Some((tree, key, _)) = pairs.last() {
                            self.place = format!("the content after {}", name_of(*tree, key));
                        }
                        Ok(Some(Piece::Pairs(pairs)))
                    }
                    Entry::CheckpointEnd(position, digest, None) => {
                        self.place = "the attachments".to_owned();
                        unless_hurt(self.content.end(position, digest).map(|_| ()))?;
                        Ok(None)
                    }
                    Entry::Commit(_) | Entry::StoreSynced | Entry::CheckpointEnd(_, _, Some(_)) => {
                        Err("a record that does not belong there".to_owned())
                    }
                }
            }
        }
    }

    fn take_file(&mut self, payload: &[u8]) -> Result<Option<Piece>, String> {
        let piece = FilePiece::decode(payload).ok_or("a piece of a file that is none")?;
        let blob = piece.name.strip_prefix(BLOBS);
        let blob = blob.and_then(|name| name.parse::<BlobId>().ok());
        let bytes_max = match (blob, is_small_file(piece.name)) {
            (Some(_), _) => ATTACHMENT_BYTES_MAX,
            (None, true) => SMALL_FILE_BYTES_MAX,
            (None, false) => return Err(format!("a file `{}` that is none of ours", piece.name)),
        };
        self.place = piece.name.to_owned();
        let (name, total, mut bytes) = match self.file.take() {
            Some(file) => file,
            None if piece.offset > 0 && self.is_hurt => return Ok(None),
            None => (piece.name.to_owned(), piece.total, Vec::new()),
        };
        let fits = name == piece.name && total == piece.total && piece.offset == bytes.len() as u64;
        bytes.extend_from_slice(piece.bytes);
        let is_too_much = bytes.len() as u64 > total || total > bytes_max;
        if !fits || is_too_much || piece.bytes.len() > PIECE_BYTES {
            return Err("its pieces do not fit together".to_owned());
        }
        if (bytes.len() as u64) < total {
            self.file = Some((name, total, bytes));
            return Ok(None);
        }
        if let Some(id) = blob {
            if BlobId::of(&bytes) != id {
                return Err("it does not hold what its name says".to_owned());
            }
            self.counted.attachments += 1;
            self.counted.attachment_bytes += total;
        }
        Ok(Some(Piece::File(name, bytes)))
    }
}

struct FilePiece<'a> {
    name: &'a str,
    total: u64,
    offset: u64,
    bytes: &'a [u8],
}

impl<'a> FilePiece<'a> {
    fn decode(payload: &'a [u8]) -> Option<Self> {
        let (length, rest) = payload.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_le_bytes(*length));
        let (name, rest) = rest.split_at_checked(length)?;
        let (total, rest) = rest.split_first_chunk::<8>()?;
        let (offset, bytes) = rest.split_first_chunk::<8>()?;
        (length <= NAME_BYTES_MAX).then_some(Self {
            name: std::str::from_utf8(name).ok()?,
            total: u64::from_le_bytes(*total),
            offset: u64::from_le_bytes(*offset),
            bytes,
        })
    }
}

/// A pair as people find it: of a change, its document.
pub fn name_of(tree: Tree, key: &[u8]) -> String {
    match document_of(tree, key) {
        Some(id) => format!("document {id}"),
        None => format!("{tree:?} {}", hex::encode(&key[..key.len().min(20)])),
    }
}

/// The document a change belongs to.
pub fn document_of(tree: Tree, key: &[u8]) -> Option<DocumentId> {
    if tree != Tree::Change {
        return None;
    }
    key.len()
        .checked_sub(4)
        .and_then(|cut| DocumentId::from_bytes(&key[..cut]))
}
