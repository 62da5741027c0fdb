//! What disks do to a store: power cuts, flipped bits, lost and shortened files, no room. Nothing acknowledged is lost, nothing
//! is silently less, and a node that cannot save says so.
//!
//! Sizes and seeds: `tests::disks`.

#![expect(clippy::print_stderr, reason = "a run of a night reports its figures")]

use std::path::{Path, PathBuf};
use std::process::Command;

use node::store::{self, Finding, Opened, Store};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::json;
use shared::time::Timestamp;
use tests::crash::Trace;
use tests::disks::{self, below};
use tests::ids;
use tests::process::{Place, beside, wait_until};

/// Commits of the script under a trace.
const COMMITS: u64 = 400;
/// Commits that were there before.
const BEFORE: u64 = 40;

/// Runs the script in a process of its own and gives back the trace of all it wrote.
fn record(root: &Path) -> Trace {
    let (live, before) = (root.join("live"), root.join("before"));
    let (log, told) = (root.join("trace"), live.join("told"));
    let data = live.join("data");
    let mut opened = store::create(&data).expect("a store");
    disks::write_script(&mut opened.store, 1, BEFORE, |_, _| {});
    drop(opened);
    disks::copy_folder(&live, &before);
    let tracer = root.join("trace.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/trace.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&tracer, &source])
        .status()
        .expect("a C compiler, which the program's own parts need as well");
    assert!(built.success());
    let written = Command::new(beside("store-writer"))
        .args([&data, &told])
        .args([(BEFORE + 1).to_string(), (BEFORE + COMMITS).to_string()])
        .env("LD_PRELOAD", &tracer)
        .env("TRACE_ROOT", &live)
        .env("TRACE_LOG", &log)
        .output()
        .expect("the writer starts");
    assert!(written.status.success(), "{written:?}");
    Trace::read(&live, &before, &log, &told)
}

/// What was seen of many images.
#[derive(Default)]
struct Images {
    rebuilt: usize,
    cut: usize,
    open_ms: Vec<u128>,
}

impl Images {
    /// Makes one image and opens it; what is wrong with it.
    fn open_one(&mut self, trace: &Trace, seed: u64, image: &Path) -> Option<String> {
        let _earlier = std::fs::remove_dir_all(image);
        let bounds = trace.write_image(seed, image);
        let least = bounds.acknowledged.max(BEFORE);
        let begun = std::time::Instant::now();
        let opened = store::open_with(&image.join("data"), disks::settings());
        self.open_ms.push(begun.elapsed().as_millis());
        let Opened { mut store, report } = match opened {
            Ok(opened) => opened,
            Err(error) => return Some(format!("seed {seed}: not opened: {error}")),
        };
        let at = report.position.0;
        self.rebuilt += usize::from(report.rebuilt.is_some());
        self.cut += usize::from(report.cut_bytes > 0);
        let is_journal = |finding: &Finding| {
            matches!(
                finding,
                Finding::JournalDamaged(_) | Finding::JournalBehind { .. }
            )
        };
        if report.is_read_only || report.findings.iter().any(is_journal) {
            Some(format!("seed {seed}: taken for damage: {report:?}"))
        } else if at < least || at > bounds.begun.max(BEFORE) {
            Some(format!("seed {seed}: at commit {at}, {bounds:?}"))
        } else if disks::content_of(&store) != disks::content_after(at) {
            Some(format!(
                "seed {seed}: wrong content at commit {at}: {report:?}"
            ))
        } else if store.commit(disks::batch(at + 1)).is_err() {
            Some(format!("seed {seed}: takes no more commits"))
        } else {
            None
        }
    }
}

#[test]
fn the_kit_finds_a_store_that_leaves_out_a_sync() {
    const IMAGES: u64 = 60;
    let root = tempfile::tempdir().expect("a folder");
    let image = root.path().join("image");
    let live = root.path().join("live/data");
    let (journal, database) = (live.join("journal"), live.join("db"));
    let is_record = |path: &Path| path.parent() == Some(&journal);
    let is_name = |path: &Path| path == journal;
    let is_table = |path: &Path| path.starts_with(&database);
    let mut trace = record(root.path());
    // As the store is, and without the syncs of its database, which the journal makes good, nothing is missing.
    let faults = |trace: &Trace| -> Vec<String> {
        let seeds = 1..=IMAGES;
        let open = |seed| Images::default().open_one(trace, seed, &image);
        seeds.filter_map(open).collect()
    };
    assert_eq!(faults(&trace), [""; 0]);
    for (what, is_left_out) in [
        ("its records", &is_record as &dyn Fn(&Path) -> bool),
        ("its files' names", &is_name),
    ] {
        let found = faults(&trace.clone().without_syncs(is_left_out));
        eprintln!("{} of {IMAGES} without syncs of {what}", found.len());
        let lost = found
            .iter()
            .any(|fault| fault.contains("at commit") || fault.contains("damage"));
        assert!(lost, "{what}: {found:?}");
    }
    trace = trace.without_syncs(is_table);
    let found = faults(&trace);
    eprintln!("{} of {IMAGES} without syncs of its database", found.len());
}

#[test]
fn every_state_a_power_cut_may_leave_holds_what_was_acknowledged() {
    let root = tempfile::tempdir().expect("a folder");
    let trace = record(root.path());
    assert!(
        trace.renames_to(".seg") > 2,
        "the trace has compactions in it"
    );
    let image = root.path().join("image");
    let (count, first) = (disks::count(300, 10_000), disks::first_seed());
    let mut images = Images::default();
    let seeds = first..first + count as u64;
    let faults_found: Vec<String> = seeds
        .filter_map(|seed| images.open_one(&trace, seed, &image))
        .collect();
    let Images {
        rebuilt,
        cut,
        mut open_ms,
    } = images;
    open_ms.sort_unstable();
    eprintln!(
        "{count} images of {} changes from seed {first}: {cut} with a torn record, {rebuilt} databases built again; opening took {} ms at the middle, {} at most",
        trace.len(),
        open_ms[open_ms.len() / 2],
        open_ms[open_ms.len() - 1]
    );
    if !faults_found.is_empty() {
        let kept = root.keep();
        panic!(
            "{} of {count} (the trace is in {}):\n{}",
            faults_found.len(),
            kept.display(),
            faults_found.join("\n")
        );
    }
}

/// A folder with a checkpoint, closed segments and an open one, closed in order.
fn sound_folder(dir: &Path) -> u64 {
    drop(store::create(dir).expect("a store"));
    let mut store = store::open_with(dir, disks::settings())
        .expect("a store")
        .store;
    let mut commits = 0;
    while store.condition().journal.checkpoint.is_none() || store.condition().journal.files < 3 {
        disks::write_script(&mut store, commits + 1, commits + 20, |_, _| {});
        commits += 20;
        wait_until("the compaction is done", || {
            let _later = store.tend(Timestamp(0));
            !store.condition().is_compacting
        });
        assert!(commits < 5_000, "{:?}", store.condition());
    }
    commits
}

/// What happens to a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Flip,
    Zero,
    Shorten,
    Remove,
}

