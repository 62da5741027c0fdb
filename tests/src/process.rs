//! Real processes of the real program: one data folder each, ports chosen by the system, killed when dropped.
//!
//! A [`Place`] is a data folder that may or may not be served. Everything goes through the command line's contract, so what these
//! tests see is what an administrator sees. Nothing here sleeps for a fixed time: [`wait_until`] asks again until a
//! condition holds, and fails with its name when it never does.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::Client;
use crate::ids;

/// How long a condition may take on a busy machine before a test gives up. No test passes because of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test, built beside the test binary.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn program() -> PathBuf {
    beside("xiangmu-under-test")
}

/// A program of the harness, built beside the test binary.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn beside(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a test knows where it lies");
    let found = here
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file());
    found.expect("the programs of the harness are built with the tests")
}

/// The most memory this process ever held, in KiB.
#[must_use]
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let digits = line.unwrap_or("").chars().filter(char::is_ascii_digit);
    let digits: String = digits.collect();
    digits.parse().unwrap_or(u64::MAX)
}

/// Forgets what [`peak_kib`] says: it begins anew at what is held now.
pub fn forget_peak() {
    // Where the system cannot, the peak stays that of the whole life.
    let _cannot = std::fs::write("/proc/self/clear_refs", "5");
}

/// What a finished command said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it warned of.
    pub stderr: String,
}

impl Said {
    /// The one JSON value it printed.
    ///
    /// # Panics
    /// When it printed anything else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The JSON values it printed, one a line.
    ///
    /// # Panics
    /// When a line is no JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    /// Insists that it went well.
    ///
    /// # Panics
    /// When the exit code is not 0.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }
}

