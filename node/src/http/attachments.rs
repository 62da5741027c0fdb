//! Files attached to a project: listed, put, given.
//!
//! Putting one keeps its bytes durably first, then writes the row that names them, by the same command and rules as any other
//! row. Giving one sends it as a download under a fixed kind, in a sandbox of its own; bytes that are not here are asked for
//! and said to be on their way.

use bytes::Bytes;
use http::Response;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use shared::api::AttachmentInfo;
use shared::attachments::{Named, parse_name};
use shared::book::{Cells as _, Row};
use shared::command::{Command, Envelope, Outcome};
use shared::field::{Column, Table};
use shared::ids::{DocumentId, RowId};
use shared::limits::ATTACHMENTS_PER_PROJECT_MAX;
use shared::project::ProjectView;

use super::projects::readable;
use super::reply::{self, Failed};
use super::{Call, Site};
use crate::attachments::{self, AttachmentError, Checked};
use crate::control::new_command_id;
use crate::store::Blobs;
use crate::store::blobs::{BlobError, BlobId};

/// What a downloaded file may do in a browser that opens it anyway: nothing.
const SANDBOX: &str = "sandbox; default-src 'none'";

/// `GET /api/v1/projects/{id}/attachments`.
///
/// # Errors
/// When the project is not here, or the person may not know of it.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let view = readable(site, call).await?;
    Ok(reply::json(&infos(&view, &site.context.blobs)))
}

/// `POST /api/v1/projects/{id}/attachments?name=`.
///
/// # Errors
/// When the file is too large or of another kind than it says, or a rule refuses the row.
pub async fn attach(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let view = readable(site, call).await?;
    if view.each(Table::Attachments).count() >= ATTACHMENTS_PER_PROJECT_MAX {
        return Err(AttachmentError::TooMany(ATTACHMENTS_PER_PROJECT_MAX).into());
    }
    let name = call.query.get("name").map_or("", String::as_str);
    let about = call.query.get("about").cloned().unwrap_or_default();
    let Checked { name, media_type } = attachments::check(name, &call.body)?;
    let length = call.body.len() as u64;
    let blobs = site.context.blobs.clone();
    let hash = attachments::keep(blobs, call.body.clone()).await?;
    let now = site.context.clock.now();
    let time = u64::try_from(now.0).unwrap_or(0);
    let row = RowId::from_parts(time, site.context.clock.random());
    let mut set = std::collections::BTreeMap::from([
        (Column::Name, name.as_str().into()),
        (Column::MediaType, media_type.into()),
        (Column::Bytes, length.to_string().as_str().into()),
        (Column::Hash, hash.to_string().as_str().into()),
    ]);
    if !about.is_empty() {
        set.insert(Column::About, about.as_str().into());
    }
    let envelope = Envelope {
        id: new_command_id(&site.context.clock),
        base: None,
        after: Vec::new(),
        command: Command::Record {
            project: Some(view.id),
            unit: None,
            table: Table::Attachments,
            row,
            set,
            on_behalf: call.asked("on_behalf")?,
        },
    };
    let actor = call.person()?.actor.clone();
    let by = actor.user;
    let answers = site.context.handle.command(actor, vec![envelope]).await?;
    match answers.into_iter().next().map(|answer| answer.outcome) {
        Some(Outcome::Done { .. }) => Ok(reply::json(&AttachmentInfo {
            id: row,
            name,
            about,
            media_type: media_type.to_owned(),
            bytes: length,
            hash: hash.to_string(),
            at: now,
            by: Some(by),
            here: true,
        })),
        Some(Outcome::Refused(refusal)) => Err(Failed::Refused(refusal)),
        None => Err(Failed::internal(
            "waiting for an answer",
            "a command has no answer",
        )),
    }
}

/// `GET /api/v1/projects/{id}/attachments/{row}`.
///
/// # Errors
/// When there is no such file, or its bytes are not here (then they are asked for).
pub async fn download(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let view = readable(site, call).await?;
    let wanted: RowId = call.parameter(1)?;
    let row = view
        .row(Table::Attachments, wanted)
        .ok_or(Failed::NotFound)?;
    let name = parse_name(row.text(Column::Hash)).ok_or(Failed::NotFound)?;
    let id = BlobId::from_bytes(name);
    let blobs = site.context.blobs.clone();
    match attachments::load(blobs.clone(), id).await {
        Ok(bytes) => {
            let file = row.text(Column::Name);
            let mut response = reply::download(attachments::media_type(file), file, bytes);
            let sandbox = HeaderValue::from_static(SANDBOX);
            response
                .headers_mut()
                .insert(CONTENT_SECURITY_POLICY, sandbox);
            Ok(response)
        }
        Err(error) => {
            let is_wanted = matches!(
                error,
                AttachmentError::NotHere | AttachmentError::Blob(BlobError::Damaged { .. })
            );
            if is_wanted {
                let file = Named {
                    name,
                    bytes: row.text(Column::Bytes).parse().unwrap_or(0),
                    document: DocumentId::Project(view.id),
                    at: wanted.time(),
                    unit: None,
                };
                site.context.handle.want_blob(file, blobs.held(id)).await?;
            }
            Err(error.into())
        }
    }
}

fn infos(view: &ProjectView, blobs: &Blobs) -> Vec<AttachmentInfo> {
    let rows = view.each(Table::Attachments);
    rows.filter_map(|row| info(&row, blobs)).collect()
}

fn info(row: &Row<'_>, blobs: &Blobs) -> Option<AttachmentInfo> {
    let name = parse_name(row.text(Column::Hash))?;
    Some(AttachmentInfo {
        id: row.id()?,
        name: row.text(Column::Name).to_owned(),
        about: row.text(Column::About).to_owned(),
        media_type: attachments::media_type(row.text(Column::Name)).to_owned(),
        bytes: row.text(Column::Bytes).parse().unwrap_or(0),
        hash: row.text(Column::Hash).to_owned(),
        at: row.at(),
        by: row.by(),
        here: blobs.contains(BlobId::from_bytes(name)),
    })
}
