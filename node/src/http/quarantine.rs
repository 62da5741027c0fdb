//! The changes that wait in quarantine: shown with their reasons, given as a file, taken in after all when who may decide says so.

use bytes::Bytes;
use http::Response;
use serde_json::json;
use shared::api::RefusedChange;
use shared::decide::may_let_go;
use shared::field::Field;
use shared::ids::DocumentId;
use shared::text::system::System;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::quarantine::{listed, readmit};
use crate::control::{QuarantinedChange, Trouble};
use crate::driver::ReadContext;
use crate::exit::Exit;
use crate::views;

/// Shown at most; the file has all.
const SHOWN_MAX: usize = 200;

/// `GET /api/v1/quarantine`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let lang = call.lang;
    let read = move |read: &mut ReadContext<'_>| {
        let changes = listed(read, false, SHOWN_MAX)?;
        let told = changes.into_iter().map(|change| RefusedChange {
            told: change.words(named(read, &change)).text(lang),
            hash: change.hash,
        });
        Ok::<Vec<_>, Trouble>(told.collect())
    };
    let changes: Vec<RefusedChange> = site.context.handle.read(read).await?.map_err(failed)?;
    Ok(reply::json(&changes))
}

/// `GET /api/v1/quarantine/file`: every change with its bytes, a JSON a line, as `xiangmu quarantine export` writes them.
///
/// # Errors
/// As [`list`].
pub async fn export(site: &Site, _: &Call) -> Result<Response<Bytes>, Failed> {
    let read = |read: &mut ReadContext<'_>| listed(read, true, usize::MAX);
    let changes = site.context.handle.read(read).await?.map_err(failed)?;
    let text = QuarantinedChange::lines(&changes);
    let text = text.map_err(|error| Failed::internal("writing the quarantine", error))?;
    let kind = "application/x-ndjson";
    Ok(reply::download(kind, "quarantine.jsonl", text.into()))
}

/// `POST /api/v1/quarantine/{hash}`.
///
/// # Errors
/// [`Failed::Forbidden`] for everybody but the hub's officers and a unit's head.
pub async fn accept(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    if !may_let_go(&call.person()?.actor) {
        return Err(Failed::Forbidden);
    }
    let hash: String = call.parameter(0)?;
    let (taken, left) = readmit(&site.context, &hash).await.map_err(failed)?;
    let told = System::QuarantineAccepted { taken, left }.text(call.lang);
    Ok(reply::json(&json!({ "hash": hash, "told": told })))
}

/// What people call the document a change is about.
fn named(read: &mut ReadContext<'_>, change: &QuarantinedChange) -> String {
    let project = match &change.document {
        DocumentId::Project(project) | DocumentId::Oversight(project) => Some(*project),
        _ => None,
    };
    let view = project.and_then(|project| views::project(read, project).ok().flatten());
    let name = view.map(|view| view.text(Field::Name).to_owned());
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| change.document.to_string())
}

fn failed(trouble: Trouble) -> Failed {
    if trouble.exit == Exit::Unusable as u8 {
        Failed::BadRequest(trouble.error)
    } else {
        Failed::internal("reading the quarantine", trouble.error)
    }
}
