//! Bundles at a running node: made from its log, opened, looked at, taken in. For the command line and the pages alike.
//!
//! A bundle is made and taken in batch by batch, others get their turn in between. Nothing of a file is used before all of it
//! proved itself: the seal, the sender's signature, the form. Attached files follow it, each proved for itself (`files`).

pub mod files;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use shared::api::{BundleReport, NodeRole};
use shared::ids::NodeId;
use shared::sync::{
    BundleOrder, BundleRefusal, BundleTaken, Enrolment, Input, ReplicaError, Reply, RequestRefusal,
};
use shared::text::bundle::BundleWords;
use shared::wire::bundle::{self, BUNDLE_BYTES_MAX, Bundle, BundleError, CarriedFile};

use super::Context;
use crate::driver::DriverError;
use crate::identity::{Identity, IdentityError};
use crate::office::parcel::{self, Parcel};
use crate::office::seal::{self, SealError};
use crate::store::blobs::BlobError;

use files::Left;

/// What manifest, seal and signature of a bundle may take beside its batches.
const ROOM_BYTES: usize = 2 * 1024 * 1024;
/// The word for the hub a node is enrolled at.
const HUB: &str = "hub";

/// A bundle somebody wants to take along.
#[derive(Debug)]
pub struct Wish {
    /// Who it is for: a node's id, its unit's name, or `hub`.
    pub to: String,
    /// Everything, not only what the node is not known to hold.
    pub whole: bool,
    /// Bytes of attached files at most, 0 for none; when absent, what a browser can bring in together with the rest.
    pub files_bytes: Option<u64>,
}

/// A bundle ready to be written to a stick: the beginning of the file, and the attached files that follow.
#[derive(Debug)]
pub struct Made {
    /// Who can open it.
    pub to: NodeId,
    /// That node's unit by name.
    pub unit: String,
    /// Log entries in it.
    pub entries: u64,
    /// Everything before the first attached file.
    pub begin: Bytes,
    /// Files that go along; [`Made::file`] gives them one by one.
    pub files: Vec<CarriedFile>,
    /// Files there was no room for.
    pub left: Left,
}

impl Made {
    /// The next piece of the file: one attached file, sealed. Empty when it turns out to be damaged here.
    ///
    /// # Errors
    /// [`BundleFailed`].
    pub async fn file(&self, context: &Context, file: CarriedFile) -> Result<Bytes, BundleFailed> {
        let sealed = files::sealed(context, self.to, file).await?;
        Ok(sealed.map_or_else(Bytes::new, |sealed| parcel::next(&sealed).into()))
    }

    /// The whole file at once, for whoever cannot take it piece by piece.
    ///
    /// # Errors
    /// [`BundleFailed`].
    pub async fn whole(&self, context: &Context) -> Result<Bytes, BundleFailed> {
        let mut whole = BytesMut::from(&*self.begin);
        for &file in &self.files {
            whole.extend_from_slice(&self.file(context, file).await?);
        }
        Ok(whole.freeze())
    }
}

/// A file from a stick whose bundle has proved itself; its attached files, if any, follow in `sealed`.
#[derive(Debug)]
pub struct Opened {
    /// What it says.
    pub bundle: Arc<Bundle>,
    /// The file, as far as it was handed over.
    pub sealed: Bytes,
}

