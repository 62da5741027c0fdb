//! A county in a box: one hub, several nodes, all pure, one seed.
//!
//! The world plays the driver (a turn: inputs, commit, effects in order), the network (`net`), the clocks and the people. A
//! crash drops a party between any two of these steps; its store keeps exactly what was committed. Everything random comes from
//! one generator, so a seed replays a failure to the byte. [`crate::invariants`] says what must hold.

mod people;
mod storm;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use shared::api::NodeRole;
use shared::command::{Answer, Outcome};
use shared::field::FieldPath;
use shared::gate::trial;
use shared::identity::NodeKey;
use shared::ids::{DocumentId, NodeId, ProjectId};
use shared::library::Library;
use shared::store::{MemoryStore, Turn};
use shared::sync::{
    CloseReason, Effect, Facts, Input, LogContent, Replica, Reply, RequestId, SessionId, Side,
};
use shared::text::line::LineReason;
use shared::time::Timestamp;
use shared::value::Value;
use shared::wire::v1::{self, Frame};

use crate::clock::{Clock, START};
use crate::faults::{Fault, FaultPlan};
use crate::net::{End, Socket};

/// A turn that never ends is a bug; no honest turn makes so many steps.
const STEPS_MAX: u64 = 2_000_000;

/// One server.
pub struct Party {
    /// Its unit's name; also its address.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// Its key.
    pub key: NodeKey,
    /// What survives a crash.
    pub store: MemoryStore,
    /// Turns that wrote something durable: on a disk each is one wait for it.
    pub durable_commits: u64,
    /// The running core; `None` while the machine is off.
    pub replica: Option<Replica>,
    /// Its clock.
    pub clock: Clock,
    /// Counts its starts.
    pub life: u64,
    /// An older state of its store, as a backup keeps it.
    pub backup: Option<MemoryStore>,
    /// True when its store may have lost something: the next start says so.
    pub is_doubtful: bool,
    /// When it is switched on again.
    pub starts_at: Option<Timestamp>,
    inputs: VecDeque<Input>,
    accepted: u64,
    requests: u64,
    rng: ChaCha8Rng,
    /// Edits that were sent and not answered yet.
    asked: BTreeMap<RequestId, Vec<Said>>,
    /// Answers to requests that were no commands.
    pub replies: BTreeMap<RequestId, Reply>,
}

/// A value somebody was told is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The project.
    pub project: ProjectId,
    /// The field.
    pub path: FieldPath,
    /// The value, unique in its simulation.
    pub value: Value,
}

/// What a party answers where a test speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByHand {
    /// A frame.
    Said(Frame),
    /// The end of the session.
    Closed(CloseReason),
}

/// Where in a turn a machine loses power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailPoint {
    /// Before anything of the turn is durable.
    BeforeCommit,
    /// Once all of it is, before anybody hears of it.
    AfterCommit,
    /// Between two of its effects: after so many.
    AfterEffects(usize),
}

/// How rough the weather is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Cuts, dead lines, crashes, clock jumps.
    Storm,
    /// None of it.
    Calm,
}

