use std::collections::BTreeMap;

use rand_chacha::rand_core::RngCore as _;

use super::*;
use crate::api::NodeRole;
use crate::attachments::Named;
use crate::command::{Actor, Command, Envelope, Role};
use crate::field::{Column, Field, FieldPath, Table};
use crate::identity::unit_id_of;
use crate::ids::{CommandId, ProjectId, RowId, UserId};
use crate::store::MemoryStore;
use crate::sync::alone::Core;
use crate::sync::{Approval, Input, Reply, RequestId, Side};
use crate::text::line::LineReason;
use crate::value::Value;
use crate::wire::v1;

const LENGTH: usize = 300_000;

/// A core over memory, with files in memory too.
struct Party {
    core: Core,
    session: SessionId,
    files: BTreeMap<BlobName, Vec<u8>>,
    /// Frames for the other side.
    out: Vec<Vec<u8>>,
    /// Bytes of files sent.
    sent: usize,
    reads: usize,
    reply: Option<Reply>,
    dial: Option<SessionId>,
}

impl Party {
    fn new(role: NodeRole, name: &str, seed: u8) -> Self {
        Self {
            core: Core::start(MemoryStore::new(), role, name, seed),
            session: SessionId::accepted(u64::from(seed)),
            files: BTreeMap::new(),
            out: Vec::new(),
            sent: 0,
            reads: 0,
            reply: None,
            dial: None,
        }
    }

