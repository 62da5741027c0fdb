//! Backups and what is made again from them: nothing acknowledged is missing, no damaged byte passes, and a node that went back in
//! time gives and gets what came since.
//!
//! `XIANGMU_BACKUPS` sets how many backups are made under load and how often two copies of a node write by turns,
//! `XIANGMU_BACKUP_FLIPS` how many bytes of a backup are flipped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use node::backup::{Progress, Restored, restore, verify};
use node::clock::Clock;
use serde_json::{Value, json};
use tests::ids;
use tests::process::{Place, program, wait_until};
use tests::sizes;

const TOWNSHIP: &str = "松坪镇";
const OTHER: &str = "云台乡";
const HUB: &str = "演示县项目中心";
const PASSWORD: &str = "a long password";

fn set(place: &Place, project: &str, field: &str, value: impl Into<Value>) {
    place.set(project, &json!({field: value.into()}));
}

/// One field of one project of a dump.
fn value_of(place: &Place, project: &str, field: &str) -> Value {
    let lines = place.cli(&["dump"]).ok().lines();
    let found = lines.into_iter().find(|line| line["id"] == project);
    found.map_or(Value::Null, |line| line[field].clone())
}

fn backup(place: &Place, file: &Path) -> Value {
    place
        .cli(&["backup", "--out", &file.to_string_lossy()])
        .ok()
        .json()
}

fn incarnation(place: &Place) -> Vec<u8> {
    use shared::store::{Reader as _, Tree};
    let opened = node::store::open(&place.dir).expect("nobody else has it open");
    let found = opened.store.load(Tree::Meta, b"sync/incarnation");
    found.expect("it reads").expect("it has started once")
}

#[test]
fn a_backup_made_under_load_restores_its_moment() {
    let count = sizes::of("XIANGMU_BACKUPS", 4, 200);
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), TOWNSHIP);
    // Small files, so that the journal is compacted all the while.
    std::fs::write(
        place.dir.join("config.toml"),
        "[storage]\nsegment_bytes = 4096\nbackup_hours = 0\n",
    )
    .expect("a configuration");
    let first = place.create("大桥");
    let second = place.create("隧道");
    place.start();
    let mut writer = Command::new(program())
        .args(["edit", "-", "--data"])
        .arg(&place.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let mut lines = writer.stdin.take().expect("its input is ours");
    let answers = BufReader::new(writer.stdout.take().expect("its output is ours"));
    let (sent, acknowledged) = (AtomicU64::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (number, answer) in answers.lines().enumerate() {
                let answer: Value = serde_json::from_str(&answer.expect("a line")).expect("JSON");
                assert_eq!(answer["ok"], true, "{answer}");
                acknowledged.store(number as u64 + 1, Ordering::SeqCst);
            }
        });
        scope.spawn(|| {
            // Edit n sets the first project to n when it is even, the second when it is odd.
            for number in 0_u64.. {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let project = if number % 2 == 0 { &first } else { &second };
                let line = json!({"id": project, "set": {"total_investment_fen": number}});
                sent.store(number + 1, Ordering::SeqCst);
                writeln!(lines, "{line}").expect("the writer reads");
                wait_until("the edit is acknowledged", || {
                    acknowledged.load(Ordering::SeqCst) > number
                });
            }
            drop(lines);
        });
        for round in 0..count {
            let before = acknowledged.load(Ordering::SeqCst);
            let file = root.path().join(format!("{round}.xmbackup"));
            backup(&place, &file);
            let after = sent.load(Ordering::SeqCst);
            let restored = Place::restored(&root.path().join(round.to_string()), TOWNSHIP, &file);
            let [a, b] = [&first, &second]
                .map(|project| value_of(&restored, project, "total_investment_fen").as_u64());
            let newest = a.max(b).map_or(0, |newest| newest + 1);
            assert!(
                (before..=after).contains(&newest),
                "{newest} of {before} to {after}"
            );
            // One moment: no edit is there without the one before it.
            let oldest = a.min(b).map_or(0, |oldest| oldest + 1);
            assert!(newest <= 1 || newest - oldest == 1, "{a:?} {b:?}");
            wait_until("more edits come", || {
                acknowledged.load(Ordering::SeqCst) > after + 20
            });
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert!(writer.wait().expect("it ends").success());
    assert!(place.stop().success());
    assert_eq!(place.cli(&["check"]).code, Some(0));
}

