//! The loop of the driver's thread.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use shared::api::NodeInfo;
use shared::ids::DocumentId;
use shared::library::{Library, LibraryError, salvage};
use shared::store::{Reader, StoreError, Tree, Turn};
use shared::sync::{
    CloseReason, Effect, Input, LineTrouble, LogContent, Replica, ReplicaError, RequestId,
    SessionId,
};
use shared::text::line::LineReason;
use shared::time::Timestamp;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::exit::{guard, one_line};
use crate::store::{Blobs, LOSS_KEY, MemoryStore, ReadOnly, StartReport, Store};
use crate::transport::dial::{DialRequest, run_dial};
use crate::transport::socket::Outgoing;

use super::blobs::{BlobKeeper, Job as BlobJob};
use super::trials::{Job, Trials};
use super::{
    Board, DriverError, EVENTS_MAX, Event, Finish, Handle, MESSAGES_MAX, Message, ReadContext,
    ReadWork, RequestReply, StorageTrouble, TRAFFIC_MAX, WriteContext, WriteEnd,
};

/// Messages of one turn. More share an fsync, fewer are answered sooner.
const TURN_MESSAGES_MAX: usize = 256;
/// Idle time after which the database beside the journal is brought to the disk.
const SETTLE_AFTER: Duration = Duration::from_secs(5);
/// Longest sleep, so that a clock that jumps is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// Documents whose rows are computed again in one turn after they were lost.
const REBUILD_DOCUMENTS: usize = 200;

/// How long a store that is damaged again is left as it is, so that a dying disk is not rebuilt without end.
const REPAIR_PAUSE_MS: i64 = 10 * 60 * 1000;
/// Damage remembered for those who ask; older is in the log.
const TROUBLE_MAX: usize = 50;

/// What the driver is made of.
pub(crate) struct Parts {
    pub store: Box<dyn Store>,
    pub replica: Replica,
    pub log: LogContent,
    pub clock: Clock,
    pub info: NodeInfo,
    pub network: Option<Network>,
    /// What the opening of the store found.
    pub report: StartReport,
    /// Where attachments lie; `None`: they are neither served nor fetched.
    pub blobs: Option<Arc<Blobs>>,
}

