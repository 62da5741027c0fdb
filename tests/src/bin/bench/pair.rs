//! Two nodes over real sockets and real disks.
//!
//! Everything runs through the library as `xiangmu serve` does: a hub with TLS and a township node, each with its own data
//! folder. Bytes are counted at the WebSocket (payload) and at the socket (TLS, HTTP upgrade and frames included). For
//! memory the two folders are then served by two processes of their own, and the kernel is asked.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use node::clock::Clock;
use node::config::{Config, Limits, Storage};
use node::driver::Handle;
use node::node::{Creation, Node};
use node::server::{App, Server};
use serde_json::json;
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

use super::Plan;
use super::table::{Measured, Row};

/// Records written in one go: one turn of the driver, one fsync.
const RECORDS_AT_ONCE: u64 = 200;
/// Longest wait for one step.
const PATIENCE: Duration = Duration::from_secs(900);

/// The first argument of the process that only serves.
pub const SERVE: &str = "serve-until-stdin-ends";

/// The rows measured here, in this order.
pub const ROWS: &[Row] = &[
    Row {
        name: "write",
        what: "Records written at a node, with an fsync per 200",
        goal: "",
    },
    Row {
        name: "first-sync",
        what: "New records in a first sync",
        goal: "≥ 1,500/s",
    },
    Row {
        name: "idle",
        what: "Reconnect, nothing changed: WebSocket payload",
        goal: "≤ 300 B",
    },
    Row {
        name: "edit",
        what: "One field edited, live: WebSocket payload incl. acknowledgement",
        goal: "≤ 200 B",
    },
    Row {
        name: "start",
        what: "Start of hub and node with these records",
        goal: "",
    },
    Row {
        name: "memory",
        what: "Memory of hub and node with these records",
        goal: "",
    },
    Row {
        name: "disk",
        what: "Data folders of hub and node with these records",
        goal: "",
    },
];

/// The row of a name.
fn row(name: &str) -> anyhow::Result<&'static Row> {
    let row = ROWS.iter().find(|row| row.name == name);
    row.with_context(|| format!("no row {name}"))
}

/// Measures all rows that are asked for.
pub fn measure(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    runtime()?.block_on(measure_all(plan))
}

/// Serves a data folder until standard input ends.
pub fn serve(dir: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    runtime()?.block_on(serve_until_stdin_ends(dir, listen))
}

pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

