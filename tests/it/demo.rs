//! `xiangmu demo`: four working addresses, real log-ins, and a second start that goes on.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tests::http::Client;
use tests::process::{program, wait_until};

/// A running demo, ended when dropped.
struct Demo {
    child: Child,
    places: Vec<Value>,
}

impl Demo {
    fn start(dir: &Path) -> Self {
        let mut child = Command::new(program())
            .args(["demo", "--port-base", "0", "--json", "--data"])
            .arg(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is ours"));
        stdout.read_line(&mut line).expect("its output can be read");
        if line.is_empty() {
            let mut said = String::new();
            let _read = child
                .stderr
                .take()
                .map(|mut stderr| stderr.read_to_string(&mut said));
            panic!("the demo is not ready:\n{said}");
        }
        let table: Value = serde_json::from_str(&line).expect("the table is JSON");
        let places = table.as_array().expect("a list of servers").clone();
        Self { child, places }
    }

    fn stop(&mut self) {
        let sent = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(sent.expect("the signal is sent").success());
        let mut code = None;
        wait_until("the demo ends", || {
            code = self.child.try_wait().expect("it can be asked");
            code.is_some()
        });
        assert_eq!(code.and_then(|code| code.code()), Some(0));
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn log_in(place: &Value, user: usize) -> Client {
    let address = place["address"]
        .as_str()
        .and_then(|address| address.strip_prefix("http://"));
    let mut client = Client::new(address.expect("an address").parse().expect("host and port"));
    let user = &place["users"][user];
    client.log_in(
        user["name"].as_str().expect("a name"),
        user["password"].as_str().expect("a password"),
    );
    client
}

#[test]
fn the_demo_reaches_four_working_addresses_and_a_second_start_goes_on() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("demo");
    let mut demo = Demo::start(&dir);
    assert_eq!(demo.places.len(), 4);
    let mut projects = Vec::new();
    for place in &demo.places {
        let mut client = log_in(place, 0);
        assert_eq!(client.get("/healthz").ok().text().trim(), "ok");
        let me = client.get("/api/v1/session").ok().json();
        assert_eq!(me["node"]["demo"], true, "{me}");
        let list = client.get("/api/v1/projects").ok().json();
        projects.push(list["total"].as_u64().expect("a total"));
        let rows = list["rows"].as_array().expect("rows");
        assert!(
            rows.iter().all(|row| row["demo"] == true),
            "every record is marked"
        );
    }
    assert!(projects[0] >= 60, "{projects:?}");
    assert_eq!(
        projects[0],
        projects[1..].iter().sum::<u64>(),
        "the hub holds what the townships hold"
    );

    let mut officer = log_in(&demo.places[0], 0);
    let session = officer.get("/api/v1/session").ok().json();
    let now = session["now"].as_i64().expect("the hub's time");
    let last = shared::time::Timestamp(now).date().month_of().plus(-1);
    let overview = officer
        .get(&format!("/api/v1/overview?period={last}"))
        .ok()
        .json();
    let states: Vec<&str> = overview["units"]
        .as_array()
        .expect("units")
        .iter()
        .filter(|unit| unit["projects"].as_u64() > Some(0))
        .filter_map(|unit| unit["state"].as_str())
        .collect();
    assert_eq!(
        states.iter().filter(|state| **state == "filed").count(),
        2,
        "{overview}"
    );
    assert_eq!(states.len(), 3, "{overview}");

    let before = demo.places.clone();
    demo.stop();
    let mut again = Demo::start(&dir);
    assert_eq!(again.places, before, "the same addresses and log-ins");
    let mut clerk = log_in(&again.places[1], 0);
    let list = clerk.get("/api/v1/projects").ok().json();
    assert_eq!(list["total"].as_u64(), Some(projects[1]));
    again.stop();
}
