//! The list of projects as a file, and the tables of records, compiled ones among them.

use bytes::Bytes;
use http::Response;
use shared::command::Role;
use shared::ids::ProjectId;
use shared::text::office::results_title;

use super::projects::{period, query};
use super::reply::{self, Failed};
use super::{Call, Site, records};
use crate::control::{ExportFailed, RESULTS, Titled, export as write};
use crate::office::{self, export::Format};
use crate::views;

/// What assessment came to in a year, as a file; the hub alone has it.
async fn results(
    site: &Site,
    call: &Call,
    format: Format,
    ending: &str,
    year: i16,
) -> Result<Response<Bytes>, Failed> {
    if call.person()?.actor.role == Role::Observer {
        return Err(Failed::Forbidden);
    }
    if !site.context.at_hub() {
        return Err(Failed::HubOnly);
    }
    if format == Format::Docx {
        return Err(Failed::BadRequest(format!("format: {ending}")));
    }
    let exported = crate::control::results(&site.context, format, year).await?;
    let name = format!("{}.{ending}", results_title(year));
    Ok(reply::download(
        format.media_type(),
        &name,
        exported.bytes.into(),
    ))
}

/// The rows of a table of records as a file, to whoever may read them.
async fn table(
    site: &Site,
    call: &Call,
    format: Format,
    ending: &str,
) -> Result<Response<Bytes>, Failed> {
    if format == Format::Docx {
        return Err(Failed::BadRequest(format!("format: {ending}")));
    }
    let records = records::found(site, call, records::table(call)?).await?;
    let name = format!("{}.{ending}", office::records::title(&records));
    let lang = call.lang;
    let written =
        tokio::task::spawn_blocking(move || office::records::write(format, &records, lang));
    let bytes = written
        .await
        .map_err(|error| Failed::internal("writing a table", error))?
        .map_err(ExportFailed::from)?;
    Ok(reply::download(format.media_type(), &name, bytes.into()))
}

/// `GET /api/v1/exports`: the projects the same query lists, as a file; or another table.
///
/// # Errors
/// When the query has the wrong form or the file cannot be written.
pub async fn export(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let asked = call.query.get("format").map_or("xlsx", String::as_str);
    let format = Format::from_name(&format!("x.{asked}"))
        .ok_or_else(|| Failed::BadRequest(format!("format: {asked}")))?;
    if call.query.contains_key("table") {
        return table(site, call, format, asked).await;
    }
    let month = period(site, call)?;
    if call.query.get("view").map(String::as_str) == Some(RESULTS) {
        return results(site, call, format, asked, month.year()).await;
    }
    let query = query(call, usize::MAX)?;
    // A workbook holds whole records; observers read the published ones on their screens.
    if call.person()?.actor.role == Role::Observer {
        return Err(Failed::Forbidden);
    }
    let facts = site.context.handle.read(views::facts).await??;
    let ids: Vec<ProjectId> = views::list(&facts, month, &query)
        .rows
        .iter()
        .map(|row| row.id)
        .collect();
    let ledger: String = call.asked("ledger")?.unwrap_or_default();
    let titled = if ledger.is_empty() {
        Titled::default()
    } else {
        Titled::of(&*site.context.profile().await??, &ledger)
    };
    let stem = if titled.name.is_empty() {
        site.context.info().unit_name.clone()
    } else {
        titled.name.clone()
    };
    let exported = write(&site.context, format, ids, month, titled).await?;
    Ok(reply::download(
        format.media_type(),
        &format!("{stem}-{month}.{asked}"),
        exported.bytes.into(),
    ))
}
