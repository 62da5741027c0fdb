//! The refused changes, for command line and browser: shown with who brought them and why, and taken in when an officer says so; and the
//! changes that cannot be read, of which he, or a unit's head, lets go with a reason.

use shared::api::AuditEntry;
use shared::decide::may_let_go;
use shared::desk::audit;
use shared::field::Field;
use shared::ids::DocumentId;
use shared::library::salvage;
use shared::limits::TEXT_CHARS_MAX;
use shared::store::StoreError;
use shared::summary;
use shared::sync::{Input, Reply, parted, quarantined};

use super::request::{Outcome, QuarantinedChange, Trouble};
use super::{Context, edit};
use crate::driver::{ReadContext, WriteContext};
use crate::views;

/// Shown beside the status; the rest is one command away.
const SHOWN_MAX: usize = 20;

pub(super) async fn list(context: &Context, with_bytes: bool) -> Result<Outcome, Trouble> {
    let read = move |read: &mut ReadContext<'_>| listed(read, with_bytes, usize::MAX);
    let changes = context.handle.read(read).await??;
    Ok(Outcome::Quarantine { changes })
}

/// The first of them, for a report.
pub(super) async fn first(context: &Context) -> Result<Vec<QuarantinedChange>, Trouble> {
    let read = |read: &mut ReadContext<'_>| listed(read, false, SHOWN_MAX);
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

pub(super) async fn dismiss(
    context: &Context,
    document: DocumentId,
    reason: String,
    user: Option<&str>,
) -> Result<Outcome, Trouble> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Trouble::usage("a reason has to be given"));
    }
    let chars = reason.chars().count();
    if chars > TEXT_CHARS_MAX {
        return Err(Trouble::usage(format!(
            "the reason has {chars} characters; it may have {TEXT_CHARS_MAX}"
        )));
    }
    let actor = edit::actor(context, user)?;
    if !may_let_go(&actor) {
        let may = if actor.at_hub {
            "an officer or the head of the hub"
        } else {
            "the head of its unit"
        };
        return Err(Trouble::plain(format!(
            "the account {} may not decide this; only {may} may",
            actor.name
        )));
    }
    let project = document.project();
    let named = document.clone();
    let work = move |write: &mut WriteContext<'_, '_>| -> Result<usize, StoreError> {
        let changes = salvage::dismiss(write.turn, &named)?;
        if changes > 0 {
            let entry = AuditEntry {
                at: write.now,
                user: actor.user,
                name: actor.name,
                role: actor.role,
                unit: actor.unit,
                what: "dismiss_unreadable".to_owned(),
                project,
                reason,
                outcome: "done".to_owned(),
                rule: None,
            };
            audit(write.turn, write.now, &entry)?;
        }
        Ok(changes)
    };
    let changes = context.handle.write(work).await?;
    match changes.map_err(|error| Trouble::failed(&error))? {
        0 => Err(Trouble::plain(format!(
            "nothing of {document} is set aside"
        ))),
        changes => {
            tracing::warn!(%document, changes, "changes that cannot be read were let go of by hand");
            Ok(Outcome::AsideDismissed { changes })
        }
    }
}

/// The first of them, with who brought each and why it was refused; with their bytes, also those that repairs took out of their
/// documents.
///
/// # Errors
/// When the store cannot be read.
pub fn listed(
    read: &mut ReadContext<'_>,
    with_bytes: bool,
    most: usize,
) -> Result<Vec<QuarantinedChange>, Trouble> {
    let found = quarantined(read.reader).map_err(|error| Trouble::failed(&error))?;
    let left = if with_bytes {
        parted(read.reader).map_err(|error| Trouble::failed(&error))?
    } else {
        Vec::new()
    };
    let directory = summary::directory(read.replica.library(), read.reader)?;
    let (node, own) = (read.replica.node(), read.replica.unit().0);
    let peers = read.replica.peers();
    let waiting = found.into_iter().map(|change| (change, false));
    let all = waiting.chain(left.into_iter().map(|change| (change, true)));
    let named = all.take(most).map(|(change, is_parted)| {
        let unit = peers.iter().find(|peer| peer.id == change.from);
        let unit = unit.map(|peer| peer.unit);
        let unit = unit.or_else(|| (change.from == node).then_some(own));
        let unit = unit.map_or_else(|| change.from.to_string(), |unit| directory.name(unit));
        QuarantinedChange {
            document: change.document,
            hash: hex::encode(change.hash),
            reason: change.reason.id().to_owned(),
            from: change.from,
            from_unit: unit,
            at: change.at,
            is_parted,
            raw: with_bytes.then(|| hex::encode(&change.raw)),
        }
    });
    Ok(named.collect())
}

/// What people call the document a change is about.
pub fn named(read: &mut ReadContext<'_>, document: &DocumentId) -> String {
    let view = document
        .project()
        .and_then(|project| views::project(read, project).ok().flatten());
    let name = view.map(|view| view.text(Field::Name).to_owned());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| document.to_string())
}
