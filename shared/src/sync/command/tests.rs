#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use rand_chacha::rand_core::RngCore as _;

use super::*;
use crate::api::{ImportState, NodeRole};
use crate::command::{ImportItem, Role};
use crate::field::{Field, FieldPath};
use crate::identity::unit_id_of;
use crate::ids::{CommandId, ProjectId};
use crate::store::MemoryStore;
use crate::sync::alone::Core;
use crate::sync::input::Input;
use crate::value::Value;

const CHUNK: u32 = limits::IMPORT_CHUNK_PROJECTS as u32;

/// A core over memory, a turn at a time.
struct Node {
    core: Core,
}

impl Node {
    fn start(store: MemoryStore) -> Self {
        Self {
            core: Core::start(store, NodeRole::Node, "Town", 1),
        }
    }

    /// The answers of one turn.
    fn turn(&mut self, inputs: Vec<Input>) -> Vec<(u64, Vec<Outcome>)> {
        let out = self.core.turn(inputs);
        self.core.now = self.core.now.plus_ms(10);
        let answers = out.into_iter().filter_map(|effect| match effect {
            Effect::Answer {
                request,
                reply: Reply::Commands(answers),
            } => Some((
                request.0,
                answers.into_iter().map(|answer| answer.outcome).collect(),
            )),
            _ => None,
        });
        answers.collect()
    }

    fn wake(&mut self) -> Vec<(u64, Vec<Outcome>)> {
        assert_eq!(self.core.replica.next_wakeup(), Some(Timestamp(0)));
        self.turn(vec![Input::Wakeup])
    }

    fn ask(&mut self, commands: Vec<Command>) -> Input {
        let request = self.core.request();
        // An answer is kept for a while only, counted from the id's time.
        let time = u64::try_from(self.core.now.0).unwrap();
        let envelopes = commands.into_iter().map(|command| {
            let mut random = [0; 10];
            self.core.rng.fill_bytes(&mut random);
            Envelope {
                id: CommandId::from_parts(time, random),
                base: None,
                after: Vec::new(),
                command,
            }
        });
        let envelopes = envelopes.collect();
        Input::Command {
            request,
            actor: Actor {
                user: UserId::from_bytes([1; 5]),
                name: "Wang".into(),
                role: Role::Clerk,
                unit: unit_id_of("Town"),
                at_hub: false,
            },
            envelopes,
        }
    }

    fn states(&self) -> Vec<(ImportState, u32)> {
        let mut imports = self.core.replica.imports(&self.core.store).unwrap();
        imports.sort_by_key(|import| import.id);
        imports
            .iter()
            .map(|import| (import.state, import.done))
            .collect()
    }
}

fn id(n: u8) -> ImportId {
    ImportId::from_parts(1, [n; 10])
}

fn named(number: u32) -> Command {
    Command::CreateProject {
        project: project(9, number),
        home: unit_id_of("Town"),
        set: name(number),
    }
}

fn project(of: u8, number: u32) -> ProjectId {
    let mut bytes = [of; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    ProjectId::from_bytes(bytes)
}

fn name(number: u32) -> std::collections::BTreeMap<FieldPath, Value> {
    let name = Value::from(format!("Road {number}"));
    [(FieldPath::once(Field::Name), name)].into()
}

fn import(n: u8, count: u32) -> Command {
    let items = (0..count).map(|number| ImportItem {
        project: project(n, number),
        home: unit_id_of("Town"),
        place: None,
        set: name(number),
    });
    Command::Import {
        import: id(n),
        file: "ledger.xlsx".into(),
        items: items.collect(),
    }
}

fn done(answers: &[(u64, Vec<Outcome>)]) -> Vec<u64> {
    let all_done = |(_, outcomes): &&(u64, Vec<Outcome>)| {
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Done { .. }))
    };
    answers
        .iter()
        .filter(all_done)
        .map(|(request, _)| *request)
        .collect()
}

