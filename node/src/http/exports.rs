//! The list of projects as a file, also as somebody looks at it; and the tables of records, compiled ones among them.

use std::collections::HashMap;

use bytes::Bytes;
use http::{Response, StatusCode};
use shared::command::Role;
use shared::field::Table;
use shared::ids::ProjectId;
use shared::project::ProjectRow;
use shared::text::Lang;
use shared::text::office::{LEDGER_NAME, Office, results_title};

pub use lists::Lists;
use lists::Seen;

use super::projects::{period, query};
use super::reply::{self, Failed};
use super::{Call, Site, records};
use crate::control::{
    ExportFailed, RESULTS, RecordFile, Titled, archive, export as write, record_ledger,
};
use crate::office::list::List;
use crate::office::records::sheet::is_ledger;
use crate::office::sheet::Style;
use crate::office::{self, export::Format};
use crate::views::{self, ListQuery};

mod lists;

/// Projects of one list.
const LISTED_MAX: usize = 100_000;

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

/// The rows of a table of records as a file, to whoever may read them: those of projects as a ledger that comes back by import.
async fn table(
    site: &Site,
    call: &Call,
    format: Format,
    ending: &str,
) -> Result<Response<Bytes>, Failed> {
    if format == Format::Docx {
        return Err(Failed::BadRequest(format!("format: {ending}")));
    }
    let table = records::table(call)?;
    if is_ledger(table) {
        return ledger(site, call, table, (format, ending)).await;
    }
    let records = records::found(site, call, table).await?;
    let name = format!("{}.{ending}", office::records::title(&records));
    let (lang, style, today) = (call.lang, style(call), site.context.clock.now().date());
    let written = tokio::task::spawn_blocking(move || {
        office::records::write(format, &records, (style, today), lang)
    });
    let bytes = written
        .await
        .map_err(|error| Failed::internal("writing a table", error))?
        .map_err(ExportFailed::from)?;
    Ok(reply::download(format.media_type(), &name, bytes.into()))
}

/// What a file is for: `format=data` is a workbook of data, all else is for the printer.
fn style(call: &Call) -> Style {
    match call.query.get("format").map(String::as_str) {
        Some("data") => Style::Data,
        _ => Style::Print,
    }
}

/// The columns a file shall have; none named: all.
fn columns(call: &Call) -> Vec<String> {
    let named = call.query.get("columns").map_or("", String::as_str);
    let named = named.split(',').filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

/// The rows that belong to projects: of one that is named, else of those the query lists; or the template for new ones.
async fn ledger(
    site: &Site,
    call: &Call,
    table: Table,
    (format, ending): (Format, &str),
) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    if actor.role == Role::Observer {
        return Err(Failed::Forbidden);
    }
    let project: Option<ProjectId> = call.asked("project")?;
    if project.is_some() {
        // Whoever may not read these rows hears so.
        records::found(site, call, table).await?;
    }
    let facts = site.context.handle.read(views::facts).await??;
    let listed = views::list(&facts, period(site, call)?, &query(call, usize::MAX)?).rows;
    let listed = listed.into_iter();
    let listed = listed.filter(|row| project.is_none_or(|project| row.id == project));
    let projects: Vec<(ProjectId, String)> = listed.map(|row| (row.id, row.name)).collect();
    let is_template = call.query.contains_key("template");
    let mut name = table.label(Lang::Zh).to_owned();
    if is_template {
        name.push_str(Office::Template.text(Lang::Zh));
    } else if let ([(_, of)], true) = (&projects[..], project.is_some()) {
        name = format!("{name}（{of}）");
    }
    let file = RecordFile {
        table,
        columns: columns(call),
        style: style(call),
        is_template,
    };
    let exported = record_ledger(&site.context, actor, format, projects, file).await?;
    let name = format!("{name}.{ending}");
    Ok(reply::download(
        format.media_type(),
        &name,
        exported.bytes.into(),
    ))
}

/// `POST /api/v1/exports`: the list somebody looks at, to be fetched as a file: ids of projects in their order, and before those of a group
/// its name with `=` before it. The answer is the name under which it waits.
///
/// # Errors
/// When it is no such list, or too long.
pub fn see(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let user = call.person()?.actor.user;
    let said: Vec<String> = reply::read_json(&call.body)?;
    if said.len() > LISTED_MAX {
        return Err(Failed::BadRequest("too many".to_owned()));
    }
    let mut seen: Seen = Vec::new();
    for one in said {
        if let Some(name) = one.strip_prefix('=') {
            seen.push((name.to_owned(), Vec::new()));
            continue;
        }
        let id = one.parse().map_err(|_| Failed::BadRequest(one))?;
        if seen.is_empty() {
            seen.push((String::new(), Vec::new()));
        }
        if let Some((_, ids)) = seen.last_mut() {
            ids.push(id);
        }
    }
    let token = hex::encode(site.context.clock.random::<16>());
    let now = site.context.clock.now();
    site.lists.put(user, &token, seen, now);
    Ok(reply::plain(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        token.into(),
    ))
}

