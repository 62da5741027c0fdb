//! Bundles at a running node: made from its log, opened, looked at, taken in. For the command line and the pages alike.
//!
//! A bundle is made and taken in batch by batch, others get their turn in between. Nothing of a file is used before all of it
//! proved itself: the seal, the sender's signature, the form.

use std::sync::Arc;

use bytes::Bytes;
use shared::api::{BundleReport, NodeRole};
use shared::ids::NodeId;
use shared::sync::{
    BundleRefusal, BundleTaken, Enrolment, Input, ReplicaError, Reply, RequestRefusal,
};
use shared::text::bundle::BundleWords;
use shared::wire::bundle::{self, BUNDLE_BYTES_MAX, Bundle, BundleError};

use super::Context;
use crate::driver::DriverError;
use crate::identity::{Identity, IdentityError};
use crate::office::seal::{self, SealError};

/// What manifest, seal and signature of a bundle may take beside its batches.
const ROOM_BYTES: usize = 1024 * 1024;
/// The word for the hub a node is enrolled at.
const HUB: &str = "hub";

/// A bundle ready to be written to a stick.
#[derive(Debug)]
pub struct Made {
    /// Who can open it.
    pub to: NodeId,
    /// That node's unit by name.
    pub unit: String,
    /// Log entries in it.
    pub entries: u64,
    /// The sealed file.
    pub bytes: Bytes,
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
            | Self::Key(_)
            | Self::Interrupted => return None,
        })
    }
}

/// Makes a bundle for a node: its id, its unit's name, or `hub`. `whole`: everything, not only what it is not known to hold.
///
/// # Errors
/// [`BundleFailed`].
pub async fn make(context: &Context, to: &str, whole: bool) -> Result<Made, BundleFailed> {
    let (to, unit) = find(context, to).await?;
    let nonce = context.clock.random();
    let begun = context
        .handle
        .read(move |read| {
            read.replica
                .begin_bundle(read.reader, read.now, nonce, to, whole)
        })
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
    let content = context
        .handle
        .read(move |read| read.replica.finish_bundle(&draft, &batches))
        .await?;
    let sealed = seal::seal(&content, to, &context.clock.random())?;
    tracing::info!(%to, entries, bytes = sealed.len(), "a bundle was made");
    Ok(Made {
        to,
        unit,
        entries,
        bytes: sealed.into(),
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

/// Opens a file and proves all of it.
///
/// # Errors
/// [`BundleFailed`].
pub async fn open(context: &Context, sealed: Bytes) -> Result<Arc<Bundle>, BundleFailed> {
    if sealed.len() > BUNDLE_BYTES_MAX {
        return Err(BundleFailed::TooLarge(sealed.len()));
    }
    let dir = Arc::clone(&context.dir);
    let work = move || -> Result<Arc<Bundle>, BundleFailed> {
        let identity = Identity::load(&dir)?;
        let content = seal::open(&sealed, &identity.key)?;
        Ok(Arc::new(bundle::read(&content)?))
    };
    let opened = tokio::task::spawn_blocking(work).await;
    opened.map_err(|_| BundleFailed::Interrupted)?
}

/// What a bundle would bring; nothing is written.
///
/// # Errors
/// [`BundleFailed`].
pub async fn view(context: &Context, bundle: &Arc<Bundle>) -> Result<BundleReport, BundleFailed> {
    let looked_at = Arc::clone(bundle);
    let view = context
        .handle
        .read(move |read| read.replica.view_bundle(read.reader, read.now, &looked_at))
        .await???;
    let manifest = bundle.manifest();
    Ok(BundleReport {
        token: None,
        from: manifest.from,
        unit: manifest.unit_name.clone(),
        made_at: manifest.made_at,
        entries: view.entries,
        fresh: view.fresh,
        documents: view.documents,
        refused: 0,
        missing: view.gap.map(|gap| gap.from - gap.held),
        state: view.state.id().to_owned(),
        dry_run: true,
    })
}

/// Takes a bundle in, a batch a turn. What was taken before a failure stays; taking it again goes on from there.
///
/// # Errors
/// [`BundleFailed`].
pub async fn take(
    context: &Context,
    bundle: &Arc<Bundle>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<BundleReport, BundleFailed> {
    let mut report = view(context, bundle).await?;
    report.dry_run = false;
    report.fresh = 0;
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
    tracing::info!(
        from = %report.from, fresh = report.fresh, refused = report.refused, "a bundle was taken in"
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