/// A node with all a backup may hold, and its backup.
fn furnished(root: &Path) -> (Place, PathBuf) {
    let place = Place::township(root, TOWNSHIP);
    place.add_user("李梅", "clerk", PASSWORD);
    let ledger = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ledger-real.xlsx");
    let _imported = place.cli(&["import", ledger]);
    let blobs = node::store::Blobs::at(place.dir.join("blobs"));
    for length in [0, 10, 70_000, 2_500_000_usize] {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
        blobs.put(&bytes).expect("room for it");
    }
    let file = root.join("one.xmbackup");
    backup(&place, &file);
    (place, file)
}

#[test]
fn a_backup_holds_everything_and_says_so() {
    let root = tempfile::tempdir().expect("a folder");
    let (place, file) = furnished(root.path());
    let said = place
        .cli(&["backup", "verify", &file.to_string_lossy()])
        .ok()
        .json();
    let status = place.cli(&["status"]).ok().json();
    assert_eq!(said["name"], TOWNSHIP);
    assert_eq!(said["node"], status["id"]);
    assert_eq!(
        (&said["documents"], &said["projects"]),
        (&status["documents"], &status["projects"])
    );
    assert!(said["projects"].as_u64() > Some(200), "{said}");
    assert_eq!(
        (&said["accounts"], &said["attachments"]),
        (&json!(1), &json!(4))
    );
    assert!(said["audit"].as_u64() > Some(0), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "it holds the node's key");
    }

    let mut again = Place::restored(&root.path().join("again"), TOWNSHIP, &file);
    assert_eq!(again.cli(&["status"]).ok().json()["id"], status["id"]);
    let all = ["dump", "--kind", "all"];
    assert_eq!(again.cli(&all).ok().stdout, place.cli(&all).ok().stdout);
    assert_eq!(again.cli(&["check"]).code, Some(0));
    let imports = |place: &Place| place.cli(&["import", "--list"]).ok().stdout;
    assert_eq!(imports(&again), imports(&place));
    let blobs = |place: &Place| {
        let blobs = node::store::Blobs::at(place.dir.join("blobs"));
        let mut ids = blobs.list().expect("it reads");
        ids.sort();
        assert!(ids.iter().all(|id| matches!(blobs.load(*id), Ok(Some(_)))));
        ids
    };
    assert_eq!(blobs(&again), blobs(&place));
    assert_ne!(
        incarnation(&again),
        incarnation(&place),
        "its log has a new life"
    );
    again.start();
    let _person = again.log_in("李梅", PASSWORD);
    // A day's backup has its own name; another one of the day takes its place.
    let first = again.cli(&["backup"]).ok().json()["file"].clone();
    let _made = again.create("又一个项目");
    let second = again.cli(&["backup"]).ok().json();
    assert_eq!(second["file"], first);
    let path = second["file"].as_str().expect("a path").to_owned();
    let verified = again.cli(&["backup", "verify", &path]).ok().json();
    assert_eq!(verified["position"], second["position"]);
}