/// Harms one file; false when it is as it was.
fn harm(harm: Harm, path: &Path, dice: &mut ChaCha8Rng) -> bool {
    let sound = std::fs::read(path).expect("a file");
    let mut bytes = sound.clone();
    let at = below(dice, bytes.len());
    match harm {
        Harm::Flip => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (dice.next_u32() % 8);
            }
        }
        Harm::Zero => {
            let size = if dice.next_u32().is_multiple_of(2) {
                512
            } else {
                4096
            };
            let from = at / size * size;
            let end = bytes.len().min(from + size);
            bytes[from..end].fill(0);
        }
        Harm::Shorten => bytes.truncate(at),
        Harm::Remove => {
            std::fs::remove_file(path).expect("the file goes");
            return true;
        }
    }
    std::fs::write(path, &bytes).expect("the file is written");
    bytes != sound
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Harms journal, checkpoint and database in turn, and looks at what the next start makes of it.
fn harm_many(kind: Harm, push: usize, nightly: usize) {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    let commits = sound_folder(&sound);
    let content = disks::content_after(commits);
    let place = root.path().join("harmed");
    let (count, first) = (disks::count(push, nightly), disks::first_seed());
    let (mut silent, mut named, mut only_reads) = (Vec::new(), 0, 0);
    for seed in first..first + count as u64 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let _earlier = std::fs::remove_dir_all(&place);
        disks::copy_folder(&sound, &place);
        let journal = files_of(&place.join("journal"));
        let database = files_of(&place.join("db"));
        let (is_journal, path) = match seed % 3 {
            0 => (true, journal[0].clone()),
            1 => (true, journal[below(&mut dice, journal.len())].clone()),
            _ => (false, database[below(&mut dice, database.len())].clone()),
        };
        let is_harmed = harm(kind, &path, &mut dice);
        let name = path
            .strip_prefix(&place)
            .expect("inside")
            .display()
            .to_string();
        let found = match store::check(&place) {
            Ok(found) => found,
            Err(error) => {
                silent.push(format!("seed {seed}: {name}: the check gave up: {error}"));
                continue;
            }
        };
        let Opened { store, report } = match store::open_with(&place, disks::settings()) {
            Ok(opened) => opened,
            Err(error) => {
                silent.push(format!("seed {seed}: {name}: not opened: {error}"));
                continue;
            }
        };
        let says = !report.findings.is_empty() || report.cut_bytes > 0;
        named += usize::from(says);
        only_reads += usize::from(report.is_read_only);
        let is_whole = disks::content_of(&store) == content;
        if !is_whole {
            silent.push(format!(
                "seed {seed}: {name}: content is missing: {report:?}"
            ));
        } else if is_journal && is_harmed && !says && !is_superfluous(&place, &path) {
            silent.push(format!("seed {seed}: {name}: not noticed"));
        } else if found.is_empty() && report.findings.len() > usize::from(report.cut_bytes > 0) {
            silent.push(format!(
                "seed {seed}: {name}: the check saw nothing of {report:?}"
            ));
        }
    }
    eprintln!(
        "{kind:?}: {count} from seed {first}: {named} named, {only_reads} of them only read from then on, {} silent",
        silent.len()
    );
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// True for the last file of a journal when it held no commit: nothing was lost with it.
fn is_superfluous(place: &Path, path: &Path) -> bool {
    let journal = files_of(&place.join("journal"));
    journal.last().is_none_or(|last| last.as_path() <= path)
}

