//! A recorded session of this wire version: what it said once, it understands for ever.
//!
//! `tests/data/session-v1.json` holds a hub's store as it stood, and every frame of one session after that: both sides had
//! edited apart. A hub of today that opens this store and hears the recorded node must answer it to the end and hold what the
//! recording says. Version 1 is the first; when there is a second, this file proves that version 1 is still spoken.
//! `XIANGMU_RECORD=1` writes the recording anew, which is right only before a release.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use shared::api::{NodeRole, SyncState};
use shared::document::hex;
use shared::field::Field;
use shared::identity::NodeKey;
use shared::ids::DocumentId;
use shared::library::Library;
use shared::store::{Batch, MemoryStore, Reader as _, Tree, Turn};
use shared::sync::{Effect, Facts, Input, Line, LogContent, Replica, SessionId, Side};
use shared::text::Lang;
use shared::text::line::LineReason;
use shared::time::Timestamp;
use shared::wire::v1;
use tests::invariants;
use tests::world::World;

const FILE: &str = "data/session-v1.json";
/// The frame's second byte is its number while that is below 128, the third of a hello its version.
const HELLO_VERSION: usize = 2;

/// What was said once.
#[derive(Debug, Serialize, Deserialize)]
struct Recording {
    /// The seed of the hub's key, in hex.
    hub_key: String,
    /// The hub's clock.
    now: i64,
    /// The nonce of the session, in hex.
    nonce: String,
    /// The hub's store before the session: number of the tree, key and value in hex.
    store: Vec<(u8, String, String)>,
    /// Every frame, in order: 0 for the node's, 1 for the hub's, and its bytes in hex.
    frames: Vec<(usize, String)>,
    /// The heads of each project at the hub after it.
    heads: BTreeMap<String, Vec<String>>,
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| {
        text.get(at..at + 2)
            .and_then(|d| u8::from_str_radix(d, 16).ok())
    };
    (0..text.len())
        .step_by(2)
        .map(|at| digits(at).expect("hex"))
        .collect()
}

fn array(text: &str) -> [u8; 32] {
    unhex(text).try_into().expect("32 bytes")
}

fn path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

fn record() -> Recording {
    let mut world = World::new(77, 1);
    world.enrol(1);
    let home = world.unit(1);
    let projects = [
        world.create(1, home),
        world.create(1, home),
        world.create(0, home),
    ];
    world.run_for(20_000);
    let request = world.request(1);
    world.give(
        1,
        Input::SetLine {
            request,
            line: Line::Off,
        },
    );
    world.run_for(1_000);
    for (index, project) in projects.into_iter().enumerate() {
        world.edit(1, project, Field::Site);
        world.edit(index % 2, project, Field::BuildNature);
        world.edit(0, project, Field::Problems);
    }
    world.create(1, home);
    let mut pairs = Vec::new();
    for tree in Tree::ALL {
        let found = world.parties[0]
            .store
            .range(tree, &[], &[0xff; 80], usize::MAX);
        for (key, value) in found.expect("memory reads") {
            pairs.push((tree as u8, hex(&key), hex(&value)));
        }
    }
    let now = world.now;
    world.recording = Some(Vec::new());
    let request = world.request(1);
    world.give(
        1,
        Input::SetLine {
            request,
            line: Line::On,
        },
    );
    world.run_for(20_000);
    assert_eq!(invariants::everybody_is_in_step(&world), Ok(()));
    assert_eq!(invariants::heads_are_equal(&mut world), Ok(()));
    let ids = world.projects.clone();
    let heads = ids.into_iter().map(|project| {
        let id = DocumentId::Project(project);
        (id.to_string(), world.heads(0, &id))
    });
    let heads = heads.collect();
    Recording {
        hub_key: hex(&world.parties[0].key.to_seed()),
        now: now.0,
        nonce: hex(&world.nonce),
        store: pairs,
        frames: world
            .recording
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(|(end, bytes)| (end, hex(&bytes)))
            .collect(),
        heads,
    }
}

fn load() -> Recording {
    if std::env::var_os("XIANGMU_RECORD").is_some() {
        let text = serde_json::to_string_pretty(&record()).expect("it is text");
        std::fs::write(path(), text + "\n").expect("the file is writable");
    }
    let text = std::fs::read_to_string(path()).expect("the recording");
    serde_json::from_str(&text).expect("the recording reads")
}

/// A hub of today over the recorded store.
struct Hub {
    store: MemoryStore,
    replica: Replica,
    rng: ChaCha8Rng,
    now: Timestamp,
    said: Vec<Effect>,
}

