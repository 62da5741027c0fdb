//! Uploads: a preview first, then a person's yes, and the way back.
//!
//! A confirmed import is written chunk by chunk and goes on when the browser that asked leaves; `GET /api/v1/imports` says how
//! far it is, and which ones were interrupted.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use shared::api::{ImportPreview, WordedAnswer};
use shared::command::Actor;
use shared::ids::{ImportId, UserId};
use shared::text::Lang;
use shared::time::Timestamp;
use tokio::sync::Semaphore;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::{ImportError, Prepared, Upload, commit, prepare, undo as take_back};
use crate::office::errors_out;

/// Previews kept; each may hold a large workbook.
const PREVIEWS_MAX: usize = 8;
/// How long a preview waits for its yes.
const PREVIEW_MS: i64 = 60 * 60_000;
/// Workbooks of refused rows kept, and their bytes together: those of a folder of files that were read one after another.
const ERRORS_MAX: usize = 64;
const ERRORS_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Workbooks read at the same time.
const READ_AT_ONCE: usize = 2;

/// Imports that were previewed and wait for a person's yes. Cheap to clone.
#[derive(Clone)]
pub struct Previews {
    waiting: Arc<Mutex<VecDeque<Waiting>>>,
    errors: Arc<Mutex<VecDeque<ErrorRows>>>,
    reading: Arc<Semaphore>,
}

struct Waiting {
    id: ImportId,
    user: UserId,
    until: Timestamp,
    prepared: Prepared,
}

/// The refused rows of a file, as a workbook. They outlast its preview: who imported the right ones corrects the others afterwards.
struct ErrorRows {
    id: ImportId,
    user: UserId,
    until: Timestamp,
    file: String,
    bytes: Bytes,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            waiting: Arc::default(),
            errors: Arc::default(),
            reading: Arc::new(Semaphore::new(READ_AT_ONCE)),
        }
    }
}

impl Previews {
    fn put(&self, user: UserId, prepared: Prepared, now: Timestamp) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|preview| preview.until > now);
        if waiting.len() >= PREVIEWS_MAX {
            // Who reads a folder of workbooks pushes his own out first, and nobody else's.
            let own = waiting.iter().position(|preview| preview.user == user);
            waiting.remove(own.unwrap_or(0));
        }
        let id = prepared.preview.api.token;
        waiting.push_back(Waiting {
            id,
            user,
            until: now.plus_ms(PREVIEW_MS),
            prepared,
        });
    }

    fn take(&self, user: UserId, id: ImportId, now: Timestamp) -> Option<Prepared> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let at = waiting
            .iter()
            .position(|p| p.id == id && p.user == user && p.until > now)?;
        waiting.remove(at).map(|preview| preview.prepared)
    }

    fn put_errors(&self, rows: ErrorRows, now: Timestamp) {
        let mut kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|rows| rows.until > now);
        kept.push_back(rows);
        let too_many = |kept: &VecDeque<ErrorRows>| {
            let bytes: usize = kept.iter().map(|rows| rows.bytes.len()).sum();
            kept.len() > ERRORS_MAX || bytes > ERRORS_BYTES_MAX && kept.len() > 1
        };
        while too_many(&kept) {
            kept.pop_front();
        }
    }

    /// The refused rows of a file, with the file's name; `None` when there were none, or they are kept no longer.
    pub(super) fn errors(
        &self,
        user: UserId,
        id: ImportId,
        now: Timestamp,
    ) -> Option<(String, Bytes)> {
        let kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .iter()
            .find(|rows| rows.id == id && rows.user == user && rows.until > now)?;
        Some((found.file.clone(), found.bytes.clone()))
    }

    /// Looks at what a person previewed; `None` when it is over.
    pub(super) fn with<T>(
        &self,
        user: UserId,
        id: ImportId,
        now: Timestamp,
        look: impl FnOnce(&Prepared) -> T,
    ) -> Option<T> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let found = waiting
            .iter()
            .find(|p| p.id == id && p.user == user && p.until > now)?;
        Some(look(&found.prepared))
    }
}

