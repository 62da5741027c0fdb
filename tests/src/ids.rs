//! Ids and envelopes as a client would make them. They count up, so that two of one process never meet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use shared::ids::{CommandId, ProjectId, RowId};

fn parts() -> (u64, [u8; 10]) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let mut random = [0u8; 10];
    random[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    random[..2].copy_from_slice(&std::process::id().to_be_bytes()[2..]);
    (u64::try_from(now.as_millis()).unwrap_or(0), random)
}

/// A new project's id.
#[must_use]
pub fn project() -> String {
    let (time, random) = parts();
    ProjectId::from_parts(time, random).to_string()
}

/// A new row's id.
#[must_use]
pub fn row() -> String {
    let (time, random) = parts();
    RowId::from_parts(time, random).to_string()
}

/// A new command's id.
#[must_use]
pub fn command() -> String {
    let (time, random) = parts();
    CommandId::from_parts(time, random).to_string()
}

/// A command that acts on what is there now.
#[must_use]
pub fn envelope(command: &Value) -> Value {
    json!({ "id": self::command(), "command": command })
}

/// A command whose author saw some heads and has sent others before without an answer yet.
#[must_use]
pub fn envelope_at(command: &Value, heads: &Value, after: &[&Value]) -> Value {
    let after: Vec<&Value> = after.iter().map(|earlier| &earlier["id"]).collect();
    json!({ "id": self::command(), "base": heads, "after": after, "command": command })
}