#[test]
fn a_flipped_byte_anywhere_in_a_backup_is_found_and_named_and_nothing_is_restored_from_it() {
    let root = tempfile::tempdir().expect("a folder");
    let (_, file) = furnished(root.path());
    let good = std::fs::read(&file).expect("a backup");
    let bad = root.path().join("bad.xmbackup");
    let faults = |bytes: &[u8]| {
        std::fs::write(&bad, bytes).expect("room for it");
        let verified = verify(&bad, None, &Progress::default()).expect("it reads");
        verified
            .faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(&good), Vec::<String>::new());
    let step = good.len()
        / usize::try_from(sizes::of("XIANGMU_BACKUP_FLIPS", 150, 5_000)).expect("a number");
    let ends = (0..700).chain(good.len() - 200..good.len());
    let mut places = std::collections::BTreeSet::new();
    for at in ends.chain((400..good.len()).step_by(step.max(1))) {
        let mut wrong = good.clone();
        wrong[at] ^= 1 << (at % 8);
        let found = faults(&wrong);
        let named = found.first().unwrap_or_else(|| panic!("byte {at} passes"));
        let begin: usize = named
            .strip_prefix("byte ")
            .and_then(|rest| rest.split(',').next()?.parse().ok())
            .unwrap_or_else(|| panic!("{named}"));
        assert!(begin <= at, "{named} for byte {at}");
        places.extend(
            named
                .split(", ")
                .nth(1)
                .and_then(|rest| rest.split([':', '/']).next().map(str::to_owned)),
        );
    }
    for part in ["the header", "the keys", "identity", "blobs"] {
        assert!(places.contains(part), "{part} in {places:?}");
    }
    for cut in [0, 5, 16, 40, good.len() / 2, good.len() - 1] {
        assert_ne!(faults(&good[..cut]), Vec::<String>::new(), "cut at {cut}");
    }
    let longer = [&good[..], b"more"].concat();
    assert_ne!(faults(&longer), Vec::<String>::new());

    let mut wrong = good;
    let middle = wrong.len() / 2;
    wrong[middle] ^= 1;
    std::fs::write(&bad, wrong).expect("room for it");
    let place = Place::township(&root.path().join("other"), OTHER);
    let path = bad.to_string_lossy();
    let said = place.cli(&["backup", "verify", &path]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.lines()[0]["place"]
            .as_str()
            .is_some_and(|place| place.starts_with("byte ")),
        "{said:?}"
    );
    let into = root.path().join("into");
    let refused = restore(&bad, None, &into, &Clock::system(), &Progress::default());
    assert!(matches!(refused, Ok(Restored::Damaged(faults)) if !faults.is_empty()));
    assert!(!into.exists());
}

#[test]
fn a_node_restored_from_an_old_backup_gets_back_what_came_since_and_a_copy_is_noticed() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), HUB);
    hub.start();
    let mut node = Place::township(root.path(), TOWNSHIP);
    node.add_user("李梅", "clerk", PASSWORD);
    node.start();
    node.join(&hub);
    let early = node.create("大桥");
    node.sync();
    let file = root.path().join("old.xmbackup");
    backup(&node, &file);

    // After the backup: the node's own work, and the hub's.
    let late = node.create("隧道");
    set(&node, &early, "total_investment_fen", 111_000_000);
    node.sync();
    let behalf = json!({"command": {"do": "edit", "project": early, "set": {"site": "河西"}, "on_behalf": "电话告知"}});
    let _by_hub = hub.cli_with(&["edit", "-"], &format!("{behalf}\n")).ok();
    node.sync();
    let before = hub.dump(TOWNSHIP);
    assert_eq!(before, node.dump(TOWNSHIP));
    assert!(node.stop().success());
    let old_life = incarnation(&node);

    let mut again = Place::restored(&root.path().join("again"), TOWNSHIP, &file);
    assert_eq!(
        value_of(&again, &late, "name"),
        Value::Null,
        "the backup is older"
    );
    // An edit before the line is back: it may not take the place of one that was made since.
    set(&again, &early, "content_scale", "恢复之后写的");
    again.start();
    again.sync();
    assert_ne!(incarnation_of_running(&again, root.path()), old_life);
    let now = hub.dump(TOWNSHIP);
    assert_eq!(now, again.dump(TOWNSHIP));
    assert_eq!(value_of(&again, &late, "name"), "隧道");
    assert_eq!(
        value_of(&again, &early, "total_investment_fen"),
        111_000_000
    );
    assert_eq!(value_of(&again, &early, "site"), "河西");
    assert_eq!(value_of(&hub, &early, "content_scale"), "恢复之后写的");
    assert_eq!(again.cli(&["status"]).ok().json()["quarantined"], 0);
    assert_eq!(again.cli(&["check"]).code, Some(0));
    assert_eq!(hub.cli(&["check"]).code, Some(0));

    // The old machine was not lost after all: both run, and the hub says so.
    node.start();
    for round in 1..=sizes::of("XIANGMU_BACKUPS", 2, 100) {
        set(&node, &late, "total_investment_fen", round);
        set(&again, &early, "total_investment_fen", round);
        node.sync();
        again.sync();
        node.sync();
        assert_eq!(value_of(&hub, &late, "total_investment_fen"), round);
        assert_eq!(value_of(&hub, &early, "total_investment_fen"), round);
    }
    let nodes = hub.cli(&["nodes"]).ok().json();
    assert!(
        nodes["copied"].is_i64() || nodes["copied"].is_string(),
        "{nodes}"
    );
    assert_eq!(hub.dump(TOWNSHIP), node.dump(TOWNSHIP));
    again.sync();
    assert_eq!(hub.dump(TOWNSHIP), again.dump(TOWNSHIP));
    assert_eq!(hub.cli(&["status"]).ok().json()["quarantined"], 0);
}

