//! Requests and messages that are none: honest ones damaged a thousandfold, at the door of a real server (reliability.md 6, S6).
//!
//! Whatever comes, the server answers with a status that is no fault of its own or ends the line; it says nothing of its insides,
//! never panics, and people work on as if nothing had been. `XIANGMU_MALFORMED` sets how many (600, at night 10,000),
//! `XIANGMU_MALFORMED_ONE=N` replays the one a failure names.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use serde_json::{Value, json};
use tests::http::Client;
use tests::ids;
use tests::process::Place;
use tests::sizes;

const PASSWORD: &str = "Qing-Shan-2026!";
/// After this silence the sender ends its half, as a broken one would: most of what is damaged is not complete.
const SILENCE: Duration = Duration::from_millis(200);
/// A server that has not ended a line by then hangs.
const PATIENCE: Duration = Duration::from_secs(120);
const WORKERS: u64 = 8;

/// What an answer may never hold: it tells of the program's insides.
const INSIDES: [&str; 5] = [
    "panicked",
    ".rs:",
    "stack backtrace",
    "RUST_BACKTRACE",
    "/src/",
];

/// An honest message and where it goes.
struct Honest {
    to: SocketAddr,
    bytes: Vec<u8>,
}

fn request(to: SocketAddr, line: &str, headers: &str, body: &[u8]) -> Honest {
    let length = match body.len() {
        0 => String::new(),
        length => format!("content-length: {length}\r\n"),
    };
    let head =
        format!("{line} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n{headers}{length}\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend(body);
    Honest { to, bytes }
}

/// A masked message of a WebSocket.
fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("short");
    assert!(length < 126);
    let mut bytes = vec![0x80 | kind, 0x80 | length, 0, 0, 0, 0];
    bytes.extend(content);
    bytes
}

/// One of everything a person's browser, an old browser, a program and another node say.
fn honest(town: SocketAddr, hub: SocketAddr, person: &Client, unit: &Value) -> Vec<Honest> {
    let (cookie, csrf) = person.proof();
    let proof = format!("cookie: {cookie}\r\nx-csrf: {csrf}\r\n");
    let read = proof.as_str();
    let json_headers = format!("{proof}content-type: application/json\r\n");
    let project = ids::project();
    let create = json!([ids::envelope(&json!({
        "do": "create_project", "project": project, "home": unit, "set": {"name": "三号桥"}
    }))]);
    let create = create.to_string().into_bytes();
    let log_in = json!({"name": "李梅", "password": "wrong"}).to_string();
    let form = "--b\r\ncontent-disposition: form-data; name=\"name\"\r\n\r\n李梅\r\n--b--\r\n";
    let upgrade = "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut all = vec![
        request(town, "GET /", "", b""),
        request(town, "GET /plain", "", b""),
        request(town, "CONNECT 127.0.0.1:80", "", b""),
        request(town, "GET /api/openapi.json", "", b""),
        request(
            town,
            "GET /api/v1/projects?q=%E6%A1%A5&filter=stage:idea&sort=-name&limit=20",
            read,
            b"",
        ),
        request(town, &format!("GET /api/v1/projects/{project}"), read, b""),
        request(
            town,
            &format!("GET /api/v1/projects/{project}/history?path=name"),
            read,
            b"",
        ),
        request(
            town,
            "GET /api/v1/obligations?day=2026-11-30&to=2026-12-31&open=true",
            read,
            b"",
        ),
        request(town, "GET /api/v1/records?table=notices", read, b""),
        request(town, "GET /api/v1/exports?format=csv", read, b""),
        request(town, "POST /api/v1/commands", &json_headers, &create),
        request(
            town,
            &format!("PATCH /api/v1/projects/{project}"),
            &json_headers,
            br#"{"set":{"site":"x"}}"#,
        ),
        request(
            town,
            "POST /api/v1/imports?file=a.csv",
            &format!("{proof}content-type: text/csv\r\n"),
            "项目名称,总投资\n桥,3".as_bytes(),
        ),
        request(
            town,
            "POST /api/v1/bundles",
            &format!("{proof}content-type: application/octet-stream\r\n"),
            &[7; 90],
        ),
        request(
            town,
            "POST /api/v1/session",
            "content-type: application/json\r\n",
            log_in.as_bytes(),
        ),
        request(
            town,
            "POST /plain/log-in",
            "content-type: multipart/form-data; boundary=b\r\n",
            form.as_bytes(),
        ),
    ];
    let speak = |to: SocketAddr, path: &str, headers: &str, said: &[u8]| {
        let line = format!(
            "GET {path} HTTP/1.1\r\nhost: {to}\r\nconnection: upgrade\r\n{upgrade}{headers}\r\n"
        );
        let mut bytes = line.into_bytes();
        bytes.extend(said);
        Honest { to, bytes }
    };
    let origin = format!("{proof}origin: http://{town}\r\n");
    let watch = message(1, json!({"project": project}).to_string().as_bytes());
    all.push(speak(town, "/api/v1/live", &origin, &watch));
    // A node's greeting has its kind, its number, its version; then come keys.
    let hello = message(2, &[&[1, 0, 1, 0][..], &[9; 100]].concat());
    all.push(speak(
        hub,
        "/sync",
        "",
        &[hello.clone(), message(9, b"ping"), hello].concat(),
    ));
    all
}

/// What breaks programs, to be put in anywhere.
const BAD: [&[u8]; 14] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"%00%ff%",
    b"../../../../etc/passwd",
    b"content-length: 18446744073709551615\r\n",
    b"content-length: -1\r\n",
    b"transfer-encoding: chunked\r\n",
    b"\r\nffffffffffffffff\r\n",
    b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
    b"99999999999999999999999999",
    "〇\u{202e}é".as_bytes(),
    b"\xff\xfe\xc0\x80",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

