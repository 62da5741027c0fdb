//! The journal: every durable write of this node, in the order it happened, in files that only ever grow.
//!
//! It is the truth; the database beside it can always be built again from it. A commit is one [`record`] holding the
//! writes of one batch ([`payload`]), appended and fsynced before anybody hears of it. Records are chained by hash, and
//! each commit carries the [`Digest`] of all content after it, so that whoever replays it can prove to have it all.
//!
//! Files are `<number>.seg`. The last one is appended to; beyond [`SEGMENT_BYTES_MAX`] a new one begins. A segment whose
//! header says so begins with a checkpoint: the whole content at one position. Reading starts at the last such segment,
//! and older ones are no longer needed. Compaction will use that; today it is written after damage was overcome.
//!
//! What a reader finds ([`scan`]): an incomplete last record is what a power cut leaves, and was never acknowledged; it
//! is cut. Anything else that does not fit is damage and is named, with what stands readable behind it.
//!
//! A write or fsync that fails closes the journal for good: the kernel may have dropped the data and would report
//! success the second time.

pub mod digest;
pub mod files;
pub mod payload;
pub mod record;
pub mod scan;

use std::io;
use std::path::{Path, PathBuf};

use shared::store::Tree;

use crate::platform::sync_dir;
use digest::Digest;
use files::{Appender, Files};
use record::{Chain, Kind, SegmentHeader};

/// Bytes after which a segment is closed. Large enough that a township needs one a year, small enough to copy to a stick.
pub const SEGMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// One write of a commit: where, and the new value or `None` for a removal.
pub type Write = (Tree, Vec<u8>, Option<Vec<u8>>);

/// Why nothing could be appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The disk refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// The segment.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// An earlier append failed.
    #[error("the journal is closed since an earlier failure")]
    Closed,
    /// One batch is larger than a record may be.
    #[error("a record of {bytes} bytes is too large")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// The writing end of the journal.
pub struct Journal {
    dir: PathBuf,
    files: Box<dyn Files>,
    segment_bytes_max: u64,
    file: Box<dyn Appender>,
    segment: u64,
    segment_bytes: u64,
    chain: Chain,
    position: u64,
    closed: bool,
}

impl Journal {
    /// Makes the first segment of a new journal.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn create(dir: &Path, files: &dyn Files) -> io::Result<()> {
        let header = SegmentHeader {
            number: 1,
            position: 0,
            is_checkpoint: false,
            chain: Chain::default(),
        };
        let mut file = files.create(&segment_path(dir, 1))?;
        file.append(&header.encode())?;
        file.sync()?;
        sync_dir(dir)
    }

    /// Goes on where a scan ended; an incomplete last record is cut off first.
    ///
    /// # Errors
    /// When the file cannot be opened, cut or synced.
    pub fn resume(
        dir: &Path,
        files: Box<dyn Files>,
        segment_bytes_max: u64,
        scanned: &scan::Scanned,
    ) -> io::Result<Self> {
        let path = segment_path(dir, scanned.end.segment);
        for torn in &scanned.torn_segments {
            std::fs::remove_file(segment_path(dir, *torn))?;
            sync_dir(dir)?;
        }
        if scanned.cut_bytes > 0 {
            let file = std::fs::OpenOptions::new().write(true).open(&path)?;
            file.set_len(scanned.end.offset)?;
            file.sync_all()?;
        }
        Ok(Self {
            dir: dir.to_owned(),
            file: files.append_to(&path)?,
            files,
            segment_bytes_max,
            segment: scanned.end.segment,
            segment_bytes: scanned.end.offset,
            chain: scanned.end.chain,
            position: scanned.position,
            closed: false,
        })
    }

    /// Appends one commit and returns when it is durable, with the bytes it took.
    ///
    /// # Errors
    /// [`AppendError`]; after an IO error nothing is ever appended again.
    pub fn append_commit(
        &mut self,
        position: u64,
        writes: &[Write],
        digest: Digest,
    ) -> Result<u64, AppendError> {
        let bytes = self.append(
            Kind::Commit,
            &payload::encode_commit(position, writes, digest),
        )?;
        self.position = position;
        Ok(bytes)
    }

    /// Notes that the database holds everything up to here durably.
    ///
    /// # Errors
    /// As [`Self::append_commit`].
    pub fn append_store_synced(&mut self) -> Result<u64, AppendError> {
        self.append(Kind::StoreSynced, &payload::encode_position(self.position))
    }

    fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<u64, AppendError> {
        if self.closed {
            return Err(AppendError::Closed);
        }
        let (bytes, chain) =
            record::encode(self.chain, kind, payload).ok_or(AppendError::TooLarge {
                bytes: payload.len(),
            })?;
        let written = self.roll_when_full().and_then(|()| {
            self.file.append(&bytes)?;
            self.file.sync()
        });
        if let Err(source) = written {
            self.closed = true;
            let path = segment_path(&self.dir, self.segment);
            return Err(AppendError::Io { path, source });
        }
        self.chain = chain;
        self.segment_bytes += bytes.len() as u64;
        Ok(bytes.len() as u64)
    }

    fn roll_when_full(&mut self) -> io::Result<()> {
        if self.segment_bytes < self.segment_bytes_max {
            return Ok(());
        }
        let header = SegmentHeader {
            number: self.segment + 1,
            position: self.position,
            is_checkpoint: false,
            chain: self.chain,
        };
        let mut file = self.files.create(&segment_path(&self.dir, header.number))?;
        let bytes = header.encode();
        file.append(&bytes)?;
        file.sync()?;
        sync_dir(&self.dir)?;
        self.file = file;
        self.segment = header.number;
        self.segment_bytes = bytes.len() as u64;
        Ok(())
    }
}

/// Writes a segment that holds the whole content at one position, so that nothing before it is needed any more.
///
/// It appears under its name only when it is complete and durable. Pairs must come in key order.
///
/// # Errors
/// When the disk refuses, or the source of the pairs does.
pub fn write_checkpoint<E: From<io::Error>>(
    dir: &Path,
    number: u64,
    position: u64,
    digest: Digest,
    mut next_pairs: impl FnMut() -> Result<Vec<Write>, E>,
) -> Result<(), E> {
    use std::io::Write as _;
    let path = segment_path(dir, number);
    let unfinished = path.with_extension("seg.new");
    let mut file = io::BufWriter::new(std::fs::File::create(&unfinished)?);
    let header = SegmentHeader {
        number,
        position,
        is_checkpoint: true,
        chain: Chain::default(),
    };
    file.write_all(&header.encode())?;
    let mut chain = Chain::default();
    let mut append = |kind, payload: &[u8]| -> io::Result<()> {
        let (bytes, next) = record::encode(chain, kind, payload)
            .ok_or_else(|| io::Error::other("a record of the checkpoint is too large"))?;
        chain = next;
        file.write_all(&bytes)
    };
    append(Kind::CheckpointStart, &payload::encode_position(position))?;
    loop {
        let pairs = next_pairs()?;
        if pairs.is_empty() {
            break;
        }
        append(Kind::CheckpointPart, &payload::encode_part(&pairs))?;
    }
    append(Kind::CheckpointEnd, &payload::encode_end(position, digest))?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&unfinished, &path)?;
    sync_dir(dir)?;
    Ok(())
}

/// The file of a segment.
#[must_use]
pub fn segment_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}.seg"))
}

#[cfg(test)]
mod tests;
