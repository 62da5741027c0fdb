//! `xiangmu demo`: one hub and three townships on this machine, with a sample, ready to be played with.
//!
//! Everything goes the way an installation goes, through this program's own commands: folders are made, accounts added, nodes
//! invited and enrolled, records written, months filed. Four processes serve them on loopback (`processes`); the records are
//! those of `sample`.
//!
//! A folder is finished or not: `demo.json` is written last, and a start that finds a folder without it begins anew. A second
//! start goes on where the first ended, at the same ports with the same log-ins. Everything in the folder is invented or public;
//! still the password is drawn anew for each demo, since the servers are real.

mod processes;
mod sample;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::ids::{ImportId, RowId};
use shared::profile::Profile;
use shared::text::system::System;
use shared::time::{Date, Timestamp};

use crate::clock::Clock;
use processes::Server;

/// Written last; its presence says that the folder is complete.
const FACTS: &str = "demo.json";
/// Present while a demo is being made.
const UNFINISHED: &str = "unfinished";

/// Draws the same records for everybody, so that two people can talk about the same row.
const SEED: u64 = 20_261_122;

/// The county's rules the demo runs under.
const PROFILE: &str = "kaizhou";

/// The hub and its people. All names are invented.
const HUB: (&str, [(&str, &str); 2]) = (
    "演示区项目中心",
    [("王科", "hub_officer"), ("陈主任", "hub_head")],
);

/// The townships' people, in the order of the sample's townships: who fills, who signs.
const PEOPLE: [(&str, &str); 3] = [("李梅", "周山"), ("赵宁", "钱勇"), ("孙悦", "吴波")];

/// One server of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Place {
    /// Its name, which is also its unit's.
    pub name: String,
    /// `hub` or `node`.
    pub role: String,
    /// Its data folder, inside the demo's.
    pub folder: String,
    /// Where it listens on loopback.
    pub port: u16,
    /// Its accounts.
    pub users: Vec<User>,
}

impl Place {
    /// The address a browser opens.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// One account of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// The name to log in with.
    pub name: String,
    /// The role's id.
    pub role: String,
}

/// What a finished folder remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    /// The password of every account.
    pub password: String,
    /// The servers, the hub first.
    pub places: Vec<Place>,
}

/// A demo whose servers run.
pub struct Demo {
    /// What to tell the person.
    pub facts: Facts,
    servers: Vec<Server>,
}