impl Hub {
    fn open(recording: &Recording) -> Self {
        let mut batch = Batch::default();
        for (tree, key, value) in &recording.store {
            let tree = Tree::ALL
                .into_iter()
                .find(|known| *known as u8 == *tree)
                .expect("a tree");
            batch.writes.insert((tree, unhex(key)), Some(unhex(value)));
        }
        let mut store = MemoryStore::new();
        store.commit(batch).expect("memory takes everything");
        let facts = Facts {
            key: NodeKey::from_seed(&array(&recording.hub_key)),
            role: NodeRole::Hub,
            name: "hub".to_owned(),
            profile: "kaizhou".to_owned(),
        };
        let mut hub = Self {
            store,
            replica: Replica::new(facts, Library::new(1_000_000, |_| String::new())),
            rng: ChaCha8Rng::seed_from_u64(1),
            now: Timestamp(recording.now),
            said: Vec::new(),
        };
        hub.hear(Input::Start {
            log: LogContent::Intact,
        });
        hub.hear(Input::SessionOpened {
            session: SessionId::accepted(1),
            side: Side::Accepted {
                address: "recorded".to_owned(),
            },
            nonce: array(&recording.nonce),
        });
        hub
    }

    fn hear(&mut self, input: Input) {
        let mut turn = Turn::new(&self.store);
        self.now = self.now.plus_ms(60);
        self.replica
            .handle(self.now, &mut self.rng, &mut turn, input, &mut self.said)
            .expect("a peer's bytes never stop the core");
        self.replica
            .finish_turn(&mut turn, &mut self.said)
            .expect("the turn ends");
        let batch = turn.finish();
        self.store.commit(batch).expect("memory takes everything");
    }

    fn frame(&mut self, bytes: Vec<u8>) {
        self.hear(Input::Frame {
            session: SessionId::accepted(1),
            bytes,
        });
    }
}

#[test]
fn a_recorded_session_is_understood_to_its_end() {
    let recording = load();
    let mut hub = Hub::open(&recording);
    for (_, frame) in recording.frames.iter().filter(|(end, _)| *end == 0) {
        hub.frame(unhex(frame));
    }
    let closed: Vec<&Effect> = hub
        .said
        .iter()
        .filter(|effect| matches!(effect, Effect::Close { .. }))
        .collect();
    assert!(closed.is_empty(), "{closed:?}");
    assert!(!recording.heads.is_empty());
    for (id, heads) in &recording.heads {
        let id: DocumentId = id.parse().expect("an id");
        let found = hub
            .replica
            .library()
            .heads(&hub.store, &id)
            .expect("memory reads");
        assert_eq!(&shared::document::heads_to_hex(&found), heads, "{id}");
    }
}

#[test]
fn every_recorded_frame_decodes_and_encodes_to_the_same_bytes() {
    let recording = load();
    assert!(
        recording.frames.len() > 6,
        "{} frames",
        recording.frames.len()
    );
    let mut next = [0_u64; 2];
    for (end, frame) in &recording.frames {
        let bytes = unhex(frame);
        let (number, decoded) = v1::decode(&bytes).expect("it decodes");
        assert_eq!(number, next[*end]);
        next[*end] += 1;
        assert_eq!(hex(&v1::encode(number, &decoded)), *frame);
    }
}

#[test]
fn a_newer_version_is_refused_with_a_sentence() {
    let recording = load();
    let mut hub = Hub::open(&recording);
    let mut hello = unhex(&recording.frames[0].1);
    hello[HELLO_VERSION] += 1;
    hub.frame(hello);
    let answer = hub.said.iter().find_map(|effect| match effect {
        Effect::Send { bytes, .. } => Some(bytes.clone()),
        _ => None,
    });
    assert!(
        hub.said
            .iter()
            .any(|effect| matches!(effect, Effect::Close { .. }))
    );
    // What the newer node's people read: today's node stands in for it, the refusal has no version of its own.
    let mut world = World::new(3, 1);
    world.enrol(1);
    world.hub_says = answer;
    world.run_for(5_000);
    let replica = world.parties[1].replica.as_ref().expect("it runs");
    let status = replica.status(world.now).worded(Lang::Zh);
    assert_eq!(status.cause, Some(LineReason::Version));
    let SyncState::Refused { reason } = status.state else {
        panic!("{status:?}");
    };
    assert_eq!(reason, LineReason::Version.text(Lang::Zh));
}