/// `GET /api/v1/imports`.
///
/// # Errors
/// When the store fails.
pub async fn list(site: &Site) -> Result<Response<Bytes>, Failed> {
    let imports = site
        .context
        .handle
        .read(|read| read.replica.imports(read.reader))
        .await?;
    Ok(reply::json(&imports.map_err(ImportError::Store)?))
}

/// `POST /api/v1/imports`.
///
/// # Errors
/// When the workbook cannot be read.
pub async fn preview(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    let upload = Upload {
        file: name_of(call.query.get("file").map_or("", String::as_str)).to_owned(),
        bytes: call.body.clone(),
        mapping: call.asked("mapping")?,
        changes: call.asked("changes")?,
        sheet: call.asked("sheet")?,
        unit: call.asked("unit")?,
        period: call.asked("period")?,
    };
    Ok(reply::json(&read(site, &actor, upload, call.lang).await?))
}

/// A file's name: only that counts, wherever on the sender's disk it was.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or("")
}

/// Reads a workbook and keeps its preview until the person says yes.
///
/// # Errors
/// When the workbook cannot be read.
pub async fn read(
    site: &Site,
    actor: &Actor,
    upload: Upload,
    lang: Lang,
) -> Result<ImportPreview, Failed> {
    let _permit = site.previews.reading.acquire().await;
    let prepared = prepare(&site.context, actor, upload, lang).await?;
    let preview = prepared.preview.api.clone();
    let now = site.context.clock.now();
    let refused = errors_out::write(&prepared.workbook, &prepared.preview, lang);
    if let Some(bytes) = refused.map_err(|error| ImportError::Errors(error.into()))? {
        let rows = ErrorRows {
            id: preview.token,
            user: actor.user,
            until: now.plus_ms(PREVIEW_MS),
            file: preview.file.clone(),
            bytes: bytes.into(),
        };
        site.previews.put_errors(rows, now);
    }
    site.previews.put(actor.user, prepared, now);
    Ok(preview)
}

/// Takes a preview out to carry it out.
///
/// # Errors
/// When the preview is over.
pub fn taken(site: &Site, user: UserId, id: ImportId) -> Result<Prepared, Failed> {
    site.previews
        .take(user, id, site.context.clock.now())
        .ok_or(Failed::PreviewGone)
}

/// `POST /api/v1/imports/{token}`.
///
/// # Errors
/// When the preview is over, or a rule refuses the import.
pub async fn confirm(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    let id: ImportId = call.parameter(0)?;
    // 全部正确才导入: nothing is written while a row stays out, and the preview stays for the person to look at.
    if call.asked("whole")?.unwrap_or(false) {
        let now = site.context.clock.now();
        let refused = site.previews.with(actor.user, id, now, |prepared| {
            prepared.preview.refused.len()
        });
        if refused.is_some_and(|refused| refused > 0) {
            return Err(Failed::BadRequest(
                "whole: some rows have errors".to_owned(),
            ));
        }
    }
    let prepared = taken(site, actor.user, id)?;
    // How far it is stands in the list of imports; the live line says when to look.
    let answer = commit(&site.context, actor, prepared, &mut |_, _| ()).await?;
    Ok(reply::json(&WordedAnswer::new(answer, call.lang)))
}

/// `GET /api/v1/imports/{token}/errors`.
///
/// # Errors
/// When nothing was refused, or it is kept no longer.
pub async fn errors(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let user = call.person()?.actor.user;
    let id: ImportId = call.parameter(0)?;
    let now = site.context.clock.now();
    let (file, bytes) = site
        .previews
        .errors(user, id, now)
        .ok_or(Failed::PreviewGone)?;
    let stem = file.split('.').next().unwrap_or("import");
    let kind = crate::office::export::Format::Xlsx.media_type();
    Ok(reply::download(kind, &format!("{stem}-errors.xlsx"), bytes))
}

/// `DELETE /api/v1/imports/{token}`.
///
/// # Errors
/// When there is no such import, or a rule refuses.
pub async fn undo(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    let id: ImportId = call.parameter(0)?;
    let answer = take_back(&site.context, actor, id, &mut |_, _| ()).await?;
    Ok(reply::json(&WordedAnswer::new(answer, call.lang)))
}