/// The whole county.
pub struct World {
    /// The true time.
    pub now: Timestamp,
    /// Drives every choice.
    pub rng: ChaCha8Rng,
    /// The hub first, then the nodes.
    pub parties: Vec<Party>,
    /// Sockets that stand or are breaking.
    pub sockets: Vec<Socket>,
    /// Dials on the way: who, the session, the address, when it is decided.
    dials: Vec<(usize, u64, SessionId, Vec<String>, NodeId, Timestamp)>,
    /// Operations of a batch from which it is tried elsewhere first.
    trial_from: u64,
    /// Bytes a node may bring within a minute, when it is not the usual number; counts from a machine's next start.
    pub minute_bytes: Option<u64>,
    /// Trials on the way: whose, in which life, what will be said, when.
    trials: Vec<(usize, u64, Input, Timestamp)>,
    /// How many trials were made.
    pub trials_done: u64,
    /// Values people were told are saved.
    pub acknowledged: Vec<Said>,
    /// Projects that exist somewhere.
    pub projects: Vec<ProjectId>,
    /// How rough it is.
    pub weather: Weather,
    /// How far clocks jump in a storm, forwards or back.
    pub clock_jump_ms: i64,
    /// Bytes by direction (up, down) of all closed and standing sockets.
    pub bytes: [u64; 2],
    /// Frames by direction.
    pub frames: [u64; 2],
    /// Cut the socket when this many frames have been sent in all.
    pub cut_at_frame: Option<u64>,
    /// What happens to frames beside that.
    pub faults: Option<FaultPlan>,
    /// How many faults befell frames so far.
    pub faults_done: u64,
    /// Why sessions were closed, with how many were.
    pub closed: BTreeMap<String, u64>,
    /// Who loses power, after how many more of its turns, and where in the last of them.
    pub dies_at: Option<(usize, u64, FailPoint)>,
    /// Every frame as it was sent: by which end (0 the dialler), and its bytes. Kept when this is `Some`.
    pub recording: Option<Vec<(usize, Vec<u8>)>>,
    /// What the hub's next frame is replaced by.
    pub hub_says: Option<Vec<u8>>,
    /// What parties answer on sessions that have no socket, since a test speaks them by hand. Kept when this is `Some`.
    pub by_hand: Option<Vec<(SessionId, ByHand)>>,
    /// The nonce of the last session, for a recording.
    pub nonce: [u8; 32],
    /// What a line carries in a second each way; `None` is as fast as you like.
    pub line_bytes_per_second: Option<u64>,
    /// Bytes that lines carried which are gone now.
    carried: u64,
    /// Everything that was said, folded: two runs of one seed end in the same number.
    pub trace: u64,
    /// Says on stderr what happens, for whoever looks into a seed (`XIANGMU_SIM_TELL=1`).
    tells: bool,
    sent_frames: u64,
    counter: i64,
    steps: u64,
}

fn no_keys(_: &str) -> String {
    String::new()
}

/// A line of what is told stays a line.
const TELL_CHARS_MAX: usize = 400;

fn tell_frame(session: SessionId, bytes: &[u8]) -> String {
    match v1::decode(bytes) {
        Ok((
            number,
            Frame::Batch {
                head,
                offset,
                bytes,
            },
        )) => format!(
            "{session}#{number} Batch {:?} {}..{} at {offset}: {} of {} bytes",
            head.scope,
            head.from,
            head.to,
            bytes.len(),
            head.packed_bytes
        ),
        Ok((number, Frame::Part(bytes))) => {
            format!("{session}#{number} Part: {} bytes", bytes.len())
        }
        Ok((number, frame)) => format!("{session}#{number} {frame:?}"),
        Err(error) => format!("{session} {error}"),
    }
}

impl World {
    /// A hub and some nodes, none enrolled.
    #[must_use]
    pub fn new(seed: u64, nodes: usize) -> Self {
        Self::trying(seed, nodes, trial::TRIAL_FROM)
    }

    /// The same, where batches of so many operations are tried before they are taken in.
    #[must_use]
    pub fn trying(seed: u64, nodes: usize, trial_from: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut parties = Vec::new();
        for index in 0..=nodes {
            let (name, role) = if index == 0 {
                ("hub".to_owned(), NodeRole::Hub)
            } else {
                (format!("town{index}"), NodeRole::Node)
            };
            let mut key = [0; 32];
            rng.fill_bytes(&mut key);
            parties.push(Party {
                name,
                role,
                key: NodeKey::from_seed(&key),
                store: MemoryStore::new(),
                durable_commits: 0,
                replica: None,
                clock: Clock::default(),
                life: 0,
                backup: None,
                is_doubtful: false,
                starts_at: Some(START),
                inputs: VecDeque::new(),
                accepted: 0,
                requests: 0,
                rng: ChaCha8Rng::seed_from_u64(rng.next_u64()),
                asked: BTreeMap::new(),
                replies: BTreeMap::new(),
            });
        }
        let mut world = Self {
            now: START,
            rng,
            parties,
            sockets: Vec::new(),
            dials: Vec::new(),
            trial_from,
            minute_bytes: None,
            trials: Vec::new(),
            trials_done: 0,
            acknowledged: Vec::new(),
            projects: Vec::new(),
            weather: Weather::Calm,
            clock_jump_ms: 3_600_000,
            bytes: [0; 2],
            frames: [0; 2],
            cut_at_frame: None,
            faults: None,
            faults_done: 0,
            closed: BTreeMap::new(),
            dies_at: None,
            recording: None,
            hub_says: None,
            by_hand: None,
            nonce: [0; 32],
            line_bytes_per_second: None,
            carried: 0,
            trace: 0,
            tells: std::env::var_os("XIANGMU_SIM_TELL").is_some(),
            sent_frames: 0,
            counter: 0,
            steps: 0,
        };
        for index in 0..world.parties.len() {
            world.start(index);
        }
        world
    }

