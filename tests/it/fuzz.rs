//! Every kind of bytes from outside, damaged by the ten thousand (`tests::fuzz`; reliability.md 6, S1): no panic, no more memory than
//! [`PEAK_KIB_MAX`], nothing that does not come to an end.
//!
//! Each target runs in a process of its own, which names every case before it begins it: what it dies of or hangs at is known.
//! `XIANGMU_FUZZ=N` sets how many cases (per cent of an ordinary run, at night 5,000), `XIANGMU_FUZZ_TARGET=frame` takes one target,
//! `XIANGMU_FUZZ_SEED=N` with it replays the case a failure names.
#![expect(clippy::print_stderr, reason = "a run of a night reports its figures")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng as _;
use tests::fuzz::{Stock, TARGETS, Target, quietly, target};
use tests::process::{forget_peak, peak_kib};
use tests::sizes;

/// Names the target to the process that runs it.
const INSIDE: &str = "XIANGMU_FUZZ_INSIDE";
/// What a case may make the process hold (reliability.md 6, S1).
const PEAK_KIB_MAX: u64 = 256 * 1024;
/// Address space of a process: above what the peak allows, so that the peak is what a failure names.
const MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Processor time of a process in a whole night.
const CPU_SECONDS_MAX: u64 = 4 * 3_600;
/// What is not done by then hangs, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Cases between two looks at the memory.
const LOOK_EVERY: u64 = 64;
/// Problems named of one target.
const PROBLEMS_MAX: usize = 20;
/// How many targets run at a time.
const WORKERS: usize = 2;

/// Says something to the process that watches: past the test's own catching of what it prints.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "{line}").and_then(|()| out.flush());
    told.expect("somebody watches");
}

/// One case from its seed: honest bytes, damaged.
fn case(target: &Target, honest: &[Vec<u8>], stock: &Stock, seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let which = usize::try_from(seed).unwrap_or(0) % honest.len();
    target.mutate(&mut rng, &honest[which], stock)
}

/// In the process of one target: all its cases, by number.
fn run_inside(target: &Target) {
    let honest = (target.seeds)();
    let stock = Stock::of(target, &honest);
    node::platform::limit_this_process(MEMORY_BYTES_MAX, CPU_SECONDS_MAX).expect("limits");
    let run = |bytes: &[u8]| quietly(|| (target.run)(bytes));
    for (number, bytes) in honest.iter().enumerate() {
        if run(bytes) != Ok(true) {
            let name = target.name;
            tell(&format!(
                "! {name}: honest bytes {number} are not understood"
            ));
        }
    }
    for (name, bytes) in target.kept() {
        tell(&format!("? {name}"));
        forget_peak();
        let said = run(&bytes);
        if peak_kib() > PEAK_KIB_MAX {
            tell(&format!("! {name}: {} KiB", peak_kib()));
        }
        match said {
            Err(said) => tell(&format!("! {name}: {said}")),
            Ok(false) if name.starts_with("seed-") => tell(&format!("! {name} is not understood")),
            Ok(_) => {}
        }
    }
    let seeds = match sizes::said("XIANGMU_FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..target.cases * sizes::of("XIANGMU_FUZZ", 100, 5_000) / 100,
    };
    let (mut understood, mut problems, all) = (0_u64, 0, seeds.clone());
    forget_peak();
    for seed in seeds {
        tell(&format!("? {seed}"));
        let replay = format!(
            "XIANGMU_FUZZ_TARGET={} XIANGMU_FUZZ_SEED={seed}",
            target.name
        );
        match run(&case(target, &honest, &stock, seed)) {
            Ok(is_understood) => understood += u64::from(is_understood),
            Err(said) => {
                tell(&format!("! {replay}: {said}"));
                problems += 1;
            }
        }
        if (seed + 1) % LOOK_EVERY == 0 || seed + 1 == all.end {
            if peak_kib() > PEAK_KIB_MAX {
                let from = seed.saturating_sub(LOOK_EVERY).max(all.start);
                for seed in from..=seed {
                    forget_peak();
                    let _again = run(&case(target, &honest, &stock, seed));
                    let peak = peak_kib();
                    if peak > PEAK_KIB_MAX {
                        tell(&format!("! {}: {peak} KiB at {seed}", target.name));
                        problems += 1;
                    }
                }
            }
            forget_peak();
        }
        if problems >= PROBLEMS_MAX {
            break;
        }
    }
    let count = all.end - all.start;
    tell(&format!("= {count} {understood}"));
}

/// Ends the process whatever happens to who watches it.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a target in a process of its own; its problems.
fn watch(target: &Target) -> Vec<String> {
    let this = std::env::current_exe().expect("this program");
    let test = "fuzz::damaged_bytes_neither_panic_nor_exhaust_nor_hang";
    let spawned = Command::new(this)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, target.name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Guard(spawned.expect("it runs again"));
    let (sender, receiver) = mpsc::channel();
    let output = process.0.stdout.take().expect("a pipe");
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let mut errors = process.0.stderr.take().expect("a pipe");
    let errors = std::thread::spawn(move || {
        let mut said = String::new();
        let _closed = errors.read_to_string(&mut said);
        said
    });
    let (mut problems, mut last, mut done) = (Vec::new(), "the start".to_owned(), None);
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(line) => match line.split_at_checked(2) {
                Some(("? ", case)) => last = case.to_owned(),
                Some(("! ", problem)) => problems.push(problem.to_owned()),
                Some(("= ", figures)) => done = Some(figures.to_owned()),
                _ => {}
            },
            Err(mpsc::RecvTimeoutError::Timeout) => {
                problems.push(format!("{}: hangs at {last}", target.name));
                return problems;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let said = errors.join().expect("it reads");
    let Some(done) = done else {
        problems.push(format!("{}: died at {last}: {said}", target.name));
        return problems;
    };
    let mut figures = done
        .split(' ')
        .filter_map(|figure| figure.parse::<u64>().ok());
    let (count, understood) = (figures.next().unwrap_or(0), figures.next().unwrap_or(0));
    eprintln!("{}: {count} cases, {understood} understood", target.name);
    // Bytes that are always refused at the door prove nothing about what lies behind it.
    if count > 100 && understood * 200 < count {
        problems.push(format!(
            "{}: only {understood} of {count} understood",
            target.name
        ));
    }
    problems
}

#[test]
fn damaged_bytes_neither_panic_nor_exhaust_nor_hang() {
    if let Ok(name) = std::env::var(INSIDE) {
        return run_inside(target(&name).expect("a target's name"));
    }
    let only = std::env::var("XIANGMU_FUZZ_TARGET").ok();
    let wanted = |target: &&Target| only.as_ref().is_none_or(|only| *only == target.name);
    let chosen: Vec<&Target> = TARGETS.iter().filter(wanted).collect();
    assert!(!chosen.is_empty(), "no such target: {only:?}");
    let next = std::sync::atomic::AtomicUsize::new(0);
    let problems: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut problems = Vec::new();
            let take = || next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            while let Some(target) = chosen.get(take()) {
                problems.extend(watch(target));
            }
            problems
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter();
        done.flat_map(|worker| worker.join().expect("it ends"))
            .collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