async fn measure_all(plan: &Plan) -> anyhow::Result<Vec<Measured>> {
    let mut found = Vec::new();
    let records = plan.records;
    let root = tempfile::tempdir()?;
    let (hub_dir, node_dir) = (root.path().join("hub"), root.path().join("node"));
    create(&hub_dir, NodeRole::Hub, "开州区")?;
    create(&node_dir, NodeRole::Node, "竹溪镇")?;
    let hub = Running::start(&hub_dir, loopback(0)).await?;
    let node = Running::start(&node_dir, loopback(0)).await?;
    let begun = Instant::now();
    write_records(&node.app.handle, 0, plan.records).await?;
    let rate = records as f64 / begun.elapsed().as_secs_f64();
    let text = format!("{rate:.0} a second ({records} records)");
    found.push(Measured::told(
        row("write")?,
        text,
        json!({ "records": records, "a_second": rate }),
    ));

    let begun = Instant::now();
    join(&hub.app, &node.app).await?;
    until_synced(&node.app.handle, plan.records).await?;
    let first = moved(&node.app.handle);
    let there = count_projects(&hub.app.handle).await?;
    ensure!(
        there as u64 == plan.records,
        "the hub holds {there} records of {}",
        plan.records
    );
    let rate = records as f64 / begun.elapsed().as_secs_f64();
    let text = format!(
        "{rate:.0} a second ({records} records); payload {} B, socket {} B, {:.0} B a record",
        first.payload(),
        first.socket(),
        first.socket() as f64 / records as f64
    );
    found.push(Measured::at_least(row("first-sync")?, text, rate, 1_500.0));

    if plan.wants(&["idle", "edit"]) {
        let (mut worst, mut rounds) = (0, Vec::new());
        for round in 1..=3 {
            set_line(&node.app.handle, Line::Off).await?;
            let begun = Instant::now();
            set_line(&node.app.handle, Line::On).await?;
            until_synced(&node.app.handle, plan.records).await?;
            let took = begun.elapsed();
            set_line(&node.app.handle, Line::Off).await?;
            let moved = moved(&node.app.handle);
            worst = worst.max(moved.payload());
            rounds.push(format!(
                "{round}: {} + {} B payload, {} + {} B socket, {:.0} ms",
                moved.payload_sent,
                moved.payload_received,
                moved.socket_sent,
                moved.socket_received,
                took.as_secs_f64() * 1e3
            ));
        }
        let text = format!("{worst} B ({records} records; {})", rounds.join("; "));
        found.push(Measured::at_most(row("idle")?, text, worst as f64, 300.0));
        set_line(&node.app.handle, Line::On).await?;
        until_synced(&node.app.handle, plan.records).await?;
        let before = moved(&node.app.handle);
        let edits = 20;
        let begun = Instant::now();
        for number in 0..edits {
            edit(&node.app.handle, number).await?;
            until_synced(&node.app.handle, plan.records).await?;
        }
        let after = moved(&node.app.handle);
        let payload = (after.payload() - before.payload()) / edits;
        let text = format!(
            "{payload} B (socket {} B), {:.1} ms to the hub's acknowledgement, mean of {edits}",
            (after.socket() - before.socket()) / edits,
            begun.elapsed().as_secs_f64() * 1e3 / edits as f64
        );
        found.push(Measured::at_most(row("edit")?, text, payload as f64, 200.0));
    }
    let hub_address = hub.app.address;
    node.stop().await?;
    hub.stop().await?;

    if plan.wants(&["start", "memory", "disk"]) {
        let (hub, hub_ready) = Served::start(&hub_dir, hub_address)?;
        let (node, node_ready) = Served::start(&node_dir, loopback(0))?;
        // The line stands once the node has dialled and both have compared what they hold.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let mut tell = |name: &str, text: String| -> anyhow::Result<()> {
            let figures = json!({ "records": records });
            found.push(Measured::told(row(name)?, text, figures));
            Ok(())
        };
        tell(
            "start",
            format!(
                "hub {:.1} s, node {:.1} s until ready ({records} records)",
                hub_ready.as_secs_f64(),
                node_ready.as_secs_f64()
            ),
        )?;
        tell(
            "memory",
            format!("hub {}, node {}", hub.memory()?, node.memory()?),
        )?;
        tell(
            "disk",
            format!(
                "hub {} kB, node {} kB",
                folder_bytes(&hub_dir)? / 1000,
                folder_bytes(&node_dir)? / 1000
            ),
        )?;
    }
    Ok(found)
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
        let server = Server::bind(config(dir, listen)).await?;
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

async fn edit(handle: &Handle, number: u64) -> anyhow::Result<()> {
    let command = Command::Edit {
        project: project(number),
        set: [(
            FieldPath::once(Field::TotalInvestmentFen),
            Value::Int(77_777_700),
        )]
        .into(),
        on_behalf: None,
    };
    carry_out(handle, vec![envelope(1 << 40 | number, command)]).await
}

async fn join(hub: &App, node: &App) -> anyhow::Result<()> {
    join_at(hub, node, hub.dial_addresses()).await
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

async fn count_projects(handle: &Handle) -> anyhow::Result<usize> {
    let ids = handle.read(|context| {
        context
            .replica
            .library()
            .ids(context.reader, DocumentKind::Project)
    });
    Ok(ids.await??.len())
}

/// The bytes of the latest session, as the node counted them.
struct Moved {
    payload_sent: u64,
    payload_received: u64,
    socket_sent: u64,
    socket_received: u64,
}

impl Moved {
    fn payload(&self) -> u64 {
        self.payload_sent + self.payload_received
    }

    fn socket(&self) -> u64 {
        self.socket_sent + self.socket_received
    }
}

fn moved(handle: &Handle) -> Moved {
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

    fn memory(&self) -> anyhow::Result<String> {
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

fn folder_bytes(dir: &Path) -> anyhow::Result<u64> {
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