    /// Draws a number below `bound`.
    pub fn draw(&mut self, bound: u64) -> u64 {
        self.rng.next_u64() % bound.max(1)
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.draw(one_in) == 0
    }

    /// For whoever looks into a seed: what happened, when, at whom.
    fn tell(&self, index: usize, what: impl FnOnce() -> String) {
        if self.tells {
            let ms = self.now.0 - START.0;
            let who = &self.parties[index].name;
            let mut said = what();
            said.truncate(TELL_CHARS_MAX);
            eprintln!("{ms:>9} {who:>6} {said}");
        }
    }

    /// Switches a machine on.
    pub fn start(&mut self, index: usize) {
        self.tell(index, || {
            let doubtful = self.parties[index].is_doubtful;
            format!("starts, doubtful: {doubtful}")
        });
        let party = &mut self.parties[index];
        party.starts_at = None;
        party.life += 1;
        party.store = party.store.after_crash();
        let facts = Facts {
            key: party.key.clone(),
            role: party.role,
            name: party.name.clone(),
            profile: "kaizhou".to_owned(),
        };
        // A small cache, so that loading from the store happens all the time.
        let replica = Replica::new(facts, Library::new(400_000, no_keys));
        let mut replica = replica.trying_from(self.trial_from);
        if let Some(bytes) = self.minute_bytes {
            replica = replica.taking_at_most(bytes);
        }
        party.replica = Some(replica);
        party.inputs.clear();
        party.asked.clear();
        let log = if std::mem::take(&mut party.is_doubtful) {
            LogContent::Doubtful
        } else {
            LogContent::Intact
        };
        party.inputs.push_back(Input::Start { log });
        self.turn(index);
    }

    /// The machine loses power: what was not committed is gone, and so is every socket.
    pub fn crash(&mut self, index: usize) {
        self.tell(index, || "crashes".to_owned());
        let party = &mut self.parties[index];
        party.replica = None;
        party.inputs.clear();
        party.asked.clear();
        for socket in &mut self.sockets {
            if socket.ends.iter().any(|end| end.party == index) {
                let other = usize::from(socket.ends[0].party == index);
                socket.closes_at = [Some(self.now), Some(self.now)];
                socket.closes_at[other] = Some(self.now.plus_ms(40));
            }
        }
    }

    /// Hands a party one input and lets it work.
    pub fn give(&mut self, index: usize, input: Input) {
        self.parties[index].inputs.push_back(input);
        self.turn(index);
    }

    /// The next request's name at a party.
    pub fn request(&mut self, index: usize) -> RequestId {
        self.parties[index].requests += 1;
        RequestId(self.parties[index].requests)
    }

    /// One turn of a party's driver.
    fn turn(&mut self, index: usize) {
        self.steps += 1;
        assert!(self.steps < STEPS_MAX, "the simulation never comes to rest");
        let is_stormy = self.weather == Weather::Storm;
        let dies = (is_stormy && self.chance(400)).then(|| self.draw(3));
        let fails = self.fail_point_of(index);
        let party = &mut self.parties[index];
        let now = party.clock.at(self.now);
        let Some(replica) = party.replica.as_mut() else {
            party.inputs.clear();
            return;
        };
        let mut effects = Vec::new();
        let mut turn = Turn::new(&party.store);
        while let Some(input) = party.inputs.pop_front() {
            replica
                .handle(now, &mut party.rng, &mut turn, input, &mut effects)
                .expect("the store never fails here");
        }
        replica
            .finish_turn(&mut turn, &mut effects)
            .expect("the store never fails here");
        let batch = turn.finish();
        if fails == Some(FailPoint::BeforeCommit) {
            return self.crash(index);
        }
        if dies == Some(0) {
            // Before the commit: the turn never happened.
            return self.die(index);
        }
        party.durable_commits += u64::from(!batch.is_derived());
        party.store.commit(batch).expect("memory takes everything");
        if dies == Some(1) {
            // After the commit, before anybody heard of it.
            return self.die(index);
        }
        let effects_performed = match fails {
            Some(FailPoint::AfterCommit) => 0,
            Some(FailPoint::AfterEffects(count)) => count,
            Some(FailPoint::BeforeCommit) | None => usize::MAX,
        };
        for effect in effects.into_iter().take(effects_performed) {
            self.perform(index, effect);
        }
        if fails.is_some() {
            return self.crash(index);
        }
        if dies == Some(2) {
            self.die(index);
        }
    }

