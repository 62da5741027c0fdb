//! Writing the journal again from the database, when the journal is what is damaged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::store::{Batch, StoreError, Tree};

use super::rebuild::STEP_BYTES;
use super::{LOSS_KEY, Ready, read_journal};
use crate::journal::checkpoint::{self, CheckpointError};
use crate::journal::{self, Journal};
use crate::platform::sync_dir;
use crate::store::OpenError;
use crate::store::folder::DataFolder;
use crate::store::local::Settings;
use crate::store::report::StartReport;
use crate::store::sled::{Database, Stamp};

/// Writes the journal anew from the database, and moves the damaged one aside.
pub fn heal(
    folder: &DataFolder,
    settings: &Settings,
    state: &mut Ready,
    report: &mut StartReport,
) -> Result<Journal, OpenError> {
    let dir = folder.dir();
    let journal_dir = folder.journal();
    if !state.is_proven {
        state.stamp.position += 1;
        let mut note = Batch::default();
        let value = Some(state.stamp.position.to_be_bytes().to_vec());
        note.writes.insert((Tree::Meta, LOSS_KEY.to_vec()), value);
        let write_note = || -> Result<Stamp, StoreError> {
            let planned = state.database.plan(note)?;
            let stamp = state.stamp.after(&planned);
            state.database.apply(&planned, &stamp)?;
            Ok(stamp)
        };
        state.stamp = write_note().map_err(OpenError::database(dir))?;
        state.is_proven = true;
    }
    let old = journal::scan::list_segments(&journal_dir)
        .map_err(OpenError::failed(dir, "reading the journal"))?;
    let number = old.last().map_or(1, |last| last + 1);
    let stamp = &state.stamp;
    write_checkpoint(&state.database, &journal_dir, number, stamp).map_err(
        |error| match error {
            HealError::Checkpoint(CheckpointError::Io(source)) => {
                OpenError::failed(dir, "writing the journal anew")(source)
            }
            HealError::Checkpoint(error) => {
                OpenError::failed(dir, "writing the journal anew")(io::Error::other(error))
            }
            HealError::Store(source) => OpenError::database(dir)(source),
        },
    )?;
    report.journal_moved_to = Some(move_aside(folder, &old)?);
    let (_, scanned) = read_journal(folder)?;
    Journal::resume(
        &journal_dir,
        Arc::clone(&settings.files),
        settings.segment_bytes_max,
        &scanned,
    )
    .map_err(OpenError::failed(dir, "opening the journal"))
}

/// Moves segments of a damaged journal to the quarantine.
pub fn move_aside(folder: &DataFolder, segments: &[u64]) -> Result<PathBuf, OpenError> {
    let journal_dir = folder.journal();
    let moved = folder.make_quarantine("journal").and_then(|quarantine| {
        for number in segments {
            let from = journal::segment_path(&journal_dir, *number);
            std::fs::rename(&from, quarantine.join(from.file_name().unwrap_or_default()))?;
        }
        sync_dir(&quarantine)?;
        sync_dir(&journal_dir)?;
        Ok(quarantine)
    });
    moved.map_err(OpenError::failed(
        folder.dir(),
        "moving the damaged journal aside",
    ))
}

#[derive(Debug, thiserror::Error)]
enum HealError {
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes all durable pairs of the database as a checkpoint.
fn write_checkpoint(
    database: &Database,
    journal_dir: &Path,
    number: u64,
    stamp: &Stamp,
) -> Result<(), HealError> {
    let begun = checkpoint::Writer::begin(journal_dir, number, stamp.position);
    let mut writer = begun.map_err(CheckpointError::Io)?;
    for tree in Tree::ALL.into_iter().filter(|tree| tree.is_durable()) {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let pairs = database.pairs_after(tree, after.as_deref(), STEP_BYTES)?;
            let Some((last, _)) = pairs.last() else {
                break;
            };
            after = Some(last.clone());
            for (key, value) in pairs {
                writer.put(tree, key, value).map_err(CheckpointError::Io)?;
            }
        }
    }
    let finished = writer.finish(stamp.durable, None, Vec::new())?;
    checkpoint::adopt(journal_dir, &finished).map_err(CheckpointError::Io)?;
    Ok(())
}
