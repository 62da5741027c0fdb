//! Imports through the program itself: files that are refused with words, and a power cut between two chunks.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::process::{Place, Said, wait_until};

fn write(root: &Path, name: &str, text: &str) -> String {
    let path: PathBuf = root.join(name);
    std::fs::write(&path, text).expect("a file is written");
    path.to_string_lossy().into_owned()
}

/// A field of the project with this name.
#[test]
fn a_locked_workbook_is_refused_with_the_way_out() {
    let root = tempfile::tempdir().expect("a folder");
    let place = Place::township(root.path(), "松坪镇");
    for name in ["ledger-locked.xlsx", "ledger-locked.xls"] {
        let path = format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"));
        let said = place.cli(&["import", &path, "--lang", "en"]);
        assert_eq!(said.code, Some(1), "{said:#?}");
        assert!(said.stderr.contains("password"), "{said:#?}");
    }
    assert_eq!(place.cli(&["dump"]).ok().stdout, "");
}

/// More rows than a few chunks take, so that there is something to cut.
const ROWS: u64 = 3_000;

fn listed(place: &Place) -> Vec<Value> {
    let said: Said = place.cli(&["import", "--list"]).ok();
    said.lines()
}

fn done(import: &Value) -> u64 {
    import["done"].as_u64().expect("a number")
}

#[test]
fn an_import_cut_by_a_power_failure_can_be_taken_back_or_finished() {
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), "松坪镇");
    let rows: String = (0..ROWS)
        .map(|number| format!("第{number}号路,{number}\n"))
        .collect();
    let file = write(
        root.path(),
        "ledger.csv",
        &format!("项目名称,总投资（万元）\n{rows}"),
    );
    place.start();
    let dir = place.dir.to_string_lossy().into_owned();
    let importing = std::thread::spawn({
        let file = file.clone();
        move || tests::process::run(&["import", &file, "--data", &dir, "--json"], "")
    });
    let mut running = Value::Null;
    wait_until("a chunk is written", || {
        running = listed(&place).pop().unwrap_or_default();
        running["state"] == "running"
    });
    // Others are served meanwhile: this very question was.
    assert!((1..ROWS).contains(&done(&running)), "{running}");
    place.kill();
    let cut = importing.join().expect("the importing thread ends");
    assert_ne!(cut.code, Some(0), "{cut:#?}");

    place.start();
    let interrupted = listed(&place).pop().expect("it is listed");
    assert_eq!(interrupted["state"], "interrupted", "{interrupted}");
    let written = done(&interrupted);
    assert!(written >= done(&running) && written < ROWS);
    assert_eq!(place.cli(&["dump"]).ok().lines().len() as u64, written);

    // Importing the file again finishes it.
    let again = place.cli(&["import", &file]).ok().json();
    assert_eq!(again["created"], ROWS - written, "{again}");
    assert_eq!(again["unchanged"], written, "{again}");
    assert_eq!(place.cli(&["dump"]).ok().lines().len() as u64, ROWS);

    // Both can be taken back, each as far as it got.
    for id in [&interrupted["id"], &again["import_id"]] {
        let id = id.as_str().expect("an id");
        let undone = place.cli(&["import", "--undo", id]);
        assert_eq!(undone.code, Some(0), "{undone:#?}");
    }
    let states: Vec<Value> = listed(&place)
        .iter()
        .map(|import| import["state"].clone())
        .collect();
    assert_eq!(states, ["undone", "undone"]);
}