/// Why there is no bundle, or none was taken in.
#[derive(Debug, thiserror::Error)]
pub enum BundleFailed {
    /// The driver did not do it.
    #[error("cannot reach the store")]
    Driver(#[from] DriverError),
    /// The store's content is not what it should be.
    #[error("the log cannot be read")]
    Core(#[from] ReplicaError),
    /// The envelope does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is in it does not prove itself.
    #[error(transparent)]
    Content(#[from] BundleError),
    /// The core refuses it.
    #[error(transparent)]
    Refused(#[from] BundleRefusal),
    /// The core refuses for a reason of its own.
    #[error("the node does not take it now")]
    NotNow(#[source] RequestRefusal),
    /// Nobody has this name.
    #[error("there is no node `{0}`")]
    NoSuchNode(String),
    /// A unit with several nodes.
    #[error("{name} has several nodes; name one of them: {ids}")]
    SeveralNodes {
        /// The unit.
        name: String,
        /// Its nodes.
        ids: String,
    },
    /// More than a bundle may hold.
    #[error("the bundle has {0} bytes, which is more than one may have")]
    TooLarge(usize),
    /// The folder of attachments, or what was handed over, cannot be read.
    #[error("cannot read the attached files")]
    Files(#[from] std::io::Error),
    /// An attached file cannot be kept.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The node's own key cannot be read.
    #[error("cannot read this node's key")]
    Key(#[from] IdentityError),
    /// The program is stopping.
    #[error("the work was interrupted")]
    Interrupted,
}

impl BundleFailed {
    /// What a person in an office reads about it; `None` for what is no fault of the file or its way.
    #[must_use]
    pub fn words(&self) -> Option<BundleWords> {
        Some(match self {
            Self::Seal(SealError::NoBundle) => BundleWords::NoBundle,
            Self::Seal(SealError::Newer) | Self::Content(BundleError::Newer) => BundleWords::Newer,
            Self::Seal(SealError::ForAnother(_)) | Self::Refused(BundleRefusal::ForAnother(_)) => {
                BundleWords::ForAnother
            }
            Self::Seal(SealError::Changed) | Self::Content(_) => BundleWords::Changed,
            Self::Seal(SealError::NoKey(_))
            | Self::NoSuchNode(_)
            | Self::SeveralNodes { .. }
            | Self::Refused(BundleRefusal::UnknownNode | BundleRefusal::Pending) => {
                BundleWords::NoSuchNode
            }
            Self::Refused(BundleRefusal::OwnBundle) => BundleWords::OwnBundle,
            Self::Refused(BundleRefusal::NotJoined) => BundleWords::NotJoined,
            Self::Refused(BundleRefusal::Refused(_)) => BundleWords::Stranger,
            Self::Driver(_)
            | Self::Core(_)
            | Self::NotNow(_)
            | Self::TooLarge(_)
            | Self::Files(_)
            | Self::Blob(_)
            | Self::Key(_)
            | Self::Interrupted => return None,
        })
    }
}

/// Makes a bundle.
///
/// # Errors
/// [`BundleFailed`].
pub async fn make(context: &Context, wish: Wish) -> Result<Made, BundleFailed> {
    let (to, unit) = find(context, &wish.to).await?;
    let order = BundleOrder {
        to,
        nonce: context.clock.random(),
        whole: wish.whole,
        files_here: match wish.files_bytes {
            Some(0) => None,
            _ => Some(files::here(context).await?),
        },
    };
    let begun = context
        .handle
        .read(move |read| read.replica.begin_bundle(read.reader, read.now, &order))
        .await??;
    let mut draft = begun?;
    let entries = draft.entries();
    let mut batches = Vec::new();
    let mut length = 0;
    loop {
        let (next, rest) = context
            .handle
            .read(move |read| {
                let next = read.replica.next_of_bundle(read.reader, &mut draft);
                (next, draft)
            })
            .await?;
        draft = rest;
        let Some(batch) = next? else {
            break;
        };
        length += batch.bytes.len();
        if length > BUNDLE_BYTES_MAX - ROOM_BYTES {
            return Err(BundleFailed::TooLarge(length));
        }
        batches.push(batch);
    }
    let room = (BUNDLE_BYTES_MAX - ROOM_BYTES - length) as u64;
    let room = wish.files_bytes.unwrap_or(room);
    let (carried, left) = files::choose(context, draft.files().to_vec(), room).await?;
    draft.carry(carried.clone());
    let content = context
        .handle
        .read(move |read| read.replica.finish_bundle(&draft, &batches))
        .await?;
    let sealed = seal::seal(&content, to, &context.clock.random())?;
    tracing::info!(%to, entries, files = carried.len(), bytes = sealed.len(), "a bundle was made");
    let begin = if carried.is_empty() {
        sealed
    } else {
        parcel::begin(&sealed)
    };
    Ok(Made {
        to,
        unit,
        entries,
        begin: begin.into(),
        files: carried,
        left,
    })
}

/// The node somebody names, and its unit's name.
async fn find(context: &Context, name: &str) -> Result<(NodeId, String), BundleFailed> {
    let (hub, peers) = context
        .handle
        .read(|read| (read.replica.hub_id(), read.replica.peers()))
        .await?;
    let id: Option<NodeId> = name.parse().ok();
    if let Some(hub) = hub
        && (name == HUB || id == Some(hub))
    {
        return Ok((hub, HUB.to_owned()));
    }
    if name == HUB && context.info().role == NodeRole::Node {
        return Err(BundleRefusal::NotJoined.into());
    }
    let named: Vec<_> = peers
        .into_iter()
        .filter(|peer| Some(peer.id) == id || peer.unit_name == name.trim())
        .filter(|peer| Some(peer.id) == id || peer.state != Enrolment::Revoked.id())
        .collect();
    match named.as_slice() {
        [peer] => Ok((peer.id, peer.unit_name.clone())),
        [] => Err(BundleFailed::NoSuchNode(name.to_owned())),
        several => Err(BundleFailed::SeveralNodes {
            name: name.to_owned(),
            ids: several
                .iter()
                .map(|peer| peer.id.to_string())
                .collect::<Vec<_>>()
                .join(" "),
        }),
    }
}

/// Opens a file and proves its bundle.
///
/// # Errors
/// [`BundleFailed`].
pub async fn open(context: &Context, sealed: Bytes) -> Result<Opened, BundleFailed> {
    if sealed.len() > BUNDLE_BYTES_MAX {
        return Err(BundleFailed::TooLarge(sealed.len()));
    }
    let (dir, file) = (Arc::clone(&context.dir), sealed.clone());
    let work = move || -> Result<Arc<Bundle>, BundleFailed> {
        let identity = Identity::load(&dir)?;
        let envelope = Parcel::open(&*file)?.next_envelope()?.unwrap_or_default();
        let content = seal::open(&envelope, &identity.key)?;
        Ok(Arc::new(bundle::read(&content)?))
    };
    let opened = tokio::task::spawn_blocking(work).await;
    let bundle = opened.map_err(|_| BundleFailed::Interrupted)??;
    Ok(Opened { bundle, sealed })
}

/// What a bundle would bring; nothing is written.
///
/// # Errors
/// [`BundleFailed`].
pub async fn view(context: &Context, opened: &Opened) -> Result<BundleReport, BundleFailed> {
    let bundle = &opened.bundle;
    let looked_at = Arc::clone(bundle);
    let view = context
        .handle
        .read(move |read| read.replica.view_bundle(read.reader, read.now, &looked_at))
        .await???;
    let manifest = bundle.manifest();
    let mut report = BundleReport {
        token: None,
        from: manifest.from,
        unit: manifest.unit_name.clone(),
        made_at: manifest.made_at,
        entries: view.entries,
        fresh: view.fresh,
        documents: view.documents,
        refused: 0,
        missing: view.gap.map(|gap| gap.from - gap.held),
        files: 0,
        file_bytes: 0,
        files_fresh: 0,
        files_left: 0,
        state: view.state.id().to_owned(),
        dry_run: true,
        told: Vec::new(),
    };
    files::look(&context.blobs, bundle, &mut report);
    Ok(report)
}

/// Takes a bundle in, a batch a turn, then the files that follow it. What was taken before a failure stays; taking it again goes on
/// from there.
///
/// # Errors
/// [`BundleFailed`].
pub async fn take(
    context: &Context,
    opened: &Opened,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<BundleReport, BundleFailed> {
    let bundle = &opened.bundle;
    let mut report = view(context, opened).await?;
    report.dry_run = false;
    report.fresh = 0;
    report.files_fresh = 0;
    report.files_left = report.files;
    report.missing = None;
    let begun = step(context, bundle, None).await?;
    report.state = begun.state.id().to_owned();
    report.refused = begun.refused;
    if begun.state != Enrolment::Active {
        return Ok(report);
    }
    let total = bundle.batches().len();
    for index in 0..total {
        let taken = step(context, bundle, Some(index)).await?;
        report.fresh += taken.fresh;
        report.refused += taken.refused;
        if let Some(gap) = taken.gap {
            report.missing = Some(gap.from.saturating_sub(gap.held));
            break;
        }
        progress(index as u64 + 1, total as u64);
    }
    files::take_all(context, &opened.sealed, &mut report).await?;
    tracing::info!(
        from = %report.from, fresh = report.fresh, refused = report.refused, files = report.files_fresh,
        "a bundle was taken in"
    );
    Ok(report)
}

async fn step(
    context: &Context,
    bundle: &Arc<Bundle>,
    batch: Option<usize>,
) -> Result<BundleTaken, BundleFailed> {
    let bundle = Arc::clone(bundle);
    let asked = context.handle.request(move |request| Input::TakeBundle {
        request,
        bundle,
        batch,
    });
    match asked.await? {
        Reply::BundleTaken(taken) => Ok(taken),
        Reply::Refused(RequestRefusal::Bundle(refusal)) => Err(refusal.into()),
        Reply::Refused(refusal) => Err(BundleFailed::NotNow(refusal)),
        // Only a mistake of ours brings another reply than the request's own.
        _ => Err(BundleFailed::Interrupted),
    }
}
