//! The changes that wait in quarantine: shown with their reasons and given as a file to the hub's officers, and at a township to those
//! who write its records. Taking one in after all is the command line's (`xiangmu quarantine accept`).

use bytes::Bytes;
use http::Response;
use shared::api::RefusedChange;
use shared::command::Role;
use shared::decide::may_let_go;
use shared::field::Field;
use shared::ids::DocumentId;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::quarantine::listed;
use crate::control::{QuarantinedChange, Trouble};
use crate::driver::ReadContext;
use crate::views;

/// Shown at most; the file has all.
const SHOWN_MAX: usize = 200;

/// `GET /api/v1/quarantine`.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_see(call)?;
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
pub async fn export(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_see(call)?;
    let read = |read: &mut ReadContext<'_>| listed(read, true, usize::MAX);
    let changes = site.context.handle.read(read).await?.map_err(failed)?;
    let text = QuarantinedChange::lines(&changes);
    let text = text.map_err(|error| Failed::internal("writing the quarantine", error))?;
    let kind = "application/x-ndjson";
    Ok(reply::download(kind, "quarantine.jsonl", text.into()))
}

/// Whose matter the quarantine is. It holds whole changes, whatever records they are of.
fn may_see(call: &Call) -> Result<(), Failed> {
    let actor = &call.person()?.actor;
    let is_writer = !actor.at_hub && actor.role == Role::Clerk;
    if is_writer || may_let_go(actor) {
        Ok(())
    } else {
        Err(Failed::Forbidden)
    }
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
    Failed::internal("reading the quarantine", trouble.error)
}
