//! Files attached at a township: what is taken and what not, how they reach the hub over a line that is cut, and how they come back.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shared::identity::InviteCode;
use tests::http::{Client, Reply};
use tests::ids;
use tests::line::{BadLine, Quality};
use tests::process::{Place, wait_until};

const PASSWORD: &str = "a long password";
const TOWNSHIP: &str = "松坪镇";
const OCTETS: &str = "application/octet-stream";

struct Office {
    place: Place,
    person: Client,
}

impl Office {
    fn attach(&mut self, project: &str, name: &str, bytes: &[u8]) -> Reply {
        let path = format!("/api/v1/projects/{project}/attachments?name={name}");
        self.person.upload(&path, OCTETS, bytes)
    }

    fn list(&mut self, project: &str) -> Value {
        let path = format!("/api/v1/projects/{project}/attachments");
        self.person.get(&path).ok().json()
    }

    fn get(&mut self, project: &str, row: &Value) -> Reply {
        let row = row.as_str().expect("a row");
        let path = format!("/api/v1/projects/{project}/attachments/{row}");
        self.person.get(&path)
    }

    fn create(&mut self, name: &str) -> String {
        let unit = self.person.get("/api/v1/session").ok().json()["unit"].clone();
        let project = ids::project();
        let command = json!({
            "do": "create_project", "project": project, "home": unit, "set": { "name": name },
        });
        let answers = self.person.commands(&json!([ids::envelope(&command)]));
        assert_eq!(answers[0]["outcome"]["outcome"], "done", "{answers}");
        project
    }

    /// The files under `blobs/`: whole ones, or those that are not whole yet.
    fn files(&self, is_whole: bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.place.dir.join("blobs")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if (path.extension().is_none()) == is_whole {
                    found.push(path);
                }
            }
        }
        found
    }
}

fn hub_and_node(root: &Path) -> (Office, Office) {
    let mut hub = Place::hub(root, "演示县项目中心");
    hub.add_user("王科", "hub_officer", PASSWORD);
    hub.start();
    let mut node = Place::township(root, TOWNSHIP);
    node.add_user("李梅", "clerk", PASSWORD);
    node.start();
    let office = |place: Place, name: &str| Office {
        person: place.log_in(name, PASSWORD),
        place,
    };
    (office(hub, "王科"), office(node, "李梅"))
}

/// A file nothing can compress.
fn photo(length: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0".to_vec();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn a_file_reaches_the_hub_over_a_cut_line_and_goes_on_where_it_was() {
    const LENGTH: usize = 1_200_000;
    let root = tempfile::tempdir().expect("a folder");
    let (mut hub, mut node) = hub_and_node(root.path());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let line = runtime.block_on(BadLine::open(hub.place.address()));
    let line = line.expect("a line");
    let invite = hub
        .place
        .cli(&["invite", "--unit", TOWNSHIP, "--approve"])
        .ok()
        .json();
    let code = invite["code"].as_str().expect("a code");
    let mut code: InviteCode = code.parse().expect("a code");
    code.addresses = vec![format!("http://{}", line.address())];
    let _joined = node.place.cli(&["join", &code.to_string()]).ok();
    let project = node.create("松坪镇小流域治理工程");
    node.place.sync();

    line.set(Quality {
        bytes_per_second: Some(150_000),
        ..Quality::default()
    });
    let begun = line.bytes()[0];
    let bytes = photo(LENGTH);
    let attached = node.attach(&project, "site.jpg", &bytes).ok().json();
    let arrived = |hub: &Office| {
        let parts = hub.files(false);
        let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |found| found.len());
        parts.iter().map(length).sum::<u64>()
    };
    wait_until("a part of the file has arrived", || arrived(&hub) > 200_000);
    // An edit does not wait for the file.
    let edit = json!({ "do": "edit", "project": project, "set": { "total_investment_fen": 700 } });
    let done = node.person.commands(&json!([ids::envelope(&edit)]));
    assert_eq!(done[0]["outcome"]["outcome"], "done", "{done}");
    wait_until("the hub shows the edit", || {
        hub.person.project(&project)["cells"]["total_investment_fen"]["value"] == 700
    });
    assert_eq!(
        hub.files(true),
        Vec::<PathBuf>::new(),
        "the file is still on its way"
    );
    let kept = arrived(&hub);
    assert!(kept > 200_000, "{kept}");
    line.cut();
    wait_until("the line stands again and brings more", || {
        arrived(&hub) > kept + 50_000
    });
    line.set(Quality::default());
    let mut listed = Value::Null;
    wait_until("the file is at the hub", || {
        listed = hub.list(&project);
        listed[0]["here"] == true
    });
    assert_eq!(listed[0]["hash"], attached["hash"]);
    let reply = hub.get(&project, &listed[0]["id"]).ok();
    assert!(
        reply.body == bytes,
        "the hub's file is byte for byte the township's"
    );
    assert_eq!((hub.files(true).len(), hub.files(false).len()), (1, 0));
    let sent = line.bytes()[0] - begun;
    assert!(sent < LENGTH as u64 * 5 / 4, "{sent} bytes: it began again");
}

