//! The refused changes, for the command line: shown with who brought them and why, and taken in when an officer says so.

use shared::summary;
use shared::sync::{Input, Reply, quarantined};

use super::Context;
use super::request::{Outcome, QuarantinedChange, Trouble};
use crate::driver::ReadContext;

/// Shown beside the status; the rest is one command away.
const SHOWN_MAX: usize = 20;

pub(super) async fn list(context: &Context, with_bytes: bool) -> Result<Outcome, Trouble> {
    let read = move |read: &mut ReadContext<'_>| changes(read, with_bytes, usize::MAX);
    let changes = context.handle.read(read).await??;
    Ok(Outcome::Quarantine { changes })
}

/// The first of them, for a report.
pub(super) async fn first(context: &Context) -> Result<Vec<QuarantinedChange>, Trouble> {
    let read = |read: &mut ReadContext<'_>| changes(read, false, SHOWN_MAX);
    context.handle.read(read).await?
}

pub(super) async fn accept(context: &Context, hash: &str) -> Result<Outcome, Trouble> {
    let hash = match hash {
        "all" => None,
        text => {
            let bytes = hex::decode(text)
                .ok()
                .and_then(|bytes| bytes.try_into().ok());
            Some(bytes.ok_or_else(|| Trouble::usage(format!("`{text}` is no hash of a change")))?)
        }
    };
    let readmit = move |request| Input::Readmit { request, hash };
    match context.handle.request(readmit).await? {
        Reply::Readmitted { taken, left } => {
            tracing::warn!(taken, left, "changes in quarantine were taken in by hand");
            Ok(Outcome::QuarantineAccepted { taken, left })
        }
        // Only a mistake of ours brings another reply than the request's own.
        _ => Err(Trouble::plain("the core answered another question")),
    }
}

fn changes(
    read: &mut ReadContext<'_>,
    with_bytes: bool,
    most: usize,
) -> Result<Vec<QuarantinedChange>, Trouble> {
    let found = quarantined(read.reader).map_err(|error| Trouble::failed(&error))?;
    let directory = summary::directory(read.replica.library(), read.reader)?;
    let peers = read.replica.peers();
    let named = found.into_iter().take(most).map(|change| {
        let unit = peers.iter().find(|peer| peer.id == change.from);
        let unit = unit.map_or_else(|| change.from.to_string(), |peer| directory.name(peer.unit));
        QuarantinedChange {
            document: change.document,
            hash: hex::encode(change.hash),
            reason: change.reason.id().to_owned(),
            from: change.from,
            from_unit: unit,
            at: change.at,
            raw: with_bytes.then(|| hex::encode(&change.raw)),
        }
    });
    Ok(named.collect())
}
