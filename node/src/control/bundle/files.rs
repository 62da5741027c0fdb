//! Attached files that travel with a bundle: which go along, each sealed for itself, and each proved when it arrives.
//!
//! A file needs no signature: it is taken only when some document here names exactly these bytes. So files may come in any
//! order, twice, or not at all, and one at a time is in memory.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use shared::api::BundleReport;
use shared::attachments::{self as named, BlobName, Named};
use shared::ids::NodeId;
use shared::limits::ATTACHMENT_BYTES_MAX;
use shared::wire::bundle::{Bundle, CarriedFile, FILES_MAX};

use super::{BundleFailed, Context};
use crate::exit::one_line;
use crate::identity::Identity;
use crate::office::parcel::Parcel;
use crate::office::seal;
use crate::store::Blobs;
use crate::store::blobs::{BlobError, BlobId};

/// What became of a file that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileTaken {
    /// It was not here and is now, durably.
    Fresh,
    /// It was here.
    Known,
    /// Attachments have no room for it here.
    NoRoom,
    /// No document here names it: nothing of it is kept.
    Unnamed,
    /// Its seal does not hold, or it is longer than a file may be.
    Changed,
}

impl FileTaken {
    /// Counts a file in a report.
    pub fn count(self, report: &mut BundleReport) {
        report.files_fresh += u64::from(self == Self::Fresh);
        if matches!(self, Self::Fresh | Self::Known) {
            report.files_left = report.files_left.saturating_sub(1);
        }
    }
}

/// The files that lie here whole.
pub(super) async fn here(context: &Context) -> Result<BTreeSet<BlobName>, BundleFailed> {
    let blobs = Arc::clone(&context.blobs);
    let list = move || match blobs.list() {
        Ok(ids) => Ok(ids.into_iter().map(BlobId::to_bytes).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    };
    let listed = tokio::task::spawn_blocking(list).await;
    Ok(listed.map_err(|_| BundleFailed::Interrupted)??)
}

/// Of the files a peer lacks, in their order, those that have room; and how many and how much stays behind.
pub(super) async fn choose(
    context: &Context,
    lacking: Vec<Named>,
    room: u64,
) -> Result<(Vec<CarriedFile>, Left), BundleFailed> {
    let blobs = Arc::clone(&context.blobs);
    let work = move || {
        let (mut chosen, mut left, mut room) = (Vec::new(), Left::default(), room);
        for file in lacking {
            let bytes = blobs.bytes(BlobId::from_bytes(file.name));
            if bytes <= room && chosen.len() < FILES_MAX {
                room -= bytes;
                chosen.push(CarriedFile {
                    name: file.name,
                    bytes,
                });
            } else {
                left.files += 1;
                left.bytes += bytes;
            }
        }
        (chosen, left)
    };
    let worked = tokio::task::spawn_blocking(work).await;
    worked.map_err(|_| BundleFailed::Interrupted)
}

/// Files a bundle had no room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One file sealed for a node; `None` when it is damaged here, which costs only itself.
pub(super) async fn sealed(
    context: &Context,
    to: NodeId,
    file: CarriedFile,
) -> Result<Option<Vec<u8>>, BundleFailed> {
    let (blobs, seed) = (Arc::clone(&context.blobs), context.clock.random());
    let work = move || match blobs.load(BlobId::from_bytes(file.name)) {
        Ok(Some(content)) => Ok(Some(seal::seal(&content, to, &seed)?)),
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::warn!(
                error = one_line(&error),
                "a file does not go along with a bundle"
            );
            Ok(None)
        }
    };
    let sealed = tokio::task::spawn_blocking(work).await;
    sealed.map_err(|_| BundleFailed::Interrupted)?
}

/// Takes one sealed file in. Returns once it is durable.
///
/// # Errors
/// When the disk or the driver refuses; what is wrong with the file is no error.
pub async fn take(context: &Context, envelope: Bytes) -> Result<FileTaken, BundleFailed> {
    let (dir, blobs) = (Arc::clone(&context.dir), Arc::clone(&context.blobs));
    let work = move || -> Result<_, BundleFailed> {
        let identity = Identity::load(&dir)?;
        let Ok(content) = seal::open(&envelope, &identity.key) else {
            return Ok(None);
        };
        let id = BlobId::of(&content);
        let is_here = matches!(blobs.load(id), Ok(Some(_)));
        Ok(Some((content, id, is_here)))
    };
    let opened = tokio::task::spawn_blocking(work).await;
    let Some((content, id, is_here)) = opened.map_err(|_| BundleFailed::Interrupted)?? else {
        return Ok(FileTaken::Changed);
    };
    if content.is_empty() || content.len() as u64 > ATTACHMENT_BYTES_MAX {
        return Ok(FileTaken::Changed);
    }
    if is_here {
        return Ok(FileTaken::Known);
    }
    let name = id.to_bytes();
    let is_named = context
        .handle
        .read(move |read| named::find(read.reader, Some(name)).map(|found| !found.is_empty()));
    if !is_named.await?.map_err(shared::sync::ReplicaError::from)? {
        return Ok(FileTaken::Unnamed);
    }
    let blobs = Arc::clone(&context.blobs);
    let kept = tokio::task::spawn_blocking(move || blobs.put(&content)).await;
    match kept.map_err(|_| BundleFailed::Interrupted)? {
        Ok(_) => {}
        Err(error @ (BlobError::Full { .. } | BlobError::DiskLow { .. })) => {
            tracing::warn!(error = one_line(&error), "a file of a bundle is not kept");
            return Ok(FileTaken::NoRoom);
        }
        Err(error) => return Err(error.into()),
    }
    context.handle.blob_arrived(name).await?;
    Ok(FileTaken::Fresh)
}

/// Takes in all files behind a bundle that lies in memory, and counts them.
pub(super) async fn take_all(
    context: &Context,
    parcel: &Bytes,
    report: &mut BundleReport,
) -> Result<(), BundleFailed> {
    let mut rest = Parcel::open(&**parcel)?;
    let _bundle = rest.next_envelope()?;
    while let Some(envelope) = rest.next_envelope()? {
        take(context, envelope.into()).await?.count(report);
    }
    Ok(())
}

/// What a bundle says of files, before any is taken.
pub(super) fn look(blobs: &Blobs, bundle: &Bundle, report: &mut BundleReport) {
    for file in bundle
        .manifest()
        .files
        .iter()
        .flat_map(|files| &files.carried)
    {
        report.files += 1;
        report.file_bytes = report.file_bytes.saturating_add(file.bytes);
        report.files_fresh += u64::from(!blobs.contains(BlobId::from_bytes(file.name)));
    }
}