#[test]
fn others_are_served_between_two_chunks_and_imports_wait_for_each_other() {
    use ImportState::{Done, Running, Undone};
    let mut node = Node::start(MemoryStore::new());
    let large = node.ask(vec![import(1, 2 * CHUNK + 1), named(1)]);
    let undo = node.ask(vec![named(2), Command::UndoImport { import: id(1) }]);
    let small = node.ask(vec![import(2, 3)]);
    let edit = node.ask(vec![named(3)]);
    assert_eq!(done(&node.turn(vec![large, undo, small, edit])), [4]);
    assert_eq!(node.states(), [(Running, CHUNK)]);
    let edit = node.ask(vec![named(4)]);
    assert_eq!(done(&node.turn(vec![Input::Wakeup, edit])), [5]);
    assert_eq!(node.states(), [(Running, 2 * CHUNK)]);
    assert_eq!(done(&node.wake()), [1]);
    assert_eq!(node.states(), [(Done, 2 * CHUNK + 1)]);
    // The import is taken back whole, since its undoing waited for its end.
    assert!(node.wake().is_empty());
    assert_eq!(node.states(), [(ImportState::Undoing, CHUNK)]);
    assert!(node.wake().is_empty());
    assert_eq!(done(&node.wake()), [2]);
    assert_eq!(done(&node.wake()), [3]);
    assert_eq!(node.states(), [(Undone, 2 * CHUNK + 1), (Done, 3)]);
    assert_ne!(node.core.replica.next_wakeup(), Some(Timestamp(0)));
}

#[test]
fn a_process_that_ends_between_two_chunks_leaves_an_interrupted_import() {
    let mut node = Node::start(MemoryStore::new());
    let large = node.ask(vec![import(1, 2 * CHUNK)]);
    assert!(node.turn(vec![large]).is_empty());
    let mut node = Node::start(node.core.store.after_crash());
    assert_eq!(node.states(), [(ImportState::Interrupted, CHUNK)]);
    assert_ne!(node.core.replica.next_wakeup(), Some(Timestamp(0)));
    let undo = node.ask(vec![Command::UndoImport { import: id(1) }]);
    assert_eq!(done(&node.turn(vec![undo])), [1]);
    assert_eq!(node.states(), [(ImportState::Undone, CHUNK)]);
}

#[test]
fn more_imports_than_may_wait_are_refused_and_may_be_sent_again() {
    let mut node = Node::start(MemoryStore::new());
    let first = node.ask(vec![import(50, CHUNK + 1)]);
    assert!(node.turn(vec![first]).is_empty());
    // The one that runs holds a place as well.
    for n in 1..u8::try_from(limits::IMPORTS_WAITING_MAX).unwrap() {
        let waiting = node.ask(vec![import(n, 1)]);
        assert!(node.turn(vec![waiting]).is_empty());
    }
    let refused = node.ask(vec![import(100, 1), named(1)]);
    let answers = node.turn(vec![refused.clone()]);
    let [(_, outcomes)] = answers.as_slice() else {
        panic!("it was not answered")
    };
    assert!(matches!(
        outcomes.as_slice(),
        [Outcome::Refused(refusal), Outcome::Done { .. }] if refusal.why == Why::TooMany
    ));
    while node.core.replica.next_wakeup() == Some(Timestamp(0)) {
        node.wake();
    }
    let again = node.turn(vec![refused]);
    assert_eq!(done(&again).len(), 1);
}

#[test]
fn a_chunk_gives_its_memory_back() {
    let mut node = Node::start(MemoryStore::new());
    let before = node.core.replica.library.loaded().count();
    let large = node.ask(vec![import(1, 3 * CHUNK)]);
    node.turn(vec![large]);
    let after = node.core.replica.library.loaded().count();
    assert!(after <= before + 2, "{before} documents became {after}");
    // An edit's document stays, since its author looks at it.
    while node.core.replica.next_wakeup() == Some(Timestamp(0)) {
        node.wake();
    }
    let edit = node.ask(vec![named(1)]);
    node.turn(vec![edit]);
    let id = DocumentId::Project(project(9, 1));
    assert!(
        node.core
            .replica
            .library
            .loaded()
            .any(|loaded| *loaded == id)
    );
}
