//! The journal: every durable write of this node, in the order it happened, in files that only ever grow.
//!
//! It is the truth; the database beside it can always be built again from it. A commit is one [`record`] holding the
//! writes of one batch ([`payload`]), appended and fsynced before anybody hears of it. Records are chained by hash, and
//! each commit carries the [`Digest`] of all content after it, so that whoever replays it can prove to have it all.
//!
//! Files are `<number>.seg`. The last one is appended to; beyond [`SEGMENT_BYTES_MAX`] a new one begins. A segment whose
//! header says so begins with a [`checkpoint`]: the whole content at one position. Reading starts at the last such segment,
//! and older ones are no longer needed. When enough lies behind the last one, closed segments are compacted into the next.
//!
//! What a reader finds ([`scan`]): an incomplete last record is what a power cut leaves, and was never acknowledged; it
//! is cut. Anything else that does not fit is damage and is named, with what stands readable behind it.
//!
//! A write or fsync that fails closes the journal for good: the kernel may have dropped the data and would report
//! success the second time.

pub mod checkpoint;
pub mod content;
pub mod digest;
pub mod files;
pub mod payload;
pub mod record;
pub mod scan;
pub mod segment;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::store::Tree;

use crate::platform::sync_dir;
use digest::Digest;
use files::{Appender, Files};
use record::{Chain, Kind, SegmentHeader};

/// Bytes after which a segment is closed. Large enough that a township needs one a year, small enough to copy to a stick.
pub const SEGMENT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Closed segments taken into one checkpoint at once: bounds the memory compaction takes.
const COMPACT_BYTES_MAX: u64 = 32 * 1024 * 1024;

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
    files: Arc<dyn Files>,
    segment_bytes_max: u64,
    file: Box<dyn Appender>,
    segment: u64,
    segment_bytes: u64,
    /// The segments before the last one, oldest first, with their bytes; the first may be a checkpoint.
    before: Vec<(u64, u64)>,
    /// The position of the checkpoint in the first segment.
    checkpoint: Option<u64>,
    chain: Chain,
    position: u64,
    closed: bool,
}

/// How much journal there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Segments.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The commit of the checkpoint they begin with.
    pub checkpoint: Option<u64>,
}

/// Closed segments that should become a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last one that is taken now.
    pub last: u64,
    /// The bytes of all that lie closed behind the last checkpoint.
    pub bytes: u64,
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
        files: Arc<dyn Files>,
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
        checkpoint::remove_unfinished(dir)?;
        if scanned.is_compacted {
            for stale in &scanned.stale_segments {
                std::fs::remove_file(segment_path(dir, *stale))?;
            }
        }
        let mut before = scanned.segments.clone();
        before.retain(|(number, _)| *number != scanned.end.segment);
        Ok(Self {
            dir: dir.to_owned(),
            before,
            checkpoint: scanned.checkpoint,
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

    /// Takes back what a failed append may have left at the end, so that the file ends with a whole record.
    ///
    /// # Errors
    /// When the disk refuses; the next start does it then.
    pub fn cut_incomplete(&mut self) -> io::Result<()> {
        let path = segment_path(&self.dir, self.segment);
        let file = std::fs::OpenOptions::new().write(true).open(path)?;
        file.set_len(self.segment_bytes)?;
        file.sync_all()
    }

    /// How much there is.
    #[must_use]
    pub fn extent(&self) -> Extent {
        Extent {
            files: self.before.len() as u64 + 1,
            bytes: self.before.iter().map(|(_, bytes)| bytes).sum::<u64>() + self.segment_bytes,
            checkpoint: self.checkpoint,
        }
    }

    /// Where it ends now. Everything before that is durable.
    #[must_use]
    pub const fn end(&self) -> scan::Limit {
        scan::Limit {
            segment: self.segment,
            bytes: self.segment_bytes,
        }
    }

    /// The last commit of a closed segment, by what the next one says; `None` when that cannot be read.
    #[must_use]
    pub fn position_after(&self, segment: u64) -> Option<u64> {
        match segment::read_header(&segment_path(&self.dir, segment + 1)) {
            Ok(segment::Head::Good(header)) => Some(header.position),
            Ok(segment::Head::Unwritten | segment::Head::Damaged) | Err(_) => None,
        }
    }

    /// The segment up to which a checkpoint should be made now: when what lies closed behind the last checkpoint is a
    /// segment or more, and half as much as that checkpoint.
    #[must_use]
    pub fn compaction_due(&self) -> Option<Due> {
        let (checkpoint, closed) = match (self.checkpoint, self.before.split_first()) {
            (Some(_), Some((first, closed))) => (first.1, closed),
            _ => (0, self.before.as_slice()),
        };
        let bytes: u64 = closed.iter().map(|(_, bytes)| bytes).sum();
        if bytes < self.segment_bytes_max || bytes < checkpoint / 2 {
            return None;
        }
        let mut taken = 0;
        let together = closed.iter().take_while(|(_, bytes)| {
            let fits = taken == 0 || taken + bytes <= COMPACT_BYTES_MAX;
            taken += bytes;
            fits
        });
        together.last().map(|(last, _)| Due { last: *last, bytes })
    }

    /// Puts a checkpoint in the place of the segments it was made of.
    ///
    /// # Errors
    /// When the disk refuses; the journal is whole either way, and goes on.
    pub fn adopt(&mut self, finished: &checkpoint::Finished) -> io::Result<()> {
        checkpoint::adopt(&self.dir, finished)?;
        self.before.retain(|(number, _)| *number > finished.number);
        self.before.insert(0, (finished.number, finished.bytes));
        self.checkpoint = Some(finished.position);
        Ok(())
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
        self.before.push((self.segment, self.segment_bytes));
        self.segment = header.number;
        self.segment_bytes = bytes.len() as u64;
        Ok(())
    }
}

/// The file of a segment.
#[must_use]
pub fn segment_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}.seg"))
}

#[cfg(test)]
mod tests;
