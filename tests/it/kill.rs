//! Power cuts: a served node is killed in the midst of edits, a hundred times, and keeps every edit it acknowledged. Its journal
//! is kept in small files, so that it is compacted all the while. Sizes and seeds: `tests::disks`.

#![expect(clippy::print_stderr, reason = "a run of a night reports its figures")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};
use tests::disks;
use tests::http::Client;
use tests::ids;
use tests::process::{Place, wait_until};

const PROJECTS: usize = 3;

/// What one project was told last, and what was acknowledged last.
#[derive(Default)]
struct Told {
    sent: AtomicU64,
    acknowledged: AtomicU64,
}

#[test]
fn a_node_killed_a_hundred_times_during_edits_loses_no_acknowledged_edit() {
    let root = tempfile::tempdir().expect("a folder");
    let mut node = Place::township(root.path(), "松坪镇");
    node.add_user("李梅", "clerk", "a long password");
    let config = "[storage]\nsegment_bytes = 8192\nballast_bytes = 65536\nbackup_hours = 0\n";
    std::fs::write(node.dir.join("config.toml"), config).expect("a configuration");
    node.start();
    let mut client = node.log_in("李梅", "a long password");
    let me = client.get("/api/v1/session").ok().json();
    let projects: Vec<String> = (0..PROJECTS).map(|_| ids::project()).collect();
    for (index, project) in projects.iter().enumerate() {
        let set = json!({ "name": format!("第{index}个项目"), "background": "0" });
        let create =
            json!({ "do": "create_project", "project": project, "home": me["unit"], "set": set });
        let answers = client.commands(&json!([ids::envelope(&create)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
    }

    let told: Arc<Vec<Told>> = Arc::new((0..PROJECTS).map(|_| Told::default()).collect());
    let mut dice = ChaCha8Rng::seed_from_u64(disks::first_seed());
    let (mut in_flight, mut edits, mut unfinished) = (0, 0, 0);
    let cycles = disks::count(100, 1_000) as u64;
    let most = disks::count(12, 50) as u64;
    for cycle in 0..cycles {
        let enough = 1 + u64::from(dice.next_u32()) % most;
        let count = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let failed = Arc::new(Mutex::new(None));
        let editor = std::thread::spawn({
            let (client, projects, told) = (client.clone(), projects.clone(), told.clone());
            let (count, stop, failed) = (count.clone(), stop.clone(), failed.clone());
            move || edit_until_cut(client, &projects, &told, &count, &stop, &failed)
        });
        wait_until("enough edits are acknowledged", || {
            count.load(Ordering::SeqCst) >= enough || failed.lock().expect("not poisoned").is_some()
        });
        node.kill();
        stop.store(true, Ordering::SeqCst);
        editor.join().expect("the editing thread ends");
        if let Some(refused) = failed.lock().expect("not poisoned").take() {
            panic!("cycle {cycle}: an edit was refused: {refused}");
        }

        edits += count.load(Ordering::SeqCst);
        unfinished += u64::from(has_unfinished(&node.dir.join("journal")));
        node.start();
        client.move_to(node.address());
        for (project, told) in projects.iter().zip(told.iter()) {
            let view = client
                .get(&format!("/api/v1/projects/{project}"))
                .ok()
                .json();
            let cell = &view["cells"]["background"];
            assert!(
                cell["contenders"].is_null(),
                "cycle {cycle}: nobody else wrote: {cell}"
            );
            let held: u64 = cell["value"]
                .as_str()
                .and_then(|text| text.parse().ok())
                .expect("a number");
            let (sent, acknowledged) = (
                told.sent.load(Ordering::SeqCst),
                told.acknowledged.load(Ordering::SeqCst),
            );
            assert!(
                (acknowledged..=sent).contains(&held),
                "cycle {cycle}: {project} holds {held}; {acknowledged} was acknowledged, {sent} sent"
            );
            in_flight += u64::from(sent > acknowledged);
            // What was in flight may have happened or not; from here on it is known.
            told.acknowledged.store(held, Ordering::SeqCst);
            told.sent.store(held, Ordering::SeqCst);
        }
    }
    assert!(
        in_flight > cycles / 10,
        "the cuts came between edits: {in_flight} in flight"
    );
    let status = node.cli(&["status"]).ok().json();
    eprintln!(
        "{cycles} kills, {edits} edits acknowledged, {in_flight} in flight, {unfinished} amid a compaction; {}",
        status["storage"]
    );
    assert!(
        status["storage"]["journal"]["checkpoint"].is_number(),
        "{status}"
    );
    assert!(status["storage"]["trouble"].is_null(), "{status}");
    let _clean = node.cli(&["check"]).ok();
}

/// True when a checkpoint was being written.
fn has_unfinished(journal: &std::path::Path) -> bool {
    let entries = std::fs::read_dir(journal).expect("the journal's folder");
    let mut names = entries.map(|entry| entry.expect("an entry").file_name());
    names.any(|name| name.to_string_lossy().ends_with(".seg.new"))
}

/// Writes ever higher numbers until the connection breaks.
fn edit_until_cut(
    mut client: Client,
    projects: &[String],
    told: &[Told],
    count: &AtomicU64,
    stop: &AtomicBool,
    failed: &Mutex<Option<Value>>,
) {
    'cut: while !stop.load(Ordering::SeqCst) {
        for (project, told) in projects.iter().zip(told) {
            let number = told.sent.fetch_add(1, Ordering::SeqCst) + 1;
            let set = json!({ "background": number.to_string() });
            let edit = json!({ "do": "edit", "project": project, "set": set });
            let Ok(reply) = client.try_send(
                "POST",
                "/api/v1/commands",
                Some(&json!([ids::envelope(&edit)])),
            ) else {
                break 'cut;
            };
            let Ok(answers) = serde_json::from_slice::<Value>(&reply.body) else {
                break 'cut;
            };
            if answers[0]["outcome"]["outcome"] != "done" {
                *failed.lock().expect("not poisoned") = Some(answers);
                break 'cut;
            }
            told.acknowledged.store(number, Ordering::SeqCst);
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
}