/// Why the demo does not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder holds something else.
    #[error("{} holds something that is no demo", dir.display())]
    NotOurs {
        /// The folder.
        dir: PathBuf,
    },
    /// A file or folder refused.
    #[error("cannot use {}", path.display())]
    File {
        /// What.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The folder's facts are unreadable.
    #[error("{} is unreadable", path.display())]
    Facts {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// No four ports can be had.
    #[error("port {port} is taken")]
    PortTaken {
        /// Which.
        port: u16,
        /// The cause.
        source: std::io::Error,
    },
    /// A process could not be run.
    #[error("cannot run `xiangmu {doing}`")]
    Process {
        /// The command.
        doing: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A command failed.
    #[error("`xiangmu {doing}` failed: {said}")]
    Command {
        /// The command.
        doing: String,
        /// What it said.
        said: String,
    },
    /// A server does not get ready.
    #[error("the server at {address} does not get ready: {said}")]
    NotReady {
        /// Where.
        address: SocketAddr,
        /// The end of its log.
        said: String,
    },
    /// The sample that ships with the program is unreadable.
    #[error("the sample is unreadable")]
    Sample(#[from] sample::SampleError),
    /// The county's rules that ship with the program are unreadable.
    #[error("the rules of the county are unreadable")]
    Profile(#[from] shared::profile::ProfileError),
}

impl Demo {
    /// Goes on with the demo in a folder, or makes one there; returns when all servers are ready. `say` hears what happens.
    ///
    /// # Errors
    /// When the folder holds something else, a port is taken, or one of the steps fails.
    pub fn start(
        dir: &Path,
        port_base: u16,
        clock: &Clock,
        say: &mut dyn FnMut(System),
    ) -> Result<Self, DemoError> {
        let facts_path = dir.join(FACTS);
        if facts_path.exists() {
            let facts = read_facts(&facts_path)?;
            say(System::DemoStarting);
            let servers = start_servers(dir, &facts.places)?;
            return Ok(Self { facts, servers });
        }
        prepare(dir)?;
        make(dir, port_base, clock, say)
    }

    /// The name of a server that ended by itself, if one did.
    pub fn ended(&mut self) -> Option<&str> {
        let place = self.servers.iter_mut().position(Server::has_ended)?;
        self.facts
            .places
            .get(place)
            .map(|place| place.name.as_str())
    }

    /// Ends all servers, the hub last.
    pub fn stop(self) {
        for server in self.servers.into_iter().rev() {
            server.stop();
        }
    }
}

fn read_facts(path: &Path) -> Result<Facts, DemoError> {
    let text = std::fs::read_to_string(path).map_err(|source| DemoError::File {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|source| DemoError::Facts {
        path: path.to_owned(),
        source,
    })
}

/// Makes sure the folder is empty, or holds no more than a demo that was not finished.
fn prepare(dir: &Path) -> Result<(), DemoError> {
    let failed = |source| DemoError::File {
        path: dir.to_owned(),
        source,
    };
    if dir.join(UNFINISHED).exists() {
        std::fs::remove_dir_all(dir).map_err(failed)?;
    }
    std::fs::create_dir_all(dir).map_err(failed)?;
    if std::fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(DemoError::NotOurs {
            dir: dir.to_owned(),
        });
    }
    std::fs::write(dir.join(UNFINISHED), "").map_err(failed)
}

fn make(
    dir: &Path,
    port_base: u16,
    clock: &Clock,
    say: &mut dyn FnMut(System),
) -> Result<Demo, DemoError> {
    let now = clock.now();
    let today = now.date();
    let profile = Profile::built_in(PROFILE)?;
    let sector = |label: &str| {
        let sectors = profile.options("sectors").unwrap_or_default();
        let found = sectors.iter().find(|sector| sector.name_zh == label);
        found.map(|sector| sector.id.clone())
    };
    let townships = sample::townships(SEED, today, &sector)?;
    let ledger = profile.monthly_report().map(|report| report.id.as_str());

    let facts = Facts {
        password: draw_password(clock),
        places: places(&townships, &free_ports(port_base)?),
    };
    say(System::DemoMaking);
    for place in &facts.places {
        make_place(dir, place, &facts.password)?;
    }
    say(System::DemoStarting);
    let servers = start_servers(dir, &facts.places)?;

    let Some((hub, nodes)) = facts.places.split_first() else {
        return Ok(Demo { facts, servers });
    };
    let hub_dir = dir.join(&hub.folder);
    say(System::DemoInviting);
    for node in nodes {
        let invite = [
            "invite",
            "--unit",
            &node.name,
            "--kind",
            "township",
            "--approve",
        ];
        let answer = processes::run(&hub_dir, &invite, "")?;
        let code = answer["code"].as_str().unwrap_or_default();
        processes::run(&dir.join(&node.folder), &["join", code], "")?;
    }
    for (index, (node, township)) in nodes.iter().zip(&townships).enumerate() {
        say(System::DemoWriting {
            unit: node.name.clone(),
        });
        let folder = dir.join(&node.folder);
        // The last township has not filed, so that the hub has somebody to remind.
        let files = ledger.filter(|_| index + 1 < nodes.len());
        let unit = processes::run(&folder, &["status"], "")?;
        let unit = unit["unit"].as_str().unwrap_or_default();
        for (user, lines) in edits(clock, today, unit, node, township, files) {
            processes::run(&folder, &["edit", "-", "--user", &user], &lines)?;
        }
    }
    say(System::DemoExchanging);
    for node in nodes {
        processes::run(
            &dir.join(&node.folder),
            &["sync", "--now", "--wait", "120"],
            "",
        )?;
    }
    finish(dir, &facts)?;
    Ok(Demo { facts, servers })
}

/// Marks the folder as complete.
fn finish(dir: &Path, facts: &Facts) -> Result<(), DemoError> {
    let path = dir.join(FACTS);
    let text = serde_json::to_string_pretty(facts).map_err(|source| DemoError::Facts {
        path: path.clone(),
        source,
    })?;
    std::fs::write(&path, text)
        .and_then(|()| std::fs::remove_file(dir.join(UNFINISHED)))
        .map_err(|source| DemoError::File { path, source })
}

fn places(townships: &[sample::Township], ports: &[u16]) -> Vec<Place> {
    let (hub, people) = HUB;
    let user = |(name, role): (&str, &str)| User {
        name: name.to_owned(),
        role: role.to_owned(),
    };
    let mut ports = ports.iter().copied();
    let mut places = vec![Place {
        name: hub.to_owned(),
        role: "hub".to_owned(),
        folder: "hub".to_owned(),
        port: ports.next().unwrap_or_default(),
        users: people.map(user).into(),
    }];
    for ((index, township), (clerk, head)) in townships.iter().enumerate().zip(PEOPLE) {
        places.push(Place {
            name: township.name.clone(),
            role: "node".to_owned(),
            folder: format!("township-{}", index + 1),
            port: ports.next().unwrap_or_default(),
            users: [(clerk, "clerk"), (head, "head")].map(user).into(),
        });
    }
    places
}

fn make_place(dir: &Path, place: &Place, password: &str) -> Result<(), DemoError> {
    let folder = dir.join(&place.folder);
    let init = [
        "init",
        "--role",
        &place.role,
        "--name",
        &place.name,
        "--profile",
        PROFILE,
        "--demo",
    ];
    processes::run(&folder, &init, "")?;
    for user in &place.users {
        let add = [
            "user",
            "add",
            "--name",
            &user.name,
            "--role",
            &user.role,
            "--unit",
            &place.name,
            "--password-stdin",
        ];
        processes::run(&folder, &add, &format!("{password}\n"))?;
    }
    Ok(())
}

fn start_servers(dir: &Path, places: &[Place]) -> Result<Vec<Server>, DemoError> {
    // A port somebody else took is better named here than in four logs.
    for place in places {
        TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).map_err(|source| {
            DemoError::PortTaken {
                port: place.port,
                source,
            }
        })?;
    }
    places
        .iter()
        .map(|place| {
            let log = dir.join(format!("{}.log", place.folder));
            Server::start(&dir.join(&place.folder), &log, place.port)
        })
        .collect()
}

/// Four ports from a base on, or any four when the base is 0.
fn free_ports(base: u16) -> Result<Vec<u16>, DemoError> {
    let mut held = Vec::new();
    for offset in 0..4 {
        let port = if base == 0 {
            0
        } else {
            base.saturating_add(offset)
        };
        let taken = |source| DemoError::PortTaken { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        // Held until all four are chosen, so that they differ.
        held.push((port, listener));
    }
    Ok(held.into_iter().map(|(port, _)| port).collect())
}

/// A password that can be read aloud: no letter looks like a digit.
fn draw_password(clock: &Clock) -> String {
    const LETTERS: &[u8] = b"abcdefghkmnpqrstuvwxyz";
    let drawn: [u8; 10] = clock.random();
    let letters: String = drawn
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect();
    format!("demo-{letters}")
}

/// Draws the ids commands need.
struct Ids<'a> {
    clock: &'a Clock,
    now: Timestamp,
}

impl Ids<'_> {
    fn parts(&self) -> (u64, [u8; 10]) {
        (u64::try_from(self.now.0).unwrap_or(0), self.clock.random())
    }

    fn import(&self) -> String {
        let (time, random) = self.parts();
        ImportId::from_parts(time, random).to_string()
    }

    fn row(&self) -> String {
        let (time, random) = self.parts();
        RowId::from_parts(time, random).to_string()
    }
}

/// What a township's people have done so far, as lines for `xiangmu edit`: who, and the lines.
///
/// The clerk brought the ledger in and filled the months; the head filed the last one, when `files` names the ledger.
fn edits(
    clock: &Clock,
    today: Date,
    unit: &str,
    place: &Place,
    township: &sample::Township,
    files: Option<&str>,
) -> Vec<(String, String)> {
    let ids = Ids {
        clock,
        now: clock.now(),
    };
    let line = |command: Value| format!("{}\n", json!({ "command": command }));
    let items: Vec<Value> = township
        .projects
        .iter()
        .map(|project| json!({ "project": project.id, "home": unit, "set": project.ledger }))
        .collect();
    let mut lines = line(json!({
        "do": "import",
        "import": ids.import(),
        "file": format!("{}重点项目台账.xlsx", township.name),
        "items": items,
    }));
    for project in &township.projects {
        let set: BTreeMap<_, _> = project.reported.iter().collect();
        lines.push_str(&line(
            json!({ "do": "edit", "project": project.id, "set": set }),
        ));
    }
    let by_role = |role: &str| {
        let found = place.users.iter().find(|user| user.role == role);
        found.map(|user| user.name.clone()).unwrap_or_default()
    };
    let mut done = vec![(by_role("clerk"), lines)];
    if let Some(ledger) = files {
        let projects: Vec<Value> = township
            .projects
            .iter()
            .map(|project| json!({ "project": project.id }))
            .collect();
        let filing = line(json!({
            "do": "file",
            "filing": ids.row(),
            "unit": unit,
            "ledger": ledger,
            "period": today.month_of().plus(-1),
            "lines": projects,
        }));
        done.push((by_role("head"), filing));
    }
    done
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test should panic")]
mod tests {
    use shared::command::Command;

    use super::*;

    #[test]
    fn a_folder_that_holds_something_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let letter = dir.path().join("letter.txt");
        std::fs::write(&letter, "dear").unwrap();
        assert!(matches!(
            prepare(dir.path()),
            Err(DemoError::NotOurs { .. })
        ));
        assert_eq!(std::fs::read_to_string(letter).unwrap(), "dear");
    }

    #[test]
    fn a_demo_that_was_not_finished_is_begun_anew() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("demo");
        prepare(&dir).unwrap();
        std::fs::create_dir(dir.join("hub")).unwrap();
        prepare(&dir).unwrap();
        assert!(!dir.join("hub").exists());
        let facts = Facts {
            password: "secret".to_owned(),
            places: Vec::new(),
        };
        finish(&dir, &facts).unwrap();
        assert!(!dir.join(UNFINISHED).exists());
        assert_eq!(read_facts(&dir.join(FACTS)).unwrap().password, "secret");
    }

    #[test]
    fn four_ports_differ_and_a_taken_one_is_named() {
        let mut ports = free_ports(0).unwrap();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 4);
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = taken
            .local_addr()
            .map(|address| (address.port(), taken))
            .unwrap();
        match free_ports(taken.0) {
            Err(DemoError::PortTaken { port, .. }) => assert_eq!(port, taken.0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_township_files_what_it_wrote() {
        let clock = Clock::manual(Timestamp(1_795_000_000_000), 3);
        let today = clock.now().date();
        let townships = sample::townships(SEED, today, &|_| None).unwrap();
        let places = places(&townships, &[1, 2, 3, 4]);
        let done = edits(
            &clock,
            today,
            "0000000000000000",
            &places[1],
            &townships[0],
            Some("R-KZ-1"),
        );
        assert_eq!(done.len(), 2);
        assert_eq!(done[0].0, "李梅");
        assert_eq!(done[1].0, "周山");
        assert_eq!(done[0].1.lines().count(), 1 + townships[0].projects.len());
        for (_, lines) in &done {
            for line in lines.lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                let command = serde_json::from_value::<Command>(line["command"].clone());
                assert!(command.is_ok(), "{command:?}");
            }
        }
    }
}