#[test]
fn a_flipped_bit_anywhere_is_harmless_or_named() {
    harm_many(Harm::Flip, 200, 2_000);
}

#[test]
fn a_zeroed_block_anywhere_is_harmless_or_named() {
    harm_many(Harm::Zero, 200, 2_000);
}

#[test]
fn a_shortened_file_is_harmless_or_named() {
    harm_many(Harm::Shorten, 200, 2_000);
}

#[test]
fn a_missing_file_is_harmless_or_named() {
    harm_many(Harm::Remove, 200, 2_000);
}

#[test]
fn a_node_without_room_says_so_keeps_what_it_acknowledged_and_goes_on_when_there_is_room() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user("李梅", "clerk", "a long password");
    node.start_to_be_limited();
    let mut client = node.log_in("李梅", "a long password");
    let me = client.get("/api/v1/session").ok().json();
    let project = ids::project();
    let mut dice = ChaCha8Rng::seed_from_u64(disks::first_seed());
    let mut acknowledged = Vec::new();
    // Smaller than the space kept back, so that this cannot be taken again while the limit stands.
    let largest = ["db", "journal"]
        .iter()
        .flat_map(|folder| files_of(&node.dir.join(folder)))
        .map(|path| path.metadata().expect("a file").len())
        .max();
    node.limit_files(largest.map(|bytes| bytes + 400_000));
    let refused = loop {
        let id = if acknowledged.is_empty() {
            project.clone()
        } else {
            ids::project()
        };
        // What does not compress.
        let text: String = (0..1_500)
            .map(|_| char::from(b'!' + dice.next_u32() as u8 % 90))
            .collect();
        let set = json!({ "name": format!("第{}个项目", acknowledged.len()), "background": text });
        let create =
            json!({ "do": "create_project", "project": id, "home": me["unit"], "set": set });
        let body = json!([ids::envelope(&create)]);
        let reply = client
            .try_send("POST", "/api/v1/commands", Some(&body))
            .expect("an answer");
        if reply.status != 200 {
            break reply;
        }
        acknowledged.push((id, text));
        assert!(acknowledged.len() < 5_000, "the limit was never met");
    };
    let said = refused.json();
    assert_eq!(refused.status, 503, "{said}");
    assert!(
        said["message"]
            .as_str()
            .is_some_and(|text| text.contains("磁盘已满")),
        "{said}"
    );
    let ready = client.get("/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("disk is full"), "{}", ready.text());
    assert_eq!(client.get("/healthz").status, 200);
    // Room: the running server goes on by itself.
    node.limit_files(None);
    wait_until("the node takes writes again", || {
        client.get("/readyz").status == 200
    });
    let set = json!({ "background": "again" });
    let edit = json!({ "do": "edit", "project": project, "set": set });
    let answers = client.commands(&json!([ids::envelope(&edit)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    acknowledged[0].1 = "again".to_owned();
    node.kill();
    node.start();
    client.move_to(node.address());
    for (id, text) in &acknowledged {
        let shown = client.get(&format!("/api/v1/projects/{id}")).ok().json();
        assert_eq!(shown["cells"]["background"]["value"], json!(text));
    }
    eprintln!(
        "{} edits acknowledged before the disk was full, all there",
        acknowledged.len()
    );
}
