//! What the rows stand on: servers of this process and of processes of their own, each with its data folder; a township's records; waiting
//! until two sides are in step; and the bytes that took.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use node::clock::Clock;
use node::config::{Attachments, Config, Limits, Storage};
use node::driver::Handle;
use node::node::{Creation, Node};
use node::server::{App, Server};
use shared::api::{NodeRole, SyncState};
use shared::command::{Actor, Command, Envelope, Outcome, Role};
use shared::document::genesis::DocumentKind;
use shared::field::{Field, FieldPath};
use shared::identity::UnitKind;
use shared::ids::{CommandId, ProjectId, UnitId, UserId};
use shared::sync::{Approval, Input, Line, Reply};
use shared::value::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Records written in one go: one turn of the driver, one fsync.
const RECORDS_AT_ONCE: u64 = 200;
/// Longest wait for one step.
pub const PATIENCE: Duration = Duration::from_secs(900);

/// The first argument of the process that only serves.
pub const SERVE: &str = "serve-until-stdin-ends";

/// Serves a data folder until standard input ends.
pub fn serve(dir: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    runtime()?.block_on(serve_until_stdin_ends(dir, listen))
}

pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn config(dir: &Path, listen: SocketAddr) -> Config {
    Config {
        data: dir.to_owned(),
        listen,
        insecure_http: false,
        addresses: Vec::new(),
        hosts: Vec::new(),
        log: "warn".to_owned(),
        stick_after_days: 7,
        limits: Limits::default(),
        storage: Storage::default(),
        attachments: Attachments::default(),
    }
}

pub fn create(dir: &Path, role: NodeRole, name: &str) -> anyhow::Result<()> {
    let creation = Creation {
        role,
        name: name.to_owned(),
        profile: "kaizhou".to_owned(),
        demo: false,
    };
    Node::create(dir, &creation, &Clock::system())?;
    Ok(())
}

/// A server in this process.
pub struct Running {
    pub app: App,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), node::server::BindError>>,
}

impl Running {
    pub async fn start(dir: &Path, listen: SocketAddr) -> anyhow::Result<Self> {
        Self::start_by(config(dir, listen)).await
    }

    /// Without TLS, for a browser that knows no key.
    pub async fn start_plain(dir: &Path, listen: SocketAddr) -> anyhow::Result<Self> {
        let insecure_http = true;
        Self::start_by(Config {
            insecure_http,
            ..config(dir, listen)
        })
        .await
    }

    async fn start_by(config: Config) -> anyhow::Result<Self> {
        let server = Server::bind(config).await?;
        let app = server.app().clone();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve(async {
            let _either_way = stopped.await;
        }));
        Ok(Self { app, stop, task })
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        let _already_gone = self.stop.send(());
        Ok(self.task.await??)
    }
}

fn clerk(unit: UnitId) -> Actor {
    Actor {
        user: UserId::from_bytes([1; 5]),
        name: "陈晓".to_owned(),
        role: Role::Clerk,
        unit,
        at_hub: false,
    }
}