/// The incarnation of a served node, from a backup of it.
fn incarnation_of_running(place: &Place, root: &Path) -> Vec<u8> {
    let file = root.join("look.xmbackup");
    backup(place, &file);
    incarnation(&Place::restored(&root.join("look"), TOWNSHIP, &file))
}

#[test]
fn a_hub_restored_from_an_old_backup_is_healed_by_real_nodes() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), HUB);
    hub.start();
    let listen = hub.address();
    let nodes = [TOWNSHIP, OTHER].map(|name| {
        let mut node = Place::township(root.path(), name);
        node.start();
        node.join(&hub);
        node.sync();
        node
    });
    let unit = nodes[0].cli(&["status"]).ok().json()["unit"].clone();
    for round in 1..=sizes::of("XIANGMU_HUB_RESTORES", 2, 20) {
        let early = nodes[0].create("大桥");
        nodes[0].sync();
        let file = root.path().join(format!("{round}.xmbackup"));
        backup(&hub, &file);

        // After the backup: the nodes' own work, and what the county alone decides, in every kind of document it shares with them.
        let late = nodes[1].create("隧道");
        set(&nodes[0], &early, "total_investment_fen", 5);
        let made = ids::project();
        hub.edit(&json!({"do": "create_project", "project": made, "home": unit, "set": {"name": "县里立的项目"}}));
        hub.edit(&json!({"do": "edit", "project": early, "set": {"site": "河西"}, "on_behalf": "电话告知"}));
        let row = json!({"do": "record", "project": early, "table": "coop_units", "row": ids::row(), "set": {"org": OTHER}});
        hub.edit(&row);
        let year = 2000 + round;
        let holidays = root.path().join(format!("{round}.json"));
        let day = format!("{year}-01-01");
        let text = json!({"year": year, "holidays": [day], "workdays": [], "source": "通知"});
        std::fs::write(&holidays, text.to_string()).expect("room for it");
        let publish = ["profile", "holidays", &holidays.to_string_lossy()];
        let _published = hub.cli(&publish).ok();
        for node in nodes.iter().chain(&nodes) {
            node.sync();
        }
        set(&nodes[0], &made, "site", "河东");
        set(&nodes[1], &early, "problems", "征地未完成");
        for node in &nodes {
            node.sync();
        }
        let all = |place: &Place| {
            let said = place.cli(&["dump", "--kind", "all"]).ok().stdout;
            assert!(said.contains(&day), "{} lacks the county's act", place.name);
            said
        };
        let before = all(&hub);
        assert!(hub.stop().success());
        std::fs::rename(&hub.dir, root.path().join(format!("lost {round}"))).expect("it is lost");

        hub = Place::restored(root.path(), HUB, &file);
        assert_eq!(value_of(&hub, &late, "name"), Value::Null);
        assert_eq!(value_of(&hub, &made, "name"), Value::Null);
        hub.start_at(listen);
        for node in nodes.iter().chain(&nodes) {
            node.sync();
        }
        assert_eq!(all(&hub), before);
        assert_eq!(value_of(&hub, &early, "site"), "河西");
        for node in &nodes {
            assert_eq!(hub.dump(&node.name), node.dump(&node.name));
            assert_eq!(node.cli(&["status"]).ok().json()["unreceipted"], 0);
        }
        // No officer is asked, and nobody is suspected: the hub knows what it once sent.
        for place in nodes.iter().chain([&hub]) {
            let status = place.cli(&["status"]).ok().json();
            assert_eq!(status["quarantined"], 0, "{status}");
        }
        for node in hub.cli(&["nodes"]).ok().lines() {
            assert_eq!(node["alarm"], Value::Null, "{node}");
            // It is the hub's disk that is old, not theirs.
            assert_eq!(node["copied"], Value::Null, "{node}");
        }
        assert_eq!(hub.cli(&["check"]).code, Some(0));
    }
}