/// The list that waits under a name, as a workbook.
async fn list(site: &Site, call: &Call, token: &str) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    if actor.role == Role::Observer {
        return Err(Failed::Forbidden);
    }
    let (now, month) = (site.context.clock.now(), period(site, call)?);
    let seen = site
        .lists
        .get(actor.user, token, now)
        .ok_or(Failed::PreviewGone)?;
    let facts = site.context.handle.read(views::facts).await??;
    // What was deleted stands in the bin, whose list can be looked at too.
    let mut known: HashMap<ProjectId, ProjectRow> = HashMap::new();
    for deleted in ["", "deleted"] {
        let query = ListQuery {
            filters: views::filters(deleted).unwrap_or_default(),
            limit: usize::MAX,
            ..ListQuery::default()
        };
        let rows = views::list(&facts, month, &query).rows;
        known.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let rows = |ids: Vec<ProjectId>| ids.iter().filter_map(|id| known.get(id).cloned()).collect();
    let groups: Vec<(String, Vec<ProjectRow>)> = seen
        .into_iter()
        .map(|(name, ids)| (name, rows(ids)))
        .collect();
    let (profile, info) = (site.context.profile().await??, site.context.info());
    let (style, today) = (style(call), now.date());
    let written = tokio::task::spawn_blocking(move || {
        let list = List {
            profile: &profile,
            unit: &info.unit_name,
            month,
            today,
            style,
        };
        let name = format!("{LEDGER_NAME}-{}-{month}.xlsx", info.unit_name);
        office::list::write(&list, &groups).map(|bytes| (name, bytes))
    });
    let (name, bytes) = written
        .await
        .map_err(|error| Failed::internal("writing a list", error))?
        .map_err(ExportFailed::from)?;
    Ok(reply::download(
        Format::Xlsx.media_type(),
        &name,
        bytes.into(),
    ))
}

/// Everything the person may read as one archive: the projects, each ledger of records that has rows, and the lines of `dump`.
async fn whole(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    if actor.role == Role::Observer {
        return Err(Failed::Forbidden);
    }
    let month = period(site, call)?;
    let facts = site.context.handle.read(views::facts).await??;
    let listed = views::list(&facts, month, &query(call, usize::MAX)?).rows;
    let projects = listed.into_iter().map(|row| (row.id, row.name)).collect();
    let archive = archive(&site.context, &actor, projects, month).await?;
    let name = format!("{}-{month}.zip", site.context.info().unit_name);
    Ok(reply::download("application/zip", &name, archive.into()))
}

/// `GET /api/v1/exports`: the projects the same query lists, as a file; or another table.
///
/// # Errors
/// When the query has the wrong form or the file cannot be written.
pub async fn export(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let asked = match call.query.get("format").map_or("xlsx", String::as_str) {
        "data" => "xlsx",
        "zip" => return whole(site, call).await,
        other => other,
    };
    let format = Format::from_name(&format!("x.{asked}"))
        .ok_or_else(|| Failed::BadRequest(format!("format: {asked}")))?;
    if let Some(token) = call.query.get("list") {
        return list(site, call, token).await;
    }
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
    let is_template = call.query.contains_key("template");
    let listed = views::list(&facts, month, &query).rows;
    let listed = listed.iter().filter(|_| !is_template);
    let ids: Vec<ProjectId> = listed.map(|row| row.id).collect();
    let ledger: String = call.asked("ledger")?.unwrap_or_default();
    let mut titled = if ledger.is_empty() {
        Titled::default()
    } else {
        Titled::of(&*site.context.profile().await??, &ledger)
    };
    titled.is_template = is_template;
    titled.columns = columns(call);
    titled.style = style(call);
    let mut stem = if titled.name.is_empty() {
        site.context.info().unit_name.clone()
    } else {
        titled.name.clone()
    };
    if is_template {
        if titled.name.is_empty() {
            LEDGER_NAME.clone_into(&mut stem);
        }
        stem.push_str(Office::Template.text(Lang::Zh));
    }
    let exported = write(&site.context, format, ids, month, titled).await?;
    Ok(reply::download(
        format.media_type(),
        &format!("{stem}-{month}.{asked}"),
        exported.bytes.into(),
    ))
}
