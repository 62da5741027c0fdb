//! The table: a row's goal, what was measured, and the verdict; as lines for people and as JSON.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

/// A figure somebody wants to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its name for `--only`.
    pub name: &'static str,
    /// What is measured.
    pub what: &'static str,
    /// The goal in words; empty: the figure is told for its own sake.
    pub goal: &'static str,
}

/// What was measured of a row.
pub struct Measured {
    /// The row.
    pub row: &'static Row,
    /// What came out, in words.
    pub found: String,
    /// Whether that is enough; `None` where the row has no goal.
    pub is_met: Option<bool>,
    /// The numbers behind it.
    pub figures: serde_json::Value,
}

impl Measured {
    /// The times of several runs, in milliseconds, against the longest wished for: the 95th percentile counts.
    pub fn times(row: &'static Row, mut runs: Vec<f64>, goal_ms: f64) -> Self {
        runs.sort_by(f64::total_cmp);
        let at = |share: usize| runs.get((runs.len().saturating_sub(1)) * share / 100);
        let at = |share| at(share).copied().unwrap_or(f64::NAN);
        let (min, median, p95) = (at(0), at(50), at(95));
        Self {
            row,
            found: format!(
                "min {min:.1}, median {median:.1}, p95 {p95:.1} ms of {} runs",
                runs.len()
            ),
            is_met: Some(p95 <= goal_ms),
            figures: json!({ "runs": runs.len(), "min_ms": min, "median_ms": median, "p95_ms": p95, "goal_ms": goal_ms }),
        }
    }

    /// One number against the most wished for.
    pub fn at_most(row: &'static Row, found: String, value: f64, most: f64) -> Self {
        let figures = json!({ "value": value, "at_most": most });
        Self {
            row,
            found,
            is_met: Some(value <= most),
            figures,
        }
    }

    /// One number against the least wished for.
    pub fn at_least(row: &'static Row, found: String, value: f64, least: f64) -> Self {
        let figures = json!({ "value": value, "at_least": least });
        Self {
            row,
            found,
            is_met: Some(value >= least),
            figures,
        }
    }

    /// A figure without a goal.
    pub fn told(row: &'static Row, found: String, figures: serde_json::Value) -> Self {
        Self {
            row,
            found,
            is_met: None,
            figures,
        }
    }

    fn verdict(&self) -> &'static str {
        match self.is_met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "-",
        }
    }
}

/// Prints the table.
pub fn print(measured: &[Measured]) {
    println!("row | goal | measured | verdict");
    println!("--- | --- | --- | ---");
    for one in measured {
        let (what, goal) = (one.row.what, one.row.goal);
        println!("{what} | {goal} | {} | {}", one.found, one.verdict());
    }
}

/// Writes `target/bench.json`: a list of rows.
pub fn write(measured: &[Measured]) -> anyhow::Result<()> {
    let rows: Vec<_> = measured
        .iter()
        .map(|one| {
            json!({
                "row": one.row.name,
                "what": one.row.what,
                "goal": one.row.goal,
                "measured": one.found,
                "verdict": one.verdict(),
                "figures": one.figures,
            })
        })
        .collect();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    let path = target.join("bench.json");
    let bytes = serde_json::to_vec_pretty(&rows)?;
    std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))
}