#[test]
fn what_may_be_attached_is_kept_once_and_rot_is_noticed() {
    let root = tempfile::tempdir().expect("a folder");
    let (_hub, mut node) = hub_and_node(root.path());
    let project = node.create("松坪镇农贸市场");
    let other = node.create("松坪镇幼儿园");
    let bytes = photo(300_000);
    let first = node.attach(&project, "a.jpg", &bytes).ok().json();
    let second = node.attach(&other, "b.jpg", &bytes).ok().json();
    assert_eq!(first["hash"], second["hash"]);
    assert_eq!(node.files(true).len(), 1, "stored once");

    let mut refuse = |name: &str, bytes: &[u8], status: u16, word: &str| {
        let reply = node.attach(&project, name, bytes);
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        let message = reply.json()["message"].as_str().unwrap_or("").to_owned();
        assert!(message.contains(word), "{name}: {message}");
    };
    refuse("c.exe", b"MZ....", 422, "不能附这种文件");
    refuse("c.pdf", b"MZ....", 422, "内容不是 pdf");
    refuse("c.jpg", b"", 422, "空的");
    let long = vec![b' '; 20 * 1024 * 1024 + 1];
    refuse("c.txt", &long, 413, "20 MB");
    assert_eq!(node.files(true).len(), 1, "nothing of them was kept");
    assert_eq!(node.list(&project).as_array().map(Vec::len), Some(1));

    let reply = node.get(&project, &first["id"]).ok();
    assert!(reply.body == bytes);
    assert_eq!(reply.header("content-type"), Some("image/jpeg"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    let policy = reply.header("content-security-policy").unwrap_or("");
    assert!(policy.starts_with("sandbox"), "{policy}");
    let disposition = reply.header("content-disposition").unwrap_or("");
    assert!(
        disposition.starts_with("attachment; filename*=UTF-8''"),
        "{disposition}"
    );
    // Of another project's file nobody reads through this one.
    assert_eq!(node.get(&project, &second["id"]).status, 404);

    let path = node.files(true).remove(0);
    let mut rotten = std::fs::read(&path).expect("the file");
    rotten[1_000] ^= 1;
    std::fs::write(&path, rotten).expect("rot");
    let reply = node.get(&project, &first["id"]);
    assert_eq!(reply.status, 404);
    assert!(reply.text().contains("损坏"), "{}", reply.text());
    let checked = node.place.cli(&["check"]);
    assert_eq!(checked.code, Some(1), "{checked:#?}");
    assert!(checked.stdout.contains("attachments"), "{checked:#?}");
    // Who still has it puts it right.
    let _again = node.attach(&project, "a.jpg", &bytes).ok();
    assert!(node.get(&project, &first["id"]).ok().body == bytes);
    let _sound = node.place.cli(&["check"]).ok();
}

#[test]
fn a_file_of_the_hub_is_fetched_when_somebody_asks_for_it() {
    let root = tempfile::tempdir().expect("a folder");
    let (mut hub, mut node) = hub_and_node(root.path());
    node.place.join(&hub.place);
    let project = node.create("松坪镇小流域治理工程");
    node.place.sync();
    let path = format!("/api/v1/projects/{project}");
    wait_until("the hub holds the project", || {
        hub.person.get(&path).status == 200
    });
    let bytes = photo(100_000);
    let _attached = hub.attach(&project, "review.jpg", &bytes).ok();
    let mut listed = Value::Null;
    wait_until("the township knows of the file", || {
        listed = node.list(&project);
        listed.as_array().is_some_and(|rows| !rows.is_empty())
    });
    assert_eq!(listed[0]["here"], false, "{listed}");
    assert_eq!(node.files(true).len(), 0);
    let reply = node.get(&project, &listed[0]["id"]);
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (404, &json!("XM-2004"))
    );
    assert!(reply.text().contains("未下载"), "{}", reply.text());
    wait_until("the file has come", || {
        node.list(&project)[0]["here"] == true
    });
    assert!(node.get(&project, &listed[0]["id"]).ok().body == bytes);

    // A rotten copy heals from the hub's.
    let path = node.files(true).remove(0);
    std::fs::write(&path, b"rot").expect("rot");
    assert_eq!(node.get(&project, &listed[0]["id"]).status, 404);
    wait_until("the file is whole again", || {
        node.get(&project, &listed[0]["id"]).status == 200
    });
    assert!(node.get(&project, &listed[0]["id"]).ok().body == bytes);
}

/// Writes a folder's configuration: the room attachments have, in MiB.
fn room(place: &Place, key: &str, mebibytes: u64) {
    let config = format!("[attachments]\n{key} = {mebibytes}\n");
    std::fs::write(place.dir.join("config.toml"), config).expect("a configuration");
}

#[test]
fn beyond_its_room_a_folder_takes_no_file_and_a_hub_fetches_none_and_edits_go_on() {
    const MOST: usize = 700_000;
    let root = tempfile::tempdir().expect("a folder");
    let (mut hub, mut node) = hub_and_node(root.path());
    assert!(hub.place.stop().success() && node.place.stop().success());
    room(&hub.place, "unit_mebibytes", 1);
    room(&node.place, "folder_mebibytes", 2);
    hub.place.start();
    node.place.start();
    hub.person = hub.place.log_in("王科", PASSWORD);
    node.person = node.place.log_in("李梅", PASSWORD);
    node.place.join(&hub.place);
    let project = node.create("松坪镇小流域治理工程");
    let photos: Vec<Vec<u8>> = (0..4_u8)
        .map(|number| {
            let mut bytes = photo(MOST);
            bytes[9] = number;
            bytes
        })
        .collect();

    // At the township: two fit, the third does not, and it is said why and what to do. The same file once more takes no room.
    for (name, bytes) in ["a.jpg", "b.jpg"].iter().zip(&photos) {
        let _attached = node.attach(&project, name, bytes).ok();
        let here = |hub: &mut Office| hub.files(true).len();
        if *name == "a.jpg" {
            wait_until("the hub has the first file", || here(&mut hub) == 1);
        }
    }
    let refused = node.attach(&project, "c.jpg", &photos[2]);
    assert_eq!(refused.status, 507, "{}", refused.text());
    assert_eq!(refused.json()["code"], "XM-4003");
    let message = refused.text();
    assert!(
        message.contains("额度 2 MB") && message.contains("[attachments]"),
        "{message}"
    );
    let _again = node.attach(&project, "again.jpg", &photos[0]).ok();
    assert_eq!(node.list(&project).as_array().map(Vec::len), Some(3));
    let status = node.place.cli(&["status"]).ok().json();
    assert_eq!(status["attachments"]["bytes"], 2 * MOST, "{status}");
    assert_eq!(status["attachments"]["bytes_max"], 2 * 1024 * 1024);

    // An edit of the same record goes on and reaches the hub, which has heard of the second file and does not fetch it.
    let edit = json!({ "do": "edit", "project": project, "set": { "total_investment_fen": 700 } });
    let done = node.person.commands(&json!([ids::envelope(&edit)]));
    assert_eq!(done[0]["outcome"]["outcome"], "done", "{done}");
    wait_until("the hub shows the edit", || {
        hub.person.project(&project)["cells"]["total_investment_fen"]["value"] == 700
    });
    let found = hub.place.cli(&["doctor"]);
    let full = |line: &Value| line["id"] == "unit_files_full" && line["unit"] == TOWNSHIP;
    assert!(found.lines().iter().any(full), "{found:#?}");
    let shares = &hub.place.cli(&["status"]).ok().json()["attachments"]["units"];
    assert_eq!(shares[0]["bytes"], 2 * MOST, "{shares}");
    let away = |hub: &mut Office| {
        let listed = hub.list(&project);
        let rows = listed.as_array().cloned().unwrap_or_default();
        rows.into_iter().find(|row| row["here"] == false)
    };
    let missing = away(&mut hub).expect("a file that is not at the hub");
    assert_eq!(missing["name"], "b.jpg");
    // What an officer opens comes all the same.
    assert_eq!(hub.get(&project, &missing["id"]).status, 404);
    wait_until("the file an officer asked for is there", || {
        away(&mut hub).is_none()
    });

    // With more room the township takes the third.
    assert!(node.place.stop().success());
    room(&node.place, "folder_mebibytes", 3);
    node.place.start();
    node.person = node.place.log_in("李梅", PASSWORD);
    let _attached = node.attach(&project, "c.jpg", &photos[2]).ok();
}
