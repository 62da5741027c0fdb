//! Imports through the program itself: mappings that are remembered, files that are refused with words, and a power cut
//! between two chunks.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::process::{Place, Said, wait_until};

fn write(root: &Path, name: &str, text: &str) -> String {
    let path: PathBuf = root.join(name);
    std::fs::write(&path, text).expect("a file is written");
    path.to_string_lossy().into_owned()
}

/// A field of the project with this name.
fn field(place: &Place, name: &str, field: &str) -> Value {
    let dump = place.cli(&["dump"]).ok();
    let lines = dump.lines();
    let found = lines.iter().find(|line| line["name"] == name);
    found.map_or(Value::Null, |line| line[field].clone())
}

#[test]
fn a_corrected_mapping_outlives_the_server_and_fits_the_next_workbook() {
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), "松坪镇");
    let table = |name: &str, row: &str| {
        let text = format!("What,Cost,Who\n{row}\n");
        write(root.path(), name, &text)
    };
    let mapping = |name: &str, unit: &str| {
        let columns = "\"What\" = \"name\"\n\"Cost\" = \"total_investment_fen\"\n";
        let text = format!("guess = false\nmoney_unit = \"{unit}\"\n[columns]\n{columns}");
        write(root.path(), name, &text)
    };
    // Nobody can guess these titles.
    let first = table("first.csv", "Bridge,12,Li");
    assert_eq!(place.cli(&["import", &first]).json()["created"], 0);
    let yuan = mapping("yuan.toml", "元");
    let said = place.cli(&["import", &first, "--mapping", &yuan]);
    assert_eq!(said.ok().json()["created"], 1);
    place.start();
    let second = place.cli(&["import", &table("second.csv", "Road,34,Wang")]);
    assert_eq!(second.ok().json()["created"], 1);
    assert_eq!(field(&place, "Road", "total_investment_fen"), 3_400);
    // A correction takes the place of what was remembered, for good.
    let wan = mapping("wan.toml", "万元");
    let corrected = place.cli(&["import", &first, "--mapping", &wan]);
    assert_eq!(corrected.ok().json()["updated"], 1);
    assert!(place.stop().success());
    place.start();
    let third = place.cli(&["import", &table("third.csv", "Park,56,Zhou")]);
    assert_eq!(third.ok().json()["created"], 1);
    assert_eq!(field(&place, "Park", "total_investment_fen"), 56_000_000);
    assert_eq!(field(&place, "Bridge", "total_investment_fen"), 12_000_000);
    // Other titles are another workbook.
    let other = write(root.path(), "other.csv", "What,Price\nPier,1\n");
    assert_eq!(place.cli(&["import", &other]).json()["created"], 0);
}

/// Every row says which project it was taken for, what stands and what would stand; one bad row can hold back the rest.
#[test]
fn a_preview_shows_old_and_new_and_nothing_is_written_unless_every_row_is_right() {
    let root = tempfile::tempdir().expect("a folder");
    let mut place = Place::township(root.path(), "松坪镇");
    place.add_user("李梅", "clerk", "a long password");
    place.start();
    let mut clerk = place.log_in("李梅", "a long password");
    let mut upload = |text: &str| {
        let path = "/api/v1/imports?file=a.csv";
        let read = clerk.upload(path, "text/csv", text.as_bytes()).ok().json();
        let token = read["token"].as_str().expect("a token").to_owned();
        let panel = format!("/api/v1/panels/import?token={token}");
        let drawn = clerk.get(&panel).ok().text();
        let mut confirm = |whole: bool| {
            let path = format!("/api/v1/imports/{token}?whole={whole}");
            clerk.send("POST", &path, None).status
        };
        // A preview that was held back is still there for the person.
        let statuses = (confirm(true), confirm(false));
        (drawn, statuses)
    };
    let head = "项目名称,总投资（万元）,建设地点";
    let (drawn, statuses) = upload(&format!("{head}\n河东大桥,1200,河东\n"));
    assert!(
        drawn.contains("河东大桥") && drawn.contains("新增"),
        "{drawn}"
    );
    assert_eq!(statuses, (200, 404), "right, so written at once");
    // One row is right, of the other nobody can read the code.
    let bad = "河东大桥,1500,\n,1300,河西\n";
    let (drawn, statuses) = upload(&format!("{head}\n{bad}"));
    let change = "title=\"总投资：1,200.00 → 1,500.00\"";
    assert!(drawn.contains(change), "{drawn}");
    assert_eq!(statuses, (400, 200));
    assert_eq!(
        field(&place, "河东大桥", "total_investment_fen"),
        1_500_000_000_i64
    );
    // What was blank in the file stands as it stood.
    assert_eq!(field(&place, "河东大桥", "site"), "河东");
}

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
    // What is no workbook says so, and what another program wrote says how it becomes one.
    let ledger = "项目名称,总投资\n河东大桥,12\n";
    for (name, words) in [
        ("text.xlsx", "neither .xlsx"),
        ("wps.et", "the format .et cannot be read"),
        ("a.txt", "no workbook"),
    ] {
        let file = write(root.path(), name, ledger);
        let said = place.cli(&["import", &file, "--lang", "en"]);
        assert_eq!(said.code, Some(1), "{said:#?}");
        assert!(said.stderr.contains(words), "{name}: {said:#?}");
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
