use std::sync::Arc;

use super::*;
use crate::api::NodeRole;
use crate::attachments;
use crate::command::{Actor, Answer, Command, Envelope, Outcome, Role};
use crate::field::{Column, Field, FieldPath, Table};
use crate::identity::{NodeKey, UnitKind, unit_id_of};
use crate::ids::{CommandId, DocumentId, ProjectId, RowId, UserId};
use crate::store::MemoryStore;
use crate::sync::alone::Core;
use crate::sync::{Approval, Effect, Input, Reply, RequestId, RequestRefusal};
use crate::value::Value;
use crate::wire::bundle::{self, Bundle};

const TOWN: &str = "Town";

/// A core over memory that never dials.
struct Node {
    core: Core,
    /// The attached files that lie there.
    files: BTreeSet<BlobName>,
}

impl Node {
    fn new(role: NodeRole, name: &str, seed: u8) -> Self {
        Self {
            core: Core::start(MemoryStore::new(), role, name, seed),
            files: BTreeSet::new(),
        }
    }

    fn turn(&mut self, input: Input) -> Option<Reply> {
        let out = self.core.turn(vec![input]);
        out.into_iter().find_map(|effect| match effect {
            Effect::Answer { reply, .. } => Some(reply),
            _ => None,
        })
    }

    fn ask(&mut self, make: impl FnOnce(RequestId) -> Input) -> Reply {
        let input = make(self.core.request());
        self.turn(input).unwrap()
    }

