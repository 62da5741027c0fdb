//! Xiangmu behind the interface of the peers' workload, so that its driver measures us as it measures other sync stacks.
//!
//! `hub` and `node` are servers as `xiangmu serve` starts them, on their own data folders, sockets and disks; this program only
//! adds the line protocol on standard input and output. `load` and `edit` write documents through a closed node's driver, with
//! the workload's authors and moments, past the rules of a county (the workload's fields are not ours). `dump` reads them
//! back. Enrolment is what an officer does by hand: the hub leaves its invites in its `.bench` folder, a node finds them in
//! the folder beside its own. `PEER_OPTS`: `tls=1` dials with TLS.

#![expect(
    clippy::print_stdout,
    reason = "the line protocol of the workload is standard output"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use node::clock::Clock;
use node::config::{Attachments, Config, Limits, Storage};
use node::driver::{Event, Handle};
use node::node::{Creation, Node, Options};
use node::server::Server;
use node::telemetry::{self, LogStyle};
use serde_json::json;
use shared::api::{NodeRole, SyncState};
use shared::document::genesis::DocumentKind;
use shared::document::{Author, Base, heads_to_hex};
use shared::identity::{InviteCode, UnitKind};
use shared::ids::DocumentId;
use shared::store::{Reader as _, Tree};
use shared::sync::{Approval, Input, Line, Reply};
use shared::time::Timestamp;
use shared::wire::codec::{Reader, Writer};
use tests::peer::{self, Change, SetDigest};

/// Records written or read in one turn of the driver.
const RECORDS_AT_ONCE: usize = 50;
/// Scopes the hub invites; the workload has at most twenty.
const SCOPES: usize = 20;
const OWN_FOLDER: &str = ".bench";

/// The command line.
struct Arguments {
    command: String,
    options: BTreeMap<String, String>,
    file: Option<PathBuf>,
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let mut all = std::env::args().skip(1);
        let command = all.next().context("info, load, edit, dump, hub or node")?;
        let (mut options, mut file) = (BTreeMap::new(), None);
        while let Some(argument) = all.next() {
            match argument.strip_prefix("--") {
                Some(name) => {
                    let value = all.next().with_context(|| format!("--{name} of what"))?;
                    options.insert(name.to_owned(), value);
                }
                None => file = Some(PathBuf::from(argument)),
            }
        }
        Ok(Self {
            command,
            options,
            file,
        })
    }

    fn option(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.options.get(name).map(String::as_str);
        value.with_context(|| format!("--{name} is missing"))
    }

    fn data(&self) -> anyhow::Result<PathBuf> {
        Ok(PathBuf::from(self.option("data")?))
    }
}

fn main() -> anyhow::Result<()> {
    // Its hub is a server like any other, and starts this program for what costs much.
    if std::env::args().nth(1).as_deref() == Some(node::trial::SUBCOMMAND) {
        return Ok(node::trial::run_child()?);
    }
    let arguments = Arguments::read()?;
    if let Ok(filter) = std::env::var("PEER_LOG") {
        telemetry::start(LogStyle::Text, &filter)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command.as_str() {
        "info" => {
            let versions = json!({"xiangmu": env!("CARGO_PKG_VERSION")});
            println!("{}", json!({"peer": "xiangmu", "versions": versions}));
            Ok(())
        }
        "load" => {
            let dir = arguments.data()?;
            create(&dir, NodeRole::Node, arguments.option("scope")?)?;
            write(&dir, arguments.file.as_deref()).await
        }
        "edit" => write(&arguments.data()?, arguments.file.as_deref()).await,
        "dump" => dump(&arguments.data()?).await,
        "hub" => {
            let dir = arguments.data()?;
            let port = arguments.option("listen")?.parse()?;
            if !dir.join("identity").exists() {
                create(&dir, NodeRole::Hub, "hub")?;
                write_invites(&dir).await?;
            }
            serve(&dir, port).await
        }
        "node" => {
            let dir = arguments.data()?;
            enrol(&dir, arguments.option("scope")?, arguments.option("hub")?).await?;
            serve(&dir, 0).await
        }
        other => bail!("unknown command {other}"),
    }
}

fn create(dir: &Path, role: NodeRole, name: &str) -> anyhow::Result<()> {
    let creation = Creation {
        role,
        name: name.to_owned(),
        profile: "kaizhou".to_owned(),
        demo: false,
    };
    Node::create(dir, &creation, &Clock::system())?;
    Ok(())
}

async fn open(dir: &Path) -> anyhow::Result<Node> {
    Ok(Node::open(dir, Options::default()).await?)
}

/// One line of a file to load or of a file of edits.
#[derive(serde::Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    changes: Vec<Change>,
    #[serde(flatten)]
    edit: Option<Change>,
}