/// Where dials run.
#[derive(Clone)]
pub(crate) struct Network {
    pub runtime: tokio::runtime::Handle,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

/// Why the driver could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gave no thread.
    #[error("cannot start the driver's thread")]
    Thread(#[source] std::io::Error),
    /// The core could not take up its stored state.
    #[error("cannot take up the stored state")]
    Core(#[source] DriverError),
}

/// Starts the thread; returns once the core has taken up its stored state.
pub(crate) async fn spawn(parts: Parts) -> Result<Handle, StartError> {
    let (sender, messages) = mpsc::channel(MESSAGES_MAX);
    let (events, _) = broadcast::channel(EVENTS_MAX);
    let board = Arc::new(Board {
        info: RwLock::new(Arc::new(parts.info.clone())),
        traffic: Mutex::default(),
        blobs: parts.blobs.clone(),
    });
    let handle = Handle {
        messages: sender,
        events: events.clone(),
        board: Arc::clone(&board),
    };
    let mut driver = Driver {
        store: parts.store,
        replica: parts.replica,
        rng: parts.clock.rng(),
        clock: parts.clock,
        network: parts.network,
        // The driver must not keep its own queue open: it ends when the last handle is gone.
        own: handle.messages.downgrade(),
        events,
        board,
        sessions: HashMap::new(),
        dials: HashMap::new(),
        requests: BTreeMap::new(),
        next_request: 0,
        trials: Trials::default(),
        backlog: VecDeque::new(),
        failed: None,
        unsettled: false,
        tend_after: None,
        trouble: Vec::new(),
        last_repair: None,
        blobs: None,
        waits_for_others: false,
    };
    if let Some(blobs) = parts.blobs {
        let keeper = BlobKeeper::spawn(blobs, driver.own.clone());
        driver.blobs = Some(keeper.map_err(StartError::Thread)?);
    }
    driver.note_report(&parts.report);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(StartError::Thread)?;
    let (started, start) = oneshot::channel();
    let log = parts.log;
    std::thread::Builder::new()
        .name("driver".to_owned())
        .spawn(move || {
            guard(|| {
                let result = driver.start(log);
                let stays = result.is_ok();
                // Nobody waits any more when the opening was given up; the queue is closed then too.
                let _unheard = started.send(result);
                if stays && let Some(stopped) = runtime.block_on(driver.run(messages)) {
                    // By now the store is closed and its folder free for the next process.
                    let _unheard = stopped.send(());
                }
            });
        })
        .map_err(StartError::Thread)?;
    match start.await {
        Ok(Ok(())) => Ok(handle),
        Ok(Err(error)) => Err(StartError::Core(error)),
        Err(_) => Err(StartError::Core(DriverError::Stopped)),
    }
}

struct Session {
    outgoing: mpsc::Sender<Outgoing>,
}

struct Driver {
    store: Box<dyn Store>,
    replica: Replica,
    rng: ChaCha20Rng,
    clock: Clock,
    network: Option<Network>,
    own: mpsc::WeakSender<Message>,
    events: broadcast::Sender<Event>,
    board: Arc<Board>,
    sessions: HashMap<SessionId, Session>,
    dials: HashMap<SessionId, CancellationToken>,
    requests: BTreeMap<RequestId, RequestReply>,
    next_request: u64,
    trials: Trials,
    /// News of our own making (a cut session, a dial without a network), handled in the next turn.
    backlog: VecDeque<Input>,
    failed: Option<DriverError>,
    unsettled: bool,
    /// When the store wants to be tended again.
    tend_after: Option<Duration>,
    /// Damage found, oldest first, and what became of it.
    trouble: Vec<StorageTrouble>,
    /// When the store was last opened again because of damage.
    last_repair: Option<Timestamp>,
    /// Reads and writes attachments.
    blobs: Option<BlobKeeper>,
    /// Changes are set aside that may fit again once others have brought what is missing.
    waits_for_others: bool,
}

impl Driver {
    /// Lets the core take up its state and computes what was lost of the derived trees.
    fn start(&mut self, log: LogContent) -> Result<(), DriverError> {
        if self.store.is_read_only() {
            return self.start_reading();
        }
        let log = match self.restore_derived()? {
            0 => log,
            // What others hold of them comes back by reconciling.
            _ => LogContent::Doubtful,
        };
        let aside = salvage::aside(&*self.store);
        let aside = aside.map_err(|error| DriverError::StorageFailed(Arc::new(error)))?;
        self.waits_for_others = !aside.is_empty();
        self.backlog.push_back(Input::Start { log });
        let _goes_on = self.turn(Vec::new());
        if log == LogContent::Doubtful && self.failed.is_none() {
            // The core has taken a new incarnation and that is durable; the note has done its work.
            let mut turn = Turn::new(&*self.store);
            turn.remove(Tree::Meta, LOSS_KEY);
            let committed = self.store.commit(turn.finish());
            committed.map_err(|error| DriverError::StorageFailed(Arc::new(error)))?;
        }
        match &self.failed {
            Some(failed) => Err(failed.clone()),
            None => Ok(()),
        }
    }

    /// Takes up the state of a store that cannot be written: what the core would have written is dropped.
    fn start_reading(&mut self) -> Result<(), DriverError> {
        let mut turn = Turn::new(&*self.store);
        let start = Input::Start {
            log: LogContent::Intact,
        };
        let now = self.clock.now();
        self.replica
            .handle(now, &mut self.rng, &mut turn, start, &mut Vec::new())
            .map_err(core_failed)?;
        self.failed = Some(self.why_closed(StoreError::ReadOnly));
        Ok(())
    }

    /// Computes what was lost of the derived trees; of a document that does not load what can be read stays. How many such there are.
    fn restore_derived(&mut self) -> Result<usize, DriverError> {
        if !self.store.derived_lost() {
            return Ok(0);
        }
        let mut notes = Vec::new();
        let failed = |error| DriverError::StorageFailed(Arc::new(error));
        let mut documents = Library::ids_from_changes(&*self.store).map_err(failed)?;
        // A row is made of the directory and of both sides of a project: in this order each is computed once.
        documents.sort_by_key(|document| match document {
            DocumentId::County(_) => (0, None, 0),
            DocumentId::Unit(_) | DocumentId::Hub(_) | DocumentId::Person(_) => (1, None, 0),
            DocumentId::Oversight(project) => (2, Some(*project), 0),
            DocumentId::Project(project) => (2, Some(*project), 1),
        });
        tracing::warn!(
            documents = documents.len(),
            "computing rows and indexes again"
        );
        for some in documents.chunks(REBUILD_DOCUMENTS) {
            let mut turn = Turn::new(&*self.store);
            for document in some {
                let library = self.replica.library();
                let rebuilt = match library.rebuild(&mut turn, document) {
                    Err(error @ (LibraryError::Damaged { .. } | LibraryError::Changes { .. })) => {
                        let why = one_line(&error);
                        let set_aside = library.salvage(&mut turn, document);
                        set_aside.map(|changes| {
                            turn.put(Tree::Meta, LOSS_KEY, why.as_bytes());
                            notes.push(format!("{why}; {changes} of its changes are set aside"));
                        })
                    }
                    rebuilt => rebuilt,
                };
                rebuilt.map_err(|error| core_failed(error.into()))?;
            }
            let refreshed = self.replica.library().refresh(&mut turn);
            refreshed.map_err(|error| core_failed(error.into()))?;
            self.store.commit(turn.finish()).map_err(failed)?;
        }
        self.store.derived_restored().map_err(failed)?;
        let salvaged = notes.len();
        for note in notes {
            self.note(self.clock.now(), note);
        }
        Ok(salvaged)
    }

    /// Runs until told to stop or until all handles are gone; gives back whom to tell.
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
        let mut ready = Vec::with_capacity(TURN_MESSAGES_MAX);
        let stopped = loop {
            let (sleep, settles) = self.sleep();
            let received = if self.backlog.is_empty() {
                tokio::time::timeout(sleep, messages.recv_many(&mut ready, TURN_MESSAGES_MAX)).await
            } else {
                Ok(usize::MAX)
            };
            match received {
                // All handles are gone.
                Ok(0) => break None,
                Ok(_) => {}
                Err(_) if settles => self.settle(),
                Err(_) => {}
            }
            if let ControlFlow::Break(stopped) = self.turn(std::mem::take(&mut ready)) {
                break Some(stopped);
            }
            self.tend();
        };
        // Nobody watching is fine.
        let _unwatched = self.events.send(Event::Stopping);
        self.cut_sessions("the node stops");
        // What it still wanted to say is of no use, and nothing of it may outlive the store.
        messages.close();
        self.blobs = None;
        self.settle();
        stopped
    }

    /// How long to wait for messages, and whether the time is then used to settle.
    fn sleep(&self) -> (Duration, bool) {
        let wakeup = match self.replica.next_wakeup() {
            Some(at) if self.failed.is_none() => {
                let ms = at.0.saturating_sub(self.clock.now().0).max(1);
                Duration::from_millis(u64::try_from(ms).unwrap_or(1)).min(SLEEP_MAX)
            }
            _ => SLEEP_MAX,
        };
        let wakeup = wakeup.min(self.tend_after.unwrap_or(SLEEP_MAX));
        if self.unsettled && SETTLE_AFTER <= wakeup {
            (SETTLE_AFTER, true)
        } else {
            (wakeup, false)
        }
    }

    fn settle(&mut self) {
        self.unsettled = false;
        if let Err(error) = self.store.settle() {
            // The journal holds everything; the next start replays it.
            tracing::error!(
                error = one_line(&error),
                "the database could not be brought to the disk"
            );
        }
    }

    fn turn(&mut self, ready: Vec<Message>) -> ControlFlow<oneshot::Sender<()>> {
        let now = self.clock.now();
        let mut reads = Vec::new();
        let mut finishes: Vec<Finish> = Vec::new();
        let mut stop = None;
        let mut inputs: Vec<Input> = self.backlog.drain(..).collect();
        let mut effects = Vec::new();
        let mut turn = Turn::new(&*self.store);
        let mut failed = self.failed.clone();
        if failed.is_none() && self.replica.is_due(now) {
            inputs.push(Input::Wakeup);
        }
        // Inputs and writes keep their order; each write sees what came before it.
        for message in inputs.into_iter().map(Message::Input).chain(ready) {
            let input = match message {
                Message::Input(input) => input,
                Message::Opened {
                    opening,
                    outgoing,
                    traffic,
                } => {
                    if failed.is_some() {
                        continue;
                    }
                    let session = opening.session;
                    self.dials.remove(&session);
                    self.sessions.insert(session, Session { outgoing });
                    let mut remembered = self.board.lock_traffic();
                    remembered.insert(session, traffic);
                    while remembered.len() > TRAFFIC_MAX {
                        remembered.pop_first();
                    }
                    Input::SessionOpened {
                        session,
                        side: opening.side,
                        nonce: opening.nonce,
                    }
                }
                Message::Request { make, reply } => {
                    let request = RequestId(self.next_request);
                    self.next_request += 1;
                    if let Some(error) = &failed {
                        let _unheard = reply.send(Err(error.clone()));
                        continue;
                    }
                    self.requests.insert(request, reply);
                    make(request)
                }
                Message::Read(work) => {
                    reads.push(work);
                    continue;
                }
                Message::Write(work) => {
                    if let Some(error) = &failed {
                        work(Err(error.clone()));
                        continue;
                    }
                    let mut layer = Turn::new(&turn);
                    let end = work(Ok(&mut WriteContext {
                        now,
                        turn: &mut layer,
                        replica: &mut self.replica,
                    }));
                    let batch = layer.finish();
                    if let Some(WriteEnd { keep, finish }) = end {
                        if keep {
                            turn.absorb(batch);
                        }
                        finishes.push(finish);
                    }
                    continue;
                }
                Message::Stop(done) => {
                    stop = Some(done);
                    continue;
                }
            };
            if matches!(input, Input::Tried { .. }) {
                self.trials.note_end();
            }
            if failed.is_some() {
                continue;
            }
            if let Input::SessionClosed { session, .. } | Input::DialFailed { session, .. } = &input
            {
                self.sessions.remove(session);
                self.dials.remove(session);
            }
            let handled = self
                .replica
                .handle(now, &mut self.rng, &mut turn, input, &mut effects);
            if let Err(error) = handled {
                failed = Some(core_failed(error));
            }
        }
        // Between inputs nothing is half done, so the next input logs what is put back.
        if failed.is_none() && self.waits_for_others && !effects.is_empty() {
            match self.replica.library().put_back(&mut turn) {
                Ok(0) => {}
                Ok(changes) => {
                    tracing::warn!(
                        changes,
                        "changes that were set aside fit again and are put back"
                    );
                    self.backlog.push_back(Input::Wakeup);
                }
                Err(error) => failed = Some(core_failed(error.into())),
            }
        }
        if failed.is_none()
            && let Err(error) = self.replica.finish_turn(&mut turn, &mut effects)
        {
            failed = Some(core_failed(error));
        }
        let batch = turn.finish();
        if failed.is_none() && !batch.is_empty() {
            match self.store.commit(batch) {
                Ok(_) => self.unsettled = true,
                Err(error) => failed = Some(self.why_closed(error)),
            }
        }
        match (&self.failed, failed) {
            (None, Some(error)) => self.fail(error, finishes),
            (Some(error), _) => {
                let error = error.clone();
                for finish in finishes {
                    finish(Err(error.clone()));
                }
            }
            (None, None) => {
                for effect in effects {
                    self.perform(effect);
                }
                for finish in finishes {
                    finish(Ok(()));
                }
            }
        }
        let sessions = &self.sessions;
        self.trials
            .start(&self.own, |session| sessions.contains_key(&session));
        self.read(now, reads);
        match stop {
            None => ControlFlow::Continue(()),
            Some(stopped) => ControlFlow::Break(stopped),
        }
    }

    fn read(&mut self, now: Timestamp, reads: Vec<ReadWork>) {
        for work in reads {
            let reader: &dyn Reader = &*self.store;
            work(&mut ReadContext {
                now,
                reader,
                store: &*self.store,
                replica: &mut self.replica,
                failed: self.failed.as_ref(),
                trouble: &self.trouble,
            });
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Send { session, bytes } => {
                let Some(known) = self.sessions.get(&session) else {
                    return;
                };
                if known.outgoing.try_send(Outgoing::Frame(bytes)).is_err() {
                    self.sessions.remove(&session);
                    self.backlog.push_back(Input::SessionClosed {
                        session,
                        trouble: LineTrouble {
                            reason: LineReason::Broken,
                            detail: "the peer does not read what it is sent".to_owned(),
                        },
                    });
                }
            }
            Effect::Close { session, reason } => self.close(session, reason),
            Effect::Dial {
                session,
                addresses,
                pin,
            } => {
                let cancel = CancellationToken::new();
                let request = DialRequest {
                    session,
                    addresses,
                    pin,
                    cancel: cancel.clone(),
                };
                if self.dial(request) {
                    self.dials.insert(session, cancel);
                } else {
                    self.backlog.push_back(Input::DialFailed {
                        session,
                        trouble: LineReason::NotServed.into(),
                    });
                }
            }
            Effect::Try {
                session,
                trial,
                suspects,
            } => self.trials.add(Job {
                session,
                trial,
                suspects,
            }),
            Effect::Answer { request, reply } => {
                if let Some(waiting) = self.requests.remove(&request) {
                    let _unheard = waiting.send(Ok(reply));
                }
            }
            Effect::Changed { documents } => {
                let _unwatched = self.events.send(Event::Changed(documents.into()));
            }
            Effect::SeekBlobs { files } => self.give(BlobJob::Seek(files)),
            Effect::ReadBlob {
                session,
                name,
                offset,
                length,
            } => self.give(BlobJob::Read {
                session,
                name,
                offset,
                length,
            }),
            Effect::WriteBlob {
                name,
                total,
                offset,
                bytes,
            } => self.give(BlobJob::Write {
                name,
                total,
                offset,
                bytes,
            }),
            Effect::Alarm { node, alarm } => {
                tracing::warn!(%node, kind = ?alarm.kind, reason = alarm.reason, strikes = alarm.strikes, "the gate raised an alarm");
            }
            Effect::Status => {
                let mut info = NodeInfo::clone(
                    &self
                        .board
                        .info
                        .read()
                        .unwrap_or_else(std::sync::PoisonError::into_inner),
                );
                let (unit, unit_name) = self.replica.unit();
                if info.unit != unit || info.unit_name != unit_name {
                    info.unit = unit;
                    info.unit_name = unit_name.to_owned();
                    self.board.set_info(info);
                }
                let _unwatched = self.events.send(Event::Sync);
            }
        }
    }

    fn give(&self, job: BlobJob) {
        if let Some(blobs) = &self.blobs {
            blobs.give(job);
        }
    }

    fn close(&mut self, session: SessionId, reason: CloseReason) {
        if let Some(cancel) = self.dials.remove(&session) {
            cancel.cancel();
        }
        if let Some(known) = self.sessions.remove(&session) {
            // When the queue is full, dropping its sender cuts the socket just as well.
            let _cut = known.outgoing.try_send(Outgoing::Close(reason.to_string()));
        }
    }

    /// False when there is no network to dial on.
    fn dial(&self, request: DialRequest) -> bool {
        let (Some(network), Some(messages)) = (&self.network, self.own.upgrade()) else {
            return false;
        };
        let handle = Handle {
            messages,
            events: self.events.clone(),
            board: Arc::clone(&self.board),
        };
        let stop = network.stop.clone();
        network
            .tasks
            .spawn_on(run_dial(request, handle, stop), &network.runtime);
        true
    }

    /// Turns read-only: everybody who waits hears why.
    fn fail(&mut self, mut error: DriverError, finishes: Vec<Finish>) {
        if let DriverError::StorageFailed(cause) = &error {
            // A read met it: the store does not know yet.
            self.store.close(cause);
            if self.store.read_only() == Some(ReadOnly::DiskFull) {
                error = DriverError::DiskFull;
            }
        }
        tracing::error!(error = one_line(&error), "this node only reads from now on");
        self.replica.forget();
        for finish in finishes {
            finish(Err(error.clone()));
        }
        for (_, reply) in std::mem::take(&mut self.requests) {
            let _unheard = reply.send(Err(error.clone()));
        }
        self.failed = Some(error);
        self.cut_sessions("storage failed");
        let _unwatched = self.events.send(Event::Sync);
    }

    /// What a failure of the store is to those who wait: a full disk ends by itself, anything else with a new start.
    fn why_closed(&self, error: StoreError) -> DriverError {
        match self.store.read_only() {
            Some(ReadOnly::DiskFull) => DriverError::DiskFull,
            _ => DriverError::StorageFailed(Arc::new(error)),
        }
    }

    /// Lets the store do a little of what it does beside commits, and opens it again where that mends something.
    fn tend(&mut self) {
        let now = self.clock.now();
        let mut tended = self.store.tend(now);
        self.tend_after = tended.after;
        for finding in &tended.findings {
            tracing::error!(%finding, "the store is damaged");
            self.note(now, finding.to_string());
        }
        if self.failed.is_none() && self.store.is_read_only() {
            // The disk failed while nobody was writing.
            let error = self.why_closed(StoreError::ReadOnly);
            self.fail(error, Vec::new());
        }
        let is_damaged = match &self.failed {
            Some(DriverError::StorageFailed(error)) => {
                matches!(**error, StoreError::Damaged { .. })
            }
            _ => false,
        };
        tended.reopen |= is_damaged;
        let is_repair = !matches!(self.failed, Some(DriverError::DiskFull));
        let is_too_soon = |last: Timestamp| (0..REPAIR_PAUSE_MS).contains(&(now.0 - last.0));
        if !tended.reopen || is_repair && self.last_repair.is_some_and(is_too_soon) {
            return;
        }
        if is_repair {
            self.last_repair = Some(now);
        }
        self.reopen();
    }

    /// Opens the store again, which mends it or finds room, and lets the core take it up anew.
    fn reopen(&mut self) {
        if self.failed.is_none() {
            self.fail(
                DriverError::StorageFailed(Arc::new(StoreError::ReadOnly)),
                Vec::new(),
            );
        }
        let store = std::mem::replace(&mut self.store, Box::new(MemoryStore::new()));
        match store.reopen() {
            Ok((store, report)) => {
                self.store = store;
                crate::node::log_report(&report);
                self.note_report(&report);
            }
            // Nothing can be shown without a store; a new start says what is wrong with it.
            Err(error) => panic!("the store cannot be opened again: {}", one_line(&error)),
        }
        self.failed = None;
        match self.start(LogContent::Intact) {
            Ok(()) if self.failed.is_none() => tracing::info!("the store takes writes again"),
            Ok(()) => {}
            Err(error) => {
                self.failed.get_or_insert(error);
            }
        }
        let _unwatched = self.events.send(Event::Sync);
    }

    /// Remembers what the opening of the store found, for people who look after it.
    fn note_report(&mut self, report: &StartReport) {
        let now = self.clock.now();
        for finding in &report.findings {
            self.note(now, finding.to_string());
        }
        if let Some(rebuilt) = &report.rebuilt {
            let place = rebuilt.moved_to.display();
            self.note(
                now,
                format!("the database was built again from the journal; the old one is in {place}"),
            );
        }
        if let Some(moved_to) = &report.journal_moved_to {
            let place = moved_to.display();
            self.note(
                now,
                format!(
                    "the journal was written again from the database; the old one is in {place}"
                ),
            );
        }
    }

    fn note(&mut self, at: Timestamp, text: String) {
        if self.trouble.len() == TROUBLE_MAX {
            self.trouble.remove(0);
        }
        self.trouble.push(StorageTrouble { at, text });
    }

    fn cut_sessions(&mut self, reason: &str) {
        for (_, session) in self.sessions.drain() {
            let _cut = session
                .outgoing
                .try_send(Outgoing::Close(reason.to_owned()));
        }
        for (_, cancel) in self.dials.drain() {
            cancel.cancel();
        }
    }
}

fn core_failed(error: ReplicaError) -> DriverError {
    match error.into_storage() {
        Ok(error) => DriverError::StorageFailed(Arc::new(error)),
        Err(error) => DriverError::CoreFailed(Arc::new(error)),
    }
}
