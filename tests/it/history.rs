//! Every cell tells its past (ux.md 6, G18): after random edits by two people on two machines, each cell's history is a chain from
//! nothing to what stands there, and says who wrote each value, when and where.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Map, Value, json};
use tests::http::Client;
use tests::ids;
use tests::process::{Place, wait_until};

const TOWNSHIP: &str = "松坪镇";
const PASSWORD: &str = "a long password";
const ROUNDS: usize = 60;

/// Random values for up to three of the cells, some of them nothing at all.
fn some_cells(dice: &mut ChaCha8Rng) -> Map<String, Value> {
    let cells = [
        "name",
        "content_scale",
        "notes",
        "total_investment_fen",
        "2026-10/month_done_fen",
        "2026-10/month_image",
        "2026-11/month_done_fen",
        "2026/year_plan_fen",
        "planned_start",
        "site",
    ];
    let mut set = Map::new();
    for _ in 0..=dice.next_u32() % 3 {
        let cell = cells[dice.next_u32() as usize % cells.len()];
        let number = dice.next_u32() % 1_000;
        let value = match cell {
            _ if number.is_multiple_of(7) && cell != "name" => Value::Null,
            "planned_start" => json!(format!("2026-{:02}", 1 + number % 12)),
            cell if cell.ends_with("_fen") => json!(number * 100),
            _ => json!(format!("第{number}稿")),
        };
        set.insert(cell.to_owned(), value);
    }
    set
}

fn edit(client: &mut Client, project: &str, set: &Map<String, Value>, on_behalf: Option<&str>) {
    let edit = json!({ "do": "edit", "project": project, "set": set, "on_behalf": on_behalf });
    let answers = client.commands(&json!([ids::envelope(&edit)]));
    assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
}

fn history(client: &mut Client, project: &str) -> Vec<Value> {
    let past = client.get(&format!("/api/v1/projects/{project}/history"));
    let mut past: Vec<Value> = past.ok().json().as_array().expect("a list").clone();
    past.reverse();
    past
}

#[test]
fn a_cells_history_replayed_is_what_stands_there() {
    let root = tempfile::tempdir().expect("a folder");
    let (hub, mut node) = Place::hub_and_township(root.path(), TOWNSHIP, PASSWORD);
    let project = node.create("松坪镇集镇道路工程");
    node.sync();
    let mut clerk = node.log_in("李梅", PASSWORD);
    let mut officer = hub.log_in("王科", PASSWORD);
    let mut dice = ChaCha8Rng::seed_from_u64(18);
    let mut written: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let set = some_cells(&mut dice);
        let at_hub = dice.next_u32().is_multiple_of(3);
        let (here, there, reason) = if at_hub {
            (&mut officer, &mut clerk, Some("据来函"))
        } else {
            (&mut clerk, &mut officer, None)
        };
        edit(here, &project, &set, reason);
        // The other side knows before it writes: what both change apart is another test's subject.
        let known = history(here, &project).len();
        wait_until("it has arrived", || history(there, &project).len() == known);
        for cell in set.keys() {
            *written.entry(cell.clone()).or_default() += 1;
        }
    }
    let _status = node.stop();
    node.start_again();
    clerk = node.log_in("李梅", PASSWORD);

    let past = history(&mut clerk, &project);
    assert_eq!(past, history(&mut officer, &project), "one past for both");
    let mut cells: BTreeMap<String, Value> = BTreeMap::new();
    for entry in &past {
        let path = entry["path"].as_str().expect("a path").to_owned();
        let before = cells.insert(path, entry["new"].clone());
        assert_eq!(entry["old"], before.unwrap_or_default(), "{entry}");
        let (by, why) = (&entry["by"], &entry["reason"]);
        match by["name"].as_str() {
            Some("李梅") => assert!(why.is_null() && by["unit"] != "hub", "{entry}"),
            Some("王科") => assert!(why == "据来函" && by["unit"] == "hub", "{entry}"),
            _ => assert_eq!(entry["act"], "create", "{entry}"),
        }
    }
    let now = clerk
        .get(&format!("/api/v1/projects/{project}"))
        .ok()
        .json();
    for (path, count) in written {
        assert!(count > 1, "{path} was written too rarely to say anything");
        let stands = now["cells"][&path]["value"].clone();
        assert_eq!(cells[&path], stands, "{path}");
    }
}