#[test]
fn a_half_made_backup_never_takes_the_place_of_a_good_one() {
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), TOWNSHIP);
    let ledger = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ledger-real.xlsx");
    let _imported = place.cli(&["import", ledger]);
    place.start_to_be_limited();
    let file = root.path().join("good.xmbackup");
    backup(&place, &file);
    let good = std::fs::read(&file).expect("a backup");
    let _made = place.create("大桥");
    let path = file.to_string_lossy();
    place.limit_files(Some(20_000));
    let failed = place.cli(&["backup", "--out", &path]);
    place.limit_files(None);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.stderr.contains("cannot write"), "{failed:?}");
    assert_eq!(std::fs::read(&file).expect("a backup"), good);
    let part = root.path().join("good.xmbackup.part");
    assert!(!part.exists());
    // The server itself may have met the full disk as well; it goes on once it has seen that there is room.
    let other = root.path().join("other.xmbackup");
    wait_until("there is room again", || {
        let said = place.cli(&["backup", "--out", &other.to_string_lossy()]);
        said.code == Some(0)
    });
    // What a power cut leaves is written over.
    std::fs::write(&part, vec![7; 3_000_000]).expect("room for it");
    let said = backup(&place, &file);
    let verified = place.cli(&["backup", "verify", &path]).ok().json();
    assert_eq!(verified["position"], said["position"]);
    assert!(!part.exists());

    // What is no backup is not replaced by one; what cannot be read is no finding.
    let workbook = root.path().join("台账.xlsx");
    std::fs::write(&workbook, b"a workbook").expect("room for it");
    let refused = place.cli(&["backup", "--out", &workbook.to_string_lossy()]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(
        std::fs::read(&workbook).expect("it is there"),
        b"a workbook"
    );
    assert_eq!(
        place.cli(&["backup", "verify", "nowhere.xmbackup"]).code,
        Some(2)
    );
    assert_eq!(
        place
            .cli(&["backup", "verify", &workbook.to_string_lossy()])
            .code,
        Some(1)
    );

    // Never over live data; what an interrupted restore left is begun again.
    let over = place.cli(&["restore", &path]);
    assert_eq!(over.code, Some(2), "{over:?}");
    assert!(over.stderr.contains("is not empty"), "{over:?}");
    let into = root.path().join("into");
    std::fs::create_dir_all(into.join("journal")).expect("a folder");
    let taken = tests::process::run(&["restore", &path, "--data", &into.to_string_lossy()], "");
    assert_eq!(taken.code, Some(2), "{taken:?}");
    std::fs::write(into.join("restore.unfinished"), b"").expect("room for it");
    std::fs::write(into.join("journal/00000001.seg"), b"half").expect("room for it");
    let done = tests::process::run(&["restore", &path, "--data", &into.to_string_lossy()], "").ok();
    assert!(done.stdout.contains("Restored to"), "{done:?}");
    assert!(!into.join("restore.unfinished").exists());
    let status = tests::process::run(&["status", "--json", "--data", &into.to_string_lossy()], "");
    assert_eq!(status.ok().json()["name"], TOWNSHIP);
}

/// What the doctor of a place finds, by id.
fn ailments(place: &Place) -> (Option<i32>, Vec<String>) {
    let said = place.cli(&["doctor"]);
    let found = said.lines();
    assert!(
        found.iter().all(|found| found["text"]
            .as_str()
            .is_some_and(|text| text.contains(": "))),
        "{said:?}"
    );
    let ids = found
        .iter()
        .map(|found| found["id"].as_str().expect("an id").to_owned());
    (said.code, ids.collect())
}

