//! Making a node again from a backup, in a folder of its own.
//!
//! The content goes into a new store through ordinary commits. With it goes the note that the log may have lost something
//! ([`LOSS_KEY`]): the first start gives the log a new incarnation, so that node and hub reconcile what both hold. Log-ins end. The
//! node's key is written last; a folder without it is no node yet, and a restore that was interrupted is begun again there.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use shared::store::{Batch, StoreError, Tree};

use super::read::{Fault, Piece, ReadFailed, read};
use super::verify::{Holds, Verified, verify};
use super::write::Progress;
use super::{BLOBS, LAST_KEY};
use crate::accounts::password::Secret;
use crate::clock::Clock;
use crate::identity::{Identity, IdentityError};
use crate::store::blobs::{BlobError, Blobs};
use crate::store::folder::write_file;
use crate::store::{self, LOSS_KEY, LocalStore, OpenError, Store as _};

/// Says that what lies in the folder is of a restore that did not end.
const MARK: &str = "restore.unfinished";

/// A node that was made again.
#[derive(Debug)]
pub enum Restored {
    /// All of it; with the documents that were unsound already when the backup was made.
    Whole(Box<Holds>, Vec<Fault>),
    /// Nothing: the backup is damaged.
    Damaged(Vec<Fault>),
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreFailed {
    /// There is something in the folder.
    #[error("{} is not empty", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder cannot be looked into or written.
    #[error("cannot access {}", dir.display())]
    Folder {
        /// The folder.
        dir: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The backup cannot be read.
    #[error(transparent)]
    Read(#[from] ReadFailed),
    /// The new store could not be made.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new store failed.
    #[error("the new store cannot be written")]
    Store(#[from] StoreError),
    /// An attachment could not be written.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The keys could not be written.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The file is not what it was a moment ago.
    #[error("the backup changed while it was read")]
    Changed,
}

/// Verifies a backup and makes its node again in `dir`, which does not exist or is empty.
///
/// # Errors
/// [`RestoreFailed`]. What was begun is no node, and is begun again by the next restore there.
pub fn restore(
    path: &Path,
    passphrase: Option<&Secret>,
    dir: &Path,
    clock: &Clock,
    progress: &Progress,
) -> Result<Restored, RestoreFailed> {
    let failed = |source| RestoreFailed::Folder {
        dir: dir.to_owned(),
        source,
    };
    let is_begun = match judge(dir).map_err(failed)? {
        Place::Free => false,
        Place::Begun => true,
        Place::Taken => {
            return Err(RestoreFailed::NotEmpty {
                dir: dir.to_owned(),
            });
        }
    };
    let Verified {
        holds,
        faults,
        unsound,
    } = verify(path, passphrase, progress)?;
    let Some(holds) = holds.filter(|_| faults.is_empty()) else {
        return Ok(Restored::Damaged(faults));
    };
    if is_begun {
        clear(dir).map_err(failed)?;
    }
    std::fs::create_dir_all(dir).map_err(failed)?;
    write_file(&dir.join(MARK), b"").map_err(failed)?;
    let mut filling = Filling {
        store: store::create(dir)?.store,
        blobs: Blobs::at(crate::node::blobs_dir(dir)),
        keys: Vec::new(),
        dir: dir.to_owned(),
    };
    filling.note_loss()?;
    let mut trouble = None;
    let whole = read(
        path,
        passphrase,
        progress,
        &mut |_, piece| match filling.take(piece) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                trouble = Some(error);
                ControlFlow::Break(())
            }
        },
    )?;
    if let Some(error) = trouble {
        return Err(error);
    }
    if !whole.faults.is_empty() || whole.manifest.as_ref() != Some(&holds.manifest) {
        return Err(RestoreFailed::Changed);
    }
    if !holds.manifest.with_attachments {
        filling.take_attachments_beside(path)?;
    }
    let keys = filling.finish()?;
    Identity::adopt(dir, &keys, clock)?;
    std::fs::remove_file(dir.join(MARK)).map_err(failed)?;
    Ok(Restored::Whole(Box::new(holds), unsound))
}

/// What a folder is to a restore.
enum Place {
    Free,
    /// A restore began here and did not end.
    Begun,
    Taken,
}

fn judge(dir: &Path) -> io::Result<Place> {
    let mut entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Free),
        Err(error) => return Err(error),
    };
    if entries.next().transpose()?.is_none() {
        Ok(Place::Free)
    } else if dir.join(MARK).exists() && !Identity::exists(dir) {
        Ok(Place::Begun)
    } else {
        Ok(Place::Taken)
    }
}

/// Removes what an interrupted restore left; its mark goes last.
fn clear(dir: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name() == MARK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    std::fs::remove_file(dir.join(MARK))
}

/// A folder being filled.
struct Filling {
    store: LocalStore,
    blobs: Blobs,
    /// The files of the identity, for the end.
    keys: Vec<(String, Vec<u8>)>,
    dir: PathBuf,
}

impl Filling {
    /// Whatever comes of it, this store is not the one the backup was made of.
    fn note_loss(&mut self) -> Result<(), StoreError> {
        let mut note = Batch::default();
        let position = self.store.position().0.to_be_bytes().to_vec();
        note.writes
            .insert((Tree::Meta, LOSS_KEY.to_vec()), Some(position));
        self.store.commit(note).map(|_| ())
    }

    fn take(&mut self, piece: Piece) -> Result<(), RestoreFailed> {
        match piece {
            Piece::Start(_) => {}
            Piece::Pairs(pairs) => {
                let mut batch = Batch::default();
                for (tree, key, value) in pairs {
                    // A log-in that ended since must not be good again, and a note of a backup counts commits of another journal.
                    let is_session = tree == Tree::Account && key.first() == Some(&b's');
                    let is_note = tree == Tree::Meta && key == LAST_KEY;
                    if !is_session && !is_note {
                        batch.writes.insert((tree, key), value);
                    }
                }
                self.store.commit(batch)?;
            }
            Piece::File(name, bytes) => {
                if name.starts_with(BLOBS) {
                    self.blobs.put(&bytes)?;
                } else if let Some(key) = name.strip_prefix("identity/") {
                    self.keys.push((key.to_owned(), bytes));
                } else {
                    // The only other name that is read is the configuration's.
                    let path = self.dir.join(crate::config::FILE);
                    write_file(&path, &bytes)
                        .map_err(|source| RestoreFailed::Folder { dir: path, source })?;
                }
            }
        }
        Ok(())
    }

    /// A backup that lies in its node's own folder left the attachments beside it. Those that are damaged stay out, as do all when
    /// there is no such folder: a node fetches what it lacks from its hub.
    fn take_attachments_beside(&mut self, backup: &Path) -> Result<(), RestoreFailed> {
        let folder = backup.parent().and_then(Path::parent);
        let beside = Blobs::at(crate::node::blobs_dir(folder.unwrap_or(Path::new(""))));
        for id in beside.list().unwrap_or_default() {
            if let Ok(Some(bytes)) = beside.load(id) {
                self.blobs.put(&bytes)?;
            }
        }
        Ok(())
    }

    /// Brings everything to the disk and gives the folder free.
    fn finish(mut self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.lose_derived()?;
        self.store.settle()?;
        Ok(self.keys)
    }
}