    /// Where this turn of a party ends, when it is the one in which it is to lose power.
    fn fail_point_of(&mut self, index: usize) -> Option<FailPoint> {
        let (party, turns, point) = self.dies_at.as_mut()?;
        if *party != index {
            return None;
        }
        *turns = turns.saturating_sub(1);
        let is_now = *turns == 0;
        let point = *point;
        if is_now {
            self.dies_at = None;
        }
        is_now.then_some(point)
    }

    /// The machine's disk is replaced by an older copy; what people were told there is only as safe as the hub has it.
    fn restore(&mut self, index: usize, backup: MemoryStore) {
        // Losing what was never exchanged is what a backup does; here only what sync must bring back is of interest. A node
        // that joined nowhere has nothing pending and everything to lose.
        let is_safe = self.parties[index].replica.as_ref().is_some_and(|replica| {
            let status = replica.status(self.now);
            !status.hub.is_empty() && status.pending == 0
        });
        if is_safe {
            self.tell(index, || "gets its backup back".to_owned());
            self.parties[index].store = backup;
            // Put back by somebody who says so, or without a word.
            self.parties[index].is_doubtful = self.chance(2);
            self.die(index);
        }
    }

    fn die(&mut self, index: usize) {
        self.crash(index);
        let off = 500 + i64::try_from(self.draw(20_000)).unwrap_or(0);
        self.parties[index].starts_at = Some(self.now.plus_ms(off));
    }

    fn perform(&mut self, index: usize, effect: Effect) {
        let life = self.parties[index].life;
        match effect {
            Effect::Send { session, bytes } => {
                self.sent_frames += 1;
                self.tell(index, || tell_frame(session, &bytes));
                let cut = self.cut_at_frame == Some(self.sent_frames);
                let fault = self.next_fault();
                let now = self.now;
                self.fold(index, &bytes);
                let socket = self.sockets.iter_mut().find_map(|socket| {
                    let end = socket.ends.iter().position(|end| {
                        end.party == index && end.session == session && end.life == life
                    })?;
                    Some((socket, end))
                });
                if let Some((socket, end)) = socket {
                    let bytes = match self.hub_says.take_if(|_| end == 1) {
                        Some(instead) => instead,
                        None => bytes,
                    };
                    self.bytes[end] += bytes.len() as u64;
                    self.frames[end] += 1;
                    if let Some(recording) = &mut self.recording {
                        recording.push((end, bytes.clone()));
                    }
                    if let Some(fault) = fault {
                        self.faults_done += 1;
                        socket.send_faulty(end, now, bytes, fault);
                    } else if cut {
                        // The message that was on the way is lost with the line.
                        socket.closes_at = [Some(now.plus_ms(1)), Some(now.plus_ms(1))];
                    } else {
                        socket.send(end, now, bytes);
                    }
                } else if let Some(heard) = &mut self.by_hand {
                    let (_, frame) = v1::decode(&bytes).expect("parties send whole frames");
                    heard.push((session, ByHand::Said(frame)));
                }
            }
            Effect::Close { session, reason } => {
                let now = self.now;
                *self.closed.entry(reason.to_string()).or_default() += 1;
                self.tell(index, || format!("{session} closes: {reason}"));
                if let Some(heard) = &mut self.by_hand {
                    heard.push((session, ByHand::Closed(reason)));
                }
                self.fold(index, reason.to_string().as_bytes());
                for socket in &mut self.sockets {
                    let end = socket.ends.iter().position(|end| {
                        end.party == index && end.session == session && end.life == life
                    });
                    if let Some(end) = end {
                        let last = socket.queues[end].back().map_or(now, |(at, _)| *at);
                        socket.closes_at[1 - end] = Some(last.plus_ms(1));
                        socket.queues[1 - end].clear();
                        socket.closes_at[end] = Some(now.plus_ms(1));
                    }
                }
            }
            Effect::Dial {
                session,
                addresses,
                pin,
            } => {
                let wait = 20 + i64::try_from(self.draw(200)).unwrap_or(0);
                let at = self.now.plus_ms(wait);
                self.dials.push((index, life, session, addresses, pin, at));
            }
            Effect::Answer { request, reply } => {
                if let Reply::Commands(answers) = &reply {
                    self.note_answers(index, request, answers);
                }
                self.parties[index].replies.insert(request, reply);
            }
            Effect::Try {
                session,
                trial,
                suspects,
            } => self.try_changes(index, session, trial, &suspects),
            // The storms carry no files: attachments have tests of their own.
            Effect::Changed { .. }
            | Effect::Status
            | Effect::Alarm { .. }
            | Effect::SeekBlobs { .. }
            | Effect::ReadBlob { .. }
            | Effect::WriteBlob { .. } => {}
        }
    }

