//! A peer that speaks the protocol by hand: with a stolen key or its own, in any order, with any content.
//!
//! It has no socket. What the hub answers on its session is kept by the world (`World::by_hand`); everything else of the county
//! goes on as ever. Only the plain form of a batch is written here: it is the one in which an attacker is free.

use automerge::transaction::{CommitOptions, Transactable as _, Transaction};
use automerge::{ActorId, Change, ExpandedChange, ROOT};
use shared::document::{Document, genesis};
use shared::field::Field;
use shared::identity::{InviteCode, NodeKey, ProcessActor, UnitKind};
use shared::ids::{DocumentId, NodeId, ProjectId, UnitId};
use shared::library::Library;
use shared::store::{Reader as _, Tree};
use shared::sync::{
    Approval, CloseReason, Input, Quarantined, Reply, SessionId, Side, quarantined,
};
use shared::wire::codec::Writer;
use shared::wire::v1::{self, BatchHead, Cursors, Frame, Hello, InviteProof, Point, Scope};
use tests::world::{ByHand, World};

/// The party that was robbed: its machine is off, its key is in use.
pub const ROBBED: usize = 1;
/// An honest township beside it.
pub const NEIGHBOUR: usize = 2;

/// What the protocol signs with, as any reader of the source knows.
const HELLO_CONTEXT: &str = "xiangmu sync hello v1";
const LOG_CONTEXT: &str = "xiangmu sync log v1";
/// The life the hostile log claims.
const INCARNATION: [u8; 8] = [5; 8];
const NONCE: [u8; 32] = [6; 32];

