//! Writing the journal again from the database, when the journal is what is damaged.

use std::io;

use shared::store::{Batch, StoreError, Tree};

use super::rebuild::STEP_BYTES;
use super::{LOSS_KEY, Ready, read_journal};
use crate::journal::{self, Journal, Write};
use crate::platform::sync_dir;
use crate::store::OpenError;
use crate::store::folder::DataFolder;
use crate::store::local::Settings;
use crate::store::report::StartReport;
use crate::store::sled::{Database, Stamp};

/// Writes the journal anew from the database, and moves the damaged one aside.
pub fn heal(
    folder: &DataFolder,
    settings: Settings,
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
    let mut source = Pairs {
        database: &state.database,
        trees: durable_trees(),
        after: None,
    };
    journal::write_checkpoint(
        &journal_dir,
        number,
        state.stamp.position,
        state.stamp.durable,
        || source.next_part(),
    )
    .map_err(|error: PairsError| match error {
        PairsError::Io(source) => OpenError::failed(dir, "writing the journal anew")(source),
        PairsError::Store(source) => OpenError::database(dir)(source),
    })?;
    let moved = folder.make_quarantine("journal").and_then(|quarantine| {
        for number in old {
            let from = journal::segment_path(&journal_dir, number);
            std::fs::rename(&from, quarantine.join(from.file_name().unwrap_or_default()))?;
        }
        sync_dir(&quarantine)?;
        sync_dir(&journal_dir)?;
        Ok(quarantine)
    });
    report.journal_moved_to =
        Some(moved.map_err(OpenError::failed(dir, "moving the damaged journal aside"))?);
    let (_, scanned) = read_journal(folder)?;
    Journal::resume(
        &journal_dir,
        settings.files,
        settings.segment_bytes_max,
        &scanned,
    )
    .map_err(OpenError::failed(dir, "opening the journal"))
}

fn durable_trees() -> Vec<Tree> {
    let mut trees: Vec<Tree> = Tree::ALL
        .into_iter()
        .filter(|tree| tree.is_durable())
        .collect();
    trees.reverse();
    trees
}

/// Hands out all durable pairs, some at a time.
struct Pairs<'a> {
    database: &'a Database,
    /// Trees still to come, the next one last.
    trees: Vec<Tree>,
    after: Option<Vec<u8>>,
}

#[derive(Debug, thiserror::Error)]
enum PairsError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Pairs<'_> {
    fn next_part(&mut self) -> Result<Vec<Write>, PairsError> {
        while let Some(tree) = self.trees.last().copied() {
            let pairs = self
                .database
                .pairs_after(tree, self.after.as_deref(), STEP_BYTES)?;
            if let Some((key, _)) = pairs.last() {
                self.after = Some(key.clone());
                return Ok(pairs
                    .into_iter()
                    .map(|(key, value)| (tree, key, Some(value)))
                    .collect());
            }
            self.trees.pop();
            self.after = None;
        }
        Ok(Vec::new())
    }
}
