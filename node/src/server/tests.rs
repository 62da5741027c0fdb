#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use shared::command::{Actor, Command, Envelope, Outcome, Role};
use shared::document::heads_to_hex;
use shared::field::{Field, FieldPath};
use shared::identity::UnitKind;
use shared::ids::{CommandId, DocumentId, NodeId, ProjectId, UnitId, UserId};
use shared::sync::{Approval, Input, Reply, SessionId};
use shared::value::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite;

use crate::config::{Attachments, Limits, Storage};
use crate::identity::find_control;
use crate::node::Creation;
use crate::transport::dial::{DialRequest, run_dial};

use super::*;

/// Long enough for a busy machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

fn config(dir: &Path, insecure_http: bool) -> Config {
    Config {
        data: dir.to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        insecure_http,
        addresses: Vec::new(),
        hosts: Vec::new(),
        log: "info".to_owned(),
        stick_after_days: 7,
        storage: Storage::default(),
        attachments: Attachments::default(),
        limits: Limits {
            header_seconds: 1,
            handshake_seconds: 1,
            stop_seconds: 5,
            ..Limits::default()
        },
    }
}

fn create(dir: &Path, role: NodeRole, name: &str) -> NodeId {
    let creation = Creation {
        role,
        name: name.to_owned(),
        profile: "kaizhou".to_owned(),
        demo: false,
    };
    Node::create(dir, &creation, &Clock::system()).unwrap().id
}

/// A server that runs until told to stop.
struct Running {
    app: App,
    stop: CancellationToken,
    task: JoinHandle<Result<(), BindError>>,
}