pub fn project(number: u64) -> ProjectId {
    let mut random = [0u8; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    ProjectId::from_parts(1_790_000_000_000, random)
}

/// A record as a township keeps it: names, money, dates and a picture of progress.
pub fn record(number: u64, unit: UnitId) -> Command {
    let path = FieldPath::once;
    let text = |text: String| Value::Text(text);
    let fen = i64::try_from(number % 9_000).unwrap_or_default() * 1_000_000 + 12_345_600;
    Command::CreateProject {
        project: project(number),
        home: unit,
        set: [
            (
                path(Field::Name),
                text(format!("第{number}号乡村道路硬化及配套排水工程")),
            ),
            (path(Field::TotalInvestmentFen), Value::Int(fen)),
            (
                path(Field::BuildNature),
                text(format!("镇建设投资第{}公司", number % 40)),
            ),
            (
                path(Field::ContentScale),
                text(format!(
                    "硬化道路{}公里，新建排水沟{}米",
                    number % 17,
                    number % 900
                )),
            ),
            (
                path(Field::PlannedStart),
                text(format!("2026-{:02}-15", number % 12 + 1)),
            ),
        ]
        .into(),
    }
}

pub fn envelope(number: u64, command: Command) -> Envelope {
    let mut random = [0xee; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Envelope {
        id: CommandId::from_parts(1_790_000_000_000, random),
        base: None,
        after: Vec::new(),
        command,
    }
}

pub async fn carry_out(handle: &Handle, envelopes: Vec<Envelope>) -> anyhow::Result<()> {
    let actor = clerk(handle.info().unit);
    for answer in handle.command(actor, envelopes).await? {
        ensure!(
            matches!(answer.outcome, Outcome::Done { .. }),
            "refused: {answer:?}"
        );
    }
    Ok(())
}

pub async fn write_records(handle: &Handle, from: u64, to: u64) -> anyhow::Result<()> {
    let unit = handle.info().unit;
    let mut next = from;
    while next < to {
        let until = to.min(next + RECORDS_AT_ONCE);
        let envelopes = (next..until).map(|number| envelope(number, record(number, unit)));
        carry_out(handle, envelopes.collect()).await?;
        next = until;
    }
    Ok(())
}

/// Joins by other addresses than the hub's own.
pub async fn join_at(hub: &App, node: &App, addresses: Vec<String>) -> anyhow::Result<()> {
    let code = invite(hub, node.info.unit_name.clone(), addresses).await?;
    join_by(&node.handle, code).await
}

/// An invite of the hub for a township of this name, which dials these addresses.
pub async fn invite(hub: &App, unit: String, addresses: Vec<String>) -> anyhow::Result<String> {
    let invited = hub.handle.request(move |request| Input::CreateInvite {
        request,
        unit,
        kind: UnitKind::Township,
        addresses,
        approval: Approval::AtOnce,
    });
    let Reply::Invited { code, .. } = invited.await? else {
        bail!("the hub made no invite");
    };
    Ok(code)
}

/// Joins by an invite.
pub async fn join_by(handle: &Handle, code: String) -> anyhow::Result<()> {
    let joined = handle.request(|request| Input::Join { request, code });
    let joined = joined.await?;
    ensure!(
        matches!(joined, Reply::Joined { .. }),
        "not joined: {joined:?}"
    );
    Ok(())
}

pub async fn set_line(handle: &Handle, line: Line) -> anyhow::Result<()> {
    let reply = handle
        .request(move |request| Input::SetLine { request, line })
        .await?;
    ensure!(
        reply == Reply::Line(line),
        "the line does not stand as wished: {reply:?}"
    );
    Ok(())
}

/// Waits until nothing is left to send, asking whenever something happened.
pub async fn until_synced(handle: &Handle, records: u64) -> anyhow::Result<()> {
    let mut events = handle.subscribe();
    let wait = async {
        loop {
            let status = handle
                .read(|context| context.replica.status(context.now))
                .await?;
            if status.pending == 0 && matches!(status.state, SyncState::Synced) {
                return Ok::<_, anyhow::Error>(());
            }
            let _changed_or_late =
                tokio::time::timeout(Duration::from_millis(200), events.recv()).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .with_context(|| format!("{records} records were not exchanged in time"))?
}

pub async fn count_projects(handle: &Handle) -> anyhow::Result<usize> {
    let ids = handle.read(|context| {
        context
            .replica
            .library()
            .ids(context.reader, DocumentKind::Project)
    });
    Ok(ids.await??.len())
}

/// The bytes of the latest session, as the node counted them.
pub struct Moved {
    pub payload_sent: u64,
    pub payload_received: u64,
    pub socket_sent: u64,
    pub socket_received: u64,
}

impl Moved {
    pub fn payload(&self) -> u64 {
        self.payload_sent + self.payload_received
    }

    pub fn socket(&self) -> u64 {
        self.socket_sent + self.socket_received
    }
}

pub fn moved(handle: &Handle) -> Moved {
    let traffic = handle
        .traffic()
        .pop()
        .map(|(_, traffic)| traffic)
        .unwrap_or_default();
    Moved {
        payload_sent: traffic.payload.sent(),
        payload_received: traffic.payload.received(),
        socket_sent: traffic.socket.sent(),
        socket_received: traffic.socket.received(),
    }
}

/// A server in a process of its own; it ends with its standard input.
pub struct Served(Child);

impl Served {
    pub fn start(dir: &Path, listen: SocketAddr) -> anyhow::Result<(Self, Duration)> {
        let begun = Instant::now();
        let mut child = Process::new(std::env::current_exe()?)
            .arg(SERVE)
            .arg(dir)
            .arg(listen.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut ready = [0u8; 6];
        let stdout = child.stdout.as_mut().context("its output is ours")?;
        stdout
            .read_exact(&mut ready)
            .context("the server did not start")?;
        Ok((Self(child), begun.elapsed()))
    }

    /// The same in words.
    pub fn memory(&self) -> anyhow::Result<String> {
        let (now, most) = self.memory_kb()?;
        Ok(format!("{now} kB now, {most} kB at most"))
    }

    /// Resident memory now and at most.
    pub fn memory_kb(&self) -> anyhow::Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let find = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let word = line.and_then(|line| line.split_whitespace().nth(1));
            word.and_then(|word| word.parse().ok())
                .with_context(|| format!("no {name}"))
        };
        Ok((find("VmRSS:")?, find("VmHWM:")?))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _status = self.0.wait();
    }
}

async fn serve_until_stdin_ends(dir: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let server = Server::bind(config(dir, listen)).await?;
    println!("ready");
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
        let _gone = ended.send(());
    });
    server
        .serve(async {
            let _either_way = end.await;
        })
        .await?;
    Ok(())
}

pub fn folder_bytes(dir: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        bytes += if kind.is_dir() {
            folder_bytes(&entry.path())?
        } else {
            kind.len()
        };
    }
    Ok(bytes)
}
