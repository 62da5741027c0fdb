//! The bad line of design.md 7 over real sockets: 64 kbit/s, 300 ms each way, left alone and cut every 15 seconds.
//!
//! Each round writes texts that do not pack, with the line off, then counts what the line carries until the hub has them all.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use node::clock::Clock;
use shared::api::NodeRole;
use shared::command::Command;
use shared::field::{Field, FieldPath};
use shared::sync::Line;
use shared::value::Value;
use tests::line::{BadLine, Quality};

use serde_json::json;

use super::Plan;
use super::ground::{
    Running, carry_out, create, envelope, join_at, loopback, project, runtime, set_line,
    until_synced, write_records,
};
use super::table::{Measured, Row};

/// Texts of one round: about a minute of such a line.
const TEXTS: u64 = 60;
const CUT_EVERY: Duration = Duration::from_secs(15);

/// Most bytes of the cut run, as a share of the uncut one's.
const TORN_SHARE_MAX: f64 = 1.05;

/// The row of the bad line.
pub const ROWS: &[Row] = &[Row {
    name: "line",
    what: "64 kbit/s, 300 ms each way, cut every 15 s: bytes against the uncut run",
    goal: "≤ 1.05 ×",
}];

/// Measures both rounds.
pub fn measure(_plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [row] = ROWS else { return Ok(Vec::new()) };
    let root = tempfile::tempdir()?;
    let (whole, torn) = runtime()?.block_on(rounds(root.path()))?;
    let share = torn.carried as f64 / whole.carried as f64;
    let found = format!("{share:.3} × (uncut {}; cut {})", whole.told(), torn.told());
    let mut measured = Measured::at_most(row, found, share, TORN_SHARE_MAX);
    let figures = json!({ "share": share, "uncut_bytes": whole.carried, "cut_bytes": torn.carried, "cuts": torn.cuts });
    measured.figures = figures;
    Ok(vec![measured])
}

async fn rounds(root: &Path) -> anyhow::Result<(Round, Round)> {
    let (hub_dir, node_dir) = (root.join("far-hub"), root.join("far-node"));
    create(&hub_dir, NodeRole::Hub, "开州区")?;
    create(&node_dir, NodeRole::Node, "竹溪镇")?;
    let hub = Running::start(&hub_dir, loopback(0)).await?;
    let node = Running::start(&node_dir, loopback(0)).await?;
    let line = BadLine::open(hub.app.address).await?;
    write_records(&node.app.handle, 0, TEXTS).await?;
    let address = format!("https://{}", line.address());
    join_at(&hub.app, &node.app, vec![address]).await?;
    until_synced(&node.app.handle, TEXTS).await?;
    let whole = round(&node, &line, 1, None).await?;
    let torn = round(&node, &line, 2, Some(CUT_EVERY)).await?;
    node.stop().await?;
    hub.stop().await?;
    Ok((whole, torn))
}

/// What a round took.
struct Round {
    carried: u64,
    cuts: u32,
    connections: u64,
    took: Duration,
}

impl Round {
    fn told(&self) -> String {
        format!(
            "{:.1} s, {} B on the socket, {} cuts, {} connections",
            self.took.as_secs_f64(),
            self.carried,
            self.cuts,
            self.connections
        )
    }
}

/// Writes, sends, counts.
async fn round(
    node: &Running,
    line: &BadLine,
    number: u64,
    cut_every: Option<Duration>,
) -> anyhow::Result<Round> {
    let handle = &node.app.handle;
    set_line(handle, Line::Off).await?;
    line.set(Quality {
        delay: Duration::from_millis(300),
        bytes_per_second: Some(8_000),
        is_dead: false,
    });
    let clock = Clock::system();
    for text in 0..TEXTS {
        let words = shared::document::hex(&clock.random::<3_600>());
        let command = Command::Edit {
            project: project(text),
            set: [(FieldPath::once(Field::Background), Value::Text(words))].into(),
            on_behalf: None,
        };
        carry_out(handle, vec![envelope(number << 50 | text, command)]).await?;
    }
    let (before, connections) = (line.bytes(), line.connections());
    let begun = Instant::now();
    set_line(handle, Line::On).await?;
    let done = until_synced(handle, TEXTS);
    tokio::pin!(done);
    let mut cuts = 0;
    loop {
        let pause = tokio::time::sleep(cut_every.unwrap_or(Duration::MAX));
        tokio::select! {
            result = &mut done => break result?,
            () = pause => {
                line.cut();
                cuts += 1;
            }
        }
    }
    let took = begun.elapsed();
    let carried = line.bytes().iter().sum::<u64>() - before.iter().sum::<u64>();
    ensure!(
        cut_every.is_none() || cuts > 0,
        "it was over before the first cut"
    );
    Ok(Round {
        carried,
        cuts,
        connections: line.connections() - connections,
        took,
    })
}
