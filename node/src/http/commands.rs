//! `POST /api/v1/commands`: one command or a list, each answered in order after it is durable.

use bytes::Bytes;
use http::Response;
use serde_json::Value;
use shared::api::WordedAnswer;
use shared::command::{Command, Envelope};
use shared::limits::COMMANDS_PER_REQUEST_MAX;

use super::reply::{self, Failed};
use super::{Call, Site};
use crate::control::new_command_id;

/// Carries out commands. A refused command is an answer; the request itself succeeds.
///
/// # Errors
/// When the body is no command, or there are too many.
pub async fn run(site: &Site, call: &Call) -> Result<Response<Bytes>, Failed> {
    let value: Value = reply::read_json(&call.body)?;
    let actor = call.person()?.actor.clone();
    if let Value::Array(list) = value {
        if list.len() > COMMANDS_PER_REQUEST_MAX {
            return Err(Failed::BadRequest(format!(
                "at most {COMMANDS_PER_REQUEST_MAX} commands in one request"
            )));
        }
        let envelopes = list
            .into_iter()
            .map(|value| envelope(site, value))
            .collect::<Result<Vec<_>, _>>()?;
        if envelopes.is_empty() {
            return Ok(reply::json(&[(); 0]));
        }
        let answers = site.context.handle.command(actor, envelopes).await?;
        let worded = answers
            .into_iter()
            .map(|answer| WordedAnswer::new(answer, call.lang));
        return Ok(reply::json(&worded.collect::<Vec<_>>()));
    }
    let answers = site
        .context
        .handle
        .command(actor, vec![envelope(site, value)?])
        .await?;
    match answers.into_iter().next() {
        Some(answer) => Ok(reply::json(&WordedAnswer::new(answer, call.lang))),
        None => Err(Failed::internal(
            "waiting for an answer",
            "a command has no answer",
        )),
    }
}

/// A command in its envelope, or a bare one, which gets an envelope here and so cannot be sent twice safely.
fn envelope(site: &Site, value: Value) -> Result<Envelope, Failed> {
    let bad = |error: serde_json::Error| Failed::BadRequest(error.to_string());
    if value.get("do").is_some() {
        let command: Command = serde_json::from_value(value).map_err(bad)?;
        return Ok(Envelope {
            id: new_command_id(&site.context.clock),
            base: None,
            after: Vec::new(),
            command,
        });
    }
    serde_json::from_value(value).map_err(bad)
}
