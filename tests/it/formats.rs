//! Data of other versions: what a newer one wrote is refused in plain words and left as it is, to the byte; what an older one wrote is
//! taken over, also when the machine loses power meanwhile (reliability.md 6, R6 and R7).
//!
//! `XIANGMU_UPGRADES` sets how often a server is killed while it takes over a folder (8, at night 200).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};
use tests::disks::copy_folder;
use tests::ids;
use tests::process::{Place, program};
use tests::sizes;

const NEWER: &str = "9.9.9";

/// Every file under a folder with its bytes.
fn bytes_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(bytes_of(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).expect("a file"));
        }
    }
    found
}

/// A township with a project, its folder saying that it is of another format.
fn furnished(root: &Path, format: &Value) -> (Place, String) {
    let place = Place::township(root, "松坪镇");
    let unit = place.cli(&["status"]).ok().json()["unit"].clone();
    let project = ids::project();
    let set = json!({ "name": "一号桥", "site": "河口" });
    let create = json!({ "command": { "do": "create_project", "project": project, "home": unit, "set": set } });
    let _made = place.cli_with(&["edit", "-"], &format!("{create}\n")).ok();
    std::fs::write(place.dir.join("format.json"), format.to_string()).expect("the note");
    (place, project)
}

#[test]
fn a_folder_of_a_newer_version_is_refused_and_left_as_it_is() {
    let root = tempfile::tempdir().expect("a folder");
    let newer = json!({ "format": 99, "min_reader": 99, "written_by": NEWER });
    let (place, _) = furnished(root.path(), &newer);
    let before = bytes_of(&place.dir);
    let out = root.path().join("out.xmbackup");
    let out = out.to_str().expect("a path");
    let table = root.path().join("out.xlsx");
    let table = table.to_str().expect("a path");
    let commands: [&[&str]; 9] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["status"],
        &["dump"],
        &["edit", "-"],
        &["check"],
        &["backup", "--out", out],
        &["export", "--out", table],
        &["bundle", "export", "--to", "hub", "--out", out],
        &["audit", "verify"],
    ];
    for command in commands {
        let said = place.cli_with(command, "");
        assert_eq!(said.code, Some(2), "{command:?}: {said:?}");
        assert!(said.stderr.contains(NEWER), "{command:?}: {said:?}");
    }
    let examined = place.cli(&["doctor"]);
    assert!(
        examined.code != Some(0) && examined.stdout.contains(NEWER),
        "{examined:?}"
    );
    let is_made = [out, table].map(|path| Path::new(path).exists());
    assert_eq!(is_made, [false, false]);
    assert_eq!(bytes_of(&place.dir), before);
}

#[test]
fn every_stored_backup_of_a_newer_version_is_refused_and_left_as_it_is() {
    let root = tempfile::tempdir().expect("a folder");
    let target = tests::fuzz::target("backup").expect("a target");
    let kept = target.kept().into_iter();
    let kept: Vec<_> = kept.filter(|(name, _)| name.starts_with("seed-")).collect();
    assert!(!kept.is_empty());
    let place = Place::township(root.path(), "松坪镇");
    let restored = root.path().join("restored");
    for (name, bytes) in kept {
        let path = root.path().join(&name);
        let file = path.to_str().expect("a path");
        std::fs::write(&path, &bytes).expect("a file");
        let _sound = place.cli(&["backup", "verify", file]).ok();
        let mut newer = bytes;
        // Magic, then the format, then a checksum over both.
        newer[8] += 1;
        let sum = crc32c::crc32c(&newer[..12]);
        newer[12..16].copy_from_slice(&sum.to_le_bytes());
        std::fs::write(&path, &newer).expect("a file");
        let data = restored.to_str().expect("a path");
        let verified = place.cli(&["backup", "verify", file]);
        let made = Command::new(program())
            .args(["restore", file, "--data", data, "--lang", "en"])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(
            !made.status.success() && said.contains("newer"),
            "{name}: {said}"
        );
        let refused = verified.code != Some(0) && verified.stderr.contains("newer");
        assert!(refused, "{name}: {verified:?}");
        assert!(!restored.exists(), "{name}: nothing was made");
        assert_eq!(std::fs::read(&path).expect("a file"), newer);
    }
}

/// Starts a server and kills it after so many milliseconds, or once it says that it serves.
fn start_and_kill(dir: &Path, after_ms: u64) {
    let spawned = Command::new(program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut server = spawned.expect("it starts");
    let output = server.stdout.take().expect("a pipe");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _serving_or_gone = BufReader::new(output).read_line(&mut line);
        // Who waits may be gone.
        let _heard = sender.send(());
    });
    let _either_way = receiver.recv_timeout(Duration::from_millis(after_ms));
    server.kill().expect("it runs or is gone");
    server.wait().expect("it ends");
}

/// `formats/2` is a township's folder as a program of format 2 left it, without its database: three acts, packed without a dictionary.
#[test]
fn a_folder_of_the_format_before_is_taken_over_though_the_power_fails_meanwhile() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), "松坪镇");
    std::fs::remove_dir_all(&place.dir).expect("it goes");
    copy_folder(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("it/formats/2"),
        &place.dir,
    );
    let project = "01M3250V00000000000000000K";
    let before = root.path().join("before");
    copy_folder(&place.dir, &before);
    let backup = bytes_of(&before);
    let mut dice = ChaCha8Rng::seed_from_u64(6);
    let kills = sizes::of("XIANGMU_UPGRADES", 8, 200);
    let (mut as_it_was, mut taken_over) = (0, 0);
    for kill in 0..kills {
        std::fs::remove_dir_all(&place.dir).expect("it goes");
        copy_folder(&before, &place.dir);
        start_and_kill(&place.dir, dice.next_u64() % 400);
        let note = std::fs::read_to_string(place.dir.join("format.json")).expect("a note");
        let note: Value = serde_json::from_str(&note).expect("a whole note");
        match note["format"].as_u64() {
            Some(2) => as_it_was += 1,
            Some(3) => taken_over += 1,
            _ => panic!("kill {kill}: {note}"),
        }
        let lines = place.cli(&["dump"]).ok().lines();
        let found = lines.into_iter().find(|line| line["id"] == project);
        let found = found.unwrap_or_default();
        let site_and_next = (&found["site"], &found["month_next"]["2026-11"]);
        assert_eq!(
            site_and_next,
            (&json!("河口"), &json!("下月架梁")),
            "kill {kill}"
        );
        let _sound = place.cli(&["check"]).ok();
        let note = std::fs::read_to_string(place.dir.join("format.json")).expect("a note");
        assert!(
            note.contains("\"format\":3") || note.contains("\"format\": 3"),
            "{note}"
        );
    }
    assert_eq!(as_it_was + taken_over, kills);
    assert_eq!(bytes_of(&before), backup, "what was put aside is as it was");
}