#[test]
fn the_doctor_finds_nothing_in_a_healthy_place_and_names_what_is_planted() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), HUB);
    let mut node = Place::township(root.path(), TOWNSHIP);
    hub.add_user("王科", "hub_officer", PASSWORD);
    node.add_user("李梅", "clerk", PASSWORD);
    // The system gives a port, which nothing of the test's own listens on while the server is down.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = free.local_addr().expect("an address");
    let config = node.dir.join("config.toml");
    std::fs::write(&config, format!("listen = \"{listen}\"\n")).expect("room for it");
    assert_eq!(ailments(&node).1[..2], ["port_taken", "line"]);
    drop(free);
    assert_eq!(
        hub.cli(&["doctor"])
            .lines()
            .iter()
            .find(|found| found["id"] == "line"),
        None
    );

    hub.start();
    node.join(&hub);
    let missing = |place: &Place| -> Vec<i64> {
        let found = place.cli(&["doctor"]).lines();
        let years = found
            .iter()
            .filter(|found| found["id"] == "holidays_missing");
        years.filter_map(|found| found["year"].as_i64()).collect()
    };
    for year in missing(&hub) {
        let file = root.path().join(format!("{year}.json"));
        let text = json!({"year": year, "holidays": [format!("{year}-01-01")], "workdays": [], "source": "notice"});
        std::fs::write(&file, text.to_string()).expect("room for it");
        let _published = hub
            .cli(&["profile", "holidays", &file.to_string_lossy()])
            .ok();
    }
    // Without a server the node dials the hub itself; with one it is asked.
    node.sync();
    let nothing = (Some(0), Vec::new());
    assert_eq!(ailments(&node), nothing);
    node.start();
    node.sync();
    assert_eq!(ailments(&node), nothing);
    assert_eq!(ailments(&hub), nothing);

    let only = |id: &str| (Some(1), vec![id.to_owned()]);
    let _off = node.cli(&["sync", "--off"]).ok();
    assert_eq!(ailments(&node), only("line"));
    let _on = node.cli(&["sync", "--on"]).ok();
    node.sync();
    let file = node.cli(&["backup"]).ok().json()["file"].clone();
    assert_eq!(ailments(&node), nothing);
    std::fs::remove_file(file.as_str().expect("a path")).expect("it is there");
    assert_eq!(ailments(&node), only("backup_gone"));
    let _backup = node.cli(&["backup"]).ok();
    // Another township waits; the hub's officer is told.
    let second = Place::township(root.path(), OTHER);
    let invite = hub.cli(&["invite", "--unit", OTHER]).ok().json();
    let _waits = second
        .cli(&["join", invite["code"].as_str().expect("a code")])
        .ok();
    assert_eq!(ailments(&hub), only("awaits_approval"));

    assert!(hub.stop().success());
    wait_until("the node notices", || ailments(&node) == only("line"));
    assert!(node.stop().success());
    std::fs::write(&config, "listne = 1").expect("room for it");
    assert_eq!(ailments(&node), only("configuration"));
    std::fs::write(&config, "").expect("room for it");
    std::fs::write(node.dir.join("identity/node.key"), "no key").expect("room for it");
    assert_eq!(ailments(&node), only("cannot_open"));
    let nowhere = tests::process::run(&["doctor", "--data", &root.path().to_string_lossy()], "");
    assert_eq!(nowhere.code, Some(2), "{nowhere:?}");
}