    /// Plays the process that tries changes; in a storm it sometimes cannot.
    fn try_changes(&mut self, index: usize, session: SessionId, number: u64, suspects: &[u8]) {
        self.trials_done += 1;
        let is_broken = self.weather == Weather::Storm && self.chance(20);
        let suspects = trial::decode(suspects).expect("it was just encoded");
        let outcome = suspects.into_iter().map(trial::is_sound).collect();
        let took = 1 + i64::try_from(self.draw(3_000)).unwrap_or(0);
        let input = Input::Tried {
            session,
            trial: number,
            outcome: (!is_broken).then_some(outcome),
        };
        let life = self.parties[index].life;
        self.trials
            .push((index, life, input, self.now.plus_ms(took)));
    }

    /// The fault of the frame that is being sent.
    fn next_fault(&mut self) -> Option<Fault> {
        match self.faults? {
            FaultPlan::OneIn(number) => {
                let befalls = self.chance(number);
                befalls.then(|| Fault::draw(&mut self.rng))
            }
            FaultPlan::At(number, fault) => (number == self.sent_frames).then_some(fault),
        }
    }

    /// FNV-1a over who said what when.
    fn fold(&mut self, index: usize, bytes: &[u8]) {
        let mut sum = self.trace ^ 0xcbf2_9ce4_8422_2325;
        let head = self.now.0.to_be_bytes();
        let who = [u8::try_from(index).unwrap_or(u8::MAX)];
        for byte in who.iter().chain(&head).chain(bytes) {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.trace = sum;
    }

    fn note_answers(&mut self, index: usize, request: RequestId, answers: &[Answer]) {
        let said = self.parties[index]
            .asked
            .remove(&request)
            .unwrap_or_default();
        if answers
            .iter()
            .all(|answer| matches!(answer.outcome, Outcome::Done { .. }))
        {
            self.acknowledged.extend(said);
        }
    }

    fn decide_dial(
        &mut self,
        (index, life, session, addresses, pin, _): (
            usize,
            u64,
            SessionId,
            Vec<String>,
            NodeId,
            Timestamp,
        ),
    ) {
        if self.parties[index].life != life || self.parties[index].replica.is_none() {
            return;
        }
        let hub = self.parties.iter().position(|party| {
            addresses.contains(&party.name) && party.key.node_id() == pin && party.replica.is_some()
        });
        let fails = self.weather == Weather::Storm && self.chance(4);
        let Some(hub) = hub.filter(|_| !fails) else {
            return self.give(
                index,
                Input::DialFailed {
                    session,
                    trouble: LineReason::Unreachable.into(),
                },
            );
        };
        self.parties[hub].accepted += 1;
        let accepted = SessionId::accepted(self.parties[hub].accepted);
        let mut nonce = [0; 32];
        self.rng.fill_bytes(&mut nonce);
        self.nonce = nonce;
        let latency = match self.line_bytes_per_second {
            Some(_) => 300,
            None => 1 + i64::try_from(self.draw(300)).unwrap_or(0),
        };
        let hub_life = self.parties[hub].life;
        self.sockets.push(Socket::new(
            End {
                party: index,
                session,
                life,
            },
            End {
                party: hub,
                session: accepted,
                life: hub_life,
            },
            latency,
        ));
        if let Some(socket) = self.sockets.last_mut() {
            socket.bytes_per_second = self.line_bytes_per_second;
        }
        let address = self.parties[hub].name.clone();
        self.give(
            hub,
            Input::SessionOpened {
                session: accepted,
                side: Side::Accepted {
                    address: "somewhere".to_owned(),
                },
                nonce,
            },
        );
        self.give(
            index,
            Input::SessionOpened {
                session,
                side: Side::Dialled { address },
                nonce,
            },
        );
    }

    /// When the next thing happens by itself.
    fn next_event(&self) -> Option<Timestamp> {
        let sockets = self.sockets.iter().filter_map(Socket::next);
        let dials = self.dials.iter().map(|dial| dial.5);
        let trials = self.trials.iter().map(|trial| trial.3);
        let starts = self.parties.iter().filter_map(|party| party.starts_at);
        let wakeups = self.parties.iter().filter_map(|party| {
            let replica = party.replica.as_ref()?;
            if replica.is_due(party.clock.at(self.now)) {
                return Some(self.now.plus_ms(1));
            }
            let at = replica.next_wakeup()?;
            // Asked in its own clock, answered in the true time.
            Some(party.clock.truth_at(at)?.max(self.now.plus_ms(1)))
        });
        let all = sockets.chain(dials).chain(trials);
        all.chain(starts).chain(wakeups).min()
    }

    /// Lets everything happen that is due until `until`.
    pub fn run_until(&mut self, until: Timestamp) {
        while let Some(at) = self.next_event().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.step();
        }
        self.now = self.now.max(until);
    }

