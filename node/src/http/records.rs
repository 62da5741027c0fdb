//! Companion records of every kind: which there are, their rows, what became of a row; and issues with their way. Writing goes
//! through `commands`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use serde::Serialize;
use shared::api::{IssueBoard, RecordChange, RecordType, Records};
use shared::command::Role;
use shared::field::Table;
use shared::ids::{ProjectId, RowId, UnitId};
use shared::project::ProjectView;
use shared::records;
use shared::view::{self, IssuesQuestion, Looked, RecordsQuestion};

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::driver::ReadContext;
use crate::views;

/// Projects read at once for a compiled table.
const AT_ONCE: usize = 50;
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
    let mut types = type_list(site, call).await?;
    types.retain(|kind| table.is_none_or(|table| kind.table == table));
    Ok(reply::json(&types))
}

/// Every kind as a person reads it.
///
/// # Errors
/// When the project is not here.
pub(super) async fn type_list(site: &Site, call: &Call) -> Result<Vec<RecordType>, Failed> {
    let types = ask(site, call, |context, question| {
        view::record_types(context.replica.library(), context.reader, question)
    });
    types.await
}

/// `GET /api/v1/records`.
///
/// # Errors
/// When the table is none, or the person may not read it.
pub async fn rows(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let table = table(call)?;
    Ok(reply::json(&found(site, call, table).await?))
}

/// The rows of a table as a person reads them.
///
/// # Errors
/// When the person may not read them or a document cannot be read.
pub(super) async fn found(site: &Site, call: &Call, table: Table) -> Result<Records, Failed> {
    let views = views_of(site, call, table).await?;
    let rows = ask(site, call, move |context, question| {
        let library = context.replica.library();
        view::records(library, context.reader, question, table, &views)
    });
    rows.await
}

/// The views a compiled table is made of, some at a time, so that others are served in between.
async fn views_of(
    site: &Site,
    call: &Call,
    table: Table,
) -> Result<BTreeMap<ProjectId, ProjectView>, Failed> {
    let about = ask(site, call, move |context, question| {
        let library = context.replica.library();
        view::compiled_subjects(library, context.reader, question, table).map(Looked::Found)
    });
    let about: Vec<ProjectId> = about.await?.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in about.chunks(AT_ONCE) {
        let some = some.to_vec();
        let read = site.context.handle.read(move |context| {
            let view = |id| views::project(context, id);
            let views: Result<Vec<_>, _> = some.into_iter().map(view).collect();
            views
        });
        let read = read.await??.into_iter().flatten();
        found.extend(read.map(|view| (view.id, view)));
    }
    Ok(found)
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
    Ok(reply::json(&looked_back(site, call, (table, row)).await?))
}

/// What became of a row.
///
/// # Errors
/// As for [`rows`].
pub(super) async fn looked_back(
    site: &Site,
    call: &Call,
    row: (Table, RowId),
) -> Result<Vec<RecordChange>, Failed> {
    let changes = ask(site, call, move |context, question| {
        let library = context.replica.library();
        view::record_history(library, context.reader, question, row, HISTORY_MAX)
    });
    changes.await
}

/// `GET /api/v1/issues`.
///
/// # Errors
/// When a document cannot be read.
pub async fn issues(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&board(site, call).await?))
}

/// The issues the person may see.
///
/// # Errors
/// When a document cannot be read.
pub(super) async fn board(site: &Site, call: &Call) -> Result<IssueBoard, Failed> {
    let actor = call.person()?.actor.clone();
    let closed = call.asked::<bool>("closed")?.unwrap_or(false);
    let (built_in, lang) = (site.context.built_in.clone(), call.lang);
    let read = site.context.handle.read(move |context| {
        let profile = views::profile(context, &built_in)?;
        let question = IssuesQuestion {
            profile: &profile,
            actor: &actor,
            lang,
            now: context.now,
            closed,
        };
        view::issues(context.replica.library(), context.reader, &question)
    });
    let mut board = read.await??;
    if call.person()?.actor.role == Role::Observer {
        // Who wrote a step is a person; which unit it was says enough.
        for step in board.issues.iter_mut().flat_map(|issue| &mut issue.steps) {
            step.by.user = None;
            step.by.name.clear();
        }
    }
    Ok(board)
}

/// The table a question names; only those whose rows people read.
pub(super) fn table(call: &Call) -> Result<Table, Failed> {
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