#[test]
fn the_audit_trail_is_whole_until_somebody_touches_it() {
    use shared::store::{Batch, Reader as _, Tree};
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), TOWNSHIP);
    let project = place.create("大桥");
    for amount in 1..=6 {
        set(&place, &project, "total_investment_fen", amount);
    }
    let down = place.cli(&["audit", "verify"]).ok();
    place.start();
    let said = place.cli(&["audit", "verify"]).ok().json();
    assert_eq!((down.json(), &said["lines"]), (said.clone(), &json!(7)));
    assert!(
        said["first"].is_number() && said["last"].as_i64() >= said["first"].as_i64(),
        "{said}"
    );
    // A backup sees the trail as it is, and is a witness from then on.
    let file = place.cli(&["backup"]).ok().json()["file"].clone();
    let file = file.as_str().expect("a path");
    assert_eq!(
        place.cli(&["backup", "verify", file]).ok().json()["audit"],
        7
    );
    set(&place, &project, "total_investment_fen", 7);
    assert_eq!(place.cli(&["audit", "verify"]).ok().json()["lines"], 8);
    assert!(place.stop().success());

    // Somebody who can write the store changes a line, as the store's own checks cannot know.
    let dir = place.dir.clone();
    let write = |writes: Vec<(Tree, Vec<u8>, Option<Vec<u8>>)>| {
        let mut opened = node::store::open(&dir).expect("nobody else has it open");
        let writes = writes
            .into_iter()
            .map(|(tree, key, value)| ((tree, key), value));
        let batch = Batch {
            writes: writes.collect(),
        };
        node::store::Store::commit(&mut opened.store, batch).expect("it writes");
    };
    let lines = {
        let opened = node::store::open(&place.dir).expect("nobody else has it open");
        opened
            .store
            .range(Tree::Audit, &[], &[0xff; 40], 100)
            .expect("it reads")
    };
    let (key, value) = lines[4].clone();
    let mut changed = value.clone();
    let at = changed.len() - 3;
    changed[at] ^= 1;
    write(vec![(Tree::Audit, key.clone(), Some(changed))]);
    assert_eq!(
        place.cli(&["check"]).code,
        Some(0),
        "the store is as it was written"
    );
    let said = place.cli(&["audit", "verify"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(
        (&said.json()["line"], &said.json()["what"]),
        (&json!(5), &json!("changed"))
    );
    place.start();
    assert_eq!(place.cli(&["audit", "verify"]).stdout, said.stdout);
    // A node whose trail is broken needs backups all the more; this one tells what was found.
    let other = root.path().join("other.xmbackup");
    backup(&place, &other);
    assert!(place.stop().success());
    write(vec![(Tree::Audit, key, Some(value))]);
    assert_eq!(place.cli(&["audit", "verify"]).code, Some(0));
    // All of it taken back to nothing, note and all: the backup remembers.
    let mut gone: Vec<_> = lines
        .into_iter()
        .map(|(key, _)| (Tree::Audit, key, None))
        .collect();
    gone.push((Tree::Meta, shared::desk::MARK_KEY.to_vec(), None));
    write(gone);
    let said = place.cli(&["audit", "verify"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(
        (&said.json()["line"], &said.json()["what"]),
        (&json!(1), &json!("missing"))
    );
}

#[test]
fn a_server_makes_a_backup_by_itself_and_it_brings_the_node_back() {
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), TOWNSHIP);
    let project = place.create("大桥");
    let bytes = vec![9; 100_000];
    let blobs = node::store::Blobs::at(place.dir.join("blobs"));
    let attached = blobs.put(&bytes).expect("room for it");
    std::fs::write(
        place.dir.join("config.toml"),
        "[storage]\nbackup_delay_minutes = 0\n",
    )
    .expect("room for it");
    place.start();
    let noted = |place: &Place| place.cli(&["status"]).ok().json()["storage"]["backup"].clone();
    wait_until("a backup is made", || noted(&place).is_object());
    let file = noted(&place)["file"].as_str().expect("a path").to_owned();
    assert!(file.ends_with("-auto.xmbackup"), "{file}");
    let said = place.cli(&["backup", "verify", &file]).ok().json();
    assert_eq!(
        (&said["with_attachments"], &said["attachments"]),
        (&json!(false), &json!(0))
    );
    // One a day: a new start has nothing to do.
    assert!(place.stop().success());
    place.start();
    let _sound = place.cli(&["check"]).ok();
    assert_eq!(noted(&place)["file"], file.as_str());
    assert!(place.stop().success());
    // The database and the journal are gone; what lay beside the backup is found again.
    let again = Place::restored(&root.path().join("again"), TOWNSHIP, Path::new(&file));
    assert_eq!(value_of(&again, &project, "name"), "大桥");
    let blobs = node::store::Blobs::at(again.dir.join("blobs"));
    assert_eq!(blobs.load(attached).expect("it reads"), Some(bytes));
    assert_eq!(
        noted(&again),
        Value::Null,
        "it has no backup of its own yet"
    );
}

#[test]
fn a_backup_under_a_passphrase_shows_nothing_without_it() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), TOWNSHIP);
    place.add_user("李梅", "clerk", PASSWORD);
    let project = place.create("青山隧道");
    let file = root.path().join("sealed.xmbackup");
    let path = file.to_string_lossy();
    let make = ["backup", "--out", &path, "--passphrase-stdin"];
    assert_eq!(place.cli_with(&make, "short\n").code, Some(2));
    assert!(!file.exists());
    let words = "四个不相干的词语\n";
    let said = place.cli_with(&make, words).ok().json();
    let bytes = std::fs::read(&file).expect("a backup");
    let key = std::fs::read(place.dir.join("identity/node.key")).expect("a key");
    for secret in [
        &key[..],
        TOWNSHIP.as_bytes(),
        "李梅".as_bytes(),
        b"xmbackup",
    ] {
        assert!(!bytes.windows(secret.len()).any(|some| some == secret));
    }
    let verify = ["backup", "verify", &path];
    let closed = place.cli(&verify);
    assert_eq!(closed.code, Some(2), "{closed:?}");
    assert!(closed.stderr.contains("--passphrase-stdin"), "{closed:?}");
    let opened = [&verify[..], &["--passphrase-stdin"]].concat();
    assert_eq!(place.cli_with(&opened, "other words\n").code, Some(2));
    let verified = place.cli_with(&opened, words).ok().json();
    assert_eq!(verified["position"], said["position"]);
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut wrong = bytes.clone();
        wrong[at] ^= 4;
        let bad = root.path().join("bad.xmbackup");
        std::fs::write(&bad, wrong).expect("room for it");
        let bad = bad.to_string_lossy();
        let found = place.cli_with(&["backup", "verify", &bad, "--passphrase-stdin"], words);
        assert_eq!(found.code, Some(1), "byte {at}: {found:?}");
    }
    let into = root.path().join("into");
    let into = into.to_string_lossy();
    let restore = ["restore", &path, "--passphrase-stdin", "--data", &into];
    let _restored = tests::process::run(&restore, words).ok();
    let dumped = tests::process::run(&["dump", "--data", &into], "").ok();
    assert!(dumped.stdout.contains(&project), "{dumped:?}");
}