/// Writes the changes of a file, one change of a document each.
async fn write(dir: &Path, file: Option<&Path>) -> anyhow::Result<()> {
    let file = file.context("a file of records or edits")?;
    let node = open(dir).await?;
    let mut rows = Vec::new();
    let mut lines = BufReader::new(std::fs::File::open(file)?).lines();
    loop {
        let line = lines.next().transpose()?;
        if let Some(line) = line.as_ref().filter(|line| !line.is_empty()) {
            rows.push(serde_json::from_str::<Row>(line)?);
        }
        if rows.len() >= RECORDS_AT_ONCE || (line.is_none() && !rows.is_empty()) {
            let some = std::mem::take(&mut rows);
            let written = node.handle.write(move |context| {
                for row in some {
                    write_row(context, row)?;
                }
                anyhow::Ok(())
            });
            written.await??;
        }
        if line.is_none() {
            break;
        }
    }
    node.close().await;
    Ok(())
}

fn write_row(context: &mut node::driver::WriteContext<'_, '_>, row: Row) -> anyhow::Result<()> {
    let id = peer::document_of(&row.id)?;
    let mut writer = peer::Writer::default();
    let process = context.replica.actor_seed();
    let (unit, _) = context.replica.unit();
    let is_edit = row.edit.is_some();
    for (number, change) in row.changes.iter().chain(&row.edit).enumerate() {
        let mut edits = writer.edits(change)?;
        if number == 0 && !is_edit {
            edits.push(peer::home(unit));
        }
        let act = if number == 0 && !is_edit {
            "create"
        } else {
            "edit"
        };
        let author = Author {
            process,
            message: format!("{act}:{}", peer::user_of(&change.by)),
            at: Timestamp(peer::seconds(&change.at) * 1000),
            base: Base::Now,
        };
        let library = context.replica.library();
        library.write(context.turn, &id, &edits, &author)?;
    }
    Ok(())
}

async fn dump(dir: &Path) -> anyhow::Result<()> {
    let node = open(dir).await?;
    for some in projects(&node.handle).await?.chunks(RECORDS_AT_ONCE) {
        let some: Vec<_> = some.iter().map(|(id, _)| id.clone()).collect();
        let lines = node.handle.read(move |context| {
            let mut lines = Vec::new();
            for id in some {
                let document = context.replica.library().document(context.reader, &id)?;
                lines.extend(peer::record(document).map(|record| peer::canonical(&record)));
            }
            anyhow::Ok(lines)
        });
        for line in lines.await?? {
            println!("{line}");
        }
    }
    node.close().await;
    Ok(())
}

/// Every project with its heads.
async fn projects(handle: &Handle) -> anyhow::Result<Vec<(DocumentId, Vec<String>)>> {
    handle
        .read(|context| {
            let library = context.replica.library();
            let ids = library.ids(context.reader, DocumentKind::Project)?;
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                let heads = library.heads(context.reader, &id)?;
                found.push((id, heads_to_hex(&heads)));
            }
            anyhow::Ok(found)
        })
        .await?
}

fn invite_file(hub: &Path, scope: &str) -> PathBuf {
    hub.join(OWN_FOLDER).join(format!("invite-{scope}"))
}

/// The officer's morning: one invite a township.
async fn write_invites(dir: &Path) -> anyhow::Result<()> {
    let node = open(dir).await?;
    std::fs::create_dir_all(dir.join(OWN_FOLDER))?;
    for number in 1..=SCOPES {
        let scope = format!("t{number:02}");
        let unit = scope.clone();
        let made = node.handle.request(move |request| Input::CreateInvite {
            request,
            unit,
            kind: UnitKind::Township,
            addresses: vec!["http://127.0.0.1:1".to_owned()],
            approval: Approval::AtOnce,
        });
        let Reply::Invited { code, .. } = made.await? else {
            bail!("no invite");
        };
        std::fs::write(invite_file(dir, &scope), code)?;
    }
    node.close().await;
    Ok(())
}