    /// One turn, and what it asks of the disk.
    fn give(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let out = self.core.turn(vec![input]);
            self.core.now = self.core.now.plus_ms(60);
            for effect in out {
                inputs.extend(self.perform(effect));
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Vec<Input> {
        match effect {
            Effect::Send { bytes, .. } => {
                if let Ok((_, Frame::Blob(BlobFrame::Part { bytes, .. }))) = v1::decode(&bytes) {
                    self.sent += bytes.len();
                }
                self.out.push(bytes);
            }
            Effect::Answer { reply, .. } => self.reply = Some(reply),
            Effect::Dial { session, .. } => self.dial = Some(session),
            Effect::SeekBlobs { files } => {
                let missing = files
                    .into_iter()
                    .filter(|file| self.held(file.name) < file.bytes);
                return missing
                    .map(|file| Input::WantBlob {
                        held: self.held(file.name),
                        file,
                        is_urgent: false,
                    })
                    .collect();
            }
            Effect::ReadBlob {
                session,
                name,
                offset,
                length,
            } => {
                self.reads += 1;
                let read = self.files.get(&name).map(|file| {
                    let from = usize::try_from(offset).unwrap();
                    let to = (from + usize::try_from(length).unwrap()).min(file.len());
                    (file.len() as u64, file[from..to].to_vec())
                });
                return vec![Input::BlobRead {
                    session,
                    name,
                    offset,
                    read,
                }];
            }
            Effect::WriteBlob {
                name,
                total,
                offset,
                bytes,
            } => {
                let file = self.files.entry(name).or_default();
                assert_eq!(file.len() as u64, offset, "every byte comes once");
                file.extend(bytes);
                let is_whole = file.len() as u64 == total;
                let state = if is_whole {
                    BlobStored::Complete
                } else {
                    BlobStored::Partial
                };
                return vec![Input::BlobStored { name, state }];
            }
            _ => {}
        }
        Vec::new()
    }

    fn held(&self, name: BlobName) -> u64 {
        self.files.get(&name).map_or(0, |file| file.len() as u64)
    }

    fn ask(&mut self, make: impl FnOnce(RequestId) -> Input) -> Reply {
        let request = self.core.request();
        self.give(make(request));
        self.reply.take().unwrap()
    }

    fn command(&mut self, command: Command) {
        let time = u64::try_from(self.core.now.0).unwrap();
        let mut random = [0; 10];
        self.core.rng.fill_bytes(&mut random);
        let (unit, _) = self.core.replica.unit();
        let actor = Actor {
            user: UserId::from_bytes([1; 5]),
            name: "Li".into(),
            role: Role::Clerk,
            unit,
            at_hub: false,
        };
        let envelopes = vec![Envelope {
            id: CommandId::from_parts(time, random),
            base: None,
            after: Vec::new(),
            command,
        }];
        let reply = self.ask(|request| Input::Command {
            request,
            actor,
            envelopes,
        });
        let text = format!("{reply:?}");
        assert!(text.contains("Done"), "{text}");
    }
}

fn project() -> ProjectId {
    ProjectId::from_bytes([7; 16])
}

fn name() -> BlobName {
    [9; 32]
}

/// A hub and a township that know each other, the township with a project; no session yet.
fn pair() -> (Party, Party) {
    let mut hub = Party::new(NodeRole::Hub, "County", 1);
    let mut node = Party::new(NodeRole::Node, "Town", 2);
    join(&mut hub, &mut node, "Town");
    let set = [(FieldPath::once(Field::Name), Value::from("Road"))];
    node.command(Command::CreateProject {
        project: project(),
        home: unit_id_of("Town"),
        set: set.into(),
    });
    (hub, node)
}

fn join(hub: &mut Party, node: &mut Party, unit: &str) {
    let invited = hub.ask(|request| Input::CreateInvite {
        request,
        unit: unit.into(),
        kind: UnitKind::Township,
        addresses: vec!["hub.invalid:1".into()],
        approval: Approval::AtOnce,
    });
    let Reply::Invited { code, .. } = invited else {
        panic!("{invited:?}")
    };
    node.ask(|request| Input::Join { request, code });
}

/// The township attaches a file of its own.
fn attach(node: &mut Party) {
    let file = (0..LENGTH).map(|at| (at % 251) as u8).collect();
    node.files.insert(name(), file);
    let hash: String = name().iter().map(|byte| format!("{byte:02x}")).collect();
    let set = [
        (Column::Name, Value::from("site.jpg")),
        (Column::Bytes, Value::from(LENGTH.to_string().as_str())),
        (Column::Hash, Value::from(hash.as_str())),
    ];
    node.command(Command::Record {
        project: Some(project()),
        unit: None,
        table: Table::Attachments,
        row: RowId::from_bytes([3; 16]),
        set: set.into(),
        on_behalf: None,
    });
}

/// A new session of both.
fn connect(hub: &mut Party, node: &mut Party) {
    for _ in 0..100 {
        if node.dial.is_some() {
            break;
        }
        node.core.now = node.core.now.plus_ms(10_000);
        node.give(Input::Wakeup);
    }
    hub.core.now = hub.core.now.max(node.core.now);
    node.session = node.dial.take().unwrap();
    hub.session = SessionId::accepted(hub.session.number() + 1);
    let nonce = [5; 32];
    let address = String::new();
    let side = Side::Accepted {
        address: address.clone(),
    };
    hub.give(Input::SessionOpened {
        session: hub.session,
        side,
        nonce,
    });
    node.give(Input::SessionOpened {
        session: node.session,
        side: Side::Dialled { address },
        nonce,
    });
}

fn disconnect(hub: &mut Party, node: &mut Party) {
    for party in [hub, node] {
        party.out.clear();
        let trouble = LineReason::Broken.into();
        let session = party.session;
        party.give(Input::SessionClosed { session, trouble });
    }
}

/// Carries frames both ways until nothing moves, or the township has sent so many bytes of files.
fn carry(hub: &mut Party, node: &mut Party, until: usize) {
    for _ in 0..10_000 {
        let (up, down) = (std::mem::take(&mut node.out), std::mem::take(&mut hub.out));
        if up.is_empty() && down.is_empty() {
            // What was coalesced leaves a moment later.
            node.give(Input::Wakeup);
            hub.give(Input::Wakeup);
            if node.out.is_empty() && hub.out.is_empty() {
                return;
            }
            continue;
        }
        for bytes in up {
            let session = hub.session;
            hub.give(Input::Frame { session, bytes });
        }
        for bytes in down {
            let session = node.session;
            node.give(Input::Frame { session, bytes });
        }
        if node.sent >= until {
            return;
        }
    }
    panic!("it never comes to rest");
}

#[test]
fn a_hub_pulls_what_its_nodes_name_and_goes_on_after_a_cut() {
    let (mut hub, mut node) = pair();
    attach(&mut node);
    connect(&mut hub, &mut node);
    carry(&mut hub, &mut node, LENGTH / 3);
    disconnect(&mut hub, &mut node);
    let held = hub.held(name());
    assert!(held > 0 && held < LENGTH as u64, "{held}");
    connect(&mut hub, &mut node);
    carry(&mut hub, &mut node, usize::MAX);
    assert_eq!(hub.files.get(&name()), node.files.get(&name()));
    // One window at most was on the way when the line was cut.
    let again = node.sent - LENGTH;
    assert!(again as u64 <= WINDOW_MAX, "{again} bytes went twice");
    assert!(hub.core.replica.wanted.0.is_empty());
    // What is there is not asked for again.
    let reads = node.reads;
    disconnect(&mut hub, &mut node);
    connect(&mut hub, &mut node);
    carry(&mut hub, &mut node, usize::MAX);
    assert_eq!(node.reads, reads);
}

#[test]
fn an_edit_goes_before_the_next_piece() {
    let (mut hub, mut node) = pair();
    attach(&mut node);
    connect(&mut hub, &mut node);
    carry(&mut hub, &mut node, LENGTH / 3);
    node.command(Command::Edit {
        project: project(),
        set: [(FieldPath::once(Field::Name), Value::from("Road A"))].into(),
        on_behalf: None,
    });
    // The hub asks on, and gets nothing until it has acknowledged the edit.
    let up = std::mem::take(&mut node.out);
    for bytes in up {
        let session = hub.session;
        hub.give(Input::Frame { session, bytes });
    }
    let is_ack = |bytes: &[u8]| {
        matches!(
            v1::decode(bytes),
            Ok((_, Frame::Ack { .. } | Frame::Sign { .. }))
        )
    };
    let down = std::mem::take(&mut hub.out);
    let (reads, first_ack) = (node.reads, down.iter().position(|bytes| is_ack(bytes)));
    let first_ack = first_ack.expect("the edit is acknowledged");
    for bytes in &down[..first_ack] {
        let session = node.session;
        let bytes = bytes.clone();
        node.give(Input::Frame { session, bytes });
    }
    assert_eq!(
        node.reads, reads,
        "nothing is read while the edit is on its way"
    );
    hub.out = Vec::new();
    for bytes in &down[first_ack..] {
        let session = node.session;
        let bytes = bytes.clone();
        node.give(Input::Frame { session, bytes });
    }
    carry(&mut hub, &mut node, usize::MAX);
    assert_eq!(hub.files.get(&name()), node.files.get(&name()));
}

#[test]
fn a_node_fetches_on_demand_what_it_may_read_and_nothing_else() {
    let (mut hub, mut node) = pair();
    attach(&mut node);
    connect(&mut hub, &mut node);
    carry(&mut hub, &mut node, usize::MAX);
    assert!(hub.files.contains_key(&name()));
    // The township loses its copy and asks for it.
    node.files.clear();
    let wanted = || Input::WantBlob {
        file: Named {
            at: crate::time::Timestamp(0),
            unit: None,
            name: name(),
            bytes: LENGTH as u64,
            document: DocumentId::Project(project()),
        },
        held: 0,
        is_urgent: true,
    };
    node.give(wanted());
    carry(&mut hub, &mut node, usize::MAX);
    assert_eq!(hub.files.get(&name()), node.files.get(&name()));
    disconnect(&mut hub, &mut node);

    let mut other = Party::new(NodeRole::Node, "Village", 3);
    join(&mut hub, &mut other, "Village");
    connect(&mut hub, &mut other);
    other.give(wanted());
    let reads = hub.reads;
    carry(&mut hub, &mut other, usize::MAX);
    assert_eq!(hub.reads, reads, "knowing a name is not enough");
    assert!(other.files.is_empty());
}
