//! The demo's processes: this same program once per folder, as an installation would run it.
//!
//! Short commands run to their end; servers run until the demo stops. A server's standard input stays open as long as the demo lives,
//! so that it ends with the demo however the demo ends (`serve --until-stdin-closes`).

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::DemoError;

/// How long a server may take to get ready, and to end.
const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Runs a command of this program to its end and gives back the JSON it printed.
pub fn run(dir: &Path, arguments: &[&str], stdin: &str) -> Result<Value, DemoError> {
    let doing = || {
        let words: Vec<&str> = arguments.iter().copied().take(2).collect();
        words.join(" ")
    };
    let failed = |source: std::io::Error| DemoError::Process {
        doing: doing(),
        source,
    };
    let mut child = Command::new(std::env::current_exe().map_err(failed)?)
        .args(arguments)
        .args([OsStr::new("--json"), OsStr::new("--data"), dir.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut input = child.stdin.take();
    let text = stdin.to_owned();
    let writer = std::thread::spawn(move || {
        if let Some(input) = input.as_mut() {
            // A command that ends early says why on stderr.
            let _early_end = input.write_all(text.as_bytes());
        }
    });
    let output = child.wait_with_output().map_err(failed)?;
    // The thread only writes; it cannot fail in a way that matters.
    let _ended = writer.join();
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said = format!("{}\n{}", stderr.trim(), first_refusal(&stdout));
        return Err(DemoError::Command {
            doing: doing(),
            said: said.trim().to_owned(),
        });
    }
    let last = stdout.lines().last().unwrap_or("null");
    Ok(serde_json::from_str(last).unwrap_or(Value::Null))
}

/// The first line that says something was refused.
fn first_refusal(stdout: &str) -> &str {
    stdout
        .lines()
        .find(|line| line.contains("\"ok\":false"))
        .unwrap_or("")
}

/// One running server.
pub struct Server {
    child: Child,
    /// Closing it ends the server.
    lifeline: Option<ChildStdin>,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub fn start(dir: &Path, log: &Path, port: u16) -> Result<Self, DemoError> {
        let failed = |source: std::io::Error| DemoError::Process {
            doing: "serve".to_owned(),
            source,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut child = Command::new(std::env::current_exe().map_err(failed)?)
            .args(["serve", "--insecure-http", "--json", "--until-stdin-closes"])
            .args(["--listen", &address.to_string()])
            .args([OsStr::new("--data"), dir.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(log).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let lifeline = child.stdin.take();
        let (sender, receiver) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stdout);
                let mut line = String::new();
                // An end without a line means: not ready.
                let _bytes = reader.read_line(&mut line);
                let _nobody_waits = sender.send(line);
                // What follows is read, so that the server never waits for a full pipe.
                let _rest = reader.read_to_end(&mut Vec::new());
            });
        }
        let server = Self { child, lifeline };
        let line = receiver.recv_timeout(READY_WITHIN).unwrap_or_default();
        let ready: Value = serde_json::from_str(&line).unwrap_or_default();
        if ready["event"] == "ready" {
            return Ok(server);
        }
        let log = std::fs::read_to_string(log).unwrap_or_default();
        Err(DemoError::NotReady {
            address,
            said: log.lines().rev().take(3).collect::<Vec<_>>().join("\n"),
        })
    }

    /// True when the process ended by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    /// Asks the server to end; waits, and cuts it off when it takes too long.
    pub fn stop(mut self) {
        drop(self.lifeline.take());
        let begun = Instant::now();
        while !self.has_ended() && begun.elapsed() < STOP_WITHIN {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if !self.has_ended() {
            // A start that failed half-way, or a server that does not stop: its journal is made for this.
            let _gone = self.child.kill();
            let _status = self.child.wait();
        }
    }
}
