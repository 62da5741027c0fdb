//! Measures figures of design.md 7 and of the issues, prints a row for each, and writes them to `target/bench.json`. Nothing passes or
//! fails by time: a row says what is wanted, what was measured and whether that is enough.
//!
//! `bench [--only ROW]… [--list] [--records N] [--replicas N] [--seconds N] [--trace] [--train FILE]`; `--records` is how many records the rows over a
//! line exchange, `--replicas` and `--seconds` size the load on one hub, `--trace` shows every frame on stderr, `--train` makes a dictionary (`dictionary`). What the rows of a browser need
//! is built by `scripts/bench`.
//!
//! A [`Subject`] measures rows that share their preparation; a new row is a line of its `rows` and a [`Measured`] of its `measure`.

#![expect(
    clippy::print_stdout,
    reason = "printing figures is what this program is for"
)]

mod dictionary;
mod engine;
mod ground;
mod intake;
mod line;
mod load;
mod page;
mod pair;
mod peers;
mod table;
mod township;

use anyhow::{Context as _, bail, ensure};
use node::telemetry::{self, LogStyle};

use self::table::{Measured, Row};

/// What to measure.
struct Plan {
    records: u64,
    /// Nodes of the load on one hub, and for how many seconds.
    replicas: u64,
    seconds: u64,
    only: Vec<String>,
}

impl Plan {
    /// True when one of these rows is asked for.
    fn wants(&self, names: &[&str]) -> bool {
        self.only.is_empty() || names.iter().any(|name| self.wants_row(name))
    }

    fn wants_row(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// Rows that are measured together.
struct Subject {
    rows: &'static [Row],
    measure: fn(&Plan) -> anyhow::Result<Vec<Measured>>,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        rows: engine::NATIVE,
        measure: engine::natively,
    },
    Subject {
        rows: engine::CHROMIUM,
        measure: engine::in_chromium,
    },
    Subject {
        rows: line::ROWS,
        measure: line::measure,
    },
    Subject {
        rows: pair::ROWS,
        measure: pair::measure,
    },
    Subject {
        rows: intake::ROWS,
        measure: intake::measure,
    },
    Subject {
        rows: township::ROWS,
        measure: township::measure,
    },
    Subject {
        rows: page::ROWS,
        measure: page::measure,
    },
    Subject {
        rows: peers::ROWS,
        measure: peers::measure,
    },
    Subject {
        rows: load::ROWS,
        measure: load::measure,
    },
];

const USAGE: &str = "usage: bench [--only ROW]… [--list] [--records N] [--replicas N] [--seconds N] [--trace] [--train FILE]";

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == ground::SERVE).is_some() {
        let dir = arguments.next().context("a data folder")?;
        let listen = arguments.next().context("an address")?.parse()?;
        return ground::serve(dir.as_ref(), listen);
    }
    if arguments
        .next_if(|first| first == node::trial::SUBCOMMAND)
        .is_some()
    {
        return Ok(node::trial::run_child()?);
    }
    let mut plan = Plan {
        records: 20_000,
        replicas: 500,
        seconds: 60,
        only: Vec::new(),
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--records" => {
                let number = arguments.next().context("--records needs a number")?;
                plan.records = number.parse()?;
            }
            "--replicas" => {
                let number = arguments.next().context("--replicas needs a number")?;
                plan.replicas = number.parse()?;
            }
            "--seconds" => {
                let number = arguments.next().context("--seconds needs a number")?;
                plan.seconds = number.parse()?;
            }
            "--only" => {
                let name = arguments.next().context("--only needs a row")?;
                let known = rows().any(|row| row.name == name);
                ensure!(known, "no row is called {name}; see --list");
                plan.only.push(name);
            }
            "--list" => {
                for row in rows() {
                    println!("{:<14} {} ({})", row.name, row.what, row.goal);
                }
                return Ok(());
            }
            "--train" => {
                let path = arguments.next().context("--train needs a file")?;
                return dictionary::train(path.as_ref());
            }
            "--trace" => telemetry::start(LogStyle::Text, "node::transport=trace")?,
            "--help" => {
                println!("{USAGE}");
                return Ok(());
            }
            _ => bail!("{USAGE}"),
        }
    }
    let mut measured = Vec::new();
    for subject in SUBJECTS {
        let names: Vec<_> = subject.rows.iter().map(|row| row.name).collect();
        if plan.wants(&names) {
            let found = (subject.measure)(&plan);
            measured.extend(found.with_context(|| names.join(", "))?);
        }
    }
    measured.retain(|one| plan.wants_row(one.row.name));
    table::print(&measured);
    table::write(&measured)
}

fn rows() -> impl Iterator<Item = &'static Row> {
    SUBJECTS.iter().flat_map(|subject| subject.rows)
}