#[test]
fn one_unsound_document_keeps_no_backup_from_being_made_and_is_named() {
    use shared::store::{Batch, Tree};
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), TOWNSHIP);
    let project = place.create("大桥");
    let bad = shared::ids::DocumentId::Project(ids::project().parse().expect("an id"));
    {
        let mut opened = node::store::open(&place.dir).expect("nobody else has it open");
        let mut batch = Batch::default();
        let change = (Tree::Change, [bad.to_bytes(), vec![0; 4]].concat());
        batch
            .writes
            .insert(change, Some(b"no change of automerge".to_vec()));
        node::store::Store::commit(&mut opened.store, batch).expect("it writes");
    }
    let file = root.path().join("one.xmbackup");
    let path = file.to_string_lossy();
    let said = place.cli(&["backup", "--out", &path]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stderr.contains(&bad.to_string()), "{said:?}");
    let verified = place.cli(&["backup", "verify", &path]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    assert!(verified.stdout.contains(&bad.to_string()), "{verified:?}");
    let again = Place::restored(&root.path().join("again"), TOWNSHIP, &file);
    let lines = again.cli(&["check"]).lines();
    assert!(
        lines
            .iter()
            .any(|line| line["place"] == format!("document {bad}")),
        "{lines:?}"
    );
    assert_eq!(value_of(&place, &project, "name"), "大桥");
}
