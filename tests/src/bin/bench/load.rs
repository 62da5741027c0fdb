//! Many nodes at once on one hub, for a while (reliability.md 6, R15 in small).
//!
//! The hub is a server in a process of its own, with its disk. The nodes are whole but for their disks, all in this process, each
//! with a socket and TLS of its own. Each keeps a few records and edits one now and then; some cut their line and come back. A
//! push is measured from the answer to the person (saved here) to the hub's acknowledgement (held there durably).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use node::clock::Clock;
use node::driver::Handle;
use node::node::{Creation, MemoryNode};
use serde_json::json;
use shared::api::NodeRole;
use shared::command::Command;
use shared::field::{Field, FieldPath};
use shared::identity::NodeKey;
use shared::sync::Line;
use shared::value::Value;

use super::Plan;
use super::ground::{
    Running, Served, carry_out, create, envelope, invite, join_by, loopback, project, record,
    runtime, set_line, until_synced,
};
use super::table::{Measured, Row};

/// Records of one node.
const RECORDS: u64 = 4;
/// Between two edits of one node. A busy clerk's hundred a day are one in five minutes.
const PAUSE_MS: u64 = 60_000;
/// One edit in so many follows a cut of the line.
const CUT_ONE_IN: u64 = 20;
/// A push that takes longer is an error.
const PUSH_MAX: Duration = Duration::from_secs(30);

/// The rows measured here.
pub const ROWS: &[Row] = &[
    Row {
        name: "load",
        what: "Many nodes on one hub: a push at the 99th percentile",
        goal: "≤ 2 s",
    },
    Row {
        name: "load-errors",
        what: "Many nodes on one hub: pushes that failed",
        goal: "none",
    },
    Row {
        name: "load-memory",
        what: "Many nodes on one hub: memory of the hub a node",
        goal: "≤ 1 MB",
    },
];

/// What all nodes add to.
#[derive(Default)]
struct Tally {
    edits: AtomicU64,
    errors: AtomicU64,
    cuts: AtomicU64,
}

/// Measures all rows.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    runtime()?.block_on(measure_all(plan))
}

async fn measure_all(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let root = tempfile::tempdir()?;
    let dir = root.path().join("hub");
    create(&dir, NodeRole::Hub, "开州区")?;
    let hub = Running::start(&dir, loopback(0)).await?;
    let address = hub.app.address;
    let mut codes = Vec::new();
    for number in 0..plan.replicas {
        let code = invite(&hub.app, name(number), hub.app.dial_addresses()).await?;
        codes.push(code);
    }
    hub.stop().await?;
    let (hub, _) = Served::start(&dir, address)?;
    let (before, _) = hub.memory_kb()?;

    let begun = Instant::now();
    let mut joining = Vec::new();
    for (number, code) in (0..).zip(codes) {
        joining.push(tokio::spawn(join(number, code)));
    }
    let mut nodes = Vec::new();
    for one in joining {
        nodes.push(one.await??);
    }
    let joined_s = begun.elapsed().as_secs_f64();
    let (after_joining, _) = hub.memory_kb()?;

    let tally = Arc::<Tally>::default();
    let until = Instant::now() + Duration::from_secs(plan.seconds);
    let mut working = Vec::new();
    for (number, node) in (0..).zip(&nodes) {
        let work = work(number, node.handle.clone(), until, Arc::clone(&tally));
        working.push(tokio::spawn(work));
    }
    let mut pushes = Vec::new();
    for one in working {
        pushes.extend(one.await?);
    }
    let (now, most) = hub.memory_kb()?;
    for node in nodes {
        node.close().await;
    }
    drop(hub);

    pushes.sort_by(f64::total_cmp);
    let at = |share: usize| {
        let index = pushes.len().saturating_sub(1) * share / 100;
        pushes.get(index).copied().unwrap_or(f64::NAN)
    };
    let (median, p99, worst) = (at(50), at(99), at(100));
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (edits, errors, cuts) = (
        count(&tally.edits),
        count(&tally.errors),
        count(&tally.cuts),
    );
    let figures = json!({
        "nodes": plan.replicas, "seconds": plan.seconds, "joined_s": joined_s, "edits": edits, "errors": errors, "cuts": cuts,
        "median_ms": median, "p99_ms": p99, "worst_ms": worst,
        "hub_kb_empty": before, "hub_kb_joined": after_joining, "hub_kb_now": now, "hub_kb_most": most,
    });
    let [push, failed, memory] = ROWS else {
        bail!("three rows");
    };
    let a_node = now.saturating_sub(before) as f64 / plan.replicas.max(1) as f64;
    Ok(vec![
        Measured {
            row: push,
            found: format!(
                "median {median:.0}, p99 {p99:.0}, worst {worst:.0} ms of {edits} by {} nodes in {} s, {cuts} cuts",
                plan.replicas, plan.seconds
            ),
            is_met: Some(p99 <= 2_000.0),
            figures: figures.clone(),
        },
        Measured {
            row: failed,
            found: format!("{errors} of {edits}"),
            is_met: Some(errors == 0),
            figures: figures.clone(),
        },
        Measured {
            row: memory,
            found: format!(
                "{a_node:.0} kB; hub {before} kB alone, {after_joining} kB after {joined_s:.0} s of joining, {now} kB at the end, {most} kB at most"
            ),
            is_met: Some(a_node <= 1_000.0),
            figures,
        },
    ])
}

