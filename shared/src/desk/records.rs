//! The lines of the audit trail: who asked for what, and what became of it. Local to a node, journaled, never a document (design.md 2).

use super::command_name;
use crate::api::AuditEntry;
use crate::command::{Actor, Command, Envelope, Outcome};
use crate::field::{Column, Table};
use crate::time::Timestamp;
use crate::value::Value;

/// The line for an import whose first chunk is written: a power cut must not make it look as if nobody had asked.
pub(super) fn begun(actor: &Actor, envelope: &Envelope, at: Timestamp) -> AuditEntry {
    entry(actor, envelope, ("begun".to_owned(), None), at)
}

pub(super) fn entry_of(
    actor: &Actor,
    envelope: &Envelope,
    outcome: &Outcome,
    at: Timestamp,
) -> AuditEntry {
    let result = match outcome {
        Outcome::Done { .. } => ("done".to_owned(), None),
        Outcome::Refused(refusal) => {
            let why = serde_json::to_value(&refusal.why).ok();
            let kind = why
                .as_ref()
                .and_then(|why| why.get("kind")?.as_str())
                .unwrap_or("refused")
                .to_owned();
            (kind, refusal.rule.clone())
        }
    };
    entry(actor, envelope, result, at)
}

fn entry(
    actor: &Actor,
    envelope: &Envelope,
    (outcome, rule): (String, Option<String>),
    at: Timestamp,
) -> AuditEntry {
    let reason = match &envelope.command {
        Command::Edit {
            on_behalf: Some(reason),
            ..
        }
        | Command::File {
            on_behalf: Some(reason),
            ..
        }
        | Command::Record {
            on_behalf: Some(reason),
            ..
        }
        | Command::DeleteProject { reason, .. }
        | Command::StrikeRow { reason, .. }
        | Command::DismissProposal { reason, .. }
        | Command::ReviewFiling { reason, .. }
        | Command::ExcuseFiling { reason, .. } => reason.clone(),
        Command::Import { file, .. } => file.clone(),
        // Both acts name the version, so that each line leads to the other's.
        Command::Record {
            table: Table::Profiles,
            row,
            set,
            ..
        } => {
            let text = |column| set.get(&column).and_then(Value::as_text).unwrap_or("");
            let (from, number) = (text(Column::EffectiveFrom), text(Column::Number));
            format!("{row} {from} {number}")
        }
        Command::Record {
            table: Table::ProfileApplies,
            set,
            ..
        } => {
            let version = set.get(&Column::ProfileVersion);
            version.and_then(Value::as_text).unwrap_or("").to_owned()
        }
        _ => String::new(),
    };
    AuditEntry {
        at,
        user: actor.user,
        name: actor.name.clone(),
        role: actor.role,
        unit: actor.unit,
        what: command_name(&envelope.command).to_owned(),
        project: envelope.command.project(),
        reason,
        outcome,
        rule,
    }
}