    fn invite(&mut self, approval: Approval) -> String {
        let reply = self.ask(|request| Input::CreateInvite {
            request,
            unit: TOWN.into(),
            kind: UnitKind::Township,
            addresses: vec!["hub.invalid:1".into()],
            approval,
        });
        match reply {
            Reply::Invited { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    fn join(&mut self, code: String) {
        let reply = self.ask(|request| Input::Join { request, code });
        assert!(matches!(reply, Reply::Joined { .. }), "{reply:?}");
    }

    fn write(&mut self, role: Role, command: Command) {
        self.core.asked += 1;
        let mut id = [0; 16];
        id[15] = u8::try_from(self.core.asked).unwrap();
        id[0] = self.rng_byte();
        let envelope = Envelope {
            id: CommandId::from_bytes(id),
            base: None,
            after: Vec::new(),
            command,
        };
        let (unit, _) = self.core.replica.unit();
        let actor = Actor {
            user: UserId::from_bytes([1; 5]),
            name: "Li".into(),
            role,
            unit,
            at_hub: role == Role::HubHead,
        };
        let reply = self.ask(|request| Input::Command {
            request,
            actor,
            envelopes: vec![envelope],
        });
        let Reply::Commands(answers) = reply else {
            panic!("{reply:?}")
        };
        let Some(Answer {
            outcome: Outcome::Done { .. },
            ..
        }) = answers.first()
        else {
            panic!("{answers:?}")
        };
    }

    fn rng_byte(&mut self) -> u8 {
        use rand_chacha::rand_core::RngCore as _;
        self.core.rng.next_u32() as u8 & 0x7f
    }

    fn create(&mut self, project: ProjectId, name: &str) {
        self.write(
            Role::Clerk,
            Command::CreateProject {
                project,
                home: unit_id_of(TOWN),
                set: [(FieldPath::once(Field::Name), Value::from(name))].into(),
            },
        );
    }

    fn rename(&mut self, project: ProjectId, name: &str) {
        self.write(
            Role::Clerk,
            Command::Edit {
                project,
                set: [(FieldPath::once(Field::Name), Value::from(name))].into(),
                on_behalf: None,
            },
        );
    }

    /// A file beside one project, attached at second `at` of the epoch.
    fn attach(&mut self, project: ProjectId, file: u8, at: u64) {
        let hash: String = [file; 32]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let set = [
            (Column::Name, Value::from("site.jpg")),
            (Column::Bytes, Value::from("9")),
            (Column::Hash, Value::from(hash.as_str())),
        ];
        self.files.insert([file; 32]);
        self.write(
            Role::Clerk,
            Command::Record {
                project: Some(project),
                unit: None,
                table: Table::Attachments,
                row: RowId::from_parts(at * 1_000, [file; 10]),
                set: set.into(),
                on_behalf: None,
            },
        );
    }

    /// The files a bundle for a node would carry, in their order, by their first byte.
    fn carries(&self, to: NodeId, whole: bool) -> Vec<u8> {
        let (store, replica) = (&self.core.store, &self.core.replica);
        let (_, lacking) = replica.files_for(store, to, whole, &self.files).unwrap();
        lacking.iter().map(|file| file.name[0]).collect()
    }

    fn id(&self) -> NodeId {
        self.core.replica.node
    }

    fn make(&mut self, to: NodeId, whole: bool) -> Result<Arc<Bundle>, BundleRefusal> {
        let begun = self
            .core
            .replica
            .begin_bundle(
                &self.core.store,
                self.core.now,
                &BundleOrder {
                    to,
                    nonce: [self.core.asked as u8; 32],
                    whole,
                    files_here: Some(self.files.clone()),
                },
            )
            .unwrap();
        let mut draft = begun?;
        let announced = draft.entries();
        let mut batches = Vec::new();
        while let Some(batch) = self
            .core
            .replica
            .next_of_bundle(&self.core.store, &mut draft)
            .unwrap()
        {
            batches.push(batch);
        }
        let packed: u64 = batches.iter().map(|b| b.head.to - b.head.from).sum();
        assert_eq!(announced, packed);
        let bytes = self.core.replica.finish_bundle(&draft, &batches);
        Ok(Arc::new(bundle::read(&bytes).unwrap()))
    }

    fn view(&self, bundle: &Bundle) -> Result<BundleView, BundleRefusal> {
        self.core
            .replica
            .view_bundle(&self.core.store, self.core.now, bundle)
            .unwrap()
    }

    fn step(
        &mut self,
        bundle: &Arc<Bundle>,
        batch: Option<usize>,
    ) -> Result<BundleTaken, BundleRefusal> {
        let bundle = Arc::clone(bundle);
        match self.ask(|request| Input::TakeBundle {
            request,
            bundle,
            batch,
        }) {
            Reply::BundleTaken(taken) => Ok(taken),
            Reply::Refused(RequestRefusal::Bundle(refusal)) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Takes all of a bundle in; gives what was new and the first gap.
    fn take(&mut self, bundle: &Arc<Bundle>) -> Result<(u64, Option<BundleGap>), BundleRefusal> {
        self.step(bundle, None)?;
        let mut fresh = 0;
        for index in 0..bundle.batches().len() {
            let taken = self.step(bundle, Some(index))?;
            assert_eq!(taken.refused, 0);
            fresh += taken.fresh;
            if taken.gap.is_some() {
                return Ok((fresh, taken.gap));
            }
        }
        Ok((fresh, None))
    }

    fn name_of(&mut self, project: ProjectId) -> Option<String> {
        let id = DocumentId::Project(project);
        if !self
            .core
            .replica
            .library
            .contains(&self.core.store, &id)
            .unwrap()
        {
            return None;
        }
        let document = self
            .core
            .replica
            .library
            .document(&self.core.store, &id)
            .unwrap();
        let name = document.value(&FieldPath::once(Field::Name));
        name.as_text().map(str::to_owned)
    }

    fn heads(&mut self, project: ProjectId) -> Vec<automerge::ChangeHash> {
        let id = DocumentId::Project(project);
        self.core
            .replica
            .library
            .heads(&self.core.store, &id)
            .unwrap()
            .to_vec()
    }

    fn pending(&self) -> u64 {
        self.core.replica.status(self.core.now).pending
    }
}

fn project(number: u8) -> ProjectId {
    ProjectId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, number])
}

/// A hub and a township that joined by files alone, with one project both hold.
fn pair() -> (Node, Node) {
    let mut hub = Node::new(NodeRole::Hub, "County", 1);
    let mut node = Node::new(NodeRole::Node, TOWN, 2);
    let code = hub.invite(Approval::AtOnce);
    node.join(code);
    node.create(project(1), "Road");
    let up = node.make(hub.id(), false).unwrap();
    assert_eq!(hub.view(&up).unwrap().state, Enrolment::Active);
    hub.take(&up).unwrap();
    let down = hub.make(node.id(), false).unwrap();
    node.take(&down).unwrap();
    (hub, node)
}

#[test]
fn joining_and_first_data_go_by_stick_alone() {
    let (mut hub, mut node) = pair();
    assert_eq!(hub.name_of(project(1)).as_deref(), Some("Road"));
    assert_eq!(hub.heads(project(1)), node.heads(project(1)));
    assert_eq!(node.pending(), 0, "the hub's receipt came back");
    let county = DocumentId::County(2026);
    assert!(
        node.core
            .replica
            .library
            .contains(&node.core.store, &county)
            .unwrap()
    );
    // What is acknowledged is not carried again.
    assert_eq!(node.make(hub.id(), false).unwrap().batches().len(), 0);
    let empty = node.make(hub.id(), false).unwrap();
    hub.take(&empty).unwrap();
    assert_eq!(hub.make(node.id(), false).unwrap().batches().len(), 0);
}

#[test]
fn a_bundle_of_a_node_that_waits_brings_nothing_until_it_is_approved() {
    let mut hub = Node::new(NodeRole::Hub, "County", 1);
    let mut node = Node::new(NodeRole::Node, TOWN, 2);
    let code = hub.invite(Approval::ByOfficer);
    node.join(code);
    node.create(project(1), "Road");
    let up = node.make(hub.id(), false).unwrap();
    assert_eq!(hub.view(&up).unwrap().state, Enrolment::Pending);
    assert_eq!(hub.step(&up, None).unwrap().state, Enrolment::Pending);
    assert_eq!(hub.step(&up, Some(0)), Err(BundleRefusal::Pending));
    assert_eq!(hub.name_of(project(1)), None);
    assert_eq!(hub.make(node.id(), false), Err(BundleRefusal::Pending));
    let id = node.id();
    hub.ask(|request| Input::Approve { request, node: id });
    hub.take(&up).unwrap();
    assert_eq!(hub.name_of(project(1)).as_deref(), Some("Road"));
    hub.ask(|request| Input::Revoke { request, node: id });
    assert_eq!(
        hub.take(&up),
        Err(BundleRefusal::Refused(CloseReason::Revoked))
    );
    assert_eq!(
        hub.make(id, false),
        Err(BundleRefusal::Refused(CloseReason::Revoked))
    );
}

#[test]
fn a_batch_in_a_bundle_that_does_not_unpack_is_refused_and_a_strike() {
    let (mut hub, mut node) = pair();
    node.rename(project(1), "Road A");
    let honest = node.make(hub.id(), false).unwrap();
    let mut batches = honest.batches().to_vec();
    let spoiled = &mut batches[0];
    // Signed and under its right digest, so it was made like this.
    spoiled.bytes = vec![0x5a; 40];
    spoiled.head.packed_bytes = 40;
    let digest = blake3::hash(&spoiled.bytes);
    spoiled.head.digest.copy_from_slice(&digest.as_bytes()[..8]);
    let key = NodeKey::from_seed(&[2; 32]);
    let bytes = bundle::write(honest.manifest(), &batches, &key);
    let spoiled = Arc::new(bundle::read(&bytes).unwrap());
    let refused = BundleRefusal::Refused(CloseReason::Protocol);
    assert_eq!(hub.take(&spoiled), Err(refused));
    let peers = hub.core.replica.peers();
    assert_eq!(peers[0].alarm.as_ref().map(|alarm| alarm.strikes), Some(1));
    hub.take(&honest).unwrap();
    assert_eq!(hub.name_of(project(1)).as_deref(), Some("Road A"));
}

#[test]
fn a_bundle_twice_or_late_changes_nothing() {
    let (mut hub, mut node) = pair();
    node.rename(project(1), "Road A");
    let first = node.make(hub.id(), false).unwrap();
    node.create(project(2), "Bridge");
    let second = node.make(hub.id(), false).unwrap();
    assert_eq!(
        hub.view(&second).unwrap().fresh,
        hub.view(&second).unwrap().entries
    );
    // Each holds all that was not acknowledged: the newer alone is enough.
    let (fresh, gap) = hub.take(&second).unwrap();
    assert!(fresh >= 2 && gap.is_none());
    let heads = (hub.heads(project(1)), hub.heads(project(2)));
    let position = hub.core.replica.position();
    for bundle in [&first, &second, &first] {
        assert_eq!(hub.view(bundle).unwrap().fresh, 0);
        assert_eq!(hub.take(bundle).unwrap(), (0, None));
    }
    assert_eq!((hub.heads(project(1)), hub.heads(project(2))), heads);
    assert_eq!(hub.core.replica.position(), position, "nothing was logged");
    assert_eq!(hub.name_of(project(1)).as_deref(), Some("Road A"));
    assert_eq!(heads, (node.heads(project(1)), node.heads(project(2))));
}

#[test]
fn what_is_missing_before_a_bundle_is_said_and_a_whole_one_mends_it() {
    let (mut hub, mut node) = pair();
    let down = hub.make(node.id(), false).unwrap();
    node.take(&down).unwrap();
    node.rename(project(1), "Road A");
    let up = node.make(hub.id(), false).unwrap();
    // Another hub with the same key, as if restored from a day when it knew the node but none of its data.
    let mut old = Node::new(NodeRole::Hub, "County", 1);
    let code = old.invite(Approval::AtOnce);
    let mut twin = Node::new(NodeRole::Node, TOWN, 2);
    twin.join(code);
    let introduction = twin.make(old.id(), false).unwrap();
    old.step(&introduction, None).unwrap();
    let gap = old.view(&up).unwrap().gap.unwrap();
    assert_eq!((gap.held, old.take(&up).unwrap()), (0, (0, Some(gap))));
    assert_eq!(old.name_of(project(1)), None);
    let whole = node.make(hub.id(), true).unwrap();
    assert_eq!(old.take(&whole).unwrap().1, None);
    assert_eq!(old.name_of(project(1)).as_deref(), Some("Road A"));
    assert_eq!(old.heads(project(1)), node.heads(project(1)));
}

#[test]
fn a_bundle_is_for_the_one_it_was_made_for() {
    let (mut hub, mut node) = pair();
    let up = node.make(hub.id(), false).unwrap();
    let mut other = Node::new(NodeRole::Hub, "Elsewhere", 9);
    assert_eq!(other.take(&up), Err(BundleRefusal::ForAnother(hub.id())));
    assert_eq!(node.take(&up), Err(BundleRefusal::OwnBundle));
    assert_eq!(
        node.make(other.id(), false),
        Err(BundleRefusal::UnknownNode)
    );
    let mut alone = Node::new(NodeRole::Node, "Alone", 8);
    assert_eq!(alone.make(hub.id(), false), Err(BundleRefusal::NotJoined));
    // Somebody the hub does not know.
    let mut stranger = Node::new(NodeRole::Node, "Stranger", 7);
    let code = other.invite(Approval::AtOnce);
    stranger.join(code);
    let to_other = stranger.make(other.id(), false).unwrap();
    assert!(other.view(&to_other).is_ok());
    let mut again = Node::new(NodeRole::Hub, "Elsewhere", 9);
    assert_eq!(
        again.take(&to_other),
        Err(BundleRefusal::Refused(CloseReason::InviteInvalid))
    );
    let down = hub.make(node.id(), false).unwrap();
    assert_eq!(
        stranger.take(&down),
        Err(BundleRefusal::ForAnother(node.id()))
    );
}

#[test]
fn files_go_along_until_the_other_side_says_it_holds_them_waited_for_and_newest_first() {
    let (mut hub, mut node) = pair();
    let (at_hub, at_node) = (hub.id(), node.id());
    assert!(
        node.make(at_hub, false).unwrap().manifest().files.is_none(),
        "as the version before wrote it"
    );
    for (file, at) in [(1, 50), (2, 70), (3, 60)] {
        node.attach(project(1), file, at);
    }
    // A file that came back from a backup, and no document names it.
    node.files.insert([9; 32]);
    assert_eq!(node.carries(at_hub, false), [2, 3, 1]);
    let up = node.make(at_hub, false).unwrap();
    hub.take(&up).unwrap();
    assert!(hub.carries(at_node, false).is_empty(), "it has none");
    // Two of them arrived with the stick; the hub's answer says so, and the third is all that is left.
    hub.files.extend([[1; 32], [2; 32]]);
    assert!(
        hub.carries(at_node, false).is_empty(),
        "the township said it holds them"
    );
    assert_eq!(hub.carries(at_node, true), [2, 1]);
    let down = hub.make(at_node, false).unwrap();
    node.take(&down).unwrap();
    assert_eq!(node.carries(at_hub, false), [3]);
    assert_eq!(node.carries(at_hub, true), [2, 3, 1]);
    // The township loses its copies, and somebody there asks for the older of two.
    node.files.clear();
    node.turn(Input::WantBlob {
        file: attachments::find(&node.core.store, Some([1; 32]))
            .unwrap()
            .remove(0),
        held: 0,
        is_urgent: true,
    });
    let up = node.make(at_hub, false).unwrap();
    assert_eq!(up.manifest().files.as_ref().unwrap().wanted, [[1; 32]]);
    hub.take(&up).unwrap();
    assert_eq!(hub.carries(at_node, false), [1, 2]);
    // An old stick that turns up late costs a file carried twice, and nothing else.
    node.take(&down).unwrap();
    assert_eq!(node.core.replica.status(node.core.now).pending, 0);
}
