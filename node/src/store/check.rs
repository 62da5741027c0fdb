//! The offline check: everything a start looks at, and the attachments, without changing anything. And its repair.

use std::path::Path;
use std::sync::Arc;

use super::blobs::Blobs;
use super::folder::DataFolder;
use super::local::Settings;
use super::report::Finding;
use super::start::{self, Mode};
use super::{OpenError, Opened};

/// Looks for faults in a data folder no other process works on. Empty means sound.
///
/// An incomplete last record and a database that is behind the journal are no faults: a power cut leaves both, and the next
/// start deals with them.
///
/// # Errors
/// When the folder cannot be opened or read at all.
pub fn check(dir: &Path) -> Result<Vec<Finding>, OpenError> {
    let folder = DataFolder::open(dir)?;
    let (tail, scanned) = start::read_journal(&folder)?;
    let mut findings: Vec<Finding> = scanned
        .damage
        .iter()
        .cloned()
        .map(Finding::JournalDamaged)
        .collect();
    match start::examine(&folder, &tail, &scanned)? {
        Ok(examined) => findings.extend(examined.findings(&scanned)),
        Err((finding, _)) => findings.push(finding),
    }
    findings.extend(check_blobs(&folder)?);
    Ok(findings)
}

/// Reads every attachment.
pub fn check_blobs(folder: &DataFolder) -> Result<Vec<Finding>, OpenError> {
    let blobs = Blobs::at(folder.blobs());
    let mut ids = blobs
        .list()
        .map_err(OpenError::failed(folder.dir(), "reading the attachments"))?;
    ids.retain(|id| !matches!(blobs.load(*id), Ok(Some(_))));
    let names = ids.into_iter().map(|id| id.to_string());
    Ok(names.map(|name| Finding::BlobDamaged { name }).collect())
}

/// Makes a data folder usable again: what a start would do, and where the content cannot be proven complete, going on with
/// what there is. Damaged files are moved to `quarantine/`; loss is noted under [`super::LOSS_KEY`].
///
/// # Errors
/// When the folder cannot be opened, read or written.
pub fn repair(dir: &Path) -> Result<Opened, OpenError> {
    let folder = Arc::new(DataFolder::open(dir)?);
    start::start(folder, Settings::default(), Mode::Repair)
}