impl Running {
    async fn start(config: Config) -> Self {
        let server = Server::bind(config).await.unwrap();
        let app = server.app().clone();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(server.serve(async move { stopped.cancelled().await }));
        Self { app, stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
}

/// Waits until something is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        let mut asking = tokio::time::interval(Duration::from_millis(2));
        while !is_so().await {
            asking.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

/// What the server sends until it closes.
async fn hear_until_closed(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    let read = stream.read_to_end(&mut heard);
    // A reset is as good as an end.
    let _either = tokio::time::timeout(PATIENCE, read).await.unwrap();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_dial_with_the_pinned_key_becomes_a_session_and_another_key_does_not() {
    let (hub_dir, node_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let pin = create(hub_dir.path(), NodeRole::Hub, "开州区");
    let other = create(node_dir.path(), NodeRole::Node, "竹溪镇");
    let hub = Running::start(config(hub_dir.path(), false)).await;
    let node = Node::open(node_dir.path(), Options::default())
        .await
        .unwrap();
    let dial = |session, pin| {
        let request = DialRequest {
            session: SessionId::accepted(session),
            addresses: hub.app.dial_addresses(),
            pin,
            cancel: CancellationToken::new(),
        };
        tokio::spawn(run_dial(
            request,
            node.handle.clone(),
            CancellationToken::new(),
        ))
    };
    dial(1, other).await.unwrap();
    assert!(node.handle.traffic().is_empty());
    let session = dial(2, pin);
    until(async || !node.handle.traffic().is_empty() && !hub.app.handle.traffic().is_empty()).await;
    let (_, traffic) = node.handle.traffic().pop().unwrap();
    assert!(traffic.socket.sent() > 0 && traffic.socket.received() > 0);
    hub.stop().await;
    session.await.unwrap();
    node.close().await;
}

#[tokio::test]
async fn a_stop_says_goodbye_to_sessions_and_frees_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    create(dir.path(), NodeRole::Hub, "开州区");
    let hub = Running::start(config(dir.path(), true)).await;
    until(async || find_control(dir.path()).unwrap().is_some()).await;
    let address = hub.app.address;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/sync"), stream)
        .await
        .unwrap();
    hub.stop().await;
    let mut goodbye = None;
    while let Some(Ok(message)) = socket.next().await {
        if let tungstenite::Message::Close(frame) = message {
            goodbye = frame;
        }
    }
    assert_eq!(goodbye.unwrap().reason, "the server stops");
    assert!(find_control(dir.path()).unwrap().is_none());
    assert!(TcpStream::connect(address).await.is_err());
    let node = Node::open(dir.path(), Options::default()).await.unwrap();
    node.close().await;
}

#[tokio::test]
async fn a_slow_head_or_handshake_is_closed() {
    let (plain_dir, tls_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    create(plain_dir.path(), NodeRole::Hub, "开州区");
    create(tls_dir.path(), NodeRole::Hub, "开州区");
    let plain = Running::start(config(plain_dir.path(), true)).await;
    let tls = Running::start(config(tls_dir.path(), false)).await;
    let mut slow_head = TcpStream::connect(plain.app.address).await.unwrap();
    slow_head
        .write_all(b"GET / HTTP/1.1\r\nHost: ")
        .await
        .unwrap();
    let silent = TcpStream::connect(tls.app.address).await.unwrap();
    let (head, handshake) = tokio::join!(hear_until_closed(slow_head), hear_until_closed(silent));
    assert!(!head.contains("200"), "{head}");
    assert_eq!(handshake, "");
    plain.stop().await;
    tls.stop().await;
}

#[tokio::test]
async fn the_path_for_nodes_refuses_scripts_and_shows_people_their_page() {
    let dir = tempfile::tempdir().unwrap();
    create(dir.path(), NodeRole::Hub, "开州区");
    let hub = Running::start(config(dir.path(), true)).await;
    let ask = async |headers: &str| {
        let mut stream = TcpStream::connect(hub.app.address).await.unwrap();
        let request =
            format!("GET /sync HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        hear_until_closed(stream).await
    };
    assert!(
        ask("Upgrade: websocket\r\nOrigin: http://localhost\r\n")
            .await
            .starts_with("HTTP/1.1 403")
    );
    let half = ask("Upgrade: websocket\r\n").await;
    assert!(half.starts_with("HTTP/1.1 426"), "{half}");
    let page = ask("").await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(hub.app.handle.traffic().is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn health_is_answered_as_soon_as_the_server_runs() {
    let dir = tempfile::tempdir().unwrap();
    create(dir.path(), NodeRole::Hub, "开州区");
    let hub = Running::start(config(dir.path(), true)).await;
    let address = hub.app.address;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = hear_until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    hub.stop().await;
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

/// A record with nothing but a name, as a person at `unit` starts it.
fn new_project(project: ProjectId, unit: UnitId) -> Envelope {
    Envelope {
        id: CommandId::from_bytes(project.to_bytes()),
        base: None,
        after: Vec::new(),
        command: Command::CreateProject {
            project,
            home: unit,
            set: [(
                FieldPath::once(Field::Name),
                Value::Text("乡村道路硬化".to_owned()),
            )]
            .into(),
        },
    }
}

async fn heads(handle: &Handle, project: ProjectId) -> Vec<String> {
    let document = DocumentId::Project(project);
    handle
        .read(move |context| {
            let library = context.replica.library();
            heads_to_hex(&library.heads(context.reader, &document).unwrap())
        })
        .await
        .unwrap()
}

async fn create_project(handle: &Handle, project: ProjectId) {
    let unit = handle.info().unit;
    let answers = handle
        .command(clerk(unit), vec![new_project(project, unit)])
        .await
        .unwrap();
    assert!(
        matches!(answers[0].outcome, Outcome::Done { .. }),
        "{answers:?}"
    );
}

async fn join(hub: &Running, node: &Running, unit: &str) {
    let (unit, addresses) = (unit.to_owned(), hub.app.dial_addresses());
    let invited = hub.app.handle.request(move |request| Input::CreateInvite {
        request,
        unit,
        kind: UnitKind::Township,
        addresses,
        approval: Approval::AtOnce,
    });
    let Reply::Invited { code, .. } = invited.await.unwrap() else {
        panic!("the hub made no invite");
    };
    let joined = node
        .app
        .handle
        .request(|request| Input::Join { request, code });
    assert!(matches!(joined.await.unwrap(), Reply::Joined { .. }));
}

#[tokio::test]
async fn an_edit_reaches_the_hub_over_tls_and_a_cut_line_shows_on_both_sides() {
    tokio::time::timeout(PATIENCE, edit_cut_and_restore())
        .await
        .unwrap();
}

async fn edit_cut_and_restore() {
    let (hub_dir, node_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    create(hub_dir.path(), NodeRole::Hub, "开州区");
    create(node_dir.path(), NodeRole::Node, "竹溪镇");
    let hub = Running::start(config(hub_dir.path(), false)).await;
    let node = Running::start(config(node_dir.path(), false)).await;
    assert!(hub.app.secure && !node.app.secure);
    join(&hub, &node, "竹溪镇").await;

    let first = ProjectId::from_parts(1, [1; 10]);
    create_project(&node.app.handle, first).await;
    until(async || {
        let there = heads(&hub.app.handle, first).await;
        !there.is_empty() && there == heads(&node.app.handle, first).await
    })
    .await;

    let online = async || {
        let peers = hub
            .app
            .handle
            .read(|context| context.replica.peers())
            .await
            .unwrap();
        peers.iter().any(|peer| peer.online)
    };
    assert!(online().await);
    let set = async |line| {
        let reply = node
            .app
            .handle
            .request(move |request| Input::SetLine { request, line });
        assert_eq!(reply.await.unwrap(), Reply::Line(line));
    };
    set(shared::sync::Line::Off).await;
    until(async || !online().await).await;
    let second = ProjectId::from_parts(2, [2; 10]);
    create_project(&node.app.handle, second).await;
    assert!(heads(&hub.app.handle, second).await.is_empty());
    set(shared::sync::Line::On).await;
    until(async || !heads(&hub.app.handle, second).await.is_empty()).await;

    node.stop().await;
    hub.stop().await;
}
