//! Lines of commands: each is judged and answered in order, and answered only after it is durable.
//!
//! A line is `{"id": project, "set": {field: value}, "base"?: heads, "on_behalf"?: why}` or `{"command": …}` with the same commands as
//! the API (and, as there, an optional command id, `base` and `after`). The answer is `{"ok": true, "id", "heads"}`, with
//! `proposed` when values became 建议值, or `{"ok": false, "rule", "reason"}`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use shared::command::{Actor, Command, Envelope, Outcome as CommandOutcome};
use shared::field::FieldPath;
use shared::ids::{CommandId, ProjectId};
use shared::text::Lang;
use shared::value::Value;
use tokio::sync::mpsc::Sender;

use super::Context;
use super::request::{Event, Outcome, Trouble};
use crate::clock::Clock;

/// `{"id", "set"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetLine {
    id: ProjectId,
    set: BTreeMap<FieldPath, Value>,
    #[serde(default)]
    base: Option<Vec<String>>,
    #[serde(default)]
    on_behalf: Option<String>,
}

/// `{"command"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandLine {
    #[serde(default)]
    id: Option<CommandId>,
    command: Command,
    #[serde(default)]
    base: Option<Vec<String>>,
    #[serde(default)]
    after: Vec<CommandId>,
}

/// Draws a command's id.
#[must_use]
pub fn new_command_id(clock: &Clock) -> CommandId {
    CommandId::from_parts(clock.now().0.unsigned_abs(), clock.random())
}

fn read(line: &str, clock: &Clock) -> Result<Envelope, serde_json::Error> {
    let value: Json = serde_json::from_str(line)?;
    if value.get("set").is_some() {
        let line: SetLine = serde_json::from_value(value)?;
        let command = Command::Edit {
            project: line.id,
            set: line.set,
            on_behalf: line.on_behalf,
        };
        return Ok(Envelope {
            id: new_command_id(clock),
            base: line.base,
            after: Vec::new(),
            command,
        });
    }
    let line: CommandLine = serde_json::from_value(value)?;
    let id = line.id.unwrap_or_else(|| new_command_id(clock));
    Ok(Envelope {
        id,
        base: line.base,
        after: line.after,
        command: line.command,
    })
}

pub(super) async fn run(
    context: &Context,
    lines: Vec<String>,
    user: Option<&str>,
    lang: Lang,
    events: &Sender<Event>,
) -> Result<Outcome, Trouble> {
    let actor = actor(context, user)?;
    let mut read_lines = Vec::with_capacity(lines.len());
    let mut envelopes = Vec::new();
    for line in &lines {
        match read(line, &context.clock) {
            Ok(envelope) => {
                read_lines.push(Ok(subject(&envelope)));
                envelopes.push(envelope);
            }
            Err(error) => read_lines.push(Err(error)),
        }
    }
    let answers = if envelopes.is_empty() {
        Vec::new()
    } else {
        context.handle.command(actor, envelopes).await?
    };
    let mut answers = answers.into_iter();
    let (mut done, mut refused) = (0, 0);
    for line in read_lines {
        let answer = match line {
            Err(error) => {
                refused += 1;
                json!({"ok": false, "rule": "bad_line", "reason": error.to_string()})
            }
            Ok(subject) => match answers.next().map(|answer| answer.outcome) {
                Some(CommandOutcome::Done {
                    heads,
                    proposed,
                    counts,
                    at: _,
                }) => {
                    done += 1;
                    let mut answer = json!({"ok": true, "id": subject, "heads": heads});
                    if !proposed.is_empty() {
                        answer["proposed"] = json!(proposed);
                    }
                    if let Some(counts) = counts {
                        answer["counts"] = json!(counts);
                    }
                    answer
                }
                Some(CommandOutcome::Refused(why)) => {
                    refused += 1;
                    refusal_json(&why, lang)
                }
                None => return Err(Trouble::plain("a command has no answer")),
            },
        };
        let _unheard = events
            .send(Event::Line {
                text: answer.to_string(),
            })
            .await;
    }
    Ok(Outcome::Lines { done, refused })
}

fn refusal_json(why: &shared::command::Refusal, lang: Lang) -> Json {
    // Without a clause the kind of refusal is what a program can branch on.
    let kind = serde_json::to_value(&why.why).ok();
    let kind = kind
        .as_ref()
        .and_then(|kind| kind.get("kind"))
        .and_then(Json::as_str)
        .unwrap_or("refused");
    let rule = why.rule.clone().unwrap_or_else(|| kind.to_owned());
    let mut answer = json!({"ok": false, "rule": rule, "reason": why.sentence(lang)});
    if !why.missing.is_empty() {
        answer["missing"] = json!(why.missing);
    }
    answer
}

/// The account to act as, or the console.
pub(super) fn actor(context: &Context, user: Option<&str>) -> Result<Actor, Trouble> {
    let Some(name) = user else {
        return Ok(context.console());
    };
    match context.accounts.find(name) {
        Some(account) if !account.disabled => Ok(context.accounts.actor(&account)),
        Some(_) => Err(Trouble::plain(format!("the account {name} is disabled"))),
        None => Err(
            Trouble::plain(format!("there is no account {name}")).hint(format!(
                "xiangmu user list --data {}",
                context.dir.display()
            )),
        ),
    }
}

/// What an answer names: the project of a command, else the command itself.
fn subject(envelope: &Envelope) -> String {
    match &envelope.command {
        Command::CreateProject { project, .. }
        | Command::Edit { project, .. }
        | Command::AcceptProposal { project, .. }
        | Command::DismissProposal { project, .. }
        | Command::DeleteProject { project, .. }
        | Command::RestoreProject { project }
        | Command::Comment { project, .. }
        | Command::MoveProject { project, .. } => project.to_string(),
        Command::File { filing, .. }
        | Command::ReviewFiling { filing, .. }
        | Command::ExcuseFiling { filing, .. } => filing.to_string(),
        Command::Record { row, .. } | Command::StrikeRow { row, .. } => row.to_string(),
        Command::ResolveConflict { project, path, .. } => {
            project.map_or_else(|| path.to_string(), |project| project.to_string())
        }
        Command::Import { import, .. } | Command::UndoImport { import } => import.to_string(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::time::Timestamp;

    use super::*;

    #[test]
    fn both_forms_of_a_line_become_commands() {
        let clock = Clock::manual(Timestamp(1_700_000_000_000), 1);
        let project = ProjectId::from_parts(1, [1; 10]);
        let set = format!(r#"{{"id":"{project}","set":{{"name":"桥"}},"base":["ab"]}}"#);
        let envelope = read(&set, &clock).unwrap();
        assert_eq!(envelope.base, Some(vec!["ab".to_owned()]));
        assert_eq!(subject(&envelope), project.to_string());
        let full = format!(r#"{{"command":{{"do":"restore_project","project":"{project}"}}}}"#);
        assert_eq!(
            read(&full, &clock).unwrap().command,
            Command::RestoreProject { project }
        );
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"id":"x","set":{}}"#,
            r#"{"set":{},"id":"01","more":1}"#,
        ] {
            assert!(read(bad, &clock).is_err(), "{bad}");
        }
    }
}
