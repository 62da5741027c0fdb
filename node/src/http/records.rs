//! Companion records of every kind: which there are, their rows, what became of a row; and issues with their way. Writing goes
//! through `commands`.

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use shared::field::Table;
use shared::ids::{ProjectId, RowId, UnitId};
use shared::records;
use shared::view::{self, IssuesQuestion, Looked, RecordsQuestion};

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::driver::ReadContext;
use crate::views;

/// Writes one answer of a row's history holds.
const HISTORY_MAX: usize = 500;

/// `GET /api/v1/record-types`.
///
/// # Errors
/// When the project is not here.
pub async fn types(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let table = match call.query.contains_key("table") {
        true => Some(table(call)?),
        false => None,
    };
    let types = ask(site, call, |context, question| {
        view::record_types(context.replica.library(), context.reader, question)
    });
    let mut types = types.await?;
    types.retain(|kind| table.is_none_or(|table| kind.table == table));
    Ok(reply::json(&types))
}

/// `GET /api/v1/records`.
///
/// # Errors
/// When the table is none, or the person may not read it.
pub async fn rows(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let table = table(call)?;
    let rows = ask(site, call, move |context, question| {
        view::records(context.replica.library(), context.reader, question, table)
    });
    Ok(reply::json(&rows.await?))
}

/// `GET /api/v1/records/history`.
///
/// # Errors
/// As for [`rows`].
pub async fn history(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let table = table(call)?;
    let row: RowId = call
        .asked("row")?
        .ok_or_else(|| Failed::BadRequest("row".to_owned()))?;
    let changes = ask(site, call, move |context, question| {
        let library = context.replica.library();
        view::record_history(library, context.reader, question, (table, row), HISTORY_MAX)
    });
    Ok(reply::json(&changes.await?))
}

/// `GET /api/v1/issues`.
///
/// # Errors
/// When a document cannot be read.
pub async fn issues(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let actor = call.person()?.actor.clone();
    let closed = call.asked::<bool>("closed")?.unwrap_or(false);
    let (built_in, lang) = (site.context.built_in.clone(), call.lang);
    let board = site
        .context
        .handle
        .read(move |context| {
            let profile = views::profile(context, &built_in)?;
            let question = IssuesQuestion {
                profile: &profile,
                actor: &actor,
                lang,
                now: context.now,
                closed,
            };
            view::issues(context.replica.library(), context.reader, &question)
        })
        .await??;
    Ok(reply::json(&board))
}

/// The table a question names; only those whose rows people read.
fn table(call: &Call) -> Result<Table, Failed> {
    let name = call.query.get("table").map_or("", String::as_str);
    let known = records::readable().find(|table| table.id() == name);
    known.ok_or(Failed::NotFound)
}

/// Asks for records in the person's name.
async fn ask<T: Serialize + Send + 'static>(
    site: &Site,
    call: &Call,
    look: impl FnOnce(
        &mut ReadContext<'_>,
        &RecordsQuestion<'_>,
    ) -> Result<Looked<T>, shared::library::LibraryError>
    + Send
    + 'static,
) -> Result<T, Failed> {
    let actor = call.person()?.actor.clone();
    let project: Option<ProjectId> = call.asked("project")?;
    let unit: Option<UnitId> = call.asked("unit")?;
    let (built_in, lang) = (site.context.built_in.clone(), call.lang);
    let looked = site
        .context
        .handle
        .read(move |context| {
            let rules = views::rules(context, &built_in)?;
            let question = RecordsQuestion {
                profile: rules.history.at(context.now),
                rules: &rules,
                actor: &actor,
                lang,
                now: context.now,
                project,
                unit,
            };
            look(context, &question)
        })
        .await??;
    match looked {
        Looked::Found(thing) => Ok(thing),
        Looked::NotHere => Err(Failed::NotFound),
        Looked::Forbidden => Err(Failed::Forbidden),
        Looked::NoProject => Err(Failed::BadRequest("project".to_owned())),
    }
}