fn damage(rng: &mut ChaCha8Rng, bytes: &mut Vec<u8>, others: &[Honest]) {
    let mut below = |bound: usize| {
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from(rng.next_u64() % bound).unwrap_or(0)
    };
    for _ in 0..=below(3) {
        let at = below(bytes.len());
        match below(8) {
            0 | 1 => bytes[at] ^= 1 << below(8),
            2 => {
                let end = (at + 1 + below(20)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 | 4 => {
                bytes.splice(at..at, BAD[below(BAD.len())].iter().copied());
            }
            5 => {
                let piece = bytes[at..(at + 60).min(bytes.len())].to_vec();
                let many = piece.repeat(1 + below(400));
                bytes.splice(at..at, many);
            }
            6 => {
                let other = &others[below(others.len())].bytes;
                let from = below(other.len());
                let end = (from + 1 + below(80)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            _ => bytes.truncate(at),
        }
        if bytes.is_empty() {
            bytes.push(b'G');
        }
    }
}

/// Says something that is whole, waits until the answer begins, and hears the server out.
fn ask(to: SocketAddr, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let stream = begin(to, bytes)?;
    let set = stream.set_read_timeout(Some(PATIENCE));
    set.map_err(|error| error.to_string())?;
    let begun = stream.peek(&mut [0]);
    begun.map_err(|error| format!("no answer: {error}"))?;
    hear(stream)
}

/// Says something and hears the server out.
fn say(to: SocketAddr, bytes: &[u8]) -> Result<Vec<u8>, String> {
    hear(begin(to, bytes)?)
}

/// A server that refuses in the middle resets the line; what it said before counts.
fn begin(to: SocketAddr, bytes: &[u8]) -> Result<TcpStream, String> {
    let mut stream = TcpStream::connect(to).map_err(|error| format!("no line: {error}"))?;
    let _refused_midway = stream.write_all(bytes);
    Ok(stream)
}

fn hear(mut stream: TcpStream) -> Result<Vec<u8>, String> {
    let mut heard = Vec::new();
    for wait in [SILENCE, PATIENCE] {
        let set = stream.set_read_timeout(Some(wait));
        set.map_err(|error| error.to_string())?;
        match stream.read_to_end(&mut heard) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                let _gone = stream.shutdown(Shutdown::Write);
            }
            Ok(_) | Err(_) => return Ok(heard),
        }
    }
    Err("the server neither answers nor ends the line".to_owned())
}

/// What is wrong with an answer.
fn fault(heard: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(heard);
    // The program's interface describes itself at length; only what is refused may tell too much.
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3));
    match status {
        Some("500" | "502" | "504") => Some(text.chars().take(400).collect()),
        Some(status) if status >= "400" => {
            let told = INSIDES.iter().find(|inside| text.contains(**inside))?;
            Some(format!("an answer tells `{told}`"))
        }
        _ => None,
    }
}

fn one(number: u64, honest: &[Honest]) -> Option<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(number);
    let chosen = usize::try_from(rng.next_u64()).unwrap_or(0) % honest.len();
    let mut bytes = honest[chosen].bytes.clone();
    damage(&mut rng, &mut bytes, honest);
    let found = match say(honest[chosen].to, &bytes) {
        Ok(heard) => fault(&heard),
        Err(problem) => Some(problem),
    };
    found.map(|problem| format!("XIANGMU_MALFORMED_ONE={number}: {problem}"))
}

#[test]
fn malformed_requests_and_messages_tell_nothing_and_stop_nobody() {
    let root = tempfile::tempdir().expect("a folder");
    let mut hub = Place::hub(root.path(), "演示县项目中心");
    hub.start();
    let mut town = Place::township(root.path(), "青山镇");
    town.add_user("李梅", "clerk", PASSWORD);
    town.start();
    let mut person = town.log_in("李梅", PASSWORD);
    let unit = person.get("/api/v1/session").ok().json()["unit"].clone();
    let honest = honest(town.address(), hub.address(), &person, &unit);
    // Undamaged, each is understood, but for the one this is no server for.
    for message in &honest {
        let heard = ask(message.to, &message.bytes).expect("an answer");
        let text = String::from_utf8_lossy(&heard);
        let is_refused = text.starts_with("HTTP/1.1 400");
        assert!(text.starts_with("HTTP/1.1 "), "{text}");
        assert_eq!(is_refused, message.bytes.starts_with(b"CONNECT"), "{text}");
    }
    let count = sizes::of("XIANGMU_MALFORMED", 600, 10_000);
    let numbers = match sizes::said("XIANGMU_MALFORMED_ONE") {
        Some(number) => number..number + 1,
        None => 0..count,
    };
    let mut problems: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (numbers, honest) = (numbers.clone(), &honest);
                scope.spawn(move || {
                    let mine = numbers.filter(|number| number % WORKERS == worker);
                    mine.filter_map(|number| one(number, honest))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let done = workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("it ends"));
        done.collect()
    });
    for place in [&hub, &town] {
        let log = place.read_log();
        let panics = log.lines().filter(|line| line.contains("panicked"));
        problems.extend(panics.map(|line| format!("{}: {line}", place.name)));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // People work on: the session holds, and another server's door is open as well.
    assert_eq!(person.get("/api/v1/session").ok().json()["name"], "李梅");
    assert_eq!(hub.client().get("/healthz").status, 200);
}