fn name(number: u64) -> String {
    format!("第{number}镇")
}

/// One node, enrolled, with its records at the hub.
async fn join(number: u64, code: String) -> anyhow::Result<MemoryNode> {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    let creation = Creation {
        role: NodeRole::Node,
        name: name(number),
        profile: "kaizhou".to_owned(),
        demo: false,
    };
    let node = MemoryNode::start(NodeKey::from_seed(&seed), &creation, Clock::system()).await?;
    join_by(&node.handle, code).await?;
    let unit = node.handle.info().unit;
    let first = number * RECORDS;
    let envelopes = (first..first + RECORDS).map(|one| envelope(one, record(one, unit)));
    carry_out(&node.handle, envelopes.collect()).await?;
    until_synced(&node.handle, RECORDS).await?;
    Ok(node)
}

/// Edits now and then until it is time; gives the milliseconds of each push.
async fn work(number: u64, handle: Handle, until: Instant, tally: Arc<Tally>) -> Vec<f64> {
    let mut pushes = Vec::new();
    // Nodes begin spread over one pause, and stay so.
    tokio::time::sleep(Duration::from_millis(number * 7_919 % PAUSE_MS)).await;
    let mut turn = 0;
    while Instant::now() < until {
        let begun = Instant::now();
        tally.edits.fetch_add(1, Ordering::Relaxed);
        let is_cut = (number + turn) % CUT_ONE_IN == CUT_ONE_IN - 1;
        match push(number, turn, is_cut, &handle).await {
            // A line that was cut comes back after a pause of its own: no push.
            Ok(_) if is_cut => {
                tally.cuts.fetch_add(1, Ordering::Relaxed);
            }
            Ok(took) => pushes.push(took.as_secs_f64() * 1_000.0),
            Err(_) => {
                tally.errors.fetch_add(1, Ordering::Relaxed);
            }
        }
        turn += 1;
        let left = Duration::from_millis(PAUSE_MS).saturating_sub(begun.elapsed());
        tokio::time::sleep(left).await;
    }
    pushes
}

/// One edit, from saved here to held there.
async fn push(number: u64, turn: u64, is_cut: bool, handle: &Handle) -> anyhow::Result<Duration> {
    if is_cut {
        set_line(handle, Line::Off).await?;
    }
    let command = Command::Edit {
        project: project(number * RECORDS + turn % RECORDS),
        set: [(
            FieldPath::once(Field::TotalInvestmentFen),
            Value::Int(i64::try_from(turn).unwrap_or(0) * 100 + 1_000_000),
        )]
        .into(),
        on_behalf: None,
    };
    let id = 1 << 40 | number << 20 | turn;
    carry_out(handle, vec![envelope(id, command)]).await?;
    if is_cut {
        set_line(handle, Line::On).await?;
    }
    let saved = Instant::now();
    let mut events = handle.subscribe();
    let held = async {
        loop {
            let status = handle
                .read(|context| context.replica.status(context.now))
                .await?;
            if status.pending == 0 {
                return Ok::<_, anyhow::Error>(());
            }
            let _changed_or_late =
                tokio::time::timeout(Duration::from_millis(500), events.recv()).await;
        }
    };
    tokio::time::timeout(PUSH_MAX, held)
        .await
        .context("not held in time")??;
    Ok(saved.elapsed())
}