/// Runs the program to its end with something on its standard input.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run(arguments: &[&str], stdin: &str) -> Said {
    let mut child = Command::new(program())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("its standard input is ours");
    let text = stdin.to_owned();
    let writer = std::thread::spawn(move || {
        // The program may end without reading everything; what it said tells why.
        let _early_end = input.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writing thread ends");
    Said {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// One data folder and, while it is served, its process.
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// Its name, which is also its unit's.
    pub name: String,
    clock: Option<PathBuf>,
    serving: Option<Serving>,
    last: Option<SocketAddr>,
}

struct Serving {
    child: Child,
    address: SocketAddr,
}

impl Place {
    /// Makes a hub's folder.
    #[must_use]
    pub fn hub(root: &Path, name: &str) -> Self {
        Self::init(root, "hub", name, &[])
    }

    /// Makes a township's folder.
    #[must_use]
    pub fn township(root: &Path, name: &str) -> Self {
        Self::init(root, "node", name, &[])
    }

    /// A served township with its clerk 李梅, and what she is logged in with.
    #[must_use]
    pub fn staffed_township(root: &Path, name: &str, password: &str) -> (Self, Client) {
        let mut node = Self::township(root, name);
        node.add_user("李梅", "clerk", password);
        node.start();
        let clerk = node.log_in("李梅", password);
        (node, clerk)
    }

    /// A served hub with its officer 王科, and an enrolled and served township with its clerk 李梅, both with one password.
    #[must_use]
    pub fn hub_and_township(root: &Path, township: &str, password: &str) -> (Self, Self) {
        let mut hub = Self::hub(root, "演示县项目中心");
        hub.add_user("王科", "hub_officer", password);
        hub.start();
        let mut node = Self::township(root, township);
        node.add_user("李梅", "clerk", password);
        node.start();
        node.join(&hub);
        (hub, node)
    }

    /// Makes a township's folder whose pages offer to cut the line, as the demo's do.
    #[must_use]
    pub fn demo_township(root: &Path, name: &str) -> Self {
        Self::init(root, "node", name, &["--demo"])
    }

    /// Makes a node again from a backup.
    #[must_use]
    pub fn restored(root: &Path, name: &str, backup: &Path) -> Self {
        let place = Self::at(root, name);
        let _restored = place.cli(&["restore", &backup.to_string_lossy()]).ok();
        place
    }

    fn at(root: &Path, name: &str) -> Self {
        Self {
            dir: root.join(name),
            name: name.to_owned(),
            clock: None,
            serving: None,
            last: None,
        }
    }

    fn init(root: &Path, role: &str, name: &str, more: &[&str]) -> Self {
        Self::under("kaizhou", root, role, name, more)
    }

    /// Makes the folder of a hub or a node under a county's rules.
    #[must_use]
    pub fn under(profile: &str, root: &Path, role: &str, name: &str, more: &[&str]) -> Self {
        let place = Self::at(root, name);
        let mut init = vec!["init", "--role", role, "--name", name, "--profile", profile];
        init.extend(more);
        let said = place.cli(&init);
        let _made = said.ok();
        place
    }

    /// Runs a command on this folder.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> Said {
        self.cli_with(arguments, "")
    }

    /// Runs a command on this folder with something on its standard input. The answer is JSON.
    #[must_use]
    pub fn cli_with(&self, arguments: &[&str], stdin: &str) -> Said {
        let dir = self.dir.to_string_lossy();
        let mut all = arguments.to_vec();
        all.extend(["--data", &dir, "--json"]);
        run(&all, stdin)
    }

    /// Adds an account.
    pub fn add_user(&self, name: &str, role: &str, password: &str) {
        let arguments = [
            "user",
            "add",
            "--name",
            name,
            "--role",
            role,
            "--unit",
            &self.name,
            "--password-stdin",
        ];
        let _added = self.cli_with(&arguments, &format!("{password}\n")).ok();
    }

    /// From its next start on the server's time is ahead of the computer's by the milliseconds a file says.
    pub fn follow_clock(&mut self, file: &Path) {
        self.clock = Some(file.to_owned());
    }

    /// Serves the folder on a free port and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start(&mut self) {
        self.serve("127.0.0.1:0");
    }

    /// The same for browsers of the whole network, with TLS.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start_for_colleagues(&mut self) {
        self.serve("0.0.0.0:0");
    }

    /// The same, able to outlive a limit on the size of files ([`Place::limit_files`]), which it then meets as a full disk.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start_to_be_limited(&mut self) {
        // Without the trap the system would end the process instead of refusing the write.
        let mut command = Command::new("sh");
        let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
        command.args(["-c", script]).arg(program());
        self.serve_by(command, "127.0.0.1:0");
    }

    /// Lets the running server write no file beyond so many bytes; `None` lifts the limit.
    ///
    /// # Panics
    /// When it is not served, or the system refuses.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let child = &self.serving.as_ref().expect("the server runs").child;
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let set = Command::new("prlimit")
            .args(["--pid", &child.id().to_string()])
            .arg(format!("--fsize={limit}:unlimited"))
            .status()
            .expect("prlimit of util-linux");
        assert!(set.success());
    }

    /// Serves the folder where it was served before.
    ///
    /// # Panics
    /// When it was never served, or does not get ready.
    pub fn start_again(&mut self) {
        let before = self.last.expect("it was served before");
        self.serve(&before.to_string());
    }

    /// Serves the folder at an address, as another was served there before.
    ///
    /// # Panics
    /// When it does not get ready.
    pub fn start_at(&mut self, address: SocketAddr) {
        self.serve(&address.to_string());
    }

    fn serve(&mut self, listen: &str) {
        self.serve_by(Command::new(program()), listen);
    }

    fn serve_by(&mut self, mut command: Command, listen: &str) {
        let clock = self
            .clock
            .iter()
            .flat_map(|file| [OsStr::new("--clock"), file.as_os_str()]);
        let plain = listen.starts_with("127.").then_some("--insecure-http");
        let mut child = command
            .args(["serve", "--listen", listen, "--json"])
            .args(plain)
            .arg("--data")
            .arg(&self.dir)
            .args(clock)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.log()).expect("the log can be made"))
            .spawn()
            .expect("the server starts");
        let stdout = child.stdout.take().expect("its output is ours");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            let mut line = String::new();
            // End of file shows as an empty line; whoever waits says what it means.
            let _bytes = reader.read_line(&mut line);
            let _nobody_waits = sender.send(line);
            // Whatever follows is read, so that the server never blocks on a full pipe.
            let _rest = reader.read_to_end(&mut Vec::new());
        });
        let line = receiver.recv_timeout(PATIENCE).unwrap_or_default();
        let ready: Option<Value> = serde_json::from_str(&line).ok();
        let address = ready
            .as_ref()
            .filter(|ready| ready["event"] == "ready")
            .and_then(|ready| ready["listen"].as_str())
            .and_then(|listen| listen.rsplit("//").next().unwrap_or(listen).parse().ok());
        let Some(address) = address else {
            let _gone = child.kill();
            panic!("{} is not ready: `{line}`; {}", self.name, self.read_log());
        };
        self.last = Some(address);
        self.serving = Some(Serving { child, address });
    }

    /// Where the server's log goes.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.dir.with_extension("log")
    }

    /// The server's log so far.
    #[must_use]
    pub fn read_log(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Where it listens.
    ///
    /// # Panics
    /// When it is not served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.serving.as_ref().expect("the server runs").address
    }

    /// A client that is not logged in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.address())
    }

    /// A client that is logged in.
    ///
    /// # Panics
    /// When the log-in is refused.
    #[must_use]
    pub fn log_in(&self, name: &str, password: &str) -> Client {
        let mut client = self.client();
        client.log_in(name, password);
        client
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut serving) = self.serving.take() {
            let _already_gone = serving.child.kill();
            let _status = serving.child.wait();
        }
    }

    /// Asks the server to end and waits for it.
    ///
    /// # Panics
    /// When it is not served, or does not end.
    pub fn stop(&mut self) -> ExitStatus {
        let mut serving = self.serving.take().expect("the server runs");
        let asked = Command::new("kill")
            .args(["-TERM", &serving.child.id().to_string()])
            .status()
            .expect("the signal is sent");
        assert!(asked.success());
        let mut status = None;
        wait_until("the server ends", || {
            status = serving.child.try_wait().expect("the server can be asked");
            status.is_some()
        });
        status.expect("just waited for")
    }

    /// Enrols this node at a hub that is served; both are then connected.
    pub fn join(&self, hub: &Self) {
        let invite = hub
            .cli(&[
                "invite",
                "--unit",
                &self.name,
                "--kind",
                "township",
                "--approve",
            ])
            .ok();
        let code = invite.json()["code"].as_str().expect("a code").to_owned();
        let _joined = self.cli(&["join", &code]).ok();
    }

    /// Asks for an exchange and waits until nothing is left to send or fetch.
    pub fn sync(&self) {
        let _left_nothing = self.cli(&["sync", "--now", "--wait", "60"]).ok();
    }

    /// Carries out one command, as `xiangmu edit` does.
    ///
    /// # Panics
    /// When it is refused.
    pub fn edit(&self, command: &Value) {
        self.edit_line(&json!({ "command": command }));
    }

    /// Sets values of a project.
    ///
    /// # Panics
    /// When that is refused.
    pub fn set(&self, project: &str, values: &Value) {
        self.edit_line(&json!({ "id": project, "set": values }));
    }

    /// Makes a project of this node's unit; its id.
    ///
    /// # Panics
    /// When that is refused.
    #[must_use]
    pub fn create(&self, name: &str) -> String {
        let unit = self.cli(&["status"]).ok().json()["unit"].clone();
        let project = ids::project();
        self.edit(&json!({
            "do": "create_project", "project": project, "home": unit, "set": { "name": name },
        }));
        project
    }

    fn edit_line(&self, line: &Value) {
        let said = self.cli_with(&["edit", "-"], &format!("{line}\n")).ok();
        assert_eq!(said.lines()[0]["ok"], true, "{said:?}");
    }

    /// The canonical records of a unit, one a line.
    #[must_use]
    pub fn dump(&self, unit: &str) -> String {
        self.cli(&["dump", "--unit", unit]).ok().stdout
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- log of {}\n{}", self.name, tail(&self.read_log(), 60));
        }
    }
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Asks again and again until a condition holds.
///
/// # Panics
/// When it never does.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        // A pause between two questions, not a wait for an answer.
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
