//! The workload other sync systems are measured on, run by its own driver against `scripts/peer-adapter`.
//!
//! The driver lies beside the project, not in it: `XIANGMU_PEERS` names its folder, `../shared/peers` else. Where it is not, the rows say
//! so. Bytes are those of the proxy between the two sides: everything above TCP. A run that does not converge, or whose two disks differ
//! from each other or from what was declared, misses whatever its figures are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde_json::Value as Json;

use super::Plan;
use super::table::{Measured, Row};

/// A scenario of the workload.
struct Scenario {
    row: Row,
    /// Its name there, and how many records.
    name: &'static str,
    records: u32,
    /// What is wanted of a run.
    goals: &'static [Goal],
}

/// One figure and the most it may be.
enum Goal {
    /// Bytes both ways.
    Bytes(u64),
    /// Bytes from the nodes to the hub.
    BytesUp(u64),
    /// Bytes both ways of the second reconnect, both processes up.
    BytesWarm(u64),
    /// Bytes both ways, a record.
    BytesARecord(u64),
    /// Milliseconds until both sides are equal and know it.
    Ms(u64),
    /// Resident memory of the hub at its most, in kB.
    HubKb(u64),
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        row: Row {
            name: "peers-S1",
            what: "Peers' S1: first sync of 1,000 records with a year of history, bytes a record at the socket",
            goal: "≤ 3,100 B",
        },
        name: "S1",
        records: 1_000,
        goals: &[Goal::BytesARecord(3_100)],
    },
    Scenario {
        row: Row {
            name: "peers-S2w",
            what: "Peers' S2w: 10,000 records, nothing changed; bytes at the socket of either reconnect, hub's memory",
            goal: "≤ 3 kB, ≤ 60 MB",
        },
        name: "S2w",
        records: 10_000,
        goals: &[
            Goal::Bytes(3_000),
            Goal::BytesWarm(3_000),
            Goal::HubKb(60_000),
        ],
    },
    Scenario {
        row: Row {
            name: "peers-S3",
            what: "Peers' S3: 1,000 records, both sides edited 50 offline; bytes both ways at the socket",
            goal: "≤ 30 kB",
        },
        name: "S3",
        records: 1_000,
        goals: &[Goal::Bytes(30_000)],
    },
    Scenario {
        row: Row {
            name: "peers-S4",
            what: "Peers' S4: the same at 64 kbit/s and 300 ms",
            goal: "≤ 8 s",
        },
        name: "S4",
        records: 1_000,
        goals: &[Goal::Ms(8_000)],
    },
    Scenario {
        row: Row {
            name: "peers-S4c",
            what: "Peers' S4c: the same, cut every 15 s",
            goal: "≤ 15 s, all edits",
        },
        name: "S4c",
        records: 1_000,
        goals: &[Goal::Ms(15_000)],
    },
    Scenario {
        row: Row {
            name: "peers-S5",
            what: "Peers' S5: twenty nodes with 20 edits each reconnect at once",
            goal: "≤ 120 kB up, ≤ 3 s",
        },
        name: "S5",
        records: 1_000,
        goals: &[Goal::BytesUp(120_000), Goal::Ms(3_000)],
    },
];

/// The rows measured here.
pub const ROWS: &[Row] = &[
    SCENARIOS[0].row,
    SCENARIOS[1].row,
    SCENARIOS[2].row,
    SCENARIOS[3].row,
    SCENARIOS[4].row,
    SCENARIOS[5].row,
];

/// What the driver writes.
#[derive(Deserialize)]
struct Report {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    ok: bool,
    converged: bool,
    wall_ms: u64,
    traffic: Traffic,
    warm_traffic: Option<Traffic>,
    peak_rss_kib: Peak,
}

#[derive(Deserialize)]
struct Traffic {
    up: Way,
    down: Way,
}

impl Traffic {
    const fn bytes(&self) -> u64 {
        self.up.bytes + self.down.bytes
    }
}

#[derive(Deserialize)]
struct Way {
    bytes: u64,
}

#[derive(Deserialize)]
struct Peak {
    hub: u64,
    node_max: u64,
}

/// Measures the scenarios that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = std::env::var_os("XIANGMU_PEERS")
        .map_or_else(|| project.join("../shared/peers"), PathBuf::from);
    let driver = folder.join("run.mjs");
    let wanted = SCENARIOS.iter().zip(ROWS);
    wanted
        .filter(|(_, row)| plan.wants_row(row.name))
        .map(|(scenario, row)| {
            if driver.exists() {
                run(&project, &driver, scenario, row)
            } else {
                let why = format!("not measured: no {}", driver.display());
                Ok(Measured::told(row, why, Json::Null))
            }
        })
        .collect()
}

fn run(
    project: &Path,
    driver: &Path,
    scenario: &Scenario,
    row: &'static Row,
) -> anyhow::Result<Measured> {
    let work = std::env::temp_dir().join("xiangmu-peers");
    std::fs::create_dir_all(&work)?;
    let report = work.join(format!("{}.json", scenario.name));
    let adapter = project.join("scripts/peer-adapter").canonicalize()?;
    // Its status says whether the run was in order, which the report says too.
    let ended = Command::new("node")
        .arg(driver)
        .args(["--peer", &format!("exec:{}", adapter.display())])
        .args(["--scenario", scenario.name])
        .args(["--n", &scenario.records.to_string()])
        .arg("--work")
        .arg(&work)
        .arg("--json")
        .arg(&report)
        .args(["--quiet", "1"])
        .output()
        .context("starting node.js")?;
    ensure!(
        report.exists(),
        "{}: {}",
        scenario.name,
        String::from_utf8_lossy(&ended.stderr)
    );
    let text = std::fs::read_to_string(&report)?;
    std::fs::remove_file(&report)?;
    let run = serde_json::from_str::<Report>(&text)?
        .runs
        .into_iter()
        .next();
    let run = run.context("a run")?;
    let is_met = run.ok
        && run.converged
        && scenario
            .goals
            .iter()
            .all(|goal| goal.is_met(scenario, &run));
    let warm = run.warm_traffic.as_ref().map_or_else(String::new, |warm| {
        format!(", second reconnect {} B", warm.bytes())
    });
    Ok(Measured {
        row,
        found: format!(
            "{} B up, {} B down ({:.0} B a record){warm}, {} ms, hub {} kB, node {} kB, {}",
            run.traffic.up.bytes,
            run.traffic.down.bytes,
            run.traffic.bytes() as f64 / f64::from(scenario.records),
            run.wall_ms,
            run.peak_rss_kib.hub,
            run.peak_rss_kib.node_max,
            if run.ok {
                "both disks right"
            } else {
                "DISKS WRONG"
            }
        ),
        is_met: Some(is_met),
        figures: serde_json::from_str(&text)?,
    })
}

impl Goal {
    fn is_met(&self, scenario: &Scenario, run: &Run) -> bool {
        match *self {
            Self::Bytes(most) => run.traffic.bytes() <= most,
            Self::BytesUp(most) => run.traffic.up.bytes <= most,
            Self::BytesWarm(most) => run
                .warm_traffic
                .as_ref()
                .is_some_and(|warm| warm.bytes() <= most),
            Self::BytesARecord(most) => run.traffic.bytes() <= most * u64::from(scenario.records),
            Self::Ms(most) => run.wall_ms <= most,
            Self::HubKb(most) => run.peak_rss_kib.hub <= most,
        }
    }
}
