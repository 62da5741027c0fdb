//! Hostile changes at the gate: by the thousand, each from one seed, and bombs built by hand.
//!
//! `XIANGMU_MUTANTS` sets how many (4,000, at night 200,000), `XIANGMU_MUTANT=N` replays the one a failure names.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use shared::document::{Document, genesis};
use shared::gate::{Reason, judge};
use shared::identity::ProcessActor;
use tests::fuzz::gate::{corpus, id, live_through, node, voice};
use tests::fuzz::quietly;
use tests::mutate::{ACTION_COLUMN, Forged, body, chunk, mutate, run};
use tests::sizes;

/// What a bomb may cost the whole process (reliability.md 6, S1).
const RSS_MAX_KIB: u64 = 256 * 1024;

/// One seed, one hostile change: alone, or before the honest ones that followed.
fn mutant(
    document: &Document,
    honest: &[Vec<u8>],
    pieces: &[Vec<u8>],
    seed: u64,
) -> Result<bool, String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let which = usize::try_from(seed % 3).unwrap_or(0);
    let hostile = mutate(&mut rng, &honest[which], pieces);
    let mut raws: Vec<Vec<u8>> = honest[..which].to_vec();
    raws.push(hostile);
    if seed.is_multiple_of(2) {
        raws.extend_from_slice(&honest[which..]);
    }
    quietly(|| live_through(document, raws)).unwrap_or_else(Err)
}

#[test]
fn mutated_changes_never_panic_nor_break_a_document_that_took_them() {
    let (document, honest) = corpus();
    let bodies = honest.iter().filter_map(|raw| body(raw));
    let pieces: Vec<Vec<u8>> = bodies.map(<[u8]>::to_vec).collect();
    if let Some(seed) = sizes::said("XIANGMU_MUTANT") {
        let lived = mutant(&document, &honest, &pieces, seed);
        assert_eq!(lived.map(|_| ()), Ok(()));
        return;
    }
    let count = sizes::of("XIANGMU_MUTANTS", 4_000, 200_000);
    let (mut problems, mut passed) = (Vec::new(), 0_u64);
    for seed in 0..count {
        match mutant(&document, &honest, &pieces, seed) {
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
    let peak = tests::process::peak_kib();
    assert!(peak <= RSS_MAX_KIB, "{peak} KiB");
}
