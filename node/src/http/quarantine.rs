//! The changes that wait in quarantine: shown with their reasons and given as a file to the hub's officers, and at a township to those
//! who write its records. Taking one in after all is the command line's (`xiangmu quarantine accept`).

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Response;
use shared::api::{RefusedChange, Repair};
use shared::command::Role;
use shared::decide::may_let_go;
use shared::ids::DocumentId;
use shared::text::repair::RepairWords;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::quarantine::{listed, named};
use crate::control::repair;
use crate::control::{QuarantinedChange, Trouble};
use crate::driver::ReadContext;

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
        let own = read.replica.node();
        let mut seen = BTreeSet::new();
        let told = changes.into_iter().map(|change| RefusedChange {
            told: change.words(named(read, &change.document)).text(lang),
            hash: change.hash,
            repair: Some(change.document)
                .filter(|document| change.from == own && seen.insert(document.clone())),
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

/// `GET /api/v1/quarantine/{kind}/{id}`: what a repair of the record would come to.
///
/// # Errors
/// When there is nothing to repair, or the store cannot be read.
pub async fn plan(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_see(call)?;
    let plan = repair::plan(&site.context, document(call)?, call.lang).await?;
    Ok(reply::json(&plan))
}

/// `POST /api/v1/quarantine/{kind}/{id}/{token}`: carries it out.
///
/// # Errors
/// When there is nothing to repair, the record moved since it was looked at, or the store fails.
pub async fn carry_out(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    may_see(call)?;
    let token: String = call.parameter(2)?;
    let actor = call.person()?.actor.clone();
    let done = repair::carry_out(&site.context, document(call)?, &token, Vec::new(), actor).await;
    let (values, changes) = done?;
    Ok(reply::json(&Repair {
        token: None,
        told: vec![RepairWords::Done { values, changes }.text(call.lang)],
        values: Vec::new(),
    }))
}

fn document(call: &Call) -> Result<DocumentId, Failed> {
    let (kind, id): (String, String) = (call.parameter(0)?, call.parameter(1)?);
    let named = format!("{kind}/{id}").parse();
    named.map_err(|_| Failed::NotFound)
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

fn failed(trouble: Trouble) -> Failed {
    Failed::internal("reading the quarantine", trouble.error)
}