/// Joins the hub, or tells an enrolled node where the hub is today; the line stays off until `connect`.
async fn enrol(dir: &Path, scope: &str, hub: &str) -> anyhow::Result<()> {
    let options = std::env::var("PEER_OPTS").unwrap_or_default();
    let is_secure = options.split(',').any(|option| option == "tls=1");
    let address = if is_secure {
        hub.replacen("http://", "https://", 1)
    } else {
        hub.to_owned()
    };
    let node = open(dir).await?;
    let off = |request| Input::SetLine {
        request,
        line: Line::Off,
    };
    node.handle.request(off).await?;
    let is_enrolled = node
        .handle
        .read(|context| context.reader.load(Tree::Peer, b"h"))
        .await??
        .is_some();
    if is_enrolled {
        node.handle
            .write(move |context| move_hub(context, &address))
            .await??;
    } else {
        let beside = dir.parent().context("a folder beside the hub's")?;
        let text = std::fs::read_to_string(invite_file(&beside.join("hub"), scope))?;
        let mut code: InviteCode = text.parse()?;
        code.addresses = vec![address];
        let code = code.to_string();
        let joined = node
            .handle
            .request(|request| Input::Join { request, code })
            .await?;
        ensure!(matches!(joined, Reply::Joined { .. }), "{joined:?}");
    }
    node.close().await;
    Ok(())
}

/// Writes another address into the record of the hub, which begins with its key and its addresses.
fn move_hub(context: &mut node::driver::WriteContext<'_, '_>, address: &str) -> anyhow::Result<()> {
    let stored = context.turn.load(Tree::Peer, b"h")?;
    let stored = stored.context("not enrolled")?;
    let mut input = Reader::new(&stored);
    let pin: [u8; 32] = input.array()?;
    input.list(8, |input| input.text(256))?;
    let mut out = Writer::new();
    out.raw(&pin);
    out.list(&[address], |out, address| out.text(address));
    out.raw(input.rest());
    context
        .turn
        .put(Tree::Peer, b"h".to_vec(), out.into_bytes());
    Ok(())
}

/// What the driver of the workload asks for, kept up to date.
struct Watch {
    handle: Handle,
    file: PathBuf,
    digest: SetDigest,
    heads: BTreeMap<DocumentId, Vec<String>>,
    dirty: BTreeSet<DocumentId>,
}

/// A line of the file that keeps digests over a restart.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    id: String,
    hash: String,
    heads: Vec<String>,
}

impl Watch {
    async fn new(handle: Handle, dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join(OWN_FOLDER).join("digests");
        let mut watch = Self {
            handle,
            file,
            digest: SetDigest::default(),
            heads: BTreeMap::new(),
            dirty: BTreeSet::new(),
        };
        let mut kept = BTreeMap::new();
        if let Ok(text) = std::fs::read_to_string(&watch.file) {
            for line in text.lines() {
                let row: Kept = serde_json::from_str(line)?;
                kept.insert(row.id, (row.hash, row.heads));
            }
        }
        for (id, heads) in projects(&watch.handle).await? {
            match kept.get(&id.to_string()) {
                Some((hash, known)) if *known == heads => {
                    let bytes = (0..hash.len()).step_by(2);
                    let bytes = bytes.map(|at| u8::from_str_radix(&hash[at..at + 2], 16));
                    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>()?;
                    let hash = <[u8; 32]>::try_from(bytes);
                    watch
                        .digest
                        .put(id.clone(), hash.map_err(|_| anyhow::anyhow!("a hash"))?);
                    watch.heads.insert(id, heads);
                }
                _ => {
                    watch.dirty.insert(id);
                }
            }
        }
        watch.settle().await?;
        Ok(watch)
    }

    /// Reads what changed since the last time.
    async fn settle(&mut self) -> anyhow::Result<()> {
        let dirty: Vec<DocumentId> = std::mem::take(&mut self.dirty).into_iter().collect();
        for some in dirty.chunks(RECORDS_AT_ONCE) {
            let some = some.to_vec();
            let found = self.handle.read(move |context| {
                let mut found = Vec::new();
                for id in some {
                    let library = context.replica.library();
                    let document = library.document(context.reader, &id)?;
                    if let Some(record) = peer::record(document) {
                        let heads = heads_to_hex(&document.heads());
                        found.push((id, peer::hash(&record), heads));
                    }
                }
                anyhow::Ok(found)
            });
            for (id, hash, heads) in found.await?? {
                self.digest.put(id.clone(), hash);
                self.heads.insert(id, heads);
            }
        }
        Ok(())
    }

