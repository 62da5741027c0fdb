//! One township's computer: what an act takes, what the folder and the memory weigh, and how soon it is back after a power cut.
//!
//! A year of a project is twelve months of ten edits: plan, amount done and its correction, progress and next step in words that differ,
//! each by the clerk who files it. The years of one row are written act by act, as people do; those of the others in one go.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use node::driver::Handle;
use serde_json::json;
use shared::api::NodeRole;
use shared::command::Command;
use shared::document::genesis::DocumentKind;
use shared::document::{Author, Base};
use shared::field::{Field, FieldPath};
use shared::ids::{DocumentId, UserId};
use shared::time::{Month, Timestamp};
use shared::value::Value;
use tests::disks::copy_folder;

use super::Plan;
use super::ground::{
    Running, Served, carry_out, create, envelope, folder_bytes, loopback, project, runtime,
    write_records,
};
use super::table::{Measured, Row};

/// Projects of a large township.
const PROJECTS: u64 = 500;
/// Projects whose year is weighed.
const PROJECTS_WEIGHED: u64 = 60;
/// Projects whose five years are weighed.
const PROJECTS_OF_FIVE_YEARS: u64 = 10;
/// Acts whose time is taken.
const ACTS: u64 = 500;
/// Power cuts.
const CUTS: u64 = 5;
/// Projects whose year is written in one turn.
const YEARS_AT_ONCE: u64 = 10;

/// The rows measured here, in this order.
pub const ROWS: &[Row] = &[
    Row {
        name: "action",
        what: "One act on a node of 500 projects, fsync included, 99th percentile",
        goal: "≤ 100 ms",
    },
    Row {
        name: "ready",
        what: "A node of 500 projects with a year's history ready after a power cut, longest",
        goal: "≤ 2 s",
    },
    Row {
        name: "node-memory",
        what: "Memory of a node of 500 projects with a year's history, at most",
        goal: "≤ 120 MB",
    },
    Row {
        name: "year",
        what: "Journal of a year: 60 projects × 12 months × 10 edits, each an act of its own",
        goal: "≤ 3 MB",
    },
    Row {
        name: "five-years",
        what: "Largest document after five years of 10 edits a month",
        goal: "≤ 1 MB",
    },
];

/// Measures all rows that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let [action, ready, memory, year, five_years] = ROWS else {
        return Ok(Vec::new());
    };
    let root = tempfile::tempdir()?;
    let runtime = runtime()?;
    let mut found = Vec::new();
    if plan.wants(&[action.name, ready.name, memory.name]) {
        let dir = root.path().join("township");
        found.push(runtime.block_on(acts(action, &dir))?);
        found.push(runtime.block_on(cuts(ready, &dir, root.path()))?);
        found.push(weigh_memory(memory, &dir)?);
    }
    if plan.wants(&[year.name]) {
        found.push(runtime.block_on(weigh_year(year, &root.path().join("year")))?);
    }
    if plan.wants(&[five_years.name]) {
        found.push(runtime.block_on(weigh_documents(five_years, &root.path().join("five")))?);
    }
    Ok(found)
}

