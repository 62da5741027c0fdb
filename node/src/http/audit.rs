//! The audit trail of this server: who asked for what, and what became of it. The head of the hub and administrators read it.

use bytes::Bytes;
use http::Response;
use shared::api::Audit;
use shared::command::Role;
use shared::desk::audit_entries;
use shared::time::{Date, Timestamp};

use super::reply::{self, Failed};
use super::{Call, Site};

/// Lines of one answer when the question names no number, and at most.
const LINES: usize = 1_000;
const LINES_MAX: usize = 10_000;

/// Days one looks back when the question names none.
const DAYS: i64 = 30;

/// `GET /api/v1/audit`.
///
/// # Errors
/// When the asker is neither the head of the hub nor an administrator, or the trail cannot be read.
pub async fn trail(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    if !matches!(call.person()?.actor.role, Role::HubHead | Role::Admin) {
        return Err(Failed::Forbidden);
    }
    let first: Option<Date> = call.asked("day")?;
    let last: Option<Date> = call.asked("to")?;
    let after: Option<i64> = call.asked("from")?;
    let limit = call.asked::<usize>("limit")?.unwrap_or(LINES);
    let limit = limit.clamp(1, LINES_MAX);
    let entries = site.context.handle.read(move |context| {
        let last = last.unwrap_or_else(|| context.now.date());
        let first = first.unwrap_or_else(|| last.plus_days(-DAYS));
        let from = after.map_or_else(|| first.at(0, 0, 0), Timestamp);
        let to = last.plus_days(1).at(0, 0, 0);
        // One more than asked for tells whether there are more.
        audit_entries(context.reader, from, to, limit.saturating_add(1))
    });
    let read = entries.await?;
    let mut entries = read.map_err(|error| Failed::internal("reading the audit trail", error))?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    Ok(reply::json(&Audit { entries, more }))
}