    fn save(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.file.parent().context("a folder")?)?;
        let mut text = String::new();
        for (id, heads) in &self.heads {
            let Some(hash) = self.digest.hash_of(id) else {
                continue;
            };
            let row = Kept {
                id: id.to_string(),
                hash: shared::document::hex(hash),
                heads: heads.clone(),
            };
            text.push_str(&serde_json::to_string(&row)?);
            text.push('\n');
        }
        Ok(std::fs::write(&self.file, text)?)
    }
}

/// Whether the hub said, on this connection, that nothing is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Asked,
    Given,
}

async fn serve(dir: &Path, port: u16) -> anyhow::Result<()> {
    let options = std::env::var("PEER_OPTS").unwrap_or_default();
    let config = Config {
        data: dir.to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        insecure_http: !options.split(',').any(|option| option == "tls=1"),
        addresses: Vec::new(),
        hosts: Vec::new(),
        log: "warn".to_owned(),
        stick_after_days: 7,
        limits: Limits::default(),
        storage: Storage::default(),
        attachments: Attachments::default(),
    };
    let server = Server::bind(config).await?;
    let handle = server.app().handle.clone();
    let is_hub = server.app().info.role == NodeRole::Hub;
    let mut events = handle.subscribe();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _either_way = stopped.await;
    }));
    let mut watch = Watch::new(handle.clone(), dir).await?;
    say(&json!({"event": "ready", "docs": watch.digest.len()}));
    let (told, mut hear) = tokio::sync::mpsc::unbounded_channel::<bool>();
    let mut word = Word::None;
    let mut lines = standard_input();
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(Event::Changed(ids)) => {
                    let ids = ids.iter().filter(|id| matches!(id, DocumentId::Project(_)));
                    watch.dirty.extend(ids.cloned());
                }
                Ok(Event::Sync) if !is_hub => word = follow(&handle, word, &told).await?,
                Ok(Event::Stopping) => bail!("the node stopped by itself"),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    watch.dirty.extend(projects(&handle).await?.into_iter().map(|(id, _)| id));
                }
                _ => {}
            },
            Some(is_idle) = hear.recv() => {
                word = if is_idle { Word::Given } else { Word::None };
                word = follow(&handle, word, &told).await?;
            }
            line = lines.recv() => match line.as_deref() {
                Some("connect") => {
                    let on = |request| Input::SetLine { request, line: Line::On };
                    handle.request(on).await?;
                }
                Some("status") => {
                    // What became durable a moment ago stands in the queue of events.
                    while let Ok(event) = events.try_recv() {
                        match event {
                            Event::Changed(ids) => watch.dirty.extend(ids.iter().filter(|id| matches!(id, DocumentId::Project(_))).cloned()),
                            Event::Sync if !is_hub => word = follow(&handle, word, &told).await?,
                            _ => {}
                        }
                    }
                    watch.settle().await?;
                    let status = handle.read(|context| context.replica.status(context.now)).await?;
                    let is_synced = is_hub || (word == Word::Given && status.pending == 0
                        && matches!(status.state, SyncState::Synced));
                    say(&json!({
                        "event": "status", "docs": watch.digest.len(), "digest": watch.digest.to_hex(),
                        "synced": is_synced, "pending": status.pending,
                    }));
                }
                None | Some("stop") => break,
                Some(_) => {}
            },
        }
    }
    watch.settle().await?;
    watch.save()?;
    let _already_gone = stop.send(());
    serving.await??;
    Ok(())
}

/// Asks for the hub's word once a connection stands, and forgets it with the connection.
async fn follow(
    handle: &Handle,
    word: Word,
    told: &tokio::sync::mpsc::UnboundedSender<bool>,
) -> anyhow::Result<Word> {
    let status = handle.read(|context| context.replica.status(context.now));
    let is_open = matches!(
        status.await?.state,
        SyncState::Running { .. } | SyncState::Waiting | SyncState::Synced
    );
    if !is_open {
        return Ok(Word::None);
    }
    if word != Word::None {
        return Ok(word);
    }
    let (handle, told) = (handle.clone(), told.clone());
    tokio::spawn(async move {
        let reply = handle.request(|request| Input::SyncNow { request }).await;
        let is_idle = matches!(reply, Ok(Reply::Synced { problem: None, .. }));
        let _gone = told.send(is_idle);
    });
    Ok(Word::Asked)
}

/// The lines of standard input, read by a thread of their own; ends with them.
fn standard_input() -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let (sender, lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let read = std::io::stdin().lines().map_while(Result::ok);
        for line in read {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn say(line: &serde_json::Value) {
    println!("{line}");
}