/// Makes the township with its year, and takes the time of single acts.
async fn acts(row: &'static Row, dir: &Path) -> anyhow::Result<Measured> {
    create(dir, NodeRole::Node, "竹溪镇")?;
    let node = Running::start(dir, loopback(0)).await?;
    let handle = &node.app.handle;
    write_records(handle, 0, PROJECTS).await?;
    write_years(handle, PROJECTS, 1).await?;
    let mut times = Vec::new();
    for number in 0..ACTS {
        let begun = Instant::now();
        act(handle, 1, number % PROJECTS, 12, number % 10).await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    node.stop().await?;
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get((times.len() - 1) * share / 100).copied();
    let (median, p99) = at(50).zip(at(99)).context("acts were timed")?;
    let found = format!("median {median:.1}, p99 {p99:.1} ms of {ACTS} acts");
    Ok(Measured::at_most(row, found, p99, 100.0))
}

/// Takes the folder away from under a working node again and again, as a power cut leaves it, and starts what is there.
async fn cuts(row: &'static Row, dir: &Path, root: &Path) -> anyhow::Result<Measured> {
    let node = Running::start(dir, loopback(0)).await?;
    let mut times = Vec::new();
    for cut in 0..CUTS {
        for number in 0..20 {
            act(&node.app.handle, 2 + cut, number, 11, number % 10).await?;
        }
        let left = root.join(format!("cut-{cut}"));
        copy_folder(dir, &left);
        let (served, took) = Served::start(&left, loopback(0))?;
        times.push(took.as_secs_f64());
        drop(served);
    }
    node.stop().await?;
    let longest = times.iter().copied().fold(0.0, f64::max);
    let all: Vec<_> = times.iter().map(|time| format!("{time:.2}")).collect();
    let found = format!("{longest:.2} s ({CUTS} cuts: {} s)", all.join(", "));
    Ok(Measured::at_most(row, found, longest, 2.0))
}

fn weigh_memory(row: &'static Row, dir: &Path) -> anyhow::Result<Measured> {
    let (served, _) = Served::start(dir, loopback(0))?;
    // The first scrub and the day's turn come after the start.
    std::thread::sleep(Duration::from_secs(5));
    let (now, most) = served.memory_kb()?;
    let found = format!("{most} kB at most, {now} kB five seconds after the start");
    Ok(Measured::at_most(row, found, most as f64 / 1e3, 120.0))
}

/// A year written act by act.
async fn weigh_year(row: &'static Row, dir: &Path) -> anyhow::Result<Measured> {
    create(dir, NodeRole::Node, "竹溪镇")?;
    let node = Running::start(dir, loopback(0)).await?;
    let handle = &node.app.handle;
    write_records(handle, 0, PROJECTS_WEIGHED).await?;
    let made = folder_bytes(&dir.join("journal"))?;
    for month in 1..=12 {
        for number in 0..PROJECTS_WEIGHED {
            for turn in 0..10 {
                act(handle, 1, number, month, turn).await?;
            }
        }
    }
    node.stop().await?;
    let journal = folder_bytes(&dir.join("journal"))?;
    let year = journal - made;
    let acts = PROJECTS_WEIGHED * 120;
    let found = format!(
        "{:.2} MB of {acts} acts, {} B an act; the projects themselves {:.2} MB, whole folder {:.2} MB",
        year as f64 / 1e6,
        year / acts,
        made as f64 / 1e6,
        folder_bytes(dir)? as f64 / 1e6
    );
    Ok(Measured::at_most(row, found, year as f64 / 1e6, 3.0))
}

/// Five years of some projects, and the largest document of all kinds then.
async fn weigh_documents(row: &'static Row, dir: &Path) -> anyhow::Result<Measured> {
    create(dir, NodeRole::Node, "竹溪镇")?;
    let node = Running::start(dir, loopback(0)).await?;
    let handle = &node.app.handle;
    write_records(handle, 0, PROJECTS_OF_FIVE_YEARS).await?;
    write_years(handle, PROJECTS_OF_FIVE_YEARS, 5).await?;
    let sizes = handle.read(|context| {
        let library = context.replica.library();
        let mut sizes = Vec::new();
        for kind in [
            DocumentKind::Project,
            DocumentKind::Unit,
            DocumentKind::County,
        ] {
            for id in library.ids(context.reader, kind)? {
                let size = library.document(context.reader, &id)?.save().len();
                sizes.push((size, id.to_string()));
            }
        }
        anyhow::Ok(sizes)
    });
    let sizes = sizes.await??;
    node.stop().await?;
    let (largest, id) = sizes.iter().max().context("there are documents")?;
    let found = format!("{largest} B ({id}, of {} documents)", sizes.len());
    let mut measured = Measured::at_most(row, found, *largest as f64 / 1e6, 1.0);
    measured.figures = json!({ "bytes": largest, "documents": sizes.len() });
    Ok(measured)
}

/// What a clerk writes of a project in a month, one of ten.
pub fn edit(
    round: u64,
    number: u64,
    month: Month,
    turn: u64,
) -> anyhow::Result<(FieldPath, Value)> {
    let months = u64::try_from(i64::from(month.year()) * 12 + i64::from(month.month()))?;
    let mixed = round * 7_919 + number * 104_729 + months * 1_299_709 + turn * 15_485_863;
    let fen = Value::Int(i64::try_from(mixed % 90_000)? * 10_000 + 5_000);
    let done = format!(
        "完成第{}标段路基{}米，涵洞{}座，累计完成总量的{}%",
        mixed % 9 + 1,
        mixed % 4_001,
        mixed % 37,
        mixed % 101
    );
    let next = format!("下月推进{}号桥台施工及{}户拆迁协调", mixed % 23, mixed % 61);
    let of_month = |field| FieldPath::month(month, field);
    Ok(match turn {
        0 => (of_month(Field::MonthPlanFen), fen),
        1 | 2 => (of_month(Field::MonthDoneFen), fen),
        3 | 4 => (of_month(Field::MonthImage), Value::Text(done)),
        5 | 6 => (of_month(Field::MonthNext), Value::Text(next)),
        7 => (of_month(Field::MonthDeviation), Value::Text(next)),
        8 => (FieldPath::once(Field::ContentScale), Value::Text(done)),
        _ => (FieldPath::once(Field::TotalInvestmentFen), fen),
    })
}

pub fn month_of(year: u64, month: u8) -> anyhow::Result<Month> {
    Month::new(i16::try_from(2022 + year)?, month).context("a month")
}

/// One act of a person: a command, durable when it is answered.
async fn act(handle: &Handle, round: u64, number: u64, month: u8, turn: u64) -> anyhow::Result<()> {
    let (path, value) = edit(round, number, month_of(4, month)?, turn)?;
    let command = Command::Edit {
        project: project(number),
        set: [(path, value)].into(),
        on_behalf: None,
    };
    let id = round << 40 | number << 20 | u64::from(month) << 8 | turn;
    carry_out(handle, vec![envelope(id, command)]).await
}

/// Whole years of the first projects, one change an edit, many in one turn.
pub async fn write_years(handle: &Handle, projects: u64, years: u64) -> anyhow::Result<()> {
    let mut first = 0;
    while first < projects {
        let some = first..projects.min(first + YEARS_AT_ONCE);
        first = some.end;
        for year in 0..years {
            let some = some.clone();
            let written = handle.write(move |context| {
                let process = context.replica.actor_seed();
                for number in some {
                    let id = DocumentId::Project(project(number));
                    for (month, turn) in
                        (1..=12).flat_map(|month| (0..10).map(move |turn| (month, turn)))
                    {
                        let change = edit(0, number, month_of(year, month)?, turn)?;
                        let author = Author {
                            process,
                            message: format!("edit:{}", UserId::from_bytes([1; 5])),
                            at: Timestamp(
                                1_640_995_200_000
                                    + i64::try_from(year * 31_536_000_000)?
                                    + i64::from(month) * 2_592_000_000,
                            ),
                            base: Base::Now,
                        };
                        let library = context.replica.library();
                        let made = library.write(context.turn, &id, &[change], &author)?;
                        ensure!(made.len() == 1, "one change an edit");
                    }
                }
                anyhow::Ok(())
            });
            written.await??;
        }
    }
    Ok(())
}
