//! Projects: the list, one with all its values, its history, and a plain write.

use bytes::Bytes;
use http::Response;
use shared::api::{ProjectList, ProjectPatch};
use shared::command::{Command, Envelope, Outcome};
use shared::field::FieldPath;
use shared::ids::ProjectId;
use shared::library::LibraryError;
use shared::project::ProjectView;
use shared::rules::reading;
use shared::text::book::WordBook;
use shared::text::page::PageWords;
use shared::time::Month;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::new_command_id;
use crate::views::{self, ListQuery};

/// `GET /api/v1/profile`: the county's rules in force.
///
/// # Errors
/// When a document cannot be read.
pub async fn profile(site: &Site) -> Result<Response<Bytes>, Failed> {
    let profile = site.context.profile().await??;
    Ok(reply::json(&*profile))
}

/// `GET /api/v1/words`: what records are called, for a front end that carries no words of its own for them.
#[must_use]
pub fn words() -> Response<Bytes> {
    reply::json(&WordBook::of_this_version())
}

/// `GET /api/v1/words/page`: the words of the front end's pages, which it needs before anybody has logged in.
#[must_use]
pub fn page_words() -> Response<Bytes> {
    reply::json(&PageWords::of_this_version())
}

/// `GET /api/v1/directory`.
///
/// # Errors
/// When a document cannot be read.
pub async fn directory(site: &Site) -> Result<Response<Bytes>, Failed> {
    let units = site.context.handle.read(views::directory).await??;
    Ok(reply::json(&units))
}

/// The month of a question.
///
/// # Errors
/// When it has the wrong form.
pub fn period(site: &Site, call: &Call) -> Result<Month, Failed> {
    Ok(call
        .asked("period")?
        .unwrap_or_else(|| views::this_month(site.context.clock.now())))
}

/// Reads what a list is asked for.
///
/// # Errors
/// When a part of the query has the wrong form.
pub fn query(call: &Call, limit: usize) -> Result<ListQuery, Failed> {
    let text = |name: &str| call.query.get(name).map_or("", String::as_str);
    let sort = text("sort");
    let bad =
        |name: &str, error: views::UnknownName| Failed::BadRequest(format!("{name}: {error}"));
    Ok(ListQuery {
        words: views::words(text("q")),
        filters: views::filters(text("filter")).map_err(|error| bad("filter", error))?,
        sort: match sort.trim_start_matches('-') {
            "" => views::Sort::default(),
            name => name.parse().map_err(|error| bad("sort", error))?,
        },
        descending: sort.starts_with('-'),
        limit: call.asked("limit")?.unwrap_or(limit).min(limit),
        offset: call.asked("cursor")?.unwrap_or(0),
    })
}

/// `GET /api/v1/projects`.
///
/// # Errors
/// When the query has the wrong form or the store fails.
pub async fn list(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&listed(site, call, views::ROWS_MAX).await?))
}

/// The projects the person may see of those a call asks for.
///
/// # Errors
/// When the query has the wrong form or the store fails.
pub async fn listed(site: &Site, call: &Call, limit: usize) -> Result<ProjectList, Failed> {
    let month = period(site, call)?;
    let query = query(call, limit)?;
    let mut facts = site.context.handle.read(views::facts).await??;
    let profile = site.context.profile().await??;
    let role = call.person()?.actor.role;
    facts.retain(|facts| reading::may_see(&profile, role, &facts.row.stage));
    tokio::task::spawn_blocking(move || views::list(&facts, month, &query))
        .await
        .map_err(|error| Failed::internal("listing projects", error))
}

/// `GET /api/v1/projects/{id}`.
///
/// # Errors
/// When it is not here.
pub async fn one(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    Ok(reply::json(&readable(site, call).await?))
}

/// The project of a call, as the person may read it.
///
/// # Errors
/// When it is not here, or not for the person.
pub async fn readable(site: &Site, call: &Call) -> Result<ProjectView, Failed> {
    readable_one(site, call, call.parameter(0)?).await
}

/// A project, as the person may read it.
///
/// # Errors
/// When it is not here, or not for the person.
pub async fn readable_one(site: &Site, call: &Call, id: ProjectId) -> Result<ProjectView, Failed> {
    let view = site
        .context
        .handle
        .read(move |context| views::project(context, id))
        .await??;
    let profile = site.context.profile().await??;
    let role = call.person()?.actor.role;
    let shown = view.and_then(|view| reading::shown(&profile, role, view));
    shown.ok_or(Failed::NotFound)
}

/// `GET /api/v1/projects/{id}/history`.
///
/// # Errors
/// When it is not here.
pub async fn history(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let id: ProjectId = call.parameter(0)?;
    let path: Option<FieldPath> = call.asked("path")?;
    let profile = site.context.profile().await??;
    let role = call.person()?.actor.role;
    let entries = site
        .context
        .handle
        .read(move |context| {
            let view = views::project(context, id)?;
            // Who may not know of a project learns nothing of its past.
            if view.is_none_or(|view| reading::shown(&profile, role, view).is_none()) {
                return Ok(None);
            }
            let mut entries = views::history(context, id, path.as_ref())?;
            let told = entries.iter_mut();
            told.for_each(|entries| {
                entries.retain(|entry| reading::may_read_path(&profile, role, &entry.path));
            });
            Ok::<_, LibraryError>(entries)
        })
        .await??;
    Ok(reply::json(&entries.ok_or(Failed::NotFound)?))
}

/// `PATCH /api/v1/projects/{id}`.
///
/// # Errors
/// [`Failed::Refused`] with the rule.
pub async fn patch(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let project: ProjectId = call.parameter(0)?;
    let patch: ProjectPatch = reply::read_json(&call.body)?;
    let envelope = Envelope {
        id: new_command_id(&site.context.clock),
        base: patch.base,
        after: Vec::new(),
        command: Command::Edit {
            project,
            set: patch.set,
            on_behalf: patch.on_behalf,
        },
    };
    let actor = call.person()?.actor.clone();
    let answers = site.context.handle.command(actor, vec![envelope]).await?;
    match answers.into_iter().next() {
        Some(answer) => match answer.outcome {
            Outcome::Refused(refusal) => Err(Failed::Refused(refusal)),
            Outcome::Done { .. } => Ok(reply::json(&answer)),
        },
        None => Err(Failed::internal(
            "waiting for an answer",
            "a command has no answer",
        )),
    }
}
