//! Hostile changes at the gate: by the thousand, each from one seed, and bombs built by hand.
//!
//! `XIANGMU_MUTANTS` sets how many (4,000, at night 200,000), `XIANGMU_MUTANT=N` replays the one a failure names.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use shared::document::{Author, Base, Document, genesis};
use shared::gate::{Reason, Voice, judge};
use shared::identity::{ProcessActor, actor_prefix};
use shared::ids::{DocumentId, NodeId, ProjectId};
use shared::time::Timestamp;
use shared::value::Value;
use tests::mutate::{ACTION_COLUMN, Forged, body, chunk, mutate, run};
use tests::sizes;

/// What a bomb may cost the whole process (reliability.md 6, S1).
const RSS_MAX_KIB: u64 = 256 * 1024;

fn id() -> DocumentId {
    DocumentId::Project(ProjectId::from_bytes([1; 16]))
}

fn node() -> NodeId {
    NodeId::from_bytes([1; 32])
}

fn author(process: u8, at: i64) -> Author {
    Author {
        process: ProcessActor::new(node(), [process; 7]),
        message: "edit:abcdefgh".into(),
        at: Timestamp(1_795_000_000_000 + at),
        base: Base::Now,
    }
}

/// A document with a past, and honest changes that follow it: values of every shape, cleared ones, an edited text, two writers.
fn corpus() -> (Document, Vec<Vec<u8>>) {
    let mut document = Document::new(&id()).expect("genesis");
    let text = |text: &str| Value::Text(text.to_owned());
    let edits = |round: i64| {
        let row = format!("issues/01J9ZZZZZZZZZZZZZZZZZZZZ{:02}/title", round % 100);
        vec![
            (
                "site".parse().expect("a path"),
                text(&format!("place {round}")),
            ),
            (
                "total_investment_fen".parse().expect("a path"),
                Value::Int(round * 977),
            ),
            (
                "is_public_interest".parse().expect("a path"),
                Value::Bool(round % 2 == 0),
            ),
            (
                "notes".parse().expect("a path"),
                if round % 3 == 0 {
                    Value::Null
                } else {
                    text("a note")
                },
            ),
            (
                "worklog".parse().expect("a path"),
                text(&format!("day {round}: ground broken")),
            ),
            (row.parse().expect("a path"), text("no water")),
        ]
    };
    for round in 0..6 {
        document
            .write(&edits(round), &author(9, round))
            .expect("an honest write");
    }
    let mut copy = document.clone();
    let mut raws = Vec::new();
    for round in 6..18 {
        let writer = if round % 4 == 3 { 8 } else { 9 };
        let made = copy
            .write(&edits(round), &author(writer, round))
            .expect("an honest write");
        raws.extend(made.iter().map(|change| change.raw_bytes().to_vec()));
    }
    (document, raws)
}

fn voice() -> Voice {
    Voice::Only([actor_prefix(node())].into())
}

/// Judges a hostile change among honest ones and lives on: what passed is applied, edited further, saved and read back.
fn live_through(document: &Document, raws: Vec<Vec<u8>>) -> Result<bool, String> {
    let verdict = judge(document, &id(), raws, &voice());
    let passed = !verdict.passed.is_empty();
    let mut after = document.clone();
    let changes = verdict.passed.into_iter().map(|passed| passed.change);
    after
        .apply(changes.collect())
        .map_err(|error| format!("what passed does not apply: {error}"))?;
    let edit = [("site".parse().expect("a path"), Value::from("after"))];
    after
        .write(&edit, &author(7, 99))
        .map_err(|error| format!("no honest edit after it: {error}"))?;
    let loaded = Document::load(&after.save())
        .map_err(|error| format!("it cannot be read back: {error}"))?;
    if loaded.heads() != after.heads() {
        return Err("it reads back with other heads".to_owned());
    }
    let values = |document: &Document| {
        format!(
            "{:?}",
            document
                .entries()
                .iter()
                .map(|e| (e.path.clone(), e.winner().clone()))
                .collect::<Vec<_>>()
        )
    };
    if values(&loaded) != values(&after) {
        return Err("it reads back with other values".to_owned());
    }
    Ok(passed)
}

