//! Two nodes over real sockets and real disks.
//!
//! Everything runs through the library as `xiangmu serve` does: a hub with TLS and a township node, each with its own data
//! folder. Bytes are counted at the WebSocket (payload) and at the socket (TLS, HTTP upgrade and frames included). For
//! memory the two folders are then served by two processes of their own, and the kernel is asked.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use node::driver::{Event, Handle};
use serde_json::json;
use shared::api::NodeRole;
use shared::command::Command;
use shared::field::{Field, FieldPath};
use shared::ids::DocumentId;
use shared::sync::Line;
use shared::value::Value;

use super::Plan;
use super::ground::{
    PATIENCE, Running, Served, carry_out, count_projects, create, envelope, folder_bytes, join_at,
    loopback, moved, project, runtime, set_line, until_synced, write_records,
};
use super::table::{Measured, Row};

/// Edits made one by one on a standing line.
const LIVE_EDITS: u64 = 20;
/// Edits made while the line was off, each of another record.
const AWAY_EDITS: u64 = 1_000;

/// The rows measured here, in this order.
pub const ROWS: &[Row] = &[
    Row {
        name: "write",
        what: "Records written at a node, with an fsync per 200",
        goal: "",
    },
    Row {
        name: "first-sync",
        what: "New records in a first sync",
        goal: "≥ 1,500/s",
    },
    Row {
        name: "idle",
        what: "Reconnect, nothing changed: WebSocket payload",
        goal: "≤ 300 B",
    },
    Row {
        name: "edit",
        what: "One field edited, live: WebSocket payload incl. acknowledgement",
        goal: "≤ 200 B",
    },
    Row {
        name: "visible",
        what: "One field edited, live: from saved at the node to seen at the hub",
        goal: "≤ 100 ms",
    },
    Row {
        name: "thousand",
        what: "1,000 amounts of distinct records edited without a line: payload an edit",
        goal: "≤ 30 B",
    },
    Row {
        name: "start",
        what: "Start of hub and node with these records",
        goal: "",
    },
    Row {
        name: "hub-memory",
        what: "Memory of a hub of 20,000 projects (node beside it), right after its start and a reconnect",
        goal: "≤ 600 MB",
    },
    Row {
        name: "disk",
        what: "Data folders of hub and node with these records",
        goal: "",
    },
    Row {
        name: "rebuild",
        what: "Records of a hub whose database is gone, rebuilt from its journal until ready",
        goal: "≥ 5,000/s",
    },
];

/// The row of a name.
fn row(name: &str) -> anyhow::Result<&'static Row> {
    let row = ROWS.iter().find(|row| row.name == name);
    row.with_context(|| format!("no row {name}"))
}

/// Measures all rows that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    runtime()?.block_on(measure_all(plan))
}

async fn measure_all(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let mut found = Vec::new();
    let records = plan.records;
    let root = tempfile::tempdir()?;
    let (hub_dir, node_dir) = (root.path().join("hub"), root.path().join("node"));
    create(&hub_dir, NodeRole::Hub, "开州区")?;
    create(&node_dir, NodeRole::Node, "竹溪镇")?;
    let hub = Running::start(&hub_dir, loopback(0)).await?;
    let node = Running::start(&node_dir, loopback(0)).await?;
    found.extend(first_sync(&hub, &node, records).await?);
    if plan.wants(&["idle"]) {
        found.push(idle(&node.app.handle, records).await?);
    }
    if plan.wants(&["edit", "visible"]) {
        found.extend(live(&hub.app.handle, &node.app.handle, records).await?);
    }
    if plan.wants(&["thousand"]) {
        found.push(away(&node.app.handle, records).await?);
    }
    let hub_address = hub.app.address;
    node.stop().await?;
    hub.stop().await?;
    if plan.wants(&["start", "hub-memory", "disk"]) {
        found.extend(served(&hub_dir, hub_address, &node_dir, records).await?);
    }
    if plan.wants(&["rebuild"]) {
        found.push(rebuilt(&hub_dir, records)?);
    }
    Ok(found)
}

/// Writes all records at the node, then enrols it.
async fn first_sync(hub: &Running, node: &Running, records: u64) -> anyhow::Result<[Measured; 2]> {
    let begun = Instant::now();
    write_records(&node.app.handle, 0, records).await?;
    let rate = records as f64 / begun.elapsed().as_secs_f64();
    let text = format!("{rate:.0} a second ({records} records)");
    let figures = json!({ "records": records, "a_second": rate });
    let written = Measured::told(row("write")?, text, figures);

    let begun = Instant::now();
    join_at(&hub.app, &node.app, hub.app.dial_addresses()).await?;
    until_synced(&node.app.handle, records).await?;
    let rate = records as f64 / begun.elapsed().as_secs_f64();
    let first = moved(&node.app.handle);
    let there = count_projects(&hub.app.handle).await?;
    ensure!(
        there as u64 == records,
        "the hub holds {there} records of {records}"
    );
    let text = format!(
        "{rate:.0} a second ({records} records); payload {} B, socket {} B, {:.0} B a record",
        first.payload(),
        first.socket(),
        first.socket() as f64 / records as f64
    );
    let synced = Measured::at_least(row("first-sync")?, text, rate, 1_500.0);
    Ok([written, synced])
}