    /// Lets so many milliseconds pass.
    pub fn run_for(&mut self, ms: i64) {
        let until = self.now.plus_ms(ms);
        self.run_until(until);
    }

    fn step(&mut self) {
        for index in 0..self.parties.len() {
            if self.parties[index]
                .starts_at
                .is_some_and(|at| at <= self.now)
            {
                self.start(index);
            }
        }
        let (due, later) = std::mem::take(&mut self.dials)
            .into_iter()
            .partition(|dial| dial.5 <= self.now);
        self.dials = later;
        let due: Vec<_> = due;
        for dial in due {
            self.decide_dial(dial);
        }
        let (due, later) = std::mem::take(&mut self.trials)
            .into_iter()
            .partition(|trial| trial.3 <= self.now);
        self.trials = later;
        let due: Vec<_> = due;
        for (index, life, input, _) in due {
            if self.parties[index].life == life {
                self.give(index, input);
            }
        }
        self.deliver();
        for index in 0..self.parties.len() {
            let party = &self.parties[index];
            let now = party.clock.at(self.now);
            let is_due = party
                .replica
                .as_ref()
                .is_some_and(|replica| replica.is_due(now));
            if is_due {
                self.give(index, Input::Wakeup);
            }
        }
    }

    fn deliver(&mut self) {
        let mut arrived: Vec<(End, Input)> = Vec::new();
        for socket in &mut self.sockets {
            for from in 0..2 {
                let to = socket.ends[1 - from];
                while !socket.is_dead
                    && socket.queues[from]
                        .front()
                        .is_some_and(|(at, _)| *at <= self.now)
                {
                    if let Some((_, bytes)) = socket.queues[from].pop_front() {
                        arrived.push((
                            to,
                            Input::Frame {
                                session: to.session,
                                bytes,
                            },
                        ));
                    }
                }
            }
            for end in 0..2 {
                if socket.closes_at[end].is_some_and(|at| at <= self.now) {
                    let end = socket.ends[end];
                    arrived.push((
                        end,
                        Input::SessionClosed {
                            session: end.session,
                            trouble: LineReason::Broken.into(),
                        },
                    ));
                }
            }
        }
        let now = self.now;
        self.sockets.retain(|socket| {
            let over = |end: usize| socket.closes_at[end].is_some_and(|at| at <= now);
            !(over(0) && over(1))
        });
        for socket in &mut self.sockets {
            for end in 0..2 {
                if socket.closes_at[end].is_some_and(|at| at <= now) {
                    // Heard of; wait for the other side only.
                    socket.closes_at[end] = Some(Timestamp(i64::MAX));
                    if socket.closes_at[1 - end] == Some(Timestamp(i64::MAX)) {
                        socket.is_dead = true;
                    }
                }
            }
        }
        self.sockets.retain(|socket| {
            socket
                .closes_at
                .iter()
                .any(|at| *at != Some(Timestamp(i64::MAX)))
        });
        // Several inputs of one party that arrive together are one turn, as in the driver.
        let mut touched = BTreeSet::new();
        for (end, input) in arrived {
            let party = &mut self.parties[end.party];
            if party.life == end.life && party.replica.is_some() {
                party.inputs.push_back(input);
                touched.insert(end.party);
            }
        }
        for index in touched {
            self.turn(index);
        }
    }

    /// The heads of a document at a party, in hex; empty when it is not there.
    pub fn heads(&mut self, index: usize, id: &DocumentId) -> Vec<String> {
        let party = &mut self.parties[index];
        let Some(replica) = party.replica.as_mut() else {
            return Vec::new();
        };
        let heads = replica
            .library()
            .heads(&party.store, id)
            .expect("memory reads");
        shared::document::heads_to_hex(&heads)
    }
}