thread_local! {
    /// True while a panic here is expected to be caught: thousands of them, each with its backtrace, take minutes.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Panics of this thread say nothing while `work` runs; those of other tests speak as ever.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                loud(panic);
            }
        }));
    });
    IS_QUIET.set(true);
    let done = work();
    IS_QUIET.set(false);
    done
}

/// One seed, one hostile change: alone, or before the honest ones that followed.
fn mutant(document: &Document, honest: &[Vec<u8>], seed: u64) -> Result<bool, String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let which = usize::try_from(seed % 3).unwrap_or(0);
    let hostile = mutate(&mut rng, &honest[which], honest);
    let mut raws: Vec<Vec<u8>> = honest[..which].to_vec();
    raws.push(hostile);
    if seed.is_multiple_of(2) {
        raws.extend_from_slice(&honest[which..]);
    }
    let tried = catch_unwind(AssertUnwindSafe(|| live_through(document, raws)));
    tried.unwrap_or_else(|_| Err("it panicked".to_owned()))
}

#[test]
fn mutated_changes_never_panic_nor_break_a_document_that_took_them() {
    let (document, honest) = corpus();
    if let Some(seed) = sizes::said("XIANGMU_MUTANT") {
        assert_eq!(mutant(&document, &honest, seed).map(|_| ()), Ok(()));
        return;
    }
    let count = sizes::of("XIANGMU_MUTANTS", 4_000, 200_000);
    let (mut problems, mut passed) = (Vec::new(), 0_u64);
    for seed in 0..count {
        match quietly(|| mutant(&document, &honest, seed)) {
            Ok(some) => passed += u64::from(some),
            Err(problem) => problems.push(format!("{problem}; replay: XIANGMU_MUTANT={seed}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // A mutator whose work is always noticed at once proves nothing about what comes after.
    assert!(
        passed > count / 10,
        "only {passed} of {count} had something pass"
    );
}

fn forged(columns: Vec<(u64, Vec<u8>)>) -> Forged {
    Forged {
        dependency: genesis::hash(genesis::kind_of(&id())).0,
        actor: ProcessActor::new(node(), [9; 7]).lane(0).to_vec(),
        seq: 1,
        start_op: 1_000,
        columns,
    }
}

/// Small bytes that claim to be much, or that poison what comes after.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    const KEY: u64 = 21;
    const INSERT: u64 = 52;
    const VALUE_KIND: u64 = 86;
    const VALUE: u64 = 87;
    const PREDECESSORS: u64 = 112;
    let key = |count: i64| {
        let mut column = run(count, 4);
        column.extend(b"site");
        column
    };
    let one = || forged(vec![(KEY, key(1)), (ACTION_COLUMN, run(1, 1))]);
    let mut bombs = vec![
        (
            "two million operations in one run",
            forged(vec![
                (KEY, key(2_000_000)),
                (ACTION_COLUMN, run(2_000_000, 1)),
            ])
            .to_raw(),
        ),
        (
            "two million insertions",
            forged(vec![
                (INSERT, vec![0, 0x80, 0x89, 0x7a]),
                (ACTION_COLUMN, run(2_000_000, 1)),
            ])
            .to_raw(),
        ),
        (
            "a run as long as numbers go",
            forged(vec![(ACTION_COLUMN, run(i64::MAX, 1))]).to_raw(),
        ),
        (
            "runs that add up past the end of numbers",
            forged(vec![(
                ACTION_COLUMN,
                [run(i64::MAX, 1), run(i64::MAX, 1), run(i64::MAX, 1)].concat(),
            )])
            .to_raw(),
        ),
        (
            "predecessors without end",
            forged(vec![
                (KEY, key(1)),
                (ACTION_COLUMN, run(1, 1)),
                (PREDECESSORS, run(1, u64::MAX >> 1)),
            ])
            .to_raw(),
        ),
        (
            "nothing but absent keys",
            forged(vec![
                (KEY, vec![0, 0xff, 0xff, 0xff, 0x7f]),
                (ACTION_COLUMN, run(1, 1)),
            ])
            .to_raw(),
        ),
        (
            "a value longer than its bytes",
            forged(vec![
                (KEY, key(1)),
                (ACTION_COLUMN, run(1, 1)),
                (VALUE_KIND, run(1, u64::MAX >> 4)),
                (VALUE, b"x".to_vec()),
            ])
            .to_raw(),
        ),
        (
            "a deflated column",
            forged(vec![(KEY | 8, vec![0x4b; 40]), (ACTION_COLUMN, run(1, 1))]).to_raw(),
        ),
        (
            "a counter at the end of its range",
            Forged {
                start_op: u64::from(u32::MAX) - 5,
                ..one()
            }
            .to_raw(),
        ),
        (
            "a counter beyond all ranges",
            Forged {
                start_op: u64::MAX,
                ..one()
            }
            .to_raw(),
        ),
        (
            "a first change with number 77",
            Forged { seq: 77, ..one() }.to_raw(),
        ),
        (
            "a number beyond all numbers",
            Forged {
                seq: u64::MAX,
                ..one()
            }
            .to_raw(),
        ),
        (
            "somebody else's name",
            Forged {
                actor: vec![7; 16],
                ..one()
            }
            .to_raw(),
        ),
        (
            "no name",
            Forged {
                actor: Vec::new(),
                ..one()
            }
            .to_raw(),
        ),
        (
            "nested maps, one in the other",
            forged(vec![(KEY, key(10_000)), (ACTION_COLUMN, run(10_000, 0))]).to_raw(),
        ),
        ("nothing at all", Vec::new()),
        ("a magic number", vec![0x85, 0x6f, 0x4a, 0x83]),
    ];
    let honest = one().to_raw();
    let inner = body(&honest).expect("a body").to_vec();
    // The count of dependencies stands first.
    bombs.push((
        "a million dependencies",
        chunk(&[&[0xc0, 0x84, 0x3d], &inner[1..]].concat()),
    ));
    let mut kind = honest.clone();
    kind[8] = 2;
    bombs.push(("a deflated chunk", kind.clone()));
    kind[8] = 0;
    bombs.push(("a whole document", kind));
    let mut long = honest;
    long.resize(5 * 1024 * 1024, 0);
    bombs.push(("five megabytes of nothing", long));
    bombs
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits: String = line
        .unwrap_or("")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(u64::MAX)
}

#[test]
fn bombs_are_refused_one_by_one_within_memory() {
    const INSIDE: &str = "XIANGMU_BOMBS_INSIDE";
    if std::env::var_os(INSIDE).is_none() {
        // A process of its own, so that the peak is the gate's and not that of the tests beside it.
        let this = std::env::current_exe().expect("this program");
        let done = std::process::Command::new(this)
            .args([
                "--exact",
                "gate::bombs_are_refused_one_by_one_within_memory",
                "--nocapture",
            ])
            .env(INSIDE, "1")
            .output()
            .expect("it runs again");
        assert!(
            done.status.success(),
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        return;
    }
    let document = Document::new(&id()).expect("genesis");
    for (what, raw) in bombs() {
        let verdict = judge(&document, &id(), vec![raw.clone()], &voice());
        assert!(verdict.passed.is_empty(), "passed: {what}");
        assert_eq!(verdict.refused.len(), 1, "{what}");
        assert_eq!(live_through(&document, vec![raw]), Ok(false), "{what}");
    }
    // Fifty thousand changes that build on nothing cost their sender a refusal each, and nobody a queue.
    let orphans = (0..50_000_u64).map(|seq| {
        let dependency = [u8::try_from(seq % 251).unwrap_or(0) + 1; 32];
        Forged {
            dependency,
            seq: 1 + seq,
            ..forged(vec![(ACTION_COLUMN, run(1, 1))])
        }
        .to_raw()
    });
    let verdict = judge(&document, &id(), orphans.collect(), &voice());
    assert!(verdict.passed.is_empty());
    assert!(verdict.refused.iter().all(|refused| matches!(
        refused.reason,
        Reason::MissingDependency | Reason::Malformed | Reason::BadSequence
    )));
    let peak = peak_kib();
    assert!(peak <= RSS_MAX_KIB, "{peak} KiB");
}