/// Three reconnects with nothing to tell; the dearest counts.
async fn idle(node: &Handle, records: u64) -> anyhow::Result<Measured> {
    let (mut worst, mut rounds) = (0, Vec::new());
    for round in 1..=3 {
        set_line(node, Line::Off).await?;
        let begun = Instant::now();
        set_line(node, Line::On).await?;
        until_synced(node, records).await?;
        let took = begun.elapsed();
        set_line(node, Line::Off).await?;
        let moved = moved(node);
        worst = worst.max(moved.payload());
        rounds.push(format!(
            "{round}: {} + {} B payload, {} + {} B socket, {:.0} ms",
            moved.payload_sent,
            moved.payload_received,
            moved.socket_sent,
            moved.socket_received,
            took.as_secs_f64() * 1e3
        ));
    }
    set_line(node, Line::On).await?;
    until_synced(node, records).await?;
    let text = format!("{worst} B ({records} records; {})", rounds.join("; "));
    Ok(Measured::at_most(row("idle")?, text, worst as f64, 300.0))
}

/// Edits on a standing line: what each costs, and when the hub has it for its people.
async fn live(hub: &Handle, node: &Handle, records: u64) -> anyhow::Result<[Measured; 2]> {
    let before = moved(node);
    let (mut seen_ms, mut acknowledged) = (Vec::new(), Duration::ZERO);
    for number in 0..LIVE_EDITS {
        let mut events = hub.subscribe();
        let id = DocumentId::Project(project(number));
        edit(node, 1, number, 7_777_777).await?;
        let saved = Instant::now();
        let seen = async {
            loop {
                if let Event::Changed(ids) = events.recv().await?
                    && ids.contains(&id)
                {
                    return anyhow::Ok(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, seen).await??;
        seen_ms.push(saved.elapsed().as_secs_f64() * 1e3);
        until_synced(node, records).await?;
        acknowledged += saved.elapsed();
    }
    let after = moved(node);
    let payload = (after.payload() - before.payload()) / LIVE_EDITS;
    let text = format!(
        "{payload} B (socket {} B), {:.1} ms from saved to the hub's acknowledgement, mean of {LIVE_EDITS}",
        (after.socket() - before.socket()) / LIVE_EDITS,
        acknowledged.as_secs_f64() * 1e3 / LIVE_EDITS as f64
    );
    let bytes = Measured::at_most(row("edit")?, text, payload as f64, 200.0);
    Ok([bytes, Measured::times(row("visible")?, seen_ms, 100.0)])
}

/// Edits made while nobody listens, and what their way costs when the line is back.
async fn away(node: &Handle, records: u64) -> anyhow::Result<Measured> {
    let edits = AWAY_EDITS.min(records);
    set_line(node, Line::Off).await?;
    for number in 0..edits {
        let amount = i64::try_from(number)? * 123_457 % 90_000;
        edit(node, 2, number, amount).await?;
    }
    set_line(node, Line::On).await?;
    until_synced(node, records).await?;
    let moved = moved(node);
    let each = moved.payload() as f64 / edits as f64;
    let text = format!(
        "{each:.1} B of {edits} edits ({} + {} B payload, {} B socket)",
        moved.payload_sent,
        moved.payload_received,
        moved.socket()
    );
    Ok(Measured::at_most(row("thousand")?, text, each, 30.0))
}

async fn edit(node: &Handle, round: u64, number: u64, wan: i64) -> anyhow::Result<()> {
    let command = Command::Edit {
        project: project(number),
        set: [(
            FieldPath::once(Field::TotalInvestmentFen),
            Value::Int(wan * 1_000_000),
        )]
        .into(),
        on_behalf: None,
    };
    carry_out(node, vec![envelope(round << 40 | number, command)]).await
}

/// Both folders in processes of their own.
async fn served(
    hub_dir: &Path,
    hub_address: SocketAddr,
    node_dir: &Path,
    records: u64,
) -> anyhow::Result<[Measured; 3]> {
    let (hub, hub_ready) = Served::start(hub_dir, hub_address)?;
    let (node, node_ready) = Served::start(node_dir, loopback(0))?;
    // The line stands once the node has dialled and both have compared what they hold.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let figures = json!({ "records": records });
    let text = format!(
        "hub {:.1} s, node {:.1} s until ready ({records} records)",
        hub_ready.as_secs_f64(),
        node_ready.as_secs_f64()
    );
    let start = Measured::told(row("start")?, text, figures.clone());
    let (_, most) = hub.memory_kb()?;
    let text = format!(
        "{records} records: hub {}, node {}",
        hub.memory()?,
        node.memory()?
    );
    let memory = Measured::at_most(row("hub-memory")?, text, most as f64 / 1e3, 600.0);
    let text = format!(
        "hub {} kB, node {} kB",
        folder_bytes(hub_dir)? / 1000,
        folder_bytes(node_dir)? / 1000
    );
    Ok([start, memory, Measured::told(row("disk")?, text, figures)])
}

/// The start of a hub whose database was lost.
fn rebuilt(hub_dir: &Path, records: u64) -> anyhow::Result<Measured> {
    std::fs::remove_dir_all(hub_dir.join("db"))?;
    let (hub, took) = Served::start(hub_dir, loopback(0))?;
    let rate = records as f64 / took.as_secs_f64();
    let text = format!(
        "{rate:.0} a second ({records} records, {:.1} s from the program's start; {})",
        took.as_secs_f64(),
        hub.memory()?
    );
    Ok(Measured::at_least(row("rebuild")?, text, rate, 5_000.0))
}
