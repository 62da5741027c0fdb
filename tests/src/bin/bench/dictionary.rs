//! Trains the dictionary small commits of the journal are packed against (`node/src/journal/commit.dict`).
//!
//! `bench --train FILE`: some townships and their hubs, each with keys and accounts of its own, write a value of every field and a row of
//! every table; what their journals then hold are the samples. What two of them have in common is the format's: names of fields and
//! columns, the shape of changes, log entries, answers and lines of the audit trail. The words are others than those the row `year` weighs,
//! which would be flattered otherwise.
//!
//! A journal names the dictionary by its algorithm alone: once released, a new one is a new algorithm and a new format.

use std::path::Path;

use anyhow::Context as _;
use node::driver::Handle;
use node::journal::payload::encode_commit;
use node::journal::record::DICTIONARY_RECORD_BYTES_MAX;
use node::journal::scan::{Entry, scan};
use shared::api::NodeRole;
use shared::command::{Actor, Command, Role};
use shared::field::{Column, Field, FieldPath, Kind, Scope, Table};
use shared::ids::{RowId, UserId};
use shared::time::Month;
use shared::value::Value;

use super::ground::{
    Running, create, envelope, join_at, loopback, project, runtime, until_synced, write_records,
};

/// Hubs, with as many townships each.
const HUBS: u64 = 3;
const TOWNSHIPS: u64 = 3;
/// Projects of one township.
const PROJECTS: u64 = 4;
/// Bytes of the dictionary.
const BYTES: usize = 16 * 1024;

/// Writes the dictionary to a file.
pub fn train(path: &Path) -> anyhow::Result<()> {
    let samples = runtime()?.block_on(samples())?;
    let dictionary = zstd::dict::from_samples(&samples, BYTES)?;
    std::fs::write(path, dictionary)?;
    Ok(())
}

async fn samples() -> anyhow::Result<Vec<Vec<u8>>> {
    let root = tempfile::tempdir()?;
    let mut samples = Vec::new();
    for hub in 0..HUBS {
        let hub_dir = root.path().join(format!("hub-{hub}"));
        create(&hub_dir, NodeRole::Hub, "河清县")?;
        let running = Running::start(&hub_dir, loopback(0)).await?;
        for township in 0..TOWNSHIPS {
            let dir = root.path().join(format!("township-{hub}-{township}"));
            create(&dir, NodeRole::Node, &format!("沙坝{township}镇"))?;
            let node = Running::start(&dir, loopback(0)).await?;
            join_at(&running.app, &node.app, running.app.dial_addresses()).await?;
            let first = (hub * TOWNSHIPS + township) * PROJECTS;
            let last = first + PROJECTS;
            write_records(&node.app.handle, first, last).await?;
            for number in first..last {
                act(&node.app.handle, number).await?;
            }
            until_synced(&node.app.handle, PROJECTS).await?;
            node.stop().await?;
            take(&dir, &mut samples)?;
        }
        running.stop().await?;
        take(&hub_dir, &mut samples)?;
    }
    Ok(samples)
}

/// Writes everything that can be written of one project, an act each. What a rule refuses leaves its line in the audit trail.
async fn act(handle: &Handle, number: u64) -> anyhow::Result<()> {
    let mut user = [0; 5];
    user.copy_from_slice(&(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes()[..5]);
    let roles = [Role::Clerk, Role::Head, Role::Clerk];
    let actor = |turn: u64| Actor {
        user: UserId::from_bytes(user),
        name: ["冉启明", "谭红", "向秋月"][(turn % 3) as usize].to_owned(),
        role: roles[(turn % 3) as usize],
        unit: handle.info().unit,
        at_hub: false,
    };
    let mut commands = Vec::new();
    let of_project = |path, value| Command::Edit {
        project: project(number),
        set: [(path, value)].into(),
        on_behalf: None,
    };
    for (turn, field) in (0..).zip(Field::ALL) {
        let value = value(field.kind(), number + turn);
        match field.scope() {
            Scope::Once => commands.push(of_project(FieldPath::once(*field), value)),
            Scope::Year => commands.push(of_project(FieldPath::year(2027, *field), value)),
            Scope::Month => {
                for month in 1..=3 {
                    let month = Month::new(2027, month * 3).context("a month")?;
                    let path = FieldPath::month(month, *field);
                    commands.push(of_project(path, value.clone()));
                }
            }
        }
    }
    for (turn, table) in (0..).zip(Table::ALL) {
        let columns = table.columns().iter();
        let set = columns.map(|column| (*column, value(column.kind(), number + turn)));
        commands.push(Command::Record {
            project: Some(project(number)),
            unit: None,
            table: *table,
            row: RowId::from_parts(1_795_000_000_000 + turn, [number as u8; 10]),
            set: set.collect::<std::collections::BTreeMap<Column, Value>>(),
            on_behalf: None,
        });
    }
    for (turn, command) in (0..).zip(commands) {
        let envelope = envelope(number << 20 | turn, command);
        let _done_or_refused = handle.command(actor(turn), vec![envelope]).await?;
    }
    Ok(())
}

fn value(kind: Kind, number: u64) -> Value {
    let text = |text: String| Value::Text(text);
    match kind {
        Kind::Text | Kind::Person | Kind::Unit => text(format!("秦家坪{number}")),
        Kind::Long | Kind::CoEdited => text(format!("征地{number}亩已交付，主体封顶")),
        Kind::Money => Value::Int(number as i64 * 3_170_000),
        Kind::Percent | Kind::Count => Value::Int((number % 90) as i64),
        Kind::Flag => Value::Bool(number.is_multiple_of(2)),
        Kind::Date => text(format!("2027-0{}-1{}", number % 9 + 1, number % 10)),
        Kind::Years => text("2027..2029".to_owned()),
        Kind::Choice(_) | Kind::Set(_) => text("other".to_owned()),
        Kind::Moment => Value::Int(1_795_000_000_000 + number as i64),
        Kind::Reference | Kind::Json | Kind::Rules => text(String::new()),
    }
}

/// The commits of a journal that are small enough.
fn take(dir: &Path, samples: &mut Vec<Vec<u8>>) -> anyhow::Result<()> {
    scan(&dir.join("journal"), |entry| {
        if let Entry::Commit(commit) = entry {
            let bytes = encode_commit(commit.position, &commit.writes, commit.digest);
            if bytes.len() <= DICTIONARY_RECORD_BYTES_MAX {
                samples.push(bytes);
            }
        }
        Ok::<_, std::convert::Infallible>(())
    })?;
    Ok(())
}
