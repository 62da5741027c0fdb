//! How fast a hub takes in changes of documents with a long history, through the whole gate and durably.

use std::time::Instant;

use anyhow::ensure;
use shared::api::NodeRole;
use shared::command::Command;
use shared::sync::Line;

use super::Plan;
use super::ground::{
    Running, carry_out, create, envelope, join_at, loopback, project, runtime, set_line,
    until_synced, write_records,
};
use super::table::{Measured, Row};
use super::township::{edit, month_of, write_years};

/// Documents that change.
const DOCUMENTS: u64 = 600;
/// Years each has behind it, of 120 changes each.
const YEARS: u64 = 2;
/// Rounds; the best is what the hub can, the others show what else the machine did.
const ROUNDS: u64 = 3;

/// The row measured here.
pub const ROWS: &[Row] = &[Row {
    name: "intake",
    what: "Changed documents of more than 200 changes of history taken in by a hub, whole gate, durably",
    goal: "≥ 600/s",
}];

/// Measures it.
pub fn measure(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = ROWS else { return Ok(Vec::new()) };
    Ok(vec![runtime()?.block_on(intake(row))?])
}

async fn intake(row: &'static Row) -> anyhow::Result<Measured> {
    let root = tempfile::tempdir()?;
    let (hub_dir, node_dir) = (root.path().join("hub"), root.path().join("node"));
    create(&hub_dir, NodeRole::Hub, "开州区")?;
    create(&node_dir, NodeRole::Node, "竹溪镇")?;
    let hub = Running::start(&hub_dir, loopback(0)).await?;
    let node = Running::start(&node_dir, loopback(0)).await?;
    let handle = &node.app.handle;
    write_records(handle, 0, DOCUMENTS).await?;
    write_years(handle, DOCUMENTS, YEARS).await?;
    join_at(&hub.app, &node.app, hub.app.dial_addresses()).await?;
    until_synced(handle, DOCUMENTS).await?;
    let mut rates = Vec::new();
    for round in 1..=ROUNDS {
        set_line(handle, Line::Off).await?;
        let month = month_of(YEARS, 1)?;
        for number in 0..DOCUMENTS {
            let (path, value) = edit(round, number, month, 1)?;
            let command = Command::Edit {
                project: project(number),
                set: [(path, value)].into(),
                on_behalf: None,
            };
            carry_out(handle, vec![envelope(round << 40 | number, command)]).await?;
        }
        let before = hub
            .app
            .handle
            .read(|context| context.replica.exchanged())
            .await?;
        let begun = Instant::now();
        set_line(handle, Line::On).await?;
        until_synced(handle, DOCUMENTS).await?;
        rates.push(DOCUMENTS as f64 / begun.elapsed().as_secs_f64());
        let after = hub
            .app
            .handle
            .read(|context| context.replica.exchanged())
            .await?;
        ensure!(after.1 - before.1 >= DOCUMENTS, "all came within the time");
    }
    node.stop().await?;
    hub.stop().await?;
    let best = rates.iter().copied().fold(0.0, f64::max);
    let all: Vec<_> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
    let text = format!(
        "{best:.0} a second from dialling to the hub's acknowledgement ({DOCUMENTS} documents; rounds {})",
        all.join(", ")
    );
    Ok(Measured::at_least(row, text, best, 600.0))
}