/// What a change writes.
pub type Writes = fn(&mut Transaction<'_>);

/// A field every township may fill.
pub fn site(writing: &mut Transaction<'_>) {
    put(writing, Field::Site, "by a thief");
}

pub fn put(writing: &mut Transaction<'_>, field: Field, value: &str) {
    let written = writing.put(ROOT, field.id(), value);
    written.expect("a root takes values");
}

/// One thing in a plain batch.
pub enum Item<'a> {
    /// Entries left out.
    Skip(u64),
    /// A change of a document.
    Change(&'a DocumentId, &'a [u8]),
    /// A seal that is said to be the hub's, and what it is said to stand for.
    Proof(&'a [u8]),
}

/// A county of a hub and three townships, one of them robbed, and who speaks with its key.
pub struct Scene {
    pub world: World,
    pub key: NodeKey,
    /// A project of the robbed township, and one of its neighbour.
    pub own: ProjectId,
    pub theirs: ProjectId,
    /// An invite was given since: the county's directory names a new unit.
    pub has_invited: bool,
    session: Option<SessionId>,
    sessions: u64,
    sent: u64,
}

impl Scene {
    /// A county in step, its first township's key stolen.
    pub fn new(seed: u64) -> Self {
        let mut world = World::new(seed, 3);
        for index in 1..=3 {
            world.enrol(index);
        }
        let own = world.create(ROBBED, world.unit(ROBBED));
        let theirs = world.create(NEIGHBOUR, world.unit(NEIGHBOUR));
        world.run_for(20_000);
        world.crash(ROBBED);
        world.run_for(60_000);
        world.by_hand = Some(Vec::new());
        let key = world.parties[ROBBED].key.clone();
        Self {
            world,
            key,
            own,
            theirs,
            has_invited: false,
            session: None,
            sessions: 0,
            sent: 0,
        }
    }

    pub fn own(&self) -> DocumentId {
        DocumentId::Project(self.own)
    }

    pub fn theirs(&self) -> DocumentId {
        DocumentId::Project(self.theirs)
    }

    pub fn county(&self) -> DocumentId {
        DocumentId::County(self.year())
    }

    pub fn year(&self) -> u16 {
        u16::try_from(self.world.now.date().year()).expect("a year")
    }

    pub fn unit(&self, index: usize) -> UnitId {
        self.world.unit(index)
    }

    pub fn node(&self, index: usize) -> NodeId {
        self.world.parties[index].key.node_id()
    }

    /// A socket to the hub.
    pub fn open(&mut self) {
        self.sessions += 1;
        let session = SessionId::accepted(1_000_000 + self.sessions);
        self.session = Some(session);
        self.sent = 0;
        let address = "198.51.100.7:4433".to_owned();
        self.world.give(
            0,
            Input::SessionOpened {
                session,
                side: Side::Accepted { address },
                nonce: NONCE,
            },
        );
    }

    /// A greeting as the stolen key's owner would say it.
    pub fn hello(&self) -> Hello {
        Hello {
            node: self.key.node_id(),
            incarnation: INCARNATION,
            nonce: [7; 8],
            held: [0; 16],
            own: [0; 16],
            ticket: [0; 8],
            invite: None,
            signature: [0; 65],
        }
    }

    /// Signs a greeting for a hub and a nonce.
    pub fn signed(&self, mut hello: Hello, hub: NodeId, nonce: &[u8; 32]) -> Hello {
        let parts: [&[u8]; 3] = [&hub.to_bytes(), nonce, &hello.signed_part()];
        hello.signature = self.key.sign(HELLO_CONTEXT, &parts);
        hello
    }

    /// Opens a socket and says this greeting, properly signed.
    pub fn greet_with(&mut self, hello: Hello) {
        self.open();
        let hello = self.signed(hello, self.node(0), &NONCE);
        self.say(&Frame::Hello(Box::new(hello)));
    }

    /// Lets itself in with the stolen key.
    pub fn greet(&mut self) {
        self.greet_with(self.hello());
        let heard = self.heard();
        let is_in = matches!(heard.as_slice(), [ByHand::Said(Frame::Accept(_))]);
        assert!(is_in, "the key opens the door: {heard:?}");
    }

    /// The secrets of an invite for a township, as its holder has them.
    pub fn invite(&mut self, unit: &str, approval: Approval) -> InviteCode {
        self.has_invited = true;
        let request = self.world.request(0);
        self.world.give(
            0,
            Input::CreateInvite {
                request,
                unit: unit.to_owned(),
                kind: UnitKind::Township,
                addresses: vec!["hub".to_owned()],
                approval,
            },
        );
        match self.world.parties[0].replies.remove(&request) {
            Some(Reply::Invited { code, .. }) => code.parse().expect("a code"),
            other => panic!("{other:?}"),
        }
    }

    /// The proof of an invite for the nonce of this socket.
    pub fn proof(&self, code: &InviteCode) -> InviteProof {
        let hash = InviteCode::secret_hash(&code.secret);
        InviteProof {
            invite: code.invite,
            proof: InviteCode::proof(&hash, &NONCE, self.key.node_id()),
        }
    }

    pub fn say(&mut self, frame: &Frame) {
        self.say_bytes(v1::encode(self.sent, frame));
        self.sent += 1;
    }

    /// Says a frame under a number of its own.
    pub fn say_as(&mut self, number: u64, frame: &Frame) {
        self.say_bytes(v1::encode(number, frame));
    }

    pub fn say_bytes(&mut self, bytes: Vec<u8>) {
        let session = self.session.expect("a socket");
        self.world.give(0, Input::Frame { session, bytes });
    }

    /// What the hub answered on the present session.
    pub fn heard(&self) -> Vec<ByHand> {
        let all = self.world.by_hand.iter().flatten();
        let ours = all.filter(|(session, _)| Some(*session) == self.session);
        ours.map(|(_, heard)| heard.clone()).collect()
    }

    /// How the hub ended the present session.
    pub fn closed(&self) -> Option<CloseReason> {
        self.heard().into_iter().find_map(|heard| match heard {
            ByHand::Closed(reason) => Some(reason),
            ByHand::Said(_) => None,
        })
    }

    /// What lies in the hub's quarantine.
    pub fn kept(&self) -> Vec<Quarantined> {
        quarantined(&self.world.parties[0].store).expect("memory reads")
    }

    /// The hub's present copy of a document: what a thief finds on the machine, or asks the hub for.
    pub fn document(&mut self, id: &DocumentId) -> Document {
        let party = &mut self.world.parties[0];
        let replica = party.replica.as_mut().expect("the hub runs");
        let library: &mut Library = replica.library();
        if !library.contains(&party.store, id).expect("memory reads") {
            return Document::new(id).expect("genesis");
        }
        library
            .document(&party.store, id)
            .expect("it is here")
            .clone()
    }

    /// An actor of a node whose process started anew.
    pub fn actor_of(node: NodeId) -> [u8; 16] {
        ProcessActor::new(node, [0xaa; 7]).lane(0)
    }

    /// A change of a document by this actor, as its program would write it, to be spoiled.
    pub fn change_by(&mut self, id: &DocumentId, actor: &[u8], writes: Writes) -> ExpandedChange {
        let document = self.document(id);
        let mut copy = document.inner().clone().with_actor(ActorId::from(actor));
        let before = copy.get_heads();
        let mut writing = copy.transaction();
        writes(&mut writing);
        let message = CommitOptions::default().with_message("edit:AAAAAAAA");
        writing.commit_with(message);
        copy.get_changes(&before)[0].decode()
    }

    /// The same by the stolen node.
    pub fn change(&mut self, id: &DocumentId) -> ExpandedChange {
        let actor = Self::actor_of(self.key.node_id());
        self.change_by(id, &actor, site)
    }

    /// Brings changes of a document, outside any log.
    pub fn bring(&mut self, id: &DocumentId, changes: Vec<ExpandedChange>) {
        let raws = changes.into_iter().map(raw).collect();
        self.bring_raw(id, raws);
    }

    /// Brings a change of a document that the hub is said to have made, and shows a seal for it.
    pub fn bring_under_seal(&mut self, id: &DocumentId, change: ExpandedChange, proof: &[u8]) {
        self.greet();
        let raw = raw(change);
        let items = [Item::Change(id, &raw), Item::Proof(proof)];
        let (head, bytes) = batch(Scope::Repair, 0, &items);
        self.say_batch(head, bytes);
    }

    /// The seals of the hub's that the stolen machine holds, with what they stand for.
    pub fn seals(&self) -> Vec<Vec<u8>> {
        let store = &self.world.parties[ROBBED].store;
        let found = store.range(Tree::Peer, b"e", b"f", usize::MAX);
        let pairs = found.expect("memory reads").into_iter();
        pairs.map(|(_, value)| value).collect()
    }

    /// Brings any bytes as changes of a document.
    pub fn bring_raw(&mut self, id: &DocumentId, raws: Vec<Vec<u8>>) {
        if self.session.is_none() {
            self.greet();
        }
        let items: Vec<Item<'_>> = raws.iter().map(|raw| Item::Change(id, raw)).collect();
        let (head, bytes) = batch(Scope::Repair, 0, &items);
        self.say_batch(head, bytes);
    }

    pub fn say_batch(&mut self, head: BatchHead, bytes: Vec<u8>) {
        self.say(&Frame::Batch {
            head,
            offset: 0,
            bytes,
        });
    }

    /// The robbed township's log, signed by whoever this is.
    pub fn sign(&mut self, signer: &NodeKey) {
        let point = Point {
            scope: Scope::Hub,
            position: 1,
            chain: [1; 16],
        };
        let mut signed = Writer::new();
        signed.raw(&INCARNATION);
        signed.raw(&point.scope.to_bytes());
        signed.uint(point.position);
        signed.raw(&point.chain);
        let signature = signer.sign(LOG_CONTEXT, &[&signed.into_bytes()]);
        self.say(&Frame::Sign { point, signature });
    }

    /// Heads of every document at the hub.
    pub fn heads(&mut self) -> Vec<(DocumentId, Vec<String>)> {
        use genesis::DocumentKind as Kind;
        let kinds = [
            Kind::Project,
            Kind::Oversight,
            Kind::Unit,
            Kind::County,
            Kind::Hub,
            Kind::Person,
        ];
        let party = &mut self.world.parties[0];
        let replica = party.replica.as_mut().expect("the hub runs");
        let library = replica.library();
        let ids = kinds
            .into_iter()
            .flat_map(|kind| library.ids(&party.store, kind).expect("memory reads"));
        let ids: Vec<DocumentId> = ids.collect();
        ids.into_iter()
            .map(|id| (id.clone(), self.world.heads(0, &id)))
            .collect()
    }

    /// A dialler's cursors that ask for everything anew.
    pub fn ask_for_all(&mut self) {
        let accept = self.heard().into_iter().find_map(|heard| match heard {
            ByHand::Said(Frame::Accept(accept)) => Some(accept),
            _ => None,
        });
        let incarnation = accept.expect("it is let in").incarnation;
        self.say(&Frame::Cursors(Cursors {
            incarnation,
            points: Vec::new(),
            partial: None,
        }));
    }
}

/// The bytes of a change, its checksum in order.
pub fn raw(change: ExpandedChange) -> Vec<u8> {
    Change::from(change).raw_bytes().to_vec()
}

/// What a seal stands for when it stands for one change.
pub fn stands_for(id: &DocumentId, change: &ExpandedChange) -> Vec<u8> {
    let mut out = Writer::new();
    out.uint(1);
    out.bytes(&id.to_bytes());
    out.uint(1);
    out.raw(&Change::from(change.clone()).hash().0);
    out.into_bytes()
}

/// Items as a session carries them, however they are packed.
pub struct Packed {
    pub codec: u8,
    pub raw_bytes: u64,
    pub bytes: Vec<u8>,
}

impl Packed {
    /// The head of a batch of so many entries after a position: its digest is right.
    pub fn head(&self, scope: Scope, from: u64, count: u64) -> BatchHead {
        let mut digest = [0; 8];
        digest.copy_from_slice(&blake3::hash(&self.bytes).as_bytes()[..8]);
        BatchHead {
            scope,
            from,
            to: from + count,
            chain: [3; 16],
            codec: self.codec,
            raw_bytes: self.raw_bytes,
            packed_bytes: self.bytes.len() as u64,
            digest,
        }
    }
}

/// Items in the plain form.
pub fn plain(items: &[Item<'_>]) -> Vec<u8> {
    let mut out = Writer::new();
    out.list(items, |out, item| match item {
        Item::Skip(count) => {
            out.u8(0);
            out.uint(*count);
        }
        Item::Change(document, raw) => {
            out.u8(1);
            out.bytes(&document.to_bytes());
            out.bytes(raw);
        }
        Item::Proof(proof) => {
            out.u8(6);
            out.bytes(proof);
        }
    });
    out.into_bytes()
}

/// A plain batch after a position.
pub fn batch(scope: Scope, from: u64, items: &[Item<'_>]) -> (BatchHead, Vec<u8>) {
    let bytes = plain(items);
    let count: u64 = items
        .iter()
        .map(|item| match item {
            Item::Skip(count) => *count,
            Item::Change(..) => 1,
            Item::Proof(_) => 0,
        })
        .sum();
    let packed = Packed {
        codec: 0,
        raw_bytes: bytes.len() as u64,
        bytes,
    };
    (packed.head(scope, from, count), packed.bytes)
}
